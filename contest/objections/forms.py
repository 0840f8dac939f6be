"""The forms of objections: for the nominee, for the secretary, and for the agenda."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from contest.contests.forms import ConfirmForm
from contest.nominees.documents.forms import file_field
from contest.nominees.models import Nominee, NomineeExclusion
from contest.objections.models import ObjectionKind
from contest.objections.services import LONGEST_CLAIM, ClaimedConflict
from contest.objections.words import KINDS
from contest.rulebook import Ground
from core.accounts.models import Account

EXCLUSION = "exclusion-"
#: What can be wrong with a standing.
STANDING_KINDS = (ObjectionKind.COMPUTATION, ObjectionKind.CONFLICT)
#: Who registers a paper hands it in with it: nobody objects in another's name.
SCAN = _l("The nominee's signed paper, scanned")


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
        kinds: Iterable[ObjectionKind] = STANDING_KINDS,
        members: Iterable[Account],
        nominees: Iterable[Nominee],
        grounds: Iterable[Ground],
    ) -> None:
        """Set the kinds, the people and the grounds."""
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


class PaperAppealForm(ClaimForm):
    """An appeal that came on paper, registered by the secretary."""

    scan = file_field(SCAN)


class PaperForm(ObjectionForm):
    """An objection that came on paper, registered by the secretary."""

    nominee = SelectField(_l("Who signed it"), [InputRequired()], coerce=int)
    scan = file_field(SCAN)

    def offer_nominees(self, nominees: Iterable[Nominee]) -> None:
        """Set whom the standing concerns, and who is excluded."""
        self.nominee.choices = [SelectChoice(one.id, one.name_kk) for one in nominees]


class PaperWaiverForm(ConfirmForm):
    """A signed paper by which a nominee gives the right up, to object to the standing or to an exclusion."""

    nominee = SelectField(_l("Who signed it"), [InputRequired()])

    def offer(
        self, nominees: Iterable[Nominee], excluded: Iterable[tuple[NomineeExclusion, Nominee]]
    ) -> None:
        """Set who has not given it up yet."""
        self.nominee.choices = [SelectChoice(str(one.id), one.name_kk) for one in nominees] + [
            SelectChoice(f"{EXCLUSION}{one.id}", _("%(name)s: the exclusion", name=nominee.name_kk))
            for one, nominee in excluded
        ]

    @property
    def exclusion_id(self) -> int | None:
        """The chosen exclusion; None where the right is to object to the standing."""
        chosen = self.nominee.data
        return int(chosen.removeprefix(EXCLUSION)) if chosen.startswith(EXCLUSION) else None
