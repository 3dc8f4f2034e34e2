"""Many replications over threads: blocks flown, kept, and put together in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from buckler.analysis import stopping
from buckler.analysis.outcomes import read_outcomes
from buckler.analysis.recorded import choose_recorded
from buckler.analysis.stopping import Target
from buckler.analysis.summary import summarise
from buckler.campaign.folder import (
    BLOCK,
    Content,
    Found,
    judge,
    look,
    manifest,
    prepare,
    reproduce_command,
    stored_in,
    sweep_out,
    tables_stand,
)
from buckler.campaign.lock import alone_in
from buckler.campaign.pool import run_all
from buckler.campaign.sources import sources_used
from buckler.campaign.uncertainty import PER_DRAW, Ensemble, laid_out
from buckler.dtypes import WorldArrays
from buckler.engine.fly import Flyer
from buckler.engine.recording import detections_table, states_table, tracks_table
from buckler.errors import InputError
from buckler.log.read import open_run
from buckler.log.schema import DETECTIONS, ENTITIES, EVENTS, STATES, TRACKS
from buckler.log.write import BlockStore, TableWriter, atomic_bytes, events_table, pack, write_json, write_table
from buckler.world.compile import World

if TYPE_CHECKING:
    from buckler.campaign.cluster import Cluster

MOST_REPLICATIONS: Final = 10**9
"""In one folder: a thousand times what tells a chance of one in ten thousand to a tenth of itself, and 200 TB."""

Progress = Callable[[int, int], None]
"""Called with the replications finished and the total."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in mid-run: finished blocks are kept."""

    def __init__(self, folder: Path, done: int, total: int) -> None:
        self.done = done
        super().__init__(
            f"stopped after {done:,} of {total:,} replications, kept in {folder}; the same command goes on from there"
        )


def content_of(world: World, replications: int, seed: int, catalog_hash: str) -> Content:
    """What a run of this World depends on."""
    import hashlib

    text = world.scenario_text
    return Content(world.content_hash(), catalog_hash, hashlib.sha256(text.encode()).hexdigest(), seed, replications)


def check_request(replications: int, seed: int, workers: int) -> None:
    """InputError where what was asked for makes no sense."""
    if replications < 1:
        raise InputError(f"-n {replications}: write at least 1 replication")
    if replications > MOST_REPLICATIONS:
        raise InputError(f"-n {replications}: write at most {MOST_REPLICATIONS:,} (without the commas) replications in one folder")
    if not 0 <= seed < 2**63:
        raise InputError(f"--seed {seed}: write a whole number from 0 to 2^63 - 1")
    if workers < 1:
        raise InputError(f"--workers {workers}: write at least 1")


def run_campaign(
    world: World,
    folder: Path,
    *,
    replications: int,
    seed: int,
    workers: int,
    catalog_hash: str,
    command: str | None = None,
    force: bool = False,
    progress: Progress = lambda done, total: None,
    until: Target | None = None,
    uncertainty: bool = False,
    sobol: bool = False,
    cluster: Cluster | None = None,
    announce: Callable[[str], None] = lambda text: None,
) -> Found:
    """Fly, keep, summarise. Returns what was found in the folder: a finished run is left as it is.

    With `until`, `replications` is the budget: the campaign stops at the first look (buckler.analysis.stopping) at which the
    interval is narrow enough. InputError where the budget cannot reach it; what was flown is kept.
    With `uncertainty`, the catalog's published ranges are sampled around the replications (buckler.campaign.uncertainty); with `sobol`
    too, the draws are laid out for Sobol indices, and `replications` is the most that may be flown. With `cluster`, its workers fly
    the blocks (buckler.campaign.cluster).
    """
    check_request(replications, seed, workers)
    content = content_of(world, replications, seed, catalog_hash)
    if until is not None:
        stopping.refuse_hopeless(until, replications)
        content = replace(content, until=str(until))
    ensemble = None
    if sobol and not uncertainty:
        raise InputError("--sobol lays out the draws of --uncertainty: give both")
    if uncertainty:
        if until is not None:
            raise InputError("--until counts replications, and --uncertainty needs draws of parameters: give -n")
        if replications < 2 * PER_DRAW:
            raise InputError(
                f"-n {replications}: {PER_DRAW} replications share a draw of parameters; write at least {2 * PER_DRAW}"
            )
        ensemble = Ensemble(world, seed)
        if sobol:
            ensemble, replications = laid_out(world, seed, replications)
        content = replace(content, replications=replications, parameters=ensemble.content_hash())
    judge(folder, content, force)
    prepare(folder)
    command = command or reproduce_command(world.name, replications, seed)
    with alone_in(folder, announce):
        found = look(folder, content, force)  # again: another process may have worked in it meanwhile
        if found is Found.FINISHED and not tables_stand(folder):
            announce(f"A table in {folder} is missing or cut short: flying it again ...")
            found = Found.UNFINISHED
        if found is Found.FINISHED:
            if not stored_in(folder, "summary.json"):  # stopped between the last block and the summary
                summarise(folder)
            if (folder / "blocks").is_dir():  # or after it
                BlockStore(folder).clear()
            progress(replications, replications)
            return found
        try:
            sweep_out(folder)
            _run(world, folder, content, workers, command, progress, until, ensemble, cluster)
        except OSError as error:
            raise InputError(
                f"cannot write in {folder}: {error.strerror or error}. Finished blocks are kept; make room and give the same command again"
            ) from error
    return found


