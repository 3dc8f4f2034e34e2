"""A piece of a sweep: up to CHUNK replications of one point, flown here or on another machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from buckler.analysis.outcomes import collect
from buckler.analysis.scores import score_table
from buckler.campaign.folder import BLOCK
from buckler.campaign.study import Plan
from buckler.engine.fly import Flyer
from buckler.errors import InputError
from buckler.log.schema import ENTITIES
from buckler.log.write import events_table, pack
from buckler.scenario.load import Loaded
from buckler.world.compile import World, compile_world

CHUNK: Final = 100
"""The most replications in a piece."""

_LOCAL = threading.local()


@dataclass(frozen=True)
class PieceWork:
    """How a piece is flown, here or on another machine: what is sent there once, and asked for piece after piece."""

    plan: Plan
    base: World

    def size(self, chunk: int) -> int:
        """Replications in a piece."""
        return min(CHUNK, self.plan.study.replications - chunk * CHUNK)

    def compiled(self, number: int) -> World:
        """The World of a point; each thread keeps its last."""
        if getattr(_LOCAL, "last", None) != (id(self.plan), number):
            try:
                world = compiled(self.plan.loaded(self.plan.points[number]), self.base)
            except InputError as error:
                raise InputError(f"point {number} ({_described(self.plan, number)}): {error}") from None
            _LOCAL.last, _LOCAL.world = (id(self.plan), number), world
        found: World = _LOCAL.world
        return found

    def __call__(self, piece: tuple[int, int]) -> bytes:
        """The scores of a piece, packed."""
        number, chunk = piece
        return pack(fly_scores(self.compiled(number), self.plan.study.seed, chunk * CHUNK, self.size(chunk)), "lz4")


def _described(plan: Plan, number: int) -> str:
    """A point in words."""
    values = plan.points[number].values
    return ", ".join(
        f"{factor.name} = {factor.word(value)}" for factor, value in zip(plan.study.factors, values, strict=True)
    )


def compiled(loaded: Loaded, base: World) -> World:
    """The World of a changed scenario; what the sensors see over the terrain is taken from the base where they stand as they stood."""
    mine, theirs = loaded.scenario, base.loaded.scenario
    same = mine.environment == theirs.environment and sorted(mine.sensors, key=_name) == sorted(
        theirs.sensors, key=_name
    )
    return compile_world(loaded, reuse=base if same else None)


def _name(entry: Any) -> str:
    return str(entry.name)


def fly_scores(world: World, seed: int, first: int, count: int) -> pa.Table:
    """The scores of some replications, a block of events at a time."""
    entities = pa.Table.from_pylist([entity.row() for entity in world.entities], schema=ENTITIES)
    names = [*(entity.key for entity in world.entities), ""]
    flyer = Flyer(world.arrays)
    starts = range(first, first + count, BLOCK)
    blocks = (events_table(names, flyer.block(seed, start, min(BLOCK, first + count - start))) for start in starts)
    return score_table(collect(entities, blocks))
