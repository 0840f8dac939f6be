"""The release of the demonstration: built, published, downloaded and checked, as a commission would.

On SQLite alone: nothing here depends on the kind of database.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.certificates import files as certificate_files
from contest.certificates.models import Certificate
from contest.certificates.press import press_of
from contest.contests.queries import contest_by_code
from contest.release.collection import Built, Maker, build_release
from contest.release.models import Release
from contest.release.offline import create_app
from contest.release.services import publish_release
from contest.rulebook import Stage
from contest.standings.models import Standing, StandingRow
from core import clock
from core.accounts.models import Account
from core.audit import JournalEntry
from core.errors import Conflict, Unavailable
from core.places.models import Official
from core.signatures import fingerprint_of
from tests.contest.pages import Visitor
from tests.contest.release.made import signing_key
from tests.contest.release.test_format import assert_fields
from tests.contest.release.test_script import alone
from tests.demonstration import loaded

FILE = "DEMO-2026-release-1.zip"
PAGE = "/data/2026/"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration, whose load has published the release."""
    made = loaded(tmp_path_factory)
    yield made
    made.extensions["storage"].engine.dispose()


@pytest.fixture(scope="module")
def built(app: Flask) -> Built:
    return build(app)


@pytest.fixture(scope="module")
def published(app: Flask) -> dict[str, object]:
    """The release that is there, as the command tells of it."""
    result = app.test_cli_runner().invoke(args=["release", "build", "2026", "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def build(app: Flask, *, code: str = "2026", secret: str | None = None) -> Built:
    with app.extensions["storage"].read() as session:
        return build_in(app, session, code=code, secret=secret)


def build_in(app: Flask, session: Session, *, code: str = "2026", secret: str | None = None) -> Built:
    with app.app_context():
        return build_release(session, contest_by_code(session, code), maker_of(app, secret))


def maker_of(app: Flask, secret: str | None = None) -> Maker:
    chosen = app.extensions["settings"]
    key = press_of(chosen, now=clock.present()).key
    return Maker(key, secret or chosen.secret_key, chosen.data_directory / "heads", is_demo=True)


def files(built: Built) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(built.zip)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(built: Built, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files(built)[f"{name}.csv"].decode("utf-8-sig"))))


def verify(path: Path, *more: str) -> Result:
    """The check as on a machine without any installation."""
    return create_app().test_cli_runner().invoke(args=["release", "verify", str(path), *more])


def test_the_same_state_gives_the_same_bytes(app: Flask, built: Built):
    assert build(app) == built


def test_it_verifies_without_an_installation(built: Built, tmp_path: Path):
    (tmp_path / "release.zip").write_bytes(built.zip)
    (tmp_path / "signer.pem").write_bytes(files(built)["signer.pem"])
    result = verify(tmp_path / "release.zip", "--signer", str(tmp_path / "signer.pem"))
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "All agrees.")
    assert "agrees   standing national-v1: 6 rows" in result.output
    assert "agrees   league-v1: 47 rows" in result.output
    told = json.loads(verify(tmp_path / "release.zip", "--json").output)
    assert told["agrees"] is True


