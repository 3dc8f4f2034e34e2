"""A line of the table, and how times are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    name: str
    measured: float
    unit: str
    target: str
    met: bool | None
    """None: not measured; the note says why."""
    note: str = ""


def least(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The least time of each work in interleaved rounds."""
    times = [[work() for work in works] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]
