"""The staff forms of paper: a batch, one sheet, one sheet again, and the numbers of a reconciliation."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from core.places.models import AGE_BANDS, SEXES
from surveys.paper import wording
from surveys.paper.models import FEWEST_SHEETS, MOST_SHEETS
from surveys.paper.names import COUNT_NAMES, SPOILT_NAMES
from surveys.paper.sheets import BAND, SEX, Reading, Spoilt, ratings_from
from surveys.paper.sums import Counts

_NONE = ""


class BatchForm(FlaskForm):
    """A new batch of one campaign."""

    kato = SelectField(_l("Unit"), [InputRequired()])
    sheets = IntegerField(
        _l("Number of sheets"), [InputRequired(), NumberRange(FEWEST_SHEETS, MOST_SHEETS)],
        description=_l(
            "From %(fewest)s to %(most)s. All batches of a unit together: at most a sheet for each adult.",
            fewest=FEWEST_SHEETS, most=MOST_SHEETS,
        ),
    )  # fmt: skip
    second_oblast = SelectField(
        _l("Oblast of the second entry"), [InputRequired()],
        description=_l("Its operators enter each sheet independently of yours. The sheets go there."),
    )  # fmt: skip
    handed_out_by = StringField(
        _l("Who hands the sheets out"), [InputRequired(), Length(max=120)],
        description=_l("A role or a place, such as “village library”. No names."),
    )  # fmt: skip

    def offer(self, units: Sequence[tuple[str, str]], oblasts: Sequence[tuple[str, str]]) -> None:
        """Set the choices that depend on the database."""
        self.kato.choices = [SelectChoice(kato, name) for kato, name in units]
        self.second_oblast.choices = [SelectChoice(kato, name) for kato, name in oblasts]


class ReadingForm(FlaskForm):
    """What is read from a sheet: a digit for each row, in order; or why it cannot be read."""

    digits = StringField(_l("Answers, a digit for each row"), [Length(max=60)])
    band = SelectField(_l("Age group"), [Optional()], default=_NONE)
    sex = SelectField(_l("Sex"), [Optional()], default=_NONE)
    spoilt = SelectField(_l("Only if the sheet cannot be read"), [Optional()], default=_NONE)

    def ask(self, codes: Sequence[str], *, asks_band: bool, asks_sex: bool) -> None:
        """Set which rows are asked for, and whether the strata are."""
        self.codes = tuple(codes)
        self.digits.flags.required = True  # in words; the browser must not insist when the sheet is spoilt
        self.digits.description = _l(
            "%(count)s digits in the order of the sheet: 5 to 1, and 0 for “hard to say”, an empty row or "
            "two marks in a row.",
            count=len(self.codes),
        )
        bands = [(str(number), f"{number} · {band}") for number, band in enumerate(AGE_BANDS, start=1)]
        sexes = [
            (str(number), f"{number} · {wording.SEXES[sex]}") for number, sex in enumerate(SEXES, start=1)
        ]
        self._offer(self.band, [(_NONE, _l("0 · not marked")), *bands])
        self._offer(self.sex, [(_NONE, _l("0 · not marked")), *sexes])
        self._offer(self.spoilt, [(_NONE, _l("It can be read")), *SPOILT_NAMES.items()])
        if not asks_band:
            del self.band
        if not asks_sex:
            del self.sex

    def validate_digits(self, field: StringField) -> None:
        """One digit for each row that is asked for, unless the sheet is spoilt."""
        if self.spoilt.data:
            return
        try:
            self.ratings = ratings_from(field.data or "", len(self.codes))
        except ValueError:
            raise StopValidation(
                _l("Type %(count)s digits from 0 to 5, one for each row.", count=len(self.codes))
            ) from None

    def reading(self) -> Reading:
        """The whole sheet, when all of it was asked for."""
        if self.spoilt.data:
            return Reading(spoilt=Spoilt(self.spoilt.data))
        return Reading(self.ratings, band=self._band(), sex=self._sex())

    def again(self) -> dict[str, str | None]:
        """The fields that were asked for, read anew."""
        found: dict[str, str | None] = {}
        if not self.spoilt.data:
            found = dict(zip(self.codes, self.ratings, strict=True))
            if "band" in self:
                found[BAND] = self._band()
            if "sex" in self:
                found[SEX] = self._sex()
        return found

    def _band(self) -> str | None:
        chosen = self.band.data if "band" in self else _NONE
        return AGE_BANDS[int(chosen) - 1] if chosen else None

    def _sex(self) -> str | None:
        chosen = self.sex.data if "sex" in self else _NONE
        return SEXES[int(chosen) - 1] if chosen else None

    @staticmethod
    def _offer(field: SelectField, choices: Sequence[tuple[str, object]]) -> None:
        field.choices = [SelectChoice(value, label) for value, label in choices]


class SheetForm(ReadingForm):
    """One sheet: its code, and what is read from it."""

    code = StringField(
        _l("Code of the sheet"), [InputRequired(), Length(max=40)],
        description=_l("Scan the picture, or type the twelve letters and digits under it."),
    )  # fmt: skip


class CountsForm(FlaskForm):
    """Where the sheets of a batch are, counted by hand."""

    given_out = IntegerField(COUNT_NAMES["given_out"], [InputRequired(), NumberRange(0, MOST_SHEETS)])
    spoiled = IntegerField(COUNT_NAMES["spoiled"], [InputRequired(), NumberRange(0, MOST_SHEETS)])
    unused = IntegerField(COUNT_NAMES["unused"], [InputRequired(), NumberRange(0, MOST_SHEETS)])
    returned_filled = IntegerField(
        COUNT_NAMES["returned_filled"], [InputRequired(), NumberRange(0, MOST_SHEETS)]
    )
    returned_empty = IntegerField(
        COUNT_NAMES["returned_empty"], [InputRequired(), NumberRange(0, MOST_SHEETS)]
    )
    not_returned = IntegerField(COUNT_NAMES["not_returned"], [InputRequired(), NumberRange(0, MOST_SHEETS)])

    def counts(self) -> Counts:
        """The numbers of a valid form."""
        return Counts(**{name: self[name].data for name in COUNT_NAMES})


class SignForm(FlaskForm):
    """A signature: nothing to fill in."""
