"""A small release made by hand, table by table, so that a test can change any cell of it and pack it again.

Two oblasts with three villages and three nominees each, the finalists at the national stage, a league. Its
numbers follow from each other as a real release's do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from contest.league.computation import compute_league
from contest.release.layout import CONTEST, HEADS, MANIFEST, SIGNATURE, SIGNER, VERSIONS, dictionary_rows
from contest.release.packing import manifest_of, packed
from contest.release.sheets import Sheet, plain_json, sheet_files
from contest.rulebook import RuleBook, Stage
from contest.rulebook_reading import read_rulebook, shipped_text
from contest.standings.computation import canonical_inputs, compute_rows, digest_of
from core.disclosure import published
from core.shrinkage import shrink
from core.signatures import DEMONSTRATION, SigningKey, fingerprint_of, make_store, sign_bytes

TEXT = (
    shipped_text("2026")
    .replace("interval_draws = 1000", "interval_draws = 100")
    .replace("top_draws = 10000", "top_draws = 100")
)
AT = datetime(2026, 9, 28, 9, 0, tzinfo=UTC)
OBLASTS = ("110000000", "190000000")
CRITERIA = ("rights", "services", "families", "employment", "infrastructure", "community")
#: КАТО, adults, n, score, error of each village.
VILLAGES: Sequence[tuple[str, int, int, str, str]] = (
    ("111100000", 300, 40, "71.25", "1.90"), ("112200000", 450, 25, "66.40", "2.60"),
    ("113300000", 900, 60, "80.10", "1.50"), ("191100000", 400, 30, "58.00", "2.20"),
    ("192200000", 200, 12, "74.00", "4.10"), ("193300000", 2500, 90, "69.35", "1.10"),
)  # fmt: skip
#: n, score, error, whether it is coarse, of the nominee of each village.
ETHICS: Sequence[tuple[int, str, str, bool] | None] = (
    (7, "80", "5", True), (12, "61.30", "3.40", False), (6, "75", "6", True),
    None, (15, "66.10", "2.90", False), (11, "71.20", "3.10", False),
)  # fmt: skip
#: Each judge's marks for each nominee of an oblast.
MARKS = (
    ((8, 7, 9, 6), (7, 7, 8, 8), (9, 8, 8, 7)), ((5, 6, 7, 6), (6, 6, 6, 5), (7, 5, 6, 6)),
    ((9, 9, 8, 10), (8, 9, 9, 9), (10, 9, 8, 9)),
)  # fmt: skip
NATIONAL_MARKS = (((8, 8, 7), (9, 7, 8)), ((7, 9, 9), (8, 8, 9)))


@dataclass(frozen=True)
class Country:
    """What a release is made of: villages, the nominees' ethics scores by village, marks by place."""

    villages: Sequence[tuple[str, int, int, str, str]] = VILLAGES
    ethics: Sequence[tuple[int, str, str, bool] | None] = ETHICS
    marks: Sequence[Sequence[Sequence[int]]] = MARKS
    national_marks: Sequence[Sequence[Sequence[int]]] = NATIONAL_MARKS

    @property
    def oblasts(self) -> list[str]:
        return sorted({f"{village[0][:2]}0000000" for village in self.villages})

    def places(self, oblast: str) -> list[int]:
        """The villages of an oblast that have a nominee."""
        own = [at for at, village in enumerate(self.villages) if village[0][:2] == oblast[:2]]
        return own[: len(self.marks)]


@dataclass
class Made:
    """The tables and other files of a release, before they are packed."""

    tables: dict[str, list[list[Any]]] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    others: dict[str, bytes] = field(default_factory=dict)

    def files(self, key: SigningKey | None = None) -> dict[str, bytes]:
        """All files, with a manifest over them and a signature over that."""
        files = {f"{name}.json": canonical_inputs(one).encode() for name, one in self.inputs.items()}
        sheets = [Sheet(name, rows) for name, rows in self.tables.items()]
        return signed({**self.others, **files, **sheet_files(sheets, is_demo=False)}, key)


@cache
def signing_key(name: str = "Auyl Uni") -> SigningKey:
    """A key of a demonstration."""
    life = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
    return SigningKey(make_store(name, passphrase=b"x", organisation=DEMONSTRATION, life=life), b"x")


def signed(files: dict[str, bytes], key: SigningKey | None = None, **changes: Any) -> dict[str, bytes]:
    """Files with a new manifest and a new signature: what somebody makes who changed one of them."""
    key = key or signing_key()
    kept = {name: content for name, content in files.items() if name not in (MANIFEST, SIGNATURE, SIGNER)}
    facts = {
        "contest": "2026", "demonstration": False, "receipts": None,
        "signer": fingerprint_of(key.certificate), **changes,
    }  # fmt: skip
    manifest = manifest_of(kept, facts)
    signature = sign_bytes(manifest, key).hex().encode()
    return {**kept, MANIFEST: manifest, SIGNATURE: signature, SIGNER: key.pem.encode()}


