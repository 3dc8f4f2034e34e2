from __future__ import annotations

from math import cos, pi, radians, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_of_radars import QUESTION, network, radar

from buckler.coverage.area import Grid, grid_over
from buckler.coverage.layers import NOMINAL, Question, difference, ground_under, layer_at, lowest_of
from buckler.coverage.network import interference_db, taken_out
from buckler.coverage.ranges import first_detections, ring_of, section_of
from buckler.coverage.reaction import reaction_times
from buckler.errors import InputError, UnknownNameError
from buckler.physics.detection import detection_probability
from buckler.physics.earth import MEAN_RADIUS_M, geodesic_inverse, geodetic_to_ecef
from buckler.physics.terrain import Terrain, flat_terrain

FLAT = flat_terrain()
AROUND = (36.5, 33.1, 39.5, 36.9)


def sea_grid(bounds: tuple[float, float, float, float] = AROUND, cell_km: float = 2.0) -> tuple[Grid, np.ndarray]:
    grid = grid_over(bounds, cell_km)
    return grid, ground_under(grid, FLAT)


def horizon_m(antenna_m: float, target_m: float) -> float:
    """The textbook's 4.12 (sqrt(h1) + sqrt(h2)) km, from sqrt(2 k a h) with k = 4/3 and a = 6371 km."""
    return 4124.0 * (sqrt(antenna_m) + sqrt(target_m))


def test_first_sight_of_a_low_target_over_smooth_earth():
    # ITU-R P.834's effective earth, k = 4/3: antenna 10 m and target 100 m see each other to 54.2 km
    (watcher,) = network(radar("a", antenna_m=10.0))
    (found,) = first_detections(watcher, [100.0], QUESTION, FLAT, 250.0)
    assert found.single_m == pytest.approx(np.full(found.single_m.size, 54_200.0), rel=0.005)


def test_the_map_ends_where_the_first_sight_begins():
    (watcher,) = network(radar("a", antenna_m=10.0))
    grid, ground = sea_grid()
    layer = layer_at(100.0, [watcher], QUESTION, grid, ground, FLAT)
    lon, lat = np.meshgrid(grid.lon_deg, grid.lat_deg)
    distance = np.asarray(geodesic_inverse(38.0, 35.0, lat.ravel(), lon.ravel())[0]).reshape(grid.shape)
    assert layer.seen[(distance > 2000.0) & (distance < 53_900.0)].all()
    assert not layer.seen[distance > 54_500.0].any()


def test_the_area_of_a_disc():
    # seen to a slant range of 120 km at 10 km height, inside the horizon; a cap of a sphere: 2 pi R^2 (1 - cos t)
    (watcher,) = network(radar("a", reach_m=120e3))
    grid, ground = sea_grid(cell_km=1.0)
    layer = layer_at(10_000.0, [watcher], QUESTION, grid, ground, FLAT)
    r1, r2 = MEAN_RADIUS_M + 10.0, MEAN_RADIUS_M + 10_000.0
    cos_angle = (r1**2 + r2**2 - 120e3**2) / (2.0 * r1 * r2)
    assert layer.seen_m2 == pytest.approx(2.0 * pi * MEAN_RADIUS_M**2 * (1.0 - cos_angle), rel=0.005)


def test_smooth_earth_is_seen_alike_on_both_sides():
    (watcher,) = network(radar("a", lat=0.0, lon=0.0, sees_m=100e3, reach_m=150e3))
    grid, ground = sea_grid((-1.5, -1.5, 1.5, 1.5), 3.0)
    assert grid.columns % 2 == 0
    # the grid is a hair wider than asked for: centre it on the radar
    centred = Grid(
        -0.5 * grid.rows * grid.dlat_deg, -0.5 * grid.columns * grid.dlon_deg, grid.dlat_deg, grid.dlon_deg, *grid.shape
    )
    pd = layer_at(3000.0, [watcher], QUESTION, centred, ground, FLAT).best[NOMINAL]
    assert pd == pytest.approx(pd[:, ::-1], abs=1e-6)
    assert pd == pytest.approx(pd[::-1], abs=1e-6)
    assert pd.max() > 0.9
    assert pd[0, 0] == 0.0


