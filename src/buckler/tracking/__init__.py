"""Filters, association, fusion, identification and metrics."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from buckler.tracking.estimate import Estimate, Predictor, Updater
    from buckler.tracking.measuring import Sensor, elevation_from_height, positions, radar
    from buckler.tracking.models import ballistic, constant_acceleration, constant_velocity, coordinated_turn
    from buckler.tracking.tracker import History, Scan, Track, Tracker

_HOME = {
    **dict.fromkeys(("Estimate", "Predictor", "Updater"), "estimate"),
    **dict.fromkeys(("Sensor", "elevation_from_height", "positions", "radar"), "measuring"),
    **dict.fromkeys(("ballistic", "constant_acceleration", "constant_velocity", "coordinated_turn"), "models"),
    **dict.fromkeys(("History", "Scan", "Track", "Tracker"), "tracker"),
}

__all__ = [
    "Estimate",
    "History",
    "Predictor",
    "Scan",
    "Sensor",
    "Track",
    "Tracker",
    "Updater",
    "ballistic",
    "constant_acceleration",
    "constant_velocity",
    "coordinated_turn",
    "elevation_from_height",
    "positions",
    "radar",
]


def __getattr__(name: str) -> Any:
    """The public names, imported when first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"buckler.tracking.{_HOME[name]}"), name)
