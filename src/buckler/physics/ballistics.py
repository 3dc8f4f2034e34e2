"""Ballistic flight: a state in, a trajectory out.

`fly` integrates a stated body, thrusting in phases if it does (`buckler.physics.trajectory` holds the equation).
Flights that are to end at a given point are in `buckler.physics.missile`, the bare arcs without air, oblateness and
rotation in `buckler.physics.arcs`, `kepler` and `lambert`, the closed forms of entry in `buckler.physics.reentry`; the main ones
are offered here too, and `kepler` is `buckler.physics.kepler.propagate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, inf, sin
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError
from buckler.physics.arcs import minimum_energy as minimum_energy
from buckler.physics.arguments import Floats, finite, latitude, longitude
from buckler.physics.drag import drag_table, g7
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, enu_basis
from buckler.physics.kepler import kepler_equation as kepler_equation
from buckler.physics.kepler import propagate
from buckler.physics.lambert import lambert as lambert
from buckler.physics.missile import ballistic_trajectory as ballistic_trajectory
from buckler.physics.missile import check_lofted as check_lofted
from buckler.physics.missile import lofted_flight as lofted_flight
from buckler.physics.missile import lofted_flight_time_s as lofted_flight_time_s
from buckler.physics.reentry import reentry as reentry
from buckler.physics.trajectory import ALONG_VELOCITY, ATTITUDE, WGS84, Planet, Steering, fly_phases

kepler: Final = propagate
"""Position (m) and velocity (m/s) after times of unperturbed two-body motion."""
TOLERANCE_M: Final = 1e-3
"""Error allowed a step in `fly`."""
_NO_WIND: Final = np.zeros((0, 3))
_NO_HISTORY: Final = np.zeros((0, 4))
_FREE: Final = Steering(ALONG_VELOCITY, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.0, 0.0, 0.0, _NO_HISTORY)


class Burn(NamedTuple):
    """One phase of flight."""

    duration_s: float
    mass_kg: float  # when it begins
    thrust_n: float = 0.0  # in vacuum; 0: a coast
    flow_kgps: float = 0.0
    drag_area_m2: float = 0.0  # C_D A at the drag table's reference Mach number
    exit_area_m2: float = 0.0


class Trajectory(NamedTuple):
    """A flown trajectory: rows of one time step each."""

    time_s: Floats  # [n]
    position_m: Floats  # [n, 3] ECEF
    velocity_mps: Floats  # [n, 3] relative to the turning earth, ECEF
    end_s: float  # the end, which need not fall on a row
    end_position_m: Floats  # [3]
    end_velocity_mps: Floats  # [3]
    ground: bool  # it came down to the stop height
    apogee_m: float  # greatest height
    apogee_s: float


# --- one body ---------------------------------------------------------------------------------------------------------


def round_earth(radius_m: float = MEAN_RADIUS_M, mu: float = WGS84.mu, rotation_radps: float = 0.0) -> Planet:
    """A sphere with a point mass's gravitation, at rest unless said otherwise."""
    return Planet(radius_m, mu, rotation_radps)


