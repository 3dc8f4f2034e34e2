"""Columns of the weapon assignment problem: the sets of rounds worth firing together at one threat.

A column is what is fired at one threat: a multiset of weapons. With a price u_i on a round of weapon i it costs

    V prod_i q_i^x_i + sum_i u_i x_i,   q_i = 1 - p_i,
    (1)

and the search below finds the cheapest, or all up to a threshold. It walks the columns weapon by weapon in the order of
u_i / -ln q_i and leaves a branch when the continuous relaxation of (1), which is convex and is solved in closed form
by taking weapons in that order until -ln q_i times what survives falls to u_i, cannot come below the threshold.
"""

from __future__ import annotations

from math import exp, log
from typing import Final

import numpy as np

from buckler.compiled import kernel

TOO_MANY: Final = -1
"""The search was left: more columns than room, or more steps than allowed."""
_SMALLEST_MISS: Final = 1e-300
_TIE: Final = 1e-9


@kernel
def _relaxed(
    survives: float, cost: float, first: int, taken: int, strength: np.ndarray, price: np.ndarray, most: np.ndarray
) -> float:
    """The least of (1) over fractional rounds of the weapons from `first` on, of which `taken` rounds are gone."""
    for i in range(first, strength.size):
        room = most[i] - (taken if i == first else 0)
        if room <= 0:
            continue
        if survives * strength[i] <= price[i]:
            break
        if price[i] > 0.0:
            wanted = log(survives * strength[i] / price[i]) / strength[i]
            if wanted <= room:
                survives = price[i] / strength[i]
                cost += price[i] * wanted
                break
        cost += price[i] * room
        survives *= exp(-strength[i] * room)
    whole: float = survives + cost
    return whole


@kernel
def find_columns(
    value: float, miss: np.ndarray, price: np.ndarray, most: np.ndarray, threshold: float, cheapest: bool,
    most_steps: int, members: np.ndarray, sizes: np.ndarray, survivals: np.ndarray,
) -> tuple[int, float]:  # fmt: skip
    """Columns of a threat of `value`: the `cheapest` (to within 1e-9 of the value), or all that cost <= `threshold`.

    `miss` (1 - p), `price` and `most` (rounds) are by weapon. The columns go to `members[c, :sizes[c]]` (weapons) and
    `survivals[c]` (what survives). Returns how many there are, or TOO_MANY, and a price below which no column comes.
    """
    depth = members.shape[1]
    usable = np.empty(miss.size, np.int64)
    ratio = np.empty(miss.size)
    n = 0
    for i in range(miss.size):
        if miss[i] < 1.0 and most[i] > 0:
            usable[n] = i
            ratio[n] = price[i] / -log(max(miss[i], _SMALLEST_MISS))
            n += 1
    order = usable[:n][np.argsort(ratio[:n])]
    q, u, rounds = miss[order], price[order], most[order]
    strength = -np.log(np.maximum(q, _SMALLEST_MISS))
    root = _relaxed(value, 0.0, 0, 0, strength, u, rounds)

    slack = _TIE * value if cheapest else 0.0
    found, steps, level = 0, 0, 0
    survives = np.empty(depth + 1)
    cost = np.empty(depth + 1)
    following = np.zeros(depth + 1, np.int64)  # the next weapon to try at this level
    weapon = np.full(depth + 1, -1)  # the weapon of the round added at this level, and how many of it so far
    taken = np.zeros(depth + 1, np.int64)
    survives[0], cost[0] = value, 0.0
    if value <= threshold:
        sizes[0], survivals[0], found = 0, value, 1
        if cheapest:
            threshold = value
    while level >= 0:
        steps += 1
        if steps > most_steps:
            return TOO_MANY, root
        i = following[level]
        if i >= n:
            level -= 1
            continue
        gone = taken[level] if weapon[level] == i else 0
        if _relaxed(survives[level], cost[level], i, gone, strength, u, rounds) > threshold - slack:
            level -= 1
            continue
        following[level] = i + 1
        if gone >= rounds[i]:
            continue
        if level == depth:
            return TOO_MANY, root
        level += 1
        weapon[level], taken[level], following[level] = i, gone + 1, i
        survives[level] = survives[level - 1] * q[i]
        cost[level] = cost[level - 1] + u[i]
        if survives[level] + cost[level] <= threshold:
            if cheapest:
                threshold, found = survives[level] + cost[level], 0
            elif found == sizes.size:
                return TOO_MANY, root
            for k in range(level):
                members[found, k] = order[weapon[k + 1]]
            sizes[found], survivals[found] = level, survives[level]
            found += 1
    return found, (threshold - slack if cheapest else threshold)
