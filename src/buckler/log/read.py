"""Read a run folder. Everything right of the log starts here and needs nothing of the simulator.

Whatever is wrong with a folder is a `RunFolderError` that names the file, says what is wrong with it and what to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler.errors import RunFolderError
from buckler.log.schema import ADDED, DETECTIONS, ENTITIES, EVENTS, PARAMETERS, SCHEMA_VERSION, STATES, TRACKS

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_REDO: Final = "run the scenario again into a new folder, or bring back the file as it was written"
_RUN_FACTS: Final[dict[str, type]] = {"seed": int, "replications": int, "complete": bool}


@dataclass(frozen=True)
class RunFolder:
    """A run folder, read lazily: no file is opened before it is asked for."""

    path: Path

    def _file(self, name: str) -> Path:
        file = self.path / name
        if not file.is_file():
            raise RunFolderError(f"{file}: the file is missing from the run folder; {_REDO}")
        return file

    def _json(self, name: str) -> Any:
        file = self._file(name)
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:  # also what is not UTF-8
            raise RunFolderError(f"{file}: not valid JSON ({error}): cut short or altered; {_REDO}") from None
        except OSError as error:
            raise RunFolderError(f"{file}: cannot be read: {error.strerror or error}") from None

    def has(self, name: str) -> bool:
        """Whether the folder holds a file of that name."""
        return (self.path / name).is_file()

    @cached_property
    def run(self) -> dict[str, Any]:
        """run.json: what was run, with which seed, versions and hashes. Refused if a newer buckler wrote it."""
        facts = self._json("run.json")
        file = self.path / "run.json"
        version = facts.get("schema") if isinstance(facts, dict) else None
        if type(version) is not int:
            raise RunFolderError(f"{file}: has no whole number `schema`: altered, or not a run's; {_REDO}")
        if version > SCHEMA_VERSION:
            raise RunFolderError(
                f"{file}: the folder has schema {version}, written by buckler {facts.get('buckler', '(unknown)')}; "
                f"this one reads up to {SCHEMA_VERSION}: upgrade buckler to read it"
            )
        for key, wanted in _RUN_FACTS.items():
            if type(facts.get(key)) is not wanted:
                raise RunFolderError(
                    f"{file}: `{key}` is {facts.get(key)!r} where a {wanted.__name__} belongs: altered; {_REDO}"
                )
        if facts["replications"] < 1:
            raise RunFolderError(f"{file}: `replications` is {facts['replications']}: altered; {_REDO}")
        return dict(facts)

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """sources.json: every parameter and assumption used, with its source and grade."""
        rows = self._json("sources.json")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RunFolderError(f"{self.path / 'sources.json'}: not a list of records: altered; {_REDO}")
        return rows

    @cached_property
    def summary(self) -> dict[str, Any]:
        """summary.json: the figures of the report, each with its interval."""
        figures = self._json("summary.json")
        if not isinstance(figures, dict):
            raise RunFolderError(
                f"{self.path / 'summary.json'}: not a record of figures: altered; delete it, and `buckler report "
                f"{self.path}` makes it again from the events"
            )
        return figures

    @cached_property
    def rings(self) -> list[dict[str, Any]]:
        """coverage/rings.json: from where each sensor first sees, as polygons; empty where no coverage was computed."""
        if not self.has("coverage/rings.json"):
            return []
        rings = self._json("coverage/rings.json")
        if not isinstance(rings, list) or not all(isinstance(ring, dict) for ring in rings):
            raise RunFolderError(f"{self.path / 'coverage/rings.json'}: not a list of records: altered; {_REDO}")
        return rings

    @cached_property
    def entities(self) -> pa.Table:
        """entities.parquet: everything that the other tables name."""
        return self._table("entities.parquet", ENTITIES)

    @cached_property
    def states(self) -> pa.Table:
        """states.parquet: true positions in the recorded replications."""
        return self._table("states.parquet", STATES)

    @cached_property
    def detections(self) -> pa.Table:
        """detections.parquet: every detection of the recorded replications, with the true identity."""
        return self._table("detections.parquet", DETECTIONS)

    @cached_property
    def tracks(self) -> pa.Table:
        """tracks.parquet: what each command post believed in the recorded replications; empty where it fired at the truth."""
        return self._table("tracks.parquet", TRACKS)

    @cached_property
    def parameters(self) -> pa.Table:
        """parameters.parquet: the values of each draw, where parameters were sampled."""
        return self._table("parameters.parquet", PARAMETERS)

    def events(self, columns: Sequence[str] | None = None) -> pa.Table:
        """events.parquet, whole."""
        return self._table("events.parquet", EVENTS, columns)

    def event_batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """events.parquet, one row group (one block of replications) at a time: memory stays that of one block."""
        file = self._file("events.parquet")
        with self._opened(file, EVENTS) as parquet:
            for group in range(parquet.num_row_groups):
                with _translated(file):
                    table = parquet.read_row_group(group, columns=list(columns or EVENTS.names))
                    table.validate(full=True)
                yield table

    def _table(self, name: str, schema: pa.Schema, columns: Sequence[str] | None = None) -> pa.Table:
        file = self._file(name)
        with self._opened(file, schema) as parquet, _translated(file):
            wanted = list(columns or schema.names)
            table = parquet.read(columns=[column for column in wanted if column in parquet.schema_arrow.names])
            table.validate(full=True)
            for position, column in enumerate(wanted):
                if column not in table.column_names:
                    filling = pa.repeat(ADDED[name][column], table.num_rows).cast(schema.field(column).type)
                    table = table.add_column(position, schema.field(column), filling)
            return table

    @contextmanager
    def _opened(self, file: Path, schema: pa.Schema) -> Iterator[ParquetFile]:
        import pyarrow.parquet as pq

        with _translated(file):
            parquet = pq.ParquetFile(file, page_checksum_verification=True)
        with parquet:
            with _translated(file):
                found = parquet.schema_arrow
                _ = found.names  # names that are not UTF-8 show here
            for field in schema:
                if field.name not in found.names:
                    if field.name in ADDED.get(file.name, {}):
                        continue
                    raise RunFolderError(f"{file}: has no column `{field.name}`: altered, or not this table; {_REDO}")
                if _plain(found.field(field.name).type) != _plain(field.type):
                    raise RunFolderError(
                        f"{file}: column `{field.name}` holds {found.field(field.name).type} where {field.type} "
                        f"belongs: altered; {_REDO}"
                    )
            yield parquet


def open_run(path: str | Path) -> RunFolder:
    """The run folder at `path`; RunFolderError if there is none, or if a newer buckler wrote it."""
    folder = Path(path)
    if not folder.is_dir():
        what = "is a file, not a run folder" if folder.exists() else "there is no such folder"
        raise RunFolderError(f"{folder}: {what}; give the folder that `buckler run` wrote (it holds run.json)")
    if not (folder / "run.json").is_file():
        raise RunFolderError(f"{folder}: holds no run.json: not a run folder; give the one that `buckler run` wrote")
    run = RunFolder(folder)
    _ = run.run
    return run


def numbers(column: pa.ChunkedArray[Any]) -> NDArray[Any]:
    """A column of numbers without nulls as one array.

    By DLPack, because `to_numpy` imports pandas wherever that happens to be installed, which takes a second.
    """
    chunks = [np.from_dlpack(chunk) for chunk in column.chunks]
    return np.concatenate(chunks) if chunks else np.empty(0)


def rows_of(table: pa.Table, replication: int) -> pa.Table:
    """The rows of one replication."""
    is_it = numbers(table["replication"]) == replication
    edges = np.flatnonzero(np.diff(is_it, prepend=False, append=False))
    pieces = [table.slice(first, last - first) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    return pa.concat_tables(pieces) if pieces else table.slice(0, 0)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type of the values, whether they are dictionary-encoded or not."""
    return kind.value_type if isinstance(kind, pa.DictionaryType) else kind


@contextmanager
def _translated(file: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        why = (str(error).splitlines() or ["no more is known"])[0]
        raise RunFolderError(f"{file}: cannot be read as Parquet ({why}): cut short or altered; {_REDO}") from None
