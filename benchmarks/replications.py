"""How fast replications are flown: against plain Python, against C, by filtered tracks, by two threads, and as the raid grows."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from math import log
from pathlib import Path

import numpy as np
import yaml

from benchmarks.lines import Line, least
from benchmarks.native import NativeModel, compiler
from benchmarks.plain import PlainModel
from benchmarks.twin import compare
from buckler.campaign.run import fly_blocks
from buckler.dtypes import EVENT
from buckler.engine.fly import Flyer, network_of, replicate_block
from buckler.engine.state import new_state
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world

RAID40 = Path(__file__).parent / "raid40.yaml"


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
