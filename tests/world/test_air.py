"""The air at a sensor: whose weather counts, what a published range holds already, and one rule for elevation limits."""

from __future__ import annotations

from math import degrees
from typing import Any

import numpy as np
import pytest
from runs import assumed, cruise_card, layered, loaded, radar_card, world_of

from buckler.catalog.load import load_catalog
from buckler.engine.recording import positions
from buckler.errors import DocumentError
from buckler.physics.detection import detection_threshold, probability
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, geodesic_direct
from buckler.physics.look import look
from buckler.physics.refraction import effective_earth_factor
from buckler.world.air import air_at


def _seen(data: dict[str, Any], height_m: float, range_m: float) -> float:
    """The mean SNR of a target that flies at the first radar from the east, at a height and a slant range."""
    data["systems"] = [
        cruise_card(cruise_height=assumed(height_m, "m")) if c["name"] == "Test cruise missile" else c
        for c in data["systems"]
    ]
    entry = data["raid"]["entries"][0]
    entry |= {"height_reference": "sea", "origin": {"latitude_deg": 38.0, "longitude_deg": 41.0}, "count": 1}
    data["sensors"][0] |= {"latitude_deg": 38.0, "longitude_deg": 33.9}
    arrays = world_of(data).arrays
    body, sensor = arrays.threats[0], arrays.sensors[0]
    times_s = np.arange(0.0, body["end_s"], 1.0)
    ranges = np.linalg.norm(positions(arrays, 0, times_s) - sensor["position_m"], axis=1)
    i = int(np.argmin(np.abs(ranges - range_m)))
    exact_s = np.interp(-range_m, -ranges[i - 1 : i + 2], times_s[i - 1 : i + 2])
    return look(sensor, arrays.lowest_m[0], arrays.air_db[0], body, arrays.path_m, float(exact_s))[0]


def _data(environment: dict[str, Any] | None = None, **radar: Any) -> dict[str, Any]:
    data = layered((0.5,), 1)
    data["environment"] = {"terrain": "flat", **(environment or {})}
    parameters = {
        "detection_range": assumed(200, "km"),
        "reference_rcs": assumed(1, "m2"),
        "instrumented_range": assumed(400, "km"),
        **radar,
    }
    data["systems"][0] = radar_card(**parameters)
    return data


@pytest.mark.parametrize("band", ["VHF", "S", "X", "Ku"])
def test_in_standard_air_the_published_range_is_the_published_range(band: str) -> None:
    """Whatever the band: the loss that the range already holds is not counted twice."""
    snr = _seen(_data(band=assumed(band, "text")), 10_000.0, 200e3)
    assert probability(snr, detection_threshold(1e-6, 1), 1, 1) == pytest.approx(0.9, abs=2e-3)


def test_low_down_the_air_takes_more_and_high_up_less() -> None:
    """Beyond range^4: at 100 km, 300 m up, half the way of the published range, through denser air."""
    data = _data(band=assumed("Ku", "text"))
    vhf = _data(band=assumed("VHF", "text"))
    high = 10 * np.log10(_seen(data, 10_000.0, 100e3) / _seen(vhf, 10_000.0, 100e3))
    low = 10 * np.log10(_seen(data, 700.0, 100e3) / _seen(vhf, 700.0, 100e3))
    assert high > 0.5  # a shorter path than the published one
    assert low < high - 0.5


def test_rain_costs_x_band_and_not_l_band() -> None:
    heavy = {"rain_mm_per_h": 25}
    lost = {}
    for band in ("L", "X"):
        dry, wet = (_seen(_data(given, band=assumed(band, "text")), 5_000.0, 60e3) for given in ({}, heavy))
        lost[band] = 10 * np.log10(dry / wet)
    # 25 mm/h at 9.5 GHz, P.838-3: some 0.55 dB/km, both ways, on the 33 km of the way below 3 km... of a 60 km path.
    assert 30.0 < lost["X"] < 45.0
    assert lost["L"] < 0.1


