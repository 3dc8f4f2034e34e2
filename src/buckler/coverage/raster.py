"""Sums of what sensors have of a place, over a grid of places at many heights.

**Network.** Scans of different sensors are independent: combined Pd = 1 - product of (1 - Pd).
"""

from __future__ import annotations

from math import cos, inf, isnan, pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import kernel
from buckler.coverage.column import COLUMN, over_nodes, over_place, pd_over, snr_over
from buckler.coverage.eye import CERTAIN, Body, Cube, Eye, Floats, Singles, along, echo_m2
from buckler.physics.detection import probability
from buckler.physics.terrain import Heights, height_at

_DEG: Final = pi / 180.0


@kernel
def fill_ground(
    grid: Heights, lat0_deg: float, lon0_deg: float, dlat_deg: float, dlon_deg: float, lat_deg: Floats, lon_deg: Floats,
    out: Singles,
) -> None:  # fmt: skip
    """Height of the ground at every cell's centre; the sea's (0) beyond the terrain's rim."""
    for r in range(lat_deg.size):
        for c in range(lon_deg.size):
            ground = height_at(grid, lat0_deg, lon0_deg, dlat_deg, dlon_deg, lat_deg[r], lon_deg[c])
            out[r, c] = 0.0 if isnan(ground) else ground


@kernel
def add_sensor(
    eye: Eye, body: Body, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles, height_m: Floats,
    above_ground: bool, window: tuple[int, int, int, int], miss: Cube, best: Cube, count: NDArray[np.uint8],
    own: Cube,
) -> None:  # fmt: skip
    """Add one sensor to a grid at several heights: for each cross-section the product of 1 - Pd and the best Pd,
    [cross-section, height, row, column]; for the middle one the number of sensors whose Pd is at least `seen_pd` and,
    in `own`, this sensor's Pd, [height, row, column]. Rows of `own` are counted from the window's first."""
    ends = body.rcs_dbsm.shape[0]
    middle = ends // 2
    sin_lon = np.sin(lon_deg * _DEG)
    cos_lon = np.cos(lon_deg * _DEG)
    over = np.empty(COLUMN)
    found = np.zeros((height_m.size, ends))
    turns = isnan(body.cosine)
    rcs_m2 = np.empty(ends)
    for k in range(ends):
        rcs_m2[k] = echo_m2(body, k, 0.0 if turns else body.cosine)
    for r in range(window[0], window[1]):
        sin_lat = sin(lat_deg[r] * _DEG)
        cos_lat = cos(lat_deg[r] * _DEG)
        for c in range(window[2], window[3]):
            ground = float(ground_m[r, c])
            flown = (0.0, 0.0, 0.0)
            if turns:
                flown = along(lat_deg[r] * _DEG, lon_deg[c] * _DEG, body.heading_rad)
            first = height_m.size  # nothing of the heights below it is in view
            for j in range(eye.share.size):
                if not over_place(eye, j, sin_lat, cos_lat, sin_lon[c], cos_lon[c], ground, flown, over):
                    continue
                for n in range(height_m.size):
                    height = height_m[n] + ground if above_ground else height_m[n]
                    if height < over[6] or height > over[7]:
                        continue
                    snr, slant = snr_over(eye, j, over, height)
                    if snr <= 0.0:
                        continue
                    first = min(first, n)
                    for k in range(ends):
                        m2 = echo_m2(body, k, over[8] / slant) if turns else rcs_m2[k]
                        found[n, k] += eye.share[j] * probability(snr * m2, eye.threshold, 1, eye.swerling)
            for n in range(first, height_m.size):
                for k in range(ends):
                    pd = np.float32(found[n, k])
                    found[n, k] = 0.0
                    miss[k, n, r, c] *= 1.0 - min(float(pd), CERTAIN)
                    best[k, n, r, c] = max(best[k, n, r, c], pd)
                    if k == middle:
                        own[n, r - window[0], c] = pd
                        if pd >= seen_pd:
                            count[n, r, c] += 1


