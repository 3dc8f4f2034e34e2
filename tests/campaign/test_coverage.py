"""The coverage of the intervals, by a thousand small campaigns of the engine against a case whose answer is known.

Two autonomous layers give one shot each to each of two cruise missiles that nothing can miss seeing. With shots that kill with probability
p, one missile gets through both with (1 - p)^2, and nothing gets through with (1 - (1 - p)^2)^2: solved for p, any true value.
The exact coverage of the formulas, value by value, is computed in tests/analysis/test_intervals.py; here luck, engine and looks are in it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from math import sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from runs import assumed, layered, loaded, radar_card

from buckler.analysis.estimates import proportion
from buckler.analysis.outcomes import Outcomes
from buckler.analysis.stopping import half_width, looks, measure
from buckler.campaign.run import BLOCK, run_campaign
from buckler.dtypes import WorldArrays
from buckler.engine.fly import Flyer
from buckler.log.schema import Kind
from buckler.world.compile import World, compile_world

TRUTHS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
CAMPAIGNS = 72
"""Of each true value: a thousand in all."""
FIRST, BUDGET = 200, 1600
HALF_WIDTH = 0.045


@pytest.fixture(scope="module")
def world() -> World:
    data = layered((0.5, 0.5), 2)
    data["systems"][0] = radar_card(scan_period=assumed(10, "s"))
    return compile_world(loaded(data))


def _at(world: World, truth: float) -> WorldArrays:
    """The World with the single-shot kill probability that gives the true value."""
    weapons = world.arrays.weapons.copy()
    weapons["kill_probability"] = 1 - sqrt(1 - sqrt(truth))
    return world.arrays.replace(weapons=weapons)


class Sample(NamedTuple):
    """A true value, whether nothing got through in its campaigns up to the first look, and what flies more."""

    truth: float
    held: NDArray[np.bool_]  # [campaign, replication]
    flyer: Flyer
    seeds: range


def _flown(flyer: Flyer, seed: int, first: int, until: int) -> NDArray[np.bool_]:
    return np.array([not (events["kind"] == Kind.IMPACT).any() for _, events in flyer.block(seed, first, until - first)])


@pytest.fixture(scope="module")
def samples(world: World) -> list[Sample]:
    found = []
    for k, truth in enumerate(TRUTHS):
        flyer = Flyer(_at(world, truth))
        seeds = range(1000 * k, 1000 * k + CAMPAIGNS)
        found.append(Sample(truth, np.array([_flown(flyer, seed, 0, FIRST) for seed in seeds]), flyer, seeds))
    return found


def _enough(covered: dict[float, int]) -> None:
    """At least 93 % of all; of no single value so few that 93 % would hardly ever give them."""
    assert sum(covered.values()) >= 0.93 * CAMPAIGNS * len(TRUTHS), covered
    spread = sqrt(CAMPAIGNS * 0.93 * 0.07)
    assert min(covered.values()) >= 0.93 * CAMPAIGNS - 3.5 * spread, covered


def test_the_answer_is_known(samples: list[Sample]) -> None:
    """The engine's frequencies over all campaigns are those of the closed form."""
    for truth, held, _, _ in samples:
        assert abs(held.mean() - truth) < 4.0 * sqrt(truth * (1 - truth) / held.size), truth


def test_intervals_as_the_summary_has_them(samples: list[Sample]) -> None:
    covered = dict.fromkeys(TRUTHS, 0)
    for truth, held, _, _ in samples:
        for flags in held:
            estimate = proportion(flags)
            covered[truth] += cast(float, estimate.low) <= truth <= cast(float, estimate.high)
    _enough(covered)


def test_intervals_under_until(samples: list[Sample]) -> None:
    covered, stopped = dict.fromkeys(TRUTHS, 0), set()
    for truth, held, flyer, seeds in samples:
        for seed, flags in zip(seeds, held, strict=True):
            for n in looks(BUDGET, BLOCK):
                if n > len(flags):
                    flags = np.concatenate([flags, _flown(flyer, seed, len(flags), n)])
                estimate = measure(cast(Outcomes, SimpleNamespace(nothing_leaked=flags)), "p_none_leak")
                if half_width(estimate) <= HALF_WIDTH:
                    break
            stopped.add(len(flags))
            covered[truth] += cast(float, estimate.low) <= truth <= cast(float, estimate.high)
    assert len(stopped) >= 2, stopped
    _enough(covered)


def test_one_of_them_as_a_whole_run(world: World, samples: list[Sample], tmp_path: Path) -> None:
    """The same flags, the same interval, by the whole path to summary.json."""
    k = TRUTHS.index(0.8)
    here = replace(world, arrays=_at(world, 0.8))
    run_campaign(here, tmp_path / "run", replications=FIRST, seed=samples[k].seeds[0], workers=1, catalog_hash="")
    summary: dict[str, Any] = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["nothing_leaks"] == proportion(samples[k].held[0]).as_dict()
