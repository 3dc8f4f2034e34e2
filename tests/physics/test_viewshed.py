from __future__ import annotations

from math import acos, cos, hypot, inf, radians

import numba
import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import shared

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.terrain import Terrain, height_at
from buckler.physics.viewshed import exact_lowest_at, lowest_on_grid, lowest_on_terrain
from buckler.physics.visibility import (
    EARTH_FACTOR,
    elevation_tangent,
    height_on_line,
    horizon_table,
    radial_point,
)

RADIUS = EARTH_FACTOR * MEAN_RADIUS_M


def hills(rows: int, columns: int, seed: int, height_m: float) -> np.ndarray:
    """Smooth random hills: a few cosines of random direction and length."""
    rng = np.random.default_rng(seed)
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    waves = [
        np.cos(2 * np.pi * (i * rng.normal() + j * rng.normal()) / rng.uniform(8, 60) + rng.uniform(0, 6))
        for _ in range(8)
    ]
    return (height_m * (2.0 + sum(waves) / len(waves))).astype(np.float32)


@kernel
def _exact(heights, row, column, antenna_m, cells, row_step_m, column_step_m, radius, out):
    for n in range(cells.shape[0]):
        out[n] = exact_lowest_at(
            heights, row, column, antenna_m, cells[n, 0], cells[n, 1], row_step_m, column_step_m, radius
        )


def exact(heights, row, column, antenna_m, cells, step):
    out = np.empty(len(cells))
    _exact(heights, float(row), float(column), float(antenna_m), cells, step[0], step[1], RADIUS, out)
    return out


def every_cell(shape, stride=1):
    i, j = np.meshgrid(np.arange(0, shape[0], stride), np.arange(0, shape[1], stride), indexing="ij")
    return np.column_stack([i.ravel(), j.ravel()])


def test_exact_method_against_a_hand_calculation():
    # Antenna at 10 m over sea; a post 60 m high two cells east. The tangent to it: (60 - 10)/200 m less the bulge, so
    # that at 400 m the line is at 10 + 2 * 50 = 110 m, plus 400 * (400 - 200) / (2 R_e) = 0.005 m for the curved earth.
    heights = np.zeros((3, 6), dtype=np.float32)
    heights[1, 2] = 60.0
    got = exact_lowest_at(heights, 1.0, 0.0, 10.0, 1, 4, 100.0, 100.0, RADIUS)
    assert got == pytest.approx(110.0 + 400.0 * 200.0 / (2.0 * RADIUS), abs=1e-3)
    assert exact_lowest_at(heights, 1.0, 0.0, 10.0, 1, 2, 100.0, 100.0, RADIUS) == 60.0
    # one row beside, the post's slope is crossed half way: on the row between them and on the columns around
    beside = exact_lowest_at(heights, 1.0, 0.0, 10.0, 2, 4, 100.0, 100.0, RADIUS)
    assert beside == pytest.approx(10.0 + 2.0 * (30.0 - 10.0), abs=0.01)


@given(
    seed=st.integers(0, 10_000), row=st.floats(0, 38), column=st.floats(0, 51), mast=st.floats(1, 60),
    height=st.sampled_from([0.0, 20.0, 200.0]),
)  # fmt: skip
@settings(max_examples=15)
def test_sweep_with_many_rays_is_the_exact_method(seed, row, column, mast, height):
    heights = hills(39, 52, seed, height)
    step = (90.0, 70.0)
    got = lowest_on_grid(
        heights, row, column, mast, row_step_m=step[0], column_step_m=step[1], rays_per_cell=8.0
    )  # fmt: skip
    i, j = min(int(row), 37), min(int(column), 50)
    u, v = row - i, column - j
    ground = np.outer([1 - u, u], [1 - v, v]).ravel() @ heights[i : i + 2, j : j + 2].ravel().astype(float)
    cells = every_cell(heights.shape)
    expected = exact(heights, row, column, ground + mast, cells, step)
    error = np.abs(got.ravel() - expected)
    # a cell's height is read between two rays an eighth of a cell apart
    assert np.percentile(error, 95) < 0.05 + 0.002 * height
    assert np.all(got >= heights)
    seen_differently = (got.ravel() <= heights.ravel()) != (expected <= heights.ravel())
    assert np.mean(seen_differently) < 0.01


