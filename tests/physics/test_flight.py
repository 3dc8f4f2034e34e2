"""Routes, racetracks and hovering against geodesics, circles and limits."""

from __future__ import annotations

from math import inf, pi, radians, tan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.physics.earth import ecef_to_geodetic, geodesic_direct, geodesic_inverse, geodetic_to_ecef
from buckler.physics.flight import Route, hover, lift_to_slopes, racetrack, route, turn_radius_m


def hills(lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
    return 800.0 + 600.0 * np.sin(40.0 * np.asarray(lon_deg)) * np.cos(30.0 * np.asarray(lat_deg))


def place(path: Route) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lat, lon, height = ecef_to_geodetic(*path.position_m.T)
    return lat, lon, height


def pace(path: Route) -> np.ndarray:
    """Speed between rows, the last left out (it runs on past the end)."""
    return np.linalg.norm(np.diff(path.position_m, axis=0), axis=1)[:-1] / np.diff(path.time_s)[:-1]


def test_turn_radius_of_a_coordinated_turn() -> None:
    # Anderson (1999): R = v^2/(g sqrt(n^2 - 1)); 60 degrees of bank is a load factor of 2.
    assert turn_radius_m(250.0, bank_deg=60.0) == pytest.approx(250.0**2 / (9.80665 * 3.0**0.5))
    assert turn_radius_m(250.0, load_factor=2.0) == pytest.approx(turn_radius_m(250.0, bank_deg=60.0))
    for wrong in ({}, {"bank_deg": 30.0, "load_factor": 2.0}, {"bank_deg": 90.0}, {"load_factor": 1.0}):
        with pytest.raises(InputError):
            turn_radius_m(250.0, **wrong)


@settings(max_examples=15)
@given(
    st.floats(-60.0, 60.0), st.floats(-170.0, 170.0), st.floats(0.0, 360.0),
    st.floats(20e3, 800e3), st.floats(0.0, 12e3), st.floats(30.0, 600.0),
)  # fmt: skip
def test_one_leg_is_the_geodesic_at_even_speed(
    lat: float, lon: float, azimuth: float, length: float, height: float, speed: float
) -> None:
    end_lat, end_lon, _ = geodesic_direct(lat, lon, azimuth, length)
    flown = route([lat, float(end_lat)], [lon, float(end_lon)], height, speed, 10.0)
    assert flown.length_m == pytest.approx(length, rel=1e-9)
    assert flown.end_s == pytest.approx(length / speed, rel=3e-3)  # the height makes it up to 0.2 % longer
    assert pace(flown) == pytest.approx(speed, rel=2e-3)
    lats, lons, heights = place(flown)
    assert heights[:-1] == pytest.approx(height, abs=0.01)
    middle = len(lats) // 2
    along, bearing, _ = geodesic_inverse(lat, lon, float(lats[middle]), float(lons[middle]))
    if middle:
        off = (float(bearing) - azimuth + 180.0) % 360.0 - 180.0
        assert abs(radians(off)) * float(along) < 0.1
        assert float(along) == pytest.approx(length * flown.time_s[middle] / flown.end_s, rel=1e-6)


def test_the_last_two_rows_run_through_the_end() -> None:
    flown = route([40.0, 41.0], [33.0, 34.0], 3000.0, 200.0, 7.0)
    share = (flown.end_s - flown.time_s[-2]) / (flown.time_s[-1] - flown.time_s[-2])
    end = flown.position_m[-2] + share * (flown.position_m[-1] - flown.position_m[-2])
    assert np.linalg.norm(end - geodetic_to_ecef(41.0, 34.0, 3000.0)) < 0.1
    assert flown.time_s[-2] < flown.end_s <= flown.time_s[-1]
    assert np.linalg.norm(flown.position_m[0] - geodetic_to_ecef(40.0, 33.0, 3000.0)) < 1e-6


@settings(max_examples=15)
@given(st.floats(0.0, 360.0), st.floats(-150.0, 150.0), st.floats(1500.0, 9000.0))
def test_a_corner_becomes_an_arc_of_the_radius(course: float, turn: float, radius: float) -> None:
    first = geodesic_direct(39.0, 35.0, course + 180.0, 60e3)
    last = geodesic_direct(39.0, 35.0, course + turn, 60e3)
    flown = route(
        [float(first[0]), 39.0, float(last[0])], [float(first[1]), 35.0, float(last[1])], 0.0, 200.0, 1.0,
        turn_radius=radius,
    )  # fmt: skip
    # The arc replaces two tangents: 2 R tan(turn/2) becomes R turn.
    angle = abs(radians(turn))
    assert flown.length_m == pytest.approx(120e3 - radius * (2.0 * tan(0.5 * angle) - angle), rel=2e-5, abs=1.0)
    step = np.diff(flown.position_m, axis=0)[:-1]
    unit = step / np.linalg.norm(step, axis=1)[:, None]
    bend = np.arccos(np.clip(np.sum(unit[1:] * unit[:-1], axis=1), -1.0, 1.0))
    assert bend.max() < 1.05 * 200.0 / radius + 1e-4
    if angle * radius > 1000.0:
        assert np.median(bend[bend > 0.5 * bend.max()]) == pytest.approx(200.0 / radius, rel=0.02)
    assert pace(flown) == pytest.approx(200.0, rel=2e-3)


def test_speeds_and_heights_by_leg() -> None:
    flown = route([39.0, 39.0, 39.0], [33.0, 34.0, 35.0], [1000.0, 1000.0, 4000.0], [200.0, 100.0], 1.0, climb_mps=10.0)
    first = float(geodesic_inverse(39.0, 33.0, 39.0, 34.0)[0])
    speeds = pace(flown)
    assert speeds[: int(first / 200.0) - 2] == pytest.approx(200.0, rel=1e-3)
    assert speeds[int(first / 200.0) + 2 :] == pytest.approx(100.0, rel=1e-3)
    _, _, heights = place(flown)
    assert heights[int(first / 200.0) - 5] == pytest.approx(1000.0, abs=0.1)
    assert flown.height_m == pytest.approx(heights, abs=0.05)
    assert np.interp(flown.end_s, flown.time_s, flown.height_m) == pytest.approx(4000.0, abs=0.1)


@settings(max_examples=10)
@given(st.floats(30.0, 300.0), st.floats(40.0, 280.0), st.floats(2.0, 60.0))
def test_terrain_following_keeps_clear_within_the_climb_limits(clearance: float, speed: float, climb: float) -> None:
    flown = route(
        [38.0, 38.2, 38.6], [33.0, 33.6, 33.7], clearance, speed, 1.0, above="ground", ground=hills, load_factor=2.0,
        climb_mps=climb, descent_mps=2.0 * climb,
    )  # fmt: skip
    lat, lon, height = (column[:-1] for column in place(flown))
    # Rows lie between the samples where the ground was read, up to half a sample away on a hill of 40 rad/degree.
    sag = 600.0 * (40.0 / 87e3) ** 2 * 250.0**2 / 8.0
    assert np.all(height - hills(lat, lon) > clearance - sag - 0.1)
    rate = np.diff(height) / np.diff(flown.time_s[:-1])
    assert rate.max() < climb * 1.02 + 0.01
    assert rate.min() > -2.0 * climb * 1.02 - 0.01
    assert flown.lifted_m >= 0.0


@given(st.lists(st.floats(0.0, 2000.0), min_size=2, max_size=30), st.floats(0.005, 1.0), st.floats(0.005, 1.0))
def test_the_lifted_profile_is_the_lowest_allowed(heights: list[float], climb: float, descent: float) -> None:
    wanted = np.array(heights)
    along = 250.0 * np.arange(wanted.size)
    lifted = wanted.copy()
    lift_to_slopes(lifted, along, np.full(wanted.size - 1, climb), np.full(wanted.size - 1, descent))
    # Brute force: each wanted point forbids everything under its own cone.
    ahead = along[None, :] - along[:, None]
    cone = wanted[None, :] - np.where(ahead >= 0.0, climb * ahead, -descent * ahead)
    assert lifted == pytest.approx(cone.max(axis=1))


def test_gentle_ground_needs_no_lift() -> None:
    flown = route([38.0, 38.5], [33.0, 33.5], 100.0, 200.0, 1.0, above="ground", ground=lambda lat, _: 100.0 * lat)
    assert flown.lifted_m == 0.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lat_deg": [38.0], "lon_deg": [33.0]}, "at least two waypoints"),
        ({"lat_deg": [38.0, 38.0, 39.0], "lon_deg": [33.0, 33.0, 34.0]}, "are the same place"),
        ({"lat_deg": [38.0, 91.0, 39.0]}, "lat_deg"),
        ({"height_m": [1000.0, 2000.0]}, "state one, or 3"),
        ({"height_m": 900.0, "ground": hills}, "m underground at latitude"),
        ({"height_m": [1000.0, 9000.0, 9000.0], "climb_mps": 20.0}, "leg 1 needs .* m/s of climb"),
        ({"height_m": [9000.0, 9000.0, 1000.0], "descent_mps": 20.0}, "leg 2 needs .* m/s of descent"),
        ({"speed_mps": [200.0, 400.0], "speed_band_mps": (100.0, 300.0)}, "leg 2 is flown at 400 m/s"),
        ({"height_band_m": (0.0, 2500.0)}, "up to 3000 m above sea level, outside the airframe's limit of 2500 m: fly lower"),
        ({"height_band_m": (3500.0, 9000.0)}, "down to 3000 m above sea level, outside the airframe's limit of 3500 m: fly higher"),
        ({"turn_radius": 90e3}, "waypoint 2 is too tight to turn"),
        ({"lat_deg": [38.0, 39.0, 38.001], "lon_deg": [33.0, 33.0, 33.0], "turn_radius": 1e3}, "back on itself"),
        ({"above": "ground"}, "needs the ground"),
        ({"above": "cloud"}, "'sea' or 'ground'"),
        ({"dt_s": 0.0}, "dt_s"),
        ({"climb_mps": 0.0}, "greater than 0"),
    ],
)
def test_routes_refused(change: dict[str, object], words: str) -> None:
    values: dict[str, object] = {
        "lat_deg": [38.0, 38.6, 38.6], "lon_deg": [33.0, 33.0, 33.8],
        "height_m": 3000.0, "speed_mps": 200.0, "dt_s": 1.0,
    }  # fmt: skip
    with pytest.raises(InputError, match=words):
        route(**{**values, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("clockwise", [True, False])
def test_a_circle_is_a_circle(clockwise: bool) -> None:
    flown = racetrack(39.0, 33.0, 8000.0, 150.0, 1000.0, 1.0, turn_radius=6000.0, clockwise=clockwise)
    lat, lon, height = place(flown)
    away, bearing, _ = geodesic_inverse(39.0, 33.0, lat, lon)
    assert away == pytest.approx(6000.0, abs=0.5)
    assert height == pytest.approx(8000.0, abs=0.02)
    swept = np.unwrap(np.radians(bearing))
    rate = (swept[-1] - swept[0]) / 1000.0
    assert rate == pytest.approx((1.0 if clockwise else -1.0) * 150.0 / 6000.0 * (1.0 - 8000.0 / 6.37e6), rel=1e-3)


def test_a_racetrack_closes_and_keeps_its_pace() -> None:
    leg, radius, speed = 80e3, 7000.0, 200.0
    lap = 2.0 * (leg + pi * radius)
    flown = racetrack(
        39.0, 33.0, 9000.0, speed, 2.2 * lap / speed, 1.0, turn_radius=radius, leg_m=leg, heading_deg=70.0
    )
    assert np.linalg.norm(np.diff(flown.position_m, axis=0), axis=1) == pytest.approx(speed, rel=1e-3)
    one_lap = lap * (1.0 + 9000.0 / 6_371_008.77) / speed
    again = np.column_stack(
        [np.interp(one_lap + flown.time_s[:300], flown.time_s, axis) for axis in flown.position_m.T]
    )
    assert np.linalg.norm(again - flown.position_m[:300], axis=1).max() < 5.0
    lat, lon, _ = place(flown)
    away = geodesic_inverse(39.0, 33.0, lat[::20], lon[::20])[0]
    assert away.max() == pytest.approx(leg / 2 + radius, rel=2e-3)
    start = float(geodesic_inverse(float(lat[0]), float(lon[0]), float(lat[100]), float(lon[100]))[1])
    assert start == pytest.approx(70.0, abs=0.5)


def test_hovering_stays() -> None:
    flown = hover(39.0, 33.0, 1500.0, 90.5, 1.0, ground=hills)
    assert np.ptp(flown.position_m, axis=0).max() == 0.0
    assert flown.time_s[-1] >= flown.end_s == 90.5


@pytest.mark.parametrize("fly", [
    lambda: hover(39.0, 33.0, 100.0, 60.0, 1.0, ground=hills),
    lambda: hover(39.0, 33.0, 2000.0, inf, 1.0),
    lambda: racetrack(39.0, 33.0, 100.0, 60.0, 600.0, 1.0, turn_radius=2000.0, ground=hills),
    lambda: racetrack(39.0, 33.0, 2000.0, 0.0, 600.0, 1.0, turn_radius=2000.0),
    lambda: racetrack(39.0, 33.0, 2000.0, 60.0, 600.0, 1.0, turn_radius=2000.0, leg_m=-1.0),
])  # fmt: skip
def test_stationary_flight_refused(fly: object) -> None:
    with pytest.raises(InputError):
        fly()  # type: ignore[operator]
