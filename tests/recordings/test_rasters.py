"""Elevation rasters of several references and formats, made into terrain files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from raster_makers import dted0, nodes, plane_m, write_plane, write_projected_plane, write_tif
from shared_data import shared

from buckler.errors import InputError, OutputExistsError
from buckler.recordings import mosaic, raster_source
from buckler.recordings.rasters import import_terrain
from buckler.recordings.terrain_files import load_terrain

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rasterio 1.4 with affine 3


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.npz"


def nothing_left(folder: Path) -> bool:
    return not [path for path in folder.iterdir() if path.suffix in (".part", ".npz")]


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_a_grid_of_latitude_and_longitude_is_copied_cell_for_cell(tmp_path: Path, out: Path) -> None:
    heights = np.random.default_rng(1).integers(-100, 3000, (40, 60)).astype(np.int16)
    file = write_tif(tmp_path / "a.tif", heights, nodes(33.0, 37.0, 0.01, 60, 40))
    made = import_terrain([file], out)
    terrain = load_terrain(out)
    assert np.array_equal(terrain.heights_m, heights[::-1])
    assert terrain.bounds_deg == pytest.approx((36.61, 33.0, 37.0, 33.59), abs=1e-9)
    assert made.resampling == "copied cell for cell"
    assert (made.filled_cells, made.unknown_cells, made.sea_cells) == (0, 0, 0)
    assert terrain.source == "GeoTIFF: a.tif"
    assert terrain.cell_size == "36 arc-seconds (about 1112 m northward, 890 m eastward)"
    assert terrain.datum == "not stated, taken as mean sea level"
    assert terrain.height_m(36.9, 33.2) == pytest.approx(heights[10, 20])


@pytest.mark.parametrize(("epsg", "cell_m"), [(32636, 300.0), (3857, 400.0), (3035, 300.0)])
def test_a_projected_plane_comes_back_as_the_plane(tmp_path: Path, out: Path, epsg: int, cell_m: float) -> None:
    file = write_projected_plane(tmp_path / "p.tif", epsg, 33.0, 37.0, 33.3, 37.2, cell_m)
    import_terrain([file], out, bbox=(33.05, 37.05, 33.25, 37.15), resolution_deg=0.004)
    terrain = load_terrain(out)
    rows, columns = terrain.heights_m.shape
    lat = terrain.lat0_deg + terrain.dlat_deg * np.arange(rows)[:, None]
    lon = terrain.lon0_deg + terrain.dlon_deg * np.arange(columns)[None, :]
    assert lat.min() <= 37.05 <= 37.15 <= lat.max()
    assert lon.min() <= 33.05 <= 33.25 <= lon.max()
    # A plane in latitude and longitude is not quite one in the projection; a thousandth of a
    # cell is up to 1 mm of height.
    assert np.abs(terrain.heights_m - plane_m(lat, lon)).max() < 2e-3


def test_a_plane_resampled_between_its_nodes_is_the_plane_across_seams(tmp_path: Path, out: Path) -> None:
    files = [
        write_plane(tmp_path / f"{i}{j}.tif", 33.0 + 0.2 * j, 37.0 + 0.2 * i, 0.01, 20, 20)
        for i in range(2)
        for j in range(2)
    ]
    made = import_terrain(files, out, bbox=(33.05, 36.9, 33.35, 37.15), resolution_deg=0.007)
    terrain = load_terrain(out)
    rows, columns = terrain.heights_m.shape
    lat = terrain.lat0_deg + terrain.dlat_deg * np.arange(rows)[:, None]
    lon = terrain.lon0_deg + terrain.dlon_deg * np.arange(columns)[None, :]
    assert made.resampling == "resampled: bilinear"
    assert np.abs(terrain.heights_m - plane_m(lat, lon)).max() < 1e-3


def test_files_that_meet_make_one_grid_in_any_order(tmp_path: Path, out: Path) -> None:
    whole = np.random.default_rng(2).integers(0, 900, (30, 50)).astype(np.float32)
    west = write_tif(tmp_path / "w.tif", whole[:, :20], nodes(33.0, 37.0, 0.01, 20, 30))
    east = write_tif(tmp_path / "e.tif", whole[:, 20:], nodes(33.2, 37.0, 0.01, 30, 30))
    import_terrain([east, west], out)
    assert np.array_equal(load_terrain(out).heights_m, whole[::-1])


@pytest.mark.parametrize("resolution_deg", [None, 0.008])
def test_a_box_that_ends_where_two_files_meet_is_covered_to_its_rim(
    tmp_path: Path, out: Path, resolution_deg: float | None
) -> None:
    west = write_plane(tmp_path / "w.tif", 33.0, 37.0, 0.01, 20, 30)
    east = write_plane(tmp_path / "e.tif", 33.2, 37.0, 0.01, 20, 30)
    made = import_terrain([west, east], out, bbox=(33.05, 36.8, 33.2, 36.95), resolution_deg=resolution_deg)
    terrain = load_terrain(out)
    assert made.unknown_cells == 0
    for lat, lon in ((36.8, 33.05), (36.95, 33.2), (36.9, 33.195)):
        assert terrain.height_m(lat, lon) == pytest.approx(float(plane_m(lat, lon)), abs=1e-3)


def test_coarser_cells_are_means_and_the_highest_on_request(tmp_path: Path, out: Path) -> None:
    rng = np.random.default_rng(3)
    heights = rng.integers(0, 2000, (80, 80)).astype(np.float32)
    file = write_tif(tmp_path / "a.tif", heights, nodes(33.005, 37.795, 0.01, 80, 80))  # cells fill 33.0 to 33.8
    made = import_terrain([file], out, resolution_deg=0.1)
    terrain = load_terrain(out)
    assert made.resampling == "resampled: average"
    assert (terrain.lat0_deg, terrain.lon0_deg) == pytest.approx((37.1, 33.1))
    # The node at 37.1, 33.1 stands for 37.05 to 37.15: rows 65 to 74 from the north, columns 5 to 14.
    assert terrain.heights_m[0, 0] == pytest.approx(heights[65:75, 5:15].mean(), abs=1e-2)
    import_terrain([file], out, resolution_deg=0.1, resampling="highest", force=True)
    assert load_terrain(out).heights_m[0, 0] == heights[65:75, 5:15].max()


def test_memory_bounds_change_nothing(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heights = np.random.default_rng(4).integers(0, 2000, (90, 70)).astype(np.float32)
    heights[30:36, 20:26] = np.nan
    heights[60:85, 20:50] = np.nan
    file = write_tif(tmp_path / "a.tif", heights, nodes(33.0, 37.0, 0.01, 70, 90), nodata=float("nan"))
    for resolution in (None, 0.013, 0.04):
        import_terrain([file], out, resolution_deg=resolution, fill_cells=8)
        with monkeypatch.context() as patch:
            patch.setattr(mosaic, "_STRIP_CELLS", 100)
            patch.setattr(mosaic, "_MOST_CELLS", 900)
            patch.setattr(mosaic, "_MOST_NODES", 300)
            import_terrain([file], tmp_path / "narrow.npz", resolution_deg=resolution, fill_cells=8, force=True)
        whole, narrow = load_terrain(out).heights_m, load_terrain(tmp_path / "narrow.npz").heights_m
        assert np.array_equal(whole, narrow, equal_nan=True)
        out.unlink()


def test_a_finer_file_goes_before_a_coarser_one(tmp_path: Path, out: Path) -> None:
    coarse = write_tif(tmp_path / "c.tif", np.full((20, 20), 100, np.float32), nodes(33.0, 37.0, 0.02, 20, 20))
    fine = write_tif(tmp_path / "f.tif", np.full((10, 10), 700, np.float32), nodes(33.1, 36.9, 0.01, 10, 10))
    import_terrain([coarse, fine], out)
    terrain = load_terrain(out)
    assert terrain.dlat_deg == pytest.approx(0.01)
    assert terrain.height_m(36.85, 33.15) == pytest.approx(700.0)
    assert terrain.height_m(36.7, 33.3) == pytest.approx(100.0)


def test_feet_scale_and_offset_become_metres(tmp_path: Path, out: Path) -> None:
    file = write_tif(tmp_path / "a.tif", np.full((4, 4), 1000, np.int16), nodes(33.0, 37.0, 0.1, 4, 4))
    import rasterio

    with rasterio.open(file, "r+") as data:
        data.units, data.scales, data.offsets = ("ft",), (0.5,), (100.0,)
    made = import_terrain([file], out)
    assert made.lowest_m == pytest.approx((1000 * 0.5 + 100.0) * 0.3048)


def test_the_vertical_datum_is_stamped(tmp_path: Path, out: Path) -> None:
    file = write_tif(
        tmp_path / "a.tif", np.ones((40, 40), np.float32), nodes(33.0, 37.0, 0.1, 40, 40), "EPSG:4326+5773"
    )
    assert import_terrain([file], out).datum == "EGM96 height"
    assert load_terrain(out).datum == "EGM96 height"
    assert import_terrain([file], out, vertical_datum="TUDKA99", force=True).datum == "TUDKA99"


def test_heights_above_the_ellipsoid_are_refused_unless_stated(tmp_path: Path, out: Path) -> None:
    file = write_tif(tmp_path / "a.tif", np.ones((40, 40), np.float32), nodes(33.0, 37.0, 0.1, 40, 40), "EPSG:4979")
    with pytest.raises(InputError, match="above the ellipsoid"):
        import_terrain([file], out)
    assert import_terrain([file], out, vertical_datum="EGM96").datum == "EGM96"


def test_across_the_date_line(tmp_path: Path, out: Path) -> None:
    east = write_tif(tmp_path / "e.tif", np.full((20, 20), 5, np.int16), nodes(179.0, 60.0, 0.05, 20, 20))
    west = write_tif(tmp_path / "w.tif", np.full((20, 20), 9, np.int16), nodes(-180.0, 60.0, 0.05, 20, 20))
    made = import_terrain([east, west], out, bbox=(179.5, 59.5, -179.5, 59.9))
    terrain = load_terrain(out)
    assert made.unknown_cells == 0
    assert terrain.height_m(59.7, 179.8) == pytest.approx(5.0)
    assert terrain.height_m(59.7, -179.8) == pytest.approx(9.0)


# --- voids ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["declared", "-32768", "nan", "stated"])
def test_small_voids_are_filled_and_large_ones_marked(tmp_path: Path, out: Path, mark: str) -> None:
    lat, lon = 37.0 - 0.01 * np.arange(60)[:, None], 33.0 + 0.01 * np.arange(60)[None, :]
    truth = plane_m(lat, lon).astype(np.float32)
    value = {"declared": -9999.0, "-32768": -32768.0, "nan": np.nan, "stated": -7777.0}[mark]
    heights = truth.copy()
    heights[5:9, 5:9] = value
    heights[30:50, 30:50] = value
    file = write_tif(
        tmp_path / "a.tif", heights, nodes(33.0, 37.0, 0.01, 60, 60), nodata=value if mark == "declared" else None
    )
    made = import_terrain([file], out, fill_cells=6, nodata=value if mark == "stated" else None)
    grid = load_terrain(out).heights_m[::-1]
    assert (made.filled_cells, made.unknown_cells) == (16, 400)
    assert np.isnan(grid[30:50, 30:50]).all()
    assert np.isnan(grid).sum() == 400
    # The discrete Laplace equation gives a plane back, and everything that was there is untouched.
    assert np.nanmax(np.abs(grid - truth)) < 2e-3
    terrain = load_terrain(out)
    assert not terrain.covers(36.6, 33.4)
    assert "11.11 % of its cells unknown" in terrain.source
    assert "11.11 %" in made.text


def test_large_voids_may_be_refused_or_taken_as_sea(tmp_path: Path, out: Path) -> None:
    heights = np.full((40, 40), 50, np.int16)
    heights[10:30, 10:30] = -32768
    file = write_tif(tmp_path / "a.tif", heights, nodes(33.0, 37.0, 0.01, 40, 40))
    with pytest.raises(InputError, match=r"no height at latitude 36\.7100, longitude 33\.1000"):
        import_terrain([file], out, fill_cells=5, voids="refuse")
    assert nothing_left(tmp_path)
    made = import_terrain([file], out, fill_cells=5, voids="sea")
    assert (made.sea_cells, made.unknown_cells, made.lowest_m) == (400, 0, 0.0)
    with pytest.raises(InputError, match="only voids"):
        import_terrain([file], tmp_path / "b.npz", bbox=(33.15, 36.75, 33.25, 36.85))


def test_a_void_at_the_rim_is_never_extrapolated(tmp_path: Path, out: Path) -> None:
    heights = np.full((20, 20), 50, np.int16)
    heights[0:2, 5:7] = -32768
    made = import_terrain([write_tif(tmp_path / "a.tif", heights, nodes(33.0, 37.0, 0.01, 20, 20))], out)
    assert (made.filled_cells, made.unknown_cells) == (0, 4)


# --- DTED and SRTM ----------------------------------------------------------------------------------------------------


def dted_heights() -> Any:
    k, n = np.arange(121)[:, None], np.arange(121)[None, :]
    return (k * 7 + n * 3) % 900 - 40


def test_a_hand_made_dted_file_is_read_node_for_node(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "e033n37.dt0"
    file.write_bytes(dted0(dted_heights(), 37, 33))
    made = import_terrain([file], out)
    terrain = load_terrain(out)
    assert np.array_equal(terrain.heights_m, dted_heights().T)
    assert terrain.bounds_deg == pytest.approx((37.0, 33.0, 38.0, 34.0), abs=1e-9)
    assert (terrain.source, terrain.datum) == ("DTED: e033n37.dt0", "EGM96 mean sea level")
    assert terrain.cell_size.startswith("30 arc-seconds")
    assert made.lowest_m == -40.0
    file.write_bytes(dted0(dted_heights(), 37, 33, datum="MSL"))
    assert import_terrain([file], out, force=True).datum == "mean sea level (DTED: MSL)"


def test_a_dted_void_is_a_void(tmp_path: Path, out: Path) -> None:
    heights = np.full((121, 121), 300)
    heights[40, 50] = -32767
    file = tmp_path / "e033n37.dt0"
    file.write_bytes(dted0(heights, 37, 33))
    made = import_terrain([file], out)
    assert (made.filled_cells, made.lowest_m) == (1, 300.0)


def test_a_dted_file_of_the_southern_and_western_hemisphere(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "w071s34.dt0"
    file.write_bytes(dted0(dted_heights(), -34, -71))
    import_terrain([file], out)
    assert load_terrain(out).bounds_deg == pytest.approx((-34.0, -71.0, -33.0, -70.0), abs=1e-9)


def test_a_dted_file_with_a_wrong_checksum_is_refused_by_record(tmp_path: Path, out: Path) -> None:
    content = bytearray(dted0(dted_heights(), 37, 33))
    content[3428 + 41 * 254 + 100] ^= 0x04
    file = tmp_path / "e033n37.dt0"
    file.write_bytes(content)
    with pytest.raises(InputError, match="checksum of data record 42 of 121"):
        import_terrain([file], out)


@pytest.mark.parametrize("spoil", ["short", "sentinel", "header"])
def test_other_damage_to_a_dted_file_is_refused(tmp_path: Path, out: Path, spoil: str) -> None:
    content = bytearray(dted0(dted_heights(), 37, 33))
    if spoil == "short":
        del content[-1000:]
    elif spoil == "sentinel":
        content[3428 + 254] = 0
    else:
        content[47:51] = b"none"
    file = tmp_path / "e033n37.dt0"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"cut short|damaged"):
        import_terrain([file], out)


def test_the_shared_srtm_tile_is_copied_with_its_known_summit(out: Path) -> None:
    file = shared("validation/data/dem/N44W072.hgt")
    made = import_terrain([file], out)
    terrain = load_terrain(out)
    raw = np.fromfile(file, dtype=">i2").reshape(1201, 1201)
    known = raw > -32768
    assert np.array_equal(terrain.heights_m[::-1][known], raw[known].astype(np.float32))
    assert made.filled_cells + made.unknown_cells == np.count_nonzero(~known)
    assert terrain.bounds_deg == pytest.approx((44.0, -72.0, 45.0, -71.0), abs=1e-9)
    assert terrain.datum == "EGM96 mean sea level"
    assert terrain.cell_size == "3 arc-seconds (about 93 m northward, 66 m eastward)"
    assert terrain.caveat == ""
    # Mount Washington, 1,916 m (US National Geodetic Survey), at 44.2706 N, 71.3033 W; a cell of
    # 3 arc-seconds lowers a summit.
    assert 1870.0 <= float(np.nanmax(terrain.heights_m[300:340, 820:850])) <= 1916.0


def test_an_hgt_file_with_another_name_says_how_it_is_named(tmp_path: Path, out: Path) -> None:
    file = tmp_path / "mountains.hgt"
    file.write_bytes(np.zeros((1201, 1201), ">i2").tobytes())
    with pytest.raises(InputError, match=r"N38E034\.hgt"):
        import_terrain([file], out)


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_a_raster_without_a_reference_is_refused_and_says_why(tmp_path: Path, out: Path) -> None:
    file = write_tif(tmp_path / "a.tif", np.ones((4, 4), np.float32), nodes(33.0, 37.0, 0.1, 4, 4), None)
    with pytest.raises(InputError, match="curvature would be skipped"):
        import_terrain([file], out)


def test_what_is_not_elevation_is_refused(tmp_path: Path, out: Path) -> None:
    place = nodes(33.0, 37.0, 0.1, 4, 4)
    bands = write_tif(tmp_path / "rgb.tif", np.ones((3, 4, 4), np.uint8), place)
    with pytest.raises(InputError, match="3 bands"):
        import_terrain([bands], out)
    tall = write_tif(tmp_path / "cm.tif", np.full((4, 4), 25_000, np.int16), place)
    with pytest.raises(InputError, match="25000 m, which is no height"):
        import_terrain([tall], out)
    assert nothing_left(tmp_path)
    odd = write_tif(tmp_path / "db.tif", np.ones((4, 4), np.float32), place)
    import rasterio

    with rasterio.open(odd, "r+") as data:
        data.units = ("dB",)
    with pytest.raises(InputError, match="'dB'"):
        import_terrain([odd], out)


def test_damaged_and_missing_files_are_refused(tmp_path: Path, out: Path) -> None:
    whole = write_plane(tmp_path / "a.tif", 33.0, 37.0, 0.001, 200, 200, compress="deflate")
    cut = tmp_path / "cut.tif"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    junk = tmp_path / "junk.tif"
    junk.write_bytes(b"not a raster" * 50)
    for file, words in ((cut, "damaged"), (junk, "damaged or not"), (tmp_path / "none.tif", "no such file")):
        with pytest.raises(InputError, match=words):
            import_terrain([file], out)
    assert nothing_left(tmp_path)


def test_only_the_three_formats_are_opened(tmp_path: Path, out: Path) -> None:
    vrt = tmp_path / "a.tif"
    vrt.write_text('<VRTDataset rasterXSize="4" rasterYSize="4"><SRS>EPSG:4326</SRS></VRTDataset>')
    with pytest.raises(InputError, match="not an elevation raster"):
        import_terrain([vrt], out)


def test_a_box_outside_the_files_and_a_swapped_one(tmp_path: Path, out: Path) -> None:
    file = write_plane(tmp_path / "a.tif", 33.0, 38.0, 0.01, 101, 101)
    with pytest.raises(InputError, match=r"swapped: write --bbox 33\.2,37\.2,33\.8,37\.8"):
        import_terrain([file], out, bbox="37.2,33.2,37.8,33.8")
    with pytest.raises(InputError, match="cover 33,37,34,38"):
        import_terrain([file], out, bbox="10,50,11,51")


def test_an_output_that_cannot_be_written(tmp_path: Path, out: Path) -> None:
    file = write_plane(tmp_path / "a.tif", 33.0, 37.0, 0.01, 20, 20)
    with pytest.raises(InputError, match=r"ends in \.npz"):
        import_terrain([file], tmp_path / "a.terrain")
    import_terrain([file], out)
    with pytest.raises(OutputExistsError, match="--force"):
        import_terrain([file], out)
    (tmp_path / "blocked").write_text("a file, not a folder")
    with pytest.raises(InputError, match="cannot write"):
        import_terrain([file], tmp_path / "blocked" / "b.npz")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_plane(tmp_path / "a.tif", 33.0, 37.0, 0.01, 100, 100)
    resource = pytest.importorskip("resource", reason="limits file sizes by POSIX means")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # every file of this process ends at 10 kB
    try:
        with pytest.raises(InputError, match="nothing was left behind"):
            import_terrain([file], out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert nothing_left(tmp_path)
    nearly_full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: nearly_full)
    with pytest.raises(InputError, match="are free"):
        import_terrain([file], out)
    assert nothing_left(tmp_path)


def test_nonsense_settings_are_refused(tmp_path: Path, out: Path) -> None:
    file = write_plane(tmp_path / "a.tif", 33.0, 37.0, 0.01, 20, 20)
    for settings, words in (
        ({"resolution_deg": 0.0}, "not a cell size"),
        ({"resolution_deg": 0.3}, "smaller --resolution-deg"),
        ({"fill_cells": -1}, "0 or more"),
        ({"resampling": "magic"}, "write one of"),
        ({"voids": "ignore"}, "mark, refuse or sea"),
    ):
        with pytest.raises(InputError, match=words):
            import_terrain([file], out, **settings)
    with pytest.raises(InputError, match="no file to import"):
        import_terrain([], out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.tif"):
        import_terrain(tmp_path / "empty", out)


def test_without_rasterio_it_says_what_to_install(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    file = write_plane(tmp_path / "a.tif", 33.0, 37.0, 0.01, 20, 20)
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError, match="pip install"):
        raster_source.raster_source(file)
