"""Estimates: what a figure carries, and paired differences."""

from __future__ import annotations

import json

import numpy as np
import pytest

from buckler.analysis.estimates import Estimate, given, mean, paired_difference, proportion, share, unobserved
from buckler.analysis.intervals import mean_interval


def test_a_figure_carries_value_interval_n_method_and_unit():
    figure = proportion(np.array([True, False, True, True])).as_dict()
    assert list(figure) == ["value", "low", "high", "n", "method", "unit"]
    assert figure["value"] == 0.75
    assert figure["n"] == 4
    assert figure["low"] < 0.75 < figure["high"]


def test_unbounded_ends_and_missing_figures_are_null_in_json():
    assert mean(np.array([3.0, 3.0]), "s").as_dict()["high"] is None
    assert unobserved("s").as_dict() == {
        "value": None, "low": None, "high": None, "n": 0, "method": "not observed", "unit": "s",
    }  # fmt: skip
    assert mean(np.empty(0), "s") == unobserved("s")
    assert share(np.zeros(4), np.zeros(4)) == unobserved("share")
    json.dumps(given(3, "threats", 5).as_dict(), allow_nan=False)


def test_written_numbers_have_no_noise_of_the_last_bits():
    assert Estimate(0.1 + 0.2, -0.0, 1 / 3, 9, "", "").as_dict() == {
        "value": 0.3, "low": 0.0, "high": 0.333333333, "n": 9, "method": "", "unit": "",
    }  # fmt: skip


def test_a_run_against_itself_differs_by_exactly_nothing():
    counts = np.random.default_rng(1).poisson(3, 40)
    figure = paired_difference(counts, counts.copy(), "threats", -9, 9, same=True)
    assert (figure.value, figure.low, figure.high) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="one simulation gave two outcomes"):
        paired_difference(counts, counts + 1, "threats", same=True)


def test_no_difference_seen_between_two_simulations_is_not_no_difference():
    counts = np.full(40, 3)
    figure = paired_difference(counts, counts.copy(), "threats", -9, 9)
    assert figure.value == 0
    assert figure.low < 0 < figure.high


def test_pairing_removes_the_luck_that_both_share():
    generator = np.random.default_rng(2)
    luck = generator.poisson(8, 200)
    first, second = luck + (generator.random(200) < 0.5), luck
    paired = paired_difference(first, second, "threats", -99, 99)
    apart = mean_interval(first.astype(float))
    assert paired.value == pytest.approx(np.mean(first) - np.mean(second))
    assert paired.high - paired.low < (apart.high - apart.low) / 3


def test_flags_are_compared_as_proportions():
    first, second = np.array([True] * 14 + [True] * 5 + [False] * 22), np.array([True] * 14 + [False] * 27)
    figure = paired_difference(first, second, "probability")
    assert figure.method == "Newcombe paired"
    assert figure.value == pytest.approx(5 / 41)


def test_other_replications_on_one_side_are_refused():
    with pytest.raises(ValueError, match="same replications"):
        paired_difference(np.zeros(3), np.zeros(4), "threats")
