"""Interceptor fly-out against another integrator, and its own invariants."""

from __future__ import annotations

from math import cos, hypot, inf, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from interceptors import long_range, low_range, oracle, oracle_flat, oracle_plunge, short_range

from buckler.errors import InputError
from buckler.physics import drag, intercept
from buckler.physics.atmosphere import density_and_sound
from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2, MEAN_RADIUS_M
from buckler.physics.flyout import (
    _fan,
    arrival,
    flyout_table,
    height_nodes_m,
    interceptor,
    range_nodes_m,
    speed_left,
    time_of_flight,
)
from buckler.physics.interceptor import (
    coast_start,
    coast_step,
    lateral_acceleration,
    loft_factor,
    powered_speed,
    powered_time,
    straight_line_m,
)
from buckler.physics.reach import climb, fit, reach

AIR = drag.standard_air()
G7 = drag.g7()


# --- drag -------------------------------------------------------------------------------------------------------------


def test_drag_shape_is_g7_over_its_value_at_mach_3() -> None:
    # BRL's G7 function: C_D 0.3803 at Mach 1, 0.4043 at 1.05, 0.2980 at 2, 0.2424 at 3, 0.1618 at 5.
    for mach, coefficient in (
        (0.0, 0.1198),
        (1.0, 0.3803),
        (1.05, 0.4043),
        (2.0, 0.2980),
        (3.0, 0.2424),
        (5.0, 0.1618),
    ):
        assert drag.drag_factor(mach, G7) == pytest.approx(coefficient / 0.2424, rel=1e-12)
    assert drag.drag_factor(9.0, G7) == drag.drag_factor(5.0, G7)


