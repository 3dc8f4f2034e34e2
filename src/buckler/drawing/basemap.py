"""Coast, land and country boundaries: the packaged crop of Natural Earth (provenance beside its data file)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Line: TypeAlias = npt.NDArray[np.float64]
"""Points of one line [point, (longitude, latitude)], degrees."""

CREDIT: Final = "Coast and boundaries: Natural Earth (as controlled; dashed where disputed)"
_FILE: Final = "basemap_turkiye.npz"


@dataclass(frozen=True, eq=False)
class BaseMap:
    """Land as closed rings (outer ones counter-clockwise, seas within clockwise), coasts and borders as open lines."""

    bounds_deg: tuple[float, float, float, float]
    """South, west, north and east rim of the region."""
    land: tuple[Line, ...]
    coast: tuple[Line, ...]
    borders: tuple[Line, ...]
    disputed: tuple[Line, ...]


@cache
def base_map() -> BaseMap:
    """The packaged base map: 30 to 48 degrees north, 18 to 56 degrees east."""
    with (
        files("buckler.drawing").joinpath("data", _FILE).open("rb") as stream,
        np.load(stream, allow_pickle=False) as data,
    ):
        west, south = map(float, data["west_south_deg"])
        width, height = map(float, data["size_deg"])
        bounds = (south, west, south + height, west + width)
        land = _lines(data, "land")
        return BaseMap(
            bounds, land, _coast(land, bounds), _lines(data, "border"), _lines(data, "disputed")
        )  # fmt: skip


def _lines(data: Any, name: str) -> tuple[Line, ...]:
    points = data["west_south_deg"] + data[f"{name}_points"] * float(data["unit_deg"])
    starts = data[f"{name}_starts"]
    lines = tuple(points[first:last] for first, last in pairwise(starts))
    for line in lines:
        line.setflags(write=False)
    return lines


def _coast(land: tuple[Line, ...], bounds: tuple[float, float, float, float]) -> tuple[Line, ...]:
    """The rings without the stretches along which the region was cut."""
    south, west, north, east = bounds
    coast: list[Line] = []
    for ring in land:
        lon, lat = ring.T
        cut = np.zeros(len(ring) - 1, dtype=bool)
        for values, rim in ((lon, west), (lon, east), (lat, south), (lat, north)):
            on_rim = np.abs(values - rim) < 1e-9
            cut |= on_rim[:-1] & on_rim[1:]
        start = 0
        for stop in [*np.flatnonzero(cut), len(cut)]:
            if stop > start:
                coast.append(ring[start : stop + 1])
            start = int(stop) + 1
    return tuple(coast)
