"""From a card to an interceptor that flies: published reach kept, unpublished constants fitted to it."""

from __future__ import annotations

from typing import Any

from buckler.catalog.schema import Card
from buckler.physics.interceptor import interceptor


def weapon_interceptor(card: Card, launch_height_m: float) -> Any:
    """The INTERCEPTOR record of a card's round (or a gun's burst), launched from a height above sea level."""
    return interceptor(
        burnout_speed_mps=card.si("burnout_speed"), ballistic_coefficient_kgpm2=6000.0, max_range_m=card.si("max_range"),
        max_height_m=card.si("max_altitude"), burn_time_s=card.si("burn_time"), min_speed_mps=card.si("minimum_intercept_speed"),
        min_range_m=card.si("min_range"), min_height_m=card.si("min_altitude"), max_target_speed_mps=card.si("max_target_speed"),
        launch_height_m=launch_height_m)
