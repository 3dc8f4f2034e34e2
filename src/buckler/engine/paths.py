"""Where a threat is, in degrees and metres."""

from __future__ import annotations

from math import degrees
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.physics.earth import geodetic_from_ecef
from buckler.physics.look import position


@borrowing_kernel
def geodetic(body: Any, path_m: NDArray[np.float64], time_s: float) -> tuple[float, float, float]:
    """Latitude and longitude (deg) and height (m) of a threat."""
    x, y, z, _ = position(body, path_m, time_s)
    lat_rad, lon_rad, height_m = geodetic_from_ecef(x, y, z)
    return degrees(lat_rad), degrees(lon_rad), height_m
