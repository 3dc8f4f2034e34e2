"""Heights between the cells of a raster, at exact positions.

Positions are transformed at control nodes and interpolated between them, which a projection's curvature allows: over
n cells of size c on a sphere of radius R a straight line is off by (n c)^2 / 8R, and n is chosen so that this stays
within a thousandth of a cell. (GDAL's own warp allows itself an eighth of a cell, the same way across a whole block.)
"""

from __future__ import annotations

from math import floor, sqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from buckler.physics.earth import MEAN_RADIUS_M

if TYPE_CHECKING:
    from affine import Affine

Floats = npt.NDArray[np.float64]
Grid = npt.NDArray[np.float32]

_OFF_CELLS: Final = 0.001
_MOST_NODES_APART: Final = 32
_LEAST_WEIGHT: Final = 0.5
"""A node has a height where the known ones of its four cells carry at least this weight: a void keeps its size."""


def nodes_apart(cell_m: float) -> int:
    """How many nodes of this spacing may lie between two control nodes."""
    return max(1, min(_MOST_NODES_APART, floor(sqrt(8.0 * MEAN_RADIUS_M * _OFF_CELLS / cell_m))))


def control(count: int, apart: int) -> npt.NDArray[np.int64]:
    """Indices of the control nodes among `count`: every `apart`-th, and the last."""
    return np.unique(np.append(np.arange(0, count, apart), count - 1))


def cells_at(transform: Affine, crs: Any, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
    """Column and row, counted from the centre of the first cell, of a grid of positions; NaN where there is none."""
    from rasterio.warp import transform as reproject_points

    lon, lat = np.meshgrid(lon_deg, lat_deg)
    if crs == "EPSG:4326":
        x, y = lon, lat
    else:
        found = reproject_points("EPSG:4326", crs, lon.ravel(), lat.ravel())
        x, y = (np.asarray(part, dtype=np.float64).reshape(lon.shape) for part in found[:2])
    inverse = ~transform
    column = inverse.a * x + inverse.b * y + inverse.c - 0.5
    row = inverse.d * x + inverse.e * y + inverse.f - 0.5
    nowhere = ~(np.isfinite(column) & np.isfinite(row))
    column[nowhere] = row[nowhere] = np.nan
    return column, row


def between(values: Floats, at_rows: npt.NDArray[np.int64], at_columns: npt.NDArray[np.int64]) -> Floats:
    """Values at control nodes, interpolated to every node between the first and the last."""
    return _along(_along(values, at_columns).T, at_rows).T


def _along(values: Floats, at: npt.NDArray[np.int64]) -> Floats:
    if at.size == 1:
        return values
    node = np.arange(at[0], at[-1] + 1)
    left = np.clip(np.searchsorted(at, node, side="right") - 1, 0, at.size - 2)
    part = (node - at[left]) / (at[left + 1] - at[left])
    return np.asarray(values[:, left] * (1.0 - part) + values[:, left + 1] * part)


def bilinear(heights_m: Grid, column: Floats, row: Floats) -> Grid:
    """The four cells around each position, by their weights; unknown cells are left out, NaN where they weigh most."""
    left, top = np.floor(np.nan_to_num(column, nan=-9.0)), np.floor(np.nan_to_num(row, nan=-9.0))
    u, v = column - left, row - top
    total = np.zeros(column.shape)
    weight = np.zeros(column.shape)
    for down, across, share in ((0, 0, (1 - v) * (1 - u)), (0, 1, (1 - v) * u), (1, 0, v * (1 - u)), (1, 1, v * u)):
        value = _cells(heights_m, left + across, top + down)
        known = ~np.isnan(value) & (share > 0.0)
        total += np.where(known, share * value, 0.0)
        weight += np.where(known, share, 0.0)
    enough = weight >= _LEAST_WEIGHT
    return np.where(enough, total / np.where(enough, weight, 1.0), np.nan).astype(np.float32)


def nearest_cell(heights_m: Grid, column: Floats, row: Floats) -> Grid:
    """The cell that holds each position."""
    away = np.nan_to_num(column, nan=-9.0), np.nan_to_num(row, nan=-9.0)
    return _cells(heights_m, np.floor(away[0] + 0.5), np.floor(away[1] + 0.5)).astype(np.float32)


def _cells(heights_m: Grid, column: Floats, row: Floats) -> Grid:
    rows, columns = heights_m.shape
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    at = np.where(inside, row * columns + column, 0).astype(np.int64)
    return np.where(inside, heights_m.ravel()[at], np.float32(np.nan))
