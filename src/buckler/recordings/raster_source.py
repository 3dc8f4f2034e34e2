"""One elevation raster: what it holds, where, above what; and why it is refused.

Read through rasterio (GDAL), which is imported here only when a raster is opened. Only GeoTIFF, DTED and SRTM .hgt are
opened, and only files: no other format, no address.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError
from buckler.recordings.dted import verify_dted

if TYPE_CHECKING:
    from affine import Affine

SUFFIXES: Final = (".tif", ".tiff", ".dt0", ".dt1", ".dt2", ".hgt")
LOWEST_GROUND_M: Final = -500.0
HIGHEST_GROUND_M: Final = 9000.0
"""No ground lies outside: the Dead Sea's shore is at -430 m (only pits and sea floors are lower), Everest at 8849 m."""

_DRIVERS: Final = {"GTiff": "GeoTIFF", "DTED": "DTED", "SRTMHGT": "SRTM"}
_UNITS_M: Final = {"": 1.0, "m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0}
_FEET_M: Final = {
    "ft": 0.3048,
    "foot": 0.3048,
    "feet": 0.3048,
    "us survey foot": 1200 / 3937,
    "ussurveyfoot": 1200 / 3937,
    "us-ft": 1200 / 3937,
}
_ALWAYS_VOID: Final = (-32768.0, -32767.0)
_NOT_STATED: Final = "not stated, taken as mean sea level"
_DTED_DATUMS: Final = {"MSL": "mean sea level (DTED: MSL)", "E96": "EGM96 mean sea level"}
_GDAL_OPTIONS: Final = {
    "GDAL_CACHEMAX": 256,
    "GDAL_DTED_SINGLE_BLOCK": "TRUE",
    "GDAL_NUM_THREADS": "1",
    "PROJ_NETWORK": "OFF",
    "GTIFF_REPORT_COMPD_CS": "YES",
}


@dataclass(frozen=True, eq=False)
class RasterSource:
    """The header of one elevation raster that may be used."""

    path: Path
    kind: str
    """GeoTIFF, DTED or SRTM."""
    crs: Any
    """The horizontal reference (rasterio.crs.CRS)."""
    transform: Affine
    """From (column, row) of a cell's north-western corner to the reference's coordinates."""
    width: int
    height: int
    voids: tuple[float, ...]
    """Stored values that mean no height."""
    scale_m: float
    offset_m: float
    datum: str


@contextmanager
def gdal() -> Iterator[Any]:
    """rasterio, with the settings under which every raster is read."""
    try:
        import rasterio
    except ImportError as error:
        raise InputError("reading elevation rasters needs rasterio: pip install rasterio") from error
    with rasterio.Env(**_GDAL_OPTIONS):
        yield rasterio


def open_raster(rasterio: Any, path: Path, **options: Any) -> Any:
    """Open a raster of the three formats; InputError where it is not one, or is damaged."""
    if not path.is_file():
        raise InputError(f"cannot read {path}: there is no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            return rasterio.open(path, driver=_driver(path), **options)
    except (rasterio.errors.RasterioError, OSError, ValueError) as error:
        name = (
            " (an .hgt is named by its south-western corner, as N38E034.hgt, and is square)"
            if path.suffix.lower() == ".hgt"
            else ""
        )
        raise InputError(
            f"{path} is damaged or not an elevation raster{name}: write a GeoTIFF, a DTED (.dt0, .dt1, .dt2) or an "
            f"SRTM .hgt file ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
        ) from error


def _driver(path: Path) -> str:
    """GDAL's name of the format, by the file's first bytes: nothing else is tried on it."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "GTiff"
    if head.startswith((b"UHL", b"VOL", b"HDR")):
        return "DTED"
    if path.suffix.lower() == ".hgt":
        return "SRTMHGT"
    raise ValueError("its first bytes are of another format")


def raster_source(path: Path, *, nodata: float | None = None, vertical_datum: str | None = None) -> RasterSource:
    """Look at a raster's header, and refuse what cannot be used as the ground."""
    with gdal() as rasterio, open_raster(rasterio, path) as data:
        if data.count != 1:
            raise InputError(
                f"{path} has {data.count} bands, elevation has one: it may be a picture; export the elevation band "
                "alone"
            )
        if data.colorinterp[0].name == "palette" or np.dtype(data.dtypes[0]).kind not in "iuf":
            raise InputError(
                f"{path} holds {data.dtypes[0]} values with a colour map or of a kind that is no height: write an "
                "elevation raster"
            )
        crs = data.crs
        if crs is None or not (crs.is_geographic or crs.is_projected) or data.transform.is_identity:
            raise InputError(
                f"{path} does not say where on earth it lies (no coordinate reference system, or no position): cells "
                "would have no size and the earth's curvature would be skipped; write the reference into it, as: rio "
                "edit-info --crs EPSG:32636 FILE, or gdal_edit.py -a_srs EPSG:32636 FILE"
            )
        if data.transform.determinant == 0.0 or min(data.width, data.height) < 2:
            raise InputError(f"{path} has {data.width} x {data.height} cells of no size: write an elevation raster")
        kind = _DRIVERS[data.driver]
        wkt = crs.to_wkt()
        datum, unit_m = _datum(path, data, kind, wkt)
        if vertical_datum is None and _ellipsoidal(wkt):
            raise InputError(
                f"{path} holds heights above the ellipsoid, up to 100 m from mean sea level (30 to 40 m in Türkiye): "
                "convert it with a geoid model, or state what it really holds with --vertical-datum"
            )
        stored_m = data.units[0] or ""
        if stored_m.strip().lower() in _FEET_M:
            unit_m = _FEET_M[stored_m.strip().lower()]
        elif stored_m.strip().lower() not in _UNITS_M:
            raise InputError(f"{path} holds values in {stored_m!r}: heights must be in metres or feet")
        declared = [float(value) for value in (nodata, data.nodata) if value is not None]
        return RasterSource(
            path, kind, _horizontal(rasterio, crs), data.transform, data.width, data.height,
            tuple(dict.fromkeys((*declared, *_ALWAYS_VOID))),
            float(data.scales[0]) * unit_m, float(data.offsets[0]) * unit_m, vertical_datum or datum,
        )  # fmt: skip


def heights_of(source: RasterSource, data: Any, window: Any) -> npt.NDArray[np.float32]:
    """The heights in a window of an open raster, metres; NaN where it has none."""
    try:
        stored = data.read(1, window=window)
    except Exception as error:  # rasterio's errors, and GDAL's own, share no base but Exception
        raise InputError(f"{source.path} is damaged: its heights cannot be read ({error}); get it again") from error
    # Compared as stored: a float32 -3.4028235e38 is not the same number as the float64 that a header may hold.
    void = ~np.isfinite(stored)
    for value in source.voids:
        if stored.dtype.kind == "f":
            void |= stored == stored.dtype.type(value)
        elif value.is_integer():
            void |= stored == int(value)
    heights = np.asarray(stored * np.float64(source.scale_m) + source.offset_m, dtype=np.float32)
    heights[void] = np.nan
    if not void.all():
        for extreme in (float(np.nanmin(heights)), float(np.nanmax(heights))):
            if not LOWEST_GROUND_M <= extreme <= HIGHEST_GROUND_M:
                raise InputError(
                    f"{source.path} holds {extreme:g} m, which is no height of the ground ({LOWEST_GROUND_M:g} to "
                    f"{HIGHEST_GROUND_M:g} m): if that is its mark of a void, say so with --nodata; if it is a sea "
                    "floor, set it to 0 m (radar sees the water)"
                )
    return heights


def _horizontal(rasterio: Any, crs: Any) -> Any:
    """The reference without its vertical part: rasters are warped in the plane, heights are kept."""
    wkt = crs.to_wkt()
    match = re.match(r"(?:COMPD_CS|COMPOUNDCRS)\[\"(?:[^\"]|\"\")*\",", wkt)
    if not match:
        return crs
    start = match.end()
    depth, quoted = 0, False
    for end, letter in enumerate(wkt[start:], start=start):
        quoted ^= letter == '"'
        if not quoted:
            depth += (letter == "[") - (letter == "]")
            if depth == 0 and letter == "]":
                return rasterio.crs.CRS.from_wkt(wkt[start : end + 1])
    return crs


def _ellipsoidal(wkt: str) -> bool:
    """Whether heights are above the ellipsoid: a reference of three axes, or a vertical one of that kind."""
    return bool(
        re.search(
            r"AXIS\[\"Ellipsoidal height|VERT_DATUM\[\"[^\"]*\",\s*2002\b|VERT_CS\[\"[^\"]*ellipsoid",
            wkt,
            re.IGNORECASE,
        )
    )


def _datum(path: Path, data: Any, kind: str, wkt: str) -> tuple[str, float]:
    """The vertical datum in words, and the metres in its unit."""
    if kind == "DTED":
        code = verify_dted(path).vertical_datum
        return _DTED_DATUMS.get(code, f"DTED vertical datum {code!r}" if code else _NOT_STATED), 1.0
    if kind == "SRTM":
        return "EGM96 mean sea level", 1.0
    vertical = re.search(r"(?:VERT_CS|VERTCRS)\[\"([^\"]+)\".*", wkt, re.DOTALL)
    if vertical:
        unit = re.search(r"UNIT\[\"[^\"]*\",\s*([0-9.eE+-]+)", vertical[0])
        return vertical[1], float(unit[1]) if unit else 1.0
    if path.name.startswith("Copernicus_DSM_"):
        return "EGM2008 mean sea level", 1.0
    return _NOT_STATED, 1.0
