"""How air bends a ray: refractivity, the effective-earth factor, and the exact path.

The radio refractive index n = 1 + N 1e-6 follows Recommendation ITU-R P.453-14 (2019). Where N falls linearly with height, a ray is
straight over an earth of k times its radius (Schelleng, Burrows and Ferrell 1933)

(1)  k = 1 / (1 + a dn/dh)          a = 6371 km; dN/dh = -39 per km gives the usual 4/3

The engine and the maps use that (horizon.py). The exact path through a spherically layered air obeys Bouguer's rule

(2)  n r cos(elevation) = constant  along the ray

and `trace_ray` follows it through the reference exponential air of P.453-14: N = 315 exp(-h / 7.35 km)
(Bean and Thayer 1959, CRPL Exponential Reference Atmosphere, has the same form). Against (2), k = 4/3 puts a ray that
leaves 10 m at 0 degrees 15 m too high at 100 km and 290 m too low at 400 km; one at 1 degree 1 m too low at 100 km, 80
m at 200 km and 930 m at 400 km (17 km high).

Limits: no ducting (a gradient of -157 N/km or steeper is refused: k would be infinite or negative). Maps of refractivity over the
world: refractivity_maps.py.
"""

from __future__ import annotations

from math import cos, exp, sin
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics.arguments import finite, not_negative, plain, positive
from buckler.physics.horizon import EARTH_RADIUS_M

REFERENCE_N: Final = 315.0
"""ITU-R P.453-14: refractivity of the reference air at sea level, N-units."""
REFERENCE_SCALE_M: Final = 7350.0
"""ITU-R P.453-14: the height in which it falls by e."""


@kernel
def _turning(height_m: float, elevation: float, n0: float, scale_m: float, radius_m: float) -> float:
    """d(elevation)/ds of equation (2) differentiated: cos(elevation) (1/r + n'/n)."""
    excess = 1e-6 * n0 * exp(-height_m / scale_m)
    return cos(elevation) * (1.0 / (radius_m + height_m) - excess / scale_m / (1.0 + excess))


@kernel
def trace(
    height_m: float, elevation_rad: float, range_m: float, n0: float, scale_m: float, radius_m: float
) -> tuple[float, float, float, float]:
    """Follow a ray for `range_m` along itself through N = n0 exp(-h/scale): fourth-order Runge-Kutta in path length.

    Returns height (m), ground range (arc at sea level, m), elevation at the end (rad) and total bending (rad).
    """
    steps = max(8, int(range_m / 500.0) + 1)
    step = range_m / steps
    height = height_m
    elevation = elevation_rad
    arc = 0.0
    for _ in range(steps):
        h1 = sin(elevation)
        e1 = _turning(height, elevation, n0, scale_m, radius_m)
        a1 = cos(elevation) / (radius_m + height)
        h2 = sin(elevation + 0.5 * step * e1)
        e2 = _turning(height + 0.5 * step * h1, elevation + 0.5 * step * e1, n0, scale_m, radius_m)
        a2 = cos(elevation + 0.5 * step * e1) / (radius_m + height + 0.5 * step * h1)
        h3 = sin(elevation + 0.5 * step * e2)
        e3 = _turning(height + 0.5 * step * h2, elevation + 0.5 * step * e2, n0, scale_m, radius_m)
        a3 = cos(elevation + 0.5 * step * e2) / (radius_m + height + 0.5 * step * h2)
        h4 = sin(elevation + step * e3)
        e4 = _turning(height + step * h3, elevation + step * e3, n0, scale_m, radius_m)
        a4 = cos(elevation + step * e3) / (radius_m + height + step * h3)
        height += step * (h1 + 2.0 * h2 + 2.0 * h3 + h4) / 6.0
        elevation += step * (e1 + 2.0 * e2 + 2.0 * e3 + e4) / 6.0
        arc += step * (a1 + 2.0 * a2 + 2.0 * a3 + a4) / 6.0
    # The local horizontal has turned by the arc; what the elevation lacks of that, the ray has bent.
    return height, arc * radius_m, elevation, arc - (elevation - elevation_rad)


