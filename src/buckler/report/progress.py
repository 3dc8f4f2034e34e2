"""A progress bar with the time left, on the terminal's error stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID


class Teller:
    """What a long command says while it works: nothing, unless a bar is attached."""

    def update(self, done: int, total: int) -> None:
        """`done` of `total` replications are finished."""

    def say(self, text: str) -> None:
        """A line for the user."""


class _Bar(Teller):
    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.bar = Progress(
            TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task: TaskID | None = None

    def update(self, done: int, total: int) -> None:
        if self._task is None:
            self._task = self.bar.add_task("", total=total)
        self.bar.update(self._task, completed=done)

    def say(self, text: str) -> None:
        self.bar.console.print(text, highlight=False, markup=False)


@contextmanager
def progress_bar(quiet: bool, what: str = "Replications") -> Iterator[Teller]:
    """A bar while the block runs; silence if `quiet`."""
    if quiet:
        yield Teller()
        return
    told = _Bar(what)
    with told.bar:
        yield told
