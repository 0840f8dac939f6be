"""The insider of the ethics questionnaires: every dump, file and log, all codes, the secret, and both shares.

Everything is seen after each answer; the inner seals are opened afterwards, with two shares. The ways of
guessing are those of the survey's insider.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ethics.answers import Opener
from tests.surveys.insider import Batch, Insider, _nearest

TABLES = ("ethics_envelopes", "ethics_slips", "urn_ledger", "urn_intake", "journal")


@dataclass
class EthicsInsider(Insider):
    """Knows besides in which order the slips were printed, and holds the key of each questionnaire."""

    openers: dict[int, Opener] = field(default_factory=dict)
    printed: list[bytes] = field(default_factory=list)
    _outer: dict[bytes, bytes] = field(default_factory=dict)

    def look(self) -> None:
        """Take a dump; where envelopes are new, take everything else that can be had."""
        waiting = self._rows("SELECT trace, sealed FROM urn_intake")
        self._outer.update((bytes(trace), bytes(sealed)) for trace, sealed in waiting)
        envelopes = {bytes(key): (number, bytes(sealed)) for key, number, sealed in self._rows(
            "SELECT key, box_id, sealed FROM ethics_envelopes"
        ) if bytes(key) not in self._seen}  # fmt: skip
        traces = [bytes(trace) for (trace,) in self._rows("SELECT trace FROM urn_ledger")]
        traces = [trace for trace in traces if trace not in self._seen]
        self._seen.update(envelopes, traces)
        if envelopes:
            raw = self._raw()
            for number in {number for number, _ in envelopes.values()}:
                self._take(number, envelopes, traces, raw)

    def _take(
        self, number: int, envelopes: dict[bytes, tuple[int, bytes]], traces: list[bytes], raw: dict
    ) -> None:
        persons = tuple(p for p in self.known.values() if p.kato == str(number) and p.trace in traces)
        own = [person.trace for person in persons]
        seals = {key: sealed for key, (where, sealed) in envelopes.items() if where == number}
        of_slips = self._traits("ethics_slips", "mark", own, raw)
        of_traces = {
            **self._traits("urn_ledger", "trace", own, raw),
            **{f"slip's {name}": places for name, places in of_slips.items()},
            "arrival": {trace: place for place, trace in enumerate(self.known)},
            "printing": {trace: place for place, trace in enumerate(self.printed)},
            "outer seal": self._outer,
        }
        of_envelopes = {**self._traits("ethics_envelopes", "key", seals, raw), "inner seal": seals}
        said = {key: self.openers[number].open(sealed).given for key, sealed in seals.items()}
        near = {name: _nearest(data, own, said) for name, data in raw.items()}
        self.batches.append(Batch(persons, said, of_traces, of_envelopes, near))
