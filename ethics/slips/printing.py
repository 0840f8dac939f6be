"""What is printed of slips: sheets to cut and fold, once, and the act of the unused ones; Kazakh and Russian.

May import the one PDF door. Keeps nothing: the codes come in, the file goes out.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from core.clock import day_of
from core.codes import grouped
from core.documents import document_template, qr_image, render_pdf
from ethics.queries import QuestionnaireLine
from ethics.slips import wording
from ethics.slips.models import PositionLine, SlipAct, SlipIssue

PER_SHEET = 10


def draw_slips(codes: Sequence[str], *, line: QuestionnaireLine, public_url: str, is_demo: bool) -> bytes:
    """The slips as one PDF, ten to an A4 sheet, in the order given; a slip holds no number and no name."""
    slips = [{"code": grouped(code), "picture": qr_image(f"{public_url}/e/{code}")} for code in codes]
    html = document_template("ethics/slips/documents/slips.html").render(
        sheets=[slips[start : start + PER_SHEET] for start in range(0, len(slips), PER_SHEET)],
        sides=[_side(line, language) for language in wording.LANGUAGES],
        address=f"{public_url}/e".partition("://")[2], is_demo=is_demo,
        demonstration=" · ".join(wording.DEMONSTRATION.values()),
    )  # fmt: skip
    # The file has a name of its own that says nothing of the codes in it.
    return render_pdf(
        html, title=" · ".join(wording.HEADING.values()), language="kk", identifier=secrets.token_hex(16)
    )


def draw_act(
    act: SlipAct, issue: SlipIssue, *, positions: Sequence[PositionLine], line: QuestionnaireLine,
    is_demo: bool,
) -> bytes:  # fmt: skip
    """The act of unused slips as PDF, with lines for the signatures of the witnesses."""
    numbers = [(wording.ISSUED, issue.issued)]
    numbers += [(wording.UNDELIVERED, issue.undelivered)] if issue.by_mail else []
    numbers += [(wording.UNUSED, act.unused), (wording.VOIDED, act.voided)]
    html = document_template("ethics/slips/documents/act.html").render(
        sides=[_act_side(act, issue, line, language) for language in wording.LANGUAGES],
        positions=positions, numbers=numbers, words=wording, is_demo=is_demo,
    )  # fmt: skip
    title = f"{' · '.join(wording.ACT.values())} {line.number}"
    return render_pdf(html, title=title, language="kk", identifier=f"slips-{line.round.code}-{line.number}")


def file_name(line: QuestionnaireLine, what: str, *, is_demo: bool) -> str:
    """What a file of a questionnaire is called; a demonstration's says so."""
    return f"{'DEMO-' if is_demo else ''}{line.round.code}-{line.number}-{what}.pdf"


def _side(line: QuestionnaireLine, language: str) -> dict[str, str]:
    return {
        "language": language,
        "heading": wording.HEADING[language],
        "whom": _whom(line, language),
        "how": wording.HOW[language],
        "code": wording.CODE[language],
        "until": f"{wording.UNTIL[language]}: {_unbroken(_day(line.round.closes_on, language))}",
        "nameless": wording.NAMELESS[language],
    }


def _act_side(act: SlipAct, issue: SlipIssue, line: QuestionnaireLine, language: str) -> dict[str, object]:
    witnesses = (act.first_witness, act.second_witness)
    issued = (wording.BY_MAIL if issue.by_mail else wording.BY_BOX)[language]
    return {
        "language": language,
        "about": wording.ABOUT[language].format(number=line.number, round=line.round.code),
        "whom": _whom(line, language),
        "issued": issued.format(
            day=_day(issue.issued_on, language), first=issue.first_witness, second=issue.second_witness
        ),
        "declared": wording.DECLARED[language].format(day=_day(day_of(act.signed_at), language)),
        "signatures": [
            wording.COMMISSIONER[language],
            *(wording.WITNESS[language].format(position=position) for position in witnesses),
        ],
    }


def _whom(line: QuestionnaireLine, language: str) -> str:
    return f"{line.name}, {getattr(line.unit, f'name_{language}')}"


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale=language)
