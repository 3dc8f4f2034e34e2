from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator
from shared_data import shared

from buckler.errors import InputError, OutOfRangeError
from buckler.physics import terrain
from buckler.physics.terrain import Terrain, altitude_m, bicubic_height_at, flat_terrain, height_at, packaged_terrain

# ITU's validation examples for P.1511-2 (latitude, longitude, altitude in km; "ITURP1511-2_topographic_altitude.csv"),
# each with the sixteen nodes of the recommendation's own map around it: row from 90.125 S, column from 180.125 W.
ITU_EXAMPLES = [
    (3.133, 101.7, 0.05125146, 1118, 3380, [18, 41, 68, 91, 37, 55, 55, 137, 47, 114, 70, 273, 50, 253, 257, 439]),
    (22.9, -43.23, 0.00000000, 1355, 1641, [0] * 16),
    (23, 30, 0.18759375, 1356, 2520, [201, 206, 225, 215, 196, 192, 201, 212, 193, 186, 180, 179, 190, 187, 184, 177]),
    (25.78, -80.22, 0.00861728, 1389, 1197, [8, 5, 0, 0, 9, 10, 2, 1, 8, 8, 9, 3, 8, 8, 9, 3]),
    (28.717, 77.3, 0.20938370, 1425, 3088, [225, 205, 203, 209, 212, 209, 210, 215, 209, 213, 214, 216, 213, 219, 217,
      218]),
    (33.94, 18.43, 0.00000000, 1487, 2381, [0] * 16),
    (41.9, 12.49, 0.04612299, 1583, 2310, [26, 43, 85, 175, 53, 46, 47, 62, 97, 66, 41, 62, 146, 95, 50, 101]),
    (51.5, -0.14, 0.03138298, 1698, 2158, [31, 46, 58, 84, 17, 20, 27, 28, 39, 47, 40, 14, 84, 89, 54, 20]),
    (9.05, 38.7, 2.53986188, 1189, 2624,
     [2439, 2649, 2285, 2246, 2423, 2639, 2510, 2534, 2634, 2698, 2722, 2835, 2892, 2700, 2595, 2699]),
]  # fmt: skip
ITU_PRINTED_TO_M = 5e-6  # the examples are printed in kilometres with eight decimals


@pytest.mark.parametrize(("lat", "lon", "altitude_km", "row", "column", "nodes"), ITU_EXAMPLES)
def test_bicubic_gives_itus_validation_examples(lat, lon, altitude_km, row, column, nodes):
    grid = np.array(nodes, dtype=np.float32).reshape(4, 4)
    height = bicubic_height_at(grid, -90.125 + row / 12, -180.125 + column / 12, 1 / 12, 1 / 12, lat, lon)
    assert height == pytest.approx(1000 * altitude_km, abs=2 * ITU_PRINTED_TO_M)


def test_world_grid_gives_itus_validation_examples_where_itur_is_installed():
    if terrain.world_terrain_file() is None:
        pytest.skip("needs the data of the package itur (extra buckler[itu])")
    path = shared("validation/data/itur/validation/ITURP1511-2_topographic_altitude.csv")
    with path.open(encoding="latin-1") as stream:
        rows = [list(map(float, row)) for row in list(csv.reader(stream))[2:] if row]
    lat, lon, altitude_km = np.array(rows).T
    world = terrain.world_terrain()
    assert altitude_m(lat, lon, world) == pytest.approx(1000 * altitude_km, abs=2 * ITU_PRINTED_TO_M)
    crop = packaged_terrain()
    rows_, columns = crop.heights_m.shape
    lat, lon = np.meshgrid(
        crop.lat0_deg + np.arange(rows_) / 12, crop.lon0_deg + np.arange(columns) / 12, indexing="ij"
    )
    # bilinear at a node is the node, up to the rounding of its position
    assert np.abs(world.height_m(lat, lon) - crop.heights_m).max() < 1e-6


def test_packaged_crop_is_the_one_that_its_provenance_describes():
    crop = packaged_terrain()
    values = crop.heights_m.astype("<i2")
    assert np.array_equal(values, crop.heights_m)
    provenance = Path(terrain.__file__).with_name("tables") / "terrain_p1511_turkiye.md"
    assert hashlib.sha256(values.tobytes()).hexdigest() in provenance.read_text(encoding="utf-8")
    assert crop.bounds_deg == pytest.approx((31.875, 19.875, 46.125, 54.125))
    assert crop.caveat == "9 km cells: ridge masking not shown"


def test_mount_ararat_is_cut_off_as_published():
    # P.1511-2 map, interpolated at the summit (39.7019 N, 44.2983 E): 3695.1 m; the mountain is 5137 m high.
    assert altitude_m(39.7019, 44.2983) == pytest.approx(3695.1, abs=0.05)


@pytest.mark.parametrize(
    ("name", "lat", "lon", "published_m"),
    [
        # aerodrome elevations, AIP Türkiye, through PyPI airportsdata 20260905: flat sites agree within 80 m
        ("Esenboga LTAC", 40.1281, 32.9951, 952),
        ("Konya LTAN", 37.979, 32.5619, 1031),
        ("Incirlik LTAG", 37.0021, 35.4259, 73),
        ("Istanbul LTFM", 41.27533, 28.752, 99),
    ],
)
def test_aerodromes_lie_at_their_published_elevation(name, lat, lon, published_m):
    assert altitude_m(lat, lon) == pytest.approx(published_m, abs=80), name