def test_smooth_earth_first_sight_of_100_m_from_10_m():
    # Skolnik, Introduction to Radar Systems, 3rd ed.: d = sqrt(2 k a h1) + sqrt(2 k a h2) = 54.2 km
    sea = np.zeros((61, 401), dtype=np.float32)
    lowest = lowest_on_grid(sea, 30, 0, 10.0, row_step_m=150.0, column_step_m=150.0)
    for row in (0, 30, 47):
        distance = np.hypot((row - 30) * 150.0, np.arange(401) * 150.0)
        assert distance[lowest[row] <= 100.0].max() == pytest.approx(54.2e3, rel=0.005)
        horizon = RADIUS * acos(RADIUS / (RADIUS + 10.0))
        beyond = distance > 1.1 * horizon
        # equation (2) on the tangent: h = R_e/cos((d - d_horizon)/R_e) - R_e
        expected = RADIUS / np.cos((distance[beyond] - horizon) / RADIUS) - RADIUS
        assert lowest[row][beyond] == pytest.approx(expected, abs=0.02)
        assert np.all(lowest[row][distance < 0.98 * horizon] == 0.0)


def test_a_ridge_hides_exactly_the_cells_in_its_shadow():
    heights = np.zeros((201, 201), dtype=np.float32)
    heights[60, 80:121] = 120.0  # 40 rows north of the sensor
    lowest = lowest_on_grid(heights, 100, 100, 20.0, row_step_m=90.0, column_step_m=90.0)
    plain = lowest_on_grid(np.zeros_like(heights), 100, 100, 20.0, row_step_m=90.0, column_step_m=90.0)
    i, j = np.meshgrid(np.arange(201), np.arange(201), indexing="ij")
    behind = i < 60
    crossing = 100 + (j - 100) * 40.0 / np.maximum(100 - i, 1)
    shadow = behind & (crossing >= 80) & (crossing <= 120)
    beside = ~(behind & (crossing > 78.5) & (crossing < 121.5)) & (heights == 0.0)
    assert np.array_equal(lowest[beside], plain[beside])
    # the crest is met on the wall's own row: equation (1) and (2) there
    for a, b in np.argwhere(shadow)[::37]:
        share = 40.0 / (100 - a)
        distance = 90.0 * hypot(a - 100, b - 100)
        tangent = elevation_tangent(20.0, 120.0, share * distance, RADIUS)
        assert lowest[a, b] == pytest.approx(height_on_line(20.0, tangent, distance, RADIUS), abs=0.02)
    assert np.all(lowest[shadow] > 100.0)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_raster_gives_the_turned_answer(turn):
    heights = hills(45, 45, 3, 80.0)
    here = lowest_on_grid(heights, 17, 30, 15.0, row_step_m=90.0, column_step_m=90.0)
    place = np.zeros_like(heights)
    place[17, 30] = 1.0
    row, column = np.argwhere(np.rot90(place, turn))[0]
    turned = lowest_on_grid(np.rot90(heights, turn), row, column, 15.0, row_step_m=90.0, column_step_m=90.0)
    assert np.rot90(turned, -turn) == pytest.approx(here, abs=1e-3)
    mirrored = lowest_on_grid(heights.T, 30, 17, 15.0, row_step_m=90.0, column_step_m=90.0)
    assert pytest.approx(here, abs=1e-3) == mirrored.T


def test_a_longer_raster_sees_the_same_over_the_part_they_share():
    # the farther rim only adds rays; a sensor near a rim and lines that end in the middle of a block
    heights = hills(60, 97, 5, 60.0)
    step = {"row_step_m": 30.0, "column_step_m": 30.0, "rays_per_cell": 8.0}
    whole, part = lowest_on_grid(heights, 1, 2, 10.0, **step), lowest_on_grid(heights[:33, :50], 1, 2, 10.0, **step)
    assert np.percentile(np.abs(whole[:33, :50] - part), 95) < 0.1


def test_from_the_air_only_what_lies_behind_hills_is_hidden():
    heights = hills(50, 50, 7, 100.0)
    from_air = lowest_on_grid(heights, 25, 25, 9000.0, row_step_m=90.0, column_step_m=90.0)
    from_mast = lowest_on_grid(heights, 25, 25, 20.0, row_step_m=90.0, column_step_m=90.0)
    assert np.array_equal(from_air, heights)
    assert np.mean(from_mast > heights) > 0.3


def test_voids_hide_nothing_and_are_looked_over():
    heights = np.zeros((41, 41), dtype=np.float32)
    heights[10] = 100.0
    holed = heights.copy()
    holed[10, 15:26] = np.nan  # the middle of the wall is unknown
    lowest = lowest_on_grid(holed, 30, 20, 10.0, row_step_m=90.0, column_step_m=90.0)
    walled = lowest_on_grid(heights, 30, 20, 10.0, row_step_m=90.0, column_step_m=90.0)
    assert not np.isnan(lowest).any()
    assert lowest[0, 20] < 1.0
    assert walled[0, 20] > 100.0
    assert lowest[0, 2] == walled[0, 2]
    with pytest.raises(InputError, match="stands on a void"):
        lowest_on_grid(holed, 10, 20, 10.0, row_step_m=90.0, column_step_m=90.0)


