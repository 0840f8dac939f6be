"""The way of a verified survey's resident to the outside service and back to the form.

No page of ours is in a frame here: such services refuse frames. One cookie lives for the minutes of the
sign-in alone, sealed and of this browser; no ticket and no identifier ever stands in an address.
"""

from __future__ import annotations

import hmac
from dataclasses import astuple, dataclass
from datetime import timedelta

import structlog
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from core import clock
from core.access import public
from core.errors import AuylError, Forbidden, Gone, Unavailable
from core.places.queries import get_unit, path_of
from core.web.edge import database, settings
from core.web.failures import status_of
from core.web.headers import no_store
from core.web.language import language
from core.web.limits import limiter
from surveys.answering import form_page
from surveys.filling import Filled
from surveys.intake import require_open
from surveys.queries import AskedUnit, asked_unit
from surveys.rules import Mode
from surveys.tickets import ticket_subject
from surveys.voters.carriers import carry, open_facts, seal_facts
from surveys.voters.provider import Person, Provider
from surveys.voters.verification import verification_of

voters_public = Blueprint("voters_public", __name__, url_prefix="/verify")

COOKIE = "verify"
FLOW_LIFE = timedelta(minutes=15)
DOOR = "surveys_public"
_PURPOSE, _STATE = "voter-flow", "voter-state"
#: How long the state of a sign-in still tells its survey.
AIM_LIFE = timedelta(days=1)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Aim:
    """The survey that a sign-in is for: its state carries it, sealed, so that every end leads back there.

    Not the village: the service keeps the state beside a person's name.
    """

    campaign: str
    language: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in under way in one browser, and the village whose form it leads to."""

    state: str
    nonce: str
    verifier: str
    kato: str


@voters_public.record_once
def name_the_service(state: BlueprintSetupState) -> None:
    """Let every form say what the service is called."""
    service = state.app.extensions["settings"].sign_in
    state.app.jinja_env.globals["verifier_name"] = service.name if service else ""


@voters_public.before_request
def keep_nothing() -> None:
    """Keep these pages out of caches and referrers."""
    no_store()


def has_failed(response: Response) -> bool:
    """Whether a request counts against trying: people who come back well never do."""
    return response.status_code >= 400


@voters_public.get("/<string:campaign>/<string:kato>")
@public
def begin(campaign: str, kato: str) -> Response:
    """Lead to the service that confirms who one is."""
    asked, now = asked_unit(database(), code=campaign, kato=kato), clock.present()
    if asked.mode is not Mode.VERIFIED:
        return redirect(url_for(f"{DOOR}.show_form", campaign=campaign, kato=kato, lang=language()))
    require_open(asked, now=now)
    aim = Aim(campaign, language())
    state = _sealed(aim, _STATE)
    try:
        started = _provider().begin(state=state, language=aim.language, now=now)
    except Unavailable as fault:
        return _failed(fault, aim, kato)
    answer = redirect(started.address)
    answer.set_cookie(
        COOKIE, _sealed(Flow(state, started.nonce, started.verifier, kato), _PURPOSE),
        max_age=int(FLOW_LIFE.total_seconds()), path=voters_public.url_prefix, httponly=True, samesite="Lax",
        secure=settings().is_secure,
    )  # fmt: skip
    return answer


@voters_public.get("/return")
@public
@limiter.limit("60 per minute", deduct_when=has_failed)
def come_back() -> Response:
    """The form, for the person whom the service sent back."""
    aim, flow = _aim(), _flow()
    kato = flow.kato if flow else None
    with force_locale(aim.language):
        g.page_address = _beginning(aim, kato)
        try:
            answer = make_response(_form_of(aim, flow))
        except AuylError as fault:
            log.warning("verify.refused", fault=type(fault).__name__)
            answer = _failed(fault, aim, kato)
    answer.headers["Content-Language"] = aim.language
    if flow:  # else it is of another window, whose way goes on
        answer.delete_cookie(COOKIE, path=voters_public.url_prefix)
    return answer


def _form_of(aim: Aim, flow: Flow | None) -> str:
    """Ask the service first and the database afterwards: no connection waits for a slow service."""
    now = clock.present()
    if flow is None:
        raise _gone()
    if "error" in request.args:
        raise Forbidden(
            _l("The service did not confirm who you are, or you stopped there. Nothing was sent.")
        )
    person = _provider().finish(
        code=request.args.get("code", ""), nonce=flow.nonce, verifier=flow.verifier, now=now
    )
    asked = asked_unit(database(), code=aim.campaign, kato=flow.kato)
    require_open(asked, now=now)
    _require_own_unit(asked, person)
    mark = verification_of(settings()).marks.mark(aim.campaign, issuer=person.issuer, subject=person.subject)
    carried = carry(mark, subject=ticket_subject(asked), secret=settings().secret_key, now=now)
    return form_page(asked, Filled(), door=DOOR, carried=carried)


def _aim() -> Aim:
    """Where the sign-in that is answered was to lead.

    :raises Gone: when its state is not ours, or far too old.
    """
    found = _opened(request.args.get("state", ""), _STATE, AIM_LIFE)
    if found is None:
        raise _gone()
    return Aim(*found)


def _flow() -> Flow | None:
    """The sign-in of this browser that the service answers to.

    None when there is none, it waited too long, or the answer belongs to another one.
    """
    found = _opened(request.cookies.get(COOKIE, ""), _PURPOSE, FLOW_LIFE)
    if found is None or not hmac.compare_digest(found[0].encode(), request.args["state"].encode()):
        return None
    return Flow(*found)


def _gone() -> Gone:
    return Gone(
        _l("This way to the form was begun in another window, or it waited too long. Nothing was sent. Open "
           "the survey again.")
    )  # fmt: skip


def _sealed(facts: Aim | Flow, purpose: str) -> str:
    return seal_facts(astuple(facts), secret=settings().secret_key, purpose=purpose, now=clock.present())


def _opened(text: str, purpose: str, life: timedelta) -> list[str] | None:
    secret, now = settings().secret_key, clock.present()
    found = open_facts(text, secret=secret, purpose=purpose, life=life, now=now)
    return found[1] if found else None


def _require_own_unit(asked: AskedUnit, person: Person) -> None:
    """Where the service says where a person lives, one answers for that place alone."""
    if person.unit is None:
        return
    unit = get_unit(database(), person.unit)
    if asked.kato not in {unit.kato, *(above.kato for above in path_of(database(), unit))}:
        raise Forbidden(
            _l("The service says that you live elsewhere, so your answer is for another akim. Nothing was "
               "sent. Choose your own village.")
        )  # fmt: skip


def _provider() -> Provider:
    provider = verification_of(settings()).provider
    if provider is None:
        raise Unavailable(_l("No service is set up here that confirms who one is. Nothing was sent."))
    return provider


def _failed(fault: AuylError, aim: Aim, kato: str | None) -> Response:
    """A page that says what happened and from where one can begin again."""
    status, title = status_of(fault)
    page = render_template(
        "surveys/voters/failed.html", title=title, fault=fault,
        again=_beginning(aim, kato, lang=aim.language),
        villages=_beginning(aim, None, lang=aim.language) if kato else None,
    )  # fmt: skip
    return make_response(page, status)


def _beginning(aim: Aim, kato: str | None, **more: str) -> str:
    """Where a sign-in for a village begins, or where one finds the village first."""
    if kato:
        return url_for("voters_public.begin", campaign=aim.campaign, kato=kato, **more)
    return url_for(f"{DOOR}.find_unit", campaign=aim.campaign, **more)
