"""The open mode over the resident's pages, with limits on: scripts get in at once, others after a wait.

Programs meet rising demands; a school behind one address does not get stuck; one ticket stays one answer.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import structlog
from redis import Redis
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.installation import redis_server
from core import clock
from core.urn.models import Intake
from core.web.limits import caller, limiter
from surveys.guard.demands import OPEN
from surveys.guard.pace import WINDOW, counts_of, pace_of
from surveys.signals import arrivals
from surveys.signals.models import ArrivalDay
from tests.conftest import NOW
from tests.surveys import sample

ANSWERS = dict.fromkeys(("rights", "services", "families", "employment", "infrastructure", "community"), "4")
HOME, SCHOOL = "203.0.113.7", "198.51.100.20"


class Resident:
    """Somebody at an address with the form of a unit open; without cookies, at a time that the test tells."""

    def __init__(self, app, kato: str, *, at: datetime, address: str = HOME, lang: str = "en") -> None:
        self.client = app.test_client(use_cookies=False)
        self.where = {"path": f"/s/{sample.CODE}/{kato}", "query_string": {"lang": lang}}
        self.environment = {"REMOTE_ADDR": address}
        self.page = self.client.get(**self.where, environ_overrides=self._at(at)).text
        self.ticket = sample.ticket(self.page)

    def send(self, *, at: datetime, **fields: str) -> int:
        """Send the form; the status, with the page kept."""
        answer = self.client.post(
            **self.where, data={"ticket": self.ticket, **ANSWERS, **fields}, environ_overrides=self._at(at)
        )
        self.page = answer.text
        return answer.status_code

    def send_solved(self, *, at: datetime, **fields: str) -> int:
        """Send the form with the solution of the challenge that stands in the present page."""
        return self.send(at=at, altcha=sample.solution(self.page), **fields)

    @property
    def work(self) -> int:
        """Up to which number the present page lets a script count."""
        return int(re.search(r"&#34;maxnumber&#34;:(\d+)|&quot;maxnumber&quot;:(\d+)", self.page)[1])

    @property
    def wait(self) -> int:
        """How many seconds the present page asks to wait."""
        return int(re.search(r'data-wait="(\d+)"', self.page)[1])

    def _at(self, instant: datetime) -> dict[str, str]:
        present[0] = instant
        return self.environment


present = [NOW]


@pytest.fixture(autouse=True)
def limits_on(app, monkeypatch: pytest.MonkeyPatch):
    """Switch limits on, with empty counters, and let the edges read the test's clock."""
    present[0] = NOW
    monkeypatch.setattr(clock, "present", lambda: present[0])
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    yield
    arrivals.forget()
    limiter.enabled = False


@pytest.fixture
def katos(keep) -> list[str]:
    """Two units of an open campaign with so few adults that each has the smallest quota."""

    def make(session: Session) -> list[str]:
        units = sample.katos(session, 2)
        sample.population(session, dict.fromkeys(units, 300))
        sample.opened(session, units)
        return units

    return keep(make)


@pytest.fixture
def kato(katos) -> str:
    return katos[0]


def seconds(number: float) -> datetime:
    return NOW + timedelta(seconds=number)


def waiting(app) -> int:
    with app.extensions["storage"].read() as session:
        return session.scalar(select(func.count()).select_from(Intake))


def test_a_script_gets_in_at_once(app, kato):
    resident = Resident(app, kato, at=NOW)
    assert resident.work == 1500
    assert (resident.send_solved(at=seconds(1)), waiting(app)) == (200, 1)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("kk", "7 секунд күтіп, «Жіберу» түймесін қайта басыңыз. Жауаптарыңыз сақталып тұр."),
        ("ru", "Подождите 7 сек. и нажмите «Отправить» ещё раз. Ваши ответы на месте."),
        ("en", "Please wait 7 seconds, then press Send again. Your answers are still here."),
    ],
)
def test_without_script_one_waits_a_little_and_then_gets_in(app, kato, lang: str, sentence: str):
    resident = Resident(app, kato, at=NOW, lang=lang)
    assert resident.send(at=seconds(3)) == 429
    assert sentence in resident.page
    assert (resident.wait, waiting(app)) == (7, 0)
    assert resident.page.count(" checked") == 6
    assert sample.ticket(resident.page) == resident.ticket
    assert resident.send(at=seconds(9.5)) == 429
    assert (resident.send(at=seconds(10)), waiting(app)) == (200, 1)


