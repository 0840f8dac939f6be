"""The tablet's pages: an application that is made ready once, works without network and sends later.

The pages say nothing of any visit; the code is sent once, and what is sealed later, as JSON. Nothing
here reads an answer. Where a browser has no script, the page leads to the ordinary form.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.access import public
from core.application import csrf
from core.errors import BadInput
from core.web.edge import database, keys, settings
from core.web.headers import no_store
from core.web.language import LANGUAGES
from core.web.limits import limiter
from core.web.origins import refuse_foreign_origin
from surveys.tablet.services import MOST_AT_ONCE, SealedAnswer, prepare_tablet, take_sealed

tablet_public = Blueprint("tablet_public", __name__, url_prefix="/tablet")
csrf.exempt(tablet_public)

LARGEST_BODY = 128 * 1024
#: What the application needs besides its pages to work without network.
FILES = (
    "survey.css", "site.css", "favicon.svg", "ornament.svg", "vendor/nacl-fast.min.js", "vendor/sealedbox.js",
    "tablet-store.js", "tablet.js", "tablet-192.png", "tablet-512.png",
)  # fmt: skip


@tablet_public.before_request
def keep_small() -> None:
    """Refuse large bodies before they are read, and forms of other sites."""
    request.max_content_length = LARGEST_BODY
    if request.method == "POST":
        refuse_foreign_origin()


@tablet_public.get("/")
@public
def app() -> str:
    """The application itself, the same for every visit."""
    return render_template("surveys/tablet/app.html")


@tablet_public.get("/worker.js")
@public
def worker() -> Response:
    """The service worker, with the addresses that it keeps for the time without network."""
    pages = [url_for("tablet_public.app", lang=code) for code in LANGUAGES]
    static_file = current_app.jinja_env.globals["static_file"]
    kept = [*pages, *(static_file(name) for name in FILES)]
    shown = "".join(render_template("surveys/tablet/app.html").split())
    version = hashlib.sha256((shown + json.dumps(kept)).encode()).hexdigest()[:12]
    body = render_template("surveys/tablet/worker.js", kept=kept, version=version)
    response = Response(body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@tablet_public.get("/app.webmanifest")
@public
def manifest() -> Response:
    """What a tablet needs to know to install the application."""
    static_file = current_app.jinja_env.globals["static_file"]
    table = {
        "name": "Ауыл үні", "short_name": "Ауыл үні", "start_url": url_for("tablet_public.app", lang="kk"),
        "scope": url_for("tablet_public.app"), "display": "standalone", "lang": "kk",
        "background_color": "#ffffff", "theme_color": "#005f9e",
        "icons": [
            {"src": static_file(f"tablet-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ],
    }  # fmt: skip
    return Response(json.dumps(table, ensure_ascii=False), content_type="application/manifest+json")


@tablet_public.post("/prepare.json")
@public
@limiter.limit("30 per hour")
def prepare() -> Response:
    """What a visit needs, given to one tablet once."""
    no_store()
    code = _body().get("code")
    if not isinstance(code, str):
        raise BadInput(_("Send the code of the visit as text."))
    facts = prepare_tablet(
        database(), code=code, keys=keys(), secret=settings().secret_key, now=clock.present()
    )
    key = base64.b64encode(facts["key"]).decode()
    return jsonify({**facts, "key": key, "criteria": json.loads(facts["criteria"])})


@tablet_public.post("/answers.json")
@public
def answers() -> Response:
    """Take sealed answers; the tablet forgets a ticket only after this says that it is here."""
    no_store()
    body = _body()
    number, rows = body.get("visit"), body.get("answers")
    if not isinstance(number, int) or not isinstance(rows, list) or not 1 <= len(rows) <= MOST_AT_ONCE:
        raise BadInput(_("Send the number of a visit and from 1 to %(most)s answers.", most=MOST_AT_ONCE))
    sent = take_sealed(
        database(), number=number, answers=[_sealed(row) for row in rows], secret=settings().secret_key,
        now=clock.present(),
    )  # fmt: skip
    return jsonify({"taken": sent.taken, "refused": [list(pair) for pair in sent.refused]})


def _body() -> dict[str, object]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadInput(_("Send one JSON object."))
    return body


def _sealed(row: object) -> SealedAnswer:
    try:
        ticket, kato, sealed = row["ticket"], row["kato"], base64.b64decode(row["sealed"], validate=True)
        if not (isinstance(ticket, str) and isinstance(kato, str)):
            raise TypeError
    except (TypeError, KeyError, ValueError, binascii.Error):
        raise BadInput(_("An answer needs “ticket”, “kato” and “sealed” in base 64.")) from None
    return SealedAnswer(ticket, kato, sealed)