def test_pd_is_that_of_the_radar_equation_and_of_the_exact_detection_model():
    (watcher,) = network(radar("a", sees_m=150e3, reach_m=250e3))
    grid, ground = sea_grid()
    layer = layer_at(5000.0, [watcher], QUESTION, grid, ground, FLAT)
    lon, lat = np.meshgrid(grid.lon_deg, grid.lat_deg)
    apart = geodetic_to_ecef(lat, lon, 5000.0) - geodetic_to_ecef(38.0, 35.0, 10.0)
    slant = np.sqrt((apart**2).sum(axis=-1))
    inside = slant < horizon_m(10.0, 5000.0) - 3000.0
    for k, rcs in enumerate((0.1, 1.0, 10.0)):
        # Pd 0.5 at 150 km for 1 m2 and Pfa 1e-6: s0 = ln(Pfa)/ln(Pd) - 1; s = s0 rcs (150 km / R)^4
        snr = (np.log(1e-6) / np.log(0.5) - 1.0) * rcs * (150e3 / slant) ** 4
        expected = detection_probability(10.0 * np.log10(snr), 1e-6)
        assert layer.best[k][inside] == pytest.approx(expected[inside], abs=2e-6)
    assert layer.any == pytest.approx(layer.best, abs=2e-6)  # alone, the network is the sensor


@pytest.fixture(scope="module")
def three():
    watchers = network(
        radar("a", 38.0, 34.6, sees_m=60e3), radar("b", 38.1, 35.3, sees_m=80e3, sector_deg=(90.0, 120.0)),
        radar("c", 37.6, 35.0, sees_m=40e3, elevations_deg=(-1.0, 20.0)),
    )  # fmt: skip
    grid, ground = sea_grid()
    layer = layer_at(2000.0, watchers, QUESTION, grid, ground, FLAT)
    return watchers, grid, ground, layer


def test_what_a_sensor_adds_is_what_is_lost_without_it(three):
    watchers, grid, ground, layer = three
    shares = {share.sensor: share for share in layer.shares}
    for watcher in watchers:
        rest = layer_at(2000.0, taken_out(watchers, [watcher.name]), QUESTION, grid, ground, FLAT)
        share = shares[watcher.name]
        assert share.only_m2 == pytest.approx(layer.seen_m2 - rest.seen_m2, rel=1e-9, abs=1.0)
        held, kept = grid.area_m2(layer.any[NOMINAL] >= 0.5), grid.area_m2(rest.any[NOMINAL] >= 0.5)
        assert share.combined_m2 == pytest.approx(held - kept, abs=2.0 * grid.cell_m2.max())
        change = difference(2000.0, layer.seen, rest.seen, grid)
        assert (change.lost_m2, change.gained_m2) == (pytest.approx(share.only_m2), 0.0)
        assert change.both_m2 + change.lost_m2 == pytest.approx(layer.seen_m2)
    assert sum(s.seen_m2 for s in shares.values()) == pytest.approx(
        float((layer.sensors * grid.cell_m2[:, None]).sum())
    )
    assert sum(s.only_m2 for s in shares.values()) == pytest.approx(grid.area_m2(layer.sensors == 1))


def test_scans_of_different_sensors_are_independent(three):
    watchers, grid, ground, layer = three
    alone = [layer_at(2000.0, [watcher], QUESTION, grid, ground, FLAT).best for watcher in watchers]
    assert layer.any == pytest.approx(1.0 - np.prod([1.0 - pd for pd in alone], axis=0), abs=3e-6)
    assert layer.best == pytest.approx(np.max(alone, axis=0), abs=0.0)
    assert layer.sensors == pytest.approx(np.sum([pd[NOMINAL] >= 0.5 for pd in alone], axis=0))


def test_a_larger_target_is_never_seen_less(three):
    layer = three[3]
    assert (np.diff(layer.best, axis=0) >= 0.0).all()
    low, high = layer.seen_range_m2
    assert low < layer.seen_m2 < high


@settings(max_examples=20)
@given(st.floats(36.6, 39.4), st.floats(33.2, 36.8))
def test_the_lowest_height_seen_divides_seen_from_unseen(lat, lon):
    watchers = WATCHERS
    place = Grid(lat, lon, 0.001, 0.001, 1, 1)
    ground = np.zeros((1, 1), np.float32)
    _, lowest = lowest_of(watchers, QUESTION, place, ground, FLAT)
    height = float(lowest[0, 0])
    if height > 10_000.0:
        return
    assert layer_at(height + 1.0, watchers, QUESTION, place, ground, FLAT).seen.all()
    if height > 1.0:
        assert not layer_at(height - 1.0, watchers, QUESTION, place, ground, FLAT).seen.any()