def test_its_own_script_agrees_where_there_is_only_numpy_ties_among_it(built: Built, tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(built.zip)) as archive:
        archive.extractall(tmp_path)
    done = alone(tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All agrees.")
    assert any("tie-broken" in row["flags"] for row in table(built, "standings/rows"))


def test_its_files_have_the_fields_that_the_guide_names(built: Built):
    assert_fields(files(built))


def test_another_signer_than_the_one_given_differs(built: Built, tmp_path: Path):
    (tmp_path / "release.zip").write_bytes(built.zip)
    (tmp_path / "other.pem").write_text(signing_key("Somebody else").pem)
    result = verify(tmp_path / "release.zip", "--signer", str(tmp_path / "other.pem"))
    assert (result.exit_code, result.output[:9]) == (1, "DIFFERS  ")


def test_the_numbers_are_those_of_the_database(app: Flask, built: Built):
    with app.extensions["storage"].read() as session:
        kept = {
            (row.standing_id, row.nominee_id): (str(row.place), str(row.shown or ""), row.name_kk)
            for row in session.scalars(select(StandingRow))
        }
        codes = {
            "-".join(filter(None, (one.stage.value, one.oblast_kato, f"v{one.version}"))): one.id
            for one in session.scalars(select(Standing))
        }
    rows = table(built, "standings/rows")
    assert {
        (codes[row["standing"]], int(row["nominee"])): (row["place"], row["points"], row["name_kk"])
        for row in rows
    } == kept


def test_nobody_is_named_but_those_in_published_standings(app: Flask, built: Built):
    text = b"\n".join(content for name, content in files(built).items() if name != "recompute.py").decode()
    with app.extensions["storage"].read() as session:
        published = {row.name_kk for row in session.scalars(select(StandingRow))}
        people = {account.name for account in session.scalars(select(Account))} - published
        logins = {account.login for account in session.scalars(select(Account)) if "-" in account.login}
        surnames = {one.surname for one in session.scalars(select(Official))}
    assert people
    assert [name for name in sorted(people | logins) if name in text] == []
    assert any(surname in text for surname in surnames)
    assert '"account' not in text
    assert "account:" not in text


def test_judges_are_named_alike_within_a_release_and_otherwise_in_another(app: Flask, built: Built):
    first, second = (table(one, "jury/marks") for one in (built, build(app, secret="another secret " * 3)))
    names, others = ({row["judge"] for row in rows} for rows in (first, second))
    # Among nine hundred million names one may come twice by chance, two do not.
    assert (len(others), len(names & others) < 2 < len(names)) == (len(names), True)
    pairs = {(row["standing"], row["number"], row["judge"]) for row in first}
    assert len({pair[:2] for pair in pairs}) == len({(pair[0], pair[2]) for pair in pairs}) == len(pairs)
    assert first == sorted(first, key=lambda row: (row["standing"], row["judge"]))


def test_conflicts_are_told_of_those_alone_whom_the_stage_judges(built: Built):
    stages = {row["standing"]: row["stage"] for row in table(built, "standings/standings")}
    judged = {(stages[row["standing"]], row["nominee"]) for row in table(built, "standings/rows")}
    told = {(row["stage"], row["nominee"]) for row in table(built, "jury/conflicts")}
    assert told
    assert told - judged == set()


def test_nothing_of_a_conflict_is_told_that_gives_the_judge_s_name_away(built: Built):
    """Who proposed a nominee, or lives in the same district, is known; with the ground so is the judge."""
    columns = set(table(built, "jury/conflicts")[0])
    assert columns == {"stage", "judge", "nominee", "demonstration"}


def test_the_order_of_accounts_tells_nobody_who_is_who(app: Flask, built: Built):
    from contest.release.pseudonyms import pseudonyms, release_key

    named = pseudonyms(range(1, 200), release_key("a secret", built.content))
    order = sorted(named, key=named.__getitem__)
    rises = sum(before < after for before, after in zip(order, order[1:], strict=False))
    assert 60 < rises < 140


def test_demonstration_stands_in_every_file_that_can_say_so(built: Built):
    silent = {"receipts.txt", "signer.pem", "manifest.sig", "recompute.py", "versions.json"}
    for name, content in files(built).items():
        if name in silent or name.startswith(("standings/inputs/", "league/inputs/", "journal/")):
            continue
        if name == "certificates.json" or (name.startswith("rules/edition-") and name.endswith(".json")):
            continue  # Their bytes are signed, or are what the fingerprint is of.
        rows = content.decode().count("\n") - 1 if name.endswith(".csv") else 1
        marks = ("DEMONSTRATION", "ДЕМОНСТРАЦИЯ", "КӨРСЕТІЛІМ", '"demonstration": true')
        assert any(mark in content.decode() for mark in marks) or not rows, name


def test_nothing_stands_below_the_floors(built: Built):
    for name in ("survey/units", "survey/groups", "survey/strata", "survey/variants"):
        for row in table(built, name):
            assert not row["n"] or int(row["n"]) >= 5
            assert not row["score"] or int(row["n"]) >= 10
    for row in table(built, "ethics/officials"):
        assert not row["score"] or int(row["n"]) >= (5 if row["is_coarse"] == "true" else 10)
    scored = {row["kato"] for row in table(built, "survey/units") if row["score"]}
    assert {row["kato"] for row in table(built, "survey/criterion_means")} <= scored


def test_it_is_published_with_its_file_its_row_and_a_signed_head(app: Flask, published, built: Built):
    chosen = app.extensions["settings"]
    path = chosen.data_directory / "releases" / FILE
    assert (published["file"], published["version"], published["is_new"]) == (FILE, 1, False)
    assert published["sha256"] == sha256(path.read_bytes()).hexdigest()
    with app.extensions["storage"].read() as session:
        release = session.scalars(select(Release)).one()
        entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "release.publish")).one()
    assert (release.content, release.size, release.sha256) == (
        built.content,
        path.stat().st_size,
        published["sha256"],
    )
    assert json.loads(entry.details)["sha256"] == published["sha256"]
    head = json.loads((chosen.data_directory / "heads" / f"{entry.number:09d}.json").read_text())
    assert head["digest"] == entry.digest


