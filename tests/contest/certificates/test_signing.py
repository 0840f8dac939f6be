"""The signed file: valid for pyHanko, still accessible, and no byte of it can be changed unnoticed."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from contest.certificates.drawing import draw_certificate
from contest.certificates.files import path_of, signature_beside
from contest.certificates.inspection import Inspection, inspect, inspect_apart
from contest.certificates.press import Press, known_signers, make_file, press_of
from contest.certificates.record import FILE_NAME
from core.documents import read_attachment
from core.errors import Unavailable
from core.settings import Settings
from core.signatures import (
    DEMONSTRATION,
    Seal,
    SealCheck,
    SigningKey,
    check_seal,
    is_signed_by,
    make_store,
    sign_bytes,
)
from tests.conftest import NOW, SECRET
from tests.contest.certificates.sample import KEY, RECORD, SIGNERS, issue, the_standing
from tests.core.test_documents import opened, structure

YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
DRAWN = draw_certificate(RECORD)
SIGNED = make_file(RECORD, KEY)


def container(content: bytes) -> range:
    """Where the signature's own container stands, which it cannot cover."""
    first, second = re.search(rb"/ByteRange ?\[ ?0 (\d+) (\d+) ", content).groups()
    return range(int(first), int(second))


def test_pyhanko_validates_the_signature_over_the_whole_file():
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    (embedded,) = PdfFileReader(io.BytesIO(SIGNED)).embedded_signatures
    root = x509.Certificate.load(KEY.certificate.public_bytes(Encoding.DER))
    status = validate_pdf_signature(embedded, ValidationContext(trust_roots=[root], allow_fetching=False))
    assert (status.bottom_line, status.coverage) == (True, SignatureCoverageLevel.ENTIRE_FILE)
    assert str(embedded.sig_object["/SubFilter"]) == "/ETSI.CAdES.detached"
    assert embedded.signer_cert.public_key.curve == ("named", "secp256r1")


def test_what_was_drawn_stands_before_the_signature_byte_for_byte():
    assert SIGNED[: len(DRAWN)] == DRAWN
    assert draw_certificate(RECORD) == DRAWN
    assert read_attachment(SIGNED, FILE_NAME) == RECORD.as_json().encode()


def test_a_signed_certificate_is_still_pdf_a_3a_with_tags_language_and_fonts():
    document = opened(SIGNED)
    root = document.Root
    metadata = root.Metadata.read_bytes().decode()
    assert re.findall(r'pdfaid:part(?:="|>)(\d)', metadata) == ["3"]
    assert re.findall(r'pdfaid:conformance(?:="|>)(\w)', metadata) == ["A"]
    assert [str(intent.S) for intent in root.OutputIntents] == ["/GTS_PDFA1"]
    # Its base is ISO 32000-1: of later versions' features nothing may be declared.
    assert (document.pdf_version, root.get("/Version")) == ("1.7", None)
    assert {name: str(found.BaseVersion) for name, found in root.Extensions.items()} == {"/ESIC": "/1.7"}
    assert (str(root.Lang), bool(root.MarkInfo.Marked)) == ("kk", True)
    assert bool(root.ViewerPreferences.DisplayDocTitle) is True
    assert str(document.docinfo.Title).startswith("Диплом № 12")
    assert [(str(one.AFRelationship), str(one.UF)) for one in root.AF] == [("/Source", FILE_NAME)]
    for font in document.pages[0].Resources.Font.values():
        assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


def test_the_signature_field_is_one_and_in_the_structure_with_a_text():
    document = opened(SIGNED)
    (field,) = document.Root.AcroForm.Fields
    assert (str(field.FT), str(field.T), int(document.Root.AcroForm.SigFlags)) == ("/Sig", "Signature", 3)
    assert str(field.TU) == "Құжаттың электрондық қолтаңбасы · Электронная подпись документа"
    assert [each.objgen for each in document.pages[0].Annots] == [field.objgen]
    assert [role for role, _language in structure(document)].count("/Form") == 1
    numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
    parents = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    form = parents[int(field.StructParent)]
    assert (str(form.S), str(form.Alt)) == ("/Form", str(field.TU))
    assert form.K[0].Obj.objgen == field.objgen


