"""The translation catalogues: one per room and language, extracted, checked and compiled here.

`python -m core.catalogues compile | update | check`. Every message needs a translation into kk
and ru that is neither missing, fuzzy nor stale; English is the source.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.settings import ROOT

ROOMS = ("core", "surveys", "ethics", "contest", "demo")
TRANSLATED = ("kk", "ru")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.js", "jinja2")]
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None,
    "ngettext": (1, 2), "lazy_ngettext": (1, 2), "pgettext": ((1, "c"), 2), "_n": (1, 2),
}  # fmt: skip


def sources(room: str) -> tuple[Path, ...]:
    """Where a room's messages are: its package and its templates; the ground has the rest."""
    if room == "core":
        return (ROOT / "core", ROOT / "templates")
    return (ROOT / room, ROOT / "templates" / room)


def extract(room: str) -> Catalog:
    """The catalogue of all messages in a room's sources, in order, without translations."""
    catalog = Catalog(project="Auyl Uni", charset="utf-8")
    others = {str(ROOT / "templates" / name) for name in ROOMS if name != "core"}
    for base in sources(room):
        found = extract_from_dir(
            str(base), method_map=METHODS, keywords=KEYWORDS, comment_tags=("L10n:",),
            options_map={"**.html": {"trimmed": "true"}},
            directory_filter=lambda path: room != "core" or str(Path(path)) not in others,
        )  # fmt: skip
        for name, _, message, comments, context in found:
            place = (Path(base).relative_to(ROOT) / name).as_posix()
            if place.endswith("core/catalogues.py"):
                continue
            catalog.add(message, None, [(place, None)], auto_comments=comments, context=context)
    return catalog


def path_of(room: str, language: str) -> Path:
    """Where a room's catalogue in a language is kept."""
    return ROOT / "translations" / language / "LC_MESSAGES" / f"{room}.po"


def load(room: str, language: str) -> Catalog:
    """A kept catalogue, or an empty one."""
    path = path_of(room, language)
    if not path.exists():
        return Catalog(locale=language, domain=room, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=room)


def update(room: str, language: str) -> None:
    """Add new messages without a translation and drop those that are gone; never guess."""
    catalog = load(room, language)
    catalog.update(extract(room), no_fuzzy_matching=True, update_header_comment=False)
    path = path_of(room, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=110, omit_header=False, ignore_obsolete=True, no_location=False)


def faults(room: str, language: str) -> Iterator[str]:
    """Each message of the sources that lacks a good translation, and each that nobody uses."""
    kept, needed = load(room, language), extract(room)
    for message in needed:
        if message.id:
            own = kept.get(message.id, context=message.context)
            if own is None or not _is_full(own) or own.fuzzy:
                yield f"{language}/{room}: no translation of {message.id!r} ({message.locations[0][0]})"
            else:
                for fault in own.check(kept):
                    yield f"{language}/{room}: {message.id!r}: {fault}"
    for message in kept:
        if message.id and needed.get(message.id, context=message.context) is None:
            yield f"{language}/{room}: stale {message.id!r}"


def _is_full(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(text and text.strip() for text in texts)


def compile_all() -> None:
    """Write the .mo files that are missing or older than their .po; another process reads them whole."""
    for language in TRANSLATED:
        for room in ROOMS:
            source = path_of(room, language)
            target = source.with_suffix(".mo")
            if source.exists() and (not target.exists() or target.stat().st_mtime <= source.stat().st_mtime):
                draft = target.with_suffix(f".{os.getpid()}.mo")
                with draft.open("wb") as file:
                    write_mo(file, load(room, language))
                draft.replace(target)


def main(verb: str, *rooms: str) -> int:
    """Run one verb; `check` fails when anything is missing or stale."""
    chosen = rooms or ROOMS
    if verb == "compile":
        compile_all()
        return 0
    if verb == "update":
        for room in chosen:
            for language in TRANSLATED:
                update(room, language)
        return 0
    if verb == "check":
        found = [fault for room in chosen for language in TRANSLATED for fault in faults(room, language)]
        print("\n".join(found) or "every message is translated")
        return 1 if found else 0
    print(f"unknown verb {verb!r}: compile, update [ROOM...] or check [ROOM...]", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["check"])))
