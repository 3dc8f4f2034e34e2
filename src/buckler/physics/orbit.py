"""Satellites: two-line elements, where they stand, and how a geostationary one is seen.

A communications satellite matters here as a link: whether a site sees it, and how long a message takes over it.

Sources: F. R. Hoots and R. L. Roehrich, "Spacetrack Report No. 3" (1980), and D. A. Vallado, P. Crawford, R. Hujsak,
T. S. Kelso, "Revisiting Spacetrack Report #3", AIAA 2006-6753, doi:10.2514/6.2006-6753 (the element format, SGP4, its
test set); D. A. Vallado, "Fundamentals of Astrodynamics and Applications", 4th edition (2013), equation 3-45
(sidereal time).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from math import floor, pi
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from buckler.errors import BucklerError, InputError, OutOfRangeError
from buckler.physics.arguments import Floats, finite, latitude, longitude
from buckler.physics.earth import (
    GRAVITATIONAL_PARAMETER_M3PS2,
    ROTATION_RATE_RADPS,
    Geodetic,
    azimuth_elevation_range,
    ecef_from_geodetic,
    ecef_to_geodetic,
    enu_basis,
)
from buckler.units import SPEED_OF_LIGHT_MPS

GEOSTATIONARY_RADIUS_M: Final = (GRAVITATIONAL_PARAMETER_M3PS2 / ROTATION_RATE_RADPS**2) ** (1.0 / 3.0)
"""Where a circular orbit turns with the earth (two-body): 42164.2 km from the centre."""

_LINE_LENGTH: Final = 69
_JULIAN_DATE_1949_DEC_31: Final = 2_433_281.5
_MINUTES_PER_DAY: Final = 1440.0
_SGP4_ERRORS: Final = {
    1: "the mean eccentricity leaves 0 to 1, or the mean semi-major axis falls below 0.95 earth radii",
    2: "the mean motion falls below zero",
    3: "the perturbed eccentricity leaves 0 to 1",
    4: "the semi-latus rectum falls below zero",
    5: "the elements are of a sub-orbital body",
    6: "the satellite has decayed",
}


@dataclass(frozen=True)
class TwoLineElements:
    """A NORAD two-line element set: SGP4's mean elements in the frame TEME, angles in degrees."""

    number: str
    classification: str
    designator: str
    epoch_jd: float
    """Julian date, UTC, of the midnight before the epoch."""
    epoch_day_fraction: float
    """What the epoch lies after that midnight, days."""
    mean_motion_dot_revpd2: float
    """Half the first derivative of the mean motion, revolutions per day squared, as printed."""
    mean_motion_ddot_revpd3: float
    """A sixth of the second derivative, revolutions per day cubed, as printed."""
    bstar_per_earth_radius: float
    inclination_deg: float
    node_deg: float
    eccentricity: float
    perigee_deg: float
    mean_anomaly_deg: float
    mean_motion_revpd: float
    revolution: int


def checksum(line: str) -> int:
    """The checksum of a line: the sum of the digits of its first 68 columns, a minus sign counting 1, modulo 10."""
    return sum(int(c) if c.isascii() and c.isdigit() else 1 if c == "-" else 0 for c in line[: _LINE_LENGTH - 1]) % 10


