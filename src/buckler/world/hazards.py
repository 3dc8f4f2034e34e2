"""What can be hit where: nodes near the raid's aim points."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import HAZARD
from buckler.physics.earth import ecef_to_geodetic, geodesic_inverse
from buckler.world.place import Place
from buckler.world.spots import Spot
from buckler.world.threats import CompiledRaid

FARTHEST_STD: Final = 6.0
"""Impacts farther from the aim point than so many standard deviations are not looked for: 1 in 65 million."""


def hazards_of(places: list[Spot], raid: CompiledRaid, aims: list[Place]) -> NDArray[np.void]:
    """Every node on the ground so near a threat's aim point that the threat's impact can take it out."""
    rows = []
    for i, (threat, aim) in enumerate(zip(raid.records, aims, strict=True)):
        spread_m = float(np.hypot(threat["scatter_std_m"], threat["aside_std_m"]))
        reach_m = float(threat["lethal_radius_m"]) + FARTHEST_STD * spread_m
        if threat["lethal_radius_m"] <= 0.0:
            continue
        for n, spot in enumerate(places):
            if spot.airborne or spot.place is None:
                continue
            if abs(spot.place.lat_deg - aim.lat_deg) * 110_000.0 > reach_m:
                continue
            distance_m, azimuth_deg, _ = geodesic_inverse(aim.lat_deg, aim.lon_deg, spot.place.lat_deg, spot.place.lon_deg)
            if distance_m <= reach_m:
                off = np.radians(azimuth_deg - _course_deg(threat, raid.path_m, aim))
                rows.append((i, n, distance_m * np.cos(off), distance_m * np.sin(off)))
    hazards = np.zeros(len(rows), HAZARD)
    for record, row in zip(hazards, rows, strict=True):
        record["threat"], record["node"], record["along_m"], record["across_m"] = row
    return hazards


def _course_deg(threat: Any, path_m: NDArray[np.float64], aim: Place) -> float:
    """The azimuth over the ground at which a threat comes to its aim point."""
    row = path_m[int(threat["first"]) + max(0, int(threat["points"]) - 3)]
    place = ecef_to_geodetic(row[0], row[1], row[2])
    return float(geodesic_inverse(float(place.lat_deg), float(place.lon_deg), aim.lat_deg, aim.lon_deg)[1])
