"""The secretary's and the chair's pages of meetings: plan, open, attendance, agenda, votes, protocol.

Whoever may see the stage reads a meeting; who runs it changes its course. A decision is the members' alone.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.commissions.queries import people_of
from contest.contests.areas import NATION
from contest.contests.forms import require_valid
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_of
from contest.decisions.effects import decide_item
from contest.judging.queries import agreement_of
from contest.jury.forms import ActForm
from contest.jury.sight import area_in_sight, require_sight
from contest.meetings import incidents, services, voting
from contest.meetings.forms import (
    CHOICES,
    AttendanceForm,
    CallOffForm,
    ItemForm,
    PlanForm,
    ReasonsForm,
    RecuseForm,
    ReferForm,
    VoteForm,
)
from contest.meetings.leading import leads, require_lead
from contest.meetings.models import COMING, AgendaItem, ItemKind, Meeting, Presence
from contest.meetings.printing import draw_protocol, file_name
from contest.meetings.queries import get_item, get_meeting, meetings_of, roll_of
from contest.meetings.showing import ShownMeeting, shown_meeting
from contest.meetings.words import ITEM_STATES, KINDS, MEETING_STATES, SEATS, VOTES
from contest.rulebook import Stage
from core import clock
from core.access import Right, guarded, may, require_fresh_factor
from core.errors import BadInput, Forbidden, NotFound
from core.places.queries import get_unit
from core.web.edge import database, settings
from core.web.headers import no_store

meetings_staff = Blueprint("meetings_staff", __name__, url_prefix="/staff/contests/<string:code>/meetings")
Reply = str | Response
WORDS = {
    "kinds": KINDS, "meeting_states": MEETING_STATES, "item_states": ITEM_STATES, "votes": VOTES,
    "seats": SEATS, "choices": CHOICES,
}  # fmt: skip
LANGUAGES = ("kk", "ru")


@meetings_staff.get("/<string:stage>/<string:area>")
@guarded(Right.SEE_STAGE)
def index(code: str, stage: str, area: str) -> Reply:
    """The meetings of a commission."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.SEE_STAGE)
    return render_template(
        "contest/meetings/index.html", contest=contest, stage=chosen, area=area, form=PlanForm(),
        meetings=meetings_of(database(), contest, chosen, oblast), **WORDS,
        unit=oblast and get_unit(database(), oblast),
        can_run=leads(contest, chosen, oblast),
    )  # fmt: skip


@meetings_staff.post("/<string:stage>/<string:area>")
@guarded(Right.RUN_MEETINGS)
def plan(code: str, stage: str, area: str) -> Reply:
    """Plan a meeting."""
    contest, chosen, oblast = area_in_sight(code, stage, area, Right.RUN_MEETINGS)
    require_lead(contest, chosen, oblast)
    form = PlanForm()
    require_valid(form)
    made = services.plan_meeting(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, held_on=form.held_on.data,
        place=form.place.data or "", **_act(),
    )  # fmt: skip
    return _to(contest, made)


@meetings_staff.get("/<int:meeting_id>")
@guarded(Right.SEE_STAGE)
def meeting(code: str, meeting_id: int) -> Reply:
    """A meeting: who is there, the agenda, one's own vote, and what was decided."""
    contest, found = found_meeting(code, meeting_id, Right.SEE_STAGE)
    shown = shown_meeting(database(), found, reader=current_user.id)
    return render_template(
        "contest/meetings/meeting.html", contest=contest, meeting=found, shown=shown, act=ActForm(),
        area=found.oblast_kato or NATION, unit=found.oblast_kato and get_unit(database(), found.oblast_kato),
        can_run=leads(contest, found.stage, found.oblast_kato), reasoned=voting.REASONED,
        can_vote=may(current_user, Right.MARK, oblast=found.oblast_kato), **WORDS, **_forms(contest, shown),
        agreement=agreement_of(database(), contest, stage=found.stage, oblast_kato=found.oblast_kato),
    )  # fmt: skip


@meetings_staff.get("/<int:meeting_id>/protocol-<string:lang>.pdf")
@guarded(Right.SEE_STAGE)
def protocol(code: str, meeting_id: int, lang: str) -> Response:
    """The protocol as a file."""
    contest, found = found_meeting(code, meeting_id, Right.SEE_STAGE)
    if lang not in LANGUAGES or found.opened_at is None:
        raise NotFound(_("There is no such protocol: there is one in Kazakh and in Russian once it opens."))
    is_demo = settings().is_demo
    drawn = draw_protocol(database(), found, language=lang, is_demo=is_demo)
    no_store()
    answer = Response(drawn, content_type="application/pdf")
    name = file_name(contest, found, lang, is_demo=is_demo)
    answer.headers.set("Content-Disposition", "inline", filename=name)
    return answer