def parse_tle(line1: str, line2: str, *, verify: bool = True) -> TwoLineElements:
    """Read a two-line element set; InputError names the line, the columns and what is allowed there.

    `verify=False` takes lines whose checksum is wrong (SGP4's own test set has five such sets).
    """
    lines = (line1.rstrip("\r\n "), line2.rstrip("\r\n "))
    for index, line in enumerate(lines, start=1):
        if len(line) != _LINE_LENGTH or not line.isascii():
            raise InputError(
                f"TLE line {index} has {len(line)} characters: write the {_LINE_LENGTH} of the published line, "
                "blanks included"
            )
        if line[0] != str(index):
            raise InputError(
                f"TLE line {index} begins with {line[0]!r}: it must begin with {index}; are the lines swapped?"
            )
        if verify and line[-1] != str(checksum(line)):
            raise InputError(
                f"TLE line {index} ends with the checksum {line[-1]!r}, but its columns add up to {checksum(line)}: "
                "a digit was altered; copy the line again from its source"
            )
    first, second = lines
    if first[2:7] != second[2:7]:
        raise InputError(
            f"TLE line 1 is of satellite {first[2:7]} and line 2 of {second[2:7]}: write two lines of one satellite"
        )
    year = int(_number(1, first, 19, 20, "the epoch's year"))
    year += 2000 if year < 57 else 1900
    day = _number(1, first, 21, 32, "the epoch's day of the year")
    length = 366 if year % 4 == 0 else 365  # 1957 to 2056 holds no exception to the leap-year rule
    if not 1.0 <= day < length + 1.0:
        raise InputError(f"TLE line 1, columns 21-32: the day of the year is {day}: write 1 to {length}.99999999")
    before = year - 1
    new_year = 365.0 * before + before // 4 - before // 100 + before // 400 + 1_721_425.5
    elements = TwoLineElements(
        number=first[2:7].strip(),
        classification=first[7],
        designator=first[9:17].strip(),
        epoch_jd=new_year + floor(day) - 1.0,
        epoch_day_fraction=day - floor(day),
        mean_motion_dot_revpd2=_number(1, first, 34, 43, "the mean motion's derivative"),
        mean_motion_ddot_revpd3=_exponent(1, first, 45, 52, "the mean motion's second derivative"),
        bstar_per_earth_radius=_exponent(1, first, 54, 61, "the drag term"),
        inclination_deg=_number(2, second, 9, 16, "the inclination", 0.0, 180.0),
        node_deg=_number(2, second, 18, 25, "the node", 0.0, 360.0),
        eccentricity=_number(2, second, 27, 33, "the eccentricity", decimal=True),
        perigee_deg=_number(2, second, 35, 42, "the argument of perigee", 0.0, 360.0),
        mean_anomaly_deg=_number(2, second, 44, 51, "the mean anomaly", 0.0, 360.0),
        mean_motion_revpd=_number(2, second, 53, 63, "the mean motion"),
        revolution=int(_number(2, second, 64, 68, "the revolution number", blank=True)),
    )
    if elements.mean_motion_revpd <= 0.0:
        raise InputError(
            f"TLE line 2, columns 53-63: the mean motion is {second[52:63]!r}: write revolutions per day above 0"
        )
    return elements


def _number(
    line_number: int,
    line: str,
    start: int,
    end: int,
    what: str,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    decimal: bool = False,
    blank: bool = False,
) -> float:
    """The number in columns `start` to `end` (counted from 1), with an implied leading decimal point if `decimal`."""
    text = line[start - 1 : end].strip()
    if blank and not text:
        return 0.0
    if decimal:
        text = "0." + line[start - 1 : end].replace(" ", "0")
    try:
        if "_" in text or "n" in text.lower():  # what float() takes and the format does not
            raise ValueError(text)
        value = float(text)
    except ValueError:
        value = np.nan
    if not low <= value <= high:
        bounds = f" from {low:g} to {high:g}" if np.isfinite(low) else ""
        raise InputError(
            f"TLE line {line_number}, columns {start}-{end}: {what} is {line[start - 1 : end]!r}: "
            f"write a number{bounds}"
        )
    return value


def _exponent(line_number: int, line: str, start: int, end: int, what: str) -> float:
    """The number in the format's own notation: "-11606-4" is -0.11606e-4."""
    text = line[start - 1 : end]
    sign, digits, power = text[0], text[1:6].replace(" ", "0"), text[6:8].replace(" ", "0")
    if sign not in " +-" or not digits.isdigit() or power[0] not in "+-0" or not power[1].isdigit():
        raise InputError(
            f"TLE line {line_number}, columns {start}-{end}: {what} is {text!r}: write a sign, five digits and a "
            'signed power of ten, as in " 28098-4" for 0.28098e-4'
        )
    return (-1.0 if sign == "-" else 1.0) * float(f"0.{digits}e{power}")


class Teme(NamedTuple):
    """Position and velocity in TEME (true equator, mean equinox), each of shape (..., 3)."""

    position_m: Floats
    velocity_mps: Floats


def propagate(elements: TwoLineElements, minutes: npt.ArrayLike = 0.0) -> Teme:
    """Position and velocity by SGP4 at times in minutes after the epoch.

    Needs the package sgp4 (D. A. Vallado's code, AIAA 2006-6753, with the constants WGS-72 in which element sets are
    fitted).
    """
    try:
        sgp4 = import_module("sgp4.api")
    except ImportError as error:
        raise BucklerError("satellite orbits need the package sgp4: pip install sgp4") from error
    times = finite("minutes", minutes)
    rate = 2.0 * pi / _MINUTES_PER_DAY
    satellite = sgp4.Satrec()
    satellite.sgp4init(
        sgp4.WGS72,
        "i",
        0,
        # One Julian date in double precision (0.04 ms), as the reference holds it: its printed states carry that.
        (elements.epoch_jd + elements.epoch_day_fraction) - _JULIAN_DATE_1949_DEC_31,
        elements.bstar_per_earth_radius,
        elements.mean_motion_dot_revpd2 * rate / _MINUTES_PER_DAY,
        elements.mean_motion_ddot_revpd3 * rate / _MINUTES_PER_DAY**2,
        elements.eccentricity,
        float(np.radians(elements.perigee_deg)),
        float(np.radians(elements.inclination_deg)),
        float(np.radians(elements.mean_anomaly_deg)),
        elements.mean_motion_revpd * rate,
        float(np.radians(elements.node_deg)),
    )
    out = np.empty((times.size, 6))
    for i, minute in enumerate(times.ravel()):
        code, position, velocity = satellite.sgp4_tsince(float(minute))
        if code:
            reason = _SGP4_ERRORS.get(code, f"error {code}")
            raise OutOfRangeError(
                f"SGP4 stops for satellite {elements.number} {minute:.10g} minutes from its epoch: {reason}"
            )
        out[i, :3] = position
        out[i, 3:] = velocity
    columns = 1e3 * out.reshape((*times.shape, 6))
    return Teme(columns[..., :3], columns[..., 3:])


