"""Covariance intersection as the engine does it: against the closed form, a second implementation, and what it promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from buckler.tracking.estimate import Estimate
from buckler.tracking.fusion import covariance_intersection
from buckler.tracking.intersection import apart, intersect, invert


def spread(rng: np.random.Generator, n: int) -> np.ndarray:
    """A random covariance, its axes from 0.1 to 10."""
    turn, _ = np.linalg.qr(rng.normal(size=(n, n)))
    return (turn * 10.0 ** rng.uniform(-2.0, 2.0, n)) @ turn.T


@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3, 6]))
@settings(deadline=None, max_examples=40)
def test_the_inverse_and_the_distance_are_numpys(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    A, B, a, b = spread(rng, n), spread(rng, n), rng.normal(size=n), rng.normal(size=n)
    out, L = np.zeros((n, n)), np.zeros((n, n))
    assert invert(A, L, out)
    assert out == pytest.approx(np.linalg.inv(A), rel=1e-8, abs=1e-8)
    assert apart(a, A, b, B, np.zeros((4, n, n))) == pytest.approx((a - b) @ np.linalg.solve(A + B, a - b), rel=1e-8)


@given(st.integers(0, 10**6), st.sampled_from([2, 3, 6]))
@settings(deadline=None, max_examples=40)
def test_the_weight_is_that_of_the_least_trace(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    A, B, a, b = spread(rng, n), spread(rng, n), rng.normal(size=n), rng.normal(size=n)
    one, other = np.linalg.inv(A), np.linalg.inv(B)
    best = minimize_scalar(lambda w: np.trace(np.linalg.inv(w * one + (1.0 - w) * other)), bounds=(0.0, 1.0), options={"xatol": 1e-9})
    x, P = a.copy(), A.copy()
    w = intersect(x, P, b, B, np.zeros((4, n, n)))
    assert np.trace(P) <= min(best.fun * (1.0 + 1e-6), np.trace(A), np.trace(B))
    assert np.linalg.inv(P) == pytest.approx(w * one + (1.0 - w) * other, rel=1e-6, abs=1e-6)
    assert x == pytest.approx(P @ (w * one @ a + (1.0 - w) * other @ b), rel=1e-6, abs=1e-6)
    if n == 6:
        same = covariance_intersection(Estimate(a, A), Estimate(b, B))
        assert np.trace(P) == pytest.approx(np.trace(same.covariance), rel=1e-6)


@given(st.integers(0, 10**6), st.floats(0.0, 1.0))
@settings(deadline=None, max_examples=40)
def test_it_never_claims_to_know_more_than_it_does_whatever_the_two_have_in_common(seed: int, share: float) -> None:
    """Errors with any cross-covariance A^1/2 K B^1/2, |K| <= 1: what is claimed less the true covariance has no negative eigenvalue."""
    rng, n = np.random.default_rng(seed), 6
    A, B = spread(rng, n), spread(rng, n)
    K, _ = np.linalg.qr(rng.normal(size=(n, n)))
    cross = share * np.linalg.cholesky(A) @ K @ np.linalg.cholesky(B).T
    x, P = np.zeros(n), A.copy()
    w = intersect(x, P, np.zeros(n), B, np.zeros((4, n, n)))
    one, other = w * P @ np.linalg.inv(A), (1.0 - w) * P @ np.linalg.inv(B)
    true = one @ A @ one.T + other @ B @ other.T + one @ cross @ other.T + (one @ cross @ other.T).T
    assert np.linalg.eigvalsh(P - true).min() >= -1e-8 * np.trace(P)


def test_two_that_know_one_axis_each() -> None:
    """diag(1, 9) and diag(9, 1): w = 1/2 by symmetry, P = diag(1.8, 1.8)."""
    x, P = np.array([0.0, 10.0]), np.diag([1.0, 9.0])
    assert intersect(x, P, np.array([10.0, 0.0]), np.diag([9.0, 1.0]), np.zeros((4, 2, 2))) == pytest.approx(0.5, abs=1e-4)
    assert P.ravel() == pytest.approx([1.8, 0.0, 0.0, 1.8], abs=1e-3)
    assert x == pytest.approx([1.0, 1.0], abs=1e-2)


def test_a_covariance_that_is_none_is_left_alone() -> None:
    x, P = np.zeros(2), np.diag([1.0, -1.0])
    assert intersect(x, P, np.zeros(2), np.eye(2), np.zeros((4, 2, 2))) == -1.0
    assert P.tolist() == [[1.0, 0.0], [0.0, -1.0]]
