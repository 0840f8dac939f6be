"""Who was excluded before being decided on, and is brought back, is registered and marked after all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from contest.calendar import days_of
from contest.contests import services as life
from contest.contests.checklist import checklist
from contest.contests.queries import rulebook_of
from contest.eligibility import unmet
from contest.jury import services as jury
from contest.jury.queries import judged_nominees
from contest.nominees.deciding import decline_nominee, may_be_decided, register_nominee, take_up_again
from contest.nominees.documents.models import DocumentKind
from contest.nominees.leaving import exclude_all_who_left
from contest.nominees.models import Nominee, NomineeState
from contest.nominees.queries import eligibility_facts
from contest.nominees.services import declare_penalties, describe_project, give_consent
from contest.objections.hearing import put_on_agenda
from contest.objections.queries import exclusions_in_force, handled_objection
from contest.objections.services import object_to_exclusion
from contest.rulebook import Stage, Step
from core.clock import day_of
from core.errors import Conflict
from core.places.models import Official
from core.storage import Storage
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import ACTOR, LATER, OBLASTS, contest

HERE = OBLASTS[0]


@pytest.fixture
def territory(settled_sqlite: Storage):
    """On SQLite alone: when an application is decided does not depend on the kind of database."""
    with settled_sqlite.writing() as opened:
        yield opened


def test_an_application_that_an_objection_brings_back_is_decided_while_the_others_are_marked(
    territory: Session,
):
    made = sample.opened(territory, nominees=2)
    nominee = sample.proposed(territory, made.officials[HERE][2])
    given = {"nominee": nominee, "actor": ACTOR, "now": LATER}
    register_of_posts = territory.get_one(Official, nominee.official_id)
    register_of_posts.until_on = date(2026, 5, 31)
    territory.flush()
    exclude_all_who_left(territory, NOW)
    register_of_posts.until_on = None
    sample.seat_commissions(territory, made)
    sample.vote_signals(territory)
    life.open_stage(territory, contest=contest(territory), stage=Stage.REGIONAL, actor=ACTOR, now=NOW)
    marking = {"contest": contest(territory), "stage": Stage.REGIONAL, "oblast_kato": HERE, "actor": ACTOR}
    jury.open_marking(territory, **marking, now=NOW)
    bring_back(territory, made, nominee)
    assert nominee.state is NomineeState.PROPOSED
    # What the exclusion kept the nominee from is done now.
    with pytest.raises(Conflict, match="has not consented"):
        register_nominee(territory, **given)
    book = rulebook_of(territory, contest(territory))
    over = NOW + (days_of(book, Step.NOMINATIONS).until_on - day_of(NOW)) + timedelta(days=1)
    for kind in (DocumentKind.CONSENT, DocumentKind.RESUME):
        sample.document(territory, nominee, kind, now=over)
    describe_project(territory, title_kk="Жол", title_ru="Дорога", **given)
    give_consent(territory, account_id=1, **given)
    declare_penalties(territory, last_on=None, **given)
    decline_nominee(territory, reason="x", **given)
    take_up_again(territory, **given)
    with pytest.raises(Conflict, match=f"The application of {nominee.name_kk} waits"):
        jury.close_marking(territory, **marking, now=LATER)
    waits = [str(one.label) for one in checklist(territory, contest(territory), now=LATER) if not one.done]
    assert "every application is decided" in waits
    register_nominee(territory, **given)
    # What came late counts for the registered as well: pages show the conditions as they were found.
    assert unmet(book.eligibility, eligibility_facts(territory, nominee=nominee, book=book)) == ()
    made.nominees[HERE].append(nominee.id)
    assert [one.id for one in judged_nominees(territory, contest(territory), Stage.REGIONAL, HERE)] == (
        made.nominees[HERE]
    )
    sample.mark_all(territory, made, HERE, marks=sample.MARKS)
    jury.close_marking(territory, **marking, now=LATER)


def test_nobody_else_is_decided_on_once_the_stage_is_open(territory: Session):
    made = sample.regional(territory)
    late = territory.get_one(Nominee, made.nominees[HERE][0])
    late.state, late.registered_at = NomineeState.PROPOSED, None
    territory.flush()
    assert not may_be_decided(territory, contest(territory), late)
    with pytest.raises(Conflict, match="The regional stage has begun"):
        register_nominee(territory, nominee=late, actor=ACTOR, now=NOW)
    with pytest.raises(Conflict, match="Nominations of the contest 2026 are not open"):
        declare_penalties(territory, nominee=late, last_on=None, actor=ACTOR, now=NOW)


def bring_back(session: Session, made: sample.Sample, nominee: Nominee) -> None:
    """The commission grants the nominee's objection to the exclusion."""
    (exclusion,) = exclusions_in_force(session, contest(session), nominee=nominee)
    filed = object_to_exclusion(
        session, contest=contest(session), exclusion=exclusion, claim="I am in the post.", now=NOW,
        by=sample.on_paper(session, nominee.id, made.secretaries[HERE]),
    )  # fmt: skip
    item = put_on_agenda(
        session, contest=contest(session), meeting=sample.meeting(session, HERE), actor=ACTOR, now=NOW,
        handled=handled_objection(session, contest(session), filed.number),
    )  # fmt: skip
    sample.decide(session, item)