WATCHERS = network(radar("a", 38.0, 34.6, sees_m=150e3), radar("b", 38.1, 35.3, sees_m=120e3))


def test_a_ridge_hides_exactly_what_lies_behind_it():
    """A wall along a meridian, 600 m high and 3 km thick, 30 km east of a radar on the equator; second sums: a straight
    line over a circle of radius k a, by vectors."""
    step = 1.0 / 240.0
    heights = np.zeros((241, 720), np.float32)
    wall = 360 + round(30e3 / (radians(step) * 6_378_137.0))
    heights[:, wall : wall + 8] = 600.0
    terrain = Terrain(heights, -120 * step, -360 * step, step, step, "a wall", "460 m")
    (watcher,) = network(radar("a", 0.0, 0.0, antenna_m=20.0), terrain=terrain)
    radius = 4.0 / 3.0 * MEAN_RADIUS_M

    def on_circle(height: float, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        angle = np.asarray(distance) / radius
        return (radius + height) * np.sin(angle), (radius + height) * np.cos(angle) - (radius + 20.0)

    wall_m = radians(wall * step - 360 * step) * 6_378_137.0
    x, y = on_circle(600.0, np.array(wall_m))
    slope = float(y / x)
    grid = Grid(-0.0005, 0.05, 0.001, 0.002, 1, 600)
    distance = np.radians(grid.lon_deg) * 6_378_137.0
    for height in (700.0, 1000.0, 2000.0):
        layer = layer_at(height, [watcher], QUESTION, grid, np.zeros(grid.shape, np.float32), terrain)
        tx, ty = on_circle(height, distance)
        hidden = (distance > wall_m) & (ty / tx < slope)
        sure = (distance < wall_m - 700.0) | (distance > wall_m + 4500.0)  # not on the wall itself
        edge = np.abs(ty / tx - slope) < 0.01 * abs(slope)
        check = sure & ~edge
        assert hidden[check].any()
        assert not hidden[check].all()
        assert (layer.seen[0] == ~hidden)[check].all()


def test_noise_in_a_sector_shortens_the_range_there_and_nowhere_else():
    loss = {"a": interference_db(90.0, 60.0, 10.0)}
    (watcher,) = network(radar("a", sees_m=60e3), extra_loss_db=loss)
    (found,) = first_detections(watcher, [3000.0], QUESTION, FLAT, 250.0)
    inside = np.abs(found.azimuth_deg - 90.0) <= 29.0
    outside = np.abs(found.azimuth_deg - 90.0) >= 32.0
    # R^4: ten decibels cost a factor of 10^(10/40) = 1.778 in slant range
    slant = np.sqrt(found.single_m**2 + 2990.0**2)
    assert slant[outside] == pytest.approx(np.full(outside.sum(), 60e3), rel=2e-3)
    assert slant[inside] == pytest.approx(np.full(inside.sum(), 60e3 / 10**0.25), rel=2e-3)


def test_cumulative_detection_comes_first_where_there_is_signal_before_the_threshold():
    (watcher,) = network(radar("a", sees_m=60e3))
    (slow,) = first_detections(watcher, [3000.0], QUESTION, FLAT, 50.0)
    (fast,) = first_detections(watcher, [3000.0], QUESTION, FLAT, 500.0)
    assert (slow.cumulative_m > fast.cumulative_m).all()
    assert (slow.cumulative_m > slow.single_m).all()
    # against scans one by one, averaged over the phase: at least one detection with probability one half
    step, pfa = 500.0 * 10.0, 1e-6
    snr0 = np.log(pfa) / np.log(0.5) - 1.0
    ranges = np.linspace(40e3, 110e3, 1401)
    phases = np.linspace(0.0, 1.0, 40, endpoint=False)
    mean = []
    for here in ranges:
        ways = here + (phases[:, None] + np.arange(40)) * step
        pd = pfa ** (1.0 / (1.0 + snr0 * (60e3 / np.hypot(ways, 2990.0)) ** 4))
        pd[ways > horizon_m(10.0, 3000.0)] = 0.0
        mean.append(float(np.mean(np.log1p(-pd).sum(axis=1))))
    expected = ranges[np.argmin(np.abs(np.array(mean) + np.log(2.0)))]
    assert fast.cumulative_m.mean() == pytest.approx(expected, rel=0.01)


def test_sector_and_ring():
    (watcher,) = network(radar("a", sees_m=60e3, sector_deg=(0.0, 120.0)))
    (found,) = first_detections(watcher, [3000.0], QUESTION, FLAT, 250.0)
    ahead = np.abs((found.azimuth_deg + 180.0) % 360.0 - 180.0) < 60.0
    assert (found.single_m[ahead] > 59e3).all()
    assert (found.single_m[~ahead & (np.abs(found.azimuth_deg - 180) < 119)] == 0.0).all()
    assert found.spread_m()[1] == pytest.approx(60e3, rel=2e-3)
    ring = ring_of(watcher, found)
    assert (ring[0] == ring[-1]).all()
    twice = np.sum(ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1])
    assert twice > 0.0


