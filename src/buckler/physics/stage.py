"""The spent stage of a ballistic missile that separates: the same burnout, its own drag, its own way down.

At burnout it is pushed off backwards along the path by a few metres a second and then falls freely (`buckler.physics.trajectory`): a body
of ballistic coefficient m/(C_D A) that tumbles. Above the air the two stay within kilometres of each other; on the way down the light
body stops short of the heavy one and comes down later and nearer.

For a body that tumbles about all axes alike, A is the mean projected area, a quarter of the surface (Cauchy's theorem, for any
convex body), and its mean radar cross-section in the optical limit is the same quarter of its surface: over all directions the
specular return pi/K (K the Gaussian curvature) averages to S/4, by the Gauss map. Both are what the cards' ranges are built on.

Left out: that it may break up in the air (then its pieces come down earlier), remaining propellant, lift, a sensor's limit of
resolution while the two are near each other.
"""

from __future__ import annotations

from math import pi
from typing import Final, NamedTuple

import numpy as np

from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.drag import g7
from buckler.physics.trajectory import ALONG_VELOCITY, WGS84, Steering, fly_phases
from buckler.physics.wind import still

SEPARATION_MPS: Final = 5.0
"""By how much the stage is pushed back at separation: an assumption, the order that springs or small motors give (1 to 10 m/s)."""
_LONGEST_S: Final = 20_000.0
_TOLERANCE_M: Final = 0.01
_FREE: Final = Steering(ALONG_VELOCITY, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.0, 0.0, 0.0, np.zeros((0, 4)))


class Fall(NamedTuple):
    """A spent stage from burnout down to a height: rows of one time step each."""

    time_s: Floats  # [n] since burnout; the last row lies at or just past the end
    position_m: Floats  # [n, 3] ECEF; the straight line between the last two rows passes through the end
    end_s: float


def tumbling_area_m2(length_m: float, diameter_m: float) -> float:
    """Mean projected area, m^2, of a closed cylinder that tumbles: a quarter of its surface (Cauchy). Its mean radar
    cross-section in the optical limit is the same."""
    return 0.25 * (pi * diameter_m * length_m + 0.5 * pi * diameter_m**2)


def spent_stage(
    burnout_state: Floats,
    *,
    ballistic_coefficient_kgpm2: float,
    stop_height_m: float = 0.0,
    drag: Floats | None = None,
    wind: Floats | None = None,
    dt_s: float = 1.0,
) -> Fall:
    """The fall of a stage from a missile's `burnout_state` (of `buckler.physics.missile.Missile`) to a height."""
    if not 0.0 < ballistic_coefficient_kgpm2 < np.inf:
        raise InputError(f"ballistic_coefficient_kgpm2 = {ballistic_coefficient_kgpm2} must be greater than 0")
    state = np.array(burnout_state, dtype=np.float64)
    speed = float(np.linalg.norm(state[3:]))
    state[3:] *= 1.0 - min(1.0, SEPARATION_MPS / speed)
    phases = np.array([[np.inf, 1.0, 0.0, 0.0, 0.0, 1.0 / ballistic_coefficient_kgpm2]])
    table = g7() if drag is None else drag
    blows = still() if wind is None else np.ascontiguousarray(wind)
    start = state.copy()
    ending = fly_phases(
        state, phases, WGS84, table, blows, _FREE, _LONGEST_S, stop_height_m, float(dt_s), _TOLERANCE_M, np.empty((0, 6))
    )
    if not (ending.ground and ending.good):
        raise InputError("the spent stage does not come down within six hours")
    out = np.empty((int(ending.time_s / dt_s) + 2, 6))
    state = start
    ending = fly_phases(state, phases, WGS84, table, blows, _FREE, _LONGEST_S, stop_height_m, float(dt_s), _TOLERANCE_M, out)
    n = ending.rows
    position = out[: n + 1, :3].copy()
    spare = ending.time_s - dt_s * (n - 1)
    if spare > 1e-6 * dt_s:
        position[n] = position[n - 1] + (state[:3] - position[n - 1]) * (dt_s / spare)
    else:
        position = position[:n]
    return Fall(dt_s * np.arange(len(position), dtype=np.float64), position, ending.time_s)
