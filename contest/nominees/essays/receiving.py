"""The way of an essay at the web's edge: typed, or a DOCX's text; what tells its author is shown."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from flask_login import current_user

from contest.contests.forms import require_valid
from contest.contests.models import Contest
from contest.contests.queries import rulebook_of
from contest.nominees.documents.inspection import LARGEST_FILE, text_of_docx
from contest.nominees.essays.models import Essay
from contest.nominees.essays.naming import telling_words
from contest.nominees.essays.queries import is_being_read
from contest.nominees.essays.services import write_essay
from contest.nominees.forms import EssayForm
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import essay_stage
from core import clock
from core.places.queries import get_unit
from core.web.edge import database

MOST_SHOWN = 10


def writing_form(contest: Contest, nominee: Nominee, essay: Essay | None) -> EssayForm | None:
    """The form with what is written; None where no essay is asked for, or it stays as it is."""
    stage = essay_stage(rulebook_of(database(), contest))
    is_out = nominee.state not in (NomineeState.PROPOSED, NomineeState.REGISTERED)
    if stage is None or is_out or is_being_read(database(), contest, nominee, stage):
        return None
    return EssayForm(formdata=None, data={"text": essay.text if essay else ""})


def receive_essay(nominee: Nominee) -> None:
    """Keep the essay of the sent form and say which of its words tell whose it is."""
    form = EssayForm()
    require_valid(form)
    text = form.text.data or ""
    if form.file.data:
        text = text_of_docx(form.file.data.read(LARGEST_FILE + 1), form.file.data.filename or "")
    unit = get_unit(database(), nominee.kato)
    essay = write_essay(
        database(), nominee=nominee, text=text, actor=current_user.reference, now=clock.present()
    )
    names = (nominee.name_kk, nominee.name_ru, unit.name_kk, unit.name_ru)
    telling = telling_words(essay.text, names)
    flash(_("The essay is kept."), "good")
    if telling:
        flash(
            _(
                "These words may tell whose essay it is: %(words)s. Replace them if they do.",
                words=", ".join(telling[:MOST_SHOWN]),
            ),
            "warning",
        )
