"""What rain takes from a radar beam: Recommendation ITU-R P.838-3 (2005), equations (1) to (5).

Losses are decibels, one way; a radar suffers them twice. Limits: rain uniform along the path and below one height, so that a long path
through it is an upper bound (real cells are 5 to 20 km wide). The Recommendation starts at 1 GHz: below, rain counts as nothing
(under 0.01 dB/km in 150 mm/h at 1 GHz).
"""

from __future__ import annotations

from math import cos, exp, log10
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from buckler.compiled import kernel
from buckler.physics.arguments import Floats, not_negative, plain, up_to_a_right_angle
from buckler.physics.gases import frequency_ghz

# P.838-3 tables 1 to 4: columns a_j, b_j, c_j; then slope and constant.
_KH: Final = np.array([[-5.33980, -0.10008, 1.13098], [-0.35351, 1.26970, 0.45400], [-0.23789, 0.86036, 0.15354],
                       [-0.94158, 0.64552, 0.16817]])  # fmt: skip
_KV: Final = np.array([[-3.80595, 0.56934, 0.81061], [-3.44965, -0.22911, 0.51059], [-0.39902, 0.73042, 0.11899],
                       [0.50167, 1.07319, 0.27195]])  # fmt: skip
_AH: Final = np.array([[-0.14318, 1.82442, -0.55187], [0.29591, 0.77564, 0.19822], [0.32177, 0.63773, 0.13164],
                       [-5.37610, -0.96230, 1.47828], [16.1721, -3.29980, 3.43990]])  # fmt: skip
_AV: Final = np.array([[-0.07771, 2.33840, -0.76284], [0.56727, 0.95545, 0.54039], [-0.20238, 1.14520, 0.26809],
                       [-48.2991, 0.791669, 0.116226], [48.5833, 0.791459, 0.116479]])  # fmt: skip


@kernel
def _bells(coefficients: Floats, log_f: float) -> float:
    total = 0.0
    for j in range(coefficients.shape[0]):
        total += coefficients[j, 0] * exp(-(((log_f - coefficients[j, 1]) / coefficients[j, 2]) ** 2))
    return total


@kernel
def rain_coefficients(freq_ghz: float, elevation_rad: float, tilt_rad: float) -> tuple[float, float]:
    """k and alpha of P.838-3 for a path at `elevation_rad` and a polarisation tilted `tilt_rad` from the horizontal.

    Equations (2) to (5). Tilt: 0 horizontal, pi/2 vertical, pi/4 circular. Below 1 GHz, outside the tables: (0, 1).
    """
    if freq_ghz < 1.0:
        return 0.0, 1.0
    log_f = log10(freq_ghz)
    kh = 10.0 ** (_bells(_KH, log_f) - 0.18961 * log_f + 0.71147)
    kv = 10.0 ** (_bells(_KV, log_f) - 0.16398 * log_f + 0.63297)
    ah = _bells(_AH, log_f) + 0.67849 * log_f - 1.95537
    av = _bells(_AV, log_f) - 0.053739 * log_f + 0.83433
    mix = cos(elevation_rad) ** 2 * cos(2.0 * tilt_rad)
    k = 0.5 * (kh + kv + (kh - kv) * mix)
    return k, (kh * ah + kv * av + (kh * ah - kv * av) * mix) / (2.0 * k)


@kernel
def rain_specific(freq_ghz: float, rain_mm_h: float, elevation_rad: float, tilt_rad: float) -> float:
    """Specific attenuation by rain, dB/km: P.838-3 equation (1), k R^alpha."""
    if rain_mm_h <= 0.0:
        return 0.0
    k, alpha = rain_coefficients(freq_ghz, elevation_rad, tilt_rad)
    return float(k * rain_mm_h**alpha)


@kernel
def _rain_array(freq: Floats, rain: Floats, elevation: Floats, tilt: Floats, out: Floats) -> None:
    for i in range(freq.size):
        out[0, i] = rain_specific(freq[i], rain[i], elevation[i], tilt[i])
        out[1, i], out[2, i] = rain_coefficients(freq[i], elevation[i], tilt[i])


def rain_attenuation_db_per_km(
    freq_ghz: ArrayLike, rain_mm_h: ArrayLike, elevation_deg: ArrayLike = 0.0, tilt_deg: ArrayLike = 45.0
) -> Any:
    """Specific attenuation by rain, dB/km: ITU-R P.838-3, from 1 to 1000 GHz.

    `tilt_deg` of the polarisation from the horizontal: 0 horizontal, 90 vertical, 45 circular. Arguments broadcast.
    """
    return _rain(freq_ghz, rain_mm_h, elevation_deg, tilt_deg)[0]


def rain_k_alpha(freq_ghz: ArrayLike, elevation_deg: ArrayLike = 0.0, tilt_deg: ArrayLike = 45.0) -> tuple[Any, Any]:
    """The coefficients k and alpha of ITU-R P.838-3 (specific attenuation k R^alpha, R in mm/h), from 1 to 1000 GHz."""
    _, k, alpha = _rain(freq_ghz, 1.0, elevation_deg, tilt_deg)
    return k, alpha


def _rain(
    freq_ghz: ArrayLike, rain_mm_h: ArrayLike, elevation_deg: ArrayLike, tilt_deg: ArrayLike
) -> tuple[Any, Any, Any]:
    freq, rain, elevation, tilt = np.broadcast_arrays(
        frequency_ghz("freq_ghz", freq_ghz, least=1.0),
        not_negative("rain_mm_h", rain_mm_h),
        up_to_a_right_angle("elevation_deg", elevation_deg),
        up_to_a_right_angle("tilt_deg", tilt_deg),
    )
    out = np.empty((3, freq.size))
    _rain_array(freq.ravel(), rain.ravel(), np.radians(elevation).ravel(), np.radians(tilt).ravel(), out)
    shaped = out.reshape((3, *freq.shape))
    return plain(shaped[0][()]), plain(shaped[1][()]), plain(shaped[2][()])
