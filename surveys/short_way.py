"""The resident's two requests by the short way: the form of a unit, and a plain answer in the open mode.

Part of the views. Answers what `surveys.answering` would answer, by the same services and pure modules, with
the pages that it has drawn; in every other case (another mode, a fault, own words, an answer sent again,
anything that fails) it says nothing and the request goes the whole way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from time import monotonic
from urllib.parse import parse_qsl

from flask import Flask
from markupsafe import escape
from sqlalchemy import Row, bindparam, exists
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.clock import day_of
from core.codes import grouped, receipt_of
from core.errors import AuylError
from core.urn.keys import KeyRing
from core.urn.models import TraceKind
from core.urn.queries import key_in_use
from core.urn.quick import QuickIntake
from core.urn.sealing import seal
from core.web.drawn import MOST_KEPT
from core.web.limits import mark_of
from core.web.origins import is_foreign
from core.web.segments import Segments
from core.web.short_way import Drawn, Environ, Headers, Reader, reader_of
from surveys.answering import is_of_the_future
from surveys.answers import Origin, encode
from surveys.criteria import CriteriaSet
from surveys.filling import ANOTHER_LANGUAGE, read_filled
from surveys.guard.admission import challenge_for, count_in, weigh
from surveys.intake import takes_answers
from surveys.models import Campaign, CampaignState
from surveys.queries import AskedUnit, asked_unit, box_of, criteria_of
from surveys.rules import Mode
from surveys.signals.arrivals import note
from surveys.tickets import read_ticket, ticket_subject, tickets_of

DOOR = "surveys_public"
LARGEST_PLAIN = 4096
_FORM, _THANKS = "surveys/public/form.html", "surveys/public/thanks.html"
#: Where a code is typed, an answer goes the whole way: how quickly it is thanked must not tell whether the
#: code was used before.
_MODES = {_FORM: (Mode.OPEN, Mode.CODES), _THANKS: (Mode.OPEN,)}
_COLUMNS = Campaign.__table__.c
_TAKES_ANSWERS = exists().where(
    _COLUMNS.id == bindparam("campaign"), _COLUMNS.state == CampaignState.OPEN.value,
    _COLUMNS.mode == Mode.OPEN.value, _COLUMNS.opens_on <= bindparam("today"),
    _COLUMNS.closes_on >= bindparam("today"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds what was read is taken to hold. An answer asks again whether it may go in.

    :param campaign: of a campaign's state and the key of the urn.
    :param unit: of what a page shows of its unit.
    """

    campaign: float = 1.0
    unit: float = 60.0


@dataclass(slots=True)
class _Kept:
    page: Segments
    headers: Headers
    asked: AskedUnit
    read_at: float


@dataclass(frozen=True, slots=True)
class _Pulse:
    days: tuple[CampaignState, date, date]
    key: Row | None
    criteria: CriteriaSet
    read_at: float


