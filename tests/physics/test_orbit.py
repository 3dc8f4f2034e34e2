"""Satellites: SGP4's own verification set, element sets with mistakes, sidereal time, geostationary pointing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import acos, cos, degrees, isclose, pi, radians, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_data import shared

from buckler.errors import InputError, OutOfRangeError
from buckler.physics import earth, orbit

pytest.importorskip("sgp4")

# Turksat 4A, public element set of 2026-06-12.
LINE1 = "1 39522U 14007A   26163.27311942  .00000162  00000+0  00000+0 0  9997"
LINE2 = "2 39522   0.0451 300.5927 0001361  16.3275  83.9984  1.00271570 44916"
# Vanguard 1, the first of the verification set (Vallado et al. 2006).
VANGUARD1 = "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753"
VANGUARD2 = "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667"


def test_every_field_of_an_element_set() -> None:
    read = orbit.parse_tle(VANGUARD1, VANGUARD2)
    assert (read.number, read.classification, read.designator, read.revolution) == ("00005", "U", "58002B", 41366)
    assert read.epoch_jd == 2_451_722.5  # 2000-06-27 00:00
    assert isclose(read.epoch_day_fraction, 0.78495062, abs_tol=1e-12)
    assert (read.mean_motion_dot_revpd2, read.mean_motion_ddot_revpd3) == (2.3e-7, 0.0)
    assert read.bstar_per_earth_radius == 0.28098e-4
    assert (read.inclination_deg, read.node_deg, read.perigee_deg) == (34.2682, 348.7242, 331.7664)
    assert (read.eccentricity, read.mean_anomaly_deg, read.mean_motion_revpd) == (0.1859667, 19.3264, 10.82419157)


def test_vanguard_six_hours_on() -> None:
    # tcppver.out of Vallado et al. (2006), second line.
    state = orbit.propagate(orbit.parse_tle(VANGUARD1, VANGUARD2), 360.0)
    np.testing.assert_allclose(state.position_m, [-7154031.20202, -3783176.82504, -3536194.12294], atol=1e-4)
    np.testing.assert_allclose(state.velocity_mps, [4741.887409, -4151.817765, -2093.935425], atol=2e-6)


def verification() -> Iterator[tuple[str, str, np.ndarray]]:
    """Each element set of the verification file with the states printed for it: minutes, km, km/s."""
    lines = [line for line in shared("validation/data/sgp4/SGP4-VER.TLE").read_text().splitlines() if line[:1] in "12"]
    printed: list[list[list[float]]] = []
    for line in shared("validation/data/sgp4/tcppver.out").read_text().splitlines():
        if re.fullmatch(r"\d+ xx\s*", line):
            printed.append([])
        else:
            printed[-1].append([float(number) for number in line.split()[:7]])
    pairs = list(zip(lines[::2], lines[1::2], strict=True))
    assert len(pairs) == len(printed) == 33
    for (first, second), rows in zip(pairs, printed, strict=True):
        yield first, second, np.array(rows)


def test_the_verification_set() -> None:
    states = 0
    for first, second, rows in verification():
        # Some of the sets carry a wrong checksum, by age or because they were altered to provoke an error.
        elements = orbit.parse_tle(first[:69], second[:69], verify=False)
        if elements.number == "33334":  # no orbit at all: the file repeats the satellite before it
            with pytest.raises(OutOfRangeError, match="satellite 33334 0 minutes"):
                orbit.propagate(elements)
            continue
        # Printed to 1e-8 km and 1e-9 km/s; 3.5 years from the epoch, rounding alone comes to 1e-7 km.
        late = rows[-1, 0] > 1e6
        flown = orbit.propagate(elements, rows[:, 0])
        np.testing.assert_allclose(
            flown.position_m, 1e3 * rows[:, 1:4], atol=2e-4 if late else 2e-5, rtol=0, err_msg=first
        )
        np.testing.assert_allclose(flown.velocity_mps, 1e3 * rows[:, 4:7], atol=2e-6, rtol=0, err_msg=first)
        states += len(rows)
    assert states > 600


def test_the_verification_set_names_what_stops_sgp4() -> None:
    # The sets whose printed states end before the time that was asked for, and why, one step after the last.
    reasons = {"22312": "eccentricity leaves", "28350": "eccentricity leaves", "28872": "decayed", "29141": "decayed"}
    reasons |= {"33333": "semi-latus rectum", "20413": "decayed"}
    stopped = set()
    for first, second, rows in verification():
        _, stop, step = (float(number) for number in second[69:].split())
        elements = orbit.parse_tle(first[:69], second[:69], verify=False)
        if elements.number != "33334" and rows[-1, 0] + step <= stop:
            with pytest.raises(OutOfRangeError, match=reasons[elements.number]):
                orbit.propagate(elements, rows[-1, 0] + step)
            stopped.add(elements.number)
    assert stopped == set(reasons)


def test_sidereal_time_of_vallado_example_3_5() -> None:
    # Vallado (2013), example 3-5: 1992-08-20 12:14 UT1, GMST = 152.578787810 degrees.
    assert isclose(
        degrees(orbit.sidereal_time(2_448_854.5 - 2_451_545.0 + (12 * 60 + 14) / 1440)), 152.578787810, abs_tol=2e-8
    )


def test_turksat_4a_stands_in_its_slot() -> None:
    point = orbit.sub_satellite_point(orbit.parse_tle(LINE1, LINE2), [0.0, 720.0, 1436.0])
    np.testing.assert_allclose(point.lon_deg, 42.0, atol=0.1)  # the operator's slot, 42 E
    np.testing.assert_allclose(point.lat_deg, 0.0, atol=0.1)
    np.testing.assert_allclose(point.height_m, 35_786e3, atol=60e3)


def test_the_geostationary_radius() -> None:
    # Kepler's third law from the sidereal day, 86164.0905 s.
    radius = (3.986004418e14 * (86_164.0905 / (2.0 * pi)) ** 2) ** (1 / 3)
    assert isclose(orbit.GEOSTATIONARY_RADIUS_M, radius, abs_tol=10.0)


@given(st.floats(-80.0, 80.0), st.floats(-180.0, 180.0), st.floats(-60.0, 60.0))
def test_look_angles_close_to_the_spherical_formula(lat_deg: float, slot_deg: float, apart_deg: float) -> None:
    # On a sphere cos psi = cos lat cos dlon, tan el = (cos psi - R/r)/sin psi; the ellipsoid bends it by 0.2 degrees.
    look = orbit.geostationary_look_angles(lat_deg, (slot_deg - apart_deg + 180.0) % 360.0 - 180.0, slot_deg)
    psi = acos(min(1.0, cos(radians(lat_deg)) * cos(radians(apart_deg))))
    ratio = earth.MEAN_RADIUS_M / orbit.GEOSTATIONARY_RADIUS_M
    elevation = degrees(np.arctan2(cos(psi) - ratio, np.sin(psi)))
    assert isclose(look.elevation_deg, elevation, abs_tol=0.25)
    distance = orbit.GEOSTATIONARY_RADIUS_M * sqrt(1.0 + ratio**2 - 2.0 * ratio * cos(psi))
    assert isclose(look.range_m, distance, rel_tol=6e-4)


def test_look_angles_against_proj() -> None:
    pyproj = pytest.importorskip("pyproj")
    slot = radians(42.0)
    satellite = orbit.GEOSTATIONARY_RADIUS_M * np.array([cos(slot), np.sin(slot), 0.0])
    for lat, lon in [(39.93, 32.86), (41.0, 28.98), (36.14, 33.54), (-33.0, 70.0)]:
        site = pyproj.Transformer.from_pipeline(f"+proj=topocentric +ellps=WGS84 +lon_0={lon} +lat_0={lat} +h_0=800")
        east, north, up = site.transform(*satellite)
        look = orbit.geostationary_look_angles(lat, lon, 42.0, 800.0)
        assert isclose(look.azimuth_deg, degrees(np.arctan2(east, north)) % 360.0, abs_tol=1e-9)
        assert isclose(look.elevation_deg, degrees(np.arctan2(up, np.hypot(east, north))), abs_tol=1e-9)
        assert isclose(look.range_m, np.linalg.norm([east, north, up]), abs_tol=1e-5)


def test_below_the_satellite_and_on_the_other_side() -> None:
    under = orbit.geostationary_look_angles(0.0, 42.0, 42.0)
    assert isclose(under.elevation_deg, 90.0, abs_tol=1e-9)
    assert isclose(under.range_m, orbit.GEOSTATIONARY_RADIUS_M - earth.SEMI_MAJOR_AXIS_M, abs_tol=1e-6)
    assert orbit.geostationary_look_angles(0.0, -138.0, 42.0).elevation_deg < -80.0


def test_the_delay_of_one_hop() -> None:
    # Up and down from below the satellite: 2 x 35786.04 km at the speed of light, 238.7 ms.
    up = orbit.geostationary_look_angles(0.0, 42.0, 42.0).range_m
    assert isclose(orbit.path_delay_s(up, up), 2.0 * 35_786.036e3 / 299_792_458.0, rel_tol=1e-8)
    assert orbit.path_delay_s([0.0, 299_792_458.0], 0.0).tolist() == [0.0, 1.0]
    with pytest.raises(InputError, match="negative"):
        orbit.path_delay_s(-1.0)


def altered(line: str, start: int, text: str) -> str:
    """`line` with `text` from column `start` (counted from 1) and its checksum made right."""
    changed = line[: start - 1] + text + line[start - 1 + len(text) :]
    return changed[:68] + str(orbit.checksum(changed))


@pytest.mark.parametrize(
    ("line1", "line2", "message"),
    [
        (LINE1[:60], LINE2, "TLE line 1 has 60 characters: write the 69"),
        (LINE2, LINE1, "TLE line 1 begins with '2'.*swapped"),
        (LINE1.replace("26163.2", "26163.3"), LINE2, "checksum '7', but its columns add up to 8"),
        (LINE1, VANGUARD2, "line 1 is of satellite 39522 and line 2 of 00005"),
        (altered(LINE1, 21, "400.00000000"), LINE2, "day of the year is 400"),
        (altered(LINE1, 19, "XX"), LINE2, "columns 19-20: the epoch's year is 'XX'"),
        (altered(LINE1, 54, " 28x98-4"), LINE2, "columns 54-61: the drag term is ' 28x98-4'"),
        (
            LINE1,
            altered(LINE2, 9, "190.0000"),
            "columns 9-16: the inclination is '190.0000': write a number from 0 to 180",
        ),
        (LINE1, altered(LINE2, 27, "00-1361"), "columns 27-33: the eccentricity"),
        (LINE1, altered(LINE2, 53, " 0.00000000"), "mean motion.*above 0"),
        (LINE1, altered(LINE2, 44, "     nan"), "mean anomaly is '     nan'"),
    ],
)
def test_mistakes_in_an_element_set_are_named(line1: str, line2: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        orbit.parse_tle(line1, line2)


def test_the_checksum_counts_minus_signs() -> None:
    assert orbit.checksum(LINE1) == 7
    assert orbit.checksum(VANGUARD1) == 3  # two minus signs
