"""The compiled catalogues: several processes start at once in a new folder, and each must read them whole."""

from __future__ import annotations

import os
from gettext import GNUTranslations
from pathlib import Path

import pytest

from core import catalogues

SOURCE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Yes"
msgstr "Иә"
"""


def test_a_catalogue_is_replaced_at_once_whoever_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    source = catalogues.path_of("core", "kk")
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE)
    target = source.with_suffix(".mo")
    target.write_bytes(b"as it was")
    os.utime(target, (0, 0))
    with target.open("rb") as reader:
        catalogues.compile_all()
        assert reader.read() == b"as it was"
    with target.open("rb") as reader:
        assert GNUTranslations(reader).gettext("Yes") == "Иә"
    assert sorted(source.parent.iterdir()) == [target, source]
