"""The forms of objections: for the nominee, for the secretary, and for the agenda."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from contest.contests.forms import ConfirmForm
from contest.nominees.models import Nominee
from contest.objections.models import ObjectionKind
from contest.objections.services import LONGEST_CLAIM, ClaimedConflict
from contest.objections.words import KINDS
from contest.rulebook import Ground
from core.accounts.models import Account


class ClaimForm(FlaskForm):
    """What is wrong, in one's own words."""

    claim = TextAreaField(
        _l("What is wrong, and why"), [InputRequired(), Length(max=LONGEST_CLAIM)],
        description=_l("Name what you object to as exactly as you can; the commission reads this text."),
    )  # fmt: skip


class ObjectionForm(ClaimForm):
    """An objection: of which kind, and for a conflict of interests of whom with whom; 0 is nobody."""

    kind = SelectField(_l("You object to"), [InputRequired()])
    member = SelectField(
        _l("Whose conflict of interests"), coerce=int,
        description=_l("Only for a conflict of interests: the member, the nominee and the ground."),
    )  # fmt: skip
    about = SelectField(_l("With which nominee"), coerce=int)
    ground = SelectField(_l("On which ground"))

    def offer(
        self,
        *,
        is_excluded: bool | None,
        members: Iterable[Account],
        nominees: Iterable[Nominee],
        grounds: Iterable[Ground],
    ) -> None:
        """Set what fits the nominee (None: of somebody not chosen yet), the people and the grounds."""
        kinds = [
            kind for kind in ObjectionKind
            if is_excluded is None or (kind is ObjectionKind.EXCLUSION) is is_excluded
        ]  # fmt: skip
        self.kind.choices = [SelectChoice(kind.value, str(KINDS[kind])) for kind in kinds]
        self.member.choices = [SelectChoice(0, "–"), *(SelectChoice(one.id, one.name) for one in members)]
        self.about.choices = [SelectChoice(0, "–"), *(SelectChoice(one.id, one.name_kk) for one in nominees)]
        self.ground.choices = [
            SelectChoice("", "–"), *(SelectChoice(one.code, str(one.title)) for one in grounds)
        ]  # fmt: skip

    def conflict(self) -> ClaimedConflict | None:
        """The claimed conflict; None for another kind."""
        if self.kind.data != ObjectionKind.CONFLICT:
            return None
        return ClaimedConflict(self.member.data, self.about.data, self.ground.data)


class PaperForm(ObjectionForm):
    """An objection that came on paper, registered by the secretary."""

    nominee = SelectField(_l("Who signed it"), [InputRequired()], coerce=int)

    def offer_nominees(self, nominees: Iterable[Nominee]) -> None:
        """Set whom the standing concerns."""
        self.nominee.choices = [SelectChoice(one.id, one.name_kk) for one in nominees]


class PaperWaiverForm(ConfirmForm):
    """A signed paper by which a nominee gives the right up."""

    nominee = SelectField(_l("Who signed it"), [InputRequired()], coerce=int)

    def offer(self, nominees: Iterable[Nominee]) -> None:
        """Set who has not given it up yet."""
        self.nominee.choices = [SelectChoice(one.id, one.name_kk) for one in nominees]