def test_the_seas_are_at_sea_level():
    assert altitude_m([43.0, 35.5, 38.5], [35.0, 28.0, 25.2]) == pytest.approx(0.0)


@given(lat=st.floats(31.9, 46.1), lon=st.floats(19.9, 54.1))
def test_bilinear_agrees_with_scipy_and_stays_between_the_nodes(lat, lon):
    crop = packaged_terrain()
    rows, columns = crop.heights_m.shape
    nodes = crop.lat0_deg + np.arange(rows) * crop.dlat_deg, crop.lon0_deg + np.arange(columns) * crop.dlon_deg
    here = height_at(*crop.grid, lat, lon)
    second = RegularGridInterpolator(nodes, crop.heights_m.astype(float))
    assert here == pytest.approx(float(second((lat, lon))), abs=1e-6)
    i, j = int((lat - crop.lat0_deg) * 12), int((lon - crop.lon0_deg) * 12)
    around = crop.heights_m[max(i - 1, 0) : i + 3, max(j - 1, 0) : j + 3]
    assert around.min() <= here <= around.max()


@given(a=st.floats(-50, 50), b=st.floats(-50, 50), c=st.floats(-500, 500), lat=st.floats(11, 18), lon=st.floats(21, 28))
def test_bicubic_reproduces_a_plane(a, b, c, lat, lon):
    i, j = np.meshgrid(np.arange(10), np.arange(10), indexing="ij")
    plane = (a * i + b * j + c).astype(np.float32)
    expected = a * (lat - 10) + b * (lon - 20) + c
    assert bicubic_height_at(plane, 10.0, 20.0, 1.0, 1.0, lat, lon) == pytest.approx(expected, abs=1e-3)


def test_a_grid_that_runs_southwards_and_other_turns_of_longitude_read_the_same():
    crop = packaged_terrain()
    southwards = crop.heights_m[::-1].copy()
    flipped = Terrain(southwards, crop.bounds_deg[2], crop.lon0_deg, -crop.dlat_deg, crop.dlon_deg, "", "")
    assert flipped.bounds_deg == pytest.approx(crop.bounds_deg)
    for lon in (44.0, 44.0 - 360.0):
        assert flipped.height_m(39.6, lon) == pytest.approx(crop.height_m(39.6, 44.0), abs=1e-6)


def test_outside_the_grid_is_an_error_that_says_what_to_do():
    with pytest.raises(OutOfRangeError, match=r"latitude 60.*31\.875 to 46\.125 degrees north.*buckler\[itu\]"):
        packaged_terrain().altitude_m([40.0, 60.0], [33.0, 33.0])
    with pytest.raises(InputError, match="lat_deg is 91"):
        packaged_terrain().height_m(91.0, 33.0)
    assert np.isnan(height_at(*packaged_terrain().grid, 60.0, 33.0))
    assert not packaged_terrain().covers(40.0, 60.0)


def test_flat_terrain_is_flat_to_the_poles():
    assert flat_terrain(120.0).height_m([-90, 0, 90], [-180, 180, 359]) == pytest.approx(120.0)
    assert flat_terrain().altitude_m(12.3, 45.6) == 0.0
    assert "terrain masking not shown" in flat_terrain().caveat


def test_fine_cells_need_no_caveat():
    fine = Terrain(
        np.arange(9, dtype=np.float32).reshape(3, 3), 44.0, -72.0, 1 / 1200, 1 / 1200, "SRTM", "3 arc seconds"
    )
    assert fine.caveat == ""
    assert fine.cell_m == pytest.approx(92.66, abs=0.1)


@pytest.fixture
def _no_cached_world():
    terrain.world_terrain.cache_clear()
    yield
    terrain.world_terrain.cache_clear()


def _install_itur(folder: Path, heights: np.ndarray) -> Path:
    data = folder / "itur" / "data" / "1511" / "v2_topo.npz"
    data.parent.mkdir(parents=True)
    (folder / "itur" / "__init__.py").write_text("raise RuntimeError('itur was imported')\n")
    np.savez(data, heights)
    return data


@pytest.mark.usefixtures("_no_cached_world")
def test_the_worlds_grid_is_read_without_importing_itur(tmp_path, monkeypatch):
    heights = np.zeros((2164, 4324))
    heights[:2] = 7.0  # the file runs southwards: these rows lie around the north pole
    _install_itur(tmp_path, heights)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "itur", raising=False)
    world = terrain.world_terrain()
    assert world.bounds_deg == pytest.approx((-90.125, -180.125, 90.125, 180.125))
    assert world.height_m(90.0, 12.0) > 0.0
    assert world.height_m(-90.0, 180.0) == 0.0
    assert "itur" not in sys.modules


@pytest.mark.usefixtures("_no_cached_world")
def test_a_worlds_grid_that_is_absent_misshapen_or_cut_short_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(terrain, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'buckler\[itu\]'"):
        terrain.world_terrain()
    data = _install_itur(tmp_path, np.zeros((4, 4)))
    monkeypatch.setattr(terrain, "world_terrain_file", lambda: data)
    with pytest.raises(InputError, match=r"shape \(4, 4\)"):
        terrain.world_terrain()
    data.write_bytes(data.read_bytes()[:200])
    with pytest.raises(InputError, match="install it again"):
        terrain.world_terrain()
