"""Luck and ignorance: the components against known ones, coverage, and the dominant group."""

from __future__ import annotations

import numpy as np
import pytest

from buckler.analysis.variance import effects, nested, verdict


def test_a_small_case_by_hand() -> None:
    # Draws (1, 3), (5, 7): means 2 and 6, MS_between = 2·(2² + 2²)/1 = 16, MS_within = (1+1+1+1)/2 = 2.
    parts = nested(np.array([1, 3, 5, 7]), np.array([0, 0, 1, 1]))
    assert (parts.mean, parts.luck, parts.ignorance) == (4.0, 2.0, 7.0)


def test_components_are_unbiased_and_the_interval_covers() -> None:
    generator = np.random.Generator(np.random.PCG64(11))
    m, r = 30, 5
    draws = np.repeat(np.arange(m), r)
    luck, ignorance, held = [], [], 0
    for _ in range(1000):
        values = generator.normal(0, 1.0, m)[draws] + generator.normal(3.0, 2.0, m * r)
        parts = nested(values, draws)
        luck.append(parts.luck)
        ignorance.append(parts.ignorance)
        held += parts.low <= 3.0 <= parts.high
    assert np.mean(luck) == pytest.approx(4.0, abs=4 * np.std(luck) / 1000**0.5)
    # The estimate is cut at 0, which lifts its mean a little at most.
    assert np.mean(ignorance) == pytest.approx(1.0, abs=4 * np.std(ignorance) / 1000**0.5 + 0.02)
    assert held >= 930


def test_luck_alone_is_not_taken_for_ignorance() -> None:
    generator = np.random.Generator(np.random.PCG64(3))
    draws = np.repeat(np.arange(400), 5)
    parts = nested(generator.random(2000) < 0.3, draws)
    assert parts.luck == pytest.approx(0.21, abs=0.02)
    assert parts.ignorance < 0.012


def test_the_dominant_group_is_found_with_its_share() -> None:
    generator = np.random.Generator(np.random.PCG64(5))
    m, r = 400, 5
    draws = np.repeat(np.arange(m), r)
    quantiles = {name: generator.random(m) for name in ("big", "small", "none")}
    # Variances 9/12 and 1/12 of the draws' expectation: shares 0.9 and 0.1.
    expectation = 3 * quantiles["big"] - quantiles["small"]
    values = expectation[draws] + generator.normal(0, 2, m * r)
    found = effects(values, draws, quantiles)
    assert [effect.group for effect in found][:2] == ["big", "small"]
    by_name = {effect.group: effect for effect in found}
    assert by_name["big"].share == pytest.approx(0.9, abs=0.15)
    assert by_name["big"].swing_low <= 2.4 <= by_name["big"].swing_high
    assert by_name["none"].share < 0.05
    assert "big" in verdict(found)


def test_among_many_groups_that_do_nothing_none_is_named_but_rarely() -> None:
    generator = np.random.Generator(np.random.PCG64(17))
    m, r, tries = 12, 5, 300
    draws = np.repeat(np.arange(m), r)
    named = 0
    for _ in range(tries):
        quantiles = {str(k): generator.random(m) for k in range(40)}
        values = generator.normal(0, 1, m)[draws] + generator.normal(0, 1, m * r)
        named += any(effect.is_clear for effect in effects(values, draws, quantiles))
    # 5 % for all groups together, plus three standard errors
    assert named / tries <= 0.05 + 3 * (0.05 * 0.95 / tries) ** 0.5
