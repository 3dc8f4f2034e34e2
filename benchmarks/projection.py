"""The constants of docs/projection.md, on turkey-2019 and one core: what a replication costs in time and bytes, part by part.

Processor times of this thread, the least of interleaved rounds over one block; bytes of the same block. What 10^8 replications on
1,000 cores would take stands beside each.
"""

from __future__ import annotations

import pickle
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet

from benchmarks.lines import Line, least
from buckler.analysis.outcomes import collect
from buckler.analysis.scores import score_table
from buckler.campaign.folder import BLOCK
from buckler.campaign.run import BlockWork
from buckler.campaign.uncertainty import Ensemble
from buckler.engine.fly import Flyer
from buckler.log.schema import ENTITIES, EVENTS
from buckler.log.write import BlockStore, TableWriter, events_table, pack
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world

REPLICATIONS: Final = 1e8
CORES: Final = 1000
GROUPS: Final = 20
"""Row groups of a table: one more of them costs so much metadata."""


def projection(quick: bool) -> list[Line]:
    """The constants behind docs/projection.md, measured on turkey-2019, one core: see benchmarks.projection."""
    world = compile_world(load_scenario("turkey-2019"))
    names = (*(entity.key for entity in world.entities), "")
    entities = pa.Table.from_pylist([entity.row() for entity in world.entities], schema=ENTITIES)
    flyer = Flyer(world.arrays)
    events = list(flyer.block(1, 0, BLOCK))
    table = events_table(names, events)
    draws = [Ensemble(world, 3).sampled(number) for number in range(3)]
    work = BlockWork(world.arrays, names, 1, BLOCK, None)
    with tempfile.TemporaryDirectory() as folder:
        store = BlockStore(Path(folder))

        def flying() -> None:
            for _ in flyer.block(1, 0, BLOCK):
                pass

        def written() -> None:
            with TableWriter(Path(folder) / "events.parquet", EVENTS) as writer:
                for _ in range(GROUPS):
                    writer.add(table)

        def scored() -> None:
            score_table(collect(entities, iter([table])))

        parts: tuple[Callable[[], object], ...] = (
            flying,
            lambda: events_table(names, events),
            lambda: pack(table, "lz4"),
            lambda: store.put(0, table),
            written,
            scored,
        )
        for part in parts:
            part()
        fly_s, columns_s, packed_s, kept_s, written_s, scored_s = (
            spent / BLOCK for spent in least(3 if quick else 15, *(_timed(part) for part in parts))
        )
        written_s /= GROUPS
        size = (Path(folder) / "events.parquet").stat().st_size / (GROUPS * BLOCK)
        footer = pa.parquet.read_metadata(Path(folder) / "events.parquet").serialized_size / GROUPS
    again_s = min(_timed(lambda draw=draw: compile_world(draw, reuse=world))() for draw in draws)  # type: ignore[misc]
    hours = REPLICATIONS / 3600.0
    terabytes = REPLICATIONS / 1e12
    sent = len(pack(table, "lz4")) / BLOCK
    kept = len(pack(table)) / BLOCK
    here_s = written_s + kept_s
    figures = [
        ("flying a replication", 1e3 * fly_s, "ms", f"{60 * hours * fly_s / CORES:.0f} min on {CORES:,} cores"),
        ("its events to columns", 1e3 * columns_s, "ms", f"{60 * hours * columns_s / CORES:.1f} min on {CORES:,} cores"),
        ("packed to be sent", 1e3 * packed_s, "ms", f"{60 * hours * packed_s / CORES:.1f} min on {CORES:,} cores"),
        ("kept as a block", 1e3 * kept_s, "ms", f"{hours * kept_s:.1f} h in one process"),
        ("written to the events table", 1e3 * written_s, "ms", f"{hours * written_s:.1f} h in one process"),
        ("scores from events", 1e3 * scored_s, "ms", f"{60 * hours * scored_s / CORES:.1f} min on {CORES:,} cores"),
        ("a World of changed parameters", 1e3 * again_s, "ms", "once a draw or point"),
        ("cores that one writing process keeps up with", fly_s / here_s, "", "those that only fly"),
        ("a block as kept, a replication", kept / 1e3, "kB", f"{terabytes * kept:.1f} TB"),
        ("a block as sent, a replication", sent / 1e3, "kB", f"{terabytes * sent:.1f} TB"),
        ("the events table, a replication", size / 1e3, "kB", f"{terabytes * size:.1f} TB"),
        ("its footer, a block", footer, "B", f"{REPLICATIONS / BLOCK * footer / 1e9:.1f} GB in one table"),
        ("the work as sent to a worker", len(pickle.dumps(work)) / 1e6, "MB", "once a worker"),
        ("events a replication", table.num_rows / BLOCK, "", f"{len(world.arrays.threats)} threats"),
    ]
    return [Line(f"projection: {name}", value, unit, "reported", True, note) for name, value, unit, note in figures]


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def seconds() -> float:
        start = time.thread_time()
        work()
        return time.thread_time() - start

    return seconds
