"""Cross-sections from the card to what a radar has of a target: every sector its own, one value where the card has one."""

from __future__ import annotations

from math import log10
from typing import Any

import numpy as np
import pytest
from runs import assumed, cruise_card, layered, world_of

from buckler.catalog.load import load_catalog
from buckler.dtypes import BANDS
from buckler.physics.aspect import ASPECTS
from buckler.physics.look import look
from buckler.world.threats import rcs_m2

FLYING = [card for card in load_catalog().values() if "rcs_x" in card.parameters]


def _passing(**parameters: Any) -> dict[str, Any]:
    """One missile that flies east past a radar 20 km north of its way."""
    data = layered((0.5,), 1)
    data["systems"] = [cruise_card(**parameters) if c["name"] == "Test cruise missile" else c for c in data["systems"]]
    data["sensors"][0] |= {"latitude_deg": 38.18, "longitude_deg": 33.6}
    return data


def _unit_snr_db(data: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """At each second: SNR without the constant, the range and the air, dB; and the azimuth at which the radar sees the target, deg."""
    arrays = world_of(data).arrays
    sensor, body = arrays.sensors[0], arrays.threats[0]
    no_air = np.zeros_like(arrays.air_db[0])
    seen = [look(sensor, arrays.lowest_m[0], no_air, body, arrays.path_m, float(t)) for t in range(int(body["end_s"]))]
    rows = np.array([row for row in seen if row[0] > 0.0])
    db = 10.0 * np.log10(rows[:, 0] * rows[:, 1] ** 4 / sensor["constant_m2"])
    return db, np.degrees(rows[:, 2]) % 360.0


def test_a_passing_target_shows_nose_beam_and_tail() -> None:
    db, azimuth = _unit_snr_db(_passing(rcs_s_beam=assumed(100, "m2"), rcs_s_tail=assumed(10, "m2")))
    # It flies east (90 degrees): from a radar that sees it at azimuth b, the cosine of its aspect is -sin(b).
    cosine = -np.sin(np.radians(azimuth))
    expected = np.where(cosine >= 0.0, 20.0 - 20.0 * cosine**2, 20.0 - 10.0 * cosine**2)
    assert cosine.min() < -0.7
    assert cosine.max() > 0.7
    assert np.allclose(db, expected, atol=0.15)  # the geodesic's course turns by 0.5 degrees on its way


def test_a_card_with_one_value_a_band_is_the_same_from_everywhere() -> None:
    data = _passing()
    assert np.allclose(_unit_snr_db(data)[0], 0.0, atol=1e-9)
    rows = world_of(data).arrays.threats[0]["rcs_dbsm"]
    assert rows.shape == (len(BANDS), len(ASPECTS))
    assert np.array_equal(rows, np.repeat(rows[:, :1], len(ASPECTS), axis=1))


@pytest.mark.parametrize("card", FLYING, ids=lambda card: card.name)
def test_packaged_cards_say_each_sector_with_its_range(card: Any) -> None:
    for band in ("vhf", "l", "s", "c", "x"):
        for aspect in ("beam", "tail"):
            low, nominal, high = card.range_si(f"rcs_{band}_{aspect}")
            assert 0.0 < low < nominal < high
    for band in BANDS:
        values = [rcs_m2(card, band, aspect) for aspect in ASPECTS]
        assert values[1] == max(values)  # no body returns less from its side than from its ends
    assert rcs_m2(card, "UHF", "tail") ** 2 == pytest.approx(rcs_m2(card, "VHF", "tail") * rcs_m2(card, "L", "tail"))
    assert rcs_m2(card, "Ku", "beam") == rcs_m2(card, "X", "beam")


@pytest.mark.parametrize(
    "card", [card for card in FLYING if card.kind in ("helicopter", "uav", "one-way-attack-drone")]
)
def test_cards_with_rotor_or_propeller_say_that_its_flash_is_left_out(card: Any) -> None:
    assert "is not modelled" in card.summary
    assert "Flash of the" in card.summary


def test_the_fifth_generation_spans_four_orders_of_magnitude() -> None:
    low, _, high = load_catalog()["fighter-fifth-generation"].range_si("rcs_x")
    assert log10(high / low) == pytest.approx(4.0)