def fly(
    lat_deg: float,
    lon_deg: float,
    height_m: float,
    velocity_enu_mps: Sequence[float],
    *,
    phases: Sequence[Burn] = (),
    mass_kg: float = 1.0,
    drag_area_m2: float = 0.0,
    drag: Floats | None = None,
    wind: npt.ArrayLike | None = None,
    attitude: npt.ArrayLike | None = None,
    planet: Planet = WGS84,
    duration_s: float = 36_000.0,
    stop_height_m: float = 0.0,
    dt_s: float = 1.0,
    tolerance_m: float = TOLERANCE_M,
) -> Trajectory:
    """Fly a point mass from a place and an earth-relative velocity (east, north, up, m/s) until `duration_s` or down
    to `stop_height_m`.

    Without `phases`: one body of `mass_kg` and C_D A = `drag_area_m2` (0: no drag). With them: one after another,
    thrust along the air-relative velocity or, with `attitude` ([n, 4]: time in s, unit vector in ECEF), along that.
    `drag`: of `drag.drag_table`, G7's shape when left out. `wind`: rows of height (m), eastward and northward speed
    (m/s), linear between.
    """
    lat, lon = float(np.radians(latitude("lat_deg", lat_deg))), float(np.radians(longitude("lon_deg", lon_deg)))
    height = float(finite("height_m", height_m))
    velocity = finite("velocity_enu_mps", velocity_enu_mps)
    if velocity.shape != (3,):
        raise InputError("velocity_enu_mps has three numbers: east, north, up, in m/s")
    if not (0.0 < dt_s < inf and 0.0 < duration_s < inf):
        raise InputError(f"duration_s = {duration_s} and dt_s = {dt_s} must be greater than 0 and finite")
    if not phases:
        phases = (Burn(inf, mass_kg, drag_area_m2=drag_area_m2),)
    rows = np.array(
        [[p.duration_s, p.mass_kg, p.flow_kgps, p.thrust_n, p.exit_area_m2, p.drag_area_m2] for p in phases]
    )
    for number, phase in enumerate(phases):
        if not phase.mass_kg > 0.0 or min(phase[2:]) < 0.0:
            raise InputError(f"phase {number + 1}: mass must be greater than 0; flow, thrust and areas 0 or more")
        if phase.flow_kgps > 0.0 and phase.flow_kgps * phase.duration_s >= phase.mass_kg:
            raise InputError(
                f"phase {number + 1} burns {phase.flow_kgps * phase.duration_s:g} kg of a body of {phase.mass_kg:g} kg"
            )
    if planet.radius_m > 0.0:
        r = planet.radius_m + height
        start = [r * cos(lat) * cos(lon), r * cos(lat) * sin(lon), r * sin(lat)]
    else:
        start = list(ecef_from_geodetic(lat, lon, height))
    basis = np.array(enu_basis(lat, lon)).reshape(3, 3)
    steering = _FREE._replace(up=(float(basis[2, 0]), float(basis[2, 1]), float(basis[2, 2])))
    if attitude is not None:
        history = np.ascontiguousarray(finite("attitude", attitude))
        if history.ndim != 2 or history.shape[1] != 4 or history.shape[0] < 2 or np.any(np.diff(history[:, 0]) <= 0.0):
            raise InputError("attitude has at least two rows of time (s, rising) and a unit vector in ECEF")
        steering = steering._replace(mode=ATTITUDE, history=history)
    state = np.array([*start, *(velocity @ basis)])
    table = _NO_WIND if wind is None else np.ascontiguousarray(finite("wind", wind))
    if table.ndim != 2 or table.shape[1] != 3 or np.any(np.diff(table[:, 0]) <= 0.0):
        raise InputError("wind has rows of height (m, rising), eastward and northward speed (m/s)")
    shape = g7() if drag is None else drag
    return _fly(state, rows, planet, shape, table, steering, duration_s, stop_height_m, dt_s, tolerance_m)


def _fly(
    state: Floats, phases: Floats, planet: Planet, drag: Floats, wind: Floats, steering: Steering,
    duration_s: float, stop_height_m: float, dt_s: float, tolerance_m: float,
) -> Trajectory:  # fmt: skip
    rows = 4096
    while True:
        out = np.empty((min(rows, int(duration_s / dt_s) + 2), 6))
        end = state.copy()
        ending = fly_phases(
            end, phases, planet, drag, wind, steering, float(duration_s), float(stop_height_m), float(dt_s),
            tolerance_m, out,
        )  # fmt: skip
        if ending.rows < out.shape[0] or ending.rows >= int(duration_s / dt_s) + 1:
            break
        rows *= 4
    if not ending.good:
        raise InputError(
            f"the flight could not be integrated beyond {ending.time_s:g} s: look at mass, drag area and thrust"
        )
    n = ending.rows
    time: Floats = float(dt_s) * np.arange(n, dtype=np.float64)
    return Trajectory(
        time, out[:n, :3].copy(), out[:n, 3:].copy(), ending.time_s, end[:3], end[3:], ending.ground,
        ending.apogee_m, ending.apogee_s,
    )  # fmt: skip


def constant_drag() -> Floats:
    """A drag table for a coefficient that does not depend on Mach number."""
    return drag_table((0.0, 1.0), (1.0, 1.0), 0.0)
