"""Gravity against published values, its own potential, and a second formula."""

from __future__ import annotations

from math import cos, isclose, radians, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.physics import earth, gravity


def test_normal_gravity_at_equator_and_pole() -> None:
    # NIMA TR8350.2 (3rd edition), table 3.4.
    np.testing.assert_allclose(
        gravity.normal_gravity([0.0, 90.0, -90.0]), [9.7803253359, 9.8321849378, 9.8321849378], atol=1e-10
    )


def test_mean_normal_gravity_over_the_ellipsoid() -> None:
    # NIMA TR8350.2 (3rd edition), table 3.4: mean value of theoretical gravity 9.7976432222 m/s^2.
    lat = np.linspace(-90.0, 90.0, 20_001)
    e2 = earth.ECCENTRICITY_SQUARED
    area = np.cos(np.radians(lat)) / (1.0 - e2 * np.sin(np.radians(lat)) ** 2) ** 2
    mean = np.trapezoid(gravity.normal_gravity(lat) * area, lat) / np.trapezoid(area, lat)
    assert isclose(mean, 9.7976432222, abs_tol=1e-8)


@settings(max_examples=50, deadline=None)
@given(st.floats(-90.0, 90.0))
def test_the_closed_form_meets_somigliana_on_the_ellipsoid(lat_deg: float) -> None:
    lat = radians(lat_deg)
    assert isclose(gravity.normal_gravity_at(lat, 0.0), gravity.somigliana(lat), abs_tol=2e-10)


@settings(max_examples=50, deadline=None)
@given(st.floats(-90.0, 90.0), st.floats(-5e3, 2e4))
def test_the_closed_form_meets_the_series_at_low_heights(lat_deg: float, height_m: float) -> None:
    # NIMA TR8350.2 equation 4-3: to the second order in h/a, with coefficients to the first order in f and m.
    lat = radians(lat_deg)
    a, f = earth.SEMI_MAJOR_AXIS_M, earth.FLATTENING
    m = earth.ROTATION_RATE_RADPS**2 * a * a * earth.SEMI_MINOR_AXIS_M / earth.GRAVITATIONAL_PARAMETER_M3PS2
    x = height_m / a
    series = gravity.somigliana(lat) * (1.0 - 2.0 * (1.0 + f + m - 2.0 * f * sin(lat) ** 2) * x + 3.0 * x * x)
    assert isclose(
        gravity.normal_gravity_at(lat, height_m),
        series,
        rel_tol=4.0 * abs(x) ** 3 + 15.0 * f * x * x + 10.0 * f * f * abs(x) + 2e-11,
    )


@settings(max_examples=50, deadline=None)
@given(st.floats(-90.0, 90.0))
def test_the_gradient_on_the_ellipsoid_is_that_of_bruns(lat_deg: float) -> None:
    # Heiskanen and Moritz (1967), equation 2-20: -d(gamma)/dh = gamma (1/M + 1/N) + 2 omega^2, exact.
    lat = radians(lat_deg)
    root = (1.0 - earth.ECCENTRICITY_SQUARED * sin(lat) ** 2) ** 0.5
    curvature = root / earth.SEMI_MAJOR_AXIS_M * (1.0 + root * root / (1.0 - earth.ECCENTRICITY_SQUARED))
    exact = gravity.somigliana(lat) * curvature + 2.0 * earth.ROTATION_RATE_RADPS**2
    fall = gravity.normal_gravity_at(lat, -500.0) - gravity.normal_gravity_at(lat, 500.0)
    assert isclose(fall / 1000.0, exact, rel_tol=1e-7)


def test_j2_gravitation_at_the_equator() -> None:
    # NASA/TM-2015-218675 check case 10, first instant: 32.19881 ft/s^2 without the centrifugal part.
    assert isclose(gravity.j2_gravity(0.0) / 0.3048, 32.19881125, abs_tol=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.floats(-1.0, 1.0), st.floats(-3.1, 3.1), st.floats(6.4e6, 5e7))
def test_j2_gravitation_is_the_gradient_of_its_potential(sine: float, lon: float, r: float) -> None:
    def potential(position: np.ndarray) -> float:
        radius = float(np.linalg.norm(position))
        s2 = (position[2] / radius) ** 2
        oblate = gravity.J2 * (earth.SEMI_MAJOR_AXIS_M / radius) ** 2 * (1.5 * s2 - 0.5)
        return earth.GRAVITATIONAL_PARAMETER_M3PS2 / radius * (1.0 - oblate)

    cosine = (1.0 - sine * sine) ** 0.5
    at = r * np.array([cosine * cos(lon), cosine * sin(lon), sine])
    step = 1e-4 * r
    slopes = [(potential(at + step * axis) - potential(at - step * axis)) / (2.0 * step) for axis in np.eye(3)]
    pull = gravity.j2_gravitation(*at)
    np.testing.assert_allclose(pull, slopes, atol=2e-7 * np.linalg.norm(pull))


@pytest.mark.parametrize("lat_deg", [0.0, 20.0, 45.0, 70.0, 90.0])
@pytest.mark.parametrize("height_m", [0.0, 1e5])
def test_j2_and_the_centrifugal_part_come_near_normal_gravity(lat_deg: float, height_m: float) -> None:
    # What is left is the ellipsoid's J4 (-2.37091222e-6), worst at the pole, and 1 % of that beyond.
    left = 1.01 * 5.0 * 2.37091222e-6 * (earth.SEMI_MAJOR_AXIS_M / earth.SEMI_MINOR_AXIS_M) ** 4
    x, y, z = earth.ecef_from_geodetic(radians(lat_deg), 0.3, height_m)
    ax, ay, az = gravity.j2_gravitation(x, y, z)
    fx, fy = gravity.rotating_frame_acceleration(x, y, 0.0, 0.0)
    total = float(np.linalg.norm([ax + fx, ay + fy, az]))
    assert isclose(total, gravity.normal_gravity(lat_deg, height_m), rel_tol=left)


def test_a_free_body_seen_from_the_turning_frame() -> None:
    # Straight motion at constant speed in the inertial frame: the turning frame sees just its own accelerations.
    omega = earth.ROTATION_RATE_RADPS
    start, velocity = np.array([7e6, 1e6]), np.array([300.0, -2000.0])

    def seen(t: float) -> np.ndarray:
        c, s = cos(omega * t), sin(omega * t)
        return np.array([[c, s], [-s, c]]) @ (start + velocity * t)

    step = 1.0
    speed = (seen(step) - seen(-step)) / (2.0 * step)
    acceleration = (seen(step) - 2.0 * seen(0.0) + seen(-step)) / step**2
    np.testing.assert_allclose(
        gravity.rotating_frame_acceleration(*start, *speed),
        acceleration,
        atol=1e-7 * float(np.linalg.norm(acceleration)) + 1e-8,
    )


def test_wrong_input_is_named() -> None:
    with pytest.raises(InputError, match=r"lat_deg is 100\.0"):
        gravity.normal_gravity(100.0)
    with pytest.raises(InputError, match="height_m"):
        gravity.j2_gravity(0.0, float("nan"))
