"""Sensors that hold only so many tracks, things that fail by luck, and batteries that move."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from runs import Event, assumed, flown, layered, loaded, told, world_of

from buckler.analysis.stories import record_of
from buckler.analysis.stories import story as story_of
from buckler.documents import dump_yaml
from buckler.errors import DocumentError
from buckler.world.faults import compile_scenario

Scenario = dict[str, Any]


def stories(data: Scenario, replications: int = 5) -> list[list[Event]]:
    world = world_of(data)
    return [told(world, events) for events in flown(world, replications)]


def held(story: list[Event], sensor: str) -> list[tuple[float, set[str]]]:
    """What a sensor holds after each of its confirmations and losses; what flies no longer is held no longer."""
    tracks: set[str] = set()
    found = []
    for event in story:
        if event.kind == "confirm" and event.subject == sensor:
            tracks = tracks | {event.object}
        elif event.kind == "drop" and event.subject == sensor:
            tracks = tracks - {event.object}
        elif event.kind in ("kill", "impact"):
            tracks = tracks - {event.object, event.subject}
        else:
            continue
        found.append((event.time_s, tracks))
    return found


# --- track capacity ------------------------------------------------------------------------------------------------------


def crowded(capacity: int | None, links: bool, later_s: float = 30) -> Scenario:
    """Two threats at a depot and, a little later, two at a palace worth five times as much; no battery."""
    data = layered((1.0,), 1)
    data["assets"] = [
        {"name": "Depot", "latitude_deg": 38.0, "longitude_deg": 34.0, "value": 1},
        {"name": "Palace", "latitude_deg": 38.0, "longitude_deg": 34.0, "value": 5},
    ]
    entry = data["raid"]["entries"][0] | {"count": 2}
    data["raid"]["entries"] = [
        {**copy.deepcopy(entry), "name": "at depot", "target": "Depot"},
        {**copy.deepcopy(entry), "name": "at palace", "target": "Palace", "start_s": later_s},
    ]
    data["batteries"] = []
    if capacity is not None:
        data["sensors"][0]["track_capacity"] = capacity
    if links:
        data["links"] = [{"name": "t", "between": ["Radar 1", "Post 1"]}]
    return data


@pytest.mark.parametrize("links", [False, True])
def test_a_full_sensor_gives_up_the_less_important_track_for_the_more_important_one(links: bool) -> None:
    for story in stories(crowded(2, links)):
        tracks = held(story, "Radar 1")
        assert max(len(now) for _, now in tracks) == 2
        assert any(now == {"at depot-1", "at depot-2"} for _, now in tracks)
        late = [now for time_s, now in tracks if time_s > 60.0]
        assert late[0] == {"at palace-1", "at palace-2"}
        dropped = [e for e in story if e.kind == "drop" and e.time_s < 60.0]
        assert {e.object for e in dropped} == {"at depot-1", "at depot-2"}


@pytest.mark.parametrize("links", [False, True])
def test_a_capacity_that_is_never_reached_changes_nothing(links: bool) -> None:
    assert stories(crowded(4, links), 10) == stories(crowded(None, links), 10)


def test_a_sensor_keeps_what_its_post_engages() -> None:
    """The palace's threats come later and matter more, but a round is on its way to the depot's: its track is not given up."""
    data = crowded(1, False, later_s=190)
    battery = layered((1.0,), 1)["batteries"][0]
    data["batteries"] = [battery | {"doctrine": {"assessment_time_s": 80_000, "asset_weights": {"Palace": 0}}}]
    for story in stories(data):
        fired = {e.object for e in story if e.kind == "assign"}
        assert fired
        for threat in fired:
            ordered = min(e.time_s for e in story if e.kind == "assign" and e.object == threat)
            assert not [e for e in story if e.kind == "drop" and e.object == threat and e.time_s > ordered]


# --- up-time -------------------------------------------------------------------------------------------------------------


def times_down(data: Scenario, replications: int, until_s: float) -> list[list[tuple[float, float]]]:
    """When a link was out of order in each replication."""
    found = []
    for story in stories(data, replications):
        spans, since = [], None
        for event in story:
            if event.kind == "link_down" and event.subject == "t":
                assert since is None
                assert event.value == 1.0
                since = event.time_s
            elif event.kind == "link_up" and event.subject == "t":
                assert since is not None
                spans.append((since, event.time_s))
                since = None
        found.append([*spans, (since, until_s)] if since is not None else spans)
    return found


def with_uptime(**uptime: float) -> Scenario:
    data = crowded(None, True)
    data["links"][0]["uptime"] = uptime
    return data


def test_what_is_up_at_all_with_a_probability_is_up_in_that_share_of_replications() -> None:
    n = 400
    down = times_down(with_uptime(up_probability=0.7), n, 400.0)
    share = np.mean([spans == [] for spans in down])
    assert {span[0] for spans in down for span in spans} == {0.0}
    assert abs(share - 0.7) < 3.3 * np.sqrt(0.7 * 0.3 / n)


def test_the_share_of_time_up_is_the_steady_state_at_every_moment() -> None:
    """An alternating renewal process in its steady state: MTBF / (MTBF + MTTR) = 0.75 at the start and at any later time."""
    n = 600
    data = with_uptime(mean_time_between_failures_s=60, mean_time_to_repair_s=20)
    down = times_down(data, n, 1e9)
    for moment_s in (0.0, 30.0, 120.0):
        up = np.mean([not any(a <= moment_s < b for a, b in spans) for spans in down])
        assert abs(up - 0.75) < 3.3 * np.sqrt(0.75 * 0.25 / n)
    repairs = np.array([b - a for spans in down for a, b in spans if 0.0 < a < 60.0])
    assert abs(repairs.mean() - 20.0) < 3.3 * 20.0 / np.sqrt(len(repairs))  # exponential: the deviation is the mean


def test_what_fails_is_out_of_order() -> None:
    data = with_uptime(up_probability=0.0)
    for story in stories(data):
        assert not [e for e in story if e.kind in ("receive", "identify")]
    data = crowded(None, False)
    data["sensors"][0]["uptime"] = {"up_probability": 0}
    assert not [e for story in stories(data) for e in story if e.kind == "detect"]


def test_what_never_fails_changes_nothing_but_what_the_network_notes() -> None:
    sure = stories(with_uptime(up_probability=1.0), 10)
    assert sure == stories(crowded(None, True), 10)


# --- moving --------------------------------------------------------------------------------------------------------------


def moving(at_s: float, takes_s: float, rounds: int = 16) -> Scenario:
    """A radar and a battery that move 25 km to the west (away from the target); six threats, half of them later."""
    data = layered((0.5,), 6)
    entry = data["raid"]["entries"][0]
    data["raid"]["entries"] = [{**entry, "count": 3, "name": "first"}, {**entry, "count": 3, "name": "second", "start_s": 700}]
    to = {"latitude_deg": 38.0, "longitude_deg": 33.62}
    for entry in (data["sensors"][0], data["batteries"][0]):
        entry["relocations"] = [{"at_s": at_s, "to": to, "takes_s": takes_s}]
    data["batteries"][0]["weapons"][0] |= {"rounds_ready": rounds}
    data["batteries"][0]["doctrine"] = {"assessment_time_s": 5}
    return data


def test_a_battery_fights_at_one_place_then_at_the_other_and_never_on_its_way() -> None:
    for story in stories(moving(400, 200)):
        first = [e.time_s for e in story if e.kind == "fire" and e.subject == "Layer 1:Round 1"]
        second = [e.time_s for e in story if e.kind == "fire" and e.subject == "Layer 1 (place 2):Round 1"]
        assert first
        assert second
        assert max(first) < 400.0
        assert min(second) > 600.0
        assert not [e for e in story if e.kind in ("detect", "confirm", "assign") and 400.0 < e.time_s < 600.0]


def test_it_moves_with_the_rounds_that_are_left() -> None:
    """Four rounds for six threats that are shot at until they die: what was not fired at the first place, and no more, is there."""
    seen = set()
    for story in stories(moving(400, 200, rounds=4), 20):
        first = sum(e.kind == "fire" and e.subject == "Layer 1:Round 1" for e in story)
        second = sum(e.kind == "fire" and e.subject == "Layer 1 (place 2):Round 1" for e in story)
        assert first + second <= 4
        seen.add((first, second))
    assert any(first + second == 4 and second > 0 for first, second in seen)


def test_its_luck_moves_with_it() -> None:
    """No two shots at one threat from its two places have one number: each has a draw of its own."""
    data = moving(60, 60)
    data["raid"]["entries"] = data["raid"]["entries"][:1]
    world = world_of(data)
    keys = {str(e.key): int(k) for e, k in zip(world.entities[1:3], world.arrays.batteries["key"], strict=True)}
    assert len(set(keys.values())) == 1


def test_what_was_lost_at_its_place_does_not_arrive_at_the_next() -> None:
    data = moving(600, 60)
    data["systems"] = [
        card if card["name"] != "Test cruise missile" else card | {"parameters": card["parameters"] | {
            "circular_error_probable": assumed(1, "m")}} for card in data["systems"]
    ]  # fmt: skip
    data["raid"]["entries"][0] |= {"target": "Layer 1", "count": 1}
    data["batteries"][0]["weapons"] = [{**data["batteries"][0]["weapons"][0], "rounds_ready": 16}]
    data["batteries"][0]["doctrine"] = {"weapon_control": "hold"}
    for story in stories(data, 10):
        assert [e for e in story if e.kind == "node_lost" and e.object == "first"]
        assert not [e for e in story if e.kind == "node_up" and e.subject == "Layer 1 (place 2)"]


def test_what_has_left_is_not_hit() -> None:
    data = moving(10, 60)
    data["raid"]["entries"][0] |= {"target": "Layer 1", "count": 1}
    data["batteries"][0]["doctrine"] = {"weapon_control": "hold"}
    for story in stories(data, 10):
        assert [e for e in story if e.kind == "impact" and e.subject == "first"]
        assert not [e for e in story if e.kind == "node_lost"]


def test_links_lead_to_every_place_and_supplies_arrive_where_it_is() -> None:
    data = moving(400, 200, rounds=1)
    data["links"] = [
        {"name": "t", "between": ["Radar 1", "Post 1"], "latency_s": 0.5},
        {"name": "o", "between": ["Post 1", "Layer 1"], "latency_s": 0.5},
    ]
    data["batteries"][0]["weapons"][0] |= {"reload_time_s": 1, "resupply": [{"time_s": 650, "rounds": 5}]}
    world = world_of(data)
    assert {e.key for e in world.entities if e.kind == "link"} == {"t", "t (place 2)", "o", "o (place 2)"}
    for story in stories(data):
        assert [e.subject for e in story if e.kind == "supply"] == ["Layer 1 (place 2):Round 1"]
        assert [e for e in story if e.kind == "fire" and e.subject == "Layer 1 (place 2):Round 1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"uptime": {}}, "write up_probability, or mean_time_between_failures_s"),
        ({"uptime": {"mean_time_to_repair_s": 5}}, "write both mean_time_between_failures_s and mean_time_to_repair_s"),
        ({"relocations": [
            {"at_s": 10, "to": {"latitude_deg": 38, "longitude_deg": 33}, "takes_s": 100},
            {"at_s": 60, "to": {"latitude_deg": 38, "longitude_deg": 34}, "takes_s": 100},
        ]}, "it is under way until 110 s"),
        ({"relocations": [{"at_s": 10, "to": {"site": "Nowhere"}, "takes_s": 100}]}, "no site is called 'Nowhere'"),
        ({"altitude_m": 9000, "relocations": [{"at_s": 10, "to": {"latitude_deg": 38, "longitude_deg": 33}, "takes_s": 100}]},
         "what flies does not move from place to place"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    data = crowded(None, False)
    data["sensors"][0] |= change
    with pytest.raises(DocumentError, match=said):
        world_of(data)


def test_a_leakers_story_tells_what_was_out_of_order_and_why() -> None:
    data = moving(400, 200)
    data["raid"]["entries"][1]["start_s"] = 410
    data["links"] = [
        {"name": "t", "between": ["Radar 1", "Post 1"], "uptime": {"up_probability": 0}},
        {"name": "o", "between": ["Post 1", "Layer 1"]},
    ]
    world = world_of(data)
    events = next(flown(world, 1))
    rows = [{**e._asdict(), "event": e.number, "replication": 0} for e in told(world, events)]
    entities = pa.Table.from_pylist([entity.row() for entity in world.entities])
    record = record_of(0, rows, entities)
    text = story_of(record, "second-1").text()
    (line,) = [line for line in text.splitlines() if "Out of order at that time" in line]
    assert {"t", "Layer 1", "Radar 1"} <= set(line.split("time: ")[1].rstrip(".").split(", "))
    assert "Layer 1 (place 2)" not in line
    assert "Layer 1 (place 2) is in action." in text
    assert "leaves its place" not in text
    late = copy.deepcopy(data)
    late["raid"]["entries"][1]["start_s"] = 700
    world = world_of(late)
    rows = [{**e._asdict(), "event": e.number, "replication": 0} for e in told(world, next(flown(world, 1)))]
    (line,) = [line for line in story_of(record_of(0, rows, entities), "second-1").text().splitlines() if "Out of order" in line]
    assert "Layer 1" not in line


@pytest.mark.parametrize("kind", ["sensors", "batteries"])
def test_a_place_that_is_not_on_the_map_is_refused_where_it_is_written(kind: str) -> None:
    data = moving(400, 200)
    data["environment"] = {"terrain": "packaged"}
    data[kind][0]["relocations"][0]["to"] = {"latitude_deg": 79.0, "longitude_deg": 34.0}
    with pytest.raises(DocumentError) as refused:
        compile_scenario(loaded(data))
    (problem,) = refused.value.problems
    assert "place 2" in str(problem)
    line = dump_yaml(data).splitlines()[problem.line - 1]
    assert "79" in line or "to:" in line
