"""Two-body motion against published examples, numerical integration, and its own conserved quantities."""

from __future__ import annotations

from math import cos, degrees, isclose, pi, radians, sin, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from buckler.errors import InputError, OutOfRangeError
from buckler.physics import arcs, kepler
from buckler.physics import lambert as lambert_problem

MU = 398_600.4418  # km^3/s^2, as the published examples have it
EARTH_MU = 3.986004418e14
RADIUS = 6_378_137.0
UNIT = st.floats(-1.0, 1.0)


def test_vallado_example_2_1() -> None:
    # Vallado (2013), example 2-1: M = 235.4 deg, e = 0.4, E = 220.512074767522 deg.
    assert isclose(degrees(kepler.kepler_equation(radians(235.4), 0.4)), 220.512074767522, abs_tol=1e-11)


def test_vallado_example_2_3() -> None:
    # Vallado (2013), example 2-3: M = 235.4 deg, e = 2.4, H = 1.601376144 rad.
    assert isclose(kepler.kepler_equation(radians(235.4), 2.4), 1.601376144, abs_tol=1e-9)


@given(st.floats(-20.0, 20.0), st.one_of(st.floats(0.0, 0.999), st.floats(-15.0, -3.0).map(lambda p: 1.0 - 10.0**p)))
def test_kepler_equation_holds(mean: float, e: float) -> None:
    anomaly = kepler.eccentric_anomaly(mean, e)
    assert isclose(anomaly - e * sin(anomaly), mean, abs_tol=1e-14)
    assert abs(anomaly - mean) <= e + 1e-14


@given(st.floats(-12.0, -2.0).map(lambda p: 10.0**p))
def test_kepler_equation_near_the_perigee_of_a_grazing_orbit(mean: float) -> None:
    # e so near 1 that E - e sin E = E^3/6 - E^5/120 + E^7/5040 - ... for small E.
    anomaly = kepler.eccentric_anomaly(mean, 1.0 - 2.0**-53)
    series = anomaly**3 / 6 - anomaly**5 / 120 + anomaly**7 / 5040 - anomaly**9 / 362_880 + anomaly**11 / 39_916_800
    assume(anomaly < 0.5)
    assert isclose(series + 2.0**-53 * anomaly, mean, rel_tol=1e-12)


@given(UNIT, st.floats(-8.0, 6.0).map(lambda p: 10.0**p), st.floats(-6.0, 2.0).map(lambda p: 1.0 + 10.0**p))
def test_the_hyperbolic_equation_holds(sign: float, mean: float, e: float) -> None:
    mean = mean if sign > 0.0 else -mean
    anomaly = kepler.hyperbolic_anomaly(mean, e)
    # The residual carries the rounding of e sinh H and of H.
    assert isclose(e * np.sinh(anomaly) - anomaly, mean, rel_tol=1e-13, abs_tol=1e-15 * abs(e * np.sinh(anomaly)))


def test_vallado_example_2_4() -> None:
    # Vallado (2013), example 2-4: 40 minutes of an elliptical orbit.
    state = kepler.propagate([1131.340, -2282.343, 6672.423], [-5.64305, 4.30333, 2.42879], 2400.0, MU)
    np.testing.assert_allclose(state.position_m, [-4219.7527, 4363.0292, -3958.7666], atol=2e-4)
    np.testing.assert_allclose(state.velocity_mps, [3.689866, -1.916735, -6.112511], atol=1e-6)


def states() -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
    """Positions of 0.5 to 2 length units with speeds up to twice escape, not quite radial, in units where mu = 1."""
    vector = st.tuples(UNIT, UNIT, UNIT).filter(lambda v: 0.2 < sum(c * c for c in v) < 1.0).map(np.array)
    pair = st.tuples(vector, vector, st.floats(0.5, 2.0), st.floats(0.3, 2.8))
    built = pair.map(lambda p: (p[2] * p[0] / np.linalg.norm(p[0]), p[3] * p[1] / np.linalg.norm(p[1])))
    return built.filter(lambda s: np.linalg.norm(np.cross(*s)) > 0.1)