def changed(made: Made, act: Callable[[Made], None]) -> dict[str, bytes]:
    """The files of a copy in which something was changed, both copies of a table alike, and signed anew."""
    copy = deepcopy(made)
    act(copy)
    return copy.files()


def zipped(files: dict[str, bytes]) -> bytes:
    """The ZIP of files as they are."""
    return packed(files)


def hand_made(text: str = TEXT, country: Country = Country()) -> Made:
    """The release."""
    made, book = Made(), read_rulebook(text)
    _papers(made, book, text)
    _survey(made, country)
    _people(made, book, country)
    _league(made, book, country)
    return made


def _papers(made: Made, book: RuleBook, text: str) -> None:
    made.others = {
        CONTEST: plain_json(
            {"contest": "2026", "demonstration": False, "published_at": AT.isoformat(), "journal": None}
        ),
        VERSIONS: plain_json({"python": "3.11", "numpy": "2", "scipy": "1"}), HEADS: b"",
        "rules/edition-1.toml": text.encode(), "rules/edition-1.json": book.as_json().encode(),
    }  # fmt: skip
    made.tables["rules/editions"] = [[1, book.fingerprint, "12-Ө", date(2026, 5, 1), AT, None]]
    made.tables["dictionary/columns"] = dictionary_rows()


def _survey(made: Made, country: Country) -> None:
    villages = country.villages
    drawn = shrink([float(v[3]) for v in villages], [float(v[4]) for v in villages])
    reliability = [published(share) for share in drawn.reliability.tolist()]
    made.tables["survey/units"] = [
        [kato, "Ауыл", "Село", "Village", f"{kato[:2]}0000000", None, adults, n, Decimal(score),
         Decimal(error), share, published(1.959963984540054 * float(error) * (1 - n / adults) ** 0.5), False,
         "codes"]
        for (kato, adults, n, score, error), share in zip(villages, reliability, strict=True)
    ]  # fmt: skip
    made.tables["survey/criteria"] = [[code, 1, "Өлшем", "Критерий", "Criterion"] for code in CRITERIA]
    made.tables["survey/criterion_means"] = [
        [kato, code, Decimal(score) + place]
        for kato, _adults, _n, score, _error in villages
        for place, code in enumerate(CRITERIA)
    ]
    made.tables["survey/groups"] = [["nation", "nation", *_over(villages), Decimal("0.80")]] + [
        ["oblast", oblast, *_over([v for v in villages if v[0][:2] == oblast[:2]]), Decimal("1.10")]
        for oblast in country.oblasts
    ]
    last = villages[-1][0]
    made.tables["survey/strata"] = [[last, "-", "f", 50, Decimal("70.00"), Decimal("1.50")]]
    made.tables["survey/variants"] = [
        [last, "weighted", 90, Decimal("69.00"), Decimal("1.20"), Decimal("1.05")]
    ]
    made.tables["survey/turnout"] = [[last, "web", 85], [last, "paper", 0]]


def _over(villages: Sequence[tuple]) -> list[object]:
    n = sum(village[2] for village in villages)
    return [n, published(sum(village[2] * Decimal(village[3]) for village in villages) / n)]


def _people(made: Made, book: RuleBook, country: Country) -> None:
    for table in ("rows", "components", "standings"):
        made.tables[f"standings/{table}"] = []
    for name in ("jury/marks", "jury/abstentions", "jury/conflicts", "decisions/changes"):
        made.tables[name] = []
    for oblast in country.oblasts:
        places = zip(country.places(oblast), country.marks, strict=False)
        people = [_nominee(country, at, {"project": marks}) for at, marks in places]
        _standing(made, book, country, "regional", oblast, people)
    made.tables["ethics/officials"] = [
        [at + 1, at + 101, country.villages[at][0], one[0], Decimal(one[1]), Decimal(one[2]), one[3]]
        for oblast in country.oblasts
        for at in country.places(oblast)
        if (one := country.ethics[at])
    ]
    projects = {row[1]: row[4] for row in made.tables["standings/components"] if row[2] == "project"}
    finalists = [row[1] for row in made.tables["standings/rows"] if row[14]]
    people = [
        _nominee(country, number - 1, {"cases": marks})
        for number, marks in zip(finalists, country.national_marks, strict=True)
    ]
    means = {(row[0], row[1]): row[2] for row in made.tables["survey/criterion_means"]}
    nominations = {"project": [[one["id"], projects[one["id"]]] for one in people]} | {
        code: [[one["id"], str(means[one["kato"], criterion])] for one in people]
        for code, criterion in (("open", "community"), ("enterprising", "employment"))
    }
    votes = {"enterprising": [[people[0]["id"], 2, True]]}
    _standing(made, book, country, "national", None, people, nominations=nominations, votes=votes)
    made.tables["decisions/nominations"] = [["enterprising", people[0]["id"], 2, True]]
    made.tables["jury/conflicts"] = [["regional", "J-OTHER", 1]]
    made.tables["jury/abstentions"] = [["regional", "J-OTHER", 2, "project", "need"]]
    voted = (True, 3, 1, 0, 4, 5, 1, 4)
    made.tables["decisions/votes"] = [
        ["national", None, "standing-approved", 1, "Бекіту", "Утвердить", AT, *voted, "а", "б"]
    ]
    made.tables["decisions/changes"] = [
        [
            "regional",
            country.oblasts[0],
            "returned",
            1,
            1,
            2,
            Decimal("70.00"),
            None,
            1,
            Decimal("71.00"),
            "place-1",
        ]
    ]


