"""A missile launched from an aircraft, and when an aircraft that dashes before it launches meets a target.

1. *Powered.* From the launch speed v0 to the published top speed V at an even acceleration a = (V - v0)/t_b:
   s = v0 t + a t^2/2. Drag and gravity losses under power are inside the published V. Not powered where v0 >= V.
2. *Coasting* along the straight line from the launch to the meeting, over a round earth that does not turn:
       dv/dt = -rho(h) v^2 c(Mach)/(2 beta) - mu/r^2 sin(gamma),   ds/dt = v,
   with the air and drag of `buckler.physics.drag`, r(s)^2 = r0^2 + s^2 + 2 r0 s sin(E) and sin(gamma) = (s + r0 sin(E))/r(s)
   (a straight line in polar coordinates: the law of cosines). Heun's rule, fixed step. Lift carries the weight across the path
   and costs nothing.
3. *The coefficient.* beta is fitted to the published range: launched level at the card's height and speed of reference, it arrives
   there with the least speed that still counts. What a lofted path gains is inside the fitted beta.
4. *The dash.* An aircraft at a ground range D from the meeting flies d = max(0, D - L(h)) at its dash speed v_d, then launches:
       T(D, h) = d/v_d + t_m(D - d, h),
   t_m the missile's flight of 1 and 2, L(h) a stated share of the missile's reach at the height h of the meeting. A missile is
   faster than the aircraft, so that launching as soon as within L is the earliest. Committed to a target that flies on, this is the
   collision course: the aircraft heads for the place of the meeting, not for the target.

What it leaves out: loft, drag due to lift, the aircraft's climb and turn (its reaction time holds them), wind, and that the aircraft
accelerates: it dashes at one speed, at the height of its station. The table's cell in which D = L(h) is linear across the bend:
T is too late there by at most a quarter of the cell times (1/v_d - 1/v_m), about a second.
"""

from __future__ import annotations

from math import cos, inf, sqrt
from typing import Any, Final, NamedTuple

import numpy as np

from buckler.compiled import borrowing_kernel, kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.drag import drag_factor, g7, sampled_air, standard_air
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, MEAN_RADIUS_M
from buckler.physics.flyout import HEIGHT_NODES, RANGE_NODES, Flyout, edges, height_nodes_m, range_nodes_m
from buckler.physics.interceptor import interceptor, lightest_kgpm2, straight_line_m

STEP_S: Final = 0.1
"""Fixed integration step."""
_LONGEST_S: Final = 600.0
_HALVINGS: Final = 40
_STEPS_INWARDS: Final = 64


class Dash(NamedTuple):
    """A fly-out table with the dash in it, and where the missile leaves: L at the table's height nodes, m."""

    flyout: Flyout
    launch_m: Floats


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _slowing(s: float, v: float, r0: float, sine: float, row: Any, air: Floats, drag: Floats) -> float:
    """dv/dt, m/s^2, `s` metres along the line."""
    r = sqrt(r0 * r0 + s * s + 2.0 * r0 * s * sine)
    density, sound = sampled_air(r - MEAN_RADIUS_M, air)
    slow = 0.5 * density * v * v * drag_factor(v / sound, drag) / row.ballistic_coefficient_kgpm2
    return float(-slow - GRAVITATIONAL_PARAMETER_M3PS2 / (r * r) * (s + r0 * sine) / r)


@kernel
def straight_flight(
    range_m: float, height_m: float, launch_mps: float, row: Any, air: Floats, drag: Floats
) -> tuple[float, float]:
    """Time (s) and speed (m/s) on arrival at a ground range and height above sea level, launched at `launch_mps` from
    the record's launch height; (inf, 0) where it arrives slower than its least speed. Equations 1 and 2.
    """
    length = straight_line_m(range_m, height_m, row.launch_height_m)
    top = row.burnout_speed_mps
    powered = 0.5 * (launch_mps + top) * row.burn_time_s if launch_mps < top else 0.0
    if length <= powered and launch_mps < top and row.burn_time_s > 0.0:
        rise = (top - launch_mps) / row.burn_time_s
        speed = sqrt(launch_mps * launch_mps + 2.0 * rise * length)
        return ((speed - launch_mps) / rise, speed) if speed >= row.min_speed_mps else (inf, 0.0)
    now = row.burn_time_s if launch_mps < top else 0.0
    s, v = powered, max(launch_mps, top)
    r0 = MEAN_RADIUS_M + row.launch_height_m
    r1 = MEAN_RADIUS_M + height_m
    # sin(E) = (r1 cos(theta) - r0)/length, without the cancellation of the law of cosines.
    sine = (r1 * cos(range_m / MEAN_RADIUS_M) - r0) / max(length, 1e-3)
    while now < _LONGEST_S:
        if v < row.min_speed_mps:
            return inf, 0.0
        first = _slowing(s, v, r0, sine, row, air, drag)
        ahead = v + STEP_S * first
        second = _slowing(s + STEP_S * v, ahead, r0, sine, row, air, drag)
        after = v + 0.5 * STEP_S * (first + second)
        way = 0.5 * STEP_S * (v + after)
        if s + way >= length:
            share = (length - s) / way
            speed = v + share * (after - v)
            return (now + share * STEP_S, speed) if speed >= row.min_speed_mps else (inf, 0.0)
        s += way
        v = after
        now += STEP_S
    return inf, 0.0


