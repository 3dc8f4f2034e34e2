"""What air takes from a radar beam: specific attenuation, and its sum along the real slant path.

- Gases: the line-by-line method of Recommendation ITU-R P.676-13 (2022), Annex 1, equations (1) to (9), with its tables.
- Air: pressure and temperature of the U.S. Standard Atmosphere 1976 and the water vapour of Recommendation ITU-R P.835-6
  (2017), section 1.2: 7.5 g/m3 at the ground, falling by e every 2 km, never below a mixing ratio of two in a million.
- Path: a straight line over an effective earth (horizon.py); the loss is the integral of the specific attenuation at its heights.

Losses are decibels, one way; a radar suffers them twice. Limits: no clouds and no fog; above 100 km no gas at all. The Recommendation
starts at 1 GHz: below, gases are computed with the same lines (under 0.006 dB/km).
"""

from __future__ import annotations

from math import exp, sin, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics import atmosphere
from buckler.physics.arguments import Floats, not_negative, plain, positive, up_to_a_right_angle
from buckler.physics.horizon import EARTH_RADIUS_M, distance_to_height_m, height_along_m
from buckler.physics.tables.p676 import OXYGEN, WATER_VAPOUR

SURFACE_VAPOUR_GM3: Final = 7.5
"""ITU-R P.835-6, section 1.2: the standard water vapour density at the ground, g/m3."""
HIGHEST_FREQUENCY_GHZ: Final = 1000.0

PROFILE_STEP_M: Final = 250.0
PROFILE_TOP_M: Final = 100_000.0

# Gauss-Legendre nodes and weights of sixteen points on (-1, 1).
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


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
    freq_ghz = float(frequency_ghz("freq_hz", np.asarray(freq_hz, dtype=np.float64) / 1e9))
    if not (np.isfinite(surface_vapour_gm3) and surface_vapour_gm3 >= 0.0):
        raise InputError(f"surface_vapour_gm3 is {surface_vapour_gm3!r}: write g/m3, 0 or more (standard: 7.5)")
    out = np.empty(int(PROFILE_TOP_M / PROFILE_STEP_M) + 1)
    _fill_profile(freq_ghz, surface_vapour_gm3, out)
    return out


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
        frequency_ghz("freq_ghz", freq_ghz),
        positive("pressure_hpa", pressure_hpa),
        positive("temperature_k", temperature_k),
        not_negative("water_vapour_gm3", water_vapour_gm3),
    )
    out = np.empty((2, freq.size))
    _gaseous_array(freq.ravel(), pressure.ravel(), kelvin.ravel(), vapour.ravel(), out)
    oxygen, water = out[0].reshape(freq.shape)[()], out[1].reshape(freq.shape)[()]
    return GaseousAttenuation(plain(oxygen), plain(water), plain(oxygen + water))


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


def frequency_ghz(name: str, freq_ghz: ArrayLike, least: float = 0.0) -> Floats:
    """Frequencies, GHz, for which the Recommendations hold."""
    array = positive(name, freq_ghz)
    if np.any((array < least) | (array > HIGHEST_FREQUENCY_GHZ)):
        raise OutOfRangeError(
            f"{name} is {freq_ghz!r}: the Recommendation holds from 1 to {HIGHEST_FREQUENCY_GHZ:.0f} GHz"
        )
    return array
