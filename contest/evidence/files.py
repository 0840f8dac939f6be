"""The files of the pages that are made from numbers: one answer for CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, jsonify
from flask_babel import gettext as _

from contest.publication.tables import SUFFIXES, RankingTable, as_bytes
from core.web.edge import settings


def demo_note() -> str | None:
    """What a demonstration says on top of every file."""
    if not settings().is_demo:
        return None
    return _("DEMONSTRATION: the ratings are San Diego's of 2015, names and marks are made up.")


def file_answer(table: RankingTable, data: Mapping[str, object], form: str, *, name: str) -> Response:
    """The table as a file of that form, or the data as JSON."""
    if form == "json":
        return jsonify(data)
    answer = Response(as_bytes(table, form), content_type=SUFFIXES[form])
    mark = "DEMO-" if settings().is_demo else ""
    answer.headers["Content-Disposition"] = f'attachment; filename="{mark}{name}.{form}"'
    return answer
