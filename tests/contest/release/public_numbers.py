"""Collects every number about a village's residents from what is published: files, pages, API and exports."""

from __future__ import annotations

import csv
import html
import io
import itertools
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree as Xml

from flask import Flask
from werkzeug.routing import AnyConverter

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
KATO = re.compile(r"\d{9}")
#: Of an address or a description, not of residents.
BESIDE = frozenset({"id", "kato", "oblast", "href", "webpage", "version"})
#: Numbers that are words of a page: days, floors, steps, classes of size, the width of an interval.
WORDS = "|".join((
    r"[A-Z][a-z]+ \d\d?, \d{4}", r"fewer than \d+", r"steps of 5", r"with 95 % confidence", r"Contest 2026",
    r"From \d+ to \d+ adults", r"Under \d+ adults", r"\d+ adults and more", r"0 to 100", r"of 100\b",
    r"from 10 answers on", r"with these days", r"place 1:",
))  # fmt: skip
Numbers = dict[str, set[Decimal]]
Found = Iterator[tuple[str, Decimal]]


def of_release(tables: Mapping[str, list[dict[str, str]]]) -> Numbers:
    """By КАТО code, every number that a release tells of a unit, its official or its nominee."""
    units = {row["nominee"]: row["kato"] for row in tables["standings/rows"]}
    found: Numbers = defaultdict(set)
    for row in itertools.chain.from_iterable(tables.values()):
        kato = row.get("kato") or units.get(row.get("nominee", ""))
        if kato:
            found[kato] |= {Decimal(cell) for cell in row.values() if NUMBER.fullmatch(cell)}
    return found


def public_addresses(app: Flask, values: Mapping[str, Collection]) -> list[str]:
    """Every public address of the results, the API and the receipts, from the application's own map."""
    adapter, found = app.url_map.bind("localhost"), []
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.rule.startswith(("/results/<", "/api/v1/contests/<", "/receipt/<")):
            own = dict(values)
            own |= {n: sorted(c.items) for n, c in rule._converters.items() if isinstance(c, AnyConverter)}
            names = sorted(rule.arguments)
            for chosen in itertools.product(*(own[name] for name in names)):
                found.append(adapter.build(rule.endpoint, dict(zip(names, chosen, strict=True))))
    return found


def of_json(node: object, units: Collection[str], kato: str | None = None) -> Found:
    """The numbers under each object that names a unit."""
    if isinstance(node, dict):
        unit = node.get("unit")
        named = node.get("kato") or (unit.get("kato") if isinstance(unit, dict) else None)
        kato = named if named in units else kato
        for name, value in node.items():
            if name not in BESIDE:
                yield from of_json(value, units, kato)
    elif isinstance(node, list):
        # The inputs of a standing or a league: a unit's code, and its numbers beside it.
        listed = next((value for value in node if isinstance(value, str) and value in units), kato)
        for value in node:
            yield from of_json(value, units, listed)
    elif kato and not isinstance(node, bool) and NUMBER.fullmatch(str(node)) and node not in units:
        yield kato, Decimal(str(node))


def of_rows(rows: Collection[Collection[str]], units: Collection[str]) -> Found:
    """The numbers of each line of a table that has a unit's code."""
    for row in rows:
        katos = [cell for cell in row if cell in units]
        for kato in katos[:1]:
            numbers = (cell for cell in row if NUMBER.fullmatch(cell) and not KATO.fullmatch(cell))
            yield from ((kato, Decimal(cell)) for cell in numbers)


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def xlsx_rows(content: bytes) -> list[list[str]]:
    """The cells of the first sheet, whether their text stands in them or among the shared ones."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            shared = ["".join(one.itertext()) for one in Xml.fromstring(book.read("xl/sharedStrings.xml"))]
        sheet = Xml.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iterfind(".//{*}row"):
        cells = [("".join(cell.itertext()), cell.get("t")) for cell in row]
        rows.append([shared[int(text)] if kind == "s" else text for text, kind in cells])
    return rows


def plain_text(page: str) -> str:
    """What a reader sees, with numbers as programs write them."""
    text = re.sub(r"<(svg|script|style)\b.*?</\1>", " ", page, flags=re.S)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    text = re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3}\b)", "", text)
    return re.sub(WORDS, " ", re.sub(r"\s+", " ", text))


def of_lines(page: str, names: Collection[str]) -> Iterator[tuple[str, set[Decimal]]]:
    """Each line of a page's tables that names a unit (or whatever has names), with its numbers."""
    for line in re.findall(r"<tr\b.*?</tr>", page, flags=re.S):
        text = plain_text(line)
        for name in names:
            if name in text:
                yield name, _numbers(text.replace(name, " "))


def shown(numbers: Collection[Decimal], weights: Collection[Decimal]) -> set[Decimal]:
    """Numbers as a page writes them: rounded to two decimals, shares in percent; and answers per adult."""
    found = {*numbers} | {round_half_up(number, 2) for number in numbers}
    found |= {round_half_up(100 * number, 1) for number in {*numbers, *weights} if 0 <= number <= 1}
    whole = [number for number in numbers if number == number.to_integral_value() and number > 0]
    return found | {round_half_up(100 * n / adults, 1) for n in whole for adults in whole if n <= adults}


def round_half_up(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def of_main(page: str) -> set[Decimal]:
    """All numbers of a page's own part."""
    return _numbers(plain_text(page[page.index("<main") : page.index("</main")]))


def _numbers(text: str) -> set[Decimal]:
    return {Decimal(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])", text)}
