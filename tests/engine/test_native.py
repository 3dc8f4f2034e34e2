"""The engine against its twin in C, with which its speed is compared: the same events under the same luck."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from buckler.engine.fly import Flyer
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.native import NativeModel, beyond, compiler  # noqa: E402
from benchmarks.twin import compare  # noqa: E402


@pytest.mark.skipif(compiler() is None, reason="no C compiler here")
def test_the_engine_and_its_twin_in_c_write_the_same_events(tmp_path: Path) -> None:
    world = compile_world(load_scenario(ROOT / "benchmarks" / "raid40.yaml")).arrays
    flyer, twin = Flyer(world), NativeModel(world, tmp_path)
    assert [found for replication in range(20) if (found := compare(flyer, twin, 11, replication))] == []


def test_what_the_twin_does_not_do_is_named() -> None:
    world = compile_world(load_scenario("smoke")).arrays
    assert "losses in the defence" in beyond(world.replace(hazards=world.hazards[:1])) or not len(world.hazards)
    assert "guns" in beyond(compile_world(load_scenario(ROOT / "tests" / "engine" / "twin.yaml")).arrays)
