"""The judges' page as a table for CSV, and as plain data for JSON."""

from __future__ import annotations

from flask_babel import gettext as _

from contest.judging.queries import Judging
from contest.judging.words import remarks
from contest.publication.tables import RankingTable


def judging_table(found: Judging, *, title: str, note: str | None) -> RankingTable:
    """A line for each judge of each marked component."""
    columns = (
        _("Component"), _("Judge"), _("Name"), _("Marked nominees"), _("Mean of the marks"), _("Severity"),
        _("Error"), _("Correlation with the others"), _("Notes"),
    )  # fmt: skip
    rows = tuple(
        (
            str(one.component.title), judge.letter, judge.name, str(own.marked), _text(own.mean),
            _text(own.effect), _text(own.error), _text(own.correlation), "; ".join(remarks(own)),
        )
        for one in found.components
        for judge, own in zip(found.judges, one.reading.judges, strict=True)
    )  # fmt: skip
    return RankingTable(title, columns, rows, note)


def judging_data(found: Judging, *, is_demo: bool) -> dict[str, object]:
    """Everything on the page as plain data."""
    return {
        "demonstration": is_demo,
        "components": [
            {
                "code": one.component.code, "combine": one.component.combine.value,
                "kendalls_w": one.reading.kendalls_w, "krippendorffs_alpha": one.reading.alpha,
                "nominees_marked_by_all": one.reading.complete, "nominees_marked_by_two": one.reading.paired,
                "parts": [[found.judges[row].letter for row in part] for part in one.reading.parts],
                "judges": [
                    {
                        "letter": judge.letter, "name": judge.name, "marked": own.marked, "mean": own.mean,
                        "severity": own.effect, "error": own.error, "correlation": own.correlation,
                        "is_severe": own.is_severe, "is_apart": own.is_apart,
                    }
                    for judge, own in zip(found.judges, one.reading.judges, strict=True)
                ],
                "nominees": [
                    {"name": nominee.name_kk, "mean": raw, "freed_from_severity": adjusted}
                    for nominee, raw, adjusted in zip(
                        found.nominees, one.reading.raw, one.reading.adjusted, strict=True
                    )
                ],
            }
            for one in found.components
        ],
    }  # fmt: skip


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"
