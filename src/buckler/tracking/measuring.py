"""What a sensor measures of a state, and how that changes with the state: the measurement models.

With d = p - s in the sensor's axes east, north and up (e, n, u), g^2 = e^2 + n^2 and w the target's velocity there:

(1)  range r = |d|, azimuth atan2(e, n) from north clockwise, elevation atan2(u, g), range rate d.w / r (radians, m/s;
     no refraction, no Doppler folding)
(2)  or the position itself, d

(Bar-Shalom, Li and Kirubarajan 2001, section 10.4.2, with azimuth from north.) A component with an infinite standard
deviation is not measured: a 2-D radar has no elevation. A plot may be older or newer than the state by a lag, over which
the target flies straight on: p is p + lag v. In (1) an azimuth within a metre of the vertical through the sensor says
nothing and is left out.
"""

from __future__ import annotations

from math import atan2, hypot, isfinite, isinf, pi, radians, sqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from buckler.compiled import borrowing_kernel, inlined_kernel, kernel
from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M, enu_basis, geodetic_to_ecef
from buckler.physics.series import arctangent

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

POLAR: Final = 0
POSITION: Final = 1
COMPONENTS: Final = 4
"""Range, azimuth, elevation, range rate; or x, y, z and nothing."""

SITE: Final = np.dtype(
    (
        np.record,
        [
            ("kind", "i4"),  # POLAR or POSITION
            ("position_m", "f8", (3,)),  # m, in the tracking frame
            ("axes", "f8", (3, 3)),  # rows: unit vectors east, north, up in the tracking frame
            ("maximum_range_m", "f8"),  # m: nothing is expected beyond
            ("minimum_elevation_rad", "f8"),  # rad: nothing is expected below
            ("maximum_elevation_rad", "f8"),  # rad: nor above
            ("detection_probability", "f8"),  # of a target in coverage, in one scan
            ("clutter", "f8"),  # false plots expected in one scan
            ("curvature_per_m", "f8"),  # 1/m: 1 / (2 earth radius), 0 in a flat frame
            ("height_m", "f8"),  # m above the sensor, assumed where no elevation is measured
            ("height_std_m", "f8"),  # m, its standard deviation
            ("misses_count", "i4"),  # 1: a scan without a plot of a target in coverage counts against its track
        ],
    )
)  # fmt: skip
"""A sensor as the kernels take it."""

PLOT: Final = np.dtype(
    (
        np.record,
        [
            ("time_s", "f8"),  # s
            ("value", "f8", (COMPONENTS,)),  # m, rad, rad, m/s; or m
            ("noise_std", "f8", (COMPONENTS,)),  # the standard deviation of each; inf: not measured
        ],
    )
)
"""One plot: a measurement with its own time and noise."""


@inlined_kernel
def wrapped(angle_rad: float) -> float:
    """The same angle between -pi and pi."""
    if -pi <= angle_rad <= pi:
        return angle_rad
    return (angle_rad + pi) % (2.0 * pi) - pi


