"""The one door to PDF: HTML in, a tagged PDF/A-3a out, the same bytes for the same input.

The template of a document and the pictures of its codes come from here as well. The only module that may
import WeasyPrint, pikepdf and fontTools, always inside a function. It fetches nothing but the fonts beside
it, and refuses a document that holds a character which those fonts do not have, instead of drawing a box or
borrowing a stranger's letter.
"""

from __future__ import annotations

import atexit
import gc
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any

from flask_babel import lazy_gettext as _l
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from core.errors import BadInput
from core.settings import ROOT

FONTS = ROOT / "core" / "fonts"
#: Every face of our documents: its family, weight, style and file.
FACES = (
    ("PT Serif", 400, "normal", "PTSerif-Regular.ttf"),
    ("PT Serif", 400, "italic", "PTSerif-Italic.ttf"),
    ("PT Serif", 700, "normal", "PTSerif-Bold.ttf"),
    ("PT Sans", 400, "normal", "PTSans-Regular.ttf"),
    ("PT Sans", 700, "normal", "PTSans-Bold.ttf"),
)
#: The name of the empty field into which `core.signatures` signs.
SIGNATURE_FIELD = "Signature"
_SHIPPED = "shipped:"
_DRAWN = ("data:image/svg+xml", "data:image/png;base64,")
_COLOURS = "screen"
#: Size over which a file inside a PDF is not ours: packed, and unpacked, for what is packed twice or three
#: times becomes a million times as large.
LARGEST_ATTACHMENT = 64 * 1024

# Pango's font map may not be used by two threads at once.
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a PDF; `relation` is the AFRelationship of PDF/A-3, `made_at` its date."""

    name: str
    content: bytes
    description: str
    made_at: datetime
    relation: str = "Data"


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A decoration under the text of the first page, which readers that do not see pass over.

    `content` is in PDF operators, in millimetres with y downwards; it may draw (`Do`) the figures, which are
    drawn once however often they are used. Drawing it so is far faster than as SVG.
    """

    content: str
    figures: Mapping[str, str] = field(default_factory=dict)
    figure_box: tuple[float, float, float, float] = (0, 0, 0, 0)


@cache
def document_template(name: str) -> Template:
    """The template of a document: everything is escaped, and what it is not given is a fault."""
    loader = FileSystemLoader(ROOT / "templates")
    sheets = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return sheets.get_template(name)


