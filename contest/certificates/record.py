"""What a certificate says, as one frozen record: the only input of its drawing, and its own proof.

Pure: the standard library and the rule book's stages. A record with a fault does not exist; the same
record is always the same JSON text, which the register keeps and the PDF carries inside.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum

from contest.rulebook import Stage

FORMAT = "auyl-uni certificate 1"
#: The name of the record's file inside the PDF.
FILE_NAME = "certificate.json"
DEMO_PREFIX = "DEMO-"
#: The most characters that a text may have; those not named here may have LONGEST_TEXT.
LONGEST = {"name_kk": 100, "name_ru": 100, "order_number": 40, "signed_by": 60, "code": 32, "award": 48}
LONGEST_TEXT = 240
HIGHEST_PLACE = 10


class AwardKind(StrEnum):
    """What a certificate is given for."""

    PLACE = "place"
    NOMINATION = "nomination"
    FINALIST = "finalist"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """One certificate in words and numbers.

    :param place: the place, for an award of that kind alone.
    :param award: `place-1`, `nomination:<code>`, `finalist` or `thanks`: one person has each once a stage.
    :param award_kk: the nomination's title, empty for the other kinds; so in ru and en.
    :param post_kk: oblast, district and unit of the post, as the classifier names them; so in ru and en.
    :param standing: the digest of the frozen standing's inputs.
    :param address: where anyone can check the certificate.
    """

    code: str
    serial: int
    is_demo: bool
    contest: str
    contest_kk: str
    contest_ru: str
    contest_en: str
    stage: Stage
    kind: AwardKind
    place: int | None
    award: str
    award_kk: str
    award_ru: str
    award_en: str
    name_kk: str
    name_ru: str
    kato: str
    post_kk: str
    post_ru: str
    post_en: str
    order_number: str
    order_on: date
    signed_by: str
    issued_on: date
    rulebook: str
    standing: str
    address: str

    def __post_init__(self) -> None:
        _check_texts(self)
        if self.serial < 1:
            raise ValueError(f"serial is {self.serial}: numbers begin with 1")
        if self.is_demo != self.code.startswith(DEMO_PREFIX):
            raise ValueError(
                f"code is {self.code!r}: exactly the demonstration's codes begin with {DEMO_PREFIX}"
            )
        if (self.kind is AwardKind.PLACE) != (self.place is not None):
            raise ValueError(f"place is {self.place!r} for an award of the kind {self.kind.value!r}")
        if self.place is not None and not 1 <= self.place <= HIGHEST_PLACE:
            raise ValueError(f"place is {self.place}: give 1 to {HIGHEST_PLACE}")
        for field in ("award_kk", "award_ru", "award_en"):
            if (self.kind is AwardKind.NOMINATION) != bool(getattr(self, field)):
                raise ValueError(f"{field} is {getattr(self, field)!r} for the kind {self.kind.value!r}")
        if not self.address.endswith(f"/v/{self.code}"):
            raise ValueError(f"address is {self.address!r}: it must end with the code {self.code!r}")

    @property
    def made_at(self) -> datetime:
        """The day of issue as an instant, for the dates inside the file."""
        return datetime(self.issued_on.year, self.issued_on.month, self.issued_on.day, tzinfo=UTC)

    def as_json(self) -> str:
        """One canonical JSON text: sorted keys, no blanks, no escapes."""
        body = {"format": FORMAT, **asdict(self)}
        body["order_on"], body["issued_on"] = self.order_on.isoformat(), self.issued_on.isoformat()
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record_from_json(text: str) -> CertificateRecord:
    """Read a record back.

    :raises ValueError: naming the field, when the text is no record of ours.
    """
    try:
        body = json.loads(text)
    except ValueError as fault:
        raise ValueError(f"this is not JSON: {fault}") from None
    if not isinstance(body, dict) or body.pop("format", None) != FORMAT:
        raise ValueError(f"this is not a record of the format {FORMAT!r}")
    expected = {field.name for field in fields(CertificateRecord)}
    if set(body) != expected:
        odd = sorted(set(body) ^ expected)[0]
        raise ValueError(f"the field {odd!r} is missing or unknown")
    for name, kind in (("serial", int), ("is_demo", bool)):
        if type(body[name]) is not kind:
            raise ValueError(f"{name} is {body[name]!r}")
    if body["place"] is not None and type(body["place"]) is not int:
        raise ValueError(f"place is {body['place']!r}")
    for name, kind in (("stage", Stage), ("kind", AwardKind)):
        body[name] = kind(body[name])
    for name in ("order_on", "issued_on"):
        body[name] = date.fromisoformat(body[name])
    return CertificateRecord(**body)


def _check_texts(record: CertificateRecord) -> None:
    """Every text is one clean line of its length, and only what may be empty is."""
    may_be_empty = {"award_kk", "award_ru", "award_en", "signed_by"}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.type != "str":
            continue
        longest = LONGEST.get(field.name, LONGEST_TEXT)
        if not isinstance(value, str) or (not value and field.name not in may_be_empty):
            raise ValueError(f"{field.name} is {value!r}: give a text")
        if len(value) > longest:
            raise ValueError(f"{field.name} has {len(value)} characters: give at most {longest}")
        if value != " ".join(value.split()) or any(unicodedata.category(sign) == "Cc" for sign in value):
            raise ValueError(f"{field.name} is {value!r}: give one line with single blanks")
