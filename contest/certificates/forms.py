"""The staff forms of certificates: the order of issue, and the reason of a revocation or a new copy."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from contest.certificates.composing import Order
from contest.certificates.record import LONGEST

_REQUIRED = InputRequired(_l("Fill in this field."))


class IssueForm(FlaskForm):
    """The order that stands on the certificates."""

    number = StringField(
        _l("Number of the order"), [_REQUIRED, Length(max=LONGEST["order_number"])],
        description=_l("As it stands on the order, without the sign №."),
    )  # fmt: skip
    on = DateField(_l("Date of the order"), [_REQUIRED])
    signed_by = StringField(
        _l("Who signs"), [Length(max=LONGEST["signed_by"])],
        description=_l("Initials and surname of the chair, to be printed under the line."),
    )  # fmt: skip

    def order(self) -> Order:
        """What was filled in."""
        return Order(self.number.data, self.on.data, self.signed_by.data or "")


class RevokeForm(FlaskForm):
    """Why a certificate is declared void."""

    reason = StringField(
        _l("Reason"), [_REQUIRED, Length(max=300)],
        description=_l("Everybody who checks the code will read it."),
    )  # fmt: skip


class ReissueForm(RevokeForm):
    """Why a certificate is made anew, and how the name is written now."""

    name_kk = StringField(_l("Name in Kazakh"), [_REQUIRED, Length(max=LONGEST["name_kk"])])
    name_ru = StringField(_l("Name in Russian"), [_REQUIRED, Length(max=LONGEST["name_ru"])])
