"""What holds of the events of any replication, whatever the scenario."""

from __future__ import annotations

from collections import Counter

import pytest
from runs import flown, layered, told, world_of

from buckler.scenario.load import load_scenario
from buckler.scenario.packaged import packaged_scenarios
from buckler.world.compile import World, compile_world

CAUSES = {
    "appear": {None},
    "detect": {"appear"},
    "confirm": {"detect"},
    "drop": {"detect"},
    "identify": {"confirm", "receive"},
    "misidentify": {"confirm", "receive"},
    "declare": {"confirm", "receive"},
    "wrongful": {"fire"},
    "assign": {"identify", "told", "remote"},
    "fire": {"assign", "fire", "kill", "miss", "no_target"},
    "kill": {"fire"},
    "miss": {"fire"},
    "no_target": {"fire"},
    "assess": {"kill", "miss", "no_target", "assign"},
    "reload": {None},
    "asset_hit": {"impact"},
    "receive": {"confirm", "receive", "identify", "told"},
    "told": {"identify", "told"},
    "remote": {"identify", "told", "receive", "confirm"},
    "order_lost": {"assign"},
    "hand_over": {"assign", "fire", "kill", "miss", "no_target"},
    "node_lost": {"impact"},
    "commit": {"assign"},
    "return": {"assess"},
    **{kind: {None} for kind in ("node_down", "node_up", "link_down", "link_up", "take_over", "on_station", "off_station")},
}
"""What each kind of event may follow from; an impact follows from wherever its chain broke."""


@pytest.fixture(scope="module", params=[*packaged_scenarios(), "layers"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "layers":
        return world_of(layered((0.4, 0.6), 6, doctrine={"salvo": 2}))
    return compile_world(load_scenario(request.param))


def test_every_event_follows_from_an_earlier_one(world: World) -> None:
    for events in flown(world, 4):
        story = told(world, events)
        times = [event.time_s for event in story]
        assert times == sorted(times)
        for event in story:
            assert -1 <= event.cause < event.number
            if event.kind != "impact":
                assert (story[event.cause].kind if event.cause >= 0 else None) in CAUSES[event.kind]


def test_every_threat_appears_once_and_ends_at_most_once_with_one_reason(world: World) -> None:
    threats = {entity.key for entity in world.entities if entity.kind == "threat"}
    for events in flown(world, 4):
        story = told(world, events)
        appeared = Counter(event.subject for event in story if event.kind == "appear")
        assert {key: count for key, count in appeared.items() if key in threats} == dict.fromkeys(threats, 1)
        killed = [event.object for event in story if event.kind == "kill" and event.object in threats]
        through = [event.subject for event in story if event.kind == "impact"]
        assert Counter(killed + through) == dict.fromkeys(threats, 1)
        for event in story:
            assert bool(event.reason) == (event.kind in ("impact", "wrongful"))


def test_rounds_and_channels_are_never_more_than_there_are(world: World) -> None:
    holds = {entity.key: entity.value for entity in world.entities if entity.kind in ("weapon", "battery")}
    parent = {entity.key: entity.parent for entity in world.entities if entity.kind == "weapon"}
    ready = dict(zip(parent, world.arrays.weapons["ready"].tolist(), strict=True))
    for events in flown(world, 4):
        busy: Counter[str] = Counter()
        fired: Counter[str] = Counter()
        for event in told(world, events):
            busy[parent.get(event.subject, "")] += (event.kind == "assign") - (event.kind == "assess")
            fired[event.subject] += event.kind == "fire"
            if event.subject in parent:
                assert 0 <= busy[parent[event.subject]] <= holds[parent[event.subject]]
                assert fired[event.subject] <= holds[event.subject]
            if event.kind == "reload":
                assert 0 < event.value <= ready[event.subject]


def test_a_round_flies_as_long_as_was_predicted(world: World) -> None:
    for events in flown(world, 4):
        story = told(world, events)
        for event in story:
            if event.kind in ("kill", "miss", "no_target"):
                shot = story[event.cause]
                assert event.time_s - shot.time_s == pytest.approx(shot.value, rel=1e-6)  # the value is a float32
                assert (event.subject, event.object) == (shot.subject, shot.object)
