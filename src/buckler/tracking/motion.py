"""How targets of known manoeuvre move: closed forms for tests and benchmarks of trackers."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, isfinite, radians, sin
from typing import TYPE_CHECKING

import numpy as np

from buckler.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def fly_segments(
    position_m: ArrayLike, velocity_mps: ArrayLike, segments: Iterable[tuple[float, float]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position and velocity in a plane, each (2,), after `segments` of (duration in s, turn rate in deg/s).

    Constant speed; the velocity turns anticlockwise at the rate w, so that in t it carries the target
    (sin(wt)/w) v + ((1 - cos(wt))/w) v', with v' the velocity turned by 90 degrees: the coordinated turn of Li and
    Jilkov, IEEE Transactions on Aerospace and Electronic Systems 39 (2003) 1333-1364, doi:10.1109/TAES.2003.1261132.
    """
    position, velocity = _pair("position_m", position_m), _pair("velocity_mps", velocity_mps)
    for duration_s, rate_degps in segments:
        if not (isfinite(duration_s) and duration_s >= 0.0 and isfinite(rate_degps)):
            raise InputError(
                f"a segment is ({duration_s!r}, {rate_degps!r}); give a duration of 0 s or more and a turn rate"
            )
        rate = radians(rate_degps)
        angle = rate * duration_s
        left = np.array([-velocity[1], velocity[0]])
        # sin(wt)/w and (1 - cos(wt))/w by way of the half angle: both hold for straight flight too.
        half = 0.5 * angle
        chord = duration_s * (sin(half) / half if half != 0.0 else 1.0)
        position = position + chord * (cos(half) * velocity + sin(half) * left)
        velocity = cos(angle) * velocity + sin(angle) * left
    return position, velocity


def _pair(name: str, value: ArrayLike) -> NDArray[np.float64]:
    given = np.array(value, dtype=np.float64)
    if given.shape != (2,) or not np.isfinite(given).all():
        raise InputError(f"{name} has two finite numbers, not {value!r}")
    return given
