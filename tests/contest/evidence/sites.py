"""Two sites on SQLite for the pages that are made from numbers: one in the middle of the regional stage,
one with published results. Each is made once for a module of tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from contest.contests import services as life
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core import clock
from core.access import Role
from core.places.services import load_territories
from ethics.models import Box, Conclusion, EthicsTally, Questionnaire, Slip, Verdict
from surveys.breakdown import Variant
from surveys.models import VariantStatistic
from surveys.queries import campaign_by_code
from surveys.signals.kinds import Signal
from surveys.signals.models import SignalRun, SurveyFlag
from tests import staff
from tests.conftest import NOW
from tests.contest import sample
from tests.contest.sample import OBLASTS
from tests.demonstration import empty_demonstration

#: A nominee for each thing that a page can say: coarse ethics, a score, none at all.
ETHICS = ((7, "80", "5"), (12, "61.30", "3.40"), None)
NAMED = "Judge-"


@dataclass
class Site:
    """An application, what stands in it, and the staff who look at it."""

    app: Flask
    made: sample.Sample
    staff: dict[str, int]

    def visit(self, who: str | None, address: str, lang: str = "en"):
        """Open a page as one of the staff, or as anybody."""
        client = self.client(None if who is None else self.staff[who])
        return client.get(address, headers={"Accept-Language": lang})

    def client(self, account_id: int | None) -> FlaskClient:
        client = self.app.test_client()
        if account_id is not None:
            with client.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = f"{account_id}.1", True
                cookie["factor_at"] = clock.present().isoformat()
        return client


def closed_site(folder: Path) -> Site:
    """Everything is in; the marking of the first oblast is closed, that of the second is open."""
    return _site(folder, _closed)


def published_site(folder: Path) -> Site:
    """Both stages frozen and the results published."""
    return _site(folder, _published)


def _site(folder: Path, fill) -> Site:
    app = empty_demonstration(folder)
    with app.extensions["storage"].write(now=NOW) as session:
        load_territories(session, now=NOW)
        made = fill(session)
        people = {
            "secretary": sample.account(session, "looks-1", Role.SECRETARY, OBLASTS[0]),
            "neighbour": sample.account(session, "looks-2", Role.SECRETARY, OBLASTS[1]),
            "auditor": sample.account(session, "looks-5", Role.AUDITOR),
            "operator": sample.account(session, "looks-3", Role.OPERATOR, OBLASTS[0]),
            "agency": staff.person(session, "looks-4").id,
            "member": made.judges[OBLASTS[0]][1],
            **{
                f"nominee-{place}": _own_account(session, made, oblast)
                for place, oblast in enumerate(OBLASTS)
            },
        }
    return Site(app, made, people)


def _own_account(session: Session, made: sample.Sample, oblast: str) -> int:
    """The account of an oblast's first nominee."""
    account_id = sample.account(session, f"nominee-{oblast}", Role.NOMINEE, oblast)
    session.get_one(Nominee, made.nominees[oblast][0]).account_id = account_id
    return account_id


def _closed(session: Session) -> sample.Sample:
    made = sample.regional(session)
    for oblast in OBLASTS:
        sample.mark_all(session, made, oblast, marks=sample.MARKS)
    _publish(session, made)
    sample.close(session, OBLASTS[0])
    _answered(session, made)
    _stand_out(session, made)
    _conclude(session, made, 0, Verdict.FAILS)
    return made


def _published(session: Session) -> sample.Sample:
    made = sample.national(session)
    sample.waive_all(session, sample.freeze(session, None, stage=Stage.NATIONAL))
    life.publish_results(session, contest=sample.contest(session), actor=sample.ACTOR, now=NOW)
    _stand_out(session, made)
    _conclude(session, made, 2, Verdict.FAILS)
    return made


def _publish(session: Session, made: sample.Sample) -> None:
    katos = [kato for oblast in OBLASTS for kato in made.units[oblast]]
    officials = [official for oblast in OBLASTS for official in made.officials[oblast][:3]]
    sample.publish_survey(session, dict(zip(katos, sample.SCORES * 2, strict=True)))
    sample.publish_ethics(session, dict(zip(officials, ETHICS * 2, strict=True)))


def _answered(session: Session, made: sample.Sample) -> None:
    """Of twelve slips about the first nominee seven came back and five were voided; of the second's few."""
    for place, received in enumerate((7, 3)):
        official = session.get_one(Nominee, made.nominees[OBLASTS[0]][place]).official_id
        asked = select(Questionnaire).where(Questionnaire.official_id == official)
        found = session.scalars(asked).one()
        found.headcount = 12
        session.get_one(Box, found.id).received = received
        session.add(
            EthicsTally(
                questionnaire_id=found.id, n=received, spoiled=0, scored=received, composite_sum=10**8,
                composite_squares=10**16, counts="[]",
            )
        )  # fmt: skip
        good = 7 if place == 0 else 12
        session.add_all(
            Slip(mark=bytes([place, slip] * 16), questionnaire_id=found.id) for slip in range(good)
        )


def _stand_out(session: Session, made: sample.Sample) -> None:
    """A day of the first nominee's unit stands out, and one of the second's, whose numbers are kept back."""
    campaign = campaign_by_code(session, sample.CAMPAIGN)
    first, second = made.units[OBLASTS[0]][:2]
    facts = {"campaign_id": campaign.id, "variant": Variant.WITHOUT_FLAGGED, "design_effect": None}
    session.add_all(
        [
            VariantStatistic(kato=first, n=30, score=Decimal("91.50"), error=Decimal("2.10"), **facts),
            VariantStatistic(kato=second, n=None, score=None, error=None, **facts),
            SignalRun(campaign_id=campaign.id, computed_at=NOW, is_final=True, released_at=None),
            SurveyFlag(
                campaign_id=campaign.id, kato=first, signal=Signal.BURST, day=date(2026, 6, 9), seen=33.0,
                expected=2.0, out_of=None, p=0.0000004, q=0.001, first_bin=60, bins=2,
            ),
            SurveyFlag(
                campaign_id=campaign.id, kato=first, signal=Signal.FIVES, day=None, seen=300.0,
                expected=100.0, out_of=400, p=0.0001, q=0.01, first_bin=None, bins=None,
            ),
        ]
    )  # fmt: skip


def _conclude(session: Session, made: sample.Sample, place: int, verdict: Verdict) -> None:
    official = session.get_one(Nominee, made.nominees[OBLASTS[0]][place]).official_id
    asked = select(Questionnaire.id).where(Questionnaire.official_id == official)
    session.add(
        Conclusion(
            questionnaire_id=session.scalars(asked).one(), version=1, verdict=verdict,
            reasons_kk="Демонстрация: қабылдау күндері сақталмаған.",
            reasons_ru="Демонстрация: дни приёма не соблюдались.", signed_by="account:1", signed_at=NOW,
        )
    )  # fmt: skip
