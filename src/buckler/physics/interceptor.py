"""An interceptor in flight: an energy-limited point mass.

1. *Powered.* It is held on the straight line of its launch elevation. Speed rises evenly from 0 to the published top
   speed V during the burn t_b, then stays V during the sustain time: s(t) = V t^2/(2 t_b), then s = V (t - t_b/2).
   Drag and gravity losses under power are inside the published V.
2. *Coasting.* It flies over a round earth that does not turn, under inverse-square gravity, with drag
   a = rho v^2 c(Mach)/(2 beta) in the U.S. Standard Atmosphere 1976 (`buckler.physics.drag`) and a down-turn n:
       dr/dt = v_r,  d(theta)/dt = v_t/r,
       dv_r/dt = v_t^2/r - mu/r^2 - a v_r/v - n v_t/v,  dv_t/dt = -v_r v_t/r - a v_t/v + n v_r/v
   (planar motion in polar coordinates; e.g. Goldstein, "Classical Mechanics", 3rd edition, section 3.2). Fourth-order
   Runge-Kutta (Kutta 1901), fixed step 0.1 s.
3. *Loft.* n = (k - 1) g cos(gamma) makes the path fall as if gravity's pull across it were k times its own; it does
   no work. With k(E) = sin(2E)/sin(2 E*) (E*/E)^2 below E* = 45 degrees, and 1 (no lift at all) above, the vacuum
   range grows with E^2 up to that of a free throw at E*: far targets are reached over the thin air, near ones on a
   flatter path, and every point lies on one path only. Below 10 degrees k stays at its value there, 6.9. n never
   exceeds the lateral acceleration that the air gives. The law is an assumption: a guess at how a missile is flown
   to arrive with speed, not any missile's own program.

What it leaves out: gliding lift (which reaches further), drag due to lift (a hard turn costs speed;
`buckler.physics.intercept` says what turn is left), mass and thrust as such, wind, the earth's turning (about 1 km
aside in 100 s, which guidance takes out), and the pitch-over of a vertical launcher. Unknown constants are fitted to
published reach by `buckler.physics.reach.fit`.
"""

from __future__ import annotations

from math import atan2, cos, hypot, inf, pi, sin, sqrt
from typing import Any, Final

import numpy as np

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.drag import drag_factor, sampled_air
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, MEAN_RADIUS_M

_FIELDS: Final = [
    ("burn_time_s", np.float64),  # from rest to burnout speed, at an even acceleration
    ("sustain_time_s", np.float64),  # thrust that then holds the burnout speed
    ("burnout_speed_mps", np.float64),  # published top speed
    ("ballistic_coefficient_kgpm2", np.float64),  # m/(C_D A) after burnout, at Mach 3
    ("min_speed_mps", np.float64),  # below it the interceptor no longer counts as able to intercept
    ("min_range_m", np.float64),  # straight line from the launcher
    ("max_range_m", np.float64),  # along the ground
    ("min_height_m", np.float64),  # above sea level
    ("max_height_m", np.float64),  # above sea level
    ("max_target_speed_mps", np.float64),
    ("launch_height_m", np.float64),  # above sea level
    ("turn_loading_kgpm2", np.float64),  # m/(C_N,max A): lateral acceleration = dynamic pressure/this; 0: free
    ("turn_limit_mps2", np.float64),  # largest lateral acceleration whatever the air
    # The rest is filled by `flyout_table`.
    ("powered_path_m", np.float64),  # length of the straight powered path
    ("gradient_spm", np.float64),  # no smooth part of the table rises faster than this, seconds a metre
    ("edge_gradient_spm", np.float64),  # the same with the cells that an edge of reach runs through
]
INTERCEPTOR: Final = np.dtype((np.record, _FIELDS))
"""One interceptor, SI. Every field is a number; a limit that does not apply is 0 or inf.

`np.record` makes a field an attribute in interpreted kernels too.
"""

STEP_S: Final = 0.1
"""Fixed integration step."""
FREE_THROW_RAD: Final = pi / 4.0
"""E* of the loft law."""
_FLATTEST_RAD: Final = pi / 18.0


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def powered_time(path_m: float, burn_time_s: float, burnout_speed_mps: float) -> float:
    """Seconds to fly `path_m` metres under power from rest: sqrt(2 s t_b/V) in the burn, t_b/2 + s/V afterwards."""
    if path_m < 0.5 * burnout_speed_mps * burn_time_s:
        return sqrt(2.0 * path_m * burn_time_s / burnout_speed_mps)
    return 0.5 * burn_time_s + path_m / burnout_speed_mps


