"""The resident's side: a code is on the published list, the list is a file, and before closing there is none.

On SQLite alone: nothing here depends on the kind of database.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

import wsgi
from core import clock
from core.application import build_app
from core.codes import grouped
from core.settings import Settings
from core.storage import Storage
from core.web.edge import keys
from surveys import services
from surveys.models import Tally
from surveys.queries import campaign_by_code
from tests.conftest import NOW, SECRET
from tests.surveys import sample
from tests.surveys.inclusion.deposits import put, receipt

AFTER = datetime(2026, 6, 21, 9, tzinfo=UTC)
PAGE, FILE = f"/receipt/{sample.CODE}", f"/receipt/{sample.CODE}.txt"
ANSWERS = 30


@pytest.fixture
def answered(settled_sqlite: Storage, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with a campaign to close."""
    monkeypatch.setattr(clock, "present", lambda: NOW)
    url = settled_sqlite.engine.url.render_as_string(hide_password=False)
    app = build_app(replace(settings, database_url=url), wsgi.ROOMS, testing=True)
    with app.app_context(), app.extensions["storage"].write(now=NOW) as session:
        [kato] = sample.katos(session, 1)
        sample.opened(session, [kato])
        put(session, keys(), kato, ["543215"] * ANSWERS)
    yield app
    app.extensions["storage"].engine.dispose()


def closed(app: Flask) -> FlaskClient:
    with app.app_context(), app.extensions["storage"].write(now=AFTER) as session:
        services.close_campaign(
            session, campaign=campaign_by_code(session, sample.CODE), keys=keys(),
            takers=sample.TAKERS, secret=SECRET, actor=sample.ACTOR, now=AFTER,
        )  # fmt: skip
    return app.test_client(use_cookies=False)


def words(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def test_before_the_closing_there_is_no_list(answered: Flask):
    client = answered.test_client(use_cookies=False)
    unknown = client.get("/receipt/2019-main?lang=en")
    for address in (PAGE, FILE):
        answer = client.get(f"{address}?lang=en")
        assert (answer.status_code, words(answer).replace("2026", "2019")) == (
            404,
            words(unknown).replace("2026", "2019"),
        )
    assert "/receipt/" not in client.get("/receipt?lang=en").get_data(as_text=True)


def test_the_page_s_own_line_finds_a_code_in_the_file(answered: Flask, tmp_path: Path):
    client = closed(answered)
    page = client.get(f"{PAGE}?lang=en")
    line = html.unescape(re.search(r"<code>(grep .*?)</code>", page.get_data(as_text=True))[1])
    name = client.get(FILE).headers["Content-Disposition"].partition("filename=")[2].strip('"')
    assert name.startswith("DEMO-")
    (tmp_path / name).write_bytes(client.get(FILE).data)

    def found(code: str) -> int:
        asked = line.replace("CODE", code)
        return subprocess.run(["sh", "-c", asked], cwd=tmp_path, stdout=subprocess.DEVNULL).returncode

    assert [found(receipt(number)) for number in (0, 29, 30)] == [0, 0, 1]
    # The server says the same, and which line it is.
    counted = client.post("/receipt?lang=en", data={"code": grouped(receipt(0))})
    assert "Counted. Survey 2026" in words(counted)
    [shown] = re.findall(r"<code>([0-9a-f]{12})</code>", counted.get_data(as_text=True))
    assert shown in (tmp_path / name).read_text().splitlines()
    missing = client.post("/receipt?lang=en", data={"code": receipt(30)})
    assert "This code is not on the list." in words(missing)
    assert "Write to the Agency for Civil Service Affairs" in words(missing)


def test_the_file_is_packed_where_that_is_taken_and_sent_once(answered: Flask):
    client = closed(answered)
    plain = client.get(FILE)
    assert plain.content_type == "text/plain; charset=us-ascii"
    assert (plain.content_length, len(plain.data)) == (13 * ANSWERS, 13 * ANSWERS)
    root = hashlib.sha256(plain.data).hexdigest()
    assert plain.get_etag() == (root, False)
    assert root in client.get(f"{PAGE}?lang=en").get_data(as_text=True)
    packed = client.get(FILE, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    again = client.get(FILE, headers={"If-None-Match": f'"{root}"'})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(FILE).data == b""


def test_a_list_that_is_kept_back_is_said_so_without_numbers_and_codes_go_on_being_checked(answered: Flask):
    client = closed(answered)
    with answered.extensions["storage"].write(now=AFTER) as session:
        session.execute(text("DELETE FROM survey_receipt_parts"))
        session.execute(text("DELETE FROM survey_receipt_lists"))
        session.scalars(select(Tally)).one().n += 1
    runner = answered.test_cli_runner()
    refused = runner.invoke(args=["campaigns", "receipts", sample.CODE, "--publish", "--json"])
    assert refused.exit_code == 1
    facts = json.loads(refused.output)
    assert (facts["receipts"], facts["web"], facts["root"]) == (30, 31, None)
    assert facts["faults"] == ["Codes of receipt: 30. Answers by web and tablet: 31."]
    page = client.get(f"{PAGE}?lang=en")
    assert "The codes of receipt are not as many as the answers by web and tablet." in words(page)
    assert not re.search(r"\b(30|31)\b", words(page))
    assert client.get(FILE).status_code == 404
    assert "Counted." in words(client.post("/receipt?lang=en", data={"code": receipt(1)}))
