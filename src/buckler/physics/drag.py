"""Drag of a point mass, and the air it meets.

Deceleration along the air-relative velocity: a = rho v^2 c(Mach) / (2 beta), with beta = m/(C_D A), kg/m^2, the
ballistic coefficient at Mach 3 and c(Mach) = C_D(Mach)/C_D(3).

Whoever publishes a missile's drag curve publishes the missile, so an unknown body borrows the *shape* of one
measured curve, and only its size is its own. The shape is that of the G7 standard projectile (slender, boat-tailed),
from the U.S. Army Ballistic Research Laboratory, C_D at Mach 0 to 5, as printed in R. L. McCoy, "Modern Exterior
Ballistics" (Schiffer, 1999), chapter 6, and as carried by every small-arms ballistics program. A winged or
blunt-based body has more drag below Mach 1 than this: state a table where one is known. Above Mach 5 the last value
holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from buckler.compiled import borrowing_kernel, kernel
from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.atmosphere import density, speed_of_sound

REFERENCE_MACH: Final = 3.0
"""Where a ballistic coefficient is stated."""
MACH_STEP: Final = 0.025
"""Spacing of a sampled drag table; every node of G7 falls on it, so that sampling adds no error."""
AIR_STEP_M: Final = 25.0
"""Height step of the sampled air. Below 86 km linear interpolation is within 1e-5 of the closed form, within 2e-4 in
the six steps that hold a corner between two layers."""
AIR_FLOOR_M: Final = -1_000.0
"""Lowest height of the sampled air; below, its first value holds."""
_AIR_TOP_M: Final = 150_000.0
_PER_MACH: Final = 1.0 / MACH_STEP
_PER_METRE: Final = 1.0 / AIR_STEP_M

_G7_MACH: Final = (
    0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.725, 0.75, 0.775, 0.8,
    0.825, 0.85, 0.875, 0.9, 0.925, 0.95, 0.975, 1.0, 1.025, 1.05, 1.075, 1.1, 1.125, 1.15, 1.2, 1.25, 1.3, 1.35,
    1.4, 1.5, 1.55, 1.6, 1.65, 1.7, 1.75, 1.8, 1.85, 1.9, 1.95, 2.0, 2.05, 2.1, 2.15, 2.2, 2.25, 2.3, 2.35, 2.4,
    2.45, 2.5, 2.55, 2.6, 2.65, 2.7, 2.75, 2.8, 2.85, 2.9, 2.95, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9,
    4.0, 4.2, 4.4, 4.6, 4.8, 5.0,
)  # fmt: skip
_G7_CD: Final = (
    0.1198, 0.1197, 0.1196, 0.1194, 0.1193, 0.1194, 0.1194, 0.1194, 0.1193, 0.1193, 0.1194, 0.1193, 0.1194, 0.1197,
    0.1202, 0.1207, 0.1215, 0.1226, 0.1242, 0.1266, 0.1306, 0.1368, 0.1464, 0.1660, 0.2054, 0.2993, 0.3803, 0.4015,
    0.4043, 0.4034, 0.4014, 0.3987, 0.3955, 0.3884, 0.3810, 0.3732, 0.3657, 0.3580, 0.3440, 0.3376, 0.3315, 0.3260,
    0.3209, 0.3160, 0.3117, 0.3078, 0.3042, 0.3010, 0.2980, 0.2951, 0.2922, 0.2892, 0.2864, 0.2835, 0.2807, 0.2779,
    0.2752, 0.2725, 0.2697, 0.2670, 0.2643, 0.2615, 0.2588, 0.2561, 0.2533, 0.2506, 0.2479, 0.2451, 0.2424, 0.2368,
    0.2313, 0.2258, 0.2205, 0.2154, 0.2106, 0.2060, 0.2017, 0.1975, 0.1935, 0.1861, 0.1793, 0.1730, 0.1672, 0.1618,
)  # fmt: skip


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def drag_factor(mach: float, table: Floats) -> float:
    """c(Mach) from a table sampled every `MACH_STEP` from Mach 0, linear between, its last value beyond. No
    dimension.
    """
    place = mach * _PER_MACH
    if not place < table.size - 1.0:
        return float(table[table.size - 1])
    cell = int(place)
    share = place - cell
    return float(table[cell] + share * (table[cell + 1] - table[cell]))


@borrowing_kernel
def sampled_air(height_m: float, air: Floats) -> tuple[float, float]:
    """Density (kg/m^3) and speed of sound (m/s) from `standard_air()`; zero density above its top."""
    place = (height_m - AIR_FLOOR_M) * _PER_METRE
    if place <= 0.0:
        return air[0, 0], air[0, 1]
    if not place < air.shape[0] - 1.0:
        return 0.0, air[air.shape[0] - 1, 1]
    cell = int(place)
    share = place - cell
    density_here = air[cell, 0] + share * (air[cell + 1, 0] - air[cell, 0])
    return density_here, air[cell, 1] + share * (air[cell + 1, 1] - air[cell, 1])


@kernel
def _sample(air: Floats) -> None:
    for row in range(air.shape[0]):
        height = AIR_FLOOR_M + AIR_STEP_M * row
        air[row, 0] = density(height)
        air[row, 1] = speed_of_sound(height)


# --- tables -----------------------------------------------------------------------------------------------------------


@cache
def standard_air() -> Floats:
    """The U.S. Standard Atmosphere 1976 sampled every 25 m from -1 to 150 km: density (kg/m^3) and speed of sound
    (m/s), [n, 2].
    """
    air = np.empty((round((_AIR_TOP_M - AIR_FLOOR_M) / AIR_STEP_M) + 1, 2))
    _sample(air)
    air.flags.writeable = False
    return air


def drag_table(
    mach: Sequence[float] = _G7_MACH, coefficient: Sequence[float] = _G7_CD, reference_mach: float = REFERENCE_MACH
) -> Floats:
    """A drag table for `drag_factor`: `coefficient` at `mach` (rising from 0), divided by its value at
    `reference_mach`.

    Pass `reference_mach=0.0` with a constant coefficient for a body whose drag does not depend on Mach number.
    """
    at = np.asarray(mach, dtype=np.float64)
    value = np.asarray(coefficient, dtype=np.float64)
    if at.ndim != 1 or at.shape != value.shape or at.size < 2 or at[0] != 0.0 or np.any(np.diff(at) <= 0.0):
        raise InputError(
            "a drag table needs as many coefficients as Mach numbers, at least two, the Mach numbers rising from 0"
        )
    if not np.all(np.isfinite(value)) or np.any(value <= 0.0):
        raise InputError("a drag table needs coefficients greater than 0")
    grid = MACH_STEP * np.arange(int(np.ceil(at[-1] / MACH_STEP - 1e-9)) + 1)
    table: Floats = np.interp(grid, at, value) / np.interp(reference_mach, at, value)
    table.flags.writeable = False
    return table


@cache
def g7() -> Floats:
    """The G7 shape, 1 at Mach 3: the default of every body whose own drag curve is not known."""
    return drag_table()
