"""The journal's page for the agency and the auditor."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from core.access import Right, guarded
from core.accounts.queries import names_of
from core.audit import JournalEntry
from core.errors import BadInput
from core.journal.forms import FilterForm
from core.journal.queries import journal_faults, journal_page, length
from core.web.addresses import LARGEST
from core.web.edge import database, settings

journal = Blueprint("journal", __name__)


@journal.get("/staff/journal")
@guarded(Right.READ_JOURNAL)
def index() -> str:
    """The journal, newest first, filtered by the address."""
    form = FilterForm(request.args)
    form.validate()
    page = journal_page(database(), chosen=form.chosen(), before=_before())
    kept = {name: text for name, text in request.args.items() if name not in ("before", "lang") and text}
    return render_template(
        "core/journal/index.html", form=form, page=page, people=_people(page.entries), kept=kept
    )


@journal.get("/staff/journal/verify")
@guarded(Right.READ_JOURNAL)
def verify() -> str:
    """Recompute the chain and compare it with the signed heads; a GET, so that nobody's writing waits."""
    chosen = settings()
    faults = list(
        journal_faults(database(), heads=chosen.data_directory / "heads", keys=chosen.key_directory)
    )
    return render_template("core/journal/verified.html", faults=faults, entries=length(database()))


def _before() -> int | None:
    text = request.args.get("before")
    if text is None:
        return None
    if not text.isdecimal() or len(text) > len(str(LARGEST)) or int(text) > LARGEST:
        raise BadInput(_l("“%(number)s” is no number of an entry.", number=text[:20]), place="before")
    return int(text)


def _people(entries: tuple[JournalEntry, ...]) -> dict[str, str]:
    numbers = {
        int(entry.actor.removeprefix("account:")) for entry in entries if entry.actor.startswith("account:")
    }
    return {f"account:{number}": name for number, name in names_of(database(), numbers).items()}
