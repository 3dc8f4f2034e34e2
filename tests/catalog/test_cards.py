"""What the packaged cards say, held against the reference collection and against physics."""

from __future__ import annotations

import json
import math

import pytest
from rich.console import Console
from shared_data import shared

from buckler.catalog.card import card_json, list_json, render_card, render_list
from buckler.catalog.kinds import BANDS, KILL_CLASSES
from buckler.catalog.load import load_catalog
from buckler.units import STANDARD_GRAVITY_MPS2

CATALOG = load_catalog()
NAMES = list(CATALOG)

WANTED = [
    *[
        "S-400",
        "91N6E",
        "92N6E",
        "96L6E",
        "55K6E",
        "40N6E",
        "48N6E3",
        "9M96E2",
        "9M96E",
        "S-500",
        "Patriot",
        "GEM-T",
        "HAWK",
        "HISAR-A+",
        "HISAR-O+",
        "SIPER",
    ],
    *[
        "KORKUT",
        "SUNGUR",
        "Stinger",
        "Su-57",
        "F-35A",
        "F-16C",
        "Su-35",
        "Anka",
        "T129",
        "Mi-17",
        "Ka-226T",
        "E-7T",
        "AN/TPS-77",
        "AN/TPY-2",
    ],
    *[
        "one-way-attack-drone",
        "cruise-missile-subsonic",
        "ballistic-300",
        "ballistic-500",
        "ballistic-1000",
        "ballistic-1500",
    ],
    *["fighter-fifth-generation", "fighter-fourth-generation", "helicopter"],
    "PAC-3 MSE",
    "Bayraktar TB2",
    "Turksat 4A",
    "Generic VHF surveillance radar",
]


@pytest.mark.parametrize("name", WANTED)
def test_the_systems_of_the_first_case_have_a_card(name):
    assert name in CATALOG


@pytest.mark.parametrize("name", NAMES)
def test_every_card_loads_and_its_components_exist(name):
    card = CATALOG[name]
    for component in CATALOG.components(card):
        assert component.kind in ("radar", "command-post", "interceptor")


@pytest.mark.parametrize("name", [name for name in NAMES if CATALOG[name].kind == "sam-system"])
def test_a_battery_can_see_and_shoot(name):
    parts = CATALOG.components(CATALOG[name])
    assert any(part.kind == "interceptor" for part in parts)
    guiding = [part for part in parts if part.kind == "radar" and part.text("role") == "fire-control"]
    homing = all(part.text("guidance") != "semi-active" for part in parts if part.kind == "interceptor")
    assert guiding or homing


def test_every_row_of_the_reference_collection_is_carried_over():
    rows = json.loads(shared("reference/systems.json").read_text(encoding="utf-8"))
    held = {}
    for name in CATALOG:
        card = CATALOG[name]
        for parameter in [*card.parameters.values(), card.in_service]:
            key = (parameter.low, parameter.nominal, parameter.high, parameter.grade)
            held.setdefault(key, []).append({source.url for source in parameter.sources})
    for row in rows:
        ends = [
            None if isinstance(row["nominal"], str) and end != "nominal" else row[end]
            for end in ("low", "nominal", "high")
        ]
        urls = {url for url in (row["source_url"] or "").split(" | ") if url.startswith("http")}
        assert any(urls <= found for found in held.get((*ends, row["grade"]), [])), (row["system"], row["parameter"])


def test_no_kill_probability_pretends_to_be_published():
    for name in CATALOG:
        for parameter, value in CATALOG[name].parameters.items():
            if parameter.startswith("kill_probability_"):
                assert value.basis in ("assumption", "unknown")
                if value.basis == "assumption":
                    assert value.low < value.nominal < value.high


@pytest.mark.parametrize("name", ["F-35A", "Su-57", "fighter-fifth-generation"])
def test_low_observable_cross_sections_span_orders_of_magnitude(name):
    card = CATALOG[name]
    for band in ("vhf", "l", "s", "c"):
        low, nominal, high = card.range_si(f"rcs_{band}")
        assert high / low >= 0.999e4
        assert low < nominal < high
    # shaping works at short waves: the nominal cross-section falls from VHF to X (Kuschel 2002)
    assert card.si("rcs_vhf") > card.si("rcs_l") > card.si("rcs_s") > card.si("rcs_c")