def test_a_solution_of_another_page_is_none(app, kato):
    first, second = Resident(app, kato, at=NOW), Resident(app, kato, at=NOW)
    assert second.send(at=seconds(1), altcha=sample.solution(first.page)) == 429
    assert first.send(at=seconds(1), altcha="nonsense") == 429
    assert waiting(app) == 0


def test_two_tabs_with_one_ticket_and_one_solution_are_one_answer(app, kato):
    resident = Resident(app, kato, at=NOW)
    solution = sample.solution(resident.page)
    assert [resident.send(at=seconds(n), altcha=solution) for n in range(1, 4)] == [200] * 3
    assert waiting(app) == 1


def test_an_answer_that_was_taken_is_thanked_again_whatever_the_pace_is_by_then(app, kato):
    resident = Resident(app, kato, at=NOW)
    solution = sample.solution(resident.page)
    assert resident.send(at=seconds(1), altcha=solution) == 200
    rise(app, kato, answers=35, at=seconds(1))
    assert (resident.send(at=seconds(2), altcha=solution), resident.send(at=seconds(2))) == (200, 200)
    assert waiting(app) == 36


def test_what_people_do_not_see_is_out_of_reach_and_a_program_that_fills_it_waits_a_minute(app, keep, kato):
    robots = [Resident(app, kato, at=NOW) for _ in range(5)]
    trap = re.search(r"<div hidden>.*?</div>", robots[0].page)[0]
    assert 'name="website" value="" tabindex="-1" autocomplete="off"' in trap
    for robot in robots:
        assert robot.send_solved(at=seconds(20), website="https://spam.example") == 429
        assert robot.wait == 40
        assert 'name="website" value="https://spam.example"' in robot.page
    assert waiting(app) == 0
    # It is counted in the end: a thanked answer is never dropped. But it is seen.
    assert [robot.send_solved(at=seconds(60), website="x") for robot in robots] == [200] * 5
    assert waiting(app) == 5
    keep(lambda session: arrivals.flush(session, seconds(60), everything=True))
    with app.extensions["storage"].read() as session:
        (day,) = session.scalars(select(ArrivalDay))
        assert (day.kato, day.n, day.trapped) == (kato, 5, 5)


def test_programs_with_script_meet_rising_work(app, kato):
    asked = []
    for number in range(125):
        robot = Resident(app, kato, at=seconds(number), address=f"192.0.2.{number}")
        asked.append(robot.work)
        assert robot.send_solved(at=seconds(number)) == 200
    assert asked == [1500] * 30 + [4500] * 30 + [13500] * 60 + [40500] * 5
    assert Resident(app, kato, at=seconds(1200)).work == 1500  # twenty minutes later all is calm


def test_programs_without_script_wait_longer_and_longer_and_others_do_not(app, katos):
    waits = []
    for number in range(125):
        robot = Resident(app, katos[0], at=NOW, address=f"192.0.2.{number}")
        assert robot.send(at=seconds(2)) == 429
        waits.append(robot.wait)
        assert robot.send(at=seconds(60)) == 200
    assert waits == [8] * 30 + [18] * 30 + [38] * 60 + [58] * 5
    assert Resident(app, katos[0], at=seconds(61)).send_solved(at=seconds(62)) == 200
    beside = Resident(app, katos[1], at=seconds(61))
    assert (beside.send(at=seconds(62)), beside.wait) == (429, 9)


def test_solutions_hoarded_in_calm_minutes_are_worth_nothing_when_the_pace_has_risen(app, kato):
    hoarded = [Resident(app, kato, at=NOW, address=SCHOOL) for _ in range(2)]
    solutions = [sample.solution(robot.page) for robot in hoarded]
    rise(app, kato, answers=30, at=seconds(1))
    assert hoarded[0].send(at=seconds(2), altcha=solutions[0]) == 429
    assert hoarded[0].work == 4500  # the page that comes back asks for more, and then lets in
    assert hoarded[0].send_solved(at=seconds(2)) == 200
    assert hoarded[1].send(at=seconds(10), altcha=solutions[1]) == 200  # ripe, as any other without proof


