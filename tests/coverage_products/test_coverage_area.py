from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.coverage.area import Grid, grid_over, zone_m2
from buckler.errors import InputError


def test_the_area_of_the_earth():
    # WGS-84: 510 065 621.724 km2 (NIMA TR8350.2 / geographiclib.EllipsoidArea)
    south, north = zone_m2(np.radians([-90.0, 90.0]))
    assert north - south == pytest.approx(510_065_621.724e6, rel=1e-11)


@settings(max_examples=20)
@given(st.floats(-80.0, 80.0), st.floats(0.001, 2.0))
def test_a_cell_has_the_area_that_geodesy_gives(lat, size):
    cell = Grid(lat, 10.0, size, size, 1, 1)
    # between parallels: the polygon's sides along them are divided, because its edges are geodesics
    polygon = Geodesic.WGS84.Polygon()
    for lon in np.linspace(10.0, 10.0 + size, 60):
        polygon.AddPoint(lat, lon)
    for lon in np.linspace(10.0 + size, 10.0, 60):
        polygon.AddPoint(lat + size, lon)
    assert cell.cell_m2[0] == pytest.approx(polygon.Compute(False, True)[2], rel=2e-5)


def test_cells_are_as_large_as_asked_for():
    grid = grid_over((36.0, 26.0, 42.0, 45.0), 5.0)
    middle = grid.cell_m2[grid.rows // 2]
    assert middle == pytest.approx(25e6, rel=0.01)
    south, west, north, east = grid.bounds_deg
    assert (south, west) == (36.0, 26.0)
    assert 42.0 <= north < 42.0 + grid.dlat_deg
    assert 45.0 <= east < 45.0 + grid.dlon_deg
    assert grid.lat_deg[0] == pytest.approx(36.0 + grid.dlat_deg / 2)


def test_the_usual_cell_follows_the_area():
    assert grid_over((38.0, 35.0, 39.0, 36.0)).rows >= 100
    wide = grid_over((32.0, 20.0, 46.0, 54.0))
    assert wide.rows * wide.columns <= 260_000


@settings(max_examples=30)
@given(st.floats(36.0, 42.0), st.floats(26.0, 45.0), st.floats(1e3, 400e3))
def test_the_window_holds_every_cell_within_reach(lat, lon, reach):
    grid = GRID
    r0, r1, c0, c1 = grid.window(lat, lon, reach)
    inside = np.zeros(grid.shape, bool)
    inside[r0:r1, c0:c1] = True
    half = np.radians(grid.lat_deg[:, None] - lat) / 2
    side = np.radians(grid.lon_deg[None, :] - lon) / 2
    angle = 2 * np.arcsin(
        np.sqrt(
            np.sin(half) ** 2 + np.cos(np.radians(lat)) * np.cos(np.radians(grid.lat_deg[:, None])) * np.sin(side) ** 2
        )
    )
    assert inside[angle * 6_371_008.8 < reach].all()


GRID = grid_over((36.0, 26.0, 42.0, 45.0), 25.0)


def test_bad_areas_and_cells():
    with pytest.raises(InputError, match=r"need .* GB of memory: write 0\.5 km or more"):
        grid_over((36.0, 26.0, 42.0, 45.0), 0.2)
    with pytest.raises(InputError, match="above 0"):
        grid_over((36.0, 26.0, 42.0, 45.0), -1.0)
    with pytest.raises(InputError, match="south below north"):
        grid_over((42.0, 26.0, 36.0, 45.0), 5.0)
