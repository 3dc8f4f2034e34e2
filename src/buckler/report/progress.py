"""How far a long command is, on the error stream: a bar with the time left for people, lines of JSON for machines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from buckler.report.wording import minutes

if TYPE_CHECKING:
    from rich.progress import TaskID


class Teller:
    """What a long command says while it works: nothing, unless a bar is attached."""

    def update(self, done: int, total: int) -> None:
        """`done` of `total` replications, or whatever the work is counted in, are finished."""

    def stage(self, what: str) -> None:
        """A part of the work begins whose length is not known, such as reading a file."""

    def say(self, text: str) -> None:
        """A line for the user."""


class _Bar(Teller):
    def __init__(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.what = what
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"), TimeRemainingColumn(),
            TextColumn("{task.fields[left]}"), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._told = ""

    def update(self, done: int, total: int) -> None:
        if self._told != self.what:
            self._begin(self.what, total, "left")
        if self._task is not None:
            self.bar.update(self._task, completed=done, total=total, count=f"{done:,}/{total:,}")

    def stage(self, what: str) -> None:
        self._begin(what, None, "")

    def say(self, text: str) -> None:
        self.bar.console.print(text, highlight=False, markup=False)

    def _begin(self, what: str, total: int | None, left: str) -> None:
        if self._task is not None:
            self.bar.remove_task(self._task)
        self._task, self._told = self.bar.add_task(what, total=total, count="", left=left), what


class _Pace:
    """Seconds since the beginning, and those left by the pace since the first time that it was asked."""

    def __init__(self) -> None:
        self._start = self._began = time.monotonic()
        self._first: int | None = None

    def after(self, done: int, total: int) -> tuple[float, float | None]:
        now = time.monotonic()
        if self._first is None:  # what came before (compiling, a plan) says nothing of the pace
            self._first, self._began = done, now
        flown = done - self._first
        return now - self._start, (now - self._began) * (total - done) / flown if flown > 0 else None

    def elapsed_s(self) -> float:
        return time.monotonic() - self._start


class _Words(Teller):
    """A line of words now and then, where the error stream is no terminal: in the log of a batch job."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._pace, self._next_s = _Pace(), _FIRST_S

    def update(self, done: int, total: int) -> None:
        elapsed_s, left_s = self._pace.after(done, total)
        if done < total and elapsed_s >= self._next_s:
            self._next_s = elapsed_s + _SELDOM_S
            left = f", about {minutes(left_s)} left" if left_s is not None else ""
            self.say(f"{self.what}: {done:,} of {total:,} after {minutes(elapsed_s)}{left}")

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201


class _Lines(Teller):
    """A JSON object a line: {"progress", "done", "total", "elapsed_s", "left_s"} twice a second at most, and at the end.

    A part of the work without a known length: {"stage", "elapsed_s"}; a line for people: {"say"}.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._pace, self._next_s = _Pace(), 0.0

    def update(self, done: int, total: int) -> None:
        elapsed_s, left_s = self._pace.after(done, total)
        if done >= total or elapsed_s >= self._next_s:
            self._next_s = elapsed_s + _EVERY_S
            left_s = left_s if left_s is None else round(left_s, 1)
            self._tell({"progress": self.what, "done": done, "total": total, "elapsed_s": round(elapsed_s, 2), "left_s": left_s})

    def stage(self, what: str) -> None:
        self._tell({"stage": what, "elapsed_s": round(self._pace.elapsed_s(), 2)})

    def say(self, text: str) -> None:
        self._tell({"say": text})

    def _tell(self, data: dict[str, object]) -> None:
        print(json.dumps(data, ensure_ascii=False), file=sys.stderr, flush=True)  # noqa: T201


_EVERY_S: Final = 0.5
_FIRST_S, _SELDOM_S = 10.0, 30.0
BAR, LINES = "bar", "json"


class _Choice:
    kind = BAR


def choose(kind: str) -> None:
    """How progress is told from now on: "bar" or "json"."""
    _Choice.kind = kind


@contextmanager
def progress_bar(quiet: bool, what: str = "Replications", *, as_json: bool = False) -> Iterator[Teller]:
    """A bar while the block runs (lines of words now and then where there is no terminal), or lines of JSON where they were chosen;
    silence if `quiet`.

    A command whose answer is JSON (`as_json`) shows no bar, but tells its lines where they were chosen.
    """
    if quiet or (as_json and _Choice.kind == BAR):
        yield Teller()
        return
    if _Choice.kind == LINES:
        yield _Lines(what)
        return
    if not sys.stderr.isatty():
        yield _Words(what)
        return
    told = _Bar(what)
    with told.bar:
        yield told