@given(st.floats(-900.0, 85_900.0))
def test_sampled_air_is_the_standard_atmosphere(height: float) -> None:
    # Corners of USSA 1976, table 4, as geometric heights: there a straight line cuts across.
    corners = np.array([11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
    corners = 6_356_766.0 * corners / (6_356_766.0 - corners)
    tight = 2e-4 if np.min(np.abs(corners - height)) < drag.AIR_STEP_M else 1e-5
    density, sound = drag.sampled_air(height, AIR)
    exact, exact_sound = density_and_sound(height)
    assert density == pytest.approx(exact, rel=tight)
    assert sound == pytest.approx(exact_sound, rel=tight)


@pytest.mark.parametrize(
    ("mach", "coefficient"),
    [((0.0, 1.0), (0.3,)), ((0.5, 1.0), (0.3, 0.4)), ((0.0, 0.0), (0.3, 0.4)), ((0.0, 1.0), (0.3, 0.0))],
)
def test_drag_tables_refused(mach: tuple[float, ...], coefficient: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="drag table"):
        drag.drag_table(mach, coefficient)


# --- the flight -------------------------------------------------------------------------------------------------------


@given(st.floats(0.1, 30.0), st.floats(100.0, 3000.0), st.floats(1.0, 50e3))
def test_powered_flight_is_its_own_integral(burn: float, top: float, path: float) -> None:
    # Even acceleration to the top speed, then that: time back to distance.
    t = powered_time(path, burn, top)
    along = 0.5 * top * t * t / burn if t < burn else top * (t - 0.5 * burn)
    assert along == pytest.approx(path, rel=1e-9)
    assert powered_speed(path, burn, top) == pytest.approx(min(top, top * t / burn), rel=1e-9)


@given(st.floats(0.0, 400e3), st.floats(0.0, 40e3), st.floats(0.0, 3000.0))
def test_straight_line_is_the_law_of_cosines(range_m: float, height: float, foot: float) -> None:
    a, b, angle = MEAN_RADIUS_M + foot, MEAN_RADIUS_M + height, range_m / MEAN_RADIUS_M
    chord = hypot(b * sin(angle), b * cos(angle) - a)
    assert straight_line_m(range_m, height, foot) == pytest.approx(chord, rel=1e-9, abs=1e-6)


def coast(elevation: float, steps: int, **change: float) -> np.ndarray:
    values = {
        "burnout_speed_mps": 1500.0, "ballistic_coefficient_kgpm2": 1e15, "max_range_m": 250e3, "max_height_m": 30e3,
        "burn_time_s": 8.0,
    }  # fmt: skip
    row = interceptor(**{**values, **change})
    state = coast_start(elevation, row["powered_path_m"], row["burnout_speed_mps"], row["launch_height_m"])
    states = [state]
    for _ in range(steps):
        state = coast_step(*state, 0.1, loft_factor(elevation), row, AIR, G7)
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize("elevation_deg", [20.0, 45.0, 70.0])
def test_without_drag_energy_is_kept_and_without_lift_angular_momentum_too(elevation_deg: float) -> None:
    # Below 45 degrees the loft law turns the path, but does no work.
    r, _, v_r, v_t = coast(radians(elevation_deg), 600).T
    energy = 0.5 * (v_r**2 + v_t**2) - GRAVITATIONAL_PARAMETER_M3PS2 / r
    assert np.ptp(energy) < 1e-9 * abs(energy[0])
    if elevation_deg >= 45.0:
        assert np.ptp(r * v_t) < 1e-10 * r[0] * v_t[0]
    else:
        assert r[-1] * v_t[-1] != pytest.approx(r[0] * v_t[0], rel=1e-4)


def test_loft_never_asks_more_than_the_air_gives() -> None:
    free = coast(radians(20.0), 200)
    held = coast(radians(20.0), 200, turn_loading_kgpm2=1e9)
    lifted = coast(radians(20.0), 200, turn_loading_kgpm2=1e-3)
    assert np.array_equal(free, lifted)
    assert held[-1, 0] > free[-1, 0] + 1000.0  # without the turn it flies higher
    assert lateral_acceleration(1.2, 1000.0, 500.0, 300.0) == 300.0
    assert lateral_acceleration(0.1, 500.0, 500.0, 300.0) == pytest.approx(0.5 * 0.1 * 500.0**2 / 500.0)


@pytest.mark.parametrize(
    ("which", "range_m", "height"),
    [
        (long_range, 20e3, 1000.0),
        (long_range, 35e3, 12e3),
        (long_range, 75e3, 9000.0),
        (long_range, 140e3, 4000.0),
        (long_range, 230e3, 15e3),
        (long_range, 9e3, 20e3),
        # Within a kilometre or two of the edge of reach (16 km here) speed falls so fast that cells are some 0.1 % off.
        (short_range, 13e3, 3000.0),
        (short_range, 20e3, 3000.0),
        (short_range, 14e3, 12e3),
    ],
)
def test_fly_out_time_against_another_integrator(which: object, range_m: float, height: float) -> None:
    table = which()  # type: ignore[operator]
    time, speed = oracle(table.interceptor, range_m, height)
    assert time_of_flight(table.interceptor, table.time_s, table.speed_mps, range_m, height) == pytest.approx(
        time, rel=1e-3
    )
    assert speed_left(table.interceptor, table.time_s, table.speed_mps, range_m, height) == pytest.approx(
        speed, rel=5e-3
    )


@given(st.floats(0.0, 250e3), st.floats(0.0, 27e3))
def test_no_one_arrives_before_the_top_speed_allows(range_m: float, height: float) -> None:
    table = long_range()
    time, speed = arrival(table.interceptor, table.time_s, table.speed_mps, range_m, height)
    if time < inf:
        path = straight_line_m(range_m, height, 900.0)
        assert time >= powered_time(path, 12.0, 2000.0) * (1.0 - 1e-6)
        assert 500.0 <= speed <= 2000.0


def test_every_range_and_height_between_the_published_ones_is_reached() -> None:
    table = long_range()
    row = table.interceptor
    for range_m in np.linspace(5e3, 245e3, 49):
        for height in (2000.0, 5000.0, 10e3, 20e3, 26e3):
            assert time_of_flight(row, table.time_s, table.speed_mps, float(range_m), height) < inf, (range_m, height)


def test_overhead_there_is_no_hole() -> None:
    table = long_range()
    for height in (5000.0, 15e3, 26e3):
        up = time_of_flight(table.interceptor, table.time_s, table.speed_mps, 0.0, height)
        beside = time_of_flight(table.interceptor, table.time_s, table.speed_mps, 200.0, height)
        assert up < inf
        assert beside == pytest.approx(up, rel=1e-3)


def test_limits_are_exact() -> None:
    table = long_range()
    row = table.interceptor

    def reached(range_m: float, height: float) -> bool:
        return time_of_flight(row, table.time_s, table.speed_mps, range_m, height) < inf

    assert not reached(250_000.1, 10e3)
    assert not reached(50e3, 27_000.1)
    level = sqrt(3000.0**2 - 100.0**2)  # the least range is a straight line
    assert reached(level + 5.0, 1000.0)
    assert not reached(level - 5.0, 1000.0)
    assert range_nodes_m(row)[-1] == 250e3
    assert height_nodes_m(row)[0] == 0.0


def test_more_drag_is_slower_and_reaches_less_far() -> None:
    table = long_range()
    row = table.interceptor.copy()
    row["ballistic_coefficient_kgpm2"] = 6000.0
    draggy = flyout_table(row)
    assert np.count_nonzero(np.isfinite(draggy.time_s)) <= np.count_nonzero(np.isfinite(table.time_s))
    for plunging in (False, True):  # each fan by itself: which of the two is flown changes with the drag
        times = []
        for flown in (table.interceptor, row):
            time, speed = np.empty_like(table.time_s), np.empty_like(table.time_s)
            _fan(plunging, flown, AIR, G7, time, speed)
            times.append(time)
        both = np.isfinite(times[0]) & np.isfinite(times[1])
        assert np.mean(times[1][both] >= times[0][both] - 1e-9) > 0.99
    assert time_of_flight(draggy.interceptor, draggy.time_s, draggy.speed_mps, 150e3, 10e3) > time_of_flight(
        table.interceptor, table.time_s, table.speed_mps, 150e3, 10e3
    )


def test_far_targets_near_the_ground_are_reached_over_thin_air() -> None:
    """Every range at every height, and where the flat path is too slow the time and speed are those of a path launched at 50 degrees."""
    table = low_range()
    row = table.interceptor
    for range_m in np.linspace(5e3, 245e3, 49):
        for height in (30.0, 300.0, 2000.0, 5000.0):
            assert time_of_flight(row, table.time_s, table.speed_mps, float(range_m), height) < inf, (range_m, height)
    for range_m, height in ((60e3, 500.0), (90e3, 100.0)):
        assert oracle_flat(row, range_m, height)[1] < 450.0
        found = oracle_plunge(row, range_m, height)
        assert found is not None
        time, speed = arrival(row, table.time_s, table.speed_mps, range_m, height)
        assert time == pytest.approx(found[0], rel=1e-3)
        assert speed == pytest.approx(found[1], rel=5e-3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"burnout_speed_mps": 0.0}, "burnout_speed_mps"),
        ({"min_speed_mps": 2500.0}, "least speed"),
        ({"min_range_m": 300e3}, "least range"),
        ({"min_height_m": 30e3}, "least height"),
        ({"launch_height_m": 30e3}, "launcher"),
        ({"burn_time_s": -1.0}, "burn_time_s"),
        ({"sustain_time_s": inf}, "sustain_time_s"),
        ({"ballistic_coefficient_kgpm2": 60.0}, "within a few steps"),
    ],
)
def test_interceptors_refused(change: dict[str, float], words: str) -> None:
    values = {
        "burnout_speed_mps": 2000.0, "ballistic_coefficient_kgpm2": 9000.0, "max_range_m": 250e3, "max_height_m": 27e3,
    }  # fmt: skip
    with pytest.raises(InputError, match=words):
        interceptor(**{**values, **change})


