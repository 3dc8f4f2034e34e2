"""Sampling the catalog's ranges: distributions, groups, addressed draws, and whole campaigns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import assumed, layered, world_of
from scipy.stats import triang

from buckler.campaign.run import run_campaign
from buckler.campaign.sources import sources_used
from buckler.campaign.uncertainty import Ensemble, Member, groups_of, laid_out, log_uniform, triangular
from buckler.errors import InputError
from buckler.report.page import write_report
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world(load_scenario("smoke"))


@given(st.floats(0, 1), st.floats(0.01, 5), st.floats(0.01, 5))
@settings(max_examples=30)
def test_triangular_quantile_is_scipys(u: float, below: float, above: float) -> None:
    low, mode, high = 1.0, 1.0 + below, 1.0 + below + above
    assert triangular(u, low, mode, high) == pytest.approx(
        triang.ppf(u, below / (below + above), low, high - low), abs=1e-9
    )


def test_distributions() -> None:
    assert log_uniform(0.5, 0.01, 1.0) == pytest.approx(0.1)
    assert Member("x", "rcs_x", 1, 0.005, 0.1, 0.5, "m2").value(0.5) == pytest.approx((0.005 * 0.5) ** 0.5)
    assert Member("x", "detection_range", 1, 1.0, 2.0, 3.0, "km").value(0.5) == 2.0
    assert Member("x", "reference_rcs", -1, 1.0, 2.0, 5.0, "m2").value(0.0) == 5.0
    assert Member("x", "fire_channels", 1, 1.0, 2.0, 4.0, "channels").value(0.9) == 3.0


def test_correlated_parameters_are_one_group(world: World) -> None:
    groups = {group.name: [member.parameter for member in group.members] for group in groups_of(world.loaded)}
    assert groups["AN/TPS-77: radar calibration"] == ["detection_range", "reference_rcs"]
    assert len(groups["HISAR-O missile: kill probability"]) == 4
    assert len(groups["one-way-attack-drone: radar cross-section"]) == 15


def test_a_draw_is_the_world_of_its_cards(world: World) -> None:
    ensemble = Ensemble(world, 4)
    arrays = ensemble.arrays(3)
    again = compile_world(ensemble.sampled(3)).arrays
    for name, mine in arrays:
        assert np.array_equal(mine, getattr(again, name)), name
    assert not np.array_equal(arrays.weapons["kill_probability"], world.arrays.weapons["kill_probability"])


def test_tables_do_not_depend_on_workers(world: World, tmp_path: Path) -> None:
    for workers, name in ((1, "one"), (3, "three")):
        run_campaign(
            world, tmp_path / name, replications=60, seed=2, workers=workers, catalog_hash="", uncertainty=True
        )
    for table in ("events.parquet", "parameters.parquet", "states.parquet", "detections.parquet", "summary.json"):
        assert (tmp_path / "one" / table).read_bytes() == (tmp_path / "three" / table).read_bytes()
    run_campaign(world, tmp_path / "nominal", replications=60, seed=2, workers=1, catalog_hash="")
    assert (tmp_path / "one" / "events.parquet").read_bytes() != (tmp_path / "nominal" / "events.parquet").read_bytes()
    rows = pq.read_table(tmp_path / "one" / "parameters.parquet")
    assert sorted(set(rows["draw"].to_pylist())) == list(range(12))
    summary = json.loads((tmp_path / "one" / "summary.json").read_text())
    assert summary["uncertainty"]["draws"] == 12
    assert summary["leakers"]["luck_std"] > 0
    assert summary["leakers"]["method"] == "nested analysis of variance"
    for figure in (
        summary["funnel"]["all"]["killed"]["share"],
        *(reason["share"] for reason in summary["reasons"].values()),
    ):
        assert figure["ignorance_std"] >= 0
    shares = [effect["share"] for effect in summary["uncertainty"]["leakers"]["effects"]]
    assert all(0 <= share <= 1 for share in shares)


def test_what_cannot_be_asked(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least 10"):
        run_campaign(world, tmp_path / "x", replications=9, seed=2, workers=1, catalog_hash="", uncertainty=True)


def _ranged(nominal: float, low: float, high: float, unit: str) -> dict[str, Any]:
    return {**assumed(nominal, unit), "low": low, "high": high}


def test_the_parameter_that_dominates_is_found_through_the_engine(tmp_path: Path) -> None:
    """Four missiles against one layer whose kill probability nobody knows; what else has a range hardly matters.

    With p triangular on (0.1, 0.5, 0.9) the expected leakers are 4 (1 - p): ignorance 4 · 0.8 / sqrt(24), luck 4 E(p (1 - p)).
    """
    data = layered((0.5,), 4)
    for card in data["systems"]:
        if card["name"] == "Round 1":
            card["parameters"]["kill_probability_cruise"] = _ranged(0.5, 0.1, 0.9, "probability")
        if card["name"] == "Test system":
            card["parameters"]["reaction_time"] = _ranged(1.0, 0.9, 1.1, "s")
        if card["name"] == "Test cruise missile":
            card["parameters"]["circular_error_probable"] = _ranged(10.0, 9.0, 11.0, "m")
    world = world_of(data)
    assert len(groups_of(world.loaded)) == 3
    run_campaign(
        world, tmp_path / "run", replications=900, seed=4, workers=1, catalog_hash="", uncertainty=True, sobol=True
    )
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert facts["uncertainty"] == {"draws": 160, "replications_per_draw": 5, "design": "saltelli", "base": 32}
    assert facts["replications"] == 800
    hangs = json.loads((tmp_path / "run" / "summary.json").read_text())
    found = hangs["uncertainty"]["leakers"]
    assert found["sobol"][0]["group"] == "Round 1: kill probability"
    assert found["sobol"][0]["first"] == pytest.approx(1.0, abs=0.4)
    assert all(abs(index["total"]) < 0.15 for index in found["sobol"][1:])
    assert found["effects"][0]["group"] == "Round 1: kill probability"
    assert "it is this one: Round 1: kill probability" in found["verdict"]
    assert hangs["leakers"]["ignorance_std"] == pytest.approx(4 * 0.8 / 24**0.5, rel=0.25)
    assert hangs["leakers"]["luck_std"] == pytest.approx((4 * (0.25 - 0.8**2 / 24)) ** 0.5, rel=0.1)
    page = write_report(tmp_path / "run").read_text()
    assert "If only one number could be known better, it is this one: Round 1: kill probability" in page
    assert "Sobol indices" in page


def test_too_few_replications_for_sobol_indices(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"write -n \d+ or more, or leave out --sobol") as caught:
        run_campaign(
            world, tmp_path / "x", replications=100, seed=2, workers=1, catalog_hash="", uncertainty=True, sobol=True
        )
    enough = int(str(caught.value).split("write -n ")[1].split()[0])
    assert laid_out(world, 2, enough)[1] == enough
    with pytest.raises(InputError, match="give both"):
        run_campaign(world, tmp_path / "x", replications=100, seed=2, workers=1, catalog_hash="", sobol=True)


def test_what_eyes_see_is_sampled_and_listed_where_there_are_eyes_and_nowhere_else() -> None:
    seen = {}
    for name in ("turkey-2019-integrated", "turkey-2019-close-in"):
        loaded = load_scenario(name)
        sampled = {group.name for group in groups_of(loaded)}
        listed = {(row["system"], row["parameter"]) for row in sources_used(compile_world(loaded))}
        seen[name] = [
            "one-way-attack-drone: optical size" in sampled,
            "Air-defence observer: range of sight" in sampled,
            ("one-way-attack-drone", "optical_size") in listed,
            ("scenario", "visibility") in listed,
        ]
    assert seen == {"turkey-2019-integrated": [False] * 4, "turkey-2019-close-in": [True] * 4}
