"""Copernicus tiles, fetched from a server on this machine that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from raster_makers import nodes, plane_m, write_tif
from tile_server import TileServer, serving

from buckler.errors import InputError
from buckler.recordings.boxes import Box, box_around
from buckler.recordings.copernicus import MANIFEST, NOTICES, FetchedTerrain, Tile, fetch_terrain, tile_named, tiles_of
from buckler.recordings.rasters import import_terrain
from buckler.recordings.terrain_files import load_terrain

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rasterio 1.4 with affine 3

CELLS = 20
"""A tile of the tests has 20 x 20 cells, not 1200 x 1200; its nodes lie as in the bucket: none on the south and east "
"rims."""


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[TileServer]:
    with serving() as state:
        yield state


def tile_content(folder: Path, tile: Tile, cells: int = CELLS) -> bytes:
    step = 1.0 / cells
    lat = tile.south + 1.0 - step * np.arange(cells)[:, None]
    lon = tile.west + step * np.arange(cells)[None, :]
    file = write_tif(
        folder / "made.tif",
        plane_m(lat, lon).astype(np.float32),
        nodes(tile.west, tile.south + 1.0, step, cells, cells),
    )
    return file.read_bytes()


def put(server: TileServer, folder: Path, tile: Tile, product: str = "GLO-90", cells: int = CELLS) -> str:
    """Serve a tile; returns its path."""
    path = "/" + tile.path(product)
    server.files[path] = tile_content(folder, tile, cells)
    return path


def fetch(server: TileServer, folder: Path, bbox: object = "33.2,37.2,33.8,37.8", **more: object) -> FetchedTerrain:
    pauses: list[float] = more.pop("pauses", [])  # type: ignore[assignment]
    settings = {"base_url": server.address, "sleep": pauses.append, "timeout_s": 5.0, **more}
    return fetch_terrain(bbox, folder / "tiles", **settings)  # type: ignore[arg-type]


HOME = Tile(37, 33)


# --- names ------------------------------------------------------------------------------------------------------------


def test_names_are_the_buckets() -> None:
    # The registry's documentation shows the first; the project stactools-cop-dem the second.
    assert Tile(-90, -157).path("GLO-30") == (
        "Copernicus_DSM_COG_10_S90_00_W157_00_DEM/Copernicus_DSM_COG_10_S90_00_W157_00_DEM.tif"
    )
    assert Tile(53, -115).name("GLO-90") == "Copernicus_DSM_COG_30_N53_00_W115_00_DEM"
    assert Tile(38, 34).name("GLO-90") == "Copernicus_DSM_COG_30_N38_00_E034_00_DEM"


@pytest.mark.parametrize("tile", [Tile(0, 0), Tile(-1, -1), Tile(89, 179), Tile(-90, -180), Tile(38, 34)])
def test_names_read_back(tile: Tile) -> None:
    for product in ("GLO-30", "GLO-90"):
        assert tile_named(tile.name(product) + ".tif") == (tile, product)
    assert tile_named("N38E034.hgt") is None


def test_the_tiles_of_a_box() -> None:
    assert tiles_of(Box(33.2, 37.2, 34.1, 38.0)) == [Tile(37, 33), Tile(37, 34)]
    assert tiles_of(Box(-0.5, -0.5, 0.5, 0.5)) == [Tile(-1, -1), Tile(-1, 0), Tile(0, -1), Tile(0, 0)]
    assert tiles_of(Box(179.5, 10.0, 180.5, 11.0)) == [Tile(10, 179), Tile(10, -180)]
    assert len(tiles_of(Box(26.0, 36.0, 45.0, 42.0))) == 19 * 6


# --- what goes well ---------------------------------------------------------------------------------------------------


def test_land_comes_and_sea_is_known_and_both_are_imported(tmp_path: Path, server: TileServer) -> None:
    put(server, tmp_path, HOME)
    put(server, tmp_path, Tile(37, 34))
    told: list[tuple[int, int]] = []
    got = fetch(server, tmp_path, "33.2,36.2,34.8,37.8", progress=lambda done, total: told.append((done, total)))
    assert (got.tiles, got.fetched, got.present, got.sea, got.size_only) == (4, 2, 0, 2, 0)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert got.bytes == sum(map(len, server.files.values()))
    out = tmp_path / "o.npz"
    made = import_terrain(tmp_path / "tiles", out)
    terrain = load_terrain(out)
    assert terrain.bounds_deg == pytest.approx((36.05, 33.0, 38.0, 34.95))
    assert made.unknown_cells == 0
    assert made.sea_cells > 0
    assert terrain.height_m(37.5, 34.25) == pytest.approx(float(plane_m(37.5, 34.25)), abs=1e-3)
    assert terrain.height_m(37.5, 34.0 - 0.01) == pytest.approx(
        float(plane_m(37.5, 33.99)), abs=1e-3
    )  # across the seam
    assert terrain.height_m(36.5, 33.5) == 0.0
    assert terrain.datum == "EGM2008 mean sea level"
    assert NOTICES["GLO-90"] in terrain.source
    assert "Copernicus DEM GLO-90" in terrain.source