class SurveyLane:
    """The lane of our own pages."""

    prefix = "/s/"

    def __init__(self, app: Flask) -> None:
        self.patience = Patience(0, 0) if app.testing else Patience()
        self._storage, self._settings = app.extensions["storage"], app.extensions["settings"]
        self._secret, self._keys = self._settings.secret_key, KeyRing(self._settings.key_directory)
        self._intake = QuickIntake(self._storage.engine, _TAKES_ANSWERS)
        self._pages: dict[tuple[str, Reader], _Kept] = {}
        self._pulses: dict[str, _Pulse] = {}

    def learn(self, environ: Environ, headers: Headers, drawn: Drawn) -> None:
        """Keep a form, or a thank-you of the open mode, with the headers that it was answered with."""
        reader, (asked, door, *_) = reader_of(environ), drawn.about
        is_plain = door == DOOR and asked.mode in _MODES.get(drawn.template, ())
        if reader is None or not is_plain or any(name == "Set-Cookie" for name, _ in headers):
            return
        if len(self._pages) >= MOST_KEPT:
            self._pages.clear()
        kept = [(name, value) for name, value in headers if name != "Content-Length"]
        self._pages[drawn.template, reader] = _Kept(drawn.page, kept, asked, monotonic())

    def answer(self, environ: Environ) -> tuple[Headers, bytes] | None:
        """The form with a new ticket, or the thank-you of an answer that is durably in the urn."""
        template = {"GET": _FORM, "POST": _THANKS}.get(environ["REQUEST_METHOD"])
        reader = reader_of(environ)
        kept = self._pages.get((template, reader)) if template and reader else None
        if kept is None:
            return None
        pulse = self._pulse_of(kept)
        if pulse is None or not takes_answers(kept.asked, now=clock.present()):
            return None
        make = self._ticket if template == _FORM else self._deposited
        holes = make(environ, kept.asked, pulse)
        if holes is None:
            return None
        fill = kept.page.packed if reader.takes_gzip else kept.page.plain
        return kept.headers, fill(holes)

    def _pulse_of(self, kept: _Kept) -> _Pulse | None:
        """The pulse of a page's campaign; None where the page no longer says what holds."""
        asked, now = kept.asked, monotonic()
        pulse = self._pulses.get(asked.code)
        is_fresh = pulse and pulse.key and now - pulse.read_at < self.patience.campaign
        if not is_fresh or now - kept.read_at >= self.patience.unit:
            try:
                with self._storage.read() as session:
                    found = asked_unit(session, code=asked.code, kato=asked.kato)
                    key, criteria = key_in_use(session), criteria_of(session, found)
                if key is not None:
                    self._keys.require(key.name)
            except (AuylError, SQLAlchemyError):
                return None
            if found != asked:
                return None
            kept.read_at = now
            pulse = _Pulse(_days(found), key, criteria, now)
            self._pulses[asked.code] = pulse
        return pulse if pulse.days == _days(asked) else None

    def _ticket(self, environ: Environ, asked: AskedUnit, pulse: _Pulse) -> dict[str, str]:
        now = clock.present()
        text, ticket = tickets_of(self._secret).made(ticket_subject(asked), now=now)
        if asked.mode is Mode.CODES:
            return {"ticket": text}
        caller = self._caller(environ, day_of(now))
        challenge = challenge_for(ticket, asked=asked, caller=caller, secret=self._secret, now=now)
        return {"ticket": text, "challenge": str(escape(challenge))}

    def _deposited(self, environ: Environ, asked: AskedUnit, pulse: _Pulse) -> dict[str, str] | None:
        """The receipt of an answer that is durably in the urn; None before anything was written."""
        sent = self._sent(environ)
        if sent is None or pulse.key is None:
            return None
        now, secret = clock.present(), self._secret
        today = day_of(now)
        ticket = read_ticket(sent.get("ticket", ""), asked=asked, secret=secret, now=now)
        filled = read_filled(sent, pulse.criteria, asks_strata=asked.asks_strata)
        if ticket is None or is_of_the_future(ticket, now=now) or filled.faults or filled.comment:
            return None
        caller = self._caller(environ, today)
        seen = weigh(asked=asked, ticket=ticket, sent=sent, caller=caller, secret=secret, now=now)
        if seen.wait:
            return None
        box = box_of(asked.code)
        row = {
            "box": box, "trace": ticket.nonce, "cell": asked.kato, "kind": TraceKind.TICKET.value,
            "key_name": pulse.key.name,
            "sealed": seal(encode(filled.answer(pulse.criteria, mode=asked.mode)), pulse.key.public_key),
        }  # fmt: skip
        if not self._intake.put(row, campaign=asked.campaign_id, today=today):
            return None
        count_in(seen, asked=asked, caller=caller, now=now)
        admitted = seen.admitted
        note(asked.campaign_id, asked.kato, Origin.WEB, caller, admitted.has_script, now, admitted.is_trapped)
        return {"code": grouped(receipt_of(secret, box, ticket.nonce))}

    def _sent(self, environ: Environ) -> dict[str, str] | None:
        """The fields of a plain form; the body can be read again on the whole way."""
        size = environ.get("CONTENT_LENGTH") or ""
        is_plain = environ.get("CONTENT_TYPE") == "application/x-www-form-urlencoded" and size.isdecimal()
        if not is_plain or int(size) > LARGEST_PLAIN:
            return None
        own = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}", self._settings.public_url
        if is_foreign(environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN"), own=own):
            return None
        body = environ["wsgi.input"].read(int(size))
        environ["wsgi.input"] = BytesIO(body)
        try:
            fields = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=40
            )
        except ValueError:
            return None
        sent = dict(fields)
        return sent if len(sent) == len(fields) and ANOTHER_LANGUAGE not in sent else None

    def _caller(self, environ: Environ, today: date) -> str:
        return mark_of(environ.get("REMOTE_ADDR"), secret=self._secret, day=today)


def _days(asked: AskedUnit) -> tuple[CampaignState, date, date]:
    return asked.state, asked.opens_on, asked.closes_on
