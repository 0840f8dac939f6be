"""The register: issued once, numbered without gaps, revoked and replaced with a reason, never lost."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.certificates import verification
from contest.certificates.composing import Order
from contest.certificates.drawing import draw_certificate
from contest.certificates.files import path_of, read_file
from contest.certificates.models import Certificate
from contest.certificates.queries import (
    Status,
    certificates_of,
    due_counts,
    due_of,
    record_of,
    status_of,
    successor_of,
)
from contest.certificates.services import reissue_certificate, revoke_certificate, revoke_unborne
from contest.certificates.verification import Verdict
from contest.rulebook import Stage
from contest.standings.models import Standing, StandingRow
from contest.standings.queries import rows_of, standings_in_force
from core.audit import Pending
from core.errors import BadInput, Conflict, Unavailable
from core.storage import Storage
from tests.conftest import NOW
from tests.contest.certificates.sample import ACTOR, ORDER, PRESS, RECORD, SIGNERS, URL, issue, the_standing
from tests.contest.sample import OBLASTS, contest, freeze, national, waive_all

REISSUE = {"press": PRESS, "reason": "Қате жазылған", "public_url": URL, "actor": ACTOR, "now": NOW}


def verify_file(session: Session, content: bytes) -> verification.Verification:
    """What the register says to a file."""
    return verification.verify_file(session, content, signers=SIGNERS)


def acts(session: Session) -> list[Pending]:
    """What waits for the journal about certificates."""
    return [act for act in session.info["journal"] if act.action.startswith("certificate.")]


def corrected(
    session: Session, before: Standing, awards: dict[int, str | None], reason: str = "Баға түзетілді"
) -> Standing:
    """A newer version of a standing with other awards, by place."""
    made = Standing(
        contest_id=before.contest_id, stage=before.stage, oblast_kato=before.oblast_kato,
        version=before.version + 1,
        rulebook_fingerprint=before.rulebook_fingerprint, inputs_digest="c" * 64, inputs_json="{}",
        frozen_at=NOW, reason=reason, asked_by=before.asked_by, confirmed_by=before.confirmed_by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    columns = [
        column.key for column in StandingRow.__table__.columns if column.key not in ("id", "standing_id")
    ]
    for row in rows_of(session, before):
        values = {key: getattr(row, key) for key in columns}
        values["award"] = awards.get(row.place, row.award)
        session.add(StandingRow(standing_id=made.id, **values))
    session.flush()
    waive_all(session, made)
    return made


def test_a_regional_standing_gives_places_a_finalist_and_thanks(session: Session, tmp_path: Path):
    standing = the_standing(session)
    issued = issue(session, standing, tmp_path)
    assert [(one.serial, one.award) for one in issued] == [
        (1, "place-1"), (2, "finalist"), (3, "place-2"), (4, "place-3"), (5, "thanks"),
    ]  # fmt: skip
    first = rows_of(session, standing)[0]
    record = record_of(issued[0])
    assert (record.name_kk, record.name_ru, record.place) == (first.name_kk, first.name_ru, 1)
    assert record.post_kk.startswith("Алматы облысы, ")
    assert record.post_ru.startswith("Алматинская область, ")
    assert (record.order_number, record.order_on) == (ORDER.number, ORDER.on)
    assert (record.standing, record.rulebook) == (standing.inputs_digest, standing.rulebook_fingerprint)
    assert record.address == f"http://localhost/v/{issued[0].code}"
    assert {one.code[:5] for one in issued} == {"DEMO-"}
    assert len({one.code for one in issued}) == 5


def test_every_file_is_on_disk_as_the_register_says_and_can_be_drawn_again(session: Session, tmp_path: Path):
    for one in issue(session, the_standing(session), tmp_path):
        content = path_of(tmp_path, one.code).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one.sha256
        assert content == read_file(tmp_path, one)
        # The signature is added at the end: what was drawn stands before it, byte for byte.
        drawn = draw_certificate(record_of(one))
        assert content[: len(drawn)] == drawn
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.is_file()) == [".pdf"] * 5


def test_a_national_standing_gives_places_and_nominations_alone(settled: Storage, tmp_path: Path):
    with settled.writing() as session:
        national(session)
        assert_national_awards(session, tmp_path)


def assert_national_awards(session: Session, tmp_path: Path) -> None:
    standing = freeze(session, None, stage=Stage.NATIONAL)
    waive_all(session, standing)
    issued = issue(session, standing, tmp_path, is_demo=False)
    awards = [row.award for row in rows_of(session, standing) if row.award]
    assert [one.award for one in issued] == awards
    assert {one.code for one in issued if one.code.startswith("DEMO-")} == set()
    assert issue(session, session.get_one(Standing, standing.id), tmp_path) == []


def test_issuing_again_issues_nothing_twice_and_goes_on_where_it_stopped(session: Session, tmp_path: Path):
    standing = the_standing(session)
    assert due_counts(session, contest(session), [standing]) == {standing.id: 5}
    assert len(issue(session, standing, tmp_path, limit=2)) == 2
    assert due_counts(session, contest(session), [standing]) == {standing.id: 3}
    assert [one.serial for one in issue(session, standing, tmp_path, limit=2)] == [3, 4]
    assert [one.serial for one in issue(session, standing, tmp_path)] == [5]
    assert issue(session, standing, tmp_path) == []
    assert due_of(session, standing) == []
    assert [one.serial for one in certificates_of(session, contest(session))] == [1, 2, 3, 4, 5]
    assert [act.action for act in acts(session)] == ["certificate.issue"] * 5


def test_the_journal_names_no_person(session: Session, tmp_path: Path):
    issued = issue(session, the_standing(session), tmp_path, limit=1)[0]
    (act,) = acts(session)
    assert act.subject == "certificate:2026/1"
    assert issued.sha256 in act.details
    assert record_of(issued).name_kk not in act.details
    assert issued.code not in act.details


def test_the_database_refuses_a_second_valid_certificate_for_one_award(session: Session, tmp_path: Path):
    one = issue(session, the_standing(session), tmp_path, limit=1)[0]
    copy = {
        column.key: getattr(one, column.key)
        for column in Certificate.__table__.columns
        if column.key not in ("id", "serial", "code")
    }
    session.add(Certificate(**copy, serial=2, code="ANOTHER"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_full_disk_leaves_no_row_and_the_number_is_used_by_the_next(ready: Storage, tmp_path: Path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file stands where the folder should be")
    with ready.writing() as session, pytest.raises(Unavailable, match="cannot be written"):
        issue(session, the_standing(session), blocked)
    with ready.writing() as session:
        assert session.scalars(select(Certificate)).all() == []
        issued = issue(session, the_standing(session), tmp_path / "free")
        assert [one.serial for one in issued] == [1, 2, 3, 4, 5]


def test_a_corrected_standing_revokes_what_it_does_not_bear_out(session: Session, tmp_path: Path):
    standing = the_standing(session)
    before = {one.award: one for one in issue(session, standing, tmp_path)}
    newer = corrected(session, standing, {2: "place-3", 3: "place-2"})
    with pytest.raises(Conflict, match="corrected"):
        issue(session, standing, tmp_path)
    issued = issue(session, newer, tmp_path)
    assert sorted((one.serial, one.award) for one in issued) == [(6, "place-3"), (7, "place-2")]
    assert [status_of(before[award]) for award in ("place-1", "place-2", "place-3", "thanks")] == [
        Status.VALID, Status.REISSUED, Status.REISSUED, Status.VALID,
    ]  # fmt: skip
    assert before["place-2"].revocation_reason == "Баға түзетілді"
    assert before["place-2"].replaced_by == issued[0].id
    assert [one.id for one in standings_in_force(session, contest(session))] == [newer.id]
    assert issue(session, newer, tmp_path) == []


def test_what_one_correction_took_and_another_gives_back_is_found_from_the_first(
    session: Session, tmp_path: Path
):
    first = the_standing(session)
    one = next(one for one in issue(session, first, tmp_path) if one.award == "place-2")
    second = corrected(session, first, {2: None, 3: "place-2"})
    thanks = next(each for each in issue(session, second, tmp_path) if each.nominee_id == one.nominee_id)
    third = corrected(session, second, {2: "place-2", 3: "place-3"}, "Апелляция қанағаттандырылды")
    again = next(each for each in issue(session, third, tmp_path) if each.nominee_id == one.nominee_id)
    assert (thanks.award, again.award) == ("thanks", "place-2")
    assert (one.revocation_reason, one.replaced_by) == ("Баға түзетілді", thanks.id)
    assert (thanks.revocation_reason, thanks.replaced_by) == ("Апелляция қанағаттандырылды", again.id)
    assert successor_of(session, one) == successor_of(session, thanks) == again
    assert successor_of(session, again) is None


def test_an_award_that_was_gone_for_a_while_leads_to_the_one_that_was_given_back(
    session: Session, tmp_path: Path
):
    """Between the two corrections the nominee had no certificate at all."""
    first = the_standing(session)
    one = next(one for one in issue(session, first, tmp_path) if one.award == "place-2")
    second = corrected(session, first, {2: None, 3: "place-2"})
    revoke_unborne(session, standing=second, actor=ACTOR, now=NOW)
    assert (status_of(one), successor_of(session, one)) == (Status.REVOKED, None)
    third = corrected(session, second, {2: "place-2", 3: "place-3"}, "Апелляция қанағаттандырылды")
    again = next(each for each in issue(session, third, tmp_path) if each.nominee_id == one.nominee_id)
    assert (status_of(one), successor_of(session, one)) == (Status.REISSUED, again)


def test_what_was_revoked_by_hand_is_not_given_back_by_a_correction_of_something_else(
    session: Session, tmp_path: Path
):
    first = the_standing(session)
    one = next(one for one in issue(session, first, tmp_path) if one.award == "place-1")
    revoke_certificate(session, certificate=one, reason="Қате берілген", actor=ACTOR, now=NOW)
    second = corrected(session, first, {2: "place-3", 3: "place-2"})
    assert sorted(each.award for each in issue(session, second, tmp_path)) == ["place-2", "place-3"]
    made = reissue_certificate(session, certificate=one, directory=tmp_path, **REISSUE)
    assert (made.award, successor_of(session, one)) == ("place-1", made)


def test_a_revoked_certificate_says_why_and_is_not_revoked_twice(session: Session, tmp_path: Path):
    one = issue(session, the_standing(session), tmp_path, limit=1)[0]
    given = {"certificate": one, "actor": ACTOR, "now": NOW}
    with pytest.raises(BadInput, match="Give the reason"):
        revoke_certificate(session, reason="  ", **given)
    revoke_certificate(session, reason=" Қате берілген ", **given)
    assert (status_of(one), one.revocation_reason, one.revoked_at) == (Status.REVOKED, "Қате берілген", NOW)
    with pytest.raises(Conflict, match="revoked or replaced already"):
        revoke_certificate(session, reason="again", **given)
    assert acts(session)[-1].action == "certificate.revoke"


def test_what_was_revoked_is_not_issued_again_but_can_be_given_back_by_hand(session: Session, tmp_path: Path):
    one, *_ = issue(session, the_standing(session), tmp_path)
    revoke_certificate(session, certificate=one, reason="Қате берілген", actor=ACTOR, now=NOW)
    assert issue(session, the_standing(session), tmp_path) == []
    assert due_counts(session, contest(session), [the_standing(session)]) == {the_standing(session).id: 0}
    made = reissue_certificate(session, certificate=one, directory=tmp_path, **REISSUE)
    assert (status_of(one), one.revocation_reason, status_of(made)) == (
        Status.REISSUED, "Қате берілген", Status.VALID,
    )  # fmt: skip
    with pytest.raises(Conflict, match="revoked or replaced already"):
        reissue_certificate(session, certificate=one, directory=tmp_path, **REISSUE)


def test_a_new_copy_has_a_new_number_code_and_name(session: Session, tmp_path: Path):
    standing = the_standing(session)
    one, *_ = issue(session, standing, tmp_path)
    made = reissue_certificate(
        session, certificate=one, directory=tmp_path, name_kk=" Ахметов  Ерлан ", **REISSUE
    )
    assert (status_of(one), one.replaced_by, status_of(made)) == (Status.REISSUED, made.id, Status.VALID)
    assert (made.serial, made.award, made.code != one.code) == (6, one.award, True)
    assert record_of(made) == replace(
        record_of(one), serial=6, code=made.code, address=f"{URL}/v/{made.code}", name_kk="Ахметов Ерлан"
    )
    assert read_file(tmp_path, made).startswith(draw_certificate(record_of(made)))
    assert issue(session, standing, tmp_path) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [({"name_kk": "Ли 日"}, "“日” (U+65E5)"), ({"name_ru": "Щ" * 101}, "name_ru has 101 characters"),
     ({"name_kk": "Щ" * 100}, "name is too long for its place")],
)  # fmt: skip
def test_a_name_that_cannot_be_drawn_leaves_the_old_certificate(
    ready: Storage, tmp_path: Path, change: dict, fault: str
):
    with ready.write(now=NOW) as session:
        number = issue(session, the_standing(session), tmp_path, limit=1)[0].id
    with ready.writing() as session, pytest.raises(BadInput) as refused:
        reissue_certificate(
            session, certificate=session.get_one(Certificate, number), directory=tmp_path, **REISSUE, **change
        )
    assert fault in str(refused.value.message)
    with ready.read() as session:
        assert status_of(session.get_one(Certificate, number)) is Status.VALID


@pytest.mark.parametrize("number", ["", " № ", "1" * 41])
def test_an_order_without_a_number_or_with_an_endless_one_is_refused(
    session: Session, tmp_path: Path, number: str
):
    with pytest.raises(BadInput, match="order_number"):
        issue(session, the_standing(session), tmp_path, order=Order(number, ORDER.on))
    assert list(tmp_path.iterdir()) == []


def test_a_changed_or_missing_file_is_not_handed_out(session: Session, tmp_path: Path):
    one = issue(session, the_standing(session), tmp_path, limit=1)[0]
    path = path_of(tmp_path, one.code)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(Unavailable, match="was changed"):
        read_file(tmp_path, one)
    path.unlink()
    with pytest.raises(Unavailable, match="is missing"):
        read_file(tmp_path, one)


def test_a_file_is_told_valid_replaced_revoked_altered_or_unknown(session: Session, tmp_path: Path):
    first, second, third, *_ = issue(session, the_standing(session), tmp_path)
    contents = {one.serial: read_file(tmp_path, one) for one in (first, second, third)}
    reissue_certificate(session, certificate=second, directory=tmp_path, **REISSUE)
    revoke_certificate(session, certificate=third, reason="x", actor=ACTOR, now=NOW)
    found = {serial: verify_file(session, content) for serial, content in contents.items()}
    assert [found[serial].verdict for serial in (1, 2, 3)] == [
        Verdict.VALID,
        Verdict.REISSUED,
        Verdict.REVOKED,
    ]
    assert found[1].sha256 == first.sha256
    # The same record drawn as a foreign one: not in the register.
    assert verify_file(session, draw_certificate(RECORD)).verdict is Verdict.UNKNOWN
    for content in (b"", b"%PDF-1.7 broken", b"\x00" * 100):
        assert verify_file(session, content).verdict is Verdict.UNKNOWN
    forged = draw_certificate(replace(record_of(first), name_kk="Басқа Адам"))
    assert (verify_file(session, forged).verdict, verify_file(session, forged).certificate) == (
        Verdict.ALTERED, first,
    )  # fmt: skip


def test_a_register_that_was_tampered_with_does_not_bear_out_its_own_file(session: Session, tmp_path: Path):
    one = issue(session, the_standing(session), tmp_path, limit=1)[0]
    content = read_file(tmp_path, one)
    one.record_json = replace(record_of(one), name_kk="Басқа Адам").as_json()
    session.flush()
    assert verify_file(session, content).verdict is Verdict.ALTERED


def test_every_flipped_byte_is_noticed(session: Session, tmp_path: Path):
    one = issue(session, the_standing(session), tmp_path, limit=1)[0]
    content = read_file(tmp_path, one)
    for at in range(0, len(content), len(content) // 60):
        flipped = bytearray(content)
        flipped[at] ^= 1
        assert verify_file(session, bytes(flipped)).verdict in (Verdict.ALTERED, Verdict.UNKNOWN), at


def test_the_register_of_an_oblast_shows_that_oblast(session: Session, tmp_path: Path):
    issue(session, the_standing(session), tmp_path)
    other = freeze(session, OBLASTS[1])
    with pytest.raises(Conflict, match="No certificate before the standing is final. The term runs until"):
        issue(session, other, tmp_path)
    waive_all(session, other)
    issue(session, other, tmp_path)
    everything = certificates_of(session, contest(session))
    own = certificates_of(session, contest(session), oblasts={OBLASTS[1]})
    assert (len(everything), len(own)) == (10, 5)
    assert [one.serial for one in own] == [6, 7, 8, 9, 10]
