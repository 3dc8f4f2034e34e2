"""Elevation data of any origin, made into buckler's own terrain file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, isfinite, radians
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.recordings.boxes import Box, box
from buckler.recordings.copernicus import NOTICES, fetched_tiles, product_of
from buckler.recordings.lattices import Lattice, Reader, lattices
from buckler.recordings.mosaic import RESAMPLINGS, Mosaic, Resampling, frame_for
from buckler.recordings.raster_source import SUFFIXES, RasterSource, gdal, raster_source
from buckler.recordings.terrain_files import GridFrame, check_output, write_terrain
from buckler.recordings.voids import fill_small_voids

LargeVoids = Literal["mark", "refuse", "sea"]

FILL_CELLS: Final = 16
"""Voids of up to this many cells both ways are filled."""
_SHOWN_FILES: Final = 3
_SEA_SLACK: Final = 1e-9

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportedTerrain:
    """What an import made, and of what."""

    path: Path
    files: int
    source: str
    cell_size: str
    datum: str
    resampling: str
    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float
    rows: int
    columns: int
    lowest_m: float
    highest_m: float
    filled_cells: int
    """Cells in small voids, interpolated."""
    unknown_cells: int
    """Cells left without a height: large voids, and what no raster covers."""
    sea_cells: int
    """Cells without a height that were taken as sea, at 0 m."""

    @property
    def text(self) -> str:
        """For the terminal."""
        total = self.rows * self.columns
        lines = [
            f"{self.path}: {self.rows} x {self.columns} heights from {self.files} file{'s' if self.files != 1 else ''}",
            f"  source    {self.source}",
            f"  covers    {self.south_deg:.4f} to {self.north_deg:.4f} N, {self.west_deg:.4f} to {self.east_deg:.4f} E",
            f"  cells     {self.cell_size}; {self.resampling}",
            f"  heights   {self.lowest_m:.0f} to {self.highest_m:.0f} m above {self.datum}",
            f"  voids     {self.filled_cells} cells filled by interpolation, {self.sea_cells} taken as sea, "
            f"{self.unknown_cells} left unknown ({100.0 * self.unknown_cells / total:.2f} %)",
            f"use it in a scenario as  environment: {{terrain: {self.path}}}",
        ]
        if self.unknown_cells:
            lines.insert(
                -1,
                ("  unknown ground is taken as sea level, which hides nothing: give more files, or --voids refuse"),
            )
        return "\n".join(lines)


def import_terrain(
    paths: Iterable[Path | str] | Path | str,
    output: Path | str,
    *,
    bbox: Iterable[float] | str | None = None,
    resolution_deg: float | None = None,
    resampling: Resampling = "auto",
    fill_cells: int = FILL_CELLS,
    voids: LargeVoids = "mark",
    nodata: float | None = None,
    vertical_datum: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> ImportedTerrain:
    """Mosaic elevation rasters onto a grid of latitude and longitude and write it as a terrain file.

    `paths`: GeoTIFF, DTED and SRTM .hgt files of any reference, or folders of them (a folder of `fetch_terrain` knows
    where the sea is). `bbox`: W,S,E,N in degrees. `resolution_deg`: the finest raster's own cells if left out.
    `fill_cells`: voids up to so many cells both ways are filled (see `voids`); larger ones are marked as unknown,
    refused, or taken as sea. `nodata`: a stored value that means no height, where the rasters do not say so
    themselves.
    """
    target = Path(output)
    check_output(target, force=force)
    if resampling not in RESAMPLINGS:
        raise InputError(f"there is no resampling {resampling!r}: write one of {', '.join(RESAMPLINGS)}")
    if voids not in ("mark", "refuse", "sea"):
        raise InputError(f"large voids cannot be treated as {voids!r}: write mark, refuse or sea")
    if resolution_deg is not None and not (isfinite(resolution_deg) and 1e-6 <= resolution_deg <= 10.0):
        raise InputError(f"a resolution of {resolution_deg} degrees is not a cell size: write degrees, as 0.001")
    if fill_cells < 0:
        raise InputError(f"voids of up to {fill_cells} cells cannot be filled: write 0 or more")
    asked = None if bbox is None else box(bbox)
    files, sea = _expand(paths)
    if any(file.resolve() == target.resolve() for file in files):
        raise InputError(f"{target} is one of the files to import: choose another output with -o")
    sources = [raster_source(file, nodata=nodata, vertical_datum=vertical_datum) for file in files]
    with gdal() as rasterio:
        groups = lattices(sources)
        # Tiles have no nodes on their southern and eastern rims: those of sea are given none either.
        dlat, dlon = groups[0].cell_deg
        sea_nodes = [Box(b.west_deg, b.south_deg + dlat, b.east_deg - dlon, b.north_deg) for b in sea]
        extent, limits = _extent([b for group in groups for b in group.boxes] + sea_nodes, asked)
        used = _overlapping(groups, extent)
        frame = frame_for(used, extent, limits, resolution_deg)
        reader = Reader(rasterio)
        try:
            mosaic = Mosaic(reader, used, frame, resampling)
            tally = _Tally(frame, target, sea, fill_cells, voids, progress)
            used_sources = [member.source for group in used for member in group.members]
            words = {
                "source": _source_words(used_sources),
                "cell_size": _cell_words(frame),
                "datum": "; ".join(dict.fromkeys(source.datum for source in used_sources)),
            }
            write_terrain(target, frame, tally.finished(mosaic.strips(fill_cells + 1), words), words, force=force)
        finally:
            reader.close()
        ways = list(dict.fromkeys(mosaic.method(group) for group in used))
    return ImportedTerrain(
        target, len(used_sources), words["source"], words["cell_size"], words["datum"],
        "copied cell for cell" if ways == ["copied"] else "resampled: " + ", ".join(ways),
        frame.south_deg, frame.west_deg, frame.south_deg + (frame.rows - 1) * frame.dlat_deg,
        frame.west_deg + (frame.columns - 1) * frame.dlon_deg, frame.rows, frame.columns,
        tally.lowest_m, tally.highest_m, tally.filled, tally.unknown, tally.sea,
    )  # fmt: skip


class _Tally:
    """Fills and counts what lies in the strips on their way to the file."""

    def __init__(
        self,
        frame: GridFrame,
        target: Path,
        sea: list[Box],
        fill_cells: int,
        voids: LargeVoids,
        progress: Progress | None,
    ) -> None:
        self._frame, self._target, self._sea_boxes = frame, target, sea
        self._fill_cells, self._voids, self._progress = fill_cells, voids, progress
        self.filled = self.unknown = self.sea = 0
        self.lowest_m, self.highest_m = np.inf, -np.inf

    def finished(
        self, strips: Iterator[npt.NDArray[np.float32]], words: dict[str, str]
    ) -> Iterator[npt.NDArray[np.float32]]:
        """The strips with their voids treated; each is filled with the rows of its neighbours in view.

        A void that reaches beyond those rows is larger than the limit anyway, so that where strips begin does not
        matter.
        """
        halo = self._fill_cells + 1
        before = np.empty((0, self._frame.columns), dtype=np.float32)
        row = 0
        ahead = [self._with_sea(next(strips), 0)]
        while ahead:
            strip = ahead.pop(0)
            following = next(strips, None)
            if following is not None:
                ahead.append(self._with_sea(following, row + strip.shape[0]))
            after = ahead[0][:halo] if ahead else before[:0]
            context = np.concatenate([before, strip, after])
            filled = fill_small_voids(context, self._fill_cells)[before.shape[0] : before.shape[0] + strip.shape[0]]
            self.filled += int(np.count_nonzero(filled))
            # The next strip must see this one's voids as they were, not as filled.
            before = np.concatenate([before, strip])[-halo:]
            done = context[context.shape[0] - after.shape[0] - strip.shape[0] : context.shape[0] - after.shape[0]]
            self._count(done, row)
            row += strip.shape[0]
            if self._progress is not None:
                self._progress(row, self._frame.rows)
            yield done
        if not np.isfinite(self.lowest_m):
            raise InputError("there is no height at all in that box, only voids: choose another --bbox or other files")
        if self.unknown:
            words["source"] += (
                f"; {100.0 * self.unknown / (self._frame.rows * self._frame.columns):.2f} % of its cells unknown"
            )

    def _with_sea(self, strip: npt.NDArray[np.float32], row: int) -> npt.NDArray[np.float32]:
        """Sea tiles are no voids: their cells are at 0 m."""
        frame = self._frame
        lat = frame.south_deg + (row + np.arange(strip.shape[0])) * frame.dlat_deg
        lon = frame.west_deg + np.arange(frame.columns) * frame.dlon_deg
        for b in self._sea_boxes:
            rows = np.nonzero((lat >= b.south_deg - _SEA_SLACK) & (lat <= b.north_deg + _SEA_SLACK))[0]
            if not rows.size:
                continue
            for turn in (-360.0, 0.0, 360.0):
                columns = np.nonzero((lon >= b.west_deg + turn - _SEA_SLACK) & (lon <= b.east_deg + turn + _SEA_SLACK))[
                    0
                ]
                if columns.size:
                    part = strip[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
                    missing = np.isnan(part)
                    part[missing] = 0.0
                    self.sea += int(np.count_nonzero(missing))
        return strip

    def _count(self, strip: npt.NDArray[np.float32], row: int) -> None:
        missing = np.isnan(strip)
        left = int(np.count_nonzero(missing))
        if left and self._voids == "refuse":
            i, j = (int(k) for k in np.argwhere(missing)[0])
            lat = self._frame.south_deg + (row + i) * self._frame.dlat_deg
            lon = self._frame.west_deg + j * self._frame.dlon_deg
            raise InputError(
                f"there is no height at latitude {lat:.4f}, longitude {lon:.4f}, nor around it: a void of more than "
                f"{self._fill_cells} x {self._fill_cells} cells, or at the rim; give a file that covers it, a smaller "
                "--bbox, or --voids mark or sea"
            )
        if left and self._voids == "sea":
            strip[missing] = 0.0
            self.sea += left
            left = 0
        self.unknown += left
        if left < strip.size:
            self.lowest_m = min(self.lowest_m, float(np.nanmin(strip)))
            self.highest_m = max(self.highest_m, float(np.nanmax(strip)))


def _expand(paths: Iterable[Path | str] | Path | str) -> tuple[list[Path], list[Box]]:
    """The rasters in a list of files and folders, and where fetched folders know the sea to be."""
    files: list[Path] = []
    sea: list[Box] = []
    for path in [Path(paths)] if isinstance(paths, (str, Path)) else [Path(path) for path in paths]:
        if path.is_dir():
            fetched = fetched_tiles(path)
            if fetched is None:
                found = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
                if not found:
                    raise InputError(
                        f"{path} holds no {', '.join(SUFFIXES)} file: write the files, or the folder that holds them"
                    )
                files += found
            else:
                files += fetched.files
                sea += fetched.sea
        else:
            files.append(path)
    if not files:
        raise InputError("there is no file to import: write GeoTIFF, DTED or SRTM .hgt files, or a folder of them")
    return list(dict.fromkeys(files)), sea


def _extent(covered: Sequence[Box], asked: Box | None) -> tuple[Box, Box]:
    """What is asked for, as far as the rasters reach; and how far they reach."""
    west, south = min(b.west_deg for b in covered), min(b.south_deg for b in covered)
    east, north = max(b.east_deg for b in covered), max(b.north_deg for b in covered)
    if asked is None:
        whole = Box(west, south, east, north)
        return whole, whole
    if not any(asked.overlaps(b) for b in covered):
        cover = Box(west, south, east, north)
        message = f"the box {asked} lies outside the files, which cover {cover} (west, south, east, north)"
        swapped = asked.swapped
        if swapped is not None and any(swapped.overlaps(b) for b in covered):
            raise InputError(f"{message}; latitude and longitude are swapped: write --bbox {swapped}")
        raise InputError(f"{message}: write a box inside that")
    turns = [
        (b.west_deg + turn, b.east_deg + turn) for b in covered for turn in (-360.0, 0.0, 360.0)
        if b.east_deg + turn >= asked.west_deg and b.west_deg + turn <= asked.east_deg
    ]  # fmt: skip
    limits = Box(min(w for w, _ in turns), south, max(e for _, e in turns), north)
    extent = Box(
        max(asked.west_deg, limits.west_deg), max(asked.south_deg, south),
        min(asked.east_deg, limits.east_deg), min(asked.north_deg, north),
    )  # fmt: skip
    return extent, limits


def _overlapping(groups: Sequence[Lattice], extent: Box) -> list[Lattice]:
    """The lattices with a raster in the box, or a cell or two beside it, without their other rasters."""
    kept = []
    for group in groups:
        dlat, dlon = (2.0 * step for step in group.cell_deg)
        near = Box(extent.west_deg - dlon, extent.south_deg - dlat, extent.east_deg + dlon, extent.north_deg + dlat)
        inside = [m for m, b in zip(group.members, group.boxes, strict=True) if near.overlaps(b)]
        if inside:
            first = group.members[0] if group.members[0] in inside else inside[0]
            kept.append(
                Lattice(
                    [
                        type(m)(m.source, m.column - first.column, m.row - first.row)
                        for m in (first, *(m for m in inside if m is not first))
                    ]
                )
            )
    if not kept:
        raise InputError(f"no file has a height in the box {extent}, which is all sea: use terrain: flat")
    return kept


def _source_words(sources: Sequence[RasterSource]) -> str:
    """The origin of the heights in one line, with the notices that licences ask for."""
    kinds: dict[str, list[str]] = {}
    for source in sources:
        product = product_of(source.path)
        kinds.setdefault(f"Copernicus DEM {product} (surface model)" if product else source.kind, []).append(
            source.path.name
        )
    words = []
    for kind, names in kinds.items():
        shown = ", ".join(names[:_SHOWN_FILES]) + (
            f" and {len(names) - _SHOWN_FILES} more" if len(names) > _SHOWN_FILES else ""
        )
        words.append(f"{kind}: {shown}")
    words += [
        notice for product, notice in NOTICES.items() if any(product_of(source.path) == product for source in sources)
    ]
    return "; ".join(words)


def _cell_words(frame: GridFrame) -> str:
    """The node spacing in arc-seconds and metres."""
    parallel = cos(radians(frame.south_deg + 0.5 * (frame.rows - 1) * frame.dlat_deg))
    high = radians(frame.dlat_deg) * MEAN_RADIUS_M
    wide = radians(frame.dlon_deg) * MEAN_RADIUS_M * parallel
    seconds: list[Any] = [f"{3600.0 * step:.4g}" for step in (frame.dlat_deg, frame.dlon_deg)]
    return f"{' x '.join(dict.fromkeys(seconds))} arc-seconds (about {high:.0f} m northward, {wide:.0f} m eastward)"
