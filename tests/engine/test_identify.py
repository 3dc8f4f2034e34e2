"""Identification in the engine: who is fired at under which control, why, and that nobody's threat never leaks."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import numpy as np
import pytest
from runs import assumed, card, cruise_card, flown, layered, told, world_of

from buckler.analysis.mistakes import collect_mistakes, mistake_figures
from buckler.catalog.kinds import IDENTIFICATION
from buckler.log.schema import ENTITIES, MISTAKES
from buckler.log.write import events_table

EVIDENCE = ("transponder", "corridor", "plan", "speed", "height", "origin", "size")
WEST, EAST = {"latitude_deg": 38.02, "longitude_deg": 33.2}, {"latitude_deg": 38.02, "longitude_deg": 34.6}


def rates(**changes: float) -> dict[str, Any]:
    """A card on which evidence is worth nothing but what a test says of it; equal priors."""
    plain = dict.fromkeys(IDENTIFICATION, 0.5) | {
        "prior_civil": 1.0, "prior_own": 1.0, "prior_red": 1.0, "iff_reply_own": 1.0, "iff_reply_civil": 0.0, "iff_reply_red": 0.0,
        "iff_works_own": 1.0,
    }  # fmt: skip
    values = {name: assumed(value, "probability") for name, value in (plain | changes).items()}
    return card("Test rates", "identification", **values)


def scenario(*entries: dict[str, Any], control: str = "free", kill: float = 0.01, **changes: float) -> dict[str, Any]:
    """One layer against one cruise missile, and aircraft that fly past it."""
    data = layered([kill], 1)
    data["batteries"][0] |= {"latitude_deg": 38.0, "longitude_deg": 33.9}
    data["systems"] += [rates(**changes), cruise_card("Aircraft", cruise_height=assumed(3000, "m")) | {"kind": "airliner"}]
    data["batteries"][0]["doctrine"]["weapon_control"] = control
    plain = {"system": "Aircraft", "waypoints": [WEST, EAST], "height_m": 3000}
    data["traffic"] = {
        "evidence": "Test rates",
        "entries": [{**plain, **entry} for entry in entries],
    }
    return data


def wrongful(data: dict[str, Any], replications: int = 20) -> Counter[tuple[str, str]]:
    world = world_of(data)
    return Counter(
        (event.object, event.reason)
        for events in flown(world, replications)
        for event in told(world, events)
        if event.kind == "wrongful"
    )


def test_an_own_aircraft_that_the_post_cannot_ask_is_fired_at_and_one_that_it_can_is_not():
    fighters = [{"name": "asked", "side": "own", "iff_modes": ["NATO"]}, {"name": "strange", "side": "own", "iff_modes": ["other"]}]
    # Nothing but the reply tells them apart: at equal odds a track is unknown, and free control fires at it.
    assert wrongful(scenario(*fighters), 10) == {("strange", "iff not interoperable"): 10}
    both = scenario(*fighters)
    both["commands"][0]["iff_modes"] = ["NATO", "other"]
    assert wrongful(both, 10) == {}


def test_tight_control_fires_only_at_what_is_called_hostile():
    stranger = {"name": "strange", "side": "own", "iff_modes": ["other"]}
    assert wrongful(scenario(stranger, control="tight")) == {}
    assert wrongful(scenario(stranger, control="hold")) == {}
    silent = {"transponder_civil": 0.999, "transponder_own": 0.999, "transponder_red": 0.0}
    assert wrongful(scenario({"name": "dark", "transponder": False}, control="tight", **silent), 5) == {("dark", "transponder off"): 5}


@pytest.mark.parametrize(
    ("entry", "changes", "cause"),
    [
        ({"transponder": False}, {"transponder_civil": 1.0, "transponder_red": 0.01}, "transponder off"),
        ({"flight_plan": False}, {"plan_civil": 1.0, "plan_red": 0.01}, "no flight plan"),
        ({}, {"corridor_civil": 0.99, "corridor_red": 0.01}, "off corridor"),
        ({"side": "own", "iff_modes": ["NATO"]}, {"iff_works_own": 0.0001}, "iff failed"),
        (
            {"transponder": False, "flight_plan": False},
            {"transponder_civil": 1.0, "transponder_own": 1.0, "transponder_red": 0.4,
             "plan_civil": 1.0, "plan_own": 1.0, "plan_red": 0.4, "prior_red": 0.9},
            "several signs",
        ),
    ],
)  # fmt: skip
def test_the_cause_is_the_evidence_without_whose_failure_it_would_not_have_been_fired_at(entry, changes, cause):
    assert set(wrongful(scenario({"name": "body", **entry}, **changes), 10)) == {("body", cause)}


def test_who_is_identified_a_moment_too_late_is_fired_at_for_that():
    rare = {"iff_reply_own": 0.3}
    data = scenario({"name": "slow", "side": "own", "iff_modes": ["NATO"]}, **rare)
    data["commands"][0]["identification_retry_s"] = 60
    found = wrongful(data, 30)
    assert set(found) == {("slow", "late identification")}
    assert 0 < found["slow", "late identification"] < 30  # who answers the first time is never fired at


def test_an_aircraft_on_its_airway_is_spared():
    data = scenario({"name": "on", "airway": "W1", "waypoints": []}, {"name": "off"}, corridor_civil=0.99, corridor_red=0.01)
    points = [{**WEST, "height_m": 3000}, {**EAST, "height_m": 3000}]
    data["traffic"]["airways"] = [{"name": "W1", "points": points, "minimum_height_m": 1000, "half_width_m": 500}]
    data["traffic"]["entries"][1]["offset_m"] = 2000
    assert wrongful(data, 10) == {("off", "off corridor"): 10}


def test_nobodys_threat_never_leaks_and_never_lengthens_the_raid():
    data = scenario({"name": "body", "count": 3, "spacing_s": 30, "iff_modes": [], "transponder": True}, transponder_red=0.01)
    alone = copy.deepcopy(data)
    del alone["traffic"]
    world, bare = world_of(data), world_of(alone)
    assert world.arrays.duration_s == bare.arrays.duration_s
    assert world.arrays.traffic == 3
    for events in flown(world, 5):
        seen = told(world, events)
        assert {event.subject for event in seen if event.kind == "impact"} == {"cruise"}
        assert {event.subject for event in seen if event.kind == "appear"} == {"cruise", "body-1", "body-2", "body-3"}


def test_one_aircraft_more_changes_nothing_for_the_others():
    """Draws are addressed: who else flies, far from any battery, does not matter."""
    one = {"name": "a", "side": "own", "iff_modes": ["NATO"], "transponder": True}
    far = {"name": "z", "waypoints": [{"latitude_deg": 38.6, "longitude_deg": 33.2}, {"latitude_deg": 38.6, "longitude_deg": 34.6}]}
    rare = {"iff_reply_own": 0.5, "transponder_civil": 0.7, "transponder_red": 0.2}
    worlds = [world_of(scenario(one, kill=0.5, **rare)), world_of(scenario(one, far, kill=0.5, **rare))]

    def story(world: Any) -> list[list[tuple[Any, ...]]]:
        return [
            [(e.time_s, e.kind, e.subject, e.object, e.value, e.reason) for e in told(world, events) if "z" not in (e.subject, e.object)]
            for events in flown(world, 10)
        ]

    assert story(worlds[0]) == story(worlds[1])


def test_the_figures_are_counts_of_the_events():
    import pyarrow as pa

    data = scenario(
        {"name": "strange", "side": "own", "iff_modes": ["other"]}, {"name": "dark", "transponder": False},
        kill=0.7, transponder_civil=0.9, transponder_red=0.1,
    )  # fmt: skip
    world = world_of(data)
    names = [*(entity.key for entity in world.entities), ""]
    blocks = list(enumerate(flown(world, 40)))
    entities = pa.Table.from_pylist([entity.row() for entity in world.entities], schema=ENTITIES)
    mistakes = collect_mistakes(entities, [events_table(names, blocks)])
    figures = mistake_figures(mistakes)
    events = [told(world, block) for _, block in blocks]
    for side, name in (("own", "strange"), ("civil", "dark")):
        fired = [any(e.kind == "wrongful" and e.object == name for e in one) for one in events]
        down = [any(e.kind == "kill" and e.object == name for e in one) for one in events]
        assert figures[side]["engaged"]["value"] == pytest.approx(np.mean(fired))
        assert figures[side]["number_shot_down"]["value"] == pytest.approx(np.mean(down))
        assert set(figures[side]["by_cause"]) <= set(MISTAKES)
    assert figures["own"]["engaged"]["value"] == 1.0
    delays = []
    for one in events:
        seen = next((e.time_s for e in one if e.kind == "detect" and e.object == "cruise"), None)
        called = next((e.time_s for e in one if e.kind == "identify" and e.object == "cruise"), None)
        if seen is not None and called is not None:
            delays.append(called - seen)
    expected = np.mean(delays) if delays else None
    assert figures["firm_hostile"]["delay"]["value"] == (None if expected is None else pytest.approx(expected))
