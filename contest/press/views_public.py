"""The press kit of a contest's winners: a page in three languages, and each as PDF, text and pictures."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _l

from contest.press.announcement import Announcement
from contest.press.making import Kept
from contest.press.picture import SHEETS
from contest.press.queries import announcement_of
from contest.press.wording import picture_words, text_of
from contest.publication.loading import standing_rows
from contest.publication.queries import Ranking, known_contest, national_standing
from core.access import public
from core.errors import NotFound
from core.web.edge import database, settings
from core.web.language import LANGUAGES, language

press_public = Blueprint("press_public", __name__)
TYPES = {"pdf": "application/pdf", "txt": "text/plain; charset=utf-8", "png": "image/png"}


@press_public.record
def _prepare(state: BlueprintSetupState) -> None:
    """Give templates whole addresses, which other sites need, and the application its kept files."""
    state.app.extensions["press"] = Kept()
    state.app.jinja_env.filters["whole_address"] = lambda path: f"{settings().public_url}{path}"


@press_public.get("/results/<string:code>/press")
@public
def kit(code: str) -> str:
    """The announcement to be copied and taken along, in each language, the reader's first."""
    told = _announcement(code)
    codes = sorted(LANGUAGES, key=lambda one: one != language())
    return render_template(
        "contest/press/kit.html", contest=known_contest(database(), code), told=told,
        texts={one: text_of(told, one) for one in codes}, sheets=SHEETS,
        words={one: picture_words(told, one) for one in codes}, names=LANGUAGES,
    )  # fmt: skip


@press_public.get("/results/<string:code>/press.<any(pdf, txt, png):form>")
@public
def kit_file(code: str, form: str) -> Response:
    """The announcement as a file in the reader's language; a picture in the shape that is asked for."""
    told, spoken = _announcement(code), language()
    shape = request.args.get("shape", next(iter(SHEETS))) if form == "png" else ""
    if form == "png" and shape not in SHEETS:
        raise NotFound(_l("The picture is there as wide or square."))
    kept: Kept = current_app.extensions["press"]
    made = kept.made(told, code=spoken, kind=shape or form)
    answer = Response(made.content, content_type=TYPES[form])
    answer.cache_control.public, answer.cache_control.max_age = True, 300
    answer.set_etag(made.fingerprint[:32])
    name = "-".join(part for part in (told.contest, "winners", shape, spoken) if part)
    kind = "inline" if form == "png" else "attachment"
    answer.headers.set(
        "Content-Disposition", kind, filename=f"{'DEMO-' if told.is_demo else ''}{name}.{form}"
    )
    return answer.make_conditional(request)


def _announcement(code: str) -> Announcement:
    contest = known_contest(database(), code)
    standing = national_standing(database(), contest=contest)
    return announcement_of(
        database(), contest=contest, ranking=Ranking(standing, standing_rows(database(), standing).thing),
        public_url=settings().public_url, contact=settings().press_contact, is_demo=settings().is_demo,
    )  # fmt: skip
