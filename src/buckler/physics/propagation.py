"""How far and on what path a radar beam goes: horizon, refraction, free-space loss, lobes over flat ground and sea.

**Refraction.** The radio refractive index n = 1 + N 1e-6 follows Recommendation ITU-R P.453-14 (2019). Where N falls
linearly with height, a ray is straight over an earth of k times its radius (Schelleng, Burrows and Ferrell 1933)

(1)  k = 1 / (1 + a dn/dh)          a = 6371 km; dN/dh = -39 per km gives the usual 4/3

The engine and the maps use that. The exact path through a spherically layered air obeys Bouguer's rule

(2)  n r cos(elevation) = constant  along the ray

and `trace_ray` follows it through the reference exponential air of P.453-14: N = 315 exp(-h / 7.35 km)
(Bean and Thayer 1959, CRPL Exponential Reference Atmosphere, has the same form). Against (2), k = 4/3 puts a ray that
leaves 10 m at 0 degrees 15 m too high at 100 km and 290 m too low at 400 km; one at 1 degree 1 m too low at 100 km, 80
m at 200 km and 930 m at 400 km (17 km high).

**Horizon.** sqrt(2 k a h + h^2) from each end: the length of the straight tangent over the effective earth.

**Lobes.** Over flat ground or sea the direct and the reflected ray interfere (`lobing_factor`): Kerr, Propagation of
Short Radio Waves (1951), chapter 2; Ament's (1953) roughness factor; ground constants of ITU-R P.527. Over the curved
earth, as the engine and the maps take them: multipath.py.

Limits: no ducting (a gradient of -157 N/km or steeper is refused: k would be infinite or negative), no diffraction
beyond the horizon, no lobes over terrain; `lobing_factor` has a flat surface, and holds where the bulge of the earth
between antenna and target is small against both heights. Attenuation by air and rain: attenuation.py; its public
functions are also reached from here.
"""

from __future__ import annotations

import importlib.util
from math import cos, exp, log, pi, sin, sqrt
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics.attenuation import (
    EARTH_RADIUS_M,
    GaseousAttenuation,
    gaseous_attenuation_db_per_km,
    gaseous_loss_db,
    rain_attenuation_db_per_km,
    rain_k_alpha,
)
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

Floats = NDArray[np.float64]

STANDARD_K: Final = 4.0 / 3.0
"""The effective-earth factor of a standard atmosphere."""
REFERENCE_N: Final = 315.0
"""ITU-R P.453-14: refractivity of the reference air at sea level, N-units."""
REFERENCE_SCALE_M: Final = 7350.0
"""ITU-R P.453-14: the height in which it falls by e."""


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


# --- kernels: horizon and straight rays -------------------------------------------------------------------------------


@kernel
def horizon_kernel(height_m: float, effective_radius_m: float) -> float:
    """Distance, m, from a height to the smooth earth's horizon: sqrt(2 R h + h^2); 0 at or under the surface."""
    if height_m <= 0.0:
        return 0.0
    return sqrt(2.0 * effective_radius_m * height_m + height_m * height_m)


@kernel
def line_of_sight_m(h1_m: float, h2_m: float, effective_radius_m: float) -> float:
    """Longest distance, m, at which two heights see each other over a smooth earth: the two horizons together."""
    return horizon_kernel(h1_m, effective_radius_m) + horizon_kernel(h2_m, effective_radius_m)


@kernel
def elevation_to(antenna_height_m: float, height_m: float, ground_range_m: float, effective_factor: float) -> float:
    """Elevation angle, rad, of a straight ray over the effective earth to a height at a range along the ground."""
    effective_radius = effective_factor * EARTH_RADIUS_M
    angle = ground_range_m / effective_radius
    start = effective_radius + antenna_height_m
    end = effective_radius + height_m
    up = height_m - antenna_height_m - 2.0 * end * sin(0.5 * angle) ** 2
    out = end * sin(angle)
    if out == 0.0:
        return 0.5 * pi if height_m >= start - effective_radius else -0.5 * pi
    return float(np.arctan2(up, out))


# --- kernels: the exact ray -------------------------------------------------------------------------------------------


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


# --- kernels: lobes ---------------------------------------------------------------------------------------------------


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


# --- the public, array-friendly surface -------------------------------------------------------------------------------


def horizon_m(h_ant_m: ArrayLike, re_m: ArrayLike = STANDARD_K * EARTH_RADIUS_M) -> Any:
    """Distance, m, from an antenna to the smooth earth's horizon: sqrt(2 re h + h^2); `re_m`: the effective radius."""
    height, radius = _not_negative("h_ant_m", h_ant_m), _positive("re_m", re_m)
    return _plain(np.sqrt(2.0 * radius * height + height * height))


def horizon_range_m(h1_m: ArrayLike, h2_m: ArrayLike, k: ArrayLike = STANDARD_K) -> Any:
    """Distance, m, at which two heights first see each other over a smooth earth with the effective-earth factor `k`.

    10 m and 100 m with k = 4/3: 54.25 km.
    """
    radius = _positive("k", k) * EARTH_RADIUS_M
    return _plain(horizon_m(_not_negative("h1_m", h1_m), radius) + horizon_m(_not_negative("h2_m", h2_m), radius))


