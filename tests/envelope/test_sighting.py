"""How far radars see a card: the fourth root, the calibration itself, the limits, and the picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from buckler.catalog.load import load_catalog
from buckler.catalog.schema import Parameter
from buckler.envelope.draw import draw_sightings
from buckler.envelope.sighting import Sightings, as_json, sightings, text
from buckler.errors import InputError
from buckler.physics.propagation import horizon_range_m

CATALOG = load_catalog()


@pytest.fixture(scope="module")
def f35() -> Sightings:
    return sightings(CATALOG["F-35A"], CATALOG)


def test_four_orders_of_magnitude_are_a_factor_of_ten_in_range(f35: Sightings) -> None:
    """1e-6 to 0.01 m2 in X band. The air takes less on a shorter path: a little under ten where it takes anything."""
    unlimited = [one for one in f35.radars if one.band == "X" and one.nose_m[2] < 0.999 * one.limit_m]
    assert len(unlimited) >= 4
    for one in unlimited:
        assert 7.5 < one.nose_m[2] / one.nose_m[0] <= 10.0
    near = min(unlimited, key=lambda one: one.nose_m[2])
    assert near.nose_m[2] / near.nose_m[0] == pytest.approx(10.0, rel=0.03)


def test_the_radar_of_the_card_is_the_radar_of_the_calibration() -> None:
    """A target of the reference cross-section at the reference Pd would be seen at the published range, to the height's difference."""
    radar = CATALOG["SIPER radar"]
    same = radar["reference_rcs"].model_copy(update={"low": None, "high": None})
    target = CATALOG["F-16C"]
    parameters = {name: same if name.startswith("rcs_") else value for name, value in target.parameters.items()} | {
        "cruise_height": Parameter(nominal=10_000, unit="m", assumption="The reference height.")
    }
    level = radar.model_copy(
        update={
            "parameters": {
                **radar.parameters,
                "reference_pd": Parameter(nominal=0.5, unit="probability", assumption="As the picture's."),
            }
        }
    )
    found = sightings(target.model_copy(update={"parameters": parameters}), {level.name: level})  # type: ignore[arg-type]
    assert found.radars[0].nose_m[1] == pytest.approx(radar.si("detection_range"), abs=25.0)
    assert found.radars[0].beam_m == found.radars[0].nose_m


def test_what_ends_the_view(f35: Sightings) -> None:
    by_name = {one.radar: one for one in f35.radars}
    low = by_name["91N6E"]
    antenna = CATALOG["91N6E"].si("antenna_height")
    assert low.limited_by == "horizon"
    assert low.limit_m == pytest.approx(horizon_range_m(antenna, 10_000.0), rel=1e-3)
    raised = by_name["AN/TPY-2"]
    assert raised.limited_by == "lowest elevation"
    # 2 degrees over an earth of 4/3: 0.0349 d + d^2 / (2 x 8495 km) = 10 km at 211 km.
    assert raised.limit_m == pytest.approx(211e3, rel=0.01)
    assert by_name["KALKAN"].limited_by == "instrumented range"
    for one in f35.radars:
        assert max(one.beam_m) <= one.limit_m
        assert all(nose <= beam for nose, beam in zip(one.nose_m, one.beam_m, strict=True))
        assert list(one.nose_m) == sorted(one.nose_m)


def test_a_low_flyer_is_seen_to_the_horizon_and_no_farther() -> None:
    found = sightings(CATALOG["cruise-missile-subsonic"], CATALOG)
    low = {one.radar: one for one in found.radars}["91N6E"]
    assert low.nose_m[1] == low.limit_m
    assert low.limit_m < 60e3


def test_words_and_json_say_the_same(f35: Sightings, tmp_path: Path) -> None:
    data = json.loads(json.dumps(as_json(f35)))
    lines = text(f35).splitlines()
    assert len(lines) == 2 + len(data["radars"])
    for line, row in zip(lines[2:], data["radars"], strict=True):
        assert line.startswith(row["radar"])
        assert f" {row['nose_m']['nominal'] / 1e3:.0f} " in line
    first, second = (draw_sightings(CATALOG["F-35A"], tmp_path / "a.svg").files[0].read_bytes() for _ in range(2))
    assert first == second
    assert first.startswith(b"<?xml")


@pytest.mark.parametrize("name", ["48N6E3", "91N6E", "Turksat 4A"])
def test_what_does_not_fly_a_route_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="only what flies a route"):
        sightings(CATALOG[name], CATALOG)
