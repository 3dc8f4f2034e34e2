"""Spent stages: off unless asked for; seen, shot at and told apart, and never counted among what got through."""

from __future__ import annotations

import copy
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs import (
    Event,
    assumed,
    flown,
    ideal_post,
    layered,
    loaded,
    missile_card,
    radar_card,
    told,
    world_of,
    write_scenario,
)
from scipy.stats import binom

from buckler.campaign.simulate import simulate_into
from buckler.campaign.uncertainty import Ensemble
from buckler.catalog.load import load_catalog
from buckler.documents import load_document
from buckler.engine.fly import Flyer
from buckler.errors import DocumentError
from buckler.log.read import open_run
from buckler.log.schema import Kind
from buckler.report.page import page
from buckler.world.compile import World, compile_world
from buckler.world.faults import compile_scenario

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.plain import PlainModel
from benchmarks.twin import first_difference

STAGE = "missile spent stage"
CLASS = "ballistic-1000"
NEAR = {"latitude_deg": 38.0, "longitude_deg": 33.2}


def raid(discrimination: float | None = None, kill_probability: float = 1e-9, **changes: Any) -> dict[str, Any]:
    """One missile of 1,000 km class at a depot with one battery that sees everything at once and has rounds enough."""
    data = layered((kill_probability,), 8)
    data["systems"][0] = radar_card(
        instrumented_range=assumed(1500, "km"), min_elevation=assumed(0, "deg"), detection_range=assumed(1_000_000, "km")
    )
    data["systems"][3] = missile_card(
        "Round 1", kill_probability, max_range=assumed(60, "km"), max_altitude=assumed(25, "km"), burnout_speed=assumed(1700, "m/s"),
        max_target_speed=assumed(6000, "m/s"), guidance=assumed("active", "text"),
    )  # fmt: skip
    for kind in ("sensors", "batteries"):
        data[kind][0] |= {"latitude_deg": 38.0, "longitude_deg": 34.0}
    data["batteries"][0]["doctrine"] = {"assessment_time_s": 2, "engagements_per_target": 3}
    entry = data["raid"]["entries"][0]
    entry |= {"name": "missile", "system": CLASS, "count": 1, "origin": {"latitude_deg": 36.5, "longitude_deg": 43.0}, "spent_stage": True}
    if discrimination is not None:
        entry["stage_discrimination"] = discrimination
    entry |= changes
    return data


def only(story: list[Event], kind: str, about: str) -> list[Event]:
    return [event for event in story if event.kind == kind and about in (event.subject, event.object)]


def at(world: World, name: str) -> int:
    first = world.arrays.first_threat
    return [entity.key for entity in world.entities].index(name) - first


def test_without_asking_nothing_changes() -> None:
    data = raid()
    del data["raid"]["entries"][0]["spent_stage"]
    plain = world_of(data)
    assert plain.arrays.traffic == 0
    assert [entity.kind for entity in plain.entities].count("spent stage") == 0
    asked = world_of(raid(1.0))
    i = at(asked, "missile")
    assert np.array_equal(asked.arrays.path_m[: len(plain.arrays.path_m)], plain.arrays.path_m)
    assert asked.arrays.threats[i].tobytes() == plain.arrays.threats[0].tobytes()
    # Told apart at the first look, the stage leaves no mark on what becomes of the missile.
    for with_it, without in zip(flown(asked, 20), flown(plain, 20), strict=True):
        kept = [(e.time_s, e.kind, e.object) for e in told(asked, with_it) if STAGE not in (e.subject, e.object)]
        same = [(e.time_s, e.kind, e.object) for e in told(plain, without)]
        assert [e for e in kept if e[1] != "reload"] == [e for e in same if e[1] != "reload"]


def test_it_begins_at_burnout_and_never_gets_through() -> None:
    world = world_of(raid(0.0))
    missile, stage = (world.arrays.threats[at(world, name)] for name in ("missile", STAGE))
    burn = load_catalog()[CLASS].si("burn_time")
    assert stage["start_s"] == pytest.approx(missile["start_s"] + burn)
    assert world.arrays.traffic == 1
    assert world.arrays.threats[stage["carrier"]]["key"] == missile["key"]
    begins = world.arrays.path_m[stage["first"], :3]
    place = stage["start_s"] - missile["start_s"]
    row = int(missile["first"] + place)
    carried = world.arrays.path_m[row, :3] + (place % 1.0) * (world.arrays.path_m[row + 1, :3] - world.arrays.path_m[row, :3])
    assert np.linalg.norm(begins - carried) < 10.0
    story = told(world, next(flown(world, 1)))
    (released,) = only(story, "release", STAGE)
    (appeared,) = only(story, "appear", STAGE)
    assert (released.subject, released.object, appeared.cause, appeared.object) == ("missile", STAGE, released.number, "")
    assert only(story, "detect", STAGE)
    assert only(story, "confirm", STAGE)
    assert [e.subject for e in story if e.kind in ("impact", "leave")] == ["missile"]