@kernel
def straight_reach(height_m: float, launch_mps: float, row: Any, air: Floats, drag: Floats) -> float:
    """The farthest ground range, m, at which it still arrives at a height fast enough, up to the record's greatest; 0: none."""
    if straight_flight(row.max_range_m, height_m, launch_mps, row, air, drag)[0] < inf:
        return float(row.max_range_m)
    # Quite near it has not yet its speed: the way goes inwards until it arrives fast enough.
    near, far = row.max_range_m, row.max_range_m
    while not straight_flight(near, height_m, launch_mps, row, air, drag)[0] < inf:
        far = near
        near -= row.max_range_m / _STEPS_INWARDS
        if near <= 0.0:
            return 0.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (near + far)
        if straight_flight(middle, height_m, launch_mps, row, air, drag)[0] < inf:
            near = middle
        else:
            far = middle
    return float(near)


@kernel
def fill_dash(
    row: Any, launch_mps: float, dash_mps: float, ranges: Floats, heights: Floats, launch: Floats, air: Floats, drag: Floats,
    time: Floats, speed: Floats,
) -> None:  # fmt: skip
    """Equation 4 at every node; `launch`: L at each height node."""
    for k in range(heights.size):
        for i in range(ranges.size):
            way = max(0.0, ranges[i] - launch[k])
            flight, left = inf, 0.0
            if launch[k] > 0.0:
                flight, left = straight_flight(ranges[i] - way, heights[k], launch_mps, row, air, drag)
            time[i, k] = way / dash_mps + flight
            speed[i, k] = left


@borrowing_kernel
def launch_range(launch: Floats, max_height_m: float, height_m: float) -> float:
    """L at a height, m, from its values at the height nodes."""
    place = (HEIGHT_NODES - 1.0) * sqrt(max(0.0, height_m) / max_height_m)
    k = min(int(place), HEIGHT_NODES - 2)
    low = max_height_m * (k / (HEIGHT_NODES - 1.0)) ** 2
    high = max_height_m * ((k + 1) / (HEIGHT_NODES - 1.0)) ** 2
    share = min(1.0, (max(0.0, height_m) - low) / (high - low))
    return float(launch[k] + share * (launch[k + 1] - launch[k]))


# --- the door ---------------------------------------------------------------------------------------------------------


def air_launched(
    *, max_range_m: float, max_height_m: float, burnout_speed_mps: float, burn_time_s: float, min_speed_mps: float,
    reference_height_m: float, reference_speed_mps: float, **limits: float,
) -> Any:  # fmt: skip
    """The INTERCEPTOR record of an air-launched missile, its ballistic coefficient fitted to the published range (3).

    `limits`: further fields of `interceptor`.
    """

    def row(beta: float) -> Any:
        return interceptor(
            burnout_speed_mps=burnout_speed_mps, ballistic_coefficient_kgpm2=beta, max_range_m=max_range_m,
            max_height_m=max_height_m, burn_time_s=burn_time_s, min_speed_mps=min_speed_mps,
            launch_height_m=reference_height_m, **limits,
        )  # fmt: skip

    air, drag = standard_air(), g7()

    def arrives(beta: float) -> bool:
        return straight_flight(max_range_m, reference_height_m, reference_speed_mps, row(beta), air, drag)[0] < inf

    light, heavy = lightest_kgpm2(burnout_speed_mps), 1e6
    if not arrives(heavy):
        raise InputError(
            f"no missile of {burnout_speed_mps:g} m/s reaches {max_range_m / 1e3:g} km with {min_speed_mps:g} m/s left: state a higher "
            "burnout_speed or a shorter max_range"
        )
    for _ in range(_HALVINGS):
        middle = sqrt(light * heavy)
        light, heavy = (light, middle) if arrives(middle) else (middle, heavy)
    return row(heavy)


def dash_table(
    row: Any, *, height_m: float, dash_mps: float, commit_range_m: float, launch_share: float, bounds_m: tuple[float, float, float]
) -> Dash:
    """The fly-out table of an aircraft at a height that dashes and launches `row` (from `air_launched`), out to `commit_range_m`.

    `bounds_m`: least height, greatest height and least range of a meeting that its rules allow.
    """
    missile = row.copy()
    missile["launch_height_m"] = height_m
    done = missile.copy()
    low, high, near = bounds_m
    done["max_range_m"], done["burn_time_s"], done["powered_path_m"] = commit_range_m, 0.0, 0.0
    done["min_height_m"], done["max_height_m"] = max(low, float(row["min_height_m"])), min(high, float(row["max_height_m"]))
    done["min_range_m"] = max(near, float(row["min_range_m"]))
    air, drag = standard_air(), g7()
    heights, ranges = height_nodes_m(done), range_nodes_m(done)
    launch = launch_share * np.array([straight_reach(float(h), dash_mps, missile, air, drag) for h in heights])
    time, speed = np.empty((RANGE_NODES, HEIGHT_NODES)), np.empty((RANGE_NODES, HEIGHT_NODES))
    fill_dash(missile, dash_mps, dash_mps, ranges, heights, launch, air, drag, time, speed)
    clearance = np.empty((RANGE_NODES - 1, HEIGHT_NODES - 1))
    done["gradient_spm"], done["edge_gradient_spm"] = edges(done, time, speed, clearance)
    return Dash(Flyout(done, time, speed, clearance), launch)
