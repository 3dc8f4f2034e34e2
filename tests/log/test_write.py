"""Writing: whole files or none, blocks known by their content."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from buckler.dtypes import EVENT
from buckler.log.schema import EVENTS
from buckler.log.write import BlockStore, TableWriter, atomic_bytes, events_table


def test_a_file_that_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").write_text("mine")
    with pytest.raises(OSError, match="taken"):
        atomic_bytes(tmp_path / "taken", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_blocks_come_back_and_harmed_ones_do_not(tmp_path: Path) -> None:
    table = events_table(["a", ""], [(0, np.zeros(3, EVENT)), (1, np.zeros(2, EVENT))])
    assert table.schema.equals(EVENTS)
    assert table["event"].to_pylist() == [0, 1, 2, 0, 1]
    store = BlockStore(tmp_path)
    kept, harmed = store.put(0, table), store.put(1, table)
    harmed.write_bytes(harmed.read_bytes()[:-1])
    assert store.finished() == {0: kept}
    assert not harmed.exists()
    assert BlockStore.read(kept).equals(table)


def test_a_table_broken_off_is_readable(tmp_path: Path) -> None:
    table = events_table(["a", ""], [(0, np.zeros(3, EVENT))])
    with pytest.raises(RuntimeError), TableWriter(tmp_path / "events.parquet", EVENTS) as writer:  # noqa: PT012
        writer.add(table)
        raise RuntimeError
    assert pq.read_table(tmp_path / "events.parquet").num_rows == 3
