"""What a shot can do: what all shots at a target share, what the end game leaves of a kill probability, guns by bursts."""

from __future__ import annotations

from math import hypot
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import assumed, flown, layered, missile_card, told, world_of
from scipy import stats

from buckler.analysis.theory import shoot_look_shoot
from buckler.campaign.uncertainty import groups_of
from buckler.catalog.schema import Card
from buckler.decision.evaluation import salvo_kill_probability
from buckler.engine.lethality import burst_factor
from buckler.log.schema import Kind
from buckler.physics.earth import geodesic_inverse
from buckler.scenario.load import load_scenario
from buckler.world.compile import World

CONFIDENCE = 0.99
REPLICATIONS = 5_000


def one_layer(kill_probability: float, threats: int, round_card: dict[str, Any], **battery: Any) -> World:
    data = layered((kill_probability,), threats, **battery)
    data["systems"] = [entry for entry in data["systems"] if entry["name"] != "Round 1"]
    data["systems"].append(missile_card("Round 1", kill_probability, **{"max_range": assumed(20, "km"), **round_card}))
    return world_of(data)


def test_the_salvo_of_two_that_shares_its_common_mode() -> None:
    """0.95 shared, 0.80 a shot kept: 0.95 (1 - (1 - 0.8/0.95)^2) = 0.926, and not 0.96."""
    assert salvo_kill_probability(0.8, 2, 0.95) == pytest.approx(0.926, abs=5e-4)
    assert salvo_kill_probability(0.8, 1, 0.95) == pytest.approx(0.8)
    assert salvo_kill_probability(0.8, 2) == pytest.approx(0.96)
    assert salvo_kill_probability(0.9, 3, 0.8) == pytest.approx(0.8)  # more than the shared part cannot be had


def test_a_salvo_in_the_engine_shares_its_common_mode() -> None:
    threats = 4
    world = one_layer(
        0.8, threats, {"common_mode": assumed(0.95, "probability")}, doctrine={"salvo": 2, "assessment_time_s": 80_000}
    )
    killed = fired = 0
    for events in flown(world, REPLICATIONS):
        killed += np.count_nonzero(events["kind"] == Kind.KILL)
        fired += np.count_nonzero(events["kind"] == Kind.FIRE)
        assert np.allclose(events["value"][events["kind"] == Kind.ASSIGN], 0.926316, atol=1e-6)
        arrived = np.isin(events["kind"], (Kind.KILL, Kind.MISS))
        assert np.allclose(events["value"][arrived], 0.8)
    assert fired == 2 * threats * REPLICATIONS
    low, high = stats.binomtest(killed, threats * REPLICATIONS).proportion_ci(CONFIDENCE)
    assert low <= 0.926316 <= high


@pytest.mark.parametrize(("common", "kills", "shots"), [(1.0, 0.96, 1.2), (0.95, 0.926316, 1.2)])
def test_shoot_look_shoot_with_two_rounds(common: float, kills: float, shots: float) -> None:
    """0.8 a shot, two rounds, a look between: 0.96 with 1.2 shots on average; what the shots share takes its part of it."""
    world = one_layer(
        0.8, 1, {"common_mode": assumed(common, "probability")}, doctrine={"assessment_time_s": 1},
        weapons=[{"system": "Round 1", "rounds_ready": 2}],
    )  # fmt: skip
    killed, fired = [], []
    for events in flown(world, REPLICATIONS):
        killed.append(np.count_nonzero(events["kind"] == Kind.KILL))
        fired.append(np.count_nonzero(events["kind"] == Kind.FIRE))
    low, high = stats.binomtest(sum(killed), REPLICATIONS).proportion_ci(CONFIDENCE)
    assert low <= kills <= high
    low, high = stats.binomtest(sum(fired) - REPLICATIONS, REPLICATIONS).proportion_ci(
        CONFIDENCE
    )  # a second shot or not
    assert low <= shots - 1.0 <= high
    assert shoot_look_shoot(2, 0.8 / common, common) == (pytest.approx(kills, abs=1e-6), pytest.approx(shots, abs=1e-6))


def test_what_is_shared_is_drawn_once_a_threat_whoever_fires() -> None:
    """With nothing left to the single shot, a threat dies by the first round or by none, of either layer."""
    data = layered((0.6, 0.6), 3)
    data["systems"] = [entry for entry in data["systems"] if not entry["name"].startswith("Round")]
    data["systems"] += [
        missile_card(f"Round {k}", 0.6, max_range=assumed(20, "km"), common_mode=assumed(0.6, "probability"))
        for k in (1, 2)
    ]
    world = world_of(data)
    through = 0
    for events in flown(world, 300):
        story = told(world, events)
        for threat in ("cruise-1", "cruise-2", "cruise-3"):
            ends = [event.kind for event in story if event.object == threat and event.kind in ("kill", "miss")]
            assert ends in (["kill"], ["miss", "miss"])
            through += ends != ["kill"]
    low, high = stats.binomtest(through, 900).proportion_ci(CONFIDENCE)
    assert low <= 0.4 <= high


