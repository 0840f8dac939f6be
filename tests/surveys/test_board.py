"""The turnout board: figures a day late and in steps of 5 by origin, sums of what is shown, and its pages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import clock
from core.access import Role
from core.storage import Storage
from surveys.answers import Origin
from surveys.board import Order, Show, by_oblast, listed, totals, trend, turnout
from surveys.models import Campaign, Tally
from surveys.queries import campaign_by_code
from surveys.rules import Mode
from tests.conftest import NOW
from tests.surveys import sample

BOARD = f"/staff/turnout/{sample.CODE}"
FIRST = sample.OPENS_ON
YESTERDAY = date(2026, 5, 31)


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)


def count(session: Session, campaign: Campaign, answers: Mapping[tuple[str, Origin, int], int]) -> None:
    """Tallies as the mixer leaves them: by unit, origin and day (0 is the first), so many answers."""
    rows = [
        {
            "campaign_id": campaign.id, "kato": kato, "origin": origin, "mode": Mode.OPEN, "n": n,
            "day": FIRST + timedelta(days=day), "scored": n, "all_equal": 0, "composite_sum": 50_000_000 * n,
            "composite_squares": 2_500_000_000_000_000 * n, "counts": "[[0,0,0,0,0,0]]",
        }
        for (kato, origin, day), n in answers.items()
    ]  # fmt: skip
    session.execute(insert(Tally), rows)


def made(session: Session) -> list[str]:
    """Four units: 4 answers, 9 by web with 4 on paper, 13 of 12 adults, and 7 in another oblast."""
    units = [*sample.katos(session, 3), *sample.katos(session, 1, oblast=sample.OTHER_OBLAST)]
    sample.population(session, {units[1]: 60, units[2]: 8})
    campaign = sample.opened(session, units)
    web, paper = Origin.WEB, Origin.PAPER
    count(
        session, campaign,
        {
            (units[0], web, 0): 4, (units[1], web, 0): 5, (units[1], web, 5): 4, (units[1], paper, 5): 4,
            (units[2], web, 1): 8, (units[2], web, 6): 5, (units[3], web, 3): 7, (units[3], web, 7): 50,
        },
    )  # fmt: skip
    return units


def test_each_origin_is_rounded_down_and_sums_add_up_what_is_shown(settled: Storage):
    with settled.write(now=NOW) as session:
        units = made(session)
        campaign = campaign_by_code(session, sample.CODE)
        rows = {row.kato: row for row in turnout(session, campaign=campaign, as_of=YESTERDAY)}
        assert {kato: row.answers for kato, row in rows.items()} == dict(
            zip(units, (0, 5, 10, 5), strict=True)
        )
        assert rows[units[1]].by_origin == {Origin.WEB: 5}
        assert (rows[units[1]].share, rows[units[0]].share) == (8, None)
        assert [row.is_over for row in rows.values()] == [False, False, True, False]
        summed = totals(rows.values())
        assert (summed.units, summed.answering, summed.answers) == (4, 3, 20)
        assert summed.by_origin == {Origin.WEB: 20}
        assert {oblast: sums.answers for oblast, sums in by_oblast(rows.values()).items()} == {
            sample.OBLAST: 15, sample.OTHER_OBLAST: 5,
        }  # fmt: skip
        own = turnout(session, campaign=campaign, as_of=YESTERDAY, oblasts=[sample.OBLAST])
        assert [row.kato for row in own] == units[:3]
        later = turnout(session, campaign=campaign, as_of=date(2026, 6, 3), kato=units[3])
        assert [(row.answers, row.recent) for row in later] == [(55, 55)]


def test_what_came_on_the_last_day_is_never_shown(settled: Storage):
    with settled.write(now=NOW) as session:
        unit = sample.katos(session, 1)[0]
        campaign = sample.opened(session, [unit])
        last = (sample.CLOSES_ON - FIRST).days
        count(session, campaign, {(unit, Origin.WEB, last - 1): 10, (unit, Origin.WEB, last): 30})
        after = sample.CLOSES_ON + timedelta(days=9)
        assert [row.answers for row in turnout(session, campaign=campaign, as_of=after)] == [10]
        stretches = trend(session, campaign=campaign, as_of=after)
        assert (stretches[-1].end_on, stretches[-1].answers) == (sample.CLOSES_ON - timedelta(days=1), 10)


def test_a_trend_adds_up_to_the_figures_by_day_and_by_week(settled: Storage):
    with settled.write(now=NOW) as session:
        units = made(session)
        campaign = campaign_by_code(session, sample.CODE)
        days = trend(session, campaign=campaign, as_of=YESTERDAY)
        assert [stretch.answers for stretch in days] == [5, 5, 0, 5, 0, 0, 5]
        assert [stretch.height for stretch in days] == [100, 100, 0, 100, 0, 0, 100]
        assert (days[0].start_on, days[-1].end_on) == (FIRST, YESTERDAY)
        weeks = trend(session, campaign=campaign, as_of=date(2026, 6, 3), by_week=True)
        assert [(week.start_on, week.end_on, week.answers) for week in weeks] == [
            (FIRST, YESTERDAY, 20), (date(2026, 6, 1), date(2026, 6, 3), 50),
        ]  # fmt: skip
        one = trend(session, campaign=campaign, as_of=YESTERDAY, kato=units[1])
        assert [stretch.by_origin for stretch in one if stretch.answers] == [{Origin.WEB: 5}]
        assert trend(session, campaign=campaign, as_of=FIRST - timedelta(days=1)) == []


def test_units_are_filtered_and_ordered_by_what_is_shown(settled: Storage):
    with settled.write(now=NOW) as session:
        units = made(session)
        rows = turnout(session, campaign=campaign_by_code(session, sample.CODE), as_of=YESTERDAY)

        def katos(show: Show = Show.ALL, order: Order = Order.NAME, text: str = "") -> Sequence[str]:
            return [r.kato for r in listed(rows, show=show, order=order, text=text, language="kk")]

        assert set(katos()) == set(units)
        assert katos(Show.SILENT) == [units[0]]
        assert katos(Show.OVER) == [units[2]]
        assert katos(order=Order.ANSWERS)[0] == units[2]
        assert katos(order=Order.SHARE)[:2] == [units[2], units[1]]
        assert katos(text=units[3]) == [units[3]]
        name = next(row.name.kk for row in rows if row.kato == units[1])
        assert units[1] in katos(text=name.upper())


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_operator_sees_the_own_oblast_in_steps_of_five_and_no_other(client, keep):
    units = keep(made)
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    answer = client.get(f"{BOARD}?lang=en")
    assert (answer.status_code, answer.location) == (302, f"{BOARD}/units?oblast={sample.OBLAST}")
    for address in (f"{BOARD}/units?lang=en", f"{BOARD}/units?lang=en&oblast={sample.OBLAST}"):
        page = text(client.get(address))
        shown = sorted(re.findall(r'<th scope="row"><a .*?data-label="Answers, at least">([^<]+)<', page))
        assert shown == ["10", "5", "fewer than 5"]
        assert "May 31, 2026" in page
        assert units[3] not in page
    page = text(client.get(f"{BOARD}/units/{units[1]}?lang=en"))
    assert re.findall(r'data-label="Answers, at least">([^<]+)<', page)[:4] == ["5", *["fewer than 5"] * 3]
    assert client.get(f"{BOARD}/units?oblast={sample.OTHER_OBLAST}").status_code == 403
    assert client.get(f"{BOARD}/units.csv?oblast={sample.OTHER_OBLAST}").status_code == 403
    assert client.get(f"{BOARD}/units/{units[3]}").status_code == 403
    assert client.get(f"{BOARD}/units/{sample.OBLAST}").status_code == 404


def test_nation_sees_every_oblast_and_today_is_not_counted_yet(client, keep, monkeypatch):
    keep(made)
    sample.signed_in(client, keep, Role.AUDITOR)
    page = text(client.get(f"{BOARD}?lang=en"))
    cells = r'data-label="Answers, at least">(\d+)<'
    assert re.findall(cells, page)[:2] == ["15", "5"]
    assert page.count("<rect") == 7
    monkeypatch.setattr(clock, "present", lambda: datetime(2026, 5, 25, 9, tzinfo=UTC))
    page = text(client.get(f"{BOARD}?lang=en"))
    assert re.findall(cells, page) == ["0", "0"]


def test_silent_units_lead_to_their_posters_for_those_who_print_them(client, keep):
    units = keep(made)
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    page = text(client.get(f"{BOARD}/units?lang=en&show=silent"))
    assert re.findall(r'href="(/staff/posters/[^"]+)"', page) == [
        f"/staff/posters/{sample.CODE}/{units[0]}.pdf"
    ]
    assert "Units shown: 1 of 1." in page


def test_an_auditor_is_offered_no_poster(client, keep):
    keep(made)
    sample.signed_in(client, keep, Role.AUDITOR)
    assert "/staff/posters/" not in text(client.get(f"{BOARD}/units"))


def test_the_table_holds_the_numbers_of_the_page_and_nothing_finer(client, keep):
    units = keep(made)
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    answer = client.get(f"{BOARD}/units.csv?lang=en&order=answers")
    assert (
        answer.headers["Content-Disposition"] == f"attachment; filename=turnout-{sample.CODE}-2026-05-31.csv"
    )
    mark, *rows = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert mark["kato"] == "DEMONSTRATION"
    assert [(row["kato"], row["answers_at_least"], row["web"], row["paper"]) for row in rows] == [
        (units[2], "10", "10", "0"), (units[1], "5", "5", "0"), (units[0], "0", "0", "0"),
    ]  # fmt: skip


def test_the_board_asks_the_database_the_same_number_of_times_for_one_unit_and_many(app, client, keep):
    sample.signed_in(client, keep, Role.AGENCY)
    counts = []
    for number, code in ((1, "few"), (260, "many")):
        keep(
            lambda session, n=number, c=code: sample.opened(
                session, sample.katos(session, n, oblast=None), code=c
            )
        )
        with sample.counting(app.extensions["storage"].engine) as sent:
            for place in ("", "/units", "/units.csv"):
                assert client.get(f"/staff/turnout/{code}{place}").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]
    first, second = (text(client.get(f"/staff/turnout/many/units?page={page}")) for page in (1, 2))
    assert (first.count("<tr>"), second.count("<tr>")) == (201, 61)
    assert client.get("/staff/turnout/many/units?page=9").status_code == 200
