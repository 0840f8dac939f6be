"""A signed conclusion as a file of one page, Kazakh and Russian side by side.

May import the one PDF door. Draws what was signed and the numbers that may be shown;
decides nothing.
"""

from __future__ import annotations

from decimal import Decimal

from babel.dates import format_date

from core.clock import day_of
from core.documents import document_template, render_pdf
from core.places.queries import unit_name
from ethics.conclusions import wording
from ethics.conclusions.queries import Findings
from ethics.models import Conclusion
from ethics.queries import QuestionnaireLine


def draw_conclusion(
    conclusion: Conclusion, *, line: QuestionnaireLine, findings: Findings | None, signer: str, is_demo: bool
) -> bytes:
    """One version of a conclusion as PDF."""
    facts = [_side(conclusion, line, findings, signer, language) for language in wording.LANGUAGES]
    html = document_template("ethics/conclusions/documents/conclusion.html").render(
        sides=facts, numbers=_numbers(findings), is_demo=is_demo, demonstration=wording.DEMONSTRATION,
        size=wording.type_size(conclusion.reasons_kk, conclusion.reasons_ru) or wording.SIZES[-1],
    )  # fmt: skip
    return render_pdf(
        html, title=f"{wording.HEADING['kk']} {line.number}", language="kk",
        identifier=f"conclusion-{line.round.code}-{line.number}-{conclusion.version}",
    )  # fmt: skip


def file_name(line: QuestionnaireLine, version: int, *, is_demo: bool) -> str:
    """What the file is called; a demonstration's says so."""
    return f"{'DEMO-' if is_demo else ''}{line.round.code}-{line.number}-conclusion-{version}.pdf"


def _side(
    conclusion: Conclusion, line: QuestionnaireLine, findings: Findings | None, signer: str, language: str
) -> dict[str, object]:
    day = format_date(day_of(conclusion.signed_at), locale=language)
    places = {"unit": unit_name(line.unit, language), "oblast": unit_name(line.oblast, language)}
    return {
        "language": language,
        "heading": wording.HEADING[language],
        "about": wording.ABOUT[language].format(
            number=line.number, round=line.round.code, version=conclusion.version
        ),
        "akim": wording.AKIM[language].format(name=line.name, **places),
        "said": _said(findings, language),
        "verdict": wording.VERDICTS[conclusion.verdict][language],
        "title": wording.REASONS[language],
        "reasons": getattr(conclusion, f"reasons_{language}").splitlines(),
        "weight": wording.WEIGHT[language],
        "signed": wording.SIGNED[language].format(name=signer, day=day),
        "by_hand": wording.BY_HAND[language],
    }


def _said(findings: Findings | None, language: str) -> str:
    if findings is None or findings.score.score is None:
        return wording.NO_NUMBER[language]
    return wording.COARSE[language] if findings.score.is_coarse else ""


def _numbers(findings: Findings | None) -> list[tuple[dict[str, str], list[str]]]:
    """The numbers with their names; each is one text, or one for each language."""
    if findings is None or findings.score.score is None:
        return []
    score = findings.score
    error = (
        wording.NOT_YET
        if score.error is None
        else dict.fromkeys(wording.LANGUAGES, f"± {_spoken(score.error)}")
    )
    rows = [(wording.SCORE, _same(_spoken(score.score))), (wording.ERROR, list(error.values()))]
    rows.append((wording.ANSWERS, _same(score.n)))
    if findings.agreement is not None:
        rows.append((wording.AGREEMENT, _same(f"{findings.agreement} %")))
    return rows


def _spoken(number: Decimal) -> str:
    """A number as Kazakh and Russian write it."""
    return str(number).replace(".", ",")


def _same(number: object) -> list[str]:
    return [str(number)] * len(wording.LANGUAGES)
