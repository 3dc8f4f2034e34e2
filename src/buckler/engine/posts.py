"""A command post's picture: tracks come and go, the first begins an identification, a verdict begins rounds of assignment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.engine import calendar
from buckler.engine.journal import Agenda, plan


@borrowing_kernel
def gain(agenda: Agenda, command: Any, held: Any, event: int, c: int, i: int, time_s: float, latency_s: float) -> None:
    """Command post `c` gets one more track of threat `i`; the first starts its identification, `latency_s` from now."""
    held.tracks += 1
    if held.tracks == 1:
        held.track_event = event
        held.since_s = time_s
        held.known_s = time_s + latency_s
        if command.free != 0 and held.identify_event < 0:
            plan(agenda, held.known_s, calendar.DECIDE, c, 1)
        if held.identify_event < 0 and held.pending == 0:
            held.pending = 1
            plan(agenda, time_s + latency_s + command.identification_time_s, calendar.VERDICT, c, i)


@borrowing_kernel
def plan_decision(agenda: Agenda, deciding: NDArray[np.int8], c: int, time_s: float) -> None:
    """A round of assignment at post `c`, unless one is in the calendar already."""
    if deciding[c] == 0:
        deciding[c] = 1
        plan(agenda, time_s, calendar.DECIDE, c, 0)


@borrowing_kernel
def guided(fire_control: NDArray[np.int32], seen_by: NDArray[np.void], battery: Any, i: int) -> bool:
    """Whether a radar on whose track a battery may fire holds a confirmed track of threat `i`."""
    for k in range(battery.first_sensor, battery.first_sensor + battery.sensors):
        if seen_by[fire_control[k], i].confirmed != 0:
            return True
    return False
