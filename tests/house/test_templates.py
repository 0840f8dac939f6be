"""Templates hold no inline script or style, no dead macro, and none is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.walk import ROOT, modules, templates

FILES = templates()
TEXTS = {path.relative_to(ROOT / "templates").as_posix(): path.read_text() for path in FILES}
#: Documents are drawn to PDF by one renderer and carry their own style sheet.
DOCUMENTS = re.compile(r"(^|/)documents/")
SOURCES = "\n".join(module.path.read_text() for module in modules())


@pytest.mark.parametrize("name", [n for n in TEXTS if not DOCUMENTS.search(n)])
def test_no_inline_script_or_style(name: str):
    text = TEXTS[name]
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("name", list(TEXTS))
def test_no_third_party_address_is_loaded(name: str):
    assert not re.search(r"(src|href|action)=[\"']https?://", TEXTS[name].replace("{{", ""))


def test_every_template_is_used():
    everything = SOURCES + "\n".join(TEXTS.values())
    unused = {name for name in TEXTS if f'"{name}"' not in everything and f"'{name}'" not in everything}
    assert unused == set()


def test_every_macro_is_used():
    everything = "\n".join(TEXTS.values())
    for name in re.findall(r"{%-?\s*macro\s+(\w+)", everything):
        calls = len(re.findall(rf"\b{name}\s*\(", everything))
        assert calls > 1, f"macro {name} is never called"


def test_every_file_is_utf_8_without_tabs():
    for path in FILES:
        assert b"\t" not in Path(path).read_bytes(), path
