"""A large network: how fast it is flown, and what Dask costs on it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from benchmarks.cluster import overhead
from benchmarks.lines import Line, least
from benchmarks.replications import RAID40, flown
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world


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