@meetings_staff.post("/<int:meeting_id>/plan")
@guarded(Right.RUN_MEETINGS)
def move(code: str, meeting_id: int) -> Reply:
    """Give a planned meeting another day or place."""
    contest, found = found_meeting(code, meeting_id, Right.RUN_MEETINGS)
    form = PlanForm()
    require_valid(form)
    services.move_meeting(
        database(), meeting=found, held_on=form.held_on.data, place=form.place.data or "", **_act()
    )
    flash(_("The meeting has another day or place. Tell the members."), "good")
    return _to(contest, found)


@meetings_staff.post("/<int:meeting_id>/call-off")
@guarded(Right.RUN_MEETINGS)
def call_off(code: str, meeting_id: int) -> Reply:
    """Call a planned meeting off."""
    contest, found = found_meeting(code, meeting_id, Right.RUN_MEETINGS)
    require_fresh_factor(now=clock.present())
    form = CallOffForm()
    require_valid(form)
    incidents.call_off_meeting(database(), meeting=found, reason=form.reason.data, **_act())
    flash(_("The meeting is called off. Tell the members."), "good")
    return _to(contest, found)


@meetings_staff.post("/<int:meeting_id>/open")
@guarded(Right.RUN_MEETINGS)
def open_the_meeting(code: str, meeting_id: int) -> Reply:
    """Open a meeting."""
    contest, found = found_meeting(code, meeting_id, Right.RUN_MEETINGS)
    require_fresh_factor(now=clock.present())
    services.open_meeting(database(), meeting=found, **_act())
    flash(_("The meeting is open. Register who is present."), "good")
    return _to(contest, found)


@meetings_staff.post("/<int:meeting_id>/close")
@guarded(Right.RUN_MEETINGS)
def close_the_meeting(code: str, meeting_id: int) -> Reply:
    """Close a meeting."""
    contest, found = found_meeting(code, meeting_id, Right.RUN_MEETINGS)
    require_fresh_factor(now=clock.present())
    services.close_meeting(database(), meeting=found, **_act())
    flash(_("The meeting is over. Print the protocol in both languages and sign it."), "good")
    return _to(contest, found)


@meetings_staff.post("/<int:meeting_id>/attendance")
@guarded(Right.RUN_MEETINGS)
def attendance(code: str, meeting_id: int) -> Reply:
    """Say who is there."""
    contest, found = found_meeting(code, meeting_id, Right.RUN_MEETINGS)
    form = AttendanceForm()
    form.offer(_names(shown_meeting(database(), found)))
    require_valid(form)
    services.register_attendance(database(), meeting=found, present=form.present.data, **_act())
    flash(_("The attendance is registered."), "good")
    return _to(contest, found)


@meetings_staff.post("/<int:meeting_id>/items")
@guarded(Right.RUN_MEETINGS)
def add_an_item(code: str, meeting_id: int) -> Reply:
    """Put another matter on the agenda."""
    contest, found = found_meeting(code, meeting_id, Right.RUN_MEETINGS)
    form = ItemForm()
    require_valid(form)
    services.add_item(
        database(), meeting=found, kind=ItemKind.OTHER, title=form.title(), reference="",
        actor=current_user.reference,
    )  # fmt: skip
    return _to(contest, found)


@meetings_staff.post("/<int:meeting_id>/items/<int:item_id>/open-vote")
@guarded(Right.RUN_MEETINGS)
def open_the_vote(code: str, meeting_id: int, item_id: int) -> Reply:
    """Open the vote on an item."""
    contest, found, item = _led_item(code, meeting_id, item_id)
    voting.open_vote(database(), item=item, **_act())
    return _to(contest, found, item)


@meetings_staff.post("/<int:meeting_id>/items/<int:item_id>/close-vote")
@guarded(Right.RUN_MEETINGS)
def close_the_vote(code: str, meeting_id: int, item_id: int) -> Reply:
    """Close the vote: the item is decided."""
    contest, found, item = _led_item(code, meeting_id, item_id)
    form = ReasonsForm()
    require_valid(form)
    if form.is_half:
        raise BadInput(_("Give the reasons of this decision in Kazakh and in Russian."))
    if form.is_unread:
        raise BadInput(_("Read the reasons once more, and tick that they can become public as they are."))
    decide_item(database(), contest=contest, item=item, reasons=form.reasons(), **_act())
    return _to(contest, found, item)


