"""What recorded detections become in the tracker: `buckler track`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from buckler.cli.common import Force, Json, Output, Quiet, console, folder_name, print_json
from buckler.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType


def track(
    file: Annotated[Path, typer.Argument(help="An ADS-B table (JSON, CSV, Parquet, also .gz) or ASTERIX (.pcap, .raw).")],
    radar: Annotated[
        list[str] | None,
        typer.Option("--radar", help="Where a radar stands: SAC/SIC=LAT,LON,HEIGHT in degrees and m; may be given several times."),
    ] = None,
    fastest_mps: Annotated[
        float, typer.Option("--fastest-mps", help="What flies faster over the ground cannot be, and is held out; fighters need more.")
    ] = 450.0,
    association: Annotated[str, typer.Option("--association", help="gnn (global nearest neighbour) or jpda.")] = "gnn",
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Recorded detections to tracks, metrics and a picture."""
    from buckler.campaign.kernels import compiled_before
    from buckler.recorded import track_file
    from buckler.report.progress import progress_bar

    with progress_bar(quiet, "Scans", as_json=as_json) as progress:
        if not compiled_before("scanning.process"):
            progress.say("First tracking of this version: compiling the kernels (once, about half a minute) ...")
        progress.stage("Reading")
        result = track_file(
            file, radars=dict(map(_place, radar or [])), fastest_mps=fastest_mps, association=association, progress=progress.update
        )
        progress.stage("Tables and picture")
        folder = result.save(output or Path("runs") / f"{folder_name(file.name.split('.')[0])}-tracks", force=force)
    if as_json:
        print_json(result.metrics)
    else:
        console().print(_rendered(result.metrics, folder))


def _place(text: str) -> tuple[str, tuple[float, float, float]]:
    """25/12=43.57,16.41,780 as the radar's name and place."""
    name, _, place = text.partition("=")
    try:
        lat, lon, height = (float(part) for part in place.split(","))
    except ValueError:
        raise InputError(f"--radar {text}: write SAC/SIC=LAT,LON,HEIGHT, such as 25/12=43.57,16.41,780") from None
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        raise InputError(f"--radar {text}: latitude {lat:g} or longitude {lon:g} is not on the earth")
    return name.strip(), (lat, lon, height)


_ROWS = (
    ("plots", "plots", "{:,}"),
    ("scans", "scans", "{:,}"),
    ("tracks", "confirmed tracks", "{:,}"),
    ("aircraft", "aircraft that the file names", "{:,}"),
    ("aircraft_tracked", "  of these tracked", "{:,}"),
    ("completeness", "completeness (plots of named aircraft on a track)", "{:.1%}"),
    ("tracks_an_aircraft", "tracks an aircraft", "{:.3f}"),
    ("continuity", "continuity (share under the longest-lived number)", "{:.1%}"),
    ("number_changes", "changes of number", "{:,}"),
    ("tracks_of_several_aircraft", "tracks that took plots of several aircraft", "{:,}"),
    ("spuriousness", "tracks of no named aircraft", "{:.1%}"),
    ("rms_from_plots_m", "tracks from plots, root mean square, m", "{:,.0f}"),
)
_MOST_SHOWN = 8


def _rendered(metrics: dict[str, Any], folder: Path) -> RenderableType:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    for key, name, form in _ROWS:
        if metrics[key] is not None:
            table.add_row(name, form.format(metrics[key]))
    parts: list[RenderableType] = [Text(f"{metrics['source']}: {metrics['form']}, {metrics['duration_s']:,.0f} s", style="bold"), table]
    if metrics["plots"] and not metrics["tracks"]:
        parts.append(Text("No track was confirmed: that takes three plots of an aircraft in five scans. The picture shows the plots."))
    held = metrics["held_out"]
    if held:
        parts.append(Text(f"Not used, or doubtful ({len(held)}):", style="bold"))
        parts += [Text(f"  {line}") for line in held[:_MOST_SHOWN]]
        if len(held) > _MOST_SHOWN:
            parts.append(Text(f"  and {len(held) - _MOST_SHOWN} more: see metrics.json"))
    parts.append(Text(f"Written: {folder}/ (tracks.parquet, metrics.json, tracks.svg, tracks.png)"))
    return Group(*parts)
