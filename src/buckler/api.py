"""The Python surface: load, simulate, look at the run, keep it."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from buckler.analysis.compare import compare as _compare
from buckler.campaign.simulate import simulate_into
from buckler.errors import InputError, OutputExistsError
from buckler.log.read import RunFolder, open_run
from buckler.scenario.load import Loaded, load_scenario
from buckler.scenario.packaged import packaged_scenarios
from buckler.validation.results import Result
from buckler.validation.run import validate_cases, validate_packaged
from buckler.world.compile import World
from buckler.world.faults import compile_scenario

if TYPE_CHECKING:
    from distributed import Client


def load(name: str | Path) -> Loaded:
    """A packaged scenario by name, or a scenario file by path, checked."""
    return load_scenario(name)


def compile(scenario: Loaded | str | Path) -> World:  # noqa: A001 (the design's word)
    """The World of a scenario: the arrays that kernels read."""
    return compile_scenario(scenario if isinstance(scenario, Loaded) else load_scenario(scenario))


def scenarios() -> list[str]:
    """Names of the packaged scenarios."""
    return packaged_scenarios()


def validate(cases: str | Path | None = None) -> list[Result]:
    """Published numbers against this installation: the packaged table, or a file of cases."""
    return validate_packaged() if cases is None else validate_cases(Path(cases))


class Run:
    """A finished run: its folder, read."""

    def __init__(self, folder: RunFolder, temporary: str | None = None) -> None:
        self.folder = folder
        if temporary is not None:
            weakref.finalize(self, shutil.rmtree, temporary, ignore_errors=True)

    def summary(self) -> dict[str, Any]:
        """The figures, each with its interval."""
        return self.folder.summary

    @property
    def events(self) -> pa.Table:
        """Every event of every replication."""
        return self.folder.events()

    def leakers(self, by: Literal["reason", "subject", "object"] = "reason") -> dict[str, float]:
        """Mean leakers a replication, by reason, by threat (subject) or by asset (object), most first."""
        if by not in ("reason", "subject", "object"):
            raise InputError(f"leakers(by={by!r}): write 'reason', 'subject' or 'object'")
        import pyarrow.compute as pc

        events = self.events
        through = events.filter(pc.field("kind").cast(pa.string()) == "impact")
        counts = Counter(through[by].cast(pa.string()).to_pylist())
        return {str(name): count / self.folder.run["replications"] for name, count in counts.most_common()}

    def save(self, folder: str | Path) -> Path:
        """Copy the run folder to a place of your own; it must not exist yet."""
        target = Path(folder)
        if target.exists():
            raise OutputExistsError(f"{target} exists: choose another folder")
        shutil.copytree(self.folder.path, target)
        return target

    def report(self) -> Path:
        """Write report.html in the run's folder."""
        from buckler.report.page import write_report

        return write_report(self.folder.path)


def open(folder: str | Path) -> Run:  # noqa: A001 (reads as buckler.open)
    """A run that was kept."""
    return Run(open_run(folder))


def simulate(
    scenario: Loaded | str | Path,
    replications: int = 200,
    seed: int = 1,
    workers: int | None = None,
    folder: str | Path | None = None,
    cluster: str | Client | None = None,
) -> Run:
    """Fly a scenario; the run lies in `folder`, or in a temporary one that goes when the run is no longer used.

    With `cluster`, a Dask scheduler's address (dask://HOST:PORT) or a `distributed.Client` of it, its workers fly: the same bytes.
    """
    loaded = scenario if isinstance(scenario, Loaded) else load_scenario(scenario)
    temporary = tempfile.mkdtemp(prefix="buckler-") if folder is None else None
    target = Path(folder) if folder is not None else Path(temporary or ".") / "run"
    threads = workers if workers is not None else os.cpu_count() or 1
    simulate_into(loaded, target, replications=replications, seed=seed, workers=threads, cluster=cluster)
    return Run(open_run(target), temporary)


def compare(first: Run, second: Run) -> dict[str, Any]:
    """Paired differences of two runs with one seed, each with its interval."""
    return _compare(first.folder, second.folder)