def arrivals(world: World, replications: int = 3) -> list[tuple[Any, Any]]:
    """(told event, raw event) of every round that met its target."""
    return [
        (event, raw)
        for events in flown(world, replications)
        for event, raw in zip(told(world, events), events, strict=True)
        if event.kind in ("kill", "miss")
    ]


def test_a_round_that_arrives_fast_keeps_its_kill_probability() -> None:
    slow = {"end_game_factor": assumed(0.2, "probability"), "end_game_speed": assumed(100, "m/s")}
    assert {event.value for event, _ in arrivals(one_layer(0.5, 2, slow))} == {0.5}


def test_a_slow_round_keeps_less_in_proportion_to_its_speed() -> None:
    """Full probability only at the top speed: at 0.25 of it, at the least speed, rising with what speed is left."""
    card = {"end_game_factor": assumed(0.25, "probability"), "end_game_speed": assumed(950, "m/s")}
    world = one_layer(0.8, 3, card)
    values = [event.value for event, _ in arrivals(world)]
    assert values
    for value, (event, _) in zip(values, arrivals(world), strict=True):
        assert 0.2 <= value < 0.8
        w = [entity.key for entity in world.entities].index(event.subject) - world.arrays.first_weapon
        speed = np.interp(value / 0.8, [0.25, 1.0], [320.0, 950.0])  # the speed that the logged probability stands for
        assert world.arrays.fly_out_mps[w].max() > speed > 320.0


def test_an_evading_target_takes_its_part_from_a_round_that_cannot_follow() -> None:
    """Proportional navigation with N' = 3 wants three times the target's turn: 10 g against 5 g leave two thirds."""
    data = layered((0.6,), 2)
    data["systems"] = [entry for entry in data["systems"] if entry["name"] != "Round 1"]
    data["systems"].append(missile_card("Round 1", 0.6, max_range=assumed(20, "km"), load_factor=assumed(10, "g")))
    for entry in data["systems"]:
        if entry["name"] == "Test cruise missile":
            entry["parameters"]["evasive_acceleration"] = assumed(5, "g")
    values = [event.value for event, _ in arrivals(world_of(data))]
    assert values
    assert max(values) == pytest.approx(0.4)  # low down there is air enough for all that the airframe can take
    assert min(values) > 0.0


def test_a_gun_beyond_its_effective_range_loses_with_the_square() -> None:
    gun = "KORKUT"
    data = layered((0.5,), 3)
    data["batteries"][0] |= {"weapons": [{"system": gun, "rounds_ready": 200}], "doctrine": {"assessment_time_s": 1}}
    # Beside the path of the raid, so that its bursts meet at every range.
    data["batteries"][0] |= {"latitude_deg": 38.005, "longitude_deg": 33.6}
    data["systems"] = [entry for entry in data["systems"] if entry["name"] != "Round 1"]
    world = world_of(data)
    card = world.loaded.card(gun)
    stated, effective_m = card.si("kill_probability_cruise"), card.si("effective_range")
    site = world.arrays.sites[0]
    seen = []
    for event, raw in arrivals(world, 5):
        along = float(geodesic_inverse(38.005, 33.6, raw["lat_deg"], raw["lon_deg"])[0])
        slant = hypot(along, float(raw["alt_m"]) - site[12])
        seen.append(slant)
        assert event.value == pytest.approx(stated * min(1.0, (effective_m / slant) ** 2), rel=2e-3)
    assert min(seen) < effective_m < max(seen)


@given(range_m=st.floats(1.0, 10_000.0), effective_m=st.floats(100.0, 5_000.0))
def test_a_burst_never_gains_with_range(range_m: float, effective_m: float) -> None:
    assert burst_factor(range_m, effective_m) >= burst_factor(1.5 * range_m, effective_m) > 0.0
    assert burst_factor(effective_m, effective_m) == 1.0


def test_both_parts_and_the_end_game_are_sampled() -> None:
    names = {group.name for group in groups_of(load_scenario("turkey-2019"))}
    assert {"48N6E3: kill probability", "48N6E3: common mode", "48N6E3: end game", "KORKUT: effective range"} <= names
    assert "fighter-fifth-generation: evasion" in names


def test_every_packaged_round_states_what_its_shots_share() -> None:
    from buckler.catalog.load import load_catalog

    catalog = load_catalog()
    for name in catalog:
        card: Card = catalog[name]
        if card.kind in ("interceptor", "gun", "manpads"):
            low, nominal, high = card.range_si("common_mode")
            assert low < nominal < high < 1.0
            assert card["common_mode"].basis == "assumption"
            best = [
                card.si(f"kill_probability_{c}") for c in ("cruise", "ballistic") if card.known(f"kill_probability_{c}")
            ]
            assert all(value <= nominal for value in best)
