"""The staff forms of proposals: which meeting, and what is put to its vote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectChoice, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from contest.decisions.wording import SIGNALS
from contest.meetings.models import Meeting
from contest.nominees.models import Nominee
from contest.rulebook import Exclusion, Ground
from contest.rulebook_parts import LEAST_RARITY

MOST_RARE = 1_000_000


class ProposeForm(FlaskForm):
    """A proposal for the agenda of one of the coming meetings."""

    meeting = SelectField(_l("Meeting"), [InputRequired()], coerce=int)

    def offer(self, meetings: Sequence[Meeting]) -> None:
        """Set the meetings that are not closed."""
        self.meeting.choices = [
            SelectChoice(
                one.id, _("number %(number)s of %(day)s", number=one.number, day=one.held_on.isoformat())
            )
            for one in meetings
        ]


class ExclusionForm(ProposeForm):
    """A nominee's exclusion on a ground of the rule book."""

    nominee = SelectField(_l("Nominee"), [InputRequired()], coerce=int)
    ground = SelectField(_l("Ground"), [InputRequired()])

    def offer_cases(self, nominees: Iterable[Nominee], grounds: Iterable[Ground]) -> None:
        """Set who takes part and the rule book's grounds."""
        self.nominee.choices = [SelectChoice(one.id, one.name_kk) for one in nominees]
        self.ground.choices = [SelectChoice(one.code, str(one.title)) for one in grounds]


class NominationForm(ProposeForm):
    """A nomination for one who can get it."""

    nominee = SelectField(_l("Nominee"), [InputRequired()], coerce=int)

    def offer_candidates(self, nominees: Iterable[Nominee]) -> None:
        """Set who could get it."""
        self.nominee.choices = [SelectChoice(one.id, one.name_kk) for one in nominees]


class HandOverForm(FlaskForm):
    """A button with nothing to fill in."""


def _rarity(name: object) -> IntegerField:
    return IntegerField(name, [Optional(), NumberRange(LEAST_RARITY, MOST_RARE)])


class SignalsForm(ProposeForm):
    """From which rarity on each signal leaves a day out; an empty field leaves none out."""

    burst = _rarity(_l("Many answers at once"))
    one_source = _rarity(_l("Many answers from one address"))
    no_script = _rarity(_l("Many answers without script"))
    trap = _rarity(_l("Many answers that filled the hidden field"))
    busy_day = _rarity(_l("One day far above the others"))
    straight_lines = _rarity(_l("The same rating for everything"))

    def fill(self, rules: Sequence[Exclusion]) -> None:
        """Begin with what the rule book proposes."""
        for rule in rules:
            self[_field(rule.signal)].data = rule.rarer_than

    def rules(self) -> tuple[Exclusion, ...]:
        """What was filled in."""
        return tuple(
            Exclusion(signal, self[_field(signal)].data)
            for signal in SIGNALS
            if self[_field(signal)].data is not None
        )

    @property
    def rarities(self) -> tuple[IntegerField, ...]:
        """The fields of the signals, in their order."""
        return tuple(self[_field(signal)] for signal in SIGNALS)


def _field(signal: str) -> str:
    return signal.replace("-", "_")
