"""Cross-section by aspect on maps: one aspect for all, a heading, or the way that the target really flies."""

from __future__ import annotations

from math import cos, pi, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from network_of_radars import network, radar

from buckler.catalog.load import load_catalog
from buckler.coverage.area import Grid, grid_over
from buckler.coverage.eye import along
from buckler.coverage.layers import HIGH, LOW, NOMINAL, Question, ground_under, layer_at, lowest_of
from buckler.coverage.reaction import reaction_times
from buckler.coverage.target import Target, target_named
from buckler.dtypes import BANDS
from buckler.errors import InputError
from buckler.physics.aspect import ASPECTS
from buckler.physics.detection import detection_probability
from buckler.physics.earth import ecef_from_geodetic, geodesic_direct
from buckler.physics.terrain import flat_terrain
from buckler.world.threats import rcs_m2

FLAT = flat_terrain()
NOSE, BEAM, TAIL = (0.1, 0.3, 0.9), (10.0, 30.0, 90.0), (0.5, 1.0, 2.0)
SHAPED = Target(
    "shaped", "A shaped one", dict.fromkeys(BANDS, NOSE), 250.0,
    sides_m2={"nose": dict.fromkeys(BANDS, NOSE), "beam": dict.fromkeys(BANDS, BEAM), "tail": dict.fromkeys(BANDS, TAIL)},
)  # fmt: skip


def at(lat: float, lon: float) -> Grid:
    return Grid(lat - 5e-4, lon - 5e-4, 1e-3, 1e-3, 1, 1)


def best(question: Question, lat: float, lon: float, height_m: float = 8000.0) -> np.ndarray:
    (watcher,) = network(radar("a", sees_m=150e3, reach_m=400e3))
    return layer_at(height_m, [watcher], question, at(lat, lon), np.zeros((1, 1), np.float32), FLAT).best[:, 0, 0]


def slant_m(lat: float, lon: float, height_m: float) -> float:
    one, two = (np.array(ecef_from_geodetic(radians(a), radians(b), h)) for a, b, h in ((38.0, 35.0, 10.0), (lat, lon, height_m)))
    return float(np.linalg.norm(one - two))


@pytest.mark.parametrize(("aspect", "rcs"), [("nose", NOSE), ("beam", BEAM), ("tail", TAIL)])
def test_one_aspect_is_that_sectors_cross_section(aspect: str, rcs: tuple[float, float, float]) -> None:
    """Against the radar equation in decibels: 1 m2 at 150 km needs ln Pfa / ln Pd - 1 (Swerling 1, one pulse)."""
    lat, lon, _ = (float(v) for v in geodesic_direct(38.0, 35.0, 70.0, 200e3))
    found = best(Question(SHAPED, above_ground=False, aspect=aspect), lat, lon)
    needed = np.log(1e-6) / np.log(0.5) - 1.0
    for k in (LOW, NOMINAL, HIGH):
        snr = needed * rcs[k] * (150e3 / slant_m(lat, lon, 8000.0)) ** 4
        assert found[k] == pytest.approx(float(detection_probability(10 * np.log10(snr), 1e-6)), rel=1e-4)


@pytest.mark.parametrize(
    ("azimuth", "heading", "aspect"),
    [(0, 180, "nose"), (0, 0, "tail"), (0, 90, "beam"), (90, 0, "beam"), (90, 270.6, "nose")],
)
def test_a_heading_gives_the_aspect_that_it_must(azimuth: float, heading: float, aspect: str) -> None:
    """North of the radar and southbound: from ahead, but for the few degrees by which it is seen from below."""
    lat, lon, _ = (float(v) for v in geodesic_direct(38.0, 35.0, azimuth, 200e3))
    flown = best(Question(SHAPED, above_ground=False, heading_deg=heading), lat, lon)
    fixed = best(Question(SHAPED, above_ground=False, aspect=aspect), lat, lon)
    assert flown == pytest.approx(fixed, abs=0.02)


def test_half_way_between_two_sectors_it_is_half_way_in_decibels() -> None:
    """physics.aspect, equation (1): 45 degrees off the nose."""
    lat, lon, _ = (float(v) for v in geodesic_direct(38.0, 35.0, 0.0, 60e3))
    flown = best(Question(SHAPED, above_ground=False, heading_deg=135.0), lat, lon, 300.0)
    between = Target("b", "Between", dict.fromkeys(BANDS, tuple(float(np.sqrt(n * b)) for n, b in zip(NOSE, BEAM, strict=True))), 250.0)
    assert flown == pytest.approx(best(Question(between, above_ground=False), lat, lon, 300.0), abs=0.01)