def test_what_is_there_is_not_fetched_again(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME)
    fetch(server, tmp_path, "33.2,36.2,33.8,37.8")
    server.requests.clear()
    again = fetch(server, tmp_path, "33.2,36.2,33.8,37.8")
    assert (again.fetched, again.present, again.sea, server.requests) == (0, 1, 1, [])
    (tmp_path / "tiles" / f"{HOME.name('GLO-90')}.tif").write_bytes(b"II*\0 spoilt")
    assert fetch(server, tmp_path).fetched == 1
    assert server.requests == [("GET", path, "")]


def test_a_tile_not_released_at_30_m_comes_at_90_m(tmp_path: Path, server: TileServer) -> None:
    put(server, tmp_path, HOME, "GLO-30", cells=60)
    put(server, tmp_path, Tile(37, 34), "GLO-90")
    got = fetch(server, tmp_path, "33.2,37.2,35.5,37.8", product="GLO-30")
    assert (got.tiles, got.fetched, got.sea, got.coarser) == (3, 2, 1, 1)
    assert "GLO-30 is not released there" in got.text
    import_terrain(tmp_path / "tiles", tmp_path / "o.npz")
    terrain = load_terrain(tmp_path / "o.npz")
    assert terrain.dlat_deg == pytest.approx(1 / 60)
    for lon in (33.5, 34.5):
        assert terrain.height_m(37.5, lon) == pytest.approx(float(plane_m(37.5, lon)), abs=1e-3)
    assert all(notice in terrain.source for notice in NOTICES.values())


def test_a_box_around_positions() -> None:
    around = box_around([(37.0, 35.0), (39.0, 33.0)], margin_km=111.195)
    assert (around.south_deg, around.north_deg) == pytest.approx((36.0, 40.0), abs=1e-3)
    assert around.west_deg < 33.0 - 1.0
    assert around.east_deg > 35.0 + 1.0
    crossing = box_around([(10.0, 179.0), (10.0, -179.0)], margin_km=0.0)
    assert (crossing.west_deg, crossing.east_deg) == pytest.approx((179.0, 181.0))
    with pytest.raises(InputError, match="no position"):
        box_around([])


# --- a server that misbehaves -----------------------------------------------------------------------------------------


def test_errors_and_cut_connections_are_tried_again_with_growing_pauses(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME)
    server.fail(path, "500", "reset", "503", "cut")
    pauses: list[float] = []
    assert fetch(server, tmp_path, pauses=pauses).fetched == 1
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert (tmp_path / "tiles" / f"{HOME.name('GLO-90')}.tif").read_bytes() == server.files[path]


def test_a_cut_off_file_is_resumed_where_it_ended(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME)
    size = len(server.files[path])
    server.fail(path, "cut")
    assert fetch(server, tmp_path).fetched == 1
    assert [wanted for _, _, wanted in server.requests] == ["", f"bytes={size // 2}-"]


