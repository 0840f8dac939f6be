"""The insider of the ethics questionnaires: every dump, file and log, all codes, the secret, and both shares.

Everything is seen after each answer; the inner seals are opened afterwards, with two shares. The ways of
guessing are those of the survey's insider. Remarks are joined to people, and to answers besides.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from core.codes import key_for
from ethics.answers import Opener
from ethics.remarks.services import BOX_PREFIX
from tests.conftest import SECRET
from tests.surveys.insider import Batch, Insider, Person, Traits, _nearest

TABLES = ("ethics_envelopes", "ethics_sealed_remarks", "ethics_slips", "urn_ledger", "urn_intake", "journal")
Sealed = dict[bytes, tuple[int, bytes]]


@dataclass
class EthicsInsider(Insider):
    """Knows besides in which order the slips were printed, and holds the key of each questionnaire.

    `batches` join people to answers, `remarks` people to remarks, `across` answers to remarks.
    """

    openers: dict[int, Opener] = field(default_factory=dict)
    printed: list[bytes] = field(default_factory=list)
    remarks: list[Batch] = field(default_factory=list)
    across: list[Batch] = field(default_factory=list)
    _outer: dict[bytes, bytes] = field(default_factory=dict)

    def look(self) -> None:
        """Take a dump; where envelopes are new, take everything else that can be had."""
        waiting = self._rows("SELECT trace, sealed FROM urn_intake")
        self._outer.update((bytes(trace), bytes(sealed)) for trace, sealed in waiting)
        answers, remarks = self._new("ethics_envelopes"), self._new("ethics_sealed_remarks")
        traces = [bytes(trace) for (trace,) in self._rows("SELECT trace FROM urn_ledger")]
        traces = [trace for trace in traces if trace not in self._seen]
        self._seen.update(answers, remarks, traces)
        if answers:
            raw = self._raw()
            for number in {number for number, _ in answers.values()}:
                self._take(number, answers, remarks, traces, raw)

    def _new(self, table: str) -> Sealed:
        rows = self._rows(f"SELECT key, box_id, sealed FROM {table}")  # noqa: S608
        return {bytes(k): (number, bytes(sealed)) for k, number, sealed in rows if bytes(k) not in self._seen}

    def _take(self, number: int, answers: Sealed, remarks: Sealed, traces: list[bytes], raw: dict) -> None:
        opener = self.openers[number]
        persons = tuple(p for p in self.known.values() if p.kato == str(number) and p.trace in traces)
        seals, of_answers = self._seals("ethics_envelopes", number, answers, raw)
        said = {key: opener.open(sealed).given for key, sealed in seals.items()}
        of_persons = self._of_persons(persons, raw)
        self.batches.append(_batch(persons, said, of_persons, of_answers, raw))
        seals, of_remarks = self._seals("ethics_sealed_remarks", number, remarks, raw)
        if not seals:
            return
        words = {key: opener.open_remark(sealed).given for key, sealed in seals.items()}
        self.remarks.append(_batch(persons, words, of_persons, of_remarks, raw))
        writers = tuple(Person(key, str(number), given) for key, given in said.items())
        self.across.append(_batch(writers, words, of_answers, of_remarks, raw))

    def _seals(self, table: str, number: int, found: Sealed, raw: dict) -> tuple[dict[bytes, bytes], Traits]:
        """What lies in a questionnaire's new envelopes, and everything by which they can be put in order."""
        seals = {key: sealed for key, (where, sealed) in found.items() if where == number}
        return seals, {**self._traits(table, "key", seals, raw), "inner seal": seals}

    def _of_persons(self, persons: tuple[Person, ...], raw: dict) -> Traits:
        own = [person.trace for person in persons]
        of_remark = {_remark_trace(trace): trace for trace in own}
        ledger = self._traits("urn_ledger", "trace", own, raw)
        of_slips = self._traits("ethics_slips", "mark", own, raw)
        of_their_remarks = {
            name: {of_remark[one]: place for one, place in places.items() if one in of_remark}
            for name, places in self._traits("urn_ledger", "trace", of_remark, raw).items()
        }
        return {
            **ledger,
            **{f"slip's {name}": places for name, places in of_slips.items()},
            **{f"remark's {name}": places for name, places in of_their_remarks.items()},
            "arrival": {trace: place for place, trace in enumerate(self.known)},
            "printing": {trace: place for place, trace in enumerate(self.printed)},
            "outer seal": self._outer,
            "remark's outer seal": {
                trace: self._outer[own] for own, trace in of_remark.items() if own in self._outer
            },
        }


def _remark_trace(trace: bytes) -> bytes:
    """The trace of a person's remark, which whoever has the installation's secret can derive."""
    return hmac.digest(key_for(SECRET, BOX_PREFIX), trace, hashlib.sha256)


def _batch(
    persons: tuple[Person, ...], said: dict[bytes, str], of_persons: Traits, of_envelopes: Traits, raw: dict
) -> Batch:
    near = {name: _nearest(data, [p.trace for p in persons], said) for name, data in raw.items()}
    return Batch(persons, said, of_persons, of_envelopes, near)