def free_space_loss_db(freq_hz: ArrayLike, range_m: ArrayLike) -> Any:
    """Free-space loss one way, dB: 20 log10(4 pi R / lambda) (ITU-R P.525-4, equation 3)."""
    wavelength = SPEED_OF_LIGHT_MPS / _positive("freq_hz", freq_hz)
    return _plain(20.0 * np.log10(4.0 * pi * _positive("range_m", range_m) / wavelength))


def effective_earth_factor(gradient_n_per_km: ArrayLike) -> Any:
    """k of equation (1) from the vertical gradient of refractivity, N-units per km (negative where N falls).

    -39 gives 1.33; 0 gives 1; -157 and below trap the ray (a duct), where no k exists.
    """
    gradient = _finite("gradient_n_per_km", gradient_n_per_km)
    turned = 1.0 + EARTH_RADIUS_M * 1e-9 * gradient
    if np.any(turned <= 0.0):
        raise OutOfRangeError(
            f"gradient_n_per_km is {gradient_n_per_km!r}: at -157 N/km and below a duct traps the ray, which is "
            "not modelled; write a gradient above -157"
        )
    return _plain(1.0 / turned)


class Refractivity(NamedTuple):
    """N-units, floats or arrays."""

    dry: Any
    wet: Any
    total: Any


def refractivity(dry_pressure_hpa: ArrayLike, vapour_pressure_hpa: ArrayLike, temperature_k: ArrayLike) -> Refractivity:
    """Radio refractivity, N-units: ITU-R P.453-14, section 1. Dry air and water vapour pressures apart."""
    dry_hpa = _not_negative("dry_pressure_hpa", dry_pressure_hpa)
    vapour_hpa = _not_negative("vapour_pressure_hpa", vapour_pressure_hpa)
    kelvin = _positive("temperature_k", temperature_k)
    dry = 77.6 * dry_hpa / kelvin
    wet = 72.0 * vapour_hpa / kelvin + 3.75e5 * vapour_hpa / kelvin**2
    return Refractivity(_plain(dry), _plain(wet), _plain(dry + wet))


