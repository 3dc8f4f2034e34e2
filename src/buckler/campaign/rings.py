"""Coverage rings for the report's map: how far each sensor sees, at a few heights, over the terrain in use."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.log.write import write_json
from buckler.physics.earth import MEAN_RADIUS_M, geodesic_direct
from buckler.world.compile import World
from buckler.world.entities import Entity
from buckler.world.place import ground_heights_m

HEIGHTS_M: Final = (100.0, 3_000.0, 10_000.0)
_EVERY_DEG: Final = 5


def write_rings(world: World, folder: Path) -> None:
    """coverage/rings.json: for each sensor and height above ground, the line to which the sky is open.

    Not the line to which a target is detected: that depends on the target (`buckler coverage`).
    """
    (folder / "coverage").mkdir(exist_ok=True)
    rings = []
    sensors = [entity for entity in world.entities if entity.kind == "sensor"]
    for s, entity in enumerate(sensors):
        table, step = world.arrays.lowest_m[s], float(world.arrays.sensors[s]["lowest_step_m"])
        record = world.arrays.sensors[s]
        azimuths = np.arange(0, 360, _EVERY_DEG)
        rows = table[:: _EVERY_DEG * len(table) // 360]
        turn = np.abs((np.radians(azimuths) - record["sector_azimuth_rad"] + np.pi) % (2 * np.pi) - np.pi)
        inside = turn <= record["sector_half_width_rad"]
        ground_m = _ground_m(world, entity, azimuths, np.arange(rows.shape[1]) * step)
        for height in HEIGHTS_M:
            # The sky is open out to the first range at which the lowest height seen is above the target.
            hidden = rows > ground_m + height
            first = np.where(hidden.any(axis=1), hidden.argmax(axis=1), rows.shape[1] - 1)
            reach = np.where(inside, np.minimum(first * step, record["maximum_range_m"]), 0.0)
            ends = geodesic_direct(entity.lat_deg, entity.lon_deg, azimuths, reach)
            rings.append(
                {
                    "sensor": entity.key,
                    "system": entity.system,
                    "height_m": height,
                    "lat_deg": np.round(ends.lat_deg, 4).tolist(),
                    "lon_deg": np.round(ends.lon_deg, 4).tolist(),
                }
            )
    write_json(folder / "coverage" / "rings.json", rings)


def _ground_m(
    world: World, entity: Entity, azimuths_deg: NDArray[np.integer[Any]], ranges_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Height of the ground, m, [azimuth, range] from a sensor: along great circles of a sphere, good enough for a picture."""
    angle = ranges_m[None, :] / MEAN_RADIUS_M
    azimuth, lat = np.radians(azimuths_deg)[:, None], np.radians(entity.lat_deg)
    north = np.arcsin(np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(azimuth))
    turned = np.arctan2(np.sin(azimuth) * np.sin(angle) * np.cos(lat), np.cos(angle) - np.sin(lat) * np.sin(north))
    east = (entity.lon_deg + np.degrees(turned) + 180.0) % 360.0 - 180.0
    return ground_heights_m(world.terrain, np.degrees(north).ravel(), east.ravel()).reshape(north.shape)