@kernel
def contribution(
    seen_pd: float, window: tuple[int, int, int, int], miss: Cube, count: NDArray[np.uint8], cell_m2: Floats, own: Cube,
    out: Floats,
) -> None:  # fmt: skip
    """Add to `out` [height, 3] what one sensor is worth, m^2: area that it sees, that only it sees, and that the network
    would no longer hold with a combined Pd of `seen_pd` without it. `miss` and `count` [height, row, column] are the
    whole network's, `own` is the sensor's of `add_sensor`."""
    enough = 1.0 - seen_pd
    for n in range(out.shape[0]):
        for r in range(window[0], window[1]):
            for c in range(window[2], window[3]):
                pd = own[n, r - window[0], c]
                if pd <= 0.0:
                    continue
                if pd >= seen_pd:
                    out[n, 0] += cell_m2[r]
                    if count[n, r, c] == 1:
                        out[n, 1] += cell_m2[r]
                held = float(miss[n, r, c])
                if held <= enough and held / (1.0 - min(float(pd), CERTAIN)) > enough:
                    out[n, 2] += cell_m2[r]


@kernel
def _lowest_seen(
    eye: Eye, body: Body, over: Floats, nodes: NDArray[np.bool_], start_m: float, seen_pd: float, most_m: float
) -> float:
    """The lowest height over a place, from `start_m` up, at which Pd is at least `seen_pd`; infinite if there is none below `most_m`.

    Pd falls with range and range grows with height: from one place it is `start_m` or none. From an orbit another node may
    come into view at each of their lowest heights. Under lobes a target low over the horizon is in a null: up to the second
    lobe, by steps of an eighth of one, then bisected.
    """
    if pd_over(eye, body, over, nodes, start_m) >= seen_pd:
        return start_m
    height = start_m
    if eye.lobes_hz > 0.0:
        lobe = 3e8 / eye.lobes_hz * over[0, 5] / (2.0 * max(eye.height_m - eye.surface_m, 1.0))
        step = min(max(lobe / 8.0, 1.0), 200.0)
        top = min(most_m, start_m + 2.0 * lobe + 16.0 * step)
        while height < top:
            if pd_over(eye, body, over, nodes, height + step) >= seen_pd:
                low, high = height, height + step
                while high - low > 0.5:
                    between = 0.5 * (low + high)
                    if pd_over(eye, body, over, nodes, between) >= seen_pd:
                        high = between
                    else:
                        low = between
                return float(high)
            height += step
        return inf
    for _ in range(nodes.size):
        higher = inf
        for j in range(nodes.size):
            if nodes[j] and over[j, 6] > height:
                higher = min(higher, over[j, 6])
        if higher >= most_m:
            return inf
        height = higher
        if pd_over(eye, body, over, nodes, height) >= seen_pd:
            return height
    return inf


@kernel
def add_lowest(
    eye: Eye, body: Body, seen_pd: float, lat_deg: Floats, lon_deg: Floats, ground_m: Singles,
    window: tuple[int, int, int, int], in_sight_m: Singles, seen_m: Singles,
) -> None:  # fmt: skip
    """Lower two grids of heights above ground to what one sensor reaches: the lowest height in its line of sight and
    instrumented range (from anywhere on its orbit), and the lowest at which its Pd is at least `seen_pd`."""
    sin_lon = np.sin(lon_deg * _DEG)
    cos_lon = np.cos(lon_deg * _DEG)
    farthest = eye.maximum_range_m * eye.maximum_range_m
    over = np.empty((eye.share.size, COLUMN))
    nodes = np.zeros(eye.share.size, np.bool_)
    for r in range(window[0], window[1]):
        sin_lat = sin(lat_deg[r] * _DEG)
        cos_lat = cos(lat_deg[r] * _DEG)
        for c in range(window[2], window[3]):
            ground = float(ground_m[r, c])
            flown = (0.0, 0.0, 0.0)
            if isnan(body.cosine):
                flown = along(lat_deg[r] * _DEG, lon_deg[c] * _DEG, body.heading_rad)
            if not over_nodes(eye, sin_lat, cos_lat, sin_lon[c], cos_lon[c], ground, flown, over, nodes):
                continue
            start = inf
            for j in range(nodes.size):
                if nodes[j] and over[j, 0] + over[j, 6] * (2.0 * over[j, 1] + over[j, 6]) <= farthest:
                    start = min(start, over[j, 6])
            if start == inf or (start - ground >= in_sight_m[r, c] and start - ground >= seen_m[r, c]):
                continue
            in_sight_m[r, c] = min(in_sight_m[r, c], start - ground)
            lowest = _lowest_seen(eye, body, over, nodes, start, seen_pd, ground + float(seen_m[r, c]))
            seen_m[r, c] = min(seen_m[r, c], lowest - ground)
