"""Finds names in spite of typing mistakes, alphabets and endings: an index of trigrams in memory.

Pure: only the standard library and NumPy. A name and a query are folded to one plain spelling
(Kazakh letters to their Russian neighbours, Latin to Cyrillic, ы and й to и), so that Қараауыл,
Карааул and Qaraauyl lie close together; then trigrams choose candidates and the number of wrong
letters ranks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

#: How many of the best by trigrams are compared letter by letter.
CANDIDATES = 80
#: A name that shares less with the query than this (1 is everything) is not even compared.
LEAST_SHARED = 0.25
#: Under this likeness (1 is equal) a name is not what was meant.
LEAST = 0.55
#: Under this likeness a word does not name the district or oblast of a unit.
LEAST_HINT = 0.75

_LATIN = (
    ("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("gh", "г"), ("sh", "ш"), ("ch", "ч"), ("ts", "ц"),
    ("yu", "ю"), ("iu", "ю"), ("ya", "я"), ("ia", "я"), ("io", "ё"), ("yo", "ё"), ("x", "кс"),
    *zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстуувкиз", strict=True),
    *zip("äğıīñöşūüq", "агииношууқ", strict=True),
)  # fmt: skip
_PLAIN = str.maketrans(
    {
        "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "ы": "и", "і": "и", "й": "и",
        "һ": "х", "э": "е", "ё": "е", "ъ": "", "ь": "", "щ": "ш", "ч": "ш", "ц": "с", "я": "иа", "ю": "иу",
        "ќ": "к", "ў": "у", "ї": "у", "ј": "а",
    }
)  # fmt: skip
_NOT_WORD = re.compile(r"[^а-яa-z0-9]+")
_DOUBLE = re.compile(r"(.)\1+")
#: Words that say what a place is, in three languages, already folded.
_KIND_WORDS = """
    село села с ауил ауили аул ауло а поселок п кент кенти к город г кала каласи аудан аудани раион
    раиона р облис облиси област области обл ауилдик округ округи округа окр селски со ао атиндаги атин
    им имени аким акими акима рурал вилаге сетлемент товн тоун дистрикт регион сити
"""
_KINDS = frozenset(_KIND_WORDS.split())
_ADJECTIVE = re.compile(r"(?:ин|ов|ев)?ск(?:ии|аиа|ое|ои|ого|и)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A unit in the index: its names, the stems of those above it, and how much it is preferred."""

    kato: str
    names: tuple[str, ...]
    above: tuple[str, ...] = ()
    preference: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit that was found, and how alike its name is (1 is equal)."""

    kato: str
    score: float


def fold(text: str) -> str:
    """One plain spelling of a name: small letters, one alphabet, no doubled letters.

    >>> fold("Қараауыл"), fold("Qaraauyl"), fold("Карааул")
    ('карауил', 'карауил', 'караул')
    """
    small = text.casefold()
    if re.search("[a-zäğıīñöşūü]", small):
        for latin, letter in _LATIN:
            small = small.replace(latin, letter)
    plain = _NOT_WORD.sub(" ", small.translate(_PLAIN)).strip()
    return _DOUBLE.sub(_once, plain.replace("дж", "ж"))


def words_of(text: str) -> list[str]:
    """The folded words of a text without those that only say what a place is."""
    words = fold(text).split()
    return [word for word in words if word not in _KINDS] or words


def stems_of(words: Iterable[str]) -> tuple[str, ...]:
    """Folded words without an adjective's ending, each once: Алматинская and Алматы nearly meet."""
    return tuple(dict.fromkeys(_stem(word) for word in words))


