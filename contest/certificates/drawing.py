"""From a certificate's record to its page: the fitting of the texts, the picture and the PDF.

May import the one PDF door. Draws from the record alone,
so that the same record always gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise

from contest.certificates import wording
from contest.certificates.ornament import FIGURE_BOX, FIGURES, sheet
from contest.certificates.record import DEMO_PREFIX, FILE_NAME, AwardKind, CertificateRecord
from core.codes import grouped
from core.documents import (
    Attachment,
    Backdrop,
    document_template,
    qr_picture,
    render_pdf,
    text_width,
)
from core.words import Words

SHEET = "contest/documents/certificate.css"
POINTS_PER_MM = 72 / 25.4
#: No text is drawn smaller than this share of its full size.
SMALLEST = 0.6
_STEPS = 20
_LETTER = 24.0
#: Where a line may end: after a blank, after a hyphen inside a name; first of all after a comma of a place.
_AFTER_WORD = re.compile(r"(?<= )|(?<=\w-)(?=\w)")
_AFTER_COMMA = re.compile(r"(?<=, )")
#: A line that goes on inside a word.
_INSIDE_WORD = re.compile(r"\w-$")
#: A short word stays with the next one.
_BIND = re.compile(r"(?<!\S)(\w{1,2}) (?=\S)")


@dataclass(frozen=True, slots=True)
class Block:
    """Where a text stands: its role, tag, face, full size, and the room it has in millimetres."""

    role: str
    tag: str
    family: str
    weight: int
    size: float
    width: float
    height: float
    leading: float
    spacing: float = 0.0


BLOCKS = (
    Block("contest", "p", "PT Sans", 700, 11.5, 98, 12, 1.3, 0.02),
    Block("title", "h1", "PT Serif", 700, 40, 92, 22, 1.1, 0.08),
    Block("name", "p", "PT Serif", 700, 25, 104, 29, 1.16),
    Block("post", "p", "PT Sans", 400, 11.5, 102, 15, 1.3),
    Block("reason", "p", "PT Serif", 400, 14, 98, 25, 1.32),
    Block("signatory", "p", "PT Sans", 400, 10.5, 66, 12, 1.3),
    Block("order", "p", "PT Sans", 700, 10.5, 104, 5.4, 1.35),
    Block("registered", "p", "PT Sans", 400, 9, 104, 4.6, 1.35),
    Block("check", "p", "PT Sans", 400, 9, 104, 4.6, 1.35),
)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text in lines at the size at which it fits, with the room above it, both in points."""

    role: str
    tag: str
    size: float
    spacing: float
    above: float
    lines: tuple[str, ...]

    def flowing(self, language: str) -> str:
        """The lines in one text, with a blank between words of two lines for whoever hears them.

        It moves no line from its place: in the middle of the sheet it stands on both sides of a line, beside
        the signature on the side where the line may end anywhere.
        """
        if self.role == "signatory":
            return ("\n " if language == "kk" else " \n").join(self.lines)
        *before, last = self.lines
        return "\n".join([*(line if _INSIDE_WORD.search(line) else f" {line} " for line in before), last])


def draw_certificate(record: CertificateRecord) -> bytes:
    """The certificate as PDF/A-3a with its record inside and an empty field for the signature.

    :raises core.errors.BadInput: when a name has a letter that our fonts lack.
    :raises ValueError: when a text is too long for its place even at 60 % of its size.
    """
    return render_pdf(
        certificate_html(record),
        title=_heading(record),
        language="kk",
        attachments=[
            Attachment(FILE_NAME, record.as_json().encode(), "Certificate record", record.made_at, "Source")
        ],
        identifier=record.code,
        sheet=SHEET,
        backdrop=_backdrop(record.place),
        signature=f"{wording.SEAL.kk} · {wording.SEAL.ru}",
    )


def certificate_html(record: CertificateRecord) -> str:
    """The page of a record, every text fitted; Kazakh and Russian in one size."""
    texts = {
        "contest": (record.contest_kk, record.contest_ru),
        "title": _pair(wording.title(record)),
        "name": (record.name_kk, record.name_ru),
        "post": (record.post_kk, record.post_ru),
        "reason": _pair(wording.reason(record)),
        "signatory": _pair(wording.signatory(record)),
        "order": _pair(wording.order(record)),
        "registered": _pair(wording.registered(record)),
        "check": tuple(f"{text}: {_bare_address(record)}" for text in _pair(wording.CHECK)),
    }
    is_letter = record.kind is AwardKind.THANKS
    blocks = [replace(block, size=_LETTER) if is_letter and block.tag == "h1" else block for block in BLOCKS]
    fitted = [fit_pair(block, texts[block.role]) for block in blocks]
    sides = [
        {
            "language": language,
            "blocks": [pair[index] for pair in fitted],
            "place": wording.PLACE.in_(language),
        }
        for index, language in enumerate(("kk", "ru"))
    ]
    return document_template("contest/documents/certificate.html").render(
        record=record,
        heading=_heading(record),
        sides=sides,
        demo=wording.DEMONSTRATION,
        qr=qr_picture(record.address, title=record.address, dark="#14202b"),
        code=_spoken(record.code),
    )


