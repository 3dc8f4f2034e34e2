"""The Copernicus digital elevation model, tile by tile from its public bucket.

Source: "Copernicus DEM", Registry of Open Data on AWS (documentation:
copernicus-dem-30m.s3.amazonaws.com/readme.html). Tiles are 1 x 1 degree cloud-optimised GeoTIFFs named by their
south-western corner; the number in the name is the spacing in tenths of an arc-second (10 for GLO-30, 30 for GLO-90).
Heights are metres above EGM2008, of the surface (with trees and buildings).

**What is not there.** Sea has no tile. Of GLO-30, some countries' land has none either (not released): where a GLO-30
tile is missing, the GLO-90 tile is asked for, and only what both lack is recorded as sea.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import ceil, floor
from pathlib import Path
from typing import Any, Final, Literal

from buckler.errors import InputError, nearest
from buckler.recordings.boxes import Box, box
from buckler.recordings.downloads import (
    ATTEMPTS,
    TIMEOUT_S,
    NotThereError,
    download,
    is_there,
    md5_of,
    require_web_address,
)

Product = Literal["GLO-30", "GLO-90"]
BASE_URL: Final = "https://copernicus-dem-{metres}m.s3.amazonaws.com"
"""The public buckets; `{metres}` is 30 or 90."""
MANIFEST: Final = "copernicus-dem.json"
MOST_TILES: Final = 1000

_METRES: Final = {"GLO-30": 30, "GLO-90": 90}
_TENTHS: Final = {"GLO-30": 10, "GLO-90": 30}
_TYPICAL_MB: Final = {"GLO-30": 35, "GLO-90": 4}
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_NAME: Final = re.compile(r"^Copernicus_DSM_(?:COG_)?(10|30)_([NS])(\d{2})_00_([EW])(\d{3})_00(?:_DEM)?$")
_OWNERS: Final = (
    "© DLR e.V. 2010-2014 and © Airbus Defence and Space GmbH 2014-2018 provided under COPERNICUS by the European "
    "Union and ESA; all rights reserved"
)
NOTICES: Final = {
    product: f"produced using Copernicus WorldDEM-{metres} {_OWNERS}" for product, metres in _METRES.items()
}
"""The notice that the licence asks for wherever the heights are used, by product."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, order=True)
class Tile:
    """One degree of latitude and longitude, by its south-western corner."""

    south: int
    west: int

    def name(self, product: str) -> str:
        """The tile's name in the bucket, without its ending."""
        ns, ew = "NS"[self.south < 0], "EW"[self.west < 0]
        return f"Copernicus_DSM_COG_{_TENTHS[product]}_{ns}{abs(self.south):02d}_00_{ew}{abs(self.west):03d}_00_DEM"

    def path(self, product: str) -> str:
        """The tile's place under the bucket's address."""
        name = self.name(product)
        return f"{name}/{name}.tif"

    @property
    def box(self) -> Box:
        """The degree that it covers."""
        return Box(self.west, self.south, self.west + 1.0, self.south + 1.0)


def tile_named(name: str) -> tuple[Tile, str] | None:
    """The tile and the product of a name (with or without its ending); None for other names."""
    match = _NAME.match(name.removesuffix(".tif"))
    if match is None:
        return None
    tenths, ns, lat, ew, lon = match.groups()
    product = next(product for product, value in _TENTHS.items() if value == int(tenths))
    return Tile(-int(lat) if ns == "S" else int(lat), -int(lon) if ew == "W" else int(lon)), product


def product_of(path: Path) -> str:
    """GLO-30 or GLO-90 for a file named as Copernicus does; empty for others."""
    found = tile_named(path.name)
    return found[1] if found else ""


def tiles_of(area: Box) -> list[Tile]:
    """The tiles that touch a box, from the south-west; across the date line where the box is."""
    return [
        Tile(south, (west + 180) % 360 - 180)
        for south in range(max(floor(area.south_deg), -90), min(ceil(area.north_deg), 90))
        for west in range(floor(area.west_deg), min(ceil(area.east_deg), floor(area.west_deg) + 360))
    ]


