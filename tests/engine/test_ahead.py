"""Compiling the engine ahead: from the types of a World of nothing, which must be those of every other."""

from __future__ import annotations

import numba
import pytest

from buckler.compiled import part
from buckler.engine import ahead
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world


@pytest.mark.parametrize("name", ["smoke", "turkey-2019-integrated"])
def test_a_world_of_nothing_has_the_types_of_every_other(name: str) -> None:
    world = compile_world(load_scenario(name)).arrays
    nothing = ahead.no_world()
    for field, value in world:
        assert numba.typeof(getattr(nothing, field)) == numba.typeof(value), field


def test_a_process_that_cannot_start_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with ahead.Ahead(wanted=True) as process:
        assert process._process is None


def test_an_error_inside_is_passed_on_and_the_process_ended() -> None:
    with pytest.raises(ValueError, match="inside"), ahead.Ahead(wanted=True) as process:
        raise ValueError("inside")
    if process._process is not None:
        assert process._process.returncode != 0


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")
def test_the_parts_compiled_apart_are_those_that_the_engine_calls() -> None:
    ahead.compile_last()
    ahead.compile_engine()
    for dispatcher in (part(ahead.decide), part(ahead.on_network), ahead.replicate_block):
        assert len(getattr(dispatcher, "signatures")) == 1, dispatcher  # noqa: B009 (a dispatcher's, unknown to its type)
