"""What air and rain take from a radar beam: specific attenuation, and its sum along the real slant path.

- Gases: the line-by-line method of Recommendation ITU-R P.676-13 (2022), Annex 1, equations (1) to (9), with its
tables.
- Air: pressure and temperature of the U.S. Standard Atmosphere 1976 and the water vapour of Recommendation ITU-R
P.835-6
  (2017), section 1.2: 7.5 g/m3 at the ground, falling by e every 2 km, never below a mixing ratio of two in a million.
- Rain: Recommendation ITU-R P.838-3 (2005), equations (1) to (5).
- Path: a straight line over an earth enlarged by the factor k (horizon.py), so the height at distance s along it is
  h(s) = sqrt((k a + h0)^2 + s^2 + 2 s (k a + h0) sin(elevation)) - k a; the loss is the integral of the specific
  attenuation at that height.

Losses are decibels, one way; a radar suffers them twice. Limits: no clouds and no fog; rain uniform along the path and
below one height, so that a long path through it is an upper bound (real cells are 5 to 20 km wide); above 100 km no
gas at all. The Recommendations start at 1 GHz: below, gases are computed with the same lines (under 0.006 dB/km), and
rain counts as nothing (under 0.01 dB/km in 150 mm/h at 1 GHz).
"""

from __future__ import annotations

from math import cos, exp, log10, sin, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics import atmosphere
from buckler.physics.arguments import Floats, not_negative, plain, positive, up_to_a_right_angle
from buckler.physics.tables.p676 import OXYGEN, WATER_VAPOUR

EARTH_RADIUS_M: Final = 6_371_000.0
"""The mean radius that ITU-R Recommendations use."""
SURFACE_VAPOUR_GM3: Final = 7.5
"""ITU-R P.835-6, section 1.2: the standard water vapour density at the ground, g/m3."""
HIGHEST_FREQUENCY_GHZ: Final = 1000.0

PROFILE_STEP_M: Final = 250.0
PROFILE_TOP_M: Final = 100_000.0

# Gauss-Legendre nodes and weights of sixteen points on (-1, 1).
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


# --- gases ------------------------------------------------------------------------------------------------------------


@kernel
def gaseous_specific(
    freq_ghz: float, dry_pressure_hpa: float, temperature_k: float, water_vapour_gm3: float
) -> tuple[float, float]:
    """Specific attenuation by oxygen (with nitrogen and the Debye term) and by water vapour, dB/km: P.676-13 Annex 1.

    gamma = 0.1820 f N''(f); N'' sums line strength (3) times line shape (5) over the lines, plus the dry continuum (8).
    """
    theta = 300.0 / temperature_k
    vapour_hpa = water_vapour_gm3 * temperature_k / 216.7  # (4)
    total_hpa = dry_pressure_hpa + vapour_hpa
    dry = 0.0
    for i in range(OXYGEN.shape[0]):
        line = OXYGEN[i, 0]
        strength = OXYGEN[i, 1] * 1e-7 * dry_pressure_hpa * theta**3 * exp(OXYGEN[i, 2] * (1.0 - theta))  # (3)
        width = (
            OXYGEN[i, 3] * 1e-4 * (dry_pressure_hpa * theta ** (0.8 - OXYGEN[i, 4]) + 1.1 * vapour_hpa * theta)
        )  # (6a)
        width = sqrt(width * width + 2.25e-6)  # (6b) Zeeman splitting
        shift = (OXYGEN[i, 5] + OXYGEN[i, 6] * theta) * 1e-4 * total_hpa * theta**0.8  # (7)
        below = line - freq_ghz
        above = line + freq_ghz
        shape = (width - shift * below) / (below * below + width * width) + (width - shift * above) / (
            above * above + width * width
        )
        dry += strength * freq_ghz / line * shape  # (5)
    debye = 5.6e-4 * total_hpa * theta**0.8  # (9)
    dry += (
        freq_ghz
        * dry_pressure_hpa
        * theta**2
        * (
            6.14e-5 / (debye * (1.0 + (freq_ghz / debye) ** 2))
            + 1.4e-12 * dry_pressure_hpa * theta**1.5 / (1.0 + 1.9e-5 * freq_ghz**1.5)
        )
    )  # (8)
    wet = 0.0
    for i in range(WATER_VAPOUR.shape[0]):
        line = WATER_VAPOUR[i, 0]
        strength = WATER_VAPOUR[i, 1] * 0.1 * vapour_hpa * theta**3.5 * exp(WATER_VAPOUR[i, 2] * (1.0 - theta))  # (3)
        width = (
            WATER_VAPOUR[i, 3]
            * 1e-4
            * (
                dry_pressure_hpa * theta ** WATER_VAPOUR[i, 4]
                + WATER_VAPOUR[i, 5] * vapour_hpa * theta ** WATER_VAPOUR[i, 6]
            )
        )  # (6a)
        width = 0.535 * width + sqrt(0.217 * width * width + 2.1316e-12 * line * line / theta)  # (6b) Doppler
        below = line - freq_ghz
        above = line + freq_ghz
        wet += (
            strength
            * freq_ghz
            / line
            * (width / (below * below + width * width) + width / (above * above + width * width))
        )
    return 0.1820 * freq_ghz * dry, 0.1820 * freq_ghz * wet


