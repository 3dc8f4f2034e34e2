"""Lobes over a plane against a perfect mirror, limits of the reflection coefficient, and a rough sea."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.physics import lobes


def test_a_perfect_mirror_gives_sixteen_times_the_echo():
    # Gamma = -1: F = 2 |sin(2 pi h1 h2 / (lambda d))| (Kerr 1951), far from both heights
    mirror = lobes.Surface(1e12, 1e12)
    h2 = np.linspace(100, 1000, 37)
    expected = 40 * np.log10(2 * np.abs(np.sin(2 * math.pi * 10 * h2 / (299_792_458 / 1e9 * 100e3))))
    got = lobes.lobing_db(1e9, 10.0, h2, 100e3, mirror)
    np.testing.assert_allclose(10 ** (got / 40), 10 ** (expected / 40), atol=2e-3)
    assert got.max() <= 40 * math.log10(2) + 1e-9


def test_reflection_at_its_limits():
    # grazing: -1 for both polarisations; perpendicular: (1 - n)/(1 + n) for a lossless medium; Brewster's angle: none
    for vertical in (False, True):
        assert lobes.reflection(1e-9, 3e9, 70.0, 5.0, vertical, 0.0) == pytest.approx(-1, abs=1e-6)
    assert lobes.reflection(math.pi / 2, 3e9, 4.0, 0.0, False, 0.0) == pytest.approx((1 - 2) / (1 + 2))
    brewster = math.atan(1 / 2.0)
    assert abs(lobes.reflection(brewster, 3e9, 4.0, 0.0, True, 0.0)) < 1e-12


@given(st.floats(1e8, 2e10), st.floats(1, 100), st.floats(0, 10_000), st.floats(1_000, 200_000), st.booleans())
def test_the_field_at_most_doubles(freq, antenna, height, ground, vertical):
    factor = lobes.lobing_factor(freq, antenna, height, ground, 70.0, 5.0, vertical, 0.0)
    assert 0.0 <= factor <= 2.0 + 1e-12


def test_a_rough_sea_has_no_lobes():
    got = lobes.lobing_db(10e9, 30.0, np.linspace(500, 2000, 50), 20e3, lobes.SEA, roughness_m=3.0)
    np.testing.assert_allclose(got, 0.0, atol=1e-6)
