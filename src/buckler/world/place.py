"""A place on the ground or in the air, as the arrays hold it."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.errors import InputError
from buckler.physics.earth import ecef_from_geodetic, enu_basis
from buckler.physics.terrain import Terrain, flat_terrain, packaged_terrain, world_terrain
from buckler.physics.wind import power_law, still, wind_rows
from buckler.scenario.environment import Environment


@dataclass(frozen=True)
class Place:
    """Geodetic position; height in metres above mean sea level, taken as above the ellipsoid (the two differ by up to
    40 m around Türkiye, less than the coarse terrain's own error)."""

    lat_deg: float
    lon_deg: float
    height_m: float

    def fill(self, record: Any, key: int) -> None:
        """Write the place fields of a record (dtypes._PLACE)."""
        record["key"] = np.uint64(key)
        record["position_m"] = ecef_from_geodetic(radians(self.lat_deg), radians(self.lon_deg), self.height_m)
        basis = enu_basis(radians(self.lat_deg), radians(self.lon_deg))
        record["east"], record["north"], record["up"] = basis[0:3], basis[3:6], basis[6:9]


def terrain_named(name: str) -> Terrain:
    """The terrain that a scenario asks for."""
    if name.endswith(".npz"):
        from buckler.recordings.terrain_files import load_terrain

        return load_terrain(name)
    if name == "flat":
        return flat_terrain()
    return packaged_terrain() if name == "packaged" else world_terrain()


def ground_m(terrain: Terrain, lat_deg: float, lon_deg: float) -> float:
    """Height of the ground, m; the sea's (0) beyond the terrain's rim."""
    return float(terrain.height_m(lat_deg, lon_deg)) if terrain.covers(lat_deg, lon_deg) else 0.0


def ground_heights_m(
    terrain: Terrain, lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Heights of the ground, m, at many places; the sea's (0) beyond the terrain's rim."""
    south, west, north, east = terrain.bounds_deg
    inside = (lat_deg >= south) & (lat_deg <= north) & (lon_deg >= west) & (lon_deg <= east)
    heights = np.zeros(len(lat_deg))
    if inside.any():
        heights[inside] = terrain.height_m(lat_deg[inside], lon_deg[inside])
    return heights


def wind_rows_of(environment: Environment) -> NDArray[np.float64]:
    """The scenario's wind as `buckler.physics.wind` has it."""
    if environment.wind is None:
        return still()
    if environment.wind.layers:
        layers = environment.wind.layers
        return wind_rows(
            [layer.height_m for layer in layers],
            [layer.speed_mps for layer in layers],
            [layer.from_deg for layer in layers],
        )
    law = environment.wind.power_law
    assert law is not None  # noqa: S101 (the schema asks for one of the two)
    return power_law(
        law.speed_mps, law.from_deg, reference_height_m=law.reference_height_m, exponent=law.exponent, top_m=law.top_m
    )


def require_covered(terrain: Terrain, what: str, lat_deg: float, lon_deg: float) -> None:
    """Refuse to place something of the defence where the terrain ends or has a void; suggest an exchange that would mend it."""
    if terrain.covers(lat_deg, lon_deg):
        return
    south, west, north, east = terrain.bounds_deg
    where = f"{what} at {lat_deg:g}, {lon_deg:g}"
    if south <= lat_deg <= north and west <= lon_deg <= east:
        raise InputError(
            f"{where} stands on a void of the terrain ({terrain.source}): move it, or import the terrain again with a wider --fill-cells"
        )
    if -90.0 <= lon_deg <= 90.0 and terrain.covers(lon_deg, lat_deg):
        raise InputError(
            f"{where} is outside the terrain, and {lon_deg:g}, {lat_deg:g} inside: latitude and longitude are exchanged; write "
            f"latitude_deg: {lon_deg:g} and longitude_deg: {lat_deg:g}"
        )
    raise InputError(
        f"{where} is outside the terrain ({south:g} to {north:g} N, {west:g} to {east:g} E): "
        "move it, or write terrain: world (needs the extra buckler[itu]) or terrain: flat"
    )
