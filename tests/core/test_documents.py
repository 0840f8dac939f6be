"""The PDF door: PDF/A-3 with tags, our fonts alone, the same bytes again, nothing from outside."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from importlib.resources import files

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from jinja2 import UndefinedError

from core.documents import (
    FACES,
    FONTS,
    Attachment,
    Backdrop,
    document_template,
    qr_image,
    qr_picture,
    read_attachment,
    render_pdf,
    text_width,
)
from core.errors import BadInput
from core.settings import ROOT
from core.words import KAZAKH_ALPHABET

#: The 42 letters in both cases; the capital of ъ and ь is among them for words in capitals.
LETTERS = set(KAZAKH_ALPHABET + KAZAKH_ALPHABET.upper())
NOTE = Attachment("note.json", b'{"a":"\xd3\x99"}', "A note", datetime(2026, 6, 1, tzinfo=UTC), "Source")
FILES = {
    "PT-Sans-Bold": "PTSans-Bold.ttf",
    "PT-Serif-Bold": "PTSerif-Bold.ttf",
    "PT-Serif-Italic": "PTSerif-Italic.ttf",
}
PAGE = """
<section lang="kk"><h1 style="font-family: PT Serif">{letters}</h1><p><b>Қош келдіңіз</b></p></section>
<section lang="ru"><p style="font: italic 12pt PT Serif">Добро пожаловать</p></section>
"""


def drawn(html: str = PAGE.format(letters="".join(sorted(LETTERS))), **changes) -> bytes:
    given = {"title": "Құжат", "language": "kk", "identifier": "ABC", "attachments": [NOTE], **changes}
    return render_pdf(html, **given)


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def structure(document: pikepdf.Pdf) -> list[tuple[str, str | None]]:
    """Every structure element in reading order: its role and its own language."""
    found = []

    def walk(element) -> None:
        if isinstance(element, pikepdf.Array):
            for child in element:
                walk(child)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append((str(element.S), str(element.Lang) if "/Lang" in element else None))
            walk(element.get("/K", pikepdf.Array()))

    walk(document.Root.StructTreeRoot.K)
    return found


def embedded(document: pikepdf.Pdf) -> dict[str, tuple[TTFont, dict[int, str]]]:
    """Each font of the file: its embedded program, and which glyph stands for which text."""
    found = {}
    for font in document.pages[0].Resources.Font.values():
        inner = font.DescendantFonts[0]
        program = TTFont(io.BytesIO(inner.FontDescriptor.FontFile2.read_bytes()))
        maps = b"".join(re.findall(rb"beginbfchar(.*?)endbfchar", font.ToUnicode.read_bytes(), re.DOTALL))
        pairs = re.findall(rb"<([0-9a-f]+)> <([0-9a-f]+)>", maps)
        texts = {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
        found[str(inner.BaseFont).partition("+")[2]] = (program, texts)
    return found


@pytest.mark.parametrize("file", [file for *_, file in FACES])
def test_every_shipped_face_has_every_kazakh_letter(file: str):
    font = TTFont(FONTS / file)
    assert len(KAZAKH_ALPHABET) == 42
    assert {letter for letter in LETTERS if ord(letter) not in font.getBestCmap()} == set()
    assert font["OS/2"].fsType == 0  # may be embedded
    assert "SIL Open Font License" in (FONTS / "OFL.txt").read_text()


def test_a_document_is_pdf_a_3a_with_tags_title_and_language():
    document = opened(drawn())
    root = document.Root
    assert [str(intent.S) for intent in root.OutputIntents] == ["/GTS_PDFA1"]
    assert root.OutputIntents[0].DestOutputProfile.read_bytes()[36:40] == b"acsp"
    metadata = root.Metadata.read_bytes().decode()
    assert re.findall(r'pdfaid:part="(\d)"', metadata) == ["3"]
    assert re.findall(r'pdfaid:conformance="(\w)"', metadata) == ["A"]
    assert bool(root.MarkInfo.Marked) is True
    assert bool(root.ViewerPreferences.DisplayDocTitle) is True
    assert (str(root.Lang), str(document.docinfo.Title)) == ("kk", "Құжат")
    assert bytes(document.trailer.ID[0]) == b"ABC"


def test_the_structure_tells_headings_and_languages():
    roles = structure(opened(drawn()))
    assert [pair for pair in roles if pair[0] in ("/Sect", "/H1", "/P")] == [
        ("/Sect", "kk"), ("/H1", None), ("/P", None), ("/Sect", "ru"), ("/P", None),
    ]  # fmt: skip


def test_every_letter_in_the_file_is_drawn_by_the_shipped_font():
    fonts = embedded(opened(drawn()))
    assert sorted(fonts) == sorted(FILES)
    assert set("".join(fonts["PT-Serif-Bold"][1].values())) >= LETTERS
    for name, (program, texts) in fonts.items():
        shipped = TTFont(FONTS / FILES[name])
        for glyph, text in texts.items():
            original = shipped.getBestCmap()[ord(text)]
            ours, theirs = program["glyf"], shipped["glyf"]
            drawn_as = ours[program.getGlyphName(glyph)].getCoordinates(ours)[0]
            assert drawn_as == theirs[original].getCoordinates(theirs)[0], text


def test_a_file_inside_is_related_and_comes_out_whole():
    content = drawn()
    document = opened(content)
    entry = document.Root.AF[0]
    assert (str(entry.AFRelationship), str(entry.UF)) == ("/Source", "note.json")
    assert read_attachment(content, "note.json") == NOTE.content
    assert read_attachment(content, "other.json") is None


def test_what_is_no_pdf_is_refused():
    for content in (b"", b"not a PDF", drawn()[:4000]):
        with pytest.raises(BadInput) as fault:
            read_attachment(content, "note.json")
        assert str(fault.value.message) == "This file is not a PDF, or it is damaged."


def test_an_enclosed_file_that_was_packed_twice_to_become_endless_is_none_of_ours():
    with opened(drawn()) as document:
        filespec = document.attachments["note.json"].obj
        packed = zlib.compress(zlib.compress(b" " * 5_000_000, 9), 9)
        twice = pikepdf.Array([pikepdf.Name.FlateDecode] * 2)
        for key in list(filespec.EF.keys()):
            filespec.EF[key].write(packed, filter=twice)
        bomb = io.BytesIO()
        document.save(bomb)
    assert len(packed) < 1000
    assert read_attachment(bomb.getvalue(), "note.json") is None


def test_an_enclosed_file_whose_content_is_gone_makes_a_damaged_document():
    """One flipped byte in a reference is enough for this."""
    with opened(drawn()) as document:
        entry = document.attachments["note.json"].obj
        for key in list(entry.EF.keys()):
            entry.EF[key] = document.make_indirect(pikepdf.Dictionary())
        damaged = io.BytesIO()
        document.save(damaged)
    with pytest.raises(BadInput):
        read_attachment(damaged.getvalue(), "note.json")


def test_the_same_input_gives_the_same_bytes_first_and_later_and_in_other_processes():
    """The first document of a process must not differ, nor one in whose process others were drawn before."""
    script = (
        "import hashlib; from core.documents import qr_picture, render_pdf\n"
        "page = '<h1>Қош</h1>' + qr_picture('ABC', title='QR') + '<p>{}</p>'\n"
        "given = {'title': 'Құжат', 'language': 'kk', 'identifier': 'ABC'}\n"
        "for text in ('a', 'a', 'b', 'a'):\n"
        "    print(hashlib.sha256(render_pdf(page.format(text), **given)).hexdigest())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        ).stdout.split()
        for seed in ("7", "8")
    ]  # fmt: skip
    first, again, other, last = said[0]
    assert first == again == last != other
    assert said[0] == said[1]


def test_the_colours_of_every_document_are_those_of_the_shipped_file():
    shipped = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
    for _ in range(2):
        with opened(drawn()) as document:
            assert document.Root.OutputIntents[0].DestOutputProfile.read_bytes() == shipped


def test_a_code_is_a_picture_with_its_title_and_no_script():
    picture = qr_picture("https://uni.example.kz/e/0", title="<b>QR</b> & код")
    assert picture.count("<title>&lt;b&gt;QR&lt;/b&gt; &amp; код</title>") == 1
    assert re.findall(r"<(\w+)", picture) == ["svg", "title", "path"]
    assert qr_image("ABC").startswith("data:image/png;base64,")


def test_a_template_of_a_document_refuses_what_it_is_not_given():
    with pytest.raises(UndefinedError, match="'sheets' is undefined"):
        document_template("ethics/slips/documents/slips.html").render(
            demonstration="", sides=[{"heading": ""}]
        )


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ('<img alt="x" src="file:///etc/passwd">', "file:///etc/passwd"),
        ('<p style="background: url(http://example.org/a.png)">x</p>', "http://example.org/a.png"),
        ('<link rel="stylesheet" href="https://example.org/a.css">', "https://example.org/a.css"),
        ('<link rel="attachment" href="file:///etc/hosts">', "file:///etc/hosts"),
        ('<img alt="x" src="shipped:../settings.py">', "shipped:../settings.py"),
        ('<img alt="x" src="data:text/html,x">', "data:text/html,x"),
    ],
)
def test_nothing_is_fetched_from_outside(html: str, address: str):
    with pytest.raises(ValueError, match="fetch nothing from outside") as fault:
        drawn(html)
    assert repr(address) in str(fault.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [("Ким 日", "“日” (U+65E5)"), ("Қ\U0001f600", "“\U0001f600” (U+1F600)"), ("Ꙋ ш", "“Ꙋ” (U+A64A)")],
)
def test_a_letter_that_no_shipped_font_has_is_an_error_that_names_it(text: str, named: str):
    with pytest.raises(BadInput) as fault:
        drawn(f"<p>{text}</p>")
    assert str(fault.value.message) == f"The fonts of our documents lack {named}: write the text without it."


def test_a_document_may_not_ask_for_another_font():
    installed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout
    other = next((name for name in ("DejaVu Sans", "Liberation Sans") if name in installed), None)
    if other is None:
        pytest.skip("this machine has no font but ours")
    with pytest.raises(ValueError, match="use PT Serif or PT Sans"):
        drawn(f'<p style="font-family: {other}">x</p>')


def test_a_section_over_two_pages_is_refused_because_its_language_would_be_lost():
    with pytest.raises(ValueError, match="1 sections were drawn as 2"):
        drawn('<section lang="kk"><p>a</p><p style="break-before: page">b</p></section>')


def test_a_backdrop_lies_under_the_text_and_outside_the_structure():
    plain, laid = (
        opened(drawn()),
        opened(drawn(backdrop=Backdrop("/Dot Do", {"Dot": "0 0 1 1 re f"}, (0, 0, 1, 1)))),
    )
    assert structure(laid) == structure(plain)
    start = laid.pages[0].Contents.read_bytes().split(b"\n")[0]
    assert start.startswith(b"/Artifact BMC q ")
    assert start.endswith(b" /Backdrop Do Q EMC")
    form = laid.pages[0].Resources.XObject.Backdrop
    assert form.read_bytes().strip() == b"/Dot Do"
    assert form.Resources.XObject.Dot.read_bytes().strip() == b"0 0 1 1 re f"


def test_a_width_is_the_sum_of_the_advances():
    font = TTFont(FONTS / "PTSerif-Bold.ttf")
    advances = [font["hmtx"][font.getBestCmap()[ord(letter)]][0] for letter in "Әкім"]
    width = text_width("Әкім", family="PT Serif", weight=700, size=10)
    assert width == pytest.approx(sum(advances) * 10 / font["head"].unitsPerEm)
