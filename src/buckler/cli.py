"""The command line. Every command is thin: it reads options, calls the library, prints.

Heavy libraries are imported inside the commands, so that `buckler --help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from buckler import __version__
from buckler.errors import BucklerError, DocumentError, InputError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

app = typer.Typer(
    name="buckler",
    help="An open laboratory for integrated air and missile defence: what a network sees, what it stops, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Replications = Annotated[
    int, typer.Option("--replications", "-n", help="Replications: how often the raid is flown, with other luck.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the luck: the same seed gives the same bytes.")]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Threads; all cores if left out. Results do not depend on it.")
]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Folder to write (default: runs/NAME).")]
Json = Annotated[bool, typer.Option("--json", help="Print a machine's answer.")]
Force = Annotated[bool, typer.Option("--force", help="Replace another run in the output folder.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print no progress.")]


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"buckler {__version__}")
        raise typer.Exit


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="A packaged scenario's name, or a YAML file.")] = "turkey-2019",
    replications: Replications = 200,
    seed: Seed = 1,
    until: Annotated[
        str | None,
        typer.Option("--until", help='Fly until an interval is narrow enough, such as "p_none_leak ±0.01" (or +-), instead of -n.'),
    ] = None,
    at_most: Annotated[int | None, typer.Option("--at-most", help="The most replications for --until (100,000).")] = None,
    uncertainty: Annotated[
        bool, typer.Option("--uncertainty", help="Sample the catalog's published ranges around the replications: luck and ignorance.")
    ] = False,
    shard: Annotated[str | None, typer.Option("--shard", help="Fly only this part of the replications, such as 2/8, for merge.")] = None,
    workers: Workers = None,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario, summarise it, write its report."""
    from buckler.log.read import open_run
    from buckler.report.terminal import render_summary

    if at_most is not None and until is None:
        raise InputError("--at-most is the budget of --until: give both, or -n alone")
    part = f"-{shard.replace('/', '-of-')}" if shard else ""
    folder = output or Path("runs") / f"{_folder_name(scenario)}{part}"
    most = replications if until is None else at_most or 100_000
    _campaign(scenario, folder, most, seed, workers, force, quiet or as_json, until=until, shard=shard, uncertainty=uncertainty)
    if shard:
        typer.echo(f"Shard {shard} lies in {folder}; when all are flown: buckler merge SHARD... -o FOLDER")
        return
    summary = open_run(folder).summary
    if as_json:
        _print_json(summary)
    else:
        _console().print(render_summary(summary))
        if uncertainty:
            from buckler.analysis.variance import render as render_parts

            _console().print(render_parts(summary))
    page = folder / "report.html"
    if not page.exists():
        from buckler.report.page import write_report

        write_report(folder)
    if not as_json:
        typer.echo(f"Report: {page}")
    if until is not None and not summary["until"]["reached"]:
        last = summary["until"]["looks"][-1]
        _complain(f"buckler: {until} was not reached with {last['n']:,} replications: ±{last['half_width']:.2g}; raise --at-most")
        raise typer.Exit(2)


