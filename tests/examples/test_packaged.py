"""Every scenario that is packaged or lies among the benchmarks loads, compiles and flies."""

from __future__ import annotations

from pathlib import Path

import pytest

from buckler.analysis.outcomes import read_outcomes
from buckler.campaign.simulate import simulate_into
from buckler.log.read import open_run
from buckler.scenario.load import load_scenario
from buckler.scenario.packaged import packaged_scenarios
from buckler.world.compile import compile_world

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "benchmarks").glob("*.yaml"))


@pytest.mark.parametrize("scenario", [*packaged_scenarios(), *map(str, FILES)], ids=lambda name: Path(name).stem)
def test_it_flies_and_every_leaker_has_one_reason(scenario: str, tmp_path: Path) -> None:
    simulate_into(scenario, tmp_path, replications=3, seed=1, workers=2)
    run = open_run(tmp_path)
    events = run.events(["kind", "reason"]).to_pylist()
    assert events
    assert all(bool(event["reason"]) == (event["kind"] in ("impact", "wrongful")) for event in events)
    assert read_outcomes(run) is not None
    assert run.sources
    assert len(run.detections) > 0
    assert len(run.states) > 0


@pytest.mark.parametrize("name", packaged_scenarios())
def test_it_says_what_is_notional_and_where_it_stands(name: str) -> None:
    loaded = load_scenario(name)
    assert "notional" in loaded.scenario.notional
    assert loaded.scenario.raid.origin == "Red"
    world = compile_world(loaded)
    for entity in world.entities:
        if entity.kind not in ("command", "link"):
            assert -90 <= entity.lat_deg <= 90
            assert -180 <= entity.lon_deg <= 180
