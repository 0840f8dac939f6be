"""What a resident sent: the form's fields read into an answer, with everything kept that was chosen.

May import this room's pure modules. Knows no request and no database: a mapping of texts comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from core.places.models import AGE_BANDS, SEXES
from surveys.answers import Answer, Origin
from surveys.comments.texts import LONGEST, cleaned
from surveys.criteria import HARD_TO_SAY, POINTS, CriteriaSet
from surveys.rules import Mode

#: What the form sends besides when another language was chosen while filling it in: no code of a criterion.
ANOTHER_LANGUAGE = "another.language"
CHOICES = (*POINTS, HARD_TO_SAY)


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was sent: what was chosen, and what cannot be taken (field's id, sentence)."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    band: str | None = None
    sex: str | None = None
    comment: str = ""
    faults: tuple[tuple[str, object], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could be lost."""
        return not (self.chosen or self.band or self.sex or self.comment)

    def answer(self, criteria: CriteriaSet, *, mode: Mode, origin: Origin = Origin.WEB) -> Answer:
        """The answer; a criterion without a choice is "hard to say"."""
        ratings = "".join(self.chosen.get(code, HARD_TO_SAY) for code in criteria.codes)
        return Answer(ratings=ratings, origin=origin, mode=mode, band=self.band, sex=self.sex)


def read_filled(sent: Mapping[str, str], criteria: CriteriaSet, *, asks_strata: bool) -> Filled:
    """Read a sent form; nothing is thrown away but what is outside the scale."""
    chosen, faults = {}, []
    for criterion in criteria.criteria:
        value = sent.get(criterion.code, "")
        if value in CHOICES:
            chosen[criterion.code] = value
        elif value:
            faults.append(
                (
                    f"{criterion.code}-5",
                    _l(
                        "%(criterion)s: “%(value)s” is not a choice. Choose 5 to 1, or “hard to say”.",
                        criterion=criterion.official, value=value[:20],
                    ),
                )
            )  # fmt: skip
    if not chosen and not faults:
        first = f"{criteria.codes[0]}-5"
        faults.append((first, _l("Nothing is chosen yet. Choose at least one answer, then press Send.")))
    band, sex = (sent.get(name, "") if asks_strata else "" for name in ("band", "sex"))
    if band not in ("", *AGE_BANDS):
        faults.append(
            ("band", _l("“%(value)s” is not one of the age groups: choose again.", value=band[:20]))
        )
    if sex not in ("", *SEXES):
        faults.append(("sex", _l("“%(value)s” is not one of the choices: choose again.", value=sex[:20])))
    comment = cleaned(sent.get("comment", ""))
    if len(comment) > LONGEST:
        faults.append(
            (
                "comment",
                _l(
                    "Your own words are %(count)s characters long: shorten them to %(most)s.",
                    count=len(comment), most=LONGEST,
                ),
            )
        )  # fmt: skip
    return Filled(
        chosen, band if band in AGE_BANDS else None, sex if sex in SEXES else None, comment, tuple(faults)
    )
