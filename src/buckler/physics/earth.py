"""The WGS-84 earth: geodetic and earth-fixed positions, directions from an observer, geodesics.

Frames: ECEF is the earth-centred earth-fixed frame of WGS 84 (x through the Greenwich meridian on the equator, z
through the north pole); ENU is the local east, north, up frame at a geodetic position (up along the ellipsoid's
normal). Heights are above the ellipsoid, never above the geoid (the two differ by -107 m to +85 m).

Constants: NGA.STND.0036_1.0.0_WGS84 (2014), tables 3.1 and 3.5 (same values in NIMA TR8350.2, 3rd edition, tables 3.1
and 3.3).
"""

from __future__ import annotations

from math import atan2, cos, hypot, pi, sin, sqrt
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.physics.arguments import Floats, finite, latitude, longitude

SEMI_MAJOR_AXIS_M: Final = 6_378_137.0
"""a, defining."""
FLATTENING: Final = 1.0 / 298.257223563
"""f, defining."""
ROTATION_RATE_RADPS: Final = 7.292115e-5
"""omega, defining."""
GRAVITATIONAL_PARAMETER_M3PS2: Final = 3.986004418e14
"""GM of the earth with its atmosphere, defining."""
SEMI_MINOR_AXIS_M: Final = SEMI_MAJOR_AXIS_M * (1.0 - FLATTENING)
"""b = a (1 - f), 6356752.3142 m."""
ECCENTRICITY_SQUARED: Final = FLATTENING * (2.0 - FLATTENING)
"""e^2 = f (2 - f), the first eccentricity squared."""
MEAN_RADIUS_M: Final = (2.0 * SEMI_MAJOR_AXIS_M + SEMI_MINOR_AXIS_M) / 3.0
"""R_1 = (2a + b)/3, 6371008.7714 m: the sphere for formulas that need one."""

_A: Final = SEMI_MAJOR_AXIS_M
_B: Final = SEMI_MINOR_AXIS_M
_A2: Final = _A * _A
_B2: Final = _B * _B
_E2: Final = ECCENTRICITY_SQUARED
_FOCAL2: Final = _A2 * _E2

Basis: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]
"""East, north and up unit vectors in ECEF, one after another."""


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def ecef_from_geodetic(lat_rad: float, lon_rad: float, height_m: float) -> tuple[float, float, float]:
    """Geodetic to ECEF, metres.

    NIMA TR8350.2 (3rd edition) equation 4-14 (X = (N + h) cos(lat) cos(lon), ..., Z = ((1 - e^2) N + h) sin(lat)).
    """
    sin_lat = sin(lat_rad)
    cos_lat = cos(lat_rad)
    normal = _A / sqrt(1.0 - _E2 * sin_lat * sin_lat)
    axial = (normal + height_m) * cos_lat
    return axial * cos(lon_rad), axial * sin(lon_rad), ((1.0 - _E2) * normal + height_m) * sin_lat


