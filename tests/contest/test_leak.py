"""Before the marking of a stage closes nobody sees a score of it, nor another's mark; as every role.

The crawl walks the application's own map of addresses: a page that is added later is opened too, or the
test says what its address needs. Numbers and marks are put in first, and the same crawl is shown to find
them once marking is closed. One kind of database: what a page shows does not depend on it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from contest.jury.queries import marking_of
from contest.meetings.models import ItemKind
from contest.meetings.services import add_item
from contest.nominees.models import Nominee
from contest.objections.models import Objection, ObjectionKind
from contest.rulebook import Stage
from contest.rulebook_reading import shipped_text
from contest.standings.queries import latest_standing
from core import clock
from core.access import Role
from tests.conftest import NOW
from tests.contest import pages, sample
from tests.contest.meetings.acts import recuse
from tests.contest.sample import CAMPAIGN, CODE, OBLASTS, ROUND

app = pages.app
#: Numbers that stand nowhere else in a page, in both ways of writing decimals.
SCORES = ((41, "83.47", "1.93"), (23, "67.89", "2.61"), (67, "91.17", "1.57"))
ETHICS = ((17, "78.63", "3.37"), (14, "61.39", "3.43"), (19, "73.97", "3.11"))
TRACES = [number for row in (*SCORES, *ETHICS) for number in row[1:]]
#: A scale whose marks are no other number of a page.
RULES = shipped_text("2026").replace("highest = 10\n", "highest = 100\n")
MARKS = (((59, 71, 83, 97), (61, 73, 89, 67), (79, 53, 97, 71)),) * 3
A_MARK = re.compile(r"<td[^>]*>\s*(?:59|71|83|97|61|73|89|67|79|53)\s*</td>")
#: Who crawls; an oblast's people see no more than those of another.
ROLES = [
    (role, oblast) for role in Role for oblast in (None, OBLASTS[0]) if role is not Role.AGENCY or not oblast
]
#: What holds no page: files drawn from a record that is tested by itself, and the program's own.
FILES = (
    ".pdf",
    ".zip",
    ".xlsx",
    "/template",
    ".webmanifest",
    ".js",
    "/static/<path:filename>",
    "/metrics",
    "/readyz",
)
#: What opens to nobody while marking is open: scores and marks, and what does not exist yet.
SHUT = {
    "/staff/certificates/<string:code>/<int:serial>",
    "/staff/contests/<string:code>/marking/<string:stage>/works/<string:component>/<int:number>",
    "/staff/contests/<string:code>/nominees/<int:nominee_id>/documents/<int:document_id>",
    "/staff/contests/<string:code>/nominees/<int:nominee_id>/essay",
    "/staff/contests/<string:code>/nominees/<int:nominee_id>/evidence/<string:stage>",
    "/staff/contests/<string:code>/nominees/<int:nominee_id>/evidence/<string:stage>.<any(csv, json):form>",
    "/staff/contests/<string:code>/objections/<int:number>",
    "/staff/contests/<string:code>/objections/<int:number>/paper",
    "/staff/contests/<string:code>/objections/stages/<string:stage>/<string:area>/new",
    "/staff/contests/<string:code>/stages/<string:stage>/<string:area>/evidence",
    "/staff/contests/<string:code>/stages/<string:stage>/<string:area>/judges",
    "/staff/contests/<string:code>/stages/<string:stage>/<string:area>/judges.<any(csv, json):form>",
    "/staff/contests/<string:code>/stages/<string:stage>/<string:area>/marks",
    "/staff/contests/<string:code>/stages/<string:stage>/<string:area>/robustness",
    "/staff/contests/<string:code>/stages/<string:stage>/<string:area>/robustness.<any(csv, json):form>",
    "/staff/contests/<string:code>/standings/<int:standing_id>",
    "/staff/contests/<string:code>/what-if/standings/<int:standing_id>",
    "/staff/my-nomination/<string:code>/documents/<int:document_id>",
    "/staff/my-nomination/<string:code>/evidence/<string:stage>",
    "/staff/my-nomination/<string:code>/objections/<int:number>",
    "/staff/my-nomination/<string:code>/objections/<int:number>/paper",
    "/staff/my-nomination/<string:code>/objections/exclusions/<int:exclusion_id>/new",
    "/staff/my-nomination/<string:code>/objections/standings/<int:standing_id>/new",
}


@pytest.fixture
def filled(app: Flask, keep: Callable) -> sample.Sample:
    """A regional stage with everything published and marks confirmed, but marking not closed."""

    def fill(session):
        made = sample.regional(session, rules=RULES)
        for oblast in OBLASTS:
            sample.mark_all(session, made, oblast, marks=MARKS)
            made.judges[oblast].append(sample.judge(session, f"late-{oblast}", oblast))
        katos = [kato for oblast in OBLASTS for kato in made.units[oblast][:3]]
        officials = [one for oblast in OBLASTS for one in made.officials[oblast][:3]]
        sample.publish_survey(session, dict(zip(katos, SCORES * 2, strict=True)))
        sample.publish_ethics(session, dict(zip(officials, ETHICS * 2, strict=True)))
        for number, (role, oblast) in enumerate(ROLES):
            made.judges[f"{role}-{oblast}"] = [sample.account(session, f"visitor-{number}", role, oblast)]
        own = session.get_one(Nominee, made.nominees[OBLASTS[0]][0])
        own.account_id = made.judges[f"{Role.NOMINEE}-{OBLASTS[0]}"][0]
        return made

    return keep(fill)


def visitor(app: Flask, account_id: int):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{account_id}.1"
        cookie["_fresh"] = True
        cookie["factor_at"] = clock.present().isoformat()
    return client


def is_contest(rule: Rule) -> bool:
    """Whether a page is the commission's own; of the others fewer people see anything."""
    return rule.rule.startswith(("/staff/contests", "/staff/my-", "/staff/cert"))


