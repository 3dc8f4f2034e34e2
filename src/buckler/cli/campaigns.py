"""Flying: `buckler run`, `compare`, `merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from buckler.cli.common import (
    Force,
    Json,
    Output,
    Quiet,
    Replications,
    Seed,
    Workers,
    complain,
    console,
    folder_name,
    print_json,
    threads,
)
from buckler.errors import InputError


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
    folder = output or Path("runs") / f"{folder_name(scenario)}{part}"
    most = replications if until is None else at_most or 100_000
    campaign(scenario, folder, most, seed, workers, force, quiet or as_json, until=until, shard=shard, uncertainty=uncertainty)
    if shard:
        typer.echo(f"Shard {shard} lies in {folder}; when all are flown: buckler merge SHARD... -o FOLDER")
        return
    summary = open_run(folder).summary
    if as_json:
        print_json(summary)
    else:
        console().print(render_summary(summary))
        if uncertainty:
            from buckler.analysis.variance import render as render_parts

            console().print(render_parts(summary))
    page = folder / "report.html"
    if not page.exists():
        from buckler.report.page import write_report

        write_report(folder)
    if not as_json:
        typer.echo(f"Report: {page}")
    if until is not None and not summary["until"]["reached"]:
        last = summary["until"]["looks"][-1]
        complain(f"buckler: {until} was not reached with {last['n']:,} replications: ±{last['half_width']:.2g}; raise --at-most")
        raise typer.Exit(2)


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
        f"{folder_name(first)}-without-{folder_name('-'.join(without))}"
        if without
        else f"{folder_name(first)}-and-{folder_name(second)}"
    )
    base = output or Path("runs") / label
    for part, name, taken in (("a", first, []), ("b", second, without or [])):
        campaign(name, base / part, replications, seed, workers, force, quiet or as_json, taken)
    result = compare_runs(base / "a", base / "b")
    if without:
        result["second"] = f"{result['second']} without {', '.join(without)}"
    if as_json:
        print_json(result)
    else:
        console().print(render_comparison(result))


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
        put_together(shards, output, workers=threads(workers), force=force, progress=progress.update)
    console().print(render_summary(open_run(output).summary))
    typer.echo(f"Report: {write_report(output)}")


def campaign(
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
            scenario, folder, replications=replications, seed=seed, workers=threads(workers), force=force,
            progress=progress.update, announce=progress.say, without=without or [],
            until=parse_target(until) if until is not None else None, shard=parse_shard(shard) if shard is not None else None,
            uncertainty=uncertainty,
        )  # fmt: skip