@kernel
def geodetic_from_ecef(x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
    """ECEF to geodetic: latitude and longitude in radians, height in metres, of the nearest point of the ellipsoid.

    The foot (p', z') of the perpendicular from (p, z) satisfies p' = a^2 p/(t + a^2 - b^2), z' = b^2 z/t, with t the
    largest root of (a p/(t + a^2 - b^2))^2 + (b z/t)^2 = 1, found by Newton's iteration from Lin and Wang's starting
    value: K.-C. Lin and J. Wang (1995), "Transformation from geocentric to geodetic coordinates using Newton's
    iteration", Bulletin Geodesique 69, 300-303, doi:10.1007/BF00806742 (their m is (t - b^2)/2). From
    t = max(a p - a^2 + b^2, b|z|) on the function is convex and falling, so the iteration, held above that bound,
    converges from any start, the neighbourhood of the centre included. At the centre the nearest points are the poles:
    latitude 90 degrees, height -b.
    """
    p = hypot(x_m, y_m)
    lon = atan2(y_m, x_m)
    bound = max(_A * p - _FOCAL2, _B * abs(z_m))
    if z_m == 0.0 and _A * p <= _FOCAL2:
        # Inside the evolute on the equatorial plane two points are nearest, north and south: the northern one is taken.
        foot_p = _A2 * p / _FOCAL2
        foot_z = _B * sqrt(max(0.0, 1.0 - (foot_p / _A) ** 2))
        return atan2(foot_z * _A2, foot_p * _B2), lon, -hypot(foot_p - p, foot_z)
    az2 = _A2 * z_m * z_m
    bp2 = _B2 * p * p
    s = az2 + bp2
    t = bound
    if s > 0.0:  # the squares of sub-atomic distances from the centre vanish
        t = max(bound, _B2 + (_A * _B * s * sqrt(s) - _A2 * _B2 * s) / (_A2 * az2 + _B2 * bp2))
    for _ in range(60):
        u = _A * p / (t + _FOCAL2)
        w = _B * z_m / t
        t_next = max(bound, t + 0.5 * (u * u + w * w - 1.0) / (u * u / (t + _FOCAL2) + w * w / t))
        change = abs(t_next - t)
        t = t_next
        if change <= 1e-15 * t:
            break
    cos_part = p / (t + _FOCAL2)
    sin_part = z_m / t
    return atan2(sin_part, cos_part), lon, (t - _B2) * hypot(cos_part, sin_part)


@kernel
def enu_basis(lat_rad: float, lon_rad: float) -> Basis:
    """The east, north and up unit vectors in ECEF at a geodetic position: nine numbers, one vector after another."""
    sin_lat = sin(lat_rad)
    cos_lat = cos(lat_rad)
    sin_lon = sin(lon_rad)
    cos_lon = cos(lon_rad)
    return (
        -sin_lon, cos_lon, 0.0,
        -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat,
        cos_lat * cos_lon, cos_lat * sin_lon, sin_lat,
    )  # fmt: skip


@kernel
def enu_from_ecef_vector(basis: Basis, dx: float, dy: float, dz: float) -> tuple[float, float, float]:
    """East, north and up components of an ECEF vector (a difference of positions, a velocity)."""
    return (
        basis[0] * dx + basis[1] * dy + basis[2] * dz,
        basis[3] * dx + basis[4] * dy + basis[5] * dz,
        basis[6] * dx + basis[7] * dy + basis[8] * dz,
    )


@kernel
def ecef_vector_from_enu(basis: Basis, east: float, north: float, up: float) -> tuple[float, float, float]:
    """The ECEF components of a vector given east, north and up."""
    return (
        basis[0] * east + basis[3] * north + basis[6] * up,
        basis[1] * east + basis[4] * north + basis[7] * up,
        basis[2] * east + basis[5] * north + basis[8] * up,
    )


@kernel
def azimuth_elevation_range(
    observer_x: float,
    observer_y: float,
    observer_z: float,
    basis: Basis,
    target_x: float,
    target_y: float,
    target_z: float,
) -> tuple[float, float, float]:
    """Azimuth (radians, clockwise from north, in [0, 2 pi)), elevation (radians) and slant range (m) to a target.

    Observer and target in ECEF, `basis` the observer's `enu_basis`. No refraction. At the observer itself: 0, 0, 0.
    """
    east, north, up = enu_from_ecef_vector(basis, target_x - observer_x, target_y - observer_y, target_z - observer_z)
    level = hypot(east, north)
    azimuth = atan2(east, north)
    if azimuth < 0.0:
        azimuth += 2.0 * pi
        if azimuth >= 2.0 * pi:  # a tiny negative angle rounds up to the full circle
            azimuth = 0.0
    return azimuth, atan2(up, level), hypot(level, up)


@kernel
def _ecef_array(lat_rad: Floats, lon_rad: Floats, height_m: Floats, out: Floats) -> None:
    for i in range(lat_rad.size):
        out[i, 0], out[i, 1], out[i, 2] = ecef_from_geodetic(lat_rad[i], lon_rad[i], height_m[i])


@kernel
def _geodetic_array(x_m: Floats, y_m: Floats, z_m: Floats, out: Floats) -> None:
    for i in range(x_m.size):
        out[i, 0], out[i, 1], out[i, 2] = geodetic_from_ecef(x_m[i], y_m[i], z_m[i])


# --- the public, array-friendly surface, in degrees -------------------------------------------------------------------


class Geodetic(NamedTuple):
    """A geodetic position, or arrays of them."""

    lat_deg: Any
    lon_deg: Any
    height_m: Any


class GeodesicInverse(NamedTuple):
    """The shortest line between two points of the ellipsoid."""

    distance_m: Any
    azimuth1_deg: Any
    azimuth2_deg: Any


class GeodesicDirect(NamedTuple):
    """Where a geodesic of a given length ends."""

    lat_deg: Any
    lon_deg: Any
    azimuth_deg: Any


def geodetic_to_ecef(lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike, height_m: npt.ArrayLike = 0.0) -> Floats:
    """ECEF positions in metres, shape (..., 3), of geodetic ones in degrees and metres; the inputs broadcast."""
    lat, lon, height = np.broadcast_arrays(
        np.radians(latitude("lat_deg", lat_deg)),
        np.radians(longitude("lon_deg", lon_deg)),
        finite("height_m", height_m),
    )
    out = np.empty((lat.size, 3))
    _ecef_array(lat.ravel(), lon.ravel(), height.ravel(), out)
    return out.reshape((*lat.shape, 3))


def ecef_to_geodetic(x_m: npt.ArrayLike, y_m: npt.ArrayLike, z_m: npt.ArrayLike) -> Geodetic:
    """Latitude and longitude in degrees and height in metres of ECEF positions in metres; the inputs broadcast.

    Exact to rounding from the centre outwards; on the axis the longitude is 0.
    """
    x, y, z = np.broadcast_arrays(finite("x_m", x_m), finite("y_m", y_m), finite("z_m", z_m))
    out = np.empty((x.size, 3))
    _geodetic_array(x.ravel(), y.ravel(), z.ravel(), out)
    columns = out.reshape((*x.shape, 3))
    return Geodetic(np.degrees(columns[..., 0])[()], np.degrees(columns[..., 1])[()], columns[..., 2][()])


def geodesic_inverse(
    lat1_deg: npt.ArrayLike, lon1_deg: npt.ArrayLike, lat2_deg: npt.ArrayLike, lon2_deg: npt.ArrayLike
) -> GeodesicInverse:
    """Length in metres and azimuths in degrees at 1 and 2 (along the line, clockwise from north, in [-180, 180]).

    C. F. F. Karney (2013), "Algorithms for geodesics", Journal of Geodesy 87, 43-55, doi:10.1007/s00190-012-0578-z,
    through the author's package geographiclib: accurate to nanometres, near-antipodal points included.
    """
    from geographiclib.geodesic import Geodesic

    lat1, lon1, lat2, lon2 = np.broadcast_arrays(
        latitude("lat1_deg", lat1_deg), longitude("lon1_deg", lon1_deg),
        latitude("lat2_deg", lat2_deg), longitude("lon2_deg", lon2_deg),
    )  # fmt: skip
    out = np.empty((lat1.size, 3))
    mask = Geodesic.DISTANCE | Geodesic.AZIMUTH
    for i, row in enumerate(zip(lat1.ravel(), lon1.ravel(), lat2.ravel(), lon2.ravel(), strict=True)):
        line = Geodesic.WGS84.Inverse(*map(float, row), mask)
        out[i] = line["s12"], line["azi1"], line["azi2"]
    columns = out.reshape((*lat1.shape, 3))
    return GeodesicInverse(columns[..., 0][()], columns[..., 1][()], columns[..., 2][()])


def geodesic_direct(
    lat1_deg: npt.ArrayLike, lon1_deg: npt.ArrayLike, azimuth1_deg: npt.ArrayLike, distance_m: npt.ArrayLike
) -> GeodesicDirect:
    """Where the geodesic from point 1 along an azimuth ends: latitude, longitude in [-180, 180], azimuth there.

    Karney (2013), as `geodesic_inverse`. A negative distance goes backwards.
    """
    from geographiclib.geodesic import Geodesic

    lat1, lon1, azimuth1, distance = np.broadcast_arrays(
        latitude("lat1_deg", lat1_deg), longitude("lon1_deg", lon1_deg),
        finite("azimuth1_deg", azimuth1_deg), finite("distance_m", distance_m),
    )  # fmt: skip
    out = np.empty((lat1.size, 3))
    mask = Geodesic.LATITUDE | Geodesic.LONGITUDE | Geodesic.AZIMUTH
    for i, row in enumerate(zip(lat1.ravel(), lon1.ravel(), azimuth1.ravel(), distance.ravel(), strict=True)):
        line = Geodesic.WGS84.Direct(*map(float, row), mask)
        out[i] = line["lat2"], line["lon2"], line["azi2"]
    columns = out.reshape((*lat1.shape, 3))
    return GeodesicDirect(columns[..., 0][()], columns[..., 1][()], columns[..., 2][()])
