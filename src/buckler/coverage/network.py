"""The sensors of a World as coverage reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, degrees, pi, radians
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from buckler.coverage.area import Bounds
from buckler.coverage.eye import Cube, Eye, Floats, Singles, within_sector
from buckler.coverage.stations import patrol_of, reliefs
from buckler.dtypes import BANDS
from buckler.errors import InputError, UnknownNameError
from buckler.physics.detection import detection_threshold
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, enu_basis
from buckler.physics.horizon import line_of_sight_m
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
    """Range along the ground, from its place or its orbit's centre, beyond which it sees nothing at the heights of interest."""
    roams_m: float
    """How far its orbit takes it from the centre; 0 for one that stands."""
    hypothetical: bool
    eye: Eye
    patrol: str = ""
    """Whose nose it is in, if a patrol's."""

    @property
    def airborne(self) -> bool:
        """Whether it flies: no mast is as high."""
        return self.above_ground_m > 500.0

    def looks_at_deg(self, otherwise_deg: float) -> float:
        """The middle of its sector, or `otherwise_deg` for one that looks all round."""
        if self.flies or self.eye.sector_half_width_rad >= pi:
            return otherwise_deg
        return float(degrees(self.eye.sector_azimuth_rad[0]) % 360.0)

    @property
    def flies(self) -> bool:
        """Whether it flies an orbit."""
        return self.eye.share.size > 1

    def looks(self, azimuth_rad: float) -> bool:
        """Whether it looks in that direction at all, from anywhere on its orbit."""
        return any(within_sector(self.eye, j, azimuth_rad) for j in range(self.eye.share.size))


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
    orbit sees from its nodes (raster.py). Of a patrol, every sortie's: `on_station` leaves the first.

    `extra_loss_db`: by sensor, a two-way loss or a rise of its noise in decibels, [azimuth] or [azimuth, slant range in
    steps of `loss_step_m`]; azimuth 0 is north.
    """
    a = world.arrays
    sensors = [entity for entity in world.entities if entity.kind == "sensor"]
    losses = {} if extra_loss_db is None else dict(extra_loss_db)
    for name in losses:
        if name not in {entity.name for entity in sensors}:
            raise UnknownNameError("sensor", name, [entity.name for entity in sensors])
    found, patrols = [], patrol_of(world)
    for entity, record, lowest_m, air_db in zip(sensors, a.sensors, a.lowest_m, a.air_db, strict=True):
        if not (np.isfinite(entity.lat_deg) and np.isfinite(entity.lon_deg)):
            raise InputError(f"sensor {entity.name!r} has no position")
        loss = _loss(losses.get(entity.name))
        nodes = _nodes(entity, record, lowest_m, a)
        watcher = _watcher(entity, record, nodes, air_db, world.terrain, highest_m, loss, loss_step_m)
        found.append(replace(watcher, patrol=patrols.get(entity.name, "")))
    return found


class _Nodes(NamedTuple):
    """From where a sensor sees: its place, or the nodes of its orbit."""

    position_m: Floats
    basis: Floats
    share: Floats
    sector_azimuth_rad: Floats
    lowest_m: Cube
    step_m: float
    roams_m: float


def _nodes(entity: Any, record: Any, lowest_m: Singles, arrays: Any) -> _Nodes:
    if not record["orbit_rows"]:
        lat, lon = radians(entity.lat_deg), radians(entity.lon_deg)
        here = np.array([ecef_from_geodetic(lat, lon, float(entity.alt_m))])
        looks = np.array([float(record["sector_azimuth_rad"])])
        basis = np.array([enu_basis(lat, lon)])
        return _Nodes(here, basis, np.ones(1), looks, lowest_m[None], float(record["lowest_step_m"]), 0.0)
    first, count = int(record["first_node"]), int(record["nodes"])
    begin, steps = int(record["first_orbit"]), int(record["orbit_rows"])
    rows, own = arrays.orbits[begin : begin + steps], arrays.orbit_nodes[first : first + count]
    # Rows are even in time: each gives its time to the two nodes beside it.
    place = rows[:, 14]
    before = place.astype(np.int64) % count
    share = np.bincount(before, 1.0 - place % 1.0, count) + np.bincount((before + 1) % count, place % 1.0, count)
    nearest = [int(np.argmin(np.abs(place - j))) for j in range(count)]
    ahead = np.arctan2(rows[nearest, 12], rows[nearest, 13])
    return _Nodes(
        np.ascontiguousarray(own[:, :3]), np.ascontiguousarray(own[:, 3:12]), share / share.sum(), ahead,
        arrays.orbit_lowest_m[first : first + count], float(record["node_step_m"]), _roams_m(record, arrays),
    )  # fmt: skip


def _roams_m(record: Any, arrays: Any) -> float:
    if not record["orbit_rows"]:
        return 0.0
    first = int(record["first_node"])
    own = arrays.orbit_nodes[first : first + int(record["nodes"]), :3]
    return float(np.linalg.norm(own - record["position_m"], axis=1).max())


def _watcher(
    entity: Any, record: Any, nodes: _Nodes, air_db: Singles, terrain: Terrain, highest_m: float, loss: Singles,
    step_m: float,
) -> Watcher:  # fmt: skip
    lat, lon, antenna = entity.lat_deg, entity.lon_deg, entity.alt_m
    radius = float(record["effective_radius_m"])
    reach = _sight_m(float(record["maximum_range_m"]), antenna, highest_m, radius, terrain) + nodes.roams_m
    ground = float(terrain.height_m(lat, lon)) if terrain.covers(lat, lon) else 0.0
    eye = Eye(
        lat_rad=radians(lat),
        lon_rad=radians(lon),
        height_m=float(antenna),
        position_m=nodes.position_m,
        basis=nodes.basis,
        share=nodes.share,
        effective_radius_m=radius,
        constant_m2=float(record["constant_m2"]),
        threshold=float(detection_threshold(float(record["false_alarm"]), 1)),
        swerling=int(record["swerling"]),
        lowest_tangent=float(record["lowest_tangent"]),
        highest_tangent=float(record["highest_tangent"]),
        maximum_range_m=float(record["maximum_range_m"]),
        sector_azimuth_rad=nodes.sector_azimuth_rad,
        sector_half_width_rad=float(record["sector_half_width_rad"]),
        lowest_m=nodes.lowest_m,
        range_step_m=nodes.step_m,
        loss_db=loss,
        loss_step_m=step_m,
        air_db=air_db,
        air_step_m=float(record["air_step_m"]),
        rain_db_per_m=float(record["rain_db_per_m"]),
        rain_top_m=float(record["rain_top_m"]),
        lobes_hz=float(record["lobes_hz"]),
        surface_m=float(record["surface_m"]),
        permittivity=float(record["permittivity"]),
        conductivity=float(record["conductivity"]),
        vertical=bool(record["vertical"]),
        roughness_m=float(record["roughness_m"]),
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
        nodes.roams_m,
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


def on_station(watchers: Sequence[Watcher], world: World) -> list[Watcher]:
    """Of each patrol's radars the first: those of its reliefs are where that is, at other times."""
    later = reliefs(world)
    return [watcher for watcher in watchers if watcher.name not in later]


