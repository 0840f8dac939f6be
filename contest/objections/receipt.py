"""The receipt of an objection as a page of PDF, in Kazakh and in Russian.

May import the one PDF door. Says that it was received, when and what follows;
it decides nothing.
"""

from __future__ import annotations

from babel.dates import format_date, format_time

from contest.contests.models import Contest
from contest.nominees.models import Nominee, NomineeExclusion
from contest.objections import wording
from contest.objections.models import Objection
from contest.rulebook import Terms
from contest.standings.models import Standing
from core.clock import KAZAKHSTAN, day_of
from core.documents import document_template, render_pdf
from core.words import Words


def draw_receipt(
    objection: Objection,
    *,
    contest: Contest,
    to: Standing | NomineeExclusion,
    nominee: Nominee,
    where: Words,
    terms: Terms,
    is_demo: bool,
) -> bytes:
    """The receipt of one objection or appeal."""
    facts = {"contest": contest, "to": to, "nominee": nominee, "where": where, "terms": terms}
    sides = [_side(objection, language=language, **facts) for language in wording.LANGUAGES]
    html = document_template("contest/objections/documents/receipt.html").render(
        sides=sides, claim=objection.claim.splitlines(), is_demo=is_demo, demonstration=wording.DEMONSTRATION
    )
    return render_pdf(
        html, title=sides[0]["heading"], language="kk",
        identifier=f"objection-{contest.code}-{objection.number}",
    )  # fmt: skip


def file_name(contest: Contest, objection: Objection, *, is_demo: bool) -> str:
    """What the file is called; a demonstration's says so."""
    return f"{'DEMO-' if is_demo else ''}{contest.code}-objection-{objection.number}.pdf"


def _side(
    objection: Objection,
    *,
    language: str,
    contest: Contest,
    to: Standing | NomineeExclusion,
    nominee: Nominee,
    where: Words,
    terms: Terms,
) -> dict[str, object]:
    is_appeal = objection.appeals_id is not None
    clock = format_time(objection.filed_at, "HH:mm:ss", tzinfo=KAZAKHSTAN, locale=language)
    moment = f"{format_date(day_of(objection.filed_at), 'long', locale=language)}, {clock}"
    is_standing = isinstance(to, Standing)
    since = to.frozen_at if is_standing else to.excluded_at
    against = (wording.STANDING if is_standing else wording.EXCLUSION)[language].format(
        where=where.in_(language), version=to.version if is_standing else "",
        day=format_date(day_of(since), "long", locale=language),
    )  # fmt: skip
    values = {
        "contest": getattr(contest, f"title_{language}"), "filed": moment,
        "by": getattr(nominee, f"name_{language}"), "to": against,
        "kind": wording.KINDS[objection.kind.value].in_(language),
    }  # fmt: skip
    return {
        "language": language,
        "heading": wording.HEADINGS[is_appeal][language].format(number=objection.number),
        "rows": [(wording.LABELS[name][language], value) for name, value in values.items()],
        "claim": wording.LABELS["claim"][language],
        "paper": wording.ON_PAPER[language] if objection.is_on_paper else "",
        "next": wording.NEXT[is_appeal][language].format(days=terms.appeal_days),
    }
