"""An akim who was replaced: the residents' answers count only for who held the post on every day."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.standings.computation import compute_rows
from contest.standings.queries import ComputedStanding, compute_standing
from core.places.models import Official
from tests.contest import sample
from tests.contest.sample import OBLASTS, contest

#: The sample's survey is from 2 to 20 June 2026.
IN_THE_MIDDLE = date(2026, 6, 10)


def computed(session: Session) -> ComputedStanding:
    return compute_standing(session, contest=contest(session), stage=Stage.REGIONAL, oblast_kato=OBLASTS[0])


def official(session: Session, made: sample.Sample, place: int) -> Official:
    return session.get_one(Official, made.officials[OBLASTS[0]][place])


@pytest.mark.parametrize(
    ("changes", "is_own"),
    [
        ({"since_on": date(2026, 6, 2)}, True), ({"since_on": date(2026, 6, 3)}, False),
        ({"until_on": date(2026, 6, 20)}, True), ({"until_on": date(2026, 6, 19)}, False),
        ({"since_on": IN_THE_MIDDLE}, False),
    ],
)  # fmt: skip
def test_a_score_counts_for_who_held_the_post_on_every_day(territory: Session, changes: dict, is_own: bool):
    made = sample.marked(territory)
    before = {row.nominee_id: row for row in computed(territory).rows}
    for name, day in changes.items():
        setattr(official(territory, made, 0), name, day)
    territory.flush()
    now = computed(territory)
    rows = {row.nominee_id: row for row in now.rows}
    number, others = made.nominees[OBLASTS[0]][0], made.nominees[OBLASTS[0]][1:]
    assert before[number].place > 0
    if is_own:
        assert rows[number] == before[number]
        return
    assert (rows[number].parts["survey"].score, rows[number].place) == (None, 0)
    assert {"missing:survey", "not-eligible"} <= set(rows[number].flags)
    # The unit stays in the pool: the others' scores are drawn to the same mean as before.
    assert [rows[other].composite for other in others] == [before[other].composite for other in others]


def test_whoever_recomputes_from_the_inputs_finds_the_same(territory: Session):
    made = sample.marked(territory)
    whole = computed(territory)
    assert all("answered_about" not in row for row in whole.inputs["nominees"])
    official(territory, made, 0).until_on = IN_THE_MIDDLE
    territory.flush()
    now = computed(territory)
    assert now.digest != whole.digest
    assert [row.get("answered_about", True) for row in now.inputs["nominees"]] == [False, True, True]
    assert compute_rows(now.inputs, now.book) == now.rows


def test_a_new_akim_does_not_inherit_answers(territory: Session):
    """The successor's own nomination in the same village stands beside the others without a survey score."""
    made = sample.marked(territory)
    gone = official(territory, made, 0)
    gone.until_on = IN_THE_MIDDLE
    after = Official(
        post_id=gone.post_id, surname="Серікова", given_name="Айгүл", since_on=date(2026, 6, 11),
        manner=gone.manner,
    )  # fmt: skip
    territory.add(after)
    territory.flush()
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    nominee.official_id = after.id
    territory.flush()
    row = next(row for row in computed(territory).rows if row.nominee_id == nominee.id)
    assert (row.parts["survey"].score, row.parts["survey"].n, row.place) == (None, None, 0)
