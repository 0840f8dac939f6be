"""Evidence, judges and robustness as pages and files: who sees what, when, and in which words."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from contest.commissions.models import ConflictFinding
from contest.contests.queries import rulebook_of
from contest.evidence.queries import evidence_of
from contest.judging.letters import marks_by_letter
from contest.judging.queries import panel_of
from contest.jury.queries import judged_nominees
from contest.nominees.models import Nominee
from contest.robustness.building import Family
from contest.robustness.queries import Robustness, ShownLine
from contest.rulebook import Stage
from contest.standings.queries import compute_standing
from core.errors import Conflict
from core.places.models import Official
from tests import staff
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.evidence.sites import NAMED, Site, closed_site, published_site
from tests.contest.sample import OBLASTS

STAFF = "/staff/contests/2026"
STAGE = f"{STAFF}/stages/regional/{OBLASTS[0]}"
OPEN_STAGE = f"{STAFF}/stages/regional/{OBLASTS[1]}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    made = closed_site(tmp_path_factory.mktemp("closed"))
    yield made
    made.app.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory):
    made = published_site(tmp_path_factory.mktemp("published"))
    yield made
    made.app.extensions["storage"].engine.dispose()


def pages(site: Site, oblast: str) -> list[str]:
    """Every page and file of a stage that is made from numbers."""
    stage = f"{STAFF}/stages/regional/{oblast}"
    nominee = f"{STAFF}/nominees/{site.made.nominees[oblast][0]}/evidence/regional"
    whole = [f"{stage}/robustness", f"{stage}/judges", nominee]
    return [f"{stage}/evidence", *whole, *(f"{page}.{form}" for page in whole for form in ("csv", "json"))]


def evidence(site: Site, place: int, who: str = "secretary") -> str:
    number = site.made.nominees[OBLASTS[0]][place]
    answer = site.visit(who, f"{STAFF}/nominees/{number}/evidence/regional")
    assert answer.status_code == 200
    return plain(answer.text)


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.replace("&#39;", "'")).split())


def test_pages_and_files_open_to_staff_of_the_stage_once_its_marking_is_closed(site: Site):
    for address in pages(site, OBLASTS[0]):
        codes = [site.visit(who, address).status_code for who in ("secretary", "member", "agency")]
        assert codes == [200] * 3, address
        refused = [site.visit(who, address).status_code for who in ("neighbour", "operator", None)]
        assert refused == [403, 403, 401 if address.endswith(".json") else 302], address


def test_while_marking_is_open_neither_page_nor_file_says_anything(site: Site):
    for address in pages(site, OBLASTS[1]):
        for who in ("neighbour", "agency"):
            answer = site.visit(who, address)
            assert answer.status_code == 409, address
            assert "Scores are hidden until the marking of this stage is closed." in answer.text
            assert not re.search(r"\d\d\.\d\d", answer.text)


def test_the_nominees_own_evidence_waits_for_the_closing_too(site: Site):
    with site.app.extensions["storage"].read() as session, site.app.test_request_context():
        nominee = session.get_one(Nominee, site.made.nominees[OBLASTS[1]][0])
        with pytest.raises(Conflict):
            evidence_of(session, nominee, Stage.REGIONAL)
        own = session.get_one(Nominee, site.made.nominees[OBLASTS[0]][0])
        found = evidence_of(session, own, Stage.REGIONAL)
        assert [judge.letter for judge in found.marks[0].judges] == ["A", "B", "C"]
        assert sorted(judge.marks for judge in found.marks[0].judges) == sorted(sample.MARKS[0])


def test_a_nominee_sees_the_own_evidence_with_judges_under_letters_and_nobody_elses(site: Site):
    own = site.visit("nominee-0", "/staff/my-nomination/2026/evidence/regional")
    assert own.status_code == 200
    text = plain(own.text)
    assert "Residents' survey 40 % 71.25 ± 1.90" in text
    assert re.search(r"\bA 7 7 8 8 75\.00", text)
    assert NAMED not in text
    assert re.search(r'href="/staff/my-nomination/2026/documents/\d+">resume\.pdf', own.text)
    other = site.made.nominees[OBLASTS[0]][1]
    assert site.visit("nominee-0", f"{STAFF}/nominees/{other}/evidence/regional").status_code == 403
    waiting = site.visit("nominee-1", "/staff/my-nomination/2026/evidence/regional")
    assert waiting.status_code == 409


def test_the_stage_leads_to_the_three_pages_only_after_closing(site: Site):
    closed, still_open = site.visit("agency", STAGE).text, site.visit("agency", OPEN_STAGE).text
    for page in ("evidence", "judges", "robustness"):
        assert f'href="{STAGE}/{page}"' in closed
        assert f'href="{OPEN_STAGE}/{page}"' not in still_open


def test_components_stand_with_errors_reliability_and_intervals(site: Site):
    text = evidence(site, 0)
    # 71.25 ± 1.96 x 1.90, as published; ethics of seven answers in steps of 5.
    assert "Residents' survey 40 % 71.25 ± 1.90" in text
    assert "67.53–74.97" in text
    assert "In steps of 5, because fewer than 10 people answered." in text
    assert re.search(r"Reliability 0\.\d\d: firm enough to compare\.", text)
    assert re.search(r"Enters the sum as 71\.\d\d, drawn to the common mean\.", text)


def test_a_village_with_few_answers_is_not_firm_enough(site: Site):
    with site.app.extensions["storage"].read() as session, site.app.test_request_context():
        nominee = session.get_one(Nominee, site.made.nominees[OBLASTS[0]][0])
        firm = [part.is_firm for part in evidence_of(session, nominee, Stage.REGIONAL).parts]
    assert firm == [True, None, None]


def test_the_profile_stands_beside_the_middle_half_of_the_oblast(site: Site):
    text = evidence(site, 0)
    # Published scores 58, 66.40, 69.35, 71.25, 74, 80.10: median 70.30, quartiles 67.14 and 73.31.
    assert "All criteria together 71.25 70.30" in text
    assert "67.14–73.31" in text
    assert "6 villages" in text


def test_flags_say_what_was_seen_expected_and_how_rare_and_wait_with_those_on_ratings(site: Site):
    text = evidence(site, 0)
    assert "At least 30 answers in 20 minutes from 10:00 on; about 2 are usual at that hour." in text
    assert "less than once in a million honest cases" in text
    assert "Far more fives than elsewhere" not in text
    assert "Signals that follow from the ratings are shown after the results are published." in text
    assert "Nothing stood out in this village's answers." in evidence(site, 1)


def test_the_other_count_is_shown_where_it_is_published(site: Site):
    assert "Without the days that stood out the survey's score would be 91.50." in evidence(site, 0)
    assert "cannot be shown without telling how a few people answered" in evidence(site, 1)
    assert "stood out the survey's score" not in evidence(site, 2)


def test_a_conclusion_bars_nobody_by_itself(site: Site):
    text = evidence(site, 0)
    assert "Does not comply" in text
    assert "This bars nobody from the contest by itself" in text
    assert "The commissioner has not signed a conclusion about this nominee." in evidence(site, 1)


def test_a_small_office_without_an_ethics_score_is_spoken_of_kindly(site: Site):
    text = evidence(site, 2)
    assert "In a small office that is usual." in text
    assert "It speaks neither against the akim nor against the colleagues." in text


def test_the_response_to_the_questionnaire_stands_above_the_floor_for_staff_and_nominee(site: Site):
    said = "12 slips were made for the colleagues. 7 came back, 58 of a hundred. 5 were voided unused."
    assert said in evidence(site, 0)
    assert said in plain(site.visit("nominee-0", "/staff/my-nomination/2026/evidence/regional").text)
    kept = "12 slips were made for the colleagues. How many came back is not shown, as the score is not."
    assert kept in evidence(site, 1)
    number = site.made.nominees[OBLASTS[0]][0]
    file = site.visit("secretary", f"{STAFF}/nominees/{number}/evidence/regional.json").get_json()
    assert file["questionnaire"] == {"slips_made": 12, "came_back": 7, "voided": 5, "of_a_hundred": "58"}


def test_the_place_says_who_cannot_be_told_apart(site: Site):
    assert "of 3, with" in evidence(site, 0)
    told = [
        re.search(r"(\d) are surely better, (\d) surely worse, and (\d) cannot", evidence(site, place))
        for place in range(3)
    ]
    assert [sum(map(int, found.groups())) for found in told] == [2, 2, 2]
    # The third leads so far that the two others are surely worse; nobody else may be the best.
    assert told[2].groups() == ("0", "2", "0")
    assert "Surely ahead of all the others." in evidence(site, 2)
    assert "Cannot be told apart from the winner." not in evidence(site, 0)


def test_staff_see_judges_by_name_and_their_marks(site: Site):
    text = evidence(site, 0)
    assert len(re.findall(r"\b[ABC] · Judge-190000000-\d", text)) == 3
    judged = plain(site.visit("member", f"{STAGE}/judges").text)
    assert len(re.findall(r"\b[ABC] · Judge-190000000-\d", judged)) == 3
    # Raw means 75, 73.33 and 76.67; all three order the nominees alike.
    assert re.search(r"Kendall's W\) 1\.00 of 1", judged)
    assert "−1.67 ± 0.68" in judged


def test_letters_follow_the_marks_and_not_the_accounts(site: Site):
    with site.app.extensions["storage"].read() as session:
        contest = sample.contest(session)
        rules = rulebook_of(session, contest).regional
        nominees = judged_nominees(session, contest, Stage.REGIONAL, OBLASTS[0])
        panel = panel_of(session, contest, rules, stage=Stage.REGIONAL, nominees=nominees)
        computed = compute_standing(session, contest=contest, stage=Stage.REGIONAL, oblast_kato=OBLASTS[0])
    first = site.made.nominees[OBLASTS[0]][0]
    assert panel.marks["project"] == marks_by_letter(computed.inputs, "project")
    assert list(panel.marks["project"][first].values()) == sorted(sample.MARKS[0])
    assert [judge.account_id for judge in panel.judges] != sorted(j.account_id for j in panel.judges)


def test_a_letter_gets_no_name_once_the_marks_are_not_those_of_the_standing(public: Site):
    """A conflict that is established after freezing takes a judge's marks out of what can be compared."""
    finalist = public.made.nominees[OBLASTS[1]][2]
    address = f"{STAFF}/nominees/{finalist}/evidence/regional"
    assert len(re.findall(r"\b[ABC] · Judge-", plain(public.visit("agency", address).text))) == 3
    with public.app.extensions["storage"].write(now=NOW) as session:
        established = ConflictFinding(
            nominee_id=finalist, stage=Stage.REGIONAL, account_id=public.made.judges[OBLASTS[1]][0],
            ground="kinship", found_at=NOW,
        )  # fmt: skip
        session.merge(established)
    text = plain(public.visit("agency", address).text)
    assert NAMED not in text
    assert text.count("90.00") >= 2


