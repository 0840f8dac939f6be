"""The drill of `make drill`, small: real processes, three kills, and a server that must be caught."""

from __future__ import annotations

from benchmarks.drill_kill import drill


def test_no_thanked_answer_is_lost_or_counted_twice_when_processes_are_killed(backend):
    run, faults = drill(backend.name, kills=3)
    assert faults == []
    assert run.killed.total() >= 3
    assert run.seen.thanked


def test_the_drill_finds_a_server_that_thanks_before_it_has_kept_the_answer():
    # The server itself is broken here, so one kind of database says it all.
    _, faults = drill("sqlite", kills=1, app="tests.drill.forgetful:create_app")
    assert [fault for fault in faults if fault.startswith("thanked and lost")]
