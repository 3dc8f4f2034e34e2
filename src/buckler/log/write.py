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
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.log.schema import EVENTS, KINDS, REASONS


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


@borrowing_kernel
def _unpack(
    events: NDArray[np.void],
    replication: int,
    nameless: int,
    ordinals: NDArray[np.int32],
    causes: NDArray[np.int32],
    replications: NDArray[np.int32],
    times_s: NDArray[np.float64],
    kinds: NDArray[np.int8],
    subjects: NDArray[np.int32],
    objects: NDArray[np.int32],
    lats_deg: NDArray[np.float64],
    lons_deg: NDArray[np.float64],
    alts_m: NDArray[np.float32],
    values: NDArray[np.float32],
    reasons: NDArray[np.int8],
) -> None:
    """Records of one replication to columns; no entity (-1) becomes the index `nameless`."""
    for k in range(len(events)):
        event = events[k]
        ordinals[k] = k
        causes[k] = event.cause
        replications[k] = replication
        times_s[k] = event.time_s
        kinds[k] = event.kind
        subjects[k] = event.subject if event.subject >= 0 else nameless
        objects[k] = event.object if event.object >= 0 else nameless
        lats_deg[k] = event.lat_deg
        lons_deg[k] = event.lon_deg
        alts_m[k] = event.alt_m
        values[k] = event.value
        reasons[k] = event.reason


def events_table(names: Sequence[str], replications: Iterable[tuple[int, NDArray[np.void]]]) -> pa.Table:
    """Events of some replications (dtypes.EVENT) as a table. `names`: entity keys by index, then an empty name."""
    parts = list(replications)
    rows = sum(len(events) for _, events in parts)
    words = {"kind": KINDS, "reason": REASONS, "subject": names, "object": names}
    types = [field.type.index_type if field.name in words else field.type for field in EVENTS]
    columns = [np.empty(rows, type_.to_pandas_dtype()) for type_ in types]
    first = 0
    for replication, events in parts:
        _unpack(events, replication, len(names) - 1, *(column[first : first + len(events)] for column in columns))
        first += len(events)
    arrays: dict[str, Any] = {field.name: pa.array(column) for field, column in zip(EVENTS, columns, strict=True)}
    arrays |= {name: pa.DictionaryArray.from_arrays(arrays[name], pa.array(words[name])) for name in words}
    return pa.Table.from_pydict(arrays, schema=EVENTS)


def pack(table: pa.Table, compression: Literal["lz4", "zstd"] | None = None) -> bytes:
    """A table as the bytes that are kept, or (compressed) sent: the same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def unpack(content: bytes) -> pa.Table:
    """The table that was packed."""
    return pa.ipc.open_file(pa.BufferReader(content)).read_all()


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
            if digest_of(path.read_bytes()) == digest:
                found[int(number)] = path
            else:
                path.unlink()
        return found

    def put(self, number: int, table: pa.Table) -> Path:
        """Keep a finished block; not compressed, for it is read once more at most, and is gone when the run is finished."""
        return self.put_packed(number, pack(table))

    def put_packed(self, number: int, content: bytes) -> Path:
        """Keep a finished block that was packed elsewhere."""
        path = self.folder / f"block-{number:06d}-{digest_of(content)}.arrow"
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
            path.unlink(missing_ok=True)
        self.folder.rmdir()


def digest_of(content: bytes) -> str:
    """What a kept file's name says of its content."""
    return hashlib.sha256(content).hexdigest()[:16]


def _encodings(schema: pa.Schema) -> dict[str, Any]:
    """How the columns of a large table are stored: chosen for the time of writing, which is part of every run.

    Names by dictionary (numbers seldom repeat, and looking for repeats took half the time of writing), whole numbers by their
    differences, and of the rest only what packs well is packed: 0.06 ms and 17 kB a replication of 580 events, where zstd
    throughout took 0.12 ms for 13 kB.
    """
    names = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    wide = [field.name for field in schema if pa.types.is_float64(field.type)]
    whole = [field.name for field in schema if pa.types.is_integer(field.type)]
    return {
        "use_dictionary": names,
        "column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED") | dict.fromkeys(wide, "BYTE_STREAM_SPLIT"),
        "compression": {field.name: "lz4" if field.name in wide else "none" for field in schema},
        "write_statistics": ["replication"],
        "write_page_checksum": True,
    }


class TableWriter:
    """A Parquet table written one row group a block; on an error the part written so far is closed and kept readable."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self._temporary = path.with_name(f".{path.name}.part")
        self._writer = pa.parquet.ParquetWriter(self._temporary, schema, **_encodings(schema))

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
