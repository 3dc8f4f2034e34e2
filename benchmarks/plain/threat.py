"""A body of the raid and its path."""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise
from math import sqrt
from typing import Any

from benchmarks.plain.earth import Point


class Life(IntEnum):
    """What has become of a threat."""

    WAITING = 0
    FLYING = 1
    KILLED = 2
    THROUGH = 3
    GONE = 4
    UNRELEASED = 5


class Path:
    """Where a threat is: straight lines between rows at even times."""

    __slots__ = ("ahead_mps", "end_s", "last", "rows", "speeds", "start_s", "step_s")

    def __init__(self, rows: list[list[float]], ahead_mps: list[float], start_s: float, step_s: float) -> None:
        self.rows = rows
        self.ahead_mps = ahead_mps
        self.start_s = start_s
        self.step_s = step_s
        self.last = len(rows) - 1
        self.end_s = start_s + step_s * self.last
        self.speeds = [
            sqrt(sum((b - a) ** 2 for a, b in zip(one[:3], two[:3], strict=True))) / step_s
            for one, two in pairwise(rows)
        ]

    def at(self, time_s: float) -> tuple[float, float, float, float]:
        """Position (ECEF, m) and height (m); before its start and after its end it stays where it was."""
        place = (time_s - self.start_s) / self.step_s
        if place <= 0:
            row, part = 0, 0.0
        elif place >= self.last:
            row, part = self.last - 1, 1.0
        else:
            row = int(place)
            part = place - row
        x0, y0, z0, h0 = self.rows[row]
        x1, y1, z1, h1 = self.rows[row + 1]
        return x0 + part * (x1 - x0), y0 + part * (y1 - y0), z0 + part * (z1 - z0), h0 + part * (h1 - h0)

    def along(self, time_s: float) -> Point:
        """The way that it makes in one step."""
        row = min(max(int((time_s - self.start_s) / self.step_s), 0), self.last - 1)
        one, two = self.rows[row], self.rows[row + 1]
        return two[0] - one[0], two[1] - one[1], two[2] - one[2]


class Threat:
    """One body of the raid."""

    def __init__(self, index: int, number: int, record: Any, path: Path) -> None:
        self.index = index
        self.number = number
        self.key = int(record["key"])
        self.kill_class = int(record["kill_class"])
        self.asset = int(record["asset"])
        self.start_s = float(record["start_s"])
        self.end_s = float(record["end_s"])
        self.rcs_dbsm = record["rcs_dbsm"].tolist()
        self.lethal_radius_m = float(record["lethal_radius_m"])
        self.scatter_std_m = float(record["scatter_std_m"])
        self.aside_std_m = float(record["aside_std_m"])
        self.carrier = int(record["carrier"])  # -1: nobody releases it
        self.leaves = bool(record["leaves"])
        self.spent = bool(record["spent"])  # the stage of a missile: nobody's threat
        self.told_apart = float(record["told_apart"])
        self.value = float(record["value"])
        self.evasion_mps2 = float(record["evasion_mps2"])
        self.path = path
        self.life = Life.WAITING
        self.appear_event = -1
