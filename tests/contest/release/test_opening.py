"""A foreign or damaged ZIP is refused by name, without unpacking what would fill the machine."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from contest.release import opening
from contest.release.layout import MANIFEST, SIGNATURE, SIGNER
from contest.release.offline import create_app, is_wanted
from contest.release.opening import NoRelease, read_release
from contest.release.packing import packed
from tests.contest.release.made import hand_made, zipped

FILES = hand_made().files()
ZIP = zipped(FILES)


def with_entry(entry: zipfile.ZipInfo | str, content: bytes = b"x") -> bytes:
    """The release with one more entry."""
    out = io.BytesIO(ZIP)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, content)
    return out.getvalue()


def symlink(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


def test_a_release_reads_as_it_was_packed():
    assert read_release(ZIP) == FILES
    assert packed(dict(reversed(FILES.items()))) == ZIP


def test_neither_the_hour_nor_the_order_of_files_stands_in_it():
    with zipfile.ZipFile(io.BytesIO(ZIP)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(FILES)


@pytest.mark.parametrize("name", [
    "../receipts.txt", "/etc/passwd", "a/../../b", "rules/edition-1.toml/../x", "C:receipts.txt",
    "rules//edition-1.toml", "./receipts.txt", "rules\\edition-9.toml", "standings/inputs/" + "x" * 200,
])  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(name: str):
    with pytest.raises(NoRelease, match="no name of a file inside a release"):
        read_release(with_entry(name))


@pytest.mark.parametrize(("entry", "fault"), [
    ("surprise.exe", "no place in a release"),
    ("receipts/", "no name of a file|no plain file"),
    (symlink("receipts.txt"), "no plain file"),
])  # fmt: skip
def test_what_is_no_file_of_a_release_is_refused(entry: zipfile.ZipInfo | str, fault: str):
    with pytest.raises(NoRelease, match=fault):
        read_release(with_entry(entry))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused():
    with pytest.raises(NoRelease, match="stands in the ZIP twice"):
        read_release(with_entry("survey/units.csv", b"other numbers"))


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(NoRelease, match="times its size"):
        read_release(with_entry("receipts.txt", b"0" * (32 * 1024 * 1024)))


def test_a_file_that_claims_to_be_small_is_refused_where_it_is_not():
    """The size in the list says 1, the packed bytes unpack to a megabyte."""
    bomb = bytearray(with_entry("receipts.txt", b"0" * (1024 * 1024)))
    entry = bytes(bomb).rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, 1)
    with pytest.raises(NoRelease, match="shorter or longer|no whole ZIP"):
        read_release(bytes(bomb))


@pytest.mark.parametrize(("limit", "value", "fault"), [
    ("MOST_FILES", 3, "files: a release has at most 3"),
    ("LARGEST_UNPACKED", 1000, "no release is so large"),
    ("LARGEST_FILE", 1000, "no file of a release is so large"),
])  # fmt: skip
def test_too_many_and_too_large_are_refused(limit: str, value: int, fault: str, monkeypatch):
    monkeypatch.setattr(opening, limit, value)
    with pytest.raises(NoRelease, match=fault):
        read_release(ZIP)


def test_a_file_beyond_all_releases_is_not_even_read(tmp_path: Path):
    huge = tmp_path / "huge.zip"
    with huge.open("wb") as file:
        file.truncate(opening.LARGEST_ZIP + 1)
    with pytest.raises(NoRelease, match="no release is so large"):
        read_release(huge)


def flag_encrypted(content: bytearray) -> None:
    struct.pack_into("<H", content, bytes(content).index(b"PK\x01\x02") + 8, 1)


def other_method(content: bytearray) -> None:
    struct.pack_into("<H", content, bytes(content).index(b"PK\x01\x02") + 10, 14)


def cut(content: bytearray) -> None:
    del content[len(content) // 2 :]


def damage(content: bytearray) -> None:
    content[200] ^= 0xFF


def empty(content: bytearray) -> None:
    content.clear()


@pytest.mark.parametrize("act", [flag_encrypted, other_method, cut, damage, empty])
def test_a_damaged_zip_is_one_line_that_differs_and_no_trace(
    act: Callable[[bytearray], None], tmp_path: Path
):
    broken = bytearray(ZIP)
    act(broken)
    (tmp_path / "broken.zip").write_bytes(broken)
    result = CliRunner().invoke(create_app().cli, ["release", "verify", str(tmp_path / "broken.zip")])
    assert result.exit_code == 1
    assert result.output.startswith("DIFFERS  the file: ")
    assert result.output.endswith("1 of 1 lines differ.\n")


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, SIGNER])
def test_a_zip_without_what_every_release_has_is_none(name: str):
    with pytest.raises(NoRelease, match=f"{name} is missing"):
        read_release(packed({one: content for one, content in FILES.items() if one != name}))


def test_a_comment_is_refused():
    with_comment = io.BytesIO(ZIP)
    with zipfile.ZipFile(with_comment, "a") as archive:
        archive.comment = b"trust me"
    with pytest.raises(NoRelease, match="comment"):
        read_release(with_comment.getvalue())


@pytest.mark.parametrize(("content", "fault"), [
    (b"{}", "cannot be checked"),
    (b"[" * 100_000, "no JSON"),
    (b'{"columns": 5, "demonstration": false, "rows": []}', "cannot be checked"),
])  # fmt: skip
def test_foreign_content_is_named_and_the_rest_is_still_looked_at(content: bytes, fault: str, tmp_path: Path):
    (tmp_path / "foreign.zip").write_bytes(packed({**FILES, "survey/units.json": content}))
    result = CliRunner().invoke(create_app().cli, ["release", "verify", str(tmp_path / "foreign.zip")])
    assert (result.exit_code, fault in result.output) == (1, True)
    assert "agrees   rules: " not in result.output
    assert "survey/units.json, SHA-256" in result.output


def test_only_the_check_of_a_release_needs_no_installation():
    assert not is_wanted(["flask", "release", "build", "verify"])
    assert not is_wanted(["granian", "wsgi:create_app"])
