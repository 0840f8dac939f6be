"""The demonstration's nominees: they consent, hand documents in, are registered, and are heard.

Everything runs by the real services; the two documents of each say that they are a demonstration.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from contest.contests.models import Contest
from contest.nominees import services
from contest.nominees.deciding import register_nominee
from contest.nominees.documents.inspection import inspect_file
from contest.nominees.documents.models import DocumentKind, NomineeDocument
from contest.nominees.documents.services import keep_document
from contest.nominees.hearings.services import set_slot
from contest.nominees.models import Nominee
from contest.rulebook import Stage
from core.documents import render_pdf
from demo.evidence import ranked
from demo.people import ACTOR, Cast

PROJECTS = (
    ("Ауылға ауызсу тарту", "Питьевая вода в каждый дом"),
    ("Жастарға арналған шеберхана", "Мастерская для молодёжи"),
    ("Көше жарығы мен жаяу жол", "Освещение улиц и тротуары"),
    ("Сүт жинау кооперативі", "Кооператив по сбору молока"),
    ("Ауыл кітапханасын жаңарту", "Обновление сельской библиотеки"),
    ("Балалар алаңы және спорт", "Детская площадка и спорт"),
    ("Қоқысты бөлек жинау", "Раздельный сбор мусора"),
)
PAPERS = {
    DocumentKind.CONSENT: ("Қатысуға келісім. ДЕМОНСТРАЦИЯ.", "Согласие на участие. ДЕМОНСТРАЦИЯ."),
    DocumentKind.RESUME: ("Әкімнің жұмысы туралы. ДЕМОНСТРАЦИЯ.", "О работе акима. ДЕМОНСТРАЦИЯ."),
}
HEARING = 30


def enrol_nominees(session: Session, contest: Contest, cast: Cast, *, directory: Path, now: datetime) -> None:
    """Every area's akim applies and is registered; the largest of each oblast has an own account."""
    papers = {kind: draw_paper(kind, *said) for kind, said in PAPERS.items()}
    for index, (area, rank) in enumerate(ranked(cast)):
        title_kk, title_ru = PROJECTS[index % len(PROJECTS)]
        nominee = services.propose_nominee(
            session, contest=contest, official_id=cast.officials[area.kato], project_title_kk=title_kk,
            project_title_ru=title_ru, actor=ACTOR, now=now,
        )  # fmt: skip
        facts = {"nominee": nominee, "now": now}
        secretary = cast.accounts[f"secretary-{area.oblast[:2]}"]
        signer = cast.accounts[f"nominee-{area.oblast[:2]}"] if rank == 0 else secretary
        if rank == 0:
            services.bind_account(session, nominee=nominee, account_id=signer, actor=ACTOR)
        for kind, content in papers.items():
            keep_paper(session, kind, content, directory=directory, by=signer, **facts)
        services.give_consent(session, account_id=signer, actor=f"account:{signer}", **facts)
        services.declare_penalties(session, last_on=None, actor=f"account:{signer}", **facts)
        register_nominee(session, actor=f"account:{secretary}", **facts)


def hear(
    session: Session, nominees: list[Nominee], *, stage: Stage, component: str, first: datetime, now: datetime
) -> None:
    """One commission hears these nominees one after another."""
    for number, nominee in enumerate(nominees):
        set_slot(
            session, nominee=nominee, stage=stage, component=component, minutes=HEARING, link=None,
            starts_at=first + timedelta(minutes=HEARING * number), actor=ACTOR, now=now,
            place="Облыс әкімдігінің мәжіліс залы (көрсетілім)" if stage is Stage.REGIONAL
            else "Агенттіктің мәжіліс залы (көрсетілім)",
        )  # fmt: skip


def keep_paper(
    session: Session, kind: DocumentKind, content: bytes, *, nominee: Nominee, directory: Path, by: int,
    now: datetime,
) -> NomineeDocument:  # fmt: skip
    """Hand a paper of the demonstration in for a nominee."""
    return keep_document(
        session, nominee=nominee, kind=kind, content=content, inspected=inspect_file(content, f"{kind}.pdf"),
        is_scanned=False, directory=directory, added_by=by, actor=f"account:{by}", now=now,
    )  # fmt: skip


def draw_paper(kind: DocumentKind, kk: str, ru: str) -> bytes:
    """A paper that says so much in Kazakh and in Russian."""
    body = f'<h1>{kk}</h1><p lang="ru">{ru}</p>'
    page = f'<!doctype html><html lang="kk"><title>{kk}</title><body>{body}</body></html>'
    return render_pdf(page, title=kk, language="kk", identifier=f"demo-{kind}")
