"""Coverage as cloud-optimised GeoTIFF: EPSG:4326, north up, the edges of the cells where GDAL expects them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.area import Grid
from buckler.errors import InputError


class Band(NamedTuple):
    """One band of a raster."""

    name: str
    unit: str
    values: NDArray[Any]  # [row, column], row 0 the southernmost


def available() -> bool:
    """Whether rasterio is installed."""
    return find_spec("rasterio") is not None


def write_geotiff(path: Path, grid: Grid, bands: Sequence[Band], tags: Mapping[str, str]) -> Path:
    """Write bands of one type: integers as they are, floating-point numbers as float32 with NaN for no value.

    The transform gives the north-west corner of the north-west cell (area registration): the centre of row r, column c
    is half a cell further in.
    """
    import rasterio  # type: ignore[import-untyped, unused-ignore]

    _, west, north, _ = grid.bounds_deg
    whole = all(np.issubdtype(band.values.dtype, np.integer) for band in bands)
    profile: dict[str, Any] = {
        "driver": "COG",
        "width": grid.columns,
        "height": grid.rows,
        "count": len(bands),
        "crs": "EPSG:4326",
        "transform": rasterio.Affine(grid.dlon_deg, 0.0, west, 0.0, -grid.dlat_deg, north),
        "compress": "DEFLATE",
        "level": 1,  # a third of the time of 6, a tenth more bytes
        "blocksize": 512,
        "dtype": bands[0].values.dtype.name if whole else "float32",
        "overview_resampling": "nearest",
        "predictor": "NO",  # rounded values and classes pack no better with it
    }
    if not whole:
        profile["nodata"] = float("nan")
    try:
        with rasterio.open(path, "w", **profile) as raster:
            for number, band in enumerate(bands, start=1):
                values = band.values[::-1]
                raster.write(
                    values if whole else np.where(np.isfinite(values), values, np.nan).astype(np.float32), number
                )
                raster.set_band_description(number, band.name)
                raster.set_band_unit(number, band.unit)
            raster.update_tags(**tags, AREA_OR_POINT="Area")
    except (OSError, rasterio.errors.RasterioError) as error:
        raise InputError(f"{path}: cannot be written ({error}); choose another folder with -o") from error
    return path