@kernel
def powered_speed(path_m: float, burn_time_s: float, burnout_speed_mps: float) -> float:
    """Speed, m/s, after `path_m` metres under power: sqrt(2 s V/t_b) in the burn, V afterwards."""
    if path_m < 0.5 * burnout_speed_mps * burn_time_s:
        return sqrt(2.0 * path_m * burnout_speed_mps / burn_time_s)
    return burnout_speed_mps


@kernel
def straight_line_m(range_m: float, height_m: float, launch_height_m: float) -> float:
    """Straight line over the round earth from the launcher to a point at a ground range and height, metres.

    s^2 = (h - h0)^2 + 4 (R + h0)(R + h) sin^2(range/2R): the law of cosines without its cancellation.
    """
    half = sin(range_m * (0.5 / MEAN_RADIUS_M))
    rise = height_m - launch_height_m
    return sqrt(rise * rise + 4.0 * (MEAN_RADIUS_M + launch_height_m) * (MEAN_RADIUS_M + height_m) * half * half)


@kernel
def lateral_acceleration(density: float, speed_mps: float, turn_loading_kgpm2: float, turn_limit_mps2: float) -> float:
    """The greatest lateral acceleration, m/s^2: min(rho v^2/(2 lambda), limit), lambda = m/(C_N,max A); the limit
    alone where lambda = 0.
    """
    if turn_loading_kgpm2 <= 0.0:
        return float(turn_limit_mps2)
    return min(turn_limit_mps2, 0.5 * density * speed_mps * speed_mps / turn_loading_kgpm2)


@kernel
def loft_factor(elevation_rad: float) -> float:
    """k(E) of the loft law: 1 from 45 degrees up; its value at 10 degrees, 6.9, below that."""
    if elevation_rad >= FREE_THROW_RAD:
        return 1.0
    e = max(elevation_rad, _FLATTEST_RAD)
    share = FREE_THROW_RAD / e
    return sin(2.0 * e) / sin(2.0 * FREE_THROW_RAD) * share * share


@kernel
def coast_acceleration(
    r: float, v_r: float, v_t: float, loft: float, row: Any, air: Floats, drag: Floats
) -> tuple[float, float]:
    """Radial and transverse acceleration (m/s^2) of the coasting interceptor: the module's equations, `loft` = k."""
    density, sound = sampled_air(r - MEAN_RADIUS_M, air)
    speed2 = v_r * v_r + v_t * v_t
    speed = sqrt(speed2)
    slow = 0.5 * density * speed * drag_factor(speed / sound, drag) / row.ballistic_coefficient_kgpm2
    curve = 1.0 / r
    gravity = GRAVITATIONAL_PARAMETER_M3PS2 * curve * curve
    turn = 0.0
    if loft > 1.0:
        turn = (loft - 1.0) * gravity * v_t / speed2
        most = lateral_acceleration(density, speed, row.turn_loading_kgpm2, row.turn_limit_mps2)
        if turn * speed > most:
            turn = most / speed
    across = v_t * curve
    return across * v_t - gravity - slow * v_r - turn * v_t, turn * v_r - across * v_r - slow * v_t


@kernel
def coast_step(
    r: float, theta: float, v_r: float, v_t: float, step: float, loft: float, row: Any, air: Floats, drag: Floats
) -> tuple[float, float, float, float]:
    """One fourth-order Runge-Kutta step of the coast: radius (m), angle from the launcher (rad), radial and
    transverse speed (m/s).
    """
    half = 0.5 * step
    a1, b1 = coast_acceleration(r, v_r, v_t, loft, row, air, drag)
    w1 = v_t / r
    r2 = r + half * v_r
    v2 = v_r + half * a1
    u2 = v_t + half * b1
    a2, b2 = coast_acceleration(r2, v2, u2, loft, row, air, drag)
    w2 = u2 / r2
    r3 = r + half * v2
    v3 = v_r + half * a2
    u3 = v_t + half * b2
    a3, b3 = coast_acceleration(r3, v3, u3, loft, row, air, drag)
    w3 = u3 / r3
    r4 = r + step * v3
    v4 = v_r + step * a3
    u4 = v_t + step * b3
    a4, b4 = coast_acceleration(r4, v4, u4, loft, row, air, drag)
    w4 = u4 / r4
    sixth = step / 6.0
    return (
        r + sixth * (v_r + 2.0 * (v2 + v3) + v4),
        theta + sixth * (w1 + 2.0 * (w2 + w3) + w4),
        v_r + sixth * (a1 + 2.0 * (a2 + a3) + a4),
        v_t + sixth * (b1 + 2.0 * (b2 + b3) + b4),
    )


