"""An application's way: proposed, consented, registered or declined by the rules, and how one leaves."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contest.contests import services as life
from contest.contests.checklist import checklist
from contest.contests.models import ContestState
from contest.nominees import deciding, leaving, services
from contest.nominees.documents.models import DocumentKind
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import nominations_of, proposals_of
from contest.rulebook import Stage
from core.access import Role, Scope
from core.accounts.queries import account_of_invitation, staff
from core.audit import append_pending
from core.errors import BadInput, Conflict
from core.journal.queries import Filter, journal_page
from core.places.models import Official
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, OBLASTS, contest

FACTS = {"actor": ACTOR, "now": NOW}


@pytest.fixture
def applied(territory: Session) -> Nominee:
    """An official who has applied and done nothing more."""
    made = sample.opened(territory, nominees=0)
    return sample.proposed(territory, made.officials[OBLASTS[0]][0])


def account(session: Session, nominee: Nominee) -> int:
    """The nominee's own account."""
    services.invite_nominee(session, nominee=nominee, login="erlan", **FACTS)
    return nominee.account_id


def test_without_consent_there_is_no_registration(territory: Session, applied: Nominee):
    with pytest.raises(Conflict, match="has not consented"):
        deciding.register_nominee(territory, nominee=applied, **FACTS)
    with pytest.raises(IntegrityError, match="registered_with_consent"):
        territory.execute(
            update(Nominee).where(Nominee.id == applied.id).values(state="registered", registered_at=NOW)
        )


def test_registration_names_every_condition_that_is_not_met(territory: Session, applied: Nominee):
    own = account(territory, applied)
    services.give_consent(territory, nominee=applied, account_id=own, **FACTS)
    official = territory.get_one(Official, applied.official_id)
    official.manner = None
    with pytest.raises(Conflict) as refused:
        deciding.register_nominee(territory, nominee=applied, **FACTS)
    lines = str(refused.value).split("\n")
    assert [line.partition(":")[0] for line in lines] == [
        "Ауыл, кент немесе ауылдық округ әкімі болып сайланған не тағайындалған",
        "Соңғы бір жылда тәртіптік жазасы жоқ",
        "Жұмысы туралы құжаттарын тапсырған",
    ]
    assert applied.state is NomineeState.PROPOSED


def test_only_the_nominee_consents_or_a_signed_paper_speaks(territory: Session, applied: Nominee):
    own = account(territory, applied)
    with pytest.raises(Conflict, match="Only the nominee consents"):
        services.give_consent(territory, nominee=applied, account_id=own + 1, **FACTS)
    assert applied.consented_at is None
    services.give_consent(territory, nominee=applied, account_id=own, **FACTS)
    assert applied.consented_at == NOW
    with pytest.raises(Conflict, match="has consented already"):
        services.give_consent(territory, nominee=applied, account_id=own, **FACTS)


def test_a_signed_paper_among_the_documents_is_a_consent(territory: Session, applied: Nominee):
    sample.document(territory, applied, DocumentKind.RESUME)
    with pytest.raises(Conflict, match="Only the nominee consents"):
        services.give_consent(territory, nominee=applied, account_id=1, **FACTS)
    sample.document(territory, applied, DocumentKind.CONSENT)
    services.give_consent(territory, nominee=applied, account_id=1, **FACTS)
    append_pending(territory, now=NOW)
    (entry,) = journal_page(territory, chosen=Filter(action="nominee.consent"), size=5).entries
    assert '"on_paper":true' in entry.details
    assert "Ахметов" not in entry.details + entry.subject


def test_a_registered_nominee_is_registered_once_and_stays(territory: Session):
    made = sample.opened(territory, nominees=1)
    nominee = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    assert (nominee.state, nominee.registered_at) == (NomineeState.REGISTERED, NOW)
    for act in (deciding.register_nominee, deciding.decline_nominee):
        given = {"reason": "late"} if act is deciding.decline_nominee else {}
        with pytest.raises(Conflict, match="is decided already"):
            act(territory, nominee=nominee, **FACTS, **given)


def test_a_declined_application_keeps_its_reason(territory: Session, applied: Nominee):
    with pytest.raises(BadInput, match="Give the reason"):
        deciding.decline_nominee(territory, nominee=applied, reason=" ", **FACTS)
    deciding.decline_nominee(territory, nominee=applied, reason="a penalty in March", **FACTS)
    assert (applied.state, applied.reason) == (NomineeState.DECLINED, "a penalty in March")
    with pytest.raises(Conflict, match="does not take part any more"):
        leaving.withdraw_nominee(territory, nominee=applied, reason="x", **FACTS)


