"""Words in three languages: the Kazakh order of letters, and texts that exist in kk, ru and en.

Only the standard library and the reader's language are used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

KAZAKH_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_RANK = {letter: chr(0xE000 + index) for index, letter in enumerate(KAZAKH_ALPHABET)}


def kazakh_key(text: str) -> str:
    """A key that sorts Kazakh and Russian words by the 42-letter alphabet, others after digits.

    >>> sorted(["өзен", "оқу", "нан", "ңә"], key=kazakh_key)
    ['нан', 'ңә', 'оқу', 'өзен']
    """
    return "".join(_RANK.get(letter, letter) for letter in text.casefold())


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the three languages of the product."""

    kk: str
    ru: str
    en: str

    def __post_init__(self) -> None:
        for code, text in asdict(self).items():
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"the text in {code!r} is {text!r}: give it in kk, ru and en")

    def in_(self, code: str) -> str:
        """The text in one language."""
        return getattr(self, code)

    def __str__(self) -> str:
        from core.web.language import language

        return self.in_(language())


def words_from(table: Mapping[str, object], place: str) -> Words:
    """Read a text from a TOML or JSON table, or raise a ValueError that names the place."""
    if not isinstance(table, Mapping):
        raise ValueError(f"{place}: {table!r} is not a table with kk, ru and en")
    unknown = set(table) - {"kk", "ru", "en"}
    if unknown:
        raise ValueError(f"{place}: unknown language {sorted(unknown)[0]!r}: give kk, ru and en")
    try:
        return Words(**{code: str(table.get(code, "")) for code in ("kk", "ru", "en")})
    except ValueError as fault:
        raise ValueError(f"{place}: {fault}") from None