def sidereal_time(days_since_j2000: npt.ArrayLike) -> Any:
    """Greenwich mean sidereal time, radians in [0, 2 pi), at days of UT1 since 2000-01-01 12:00 (Vallado 3-45)."""
    days = finite("days_since_j2000", days_since_j2000)
    t = days / 36_525.0
    # The whole turns of the daily rotation are taken off before they cost digits: 876600 h a century is one turn a day.
    seconds = 67_310.54841 + 8_640_184.812866 * t + 0.093104 * t * t - 6.2e-6 * t**3
    return ((2.0 * pi * (np.mod(days, 1.0) + seconds / 86_400.0)) % (2.0 * pi))[()]


def sub_satellite_point(elements: TwoLineElements, minutes: npt.ArrayLike = 0.0) -> Geodetic:
    """Latitude and longitude below the satellite, and its height above the ellipsoid, at minutes after the epoch.

    TEME is turned by sidereal time into the earth-fixed frame; polar motion (below 0.6 arc seconds) and UT1 - UTC
    (below 0.9 s, 14 arc seconds) are left out.
    """
    times = finite("minutes", minutes)
    position = propagate(elements, times).position_m
    days = (elements.epoch_jd - 2_451_545.0) + elements.epoch_day_fraction + times / _MINUTES_PER_DAY
    angle = sidereal_time(days)
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y, z = position[..., 0], position[..., 1], position[..., 2]
    return ecef_to_geodetic(cosine * x + sine * y, cosine * y - sine * x, z)


class LookAngles(NamedTuple):
    """Where a site sees a satellite; a negative elevation is below the horizon."""

    azimuth_deg: Any
    elevation_deg: Any
    range_m: Any


def geostationary_look_angles(
    lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike, slot_lon_deg: npt.ArrayLike, height_m: npt.ArrayLike = 0.0
) -> LookAngles:
    """Azimuth, elevation (no refraction) and range to a geostationary satellite; the inputs broadcast.

    The satellite stands over the equator at `GEOSTATIONARY_RADIUS_M`; the site is on WGS 84 (T. Soler and D. W.
    Eisemann, "Determination of look angles to geostationary communication satellites", Journal of Surveying
    Engineering 120 (1994), 115-127).
    """
    lat, lon, slot, height = np.broadcast_arrays(
        np.radians(latitude("lat_deg", lat_deg)),
        np.radians(longitude("lon_deg", lon_deg)),
        np.radians(longitude("slot_lon_deg", slot_lon_deg)),
        finite("height_m", height_m),
    )
    out = np.empty((lat.size, 3))
    for i, (phi, lam, at, h) in enumerate(zip(lat.ravel(), lon.ravel(), slot.ravel(), height.ravel(), strict=True)):
        satellite = (GEOSTATIONARY_RADIUS_M * float(np.cos(at)), GEOSTATIONARY_RADIUS_M * float(np.sin(at)), 0.0)
        site = ecef_from_geodetic(float(phi), float(lam), float(h))
        out[i] = azimuth_elevation_range(*site, enu_basis(float(phi), float(lam)), *satellite)
    columns = out.reshape((*lat.shape, 3))
    return LookAngles(np.degrees(columns[..., 0])[()], np.degrees(columns[..., 1])[()], columns[..., 2][()])


def path_delay_s(*ranges_m: npt.ArrayLike) -> Any:
    """The time light takes over a path of these legs in vacuum: up and down, say. The legs broadcast."""
    legs = [finite("ranges_m", leg) for leg in ranges_m]
    if any(np.any(leg < 0.0) for leg in legs):
        raise InputError("a leg of the path is negative: write ranges of 0 or more, in metres")
    total = np.zeros(())
    for leg in legs:
        total = total + leg
    return (total / SPEED_OF_LIGHT_MPS)[()]
