from __future__ import annotations

import numpy as np
import pytest

from buckler.catalog.load import load_catalog
from buckler.envelope.ballistic import ballistic_envelope, class_range_m, flight_lines, text
from buckler.errors import InputError

CATALOG = load_catalog()
CLASSES = {"ballistic-300": 300e3, "ballistic-500": 500e3, "ballistic-1000": 1_000e3, "ballistic-1500": 1_500e3}


@pytest.mark.parametrize("name", CLASSES)
def test_the_apogee_of_a_class_belongs_to_the_range_in_its_name(name: str) -> None:
    # the cards round their apogees to a kilometre
    assert class_range_m(CATALOG[name]) == pytest.approx(CLASSES[name], rel=7e-3)


@pytest.mark.parametrize("name", CLASSES)
def test_a_flight_starts_at_rest_and_ends_on_the_ground_at_its_range(name: str) -> None:
    found = ballistic_envelope(CATALOG[name])
    for flight in (found.flight, *(flight for _, flight in found.family)):
        assert flight.speed_mps[0] == 0.0
        assert flight.range_m[-1] == pytest.approx(flight.missile.range_m, abs=10.0)
        assert flight.height_m[-1] == pytest.approx(0.0, abs=10.0)
        assert flight.height_m.max() == pytest.approx(flight.missile.apogee_m, rel=1e-4)
        assert np.all(np.diff(flight.time_s) > 0.0)
    assert not found.misfits
    assert "Bare arc" in text(found)


def test_free_flight_keeps_its_energy() -> None:
    flight = ballistic_envelope(CATALOG["ballistic-1500"]).flight
    free = flight.height_m > 110e3
    energy = 0.5 * flight.speed_mps[free] ** 2 - 3.986004418e14 / (6_371_008.8 + flight.height_m[free])
    # Over the turning earth the constant holds (omega r cos(lat))^2/2 as well, which changes by 2.5e4 J/kg from 35 to
    # 48 degrees north; the ellipsoid and J2 add as much again. The speed at burnout is worth 5.7e6 J/kg.
    assert np.ptp(energy) < 6e4
    assert np.ptp(flight.speed_mps[free] ** 2) > 2e6


def test_an_apogee_that_no_arc_has_is_refused() -> None:
    card = CATALOG["ballistic-500"]
    high = card["apogee_min_energy"].model_copy(update={"nominal": 3_000.0})
    with pytest.raises(InputError, match="belongs to no minimum-energy arc"):
        class_range_m(card.model_copy(update={"parameters": {**card.parameters, "apogee_min_energy": high}}))


def test_a_class_that_separates_shows_its_spent_stage() -> None:
    whole, parts = (ballistic_envelope(CATALOG[name]) for name in ("ballistic-500", "ballistic-1500"))
    assert whole.stage is None
    stage, missile = parts.stage, parts.flight.missile
    assert stage is not None
    assert stage.time_s[0] == missile.burnout_s
    assert stage.height_m[0] == pytest.approx(missile.burnout_height_m, abs=1.0)
    assert stage.height_m[-1] == 0.0
    assert stage.time_s[-1] > missile.end_s
    assert 5e3 < missile.range_m - stage.range_m[-1] < 100e3
    assert any(line.startswith("The spent stage, 100 kg/m²") for line in flight_lines(parts))
