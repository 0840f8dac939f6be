"""Bytes as pronounceable words: sixteen bits are five letters, consonants and vowels in turn.

Proquints (D. S. Wilkerson, arXiv:0901.4024), written in Cyrillic letters, one for one; Latin ones read the
same. Pure: the standard library only. A word that is none is refused with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"
LETTERS = (CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS)
WIDTHS = (4, 2, 4, 2, 4)
_CYRILLIC = str.maketrans(CONSONANTS + VOWELS, "бдфгхжклмнпрствзаиоу")
_LATIN = {cyrillic: latin for latin, cyrillic in _CYRILLIC.items()}


class WordFault(ValueError):
    """Something is not a word of ours; `place` counts from 1."""

    def __init__(self, place: int) -> None:
        super().__init__(f"word {place} is none of ours")
        self.place = place


def to_words(data: bytes) -> tuple[str, ...]:
    """An even number of bytes as words in Latin letters.

    >>> to_words(bytes([127, 0, 0, 1]))
    ('lusab', 'babad')
    """
    if len(data) % 2:
        raise ValueError(f"{len(data)} bytes make no whole words")
    return tuple(_word(int.from_bytes(data[at : at + 2], "big")) for at in range(0, len(data), 2))


def from_words(words: Sequence[str]) -> bytes:
    """The bytes of words in Latin letters, or :class:`WordFault` naming the first that is none."""
    return b"".join(_value(word, place).to_bytes(2, "big") for place, word in enumerate(words, 1))


def in_cyrillic(word: str) -> str:
    """A word as it is printed for those who read Cyrillic."""
    return word.translate(_CYRILLIC)


def in_latin(typed: str) -> str:
    """What was typed in either script, in small Latin letters."""
    return typed.lower().translate(_LATIN)


def one_letter_off(words: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every text of words that differs in one letter, with the place of the word that differs."""
    for place, word in enumerate(words):
        for at, letters in enumerate(LETTERS):
            for letter in letters:
                if letter != word[at]:
                    other = word[:at] + letter + word[at + 1 :]
                    yield place + 1, (*words[:place], other, *words[place + 1 :])


def _word(value: int) -> str:
    letters = []
    for alphabet, width in zip(reversed(LETTERS), reversed(WIDTHS), strict=True):
        letters.append(alphabet[value & (1 << width) - 1])
        value >>= width
    return "".join(reversed(letters))


def _value(word: str, place: int) -> int:
    if len(word) != len(LETTERS):
        raise WordFault(place)
    value = 0
    for letter, alphabet, width in zip(word, LETTERS, WIDTHS, strict=True):
        if letter not in alphabet:
            raise WordFault(place)
        value = value << width | alphabet.index(letter)
    return value
