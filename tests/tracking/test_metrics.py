"""Set distances, consistency bounds and steady-state gains against published figures and second computations."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_discrete_are

from buckler.errors import InputError
from buckler.tracking.metrics import (
    gate_threshold,
    gospa,
    nees_bounds,
    ospa,
    steady_state_covariance,
    steady_state_gains,
    steady_state_gains_of_three,
)

SEEDS = st.integers(0, 10_000)
SIZES = st.integers(0, 4)


def random_set(seed: int, size: int) -> np.ndarray:
    return np.random.default_rng([seed, size]).uniform(0, 10, (size, 2))


def ospa_by_trial(x: np.ndarray, y: np.ndarray, c: float, p: float) -> float:
    """The definition, over every pairing."""
    small, large = (x, y) if len(x) <= len(y) else (y, x)
    if len(large) == 0:
        return 0.0
    least = min(
        sum(min(float(np.linalg.norm(a - large[k])), c) ** p for a, k in zip(small, order, strict=False))
        for order in permutations(range(len(large)), len(small))
    )
    return ((least + c**p * (len(large) - len(small))) / len(large)) ** (1 / p)


def test_ospa_worked_examples() -> None:
    # Stone Soup, stonesoup/metricgenerator/tests/test_ospametric.py (MIT): tracks i + 0.5 against truths i.
    truths = np.arange(5.0)
    assert ospa(truths + 0.5, truths, c=10, p=1) == pytest.approx(0.5, abs=1e-12)
    assert ospa(truths[:4] + 0.5, truths, c=10, p=2) == pytest.approx(np.sqrt((4 * 0.25 + 100) / 5), abs=1e-12)


@settings(max_examples=40)
@given(seed=SEEDS, n=SIZES, m=SIZES, p=st.sampled_from([1.0, 2.0, 3.5]), c=st.sampled_from([1.0, 4.0, 20.0]))
def test_ospa_is_its_definition(seed: int, n: int, m: int, p: float, c: float) -> None:
    x, y = random_set(seed, n), random_set(seed + 1, m)
    assert ospa(x, y, c, p) == pytest.approx(ospa_by_trial(x, y, c, p), abs=1e-12)


@settings(max_examples=40)
@given(seed=SEEDS, n=SIZES, m=SIZES, k=SIZES, p=st.sampled_from([1.0, 2.0, np.inf]))
def test_ospa_is_a_metric(seed: int, n: int, m: int, k: int, p: float) -> None:
    x, y, z = random_set(seed, n), random_set(seed + 1, m), random_set(seed + 2, k)
    assert ospa(x, x[::-1], 5.0, p) == 0.0
    assert ospa(x, y, 5.0, p) == pytest.approx(ospa(y, x, 5.0, p), abs=1e-12)
    assert ospa(x, z, 5.0, p) <= ospa(x, y, 5.0, p) + ospa(y, z, 5.0, p) + 1e-12
    assert 0.0 <= ospa(x, y, 5.0, p) <= 5.0


def test_ospa_of_infinite_order_is_the_limit_of_high_orders() -> None:
    x, y = random_set(3, 4), random_set(4, 4)
    assert ospa(x, y, 30.0, np.inf) == pytest.approx(ospa(x, y, 30.0, 100.0), rel=0.02)
    assert ospa(x, y[:3], 30.0, np.inf) == 30.0


def test_gospa_parts_of_a_hand_made_case() -> None:
    # Truth at 0 and 100, one estimate at 1, cut-off 10: one pair at distance 1, one object missed, c^p / 2 = 50.
    parts = gospa([0.0, 100.0], [1.0], c=10, p=2)
    assert (parts.localisation, parts.missed, parts.false) == pytest.approx((1.0, 50.0, 0.0))
    assert parts.distance == pytest.approx(np.sqrt(51.0))
    # An estimate beyond the cut-off is one missed and one false.
    parts = gospa([0.0], [50.0], c=10, p=2)
    assert (parts.localisation, parts.missed, parts.false) == pytest.approx((0.0, 50.0, 50.0))


@settings(max_examples=40)
@given(seed=SEEDS, n=SIZES, m=SIZES, alpha=st.sampled_from([0.5, 1.0, 2.0]), p=st.sampled_from([1.0, 2.0]))
def test_gospa_parts_add_up_and_alpha_one_is_ospa_not_averaged(
    seed: int, n: int, m: int, alpha: float, p: float
) -> None:
    x, y, c = random_set(seed, n), random_set(seed + 1, m), 4.0
    parts = gospa(x, y, c, p, alpha)
    assert parts.distance**p == pytest.approx(parts.localisation + parts.missed + parts.false)
    assert gospa(y, x, c, p, alpha).distance == pytest.approx(parts.distance)
    if alpha == 1.0 and max(n, m):
        assert parts.distance == pytest.approx(ospa(x, y, c, p) * max(n, m) ** (1 / p))


@pytest.mark.parametrize(
    ("dim", "runs", "confidence", "low", "high"),
    [
        (2, 50, 0.95, 1.5, 2.6),  # Bar-Shalom, Li, Kirubarajan (2001), section 5.4.2, as printed
        (2, 1, 0.99, 0.0100, 10.597),  # chi-square tables, 2 degrees of freedom
        (6, 25, 0.95, 4.719381, 7.432018),
    ],
)
def test_nees_bounds(dim: int, runs: int, confidence: float, low: float, high: float) -> None:
    assert nees_bounds(dim, runs, confidence) == pytest.approx((low, high), abs=0.05 if runs == 50 else 5e-4)


def test_nees_bounds_hold_their_share_of_simulated_means() -> None:
    low, high = nees_bounds(4, 50, 0.95)
    means = np.random.default_rng(1).chisquare(4, (4000, 50)).mean(axis=1)
    assert np.mean((means > low) & (means < high)) == pytest.approx(0.95, abs=0.01)


def test_gate_threshold() -> None:
    assert gate_threshold(3, 0.99) == pytest.approx(11.345, abs=5e-4)  # chi-square tables
    assert gate_threshold(2, 0.9997) == pytest.approx(-2 * np.log(0.0003), abs=1e-9)  # closed form in two dimensions


def settle(index: float) -> tuple[np.ndarray, np.ndarray]:
    """The Kalman filter of the same model (T = 1, measurement noise 1), run until it settles."""
    transition, noise = np.array([[1.0, 1.0], [0.0, 1.0]]), index**2 * np.array([[0.25, 0.5], [0.5, 1.0]])
    covariance = np.eye(2)
    for _ in range(3000):
        predicted = transition @ covariance @ transition.T + noise
        gain = predicted[:, 0] / (predicted[0, 0] + 1.0)
        covariance = predicted - np.outer(gain, predicted[0])
    return gain, covariance


@pytest.mark.parametrize("index", [0.05, 0.1, 1.0, 2.0, 30.0])
def test_steady_state_is_where_the_kalman_filter_settles(index: float) -> None:
    gain, covariance = settle(index)
    assert steady_state_gains(index) == pytest.approx(gain, rel=1e-9)
    assert steady_state_covariance(index) == pytest.approx(covariance, rel=1e-8)


def test_steady_state_published_value_and_limits() -> None:
    assert steady_state_gains(1.0) == pytest.approx((0.75, 0.5), abs=1e-15)  # Kalata (1984)
    assert steady_state_gains(0.0) == (0.0, 0.0)
    assert steady_state_gains(1e9) == pytest.approx((1.0, 2.0), abs=1e-6)
    assert steady_state_covariance(1.0, 3.0, 2.0) == pytest.approx(9.0 * np.array([[0.75, 0.25], [0.25, 0.25]]))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ospa([0.0], [0.0], c=-1.0),
        lambda: ospa([0.0], [0.0], c=1.0, p=0.5),
        lambda: ospa([0.0], [[0.0, 1.0]], c=1.0),
        lambda: ospa([float("nan")], [0.0], c=1.0),
        lambda: ospa(["here"], [0.0], c=1.0),
        lambda: gospa([0.0], [0.0], c=1.0, alpha=3.0),
        lambda: gospa([0.0], [0.0], c=1.0, p=np.inf),
        lambda: nees_bounds(0, 1),
        lambda: nees_bounds(2, 1, 1.0),
        lambda: gate_threshold(2, 0.0),
        lambda: steady_state_gains(-1.0),
        lambda: steady_state_covariance(1.0, period_s=0.0),
    ],
)
def test_wrong_input_is_refused(wrong: object) -> None:
    with pytest.raises(InputError):
        wrong()  # type: ignore[operator]


@pytest.mark.parametrize("index", [1e-6, 0.01, 0.1, 1.0, 5.0, 1e3])
def test_the_gains_of_three_are_those_of_the_riccati_equation(index: float) -> None:
    """An acceleration that steps by sigma_v = index each period of 1, a position measured with deviation 1: scipy's solution."""
    F, G, H = np.array([[1.0, 1.0, 0.5], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]), np.array([0.5, 1.0, 1.0]), np.array([[1.0, 0.0, 0.0]])
    P = solve_discrete_are(F.T, H.T, np.outer(G, G) * index**2, np.eye(1))
    gain = P[:, 0] / (P[0, 0] + 1.0)
    alpha, beta, gamma = steady_state_gains_of_three(index)
    np.testing.assert_allclose([alpha, beta, gamma / 2.0], gain, rtol=1e-5, atol=1e-9)


def test_the_gains_of_three_at_the_ends() -> None:
    assert steady_state_gains_of_three(0.0) == (0.0, 0.0, 0.0)
    assert steady_state_gains_of_three(1e12) == pytest.approx((1.0, 2.0, 4.0), abs=1e-5)
    with pytest.raises(InputError, match="tracking_index"):
        steady_state_gains_of_three(-1.0)
