"""Sensors in the air: the racetrack, what is seen from where they are, when it can be seen at all, and what is refused."""

from __future__ import annotations

from math import cos, pi, radians
from typing import Any

import numpy as np
import pytest
from runs import assumed, layered, radar_card, world_of

from buckler.engine.fly import Flyer
from buckler.engine.recording import states_table
from buckler.errors import DocumentError, InputError
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, enu_basis, geodesic_direct, geodesic_inverse
from buckler.physics.look import along_orbit, look, look_moving, lowest_from_orbit_m
from buckler.physics.terrain import flat_terrain, packaged_terrain
from buckler.physics.visibility import lowest_seen_m
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world
from buckler.world.orbits import HORIZON_ERROR_M, where_at
from buckler.world.place import Place
from buckler.world.sensors import horizon_around, horizon_of

ORBIT = {"heading_deg": 30, "leg_length_m": 60_000, "speed_mps": 200}


def _patrol(
    orbit: dict[str, Any] | None = None, terrain: str = "flat", radar: dict[str, Any] | None = None, **sensor: Any
) -> dict[str, Any]:
    """Three cruise missiles, and one radar that flies around a point 80 km south-west of their way."""
    data = layered((0.5,), 3)
    data["environment"] = {"terrain": terrain}
    parameters = {
        "detection_range": assumed(400, "km"), "reference_rcs": assumed(1, "m2"), "instrumented_range": assumed(250, "km"),
        "min_elevation": assumed(-30, "deg"), "cruise_height": assumed(9000, "m"), **(radar or {}),
    }  # fmt: skip
    data["systems"][0] = radar_card(**parameters)
    data["sensors"][0] = {
        "name": "Patrol", "system": "Test radar", "command": "Post 1", "latitude_deg": 37.5, "longitude_deg": 33.0,
        "orbit": orbit or ORBIT, **sensor,
    }  # fmt: skip
    data["batteries"][0]["fire_control"] = ["Patrol"]
    return data


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(_patrol(terrain="packaged"))


def _moving(world: World, i: int, time_s: float) -> tuple[float, float, float, float]:
    a = world.arrays
    return look_moving(
        a.sensors[0], a.orbits, a.orbit_nodes, a.orbit_lowest_m, a.air_db[0], a.threats[i], a.path_m, time_s
    )


def test_the_racetrack_closes_and_is_flown_at_its_speed(world: World) -> None:
    a, sensor = world.arrays, world.arrays.sensors[0]
    rows = a.orbits
    assert np.array_equal(rows[0, :14], rows[-1, :14])
    assert (rows[0, 14], rows[-1, 14]) == (0.0, sensor["nodes"])
    assert (np.diff(rows[:, 14]) > 0.0).all()
    radius = 200**2 / (9.80665 * np.tan(radians(25)))
    period = sensor["orbit_rows"] * sensor["orbit_step_s"]
    assert period == pytest.approx((120_000 + 2 * pi * radius) / 200, rel=1e-12)
    # On the ellipsoid at 9 km a ground distance is 0.14 % longer; a chord of a turn is 0.02 % shorter than its arc.
    speeds = np.linalg.norm(np.diff(rows[:, :3], axis=0), axis=1) / sensor["orbit_step_s"]
    assert speeds == pytest.approx(200, rel=3e-3)
    for time_s in (0.0, 100.3, 731.0):
        here, again = where_at(a, 0, time_s), where_at(a, 0, time_s + 3 * period)
        assert (here.lat_deg, here.lon_deg) == pytest.approx((again.lat_deg, again.lon_deg), abs=1e-9)
        assert here.height_m == pytest.approx(9000.0, abs=3.0)  # the chord's sag


def test_the_first_leg_has_its_heading_and_the_centre_lies_in_the_middle(world: World) -> None:
    begin, end = where_at(world.arrays, 0, 0.0), where_at(world.arrays, 0, 300.0)
    length, azimuth, _ = geodesic_inverse(begin.lat_deg, begin.lon_deg, end.lat_deg, end.lon_deg)
    assert float(length) == pytest.approx(60_000, rel=2e-3)
    assert float(azimuth) == pytest.approx(30.0, abs=0.5)
    assert np.degrees(np.arctan2(*world.arrays.orbits[30, 12:14])) == pytest.approx(30.0, abs=0.5)
    points = world.arrays.orbits[:-1, :3].mean(axis=0)
    assert np.linalg.norm(points - world.arrays.sensors[0]["position_m"]) < 100.0


