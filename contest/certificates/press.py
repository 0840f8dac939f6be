"""The press: from records to signed files, in this process or in several at once.

Holds the key of the installation and the certificates of all its signers. Knows no table: what it is given
are records, what it gives back are bytes.
"""

from __future__ import annotations

import os
import subprocess  # noqa: S404  (the command is the installation's own setting, run without a shell)
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from flask_babel import lazy_gettext as _l

from contest.certificates.drawing import draw_certificate
from contest.certificates.files import write_whole
from contest.certificates.record import CertificateRecord
from core.documents import uncollected
from core.errors import BadInput, Unavailable
from core.settings import Settings
from core.signatures import (
    DEMO_PASSPHRASE,
    SigningKey,
    fingerprint_of,
    fingerprint_of_pem,
    make_demo_key,
    read_signing_key,
    sign_pdf,
)

LONGEST_ANSWER = 60


@dataclass(frozen=True, slots=True)
class Press:
    """What certificates are made with.

    :param national: the command of a national signature, which is kept beside the file; empty for none.
    :param pool: where they are made at once; none makes them here, one after the other.
    """

    key: SigningKey
    national: tuple[str, ...] = ()
    pool: Executor | None = None

    def make(self, records: Sequence[CertificateRecord]) -> Iterator[bytes]:
        """The signed files of records, in their order.

        :raises BadInput: when a record cannot be drawn.
        """
        if self.pool is None:
            return map(make_file, records, repeat(self.key))
        return self.pool.map(_make_or_fault, records, repeat(self.key))

    @contextmanager
    def in_processes(self, processes: int) -> Iterator[Press]:
        """The same press with so many processes, which end with the block."""
        if processes == 1:
            yield self
            return
        with ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=_end_with_parent
        ) as pool:
            yield replace(self, pool=pool)


def press_of(settings: Settings, *, now: datetime) -> Press:
    """The press of an installation; a demonstration without a key makes one for itself.

    :raises Unavailable: when a live installation has no key, or a key may not sign now.
    """
    path, phrase = settings.signing_key, settings.signing_passphrase
    if path is None and settings.is_demo:
        path = settings.key_directory / "demonstration-signing.p12"
        phrase = path.with_suffix(".passphrase")
        make_demo_key(path)
        phrase.write_bytes(DEMO_PASSPHRASE)
    if path is None:
        raise Unavailable(_l("No certificate without a signing key: set AUYL_SIGNING_KEY, then go on."))
    key = read_signing_key(
        path, phrase, is_demo=settings.is_demo, now=now, timestamp_url=settings.timestamp_url
    )
    return Press(key, settings.national_signer)


def make_file(record: CertificateRecord, key: SigningKey) -> bytes:
    """One certificate, drawn and signed.

    :raises BadInput: naming the fault, when the record cannot be drawn.
    """
    with uncollected():
        try:
            drawn = draw_certificate(record)
        except ValueError as fault:
            raise BadInput(_l("The certificate cannot be made: %(fault)s.", fault=str(fault))) from fault
        return sign_pdf(drawn, key)


def national_signature(path: Path, command: Sequence[str]) -> bytes:
    """The detached signature that the installation's command makes of a file.

    :raises Unavailable: when the command is missing, fails, says nothing or takes too long.
    """
    try:
        done = subprocess.run(  # noqa: S603
            [*command, str(path)], stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_ANSWER,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise _failed(fault) from None
    if done.returncode != 0 or not done.stdout:
        raise _failed(f"it ended with the code {done.returncode} and {len(done.stdout)} bytes")
    return done.stdout


def keep_signer(directory: Path, key: SigningKey) -> None:
    """Keep the certificate of a signer for good, so that its signatures are known after it was replaced.

    :raises Unavailable: when the disk takes no more.
    """
    kept = directory / "signers" / f"{fingerprint_of(key.certificate)}.pem"
    if not kept.exists():
        write_whole(kept, key.pem.encode())


def known_signers(directory: Path, more: Iterable[str] = ()) -> frozenset[str]:
    """The fingerprints of everybody who signed for this installation, and of further certificates (PEM)."""
    texts = [path.read_text() for path in sorted((directory / "signers").glob("*.pem"))]
    return frozenset(fingerprint_of_pem(text) for text in (*texts, *more))


def _end_with_parent() -> None:
    """Let a process of the pool end when its parent was killed, instead of waiting for work for ever."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _make_or_fault(record: CertificateRecord, key: SigningKey) -> bytes:
    """The same in a process of the pool, from which a fault must come back as a plain one."""
    try:
        return make_file(record, key)
    except BadInput as fault:
        raise BadInput(str(fault)) from None
    except Unavailable as fault:
        raise Unavailable(str(fault)) from None


def _failed(why: object) -> Unavailable:
    return Unavailable(
        _l("The national signature cannot be made (%(why)s). Nothing was issued.", why=str(why))
    )
