"""Heights of the ground above mean sea level, on grids of latitude and longitude.

The packaged grid is a crop of Recommendation ITU-R P.1511-2 (08/2019): nodes every 1/12 degree, some 9 km apart, which
is too coarse for a ridge to mask anything; every terrain says so in its `caveat`, and every product repeats it. The
world's grid of the same recommendation is read from the data file of the package itur (extra `buckler[itu]`), which is
never imported.

Between nodes:
- `altitude_m` follows P.1511-2: bicubic interpolation by Recommendation ITU-R P.1144
  (cubic convolution with a = -0.5 over the sixteen nearest nodes).
- `height_at`, the kernel that sweeps and flight paths read, is bilinear (P.1144 too): it never
  overshoots the nodes, so that a sea stays at 0 m beside a cliff.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from math import cos, floor, isnan, nan, radians
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics.arguments import latitude, longitude
from buckler.physics.earth import MEAN_RADIUS_M

Heights: TypeAlias = npt.NDArray[np.float32]

P1511_SOURCE: Final = "Recommendation ITU-R P.1511-2 (08/2019), topographic height above mean sea level"
MEAN_SEA_LEVEL: Final = "mean sea level"
_PACKAGED: Final = "terrain_p1511_turkiye.npz"
_P1511_NODES_PER_DEGREE: Final = 12
_P1511_WORLD_SHAPE: Final = (2164, 4324)
_P1511_WORLD_NORTH_WEST_DEG: Final = (90.125, -180.125)
_COARSE_CELL_M: Final = 1000.0
"""Cells at least this wide do not show ridges: a ridge's crest is some hundreds of metres wide."""


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def _cell(position: float, nodes: int) -> int:
    """The node before `position` (in node spacings), such that the next one exists; -1 outside the grid or for NaN."""
    if not 0.0 <= position <= nodes - 1.0:
        return -1
    return min(int(position), nodes - 2)


@kernel
def height_at(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: float, lon_deg: float
) -> float:
    """The height in metres above the grid's datum at one position in degrees, bilinear; NaN outside the grid.

    `grid[i, j]` is the height at latitude lat0 + i dlat and longitude lon0 + j dlon. A longitude may differ from the
    grid's by whole turns. ITU-R P.1144.
    """
    row = (lat_deg - lat0_deg) / dlat_deg
    east = lon_deg - lon0_deg
    column = (east - 360.0 * floor(east / 360.0)) / dlon_deg
    i = _cell(row, grid.shape[0])
    j = _cell(column, grid.shape[1])
    if i < 0 or j < 0:
        return nan
    u = row - i
    v = column - j
    # float(): interpreted, a float32 would keep the whole sum in single precision
    south = (1.0 - v) * float(grid[i, j]) + v * float(grid[i, j + 1])
    north = (1.0 - v) * float(grid[i + 1, j]) + v * float(grid[i + 1, j + 1])
    return (1.0 - u) * south + u * north


@kernel
def _cubic_weight(distance: float) -> float:
    """The cubic convolution kernel with a = -0.5 at a distance in node spacings: ITU-R P.1144."""
    d = abs(distance)
    if d <= 1.0:
        return 1.5 * d * d * d - 2.5 * d * d + 1.0
    if d <= 2.0:
        return -0.5 * d * d * d + 2.5 * d * d - 4.0 * d + 2.0
    return 0.0


@kernel
def bicubic_height_at(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: float, lon_deg: float
) -> float:
    """As `height_at`, bicubic over sixteen nodes; on the rim the outermost nodes repeat.

    ITU-R P.1144.
    """
    row = (lat_deg - lat0_deg) / dlat_deg
    east = lon_deg - lon0_deg
    column = (east - 360.0 * floor(east / 360.0)) / dlon_deg
    i = _cell(row, grid.shape[0])
    j = _cell(column, grid.shape[1])
    if i < 0 or j < 0:
        return nan
    height = 0.0
    for a in range(i - 1, i + 3):
        line = 0.0
        for b in range(j - 1, j + 3):
            node = grid[min(max(a, 0), grid.shape[0] - 1), min(max(b, 0), grid.shape[1] - 1)]
            line += _cubic_weight(column - b) * float(node)
        height += _cubic_weight(row - a) * line
    return height