@pytest.mark.parametrize(("turns", "side"), [("left", 1.0), ("right", -1.0)])
def test_it_turns_to_the_side_that_is_asked(turns: str, side: float) -> None:
    a = world_of(_patrol(ORBIT | {"turns": turns})).arrays
    k = int(320.0 / a.sensors[0]["orbit_step_s"])  # twenty seconds into the first turn
    before, after = a.orbits[k, 12:14], a.orbits[k + 5, 12:14]
    assert side * (before[0] * after[1] - before[1] * after[0]) > 0.0  # anticlockwise is to the left


def test_a_look_from_the_orbit_is_that_of_a_radar_standing_there(world: World) -> None:
    """At moments between nodes: a radar that stands where the patrol is, with a horizon swept from there."""
    a = world.arrays
    terrain, factor = packaged_terrain(), a.sensors[0]["effective_radius_m"] / MEAN_RADIUS_M
    seen = 0
    for time_s in (20.0, 77.0, 151.0, 210.0, 260.0):
        place = where_at(a, 0, time_s)
        standing = a.sensors[0].copy()
        standing["orbit_rows"] = 0
        standing["position_m"] = _ecef(place)
        basis = enu_basis(radians(place.lat_deg), radians(place.lon_deg))
        standing["east"], standing["north"], standing["up"] = basis[:3], basis[3:6], basis[6:]
        table = horizon_around(terrain, place, place.height_m, 250e3, factor)
        standing["lowest_step_m"] = table.range_step_m
        for i in range(3):
            there = look(standing, table.line_m, a.air_db[0], a.threats[i], a.path_m, time_s)
            here = _moving(world, i, time_s)
            assert here[1:] == pytest.approx(there[1:], rel=1e-6, abs=2e-4)
            if there[0] > 0.0 and here[0] > 0.0:
                # The frame is that of the nearer row, 3e-5 rad off: so little in elevation, and so in the air's loss.
                assert here[0] == pytest.approx(there[0], rel=1e-4)
                seen += 1
    assert seen >= 9


def _errors_m(terrain: str, altitude_m: float) -> np.ndarray:
    """What the nodes' lowest height seen is off half-way between two of them, at many places near and far."""
    a = world_of(_patrol(terrain=terrain, altitude_m=altitude_m)).arrays
    sensor = a.sensors[0]
    ground = packaged_terrain() if terrain == "packaged" else None
    errors = []
    for n in range(int(sensor["nodes"])):
        row = float(np.interp(n + 0.5, a.orbits[:, 14], np.arange(len(a.orbits))))
        place = where_at(a, 0, row * float(sensor["orbit_step_s"]))
        table = horizon_around(ground or flat_terrain(), place, place.height_m, 250e3, 4 / 3)
        for azimuth in np.arange(5.0, 360.0, 20.0):
            for distance in (60e3, 120e3, 200e3, 240e3):
                point = _point(place, float(azimuth), distance)
                exact = lowest_seen_m(table.line_m, table.range_step_m, radians(azimuth), distance)
                sight = np.array(point) - np.array(_ecef(place))
                errors.append(lowest_from_orbit_m(sensor, a.orbit_nodes, a.orbit_lowest_m, n + 0.5, *sight) - exact)
    return np.abs(errors)


def _ecef(place: Place) -> tuple[float, float, float]:
    return ecef_from_geodetic(radians(place.lat_deg), radians(place.lon_deg), place.height_m)


def _point(place: Place, azimuth_deg: float, distance_m: float) -> tuple[float, float, float]:
    lat, lon, _ = (float(x) for x in geodesic_direct(place.lat_deg, place.lon_deg, azimuth_deg, distance_m))
    return ecef_from_geodetic(radians(lat), radians(lon), 0.0)


