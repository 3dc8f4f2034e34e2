"""A designed sweep: every point of a study flown under the same luck, kept as scores, resumable, its plan told first.

A point's log is not kept (`buckler run` gives it): a sweep of turkey-2019 would write gigabytes. What is kept of each replication are
its scores (`analysis.scores`), derived from the same events by the same code as a run's summary.

A piece of work is up to 100 replications of one point, addressed by the hash of everything it depends on: so a sweep takes up where it
was stopped, and points that a changed study still holds are not flown again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np
import pyarrow as pa
import pyarrow.parquet

from buckler import __version__
from buckler.analysis.outcomes import collect
from buckler.analysis.scores import MAIN, score_table
from buckler.campaign.folder import BLOCK, Found, platform_facts, prepare
from buckler.campaign.lock import alone_in
from buckler.campaign.pool import run_all
from buckler.campaign.results import write_results
from buckler.campaign.run import Interrupted, Progress
from buckler.campaign.store import ScoreStore
from buckler.campaign.study import Plan, Point
from buckler.catalog.load import load_catalog
from buckler.compiled import kernel_hash
from buckler.documents import Place
from buckler.engine.fly import Flyer
from buckler.errors import DocumentError, InputError, OutputExistsError
from buckler.log.schema import ENTITIES, SCHEMA_VERSION
from buckler.log.write import atomic_bytes, events_table, pack, unpack, write_json
from buckler.scenario.load import Loaded, scenario_yaml
from buckler.scenario.schema import Scenario
from buckler.world.compile import World, compile_world

if TYPE_CHECKING:
    from buckler.campaign.cluster import Cluster

CHUNK: Final = 100
"""The most replications in a piece."""
_SAMPLE: Final = 4
"""Replications flown at each of a few points to measure what the sweep will take."""
_OURS: Final = (
    "study.json",
    "study.yaml",
    "scenario.yaml",
    "points.parquet",
    "scores.parquet",
    "summary.json",
    "report.html",
    "wrongful.svg",
    "wrongful.png",
)


@dataclass(frozen=True)
class Costs:
    """What a sweep will take, measured on a short sample."""

    points: int
    replications: int
    missing_points: int
    missing_replications: int
    seconds: float
    bytes: int
    free_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        total = self.points * self.replications
        return {
            "replications": total,
            "already_flown": total - self.missing_replications,
            "seconds": round(self.seconds, 1),
            "bytes": self.bytes,
            "free_bytes": self.free_bytes,
        }


@dataclass(frozen=True)
class PieceWork:
    """How a piece is flown, here or on another machine: what is sent there once, and asked for piece after piece."""

    plan: Plan
    base: World

    def size(self, chunk: int) -> int:
        """Replications in a piece."""
        return min(CHUNK, self.plan.study.replications - chunk * CHUNK)

    def compiled(self, number: int) -> World:
        """The World of a point; each thread keeps its last."""
        if getattr(_LOCAL, "last", None) != (id(self.plan), number):
            try:
                world = _compiled(self.plan.loaded(self.plan.points[number]), self.base)
            except InputError as error:
                raise InputError(f"point {number} ({_described(self.plan, number)}): {error}") from None
            _LOCAL.last, _LOCAL.world = (id(self.plan), number), world
        found: World = _LOCAL.world
        return found

    def __call__(self, piece: tuple[int, int]) -> bytes:
        """The scores of a piece, packed."""
        number, chunk = piece
        return pack(fly_scores(self.compiled(number), self.plan.study.seed, chunk * CHUNK, self.size(chunk)), "lz4")


_LOCAL = threading.local()


def _described(plan: Plan, number: int) -> str:
    """A point in words."""
    values = plan.points[number].values
    return ", ".join(
        f"{factor.name} = {factor.word(value)}" for factor, value in zip(plan.study.factors, values, strict=True)
    )


class Sweep:
    """A study on its way through a folder."""

    def __init__(self, plan: Plan, folder: Path, workers: int, progress: Progress = lambda done, total: None) -> None:
        self.plan = plan
        self.folder = folder
        self.workers = workers
        self.study = plan.study
        self._held = [self._holds(plan.loaded(point).scenario) for point in plan.points]
        self.world = compile_world(plan.base)
        self._refuse_levels(progress)
        self._base = hashlib.sha256(repr((
            SCHEMA_VERSION, __version__, kernel_hash(), np.__version__, numba.__version__, pa.__version__, load_catalog().content_hash,
            self.world.content_hash(), self.study.seed, CHUNK, MAIN,
        )).encode()).hexdigest()  # fmt: skip
        self.work = PieceWork(plan, self.world)

    @property
    def key(self) -> str:
        """What the study's results depend on: its points, in order, and the number of replications."""
        parts = (self.study.replications, [self.address(point.number, 0) for point in self.plan.points], self._labels())
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def _labels(self) -> list[tuple[str, list[str]]]:
        return [(factor.name, [factor.word(choice) for choice in factor.choices]) for factor in self.study.factors]

    def address(self, number: int, chunk: int) -> str:
        """The address of a piece."""
        count = self.work.size(chunk)
        digest = hashlib.sha256(repr((self._base, *self._held[number], chunk, count)).encode()).hexdigest()
        return f"{digest[:24]}-{chunk:05d}"

    def _holds(self, scenario: Scenario) -> tuple[str, str]:
        """What a point's results depend on besides the base's: the content of a terrain file of its own, and its text."""
        name = scenario.environment.terrain
        own = name != self.plan.base.scenario.environment.terrain and name.endswith(".npz")
        return hashlib.sha256(Path(name).read_bytes()).hexdigest() if own else "", scenario_yaml(scenario)

    @property
    def chunks(self) -> int:
        """Pieces of a point."""
        return (self.study.replications + CHUNK - 1) // CHUNK

    def _refuse_levels(self, progress: Progress) -> None:
        """DocumentError where a level does not make a World, each tried alone: it could not be seen in the file."""
        problems = []
        done, total = 0, sum(len(factor.choices) for factor in self.study.factors)
        for i, (factor, field) in enumerate(zip(self.study.factors, self.plan.fields, strict=True)):
            for k, choice in enumerate(factor.choices):
                place: Place = ("factors", i, "levels", k) if factor.levels is not None else ("factors", i)
                try:
                    _compiled(_alone(self.plan, i, choice, bool(field and field.whole)), self.world)
                except InputError as error:
                    problems.append(self.plan.document.problem(place, str(error)))
                done += 1
                progress(done, total)
        if problems:
            raise DocumentError(problems)

    def described_plan(self) -> dict[str, Any]:
        """The plan for a machine: design, factors, and the points with their settings."""
        names = [factor.name for factor in self.study.factors]
        return {
            "design": self.plan.design,
            "aliases": list(self.plan.aliases),
            "factors": [{"name": name, "levels": levels} for name, levels in self._labels()],
            "points": [dict(zip(names, point.values, strict=True)) for point in self.plan.points],
        }

    def measure_missing(self) -> Costs:
        """What is not in the folder yet will take."""
        points = self.folder / "points"
        return self.measure(ScoreStore(points) if points.is_dir() else None)

    def measure(self, store: ScoreStore | None) -> Costs:
        """What is still to be flown will take, from a short sample of the first, the middle and the last point."""
        missing = [
            (point.number, chunk)
            for point in self.plan.points
            for chunk in range(self.chunks)
            if store is None or store.get(self.address(point.number, chunk)) is None
        ]
        points = sorted({number for number, _ in missing})
        compile_s, fly_s, size = [], [], [0.0]
        if points:  # kernels are loaded once, not at every point
            fly_scores(self.world, self.study.seed, 0, 1)
        for number in sorted({points[0], points[len(points) // 2], points[-1]} if points else set()):
            start = time.process_time()
            world = self.work.compiled(number)
            middle = time.process_time()
            table = fly_scores(world, self.study.seed, 0, min(_SAMPLE, self.study.replications))
            compile_s.append(middle - start)
            fly_s.append((time.process_time() - middle) / len(table))
            size.append(len(pack(table, "lz4")) + 4.0 * table.num_columns * CHUNK / 3)
        replications = sum(self.work.size(chunk) for _, chunk in missing)
        used = min(self.workers, max(len(missing), 1))
        seconds = (
            (len(points) * float(np.mean(compile_s)) + replications * float(np.mean(fly_s)) / used) if points else 0.0
        )
        where = self.folder
        while not where.exists():
            where = where.parent
        return Costs(
            len(self.plan.points), self.study.replications, len(points), replications, seconds,
            int(len(missing) * float(np.max(size))), shutil.disk_usage(where).free,
        )  # fmt: skip


def _alone(plan: Plan, i: int, choice: Any, whole: bool) -> Loaded:
    """The base scenario with one factor at one of its choices."""
    single = replace(
        plan, study=plan.study.model_copy(update={"factors": [plan.study.factors[i]]}), fields=(plan.fields[i],)
    )
    return single.loaded(Point(0, (int(choice) if whole and isinstance(choice, float) else choice,)))


def _compiled(loaded: Loaded, base: World) -> World:
    """The World of a changed scenario; what the sensors see over the terrain is taken from the base where they stand as they stood."""
    mine, theirs = loaded.scenario, base.loaded.scenario
    same = mine.environment == theirs.environment and sorted(mine.sensors, key=_name) == sorted(
        theirs.sensors, key=_name
    )
    return compile_world(loaded, reuse=base if same else None)


def _name(entry: Any) -> str:
    return str(entry.name)


def fly_scores(world: World, seed: int, first: int, count: int) -> pa.Table:
    """The scores of some replications, a block of events at a time."""
    entities = pa.Table.from_pylist([entity.row() for entity in world.entities], schema=ENTITIES)
    names = [*(entity.key for entity in world.entities), ""]
    flyer = Flyer(world.arrays)
    starts = range(first, first + count, BLOCK)
    blocks = (events_table(names, flyer.block(seed, start, min(BLOCK, first + count - start))) for start in starts)
    return score_table(collect(entities, blocks))


def run_sweep(
    sweep: Sweep,
    *,
    command: str,
    force: bool = False,
    progress: Progress = lambda done, total: None,
    announce: Callable[[Costs], None] = lambda costs: None,
    at_most: int | None = None,
    cluster: Cluster | None = None,
) -> Found:
    """Tell the plan, fly what is missing, write the tables. Returns what was found in the folder."""
    found = look(sweep, force)
    folder, study = sweep.folder, sweep.study
    total = len(sweep.plan.points) * study.replications
    if at_most is not None and total > at_most:
        raise InputError(
            f"{len(sweep.plan.points):,} points of {study.replications:,} replications are {total:,}, and --at-most says {at_most:,}: "
            f"write -n {max(at_most // len(sweep.plan.points), 2)}, or a design of fewer points"
        )
    if found is Found.FINISHED:
        progress(total, total)
        return found
    costs = sweep.measure_missing()
    announce(costs)
    if costs.bytes > costs.free_bytes:
        raise InputError(
            f"the sweep writes about {costs.bytes / 1e6:,.0f} MB, and {folder} has {costs.free_bytes / 1e6:,.0f} MB left: "
            "choose another folder with -o, or fewer points or replications"
        )
    prepare(folder)
    try:
        with alone_in(folder):
            _fly(sweep, command, progress, cluster)
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}. Finished pieces are kept; make room and give the same command again"
        ) from error
    return found


def look(sweep: Sweep, force: bool) -> Found:
    """What is in the folder; refuses what is not this study's, unless forced (pieces that are still wanted are kept)."""
    folder = sweep.folder
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"{folder} is a file: choose another output folder with -o")
    if not folder.exists() or not any(folder.iterdir()):
        return Found.NOTHING
    stored = _stored(folder)
    version = stored.get("schema", 0)
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise OutputExistsError(
            f"{folder} was written by a newer buckler ({stored.get('buckler', 'unknown')}): choose another folder with -o, or upgrade"
        )
    if stored.get("study_key") == sweep.key:
        whole = stored.get("complete") and (folder / "summary.json").is_file() and (folder / "scores.parquet").is_file()
        return Found.FINISHED if whole else Found.UNFINISHED
    if force:
        for name in _OURS:
            (folder / name).unlink(missing_ok=True)
        return Found.NOTHING
    what = (
        "another study (other factors, points, seed, -n or version)"
        if "study_key" in stored
        else "something that is not a study"
    )
    raise OutputExistsError(f"{folder} holds {what}: choose another folder with -o, or write --force to replace it")


