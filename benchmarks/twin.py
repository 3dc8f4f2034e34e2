"""The engine's events beside those of another model of it: one replication, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.plain import Event

EXACT = ("cause", "kind", "reason", "subject", "object")
TO_ROUNDING = {"time_s": 1e-9, "lat_deg": 1e-9, "lon_deg": 1e-9, "alt_m": 2e-7, "value": 2e-7}
"""Relative, and absolute below 1: one part in 10^9, and for what the log keeps in single precision the last bit of that."""


def first_difference(engine: NDArray[np.void], other: Sequence[Event] | NDArray[np.void]) -> str | None:
    """What differs first between the two lists of events; None if nothing does."""
    for number, (one, two) in enumerate(zip(engine, other, strict=False)):
        for name in EXACT:
            if int(one[name]) != int(getattr(two, name)):
                return f"event {number}: {name} is {one[name]} in the engine and {getattr(two, name)!r} in the other"
        for name, tolerance in TO_ROUNDING.items():
            here, there = float(one[name]), float(getattr(two, name))
            if abs(here - there) > tolerance * max(1.0, abs(there)):
                return f"event {number}: {name} is {here!r} in the engine and {there!r} in the other"
    if len(engine) != len(other):
        return f"{len(engine)} events in the engine and {len(other)} in the other"
    return None


def compare(engine: Any, other: Any, seed: int, replication: int) -> str | None:
    """The first difference of one replication, flown by a `Flyer` and by a `PlainModel` or `NativeModel`."""
    return first_difference(engine.events(seed, replication), other.events(seed, replication))
