"""The survey inside another site: the script that a site pastes, and the pages that its frame shows.

The same form as ours, through `surveys.answering`. No cookie, no script and no referrer is needed, and who
may frame a page is said anew with every answer.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, request

from core.access import public
from core.application import csrf
from core.web.edge import database
from core.web.origins import refuse_foreign_origin
from surveys.answering import Page, taken_form
from surveys.choosing import form_or_villages, villages_page
from surveys.embedding.framing import enter_frame, named_site
from surveys.keeping import keep_answers
from surveys.queries import asked_unit

embedding_public = Blueprint("embedding_public", __name__)
csrf.exempt(embedding_public)
keep_answers(embedding_public)

DOOR = "embedding_public"
#: The line that sites paste names no version: a correction reaches every site within this time.
KEPT_SECONDS = 600


@embedding_public.before_request
def enter() -> None:
    """Say who may frame the answer, whatever it will be, before anything can fail."""
    if request.endpoint == f"{DOOR}.script":
        return
    enter_frame(code=request.view_args["campaign"], kato=request.view_args.get("kato"))
    if request.method == "POST":
        refuse_foreign_origin()


@embedding_public.url_defaults
def keep_site(endpoint: str, values: dict[str, object]) -> None:
    """Let every link and form of a frame name the site that the frame named."""
    if "frame" in g and endpoint != f"{DOOR}.script":
        values.setdefault("at", named_site())


@embedding_public.get("/embed.js")
@public
def script() -> Response:
    """The script that sites paste: it puts the frame where it stands, and fits its height."""
    response = current_app.send_static_file("embed.js")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@embedding_public.get("/embed/<string:campaign>")
@public
def find_unit(campaign: str) -> Page:
    """Find one's village inside the frame: type its name, or go from the oblast down."""
    return villages_page(campaign, door=DOOR)


@embedding_public.get("/embed/<string:campaign>/<string:kato>")
@public
def show_form(campaign: str, kato: str) -> Page | Response:
    """The form of one unit; of a district or oblast, the villages in it that are asked."""
    return form_or_villages(campaign, kato, door=DOOR)


@embedding_public.post("/embed/<string:campaign>/<string:kato>")
@public
def take_answer(campaign: str, kato: str) -> Page:
    """Take an answer and say thank you; the same ticket again gives the same page and one ballot."""
    return taken_form(asked_unit(database(), code=campaign, kato=kato), door=DOOR)
