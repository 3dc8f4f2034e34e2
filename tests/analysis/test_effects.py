"""Main effects: against a case by hand, a known linear case, and what the common luck takes out."""

from __future__ import annotations

import numpy as np
import pytest

from buckler.analysis.effects import Column, main_effects

A = Column("a", ("1", "2"), np.array([0.0, 0.0, 1.0, 1.0]))
B = Column("b", ("x", "y"), np.array([0.0, 1.0, 0.0, 1.0]))


def test_a_factorial_by_hand() -> None:
    # Means 1, 2, 5, 6: a adds (5 + 6 - 1 - 2)/2 = 4, b adds (2 + 6 - 1 - 5)/2 = 1, and nothing is left.
    scores = np.array([[0, 2], [1, 3], [4, 6], [5, 7]], float)
    found, explained = main_effects([A, B], scores, "threats", 10.0)
    assert [(effect.factor, effect.base, effect.level, effect.change.value) for effect in found] == [
        ("a", "1", "2", 4.0),
        ("b", "x", "y", 1.0),
    ]
    assert explained == pytest.approx(1.0)


def test_an_interaction_is_not_explained() -> None:
    scores = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], float)
    found, explained = main_effects([A, B], scores, "threats", 10.0)
    assert [effect.change.value for effect in found] == [0.0, 0.0]
    assert explained == pytest.approx(0.0)


def test_common_luck_leaves_the_interval_alone() -> None:
    """What all points share in a replication does not widen an effect."""
    generator = np.random.Generator(np.random.PCG64(1))
    own = generator.normal(0, 1, (4, 50)) + np.array([0, 0, 2, 2])[:, None]
    luck = generator.normal(0, 100, 50)
    alone, together = (main_effects([A, B], scores, "threats", 1e9)[0][0].change for scores in (own, own + luck))
    assert together.low == pytest.approx(alone.low, abs=1e-6)
    assert together.high == pytest.approx(alone.high, abs=1e-6)


def test_a_range_and_three_levels_in_an_unbalanced_design() -> None:
    generator = np.random.Generator(np.random.PCG64(2))
    place = generator.random(40)
    level = generator.integers(0, 3, 40).astype(float)
    truth = 3.0 * place + np.array([0.0, 1.0, -2.0])[level.astype(int)]
    scores = truth[:, None] + generator.normal(0, 1, (40, 100))
    columns = [Column("r", ("0", "1"), place, True), Column("l", ("p", "q", "s"), level)]
    found, explained = main_effects(columns, scores, "threats", 1e9)
    for effect, expected in zip(found, (3.0, 1.0, -2.0), strict=True):
        assert effect.change.low is not None
        assert effect.change.value == pytest.approx(expected, abs=4 * (effect.change.value - effect.change.low) / 1.98)
    assert explained is not None
    assert explained > 0.98


def test_intervals_cover() -> None:
    generator = np.random.Generator(np.random.PCG64(3))
    held = 0
    for _ in range(1000):
        scores = generator.normal(0, 1, (4, 30)) + np.array([0, 0, 0.5, 0.5])[:, None]
        change = main_effects([A, B], scores, "threats", 1e9)[0][0].change
        assert change.low is not None
        assert change.high is not None
        held += change.low <= 0.5 <= change.high
    assert held >= 930


def test_factors_that_the_points_cannot_tell_apart_are_left_out() -> None:
    twin = Column("twin", ("1", "2"), A.place)
    found, _ = main_effects([A, twin, B], np.array([[0, 2], [1, 3], [4, 6], [5, 7]], float), "threats", 10.0)
    assert [effect.factor for effect in found] == ["b"]


def test_no_effect_is_exactly_none() -> None:
    scores = np.full((4, 20), 3.0)
    found, explained = main_effects([A, B], scores, "threats", 10.0)
    assert [effect.change.value for effect in found] == [0.0, 0.0]
    assert explained is None