def addresses(app: Flask, made: sample.Sample, *, contest: bool, **besides: list[int]) -> list[str]:
    """Every page of the contest, or every other one, with the values that its address can take."""
    village = made.units[OBLASTS[0]][0]
    values = {
        "area": [*OBLASTS, "nation"], "stage": list(Stage), "size": ["under-500"],
        "nominee_id": [made.nominees[oblast][0] for oblast in OBLASTS], "standing_id": [1], "version": [1],
        "kato": [*OBLASTS, village], "suffix": ["json"], "form": ["csv"], "campaign": [CAMPAIGN],
        "account_id": made.judges[OBLASTS[0]][:1], "meeting_id": [1], "objection_id": [1], "item_id": [1],
        "document_id": [1], "component": ["project"], "serial": [1], "token": ["x"],
        "exclusion_id": [1],
        "digest": ["x"], "kind": ["population"], "part": [1], "lang": ["kk"], "file": ["x"], **besides,
    }  # fmt: skip
    adapter, found = app.url_map.bind("localhost"), []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.rule.endswith(FILES) or is_contest(rule) is not contest:
            continue
        # The ethics commissioner reads the own questionnaires by number, to conclude: that room's tests.
        is_public = rule.rule.startswith(("/results", "/data", "/api"))
        own = {**values, "number": [999], "code": [CODE] if contest or is_public else [CAMPAIGN, ROUND]}
        # An address that names its few values: one of them will do.
        few = {name: one.items for name, one in rule._converters.items() if isinstance(one, AnyConverter)}
        own |= {name: sorted(items)[:1] for name, items in few.items() if not items & {*own.get(name, ())}}
        lacking = rule.arguments - own.keys()
        assert lacking == set(), f"{rule.rule}: give the crawl a value for {lacking}"
        names = sorted(rule.arguments)
        for chosen in itertools.product(*(own[name] for name in names)):
            facts = dict(zip(names, chosen, strict=True))
            if "area" in facts and (facts["area"] == "nation") != (facts["stage"] == "national"):
                continue
            found.append(adapter.build(rule.endpoint, facts))
    return found