@kernel
def water_vapour_gm3(height_m: float, surface_gm3: float) -> float:
    """Water vapour density, g/m3: P.835-6 section 1.2, for a geometric height above the sea."""
    vapour = surface_gm3 * exp(-height_m / 2000.0)
    least = 2e-6 * 0.01 * atmosphere.pressure(height_m) * 216.7 / atmosphere.temperature(height_m)
    return max(vapour, least)


@kernel
def gaseous_at_height(freq_ghz: float, height_m: float, surface_gm3: float) -> float:
    """Specific attenuation by all gases at a height of the standard air, dB/km."""
    kelvin = atmosphere.temperature(height_m)
    vapour = water_vapour_gm3(height_m, surface_gm3)
    dry_hpa = max(0.0, 0.01 * atmosphere.pressure(height_m) - vapour * kelvin / 216.7)
    dry, wet = gaseous_specific(freq_ghz, dry_hpa, kelvin, vapour)
    return dry + wet


@kernel
def _fill_profile(freq_ghz: float, surface_gm3: float, out: Floats) -> None:
    for i in range(out.size):
        out[i] = 1e-3 * gaseous_at_height(freq_ghz, i * PROFILE_STEP_M, surface_gm3)


def attenuation_profile(freq_hz: float, surface_vapour_gm3: float = SURFACE_VAPOUR_GM3) -> Floats:
    """Specific attenuation in dB/m every 250 m from sea level to 100 km: what `gaseous_path_db` reads."""
    freq_ghz = float(_frequency("freq_hz", np.asarray(freq_hz, dtype=np.float64) / 1e9))
    if not (np.isfinite(surface_vapour_gm3) and surface_vapour_gm3 >= 0.0):
        raise InputError(f"surface_vapour_gm3 is {surface_vapour_gm3!r}: write g/m3, 0 or more (standard: 7.5)")
    out = np.empty(int(PROFILE_TOP_M / PROFILE_STEP_M) + 1)
    _fill_profile(freq_ghz, surface_vapour_gm3, out)
    return out


@kernel
def height_along_m(
    antenna_height_m: float, elevation_rad: float, distance_m: float, effective_radius_m: float
) -> float:
    """Height above the sea, m, at a distance along a straight ray over the effective earth.

    The difference of two nearly equal lengths, written so that nothing cancels.
    """
    start = effective_radius_m + antenna_height_m
    gained = distance_m * distance_m + 2.0 * distance_m * start * sin(elevation_rad)
    return antenna_height_m + gained / (sqrt(start * start + gained) + start)


