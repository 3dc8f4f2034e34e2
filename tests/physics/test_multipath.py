"""Lobes over the curved earth: where the reflection is, the flat limit, where the lobes stand, and the engine's echo."""

from __future__ import annotations

from math import asin, inf, pi, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.lobes import GROUND_WET, SEA, lobing_factor
from buckler.physics.multipath import echo_gain, field_over_earth, reflection_point_m
from buckler.units import SPEED_OF_LIGHT_MPS

R = 4.0 / 3.0 * MEAN_RADIUS_M
EVERYWHERE = np.full((4, 2), -inf, np.float32)

heights = st.floats(2.0, 20_000.0)


@given(heights, heights, st.floats(0.02, 0.98))
def test_both_rays_graze_alike_where_they_are_reflected(h1: float, h2: float, share: float) -> None:
    """Kerr's condition itself: (h1 - d1^2/2R)/d1 = (h2 - d2^2/2R)/d2, equation (2) before it is multiplied out."""
    d = share * (sqrt(2.0 * R * h1) + sqrt(2.0 * R * h2))
    assume(d > 100.0)
    d1 = reflection_point_m(h1, h2, d, R)
    assert 0.0 < d1 < d
    near, far = (h1 - d1**2 / (2 * R)) / d1, (h2 - (d - d1) ** 2 / (2 * R)) / (d - d1)
    assert near == pytest.approx(far, rel=1e-6, abs=1e-9)


@given(heights, heights, st.floats(0.02, 0.98))
def test_it_is_the_same_seen_from_the_other_end(h1: float, h2: float, share: float) -> None:
    d = share * (sqrt(2.0 * R * h1) + sqrt(2.0 * R * h2))
    assert reflection_point_m(h1, h2, d, R) + reflection_point_m(h2, h1, d, R) == pytest.approx(d, rel=1e-9)
    there, back = (field_over_earth(3e9, *ends, d, R, *SEA, False, 0.0) for ends in ((h1, h2), (h2, h1)))
    assert there == pytest.approx(back, rel=1e-6, abs=1e-6)


def test_over_a_huge_earth_it_is_a_plane() -> None:
    for h2 in (30.0, 200.0, 3000.0):
        flat = lobing_factor(1.3e9, 15.0, h2, 20e3, *GROUND_WET, True, 0.1)
        assert field_over_earth(1.3e9, 15.0, h2, 20e3, 1e14, *GROUND_WET, True, 0.1) == pytest.approx(flat, rel=1e-5)


def test_the_lobes_stand_where_the_textbook_has_them() -> None:
    """sin(elevation) = (2n - 1) lambda / 4h for maxima, n lambda / 2h for nulls (Skolnik 2001, section 8.3), near enough that the earth
    is flat: horizontal polarisation, smooth sea, 20 m, 150 MHz."""
    wavelength = SPEED_OF_LIGHT_MPS / 150e6
    d = 10e3
    height = np.arange(20.0, 1200.0, 1.0)
    field = np.array([field_over_earth(150e6, 20.0, h, d, 1e12, *SEA, False, 0.0) for h in height])
    peaks = np.flatnonzero((field[1:-1] > field[:-2]) & (field[1:-1] > field[2:])) + 1
    nulls = np.flatnonzero((field[1:-1] < field[:-2]) & (field[1:-1] < field[2:])) + 1
    for n, at in enumerate(peaks[:3], start=1):
        assert height[at] == pytest.approx(d * np.tan(asin((2 * n - 1) * wavelength / 80.0)), rel=0.01)
        assert field[at] == pytest.approx(2.0, abs=0.05)
    for n, at in enumerate(nulls[:2], start=1):
        assert height[at] == pytest.approx(d * np.tan(asin(n * wavelength / 40.0)), rel=0.01)
        assert field[at] < 0.1


def test_a_rough_sea_and_a_steep_ray_reflect_nothing_that_interferes() -> None:
    # Ament: 2 pi 0.5 m sin(5 deg) / 0.0316 m = 8.7; exp(-150)
    assert field_over_earth(9.5e9, 20.0, 900.0, 10e3, R, *SEA, False, 0.5) == pytest.approx(1.0, abs=1e-9)
    assert field_over_earth(9.5e9, 20.0, 900.0, 10e3, R, *SEA, False, 0.0) != pytest.approx(1.0, abs=1e-3)


def test_a_target_goes_down_into_the_horizon() -> None:
    """At the horizon both rays are one, in opposite phase: the field falls from the first lobe on, and stays low."""
    horizon = sqrt(2 * R * 20.0)
    distance = horizon + np.linspace(0.2, 0.999, 60) * sqrt(2 * R * 30.0)
    field = [field_over_earth(3e9, 20.0, 30.0, float(d), R, *SEA, False, 0.0) for d in distance]
    peak = int(np.argmax(field))
    low = int(np.argmax(np.array(field[peak:]) < 0.5)) + peak
    assert np.all(np.diff(field[peak : low + 1]) < 0.0)
    assert max(field[low:]) < 0.5


def test_there_is_no_reflection_from_what_the_antenna_does_not_see() -> None:
    args = (150e6, 0.0, *SEA, False, 0.0, 30.0, R)
    seen = echo_gain(*args, EVERYWHERE, 400e3, 1.0, 50e3, 500.0)
    assert seen == pytest.approx(field_over_earth(150e6, 30.0, 500.0, 50e3, R, *SEA, False, 0.0) ** 4, rel=1e-12)
    assert seen != 1.0
    hill = np.full((4, 2), 40.0, np.float32)
    assert echo_gain(*args, hill, 400e3, 1.0, 50e3, 500.0) == 1.0
    assert echo_gain(150e6, 35.0, *SEA, False, 0.0, 30.0, R, EVERYWHERE, 400e3, 1.0, 50e3, 500.0) == 1.0  # the sea above the antenna


def test_smooth_earth_is_in_sight_of_an_antenna_to_the_reflection() -> None:
    """The compiled line of sight over a smooth earth lets every lobe through: its own table says that the surface is seen."""
    from buckler.physics.terrain import flat_terrain
    from buckler.physics.visibility import horizon_table

    table = horizon_table(flat_terrain(), 38.0, 33.0, 20.0, max_range_m=200e3, range_step_m=400.0)
    args = (1.3e9, 0.0, *SEA, False, 0.0, 20.0, R)
    for distance in (2e3, 10e3, 30e3, 50e3, 100e3):
        height = max(50.0, 1.1 * (max(0.0, distance - sqrt(2 * R * 20.0)) ** 2) / (2 * R))
        bare = field_over_earth(1.3e9, 20.0, height, distance, R, *SEA, False, 0.0) ** 4
        assert echo_gain(*args, table.line_m, 400.0, pi / 3, distance, height) == pytest.approx(bare, rel=1e-12), distance