def crawl(app: Flask, account_ids: Iterable[int], pages: list[str]) -> tuple[set[str], list[str]]:
    """Which of the numbers and marks the pages show to these, and the pages that opened."""
    seen, opened = set(), []
    for account_id in account_ids:
        client = visitor(app, account_id)
        for address in pages:
            answer = client.get(address, headers={"Accept-Language": "en"})
            assert answer.status_code != 500, address
            opened += [address] * (answer.status_code == 200)
            text = answer.get_data().decode("utf-8", "replace")
            seen |= {trace for trace in TRACES if trace in text or trace.replace(".", ",") in text}
            if A_MARK.search(text):
                seen.add(f"a mark on {address}")
    return seen, opened


def rules_of(app: Flask, pages: Iterable[str]) -> set[str]:
    """The addresses of the application's map that these are of."""
    adapter = app.url_map.bind("localhost")
    return {adapter.match(page, return_rule=True)[0].rule for page in pages}


def everybody(made: sample.Sample) -> list[int]:
    """One account of each role in each scope, and one judge of each commission who has marked."""
    return [accounts[0] for accounts in made.judges.values()]


def test_no_page_shows_a_score_or_anothers_mark_before_marking_closes(app: Flask, filled: sample.Sample):
    pages = addresses(app, filled, contest=True)
    seen, opened = crawl(app, everybody(filled), pages)
    assert seen == set()
    assert len(opened) > 200
    assert rules_of(app, pages) - rules_of(app, opened) == SHUT
    few = [filled.judges[f"{role}-{oblast}"][0] for role, oblast in ROLES if oblast is None]
    seen, opened = crawl(app, few, addresses(app, filled, contest=False))
    assert seen == set()
    assert len(opened) > 100


def test_the_same_crawl_finds_them_after_closing_and_only_those_of_the_closed_oblast(
    app: Flask, filled: sample.Sample, keep: Callable
):
    def close(session) -> None:
        late = filled.judges[OBLASTS[0]][3]
        for nominee in filled.nominees[OBLASTS[0]]:
            sample.mark(session, nominee, late, (59, 59, 59, 59))
        sample.close(session, OBLASTS[0])

    keep(close)
    pages = addresses(app, filled, contest=True)
    own, _ = crawl(app, filled.judges[f"{Role.SECRETARY}-{OBLASTS[0]}"], pages)
    assert {"83.47", "67.89", "91.17", "78.63"} <= own
    assert f"a mark on /staff/contests/2026/stages/regional/{OBLASTS[0]}/marks" in own
    stranger = keep(lambda session: sample.account(session, "stranger", Role.SECRETARY, OBLASTS[1]))
    other, _ = crawl(app, [stranger], pages)
    assert other == set()


def at_the_national_stage(session, made: sample.Sample) -> None:
    """Both oblasts' standings frozen and final, the national marking open."""
    for oblast in OBLASTS:
        for nominee in made.nominees[oblast]:
            sample.mark(session, nominee, made.judges[oblast][3], (59, 59, 59, 59))
        sample.close(session, oblast)
        sample.waive_all(session, sample.freeze(session, oblast))
    facts = {"contest": sample.contest(session), "stage": Stage.NATIONAL, "actor": sample.ACTOR, "now": NOW}
    sample.life.open_stage(session, **facts)
    sample.jury.open_marking(session, oblast_kato=None, **facts)


