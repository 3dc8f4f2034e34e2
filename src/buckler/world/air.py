"""The air and the surface at a sensor: how its rays bend, what gases and rain take, what of it a published range holds, what reflects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan, pi
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.gases import SURFACE_VAPOUR_GM3
from buckler.physics.lobes import GROUND_DRY, GROUND_WET, SEA
from buckler.physics.refraction import effective_earth_factor
from buckler.physics.refractivity_maps import refractivity_gradient
from buckler.physics.slant import AIR_RANGES, AIR_SINES, Table, air_table, clear_air_db, rain_db_per_m
from buckler.physics.visibility import EARTH_FACTOR, elevation_tangent
from buckler.scenario.environment import Environment, Multipath

BAND_HZ: Final = {"VHF": 0.15e9, "UHF": 0.43e9, "L": 1.3e9, "S": 3.0e9, "C": 5.5e9, "X": 9.5e9, "Ku": 15.5e9}
"""One frequency for a band (IEEE Std 521 letters), in the middle of what the ITU allots to radiolocation there."""
SURFACES: Final = {"sea": SEA, "wet ground": GROUND_WET, "dry ground": GROUND_DRY}
REFERENCE_HEIGHT_M: Final = 10_000.0
"""Of the target for which a range is published, where nothing is said of it (assumption: an aircraft at cruise)."""


@dataclass(frozen=True)
class Air:
    """What the scenario says of the air at one place."""

    earth_factor: float
    rain_mm_per_h: float
    rain_top_m: float
    water_vapour_gm3: float


def air_at(environment: Environment, lat_deg: float, lon_deg: float) -> Air:
    """The air at a sensor: its region's where one holds it, the scenario's otherwise."""
    gradient, rain = environment.refractivity_gradient_n_per_km, environment.rain_mm_per_h
    factor = environment.effective_earth_factor
    if environment.refractivity == "P.453":
        factor = float(effective_earth_factor(refractivity_gradient(lat_deg, lon_deg)))
    if gradient is not None:
        factor = float(effective_earth_factor(gradient))
    for region in environment.regions:
        if region.south_deg <= lat_deg <= region.north_deg and region.west_deg <= lon_deg <= region.east_deg:
            if region.refractivity_gradient_n_per_km is not None:
                factor = float(effective_earth_factor(region.refractivity_gradient_n_per_km))
            rain = region.rain_mm_per_h if region.rain_mm_per_h is not None else rain
            break
    return Air(factor, rain or 0.0, environment.rain_top_m, environment.water_vapour_g_per_m3)


def new_air_tables(count: int) -> NDArray[np.float32]:
    """Room for the tables of `count` sensors."""
    return np.zeros((count, AIR_SINES, AIR_RANGES), np.float32)


def fill_air(record: Any, table: Table, band: str, card: Card, antenna_m: float, air: Air) -> None:
    """A sensor's fields that tell of the air, and its part of World.air_db: relative to its published range's own loss."""
    radius = air.earth_factor * MEAN_RADIUS_M
    record["antenna_m"], record["effective_radius_m"] = antenna_m, radius
    record["rain_db_per_m"] = rain_db_per_m(BAND_HZ[band], air.rain_mm_per_h)
    record["rain_top_m"] = air.rain_top_m
    losses, record["air_step_m"] = _table(
        band, round(antenna_m, 1), float(record["maximum_range_m"]), radius, air.water_vapour_gm3
    )
    table[:] = losses - reference_loss_db(card, band)


def fill_surface(record: Any, band: str, multipath: Multipath | None, ground_m: float) -> None:
    """A sensor's fields that tell of the surface around it."""
    if multipath is None or multipath.surface == "none":
        return
    surface = SURFACES[multipath.surface]
    record["lobes_hz"], record["surface_m"] = BAND_HZ[band], 0.0 if multipath.surface == "sea" else ground_m
    record["permittivity"], record["conductivity"] = surface.permittivity, surface.conductivity
    record["roughness_m"], record["vertical"] = multipath.roughness_m, multipath.polarisation == "vertical"


@lru_cache(maxsize=256)
def _table(band: str, antenna_m: float, reach_m: float, radius_m: float, vapour_gm3: float) -> tuple[Table, float]:
    return air_table(BAND_HZ[band], antenna_m, reach_m, radius_m, vapour_gm3)


def reference_loss_db(card: Card, band: str) -> float:
    """The two-way clear-air loss, dB, that the card's published range already holds.

    Where nothing is published of it (nowhere, so far): the standard air (7.5 g/m3, k = 4/3) on the path to a target at 10 km, but
    not below the radar's lowest elevation nor the horizontal; from the antenna's own height above the sea, or from an aircraft's
    cruise height.
    """
    antenna = card.si("cruise_height") if card.known("cruise_height") else card.si("antenna_height")
    return _reference(band, round(antenna), card.si("detection_range"), card.si("min_elevation"))


@lru_cache(maxsize=1024)
def _reference(band: str, antenna_m: float, range_m: float, lowest_rad: float) -> float:
    radius = EARTH_FACTOR * MEAN_RADIUS_M
    level = min(range_m, 0.49 * pi * MEAN_RADIUS_M)
    elevation = atan(elevation_tangent(antenna_m, REFERENCE_HEIGHT_M, level, radius))
    if antenna_m < REFERENCE_HEIGHT_M / 2:
        elevation = max(elevation, lowest_rad, 0.0)
    return clear_air_db(BAND_HZ[band], antenna_m, elevation, range_m, radius, SURFACE_VAPOUR_GM3)
