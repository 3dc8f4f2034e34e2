"""A designed sweep: every point of a study flown under the same luck, kept as scores, resumable, its plan told first.

A point's log is not kept (`buckler run` gives it): a sweep of turkey-2019 would write gigabytes. What is kept of each replication are
its scores (`analysis.scores`), derived from the same events by the same code as a run's summary.

A piece of work is up to 100 replications of one point, addressed by the hash of everything it depends on: so a sweep takes up where it
was stopped, and points that a changed study still holds are not flown again.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numba
import numpy as np
import pyarrow as pa

from buckler import __version__
from buckler.analysis.scores import MAIN
from buckler.campaign.pieces import CHUNK, PieceWork, compiled, fly_scores
from buckler.campaign.run import Progress
from buckler.campaign.store import ScoreStore
from buckler.campaign.study import Plan, Point
from buckler.catalog.load import load_catalog
from buckler.compiled import kernel_hash
from buckler.documents import Place
from buckler.errors import DocumentError, InputError
from buckler.log.schema import SCHEMA_VERSION
from buckler.log.write import pack
from buckler.scenario.load import Loaded, scenario_yaml
from buckler.scenario.schema import Scenario
from buckler.world.compile import compile_world

_SAMPLE: Final = 4
"""Replications flown at each of a few points to measure what the sweep will take."""


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
        parts = (self.study.replications, [self.address(point.number, 0) for point in self.plan.points], self.labels())
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def labels(self) -> list[tuple[str, list[str]]]:
        """The factors, each with its levels in words."""
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
                    compiled(_alone(self.plan, i, choice, bool(field and field.whole)), self.world)
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
            "factors": [{"name": name, "levels": levels} for name, levels in self.labels()],
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
