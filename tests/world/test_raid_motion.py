"""From a raid's entries to flights: stores, holds, egress, wind, navigation error, and every flight that is refused, at its place."""

from __future__ import annotations

import copy
from math import pi, tau
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import assumed, cruise_card, flown, layered, loaded, told, world_of, write_scenario
from scipy.stats import chi2

from buckler.campaign.simulate import simulate_into
from buckler.dtypes import KILL_CLASSES
from buckler.errors import DocumentError
from buckler.physics.earth import ecef_to_geodetic, geodesic_inverse
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world
from buckler.world.faults import compile_scenario
from buckler.world.motion import STEP_S, STRAIGHT_M, Path, thinned

POINT = {"latitude_deg": 38.0, "longitude_deg": 33.2}
HALF_WAY = {"latitude_deg": 38.0, "longitude_deg": 33.5}
DEPOT = (38.0, 34.0)


def raid(**changes: Any) -> dict[str, Any]:
    """One cruise missile from the west at 250 m/s, whom nobody can kill; the entry with changes."""
    data = layered((0.0,), 1)
    data["raid"]["entries"][0] |= changes
    return data


def aircraft(name: str = "Test aircraft", **changes: Any) -> dict[str, Any]:
    flies = {"kill_class": assumed("aircraft", "text"), "cruise_height": assumed(3000, "m")}
    return cruise_card(name, **{**flies, **changes}) | {"kind": "fighter"}


def carrier(kill_probability: float = 0.0, **stores: Any) -> dict[str, Any]:
    """An aircraft that releases three cruise missiles 20 km from the depot and flies off north."""
    data = layered((kill_probability,), 1)
    data["systems"].append(aircraft())
    data["raid"]["entries"][0] |= {
        "name": "flight", "system": "Test aircraft", "release_distance_m": 20_000, "count": 1,
        "stores": {"system": "Test cruise missile", "count": 3, "spacing_s": 4, **stores},
        "egress": [{"latitude_deg": 38.6, "longitude_deg": 33.9}],
    }  # fmt: skip
    return data


