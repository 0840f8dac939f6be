"""Checks who signed a release, its register of certificates, and the signed heads of the journal.

Beside `contest.release.verification`, which is pure: here certificates are read and signatures verified. A
signature by an unknown key says only that the file is whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from contest.certificates.listing import read_list
from contest.release.layout import CERTIFICATES, CONTEST, HEADS, MANIFEST, SIGNATURE, SIGNER
from contest.release.opening import NoRelease, read_release
from contest.release.reading import Contents, Findings, guarded
from contest.release.report import Line, Report
from contest.release.verification import content_lines
from core.audit import canonical
from core.errors import BadInput
from core.signatures import fingerprint_of_pem, is_signed_by, plain_pem

_HEAD = ("number", "digest", "at")


def verify_whole(source: Path | bytes, *, signers: Collection[str] | None = None) -> Report:
    """Check everything in a release, who signed it too.

    :param signers: the fingerprints of certificates to be trusted; None trusts nobody and only says whose
        signature it is.
    """
    try:
        files = read_release(source)
    except NoRelease as fault:
        return Report((Line("the file", False, str(fault)),))
    contents = Contents(files)
    lines = guarded("signature", lambda: signature_lines(files, signers))
    lines += content_lines(files)
    lines += guarded(CERTIFICATES, lambda: register_lines(contents))
    lines += guarded(HEADS, lambda: head_lines(contents))
    return Report(tuple(lines))


def signature_lines(files: Mapping[str, bytes], signers: Collection[str] | None) -> list[Line]:
    """Whose signature is over the manifest."""
    sealed, pem, manifest = files[SIGNATURE].decode("ascii"), files[SIGNER].decode("ascii"), files[MANIFEST]
    try:
        signature, alone = bytes.fromhex(sealed), plain_pem(pem)
        is_whole = is_signed_by(manifest, signature, pem)
        signer = fingerprint_of_pem(pem)
    except (ValueError, UnsupportedAlgorithm) as fault:
        return [Line("signature", False, f"it cannot be read: {fault}")]
    if not is_whole:
        return [Line("signature", False, f"{MANIFEST} was changed: {SIGNATURE} is not over it")]
    if signers is not None and signer not in signers:
        return [Line("signature", False, f"by a certificate that is not trusted (SHA-256 {signer})")]
    found = Findings()
    # The same signature and certificate can be written in other ways: then somebody has changed a file.
    if sealed.removesuffix("\n") != signature.hex():
        found.fault(SIGNATURE, "writing", "other signs", "the signature in lower-case hexadecimal digits")
    if pem != alone:
        found.fault(SIGNER, "writing", "other signs", "the certificate alone, as PEM")
    if (told_signer := json.loads(manifest)["signer"]) != signer:
        found.fault(MANIFEST, "signer", told_signer, signer, SIGNER)
    if signers is not None:
        return found.done("signature", f"by the trusted certificate with the SHA-256 {signer}")
    told = f"by the certificate with the SHA-256 {signer}: compare it with the one that the agency "
    return found.done("signature", f"{told}published, or give that one with --signer")


def register_lines(contents: Contents) -> list[Line]:
    """The register of certificates: signed by the same signer, numbers without gaps, no award too many."""
    try:
        known = read_list(contents.files[CERTIFICATES].decode("utf-8"))
    except BadInput as fault:
        return [Line(CERTIFICATES, False, str(fault))]
    found = Findings()
    if known.signer != (signer := fingerprint_of_pem(contents.files[SIGNER].decode("ascii"))):
        found.fault(CERTIFICATES, "signer", known.signer, signer, SIGNER)
    if known.contest != (contest := contents.json(CONTEST)["contest"]):
        found.fault(CERTIFICATES, "contest", known.contest, contest)
    serials = sorted(entry["serial"] for entry in known.entries.values())
    if serials != list(range(1, len(serials) + 1)):
        found.fault(CERTIFICATES, "serials", "a gap, or a number twice", f"1 to {len(serials)}")
    _awards(contents, known.entries.values(), found)
    valid = sum(entry["status"] == "valid" for entry in known.entries.values())
    return found.done(CERTIFICATES, f"{len(serials)} certificates, {valid} valid, signed")


def head_lines(contents: Contents) -> list[Line]:
    """The journal's heads: each signed by the one key, in order; one of them covers the publication."""
    found, numbers, keys = Findings(), [], set()
    for place, text in enumerate(contents.files[HEADS].decode("utf-8").splitlines(), start=1):
        head = json.loads(text)
        body = {name: head[name] for name in _HEAD}
        try:
            key = VerifyKey(head["public_key"].encode(), HexEncoder)
            key.verify(canonical(body).encode(), bytes.fromhex(head["signature"]))
        except (CryptoError, ValueError) as fault:
            found.fault(
                HEADS, f"line {place}", f"number {head['number']}", "a head with its signature", str(fault)
            )
        keys.add(head["public_key"])
        numbers.append(head["number"])
    if numbers != sorted(set(numbers)):
        found.fault(HEADS, "numbers", ", ".join(map(str, numbers)), "rising")
    if len(keys) > 1:
        found.fault(HEADS, "public keys", len(keys), 1)
    published = contents.json(CONTEST)["journal"]
    is_covered = published is None or any(number >= published["number"] for number in numbers)
    told = "" if is_covered else "; the journal's entry of the publication has no head yet"
    return found.done(HEADS, f"{len(numbers)} heads with their signatures{told}")


def _awards(contents: Contents, entries: Collection[Mapping[str, object]], found: Findings) -> None:
    """No more valid certificates of an award than the standings in force give."""
    stages = {
        row["standing"]: row["stage"]
        for row in contents.table("standings/standings")
        if row["is_in_force"] == "true"
    }
    given = Counter(
        (stages[row["standing"]], row["award"])
        for row in contents.table("standings/rows")
        if row["standing"] in stages and row["award"]
    )
    issued = Counter(
        (entry["stage"], entry["award"])
        for entry in entries
        if entry["status"] == "valid" and str(entry["award"]).startswith(("place-", "nomination:"))
    )
    for (stage, award), count in sorted(issued.items()):
        if count > given[stage, award]:
            found.fault(CERTIFICATES, f"{stage}, {award}", count, f"at most {given[stage, award]}")
