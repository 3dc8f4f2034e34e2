"""Very short range: eyes by day, thermal sights by night, and what a radar's cue is worth to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from runs import assumed, card, cruise_card, flown, layered, radar_card, told, world_of

from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world

Scenario = dict[str, Any]


def sight_card(spectrum: str) -> dict[str, Any]:
    return card(
        "Test sight", "sight",
        detection_range=assumed(5, "km"), reference_size=assumed(3, "m"), scan_period=assumed(10, "s"),
        min_elevation=assumed(-10, "deg"), max_elevation=assumed(89, "deg"), azimuth_sector=assumed(360, "deg"),
        instrumented_range=assumed(12, "km"), antenna_height=assumed(5, "m"), range_accuracy=assumed(500, "m"),
        azimuth_accuracy=assumed(0.2, "deg"), spectrum=assumed(spectrum, "text"),
    )  # fmt: skip


def watched(spectrum: str = "visible", daylight: str = "day", size_m: float | None = 3.0, radar: bool = False, **weather: Any) -> Scenario:
    """One battery that fires at what its observer sees; with a radar, another that sees far beside it, at the same post."""
    data = layered((0.5,), 4)
    data["systems"] = [entry for entry in data["systems"] if entry["name"] not in ("Test radar", "Test cruise missile")]
    data["systems"] += [sight_card(spectrum), radar_card()]
    data["systems"].append(cruise_card(**({} if size_m is None else {"optical_size": assumed(size_m, "m")})))
    data["sensors"][0]["system"] = "Test sight"
    if radar:
        data["sensors"].append(data["sensors"][0] | {"name": "Wide radar", "system": "Test radar"})
    data["environment"] |= {"daylight": daylight, **weather}
    data["raid"]["entries"][0] |= {"lateral_spacing_m": 300}
    return data


def confirmed(data: Scenario, replications: int = 40) -> list[float]:
    """At what range the observer first came to hold each threat, m."""
    world = world_of(data)
    found = []
    for events in flown(world, replications):
        first: dict[str, float] = {}
        for e in told(world, events):
            if e.kind == "confirm" and e.subject == "Radar 1":
                first.setdefault(e.object, e.value)
        found += first.values()
    return found


def fires(data: Scenario) -> bool:
    world = world_of(data)
    return any(e.kind == "fire" for events in flown(world, 10) for e in told(world, events))


def test_by_night_an_eye_sees_nothing_and_a_thermal_sight_what_it_sees_by_day() -> None:
    assert fires(watched("visible", "day"))
    assert not confirmed(watched("visible", "night"))
    assert not fires(watched("visible", "night"))
    assert confirmed(watched("thermal", "night")) == confirmed(watched("thermal", "day")) != []


def test_a_target_of_half_the_size_is_seen_at_half_the_range() -> None:
    """Johnson's criterion: the range goes with the size; so it does for the first of many looks, if they come twice as often."""
    ranges = []
    for size_m in (3.0, 1.5):
        data = watched(size_m=size_m, visibility_m=200_000)
        data["systems"][-3]["parameters"]["instrumented_range"] = assumed(60, "km")
        data["sensors"][0] |= {"scan_period_s": 2 * size_m, "confirmation_hits": 1, "confirmation_scans": 1}
        ranges.append(np.median(confirmed(data, 100)))
    assert ranges[0] > 5_000.0
    assert ranges[1] / ranges[0] == pytest.approx(0.5, abs=0.05)


def test_nothing_is_seen_beyond_the_visibility_nor_of_what_has_no_size() -> None:
    assert max(confirmed(watched())) > 3_000.0
    assert max(confirmed(watched(visibility_m=2_000))) <= 2_000.0
    assert max(confirmed(watched("thermal", visibility_m=2_000))) > 3_000.0
    assert not confirmed(watched(size_m=None))


def test_a_radars_cue_makes_the_observer_see_sooner() -> None:
    alone, cued = confirmed(watched()), confirmed(watched(radar=True))
    assert np.mean(cued) > np.mean(alone) + 400.0
    data = watched(radar=True)
    data["sensors"][0]["cue_gain_db"] = 6  # binoculars, once he knows where to look: 1.4 times the range
    assert np.mean(confirmed(data)) > np.mean(cued) + 400.0


def test_the_packaged_sections_by_day_and_by_night() -> None:
    """turkey-2019-close-in: by night only the section with thermal sights fires. (At Incirlik others engage first, day and night.)"""
    for daylight in ("day", "night"):
        asked = load_scenario("turkey-2019-close-in")
        environment = asked.scenario.environment.model_copy(update={"daylight": daylight})
        world = compile_world(replace(asked, scenario=asked.scenario.model_copy(update={"environment": environment}), document=None))
        shots = {e.subject.split(":")[0] for events in flown(world, 60) for e in told(world, events) if e.kind == "fire"}
        assert "Stinger Bosporus" in shots
        assert ("Stinger Akkuyu" in shots) is (daylight == "day")
        assert daylight == "day" or "Stinger Incirlik" not in shots
