"""A text with holes that is packed once: what stays the same is compressed beforehand, the holes are not.

Pure: the standard library only. What fills a hole stands in the stream as it is, so its length tells nothing
about the text around it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

# RFC 1952: gzip, deflate, no flags, no time, best compression, unknown system.
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_LAST = b"\x03\x00"  # an empty last block of deflate
LONGEST_FILLING = 65535  # of one stored block


class Segments:
    """A text cut at its holes.

    :param marks: for each hole the mark that stands for it in the text, any number of times.
    """

    def __init__(self, text: str, marks: Mapping[str, str]) -> None:
        names = {mark: name for name, mark in marks.items()}
        cut = re.split(f"({'|'.join(map(re.escape, names))})", text)
        self._plain = [part.encode() for part in cut[::2]]
        self._packed = [_flushed(part) for part in self._plain]
        self._names = [names[mark] for mark in cut[1::2]]

    def plain(self, fillings: Mapping[str, str]) -> bytes:
        """The text with its holes filled."""
        return b"".join(_laced(self._plain, self._filled(fillings)))

    def packed(self, fillings: Mapping[str, str]) -> bytes:
        """The same as one gzip stream."""
        filled = self._filled(fillings)
        checksum = size = 0
        for part in _laced(self._plain, filled):
            checksum = zlib.crc32(part, checksum)
            size += len(part)
        tail = checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
        return b"".join((_HEAD, *_laced(self._packed, map(_stored, filled)), _LAST, tail))

    def _filled(self, fillings: Mapping[str, str]) -> list[bytes]:
        return [fillings[name].encode() for name in self._names]


def _flushed(part: bytes) -> bytes:
    """A part compressed by itself, up to a whole byte, so that anything may follow it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(filling: bytes) -> bytes:
    size = len(filling)
    if size > LONGEST_FILLING:
        raise ValueError(f"a filling of {size} bytes is longer than {LONGEST_FILLING}")
    return b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + filling


def _laced(parts, fillings):
    """Part, filling, part, filling, ..., part."""
    parts = iter(parts)
    yield next(parts)
    for filling, part in zip(fillings, parts, strict=True):
        yield filling
        yield part
