"""What a network sees, over a grid: at one height, and the lowest height at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.area import Grid
from buckler.coverage.network import Watcher, horizon_m
from buckler.coverage.raster import Singles, add_lowest, add_sensor, contribution, fill_ground
from buckler.coverage.target import Target
from buckler.errors import InputError
from buckler.physics.terrain import Terrain

LOW, NOMINAL, HIGH = range(3)
"""The cross-sections of a class, as the first index of `Layer.best` and `Layer.any`."""
SEEN_PD: Final = 0.5
"""A place counts as seen where the single-scan Pd of at least one sensor is this."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Question:
    """What is asked of a network: of which target, from which probability on a place counts as seen."""

    target: Target
    seen_pd: float = SEEN_PD
    above_ground: bool = True
    """Heights are above the ground (the sea, over the sea); otherwise above sea level."""

    def __post_init__(self) -> None:
        if not 0.0 < self.seen_pd < 1.0:
            raise InputError(
                f"a place counts as seen from a probability of {self.seen_pd:g}: write one between 0 and 1"
            )

    @property
    def reference(self) -> str:
        """What heights are measured from."""
        return "above ground" if self.above_ground else "above sea level"


class Layer(NamedTuple):
    """The network at one height."""

    height_m: float
    best: Singles  # single-scan Pd of the best sensor, [cross-section, row, column]
    any: Singles  # Pd of at least one sensor in one scan of each, likewise
    sensors: NDArray[np.uint8]  # number of sensors whose Pd (nominal cross-section) is at least seen_pd
    seen_m2: float  # area where there is one
    seen_range_m2: tuple[float, float]  # the same for the low and the high cross-section

    @property
    def seen(self) -> Mask:
        """Where at least one sensor sees the nominal cross-section."""
        return np.asarray(self.sensors > 0)


class Share(NamedTuple):
    """What one sensor adds at one height."""

    sensor: str
    system: str
    height_m: float
    seen_m2: float  # area that it sees
    only_m2: float  # area that no other sensor sees: what the network loses without it
    combined_m2: float  # area where the combined Pd of the network falls below seen_pd without it
    share: float  # only_m2 over the network's area


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
    height_m: float,
    watchers: Sequence[Watcher],
    question: Question,
    grid: Grid,
    ground_m: Singles,
    terrain: Terrain,
    progress: Callable[[], None] = lambda: None,
) -> Layer:
    """Pd, combined Pd and the number of sensors at one height, cell by cell."""
    require_height(height_m)
    best = np.zeros((3, *grid.shape), np.float32)
    log_miss = np.zeros((3, *grid.shape), np.float32)
    count = np.zeros(grid.shape, np.uint8)
    lat, lon = grid.lat_deg, grid.lon_deg
    for watcher in watchers:
        rcs = np.array(question.target.rcs_m2[watcher.band])
        add_sensor(
            watcher.eye,
            rcs,
            question.seen_pd,
            lat,
            lon,
            ground_m,
            height_m,
            question.above_ground,
            grid.window(watcher.lat_deg, watcher.lon_deg, horizon_m(watcher, height_m, terrain)),
            log_miss,
            best,
            count,
        )
        progress()
    low, high = (grid.area_m2(best[k] >= question.seen_pd) for k in (LOW, HIGH))
    np.expm1(log_miss, out=log_miss)
    np.negative(log_miss, out=log_miss)
    return Layer(height_m, best, log_miss, count, grid.area_m2(count > 0), (low, high))


def shares_of(
    layer: Layer,
    watchers: Sequence[Watcher],
    question: Question,
    grid: Grid,
    ground_m: Singles,
    terrain: Terrain,
    progress: Callable[[], None] = lambda: None,
) -> list[Share]:
    """What each sensor adds to the network at the height of a layer: most first."""
    with np.errstate(divide="ignore"):
        log_miss = np.log1p(-layer.any[NOMINAL]).clip(min=-600.0)
    found = []
    for watcher in watchers:
        rcs = question.target.rcs_m2[watcher.band][NOMINAL]
        seen, only, lost = contribution(
            watcher.eye,
            rcs,
            question.seen_pd,
            grid.lat_deg,
            grid.lon_deg,
            ground_m,
            layer.height_m,
            question.above_ground,
            grid.window(watcher.lat_deg, watcher.lon_deg, horizon_m(watcher, layer.height_m, terrain)),
            log_miss,
            layer.sensors,
            grid.cell_m2,
        )
        found.append(
            Share(
                watcher.name,
                watcher.system,
                layer.height_m,
                seen,
                only,
                lost,
                only / layer.seen_m2 if layer.seen_m2 else 0.0,
            )
        )
        progress()
    return sorted(found, key=lambda share: (-share.only_m2, -share.seen_m2, share.sensor))


def lowest_of(
    watchers: Sequence[Watcher],
    question: Question,
    grid: Grid,
    ground_m: Singles,
    terrain: Terrain,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Singles, Singles]:
    """The lowest height above ground in anyone's line of sight, and the lowest that anyone sees; infinite for none."""
    in_sight = np.full(grid.shape, np.inf, np.float32)
    seen = np.full(grid.shape, np.inf, np.float32)
    for watcher in watchers:
        add_lowest(
            watcher.eye,
            question.target.rcs_m2[watcher.band][NOMINAL],
            question.seen_pd,
            grid.lat_deg,
            grid.lon_deg,
            ground_m,
            grid.window(watcher.lat_deg, watcher.lon_deg, watcher.reach_m),
            in_sight,
            seen,
        )
        progress()
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
