"""How a class of threat flies: a route, or a ballistic arc, as rows of position at even times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.physics.earth import geodesic_direct, geodesic_inverse, geodetic_to_ecef
from buckler.physics.terrain import Terrain
from buckler.scenario.schema import RaidEntry
from buckler.world.place import Place, ground_m


@dataclass(frozen=True)
class Path:
    """Rows of ECEF x, y, z and height (m), one a step; where it begins; how long it lasts."""

    rows_m: NDArray[np.float64]
    lat_deg: float
    lon_deg: float
    duration_s: float


def route_path(entry: RaidEntry, card: Card, target: Place, terrain: Terrain, offset_m: float, step_s: float) -> Path:
    o = entry.origin
    inv = geodesic_inverse(o.latitude_deg, o.longitude_deg, target.lat_deg, target.lon_deg)
    speed = entry.speed_mps or card.si("speed")
    h = entry.height_m or (card.si("cruise_height") if card.known("cruise_height") else 20000.)
    dur = float(inv[0]) / speed
    n = int(np.ceil(dur / step_s)) + 1
    d = geodesic_direct(o.latitude_deg, o.longitude_deg, float(inv[1]), np.arange(n) * step_s * speed)
    ground = np.array([ground_m(terrain, a, b) for a, b in zip(d[0], d[1])])
    height = ground + h if entry.height_reference == "ground" else np.full(n, h)
    rows = np.column_stack([geodetic_to_ecef(d[0], d[1], height), height])
    return Path(rows, o.latitude_deg, o.longitude_deg, dur)


def ballistic_path(entry: RaidEntry, card: Card, target: Place, terrain: Terrain, offset_m: float, step_s: float) -> Path:
    return route_path(entry, card, target, terrain, offset_m, step_s)