def test_the_next_run_goes_on_after_the_last_attempt(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME)
    size = len(server.files[path])
    server.fail(path, "cut", "500")
    with pytest.raises(InputError, match=f"{size // 2:,} bytes are kept: run the same command again"):
        fetch(server, tmp_path, attempts=2)
    with pytest.raises(InputError, match="not whole: 1 of 1 tiles are missing"):
        import_terrain(tmp_path / "tiles", tmp_path / "o.npz")
    server.requests.clear()
    got = fetch(server, tmp_path)
    assert server.requests == [("GET", path, f"bytes={size // 2}-")]
    assert (got.fetched, got.bytes) == (1, size - size // 2)
    assert sorted(file.name for file in (tmp_path / "tiles").iterdir()) == [f"{HOME.name('GLO-90')}.tif", MANIFEST]


def test_a_file_that_changed_meanwhile_starts_over(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME)
    server.fail(path, "cut")
    with pytest.raises(InputError):
        fetch(server, tmp_path, attempts=1)
    put(server, tmp_path, HOME, cells=30)
    fetch(server, tmp_path)
    assert (tmp_path / "tiles" / f"{HOME.name('GLO-90')}.tif").read_bytes() == server.files[path]


def test_a_server_without_ranges_starts_over(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME)
    server.ranges = False
    server.fail(path, "cut")
    got = fetch(server, tmp_path)
    assert (got.fetched, got.bytes) == (1, len(server.files[path]))


@pytest.mark.parametrize(
    ("fault", "words"),
    [("corrupt", "checksum"), ("long", "checksum"), ("page", "not an elevation tile"), ("cut", "cut off")],
)
def test_wrong_content_is_never_kept(tmp_path: Path, server: TileServer, fault: str, words: str) -> None:
    path = put(server, tmp_path, HOME)
    server.ranges = False
    server.fail(path, fault, fault)
    with pytest.raises(InputError, match=words):
        fetch(server, tmp_path, attempts=2)
    assert not (tmp_path / "tiles" / f"{HOME.name('GLO-90')}.tif").exists()
    assert fetch(server, tmp_path).fetched == 1


def test_an_etag_that_is_no_md5_leaves_the_size_and_says_so(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME)
    server.multipart = True
    server.fail(path, "cut")
    got = fetch(server, tmp_path)
    assert got.size_only == 1
    assert "by size only" in got.text


@pytest.mark.parametrize(("fault", "words"), [("403", "refused with 403"), ("unsized", "does not state the size")])
def test_what_trying_again_does_not_mend_fails_at_once(
    tmp_path: Path, server: TileServer, fault: str, words: str
) -> None:
    path = put(server, tmp_path, HOME)
    server.fail(path, fault)
    with pytest.raises(InputError, match=words):
        fetch(server, tmp_path)
    assert len(server.requests) == 1


def test_a_redirection_to_a_file_is_not_followed(tmp_path: Path, server: TileServer) -> None:
    server.fail(put(server, tmp_path, HOME), "elsewhere")
    with pytest.raises(InputError, match=r"302|refused"):
        fetch(server, tmp_path)


def test_an_address_that_knows_no_tile_is_no_sea(tmp_path: Path, server: TileServer) -> None:
    with pytest.raises(InputError, match="all sea"):
        fetch(server, tmp_path)
    put(server, tmp_path, HOME)
    fetch(server, tmp_path)
    # The folder has a tile now, but the address given next has none: what it lacks is not sea.
    with pytest.raises(InputError, match="address"):
        fetch(server, tmp_path, "34.2,37.2,34.8,37.8", base_url=server.address + "/elsewhere")
    content = json.loads((tmp_path / "tiles" / MANIFEST).read_text(encoding="utf-8"))
    assert content["tiles"][Tile(37, 34).name("GLO-90")] == {"state": "wanted"}
    assert fetch(server, tmp_path, "34.2,37.2,34.8,37.8").sea == 1


def test_nobody_answers(tmp_path: Path) -> None:
    with serving() as gone:
        address = gone.address
    with pytest.raises(InputError, match="2 attempts: the connection failed"):
        fetch_terrain("33.2,37.2,33.8,37.8", tmp_path, base_url=address, attempts=2, sleep=lambda _: None)


def test_a_full_disk_keeps_what_came(tmp_path: Path, server: TileServer) -> None:
    path = put(server, tmp_path, HOME, cells=100)
    resource = pytest.importorskip("resource", reason="limits file sizes by POSIX means")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # every file of this process ends at 10 kB
    try:
        with pytest.raises(InputError, match="make room and run the same command again"):
            fetch(server, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    server.requests.clear()
    assert fetch(server, tmp_path).fetched == 1
    assert server.requests == [("GET", path, "bytes=10000-")]


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bbox", "words"),
    [
        ("33,37,34", "four numbers"),
        ("a,b,c,d", "four numbers"),
        ((33.0, float("nan"), 34.0, 38.0), "four numbers"),
        ("36,126,42,145", r"swapped: write --bbox 126,36,145,42"),
        ("26,42,45,36", "write --bbox 26,36,45,42"),
        ("45,36,26,42", "write --bbox 26,36,45,42"),
        ("26,36,26,42", "some width"),
        ("26,36,45,36", "some height"),
        ("-500,36,45,42", "not within -180 to 180"),
        ("-180,-90,180,90", "64,800 tiles"),
    ],
)
def test_a_wrong_box_says_what_to_write(tmp_path: Path, bbox: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        fetch_terrain(bbox, tmp_path, base_url="http://127.0.0.1:9")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address", ["file:///srv/tiles", "ftp://example.org/tiles", "example.org", "s3://copernicus-dem-90m"]
)
def test_only_web_addresses(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError, match="not a web address"):
        fetch_terrain("33,37,34,38", tmp_path, base_url=address)


def test_an_unknown_product_and_a_spoilt_manifest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GLO-90"):
        fetch_terrain("33,37,34,38", tmp_path, product="GLO90")
    (tmp_path / MANIFEST).write_text('{"tiles": {"../../etc/passwd": {"state": "sea"}}}')
    with pytest.raises(InputError, match="remove it"):
        fetch_terrain("33,37,34,38", tmp_path, base_url="http://127.0.0.1:9")
