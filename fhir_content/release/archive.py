"""A .tgz whose bytes depend on its files alone: the same on every machine and with every compression library.

Entries are sorted, owned by nobody, dated by the caller; the gzip stream stores instead of compressing, because two
versions of zlib compress the same bytes differently. https://www.rfc-editor.org/rfc/rfc1952
"""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Mapping

_BLOCK = 65535  # the most that a stored block of deflate holds


def tgz(files: Mapping[str, bytes], modified: int) -> bytes:
    """The archive of `files`; `modified` is the time of each, in seconds since 1970."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), modified, 0o644
            archive.addfile(entry, io.BytesIO(content))
    return _gzip(buffer.getvalue())


def _gzip(content: bytes) -> bytes:
    header = b"\x1f\x8b\x08\0" + b"\0\0\0\0" + b"\0\xff"  # deflate, no name, no time, no system
    blocks = [content[start : start + _BLOCK] for start in range(0, len(content), _BLOCK)] or [b""]
    stored = b"".join(
        struct.pack("<BHH", index == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for index, block in enumerate(blocks)
    )
    return header + stored + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
