"""Luck and ignorance: the components against known ones, coverage, and the dominant group."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.sample import sobol

from buckler.analysis.estimates import mean, proportion, share
from buckler.analysis.nested import Drawn, nested
from buckler.analysis.variance import effects, sobol_indices, verdict


def test_a_small_case_by_hand() -> None:
    # Draws (1, 3), (5, 7): means 2 and 6, MS_between = 2·(2² + 2²)/1 = 16, MS_within = (1+1+1+1)/2 = 2.
    parts = nested(np.array([1, 3, 5, 7]), Drawn(np.array([0, 0, 1, 1])))
    assert (parts.mean, parts.luck, parts.ignorance) == (4.0, 2.0, 7.0)


def test_components_are_unbiased_and_the_interval_covers() -> None:
    generator = np.random.Generator(np.random.PCG64(11))
    m, r = 30, 5
    draws = np.repeat(np.arange(m), r)
    luck, ignorance, held = [], [], 0
    for _ in range(1000):
        values = generator.normal(0, 1.0, m)[draws] + generator.normal(3.0, 2.0, m * r)
        parts = nested(values, Drawn(draws))
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
    parts = nested(generator.random(2000) < 0.3, Drawn(draws))
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
    found = effects(values, Drawn(draws), quantiles)
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
        named += any(effect.is_clear for effect in effects(values, Drawn(draws), quantiles))
    # 5 % for all groups together, plus three standard errors
    assert named / tries <= 0.05 + 3 * (0.05 * 0.95 / tries) ** 0.5


NAMES = ["x1", "x2", "x3"]


def _ishigami(rows: int, luck_std: float, replications: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """(values, draws) of the Ishigami function in SALib's layout, with luck around it."""
    problem = {"num_vars": 3, "names": NAMES, "bounds": [[-np.pi, np.pi]] * 3}
    x = sobol.sample(problem, rows, calc_second_order=False, seed=3)
    expectation = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    draws = np.repeat(np.arange(len(x)), replications)
    return expectation[draws] + np.random.Generator(np.random.PCG64(8)).normal(0, luck_std, len(draws)), draws


