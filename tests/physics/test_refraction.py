"""Bent rays against published fits, Bouguer's rule and limiting cases; refractivity against published tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.errors import OutOfRangeError
from buckler.physics import horizon, refraction

EFFECTIVE_M = 4 / 3 * 6_371_000.0


def test_effective_earth_factor():
    # ITU-R P.310: -39 N/km is the standard atmosphere, k = 4/3
    assert refraction.effective_earth_factor(-39) == pytest.approx(4 / 3, rel=0.003)
    assert refraction.effective_earth_factor(0) == 1.0
    np.testing.assert_allclose(refraction.effective_earth_factor([-39, 0, 79]), [1.3306, 1.0, 0.6652], atol=5e-4)
    with pytest.raises(OutOfRangeError, match="duct"):
        refraction.effective_earth_factor(-157)


@pytest.mark.parametrize("height_km", [0, 1, 2, 3])
@pytest.mark.parametrize("elevation_deg", [0, 0.5, 1, 2])
def test_bending_through_the_whole_air(height_km, elevation_deg):
    # Recommendation ITU-R P.834: its numerical fit of the total bending (degrees) through the reference exponential air
    h, e = height_km, elevation_deg
    published = 1 / (
        1.314 + 0.6437 * e + 0.02869 * e**2 + h * (0.2305 + 0.09428 * e + 0.01096 * e**2) + 0.008583 * h**2
    )
    assert refraction.trace_ray(1000 * h, e, 1.5e6).bending_deg == pytest.approx(published, rel=0.03)


@given(st.floats(0, 15_000), st.floats(-1, 60), st.floats(1_000, 400_000), st.floats(0, 400))
def test_bouguer(height, elevation, along, n0):
    # equation (2): n r cos(elevation) is the same at both ends
    ray = refraction.trace_ray(height, elevation, along, n0)
    radius = horizon.EARTH_RADIUS_M

    def invariant(h: float, e: float) -> float:
        return (1 + 1e-6 * n0 * math.exp(-h / 7350)) * (radius + h) * math.cos(math.radians(e))

    assert invariant(ray.height_m, ray.elevation_deg) == pytest.approx(invariant(height, elevation), rel=1e-11)


@given(st.floats(0, 15_000), st.floats(0, 89), st.floats(1_000, 800_000))
def test_without_air_the_ray_is_straight(height, elevation, along):
    ray = refraction.trace_ray(height, elevation, along, 0.0)
    straight = horizon.height_along_m(height, math.radians(elevation), along, horizon.EARTH_RADIUS_M)
    assert ray.height_m == pytest.approx(straight, abs=1e-5)
    assert ray.bending_deg == pytest.approx(0, abs=1e-10)


def test_near_the_ground_the_exact_ray_is_the_effective_earth():
    # a tall scale height makes the gradient constant, where equation (1) is exact to the first order
    n0, scale = 4_000.0, 100_000.0
    k = refraction.effective_earth_factor(-1000 * n0 / scale)
    ray = refraction.trace_ray(10.0, 0.0, 50e3, n0, scale)
    assert horizon.height_along_m(10.0, 0.0, 50e3, k * 6_371_000.0) == pytest.approx(ray.height_m, rel=0.01)


def test_stated_differences_between_exact_and_effective_earth():
    # the differences that the module's docstring states
    for elevation, along, stated, within in [
        (0, 100e3, 15, 1),
        (0, 400e3, -290, 5),
        (1, 100e3, -1, 1),
        (1, 200e3, -80, 5),
        (1, 400e3, -930, 5),
    ]:
        exact = refraction.trace_ray(10.0, elevation, along).height_m
        effective = horizon.height_along_m(10.0, math.radians(elevation), along, EFFECTIVE_M)
        assert effective - exact == pytest.approx(stated, abs=within)


def test_refractivity():
    # by hand from P.453: 77.6 x 1000/288.15, 72 x 10/288.15 + 3.75e5 x 10/288.15^2
    n = refraction.refractivity(1000, 10, 288.15)
    assert n.dry == pytest.approx(269.304, abs=1e-3)
    assert n.wet == pytest.approx(47.663, abs=1e-3)
    assert n.total == pytest.approx(n.dry + n.wet)
    # World Meteorological Organization tables: 23.37 hPa over water at 20 degC, 6.11 at 0 degC (moist air adds 0.4 %)
    assert refraction.saturation_vapour_pressure_hpa(20) == pytest.approx(23.37 * 1.004, rel=2e-3)
    assert refraction.saturation_vapour_pressure_hpa(0) == pytest.approx(6.11 * 1.004, rel=2e-3)
    assert refraction.saturation_vapour_pressure_hpa(0, ice=True) == pytest.approx(6.11 * 1.004, rel=2e-3)
