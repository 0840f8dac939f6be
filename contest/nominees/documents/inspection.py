"""What a file really is: told by its bytes and structure, never by its name or what a browser says of it.

Takes PDF, DOCX, JPEG and PNG; refuses anything else, what is broken, what carries macros, scripts or
embedded programs, and what unpacks to more than it may. It opens nothing on the disk and knows no table.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

from flask_babel import lazy_gettext as _l

from contest.nominees.documents.models import Media
from core.errors import BadInput

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 2000
MOST_PIXELS = 50_000_000
LONGEST_NAME = 100

MEDIA_TYPES = {
    Media.PDF: "application/pdf",
    Media.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Media.JPEG: "image/jpeg",
    Media.PNG: "image/png",
}
_PARTS = ("[Content_Types].xml", "_rels/.rels", "word/document.xml")
_DOCUMENT = {
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}document",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}document",
}
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
#: What runs something when it is opened: macros, controls and embedded programs.
_ACTIVE_PARTS = re.compile(r"vba|macro|activex|oleobject|\.(bin|exe|dll|js|vbs|jar|com|bat)$", re.IGNORECASE)
#: Only what a harmless PDF never says; shorter names would be met by chance in packed pictures.
_ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept: what it is, and the name to show for it."""

    media: Media
    name: str


def inspect_file(content: bytes, filename: str) -> Inspected:
    """Tell what a file is and name it decently.

    :raises BadInput: naming the file, what is wrong with it and the remedy.
    """
    shown = _bare(filename)
    if not content:
        raise BadInput(_l("“%(name)s” is empty: choose the file again.", name=shown))
    if len(content) > LARGEST_FILE:
        raise BadInput(
            _l(
                "“%(name)s” has %(size)s MB: a file has %(most)s MB at most.", name=shown,
                size=-(-len(content) // 2**20), most=LARGEST_FILE // 2**20,
            )
        )  # fmt: skip
    media = _media(content)
    if media is None:
        raise BadInput(
            _l("“%(name)s” is none of PDF, DOCX, JPEG and PNG: save it as one of them.", name=shown)
        )
    if media is Media.PDF:
        _check_pdf(content, shown)
    elif media is Media.DOCX:
        with _opened(content, shown) as packed:
            _check_docx(packed, shown)
    else:
        _check_image(content, media, shown)
    return Inspected(media, clean_name(filename, media))


def clean_name(filename: str, media: Media) -> str:
    """A name to show and to download by: one line, no path, the suffix of what the file really is.

    >>> clean_name("../../etc/report.exe", Media.PDF)
    'report.pdf'
    """
    stem = _bare(filename)
    known = {".pdf", ".docx", ".jpg", ".jpeg", ".png", ".exe", ".doc", ".docm"}
    while PurePosixPath(stem).suffix.lower() in known:
        stem = stem[: -len(PurePosixPath(stem).suffix)]
    stem = stem.strip(" .") or "document"
    return f"{stem[: LONGEST_NAME - 5].rstrip(' .')}.{media.value}"


def text_of_docx(content: bytes, filename: str) -> str:
    """The plain text of a DOCX, a line for each paragraph; nothing else of the file is kept.

    :raises BadInput: for anything but a sound DOCX.
    """
    found = inspect_file(content, filename)
    if found.media is not Media.DOCX:
        raise BadInput(_l("“%(name)s” is no DOCX: paste the text instead.", name=found.name))
    with _opened(content, found.name) as packed:
        root = ElementTree.fromstring(packed.read("word/document.xml"))  # noqa: S314  (no entities: checked)
    space = root.tag.partition("}")[0] + "}"
    return "\n".join(_line(paragraph, space) for paragraph in root.iter(f"{space}p")).strip()


def _line(paragraph: ElementTree.Element, space: str) -> str:
    marks = {f"{space}tab": "\t", f"{space}br": "\n"}
    return "".join(
        part.text or "" if part.tag == f"{space}t" else marks.get(part.tag, "") for part in paragraph.iter()
    )


def _media(content: bytes) -> Media | None:
    starts = {
        b"%PDF-": Media.PDF, b"PK\x03\x04": Media.DOCX, b"\xff\xd8\xff": Media.JPEG,
        b"\x89PNG\r\n\x1a\n": Media.PNG,
    }  # fmt: skip
    return next((media for start, media in starts.items() if content.startswith(start)), None)


def _check_pdf(content: bytes, shown: str) -> None:
    tail = content[-2048:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise BadInput(_l("“%(name)s” is a broken PDF: save it anew and send it again.", name=shown))
    # A name may hide its letters as #4A: they are read before looking for it.
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), content)
    if b"/Encrypt" in plain:
        raise BadInput(
            _l("“%(name)s” is protected by a password: save it without one and send it again.", name=shown)
        )
    if any(word in plain for word in _ACTIVE_PDF):
        raise BadInput(
            _l("“%(name)s” carries a script or another file inside: print it to a plain PDF.", name=shown)
        )


