"""The one door to signatures: the key of an installation, PAdES in a PDF, detached signatures of lists.

The only module that may import pyHanko, always inside a function. The key is a PKCS#12 file whose
certificate says whose it is; one that is expired, or the demonstration's in a live installation, is refused.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from flask_babel import lazy_gettext as _l

from core.documents import SIGNATURE_FIELD
from core.errors import Unavailable

#: Stands in the certificate of every demonstration key; no live installation signs with such a key.
DEMONSTRATION = "Auyl Uni demonstration, not a real signature"
DEMO_PASSPHRASE = b"demonstration"
_DEMO_LIFE = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC))

#: How many characters a key's signature gets, half as many again as it needs: the first one of a process is
#: made twice to find out, which need not happen for the others.
_room_needed: dict[SigningKey, int] = {}


class Seal(StrEnum):
    """What the signature inside a file is worth."""

    INTACT = "intact"  # by a signer whom we know, and over the whole file
    STRANGER = "stranger"  # whole, but by somebody whom we do not know
    BROKEN = "broken"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key with its certificate, as bytes, so that it can be handed to other processes."""

    store: bytes
    passphrase: bytes
    timestamp_url: str | None = None

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the key."""
        return _unlocked(self)[1]

    @property
    def pem(self) -> str:
        """The certificate as text, to be handed to everybody who checks."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What was found: the signature's worth, who signed and when, as the signature says it."""

    seal: Seal
    signer: str = ""
    fingerprint: str = ""
    signed_at: datetime | None = None
    is_timestamped: bool = False


def read_signing_key(
    path: Path,
    passphrase_file: Path | None,
    *,
    is_demo: bool,
    now: datetime,
    timestamp_url: str | None = None,
) -> SigningKey:
    """The key of this installation, if it may sign now.

    :raises Unavailable: naming the file and the remedy, when it is missing, locked, expired, not valid yet,
        of a kind that we do not sign with, or the demonstration's in a live installation.
    """
    try:
        passphrase = passphrase_file.read_bytes().strip() if passphrase_file else b""
        key = SigningKey(path.read_bytes(), passphrase, timestamp_url)
    except OSError as fault:
        raise Unavailable(
            _l(
                "The signing key cannot be read: %(file)s (%(fault)s).",
                file=fault.filename,
                fault=fault.strerror,
            )
        ) from fault
    try:
        certificate = key.certificate
    except ValueError as fault:
        raise Unavailable(
            _l(
                "The signing key %(file)s cannot be opened (%(fault)s): give its passphrase, and a PKCS#12 "
                "file with a key and its certificate.",
                file=path,
                fault=str(fault),
            )
        ) from fault
    refuse_unfit(certificate, is_demo=is_demo, now=now)
    return key


def refuse_unfit(certificate: x509.Certificate, *, is_demo: bool, now: datetime) -> None:
    """Refuse a certificate that may not sign here and now.

    :raises Unavailable: saying until when it was valid, or that it is the demonstration's.
    """
    if is_demo_certificate(certificate) and not is_demo:
        raise Unavailable(
            _l("The demonstration's signing key signs nothing in a live installation: set a key of your own.")
        )
    if now > certificate.not_valid_after_utc:
        raise Unavailable(
            _l(
                "The signing key expired on %(day)s: set a new one, then go on.",
                day=certificate.not_valid_after_utc.date().isoformat(),
            )
        )
    if now < certificate.not_valid_before_utc:
        raise Unavailable(
            _l(
                "The signing key is valid from %(day)s only: wait, or set another one.",
                day=certificate.not_valid_before_utc.date().isoformat(),
            )
        )


def is_demo_certificate(certificate: x509.Certificate) -> bool:
    """Whether a certificate is one of those that the demonstration makes for itself."""
    return any(part.value == DEMONSTRATION for part in certificate.subject)


