"""A comparison in the terminal: both values of every figure, and the paired difference with its interval."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

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
    _row(table, "nothing gets through", result["nothing_leaks"])
    _row(table, "no asset is hit", result["no_asset_hit"])
    for total, heading, groups in (
        ("leakers", "threats that get through", _GROUPS[:2]),
        ("rounds", "rounds spent", _GROUPS[2:]),
    ):
        table.add_section()
        _row(table, heading, result[total])
        for group, pattern in groups:
            for name, figures in result[group].items():
                _row(table, pattern.format(figures.get("name", name)), figures)
    note = "The two runs are one and the same simulation." if result["same_simulation"] else _reading()
    return Padding(Group(names, Text(_answer(result), style="bold"), table, Text(note, style="dim")), (0, 1))


def _row(table: Table, name: str, figures: dict[str, Any]) -> None:
    difference = figures["difference"]
    table.add_row(
        Text(name, overflow="ellipsis", no_wrap=True),
        value_of(figures["first"]),
        value_of(figures["second"]),
        signed(difference),
        signed_interval(difference),
        "" if difference["low"] is None or difference["low"] <= 0 <= difference["high"] else "*",
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
