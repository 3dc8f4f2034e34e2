"""Weapon assignment against enumeration, den Broeder's theorem, and the proven optima of published instances."""

from __future__ import annotations

from itertools import combinations_with_replacement, permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import shared

from buckler.decision.assignment import METHODS, assign, linear_assignment, surviving_value
from buckler.errors import InputError

COMPILED = pytest.mark.skipif(
    __import__("numba").config.DISABLE_JIT, reason="interpreted, 50 weapons against 100 threats take minutes"
)


def read_instance(path: Path) -> tuple[np.ndarray, np.ndarray, int]:
    words = path.read_text().split()
    weapons, threats, rounds = (int(word) for word in words[:3])
    kill = np.zeros((weapons, threats))
    rest = words[3 + threats :]
    for weapon, threat, probability in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        kill[int(weapon), int(threat)] = float(probability)
    return np.array(words[3 : 3 + threats], dtype=float), kill, rounds


def enumerate_least(values: np.ndarray, kill: np.ndarray, rounds: int) -> float:
    """The least surviving value, by trying every assignment (every round fired: a round never harms)."""
    threats = values.size
    options = list(combinations_with_replacement(range(threats), rounds))
    best = np.inf
    for choice in product(options, repeat=kill.shape[0]):
        left = values.copy()
        for weapon, targets in enumerate(choice):
            for threat in targets:
                left[threat] *= 1.0 - kill[weapon, threat]
        best = min(best, left.sum())
    return best


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000), weapons=st.integers(1, 3), threats=st.integers(1, 4), rounds=st.integers(0, 2),
    certain=st.booleans(),
)  # fmt: skip
def test_exact_is_the_least_of_all_assignments_and_each_method_no_worse_than_the_one_before(
    seed: int, weapons: int, threats: int, rounds: int, certain: bool
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.0, 100.0, threats)
    kill = rng.uniform(0.0, 1.0, (weapons, threats)) * (rng.random((weapons, threats)) < 0.8)
    if certain:
        kill[0, 0] = 1.0
    least = enumerate_least(values, kill, rounds)
    greedy, swap, exact = (assign(values, kill, rounds, method) for method in METHODS)
    assert exact.surviving_value == pytest.approx(least, rel=1e-9, abs=1e-12)
    assert exact.lower_bound <= least * (1 + 1e-9) + 1e-12
    assert exact.surviving_value <= swap.surviving_value <= greedy.surviving_value * (1 + 1e-12)
    for result in (greedy, swap, exact):
        assert (result.rounds.sum(axis=1) <= rounds).all()
        assert result.lower_bound <= least * (1 + 1e-9) + 1e-12
        assert result.surviving_value == pytest.approx(surviving_value(values, kill, result.rounds))


def test_greedy_is_optimal_for_identical_weapons() -> None:
    # den Broeder, Ellison and Emerling (1959); values 10, 6, 3 with p = 0.5, 0.7, 0.9 and 5 weapons leave 3.34, by
    # hand: 10/2/2/2 = 1.25, 6 x 0.3 = 1.8, 3 x 0.1 = 0.3 would be 3.35; two, two and one leave 2.5 + 0.54 + 0.3 =
    # 3.34.
    result = assign([10, 6, 3], np.tile([0.5, 0.7, 0.9], (5, 1)), 1, "greedy")
    assert result.surviving_value == pytest.approx(3.34, abs=1e-12)
    assert result.rounds.sum(axis=0).tolist() == [2, 2, 1]


def test_rounds_differ_by_weapon_and_a_pair_that_cannot_engage_is_not_used() -> None:
    result = assign([1.0, 1.0], [[0.5, 0.0], [0.5, 0.5]], [3, 0], "exact")
    assert result.rounds.tolist() == [[3, 0], [0, 0]]
    assert result.surviving_value == pytest.approx(1.125)


def test_ties_go_to_the_first_weapon_and_the_first_threat() -> None:
    assert assign([1.0, 1.0], [[0.5, 0.5]], 1, "greedy").rounds.tolist() == [[1, 0]]


def test_a_ring_of_three_is_found_where_no_exchange_of_two_helps() -> None:
    # Each weapon is right for the next threat; greedy's first pick (0.62 on 100) starts it off wrongly.
    values = [100.0, 99.0, 98.0]
    kill = [[0.62, 0.60, 0.1], [0.1, 0.62, 0.60], [0.60, 0.1, 0.615]]
    swap, exact = assign(values, kill, 1, "swap"), assign(values, kill, 1, "exact")
    assert swap.surviving_value == pytest.approx(exact.surviving_value)


