"""An interceptor's unpublished constants from its published reach.

Published: the greatest range, the greatest height, often the top speed. Never published: the ballistic coefficient.
One unknown, the ballistic coefficient or the top speed, is solved so that against a target at a stated height every
range to the published one can be reached in the flight of `buckler.physics.interceptor`, and at the worst of them the
interceptor has just the least speed that counts as able to intercept. The worst range is the greatest one, or a
nearer one that it reaches on a flatter path through thicker air. Where that does not carry it to the published
height, the same unknown is raised until it does. In these two cases energy would carry it further than published,
and the published range stays as a limit.

The published height of a missile that steers by fins is taken as where the air leaves it a stated lateral
acceleration, 5 g unless said otherwise (an assumption: three times what a 1.7 g weave needs), at the best speed that
it can have there. That fixes m/(C_N,max A).
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, hypot, inf, log, pi
from typing import Any, Final, NamedTuple

import numpy as np

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.drag import g7, sampled_air, standard_air
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.interceptor import coast_start, coast_step, interceptor, lightest_kgpm2, loft_factor
from buckler.units import STANDARD_GRAVITY_MPS2

TURN_AT_CEILING_MPS2: Final = 5.0 * STANDARD_GRAVITY_MPS2
"""Assumption: the lateral acceleration left at the published greatest height."""
REFERENCE_HEIGHT_M: Final = 5_000.0
"""Assumption: the height of the target for which a greatest range is published (half the greatest height, if that is
less).
"""
_LONGEST_STEP_S: Final = 1.0
_LINES: Final = 32
_STEEPEST_RAD: Final = pi / 3.0
_MAX_STEPS: Final = 4000
_TOLERANCE: Final = 1e-4


class Fit(NamedTuple):
    """A fitted interceptor, what was fitted and how well."""

    interceptor: np.void  # a physics.interceptor.INTERCEPTOR record with the limits as published
    fitted: tuple[str, ...]  # the fields that were solved for, not given
    worst_range_m: float  # the ground range reached with the least speed
    furthest_m: float  # ground range to which energy carries it at the reference height
    ceiling_m: float  # height at which energy ends its climb, straight up
    speed_residual: float  # speed at the worst range over the least speed, less 1: 0 where reach fixed the unknown
    set_by: str  # what fixed the unknown: "range", "nearer range", "height"; "given": nothing was unknown


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _step(row: Any) -> float:
    """Integration step, s: rho V step/beta = 0.4 at sea level, at most 1 s."""
    return float(min(_LONGEST_STEP_S, 0.4 * row.ballistic_coefficient_kgpm2 / (1.225 * row.burnout_speed_mps)))


@kernel
def _comes_down(elevation: float, row: Any, height_m: float, air: Floats, drag: Floats) -> tuple[float, float]:
    """Ground range (m) and speed (m/s) where one line comes down through a height; (0, 0) where it does not."""
    loft = loft_factor(elevation)
    r, theta, v_r, v_t = coast_start(elevation, row.powered_path_m, row.burnout_speed_mps, row.launch_height_m)
    level = MEAN_RADIUS_M + height_m
    step = _step(row)
    for _ in range(_MAX_STEPS):
        if r < level and v_r < 0.0:
            break
        r_1, theta_1, v_r1, v_t1 = coast_step(r, theta, v_r, v_t, step, loft, row, air, drag)
        if r_1 < level <= r:
            share = (r - level) / (r - r_1)
            speed = hypot(v_r + share * (v_r1 - v_r), v_t + share * (v_t1 - v_t))
            return MEAN_RADIUS_M * (theta + share * (theta_1 - theta)), speed
        r, theta, v_r, v_t = r_1, theta_1, v_r1, v_t1
    return 0.0, 0.0


@kernel
def reach(row: Any, height_m: float, air: Floats, drag: Floats) -> tuple[float, float, float]:
    """Against a target at a height: the least speed (m/s) on arrival at any range to `max_range_m`, the range (m) of
    that, and the greatest range (m) reached with `min_speed_mps`. The least speed is (furthest/max_range - 1) V,
    below 0, where no line gets as far as `max_range_m`."""
    slowest = row.burnout_speed_mps
    worst = min(row.powered_path_m, row.max_range_m)
    furthest = worst
    range_0 = worst
    speed_0 = row.burnout_speed_mps
    covered = row.powered_path_m >= row.max_range_m
    for index in range(_LINES):
        range_1, speed_1 = _comes_down(_STEEPEST_RAD * (index + 1.0) / _LINES, row, height_m, air, drag)
        if range_1 <= range_0:
            continue
        if speed_1 >= row.min_speed_mps:
            furthest = max(furthest, range_1)
        elif speed_0 >= row.min_speed_mps:
            share = (speed_0 - row.min_speed_mps) / (speed_0 - speed_1)
            furthest = max(furthest, range_0 + share * (range_1 - range_0))
        if not covered:
            at = range_1
            speed = speed_1
            if range_1 >= row.max_range_m:
                covered = True
                at = row.max_range_m
                speed = speed_0 + (at - range_0) / (range_1 - range_0) * (speed_1 - speed_0)
            if speed < slowest:
                slowest = speed
                worst = at
        range_0 = range_1
        speed_0 = speed_1
    if not covered:
        return (range_0 / row.max_range_m - 1.0) * row.burnout_speed_mps, range_0, furthest
    return slowest, worst, furthest


@kernel
def climb(row: Any, height_m: float, air: Floats, drag: Floats) -> tuple[float, float]:
    """Straight up: the greatest height (m) with speed enough, and the speed (m/s) at `height_m` (0 if it does not
    get there).
    """
    r, theta, v_r, v_t = coast_start(0.5 * pi, row.powered_path_m, row.burnout_speed_mps, row.launch_height_m)
    step = _step(row)
    at = row.burnout_speed_mps if height_m <= r - MEAN_RADIUS_M else 0.0
    for _ in range(_MAX_STEPS):
        r_1, theta_1, v_r1, v_t1 = coast_step(r, theta, v_r, v_t, step, 1.0, row, air, drag)
        if r - MEAN_RADIUS_M < height_m <= r_1 - MEAN_RADIUS_M:
            at = v_r + (height_m + MEAN_RADIUS_M - r) / (r_1 - r) * (v_r1 - v_r)
        if v_r1 < row.min_speed_mps or v_r1 <= 0.0:
            share = (v_r - row.min_speed_mps) / (v_r - v_r1)
            return r + min(1.0, max(0.0, share)) * (r_1 - r) - MEAN_RADIUS_M, at if at >= row.min_speed_mps else 0.0
        r, theta, v_r, v_t = r_1, theta_1, v_r1, v_t1
    return r - MEAN_RADIUS_M, at


# --- the fit ----------------------------------------------------------------------------------------------------------


def _least(spare: Callable[[float], float], low: float, high: float) -> float:
    """The least x in [low, high] with spare(x) >= 0, for a rising function: Illinois false position in log x (Dowell
    and Jarratt 1971, doi:10.1007/BF01934364), keeping the end that is spare."""
    a, b = log(low), log(high)
    f_a, f_b = spare(low), spare(high)
    for turn in range(60):
        x = b - f_b * (b - a) / (f_b - f_a)
        if turn % 3 == 2 or not a < x < b:
            x = 0.5 * (a + b)
        f = spare(exp(x))
        if f < 0.0:
            a, f_a, f_b = x, f, 0.5 * f_b
        else:
            b, f_b, f_a = x, f, 0.5 * f_a
            if f < _TOLERANCE:
                break
        if b - a < 1e-5:
            break
    return exp(b)


def fit(
    *,
    max_range_m: float,
    max_height_m: float,
    burnout_speed_mps: float | None = None,
    ballistic_coefficient_kgpm2: float | None = None,
    min_speed_mps: float,
    burn_time_s: float,
    sustain_time_s: float = 0.0,
    reference_height_m: float | None = None,
    turn_at_ceiling_mps2: float | None = TURN_AT_CEILING_MPS2,
    drag: Floats | None = None,
    **limits: float,
) -> Fit:
    """Solve the top speed or the ballistic coefficient, whichever is left out, from the published greatest range and
    height.

    `reference_height_m`: of the target for which the range is published (left out: `REFERENCE_HEIGHT_M`, at most
    half the greatest height). `turn_at_ceiling_mps2`: None for an interceptor that does not steer by the air.
    `limits`: as `interceptor(...)` takes them. Raises InputError, naming what contradicts what, where no value gives
    the published reach.
    """
    if burnout_speed_mps is None and ballistic_coefficient_kgpm2 is None:
        raise InputError("a fit has one unknown: state the top speed or, as an assumption, the ballistic coefficient")
    air, shape = standard_air(), g7() if drag is None else drag
    level = min(REFERENCE_HEIGHT_M, 0.5 * max_height_m) if reference_height_m is None else reference_height_m

    def row(unknown: float) -> np.void:
        return interceptor(
            burnout_speed_mps=unknown if burnout_speed_mps is None else burnout_speed_mps,
            ballistic_coefficient_kgpm2=unknown if ballistic_coefficient_kgpm2 is None else ballistic_coefficient_kgpm2,
            max_range_m=max_range_m, max_height_m=max_height_m, burn_time_s=burn_time_s, sustain_time_s=sustain_time_s,
            min_speed_mps=min_speed_mps, **limits,
        )  # fmt: skip

    def spare(unknown: float) -> float:
        return reach(row(unknown), level, air, shape)[0] / min_speed_mps - 1.0

    def height_error(unknown: float) -> float:
        return climb(row(unknown), max_height_m, air, shape)[0] / max_height_m - 1.0

    fitted: tuple[str, ...] = ()
    set_by = "given"
    value = 1.0
    if burnout_speed_mps is None:
        fitted, least, unit = ("burnout_speed_mps",), 1.01 * max(1.0, min_speed_mps), "m/s"
        most = min(8_000.0, 0.999 * float(ballistic_coefficient_kgpm2 or inf) / lightest_kgpm2(1.0))
        given = f"a ballistic coefficient of {ballistic_coefficient_kgpm2:g} kg/m2"
    elif ballistic_coefficient_kgpm2 is None:
        least = 1.001 * lightest_kgpm2(burnout_speed_mps)
        fitted, most, unit = ("ballistic_coefficient_kgpm2",), 1e6, "kg/m2"
        given = f"a top speed of {burnout_speed_mps:g} m/s"
    if fitted:
        if spare(most) < 0.0:
            _, worst, furthest = reach(row(most), level, air, shape)
            raise InputError(
                f"a range of {max_range_m / 1e3:g} km does not fit {given}: with {burn_time_s:g} s of burn and "
                f"{sustain_time_s:g} s of sustain it ends at {min(worst, furthest) / 1e3:.1f} km even with "
                f"{most:g} {unit}. "
                f"State a higher top speed, a longer sustain, a lower speed than {min_speed_mps:g} m/s as still "
                "able to "
                "intercept, or a shorter range"
            )
        if spare(least) > 0.0:
            raise InputError(
                f"a range of {max_range_m / 1e3:g} km does not fit {given}: even with {least:g} {unit} it gets there "
                f"with more than {min_speed_mps:g} m/s, most of the way under power. State a shorter burn or "
                "sustain, or a "
                "higher speed as still able to intercept"
            )
        if height_error(most) < 0.0:
            peak = max_height_m * (1.0 + height_error(most))
            raise InputError(
                f"a height of {max_height_m / 1e3:g} km does not fit {given}: straight up it gets to "
                f"{peak / 1e3:.1f} km even with {most:g} {unit}. State a higher top speed or a lower height"
            )
        value = _least(spare, least, most)
        _, worst, furthest = reach(row(value), level, air, shape)
        at_the_end = worst >= 0.999 * max_range_m or furthest <= 1.001 * max_range_m
        set_by = "range" if at_the_end else "nearer range"
        if height_error(value) < 0.0:
            value = _least(height_error, value, most)
            set_by = "height"
    done = row(value)
    ceiling, at_ceiling = climb(done, max_height_m, air, shape)
    if turn_at_ceiling_mps2 is not None:
        if at_ceiling <= 0.0:
            raise InputError(
                f"a height of {max_height_m / 1e3:g} km is out of reach: straight up it gets to {ceiling / 1e3:.1f} km"
            )
        density, _ = sampled_air(max_height_m, air)
        if density <= 0.0 or not 0.0 < turn_at_ceiling_mps2 < inf:
            raise InputError(
                f"at {max_height_m / 1e3:g} km there is no air to turn in: give turn_at_ceiling_mps2=None for an "
                "interceptor that steers by thrust"
            )
        done["turn_loading_kgpm2"] = 0.5 * density * at_ceiling**2 / turn_at_ceiling_mps2
        fitted = (*fitted, "turn_loading_kgpm2")
    slowest, worst, furthest = reach(done, level, air, shape)
    return Fit(done, fitted, worst, furthest, ceiling, slowest / min_speed_mps - 1.0, set_by)