def test_beyond_the_range_asked_for_nothing_is_said():
    heights = hills(80, 80, 1, 30.0)
    whole = lowest_on_grid(heights, 40, 40, 10.0, row_step_m=100.0, column_step_m=100.0)
    part = lowest_on_grid(heights, 40, 40, 10.0, row_step_m=100.0, column_step_m=100.0, max_range_m=2000.0)
    i, j = np.meshgrid(np.arange(80), np.arange(80), indexing="ij")
    distance = 100.0 * np.hypot(i - 40, j - 40)
    assert np.all(part[distance > 2001.0] == inf)
    inside = distance < 1999.0
    assert np.all(np.isfinite(part[inside]))
    assert np.percentile(np.abs(part[inside] - whole[inside]), 95) < 3.0


@kernel
def _along_geodesics(grid, lat0, lon0, dlat, dlon, lat, lon, antenna_m, to, radius, samples, out):
    """The lowest height seen at azimuth and range `to`, from bilinear samples along the ground track."""
    for n in range(to.shape[0]):
        azimuth, distance = to[n, 0], to[n, 1]
        steepest = -inf
        for k in range(1, samples):
            d = distance * k / samples
            here_lat, here_lon = radial_point(lat, lon, azimuth, d)
            ground = height_at(grid, lat0, lon0, dlat, dlon, here_lat * 180.0 / np.pi, here_lon * 180.0 / np.pi)
            steepest = max(steepest, elevation_tangent(antenna_m, ground, d, radius))
        out[n] = height_on_line(antenna_m, steepest, distance, radius)


@pytest.mark.parametrize("north_up", [True, False])
def test_on_degrees_the_rays_follow_geodesics(north_up):
    # 2 by 3 degrees at 60 N, where parallels curve away from great circles by kilometres
    rows, columns = 241, 361
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    heights = (300.0 + 150.0 * np.cos(0.11 * i + 0.07 * j) + 120.0 * np.cos(0.05 * i - 0.13 * j)).astype(np.float32)
    step = 1.0 / 120.0
    terrain = (
        Terrain(heights, 61.0, 10.0, -step, step, "test", "30 arc seconds")
        if north_up
        else Terrain(heights[::-1].copy(), 61.0 - (rows - 1) * step, 10.0, step, step, "test", "30 arc seconds")
    )
    lat, lon = 60.1, 11.37
    lowest = lowest_on_terrain(terrain, lat, lon, 30.0, rays_per_cell=4.0)
    if not north_up:
        lowest = lowest[::-1]
    cells = every_cell((rows, columns), 40 if numba.config.DISABLE_JIT else 12)
    to = np.empty((len(cells), 2))
    for n, (a, b) in enumerate(cells):
        line = Geodesic.WGS84.Inverse(lat, lon, 61.0 - a * step, 10.0 + b * step)
        to[n] = radians(line["azi1"]), line["s12"]
    antenna = float(terrain.height_m(lat, lon)) + 30.0
    expected = np.empty(len(cells))
    samples = 100 if numba.config.DISABLE_JIT else 800
    _along_geodesics(*terrain.grid, radians(lat), radians(lon), antenna, to, RADIUS, samples, expected)
    got = lowest[cells[:, 0], cells[:, 1]]
    ground = heights[cells[:, 0], cells[:, 1]]
    error = np.abs(got - np.maximum(expected, ground))
    assert np.median(error) < 2.0
    assert np.percentile(error, 95) < 15.0
    # straight lines in degrees would be wrong by far more: at 60 N, 80 km east, the great circle lies 11 km/17 off
    flat = lowest_on_grid(
        terrain.heights_m, (lat - terrain.lat0_deg) / terrain.dlat_deg, (lon - 10.0) / step, 30.0,
        row_step_m=step * 111_412.0, column_step_m=step * 55_800.0, rays_per_cell=4.0,
    )  # fmt: skip
    flat = flat if north_up else flat[::-1]
    assert np.median(error) < 0.5 * np.median(np.abs(flat[cells[:, 0], cells[:, 1]] - np.maximum(expected, ground)))


