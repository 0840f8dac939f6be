"""Finds in an essay the words that would tell who wrote it.

Pure: the standard library only. It points at words and refuses nothing: a village may be called Friendship.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What a place is, in its name: it tells nothing of which place it is.
_KINDS = frozenset(
    ("ауылдық", "ауылы", "ауыл", "округі", "округ", "кенті", "кент", "аудан", "ауданы", "облыс", "облысы",
     "қаласы", "қала", "сельский", "село", "посёлок", "поселок", "аульный", "район", "область", "город")
)  # fmt: skip
_SHORTEST = 4
_ENDING = 2


def telling_words(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """The words of a text that begin like a word of the names, each once, as they stand there.

    >>> telling_words("Ақбұлақта тұрамын, Ахметовтің баласымын.", ["Ахметов Ерлан", "Ақбұлақ ауылы"])
    ('Ақбұлақта', 'Ахметовтің')
    """
    stems = {_stem(word) for name in names for word in _words(name) if _is_telling(word)}
    found = [word for word in _words(text) if any(word.casefold().startswith(stem) for stem in stems)]
    return tuple(dict.fromkeys(found))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _is_telling(word: str) -> bool:
    return len(word) >= _SHORTEST and word.casefold() not in _KINDS


def _stem(word: str) -> str:
    """Kazakh and Russian words change at their end."""
    bare = word.casefold()
    return bare[: max(_SHORTEST, len(bare) - _ENDING)]