def _stored(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads((folder / "study.json").read_text(encoding="utf-8"))
        return data if isinstance(data, dict) else {}
    except (OSError, ValueError):
        return {}


def _facts(sweep: Sweep, command: str, complete: bool) -> dict[str, Any]:
    plan, scenario = sweep.plan, sweep.plan.base.scenario
    return {
        "schema": SCHEMA_VERSION,
        "buckler": __version__,
        "study_key": sweep.key,
        "kernel_hash": kernel_hash(),
        "title": plan.study.title or f"{scenario.name}: {plan.design}",
        "scenario": scenario.name,
        "scenario_title": scenario.title,
        "notional": scenario.notional,
        "as_of": scenario.as_of,
        "design": plan.design,
        "aliases": list(plan.aliases),
        "points": len(plan.points),
        "replications": plan.study.replications,
        "seed": plan.study.seed,
        "terrain": {
            "source": sweep.world.terrain.source,
            "cell_size": sweep.world.terrain.cell_size,
            "note": sweep.world.terrain.caveat,
        },
        "factors": [{"name": name, "levels": levels} for name, levels in sweep._labels()],
        "command": command,
        "complete": complete,
        "platform": platform_facts(),
    }


def _fly(sweep: Sweep, command: str, progress: Progress, cluster: Cluster | None) -> None:
    folder, plan = sweep.folder, sweep.plan
    write_json(folder / "study.json", _facts(sweep, command, False))
    atomic_bytes(folder / "study.yaml", ("\n".join(plan.document.lines) + "\n").encode())
    atomic_bytes(folder / "scenario.yaml", sweep.world.scenario_text.encode())
    store = ScoreStore(folder / "points")
    pieces = [(point.number, chunk) for point in plan.points for chunk in range(sweep.chunks)]
    addresses = {piece: sweep.address(*piece) for piece in pieces}
    # Points that come to the same scenario are flown once.
    wanted = {addresses[piece]: piece for piece in reversed(pieces)}
    missing = [piece for address, piece in reversed(wanted.items()) if store.get(address) is None]
    total = sum(sweep.work.size(chunk) for _, chunk in wanted.values())
    done = total - sum(sweep.work.size(chunk) for _, chunk in missing)
    progress(done, total)

    def keep(piece: tuple[int, int], content: bytes) -> int:
        store.put(addresses[piece], content)
        return sweep.work.size(piece[1])

    def told(amount: int) -> None:
        nonlocal done
        done += amount
        progress(done, total)

    if cluster is None:
        whole = run_all(lambda piece: keep(piece, sweep.work(piece)), missing, sweep.workers, told)
    else:
        whole = cluster.run_all(sweep.work, missing, lambda piece, content: told(keep(piece, content)))
    if not whole:
        raise Interrupted(folder, done, total)
    facts = _facts(sweep, command, True)
    write_results(folder, plan, _tables(sweep, store, addresses), facts)
    write_json(folder / "study.json", facts)


def _tables(sweep: Sweep, store: ScoreStore, addresses: dict[tuple[int, int], str]) -> list[pa.Table]:
    """The scores of each point, in the order of the points."""
    tables = []
    for point in sweep.plan.points:
        chunks = []
        for chunk in range(sweep.chunks):
            address = addresses[point.number, chunk]
            table = store.get(address)
            if table is None:  # altered since it was written
                content = sweep.work((point.number, chunk))
                store.put(address, content)
                table = unpack(content)
            chunks.append(table)
        tables.append(pa.concat_tables(chunks))
    return tables
