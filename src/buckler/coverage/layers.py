"""What a network sees, over a grid: at one height, and the lowest height at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.area import Grid
from buckler.coverage.eye import Body, Singles
from buckler.coverage.network import Watcher, horizon_m
from buckler.coverage.raster import add_lowest, add_sensor, contribution, fill_ground
from buckler.coverage.target import COSINES, Target
from buckler.errors import InputError
from buckler.physics.terrain import Terrain

LOW, NOMINAL, HIGH = range(3)
"""The cross-sections of a class, as the first index of `Layer.best` and `Layer.any`."""
SEEN_PD: Final = 0.5
"""A place counts as seen where the single-scan Pd of at least one sensor is this."""

STRIP_BYTES: Final = 32_000_000
"""Of every sensor's own Pd, for a strip of rows."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Question:
    """What is asked of a network: of which target, from which probability on a place counts as seen."""

    target: Target
    seen_pd: float = SEEN_PD
    above_ground: bool = True
    """Heights are above the ground (the sea, over the sea); otherwise above sea level."""
    aspect: str = "nose"
    """Under which every sensor sees it; nose: it flies at each of them."""
    heading_deg: float | None = None
    """On which it flies everywhere, instead of an aspect."""

    def __post_init__(self) -> None:
        if not 0.0 < self.seen_pd < 1.0:
            raise InputError(
                f"a place counts as seen from a probability of {self.seen_pd:g}: write one between 0 and 1"
            )
        if self.aspect not in COSINES:
            raise InputError(f"an aspect is one of {', '.join(COSINES)}, not {self.aspect!r}")
        if self.heading_deg is not None and not isfinite(self.heading_deg):
            raise InputError(f"a heading of {self.heading_deg:g} degrees: write a number, such as 90 for east")

    def body(self, band: str) -> Body:
        """The target as a sensor of a band sees it on the maps."""
        return self.target.body(band, None if self.heading_deg is not None else self.aspect, self.heading_deg)

    @property
    def flown(self) -> str:
        """How it flies, and so what each sensor sees of it."""
        if self.heading_deg is not None:
            return f"flying on {self.heading_deg % 360.0:03.0f}° everywhere"
        return {"nose": "flying at each sensor", "beam": "seen from the side", "tail": "seen from behind"}[self.aspect]

    @property
    def reference(self) -> str:
        """What heights are measured from."""
        return "above ground" if self.above_ground else "above sea level"


class Share(NamedTuple):
    """What one sensor adds at one height."""

    sensor: str
    system: str
    height_m: float
    seen_m2: float  # area that it sees
    only_m2: float  # area that no other sensor sees: what the network loses without it
    combined_m2: float  # area where the combined Pd of the network falls below seen_pd without it
    share: float  # only_m2 over the network's area


class Layer(NamedTuple):
    """The network at one height."""

    height_m: float
    best: Singles  # single-scan Pd of the best sensor, [cross-section, row, column]
    any: Singles  # Pd of at least one sensor in one scan of each, likewise
    sensors: NDArray[np.uint8]  # number of sensors whose Pd (nominal cross-section) is at least seen_pd
    seen_m2: float  # area where there is one
    seen_range_m2: tuple[float, float]  # the same for the low and the high cross-section
    shares: list[Share]  # what each sensor adds, most first

    @property
    def seen(self) -> Mask:
        """Where at least one sensor sees the nominal cross-section."""
        return np.asarray(self.sensors > 0)


def ground_under(grid: Grid, terrain: Terrain) -> Singles:
    """Height of the ground at every cell's centre."""
    out = np.empty(grid.shape, np.float32)
    fill_ground(*terrain.grid, grid.lat_deg, grid.lon_deg, out)
    return out


def require_height(height_m: float) -> float:
    """A height at which something flies."""
    if not 0.0 <= height_m <= 100_000.0:
        raise InputError(f"a height of {height_m:g} m: write metres from 0 to 100000")
    return float(height_m)


def layer_at(
    height_m: float, watchers: Sequence[Watcher], question: Question, grid: Grid, ground_m: Singles, terrain: Terrain
) -> Layer:
    """The network at one height."""
    return layers_at([height_m], watchers, question, grid, ground_m, terrain)[0]