# --- the fit ----------------------------------------------------------------------------------------------------------

PUBLISHED = {
    "max_range_m": 160e3, "max_height_m": 24e3, "burnout_speed_mps": 1700.0,
    "min_speed_mps": 500.0, "burn_time_s": 12.0,
}  # fmt: skip


def test_fit_gives_the_published_reach_back() -> None:
    found = fit(**PUBLISHED)
    row = found.interceptor
    assert found.fitted == ("ballistic_coefficient_kgpm2", "turn_loading_kgpm2")
    assert 0.0 <= found.speed_residual < 1e-3
    assert found.furthest_m >= 160e3
    assert found.ceiling_m >= 24e3
    table = flyout_table(row)
    for range_m in np.linspace(10e3, 158e3, 38):
        time, speed = arrival(table.interceptor, table.time_s, table.speed_mps, float(range_m), 5200.0)
        assert time < inf, range_m
        assert speed >= 500.0
    assert time_of_flight(table.interceptor, table.time_s, table.speed_mps, 20e3, 23.9e3) < inf
    # One per cent less and the worst range would not be reached.
    row["ballistic_coefficient_kgpm2"] *= 0.99
    assert reach(row, 5000.0, AIR, G7)[0] < 500.0


def test_fit_of_the_top_speed_undoes_the_fit_of_the_coefficient() -> None:
    found = fit(**PUBLISHED).interceptor
    values = {name: value for name, value in PUBLISHED.items() if name != "burnout_speed_mps"}
    back = fit(**values, ballistic_coefficient_kgpm2=float(found["ballistic_coefficient_kgpm2"]))
    assert back.fitted[0] == "burnout_speed_mps"
    assert float(back.interceptor["burnout_speed_mps"]) == pytest.approx(1700.0, rel=2e-3)


