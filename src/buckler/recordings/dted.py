"""DTED (.dt0, .dt1, .dt2): the checksums of its records, which readers commonly skip.

Source: MIL-PRF-89020B (23 May 2000), section 3.10.6 (checksum), and its tables of the UHL, DSI and data records. Each
data record is one meridian: a sentinel (0xAA), a block count of 3 bytes, a longitude and a latitude count of 2 bytes
each, one height of 2 bytes a node (signed magnitude), and a checksum of 4 bytes: the sum of every byte before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from buckler.errors import InputError

UHL_BYTES = 80
DSI_BYTES = 648
ACC_BYTES = 2700
_LABELS = (b"VOL", b"HDR")
_SENTINEL = 0xAA
_RECORD_EXTRA_BYTES = 12


@dataclass(frozen=True)
class DtedHeader:
    """What the headers of a DTED file say."""

    meridians: int
    nodes: int
    vertical_datum: str
    first_record_byte: int


def verify_dted(path: Path) -> DtedHeader:
    """Read every byte of a DTED file and check its records; InputError names the first record that is wrong."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    header = _header(path, data[: 4 * UHL_BYTES + DSI_BYTES].tobytes())
    size = header.nodes * 2 + _RECORD_EXTRA_BYTES
    records = data[header.first_record_byte : header.first_record_byte + header.meridians * size]
    if records.size < header.meridians * size:
        raise InputError(
            f"{path} is cut short: {header.meridians} meridians of {header.nodes} heights need "
            f"{header.first_record_byte + header.meridians * size} bytes, it has {data.size}; get it again"
        )
    table = records.reshape(header.meridians, size)
    if np.any(wrong := table[:, 0] != _SENTINEL):
        raise InputError(
            f"{path} is damaged: data record {int(np.argmax(wrong)) + 1} of {header.meridians} does not start with "
            "0xAA; get it again"
        )
    stored = np.ascontiguousarray(table[:, -4:]).view(">u4")[:, 0]
    summed = table[:, :-4].sum(axis=1, dtype=np.uint64)
    if np.any(wrong := stored != summed):
        first = int(np.argmax(wrong))
        raise InputError(
            f"{path} is damaged: the checksum of data record {first + 1} of {header.meridians} is "
            f"{int(stored[first])}, its bytes add up to {int(summed[first])} ({int(np.count_nonzero(wrong))} records "
            "differ); get the file again"
        )
    return header


def _header(path: Path, head: bytes) -> DtedHeader:
    start = 0
    while head[start : start + 3] in _LABELS:
        start += UHL_BYTES
    uhl = head[start : start + UHL_BYTES]
    dsi = head[start + UHL_BYTES :]
    if uhl[:3] != b"UHL" or dsi[:3] != b"DSI":
        raise InputError(f"{path} is not DTED: it has no UHL and DSI headers")
    try:
        meridians, nodes = int(uhl[47:51]), int(uhl[51:55])
    except ValueError as error:
        raise InputError(f"{path} is damaged: its UHL header has no numbers of meridians and heights") from error
    if min(meridians, nodes) < 2:
        raise InputError(f"{path} is damaged: its UHL header says {meridians} meridians of {nodes} heights")
    code = dsi[141:144].decode("ascii", "replace").strip()
    return DtedHeader(meridians, nodes, code, start + UHL_BYTES + DSI_BYTES + ACC_BYTES)
