"""What a radar attends to: cueing of a narrow or waiting radar by another, revisit by sector, coarse radars kept from firing."""

from __future__ import annotations

from math import radians
from typing import Any

import numpy as np
import pytest
from runs import assumed, flown, layered, loaded, radar_card, told, world_of

from buckler.dtypes import SENSOR
from buckler.engine.sensing import attention
from buckler.errors import DocumentError


def _pair(**second: Any) -> dict[str, Any]:
    """Two radars of one post at one place: one that turns, and one of a 120-degree sector to the west, whence the raid comes."""
    data = layered((0.5,), 3)
    data["systems"][0] = radar_card(azimuth_sector=assumed(120, "deg"))
    data["systems"].append(radar_card("Turning radar", scan_period=assumed(10, "s")))
    place = {"latitude_deg": 38.05, "longitude_deg": 33.95, "command": "Post 1"}
    data["sensors"] = [
        {"name": "Wide", "system": "Turning radar", **place},
        {"name": "Radar 1", "system": "Test radar", "sector_azimuth_deg": 270, **place, **second},
    ]
    return data


def _firsts(data: dict[str, Any]) -> tuple[dict[tuple[str, str, str], float], Any]:
    world = world_of(data)
    times: dict[tuple[str, str, str], float] = {}
    for events in flown(world, 1, seed=3):
        for event in told(world, events):
            times.setdefault((event.subject, event.kind, event.object), event.time_s)
    return times, world


def _targets(times: dict[tuple[str, str, str], float]) -> list[str]:
    return sorted({target for subject, kind, target in times if (subject, kind) == ("Wide", "confirm")})


def test_a_radar_that_waits_for_a_cue_looks_after_the_first_track_and_not_before() -> None:
    times, _ = _firsts(_pair(search_width_deg=0))
    targets = _targets(times)
    assert len(targets) == 3
    for target in targets:
        cue, seen = times["Wide", "confirm", target], times["Radar 1", "detect", target]
        assert cue <= seen <= cue + 4.0 + 1e-9  # its next scan
        assert times["Radar 1", "confirm", target] == seen  # one detection is enough where a track is held
    alone = _pair(search_width_deg=0)
    alone["sensors"] = alone["sensors"][1:]
    assert not [key for key in _firsts(alone)[0] if key[:2] == ("Radar 1", "detect")]


def test_a_searching_radar_needs_no_cue() -> None:
    times, world = _firsts(_pair())
    assert not world.arrays.sensors["cueable"].any()
    for target in _targets(times):
        assert times["Radar 1", "detect", target] < times["Wide", "confirm", target]


def test_within_its_fence_it_searches_and_outside_it_waits() -> None:
    """The raid comes from 266 degrees: a fence of 20 degrees about 270 holds it, one about 230 does not."""
    times, _ = _firsts(_pair(search_width_deg=20))
    for target in _targets(times):
        assert times["Radar 1", "detect", target] < times["Wide", "confirm", target]
    times, _ = _firsts(_pair(search_width_deg=20, sector_azimuth_deg=230))
    for target in _targets(times):
        assert times["Wide", "confirm", target] <= times["Radar 1", "detect", target]


def test_attention_in_numbers() -> None:
    record = np.zeros(1, SENSOR)[0]
    record["cue_gain"], record["search_half_width_rad"], record["sector_azimuth_rad"] = 2.0, radians(10), radians(-175)
    assert attention(record, 1, 0.0) == 2.0
    assert attention(record, 0, radians(176)) == 1.0  # 9 degrees from the middle, through south
    assert attention(record, 0, radians(174)) == 0.0
    record["search_half_width_rad"] = -1.0
    assert attention(record, 0, radians(-175)) == 0.0
    record["search_half_width_rad"] = np.pi
    assert attention(record, 0, 0.0) == 1.0


def test_a_cued_look_gains_what_is_stated() -> None:
    """A radar that hardly sees: with 20 dB it sees what the other one tracks, as if the target were a hundred times larger."""
    weak = {"detection_range": assumed(12, "km"), "reference_rcs": assumed(1, "m2")}
    first = {}
    for gain in (0, 20):
        data = _pair(cue_gain_db=gain)
        data["systems"][0] = radar_card(azimuth_sector=assumed(120, "deg"), **weak)
        times, _ = _firsts(data)
        first[gain] = min(
            time for (subject, kind, _), time in times.items() if (subject, kind) == ("Radar 1", "detect")
        )
    assert first[20] < first[0] - 60.0  # some 20 km earlier at 250 m/s


@pytest.mark.parametrize(
    ("sector", "changes", "period_s"),
    [
        (120, {}, 4.0),
        (120, {"sector_width_deg": 30}, 1.0),
        (120, {"sector_width_deg": 30, "scan_period_s": 2.5}, 2.5),
        (360, {"sector_width_deg": 90}, 4.0),
        (360, {}, 4.0),
    ],
)
def test_a_steered_beam_comes_back_sooner_in_a_narrower_sector(
    sector: float, changes: dict[str, Any], period_s: float
) -> None:
    data = _pair(**changes)
    data["systems"][0] = radar_card(azimuth_sector=assumed(sector, "deg"))
    arrays = world_of(data).arrays
    assert arrays.sensors["scan_period_s"].tolist() == pytest.approx([period_s, 10.0])
    width = changes.get("sector_width_deg", sector)
    assert arrays.sensors["sector_half_width_rad"][0] == pytest.approx(radians(width) / 2)


def test_a_radar_that_sees_coarsely_cues_and_does_not_guide() -> None:
    data = _pair()
    data["systems"][0] = radar_card(azimuth_accuracy=assumed(1, "deg"), band=assumed("VHF", "text"))
    data["sensors"][1].pop("sector_azimuth_deg")
    with pytest.raises(
        DocumentError, match=r"'Radar 1' sees too coarsely to fire on: its angles err by 1 degrees, 1.7 km at"
    ):
        loaded(data)
    data["batteries"][0]["fire_control"] = ["Wide"]
    assert loaded(data).scenario.batteries


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"search_width_deg": 400}, "less than or equal to 360"),
        ({"cue_gain_db": -1}, "greater than or equal to 0"),
        ({"search_width_deg": 20, "sector_azimuth_deg": None}, "the middle of the search"),
        ({"scan_period_s": 0}, "greater than 0"),
        ({"sector_width_deg": 0}, "greater than 0"),
    ],
)
def test_attention_that_cannot_be(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        loaded(_pair(**changes))
