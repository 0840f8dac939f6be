"""The pages of paper: from a batch to its act, for operators of two oblasts, and for nobody else."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import clock
from core.access import Role
from core.urn.models import Intake
from surveys.models import Ballot, CampaignState
from surveys.paper.marks import sheet_codes
from surveys.paper.models import PaperBatch, PaperEntry
from surveys.queries import campaign_by_code
from tests.conftest import NOW, SECRET
from tests.surveys import sample
from tests.surveys.paper.desk import OURS, THEIRS

NEW = f"/staff/paper/new/{sample.CODE}"


@pytest.fixture(autouse=True)
def june(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "present", lambda: NOW)
    return lambda now: monkeypatch.setattr(clock, "present", lambda: now)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def post(client: FlaskClient, address: str, *, on: str | None = None, **data: object):
    page = client.get(f"{on or address}?lang=en")
    assert page.status_code == 200, text(page)
    return client.post(address, data={"csrf_token": sample.token(page.get_data(as_text=True)), **data})


@pytest.fixture
def kato(keep) -> str:
    def make(session) -> str:
        found = sample.katos(session, 1)[0]
        sample.population(session, {found: 900})
        sample.opened(session, [found])
        return found

    return keep(make)


@pytest.fixture
def staff(app, keep):
    """Browsers of people who are signed in."""

    def sign_in(role: Role, oblast: str | None, login: str) -> FlaskClient:
        client = app.test_client()
        sample.signed_in(client, keep, role, oblast, login=login)
        client.get("/staff/paper?lang=en")
        return client

    return sign_in


def registered(client: FlaskClient, kato: str, **changes: object) -> str:
    given = {"kato": kato, "sheets": 20, "second_oblast": THEIRS, "handed_out_by": "library", **changes}
    made = post(client, NEW, **given)
    assert made.status_code == 302, text(made)
    return made.location.rpartition("/")[2]


def test_from_a_batch_to_its_act(app, staff, keep, kato: str):
    ours = staff(Role.OPERATOR, OURS, "ours")
    theirs = staff(Role.OPERATOR, THEIRS, "theirs")
    assert "Here the batches of paper sheets will stand" in text(theirs.get("/staff/paper"))
    code = registered(ours, kato)
    page = f"/staff/paper/{code}"
    codes = sheet_codes(SECRET, code, 20)
    for number, sheet in enumerate(codes[:3]):
        sent = {"code": sheet, "digits": "543 210", "band": "4", "sex": "1"}
        assert post(ours, f"{page}/enter", **sent).location == f"{page}/enter"
        waits = re.search(r'data-label="Wait for you">(\d+)<', text(theirs.get("/staff/paper")))
        assert waits[1] == ("2" if number else "1")  # the first sheet will come back to both
        sent["digits"] = "543210" if number else "543215"
        assert post(theirs, f"{page}/enter", **sent).status_code == 302
        said = "Both entries agree" if number else "The two entries differ"
        assert said in text(theirs.get(f"{page}/enter"))
    again = text(ours.get(f"{page}/differences"))
    assert re.findall(r'<li value="(\d+)">', again) == ["6"]
    assert "543215" not in again
    for client in (ours, theirs):
        looked = post(client, f"{page}/differences", code=codes[0], digits="0")
        assert looked.status_code == 302 or "Nothing to look at again" in text(looked)
    counts = {"given_out": 15, "spoiled": 2, "unused": 3, "returned_empty": 2, "returned_filled": 3}
    wrong = post(ours, f"{page}/reconcile", on=page, not_returned=11, **counts)
    assert wrong.status_code == 422
    assert "Given out: 15. Filled in, empty and not come back make 16" in text(wrong)
    assert ours.get(f"{page}/act.pdf").status_code == 404
    assert post(ours, f"{page}/reconcile", on=page, not_returned=10, **counts).status_code == 302
    assert "Sign as the second person" not in text(ours.get(page))
    assert post(ours, f"{page}/sign", on=page, not_returned=10, **counts).status_code == 403
    seen = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\d+)">', text(theirs.get(page))))
    assert seen == {name: str(number) for name, number in {**counts, "not_returned": 10}.items()}
    other = {**counts, "spoiled": 3, "unused": 2}
    assert post(ours, f"{page}/reconcile", on=page, not_returned=10, **other).status_code == 302
    refused = post(theirs, f"{page}/sign", on=page, **seen)
    assert (refused.status_code, "The numbers were changed meanwhile" in text(refused)) == (409, True)
    assert post(ours, f"{page}/reconcile", on=page, not_returned=10, **counts).status_code == 302
    assert post(theirs, f"{page}/sign", on=page, **seen).status_code == 302
    act = theirs.get(f"{page}/act.pdf")
    assert (act.status_code, act.data[:5]) == (200, b"%PDF-")
    assert f"DEMO-act-{code}.pdf" in act.headers["Content-Disposition"]
    assert keep(lambda session: session.scalar(select(func.count()).select_from(Intake))) == 3


def test_the_sheets_are_drawn_with_their_codes(staff, kato: str):
    client = staff(Role.OPERATOR, OURS, "ours")
    code = registered(client, kato, sheets=5)
    sheets = client.get(f"/staff/paper/{code}/sheets-1.pdf")
    assert (sheets.status_code, sheets.data[:5]) == (200, b"%PDF-")
    with pikepdf.open(io.BytesIO(sheets.data)) as document:
        assert len(document.pages) == 5
    for part in (0, 2):
        assert client.get(f"/staff/paper/{code}/sheets-{part}.pdf").status_code == 404


def test_a_scanner_that_presses_enter_asks_for_the_digits_and_keeps_the_code(staff, kato: str, keep):
    client = staff(Role.OPERATOR, OURS, "ours")
    page = f"/staff/paper/{registered(client, kato)}/enter"
    code = sheet_codes(SECRET, page.split("/")[3], 20)[0]
    scanned = post(client, page, code=code, digits="")
    assert scanned.status_code == 200
    field = re.search(r"<input[^>]*id=\"digits\"[^>]*>", text(scanned))[0]
    assert "autofocus" in field
    assert f'value="{code}"' in text(scanned)
    assert "Please correct" not in text(scanned)
    assert keep(lambda session: session.scalar(select(func.count()).select_from(PaperEntry))) == 0


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"digits": "54321"}, "Type 6 digits from 0 to 5"),
        ({"digits": "543216"}, "Type 6 digits from 0 to 5"),
        ({"digits": "543210", "code": "FMSZ VGCZ MV4K"}, "has a slip in it"),
        ({"digits": "543210", "code": "0000 0000 0000"}, "No sheet has the code"),
    ],
)
def test_a_wrong_entry_says_so_and_keeps_what_was_typed(staff, kato: str, sent: dict, fault: str):
    client = staff(Role.OPERATOR, OURS, "ours")
    page = f"/staff/paper/{registered(client, kato)}/enter"
    sent = {"code": sheet_codes(SECRET, page.split("/")[3], 20)[0], **sent}
    answer = post(client, page, **sent)
    assert answer.status_code == 422
    assert fault in text(answer)
    assert f'value="{sent["digits"]}"' in text(answer)


def test_who_may_do_what(app, staff, kato: str):
    ours = staff(Role.OPERATOR, OURS, "ours")
    page = f"/staff/paper/{registered(ours, kato, sheets=5)}"
    theirs = staff(Role.OPERATOR, THEIRS, "theirs")
    agency = staff(Role.AGENCY, None, "agency")
    nation = staff(Role.OPERATOR, None, "nation")
    stranger = staff(Role.OPERATOR, "110000000", "stranger")
    member = staff(Role.MEMBER, OURS, "member")
    seen = {
        "": (200, 200, 200, 200, 403, 403), "/enter": (200, 200, 403, 403, 403, 403),
        "/differences": (200, 200, 403, 403, 403, 403), "/sheets-9.pdf": (404, 403, 403, 404, 403, 403),
    }  # fmt: skip
    for address, statuses in seen.items():
        found = [
            client.get(page + address).status_code
            for client in (ours, theirs, agency, nation, stranger, member)
        ]
        assert tuple(found) == statuses, address
    assert page not in text(stranger.get("/staff/paper"))
    assert page in text(agency.get("/staff/paper"))
    assert app.test_client().get(page).status_code == 302
    # A unit of another oblast is not among the choices.
    assert f'value="{kato}"' not in text(theirs.get(NEW))
    assert theirs.post(NEW, data={}).status_code == 400


def test_signing_needs_a_fresh_second_factor(staff, kato: str, june):
    client = staff(Role.OPERATOR, OURS, "ours")
    page = f"/staff/paper/{registered(client, kato)}"
    june(NOW + timedelta(minutes=11))
    for verb in ("reconcile", "sign"):
        answer = post(client, f"{page}/{verb}", on=page)
        assert answer.status_code == 302
        assert "factor" in answer.location


def test_more_sheets_than_adults_are_refused_at_the_field(staff, kato: str, keep):
    client = staff(Role.OPERATOR, OURS, "ours")
    for sheets in (200, 200, 200, 200):
        registered(client, kato, sheets=sheets)
    refused = post(client, NEW, kato=kato, sheets=101, second_oblast=THEIRS, handed_out_by="library")
    assert refused.status_code == 422
    assert "register at most 100" in text(refused)
    assert keep(lambda session: session.scalar(select(func.count()).select_from(PaperBatch))) == 4


def test_the_agency_sees_a_batch_that_nobody_accounted_for(staff, kato: str, keep):
    code = registered(staff(Role.OPERATOR, OURS, "ours"), kato)
    agency = staff(Role.AGENCY, None, "agency")
    page = f"/staff/campaigns/{sample.CODE}"
    assert "1 batches, 1 not reconciled" in text(agency.get(page))

    def close(session) -> None:
        campaign = campaign_by_code(session, sample.CODE)
        campaign.state, campaign.closed_at = CampaignState.CLOSED, NOW

    keep(close)
    assert '<span class="tag wrong">not reconciled</span>' in text(agency.get(page))
    assert f"nobody has accounted for the sheets of these batches: {code}." in text(
        agency.get(f"/staff/paper?campaign={sample.CODE}")
    )


def test_closing_the_survey_counts_the_sheets_that_both_read_alike(staff, kato: str, keep, june):
    ours, theirs = staff(Role.OPERATOR, OURS, "ours"), staff(Role.OPERATOR, THEIRS, "theirs")
    code = registered(ours, kato)
    codes = sheet_codes(SECRET, code, 20)
    for sheet in codes[:2]:
        for client in (ours, theirs):
            post(client, f"/staff/paper/{code}/enter", code=sheet, digits="543210")
    post(ours, f"/staff/paper/{code}/enter", code=codes[2], digits="111111")
    agency, after = staff(Role.AGENCY, None, "agency"), NOW + timedelta(days=25)
    june(after)
    with agency.session_transaction() as cookie:
        cookie["factor_at"] = after.isoformat()
    page = f"/staff/campaigns/{sample.CODE}"
    assert post(agency, f"{page}/close", on=page).status_code == 302
    found = keep(lambda session: session.execute(select(Ballot.ratings, Ballot.origin)).all())
    assert [tuple(one) for one in found] == [("54321-", "paper")] * 2
    assert keep(lambda session: session.scalar(select(func.count()).select_from(PaperEntry))) == 0
