"""What Dask costs: a campaign by one worker process of a scheduler on loopback against the same campaign flown here, one thread each.

**Workload.** `large_network` of 400 threats, some 0.2 s a replication, so that a task (a block of 25) is some 5 s of work; and
turkey-2019, whose tasks are ten times shorter, for comparison. Both campaigns are `fly_blocks`: flown, kept, put together as
events.parquet, whose bytes must agree. On the cluster's side everything counts from the connection on: the check of the workers,
the World sent there, tasks handed out, blocks packed, sent back, kept.

*Processor time* is that of all processes at work (worker, scheduler, this one; `time.process_time` in each), which other work on the
machine changes by a few per cent. *Wall-clock* also shows a worker that waits, and needs two idle cores to mean anything. Both are
medians of interleaved rounds, whose range stands beside.

**What stands by.** A Dask worker and scheduler without any task spend some 5 % of a core on their own timers: the worker samples its
threads' stacks a hundred times a second, and every process looks at its event loop fifty times a second. That grows with neither tasks
nor threads, and is counted here in full against a worker of one thread, the worst case there is. What it comes to on a cluster started
as docs/campaigns.md says (`SETTINGS`: no sampling, a look a second) is measured too, and what either spends a second while nothing is
asked of it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.lines import Line
from buckler.campaign.cluster import connected
from buckler.campaign.folder import BLOCK
from buckler.campaign.run import fly_blocks
from buckler.world.compile import World

SETTINGS: Final = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False", "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s"}
"""How docs/campaigns.md starts schedulers and workers."""
_IDLE_S: Final = 5.0


class Spent(NamedTuple):
    """A campaign's costs, and its table."""

    cpu_s: float
    wall_s: float
    table: bytes


@contextmanager
def scheduler(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """A scheduler on loopback with one worker of one thread, each a process of its own; its address."""
    file = folder / "scheduler.json"
    environment = {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

    def begun(program: str, *arguments: str) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", f"distributed.cli.{program}", *arguments, "--no-dashboard"]
        return subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    processes = [begun("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))]
    try:
        for _ in range(600):
            if file.exists() and file.read_text():
                break
            time.sleep(0.1)
        address = str(json.loads(file.read_text())["address"])
        processes.append(begun("dask_worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)))
        yield address.removeprefix("tcp://")
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _here(world: World, replications: int) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        fly_blocks(world, Path(folder), 1, replications, 1, _nothing)
        spent = time.process_time() - cpu, time.perf_counter() - wall
        return Spent(*spent, (Path(folder) / "events.parquet").read_bytes())


def _elsewhere(watch: Any) -> float:
    """Processor seconds so far of the worker and the scheduler."""
    return float(sum(watch.run(time.process_time).values()) + watch.run_on_scheduler(time.process_time))


def _there(world: World, replications: int, address: str, watch: Any) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time() + _elsewhere(watch), time.perf_counter()
        with connected(f"dask://{address}") as cluster:
            fly_blocks(world, Path(folder), 1, replications, 1, _nothing, cluster=cluster)
        spent = time.process_time() + _elsewhere(watch) - cpu, time.perf_counter() - wall
        return Spent(*spent, (Path(folder) / "events.parquet").read_bytes())


def _nothing(done: int, total: int) -> None:
    """No progress bar."""


def overhead(cases: list[tuple[World, int, float | None]], rounds: int) -> list[Line]:
    """Three lines for each World, with how many tasks of it are flown and the target (None: reported); then the first with `SETTINGS`."""
    if importlib.util.find_spec("distributed") is None:
        return [Line("Dask against here", 0.0, "x", "at most 1.05", None, "skipped: needs Dask (buckler[cluster])")]
    return [*_measured("Dask", cases, rounds, {}), *_measured("Dask, less watchful", cases[:1], rounds, SETTINGS)]


def _measured(name: str, cases: list[tuple[World, int, float | None]], rounds: int, settings: Mapping[str, str]) -> list[Line]:
    from distributed import Client

    lines = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        address = stack.enter_context(scheduler(Path(folder), settings))
        watch = stack.enter_context(Client(f"tcp://{address}", timeout=60))
        watch.wait_for_workers(1, timeout=120)
        for world, tasks, target in cases:
            _here(world, 1)
            _there(world, 1, address, watch)  # kernels are loaded, and compiled the first time
            works = tasks * BLOCK
            pairs = [(_here(world, works), _there(world, works, address, watch)) for _ in range(rounds)]
            lines += _lines(f"{name}, {world.name}", tasks, pairs, target)
        before = _elsewhere(watch)
        time.sleep(_IDLE_S)
        idle = 1e3 * (_elsewhere(watch) - before) / _IDLE_S
        lines.append(Line(f"{name}: a worker and a scheduler that stand by", idle, "ms a second", "reported", True))
    return lines


def _lines(name: str, tasks: int, pairs: list[tuple[Spent, Spent]], target: float | None) -> list[Line]:
    words = "reported" if target is None else f"at most {target:g}"
    cpu = [there.cpu_s / here.cpu_s for here, there in pairs]
    wall = [there.wall_s / here.wall_s for here, there in pairs]
    more_s = statistics.median(there.cpu_s - here.cpu_s for here, there in pairs)
    task_s = statistics.median(here.cpu_s for here, _ in pairs) / tasks
    notes = (
        f"{tasks} tasks of {task_s:.2f} s, {1e3 * more_s / tasks:+.0f} ms each; {min(cpu):.3f} to {max(cpu):.3f}",
        f"{min(wall):.3f} to {max(wall):.3f}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
    )
    same = all(here.table == there.table for here, there in pairs)
    lines = [Line(f"{name}: the same bytes", float(same), "", "identical", same)]
    for what, ratios, note in (("processor time", cpu, notes[0]), ("wall-clock", wall, notes[1])):
        ratio = statistics.median(ratios)
        met = target is None or ratio <= target
        lines.append(Line(f"{name}: {what} against here", ratio, "x", words, met, note))
    return lines