def test_three_hundred_pupils_behind_one_address_all_get_in_within_an_hour(app, kato):
    """Twelve lessons of twenty-five; each class sends at one moment, every other pupil without script."""
    longest, most = 0, 0
    for lesson in range(12):
        start = lesson * 300
        pupils = [Resident(app, kato, at=seconds(start), address=SCHOOL) for _ in range(25)]
        for number, pupil in enumerate(pupils):
            most = max(most, pupil.work)
            if number % 2:
                status = pupil.send_solved(at=seconds(start + 5))
            else:
                status = pupil.send(at=seconds(start + 5))
            if status == 429:
                longest = max(longest, pupil.wait)
                status = pupil.send_solved(at=seconds(start + 5)) if number % 2 else 429
            if status == 429:
                status = pupil.send(at=seconds(start + 5 + pupil.wait))
            assert status == 200
    assert waiting(app) == 300
    assert longest <= OPEN.ripening[-1]
    assert most <= OPEN.work[1]  # fifty in ten minutes: a fraction of a second even on an old phone


def test_a_clock_that_was_set_back_keeps_nobody_out(app, kato):
    resident = Resident(app, kato, at=NOW)
    assert (resident.send(at=seconds(-240)), waiting(app)) == (200, 1)


def test_counters_hold_no_address_and_no_whole_mark_and_die_with_the_day(app, kato):
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": HOME}):
        marks = {caller()}
        present[0] = NOW + timedelta(days=1)
        marks.add(caller())
    assert len(marks) == 2
    resident = Resident(app, kato, at=NOW)
    assert resident.send_solved(at=NOW) == 200
    keys = list(counts_of(limiter.storage, NOW).own)
    assert len(keys) == 2
    for key in keys:
        assert re.fullmatch(rf"\d+/{kato}(/-)?|[0-9a-f]{{3}}", key)
        assert HOME not in key
        assert not [mark for mark in marks if mark in key]
    assert not counts_of(limiter.storage, NOW + timedelta(seconds=WINDOW)).own


def test_an_answer_goes_in_where_the_counters_do_not_answer(app, kato):
    app.config["RATELIMIT_STORAGE_URI"] = "redis://127.0.0.1:1"
    limiter.init_app(app)
    with structlog.testing.capture_logs() as logged:
        resident = Resident(app, kato, at=NOW)
        assert resident.send(at=seconds(5)) == 429
        assert resident.send_solved(at=seconds(5)) == 200
    assert waiting(app) == 1
    # Asked once and then left alone for ten seconds, so that nobody waits for it in vain.
    assert [entry["event"] for entry in logged] == ["pace.unavailable"]


@pytest.fixture
def redis_url():
    with redis_server() as url:
        yield url


def test_processes_tell_each_other_their_counts_through_redis_and_it_forgets_them(
    app, kato, redis_url, monkeypatch: pytest.MonkeyPatch
):
    # On a busy machine a Redis that works may take longer than residents should wait for it.
    monkeypatch.setitem(limiter._storage_options, "socket_timeout", 60)
    app.config["RATELIMIT_STORAGE_URI"] = redis_url
    limiter.init_app(app)
    for number in range(2):
        assert Resident(app, kato, at=NOW, address=f"192.0.2.{number}").send_solved(at=NOW) == 200
    Resident(app, kato, at=seconds(1))  # whoever opens the form next lets the others know
    limiter.init_app(app)  # another process, which has counted nothing itself
    assert Resident(app, kato, at=seconds(1)).send_solved(at=seconds(1)) == 200
    Resident(app, kato, at=seconds(2))
    with Redis.from_url(redis_url) as other:
        kept = {key.decode(): (int(other.get(key)), other.ttl(key)) for key in other.scan_iter()}
    [of_unit] = [key for key in kept if key.endswith(kato)]
    assert kept[of_unit][0] == 3
    assert pace_of(f"{of_unit.split('/')[-2]}/{kato}", "", now=seconds(2)).unit == 3
    assert all(re.fullmatch(rf"LIMITS:pace/\d+/(\d+/{kato}|[0-9a-f]{{3}})", key) for key in kept)
    assert all(0 < rest <= WINDOW for _, rest in kept.values())


def rise(app, kato: str, *, answers: int, at: datetime) -> None:
    """Let so many others answer about the unit, each from an address and with a proof of its own."""
    for number in range(answers):
        other = Resident(app, kato, at=at, address=f"192.0.2.{number}")
        assert other.send_solved(at=at) == 200
