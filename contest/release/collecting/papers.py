"""Collects what is no table: rule books, facts, method, read-me, dictionary, heads, register, script."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from string import Template

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates.listing import register_of, signed_list
from contest.certificates.queries import certificates_of
from contest.contests.models import Contest
from contest.contests.queries import book_of, editions, subject_of
from contest.release.layout import (
    CERTIFICATES,
    CONTEST,
    DEMONSTRATION,
    HEADS,
    LANGUAGES,
    SCRIPT,
    TEXTS,
    VERSIONS,
    dictionary_rows,
    edition_name,
    text_name,
)
from contest.release.sheets import Files, Sheet, plain_json
from core.audit import JournalEntry
from core.signatures import SigningKey

_DEMONSTRATION = {
    "kk": "КӨРСЕТІЛІМ. Бұл нақты конкурс емес: бағалар Сан-Диегоның 2015 жылғы сауалнамасынан алынған, "
    "есімдер мен комиссия бағалары ойдан шығарылған.",
    "ru": "ДЕМОНСТРАЦИЯ. Это не настоящий конкурс: оценки взяты из опроса Сан-Диего 2015 года, имена и "
    "оценки комиссий вымышлены.",
    "en": "DEMONSTRATION. This is no real contest: the ratings are San Diego's of 2015, names and marks are "
    "made up.",
}


def rule_books(session: Session, contest: Contest, *, is_demo: bool) -> tuple[Sheet, Files]:
    """Every edition of the rules: as published, and the canonical text whose SHA-256 is the fingerprint."""
    rows, files = [], Files()
    for edition in reversed(editions(session, contest)):
        mark = f"# {_DEMONSTRATION['en']}\n" if is_demo else ""
        files[edition_name(edition.version, "toml")] = (mark + edition.text).encode()
        files[edition_name(edition.version, "json")] = book_of(edition).as_json().encode()
        rows.append(
            [
                edition.version, edition.fingerprint, edition.order_number, edition.order_on,
                edition.published_at, edition.reason,
            ]
        )  # fmt: skip
    return Sheet("rules/editions", rows), files


def papers(session: Session, contest: Contest, *, key: SigningKey, heads: Path, is_demo: bool) -> Files:
    """Everything but the tables and what they were computed from."""
    entry = _publication(session, contest)
    files = {
        CONTEST: plain_json(_facts(contest, entry, is_demo=is_demo)),
        VERSIONS: plain_json(_versions()),
        HEADS: _heads(heads, 0 if entry is None else entry.number),
        CERTIFICATES: _register(session, contest, key).encode(),
        SCRIPT: (TEXTS / SCRIPT).read_bytes(),
    }
    title = {"kk": contest.title_kk, "ru": contest.title_ru, "en": contest.title_en}
    for language in LANGUAGES:
        mark = _DEMONSTRATION[language] if is_demo else ""
        readme = Template((TEXTS / f"readme.{language}.md").read_text("utf-8"))
        told = readme.substitute(
            title=title[language], contest=contest.code, demonstration=f"**{mark}**\n" if mark else ""
        )
        files[text_name("readme", language)] = told.encode()
        files[text_name("method", language)] = _method(language, title[language], mark).encode()
    return files


def dictionary_sheet() -> Sheet:
    """The data dictionary as a table of its own."""
    return Sheet("dictionary/columns", dictionary_rows())


def _facts(contest: Contest, entry: JournalEntry | None, *, is_demo: bool) -> dict[str, object]:
    return {
        "contest": contest.code,
        "demonstration": DEMONSTRATION if is_demo else False,
        "title": {"kk": contest.title_kk, "ru": contest.title_ru, "en": contest.title_en},
        "campaign": contest.campaign_code,
        "round": contest.round_code,
        "published_at": contest.published_at and contest.published_at.isoformat(timespec="seconds"),
        "journal": entry and {"number": entry.number, "digest": entry.digest},
    }


def _versions() -> dict[str, str]:
    """What computed the numbers; another version may round the last bit of a random draw otherwise."""
    return {
        "python": platform.python_version(), "numpy": version("numpy"), "scipy": version("scipy"),
    }  # fmt: skip


def _publication(session: Session, contest: Contest) -> JournalEntry | None:
    """The journal's entry of the publication of the results."""
    wanted = select(JournalEntry).where(
        JournalEntry.action == "results.publish", JournalEntry.subject == subject_of(contest)
    )
    return session.scalars(wanted.order_by(JournalEntry.number.desc()).limit(1)).first()


def _heads(folder: Path, published: int) -> bytes:
    """The signed heads up to the first one that covers the publication, and the last one."""
    texts = [path.read_text("utf-8").strip() for path in sorted(folder.glob("*.json"))]
    numbers = [json.loads(text)["number"] for text in texts]
    covering = next((place for place, number in enumerate(numbers) if number >= published), len(texts) - 1)
    chosen = [*texts[: covering + 1], *texts[covering + 1 :][-1:]]
    return "".join(f"{text}\n" for text in chosen).encode()


def _register(session: Session, contest: Contest, key: SigningKey) -> str:
    """The signed list of certificates, dated by the last that happened to one of them."""
    found: Sequence = certificates_of(session, contest)
    times = [time for one in found for time in (one.issued_at, one.revoked_at) if time is not None]
    last = max([*times, contest.published_at])
    return signed_list(register_of(contest.code, found, now=last), key)


def _method(language: str, title: str, mark: str) -> str:
    body = current_app.jinja_env.get_template(f"contest/public/_method_{language}.html").render()
    note = f"<p><strong>{mark}</strong></p>\n" if mark else ""
    return (
        f'<!doctype html>\n<html lang="{language}">\n'
        f'<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<h1>{title}</h1>\n{note}{body}\n</body>\n</html>\n"
    )
