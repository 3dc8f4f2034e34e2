"""Wind profiles and the wind triangle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.physics.ballistics import fly
from buckler.physics.wind import ground_speed, power_law, still, wind_at, wind_rows


def test_a_wind_is_named_for_where_it_comes_from() -> None:
    east, north = wind_at(wind_rows(0.0, 10.0, 270.0), np.array([0.0, 5000.0]))
    assert east == pytest.approx([10.0, 10.0])
    assert north == pytest.approx([0.0, 0.0], abs=1e-12)
    assert wind_at(still(), np.array([1.0]))[0] == 0.0


def test_power_law() -> None:
    # u(100 m) = 10 (100/10)^(1/7) = 13.895 m/s.
    rows = power_law(10.0, 180.0, top_m=500.0)
    assert np.hypot(*wind_at(rows, np.array([500.0])))[0] == pytest.approx(10.0 * 50.0 ** (1 / 7), rel=1e-12)
    assert np.hypot(*wind_at(rows, np.array([100.0])))[0] == pytest.approx(13.895, rel=2e-3)  # linear between nodes
    assert np.hypot(*wind_at(rows, np.array([9000.0])))[0] == pytest.approx(10.0 * 50.0 ** (1 / 7))


@settings(max_examples=30)
@given(st.floats(20.0, 400.0), st.floats(0.0, 360.0), st.floats(0.0, 19.0))
def test_the_wind_triangle_closes(airspeed: float, angle: float, wind: float) -> None:
    along, across = wind * np.cos(np.radians(angle)), wind * np.sin(np.radians(angle))
    over = float(ground_speed(np.array([airspeed]), np.array([along]), np.array([across]))[0])
    # Air velocity = ground velocity - wind: its size is the airspeed.
    assert np.hypot(over - along, -across) == pytest.approx(airspeed, rel=1e-9)


def test_a_body_of_great_drag_drifts_with_the_wind() -> None:
    down = fly(40.0, 30.0, 9000.0, (0.0, 0.0, 0.0), mass_kg=1.0, drag_area_m2=1.0, wind=wind_rows(0.0, 20.0, 270.0))
    away = np.linalg.norm(down.end_position_m - down.position_m[0])
    assert away > 0.9 * 20.0 * down.end_s


@pytest.mark.parametrize("wrong", [
    lambda: wind_rows([0.0, 0.0], [1.0, 1.0], [0.0, 0.0]),
    lambda: wind_rows(0.0, -1.0, 0.0),
    lambda: wind_rows([0.0, 1.0], [1.0], [0.0]),
    lambda: power_law(5.0, 0.0, reference_height_m=0.0),
    lambda: power_law(5.0, 0.0, exponent=2.0),
])  # fmt: skip
def test_refused(wrong: object) -> None:
    with pytest.raises(InputError):
        wrong()  # type: ignore[operator]