# --- terrains ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Terrain:
    """Heights on a grid of latitude and longitude, and where they come from."""

    heights_m: Heights = field(repr=False)
    """float32 [latitude, longitude], above the vertical datum."""
    lat0_deg: float
    lon0_deg: float
    """Position of `heights_m[0, 0]`, a node (the centre of a cell)."""
    dlat_deg: float
    dlon_deg: float
    """Node spacing; `dlon_deg` is positive, `dlat_deg` negative in a grid that runs southwards."""
    source: str
    cell_size: str
    datum: str = MEAN_SEA_LEVEL

    def __post_init__(self) -> None:
        if self.heights_m.ndim != 2 or min(self.heights_m.shape) < 2:
            raise InputError(f"a terrain needs a grid of at least 2 x 2 heights, not of shape {self.heights_m.shape}")
        if self.dlat_deg == 0.0 or not self.dlon_deg > 0.0:
            raise InputError("a terrain needs a latitude step other than 0 and an eastward longitude step")

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        """South, west, north and east rim."""
        rows, columns = self.heights_m.shape
        lat1 = self.lat0_deg + (rows - 1) * self.dlat_deg
        lon1 = self.lon0_deg + (columns - 1) * self.dlon_deg
        return min(self.lat0_deg, lat1), self.lon0_deg, max(self.lat0_deg, lat1), lon1

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing but one height."""
        return bool(np.ptp(self.heights_m) == 0.0)

    @property
    def cell_m(self) -> float:
        """The wider side of a cell in metres, in the middle of the grid."""
        south, _, north, _ = self.bounds_deg
        parallel = cos(radians(0.5 * (south + north)))
        return radians(max(abs(self.dlat_deg), self.dlon_deg * parallel)) * MEAN_RADIUS_M

    @property
    def caveat(self) -> str:
        """What a product made with this terrain must say; empty where there is nothing to say."""
        if self.is_flat:
            return "smooth earth: terrain masking not shown"
        if self.cell_m >= _COARSE_CELL_M:
            return f"{self.cell_m / 1000.0:.0f} km cells: ridge masking not shown"
        return ""

    @property
    def grid(self) -> tuple[Heights, float, float, float, float]:
        """The five leading arguments of the kernels `height_at` and `bicubic_height_at`."""
        return self.heights_m, self.lat0_deg, self.lon0_deg, self.dlat_deg, self.dlon_deg

    def covers(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether the position lies inside the grid."""
        return not isnan(height_at(*self.grid, lat_deg, lon_deg))

    def height_m(self, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike) -> Any:
        """Height at positions in degrees, bilinear, as sweeps and flight paths read it. OutOfRangeError outside."""
        return self._interpolate(False, lat_deg, lon_deg)

    def altitude_m(self, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike) -> Any:
        """Height at positions in degrees, bicubic as P.1511-2 recommends. OutOfRangeError outside."""
        return self._interpolate(True, lat_deg, lon_deg)

    def _interpolate(self, bicubic: bool, lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike) -> Any:
        lat, lon = np.broadcast_arrays(latitude("lat_deg", lat_deg), longitude("lon_deg", lon_deg))
        out = np.empty(lat.size)
        _heights(*self.grid, bicubic, lat.ravel(), lon.ravel(), out)
        missing = np.isnan(out)
        if np.any(missing):
            first = int(np.argmax(missing))
            south, west, north, east = self.bounds_deg
            raise OutOfRangeError(
                f"latitude {lat.ravel()[first]:g}, longitude {lon.ravel()[first]:g} is outside the terrain "
                f"({self.source}: {south:g} to {north:g} degrees north, {west:g} to {east:g} degrees east): "
                "choose a position inside it, or read the world's grid (pip install 'buckler[itu]')"
            )
        return out.reshape(lat.shape)[()]


