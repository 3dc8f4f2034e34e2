"""The sweep over fine elevation data, against other viewsheds and against one ray a cell.

**Workload.** A fractal elevation model (power spectrum k^-3.6, seed 1, heights 0 to 1,500 m), periodic, so that a larger raster is
the same one laid side by side; cells of 90 m; a 20 m mast in the middle; effective earth of 4/3; one core. Everything is made here.

- *xarray-spatial*, pinned below: its `viewshed` (R3 sweep of GRASS's r.viewshed, compiled by numba) on the same raster in memory.
  It answers for one target height, ours for all of them.
- *GDAL*: `GDALViewshedGenerate`, all that the program gdal_viewshed does, in the library that rasterio brings: read from a GeoTIFF,
  swept, written to a GeoTIFF.
- *One ray a cell*: `exact_lowest_at` at 4,000 random cells.

Times are CPU times; the least of several rounds.
"""

from __future__ import annotations

import ctypes
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.lines import Line, least
from buckler.compiled import kernel
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.viewshed import exact_lowest_at, lowest_on_grid
from buckler.physics.visibility import EARTH_FACTOR

XARRAY_SPATIAL: Final = "0.5.3"
SIDE: Final = 2000
CELL_M: Final = 90.0
MAST_M: Final = 20.0
Heights = NDArray[np.float32]


def fractal(side: int, seed: int = 1) -> Heights:
    """Spectral synthesis (H.-O. Peitgen and D. Saupe, eds (1988), The Science of Fractal Images, section 2.7): periodic."""
    rng = np.random.default_rng(seed)
    k = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    k[0, 0] = 1.0
    phases = np.exp(2j * np.pi * rng.random(k.shape))
    spectrum = k**-1.8 * rng.standard_normal(k.shape) * phases
    spectrum[0, 0] = 0.0
    surface = np.fft.irfft2(spectrum, (side, side))
    surface -= surface.min()
    return (surface * (1500.0 / surface.max())).astype(np.float32)


