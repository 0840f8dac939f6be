"""What a file is, is told by its content; what is broken, active or too much is refused by name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from contest.nominees.documents import inspection
from contest.nominees.documents.inspection import clean_name, inspect_file, text_of_docx
from contest.nominees.documents.models import Media
from core.errors import BadInput
from tests.contest.nominees.conftest import PDF, docx

RELS = '<Links><Link Type="http://x/{kind}" Target="{to}" TargetMode="External"/></Links>'
BOMB = {"word/media/bomb.bmp": b"\0" * (inspection.LARGEST_UNPACKED + 1)}


def picture(kind: str, size: tuple[int, int] = (3, 2)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size).save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "given_name", "media", "name"),
    [
        (PDF, "Есеп 2026.PDF", Media.PDF, "Есеп 2026.pdf"),
        (docx(), "report.docx", Media.DOCX, "report.docx"),
        (picture("JPEG"), "photo.png", Media.JPEG, "photo.jpg"),
        (picture("PNG"), "C:\\papers\\photo.jpeg", Media.PNG, "photo.png"),
        (PDF, "evil.pdf.exe", Media.PDF, "evil.pdf"),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, given_name: str, media: Media, name: str):
    found = inspect_file(content, given_name)
    assert (found.media, found.name) == (media, name)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "“a.pdf” is empty"),
        (b"MZ\x90\x00", "none of PDF, DOCX, JPEG and PNG"),
        (b"<html><script>", "none of PDF, DOCX, JPEG and PNG"),
        (b"GIF89a" + b"\x00" * 20, "none of PDF, DOCX, JPEG and PNG"),
        (PDF[:-20], "broken PDF"),
        (b" " + PDF, "none of PDF"),
        (PDF.replace(b"/Type", b"/S /JavaScript /Type"), "carries a script"),
        (PDF.replace(b"/Type", b"/S /Java#53cript /Type"), "carries a script"),
        (PDF.replace(b"/Type", b"/Launch /Type"), "carries a script"),
        (PDF.replace(b"startxref", b"/Encrypt 4 0 R startxref"), "protected by a password"),
        (b"%PDF-" + b"x" * inspection.LARGEST_FILE, "a file has 10 MB at most"),
        (picture("PNG")[:45], "broken picture"),
        (picture("JPEG")[:200], "broken picture"),
        (picture("JPEG")[:-2], "broken picture"),
        (b"\xff\xd8\xff" + PDF, "broken picture"),
    ],
)
def test_what_is_no_sound_file_is_refused_with_its_name(content: bytes, fault: str, monkeypatch):
    # As after the first printed document of a process.
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(BadInput, match=fault):
        inspect_file(content, "a.pdf")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (docx(parts={"word/vbaProject.bin": b"x"}), "macros"),
        (docx(parts={"word/embeddings/oleObject1.bin": b"x"}), "macros"),
        (docx(parts={"word/activeX/activeX1.xml": "<x/>"}), "macros"),
        (docx(parts={"[Content_Types].xml": '<T C="vnd.ms-word.macroEnabled.main+xml"/>'}), "macros"),
        (docx(parts={"word/_rels/settings.xml.rels": RELS.format(kind="attachedTemplate", to="http://e/x.dotm")}),
         r"loads a part from elsewhere \(attachedTemplate\)"),
        (docx(parts={"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "broken DOCX"),
        (docx(parts={"word/document.xml": "<html/>"}), "broken DOCX"),
        (docx(parts={"word/document.xml": "<w:document"}), "broken DOCX"),
        (docx(parts={"../../up.xml": "<x/>"}), "broken DOCX"),
        (docx()[:-30], "broken DOCX"),
        (docx()[:40] + docx()[60:], "broken DOCX"),
        (docx(parts=BOMB), "unpacks to too much"),
    ],
)  # fmt: skip
def test_a_docx_with_macros_entities_or_a_bomb_is_refused(content: bytes, fault: str):
    assert len(content) < inspection.LARGEST_FILE
    with pytest.raises(BadInput, match=fault):
        inspect_file(content, "a.docx")


def test_a_header_that_lies_about_its_size_does_not_unpack_more():
    content = docx(parts=BOMB)
    true_size = struct.pack("<L", inspection.LARGEST_UNPACKED + 1)
    assert content.count(true_size) >= 2
    with pytest.raises(BadInput, match="broken DOCX|unpacks to too much"):
        inspect_file(content.replace(true_size, struct.pack("<L", 10)), "a.docx")


def test_a_zip_that_is_no_docx_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("program.exe", b"MZ")
    with pytest.raises(BadInput, match="none of PDF, DOCX"):
        inspect_file(packed.getvalue(), "a.docx")


def test_a_link_to_the_web_is_no_fault():
    content = docx(
        parts={"word/_rels/document.xml.rels": RELS.format(kind="hyperlink", to="https://example.kz")}
    )
    assert inspect_file(content, "a.docx").media is Media.DOCX


def test_a_picture_of_too_many_dots_is_not_decoded(monkeypatch: pytest.MonkeyPatch):
    """Its header says 30,000 by 30,000; nothing behind it would be a picture."""
    header = struct.pack(">LLBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + chunk + struct.pack(">L", zlib.crc32(chunk))
    with pytest.raises(BadInput, match="30000 × 30000 dots|broken picture"):
        inspect_file(png + b"\x00" * 50, "a.png")
    monkeypatch.setattr(inspection, "MOST_PIXELS", 5)
    with pytest.raises(BadInput, match="3 × 2 dots"):
        inspect_file(picture("PNG"), "a.png")


@given(st.text())
@example("../../../etc/passwd")
@example("a\u202egnp.exe")
@example('"; filename="x')
def test_a_name_is_one_short_line_without_a_path(name: str):
    made = clean_name(name, Media.PDF)
    assert made.endswith(".pdf")
    assert 4 < len(made) <= 100
    assert made.isprintable()
    assert not set('/\\"<>|*?:') & set(made)
    assert not made.startswith(".")


def test_the_text_of_a_docx_is_its_paragraphs_alone():
    content = docx("Бірінші жол\nЕкінші", parts={"docProps/core.xml": "<c><creator>Ахметов</creator></c>"})
    assert text_of_docx(content, "essay.docx") == "Бірінші жол\nЕкінші"
    with pytest.raises(BadInput, match="is no DOCX"):
        text_of_docx(PDF, "essay.docx")
