"""Interference as a fact of the scenario: a radar's noise is so many decibels higher in a stated sector for a stated time.

Nothing is said of the source, and nothing is computed of it: no power, no antenna, no waveform, no best use. Noise powers
add, so that several rises r_i (power ratios) at one azimuth and time raise the noise to

(1)  f = 1 + sum of (r_i - 1)

times its own, and the signal-to-noise ratio falls by f (the interference term of Skolnik, Introduction to Radar Systems, 3rd
ed. 2001, chapter 10, for noise through the main beam). Limits: the rise is the same at every range and elevation; sidelobes
are what the scenario says they are; no false targets, no deception.
"""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel


@borrowing_kernel
def noise_factor(disturbances: NDArray[np.void], first: int, count: int, azimuth_rad: float, time_s: float) -> float:
    """Equation (1): by what the noise of a radar is multiplied at an azimuth and a time.

    Its own are the `count` rows of `disturbances` (dtypes.DISTURBANCE) from `first` on.
    """
    factor = 1.0
    for k in range(first, first + count):
        row = disturbances[k]
        if row.from_s <= time_s < row.until_s:
            off = abs(azimuth_rad - row.azimuth_rad) % (2.0 * pi)
            if min(off, 2.0 * pi - off) <= row.half_width_rad:
                factor += row.ratio - 1.0
    return factor
