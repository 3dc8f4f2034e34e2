"""Who is in the World: keys, names and places, in the order in which the arrays hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from buckler.draws import name_key
from buckler.errors import InputError


@dataclass(frozen=True)
class Entity:
    """One row of entities.parquet; see log.schema.ENTITIES."""

    key: str
    name: str
    side: str
    kind: str
    system: str
    kill_class: str
    lat_deg: float
    lon_deg: float
    alt_m: float
    parent: str
    range_m: float
    value: float
    hypothetical: bool = False

    def row(self) -> dict[str, Any]:
        """As log.schema.ENTITIES names it."""
        row = dict(vars(self))
        row["class"] = row.pop("kill_class")
        return row


def address(key: str) -> int:
    """The 64-bit address of an entity's draws."""
    return name_key(key)


def refuse_collisions(entities: Sequence[Entity]) -> None:
    """Two entities with one address would share their luck."""
    seen: dict[int, str] = {}
    for entity in entities:
        other = seen.get(address(entity.key))
        if other == entity.key:
            raise InputError(f"two entities are called {other!r}: rename one of them")
        if other is not None:
            raise InputError(f"{entity.key!r} and {other!r} have the same draw address: rename one of them")
        seen[address(entity.key)] = entity.key
