"""What a replication writes down: events that happened, and what is to happen."""

from __future__ import annotations

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine.paths import geodetic
from buckler.engine.queue import push
from buckler.engine.state import N_CALENDAR, N_EVENTS, OVERFLOWED, State


@borrowing_kernel
def note(
    world: WorldArrays,
    state: State,
    cause: int,
    time_s: float,
    kind: int,
    subject: int,
    object_: int,
    threat: int,
    value: float,
    reason: int,
) -> int:
    """Write one event and return its number. `threat` is the index of the threat whose place is noted, -1 for none."""
    number = state.counts[N_EVENTS]
    if number >= len(state.events):
        state.counts[OVERFLOWED] = 1
        return -1
    state.counts[N_EVENTS] = number + 1
    event = state.events[number]
    event.cause = cause
    event.time_s = time_s
    event.kind = kind
    event.reason = reason
    event.subject = subject
    event.object = object_
    event.value = value
    if threat >= 0:
        event.lat_deg, event.lon_deg, event.alt_m = geodetic(world.threats[threat], world.path_m, time_s)
    else:
        event.lat_deg, event.lon_deg, event.alt_m = 0.0, 0.0, 0.0
    return number


@borrowing_kernel
def plan(state: State, time_s: float, what: int, a: int, b: int) -> None:
    """Put something into the calendar; where it is full the replication is flown again with a larger one."""
    size = push(state.calendar, state.counts[N_CALENDAR], time_s, what, a, b)
    if size < 0:
        state.counts[OVERFLOWED] = 1
    else:
        state.counts[N_CALENDAR] = size