def test_who_marks_the_finalists_sees_no_regional_score_before_the_national_closing(
    app: Flask, filled: sample.Sample, keep: Callable
):
    keep(lambda session: at_the_national_stage(session, filled))
    # A meeting of each commission by number, and each oblast's standing.
    pages = addresses(app, filled, contest=True, meeting_id=[1, 2, 3], standing_id=[1, 2])
    pages += [f"/staff/contests/2026/meetings/{number}/protocol-kk.pdf" for number in (2, 3)]
    judges = [filled.judges[f"{role}-None"][0] for role in (Role.MEMBER, Role.CHAIR)]
    seen, opened = crawl(app, [filled.judges[None][1], *judges], pages)
    assert seen == set()
    assert len(opened) > 40
    seen, _ = crawl(app, judges[1:], addresses(app, filled, contest=False))
    assert seen == set()
    protocol = visitor(app, judges[0]).get(pages[-1], headers={"Accept-Language": "en"})
    assert (protocol.status_code, "You mark at the national stage" in protocol.text) == (403, True)
    few = [page for page in pages if "/stages/regional/" in page or "/standings/" in page]
    agency, _ = crawl(app, filled.judges[f"{Role.AGENCY}-None"], few)
    assert {"83.47", "67.89", "91.17", "78.63"} <= agency


def test_who_hears_an_appeal_sees_that_oblast_and_after_the_national_closing_everybody_all(
    app: Flask, filled: sample.Sample, keep: Callable
):
    pages = [f"/staff/contests/2026/stages/regional/{oblast}/evidence" for oblast in OBLASTS]
    keep(lambda session: at_the_national_stage(session, filled))
    member, chair = filled.judges[None][1], filled.judges[None][0]

    def hear(session) -> None:
        nominee = session.get_one(Nominee, filled.nominees[OBLASTS[0]][0])
        standing = latest_standing(session, sample.contest(session), Stage.REGIONAL, OBLASTS[0])
        filed = sample.on_paper(session, nominee.id, standing.asked_by)
        objection = Objection(
            contest_id=standing.contest_id, number=1, standing_id=standing.id, nominee_id=nominee.id,
            kind=ObjectionKind.COMPUTATION, claim="A sum is wrong.", is_on_paper=True,
            document_id=filed.paper.id, filed_by=standing.asked_by, filed_at=NOW,
        )  # fmt: skip
        session.add(objection)
        session.flush()
        add_item(
            session, meeting=sample.meeting(session, None), kind=ItemKind.APPEAL, title=sample.REASONS,
            reference=str(objection.id), nominee=nominee, actor=sample.ACTOR,
        )  # fmt: skip
        # The chair is in conflict with the nominee, and hears nothing.
        recuse(session, nominee.id, chair)

    def opened(account_id: int) -> list[int]:
        return [visitor(app, account_id).get(page).status_code for page in pages]

    assert opened(member) == [403, 403]
    keep(hear)
    assert (opened(member), opened(chair)) == ([200, 403], [403, 403])

    def close(session) -> None:
        marking_of(session, sample.contest(session), Stage.NATIONAL, None).closed_at = NOW

    keep(close)
    assert (opened(member), opened(chair)) == ([200, 200], [200, 200])


def test_a_judge_sees_ones_own_marks_and_nobody_elses(app: Flask, filled: sample.Sample):
    nominee = filled.nominees[OBLASTS[0]][0]
    address = f"/staff/contests/2026/marking/regional/{nominee}"
    field = re.compile(r'name="project--\w+"[^>]* value="(\d*)"')
    first = visitor(app, filled.judges[OBLASTS[0]][0]).get(address).text
    assert field.findall(first) == ["59", "71", "83", "97"]
    late = visitor(app, filled.judges[OBLASTS[0]][3]).get(address).text
    assert field.findall(late) == ["", "", "", ""]
    assert visitor(app, filled.judges[OBLASTS[1]][0]).get(address).status_code == 403


def test_the_stage_page_counts_and_does_not_name_who_has_marked(app: Flask, filled: sample.Sample):
    chair = filled.judges[f"{Role.CHAIR}-{OBLASTS[0]}"][0]
    page = visitor(app, chair).get(
        f"/staff/contests/2026/stages/regional/{OBLASTS[0]}", headers={"Accept-Language": "en"}
    )
    assert "3 of 4" in page.text
    assert "Judge-" not in page.text
