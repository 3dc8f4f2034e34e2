"""Every row of the table that `buckler scenarios NAME --degraded` prints, flown, for every packaged scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import inf

import numpy as np
import pytest
from runs import Event, told

from buckler.dtypes import CHANGE
from buckler.engine.fly import Flyer
from buckler.scenario.load import load_scenario
from buckler.scenario.outages import Status
from buckler.scenario.packaged import packaged_scenarios
from buckler.world.compile import World, compile_world
from buckler.world.degraded import ENGAGEMENTS, Row, degraded

REPLICATIONS = 1


@cache
def networked(name: str) -> tuple[World, dict[str, int]]:
    """The packaged scenario, with a network that is more than implicit (a fact of no consequence), and what CHANGE counts by name."""
    asked = load_scenario(name)
    fact = Status(of=asked.scenario.sensors[0].name, state="down", from_s=86_000)
    scenario = asked.scenario.model_copy(update={"status": [*asked.scenario.status, fact]})
    world = compile_world(replace(asked, scenario=scenario, document=None))
    kinds = ("battery", "command", "sensor")
    nodes = [entity.key for kind in kinds for entity in world.entities if entity.kind == kind]
    links = [entity.key for entity in world.entities if entity.kind == "link"]
    return world, {key: k for k, key in enumerate([*nodes, *links])}


@dataclass
class Flight:
    """One replication: its story, and where every node stood when it ended."""

    story: list[Event]
    post: dict[str, str]
    way_s: dict[str, float]
    delay_s: dict[tuple[str, str], float]


def flights(name: str, lost: str | None, time_s: float) -> list[Flight]:
    world, things = networked(name)
    changes = np.zeros(1 if lost is not None else 0, CHANGE)
    if lost is not None:
        changes["time_s"], changes["thing"], changes["down"], changes["follows"] = time_s, things[lost], 1, -1
    flyer = Flyer(replace(world.arrays, changes=changes))
    nodes, posts = [*things][: len(world.arrays.nodes)], [e.key for e in world.entities if e.kind == "command"]
    found = []
    for replication in range(REPLICATIONS):
        story = told(world, flyer.events(1, replication))
        net = flyer._net
        found.append(
            Flight(
                story,
                {node: posts[net.post[n]] for n, node in enumerate(nodes)},
                {node: float(net.way_s[n]) for n, node in enumerate(nodes)},
                {(post, node): float(net.delay_s[c, n]) for c, post in enumerate(posts) for n, node in enumerate(nodes)},
            )
        )
    return found


@cache
def whole(name: str) -> tuple[float, list[Flight]]:
    """Nothing lost; and a moment in the middle of the fight, between two events."""
    flown = flights(name, None, 0.0)
    ordered = sorted(e.time_s for flight in flown for e in flight.story if e.kind == "assign")
    middle = ordered[len(ordered) // 2] if ordered else 100.0
    return middle + 0.777, flown


def of_battery(event: Event, battery: str) -> bool:
    return event.subject.startswith(f"{battery}:")


def check_row(row: Row, flight: Flight, before: Flight, lost_s: float, world: World) -> None:
    """What a row says of each node to which it happens."""
    later = [e for e in flight.story if e.time_s > lost_s]
    for who in row.who:
        if row.behaviour in ("takes over", "own post"):
            assert flight.post[who] == row.to
            assert flight.way_s[who] < inf
        elif row.behaviour in ("holds", "silent"):
            assert flight.post[who] == before.post[who]
            assert flight.way_s[who] == inf
        elif row.behaviour == "by another way":
            assert flight.post[who] == row.to == before.post[who]
            assert before.way_s[who] < flight.way_s[who] < inf
        elif row.behaviour == "no exchange":
            assert before.delay_s[who, row.to] < inf
            assert flight.delay_s[who, row.to] == inf
        if row.behaviour == "holds":
            assert not [e for e in later if e.kind == "assign" and of_battery(e, who)]
        if row.behaviour == "no fire control":
            needing = {
                entity.key
                for entity, weapon in zip((e for e in world.entities if e.kind == "weapon"), world.arrays.weapons, strict=True)
                if entity.parent == who and weapon["needs_support"]
            }
            assert not [e for e in later if e.kind in ("assign", "kill") and e.subject in needing]
        if row.keeps == ENGAGEMENTS:
            begun = [e.number for e in flight.story if e.kind == "assign" and e.time_s <= lost_s and of_battery(e, who)]
            ended = {root(flight.story, e) for e in flight.story if e.kind in ("assess", "order_lost", "hand_over")}
            assert set(begun) <= ended
    if row.kind == "battery":
        assert not [e for e in later if e.kind in ("assign", "fire") and of_battery(e, row.lost)]
        assert flight.post == before.post
    if row.kind == "sensor":
        assert not [e for e in later if e.kind in ("detect", "confirm") and e.subject == row.lost]


def root(story: list[Event], event: Event) -> int:
    """The order that an event goes back to."""
    while event.kind != "assign":
        event = story[event.cause]
    return event.number


@pytest.mark.parametrize("name", packaged_scenarios())
def test_every_row_is_what_the_engine_does(name: str) -> None:
    """Each thing lost in the middle of the fight, for ever: to whom the table says something happens, it happens, and to nobody else."""
    world, things = networked(name)
    rows = degraded(load_scenario(name))
    lost_s, undisturbed = whole(name)
    known = set(things) - {entity.key for entity in world.entities if entity.kind == "command" and entity.parent in things}
    for lost in sorted(known | {row.lost for row in rows}):
        mine = [row for row in rows if row.lost == lost]
        moved = {(row.to, who): row.after_s for row in mine if row.behaviour in ("takes over", "own post") for who in row.who}
        other_way = {who for row in mine if row.behaviour in ("holds", "silent", "by another way") for who in row.who}
        for flight, before in zip(flights(name, lost, lost_s), undisturbed, strict=True):
            last_s = flight.story[-1].time_s
            taken = {(e.subject, e.object): e.time_s - lost_s for e in flight.story if e.kind == "take_over"}
            assert taken == pytest.approx({key: after for key, after in moved.items() if lost_s + after <= last_s}), lost
            for node, way_s in flight.way_s.items():
                if node != lost and node not in {who for _, who in moved} | other_way:
                    assert (node, flight.post[node], way_s) == (node, before.post[node], before.way_s[node]), lost
            for row in mine:
                check_row(row, flight, before, lost_s, world)
