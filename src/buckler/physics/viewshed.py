"""The lowest visible height on every cell of a raster: elevation data fine enough to show ridges.

Geometry, heights and limits are those of `visibility`; here the answer is wanted cell by cell, so the sweep runs
along the raster.

**Rays.** Around the sensor lie four sectors, bounded by the raster's diagonals. In each, one ray goes to every cell
of the sector's farthest line (method R2 of W. R. Franklin and C. K. Ray (1994), "Higher isn't necessarily better:
visibility algorithms and experiments", Sixth International Symposium on Spatial Data Handling, Edinburgh), and more
where `rays_per_cell` asks. All rays of a sector advance together, line by line (a row or a column), each with its own
running maximum of the slope; the ground under a ray is interpolated between two neighbours where it crosses the line,
and again where it crosses between two lines from one neighbour to the next: on every crossing of the grid, where the
bilinear surface bends. A cell reads the slope between the two rays that pass it. So each cell is visited about
twice, whatever the size of the raster.

**Slopes.** With t = d/R_e, equation (1) of `visibility` is  tan e = q/sin t - tan(t/2),  q = (h - h_a)/(R_e + h),
exactly. With the reduced height p = R_e q, at line u (u steps from the sensor) in the direction of a ray that is l
metres a step long, the kernel carries S = l tan e, and writes for each cell, once, its Y = u S:

    Y = p (1 + t^2/6 + 7 t^4/360) - (d^2 / 2 R_e)(1 + t^2/12 + t^4/120) + O(t^6)                         (1)

Y bends so little from cell to cell (0.1 mm on cells of 90 m) that a ray reads it by linear interpolation and needs
one division a line. The inverse gives p and the height on the line, h = (h_a + p)/(1 - p/R_e).

**Degrees.** On a grid of latitude and longitude a great circle is not straight. With u cells along the sector and v
across, expanding tan(lat) cos(lat_0) = cot(az) sin(lon) + sin(lat_0) cos(lon) about the sensor gives, with
A = sin(lat_0) cos(lat_0) dlon^2 / (2 dlat) and B = tan(lat_0) dlat (steps in radians):

    u a longitude:  v = t u - (A + B t^2) u^2,      d = l u (1 - B t u)                                  (2)
    u a latitude:   v = t u + (B t + A t^3) u^2,    d = l u (1 + A t^2 u)                                (3)

Compared with geodesics of WGS 84 at latitude 45, these are right to 2 m at 50 km, 10 m at 100 km and 70 m at 200 km.
For larger areas use a projected raster, on which A = B = 0.
"""

from __future__ import annotations

from math import ceil, cos, floor, inf, radians, sin, sqrt, tan
from typing import Final

import numpy as np
import numpy.typing as npt

from buckler.compiled import kernel
from buckler.errors import InputError, OutOfRangeError
from buckler.physics.earth import ECCENTRICITY_SQUARED, MEAN_RADIUS_M, SEMI_MAJOR_AXIS_M
from buckler.physics.terrain import Heights, Terrain
from buckler.physics.visibility import EARTH_FACTOR, elevation_tangent, height_on_line

_BLOCK: Final = 16
"""Lines copied at once: sixteen heights of four bytes fill a cache line, whichever way the lines run."""
_CHUNK: Final = 512
"""Rays or cells of a line that are worked on together: their intermediate values stay in the first-level cache."""
_NO_SLOPE: Final = -1e30


# --- one line of one sector: short loops over contiguous arrays, which the compiler turns into vector instructions ----


