"""What in a radar's plots and a tracker's reports cannot be: times that go back, steps that no aircraft flies, two aircraft of one name.

A name is the address, else the number that the radar's own tracker or the system tracker gave. What cannot have been flown under one name
is held out. Plots of two aircraft with one name stay: they are measurements, and the tracker does not ask for names; only the measures of
how well it did must not take the two for one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.recordings.flights import are_two, backwards, flown_chains, out_of_order, teleports

NUMBER_SILENCE_S: Final = 30.0
"""After so long without a report a track number may be another aircraft's (assumption): trackers give them again."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Plausible(NamedTuple):
    """By row whether it can be, and whether its name is one aircraft's; a sentence for everything that is not so."""

    kept: Flags
    named: Flags
    said: list[str]


def plausible(
    source: str, what: str, names: NDArray[np.str_], numbered: Flags, time_s: Floats, points_m: Floats, *, fastest_mps: float, turn_s: float
) -> Plausible:
    """Rows of one radar or tracker, in the order of the file, held against what can be.

    `names`: "" for none; `numbered`: those that are track numbers. `turn_s`: what is reported within it may come in any order.
    """
    late = out_of_order(time_s, turn_s)
    kept, named, said = ~late, names != "", []
    if late.any():
        said.append(backwards(source, what, late, time_s))
    order = np.lexsort((time_s, names))
    order = order[kept[order] & named[order]]
    ends = names[order][1:] != names[order][:-1]
    ends |= numbered[order][1:] & (np.diff(time_s[order]) > NUMBER_SILENCE_S)
    for rows in np.split(order, np.flatnonzero(ends) + 1):
        if len(rows) < 2:
            continue
        who, times = f"{source}, {names[rows[0]]}", time_s[rows]
        main, *others = flown_chains(np.arange(len(rows)), times, points_m[rows], fastest_mps)
        second = next((other for other in others if are_two(times[main], times[other])), None)
        if second is not None:
            kind = "number" if numbered[rows[0]] else "address"
            said.append(f"{who}: two aircraft with one {kind}, both there at {times[second[0]]:.1f} s: not told apart by it")
            named[rows] = False
        elif others:
            said.append(teleports(who, what, others, times, fastest_mps))
            kept[rows[np.concatenate(others)]] = False
    return Plausible(kept, named, said)
