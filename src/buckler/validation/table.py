"""The results as a table for the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from buckler.validation.results import Result, Status

_STYLES: Final[dict[Status, str]] = {"pass": "green", "fail": "bold red", "no model": "yellow"}
_SAID: Final = {"pass": "pass", "fail": "FAIL", "no model": "no model"}


def render(results: list[Result]) -> RenderableType:
    """A row for each result, the reason below what is not a pass, and how many there are of each."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, ratio in (("What", 5), ("Expected", 3), ("Got", 3), ("Tolerance", 2), ("Source", 4), ("", 1)):
        table.add_column(heading, ratio=ratio, overflow="fold", min_width=8 if heading else 4)
    area = ""
    for result in results:
        case = result.case
        if case.area != area:
            area = case.area
            table.add_row(f"[bold]{escape(area)}[/]")
        what = escape(case.statement or f"{case.id}: {case.quantity}")
        if result.message:
            what += f"\n[{_STYLES[result.status]}]{escape(result.message)}[/]"
        table.add_row(
            what,
            _number(case.expected),
            "–" if result.status == "no model" or result.value is None else _number(result.value),
            _tolerance(case.tolerance),
            escape(case.source),
            f"[{_STYLES[result.status]}]{_SAID[result.status]}[/]",
        )
    counts = Counter(result.status for result in results)
    total = f"{len(results)} numbers: " + ", ".join(
        f"{counts[status]} {status}" for status in _STYLES if counts[status]
    )
    return Group(table, Text(""), Text(total if results else "no cases"))


def _number(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"({_number(part)})" if isinstance(part, list) else _number(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{escape(str(key))} {_number(part)}" for key, part in value.items())
    if value is None:
        return "none"
    return f"{value:.8g}" if isinstance(value, float) else escape(str(value))


def _tolerance(tolerance: dict[str, Any] | None) -> str:
    if tolerance is None:
        return "as noted"
    (kind, given), *_ = tolerance.items()
    amounts = given if isinstance(given, list) else [given]
    return ", ".join(f"±{amount:g}" if kind == "abs" else f"±{100 * amount:g} %" for amount in amounts)