@given(states(), st.floats(-50.0, 50.0))
def test_energy_and_angular_momentum_stay(state: tuple[np.ndarray, np.ndarray], dt: float) -> None:
    r, v = state
    moved = kepler.propagate(r, v, dt, 1.0)
    size = max(1.0, float(np.linalg.norm(moved.position_m)))
    np.testing.assert_allclose(np.cross(*moved), np.cross(r, v), atol=1e-12 * size * max(1.0, float(v @ v)))
    before, after = (0.5 * b @ b - 1.0 / np.linalg.norm(a) for a, b in (state, moved))
    nearest = min(float(np.linalg.norm(r)), float(np.linalg.norm(moved.position_m)))
    assert isclose(after, before, abs_tol=1e-12 / nearest**2)


@given(states(), st.floats(0.01, 30.0))
def test_backwards_undoes_forwards(state: tuple[np.ndarray, np.ndarray], dt: float) -> None:
    there = kepler.propagate(*state, dt, 1.0)
    back = kepler.propagate(*there, -dt, 1.0)
    np.testing.assert_allclose(back.position_m, state[0], atol=1e-8)
    np.testing.assert_allclose(back.velocity_mps, state[1], atol=1e-8)


@pytest.mark.parametrize("speed", [0.3, 0.9, 1.0, 1.2, sqrt(2.0), 1.6])
def test_propagation_against_integration(speed: float) -> None:
    # From nearly falling through circular and parabolic to hyperbolic, by a general integrator.
    from scipy.integrate import solve_ivp

    r, v = np.array([1.0, 0.0, 0.0]), speed * np.array([0.1, 0.9, 0.4]) / sqrt(0.98)

    def motion(_: float, y: np.ndarray) -> np.ndarray:
        return np.concatenate((y[3:], -y[:3] / np.linalg.norm(y[:3]) ** 3))

    times = np.array([0.5, 1.5, 4.0])
    path = solve_ivp(motion, (0.0, 4.0), np.concatenate((r, v)), method="DOP853", rtol=1e-13, atol=1e-13, t_eval=times)
    ours = kepler.propagate(r, v, times, 1.0)
    np.testing.assert_allclose(np.hstack(ours), path.y.T, atol=2e-9 if speed < 0.5 else 1e-10)


def test_a_radial_fall_and_a_whole_period() -> None:
    # Free fall from rest at r = 2 (mu = 1, a = 1): r = 1 - cos E, t from apocentre = (E - sin E) - pi.
    anomaly = pi + 1.0
    time = (anomaly - sin(anomaly)) - pi
    assert isclose(
        kepler.propagate([2.0, 0.0, 0.0], [0.0, 0.0, 0.0], time, 1.0).position_m[0], 1.0 - cos(anomaly), abs_tol=1e-13
    )
    turned = kepler.propagate([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], 2.0 * pi * 7, 1.0)
    np.testing.assert_allclose(turned.position_m, [1.0, 0.0, 0.0], atol=1e-13)


def test_vallado_example_7_5() -> None:
    # Vallado (2013), example 7-5: Lambert's problem, 76 minutes.
    found = lambert_problem.lambert([15945.34, 0.0, 0.0], [12214.83899, 10249.46731, 0.0], 76 * 60.0, MU)
    np.testing.assert_allclose(found.start_mps, [2.058913, 2.915965, 0.0], atol=1e-6)
    np.testing.assert_allclose(found.end_mps, [-3.451565, 0.910315, 0.0], atol=1e-6)


@given(states(), st.floats(0.01, 0.97))
def test_lambert_finds_the_orbit_that_was_flown(state: tuple[np.ndarray, np.ndarray], share: float) -> None:
    r1, v1 = state
    alpha = 2.0 / float(np.linalg.norm(r1)) - float(v1 @ v1)
    time = share * min(2.0 * pi / alpha**1.5 if alpha > 0.0 else np.inf, 40.0)
    flown = kepler.propagate(r1, v1, time, 1.0)
    cross = np.cross(r1, flown.position_m)
    angle = np.arctan2(np.linalg.norm(cross), r1 @ flown.position_m)
    assume(1e-3 < angle < pi - 1e-3)
    found = lambert_problem.lambert(r1, flown.position_m, time, 1.0, long_way=bool(cross @ np.cross(r1, v1) < 0.0))
    np.testing.assert_allclose(found.start_mps, v1, atol=1e-9)
    np.testing.assert_allclose(
        found.end_mps, flown.velocity_mps, atol=1e-9 * max(1.0, float(np.linalg.norm(flown.velocity_mps)))
    )


