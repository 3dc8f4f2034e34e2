"""Rasters that share one lattice of cells, read as if they were one.

Tiles of one product (Copernicus, SRTM, DTED) differ in position by whole cells. They are put side by side before
anything is interpolated, so that no seam appears between them. A raster that fits no other is a lattice of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import cos, hypot, radians
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.recordings.boxes import Box
from buckler.recordings.raster_source import RasterSource, heights_of, open_raster

if TYPE_CHECKING:
    from affine import Affine

_APART_CELLS: Final = 0.01
"""Rasters whose cells fit within this part of a cell share a lattice."""
_OPEN_FILES: Final = 48


def at(transform: Affine, column: float, row: float) -> tuple[float, float]:
    """Apply an affine transform to a point (affine 2 and 3 spell this differently)."""
    x = transform.a * column + transform.b * row + transform.c
    return x, transform.d * column + transform.e * row + transform.f


@dataclass(frozen=True)
class Member:
    """A raster in its lattice: the lattice's column and row of its north-western cell."""

    source: RasterSource
    column: int
    row: int


@dataclass(eq=False)
class Lattice:
    """Rasters of one reference and cell size whose cells fall together; the first one counts columns and rows."""

    members: list[Member] = field(default_factory=list)

    @property
    def crs(self) -> Any:
        """The horizontal reference."""
        return self.members[0].source.crs

    @property
    def transform(self) -> Affine:
        """From (column, row) to the reference's coordinates."""
        return self.members[0].source.transform

    @cached_property
    def extent(self) -> tuple[int, int, int, int]:
        """First column, first row, and the column and row after the last."""
        return (
            min(m.column for m in self.members),
            min(m.row for m in self.members),
            max(m.column + m.source.width for m in self.members),
            max(m.row + m.source.height for m in self.members),
        )

    @cached_property
    def boxes(self) -> list[Box]:
        """Where each member's cell centres lie on the earth."""
        return [_box(m.source) for m in self.members]

    @cached_property
    def cell_deg(self) -> tuple[float, float]:
        """Latitude and longitude spanned by one cell in the middle of the first member."""
        return _cell_deg(self.members[0].source)

    @cached_property
    def cell_m(self) -> float:
        """The wider side of a cell, metres, in the middle of the first member."""
        dlat, dlon = self.cell_deg
        middle = self.boxes[0]
        parallel = cos(radians(0.5 * (middle.south_deg + middle.north_deg)))
        return radians(max(dlat, dlon * parallel)) * MEAN_RADIUS_M

    def takes(self, source: RasterSource) -> tuple[int, int] | None:
        """The column and row at which a raster would stand in this lattice; None where it does not fit."""
        mine, other = self.transform, source.transform
        if source.crs != self.crs:
            return None
        cell = min(hypot(mine.a, mine.d), hypot(mine.b, mine.e))
        drift = max(
            abs(p - q)
            for p, q in zip((mine.a, mine.b, mine.d, mine.e), (other.a, other.b, other.d, other.e), strict=True)
        )
        if drift * max(source.width, source.height) > _APART_CELLS * cell:
            return None
        column, row = at(~mine, other.c, other.f)
        if max(abs(column - round(column)), abs(row - round(row))) > _APART_CELLS:
            return None
        return round(column), round(row)


def lattices(sources: Sequence[RasterSource]) -> list[Lattice]:
    """Group rasters by lattice: finest cells first, then as given."""
    groups: list[Lattice] = []
    for source in sources:
        for group in groups:
            if (place := group.takes(source)) is not None:
                group.members.append(Member(source, *place))
                break
        else:
            groups.append(Lattice([Member(source, 0, 0)]))
    return sorted(groups, key=lambda group: round(group.cell_m, 3))


class Reader:
    """Reads windows of lattices, keeping the files used last open."""

    def __init__(self, rasterio: Any) -> None:
        self._rasterio = rasterio
        self._open: OrderedDict[Any, Any] = OrderedDict()

    def window(self, lattice: Lattice, column: int, row: int, columns: int, rows: int) -> npt.NDArray[np.float32]:
        """Heights of a window in the lattice's own columns and rows, of the first member that has one, or NaN."""
        from rasterio.windows import Window

        out = np.full((rows, columns), np.nan, dtype=np.float32)
        for member in lattice.members:
            left, top = max(column, member.column), max(row, member.row)
            right = min(column + columns, member.column + member.source.width)
            bottom = min(row + rows, member.row + member.source.height)
            if left >= right or top >= bottom:
                continue
            part = out[top - row : bottom - row, left - column : right - column]
            missing = np.isnan(part)
            if not missing.any():
                continue
            window = Window(left - member.column, top - member.row, right - left, bottom - top)
            heights = heights_of(member.source, self._data(member.source), window)
            part[missing] = heights[missing]
        return out

    def _data(self, source: RasterSource) -> Any:
        data = self._open.pop(source.path, None)
        if data is None:
            data = open_raster(self._rasterio, source.path)
        self._open[source.path] = data
        if len(self._open) > _OPEN_FILES:
            self._open.popitem(last=False)[1].close()
        return data

    def close(self) -> None:
        """Close every file."""
        while self._open:
            self._open.popitem()[1].close()


def _box(source: RasterSource) -> Box:
    from rasterio.warp import transform_bounds

    transform, width, height = source.transform, source.width, source.height
    corners = [at(transform, c, r) for c in (0.5, width - 0.5) for r in (0.5, height - 0.5)]
    x, y = [corner[0] for corner in corners], [corner[1] for corner in corners]
    try:
        west, south, east, north = transform_bounds(
            source.crs, "EPSG:4326", min(x), min(y), max(x), max(y), densify_pts=21
        )
    except Exception as error:  # rasterio's and PROJ's errors share no base but Exception
        raise InputError(f"{source.path} lies where its own coordinate reference does not hold ({error})") from error
    if not np.all(np.isfinite([west, south, east, north])):
        raise InputError(
            f"{source.path} lies where its own coordinate reference does not hold: check its reference and position"
        )
    return Box(west, south, east + 360.0 if east < west else east, north)


def _cell_deg(source: RasterSource) -> tuple[float, float]:
    from rasterio.warp import transform

    place = source.transform
    column, row = 0.5 * source.width, 0.5 * source.height
    if source.crs.is_geographic:
        return hypot(place.d, place.e), hypot(place.a, place.b)
    points = [at(place, column, row), at(place, column + 1.0, row), at(place, column, row + 1.0)]
    lon, lat = transform(source.crs, "EPSG:4326", [x for x, _ in points], [y for _, y in points])
    # Columns and rows may run in any direction; the two steps together span a cell's width in each.
    return hypot(lat[1] - lat[0], lat[2] - lat[0]), hypot(lon[1] - lon[0], lon[2] - lon[0])
