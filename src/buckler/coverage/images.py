"""The images of the page, one a height and quantity, small enough to lie in it."""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np

from buckler.coverage.area import Bounds, Grid
from buckler.coverage.layers import HIGH, LOW, NOMINAL, Layer
from buckler.coverage.pictures import (
    COUNT_COLOURS,
    COUNT_EDGES,
    COUNT_NAMES,
    PD_COLOURS,
    PD_EDGES,
    PD_NAMES,
    area_name,
    classes,
    height_name,
)
from buckler.coverage.png import indexed_png

MOST_PIXELS: Final = 700
KINDS: Final = (
    (
        "pd",
        "nominal cross-section",
        PD_COLOURS,
        PD_NAMES,
        "Probability that one scan of the network detects the target",
    ),
    ("low", "low cross-section", PD_COLOURS, PD_NAMES, "The same for the low end of the class's cross-section"),
    ("high", "high cross-section", PD_COLOURS, PD_NAMES, "The same for the high end of the class's cross-section"),
    ("count", "number of sensors", COUNT_COLOURS, COUNT_NAMES, "Sensors that see the target"),
)
"""What can be shown: key, button, colours, classes, meaning."""


class Images:
    """Collected height by height, so that no layer has to be kept."""

    def __init__(self, grid: Grid, bounds_deg: Bounds) -> None:
        self.bounds = bounds_deg
        self.heights: list[dict[str, Any]] = []
        south, west, north, east = bounds_deg
        rows = np.flatnonzero((grid.lat_deg >= south) & (grid.lat_deg <= north))
        columns = np.flatnonzero((grid.lon_deg >= west) & (grid.lon_deg <= east))
        step = max(1, -(-max(rows.size, columns.size) // MOST_PIXELS))
        self._rows, self._columns = rows[::-step], columns[::step]
        lat, lon = grid.lat_deg[self._rows], grid.lon_deg[self._columns]
        half_lat, half_lon = 0.5 * step * grid.dlat_deg, 0.5 * step * grid.dlon_deg
        self.rectangle: Bounds = (
            float(lat[-1]) - half_lat,
            float(lon[0]) - half_lon,
            float(lat[0]) + half_lat,
            float(lon[-1]) + half_lon,
        )
        """South, west, north and east edge of the images."""

    def add(self, layer: Layer) -> None:
        """Keep the images of one height."""
        at = np.ix_(self._rows, self._columns)
        shown = {key: classes(layer.any[k][at], PD_EDGES) for key, k in (("pd", NOMINAL), ("low", LOW), ("high", HIGH))}
        shown["count"] = classes(layer.sensors[at], COUNT_EDGES)
        low, high = layer.seen_range_m2
        self.heights.append(
            {
                "height": layer.height_m,
                "name": height_name(layer.height_m),
                "area": area_name(layer.seen_m2),
                "km2": layer.seen_m2 / 1e6,
                "spread": f"{area_name(low)} to {area_name(high)}",
                "images": {key: _address(indexed_png(shown[key], colours)) for key, _, colours, _, _ in KINDS},
            }
        )


def _address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
