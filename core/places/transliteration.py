"""Kazakh and Russian letters in Latin, for the English form of a place's or a person's name.

Pure: only the standard library. The letters are those of the Kazakh Latin alphabet of 2021
without its marks (ә, ғ, ң, ө, ұ, ү become a, g, n, o, u, u), with `sh` and `ch` written out, so
that a name can be typed on any keyboard: Qaraauyl, Aqtobe, Jetisu, Ulytau, Shymkent.
"""

from __future__ import annotations

LETTERS = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "io", "ж": "j",
    "з": "z", "и": "i", "й": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o",
    "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h",
    "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "і": "i", "ь": "", "э": "e",
    "ю": "iu", "я": "ia",
}  # fmt: skip

#: Letters of other alphabets that stand in the classifier by a slip, and the Kazakh ones meant.
SLIPS = str.maketrans({"ќ": "қ", "Ќ": "Қ", "ў": "ұ", "Ў": "Ұ", "ї": "ү", "Ї": "Ү", "ј": "ә", "Ј": "Ә"})


def transliterate(text: str) -> str:
    """Write a Kazakh or Russian name in Latin letters; what is no such letter stays.

    >>> transliterate("Қарағанды"), transliterate("Щучинск"), transliterate("Жаңаөзен")
    ('Qaragandy', 'Shchuchinsk', 'Janaozen')
    """
    return "".join(_latin(letter) for letter in text.translate(SLIPS))


def _latin(letter: str) -> str:
    small = letter.lower()
    latin = LETTERS.get(small)
    if latin is None:
        return letter
    return latin.capitalize() if letter != small else latin