def test_the_same_content_again_stays_the_release_that_is_there(app: Flask, published):
    result = app.test_cli_runner().invoke(args=["release", "build", "2026", "--json"])
    again = json.loads(result.stdout)
    assert again == published


def test_the_page_and_the_file_are_open_to_everybody(app: Flask, published):
    client = app.test_client()
    page = client.get(PAGE, headers={"Accept-Language": "en"}).text
    assert f'href="{PAGE}{FILE}"' in page
    assert published["sha256"] in page
    assert fingerprint_of(maker_of(app).key.certificate) in page
    with client.get(PAGE + FILE) as answer:
        assert sha256(answer.data).hexdigest() == published["sha256"]
    assert answer.headers["ETag"] == f'"{published["sha256"]}"'
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "application/zip"
    assert FILE in answer.headers["Content-Disposition"]
    with client.get(PAGE + FILE, headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("address", [
    "/data/trial/", "/data/none/", "/data/trial/DEMO-trial-release-1.zip", PAGE + "other.zip",
    PAGE + "..%2Fsite.sqlite3", PAGE + "DEMO-2026-release-2.zip",
])  # fmt: skip
def test_what_is_not_published_is_not_there(app: Flask, published, address: str):
    assert app.test_client().get(address).status_code == 404


def test_a_contest_that_is_not_published_has_no_release(app: Flask):
    with pytest.raises(Conflict, match="trial"):
        build(app, code="trial")
    result = app.test_cli_runner().invoke(args=["release", "build", "trial"])
    assert (result.exit_code, "trial" in result.output) == (1, True)


def test_the_agency_builds_it_with_a_fresh_factor_and_nobody_else(app: Flask, published):
    agency, chair = (enter(app, login) for login in ("agency", "chair-kz"))
    assert "release-1.zip" in agency.get("/staff/releases").text
    assert chair.get("/staff/releases").status_code == 403
    answer = agency.post("/staff/releases/2026/build", on="/staff/releases")
    assert answer.status_code == 302
    assert "Nothing has changed since release 1" in agency.get("/staff/releases").text
    with agency.client.session_transaction() as cookie:
        del cookie["factor_at"]
    answer = agency.post("/staff/releases/2026/build", on="/staff/releases")
    assert "factor" in answer.headers["Location"]
    with app.extensions["storage"].read() as session:
        assert len(session.scalars(select(Release)).all()) == 1


def test_nobody_s_writing_waits_while_the_button_builds(app: Flask, monkeypatch: pytest.MonkeyPatch):
    agency, write, tried = enter(app, "agency"), zipfile.ZipFile.writestr, []

    def packing(archive: zipfile.ZipFile, *given: object, **more: object) -> None:
        with closing(sqlite3.connect(database_of(app), timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        tried.append(archive)
        write(archive, *given, **more)

    monkeypatch.setattr(zipfile.ZipFile, "writestr", packing)
    answer = agency.post("/staff/releases/2026/build", on="/staff/releases")
    assert (answer.status_code, len(tried) > 0) == (302, True)


def test_the_button_publishes_nothing_that_does_not_verify(app: Flask):
    agency = enter(app, "agency")
    one = "UPDATE standing_rows SET low = low + {} WHERE id = (SELECT min(id) FROM standing_rows)"
    with closing(sqlite3.connect(database_of(app))) as database:
        database.execute(one.format(1))
        database.commit()
        answer = agency.post("/staff/releases/2026/build", on="/staff/releases")
        database.execute(one.format(-1))
        database.commit()
    assert (answer.status_code, "does not verify" in answer.text) == (409, True)
    with app.extensions["storage"].read() as session:
        assert session.scalars(select(Release.version)).all() == [1]


def test_what_the_contest_changed_while_it_was_built_is_not_left_out(app: Flask, built: Built):
    with app.extensions["storage"].writing() as session:
        certificate = session.scalars(select(Certificate).order_by(Certificate.serial)).first()
        certificate.revoked_at, certificate.revocation_reason = clock.present(), "A slip"
        session.flush()
        with pytest.raises(Conflict, match="build it again"):
            publish_release(
                session, contest=contest_by_code(session, "2026"), built=built, maker=maker_of(app),
                data_directory=Path("/nowhere"), actor="system", now=clock.present(),
            )  # fmt: skip
        session.rollback()


def database_of(app: Flask) -> str:
    return app.extensions["storage"].engine.url.database


def test_a_full_disk_publishes_nothing(app: Flask, built: Built, tmp_path: Path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(certificate_files.os, "fsync", full)
    with app.extensions["storage"].writing() as session:
        with pytest.raises(Unavailable, match="No space left"):
            publish_release(
                session, contest=contest_by_code(session, "2026"), built=replace(built, content="0" * 64),
                maker=maker_of(app), data_directory=tmp_path, actor="system", now=clock.present(),
            )  # fmt: skip
        session.rollback()
    assert list((tmp_path / "releases").iterdir()) == []


def test_an_unpublished_version_about_somebody_unpublished_is_named_and_withheld(app: Flask):
    with app.extensions["storage"].writing() as session:
        wanted = select(Standing).where(Standing.stage == Stage.REGIONAL).order_by(Standing.id)
        last = session.scalars(wanted.limit(1)).one()
        left = session.scalars(
            select(StandingRow).where(StandingRow.standing_id == last.id, StandingRow.place == 2)
        ).one()
        name, oblast = left.name_kk, last.oblast_kato
        earlier = Standing(**copied(last, "published_at"))
        last.version, last.reason = 2, "A correction"
        session.flush()
        session.add(earlier)
        session.flush()
        session.add(StandingRow(**copied(left) | {"standing_id": earlier.id}))
        session.delete(left)
        session.flush()
        built = build_in(app, session)
        session.rollback()
    given = {row["standing"]: row for row in table(built, "standings/standings")}
    assert given[f"regional-{oblast}-v1"]["is_withheld"] == "true"
    assert given[f"regional-{oblast}-v2"]["is_withheld"] == "false"
    assert f"standings/inputs/regional-{oblast}-v1.json" not in files(built)
    assert f"regional-{oblast}-v1" not in {row["standing"] for row in table(built, "standings/rows")}
    assert all(name.encode() not in content for content in files(built).values())


def copied(row: Standing | StandingRow, *without: str) -> dict[str, object]:
    names = [column.name for column in row.__table__.columns if column.name not in ("id", *without)]
    return {name: getattr(row, name) for name in names}


def enter(app: Flask, login: str) -> Visitor:
    """Somebody of the demonstration, signed in with a fresh factor."""
    client = app.test_client()
    with app.extensions["storage"].read() as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{account.id}.1"
        cookie["_fresh"] = True
        cookie["factor_at"] = clock.present().isoformat()
    return Visitor(client)
