"""Voids in a grid of heights: small ones filled, large ones left.

A void is a group of NaN cells that touch, also by a corner. One that spans at most `limit` cells both ways, and does
not touch the rim of the grid, is filled by the discrete Laplace equation with the heights around it as its border
(each filled height is the mean of its four neighbours): smooth, and never above or below the ground around.
Everything else stays NaN: nothing is extrapolated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError

Grid = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def small_voids(void: Mask, limit: int) -> Mask:
    """Which void cells belong to a void of at most `limit` x `limit` cells off the rim."""
    from scipy import ndimage

    small = np.zeros_like(void)
    if limit < 1 or not void.any():
        return small
    labels, count = ndimage.label(void, structure=np.ones((3, 3), dtype=np.int8))
    keep = np.zeros(count + 1, dtype=bool)
    rows, columns = void.shape
    for number, (across, along) in enumerate(ndimage.find_objects(labels), start=1):
        inside = across.start > 0 and along.start > 0 and across.stop < rows and along.stop < columns
        keep[number] = inside and max(across.stop - across.start, along.stop - along.start) <= limit
    return np.asarray(keep[labels])


def fill_small_voids(heights_m: Grid, limit: int) -> Mask:
    """Fill the small voids of a grid in place; returns which cells were filled."""
    if limit < 0:
        raise InputError(f"voids of up to {limit} cells cannot be filled: write 0 or more")
    small = small_voids(np.isnan(heights_m), limit)
    if small.any():
        heights_m[small] = _laplace(heights_m, small)
    return small


def _laplace(heights_m: Grid, unknown: Mask) -> npt.NDArray[Any]:
    """Solve the mean of four neighbours for the unknown cells. Every neighbour is known, or unknown itself."""
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import spsolve

    rows, columns = np.nonzero(unknown)
    number = np.full(unknown.shape, -1, dtype=np.int64)
    number[rows, columns] = np.arange(rows.size)
    right = np.zeros(rows.size)
    at, to, weight = [np.arange(rows.size)], [np.arange(rows.size)], [np.full(rows.size, 4.0)]
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        neighbour = number[rows + down, columns + across]
        coupled = neighbour >= 0
        at.append(np.nonzero(coupled)[0])
        to.append(neighbour[coupled])
        weight.append(np.full(int(coupled.sum()), -1.0))
        right[~coupled] += heights_m[rows + down, columns + across][~coupled]
    size = (rows.size, rows.size)
    matrix = csc_matrix((np.concatenate(weight), (np.concatenate(at), np.concatenate(to))), shape=size)
    return np.atleast_1d(spsolve(matrix, right))
