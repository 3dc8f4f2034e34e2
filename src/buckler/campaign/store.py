"""Finished pieces of work, addressed by what they were made from and checked by what they hold."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from buckler.log.write import atomic_bytes, digest_of, unpack


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
        if digest_of(content) != path.stem.rpartition("-")[2]:
            path.unlink(missing_ok=True)
            self._paths.pop(address, None)
            return None
        return unpack(content)

    def put(self, address: str, content: bytes) -> None:
        """Keep a piece, packed."""
        path = self.folder / f"{address}-{digest_of(content)}.arrow"
        atomic_bytes(path, content)
        self._paths[address] = path