@kernel
def _cross(
    first: float, spacing: float, u: float, origin: float, top: float, c0: float, c1: float, c2: float, c3: float,
    index: npt.NDArray[np.int32], share: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    """Where rays cross line u: the cell before, and the share of the way on; ray k leaves at t = (first + k)
    spacing."""
    for k in range(index.size):
        t = (first + k) * spacing
        v = origin + u * (t + u * (c0 + t * (c1 + t * (c2 + t * c3))))
        v = v if v > 0.0 else 0.0
        v = v if v < top else top
        i = np.int32(v)
        index[k] = i
        share[k] = v - i


@kernel
def _pick(
    line: Heights, previous: Heights, index: npt.NDArray[np.int32], index_before: npt.NDArray[np.int32],
    here: Heights, beyond: Heights, behind: Heights,
) -> None:  # fmt: skip
    """The two heights that each ray passes between on this line, and the one on the last where it changes
    neighbours."""
    for k in range(index.size):
        # unsigned: a negative index would mean a place counted from the end, and cost a test for it
        at = np.uint32(index[k])
        here[k] = line[at]
        beyond[k] = line[at + np.uint32(1)]
        later = index[k] if index[k] > index_before[k] else index_before[k]
        behind[k] = previous[np.uint32(later)]


@kernel
def _rise(
    slopes: npt.NDArray[np.float64], u: float, index: npt.NDArray[np.int32], share: npt.NDArray[np.float64],
    index_before: npt.NDArray[np.int32], share_before: npt.NDArray[np.float64], here: Heights, beyond: Heights,
    behind: Heights,
) -> None:  # fmt: skip
    """The running maximum of S on each ray. A void (NaN) hides nothing."""
    inverse_u = 1.0 / u
    for k in range(slopes.size):
        highest = slopes[k]
        # on the line
        s = (here[k] + (beyond[k] - here[k]) * share[k]) * inverse_u
        highest = s if s > highest else highest
        # between the lines, the share a/b of the way on, if the ray has changed neighbours
        forth = index[k] > index_before[k]
        turned = index[k] != index_before[k]
        a = (index[k] if forth else index_before[k]) - (index_before[k] + share_before[k])
        b = (index[k] - index_before[k]) + (share[k] - share_before[k])
        on_line = here[k] if forth else beyond[k]
        s = (behind[k] * b + (on_line - behind[k]) * a) / ((u - 1.0) * b + a if turned else 1.0)
        s = s if turned else highest
        slopes[k] = s if s > highest else highest


@kernel
def _look(
    slopes: npt.NDArray[np.float64], rays: float, first: float, u: float, c0: float, c1: float, c2: float, c3: float,
    e1: float, e2: float, along2: float, across2: float, radius: float, antenna: float, farthest2: float,
    ground: Heights, index: npt.NDArray[np.int32], share: npt.NDArray[np.float64], slope: npt.NDArray[np.float64],
    lowest: Heights, reduced: Heights,
) -> None:  # fmt: skip
    """At the cells v = first, first + 1, ... of line u: the lowest height seen, never under the ground, and their own
    Y.

    (2) and (3) are inverted by two steps of iteration, (1) in closed form; `along2`, `across2` and `farthest2` are
    lengths in units of R_e, squared.
    """
    centre = slopes.size // 2
    top = slopes.size - 1.0 - 1e-6
    inverse_u, spacing, inverse_radius = 1.0 / u, 1.0 / rays, 1.0 / radius
    for j in range(ground.size):
        t = (first + j) * inverse_u
        bent = t - u * (c0 + t * (c1 + t * (c2 + t * c3)))
        bent = t - u * (c0 + bent * (c1 + bent * (c2 + bent * c3)))
        q = bent * rays + centre
        q = q if q > 0.0 else 0.0
        q = q if q < top else top
        i = np.int32(q)
        index[j] = i
        share[j] = q - i
    for j in range(ground.size):
        at = np.uint32(index[j])
        slope[j] = slopes[at] + (slopes[at + np.uint32(1)] - slopes[at]) * share[j]
    for j in range(ground.size):
        t = (index[j] + share[j] - centre) * spacing
        length2 = along2 + t * t * across2
        skew = u * t * (e1 + e2 * t)
        shrink = (1.0 - skew) * (1.0 + skew * skew)  # 1/(1 + skew) to its third power
        w = u * (1.0 + skew)
        t2 = w * w * length2
        bulge = u * w * 0.5 * radius * length2 * (1.0 + t2 * (1.0 / 12.0 + t2 * (1.0 / 120.0)))
        h = ground[j]
        p = (h - antenna) * (radius / (radius + h))
        reduced[j] = p * shrink * (1.0 + t2 * (1.0 / 6.0 + t2 * (7.0 / 360.0))) - bulge
        p = (slope[j] * u + bulge) * (1.0 + skew) * (1.0 - t2 * (1.0 / 6.0 - t2 * (1.0 / 120.0)))
        height = (antenna + p) / (1.0 - p * inverse_radius)
        height = h if height < h else height
        lowest[j] = height if t2 <= farthest2 else inf


@kernel
def _copy_columns(heights: Heights, line: int, step: int, block: int, low: int, high: int, ground: Heights) -> None:
    """Columns of a raster, `line` and on by `step`, to rows of a buffer."""
    leftmost = line if step > 0 else line - block + 1
    for j in range(low, high):
        row = heights[j, leftmost : leftmost + block]
        for n in range(block):
            ground[n if step > 0 else block - 1 - n, j] = row[n]


@kernel
def _copy_back(
    lowest: Heights, line: int, step: int, block: int, start: float, origin: float, out: Heights
) -> None:  # fmt: skip
    """Rows of a buffer to columns of a raster, each as wide as the sector is there."""
    leftmost = line if step > 0 else line - block + 1
    nearest = abs(line - start) + 1e-9
    widest = abs(line + step * (block - 1) - start) + 1e-9
    for j in range(max(0, ceil(origin - widest)), min(out.shape[0], floor(origin + widest) + 1)):
        row = out[j, leftmost : leftmost + block]
        off = abs(j - origin)
        # the lines nearer than this one's corner belong to the next sector
        skip = max(0, ceil(off - nearest))
        if step > 0:
            for n in range(skip, block):
                row[n] = lowest[n, j]
        else:
            for n in range(skip, block):
                row[block - 1 - n] = lowest[n, j]


# --- sectors ----------------------------------------------------------------------------------------------------------


@kernel
def _sector(
    heights: Heights, out: Heights, by_rows: bool, step: int, first_line: int, count: int, start: float, origin: float,
    along2: float, across2: float, rays: float, bent: float, c0: float, c1: float, c2: float, c3: float, e1: float,
    e2: float, radius: float, antenna: float, farthest2: float, slopes: npt.NDArray[np.float64], ground: Heights,
    reduced: Heights, lowest: Heights, index: npt.NDArray[np.int32], share: npt.NDArray[np.float64], passed: Heights,
    cell_index: npt.NDArray[np.int32], cell_share: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    """All lines of one sector, `_BLOCK` at a time.

    `reduced` has one row more: the last line of the block before. `index` and `share` have a row for this line and one
    for the last, in turn.
    """
    width = ground.shape[1]
    size = slopes.size
    centre = size // 2
    for done in range(0, count, _BLOCK):
        block = min(_BLOCK, count - done)
        line = first_line + step * done
        reach = abs(line + step * (block - 1) - start) * (1.0 + bent) + 3.0
        low, high = max(0, floor(origin - reach)), min(width, ceil(origin + reach) + 1)
        if not by_rows:
            _copy_columns(heights, line, step, block, low, high, ground)
        for n in range(block):
            u = abs(line + step * n - start)
            surface = heights[line + step * n] if by_rows else ground[n]
            # the cells of the sector, and those outside it that its outermost rays pass
            reach = u * (1.0 + bent) + 3.0
            left, right = max(0, floor(origin - reach)), min(width, ceil(origin + reach) + 1)
            for a in range(left, right, _CHUNK):
                b = min(a + _CHUNK, right)
                m = b - a
                _look(
                    slopes, rays, a - origin, u, c0, c1, c2, c3, e1, e2, along2, across2, radius, antenna, farthest2,
                    surface[a:b], cell_index[:m], cell_share[0, :m], cell_share[1, :m], lowest[n, a:b],
                    reduced[n + 1, a:b],
                )  # fmt: skip
            if by_rows:
                edge = u + 1e-9
                row = out[line + step * n]
                for j in range(max(0, ceil(origin - edge)), min(width, floor(origin + edge) + 1)):
                    row[j] = lowest[n, j]
            # the rays that are still over the raster
            margin = rays * bent + 2.0
            left = max(0, centre + floor(max(-origin / u * rays - margin, -2e9)))
            right = min(size, centre + ceil(min((width - 1.0 - origin) / u * rays + margin, 2e9)) + 1)
            now = (done + n) % 2
            last = now if done + n == 0 else 1 - now  # before the first line nothing was crossed
            for a in range(left, right, _CHUNK):
                b = min(a + _CHUNK, right)
                m = b - a
                _cross(
                    float(a - centre), 1.0 / rays, u, origin, width - 1.0 - 1e-6, c0, c1, c2, c3, index[now, a:b],
                    share[now, a:b],
                )  # fmt: skip
                _pick(
                    reduced[n + 1], reduced[n], index[now, a:b], index[last, a:b], passed[0, :m], passed[1, :m],
                    passed[2, :m],
                )  # fmt: skip
                _rise(
                    slopes[a:b], u, index[now, a:b], share[now, a:b], index[last, a:b], share[last, a:b],
                    passed[0, :m], passed[1, :m], passed[2, :m],
                )  # fmt: skip
        for j in range(low, high):
            reduced[0, j] = reduced[block, j]
        if not by_rows:
            _copy_back(lowest, line, step, block, start, origin, out)


def _sweep_sector(
    heights: Heights, out: Heights, by_rows: bool, forward: bool, start: float, origin: float, along_m: float,
    across_m: float, c: tuple[float, float, float, float], e: tuple[float, float], radius: float, antenna: float,
    farthest_m: float, rays_per_cell: float,
) -> None:  # fmt: skip
    """One sector: lines are rows (`by_rows`) or columns, from `start` forward or backward; `origin` is where v = 0."""
    lines, width = heights.shape if by_rows else heights.shape[::-1]
    step = 1 if forward else -1
    first_line = floor(start) + 1 if forward else ceil(start) - 1
    count = lines - first_line if forward else first_line + 1
    count = min(count, int(min(farthest_m / along_m, 1e9)) + 2)
    if count <= 0:
        return
    deepest = abs(first_line + step * (count - 1) - start)
    rays = ceil(rays_per_cell * max(deepest, 4.0))
    bent = sum(map(abs, c)) * deepest  # how far rays turn, in units of v/u
    size = 2 * (ceil(rays * (1.0 + bent)) + 2) + 1
    _sector(
        heights, out, by_rows, step, first_line, count, start, origin, (along_m / radius) ** 2,
        (across_m / radius) ** 2, float(rays), bent, *c, *e, radius, antenna, (farthest_m / radius) ** 2,
        np.full(size, _NO_SLOPE), np.zeros((_BLOCK, width), np.float32), np.zeros((_BLOCK + 1, width), np.float32),
        np.empty((_BLOCK, width), np.float32), np.zeros((2, size), np.int32), np.zeros((2, size)),
        np.empty((3, _CHUNK), np.float32), np.empty(_CHUNK, np.int32), np.empty((2, _CHUNK)),
    )  # fmt: skip


@kernel
def exact_lowest_at(
    heights: Heights, row: float, column: float, antenna_m: float, to_row: int, to_column: int, row_step_m: float,
    column_step_m: float, effective_radius_m: float,
) -> float:  # fmt: skip
    """One ray to one cell of a projected raster, by equations (1) and (2) of `visibility`: the slow method, the
    measure of the others.

    The ground is interpolated at every crossing of the straight line with a row or a column of cell centres.
    """
    rows, columns = to_row - row, to_column - column
    distance = sqrt((rows * row_step_m) ** 2 + (columns * column_step_m) ** 2)
    ground = float(heights[to_row, to_column])
    if distance == 0.0:
        return ground
    steepest = -inf
    for by_rows in (True, False):
        start, end, length = (row, to_row, rows) if by_rows else (column, to_column, columns)
        if length == 0.0:
            continue
        step = 1 if length > 0.0 else -1
        line = floor(start) + 1 if length > 0.0 else ceil(start) - 1
        while (end - line) * step > 0:
            share = (line - start) / length
            across = column + share * columns if by_rows else row + share * rows
            i = int(across)
            f = across - i
            near = float(heights[line, i] if by_rows else heights[i, line])
            if f > 0.0:
                far = float(heights[line, i + 1] if by_rows else heights[i + 1, line])
                near = (1.0 - f) * near + f * far
            steepest = max(steepest, elevation_tangent(antenna_m, near, share * distance, effective_radius_m))
            line += step
    if steepest == -inf:
        return ground
    return max(ground, height_on_line(antenna_m, steepest, distance, effective_radius_m))


# --- in Python --------------------------------------------------------------------------------------------------------


def lowest_on_grid(
    heights_m: npt.NDArray[np.floating],
    row: float,
    column: float,
    antenna_height_m: float,
    *,
    row_step_m: float,
    column_step_m: float,
    max_range_m: float = inf,
    earth_factor: float = EARTH_FACTOR,
    rays_per_cell: float = 1.0,
) -> Heights:
    """The lowest height seen on every cell of a projected raster, metres above its datum, float32.

    `row` and `column` may lie between cell centres; `antenna_height_m` is above the ground there. NaN cells are
    voids: they hide nothing and what is seen above them is the line of sight. Cells beyond `max_range_m` are infinite.
    """
    for name, step in (("row_step_m", row_step_m), ("column_step_m", column_step_m)):
        if not 0.0 < step < inf:
            raise InputError(f"{name} is {step}: write the distance of two cell centres in metres")
    return _swept(
        heights_m, float(row), float(column), antenna_height_m, row_step_m, column_step_m, 0.0, 0.0, max_range_m,
        earth_factor, rays_per_cell,
    )  # fmt: skip


def lowest_on_terrain(
    terrain: Terrain,
    lat_deg: float,
    lon_deg: float,
    antenna_height_m: float,
    *,
    max_range_m: float = inf,
    earth_factor: float = EARTH_FACTOR,
    rays_per_cell: float = 1.0,
) -> Heights:
    """The lowest height seen on every cell of a grid of latitude and longitude; otherwise as `lowest_on_grid`.

    For grids of some degrees: rays are right to 10 m at 100 km.
    """
    lat, dlat, dlon = radians(lat_deg), radians(terrain.dlat_deg), radians(terrain.dlon_deg)
    w2 = 1.0 - ECCENTRICITY_SQUARED * sin(lat) ** 2
    prime_vertical = SEMI_MAJOR_AXIS_M / sqrt(w2)
    meridian = prime_vertical * (1.0 - ECCENTRICITY_SQUARED) / w2
    return _swept(
        terrain.heights_m, (lat_deg - terrain.lat0_deg) / terrain.dlat_deg,
        ((lon_deg - terrain.lon0_deg) % 360.0) / terrain.dlon_deg, antenna_height_m, abs(dlat) * meridian,
        dlon * prime_vertical * cos(lat), sin(lat) * cos(lat) * dlon**2 / (2.0 * dlat), tan(lat) * dlat, max_range_m,
        earth_factor, rays_per_cell,
    )  # fmt: skip


def _swept(
    heights_m: npt.NDArray[np.floating], row: float, column: float, antenna_height_m: float, row_step_m: float,
    column_step_m: float, a: float, b: float, max_range_m: float, earth_factor: float, rays_per_cell: float,
) -> Heights:  # fmt: skip
    heights = np.ascontiguousarray(heights_m, dtype=np.float32)
    if heights.ndim != 2 or min(heights.shape) < 2:
        raise InputError(f"heights of shape {heights.shape}: give a grid of at least 2 x 2 cells")
    rows, columns = heights.shape
    if not (0.0 <= row <= rows - 1.0 and 0.0 <= column <= columns - 1.0):
        raise OutOfRangeError(
            f"the sensor at row {row:g}, column {column:g} is off the raster of {rows} x {columns} cells: "
            "check that latitude and longitude are not exchanged, or take a larger raster"
        )
    if not 0.0 <= antenna_height_m < inf:
        raise InputError(f"the antenna stands {antenna_height_m} m above the ground: write a height of 0 m or more")
    if not (0.0 < earth_factor < inf and max_range_m > 0.0 and 0.0 < rays_per_cell <= 8.0):
        raise InputError("earth_factor and max_range_m must be greater than 0, rays_per_cell at most 8")
    i, j = min(int(row), rows - 2), min(int(column), columns - 2)
    u, v = row - i, column - j
    corners = heights[i : i + 2, j : j + 2].astype(np.float64)
    weights = np.outer([1.0 - u, u], [1.0 - v, v])
    ground = float(np.sum(corners[weights > 0.0] * weights[weights > 0.0]))
    if not ground == ground:
        raise InputError(f"the sensor at row {row:g}, column {column:g} stands on a void: fill the raster or move it")
    antenna = ground + antenna_height_m
    radius = earth_factor * MEAN_RADIUS_M
    # without a limit every cell is written
    out = np.empty_like(heights) if max_range_m == inf else np.full_like(heights, inf)
    if row == i + round(u) and column == j + round(v):
        out[i + round(u), j + round(v)] = ground
    for forward in (True, False):
        side = 1.0 if forward else -1.0
        across_rows = ((0.0, side * b, 0.0, side * a), (0.0, side * a))
        across_columns = ((-a, 0.0, -b, 0.0), (-b, 0.0))
        _sweep_sector(
            heights, out, True, forward, row, column, row_step_m, column_step_m, *across_rows, radius, antenna,
            max_range_m, rays_per_cell,
        )  # fmt: skip
        _sweep_sector(
            heights, out, False, forward, column, row, column_step_m, row_step_m, *across_columns, radius, antenna,
            max_range_m, rays_per_cell,
        )  # fmt: skip
    return out