def test_a_vertical_section_has_horizon_and_elevation_limits():
    (watcher,) = network(radar("a", elevations_deg=(-1.0, 30.0)), highest_m=20_000.0)
    section = section_of(watcher, 45.0, QUESTION, FLAT)
    seen = section.pd >= 0.5
    for i in range(20, section.range_m.size, 60):
        distance = section.range_m[i]
        lowest, highest = section.height_m[seen[:, i]].min(), section.height_m[seen[:, i]].max()
        horizon = max(0.0, (distance / 4124.0 - sqrt(10.0))) ** 2
        assert lowest == pytest.approx(horizon, abs=60.0 + 0.005 * horizon)
        top = (
            distance * np.tan(radians(30.0))
            + 10.0
            + distance**2 / (2.0 * 4.0 / 3.0 * MEAN_RADIUS_M) / cos(radians(30.0)) ** 2
        )
        assert highest == pytest.approx(min(top, 20_000.0), abs=80.0 + 0.01 * top)


def test_reaction_time_at_the_sensor_is_the_way_from_the_horizon():
    watchers = network(radar("a", antenna_m=10.0))
    (left,) = reaction_times("asset", 38.0, 35.0, [100.0], 250.0, watchers, QUESTION, FLAT)
    # a step of 1 km: the first sight is the last whole kilometre inside 54.2 km
    assert left.distance_m == pytest.approx(np.full(left.distance_m.size, 54_000.0))
    assert left.time_s == pytest.approx(left.distance_m / 250.0)
    assert left.in_view_m == pytest.approx(left.distance_m)


def test_reaction_time_on_the_far_side_of_a_radar():
    watchers = network(radar("a", 38.0, 35.5, antenna_m=10.0))
    away = float(geodesic_inverse(38.0, 35.0, 38.0, 35.5)[0])
    (left,) = reaction_times("asset", 38.0, 35.0, [100.0], 250.0, watchers, QUESTION, FLAT)
    east, west = left.distance_m[18], left.distance_m[54]
    assert east == pytest.approx(54_200.0 + away, abs=1100.0)
    assert west == pytest.approx(54_200.0 - away, abs=1100.0)
    assert left.worst_azimuth_deg == pytest.approx(270.0, abs=45.0)


def test_heights_above_ground_follow_the_ground():
    terrain = flat_terrain(1000.0)
    (watcher,) = network(radar("a", antenna_m=1010.0), terrain=terrain)
    grid = grid_over(AROUND, 4.0)
    ground = ground_under(grid, terrain)
    above = layer_at(100.0, [watcher], Question(QUESTION.target), grid, ground, terrain)
    sea = layer_at(1100.0, [watcher], QUESTION, grid, ground, terrain)
    assert (above.sensors == sea.sensors).all()
    assert not layer_at(900.0, [watcher], QUESTION, grid, ground, terrain).seen.any()  # under the ground


def test_bad_input():
    watchers = network(radar("Search radar"))
    grid, ground = sea_grid(cell_km=20.0)
    with pytest.raises(InputError, match="a height of -5 m"):
        layer_at(-5.0, watchers, QUESTION, grid, ground, FLAT)
    with pytest.raises(UnknownNameError, match="Did you mean 'Search radar'"):
        taken_out(watchers, ["serch radar"])
    with pytest.raises(InputError, match="no sensor left"):
        taken_out(watchers, ["Search radar"])
    with pytest.raises(UnknownNameError):
        network(radar("a"), extra_loss_db={"b": [0.0]})
    with pytest.raises(InputError, match="finite decibels"):
        network(radar("a"), extra_loss_db={"a": [np.nan]})
    with pytest.raises(InputError, match="between 0 and 1"):
        Question(QUESTION.target, seen_pd=1.0)
    with pytest.raises(InputError, match="raised by -3 dB"):
        interference_db(0.0, 60.0, -3.0)
