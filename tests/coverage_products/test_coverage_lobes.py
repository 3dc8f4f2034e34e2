"""Lobes of sea and ground: off unless asked for, once at the door, the same in the engine and on the maps."""

from __future__ import annotations

from math import radians
from typing import Any

import numpy as np
import pytest
from runs import assumed, layered, radar_card, world_of

from buckler.coverage.area import Grid
from buckler.coverage.eye import unit_snr
from buckler.coverage.layers import NOMINAL, Question, layer_at, lowest_of
from buckler.coverage.network import watchers_of
from buckler.coverage.target import Target
from buckler.dtypes import BANDS
from buckler.errors import DocumentError
from buckler.physics.earth import ecef_from_geodetic, geodesic_direct
from buckler.physics.lobes import GROUND_WET, SEA
from buckler.physics.look import sighting
from buckler.physics.multipath import field_over_earth
from buckler.physics.visibility import elevation_tangent
from buckler.world.air import BAND_HZ
from buckler.world.compile import World

SEA_STATE_3 = {"surface": "sea", "roughness_m": 0.2}
SMALL = Target("small", "A small one", dict.fromkeys(BANDS, (0.001, 0.01, 0.1)), 250.0)


def coast(multipath: dict[str, Any] | None, own: dict[str, Any] | None = None, terrain: str = "flat") -> World:
    """A radar on a 30 m mast over a smooth earth."""
    data = layered((0.5,), 1)
    data["environment"] = {"terrain": terrain} | ({"multipath": multipath} if multipath else {})
    data["systems"][0] = radar_card(
        detection_range=assumed(150, "km"), reference_rcs=assumed(1, "m2"), instrumented_range=assumed(300, "km"),
        min_elevation=assumed(-5, "deg"), max_elevation=assumed(60, "deg"),
    )  # fmt: skip
    data["sensors"][0] |= {"antenna_height_m": 30} | ({"multipath": own} if own else {})
    return world_of(data)


def engine_snr(world: World, place: tuple[float, float, float]) -> float:
    a = world.arrays
    body = a.threats[0].copy()
    body["first"], body["points"], body["start_s"], body["step_s"] = 0, 2, 0.0, 1e9
    body["rcs_dbsm"][:] = 0.0
    lat, lon, height = place
    path = np.array([[*ecef_from_geodetic(radians(lat), radians(lon), height), height]] * 2)
    return float(sighting(a.sensors[0], a.lowest_m[0], a.air_db[0], body, path, 0.0)[0])


def map_snr(world: World, place: tuple[float, float, float]) -> float:
    (watcher,) = watchers_of(world, highest_m=12_000.0)
    lat, lon, height = place
    away = np.array(ecef_from_geodetic(radians(lat), radians(lon), height)) - watcher.eye.position_m[0]
    return float(unit_snr(watcher.eye, 0, height, *away))


def places(world: World) -> list[tuple[float, float, float]]:
    (watcher,) = watchers_of(world, highest_m=12_000.0)
    found = []
    for azimuth, distance, height in ((10, 20e3, 150.0), (100, 40e3, 300.0), (190, 60e3, 2500.0), (280, 90e3, 700.0)):
        lat, lon, _ = (float(v) for v in geodesic_direct(watcher.lat_deg, watcher.lon_deg, azimuth, distance))
        found.append((lat, lon, height))
    return found


def test_nothing_is_reflected_unless_somebody_asks() -> None:
    assert coast(None).arrays.sensors[0]["lobes_hz"] == 0.0
    assert coast({"surface": "none"}).arrays.sensors[0]["lobes_hz"] == 0.0
    assert coast(SEA_STATE_3, {"surface": "none"}).arrays.sensors[0]["lobes_hz"] == 0.0
    assert coast(None, SEA_STATE_3).arrays.sensors[0]["lobes_hz"] == BAND_HZ["S"]


