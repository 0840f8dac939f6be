"""Rule books: the shipped ones hold, every fault is named with its place, and layout changes nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from contest.calendar import is_day_off
from contest.rulebook import DecisionRules, Missing, Source
from contest.rulebook_differences import differences
from contest.rulebook_reading import BadRuleBook, read_rulebook, shipped_codes, shipped_text

TEXT = shipped_text("2026")


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(BadRuleBook) as refused:
        read_rulebook(text, place="book")
    return refused.value.faults


def changed(before: str, after: str, *, count: int = 1) -> str:
    assert before in TEXT
    return TEXT.replace(before, after, count)


@pytest.mark.parametrize("code", shipped_codes())
def test_shipped_books_read_and_say_that_they_are_proposals(code: str):
    book = read_rulebook(shipped_text(code))
    assert (book.code, book.status) == (code, "proposed")


def test_the_book_of_2026_says_what_the_design_says():
    book = read_rulebook(TEXT)
    weights = {part.code: part.weight for part in book.regional.components}
    assert weights == {"survey": Decimal("0.40"), "ethics": Decimal("0.25"), "project": Decimal("0.35")}
    assert [part.source for part in book.national.components] == [Source.SURVEY, Source.ETHICS, Source.MARKS]
    assert (book.regional.finalists, book.national.finalists) == (1, 0)
    assert book.regional.quorum == Fraction(2, 3)
    assert book.survey.modes == ("codes", "verified")
    rules = {part.code: part.missing for part in book.national.components}
    assert rules == {
        "survey": Missing.NOT_ELIGIBLE,
        "ethics": Missing.REWEIGH,
        "cases": Missing.NOT_ELIGIBLE,
    }


def test_days_off_are_days_of_a_year_or_of_every_one():
    assert faults(changed('"12-16",', '"12-32",')) == (
        "book, calendar.holidays: has '12-32'; give a list of days, such as \"08-30\"",
    )
    assert faults(changed('"12-16",', "2026-12-16,"))[0].startswith("book, calendar.holidays: has datetime")
    assert faults(changed('["01-07"]', '"01-07"')) == (
        "book, calendar.days_off: has '01-07'; give a list of days, such as \"08-30\" or 2026-05-27",
    )
    assert faults(changed("until = 2026-05-29", "until = 2026-05-30")) == (
        "book, calendar.nominations.until: 2026-05-30 is a day off; end on a working day, so that nobody's "
        "last day is lost",
    )
    assert faults(changed("appeal_days = 10", 'appeal_days = 10\ncounted = "hours"')) == (
        "book, terms.counted: is 'hours'; choose one of calendar-days, working-days",
    )
    moving = read_rulebook(changed('["01-07"]', '[2026-05-27, "01-07"]'))
    assert moving.days_off.others == ("01-07", "2026-05-27")
    assert differences(read_rulebook(TEXT), moving) == (
        ("days_off.others", "01-07", "01-07, 2026-05-27"),
    )  # fmt: skip


def test_a_weekend_day_can_be_made_a_working_day_of_one_year():
    law = read_rulebook(changed('["01-07"]', '["01-07"]\nworking_days = [2026-08-29]'))
    assert law.days_off.working == ("2026-08-29",)
    assert [is_day_off(law.days_off, date(2026, 8, day)) for day in (28, 29, 30, 31)] == [
        False, False, True, True,
    ]  # fmt: skip
    assert is_day_off(read_rulebook(TEXT).days_off, date(2026, 8, 29))
    assert differences(read_rulebook(TEXT), law) == (("days_off.working", "", "2026-08-29"),)
    assert "working" not in read_rulebook(TEXT).as_json()
    for given, said in (
        ('"08-29"', "has '08-29'; give a list of dates"), ("[2026-08-28]", "2026-08-28 is no Saturday"),
        ("[2026-08-30]", "2026-08-30 is a holiday or day off too"),
    ):  # fmt: skip
        (fault,) = faults(changed('["01-07"]', f'["01-07"]\nworking_days = {given}'))
        assert fault.startswith(f"book, calendar.working_days: {said}")


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ("nan", "is NaN; give a number above 0 and up to 1"),
        ("inf", "is Infinity; give a number above 0 and up to 1"),
        ("true", "is True; give a number above 0 and up to 1"),
        (
            "0.4000000000000000000000000000001",
            "is 0.4000000000000000000000000000001; give at most 6 decimals",
        ),
    ],
)
def test_a_weight_that_is_no_plain_share_is_named(weight: str, said: str):
    found = faults(changed("weight = 0.40", f"weight = {weight}"))
    assert found[0] == f"book, stages.regional.components[1].weight: {said}"


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 3000, "1e99999999999999999999"])
def test_what_toml_itself_cannot_hold_is_a_fault_and_no_crash(value: str):
    assert faults(f"x = {value}") == ("book: a number is beyond all measure, or brackets stand too deep",)


def test_a_number_too_long_to_be_named_and_a_book_without_end_are_faults_too():
    (fault,) = faults(changed("decimals = 2", f"decimals = 0x{'f' * 5000}"))
    assert fault == "book: a number is beyond all measure, or brackets stand too deep"
    (fault,) = faults("#" * 200_001)
    assert fault == "book: has 200001 characters; no book has more than 200000"


@pytest.mark.parametrize("part", ["a", '"!"', r'"\""', "'\"'", "''"])
def test_a_key_that_would_take_minutes_to_read_is_refused_with_its_line(part: str):
    with pytest.raises(BadRuleBook) as refused:
        read_rulebook('code = "2026"\n' + " . ".join([part] * 20_000) + " = 1", place="book")
    assert refused.value.faults == ("book: line 2 has a dozen words joined by dots; no key is so long",)


def test_a_share_beyond_all_measure_is_refused_at_once():
    (fault,) = faults(changed('majority = "1/2"', 'majority = "1e-999999999"'))
    assert fault == "book, decision.majority: is '1e-999999999'; give a share as text, such as \"2/3\""


def test_the_fingerprint_ignores_layout_and_sees_every_rule():
    assert read_rulebook(TEXT + "\n# a remark\n").fingerprint == read_rulebook(TEXT).fingerprint
    assert (
        read_rulebook(changed("weight = 0.40", "weight = 0.4")).fingerprint == read_rulebook(TEXT).fingerprint
    )
    assert (
        read_rulebook(changed("top_seed = 20260602", "top_seed = 1")).fingerprint
        != read_rulebook(TEXT).fingerprint
    )


def test_differences_name_the_path_and_both_values():
    after = read_rulebook(changed("objection_days = 5", "objection_days = 7"))
    assert differences(read_rulebook(TEXT), after) == (("terms.objection_days", "5", "7"),)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (
            "weight = 0.40",
            "weight = 0.39",
            "stages.regional.components: the weights add up to 0.99, not to 1: "
            "survey 0.39 + ethics 0.25 + project 0.35",
        ),
        (
            "weight = 0.40",
            "weight = 1.4",
            "stages.regional.components[1].weight: is 1.4; give a number above 0 and up to 1",
        ),
        (
            "weight = 0.40",
            'weight = "much"',
            "stages.regional.components[1].weight: is much; give a number above 0 and up to 1",
        ),
        (
            'estimator = "shrunken"',
            'estimator = "best"',
            "survey.estimator: is 'best'; choose one of shrunken, plain",
        ),
        ('estimator = "shrunken"', 'estimater = "shrunken"', "survey.estimator: is missing"),
        ("minimum_n = 10", "minimum_n = 9", "survey.minimum_n: is 9; give a whole number from 10 to 10000"),
        ("minimum_n = 5", "minimum_n = 4", "ethics.minimum_n: is 4; give a whole number from 5 to 1000"),
        (
            "minimum_n = 10",
            "minimum_n = true",
            "survey.minimum_n: is True; give a whole number from 10 to 10000",
        ),
        (
            'modes = ["codes", "verified"]',
            'modes = ["paper"]',
            "survey.modes: 'paper' is no survey mode; choose among open, codes, verified",
        ),
        ('modes = ["codes", "verified"]', "modes = []", "survey.modes: is []; give a list of codes"),
        (
            'cascade = ["survey", "project", "ethics"]',
            'cascade = ["surveys"]',
            "stages.regional.cascade: 'surveys' is no component of this stage",
        ),
        (
            'quorum = "2/3"',
            "quorum = 0.67",
            "stages.regional.quorum: is Decimal('0.67'); give a share as text, such as \"2/3\"",
        ),
        (
            'quorum = "2/3"',
            'quorum = "4/3"',
            "stages.regional.quorum: is '4/3'; give a share as text, such as \"2/3\"",
        ),
        (
            "finalists = 1",
            "finalists = 0",
            "stages.regional.finalists: is 0; give a whole number from 1 to 50",
        ),
        (
            'missing = "reweigh"',
            'missing = "zero"',
            "stages.regional.components[2].missing: is 'zero'; choose one of reweigh, not-eligible",
        ),
        (
            "highest = 10",
            "highest = 0",
            "stages.regional.components[3].highest: is 0; give a whole number from 1 to 100",
        ),
        (
            "lowest = 0\nhighest = 10",
            "lowest = 5\nhighest = 5",
            "stages.regional.components[3].highest: is 5; it must be above the lowest, 5",
        ),
        ('code = "ethics"', 'code = "survey"', "stages.regional.components: 'survey' stands there twice"),
        (
            'source = "ethics"',
            'source = "survey"',
            "stages.regional.components: more than one reads the survey",
        ),
        (
            'component = "project"',
            'component = "essay"',
            "nominations[1].component: 'essay' is no component of the regional stage",
        ),
        (
            'component = "project"',
            'component = "project"\ncriterion = "need"',
            "nominations[1].criterion: only the survey has published criterion means",
        ),
        (
            'decided = "formula"',
            'decided = "lot"',
            "nominations[1].decided: is 'lot'; choose one of formula, vote, both",
        ),
        (
            "until = 2026-05-29",
            "until = 2026-05-03",
            "calendar.nominations.until: 2026-05-03 is before 2026-05-04",
        ),
        (
            "from = 2026-05-04",
            'from = "4 May"',
            "calendar.nominations.from: is '4 May'; give a day, such as 2026-06-01",
        ),
        (
            "coverage = 0.95",
            "coverage = 1",
            "ranking.coverage: is 1; no finite interval covers always, give 0.95",
        ),
        (
            "coverage = 0.95",
            "coverage = 0.5",
            "ranking.coverage: is 0.5; give a number from 0.9 to 0.9999",
        ),
        (
            "interval_draws = 1000",
            "interval_draws = 5001",
            "ranking.interval_draws: is 5001; give a whole number from 100 to 5000",
        ),
        (
            'en = "Residents\' survey"',
            'en = ""',
            "stages.regional.components[1].title: the text in 'en' is '': give it in kk, ru and en",
        ),
        (
            'en = "Residents\' survey"',
            'de = "Umfrage"',
            "stages.regional.components[1].title: unknown language 'de': give kk, ru and en",
        ),
        (
            "[terms]",
            "[terms]\nwaiting_days = 3",
            "terms.waiting_days: is not known here; known are appeal_days, counted, objection_days",
        ),
        ('status = "proposed"', 'status = "draft"', "status: is 'draft'; choose one of proposed, official"),
        (
            'derived = "kinship"',
            'derived = "cousin"',
            "stages.regional.conflicts[2].derived: is 'cousin'; choose one of own-nominee, kinship, "
            "employer, subordination, district, oblast, data",
        ),
        (
            'derived = "district"',
            'derived = "oblast"',
            "stages.regional.conflicts: the same oblast is no conflict here: "
            "everybody of this stage shares it",
        ),
        (
            'beside = ["open"]',
            'beside = ["paper"]',
            "survey.beside: 'paper' is no survey mode; choose among open, codes, verified",
        ),
        (
            'beside = ["open"]',
            'beside = ["codes"]',
            "survey.beside: 'codes' counts already; a mode counts or is shown beside, not both",
        ),
        (
            'kind = "consent"',
            'kind = "age"',
            "eligibility[4].kind: is 'age'; choose one of months-in-post, "
            "no-penalty-months, consent, documents, elected-or-appointed",
        ),
        ('code = "tenure"', 'code = "penalty"', "eligibility: 'penalty' stands there twice"),
        ("returns = 2", "returns = 9", "decision.returns: is 9; give a whole number from 0 to 5"),
        (
            'majority = "1/2"',
            'majority = "1"',
            'decision.majority: is 1; no vote exceeds everybody, give "1/2" or "2/3"',
        ),
        (
            "fewest = 500\n",
            "fewest = 600\n",
            "league[2].fewest: is 600; it must go on where the class before ends, at 500",
        ),
        (
            "fewest = 5000\n",
            "fewest = 5000\nbelow = 90000\n",
            "league: the last class ends below 90000; leave its end open",
        ),
        ("below = 500\n", "", "league[2].fewest: is 500; it must go on where the class before ends, at None"),
        ("conclusion = true", 'conclusion = "yes"', "ethics.conclusion: is 'yes'; give true or false"),
        (
            "survey = { from = 2026-06-01,",
            "survey = { from = 2026-05-01,",
            "calendar.survey.from: 2026-05-01 is before the first day of nominations",
        ),
        (
            "until = 2026-09-11",
            "until = 2026-07-30",
            "calendar.national.until: 2026-07-30 is before the last day of regional",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(before: str, after: str, fault: str):
    assert f"book, {fault}" in faults(changed(before, after))


def test_all_faults_are_named_at_once():
    text = changed("weight = 0.40", "weight = 0.39").replace("minimum_n = 10", "minimum_n = 1")
    assert len(faults(text)) == 2


def test_broken_toml_is_named_with_its_line():
    (fault,) = faults(TEXT.replace('code = "2026"', "code = ", 1))
    assert fault.startswith("book: Invalid value (at line 5")


def test_an_empty_book_misses_everything_and_raises_nothing_else():
    assert "book, code: is missing" in faults("")
    assert "book, stages: is 3; give a table" in faults("stages = 3")


def test_the_national_commission_cannot_stand_in_for_itself():
    head, national = TEXT.split("[stages.national]")
    text = head + "[stages.national]" + national.replace('"alternates"', '"national"', 1)
    assert faults(text) == (
        "book, stages.national.substitutes: the national commission cannot stand in for itself; "
        "give alternates",
    )


def test_a_book_without_the_later_sections_reads_with_their_defaults():
    start, end = TEXT.index("# What is asked of a nominee"), TEXT.index("# ---- Regional stage")
    text = TEXT[:start] + TEXT[end:]
    book = read_rulebook(text.replace('beside = ["open"]\n', "").replace("conclusion = true\n", ""))
    assert (book.exclusion, book.eligibility, book.league, book.survey.beside) == ((), (), (), ())
    assert book.decision == DecisionRules(returns=2, majority=Fraction(1, 2))
    assert "league" not in book.as_json() and "decision" not in book.as_json()


def test_the_book_of_2020_is_the_announcement_of_2020():
    book = read_rulebook(shipped_text("2020"))
    parts = {part.code: part for stage in (book.regional, book.national) for part in stage.components}
    assert list(parts) == ["survey", "ethics", "feedback", "project", "essay", "interview"]
    assert [code for code, part in parts.items() if part.is_anonymous] == ["essay"]
    assert [item.code for item in parts["feedback"].criteria] == ["replies", "meetings"]
    assert (book.survey.modes, book.ethics.conclusion, book.regional.finalists) == (("open",), True, 1)
    assert (book.national.places, len(book.nominations)) == (3, 3)


def test_a_nomination_by_vote_alone_needs_no_component():
    text = changed('decided = "formula"\nstage = "regional"\ncomponent = "project"\n',
                   'decided = "vote"\nstage = "regional"\n')  # fmt: skip
    assert read_rulebook(text).nominations[0].component == ""
    both = changed('decided = "formula"\nstage = "regional"\ncomponent = "project"\n',
                   'decided = "both"\nstage = "regional"\n')  # fmt: skip
    assert faults(both)[0] == "book, nominations[1].component: is missing"
