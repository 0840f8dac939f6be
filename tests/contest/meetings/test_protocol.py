"""The protocol: what the record says, in both languages, the same for ever, and nothing private."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from contest.commissions.models import SeatRole
from contest.commissions.services import end_seat
from contest.decisions.models import StandingProposal
from contest.jury.services import declare_conflict
from contest.meetings import services as meetings
from contest.meetings.models import Choice, ItemKind, Meeting
from contest.meetings.printing import draw_protocol
from contest.meetings.protocol import digest_of, protocol_of
from contest.meetings.wording import LANGUAGES, PROTOCOL, SEATS
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.rulebook_reading import shipped_text
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.commissions.test_commissions import seat_of
from tests.contest.meetings.acts import attend, end, item, opened, start, vote
from tests.contest.sample import ACTOR, OBLASTS, contest

REASONS = sample.REASONS


@pytest.fixture
def territory(settled_sqlite):
    with settled_sqlite.writing() as opened:
        yield opened


@pytest.fixture
def held(territory: Session) -> tuple[sample.Sample, Meeting]:
    """A meeting with a conflict, an alternate in the member's place, an absent one, and a standing."""
    made = sample.regional(territory)
    judges, nominee = made.judges[OBLASTS[0]], made.nominees[OBLASTS[0]][0]
    alternate = sample.judge(territory, "alternate", OBLASTS[0], SeatRole.ALTERNATE)
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.REGIONAL,
        nominee=territory.get_one(Nominee, nominee), ground="kinship", details="жиен", actor=ACTOR, now=NOW,
        judge_account_id=judges[1],
    )  # fmt: skip
    meeting = opened(territory, made, present=[judges[0], judges[1], alternate])
    about = start(territory, item(territory, meeting, nominee, kind=ItemKind.EXCLUSION))
    vote(territory, about, judges[0], Choice.NO)
    vote(territory, about, alternate, Choice.ABSTAIN)
    end(territory, about, REASONS)
    attend(territory, meeting, [*judges, alternate])
    table = item(territory, meeting, kind=ItemKind.STANDING, reference="f" * 64)
    rows = [[made.nominees[OBLASTS[0]][1], 0, None, None], [nominee, 1, "81.50", "place-1"]]
    territory.add(
        StandingProposal(
            item_id=table.id, version=1, inputs_digest="f" * 64, inputs_json="{}", put_at=NOW,
            rows_json=json.dumps(rows),
        )
    )  # fmt: skip
    start(territory, table)
    for judge in judges:
        vote(territory, table, judge)
    end(territory, table)
    item(territory, meeting)
    meetings.close_meeting(territory, meeting=meeting, actor=ACTOR, now=NOW)
    return made, meeting


def test_the_words_of_both_languages_are_the_same_in_number():
    assert PROTOCOL["kk"].keys() == PROTOCOL["ru"].keys()
    assert SEATS["kk"].keys() == SEATS["ru"].keys() == {role.value for role in SeatRole}


def test_the_record_says_who_came_who_was_barred_and_who_voted_how(territory: Session, held):
    _made, meeting = held
    found = protocol_of(territory, meeting, "ru")
    judge = f"Judge-{OBLASTS[0]}-"
    assert (found.heading, found.is_draft) == ("Протокол № 1", False)
    assert found.title == "Заседание региональной конкурсной комиссии, Алматинская область"
    assert [(name, there) for name, _office, there in found.people] == [
        (f"{judge}0", "присутствует"), (f"Scribe-{OBLASTS[0]}", "отсутствует"), (f"{judge}1", "присутствует"),
        (f"{judge}2", "присутствует"), ("Alternate", "присутствует"),
    ]  # fmt: skip
    assert [(name, ground) for name, _nominee, ground in found.conflicts] == [
        (f"{judge}1", "Родство или свойство")
    ]
    first, table, last = found.items
    assert dict(first.votes) == {
        "За": "никто", "Против": f"{judge}0", "Воздержались": f"Alternate (вместо: {judge}1)",
        "Отсутствуют": f"{judge}2", "Конфликт интересов": f"{judge}1 (родство или свойство)",
    }  # fmt: skip
    assert first.outcome == "Предложение не принято: за 0, против 1, воздержались 1."
    assert first.reasons == (REASONS.ru,)
    assert table.outcome == "Решение принято: за 3, против 0, воздержались 0."
    assert [(row.place, row.name, row.points) for row in table.table] == [
        ("1", "Ахметов Ерлан 0", "81,50"), ("без места", "Ахметов Ерлан 1", ""),
    ]  # fmt: skip
    assert last.outcome == "Вопрос не рассмотрен."
    assert found.signers == (("Председатель", f"{judge}0"), ("Секретарь", f"Scribe-{OBLASTS[0]}"))


