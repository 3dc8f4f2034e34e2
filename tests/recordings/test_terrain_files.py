"""The terrain file: written in strips, mapped when opened, refused when damaged."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.recordings.terrain_files import GridFrame, load_terrain, write_terrain

WORDS = {"source": "made here, ± 1 m", "cell_size": "36 arc-seconds", "datum": "EGM96"}


def write(path: Path, heights: np.ndarray, strip: int = 7, force: bool = False) -> None:
    frame = GridFrame(36.0, 26.0, 0.01, 0.02, *heights.shape)
    write_terrain(path, frame, (heights[i : i + strip] for i in range(0, len(heights), strip)), WORDS, force=force)


@settings(max_examples=20)
@given(rows=st.integers(2, 40), columns=st.integers(2, 40), strip=st.integers(1, 50))
def test_what_is_written_is_loaded_whatever_the_strips(
    tmp_path_factory: pytest.TempPathFactory, rows: int, columns: int, strip: int
) -> None:
    heights = np.random.default_rng(rows * columns).normal(500, 300, (rows, columns)).astype(np.float32)
    heights[0, 0] = np.nan
    path = tmp_path_factory.mktemp("t") / "a.npz"
    write(path, heights, strip)
    terrain = load_terrain(path)
    assert np.array_equal(terrain.heights_m, heights, equal_nan=True)
    assert (terrain.lat0_deg, terrain.lon0_deg, terrain.dlat_deg, terrain.dlon_deg) == (36.0, 26.0, 0.01, 0.02)
    assert (terrain.source, terrain.cell_size, terrain.datum) == tuple(WORDS.values())


def test_the_heights_are_mapped_aligned_and_read_only(tmp_path: Path) -> None:
    write(tmp_path / "a.npz", np.zeros((33, 17), np.float32))
    heights = load_terrain(tmp_path / "a.npz").heights_m
    assert type(heights) is np.ndarray
    assert isinstance(heights.base, np.memmap)
    assert (heights.flags.aligned, heights.flags.c_contiguous, heights.flags.writeable) == (True, True, False)
    assert heights.ctypes.data % 64 == 0


def test_numpy_reads_the_file_without_pickles_and_it_is_the_same_each_time(tmp_path: Path) -> None:
    heights = np.arange(60, dtype=np.float32).reshape(6, 10)
    write(tmp_path / "a.npz", heights)
    write(tmp_path / "b.npz", heights, strip=2)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        assert np.array_equal(archive["heights_m"], heights)
        assert archive["datum"] == "EGM96"
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_one_altered_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write(path, np.ones((30, 30), np.float32))
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"checksum of heights_m\.npy"):
        load_terrain(path)
    assert load_terrain(path, verify=False).heights_m.shape == (30, 30)


def test_a_file_that_was_replaced_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write(path, np.ones((4, 4), np.float32))
    assert load_terrain(path) is load_terrain(path)
    write(path, np.full((5, 4), 2, np.float32), force=True)
    assert load_terrain(path).heights_m.shape == (5, 4)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with pytest.raises(InputError, match="cannot read"):
        load_terrain(path)
    path.write_bytes(b"junk")
    with pytest.raises(InputError, match="not a whole terrain file"):
        load_terrain(path)
    np.savez(path, something=np.zeros(3))
    with pytest.raises(InputError, match="not a whole terrain file"):
        load_terrain(path)
    write(path, np.ones((30, 30), np.float32), force=True)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="buckler terrain import"):
        load_terrain(path)
    with zipfile.ZipFile(tmp_path / "whole.npz", "w", zipfile.ZIP_DEFLATED) as squeezed:
        path.write_bytes(whole)
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                squeezed.writestr(info.filename, archive.read(info))
    with pytest.raises(InputError, match="compressed"):
        load_terrain(tmp_path / "whole.npz")


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path) -> None:
    def strips() -> object:
        yield np.zeros((2, 4), np.float32)
        raise InputError("the raster is damaged")

    with pytest.raises(InputError, match="the raster is damaged"):
        write_terrain(tmp_path / "a.npz", GridFrame(0, 0, 1, 1, 4, 4), strips(), WORDS)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
