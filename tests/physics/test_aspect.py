"""Cross-section by aspect: the sectors' own values, what lies between them, and the angle itself."""

from __future__ import annotations

from math import acos, cos, degrees, isclose, log10, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.physics.aspect import cosine_of_aspect, cross_section_db, ratio_of_db

decibels = st.floats(-60.0, 40.0)
parts = st.floats(-1e4, 1e4)


@pytest.mark.parametrize(("angle_deg", "expected"), [(0, -25.0), (45, -17.5), (90, -10.0), (135, -12.5), (180, -15.0)])
def test_each_sector_has_its_own_value_and_two_meet_half_way(angle_deg: float, expected: float) -> None:
    assert cross_section_db(-25.0, -10.0, -15.0, cos(angle_deg * pi / 180)) == pytest.approx(expected)


@settings(max_examples=50)
@given(nose=decibels, beam=decibels, tail=decibels, angle=st.floats(0.0, pi))
def test_between_sectors_nothing_leaves_their_range_and_nothing_jumps(
    nose: float, beam: float, tail: float, angle: float
) -> None:
    here = cross_section_db(nose, beam, tail, cos(angle))
    low, high = min(nose, beam, tail), max(nose, beam, tail)
    assert low - 1e-9 <= here <= high + 1e-9
    # The steepest that equation (1) gets is the difference of two sectors per radian, at 45 and 135 degrees.
    assert abs(cross_section_db(nose, beam, tail, cos(angle + 1e-4)) - here) <= 1.01e-4 * (high - low) + 1e-12


@settings(max_examples=30)
@given(velocity=st.tuples(parts, parts, parts), sight=st.tuples(parts, parts, parts))
def test_the_aspect_is_the_angle_between_flight_and_the_way_to_the_radar(
    velocity: tuple[float, float, float], sight: tuple[float, float, float]
) -> None:
    v, d = np.array(velocity), np.array(sight)
    lengths = np.linalg.norm(v) * np.linalg.norm(d)
    if lengths < 1e-3:
        return
    cosine = cosine_of_aspect(*velocity, *sight)
    assert -1.0 - 1e-12 <= cosine <= 1.0 + 1e-12
    # |v| |d| sin a is the cross product's length: another way to the same angle.
    crossed = np.degrees(np.arctan2(np.linalg.norm(np.cross(v, -d)), v @ -d))
    assert isclose(degrees(acos(max(-1.0, min(1.0, cosine)))), crossed, abs_tol=1e-4)


def test_flying_at_the_radar_shows_the_nose() -> None:
    assert cosine_of_aspect(-250.0, 0.0, 0.0, 9e4, 0.0, 0.0) == pytest.approx(1.0)
    assert cosine_of_aspect(250.0, 0.0, 0.0, 9e4, 0.0, 0.0) == pytest.approx(-1.0)
    assert cosine_of_aspect(0.0, 250.0, 0.0, 9e4, 0.0, 0.0) == pytest.approx(0.0, abs=1e-12)
    assert cosine_of_aspect(0.0, 0.0, 0.0, 9e4, 0.0, 0.0) == 1.0  # at rest: where it points is not known


def test_decibels_are_ten_logarithms() -> None:
    assert ratio_of_db(-25.0) == pytest.approx(10**-2.5, rel=1e-13)
    assert 10.0 * log10(ratio_of_db(3.7)) == pytest.approx(3.7, rel=1e-13)
