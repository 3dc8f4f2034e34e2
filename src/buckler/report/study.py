"""A sweep's answer in the terminal: what each factor does to the main scores, with paired intervals, and the points."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from buckler.analysis.scores import unit, words
from buckler.report.comparison import signed, signed_interval
from buckler.report.forest import is_clear
from buckler.report.wording import interval_of, value_of

Summary = dict[str, Any]
_HEADS = {"nothing_leaks": "nothing through", "leakers": "threats through", "wronged": "aircraft fired at", "rounds": "rounds"}
_MOST_POINTS = 16


def render_study(summary: Summary) -> RenderableType:
    """What `buckler sweep` prints."""
    title = Text(summary["title"], style="bold cyan")
    each = f"{summary['replications']:,} replications each under the same luck, seed {summary['seed']}"
    plan = f"{summary['design']}: {summary['points']:,} points, {each}"
    parts: list[RenderableType] = [title, Text(plan, style="dim"), Text()]
    parts += [_effects(summary, key) for key in main_scores(summary)]
    parts += [_points(summary), Text(note(summary), style="dim")]
    return Padding(Group(*parts), (0, 1))


def main_scores(summary: Summary) -> list[str]:
    """The scores whose effects are shown."""
    return [score for score in _HEADS if score in summary["effects"]]


def note(summary: Summary) -> str:
    """How to read the effects."""
    text = (
        "* the interval does not hold 0. An effect is the mean change of the score when the factor alone goes from its first level to "
        "the other, averaged over the rest of the design; intervals are paired by replication and hold luck alone."
    )
    if summary["aliases"]:
        letters = [f"{letter(k)} {factor['name']}" for k, factor in enumerate(summary["factors"])]
        text += f" Aliases: {', '.join(summary['aliases'])} ({'; '.join(letters)})."
    return text


def figure(row: dict[str, Any], score: str, n: int) -> dict[str, Any]:
    """A score of a point, as figures are elsewhere."""
    return {
        "value": row[score],
        "low": row[f"{score} low"],
        "high": row[f"{score} high"],
        "n": n,
        "method": row.get(f"{score} method", ""),
        "unit": unit(score),
    }


def ranked(summary: Summary, most: int) -> list[dict[str, Any]]:
    """The points by threats through, the fewest first: all of them, or the first and the last where there are more than `most`."""
    rows = sorted(summary["table"], key=lambda row: (row["leakers"], row["point"]))
    return rows if len(rows) <= most else [*rows[: most // 2], *rows[-(most - most // 2) :]]


def _effects(summary: Summary, key: str) -> Table:
    found = summary["effects"][key]
    title = f"{words(key)}{explained(found)}"
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title=title, title_justify="left", title_style="bold"
    )
    for position, column in enumerate(("factor", "from", "to", "change", "95 % interval", "")):
        table.add_column(column, justify="left" if position < 3 else "right", no_wrap=position > 0, overflow="fold")
    for effect in sorted(found["effects"], key=lambda effect: -abs(effect["value"])):
        table.add_row(
            Text(effect["factor"]),
            Text(effect["from"]),
            Text(effect["to"]),
            signed(effect),
            signed_interval(effect),
            "*" if is_clear(effect) else "",
        )
    return table


def explained(found: dict[str, Any]) -> str:
    """How much of what differs between points the sum of the factors' effects reproduces; nothing where no point differs."""
    if found["explained"] is None:
        return ": no point differs"
    return f": the factors alone explain {100 * found['explained']:.0f} % of the variance between points"


def letter(k: int) -> str:
    """What the k-th factor is called where there is no room for its name."""
    letters = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
    return letters[k] if k < len(letters) else f"X{k + 1}"


def _points(summary: Summary) -> Table:
    rows = ranked(summary, _MOST_POINTS)
    cut = len(rows) < len(summary["table"])
    names = [factor["name"] for factor in summary["factors"]]
    title = "Points, the fewest threats through first" + (
        f" ({len(rows)} of {len(summary['table']):,}: the first and the last)" if cut else ""
    )
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title=title, title_justify="left", title_style="bold",
        caption=Text("; ".join(f"{letter(k)} {name}" for k, name in enumerate(names)), style="dim"), caption_justify="left",
    )  # fmt: skip
    for k in range(len(names)):
        table.add_column(letter(k), justify="right", overflow="fold")
    for row in rows:
        cells = point_cells(summary, row)
        if not table.rows:
            for head, _ in cells:
                table.add_column(head, justify="right")
        table.add_row(*(Text(shown(row[name])) for name in names), *(Text(cell, overflow="fold") for _, cell in cells))
    return table


def point_cells(summary: Summary, row: dict[str, Any]) -> list[tuple[str, str]]:
    """The columns of a point after its factors, each with its head."""
    cells = []
    for score in main_scores(summary):
        found = figure(row, score, summary["replications"])
        cells.append((_HEADS[score], value_of(found)))
        if score in ("leakers", "wronged"):
            cells.append(("95 % interval", interval_of(found)))
    return cells


def shown(value: Any) -> str:
    """A level in a table."""
    return f"{value:g}" if isinstance(value, float) else str(value)
