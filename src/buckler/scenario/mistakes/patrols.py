"""Posts, sensors and tankers that patrols name and that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from buckler.scenario.entries import Mistake, listed, names_in, strings, unknown


def patrol_mistakes(data: Any) -> Iterator[Mistake]:
    """What is wrong with the names that patrols use."""
    commands, sensors, tankers = (names_in(data, kind) for kind in ("commands", "sensors", "tankers"))
    for place, entry in listed(data, "patrols"):
        yield from unknown((*place, "command"), "command", entry.get("command"), commands)
        yield from unknown((*place, "tanker"), "tanker", entry.get("tanker"), tankers)
        for k, name in strings(entry.get("fire_control")):
            yield from unknown((*place, "fire_control", k), "sensor", name, sensors)
