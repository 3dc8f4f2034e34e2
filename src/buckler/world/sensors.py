"""Sensors: radars calibrated from their published range, and the lowest height that each sees."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import degrees, inf, pi, radians, tan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.dtypes import BANDS, SENSOR
from buckler.errors import InputError
from buckler.physics.radar import calibrate
from buckler.physics.slant import Table
from buckler.physics.terrain import Terrain
from buckler.physics.visibility import HorizonTable, horizon_table
from buckler.scenario.environment import Environment
from buckler.scenario.sensor import Sensor
from buckler.world.air import air_at, fill_air, fill_surface
from buckler.world.entities import Entity, address
from buckler.world.place import Place, ground_m, require_covered
from buckler.world.sights import compile_sight

COARSE: Final = (720, 501)
"""Azimuths and ranges of a visibility table; each range is 1/500 of the sensor's instrumented range."""
FINE: Final = (1440, 1001)
"""The same over terrain whose cells are no wider than `FINE_CELLS_M`, which shows single ridges."""
FINE_CELLS_M: Final = 1500.0
SWERLING: Final = 1
"""Slow fluctuation, many scatterers: the usual case for an aircraft seen once a scan."""

RANGE_CELL: Final = 6.0
"""Range resolution over range accuracy, and"""
BEAM: Final = 10.0
"""beamwidth over angular accuracy, of a radar whose card says nothing: error = cell / sqrt(2 SNR), and beam / (1.6 sqrt(2 SNR)) by
monopulse, at an SNR of 13 dB (Barton, Modern Radar System Analysis, 1988, chapter 8). Assumed."""

READ: Final = (
    "detection_range", "reference_rcs", "reference_pd", "reference_pfa", "scan_period", "min_elevation", "max_elevation",
    "azimuth_sector", "instrumented_range", "antenna_height", "range_accuracy", "azimuth_accuracy", "band", "reference_size", "spectrum",
)  # fmt: skip
"""The parameters of a card that this module reads."""


def place_of(sensor: Sensor, card: Card, terrain: Terrain) -> tuple[Place, float]:
    """Where the antenna is, and its height above what stands for its ground."""
    assert sensor.latitude_deg is not None  # noqa: S101 (the scenario's sites are resolved)
    assert sensor.longitude_deg is not None  # noqa: S101
    lat, lon = sensor.latitude_deg, sensor.longitude_deg
    require_covered(terrain, f"sensor {sensor.name!r}", lat, lon)
    ground = ground_m(terrain, lat, lon)
    altitude = sensor.altitude_m
    if altitude is None and sensor.orbit is not None:
        altitude = card.si("cruise_height") if card.known("cruise_height") else None
        if altitude is None:
            raise InputError(f"sensor {sensor.name!r}: {card.name} does not fly by itself: write altitude_m")
    if altitude is not None:
        if altitude <= ground:
            raise InputError(
                f"sensor {sensor.name!r} at {altitude:g} m is under the ground ({ground:.0f} m): raise altitude_m"
            )
        return Place(lat, lon, altitude), altitude - ground
    mast = sensor.antenna_height_m if sensor.antenna_height_m is not None else card.si("antenna_height")
    return Place(lat, lon, ground + mast), mast


def compile_sensor(
    record: Any, sensor: Sensor, card: Card, terrain: Terrain, environment: Environment, command: int, air_db: Table
) -> Entity:
    """Fill one SENSOR record and its part of World.air_db."""
    place, mast = place_of(sensor, card, terrain)
    place.fill(record, address(sensor.name))
    record["command"] = command
    record["minimum_elevation_rad"] = card.si("min_elevation")
    record["maximum_elevation_rad"] = card.si("max_elevation")
    record["lowest_tangent"], record["highest_tangent"] = (
        _tangent(card.si(f"{end}_elevation")) for end in ("min", "max")
    )
    record["maximum_range_m"] = card.si("instrumented_range")
    air = air_at(environment, place.lat_deg, place.lon_deg)
    if card.kind == "sight":
        compile_sight(record, card, environment, place.height_m, air)
    else:
        pfa, pd = card.si("reference_pfa"), card.si("reference_pd")
        record["band"] = BANDS.index(card.text("band"))
        record["constant_m2"] = calibrate(card.si("detection_range"), card.si("reference_rcs"), pd, pfa, 1, SWERLING)
        record["false_alarm"] = pfa
        record["swerling"] = SWERLING
        fill_air(record, air_db, card.text("band"), card, place.height_m, air)
        if sensor.altitude_m is None and sensor.orbit is None:
            fill_surface(record, card.text("band"), sensor.multipath or environment.multipath, place.height_m - mast)
    _look_over(record, sensor, card)
    record["hits"], record["scans"] = sensor.confirmation_hits, sensor.confirmation_scans
    record["tracks"] = sensor.track_capacity or 0
    record["range_std_m"] = card.si("range_accuracy")
    record["angle_std_rad"] = card.si("azimuth_accuracy")
    record["range_cell_m"] = _cell(card, "range_resolution", RANGE_CELL * record["range_std_m"])
    record["angle_cell_rad"] = _cell(card, "beamwidth", BEAM * record["angle_std_rad"])
    record["range_bias_m"], record["azimuth_bias_rad"] = sensor.range_bias_m, radians(sensor.azimuth_bias_deg)
    if sensor.registered_range_m is not None:
        record["range_corrected_m"] = _found_out(sensor.range_bias_m, sensor.registered_range_m)
    if sensor.registered_azimuth_deg is not None:
        record["azimuth_corrected_rad"] = radians(_found_out(sensor.azimuth_bias_deg, sensor.registered_azimuth_deg))
    record["false_plots"] = sensor.false_plots_per_scan
    return Entity(
        sensor.name, sensor.name, "defence", "sensor", card.name, "", place.lat_deg, place.lon_deg, place.height_m,
        sensor.command, card.si("instrumented_range"), card.si("detection_range"), sensor.hypothetical,
    )  # fmt: skip