def test_the_ornament_is_no_part_of_the_structure():
    document = opened(SIGNED)
    content = pikepdf.parse_content_stream(document.pages[0])
    operators = [(str(step.operator), [str(each) for each in step.operands]) for step in content]
    at = next(i for i, step in enumerate(operators) if step == ("Do", ["/Backdrop"]))
    assert ("BMC", ["/Artifact"]) in operators[:at]
    assert operators[at + 1 : at + 3] == [("Q", []), ("EMC", [])]


def test_every_flipped_byte_changes_the_digest_and_breaks_the_signature():
    """By signature alone all but the container's bytes; the recorded SHA-256 tells of those as well."""
    hidden = container(SIGNED)
    expected = hashlib.sha256(SIGNED).digest()
    spread = [
        *range(0, len(SIGNED), len(SIGNED) // 250),
        *range(hidden.start - 20, hidden.start), *range(hidden.stop, len(SIGNED), 13),
    ]  # fmt: skip
    seen = []
    for at in spread:
        changed = bytearray(SIGNED)
        changed[at] ^= 1
        assert hashlib.sha256(changed).digest() != expected
        if at not in hidden and check_seal(bytes(changed), SIGNERS).seal is Seal.INTACT:
            seen.append(at)
    assert seen == []
    assert check_seal(SIGNED, SIGNERS).seal is Seal.INTACT


def test_what_follows_the_signature_breaks_it():
    longer = io.BytesIO()
    with opened(SIGNED) as document:
        document.docinfo["/Title"] = "Басқа"
        document.save(longer)
    for content in (SIGNED + b"\n", longer.getvalue()):
        assert check_seal(content, SIGNERS).seal is Seal.BROKEN
    assert check_seal(DRAWN, SIGNERS).seal is Seal.NONE
    assert check_seal(SIGNED, frozenset()).seal is Seal.STRANGER


@settings(max_examples=20, deadline=None)
@given(some.binary(max_size=200))
def test_any_bytes_have_no_signature_and_never_break_the_check(content: bytes):
    assert inspect(content, SIGNERS).seal.seal in (Seal.NONE, Seal.BROKEN)


def test_a_process_apart_finds_the_same():
    assert inspect_apart(SIGNED, SIGNERS) == inspect(SIGNED, SIGNERS)


def bomb() -> bytes:
    """A PDF whose list of objects unpacks to a quarter of a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 24)) for _ in range(16)) + packer.flush()
    head = (
        b"%%PDF-1.5\n1 0 obj\n<</Type/XRef/Size 99999999/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>\n"
        % len(packed)
    )
    return head + b"stream\n" + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


def test_a_file_that_unpacks_without_end_ends_its_own_process_alone():
    assert inspect_apart(bomb(), SIGNERS) == Inspection(None, SealCheck(Seal.BROKEN))


def given_settings(folder: Path, **changes) -> Settings:
    values = {
        "kind": "live", "secret_key": SECRET, "data_directory": folder, "key_directory": folder / "keys",
        "database_url": "sqlite://", "redis_url": None, "public_url": "http://localhost", "proxy_hops": 0,
        "workers": 1, "metrics_token": None, **changes,
    }  # fmt: skip
    return Settings(**values)


def kept(folder: Path, organisation: str = "Agency", phrase: bytes = b"phrase\n") -> dict[str, Path]:
    """A key of an installation in files, as its settings name them."""
    store, file = folder / "key.p12", folder / "phrase"
    store.write_bytes(make_store("Signer", passphrase=b"phrase", organisation=organisation, life=YEAR))
    file.write_bytes(phrase)
    return {"signing_key": store, "signing_passphrase": file}


def test_a_live_installation_signs_with_its_own_key(tmp_path: Path):
    press = press_of(given_settings(tmp_path, **kept(tmp_path)), now=NOW)
    assert press.key.certificate.subject.rfc4514_string() == "CN=Signer,O=Agency,C=KZ"


@pytest.mark.parametrize(
    ("changes", "now", "fault"),
    [
        ({}, datetime(2027, 1, 2, tzinfo=UTC), "The signing key expired on 2027-01-01"),
        ({}, datetime(2025, 12, 1, tzinfo=UTC), "valid from 2026-01-01 only"),
        ({"organisation": DEMONSTRATION}, NOW, "demonstration's signing key signs nothing in a live"),
        ({"phrase": b"wrong"}, NOW, "cannot be opened"),
    ],
)
def test_a_key_that_may_not_sign_is_refused(tmp_path: Path, changes: dict, now: datetime, fault: str):
    with pytest.raises(Unavailable, match=fault):
        press_of(given_settings(tmp_path, **kept(tmp_path, **changes)), now=now)


def test_a_live_installation_without_a_key_issues_nothing_and_a_demonstration_makes_one(tmp_path: Path):
    with pytest.raises(Unavailable, match="set AUYL_SIGNING_KEY"):
        press_of(given_settings(tmp_path), now=NOW)
    with pytest.raises(Unavailable, match="cannot be read"):
        press_of(given_settings(tmp_path, signing_key=tmp_path / "none.p12"), now=NOW)
    demo = given_settings(tmp_path, kind="demo")
    first, again = press_of(demo, now=NOW), press_of(demo, now=NOW)
    assert first.key == again.key
    assert DEMONSTRATION in first.key.certificate.subject.rfc4514_string().replace("\\", "")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in demo.key_directory.glob("*.p12")}
    assert modes == {"demonstration-signing.p12": 0o600}


def test_a_time_stamping_service_that_does_not_answer_stops_the_issue():
    # Nothing listens on the port of discarded words of this machine.
    key = SigningKey(KEY.store, KEY.passphrase, "http://127.0.0.1:9/")
    with pytest.raises(Unavailable, match="time-stamping service does not answer"):
        make_file(RECORD, key)


def test_a_detached_signature_is_of_these_bytes_and_this_key():
    signature = sign_bytes(b"list", KEY)
    assert is_signed_by(b"list", signature, KEY.pem) is True
    assert is_signed_by(b"lost", signature, KEY.pem) is False


def test_a_national_signature_is_kept_beside_and_its_failure_issues_nothing(ready, tmp_path: Path):
    command = (
        sys.executable, "-c",
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())",
    )  # fmt: skip
    with ready.writing() as session:
        (one,) = issue(session, the_standing(session), tmp_path, limit=1, press=Press(KEY, command))
        beside = signature_beside(path_of(tmp_path, one.code))
        assert beside.read_text().strip() == one.sha256
    for broken in ((sys.executable, "-c", "raise SystemExit(4)"), (str(tmp_path / "missing"),)):
        folder = tmp_path / "other"
        with ready.writing() as session, pytest.raises(Unavailable, match="national signature"):
            issue(session, the_standing(session), folder, press=Press(KEY, broken))
        assert list(folder.glob("*.pdf*")) == []


def test_signers_stay_known_after_their_key_was_replaced(ready, tmp_path: Path):
    other = replace(
        KEY, store=make_store("New", passphrase=b"x", organisation=DEMONSTRATION, life=YEAR), passphrase=b"x"
    )
    with ready.writing() as session:
        issue(session, the_standing(session), tmp_path, limit=1)
        issue(session, the_standing(session), tmp_path, limit=1, press=Press(other))
    assert known_signers(tmp_path) > SIGNERS
    assert len(known_signers(tmp_path)) == 2
    assert known_signers(tmp_path / "none", [KEY.pem]) == SIGNERS


def test_a_machine_too_busy_to_look_says_nothing_about_the_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("contest.certificates.inspection._LONGEST_WAIT", 0.001)
    with pytest.raises(Unavailable):
        inspect_apart(SIGNED, SIGNERS)
