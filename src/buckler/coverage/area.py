"""The area of a coverage map: a regular grid of latitude and longitude, and the true area of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, degrees, floor, radians
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.errors import InputError
from buckler.physics.earth import ECCENTRICITY_SQUARED, MEAN_RADIUS_M, SEMI_MAJOR_AXIS_M

Bounds = tuple[float, float, float, float]
"""South, west, north, east, degrees."""

BYTES_A_CELL: Final = 180
"""What one cell takes while it is computed and written, measured: three cross-sections at three heights, a raster."""
LIMIT_BYTES: Final = 1.2e9
ROUND_CELLS_KM: Final = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0, 20.0, 25.0, 50.0)
USUAL_CELLS: Final = 250_000
"""Without a cell size the smallest round one that gives no more cells than this."""


@dataclass(frozen=True)
class Grid:
    """Cells whose edges are parallels and meridians. Row 0 is the southernmost; values belong to cells' centres."""

    south_deg: float
    west_deg: float
    dlat_deg: float
    dlon_deg: float
    rows: int
    columns: int

    @property
    def bounds_deg(self) -> Bounds:
        """The outer edges of the outermost cells."""
        return (
            self.south_deg, self.west_deg, self.south_deg + self.rows * self.dlat_deg,
            self.west_deg + self.columns * self.dlon_deg,
        )  # fmt: skip

    @property
    def lat_deg(self) -> NDArray[np.float64]:
        """Latitudes of the cells' centres, from south to north."""
        return np.asarray(self.south_deg + (np.arange(self.rows) + 0.5) * self.dlat_deg)

    @property
    def lon_deg(self) -> NDArray[np.float64]:
        """Longitudes of the cells' centres, from west to east."""
        return np.asarray(self.west_deg + (np.arange(self.columns) + 0.5) * self.dlon_deg)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def cell_m2(self) -> NDArray[np.float64]:
        """True area of a cell of each row."""
        edges = np.radians(self.south_deg + np.arange(self.rows + 1) * self.dlat_deg)
        return np.diff(zone_m2(edges)) * radians(self.dlon_deg) / (2.0 * np.pi)

    def area_m2(self, mask: NDArray[np.bool_]) -> float:
        """True area of the cells for which the mask holds."""
        return float(np.sum(np.count_nonzero(mask, axis=1) * self.cell_m2))

    def window(self, lat_deg: float, lon_deg: float, reach_m: float) -> tuple[int, int, int, int]:
        """First and last (excluded) row and column of the cells that can lie within `reach_m` of a position."""
        high = degrees(reach_m / MEAN_RADIUS_M) * 1.01
        south, north = max(lat_deg - high, -90.0), min(lat_deg + high, 90.0)
        narrowest = cos(radians(min(max(abs(south), abs(north)), 89.0)))
        wide = min(high / narrowest, 360.0)
        r0 = max(0, floor((south - self.south_deg) / self.dlat_deg))
        r1 = min(self.rows, ceil((north - self.south_deg) / self.dlat_deg))
        c0 = max(0, floor((lon_deg - wide - self.west_deg) / self.dlon_deg))
        c1 = min(self.columns, ceil((lon_deg + wide - self.west_deg) / self.dlon_deg))
        return r0, max(r0, r1), c0, max(c0, c1)


def zone_m2(lat_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area of the WGS-84 ellipsoid between the equator and a parallel, negative to the south.

    J. P. Snyder (1987), Map Projections: A Working Manual, U.S. Geological Survey Professional Paper 1395: pi a^2 q
    with q of equation (3-12).
    """
    e = float(np.sqrt(ECCENTRICITY_SQUARED))
    s = np.sin(lat_rad)
    q = (1.0 - e * e) * (s / (1.0 - e * e * s * s) + np.arctanh(e * s) / e)
    return np.asarray(np.pi * SEMI_MAJOR_AXIS_M**2 * q)


def grid_over(bounds_deg: Bounds, cell_km: float | None = None) -> Grid:
    """The grid over an area: cells about `cell_km` on both sides at the middle latitude; InputError if too many fit."""
    south, west, north, east = bounds_deg
    if not (-90.0 <= south < north <= 90.0 and west < east <= west + 360.0):
        raise InputError(
            f"the area {bounds_deg}: write south, west, north and east in degrees, south below north, west before east"
        )
    degree_km = radians(1.0) * MEAN_RADIUS_M / 1000.0
    stretch = max(cos(radians(0.5 * (south + north))), 0.02)
    size_km2 = (north - south) * (east - west) * stretch * degree_km**2
    if cell_km is None:
        cell_km = next((c for c in ROUND_CELLS_KM if c >= 1.0 and size_km2 / c**2 <= USUAL_CELLS), ROUND_CELLS_KM[-1])
    if not 0.0 < cell_km < 1000.0:
        raise InputError(f"a cell of {cell_km:g} km: write a size in kilometres above 0, such as 5")
    cells = size_km2 / cell_km**2
    if cells * BYTES_A_CELL > LIMIT_BYTES:
        least = (size_km2 * BYTES_A_CELL / LIMIT_BYTES) ** 0.5
        fits = next((c for c in ROUND_CELLS_KM if c >= least), least)
        raise InputError(
            f"cells of {cell_km:g} km over {size_km2:,.0f} km2 are {cells:,.0f} cells and need "
            f"{cells * BYTES_A_CELL / 1e9:.1f} GB of memory: write {fits:g} km or more"
        )
    dlat, dlon = cell_km / degree_km, cell_km / degree_km / stretch
    rows, columns = max(1, ceil((north - south) / dlat - 1e-9)), max(1, ceil((east - west) / dlon - 1e-9))
    if south + rows * dlat > 90.0:
        rows -= 1
    return Grid(south, west, dlat, dlon, rows, columns)
