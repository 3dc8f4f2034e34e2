"""The engine against a second implementation of the whole model, in plain Python objects: the same events under the same luck."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from runs import layered, world_of

from buckler.engine.fly import Flyer
from buckler.log.schema import Kind, Reason
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.plain import PlainModel, geodetic, threefry  # noqa: E402
from benchmarks.twin import first_difference  # noqa: E402

RAID40 = HERE.parents[1] / "benchmarks" / "raid40.yaml"


@pytest.mark.parametrize("doctrine", [{"minimum_kill_probability": 0.2}, {"salvo_after_look": 2}, {"weapon_control": "free"}])
def test_the_plain_model_refuses_rules_that_it_does_not_know(doctrine: dict[str, Any]) -> None:
    data = layered((0.5,), 1)
    data["batteries"][0]["doctrine"] = doctrine
    with pytest.raises(ValueError, match="the plain model knows"):
        PlainModel(world_of(data).arrays)


@pytest.mark.parametrize(
    ("scenario", "replications", "events"),
    [("smoke", 4, 150), (RAID40, 4, 400), (HERE / "twin.yaml", 8, 150)],
    ids=["smoke", "raid40", "twin"],
)
def test_the_engine_and_the_plain_model_write_the_same_events(
    scenario: str | Path, replications: int, events: int
) -> None:
    world = compile_world(load_scenario(scenario)).arrays
    # The plain model has no losses in the defence: here nothing falls on a node.
    world = world.replace(hazards=world.hazards[:0])
    flyer, plain = Flyer(world), PlainModel(world)
    for replication in range(replications):
        engine = flyer.events(11, replication)
        assert len(engine) > events
        assert first_difference(engine, plain.events(11, replication)) is None


def test_the_small_scenario_meets_most_of_what_can_happen() -> None:
    """What is compared above is compared for nearly every kind of event and most reasons."""
    flyer = Flyer(compile_world(load_scenario(HERE / "twin.yaml")).arrays)
    kinds: set[int] = set()
    reasons: set[int] = set()
    for replication in range(8):
        events = flyer.events(11, replication)
        kinds |= set(events["kind"].tolist())
        reasons |= set(events["reason"].tolist())
    others = {Kind.DECLARE, Kind.WRONGFUL, *(kind for kind in Kind if kind >= Kind.RECEIVE)}
    assert kinds >= {int(kind) for kind in set(Kind) - others - {Kind.NO_TARGET}}
    assert len(reasons - {int(Reason.NONE)}) >= 4, sorted(Reason(code).name for code in reasons)


def test_a_difference_is_seen() -> None:
    world = compile_world(load_scenario("smoke")).arrays
    engine = Flyer(world).events(11, 0)
    plain = PlainModel(world).events(11, 0)
    plain[20].time_s += 1e-5
    assert "event 20: time_s" in str(first_difference(engine, plain))
    assert f"{len(engine)} events" in str(first_difference(engine, PlainModel(world).events(11, 0)[:-1]))


def test_the_plain_generator_gives_the_published_words() -> None:
    """Random123 1.09, kat_vectors: threefry4x64 20, all zeros and all ones."""
    assert threefry((0, 0, 0, 0), (0, 0, 0, 0))[0] == 0x09218EBDE6C85537
    ones = (2**64 - 1,) * 4
    assert threefry(ones, ones)[0] == 0x29C24097942BBA1B


def test_plain_positions() -> None:
    """NIMA TR8350.2: on the equator and at the pole the height is the distance beyond the axis."""
    assert geodetic(6378137.0 + 100.0, 0.0, 0.0) == pytest.approx((0.0, 0.0, 100.0), abs=1e-8)
    assert geodetic(0.0, 0.0, 6356752.314245179 + 100.0)[::2] == pytest.approx((90.0, 100.0), abs=1e-8)