def effective_earth_factor(gradient_n_per_km: ArrayLike) -> Any:
    """k of equation (1) from the vertical gradient of refractivity, N-units per km (negative where N falls).

    -39 gives 1.33; 0 gives 1; -157 and below trap the ray (a duct), where no k exists.
    """
    gradient = finite("gradient_n_per_km", gradient_n_per_km)
    turned = 1.0 + EARTH_RADIUS_M * 1e-9 * gradient
    if np.any(turned <= 0.0):
        raise OutOfRangeError(
            f"gradient_n_per_km is {gradient_n_per_km!r}: at -157 N/km and below a duct traps the ray, which is "
            "not modelled; write a gradient above -157"
        )
    return plain(1.0 / turned)


class Refractivity(NamedTuple):
    """N-units, floats or arrays."""

    dry: Any
    wet: Any
    total: Any


def refractivity(dry_pressure_hpa: ArrayLike, vapour_pressure_hpa: ArrayLike, temperature_k: ArrayLike) -> Refractivity:
    """Radio refractivity, N-units: ITU-R P.453-14, section 1. Dry air and water vapour pressures apart."""
    dry_hpa = not_negative("dry_pressure_hpa", dry_pressure_hpa)
    vapour_hpa = not_negative("vapour_pressure_hpa", vapour_pressure_hpa)
    kelvin = positive("temperature_k", temperature_k)
    dry = 77.6 * dry_hpa / kelvin
    wet = 72.0 * vapour_hpa / kelvin + 3.75e5 * vapour_hpa / kelvin**2
    return Refractivity(plain(dry), plain(wet), plain(dry + wet))


def saturation_vapour_pressure_hpa(
    temperature_c: ArrayLike, pressure_hpa: ArrayLike = 1013.25, ice: bool = False
) -> Any:
    """Saturation pressure of water vapour over water (or ice), hPa: ITU-R P.453-14, equation (9).

    Over water from -40 to 50 degC, over ice from -80 to 0 degC.
    """
    t, p = finite("temperature_c", temperature_c), positive("pressure_hpa", pressure_hpa)
    if ice:
        enhancement = 1.0 + 1e-4 * (2.2 + p * (0.0383 + 6.4e-6 * t * t))
        return plain(enhancement * 6.1115 * np.exp((23.036 - t / 333.7) * t / (t + 279.82)))
    enhancement = 1.0 + 1e-4 * (7.2 + p * (0.0320 + 5.9e-6 * t * t))
    return plain(enhancement * 6.1121 * np.exp((18.678 - t / 234.5) * t / (t + 257.14)))


class Ray(NamedTuple):
    """Where a ray is after its path: floats or arrays."""

    height_m: Any
    ground_range_m: Any
    elevation_deg: Any
    bending_deg: Any


def trace_ray(
    antenna_height_m: ArrayLike,
    elevation_deg: ArrayLike,
    range_m: ArrayLike,
    surface_n: float = REFERENCE_N,
    scale_height_m: float = REFERENCE_SCALE_M,
) -> Ray:
    """The exact ray of equation (2) through an exponential air, `range_m` along its path. Arguments broadcast."""
    positive("scale_height_m", scale_height_m)
    if not 0.0 <= surface_n / scale_height_m * 1000.0 * EARTH_RADIUS_M * 1e-9 < 1.0:
        raise OutOfRangeError(
            f"surface_n {surface_n!r} over scale_height_m {scale_height_m!r} falls by 157 N/km or more at the ground: "
            "a duct, which is not modelled"
        )
    height, elevation, along = np.broadcast_arrays(
        finite("antenna_height_m", antenna_height_m),
        finite("elevation_deg", elevation_deg),
        not_negative("range_m", range_m),
    )
    if np.any(np.abs(elevation) > 90.0):
        raise InputError(f"elevation_deg is {elevation_deg!r}: write degrees between -90 and 90")
    rows = [
        trace(float(h), float(np.radians(e)), float(s), float(surface_n), float(scale_height_m), EARTH_RADIUS_M)
        for h, e, s in zip(height.ravel(), elevation.ravel(), along.ravel(), strict=True)
    ]
    out = np.array(rows).reshape((*height.shape, 4))
    return Ray(
        plain(out[..., 0][()]),
        plain(out[..., 1][()]),
        plain(np.degrees(out[..., 2])[()]),
        plain(np.degrees(out[..., 3])[()]),
    )
