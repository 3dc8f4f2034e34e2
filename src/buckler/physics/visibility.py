"""What a sensor can see over the ground: the lowest visible height, for every height of target at once.

**Geometry.** A refracted ray in an atmosphere whose refractivity falls linearly with height is a straight line over a
sphere of the effective radius R_e = k a, k = 4/3 in a standard atmosphere (Schelleng, Burrows and Ferrell 1933, Proc.
IRE 21, 427, doi:10.1109/JRPROC.1933.227639; Recommendation ITU-R P.310, "effective radius of the Earth"). Heights above sea level
and ranges along the ground are kept. From an antenna at height h_a, a point at ground range d and height h is seen at
the elevation e:

    tan e = ((R_e + h) cos t - (R_e + h_a)) / ((R_e + h) sin t),    t = d / R_e                                     (1)

and the line that leaves at elevation e is at range d at the height

    h = (R_e + h_a) / (cos t - tan e sin t) - R_e                                                                   (2)

**Sweep.** Along one azimuth the ground at range d hides whatever lies under the line through the steepest ground nearer
than d. One running maximum of (1) along each radial, put into (2), is therefore the lowest height in sight at every
range: of all target heights at once. Two tables hold that line and the ground under it; the lowest height seen is the
larger of the two, since nothing flies under the ground. Between azimuths and ranges the line alone is interpolated: it
is smooth where the ground is not, and a target low over a valley is not hidden by the valley's rim beside it. An
antenna in the air looks down by the same equations.

**Limits.** No diffraction (a real radar sees a little into the shadow of a ridge), no ducting, no vegetation or
buildings unless the terrain holds them; terrain coarser than a ridge does not show ridges (`Terrain.caveat`). Beyond
the terrain's rim the ground is taken as sea level: `known_to_m` says from which range on.

**Ground tracks.** A radial follows the circle that fits the ellipsoid at the sensor in that azimuth (radius by Euler's
theorem), then drops to the ellipsoid: within 1 m of the geodesic at 300 km, 5 m at 700 km.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, cos, floor, inf, isnan, pi, sin, sqrt
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import borrowing_kernel, kernel
from buckler.errors import InputError
from buckler.physics.arguments import latitude, longitude
from buckler.physics.earth import (
    ECCENTRICITY_SQUARED,
    MEAN_RADIUS_M,
    SEMI_MAJOR_AXIS_M,
    ecef_from_geodetic,
    ecef_vector_from_enu,
    enu_basis,
    geodetic_from_ecef,
)
from buckler.physics.series import sine_cosine
from buckler.physics.terrain import Heights, Terrain, height_at

Table: TypeAlias = npt.NDArray[np.float32]

EARTH_FACTOR: Final = 4.0 / 3.0
"""k of a standard atmosphere: a refractivity gradient of about -40 N-units/km (ITU-R P.310)."""
KNOT_M: Final = 5000.0
"""A radial's ground track is computed this often and straight in latitude and longitude between: within 1 m up to 65 degrees."""
_DEG: Final = 180.0 / pi
_TURNS: Final = 0.5 / pi
_NEVER_M: Final = 1e9
"""Stands for a line that never comes down to a range: interpolation needs a number."""


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def elevation_tangent(antenna_m: float, height_m: float, ground_range_m: float, effective_radius_m: float) -> float:
    """Tangent of the elevation at which an antenna sees a point: equation (1). Heights above sea level; range > 0."""
    sine, cosine = sine_cosine(ground_range_m / effective_radius_m)
    r = effective_radius_m + height_m
    return (r * cosine - (effective_radius_m + antenna_m)) / (r * sine)


@kernel
def height_on_line(antenna_m: float, tangent: float, ground_range_m: float, effective_radius_m: float) -> float:
    """Height above sea level, at a ground range, of the line that leaves the antenna at an elevation: equation (2).

    Infinite where the line never reaches that range.
    """
    angle = ground_range_m / effective_radius_m
    below = cos(angle) - tangent * sin(angle)
    if below <= 0.0:
        return inf
    return (effective_radius_m + antenna_m) / below - effective_radius_m