def test_the_air_of_a_region_counts_for_the_sensors_in_it() -> None:
    region = {"name": "Coast", "south_deg": 36, "north_deg": 39, "west_deg": 33, "east_deg": 33.5, "rain_mm_per_h": 4,
              "refractivity_gradient_n_per_km": -60}  # fmt: skip
    environment = loaded(_data({"regions": [region], "rain_mm_per_h": 1})).scenario.environment
    inside, outside = air_at(environment, 38, 33.2), air_at(environment, 38, 34)
    assert (inside.rain_mm_per_h, outside.rain_mm_per_h) == (4.0, 1.0)
    assert inside.earth_factor == pytest.approx(float(effective_earth_factor(-60)))
    assert outside.earth_factor == pytest.approx(4 / 3)
    data = layered((0.5, 0.5), 1)
    data["environment"] = {"terrain": "flat", "regions": [region]}
    arrays = world_of(data).arrays
    assert arrays.sensors["effective_radius_m"][1] == pytest.approx(4 / 3 * MEAN_RADIUS_M)
    assert arrays.sensors["effective_radius_m"][0] == pytest.approx(inside.earth_factor * MEAN_RADIUS_M)
    far = arrays.lowest_m[:, 0, -1]  # the longer the effective radius, the lower the horizon
    assert far[0] < far[1] - 20.0


_REGION = {"name": "a", "south_deg": 36, "north_deg": 39, "west_deg": 1, "east_deg": 2}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"refractivity_gradient_n_per_km": -157}, "greater than -157"),
        ({"refractivity_gradient_n_per_km": -60, "effective_earth_factor": 1.2}, "say the same thing"),
        ({"rain_mm_per_h": -1}, "greater than or equal to 0"),
        ({"regions": [_REGION | {"south_deg": 39.5, "rain_mm_per_h": 1}]}, "less than north_deg"),
        ({"regions": [_REGION]}, "says what its air does"),
    ],
)  # fmt: skip
def test_air_that_cannot_be(environment: dict[str, Any], said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        loaded(_data(environment))


def test_elevation_limits_are_those_of_the_refracted_ray() -> None:
    """At 150 km refraction lifts by 0.17 degrees: a target at a geometric 0.9 degrees comes in above a limit of 1 degree."""
    radar = {"min_elevation": assumed(1, "deg"), "detection_range": assumed(10_000, "km")}
    arrays = world_of(_data(**radar)).arrays
    sensor = arrays.sensors[0]
    for geometric_deg, seen in ((0.75, False), (0.9, True), (1.1, True)):
        lat, lon, _ = geodesic_direct(38.0, float(degrees(np.arctan2(*sensor["position_m"][1::-1]))), 90.0, 150e3)
        start = np.linalg.norm(sensor["position_m"])
        angle = 150e3 / 6_385_000
        height = start * np.cos(np.radians(geometric_deg)) / np.cos(np.radians(geometric_deg) + angle) - start + 50.0
        place = np.array(ecef_from_geodetic(np.radians(float(lat)), np.radians(float(lon)), height))
        d = place - sensor["position_m"]
        assert np.degrees(np.arcsin(d @ sensor["up"] / np.linalg.norm(d))) == pytest.approx(geometric_deg, abs=0.01)
        body = arrays.threats[0].copy()
        body["first"], body["points"] = 0, 2
        path = np.array([[*place, height], [*(place + 1.0), height]])
        assert (look(sensor, arrays.lowest_m[0], arrays.air_db[0], body, path, float(body["start_s"]))[0] > 0.0) == seen


def test_every_packaged_radar_has_a_reference_loss_of_a_few_decibels() -> None:
    from buckler.world.air import reference_loss_db

    cards = [card for card in load_catalog().values() if "detection_range" in card.parameters and card.known("band")]
    assert len(cards) > 15
    for card in cards:
        assert 0.0 < reference_loss_db(card, card.text("band")) < 7.0, card.name


def test_the_gradient_may_come_from_the_maps_of_p453(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = loaded(_data({"refractivity": "P.453"})).scenario.environment
    asked: list[tuple[float, float]] = []
    monkeypatch.setattr("buckler.world.air.refractivity_gradient", lambda lat, lon: asked.append((lat, lon)) or -50.0)
    assert air_at(environment, 38.0, 33.0).earth_factor == pytest.approx(float(effective_earth_factor(-50.0)))
    assert asked == [(38.0, 33.0)]