@borrowing_kernel
def measure(site: Any, x: NDArray[np.float64], lag_s: float, z: NDArray[np.float64], H: NDArray[np.float64]) -> bool:
    """Equations (1), (2) and their Jacobian: z (4,), H (4, 6) by position and velocity. False where azimuth fails."""
    px, py, pz = x[0] + lag_s * x[3], x[1] + lag_s * x[4], x[2] + lag_s * x[5]
    dx, dy, dz = px - site.position_m[0], py - site.position_m[1], pz - site.position_m[2]
    e = site.axes[0, 0] * dx + site.axes[0, 1] * dy + site.axes[0, 2] * dz
    n = site.axes[1, 0] * dx + site.axes[1, 1] * dy + site.axes[1, 2] * dz
    u = site.axes[2, 0] * dx + site.axes[2, 1] * dy + site.axes[2, 2] * dz
    if site.kind == POSITION:
        z[0], z[1], z[2], z[3] = e, n, u, 0.0
        for k in range(3):
            for j in range(3):
                H[k, j] = site.axes[k, j]
                H[k, j + 3] = lag_s * site.axes[k, j]
            H[3, k] = 0.0
            H[3, k + 3] = 0.0
        return True
    g2 = e * e + n * n
    r2 = g2 + u * u
    g, r = sqrt(g2), sqrt(r2)
    level = g > 1.0
    g = max(g, 1.0e-3)
    r = max(r, 1.0e-3)
    we = site.axes[0, 0] * x[3] + site.axes[0, 1] * x[4] + site.axes[0, 2] * x[5]
    wn = site.axes[1, 0] * x[3] + site.axes[1, 1] * x[4] + site.axes[1, 2] * x[5]
    wu = site.axes[2, 0] * x[3] + site.axes[2, 1] * x[4] + site.axes[2, 2] * x[5]
    rate = (e * we + n * wn + u * wu) / r
    z[0], z[1], z[2], z[3] = r, atan2(e, n), atan2(u, g), rate
    re, rn, ru = e / r, n / r, u / r
    ae, an = n / (g * g), -e / (g * g)
    be, bn, bu = -re * ru / g, -rn * ru / g, g / (r * r)
    ce, cn, cu = (we - rate * re) / r, (wn - rate * rn) / r, (wu - rate * ru) / r
    for j in range(3):
        xe, xn, xu = site.axes[0, j], site.axes[1, j], site.axes[2, j]
        H[0, j] = re * xe + rn * xn + ru * xu
        H[1, j] = ae * xe + an * xn
        H[2, j] = be * xe + bn * xn + bu * xu
        H[3, j] = ce * xe + cn * xn + cu * xu
        H[0, j + 3] = lag_s * H[0, j]
        H[1, j + 3] = lag_s * H[1, j]
        H[2, j + 3] = lag_s * H[2, j]
        H[3, j + 3] = lag_s * H[3, j] + H[0, j]
    return level


@inlined_kernel
def measure_place(site: Any, x: NDArray[np.float64], near: NDArray[np.float64]) -> bool:
    """`measure` without lag and without Doppler, which most plots need no more than: near (12,) is z (3,), then H (3, 3) row by row."""
    dx, dy, dz = x[0] - site.position_m[0], x[1] - site.position_m[1], x[2] - site.position_m[2]
    e = site.axes[0, 0] * dx + site.axes[0, 1] * dy + site.axes[0, 2] * dz
    n = site.axes[1, 0] * dx + site.axes[1, 1] * dy + site.axes[1, 2] * dz
    u = site.axes[2, 0] * dx + site.axes[2, 1] * dy + site.axes[2, 2] * dz
    if site.kind == POSITION:
        near[0], near[1], near[2] = e, n, u
        for k in range(3):
            for j in range(3):
                near[3 + 3 * k + j] = site.axes[k, j]
        return True
    g2 = e * e + n * n
    r2 = g2 + u * u
    g, r = max(sqrt(g2), 1.0e-3), max(sqrt(r2), 1.0e-3)
    by_g, by_r = 1.0 / g, 1.0 / r
    near[0], near[1], near[2] = r, atan2(e, n), arctangent(u * by_g)
    re, rn, ru = e * by_r, n * by_r, u * by_r
    ae, an = n * by_g * by_g, -e * by_g * by_g
    be, bn, bu = -re * ru * by_g, -rn * ru * by_g, g * by_r * by_r
    for j in range(3):
        xe, xn, xu = site.axes[0, j], site.axes[1, j], site.axes[2, j]
        near[3 + j] = re * xe + rn * xn + ru * xu
        near[6 + j] = ae * xe + an * xn
        near[9 + j] = be * xe + bn * xn + bu * xu
    return bool(g2 > 1.0)


