"""Every reason why a threat gets through, each from a scenario in which nothing else can be the reason."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from runs import assumed, flown, ideal_post, layered, radar_card, told, world_of

from buckler.log.schema import MISTAKES, REASONS

Scenario = dict[str, Any]


def not_seen(data: Scenario) -> None:
    data["systems"][0] = radar_card(min_elevation=assumed(80, "deg"), max_elevation=assumed(81, "deg"))


def seen_too_late(data: Scenario) -> None:
    data["batteries"][0]["doctrine"] = {"reaction_time_s": 3_000}


def identified_too_late(data: Scenario) -> None:
    data["commands"][0]["identification_time_s"] = 265


def not_identified(data: Scenario) -> None:
    data["commands"][0]["identification_error"] = 1


def held(data: Scenario) -> None:
    data["batteries"][0]["doctrine"] = {"weapon_control": "hold"}


def class_forbidden(data: Scenario) -> None:
    data["batteries"][0]["doctrine"] = {"classes": ["ballistic", "drone"]}


def height_forbidden(data: Scenario) -> None:
    data["batteries"][0]["doctrine"] = {"minimum_height_m": 2_000}


def far_away(data: Scenario) -> None:
    data["batteries"][0] |= {"latitude_deg": 39.5}


def other_class(data: Scenario) -> None:
    data["systems"][-1]["parameters"]["kill_probability_cruise"] = assumed(0, "probability")


def blind_fire_control(data: Scenario) -> None:
    data["systems"].append(
        radar_card("Blind radar", min_elevation=assumed(80, "deg"), max_elevation=assumed(81, "deg"))
    )
    data["sensors"].append({**data["sensors"][0], "name": "Blind", "system": "Blind radar"})
    data["batteries"][0]["fire_control"] = ["Blind"]


def one_channel(data: Scenario) -> None:
    data["batteries"][0] |= {"fire_channels": 1, "doctrine": {"assessment_time_s": 80_000}}


def one_round(data: Scenario) -> None:
    data["batteries"][0]["weapons"][0]["rounds_ready"] = 1


def too_few_for_a_salvo(data: Scenario) -> None:
    data["batteries"][0]["weapons"][0]["rounds_ready"] = 3
    data["batteries"][0]["doctrine"] = {"salvo": 2}


def duds(data: Scenario) -> None:
    data["systems"][-1]["parameters"]["kill_probability_cruise"] = assumed(1e-12, "probability")


CASES: list[tuple[Callable[[Scenario], None], str, int]] = [
    (not_seen, "not seen", 2),
    (seen_too_late, "seen too late", 2),
    (identified_too_late, "seen too late", 2),
    (not_identified, "not identified", 2),
    (held, "held by rules", 2),
    (class_forbidden, "held by rules", 2),
    (height_forbidden, "held by rules", 2),
    (far_away, "out of reach", 2),
    (other_class, "out of reach", 2),
    (blind_fire_control, "no fire control track", 2),
    (one_channel, "no channel", 1),
    (one_round, "no missile", 1),
    (too_few_for_a_salvo, "no missile", 1),
    (duds, "missed", 2),
]


@pytest.mark.parametrize(("change", "reason", "leakers"), CASES, ids=[change.__name__ for change, _, _ in CASES])
def test_the_reason_is_what_was_broken(change: Callable[[Scenario], None], reason: str, leakers: int) -> None:
    data = layered((1.0,), 2)
    data["raid"]["entries"][0]["spacing_s"] = 1  # so that the first in name is the first in time
    change(data)
    world = world_of(data)
    for events in flown(world, 10):
        impacts = [event for event in told(world, events) if event.kind == "impact"]
        assert [event.reason for event in impacts] == [reason] * leakers


def test_no_round_is_fired_to_meet_a_target_that_will_have_arrived() -> None:
    data = layered((1.0,), 2)
    data["raid"]["entries"][0]["spacing_s"] = 1
    data["batteries"][0]["doctrine"] = {"reaction_time_s": 260}
    world = world_of(data)
    threats = [entity.key for entity in world.entities if entity.kind == "threat"]
    end_s = dict(zip(threats, world.arrays.threats["end_s"].tolist(), strict=True))
    fired = 0
    for events in flown(world, 50):
        for event in told(world, events):
            if event.kind == "fire":
                fired += 1
                assert event.time_s + event.value <= end_s[event.object] + 1e-4  # the value is a float32
    assert 0 < fired < 100


def test_nothing_gets_through_unbroken() -> None:
    for events in flown(world_of(layered((1.0,), 2)), 10):
        assert not np.any(events["reason"])


def test_every_reason_of_this_landing_is_shown_here() -> None:
    # Links have a test file of their own, and so has what goes wrong with civil and own aircraft.
    assert {reason for _, reason, _ in CASES} == {*REASONS} - {"", "link down"} - {*MISTAKES}


def test_the_attempt_that_got_furthest_gives_the_reason() -> None:
    """One layer is out of rounds, one is held, one never gets a fire control track: rounds come last in the chain."""
    data = layered((1.0, 1.0, 1.0), 1)
    data["batteries"][0]["doctrine"] = {"weapon_control": "hold"}
    blind_fire_control(data)
    data["batteries"][1]["fire_control"], data["batteries"][0]["fire_control"] = ["Blind"], ["Radar 1"]
    data["sensors"][-1]["command"] = "Post 2"
    data["batteries"][2]["weapons"][0] |= {"rounds_ready": 2, "reserve_rounds": 2, "reserve_until_s": 80_000}
    world = world_of(data)
    for events in flown(world, 5):
        story = told(world, events)
        assert [event.reason for event in story if event.kind == "impact"] == ["no missile"]


def test_ties_go_to_the_earlier_event_whatever_the_name() -> None:
    """Two batteries that both hold fire; the one whose post identifies first gives the cause, named first or last."""
    for slow, quick in (("A", "B"), ("B", "A")):
        data = layered((1.0, 1.0), 1)
        for k, (post, delay) in enumerate(((slow, 30), (quick, 0))):
            data["commands"][k] = ideal_post(post, identification_time_s=delay)
            data["sensors"][k]["command"] = post
            data["sensors"][k] |= {"latitude_deg": 38.0, "longitude_deg": 33.5}
            data["batteries"][k] |= {"name": f"Battery {post}", "command": post, "doctrine": {"weapon_control": "hold"}}
        world = world_of(data)
        for events in flown(world, 5):
            story = told(world, events)
            impact = next(event for event in story if event.kind == "impact")
            assert story[impact.cause].kind == "identify"
            assert story[impact.cause].subject == quick


def test_a_misidentified_target_is_tried_again() -> None:
    data = layered((1.0,), 1)
    data["commands"][0] |= {"identification_error": 0.5, "identification_retry_s": 3}
    world = world_of(copy.deepcopy(data))
    failures = 0
    replications = 2_000
    for events in flown(world, replications):
        story = [event for event in told(world, events) if event.kind in ("identify", "misidentify")]
        assert [event.value for event in story] == list(range(1, len(story) + 1))
        assert story[-1].kind == "identify"
        gaps = np.diff([event.time_s for event in story])
        assert np.allclose(gaps, 3.0)
        failures += len(story) - 1
    # Geometric with p = 1/2: one failure on average, variance 2; a 99 % interval.
    assert abs(failures / replications - 1.0) < 2.576 * np.sqrt(2.0 / replications)