@kernel
def coast_start(
    elevation_rad: float, path_m: float, speed_mps: float, launch_height_m: float
) -> tuple[float, float, float, float]:
    """State at the end of the straight powered path: radius (m), angle (rad), radial and transverse speed (m/s)."""
    level = path_m * cos(elevation_rad)
    rise = MEAN_RADIUS_M + launch_height_m + path_m * sin(elevation_rad)
    theta = atan2(level, rise)
    return hypot(level, rise), theta, speed_mps * sin(elevation_rad + theta), speed_mps * cos(elevation_rad + theta)


# --- the door ---------------------------------------------------------------------------------------------------------


def lightest_kgpm2(burnout_speed_mps: float) -> float:
    """The least ballistic coefficient whose drag the fixed step follows: rho V step/beta = 1 at sea level, far
    inside stability.
    """
    return 1.225 * burnout_speed_mps * STEP_S


def interceptor(
    *,
    burnout_speed_mps: float,
    ballistic_coefficient_kgpm2: float,
    max_range_m: float,
    max_height_m: float,
    burn_time_s: float = 5.0,
    sustain_time_s: float = 0.0,
    min_speed_mps: float = 0.0,
    min_range_m: float = 0.0,
    min_height_m: float = 0.0,
    max_target_speed_mps: float = inf,
    launch_height_m: float = 0.0,
    turn_loading_kgpm2: float = 0.0,
    turn_limit_mps2: float = inf,
) -> np.void:
    """A checked `INTERCEPTOR` record. Times, speeds and sizes in the units of their names; see the fields of
    `INTERCEPTOR`.
    """
    given = dict(locals())
    row: np.void = np.zeros(1, INTERCEPTOR)[0]
    for name, value in given.items():
        if not value >= 0.0 and name not in ("launch_height_m", "min_height_m"):
            raise InputError(f"interceptor: {name} = {value} must be 0 or more")
        row[name] = value
    for name in ("burnout_speed_mps", "ballistic_coefficient_kgpm2", "max_range_m", "max_height_m"):
        if not 0.0 < given[name] < inf:
            raise InputError(f"interceptor: {name} = {given[name]} must be a number greater than 0")
    for name in ("burn_time_s", "sustain_time_s", "min_speed_mps", "min_range_m", "min_height_m", "launch_height_m"):
        if not -inf < given[name] < inf:
            raise InputError(f"interceptor: {name} = {given[name]} must be finite")
    for low, high, what in (
        (min_speed_mps, burnout_speed_mps, "the least speed, {:g} m/s, is not below the top speed, {:g} m/s"),
        (min_range_m, max_range_m, "the least range, {:g} m, is not below the greatest, {:g} m"),
        (min_height_m, max_height_m, "the least height, {:g} m, is not below the greatest, {:g} m"),
        (launch_height_m, max_height_m, "the launcher, at {:g} m, is not below the greatest height, {:g} m"),
    ):
        if low >= high:
            raise InputError(f"interceptor: {what.format(low, high)}")
    lightest = lightest_kgpm2(burnout_speed_mps)
    if ballistic_coefficient_kgpm2 < lightest:
        raise InputError(
            f"interceptor: a ballistic coefficient of {ballistic_coefficient_kgpm2:g} kg/m2 at {burnout_speed_mps:g} m/s stops it "
            f"within a few steps of {STEP_S:g} s: state {lightest:.0f} kg/m2 or more"
        )
    row["powered_path_m"] = burnout_speed_mps * (0.5 * burn_time_s + sustain_time_s)
    return row