def test_both_languages_say_the_same(territory: Session, held):
    _made, meeting = held
    kk, ru = (protocol_of(territory, meeting, language) for language in LANGUAGES)
    assert len(kk.people) == len(ru.people)
    assert [len(one.votes) for one in kk.items] == [len(one.votes) for one in ru.items]
    assert kk.items[0].reasons == (REASONS.kk,)
    assert (kk.heading, kk.conflicts[0][2]) == ("№ 1 хаттама", "Туыстығы немесе жекжаттығы бар")


def test_a_protocol_reads_the_same_after_seats_and_conflicts_have_changed(territory: Session, held):
    made, meeting = held
    before = [digest_of(protocol_of(territory, meeting, language)) for language in LANGUAGES]
    judges = made.judges[OBLASTS[0]]
    declare_conflict(
        territory, contest=contest(territory), stage=Stage.REGIONAL, ground="kinship", details=None,
        nominee=territory.get_one(Nominee, made.nominees[OBLASTS[0]][1]), judge_account_id=judges[2],
        actor=ACTOR, now=NOW,
    )  # fmt: skip
    end_seat(territory, seat=seat_of(territory, judges[2]), order_number="9", actor=ACTOR, now=NOW)
    sample.judge(territory, "backdated", OBLASTS[0])
    assert [digest_of(protocol_of(territory, meeting, language)) for language in LANGUAGES] == before


def test_the_file_is_the_same_twice_and_names_no_details(territory: Session, held):
    _made, meeting = held
    found = protocol_of(territory, meeting, "kk")
    assert "жиен" not in repr(found)
    drawn = [draw_protocol(territory, meeting, language="kk", is_demo=True) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith(b"%PDF-1.7")


def test_a_conflict_of_the_regional_stage_is_named_above_whose_rules_do_not_know_it(territory: Session):
    neighbours = """[[stages.regional.conflicts]]
code = "neighbours"
[stages.regional.conflicts.title]
kk = "Көрші тұрады"
ru = "Живут по соседству"
en = "Neighbours"

# ---- National stage"""
    made = sample.regional(territory, rules=shipped_text("2026").replace("# ---- National stage", neighbours))
    judge, (nominee, elsewhere, _third) = made.judges[None][1], made.nominees[OBLASTS[0]]
    for one in (nominee, elsewhere):
        declare_conflict(
            territory, contest=contest(territory), stage=Stage.REGIONAL, ground="neighbours", details=None,
            nominee=territory.get_one(Nominee, one), judge_account_id=judge, actor=ACTOR, now=NOW,
        )  # fmt: skip
    meeting = opened(territory, made, None)
    about = start(territory, item(territory, meeting, nominee))
    end(territory, about)
    found = protocol_of(territory, meeting, "ru")
    # Of those whom nobody judges here, nobody is named who does not stand on the agenda.
    assert [line[1:] for line in found.conflicts] == [("Ахметов Ерлан 0", "Живут по соседству")]
    assert "живут по соседству" in repr(found.items[0].votes)