@dataclass(frozen=True)
class FetchedTerrain:
    """What a fetch brought, in all and this time."""

    folder: Path
    product: str
    tiles: int
    fetched: int
    """Tiles that came this time."""
    present: int
    """Tiles that were there already."""
    sea: int
    coarser: int
    """GLO-90 tiles in place of GLO-30 tiles that are not released."""
    bytes: int
    """Bytes that came this time."""
    size_only: int
    """Tiles whose size alone could be checked."""
    tile_names: tuple[str, ...] = field(repr=False, default=())

    @property
    def text(self) -> str:
        """For the terminal."""
        lines = [
            f"{self.folder}: {self.tiles} tiles of Copernicus DEM {self.product}: {self.fetched} fetched "
            f"({self.bytes / 1e6:.1f} MB), {self.present} there already, {self.sea} sea"
        ]
        if self.coarser:
            lines.append(f"  {self.coarser} of them are GLO-90: GLO-30 is not released there")
        if self.size_only:
            lines.append(f"  {self.size_only} could be checked by size only: the server states no MD5")
        lines.append(f"next: buckler terrain import {self.folder} -o NAME.npz")
        return "\n".join(lines)


@dataclass(frozen=True)
class FetchedTiles:
    """What a folder of fetched tiles holds."""

    files: list[Path]
    sea: list[Box]


def fetched_tiles(folder: Path) -> FetchedTiles | None:
    """The tiles in a folder and where it knows the sea to be; None where nothing was fetched into it.

    InputError where a fetch into it has not finished.
    """
    if not (folder / MANIFEST).exists():
        return None
    tiles = _read_manifest(folder)
    waiting = [name for name, entry in tiles.items() if entry["state"] == "wanted"]
    missing = [
        name
        for name, entry in tiles.items()
        if entry["state"] == "fetched" and not (folder / f"{entry['file']}.tif").is_file()
    ]
    if waiting or missing:
        raise InputError(
            f"{folder} is not whole: {len(waiting) + len(missing)} of {len(tiles)} tiles are missing, "
            f"{(waiting + missing)[0]} first; run the same buckler terrain fetch again to go on"
        )
    found = [tile_named(name) for name, entry in tiles.items() if entry["state"] == "sea"]
    files = sorted({folder / f"{entry['file']}.tif" for entry in tiles.values() if entry["state"] == "fetched"})
    return FetchedTiles(files, [tile.box for tile, _ in filter(None, found)])


