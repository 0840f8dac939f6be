"""The forms of commissions: made by an order, a seat, an end, a call, facts of a member."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from contest.commissions.services import LONGEST_EMPLOYER
from contest.meetings.words import SEATS

LONGEST_ORDER = 60


class OrderForm(FlaskForm):
    """An act that rests on an order."""

    order_number = StringField(_l("Number of the order"), [InputRequired(), Length(max=LONGEST_ORDER)])


class MakeForm(OrderForm):
    """A new commission."""

    order_on = DateField(_l("Day of the order"), [InputRequired()])


class SeatForm(OrderForm):
    """A seat for an account that has the role here."""

    account = SelectField(_l("Who"), [InputRequired()], coerce=int)
    role = SelectField(
        _l("Seat"), [InputRequired()],
        choices=[SelectChoice(role.value, name) for role, name in SEATS.items()],
    )  # fmt: skip
    from_on = DateField(_l("From"), [InputRequired()])

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        """Set the accounts that could be seated."""
        self.account.choices = [SelectChoice(number, name) for number, name in people]


class CallForm(OrderForm):
    """An alternate called up in the place of a member."""

    member = SelectField(_l("In the place of"), [InputRequired()], coerce=int)

    def offer(self, members: Iterable[tuple[int, str]]) -> None:
        """Set the seats of those who vote."""
        self.member.choices = [SelectChoice(number, name) for number, name in members]


class FactsForm(FlaskForm):
    """What conflicts of interests are found from."""

    employer = StringField(
        _l("Employer"), [Optional(), Length(max=LONGEST_EMPLOYER)],
        description=_l("As in the documents: a nominee of the same employer is a conflict."),
    )  # fmt: skip
    oblast = SelectField(_l("Oblast where the member lives or works"), [Optional()])
    district = SelectField(_l("District where the member lives or works"), [Optional()])
    heads = SelectField(
        _l("District that the member heads"), [Optional()],
        description=_l("Akims of its villages are subordinate to the member."),
    )  # fmt: skip

    def offer(self, oblasts: Iterable[tuple[str, str]], districts: list[tuple[str, str]]) -> None:
        """Set the units; the first choice is none."""
        none = SelectChoice("", _l("not known or none"))
        self.oblast.choices = [none, *(SelectChoice(kato, name) for kato, name in oblasts)]
        for chosen in (self.district, self.heads):
            chosen.choices = [none, *(SelectChoice(kato, name) for kato, name in districts)]
