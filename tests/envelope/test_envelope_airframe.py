from __future__ import annotations

import numpy as np
import pytest

from buckler.catalog.load import load_catalog
from buckler.drawing.style import figure_style
from buckler.envelope.airframe import KINDS, LARGE, AirframeEnvelope, airframe_envelope, text
from buckler.envelope.airframe_picture import draw

CATALOG = load_catalog()
NAMES = [name for name in CATALOG if CATALOG[name].kind in KINDS]


@pytest.mark.parametrize("name", NAMES)
def test_every_class_that_flies_a_route_flies_its_card(name: str) -> None:
    found = airframe_envelope(CATALOG[name])
    assert not found.misfits
    assert text(found).startswith(f"{CATALOG[name].name}: ")
    sortie = found.sortie
    # the last second may end anywhere within it
    assert found.length_km == (450.0 if CATALOG[name].kind in LARGE else 300.0)
    # (civil traffic is laid out in rows of two)
    assert sortie.range_m[-1] == pytest.approx(1e3 * found.length_km, abs=(2.02 if found.civil else 1.01) * CATALOG[name].si("speed"))
    assert sortie.speed_mps == pytest.approx(CATALOG[name].si("speed"), rel=0.03)
    rate = np.diff(sortie.height_m) / np.diff(sortie.time_s)
    assert np.abs(rate).max() <= 1.02 * found.handling.climb_mps
    assert np.all(sortie.height_m > sortie.ground_m)
    if not found.follows_ground:  # as the caption says, also at the ends of the spread
        for _, flown in found.family:
            assert flown.height_m[-1] < flown.height_m[0] + 2.0 * found.handling.descent_mps  # rows are a second or two apart
            assert flown.height_m.max() > 0.99 * found.card.range_si("cruise_height")[0]


def cruise(found: AirframeEnvelope) -> float:
    return found.card.si("cruise_height")


def test_low_flyers_follow_the_ground_and_others_climb_to_their_height() -> None:
    low, high = airframe_envelope(CATALOG["cruise-missile-subsonic"]), airframe_envelope(CATALOG["F-16C"])
    above = low.sortie.height_m - low.sortie.ground_m
    assert np.median(above) == pytest.approx(cruise(low), abs=3.0)
    assert high.sortie.height_m.max() == pytest.approx(cruise(high), abs=1.0)
    assert high.sortie.height_m[0] == pytest.approx(300.0, abs=1.0)


def test_an_airliner_takes_off_cruises_and_comes_down_at_three_degrees() -> None:
    found = airframe_envelope(CATALOG["airliner"])
    height = found.sortie.height_m
    assert height[0] == pytest.approx(15.0, abs=1.0)
    assert height.max() == pytest.approx(cruise(found), abs=1.0)
    falls = np.diff(height) < -1.0
    slope = -np.diff(height)[falls] / np.diff(found.sortie.range_m)[falls]
    assert np.degrees(np.arctan(np.median(slope))) == pytest.approx(3.0, abs=0.05)
    assert np.count_nonzero(np.abs(height - cruise(found)) < 1.0) > 100  # it has a cruise


def test_both_panels_of_a_column_have_one_axis() -> None:
    """Height against time leaves out flights at other speeds, whose speed below is drawn."""
    with figure_style():
        figure = draw(airframe_envelope(CATALOG["helicopter"]))
    limits = [axes.get_xlim() for axes in figure.axes[:4]]
    assert limits[0] == limits[2]
    assert limits[1] == limits[3]


def test_a_reconnaissance_aircraft_flies_above_the_sea_and_a_drone_above_the_ground() -> None:
    assert not airframe_envelope(CATALOG["Bayraktar TB2"]).follows_ground
    assert airframe_envelope(CATALOG["one-way-attack-drone"]).follows_ground
