"""Where a network can stop something, against the engine that flies the same attack, and against what must hold of any map."""

from __future__ import annotations

import json
from math import radians

import numpy as np
import pytest
from patrolled import patrolled
from runs import assumed, flown, layered, missile_card, radar_card, told, world_of

from buckler.coverage.area import Grid
from buckler.coverage.engagement import attack_of, battery_rows, classes_of, names_without, stopped
from buckler.coverage.engagement_study import engagement_into
from buckler.coverage.network import on_station, watchers_of
from buckler.coverage.stations import MOMENTS, moments_s, shares_at
from buckler.errors import InputError, UnknownNameError
from buckler.physics.earth import ecef_from_geodetic, geodesic_inverse
from buckler.world.compile import World
from buckler.world.orbits import where_at

CRUISE = "Test cruise missile"


def scenario(batteries: int = 1) -> dict:
    """Rounds that never kill, so that a battery shoots, looks and shoots as long as it can."""
    data = layered([1e-9] * batteries, 1, doctrine={})
    data["systems"] = [card for card in data["systems"] if not card["name"].startswith("Round")]
    data["systems"] += [
        missile_card(f"Round {k}", 1e-9, max_range=assumed(20, "km")) for k in range(1, batteries + 1)
    ]
    data["raid"]["entries"][0]["origin"]["longitude_deg"] = 31.4
    return data


@pytest.fixture(scope="module")
def one() -> World:
    return world_of(scenario())


def at(lat: float, lon: float) -> Grid:
    """A grid of a single cell."""
    return Grid(lat - 0.005, lon - 0.005, 0.01, 0.01, 1, 1)


def test_the_engine_shoots_as_often_and_as_early(one: World) -> None:
    (events,) = flown(one, 1)
    misses = [event for event in told(one, events) if event.kind == "miss"]
    first = misses[0]
    row = events[first.number]
    engine_km = float(geodesic_inverse(38.0, 34.0, row["lat_deg"], row["lon_deg"])[0]) / 1000.0
    attack = attack_of(one.loaded.card(CRUISE), 300.0)
    found = stopped(one, attack, at(38.0, 34.0), azimuth_deg=270.0)
    assert len(misses) >= 5
    # the profile's steps (11 s) and the scans' phase decide on one shot at most
    assert abs(int(found.shots[0, 0]) - len(misses)) <= 1
    assert found.first_km[0, 0] == pytest.approx(engine_km, abs=2.0)


def test_out_of_reach_there_is_no_shot(one: World) -> None:
    attack = attack_of(one.loaded.card(CRUISE), 300.0)
    far = stopped(one, attack, at(38.0, 34.6), azimuth_deg=90.0)  # 60 km beyond the battery, attacked from the far side
    assert far.shots[0, 0] == 0
    assert np.isnan(far.first_km[0, 0])


def test_the_worst_of_all_sides_is_no_better_than_any(one: World) -> None:
    attack = attack_of(one.loaded.card(CRUISE), 300.0)
    grid = Grid(37.9, 33.7, 0.05, 0.1, 4, 4)
    raid = stopped(one, attack, grid)
    sides = [stopped(one, attack, grid, azimuth_deg=azimuth).shots for azimuth in (0.0, 90.0, 225.0)]
    assert (raid.any_side <= np.minimum.reduce(sides)).all()
    assert (raid.any_side > 0).any()
    assert np.array_equal(raid.shots > 0, np.isfinite(raid.first_km))
    # the raid comes from due west, within the curve of the great circle
    west = stopped(one, attack, grid, azimuth_deg=270.0).shots.astype(int)
    assert np.mean(np.abs(raid.shots.astype(int) - west) > 1) < 0.1


def test_a_battery_more_never_takes_a_shot_away_and_one_less_never_adds_one() -> None:
    two = world_of(scenario(2))
    attack = attack_of(two.loaded.card(CRUISE), 300.0)
    grid = Grid(37.9, 33.3, 0.05, 0.2, 4, 4)
    whole = stopped(two, attack, grid, azimuth_deg=270.0)
    without = stopped(two, attack, grid, azimuth_deg=270.0, without=["Layer 1"])
    assert (without.shots <= whole.shots).all()
    assert without.by_battery[0].max() == 0
    assert np.array_equal(without.by_battery[1], whole.by_battery[1])  # each has its own post
    blind = stopped(two, attack, grid, azimuth_deg=270.0, without=["Radar 2"])
    assert blind.by_battery[1].max() == 0
    assert np.array_equal(whole.shots, whole.by_battery.sum(axis=0))


def test_a_ballistic_class_comes_down_on_the_place(one: World) -> None:
    from buckler.catalog.load import load_catalog

    attack = attack_of(load_catalog()["ballistic-500"], 100.0)
    assert attack.height_m is None
    assert attack.to_go_m[-1] < 500.0
    assert abs(attack.profile_m[-1]) < 500.0
    assert (np.diff(attack.to_go_m) < 0.0).all()
    assert attack.profile_m.max() > 80e3


def test_names_and_bad_input(one: World, tmp_path) -> None:
    assert classes_of(one) == [CRUISE]
    sensors, batteries = names_without(one, ["Post 1"])
    assert not sensors.any()
    assert not batteries.any()
    with pytest.raises(UnknownNameError, match="Layer 1"):
        engagement_into(one, tmp_path / "a", without=["Layer 11"])
    with pytest.raises(InputError, match="between 0 and 1"):
        engagement_into(one, tmp_path / "a", seen_pd=0.0)
    with pytest.raises(InputError, match="write a number"):
        engagement_into(one, tmp_path / "a", azimuth_deg=float("inf"))
    assert not (tmp_path / "a").exists()


