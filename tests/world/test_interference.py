"""Interference: who suffers it, where, when, how much; what `buckler check` says of one that cannot be."""

from __future__ import annotations

from math import log10, pi, radians
from typing import Any

import numpy as np
import pytest
from runs import assumed, flown, layered, loaded, radar_card, told, world_of

from buckler.campaign.sources import sources_used
from buckler.dtypes import BANDS, DISTURBANCE
from buckler.errors import DocumentError
from buckler.physics.interference import noise_factor
from buckler.scenario.parts import without
from buckler.world.interference import noise_rise_db


def _noisy(**changes: Any) -> dict[str, Any]:
    """Two layers; the first one's radar, 11 km beside the way of the raid, suffers 90 dB from the west."""
    data = layered((0.5, 0.5), 3)
    data["sensors"][0]["latitude_deg"] = 38.1
    data["systems"][0] = radar_card(detection_range=assumed(300, "km"), reference_rcs=assumed(1, "m2"))
    entry: dict[str, Any] = {
        "name": "west", "sensors": ["Radar 1"], "sector_from_deg": 180, "sector_to_deg": 0, "noise_increase_db": 90,
        "from_s": 0, "until_s": 5000,
    }  # fmt: skip
    data["interference"] = [{**entry, **changes}]
    return data


def _rows(*rows: tuple[float, float, float, float, float]) -> np.ndarray:
    made = np.zeros(len(rows), DISTURBANCE)
    for row, values in zip(made, rows, strict=True):
        row.azimuth_rad, row.half_width_rad, row.ratio, row.from_s, row.until_s = values
    return made


def test_noise_powers_add() -> None:
    """3 dB twice the noise; two sources as strong as the radar's own noise make three times, 4.77 dB."""
    ratio = 10**0.3
    rows = _rows((0.0, pi, ratio, 0.0, 10.0), (radians(90), radians(20), ratio, 5.0, 10.0))
    assert noise_factor(rows, 0, 2, radians(91), 4.9) == pytest.approx(ratio)
    assert 10 * log10(noise_factor(rows, 0, 2, radians(91), 5.0)) == pytest.approx(4.76, abs=0.02)
    assert noise_factor(rows, 0, 2, radians(111), 6.0) == pytest.approx(ratio)
    assert noise_factor(rows, 0, 2, radians(91), 10.0) == 1.0
    assert noise_factor(rows, 1, 1, radians(0), 6.0) == 1.0
    assert noise_factor(rows, 0, 0, radians(91), 6.0) == 1.0


def test_a_sector_may_pass_through_north() -> None:
    rows = world_of(_noisy(sector_from_deg=350, sector_to_deg=10)).arrays
    for azimuth_deg, inside in ((350.5, True), (0, True), (9.5, True), (10.5, False), (349.5, False), (180, False)):
        for turn in (0.0, -360.0):
            factor = noise_factor(rows.disturbances, 0, 1, radians(azimuth_deg + turn), 1.0)
            assert (factor > 1.0) == inside, azimuth_deg


def test_who_suffers_what() -> None:
    arrays = world_of(_noisy()).arrays
    assert arrays.sensors["disturbances"].tolist() == [1, 0]
    by_band = world_of(
        {**_noisy(), "interference": [{"name": "all", "band": "S", "noise_increase_db": 3, "until_s": 9}]}
    ).arrays
    assert by_band.sensors["disturbances"].tolist() == [1, 1]
    assert by_band.sensors["first_disturbance"].tolist() == [0, 1]
    assert noise_rise_db(by_band, 8.0).max() == pytest.approx(3.0)
    assert noise_rise_db(by_band, 9.0).max() == 0.0
    rise = noise_rise_db(arrays, 0.0, azimuths=360)
    assert rise[0, 181:360] == pytest.approx(90.0)
    assert not rise[0, 1:180].any()
    assert not rise[1].any()


def test_a_radar_that_suffers_it_sees_nothing_there_and_the_record_says_why() -> None:
    world = world_of(_noisy(sector_from_deg=0, sector_to_deg=360))
    for events in flown(world, 3):
        by_radar = {event.subject for event in told(world, events) if event.kind == "detect"}
        assert by_radar == {"Radar 2"}
    quiet = world_of({**_noisy(), "interference": []})
    for events in flown(quiet, 3):
        assert {event.subject for event in told(quiet, events) if event.kind == "detect"} == {"Radar 1", "Radar 2"}
    (row,) = [row for row in sources_used(world) if row["parameter"] == "interference west"]
    assert row["used_by"] == ["Radar 1"]
    assert row["nominal"] == 90
    assert "azimuth 0 to 360 degrees, 0 to 5000 s" in row["assumption"]


def test_it_ends_when_it_ends() -> None:
    world = world_of(_noisy(sector_from_deg=0, sector_to_deg=360, until_s=40))
    first = min(
        event.time_s
        for events in flown(world, 2)
        for event in told(world, events)
        if (event.kind, event.subject) == ("detect", "Radar 1")
    )
    assert 40.0 <= first < 45.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sensors": ["Radar 9"]}, "no sensor is called 'Radar 9'; did you mean"),
        ({"until_s": 0}, "ends at 0 s, not after it begins"),
        ({"from_s": 6000}, "not after it begins (6000 s)"),
        ({"noise_increase_db": -3}, "greater than or equal to 0"),
        ({"sector_from_deg": 20, "sector_to_deg": 20}, "the sector has no width"),
        ({"sector_to_deg": 400}, "less than or equal to 360"),
        ({"band": "S"}, "either the sensors that suffer it, or their band"),
        ({"sensors": None, "band": "Ku"}, "no sensor here works in Ku band; they work in S"),
        ({"sensors": []}, "the list is empty"),
        ({"frequency_hz": 1e9}, "unknown field 'frequency_hz'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DocumentError) as raised:
        loaded(_noisy(**changes))
    lines = [str(problem) for problem in raised.value.problems]
    assert any(said in line for line in lines), lines
    assert all(line.startswith("test.yaml:") for line in lines)


@pytest.mark.parametrize(("name", "left"), [("west", 0), ("Radar 1", 0), ("Radar 2", 1)])
def test_it_can_be_taken_out_and_goes_with_its_sensor(name: str, left: int) -> None:
    assert len(without(loaded(_noisy()).scenario, name).interference) == left


def test_bands_are_those_of_the_arrays() -> None:
    for band in BANDS[:-1]:  # the last is what eyes see
        data = {**_noisy(), "interference": [{"name": "a", "band": band, "noise_increase_db": 1, "until_s": 1}]}
        if band == "S":
            loaded(data)
        else:
            with pytest.raises(DocumentError, match=f"works in {band} band"):
                loaded(data)