def qr_picture(text: str, *, title: str, error: str = "m", dark: str = "#000", quiet: int = 0) -> Markup:
    """A QR code as inline SVG, which the style sheet gives its size.

    :param title: what readers who do not see are told.
    :param error: how much may be damaged: l, m, q or h.
    :param quiet: the white margin, in modules, where the sheet leaves none.
    """
    drawn = _code(text, error).svg_inline(
        border=quiet, dark=dark, title=title, svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704 (drawn here; the title is escaped)


def qr_image(text: str, *, error: str = "m") -> str:
    """A QR code as PNG in a `data:` address, for sheets of hundreds: drawn three times faster than SVG."""
    return _code(text, error).png_data_uri(scale=4, border=0)


def render_pdf(
    html: str,
    *,
    title: str,
    language: str,
    identifier: str,
    sheet: str | None = None,
    attachments: Sequence[Attachment] = (),
    backdrop: Backdrop | None = None,
    signature: str | None = None,
) -> bytes:
    """Draw a document as PDF/A-3a, with tags, title and language.

    An element `<section lang="...">` marks the language of its part: it must stand on one page and
    hold nothing but blocks. Pictures are inline SVG with a `<title>`; decoration comes by CSS from a
    `data:` address, or as the backdrop.

    :param identifier: the file's own identifier, such as a certificate's code.
    :param sheet: the style sheet's name among the templates, for documents of which there are thousands: it
        is read once a process, while a `<style>` inside is read for each.
    :param signature: what readers who do not see are told of an empty signature field; none without it.
    :raises BadInput: when a character is in none of the shipped fonts; the message names it.
    :raises ValueError: when the document asks for a file or address from outside.
    """
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    fetcher, font_config, faces, colours = _press()
    with _lock, uncollected():
        try:
            source = HTML(string=html, url_fetcher=fetcher)
            document = source.render(
                stylesheets=[faces, *([_sheet(sheet)] if sheet else [])], font_config=font_config,
                color_profiles={_COLOURS: colours}, output_intent=_COLOURS,
            )  # fmt: skip
            document.metadata.title, document.metadata.lang = title, language
            return document.write_pdf(
                pdf_variant="pdf/a-3a",
                pdf_tags=True,
                output_intent=_COLOURS,
                pdf_identifier=identifier.encode(),
                attachments=[_enclosed(attachment) for attachment in attachments],
                finisher=lambda drawn, pdf: _finish(drawn, pdf, source.etree_element, backdrop, signature),
            )
        except FatalURLFetchingError as refused:
            raise ValueError(str(refused)) from None


def read_attachment(pdf: bytes, name: str) -> bytes | None:
    """The content of a file inside a PDF, or None when the PDF has none by that name.

    :raises BadInput: when this is not a PDF, or is a damaged one.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = document.attachments.get(name)
            if found is None:
                return None
            file = found.get_file()
            if file.obj is None:
                raise ValueError("the file's stream is not there")
            if len(file.obj.read_raw_bytes()) > LARGEST_ATTACHMENT:
                return None
            content = file.read_bytes()
            return content if len(content) <= LARGEST_ATTACHMENT else None
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        # A damaged file breaks the reader in more ways than it has names for.
        raise BadInput(_l("This file is not a PDF, or it is damaged.")) from None


@lru_cache(maxsize=20_000)
def text_width(text: str, *, family: str, weight: int = 400, size: float) -> float:
    """The width of a line in the unit of `size`, without kerning; a letter nobody has is an em wide."""
    advances, em = _advances(family, weight)
    return sum(advances.get(ord(letter), em) for letter in text) * size / em


def refuse_strange_letters(text: str, *, family: str, weight: int = 400) -> None:
    """Refuse a text for a picture when the face lacks a letter of it, instead of drawing a box.

    :raises BadInput: naming the letters.
    """
    lacking = {letter for letter in text if ord(letter) not in _advances(family, weight)[0]}
    if lacking:
        raise _lack(lacking)


@contextmanager
def uncollected() -> Iterator[None]:
    """Spare the collector its rounds while a file is made: what it would look at lives until the end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _code(text: str, error: str) -> Any:
    import segno

    return segno.make(text, error=error, micro=False)


@lru_cache
def _advances(family: str, weight: int) -> tuple[dict[int, int], int]:
    from fontTools.ttLib import TTFont

    file = next(f for name, heavy, style, f in FACES if (name, heavy, style) == (family, weight, "normal"))
    font = TTFont(FONTS / file)
    widths = font["hmtx"].metrics
    return {code: widths[glyph][0] for code, glyph in font.getBestCmap().items()}, font["head"].unitsPerEm


@lru_cache
def _shipped() -> dict[str, bytes]:
    return {file: (FONTS / file).read_bytes() for *_, file in FACES}


@lru_cache
def _press() -> tuple[Any, Any, Any, Any]:
    """The fetcher, the font configuration, the style sheet of our faces and sRGB, made once a process."""
    from weasyprint import CSS
    from weasyprint import pdf as printing
    from weasyprint.css import ColorProfile
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Colours(ColorProfile):
        """A profile that is written as its file has it: the library writes it anew once it was read."""

        content = (files(printing) / "sRGB2014.icc").read_bytes()

    class Fetcher(URLFetcher):
        """Gives our own fonts and pictures drawn in place, and stops the drawing at anything else."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url.startswith(_SHIPPED) and url.removeprefix(_SHIPPED) in _shipped():
                return URLFetcherResponse(
                    url, _shipped()[url.removeprefix(_SHIPPED)], {"Content-Type": "font/ttf"}
                )
            if url.startswith(_DRAWN):
                return super().fetch(url)
            raise FatalURLFetchingError(f"documents fetch nothing from outside; this one asks for {url!r}")

    fetcher, font_config = Fetcher(), FontConfiguration()
    rules = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style};'
        f' src: url("{_SHIPPED}{file}") }}'
        for family, weight, style, file in FACES
    )
    rules += 'html { font-family: "PT Sans" }'
    with (files(printing) / "sRGB2014.icc").open("rb") as file:
        colours = Colours(file, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
    faces = CSS(string=rules, font_config=font_config, url_fetcher=fetcher)
    # Its folder of fonts is removed while the interpreter still can.
    atexit.register(_press.cache_clear)
    return fetcher, font_config, faces, colours


@cache
def _sheet(name: str) -> Any:
    from weasyprint import CSS

    fetcher, font_config, _faces, _colours = _press()
    return CSS(filename=ROOT / "templates" / name, font_config=font_config, url_fetcher=fetcher)


def _enclosed(attachment: Attachment) -> Any:
    from weasyprint import Attachment as Enclosed

    return Enclosed(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        created=attachment.made_at,
        modified=attachment.made_at,
        relationship=attachment.relation,
    )


def _finish(document: Any, pdf: Any, tree: Any, backdrop: Backdrop | None, signature: str | None) -> None:
    """Check letters, lay the backdrop, mark languages, add the field; runs before the bytes are written."""
    _refuse_strange_letters(document)
    if "AF" in pdf.catalog:
        # The library names each file twice.
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    if backdrop is not None:
        _lay_under(pdf, backdrop)
    _mark_languages(pdf, [section.get("lang") for section in tree.iter("section")])
    if signature is not None:
        _add_signature_field(pdf, signature)
    _compress_once(pdf)


def _compress_once(pdf: Any) -> None:
    """Compress every stream now: the library does so each time it is asked for the bytes, which is twice."""
    from pydyf import Stream

    class Ready(Stream):
        """A stream whose bytes are there."""

        data = b""

    for place, entry in enumerate(pdf.objects):
        if isinstance(entry, Stream):
            ready = Ready()
            ready.data, ready.number, ready.generation = entry.data, entry.number, entry.generation
            pdf.objects[place] = ready


def _refuse_strange_letters(document: Any) -> None:
    from weasyprint.text.fonts import get_hb_object_data

    lacking: set[str] = set()
    for font in document.fonts.values():
        lacking.update(map(chr, font.missing))
        if get_hb_object_data(font.hb_face) not in _shipped().values():
            drawn = set("".join(font.to_unicode.values()))
            # A borrowed font also draws the blanks beside a letter that ours lack.
            found = {letter for letter in drawn if ord(letter) not in _advances(*FACES[0][:2])[0]}
            if not found:
                raise ValueError(f"a document uses the font {font.family!r}: use PT Serif or PT Sans")
            lacking |= found
    if lacking:
        raise _lack(lacking)


def _lack(lacking: set[str]) -> BadInput:
    letters = ", ".join(f"“{letter}” (U+{ord(letter):04X})" for letter in sorted(lacking))
    return BadInput(
        _l("The fonts of our documents lack %(letters)s: write the text without it.", letters=letters)
    )


def _mark_languages(pdf: Any, languages: list[str | None]) -> None:
    """Give each section's structure element its language; objects stand in reading order."""
    if not any(languages):
        return
    from pydyf import String

    marked = [entry for entry in pdf.objects if isinstance(entry, dict) and entry.get("S") == "/Sect"]
    if len(marked) != len(languages):
        raise ValueError(
            f"{len(languages)} sections were drawn as {len(marked)}: keep each <section> on one page "
            "and give it blocks alone"
        )
    for entry, language in zip(marked, languages, strict=True):
        if language:
            entry["Lang"] = String(language)


def _lay_under(pdf: Any, backdrop: Backdrop) -> None:
    """Put the backdrop before everything else on the first page, as an artifact."""
    from pydyf import Array, Dictionary, Stream

    def form(operators: str, box: Sequence[float], used: Mapping[str, Any]) -> Any:
        extra = {"Type": "/XObject", "Subtype": "/Form", "BBox": Array(box)}
        extra["Resources"] = Dictionary({"XObject": Dictionary(used)})
        made = Stream([operators.encode()], extra, compress=True)
        pdf.add_object(made)
        return made.reference

    page = next(entry for entry in pdf.objects if isinstance(entry, dict) and entry.get("Type") == "/Page")
    figures = {name: form(drawn, backdrop.figure_box, {}) for name, drawn in backdrop.figures.items()}
    points = 72 / 25.4
    sheet = [side / points for side in page["MediaBox"]]
    resources = _object(pdf, page["Resources"])
    resources["XObject"]["Backdrop"] = form(backdrop.content, sheet, figures)
    place = f"{points:.6f} 0 0 {-points:.6f} 0 {page['MediaBox'][3]:.6f} cm"
    _object(pdf, page["Contents"]).stream.insert(0, f"/Artifact BMC q {place} /Backdrop Do Q EMC".encode())


def _add_signature_field(pdf: Any, description: str) -> None:
    """An empty signature field without a picture, on the first page and in the structure.

    It stands here before it is signed, because the signer's own fields would stand outside the structure.
    """
    from pydyf import Array, Dictionary, String

    def added(entries: dict[str, Any]) -> Any:
        made = Dictionary(entries)
        pdf.add_object(made)
        return made

    page = next(entry for entry in pdf.objects if isinstance(entry, dict) and entry.get("Type") == "/Page")
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    parents = _object(pdf, root["ParentTree"])["Nums"]
    top = _object(pdf, root["K"][0])
    key = parents[-2] + 1
    widget = added(
        {
            "Type": "/Annot", "Subtype": "/Widget", "FT": "/Sig", "T": String(SIGNATURE_FIELD),
            "TU": String(description), "Contents": String(description), "Rect": Array([0, 0, 0, 0]),
            # Printed and locked, as the archive format wants it.
            "F": 132, "P": page.reference, "StructParent": key,
        }
    )  # fmt: skip
    link = Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": page.reference})
    form = added(
        {
            "Type": "/StructElem", "S": "/Form", "P": top.reference, "Pg": page.reference,
            "Alt": String(description), "K": Array([link]),
        }
    )  # fmt: skip
    top["K"].append(form.reference)
    parents.extend([key, form.reference])
    page.setdefault("Annots", Array()).append(widget.reference)
    pdf.catalog["AcroForm"] = Dictionary({"Fields": Array([widget.reference]), "SigFlags": 0})


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
