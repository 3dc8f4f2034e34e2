"""The time that is left: from the first sight of a target that flies straight at an asset until it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from buckler.coverage.layers import Question
from buckler.coverage.network import Watcher
from buckler.coverage.radials import PLACE, add_places, fill_radials
from buckler.errors import InputError
from buckler.physics.earth import geodesic_inverse
from buckler.physics.terrain import Terrain

Floats = npt.NDArray[np.float64]

AZIMUTHS: Final = 72
STEP_M: Final = 1000.0
FARTHEST_M: Final = 800_000.0


@dataclass(frozen=True)
class Reaction:
    """One asset, one height, one speed."""

    asset: str
    lat_deg: float
    lon_deg: float
    height_m: float
    speed_mps: float
    azimuth_deg: Floats
    """From the asset to where the target comes from."""
    distance_m: Floats
    """Ground range to the asset at the first sight; 0 for never seen."""
    in_view_m: Floats
    """Length of the way from there on which it is seen."""

    @property
    def time_s(self) -> Floats:
        """From the first sight to the asset."""
        return self.distance_m / self.speed_mps

    @property
    def in_view_s(self) -> Floats:
        """Time during which it is seen on its way."""
        return self.in_view_m / self.speed_mps

    @property
    def worst_azimuth_deg(self) -> float:
        """Where the target comes from when least time is left."""
        return float(self.azimuth_deg[int(np.argmin(self.distance_m))])


def reaction_times(
    asset: str, lat_deg: float, lon_deg: float, heights_m: Sequence[float], speed_mps: float, watchers: Sequence[Watcher],
    question: Question, terrain: Terrain, azimuths: int = AZIMUTHS, progress: Callable[[float], None] = lambda share: None,
) -> list[Reaction]:  # fmt: skip
    """Approach from every azimuth at several heights: where any sensor's single-scan Pd first reaches `Question.seen_pd`.

    Whatever aspect the maps ask for, this target flies at the asset, and each sensor sees it from where it stands beside that way.
    The first sight is the farthest one: the target may disappear behind ground again on its way. Scan periods and the
    confirmation of the track come on top. `progress(share of the work done)`.
    """
    if not speed_mps > 0.0:
        raise InputError(f"a speed of {speed_mps:g} m/s: write a number above 0")
    azimuth = np.arange(azimuths) * 360.0 / azimuths
    away = np.array([float(geodesic_inverse(lat_deg, lon_deg, w.lat_deg, w.lon_deg)[0]) + w.reach_m for w in watchers])
    distance = np.arange(STEP_M, min(float(away.max(initial=STEP_M)), FARTHEST_M) + STEP_M, STEP_M)
    place = np.empty((azimuths, distance.size, PLACE))
    fill_radials(*terrain.grid, lat_deg, lon_deg, STEP_M, place)
    heights = np.array(heights_m, float)
    seen = np.zeros((heights.size, *place.shape[:2]), np.bool_)
    for watcher in watchers:
        body = question.target.body(watcher.band, None)
        add_places(watcher.eye, body, question.seen_pd, place, heights, question.above_ground, seen)
        progress(1.0 / len(watchers))
    steps = distance.size
    farthest = np.where(seen.any(axis=2), steps - np.argmax(seen[:, :, ::-1], axis=2), 0) * STEP_M
    in_view = seen.sum(axis=2) * STEP_M
    return [
        Reaction(asset, lat_deg, lon_deg, height, float(speed_mps), azimuth, farthest[n], in_view[n])
        for n, height in enumerate(heights.tolist())
    ]
