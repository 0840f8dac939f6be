"""The forms of slips: handing out, unused codes, the act, addresses; and how a typed list is read."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from core.errors import BadInput
from ethics.slips.positions import LONGEST, MOST, Position, PositionFault, Wrong, read_positions

_BY_POSITION = _l("By position, such as “chief specialist of the akim's office”; no name.")


class WitnessForm(FlaskForm):
    """Two witnesses by their positions."""

    first_witness = StringField(
        _l("First witness"), [InputRequired(), Length(max=LONGEST)], description=_BY_POSITION
    )
    second_witness = StringField(_l("Second witness"), [InputRequired(), Length(max=LONGEST)])

    @property
    def witnesses(self) -> tuple[str, str]:
        return self.first_witness.data, self.second_witness.data


class SlipActForm(WitnessForm):
    """The act: how many unused slips were counted by hand."""

    unused = IntegerField(
        _l("Unused slips, counted by hand"), [InputRequired(), NumberRange(min=0, max=MOST)]
    )


class VoidForm(FlaskForm):
    """Codes of unused slips."""

    codes = TextAreaField(
        _l("Codes of unused slips"), [InputRequired(), Length(max=80_000)],
        description=_l("One a line, typed or scanned. What is voided cannot be taken back."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "rows": 6},
    )  # fmt: skip


class AddressForm(FlaskForm):
    """Addresses for the codes."""

    addresses = TextAreaField(
        _l("E-mail addresses"), [InputRequired(), Length(max=140_000)],
        description=_l("One a line, as many as slips. They are not kept; the codes are dealt at random."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "rows": 8},
    )  # fmt: skip


def typed_positions(text: str) -> tuple[Position, ...]:
    """The list by position as it was typed.

    :raises BadInput: naming the line and what is wrong with it.
    """
    try:
        return read_positions(text)
    except PositionFault as fault:
        place = _l("line %(number)s", number=fault.line) if fault.line else None
        raise BadInput(_said(fault), place=place) from None


def _said(fault: PositionFault) -> object:
    facts = {"text": fault.text, "most": MOST, "longest": LONGEST}
    return {
        Wrong.PARTS: _l("“%(text)s” needs three parts: in Kazakh | in Russian | how many people.", **facts),
        Wrong.COUNT: _l("“%(text)s” is no number of people from 1 to %(most)s.", **facts),
        Wrong.TWICE: _l("“%(text)s” stands there twice: add the numbers up.", **facts),
        Wrong.LONG: _l("a position is longer than %(longest)s letters.", **facts),
        Wrong.EMPTY: _l("The list has no position yet."),
        Wrong.MANY: _l("The list has %(text)s people; at most %(most)s can be asked.", **facts),
    }[fault.wrong]
