"""Flags in the database and on the page: nightly without ratings, for good at closing, days left out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.access import Role
from core.audit import JournalEntry
from core.errors import Conflict
from core.urn.keys import KeyRing
from core.urn.services import mix_box
from surveys.answers import Origin
from surveys.models import Campaign
from surveys.queries import box_of, campaign_by_code
from surveys.rules import ExclusionRule, SurveyRules, rules_from_json
from surveys.services import close_campaign
from surveys.signals import arrivals
from surveys.signals.kinds import OF_A_DAY, SCORE_LIKE, Signal
from surveys.signals.models import SurveyFlag
from surveys.signals.queries import evidence_of, excluded_days, signal_run, visible_flags
from surveys.signals.services import flag_running, make_flags, release_flags
from surveys.signals.wording import WORDS, rarity_words
from tests.conftest import NOW, SECRET
from tests.staff import run
from tests.surveys import sample

YESTERDAY = datetime(2026, 5, 31, 9, tzinfo=UTC)
AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)
RULES = replace(sample.RULES, excluding=(ExclusionRule("burst", 1000),), counting="without-flagged")
PAGE = f"/staff/signals/{sample.CODE}"
#: One order again and again, and each of the other orders of the same ratings twice.
RATINGS = ["554433"] * 40 + ["334455", "345345", "435435", "543543"] * 3


def made(session: Session, keys: KeyRing, rules: SurveyRules = RULES) -> Campaign:
    """Yesterday: a village of 30 adults with 52 answers, 600 of which, it seems, came in ten minutes."""
    katos = sample.katos(session, 3)
    sample.population(session, {katos[0]: 30, katos[1]: 900})
    campaign = sample.opened(session, katos, rules=rules)
    sample.put(session, keys, katos[0], RATINGS, now=YESTERDAY)
    sample.put(session, keys, katos[1], ["334455", "345345", "435435", "543543"] * 5, now=YESTERDAY)
    mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=YESTERDAY)
    for number in range(600):
        arrivals.note(campaign.id, katos[0], Origin.WEB, f"s{number}", True, YESTERDAY)
    arrivals.flush(session, NOW)
    return campaign


def close(session: Session, campaign: Campaign, keys: KeyRing) -> None:
    takers = {**sample.TAKERS, "comment": lambda session, group: ""}
    close_campaign(
        session, campaign=campaign, secret=SECRET, keys=keys, takers=takers, actor=sample.ACTOR, now=AFTER
    )


def signals(flags: list[SurveyFlag]) -> list[Signal]:
    return [flag.signal for flag in flags]


@pytest.fixture
def keys(tmp_path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def test_a_night_flags_without_ratings_and_the_next_replaces_it(settled, keys):
    with settled.writing() as session:
        campaign = made(session, keys)
        flag_running(session, NOW)
        flag_running(session, NOW + timedelta(days=1))
        flags = list(session.scalars(select(SurveyFlag).order_by(SurveyFlag.signal)))
        assert signals(flags) == [Signal.BURST, Signal.OVER_ADULTS]
        burst, over = flags
        assert (burst.day, burst.seen, burst.first_bin, burst.bins) == (date(2026, 5, 31), 600.0, 84, 1)
        assert (over.day, over.seen, over.expected, over.p) == (None, 52.0, 30.0, 0.0)
        assert not signal_run(session, campaign=campaign).is_final
        assert excluded_days(session, campaign=campaign) == set()


def test_todays_answers_are_not_looked_at(settled, keys):
    with settled.writing() as session:
        campaign = made(session, keys)
        flag_running(session, YESTERDAY)
        assert visible_flags(session, campaign=campaign) == []


def test_closing_flags_for_good_and_ratings_stay_hidden_until_the_results(settled, keys):
    with settled.writing() as session:
        campaign = made(session, keys)
        close(session, campaign, keys)
        everything = {row.signal for row in session.scalars(select(SurveyFlag))}
        assert everything == {Signal.BURST, Signal.OVER_ADULTS, Signal.PATTERN}
        assert signals(visible_flags(session, campaign=campaign)) == [Signal.BURST, Signal.OVER_ADULTS]
        flag_running(session, AFTER + timedelta(days=1))
        with pytest.raises(Conflict):
            make_flags(session, campaign=campaign, is_final=False, now=AFTER)
        for _ in range(2):
            release_flags(session, campaign=campaign, actor=sample.ACTOR, now=AFTER)
        assert set(signals(visible_flags(session, campaign=campaign))) == everything
        assert (
            len([entry for entry in session.info["journal"] if entry.action == "campaign.release-flags"]) == 1
        )


def test_release_before_closing_is_refused(settled, keys):
    with settled.writing() as session:
        campaign = made(session, keys)
        flag_running(session, NOW)
        with pytest.raises(Conflict):
            release_flags(session, campaign=campaign, actor=sample.ACTOR, now=NOW)


def test_days_stand_in_their_order_and_what_was_mixed_late_keeps_its_own_day(settled, keys):
    with settled.writing() as session:
        katos = sample.katos(session, 1)
        campaign = sample.opened(session, katos)
        sample.put(session, keys, katos[0], ["554433"] * 6, now=YESTERDAY)
        late = datetime(2026, 9, 1, 9, tzinfo=UTC)
        mix_box(session, keys=keys, box=box_of(sample.CODE), takers=sample.TAKERS, now=late)
        places, evidence = evidence_of(session, campaign=campaign, until_on=late.date(), with_ratings=False)
        assert (len(places.days), places.days[0], places.days[-1]) == (28, sample.OPENS_ON, late.date())
        assert (evidence.ballots[0, -1], evidence.ballots.sum()) == (6.0, 6.0)
        assert [places.day_place(day) for day in (sample.CLOSES_ON, late.date(), date(2026, 1, 1))] == [
            26,
            27,
            0,
        ]


@pytest.mark.parametrize(
    ("rarer_than", "is_left_out"), [(1000, True), (10**9, False)], ids=["met", "not met"]
)
def test_a_rule_leaves_out_a_day_that_is_rare_enough_and_the_journal_says_so(
    settled, keys, rarer_than: int, is_left_out: bool
):
    rules = replace(RULES, excluding=(ExclusionRule("burst", rarer_than),))
    with settled.write(now=AFTER) as session:
        campaign = made(session, keys, rules)
        close(session, campaign, keys)
        day = (sample.katos(session, 1)[0], date(2026, 5, 31))
        assert excluded_days(session, campaign=campaign) == ({day} if is_left_out else set())
    with settled.read() as session:
        acts = session.scalars(select(JournalEntry).where(JournalEntry.action == "campaign.exclude")).all()
        assert [json.loads(act.details)["days"] for act in acts] == ([1] if is_left_out else [])


def test_without_a_rule_nothing_is_left_out(settled, keys):
    with settled.writing() as session:
        campaign = made(session, keys, sample.RULES)
        close(session, campaign, keys)
        assert excluded_days(session, campaign=campaign) == set()


@pytest.fixture
def flagged(app, client, keep, monkeypatch):
    """A night's flags, seen by the agency."""
    monkeypatch.setattr(clock, "present", lambda: NOW)
    with app.app_context():
        ring = KeyRing(app.extensions["settings"].key_directory)
    keep(lambda session: made(session, ring))
    keep(lambda session: flag_running(session, NOW))
    return lambda: keep(lambda session: close(session, campaign_by_code(session, sample.CODE), ring))