def test_never_told_apart_it_is_called_hostile_and_shot_at() -> None:
    world = world_of(raid(0.0))
    for events in flown(world, 5):
        story = told(world, events)
        assert only(story, "identify", STAGE)
        assert only(story, "fire", STAGE)
        assert not only(story, "discriminate", STAGE)


def test_a_stage_that_is_killed_is_no_kill_of_the_raid() -> None:
    world = world_of(raid(0.0, 1.0))
    for events in flown(world, 5):
        story = told(world, events)
        assert [e.object for e in story if e.kind == "kill"].count("missile") == 1
        assert not [e for e in story if e.kind == "impact"]


def test_told_apart_at_once_it_is_never_shot_at() -> None:
    world = world_of(raid(1.0))
    for events in flown(world, 5):
        story = told(world, events)
        assert len(only(story, "discriminate", STAGE)) == 1
        assert not only(story, "fire", STAGE)
        assert not only(story, "identify", STAGE)
        assert only(story, "fire", "missile")


def test_it_is_told_apart_with_the_stated_probability() -> None:
    p, n = 0.3, 400
    world = world_of(raid(p))
    found = sum(e.kind == "discriminate" for events in flown(world, n) for e in told(world, events))
    low, high = binom.ppf([1e-4, 1.0 - 1e-4], n, p)
    assert low <= found <= high


def test_once_told_apart_no_round_leaves() -> None:
    """Under weapons free rounds leave before the verdict; those on their way fly on."""
    data = raid(0.5)
    data["batteries"][0]["doctrine"] |= {"weapon_control": "free", "engagements_per_target": 20}
    data["commands"][0]["identification_time_s"] = 385
    world = world_of(data)
    late, stopped = 0, 0
    for events in flown(world, 40):
        story = told(world, events)
        fired = only(story, "fire", STAGE)
        for found in only(story, "discriminate", STAGE):
            late += any(e.time_s < found.time_s for e in fired)
            stopped += 1
            assert not [e for e in fired + only(story, "assign", STAGE) if e.time_s > found.time_s]
    assert 0 < late <= stopped < 40


def test_a_stage_takes_rounds_from_the_missile_that_follows() -> None:
    """Two missiles, one behind the other, and rounds for two: wasted on the first one's stage, they are lacking for the second."""
    data = raid(0.0, 1.0, count=2, spacing_s=150)
    data["batteries"][0]["weapons"][0]["rounds_ready"] = 2
    world = world_of(data)
    wasted = [told(world, events) for events in flown(world, 5)]
    assert all(any(e.kind == "impact" and e.reason == "no missile" for e in story) for story in wasted)
    data["raid"]["entries"][0]["stage_discrimination"] = 1.0
    world = world_of(data)
    assert not any(e.kind == "impact" for events in flown(world, 5) for e in told(world, events))


@pytest.mark.parametrize("discrimination", [0.0, 0.3, 0.7])
def test_the_plain_model_writes_the_same_events(discrimination: float) -> None:
    """benchmarks.plain: the model once more, in plain Python objects."""
    data = raid(discrimination, 0.4, count=3, spacing_s=20, lateral_spacing_m=2000)
    data["commands"][0] |= {"identification_error": 0.2, "identification_time_s": 5}
    data["batteries"][0]["weapons"][0]["rounds_ready"] = 6
    world = world_of(data).arrays
    flyer, plain = Flyer(world), PlainModel(world)
    kinds: set[int] = set()
    for replication in range(6):
        events = flyer.events(3, replication)
        kinds |= set(events["kind"].tolist())
        assert first_difference(events, plain.events(3, replication)) is None
    assert (Kind.DISCRIMINATE in kinds) == (discrimination > 0.0)


