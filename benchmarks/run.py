"""Ratios measured in one run on one machine, each beside its target. `python -m benchmarks [--quick] [--json]`.

Everything goes through what is shipped: Worlds compiled from YAML, `Flyer` and `fly_blocks` with the log written, the
`buckler` command. Times are CPU times of the measuring thread where one thread works, wall-clock where two do or where a
process is started; of several rounds, interleaved between the things compared, the least (or the median, where said) counts.
A missed target is printed and is no error: the exit code is 0. The load of the machine is printed with the table.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from math import log
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

if __package__ in (None, ""):  # run as a file: its folder's parent holds the package, and numba must not take coverage.py here for its own
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import tracks
from benchmarks.cluster import overhead
from benchmarks.coverage import country
from benchmarks.flyout import flyout
from benchmarks.lines import Line, least
from benchmarks.native import NativeModel, compiler
from benchmarks.plain import PlainModel
from benchmarks.projection import projection
from benchmarks.sweeps import viewshed
from benchmarks.twin import compare
from benchmarks.worlds import worlds
from buckler.campaign.run import fly_blocks
from buckler.decision.assignment import assign
from buckler.dtypes import EVENT
from buckler.engine.fly import Flyer, network_of, replicate_block
from buckler.engine.state import new_state
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world

HERE = Path(__file__).parent
RAID40 = HERE / "raid40.yaml"


def _nothing(done: int, total: int) -> None:
    """No progress bar."""


def flown(world: World, replications: int, workers: int) -> tuple[float, float, bytes]:
    """CPU and wall-clock seconds to fly and log some replications, and the bytes of events.parquet."""
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        fly_blocks(world, Path(folder), 1, replications, workers, _nothing)
        spent = time.process_time() - cpu, time.perf_counter() - wall
        return *spent, (Path(folder) / "events.parquet").read_bytes()


def raid40(quick: bool) -> list[Line]:
    """One replication of raid40 (its file says what it holds; interceptors flown at steps of 0.1 s when the World is
    compiled, by both alike) in the engine, log included, against the same in plain Python objects, on one core.

    Checked first: the same events. The plain model writes no log; its draws are the same Threefry words.
    """
    world = compile_world(load_scenario(RAID40))
    flyer, plain = Flyer(world.arrays), PlainModel(world.arrays)
    differences = [found for replication in range(3) if (found := compare(flyer, plain, 1, replication))]
    count, few = (100, 2) if quick else (500, 5)

    def engine() -> float:
        return flown(world, count, 1)[0] / count

    def kernel() -> float:
        start = time.process_time()
        for _ in flyer.block(1, 0, count):
            pass
        return (time.process_time() - start) / count

    def objects() -> float:
        start = time.process_time()
        for replication in range(few):
            plain.events(1, replication)
        return (time.process_time() - start) / few

    logged, bare, slow = least(3 if quick else 5, engine, kernel, objects)
    events = len(flyer.events(1, 0))
    ratio, share = slow / logged, 100.0 * (1.0 - bare / logged)
    note = f"{1e3 * logged:.2f} ms ({1e3 * bare:.2f} without the log) against {1e3 * slow:.0f} ms, {events} events"
    same = not differences
    return [
        Line("raid40: the plain model's events", float(same), "", "identical", same, "; ".join(differences)),
        Line("raid40: times the plain model's speed", ratio, "x", "at least 80", ratio >= 80, note),
        Line("raid40: writing the log, of the whole run", share, "%", "at most 15", share <= 15.0, note),
    ]


def native(quick: bool) -> list[Line]:
    """The kernel of raid40, without the log, against the same model in C (raid40.c; native.FLAGS: -O3, the machine's own instructions,
    arithmetic by numba's rules), both filling one buffer of events, blocks of 25 replications in turn on one core: the least of each.

    Checked first: the same events in 50 replications.
    """
    name = "raid40: kernel against C"
    if compiler() is None:
        return [Line(name, 0.0, "x", "at most 1.2", None, "no C compiler here")]
    arrays = compile_world(load_scenario(RAID40)).arrays
    flyer, count = Flyer(arrays), 25
    state = new_state(arrays)
    net = network_of(arrays, state)
    ends, events = np.zeros(count, np.int64), np.zeros(100_000, EVENT)
    with tempfile.TemporaryDirectory() as folder:
        twin = NativeModel(arrays, Path(folder))
        differences = [found for replication in range(50) if (found := compare(flyer, twin, 1, replication))]

    def kernel() -> float:
        start = time.process_time()
        replicate_block(arrays, state, net, 1, 0, count, False, events, ends)
        return (time.process_time() - start) / count

    def in_c() -> float:
        start = time.process_time()
        twin.fly(1, 0, ends)
        return (time.process_time() - start) / count

    kernel()
    ours, theirs = least(30 if quick else 100, kernel, in_c)
    same = not differences
    note = f"{1e3 * ours:.2f} ms against {1e3 * theirs:.2f} ms"
    return [
        Line("raid40 in C: the engine's events", float(same), "", "identical", same, "; ".join(differences[:3])),
        Line(name, ours / theirs, "x", "at most 1.2", ours <= 1.2 * theirs, note),
    ]


def filtered(quick: bool) -> list[Line]:
    """raid40 fired at by filtered tracks against the same by the truth, kernel alone, blocks in turn on one core: the least of each.
    And turkey-2019 with civil traffic and the network: milliseconds a replication.
    """
    works = []
    with tempfile.TemporaryDirectory() as folder:
        tracked = Path(folder) / "raid40.yaml"
        tracked.write_text(yaml.safe_dump(yaml.safe_load(RAID40.read_text(encoding="utf-8")) | {"picture": "filtered"}), encoding="utf-8")
        for scenario in (RAID40, tracked, "turkey-2019-civil"):
            flyer = Flyer(compile_world(load_scenario(scenario)).arrays)

            def kernel(flyer: Flyer = flyer, count: int = 10 if scenario == "turkey-2019-civil" else 50) -> float:
                start = time.process_time()
                for _ in flyer.block(1, 0, count):
                    pass
                return (time.process_time() - start) / count

            kernel()
            works.append(kernel)
    by_truth, by_track, turkey = least(5 if quick else 20, *works)
    note = f"{1e3 * by_track:.2f} ms against {1e3 * by_truth:.2f} ms"
    return [
        Line("raid40: filtered picture against the truth", by_track / by_truth, "x", "at most 4", by_track <= 4 * by_truth, note),
        Line("turkey-2019 with civil traffic, a replication", 1e3 * turkey, "ms", "reported", True),
    ]


def threads(quick: bool) -> list[Line]:
    """raid40, 600 replications (quick: 200) with the log, by two threads against one: the median ratio of 9 interleaved
    rounds (quick: 3), and the bytes of the two tables.
    """
    world = compile_world(load_scenario(RAID40))
    count, rounds = (200, 3) if quick else (600, 9)
    flown(world, 50, 2)
    ratios, same = [], True
    for _ in range(rounds):
        _, one, bytes_one = flown(world, count, 1)
        _, two, bytes_two = flown(world, count, 2)
        ratios.append(one / two)
        same = same and bytes_one == bytes_two
    ratio = statistics.median(ratios)
    note = f"{min(ratios):.2f} to {max(ratios):.2f}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return [
        Line("two threads against one", ratio, "x", "at least 1.85", ratio >= 1.85, note),
        Line("two threads: the same bytes", float(same), "", "identical", same),
    ]


def growth(quick: bool) -> list[Line]:
    """raid40 once, twice, four and eight times as large (40 to 320 threats, 3 sensors), one thread, log included: the exponent
    of the cost a replication between the smallest and the largest.

    Fire channels and rounds grow with the raid, so that as many of a hundred are killed: those that are killed early need no
    more scans, and a defence that stays small lets a large raid fly, and be scanned, for twice as long.
    """
    document = yaml.safe_load(RAID40.read_text(encoding="utf-8"))
    worlds = {}
    with tempfile.TemporaryDirectory() as folder:
        for factor in (1, 2, 4, 8):
            larger = json.loads(json.dumps(document, default=str))
            for entry in larger["raid"]["entries"]:
                entry["count"] *= factor
                entry["spacing_s"] /= factor
                # Side by side the routes fill the same front; ballistic flights follow one another on one path.
                entry["lateral_spacing_m"] = (
                    0.0 if entry["name"] == "ballistic" else entry["lateral_spacing_m"] / factor
                )
            for battery in larger["batteries"]:
                battery["fire_channels"] *= factor
                for weapon in battery["weapons"]:
                    weapon["rounds_ready"] *= factor
            path = Path(folder) / f"raid{40 * factor}.yaml"
            path.write_text(yaml.safe_dump(larger), encoding="utf-8")
            worlds[40 * factor] = compile_world(load_scenario(path))
    count = 50 if quick else 150
    works = [lambda world=world: flown(world, count, 1)[0] / count for world in worlds.values()]
    times = least(2 if quick else 4, *works)
    exponent = log(times[-1] / times[0]) / log(8)
    note = ", ".join(f"{threats}: {1e3 * spent:.2f} ms" for threats, spent in zip(worlds, times, strict=True))
    return [Line("cost against threats: exponent", exponent, "", "at most 1", exponent <= 1.0, note)]


def large_network() -> dict[str, object]:
    """400 threats against 30 radars and 20 batteries under four posts, joined by 60 links with losses, limits and outages."""
    document = yaml.safe_load(RAID40.read_text(encoding="utf-8"))
    radar, (long, short) = document["sensors"][0], document["batteries"]
    posts = [{"name": f"Post {c}", "backup": f"Post {(c + 1) % 4}"} for c in range(4)]
    sensors, batteries, links = [], [], []
    for s in range(30):
        place = {"latitude_deg": 37.6 + 0.15 * (s % 6), "longitude_deg": 33.6 + 0.18 * (s // 6)}
        sensors.append({**radar, **place, "name": f"Radar {s:02d}", "command": f"Post {s % 4}"})
        limit = {"capacity_tracks_per_s": 20} if s % 3 == 0 else {}
        links.append({"name": f"t{s:02d}", "between": [f"Radar {s:02d}", f"Post {s % 4}"], "loss": 0.05, **limit})
    for b in range(20):
        like = long if b % 2 else short
        place = {"latitude_deg": 37.7 + 0.2 * (b % 5), "longitude_deg": 33.7 + 0.2 * (b // 5)}
        radars = [f"Radar {b:02d}", f"Radar {b + 10:02d}"]
        batteries.append({**like, **place, "name": f"Battery {b:02d}", "command": f"Post {b % 4}", "fire_control": radars})
        links.append({"name": f"o{b:02d}", "between": [f"Post {b % 4}", f"Battery {b:02d}"], "loss": 0.02})
    for n in range(10):
        ends = [f"Post {n % 4}", f"Post {(n + 1 + n // 4) % 4}"]
        links.append({"name": f"p{n}", "between": ends, "latency_s": 0.2 + 0.1 * n})
    links[-1]["outages"] = [{"from_s": 100, "until_s": 400}]
    for entry in document["raid"]["entries"]:
        entry["count"] *= 10
        entry["spacing_s"] /= 10
        entry["lateral_spacing_m"] = 0.0 if entry["name"] == "ballistic" else entry["lateral_spacing_m"] / 10
    exchange = {"name": "all", "between": ["Post 0", "Post 1"], "mode": "full"}
    document |= {"name": "network400", "commands": posts, "sensors": sensors, "batteries": batteries, "links": links}
    document["exchanges"] = [exchange, {"name": "rest", "between": ["Post 2", "Post 3"], "mode": "voice"}]
    return dict(document)


def network400() -> World:
    """`large_network`, compiled."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network400.yaml"
        path.write_text(yaml.safe_dump(large_network()), encoding="utf-8")
        return compile_world(load_scenario(path))


def network(quick: bool) -> list[Line]:
    """400 threats, 30 sensors, 20 batteries, 60 links: simulated time over CPU time of one core, log included."""
    world = network400()
    arrays = world.arrays
    size = (len(arrays.threats), len(arrays.sensors), len(arrays.batteries), len(arrays.links))
    count = 5 if quick else 25
    flown(world, 1, 1)
    (spent,) = least(2 if quick else 4, lambda: flown(world, count, 1)[0] / count)
    ratio = arrays.duration_s / spent
    note = f"{size[0]} threats, {size[1]} sensors, {size[2]} batteries, {size[3]} links: {1e3 * spent:.0f} ms for {arrays.duration_s:.0f} s"
    return [Line("a large network: times real time", ratio, "x", "at least 1,000", ratio >= 1000, note)]


def cluster(quick: bool) -> list[Line]:
    """What Dask costs at tasks of 5 s (network400) and, reported, at those of turkey-2019: see benchmarks.cluster."""
    cases: list[tuple[World, int, float | None]] = [(network400(), 3 if quick else 6, 1.05)]
    if not quick:
        cases.append((compile_world(load_scenario("turkey-2019")), 24, None))
    return overhead(cases, 1 if quick else 3)


def command(arguments: list[str], environment: dict[str, str] | None = None) -> float:
    """Wall-clock seconds of a command in a process of its own."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True, env={**os.environ, **(environment or {})})
    return time.perf_counter() - start


def to_table(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall-clock seconds of a run, in a process of its own, until the last line of its table is printed."""
    start = time.perf_counter()
    seen = 0.0
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1", **environment}) as run:
        assert run.stdout is not None
        for line in run.stdout:
            if line.startswith("Report:"):
                break
            seen = time.perf_counter() - start
        run.stdout.read()
    if run.returncode or not seen:
        raise subprocess.CalledProcessError(run.returncode, arguments)
    return seen


def start(quick: bool) -> list[Line]:
    """`buckler --help`; `buckler run smoke` (new folder each time) to its table in the terminal against `python -c "import numpy,
    numba"`; and the same with an empty kernel cache. Python keeps its bytecode, as it does unless told otherwise.
    """
    python = [sys.executable, "-c"]
    program = [*python, "from buckler.cli import main; main()"]
    if (script := Path(sys.executable).with_name("buckler")).exists():
        program = [str(script)]
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(1000))
        usual = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}

        def smoke(**environment: str) -> float:
            output = str(Path(folder) / str(next(numbers)))
            return to_table([*program, "run", "smoke", "--quiet", "-o", output], usual | environment)

        def imports() -> float:
            return command([*python, "import numpy, numba"], usual)

        smoke(), imports()
        rounds = 3 if quick else 7
        help_s, imports_s, warm_s = least(rounds, lambda: command([*program, "--help"], usual), imports, smoke)
        cold_s = smoke(XDG_CACHE_HOME=str(Path(folder) / "cache"), NUMBA_CACHE_DIR=str(Path(folder) / "kernels"))
    return [
        Line("buckler --help", help_s, "s", "at most 0.3 s", help_s <= 0.3),
        Line(
            "buckler run smoke to its table, warm, against importing numpy and numba", warm_s / imports_s, "x", "at most 5",
            warm_s <= 5 * imports_s, f"{warm_s:.2f} s against {imports_s:.2f} s",
        ),
        Line(
            "the first compile against the warm start", cold_s / warm_s, "x", "at most 25", cold_s <= 25 * warm_s,
            f"{cold_s:.1f} s against {warm_s:.2f} s",
        ),
    ]  # fmt: skip


