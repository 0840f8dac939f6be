"""The floors: imports go down only, pure modules stay pure, slow imports have one door."""

from __future__ import annotations

import sys

import pytest

from tests.house.walk import ROOMS, Module, modules

MODULES = modules()
NAMES = {module.name for module in MODULES}

#: All arithmetic, scoring rules, ranking, disclosure control and certificate records.
PURE = (
    "contest.agreement", "contest.api.description", "contest.api.operations", "contest.api.shapes",
    "contest.atlas.classes", "contest.atlas.drawing", "contest.atlas.projection",
    "contest.atlas.simplification", "contest.calendar", "contest.certificates.ornament",
    "contest.certificates.record",
    "contest.certificates.wording", "contest.commissions.bench", "contest.commissions.conflicts",
    "contest.composition", "contest.decisions.differences", "contest.decisions.references",
    "contest.decisions.wording", "contest.eligibility", "contest.evidence.profile",
    "contest.judging.letters", "contest.judging.reading", "contest.jury.adjustment", "contest.jury.scoring",
    "contest.league.computation", "contest.meetings.wording", "contest.nominees.essays.naming",
    "contest.objections.terms", "contest.objections.wording", "contest.pool",
    "contest.press.announcement", "contest.press.tracing", "contest.release.checks.evidence",
    "contest.release.checks.inputs", "contest.release.checks.league", "contest.release.checks.people",
    "contest.release.checks.rules", "contest.release.checks.standings", "contest.release.checks.whole",
    "contest.release.checks.work",
    "contest.release.layout", "contest.release.opening", "contest.release.packing",
    "contest.release.pseudonyms", "contest.release.reading", "contest.release.report",
    "contest.release.texts.recompute", "contest.release.verification", "contest.robustness.building",
    "contest.robustness.scenarios", "contest.rulebook", "contest.rulebook_differences",
    "contest.rulebook_kinds", "contest.rulebook_parts", "contest.rulebook_reading",
    "contest.standings.awards", "contest.standings.computation", "contest.standings.uncertainty",
    "contest.table_reading",
    "contest.whatif.trials", "core.disclosure", "core.free_text", "core.isolation", "core.measures",
    "core.pairwise", "core.places.naming", "core.places.search", "core.places.transliteration",
    "core.question_sets", "core.ranking", "core.shrinkage", "core.urn.portions", "core.web.segments",
    "ethics.conclusions.profile", "ethics.conclusions.wording", "ethics.items", "ethics.items_bank",
    "ethics.keys.wording", "ethics.remarks.texts", "ethics.rules", "ethics.scoring", "ethics.share_words",
    "ethics.slips.positions", "ethics.slips.wording", "surveys.answers", "surveys.breakdown",
    "surveys.comments.texts", "surveys.criteria", "surveys.digests", "surveys.embedding.inspection",
    "surveys.embedding.snippets", "surveys.guard.demands", "surveys.inclusion.lists",
    "surveys.inclusion.reconciliation", "surveys.mapping", "surveys.paper.sheets", "surveys.paper.sums",
    "surveys.paper.wording", "surveys.publication", "surveys.raking", "surveys.rules",
    "surveys.scoring", "surveys.signals.counting", "surveys.signals.detection", "surveys.signals.evidence",
    "surveys.signals.kinds", "surveys.signals.patterns", "surveys.signals.peers", "surveys.signals.scan",
    "surveys.statistics", "surveys.tallies", "surveys.weighting",
)  # fmt: skip
#: `core.words` holds the three languages' texts; its rules are pure, its reader's language is not.
PURE_ALLOWED = {"numpy", "scipy", "core.words", "core.settings"}
DOORS = {
    "weasyprint": {"core.documents"},
    "pyhanko": {"core.signatures"},
    "pikepdf": {"core.documents", "core.series"},
}


def ids(module: Module) -> str:
    return module.name


def in_room(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


@pytest.mark.parametrize("module", [m for m in MODULES if in_room(m.name, "core")], ids=ids)
def test_ground_never_imports_a_room(module: Module):
    assert not {name for name in module.imports() if name.partition(".")[0] in ROOMS}


@pytest.mark.parametrize("module", [m for m in MODULES if in_room(m.name, "surveys")], ids=ids)
def test_surveys_import_no_other_room(module: Module):
    assert not {name for name in module.imports() if name.partition(".")[0] in {"ethics", "contest", "demo"}}


@pytest.mark.parametrize("module", [m for m in MODULES if in_room(m.name, "ethics")], ids=ids)
def test_ethics_import_no_other_room(module: Module):
    assert not {name for name in module.imports() if name.partition(".")[0] in {"surveys", "contest", "demo"}}


@pytest.mark.parametrize("module", [m for m in MODULES if in_room(m.name, "contest")], ids=ids)
def test_contest_reaches_evidence_through_its_sources_alone(module: Module):
    reached = {name for name in module.imports() if name.partition(".")[0] in {"surveys", "ethics", "demo"}}
    if not in_room(module.name, "contest.sources"):
        assert reached == set()
    else:
        assert not {name for name in reached if in_room(name, "demo")}


def test_every_pure_module_of_the_list_exists():
    assert set(PURE) - NAMES == set()


@pytest.mark.parametrize("module", [m for m in MODULES if m.name in PURE], ids=ids)
def test_pure_modules_import_only_arithmetic(module: Module):
    standard = set(sys.stdlib_module_names)
    foreign = {
        name
        for name in module.imports()
        if name.partition(".")[0] not in standard
        and not any(in_room(name, allowed) for allowed in (*PURE, *PURE_ALLOWED))
        and name.rpartition(".")[0] not in PURE
    }
    assert foreign == set()
    assert not {"os", "time", "random", "secrets"} & {name.partition(".")[0] for name in module.imports()}


@pytest.mark.parametrize("module", MODULES, ids=ids)
def test_slow_imports_have_one_door_and_wait_in_a_function(module: Module):
    for slow, doors in DOORS.items():
        if any(in_room(name, slow) for name in module.imports()):
            assert module.name in doors
            assert not any(in_room(name, slow) for name in module.imports(deferred=False))


def test_imports_have_no_circles():
    graph = {m.name: {n for n in m.imports(deferred=False) if n in NAMES and n != m.name} for m in MODULES}
    finished: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"circle: {' -> '.join((*trail, name))}"
        if name not in finished:
            for other in sorted(graph[name]):
                visit(other, (*trail, name))
            finished.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("module", [m for m in MODULES if m.name.endswith(("services", "queries"))], ids=ids)
def test_services_and_queries_do_not_know_the_web_or_commit(module: Module):
    web = {"flask", "flask_wtf", "wtforms", "flask_login", "core.web.edge"}
    assert not {name for name in module.imports() if name in web}
    if module.name != "core.urn.services":
        assert ".commit(" not in module.path.read_text()


@pytest.mark.parametrize("module", MODULES, ids=ids)
def test_every_module_says_what_it_is_and_is_not_long(module: Module):
    lines = module.path.read_text().splitlines()
    if not lines:
        assert module.path.name == "__init__.py"
        return
    assert module.path.name != "__init__.py", "nothing hides in __init__.py"
    assert module.tree.body[0].value.value.strip()
    assert len(lines) <= 420
