"""--until: stops at a look, whatever the workers, with the tables of a run of that many replications."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from buckler.analysis.stopping import parse_target
from buckler.campaign.folder import Found
from buckler.campaign.run import run_campaign
from buckler.errors import InputError
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world(load_scenario("smoke"))


def _run(world: World, folder: Path, text: str, at_most: int, workers: int = 1) -> Found:
    return run_campaign(
        world, folder, replications=at_most, seed=2, workers=workers, catalog_hash="", until=parse_target(text)
    )


def test_stops_at_a_look_whatever_the_workers(world: World, tmp_path: Path) -> None:
    for workers, name in ((1, "one"), (3, "three")):
        _run(world, tmp_path / name, "mean_leakers ±0.1", 5000, workers)
    facts = json.loads((tmp_path / "one" / "run.json").read_text())
    account = facts["until"]
    assert account["reached"]
    assert [look["n"] for look in account["looks"]] == [200, 400, 800, 1600, 3200][: len(account["looks"])]
    assert [look["half_width"] <= 0.1 for look in account["looks"]] == [False] * (len(account["looks"]) - 1) + [True]
    n = facts["replications"]
    assert n == account["looks"][-1]["n"] > 200
    run_campaign(world, tmp_path / "plain", replications=n, seed=2, workers=2, catalog_hash="")
    for table in ("events.parquet", "states.parquet", "detections.parquet"):
        expected = (tmp_path / "plain" / table).read_bytes()
        assert (tmp_path / "one" / table).read_bytes() == expected
        assert (tmp_path / "three" / table).read_bytes() == expected
    assert _run(world, tmp_path / "one", "mean_leakers ±0.1", 5000) is Found.FINISHED


def test_a_budget_that_ends_first_is_told_and_may_be_raised(world: World, tmp_path: Path) -> None:
    _run(world, tmp_path / "run", "mean_rounds ±0.09", 225)
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    first = facts["until"]
    if first["reached"]:
        pytest.fail("the case is too easy")
    assert facts["replications"] == 225
    assert _run(world, tmp_path / "run", "mean_rounds ±0.09", 225) is Found.FINISHED
    assert _run(world, tmp_path / "run", "mean_rounds ±0.09", 3200) is Found.UNFINISHED
    assert json.loads((tmp_path / "run" / "run.json").read_text())["until"]["reached"]


def test_the_summary_holds_the_interval_that_holds_under_stopping(world: World, tmp_path: Path) -> None:
    _run(world, tmp_path / "run", "p_none_leak ±0.05", 400)
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["nothing_leaks"]["method"].startswith("Agresti-Coull")
    assert summary["until"]["figure"] == "p_none_leak"


def test_what_cannot_be_reached_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be reached with at most 300"):
        _run(world, tmp_path / "run", "p_none_leak ±0.0001", 300)
    assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match="Within the budget about"):
        _run(world, tmp_path / "mean", "mean_leakers ±0.0001", 300)
    with pytest.raises(InputError, match="no threat of class ballistic"):
        _run(world, tmp_path / "class", "mean_leakers_ballistic ±0.1", 300)
