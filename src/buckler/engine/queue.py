"""The calendar of a replication: a binary heap of what is to happen, with deterministic ties.

Order: time, then priority (what must come first at one instant), then two integers that name the thing. So the order of two
things never depends on when they were written down.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
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
# A fighter on patrol.
RETURN: Final = -11
SHOOT: Final = 12


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


@borrowing_kernel
def _before(heap: Calendar, i: int, j: int) -> bool:
    one, two = heap[i], heap[j]
    if one.time_s != two.time_s:
        return bool(one.time_s < two.time_s)
    if one.what != two.what:
        return bool(one.what < two.what)
    if one.a != two.a:
        return bool(one.a < two.a)
    return bool(one.b < two.b)


@borrowing_kernel
def _swap(heap: Calendar, i: int, j: int) -> None:
    one, two = heap[i], heap[j]
    one.time_s, two.time_s = two.time_s, one.time_s
    one.what, two.what = two.what, one.what
    one.a, two.a = two.a, one.a
    one.b, two.b = two.b, one.b


@borrowing_kernel
def push(heap: Calendar, size: int, time_s: float, what: int, a: int, b: int) -> int:
    """Put something into a heap of `size` entries; returns the new size, -1 if the heap is full."""
    n = size
    if n == len(heap):
        return -1
    heap[n].time_s = time_s
    heap[n].what = what
    heap[n].a = a
    heap[n].b = b
    while n > 0:
        parent = (n - 1) // 2
        if not _before(heap, n, parent):
            break
        _swap(heap, n, parent)
        n = parent
    return size + 1


@borrowing_kernel
def pop(heap: Calendar, size: int) -> tuple[float, int, int, int]:
    """Take the first of a heap of `size` entries, at least one: time, priority and the two integers."""
    first = heap[0]
    time_s, what, a, b = first.time_s, first.what, first.a, first.b
    n = size - 1
    _swap(heap, 0, n)
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and _before(heap, child + 1, child):
            child += 1
        if not _before(heap, child, i):
            break
        _swap(heap, child, i)
        i = child
    return time_s, what, a, b
