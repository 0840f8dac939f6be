"""A nominee's evidence as a table for CSV, and as plain data for JSON."""

from __future__ import annotations

from flask_babel import gettext as _

from contest.evidence.queries import NomineeEvidence, ProfileLine
from contest.publication.tables import RankingTable


def evidence_table(found: NomineeEvidence, *, note: str | None) -> RankingTable:
    """Components first, then the survey's profile, then every judge's score."""
    columns = (
        _("What"), _("Name"), _("Score"), _("Error"), _("Answers or marks"), _("From"), _("To"),
        _("Middle of the oblast"),
    )  # fmt: skip
    rows = [
        (_("Component"), part.title, part.score, part.error, part.n, *(part.interval or (None, None)), None)
        for part in found.parts
    ]
    rows += [
        (
            _("Survey"), _title(line), line.mean, None, None,
            *((line.oblast.low, line.oblast.high, line.oblast.middle) if line.oblast else (None,) * 3),
        )
        for line in found.profile
    ]  # fmt: skip
    rows += [
        (_("Judge"), f"{part.component.title}: {judge.letter}", judge.score, *(None,) * 5)
        for part in found.marks
        for judge in part.judges
    ]
    texts = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return RankingTable(found.nominee.name_kk[:31], columns, texts, note)


def evidence_data(found: NomineeEvidence, *, is_demo: bool) -> dict[str, object]:
    """Everything on the page as plain data; numbers as texts, as they are published."""
    place = found.place
    return {
        "demonstration": is_demo, "contest": found.contest.code, "stage": found.stage.value,
        "nominee": found.nominee.name_kk, "kato": found.nominee.kato,
        "place": {
            "place": place.place or None, "of": place.placed, "points": _text(place.shown),
            "error": _text(place.error), "place_from": place.low or None, "place_to": place.high or None,
            "surely_better": place.better, "surely_worse": place.worse, "cannot_be_told_apart": place.alike,
            "may_be_best": place.may_be_best, "flags": list(place.flags), "version": place.version,
        },
        "components": [
            {
                "code": part.code, "weight": str(part.weight), "score": _text(part.score),
                "error": _text(part.error), "n": part.n, "used": _text(part.used),
                "is_coarse": part.is_coarse, "reliability": _text(part.reliability), "is_firm": part.is_firm,
            }
            for part in found.parts
        ],
        "profile": [
            {
                "title": _title(line), "mean": _text(line.mean),
                "oblast": line.oblast
                and {
                    "quartile_1": str(line.oblast.low), "median": str(line.oblast.middle),
                    "quartile_3": str(line.oblast.high), "units": line.oblast.units,
                },
            }
            for line in found.profile
        ],
        "flags": [
            {"signal": line.signal, "day": line.day, "seen": line.seen, "rarity": line.rarity}
            for line in (found.flags.lines if found.flags else ())
        ],
        "conclusion": found.conclusion
        and {
            "verdict": found.conclusion.verdict, "reasons_kk": found.conclusion.reasons_kk,
            "reasons_ru": found.conclusion.reasons_ru,
        },
        "questionnaire": found.response
        and {
            "slips_made": found.response.made, "came_back": found.response.returned,
            "voided": found.response.voided, "of_a_hundred": _text(found.response.share),
        },
        "documents": [{"kind": one.kind.value, "name": one.name} for one in found.documents],
        "residents_answered_about_this_nominee": found.is_own_survey,
        "marks": [
            {
                "component": part.component.code,
                "criteria": [criterion.code for criterion in part.component.criteria],
                "judges": {judge.letter: list(judge.marks) for judge in part.judges},
            }
            for part in found.marks
        ],
    }  # fmt: skip


def _title(line: ProfileLine) -> str:
    return _("All criteria together") if line.title is None else str(line.title)


def _text(number: object) -> str | None:
    return None if number is None else str(number)
