"""Pages that are drawn once and kept, with holes for what is new in each answer, such as a ticket.

For the few pages that everybody opens: drawing one from its template costs more than everything else that an
answer needs. What a page shows must be in its key; nothing of a person may be in a kept page.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Mapping

from flask import Response, current_app, g, render_template, request
from markupsafe import escape

from core.web.language import language
from core.web.segments import Segments
from core.web.short_way import DRAWN, Drawn

MOST_KEPT = 6000  # every unit in two languages; about 100 MB
LONGEST_QUERY = 300


def drawn(
    template: str,
    *,
    about: Hashable,
    holes: Mapping[str, str],
    values: Callable[[Mapping[str, str]], Mapping[str, object]],
) -> Response:
    """The page of a template with its holes filled, packed where the reader takes that.

    :param about: everything besides address, language and frame that the page shows.
    :param values: the template's values, given what to write into each hole.
    """
    pages: dict[Hashable, Segments] = current_app.extensions.setdefault("drawn", {})
    key = (template, language(), request.path, request.query_string, g.get("frame"), about)
    page = pages.get(key)
    if page is None:
        marks = {name: f"hole{secrets.token_hex(16)}" for name in holes}
        page = Segments(render_template(template, **values(marks)), marks)
        if len(pages) >= MOST_KEPT:
            pages.clear()
        if len(request.query_string) <= LONGEST_QUERY:
            pages[key] = page
    request.environ[DRAWN] = Drawn(template, page, about)
    fillings = {name: str(escape(filling)) for name, filling in holes.items()}
    response = Response(content_type="text/html; charset=utf-8")
    if "gzip" in request.accept_encodings:
        response.set_data(page.packed(fillings))
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(page.plain(fillings))
    response.vary.add("Accept-Encoding")
    return response