@kernel
def distance_to_height_m(
    antenna_height_m: float, elevation_rad: float, height_m: float, effective_radius_m: float
) -> float:
    """Distance along the ray, m, at which it last reaches a height: 0 where that lies behind it, inf if never."""
    start = effective_radius_m + antenna_height_m
    rise = start * sin(elevation_rad)
    difference = (height_m - antenna_height_m) * (2.0 * effective_radius_m + height_m + antenna_height_m)
    square = rise * rise + difference
    if square < 0.0:
        return np.inf
    return max(0.0, sqrt(square) - rise)


@kernel
def _specific_db_per_m(profile: Floats, height_m: float) -> float:
    position = height_m / PROFILE_STEP_M
    if position <= 0.0:
        return float(profile[0])
    cell = int(position)
    if cell >= profile.size - 1:
        return 0.0
    low = profile[cell]
    return float(low + (profile[cell + 1] - low) * (position - cell))


@kernel
def gaseous_path_db(
    profile: Floats, antenna_height_m: float, elevation_rad: float, range_m: float, effective_radius_m: float
) -> float:
    """One-way loss to gases, dB, along a ray from the antenna: sixteen-point Gauss-Legendre on stretches that grow.

    `profile`: from `attenuation_profile`. The first stretch is as long as the ray takes to change height by 4 km or
    so, each later one twice as long; the last ends at the target or at the top of the profile.
    """
    end = range_m
    if elevation_rad > 0.0 or antenna_height_m < PROFILE_TOP_M:
        end = min(range_m, distance_to_height_m(antenna_height_m, elevation_rad, PROFILE_TOP_M, effective_radius_m))
    total = 0.0
    begin = 0.0
    stretch = 4000.0 / max(0.02, abs(sin(elevation_rad)))
    while begin < end:
        stop = min(end, begin + stretch)
        half = 0.5 * (stop - begin)
        part = 0.0
        for i in range(_NODES.size):
            along = begin + half * (1.0 + _NODES[i])
            part += _WEIGHTS[i] * _specific_db_per_m(
                profile, height_along_m(antenna_height_m, elevation_rad, along, effective_radius_m)
            )
        total += half * part
        begin = stop
    return total


# --- rain -------------------------------------------------------------------------------------------------------------

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
def path_below_m(
    antenna_height_m: float, elevation_rad: float, range_m: float, ceiling_m: float, effective_radius_m: float
) -> float:
    """How much of the ray to `range_m` lies below `ceiling_m`, m (the length of path in rain below the rain height)."""
    start = effective_radius_m + antenna_height_m
    rise = start * sin(elevation_rad)
    square = rise * rise + (ceiling_m - antenna_height_m) * (2.0 * effective_radius_m + ceiling_m + antenna_height_m)
    if square <= 0.0:
        return 0.0
    root = sqrt(square)
    return max(0.0, min(range_m, root - rise) - max(0.0, -root - rise))


# --- the public, array-friendly surface -------------------------------------------------------------------------------


class GaseousAttenuation(NamedTuple):
    """Specific attenuation in dB/km, floats or arrays."""

    oxygen: Any
    """By dry air: the oxygen lines and the continuum of oxygen and nitrogen."""
    water: Any
    """By water vapour."""
    total: Any


@kernel
def _gaseous_array(freq: Floats, pressure: Floats, kelvin: Floats, vapour: Floats, out: Floats) -> None:
    for i in range(freq.size):
        out[0, i], out[1, i] = gaseous_specific(freq[i], pressure[i], kelvin[i], vapour[i])


@kernel
def _rain_array(freq: Floats, rain: Floats, elevation: Floats, tilt: Floats, out: Floats) -> None:
    for i in range(freq.size):
        out[0, i] = rain_specific(freq[i], rain[i], elevation[i], tilt[i])
        out[1, i], out[2, i] = rain_coefficients(freq[i], elevation[i], tilt[i])


