"""The signing of a conclusion.

Service: session first, clock by keyword, never a commit. Callers reach it through `ethics.services`.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import BadInput, Conflict
from core.storage import lock_row
from ethics.conclusions.wording import type_size
from ethics.drafting import subject_of
from ethics.models import Conclusion, Questionnaire, Verdict


def conclude(
    session: Session, *, questionnaire: Questionnaire, verdict: Verdict, reasons_kk: str, reasons_ru: str,
    actor: str, now: datetime,
) -> Conclusion:  # fmt: skip
    """Sign the commissioner's conclusion; signing again makes a new version.

    :raises BadInput: when the reasons are missing in a language, or do not fit on one page.
    :raises Conflict: before the questionnaire is opened (or settled without opening).
    """
    if questionnaire.outcome is None:
        raise Conflict(_l("Open questionnaire %(number)s first, then conclude.", number=questionnaire.id))
    reasons = [
        "\n".join(line.strip() for line in text.strip().splitlines()) for text in (reasons_kk, reasons_ru)
    ]
    if not all(reasons):
        raise BadInput(_l("Give the reasons in Kazakh and in Russian."))
    if type_size(*reasons) is None:
        raise BadInput(_l("The reasons are too long for one page: shorten them, or use fewer paragraphs."))
    lock_row(session, questionnaire)
    versions = select(Conclusion.version).where(Conclusion.questionnaire_id == questionnaire.id)
    made = Conclusion(
        questionnaire_id=questionnaire.id, version=max(session.scalars(versions), default=0) + 1,
        verdict=verdict, reasons_kk=reasons[0], reasons_ru=reasons[1], signed_by=actor, signed_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, actor=actor, action="ethics.conclude", subject=subject_of(questionnaire),
        version=made.version, verdict=verdict.value,
    )  # fmt: skip
    return made
