"""What stands in a release: the names of its files, its tables with their columns, and the data dictionary.

Pure: the standard library. The dictionary's words stand in `texts/dictionary.toml`; a table or a column that
is not described there does not exist in a release.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TEXTS = Path(__file__).with_name("texts")
FORMAT = "auyl-uni release 1"
LANGUAGES = ("kk", "ru", "en")

MANIFEST, SIGNATURE, SIGNER = "manifest.json", "manifest.sig", "signer.pem"
#: What is not in the manifest, because it is about it.
UNLISTED = frozenset({MANIFEST, SIGNATURE, SIGNER})
CONTEST, VERSIONS, HEADS = "contest.json", "versions.json", "journal/heads.jsonl"
#: What may differ between two builds of the same content: the machine's versions, and later journal heads.
BESIDE_CONTENT = frozenset({VERSIONS, HEADS})
RECEIPTS, CERTIFICATES, SCRIPT = "receipts.txt", "certificates.json", "recompute.py"
#: A longer list of receipts is fetched from its own page; the manifest has its root.
MOST_RECEIPTS = 5_000_000
DEMONSTRATION = "DEMONSTRATION"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its unit, what finds a changed cell besides signature and second copy, and its meaning."""

    code: str
    keeps: str
    unit: str
    meaning: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table of a release: a CSV and beside it, cell by cell the same, a JSON.

    :param key: the columns that tell a row from every other; none where rows may repeat.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    meaning: tuple[str, str, str]

    @property
    def csv(self) -> str:
        return f"{self.name}.csv"

    @property
    def json(self) -> str:
        return f"{self.name}.json"

    def codes(self, *, is_demo: bool) -> tuple[str, ...]:
        """The columns of the files; a demonstration says what it is in a last one."""
        codes = tuple(column.code for column in self.columns)
        return (*codes, "demonstration") if is_demo else codes


@lru_cache(maxsize=1)
def tables() -> dict[str, TableLayout]:
    """Every table of a release by its name."""
    known = tomllib.loads((TEXTS / "dictionary.toml").read_text("utf-8"))
    return {name: _table(name, given, known["words"]) for name, given in known["tables"].items()}


def dictionary_rows() -> list[list[str]]:
    """The data dictionary: a row for each table, then one for each of its columns."""
    rows = []
    for table in tables().values():
        rows.append([table.name, "", "", "", *table.meaning])
        rows += [
            [table.name, column.code, column.unit, column.keeps, *column.meaning] for column in table.columns
        ]
    return rows


def edition_name(version: int | str, suffix: str) -> str:
    """The file of an edition of the rules."""
    return f"rules/edition-{version}.{suffix}"


def standing_code(stage: str, oblast_kato: str | None, version: int) -> str:
    """What a standing is called in a release.

    >>> standing_code("regional", "110000000", 2), standing_code("national", None, 1)
    ('regional-110000000-v2', 'national-v1')
    """
    return "-".join(filter(None, (stage, oblast_kato, f"v{version}")))


def inputs_name(folder: str, code: str) -> str:
    """The file with what a standing, or a league, was computed from."""
    return f"{folder}/inputs/{code}.json"


def text_name(kind: str, language: str) -> str:
    """The file of a text in one language."""
    return {"readme": f"README.{language}.md", "method": f"method/method.{language}.html"}[kind]


def is_expected(name: str) -> bool:
    """Whether a release may hold a file of this name."""
    fixed = {
        *UNLISTED, CONTEST, VERSIONS, HEADS, RECEIPTS, CERTIFICATES, SCRIPT,
        *(text_name(kind, language) for kind in ("readme", "method") for language in LANGUAGES),
        *(file for table in tables().values() for file in (table.csv, table.json)),
    }  # fmt: skip
    folders = ("rules/edition-", "standings/inputs/", "league/inputs/")
    return name in fixed or name.startswith(folders)


def _table(name: str, given: dict, words: dict) -> TableLayout:
    own = words.get(name, {})
    columns = []
    for entry in given["columns"]:
        code, keeps = entry.split(":")
        unit, *meaning = own.get(code) or words[code]
        columns.append(Column(code, keeps, unit, _three(meaning)))
    key = tuple(given.get("key", ()))
    return TableLayout(name, tuple(columns), key, _three([given[language] for language in LANGUAGES]))


def _three(words: Sequence[str]) -> tuple[str, str, str]:
    kk, ru, en = words
    return kk, ru, en
