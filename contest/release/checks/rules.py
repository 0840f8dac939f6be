"""Checks the rule books of a release: each text gives the canonical text, and that the fingerprint.

Pure: the standard library and other pure modules. Everything later is computed by the books read here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from contest.release.layout import edition_name
from contest.release.reading import Contents, Findings
from contest.release.report import Line
from contest.rulebook import RuleBook
from contest.rulebook_reading import read_rulebook


def rule_books(contents: Contents) -> dict[str, RuleBook]:
    """Every edition by the fingerprint of its text.

    :raises ValueError: naming the file of a book that is none.
    """
    books = {}
    for row in contents.table("rules/editions"):
        name = edition_name(row["version"] or "", "toml")
        if name not in contents.files:
            raise ValueError(f"{name} is missing")
        book = read_rulebook(contents.files[name].decode("utf-8"), place=name)
        books[book.fingerprint] = book
    return books


def rule_lines(contents: Contents) -> list[Line]:
    """Each edition: its text, its canonical text and its fingerprint belong together."""
    found, rows = Findings(), contents.table("rules/editions")
    for row in rows:
        toml, plain = (edition_name(row["version"] or "", suffix) for suffix in ("toml", "json"))
        book = read_rulebook(contents.files[toml].decode("utf-8"), place=toml)
        if contents.files[plain] != book.as_json().encode():
            digest = hashlib.sha256(contents.files[plain]).hexdigest()
            found.fault(plain, "the canonical text", digest, book.fingerprint, f"{toml} gives it")
        found.cell("rules/editions", row, "fingerprint", book.fingerprint, f"{toml} has it")
    versions = [row["version"] for row in rows]
    if versions != [str(number) for number in range(1, len(rows) + 1)]:
        found.fault("rules/editions.csv", "column version", ", ".join(map(str, versions)), "1, 2, ...")
    named = {edition_name(version or "", suffix) for version in versions for suffix in ("toml", "json")}
    for name in sorted(name for name in contents.files if name.startswith("rules/edition-")):
        if name not in named:
            found.fault(name, "the file", "in the ZIP", None, "no edition has it")
    return found.done("rules", f"{len(rows)} editions, texts and fingerprints")


def book_of(books: Mapping[str, RuleBook], fingerprint: object) -> RuleBook:
    """The book of a fingerprint.

    :raises ValueError: when no edition of the release has it.
    """
    try:
        return books[str(fingerprint)]
    except KeyError:
        raise ValueError(f"no edition of the rules has the fingerprint {str(fingerprint)[:12]}…") from None
