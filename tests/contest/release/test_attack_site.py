"""A whole contest is attacked: the release, the pages, the API, the exports and the robustness page together.

Its survey is made from random ballots; who really answered is the referee. On SQLite alone: what is
published does not depend on the kind of database.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contest.judging.letters import marks_by_letter
from contest.robustness.building import Family, Material, SurveyCriterion, outcome_of
from contest.rulebook import Stage
from contest.rulebook_reading import read_rulebook
from core.places.queries import units_by_kato
from core.places.services import load_territories
from core.words import Words
from ethics.items import shipped as shipped_items
from ethics.scoring import composite_of
from tests.conftest import NOW
from tests.contest.release import answered, public_numbers
from tests.contest.release.answered import Published
from tests.contest.release.attack import CELL, SCORE, Evidence, by_algebra, by_bounds, by_criteria, evidence
from tests.contest.release.test_release import build, files
from tests.contest.sample import CAMPAIGN, CODE, OBLASTS
from tests.demonstration import empty_demonstration

BASE = f"/results/{CODE}"
ENGLISH = {"Accept-Language": "en"}


@dataclass(frozen=True)
class Site:
    """A published contest, its release, and its site."""

    app: Flask
    truth: Published
    files: Mapping[str, bytes]
    names: Mapping[str, str]
    survey: Evidence

    @property
    def tables(self) -> Mapping[str, list[dict[str, str]]]:
        return self.survey.known.tables

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    app = empty_demonstration(tmp_path_factory.mktemp("attacked"))
    storage = app.extensions["storage"]
    with storage.write(now=NOW) as session:
        load_territories(session, now=NOW)
        truth = answered.published_contest(session, seed=3)
    content = files(build(app))
    with storage.read() as session:
        names = {kato: unit.name_en for kato, unit in units_by_kato(session, truth.survey.katos).items()}
        found = evidence(session, CAMPAIGN, truth.survey, content)
    yield Site(app, truth, content, names, found)
    storage.engine.dispose()


def test_the_release_of_a_contest_isolates_nobody(site: Site):
    told = json.loads(site.files["manifest.json"])["receipts"]
    assert {name: told[name] for name in site.survey.receipts} == site.survey.receipts
    assert told["count"] == site.files["receipts.txt"].count(b"\n")
    assert by_algebra(site.survey.known) == []
    assert by_criteria(site.survey.known) == []
    assert by_bounds(site.survey) == []


def test_a_criterion_has_a_mean_from_ten_who_rated_it(site: Site):
    codes = [one.code for one in answered.CRITERIA.criteria]
    means = site.tables["survey/criterion_means"]
    assert len(means) > 10
    for row in means:
        own = site.survey.known.counted(row["kato"])
        assert sum(one.ratings[codes.index(row["criterion"])] != "-" for one in own) >= SCORE


def test_no_page_export_or_answer_of_the_api_says_more_than_the_release(site: Site):
    known, counts = public_numbers.of_release(site.tables), Counter()
    weights = {Decimal(row["weight"]) for row in site.tables["standings/components"]}
    as_shown = {kato: public_numbers.shown(own, weights) for kato, own in known.items()}
    for address in addresses(site):
        answer = site.client.get(address, headers=ENGLISH)
        assert answer.status_code == 200, address
        kind = address.rpartition(".")[2] if "." in address else answer.mimetype
        if kind in ("json", "application/json"):
            found = list(public_numbers.of_json(answer.get_json(), known))
        elif kind in ("csv", "xlsx"):
            rows = {"csv": public_numbers.csv_rows, "xlsx": public_numbers.xlsx_rows}[kind](answer.data)
            found = list(public_numbers.of_rows(rows, known))
        elif kind == "text/html":
            found = list(page_numbers(address, answer.text, site, as_shown))
        else:
            assert kind in ("txt", "toml", "pdf", "png"), address
            continue
        assert extra(found, as_shown if kind == "text/html" else known) == [], address
        counts[kind.rpartition("/")[2]] += len(found)
    for name, content in site.files.items():
        if "/inputs/" in name:
            found = list(public_numbers.of_json(json.loads(content), known))
            assert extra(found, known) == [], name
            counts["inputs"] += len(found)
    assert all(counts[kind] > 40 for kind in ("json", "csv", "xlsx", "html", "inputs")), counts


def addresses(site: Site) -> list[str]:
    """All public ones; the robustness pages have no number of a unit, and are computed anew below."""
    values = {
        "code": [CODE], "campaign": [CAMPAIGN], "kato": OBLASTS, "version": [1],
        "nominee_id": sorted({row["nominee"] for row in site.tables["standings/rows"]}),
        "size": sorted({row["size"] for row in site.tables["league/rows"]}),
    }  # fmt: skip
    return [one for one in public_numbers.public_addresses(site.app, values) if "robustness" not in one]


def page_numbers(
    address: str, page: str, site: Site, as_shown: public_numbers.Numbers
) -> Iterator[tuple[str, Decimal]]:
    """The numbers in the lines of a page that name a unit, and all of a nominee's page.

    Two units of one name are not told apart: a number is taken for that of the one which has it.
    """
    for name, numbers in public_numbers.of_lines(page, {*site.names.values()}):
        katos = [kato for kato, own in site.names.items() if own == name]
        for number in numbers:
            yield next((kato for kato in katos if number in as_shown[kato]), katos[0]), number
    if "/nominees/" in address:
        kato = next(
            row["kato"] for row in site.tables["standings/rows"]
            if row["nominee"] == address.rpartition("/")[2]
        )  # fmt: skip
        yield from ((kato, number) for number in public_numbers.of_main(page))


def extra(found: Iterable[tuple[str, Decimal]], known: public_numbers.Numbers) -> list[tuple[str, Decimal]]:
    """The numbers of units that the release does not tell."""
    return [(kato, number) for kato, number in found if number not in known[kato]]


def test_an_extra_number_of_a_unit_is_found_wherever_it_stands(site: Site):
    known = public_numbers.of_release(site.tables)
    kato = next(row["kato"] for row in site.tables["survey/units"] if not row["n"])
    answer = site.client.get(f"/api/v1/contests/{CODE}/turnout").get_json()
    item = next(item for item in answer["items"] if item["unit"]["kato"] == kato)
    assert item["answers"] is None
    item["answers"] = 17
    assert extra(public_numbers.of_json(answer, known), known) == [(kato, Decimal(17))]
    rows = [["place", "code", "answers"], ["", kato, "17"]]
    assert extra(public_numbers.of_rows(rows, known), known) == [(kato, Decimal(17))]
    page = site.client.get(f"{BASE}/turnout", headers=ENGLISH).text
    leaking = page.replace("fewer than 5", "17")
    before, after = (
        [n for _, numbers in public_numbers.of_lines(text, [site.names[kato]]) for n in numbers]
        for text in (page, leaking)
    )
    assert set(after) - set(before) == {Decimal(17)}


def test_sums_on_pages_are_sums_of_the_units_own_numbers(site: Site):
    for oblast, name in zip(OBLASTS, ("Almaty oblast", "Turkistan oblast"), strict=True):
        own = [row for row in site.tables["survey/units"] if row["oblast_kato"] == oblast]
        answers = sum(int(row["n"] or 0) for row in own)
        ranked = {row["nominee"] for row in site.tables["standings/rows"] if row["oblast_kato"] == oblast}
        may = {len(own), answers, *(sum(bool(row[what]) for row in own) for what in ("n", "score"))}
        for address in ("turnout", "map"):
            page = site.client.get(f"{BASE}/{address}", headers=ENGLISH).text
            line = next(numbers for _, numbers in public_numbers.of_lines(page, [name]))
            assert answers in line
            assert line - may <= {*range(len(ranked) + 1)}, address


def ethics_faults(
    rows: Iterable[Mapping[str, str]], answers: Mapping[int, Collection[str]]
) -> list[str]:  # fmt: skip
    """What the published scores tell of small offices."""
    items, faults = shipped_items("2026"), []
    for row in rows:
        given = [composite_of(one, items) for one in answers[int(row["official"])]]
        scored = [one for one in given if one is not None]
        n, told = len(scored), row["n"] or row["score"] or row["error"]
        if n < CELL or (n < SCORE and len(set(scored)) == 1):
            faults += [f"{n} answered alike, or too few, and it says {told}"] if told else []
        elif n < SCORE:
            # Of one person it must stay open whether the answer spoke for the official or against.
            middle, rounding = Decimal(row["score"]), Decimal("2.5")
            low, high = n * (middle - rounding) - 100 * (n - 1), n * (middle + rounding)
            if middle % 5 or Decimal(row["error"]) % 1 or low > 40 or high < 60:
                faults.append(f"{n} answered, and the score is {middle}")
    return faults


def test_ethics_scores_of_few_are_coarse_and_nobodys_answer_follows(site: Site):
    rows, answers = site.tables["ethics/officials"], site.truth.ethics
    about = {int(row["official"]) for row in rows}
    assert sorted(len(answers[official]) for official in about) == [4, 5, 7, 9, 12]
    assert ethics_faults(rows, answers) == []
    assert sorted(row["n"] for row in rows) == ["", "", "12", "5", "9"]
    # No table is about single statements of the questionnaire.
    assert [name for name in site.tables if name.startswith("ethics")] == ["ethics/officials"]
    assert set(rows[0]) == {
        "nominee", "official", "kato", "n", "score", "error", "is_coarse", "demonstration"
    }  # fmt: skip
    nine = next(row for row in rows if row["n"] == "9")
    assert ethics_faults([{**nine, "score": "43.33"}], answers) != []
    alike = next(official for official, given in answers.items() if len(set(given)) == 1)
    assert ethics_faults([{**nine, "official": str(alike), "n": "7"}], answers) != []


@pytest.mark.parametrize(
    ("code", "address"), [("national-v1", ""), (f"regional-{OBLASTS[0]}-v1", f"/oblasts/{OBLASTS[0]}")]
)
def test_the_robustness_page_follows_from_the_release_alone(site: Site, code: str, address: str):
    """What it tells of an origin or of flagged days, the release's own numbers tell."""
    told = site.client.get(f"{BASE}{address}/robustness.json", headers=ENGLISH).get_json()
    rows = [r for r in site.tables["standings/rows"] if r["standing"] == code and r["place"] != "0"]
    material = material_of(site, code, rows)
    outcome = outcome_of(material)
    held = [r for r in rows if r["is_finalist"] == "true" or int(r["place"]) <= material.rules.places]
    columns = [outcome.nominees.index(int(row["nominee"])) for row in held]
    for line, shown in zip(outcome.lines, told["scenarios"], strict=True):
        found, number = outcome.steadiness([line], first=1), line.places.shape[0]
        assert (line.family, number) == (shown["family"], shown["scenarios"])
        assert shown["places"] == [
            {"best": found.best[at], "worst": found.worst[at], "kept": round(found.same[at] * number)}
            for at in columns
        ]
    families = {line["family"] for line in told["scenarios"]}
    assert (Family.ORIGIN in families, len(families) > 3) == (False, True)
    assert {type(leaf) for leaf in leaves(told["scenarios"])} <= {str, int}


