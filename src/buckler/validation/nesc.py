"""NASA's two-stage rocket, check case 17 of NASA/TM-2015-218675, flown as a point mass with the reference's attitude.

Thrust, specific impulse (with 9.8066 m/s2) and masses are those of the case's twostage_prop.dml and twostage_inertia.dml, drag (0.21 at
no angle of attack, 7 m2) that of its twostage_aero.dml. A point mass has no attitude of its own: it is read from the simulation
beside these files, as are the times at which it holds.
"""

from __future__ import annotations

import csv
from math import cos, inf, radians, sin
from pathlib import Path
from typing import Final

import numpy as np

from buckler.physics.ballistics import Burn, constant_drag, fly
from buckler.physics.earth import ecef_to_geodetic, enu_basis

_FOOT_M: Final = 0.3048
_LAUNCH_DEG: Final = 55.22
_AREA_M2: Final = 0.21 * 7.0
_FIRST_KGPS: Final = 17e6 / (360.0 * 9.8066)
_SECOND_KGPS: Final = 5e6 / (390.0 * 9.8066)
_STAGES: Final = (
    Burn(180_000.0 / _FIRST_KGPS, 314_000.0, 17e6, _FIRST_KGPS, _AREA_M2),
    Burn(96.79, 134_000.0, drag_area_m2=_AREA_M2),
    Burn(80_000.0 / _SECOND_KGPS, 99_000.0, 5e6, _SECOND_KGPS, _AREA_M2),
    Burn(inf, 19_000.0, drag_area_m2=_AREA_M2),
)


def two_stage_at(simulation: Path, time_s: float) -> tuple[float, float]:
    """Altitude (ft) and longitude (deg) of the rocket at a time, with the attitude of NASA's `simulation` (its CSV file)."""
    with simulation.open(encoding="utf-8") as stream:
        rows = [{name: float(row[name]) for name in _COLUMNS} for row in csv.DictReader(stream)]
    history = np.array([[row["time"], *_forward(row)] for row in rows])
    flight = fly(
        0.0, 0.0, 0.0, (0.1 * _FOOT_M * cos(radians(_LAUNCH_DEG)), 0.0, 0.1 * _FOOT_M * sin(radians(_LAUNCH_DEG))),
        phases=_STAGES, drag=constant_drag(), attitude=history, duration_s=time_s, stop_height_m=-100.0,
    )  # fmt: skip
    _, longitude_deg, height_m = ecef_to_geodetic(*flight.end_position_m)
    return float(height_m) / _FOOT_M, float(longitude_deg)


_COLUMNS: Final = ("time", "latitude_deg", "longitude_deg", "eulerAngle_deg_Yaw", "eulerAngle_deg_Pitch")


def _forward(row: dict[str, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The nose's direction in ECEF, from yaw and pitch over the place below."""
    yaw, pitch = radians(row["eulerAngle_deg_Yaw"]), radians(row["eulerAngle_deg_Pitch"])
    basis = np.array(enu_basis(radians(row["latitude_deg"]), radians(row["longitude_deg"]))).reshape(3, 3)
    forward: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (
        np.array([cos(pitch) * sin(yaw), cos(pitch) * cos(yaw), sin(pitch)]) @ basis
    )
    return forward
