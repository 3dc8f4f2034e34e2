"""Which plot belongs to which track: gates by a cell index, clusters, global nearest neighbour, joint probabilities.

A plot is in a track's gate where nu^T S^-1 nu is at most the threshold (chi-square of as many components as the plot has).
Plots stand in cells of their first two components (range and azimuth, or x and y), so that a track asks only the cells
that its gate touches, and scattered targets cost no more than in proportion to their number. Tracks that share a plot form a
cluster; clusters are solved one by one:

(1)  global nearest neighbour: of the pairings with most pairs, the one of least sum of nu^T S^-1 nu + ln det S; shortest
     augmenting paths, Jonker and Volgenant 1987, doi:10.1007/BF02278710 (Blackman and Popoli, Design and Analysis of
     Modern Tracking Systems, 1999, chapter 6)
(2)  joint probabilistic data association: the probability of each pairing from all feasible joint events, an event's weight
     being the product over paired tracks of P_D N(nu; 0, S) / density and over unpaired ones of 1 - P_D P_G (Bar-Shalom and
     Li, Multitarget-Multisensor Tracking, 1995, section 6.2). Clusters beyond `LARGEST_EVENTS` events are left to (1).
"""

from __future__ import annotations

from math import exp, log, pi
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel, inlined_kernel, kernel
from buckler.tracking.measuring import POLAR

LARGEST_EVENTS: Final = 20_000
"""Joint events of a cluster beyond which joint probabilities give way to the global nearest neighbour."""

PAIR: Final = np.dtype(
    (
        np.record,
        [
            ("track", "i4"),  # position in the list of active tracks
            ("plot", "i4"),  # position in the scan
            ("distance", "f8"),  # nu^T S^-1 nu
            ("log_det", "f8"),  # ln det S
            ("components", "i4"),  # numbers in nu
            ("weight", "f8"),  # probability of the pairing, in (2)
        ],
    )
)  # fmt: skip
"""A plot in a track's gate."""


@inlined_kernel
def fill_cells(
    site: Any, plots: NDArray[np.void], measures: NDArray[np.float64], first: NDArray[np.int64], following: NDArray[np.int64]
) -> int:
    """Sort plots into side by side cells; returns the side. `first`: by cell its first plot, `following`: by plot the next in its
    cell, -1 for none; plots of a cell in their order.

    `measures`: the low end and the cells per unit of the first component, then of the second.
    """
    count = len(plots)
    side = 1
    while side * side < count:
        side += 1
    low0, high0, low1, high1 = plots[0].value[0], plots[0].value[0], -pi, pi
    for k in range(1, count):
        value = plots[k].value[0]
        low0 = value if value < low0 else low0
        high0 = value if value > high0 else high0
    if site.kind != POLAR:
        low1, high1 = plots[0].value[1], plots[0].value[1]
        for k in range(1, count):
            value = plots[k].value[1]
            low1 = value if value < low1 else low1
            high1 = value if value > high1 else high1
    measures[0], measures[1] = low0, 1.0 / max((high0 - low0) / side * (1.0 + 1.0e-12), 1.0e-9)
    measures[2], measures[3] = low1, 1.0 / max((high1 - low1) / side * (1.0 + 1.0e-12), 1.0e-9)
    for c in range(side * side):
        first[c] = -1
    for k in range(count - 1, -1, -1):
        i = min(max(int((plots[k].value[0] - measures[0]) * measures[1]), 0), side - 1)
        j = min(max(int((plots[k].value[1] - measures[2]) * measures[3]), 0), side - 1)
        following[k] = first[i * side + j]
        first[i * side + j] = k
    return side


@inlined_kernel
def span(low: float, cells_per_unit: float, centre: float, reach: float) -> tuple[int, int]:
    """The first and last cell that centre - reach to centre + reach touches, not cut at the edges."""
    return int(np.floor((centre - reach - low) * cells_per_unit)), int(np.floor((centre + reach - low) * cells_per_unit))