def test_every_meeting_shows_how_the_judges_agree_once_the_marking_is_closed(site: Site):
    with site.app.extensions["storage"].write(now=NOW) as session:
        closed, still_open = (sample.meeting(session, oblast).id for oblast in OBLASTS)
    text = plain(site.visit("secretary", f"{STAFF}/meetings/{closed}").text)
    # All three judges order the nominees alike.
    assert "Kendall's W: 1.00; Krippendorff's alpha: 0.90" in text
    assert "Kendall" not in site.visit("agency", f"{STAFF}/meetings/{still_open}").text


def test_documents_are_listed_and_linked_for_whoever_may_open_them(site: Site):
    number = site.made.nominees[OBLASTS[0]][0]
    address = f"{STAFF}/nominees/{number}/evidence/regional"
    linked = re.compile(rf'href="{STAFF}/nominees/{number}/documents/\d+">resume\.pdf</a>')
    for who in ("secretary", "member", "agency"):
        assert linked.search(site.visit(who, address).text), who
    auditors = site.visit("auditor", address).text
    assert "resume.pdf" in auditors
    assert not linked.search(auditors)


def test_answers_about_a_predecessor_stand_on_nobodys_page(site: Site):
    """An akim who came in the middle of the survey shows nothing of what was answered about another."""
    with site.app.extensions["storage"].write(now=NOW) as session:
        nominee = session.get_one(Nominee, site.made.nominees[OBLASTS[0]][1])
        official = session.get_one(Official, nominee.official_id)
        official.since_on = date(2026, 6, 10)
        session.flush()
        with site.app.test_request_context():
            found = evidence_of(session, nominee, Stage.REGIONAL)
        official.since_on = date(2024, 1, 1)
    assert (found.profile, found.other_days, found.flags) == ((), None, None)
    assert found.parts[0].score is None


