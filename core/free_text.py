"""Words that people type freely: cleaned of what cannot be seen, and measured as a browser measures them.

Pure. Refuses nothing itself: whoever reads a form says that a text is too long.
"""

from __future__ import annotations

import re
import unicodedata

#: Directions that text can be forced into, and marks without a width: they only hide or mislead.
_UNSEEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_BLANK_LINES = re.compile(r"\n{3,}")


def cleaned(text: str) -> str:
    """The text with plain line ends, without control characters and without blanks around it.

    >>> cleaned(" one\\r\\ntwo\\x00\\x1b[2J ")
    'one\\ntwo[2J'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    seen = "".join(character for character in lines if character == "\n" or not _is_unseen(character))
    return _BLANK_LINES.sub("\n\n", seen).strip()


def length_of(text: str) -> int:
    """How long a text is for the `maxlength` of a form: in units of UTF-16.

    >>> length_of("ауыл"), length_of("\N{SLIGHTLY SMILING FACE}")
    (4, 2)
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_unseen(character: str) -> bool:
    return character in _UNSEEN or unicodedata.category(character) in ("Cc", "Cs")