def fetch_terrain(
    bbox: Box | Iterable[float] | str, folder: Path | str, *, product: str = "GLO-90", base_url: str = BASE_URL,
    progress: Progress | None = None, attempts: int = ATTEMPTS, timeout_s: float = TIMEOUT_S,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchedTerrain:  # fmt: skip
    """Fetch the tiles that touch a box into a folder; what is there is kept, what is half there is resumed.

    `bbox`: W,S,E,N in degrees, or a Box (`boxes.box_around` puts one around a scenario's positions). `base_url`:
    another server of the same tiles; `{metres}` in it stands for 30 or 90.
    """
    if product not in _METRES:
        likely = nearest(product, _METRES)
        raise InputError(f"there is no product {product!r}: write {likely[0] if likely else 'GLO-90 or GLO-30'}")
    area = bbox if isinstance(bbox, Box) else box(bbox)
    base = require_web_address(base_url.replace("{metres}", str(_METRES[product])))
    coarser_base = require_web_address(base_url.replace("{metres}", str(_METRES["GLO-90"])))
    tiles = tiles_of(area)
    if len(tiles) > MOST_TILES:
        raise InputError(
            f"the box {area} asks for {len(tiles):,} tiles, some {len(tiles) * _TYPICAL_MB[product] / 1000:.0f} GB: "
            f"write a smaller --bbox (at most {MOST_TILES} tiles at a time)"
        )
    place = Path(folder)
    manifest = _prepared(place, [tile.name(product) for tile in tiles])
    new_sea = False
    count = {"fetched": 0, "present": 0, "sea": 0, "coarser": 0, "size": 0, "bytes": 0}

    def bring(base_url: str, tile: Tile, of_product: str) -> dict[str, Any]:
        name = tile.name(of_product)
        got = download(
            f"{base_url}/{tile.path(of_product)}", place / f"{name}.tif",
            magic=_TIFF, attempts=attempts, timeout_s=timeout_s, sleep=sleep,
        )  # fmt: skip
        count["fetched"] += 1
        count["bytes"] += got.bytes - got.resumed_from
        return {"state": "fetched", "file": name, "bytes": got.bytes, "md5": got.md5, "checked": got.checked}

    for done, tile in enumerate(tiles, start=1):
        name = tile.name(product)
        entry = manifest[name]
        if entry["state"] == "fetched" and _whole(place, entry):
            count["present"] += 1
        elif entry["state"] != "sea":
            try:
                entry = bring(base, tile, product)
            except NotThereError:
                entry = {"state": "sea"}
                if product == "GLO-30":
                    try:
                        entry = bring(coarser_base, tile, "GLO-90")
                    except NotThereError:
                        entry = {"state": "sea"}
            manifest[name] = entry
            new_sea = new_sea or entry["state"] == "sea"
            # Sea is written down once land has been seen: an address that answers 404 to everything knows no sea.
            if entry["state"] == "fetched":
                _write_manifest(place, manifest)
        count["sea"] += entry["state"] == "sea"
        count["coarser"] += entry["state"] == "fetched" and entry["file"] != name
        count["size"] += entry["state"] == "fetched" and entry["checked"] == "size"
        if progress is not None:
            progress(done, len(tiles))
    known = next(
        (
            found
            for name, entry in manifest.items()
            if entry["state"] == "fetched" and (found := tile_named(entry["file"]))
        ),
        None,
    )
    proven = (
        count["fetched"] or not new_sea or (known and is_there(f"{base}/{known[0].path(product)}", timeout_s=timeout_s))
    )
    if not proven:
        raise InputError(
            f"no tile was found at {base}: either the box {area} is all sea (use terrain: flat), or the address is not "
            "that of the Copernicus tiles"
        )
    _write_manifest(place, manifest)
    return FetchedTerrain(
        place, product, len(tiles), count["fetched"], count["present"], count["sea"], count["coarser"], count["bytes"],
        count["size"], tuple(tile.name(product) for tile in tiles),
    )  # fmt: skip


def _prepared(folder: Path, names: list[str]) -> dict[str, dict[str, Any]]:
    """The folder, made, and its manifest with every tile that is wanted."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}; choose another folder with -o"
        ) from error
    manifest = _read_manifest(folder) if (folder / MANIFEST).exists() else {}
    for name in names:
        manifest.setdefault(name, {"state": "wanted"})
    _write_manifest(folder, manifest)
    return manifest


def _whole(folder: Path, entry: dict[str, Any]) -> bool:
    """Whether a tile is there as it came."""
    path = folder / f"{entry['file']}.tif"
    try:
        return bool(path.stat().st_size == entry["bytes"] and md5_of(path) == entry["md5"])
    except OSError:
        return False


def _read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / MANIFEST
    try:
        tiles = json.loads(path.read_text(encoding="utf-8"))["tiles"]
        for name, entry in tiles.items():
            sound = entry["state"] in ("wanted", "sea") or (
                entry["state"] == "fetched"
                and tile_named(entry["file"]) is not None
                and {"bytes", "md5", "checked"} <= set(entry)
            )
            if tile_named(name) is None or not sound:
                raise ValueError(f"entry {name}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} cannot be read ({error}): remove it, and run the same buckler terrain fetch again"
        ) from error
    return dict(tiles)


def _write_manifest(folder: Path, tiles: dict[str, dict[str, Any]]) -> None:
    content = {
        "what": "tiles of the Copernicus DEM, and where there is none because there is sea",
        "notices": NOTICES,
        "tiles": dict(sorted(tiles.items())),
    }
    part = folder / f".{MANIFEST}.{os.getpid()}.part"
    try:
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(folder / MANIFEST)
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}; choose another folder with -o"
        ) from error
