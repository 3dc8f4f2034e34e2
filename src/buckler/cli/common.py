"""What the commands share: their common options, and how they print."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Replications = Annotated[
    int, typer.Option("--replications", "-n", help="Replications: how often the raid is flown, with other luck.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the luck: the same seed gives the same bytes.")]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Threads; all cores if left out. Results do not depend on it.")
]
OnCluster = Annotated[str | None, typer.Option("--cluster", help="Fly on the workers of a Dask scheduler: dask://HOST:PORT.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Folder to write (default: runs/NAME).")]
Json = Annotated[bool, typer.Option("--json", help="Print a machine's answer.")]
Force = Annotated[bool, typer.Option("--force", help="Replace another run in the output folder.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print no progress.")]


def threads(workers: int | None) -> int:
    """As many as asked for, or as there are cores."""
    return workers if workers is not None else os.cpu_count() or 1


def folder_name(scenario: str) -> str:
    """The name of the folder in runs/ for a scenario's name or file."""
    return Path(scenario).stem.replace(" ", "-") or "run"


def plural(noun: str, count: int) -> str:
    """The noun for so many."""
    if count == 1:
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"


@contextmanager
def _missing(hidden: str) -> Iterator[None]:
    """A package that is found missing in the meantime."""

    class Finder:
        @staticmethod
        def find_spec(name: str, path: object = None, target: object = None) -> None:
            if name == hidden:
                raise ModuleNotFoundError(f"{hidden} is not needed here", name=hidden)

    sys.meta_path.insert(0, Finder)
    try:
        yield
    finally:
        sys.meta_path.remove(Finder)


def spare_imports() -> None:
    """Keep libraries from importing what a command never uses, a tenth of a second: pyarrow from pandas, wherever that happens to be
    installed; numba from scipy.linalg, which it asks for inner products (numpy.convolve in a kernel), and has its own without.

    Each looks once in a process, so this is for commands only: whoever uses buckler as a library may want `to_pandas`.
    """
    import pyarrow

    with _missing("pandas"):
        pyarrow.array([])
    with _missing("scipy.linalg"):
        import numba.np.arraymath  # noqa: F401


def console() -> Console:
    """Where tables are printed: as wide as the terminal, 100 columns elsewhere."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 100, soft_wrap=False, highlight=False)


def show(as_json: bool, data: Any, rendered: Any) -> None:
    """Print a machine's answer or a reader's: each a function, so that only one is made."""
    if as_json:
        print_json(data())
    else:
        renderable: RenderableType = rendered()
        console().print(renderable)


def print_json(data: Any) -> None:
    """Print a machine's answer."""
    typer.echo(json.dumps(data, indent=1, ensure_ascii=False))


def complain(text: str) -> None:
    """Print on the error stream."""
    typer.echo(text, err=True)
