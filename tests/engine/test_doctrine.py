"""Doctrine as data: each rule seen in what a battery does, and in what it leaves."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import Event, assumed, flown, ideal_post, layered, missile_card, told, world_of

from buckler.dtypes import RULE
from buckler.engine.rules import within
from buckler.scenario.polygons import inside, overlap

BOX = [(37.5, 33.75), (37.5, 33.95), (38.5, 33.95), (38.5, 33.75)]
"""The east of the raid's way, about the asset's side of the battery at 33.9 E."""


def zone(name: str = "East", corners: Any = BOX) -> dict[str, Any]:
    return {"name": name, "corners": [{"latitude_deg": lat, "longitude_deg": lon} for lat, lon in corners]}


def stories(data: dict[str, Any], replications: int = 5) -> list[list[Event]]:
    world = world_of(data)
    return [told(world, events) for events in flown(world, replications)]


def one_battery(kill_probability: float = 0.5, threats: int = 1, **doctrine: Any) -> dict[str, Any]:
    data = layered((kill_probability,), threats)
    data["batteries"][0]["doctrine"] = {"assessment_time_s": 1, **doctrine}
    return data


def shots(story: list[Event], threat: str = "cruise") -> list[Event]:
    return [event for event in story if event.kind == "fire" and event.object == threat]


@pytest.mark.parametrize(
    ("doctrine", "first", "then"),
    [
        ({"policy": "shoot-look-shoot"}, 1, 1),
        ({"policy": "shoot-shoot-look"}, 2, 2),
        ({"salvo": 2, "salvo_after_look": 3}, 2, 3),
        ({"salvo": 1, "salvo_by_class": {"cruise": 3}}, 3, 3),
    ],
)
def test_rounds_before_and_after_a_look(doctrine: dict[str, Any], first: int, then: int) -> None:
    for story in stories(one_battery(0.1, **doctrine)):
        salvos: list[int] = []
        for event in story:
            if event.kind == "assign":
                salvos.append(0)
            salvos[-1:] = [salvos[-1] + 1] if event.kind == "fire" else salvos[-1:]
        assert salvos[0] == first
        whole = salvos[1:-1]  # the last may meet a dead target, or run out of time
        assert all(count == then for count in whole)
        assert len(whole) > 0 or any(event.kind == "kill" for event in story)


def test_shoot_once_engages_a_target_once() -> None:
    for story in stories(one_battery(0.01, policy="shoot-once", salvo=2), 20):
        assert sum(event.kind == "assign" for event in story) == 1
        assert len(shots(story)) == 2


def test_the_lower_tier_waits_for_the_upper_and_takes_what_it_leaves() -> None:
    """Two batteries beside each other under one post: the second takes a target only after the first has had it."""
    data = layered((0.5, 0.5), 2)
    data["commands"] = [ideal_post("Post")]
    data["sensors"] = [{**data["sensors"][1], "name": "Radar", "command": "Post"}]
    for battery in data["batteries"]:
        battery |= {"command": "Post", "fire_control": ["Radar"], "longitude_deg": 33.9}
        battery["doctrine"] = {"policy": "shoot-once", "assessment_time_s": 1}
    data["batteries"][1]["doctrine"]["yields_to"] = ["Layer 1"]
    handed = 0
    for story in stories(data, 30):
        for threat in ("cruise-1", "cruise-2"):
            order = [event.subject for event in shots(story, threat)]
            assert order in (["Layer 1:Round 1"], ["Layer 1:Round 1", "Layer 2:Round 2"])
            handed += len(order) == 2
            if len(order) == 2:
                assessed = next(e for e in story if e.kind == "assess" and e.object == threat and e.subject == "Layer 1:Round 1")
                assert shots(story, threat)[1].time_s >= assessed.time_s
    assert handed > 10


def test_the_lower_tier_waits_no_longer_than_it_is_told() -> None:
    data = layered((1.0, 1.0), 1)
    data["commands"] = [ideal_post("Post")]
    data["sensors"] = [{**data["sensors"][1], "name": "Radar", "command": "Post"}]
    for battery in data["batteries"]:
        battery |= {"command": "Post", "fire_control": ["Radar"], "longitude_deg": 33.9}
    # The first is there, but its rounds are kept for what does not come; so it never has its turn.
    data["batteries"][0]["doctrine"] = {"weapon_control": "tight", "minimum_kill_probability": 1.0, "zone": "East"}
    data["zones"] = [zone(corners=[(36.0, 33.7), (36.0, 34.1), (37.9, 34.1), (37.9, 33.7)])]
    data["batteries"][1]["doctrine"] = {"yields_to": ["Layer 1"], "yields_until_s": 80}
    for story in stories(data):
        ends_s = next(event.time_s for event in story if event.kind == "appear") + world_of(data).arrays.threats["end_s"][0]
        fired = shots(story)
        assert [event.subject for event in fired] == ["Layer 2:Round 2"]
        assert ends_s - 80.0 <= fired[0].time_s <= ends_s - 77.0  # a decision period and the reaction time later


def test_a_reserve_is_kept_for_its_class_and_until_its_time() -> None:
    data = one_battery(0.01)
    data["batteries"][0]["weapons"] = [{"system": "Round 1", "rounds_ready": 6, "reserve_rounds": 4, "reserve_for": ["ballistic"]}]
    for story in stories(data):
        assert len(shots(story)) == 2
        assert [event.reason for event in story if event.kind == "impact"] in (["missed"], [])
    data["batteries"][0]["weapons"][0]["reserve_for"].append("cruise")
    assert all(len(shots(story)) > 2 for story in stories(data))
    data["batteries"][0]["weapons"][0] = {"system": "Round 1", "rounds_ready": 6, "reserve_rounds": 6, "reserve_until_s": 230}
    for story in stories(data):
        assert shots(story)
        assert min(event.time_s for event in shots(story)) >= 230.0


def test_a_reserve_is_kept_in_the_store_first() -> None:
    data = one_battery(0.01)
    data["batteries"][0]["weapons"] = [
        {"system": "Round 1", "rounds_ready": 2, "rounds_stored": 3, "reserve_rounds": 3, "reload_time_s": 5}
    ]
    assert all(len(shots(story)) == 2 for story in stories(data))


def test_rounds_that_arrive_are_fired() -> None:
    data = one_battery(0.01)
    data["batteries"][0]["weapons"] = [
        {"system": "Round 1", "rounds_ready": 1, "reload_time_s": 5, "resupply": [{"time_s": 240, "rounds": 2}]}
    ]  # fmt: skip
    for story in stories(data):
        supply = next(event for event in story if event.kind == "supply")
        assert (supply.time_s, supply.subject, supply.value) == (240.0, "Layer 1:Round 1", 2.0)
        later = [event for event in shots(story) if event.time_s > 245.0]
        assert len(later) == 2 or any(event.kind == "kill" for event in story)
        assert len(shots(story)) <= 3


def test_no_intercept_outside_the_zone() -> None:
    data = one_battery(0.3, threats=3, zone="East")
    data["zones"] = [zone()]
    world = world_of(data)
    met = 0
    for events in flown(world, 10):
        arrived = events[np.isin(events["kind"], (8, 9))]
        assert np.all(arrived["lon_deg"] >= 33.7499)
        met += len(arrived)
        free = [event for event in told(world, events) if event.kind == "fire"]
        assert free
    assert met > 0
    wide = world_of(one_battery(0.3, threats=3))
    assert any(np.any(events["lon_deg"][np.isin(events["kind"], (8, 9))] < 33.74) for events in flown(wide, 3))


def test_a_zone_that_the_raid_does_not_cross_holds_the_battery_by_rules() -> None:
    data = one_battery(zone="East")
    data["zones"] = [zone(corners=[(37.8, 33.8), (37.8, 33.95), (37.9, 33.95), (37.9, 33.8)])]
    for story in stories(data):
        assert not shots(story)
        assert [event.reason for event in story if event.kind == "impact"] == ["held by rules"]


def test_an_order_holds_fire_in_its_zone_and_its_time() -> None:
    data = one_battery(0.01)
    data["zones"] = [zone("West", [(37.0, 30.0), (37.0, 33.8), (39.0, 33.8), (39.0, 30.0)])]
    data["control_orders"] = [{"name": "Quiet", "status": "hold", "nodes": ["Post 1"], "zone": "West", "until_s": 1000}]
    world = world_of(data)
    for events in flown(world, 5):
        assert np.all(events["lon_deg"][np.isin(events["kind"], (8, 9))] >= 33.7999)
        assert [event for event in told(world, events) if event.kind == "fire"]
    data["control_orders"] = [{"name": "Quiet", "status": "hold", "until_s": 235}]
    for story in stories(data):
        assert 235.0 <= min(event.time_s for event in shots(story)) < 240.0
    data["control_orders"] = [{"name": "Quiet", "status": "hold"}]
    assert all(event.reason == "held by rules" for story in stories(data) for event in story if event.kind == "impact")


def test_an_order_may_lift_a_battery_s_hold() -> None:
    data = one_battery(1.0, weapon_control="hold")
    assert not any(shots(story) for story in stories(data))
    data["control_orders"] = [{"name": "Now", "status": "tight", "from_s": 230}]
    assert all(shots(story)[0].time_s >= 230.0 for story in stories(data))


@pytest.mark.parametrize("status", ["free", "tight"])
def test_weapons_free_do_not_wait_for_a_verdict(status: str) -> None:
    """The post takes 200 s to identify: under weapons free the battery has fired before, on the track alone."""
    data = one_battery(1.0, weapon_control=status)
    data["commands"][0] |= {"latency_s": 2, "identification_time_s": 200}
    for story in stories(data):
        (track,) = [event for event in story if event.kind == "confirm"]
        assigned = next(event for event in story if event.kind == "assign")
        if status == "free":
            assert assigned.time_s >= track.time_s + 2.0
            assert assigned.cause == track.number
            assert not [event for event in story if event.kind == "identify" and event.time_s < assigned.time_s]
        else:
            assert assigned.time_s >= track.time_s + 202.0
            assert story[assigned.cause].kind == "identify"


def test_range_and_height_bands() -> None:
    data = one_battery(0.3, threats=2, minimum_range_m=4_000, maximum_range_m=9_000)
    world = world_of(data)
    row = world.arrays.interceptors[0]
    assert (row["min_range_m"], row["max_range_m"]) == (4_000.0, 9_000.0)
    for events in flown(world, 5):
        for raw in events[np.isin(events["kind"], (8, 9))]:
            away = abs(float(raw["lon_deg"]) - 33.9) * 87_700.0  # metres a degree of longitude at 38 N
            assert 3_950.0 < away < 9_100.0


def test_a_better_moment_is_waited_for() -> None:
    data = one_battery(0.5, minimum_kill_probability=0.3)
    gun = copy.deepcopy(data)
    gun["batteries"][0]["weapons"] = [{"system": "KORKUT", "rounds_ready": 50}]
    gun["batteries"][0] |= {"latitude_deg": 38.002, "longitude_deg": 33.7}
    for story in stories(gun):
        assert all(event.value >= 0.3 for event in story if event.kind == "assign")
    gun["batteries"][0]["doctrine"].pop("minimum_kill_probability")
    assert any(event.value < 0.3 for story in stories(gun) for event in story if event.kind == "assign")


def test_a_shot_at_the_edge_of_reach_is_not_taken_where_a_better_one_is_waited_for() -> None:
    """A missile that is slow far out has half of its kill probability there: with a minimum it fires later, and never below that."""
    data = one_battery(0.5)
    slow = {"end_game_factor": assumed(0.5, "probability"), "end_game_speed": assumed(700, "m/s")}
    data["systems"] = [missile_card("Round 1", 0.5, **slow) if card["name"] == "Round 1" else card for card in data["systems"]]
    firsts = []
    for least in (0.0, 0.45):
        data["batteries"][0]["doctrine"]["minimum_kill_probability"] = least
        orders = [[event for event in story if event.kind == "assign"] for story in stories(data)]
        assert all(event.value >= least for story in orders for event in story)
        firsts.append([story[0] for story in orders])
    for early, late in zip(*firsts, strict=True):
        assert early.value < 0.45 <= late.value
        assert late.time_s > early.time_s


@pytest.mark.parametrize("rule", ["asset_weights", "class_weights"])
def test_priorities_choose_the_target(rule: str) -> None:
    """One round, two targets at one distance: it goes to what counts more; what counts nothing is held by rules."""
    data = layered((1.0,), 1, weapons=[{"system": "Round 1", "rounds_ready": 1}])
    data["assets"] = [{"name": name, "latitude_deg": 38.0, "longitude_deg": 34.0} for name in ("Depot", "Palace")]
    data["systems"].append(copy.deepcopy(next(card for card in data["systems"] if card["name"] == "Test cruise missile")))
    data["systems"][-1]["name"] = "Test drone"
    data["systems"][-1]["parameters"]["kill_class"]["nominal"] = "drone"
    entry = data["raid"]["entries"][0]
    data["raid"]["entries"] = [
        {**entry, "name": "first"},
        {**entry, "name": "second", "target": "Palace", "system": "Test drone"},
    ]
    weights = {"asset_weights": {"Palace": 3}, "class_weights": {"drone": 3}}[rule]
    data["batteries"][0]["doctrine"] = {rule: weights}
    assert all([event.object for event in story if event.kind == "fire"] == ["second"] for story in stories(data))
    none = {"asset_weights": {"Palace": 0}, "class_weights": {"drone": 0}}[rule]
    data["batteries"][0]["doctrine"] = {rule: none}
    for story in stories(data):
        assert [event.object for event in story if event.kind == "fire"] == ["first"]
        assert {event.subject: event.reason for event in story if event.kind == "impact"} == {"second": "held by rules"}


@settings(max_examples=60, deadline=None)
@given(st.floats(37.0, 39.0), st.floats(33.0, 35.0))
def test_the_kernel_s_zone_is_the_scenario_s(lat: float, lon: float) -> None:
    corners = [(37.2, 33.1), (38.9, 33.3), (38.1, 34.0), (38.8, 34.9), (37.3, 34.6), (37.9, 33.9)]
    rows = np.array([(len(corners), 0, 0.0, 0.0), *((0, 0, a, b) for a, b in corners)], RULE)
    assert within(rows, 0, lat, lon) == inside(corners, (lat, lon))


def test_polygons_overlap_where_they_share_an_area() -> None:
    square = [(0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)]
    assert overlap(square, square)
    assert overlap(square, [(0.5, 0.5), (0.5, 1.0), (1.0, 1.0)])
    assert overlap(square, [(0.0, 1.0), (0.0, 3.0), (2.0, 3.0), (2.0, 1.0)])
    assert overlap(square, [(-1.0, 0.5), (-1.0, 1.0), (3.0, 1.0), (3.0, 0.5)])
    assert not overlap(square, [(0.0, 2.0), (0.0, 3.0), (2.0, 3.0), (2.0, 2.0)])  # a common border
    assert not overlap(square, [(5.0, 5.0), (5.0, 6.0), (6.0, 6.0)])