@pytest.mark.parametrize("range_km", [300, 500, 1000, 1500])
def test_the_derived_ballistic_speeds_follow_from_their_formula(range_km):
    """v^2 = 2 g Re s/(1+s) with s = sin(R/2Re); apogee of the minimum-energy ellipse (Bate, Mueller, White, ch. 6)."""
    mu, radius = 3.986004418e14, 6.371e6
    half = range_km * 1e3 / (2 * radius)
    s = math.sin(half)
    speed = math.sqrt(2 * mu / radius * s / (1 + s))
    semi_major = radius / (2 - speed**2 * radius / mu)
    path_angle = (math.pi / 2 - half) / 2
    momentum = radius * speed * math.cos(path_angle)
    eccentricity = math.sqrt(1 - momentum**2 / (mu * semi_major))
    apogee = semi_major * (1 + eccentricity) - radius
    card = CATALOG[f"ballistic-{range_km}"]
    assert card.si("speed") == pytest.approx(speed, rel=2e-3)
    assert card.si("apogee_min_energy") == pytest.approx(apogee, rel=1e-2)


def test_numbers_of_one_card_agree_with_each_other():
    for name in CATALOG:
        card = CATALOG[name]
        if card.kind in ("interceptor", "gun", "manpads"):
            assert card.si("min_range") < card.si("max_range")
            assert card.si("min_altitude") < card.si("max_altitude")
            assert card.si("minimum_intercept_speed") < card.si("burnout_speed")
            assert any(card.known(f"kill_probability_{kill_class}") for kill_class in KILL_CLASSES)
        if card.kind in ("radar", "aew-aircraft"):
            assert card.si("min_elevation") < card.si("max_elevation")
            assert 0 < card.si("reference_pfa") < card.si("reference_pd") < 1
            assert card.text("band") in BANDS
            assert 0 < card.si("azimuth_sector") <= 2 * math.pi * (1 + 1e-12)
            assert card.si("detection_range") <= card.si("instrumented_range") * (1 + 1e-12)
        if card.kind in ("fighter", "uav", "helicopter", "cruise-missile", "one-way-attack-drone"):
            assert 0 < card.si("speed") <= card.si("max_speed")
            assert card.text("motion") == "route"
        if card.kind == "ballistic-missile":
            assert card.text("motion") == "ballistic"


@pytest.mark.parametrize("name", [name for name in NAMES if CATALOG[name].kind in ("interceptor", "manpads")])
def test_no_interceptor_is_said_to_reach_farther_than_its_speed_carries(name):
    """Without air a body thrown at v comes down at most v^2/g away; the burn adds the way flown under thrust."""
    card = CATALOG[name]
    for speed in card.range_si("burnout_speed"):
        carried = speed**2 / STANDARD_GRAVITY_MPS2 + speed * card.si("burn_time") / 2
        assert card.si("max_range") <= carried


def test_notes_are_for_readers():
    """No trace of how the collection was made: ids of an index, or of what was opened when."""
    for name in CATALOG:
        text = json.dumps(card_json(CATALOG[name]), ensure_ascii=False)
        for word in ("index-id", "stored index", "; id ", "(id ", "retrieved", "collection"):
            assert word not in text, (name, word)


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("name", NAMES)
def test_a_printed_card_shows_every_value_with_its_source(name, width):
    card = CATALOG[name]
    console = Console(width=width)
    with console.capture() as capture:
        console.print(render_card(card))
    text = capture.get()
    plain = "".join(text.split())
    for parameter, value in card.parameters.items():
        assert parameter in plain
        for source in value.sources:
            assert "".join(source.title.split()) in plain
            assert source.url is None or source.url in plain
        if value.assumption is not None:
            assert "".join(value.assumption.split()) in plain
        assert "".join(value.note.split()) in plain
    assert plain.count("assumption") >= sum(value.basis == "assumption" for value in card.parameters.values())


def test_the_printed_list_names_every_card():
    console = Console(width=80)
    with console.capture() as capture:
        console.print(render_list(CATALOG))
    text = capture.get()
    assert all(name in text for name in CATALOG)


def test_cards_for_another_program():
    data = json.loads(json.dumps(card_json(CATALOG["S-400"])))
    assert data["parameters"]["launchers"]["low"] == 4
    assert data["parameters"]["launchers"]["basis"] == "published"
    assert data["parameters"]["reaction_time"]["basis"] == "assumption"
    assert data["in_service"]["nominal"] == 2007
    assert [entry["name"] for entry in list_json(CATALOG)] == NAMES
