"""The engine and every map read one table of the lowest height in line of sight."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from runs import BASE, cruise_card, radar_card

from buckler.coverage.area import grid_over
from buckler.coverage.layers import Question, ground_under, layer_at
from buckler.coverage.network import watchers_of
from buckler.coverage.study import interference_at
from buckler.coverage.target import Target
from buckler.documents import dump_yaml, parse_document
from buckler.dtypes import BANDS
from buckler.physics.earth import geodesic_inverse
from buckler.physics.visibility import visible
from buckler.scenario.load import check_scenario
from buckler.world.compile import World, compile_world

EASILY_SEEN = Target("any", "Detected wherever it is in line of sight", dict.fromkeys(BANDS, (1e6, 1e6, 1e6)), 250.0)


@pytest.fixture(scope="module")
def world() -> World:
    """A radar on the plain north of the Taurus, on a mast."""
    data = copy.deepcopy(BASE)
    data["environment"] = {"terrain": "packaged"}
    data["systems"] = [radar_card(), cruise_card()]
    data["assets"] = [{"name": "Depot", "latitude_deg": 37.8, "longitude_deg": 33.0}]
    data["commands"] = [{"name": "Post"}]
    data["sensors"] = [
        {"name": "Radar", "system": "Test radar", "command": "Post", "latitude_deg": 37.2, "longitude_deg": 33.2}
    ]
    data["batteries"] = []
    data["interference"] = [
        {
            "name": "noise", "sensors": ["Radar"], "sector_from_deg": 0, "sector_to_deg": 90, "noise_increase_db": 90,
            "from_s": 100, "until_s": 200,
        }
    ]
    data["raid"] = {
        "entries": [
            {
                "name": "one", "system": "Test cruise missile", "count": 1, "target": "Depot",
                "origin": {"latitude_deg": 36.9, "longitude_deg": 32.0},
            }
        ]
    }  # fmt: skip
    return compile_world(check_scenario(parse_document(dump_yaml(data), "test.yaml")))


def test_the_maps_tables_are_the_worlds(world: World) -> None:
    (watcher,) = watchers_of(world, highest_m=5000.0)
    assert np.shares_memory(watcher.eye.lowest_m, world.arrays.lowest_m)
    assert watcher.eye.range_step_m == world.arrays.sensors[0]["lowest_step_m"]


def test_a_cell_of_the_map_is_seen_where_the_engine_sees_it(world: World) -> None:
    watchers = watchers_of(world, highest_m=5000.0)
    grid = grid_over((36.4, 32.2, 38.0, 34.2), 8.0)
    ground = ground_under(grid, world.terrain)
    lon, lat = np.meshgrid(grid.lon_deg, grid.lat_deg)
    eye = watchers[0]
    distance, azimuth, _ = geodesic_inverse(eye.lat_deg, eye.lon_deg, lat.ravel(), lon.ravel())
    table, step = world.arrays.lowest_m[0], float(world.arrays.sensors[0]["lowest_step_m"])
    for height in (50.0, 300.0, 2000.0):
        map_ = layer_at(height, watchers, Question(EASILY_SEEN), grid, ground, world.terrain).seen.ravel()
        engine = np.array([
            d <= 99e3 and visible(table, step, np.radians(a), d, g + height)
            for d, a, g in zip(distance, azimuth, ground.ravel(), strict=True)
        ])  # fmt: skip
        inside = (np.asarray(distance) > 100.0) & (np.abs(np.asarray(distance) - 100e3) > 2000.0)
        # geodesics against the tangent plane: metres, on the edges of shadows
        assert np.mean(map_[inside] != engine[inside]) < 0.005
        assert 0.05 < np.mean(engine[inside]) < 0.95


def test_interference_counts_at_its_time_and_in_its_sector(world: World) -> None:
    grid = grid_over((36.4, 32.2, 38.0, 34.2), 8.0)
    ground = ground_under(grid, world.terrain)
    question = Question(Target("small", "A small one", dict.fromkeys(BANDS, (1e-4, 1e-4, 1e-4)), 250.0))
    seen = {}
    for time_s in (50.0, 150.0):
        watchers = watchers_of(world, highest_m=5000.0, extra_loss_db=interference_at(world, time_s))
        seen[time_s] = layer_at(2000.0, watchers, question, grid, ground, world.terrain).seen
    before = watchers_of(world, highest_m=5000.0)
    assert np.array_equal(seen[50.0], layer_at(2000.0, before, question, grid, ground, world.terrain).seen)
    lon, lat = np.meshgrid(grid.lon_deg, grid.lat_deg)
    north_east = (lon > 33.25) & (lat > 37.25)
    south_west = (lon < 33.15) | (lat < 37.15)
    lost = seen[50.0] & ~seen[150.0]
    assert lost[north_east].any()
    assert not lost[south_west].any()
