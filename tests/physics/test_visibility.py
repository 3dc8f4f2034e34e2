from __future__ import annotations

from math import acos, hypot, sqrt

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.terrain import Terrain, flat_terrain, packaged_terrain
from buckler.physics.visibility import (
    EARTH_FACTOR,
    elevation_tangent,
    height_on_line,
    horizon_table,
    lowest_seen_m,
    radial_point,
    visible,
)

RADIUS = EARTH_FACTOR * MEAN_RADIUS_M


def first_sight_m(antenna_m: float, target_m: float) -> float:
    """Both tangents to a sphere of 4/3 of the earth's radius, exactly."""
    return RADIUS * (acos(RADIUS / (RADIUS + antenna_m)) + acos(RADIUS / (RADIUS + target_m)))


def test_smooth_earth_first_sight_of_100_m_from_10_m():
    # Skolnik, Introduction to Radar Systems, 3rd ed.: d = sqrt(2 k a h1) + sqrt(2 k a h2) = 54.2 km.
    table = horizon_table(flat_terrain(), 40.0, 33.0, 10.0, max_range_m=80e3, range_step_m=500.0)
    ranges = np.arange(0.0, 80e3, 10.0)
    for azimuth in (0.0, 77.0, 200.3):
        seen = ranges[table.lowest_seen_m(azimuth, ranges) <= 100.0]
        assert seen[-1] == pytest.approx(54.2e3, rel=0.005)
        assert seen[-1] == pytest.approx(first_sight_m(10.0, 100.0), rel=0.001)


@pytest.mark.parametrize(
    ("antenna_m", "target_m"), [(3.0, 30.0), (30.0, 1000.0), (9000.0, 0.0), (9000.0, 60.0), (0.0, 500.0)]
)
def test_smooth_earth_first_sight_from_the_ground_and_from_the_air(antenna_m, target_m):
    expected = first_sight_m(antenna_m, target_m)
    table = horizon_table(flat_terrain(), -20.0, 175.0, antenna_m, max_range_m=1.1 * expected, range_step_m=500.0)
    seen = [r for r in np.arange(0.0, table.max_range_m, 100.0) if visible(table.lowest_m, 500.0, 1.0, r, target_m)]
    assert seen[-1] == pytest.approx(expected, rel=0.005)


@given(
    antenna_m=st.floats(0, 12e3),
    height_m=st.floats(0, 30e3),
    ground_range_m=st.floats(100, 800e3),
    beyond_m=st.floats(1, 1e5),
)
def test_line_goes_through_its_point_and_straight_on(antenna_m, height_m, ground_range_m, beyond_m):
    tangent = elevation_tangent(antenna_m, height_m, ground_range_m, RADIUS)
    assert height_on_line(antenna_m, tangent, ground_range_m, RADIUS) == pytest.approx(height_m, abs=1e-4)
    # second method: the angle at the antenna in the triangle earth's centre, antenna, point, from its sides
    t = ground_range_m / RADIUS
    a, b = RADIUS + antenna_m, RADIUS + height_m
    x, y = b * np.sin(t), b * np.cos(t) - a
    assert tangent == pytest.approx(y / x, rel=1e-9, abs=1e-9)
    further = ground_range_m + beyond_m
    h = height_on_line(antenna_m, tangent, further, RADIUS)
    x2, y2 = (RADIUS + h) * np.sin(further / RADIUS), (RADIUS + h) * np.cos(further / RADIUS) - a
    assert abs(x * y2 - y * x2) / hypot(x2, y2) < 1e-2  # metres off the straight line


@given(lat=st.floats(-80, 80), azimuth=st.floats(0, 360), distance=st.floats(1, 300e3))
def test_radial_stays_within_a_metre_of_the_geodesic(lat, azimuth, distance):
    here = np.degrees(radial_point(np.radians(lat), np.radians(30.0), np.radians(azimuth), distance))
    there = Geodesic.WGS84.Direct(lat, 30.0, azimuth, distance)
    assert Geodesic.WGS84.Inverse(here[0], here[1], there["lat2"], there["lon2"])["s12"] < 1.0


def ridge_terrain(distance_deg: float, height_m: float, east_to_deg: float) -> Terrain:
    """A wall along a parallel north of 40 N, 33 E, two nodes (556 m) thick, from 32 E to `east_to_deg`; else sea."""
    heights = np.zeros((401, 401), dtype=np.float32)
    row = round((1.0 + distance_deg) / 0.005)
    heights[row : row + 2, : round((east_to_deg - 32.0) / 0.005) + 1] = height_m
    return Terrain(heights, 39.0, 32.0, 0.005, 0.005, "synthetic ridge", "0.005 degrees")


