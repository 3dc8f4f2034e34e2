"""Meetings by a brute-force search, warm starts, and the end game."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, inf, pi, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interceptors import long_range, low_range, oracle, short_range

from buckler.errors import InputError
from buckler.physics import drag, intercept
from buckler.physics.atmosphere import density_and_sound
from buckler.physics.earth import geodesic_direct, geodesic_inverse, geodetic_to_ecef
from buckler.physics.flyout import Flyout, interceptor, still_late, time_of_flight
from buckler.physics.interceptor import straight_line_m

# --- the meeting ------------------------------------------------------------------------------------------------------

SITE = intercept.launch_site(40.0, 33.0, 900.0)


def level_flight(
    bearing_deg: float, distance: float, course_deg: float, height: float, speed: float, duration: float
) -> np.ndarray:
    """A target at even speed and height along a geodesic, rows 1 s apart."""
    lat, lon, _ = geodesic_direct(40.0, 33.0, bearing_deg, distance)
    along = geodesic_direct(
        float(lat), float(lon), course_deg, np.linspace(0.0, speed * duration, 2 + int(duration // 20))
    )
    corners = geodetic_to_ecef(along[0], along[1], height)
    time = np.arange(int(duration) + 1.0)
    at = np.linspace(0.0, duration, corners.shape[0])
    return np.column_stack([np.interp(time, at, corners[:, axis]) for axis in range(3)])


def meet(table: Flyout, track: np.ndarray, launch: float, guess: float = 0.0, **change: float) -> float:
    row = table.interceptor.copy()
    for name, value in change.items():
        row[name] = value
    return float(
        intercept.first_intercept(
            track, 0.0, 1.0, intercept.speed_bound(track, 1.0), SITE, row, table.time_s, table.speed_mps,
            table.clearance_m, launch, guess,
        )
    )  # fmt: skip


def gap(table: Flyout, track: np.ndarray, launch: float, time: float) -> float:
    x, y, z = intercept.target_at(track, 0.0, 1.0, time)
    range_m, height = intercept.range_and_height(SITE, x, y, z)
    flight = time_of_flight(table.interceptor, table.time_s, table.speed_mps, range_m, height)
    return float(flight - (time - launch))


@settings(max_examples=300)
@given(
    st.sampled_from([long_range, short_range, low_range]), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 2 * pi),
    st.floats(1.0, 3000.0), st.floats(1e-3, 20.0), st.floats(0.0, 1.0),
)  # fmt: skip
def test_what_stays_late_stays_late(
    which: Callable[[], Flyout], near: float, low: float, course: float, speed: float, late: float, share: float
) -> None:
    table = which()
    row = table.interceptor
    range_m, height = near * row["max_range_m"], row["min_height_m"] + low * (row["max_height_m"] - row["min_height_m"])
    here = time_of_flight(row, table.time_s, table.speed_mps, range_m, height)
    if not here < inf:
        return
    path = straight_line_m(range_m, height, row["launch_height_m"])
    stays_s, falling_s = still_late(row, table.time_s, range_m, height, path, late, speed)
    for seconds, margin in ((share * stays_s, late), (share * falling_s, 0.0)):
        to = range_m + speed * seconds * cos(course), height + speed * seconds * sin(course)
        there = time_of_flight(row, table.time_s, table.speed_mps, *to) if to[0] >= 0.0 else inf
        if margin > 0.0:
            assert late + (there - here) - seconds >= -1e-9 * (1.0 + here)
        elif there < inf:
            assert there - here <= seconds + 1e-9 * (1.0 + here)


def test_great_circle_helper_is_consistent() -> None:
    # The tests' own target: even speed along the geodesic.
    track = level_flight(30.0, 100e3, 210.0, 0.0, 250.0, 200.0)
    assert np.linalg.norm(np.diff(track, axis=0), axis=1) == pytest.approx(250.0, rel=1e-5)
    lat, lon, _ = geodesic_direct(40.0, 33.0, 30.0, 100e3)
    assert float(geodesic_inverse(40.0, 33.0, float(lat), float(lon))[0]) == pytest.approx(100e3)


def test_range_and_height_of_points_near_and_far() -> None:
    lat, lon, _ = geodesic_direct(40.0, 33.0, 70.0, np.array([1e3, 50e3, 200e3, 400e3]))
    for distance, point in zip((1e3, 50e3, 200e3, 400e3), geodetic_to_ecef(lat, lon, 10e3), strict=True):
        range_m, height = intercept.range_and_height(SITE, *point)
        assert range_m == pytest.approx(distance, rel=3e-3)
        assert height == pytest.approx(10e3, abs=1.0 + 60.0 * (distance / 400e3) ** 2)
    range_m, height = intercept.range_and_height(SITE, *geodetic_to_ecef(40.0, 33.0, 20e3))
    assert range_m == pytest.approx(0.0, abs=1e-3)
    assert height == pytest.approx(20e3, abs=1e-6)


@settings(max_examples=40)
@given(
    st.floats(0.0, 360.0), st.floats(5e3, 400e3), st.floats(0.0, 360.0), st.floats(50.0, 30e3), st.floats(30.0, 1500.0),
    st.floats(0.0, 100.0), st.booleans(),
)  # fmt: skip
def test_the_meeting_is_the_first_that_a_fine_search_finds(
    bearing: float, distance: float, course: float, height: float, speed: float, launch: float, far: bool
) -> None:
    table = long_range() if far else short_range()
    track = level_flight(bearing, distance, course, height, speed, 400.0)
    found = meet(table, track, launch)
    times = np.arange(launch, 400.0, 0.1)
    gaps = np.array([gap(table, track, launch, float(time)) for time in times])
    hit = np.flatnonzero(gaps <= 0.0)
    if hit.size:
        assert found <= times[hit[0]] + 1e-3
        if hit[0] > 0:
            assert found > times[hit[0]] - 0.1 - 1e-3
        assert gap(table, track, launch, found) <= 2e-3
    elif found < inf:  # a window shorter than the search's step
        assert gap(table, track, launch, found) <= 2e-3


@settings(max_examples=20)
@given(
    st.floats(10e3, 300e3), st.floats(500.0, 20e3), st.floats(50.0, 800.0), st.floats(0.0, 50.0), st.floats(0.0, 50.0)
)
def test_a_warm_start_does_not_change_the_answer(
    distance: float, height: float, speed: float, launch: float, delay: float
) -> None:
    track = level_flight(45.0, distance, 225.0, height, speed, 400.0)
    early = meet(long_range(), track, launch)
    later = meet(long_range(), track, launch + delay)
    assert later >= early - 1e-3
    if early < inf:
        warm = meet(long_range(), track, launch + delay, guess=early)
        assert warm == later or warm == pytest.approx(later, abs=2e-3)


@settings(max_examples=100)
@given(
    st.sampled_from([long_range, short_range, low_range]), st.floats(0.1, 1.2), st.floats(0.0, 360.0), st.floats(0.01, 0.9),
    st.floats(30.0, 1200.0), st.lists(st.floats(0.0, 30.0), min_size=1, max_size=8),
)  # fmt: skip
def test_what_is_remembered_of_a_meeting_does_not_change_the_next(
    which: Callable[[], Flyout], near: float, course: float, low: float, speed: float, delays: list[float]
) -> None:
    """Launches one after another, each from what came with the last answer, meet when a search from nothing says."""
    table = which()
    row = table.interceptor
    track = level_flight(45.0, near * row["max_range_m"], course, low * row["max_height_m"], speed, 400.0)
    ahead = intercept.speed_bound(track, 1.0)
    launch, last = 0.0, (0.0, -inf, -inf, 0.0)
    for delay in [0.0, *delays]:
        launch += delay
        last = intercept.first_meeting(
            track, 0.0, 1.0, ahead, SITE, row, table.time_s, table.speed_mps, table.clearance_m, launch, *last
        )
        fresh = meet(table, track, launch)
        if not last[0] < inf:
            assert fresh == inf
            return
        assert last[0] == pytest.approx(fresh, abs=2e-3)
        # Neither early nor late: the time of flight to there is what is between.
        x, y, z = intercept.target_at(track, 0.0, 1.0, last[0])
        flight = time_of_flight(row, table.time_s, table.speed_mps, *intercept.range_and_height(SITE, x, y, z))
        assert flight == pytest.approx(last[0] - last[1], abs=1e-6)


@pytest.mark.parametrize(
    ("distance", "course", "height", "speed"),
    [(120e3, 180.0, 9000.0, 250.0), (60e3, 90.0, 5000.0, 300.0), (40e3, 0.0, 11e3, 200.0)],
    ids=["coming", "crossing", "going"],
)
def test_intercept_time_against_another_integrator(distance: float, course: float, height: float, speed: float) -> None:
    table = long_range()
    track = level_flight(0.0, distance, course, height, speed, 300.0)
    found = meet(table, track, 5.0)

    def miss(time: float) -> float:
        x, y, z = intercept.target_at(track, 0.0, 1.0, time)
        return oracle(table.interceptor, *intercept.range_and_height(SITE, x, y, z))[0] - (time - 5.0)

    # One secant step from the answer: the gap there is small against its curvature.
    first, second = miss(found), miss(found + 0.5)
    exact = found - first * 0.5 / (second - first)
    assert found - 5.0 == pytest.approx(exact - 5.0, rel=1e-3)


def test_coming_is_met_sooner_and_farther_out_than_going() -> None:
    coming = meet(long_range(), level_flight(0.0, 80e3, 180.0, 8000.0, 250.0, 300.0), 0.0)
    crossing = meet(long_range(), level_flight(0.0, 80e3, 90.0, 8000.0, 250.0, 300.0), 0.0)
    going = meet(long_range(), level_flight(0.0, 80e3, 0.0, 8000.0, 250.0, 300.0), 0.0)
    assert coming < crossing < going < inf


def test_too_fast_a_target_is_not_met() -> None:
    track = level_flight(0.0, 120e3, 180.0, 9000.0, 600.0, 200.0)
    assert meet(long_range(), track, 0.0) < inf
    assert meet(long_range(), track, 0.0, max_target_speed_mps=599.0) == inf


def test_what_flies_away_faster_is_never_met() -> None:
    assert meet(short_range(), level_flight(0.0, 30e3, 0.0, 8000.0, 900.0, 300.0), 0.0) == inf


def test_a_target_out_of_reach_that_comes_in_later_is_met_at_the_edge() -> None:
    # A launch long before: the round would wait at the edge, so the meeting is where reach begins.
    track = level_flight(0.0, 300e3, 180.0, 8000.0, 200.0, 500.0)
    found = meet(long_range(), track, 0.0)
    x, y, z = intercept.target_at(track, 0.0, 1.0, found)
    assert intercept.range_and_height(SITE, x, y, z)[0] == pytest.approx(250e3, rel=0.02)


def test_a_target_that_climbs_into_reach_is_met_there() -> None:
    """Below the least height nothing is met, however far the edges of the table are: over flat land at 15 m, from 200 s on climbing."""
    table = long_range()
    times = np.arange(301.0)
    height = np.where(times < 200.0, 15.0, np.minimum(300.0, 15.0 + 20.0 * (times - 200.0)))
    lat, lon, _ = geodesic_direct(40.0, 33.0, 0.0, 150e3 - 250.0 * times)
    track = geodetic_to_ecef(lat, lon, height)
    for launch in (0.0, 100.0, 150.0):
        found = meet(table, track, launch, min_height_m=30.0)
        sought = np.arange(launch, 300.0, 0.05)
        late = [gap(table, track, launch, float(time)) if height_there(track, float(time)) >= 30.0 else inf for time in sought]
        assert found == pytest.approx(sought[np.flatnonzero(np.array(late) <= 0.0)[0]], abs=0.06)


def height_there(track: np.ndarray, time: float) -> float:
    return float(intercept.range_and_height(SITE, *intercept.target_at(track, 0.0, 1.0, time))[1])


def test_where_the_path_ends_is_the_last_place_to_meet() -> None:
    """Paths cut off shortly after the meeting: no straight line from two looks leads past it."""
    table = long_range()
    track = level_flight(20.0, 150e3, 200.0, 8000.0, 250.0, 400.0)
    for launch in np.linspace(0.0, 200.0, 21):
        whole = meet(table, track, float(launch))
        cut = track[: 2 + int(whole)]
        assert meet(table, cut, float(launch)) == pytest.approx(whole, abs=1e-5)


@given(st.floats(0.0, 120.0), st.integers(0, 40))
def test_nobody_is_met_while_too_fast(launch: float, phase: int) -> None:
    """A target whose speed alternates about the limit, a few seconds each."""
    table = long_range()
    along = np.cumsum(np.where((np.arange(400) + phase) // 5 % 2 == 0, 245.0, 255.0))
    lat, lon, _ = geodesic_direct(40.0, 33.0, 30.0, 150e3 - along)
    track = geodetic_to_ecef(lat, lon, 9000.0)
    found = meet(table, track, launch, max_target_speed_mps=250.0)
    speeds = np.linalg.norm(np.diff(track, axis=0), axis=1)
    slow = np.arange(launch, 398.0, 0.05)
    slow = slow[speeds[slow.astype(int)] <= 250.0]
    late = np.array([gap(table, track, launch, float(time)) for time in slow])
    first = slow[np.flatnonzero(late <= 1e-6)[0]]
    assert speeds[int(found)] <= 250.0
    assert found == pytest.approx(first, abs=0.06)


def test_trajectories_refused() -> None:
    with pytest.raises(InputError, match="at least 2 rows"):
        intercept.speed_bound(np.zeros((1, 3)), 1.0)


# --- the end game -----------------------------------------------------------------------------------------------------


def test_end_game_factor() -> None:
    # Zarchan: proportional navigation of N' = 3 needs three times the target's acceleration.
    assert intercept.end_game_factor(900.0, 300.0, 600.0, 0.5, 90.0, 30.0) == 1.0
    assert intercept.end_game_factor(900.0, 300.0, 600.0, 0.5, 45.0, 30.0) == pytest.approx(0.5)
    assert intercept.end_game_factor(300.0, 300.0, 600.0, 0.5, 90.0, 0.0) == pytest.approx(0.5)
    assert intercept.end_game_factor(450.0, 300.0, 600.0, 0.5, 90.0, 0.0) == pytest.approx(0.75)
    assert intercept.end_game_factor(450.0, 300.0, 300.0, 0.5, 0.0, 0.0) == 1.0


@given(st.floats(0.0, 3000.0), st.floats(0.0, 500.0), st.floats(0.0, 100.0))
def test_end_game_factor_is_a_share(speed: float, pull: float, target: float) -> None:
    factor = intercept.end_game_factor(speed, 300.0, 900.0, 0.4, pull, target)
    assert 0.0 <= factor <= 1.0
    assert intercept.end_game_factor(speed, 300.0, 900.0, 0.4, pull + 50.0, target) >= factor


def test_manoeuvre_left_falls_with_height() -> None:
    row = interceptor(
        burnout_speed_mps=2000.0, ballistic_coefficient_kgpm2=9000.0, max_range_m=250e3, max_height_m=27e3,
        turn_loading_kgpm2=800.0, turn_limit_mps2=250.0,
    )  # fmt: skip
    low, high = (intercept.manoeuvre_left(row, drag.standard_air(), 1500.0, height) for height in (1000.0, 25e3))
    assert low == 250.0
    assert high == pytest.approx(0.5 * density_and_sound(25e3)[0] * 1500.0**2 / 800.0, rel=1e-4)
