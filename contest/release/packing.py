"""The ZIP of a release: sorted names, fixed times and attributes, so that the same files give the same bytes.

Pure: the standard library and the layout. The manifest lists every file with its size and SHA-256; whoever
signs it signs all of them.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

from contest.release.layout import BESIDE_CONTENT, FORMAT, RECEIPTS

_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def content_digest(files: Mapping[str, bytes]) -> str:
    """What a release says, in one number; the machine's versions and later journal heads are not in it."""
    kept = {name: content for name, content in files.items() if name not in BESIDE_CONTENT}
    lines = [f"{name}\0{hashlib.sha256(kept[name]).hexdigest()}\n" for name in sorted(kept)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def manifest_of(files: Mapping[str, bytes], facts: Mapping[str, object]) -> bytes:
    """The manifest: the facts, and every file with its size and SHA-256."""
    listed = [
        {"name": name, "size": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in sorted(files)
    ]
    body = {"format": FORMAT, **facts, "files": listed}
    return (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """The ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Digits of chance repeat nothing: looking for more among millions costs much and gains nothing.
            archive.writestr(entry, files[name], compresslevel=1 if name == RECEIPTS else 9)
    return out.getvalue()