def test_between_nodes_the_horizon_of_a_smooth_earth_is_within_the_stated_error() -> None:
    """From 1,500 m the horizon is at 160 km: most of the places lie behind it."""
    errors = _errors_m("flat", 1500.0)
    assert 1.0 < errors.max() < HORIZON_ERROR_M + 1.0  # and a metre for single precision and the table's own columns


def test_between_nodes_the_horizon_of_terrain_is_as_near_as_the_docs_say() -> None:
    """9 km cells, 9 km up: median and p95 of the difference from a sweep at the very place."""
    errors = _errors_m("packaged", 9000.0)
    assert np.percentile(errors, 50) < 4.0
    assert np.percentile(errors, 95) < 35.0


@pytest.mark.parametrize("width", [360, 120])
def test_nothing_is_seen_outside_the_windows(width: int) -> None:
    """Brute force, four times as dense as the path's rows: whatever is in view lies in its window, and the ends are near."""
    world = world_of(_patrol(terrain="packaged", radar={"azimuth_sector": assumed(width, "deg")}))
    a = world.arrays
    looked = 0
    for i, body in enumerate(a.threats):
        times = np.arange(body["start_s"], body["end_s"], 0.25)
        in_view = np.array([_moving(world, i, float(t))[0] > 0.0 for t in times])
        first, last = a.windows_s[0, i]
        if not in_view.any():
            assert first == np.inf
            continue
        looked += 1
        assert first <= times[in_view][0] <= first + 2.0
        assert last - 2.0 <= times[in_view][-1] <= last
    assert looked >= 2
    assert a.looking_s[0, 0] == a.windows_s[0, :, 0].min()


def test_a_nose_radar_sees_ahead() -> None:
    world = world_of(_patrol(radar={"azimuth_sector": assumed(120, "deg")}))
    a = world.arrays
    seen = 0
    for time_s in np.arange(0.0, 280.0, 5.0):
        k, part = along_orbit(a.sensors[0], time_s)
        ahead = a.orbits[k, 12:14] + part * (a.orbits[k + 1, 12:14] - a.orbits[k, 12:14])
        snr, range_m, azimuth, _ = _moving(world, 0, float(time_s))
        if range_m > 249e3:
            continue
        off = ahead @ np.array([np.sin(azimuth), np.cos(azimuth)])
        if abs(off - cos(pi / 3)) > 1e-3:
            assert (snr > 0.0) == (off > cos(pi / 3))
            seen += snr > 0.0
    assert seen > 10


def _tight(data: dict[str, Any]) -> None:
    data["sensors"][0]["orbit"] = ORBIT | {"turn_radius_m": 500}


def _sector(data: dict[str, Any]) -> None:
    data["sensors"][0]["sector_azimuth_deg"] = 90


def _mast(data: dict[str, Any]) -> None:
    data["sensors"][0]["antenna_height_m"] = 20


def _search(data: dict[str, Any]) -> None:
    data["sensors"][0]["search_width_deg"] = 20


def _low(data: dict[str, Any]) -> None:
    data["environment"] = {"terrain": "packaged"}
    data["sensors"][0]["altitude_m"] = 200


def _grounded(data: dict[str, Any]) -> None:
    data["systems"][0] = radar_card()
    data["sensors"][0]["orbit"] = ORBIT


def _wide(data: dict[str, Any]) -> None:
    data["sensors"][0]["sector_width_deg"] = 200
    data["systems"][0]["parameters"]["azimuth_sector"] = assumed(120, "deg")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_tight, "cannot fly its orbit: 200 m/s in a turn of 500 m is 8.2 g"),
        (_sector, "looks ahead: leave sector_azimuth_deg out"),
        (_mast, "leave antenna_height_m out"),
        (_search, "on an orbit write 0"),
        (_low, "under the ground"),
        (_grounded, "does not fly by itself: write altitude_m"),
        (_wide, "sector of 120 degrees: sector_width_deg cannot be more"),
    ],
)
def test_what_cannot_fly_or_look_is_refused(change: Any, said: str) -> None:
    data = _patrol()
    change(data)
    with pytest.raises((InputError, DocumentError), match=said):
        world_of(data)


def test_a_card_that_flies_needs_no_altitude() -> None:
    assert world_of(_patrol()).arrays.sensors[0]["antenna_m"] == 9000.0
    assert world_of(_patrol(altitude_m=4000)).arrays.sensors[0]["antenna_m"] == 4000.0


