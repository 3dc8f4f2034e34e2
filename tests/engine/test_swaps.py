"""A round of assignment improved by exchanges: never worth less than the greedy one, and what it is for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from runs import flown, layered, told, world_of
from scipy.optimize import linear_sum_assignment

from buckler.world.compile import World

Scenario = dict[str, Any]


def fight(assignment: str, kill: list[float], weights: list[list[float]], channels: list[int]) -> Scenario:
    """Batteries at one place under one post, and as many threats as `weights` has columns, all in reach from the first moment on;
    `weights[b][i]`: what battery b has threat i count."""
    data = layered((0.5,), 1)
    data["commands"][0]["assignment"] = assignment
    place = {"latitude_deg": 38.0, "longitude_deg": 34.0}
    count = len(weights[0])
    data["assets"] = [{"name": f"Asset {i}", **place} for i in range(count)]
    entry = data["raid"]["entries"][0] | {"count": 1, "origin": {"latitude_deg": 38.0, "longitude_deg": 33.75}}
    data["raid"]["entries"] = [entry | {"name": f"threat {i}", "target": f"Asset {i}"} for i in range(count)]
    battery, card = data["batteries"][0], data["systems"].pop()
    data["batteries"] = []
    for b, probability in enumerate(kill):
        own = {key: {**value, "nominal": probability} if key.startswith("kill_") else value for key, value in card["parameters"].items()}
        data["systems"].append({**card, "name": f"Round {b}", "title": f"Round {b}", "parameters": own})
        doctrine = {"assessment_time_s": 80_000, "asset_weights": {f"Asset {i}": weights[b][i] for i in range(count)}}
        data["batteries"].append(
            battery | {
                "name": f"Battery {b}", "weapons": [{"system": f"Round {b}", "rounds_ready": 20}], "doctrine": doctrine,
                "fire_channels": channels[b],
            }
        )  # fmt: skip
    return data


def returns(world: World, kill: list[float], now_s: float) -> NDArray[np.float64]:
    """The marginal return of every battery at every threat."""
    urgency = 1.0 + (world.arrays.threats["end_s"] - now_s) / 60.0
    return np.array(kill)[:, None] * world.arrays.pairs["worth"] / urgency[None, :]


def first_round(data: Scenario, kill: list[float]) -> tuple[float, list[tuple[str, str]], NDArray[np.float64]]:
    """What the first round of assignment is worth, who was given what, and what each pair would have been worth."""
    world = world_of(data)
    story = told(world, next(flown(world, 1)))
    begin_s = min(e.time_s for e in story if e.kind == "assign")
    pairs = [(e.subject.split(":")[0], e.object) for e in story if e.kind == "assign" and e.time_s == begin_s]
    worth = returns(world, kill, begin_s)
    return sum(worth[int(b[-1]), int(i[-1])] for b, i in pairs), pairs, worth


def test_the_case_that_greedy_gets_wrong() -> None:
    """Battery 1 may shoot at threat 0 alone; greedy takes that threat with battery 0, which alone could have met threat 1."""
    kill, weights = [0.9, 0.8], [[1.0, 0.95], [1.0, 0.0]]
    assert first_round(fight("greedy", kill, weights, [1, 1]), kill)[1] == [("Battery 0", "threat 0")]
    value, pairs, worth = first_round(fight("swap", kill, weights, [1, 1]), kill)
    assert sorted(pairs) == [("Battery 0", "threat 1"), ("Battery 1", "threat 0")]
    assert value == pytest.approx(worth[0, 1] + worth[1, 0])


shares = st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    weights=st.lists(st.lists(shares, min_size=4, max_size=4), min_size=3, max_size=3).filter(
        lambda rows: all(any(row) for row in rows)
    ),
    kill=st.lists(st.sampled_from([0.3, 0.5, 0.7, 0.9]), min_size=3, max_size=3),
    channels=st.lists(st.integers(1, 2), min_size=3, max_size=3),
)
def test_exchanges_never_lower_a_round_and_never_beat_the_optimum(
    weights: list[list[float]], kill: list[float], channels: list[int]
) -> None:
    """The optimum: each channel a row of its own in a linear assignment (scipy)."""
    greedy, _, worth = first_round(fight("greedy", kill, weights, channels), kill)
    swapped, pairs, _ = first_round(fight("swap", kill, weights, channels), kill)
    each = np.repeat(worth, channels, axis=0)
    rows, columns = linear_sum_assignment(each, maximize=True)
    best = each[rows, columns].sum()
    assert greedy <= swapped * (1 + 1e-9) <= best * (1 + 2e-9)
    assert len({threat for _, threat in pairs}) == len(pairs)
    for b, most in enumerate(channels):
        assert sum(battery == f"Battery {b}" for battery, _ in pairs) <= most