def gaseous_attenuation_db_per_km(
    freq_ghz: ArrayLike,
    pressure_hpa: ArrayLike = 1013.25,
    temperature_k: ArrayLike = 288.15,
    water_vapour_gm3: ArrayLike = SURFACE_VAPOUR_GM3,
) -> GaseousAttenuation:
    """Specific attenuation by atmospheric gases, dB/km: the exact line-by-line method of ITU-R P.676-13, Annex 1.

    `pressure_hpa` is that of the dry air, as in the Recommendation (the total less the vapour's own pressure rho
    T/216.7). Up to 1000 GHz. Arguments broadcast; scalars give floats.
    """
    freq, pressure, kelvin, vapour = np.broadcast_arrays(
        _frequency("freq_ghz", freq_ghz),
        positive("pressure_hpa", pressure_hpa),
        positive("temperature_k", temperature_k),
        not_negative("water_vapour_gm3", water_vapour_gm3),
    )
    out = np.empty((2, freq.size))
    _gaseous_array(freq.ravel(), pressure.ravel(), kelvin.ravel(), vapour.ravel(), out)
    oxygen, water = out[0].reshape(freq.shape)[()], out[1].reshape(freq.shape)[()]
    return GaseousAttenuation(plain(oxygen), plain(water), plain(oxygen + water))


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


def gaseous_loss_db(
    freq_hz: float,
    antenna_height_m: float,
    elevation_deg: ArrayLike,
    range_m: ArrayLike,
    k: float = 4 / 3,
    surface_vapour_gm3: float = SURFACE_VAPOUR_GM3,
) -> Any:
    """One-way loss to gases, dB, on the slant path from an antenna to a range, through the standard air.

    Within 0.1 % of the integral of the line-by-line method along the same path.
    """
    if not (np.isfinite(antenna_height_m) and antenna_height_m >= -500.0):
        raise InputError(f"antenna_height_m is {antenna_height_m!r}: write metres above sea level")
    if not (np.isfinite(k) and k > 0.0):
        raise InputError(f"k is {k!r}: write an effective-earth factor above 0 (4/3 in a standard atmosphere)")
    profile = attenuation_profile(freq_hz, surface_vapour_gm3)
    elevation, distance = np.broadcast_arrays(
        up_to_a_right_angle("elevation_deg", elevation_deg), not_negative("range_m", range_m)
    )
    flat = [
        gaseous_path_db(profile, float(antenna_height_m), float(e), float(r), k * EARTH_RADIUS_M)
        for e, r in zip(np.radians(elevation.ravel()), distance.ravel(), strict=True)
    ]
    return plain(np.array(flat).reshape(elevation.shape)[()])


def _rain(
    freq_ghz: ArrayLike, rain_mm_h: ArrayLike, elevation_deg: ArrayLike, tilt_deg: ArrayLike
) -> tuple[Any, Any, Any]:
    freq, rain, elevation, tilt = np.broadcast_arrays(
        _frequency("freq_ghz", freq_ghz, least=1.0),
        not_negative("rain_mm_h", rain_mm_h),
        up_to_a_right_angle("elevation_deg", elevation_deg),
        up_to_a_right_angle("tilt_deg", tilt_deg),
    )
    out = np.empty((3, freq.size))
    _rain_array(freq.ravel(), rain.ravel(), np.radians(elevation).ravel(), np.radians(tilt).ravel(), out)
    shaped = out.reshape((3, *freq.shape))
    return plain(shaped[0][()]), plain(shaped[1][()]), plain(shaped[2][()])


def _frequency(name: str, freq_ghz: ArrayLike, least: float = 0.0) -> Floats:
    array = positive(name, freq_ghz)
    if np.any((array < least) | (array > HIGHEST_FREQUENCY_GHZ)):
        raise OutOfRangeError(
            f"{name} is {freq_ghz!r}: the Recommendation holds from 1 to {HIGHEST_FREQUENCY_GHZ:.0f} GHz"
        )
    return array
