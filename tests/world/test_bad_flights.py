"""Flights that cannot be, each by a real scenario: what is said, where in the file, and what could be flown instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs import assumed, buckler, cruise_card, layered, write_scenario

from buckler.campaign.sources import sources_used
from buckler.errors import DocumentError, Problem
from buckler.recordings.terrain_files import GridFrame, write_terrain
from buckler.scenario.load import load_scenario
from buckler.world.faults import compile_scenario

DEPOT = (38.0, 34.0)


def raid(**changes: Any) -> dict[str, Any]:
    data = layered((0.0,), 1)
    data["raid"]["entries"][0] |= changes
    return data


def problem(data: dict[str, Any], tmp_path: Path) -> tuple[Problem, str]:
    """The one thing that is wrong, and the line of the file that it points to."""
    path = write_scenario(tmp_path / "s.yaml", data)
    with pytest.raises(DocumentError) as found:
        compile_scenario(load_scenario(path))
    (only,) = found.value.problems
    return only, path.read_text(encoding="utf-8").splitlines()[only.line - 1].strip()


def hills(tmp_path: Path, wall: tuple[float, float], height_m: float) -> str:
    """Flat ground at sea level but for a wall between two longitudes, in cells of 0.9 km."""
    frame = GridFrame(36.0, 30.0, 1 / 120, 1 / 120, 481, 721)
    lon = frame.west_deg + frame.dlon_deg * np.arange(frame.columns)
    heights = np.where((lon > wall[0]) & (lon < wall[1]), height_m, 0.0).astype(np.float32)
    grid = np.tile(heights, (frame.rows, 1))
    words = {"source": "made", "cell_size": "1 km", "datum": "mean sea level"}
    write_terrain(tmp_path / "hills.npz", frame, [grid], words, force=True)
    return "hills.npz"


def ballistic(lon_deg: float, terrain: str, **changes: Any) -> dict[str, Any]:
    data = raid(system="ballistic-300", origin={"latitude_deg": 38.0, "longitude_deg": lon_deg}, **changes)
    data["environment"]["terrain"] = terrain
    return data


def test_a_launch_into_terrain(tmp_path: Path) -> None:
    """A wall of 8 km begins two kilometres ahead of the launcher."""
    found, line = problem(ballistic(31.5, hills(tmp_path, (31.52, 31.6), 8_000.0)), tmp_path)
    assert "flies into the ground" in found.message
    assert "move the launch" in found.message
    assert "longitude 31.5" in found.message
    assert line.startswith("latitude_deg: 38.0")  # of the origin
    compile_scenario(load_scenario(write_scenario(tmp_path / "ok.yaml", ballistic(31.5, hills(tmp_path, (31.52, 31.6), 300.0)))))


def test_a_target_behind_a_mountain(tmp_path: Path) -> None:
    found, line = problem(ballistic(31.5, hills(tmp_path, (33.9, 33.98), 8_000.0)), tmp_path)
    assert "flies into the ground" in found.message
    assert "move the target, or state a higher apogee_m" in found.message
    assert line == "target: Depot"
    steeper = ballistic(31.5, hills(tmp_path, (33.9, 33.98), 8_000.0), apogee_m=200_000)
    compile_scenario(load_scenario(write_scenario(tmp_path / "ok.yaml", steeper)))


def test_a_route_into_a_mountain(tmp_path: Path) -> None:
    data = raid(height_m=300, height_reference="sea", origin={"latitude_deg": 38.0, "longitude_deg": 31.5})
    data["environment"]["terrain"] = hills(tmp_path, (32.5, 32.6), 900.0)
    found, _ = problem(data, tmp_path)
    assert "leg 1 is 600 m underground" in found.message
    assert "fly above that" in found.message


def test_a_ballistic_missile_past_its_reach(tmp_path: Path) -> None:
    found, _ = problem(ballistic(27.0, "flat"), tmp_path)
    assert "the target is 614.7 km away and the missile reaches" in found.message
    assert "move the launch" in found.message
    assert "km nearer, or take a class of longer range" in found.message


def test_a_cruise_missile_past_its_reach(tmp_path: Path) -> None:
    data = raid(origin={"latitude_deg": 38.0, "longitude_deg": 30.0})
    data["systems"][2] = cruise_card(max_range={**assumed(200, "km"), "low": 150, "high": 250})
    found, line = problem(data, tmp_path)
    assert "its route is 351.3 km long, and Test cruise missile flies 250 km" in found.message
    assert "take 101.3 km out of its way" in found.message
    assert line.startswith("latitude_deg: 38.0")
    # A detour counts; without it the same missile arrives.
    data["raid"]["entries"][0]["origin"]["longitude_deg"] = 32.0
    compile_scenario(load_scenario(write_scenario(tmp_path / "ok.yaml", data)))
    data["raid"]["entries"][0]["waypoints"] = [{"latitude_deg": 39.0, "longitude_deg": 33.0}]
    assert "out of its way" in problem(data, tmp_path)[0].message


@pytest.mark.parametrize(("speed", "words"), [(301, "301 m/s, outside the airframe's 100 to 300"), (99, "99 m/s, outside")])
def test_a_speed_outside_the_airframes_band(speed: float, words: str, tmp_path: Path) -> None:
    data = raid(speed_mps=speed)
    data["systems"][2] = cruise_card(min_speed=assumed(100, "m/s"))
    found, _ = problem(data, tmp_path)
    assert words in found.message
    assert "state a speed within" in found.message


def test_a_time_in_the_past(tmp_path: Path) -> None:
    found, line = problem(raid(start_s=-60), tmp_path)
    assert line == "start_s: -60"
    assert "greater than or equal to 0" in found.message


def test_a_recorded_track_with_gaps_reversals_and_jumps_is_held_out_and_named(tmp_path: Path) -> None:
    rows = [
        {"timestamp": 1_600_000_000 + 10 * k, "icao24": "4ba946", "callsign": "THY1", "latitude": 38.2, "longitude": 33.0 + 0.02 * k,
         "altitude": 20_000}
        for k in range(60)
    ]  # fmt: skip
    rows[20]["longitude"] += 5.0  # a jump
    rows[30]["timestamp"] -= 200  # a reversal
    for row in rows[45:]:
        row["timestamp"] += 600  # a gap
        row["longitude"] += 1.3
    (tmp_path / "flight.json").write_text(json.dumps(rows), encoding="utf-8")
    data = raid()
    data["traffic"] = {"entries": [{"name": "recorded", "recording": "flight.json", "count": 5}]}
    path = write_scenario(tmp_path / "s.yaml", data)
    world = compile_scenario(load_scenario(path))
    said = [row["assumption"] for row in sources_used(world) if row["parameter"] == "recording flight.json"]
    assert len(said) == 3
    assert any("1 of 60 rows out of the order of time" in text for text in said)
    assert any("1 of 60 rows are where it cannot have flown" in text for text in said)
    assert any("nothing for 610 s" in text for text in said)
    # Two flights are flown, neither through the gap nor to the jump.
    flights = [entity.key for entity in world.entities if entity.kind == "aircraft"]
    assert flights == ["recorded-1"]  # the second begins after the raid is over
    for threat in world.arrays.threats[-len(flights) :]:
        rows_m = world.arrays.path_m[threat["first"] : threat["first"] + threat["points"], :3]
        assert np.linalg.norm(np.diff(rows_m, axis=0), axis=1).max() / threat["step_s"] < 450.0
    told = buckler(["check", path])
    assert told.returncode == 0
    assert "held out" in told.stdout
    assert "a new flight after it" in told.stdout
