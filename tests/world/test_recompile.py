"""A World compiled again with other values of its cards: the same as compiled anew, with nothing flown that did not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from runs import layered, loaded, world_of

from buckler.campaign.uncertainty import Ensemble
from buckler.scenario.load import Loaded, load_scenario
from buckler.world import pairs, threats, weapons
from buckler.world.compile import World, compile_world


def changed(world: World, system: str, parameter: str, nominal: float) -> Loaded:
    card = world.loaded.card(system)
    update = {parameter: card[parameter].model_copy(update={"nominal": nominal})}
    cards = {**world.loaded.cards, system: card.model_copy(update={"parameters": {**card.parameters, **update}})}
    return replace(world.loaded, cards=cards)


def assert_same(one: World, two: World) -> None:
    assert one.content_hash() == two.content_hash()


def test_a_sampled_draw_flies_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = compile_world(load_scenario("turkey-2019"))
    sampled = Ensemble(world, 3).sampled(7)
    fresh = compile_world(sampled)

    def refuse(*_: object) -> None:
        raise AssertionError("flown again")

    for module, name in ((threats, "fly"), (weapons, "flyout_table"), (pairs, "first_intercept")):
        monkeypatch.setattr(module, name, refuse)
    again = compile_world(sampled, reuse=world)
    assert_same(again, fresh)
    assert again.arrays.path_m is world.arrays.path_m
    assert again.arrays.windows_s is world.arrays.windows_s
    assert again.content_hash() != world.content_hash()


@pytest.mark.parametrize(
    ("system", "parameter", "value", "kept"),
    [
        ("Test cruise missile", "speed", 280.0, ""),
        ("Test cruise missile", "cruise_height", 500.0, ""),
        ("Test cruise missile", "rcs_s", 0.3, "windows_s"),
        ("Test cruise missile", "lethal_radius", 30.0, "windows_s"),
        ("Test radar", "min_elevation", 2.0, "path_m"),
        ("Test radar", "detection_range", 5_000.0, "windows_s"),
        ("Round 1", "kill_probability_cruise", 0.0, "windows_s"),
        ("Round 1", "burn_time", 9.0, "windows_s"),
    ],
)
def test_what_follows_from_a_changed_value_is_made_anew(system: str, parameter: str, value: float, kept: str) -> None:
    world = world_of(layered((0.5,), 2))
    other = changed(world, system, parameter, value)
    again = compile_world(other, reuse=world)
    assert_same(again, compile_world(other))
    assert again.content_hash() != world.content_hash()
    if kept:
        assert getattr(again.arrays, kept) is getattr(world.arrays, kept)


def test_another_wind_is_another_path() -> None:
    data = layered((0.5,), 1)
    world = world_of(data)
    data["environment"]["wind"] = {"layers": [{"height_m": 0, "speed_mps": 10, "from_deg": 90}]}
    again = compile_world(loaded(data), reuse=world)
    assert_same(again, world_of(data))
    assert not np.array_equal(again.arrays.threats["end_s"], world.arrays.threats["end_s"])


def test_traffic_behind_the_raid_is_there_once() -> None:
    data = layered((0.5,), 1)
    way = [{"latitude_deg": 38.3, "longitude_deg": 33.0}, {"latitude_deg": 38.3, "longitude_deg": 34.5}]
    data["traffic"] = {"entries": [{"name": "airliner", "waypoints": way}]}
    world = world_of(data)
    other = changed(world, "Test cruise missile", "rcs_s", 0.3)
    again = compile_world(other, reuse=world)
    assert_same(again, compile_world(other))
    assert_same(compile_world(other, reuse=again), again)
