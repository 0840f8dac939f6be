"""The pages of commissions: who sits by which order, who is in conflict with whom, what is known of members.

The agency makes commissions and gives seats; the secretary enters what conflicts are found from. Details of
a declared conflict stand on no page.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from contest.commissions import services
from contest.commissions.forms import CallForm, FactsForm, MakeForm, OrderForm, SeatForm
from contest.commissions.models import Commission, MemberFacts, Seat, SeatRole
from contest.commissions.queries import (
    VOTING,
    commission_of,
    conflicts_of,
    declared_by,
    districts,
    get_seat,
    people_of,
    seatable,
    seats_of,
    territory_of,
)
from contest.contests.areas import NATION, parse_area
from contest.contests.forms import require_valid
from contest.contests.models import Contest
from contest.contests.queries import contest_by_code, rulebook_of
from contest.jury.queries import is_marking_closed
from contest.meetings.words import SEATS
from contest.nominees.queries import registered
from contest.rulebook import Stage
from core import clock
from core.access import Right, guarded, may, oblasts_of, require
from core.accounts.queries import get_account, names_of
from core.errors import NotFound
from core.places.filters import name_for_reader
from core.places.queries import get_unit, oblasts
from core.web.edge import database
from core.web.language import language

commissions_staff = Blueprint(
    "commissions_staff", __name__, url_prefix="/staff/contests/<string:code>/commissions"
)
Reply = str | Response


@commissions_staff.get("")
@guarded(Right.SEE_STAGE)
def index(code: str) -> Reply:
    """The commissions that the reader sees, one for each oblast of the contest, and the national one."""
    contest, own = contest_by_code(database(), code), oblasts_of(current_user, Right.SEE_STAGE)
    lines = [
        (Stage.REGIONAL, unit, _people(contest, Stage.REGIONAL, unit.kato))
        for unit in territory_of(database(), contest)
        if own is None or unit.kato in own
    ]
    if own is None:
        lines.append((Stage.NATIONAL, None, _people(contest, Stage.NATIONAL, None)))
    return render_template("contest/commission/index.html", contest=contest, lines=lines, nation=NATION)


@commissions_staff.get("/<string:stage>/<string:area>")
@guarded(Right.SEE_STAGE)
def commission(code: str, stage: str, area: str) -> Reply:
    """One commission: its seats, its conflicts, the way to its meetings."""
    contest, chosen, oblast = _area(code, stage, area, Right.SEE_STAGE)
    session, found = database(), commission_of(database(), contest, chosen, oblast)
    seats = seats_of(session, found) if found else []
    return render_template(
        "contest/commission/commission.html", contest=contest, stage=chosen, area=area, commission=found,
        unit=oblast and get_unit(session, oblast), seats=seats, seat_names=SEATS, make=MakeForm(),
        names={seat.id: account.name for seat, account in seats}, seat=_seat_form(found),
        conflicts=_conflicts(contest, chosen, oblast), call=_call_form(seats), order=OrderForm(),
        can_manage=may(current_user, Right.MANAGE_COMMISSIONS),
        can_know=may(current_user, Right.KNOW_MEMBERS, oblast=oblast),
    )  # fmt: skip


@commissions_staff.post("/<string:stage>/<string:area>")
@guarded(Right.MANAGE_COMMISSIONS)
def make(code: str, stage: str, area: str) -> Reply:
    """Make a commission by an order."""
    contest, chosen, oblast = _area(code, stage, area, Right.MANAGE_COMMISSIONS)
    form = MakeForm()
    require_valid(form)
    services.make_commission(
        database(), contest=contest, stage=chosen, oblast_kato=oblast, order_number=form.order_number.data,
        order_on=form.order_on.data, **_act(),
    )  # fmt: skip
    flash(_("The commission is made. Give its seats."), "good")
    return _to(code, stage, area)


@commissions_staff.post("/<string:stage>/<string:area>/seats")
@guarded(Right.MANAGE_COMMISSIONS)
def seat(code: str, stage: str, area: str) -> Reply:
    """Give somebody a seat."""
    found = _commission(code, stage, area, Right.MANAGE_COMMISSIONS)
    form = _seat_form(found)
    require_valid(form)
    services.give_seat(
        database(), commission=found, account_id=form.account.data, role=SeatRole(form.role.data),
        from_on=form.from_on.data, order_number=form.order_number.data, **_act(),
    )  # fmt: skip
    return _to(code, stage, area)


@commissions_staff.post("/<string:stage>/<string:area>/seats/<int:seat_id>/end")
@guarded(Right.MANAGE_COMMISSIONS)
def end(code: str, stage: str, area: str, seat_id: int) -> Reply:
    """End a seat today."""
    _found, held, form = _held(code, stage, area, seat_id, OrderForm())
    services.end_seat(database(), seat=held, order_number=form.order_number.data, **_act())
    return _to(code, stage, area)


@commissions_staff.post("/<string:stage>/<string:area>/seats/<int:seat_id>/call-up")
@guarded(Right.MANAGE_COMMISSIONS)
def call_up(code: str, stage: str, area: str, seat_id: int) -> Reply:
    """Call an alternate up in the place of a member."""
    found = _commission(code, stage, area, Right.MANAGE_COMMISSIONS)
    form = _call_form(seats_of(database(), found))
    _found, alternate, form = _held(code, stage, area, seat_id, form)
    member = get_seat(database(), found, form.member.data)
    services.call_up(
        database(), alternate=alternate, member=member, order_number=form.order_number.data, **_act()
    )
    return _to(code, stage, area)


@commissions_staff.post("/<string:stage>/<string:area>/seats/<int:seat_id>/send-back")
@guarded(Right.MANAGE_COMMISSIONS)
def send_back(code: str, stage: str, area: str, seat_id: int) -> Reply:
    """The member is back."""
    _found, alternate, form = _held(code, stage, area, seat_id, OrderForm())
    services.send_back(database(), alternate=alternate, order_number=form.order_number.data, **_act())
    return _to(code, stage, area)


@commissions_staff.route("/<string:stage>/<string:area>/people/<int:account_id>", methods=["GET", "POST"])
@guarded(Right.KNOW_MEMBERS)
def facts(code: str, stage: str, area: str, account_id: int) -> Reply:
    """What conflicts of interests are found from, of one member."""
    contest, chosen, oblast = _area(code, stage, area, Right.KNOW_MEMBERS)
    if account_id not in people_of(database(), contest, chosen, oblast).everyone:
        raise NotFound(_("Nobody of this number sits in this commission."))
    kept, form = database().get(MemberFacts, account_id), FactsForm()
    is_settled = is_marking_closed(database(), contest, chosen, oblast)
    form.offer(
        [(unit.kato, name_for_reader(unit)) for unit in oblasts(database(), language())],
        [(unit.kato, name_for_reader(unit)) for unit in districts(database(), oblast=oblast)],
    )
    if form.validate_on_submit():
        services.enter_facts(
            database(), account_id=account_id, employer=form.employer.data, heads_kato=form.heads.data,
            district_kato=form.district.data, oblast_kato=form.oblast.data, **_act(),
        )  # fmt: skip
        flash(
            _("Kept. At this stage the conflicts stay as they were found when the marking was closed.")
            if is_settled else _("Kept. Conflicts that follow from it hold from now on."),
            "good",
        )  # fmt: skip
        return _to(code, stage, area)
    if not form.is_submitted() and kept is not None:
        form.employer.data, form.oblast.data = kept.employer, kept.oblast_kato or ""
        form.district.data, form.heads.data = kept.district_kato or "", kept.heads_kato or ""
    book, declared = rulebook_of(database(), contest), declared_by(database(), contest, account_id)
    return render_template(
        "contest/commission/facts.html", contest=contest, stage=chosen, area=area, form=form,
        is_settled=is_settled, person=get_account(database(), account_id),
        declared=[
            (nominee, book.conflict_ground(made.stage, made.ground).title, made.details)
            for made, nominee in declared
        ],
    )  # fmt: skip


def _area(code: str, stage: str, area: str, right: Right) -> tuple[Contest, Stage, str | None]:
    chosen, oblast = parse_area(stage, area)
    require(right, oblast=oblast)
    contest = contest_by_code(database(), code)
    if oblast is not None:
        get_unit(database(), oblast)
    return contest, chosen, oblast


def _commission(code: str, stage: str, area: str, right: Right) -> Commission:
    found = commission_of(database(), *_area(code, stage, area, right))
    if found is None:
        raise NotFound(_("There is no commission here yet: the agency makes it first."))
    return found


def _held(
    code: str, stage: str, area: str, seat_id: int, form: OrderForm
) -> tuple[Commission, Seat, OrderForm]:
    """A seat and the valid form of an act on it."""
    found = _commission(code, stage, area, Right.MANAGE_COMMISSIONS)
    require_valid(form)
    return found, get_seat(database(), found, seat_id), form


def _people(contest: Contest, stage: Stage, oblast: str | None) -> dict[str, object]:
    found = people_of(database(), contest, stage, oblast)
    names = names_of(database(), {one for one in (found.chair, found.secretary) if one is not None})
    return {
        "members": len(found.members), "alternates": len(found.alternates),
        "chair": names.get(found.chair), "secretary": names.get(found.secretary),
    }  # fmt: skip


def _seat_form(found: Commission | None) -> SeatForm:
    form = SeatForm()
    form.offer([] if found is None else seatable(database(), found))
    return form


def _call_form(seats: list) -> CallForm:
    form = CallForm()
    form.offer(
        (held.id, account.name) for held, account in seats if held.until_on is None and held.role in VOTING
    )
    return form


def _conflicts(contest: Contest, stage: Stage, oblast: str | None) -> list[tuple[str, str, object]]:
    """(member, nominee, ground) of everybody who sits here."""
    people = people_of(database(), contest, stage, oblast).everyone
    if not people:
        return []
    book = rulebook_of(database(), contest)
    nominees = registered(database(), contest, oblast_kato=oblast)
    names = names_of(database(), people)
    found = conflicts_of(database(), contest, stage, nominees)
    return [
        (names[account_id], nominee.name_kk, book.conflict_ground(stage, ground).title)
        for nominee in nominees
        for account_id, ground in found[nominee.id].items()
        if account_id in people
    ]


def _act() -> dict[str, object]:
    return {"actor": current_user.reference, "now": clock.present()}


def _to(code: str, stage: str, area: str) -> Response:
    return redirect(url_for("commissions_staff.commission", code=code, stage=stage, area=area))
