"""The forms of a meeting: its day, who is there, an item, a vote, reasons, a referral."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from contest.meetings.incidents import LONGEST_REASON
from contest.meetings.models import Choice, Meeting
from contest.meetings.services import LONGEST_PLACE, LONGEST_TITLE
from contest.rulebook import Ground
from core.words import Words

CHOICES = {
    Choice.YES: _l("For"),
    Choice.NO: _l("Against"),
    Choice.ABSTAIN: _l("I abstain"),
}


class PlanForm(FlaskForm):
    """A new meeting."""

    held_on = DateField(_l("Day of the meeting"), [InputRequired()])
    place = StringField(
        _l("Where"),
        [Optional(), Length(max=LONGEST_PLACE)],
        description=_l("A room, or the link of a video meeting."),
    )


class CallOffForm(FlaskForm):
    """Why a planned meeting does not take place."""

    reason = StringField(
        _l("Why it is called off"), [InputRequired(), Length(max=LONGEST_REASON)],
        description=_l("Whoever sees the stage reads it, and the journal keeps it: name nobody."),
    )  # fmt: skip


class AttendanceForm(FlaskForm):
    """Who is there, as ticks."""

    present = SelectMultipleField(
        _l("Who is present"), [Optional()], coerce=int, widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(), description=_l("Untick whoever has left."),
    )  # fmt: skip

    def offer(self, people: Mapping[int, str]) -> None:
        """Set the people who sit in the commission."""
        self.present.choices = [SelectChoice(number, name) for number, name in people.items()]


class ItemForm(FlaskForm):
    """An item of the agenda that is no proposal of a page of its own."""

    title_kk = StringField(_l("What is decided, in Kazakh"), [InputRequired(), Length(max=LONGEST_TITLE)])
    title_ru = StringField(_l("What is decided, in Russian"), [InputRequired(), Length(max=LONGEST_TITLE)])

    def title(self) -> Words:
        """The title; its English is the Russian one, for nothing in a protocol is English."""
        return Words(self.title_kk.data, self.title_ru.data, self.title_ru.data)


class VoteForm(FlaskForm):
    """A member's vote."""

    choice = RadioField(
        _l("Your vote"), [InputRequired()],
        choices=[SelectChoice(choice.value, label) for choice, label in CHOICES.items()],
        description=_l("It is open: the protocol names it. It cannot be changed."),
    )  # fmt: skip


#: What becomes public word for word says nothing about people that is not already public.
WITHOUT_PEOPLE = _l(
    "It becomes public word for word, with the results. Name nobody; no numbers of papers or telephones, no "
    "addresses, nothing about health or family."
)


class ReasonsForm(FlaskForm):
    """The reasons of a decision, in both languages or in none; read once more before they are kept."""

    reasons_kk = TextAreaField(
        _l("Reasons in Kazakh"), [Optional(), Length(max=4000)], description=WITHOUT_PEOPLE
    )
    reasons_ru = TextAreaField(
        _l("Reasons in Russian"), [Optional(), Length(max=4000)], description=WITHOUT_PEOPLE
    )
    is_read = BooleanField(_l("I have read the reasons once more: they can become public as they are."))

    def reasons(self) -> Words | None:
        """The reasons where both are given; None where one is missing."""
        kk, ru = (self.reasons_kk.data or "").strip(), (self.reasons_ru.data or "").strip()
        return Words(kk, ru, ru) if kk and ru else None

    @property
    def is_half(self) -> bool:
        """Whether reasons are given in one language alone."""
        return bool((self.reasons_kk.data or "").strip()) is not bool((self.reasons_ru.data or "").strip())

    @property
    def is_unread(self) -> bool:
        """Whether reasons are given and nobody says that they can become public."""
        return self.reasons() is not None and not self.is_read.data


class RecuseForm(FlaskForm):
    """Staying away from one item."""

    ground = SelectField(_l("Ground"), [InputRequired()])

    def offer(self, grounds: Sequence[Ground]) -> None:
        """Set the rule book's grounds."""
        self.ground.choices = [SelectChoice(ground.code, str(ground.title)) for ground in grounds]


class ReferForm(FlaskForm):
    """Handing an item to the national commission."""

    meeting = SelectField(_l("Meeting of the national commission"), [InputRequired()], coerce=int)

    def offer(self, meetings: Sequence[tuple[Meeting, str]]) -> None:
        """Set the national meetings that are not closed, with their labels."""
        self.meeting.choices = [SelectChoice(meeting.id, label) for meeting, label in meetings]
