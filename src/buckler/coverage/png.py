"""A PNG of classes with a palette: what maps and the page show of a grid."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def indexed_png(classed: NDArray[np.uint8], colours: Sequence[str], opacity: float = 0.9, level: int = 9) -> bytes:
    """A PNG of classes, row 0 at the top: 0 is clear, class n has colour n - 1.

    W3C Recommendation, Portable Network Graphics (third edition): colour type 3 with PLTE and tRNS.
    """
    rows, columns = classed.shape
    raw = np.zeros((rows, columns + 1), np.uint8)  # each row begins with its filter: none
    raw[:, 1:] = classed
    table = b"\0\0\0" + b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in colours)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    parts = (
        chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
        chunk(b"PLTE", table),
        chunk(b"tRNS", b"\0" + bytes([round(255 * opacity)]) * len(colours)),
        chunk(b"IDAT", zlib.compress(raw.tobytes(), level)),
        chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
