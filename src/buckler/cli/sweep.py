"""Designed experiments: `buckler sweep`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from buckler.cli.common import Force, Json, OnCluster, Output, Quiet, Workers, console, folder_name, print_json, threads
from buckler.errors import InputError

if TYPE_CHECKING:
    from buckler.campaign.sweep import Costs, Sweep


def sweep(
    study: Annotated[
        Path | None,
        typer.Argument(help="STUDY.yaml: a scenario, factors with levels or ranges, a design; or a packaged study's name."),
    ] = None,
    replications: Annotated[
        int | None, typer.Option("--replications", "-n", help="At every point, instead of the study's.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seed of the luck and of the design, instead of the study's.")
    ] = None,
    at_most: Annotated[
        int | None, typer.Option("--at-most", help="Refuse a plan of more replications in all than this.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--plan", "--dry-run", help="Print the plan (points, time, disk) and fly nothing.")
    ] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of study files, for editors.")
    ] = False,
    workers: Workers = None,
    cluster: OnCluster = None,
    output: Output = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Vary factors of a scenario by a design, every point under the same luck: main effects with paired intervals. Resumable."""
    if schema:
        from buckler.campaign.study import Study

        typer.echo(json.dumps(Study.model_json_schema(), indent=1))
        return
    from buckler.campaign.study import packaged_studies, read_study

    if study is None:
        raise InputError(
            "sweep takes a study: buckler sweep STUDY.yaml (buckler sweep --schema says what it may hold), or a packaged one: "
            + ", ".join(packaged_studies())
        )
    from buckler.campaign.cluster import connected
    from buckler.campaign.kernels import compiling
    from buckler.campaign.sweep import Sweep
    from buckler.campaign.sweep_folder import look, run_sweep
    from buckler.report.progress import progress_bar
    from buckler.report.study import render_study
    from buckler.report.study_page import read_summary, write_study_page

    for name, value, least in (("-n", replications, 2), ("--seed", seed, 0), ("--workers", workers, 1)):
        if value is not None and value < least:
            raise InputError(f"{name} {value}: write at least {least}")
    folder = output or Path("runs") / folder_name(str(study))
    with progress_bar(quiet, "Levels", as_json=as_json) as progress, compiling(progress.say):
        planned = Sweep(read_study(study, replications, seed), folder, threads(workers), progress.update)
    if dry_run:
        look(planned, force)
        costs = planned.measure_missing()
        if as_json:
            print_json({**planned.described_plan(), **costs.as_dict()})
        else:
            typer.echo(_plan(planned, costs))
        return
    command = " ".join(
        ["buckler sweep", str(study)]
        + ([f"-n {replications}"] if replications is not None else [])
        + ([f"--seed {seed}"] if seed is not None else [])
    )
    with progress_bar(quiet, as_json=as_json) as progress, connected(cluster) as there:
        run_sweep(
            planned, command=command, force=force, at_most=at_most, progress=progress.update,
            announce=lambda costs: progress.say(_plan(planned, costs)), cluster=there,
        )  # fmt: skip
    page = write_study_page(folder)
    if as_json:
        print_json(read_summary(folder))
    else:
        console().print(render_study(read_summary(folder)))
        typer.echo(f"Report: {page}")


def _plan(sweep: Sweep, costs: Costs) -> str:
    """The plan in words."""
    from buckler.report.wording import minutes

    total = costs.points * costs.replications
    flown = total - costs.missing_replications
    lines = [
        f"{sweep.plan.design}: {costs.points:,} points x {costs.replications:,} replications = {total:,} of {sweep.world.name}",
        *(f"  {factor['name']}: {' | '.join(factor['levels'])}" for factor in sweep.described_plan()["factors"]),
        *(f"  alias {alias}" for alias in sweep.plan.aliases),
        *([f"already flown: {flown:,}"] if flown else []),
        f"about {minutes(costs.seconds)} on {sweep.workers} worker{'s' if sweep.workers > 1 else ''}, "
        f"{max(costs.bytes, 1) / 1e6:.1f} MB of disk ({costs.free_bytes / 1e9:,.0f} GB are free); measured on a short sample",
    ]
    return "\n".join(lines)