@kernel
def radial_point(lat_rad: float, lon_rad: float, azimuth_rad: float, ground_range_m: float) -> tuple[float, float]:
    """Latitude and longitude in radians at a ground range along an azimuth (see "Ground tracks" above).

    Radius of the normal section by Euler's theorem: 1/R = cos^2(az)/M + sin^2(az)/N, M and N the principal radii.
    """
    w2 = 1.0 - ECCENTRICITY_SQUARED * sin(lat_rad) ** 2
    prime_vertical = SEMI_MAJOR_AXIS_M / sqrt(w2)
    meridian = prime_vertical * (1.0 - ECCENTRICITY_SQUARED) / w2
    radius = 1.0 / (cos(azimuth_rad) ** 2 / meridian + sin(azimuth_rad) ** 2 / prime_vertical)
    along = radius * sin(ground_range_m / radius)
    down = -2.0 * radius * sin(0.5 * ground_range_m / radius) ** 2
    x0, y0, z0 = ecef_from_geodetic(lat_rad, lon_rad, 0.0)
    east = along * sin(azimuth_rad)
    north = along * cos(azimuth_rad)
    x, y, z = ecef_vector_from_enu(enu_basis(lat_rad, lon_rad), east, north, down)
    lat, lon, _ = geodetic_from_ecef(x0 + x, y0 + y, z0 + z)
    return lat, lon