@pytest.mark.parametrize(
    ("long_way", "time"),  # a long way faster than this falls almost to the centre, whence propagation loses its digits
    [
        (False, 1e-6),
        (False, 1e-3),
        (False, 1.0),
        (False, 1e3),
        (False, 1e9),
        (True, 0.1),
        (True, 1.0),
        (True, 1e3),
        (True, 1e9),
    ],
)
@pytest.mark.parametrize("angle_deg", [1e-3, 90.0, 179.999])
def test_lambert_over_the_whole_range_of_times(angle_deg: float, long_way: bool, time: float) -> None:
    r1 = np.array([1.0, 0.0, 0.0])
    r2 = 1.3 * np.array([cos(radians(angle_deg)), sin(radians(angle_deg)), 0.0])
    found = lambert_problem.lambert(r1, r2, time, 1.0, long_way=long_way)
    if time < 1e4:  # beyond, the orbit is so long that a rounding of the velocity moves its end
        moved = kepler.propagate(r1, found.start_mps, time, 1.0)
        np.testing.assert_allclose(moved.position_m, r2, atol=1e-8)
    turn = np.cross(r1, found.start_mps)[2]
    assert turn < 0.0 if long_way else turn > 0.0
    assert isclose(np.cross(r2, found.end_mps)[2], turn, rel_tol=1e-9)


def test_positions_in_line_are_refused() -> None:
    with pytest.raises(InputError, match="180 degrees apart"):
        lambert_problem.lambert([7e6, 0.0, 0.0], [-8e6, 0.0, 0.0], 3000.0)
    with pytest.raises(InputError, match="same direction"):
        lambert_problem.lambert([7e6, 0.0, 0.0], [8e6, 0.0, 0.0], 3000.0)


# A separate evaluation of the forms of Bate, Mueller and White, chapter 6, with R = 6378.137 km, to five figures.
@pytest.mark.parametrize(
    ("range_km", "speed_kmps", "angle_deg", "apogee_km", "time_s"),
    [(300.0, 1.6946, 44.3263, 74.111, 251.31), (1300.0, 3.39729, 42.0805, 307.892, 549.07)],
)
def test_minimum_energy(range_km: float, speed_kmps: float, angle_deg: float, apogee_km: float, time_s: float) -> None:
    arc = arcs.minimum_energy(1e3 * range_km, RADIUS)
    assert isclose(arc.speed_mps, 1e3 * speed_kmps, rel_tol=3e-5)
    assert isclose(arc.flight_path_angle_deg, angle_deg, rel_tol=3e-5)
    assert isclose(arc.apogee_m, 1e3 * apogee_km, rel_tol=3e-5)
    assert isclose(arc.time_s, time_s, rel_tol=3e-5)


@given(st.floats(1e3, 1.9e7))
def test_no_slower_launch_reaches_as_far(range_m: float) -> None:
    arc = arcs.minimum_energy(range_m, RADIUS)
    flown = arcs.arc_from_launch(arc.speed_mps, arc.flight_path_angle_deg, RADIUS)
    assert isclose(flown.range_m, range_m, rel_tol=1e-9)
    assert isclose(flown.apogee_m, arc.apogee_m, rel_tol=1e-9)
    assert isclose(flown.time_s, arc.time_s, rel_tol=1e-9)
    slower = arcs.arc_from_launch(0.9999 * arc.speed_mps, np.linspace(0.1, 90.0, 900), RADIUS)
    assert np.max(slower.range_m) < range_m


def test_a_short_range_is_the_flat_earth() -> None:
    # Range v^2/g at 45 degrees, apogee range/4, time v sqrt(2)/g: the parabola, to the first order in range/R.
    g = EARTH_MU / RADIUS**2
    arc = arcs.minimum_energy(100.0, RADIUS)
    assert isclose(arc.speed_mps, sqrt(100.0 * g), rel_tol=2e-5)
    assert isclose(arc.apogee_m, 25.0, rel_tol=2e-5)
    assert isclose(arc.time_s, sqrt(200.0 / g), rel_tol=2e-5)


def test_half_way_round_is_a_circular_orbit() -> None:
    arc = arcs.minimum_energy(pi * RADIUS, RADIUS)
    assert isclose(arc.speed_mps, sqrt(EARTH_MU / RADIUS), rel_tol=1e-12)
    assert isclose(arc.time_s, pi * sqrt(RADIUS**3 / EARTH_MU), rel_tol=1e-12)


