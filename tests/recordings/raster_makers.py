"""Small elevation rasters for the tests, each made here from a formula or from the format's specification."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine

Heights = npt.NDArray[Any]


def plane_m(lat_deg: Any, lon_deg: Any) -> Any:
    """A tilted plane: bilinear interpolation gives it back exactly, whatever the cells."""
    return 500.0 + 300.0 * (np.asarray(lat_deg) - 37.0) - 200.0 * (np.asarray(lon_deg) - 33.0)


def write_tif(path: Path, heights: Heights, transform: Affine, crs: Any = "EPSG:4326", **more: Any) -> Path:
    """A GeoTIFF of one band, row 0 in the north."""
    rows, columns = heights.shape[-2:]
    bands = heights if heights.ndim == 3 else heights[None]
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": len(bands), "dtype": heights.dtype.name}
    with rasterio.open(path, "w", **profile, crs=crs, transform=transform, **more) as data:
        data.write(bands)
    return path


def nodes(west: float, north: float, step: float, columns: int, rows: int, dlon: float | None = None) -> Affine:
    """The transform of a raster whose north-western cell centre lies at (west, north)."""
    dlon = dlon or step
    return Affine(dlon, 0.0, west - 0.5 * dlon, 0.0, -step, north + 0.5 * step)


def write_plane(path: Path, west: float, north: float, step: float, columns: int, rows: int, **more: Any) -> Path:
    """The plane on a grid of latitude and longitude."""
    lat = north - step * np.arange(rows)[:, None]
    lon = west + step * np.arange(columns)[None, :]
    return write_tif(path, plane_m(lat, lon).astype(np.float32), nodes(west, north, step, columns, rows), **more)


def write_projected_plane(
    path: Path, epsg: int, west: float, south: float, east: float, north: float, cell_m: float
) -> Path:
    """The plane (in latitude and longitude) sampled at the cell centres of a projected grid around a box."""
    from pyproj import Transformer

    there = Transformer.from_crs("EPSG:4326", f"EPSG:{epsg}", always_xy=True)
    x, y = there.transform([west, west, east, east], [south, north, south, north])
    x0, y1 = min(x) - 2 * cell_m, max(y) + 2 * cell_m
    columns, rows = int((max(x) - x0) / cell_m) + 3, int((y1 - min(y)) / cell_m) + 3
    at_x = x0 + (np.arange(columns) + 0.5) * cell_m
    at_y = y1 - (np.arange(rows) + 0.5) * cell_m
    grid_x, grid_y = np.meshgrid(at_x, at_y)
    lon, lat = there.transform(grid_x, grid_y, direction="INVERSE")
    return write_tif(path, plane_m(lat, lon).astype(np.float32), Affine(cell_m, 0, x0, 0, -cell_m, y1), f"EPSG:{epsg}")


def dted0(heights: Heights, lat_deg: int, lon_deg: int, datum: str = "E96") -> bytes:
    """A DTED level 0 file by MIL-PRF-89020B: [meridian, node from the south], 121 x 121, spacing 30 arc-seconds."""
    meridians, count = heights.shape
    lat, lon = f"{abs(lat_deg):02d}", f"{abs(lon_deg):03d}"
    ns, ew = "NS"[lat_deg < 0], "EW"[lon_deg < 0]
    uhl = f"UHL1{lon}0000{ew}0{lat}0000{ns}03000300NA  U  {'':12}{meridians:04d}{count:04d}0{'':24}"
    dsi = bytearray(b" " * 648)

    def put(start: int, text: str) -> None:
        dsi[start - 1 : start - 1 + len(text)] = text.encode("ascii")

    put(1, "DSIU")
    put(60, "DTED0")
    put(88, "01A")
    put(142, datum)
    put(145, "WGS84")
    put(186, f"{lat}0000.0{ns}{lon}0000.0{ew}")
    for corner, (north, east) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
        y, x = lat_deg + north, lon_deg + east
        put(205 + 15 * corner, f"{abs(y):02d}0000{'NS'[y < 0]}{abs(x):03d}0000{'EW'[x < 0]}")
    put(265, "0000000.0")
    put(274, f"03000300{count:04d}{meridians:04d}00")
    acc = b"ACC" + b" " * 2697
    records = bytearray()
    for k in range(meridians):
        stored = [int(h) if h >= 0 else 0x8000 | int(-h) for h in heights[k]]  # signed magnitude
        body = b"\xaa" + k.to_bytes(3, "big") + struct.pack(">HH", k, 0) + struct.pack(f">{count}H", *stored)
        records += body + sum(body).to_bytes(4, "big")
    assert len(uhl) == 80
    return uhl.encode("ascii") + bytes(dsi) + acc + bytes(records)