@pytest.mark.parametrize("luck_std", [0.0, 6.0])
def test_sobol_indices_of_the_ishigami_function(luck_std: float) -> None:
    """Ishigami and Homma 1990, a = 7, b = 0.1: S = 0.3139, 0.4424, 0; T = 0.5576, 0.4424, 0.2437, whatever the luck around it."""
    values, draws = _ishigami(2048, luck_std)
    found = {index.group: index for index in sobol_indices(values, Drawn(draws, 5), NAMES) or ()}
    for name, first, total in (("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0.0, 0.2437)):
        # Three standard errors: SALib's half width is 1.96 of them.
        assert found[name].first == pytest.approx(first, abs=1.5 * found[name].first_half + 0.005), name
        assert found[name].total == pytest.approx(total, abs=1.5 * found[name].total_half + 0.005), name


def test_luck_left_in_the_draws_would_make_everything_interact() -> None:
    """What is subtracted: without it the total indices would hold luck/R, here as much as the ignorance itself."""
    values, draws = _ishigami(512, 8.0)
    parts = nested(values, Drawn(draws))
    assert parts.luck / 5 == pytest.approx(64 / 5, rel=0.1)
    total = sum(index.total for index in sobol_indices(values, Drawn(draws, 5), NAMES) or ())
    assert total == pytest.approx(1.2437, abs=0.35)


def test_luck_alone_has_no_indices_or_none_that_is_clear() -> None:
    draws = np.repeat(np.arange(5 * 64), 5)
    named = 0
    for seed in range(40):
        values = np.random.Generator(np.random.PCG64(seed)).normal(0, 1, len(draws))
        named += "one number" in verdict([], sobol_indices(values, Drawn(draws, 5), NAMES))
    assert named <= 6


def test_the_dominant_group_is_the_one_that_is_named() -> None:
    values, draws = _ishigami(512, 3.0)
    assert "it is this one: x2 (" in verdict([], sobol_indices(values, Drawn(draws, 5), NAMES))


def test_every_kind_of_figure_shows_both_parts() -> None:
    generator = np.random.Generator(np.random.PCG64(21))
    m, r, p = 300, 5, 0.4
    draws = np.repeat(np.arange(m), r)
    chance = np.clip(generator.normal(p, 0.1, m), 0, 1)[draws]
    whole = generator.integers(1, 9, m * r)
    part = generator.binomial(whole, chance)
    for estimate, expectation in (
        (proportion(part > 0, draws=Drawn(draws)), None),
        (mean(part, "threats", 0, 8, Drawn(draws)), p * 4.5),
        (share(part, whole, draws=Drawn(draws)), p),
    ):
        assert estimate.method == "nested analysis of variance"
        assert estimate.luck_std is not None
        assert estimate.ignorance_std is not None
        if expectation is not None:
            assert estimate.low is not None
            assert estimate.high is not None
            assert estimate.low <= expectation <= estimate.high
    # A share's expectation varies as the chance does; each raid's luck is binomial around it.
    assert share(part, whole, draws=Drawn(draws)).ignorance_std == pytest.approx(0.1, abs=0.02)
    # Ten draws, all of them successes, by Agresti and Coull's formula: z^2 = 3.8415 trials more, half of them successes.
    trials = 10 + 3.8415
    middle = (10 + 0.5 * 3.8415) / trials
    assert proportion(np.ones(50, np.bool_), draws=Drawn(np.repeat(np.arange(10), 5))).low == pytest.approx(
        middle - (3.8415 * middle * (1 - middle) / trials) ** 0.5, abs=1e-3
    )


def test_intervals_of_shares_cover_where_draws_differ() -> None:
    generator = np.random.Generator(np.random.PCG64(22))
    m, r = 30, 5
    draws = np.repeat(np.arange(m), r)
    held = 0
    for _ in range(600):
        chance = generator.beta(4, 6, m)[draws]
        whole = generator.integers(4, 9, m * r)
        estimate = share(generator.binomial(whole, chance), whole, draws=Drawn(draws))
        held += estimate.low <= 0.4 <= estimate.high
    assert held / 600 >= 0.93 - 3 * (0.93 * 0.07 / 600) ** 0.5


def test_draws_in_rows_do_not_count_as_independent() -> None:
    """Means of draws that share most of their values: the interval still covers, and ignorance is that of one draw."""
    generator = np.random.Generator(np.random.PCG64(33))
    rows, groups, r = 16, 6, 5
    held, ignorance = 0, []
    draws = Drawn(np.repeat(np.arange(rows * (groups + 2)), r), groups + 2)
    for _ in range(600):
        a, b = generator.random((2, rows, groups))
        x = np.stack(
            [
                np.concatenate([[a[i]], [np.where(np.arange(groups) == j, b[i], a[i]) for j in range(groups)], [b[i]]])
                for i in range(rows)
            ]
        )
        expectation = x.reshape(-1, groups) @ np.array([4.0, 2.0, 1.0, 0.0, 0.0, 0.0])
        parts = nested(np.repeat(expectation, r) + generator.normal(0, 2, len(draws)), draws)
        held += parts.low <= 3.5 <= parts.high
        ignorance.append(parts.ignorance)
    assert held / 600 >= 0.93 - 3 * (0.93 * 0.07 / 600) ** 0.5
    assert np.mean(ignorance) == pytest.approx(21 / 12, abs=4 * np.std(ignorance) / 600**0.5)


def test_swings_from_rows_are_those_of_the_groups_alone() -> None:
    """A line through each group's own changes: 0.8 of the coefficient, with intervals that cover, groups that do nothing not named."""
    problem = {"num_vars": 3, "names": NAMES, "bounds": [[0.0, 1.0]] * 3}
    x = sobol.sample(problem, 64, calc_second_order=False, seed=1)
    draws = Drawn(np.repeat(np.arange(len(x)), 5), 5)
    quantiles = {name: x[:, j] for j, name in enumerate(NAMES)}
    held = named = 0
    for seed in range(300):
        luck = np.random.Generator(np.random.PCG64(seed)).normal(0, 3, len(draws))
        found = {effect.group: effect for effect in effects(np.repeat(x @ [5.0, 1.0, 0.0], 5) + luck, draws, quantiles)}
        held += sum(
            found[name].swing_low <= 0.8 * slope <= found[name].swing_high
            for name, slope in zip(NAMES, (5.0, 1.0, 0.0), strict=True)
        )
        named += found["x3"].is_clear
        assert found["x1"].is_clear
    assert held / 900 >= 0.93 - 3 * (0.93 * 0.07 / 900) ** 0.5
    assert named / 300 <= 0.05
