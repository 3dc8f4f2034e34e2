"""From what is asked to what kernels read: order, units, places, heights, and what is refused."""

from __future__ import annotations

from math import pi, radians

import numpy as np
import pytest
from runs import assumed, layered, world_of

from buckler.draws import name_key
from buckler.dtypes import NEVER_REACHED, OPEN
from buckler.errors import InputError
from buckler.units import is_physical, si_unit, to_si
from buckler.world import entities
from buckler.world.compile import World
from buckler.world.entities import Entity, refuse_collisions


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(layered((0.5, 0.7), 3))


@pytest.mark.parametrize(
    ("value", "unit", "expected", "si"),
    [
        (1, "nmi", 1852.0, "m"),  # BIPM SI brochure, 9th edition, table 8
        (1, "ft", 0.3048, "m"),  # exact, 1959
        (1, "kt", 1852 / 3600, "m/s"),
        (180, "deg", pi, "rad"),
        (1, "g", 9.80665, "m/s2"),
        (36, "km/h", 10.0, "m/s"),
        (1, "Mach", 340.294, "m/s"),  # US Standard Atmosphere 1976, sea level
        (600, "rounds/min", 10.0, "1/s"),
    ],
)
def test_units_become_si(value: float, unit: str, expected: float, si: str) -> None:
    assert to_si(value, unit) == pytest.approx(expected, rel=1e-12)
    assert si_unit(unit) == si


def test_a_price_is_not_physical() -> None:
    assert not is_physical("M USD")
    with pytest.raises(KeyError):
        to_si(1, "M USD")


def test_entities_stand_by_kind_then_by_name(world: World) -> None:
    kinds = [entity.kind for entity in world.entities]
    assert list(dict.fromkeys(kinds)) == ["asset", "battery", "command", "sensor", "threat", "weapon"]
    for kind in set(kinds):
        names = [entity.key for entity in world.entities if entity.kind == kind]
        assert names == sorted(names)
    for first, kind in ((world.arrays.first_battery, "battery"), (world.arrays.first_command, "command"),
                        (world.arrays.first_sensor, "sensor"), (world.arrays.first_threat, "threat"),
                        (world.arrays.first_weapon, "weapon")):  # fmt: skip
        assert kinds.index(kind) == first


def test_keys_are_hashes_of_names(world: World) -> None:
    sensors = [entity.key for entity in world.entities if entity.kind == "sensor"]
    assert world.arrays.sensors["key"].tolist() == [name_key(name) for name in sensors]


def _entity(key: str) -> Entity:
    return Entity(key, key, "raid", "threat", "", "", 0.0, 0.0, 0.0, "", 0.0, 0.0)


def test_one_address_for_two_entities_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_collisions([_entity("a"), _entity("b")])
    with pytest.raises(InputError, match="two entities are called 'a'"):
        refuse_collisions([_entity("a"), _entity("a")])
    monkeypatch.setattr(entities, "address", lambda key: 7)
    with pytest.raises(InputError, match="same draw address"):
        refuse_collisions([_entity("a"), _entity("b")])


def test_card_values_arrive_in_si(world: World) -> None:
    sensor = world.arrays.sensors[0]
    assert sensor["maximum_range_m"] == 100_000.0
    assert sensor["minimum_elevation_rad"] == pytest.approx(radians(-10))
    assert sensor["sector_half_width_rad"] == pi
    assert world.arrays.batteries[0]["reaction_s"] == 1.0
    assert world.arrays.weapons["kill_probability"].tolist() == [[0.5] * 5, [0.7] * 5]


def test_the_world_lasts_until_the_last_arrival(world: World) -> None:
    arrays = world.arrays
    assert arrays.duration_s == pytest.approx(float(arrays.threats["end_s"].max()) + 1.0)
    # 0.8 degrees of longitude at 38 N is 70.2 km (WGS-84); at 250 m/s, 281 s.
    assert arrays.threats["end_s"][0] == pytest.approx(70_250 / 250.0, rel=2e-3)


def test_low_flyers_keep_their_height_above_ground() -> None:
    data = layered((0.5,), 1)
    data["environment"] = {"terrain": "packaged"}
    world = world_of(data)
    heights = world.arrays.path_m[:, 3]
    assert np.ptp(heights) > 50.0  # the ground there is not flat, and the missile follows it
    flat = world_of(layered((0.5,), 1)).arrays.path_m[:, 3]
    assert np.allclose(flat, 300.0, atol=1.0)


def test_the_order_of_the_file_does_not_reach_the_content() -> None:
    data = layered((0.5, 0.7), 3)
    one = world_of(data).content_hash()
    for kind in ("commands", "sensors", "batteries", "systems"):
        data[kind].reverse()
    assert world_of(data).content_hash() == one
    data["batteries"][0]["doctrine"]["salvo"] = 2
    assert world_of(data).content_hash() != one


@pytest.mark.parametrize(("beyond_km", "stands"), [(19.8, OPEN), (20.3, NEVER_REACHED), (20.5, NEVER_REACHED)])
def test_what_is_reached_only_past_the_end_of_a_path_is_not_reached(beyond_km: float, stands: int) -> None:
    """A battery of 20 km reach beyond the asset: the last row of the path, up to a step past its end, is no place to meet."""
    data = layered((0.5,), 1)
    data["batteries"][0]["longitude_deg"] = 34.0 + beyond_km / 87.8
    assert world_of(data).arrays.pairs["stands"][0, 0] == stands


def test_height_rules_narrow_what_a_battery_may_reach() -> None:
    data = layered((0.5,), 1)
    data["batteries"][0]["doctrine"] |= {"minimum_height_m": 1_000, "maximum_height_m": 5_000}
    row = world_of(data).arrays.interceptors[0]
    assert (row["min_height_m"], row["max_height_m"]) == (1_000.0, 5_000.0)


@pytest.mark.parametrize(("terrain", "latitude"), [("packaged", 10.0)])
def test_the_defence_stands_where_the_terrain_is_known(terrain: str, latitude: float) -> None:
    data = layered((0.5,), 1)
    data["environment"] = {"terrain": terrain}
    data["sensors"][0]["latitude_deg"] = latitude
    with pytest.raises(InputError, match="outside the terrain"):
        world_of(data)


def test_a_sector_radar_looks_where_it_is_told() -> None:
    data = layered((0.5,), 1)
    data["systems"][0]["parameters"]["azimuth_sector"] = assumed(90, "deg")
    data["sensors"][0]["sector_azimuth_deg"] = 270
    sensor = world_of(data).arrays.sensors[0]
    assert sensor["sector_azimuth_rad"] == pytest.approx(-pi / 2)
    assert sensor["sector_half_width_rad"] == pytest.approx(pi / 4)


def test_an_airborne_sensor_under_the_ground_is_refused() -> None:
    data = layered((0.5,), 1)
    data["sensors"][0]["altitude_m"] = 0
    with pytest.raises(InputError, match="under the ground"):
        world_of(data)
