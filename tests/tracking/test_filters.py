"""The filters: consistency of 50 runs, steady gains, second implementations, closed forms, and positive covariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from tracked_targets import flat_radar

from buckler.errors import InputError
from buckler.physics.earth import geodetic_to_ecef
from buckler.tracking import (
    Estimate,
    Predictor,
    Sensor,
    Updater,
    ballistic,
    constant_acceleration,
    constant_velocity,
    coordinated_turn,
    positions,
)
from buckler.tracking.estimate import linear_predict, linear_update
from buckler.tracking.kalman import update_three
from buckler.tracking.measuring import COMPONENTS, PLOT, elevation_from_height, measure, measure_place, place
from buckler.tracking.metrics import nees_bounds, steady_state_gains
from buckler.tracking.models import MotionModel
from buckler.tracking.motion import fly_segments
from buckler.tracking.unscented import cholesky

RUNS, STEPS, STEP_S = 50, 60, 2.0


def consistency(model: MotionModel, assumed_std_m: float, true_std_m: float, seed: int) -> tuple[float, float]:
    """p-values: that the shares of steps whose mean NEES and mean NIS over 50 runs lie in their 95 % bounds are 95 %."""
    draw = np.random.default_rng(seed)
    sensor = positions(position_std_m=assumed_std_m)
    predictor, updater = Predictor(model), Updater(sensor)
    n = model.dimension
    start = np.diag(np.repeat([100.0, 20.0, 3.0][: n // 3], 3) ** 2.0)
    nees, nis = np.zeros((RUNS, STEPS)), np.zeros((RUNS, STEPS))
    unit = Estimate(np.zeros(n), np.zeros((n, n)))
    noise = np.linalg.cholesky(predictor.predict(unit, STEP_S).covariance + 1e-12 * np.eye(n))
    for run in range(RUNS):
        truth = np.linalg.cholesky(start) @ draw.standard_normal(n)
        estimate = Estimate(np.zeros(n), start)
        for step in range(STEPS):
            truth = predictor.predict(Estimate(truth, start), STEP_S).mean + noise @ draw.standard_normal(n)
            estimate = predictor.predict(estimate, STEP_S * (step + 1))
            estimate = updater.update(estimate, truth[:3] + true_std_m * draw.standard_normal(3))
            off = estimate.mean - truth
            nees[run, step] = off @ np.linalg.solve(estimate.covariance, off)
            nis[run, step] = estimate.nis
    inside = []
    # The error of one step lives on in the next: every sixth step is nearly its own draw. Innovations are white.
    for values, dim in ((nees[:, ::6], n), (nis, 3)):
        low, high = nees_bounds(dim, RUNS, 0.95)
        means = values.mean(axis=0)
        inside.append(binomtest(int(((means > low) & (means < high)).sum()), len(means), 0.95).pvalue)
    return inside[0], inside[1]


@pytest.mark.parametrize("model", [constant_velocity(2.0), constant_acceleration(0.05)], ids=["velocity", "acceleration"])
def test_linear_filters_are_consistent_and_the_test_sees_noise_wrong_by_half(model: MotionModel) -> None:
    right = consistency(model, 30.0, 30.0, seed=1)
    assert min(right) > 0.01
    for assumed, true in ((30.0, 45.0), (45.0, 30.0)):
        assert max(consistency(model, assumed, true, seed=1)) < 1e-6


@pytest.mark.parametrize("index", [0.1, 1.0, 5.0])
def test_gains_settle_to_the_closed_form(index: float) -> None:
    # T = 1, measurement noise 1, acceleration noise = index: Kalata (1984); index 1 gives 0.75 and 0.5.
    predictor, sensor = Predictor(constant_velocity(noise_std_mps2=index)), positions(position_std_m=1.0)
    estimate = Estimate(np.zeros(6), np.eye(6))
    for k in range(300):
        estimate = predictor.predict(estimate, k + 1.0)
        before, estimate = estimate, Updater(sensor).update(estimate, [(-1.0) ** k, 0.0, 0.0])
    gain = (estimate.mean - before.mean) / (-1.0 - before.mean[0])
    assert (gain[0], gain[3]) == pytest.approx(steady_state_gains(index), abs=1e-6)


def random_estimate(seed: int, n: int) -> Estimate:
    draw = np.random.default_rng([seed, n])
    mean = np.r_[draw.uniform(-5e4, 5e4, 2), draw.uniform(1e3, 2e4), draw.uniform(-300, 300, 3), draw.uniform(-20, 20, 3)][:n]
    scale = np.repeat([300.0, 40.0, 5.0], 3)[:n]
    root = draw.standard_normal((n, n)) * scale[:, None]
    return Estimate(mean, root @ root.T + np.diag(scale**2))


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), n=st.sampled_from([6, 9]))
def test_one_component_after_another_is_the_whole_update(seed: int, n: int) -> None:
    estimate = random_estimate(seed, n)
    sensor = flat_radar(range_rate_std_mps=2.0)
    z, H = np.empty(COMPONENTS), np.empty((COMPONENTS, 6))
    assert measure(sensor.site[0], estimate.mean, 0.0, z, H)
    seen = z + sensor.std * np.random.default_rng(seed).standard_normal(COMPONENTS)
    wide = np.zeros((COMPONENTS, n))
    wide[:, :6] = H
    mean, covariance, nis = linear_update(estimate.mean, estimate.covariance, seen - z + wide @ estimate.mean, wide, np.diag(sensor.std**2))
    found = Updater(sensor).update(estimate, seen)
    assert found.mean == pytest.approx(mean, rel=1e-7, abs=1e-6)
    assert found.covariance == pytest.approx(covariance, rel=1e-6, abs=1e-6)
    assert found.nis == pytest.approx(float(nis), rel=1e-7)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), sensor=st.sampled_from([flat_radar(), flat_radar(range_std_m=1.0), positions(position_std_m=30.0)]))
def test_three_components_at_once_are_the_whole_update(seed: int, sensor: Sensor) -> None:
    estimate, draw = random_estimate(seed, 6), np.random.default_rng(seed)
    near, plot = np.zeros(12), np.zeros(1, PLOT)[0]
    assert measure_place(sensor.site[0], estimate.mean, near)
    z, H = np.empty(COMPONENTS), np.empty((COMPONENTS, 6))
    measure(sensor.site[0], estimate.mean, 0.0, z, H)
    assert near == pytest.approx(np.r_[z[:3], H[:3, :3].ravel()], rel=1e-12, abs=1e-18)
    plot["noise_std"] = sensor.std
    nu = 3.0 * sensor.std[:3] * draw.standard_normal(3)
    mean, covariance, nis = linear_update(
        estimate.mean, estimate.covariance, nu + H[:3] @ estimate.mean, H[:3], np.diag(sensor.std[:3] ** 2)
    )
    x, P = estimate.mean.copy(), estimate.covariance.copy()
    squared = update_three(x, P, near, *nu, plot)
    assert x == pytest.approx(mean, rel=1e-7, abs=1e-6)
    assert pytest.approx(covariance, rel=1e-6, abs=1e-6) == P
    assert np.array_equal(P, P.T)
    assert squared == pytest.approx(float(nis), rel=1e-7)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), lag=st.floats(-5.0, 5.0))
def test_the_jacobian_is_the_derivative(seed: int, lag: float) -> None:
    x, site = random_estimate(seed, 6).mean, flat_radar().site[0]
    z, H, other = np.empty(COMPONENTS), np.empty((COMPONENTS, 6)), np.empty((COMPONENTS, 6))
    for k in range(6):
        step = np.zeros(6)
        step[k] = 0.1
        above, below = np.empty(COMPONENTS), np.empty(COMPONENTS)
        measure(site, x + step, lag, above, other)
        measure(site, x - step, lag, below, other)
        measure(site, x, lag, z, H)
        assert H[:, k] == pytest.approx((above - below) / 0.2, rel=1e-4, abs=1e-7)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_a_plot_tells_the_place_it_was_measured_at(seed: int) -> None:
    x, sensor = random_estimate(seed, 6).mean, flat_radar()
    plot, p, R = np.zeros(1, PLOT)[0], np.empty(3), np.empty((3, 3))
    H = np.empty((COMPONENTS, 6))
    measure(sensor.site[0], x, 0.0, plot["value"], H)
    plot["noise_std"] = sensor.std
    place(sensor.site[0], plot, p, R, np.empty((9, 9)))
    assert p == pytest.approx(x[:3], abs=1e-6)
    inverse = np.linalg.inv(H[:3, :3])
    assert pytest.approx(inverse @ np.diag(sensor.std[:3] ** 2) @ inverse.T, rel=1e-6, abs=1e-3) == R


def test_the_unscented_filter_is_the_linear_one_where_all_is_linear() -> None:
    estimate, sensor = random_estimate(3, 6), positions(position_std_m=30.0)
    one, other = Predictor(constant_velocity(1.0)), Predictor(constant_velocity(1.0), unscented=True)
    a, b = one.predict(estimate, 4.0), other.predict(estimate, 4.0)
    assert b.mean == pytest.approx(a.mean, rel=1e-10)
    assert b.covariance == pytest.approx(a.covariance, rel=1e-7, abs=1e-5)
    a, b = Updater(sensor).update(a, a.mean[:3] + 10.0), Updater(sensor, unscented=True).update(b, a.mean[:3] + 10.0)
    assert b.mean == pytest.approx(a.mean, rel=1e-9, abs=1e-6)
    assert b.covariance == pytest.approx(a.covariance, rel=1e-7, abs=1e-5)
    assert b.nis == pytest.approx(a.nis, rel=1e-8)


@pytest.mark.parametrize("model", [constant_velocity(2.0), constant_velocity(noise_std_mps2=1.0)])
def test_the_straight_step_is_the_matrix_product(model: MotionModel) -> None:
    estimate, t = random_estimate(4, 6), 3.0
    noise = 2.0 * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]])
    if model.piecewise:
        noise = np.array([[t**4 / 4, t**3 / 2], [t**3 / 2, t**2]])
    whole = linear_predict(
        estimate.mean, estimate.covariance, np.kron([[1, t], [0, 1]], np.eye(3)), np.kron(noise, np.eye(3))
    )
    found = Predictor(model).predict(estimate, t)
    assert found.mean == pytest.approx(whole[0], rel=1e-12)
    assert found.covariance == pytest.approx(whole[1], rel=1e-10)


def test_the_accelerating_step_is_the_matrix_product_and_composes() -> None:
    estimate, t = random_estimate(5, 9), 3.0
    matrix = np.kron([[1, t, t * t / 2], [0, 1, t], [0, 0, 1]], np.eye(3))
    noise = np.array([[t**5 / 20, t**4 / 8, t**3 / 6], [t**4 / 8, t**3 / 3, t**2 / 2], [t**3 / 6, t**2 / 2, t]])
    whole = linear_predict(estimate.mean, estimate.covariance, matrix, np.kron(noise, np.eye(3)))
    predictor = Predictor(constant_acceleration(1.0))
    found = predictor.predict(estimate, t)
    assert found.mean == pytest.approx(whole[0], rel=1e-12)
    assert found.covariance == pytest.approx(whole[1], rel=1e-9, abs=1e-6)
    twice = predictor.predict(predictor.predict(estimate, 1.0), t)
    assert twice.covariance == pytest.approx(found.covariance, rel=1e-9, abs=1e-6)


@settings(max_examples=20)
@given(rate=st.floats(-8.0, 8.0), time=st.floats(0.1, 20.0))
def test_a_coordinated_turn_flies_the_circle(rate: float, time: float) -> None:
    velocity, w = np.array([150.0, -80.0]), np.radians(rate)
    mean = np.r_[1000.0, 2000.0, 3000.0, velocity, 0.0, -w * velocity[1], w * velocity[0], 0.0]
    found = Predictor(coordinated_turn(0.0)).predict(Estimate(mean, np.eye(9)), time).mean
    position, end = fly_segments([1000.0, 2000.0], velocity, [(time, rate)])
    assert found[:2] == pytest.approx(position, abs=1e-6)
    assert found[3:5] == pytest.approx(end, abs=1e-7)


def test_a_ballistic_step_keeps_energy_and_falls_like_a_body() -> None:
    # Kepler energy in the inertial frame, J2 left out of the comparison (some parts in a thousand of the fall).
    place0 = geodetic_to_ecef(39.0, 33.0, 150e3)
    state = Estimate(np.r_[place0, 800.0, -900.0, 1500.0], np.diag([100.0] * 3 + [10.0] * 3) ** 2)
    found = Predictor(ballistic(0.0)).predict(state, 60.0).mean
    turning = np.array([0.0, 0.0, 7.292115e-5])

    def energy(x: np.ndarray) -> float:
        inertial = x[3:] + np.cross(turning, x[:3])
        return float(inertial @ inertial / 2 - 3.986004418e14 / np.linalg.norm(x[:3]))

    assert energy(found) == pytest.approx(energy(state.mean), abs=2e3)
    assert abs(energy(found) - energy(np.r_[state.mean[:3] + 60.0 * state.mean[3:], state.mean[3:]])) > 1e5
    # Drag takes energy away, at 30 km and with 1,000 kg/m^2.
    low = Estimate(np.r_[geodetic_to_ecef(39.0, 33.0, 30e3), 800.0, -900.0, 1500.0], state.covariance)
    slow = Predictor(ballistic(0.0, 1000.0)).predict(low, 10.0).mean
    assert np.linalg.norm(slow[3:]) < np.linalg.norm(Predictor(ballistic(0.0)).predict(low, 10.0).mean[3:])


def test_the_ballistic_covariance_is_that_of_the_unscented_transform() -> None:
    state = Estimate(np.r_[geodetic_to_ecef(39.0, 33.0, 80e3), 900.0, -1000.0, 1200.0], np.diag([100.0] * 3 + [10.0] * 3) ** 2)
    for model in (ballistic(1.0), ballistic(1.0, 2000.0)):
        a, b = Predictor(model).predict(state, 5.0), Predictor(model, unscented=True).predict(state, 5.0)
        assert a.mean == pytest.approx(b.mean, abs=1e-3)
        assert a.covariance == pytest.approx(b.covariance, rel=1e-3, abs=2.0)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 1000), scale=st.floats(-3.0, 3.0),
    model=st.sampled_from([constant_velocity(1.0), constant_acceleration(0.1), coordinated_turn(0.1)]),
)  # fmt: skip
def test_covariances_stay_symmetric_and_positive(seed: int, scale: float, model: MotionModel) -> None:
    estimate = random_estimate(seed, model.dimension)
    sensor = flat_radar(range_std_m=10.0**scale, range_rate_std_mps=10.0**scale)
    for k in range(8):
        estimate = Predictor(model).predict(estimate, 2.0 * (k + 1))
        estimate = Updater(sensor).update(estimate, [5e4, 0.3, 0.1, 100.0])
        assert np.array_equal(estimate.covariance, estimate.covariance.T)
        assert cholesky(estimate.covariance, np.zeros_like(estimate.covariance))
        assert np.linalg.eigvalsh(estimate.covariance).min() > 0.0


def test_overhead_the_azimuth_says_nothing_and_does_no_harm() -> None:
    above = Estimate(np.r_[0.0, 0.0, 9000.0, 200.0, 0.0, 0.0], np.diag([100.0] * 3 + [10.0] * 3) ** 2)
    found = Updater(flat_radar()).update(above, [9010.0, 2.0, np.pi / 2])
    assert np.isfinite(found.mean).all()
    assert found.mean[2] == pytest.approx(9008.0, abs=3.0)


def test_elevation_from_a_transponders_height() -> None:
    # A target 200 km off at 10 km over a sensor at 1 km, built the other way: by angles at the earth's centre.
    radius, angle = 6_371_008.7714, 200e3 / 6_371_008.7714
    x, y = (radius + 1e4) * np.sin(angle), (radius + 1e4) * np.cos(angle) - radius - 1e3
    assert elevation_from_height(np.hypot(x, y), 1e4, 1e3) == pytest.approx(np.arctan2(y, x), abs=1e-12)
    with pytest.raises(InputError, match="cannot be at its range"):
        elevation_from_height(1000.0, 9000.0, 0.0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Predictor(constant_velocity(1.0)).predict(Estimate(np.zeros(6), np.eye(6), 2.0), 1.0), "time goes backwards"),
        (lambda: Predictor(constant_acceleration(1.0)).predict(Estimate(np.zeros(6), np.eye(6)), 1.0), "nine numbers"),
        (lambda: Estimate(np.zeros(5), np.eye(5)), "6 or 9 numbers"),
        (lambda: Estimate(np.full(6, np.nan), np.eye(6)), "not a finite number"),
        (lambda: Updater(flat_radar()).update(Estimate(np.ones(6), np.eye(6)), [1.0, np.nan, 0.0]), "finite numbers"),
        (lambda: Predictor(constant_velocity(1.0), True).predict(Estimate(np.ones(6), -np.eye(6)), 1.0), "not positive"),
        (lambda: linear_update(np.zeros(2), np.eye(2), [np.inf], [[1.0, 0.0]], [[1.0]]), "not a finite number"),
        (lambda: linear_update(np.zeros(2), np.zeros((2, 2)), [1.0], [[1.0, 0.0]], [[0.0]]), "singular"),
    ],
)
def test_wrong_input_is_refused_and_says_why(wrong: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        wrong()  # type: ignore[operator]
