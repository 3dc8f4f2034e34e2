"""A battery as a queue: what closed forms of queueing and of leakage say, against the engine where their assumptions hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from runs import assumed, card, flown, layered, missile_card, world_of
from scipy import stats

from buckler.analysis.theory import (
    deterministic_service_wait,
    erlang_b,
    leakage,
    shots_required,
    warhead_kill_probability,
)
from buckler.catalog.kinds import BATTERY
from buckler.dtypes import KILL_CLASSES, WorldArrays
from buckler.engine.fly import Flyer
from buckler.log.schema import Kind

LEVEL = 0.99


def gun_card(range_km: float) -> dict[str, Any]:
    """A gun that never misses and whose shells take next to no time."""
    missile = missile_card("Round 1", 1.0, max_range=assumed(range_km, "km"), burnout_speed=assumed(3000, "m/s"))
    battery = {
        name: assumed(1, unit)
        for name, unit in zip(BATTERY, ("channels", "launchers", "rounds", "s", "s", "s", "s"), strict=True)
    }
    return card("Round 1", "gun", **{**missile["parameters"], **battery, "rate_of_fire": assumed(1, "rounds/min")})


def stream(threats: int, channels: int, service_s: float, **doctrine: Any) -> WorldArrays:
    """Threats on one path, one a second, against one battery; their times are set by `poisson`."""
    data = layered((1.0,), threats, fire_channels=channels)
    data["systems"] = [entry for entry in data["systems"] if entry["name"] != "Round 1"]
    data["systems"].append(gun_card(9.0))
    data["commands"][0]["decision_period_s"] = 0.1
    data["batteries"][0]["doctrine"] = {"assessment_time_s": service_s, "reaction_time_s": 0, **doctrine}
    entry = data["raid"]["entries"][0]
    entry |= {"lateral_spacing_m": 0, "spacing_s": 1, "speed_mps": 100, "origin": {"latitude_deg": 38.0, "longitude_deg": 33.75}}
    if "zone" in doctrine:  # 25 m wide, across the path, well inside the gun's range
        corners = [(37.9, 33.86), (38.1, 33.86), (38.1, 33.860285), (37.9, 33.860285)]
        data["zones"] = [
            {"name": doctrine["zone"], "corners": [{"latitude_deg": lat, "longitude_deg": lon} for lat, lon in corners]}
        ]
    return world_of(data).arrays


def poisson(world: WorldArrays, per_s: float, seed: int) -> tuple[WorldArrays, NDArray[np.float64]]:
    """The same threats as a Poisson stream, and their times in the order of the stream."""
    times = np.cumsum(np.random.default_rng(seed).exponential(1.0 / per_s, len(world.threats)))
    threats, pairs, windows = world.threats.copy(), world.pairs.copy(), world.windows_s.copy()
    shift = times - threats["start_s"]
    threats["start_s"] += shift
    threats["end_s"] += shift
    pairs["first_s"] += shift
    windows += shift[None, :, None]
    looking = np.array([[windows.min(), windows.max() + 1e3]])
    duration_s = float(threats["end_s"].max()) + 1.0
    return world.replace(threats=threats, pairs=pairs, windows_s=windows, looking_s=looking, duration_s=duration_s), times


def test_a_poisson_stream_without_a_queue_is_blocked_as_erlang_says() -> None:
    """10 channels, 20 erlang: 0.5380. A target is in the zone for a moment only: whoever finds every channel busy is gone."""
    channels, load, service_s = 10, 20.0, 400.0
    assert erlang_b(channels, load) == pytest.approx(0.5380, abs=5e-5)
    world = stream(1000, channels, service_s, zone="Gate")
    blocked = []
    for seed in range(10):
        now, _ = poisson(world, load / service_s, seed)
        (events,) = (events for _, events in Flyer(now).block(1, 0, 1))
        through = np.zeros(len(now.threats), bool)
        through[events["subject"][events["kind"] == Kind.IMPACT] - now.first_threat] = True
        blocked.append(through[150:].mean())  # the first find an empty battery
    half = stats.t.ppf(0.5 + LEVEL / 2, len(blocked) - 1) * np.std(blocked, ddof=1) / np.sqrt(len(blocked))
    assert half < 0.05
    assert np.mean(blocked) == pytest.approx(erlang_b(channels, load), abs=half)


def test_a_poisson_stream_with_a_queue_waits_as_m_d_c_says() -> None:
    """3 channels, 0.6 of each: targets stay in reach until a channel is free, first come first served."""
    channels, assessment_s, load = 3, 15.0, 1.8
    world = stream(800, channels, assessment_s)
    shares, means = [], []
    for seed in range(10):
        now, _ = poisson(world, load / assessment_s, seed)
        (events,) = (events for _, events in Flyer(now).block(1, 0, 1))
        assigned = events[events["kind"] == Kind.ASSIGN]
        since = assigned["time_s"] - now.threats["start_s"][assigned["object"] - now.first_threat]
        wait = since - since.min()
        assert len(assigned) == len(now.threats)  # nobody is lost: every target was served before it left the reach
        shares.append((wait[100:] > 0.35).mean())  # decisions come every 0.1 s, and service lasts up to 3 s longer than stated
        means.append(wait[100:].mean())
    service_s = assessment_s + 1.5  # the shell's flight, 0 to 3 s
    low = deterministic_service_wait(channels, load, assessment_s)
    high = deterministic_service_wait(channels, load * (assessment_s + 3.0) / assessment_s, assessment_s + 3.0)
    middle = deterministic_service_wait(channels, load * service_s / assessment_s, service_s)
    factor = stats.t.ppf(0.5 + LEVEL / 2, 9) / np.sqrt(10)
    for values, one, two in ((shares, low.probability, high.probability), (means, low.mean_s, high.mean_s)):
        half = factor * np.std(values, ddof=1)
        assert one - half <= np.mean(values) <= two + half
    assert low.mean_s < middle.mean_s < high.mean_s


@pytest.mark.parametrize(("threats", "shots", "single", "common"), [(4, 2, 0.7, 1.0), (4, 2, 0.7, 0.9), (6, 3, 0.5, 0.95)])
def test_leakage_is_wilkening_s_where_his_assumptions_hold(threats: int, shots: int, single: float, common: float) -> None:
    """Everything is seen in time, a channel and a round for each: P(no leak) = K^W with K = c (1 - (1 - p)^n)."""
    replications = 3000
    data = layered((single,), threats, doctrine={"policy": "shoot-once", "salvo": shots})
    data["systems"] = [entry for entry in data["systems"] if entry["name"] != "Round 1"]
    shared = {} if common == 1.0 else {"common_mode": assumed(common, "probability")}
    data["systems"].append(missile_card("Round 1", single * common, max_range=assumed(20, "km"), **shared))
    expected = leakage(threats, shots, single, common)
    leaked = np.array([np.count_nonzero(events["kind"] == Kind.IMPACT) for events in flown(world_of(data), replications)])
    low, high = stats.binomtest(int(np.count_nonzero(leaked == 0)), replications).proportion_ci(LEVEL)
    assert low <= expected.no_leak <= high
    half = stats.norm.ppf(0.5 + LEVEL / 2) * leaked.std(ddof=1) / np.sqrt(replications)
    assert leaked.mean() == pytest.approx(expected.mean, abs=half)


def test_shots_required_are_enough_and_one_fewer_is_not() -> None:
    needed = shots_required(4, 0.8, 0.6)
    assert needed is not None
    whole = int(np.ceil(needed))
    assert warhead_kill_probability(whole, 0.6) ** 4 >= 0.8 > warhead_kill_probability(whole - 1, 0.6) ** 4
    for shots, enough in ((whole, True), (whole - 1, False)):
        world = world_of(layered((0.6,), 4, doctrine={"policy": "shoot-once", "salvo": shots}))
        none = sum(not np.any(events["kind"] == Kind.IMPACT) for events in flown(world, 3000))
        low, high = stats.binomtest(none, 3000).proportion_ci(LEVEL)
        assert (low > 0.8) if enough else (high < 0.8)


def test_what_the_full_model_takes_from_the_formula() -> None:
    """docs/leakage.md: one assumption dropped after another, and the leakage rises each time."""
    four = len(KILL_CLASSES) - 1
    base = layered((0.7,), four, doctrine={"policy": "shoot-once", "salvo": 2})
    ideal = mean_leakers(base)
    shared = layered((0.7,), four, doctrine={"policy": "shoot-once", "salvo": 2})
    shared["systems"][-1]["parameters"]["common_mode"] = assumed(0.9, "probability")
    few = layered((0.7,), four, doctrine={"policy": "shoot-once", "salvo": 2}, fire_channels=2)
    few["batteries"][0]["doctrine"]["assessment_time_s"] = 80_000
    short = layered((0.7,), four, doctrine={"policy": "shoot-once", "salvo": 2})
    short["batteries"][0]["weapons"][0]["rounds_ready"] = 4
    late = layered((0.7,), four, doctrine={"policy": "shoot-once", "salvo": 2})
    late["commands"][0] |= {"identification_time_s": 150, "identification_error": 0.5, "identification_retry_s": 60}
    assert ideal == pytest.approx(leakage(four, 2, 0.7).mean, abs=0.08)
    assert mean_leakers(shared) > ideal + 0.1
    assert mean_leakers(few) == pytest.approx(2 + ideal / 2, abs=0.12)
    assert mean_leakers(short) == pytest.approx(2 + ideal / 2, abs=0.12)
    assert mean_leakers(late) > ideal + 0.3


def mean_leakers(data: dict[str, Any], replications: int = 2000) -> float:
    return float(np.mean([np.count_nonzero(events["kind"] == Kind.IMPACT) for events in flown(world_of(data), replications)]))
