"""What an eye or a thermal sight finds, against Johnson's published table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.physics.detection import probability
from buckler.physics.sights import LOOK, look_probability


@pytest.mark.parametrize(
    ("cycles", "published"), [(0.25, 0.02), (0.5, 0.10), (0.75, 0.30), (1.0, 0.50), (1.5, 0.80), (2.0, 0.95), (3.0, 1.00)]
)
def test_johnsons_multipliers(cycles: float, published: float) -> None:
    """The share of looks that succeed with so many times the cycles of half of them: Johnson's table (NVL, after Ratches 1975)."""
    assert look_probability(cycles**4) == pytest.approx(published, abs=0.025)


@given(near=st.floats(0.0, 1e6), far=st.floats(0.0, 1e6))
def test_a_stronger_signal_is_never_found_less_often(near: float, far: float) -> None:
    one, two = sorted((near, far))
    assert 0.0 <= look_probability(one) <= look_probability(two) <= 1.0


def test_a_sight_is_a_case_of_detection() -> None:
    assert probability(1.0, 13.8, 1, LOOK) == look_probability(1.0) == 0.5
    assert probability(0.0, 13.8, 1, LOOK) == 0.0
