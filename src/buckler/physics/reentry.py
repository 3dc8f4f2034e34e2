"""Ballistic re-entry in closed form.

H. J. Allen and A. J. Eggers, "A study of the motion and aerodynamic heating of ballistic missiles entering the
earth's atmosphere at high supersonic speeds", NACA TR 1381 (1958): an exponential atmosphere rho = rho0 exp(-y/H), a
straight path at a constant angle below the horizontal, drag alone (gravity left out), a constant drag coefficient.
Good for steep, fast bodies while drag far exceeds weight; shallow (below some 5 degrees), slow or subsonic entry is
outside it.

The ballistic coefficient is beta = m/(C_D A), in kg/m^2.
"""

from __future__ import annotations

from math import exp, log, sin
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import finite

SEA_LEVEL_DENSITY_KGPM3: Final = 1.225
"""U.S. Standard Atmosphere 1976."""
SCALE_HEIGHT_M: Final = 7_200.0
"""A round value for the exponential atmosphere below 60 km (TR 1381 itself takes 22,000 ft, 6,706 m)."""


@kernel
def entry_speed(
    height_m: float,
    entry_speed_mps: float,
    angle_rad: float,
    ballistic_coefficient_kgpm2: float,
    density0_kgpm3: float,
    scale_height_m: float,
) -> float:
    """Speed, m/s, at a height: V = V_E exp(-rho0 H exp(-y/H)/(2 beta sin(theta))) (TR 1381)."""
    load = density0_kgpm3 * scale_height_m / (ballistic_coefficient_kgpm2 * sin(angle_rad))
    return entry_speed_mps * exp(-0.5 * load * exp(-height_m / scale_height_m))


@kernel
def entry_deceleration(
    height_m: float,
    entry_speed_mps: float,
    angle_rad: float,
    ballistic_coefficient_kgpm2: float,
    density0_kgpm3: float,
    scale_height_m: float,
) -> float:
    """Deceleration by drag, m/s^2, at a height: rho V^2/(2 beta)."""
    speed = entry_speed(
        height_m, entry_speed_mps, angle_rad, ballistic_coefficient_kgpm2, density0_kgpm3, scale_height_m
    )
    return 0.5 * density0_kgpm3 * exp(-height_m / scale_height_m) * speed * speed / ballistic_coefficient_kgpm2


class Profile(NamedTuple):
    """Speed and deceleration at a height, or arrays of them."""

    speed_mps: Any
    deceleration_mps2: Any


class Peak(NamedTuple):
    """The greatest deceleration of an entry, where it comes, and the share of the entry speed left there.

    A negative height is below the ground: the deceleration still rises at impact and the peak is not reached in flight.
    """

    deceleration_mps2: Any
    height_m: Any
    speed_ratio: Any


def entry_profile(
    height_m: npt.ArrayLike,
    entry_speed_mps: float,
    angle_deg: float,
    ballistic_coefficient_kgpm2: float,
    density0_kgpm3: float = SEA_LEVEL_DENSITY_KGPM3,
    scale_height_m: float = SCALE_HEIGHT_M,
) -> Profile:
    """Speed and deceleration against height of an entry at `angle_deg` below the horizontal."""
    height = finite("height_m", height_m)
    _check(entry_speed_mps, angle_deg, ballistic_coefficient_kgpm2, density0_kgpm3, scale_height_m)
    angle = float(np.radians(angle_deg))
    out = np.empty((height.size, 2))
    for i, y in enumerate(height.ravel()):
        entry = (float(entry_speed_mps), angle, float(ballistic_coefficient_kgpm2), float(density0_kgpm3))
        out[i, 0] = entry_speed(float(y), *entry, float(scale_height_m))
        out[i, 1] = entry_deceleration(float(y), *entry, float(scale_height_m))
    columns = out.reshape((*height.shape, 2))
    return Profile(columns[..., 0][()], columns[..., 1][()])


def peak_deceleration(
    entry_speed_mps: float,
    angle_deg: float,
    ballistic_coefficient_kgpm2: float,
    density0_kgpm3: float = SEA_LEVEL_DENSITY_KGPM3,
    scale_height_m: float = SCALE_HEIGHT_M,
) -> Peak:
    """The deceleration's peak: V_E^2 sin(theta)/(2 e H) at y = H ln(rho0 H/(beta sin(theta))); V is V_E/sqrt(e).

    The peak itself depends on neither the body nor the density; its height does not
    depend on the speed.
    """
    _check(entry_speed_mps, angle_deg, ballistic_coefficient_kgpm2, density0_kgpm3, scale_height_m)
    sine = sin(float(np.radians(angle_deg)))
    return Peak(
        entry_speed_mps**2 * sine / (2.0 * exp(1.0) * scale_height_m),
        scale_height_m * log(density0_kgpm3 * scale_height_m / (ballistic_coefficient_kgpm2 * sine)),
        exp(-0.5),
    )


class Reentry(NamedTuple):
    """The closed forms of one entry: at its heights, at its peak, and at the ground."""

    profile: Profile
    peak: Peak
    ground: Profile


def reentry(
    entry_speed_mps: float,
    angle_deg: float,
    ballistic_coefficient_kgpm2: float,
    height_m: npt.ArrayLike = 0.0,
    density0_kgpm3: float = SEA_LEVEL_DENSITY_KGPM3,
    scale_height_m: float = SCALE_HEIGHT_M,
) -> Reentry:
    """All of Allen and Eggers for one entry: `entry_profile` at `height_m` and at the ground, and `peak_deceleration`."""
    entry = (entry_speed_mps, angle_deg, ballistic_coefficient_kgpm2, density0_kgpm3, scale_height_m)
    return Reentry(entry_profile(height_m, *entry), peak_deceleration(*entry), entry_profile(0.0, *entry))


def _check(
    entry_speed_mps: float,
    angle_deg: float,
    ballistic_coefficient_kgpm2: float,
    density0_kgpm3: float,
    scale_height_m: float,
) -> None:
    for name, value in (
        ("entry_speed_mps", entry_speed_mps),
        ("ballistic_coefficient_kgpm2", ballistic_coefficient_kgpm2),
        ("density0_kgpm3", density0_kgpm3),
        ("scale_height_m", scale_height_m),
    ):
        if not 0.0 < value < float("inf"):
            raise InputError(f"{name} is {value}: write a number above 0")
    if not 0.0 < angle_deg <= 90.0:
        raise InputError(
            f"angle_deg is {angle_deg}: write the angle below the horizontal, above 0 and up to 90 degrees"
        )