def test_a_ridge_hides_exactly_what_lies_in_its_shadow():
    ridge = ridge_terrain(0.3, 400.0, 33.0)  # 33.3 km away, from due north westwards to 292 degrees
    with_ridge = horizon_table(ridge, 40.0, 33.0, 20.0, max_range_m=80e3, range_step_m=250.0)
    without = horizon_table(flat_terrain(), 40.0, 33.0, 20.0, max_range_m=80e3, range_step_m=250.0)
    due_north_m = Geodesic.WGS84.Inverse(40.0, 33.0, 40.3, 33.0)["s12"]
    ranges = np.arange(1e3, 79e3, 250.0)
    hidden = 0
    for azimuth in np.arange(0.0, 360.0, 2.5):
        got = with_ridge.lowest_seen_m(azimuth, ranges)
        smooth = without.lowest_seen_m(azimuth, ranges)
        if 0.0 < azimuth < 290.0:
            assert np.array_equal(got, smooth), azimuth
        elif azimuth == 0.0 or azimuth > 300.0:
            # the wall's near face; the parallel curves away from the tangent by less than 1 % of the range here
            crest = due_north_m / np.cos(np.radians(azimuth))
            before, after = ranges < 0.97 * crest, ranges > 1.05 * crest
            assert np.array_equal(got[before], smooth[before]), azimuth
            nearest, farthest = (
                elevation_tangent(20.0, 400.0, d, RADIUS) for d in (0.99 * crest, 1.01 * crest + 250.0)
            )
            highest = np.array([height_on_line(20.0, nearest, r, RADIUS) for r in ranges[after]])
            lowest = np.array([height_on_line(20.0, farthest, r, RADIUS) for r in ranges[after]])
            assert np.all((lowest <= got[after]) & (got[after] <= highest)), azimuth
            hidden += int(after.sum())
    assert hidden > 2000


def test_a_higher_mast_sees_lower_and_an_aircraft_sees_behind_the_ridge():
    ridge = ridge_terrain(0.3, 400.0, 34.0)
    tables = [
        horizon_table(ridge, 40.0, 33.0, mast, max_range_m=70e3, azimuths=36, range_step_m=500.0)
        for mast in (5.0, 40.0, 9000.0)
    ]
    low, high, air = (table.lowest_m for table in tables)
    assert np.all(high <= low + 1e-3)
    assert np.all(air <= high + 1e-3)
    assert tables[2].lowest_seen_m(0.0, 60e3) == 0.0  # 9 km up looks over a 400 m ridge onto the sea behind
    assert tables[0].lowest_seen_m(0.0, 60e3) > 600.0


def test_coarse_terrain_is_named_in_the_table():
    table = horizon_table(packaged_terrain(), 39.92, 32.85, 20.0, max_range_m=300e3)
    assert table.caveat == "9 km cells: ridge masking not shown"
    assert table.antenna_m == pytest.approx(table.ground_m + 20.0)
    assert np.all(table.known_to_m == 300e3)
    assert np.all(np.isfinite(table.lowest_m))
    # nothing is seen under the ground
    assert table.lowest_seen_m(90.0, 100e3) >= packaged_terrain().height_m(39.92, 32.85 + 1.17) - 60.0


def test_beyond_the_rim_the_sea_stands_for_the_ground_and_the_table_says_from_where():
    table = horizon_table(packaged_terrain(), 45.0, 35.0, 20.0, max_range_m=200e3, azimuths=8)
    north = Geodesic.WGS84.Inverse(45.0, 35.0, 46.125, 35.0)["s12"]
    assert north - 1000.0 <= table.known_to_m[0] <= north
    assert table.known_to_m[4] == 200e3
    assert np.all(np.isfinite(table.lowest_m))


def test_look_up_turns_around_and_sees_nothing_beyond_the_table():
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    assert lowest_seen_m(values, 10.0, 0.0, 15.0) == pytest.approx(1.5)
    assert lowest_seen_m(values, 10.0, np.pi / 4, 10.0) == pytest.approx((1.0 + 4.0) / 2)
    assert lowest_seen_m(values, 10.0, 2 * np.pi - np.pi / 4, 10.0) == pytest.approx((10.0 + 1.0) / 2)
    assert lowest_seen_m(values, 10.0, -np.pi / 4, 10.0) == pytest.approx((10.0 + 1.0) / 2)
    assert lowest_seen_m(values, 10.0, 0.0, 20.0) == 2.0
    assert lowest_seen_m(values, 10.0, 0.0, 20.1) == np.inf
    assert not visible(values, 10.0, 0.0, 25.0, 1e9)
    assert lowest_seen_m(values, 10.0, -1e-17, 10.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lat_deg": 91.0}, "lat_deg is 91"),
        ({"max_range_m": -5.0}, "max_range_m is -5"),
        ({"range_step_m": 0.0}, "range_step_m is 0"),
        ({"earth_factor": float("nan")}, "earth_factor is nan"),
        ({"azimuths": 1}, "azimuths is 1"),
        ({"antenna_height_m": -3.0}, "-3.0 m above its ground"),
        ({"ground_m": -50.0}, "under the ground"),
        ({"lat_deg": 10.0}, "outside the terrain"),
    ],
)
def test_bad_input_is_refused_with_what_to_write(change, message):
    asked = {"lat_deg": 40.0, "lon_deg": 33.0, "antenna_height_m": 10.0, "max_range_m": 1e4} | change
    with pytest.raises(InputError, match=message):
        horizon_table(packaged_terrain(), **asked)


def test_straight_line_of_sight_formula_is_the_limit_for_low_heights():
    # ITU-R P.526: d = sqrt(2 R_e h) for h much smaller than R_e
    for height in (1.0, 10.0, 100.0):
        assert first_sight_m(0.0, height) == pytest.approx(sqrt(2.0 * RADIUS * height), rel=1e-4)