class Index:
    """The names of all units, ready to be searched; made once for an edition and then only read."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        keys: dict[str, dict[int, None]] = {}
        for place, entry in enumerate(self._entries):
            for name in entry.names:
                for key in _keys(name):
                    keys.setdefault(key, {})[place] = None
        self._keys = tuple(keys)
        self._owners = tuple(tuple(places) for places in keys.values())
        grams: dict[str, list[int]] = {}
        sizes = []
        for number, key in enumerate(self._keys):
            own = _grams(key)
            sizes.append(len(own))
            for gram in own:
                grams.setdefault(gram, []).append(number)
        self._grams = {gram: np.array(numbers, dtype=np.int32) for gram, numbers in grams.items()}
        self._sizes = np.array(sizes, dtype=np.float64)

    def search(self, text: str, *, limit: int = 20) -> list[Hit]:
        """The units whose names are most like the text, the likest first.

        Words that are not in a unit's name may name its district or oblast: `Достық, Талғар ауданы`.
        """
        words = words_of(text)[:5]
        if not words or not self._keys:
            return []
        best: dict[int, float] = {}
        for head, rest in _splits(words):
            hints, shares = stems_of(rest), {}
            for number, likeness in self._alike(" ".join(head)):
                for place in self._owners[number]:
                    above = self._entries[place].above
                    if above not in shares:
                        shares[above] = _share(hints, above)
                    # Naming the district helps to choose; a name that fits as a whole comes first.
                    rank = likeness * (0.7 + 0.28 * shares[above] if rest else 1.0)
                    if rank > best.get(place, 0.0):
                        best[place] = rank
        entries = self._entries
        order = sorted(
            best, key=lambda place: (-best[place] - entries[place].preference, entries[place].kato)
        )
        return [Hit(entries[place].kato, round(best[place], 3)) for place in order[:limit]]

    def _alike(self, key: str) -> Iterable[tuple[int, float]]:
        """The kept spellings that are like a folded name, with their likeness."""
        grams = _grams(key)
        numbers = [self._grams[gram] for gram in grams if gram in self._grams]
        if not numbers:
            return
        common = np.bincount(np.concatenate(numbers), minlength=len(self._keys))
        shared = 2 * common / (self._sizes + len(grams))
        count = min(CANDIDATES, len(shared))
        nearest = np.argpartition(shared, -count)[-count:]
        least = max(LEAST_SHARED, shared[nearest].max() / 2)
        for number in nearest:
            if shared[number] >= least:
                likeness = likeness_of(key, self._keys[number])
                if likeness >= LEAST:
                    yield int(number), likeness


def likeness_of(one: str, other: str) -> float:
    """1 minus the share of wrong letters (swapped neighbours count once); more for a name's beginning.

    Names of very different lengths are not alike at all: 0.
    """
    longest = max(len(one), len(other))
    if longest == 0:
        return 1.0
    if len(one) >= 3 and other.startswith(one):
        return max(len(one) / longest, 0.75 + 0.2 * len(one) / longest)
    if 1 - abs(len(one) - len(other)) / longest < LEAST:
        return 0.0
    return 1 - _distance(one, other) / longest


def _distance(one: str, other: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two words (restricted)."""
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, mark in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != mark))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == mark:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _keys(name: str) -> tuple[str, ...]:
    """The spellings under which a name is kept: whole, and without an adjective's ending.

    In this order, so that every process numbers them alike and finds the same where many are equally near.
    """
    whole = " ".join(words_of(name))
    return tuple(dict.fromkeys(key for key in (whole, _stem(whole)) if key))


def _stem(word: str) -> str:
    stem = _ADJECTIVE.sub("", word)
    return stem if len(stem) >= 3 else word


def _share(words: Sequence[str], above: Sequence[str]) -> float:
    """How far the words name something above a unit: 1 when each does exactly."""
    if not words:
        return 1.0
    return sum(max((_hint(word, other) for other in above), default=0.0) for word in words) / len(words)


@lru_cache(maxsize=20_000)
def _hint(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if min(len(word), len(other)) < LEAST_HINT * max(len(word), len(other)):
        return 0.0
    likeness = likeness_of(word, other)
    return likeness if likeness >= LEAST_HINT else 0.0


def _grams(key: str) -> tuple[str, ...]:
    padded = f"  {key} "
    return tuple(dict.fromkeys(padded[start : start + 3] for start in range(len(padded) - 2)))


def _splits(words: Sequence[str]) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    """The whole as a name; then its beginning or its end as the name and the rest as what is above."""
    yield words, ()
    for cut in range(1, len(words)):
        yield words[:cut], words[cut:]
        yield words[cut:], words[:cut]


def _once(found: re.Match[str]) -> str:
    # Numbers keep their digits: 11 is not 1.
    return found[0] if found[1].isdigit() or found[1] == " " else found[1]
