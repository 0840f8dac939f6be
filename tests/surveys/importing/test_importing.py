"""Import by two people of the agency: a template, a check that changes nothing, and the same file twice."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core import clock
from core.access import Role
from core.audit import JournalEntry
from core.tables import read_table, write_csv
from core.urn.models import Intake
from surveys.importing.models import ImportRequest
from tests.conftest import NOW
from tests.surveys import sample

PAGE = f"/staff/campaigns/{sample.CODE}/import"
CODES = ("rights", "services", "families", "employment", "infrastructure", "community")
COLUMNS = ("kato", *CODES, "age", "sex")
TAKEN = "7 answers of 1 units wait in the urn for `flask urn mix`\n"


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.fixture
def kato(keep) -> str:
    def make(session) -> str:
        found = sample.katos(session, 1)[0]
        sample.opened(session, [found])
        return found

    return keep(make)


@pytest.fixture
def agency(app, keep):
    def sign_in(login: str) -> FlaskClient:
        client = app.test_client()
        sample.signed_in(client, keep, Role.AGENCY, login=login)
        return client

    return sign_in


def table(kato: str, rows: int = 7, *, ratings: str = "543219") -> bytes:
    return write_csv(COLUMNS, [(kato, *ratings, "35", "f")] * rows)


def send(client: FlaskClient, address: str, content: bytes, button: str, *, name: str = "answers.csv"):
    page = client.get(f"{address}?lang=en").get_data(as_text=True)
    data = {"csrf_token": sample.token(page), "table": (io.BytesIO(content), name), button: "1"}
    return client.post(address, data=data, content_type="multipart/form-data")


def kept(keep, model) -> int:
    return keep(lambda session: session.scalar(select(func.count()).select_from(model)))


def asked(keep) -> ImportRequest:
    return keep(lambda session: session.scalars(select(ImportRequest)).one())


def test_the_template_filled_in_needs_no_mapping(keep, agency, kato: str):
    client = agency("first")
    for kind in ("csv", "xlsx"):
        blank = client.get(f"{PAGE}/template.{kind}")
        assert f"DEMO-{sample.CODE}.{kind}" in blank.headers["Content-Disposition"]
        assert read_table(blank.data).columns == COLUMNS
        left_in = send(client, PAGE, blank.data, "check", name=f"answers.{kind}")
        assert "line 2, column “kato”: the unit 999999999 is not asked" in text(left_in)
        [(_line, example)] = [(row.line, row.values) for row in read_table(blank.data).rows]
        filled = write_csv(COLUMNS, [tuple({**example, "kato": kato}.values())])
        checked = send(client, PAGE, filled, "check")
        assert "Checked, nothing kept: 1 answers of 1 units" in text(checked)
    assert client.get(f"{PAGE}/mapping.toml").data.startswith(b"# Which column is what.")


def test_a_check_says_the_rows_by_unit_in_steps_and_changes_nothing(keep, agency, kato: str):
    client = agency("first")
    before = kept(keep, JournalEntry)
    checked = send(client, PAGE, table(kato, 13), "check")
    assert re.findall(r'data-label="Answers">([^<]+)<', text(checked)) == ["10–14"]
    assert (kept(keep, Intake), kept(keep, ImportRequest), kept(keep, JournalEntry)) == (0, 0, before)


def test_every_fault_is_named_by_line_and_column_and_nothing_is_kept(keep, agency, kato: str):
    content = write_csv(COLUMNS, [(kato, *"743219", "35", "f"), ("1", *"543219", "12", "f")])
    refused = send(agency("first"), PAGE, content, "ask")
    assert refused.status_code == 422
    assert re.findall(r"line (\d), column “(\w+)”", text(refused)) == [
        ("2", "rights"), ("3", "kato"), ("3", "age"),
    ]  # fmt: skip
    assert (kept(keep, Intake), kept(keep, ImportRequest)) == (0, 0)


def test_two_people_with_the_same_file_take_it_in(keep, agency, kato: str):
    first, second = agency("first"), agency("second")
    assert send(first, PAGE, table(kato), "ask").status_code == 302
    assert kept(keep, Intake) == 0
    assert "waits for another person" in text(first.get(PAGE))
    address = f"{PAGE}/{asked(keep).digest}"
    assert address in text(second.get(PAGE))
    taken = send(second, address, table(kato), "take")
    assert (taken.status_code, taken.location) == (302, PAGE)
    assert kept(keep, Intake) == 7
    assert "7 answers are in the urn" in text(second.get(PAGE))
    again = send(second, address, table(kato), "take")
    assert (again.status_code, kept(keep, Intake)) == (409, 7)
    acts = select(JournalEntry.action).where(JournalEntry.action.contains("import"))
    told = keep(lambda session: session.scalars(acts.order_by(JournalEntry.number)).all())
    assert told == ["import.request", "import.approve", "campaign.import"]


def test_the_second_person_with_another_file_is_refused(keep, agency, kato: str):
    first, second = agency("first"), agency("second")
    send(first, PAGE, table(kato), "ask")
    address = f"{PAGE}/{asked(keep).digest}"
    for other in (table(kato, 8), table(kato, ratings="543218"), table(kato, ratings="543211")):
        assert send(second, address, other, "take").status_code in (409, 422)
    assert "This is another file" in text(send(second, address, table(kato, 8), "take"))
    assert (kept(keep, Intake), asked(keep).approved_by) == (0, None)


def test_one_person_alone_cannot_approve(keep, agency, kato: str):
    first = agency("first")
    send(first, PAGE, table(kato), "ask")
    found = asked(keep)
    assert send(first, f"{PAGE}/{found.digest}", table(kato), "take").status_code == 403
    assert kept(keep, Intake) == 0

    def forge(session) -> None:
        session.get(ImportRequest, (found.campaign_id, found.digest)).approved_by = found.requested_by
        session.get(ImportRequest, (found.campaign_id, found.digest)).approved_on = found.requested_on
        session.flush()

    with pytest.raises(IntegrityError):
        keep(forge)


def test_approving_needs_a_fresh_second_factor(keep, agency, kato: str, june):
    send(agency("first"), PAGE, table(kato), "ask")
    second = agency("second")
    june(NOW + timedelta(minutes=11))
    answer = send(second, f"{PAGE}/{asked(keep).digest}", table(kato), "take")
    assert answer.status_code == 302
    assert "factor" in answer.location
    assert kept(keep, Intake) == 0


def test_the_command_takes_into_a_live_survey_only_what_both_approved(
    app, keep, agency, kato: str, tmp_path: Path
):
    file, mapping = tmp_path / "answers.csv", tmp_path / "map.toml"
    file.write_bytes(table(kato))
    first = agency("first")
    mapping.write_bytes(first.get(f"{PAGE}/mapping.toml").data)
    app.extensions["settings"] = replace(app.extensions["settings"], kind="live")

    def run(*more: str):
        words = ["campaigns", "import", sample.CODE, str(file), "--mapping", str(mapping), *more]
        return app.test_cli_runner().invoke(args=words)

    assert run("--dry-run").stdout == "7 answers of 1 units would be taken\n"
    refused = run()
    assert refused.exit_code == 1
    assert f"one uploads it at {PAGE}, another one uploads the same file there" in refused.stderr
    send(first, PAGE, table(kato), "ask")
    alone = run()
    assert (alone.exit_code, kept(keep, Intake)) == (1, 0)
    assert "another one uploads the same file there" in alone.stderr
    approved = send(agency("second"), f"{PAGE}/{asked(keep).digest}", table(kato), "leave")
    assert (approved.status_code, kept(keep, Intake)) == (302, 0)
    taken = run()
    assert (taken.exit_code, taken.stdout) == (
        0,
        "7 answers of 1 units wait in the urn for `flask urn mix`\n",
    )
    assert (kept(keep, Intake), asked(keep).is_taken) == (7, True)


def test_only_the_agency_imports(app, keep, kato: str):
    client = app.test_client()
    sample.signed_in(client, keep, Role.OPERATOR, sample.OBLAST)
    for address in (PAGE, f"{PAGE}/template.csv", f"{PAGE}/mapping.toml", f"{PAGE}/{'0' * 64}"):
        assert client.get(address).status_code == 403
    assert app.test_client().get(PAGE).status_code == 302
