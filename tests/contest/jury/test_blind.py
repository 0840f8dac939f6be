"""Works marked blind: no name, no place, no order; and abstaining, which is not a zero."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests.queries import rulebook_of
from contest.jury.giving import save_marks
from contest.jury.models import Abstention, Mark
from contest.jury.queries import complete_marks, marking_of, progress
from contest.jury.revealed import revealed_marks
from contest.jury.services import open_marking
from contest.nominees.essays.models import Essay
from contest.nominees.leaving import withdraw_nominee
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from contest.rulebook_reading import shipped_text
from core.access import Role
from core.accounts.models import AccountScope
from core.errors import BadInput, Conflict
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.meetings.acts import recuse
from tests.contest.sample import OBLASTS, contest

BASE = "/staff/contests/2026"
FULL = (8, 7, 9, 6)
#: The sample's book with its one marked component marked without name and place.
BLIND = shipped_text("2026").replace(
    'code = "project"\nsource = "marks"', 'code = "project"\nsource = "marks"\nis_anonymous = true'
)


@pytest.fixture
def territory(settled_sqlite):
    with settled_sqlite.writing() as opened:
        yield opened


def with_essays(session: Session) -> sample.Sample:
    """Two of three nominees of the first oblast have written; the numbers go against the nominees' order."""
    made = sample.regional(session, rules=BLIND)
    for number, nominee in zip((7777, 1234), made.nominees[OBLASTS[0]], strict=False):
        session.add(
            Essay(
                nominee_id=nominee, contest_id=contest(session).id, number=number,
                text=f"Ауыл туралы ой {number}", written_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    return made


def abstain(
    session: Session, nominee: int, judge: int, *, values: tuple[int, ...] = (), confirm: bool = True
):
    """Marks for the first criteria, and an abstention on the others."""
    rules = rulebook_of(session, contest(session)).regional
    keys = [(part.code, criterion.code) for part in rules.marked for criterion in part.criteria]
    given = dict(zip(keys, values, strict=False))
    save_marks(
        session, contest=contest(session), stage=Stage.REGIONAL, nominee=session.get_one(Nominee, nominee),
        values=given, abstained=[key for key in keys if key not in given], judge_account_id=judge,
        confirm=confirm, actor=f"account:{judge}", now=NOW,
    )  # fmt: skip


def test_a_judge_reads_works_by_number_and_marks_them(enter: Callable, keep: Callable):
    made = keep(with_essays)
    judge = enter(made.judges[OBLASTS[0]][1])
    listed = judge.get(f"{BASE}/marking").text
    assert re.findall(r"marking/regional/works/project/(\d+)", listed) == ["1234", "7777"]
    page = f"{BASE}/marking/regional/works/project/1234"
    seen = judge.get(page).text
    assert "Ауыл туралы ой 1234" in seen
    for name in ("Ерлан", "Жарық көше", "nominees/", "marking/regional/1", "marking/regional/2"):
        assert name not in seen
    keys = re.findall(r'name="(project--\w+)"', seen)
    assert judge.post(page, page, act="confirm", **dict(zip(keys, "8796", strict=True))).status_code == 302
    again = judge.post(page, page, act="confirm", **dict(zip(keys, "1111", strict=True)))
    assert again.status_code == 409
    assert "Ерлан" not in again.text
    second = made.nominees[OBLASTS[0]][1]
    assert keep(lambda s: sorted(s.scalars(select(Mark.value).where(Mark.nominee_id == second)))) == [
        6,
        7,
        8,
        9,
    ]


def test_a_work_is_not_there_for_whoever_does_not_mark_it(enter: Callable, keep: Callable):
    made = keep(with_essays)
    judges, page = made.judges[OBLASTS[0]], f"{BASE}/marking/regional/works/project/7777"
    keep(lambda session: recuse(session, made.nominees[OBLASTS[0]][0], judges[1]))
    barred = enter(judges[1])
    assert "7777" not in barred.get(f"{BASE}/marking").text
    for stranger in (judges[1], made.judges[OBLASTS[1]][1], made.judges[None][1]):
        assert enter(stranger).get(page).status_code == 404
    assert enter(made.secretaries[OBLASTS[0]]).get(page).status_code == 403
    assert enter(judges[2]).get(page.replace("7777", "5555")).status_code == 404
    assert enter(judges[2]).get(page.replace("regional", "national")).status_code == 404


def test_a_work_is_not_there_before_its_marking_opens_nor_when_its_author_is_out(
    enter: Callable, keep: Callable
):
    def before_marking(session: Session) -> sample.Sample:
        made = with_essays(session)
        session.delete(marking_of(session, contest(session), Stage.REGIONAL, OBLASTS[0]))
        return made

    made = keep(before_marking)
    judge = enter(made.judges[OBLASTS[0]][1])
    pages = [f"{BASE}/marking/regional/works/project/{number}" for number in (1234, 7777)]
    assert [judge.get(page).status_code for page in pages] == [404, 404]
    keep(lambda session: open_marking(
        session, contest=contest(session), stage=Stage.REGIONAL, oblast_kato=OBLASTS[0], actor="x", now=NOW
    ))  # fmt: skip
    assert [judge.get(page).status_code for page in pages] == [200, 200]
    author = made.nominees[OBLASTS[0]][0]
    keep(lambda session: withdraw_nominee(
        session, nominee=session.get_one(Nominee, author), reason="x", actor="x", now=NOW
    ))  # fmt: skip
    assert [judge.get(page).status_code for page in pages] == [200, 404]


def test_who_marks_an_essay_does_not_learn_its_number_as_a_secretary_elsewhere(
    enter: Callable, keep: Callable
):
    made = keep(with_essays)
    page = f"{BASE}/nominees/{made.nominees[OBLASTS[0]][1]}/essay"

    def second_role(session: Session, account_id: int) -> None:
        session.add(AccountScope(account_id=account_id, role=Role.SECRETARY, oblast_kato=OBLASTS[0]))

    for judge in (made.judges[OBLASTS[0]][2], made.judges[None][1]):
        keep(lambda session, judge=judge: second_role(session, judge))
        assert enter(judge).get(page).status_code == 403
    assert "1234" in enter(made.secretaries[OBLASTS[0]]).get(page).text


def test_what_was_not_written_is_not_waited_for(territory: Session):
    made = with_essays(territory)
    for nominee in made.nominees[OBLASTS[0]][:2]:
        for judge in made.judges[OBLASTS[0]]:
            sample.mark(territory, nominee, judge, FULL)
    rules = rulebook_of(territory, contest(territory)).regional
    lines = progress(territory, contest(territory), rules, Stage.REGIONAL, OBLASTS[0])
    assert [(line.confirmed, line.is_enough) for line in lines] == [(3, True)] * 3
    sample.close(territory, OBLASTS[0])


def test_an_abstention_is_no_zero_and_does_not_count_for_the_quorum(territory: Session):
    made = sample.regional(territory, nominees=1)
    nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
    sample.mark(territory, nominee, judges[0], FULL)
    abstain(territory, nominee, judges[1], values=(5, 5))
    with pytest.raises(Conflict, match="marks of 1 of 3"):
        sample.close(territory, OBLASTS[0])
    sample.mark(territory, nominee, judges[2], FULL)
    sample.close(territory, OBLASTS[0])
    rules = rulebook_of(territory, contest(territory)).regional
    found = complete_marks(
        territory, nominees=[territory.get_one(Nominee, nominee)], rules=rules, stage=Stage.REGIONAL,
        conflicts={},
    )  # fmt: skip
    assert list(found[nominee]["project"].values()) == [list(FULL), list(FULL)]


def test_an_abstention_can_be_taken_back_until_it_is_confirmed(territory: Session):
    made = sample.regional(territory, nominees=1)
    nominee, judge = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]][0]
    abstain(territory, nominee, judge, confirm=False)
    sample.mark(territory, nominee, judge, FULL)
    assert territory.scalars(select(Abstention)).all() == []
    second = made.judges[OBLASTS[0]][1]
    abstain(territory, nominee, second)
    with pytest.raises(Conflict, match="they stand"):
        sample.mark(territory, nominee, second, FULL)


