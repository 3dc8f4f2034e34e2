"""Lattices of rasters, brought onto one grid of latitude and longitude, strip by strip.

Where the grid's nodes fall on a lattice's cells, heights are copied as they are. Elsewhere they are resampled:
bilinear where the grid is about as fine as the lattice, the mean of the cells in a node's area (by GDAL) where it is
coarser, unless another way is asked for. A mean lowers ridges; `highest` keeps them. Memory is bounded by the strip
and by `_MOST_CELLS` of the lattice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, inf, radians
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.recordings.boxes import Box
from buckler.recordings.lattices import Lattice, Reader, at
from buckler.recordings.sampling import Floats, between, bilinear, cells_at, control, nearest_cell, nodes_apart
from buckler.recordings.terrain_files import GridFrame

Resampling = Literal["auto", "nearest", "bilinear", "average", "highest"]
RESAMPLINGS: Final = get_args(Resampling)

Grid = npt.NDArray[np.float32]
_MOST_CELLS: Final = 16_000_000
_STRIP_CELLS: Final = 4_000_000
_MOST_NODES: Final = 1_000_000
_COARSER: Final = 1.5
"""A grid whose cells are this much wider than the lattice's takes means."""
_ON_NODE_CELLS: Final = 0.001
_GDAL_NAMES: Final = {"average": "average", "highest": "max"}


def frame_for(groups: Sequence[Lattice], extent: Box, limits: Box, resolution_deg: float | None) -> GridFrame:
    """The nodes that cover an extent without leaving the limits: on the finest lattice's own cells where that is of
    latitude and longitude and no other resolution is asked for; otherwise at whole multiples of the resolution."""
    finest = groups[0]
    dlat, dlon = finest.cell_deg
    lat0 = lon0 = 0.0
    straight = finest.crs.is_geographic and finest.transform.b == 0.0 and finest.transform.d == 0.0
    if resolution_deg is not None:
        straight = straight and abs(resolution_deg / dlat - 1.0) < 1e-6 and abs(resolution_deg / dlon - 1.0) < 1e-6
        if not straight:
            dlat = dlon = float(resolution_deg)
    if straight:
        lon0, lat0 = at(finest.transform, 0.5, 0.5)
    first_row, last_row = _around(extent.south_deg, extent.north_deg, limits.south_deg, limits.north_deg, lat0, dlat)
    first_column, last_column = _around(extent.west_deg, extent.east_deg, limits.west_deg, limits.east_deg, lon0, dlon)
    rows, columns = last_row - first_row + 1, last_column - first_column + 1
    if min(rows, columns) < 2:
        raise InputError(
            f"the box {extent} holds {max(rows, 0)} x {max(columns, 0)} nodes {dlat:g} x {dlon:g} degrees apart: "
            "write a larger --bbox or a smaller --resolution-deg"
        )
    columns = min(columns, floor(360.0 / dlon + 1e-9) + 1)
    return GridFrame(lat0 + first_row * dlat, lon0 + first_column * dlon, dlat, dlon, rows, columns)


def _inside(low: float, high: float, origin: float, step: float) -> tuple[int, int]:
    """First and last multiple of a step inside an interval, with the slack of a rounded number."""
    return ceil((low - origin) / step - 1e-4), floor((high - origin) / step + 1e-4)


def _around(low: float, high: float, lowest: float, highest: float, origin: float, step: float) -> tuple[int, int]:
    """First and last multiple of a step that enclose an interval (its ends, whatever the rounding), within limits."""
    first, last = _inside(lowest, highest, origin, step)
    return max(first, floor((low - origin) / step - 1e-4)), min(last, ceil((high - origin) / step + 1e-4))


