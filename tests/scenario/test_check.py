"""`buckler check`: every mistake at once, each with its place, the offending text and what to write instead."""

from __future__ import annotations

import copy
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from runs import assumed, layered, loaded, world_of, write_scenario

from buckler.documents import parse_document
from buckler.errors import DocumentError, InputError
from buckler.scenario.load import check_scenario, load_scenario, scenario_yaml
from buckler.scenario.members import member_name
from buckler.scenario.packaged import packaged_scenarios
from buckler.scenario.parts import without
from buckler.world.faults import faults

SMOKE = (resources.files("buckler.scenario") / "library" / "smoke.yaml").read_text(encoding="utf-8")


def mistakes(text: str) -> list[str]:
    with pytest.raises(DocumentError) as raised:
        check_scenario(parse_document(text, "s.yaml"))
    return [str(problem) for problem in raised.value.problems]


def place(text: str, written: str) -> str:
    """file:line:column of what stands after the bar in `written`, where that first stands in the text."""
    before, after = written.split("|")
    at = text.index(before + after) + len(before)
    return f"s.yaml:{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}:"


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("latitude_deg: 38.0\n    longitude_deg: 34.0\n", "latitude_deg: 91\n    longitude_deg: 34.0\n", "|91", "less than or equal to 90"),
        ("spacing_s: 15", "spacing_s: -15", "|-15", "greater than or equal to 0"),
        ("AN/TPS-77", "AN/TPS-78", "|AN/TPS-78", "'AN/TPS-77'"),
        ("target: Depot", "target: Depo", "target: |Depo\n", "'Depot'"),
        ("- Fire control radar", "- Fire controll radar", "|Fire controll radar", "'Fire control radar'"),
        ("rounds_stored", "round_stored", "|round_stored", "'rounds_stored'"),
        ("2019-12-31", "2019-13-31", "|2019-13-31", "2019-12-31"),
        ("    hypothetical: true\n", "", "|HISAR-O+", "hypothetical: true"),
        ("- name: Fire control radar", "- name: search radar", "|search radar", "sensors[0]"),
        ("- name: cruise\n", "- name: drones-3\n", "|drones-3", "raid.entries[0]"),
        ("    fire_control:\n      - Fire control radar\n", "    fire_control: []\n", "|[]", "the list is empty"),
        ("system: one-way-attack-drone", "system: KORKUT radar", "|KORKUT radar", "is a radar"),
        ("rounds_ready: 6", "rounds_ready: six", "rounds_ready: |six", "whole number"),
    ],
)  # fmt: skip
def test_a_mistake_stands_where_it_was_made(old: str, new: str, at: str, said: str) -> None:
    assert old in SMOKE
    text = SMOKE.replace(old, new, 1)
    found = [line for line in mistakes(text) if line.startswith(place(text, at))]
    assert found
    assert any(said in line for line in found)


def test_every_mistake_is_told_at_once() -> None:
    text = SMOKE.replace("AN/TPS-77", "AN/TPS-78").replace("rounds_ready", "round_ready").replace("target: Depot", "target: Depo", 1)
    text = text.replace("spacing_s: 10", "spacing_s: ten").replace("command: Post\n", "command: Psot\n", 1)
    found = mistakes(text)
    for said in ("'AN/TPS-77'", "unknown field 'round_ready'", "'rounds_ready' is missing", "'Depot'", "'ten'", "'Post'"):
        assert any(said in line for line in found), said
    assert found == sorted(found, key=lambda line: int(line.split(":")[1]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMOKE[: SMOKE.index("raid:")], "'raid' is missing"),
        (SMOKE[: SMOKE.index("raid:")] + "raid:\n  entries: []\n", "the list is empty"),
        (SMOKE.replace("commands:", "commands: ["), "YAML syntax"),
        (SMOKE.replace("  - name: Post", "\t- name: Post"), "tab"),
        ("a: &a\n  b: *a\n", "would contain itself"),
    ],
    ids=["no raid", "no threats", "syntax", "tab", "loop"],
)
def test_a_document_that_cannot_stand(text: str, said: str) -> None:
    assert any(said in line for line in mistakes(text))


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    with file.open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(InputError, match="larger than 5 MB"):
        load_scenario(file)


