"""Rules that cannot be: each refused with its place, and with the rule's name."""

from __future__ import annotations

from typing import Any

import pytest
from runs import layered, loaded, world_of

from buckler.errors import DocumentError, InputError


def said(data: dict[str, Any]) -> str:
    with pytest.raises(DocumentError) as caught:
        loaded(data)
    return str(caught.value)


def corners(*points: tuple[float, float]) -> list[dict[str, float]]:
    return [{"latitude_deg": lat, "longitude_deg": lon} for lat, lon in points]


SQUARE = corners((37.0, 33.0), (37.0, 34.0), (38.5, 34.0), (38.5, 33.0))


def test_a_polygon_that_crosses_itself() -> None:
    data = layered((0.5,), 1)
    data["zones"] = [{"name": "Bow tie", "corners": corners((37, 33), (38, 34), (38, 33), (37, 34))}]
    message = said(data)
    assert "the polygon crosses itself: the side from corner 1 to 2 meets that from corner 3 to 4" in message
    assert "test.yaml:" in message
    for points in (((37, 33), (38, 34), (37.5, 33.5)), ((37, 33), (37, 33), (38, 34), (38, 33))):
        data["zones"] = [{"name": "Flat", "corners": corners(*points)}]
        assert "corner" in said(data)
    data["zones"] = [{"name": "Far", "corners": corners((37, 179), (37, -179), (38, -179))}]
    assert "date line" in said(data)


def test_contradictory_status_for_one_place_and_time() -> None:
    data = layered((0.5, 0.5), 1)
    data["zones"] = [{"name": "Square", "corners": SQUARE}, {"name": "Elsewhere", "corners": corners((10, 10), (10, 11), (11, 11))}]
    one: dict[str, Any] = {"name": "One", "status": "hold", "nodes": ["Post 1"], "until_s": 100}
    two: dict[str, Any] = {"name": "Two", "status": "free", "nodes": ["Layer 1"], "zone": "Square", "from_s": 50}
    data["control_orders"] = [one, two]
    assert "contradicts 'One': hold and free for Layer 1 at one place and time" in said(data)
    for change in (
        {"nodes": ["Layer 2"]},
        {"from_s": 100},
        {"status": "hold"},
    ):
        data["control_orders"] = [one, {**two, **change}]
        loaded(data)
    data["control_orders"] = [{**one, "zone": "Elsewhere"}, two]
    loaded(data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zone": "Squre"}, "no zone is called 'Squre'; did you mean 'Square'?"),
        ({"yields_to": ["Layer 3"]}, "no battery is called 'Layer 3'; did you mean"),
        ({"asset_weights": {"Depo": 2}}, "no asset is called 'Depo'; did you mean 'Depot'?"),
        ({"yields_to": ["Layer 1"]}, "Layer 1 yields to Layer 1"),
        ({"policy": "shoot-look-shoot", "salvo": 2}, "salvo: 2 is not shoot-look-shoot"),
        ({"minimum_range_m": 5000, "maximum_range_m": 4000}, "maximum_range_m must be more than minimum_range_m"),
        ({"classes": []}, "is empty"),
    ],
)
def test_rules_that_do_not_fit(change: dict[str, Any], message: str) -> None:
    data = layered((0.5, 0.5), 1)
    data["zones"] = [{"name": "Square", "corners": SQUARE}]
    data["batteries"][0]["doctrine"] = change
    assert message in said(data)


def test_a_ring_of_batteries_that_wait_for_each_other() -> None:
    data = layered((0.5, 0.5), 1)
    for k in (0, 1):
        data["batteries"][k]["doctrine"] = {"yields_to": [f"Layer {2 - k}"]}
    assert "Layer 1 yields to Layer 2 yields to Layer 1" in said(data)


@pytest.mark.parametrize(
    ("doctrine", "weapon", "rule"),
    [
        ({"class_weights": dict.fromkeys(("ballistic", "cruise", "aircraft", "drone", "helicopter"), 0)}, {}, "doctrine.class_weights"),
        ({"asset_weights": {"Depot": 0}}, {}, "doctrine.asset_weights"),
        ({"salvo": 9}, {"rounds_ready": 8}, "doctrine.salvo"),
        ({}, {"rounds_ready": 8, "reserve_rounds": 8}, "reserve_rounds"),
        ({"minimum_kill_probability": 0.9}, {}, "doctrine.minimum_kill_probability"),
        ({"zone": "Elsewhere"}, {}, "doctrine.zone (Elsewhere)"),
        ({"minimum_height_m": 30_000}, {}, "height rules"),
        ({"minimum_range_m": 30_000}, {}, "range rules"),
    ],
)
def test_a_doctrine_that_can_never_fire(doctrine: dict[str, Any], weapon: dict[str, Any], rule: str) -> None:
    data = layered((0.5,), 1)
    data["zones"] = [{"name": "Elsewhere", "corners": corners((10, 10), (10, 11), (11, 11))}]
    data["batteries"][0]["doctrine"] = doctrine
    data["batteries"][0]["weapons"][0] |= weapon
    with pytest.raises(InputError) as caught:
        world_of(data)
    assert rule in str(caught.value)
    assert "Layer 1" in str(caught.value)


def test_classes_that_its_rounds_cannot_engage() -> None:
    data = layered((0.5,), 1)
    data["batteries"][0]["doctrine"] = {"classes": ["ballistic"]}
    data["batteries"][0]["weapons"] = [{"system": "KORKUT", "rounds_ready": 10}]
    with pytest.raises(InputError, match=r"doctrine\.classes \(ballistic\) excludes every target that its rounds can engage"):
        world_of(data)
