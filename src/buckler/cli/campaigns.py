"""Flying: `buckler run`, `compare`, `merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from buckler.cli.common import (
    Force,
    Json,
    OnCluster,
    Output,
    Quiet,
    Replications,
    Seed,
    Workers,
    complain,
    console,
    folder_name,
    print_json,
    spare_imports,
    threads,
)
from buckler.errors import InputError, OutputExistsError

MOST_OPTIONS: Final = 26


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
    sobol: Annotated[
        bool, typer.Option("--sobol", help="With --uncertainty: lay out the draws for Sobol indices of the groups; -n is the most.")
    ] = False,
    shard: Annotated[str | None, typer.Option("--shard", help="Fly only this part of the replications, such as 2/8, for merge.")] = None,
    workers: Workers = None,
    cluster: OnCluster = None,
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
    campaign(
        scenario, folder, most, seed, workers, force, quiet, as_json, until=until, shard=shard, uncertainty=uncertainty, sobol=sobol,
        cluster=cluster,
    )  # fmt: skip
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
    scenarios: Annotated[list[str], typer.Argument(help="Two options or more, or one with --without: scenarios, or folders of runs.")],
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help='Something to take out: sensor, battery, post, link, raid entry, or a rule ("BATTERY: zone").'),
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="What each link, sensor, battery, post and rule adds: all of them taken out in turn, ranked.")
    ] = False,
    replications: Replications = 200,
    seed: Seed = 1,
    workers: Workers = None,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Options under the same luck: what each differs by from the first, every figure with its paired interval."""
    from buckler.analysis.compare import compare_all
    from buckler.report.comparison import render_comparisons
    from buckler.report.comparison_page import write_comparison_page

    names = list(scenarios)
    if each:
        if without or len(names) != 1:
            raise InputError("compare --each takes one scenario and no --without: buckler compare turkey-2019 --each")
        _compare_each(names[0], replications, seed, workers, output, as_json, quiet)
        return
    if without and len(names) != 1:
        raise InputError("compare --without takes one scenario: buckler compare turkey-2019 --without NAME")
    if not without and not 2 <= len(names) <= MOST_OPTIONS:
        raise InputError(f"compare takes two scenarios or more ({MOST_OPTIONS} at most), or one and --without NAME")
    options: list[tuple[str, list[str]]] = [(name, []) for name in names]
    label = "-and-".join(folder_name(name) for name in names)
    if without:
        options.append((names[0], without))
        label = f"{folder_name(names[0])}-without-{folder_name('-'.join(without))}"
    base = output or Path("runs") / label[:120]
    if (base / "run.json").exists():
        raise OutputExistsError(f"{base} holds a run: choose another folder for the comparison with -o")
    folders = []
    for letter, (name, taken) in zip("abcdefghijklmnopqrstuvwxyz", options, strict=False):
        if (Path(name) / "run.json").is_file() and not taken:  # flown already
            folders.append(Path(name))
            continue
        campaign(name, base / letter, replications, seed, workers, force, quiet, as_json, taken)
        folders.append(base / letter)
    results = compare_all(folders)
    if without:
        results[0]["second"] = f"{results[0]['second']} without {', '.join(without)}"
    command = f"buckler compare {' '.join(names)}" + "".join(f" --without {name!r}" for name in without or ())
    base.mkdir(parents=True, exist_ok=True)
    page = write_comparison_page(base, results, f"{command} -n {replications} --seed {seed}")
    if as_json:
        print_json(results[0] if len(results) == 1 else results)
    else:
        console().print(render_comparisons(results))
        typer.echo(f"Report: {page}")


def _compare_each(
    name: str, replications: int, seed: int, workers: int | None, output: Path | None, as_json: bool, quiet: bool
) -> None:
    """The ranked table of what each part of the defence adds."""
    import json

    from buckler.campaign.kernels import compiling
    from buckler.campaign.marginal import marginal_values
    from buckler.log.text import write_whole
    from buckler.report.marginal import render_marginal, write_marginal_page
    from buckler.report.progress import progress_bar
    from buckler.scenario.load import load_scenario

    base = output or Path("runs") / f"{folder_name(name)}-each"
    if (base / "run.json").exists():
        raise OutputExistsError(f"{base} holds a run: choose another folder for the comparison with -o")
    loaded = load_scenario(name)
    with progress_bar(quiet, as_json=as_json) as progress, compiling(progress.say):
        result = marginal_values(
            loaded, replications=replications, seed=seed, workers=threads(workers), progress=progress.update
        )
    page = write_marginal_page(base, result, f"buckler compare {name} --each -n {replications} --seed {seed}")
    write_whole(base / "marginal.json", json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if as_json:
        print_json(result)
    else:
        console().print(render_marginal(result))
        typer.echo(f"Report: {page}")


def merge(
    shards: Annotated[list[Path], typer.Argument(help="The folders of all shards of one campaign.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the whole run.")],
    workers: Workers = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Put the shards of a campaign together: the tables of a local run, byte for byte."""
    from buckler.campaign.kernels import compiling
    from buckler.campaign.shards import merge as put_together
    from buckler.log.read import open_run
    from buckler.report.page import write_report
    from buckler.report.progress import progress_bar
    from buckler.report.terminal import render_summary

    with progress_bar(quiet) as progress, compiling(progress.say):
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
    as_json: bool,
    without: list[str] | None = None,
    until: str | None = None,
    shard: str | None = None,
    uncertainty: bool = False,
    sobol: bool = False,
    cluster: str | None = None,
) -> None:
    """Load, compile, fly, with progress on the terminal's error stream."""
    from buckler.analysis.stopping import parse_target
    from buckler.campaign.shards import parse_shard
    from buckler.campaign.simulate import simulate_into
    from buckler.report.progress import progress_bar

    spare_imports()
    with progress_bar(quiet, as_json=as_json) as progress:
        simulate_into(
            scenario, folder, replications=replications, seed=seed, workers=threads(workers), force=force,
            progress=progress.update, announce=progress.say, without=without or [],
            until=parse_target(until) if until is not None else None, shard=parse_shard(shard) if shard is not None else None,
            uncertainty=uncertainty, sobol=sobol, cluster=cluster,
        )  # fmt: skip