def fit_pair(block: Block, texts: tuple[str, str]) -> tuple[Fitted, Fitted]:
    """Both languages at the largest common size at which both fit."""
    for step in range(_STEPS + 1):
        size = round(block.size * (1 - (1 - SMALLEST) * step / _STEPS), 2)
        lines = [_lines(block, text, size) for text in texts]
        if all(lines):
            most = max(map(len, lines))
            # One line beside two looks like an accident: break the shorter one too, if it can be.
            lines = [
                _lines(block, text, size, least=most) or each for text, each in zip(texts, lines, strict=True)
            ]
            return tuple(_fitted(block, size, each) for each in lines)
    longest = max(texts, key=len)
    raise ValueError(f"{block.role} is too long for its place on the certificate: {longest!r}")


def _fitted(block: Block, size: float, lines: tuple[str, ...]) -> Fitted:
    free = block.height * POINTS_PER_MM - len(lines) * size * block.leading
    return Fitted(block.role, block.tag, size, block.spacing, round(free / 2, 2), lines)


def _lines(block: Block, text: str, size: float, *, least: int = 1) -> tuple[str, ...] | None:
    """The text in as few and as even lines as the room allows, or None when it does not fit."""
    room = block.width * POINTS_PER_MM
    most = int(block.height * POINTS_PER_MM / (size * block.leading) + 1e-9)

    def width(parts: Sequence[str]) -> float:
        line = "".join(parts).rstrip(" ")
        drawn = text_width(line, family=block.family, weight=block.weight, size=size)
        return drawn + len(line) * block.spacing * size

    shown = _BIND.sub("\\1\N{NO-BREAK SPACE}", text.upper() if block.tag == "h1" else text)
    may_break = size <= block.size * SMALLEST + 0.01
    for breaks in (_AFTER_COMMA, _AFTER_WORD) if block.role == "post" else (_AFTER_WORD,):
        parts = _narrow(breaks.split(shown), lambda part: width([part]) <= room, may_break=may_break)
        for count in range(least, min(most, len(parts)) + 1):
            lines = _even(parts, count, width)
            if max(map(width, lines)) <= room:
                return tuple("".join(line).rstrip(" ") for line in lines)
    return None


def _narrow(parts: Sequence[str], fits: Callable[[str], bool], *, may_break: bool) -> list[str]:
    """The parts; those wider than a line cut with a hyphen, if they may be."""
    narrow: list[str] = []
    for part in parts:
        while may_break and not fits(part):
            cut = next(at for at in range(len(part) - 1, 0, -1) if at == 1 or fits(f"{part[:at]}-"))
            narrow.append(f"{part[:cut]}-")
            part = part[cut:]
        narrow.append(part)
    return narrow


def _even(
    parts: Sequence[str], count: int, width: Callable[[Sequence[str]], float]
) -> tuple[Sequence[str], ...]:
    """The parts in `count` lines of which the widest is as narrow as can be."""

    @cache
    def best(start: int, lines: int) -> tuple[float, tuple[int, ...]]:
        if lines == 1:
            return width(parts[start:]), ()
        options = []
        for end in range(start + 1, len(parts) - lines + 2):
            widest, rest = best(end, lines - 1)
            options.append((max(width(parts[start:end]), widest), (end, *rest)))
        return min(options)

    ends = (0, *best(0, count)[1], len(parts))
    return tuple(parts[start:end] for start, end in pairwise(ends))


def _pair(words: Words) -> tuple[str, str]:
    return words.kk, words.ru


def _heading(record: CertificateRecord) -> str:
    """The title of the document."""
    name = wording.title(record)
    demo = f" · {wording.DEMONSTRATION.en.upper()}" if record.is_demo else ""
    both = name.kk if name.kk == name.ru else f"{name.kk} / {name.ru}"
    return f"{both} № {record.serial} · {record.name_kk}{demo}"


def _bare_address(record: CertificateRecord) -> str:
    """Where to type the code, without the code and the scheme."""
    return record.address.removesuffix(f"/{record.code}").partition("://")[2]


def _spoken(code: str) -> str:
    prefix = DEMO_PREFIX if code.startswith(DEMO_PREFIX) else ""
    return prefix + grouped(code.removeprefix(prefix))


@lru_cache
def _backdrop(place: int | None) -> Backdrop:
    return Backdrop(sheet(place), FIGURES, FIGURE_BOX)
