"""Stopping when sure enough: targets, looks, and the coverage of the intervals over the whole sequential plan, computed exactly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import fftconvolve
from scipy.stats import binom

from buckler.analysis import stopping
from buckler.analysis.estimates import Estimate, mean
from buckler.analysis.intervals import agresti_coull
from buckler.errors import InputError, UnknownNameError


def _intervals(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ends = np.array([agresti_coull(x, n)[:2] for x in range(n + 1)])
    return ends[:, 0], ends[:, 1]


def _coverage(
    p: float, half: float, at_most: int, known: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]
) -> float:
    """The probability that the interval at the look that stops holds p: the law of the count, carried from look to look."""
    law, before, covered = np.array([1.0]), 0, 0.0
    for n in stopping.looks(at_most):
        law = np.maximum(fftconvolve(law, binom.pmf(np.arange(n - before + 1), n - before, p)), 0.0)
        if n not in known:
            known[n] = _intervals(n)
        low, high = known[n]
        stops = ((high - low) / 2 <= half) | (n == at_most)
        covered += float(law[stops & (low <= p) & (p <= high)].sum())
        law, before = np.where(stops, 0.0, law), n
    return covered


@pytest.mark.parametrize("half", [0.05, 0.02, 0.01])
def test_coverage_under_until_is_at_least_93_per_cent(half: float) -> None:
    known: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    for p in np.append(np.arange(0.01, 0.995, 0.015), 0.995):
        assert _coverage(float(p), half, 25_600, known) >= 0.93, p


def test_coverage_in_simulated_campaigns() -> None:
    generator = np.random.Generator(np.random.PCG64(7))
    target = stopping.parse_target("p_none_leak ±0.03")
    for p in (0.01, 0.3, 0.9, 0.995):
        held = 0
        for _ in range(1000):
            flags = generator.random(3200) < p
            for n in stopping.looks(3200):
                low, high, _ = agresti_coull(int(flags[:n].sum()), n)
                if (high - low) / 2 <= target.half_width:
                    break
            held += low <= p <= high
        # 0.93 less three standard errors of 1,000 campaigns
        assert held / 1000 >= 0.93 - 3 * (0.93 * 0.07 / 1000) ** 0.5


@pytest.mark.parametrize("half", [0.4, 0.2])
def test_coverage_of_means_under_until(half: float) -> None:
    """Leakers of a raid of ten whose threats share their fate (beta-binomial), skewed and not: the interval at the look that stops."""
    generator = np.random.Generator(np.random.PCG64(9))
    for a, b in ((2.0, 2.0), (0.3, 2.7), (0.2, 9.8)):
        held = 0
        for _ in range(1000):
            values = generator.binomial(10, generator.beta(a, b, 1600))
            for n in stopping.looks(1600):
                estimate = mean(values[:n], "threats", 0, 10)
                if stopping.half_width(estimate) <= half:
                    break
            assert estimate.low is not None
            assert estimate.high is not None
            held += estimate.low <= 10 * a / (a + b) <= estimate.high
        # 0.93 less three standard errors of 1,000 campaigns
        assert held / 1000 >= 0.93 - 3 * (0.93 * 0.07 / 1000) ** 0.5, (a, b)


def test_agresti_coull_against_the_published_formula() -> None:
    # Agresti and Coull (1998): for 95 % nearly "add two successes and two failures".
    low, high, _ = agresti_coull(0, 10)
    p = 2 / 14
    assert low == 0.0
    assert high == pytest.approx(p + 1.96 * (p * (1 - p) / 14) ** 0.5, abs=0.01)


def test_looks() -> None:
    assert list(stopping.looks(1000)) == [200, 400, 800, 1000]
    assert list(stopping.looks(800)) == [200, 400, 800]
    assert list(stopping.looks(110, 25)) == [100]
    assert list(stopping.looks(1010, 25)) == [200, 400, 800, 1000]
    with pytest.raises(InputError, match="at least 25"):
        list(stopping.looks(10, 25))


@pytest.mark.parametrize(
    "text", ["p_none_leak ±0.01", "p_none_leak +-0.01", "p_none_leak±.01", " p_none_leak +/- 1e-2 "]
)
def test_targets(text: str) -> None:
    assert stopping.parse_target(text) == stopping.Target("p_none_leak", 0.01)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("p_none_leak", "write a figure and a half width"),
        ("p_none_leak ±x", "no half width"),
        ("p_none_leak ±0", "no half width"),
        ("p_none_leak ±nan", "no half width"),
        ("p_none_leak ±1%", "no half width"),
        ("p_none_leak ±0.5", "smaller"),
    ],
)
def test_what_is_no_target(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        stopping.parse_target(text)


def test_the_nearest_figure_is_named() -> None:
    with pytest.raises(UnknownNameError, match="'p_none_leak'"):
        stopping.parse_target("p_non_leak ±0.01")


def test_what_the_budget_cannot_reach_is_refused_with_what_it_can() -> None:
    target = stopping.parse_target("p_none_leak ±0.0001")
    with pytest.raises(InputError, match="at best: write --at-most") as caught:
        stopping.refuse_hopeless(target, 1000)
    enough = int(str(caught.value).split("--at-most ")[1].split()[0])
    stopping.refuse_hopeless(target, enough)
    # By hand: 1.96² · 0.25 / 0.01² = 9,604, and 1.96 · 0.5 / sqrt(1000) = 0.031.
    low, high, method = agresti_coull(100, 200)
    estimate = Estimate(0.5, low, high, 200, method, "probability")
    with pytest.raises(InputError, match=r"Within the budget about ±0\.031 can: write --at-most 9700 or"):
        stopping.refuse_unreachable(stopping.parse_target("p_none_leak ±0.01"), estimate, 1000)
    stopping.refuse_unreachable(stopping.parse_target("p_none_leak ±0.01"), estimate, 9_700)
