"""Voids filled and heights taken between cells: against other ways to do the same."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS
from scipy.ndimage import map_coordinates

from buckler.recordings.sampling import between, bilinear, cells_at, control, nearest_cell, nodes_apart
from buckler.recordings.voids import fill_small_voids, small_voids

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rasterio 1.4 with affine 3


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), share=st.floats(0.02, 0.4))
def test_filled_heights_stay_between_those_around(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    heights = rng.normal(500, 200, (25, 30)).astype(np.float32)
    before = heights.copy()
    void = rng.random(heights.shape) < share
    heights[void] = before[void] = np.nan
    filled = fill_small_voids(heights, 6)
    assert not np.isnan(heights[filled]).any()
    assert np.isnan(heights[void & ~filled]).all()
    assert np.array_equal(heights[~void], before[~void])
    assert not (filled & ~void).any()
    if filled.any():
        known = before[~void]
        assert known.min() - 0.01 <= heights[filled].min() <= heights[filled].max() <= known.max() + 0.01


def test_a_filled_void_is_what_relaxation_converges_to() -> None:
    rng = np.random.default_rng(5)
    heights = rng.normal(0, 100, (12, 12)).astype(np.float32)
    heights[3:8, 4:9] = np.nan
    heights[5, 6] = 40.0
    void = np.isnan(heights)
    relaxed = np.where(void, 0.0, heights.astype(np.float64))
    for _ in range(3000):
        mean = 0.25 * (relaxed[:-2, 1:-1] + relaxed[2:, 1:-1] + relaxed[1:-1, :-2] + relaxed[1:-1, 2:])
        relaxed[1:-1, 1:-1] = np.where(void[1:-1, 1:-1], mean, relaxed[1:-1, 1:-1])
    fill_small_voids(heights, 5)
    assert np.allclose(heights, relaxed, atol=1e-4)


def test_the_limit_is_the_span_both_ways_and_corners_count_as_touching() -> None:
    void = np.zeros((20, 20), dtype=bool)
    void[2, 2:6] = True  # four long
    void[6:11, 8] = True  # five long
    void[14, 14] = void[15, 15] = True  # two that touch by a corner
    void[0, 10] = True  # at the rim
    small = small_voids(void, 4)
    assert small[2, 2:6].all()
    assert small[14, 14]
    assert small[15, 15]
    assert not small[6:11, 8].any()
    assert not small[0, 10]
    assert not small_voids(void, 1)[14, 14]
    assert not small_voids(void, 0).any()


def test_bilinear_is_scipys_inside_and_known_cells_carry_on_at_a_void() -> None:
    rng = np.random.default_rng(6)
    heights = rng.normal(500, 100, (30, 40)).astype(np.float32)
    column, row = rng.uniform(0, 39, (9, 9)), rng.uniform(0, 29, (9, 9))
    expected = map_coordinates(heights.astype(np.float64), [row, column], order=1)
    assert np.allclose(bilinear(heights, column, row), expected, atol=1e-3)
    holed = heights.copy()
    holed[10, 10] = np.nan
    near, far = np.array([[10.4]]), np.array([[10.6]])
    ten = np.array([[10.0]])
    assert np.isnan(bilinear(holed, near, ten)).all()
    assert bilinear(holed, far, ten)[0, 0] == heights[10, 11]
    assert np.isnan(bilinear(heights, np.array([[np.nan, -0.6, 39.6]]), np.array([[1.0, 1.0, 1.0]]))).all()
    assert nearest_cell(heights, near, ten)[0, 0] == heights[10, 10]


def test_positions_between_control_nodes_are_within_a_thousandth_of_a_cell() -> None:
    cell_m, step = 90.0, 90.0 / 111_195.0
    lat, lon = 41.0 + step * np.arange(200), 44.0 + step * np.arange(300)  # far from the central meridian of zone 36
    place, crs = Affine(cell_m, 0.0, 0.0, 0.0, -cell_m, 5e6), CRS.from_epsg(32636)
    apart = nodes_apart(cell_m)
    rows, columns = control(lat.size, apart), control(lon.size, apart)
    exact = cells_at(place, crs, lon, lat)
    coarse = cells_at(place, crs, lon[columns], lat[rows])
    assert apart > 10
    for found, wanted in zip(coarse, exact, strict=True):
        assert np.abs(between(found, rows, columns) - wanted).max() < 1e-3