@kernel
def _heights(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, bicubic: bool,
    lat_deg: npt.NDArray[np.float64], lon_deg: npt.NDArray[np.float64], out: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    for n in range(out.size):
        if bicubic:
            out[n] = bicubic_height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat_deg[n], lon_deg[n])
        else:
            out[n] = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat_deg[n], lon_deg[n])


@cache
def packaged_terrain() -> Terrain:
    """The crop of P.1511-2 for Türkiye and its surroundings: 31.9 to 46.1 degrees north, 19.9 to 54.1 degrees east."""
    with files("buckler.physics").joinpath("tables", _PACKAGED).open("rb") as stream:
        arrays = _read(stream, _PACKAGED)
    lat0, lon0 = map(float, arrays["south_west_deg"])
    step = 1.0 / float(arrays["nodes_per_degree"])
    return _p1511(arrays["heights_m"], lat0, lon0, step, "packaged crop for Türkiye and its surroundings")


@cache
def world_terrain() -> Terrain:
    """The whole earth's grid of P.1511-2, from the data file of the installed package itur, which is not imported."""
    path = world_terrain_file()
    if path is None:
        raise InputError(
            "the world's terrain is not installed: it comes with the extra itu (pip install 'buckler[itu]'; in a clone, uv run --extra itu "
            "buckler ...)"
        )
    with path.open("rb") as stream:
        arrays = _read(stream, str(path))
    heights = next(iter(arrays.values()), np.empty(0))
    if heights.shape != _P1511_WORLD_SHAPE:
        raise InputError(
            f"{path} holds a grid of shape {heights.shape}, not the {_P1511_WORLD_SHAPE} of P.1511-2: install itur 0.4"
        )
    north, west = _P1511_WORLD_NORTH_WEST_DEG
    step = 1.0 / _P1511_NODES_PER_DEGREE
    south = north - (heights.shape[0] - 1) * step
    return _p1511(heights[::-1], south, west, step, "world, from the data of the package itur")


def world_terrain_file() -> Path | None:
    """Where the installed package itur keeps the grid; None where it is not installed."""
    spec = find_spec("itur")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, "data", "1511", "v2_topo.npz")
        if path.is_file():
            return path
    return None


def flat_terrain(height_m: float = 0.0) -> Terrain:
    """A smooth earth: the same height above mean sea level everywhere."""
    heights = np.full((2, 2), height_m, dtype=np.float32)
    heights.setflags(write=False)
    return Terrain(heights, -90.0, -180.0, 180.0, 360.0, f"smooth earth at {height_m:g} m", "none")


def altitude_m(lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike, terrain: Terrain | None = None) -> Any:
    """Height of the ground above mean sea level, metres, as ITU-R P.1511-2 recommends (bicubic between nodes).

    Without a terrain: the packaged crop where it covers every position, otherwise the world's grid.
    """
    if terrain is not None:
        return terrain.altitude_m(lat_deg, lon_deg)
    try:
        return packaged_terrain().altitude_m(lat_deg, lon_deg)
    except OutOfRangeError:
        if world_terrain_file() is None:
            raise
        return world_terrain().altitude_m(lat_deg, lon_deg)


def _p1511(heights: npt.NDArray[Any], lat0_deg: float, lon0_deg: float, step_deg: float, part: str) -> Terrain:
    grid = np.ascontiguousarray(heights, dtype=np.float32)
    grid.setflags(write=False)
    return Terrain(
        grid, lat0_deg, lon0_deg, step_deg, step_deg, f"{P1511_SOURCE}; {part}", "1/12 degree (about 9 km)"
    )  # fmt: skip


def _read(stream: IO[bytes], name: str) -> dict[str, npt.NDArray[Any]]:
    """Every array of an .npz file; objects (pickles) are refused."""
    try:
        with np.load(stream, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{name} cannot be read as a grid of heights ({error}): install it again") from error
