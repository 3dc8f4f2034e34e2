"""Traffic compiled: paths, what can be found of a body along them, and files with mistakes."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest

from buckler.catalog.load import load_catalog
from buckler.documents import dump_yaml, parse_document
from buckler.errors import DocumentError
from buckler.physics.earth import ecef_to_geodetic, geodesic_inverse
from buckler.scenario.load import check_scenario
from buckler.tracking import identification as ident
from buckler.world.evidence import evidence_table
from buckler.world.faults import compile_scenario

SMOKE = (resources.files("buckler.scenario") / "library" / "smoke.yaml").read_text(encoding="utf-8")
AIRWAYS = """
traffic:
  airways:
    - name: W1
      points:
        - {latitude_deg: 38.3, longitude_deg: 32.0}
        - {latitude_deg: 38.3, longitude_deg: 36.0}
  origins:
    - {latitude_deg: 37.8, longitude_deg: 34.5, radius_m: 15000}
  entries:
"""
AIRLINER = "    - {name: airliner, airway: W1, start_s: -100}\n"


def body(world, name):
    return next(i for i, entity in enumerate(world.entities) if entity.key == name) - world.arrays.first_threat


def compiled(entries):
    return compile_scenario(check_scenario(parse_document(SMOKE + AIRWAYS + entries, "s.yaml")))


def bits(world, i):
    record, entry = world.arrays.bodies[i], world.arrays.threats[i]
    return world.arrays.indicators[record["first"] : record["first"] + entry["points"]] | record["still"]


def test_an_airliner_keeps_to_its_airway_and_looks_like_one():
    world = compiled(AIRLINER)
    i = body(world, "airliner")
    threat = world.arrays.threats[i]
    rows = world.arrays.path_m[threat["first"] : threat["first"] + threat["points"]]
    place = ecef_to_geodetic(*rows[:, :3].T)
    # A great circle between two points of one parallel bends north: 1.1 km over 350 km at this latitude, far inside 9.26 km.
    assert np.all(np.abs(place.lat_deg - 38.3) < 0.03)
    wanted = (1 << ident.CORRIDOR) | (1 << ident.SPEED) | (1 << ident.HEIGHT) | (1 << ident.ORIGIN) | (1 << ident.SIZE)
    assert np.all(bits(world, i) == wanted)
    # It flies at its card's 230 m/s over the ellipsoid, a little faster at its height, and began 100 s before the scenario.
    flown_m, *_ = geodesic_inverse(place.lat_deg[0], place.lon_deg[0], place.lat_deg[-1], place.lon_deg[-1])
    assert float(flown_m) == pytest.approx(230.0 * 2.0 * (len(rows) - 1), rel=2e-3)
    begun_m, *_ = geodesic_inverse(38.3, 32.0, place.lat_deg[0], place.lon_deg[0])
    assert float(begun_m) == pytest.approx(230.0 * 100.0, rel=5e-3)
    assert threat["start_s"] == 0.0


def test_the_edge_of_an_airway_is_its_half_width():
    """9.26 km to the side: a body 9.0 km beside the centre line is in it, one 9.5 km beside is not."""
    world = compiled("".join(f"    - {{name: at {k}, airway: W1, offset_m: {m}}}\n" for k, m in (("near", 9000), ("far", -9500))))
    inside = [(bits(world, body(world, name)) >> ident.CORRIDOR) & 1 for name in ("at near", "at far")]
    assert inside[0].all()
    assert not inside[1].any()


def test_a_raid_has_no_signs_of_a_civil_flight():
    world = compiled(AIRLINER)
    raid = [i for i in range(len(world.arrays.threats)) if world.arrays.bodies[i]["side"] == ident.RED]
    assert len(raid) == 8
    for i in raid:
        assert not np.any(bits(world, i) & ((1 << ident.CORRIDOR) | (1 << ident.HEIGHT) | (1 << ident.ORIGIN) | (1 << ident.SIZE)))


def test_shares_and_modes():
    own = "    - {name: p1, side: own, system: F-16C, iff_modes: [NATO], waypoints: [{latitude_deg: 37.8, longitude_deg: 34.5}, " \
          "{latitude_deg: 38.4, longitude_deg: 34.1}], height_m: 6000}\n"  # fmt: skip
    world = compiled(AIRLINER + own + own.replace("p1", "p2").replace("NATO", "other"))
    assert world.arrays.askers["share"].tolist() == [0.5]
    assert world.arrays.bodies["side"][-3:].tolist() == [ident.CIVIL, ident.OWN, ident.OWN]
    assert (bits(world, body(world, "p1"))[0] >> ident.ORIGIN) & 1
    sides = {entity.key: (entity.side, entity.kind) for entity in world.entities}
    assert sides["p1"] == ("own", "aircraft")
    assert sides["airliner"] == ("civil", "aircraft")


def test_the_table_of_the_packaged_card():
    table = evidence_table(load_catalog()["identification"])
    assert table[ident.PRIOR].sum() == pytest.approx(1.0, rel=1e-15)
    assert table[ident.FIRST_INDICATOR + ident.TRANSPONDER].tolist() == [0.98, 0.5, 0.02]
    assert np.all((table > 0.0) & (table <= 1.0))


def test_a_recorded_flight_flies_where_it_was_recorded(tmp_path):
    rows = [
        {"timestamp": 1_600_000_000 + 10 * k, "icao24": "4ba946", "callsign": "THY1", "latitude": 38.2, "longitude": 33.5 + 0.02 * k,
         "altitude": 20_000 + 100 * k}
        for k in range(40)
    ]  # fmt: skip
    path = tmp_path / "flight.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    world = compiled(f"    - {{name: recorded, recording: '{path}', start_s: 50}}\n")
    i = body(world, "recorded")
    threat = world.arrays.threats[i]
    assert threat["start_s"] == 50.0
    rows_m = world.arrays.path_m[threat["first"] : threat["first"] + threat["points"]]
    place = ecef_to_geodetic(*rows_m[:, :3].T)
    at = 10 * np.arange(39) // 2  # rows are 2 s apart
    np.testing.assert_allclose(place.lon_deg[at], 33.5 + 0.02 * np.arange(39), atol=1e-9)
    np.testing.assert_allclose(rows_m[at, 3], 0.3048 * (20_000 + 100 * np.arange(39)), atol=1e-6)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ("    - {name: a}\n", "write one of airway, waypoints and recording"),
        ("    - {name: a, airway: W2}\n", "no airway is called 'W2'; did you mean 'W1'?"),
        ("    - {name: a, airway: W1, system: KORKUT radar}\n", "is a radar, and here stands one of: airliner"),
        ("    - {name: a, airway: W1, flight: abc}\n", "a flight is named only with a recording"),
        ("    - {name: drones-2, airway: W1}\n", "the name 'drones-2' is taken"),
        ("    - {name: a, waypoints: [{site: Ankara}]}\n", "at least two points"),
        ("    - {name: a, waypoints: [{site: Ankra}, {site: Ankara}]}\n", "no site is called 'Ankra'"),
        ("    - {name: a, recording: nowhere.json}\n", "s.yaml:.*cannot fly.*there is no such file"),
        ("    - {name: a, airway: W1, speed_mps: 900}\n", "s.yaml:.*cannot fly.*outside the airframe"),
        ("    - {name: a, airway: W1, side: green}\n", "'green' is not allowed"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(entries, says):
    with pytest.raises(DocumentError, match=says):
        compiled(entries)


@pytest.mark.parametrize(
    ("route", "line"),
    [
        ("airway: W1\n      speed_mps: 900", "      speed_mps: 900"),
        ("waypoints: [{site: Ankara}, {site: Adana}]\n      speed_mps: 20", "      speed_mps: 20"),
        ("waypoints:\n        - {site: Ankara}\n        - {site: Adana, speed_mps: 900}\n        - {site: Ankara}", "Adana"),
    ],
)
def test_a_flight_that_cannot_be_flown_is_told_where_its_speed_stands(route, line):
    with pytest.raises(DocumentError, match="outside the airframe") as found:
        compiled(f"    - name: a\n      {route}\n")
    (problem,) = found.value.problems
    assert line in (SMOKE + AIRWAYS + f"    - name: a\n      {route}\n").splitlines()[problem.line - 1]


def test_traffic_of_an_extended_scenario_is_changed_by_field(tmp_path):
    (tmp_path / "base.yaml").write_text(SMOKE + AIRWAYS + AIRLINER, encoding="utf-8")
    head = "extends: base.yaml\nname: other\ntitle: t\nnotional: n\nas_of: 2019-12-31\ntraffic:\n  evidence: Rates\n"
    rates = {"name": "Rates", **load_catalog()["identification"].model_dump(mode="json", exclude={"name"}, exclude_unset=True)}
    (tmp_path / "other.yaml").write_text(head + dump_yaml({"systems": [rates]}), encoding="utf-8")
    from buckler.scenario.load import load_scenario

    traffic = load_scenario(tmp_path / "other.yaml").scenario.traffic
    assert traffic is not None
    assert traffic.evidence == "Rates"
    assert [entry.name for entry in traffic.entries] == ["airliner"]


def heights(world, name):
    threat = world.arrays.threats[body(world, name)]
    return world.arrays.path_m[threat["first"] : threat["first"] + threat["points"], 3]


def test_a_civil_flight_climbs_cruises_and_comes_down():
    ends = "waypoints: [{latitude_deg: 38.3, longitude_deg: 31.0}, {latitude_deg: 38.3, longitude_deg: 37.0}], start_s: -1"
    flown = heights(compiled(f"    - {{name: airliner, {ends}, height_m: 10000, takes_off: true, lands: true}}\n"), "airliner")
    # The ground is flat, at 0 m; rows are 2 s apart. Until the raid is over it has begun to come down, if not landed.
    assert flown[0] == pytest.approx(15.0, abs=50.0)
    assert flown.max() == pytest.approx(10_000.0, abs=5.0)
    rate = np.diff(flown) / 2.0
    assert rate.max() == pytest.approx(20.0, rel=0.02)
    down = rate[rate < -1.0]
    assert down[1:] == pytest.approx(-230.0 * 0.0524, rel=0.03)  # 3 degrees at 230 m/s; the first row holds the top of descent


def test_a_descent_longer_than_the_last_leg_is_refused():
    ends = "waypoints: [{latitude_deg: 38.3, longitude_deg: 33.0}, {latitude_deg: 38.3, longitude_deg: 34.0}]"
    with pytest.raises(DocumentError, match="it needs 191 km to come down, and its last leg is 87 km"):
        compiled(f"    - {{name: airliner, {ends}, height_m: 10000, lands: true}}\n")
