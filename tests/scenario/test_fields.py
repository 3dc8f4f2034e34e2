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
     "target", "release_distance_m", "route", "launch_s"],
)  # fmt: skip
def test_a_raids_routes_timing_and_aim_points_are_refused(base: Loaded, field: str) -> None:
    with pytest.raises(InputError, match="given and never varied"):
        field_path(base.scenario, f"raid.entries[cruise].{field}")


@pytest.fixture(scope="module")
def ruled() -> Loaded:
    """Two layers, a radio link between post and battery, a zone, an order that holds there, an exchange."""
    data = layered((0.5, 0.5), 2)
    data["links"] = [
        {"name": "radio", "between": ["Layer 1", "Post 1"], "latency_s": 1, "outages": [{"from_s": 10, "until_s": 20}]},
        {"name": "cable", "between": ["Post 1", "Post 2"]},
    ]
    data["exchanges"] = [{"name": "all", "between": ["Post 1", "Post 2"], "mode": "full"}]
    corners = [(37.0, 33.0), (37.0, 35.0), (39.0, 35.0), (39.0, 33.0)]
    data["zones"] = [{"name": "box", "corners": [{"latitude_deg": a, "longitude_deg": b} for a, b in corners]}]
    data["control_orders"] = [{"name": "quiet", "status": "hold", "zone": "box", "from_s": 0, "until_s": 60}]
    return loaded(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("links[radio].latency_s", 2.5), ("links[*].loss", 0.2), ("links[radio].capacity_tracks_per_s", 4.0),
        ("links[cable].latency_s", 0.7), ("links[radio].outages[1].until_s", 40.0),
        ("exchanges[all].mode", "voice"), ("control_orders[quiet].status", "tight"),
        ("control_orders[quiet].until_s", 90.0), ("zones[box].corners[3].latitude_deg", 38.5), ("picture", "filtered"),
    ],
)  # fmt: skip
def test_the_network_and_the_rules_are_the_defences(ruled: Loaded, path: str, value: Any) -> None:
    field = field_path(ruled.scenario, path)
    changed = varied(ruled, [(field, value)]).scenario.model_dump(mode="json")
    for place in field.places:
        here: Any = changed
        for key in place:
            here = here[key]
        assert here == value


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("links[radio].loss", 1.5, "less than 1"),
        ("links[radio].between", ["Post 1", "Nowhere"], "Nowhere"),
        ("control_orders[quiet].status", "never", "hold"),
        ("control_orders[quiet].until_s", -5.0, "0"),
        ("control_orders[quiet].zone", "bix", "did you mean 'box'"),
        ("zones[box].corners[1].latitude_deg", 40.0, "cross"),
    ],
)
def test_what_does_not_fit_the_network_or_the_rules(ruled: Loaded, path: str, value: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        varied(ruled, [(field_path(ruled.scenario, path), value)])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("links[rado].loss", r"did you mean links\[radio\]"),
        ("control_orders[quiet].states", r"did you mean control_orders\[quiet\]\.status"),
        ("links[radio].name", "address of luck"),
        ("interference[x].from_s", "cannot be varied"),
    ],
)
def test_where_no_path_of_the_network_leads(ruled: Loaded, path: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        field_path(ruled.scenario, path)


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
