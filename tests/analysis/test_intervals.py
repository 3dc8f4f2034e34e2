"""The interval formulas against published values, scipy's and simulation of their coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from buckler.analysis.intervals import (
    agreement,
    bca_bootstrap,
    mean_interval,
    paired_proportions,
    proportion_interval,
    share_interval,
    share_that_may_differ,
    t_point,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998) 857-872,
    # table I, method 3 (score, no continuity correction).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_published(successes, n, low, high):
    interval = wilson(successes, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(n=st.integers(1, 500), data=st.data())
def test_wilson_holds_its_proportion_and_mirrors(n, data):
    k = data.draw(st.integers(0, n))
    interval, mirrored = wilson(k, n), wilson(n - k, n)
    assert 0 <= interval.low <= k / n <= interval.high <= 1
    assert interval.low < interval.high
    assert interval.low == pytest.approx(1 - mirrored.high, abs=1e-12)
    reference = stats.binomtest(k, n).proportion_ci(method="wilson")
    assert (interval.low, interval.high) == pytest.approx((reference.low, reference.high), abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 24, 49, 99, 100, 101, 199, 9999])
def test_t_point_against_scipy(degrees):
    assert t_point(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-9)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        # Altman, Machin, Bryant, Gardner, "Statistics with confidence" (2nd ed. 2000), table 6.2 and p. 52-53.
        ((14, 5, 0, 22), 0.011, 0.226),
        # Fagerland, Lydersen, Laake, "Statistical analysis of contingency tables" (2017), chapter 8 (Bentur 2009).
        ((1, 1, 7, 12), -0.507, -0.026),
    ],
)
def test_newcombe_published(table, low, high):
    interval = paired_proportions(*table)
    assert (round(interval.low, 3), round(interval.high, 3)) == (low, high)


@given(st.tuples(*[st.integers(0, 60)] * 4).filter(any))
def test_newcombe_swaps_sign_and_stays_within_one(table):
    both, first, second, neither = table
    interval, swapped = paired_proportions(*table), paired_proportions(both, second, first, neither)
    assert -1 - 1e-12 <= interval.low <= (first - second) / sum(table) + 1e-12
    assert interval.low == pytest.approx(-swapped.high, abs=1e-12)


def test_mean_of_a_symmetric_sample_is_students():
    values = np.random.default_rng(1).normal(10, 2, 60)
    interval = mean_interval(values)
    reference = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval.method == "Student t"
    assert (interval.low, interval.high) == pytest.approx((reference.low, reference.high))


def test_a_skewed_mean_is_bootstrapped_near_scipy_and_always_alike():
    values = np.random.default_rng(3).lognormal(0, 1.2, 60)
    interval = mean_interval(values)
    assert interval.method == "BCa bootstrap"
    assert interval == mean_interval(values)
    reference = stats.bootstrap(
        (values,), np.mean, n_resamples=40_000, rng=np.random.default_rng(4)
    ).confidence_interval
    width = reference.high - reference.low
    # Both ends are themselves drawn; at 4,000 resamples the longer tail moves by a few per cent of the width.
    assert interval.low == pytest.approx(reference.low, abs=0.08 * width)
    assert interval.high == pytest.approx(reference.high, abs=0.08 * width)


def test_bootstrap_of_rare_counts_covers_wilson_closely():
    values = np.zeros(200)
    values[[3, 50, 90]] = 1  # the mean is a proportion, so Wilson's interval is a second opinion
    interval, reference = bca_bootstrap(values), wilson(3, 200)
    assert interval.low == pytest.approx(reference.low, abs=0.005)
    assert interval.high == pytest.approx(reference.high, abs=0.005)


def test_agreement_is_close_to_the_rule_of_three_and_never_empty():
    # Hanley and Lippman-Hand, JAMA 249 (1983) 1743: none of n bounds the rate by 3/n (one-sided); two-sided 3.69/n.
    for n in (100, 1000):
        assert 3 / n * 0.95 < share_that_may_differ(n) < 4 / n
    interval = mean_interval(np.full(100, 4.0), 0, 16)
    assert interval == agreement(4.0, 100, 0, 16)
    assert interval.low == pytest.approx(4 - 4 * share_that_may_differ(100))
    assert interval.high == pytest.approx(4 + 12 * share_that_may_differ(100))


@given(st.lists(st.integers(0, 8), min_size=1, max_size=80))
def test_a_mean_lies_in_its_interval_within_its_bounds(counts):
    values = np.array(counts, dtype=np.float64)
    interval = mean_interval(values, 0, 8)
    assert 0 <= interval.low <= values.mean() + 1e-12
    assert values.mean() - 1e-12 <= interval.high <= 8


def test_a_share_of_single_threats_is_a_proportion():
    part = np.zeros(400)
    part[:100] = 1
    value, interval = share_interval(part, np.ones(400))
    reference = wilson(100, 400)
    assert value == 0.25
    # With one threat a replication the cluster is the threat; logit and Wilson then differ by O(1/n) only.
    assert (interval.low, interval.high) == pytest.approx((reference.low, reference.high), abs=0.003)


def test_threats_that_share_their_fate_are_not_counted_as_independent():
    fate = np.zeros(50)
    fate[:20] = 1
    _, alone = share_interval(fate, np.ones(50))
    _, raids = share_interval(fate * 16, np.full(50, 16.0))
    assert (raids.low, raids.high) == pytest.approx((alone.low, alone.high))


def test_share_covers_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(7)
    trials, covered = 600, 0
    for _ in range(trials):
        whole = generator.integers(0, 9, 60).astype(np.float64)
        part = generator.binomial(whole.astype(int), generator.beta(2, 5, 60))  # clustered, 2/7 on average
        _, interval = share_interval(part.astype(np.float64), whole)
        covered += interval.low <= 2 / 7 <= interval.high
    # 95 % of 600 is 570 with a standard deviation of 5.3; four of them leave room for the linearisation.
    assert 570 - 22 <= covered <= 570 + 22


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="share of nothing"):
        share_interval(np.zeros(3), np.zeros(3))


@pytest.mark.parametrize("n", [50, 75, 149, 150, 200, 225, 400, 800, 1000])
def test_coverage_of_proportions_is_at_least_93_per_cent(n):
    """Exactly, from the binomial law, over a grid of true values from 0.01 to 0.995."""
    ends = np.array([proportion_interval(k, n)[:2] for k in range(n + 1)])
    for p in np.append(np.arange(0.01, 0.995, 0.0025), 0.995):
        law = stats.binom.pmf(np.arange(n + 1), n, p)
        assert law[(ends[:, 0] <= p) & (p <= ends[:, 1])].sum() >= 0.93, p


def test_modified_ends_are_the_exact_poisson_limits():
    for k in (1, 2, 3):
        assert proportion_interval(k, 200).low == pytest.approx(stats.chi2.ppf(0.05, 2 * k) / 2 / 200, rel=1e-12)
        assert proportion_interval(200 - k, 200).high == pytest.approx(1 - proportion_interval(k, 200).low, rel=1e-12)
    assert proportion_interval(4, 200) == wilson(4, 200)
