"""What can be wrong with a patrol, each with its place in the file; and when which sortie is on station."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from runs import loaded, write_scenario

sys.path.append(str(Path(__file__).parents[1] / "engine"))
from patrolled import patrolled

from buckler.documents import Place, load_document
from buckler.errors import DocumentError
from buckler.scenario.load import check_scenario
from buckler.scenario.parts import parts_of_the_defence, without
from buckler.scenario.patrols import Patrol, Tanker
from buckler.scenario.sorties import turns_of
from buckler.world.faults import compile_scenario

Entry = dict[str, Any]


def changed(**changes: Any) -> Callable[[Entry], None]:
    def change(data: Entry) -> None:
        for key, value in changes.items():
            if value is None:
                del data["patrols"][0][key]
            else:
                data["patrols"][0][key] = value

    return change


def blind(data: Entry) -> None:
    data["patrols"][0]["fire_control"] = []


def short_of_time(data: Entry) -> None:
    next(card for card in data["systems"] if card["name"] == "Test fighter")["parameters"].pop("on_station_time")


def name_taken(data: Entry) -> None:
    data["patrols"][0]["reliefs"] = 1
    data["sensors"].append({**data["sensors"][0], "name": "Patrol-2 radar"})


def unknown_end(data: Entry) -> None:
    data["links"] = [{"name": "Link", "between": ["Patrool", "Post"]}]


def aboard_the_ground(data: Entry) -> None:
    data["commands"][0]["aboard"] = "Eye"


def aboard_nothing(data: Entry) -> None:
    data["commands"][0]["aboard"] = "AEW"


def backwards_tanker(data: Entry) -> None:
    data["tankers"] = [{"name": "Tanker", "from_s": 10, "until_s": 5, "refuellings": 1}]


MISTAKES = [
    (changed(time_on_station_s=0), ("patrols", 0, "time_on_station_s"), "greater than 0"),
    (changed(weapons=[]), ("patrols", 0, "weapons"), "at least 1"),
    (changed(weapons=None), ("patrols", 0), "weapons"),
    (changed(altitude_m=None), ("patrols", 0), "altitude_m"),
    (changed(orbit=None), ("patrols", 0), "orbit"),
    (changed(commit_range_m=None), ("patrols", 0), "commit_range_m"),
    (changed(tanker="Tankr"), ("patrols", 0, "tanker"), "no tanker is called 'Tankr'"),
    (changed(command="Pots"), ("patrols", 0, "command"), "did you mean 'Post'?"),
    (changed(fire_control=["Eyes"]), ("patrols", 0, "fire_control", 0), "did you mean 'Eye'?"),
    (changed(system="Test radar"), ("patrols", 0, "system"), "here stands one of: fighter"),
    (changed(weapons=[{"system": "48N6E3", "rounds": 2}]), ("patrols", 0, "weapons", 0, "system"), "one of: air-to-air-missile"),
    (changed(system="Su-57"), ("patrols", 0, "system"), None),
    (changed(altitude_m=19_999, dash_speed_mps=100), ("patrols", 0), "slower than it flies on station"),
    (changed(doctrine={"minimum_height_m": 20_000}), ("patrols", 0), "height rules leave"),
    (changed(doctrine={"minimum_range_m": 200_000}), ("patrols", 0), "range rules leave nothing within commit_range_m"),
    (changed(doctrine={"zone": "Nowhere"}), ("patrols", 0, "doctrine", "zone"), "no zone is called 'Nowhere'"),
    (blind, ("patrols", 0), "name in fire_control the sensors that guide it"),
    (short_of_time, ("patrols", 0), "write time_on_station_s"),
    (name_taken, ("patrols", 0, "name"), "taken"),
    (unknown_end, ("links", 0, "between", 0), "did you mean 'Patrol'?"),
    (aboard_the_ground, ("commands", 0, "aboard"), "does not fly"),
    (aboard_nothing, ("commands", 0, "aboard"), "no sensor is called 'AEW'"),
    (backwards_tanker, ("tankers", 0, "until_s"), "later than from_s"),
]


@pytest.mark.parametrize(("make", "place", "said"), MISTAKES)
def test_a_mistake_is_said_with_its_place(make: Callable[[Entry], None], place: Place, said: str | None, tmp_path: Path) -> None:
    data = patrolled()
    data["environment"] = {"terrain": "flat"}
    make(data)
    document = load_document(write_scenario(tmp_path / "s.yaml", data))
    if said is None:  # in service, with a radar of its own
        compile_scenario(check_scenario(document))
        return
    with pytest.raises(DocumentError) as caught:
        compile_scenario(check_scenario(document))
    mark = document.mark(place)
    assert [problem for problem in caught.value.problems if said in problem.message and problem.line == mark.line], caught.value


def test_without_takes_out_a_patrol_a_tanker_and_what_names_them() -> None:
    data = patrolled(tanker="Tanker")
    data["tankers"] = [{"name": "Tanker", "refuellings": 1}]
    data["links"] = [{"name": "Wire", "between": ["Patrol", "Post"]}]
    data["control_orders"] = [{"name": "Order", "status": "hold", "nodes": ["Patrol"]}]
    scenario = loaded(data).scenario
    assert {("patrol", "Patrol"), ("tanker", "Tanker")} <= set(parts_of_the_defence(scenario))
    left = without(scenario, "Patrol")
    assert (left.patrols, left.links, left.control_orders) == ([], [], [])
    assert without(scenario, "Tanker").patrols[0].tanker is None


def patrol(name: str, **changes: Any) -> Patrol:
    return Patrol.model_validate({**patrolled()["patrols"][0], "name": name, **changes})


def spans(patrols: list[Patrol], tankers: list[Tanker], time_s: float) -> dict[str, list[tuple[float, float]]]:
    found = turns_of(patrols, tankers, {one.name: time_s for one in patrols})
    return {name: [(turn.from_s, turn.until_s) for turn in turns] for name, turns in found.items()}


def test_reliefs_follow_when_the_one_before_leaves_or_as_stated() -> None:
    assert spans([patrol("A", reliefs=2, on_station_from_s=50)], [], 100) == {"A": [(50, 150), (150, 250), (250, 350)]}
    assert spans([patrol("A", reliefs=1, relief_after_s=80)], [], 100) == {"A": [(0, 100), (80, 180)]}
    assert spans([patrol("A", reliefs=1, relief_after_s=130)], [], 100) == {"A": [(0, 100), (130, 230)]}


def test_a_tanker_gives_what_it_has_to_who_comes_first() -> None:
    early, late = patrol("B", tanker="T", aircraft=2), patrol("A", tanker="T", aircraft=2, on_station_from_s=10)
    assert spans([late, early], [Tanker(name="T", refuellings=3)], 100) == {"B": [(0, 200)], "A": [(10, 110)]}
    assert spans([late, early], [Tanker(name="T", refuellings=4)], 100) == {"B": [(0, 200)], "A": [(10, 210)]}
    assert spans([early], [Tanker(name="T", refuellings=9, until_s=99)], 100) == {"B": [(0, 100)]}
    twice = patrol("B", tanker="T", refuellings=2, reliefs=1)
    assert spans([twice], [Tanker(name="T", refuellings=2)], 100) == {"B": [(0, 300), (300, 400)]}