def test_a_mark_and_an_abstention_on_one_criterion_are_refused(territory: Session):
    made = sample.regional(territory, nominees=1)
    key = ("project", "need")
    with pytest.raises(BadInput, match="not both"):
        save_marks(
            territory, contest=contest(territory), stage=Stage.REGIONAL,
            nominee=territory.get_one(Nominee, made.nominees[OBLASTS[0]][0]), values={key: 5},
            abstained=[key], judge_account_id=made.judges[OBLASTS[0]][0], confirm=False, actor="x", now=NOW,
        )  # fmt: skip


def test_all_marks_are_revealed_at_once_after_closing(enter: Callable, keep: Callable):
    made = keep(lambda session: sample.regional(session, nominees=1))
    nominee, judges = made.nominees[OBLASTS[0]][0], made.judges[OBLASTS[0]]
    page = f"{BASE}/stages/regional/{OBLASTS[0]}/marks"
    auditor = enter(keep(lambda session: sample.account(session, "auditor", Role.AUDITOR)))

    def mark(session: Session) -> None:
        sample.mark(session, nominee, judges[0], FULL)
        sample.mark(session, nominee, judges[1], (4, 4, 4, 4))
        alternate = sample.judge(session, "fourth", OBLASTS[0])
        abstain(session, nominee, alternate, values=(3, 3, 3))
        recuse(session, nominee, judges[2])
        with pytest.raises(Conflict, match="at once"):
            revealed_marks(session, contest(session), Stage.REGIONAL, OBLASTS[0])

    keep(mark)
    assert auditor.get(page).status_code == 409
    keep(lambda session: sample.close(session, OBLASTS[0]))
    seen = auditor.get(page).text
    rows = re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', seen, re.DOTALL)
    cells = {name: re.findall(r"<td[^>]*>([^<]*)</td>", row) for name, row in rows}
    assert cells == {
        "Fourth": ["3", "3", "3", "abstained"],
        f"Judge-{OBLASTS[0]}-0": ["8", "7", "9", "6"],
        f"Judge-{OBLASTS[0]}-1": ["4", "4", "4", "4"],
        f"Judge-{OBLASTS[0]}-2": ["conflict of interests: Related by blood or marriage", "–", "–", "–"],
    }
    assert enter(made.judges[OBLASTS[1]][0]).get(page).status_code == 403