@pytest.mark.parametrize(
    ("apogee_km", "range_km", "time_s", "speed_kmps"), [(3724.9, 998.0, 2587, 6.810), (6648.4, 1001.2, 4319, 7.999)]
)
def test_lofted_arcs_on_the_mean_sphere(apogee_km: float, range_km: float, time_s: float, speed_kmps: float) -> None:
    # The bare arcs of two reported lofted flights, evaluated separately to the figures given.
    launch = arcs.arc_from_apogee(1e3 * apogee_km, 1e3 * range_km)
    assert isclose(launch.time_s, time_s, abs_tol=0.5)
    assert isclose(launch.speed_mps, 1e3 * speed_kmps, abs_tol=0.5)


@given(st.floats(100.0, 11_000.0), st.floats(0.5, 89.9))
def test_an_arc_from_its_own_apogee_and_range(speed: float, angle: float) -> None:
    arc = arcs.arc_from_launch(speed, angle)
    launch = arcs.arc_from_apogee(arc.apogee_m, arc.range_m)
    assert isclose(launch.speed_mps, speed, rel_tol=1e-9)
    assert isclose(launch.flight_path_angle_deg, angle, rel_tol=1e-8)
    assert isclose(launch.time_s, arc.time_s, rel_tol=1e-9)


@given(st.floats(100.0, 10_500.0), st.floats(1.0, 89.0))
def test_an_arc_against_propagation(speed: float, angle_deg: float) -> None:
    radius = arcs.MEAN_RADIUS_M
    arc = arcs.arc_from_launch(speed, angle_deg)
    velocity = [speed * sin(radians(angle_deg)), speed * cos(radians(angle_deg)), 0.0]
    halfway = kepler.propagate([radius, 0.0, 0.0], velocity, 0.5 * arc.time_s).position_m
    end = kepler.propagate([radius, 0.0, 0.0], velocity, arc.time_s).position_m
    turned = arc.range_m / radius
    np.testing.assert_allclose(
        end, radius * np.array([cos(turned), sin(turned), 0.0]), atol=1e-9 * (radius + arc.apogee_m)
    )
    assert isclose(np.linalg.norm(halfway) - radius, arc.apogee_m, abs_tol=1e-8 * radius)


def test_straight_up_and_straight_round() -> None:
    up = arcs.arc_from_apogee(1e5, 0.0)
    assert up.flight_path_angle_deg == 90.0
    a = 0.5 * (arcs.MEAN_RADIUS_M + 1e5)  # energy of the radial ellipse
    assert isclose(up.speed_mps**2 / 2.0, EARTH_MU / arcs.MEAN_RADIUS_M - EARTH_MU / (2.0 * a), rel_tol=1e-9)
    assert isclose(arcs.arc_from_launch(up.speed_mps, 90.0).time_s, up.time_s, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kepler.kepler_equation(1.0, -0.1), "eccentricity is -0.1"),
        (lambda: kepler.propagate([0.0, 0.0, 0.0], [1.0, 0.0, 0.0], 1.0), "the centre itself"),
        (lambda: kepler.propagate([1.0, 0.0], [1.0, 0.0, 0.0], 1.0), "three numbers"),
        (lambda: kepler.propagate([7e6, 0.0, 0.0], [1.0, 0.0, 0.0], 1.0, mu=0.0), "mu is 0.0"),
        (lambda: lambert_problem.lambert([7e6, 0.0, 0.0], [0.0, 7e6, 0.0], -1.0), "time_s is -1.0"),
        (lambda: arcs.minimum_energy(-5.0), "above 0 and up to half way round"),
        (lambda: arcs.minimum_energy(2.1e7), "up to half way round"),
        (lambda: arcs.arc_from_apogee(-1.0, 1e5), "apogee_m is -1"),
        (lambda: arcs.arc_from_apogee(1e5, -1.0), "range_m holds -1"),
        (lambda: arcs.arc_from_launch(12_000.0, 45.0), "below escape"),
        (lambda: arcs.arc_from_launch(5_000.0, 0.0), "above 0 and up to 90"),
    ],
)
def test_wrong_input_is_named(call, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=message):
        call()


def test_a_parabola_has_no_kepler_equation() -> None:
    with pytest.raises(OutOfRangeError, match="parabola"):
        kepler.kepler_equation(1.0, 1.0)
