"""A round from draft to published scores: every step in its order, every refusal by name."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from core.audit import JournalEntry
from core.errors import BadInput, Conflict, Gone, NotFound, TooEarly
from core.storage import Storage
from core.urn import services as urn
from core.urn.keys import KeyRing
from core.urn.models import Intake
from ethics import services
from ethics.conclusions.queries import conclusions, findings, versions_of
from ethics.models import Box, Envelope, EthicsTally, Outcome, Questionnaire, Round, Slip, Verdict
from ethics.queries import published_scores, questionnaire_lines
from ethics.rules import EthicsRules
from tests.conftest import NOW, SECRET
from tests.ethics import sample
from tests.ethics.sample import ACTOR, BEST, TAKERS, WORST


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def prepared_in(storage: Storage, headcounts, **changes) -> sample.Prepared:
    with storage.write(now=NOW) as session:
        return sample.prepare(session, headcounts, **changes)


def count(storage: Storage, model: type) -> int:
    with storage.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def journal(storage: Storage, action: str) -> list[dict]:
    with storage.read() as session:
        query = (
            select(JournalEntry.details).where(JournalEntry.action == action).order_by(JournalEntry.number)
        )
        return [json.loads(details) for details in session.scalars(query)]


def test_a_round_goes_from_slips_to_published_scores(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [12, 7, 4, 6, 3])
    varied = "3322323233"
    sample.answer_all(
        settled,
        keys,
        prepared,
        [[BEST] * 9 + [varied] * 3, [BEST] * 6 + [varied], [BEST] * 4, [BEST] * 6, []],
    )
    assert urn.mix_waiting(settled, keys=keys, takers=TAKERS, now=NOW) == 25
    assert sample.close(settled, keys, prepared) == 4
    openings = [sample.unseal(settled, prepared, place, pair=(place % 2, 2)) for place in range(4)]
    assert [(o.received, o.opened, o.tallied, o.is_whole) for o in openings] == [
        (12, 12, 12, True), (7, 7, 7, True), (4, 4, 4, True), (6, 6, 6, True),
    ]  # fmt: skip
    assert (count(settled, Envelope), count(settled, Intake)) == (0, 0)
    with settled.read() as session:
        found = {row.official_id: row for row in published_scores(session, round_code="round-1")}
        officials = [session.get_one(Questionnaire, number).official_id for number in prepared.numbers]
        rows = [found[official] for official in officials]
    # Composites 100 and 66.666667: nine and three; six and one. Pooled variance by hand:
    # (12 * 208.333 + 7 * 136.054) / (11 + 6 + 3 + 5) = 138.095.
    assert [(r.n, r.score, r.error, r.is_coarse) for r in rows] == [
        (12, Decimal("91.67"), Decimal("3.92"), False),
        (7, Decimal("95"), Decimal("5"), True),
        (None, None, None, False),
        (None, None, None, False),
        (None, None, None, False),
    ]
    opened = journal(settled, "ethics.open")
    assert [(o["intake"], o["opened"], o["tallied"], o["spoiled"]) for o in opened] == [
        (12, 12, 12, []), (7, 7, 7, []), (4, 4, 4, []), (6, 6, 6, []),
    ]  # fmt: skip
    assert journal(settled, "ethics-round.publish") == [{"questionnaires": 4, "scored": 2}]


def test_scores_are_hidden_until_the_whole_round_is_opened(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [10, 10])
    sample.answer_all(settled, keys, prepared, [[BEST] * 9 + [WORST]] * 2)
    with settled.read() as session, pytest.raises(Conflict, match="not published yet"):
        published_scores(session, round_code="round-1")
    sample.close(settled, keys, prepared)
    with settled.read() as session:
        assert findings(session, prepared.questionnaire(session), prepared.round(session)) is None
    sample.unseal(settled, prepared, 0)
    with settled.read() as session:
        seen = findings(session, prepared.questionnaire(session), prepared.round(session))
        assert (seen.score.score, seen.score.error) == (Decimal("90.00"), None)
        assert [row.mean for row in seen.profile] == [Decimal("90.00")] * 10
        with pytest.raises(Conflict, match="not published yet"):
            published_scores(session, round_code="round-1")
    sample.unseal(settled, prepared, 1)
    with settled.read() as session:
        assert [row.n for row in published_scores(session, round_code="round-1")] == [10, 10]


def test_no_score_leaves_before_publication_of_a_small_office(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [9, 9])
    sample.answer_all(settled, keys, prepared, [[BEST] * 8 + [WORST], [BEST] * 4])
    sample.close(settled, keys, prepared)
    sample.unseal(settled, prepared, 0)
    sample.unseal(settled, prepared, 1)
    with settled.read() as session:
        asked = prepared.round(session)
        coarse = findings(session, prepared.questionnaire(session, 0), asked)
        small = findings(session, prepared.questionnaire(session, 1), asked)
        assert (coarse.score.score, coarse.agreement, coarse.profile) == (Decimal("90"), None, ())
        assert (small.score.n, small.score.score, small.profile) == (None, None, ())
        assert [line.returned for line in questionnaire_lines(session)] == [9, None]


def test_a_code_used_again_replaces_before_mixing_and_is_counted_after(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [5])
    codes = prepared.codes[prepared.numbers[0]]
    with settled.write(now=NOW) as session:
        first = sample.answer(session, keys, codes[0], WORST)
        second = sample.answer(session, keys, codes[0].lower(), BEST)
        for code in codes[1:]:
            sample.answer(session, keys, code, BEST)
    assert (first.receipt, first.is_counted) == (second.receipt, False)
    assert urn.mix_waiting(settled, keys=keys, takers=TAKERS, now=NOW) == 5
    with settled.write(now=NOW) as session:
        late = sample.answer(session, keys, codes[0], WORST)
    assert (late.receipt, late.is_counted) == (first.receipt, True)
    assert count(settled, Intake) == 0
    sample.close(settled, keys, prepared)
    sample.unseal(settled, prepared)
    with settled.read() as session:
        tally = session.get_one(EthicsTally, prepared.numbers[0])
        assert (tally.n, tally.composite_sum) == (5, 500_000_000)


def test_a_code_used_twice_at_the_same_moment_counts_once(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [5], takes_remarks=True)
    code = prepared.codes[prepared.numbers[0]][0]
    with settled.write(now=NOW) as session:
        urn.current_key(session, keys=keys, now=NOW)
    gate, receipts, faults = threading.Barrier(4), [], []

    def send() -> None:
        gate.wait()
        try:
            with settled.write(now=NOW) as session:
                receipts.append(sample.answer(session, keys, code, remark="Пікір").receipt)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(receipts) == 4
    assert len(set(receipts)) == 1
    with settled.read() as session:
        boxes = session.scalars(select(Intake.box).order_by(Intake.box)).all()
    assert sorted(boxes) == ["ethics-remarks:round-1", "ethics:round-1"]


def test_a_tampered_envelope_is_named_and_counted_and_the_rest_opens(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [8])
    number = prepared.numbers[0]
    sample.answer_all(settled, keys, prepared, [[BEST] * 7 + [WORST]])
    sample.close(settled, keys, prepared)
    with settled.write(now=NOW) as session:
        envelopes = session.scalars(select(Envelope).order_by(Envelope.key)).all()
        names = [envelope.key.hex()[:8] for envelope in envelopes]
        flipped = bytes([envelopes[2].sealed[0] ^ 1]) + envelopes[2].sealed[1:]
        for key, sealed in ((envelopes[2].key, flipped), (envelopes[5].key, envelopes[4].sealed)):
            session.execute(update(Envelope).where(Envelope.key == key).values(sealed=sealed))
    opening = sample.unseal(settled, prepared)
    assert (opening.received, opening.opened, opening.tallied, opening.is_whole) == (8, 6, 6, False)
    assert opening.spoiled == (names[2], names[5])
    assert journal(settled, "ethics.open")[0]["spoiled"] == [names[2], names[5]]
    with settled.read() as session:
        assert session.get_one(EthicsTally, number).spoiled == 2


def test_a_second_opening_is_refused_and_changes_nothing(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [5])
    sample.answer_all(settled, keys, prepared, [[BEST] * 5])
    sample.close(settled, keys, prepared)
    sample.unseal(settled, prepared)
    with pytest.raises(Conflict, match="was settled already"):
        sample.unseal(settled, prepared)
    with pytest.raises(Conflict, match="is not open"):
        sample.close(settled, keys, prepared)
    assert len(journal(settled, "ethics.open")) == 1


def test_an_opening_that_breaks_off_leaves_everything_sealed(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [5])
    sample.answer_all(settled, keys, prepared, [[BEST] * 5])
    sample.close(settled, keys, prepared)
    with settled.writing() as session:
        shares = prepared.shares[prepared.numbers[0]][:2]
        questionnaire = prepared.questionnaire(session)
        services.open_questionnaire(
            session, questionnaire=questionnaire, shares=shares, holders=sample.holders(questionnaire),
            now=NOW,
        )  # fmt: skip
        session.rollback()
    assert (count(settled, Envelope), count(settled, EthicsTally)) == (5, 0)
    assert sample.unseal(settled, prepared).is_whole


def test_nothing_opens_before_closing_or_with_a_wrong_share(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [5, 5])
    mine, other = (prepared.shares[number] for number in prepared.numbers)
    sample.answer_all(settled, keys, prepared, [[BEST] * 5] * 2)
    with pytest.raises(Conflict, match="is not closed"):
        sample.unseal(settled, prepared)
    sample.close(settled, keys, prepared)
    wrong = mine[0][:-1] + ("A" if mine[0][-1] != "A" else "B")
    for shares, fault in (
        ([mine[0], other[1]], f"Second share: it belongs to questionnaire {prepared.numbers[1]}"),
        ([wrong, mine[1]], "First share: group 8 is mistyped"),
        ([mine[0], mine[0]], "Second share: it is the same as the first"),
        ([mine[0], ""], "Second share: type all eight groups"),
    ):
        with pytest.raises(BadInput, match=fault):
            sample.unseal(settled, prepared, shares=shares)
    assert count(settled, Envelope) == 10


def test_a_round_opens_only_complete_and_admitted(settled: Storage):
    with settled.write(now=NOW) as session:
        made = sample.draft(session)

        def refused(need: str) -> None:
            with pytest.raises(Conflict, match=need):
                services.open_round(session, round=made, actor=ACTOR, now=NOW)

        refused("Admitted by the published rule book")
        with pytest.raises(
            Conflict, match="asks the statements “2030”, the ethics round “round-1” has “2026”"
        ):
            sample.admit(session, made, items="2030")
        sample.admit(session, made)
        refused("At least one questionnaire")
        official, kato = sample.new_official(session)
        given = {"round": made, "official_id": official.id, "kato": kato, "actor": ACTOR, "now": NOW}
        with pytest.raises(BadInput, match="A list of 0 people is impossible"):
            services.add_questionnaire(session, positions=(), **given)
        with pytest.raises(BadInput, match="does not hold the post"):
            services.add_questionnaire(
                session, positions=sample.staff_of(5), **{**given, "kato": sample.OBLASTS[1]}
            )
        questionnaire = services.add_questionnaire(session, positions=sample.staff_of(5), **given)
        with pytest.raises(Conflict, match="about this official already"):
            services.add_questionnaire(session, positions=sample.staff_of(5), **given)
        refused("A key for each questionnaire")
        shares = services.make_key(session, questionnaire=questionnaire, actor=ACTOR, now=NOW)
        refused("All three shares of each key rehearsed")
        sample.rehearse(session, questionnaire, [share.text for share in shares])
        with pytest.raises(Conflict, match="its shares were shown once"):
            services.make_key(session, questionnaire=questionnaire, actor=ACTOR, now=NOW)
        refused("Slips for each questionnaire")
        slips = {"questionnaire": questionnaire, "secret": SECRET, "actor": ACTOR, "now": NOW}
        assert len(set(services.make_slips(session, **slips))) == 5
        with pytest.raises(Conflict, match="they are shown once"):
            services.make_slips(session, **slips)
        services.open_round(session, round=made, actor=ACTOR, now=NOW)
        with pytest.raises(Conflict, match="no draft any more"):
            services.remove_questionnaire(session, questionnaire=questionnaire, actor=ACTOR, now=NOW)


def test_a_misprint_is_mended_by_a_new_questionnaire_with_a_new_number(settled: Storage):
    with settled.write(now=NOW) as session:
        prepared = sample.prepare(session, [5], is_open=False)
        old = prepared.questionnaire(session)
        given = {"official_id": old.official_id, "kato": old.kato, "positions": sample.staff_of(5)}
        services.remove_questionnaire(session, questionnaire=old, actor=ACTOR, now=NOW)
        assert session.scalars(select(Slip)).all() == []
        new = services.add_questionnaire(
            session, round=prepared.round(session), actor=ACTOR, now=NOW, **given
        )
        assert new.id != prepared.numbers[0]


def test_bad_rounds_are_refused(settled: Storage):
    with settled.write(now=NOW) as session:
        with pytest.raises(BadInput, match="needs small Latin letters"):
            sample.draft(session, code="Round 1")
        with pytest.raises(BadInput, match="there is no item set '2030'"):
            sample.draft(session, items_code="2030")
        with pytest.raises(BadInput, match="before it opens"):
            sample.draft(session, closes_on=date(2026, 5, 1))
        sample.draft(session)
        with pytest.raises(Conflict, match="already: take another code"):
            sample.draft(session)
    with pytest.raises(ValueError, match="minimum_n is 4; the floor is 5"):
        EthicsRules("2026", 4)


def test_answers_come_only_in_the_rounds_days_with_a_known_code(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [5])
    code = prepared.codes[prepared.numbers[0]][0]
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    with settled.write(now=NOW) as session:
        with pytest.raises(TooEarly):
            sample.answer(session, keys, code, now=NOW - timedelta(days=20))
        with pytest.raises(Gone):
            sample.answer(session, keys, code, now=NOW + timedelta(days=20))
        with pytest.raises(BadInput, match="has a slip in it"):
            sample.answer(session, keys, wrong)
        with pytest.raises(NotFound, match="There is no slip with this code"):
            sample.answer(session, keys, "0" * 16)
        with pytest.raises(BadInput, match="the point '5' of 'rights' is not 1 to 4"):
            sample.answer(session, keys, code, "4511414144")
    sample.close(settled, keys, prepared)
    with settled.write(now=NOW) as session, pytest.raises(Gone):
        sample.answer(session, keys, code)
    with settled.read() as session:
        assert prepared.questionnaire(session).outcome is Outcome.VOID


def test_a_round_is_published_with_a_reason_when_shares_are_lost(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [10, 5, 4])
    sample.answer_all(settled, keys, prepared, [[BEST] * 9 + [WORST], [BEST] * 5, [BEST] * 4])
    sample.close(settled, keys, prepared)
    sample.unseal(settled, prepared, 0)
    with settled.write(now=NOW) as session:
        if session.get_bind().dialect.name == "sqlite":
            # In whatever order rows come that nobody has ordered, the journal goes by number.
            session.execute(text("PRAGMA reverse_unordered_selects = ON"))
        given = {"round": prepared.round(session), "actor": ACTOR, "now": NOW}
        with pytest.raises(BadInput, match="Give the reason"):
            services.publish_scores(session, reason=" ", **given)
        services.publish_scores(session, reason="two shares burnt", **given)
        with pytest.raises(Conflict, match="cannot be published now"):
            services.publish_scores(session, reason="again", **given)
    assert journal(settled, "ethics-questionnaire.void") == [
        {"destroyed": sealed, "remarks": 0, "reason": "two shares burnt"} for sealed in (5, 4)
    ]
    assert count(settled, Envelope) == 0
    with settled.read() as session:
        assert [row.n for row in published_scores(session, round_code="round-1")] == [10, None, None]
    with pytest.raises(Conflict, match="was settled already"):
        sample.unseal(settled, prepared, 1)


def test_a_conclusion_is_signed_in_versions_after_opening(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [5])
    sample.answer_all(settled, keys, prepared, [[BEST] * 5])

    def sign(verdict: Verdict, ru: str = "Замечаний нет") -> None:
        with settled.write(now=NOW) as session:
            services.conclude(
                session, questionnaire=prepared.questionnaire(session), verdict=verdict,
                reasons_kk="Ескерту жоқ", reasons_ru=ru, actor="account:9", now=NOW,
            )  # fmt: skip

    with pytest.raises(Conflict, match="first, then conclude"):
        sign(Verdict.COMPLIES)
    sample.close(settled, keys, prepared)
    sample.unseal(settled, prepared)
    with pytest.raises(BadInput, match="in Kazakh and in Russian"):
        sign(Verdict.COMPLIES, ru=" ")
    sign(Verdict.COMPLIES)
    sign(Verdict.REMARKS)
    with settled.read() as session:
        (last,) = conclusions(session, round_code="round-1")
        assert (last.verdict, last.version, last.signed_by, last.signed_at) == (
            Verdict.REMARKS, 2, "account:9", NOW,
        )  # fmt: skip
        kept = versions_of(session, prepared.questionnaire(session))
        assert [one.verdict for one in kept] == [Verdict.REMARKS, Verdict.COMPLIES]


def test_lists_ask_the_same_number_of_queries_for_one_and_for_three(settled: Storage):
    from sqlalchemy import event

    prepared_in(settled, [5])
    prepared_in(settled, [5, 5, 5], code="round-2", oblasts=sample.OBLASTS[1:])
    asked: list[str] = []
    event.listen(settled.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    numbers = []
    for oblast, lines in ((sample.OBLASTS[0], 1), (sample.OBLASTS[1], 3)):
        with settled.read() as session:
            before = len(asked)
            assert len(questionnaire_lines(session, oblasts=[oblast])) == lines
            numbers.append(sum(text.startswith("SELECT") for text in asked[before:]))
    assert numbers == [1, 1]


def test_the_number_of_received_answers_is_kept_by_the_box(settled: Storage, keys: KeyRing):
    prepared = prepared_in(settled, [7])
    sample.answer_all(settled, keys, prepared, [[BEST] * 7])
    with settled.read() as session:
        assert session.get_one(Box, prepared.numbers[0]).received == 0
    urn.mix_waiting(settled, keys=keys, takers=TAKERS, now=NOW)
    with settled.read() as session:
        assert session.get_one(Box, prepared.numbers[0]).received == 7
        assert session.get_one(Round, prepared.round_id).published_at is None
