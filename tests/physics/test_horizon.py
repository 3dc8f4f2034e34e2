"""Horizons and straight rays over an enlarged earth against published values and geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from buckler.physics import horizon

EFFECTIVE_M = 4 / 3 * 6_371_000.0


def test_published_horizons():
    # Skolnik: d = sqrt(2 k a h); 10 m and 100 m at k = 4/3 see each other at 54.2 km
    assert horizon.horizon_range_m(10, 100) == pytest.approx(54_200, rel=0.005)
    # formula of MathWorks' horizonrange, effective radius 8477.4 km
    assert horizon.horizon_m(30, 8_477_400) == pytest.approx(22_553.2, abs=0.1)


@given(st.floats(0, 30_000), st.floats(0, 30_000), st.floats(0.5, 3))
def test_horizon_is_where_the_straight_ray_touches(h1, h2, k):
    distance = horizon.horizon_range_m(h1, h2, k)
    assert distance == pytest.approx(horizon.horizon_range_m(h2, h1, k))
    radius = k * horizon.EARTH_RADIUS_M
    assert horizon.line_of_sight_m(h1, h2, radius) == pytest.approx(distance, abs=1e-6)
    # a chord of that length from h1 to h2 that touches the sphere: Pythagoras on both sides
    along = math.sqrt((radius + h1) ** 2 - radius**2) + math.sqrt((radius + h2) ** 2 - radius**2)
    assert distance == pytest.approx(along, rel=1e-5, abs=1.0)


@given(st.floats(0, 12_000), st.floats(0, 30_000), st.floats(1_000, 600_000))
def test_elevation_and_height_are_inverse(antenna, height, ground):
    elevation = horizon.elevation_to(antenna, height, ground, 4 / 3)
    start, end = EFFECTIVE_M + antenna, EFFECTIVE_M + height
    slant = math.sqrt((end - start) ** 2 + 4 * start * end * math.sin(0.5 * ground / EFFECTIVE_M) ** 2)
    assert horizon.height_along_m(antenna, elevation, slant, EFFECTIVE_M) == pytest.approx(height, abs=1e-3)


def test_straight_up_and_straight_down():
    assert horizon.elevation_to(10.0, 500.0, 0.0, 4 / 3) == pytest.approx(math.pi / 2)
    assert horizon.elevation_to(500.0, 10.0, 0.0, 4 / 3) == pytest.approx(-math.pi / 2)


@given(st.floats(0, 12_000), st.floats(-5, 90), st.floats(100, 400_000), st.floats(500, 5_000))
def test_length_of_path_below_a_ceiling(antenna, elevation, length, ceiling):
    assume(abs(ceiling - antenna) > 1e-3)  # along the ceiling itself, rounding decides
    got = horizon.path_below_m(antenna, math.radians(elevation), length, ceiling, EFFECTIVE_M)
    s = (np.arange(20_000) + 0.5) * length / 20_000
    start = EFFECTIVE_M + antenna
    heights = np.sqrt(start**2 + s**2 + 2 * s * start * math.sin(math.radians(elevation))) - EFFECTIVE_M
    assert got == pytest.approx(length * np.mean(heights < ceiling), abs=length / 5_000)
