"""Bad elevation data and bad places, told to the shipped commands: exit code 2, what is wrong, what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from raster_makers import dted0, nodes, plane_m, write_plane, write_tif
from runs import COMMAND, buckler, layered, write_scenario
from tile_server import TileServer, serving

from buckler.cli import main
from buckler.recordings.copernicus import Tile

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rasterio 1.4 with affine 3

Said = Callable[..., str]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command says when it refuses."""

    def run(*arguments: Any) -> str:
        monkeypatch.setattr("sys.argv", ["buckler", *map(str, arguments)])
        with pytest.raises(SystemExit) as leave:
            main()
        said = capsys.readouterr().err
        assert leave.value.code == 2, said
        assert "Traceback" not in said
        return " ".join(said.split())

    return run


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TileServer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with serving() as state:
        yield state


# --- rasters ----------------------------------------------------------------------------------------------------------


def test_a_raster_without_a_crs(refused: Said, tmp_path: Path) -> None:
    file = write_tif(tmp_path / "a.tif", np.zeros((9, 9), np.float32), nodes(33.0, 37.0, 0.01, 9, 9), crs=None)
    said = refused("terrain", "import", file, "-o", tmp_path / "o.npz")
    assert "no coordinate reference system" in said
    assert "curvature would be skipped" in said
    assert "gdal_edit.py" in said
    assert not (tmp_path / "o.npz").exists()


def test_a_dted_file_with_a_wrong_checksum(refused: Said, tmp_path: Path) -> None:
    content = bytearray(dted0(np.full((121, 121), 300), 37, 33))
    content[3428 + 41 * 254 + 100] ^= 0x04
    (tmp_path / "e033n37.dt0").write_bytes(content)
    said = refused("terrain", "import", tmp_path / "e033n37.dt0", "-o", tmp_path / "o.npz")
    assert "checksum of data record 42 of 121" in said


def test_an_exchanged_box(refused: Said, tmp_path: Path) -> None:
    file = write_plane(tmp_path / "a.tif", 126.0, 37.0, 0.01, 20, 20)
    for command in (["terrain", "import", file], ["terrain", "fetch"]):
        said = refused(*command, "--bbox", "36,126,42,145", "-o", tmp_path / "o.npz")
        assert "write --bbox 126,36,145,42" in said


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hilly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terrain of 1,800 m and more between 37 and 39 N, 33 and 35 E, with a void that is too wide to fill."""
    folder = tmp_path_factory.mktemp("hilly")
    lat, lon = 39.0 - 0.01 * np.arange(201)[:, None], 33.0 + 0.01 * np.arange(201)[None, :]
    heights = (1500.0 + plane_m(lat, lon)).astype(np.float32)
    heights[20:60, 20:60] = np.nan
    write_tif(folder / "a.tif", heights, nodes(33.0, 39.0, 0.01, 201, 201))
    done = buckler(["terrain", "import", folder / "a.tif", "-o", folder / "hilly.npz"])
    assert done.returncode == 0, done.stderr
    assert "left unknown" in done.stdout
    return folder / "hilly.npz"


def over(terrain: Path, folder: Path, **sensor: Any) -> Path:
    """A scenario on it, its radar changed."""
    data = layered([0.9], 1)
    data["environment"]["terrain"] = str(terrain)
    data["sensors"][0].update(sensor)
    return write_scenario(folder / "scenario.yaml", data)


@pytest.mark.parametrize(
    ("sensor", "said"),
    [
        ({"latitude_deg": 20.0, "longitude_deg": 80.0}, "outside the terrain (37 to 39 N, 33 to 35 E): move it"),
        ({"latitude_deg": 34.0, "longitude_deg": 38.5}, "exchanged; write latitude_deg: 38.5 and longitude_deg: 34"),
        ({"latitude_deg": 38.6, "longitude_deg": 33.4}, "stands on a void of the terrain"),
        ({"latitude_deg": 38.0, "longitude_deg": 34.0, "altitude_m": 900.0}, "under the ground (2100 m): raise altitude_m"),
    ],
    ids=["off the raster", "exchanged", "on a void", "under ground"],
)
def test_a_sensor_where_none_can_stand(
    refused: Said, hilly: Path, tmp_path: Path, sensor: dict[str, Any], said: str
) -> None:
    assert said in refused("coverage", over(hilly, tmp_path, **sensor), "-o", tmp_path / "out", "--quiet")
    assert not (tmp_path / "out").exists()


def test_a_terrain_file_with_a_byte_altered(refused: Said, hilly: Path, tmp_path: Path) -> None:
    content = bytearray(hilly.read_bytes())
    content[len(content) // 2] ^= 0x10
    (tmp_path / "spoilt.npz").write_bytes(content)
    said = refused("coverage", over(tmp_path / "spoilt.npz", tmp_path), "-o", tmp_path / "out", "--quiet")
    assert "spoilt.npz" in said


def test_voids_away_from_everybody_are_looked_over_and_a_full_disk_is_told(hilly: Path, tmp_path: Path) -> None:
    scenario = over(hilly, tmp_path)
    arguments = ["coverage", scenario, "--cell-km", 20, "--quiet", "-o", tmp_path / "out"]
    done = buckler(arguments)
    assert done.returncode == 0, done.stderr
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)); {COMMAND}"
    import subprocess
    import sys

    full = subprocess.run(
        [sys.executable, "-c", limited, *map(str, arguments[:-1]), str(tmp_path / "full")],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert full.returncode == 2, full.stderr
    assert "cannot" in full.stderr
    assert "Traceback" not in full.stderr
    again = buckler([*arguments[:-1], tmp_path / "full"])  # there is room again
    assert again.returncode == 0, again.stderr


# --- the bucket -------------------------------------------------------------------------------------------------------


def tile_file(folder: Path, tile: Tile) -> bytes:
    return write_plane(folder / "made.tif", tile.west, tile.south + 1.0, 0.05, 20, 20).read_bytes()


def test_a_bucket_that_answers_404_500_and_cuts_off(
    refused: Said, server: TileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tile = Tile(37, 33)
    path = "/" + tile.path("GLO-90")
    asked = ["terrain", "fetch", "--bbox", "33.2,36.2,33.8,37.8", "--base-url", server.address, "-o", tmp_path / "tiles", "--quiet"]
    # 404 for everything: the address is wrong, not the sea
    assert "all sea" in refused(*asked)
    server.files[path] = content = tile_file(tmp_path, tile)
    server.fail(path, *["500"] * 20)
    assert "500" in refused(*asked)
    server.faults.clear()
    server.fail(path, "cut", *["500"] * 20)
    assert "run the same command again" in refused(*asked)
    server.faults.clear()
    server.requests.clear()
    monkeypatch.setattr("sys.argv", ["buckler", *map(str, asked)])
    main()
    assert "1 fetched" in capsys.readouterr().out
    assert ("GET", path, f"bytes={len(content) // 2}-") in server.requests  # goes on where it was cut off
    assert (tmp_path / "tiles" / f"{tile.name('GLO-90')}.tif").read_bytes() == content
