"""The sensors of a World as coverage reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, degrees, pi, radians
from typing import Any

import numpy as np
import numpy.typing as npt

from buckler.coverage.area import Bounds
from buckler.coverage.raster import Eye, Singles
from buckler.dtypes import BANDS
from buckler.errors import InputError, UnknownNameError
from buckler.physics.detection import detection_threshold
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, enu_basis
from buckler.physics.propagation import line_of_sight_m
from buckler.physics.terrain import Terrain
from buckler.world.compile import World


@dataclass(frozen=True)
class Watcher:
    """One sensor: who it is, and what the kernels read of it."""

    name: str
    system: str
    command: str
    band: str
    lat_deg: float
    lon_deg: float
    height_m: float
    above_ground_m: float
    scan_period_s: float
    reach_m: float
    """Range along the ground beyond which it sees nothing at the heights of interest."""
    hypothetical: bool
    eye: Eye

    @property
    def airborne(self) -> bool:
        """Whether it flies: no mast is as high."""
        return self.above_ground_m > 500.0

    def looks_at_deg(self, otherwise_deg: float) -> float:
        """The middle of its sector, or `otherwise_deg` for one that looks all round."""
        return otherwise_deg if self.eye.sector_half_width_rad >= pi else degrees(self.eye.sector_azimuth_rad) % 360.0


def interference_db(
    sector_azimuth_deg: float, sector_width_deg: float, noise_db: float, azimuths: int = 360
) -> Singles:
    """A rise of the noise in one sector as a table of extra loss [azimuth]: `noise_db` inside, 0 outside."""
    if not 0.0 <= noise_db < 200.0:
        raise InputError(f"noise raised by {noise_db:g} dB: write a number from 0 to 200")
    if not 0.0 < sector_width_deg <= 360.0:
        raise InputError(f"a sector {sector_width_deg:g} degrees wide: write a width above 0 and up to 360")
    off = np.abs((np.arange(azimuths) * 360.0 / azimuths - sector_azimuth_deg + 180.0) % 360.0 - 180.0)
    return np.where(off <= 0.5 * sector_width_deg + 1e-9, noise_db, 0.0).astype(np.float32)


def watchers_of(
    world: World,
    *,
    highest_m: float,
    extra_loss_db: Mapping[str, npt.ArrayLike] | None = None,
    loss_step_m: float = 1000.0,
) -> list[Watcher]:
    """The sensors with the World's own tables of the lowest height seen, for targets up to `highest_m`; one that flies an
    orbit stands at its centre and looks all round.

    `extra_loss_db`: by sensor, a two-way loss or a rise of its noise in decibels, [azimuth] or [azimuth, slant range in
    steps of `loss_step_m`]; azimuth 0 is north.
    """
    a = world.arrays
    sensors = [entity for entity in world.entities if entity.kind == "sensor"]
    losses = {} if extra_loss_db is None else dict(extra_loss_db)
    for name in losses:
        if name not in {entity.name for entity in sensors}:
            raise UnknownNameError("sensor", name, [entity.name for entity in sensors])
    found = []
    for entity, record, lowest_m, air_db in zip(sensors, a.sensors, a.lowest_m, a.air_db, strict=True):
        if not (np.isfinite(entity.lat_deg) and np.isfinite(entity.lon_deg)):
            raise InputError(f"sensor {entity.name!r} has no position")
        loss = _loss(losses.get(entity.name))
        found.append(_watcher(entity, record, lowest_m, air_db, world.terrain, highest_m, loss, loss_step_m))
    return found


def _watcher(
    entity: Any, record: Any, lowest_m: Singles, air_db: Singles, terrain: Terrain, highest_m: float, loss: Singles,
    step_m: float,
) -> Watcher:  # fmt: skip
    lat, lon, antenna = entity.lat_deg, entity.lon_deg, entity.alt_m
    radius = float(record["effective_radius_m"])
    reach = _sight_m(float(record["maximum_range_m"]), antenna, highest_m, radius, terrain)
    ground = float(terrain.height_m(lat, lon)) if terrain.covers(lat, lon) else 0.0
    eye = Eye(
        lat_rad=radians(lat),
        lon_rad=radians(lon),
        height_m=float(antenna),
        position_m=ecef_from_geodetic(radians(lat), radians(lon), float(antenna)),
        basis=enu_basis(radians(lat), radians(lon)),
        effective_radius_m=radius,
        constant_m2=float(record["constant_m2"]),
        threshold=float(detection_threshold(float(record["false_alarm"]), 1)),
        swerling=int(record["swerling"]),
        lowest_tangent=float(record["lowest_tangent"]),
        highest_tangent=float(record["highest_tangent"]),
        maximum_range_m=float(record["maximum_range_m"]),
        sector_azimuth_rad=float(record["sector_azimuth_rad"]),
        # Over a round of its orbit a nose radar looks every way.
        sector_half_width_rad=pi if record["orbit_rows"] else float(record["sector_half_width_rad"]),
        lowest_m=lowest_m,
        range_step_m=float(record["lowest_step_m"]),
        loss_db=loss,
        loss_step_m=step_m,
        air_db=air_db,
        air_step_m=float(record["air_step_m"]),
        rain_db_per_m=float(record["rain_db_per_m"]),
        rain_top_m=float(record["rain_top_m"]),
    )
    return Watcher(
        entity.name,
        entity.system,
        entity.parent,
        BANDS[int(record["band"])],
        lat,
        lon,
        float(antenna),
        float(antenna) - ground,
        float(record["scan_period_s"]),
        reach,
        entity.hypothetical,
        eye,
    )


def _loss(given: npt.ArrayLike | None) -> Singles:
    if given is None:
        return np.zeros((1, 1), np.float32)
    table = np.ascontiguousarray(given, dtype=np.float32)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not table.size or not np.all(np.isfinite(table)):
        raise InputError("an extra loss is a table of finite decibels, [azimuth] or [azimuth, range]")
    return np.ascontiguousarray(table)


def taken_out(watchers: Sequence[Watcher], names: Sequence[str]) -> list[Watcher]:
    """The network without some sensors, named one by one, by system, or by the command post to which they report."""
    known = {text for watcher in watchers for text in (watcher.name, watcher.system, watcher.command)}
    for name in names:
        if name not in known:
            raise UnknownNameError("sensor, radar system or command post", name, sorted(known))
    left = [w for w in watchers if not {w.name, w.system, w.command} & set(names)]
    if not left:
        raise InputError(f"without {', '.join(names)} the network has no sensor left: take out something else")
    return left


def horizon_m(watcher: Watcher, height_m: float, terrain: Terrain) -> float:
    """The farthest that anything at a height above the ground can be seen, whatever the terrain."""
    return _sight_m(watcher.reach_m, watcher.height_m, height_m, watcher.eye.effective_radius_m, terrain)


def _sight_m(most_m: float, antenna_m: float, height_m: float, radius_m: float, terrain: Terrain) -> float:
    """The line of sight over a smooth earth as low as the lowest ground, to a height above the highest."""
    lowest, highest = _extremes_m(terrain)
    sight = line_of_sight_m(antenna_m - lowest, height_m + highest - lowest, radius_m)
    return min(most_m, 1.005 * float(sight) + 2000.0)


@lru_cache(maxsize=4)
def _extremes_m(terrain: Terrain) -> tuple[float, float]:
    return min(0.0, float(np.nanmin(terrain.heights_m))), max(0.0, float(np.nanmax(terrain.heights_m)))


def reaches_of(world: World, highest_m: float) -> list[tuple[float, float, float]]:
    """Latitude, longitude and reach of every sensor: instrumented range or horizon, whichever is nearer."""
    sensors = [entity for entity in world.entities if entity.kind == "sensor"]
    return [
        (e.lat_deg, e.lon_deg, _sight_m(float(r["maximum_range_m"]), e.alt_m, highest_m, float(r["effective_radius_m"]), world.terrain))
        for e, r in zip(sensors, world.arrays.sensors, strict=True)
    ]


def area_seen(
    reaches: Sequence[tuple[float, float, float]], places: Sequence[tuple[float, float]], terrain: Terrain
) -> Bounds:
    """South, west, north and east of what sensors reach and of the assets, with a margin, within the terrain."""
    south, west, north, east = 90.0, 540.0, -90.0, -540.0
    margin = 20_000.0
    for lat, lon, reach in [
        *reaches,
        *((la, lo, 30_000.0) for la, lo in places),
    ]:
        high = degrees((reach + margin) / MEAN_RADIUS_M)
        wide = high / max(cos(radians(min(abs(lat) + high, 85.0))), 0.05)
        south, north = min(south, lat - high), max(north, lat + high)
        west, east = min(west, lon - wide), max(east, lon + wide)
    rim_south, rim_west, rim_north, rim_east = terrain.bounds_deg
    south, north = max(south, rim_south, -89.0), min(north, rim_north, 89.0)
    if rim_east - rim_west < 359.0:
        west, east = max(west, rim_west), min(east, rim_east)
    return south, west, north, east
