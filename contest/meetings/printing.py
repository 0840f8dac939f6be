"""A meeting's protocol as a file for signing, in Kazakh or in Russian.

May import the one PDF door. Draws the record; decides nothing.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from contest.contests.areas import NATION
from contest.contests.models import Contest
from contest.meetings.models import Meeting
from contest.meetings.protocol import digest_of, protocol_of
from core.documents import document_template, render_pdf


def draw_protocol(session: Session, meeting: Meeting, *, language: str, is_demo: bool) -> bytes:
    """The protocol as PDF; a demonstration's says so."""
    made = protocol_of(session, meeting, language)
    digest = digest_of(made)
    html = document_template("contest/documents/protocol.html").render(
        protocol=made, words=made.words, digest=digest, is_demo=is_demo
    )
    return render_pdf(
        html, title=f"{made.heading}. {made.title}", language=language,
        identifier=f"protocol-{meeting.id}-{language}-{digest}",
    )  # fmt: skip


def file_name(contest: Contest, meeting: Meeting, language: str, *, is_demo: bool) -> str:
    """What the file is called; a demonstration's says so."""
    area = meeting.oblast_kato or NATION
    return f"{'DEMO-' if is_demo else ''}{contest.code}-{area}-protocol-{meeting.number}-{language}.pdf"
