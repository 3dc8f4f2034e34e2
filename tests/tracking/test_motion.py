"""Closed-form manoeuvres against a published end point, integration and conservation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.tracking.motion import fly_segments


def test_benchmark_manoeuvre() -> None:
    # Li, Bar-Shalom and Blair (2000), section 10.8.3, as coded in the NRL TrackerComponentLibrary, sampleTraj.m.
    position, velocity = fly_segments([30e3, 30e3], [-172, -246], [(61, 0), (45, 3.74), (44, 0)])
    assert position == pytest.approx([36038.39, 18078.94], abs=0.01)
    assert velocity == pytest.approx([218.312, 206.0094], abs=1e-3)


def test_a_turn_against_integration_by_small_steps() -> None:
    rate, steps = np.radians(7.0), 200_000
    angle = np.arctan2(50.0, 100.0) + rate * 20.0 * (np.arange(steps) + 0.5) / steps
    moved = np.hypot(100.0, 50.0) * 20.0 / steps * np.array([np.cos(angle).sum(), np.sin(angle).sum()])
    assert fly_segments([0, 0], [100, 50], [(20.0, 7.0)])[0] == pytest.approx(moved, abs=1e-6)


@given(duration=st.floats(0.0, 100.0), rate=st.floats(-10.0, 10.0), share=st.floats(0.0, 1.0))
def test_speed_is_kept_and_a_segment_may_be_cut(duration: float, rate: float, share: float) -> None:
    position, velocity = fly_segments([1.0, 2.0], [30.0, -40.0], [(duration, rate)])
    assert np.hypot(*velocity) == pytest.approx(50.0)
    cut = fly_segments([1.0, 2.0], [30.0, -40.0], [(share * duration, rate), ((1 - share) * duration, rate)])
    assert cut[0] == pytest.approx(position, abs=1e-9)


@pytest.mark.parametrize("segments", [[(-1.0, 0.0)], [(np.inf, 0.0)], [(1.0, np.nan)]])
def test_a_segment_that_cannot_be_flown_is_refused(segments: list[tuple[float, float]]) -> None:
    with pytest.raises(InputError):
        fly_segments([0, 0], [1, 1], segments)


def test_a_position_in_space_is_refused() -> None:
    with pytest.raises(InputError, match="two finite numbers"):
        fly_segments([0, 0, 0], [1, 1], [])
