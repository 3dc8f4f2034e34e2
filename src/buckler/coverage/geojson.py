"""Coverage as GeoJSON (RFC 7946): areas as MultiPolygons, first-detection rings as Polygons.

Positions are longitude, latitude in degrees of WGS-84; outer rings run anticlockwise, holes clockwise (section 3.1.6);
there is no "crs" member (section 4).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.area import Grid
from buckler.log.text import write_whole

DECIMALS: Final = 4
"""Of a degree: some 10 m, a fraction of any cell."""

Ring = list[list[float]]


def areas_above(grid: Grid, values: NDArray[Any], level: float) -> list[list[Ring]]:
    """The polygons inside which `values` (on the centres of the cells, interpolated) are at least `level`.

    Beyond the grid there is nothing: an area that meets its rim is closed half a cell outside.
    """
    from contourpy import FillType, contour_generator

    framed = np.pad(np.nan_to_num(values.astype(np.float64), nan=0.0), 1)
    lon = grid.west_deg + (np.arange(grid.columns + 2) - 0.5) * grid.dlon_deg
    lat = grid.south_deg + (np.arange(grid.rows + 2) - 0.5) * grid.dlat_deg
    lines = contour_generator(lon, lat, framed, fill_type=FillType.OuterOffset).filled(level, np.inf)
    polygons = []
    for points, offsets in zip(*lines, strict=True):
        rings = [oriented(points[a:b], outer=n == 0) for n, (a, b) in enumerate(pairwise(offsets))]
        if rings[0]:
            polygons.append([rings[0], *(ring for ring in rings[1:] if ring)])
    return polygons


def oriented(points: NDArray[np.float64], *, outer: bool) -> Ring:
    """A closed ring of rounded positions, none repeated, in the direction of its role; empty if none is left."""
    rounded = np.round(np.clip(points, [-180.0, -90.0], [180.0, 90.0]), DECIMALS) + 0.0
    kept = np.vstack([rounded[:1], rounded[1:][np.any(np.diff(rounded, axis=0) != 0.0, axis=1)]])
    if len(kept) and np.any(kept[0] != kept[-1]):
        kept = np.vstack([kept, kept[:1]])
    x, y = kept.T
    twice = float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
    if len(kept) < 4 or abs(twice) < 1e-12:
        return []
    ring: Ring = (kept if (twice > 0.0) is outer else kept[::-1]).tolist()
    return ring


def feature(geometry: Mapping[str, Any] | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    """One feature."""
    return {"type": "Feature", "geometry": geometry, "properties": dict(properties)}


def multipolygon(polygons: Sequence[Sequence[Ring]]) -> dict[str, Any] | None:
    """A geometry; null (an unlocated feature, section 3.2) where there is nothing."""
    return {"type": "MultiPolygon", "coordinates": list(polygons)} if polygons else None


def polygon(points: NDArray[np.float64]) -> dict[str, Any] | None:
    """The inside of one line; null where it encloses nothing."""
    ring = oriented(points, outer=True)
    return {"type": "Polygon", "coordinates": [ring]} if ring else None


def point(lat_deg: float, lon_deg: float) -> dict[str, Any]:
    """A position."""
    return {"type": "Point", "coordinates": [round(lon_deg, 6), round(lat_deg, 6)]}


def write_geojson(path: Path, features: Iterable[Mapping[str, Any]], about: Mapping[str, Any]) -> Path:
    """Write a collection; `about` becomes foreign members (section 6.1)."""
    data = {"type": "FeatureCollection", **about, "features": list(features)}
    return write_whole(path, json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n")