def _nominee(country: Country, at: int, marks: dict[str, Sequence[Sequence[int]]]) -> dict[str, Any]:
    ethics, kato = country.ethics[at], country.villages[at][0]
    # The numbers of the judges follow from what they gave, as in a real standing.
    return {
        "id": at + 1, "official": at + 101, "kato": kato, "oblast": f"{kato[:2]}0000000",
        "ethics": None if ethics is None else list(ethics),
        "marks": {part: [list(one) for one in given] for part, given in marks.items()},
        "judges": {part: list(range(1, len(given) + 1)) for part, given in marks.items()},
    }  # fmt: skip


def _standing(
    made: Made,
    book: RuleBook,
    country: Country,
    stage: str,
    oblast: str | None,
    people: list[dict[str, Any]],
    **more: Any,
) -> None:
    code = "-".join(filter(None, (stage, oblast, "v1")))
    units = [[v[0], v[2], v[3], v[4]] for v in country.villages if oblast is None or v[0][:2] == oblast[:2]]
    inputs = {
        "contest": "2026", "stage": stage, "oblast": oblast, "rulebook": book.fingerprint, "units": units,
        "nominees": people, "nominations": {}, **more,
    }  # fmt: skip
    made.inputs[f"standings/inputs/{code}"] = inputs
    made.tables["standings/standings"].append(
        [code, stage, oblast, 1, True, True, False, book.fingerprint, digest_of(inputs), AT, AT, None]
    )
    known = {one["id"]: one for one in people}
    for row in compute_rows(inputs, book):
        one = known[row.nominee_id]
        made.tables["standings/rows"].append(
            [code, row.nominee_id, one["official"], "Асқар", "Аскар", row.kato, one["oblast"], row.place,
             row.composite, row.error, row.shown, row.low, row.high, row.top_probability, row.is_finalist,
             row.award, ";".join(row.flags)]
        )  # fmt: skip
        for part in row.parts.values():
            given = {"mean": None} | part.as_dict()
            made.tables["standings/components"].append(
                [code, row.nominee_id, *(given[name] for name in ("code", "weight", "score", "error", "n",
                 "used", "reliability", "is_coarse", "mean"))]
            )  # fmt: skip
    for one in people:
        for part, given in one["marks"].items():
            codes = [criterion.code for criterion in book.stage(Stage(stage)).component(part).criteria]
            made.tables["jury/marks"] += [
                [code, f"J-{stage}{number}", number, one["id"], part, criterion, mark]
                for number, marks in zip(one["judges"][part], given, strict=True)
                for criterion, mark in zip(codes, marks, strict=True)
            ]


def _league(made: Made, book: RuleBook, country: Country) -> None:
    inputs = {
        "contest": "2026", "rulebook": book.fingerprint,
        "units": [[kato, n, score, error, adults] for kato, adults, n, score, error in country.villages],
    }  # fmt: skip
    made.inputs["league/inputs/league-v1"] = inputs
    made.tables["league/leagues"] = [["league-v1", 1, book.fingerprint, digest_of(inputs), AT]]
    made.tables["league/rows"] = [
        ["league-v1", one.kato, one.size, one.position.value, one.adults, one.measured.n, one.measured.score,
         one.measured.error, one.measured.reliability, one.used, one.place, one.low, one.high,
         one.top_probability]
        for one in compute_league(inputs, book)
    ]  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each number or text inside plain JSON."""
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for at, one in enumerate(value) for leaf in leaves(one, (*path, at))]
    return [path]


def set_leaf(value: Any, path: Sequence[Any], to: Any) -> None:
    """Put something at the end of a way."""
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = to


def at_leaf(value: Any, path: Sequence[Any]) -> Any:
    """What stands at the end of a way."""
    for step in path:
        value = value[step]
    return value


def redigested(made: Made, name: str) -> None:
    """Let the list of standings, or of leagues, hold the digest of inputs that were changed."""
    folder, _, code = name.split("/")
    table, place = ("standings/standings", 8) if folder == "standings" else ("league/leagues", 3)
    for row in made.tables[table]:
        if row[0] == code:
            row[place] = digest_of(json.loads(canonical_inputs(made.inputs[name])))