@COMPILED
@pytest.mark.parametrize(
    ("instance", "optimum", "within"), [("x1", 1734.302278, 0.035), ("x2", 123.838458, 0.2), ("x3", 20.590016, 0.2)]
)
def test_published_instances(instance: str, optimum: float, within: float) -> None:
    # Optima: Andersen, Pavlikov and Toffolo, Annals of Operations Research (2022), github tuliotoffolo/wta
    # logs/results.csv, branch-and-adjust. (Its other method, "probchain", prints 123.838406 and 20.589861 for x2 and
    # x3: values of a discretised survival, below what any assignment leaves.)
    values, kill, rounds = read_instance(shared(f"validation/data/wta/wta_50x100{instance}.txt"))
    greedy, swap, exact = (assign(values, kill, rounds, method) for method in METHODS)
    assert exact.surviving_value == pytest.approx(optimum, abs=1e-6)
    assert exact.gap < 1e-9
    assert swap.surviving_value <= optimum * (1 + within)
    assert greedy.surviving_value >= swap.surviving_value >= exact.surviving_value * (1 - 1e-12)


def test_the_time_limit_leaves_an_assignment_and_a_bound_that_hold() -> None:
    rng = np.random.default_rng(5)
    values, kill = rng.uniform(1, 100, 12), rng.uniform(0.3, 0.9, (6, 12))
    hurried = assign(values, kill, 1, "exact", time_limit_s=1e-9)
    proven = assign(values, kill, 1, "exact")
    assert hurried.lower_bound <= proven.surviving_value <= hurried.surviving_value
    assert 0.0 < hurried.gap < 1.0


@pytest.mark.parametrize(
    ("values", "kill", "rounds", "says"),
    [
        ([1.0, -1.0], [[0.5, 0.5]], 1, "values[1]"),
        ([1.0, float("nan")], [[0.5, 0.5]], 1, "values[1]"),
        ([1.0], [[1.5]], 1, "kill_probability[0, 0]"),
        ([1.0], [[0.5, 0.5]], 1, "shape"),
        ([[1.0]], [[0.5]], 1, "one value for each threat"),
        ([1.0], [[0.5]], 1.5, "whole"),
        ([1.0], [[0.5]], [1, 2], "rounds_per_weapon"),
        ([1.0], [["x"]], 1, "numbers"),
    ],
)
def test_wrong_input_is_said(values: object, kill: object, rounds: object, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("[", r"\[").replace("]", r"\]")):
        assign(values, kill, rounds)  # type: ignore[arg-type]


def test_unknown_method_names_the_nearest() -> None:
    with pytest.raises(InputError, match="'swap'"):
        assign([1.0], [[0.5]], 1, "swop")  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_nothing_to_assign(method: str) -> None:
    assert assign([], np.zeros((2, 0)), 1, method).surviving_value == 0.0  # type: ignore[arg-type]
    assert assign([3.0], np.zeros((0, 1)), 1, method).surviving_value == 3.0  # type: ignore[arg-type]
    assert assign([3.0], [[0.5]], 0, method).surviving_value == 3.0  # type: ignore[arg-type]
    assert assign([3.0], [[0.0]], 2, method).rounds.sum() == 0  # type: ignore[arg-type]


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 4), columns=st.integers(1, 4))
def test_linear_assignment_is_the_least_of_all_pairings(seed: int, rows: int, columns: int) -> None:
    cost = np.random.default_rng(seed).uniform(-5.0, 5.0, (rows, columns))
    pair, total = linear_assignment(cost)
    wide = cost if rows <= columns else cost.T
    least = min(
        sum(wide[i, j] for i, j in enumerate(order)) for order in permutations(range(wide.shape[1]), wide.shape[0])
    )
    assert total == pytest.approx(least)
    assert sorted(pair[pair >= 0].tolist()) == sorted(set(pair[pair >= 0].tolist()))
    assert sum(cost[i, j] for i, j in enumerate(pair) if j >= 0) == pytest.approx(total)


def test_published_linear_assignment() -> None:
    # Beasley, OR-Library, assignopt.txt: 305.
    words = shared("validation/data/orlib/assign100.txt").read_text().split()
    assert linear_assignment(np.array(words[1:], dtype=float).reshape(100, 100))[1] == 305


def test_linear_assignment_refuses_what_is_no_table_of_numbers() -> None:
    for wrong in ([1.0, 2.0], [[np.nan]], [["x"]]):
        with pytest.raises(InputError):
            linear_assignment(wrong)
