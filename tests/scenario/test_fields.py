"""Fields by path: what is found, what is refused and why, what setting one does."""

from __future__ import annotations

from typing import Any

import pytest
from runs import layered, loaded

from buckler.errors import InputError
from buckler.scenario.fields import field_path, varied
from buckler.scenario.load import Loaded


@pytest.fixture(scope="module")
def base() -> Loaded:
    return loaded(layered((0.5, 0.5), 2))


def test_a_path_leads_to_a_field_and_sets_it(base: Loaded) -> None:
    field = field_path(base.scenario, "batteries[Layer 2].doctrine.salvo")
    changed = varied(base, [(field, 3)])
    assert [battery.doctrine.salvo for battery in changed.scenario.batteries] == [1, 3]
    assert [battery.doctrine.salvo for battery in base.scenario.batteries] == [1, 1]


def test_every_entry_and_what_is_inside(base: Loaded) -> None:
    every = field_path(base.scenario, "batteries[*].doctrine.salvo_by_class[cruise]")
    rounds = field_path(base.scenario, "batteries[Layer 1].weapons[Round 1].rounds_ready")
    changed = varied(base, [(every, 2), (rounds, 7)], ["Radar 2"]).scenario
    assert [battery.name for battery in changed.batteries] == ["Layer 1"]
    assert changed.batteries[0].doctrine.salvo_by_class == {"cruise": 2}
    assert changed.batteries[0].weapons[0].rounds_ready == 7
    assert rounds.whole
    assert not field_path(base.scenario, "commands[Post 1].latency_s").whole


def test_a_raid_has_a_class_and_a_size(base: Loaded) -> None:
    changed = varied(base, [(field_path(base.scenario, "raid.entries[cruise].count"), 5)])
    assert changed.scenario.raid.entries[0].count == 5
    changed = varied(base, [(field_path(base.scenario, "raid.entries[cruise].system"), "cruise-missile-subsonic")])
    assert "cruise-missile-subsonic" in changed.cards


@pytest.mark.parametrize(
    "field",
    ["origin.latitude_deg", "origin", "waypoints", "start_s", "spacing_s", "lateral_spacing_m", "speed_mps", "height_m", "height_reference",
     "target", "release_distance_m"],
)  # fmt: skip
def test_a_raids_routes_timing_and_aim_points_are_refused(base: Loaded, field: str) -> None:
    with pytest.raises(InputError, match="given and never varied"):
        field_path(base.scenario, f"raid.entries[cruise].{field}")


@pytest.mark.parametrize("field", ["latitude_deg", "longitude_deg", "site"])
def test_an_assets_position_is_an_aim_point(base: Loaded, field: str) -> None:
    with pytest.raises(InputError, match="given and never varied"):
        field_path(base.scenario, f"assets[Depot].{field}")
    assert field_path(base.scenario, "assets[Depot].value").places == (("assets", 0, "value"),)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("batteries[Layr 1].doctrine.salvo", r"did you mean batteries\[Layer 1\]"),
        ("batteries[Layer 1].doctrine.salvos", r"did you mean batteries\[Layer 1\]\.doctrine\.salvo"),
        ("batteris[Layer 1].doctrine.salvo", "did you mean batteries"),
        ("batteries.doctrine.salvo", r"name one, such as batteries\[Layer 1\]"),
        ("batteries[Layer 1]", "to take it out write without"),
        ("batteries[Layer 1].doctrine", r"name one of .*batteries\[Layer 1\]\.doctrine\.salvo,"),
        ("batteries[Layer 1].doctrine.salvo.x", "single value"),
        ("batteries[Layer 1].name", "address of luck"),
        ("batteries[Layer 1].hypothetical", "changes nothing"),
        ("batteries[Layer 1].doctrine.salvo_by_class[tanks]", "there are ballistic, cruise"),
        ("title", "cannot be varied"),
        ("systems[Test radar].title", "cannot be varied"),
        ("batteries[Layer 1", "is no path"),
        ("", "is no path"),
    ],
)
def test_what_leads_nowhere(base: Loaded, path: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        field_path(base.scenario, path)


@pytest.mark.parametrize(
    ("value", "says"), [("two", "whole number"), (2.5, "whole number"), (99, "16"), (True, "whole number")]
)
def test_a_level_that_does_not_fit(base: Loaded, value: Any, says: str) -> None:
    with pytest.raises(InputError, match=rf"batteries\[Layer 1\]\.doctrine\.salvo: .*{says}"):
        varied(base, [(field_path(base.scenario, "batteries[Layer 1].doctrine.salvo"), value)])