class Mosaic:
    """Several lattices on one grid: the finer goes before the coarser, which fills what the finer lacks."""

    def __init__(
        self, reader: Reader, groups: Sequence[Lattice], frame: GridFrame, resampling: Resampling = "auto"
    ) -> None:
        self._reader = reader
        self._groups = groups
        self._frame = frame
        self._resampling = resampling

    def strips(self, least_rows: int = 1) -> Iterator[Grid]:
        """The grid from south to north, some rows at a time (at least `least_rows`, but for the last)."""
        step = max(least_rows, _STRIP_CELLS // self._frame.columns, 1)
        for row in range(0, self._frame.rows, step):
            yield self._block(row, min(row + step, self._frame.rows), 0, self._frame.columns)

    def method(self, group: Lattice) -> str:
        """How one lattice is brought onto the grid: `copied`, or the way of resampling."""
        if self._copy_offsets(group) is not None:
            return "copied"
        if self._resampling != "auto":
            return self._resampling
        dlat, dlon = group.cell_deg
        coarser = max(self._frame.dlat_deg / dlat, self._frame.dlon_deg / dlon)
        return "average" if coarser > _COARSER else "bilinear"

    def _block(self, south: int, north: int, west: int, east: int) -> Grid:
        """Rows south..north-1 and columns west..east-1 of the grid, from the south upwards."""
        out = np.full((north - south, east - west), np.nan, dtype=np.float32)
        frame = self._frame
        extent = Box(
            frame.west_deg + west * frame.dlon_deg, frame.south_deg + south * frame.dlat_deg,
            frame.west_deg + (east - 1) * frame.dlon_deg, frame.south_deg + (north - 1) * frame.dlat_deg,
        )  # fmt: skip
        for group in self._groups:
            for turn_deg in (0.0, 360.0, -360.0):
                if not np.isnan(out).any():
                    return out
                part = self._overlap(group, extent, turn_deg)
                if part is None:
                    continue
                rows, columns = part
                block = out[rows[0] - south : rows[1] - south, columns[0] - west : columns[1] - west]
                missing = np.isnan(block)
                if missing.any():
                    found = self._from(group, rows, columns, turn_deg)
                    block[missing] = found[missing]
        return out

    def _overlap(self, group: Lattice, extent: Box, turn_deg: float) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """The rows and columns of the grid inside an extent that a lattice, turned, may cover."""
        frame = self._frame
        margin_lat, margin_lon = (c + g for c, g in zip(group.cell_deg, (frame.dlat_deg, frame.dlon_deg), strict=True))
        south = west = inf
        north = east = -inf
        for b in group.boxes:
            if b.north_deg + margin_lat < extent.south_deg or b.south_deg - margin_lat > extent.north_deg:
                continue
            if (
                b.east_deg + turn_deg + margin_lon < extent.west_deg
                or b.west_deg + turn_deg - margin_lon > extent.east_deg
            ):
                continue
            south, north = min(south, b.south_deg), max(north, b.north_deg)
            west, east = min(west, b.west_deg + turn_deg), max(east, b.east_deg + turn_deg)
        if south > north:
            return None
        rows = _inside(
            max(south - margin_lat, extent.south_deg),
            min(north + margin_lat, extent.north_deg),
            frame.south_deg,
            frame.dlat_deg,
        )
        columns = _inside(
            max(west - margin_lon, extent.west_deg),
            min(east + margin_lon, extent.east_deg),
            frame.west_deg,
            frame.dlon_deg,
        )
        if rows[0] > rows[1] or columns[0] > columns[1]:
            return None
        return (rows[0], rows[1] + 1), (columns[0], columns[1] + 1)

    def _from(self, group: Lattice, rows: tuple[int, int], columns: tuple[int, int], turn_deg: float) -> Grid:
        offsets = self._copy_offsets(group)
        if offsets is None:
            return self._warped(group, rows, columns, turn_deg)
        # Lattice rows run southwards, the grid's northwards.
        row = offsets[0] - (rows[1] - 1)
        column = offsets[1] + columns[0] - round(turn_deg / self._frame.dlon_deg)
        return self._reader.window(group, column, row, columns[1] - columns[0], rows[1] - rows[0])[::-1]

    def _copy_offsets(self, group: Lattice) -> tuple[int, int] | None:
        """The lattice's row and column of the grid's south-western node; None where nodes and cells do not coincide."""
        frame, place = self._frame, group.transform
        if group.crs != "EPSG:4326" or place.b != 0.0 or place.d != 0.0 or place.a <= 0.0 or place.e >= 0.0:
            return None
        first_column, first_row, end_column, end_row = group.extent
        reach = max(end_column - first_column, end_row - first_row, frame.rows, frame.columns)
        if max(abs(place.a - frame.dlon_deg), abs(-place.e - frame.dlat_deg)) * reach > _ON_NODE_CELLS * place.a:
            return None
        column = (frame.west_deg - place.c) / place.a - 0.5
        row = (frame.south_deg - place.f) / place.e - 0.5
        if max(abs(column - round(column)), abs(row - round(row))) > _ON_NODE_CELLS:
            return None
        return round(row), round(column)

    def _warped(self, group: Lattice, rows: tuple[int, int], columns: tuple[int, int], turn_deg: float) -> Grid:
        """Resample a lattice into a block of the grid, in halves where it would need too much at once."""
        frame = self._frame
        high, wide = rows[1] - rows[0], columns[1] - columns[0]
        lat: Floats = frame.south_deg + np.arange(rows[0], rows[1], dtype=np.float64) * frame.dlat_deg
        lon: Floats = (frame.west_deg - turn_deg) + np.arange(columns[0], columns[1], dtype=np.float64) * frame.dlon_deg
        apart = nodes_apart(radians(max(frame.dlat_deg, frame.dlon_deg)) * MEAN_RADIUS_M)
        at_rows, at_columns = control(high, apart), control(wide, apart)
        column, row = cells_at(group.transform, group.crs, lon[at_columns], lat[at_rows])
        if np.isnan(column).all():
            return np.full((high, wide), np.nan, dtype=np.float32)
        # Cells around the outermost nodes: two for what lies between cells, and what a node's own area spans.
        dlat, dlon = group.cell_deg
        margin = 2 + ceil(max(frame.dlat_deg / dlat, frame.dlon_deg / dlon))
        left, top = floor(np.nanmin(column)) - margin, floor(np.nanmin(row)) - margin
        across, down = ceil(np.nanmax(column)) + margin + 1 - left, ceil(np.nanmax(row)) + margin + 1 - top
        if (across * down > _MOST_CELLS or high * wide > _MOST_NODES) and max(high, wide) > 1:
            return self._in_halves(group, rows, columns, turn_deg)
        if across * down > 10 * _MOST_CELLS:
            raise InputError(
                f"one node of the grid covers {across * down:,} cells of {group.members[0].source.path}: "
                "write a smaller --resolution-deg"
            )
        heights = self._reader.window(group, left, top, across, down)
        if np.isnan(heights).all():
            return np.full((high, wide), np.nan, dtype=np.float32)
        method = self.method(group)
        if method in ("average", "highest"):
            return self._pooled(group, heights, (left, top), (lat, lon), _GDAL_NAMES[method])
        pick = bilinear if method == "bilinear" else nearest_cell
        return pick(heights, between(column, at_rows, at_columns) - left, between(row, at_rows, at_columns) - top)

    def _in_halves(self, group: Lattice, rows: tuple[int, int], columns: tuple[int, int], turn_deg: float) -> Grid:
        if rows[1] - rows[0] >= columns[1] - columns[0]:
            half = (rows[0] + rows[1]) // 2
            return np.concatenate(
                [self._warped(group, part, columns, turn_deg) for part in ((rows[0], half), (half, rows[1]))]
            )
        half = (columns[0] + columns[1]) // 2
        parts = [self._warped(group, rows, part, turn_deg) for part in ((columns[0], half), (half, columns[1]))]
        return np.concatenate(parts, axis=1)

    def _pooled(
        self, group: Lattice, heights: Grid, corner: tuple[int, int], nodes: tuple[Floats, Floats], gdal_name: str
    ) -> Grid:
        """What the cells inside each node's area come to, by GDAL."""
        from affine import Affine
        from rasterio.enums import Resampling as GdalResampling
        from rasterio.warp import reproject

        place, (lat, lon), dlat, dlon = group.transform, nodes, self._frame.dlat_deg, self._frame.dlon_deg
        x, y = at(place, *corner)
        out: Grid = np.full((lat.size, lon.size), np.nan, dtype=np.float32)
        reproject(
            heights, out,
            src_transform=Affine(place.a, place.b, x, place.d, place.e, y), src_crs=group.crs, src_nodata=np.nan,
            dst_transform=Affine(dlon, 0.0, lon[0] - 0.5 * dlon, 0.0, -dlat, lat[-1] + 0.5 * dlat),
            dst_crs="EPSG:4326", dst_nodata=np.nan, resampling=GdalResampling[gdal_name], num_threads=1,
        )  # fmt: skip
        return np.ascontiguousarray(out[::-1])
