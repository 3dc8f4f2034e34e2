"""Small angles by series against libm's functions, at and around the place where one hands over to the other."""

from __future__ import annotations

from math import atan, cos, sin

from hypothesis import given
from hypothesis import strategies as st

from buckler.physics.series import SMALL, arctangent, sine_cosine

NEAR = st.one_of(st.floats(-0.15, 0.15), st.sampled_from([0.0, SMALL, -SMALL, 1e-300, 1.5]))


@given(NEAR)
def test_sine_and_cosine(angle: float) -> None:
    sine, cosine = sine_cosine(angle)
    assert abs(sine - sin(angle)) <= 4e-16 * abs(sin(angle))
    assert abs(cosine - cos(angle)) <= 4e-16


@given(NEAR)
def test_arctangent(ratio: float) -> None:
    assert abs(arctangent(ratio) - atan(ratio)) <= 4e-16 * abs(atan(ratio))
