"""What stands between a radar and its target: the horizon and the air."""

from __future__ import annotations

from bisect import bisect_right
from math import inf, pi


class Horizon:
    """The lowest height that a radar sees, by azimuth and ground range."""

    def __init__(self, table: list[list[float]], step_m: float) -> None:
        self.table = table
        self.step_m = step_m
        self.azimuths = len(table)
        self.ranges = len(table[0])

    def lowest_m(self, azimuth_rad: float, ground_m: float) -> float:
        """Bilinear in the table; infinite beyond its last range."""
        place = ground_m / self.step_m
        if place > self.ranges - 1:
            return inf
        i = min(int(place), self.ranges - 2)
        v = place - i
        around = azimuth_rad / (2 * pi) % 1.0 * self.azimuths
        j = int(around)
        u = around - j
        here = self.table[j % self.azimuths]
        next_ = self.table[(j + 1) % self.azimuths]
        near = (1 - u) * here[i] + u * next_[i]
        far = (1 - u) * here[i + 1] + u * next_[i + 1]
        return (1 - v) * near + v * far


class Attenuation:
    """What the air takes from a radar's echo, by sine of elevation and range, beyond what its published range holds."""

    def __init__(self, table: list[list[float]], step_m: float) -> None:
        self.table = table
        self.step_m = step_m
        self.sines = []  # of the rows: the mapping of physics.slant solved for the sine
        for j in range(len(table)):
            u = 2 * j / (len(table) - 1) - 1
            self.sines.append(0.03 * u / (1.03 - abs(u)))

    def loss_db(self, sine: float, range_m: float) -> float:
        """Linear in the mapped sine and in the range."""
        j = min(max(bisect_right(self.sines, sine) - 1, 0), len(self.sines) - 2)
        mapped = [1.03 * x / (abs(x) + 0.03) for x in (self.sines[j], sine, self.sines[j + 1])]
        v = (mapped[1] - mapped[0]) / (mapped[2] - mapped[0])
        i = min(int(range_m / self.step_m), len(self.table[0]) - 2)
        u = min(range_m / self.step_m - i, 1.0)
        low, high = (row[i] + u * (row[i + 1] - row[i]) for row in self.table[j : j + 2])
        return low + v * (high - low)
