"""How far and on what path a radar beam goes: the public functions of the files that say it.

Here is free-space loss. Straight rays over an enlarged earth: horizon.py; how air bends a ray: refraction.py, refractivity_maps.py;
what flat ground or sea reflects: lobes.py; what air and rain take: gases.py, rain.py.
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from buckler.physics.arguments import plain, positive
from buckler.physics.gases import GaseousAttenuation, gaseous_attenuation_db_per_km, gaseous_loss_db
from buckler.physics.horizon import (
    EARTH_RADIUS_M,
    STANDARD_K,
    elevation_to,
    horizon_m,
    horizon_range_m,
    line_of_sight_m,
)
from buckler.physics.lobes import (
    GROUND_DRY,
    GROUND_WET,
    SEA,
    Surface,
    lobing_db,
    lobing_factor,
    two_rays,
)
from buckler.physics.rain import rain_attenuation_db_per_km, rain_k_alpha
from buckler.physics.refraction import (
    REFERENCE_N,
    REFERENCE_SCALE_M,
    Ray,
    effective_earth_factor,
    refractivity,
    saturation_vapour_pressure_hpa,
    trace,
    trace_ray,
)
from buckler.physics.refractivity_maps import refractivity_gradient, wet_refractivity
from buckler.units import SPEED_OF_LIGHT_MPS

__all__ = [
    "EARTH_RADIUS_M",
    "GROUND_DRY",
    "GROUND_WET",
    "REFERENCE_N",
    "REFERENCE_SCALE_M",
    "SEA",
    "STANDARD_K",
    "GaseousAttenuation",
    "Ray",
    "Surface",
    "effective_earth_factor",
    "elevation_to",
    "free_space_loss_db",
    "gaseous_attenuation_db_per_km",
    "gaseous_loss_db",
    "horizon_m",
    "horizon_range_m",
    "line_of_sight_m",
    "lobing_db",
    "lobing_factor",
    "rain_attenuation_db_per_km",
    "rain_k_alpha",
    "refractivity",
    "refractivity_gradient",
    "saturation_vapour_pressure_hpa",
    "trace",
    "trace_ray",
    "two_rays",
    "wet_refractivity",
]


def free_space_loss_db(freq_hz: ArrayLike, range_m: ArrayLike) -> Any:
    """Free-space loss one way, dB: 20 log10(4 pi R / lambda) (ITU-R P.525-4, equation 3)."""
    wavelength = SPEED_OF_LIGHT_MPS / positive("freq_hz", freq_hz)
    return plain(20.0 * np.log10(4.0 * pi * positive("range_m", range_m) / wavelength))