def test_the_record_says_where_the_sensor_was(world: World) -> None:
    """Between two of its rows the straight line is where the engine had it."""
    names = [entity.key for entity in world.entities]
    events = Flyer(world.arrays).events(1, 0)
    rows = [row for row in states_table(world.arrays, names, 0, events).to_pylist() if row["subject"] == "Patrol"]
    assert rows[-1]["time_s"] >= float(events["time_s"].max())
    for row in rows[:: len(rows) // 7]:
        place = where_at(world.arrays, 0, row["time_s"])
        assert (row["lat_deg"], row["lon_deg"]) == pytest.approx((place.lat_deg, place.lon_deg), abs=1e-7)
        assert row["alt_m"] == pytest.approx(place.height_m, abs=0.01)


def test_a_world_compiled_again_keeps_its_orbits(world: World) -> None:
    again, fresh = compile_world(world.loaded, reuse=world).arrays, world.arrays
    for field, one in fresh:
        assert np.array_equal(one, getattr(again, field)), field


def test_a_mast_sees_lower() -> None:
    """24 m instead of 12 m, over the packaged terrain: nowhere worse, and at 60 km some hundred metres lower somewhere."""
    loads = [load_scenario(name) for name in ("turkey-2019", "more-eyes")]
    tables = []
    for one in loads:
        (sensor,) = [entry for entry in one.scenario.sensors if entry.name == "96L6E north"]
        tables.append(horizon_of(sensor, one.card(sensor.system), packaged_terrain(), one.scenario.environment))
    own, mast = tables
    assert mast.antenna_m - own.antenna_m == pytest.approx(12.0)
    assert (mast.line_m[:, 1:] <= own.line_m[:, 1:] + 0.5).all()
    at = int(60e3 / own.range_step_m)
    assert np.median(own.line_m[:, at] - mast.line_m[:, at]) > 20.0


def _packaged_patrol(system: str) -> World:
    data = _patrol()
    data["sensors"][0]["system"] = system
    data["sensors"][0]["hypothetical"] = True
    data["sensors"][0]["orbit"] = {"heading_deg": 30, "leg_length_m": 40_000}
    guide = {"name": "Zenith", "system": "Test radar", "command": "Post 1", "latitude_deg": 38.0, "longitude_deg": 33.9}
    data["sensors"].append(guide)
    data["batteries"][0]["fire_control"] = ["Zenith"]
    return world_of(data)


@pytest.mark.parametrize("system", ["E-7T", "Anka", "Bayraktar TB2", "F-16C", "F-35A", "Su-35", "Su-57"])
def test_the_aircraft_of_the_catalog_fly_at_their_own_speed_and_height(system: str) -> None:
    world = _packaged_patrol(system)
    card = world.loaded.card(system)
    sensor = world.arrays.sensors[0]
    assert sensor["antenna_m"] == pytest.approx(card.si("cruise_height"))
    speed = card.si("speed")
    period = (80_000 + 2 * pi * speed**2 / (9.80665 * np.tan(radians(25)))) / speed
    assert sensor["orbit_rows"] * sensor["orbit_step_s"] == pytest.approx(period, rel=1e-9)
    assert sensor["lowest_tangent"] < 0.0  # it looks down
    assert (sensor["sector_half_width_rad"] == pi) == (system == "E-7T")


def test_an_e7t_at_its_height_sees_the_sea_to_four_hundred_kilometres() -> None:
    """sqrt(2 k a h): 403 km from 9,560 m, k = 4/3, a = 6371 km."""
    data = _patrol(altitude_m=9560)
    data["sensors"][0]["system"] = "E-7T"
    a = world_of(data).arrays
    place = where_at(a, 0, 0.0)
    for azimuth in (0.0, 130.0, 250.0):
        for distance, seen in ((397e3, True), (409e3, False)):
            sight = np.array(_point(place, azimuth, distance)) - np.array(_ecef(place))
            lowest = lowest_from_orbit_m(a.sensors[0], a.orbit_nodes, a.orbit_lowest_m, float(a.orbits[0, 14]), *sight)
            assert (lowest <= 0.5) == seen, (azimuth, distance, lowest)
