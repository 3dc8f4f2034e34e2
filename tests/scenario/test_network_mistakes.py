"""What can be wrong with a network, each with its place in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from runs import layered, loaded, write_scenario

from buckler.documents import load_document
from buckler.errors import DocumentError
from buckler.scenario.load import check_scenario
from buckler.scenario.parts import without
from buckler.world.faults import compile_scenario

Scenario = dict[str, Any]


def unknown_node(data: Scenario) -> None:
    data["links"][0]["between"][1] = "Post 7"


def to_itself(data: Scenario) -> None:
    data["links"][0]["between"] = ["Radar 1", "Radar 1"]


def unknown_post(data: Scenario) -> None:
    data["exchanges"] = [{"name": "x", "between": ["Post 1", "Nobody"], "mode": "full"}]


def command_loop(data: Scenario) -> None:
    data["commands"][0]["superior"] = "Post 2"
    data["commands"][1]["superior"] = "Post 1"


def commanded_by_nobody(data: Scenario) -> None:
    data["links"].append({"name": "elsewhere", "between": ["Layer 1", "Radar 2"]})


def reports_to_nobody(data: Scenario) -> None:
    data["links"][0]["between"] = ["Radar 1", "Layer 2"]


def twice_told(data: Scenario) -> None:
    data["exchanges"] = [
        {"name": "x", "between": ["Post 1", "Post 2"], "mode": "full"},
        {"name": "y", "between": ["Post 2", "Post 1"], "mode": "no"},
    ]


def up_and_down(data: Scenario) -> None:
    data["status"] = [
        {"of": "Radar 1", "state": "down", "from_s": 100, "until_s": 300},
        {"of": "Radar 1", "state": "up", "from_s": 200, "until_s": 400},
    ]


def up_in_an_outage(data: Scenario) -> None:
    data["links"][0]["outages"] = [{"from_s": 0, "until_s": 50}]
    data["status"] = [{"of": "t1", "state": "up"}]


def no_way_to_tell(data: Scenario) -> None:
    data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": "voice"}]


def backwards(data: Scenario) -> None:
    data["links"][0]["outages"] = [{"from_s": 60, "until_s": 50}]


def nowhere(data: Scenario) -> None:
    data["links"][0]["kind"] = "radio"


MISTAKES = [
    (unknown_node, "no node (sensor, command post, battery or patrol) is called 'Post 7'; did you mean"),
    (to_itself, "a link joins two different nodes"),
    (unknown_post, "no command post is called 'Nobody'"),
    (command_loop, "a command loop: 'Post 1' is under 'Post 2' is under 'Post 1'"),
    (commanded_by_nobody, "no command post commands it: no way over the links leads from 'Layer 1' to 'Post 1'"),
    (reports_to_nobody, "it reports to nobody"),
    (twice_told, "the exchange 'x' says full"),
    (up_and_down, "'Radar 1' is up here and down in status[0], from 200 s to 300 s: it cannot be both"),
    (up_in_an_outage, "'t1' is up here and down in outage 1 of the link, from 0 s to 50 s"),
    (no_way_to_tell, "no way over the links joins 'Post 1' and 'Post 2'"),
    (backwards, "until_s must be later than from_s"),
    (nowhere, "a radio link needs to know where 'Post 1' is"),
]


def scenario() -> Scenario:
    data = layered((1.0, 1.0), 1)
    data["links"] = [{"name": "t1", "between": ["Radar 1", "Post 1"]}]
    return data


@pytest.mark.parametrize(("mistake", "said"), MISTAKES, ids=[mistake.__name__ for mistake, _ in MISTAKES])
def test_each_mistake_is_said_with_its_place(mistake: Any, said: str, tmp_path: Path) -> None:
    data = scenario()
    mistake(data)
    path = write_scenario(tmp_path / "bad.yaml", data)
    with pytest.raises(DocumentError) as caught:
        check_scenario(load_document(path))
    problems = [problem for problem in caught.value.problems if said in problem.message]
    assert problems, caught.value
    assert problems[0].line > 1
    assert problems[0].column > 1


def test_a_radio_link_behind_the_horizon_and_a_satellite_under_it_are_refused_with_their_places(tmp_path: Path) -> None:
    data = scenario()
    data["commands"][0] |= {"latitude_deg": 39.9, "longitude_deg": 33.9}
    data["links"][0]["kind"] = "radio"
    with pytest.raises(DocumentError, match="no line of sight between 'Radar 1' and 'Post 1'"):
        compile_scenario(check_scenario(load_document(write_scenario(tmp_path / "radio.yaml", data))))
    data["links"][0] |= {"kind": "satellite", "minimum_elevation_deg": 60}
    with pytest.raises(DocumentError, match=r"Turksat 4A at 42 E stands at 4\d\.\d degrees, under its mask of 60"):
        compile_scenario(check_scenario(load_document(write_scenario(tmp_path / "satellite.yaml", data))))


def test_taking_out_a_link_leaves_its_nodes_cut_off_not_joined() -> None:
    taken = without(loaded(scenario()).scenario, "t1")
    assert [(fact.of, fact.state) for fact in taken.status] == [("t1", "down")]
    assert [link.name for link in taken.links] == ["t1"]
