"""The earth, WGS-84: positions on it."""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, sin, sqrt

SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257223563
SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)
MEAN_RADIUS_M = (2 * SEMI_MAJOR_M + SEMI_MINOR_M) / 3
_E2 = FLATTENING * (2 - FLATTENING)
_SECOND_E2 = _E2 / (1 - _E2)
Point = tuple[float, float, float]


def geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Latitude and longitude in degrees and height in metres: B. R. Bowring, Survey Review 23 (1976) 323-327, iterated."""
    p = hypot(x, y)
    beta = atan2(z * SEMI_MAJOR_M, p * SEMI_MINOR_M)
    lat = 0.0
    for _ in range(3):
        lat = atan2(z + _SECOND_E2 * SEMI_MINOR_M * sin(beta) ** 3, p - _E2 * SEMI_MAJOR_M * cos(beta) ** 3)
        beta = atan2((1 - FLATTENING) * sin(lat), cos(lat))
    height = p * cos(lat) + z * sin(lat) - SEMI_MAJOR_M * sqrt(1 - _E2 * sin(lat) ** 2)
    return degrees(lat), degrees(atan2(y, x)), height
