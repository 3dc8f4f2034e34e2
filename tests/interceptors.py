"""Notional interceptors' tables, and their flights by another integrator, for the tests of fly-out and of meetings."""

from __future__ import annotations

from functools import cache
from math import cos, exp, hypot, log, pi, radians, sin

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from buckler.physics import drag
from buckler.physics.atmosphere import density_and_sound
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, MEAN_RADIUS_M
from buckler.physics.flyout import Flyout, flyout_table, interceptor

G7 = drag.g7()


@cache
def long_range() -> Flyout:
    """A notional long-range interceptor."""
    return flyout_table(
        interceptor(
            burnout_speed_mps=2000.0, ballistic_coefficient_kgpm2=9000.0, max_range_m=250e3, max_height_m=27e3,
            burn_time_s=12.0, min_speed_mps=500.0, min_range_m=3000.0, launch_height_m=900.0,
        )
    )  # fmt: skip


@cache
def short_range() -> Flyout:
    """A notional short-range interceptor with a sustainer."""
    return flyout_table(
        interceptor(
            burnout_speed_mps=800.0, ballistic_coefficient_kgpm2=3000.0, max_range_m=40e3, max_height_m=18e3,
            burn_time_s=4.0, sustain_time_s=12.0, min_speed_mps=300.0, min_range_m=1500.0,
        )
    )  # fmt: skip


def low_range() -> Flyout:
    """48N6E3's card as fitted: its flat paths are too slow near the ground from 33 to 155 km."""
    return flyout_table(
        interceptor(
            burnout_speed_mps=1900.0, ballistic_coefficient_kgpm2=6353.0, max_range_m=250e3, max_height_m=27e3,
            burn_time_s=12.0, min_speed_mps=450.0, min_range_m=3000.0,
        )
    )  # fmt: skip


def oracle_line(row: np.void, elevation: float, range_m: float, turn_k: float = 0.0) -> tuple[float, float, float]:
    """Height, time and speed at a ground range by another integrator, in Cartesian coordinates and the closed-form
    atmosphere.
    """
    path, top, beta = row["powered_path_m"], row["burnout_speed_mps"], row["ballistic_coefficient_kgpm2"]
    foot = MEAN_RADIUS_M + row["launch_height_m"]
    grid = drag.MACH_STEP * np.arange(G7.size)
    k = max(radians(10.0), elevation)
    k = turn_k or (1.0 if elevation >= pi / 4 else sin(2 * k) * (pi / 4 / k) ** 2)

    def rates(_: float, y: np.ndarray) -> list[float]:
        x, z, u, w = y
        r = hypot(x, z)
        density, sound = density_and_sound(r - MEAN_RADIUS_M)
        speed = hypot(u, w)
        slow = 0.5 * density * speed * np.interp(speed / sound, grid, G7) / beta
        g = GRAVITATIONAL_PARAMETER_M3PS2 / r**2
        level = (u * z - w * x) / r  # speed along the local horizontal
        turn = (k - 1.0) * g * level / speed
        # (w, -u)/speed is to the right of a body flying towards +x: down.
        return [u, w, -g * x / r - slow * u + turn * w / speed, -g * z / r - slow * w - turn * u / speed]

    def there(_: float, y: np.ndarray) -> float:
        return np.arctan2(y[0], y[1]) * MEAN_RADIUS_M - range_m

    def sunk(_: float, y: np.ndarray) -> float:
        return hypot(y[0], y[1]) - MEAN_RADIUS_M + 2_000.0

    there.terminal = sunk.terminal = True  # type: ignore[attr-defined]
    start = [path * cos(elevation), foot + path * sin(elevation), top * cos(elevation), top * sin(elevation)]
    flight = solve_ivp(rates, (0.0, 900.0), start, "DOP853", rtol=1e-9, atol=1e-6, events=[there, sunk])
    end = flight.y_events[0][0]
    powered = path / top + 0.5 * row["burn_time_s"]
    return hypot(end[0], end[1]) - MEAN_RADIUS_M, powered + flight.t_events[0][0], hypot(end[2], end[3])


def oracle(row: np.void, range_m: float, height: float) -> tuple[float, float]:
    """Time and speed at a point: on the flat path, or, where that is too slow there, on the one launched at 50 degrees."""
    ways = [oracle_flat(row, range_m, height), oracle_plunge(row, range_m, height)]
    return next(way for way in ways if way is not None and way[1] >= row["min_speed_mps"])


def oracle_plunge(row: np.void, range_m: float, height: float) -> tuple[float, float] | None:
    """The path launched at 50 degrees whose steady down-turn leads it through the point."""

    def off(log_k: float) -> float:
        try:
            return oracle_line(row, radians(50.0), range_m, exp(log_k))[0] - height
        except IndexError:  # it falls short
            return -1e4

    low, high = 0.0, log(24.0)
    if not off(low) > 0.0 > off(high):
        return None
    root = brentq(off, low, high, xtol=1e-9)
    if abs(off(root)) > 1.0:  # between two neighbours one falls short and the other passes above
        return None
    return oracle_line(row, radians(50.0), range_m, exp(root))[1:]


def oracle_flat(row: np.void, range_m: float, height: float) -> tuple[float, float]:
    """The flattest elevation whose line passes through the point."""
    last = None
    for elevation in np.radians(np.arange(1.0, 80.0, 2.0)):
        try:
            off = oracle_line(row, elevation, range_m)[0] - height
        except IndexError:
            continue
        if off > 0.0:
            if last is None:  # flatter lines fall short of the range: step back to one that just gets there
                last = elevation
                while oracle_line(row, last, range_m)[0] > height:
                    last -= radians(0.1)
            root = brentq(lambda e: oracle_line(row, e, range_m)[0] - height, last, elevation, xtol=1e-8)
            return oracle_line(row, root, range_m)[1:]
        last = elevation
    raise AssertionError("no line passes above the point")