def taken_out(watchers: Sequence[Watcher], names: Sequence[str]) -> list[Watcher]:
    """The network without some sensors, named one by one, by system, or by the command post to which they report."""
    known = {text for w in watchers for text in (w.name, w.system, w.command, w.patrol) if text}
    for name in names:
        if name not in known:
            raise UnknownNameError("sensor, radar system, patrol or command post", name, sorted(known))
    left = [w for w in watchers if not {w.name, w.system, w.command, w.patrol} & set(names)]
    if not left:
        raise InputError(f"without {', '.join(names)} the network has no sensor left: take out something else")
    return left


def horizon_m(watcher: Watcher, height_m: float, terrain: Terrain) -> float:
    """The farthest that anything at a height above the ground can be seen, whatever the terrain."""
    sight = _sight_m(watcher.reach_m, watcher.height_m, height_m, watcher.eye.effective_radius_m, terrain)
    return min(watcher.reach_m, sight + watcher.roams_m)


def _sight_m(most_m: float, antenna_m: float, height_m: float, radius_m: float, terrain: Terrain) -> float:
    """The line of sight over a smooth earth as low as the lowest ground, to a height above the highest."""
    lowest, highest = _extremes_m(terrain)
    sight = line_of_sight_m(antenna_m - lowest, height_m + highest - lowest, radius_m)
    return min(most_m, 1.005 * float(sight) + 2000.0)


@lru_cache(maxsize=4)
def _extremes_m(terrain: Terrain) -> tuple[float, float]:
    return min(0.0, float(np.nanmin(terrain.heights_m))), max(0.0, float(np.nanmax(terrain.heights_m)))


def reaches_of(world: World, highest_m: float) -> list[tuple[float, float, float]]:
    """Latitude, longitude and reach of every sensor: instrumented range or horizon, whichever is nearer, and its orbit."""
    a, terrain = world.arrays, world.terrain
    found = []
    for e, r in zip((e for e in world.entities if e.kind == "sensor"), a.sensors, strict=True):
        sight = _sight_m(float(r["maximum_range_m"]), e.alt_m, highest_m, float(r["effective_radius_m"]), terrain)
        found.append((e.lat_deg, e.lon_deg, sight + _roams_m(r, a)))
    return found


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
