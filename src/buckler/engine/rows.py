"""What a post's tracks say, kept for tracks.parquet."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.engine.journal import N_TRACKS, OVERFLOWED
from buckler.engine.picture import Picture


@borrowing_kernel
def keep_row(
    picture: Picture, counts: NDArray[np.int64], c: int, i: int, hostile: bool, known_s: float
) -> None:
    """Write down the own track in place `i` of post `c` as it is just now."""
    _keep(picture, counts, c, -1, picture.beliefs[c, i], picture.x[c, i], picture.P[c, i], hostile, known_s, False)


@borrowing_kernel
def keep_held(
    picture: Picture, counts: NDArray[np.int64], c: int, i: int, hostile: bool, known_s: float
) -> None:
    """Write down what post `c` has put together in the place of threat `i`."""
    _keep(picture, counts, c, -1, picture.held[c, i], picture.held_x[c, i], picture.held_P[c, i], hostile, known_s, True)


@borrowing_kernel
def keep_told(
    picture: Picture, counts: NDArray[np.int64], c: int, teller: int, e: int, i: int, hostile: bool, known_s: float
) -> None:
    """Write down what post `c` has been told of threat `i` by exchange `e`."""
    x, P = picture.told_x[1, e, i], picture.told_P[1, e, i]
    _keep(picture, counts, c, teller, picture.told[1, e, i], x, P, hostile, known_s, False)


@borrowing_kernel
def _keep(
    picture: Picture, counts: NDArray[np.int64], c: int, teller: int, belief: Any, x: NDArray[np.float64], P: NDArray[np.float64],
    hostile: bool, known_s: float, fused: bool,
) -> None:  # fmt: skip
    number = counts[N_TRACKS]
    if number >= len(picture.rows):
        counts[OVERFLOWED] = 1
        return
    counts[N_TRACKS] = number + 1
    row = picture.rows[number]
    row.time_s = belief.time_s
    row.known_s = known_s
    row.command = c
    row.told_by = teller
    row.fused = 1 if fused else 0
    row.number = belief.number
    row.plots = belief.plots
    row.hostile = 1 if hostile else 0
    variance = 0.0
    for a in range(3):
        row.position_m[a] = x[a]
        row.velocity_mps[a] = x[a + 3]
        variance += P[a, a]
    row.position_std_m = sqrt(variance / 3.0)