def test_the_page_says_what_was_seen_how_rare_and_what_it_does_not_prove(app, client, keep, flagged):
    sample.signed_in(client, keep, Role.AUDITOR)
    page = client.get(f"{PAGE}?lang=en").text
    assert "At least 600 answers in 10 minutes from 14:00 on; about 1 are usual" in page
    assert "At least 50 answers, and 30 adults are known." in page
    assert "cannot be, if the number is right" in page
    for words in WORDS.values():
        assert page.count(str(words.meaning).replace("'", "&#39;")) == 1
    only = client.get(f"{PAGE}?lang=en&signal=over-adults&oblast={sample.OBLAST}").text
    assert ("At least 50" in only, "At least 600" in only) == (True, False)
    other = client.get(f"{PAGE}?lang=en&oblast={sample.OTHER_OBLAST}").text
    assert "Nothing stands out." in other
    assert client.get(f"{PAGE}?signal=benford").status_code == 422
    assert client.get("/staff/signals?lang=en").text.count(PAGE) == 1


def test_file_and_command_tell_the_same_flags(app, client, keep, flagged):
    sample.signed_in(client, keep, Role.AGENCY)
    lines = client.get(f"{PAGE}.csv?lang=en").data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[2] for line in lines] == [
        "Signal",
        "Many answers at once",
        "More answers than adults",
    ]
    facts = json.loads(run(app, "campaigns", "signals", sample.CODE, "--json").output)
    assert [(fact["signal"], fact["day"]) for fact in facts] == [
        ("burst", "2026-05-31"),
        ("over-adults", None),
    ]
    printed = run(app, "campaigns", "signals", sample.CODE).output.splitlines()
    assert [line.split()[2] for line in printed] == ["burst", "over-adults"]
    assert run(app, "campaigns", "signals", "2031").exit_code == 1