def test_fit_leaves_the_stated_turn_at_the_greatest_height() -> None:
    found = fit(**PUBLISHED)
    _, speed = climb(found.interceptor, 24e3, AIR, G7)
    assert intercept.manoeuvre_left(found.interceptor, AIR, speed, 24e3) == pytest.approx(5.0 * 9.80665, rel=1e-6)
    assert fit(**PUBLISHED, turn_at_ceiling_mps2=None).interceptor["turn_loading_kgpm2"] == 0.0


def test_fit_of_nothing_checks() -> None:
    found = fit(**PUBLISHED, ballistic_coefficient_kgpm2=20_000.0, turn_at_ceiling_mps2=None)
    assert found.fitted == ()
    assert found.set_by == "given"
    assert found.speed_residual > 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        # Published for a light missile: 120 km and about 1000 m/s; no throw at that speed goes so far.
        ({"max_range_m": 120e3, "burnout_speed_mps": 1000.0, "min_speed_mps": 400.0}, "ends at 1.* km even with 1e"),
        ({"max_range_m": 9e3}, "most of the way under power"),
        ({"max_range_m": 20e3, "max_height_m": 60e3, "burnout_speed_mps": 900.0}, "straight up it gets to"),
        ({"burnout_speed_mps": None}, "one unknown"),
    ],
)
def test_fit_names_what_cannot_be(change: dict[str, float | None], words: str) -> None:
    with pytest.raises(InputError, match=words):
        fit(**{**PUBLISHED, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("ceiling", [150.0, 400.0])
def test_a_ceiling_below_the_end_of_the_burn_leaves_what_lies_under_it_as_it_was(ceiling: float) -> None:
    given = {
        "burnout_speed_mps": 1500.0, "ballistic_coefficient_kgpm2": 4000.0, "max_range_m": 40e3, "burn_time_s": 6.0,
        "min_speed_mps": 400.0, "min_range_m": 1000.0, "launch_height_m": 0.0,
    }  # fmt: skip
    low = flyout_table(interceptor(**given, max_height_m=ceiling))
    high = flyout_table(interceptor(**given, max_height_m=5000.0))
    assert low.interceptor["powered_path_m"] > 3.0 * ceiling
    compared = 0
    for range_m in (3e3, 6e3, 10e3, 15e3):
        for height in (0.3 * ceiling, 0.8 * ceiling):
            here = time_of_flight(low.interceptor, low.time_s, low.speed_mps, range_m, height)
            there = time_of_flight(high.interceptor, high.time_s, high.speed_mps, range_m, height)
            assert (here < inf) == (there < inf)
            if here < inf:
                assert here == pytest.approx(there, rel=5e-3)
                compared += 1
    assert compared >= 4
