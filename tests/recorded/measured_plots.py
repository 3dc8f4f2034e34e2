"""What a radar measures of an aircraft, by plain vectors: a second way to the slant range and azimuth that the files hold."""

from __future__ import annotations

import numpy as np
from pyproj import Transformer


def measured(place: tuple[float, float, float], truth: np.ndarray) -> list[tuple[float, float]]:
    """Slant range (m) and azimuth (deg) of places (lat, lon, height) from a radar's, by PROJ's topocentric conversion."""
    steps = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=cart +ellps=WGS84 +step +proj=topocentric +ellps=WGS84 "
        f"+lat_0={place[0]} +lon_0={place[1]} +h_0={place[2]}"
    )
    east, north, up = steps.transform(truth[:, 1], truth[:, 0], truth[:, 2])
    return [
        (float(np.sqrt(e * e + n * n + u * u)), float(np.degrees(np.arctan2(e, n)) % 360.0))
        for e, n, u in zip(east, north, up, strict=True)
    ]