@app.command()
def compare(
    scenarios: Annotated[list[str], typer.Argument(help="Two scenarios, or one with --without.")],
    without: Annotated[
        list[str] | None, typer.Option("--without", help="A sensor, battery, command post or raid entry to take out.")
    ] = None,
    replications: Replications = 200,
    seed: Seed = 1,
    workers: Workers = None,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Two options under the same luck: the difference of every figure, with its interval."""
    from buckler.analysis.compare import compare as compare_runs
    from buckler.report.terminal import render_comparison

    names = list(scenarios)
    if without and len(names) != 1:
        raise InputError("compare --without takes one scenario: buckler compare turkey-2019 --without NAME")
    if not without and len(names) != 2:
        raise InputError("compare takes two scenarios, or one and --without NAME")
    first = names[0]
    second = names[0] if without else names[1]
    label = (
        f"{_folder_name(first)}-without-{_folder_name('-'.join(without))}"
        if without
        else f"{_folder_name(first)}-and-{_folder_name(second)}"
    )
    base = output or Path("runs") / label
    for part, name, taken in (("a", first, []), ("b", second, without or [])):
        _campaign(name, base / part, replications, seed, workers, force, quiet or as_json, taken)
    result = compare_runs(base / "a", base / "b")
    if without:
        result["second"] = f"{result['second']} without {', '.join(without)}"
    if as_json:
        _print_json(result)
    else:
        _console().print(render_comparison(result))


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A scenario or a catalog card.")]) -> None:
    """Check a scenario or catalog file: every mistake with file:line:column and what to write instead."""
    from buckler.catalog.load import load_card, looks_like_card
    from buckler.documents import load_document

    document = load_document(file)
    if looks_like_card(document):
        typer.echo(f"{file}: the card of {load_card(file).name} is in order")
        return
    from buckler.documents import problems_at
    from buckler.scenario.load import check_scenario
    from buckler.world.compile import compile_world
    from buckler.world.faults import faults

    loaded = check_scenario(document)
    try:
        world = compile_world(loaded)
    except InputError as error:
        raise DocumentError(problems_at(document, faults(loaded)) or [document.problem((), str(error))]) from error
    counts = {
        kind: sum(entity.kind == kind for entity in world.entities) for kind in ("asset", "sensor", "battery", "threat")
    }
    parts = ", ".join(f"{count} {_plural(kind, count)}" for kind, count in counts.items())
    typer.echo(f"{file}: the scenario {world.name} is in order: {parts}")


@app.command()
def scenarios(
    name: Annotated[str | None, typer.Argument(help="A packaged scenario, to print it.")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
) -> None:
    """List the packaged scenarios, or print one, or the schema of scenario files."""
    from buckler.scenario.load import load_scenario, packaged_scenarios, scenario_document

    if schema:
        from buckler.scenario.schema import Scenario

        typer.echo(json.dumps(Scenario.model_json_schema(), indent=1))
    elif name is not None:
        typer.echo("\n".join(scenario_document(name).lines))
    else:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("scenario", "as of", "about"):
            table.add_column(column)
        for packaged in packaged_scenarios():
            scenario = load_scenario(packaged).scenario
            table.add_row(packaged, scenario.as_of, scenario.title)
        _console().print(table)


@app.command()
def catalog(
    name: Annotated[str | None, typer.Argument(help="A system, to print its card.")] = None,
    envelope: Annotated[bool, typer.Option("--envelope", help="Draw the reach of an interceptor, or a ballistic class's flight.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="With --envelope: the .png or .svg to write.")] = None,
    as_json: Json = False,
) -> None:
    """List the catalog of cited public systems, or print a card: value, spread, grade, source."""
    if envelope:
        _envelope(name, output)
        return
    if output is not None:
        raise InputError("-o names the picture that --envelope draws: write --envelope as well")
    from buckler.catalog.card import card_json, list_json, render_card, render_list
    from buckler.catalog.load import load_catalog

    cards = load_catalog()
    if name is None:
        _show(as_json, lambda: list_json(cards), lambda: render_list(cards))
    else:
        card = cards[name]
        _show(as_json, lambda: card_json(card), lambda: render_card(card))


@app.command()
def coverage(
    scenario: Annotated[str, typer.Argument(help="A packaged scenario's name, or a YAML file.")],
    height_m: Annotated[list[float] | None, typer.Option("--height-m", help="Height of the target; may be given several times.")] = None,
    target: Annotated[str, typer.Option("--target", help="Catalog card of the target.")] = "fighter-fourth-generation",
    without: Annotated[list[str] | None, typer.Option("--without", help="What to take out, and compare with.")] = None,
    against: Annotated[str | None, typer.Option("--against", help="Another scenario, to compare with.")] = None,
    cell_km: Annotated[float | None, typer.Option("--cell-km", help="Width of a map's cell.")] = None,
    speed_mps: Annotated[float | None, typer.Option("--speed-mps", help="Speed of the target; its card's if left out.")] = None,
    above_sea: Annotated[bool, typer.Option("--above-sea", help="Heights are above sea level, not above ground.")] = False,
    output: Output = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Maps of what a network sees: PNG, SVG, GeoTIFF, GeoJSON, CSV, and a page to move the target's height."""
    from buckler.coverage.study import coverage_into
    from buckler.coverage.terminal import render
    from buckler.report.progress import progress_bar

    folder = output or Path("runs") / f"{_folder_name(scenario)}-coverage"
    with progress_bar(quiet, "Products") as progress:
        result = coverage_into(
            scenario,
            folder,
            height_m or [100.0],
            target=target,
            without=without or [],
            compare_with=against,
            cell_km=cell_km,
            speed_mps=speed_mps,
            above_ground=not above_sea,
            force=force,
            progress=progress.update,
        )
    _console().print(render(result))


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
app.add_typer(terrain, name="terrain")


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


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="A run folder.")]) -> None:
    """Write the report of a run again, from its folder alone."""
    from buckler.report.page import write_report

    typer.echo(f"Report: {write_report(folder)}")


