"""The commands: what they print, and that they fail in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from core import clock
from core.tables import write_csv
from core.urn.services import mix_box
from core.web.edge import keys
from surveys.models import Tally
from surveys.queries import box_of
from tests.conftest import NOW
from tests.surveys import sample
from tests.surveys.test_imports import COLUMNS, MAPPING, row


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["campaigns", *map(str, words)])


def test_list_turnout_import_and_recount(app, run, keep, tmp_path: Path):
    assert run("list").output == "there are no campaigns\n"
    kato = keep(lambda session: sample.katos(session, 1)[0])
    keep(lambda session: sample.opened(session, [kato]))
    assert run("list").output == "2026-main  open  2026-05-25 to 2026-06-20\n"
    assert [row["state"] for row in json.loads(run("list", "--json").output)] == ["open"]
    file, mapping = tmp_path / "answers.csv", tmp_path / "map.toml"
    mapping.write_text(MAPPING)
    file.write_bytes(write_csv(COLUMNS, [row(kato, "743219"), row("1")]))
    bad = run("import", sample.CODE, file, "--mapping", mapping)
    assert bad.exit_code == 1
    assert bad.stderr.count("\n") >= 3
    assert "2 · Q1 · “7”" in bad.stderr
    assert "3 · ZIP · “1”" in bad.stderr
    file.write_bytes(write_csv(COLUMNS, [row(kato)] * 7))
    dry = run("import", sample.CODE, file, "--mapping", mapping, "--dry-run")
    assert (dry.exit_code, dry.stdout) == (0, "7 answers of 1 units would be taken\n")
    good = run("import", sample.CODE, file, "--mapping", mapping)
    assert (good.exit_code, good.stdout) == (0, "7 answers of 1 units wait in the urn for `flask urn mix`\n")
    with app.app_context():
        ring = keys()
    keep(lambda session: mix_box(session, keys=ring, box=box_of(sample.CODE), takers=sample.TAKERS, now=NOW))
    assert json.loads(run("turnout", sample.CODE, "--json").output) == [
        {"kato": kato, "answers": 0, "adults": None, "by_origin": {}}
    ]
    assert run("recount", sample.CODE).output == "7 ballots in 1 batches, 1 tallies\neverything agrees\n"
    keep(lambda session: setattr(session.scalars(select(Tally)).one(), "n", 8))
    broken = run("recount", sample.CODE, "--json")
    assert broken.exit_code == 1
    assert [fault.partition(" ")[0] for fault in json.loads(broken.output)["faults"]] == ["tally"]


def test_an_unknown_campaign_is_said_plainly(run):
    for verb in ("recount", "turnout"):
        found = run(verb, "2031")
        assert found.exit_code == 1
        assert found.output == "Error: There is no survey with the code “2031”.\n"