@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(0, 360))
def test_a_heading_is_a_level_unit_vector(lat: float, lon: float, heading: float) -> None:
    v = np.array(along(radians(lat), radians(lon), radians(heading)))
    assert np.linalg.norm(v) == pytest.approx(1.0, abs=1e-12)
    there = geodesic_direct(lat, lon, heading, 10.0)
    step = np.array(ecef_from_geodetic(radians(float(there[0])), radians(float(there[1])), 0.0)) - np.array(
        ecef_from_geodetic(radians(lat), radians(lon), 0.0)
    )
    assert v @ step / np.linalg.norm(step) == pytest.approx(1.0, abs=1e-6)


def test_the_lowest_height_knows_the_aspect_too() -> None:
    (watcher,) = network(radar("a", sees_m=60e3, reach_m=400e3))
    lat, lon, _ = (float(v) for v in geodesic_direct(38.0, 35.0, 0.0, 100e3))
    ground = np.zeros((1, 1), np.float32)
    _, ahead = lowest_of([watcher], Question(SHAPED), at(lat, lon), ground, FLAT)
    _, aside = lowest_of([watcher], Question(SHAPED, heading_deg=90.0), at(lat, lon), ground, FLAT)
    assert ahead[0, 0] == np.inf
    assert 100.0 < aside[0, 0] < 1000.0  # where it comes over the horizon


def test_the_time_left_is_that_of_a_target_that_flies_at_the_asset() -> None:
    """A radar beside its way sees it from the side, and so sooner than its nose would let it; one behind the asset, from ahead."""
    beside = network(radar("a", lat=39.0, lon=35.0, sees_m=150e3, reach_m=400e3))
    (found,) = reaction_times("depot", 38.0, 35.0, [9000.0], 250.0, beside, Question(SHAPED, above_ground=False), FLAT)
    (plain,) = reaction_times(
        "depot", 38.0, 35.0, [9000.0], 250.0, beside, Question(Target("n", "n", dict.fromkeys(BANDS, NOSE)), above_ground=False), FLAT
    )
    east, north = int(90 / 5), 0
    assert found.distance_m[east] > plain.distance_m[east] + 50e3
    assert found.distance_m[north] == pytest.approx(plain.distance_m[north], abs=1000.0)
    # Every other question about the maps leaves it as it is.
    (turned,) = reaction_times("depot", 38.0, 35.0, [9000.0], 250.0, beside, Question(SHAPED, above_ground=False, aspect="tail"), FLAT)
    assert turned.distance_m == pytest.approx(found.distance_m)


@pytest.mark.parametrize("name", ["F-35A", "cruise-missile-subsonic"])
def test_a_card_gives_every_band_and_aspect_as_the_engine_has_it(name: str) -> None:
    target, card = target_named(name), load_catalog()[name]
    for band in BANDS:
        body = target.body(band, "beam")
        for j, aspect in enumerate(ASPECTS):
            assert 10 ** (0.1 * body.rcs_dbsm[NOMINAL, j]) == pytest.approx(rcs_m2(card, band, aspect))
    assert target.body("X", "beam").cosine == pytest.approx(cos(pi / 2), abs=1e-12)


def test_the_area_seen_from_the_side_is_larger() -> None:
    (watcher,) = network(radar("a", sees_m=80e3, reach_m=400e3))
    grid = grid_over((35.5, 31.9, 40.5, 38.1), 10.0)
    ground = ground_under(grid, FLAT)
    questions = [Question(SHAPED, aspect=aspect) for aspect in ("nose", "tail", "beam")]
    areas = [layer_at(8000.0, [watcher], question, grid, ground, FLAT).seen_m2 for question in questions]
    assert areas[0] < areas[1] < areas[2]
    east = layer_at(8000.0, [watcher], Question(SHAPED, heading_deg=90.0), grid, ground, FLAT).seen
    rows, columns = np.nonzero(east)
    high = np.ptp(grid.lat_deg[rows]) * 111.0
    wide = np.ptp(grid.lon_deg[columns]) * 111.0 * cos(radians(38.0))
    assert high > 1.5 * wide  # eastbound it shows its side to the north and south


@pytest.mark.parametrize(
    ("how", "said"), [({"aspect": "top"}, "one of nose, beam, tail"), ({"heading_deg": float("nan")}, "write a number")]
)
def test_bad_input(how: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Question(SHAPED, **how)