@kernel
def place(site: Any, plot: Any, p: NDArray[np.float64], R: NDArray[np.float64], work: NDArray[np.float64]) -> None:
    """The position p (3,) that a plot tells, and its covariance R (3, 3). `work`: at least (3, 3).

    The inverse of (1), its covariance by the inverse Jacobian (no debiasing: Lerro and Bar-Shalom 1993,
    doi:10.1109/7.220948, need it only where range times angle error squared reaches the range error). Without elevation
    the target is put at the site's assumed height.
    """
    if site.kind == POSITION:
        e, n, u = plot.value[0], plot.value[1], plot.value[2]
        for k in range(3):
            for j in range(3):
                work[k, j] = plot.noise_std[k] if k == j else 0.0
    else:
        r, azimuth = plot.value[0], plot.value[1]
        if isinf(plot.noise_std[2]):
            u = min(site.height_m - site.curvature_per_m * r * r, 0.9 * r)
            g = sqrt(r * r - u * u)
            gr, gu = r / g, -u / g
            ur, uu = 0.0, site.height_std_m
        else:
            u = r * np.sin(plot.value[2])
            g = r * np.cos(plot.value[2])
            gr, gu = g / r, -u * plot.noise_std[2]
            ur, uu = u / r, g * plot.noise_std[2]
        if isinf(plot.noise_std[2]):
            gu *= uu
        sine, cosine = np.sin(azimuth), np.cos(azimuth)
        e, n = g * sine, g * cosine
        # Columns: one standard deviation of range, azimuth and elevation (or height).
        work[0, 0], work[1, 0], work[2, 0] = gr * sine * plot.noise_std[0], gr * cosine * plot.noise_std[0], ur * plot.noise_std[0]
        work[0, 1], work[1, 1], work[2, 1] = n * plot.noise_std[1], -e * plot.noise_std[1], 0.0
        work[0, 2], work[1, 2], work[2, 2] = gu * sine, gu * cosine, uu
    for j in range(3):
        p[j] = site.position_m[j] + site.axes[0, j] * e + site.axes[1, j] * n + site.axes[2, j] * u
    for i in range(3):
        for j in range(3):
            total = 0.0
            for k in range(3):
                a = site.axes[0, i] * work[0, k] + site.axes[1, i] * work[1, k] + site.axes[2, i] * work[2, k]
                b = site.axes[0, j] * work[0, k] + site.axes[1, j] * work[1, k] + site.axes[2, j] * work[2, k]
                total += a * b
            R[i, j] = total


@borrowing_kernel
def expected(site: Any, x: NDArray[np.float64]) -> bool:
    """Whether a target there is in the sensor's coverage."""
    dx, dy, dz = x[0] - site.position_m[0], x[1] - site.position_m[1], x[2] - site.position_m[2]
    if dx * dx + dy * dy + dz * dz > site.maximum_range_m * site.maximum_range_m:
        return False
    if site.kind == POSITION:
        return True
    e = site.axes[0, 0] * dx + site.axes[0, 1] * dy + site.axes[0, 2] * dz
    n = site.axes[1, 0] * dx + site.axes[1, 1] * dy + site.axes[1, 2] * dz
    u = site.axes[2, 0] * dx + site.axes[2, 1] * dy + site.axes[2, 2] * dz
    elevation = atan2(u, hypot(e, n))
    return bool(site.minimum_elevation_rad <= elevation <= site.maximum_elevation_rad)


class Sensor:
    """A place that measures: a radar, or a receiver of reported positions. Make one with `radar` or `positions`."""

    def __init__(self, name: str, site: NDArray[np.void], std: ArrayLike) -> None:
        self.name = name
        self.site = site
        self.std = np.array(std, dtype=np.float64)

    def __repr__(self) -> str:
        return f"Sensor({self.name!r})"