def _cell(card: Card, parameter: str, usual: float) -> float:
    """What the card says of resolution, or what follows from the accuracy."""
    return card.si(parameter) if card.known(parameter) else usual


def _found_out(error: float, left: float) -> float:
    """What is taken off an error of which no more than `left` remains."""
    return error - min(max(error, -left), left)


def _look_over(record: Any, sensor: Sensor, card: Card) -> None:
    """The sector, how soon the beam comes back, and what a cue changes."""
    full = card.si("azimuth_sector")
    width = full if sensor.sector_width_deg is None else radians(sensor.sector_width_deg)
    turns = full >= 2.0 * pi - 1e-9
    if width > full + 1e-9:
        raise InputError(
            f"sensor {sensor.name!r}: {sensor.system} looks over a sector of {degrees(full):.0f} degrees: "
            "sector_width_deg cannot be more"
        )
    record["sector_half_width_rad"] = pi
    if sensor.sector_azimuth_deg is not None:
        record["sector_azimuth_rad"] = _signed(radians(sensor.sector_azimuth_deg))
    if width < 2.0 * pi - 1e-9:
        if sensor.sector_azimuth_deg is None and sensor.orbit is None:
            raise InputError(
                f"sensor {sensor.name!r}: {sensor.system} looks over a sector of {degrees(width):.0f} degrees: "
                "write where it looks, sector_azimuth_deg"
            )
        record["sector_half_width_rad"] = width / 2
    period = card.si("scan_period") * (1.0 if turns else width / full)
    record["scan_period_s"] = sensor.scan_period_s if sensor.scan_period_s is not None else period
    search = sensor.search_width_deg
    # Negative where it searches nothing: no azimuth is nearer than that.
    record["search_half_width_rad"] = pi if search is None else radians(search) / 2.0 if search > 0.0 else -1.0
    record["cue_gain"] = 10.0 ** (0.1 * sensor.cue_gain_db)
    record["cueable"] = search is not None or sensor.cue_gain_db > 0.0


def _tangent(elevation_rad: float) -> float:
    """Of an elevation limit; nothing lies beyond the zenith and the nadir."""
    return inf if elevation_rad >= 0.5 * pi - 1e-6 else -inf if elevation_rad <= 1e-6 - 0.5 * pi else tan(elevation_rad)


def _signed(angle_rad: float) -> float:
    return (angle_rad + pi) % (2 * pi) - pi


def horizon_of(sensor: Sensor, card: Card, terrain: Terrain, environment: Environment) -> HorizonTable:
    """The lowest height that the sensor sees, by azimuth and ground range; of one on an orbit, from its centre."""
    place, above_ground = place_of(sensor, card, terrain)
    earth_factor = air_at(environment, place.lat_deg, place.lon_deg).earth_factor
    return horizon_around(terrain, place, above_ground, card.si("instrumented_range"), earth_factor)


def side_by_side(jobs: Sequence[Callable[[], HorizonTable]]) -> list[HorizonTable]:
    """Tables of several places, swept at the same time on as many threads as there are processors: the sweep holds no lock, and no
    table depends on another."""
    threads = min(len(jobs), os.cpu_count() or 1)
    if threads < 2:
        return [job() for job in jobs]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda job: job(), jobs))


def horizon_around(
    terrain: Terrain, place: Place, above_ground_m: float, reach_m: float, earth_factor: float
) -> HorizonTable:
    """The same of an antenna at a place, out to a reach: one table for the engine and for every map."""
    azimuths, ranges = table_shape(terrain)
    return horizon_table(
        terrain, place.lat_deg, place.lon_deg, above_ground_m, max_range_m=reach_m,
        ground_m=place.height_m - above_ground_m, azimuths=azimuths, range_step_m=reach_m / (ranges - 1),
        earth_factor=earth_factor,
    )  # fmt: skip


def table_shape(terrain: Terrain) -> tuple[int, int]:
    """Azimuths and ranges of a visibility table over a terrain."""
    return FINE if not terrain.is_flat and terrain.cell_m <= FINE_CELLS_M else COARSE


def new_sensors(count: int, terrain: Terrain) -> tuple[NDArray[np.void], NDArray[np.float32]]:
    """Room for `count` sensors and their visibility tables."""
    return np.zeros(count, SENSOR), np.zeros((count, *table_shape(terrain)), np.float32)
