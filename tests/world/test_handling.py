"""How hard what flies a route turns, climbs and comes down: every packaged card says so, and the compile step reads it."""

from __future__ import annotations

from math import hypot, radians, tan
from typing import Any

import numpy as np
import pytest
from runs import assumed, cruise_card, layered, loaded, world_of

from buckler.catalog.load import load_catalog
from buckler.errors import DocumentError
from buckler.world.compile import World
from buckler.world.faults import compile_scenario
from buckler.world.motion import HANDLING, limits

FLYERS = ("fighter", "aew-aircraft", "uav", "helicopter", "airliner", "one-way-attack-drone", "cruise-missile")
G = 9.80665


def raid(waypoints: list[dict[str, Any]], **parameters: Any) -> dict[str, Any]:
    """One aircraft at 250 m/s and 3,000 m above the sea, through waypoints."""
    data = layered((0.0,), 1)
    flies = {"kill_class": assumed("aircraft", "text"), "cruise_height": assumed(3000, "m")}
    data["systems"].append(cruise_card("Test aircraft", **{**flies, **parameters}) | {"kind": "fighter"})
    data["raid"]["entries"][0] |= {"system": "Test aircraft", "waypoints": waypoints}
    return data


def rows_of(world: World) -> np.ndarray:
    return np.asarray(world.arrays.path_m)


@pytest.mark.parametrize("name", [entry.name for entry in load_catalog().entries.values() if entry.kind in FLYERS])
def test_every_packaged_airframe_states_its_limits_with_their_range(name: str) -> None:
    card = load_catalog()[name]
    for parameter in ("turn_load_factor", "climb_rate"):
        low, nominal, high = card.range_si(parameter)
        assert low < nominal < high
        assert card[parameter].basis == "assumption" or card[parameter].sources
    assert limits(card).load_factor == pytest.approx(card.si("turn_load_factor") / G)
    assert limits(card).climb_mps == limits(card).descent_mps == card.si("climb_rate")
    if card.known("detection_range") and card.kind != "helicopter":
        assert radians(10) < card.si("orbit_bank") < radians(60)


def test_the_class_answers_for_a_card_that_is_silent() -> None:
    for kill_class, handling in HANDLING.items():
        card = loaded(raid([], kill_class=assumed(kill_class, "text"))).card("Test aircraft")
        assert limits(card) == handling
    card = loaded(raid([], descent_rate=assumed(30, "m/s"))).card("Test aircraft")
    assert limits(card) == (3.0, 100.0, 30.0)


@pytest.mark.parametrize("load_factor", [1.5, 3.0, 6.0])
def test_a_corner_is_flown_at_the_cards_load_factor(load_factor: float) -> None:
    """R = v^2/(g sqrt(n^2 - 1)) (Anderson 1999, equation 6.9): the greatest turn of the path a second is v/R."""
    corner = [{"latitude_deg": 38.2, "longitude_deg": 33.6}]
    rows = rows_of(world_of(raid(corner, turn_load_factor=assumed(load_factor, "g"))))
    unit = np.diff(rows[:, :3], axis=0)[:-1]
    unit /= np.linalg.norm(unit, axis=1)[:, None]
    bend = np.arccos(np.clip(np.sum(unit[1:] * unit[:-1], axis=1), -1.0, 1.0)).max()
    assert bend == pytest.approx(250.0 / (250.0**2 / (G * np.sqrt(load_factor**2 - 1.0))), rel=0.03)


def test_what_is_too_tight_for_one_airframe_another_turns() -> None:
    tight = [{"latitude_deg": 38.05, "longitude_deg": 33.5}, {"latitude_deg": 38.0, "longitude_deg": 33.55}]
    world_of(raid(tight, turn_load_factor=assumed(4, "g")))
    with pytest.raises(DocumentError, match="too tight to turn"):
        compile_scenario(loaded(raid(tight, turn_load_factor=assumed(1.1, "g"))))


def test_climb_and_descent_have_limits_of_their_own() -> None:
    up = [{"latitude_deg": 38.0, "longitude_deg": 33.5, "height_m": 6000}]  # 3,000 m in some 105 s, and level on
    down = [{"latitude_deg": 38.0, "longitude_deg": 33.5, "height_m": 1000}]
    slow_down = {"climb_rate": assumed(60, "m/s"), "descent_rate": assumed(10, "m/s")}
    world_of(raid(up, **slow_down))
    with pytest.raises(DocumentError, match="of descent and the airframe has 10 m/s"):
        compile_scenario(loaded(raid(down, **slow_down)))
    with pytest.raises(DocumentError, match="of climb and the airframe has 20 m/s"):
        compile_scenario(loaded(raid(up, climb_rate=assumed(20, "m/s"))))


def test_a_load_factor_that_does_not_even_carry_it_is_refused() -> None:
    with pytest.raises(DocumentError, match="level flight alone takes 1 g"):
        compile_scenario(loaded(raid([], turn_load_factor=assumed(0.9, "g"))))


def orbiting(**parameters: Any) -> dict[str, Any]:
    data = layered((0.5,), 1)
    card = data["systems"][0]
    flies = {name: value for name, value in cruise_card("x")["parameters"].items() if name not in card["parameters"]}
    flies |= {"kill_class": assumed("aircraft", "text"), "speed": assumed(200, "m/s")}
    card["kind"] = "aew-aircraft"
    card["parameters"] |= {**flies, **parameters}
    data["sensors"][0] |= {"altitude_m": 9000, "orbit": {"heading_deg": 90, "leg_length_m": 30_000}}
    return data


def test_an_orbit_turns_at_the_cards_bank() -> None:
    spans = {}
    for bank in (15, 30):
        orbit = world_of(orbiting(orbit_bank=assumed(bank, "deg"))).arrays.orbits[:, :3]
        centre = orbit[:-1].mean(axis=0)
        spans[bank] = np.linalg.norm(orbit - centre, axis=1).max()
        radius = 200.0**2 / (G * tan(radians(bank)))
        assert spans[bank] == pytest.approx(15_000 + radius, rel=0.01)
    assert spans[15] > spans[30]


def test_an_orbit_tighter_than_the_airframe_bears_is_refused() -> None:
    data = orbiting(turn_load_factor={**assumed(1.2, "g"), "low": 1.1, "high": 2.5})
    data["sensors"][0]["orbit"]["turn_radius_m"] = 2_000
    world_of(data)  # 2.27 g
    assert hypot(1.0, 200.0**2 / 2_000 / G) == pytest.approx(2.27, abs=0.01)
    data["sensors"][0]["orbit"]["turn_radius_m"] = 1_500
    with pytest.raises(DocumentError, match=r"is 2.9 g, and Test radar bears 2.5 g"):
        compile_scenario(loaded(data))
