"""Elevation data: `buckler terrain import`, `fetch`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from buckler.cli.common import Force, Quiet
from buckler.errors import InputError


class Resampling(StrEnum):
    """Choices of --resampling."""

    auto = "auto"
    nearest = "nearest"
    bilinear = "bilinear"
    average = "average"
    highest = "highest"


class Voids(StrEnum):
    """Choices of --voids."""

    mark = "mark"
    refuse = "refuse"
    sea = "sea"


terrain = typer.Typer(help="Elevation data: GeoTIFF, DTED, SRTM .hgt, Copernicus.", no_args_is_help=True)


@terrain.command("import")
def terrain_import(
    files: Annotated[list[Path], typer.Argument(help="GeoTIFF, DTED or SRTM .hgt files, or folders of them.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The .npz file to write.")],
    bbox: Annotated[str | None, typer.Option("--bbox", help="West,south,east,north in degrees.")] = None,
    resolution_deg: Annotated[float | None, typer.Option("--resolution-deg", help="Width of a cell.")] = None,
    resampling: Annotated[Resampling, typer.Option("--resampling", help="auto averages into a coarser grid.")] = Resampling.auto,
    fill_cells: Annotated[int, typer.Option("--fill-cells", help="Widest gap to fill, in cells.")] = 16,
    voids: Annotated[Voids, typer.Option("--voids", help="What to do with wider gaps.")] = Voids.mark,
    nodata: Annotated[float | None, typer.Option("--nodata", help="The value that stands for no height.")] = None,
    vertical_datum: Annotated[str | None, typer.Option("--vertical-datum", help="What heights are measured from.")] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Read elevation rasters of any CRS into one terrain file."""
    from buckler.recordings.rasters import import_terrain
    from buckler.report.progress import progress_bar

    with progress_bar(quiet, "Rows") as progress:
        done = import_terrain(
            files,
            output,
            bbox=bbox,
            resolution_deg=resolution_deg,
            resampling=resampling.value,
            fill_cells=fill_cells,
            voids=voids.value,
            nodata=nodata,
            vertical_datum=vertical_datum,
            force=force,
            progress=progress.update,
        )
    typer.echo(done.text)


@terrain.command("fetch")
def terrain_fetch(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to fetch into.")],
    bbox: Annotated[str | None, typer.Option("--bbox", help="West,south,east,north in degrees.")] = None,
    scenario: Annotated[str | None, typer.Option("--scenario", help="Around everything in a scenario, instead of --bbox.")] = None,
    margin_km: Annotated[float, typer.Option("--margin-km", help="Around a scenario.")] = 50.0,
    product: Annotated[str, typer.Option("--product", help="GLO-90 or GLO-30.")] = "GLO-90",
    base_url: Annotated[str | None, typer.Option("--base-url", help="A mirror of the public bucket.")] = None,
    quiet: Quiet = False,
) -> None:
    """Fetch Copernicus elevation tiles from their public bucket, resumably."""
    from buckler.recordings.boxes import box, box_around
    from buckler.recordings.copernicus import BASE_URL, fetch_terrain
    from buckler.report.progress import progress_bar

    if (bbox is None) == (scenario is None):
        raise InputError("terrain fetch takes --bbox or --scenario: write one of them")
    if scenario is not None:
        from buckler.scenario.load import load_scenario, positions

        area = box_around(positions(load_scenario(scenario).scenario), margin_km)
    else:
        area = box(bbox or "")
    with progress_bar(quiet, "Tiles") as progress:
        done = fetch_terrain(area, output, product=product, base_url=base_url or BASE_URL, progress=progress.update)
    typer.echo(done.text)
