"""What independent layers, salvos and magazines must come to, whatever the engine does inside."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from runs import flown, layered, told, world_of
from scipy import stats

from buckler.log.schema import Kind

REPLICATIONS = 10_000
CONFIDENCE = 0.99


def test_leakers_through_independent_layers_are_binomial() -> None:
    """Detection certain, one shot a layer: leakers follow Binomial(n, (1 - p1)(1 - p2)(1 - p3)), by chi-square at 99 %."""
    threats, layers = 5, (0.3, 0.5, 0.4)
    through = float(np.prod([1.0 - p for p in layers]))
    world = world_of(layered(layers, threats))
    leakers = [np.count_nonzero(events["kind"] == Kind.IMPACT) for events in flown(world, REPLICATIONS)]
    assert len(leakers) == REPLICATIONS
    counts = np.bincount(leakers, minlength=threats + 1)
    expected = REPLICATIONS * stats.binom.pmf(np.arange(threats + 1), threats, through)
    rare = expected < 5  # the cells of a chi-square test hold at least five: the rare ones are taken together
    assert np.array_equal(rare, [False] * threats + [True])
    counts[-2] += counts[-1]
    expected[-2] += expected[-1]
    assert stats.chisquare(counts[:-1], expected[:-1]).pvalue > 1.0 - CONFIDENCE
    low, high = stats.binomtest(sum(leakers), threats * REPLICATIONS).proportion_ci(CONFIDENCE)
    assert low <= through <= high


def test_each_layer_fires_once_at_each_threat_that_the_layers_before_left() -> None:
    world = world_of(layered((0.5, 0.5), 3))
    for events in flown(world, 50):
        story = told(world, events)
        for threat in ("cruise-1", "cruise-2", "cruise-3"):
            shots = [event.subject for event in story if event.kind == "fire" and event.object == threat]
            assert shots in (["Layer 1:Round 1", "Layer 2:Round 2"], ["Layer 1:Round 1"])
            ends = [
                event.kind
                for event in story
                if threat in (event.subject, event.object) and event.kind in ("kill", "impact")
            ]
            assert len(ends) == 1


def test_a_salvo_of_two_independent_shots_at_0_8_kills_0_96() -> None:
    threats = 4
    world = world_of(layered((0.8,), threats, doctrine={"salvo": 2, "assessment_time_s": 80_000}))
    killed = fired = 0
    for events in flown(world, REPLICATIONS // threats):
        killed += np.count_nonzero(events["kind"] == Kind.KILL)
        fired += np.count_nonzero(events["kind"] == Kind.FIRE)
    assert fired == 2 * REPLICATIONS
    low, high = stats.binomtest(killed, REPLICATIONS).proportion_ci(CONFIDENCE)
    assert low <= 1.0 - (1.0 - 0.8) ** 2 <= high


@pytest.mark.parametrize("reload_s", [60.0, 86_000.0], ids=["a reload in time", "no reload in time"])
def test_eight_ready_rounds_at_two_a_target_leave_nothing_for_the_fifth_before_the_reload(reload_s: float) -> None:
    weapon = {"system": "Round 1", "rounds_ready": 8, "rounds_stored": 8, "reload_time_s": reload_s}
    world = world_of(layered((1.0,), 5, weapons=[weapon], doctrine={"salvo": 2}))
    for events in flown(world, 20):
        story = told(world, events)
        reloads = [event.time_s for event in story if event.kind == "reload"]
        before = [event for event in story if event.kind == "fire" and event.time_s < min(reloads, default=np.inf)]
        assert len(before) == 8
        assert len({event.object for event in before}) == 4
        leakers = [event for event in story if event.kind == "impact"]
        if reload_s < 100.0:
            after = [event for event in story if event.kind == "fire" and event.time_s >= reloads[0]]
            assert len(after) == 2
            assert len({event.object for event in after}) == 1
            assert not leakers
        else:
            assert not reloads
            assert [event.reason for event in leakers] == ["no missile"]
            assert leakers[0].subject not in {event.object for event in before}


def test_an_odd_round_does_not_keep_the_launchers_from_being_reloaded() -> None:
    """Three rounds at two a target: one is left, too few for the second target, and the store is used all the same."""
    weapon = {"system": "Round 1", "rounds_ready": 3, "rounds_stored": 3, "reload_time_s": 40}
    world = world_of(layered((1.0,), 2, weapons=[weapon], doctrine={"salvo": 2}))
    for events in flown(world, 20):
        story = told(world, events)
        assert sum(event.kind == "fire" for event in story) == 4
        assert not [event for event in story if event.kind == "impact"]


def test_shoot_look_shoot_goes_on_until_the_target_is_dead_or_through() -> None:
    data = layered((0.5,), 1)
    data["batteries"][0]["doctrine"] = {"assessment_time_s": 1}
    world = world_of(data)
    for events in flown(world, 200):
        story = told(world, events)
        shots = [event for event in story if event.kind == "fire"]
        ends = [event for event in story if event.kind in ("kill", "miss")]
        assert len(shots) == len(ends)
        for end, shot in zip(ends, shots[1:], strict=False):
            assert end.kind == "miss"
            assert shot.time_s >= end.time_s + 1.0  # assessed first
        assert (ends[-1].kind == "kill") == (not [event for event in story if event.kind == "impact"])


def test_one_channel_engages_one_target_at_a_time() -> None:
    data = layered((1.0,), 4, fire_channels=1)
    data["batteries"][0]["doctrine"] = {"assessment_time_s": 3}
    world = world_of(data)
    for events in flown(world, 20):
        busy = 0
        for event in told(world, events):
            busy += (event.kind == "assign") - (event.kind == "assess")
            assert busy <= 1
        assert busy == 0


def test_the_better_return_is_shot_at_first() -> None:
    """Two targets at one distance, one round: it goes to the one that flies at the more valuable asset."""
    data = layered((1.0,), 1, weapons=[{"system": "Round 1", "rounds_ready": 1}])
    data["assets"] = [
        {"name": "Depot", "latitude_deg": 38.0, "longitude_deg": 34.0, "value": 1},
        {"name": "Palace", "latitude_deg": 38.0, "longitude_deg": 34.0, "value": 5},
    ]
    data["raid"]["entries"] = [
        {**copy.deepcopy(data["raid"]["entries"][0]), "name": name, "target": target}
        for name, target in (("first", "Depot"), ("second", "Palace"))
    ]
    world = world_of(data)
    for events in flown(world, 20):
        assert [event.object for event in told(world, events) if event.kind == "fire"] == ["second"]