def test_robustness_names_the_flagged_days_and_what_is_kept_back(site: Site):
    text = plain(site.visit("secretary", f"{STAGE}/robustness").text)
    assert "Without the days that stood out" in text
    assert "Numbers left as published, because others cannot be shown: 1." in text
    assert "such numbers are not published" in text
    assert "1,000 random draws" in text
    found = site.visit("secretary", f"{STAGE}/robustness.json").json
    assert found["demonstration"] is True
    # 1,000 draws; plain means; 3 components; 6 criteria of the survey and 4 of the project; 3 judges; days.
    assert [line["scenarios"] for line in found["scenarios"]] == [1000] + [1] * 18
    assert {holder["place"] for holder in found["holders"]} == {1, 2, 3}
    assert "before anything is moved or left out" not in text
    assert all(holder["best"] <= holder["place"] <= holder["worst"] for holder in found["holders"])


def test_files_hold_what_the_page_shows(site: Site):
    number = site.made.nominees[OBLASTS[0]][0]
    answer = site.visit("secretary", f"{STAFF}/nominees/{number}/evidence/regional.csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="DEMO-2026-regional-')
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert ["Component", "Residents' survey", "71.25", "1.90", "40", "67.53", "74.97", ""] in rows
    data = site.visit("secretary", f"{STAFF}/nominees/{number}/evidence/regional.json").json
    assert data["conclusion"]["verdict"] == "does-not-comply"
    assert data["marks"][0]["judges"].keys() == {"A", "B", "C"}
    assert NAMED not in answer.text


def test_an_order_that_undrawn_scores_alone_change_is_said_so():
    line = ShownLine(Family.PLAIN, (), 1, ((1, 1, 1), (2, 2, 1)), 0)
    found = Robustness(Stage.REGIONAL, OBLASTS[0], 1, 2, 1, 2, (), (line,), (), 1)
    assert not found.starts_elsewhere
    moved = replace(line, places=((2, 2, 0), (1, 1, 0)))
    assert replace(found, lines=(moved,)).starts_elsewhere
    weights = replace(moved, family=Family.WEIGHTS)
    assert not replace(found, lines=(line, weights)).starts_elsewhere


@pytest.mark.parametrize("area", ["", f"/oblasts/{OBLASTS[0]}"])
def test_everybody_sees_robustness_after_publication_with_judges_under_letters(
    site: Site, public: Site, area: str
):
    for form in ("", ".csv", ".json"):
        address = f"/results/2026{area}/robustness{form}"
        assert site.visit(None, address).status_code == 404
        answer = public.visit(None, address)
        assert answer.status_code == 200
        assert "judge A" in answer.text
        assert NAMED not in answer.text
    page = public.visit(None, f"/results/2026{area}").text
    assert f'href="/results/2026{area}/robustness"' in page


def test_robustness_is_computed_once_for_all_who_read_it_in_any_language(public: Site):
    """Who comes second, in another language or for the file, reads no number of the survey again."""
    storage, address = public.app.extensions["storage"], f"/results/2026/oblasts/{OBLASTS[1]}/robustness"
    first = public.visit(None, address).text
    with storage.reading() as session, staff.counting(session) as sent:
        assert public.visit(None, address).text == first
        assert public.visit(None, address, "kk").status_code == 200
        assert public.visit(None, f"{address}.json").json["oblast"] == OBLASTS[1]
    assert [one for one in sent if "survey_statistics" in one] == []


def test_the_national_stage_has_its_own_evidence(public: Site):
    finalist = public.made.nominees[OBLASTS[0]][2]
    address = f"{STAFF}/nominees/{finalist}/evidence/national"
    assert "Situational cases" in public.visit("agency", address).text
    assert public.visit("secretary", address).status_code == 403
    other = f"{STAFF}/nominees/{public.made.nominees[OBLASTS[0]][0]}/evidence/national"
    assert public.visit("agency", other).status_code == 404
    assert public.visit("agency", f"{STAFF}/nominees/{finalist}/evidence/local").status_code == 404
