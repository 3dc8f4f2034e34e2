"""From a card to a round that flies: published reach kept, the ballistic coefficient fitted to it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from buckler.catalog.schema import Card
from buckler.errors import InputError
from buckler.physics.interceptor import interceptor
from buckler.physics.reach import TURN_AT_CEILING_MPS2, fit
from buckler.units import STANDARD_GRAVITY_MPS2

THIN_AIR_M: Final = 40_000.0
"""A round meant for targets higher than this does not steer by the air (assumption: side jets; the air there is under 1/300
of that at sea level)."""
FASTEST_BODY_MPS: Final = 12_000.0
"""Where the card gives no greatest target speed: none of the classes here is faster than a returning satellite."""


def weapon_interceptor(card: Card, launch_height_m: float) -> Any:
    """The INTERCEPTOR record of a card's round (or a gun's burst), launched from a height above sea level."""
    values = {
        name: card.si(name)
        for name in ("burnout_speed", "burn_time", "max_range", "max_altitude", "minimum_intercept_speed")
    }
    limits = {
        "min_range_m": card.si("min_range") if card.known("min_range") else 0.0,
        "min_height_m": card.si("min_altitude") if card.known("min_altitude") else 0.0,
        "max_target_speed_mps": card.si("max_target_speed") if card.known("max_target_speed") else FASTEST_BODY_MPS,
        "turn_limit_mps2": card.si("load_factor") if card.known("load_factor") else 20.0 * STANDARD_GRAVITY_MPS2,
    }
    row = _gun(**values, **limits) if card.kind == "gun" else _missile(card.name, **values, **limits)
    if row["max_height_m"] <= launch_height_m:
        raise InputError(
            f"{card.name} cannot stand at {launch_height_m:.0f} m: its greatest height above sea level is {row['max_height_m']:.0f} m"
        )
    row = row.copy()
    row["launch_height_m"] = launch_height_m
    return row


@lru_cache(maxsize=512)
def _missile(
    name: str, *, burnout_speed: float, burn_time: float, max_range: float, max_altitude: float, minimum_intercept_speed: float,
    **limits: float,
) -> Any:  # fmt: skip
    try:
        return fit(
            max_range_m=max_range,
            max_height_m=max_altitude,
            burnout_speed_mps=burnout_speed,
            min_speed_mps=minimum_intercept_speed,
            burn_time_s=burn_time,
            turn_at_ceiling_mps2=None if max_altitude > THIN_AIR_M else TURN_AT_CEILING_MPS2,
            **limits,  # type: ignore[arg-type]
        ).interceptor
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _gun(
    *,
    burnout_speed: float,
    burn_time: float,
    max_range: float,
    max_altitude: float,
    minimum_intercept_speed: float,
    **limits: float,
) -> Any:
    """A burst flies at its mean speed, straight, to the effective range."""
    del burn_time, minimum_intercept_speed
    return interceptor(
        burnout_speed_mps=burnout_speed, ballistic_coefficient_kgpm2=1e4, max_range_m=max_range, max_height_m=max_altitude,
        burn_time_s=0.0, sustain_time_s=1.5 * max_range / burnout_speed, min_speed_mps=0.0, **limits,
    )  # fmt: skip
