"""A sensor on an orbit, on a map: the mean over a round, against looks from the orbit one after another."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np
import pytest
from runs import assumed, layered, radar_card, world_of

from buckler.coverage.area import Grid
from buckler.coverage.eye import pd_at
from buckler.coverage.layers import NOMINAL, Question, layer_at, lowest_of
from buckler.coverage.network import Watcher, reaches_of, watchers_of
from buckler.coverage.target import Target
from buckler.dtypes import BANDS
from buckler.physics.detection import detection_threshold, probability
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, geodesic_direct, geodesic_inverse
from buckler.physics.look import look_moving
from buckler.world.compile import World
from buckler.world.orbits import where_at

SMALL = Target("small", "A small one", dict.fromkeys(BANDS, (0.3, 1.0, 3.0)), 250.0)
QUESTION = Question(SMALL, above_ground=False)


def patrol(sector_deg: float = 360.0, altitude_m: float = 9000.0, terrain: str = "flat", **orbit: float) -> World:
    data = layered((0.5,), 1)
    data["environment"] = {"terrain": terrain}
    data["systems"][0] = radar_card(
        detection_range=assumed(180, "km"), reference_rcs=assumed(1, "m2"), instrumented_range=assumed(400, "km"),
        min_elevation=assumed(-60, "deg"), max_elevation=assumed(60, "deg"), azimuth_sector=assumed(sector_deg, "deg"),
        cruise_height=assumed(9000, "m"),
    )  # fmt: skip
    data["sensors"][0] = {
        "name": "Patrol", "system": "Test radar", "command": "Post 1", "latitude_deg": 37.5, "longitude_deg": 33.0,
        "altitude_m": altitude_m, "orbit": {"heading_deg": 30, "leg_length_m": 60_000, "speed_mps": 200, **orbit},
    }  # fmt: skip
    data["batteries"][0]["fire_control"] = ["Patrol"]
    return world_of(data)


def one(world: World, highest_m: float = 12_000.0) -> Watcher:
    (watcher,) = watchers_of(world, highest_m=highest_m)
    return watcher


def looks(world: World, lat: float, lon: float, height_m: float, rcs_m2: float, steps: int = 720) -> float:
    """The same by brute force: the engine's own look at a body that stands still, evenly over a round of the orbit."""
    a = world.arrays
    sensor, body = a.sensors[0], a.threats[0].copy()
    body["first"], body["points"], body["start_s"], body["step_s"] = 0, 2, 0.0, 1e9
    body["rcs_dbsm"][:] = 10.0 * np.log10(rcs_m2)
    x, y, z = ecef_from_geodetic(radians(lat), radians(lon), height_m)
    path = np.array([[x, y, z, height_m]] * 2)
    threshold = detection_threshold(float(sensor["false_alarm"]), 1)
    total = 0.0
    for time_s in np.arange(steps) / steps * sensor["orbit_rows"] * sensor["orbit_step_s"]:
        snr = look_moving(sensor, a.orbits, a.orbit_nodes, a.orbit_lowest_m, a.air_db[0], body, path, float(time_s))[0]
        total += probability(snr, threshold, 1, int(sensor["swerling"])) if snr > 0.0 else 0.0
    return total / steps


def test_the_shares_of_a_round_follow_its_time() -> None:
    world = patrol()
    watcher = one(world)
    share = watcher.eye.share
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    # Between the ends of a leg its nodes have 60 km / 200 m/s of a round's time, and half a step to either side of it.
    sensor = world.arrays.sensors[0]
    radius = 200**2 / (9.80665 * np.tan(radians(25)))
    length = 120_000 + 2 * pi * radius
    pieces = int(np.ceil(60_000 / np.sqrt(8 * sensor["effective_radius_m"] * 5.0)))
    assert share[1] == pytest.approx(60_000 / pieces / length, rel=2e-2)
    assert watcher.roams_m == pytest.approx(30_000 + radius, rel=5e-3)
    assert watcher.flies


def test_the_map_is_the_mean_of_the_engines_looks_over_a_round() -> None:
    world = patrol()
    watcher = one(world)
    body = QUESTION.body(watcher.band)
    for north, east, height in ((1.0, 0.5, 3000.0), (-1.6, 0.2, 8000.0), (0.3, 2.2, 500.0), (0.5, 0.6, 2000.0)):
        lat, lon = 37.5 + north, 33.0 + east
        ours = pd_at(watcher.eye, body, radians(lat), radians(lon), height)
        assert ours == pytest.approx(looks(world, lat, lon, height, 1.0), abs=0.01)
        assert ours > 0.05


