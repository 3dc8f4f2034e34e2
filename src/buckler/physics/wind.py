"""Wind by height: rows of height (m above sea level), eastward and northward speed (m/s), linear between, the end rows' beyond.

One profile everywhere. A body in free flight feels it through its air-relative velocity (`buckler.physics.trajectory`). A body that
flies a track over the ground at a true airspeed V heads into it: with w_a the wind's component along the track and w_c
the one across, its ground speed is sqrt(V^2 - w_c^2) + w_a, the wind triangle (e.g. FAA-H-8083-25B, "Pilot's Handbook of
Aeronautical Knowledge", chapter 16).

Meteorologists' convention: a wind is named for where it comes *from*.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError
from buckler.physics.arguments import Floats, finite

STRONGEST_MPS: Final = 150.0
"""Stronger wind is a slip of the pen: the strongest jet streams blow at some 110 m/s."""
_PROFILE_NODES: Final = 33


def still() -> Floats:
    """No wind: no rows."""
    return np.zeros((0, 3))


def wind_rows(height_m: npt.ArrayLike, speed_mps: npt.ArrayLike, from_deg: npt.ArrayLike) -> Floats:
    """Rows from heights that rise, speeds, and the directions that the wind comes from (degrees from true north)."""
    height, speed, whence = (
        np.atleast_1d(finite(name, value))
        for name, value in (("height_m", height_m), ("speed_mps", speed_mps), ("from_deg", from_deg))
    )
    if not height.shape == speed.shape == whence.shape or height.ndim != 1 or np.any(np.diff(height) <= 0.0):
        raise InputError("wind needs as many speeds and directions as heights, and the heights rising")
    if np.any((speed < 0.0) | (speed > STRONGEST_MPS)):
        raise InputError(f"a wind of {speed.min():g} to {speed.max():g} m/s: write 0 to {STRONGEST_MPS:g} m/s")
    angle = np.radians(whence)
    return np.column_stack([height, -speed * np.sin(angle), -speed * np.cos(angle)])


def power_law(
    speed_mps: float, from_deg: float, *, reference_height_m: float = 10.0, exponent: float = 1 / 7, top_m: float = 10_000.0
) -> Floats:
    """Rows of u(z) = u_ref (z/z_ref)^p from 0 to `top_m`, beyond which the wind stays as it is there.

    The power law of wind profiles, p = 1/7 over open flat land in neutral air (e.g. J. R. Holton, "An Introduction to Dynamic
    Meteorology", and IEC 61400-1, which takes 0.2). Its nodes lie closer together near the ground; `z` is the height above sea level.
    """
    if not (reference_height_m > 0.0 and top_m > reference_height_m and 0.0 <= exponent <= 1.0):
        raise InputError(
            f"a power law needs a reference height above 0 ({reference_height_m:g} m) and below its top ({top_m:g} m), and an exponent "
            f"from 0 to 1 ({exponent:g})"
        )
    height = top_m * np.linspace(0.0, 1.0, _PROFILE_NODES) ** 3
    speed = speed_mps * (height / reference_height_m) ** exponent
    return wind_rows(height, speed, np.full(height.size, from_deg))


def wind_at(wind: Floats, height_m: Floats) -> tuple[Floats, Floats]:
    """Eastward and northward speed, m/s, at heights."""
    if not len(wind):
        return np.zeros_like(height_m), np.zeros_like(height_m)
    return np.interp(height_m, wind[:, 0], wind[:, 1]), np.interp(height_m, wind[:, 0], wind[:, 2])


def ground_speed(airspeed_mps: Floats, along_mps: Floats, across_mps: Floats) -> Floats:
    """sqrt(V^2 - w_c^2) + w_a, m/s; not above 0 where the wind is too strong to hold the track."""
    left = airspeed_mps * airspeed_mps - across_mps * across_mps
    return np.where(left > 0.0, np.sqrt(np.maximum(left, 0.0)) + along_mps, -1.0)
