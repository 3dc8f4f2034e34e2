"""The command line. Every command is thin: it reads options, calls the library, prints.

Heavy libraries are imported inside the commands, so that `buckler --help` answers at once. The commands stand in `--help` in the
order in which they are named here.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from enum import StrEnum
from typing import Annotated, Final

import typer

from buckler import __version__
from buckler.cli import answers, campaigns, documents
from buckler.cli.common import complain, plural
from buckler.cli.coverage import coverage
from buckler.cli.interrupts import Interrupts
from buckler.cli.sweep import sweep
from buckler.cli.terrain import terrain
from buckler.cli.track import track
from buckler.errors import BucklerError, DocumentError

app = typer.Typer(
    name="buckler",
    help="An open laboratory for integrated air and missile defence: what a network sees, what it stops, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COMMANDS: Final = (
    campaigns.run, campaigns.compare, sweep, documents.check, documents.scenarios, documents.catalog, coverage, track, answers.report,
    answers.query, answers.why, campaigns.merge, answers.validate,
)  # fmt: skip


class Progress(StrEnum):
    """Choices of --progress."""

    bar = "bar"
    json = "json"


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    progress: Annotated[
        Progress,
        typer.Option("--progress", envvar="BUCKLER_PROGRESS", help="Progress on the error stream: a bar, or a line of JSON each (json)."),
    ] = Progress.bar,
) -> None:
    if progress is not Progress.bar:
        from buckler.report.progress import choose

        choose(progress.value)
    if version:
        typer.echo(f"buckler {__version__}")
        raise typer.Exit


for _command in COMMANDS:
    app.command()(_command)
app.add_typer(terrain, name="terrain")


def main() -> None:
    """The `buckler` command: exit code 0 done, 2 wrong input, 1 our fault, 130 interrupted."""
    # Imports leave some hundred thousand objects that live to the end: looking through them for cycles took a tenth of a short run.
    gc.set_threshold(200_000, 20, 20)
    with Interrupts() as interrupts:
        if code := _invoke(interrupts):
            sys.exit(code)


def _invoke(interrupts: Interrupts) -> int:
    """Run the command that is asked for; its exit code."""
    try:
        # Not app(), which keeps Ctrl-C and exit codes to itself.
        command = typer.main.get_command(app)
        with command.make_context("buckler", sys.argv[1:]) as context:
            command.invoke(context)
            sys.stdout.flush()
    except typer.Exit as leave:
        return leave.exit_code
    except BrokenPipeError:  # whoever read the output, such as `head`, has had enough
        _print_no_more()
        return 1
    except KeyboardInterrupt as stop:
        complain(str(stop) or "interrupted")
        return 130
    except DocumentError as error:
        count = len(error.problems)
        complain(f"{error}\n{count} {plural('mistake', count)}")
        return 2
    except BucklerError as error:
        complain(f"buckler: {error}")
        return 2
    except Exception as error:
        if interrupts.pressed:
            complain("interrupted")
            return 130
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            _print_no_more()
            complain(f"buckler: cannot write{f' {error.filename}' if error.filename else ' the output'}: {error.strerror}; make room")
            return 2
        usage = getattr(error, "format_message", None)
        if usage is not None:  # a mistake in the options, found by the option parser
            complain(usage() if usage().startswith("Usage") else f"buckler: {usage()}")
            return 2
        import traceback

        traceback.print_exc()
        complain(
            f"\nbuckler {__version__} failed; this is our fault, not yours. Please report the lines above with the command you gave."
        )
        return 1
    return 0


def _print_no_more() -> None:
    """Let what is still to be printed, by Python on leaving, go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
