"""What each part of a defence adds: a ranked table in the terminal, and a page with a figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from buckler.log.text import write_whole
from buckler.report.markup import Child, Markup, tag
from buckler.report.style import CSS
from buckler.report.wording import decimals, interval_of, is_percentage, value_of

Row = dict[str, Any]
_CAVEAT = (
    "adds: P(nothing gets through) with it minus without it, in points. stops: threats a raid that get through without it and not with it. "
    "Same luck in both; 95 % intervals, each alone: among twenty parts that add nothing, one interval leaves out 0 on average. The values "
    "do not add up: two radars that see the same are each worth little."
)


def render_marginal(result: dict[str, Any]) -> Group:
    """The table for the terminal."""
    table = Table(title=f"{result['scenario']}: what each part adds", title_justify="left")
    for name in ("", "part", "kind", "adds", "95 %", "stops", "95 %"):
        table.add_column(name, justify="right" if name in ("", "adds", "stops") else "left", overflow="fold")
    for number, row in enumerate(result["parts"], 1):
        if row["adds"] is None:
            table.add_row(str(number), row["name"], row["kind"], "–", row["why_not"], "", "")
        else:
            table.add_row(
                str(number), row["name"], row["kind"], signed(row["adds"]), ends(row["adds"]), signed(row["stops"]), ends(row["stops"])
            )
    return Group(table, Text(_whole(result)), Text(_CAVEAT, style="dim"), Text(str(result["notional"]), style="dim"))


def _whole(result: dict[str, Any]) -> str:
    nothing, leakers = result["nothing_leaks"], result["leakers"]
    return (
        f"With everything: nothing gets through in {value_of(nothing)} ({interval_of(nothing)}), {value_of(leakers)} threats do on average "
        f"({interval_of(leakers)}); {result['replications']:,} replications, seed {result['seed']}."
    )


def signed(figure: Row) -> str:
    """A difference with its sign; probabilities in points."""
    scale = 100 if is_percentage(figure) else 1
    text = f"{scale * figure['value']:+.{decimals(figure, scale)}f}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def ends(figure: Row) -> str:
    """Its interval."""
    if figure["method"] == "identical":
        return "exactly"
    scale = 100 if is_percentage(figure) else 1
    places = decimals(figure, scale)
    return " to ".join(f"{scale * figure[end]:+.{places}f}" for end in ("low", "high")).replace("-", "−")


def write_marginal_page(folder: Path, result: dict[str, Any], command: str) -> Path:
    """marginal.html: the table with a bar and its interval for each part."""
    rows = [row for row in result["parts"] if row["adds"] is not None]
    body = [
        tag("header", tag("h1", f"What each part of {result['scenario']} adds"), tag("p", str(result["notional"]), class_="notice")),
        tag("p", _whole(result), class_="answer"),
        _figure(rows, "stops", "threats a raid that only it stops"),
        _figure(rows, "adds", "points of P(nothing gets through)"),
        _table(result["parts"]),
        tag("p", _CAVEAT, class_="small"),
        tag("pre", command),
    ]
    head = tag("head", tag("meta", charset="utf-8"), tag("title", f"{result['scenario']}: what each part adds"), tag("style", Markup(CSS)))
    folder.mkdir(parents=True, exist_ok=True)
    page = f"<!DOCTYPE html>\n{tag('html', head, tag('body', tag('main', body)), lang='en')}\n"
    return write_whole(folder / "marginal.html", page)


def _figure(rows: Sequence[Row], key: str, unit: str) -> Markup | None:
    """The parts in rank order, value and 95 % interval; those that change nothing at all are left out."""
    shown = [row for row in rows if row[key]["method"] != "identical"][:40]
    if not shown:
        return None
    scale_of = 100 if key == "adds" else 1
    low = min(0.0, *(scale_of * row[key]["low"] for row in shown))
    high = max(0.0, *(scale_of * row[key]["high"] for row in shown))
    if high == low:
        return None
    left, width, line = 250.0, 600.0, 19.0

    def x(value: float) -> float:
        return float(left + width * (value - low) / (high - low))

    marks: list[Child] = [tag("line", x1=x(0), x2=x(0), y1=14, y2=20 + line * len(shown), stroke="currentColor", opacity=0.4)]
    for number, row in enumerate(shown):
        y = 26 + number * line
        value, one, two = (scale_of * row[key][name] for name in ("value", "low", "high"))
        marks += [
            tag("text", row["name"], x=left - 8, y=y + 4, text_anchor="end", font_size=12, fill="currentColor"),
            tag("line", x1=x(one), x2=x(two), y1=y, y2=y, stroke="#0072b2", stroke_width=2),
            tag("circle", cx=x(value), cy=y, r=4, fill="#0072b2"),
        ]
    bottom = 34 + line * len(shown)
    ticks = [low, 0.0, high] if low < 0.0 < high and min(-low, high) > 0.06 * (high - low) else [low, high]
    marks += [
        tag("text", f"{tick:+.2g}" if tick else "0", x=x(tick), y=bottom, text_anchor="middle", font_size=11, fill="currentColor")
        for tick in ticks
    ]
    marks.append(tag("text", unit, x=left + width / 2, y=bottom + 18, text_anchor="middle", font_size=12, fill="currentColor"))
    svg = tag("svg", marks, viewBox=f"0 0 900 {bottom + 26:.0f}", role="img", aria_label=f"Each part: {unit}, with 95 % intervals")
    return tag("section", tag("figure", svg))


def _table(rows: Sequence[Row]) -> Markup:
    head = tag("tr", [tag("th", name) for name in ("part", "kind", "adds, points", "95 %", "stops", "95 %")])
    body = [
        tag("tr", [tag("td", cell) for cell in (row["name"], row["kind"], *_cells(row))])
        for row in rows
    ]  # fmt: skip
    return tag("table", tag("thead", head), tag("tbody", body))


def _cells(row: Row) -> tuple[str, str, str, str]:
    if row["adds"] is None:
        return "–", str(row["why_not"]), "", ""
    return signed(row["adds"]), ends(row["adds"]), signed(row["stops"]), ends(row["stops"])
