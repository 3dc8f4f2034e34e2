"""Airways and airfields: what in a path fits civil traffic, by where, how fast and how high it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M, ecef_to_geodetic
from buckler.scenario.route import Waypoint
from buckler.scenario.traffic import Airway, Traffic
from buckler.tracking import identification as ident

AIRLINER_SPEED_MPS: Final = (120.0, 290.0)
"""Ground speeds that fit an airliner (assumption): approach to cruise with a tail wind."""
AIRLINER_HEIGHT_M: Final = 6_000.0
"""Heights from here on fit an airliner in cruise (assumption)."""


def position_of(point: Waypoint) -> tuple[float, float]:
    """Latitude and longitude, degrees."""
    if point.latitude_deg is None or point.longitude_deg is None:
        raise InputError("a point of the traffic has no position")
    return point.latitude_deg, point.longitude_deg


@dataclass(frozen=True)
class Corridor:
    """An airway as unit vectors of its points on a sphere: within a thousandth of the earth's shape (0.3 % of a distance)."""

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    """[3, leg] of the plane of each leg's great circle, and of the planes across it at its start and its end."""
    after: NDArray[np.float64]
    before: NDArray[np.float64]
    half_width_m: float
    low_m: float
    high_m: float

    @classmethod
    def of(cls, airway: Airway) -> Corridor:
        """The corridor of an airway."""
        lat, lon = np.radians(np.array([position_of(point) for point in airway.points])).T
        points = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        normals = np.cross(points[:-1], points[1:])
        normals /= np.linalg.norm(normals, axis=1)[:, None]
        after, before = np.cross(normals, points[:-1]), np.cross(points[1:], normals)
        return cls(
            points, normals.T, after.T, before.T, airway.half_width_m, airway.minimum_height_m, airway.maximum_height_m
        )

    def holds(self, unit: NDArray[np.float64], height_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether places (unit vectors) are within its width and heights: the distance from a great circle is R asin(n . p)."""
        half = self.half_width_m / MEAN_RADIUS_M
        beside = np.abs(unit @ self.normals) <= sin(half)
        inside = (beside & (unit @ self.after >= 0.0) & (unit @ self.before >= 0.0)).any(axis=1)
        inside |= (unit @ self.points.T >= cos(half)).any(axis=1)
        return np.asarray(inside & (height_m >= self.low_m) & (height_m <= self.high_m))


def _unit(rows_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction of the local vertical at each row: geodetic latitude and longitude on the sphere."""
    place = ecef_to_geodetic(rows_m[:, 0], rows_m[:, 1], rows_m[:, 2])
    lat, lon = np.radians(place.lat_deg), np.radians(place.lon_deg)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def indicators_along(rows_m: NDArray[np.float64], step_s: float, airways: list[Corridor]) -> NDArray[np.uint8]:
    """The indicators at each row of a path that depend on where it is: corridor, speed and height."""
    unit, height = _unit(rows_m), rows_m[:, 3]
    corridor = np.zeros(len(rows_m), np.bool_)
    for airway in airways:
        corridor |= airway.holds(unit, height)
    speed = np.linalg.norm(np.gradient(rows_m[:, :3], step_s, axis=0), axis=1)
    usual = (speed >= AIRLINER_SPEED_MPS[0]) & (speed <= AIRLINER_SPEED_MPS[1])
    bits = (corridor << ident.CORRIDOR) | (usual << ident.SPEED) | ((height >= AIRLINER_HEIGHT_M) << ident.HEIGHT)
    return np.asarray(bits, np.uint8)


def known_origins(rows_m: NDArray[np.float64], traffic: Traffic, airways: list[Corridor]) -> NDArray[np.bool_]:
    """[path] whether it begins, at that row, in a known airfield's circle or in an airway."""
    unit = _unit(rows_m)
    known = np.zeros(len(rows_m), np.bool_)
    for circle in traffic.origins:
        if circle.latitude_deg is None or circle.longitude_deg is None:
            continue
        lat, lon = radians(circle.latitude_deg), radians(circle.longitude_deg)
        centre = np.array([cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)])
        known |= unit @ centre >= cos(circle.radius_m / MEAN_RADIUS_M)
    for airway in airways:
        known |= airway.holds(unit, rows_m[:, 3])
    return known