def test_a_penalty_within_the_term_keeps_out_until_it_is_over(territory: Session, applied: Nominee):
    with pytest.raises(BadInput, match="has not come yet"):
        services.declare_penalties(
            territory, nominee=applied, last_on=NOW.date() + timedelta(days=1), **FACTS
        )
    services.declare_penalties(territory, nominee=applied, last_on=date(2026, 3, 1), **FACTS)
    assert (applied.last_penalty_on, applied.penalties_declared_at) == (date(2026, 3, 1), NOW)
    services.declare_penalties(territory, nominee=applied, last_on=None, **FACTS)
    assert applied.last_penalty_on is None


def test_each_step_belongs_to_the_days_of_nominations(territory: Session):
    short = "{from = 2026-06-01, until = 2026-06-10}"
    made = sample.published(territory, rules=sample.rules_text().replace(sample.DAYS, short, 1))
    life.open_contest(territory, contest=contest(territory), **FACTS)
    nominee = sample.proposed(territory, made.officials[OBLASTS[0]][0])
    own = account(territory, nominee)
    late = {"actor": ACTOR, "now": NOW + timedelta(days=10)}
    for act, given in (
        (services.give_consent, {"account_id": own}), (services.declare_penalties, {"last_on": None}),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="2026-06-10"):
            act(territory, nominee=nominee, **late, **given)
    with pytest.raises(Conflict, match="2026-06-10"):
        sample.proposed(territory, made.officials[OBLASTS[0]][1], now=late["now"])
    leaving.withdraw_nominee(territory, nominee=nominee, reason="own wish", **late)
    assert nominee.state is NomineeState.WITHDRAWN


def test_who_applied_on_the_last_day_is_decided_until_the_regional_stage_opens(territory: Session):
    short = "{from = 2026-06-01, until = 2026-06-01}"
    made = sample.published(territory, rules=sample.rules_text().replace(sample.DAYS, short, 1))
    life.open_contest(territory, contest=contest(territory), **FACTS)
    first, second = (sample.proposed(territory, one) for one in made.officials[OBLASTS[0]][:2])
    for nominee in (first, second):
        services.declare_penalties(territory, nominee=nominee, last_on=None, **FACTS)
        sample.document(territory, nominee, DocumentKind.CONSENT)
        services.give_consent(territory, nominee=nominee, account_id=1, **FACTS)
    late = {"actor": ACTOR, "now": NOW + timedelta(days=3)}
    sample.document(territory, first, DocumentKind.RESUME)
    sample.document(territory, second, DocumentKind.RESUME, now=late["now"])
    deciding.register_nominee(territory, nominee=first, **late)
    with pytest.raises(Conflict, match=r"Has handed in documents|құжаттарын тапсырған"):
        deciding.register_nominee(territory, nominee=second, **late)
    undecided = "every application is decided"
    items = checklist(territory, contest(territory), now=late["now"])
    assert [str(one.remedy) for one in items if str(one.label) == undecided and not one.done] == [
        "1 wait: their secretaries register or decline them."
    ]
    deciding.decline_nominee(territory, nominee=second, reason="no documents", **late)
    items = checklist(territory, contest(territory), now=late["now"])
    assert [one.done for one in items if str(one.label) == undecided] == [True]
    contest(territory).state = ContestState.REGIONAL
    with pytest.raises(Conflict, match="applications are decided before it"):
        deciding.take_up_again(territory, nominee=second, **late)


def test_what_was_declined_by_mistake_is_taken_up_again(territory: Session, applied: Nominee):
    with pytest.raises(Conflict, match="was not declined"):
        deciding.take_up_again(territory, nominee=applied, **FACTS)
    deciding.decline_nominee(territory, nominee=applied, reason="a slip", **FACTS)
    deciding.take_up_again(territory, nominee=applied, **FACTS)
    assert (applied.state, applied.reason) == (NomineeState.PROPOSED, None)
    append_pending(territory, now=NOW)
    assert len(journal_page(territory, chosen=Filter(action="nominee.take-up"), size=5).entries) == 1


