"""A kind of interceptor: how it flies, and in what air."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from math import hypot, inf, sin, sqrt
from typing import Any

from benchmarks.plain.earth import MEAN_RADIUS_M


class Rounds:
    """A kind of interceptor: its flight in a table, its limits."""

    EDGE_STEP_S = 0.05
    TOLERANCE_S = 1e-8

    def __init__(self, row: Any, time_s: Any, speed_mps: Any, clear_m: Any) -> None:
        self.burn_s = float(row["burn_time_s"])
        self.top_mps = float(row["burnout_speed_mps"])
        self.least_mps = float(row["min_speed_mps"])
        self.min_range_m = float(row["min_range_m"])
        self.max_range_m = float(row["max_range_m"])
        self.min_height_m = float(row["min_height_m"])
        self.max_height_m = float(row["max_height_m"])
        self.fastest_target_mps = float(row["max_target_speed_mps"])
        self.launch_height_m = float(row["launch_height_m"])
        self.powered_m = float(row["powered_path_m"])
        self.steepest_spm = float(row["gradient_spm"])
        self.edge_spm = float(row["edge_gradient_spm"])
        self.turn_loading_kgpm2 = float(row["turn_loading_kgpm2"])
        self.turn_limit_mps2 = float(row["turn_limit_mps2"])
        self.time_s = time_s.tolist()
        self.speed_mps = speed_mps.tolist()
        self.clear_m = clear_m.tolist()
        ranges, heights = time_s.shape
        self.ranges_m = [self.max_range_m * (i / (ranges - 1)) ** 2 for i in range(ranges)]
        self.heights_m = [self.max_height_m * (k / (heights - 1)) ** 2 for k in range(heights)]
        # Too near to be met at all: inside its least range, or before it has speed enough.
        self.shortest_m = max(self.min_range_m, 0.5 * self.burn_s * self.least_mps**2 / self.top_mps)

    def straight_m(self, range_m: float, height_m: float) -> float:
        """Straight line from the launcher over the round earth."""
        half = sin(range_m / MEAN_RADIUS_M / 2)
        chord2 = 4 * (MEAN_RADIUS_M + self.launch_height_m) * (MEAN_RADIUS_M + height_m) * half * half
        return sqrt((height_m - self.launch_height_m) ** 2 + chord2)

    def cell(self, range_m: float, height_m: float) -> tuple[int, int]:
        """The cell of the table that holds a point."""
        i = bisect_right(self.ranges_m, range_m) - 1
        k = bisect_right(self.heights_m, height_m) - 1
        return min(max(i, 0), len(self.ranges_m) - 2), min(max(k, 0), len(self.heights_m) - 2)

    def flight_s(self, range_m: float, height_m: float) -> float:
        """Time to a point; inf where it cannot intercept."""
        if range_m > self.max_range_m or not self.min_height_m <= height_m <= self.max_height_m:
            return inf
        path = self.straight_m(range_m, height_m)
        if path < self.min_range_m:
            return inf
        if path <= self.powered_m:
            if path < 0.5 * self.top_mps * self.burn_s:
                time, speed = sqrt(2 * path * self.burn_s / self.top_mps), sqrt(2 * path * self.top_mps / self.burn_s)
            else:
                time, speed = self.burn_s / 2 + path / self.top_mps, self.top_mps
            return time if speed >= self.least_mps else inf
        i, k = self.cell(range_m, height_m)
        x = (range_m - self.ranges_m[i]) / (self.ranges_m[i + 1] - self.ranges_m[i])
        y = (max(0.0, height_m) - self.heights_m[k]) / (self.heights_m[k + 1] - self.heights_m[k])
        time = self._between(self.time_s, i, k, x, y)
        if not time < inf or self._between(self.speed_mps, i, k, x, y) < self.least_mps:
            return inf
        return time

    @staticmethod
    def _between(table: list[list[float]], i: int, k: int, x: float, y: float) -> float:
        near, far = table[i], table[i + 1]
        return (1 - x) * ((1 - y) * near[k] + y * near[k + 1]) + x * ((1 - y) * far[k] + y * far[k + 1])

    def speed_left(self, range_m: float, height_m: float) -> float:
        """Speed on arrival at a point within its reach."""
        path = self.straight_m(range_m, height_m)
        if path <= self.powered_m:
            return min(self.top_mps, sqrt(2 * path * self.top_mps / self.burn_s)) if self.burn_s else self.top_mps
        i, k = self.cell(range_m, height_m)
        x = (range_m - self.ranges_m[i]) / (self.ranges_m[i + 1] - self.ranges_m[i])
        y = (max(0.0, height_m) - self.heights_m[k]) / (self.heights_m[k + 1] - self.heights_m[k])
        return self._between(self.speed_mps, i, k, x, y)

    def _steepest(self, ranges: range, heights: range) -> float:
        """No seconds a metre in these cells are more than this; inf where one is not reached."""
        corners = [self.time_s[i][heights.start : heights.stop + 1] for i in range(ranges.start, ranges.stop + 1)]
        if any(not time < inf for column in corners for time in column):
            return inf
        across = max(abs(b - a) for near, far in pairwise(corners) for a, b in zip(near, far, strict=True))
        width = self.ranges_m[ranges.start + 1] - self.ranges_m[ranges.start]
        rises = [max(abs(column[n + 1] - column[n]) for column in corners) for n in range(len(heights))]
        up = max(rise / (self.heights_m[k + 1] - self.heights_m[k]) for k, rise in zip(heights, rises, strict=True))
        return hypot(across / width, up)

    def still_late(self, range_m: float, height_m: float, line: float, gap: float, fastest: float) -> tuple[float, float]:
        """Seconds for which a round that comes `gap` late stays late, and seconds for which it comes less and less late."""
        beyond = line - self.powered_m
        if beyond <= 0.0:
            return 0.0, 0.0
        i, k = self.cell(range_m, height_m)
        sides = (range_m - self.ranges_m[i], self.ranges_m[i + 1] - range_m)
        ends = (max(0.0, height_m) - self.heights_m[k], self.heights_m[k + 1] - max(0.0, height_m))
        inside = min(beyond, *sides, *ends) / fastest
        slope = self._steepest(range(i, i + 1), range(k, k + 1)) * fastest
        late = gap / (1 + slope)
        if late <= inside:
            return late, inside if slope < 1 else 0.0
        first = max(0, i - 1) if sides[0] < sides[1] else i
        last = min(first + 1, len(self.ranges_m) - 2)
        room = min(beyond, range_m - self.ranges_m[first], self.ranges_m[last + 1] - range_m)
        low, high = self.cell(range_m, height_m - room)[1], self.cell(range_m, height_m + room)[1]
        slope = self._steepest(range(first, last + 1), range(low, high + 1)) * fastest
        return max(inside, min(gap / (1 + slope), room / fastest)), room / fastest if slope < 1 else 0.0

    def room_m(self, range_m: float, height_m: float) -> float:
        """How far a target can move before it is in an edge of reach."""
        beyond = max(0.0, range_m - self.max_range_m)
        above = max(0.0, height_m - self.max_height_m, self.min_height_m - height_m, -height_m)
        if beyond or above:
            return hypot(beyond, above)
        i, k = self.cell(range_m, height_m)
        return float(self.clear_m[i][k])


class Air:
    """Density by height, from a table at even steps."""

    FLOOR_M, STEP_M = -1_000.0, 25.0

    def __init__(self, table: Any) -> None:
        self.densities = table[:, 0].tolist()

    def density(self, height_m: float) -> float:
        """Density, kg/m^3; none above the table."""
        place = max(0.0, (height_m - self.FLOOR_M) / self.STEP_M)
        if place >= len(self.densities) - 1:
            return 0.0
        k = int(place)
        return float(self.densities[k] + (place - k) * (self.densities[k + 1] - self.densities[k]))