@pytest.mark.parametrize("how", ["filtered", "networked", "traffic", "free"])
def test_with_everything_else(how: str) -> None:
    data = raid(0.0)
    if how == "filtered":
        data["picture"] = "filtered"
    elif how == "networked":
        data["commands"] += [ideal_post("Other"), ideal_post("Above")]
        data["exchanges"] = [{"name": "x", "between": ["Post 1", "Other"], "mode": "full"}]
    elif how == "free":
        data["batteries"][0]["doctrine"] |= {"weapon_control": "free"}
    else:
        way = [{"latitude_deg": 38.3, "longitude_deg": 33.0}, {"latitude_deg": 38.3, "longitude_deg": 34.5}]
        data["traffic"] = {"entries": [{"name": "airliner", "waypoints": way}]}
    world = world_of(data)
    for events in flown(world, 3):
        story = told(world, events)
        assert [e.subject for e in story if e.kind == "impact"] == ["missile"]
        assert not [e for e in story if e.kind == "wrongful" and e.object == STAGE]
        if how != "traffic":  # there the evidence decides
            assert only(story, "fire", STAGE)
    data["raid"]["entries"][0]["stage_discrimination"] = 1.0
    world = world_of(data)
    for events in flown(world, 3):
        story = told(world, events)
        (found,) = [e for e in only(story, "discriminate", STAGE) if e.subject == "Post 1"]
        assert not [e for e in only(story, "fire", STAGE) if e.time_s > found.time_s]


def test_compiled_again_it_is_the_same() -> None:
    world = world_of(raid())
    cards = dict(world.loaded.cards)
    card = cards["Test radar"]
    update = {"reference_rcs": card["reference_rcs"].model_copy(update={"nominal": 0.02})}
    cards["Test radar"] = card.model_copy(update={"parameters": {**card.parameters, **update}})
    other = replace(world.loaded, cards=cards)
    again = compile_world(other, reuse=world)
    assert again.content_hash() == compile_world(other).content_hash()
    assert again.arrays.path_m is world.arrays.path_m


def test_what_is_not_known_of_it_is_sampled() -> None:
    def groups(**changes: Any) -> set[str]:
        return {group.name for group in Ensemble(world_of(raid(**changes)), 1).groups if "spent stage" in group.name}

    assert groups() == {f"{CLASS}: spent stage's cross-section", f"{CLASS}: spent stage's discrimination"}
    assert groups(stage_discrimination=0.2) == {f"{CLASS}: spent stage's cross-section"}
    assert groups(spent_stage=False) == set()
    ensemble = Ensemble(world_of(raid()), 1)
    told_apart = {float(ensemble.arrays(number).threats[-1]["told_apart"]) for number in range(4)}
    assert len(told_apart) == 4
    assert all(0.0 <= value <= 0.95 for value in told_apart)


def test_a_run_says_what_it_cost(tmp_path: Any) -> None:
    path = write_scenario(tmp_path / "s.yaml", raid(0.0))
    simulate_into(path, tmp_path / "run", replications=4, seed=1, workers=1)
    run = open_run(tmp_path / "run")
    assert run.summary["threats"] == 1
    stages = run.summary["spent_stages"]
    assert stages["stages"] == 1
    assert stages["fired_at"]["value"] == 1.0
    assert stages["rounds"]["value"] > 0.0
    assert stages["told_apart"]["value"] == 0.0
    assert "rounds fired at them" in page(run)
    used = {row["parameter"] for row in run.sources if CLASS in row["system"]}
    assert {"stage_ballistic_coefficient", "stage_rcs_x"} <= used


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"system": "ballistic-500"}, "comes down in one piece"),
        ({"system": "Test cruise missile", "origin": NEAR}, "flies a route and leaves no spent stage"),
        ({"spent_stage": False, "stage_discrimination": 0.5}, "no stage to tell apart"),
        ({"stage_discrimination": 1.5}, "less than or equal to 1"),
    ],
)
def test_refused(changes: dict[str, Any], words: str) -> None:
    data = raid(**changes)
    with pytest.raises(DocumentError, match=words) as found:
        compile_scenario(loaded(data))
    assert all(problem.line > 1 for problem in found.value.problems)


def test_a_card_that_says_nothing_of_its_stage_is_refused() -> None:
    data = raid()
    card = copy.deepcopy(load_document(load_catalog().entries[CLASS].path).data)
    card |= {"name": "Silent", "aliases": []}
    card["parameters"] = {name: value for name, value in card["parameters"].items() if not name.startswith("stage_")}
    data["systems"].append(card)
    data["raid"]["entries"][0]["system"] = "Silent"
    with pytest.raises(DocumentError, match="gives no stage_ballistic_coefficient"):
        compile_scenario(loaded(data))