def test_no_page_file_or_command_tells_of_ratings_before_the_results(app, client, keep, flagged):
    """The leak is made first: the pattern's flag is there, and 40 of 52 would be its numbers."""
    flagged()
    with app.extensions["storage"].read() as session:
        assert Signal.PATTERN in {row.signal for row in session.scalars(select(SurveyFlag))}
    sample.signed_in(client, keep, Role.AGENCY)
    told = (
        client.get(f"{PAGE}?lang=en&signal=pattern").text, client.get(f"{PAGE}.csv?lang=en").text,
        run(app, "campaigns", "signals", sample.CODE, "--json").output,
    )  # fmt: skip
    assert "Nothing stands out." in told[0]
    for text in told[1:]:
        assert text.count("over-adults") + text.count("More answers than adults") == 1
        assert not [signal for signal in SCORE_LIKE if f'"{signal}"' in text]
        assert not [signal for signal in SCORE_LIKE if str(WORDS[signal].name) in text]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.MEMBER, Role.CHAIR])
def test_nobody_else_sees_signals(client, keep, role: Role):
    keep(lambda session: sample.opened(session, sample.katos(session)))
    sample.signed_in(client, keep, role)
    for address in ("/staff/signals", PAGE, f"{PAGE}.csv"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_signal_has_its_words_in_every_language(app, language: str):
    assert set(WORDS) == set(Signal)
    with app.test_request_context(f"/?lang={language}"):
        for words in WORDS.values():
            for text in (words.name, words.meaning, words.caution):
                assert str(text) != text._args[0]


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.0, "cannot be, if the number is right"), (1e-9, "less than once in a million honest cases"),
        (1 / 1742, "about once in 2,000 honest cases"), (1 / 96_000, "about once in 100,000 honest cases"),
    ],
)  # fmt: skip
def test_rarity_is_said_with_one_figure(app, p: float, said: str):
    with app.test_request_context("/?lang=en"):
        assert rarity_words(SurveyFlag(p=p)) == said


def test_rules_without_exclusion_keep_their_text_and_old_texts_can_be_read():
    assert "excluding" not in sample.RULES.as_json()
    assert rules_from_json(sample.RULES.as_json()) == sample.RULES
    assert rules_from_json(RULES.as_json()) == RULES


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"excluding": (), "counting": "without-flagged"}, "no signal excludes any"),
        ({"counting": "some"}, "counting is 'some'"),
        ({"excluding": (ExclusionRule("burst", 1000), ExclusionRule("burst", 100))}, "name each once"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(change: dict, fault: str):
    with pytest.raises(ValueError, match=fault):
        replace(RULES, **change)


@pytest.mark.parametrize("signal", sorted(set(Signal) - OF_A_DAY))
def test_only_signals_of_a_day_can_leave_a_day_out(signal: Signal):
    with pytest.raises(ValueError, match="points at no day"):
        ExclusionRule(signal.value, 1000)
    with pytest.raises(ValueError, match="the least is 100"):
        ExclusionRule("burst", 99)
