"""What a run folder or an installation answers: `buckler report`, `query`, `validate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from buckler.cli.common import Json, Quiet, console, print_json, show


def report(folder: Annotated[Path, typer.Argument(help="A run folder, or a sweep's.")]) -> None:
    """Write the report of a run or a sweep again, from its folder alone."""
    from buckler.report.page import write_report
    from buckler.report.study_page import write_study_page

    if (folder / "study.json").is_file():
        typer.echo(f"Report: {write_study_page(folder)}")
        return

    typer.echo(f"Report: {write_report(folder)}")


def why(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    replication: Annotated[
        int | None, typer.Option("--replication", help="Its number; the worst of the recorded ones if left out.")
    ] = None,
    threat: Annotated[str | None, typer.Option("--threat", help="One threat's story; every leaker's if left out.")] = None,
    engagements: Annotated[
        bool, typer.Option("--engagements", help="Each engagement's record instead: who saw, who decided, when, by which path.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Why each threat got through in a replication, in plain words, from the log alone."""
    from buckler.analysis import stories
    from buckler.log.read import open_run
    from buckler.report.stories import render_engagements, render_stories

    run = open_run(folder)
    if replication is None:
        recorded = run.run.get("recorded") or [{"replication": 0, "why": ""}]
        replication = next((row["replication"] for row in recorded if row["why"] == "worst"), recorded[0]["replication"])
    record = stories.read_records(run, [replication])[0]
    if engagements:
        if threat is not None:
            stories.story(record, threat)  # names the nearest where there is none of that name
        fights = stories.engagements(record, threat)
        show(as_json, lambda: [fight.as_dict() for fight in fights], lambda: render_engagements(fights))
        return
    told = [stories.story(record, threat)] if threat is not None else stories.leaker_stories(record)
    show(as_json, lambda: [story.as_dict() for story in told], lambda: render_stories(told))


def query(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    sql: Annotated[str | None, typer.Argument(help="A select; left out: list the tables and views.")] = None,
    as_json: Json = False,
) -> None:
    """Ask a run folder in SQL: views leakers, engagements, kill_chain, expenditure, warning_time, and the raw tables."""
    from buckler.analysis import query as questions

    if sql is None:
        tables = questions.tables_and_views(folder)
        show(as_json, lambda: tables, lambda: questions.render_tables(tables))
    else:
        answer = questions.query(folder, sql)
        if as_json:
            print_json(answer.as_dicts())
        else:
            typer.echo(questions.render(answer, console().width if sys.stdout.isatty() else None))


def validate(
    cases: Annotated[
        Path | None, typer.Option("--cases", help="A file of cases instead of the packaged table.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compute published numbers on this installation: pass or fail, with tolerance and source."""
    from buckler.report.progress import progress_bar
    from buckler.validation.results import results_json
    from buckler.validation.run import validate_cases, validate_packaged
    from buckler.validation.table import render

    with progress_bar(quiet, "Cases", as_json=as_json) as progress:
        results = validate_packaged(progress.update) if cases is None else validate_cases(cases, progress.update)
    show(as_json, lambda: results_json(results), lambda: render(results))
    if any(result.status == "fail" for result in results):
        raise typer.Exit(2)