def test_a_nose_radar_has_of_each_direction_its_share_of_the_round() -> None:
    """120 degrees wide: all around some of the round, nowhere all of it."""
    world = patrol(120.0)
    watcher = one(world)
    body = QUESTION.body(watcher.band)
    for azimuth in range(0, 360, 30):
        lat, lon, _ = (float(v) for v in geodesic_direct(37.5, 33.0, azimuth, 100e3))
        ours = pd_at(watcher.eye, body, radians(lat), radians(lon), 6000.0)
        # nodes stand 45 degrees of course apart in a turn: each direction is in the sector for its share, give or take one node
        assert ours == pytest.approx(looks(world, lat, lon, 6000.0, 1.0), abs=0.06)
        assert 0.02 < ours < 0.7
        assert watcher.looks(radians(azimuth))


def test_a_nodes_wide_grid_and_the_places_agree() -> None:
    """The grid's kernel and the one for single places are written apart: cell by cell the same."""
    watcher = one(patrol(120.0, terrain="packaged"))
    grid = Grid(36.0, 31.0, 0.31, 0.42, 9, 9)
    ground = np.zeros(grid.shape, np.float32)
    world_terrain = patrol(terrain="packaged").terrain
    layer = layer_at(4000.0, [watcher], QUESTION, grid, ground, world_terrain)
    body = QUESTION.body(watcher.band)
    for r, lat in enumerate(grid.lat_deg):
        for c, lon in enumerate(grid.lon_deg):
            expected = pd_at(watcher.eye, body, radians(float(lat)), radians(float(lon)), 4000.0)
            # the grid looks along the ground, at the height of the sea; a place at its own height: metres of ground range
            assert layer.best[NOMINAL, r, c] == pytest.approx(expected, abs=0.02)


def test_the_lowest_height_in_sight_is_from_anywhere_on_the_orbit() -> None:
    """Over a smooth earth: from the nearest point of the orbit; and no lower than where the mean over the round suffices."""
    world = patrol(altitude_m=1500.0)
    watcher = one(world)
    radius = 4.0 / 3.0 * MEAN_RADIUS_M
    lat, lon, _ = (float(v) for v in geodesic_direct(37.5, 33.0, 30.0, 230e3))
    grid = Grid(lat - 1e-3, lon - 1e-3, 2e-3, 2e-3, 1, 1)
    in_sight, _ = lowest_of([watcher], QUESTION, grid, np.zeros((1, 1), np.float32), world.terrain)
    period = world.arrays.sensors[0]["orbit_rows"] * world.arrays.sensors[0]["orbit_step_s"]
    places = [where_at(world.arrays, 0, period * k / 400) for k in range(400)]
    nearest = min(float(geodesic_inverse(p.lat_deg, p.lon_deg, lat, lon)[0]) for p in places)
    expected = (nearest - np.sqrt(2 * radius * 1500.0)) ** 2 / (2 * radius)
    assert in_sight[0, 0] == pytest.approx(expected, abs=10.0)  # nodes, not every point, and the table's own steps
    easy = Question(Target("easy", "Seen wherever it is in sight", dict.fromkeys(BANDS, (1e6, 1e6, 1e6))), 0.9, above_ground=False)
    _, everywhere = lowest_of([watcher], easy, grid, np.zeros((1, 1), np.float32), world.terrain)
    farthest = max(float(geodesic_inverse(p.lat_deg, p.lon_deg, lat, lon)[0]) for p in places)
    highest = (farthest - np.sqrt(2 * radius * 1500.0)) ** 2 / (2 * radius)
    assert in_sight[0, 0] + 50.0 < everywhere[0, 0] < highest
    layer = layer_at(float(everywhere[0, 0]) + 1.0, [watcher], easy, grid, np.zeros((1, 1), np.float32), world.terrain)
    below = layer_at(float(everywhere[0, 0]) - 30.0, [watcher], easy, grid, np.zeros((1, 1), np.float32), world.terrain)
    assert layer.best[NOMINAL, 0, 0] >= 0.9 > below.best[NOMINAL, 0, 0]


def test_what_an_orbit_reaches_lies_within_the_map() -> None:
    world = patrol()
    watcher = one(world)
    ((lat, lon, reach),) = reaches_of(world, 12_000.0)
    assert (lat, lon) == pytest.approx((37.5, 33.0))
    assert reach == pytest.approx(watcher.reach_m)
    end = 37.5 + np.degrees(30e3 * cos(radians(30)) / MEAN_RADIUS_M), 33.0 + np.degrees(
        30e3 * sin(radians(30)) / MEAN_RADIUS_M / cos(radians(37.5))
    )
    assert reach > float(geodesic_inverse(37.5, 33.0, *end)[0]) + 399e3


