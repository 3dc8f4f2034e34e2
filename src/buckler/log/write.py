"""Writing a run folder: blocks that survive a crash, and the tables made of them.

A block of replications is kept as one file, written under a temporary name and renamed, its own content hash in its name: so a
block that was cut short or altered is noticed and flown again, and `kill -9` at any moment costs only the blocks in flight.
The tables are put together from the blocks in block order, one row group a block, so their bytes do not depend on workers.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
from numpy.typing import NDArray

from buckler.log.schema import EVENTS, KINDS, REASONS

_IPC: Final = pa.ipc.IpcWriteOptions(compression="lz4")


def atomic_bytes(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_json(path: Path, data: Any) -> None:
    """JSON as every file of the folder has it: indented, in the order given."""
    atomic_bytes(path, (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def write_table(path: Path, table: pa.Table) -> None:
    """One small table, whole."""
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(table, sink, compression="zstd", write_page_checksum=True)
    atomic_bytes(path, sink.getvalue().to_pybytes())


def names_column(codes: NDArray[np.integer[Any]], names: Sequence[str]) -> pa.DictionaryArray[Any, Any]:
    """Indices as a column of names; -1 is the empty name, which must stand last in `names`."""
    return pa.DictionaryArray.from_arrays(
        np.where(codes < 0, len(names) - 1, codes).astype(np.int32), pa.array(names, pa.string())
    )


def events_table(names: Sequence[str], replications: Iterable[tuple[int, NDArray[np.void]]]) -> pa.Table:
    """Events of some replications (dtypes.EVENT) as a table. `names`: entity keys by index, then an empty name."""
    numbers, parts = [], []
    for replication, events in replications:
        numbers.append(np.full(len(events), replication, np.int32))
        parts.append(events)
    replication_column = np.concatenate(numbers)
    events = np.concatenate(parts)
    ordinal = np.concatenate([np.arange(len(part), dtype=np.int32) for part in parts])
    columns = [
        pa.array(ordinal),
        pa.array(np.ascontiguousarray(events["cause"])),
        pa.array(replication_column),
        pa.array(np.ascontiguousarray(events["time_s"])),
        pa.DictionaryArray.from_arrays(pa.array(np.ascontiguousarray(events["kind"])), pa.array(KINDS)),
        names_column(events["subject"], names),
        names_column(events["object"], names),
        *(pa.array(np.ascontiguousarray(events[name])) for name in ("lat_deg", "lon_deg", "alt_m", "value")),
        pa.DictionaryArray.from_arrays(pa.array(np.ascontiguousarray(events["reason"])), pa.array(REASONS)),
    ]
    return pa.Table.from_arrays(columns, schema=EVENTS)


class BlockStore:
    """The folder of finished blocks of one campaign, and the events table that is put together from them in order."""

    def __init__(self, run_folder: Path) -> None:
        self.folder = run_folder / "blocks"
        self.folder.mkdir(parents=True, exist_ok=True)

    def finished(self) -> dict[int, Path]:
        """Blocks whose content is what their name says; what is not is removed."""
        found: dict[int, Path] = {}
        for path in sorted(self.folder.glob("block-*.arrow")):
            _, number, digest = path.stem.split("-")
            if _digest(path.read_bytes()) == digest:
                found[int(number)] = path
            else:
                path.unlink()
        return found

    def put(self, number: int, table: pa.Table) -> Path:
        """Keep a finished block."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema, options=_IPC) as writer:
            writer.write_table(table)
        content = sink.getvalue().to_pybytes()
        path = self.folder / f"block-{number:06d}-{_digest(content)}.arrow"
        atomic_bytes(path, content)
        return path

    @staticmethod
    def read(path: Path) -> pa.Table:
        """A kept block."""
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).read_all()

    def clear(self) -> None:
        """Remove the blocks: the tables hold them now."""
        for path in self.folder.glob("*"):
            path.unlink()
        self.folder.rmdir()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


class TableWriter:
    """A Parquet table written one row group a block; on an error the part written so far is closed and kept readable."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self._temporary = path.with_name(f".{path.name}.part")
        names = [name for name in schema.names if pa.types.is_dictionary(schema.field(name).type)]
        # Dictionaries for names only: numbers seldom repeat, and looking for repeats took half the time of writing.
        options: dict[str, Any] = {"use_dictionary": names, "write_statistics": ["replication"], "write_page_checksum": True}
        self._writer = pa.parquet.ParquetWriter(self._temporary, schema, compression="zstd", compression_level=1, **options)

    def add(self, table: pa.Table) -> None:
        """One row group."""
        self._writer.write_table(table, row_group_size=max(len(table), 1))

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._temporary.replace(self.path)
