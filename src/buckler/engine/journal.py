"""What a replication writes down: events that happened, and what is to happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.engine.calendar import push
from buckler.engine.paths import geodetic

# Counters.
N_EVENTS: Final = 0
N_HITS: Final = 1
N_SHOTS: Final = 2
N_ENGAGEMENTS: Final = 3
N_UNFINISHED: Final = 4
N_CANDIDATES: Final = 5
OVERFLOWED: Final = 6
N_CALENDAR: Final = 7
N_WAITING: Final = 8
N_AUTONOMOUS: Final = 9
N_TRACKS: Final = 10
N_STRAYS: Final = 11
COUNTERS: Final = 16


@dataclass(frozen=True, eq=False)
class Journal(Bundle):
    """Where events are written, and what is needed to say where they happened."""

    counts: NDArray[np.int64]  # the counters above
    events: NDArray[np.void]  # dtypes.EVENT
    threats: NDArray[np.void]  # dtypes.THREAT
    path_m: NDArray[np.float64]  # WorldArrays.path_m


@dataclass(frozen=True, eq=False)
class Agenda(Bundle):
    """The calendar of what is to happen."""

    counts: NDArray[np.int64]  # the counters above
    heap: NDArray[np.void]  # queue.ENTRY


@borrowing_kernel
def note(
    journal: Journal,
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
    number = journal.counts[N_EVENTS]
    if number >= len(journal.events):
        journal.counts[OVERFLOWED] = 1
        return -1
    journal.counts[N_EVENTS] = number + 1
    event = journal.events[number]
    event.cause = cause
    event.time_s = time_s
    event.kind = kind
    event.reason = reason
    event.subject = subject
    event.object = object_
    event.value = value
    if threat >= 0:
        event.lat_deg, event.lon_deg, event.alt_m = geodetic(journal.threats[threat], journal.path_m, time_s)
    else:
        event.lat_deg, event.lon_deg, event.alt_m = 0.0, 0.0, 0.0
    return int(number)


@borrowing_kernel
def plan(agenda: Agenda, time_s: float, what: int, a: int, b: int) -> None:
    """Put something into the calendar; where it is full the replication is flown again with a larger one."""
    size = push(agenda.heap, agenda.counts[N_CALENDAR], time_s, what, a, b)
    if size < 0:
        agenda.counts[OVERFLOWED] = 1
    else:
        agenda.counts[N_CALENDAR] = size