def radar(
    name: str = "radar",
    *,
    lat_deg: float | None = None,
    lon_deg: float | None = None,
    height_m: float = 0.0,
    position_m: ArrayLike | None = None,
    range_std_m: float,
    azimuth_std_deg: float,
    elevation_std_deg: float | None = None,
    range_rate_std_mps: float | None = None,
    maximum_range_m: float = np.inf,
    minimum_elevation_deg: float = -90.0,
    maximum_elevation_deg: float = 90.0,
    detection_probability: float = 0.9,
    false_plots_per_scan: float = 0.0,
    assumed_height_m: float = 6000.0,
    assumed_height_std_m: float = 4000.0,
) -> Sensor:
    """A radar at a geodetic place (tracks are then in ECEF), or at `position_m` in a flat frame east, north, up.

    Without `elevation_std_deg` it is a 2-D radar and new tracks begin at the assumed height above it; without
    `range_rate_std_mps` it measures no Doppler. A plot may carry its own standard deviations (see `Scan`).
    """
    at, axes = _place_of(name, lat_deg, lon_deg, height_m, position_m)
    std = [
        range_std_m,
        radians(azimuth_std_deg),
        np.inf if elevation_std_deg is None else radians(elevation_std_deg),
        np.inf if range_rate_std_mps is None else range_rate_std_mps,
    ]
    for label, value in zip(("range_std_m", "azimuth_std_deg", "elevation_std_deg", "range_rate_std_mps"), std, strict=True):
        if not value > 0.0 or (isinf(value) and label in ("range_std_m", "azimuth_std_deg")):
            raise InputError(f"sensor {name!r}: {label} gives a singular noise; give a positive standard deviation")
    if not 0.0 < detection_probability <= 1.0:
        raise InputError(f"sensor {name!r}: detection_probability is {detection_probability!r}; give 0 < p <= 1")
    if not (isfinite(false_plots_per_scan) and false_plots_per_scan >= 0.0):
        raise InputError(f"sensor {name!r}: false_plots_per_scan is {false_plots_per_scan!r}; give 0 or more")
    site = np.zeros(1, SITE)
    record = site[0]
    record["kind"], record["position_m"], record["axes"] = POLAR, at, axes
    record["maximum_range_m"] = maximum_range_m
    record["minimum_elevation_rad"] = radians(minimum_elevation_deg)
    record["maximum_elevation_rad"] = radians(maximum_elevation_deg)
    record["detection_probability"], record["clutter"] = detection_probability, false_plots_per_scan
    record["height_m"], record["height_std_m"] = assumed_height_m, assumed_height_std_m
    record["curvature_per_m"] = 0.0 if position_m is not None else 0.5 / MEAN_RADIUS_M
    record["misses_count"] = 1
    return Sensor(name, site, std)


def positions(name: str = "positions", *, position_std_m: float) -> Sensor:
    """Reported positions, in the tracking frame (ADS-B in ECEF); silence does not count against a track."""
    if not (isfinite(position_std_m) and position_std_m > 0.0):
        raise InputError(f"sensor {name!r}: position_std_m gives a singular noise; give a positive standard deviation")
    site = np.zeros(1, SITE)
    record = site[0]
    record["kind"], record["axes"], record["maximum_range_m"] = POSITION, np.eye(3), np.inf
    record["detection_probability"] = 0.9
    return Sensor(name, site, [position_std_m] * 3 + [np.inf])


def _place_of(
    name: str, lat_deg: float | None, lon_deg: float | None, height_m: float, position_m: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if position_m is not None:
        at = np.array(position_m, dtype=np.float64)
        if lat_deg is not None or lon_deg is not None:
            raise InputError(f"sensor {name!r} has lat_deg, lon_deg and position_m; give the one or the other")
        if at.shape != (3,) or not np.isfinite(at).all():
            raise InputError(f"sensor {name!r}: position_m is {position_m!r}; give three finite numbers")
        return at, np.eye(3)
    if lat_deg is None or lon_deg is None:
        raise InputError(f"sensor {name!r} has no place; give lat_deg and lon_deg, or position_m in a flat frame")
    if not abs(lat_deg) <= 89.999:
        raise InputError(
            f"sensor {name!r}: lat_deg is {lat_deg!r}; azimuth has no meaning at a pole: give a latitude between -89.999 "
            "and 89.999, or position_m in a flat frame"
        )
    basis = enu_basis(radians(lat_deg), radians(lon_deg))
    return geodetic_to_ecef(lat_deg, lon_deg, height_m), np.array(basis).reshape(3, 3)


def elevation_from_height(range_m: ArrayLike, height_m: ArrayLike, sensor_height_m: float, k: float = 1.0) -> Any:
    """Elevation (rad) of a target at a slant range and height (both above one datum) over a round earth of radius k R.

    sin e = ((R + h)^2 - (R + s)^2 - r^2) / (2 r (R + s)): the law of cosines. For radars that tell range, azimuth and a
    transponder's height. InputError where the height cannot be at that range.
    """
    radius = k * MEAN_RADIUS_M + sensor_height_m
    r = np.asarray(range_m, dtype=np.float64)
    top = k * MEAN_RADIUS_M + np.asarray(height_m, dtype=np.float64)
    sine = ((top - radius) * (top + radius) - r * r) / (2.0 * r * radius)
    if not (np.abs(sine) <= 1.0).all():
        raise InputError("a height cannot be at its range; leave the plot out, or give it without elevation")
    return np.arcsin(sine)