def material_of(site: Site, code: str, rows: Collection[Mapping[str, str]]) -> Material:
    """What the scenarios of a standing are made of, from the files of the release."""
    book = read_rulebook(site.files["rules/edition-1.toml"].decode(), place="release")
    inputs, stage = json.loads(site.files[f"standings/inputs/{code}.json"]), Stage(code.partition("-")[0])
    units = {int(row["nominee"]): row["kato"] for row in rows}
    scores: dict[int, dict[str, Decimal | None]] = {number: {} for number in units}
    for part in site.tables["standings/components"]:
        if part["standing"] == code and int(part["nominee"]) in units:
            scores[int(part["nominee"])][part["component"]] = number_of(part["score"])
    means = {(r["kato"], r["criterion"]): Decimal(r["mean"]) for r in site.tables["survey/criterion_means"]}
    criteria = [
        SurveyCriterion(
            row["criterion"], Words(row["title_kk"], row["title_ru"], row["title_en"]), int(row["weight"]),
            {number: means.get((kato, row["criterion"])) for number, kato in units.items()},
        )
        for row in site.tables["survey/criteria"]
    ]  # fmt: skip
    variants = [row for row in site.tables["survey/variants"] if row["variant"] != "weighted"]
    other = {row["kato"]: number_of(row["score"]) for row in variants}
    return Material(
        book, stage, {int(row["nominee"]): int(row["place"]) for row in rows}, scores, criteria,
        {part.code: marks_by_letter(inputs, part.code) for part in book.stage(stage).marked},
        {number: other[kato] for number, kato in units.items() if kato in other},
    )  # fmt: skip


def number_of(cell: str) -> Decimal | None:
    return Decimal(cell) if cell else None


def leaves(node: object) -> list[object]:
    """What stands at the ends of plain data."""
    if isinstance(node, dict):
        return [leaf for value in node.values() for leaf in leaves(value)]
    return [leaf for value in node for leaf in leaves(value)] if isinstance(node, list) else [node]