def _card(index: int, parameter: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["systems"][index]["parameters"][parameter].update(changes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_card(0, "detection_range", nominal=-5), "detection_range is -5 km: it cannot be negative"),
        (_card(0, "scan_period", nominal=0), "scan_period is 0: it must be more"),
        (_card(1, "fire_channels", nominal=0), "fire_channels is 0: it must be more"),
        (_card(3, "max_range", unit="kn"), "did you mean 'kt'"),
        (_card(2, "rcs_s", nominal=-1), "cannot be negative"),
        (_card(3, "kill_probability_cruise", nominal=1.5), "between 0 and 1"),
    ],
)
def test_a_card_of_the_scenario_is_held_to_the_same_rules(change: Callable[[dict[str, Any]], None], said: str) -> None:
    data = layered((0.5,), 1)
    change(data)
    with pytest.raises(DocumentError, match=said):
        loaded(data)


def _sector(data: dict[str, Any]) -> None:
    data["systems"][0]["parameters"]["azimuth_sector"] = assumed(120, "deg")


def _height_rules(data: dict[str, Any]) -> None:
    data["batteries"][0]["doctrine"] = {"minimum_height_m": 20_000}


def _too_far(data: dict[str, Any]) -> None:
    data["raid"]["entries"][0] |= {"system": "ballistic-300", "origin": {"latitude_deg": 38.0, "longitude_deg": 20.0}}


def _no_way(data: dict[str, Any]) -> None:
    data["raid"]["entries"][0]["origin"] = {"latitude_deg": 38.0, "longitude_deg": 34.0}


@pytest.mark.parametrize(
    ("change", "at", "said"),
    [
        (_sector, ("sensors", 0), "sector_azimuth_deg"),
        (_height_rules, ("batteries", 0), "height rules"),
        (_too_far, ("raid", "entries", 0, "origin"), "reaches 300 km"),
        (_no_way, ("raid", "entries", 0, "target"), "same place"),
    ],
)
def test_what_cannot_stand_or_fly_is_named_with_its_place(
    change: Callable[[dict[str, Any]], None], at: tuple[str | int, ...], said: str
) -> None:
    data = layered((0.5,), 1)
    assert [*faults(loaded(data))] == []
    change(data)
    with pytest.raises(InputError, match=said):
        world_of(data)
    found = [*faults(loaded(data))]
    assert [where for where, _ in found] == [at]
    assert said in found[0][1]


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_reads_the_same_after_it_was_written(name: str, tmp_path: Path) -> None:
    first = load_scenario(name)
    (tmp_path / "s.yaml").write_text(scenario_yaml(first.scenario), encoding="utf-8")
    again = load_scenario(tmp_path / "s.yaml")
    assert scenario_yaml(again.scenario) == scenario_yaml(first.scenario)


def test_a_card_with_an_unknown_value_is_written_and_read_again(tmp_path: Path) -> None:
    data = layered((0.5,), 1)
    data["systems"][3]["parameters"]["launch_mass"] = {"value": None, "note": "Nobody knows."}
    first = loaded(data)
    (tmp_path / "s.yaml").write_text(scenario_yaml(first.scenario), encoding="utf-8")
    assert load_scenario(tmp_path / "s.yaml").card("Round 1")["launch_mass"].note == "Nobody knows."


def test_an_extending_scenario_keeps_its_own_places(tmp_path: Path) -> None:
    data = {"name": "mine", "title": "Mine", "extends": "smoke", "assets": [{"name": "Depot", "latitude_deg": 91, "longitude_deg": 1}]}
    with pytest.raises(DocumentError, match=r"s\.yaml:6:19: assets\[0\]\.latitude_deg"):
        load_scenario(write_scenario(tmp_path / "s.yaml", data))


def test_what_is_taken_out_leaves_nothing_that_names_it() -> None:
    scenario = loaded(layered((0.5, 0.5), 2)).scenario
    left = without(scenario, "Post 1")
    assert [entry.name for entry in left.batteries] == ["Layer 2"]
    assert [entry.name for entry in left.sensors] == ["Radar 2"]
    with pytest.raises(InputError, match="no raid entries left"):
        without(scenario, "cruise")


def test_members_are_numbered_so_that_names_sort_as_numbers() -> None:
    assert member_name("a", 1, 0) == "a"
    names = [member_name("a", 12, k) for k in range(12)]
    assert names == sorted(names)
    assert copy.copy(names)[0] == "a-01"