def _opened(content: bytes, shown: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError):
        raise _broken(shown) from None


def _check_docx(packed: zipfile.ZipFile, shown: str) -> None:
    names = [part.filename for part in packed.infolist()]
    if not set(_PARTS) <= set(names):
        raise BadInput(
            _l("“%(name)s” is none of PDF, DOCX, JPEG and PNG: save it as one of them.", name=shown)
        )
    if len(names) > MOST_PARTS or len(set(names)) != len(names):
        raise _broken(shown)
    if any(_ACTIVE_PARTS.search(name) for name in names):
        raise BadInput(
            _l("“%(name)s” carries macros or programs: save it as a plain DOCX or a PDF.", name=shown)
        )
    parts = _unpacked(packed, shown)
    types = parts["[Content_Types].xml"]
    if b"macroenabled" in types.lower() or _WORD_TYPE.encode() not in types:
        raise BadInput(
            _l("“%(name)s” carries macros or programs: save it as a plain DOCX or a PDF.", name=shown)
        )
    for name, text in parts.items():
        _check_part(name, text, shown)


def _unpacked(packed: zipfile.ZipFile, shown: str) -> dict[str, bytes]:
    """The XML parts; every part is unpacked in pieces, so that no header's word is taken for its size."""
    left, kept = LARGEST_UNPACKED, {}
    for part in packed.infolist():
        path = PurePosixPath(part.filename)
        if part.flag_bits & 1 or path.is_absolute() or ".." in path.parts or "\\" in part.filename:
            raise _broken(shown)
        pieces = []
        try:
            with packed.open(part) as file:
                while piece := file.read(1 << 16):
                    left -= len(piece)
                    if left < 0:
                        raise BadInput(
                            _l("“%(name)s” unpacks to too much: make its pictures smaller.", name=shown)
                        )
                    if path.suffix in (".xml", ".rels"):
                        pieces.append(piece)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
            raise _broken(shown) from None
        except Exception as fault:
            # The packing's own error (zlib, lzma) has no common class.
            if type(fault).__module__ in ("zlib", "_lzma", "lzma"):
                raise _broken(shown) from None
            raise
        if path.suffix in (".xml", ".rels"):
            kept[part.filename] = b"".join(pieces)
    return kept


def _check_part(name: str, text: bytes, shown: str) -> None:
    """Well-formed, without a document type (so without entities), and nothing that loads from elsewhere."""
    if b"<!" in text.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or b"\x00" in text[:4]:
        raise _broken(shown)
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  (a document type is refused above)
    except ElementTree.ParseError:
        raise _broken(shown) from None
    if name == "word/document.xml" and root.tag not in _DOCUMENT:
        raise _broken(shown)
    if name.endswith(".rels"):
        for link in root:
            kind = link.get("Type", "").rpartition("/")[2]
            if link.get("TargetMode") == "External" and kind != "hyperlink":
                raise BadInput(
                    _l(
                        "“%(name)s” loads a part from elsewhere (%(kind)s): put it inside, or save a PDF.",
                        name=shown, kind=kind[:40] or "?",
                    )
                )  # fmt: skip


def _check_image(content: bytes, media: Media, shown: str) -> None:
    from PIL import Image, UnidentifiedImageError

    broken = BadInput(_l("“%(name)s” is a broken picture: save it anew and send it again.", name=shown))
    try:
        picture = Image.open(io.BytesIO(content), formats=["JPEG" if media is Media.JPEG else "PNG"])
        if picture.width * picture.height > MOST_PIXELS:
            raise BadInput(
                _l(
                    "“%(name)s” has %(width)s × %(height)s dots: make the picture smaller.",
                    name=shown, width=picture.width, height=picture.height,
                )
            )  # fmt: skip
        picture.load()
        # Whoever prints lets Pillow take pictures that are cut off, for the whole process.
        if media is Media.PNG:
            Image.open(io.BytesIO(content), formats=["PNG"]).verify()
        elif b"\xff\xd9" not in content[content.rfind(b"\xff\xda") :]:
            raise broken
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise broken from None


def _broken(shown: str) -> BadInput:
    return BadInput(_l("“%(name)s” is a broken DOCX: open it, save it anew and send it again.", name=shown))


def _bare(filename: str) -> str:
    """The last part of a path as one line of letters that can be seen."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    seen = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in last)
    return re.sub(r'[<>:"|?*]', "_", " ".join(seen.split()))[:LONGEST_NAME] or "document"
