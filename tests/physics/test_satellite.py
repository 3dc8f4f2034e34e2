"""Turksat 4A as a link: look angles by the textbook's closed form, rain by the ITU's own validation examples."""

from __future__ import annotations

import csv
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import shared

from buckler.errors import OutOfRangeError
from buckler.physics.orbit import geostationary_look_angles
from buckler.physics.satellite import hop_delay_s, leg, rain_exceeded_db, rain_height_km

KU = {"frequency_ghz": 12.0, "margin_db": 6.0, "rain_rate_mm_h": 30.0}


@pytest.mark.parametrize(("lat", "lon"), [(39.93, 32.86), (41.01, 28.98), (37.0, 35.43), (38.36, 37.8)])
def test_look_angles_of_turksat_4a_by_the_spherical_closed_form(lat: float, lon: float) -> None:
    """T. Soler and D. W. Eisemann (1994), Journal of Surveying Engineering 120, 115: central angle g, then elevation, range, azimuth."""
    apart = math.radians(lon - 42.0)
    phi = math.radians(lat)
    g = math.acos(math.cos(phi) * math.cos(apart))
    look = geostationary_look_angles(lat, lon, 42.0)
    assert look.elevation_deg == pytest.approx(math.degrees(math.atan((math.cos(g) - 0.15127) / math.sin(g))), abs=0.2)
    assert look.range_m / 1000.0 == pytest.approx(math.sqrt(6378.137**2 + 42164.2**2 - 2 * 6378.137 * 42164.2 * math.cos(g)), abs=15.0)
    assert look.azimuth_deg % 360.0 == pytest.approx(180.0 + math.degrees(math.atan2(math.tan(apart), math.sin(phi))), abs=0.3)


def test_rain_by_the_itu_s_validation_examples() -> None:
    """ITU-R's file CG-3M3J-13-ValEx (P.618-13 A_rain), every row: attenuation within 0.1 % of the ITU's."""
    path = shared("validation/data/itur/validation/ITURP618-13_A_rain.csv")
    rows = list(csv.DictReader(path.read_text(encoding="latin-1").splitlines()))[1:]
    checked = 0
    for row in rows:
        value = {key: float(row[key]) for key in ("lat", "hs", "f", "el", "tau", "p", "R001", "Ls", "A_rain")}
        if value["f"] > 55.0:
            continue
        top_km = value["hs"] + value["Ls"] * math.sin(math.radians(value["el"]))
        found = rain_exceeded_db(
            value["p"], frequency_ghz=value["f"], elevation_deg=value["el"], latitude_deg=value["lat"], height_km=value["hs"],
            rain_rate_mm_h=value["R001"], rain_height_km=top_km, tilt_deg=value["tau"],
        )  # fmt: skip
        assert found == pytest.approx(value["A_rain"], rel=1e-3), row
        checked += 1
    assert checked > 30


def test_below_the_horizon_there_is_no_link() -> None:
    assert leg(82.0, 42.0, 0.0, slot_deg=42.0, **KU).availability == 0.0
    assert leg(39.9, -120.0, 0.0, slot_deg=42.0, **KU).availability == 0.0


def test_a_hop_over_turksat_takes_a_quarter_of_a_second() -> None:
    ankara = leg(39.93, 32.86, 900.0, slot_deg=42.0, **KU)
    kurecik = leg(38.36, 37.8, 2000.0, slot_deg=42.0, **KU)
    assert hop_delay_s(ankara, kurecik) == pytest.approx(0.2498, abs=0.0015)  # two legs of 37,300 to 37,700 km
    assert 0.999 < ankara.availability < 1.0


@settings(max_examples=25)
@given(margin=st.floats(1.0, 20.0), more=st.floats(0.1, 10.0), rate=st.floats(5.0, 100.0))
def test_more_margin_never_makes_a_link_less_available(margin: float, more: float, rate: float) -> None:
    facts = {"slot_deg": 42.0, "frequency_ghz": 20.0, "rain_rate_mm_h": rate}
    assert (
        leg(39.9, 32.9, 900.0, margin_db=margin, **facts).availability  # type: ignore[arg-type]
        <= leg(39.9, 32.9, 900.0, margin_db=margin + more, **facts).availability  # type: ignore[arg-type]
    )


def test_shares_outside_the_recommendation_are_refused() -> None:
    with pytest.raises(OutOfRangeError):
        rain_exceeded_db(
            10.0, frequency_ghz=12.0, elevation_deg=40.0, latitude_deg=40.0, height_km=1.0, rain_rate_mm_h=30.0, rain_height_km=4.0
        )


def test_rain_height_falls_towards_the_pole() -> None:
    """ITU-R P.839-2: 5 km at 23 degrees north, 3.7 km at 40.3."""
    assert rain_height_km(23.0) == 5.0
    assert rain_height_km(40.3) == pytest.approx(5.0 - 0.075 * 17.3)
    assert rain_height_km(89.0) == pytest.approx(0.05)
