"""Finished pieces of work, addressed by what they were made from and checked by what they hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from buckler.log.write import atomic_bytes


class ScoreStore:
    """Tables of scores in a folder: one file a piece, named by its address and the hash of its bytes.

    A file is written whole or not at all; one that no longer is what its name says is removed when it is asked for, so that the piece
    is flown again. Two processes that write the same piece write the same bytes under the same name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._paths = {path.stem.rpartition("-")[0]: path for path in sorted(folder.glob("*.arrow"))}

    def get(self, address: str) -> pa.Table | None:
        """The piece, or None where it is not there or not what it was."""
        path = self._paths.get(address)
        if path is None:
            return None
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # another process found it altered
            content = b""
        if _digest(content) != path.stem.rpartition("-")[2]:
            path.unlink(missing_ok=True)
            self._paths.pop(address, None)
            return None
        return pa.ipc.open_file(pa.BufferReader(content)).read_all()

    def put(self, address: str, table: pa.Table) -> int:
        """Keep a piece; returns its size in bytes."""
        content = packed(table)
        path = self.folder / f"{address}-{_digest(content)}.arrow"
        atomic_bytes(path, content)
        self._paths[address] = path
        return len(content)


def packed(table: pa.Table) -> bytes:
    """A table as the bytes that are kept."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
