"""Air-launched missiles and the dash before the launch, against closed forms."""

from __future__ import annotations

from math import cos, exp, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.physics.airlaunch import Dash, air_launched, dash_table, launch_range, straight_flight, straight_reach
from buckler.physics.drag import g7, standard_air
from buckler.physics.earth import ecef_from_geodetic, geodesic_direct
from buckler.physics.flyout import arrival
from buckler.physics.intercept import first_intercept, launch_site, speed_bound
from buckler.physics.interceptor import interceptor

AMRAAM_LIKE = {
    "max_range_m": 80e3, "max_height_m": 20e3, "burnout_speed_mps": 1200.0, "burn_time_s": 8.0, "min_speed_mps": 450.0,
    "reference_height_m": 10e3, "reference_speed_mps": 280.0,
}  # fmt: skip


def constant_speed(top_mps: float = 1000.0, launch_height_m: float = 100.0) -> np.void:
    """A missile that nothing slows."""
    return interceptor(
        burnout_speed_mps=top_mps, ballistic_coefficient_kgpm2=1e12, max_range_m=60e3, max_height_m=20e3, burn_time_s=0.0,
        launch_height_m=launch_height_m,
    )  # fmt: skip


def test_a_coast_in_even_air_decays_exponentially() -> None:
    """With one density and c(Mach) = 1: v = V exp(-k s), t = (exp(k s) - 1)/(k V), k = rho/(2 beta).

    The line sinks 8 m below the level on the way, which gives the speed g x 8 m/V, 1e-4 of it, and takes it back.
    """
    air = np.repeat([[0.4, 300.0]], 200, axis=0)  # from -1 to 4 km
    row = interceptor(
        burnout_speed_mps=900.0, ballistic_coefficient_kgpm2=8000.0, max_range_m=60e3, max_height_m=1e4, launch_height_m=0.0
    )
    length, start, k = 20e3, 950.0, 0.4 / (2 * 8000.0)
    time_s, speed = straight_flight(length, 0.0, start, row, air, np.ones(4))
    assert speed == pytest.approx(start * exp(-k * length), rel=2e-4)
    assert time_s == pytest.approx((exp(k * length) - 1.0) / (k * start), rel=2e-4)


def test_under_power_it_accelerates_evenly_from_the_launch_speed() -> None:
    row = air_launched(**AMRAAM_LIKE)
    a = (1200.0 - 250.0) / 8.0
    for time_s in (2.5, 5.0, 7.9):
        way = 250.0 * time_s + 0.5 * a * time_s**2
        # Along the line at the launch height over the round earth: the same way to 1e-6 at these distances.
        ground = way * 6_371_008.8 / (6_371_008.8 + 10e3)
        found, speed = straight_flight(ground, 10e3, 250.0, row, standard_air(), g7())
        assert found == pytest.approx(time_s, rel=1e-5)
        assert speed == pytest.approx(250.0 + a * time_s, rel=1e-5)


@settings(max_examples=12, deadline=None)
@given(st.floats(40e3, 120e3), st.floats(7e3, 13e3), st.floats(200.0, 450.0))
def test_the_fit_gives_back_the_published_range(range_m: float, height_m: float, speed_mps: float) -> None:
    row = air_launched(**{**AMRAAM_LIKE, "max_range_m": range_m, "reference_height_m": height_m, "reference_speed_mps": speed_mps})
    _, left = straight_flight(range_m, height_m, speed_mps, row, standard_air(), g7())
    assert left == pytest.approx(450.0, rel=1e-4)
    low = straight_reach(100.0, speed_mps, row, standard_air(), g7())
    assert low < range_m  # in thicker air it goes less far
    faster = straight_reach(100.0, speed_mps + 100.0, row, standard_air(), g7())
    assert faster >= low


def test_a_range_that_no_drag_allows_is_refused() -> None:
    with pytest.raises(InputError, match="shorter max_range"):
        air_launched(**{**AMRAAM_LIKE, "burnout_speed_mps": 455.0, "max_range_m": 400e3})


def dash_of(row: np.void, **changes: float) -> Dash:
    given = {"height_m": 100.0, "dash_mps": 400.0, "commit_range_m": 300e3, "launch_share": 0.5, **changes}
    return dash_table(row, bounds_m=(-500.0, np.inf, 0.0), **given)


def test_the_table_is_the_dash_and_then_the_missile() -> None:
    """T = (D - L)/v_d + L/V at constant speeds: exact at nodes, and linear between them beyond the bend."""
    dash = dash_of(constant_speed())
    table = dash.flyout
    assert launch_range(dash.launch_m, 20e3, 4321.0) == pytest.approx(30e3, rel=1e-9)
    for range_m in (60e3, 123_456.0, 299e3):
        found, speed = arrival(table.interceptor, table.time_s, table.speed_mps, range_m, 100.0)
        assert found == pytest.approx((range_m - 30e3) / 400.0 + 30e3 / 1000.0, rel=1e-4)
        assert speed == pytest.approx(1000.0, rel=1e-5)
    assert arrival(table.interceptor, table.time_s, table.speed_mps, 300_001.0, 100.0)[0] == np.inf


@pytest.mark.parametrize("course_deg", [180.0, 225.0, 270.0, 300.0])
@pytest.mark.parametrize("speed_mps", [150.0, 250.0])
def test_the_meeting_is_the_collision_triangle(course_deg: float, speed_mps: float) -> None:
    """A target `P` away that flies at u: |P + u t| = L + v_d (t - L/V), a quadratic in t.

    In the plane; over the round earth a triangle of this size differs by (D/R)^2/6, 1e-4 of its sides: 0.05 s at these speeds.
    """
    away, dash_mps, top, launch = 160e3, 400.0, 1000.0, 30e3
    u = speed_mps * np.array([sin(radians(course_deg)), cos(radians(course_deg))])
    p = np.array([0.0, away])  # due north
    # (v^2 - u^2) t^2 + 2 (v c - p.u) t + c^2 - p^2 = 0, c = L (1 - v/V)
    c = launch * (1.0 - dash_mps / top)
    a, b = dash_mps**2 - u @ u, dash_mps * c - p @ u
    expected = (-b + sqrt(b * b - a * (c * c - p @ p))) / a
    times = np.arange(0.0, 900.0, 2.0)
    lat0, lon0, _ = geodesic_direct(38.0, 32.0, 0.0, away)
    points = [geodesic_direct(float(lat0), float(lon0), course_deg, speed_mps * t) for t in times]
    path = np.array([ecef_from_geodetic(radians(float(lat)), radians(float(lon)), 100.0) for lat, lon, _ in points])
    table = dash_of(constant_speed()).flyout
    found = first_intercept(
        path, 0.0, 2.0, speed_bound(path, 2.0), launch_site(38.0, 32.0, 100.0), table.interceptor, table.time_s, table.speed_mps,
        table.clearance_m, 0.0, 0.0,
    )  # fmt: skip
    assert found == pytest.approx(expected, abs=0.1)