def test_every_product_is_there(one: World, tmp_path) -> None:
    told_: list[tuple[int, int]] = []
    result = engagement_into(
        one, tmp_path / "out", [300.0], cell_km=20.0, without=["Layer 1"],
        progress=lambda done, total: told_.append((done, total)),
    )  # fmt: skip
    written = {str(path.relative_to(result.folder)) for path in result.files}
    stem = "test-cruise-missile-at-300-m"
    for name in ("shots", "batteries", "difference"):
        assert {f"maps/{name}-{stem}.png", f"maps/{name}-{stem}.svg"} <= written
    assert {f"rasters/shots-{stem}.tif", "tables/engagement.csv", "tables/batteries.csv", "shapes/footprints.geojson"} <= written
    assert all(path.stat().st_size > 0 for path in result.files)
    (row,) = json.loads((result.folder / "coverage.json").read_text(encoding="utf-8"))["attacks"]
    assert row["second_once_km2"] == 0.0
    assert row["lost_km2"] == pytest.approx(row["once_km2"])
    assert row["batteries"][0]["only_it_km2"] == pytest.approx(row["once_km2"])
    assert told_[-1][0] == told_[-1][1]


def test_a_patrol_is_one_sortie_and_shoots_from_its_orbit() -> None:
    data = patrolled(time_on_station_s=900, kill_probability=1e-9)
    alone = world_of(data)
    data["patrols"][0]["reliefs"] = 2
    relieved = world_of(data)
    attack = attack_of(alone.loaded.card("Test cruise missile"), 1000.0)
    grid = Grid(37.0, 31.0, 0.5, 0.5, 5, 7)
    one_, three = (stopped(world, attack, grid, azimuth_deg=270.0) for world in (alone, relieved))
    assert one_.shots.max() > 0
    assert np.array_equal(one_.shots, three.shots)  # the reliefs are there at other times
    assert np.array_equal(one_.first_km, three.first_km, equal_nan=True)
    assert one_.by_battery.shape == three.by_battery.shape == (1, *grid.shape)
    assert stopped(relieved, attack, grid, azimuth_deg=270.0, without=["Patrol"]).shots.max() == 0
    assert [row["battery"] for row in battery_rows(relieved, three, grid)] == ["Patrol-1"]
    assert len(on_station(watchers_of(relieved, highest_m=2000.0), relieved)) == 1  # the test's fighter has no radar


def test_the_engine_commits_as_early_as_the_map_says() -> None:
    """One aircraft, never a kill: against the engine, where it is on its orbit when the attack begins."""
    data = patrolled(kill_probability=1e-9)
    data["raid"]["entries"][0]["origin"] = {"latitude_deg": 38.2, "longitude_deg": 28.86}  # 450 km, as the map's attacks
    world = world_of(data)
    attack = attack_of(world.loaded.card("Test cruise missile"), 1000.0)
    origin, depot = data["raid"]["entries"][0]["origin"], data["assets"][0]
    azimuth = float(geodesic_inverse(depot["latitude_deg"], depot["longitude_deg"], origin["latitude_deg"], origin["longitude_deg"])[1])
    found = stopped(world, attack, at(depot["latitude_deg"], depot["longitude_deg"]), azimuth_deg=azimuth % 360.0)
    (events,) = flown(world, 1)
    first = next(event for event in told(world, events) if event.kind == "miss")
    row = events[first.number]
    engine_km = float(geodesic_inverse(38.0, 34.0, row["lat_deg"], row["lon_deg"])[0]) / 1000.0
    # the least of four moments is no farther out than the engine's own, and no nearer than the orbit is long
    assert found.first_km[0, 0] <= engine_km + 3.0
    assert found.first_km[0, 0] >= engine_km - 60.0


def test_a_nose_looks_where_the_aircraft_flies() -> None:
    """Weights of an orbit's nodes by time: one at each moment, once round, the place of the engine's own look."""
    data = patrolled()
    data["sensors"][0] |= {"altitude_m": 9000, "orbit": {"heading_deg": 90, "leg_length_m": 20_000, "speed_mps": 200}}
    data["systems"][0] = radar_card(instrumented_range=assumed(300, "km"), cruise_height=assumed(9000, "m"))
    world = world_of(data)
    a = world.arrays
    record = a.sensors[0]
    period = float(record["orbit_rows"] * record["orbit_step_s"])
    times = np.linspace(0.0, 2.0 * period, 97)
    shares = shares_at(record, a.orbits, times)
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert np.allclose(shares[0], shares[48], atol=1e-6)
    nodes = a.orbit_nodes[record["first_node"] : record["first_node"] + record["nodes"], :3]
    for time_s, share in zip(times, shares, strict=True):
        there = where_at(a, 0, float(time_s))
        x = ecef_from_geodetic(radians(there.lat_deg), radians(there.lon_deg), there.height_m)
        # a chord of the half circle strays 0.076 of the radius of 8.8 km, and half a node's spacing along it
        assert np.linalg.norm(share @ nodes - x) < 900.0
    assert len(moments_s(world)) == MOMENTS