@app.command()
def validate(
    cases: Annotated[
        Path | None, typer.Option("--cases", help="A file of cases instead of the packaged table.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compute published numbers on this installation: pass or fail, with tolerance and source."""
    from buckler.validation.run import render, results_json, validate_cases, validate_packaged

    results = validate_packaged() if cases is None else validate_cases(cases)
    _show(as_json, lambda: results_json(results), lambda: render(results))
    if any(result.status == "fail" for result in results):
        raise typer.Exit(2)


@app.command()
def merge(
    shards: Annotated[list[Path], typer.Argument(help="The folders of all shards of one campaign.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the whole run.")],
    workers: Workers = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Put the shards of a campaign together: the tables of a local run, byte for byte."""
    from buckler.campaign.shards import merge as put_together
    from buckler.log.read import open_run
    from buckler.report.page import write_report
    from buckler.report.progress import progress_bar
    from buckler.report.terminal import render_summary

    with progress_bar(quiet) as progress:
        put_together(shards, output, workers=_threads(workers), force=force, progress=progress.update)
    _console().print(render_summary(open_run(output).summary))
    typer.echo(f"Report: {write_report(output)}")


@app.command()
def query(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    sql: Annotated[str | None, typer.Argument(help="A select; left out: list the tables and views.")] = None,
    as_json: Json = False,
) -> None:
    """Ask a run folder in SQL: views leakers, engagements, kill_chain, expenditure, warning_time, and the raw tables."""
    from buckler.analysis import query as questions

    if sql is None:
        tables = questions.tables_and_views(folder)
        _show(as_json, lambda: tables, lambda: questions.render_tables(tables))
    else:
        answer = questions.query(folder, sql)
        _show(as_json, answer.as_dicts, lambda: questions.render(answer))


def main() -> None:
    """The `buckler` command: exit code 0 done, 2 wrong input, 1 our fault, 130 interrupted."""
    try:
        # Not app(), which keeps Ctrl-C and exit codes to itself.
        command = typer.main.get_command(app)
        with command.make_context("buckler", sys.argv[1:]) as context:
            command.invoke(context)
            sys.stdout.flush()
    except typer.Exit as leave:
        sys.exit(leave.exit_code)
    except BrokenPipeError:  # whoever read the output, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt as stop:
        _complain(str(stop) or "interrupted")
        sys.exit(130)
    except DocumentError as error:
        count = len(error.problems)
        _complain(f"{error}\n{count} {_plural('mistake', count)}")
        sys.exit(2)
    except BucklerError as error:
        _complain(f"buckler: {error}")
        sys.exit(2)
    except Exception as error:
        usage = getattr(error, "format_message", None)
        if usage is not None:  # a mistake in the options, found by the option parser
            _complain(usage() if usage().startswith("Usage") else f"buckler: {usage()}")
            sys.exit(2)
        import traceback

        traceback.print_exc()
        _complain(
            f"\nbuckler {__version__} failed; this is our fault, not yours. Please report the lines above with the command you gave."
        )
        sys.exit(1)


def _campaign(
    scenario: str,
    folder: Path,
    replications: int,
    seed: int,
    workers: int | None,
    force: bool,
    quiet: bool,
    without: list[str] | None = None,
    until: str | None = None,
    shard: str | None = None,
    uncertainty: bool = False,
) -> None:
    """Load, compile, fly, with progress on the terminal's error stream."""
    from buckler.analysis.stopping import parse_target
    from buckler.campaign.shards import parse_shard
    from buckler.campaign.simulate import simulate_into
    from buckler.report.progress import progress_bar

    with progress_bar(quiet) as progress:
        simulate_into(
            scenario, folder, replications=replications, seed=seed, workers=_threads(workers), force=force,
            progress=progress.update, announce=progress.say, without=without or [],
            until=parse_target(until) if until is not None else None, shard=parse_shard(shard) if shard is not None else None,
            uncertainty=uncertainty,
        )  # fmt: skip


def _envelope(name: str | None, output: Path | None) -> None:
    from buckler.catalog.load import load_catalog
    from buckler.envelope.draw import draw_envelope

    if name is None:
        raise InputError("--envelope draws one card: buckler catalog 48N6E3 --envelope")
    card = load_catalog()[name]
    typer.echo(draw_envelope(card, output or Path(f"{_folder_name(card.name)}-envelope.png")).text)


def _threads(workers: int | None) -> int:
    return workers if workers is not None else os.cpu_count() or 1


def _folder_name(scenario: str) -> str:
    return Path(scenario).stem.replace(" ", "-") or "run"


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"


def _console() -> Console:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 100, soft_wrap=False, highlight=False)


def _show(as_json: bool, data: Any, rendered: Any) -> None:
    if as_json:
        _print_json(data())
    else:
        renderable: RenderableType = rendered()
        _console().print(renderable)


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=1, ensure_ascii=False))


def _complain(text: str) -> None:
    typer.echo(text, err=True)
