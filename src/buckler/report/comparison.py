"""A comparison in the terminal: both values of every figure, and the paired difference with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from buckler.report.forest import is_clear
from buckler.report.wording import decimals, interval_of, is_percentage, number, value_of

_GROUPS = (
    ("leakers_by_class", "  {}"),
    ("leakers_by_asset", "  at {}"),
    ("rounds_by_system", "  {}"),
)


def render_comparison(result: dict[str, Any]) -> RenderableType:
    """What `buckler compare` prints: the answer of `analysis.compare` as rich renderables."""
    names = Text("A  ", style="bold").append(f"{result['first']}\n", style="not bold")
    names.append("B  ").append(f"{result['second']}\n", style="not bold")
    plan = f"{result['replications']:,} pairs of replications under the same luck (seed {result['seed']})"
    if result["left_out"]:
        plan += f"; {result['left_out']:,} that only one run has are left out"
    names.append(plan + "\n", style="dim not bold")
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for position, column in enumerate(("", "A", "B", "A − B", "95 % interval", "")):
        table.add_column(column, justify="left" if position == 0 else "right", no_wrap=True)
    for name, figures in rows_of_comparison(result):
        if figures is result["leakers"] or figures is result["rounds"]:
            table.add_section()
        _row(table, name, figures)
    note = "The two runs are one and the same simulation." if result["same_simulation"] else _reading()
    return Padding(Group(names, Text(_answer(result), style="bold"), table, Text(note, style="dim")), (0, 1))


def render_comparisons(results: list[dict[str, Any]], letters: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ") -> RenderableType:
    """Several options: every figure's value for each, and what each of the others differs by from A."""
    if len(results) == 1:
        return render_comparison(results[0])
    first = results[0]
    names = Text()
    for letter, name in zip(letters, [first["first"], *(result["second"] for result in results)], strict=False):
        names.append(f"{letter}  ", style="bold").append(f"{name}\n")
    plan = f"{first['replications']:,} replications of each under the same luck (seed {first['seed']})\n"
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("", no_wrap=True)
    for letter in letters[: len(results) + 1]:
        table.add_column(letter, justify="right", no_wrap=True)
    for name, figures in rows_of_comparison(first):
        others = [_found(result, name) for result in results]
        table.add_row(Text(name), value_of(figures["first"]), *(value_of(other["second"]) if other else "–" for other in others))
    parts: list[RenderableType] = [names, Text(plan, style="dim"), table]
    for letter, result in zip(letters[1:], results, strict=False):
        change = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        for position, column in enumerate(("", f"A − {letter}", "95 % interval", "")):
            change.add_column(column, justify="left" if position == 0 else "right", no_wrap=True)
        for name, figures in rows_of_comparison(result):
            difference = figures["difference"]
            change.add_row(Text(name), signed(difference), signed_interval(difference), "*" if is_clear(difference) else "")
        note = "The two runs are one and the same simulation." if result["same_simulation"] else ""
        parts += [change, *([Text(note, style="dim")] if note else [])]
    return Padding(Group(*parts, Text(_reading(), style="dim")), (0, 1))


def rows_of_comparison(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every figure of a comparison with its name, in the order of the tables."""
    yield "nothing gets through", result["nothing_leaks"]
    yield "no asset is hit", result["no_asset_hit"]
    for total, heading, groups in (
        ("leakers", "threats that get through", _GROUPS[:2]),
        ("rounds", "rounds spent", _GROUPS[2:]),
    ):
        yield heading, result[total]
        for group, pattern in groups:
            for name, figures in result[group].items():
                yield pattern.format(figures.get("name", name)), figures


def _found(result: dict[str, Any], wanted: str) -> dict[str, Any] | None:
    return next((figures for name, figures in rows_of_comparison(result) if name == wanted), None)


def _row(table: Table, name: str, figures: dict[str, Any]) -> None:
    difference = figures["difference"]
    table.add_row(
        Text(name, overflow="ellipsis", no_wrap=True),
        value_of(figures["first"]),
        value_of(figures["second"]),
        signed(difference),
        signed_interval(difference),
        "*" if is_clear(difference) else "",
    )


def signed(figure: dict[str, Any]) -> str:
    """A difference with its sign, cut to what its interval supports."""
    if figure["value"] is None:
        return "–"
    scale = 100 if is_percentage(figure) else 1
    text = f"{scale * figure['value']:+.{decimals(figure, scale)}f}"
    return "0" if figure["value"] == 0 else text.replace("-", "−")


def signed_interval(figure: dict[str, Any]) -> str:
    """The interval of a difference, with signs."""
    if figure["low"] is None or figure["high"] is None:
        return ""
    if figure["method"] == "identical":
        return interval_of(figure)
    scale = 100 if is_percentage(figure) else 1
    places = decimals(figure, scale)
    ends = " to ".join(f"{scale * figure[end]:+.{places}f}" for end in ("low", "high"))
    return ends.replace("-", "−") + (" points" if scale == 100 else "")


def _answer(result: dict[str, Any]) -> str:
    difference = result["leakers"]["difference"]
    if difference["value"] == 0 and difference["low"] == 0 == difference["high"]:
        return "Nothing differs."
    size = number(abs(difference["value"]), decimals(difference))
    if difference["low"] <= 0 <= difference["high"]:
        return "These replications show no sure difference in how many threats get through."
    more = "more" if difference["value"] > 0 else "fewer"
    return f"A lets {size} {more} threats through a raid than B ({signed_interval(difference)})."


def _reading() -> str:
    return (
        "* the interval does not hold 0. Each interval stands alone at 95 %: among twenty figures that do not "
        "differ, one is marked on average."
    )
