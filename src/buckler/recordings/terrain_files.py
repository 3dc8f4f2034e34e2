"""buckler's terrain file: one grid of heights in an .npz that is mapped, not read, when it is opened.

The archive is uncompressed and holds no pickles; `numpy.load` reads it anywhere. Its first member, `heights_m.npy`
(float32 [latitude, longitude], from south to north; NaN where the ground is not known), starts on a 64-byte boundary,
so that a country at 1 arc-second opens at once and costs memory only where it is looked at. Beside it stand the
position of the south-western node, the node spacing, and the words that every product repeats: source, cell size,
vertical datum.
"""

from __future__ import annotations

import io
import os
import shutil
import struct
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError, OutputExistsError
from buckler.physics.terrain import Terrain

SUFFIX: Final = ".npz"
FORMAT: Final = 1
_HEIGHTS: Final = "heights_m.npy"
_LOCAL_HEADER_BYTES: Final = 30
_ZIP64_EXTRA_BYTES: Final = 20
_ALIGNMENT: Final = 64
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The archive's own time: the same grid makes the same bytes."""


@dataclass(frozen=True)
class GridFrame:
    """Where the nodes of a grid lie, from its south-western one."""

    south_deg: float
    west_deg: float
    dlat_deg: float
    dlon_deg: float
    rows: int
    columns: int

    @property
    def bytes(self) -> int:
        """Size of the heights."""
        return 4 * self.rows * self.columns


def write_terrain(
    output: Path,
    frame: GridFrame,
    strips: Iterable[npt.NDArray[np.float32]],
    words: dict[str, str],
    *,
    force: bool = False,
) -> None:
    """Write a terrain file from strips of rows, south to north. `words`: source, cell_size, datum.

    The strips are consumed one at a time; the file appears under its name only when it is whole. `words` is read
    after the last strip, so that it may say what was found in them.
    """
    check_output(output, force=force)
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(output.parent).free
        if free < frame.bytes:
            raise InputError(
                f"cannot write {output}: it needs {frame.bytes / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free; make "
                "room, or write a smaller --bbox or a larger --resolution-deg"
            )
        with part.open("wb") as stream:
            _write(stream, frame, strips, words)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(output)
    except OSError as error:
        raise InputError(
            f"cannot write {output}: {error.strerror or error}; nothing was left behind: make room or choose another "
            "place with -o"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def check_output(output: Path, *, force: bool = False) -> None:
    """Refuse an output that cannot be: another kind of name, a folder, a file that is there already."""
    if output.suffix != SUFFIX:
        raise InputError(
            f"{output} cannot be a terrain file: write a name that ends in {SUFFIX}, as "
            f"{output.stem or 'terrain'}{SUFFIX}"
        )
    if output.is_dir():
        raise InputError(f"{output} is a folder: write the name of a file")
    if output.exists() and not force:
        raise OutputExistsError(
            f"{output} is there already: choose another name with -o, or write --force to replace it"
        )


def _write(stream: Any, frame: GridFrame, strips: Iterable[npt.NDArray[np.float32]], words: dict[str, str]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        with archive.open(zipfile.ZipInfo(_HEIGHTS, _EPOCH), "w", force_zip64=True) as member:
            start = _LOCAL_HEADER_BYTES + len(_HEIGHTS) + _ZIP64_EXTRA_BYTES
            member.write(_npy_header((frame.rows, frame.columns), start))
            rows = 0
            for strip in strips:
                if strip.dtype != np.float32 or strip.ndim != 2 or strip.shape[1] != frame.columns:
                    raise AssertionError(
                        f"a strip of shape {strip.shape} and type {strip.dtype} in a grid of {frame.columns} columns"
                    )
                rows += strip.shape[0]
                member.write(np.ascontiguousarray(strip, dtype="<f4").data)
            if rows != frame.rows:
                raise AssertionError(f"{rows} rows in a grid of {frame.rows}")
        small = {
            "format": np.array(FORMAT),
            "south_west_deg": np.array([frame.south_deg, frame.west_deg]),
            "step_deg": np.array([frame.dlat_deg, frame.dlon_deg]),
            **{name: np.array(text) for name, text in words.items()},
        }
        for name, value in small.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, value, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), content.getvalue())


def _npy_header(shape: tuple[int, int], start: int) -> bytes:
    """The header of a float32 .npy (format 1.0), padded so that the data after it lies on a 64-byte boundary."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode("ascii")
    length = len(text) + 1
    length += -(start + 10 + length) % _ALIGNMENT
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", length) + text.ljust(length - 1) + b"\n"


def load_terrain(path: Path | str, *, verify: bool = True) -> Terrain:
    """The terrain of a file that `import_terrain` wrote, mapped read-only.

    `verify` reads the heights once against their checksum (about a second a gigabyte); a process does it once a file.
    """
    file = Path(path)
    try:
        state = file.stat()
    except OSError as error:
        raise InputError(f"cannot read the terrain {file}: {error.strerror or error}") from error
    return _load(file.resolve(), state.st_mtime_ns, state.st_size, verify)


@lru_cache(maxsize=8)
def _load(file: Path, _mtime_ns: int, _size: int, verify: bool) -> Terrain:
    refused = f"{file} is not a whole terrain file of buckler"
    advice = "make it again with: buckler terrain import"
    try:
        with zipfile.ZipFile(file) as archive:
            if verify and (damaged := archive.testzip()) is not None:
                raise InputError(f"{refused}: the checksum of {damaged} is wrong; {advice}")
            small: dict[str, npt.NDArray[Any]] = {}
            for info in archive.infolist():
                if info.filename != _HEIGHTS:
                    with archive.open(info) as member:
                        small[info.filename.removesuffix(".npy")] = np.lib.format.read_array(member, allow_pickle=False)
            if int(small["format"]) != FORMAT:
                raise InputError(
                    f"{file} is of terrain format {int(small['format'])}, this buckler reads {FORMAT}; {advice}"
                )
            heights = _map(file, archive.getinfo(_HEIGHTS))
        (south, west), (dlat, dlon) = small["south_west_deg"], small["step_deg"]
        return Terrain(
            heights, float(south), float(west), float(dlat), float(dlon),
            str(small["source"]), str(small["cell_size"]), str(small["datum"]),
        )  # fmt: skip
    except (
        OSError,
        ValueError,
        KeyError,
        EOFError,
        TypeError,
        struct.error,
        zipfile.BadZipFile,
        NotImplementedError,
    ) as error:
        raise InputError(f"{refused} ({error}); {advice}") from error


def _map(file: Path, info: zipfile.ZipInfo) -> npt.NDArray[np.float32]:
    """The heights as a read-only view of the file."""
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError("its heights are compressed")
    with file.open("rb") as stream:
        stream.seek(info.header_offset)
        header = stream.read(_LOCAL_HEADER_BYTES)
        name_bytes, extra_bytes = struct.unpack("<HH", header[26:30])
        start = info.header_offset + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
        stream.seek(start)
        np.lib.format.read_magic(stream)
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(stream)
        offset = stream.tell()
    if fortran_order or dtype != np.dtype("<f4") or len(shape) != 2:
        raise ValueError("its heights are not a grid of float32 rows")
    if offset - start + dtype.itemsize * shape[0] * shape[1] != info.file_size or offset % dtype.itemsize:
        raise ValueError("its heights are not as many as it says")
    return np.asarray(np.memmap(file, dtype=np.float32, mode="r", offset=offset, shape=shape))
