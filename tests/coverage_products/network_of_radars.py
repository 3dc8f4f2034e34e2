"""A network of radars over a terrain, made by hand for the tests of coverage: no scenario, no catalog."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from buckler.coverage.layers import Question
from buckler.coverage.network import Watcher, watchers_of
from buckler.coverage.target import Target
from buckler.dtypes import BANDS, SENSOR
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.radar import calibrate
from buckler.physics.terrain import Terrain, flat_terrain
from buckler.world.entities import Entity
from buckler.world.place import Place
from buckler.world.sensors import horizon_around

ONE_SQUARE_METRE = Target("test target", "A test target", dict.fromkeys(BANDS, (0.1, 1.0, 10.0)), 250.0)
NO_AIR = np.zeros((2, 2), np.float32)
QUESTION = Question(ONE_SQUARE_METRE, above_ground=False)


def radar(
    name: str,
    lat: float = 38.0,
    lon: float = 35.0,
    *,
    antenna_m: float = 10.0,
    sees_m: float = 5e6,
    reach_m: float = 300e3,
    elevations_deg: tuple[float, float] = (-90.0, 90.0),
    sector_deg: tuple[float, float] = (0.0, 360.0),
    band: str = "S",
) -> tuple[Entity, np.void]:
    """A radar that detects 1 m2 at `sees_m` with Pd 0.5 and Pfa 1e-6. The antenna is above sea level, the sector its
    middle and its width."""
    record: Any = np.zeros(1, SENSOR)[0]
    record["band"] = BANDS.index(band)
    record["constant_m2"] = calibrate(sees_m, 1.0, 0.5, 1e-6, 1, 1)
    record["false_alarm"], record["swerling"], record["scan_period_s"] = 1e-6, 1, 10.0
    record["minimum_elevation_rad"], record["maximum_elevation_rad"] = np.radians(elevations_deg)
    record["lowest_tangent"], record["highest_tangent"] = (
        np.sign(e) * np.inf if abs(e) >= 90.0 else np.tan(np.radians(e)) for e in elevations_deg
    )
    record["effective_radius_m"], record["air_step_m"] = 4.0 / 3.0 * MEAN_RADIUS_M, 1.0
    record["maximum_range_m"] = reach_m
    record["sector_azimuth_rad"], record["sector_half_width_rad"] = (
        np.radians(sector_deg[0]),
        np.radians(sector_deg[1]) / 2,
    )
    return Entity(
        name, name, "defence", "sensor", f"{name} type", "", lat, lon, antenna_m, "post", reach_m, sees_m
    ), record


def network(
    *radars: tuple[Entity, np.void],
    terrain: Terrain | None = None,
    highest_m: float = 10_000.0,
    **more: Any,
) -> list[Watcher]:
    """The radars, swept as a World's are."""
    ground = terrain or flat_terrain()
    tables = []
    for entity, record in radars:
        place = Place(entity.lat_deg, entity.lon_deg, entity.alt_m)
        table = horizon_around(ground, place, entity.alt_m, float(record["maximum_range_m"]), 4.0 / 3.0)
        record["lowest_step_m"] = table.range_step_m
        tables.append(table.line_m)
    world: Any = SimpleNamespace(
        arrays=SimpleNamespace(sensors=[record for _, record in radars], lowest_m=tables, air_db=[NO_AIR] * len(radars)),
        entities=[entity for entity, _ in radars],
        terrain=ground,
        loaded=SimpleNamespace(scenario=SimpleNamespace(patrols=[])),
    )
    return watchers_of(world, highest_m=highest_m, **more)
