"""The respondent's pages: type or scan the code of a slip, answer, and take a receipt if wished.

No cookie, and nothing that needs a script: the code in the form stands in for the session. It stands in no
address but that of the slip's QR, which is left at once. Every answer is kept out of caches and referrers. No
page says whether a code was used, and all who send an answer are thanked in the same words.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter import RequestLimit
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import public
from core.application import csrf
from core.codes import clean_code, clean_receipt, grouped
from core.errors import AuylError, BadInput, NotFound
from core.places.models import Official, Unit
from core.places.queries import official_name
from core.web.edge import database, keys, settings
from core.web.headers import no_store
from core.web.limits import limiter
from core.web.origins import refuse_foreign_origin
from ethics.filling import Filled, read_filled
from ethics.models import Questionnaire, Round
from ethics.passes import code_of_pass, make_pass
from ethics.queries import items_of, questionnaire_of_code
from ethics.receipts import find_receipt
from ethics.services import check_is_taken, deposit_answer

ethics_public = Blueprint("ethics_public", __name__)
csrf.exempt(ethics_public)

LARGEST_ANSWER = 64 * 1024
Page = str | tuple[str, int]


def is_wrong_code(_response: Response) -> bool:
    """Whether a request counts against guessing: a good code never does, however many share an address."""
    return "is_wrong_code" in g


def too_many(_limit: RequestLimit) -> Response:
    """The page for an address from which too many wrong codes came."""
    fault = _(
        "Many wrong codes came from this network. Wait ten minutes, or open this page without the office's "
        "network, over your phone's own."
    )
    typed = request.form.get("code", "")[:80]
    return make_response(render_template("ethics/public/ask.html", typed=typed, fault=fault), 429)


#: 600 wrong codes an hour at most. Right ones never count: an office behind one address may answer at once.
few_wrong_codes = limiter.shared_limit(
    "100 per 10 minutes", scope="slips", deduct_when=is_wrong_code, on_breach=too_many
)


@ethics_public.before_request
def keep_apart() -> None:
    """Keep the pages out of caches and referrers, bodies small, and other sites' forms out."""
    no_store()
    request.max_content_length = LARGEST_ANSWER
    if request.method == "POST":
        refuse_foreign_origin()


@ethics_public.get("/e")
@public
def ask_code() -> Page:
    """Ask for the code of a slip."""
    return render_template("ethics/public/ask.html", typed="", fault=None)


@ethics_public.get("/e/protection")
@public
def protection() -> Page:
    """Say in plain words how answers are protected, and against what they are not."""
    return render_template("ethics/public/protection.html")


@ethics_public.get("/e/answer")
@public
def begin_again() -> BaseResponse:
    """Lead whoever reloads the address of a sent form to the beginning."""
    return redirect(url_for("ethics_public.ask_code", lang=request.args.get("lang")))


@ethics_public.get("/e/<string:code>")
@public
def scanned(code: str) -> Page:
    """What a slip's QR opens: one button that sends the code on, out of the address.

    The browser leaves it at once for an address that says nothing, so that this one stays in no list of
    visited pages: such a step replaces its entry, without a script too.
    """
    cleaned = clean_code(code)
    token = make_pass(cleaned, secret=settings().secret_key, now=clock.present())
    onward = url_for("ethics_public.passed", token=token, lang=request.args.get("lang"))
    return render_template("ethics/public/scanned.html", code=grouped(cleaned), onward=onward)


@ethics_public.get("/e/slip/<string:token>")
@public
def passed(token: str) -> Page | BaseResponse:
    """The page of a scanned slip under its short-lived address; afterwards, the one where a code is typed."""
    code = code_of_pass(token, secret=settings().secret_key, now=clock.present())
    if code is None:
        return redirect(url_for("ethics_public.ask_code", lang=request.args.get("lang")))
    return render_template("ethics/public/scanned.html", code=grouped(code), onward=None)


@ethics_public.post("/e")
@public
@few_wrong_codes
def show_form() -> Page:
    """The questionnaire of a code; in another language it keeps what was chosen."""
    typed = request.form.get("code", "")[:80]
    try:
        asked, round_, _trace = _found(typed)
    except (BadInput, NotFound) as fault:
        return _ask_again(typed, fault)
    check_is_taken(round_, now=clock.present())
    filled = _filled(round_)
    return _form_page(asked, round_, typed, Filled(filled.chosen, filled.remark))


@ethics_public.post("/e/answer")
@public
@few_wrong_codes
def take_answer() -> Page:
    """Take an answer and say thank you; sending again before mixing replaces it."""
    code, now = request.form.get("code", "")[:80], clock.present()
    try:
        asked, round_, _trace = _found(code)
    except (BadInput, NotFound) as fault:
        return _ask_again(code, fault)
    check_is_taken(round_, now=now)
    filled = _filled(round_)
    if filled.faults:
        return _form_page(asked, round_, code, filled), 422
    answered = deposit_answer(
        database(), code=code, given=filled.given(items_of(round_)), remark=filled.remark,
        keys=keys(), secret=settings().secret_key, now=now,
    )  # fmt: skip
    receipt = grouped(answered.receipt) if request.form.get("receipt") else None
    return render_template("ethics/public/thanks.html", receipt=receipt)


@ethics_public.get("/e/receipt")
@public
def receipt() -> Page:
    """Where one types a receipt."""
    return render_template("ethics/public/receipt.html")


@ethics_public.post("/e/receipt")
@public
@limiter.limit("30 per minute; 300 per hour")
def check_receipt() -> Page:
    """Say whether an answer with a receipt came in."""
    typed = request.form.get("receipt", "")[:80]
    try:
        code = clean_receipt(typed)
    except BadInput as fault:
        return render_template("ethics/public/receipt.html", typed=typed, fault=fault), 422
    found = find_receipt(database(), receipt=code, secret=settings().secret_key)
    return render_template("ethics/public/receipt.html", typed=grouped(code), is_checked=True, found=found)


def _ask_again(typed: str, fault: AuylError) -> tuple[str, int]:
    g.is_wrong_code = True
    return render_template("ethics/public/ask.html", typed=typed, fault=fault), 422


def _found(code: str) -> tuple[Questionnaire, Round, bytes]:
    return questionnaire_of_code(database(), code=code, secret=settings().secret_key)


def _filled(round_: Round) -> Filled:
    return read_filled(request.form, items_of(round_), takes_remarks=round_.takes_remarks)


def _form_page(asked: Questionnaire, round_: Round, code: str, filled: Filled) -> str:
    official = database().get_one(Official, asked.official_id)
    return render_template(
        "ethics/public/form.html", unit=database().get_one(Unit, asked.kato), name=official_name(official),
        round=round_, items=items_of(round_), filled=filled, code=clean_code(code),
    )  # fmt: skip