@kernel
def lowest_visible_height(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float,
    lat_deg: float, lon_deg: float, antenna_m: float, effective_radius_m: float,
    range_step_m: float, samples_per_step: int, line_m: Table, surface_m: Table, known_to_m: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    """One radial sweep over a grid of latitude and longitude: fills `line_m`, `surface_m` and `known_to_m`.

    `grid` and the four numbers after it are a `Terrain.grid`; `antenna_m` is above sea level. At azimuth 2 pi j /
    azimuths and ground range i * range_step_m, `line_m[j, i]` becomes the lowest height in line of sight over all the
    ground that is nearer (the ground's own where none is) and `surface_m[j, i]` the ground's, metres above sea level;
    the ground is sampled `samples_per_step` times as often. `known_to_m[j]` becomes the range to which radial j lies on
    the grid.
    """
    azimuths, ranges = line_m.shape
    lat = lat_deg / _DEG
    lon = lon_deg / _DEG
    step = range_step_m / samples_per_step
    stride = max(1, int(KNOT_M / step))
    ground_here = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat_deg, lon_deg)
    for j in range(azimuths):
        azimuth = 2.0 * pi * j / azimuths
        horizon = -inf
        known = True
        known_to_m[j] = (ranges - 1) * range_step_m
        surface_m[j, 0] = 0.0 if isnan(ground_here) else ground_here
        line_m[j, 0] = surface_m[j, 0]
        lat_a, lon_a, lat_b, lon_b = lat, lon, lat, lon
        for n in range(1, (ranges - 1) * samples_per_step + 1):
            distance = n * step
            ground = 0.0
            if known:
                past = (n - 1) % stride
                if past == 0:
                    lat_a, lon_a = lat_b, lon_b
                    lat_b, lon_b = radial_point(lat, lon, azimuth, (n - 1 + stride) * step)
                share = (past + 1.0) / stride
                here_lat = lat_a + share * (lat_b - lat_a)
                here_lon = lon_a + share * ((lon_b - lon_a + pi) % (2.0 * pi) - pi)
                ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, here_lat * _DEG, here_lon * _DEG)
                if isnan(ground):
                    ground = 0.0
                    known = False
                    known_to_m[j] = distance - step
            if n % samples_per_step == 0:
                line = height_on_line(antenna_m, horizon, distance, effective_radius_m) if horizon > -inf else ground
                surface_m[j, n // samples_per_step] = ground
                line_m[j, n // samples_per_step] = min(line, _NEVER_M)
            horizon = max(horizon, elevation_tangent(antenna_m, ground, distance, effective_radius_m))


@borrowing_kernel
def lowest_seen_m(table: Table, range_step_m: float, azimuth_rad: float, ground_range_m: float) -> float:
    """A table's height, metres above sea level, at an azimuth (any turn) and ground range: bilinear.

    Infinite beyond the table's last range: not looked at is not seen.
    """
    azimuths, ranges = table.shape
    position = ground_range_m / range_step_m
    if not 0.0 <= position <= ranges - 1.0:
        return inf
    i = min(int(position), ranges - 2)
    v = position - i
    turn = azimuth_rad * _TURNS
    around = (turn - floor(turn)) * azimuths
    first = int(around)
    u = around - first
    if first >= azimuths:  # a hair below a whole turn, rounded
        first = 0
    second = first + 1 if first + 1 < azimuths else 0
    # float(): interpreted, a float32 would keep the whole sum in single precision
    near = (1.0 - u) * float(table[first, i]) + u * float(table[second, i])
    far = (1.0 - u) * float(table[first, i + 1]) + u * float(table[second, i + 1])
    return float((1.0 - v) * near + v * far)


@borrowing_kernel
def visible(table: Table, range_step_m: float, azimuth_rad: float, ground_range_m: float, height_m: float) -> bool:
    """Whether a point at an azimuth, a ground range and a height above sea level is in the sensor's line of sight.

    `table`: the line of `lowest_visible_height`. The engine and every map ask here.
    """
    return height_m >= lowest_seen_m(table, range_step_m, azimuth_rad, ground_range_m)


# --- tables -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class HorizonTable:
    """The lowest height that one sensor sees, by azimuth and ground range."""

    line_m: Table = field(repr=False)
    """float32 [azimuth, range]: the lowest height in line of sight over nearer ground, metres above sea level; under the
    ground where the ground itself is seen. Azimuth j is j/azimuths of a turn clockwise from north."""
    surface_m: Table = field(repr=False)
    """float32 [azimuth, range]: height of the ground, above sea level."""
    range_step_m: float
    lat_deg: float
    lon_deg: float
    ground_m: float
    """Height of the ground under the sensor, above sea level."""
    antenna_m: float
    """Height of the antenna, above sea level."""
    earth_factor: float
    known_to_m: npt.NDArray[np.float64] = field(repr=False)
    """[azimuth]: the range to which the ground is known; beyond it the sea stands for the ground."""
    source: str
    caveat: str

    @cached_property
    def lowest_m(self) -> Table:
        """float32 [azimuth, range]: the lowest height seen, never under the ground."""
        return np.maximum(self.line_m, self.surface_m)

    @property
    def max_range_m(self) -> float:
        """The last ground range of the table."""
        return float((self.line_m.shape[1] - 1) * self.range_step_m)

    def lowest_seen_m(self, azimuth_deg: npt.ArrayLike, ground_range_m: npt.ArrayLike) -> Any:
        """The lowest height seen, metres above sea level, at azimuths in degrees and ground ranges in metres."""
        azimuth, distance = np.broadcast_arrays(
            np.radians(np.asarray(azimuth_deg, dtype=np.float64)), np.asarray(ground_range_m, dtype=np.float64)
        )
        out = np.empty(azimuth.size)
        _look_up(self.lowest_m, self.range_step_m, azimuth.ravel(), distance.ravel(), out)
        return out.reshape(azimuth.shape)[()]


@kernel
def _look_up(
    table: Table, range_step_m: float, azimuth_rad: npt.NDArray[np.float64], ground_range_m: npt.NDArray[np.float64],
    out: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    for n in range(out.size):
        out[n] = lowest_seen_m(table, range_step_m, azimuth_rad[n], ground_range_m[n])


def horizon_table(
    terrain: Terrain,
    lat_deg: float,
    lon_deg: float,
    antenna_height_m: float,
    *,
    max_range_m: float,
    ground_m: float | None = None,
    azimuths: int = 720,
    range_step_m: float = 1000.0,
    earth_factor: float = EARTH_FACTOR,
) -> HorizonTable:
    """Sweep the terrain around one sensor.

    `antenna_height_m` is above the ground under the sensor, or above `ground_m` where that is given (0 for an aircraft
    whose height is above sea level). The ground is sampled at least twice a cell and at every `range_step_m`.
    """
    latitude("lat_deg", lat_deg)
    longitude("lon_deg", lon_deg)
    for name, value in (("max_range_m", max_range_m), ("range_step_m", range_step_m), ("earth_factor", earth_factor)):
        if not 0.0 < value < inf:
            raise InputError(f"{name} is {value}: write a number greater than 0")
    if azimuths < 4:
        raise InputError(f"azimuths is {azimuths}: write at least 4")
    base = float(terrain.height_m(lat_deg, lon_deg)) if ground_m is None else float(ground_m)
    if not 0.0 <= antenna_height_m < inf:
        raise InputError(f"the antenna stands {antenna_height_m} m above its ground: write a height of 0 m or more")
    if (
        terrain.covers(lat_deg, lon_deg)
        and (here := float(terrain.height_m(lat_deg, lon_deg))) > base + antenna_height_m
    ):
        raise InputError(
            f"the antenna at {lat_deg:g}, {lon_deg:g}, {base + antenna_height_m:g} m above sea level, is under the "
            f"ground ({here:g} m in {terrain.source}): raise it, or leave the ground to the terrain"
        )
    samples = max(1, ceil(range_step_m / (0.5 * terrain.cell_m)))
    ranges = ceil(max_range_m / range_step_m) + 1
    line, surface = np.empty((2, azimuths, ranges), dtype=np.float32)
    known_to = np.empty(azimuths)
    lowest_visible_height(
        *terrain.grid, lat_deg, lon_deg, base + antenna_height_m, earth_factor * MEAN_RADIUS_M,
        range_step_m, samples, line, surface, known_to,
    )  # fmt: skip
    return HorizonTable(
        line, surface, range_step_m, lat_deg, lon_deg, base, base + antenna_height_m, earth_factor, known_to,
        terrain.source, terrain.caveat,
    )  # fmt: skip
