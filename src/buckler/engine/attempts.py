"""How far a battery has got with a threat: what bars an attempt now, and the furthest that one has come."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine.rules import at_hand
from buckler.engine.state import FIRED, NO_CHANNEL, NO_GUIDANCE, NO_LINK, NO_ROUND, State

# On whose track a battery may fire.
NOBODYS: Final = 0
REMOTE: Final = 1
OWN: Final = 2


@borrowing_kernel
def reached(attempts: NDArray[np.void], b: int, i: int, stage: int, event: int) -> None:
    """Note how far battery `b` got with threat `i`; an attempt's furthest break stands, the earliest if it recurs."""
    attempt = attempts[b, i]
    if stage > attempt.stage:
        attempt.stage = stage
        attempt.stage_event = event


@borrowing_kernel
def known_by(held: Any) -> int:
    """The event for which a post may act on a threat: its verdict, or under weapons free its track."""
    return int(held.identify_event if held.identify_event >= 0 else held.track_event)


@borrowing_kernel
def bar(
    weapons: NDArray[np.void],
    stocks: NDArray[np.void],
    battery: Any,
    rounds: int,
    kill_class: int,
    held: int,
    channels: int,
    cut_off: bool,
    now_s: float,
) -> int:
    """The stage at which an attempt must break at this moment, whatever the geometry; past FIRED if nothing bars it.

    An attempt that has got that far before learns nothing from being considered again.
    """
    if held == NOBODYS:
        return NO_GUIDANCE
    guidable = held == OWN
    enough = False
    for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
        if weapons[w].kill_probability[kill_class] > 0.0 and (held == OWN or weapons[w].needs_support == 0):
            guidable = True
            enough = enough or at_hand(weapons[w], stocks[w], kill_class, now_s) >= rounds
    if not guidable:
        return NO_GUIDANCE
    if channels == 0:
        return NO_CHANNEL
    if not enough:
        return NO_ROUND
    return NO_LINK if cut_off else FIRED + 1


@borrowing_kernel
def furthest(world: WorldArrays, state: State, b: int) -> int:
    """The stage past which no attempt of a battery gets now, whoever its target is: what `bar` returns at most."""
    if state.channels[b] == 0:
        return NO_CHANNEL
    battery = world.batteries[b]
    for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
        if state.stocks[w].ready > 0:
            return FIRED + 1
    return NO_ROUND