@meetings_staff.post("/<int:meeting_id>/items/<int:item_id>/aside")
@guarded(Right.RUN_MEETINGS)
def set_aside(code: str, meeting_id: int, item_id: int) -> Reply:
    """Void a vote that has lost its quorum."""
    contest, found, item = _led_item(code, meeting_id, item_id)
    incidents.set_vote_aside(database(), item=item, actor=current_user.reference)
    return _to(contest, found, item)


@meetings_staff.post("/<int:meeting_id>/items/<int:item_id>/drop")
@guarded(Right.RUN_MEETINGS)
def drop(code: str, meeting_id: int, item_id: int) -> Reply:
    """Take an item from the agenda."""
    contest, found, item = _led_item(code, meeting_id, item_id)
    incidents.drop_item(database(), item=item, actor=current_user.reference)
    return _to(contest, found)


@meetings_staff.post("/<int:meeting_id>/items/<int:item_id>/refer")
@guarded(Right.RUN_MEETINGS)
def refer(code: str, meeting_id: int, item_id: int) -> Reply:
    """Hand an item to the national commission."""
    contest, found, item = found_item(code, meeting_id, item_id, Right.RUN_MEETINGS)
    form = ReferForm()
    form.offer(_national(contest))
    require_valid(form)
    to = get_meeting(database(), contest, form.meeting.data)
    incidents.refer_item(database(), item=item, to=to, actor=current_user.reference)
    flash(_("The national commission decides this item."), "good")
    return _to(contest, found)


def found_meeting(code: str, meeting_id: int, right: Right) -> tuple[Contest, Meeting]:
    """A meeting, for a reader who has the right in its oblast; to run it one leads it, too."""
    contest = contest_by_code(database(), code)
    found = get_meeting(database(), contest, meeting_id)
    require_sight(contest, found.oblast_kato, right)
    if right is Right.RUN_MEETINGS:
        require_lead(contest, found.stage, found.oblast_kato)
    return contest, found


def found_item(code: str, meeting_id: int, item_id: int, right: Right) -> tuple[Contest, Meeting, AgendaItem]:
    """An item of a meeting, for a reader who has the right in its oblast."""
    contest, found = found_meeting(code, meeting_id, right)
    return contest, found, get_item(database(), found, item_id)


def _led_item(code: str, meeting_id: int, item_id: int) -> tuple[Contest, Meeting, AgendaItem]:
    """An item for whoever leads its vote; somebody who stays away from it leaves that to the other."""
    contest, found, item = found_item(code, meeting_id, item_id, Right.RUN_MEETINGS)
    if roll_of(database(), item).presence.get(current_user.id) is Presence.RECUSED:
        raise Forbidden(_("You have a conflict of interests in this item: the secretary leads its vote."))
    return contest, found, item


def _forms(contest: Contest, shown: ShownMeeting) -> dict[str, object]:
    """The forms of the page; of the same kind one for all items."""
    attendance, refer = AttendanceForm(formdata=None), ReferForm(formdata=None)
    attendance.offer(_names(shown))
    seated = people_of(database(), contest, shown.meeting.stage, shown.meeting.oblast_kato).everyone
    attendance.present.data = [
        one.account_id for one in shown.people if one.is_there and one.account_id in seated
    ]
    # A matter that was referred keeps the grounds of its own stage.
    recuse = {stage: RecuseForm(formdata=None) for stage in Stage}
    for stage, form in recuse.items():
        form.offer(rulebook_of(database(), contest).stage(stage).conflicts)
    refer.offer(_national(contest) if shown.meeting.stage is Stage.REGIONAL else [])
    return {
        "attendance": attendance, "recuse": recuse, "refer": refer, "vote": VoteForm(formdata=None),
        "reasons": ReasonsForm(formdata=None), "new_item": ItemForm(formdata=None),
        "plan": PlanForm(formdata=None, obj=shown.meeting), "off": CallOffForm(formdata=None),
    }  # fmt: skip


def _names(shown: ShownMeeting) -> dict[int, str]:
    return {person.account_id: f"{person.name} · {SEATS[person.role]}" for person in shown.people}


def _national(contest: Contest) -> list[tuple[Meeting, str]]:
    found = meetings_of(database(), contest, Stage.NATIONAL, None)
    return [
        (one, _("No %(number)s, %(day)s", number=one.number, day=format_date(one.held_on)))
        for one in found
        if one.state in COMING
    ]


def _act() -> dict[str, object]:
    return {"actor": current_user.reference, "now": clock.present()}


def _to(contest: Contest, found: Meeting, item: AgendaItem | None = None) -> Response:
    anchor = None if item is None else f"item-{item.position}"
    return redirect(url_for("meetings_staff.meeting", code=contest.code, meeting_id=found.id, _anchor=anchor))