def swept(heights: Heights) -> Heights:
    """The kernel, from the raster's middle."""
    middle = (heights.shape[0] // 2, heights.shape[1] // 2)
    return lowest_on_grid(heights, *middle, MAST_M, row_step_m=CELL_M, column_step_m=CELL_M)


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


@kernel
def _rays(heights: Heights, cells: NDArray[np.int64], antenna_m: float, radius_m: float, out: NDArray[np.float64]) -> None:
    row, column = heights.shape[0] // 2, heights.shape[1] // 2
    for n in range(cells.shape[0]):
        out[n] = exact_lowest_at(
            heights, float(row), float(column), antenna_m, cells[n, 0], cells[n, 1], CELL_M, CELL_M, radius_m
        )


def error_m(heights: Heights, ours: Heights) -> float:
    """The 95th percentile of the difference from one ray a cell."""
    side = heights.shape[0]
    cells = np.random.default_rng(2).integers(0, side, (4000, 2))
    exact = np.empty(len(cells))
    antenna = float(heights[side // 2, side // 2]) + MAST_M
    _rays(heights, cells, antenna, EARTH_FACTOR * MEAN_RADIUS_M, exact)
    return float(np.percentile(np.abs(exact - ours[cells[:, 0], cells[:, 1]]), 95))


def viewshed(quick: bool) -> list[Line]:
    """See the head of the file; quick: 500 x 500 cells for xarray-spatial, and no raster of 8000 x 8000."""
    heights = fractal(SIDE)
    ours = swept(heights)
    rounds = 3 if quick else 7
    (kernel_s,) = least(rounds, lambda: cpu_s(lambda: swept(heights)))
    error = error_m(heights, ours)
    name = f"viewshed {SIDE} x {SIDE}"
    lines = [Line(f"{name}: error against one ray a cell, p95", error, "m", "at most 3", error <= 3.0)]
    lines.append(_xarray_spatial(np.ascontiguousarray(heights[:500, :500]) if quick else heights))
    lines.append(_gdal(heights, kernel_s, 1 if quick else 3))
    sides = (500, 1000, 2000) if quick else (500, 1000, 2000, 4000, 8000)
    costs = []
    for side in sides:
        part = np.ascontiguousarray(np.tile(heights, (max(1, side // SIDE),) * 2)[:side, :side])
        swept(part)
        (spent,) = least(3, lambda part=part: cpu_s(lambda: swept(part)))  # type: ignore[misc]
        costs.append(1e9 * spent / side**2)
    ratio = max(costs) / min(costs)
    note = ", ".join(f"{side}: {cost:.1f} ns" for side, cost in zip(sides, costs, strict=True))
    lines.append(Line("viewshed: cost per cell, dearest against cheapest raster", ratio, "x", "at most 2", ratio <= 2.0, note))
    return lines


def _xarray_spatial(heights: Heights) -> Line:
    side = heights.shape[0]
    name = f"viewshed {side} x {side}: times xarray-spatial's speed"
    try:
        found = version("xarray-spatial")
    except PackageNotFoundError:
        found = None
    if found != XARRAY_SPATIAL:
        what = f"{found} is installed" if found else "not installed"
        return Line(name, 0.0, "x", "at least 150", None, f"skipped: needs xarray-spatial {XARRAY_SPATIAL} (group bench), {what}")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import xarray
        from xrspatial import viewshed as theirs

    def raster(of: Heights) -> xarray.DataArray:
        steps = CELL_M * np.arange(len(of), dtype=float)
        return xarray.DataArray(of.astype(np.float64), dims=("y", "x"), coords={"y": steps[::-1], "x": steps})

    middle = CELL_M * (side // 2)
    small, whole = raster(heights[:20, :20]), raster(heights)
    theirs(small, x=900.0, y=900.0, observer_elev=MAST_M)
    swept(heights)
    (ours_s,) = least(5, lambda: cpu_s(lambda: swept(heights)))
    theirs_s = cpu_s(lambda: theirs(whole, x=middle, y=middle, observer_elev=MAST_M))
    ratio = theirs_s / ours_s
    return Line(name, ratio, "x", "at least 150", ratio >= 150, f"{1e3 * ours_s:.1f} ms against {theirs_s:.2f} s")


def _gdal(heights: Heights, kernel_s: float, rounds: int) -> Line:
    name = f"viewshed {SIDE} x {SIDE}: kernel against the whole of GDAL's"
    import rasterio

    libraries = sorted((Path(rasterio.__file__).parents[1] / "rasterio.libs").glob("libgdal*"))
    generate = getattr(ctypes.CDLL(str(libraries[0])), "GDALViewshedGenerate", None) if libraries else None
    if generate is None:
        return Line(name, 0.0, "x", "at least 1", None, "skipped: this rasterio brings no GDALViewshedGenerate")
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "dem.tif", Path(folder) / "seen.tif"
        profile = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 1, "dtype": "float32", "crs": "EPSG:32636"}
        with rasterio.open(path, "w", transform=rasterio.Affine(CELL_M, 0, 0, 0, -CELL_M, 0), **profile) as raster:
            raster.write(heights, 1)
        gdal = ctypes.CDLL(str(libraries[0]))
        for function in (gdal.GDALOpen, gdal.GDALGetRasterBand, generate):
            function.restype = ctypes.c_void_p
        number, text, pointer = ctypes.c_double, ctypes.c_char_p, ctypes.c_void_p

        def whole() -> None:
            source = pointer(gdal.GDALOpen(str(path).encode(), 0))
            band = pointer(gdal.GDALGetRasterBand(source, 1))
            middle = number(CELL_M * (SIDE // 2 + 0.5)), number(-CELL_M * (SIDE // 2 + 0.5))
            # visible, invisible, out of range, no data; curvature 6/7; mode edge; no limit; normal output
            made = generate(
                band, text(b"GTiff"), text(str(out).encode()), None, *middle, number(MAST_M), number(0.0), number(255.0),
                number(0.0), number(0.0), number(-1.0), number(0.85714), 2, number(0.0), None, None, 1, None,
            )  # fmt: skip
            if not made:
                raise OSError("GDALViewshedGenerate failed")
            gdal.GDALClose(pointer(made))
            gdal.GDALClose(source)

        (theirs_s,) = least(rounds, lambda: cpu_s(whole))
    ratio = theirs_s / kernel_s
    note = f"{1e3 * kernel_s:.1f} ms against {1e3 * theirs_s:.0f} ms (GDAL {rasterio.__gdal_version__})"
    return Line(name, ratio, "x", "at least 1", ratio >= 1.0, note)


if __name__ == "__main__":
    sys.exit("python -m benchmarks --only viewshed")