def test_table_and_raster_agree():
    heights = hills(161, 161, 11, 60.0)
    step = 1.0 / 400.0
    terrain = Terrain(heights, 39.8, 32.8, step, step, "test", "9 arc seconds")
    lowest = lowest_on_terrain(terrain, 40.0, 33.0, 25.0, rays_per_cell=4.0)
    azimuths, ranges = (90, 400.0) if numba.config.DISABLE_JIT else (2880, 50.0)
    table = horizon_table(terrain, 40.0, 33.0, 25.0, max_range_m=15e3, azimuths=azimuths, range_step_m=ranges)
    errors = []
    for a, b in every_cell(heights.shape, 9):
        line = Geodesic.WGS84.Inverse(40.0, 33.0, 39.8 + a * step, 32.8 + b * step)
        if 500.0 < line["s12"] < 15e3:
            errors.append(abs(table.lowest_seen_m(line["azi1"], line["s12"]) - lowest[a, b]))
    assert np.median(errors) < (20.0 if numba.config.DISABLE_JIT else 1.0)


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="1.4 million cells take minutes without the compiler")
@pytest.mark.parametrize(("place", "limit"), [("centre", 0.005), ("summit", 0.01)])
def test_masks_on_the_srtm_tile_agree_with_the_exact_method(place, limit):
    # SRTM 3 arc seconds N44W072 (big-endian int16, 1201 x 1201, northern row first): the White Mountains
    raw = np.fromfile(shared("validation/data/dem/N44W072.hgt"), dtype=">i2").reshape(1201, 1201)
    heights = raw.astype(np.float32)
    summit = tuple(int(k) for k in np.unravel_index(np.argmax(heights), heights.shape))
    row, column = (600, 600) if place == "centre" else summit
    cells = every_cell(heights.shape, 7)
    ground = heights[cells[:, 0], cells[:, 1]]
    # on a plane, cells of 92.6 m by 92.6 cos(44.5)
    step = (92.6, 92.6 * cos(radians(44.5)))
    expected = exact(heights, row, column, heights[row, column] + 20.0, cells, step)
    got = lowest_on_grid(heights, row, column, 20.0, row_step_m=step[0], column_step_m=step[1])[
        cells[:, 0], cells[:, 1]
    ]
    assert np.mean((got <= ground) != (expected <= ground)) < 0.5 * limit
    assert np.percentile(np.abs(got - expected), 95) < 3.0
    # in degrees, along great circles, against the ground track, sampled every 2 m or so
    terrain = Terrain(heights, 45.0, -72.0, -1 / 1200, 1 / 1200, "SRTM", "3 arc seconds")
    lat, lon = 45.0 - row / 1200, -72.0 + column / 1200
    on_earth = lowest_on_terrain(terrain, lat, lon, 20.0)[cells[:, 0], cells[:, 1]]
    few = cells[::115]
    to = np.empty((len(few), 2))
    for n, (a, b) in enumerate(few):
        line = Geodesic.WGS84.Inverse(lat, lon, 45.0 - a / 1200, -72.0 + b / 1200)
        to[n] = radians(line["azi1"]), max(line["s12"], 1.0)
    track = np.empty(len(few))
    _along_geodesics(
        *terrain.grid, radians(lat), radians(lon), float(heights[row, column]) + 20.0, to, RADIUS, 24_000, track
    )  # fmt: skip
    floor = ground[::115]
    # the ground at the cell itself is in the last samples: what is seen there is seen to within half a metre
    seen, seen_on_track = on_earth[::115] <= floor, track <= floor + 0.5
    assert np.mean(seen != seen_on_track) < limit
    assert np.percentile(np.abs(on_earth[::115] - np.maximum(track, floor)), 90) < 3.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"row": 99.0}, "off the raster of 20 x 30 cells.*exchanged"),
        ({"column": -1.0}, "off the raster"),
        ({"antenna_height_m": -2.0}, "0 m or more"),
        ({"row_step_m": 0.0}, "row_step_m is 0"),
        ({"column_step_m": float("nan")}, "column_step_m is nan"),
        ({"rays_per_cell": 0.0}, "rays_per_cell"),
        ({"heights_m": np.zeros(5)}, "at least 2 x 2"),
    ],
)
def test_bad_input_is_refused_with_what_to_write(change, message):
    asked = {
        "heights_m": np.zeros((20, 30)), "row": 3.0, "column": 4.0, "antenna_height_m": 5.0, "row_step_m": 90.0,
        "column_step_m": 90.0,
    } | change  # fmt: skip
    with pytest.raises(InputError, match=message):
        lowest_on_grid(**asked)


def test_a_position_off_the_terrain_is_refused():
    terrain = Terrain(np.zeros((10, 10), dtype=np.float32), 40.0, 33.0, 0.01, 0.01, "test", "0.01 degrees")
    with pytest.raises(InputError, match="off the raster"):
        lowest_on_terrain(terrain, 33.05, 40.05, 10.0)  # latitude and longitude exchanged
