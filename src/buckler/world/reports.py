"""Who reports to whom: sensors to their posts, posts to one another, and batteries that fire on others' tracks."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import REPORT
from buckler.engine.network.ways import REFRESH_S
from buckler.scenario.schema import Scenario
from buckler.world.entities import address
from buckler.world.links import UNLIMITED, slots

VOICE_LATENCY_S: Final = 20.0
VOICE_LOSS: Final = 0.1
VOICE_TRACKS_PER_S: Final = 0.1
"""What an exchange by voice is where the scenario does not say: a report in ten seconds, understood after twenty, one in ten lost."""
VOICE_PERIOD_S: Final = 60.0
"""How often a track is told again by voice."""


def sensor_reports(sensors: NDArray[np.void], nodes: NDArray[np.void]) -> NDArray[np.void]:
    """One report for each sensor, to its post of the moment."""
    reports = np.zeros(len(sensors), REPORT)
    reports["source"] = np.arange(len(nodes) - len(sensors), len(nodes))
    reports["post"] = -1
    reports["slots"] = UNLIMITED
    reports["period_s"] = sensors["scan_period_s"]
    return reports


def exchange_reports(scenario: Scenario, index: dict[str, int], post_index: dict[str, int]) -> NDArray[np.void]:
    """One report each way between all posts that full exchange joins, directly or through others; and by voice, directly."""
    full: dict[frozenset[str], tuple[float, float, float | None]] = {}
    rows: list[tuple[str, str, str, bool, float, float, float | None]] = []
    for command in scenario.commands:
        if command.superior is not None:
            full[frozenset((command.name, command.superior))] = (0.0, 0.0, None)
    for exchange in scenario.exchanges:
        if exchange.mode == "full":
            full[frozenset(exchange.between)] = (exchange.latency_s or 0.0, exchange.loss or 0.0, exchange.capacity_tracks_per_s)
        elif exchange.mode == "voice":
            said = (
                VOICE_LATENCY_S if exchange.latency_s is None else exchange.latency_s,
                VOICE_LOSS if exchange.loss is None else exchange.loss,
                exchange.capacity_tracks_per_s or VOICE_TRACKS_PER_S,
            )
            one, two = exchange.between
            rows += [(one, two, exchange.name, True, *said), (two, one, exchange.name, True, *said)]
    for one, two, facts in _closure(full):
        rows.append((one, two, "full", False, *facts))
    reports = np.zeros(len(rows), REPORT)
    for record, (source, post, name, voice, delay_s, loss, capacity) in zip(reports, sorted(rows), strict=True):
        record["key"] = np.uint64(address(f"{name}: {source} > {post}"))
        record["source"], record["post"], record["voice"] = index[source], post_index[post], voice
        record["delay_s"], record["loss"] = delay_s, loss
        record["period_s"] = VOICE_PERIOD_S if voice else REFRESH_S
        record["interval_s"] = 1.0 / capacity if capacity is not None else 0.0
        record["slots"] = slots(capacity, float(record["period_s"]))
    return reports


def _closure(
    full: dict[frozenset[str], tuple[float, float, float | None]],
) -> list[tuple[str, str, tuple[float, float, float | None]]]:
    """Every ordered pair of posts that full exchanges join: the quickest chain's delays added, losses joined, least capacity."""
    posts = sorted({post for pair in full for post in pair})
    found = []
    for start in posts:
        best: dict[str, tuple[float, float, float | None]] = {start: (0.0, 0.0, None)}
        waiting = [start]
        while waiting:
            here = waiting.pop(0)
            for pair, (delay_s, loss, capacity) in sorted(full.items(), key=lambda item: sorted(item[0])):
                if here not in pair:
                    continue
                (there,) = pair - {here}
                so_far = best[here]
                limits = [limit for limit in (so_far[2], capacity) if limit is not None]
                facts = (so_far[0] + delay_s, 1.0 - (1.0 - so_far[1]) * (1.0 - loss), min(limits, default=None))
                if there not in best or facts[0] < best[there][0]:
                    best[there] = facts
                    waiting.append(there)
        found += [(start, post, facts) for post, facts in sorted(best.items()) if post != start]
    return found


def remote_ranges_m(scenario: Scenario, sensors: NDArray[np.void]) -> NDArray[np.float64]:
    """To what range each sensor's track is good enough for each battery to fire on, m; 0 where never."""
    batteries = sorted(scenario.batteries, key=lambda entry: entry.name)
    names = sorted(sensor.name for sensor in scenario.sensors)
    far_m = np.zeros((len(batteries), len(sensors)))
    for b, battery in enumerate(batteries):
        if battery.remote_track is None:
            continue
        error_m = battery.remote_track.error_m
        for s, sensor in enumerate(sensors):
            if sensor["range_std_m"] <= error_m and names[s] not in battery.fire_control:
                across = float(sensor["angle_std_rad"])
                far_m[b, s] = min(float(sensor["maximum_range_m"]), error_m / across if across > 0.0 else inf)
    return far_m