def saturation_vapour_pressure_hpa(
    temperature_c: ArrayLike, pressure_hpa: ArrayLike = 1013.25, ice: bool = False
) -> Any:
    """Saturation pressure of water vapour over water (or ice), hPa: ITU-R P.453-14, equation (9).

    Over water from -40 to 50 degC, over ice from -80 to 0 degC.
    """
    t, p = _finite("temperature_c", temperature_c), _positive("pressure_hpa", pressure_hpa)
    if ice:
        enhancement = 1.0 + 1e-4 * (2.2 + p * (0.0383 + 6.4e-6 * t * t))
        return _plain(enhancement * 6.1115 * np.exp((23.036 - t / 333.7) * t / (t + 279.82)))
    enhancement = 1.0 + 1e-4 * (7.2 + p * (0.0320 + 5.9e-6 * t * t))
    return _plain(enhancement * 6.1121 * np.exp((18.678 - t / 234.5) * t / (t + 257.14)))


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
    _positive("scale_height_m", scale_height_m)
    if not 0.0 <= surface_n / scale_height_m * 1000.0 * EARTH_RADIUS_M * 1e-9 < 1.0:
        raise OutOfRangeError(
            f"surface_n {surface_n!r} over scale_height_m {scale_height_m!r} falls by 157 N/km or more at the ground: "
            "a duct, which is not modelled"
        )
    height, elevation, along = np.broadcast_arrays(
        _finite("antenna_height_m", antenna_height_m),
        _finite("elevation_deg", elevation_deg),
        _not_negative("range_m", range_m),
    )
    if np.any(np.abs(elevation) > 90.0):
        raise InputError(f"elevation_deg is {elevation_deg!r}: write degrees between -90 and 90")
    rows = [
        trace(float(h), float(np.radians(e)), float(s), float(surface_n), float(scale_height_m), EARTH_RADIUS_M)
        for h, e, s in zip(height.ravel(), elevation.ravel(), along.ravel(), strict=True)
    ]
    out = np.array(rows).reshape((*height.shape, 4))
    return Ray(
        _plain(out[..., 0][()]),
        _plain(out[..., 1][()]),
        _plain(np.degrees(out[..., 2])[()]),
        _plain(np.degrees(out[..., 3])[()]),
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
    _positive("freq_hz", freq_hz)
    _not_negative("antenna_height_m", antenna_height_m)
    _not_negative("roughness_m", roughness_m)
    height, ground = np.broadcast_arrays(
        _not_negative("target_height_m", target_height_m), _positive("ground_range_m", ground_range_m)
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
        return _plain(40.0 * np.log10(np.array(factors)).reshape(height.shape)[()])


# --- the maps of P.453, from an installed itur ------------------------------------------------------------------------

_NWET_SHARES: Final = (0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 60, 70, 80, 90, 95, 99)
_GRADIENT_SHARES: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9)


def wet_refractivity(lat: ArrayLike, lon: ArrayLike, p: float = 50.0) -> Any:
    """Wet refractivity at the surface exceeded for `p` per cent of an average year, N-units: the map of ITU-R P.453-14.

    Needs the digital maps, which come with the optional package itur (`pip install 'buckler[itu]'`); its data files
    are read, its code is not run. Bilinear in position, linear in the logarithm of `p`, from 0.1 to 99 per cent.
    """
    return _map_value(lat, lon, p, _NWET_SHARES, _nwet_name, south_first=True)


def refractivity_gradient(lat: ArrayLike, lon: ArrayLike, p: float = 50.0, layer_m: int = 1000) -> Any:
    """Gradient of refractivity, N/km, not exceeded for `p` per cent of an average year: the maps of ITU-R P.453-14.

    For `effective_earth_factor`. `layer_m`: 1000 (the lowest kilometre) or 65 (the lowest 65 m, where ducts form).
    Needs the digital maps, as `wet_refractivity` does; from 0.1 to 99.9 per cent.
    """
    if layer_m not in (65, 1000):
        raise InputError(f"layer_m is {layer_m!r}: the maps are of the lowest 65 m or 1000 m")
    name = _gradient_name if layer_m == 1000 else _shallow_gradient_name
    return _map_value(lat, lon, p, _GRADIENT_SHARES, name, south_first=False)


def _nwet_name(share: float) -> str:
    return f"v13_nwet_annual_{f'{share:g}'.replace('.', '')}.npz"


def _gradient_name(share: float) -> str:
    return f"v12_dn_{int(share):02d}d{round(100 * (share % 1)):02d}_v1.npz"


def _shallow_gradient_name(share: float) -> str:
    return _gradient_name(share).replace("_dn_", "_dn65m_")


def _map_folder() -> Path:
    found = importlib.util.find_spec("itur")
    folder = Path(found.origin).parent / "data" / "453" if found is not None and found.origin is not None else None
    if folder is None or not folder.is_dir():
        raise InputError(
            "no map of refractivity is installed, and buckler packages none: install the ITU's digital maps with "
            "`pip install 'buckler[itu]'`, or give k yourself (4/3 in a standard atmosphere)"
        )
    return folder


def _map_value(
    lat: ArrayLike, lon: ArrayLike, p: float, shares: tuple[float, ...], name: Any, south_first: bool
) -> Any:
    latitude, longitude = np.broadcast_arrays(_finite("lat", lat), _finite("lon", lon))
    if np.any(np.abs(latitude) > 90.0):
        raise InputError(f"lat is {lat!r}: write degrees between -90 and 90")
    if not shares[0] <= p <= shares[-1]:
        raise OutOfRangeError(f"p is {p!r}: the map holds from {shares[0]} to {shares[-1]} per cent of the time")
    above = next(i for i, share in enumerate(shares) if share >= p)
    below = above if shares[above] == p else above - 1
    folder = _map_folder()

    def at(share: float) -> Floats:
        with np.load(folder / name(share)) as stored:
            grid = stored["arr_0"]
        return _bilinear(
            grid if south_first else grid[::-1], latitude, longitude, wraps_at=-180.0 if south_first else 0.0
        )

    low = at(shares[below])
    if above == below:
        return _plain(low[()])
    part = log(p / shares[below]) / log(shares[above] / shares[below])
    return _plain((low + (at(shares[above]) - low) * part)[()])


def _bilinear(grid: Floats, latitude: Floats, longitude: Floats, wraps_at: float) -> Floats:
    """A value of a world grid that starts in the south at the longitude `wraps_at` and closes on itself."""
    rows, columns = grid.shape
    row = (latitude + 90.0) * (rows - 1) / 180.0
    column = ((longitude - wraps_at) % 360.0) * (columns - 1) / 360.0
    i = np.minimum(row.astype(np.int64), rows - 2)
    j = np.minimum(column.astype(np.int64), columns - 2)
    y, x = row - i, column - j
    south = grid[i, j] * (1 - x) + grid[i, j + 1] * x
    return np.asarray(south * (1 - y) + (grid[i + 1, j] * (1 - x) + grid[i + 1, j + 1] * x) * y)


def _finite(name: str, value: ArrayLike) -> Floats:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is {value!r}: write a number or an array of numbers") from None
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name} is {value!r}: write finite numbers")
    return array


def _positive(name: str, value: ArrayLike) -> Floats:
    array = _finite(name, value)
    if np.any(array <= 0.0):
        raise InputError(f"{name} is {value!r}: write a number above 0")
    return array


def _not_negative(name: str, value: ArrayLike) -> Floats:
    array = _finite(name, value)
    if np.any(array < 0.0):
        raise InputError(f"{name} is {value!r}: write 0 or more")
    return array


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value