def places(world: World, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    key = [entity.key for entity in world.entities if entity.kind == "threat"].index(name)
    threat = world.arrays.threats[key]
    rows = world.arrays.path_m[threat["first"] : threat["first"] + threat["points"]]
    return tuple(np.asarray(column) for column in ecef_to_geodetic(*rows[:, :3].T))  # type: ignore[return-value]


def threat(world: World, name: str) -> Any:
    return world.arrays.threats[[entity.key for entity in world.entities if entity.kind == "threat"].index(name)]


# --- rows -------------------------------------------------------------------------------------------------------------


@given(
    st.floats(0.0, 3000.0), st.floats(0.0, 40.0), st.floats(1.0, 500.0), st.integers(2, 200), st.floats(0.0, 2000.0),
    st.floats(0.0, 3000.0),
)  # fmt: skip
def test_rows_left_out_move_a_path_by_no_more_than_stated(
    speed: float, pull: float, period: float, rows: int, climb: float, height: float
) -> None:
    """Paths that weave with any acceleration and period, over a height that changes at its own pace."""
    t = np.arange(rows) * STEP_S
    sway = pull * (period / tau) ** 2 * np.sin(tau * t / period)
    path = Path(np.column_stack([4e6 + speed * t, sway, np.full(rows, 5e6), height + climb * np.cos(t / 300.0)]), 0.0, 0.0, 7.0, rows - 1.5)
    kept = thinned(path)
    assert kept.step_s in (1.0, 2.0, 4.0)
    assert np.abs(kept.at(t) - path.rows_m).max() <= STRAIGHT_M
    # It reaches to the end, and not a whole step beyond.
    assert 0.0 <= (len(kept.rows_m) - 1) * kept.step_s - (rows - 1) * STEP_S < kept.step_s
    assert (kept.start_s, kept.duration_s) == (path.start_s, path.duration_s)


def test_level_flight_keeps_every_fourth_row_and_a_fall_every_one() -> None:
    straight = world_of(raid()).arrays.threats[0]
    assert straight["step_s"] == 4.0
    assert straight["points"] == pytest.approx(1 + straight["end_s"] / 4.0, abs=1.0)
    fall = compile_world(load_scenario("turkey-2019")).arrays.threats
    assert set(fall["step_s"][fall["kill_class"] == KILL_CLASSES.index("ballistic")]) == {STEP_S}


# --- stores -----------------------------------------------------------------------------------------------------------


def test_stores_fly_from_where_their_carrier_releases_them() -> None:
    world = world_of(carrier())
    assert [e.key for e in world.entities if e.kind == "threat"] == [
        "flight", "flight store-1", "flight store-2", "flight store-3",
    ]  # fmt: skip
    lat, lon, height = places(world, "flight")
    carried = threat(world, "flight")
    for k in range(3):
        store = threat(world, f"flight store-{k + 1}")
        since = store["start_s"] - carried["start_s"]
        here = [np.interp(since, np.arange(len(lat)), column) for column in (lat, lon, height)]
        begins = places(world, f"flight store-{k + 1}")
        # The carrier's rows are joined by chords, which the rounded release corner leaves by some metres.
        away = float(geodesic_inverse(here[0], here[1], float(begins[0][0]), float(begins[1][0]))[0])
        assert away < 5.0
        assert begins[2][0] == pytest.approx(here[2], abs=1.0)
        assert begins[2][-1] == pytest.approx(300.0, abs=10.0)  # down to its own height
        ends = float(geodesic_inverse(*DEPOT, float(begins[0][-1]), float(begins[1][-1]))[0])
        assert ends < 260.0  # the last row lies at or just past the end
    last = places(world, "flight store-3")
    assert float(geodesic_inverse(*DEPOT, float(last[0][0]), float(last[1][0]))[0]) == pytest.approx(20e3, rel=0.1)
    starts = [threat(world, f"flight store-{k}")["start_s"] for k in (1, 2, 3)]
    assert np.diff(starts) == pytest.approx([4.0, 4.0])


def test_a_carrier_that_lives_leaves_and_its_stores_get_through() -> None:
    world = world_of(carrier())
    story = told(world, next(flown(world, 1)))
    by_kind = {kind: [e.subject for e in story if e.kind == kind] for kind in ("release", "leave", "impact", "appear")}
    assert by_kind["release"] == ["flight"] * 3
    assert by_kind["leave"] == ["flight"]
    assert sorted(by_kind["impact"]) == ["flight store-1", "flight store-2", "flight store-3"]
    assert len(by_kind["appear"]) == 4
    for event in story:
        if event.kind == "appear" and event.subject != "flight":
            assert story[event.cause].kind == "release"
            assert story[event.cause].object == event.subject


def test_a_carrier_killed_before_releases_nothing() -> None:
    data = carrier(1.0)
    data["sensors"][0] |= {"longitude_deg": 33.4}
    data["batteries"][0] |= {"longitude_deg": 33.4}
    world = world_of(data)
    story = told(world, next(flown(world, 1)))
    assert [e.object for e in story if e.kind == "kill"] == ["flight"]
    killed = next(e.time_s for e in story if e.kind == "kill")
    assert killed < threat(world, "flight store-1")["start_s"]
    assert {e.kind for e in story} & {"release", "impact", "leave"} == set()
    assert [e.subject for e in story if e.kind == "appear"] == ["flight"]


def test_without_stores_and_egress_an_aircraft_gets_through_at_its_release_distance() -> None:
    data = carrier()
    entry = data["raid"]["entries"][0]
    del entry["stores"], entry["egress"]
    world = world_of(data)
    story = told(world, next(flown(world, 1)))
    assert [e.subject for e in story if e.kind == "impact"] == ["flight"]


def test_nothing_released_gets_through_in_a_run_whose_carriers_die(tmp_path: Any) -> None:
    """The report's figures of a raid of which part never appears."""
    data = carrier(0.5)
    data["sensors"][0] |= {"longitude_deg": 33.4}
    data["batteries"][0] |= {"longitude_deg": 33.4}
    path = write_scenario(tmp_path / "s.yaml", data)
    simulate_into(path, tmp_path / "run", replications=40, seed=1, workers=1)
    from buckler.log.read import open_run

    summary = open_run(tmp_path / "run").summary
    funnel = summary["funnel"]["cruise"]
    assert 0.0 < funnel["appeared"]["count"]["value"] < 3.0
    assert funnel["got through"]["count"]["value"] <= funnel["appeared"]["count"]["value"]


# --- routes -----------------------------------------------------------------------------------------------------------


def test_a_hold_is_flown_in_whole_laps_on_the_next_course() -> None:
    data = raid(
        system="Test aircraft",
        waypoints=[{"latitude_deg": 38.0, "longitude_deg": 33.5, "hold": {"duration_s": 600, "leg_m": 10_000}}],
    )
    data["systems"].append(aircraft())
    held = world_of(data)
    del data["raid"]["entries"][0]["waypoints"][0]["hold"]
    straight = world_of(data)
    radius = 250.0**2 / (9.80665 * 8.0**0.5)  # Anderson (1999) equation 6.9 at n = 3
    lap_s = (2 * 10_000 + 2 * pi * radius) / 250.0
    spent = threat(held, "cruise")["end_s"] - threat(straight, "cruise")["end_s"]
    laps = int(np.ceil(600 / lap_s))
    assert spent == pytest.approx(laps * lap_s, rel=2e-3)
    lat, _, height = places(held, "cruise")
    rows = held.arrays.path_m[:, :3]
    assert np.linalg.norm(np.diff(rows, axis=0), axis=1)[:-1] == pytest.approx(250.0, rel=2e-3)
    assert height[:-1] == pytest.approx(3000.0, abs=1.0)
    assert np.ptp(lat) == pytest.approx(2 * radius / 111_000, rel=0.02)
    # Tangents turn no faster than the circle allows.
    unit = np.diff(rows, axis=0)[:-1]
    unit /= np.linalg.norm(unit, axis=1)[:, None]
    assert np.arccos(np.clip(np.sum(unit[1:] * unit[:-1], axis=1), -1, 1)).max() < 1.05 * 250.0 / radius


def test_a_helicopter_hovers() -> None:
    data = raid(
        system="Test helicopter", speed_mps=60,
        waypoints=[{"latitude_deg": 38.0, "longitude_deg": 33.5, "hold": {"duration_s": 120}}],
    )  # fmt: skip
    data["systems"].append(
        cruise_card("Test helicopter", kill_class=assumed("helicopter", "text"), speed=assumed(60, "m/s"))
        | {"kind": "helicopter"}
    )
    world = world_of(data)
    step = np.linalg.norm(np.diff(world.arrays.path_m[:, :3], axis=0), axis=1)
    still = np.flatnonzero(step < 1e-6)
    assert len(still) == pytest.approx(119, abs=1)
    assert np.all(np.diff(still) == 1)
    lat, lon, _ = places(world, "cruise")
    at = still[5]
    assert float(geodesic_inverse(38.0, 33.5, float(lat[at]), float(lon[at]))[0]) < 1.0


def test_legs_have_their_own_speeds() -> None:
    data = raid(
        origin={**POINT, "speed_mps": 150},
        waypoints=[{"latitude_deg": 38.0, "longitude_deg": 33.5, "speed_mps": 280}],
    )
    step = np.linalg.norm(np.diff(world_of(data).arrays.path_m[:, :3], axis=0), axis=1)
    assert step[:170] == pytest.approx(150.0, rel=1e-3)
    assert step[180:-1] == pytest.approx(280.0, rel=1e-3)


def test_wind_moves_what_flies_over_the_ground() -> None:
    data = raid()
    calm = threat(world_of(data), "cruise")
    data["environment"]["wind"] = {"layers": [{"height_m": 0, "speed_mps": 30, "from_deg": 270}]}
    behind = threat(world_of(data), "cruise")
    assert (behind["end_s"] - behind["start_s"]) * 280.0 == pytest.approx(
        (calm["end_s"] - calm["start_s"]) * 250.0, rel=1e-3
    )
    data["environment"]["wind"] = {"power_law": {"speed_mps": 10, "from_deg": 0, "reference_height_m": 300}}
    across = threat(world_of(data), "cruise")
    over = np.sqrt(250.0**2 - 10.0**2)
    assert (across["end_s"] - across["start_s"]) * over == pytest.approx(
        (calm["end_s"] - calm["start_s"]) * 250.0, rel=1e-3
    )


def test_navigation_error_lies_across_the_track() -> None:
    """Without CEP, miss / standard deviation is |N(0, 1)|: its mean square over n replications is chi2(n)/n."""
    data = raid(navigation_error_m=500)
    data["systems"][2] = cruise_card(lethal_radius=assumed(1e6, "m"), circular_error_probable=assumed(0, "m"))
    world = world_of(data)
    n = 400
    misses = [e.value for events in flown(world, n) for e in told(world, events) if e.kind == "asset_hit"]
    assert len(misses) == n
    low, high = chi2.ppf([1e-4, 1.0 - 1e-4], n)
    assert low < float(np.sum((np.array(misses) / 500.0) ** 2)) < high


# --- refused ----------------------------------------------------------------------------------------------------------


def said(data: dict[str, Any], tmp_path: Any) -> list[str]:
    path = write_scenario(tmp_path / "s.yaml", data)
    with pytest.raises(DocumentError) as found:
        simulate_into(path, tmp_path / "run", replications=1, seed=1, workers=1)
    assert not (tmp_path / "run").exists()
    text = path.read_text().splitlines()
    lines = []
    for problem in found.value.problems:
        lines.append(f"{text[problem.line - 1].strip()} <- {problem.message}")
        assert problem.file == str(path)
    return lines


@pytest.mark.parametrize(
    ("changes", "at", "words"),
    [
        ({"speed_mps": 500}, "speed_mps: 500", "500 m/s, outside the airframe's 80 to 300 m/s"),
        ({"speed_mps": 79}, "speed_mps: 79", "79 m/s, outside the airframe's 80 to 300 m/s"),
        ({"waypoints": [{**HALF_WAY, "speed_mps": 301}]}, "speed_mps: 301", "leg 2 is flown at 301 m/s"),
        ({"speed_mps": 301, "waypoints": [{**HALF_WAY, "speed_mps": 250}]}, "speed_mps: 301", "leg 1 is flown at 301 m/s"),
        ({"waypoints": [POINT]}, "latitude_deg: 38.0", "same place"),
        (
            {"waypoints": [{"latitude_deg": 38.01, "longitude_deg": 33.21}, {"latitude_deg": 38.0, "longitude_deg": 33.22}]},
            "latitude_deg: 38.01", "waypoint 2 is too tight to turn",
        ),
        ({"waypoints": [HALF_WAY, {"latitude_deg": 38.0, "longitude_deg": 33.3}]}, "", "back on itself"),
        (
            {"height_m": 20_000, "height_reference": "sea", "system": "Test ceiling"}, "height_m: 20000",
            "leg 1 goes up to 20000 m above sea level, outside the airframe's limit of 12000 m: fly lower",
        ),
        (
            {"height_m": 11_950, "height_reference": "sea", "system": "Test ceiling", "waypoints": [{**HALF_WAY, "height_m": 12_001}]},
            "height_m: 12001", "outside the airframe's limit of 12000 m: fly lower",
        ),
        ({"release_distance_m": 900_000}, "release_distance_m", "inside release_distance_m"),
    ],
)  # fmt: skip
def test_a_flight_that_cannot_be_flown_is_told_at_its_place(
    changes: dict[str, Any], at: str, words: str, tmp_path: Any
) -> None:
    data = raid(**changes)
    data["systems"].append(cruise_card("Test ceiling", service_ceiling=assumed(12, "km")))
    (line,) = said(data, tmp_path)
    assert words in line
    assert line.split(" <- ")[0].lstrip("- ").startswith(at)


def test_under_the_ground_and_two_mistakes_at_once(tmp_path: Any) -> None:
    data = raid(height_m=100, height_reference="sea")
    data["environment"] = {"terrain": "packaged"}
    second = copy.deepcopy(data["raid"]["entries"][0]) | {
        "name": "too fast",
        "height_reference": "ground",
        "speed_mps": 1000,
    }
    data["raid"]["entries"].append(second)
    lines = said(data, tmp_path)
    assert len(lines) == 2
    assert "underground at latitude" in lines[0]
    assert "'too fast' cannot fly: leg 1 is flown at 1000 m/s" in lines[1]


def test_ballistic_and_stores_refused(tmp_path: Any) -> None:
    far = {"latitude_deg": 43.0, "longitude_deg": 33.2}
    data = raid(system="ballistic-300", origin=far)
    (line,) = said(data, tmp_path)
    assert "the missile reaches" in line
    assert "nearer, or take a class of longer range" in line
    (line,) = said(raid(system="ballistic-1000", origin=far, waypoints=[POINT]), tmp_path)
    assert "has no waypoints" in line
    (line,) = said(carrier(speed_mps=400), tmp_path)
    assert line.startswith("speed_mps: 400 <- ")
    (line,) = said(carrier(spacing_s=300), tmp_path)
    assert line.startswith("spacing_s: 300 <- ")
    assert "before it appears" in line
    data = carrier()
    (line,) = said(
        carrier() | {"systems": [*carrier()["systems"][:-1], aircraft(cruise_height=assumed(9000, "m"))]}, tmp_path
    )
    assert "m off its height" in line
    data["systems"][2] = cruise_card(max_range=assumed(15, "km"))
    (line,) = said(data, tmp_path)
    assert line.startswith("release_distance_m: 20000 <- ")
    assert "it flies 15 km" in line


def test_a_flight_reported_by_apogee_range_and_time(tmp_path: Any) -> None:
    """Hwasong-12 of 14 May 2017, as reported: 2,111 km high, 787 km far, 30 minutes (KCNA, South Korea's Joint Chiefs of Staff)."""
    far = {"latitude_deg": 38.0, "longitude_deg": 25.02}
    reported = {"system": "ballistic-1000", "origin": far, "apogee_m": 2_111_500, "reported_time_s": 1800}
    world = world_of(raid(**reported))
    body = threat(world, "cruise")
    assert world.arrays.path_m[:, 3].max() == pytest.approx(2_111_500, rel=1e-3)
    assert body["end_s"] - body["start_s"] == pytest.approx(1800, rel=0.06)
    (line,) = said(raid(**{**reported, "reported_time_s": 1500}), tmp_path)
    assert line.startswith("reported_time_s: 1500 <- ")
    assert "the bare Kepler arc alone takes" in line
    with pytest.raises(DocumentError, match="write apogee_m"):
        loaded(raid(system="ballistic-1000", origin=far, reported_time_s=1800))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stores": {"system": "Test cruise missile"}}, "write release_distance_m"),
        ({"origin": {**POINT, "hold": {"duration_s": 5}}}, "nothing holds where it begins"),
        ({"egress": [{**POINT, "hold": {"duration_s": 5}}]}, "the flight ends here"),
        ({"start_s": -5}, "greater than or equal to 0"),
        ({"release_distance_m": 1e4, "stores": {"system": "S-400"}}, "'S-400' is a sam-system"),
        ({"release_distance_m": 1e4, "stores": {"system": "som", "target": "Depott"}}, "did you mean 'Depot'"),
    ],
)
def test_entries_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        loaded(raid(**changes))


@pytest.mark.parametrize(
    ("wind", "words"),
    [
        ({}, "write either layers or power_law"),
        (
            {
                "layers": [
                    {"height_m": 10, "speed_mps": 5, "from_deg": 0},
                    {"height_m": 10, "speed_mps": 5, "from_deg": 0},
                ]
            },
            "must rise",
        ),
        ({"layers": [{"height_m": 10, "speed_mps": 151, "from_deg": 0}]}, "less than or equal to 150"),
    ],
)
def test_wind_refused(wind: dict[str, Any], words: str) -> None:
    data = raid()
    data["environment"]["wind"] = wind
    with pytest.raises(DocumentError, match=words):
        loaded(data)


def test_a_head_wind_too_strong_to_fly_in() -> None:
    data = raid()
    data["systems"][2] = cruise_card(speed=assumed(100, "m/s"))
    data["environment"]["wind"] = {"layers": [{"height_m": 0, "speed_mps": 105, "from_deg": 90}]}
    with pytest.raises(DocumentError, match="against a wind of 105 m/s"):
        compile_scenario(loaded(data))