def make_demo_key(path: Path) -> None:
    """Make the demonstration's key, unless it is there: a new one for each installation."""
    if path.exists():
        return
    content = make_store(
        "Auyl Uni", passphrase=DEMO_PASSPHRASE, organisation=DEMONSTRATION, life=_DEMO_LIFE
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_suffix(".part")
    waiting.touch(mode=0o600)
    waiting.write_bytes(content)
    waiting.replace(path)


def make_store(name: str, *, passphrase: bytes, organisation: str, life: tuple[datetime, datetime]) -> bytes:
    """A new P-256 key with a certificate that it signed itself, as PKCS#12."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    locked = serialization.BestAvailableEncryption(passphrase)
    return pkcs12.serialize_key_and_certificates(b"auyl-uni", key, certificate, None, locked)


def fingerprint_of(certificate: x509.Certificate) -> str:
    """The SHA-256 of a certificate, by which a signer is known."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def fingerprint_of_pem(text: str) -> str:
    """The fingerprint of a certificate in a text.

    :raises ValueError: when the text holds none.
    """
    return fingerprint_of(_certificate_in(text))


def plain_pem(text: str) -> str:
    """The certificate in a text as it is written alone, without anything before, between or after.

    :raises ValueError: when the text holds none.
    """
    return _certificate_in(text).public_bytes(serialization.Encoding.PEM).decode()


def sign_pdf(pdf: bytes, key: SigningKey) -> bytes:
    """A PDF that was drawn with an empty signature field, signed (PAdES) so that every byte is covered.

    :raises Unavailable: when the time-stamping service does not answer.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
    from pyhanko.sign.timestamps import TimestampRequestError

    class WithinPdf17(IncrementalPdfFileWriter):
        """PDF/A-3 stands on PDF 1.7: no later version is declared, and no extension of a later one."""

        def ensure_output_version(self, version: tuple[int, int]) -> None:
            pass

        def register_extension(self, ext: Any) -> None:
            if ext == ESIC_EXTENSION_1:
                super().register_extension(ext)

    metadata = signers.PdfSignatureMetadata(
        field_name=SIGNATURE_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    signer, stamper = _signer(key)
    try:
        signed = signers.PdfSigner(metadata, signer, timestamper=stamper).sign_pdf(
            WithinPdf17(io.BytesIO(pdf)), existing_fields_only=True,
            bytes_reserved=_room_needed.get(key),
        )  # fmt: skip
    except (TimestampRequestError, OSError) as fault:
        raise Unavailable(
            _l("The time-stamping service does not answer (%(fault)s): try again later.", fault=str(fault))
        ) from fault
    content = signed.getvalue()
    if key not in _room_needed:
        end_of_first, start_of_second = re.findall(rb"/ByteRange ?\[ ?0 (\d+) (\d+)", content)[-1]
        _room_needed[key] = int(start_of_second) - int(end_of_first) - 2
    return content


def check_seal(pdf: bytes, trusted: Collection[str]) -> SealCheck:
    """The signature inside a file: whole, by whom, and whether we know this signer.

    A signer is known by the fingerprint of the certificate, also after it has expired: what was signed while
    it was valid stays signed. Whatever follows the signature breaks it.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.errors import SignatureValidationError

    damaged = (
        PdfError, SignatureValidationError, ValueError, KeyError, TypeError, AttributeError, IndexError,
        NotImplementedError, RecursionError, ArithmeticError, OSError, AssertionError,
        zlib.error, struct.error,
    )  # fmt: skip
    # What it finds goes to the reader of the answer, not into a log.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL + 1)
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(found) != 1:
            return SealCheck(Seal.BROKEN if found else Seal.NONE)
        return _worth(found[0], trusted)
    except damaged:
        # A damaged file breaks the reader in more ways than it has names for.
        return SealCheck(Seal.BROKEN if b"/ByteRange" in pdf else Seal.NONE)


def sign_bytes(content: bytes, key: SigningKey) -> bytes:
    """A detached signature over some bytes (SHA-256); the same bytes are always signed alike (RFC 6979)."""
    private, _certificate = _unlocked(key)
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return private.sign(content, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def is_signed_by(content: bytes, signature: bytes, pem: str) -> bool:
    """Whether a detached signature is by the key of this certificate and over these bytes.

    :raises ValueError: when the text holds no certificate.
    """
    public = _certificate_in(pem).public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _certificate_in(text: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(text.encode())
    except x509.InvalidVersion as fault:
        # A damaged byte can stand where the version does, and this fault is no ValueError by itself.
        raise ValueError(str(fault)) from None


@lru_cache(maxsize=4)
def _unlocked(key: SigningKey) -> tuple[Any, x509.Certificate]:
    private, certificate, _others = pkcs12.load_key_and_certificates(key.store, key.passphrase or None)
    if certificate is None or not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("it holds no EC or RSA key with a certificate")
    return private, certificate


@lru_cache(maxsize=4)
def _signer(key: SigningKey) -> tuple[Any, Any]:
    from pyhanko.sign import signers
    from pyhanko.sign.timestamps import HTTPTimeStamper

    signer = signers.SimpleSigner.load_pkcs12_data(
        key.store, other_certs=(), passphrase=key.passphrase or None
    )
    return signer, HTTPTimeStamper(key.timestamp_url) if key.timestamp_url else None


def _worth(embedded: Any, trusted: Collection[str]) -> SealCheck:
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    certificate = embedded.signer_cert
    fingerprint = hashlib.sha256(certificate.dump()).hexdigest()
    signed_at = embedded.self_reported_timestamp
    context = ValidationContext(
        trust_roots=[certificate], allow_fetching=False, moment=signed_at, best_signature_time=signed_at,
        revocation_mode="soft-fail", time_tolerance=timedelta(seconds=1),
    )  # fmt: skip
    status = validate_pdf_signature(embedded, context, skip_diff=True)
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    told = (
        certificate.subject.human_friendly, fingerprint, signed_at,
        status.timestamp_validity is not None,
    )  # fmt: skip
    if not (status.intact and status.valid and whole):
        return SealCheck(Seal.BROKEN, *told)
    return SealCheck(Seal.INTACT if fingerprint in trusted else Seal.STRANGER, *told)
