"""An appeal that is granted after certificates were issued: they are revoked and given anew, all are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from contest.certificates.files import path_of
from contest.certificates.queries import Status, due_counts, status_of
from contest.certificates.record import AwardKind
from contest.meetings.models import Choice
from contest.nominees.documents.models import DocumentKind
from contest.nominees.models import Nominee
from contest.objections.hearing import put_on_agenda
from contest.objections.queries import exclusions_in_force, handled_objection
from contest.objections.services import Filing, file_appeal, object_to_exclusion
from contest.objections.waivers import waive_exclusion
from contest.standings.queries import rows_of
from core.errors import Conflict
from core.storage import Storage
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.certificates.sample import frozen, issue
from tests.contest.sample import ACTOR, OBLASTS, contest


def test_certificates_follow_a_granted_appeal_and_the_old_ones_are_kept(
    settled_sqlite: Storage, tmp_path: Path
):
    with settled_sqlite.writing() as session:
        first = frozen(session)
        issued = issue(session, first, tmp_path)
        winner = session.get_one(Nominee, rows_of(session, first)[0].nominee_id)
        own = [one for one in issued if one.nominee_id == winner.id]
        assert {one.kind for one in own} == {AwardKind.PLACE, AwardKind.FINALIST}
        sample.exclude(session, winner.id)
        sample.decide(session, sample.propose(session, OBLASTS[0]))
        without = sample.sign(session, OBLASTS[0], reason="excluded")
        assert {status_of(one) for one in own} == {Status.REVOKED}
        with pytest.raises(Conflict, match="No certificate before the standing is final"):
            issue(session, without, tmp_path)
        (exclusion,) = exclusions_in_force(session, contest(session))
        given = {"contest": contest(session), "now": NOW}
        refused = object_to_exclusion(
            session, exclusion=exclusion, claim="I am in the post.",
            by=sample.on_paper(session, winner.id, first.asked_by), **given,
        )  # fmt: skip
        decided(session, refused.number, OBLASTS[0], Choice.NO)
        appeal = file_appeal(
            session, handled=handled_objection(session, contest(session), refused.number), claim="I am.",
            by=sample.on_paper(session, winner.id, first.asked_by), **given,
        )  # fmt: skip
        decided(session, appeal.number, None, Choice.YES)
        corrected = sample.sign(session, OBLASTS[0], reason="the appeal is granted", objection=appeal)
        with pytest.raises(Conflict, match="No certificate before the standing is final"):
            issue(session, corrected, tmp_path)
        sample.waive_all(session, corrected)
        again = [one for one in issue(session, corrected, tmp_path) if one.nominee_id == winner.id]
        assert [(one.kind, one.award) for one in again] == [(one.kind, one.award) for one in own]
        assert {one.serial for one in own}.isdisjoint(one.serial for one in again)
        assert {one.revocation_reason for one in own} == {"excluded"}
        assert all(path_of(tmp_path, one.code).exists() for one in (*own, *again))


def test_nobody_gets_a_certificate_who_was_excluded_after_the_freezing(
    settled_sqlite: Storage, tmp_path: Path
):
    with settled_sqlite.writing() as session:
        standing = frozen(session)
        winner = rows_of(session, standing)[0].nominee_id
        sample.exclude(session, winner)
        with pytest.raises(Conflict, match="No certificate before the standing is final"):
            issue(session, standing, tmp_path)
        (exclusion,) = exclusions_in_force(session, contest(session))
        by = Filing(standing.asked_by, is_on_paper=True)
        sample.document(session, session.get_one(Nominee, winner), DocumentKind.WAIVER, of="exclusion")
        waive_exclusion(session, contest=contest(session), exclusion=exclusion, by=by, now=NOW)
        assert due_counts(session, contest(session), [standing]) == {standing.id: 3}
        issued = issue(session, standing, tmp_path)
        assert (len(issued), winner in {one.nominee_id for one in issued}) == (3, False)


def decided(session, number: int, area: str | None, choice: Choice) -> None:
    item = put_on_agenda(
        session, contest=contest(session), handled=handled_objection(session, contest(session), number),
        meeting=sample.meeting(session, area), actor=ACTOR, now=NOW,
    )  # fmt: skip
    sample.decide(session, item, choice=choice)