def test_a_record_is_put_right_and_the_journal_keeps_no_name(territory: Session, applied: Nominee):
    right = {"name_kk": " Ахметов  Ерлан", "name_ru": "Ахметов Ерлан", "employer": "Кеген әкімінің аппараты"}
    deciding.correct_record(territory, nominee=applied, **right, **FACTS)
    assert (applied.name_kk, applied.employer) == ("Ахметов Ерлан", "Кеген әкімінің аппараты")
    append_pending(territory, now=NOW)
    (entry,) = journal_page(territory, chosen=Filter(action="nominee.correct"), size=5).entries
    assert json.loads(entry.details) == {"changed": ["name_kk", "name_ru", "employer"]}
    with pytest.raises(BadInput, match="Give the name"):
        deciding.correct_record(territory, nominee=applied, **{**right, "name_ru": " "}, **FACTS)
    leaving.withdraw_nominee(territory, nominee=applied, reason="x", **FACTS)
    with pytest.raises(Conflict, match="does not take part any more"):
        deciding.correct_record(territory, nominee=applied, **right, **FACTS)


def test_an_invited_nominee_has_an_account_for_the_own_page_alone(territory: Session, applied: Nominee):
    token = services.invite_nominee(territory, nominee=applied, login="erlan", **FACTS)
    invited = account_of_invitation(territory, token, now=NOW)
    assert invited.id == applied.account_id
    holder = staff(territory, account_id=invited.id, session_version=invited.session_version)
    assert holder.scopes == (Scope(Role.NOMINEE, OBLASTS[0]),)
    again = services.invite_nominee(territory, nominee=applied, login="", **FACTS)
    assert again != token
    assert account_of_invitation(territory, again, now=NOW).id == invited.id
    assert [(one.id, where.code) for one, where in nominations_of(territory, invited.id)] == [
        (applied.id, sample.CODE)
    ]


def test_a_proposer_stands_in_the_record(territory: Session):
    made = sample.opened(territory, nominees=0)
    operator = sample.account(territory, "operator", Role.OPERATOR, OBLASTS[0])
    first = sample.proposed(territory, made.officials[OBLASTS[0]][0], proposer_account_id=operator)
    sample.proposed(territory, made.officials[OBLASTS[0]][1])
    assert [one.id for one, _ in proposals_of(territory, operator)] == [first.id]


def test_who_left_the_post_is_taken_out_by_rule_and_nobody_else(territory: Session):
    made = sample.opened(territory)
    gone, stays = (territory.get_one(Nominee, number) for number in made.nominees[OBLASTS[0]][:2])
    territory.get_one(Official, gone.official_id).until_on = NOW.date() - timedelta(days=1)
    territory.get_one(Official, stays.official_id).until_on = NOW.date()
    leaving.exclude_all_who_left(territory, NOW)
    assert (gone.state, gone.ground) == (NomineeState.EXCLUDED, "not-in-post")
    assert "2026-05-31" in gone.reason
    states = territory.scalars(select(Nominee.state).order_by(Nominee.id)).all()
    assert states == [NomineeState.EXCLUDED, *[NomineeState.REGISTERED] * 5]
    leaving.exclude_all_who_left(territory, NOW)
    append_pending(territory, now=NOW)
    assert len(journal_page(territory, chosen=Filter(action="nominee.exclude"), size=5).entries) == 1


def test_nobody_is_taken_out_by_a_rule_that_the_book_does_not_have(territory: Session):
    text = sample.rules_text().replace('code = "not-in-post"', 'code = "some-other-ground"')
    made = sample.opened(territory, rules=text, nominees=1)
    gone = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    territory.get_one(Official, gone.official_id).until_on = NOW.date() - timedelta(days=1)
    assert leaving.exclude_who_left(territory, contest=contest(territory), **FACTS) == []
    assert gone.state is NomineeState.REGISTERED


def test_whoever_takes_a_post_over_applies_anew(territory: Session):
    made = sample.opened(territory, nominees=1)
    before = territory.get_one(Nominee, made.nominees[OBLASTS[0]][0])
    official = territory.get_one(Official, before.official_id)
    official.until_on = NOW.date() - timedelta(days=2)
    after = Official(
        post_id=official.post_id, surname="Серікова", given_name="Айгүл", manner=official.manner,
        since_on=NOW.date() - timedelta(days=1),
    )  # fmt: skip
    territory.add(after)
    territory.flush()
    leaving.exclude_who_left(territory, contest=contest(territory), **FACTS)
    nominee = sample.proposed(territory, after.id)
    assert (nominee.kato, nominee.consented_at, nominee.account_id) == (before.kato, None, None)


def test_the_stage_opens_with_registered_nominees_alone(territory: Session, applied: Nominee):
    with pytest.raises(Conflict):
        life.open_stage(territory, contest=contest(territory), stage=Stage.REGIONAL, **FACTS)