@pytest.mark.parametrize("surface", ["sea", "wet ground"])
def test_the_engine_and_the_map_have_the_same_lobes(surface: str) -> None:
    bare, lobed = coast(None), coast({"surface": surface, "roughness_m": 0.05, "polarisation": "vertical"})
    sensor = lobed.arrays.sensors[0]
    constants = SEA if surface == "sea" else GROUND_WET
    away = 0
    for place, distance in zip(places(bare), (20e3, 40e3, 60e3, 90e3), strict=True):
        engine = engine_snr(lobed, place) / engine_snr(bare, place)
        assert map_snr(lobed, place) / map_snr(bare, place) == pytest.approx(engine, rel=1e-3)
        expected = field_over_earth(
            float(sensor["lobes_hz"]), 30.0, place[2], distance, float(sensor["effective_radius_m"]), *constants, True, 0.05
        )
        # a geodesic is some metres off the range along the sphere: a hundredth of a lobe
        assert engine == pytest.approx(expected**4, rel=0.05, abs=0.02)
        away += abs(engine - 1.0) > 0.1
    assert away >= 2


def test_the_grid_has_them_and_a_low_target_hides_in_the_null() -> None:
    bare, lobed = coast(None), coast({"surface": "sea", "roughness_m": 0.0})
    lat, lon, height = places(bare)[1]
    grid, ground = Grid(lat - 5e-4, lon - 5e-4, 1e-3, 1e-3, 1, 1), np.zeros((1, 1), np.float32)
    question = Question(SMALL, above_ground=False)
    found = {}
    for name, world in (("bare", bare), ("lobed", lobed)):
        watchers = watchers_of(world, highest_m=12_000.0)
        layer = layer_at(height, watchers, question, grid, ground, world.terrain)
        found[name] = float(layer.best[NOMINAL, 0, 0]), *lowest_of(watchers, question, grid, ground, world.terrain)
    assert found["bare"][0] != pytest.approx(found["lobed"][0], abs=1e-3)
    assert found["bare"][1] == pytest.approx(found["lobed"][1])  # line of sight is what it was
    assert found["bare"][2][0, 0] == found["bare"][1][0, 0]
    assert found["lobed"][2][0, 0] > found["lobed"][1][0, 0] + 1.0
    # it is indeed the lowest: at once above it is seen, below it is not
    watchers, at = watchers_of(lobed, highest_m=12_000.0), float(found["lobed"][2][0, 0])
    pd = [float(layer_at(h, watchers, question, grid, ground, lobed.terrain).best[NOMINAL, 0, 0]) for h in (at - 1.0, at + 0.1)]
    assert pd[0] < 0.5 <= pd[1]


def test_ground_that_rises_above_the_sea_hides_the_reflection() -> None:
    """Inland, on the plain of Konya at a thousand metres: the sea is nowhere in sight, and nothing is changed."""
    bare, lobed = coast(None, terrain="packaged"), coast(SEA_STATE_3, terrain="packaged")
    assert lobed.arrays.sensors[0]["antenna_m"] > 500.0
    for lat, lon, height in places(bare):
        place = lat, lon, height + 3000.0
        assert engine_snr(lobed, place) == engine_snr(bare, place) > 0.0


def test_a_sensor_in_the_air_has_none() -> None:
    data = layered((0.5,), 1)
    data["environment"] = {"terrain": "flat", "multipath": SEA_STATE_3}
    data["sensors"][0]["altitude_m"] = 3000
    assert world_of(data).arrays.sensors[0]["lobes_hz"] == 0.0
    data["sensors"][0]["multipath"] = SEA_STATE_3
    with pytest.raises(DocumentError, match="a sensor in the air has no lobes"):
        world_of(data)


@pytest.mark.parametrize(
    ("multipath", "said"),
    [({"surface": "lake"}, "sea"), ({"surface": "sea", "roughness_m": -1}, "roughness_m"), ({"roughness_m": 0.1}, "surface")],
)
def test_bad_input(multipath: dict[str, Any], said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        coast(multipath)


def test_the_table_sees_the_surface_to_its_horizon() -> None:
    a = coast(SEA_STATE_3).arrays
    sensor = a.sensors[0]
    tangent = elevation_tangent(30.0, 0.0, 10e3, float(sensor["effective_radius_m"]))
    assert tangent < 0.0
    columns = int(20e3 / sensor["lowest_step_m"])
    assert (a.lowest_m[0][:, :columns] < 1.0).all()
