"""What a run folder or an installation answers: `buckler report`, `query`, `validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from buckler.cli.common import Json, show


def report(folder: Annotated[Path, typer.Argument(help="A run folder, or a sweep's.")]) -> None:
    """Write the report of a run or a sweep again, from its folder alone."""
    from buckler.report.page import write_report
    from buckler.report.study_page import write_study_page

    if (folder / "study.json").is_file():
        typer.echo(f"Report: {write_study_page(folder)}")
        return

    typer.echo(f"Report: {write_report(folder)}")


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
        show(as_json, answer.as_dicts, lambda: questions.render(answer))


def validate(
    cases: Annotated[
        Path | None, typer.Option("--cases", help="A file of cases instead of the packaged table.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compute published numbers on this installation: pass or fail, with tolerance and source."""
    from buckler.validation.run import render, results_json, validate_cases, validate_packaged

    results = validate_packaged() if cases is None else validate_cases(cases)
    show(as_json, lambda: results_json(results), lambda: render(results))
    if any(result.status == "fail" for result in results):
        raise typer.Exit(2)