@borrowing_kernel
def find(parents: NDArray[np.int64], k: int) -> int:
    """The representative of k's cluster, paths halved on the way."""
    while parents[k] != k:
        parents[k] = parents[parents[k]]
        k = parents[k]
    return k


@kernel
def assign_cluster(cost: NDArray[np.float64], chosen: NDArray[np.int64]) -> None:
    """Equation (1): for each row the column of a least-cost pairing, each column once at most; rows <= columns."""
    columns = cost.shape[1]
    assign_in(cost, chosen, np.empty((3, columns + 1)), np.empty((3, columns + 1), np.int64))


@borrowing_kernel
def assign_in(cost: NDArray[np.float64], chosen: NDArray[np.int64], real: NDArray[np.float64], whole: NDArray[np.int64]) -> None:
    """`assign_cluster` in given room: `real` and `whole` (3, columns + 1 or more)."""
    rows, columns = cost.shape
    u, v, least = real[0], real[1], real[2]
    owner, way, done = whole[0], whole[1], whole[2]
    for j in range(columns + 1):
        u[j], v[j], owner[j], way[j] = 0.0, 0.0, 0, 0
    for i in range(1, rows + 1):
        owner[0] = i
        column = 0
        for j in range(columns + 1):
            least[j], done[j] = np.inf, 0
        while True:
            done[column] = 1
            row = owner[column]
            delta = np.inf
            following = 0
            for j in range(1, columns + 1):
                if done[j] == 0:
                    reduced = cost[row - 1, j - 1] - u[row] - v[j]
                    if reduced < least[j]:
                        least[j] = reduced
                        way[j] = column
                    if least[j] < delta:
                        delta = least[j]
                        following = j
            for j in range(columns + 1):
                if done[j] != 0:
                    u[owner[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            column = following
            if owner[column] == 0:
                break
        while column != 0:
            before = way[column]
            owner[column] = owner[before]
            column = before
    for j in range(1, columns + 1):
        if owner[j] > 0:
            chosen[owner[j] - 1] = j - 1


@kernel
def joint_probabilities(likelihood: NDArray[np.float64], missed: float, weights: NDArray[np.float64]) -> bool:
    """Equation (2). `likelihood` (tracks, plots): P_D N / density, 0 outside the gate; `missed`: 1 - P_D P_G.

    `weights` (tracks, plots + 1): the probability of each plot, and of none in the last column. False if there are more
    than LARGEST_EVENTS joint events.
    """
    tracks, plots = likelihood.shape
    choice = np.full(tracks, -2, np.int64)
    used = np.zeros(plots, np.bool_)
    product = np.empty(tracks + 1)
    product[0] = 1.0
    weights[:] = 0.0
    total = 0.0
    events = 0
    t = 0
    while t >= 0:
        if t == tracks:
            events += 1
            if events > LARGEST_EVENTS:
                return False
            total += float(product[tracks])
            for k in range(tracks):
                weights[k, choice[k] if choice[k] >= 0 else plots] += product[tracks]
            t -= 1
            continue
        # The next choice of track t: none (-1), then each free plot in its gate.
        if choice[t] >= 0:
            used[choice[t]] = False
        following = choice[t] + 1
        while following >= 0 and following < plots and (used[following] or likelihood[t, following] == 0.0):
            following += 1
        if following >= plots:
            choice[t] = -2
            t -= 1
            continue
        choice[t] = following
        if following >= 0:
            used[following] = True
            product[t + 1] = product[t] * likelihood[t, following]
        else:
            product[t + 1] = product[t] * missed
        t += 1
    if total <= 0.0:
        return False
    for k in range(tracks):
        for j in range(plots + 1):
            weights[k, j] /= total
    return True


@borrowing_kernel
def likelihood_of(pair: Any) -> float:
    """N(nu; 0, S) of a pair."""
    return exp(-0.5 * (pair.distance + pair.log_det + pair.components * log(2.0 * pi)))
