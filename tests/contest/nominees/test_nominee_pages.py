"""The pages: a nominee's own way through them, who may read documents, and what nobody sees too early."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contest.commissions.models import SeatRole
from contest.jury.models import Marking
from contest.nominees.documents.files import directory_of
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.essays.models import Essay
from contest.nominees.hearings.models import Slot
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.services import invite_nominee
from contest.rulebook import Stage
from core.access import Role
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.nominees.conftest import PDF, docx
from tests.contest.nominees.test_essays import TEXT, with_essay
from tests.contest.sample import ACTOR, OBLASTS

BASE, OWN = "/staff/contests/2026", "/staff/my-nomination/2026"
ENGLISH = {"Accept-Language": "en"}
#: An essay's number that is no part of any other number of a page, as one that is drawn may be.
NUMBER = 7391


def send(client: FlaskClient, address: str, on: str, **fields: object):
    page = client.get(on, headers=ENGLISH)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token, (on, page.status_code)
    return client.post(address, data={"csrf_token": token[1], **fields}, headers=ENGLISH)


def paper(name: str = "Есеп.pdf", content: bytes = PDF) -> dict[str, object]:
    return {"kind": "resume", "file": (io.BytesIO(content), name)}


@pytest.fixture
def applied(site: Flask, keep: Callable) -> tuple[int, int]:
    """A nominee who has applied, with an own account: both numbers."""

    def make(session):
        made = sample.opened(session, nominees=0)
        nominee = sample.proposed(session, made.officials[OBLASTS[0]][0])
        invite_nominee(session, nominee=nominee, login="erlan", actor=ACTOR, now=NOW)
        return nominee.id, nominee.account_id

    return keep(make)


def nominee_of(keep: Callable, number: int) -> Nominee:
    return keep(lambda session: session.get_one(Nominee, number))


def test_a_nominee_does_everything_and_the_secretary_registers(site, keep, enter, applied):
    number, account = applied
    own = enter(Role.NOMINEE, account_id=account)
    assert own.get("/staff/my-nomination").location == OWN
    page = own.get(OWN, headers=ENGLISH).text
    assert "The nominee has not consented yet." in page
    assert send(own, f"{OWN}/consent", OWN).status_code == 422
    assert send(own, f"{OWN}/consent", OWN, agree="y").location == OWN
    assert send(own, f"{OWN}/penalties", OWN, had="yes").status_code == 422
    assert send(own, f"{OWN}/penalties", OWN, had="no").location == OWN
    titles = {"project_title_kk": "Су", "project_title_ru": "Вода"}
    assert send(own, f"{OWN}/project", OWN, **titles).location == OWN
    secretary, staff_page = enter(Role.SECRETARY, OBLASTS[0]), f"{BASE}/nominees/{number}"
    assert "Register the nominee" not in secretary.get(staff_page, headers=ENGLISH).text
    refused = send(secretary, f"{staff_page}/register", staff_page)
    assert (refused.status_code, "Documents handed in: 0" in refused.text) == (409, True)
    assert send(own, f"{OWN}/documents", OWN, **paper()).location == OWN
    assert "Documents handed in: 1" in own.get(OWN, headers=ENGLISH).text
    assert send(secretary, f"{staff_page}/register", staff_page).location == staff_page
    assert nominee_of(keep, number).state is NomineeState.REGISTERED
    assert "You take part in the contest." in own.get(OWN, headers=ENGLISH).text
    assert send(own, f"{OWN}/withdraw", OWN, **{"withdraw-reason": "my own wish"}).location == OWN
    assert "You have withdrawn" in own.get(OWN, headers=ENGLISH).text


def test_a_secretary_puts_own_mistakes_right(site, keep, enter, applied):
    page = f"{BASE}/nominees/{applied[0]}"
    secretary = enter(Role.SECRETARY, OBLASTS[0])

    def seen() -> str:
        return secretary.get(page, headers=ENGLISH).text

    assert (
        "Applications that wait to be decided: 1." in secretary.get(f"{BASE}/nominees", headers=ENGLISH).text
    )
    assert "not known: no conflict of the same employer can be found" in seen()
    assert "<dt>Application</dt><dd>in person" in seen()
    right = {"name_kk": "Ахметов Ерлан", "name_ru": "Ахметов Ерлан", "employer": "Кеген әкімінің аппараты"}
    assert send(secretary, f"{page}/record", page, **right).location == page
    assert "Кеген әкімінің аппараты" in seen()
    assert send(secretary, f"{page}/decline", page, **{"decline-reason": "a slip"}).location == page
    assert "Take the application up again" in seen()
    assert send(secretary, f"{page}/take-up", page).location == page
    assert (nominee_of(keep, applied[0]).state, "Decline the application" in seen()) == ("proposed", True)
    keep(lambda session: setattr(session.get_one(Nominee, applied[0]), "proposer_account_id", applied[1]))
    assert "<dt>Application</dt><dd>proposed" in seen()
    neighbour = enter(Role.SECRETARY, OBLASTS[1])
    for act in ("record", "take-up"):
        assert send(neighbour, f"{page}/{act}", f"{BASE}/nominees/new", **right).status_code == 403


def test_a_document_is_a_download_and_never_a_page(site, keep, enter, applied):
    own = enter(Role.NOMINEE, account_id=applied[1])
    send(own, f"{OWN}/documents", OWN, **paper("Есеп<1>.pdf"))
    answer = own.get(f"{OWN}/documents/1")
    assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not list((directory_of(site.extensions["settings"].data_directory)).glob("*.pdf"))
    assert send(own, f"{OWN}/documents/1/remove", OWN).location == OWN
    assert own.get(f"{OWN}/documents/1").status_code == 404
    assert list(directory_of(site.extensions["settings"].data_directory).iterdir()) == []


def test_a_refused_file_is_named_and_leaves_nothing(site, keep, enter, applied):
    own = enter(Role.NOMINEE, account_id=applied[1])
    answer = send(
        own, f"{OWN}/documents", OWN, **paper("macro.docx", docx(parts={"word/vbaProject.bin": b"x"}))
    )
    assert (answer.status_code, "“macro.docx” carries macros" in answer.text) == (422, True)
    assert (
        send(own, f"{OWN}/documents", OWN, kind="passport", file=(io.BytesIO(PDF), "a.pdf")).status_code
        == 422
    )
    assert keep(lambda session: session.scalars(select(NomineeDocument)).all()) == []
    assert not directory_of(site.extensions["settings"].data_directory).exists()


@pytest.mark.parametrize(
    ("code", "status", "words"), [(0, 302, ""), (1, 422, "found something"), (5, 503, "code 5")]
)
def test_the_scanner_of_the_installation_is_asked(site, keep, enter, applied, code, status, words):
    command = (sys.executable, "-c", f"import sys; sys.exit({code})")
    site.extensions["settings"] = replace(site.extensions["settings"], scanner=command)
    own = enter(Role.NOMINEE, account_id=applied[1])
    answer = send(own, f"{OWN}/documents", OWN, **paper())
    assert (answer.status_code, words in answer.text) == (status, True)
    kept = keep(lambda session: session.scalars(select(NomineeDocument.is_scanned)).all())
    assert kept == ([True] if code == 0 else [])


def test_only_those_who_judge_or_keep_the_nominee_read_documents(site, keep, enter):
    def make(session):
        made = sample.regional(session)
        number = made.nominees[OBLASTS[0]][0]
        alternate = sample.judge(session, "alternate", OBLASTS[0], SeatRole.ALTERNATE)
        return number, made.judges, alternate, sample.account(session, "seatless", Role.MEMBER, OBLASTS[0])

    number, judges, alternate, seatless = keep(make)
    secretary, page = enter(Role.SECRETARY, OBLASTS[0]), f"{BASE}/nominees/{number}"
    assert send(secretary, f"{page}/documents", page, **paper()).location == page
    last = keep(
        lambda session: session.scalars(
            select(NomineeDocument.id).order_by(NomineeDocument.id.desc())
        ).first()
    )
    address = f"{page}/documents/{last}"
    may = {
        "secretary": secretary, "agency": enter(Role.AGENCY),
        "alternate": enter(Role.MEMBER, account_id=alternate),
        "member": enter(Role.MEMBER, account_id=judges[OBLASTS[0]][1]),
    }  # fmt: skip
    may_not = {
        "auditor": enter(Role.AUDITOR), "operator": enter(Role.OPERATOR, OBLASTS[0]),
        "member elsewhere": enter(Role.MEMBER, account_id=judges[OBLASTS[1]][0]),
        "national member, no finalist": enter(Role.MEMBER, account_id=judges[None][0]),
        "secretary elsewhere": enter(Role.SECRETARY, OBLASTS[1]),
        "member without a seat": enter(Role.MEMBER, account_id=seatless),
    }  # fmt: skip
    assert {who: client.get(address).status_code for who, client in may.items()} == dict.fromkeys(may, 200)
    assert {who: client.get(address).status_code for who, client in may_not.items()} == dict.fromkeys(
        may_not, 403
    )
    assert site.test_client().get(address).status_code == 302
    assert address not in may_not["auditor"].get(page).text

    def finalist(session) -> None:
        session.get_one(Nominee, number).is_finalist = True

    keep(finalist)
    assert may_not["national member, no finalist"].get(address).status_code == 200


def test_one_nominee_reaches_nothing_of_another(site, keep, enter, applied):
    def another(session):
        officials = session.scalars(select(Nominee.official_id)).all()
        nominee = sample.proposed(session, officials[0] + 1)
        invite_nominee(session, nominee=nominee, login="second", actor=ACTOR, now=NOW)
        return sample.document(session, nominee, DocumentKind.RESUME).id

    document = keep(another)
    own = enter(Role.NOMINEE, account_id=applied[1])
    addresses = [
        f"{OWN}/documents/{document}", f"{BASE}/nominees/2", BASE, f"{BASE}/nominees", f"{BASE}/hearings",
        f"{BASE}/nominees/2/documents/{document}", "/staff/my-nomination/2030", "/staff/proposals",
        f"{BASE}/nominees/{applied[0]}", f"{BASE}/stages/regional/{OBLASTS[0]}",
    ]  # fmt: skip
    assert {address: own.get(address).status_code for address in addresses} == {
        address: 404 if address.startswith((OWN, "/staff/my")) else 403 for address in addresses
    }
    stranger = enter(Role.NOMINEE, OBLASTS[0])
    assert stranger.get(OWN).status_code == 404
    assert "will stand here" in stranger.get("/staff/my-nomination", headers=ENGLISH).text


def test_an_operator_proposes_in_the_own_oblast_and_sees_the_own_proposals(site, keep, enter):
    made = keep(lambda session: sample.opened(session, nominees=0))
    operator = enter(Role.OPERATOR, OBLASTS[0])
    form = f"{BASE}/nominees/new"
    assert f'href="{form}"' in operator.get("/staff/proposals").text
    other = send(operator, form, form, official=str(made.officials[OBLASTS[1]][0]))
    assert "Not a valid choice" in other.text
    # A tick that the form does not show to operators changes nothing: the proposer stands in the record.
    given = {"official": str(made.officials[OBLASTS[0]][0]), "in_person": "y"}
    assert send(operator, form, form, **given).location == "/staff/proposals"
    assert "Ахметов Ерлан 0" in operator.get("/staff/proposals").text
    found = nominee_of(keep, 1)
    assert (found.state, found.consented_at) == (NomineeState.PROPOSED, None)
    assert found.proposer_account_id is not None
    assert operator.get(f"{BASE}/nominees/1").status_code == 403


def test_the_secretary_invites_and_the_address_works_once_shown(site, keep, enter):
    def make(session):
        made = sample.opened(session, nominees=0)
        return sample.proposed(session, made.officials[OBLASTS[0]][0]).id

    number = keep(make)
    secretary, page = enter(Role.SECRETARY, OBLASTS[0]), f"{BASE}/nominees/{number}"
    answer = send(secretary, f"{page}/invite", page, login="erlan@example.kz")
    link = re.search(r"http://localhost(/staff/invitation/\S+)</code>", answer.text)
    assert link
    assert site.test_client().get(link[1]).status_code == 200
    account = nominee_of(keep, number).account_id
    assert enter(Role.NOMINEE, account_id=account).get(OWN).status_code == 200


def test_a_hearing_is_set_by_the_secretary_and_seen_by_those_concerned(site, keep, enter):
    made = keep(sample.regional)
    number = made.nominees[OBLASTS[0]][0]
    account = keep(
        lambda session: (
            invite_nominee(
                session, nominee=session.get_one(Nominee, number), login="erlan", actor=ACTOR, now=NOW
            )
            and session.get_one(Nominee, number).account_id
        )
    )
    secretary, page = enter(Role.SECRETARY, OBLASTS[0]), f"{BASE}/hearings/regional/{OBLASTS[0]}"
    given = {
        "nominee": str(number), "component": "project", "starts_at": "2099-07-14T10:00", "minutes": "30",
        "place": "Мәжіліс залы",
    }  # fmt: skip
    assert send(secretary, page, page, **given).location == f"{BASE}/hearings"
    slot = keep(lambda session: session.scalars(select(Slot)).one())
    assert slot.starts_at.isoformat() == "2099-07-14T05:00:00+00:00"
    taken = send(secretary, page, page, **{**given, "nominee": str(made.nominees[OBLASTS[0]][1])})
    assert "hears another nominee from July 14, 2099, 10:00 to 10:30" in taken.text
    assert "Мәжіліс залы" in enter(Role.NOMINEE, account_id=account).get(OWN).text
    member = enter(Role.MEMBER, account_id=made.judges[OBLASTS[0]][1])
    assert "Мәжіліс залы" in member.get(f"{BASE}/hearings").text
    assert member.get(page).status_code == 403
    elsewhere = enter(Role.MEMBER, account_id=made.judges[OBLASTS[1]][1])
    assert "Мәжіліс залы" not in elsewhere.get(f"{BASE}/hearings").text
    assert enter(Role.SECRETARY, OBLASTS[1]).get(page).status_code == 403
    assert (
        send(secretary, f"{BASE}/hearings/{slot.id}/drop", f"{BASE}/hearings").location == f"{BASE}/hearings"
    )


def test_an_essay_is_the_nominees_and_the_secretarys_secret(site, keep, enter):
    def make(session):
        made = sample.regional(session, rules=with_essay())
        session.delete(session.scalars(select(Marking).where(Marking.oblast_kato == OBLASTS[0])).one())
        nominee = session.get_one(Nominee, made.nominees[OBLASTS[0]][0])
        invite_nominee(session, nominee=nominee, login="erlan", actor=ACTOR, now=NOW)
        return nominee.id, nominee.account_id, made.judges[OBLASTS[0]]

    number, account, judges = keep(make)
    own = enter(Role.NOMINEE, account_id=account)
    text = TEXT + "Ахметовтің айтқаны."
    sent = send(own, f"{OWN}/essay", OWN, file=(io.BytesIO(docx(text)), "essay.docx"))
    assert sent.location == OWN
    keep(lambda session: setattr(session.scalars(select(Essay)).one(), "number", NUMBER))
    page = own.get(OWN, headers=ENGLISH).text
    assert "These words may tell whose essay it is: Ахметовтің" in page
    assert f"kept under the number {NUMBER}" in page
    secretary = enter(Role.SECRETARY, OBLASTS[0])
    assert f"Number {NUMBER}" in secretary.get(f"{BASE}/nominees/{number}/essay", headers=ENGLISH).text
    member = enter(Role.MEMBER, account_id=judges[1])
    assert member.get(f"{BASE}/nominees/{number}/essay").status_code == 403
    for address in (f"{BASE}/nominees/{number}", f"{BASE}/nominees", f"{BASE}/hearings"):
        # Every form has a token and every file a digest of its own, in which any four digits may stand.
        shown = re.sub(r'(name="csrf_token"[^>]* value|\?v)="?[^"]+', "", member.get(address).text)
        assert str(NUMBER) not in shown
        assert "Ауылымыз" not in shown


def test_a_nominee_sees_no_score_before_the_close_and_the_own_evidence_after(site, keep, enter):
    def make(session):
        made = sample.regional(session)
        sample.mark_all(session, made, OBLASTS[0], marks=sample.MARKS)
        katos = [kato for oblast in OBLASTS for kato in made.units[oblast]]
        sample.publish_survey(session, dict(zip(katos, sample.SCORES * 2, strict=True)))
        officials = [one for oblast in OBLASTS for one in made.officials[oblast][:3]]
        sample.publish_ethics(session, dict(zip(officials, sample.ETHICS * 2, strict=True)))
        nominee = session.get_one(Nominee, made.nominees[OBLASTS[0]][0])
        invite_nominee(session, nominee=nominee, login="erlan", actor=ACTOR, now=NOW)
        return nominee.account_id

    own = enter(Role.NOMINEE, account_id=keep(make))
    address = f"{OWN}/evidence/regional"
    assert own.get(address).status_code == 409
    assert address not in own.get(OWN).text
    assert "71.25" not in own.get(address, headers=ENGLISH).text
    keep(lambda session: sample.close(session, OBLASTS[0]))
    assert address in own.get(OWN).text
    assert "71.25" in own.get(address, headers=ENGLISH).text
    assert own.get(f"{OWN}/evidence/{Stage.NATIONAL}").status_code in (404, 409)
    assert own.get(f"{OWN}/evidence/local").status_code == 404
