from __future__ import annotations

import numpy as np
import pytest

from buckler.catalog.load import load_catalog
from buckler.envelope.airframe import KINDS, AirframeEnvelope, airframe_envelope, text

CATALOG = load_catalog()
NAMES = [name for name in CATALOG if CATALOG[name].kind in KINDS]


@pytest.mark.parametrize("name", NAMES)
def test_every_class_that_flies_a_route_flies_its_card(name: str) -> None:
    found = airframe_envelope(CATALOG[name])
    assert not found.misfits
    assert text(found).startswith(f"{CATALOG[name].name}: ")
    sortie = found.sortie
    # the last second may end anywhere within it
    assert sortie.range_m[-1] == pytest.approx(300e3, abs=1.01 * CATALOG[name].si("speed"))
    assert sortie.speed_mps == pytest.approx(CATALOG[name].si("speed"), rel=0.03)
    rate = np.diff(sortie.height_m) / np.diff(sortie.time_s)
    assert np.abs(rate).max() <= 1.02 * found.handling.climb_mps
    assert np.all(sortie.height_m > sortie.ground_m)


def cruise(found: AirframeEnvelope) -> float:
    return found.card.si("cruise_height")


def test_low_flyers_follow_the_ground_and_others_climb_to_their_height() -> None:
    low, high = airframe_envelope(CATALOG["cruise-missile-subsonic"]), airframe_envelope(CATALOG["F-16C"])
    above = low.sortie.height_m - low.sortie.ground_m
    assert np.median(above) == pytest.approx(cruise(low), abs=3.0)
    assert high.sortie.height_m.max() == pytest.approx(cruise(high), abs=1.0)
    assert high.sortie.height_m[0] == pytest.approx(300.0, abs=1.0)


def test_a_reconnaissance_aircraft_flies_above_the_sea_and_a_drone_above_the_ground() -> None:
    assert not airframe_envelope(CATALOG["Bayraktar TB2"]).follows_ground
    assert airframe_envelope(CATALOG["one-way-attack-drone"]).follows_ground
