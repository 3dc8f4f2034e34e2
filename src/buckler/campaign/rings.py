"""Coverage rings for the report's map: how far each sensor sees, at a few heights, over the terrain in use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from buckler.log.write import write_json
from buckler.physics.earth import geodesic_direct
from buckler.world.compile import World

HEIGHTS_M: Final = (100.0, 3_000.0, 10_000.0)
_EVERY_DEG: Final = 5


def write_rings(world: World, folder: Path) -> None:
    """coverage/rings.json: for each sensor and height, the line to which the sky is open (not to which a target is detected)."""
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
        for height in HEIGHTS_M:
            # The sky is open out to the first range at which the lowest height seen is above the target.
            hidden = rows > height
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
