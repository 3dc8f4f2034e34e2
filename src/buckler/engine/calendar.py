"""The calendar of a replication: a binary heap of what is to happen, with deterministic ties.

Order: time, then priority (what must come first at one instant), then two integers that name the thing. So the order of two
things never depends on when they were written down.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel, inlined_kernel
from buckler.dtypes import record

# Priorities, in the order in which things at one instant happen: an intercept comes before the impact that it prevents.
APPEAR: Final = 0
RESOLVE: Final = 1
IMPACT: Final = 2
ASSESS: Final = 3
RELOADED: Final = 4
SCAN: Final = 5
VERDICT: Final = 6
DECIDE: Final = 7
LAUNCH: Final = 8
ARRIVE: Final = 9
TELL: Final = 10
ORDER_LOST: Final = 11
# What happens to the network comes before anything else at its instant, what follows from it at once before that.
TAKE_OVER: Final = -1
CHANGE: Final = -2
CARRY: Final = -3
REWIRE: Final = -4
PASS_ON: Final = -5
DIRECT: Final = -6
CONFIRMED: Final = -7
DROPPED: Final = -8
ENDED: Final = -9
STOP: Final = -10
# What one post tells another of a track.
HEAR_TRACK: Final = -12
SEND_TRACK: Final = -13
# What a sensor measured comes to its post.
PLOTS: Final = -14
# A fighter on patrol.
RETURN: Final = -11
SHOOT: Final = 12
# Fire at a second track, or a false one.
STRAY: Final = 13


ENTRY: Final = record(
    [
    ("time_s", "f8"),  # when
    ("what", "i4"),  # the priority above
    ("a", "i4"),  # the thing
    ("b", "i4"),  # and its part
]
)  # fmt: skip

Calendar = NDArray[np.void]
"""A heap of ENTRY in its first `counts[N_CALENDAR]` places."""


@inlined_kernel
def _before(entry: Any, time_s: float, what: int, a: int, b: int) -> bool:
    """Whether an entry of the calendar comes before what is to happen so."""
    if entry.time_s != time_s:
        return bool(entry.time_s < time_s)
    if entry.what != what:
        return bool(entry.what < what)
    return bool(entry.a < a if entry.a != a else entry.b < b)


@inlined_kernel
def _put(entry: Any, time_s: float, what: int, a: int, b: int) -> None:
    entry.time_s = time_s
    entry.what = what
    entry.a = a
    entry.b = b


@inlined_kernel
def _move(heap: Calendar, from_: int, to: int) -> None:
    entry = heap[from_]
    _put(heap[to], entry.time_s, entry.what, entry.a, entry.b)


@borrowing_kernel
def push(heap: Calendar, size: int, time_s: float, what: int, a: int, b: int) -> int:
    """Put something into a heap of `size` entries; returns the new size, -1 if the heap is full."""
    n = size
    if n == len(heap):
        return -1
    # The free place goes up past everything that comes later.
    while n > 0:
        parent = (n - 1) // 2
        if _before(heap[parent], time_s, what, a, b):
            break
        _move(heap, parent, n)
        n = parent
    _put(heap[n], time_s, what, a, b)
    return size + 1


@borrowing_kernel
def pop(heap: Calendar, size: int) -> tuple[float, int, int, int]:
    """Take the first of a heap of `size` entries, at least one: time, priority and the two integers."""
    first = heap[0]
    time_s, what, a, b = first.time_s, first.what, first.a, first.b
    last = heap[size - 1]
    last_s, last_what, last_a, last_b = last.time_s, last.what, last.a, last.b
    n = size - 1
    i = 0
    # The free place goes down to where the last entry belongs.
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n:
            other = heap[child + 1]
            if _before(other, heap[child].time_s, heap[child].what, heap[child].a, heap[child].b):
                child += 1
        if not _before(heap[child], last_s, last_what, last_a, last_b):
            break
        _move(heap, child, i)
        i = child
    _put(heap[i], last_s, last_what, last_a, last_b)
    return time_s, what, a, b