def layers_at(
    heights_m: Sequence[float],
    watchers: Sequence[Watcher],
    question: Question,
    grid: Grid,
    ground_m: Singles,
    terrain: Terrain,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Layer]:
    """Pd, combined Pd, the number of sensors and what each adds, cell by cell, at several heights together.

    By strips of rows, so that every sensor's own Pd is at hand for a strip only. `progress(share of the work done)`.
    """
    heights = np.array([require_height(height) for height in heights_m])
    shape = heights.size, *grid.shape
    best, miss = np.zeros((3, *shape), np.float32), np.ones((3, *shape), np.float32)
    count = np.zeros(shape, np.uint8)
    worth = np.zeros((len(watchers), heights.size, 3))
    windows = [
        grid.window(w.lat_deg, w.lon_deg, horizon_m(w, float(heights.max(initial=0.0)), terrain)) for w in watchers
    ]
    bodies = [question.body(w.band) for w in watchers]
    lat, lon, cell_m2 = grid.lat_deg, grid.lon_deg, grid.cell_m2
    deep = max(1, STRIP_BYTES // max(1, 4 * len(watchers) * heights.size * grid.columns))
    own = np.empty((len(watchers), heights.size, min(deep, grid.rows), grid.columns), np.float32)
    for first in range(0, grid.rows, deep):
        last = min(first + deep, grid.rows)
        parts = [(max(r0, first), min(r1, last), c0, c1) for r0, r1, c0, c1 in windows]
        here = [n for n, part in enumerate(parts) if part[0] < part[1] and part[2] < part[3]]
        for n in here:
            own[n] = 0.0
            add_sensor(
                watchers[n].eye, bodies[n], question.seen_pd, lat, lon, ground_m, heights, question.above_ground, parts[n],
                miss, best, count, own[n],
            )  # fmt: skip
        for n in here:
            contribution(question.seen_pd, parts[n], miss[NOMINAL], count, cell_m2, own[n], worth[n])
        progress((last - first) / grid.rows)
    any_ = np.subtract(1.0, miss, out=miss)
    return [
        _layer(float(height), best[:, n], any_[:, n], count[n], worth[:, n], watchers, question, grid)
        for n, height in enumerate(heights)
    ]


def _layer(
    height_m: float, best: Singles, any_: Singles, count: NDArray[np.uint8], worth: NDArray[np.float64],
    watchers: Sequence[Watcher], question: Question, grid: Grid,
) -> Layer:  # fmt: skip
    low, high = (grid.area_m2(best[k] >= question.seen_pd) for k in (LOW, HIGH))
    area = grid.area_m2(count > 0)
    shares = [
        Share(w.name, w.system, height_m, seen, only, lost, only / area if area else 0.0)
        for w, (seen, only, lost) in zip(watchers, worth.tolist(), strict=True)
    ]
    shares.sort(key=lambda share: (-share.only_m2, -share.seen_m2, share.sensor))
    return Layer(height_m, best, any_, count, area, (low, high), shares)


def lowest_of(
    watchers: Sequence[Watcher],
    question: Question,
    grid: Grid,
    ground_m: Singles,
    terrain: Terrain,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Singles, Singles]:
    """The lowest height above ground in anyone's line of sight, and the lowest that anyone sees; infinite for none."""
    in_sight = np.full(grid.shape, np.inf, np.float32)
    seen = np.full(grid.shape, np.inf, np.float32)
    for watcher in watchers:
        add_lowest(
            watcher.eye,
            question.body(watcher.band),
            question.seen_pd,
            grid.lat_deg,
            grid.lon_deg,
            ground_m,
            grid.window(watcher.lat_deg, watcher.lon_deg, watcher.reach_m),
            in_sight,
            seen,
        )
        progress(1.0 / len(watchers))
    return in_sight, seen


class Difference(NamedTuple):
    """Two networks at one height, by area."""

    height_m: float
    first_m2: float
    second_m2: float
    both_m2: float
    lost_m2: float  # the first sees it, the second does not
    gained_m2: float  # the second sees it, the first does not


def difference(height_m: float, first: Mask, second: Mask, grid: Grid) -> Difference:
    """What the second network gains and loses against the first."""
    return Difference(
        height_m,
        grid.area_m2(first),
        grid.area_m2(second),
        grid.area_m2(first & second),
        grid.area_m2(first & ~second),
        grid.area_m2(second & ~first),
    )