def _run(
    world: World,
    folder: Path,
    content: Content,
    workers: int,
    command: str,
    progress: Progress,
    until: Target | None,
    ensemble: Ensemble | None,
    cluster: Cluster | None,
) -> None:
    started = time.monotonic()
    facts = start(world, folder, content, command)
    if ensemble is not None:
        write_table(folder / "parameters.parquet", ensemble.table(content.replications))
        facts["uncertainty"] = ensemble.design(content.replications)
    if until is None:
        _fly_to(world, folder, content, content.replications, workers, progress, ensemble, cluster)
    else:
        content, facts["until"] = _fly_until(world, folder, content, until, workers, progress, cluster)
    from buckler.campaign.rings import write_rings

    write_rings(world, folder)
    recorded = choose_recorded(read_outcomes(open_run(folder)))
    _record(world, folder, content.seed, [int(choice["replication"]) for choice in recorded], ensemble)
    facts |= {"complete": True, "wall_s": round(time.monotonic() - started, 3), "recorded": recorded}
    write_json(folder / "run.json", manifest(content, facts))
    summarise(folder)
    BlockStore(folder).clear()


def start(world: World, folder: Path, content: Content, command: str) -> dict[str, Any]:
    """Write what stands before the first replication is flown; returns the facts for the final run.json."""
    scenario = world.loaded.scenario
    facts: dict[str, Any] = {
        "scenario": scenario.name,
        "title": scenario.title,
        "notional": scenario.notional,
        "as_of": scenario.as_of,
        "picture": scenario.picture,
        "duration_s": world.arrays.duration_s,
        "terrain": {"source": world.terrain.source, "cell_size": world.terrain.cell_size, "note": world.terrain.caveat},
        "command": command,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_json(folder / "run.json", manifest(content, {**facts, "complete": False}))
    atomic_bytes(folder / "scenario.yaml", world.scenario_text.encode())
    write_table(
        folder / "entities.parquet", pa.Table.from_pylist([entity.row() for entity in world.entities], schema=ENTITIES)
    )
    write_json(folder / "sources.json", sources_used(world))
    return facts


def _fly_to(
    world: World,
    folder: Path,
    content: Content,
    replications: int,
    workers: int,
    progress: Progress,
    ensemble: Ensemble | None = None,
    cluster: Cluster | None = None,
) -> None:
    done = fly_blocks(world, folder, content.seed, replications, workers, progress, None, ensemble, cluster)
    if done < replications:
        raise Interrupted(folder, done, replications)


def _fly_until(
    world: World,
    folder: Path,
    content: Content,
    target: Target,
    workers: int,
    progress: Progress,
    cluster: Cluster | None,
) -> tuple[Content, dict[str, Any]]:
    """Fly from look to look; returns the content with the replications that were flown, and the account of the looks."""
    seen = []
    reached = False
    n = 0
    for n in stopping.looks(content.replications, BLOCK):
        _fly_to(world, folder, content, n, workers, progress, None, cluster)
        estimate = stopping.measure(read_outcomes(open_run(folder)), target.figure)
        half = stopping.half_width(estimate)
        seen.append({**estimate.as_dict(), "half_width": half})
        reached = half <= target.half_width
        if reached:
            break
        stopping.refuse_unreachable(target, estimate, content.replications)
    account = {"figure": target.figure, "half_width": target.half_width, "reached": reached, "looks": seen}
    return replace(content, replications=n), account


def block_count(replications: int) -> int:
    """How many blocks hold so many replications."""
    return (replications + BLOCK - 1) // BLOCK


@dataclass(frozen=True)
class BlockWork:
    """How a block is flown, here or on another machine: what is sent there once, and asked for block after block."""

    arrays: WorldArrays
    names: tuple[str, ...]
    seed: int
    replications: int
    ensemble: Ensemble | None

    def size(self, number: int) -> int:
        """Replications in a block."""
        return min(self.replications, (number + 1) * BLOCK) - number * BLOCK

    def table(self, number: int) -> pa.Table:
        """The events of a block."""
        first = number * BLOCK
        if self.ensemble is not None:
            return events_table(self.names, self.ensemble.flown(first, self.size(number)))
        # A worker's buffers are kept from block to block.
        if getattr(_LOCAL, "arrays", None) is not self.arrays:
            _LOCAL.arrays, _LOCAL.flyer = self.arrays, Flyer(self.arrays)
        return events_table(self.names, _LOCAL.flyer.block(self.seed, first, self.size(number)))

    def __call__(self, number: int) -> bytes:
        """The events of a block, packed to be sent."""
        return pack(self.table(number), "lz4")


_LOCAL = threading.local()


def fly_blocks(
    world: World,
    folder: Path,
    seed: int,
    replications: int,
    workers: int,
    progress: Progress,
    part: range | None = None,
    ensemble: Ensemble | None = None,
    cluster: Cluster | None = None,
) -> int:
    """Fly every block that is not there yet and put the events table together; returns the replications in the table.

    Ctrl-C ends it after the blocks in flight; the table then holds the blocks that are finished without a gap. With `part`,
    only those blocks are flown and kept, no table is made, and the replications kept are returned. With a `cluster`, its workers
    fly the blocks and this process keeps them: the same bytes.
    """
    store = BlockStore(folder)
    work = BlockWork(world.arrays, (*(entity.key for entity in world.entities), ""), seed, replications, ensemble)
    blocks = range(block_count(replications)) if part is None else part
    ready = {number: path for number, path in store.finished().items() if number in blocks}
    lock = threading.Lock()
    tables: dict[int, pa.Table | None] = dict.fromkeys(ready)
    written = 0
    finished = sum(work.size(number) for number in ready)
    total = sum(map(work.size, blocks))

    with TableWriter(folder / "events.parquet", EVENTS) if part is None else nullcontext() as writer:

        def write_ready() -> None:
            nonlocal written
            if writer is None:
                return
            while written in tables:
                table = tables.pop(written)
                writer.add(BlockStore.read(ready[written]) if table is None else table)
                written += 1

        def kept(number: int, path: Path, table: pa.Table | None = None) -> int:
            with lock:
                ready[number] = path
                # A block that must wait for an earlier one is read back from its file, so that memory stays bounded.
                tables[number] = table if number == written else None
                write_ready()
            return work.size(number)

        def fly(number: int) -> int:
            table = work.table(number)
            return kept(number, store.put(number, table), table)

        def told(amount: int) -> None:
            nonlocal finished
            finished += amount
            progress(finished, total)

        progress(finished, total)
        missing = [number for number in blocks if number not in ready]
        write_ready()
        if cluster is None:
            run_all(fly, missing, workers, told)
        else:
            cluster.run_all(
                work, missing, lambda number, content: told(kept(number, store.put_packed(number, content)))
            )
        write_ready()
    return min(replications, written * BLOCK) if part is None else sum(map(work.size, ready))


def _record(world: World, folder: Path, seed: int, numbers: list[int], ensemble: Ensemble | None) -> None:
    names = [*(entity.key for entity in world.entities), ""]
    flyer = Flyer(world.arrays)
    states, detections, tracks = [], [], []
    for number in sorted(set(numbers)):
        if ensemble is not None:
            flyer = Flyer(ensemble.arrays(ensemble.draw_of(number)))
        events, hits = flyer.recorded(seed, number)
        states.append(states_table(flyer.world, names, number, events))
        detections.append(detections_table(flyer.world, names, number, hits))
        if flyer.world.basket_m > 0.0:
            tracks.append(tracks_table(flyer.world, names, number, flyer.tracks()))
    written = [("states", states, STATES), ("detections", detections, DETECTIONS)]
    if world.arrays.basket_m > 0.0:
        written.append(("tracks", tracks, TRACKS))
    for name, tables, schema in written:
        whole = pa.concat_tables(tables) if tables else schema.empty_table()
        write_table(folder / f"{name}.parquet", whole.unify_dictionaries())
