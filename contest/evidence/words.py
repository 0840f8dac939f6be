"""The evidence page in the reader's words: what a commissioner can conclude."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

VERDICTS = {
    "complies": _l("Complies with the Ethical Code"),
    "complies-with-remarks": _l("Complies, with remarks"),
    "does-not-comply": _l("Does not comply"),
}


def verdict_words(verdict: str) -> str:
    """A conclusion's verdict."""
    return str(VERDICTS[verdict])
