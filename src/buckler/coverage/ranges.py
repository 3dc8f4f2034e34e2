"""The honest range ring: how far one sensor sees a class of target, height by height, and a vertical section of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, radians
from typing import Final

import numpy as np
import numpy.typing as npt

from buckler.coverage.eye import Singles
from buckler.coverage.layers import Question
from buckler.coverage.network import Watcher, horizon_m
from buckler.coverage.radials import first_detection, ring_points, vertical_section
from buckler.physics.terrain import Terrain

Floats = npt.NDArray[np.float64]

AZIMUTHS: Final = 120
CURVE_HEIGHTS_M: Final = (
    30.0,
    60.0,
    100.0,
    200.0,
    300.0,
    500.0,
    1000.0,
    2000.0,
    3000.0,
    5000.0,
    7000.0,
    10_000.0,
    15_000.0,
)


@dataclass(frozen=True)
class FirstDetection:
    """Ground range at which a target that comes straight in is first detected, by azimuth; 0 for never. Its aspect is the
    question's; of a sensor on an orbit the range is from the orbit's centre."""

    sensor: str
    height_m: float
    azimuth_deg: Floats
    single_m: Floats
    """The single-scan Pd first reaches `Question.seen_pd`."""
    cumulative_m: Floats
    """At least one detection so far has that probability, at the stated speed."""
    looks: npt.NDArray[np.bool_]
    """Whether the sensor looks in that direction at all."""

    def spread_m(self, values: Floats | None = None) -> tuple[float, float, float]:
        """The 10th, 50th and 90th percentile over the azimuths at which the sensor looks."""
        shown = self.single_m if values is None else values
        low, middle, high = np.percentile(shown[self.looks], [10.0, 50.0, 90.0])
        return float(low), float(middle), float(high)


def first_detections(
    watcher: Watcher, heights_m: Sequence[float], question: Question, terrain: Terrain, speed_mps: float,
    azimuths: int = AZIMUTHS, progress: Callable[[], None] = lambda: None,
) -> list[FirstDetection]:  # fmt: skip
    """First detection by azimuth at each height."""
    azimuth = np.arange(azimuths) * 360.0 / azimuths
    looks = np.array([watcher.looks(radians(degree)) for degree in azimuth])
    farthest = np.array([horizon_m(watcher, height, terrain) for height in heights_m])
    single, cumulative = np.empty((2, len(heights_m), azimuths))
    first_detection(
        watcher.eye, question.body(watcher.band), *terrain.grid, np.array(heights_m, float), question.above_ground,
        question.seen_pd, farthest, watcher.eye.range_step_m, speed_mps * watcher.scan_period_s, single, cumulative,
    )  # fmt: skip
    found = [
        FirstDetection(watcher.name, height, azimuth, single[n], cumulative[n], looks) for n, height in enumerate(heights_m)
    ]
    progress()
    return found


def ring_of(watcher: Watcher, found: FirstDetection) -> Floats:
    """The closed line of first detection, [point, (longitude, latitude)], degrees, anticlockwise."""
    ring = np.empty((found.azimuth_deg.size, 2))
    ring_points(watcher.lat_deg, watcher.lon_deg, found.single_m, ring)
    return np.vstack([ring, ring[:1]])


@dataclass(frozen=True)
class Section:
    """A vertical coverage diagram: single-scan Pd over range along the ground and height above sea level."""

    sensor: str
    azimuth_deg: float
    range_m: Floats
    height_m: Floats
    pd: Singles
    """[height, range]; NaN under the ground."""
    ground_m: Floats
    lowest_m: Floats
    """The lowest height in the line of sight, whatever the target."""


def section_of(
    watcher: Watcher, azimuth_deg: float, question: Question, terrain: Terrain, *, top_m: float = 20_000.0,
    columns: int = 500, rows: int = 401,
) -> Section:  # fmt: skip
    """Along one azimuth, out to where the sensor sees nothing below `top_m`."""
    farthest = horizon_m(watcher, top_m, terrain)
    ground_range = np.linspace(farthest / columns, farthest, columns)
    height = np.linspace(0.0, top_m, rows)
    pd = np.zeros((rows, columns), np.float32)
    ground, lowest = np.empty(columns), np.empty(columns)
    vertical_section(
        watcher.eye, question.body(watcher.band), *terrain.grid, radians(azimuth_deg) % (2.0 * np.pi), ground_range, height,
        pd, ground, lowest,
    )  # fmt: skip
    # the diagram ends a little behind the last place that is seen
    seen = np.flatnonzero((np.nan_to_num(pd) >= 0.05).any(axis=0))
    last = min(columns, ceil(1.08 * (seen[-1] + 2))) if seen.size else columns
    return Section(watcher.name, azimuth_deg, ground_range[:last], height, pd[:, :last], ground[:last], lowest[:last])