def memory(quick: bool) -> list[Line]:
    """Peak resident memory of `buckler run turkey-2019 -n 10000`, all cores, in a process of its own."""
    if quick:
        return []
    program = "from buckler.cli import main; main()"
    with tempfile.TemporaryDirectory() as folder:
        wall = command(
            [
                sys.executable,
                "-c",
                program,
                "run",
                "turkey-2019",
                "-n",
                "10000",
                "--quiet",
                "-o",
                str(Path(folder) / "run"),
            ]
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    note = f"{wall:.0f} s; the greatest of all processes that this run started"
    return [Line("10,000 replications of turkey-2019", peak, "MiB", "below 700", peak < 700, note)]


def tracking(quick: bool) -> list[Line]:
    """The tracker on the workloads of `benchmarks.tracks`: 50 targets beside filterpy with scipy and beside Stone Soup, the
    whole tracker beside Stone Soup's, and growth to 1,000 scattered targets.
    """
    work = tracks.workload(1, 50, 60 if quick else 200, 20.0)
    begin = tracks.starts(work, 1)
    tracks.ours(work, begin)
    rounds = 2 if quick else 5
    mine, theirs = least(rounds, lambda: tracks.ours(work, begin)[0], lambda: tracks.with_filterpy(work, begin)[0])
    scans = len(work.plots)
    soup = tracks.with_stone_soup(work, begin, 2 if quick else 5) * scans
    truth = work.truth[-1, :, :3]
    off = [
        float(np.sqrt(((found(work, begin)[1] - truth) ** 2).sum(axis=1).mean()))
        for found in (tracks.ours, tracks.with_filterpy)
    ]
    three = tracks.workload(2, 50, 60, 20.0, 3)
    whole, whole_soup = tracks.full(three), tracks.stone_soup_full(three, 6 if quick else 12)
    sizes = (50, 100, 200, 400, 1000)
    spent = tracks.growth(sizes, 20 if quick else 50, rounds)
    beyond = tracks.exponent_beyond(sizes, spent)
    updates = 50 * scans
    note = f"{updates / mine:,.0f} updates/s against {updates / theirs:,.0f}"
    each = ", ".join(f"{size}: {1e3 * time_s:.2f} ms" for size, time_s in zip(sizes, spent, strict=True))
    return [
        Line("A50: times filterpy with scipy's assignment", theirs / mine, "x", "at least 150", theirs >= 150 * mine, note),
        Line(
            "A50: times Stone Soup's GNN with 2-D assignment", soup / mine, "x", "at least 5,000", soup >= 5000 * mine,
            f"{updates / soup:,.0f} updates/s",
        ),
        Line(
            "A50: last RMS against filterpy's", off[0] / off[1], "", "at most 1.02", off[0] <= 1.02 * off[1],
            f"{off[0]:.3f} m and {off[1]:.3f} m",
        ),
        Line(
            "whole tracker, three models, against Stone Soup's with one", whole_soup / whole, "x", "at least 500",
            whole_soup >= 500 * whole, f"{1e3 * whole:.2f} ms a scan against {1e3 * whole_soup:.0f} ms",
        ),
        Line("scattered targets: exponent beyond N log N", beyond, "", "at most 0", beyond <= 0.0, f"a scan, {each}"),
    ]  # fmt: skip


def assignment(quick: bool) -> list[Line]:
    """Random instances (values 25 to 100, kill probability 0.6 to 0.9, one round a weapon), as many weapons as threats: by how much
    greedy, and greedy with swaps, leave more than can be left at least, which the exact method proves (or bounds, where its time is
    up; 30 s each, quick 5 s). And 200 weapons against 100 threats: CPU time.
    """
    rng = np.random.default_rng(1)

    def instance(weapons: int, threats: int) -> tuple[Any, Any]:
        return rng.uniform(25.0, 100.0, threats), rng.uniform(0.6, 0.9, (weapons, threats))

    lines = []
    for threats in (20, 50, 100, 200):
        values, kill = instance(threats, threats)
        best = assign(values, kill, 1, "exact", time_limit_s=5.0 if quick else 30.0)
        greedy, swapped = (assign(values, kill, 1, method).surviving_value for method in ("greedy", "swap"))
        proven = "optimum" if best.gap < 1e-9 else f"bound, {100 * best.gap:.1f} % below the best found"
        note = f"greedy {100 * (greedy / best.lower_bound - 1):.2f} %; against the {proven}"
        above = 100 * (swapped / best.lower_bound - 1)
        lines.append(Line(f"assignment {threats} x {threats}: swaps above the bound", above, "%", "reported", True, note))
    values, kill = instance(200, 100)

    def timed(method: Literal["greedy", "swap"]) -> float:
        start = time.process_time()
        assign(values, kill, 1, method)
        return 1e3 * (time.process_time() - start)

    greedy_ms, swap_ms = least(20, lambda: timed("greedy"), lambda: timed("swap"))
    lines.append(Line("assignment 200 x 100: greedy", greedy_ms, "ms", "at most 1 ms", greedy_ms <= 1.0))
    lines.append(Line("assignment 200 x 100: with swaps", swap_ms, "ms", "at most 15 ms", swap_ms <= 15.0))
    return lines


MEASUREMENTS = (
    raid40, native, filtered, network, threads, cluster, growth, start, memory, tracking, viewshed, country, flyout, worlds, assignment,
    projection,
)  # fmt: skip


def main() -> None:
    """Measure, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no 10,000 replications")
    parser.add_argument("--json", action="store_true", help="print a machine's answer")
    parser.add_argument("--only", choices=[measure.__name__ for measure in MEASUREMENTS], help="one measurement")
    options = parser.parse_args()
    lines: list[Line] = []
    for measure in MEASUREMENTS:
        if options.only in (None, measure.__name__):
            found = measure(options.quick)
            lines += found
            if not options.json:
                print("\n".join(map(_text, found)), flush=True)
    if options.json:
        print(json.dumps([asdict(line) for line in lines], indent=1))
    else:
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _text(line: Line) -> str:
    verdict = "met   " if line.met else "      " if line.met is None else "MISSED"
    value = ("yes" if line.measured else "no") if line.target == "identical" else f"{line.measured:.2f} {line.unit}"
    return f"{verdict}  {line.name:60} {value.strip():>12}  ({line.target})  {line.note}"


if __name__ == "__main__":
    main()
