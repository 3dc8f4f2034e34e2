"""Lobes over flat ground and sea: the direct and the reflected ray interfere.

Kerr, Propagation of Short Radio Waves (1951), chapter 2; Ament's (1953) roughness factor; ground constants of ITU-R P.527.

Limits: a flat surface, so `lobing_factor` holds where the bulge of the earth between antenna and target is small against both
heights; no lobes over terrain. Over the curved earth, as the engine and the maps take them: multipath.py.
"""

from __future__ import annotations

from math import cos, exp, pi, sin, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import not_negative, plain, positive
from buckler.units import SPEED_OF_LIGHT_MPS


class Surface(NamedTuple):
    """What reflects: the electrical constants of ground or sea."""

    permittivity: float
    """Relative to vacuum."""
    conductivity: float
    """Siemens per metre."""


# ITU-R P.527-3 (1992), figure 1, below 1 GHz: round numbers, good enough for where lobes stand.
SEA: Final = Surface(70.0, 5.0)
"""Sea water of average salinity."""
GROUND_WET: Final = Surface(30.0, 0.01)
"""Wet ground."""
GROUND_DRY: Final = Surface(15.0, 0.001)
"""Medium dry ground."""


@kernel
def reflection(
    grazing_rad: float, freq_hz: float, permittivity: float, conductivity: float, vertical: bool, roughness_m: float
) -> complex:
    """Complex reflection coefficient of a surface at a grazing angle: Fresnel's, reduced by roughness.

    Complex permittivity eps - j 60 lambda sigma (Kerr 1951); Ament's (1953, Proceedings of the IRE 41,
    142) factor exp(-2 (2 pi h sin(grazing)/lambda)^2) for a surface whose height has the standard deviation
    `roughness_m`.
    """
    wavelength = SPEED_OF_LIGHT_MPS / freq_hz
    complex_permittivity = complex(permittivity, -60.0 * wavelength * conductivity)
    sine = sin(grazing_rad)
    root = np.sqrt(complex_permittivity - cos(grazing_rad) ** 2)
    first = complex_permittivity * sine if vertical else complex(sine, 0.0)
    phase = 2.0 * pi * roughness_m * sine / wavelength
    return complex((first - root) / (first + root) * exp(-2.0 * phase * phase))


@kernel
def two_rays(
    freq_hz: float,
    antenna_height_m: float,
    target_height_m: float,
    ground_range_m: float,
    permittivity: float,
    conductivity: float,
    vertical: bool,
    roughness_m: float,
    divergence: float,
) -> float:
    """Field over its free-space value, |1 + D Gamma exp(-j 2 pi (R2 - R1)/lambda)|, over a plane, one way.

    R1, R2: the direct and the reflected path; the antenna is taken to send equally along both. D: what of the
    reflected field a surface that is not quite a plane leaves; 1 over a plane.
    """
    total = antenna_height_m + target_height_m
    difference = target_height_m - antenna_height_m
    direct = sqrt(ground_range_m * ground_range_m + difference * difference)
    reflected = sqrt(ground_range_m * ground_range_m + total * total)
    longer = 4.0 * antenna_height_m * target_height_m / (direct + reflected)  # reflected - direct, without cancelling
    grazing = float(np.arctan2(total, ground_range_m))
    gamma = divergence * reflection(grazing, freq_hz, permittivity, conductivity, vertical, roughness_m)
    phase = 2.0 * pi * longer * freq_hz / SPEED_OF_LIGHT_MPS
    return float(abs(1.0 + gamma * complex(cos(phase), -sin(phase))))


@kernel
def lobing_factor(
    freq_hz: float,
    antenna_height_m: float,
    target_height_m: float,
    ground_range_m: float,
    permittivity: float,
    conductivity: float,
    vertical: bool,
    roughness_m: float,
) -> float:
    """`two_rays` over flat ground or sea: 0 to 2; the power of a radar echo goes with its fourth power."""
    return two_rays(
        freq_hz, antenna_height_m, target_height_m, ground_range_m, permittivity, conductivity, vertical, roughness_m, 1.0
    )


def lobing_db(
    freq_hz: float,
    antenna_height_m: float,
    target_height_m: ArrayLike,
    ground_range_m: ArrayLike,
    surface: Surface = SEA,
    polarisation: str = "horizontal",
    roughness_m: float = 0.0,
) -> Any:
    """What reflection by flat ground or sea adds to a radar echo, dB, there and back: 40 log10 of `lobing_factor`.

    From -infinity (a null) to +12 dB (a lobe's axis). `roughness_m`: standard deviation of the surface's height.
    """
    if polarisation not in ("horizontal", "vertical"):
        raise InputError(f"polarisation is {polarisation!r}: write 'horizontal' or 'vertical'")
    positive("freq_hz", freq_hz)
    not_negative("antenna_height_m", antenna_height_m)
    not_negative("roughness_m", roughness_m)
    height, ground = np.broadcast_arrays(
        not_negative("target_height_m", target_height_m), positive("ground_range_m", ground_range_m)
    )
    vertical = polarisation == "vertical"
    permittivity, conductivity = float(surface.permittivity), float(surface.conductivity)
    factors = [
        lobing_factor(
            float(freq_hz), float(antenna_height_m), h, g, permittivity, conductivity, vertical, float(roughness_m)
        )
        for h, g in zip(height.ravel().tolist(), ground.ravel().tolist(), strict=True)
    ]
    with np.errstate(divide="ignore"):
        return plain(40.0 * np.log10(np.array(factors)).reshape(height.shape)[()])
