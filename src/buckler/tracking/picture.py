"""How good an air picture is over time: the SIAP attributes, and how consistent a filter was.

With J(t) true targets and N(t) tracks at time t, each track assigned to the nearest target within `distance_m`; J_T(t) targets
with a track, N_A(t) tracks with a target, summed over all times (Single Integrated Air Picture attributes: Votruba, Nisley,
Rothrock and Zombro, SIAP Technical Report 2001-001 (2001); written as in Stone Soup's SIAPMetrics):

(1)  completeness sum J_T / sum J; ambiguity sum N_A / sum J_T; spuriousness sum (N - N_A) / sum N
(2)  position accuracy: the mean distance of assigned tracks
(3)  continuity: the longest stretch of one track number on each target, together over the targets' lives; and how many times
     the number changed, by target and life
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from buckler.errors import InputError
from buckler.tracking.metrics import nees_bounds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Siap:
    """Equations (1) to (3); NaN where nothing was there to divide by."""

    completeness: float
    ambiguity: float
    """1: each tracked target has one track; 2: two, on average."""
    spuriousness: float
    position_error_m: float
    continuity: float
    number_changes: float
    """By target."""


def siap(
    truth: Sequence[Mapping[int, ArrayLike]], tracks: Sequence[Mapping[int, ArrayLike]], distance_m: float
) -> Siap:
    """The attributes of a picture: by time, positions (m) of targets and of tracks by their numbers."""
    if len(truth) != len(tracks):
        raise InputError(f"{len(truth)} times of truth and {len(tracks)} of tracks; give the same times")
    if not distance_m > 0.0:
        raise InputError(f"distance_m is {distance_m!r}; give a positive distance")
    there = tracked = assigned = all_tracks = 0
    apart = 0.0
    held: dict[int, list[set[int]]] = {}
    for targets, seen in zip(truth, tracks, strict=True):
        there, all_tracks = there + len(targets), all_tracks + len(seen)
        by_target: dict[int, set[int]] = {key: set() for key in targets}
        if targets and seen:
            keys = list(targets)
            places = np.array([targets[key] for key in keys], np.float64)
            for number, position in seen.items():
                off = np.linalg.norm(places - np.asarray(position, np.float64), axis=1)
                nearest = int(off.argmin())
                if off[nearest] <= distance_m:
                    by_target[keys[nearest]].add(number)
                    assigned, apart = assigned + 1, apart + float(off[nearest])
        tracked += sum(1 for numbers in by_target.values() if numbers)
        for key, numbers in by_target.items():
            held.setdefault(key, []).append(numbers)
    longest = sum(_longest(stretch) for stretch in held.values())
    changes = sum(_changes(stretch) for stretch in held.values())
    return Siap(
        completeness=_share(tracked, there),
        ambiguity=_share(assigned, tracked),
        spuriousness=_share(all_tracks - assigned, all_tracks),
        position_error_m=_share(apart, assigned),
        continuity=_share(longest, there),
        number_changes=_share(changes, len(held)),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _longest(life: list[set[int]]) -> int:
    """The longest stretch of times over which one number stayed."""
    best, running = 0, dict[int, int]()
    for numbers in life:
        running = {number: running.get(number, 0) + 1 for number in numbers}
        best = max([best, *running.values()])
    return best


def _changes(life: list[set[int]]) -> int:
    """How often a target was handed to another number: a number kept as long as it lasts, then the smallest there."""
    kept, changes = None, 0
    for numbers in life:
        if numbers and kept not in numbers:
            changes += kept is not None
            kept = min(numbers)
    return changes


@dataclass(frozen=True)
class Consistency:
    """Mean NEES or NIS by step over runs, against the chi-square bounds."""

    share_inside: float
    low: float
    high: float
    mean: float


def consistency(values: ArrayLike, dim: int, confidence: float = 0.95) -> Consistency:
    """How many of the steps have a mean over the runs inside the bounds: `values` [run, step] of NEES or NIS of `dim` numbers."""
    given = np.array(values, np.float64)
    if given.ndim != 2 or given.size == 0 or not np.isfinite(given).all():
        raise InputError(f"values have shape {given.shape}; give finite numbers, runs in rows and steps in columns")
    low, high = nees_bounds(dim, given.shape[0], confidence)
    means = given.mean(axis=0)
    return Consistency(float(((means > low) & (means < high)).mean()), low, high, float(given.mean()))
