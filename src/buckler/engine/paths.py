"""Where a threat is: a lookup in its compiled path."""

from __future__ import annotations

from math import degrees
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import kernel
from buckler.physics.earth import geodetic_from_ecef


@kernel
def position(body: Any, path_m: NDArray[np.float64], time_s: float) -> tuple[float, float, float, float]:
    """ECEF x, y, z and height above the ellipsoid (m) of a threat at `time_s`, linear between the rows of its path.

    `body` is its THREAT record; before its start and after its end it is held where it was.
    """
    last = body.points - 1
    place = (time_s - body.start_s) / body.step_s
    if place <= 0.0:
        row, part = 0, 0.0
    elif place >= last:
        row, part = last - 1, 1.0
    else:
        row = int(place)
        part = place - row
    k = body.first + row
    return (
        path_m[k, 0] + part * (path_m[k + 1, 0] - path_m[k, 0]),
        path_m[k, 1] + part * (path_m[k + 1, 1] - path_m[k, 1]),
        path_m[k, 2] + part * (path_m[k + 1, 2] - path_m[k, 2]),
        path_m[k, 3] + part * (path_m[k + 1, 3] - path_m[k, 3]),
    )


@kernel
def geodetic(body: Any, path_m: NDArray[np.float64], time_s: float) -> tuple[float, float, float]:
    """Latitude and longitude (deg) and height (m) of a threat."""
    x, y, z, _ = position(body, path_m, time_s)
    lat_rad, lon_rad, height_m = geodetic_from_ecef(x, y, z)
    return degrees(lat_rad), degrees(lon_rad), height_m
