"""What a network sees: `buckler coverage`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from buckler.cli.common import Force, Json, Output, Quiet, folder_name, show
from buckler.errors import InputError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from buckler.coverage.engagement_study import Engagement
    from buckler.coverage.result import Result


def coverage(
    scenario: Annotated[str, typer.Argument(help="A packaged scenario's name, or a YAML file.")],
    height_m: Annotated[
        list[float] | None, typer.Option("--height-m", help="Height of the target (100); may be given several times.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", "--class",
            help="The class of target, a card (fighter-fourth-generation; with --engagement every class of the raid).",
        ),
    ] = None,
    engagement: Annotated[
        bool, typer.Option("--engagement", help="Where the network can stop something: shot opportunities, first-shot distance.")
    ] = False,
    seen_pd: Annotated[
        float, typer.Option("--seen-pd", help="A place counts as seen from this single-scan probability of detection on.")
    ] = 0.5,
    azimuth_deg: Annotated[
        float | None,
        typer.Option(
            "--azimuth-deg",
            help="Direction of the vertical diagrams (towards the raid); with --engagement, of the attack (the raid's).",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="A sensor, radar system, command post (with --engagement a battery) to take out and compare with."),
    ] = None,
    against: Annotated[str | None, typer.Option("--against", help="Another scenario, to compare with.")] = None,
    cell_km: Annotated[float | None, typer.Option("--cell-km", help="Width of a map's cell.")] = None,
    speed_mps: Annotated[float | None, typer.Option("--speed-mps", help="Speed of the target; its card's if left out.")] = None,
    above_sea: Annotated[bool, typer.Option("--above-sea", help="Heights are above sea level, not above ground.")] = False,
    aspect: Annotated[
        str | None,
        typer.Option("--aspect", help="Under which every sensor sees it: nose (it flies at each of them; so if left out), beam or tail."),
    ] = None,
    heading_deg: Annotated[
        float | None, typer.Option("--heading-deg", help="Or a heading on which it flies everywhere: each sensor sees it as it then does.")
    ] = None,
    interference_at_s: Annotated[
        float | None,
        typer.Option("--interference-at-s", help="With the scenario's interference at this time; without any if left out."),
    ] = None,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Maps of what a network sees: PNG, SVG, GeoTIFF, GeoJSON, CSV, and a page to move the target's height."""
    from buckler.coverage.engagement_study import engagement_into
    from buckler.coverage.study import coverage_into
    from buckler.coverage.target import USUAL
    from buckler.report.progress import progress_bar

    if engagement:
        if interference_at_s is not None or above_sea or aspect is not None or heading_deg is not None:
            raise InputError(
                "--engagement knows neither --interference-at-s nor --above-sea, and its attacks have their own aspect: leave "
                "these options, --aspect and --heading-deg out"
            )
        where = output or Path("runs") / f"{folder_name(scenario)}-engagement"
        with progress_bar(quiet, "Percent of attacks", as_json=as_json) as progress:
            found = engagement_into(
                scenario, where, height_m or [100.0], classes=[target] if target else [], seen_pd=seen_pd,
                azimuth_deg=azimuth_deg, without=without or [], compare_with=against, cell_km=cell_km,
                speed_mps=speed_mps, force=force, progress=progress.update,
            )  # fmt: skip
        show(as_json, found.summary, lambda: _page(found))
        return
    folder = output or Path("runs") / f"{folder_name(scenario)}-coverage"
    with progress_bar(quiet, "Products", as_json=as_json) as progress:
        result = coverage_into(
            scenario,
            folder,
            height_m or [100.0],
            target=target or USUAL,
            seen_pd=seen_pd,
            azimuth_deg=azimuth_deg,
            without=without or [],
            compare_with=against,
            cell_km=cell_km,
            speed_mps=speed_mps,
            above_ground=not above_sea,
            aspect=aspect,
            heading_deg=heading_deg,
            interference_at_s=interference_at_s,
            force=force,
            progress=progress.update,
        )
    show(as_json, result.summary, lambda: _page(result))


def _page(found: Result | Engagement) -> RenderableType:
    from buckler.coverage.result import Result
    from buckler.coverage.terminal import render, render_engagement

    return render(found) if isinstance(found, Result) else render_engagement(found)
