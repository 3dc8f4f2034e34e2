"""What `buckler coverage` prints: areas by height, what each sensor adds, the time that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from buckler.coverage.study import Result


def _table(title: str, *columns: str) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title=title, title_justify="left", title_style="bold", pad_edge=False
    )
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right", no_wrap=True)
    return table


def _height(metres: float) -> str:
    return f"{metres:,.0f} m"


def _km2(square_metres: float) -> str:
    return f"{square_metres / 1e6:,.0f}"


def _time(seconds: float) -> str:
    whole = round(seconds)
    return "never seen" if whole == 0 else f"{whole // 60} min {whole % 60:02d} s"


def render(result: Result) -> RenderableType:
    """The result for 80 columns and more."""
    question = result.question
    parts: list[RenderableType] = [Text(result.title, style="bold cyan")]
    area = _table(
        f"Area seen of: {question.target.title}, km2", f"height {question.reference}", "nominal", "low RCS", "high RCS"
    )
    for height, (nominal, low, high) in result.layers_m2.items():
        area.add_row(
            _height(height), _km2(nominal), _km2(low), _km2(high), style="bold" if height in result.heights_m else "dim"
        )
    parts.append(area)
    for height in result.heights_m[:2]:
        shares = _table(
            f"What each sensor adds at {_height(height)}, km2", "sensor", "sees", "only it", "of the network"
        )
        for share in result.shares[height]:
            shares.add_row(share.sensor, _km2(share.seen_m2), _km2(share.only_m2), f"{100 * share.share:.1f} %")
        parts.append(shares)
    if result.reactions:
        times = _table(
            f"Time left at {result.reactions[0].speed_mps:.0f} m/s, straight in",
            "asset",
            "height",
            "least",
            "from",
            "median",
            "in view",
        )
        for r in result.reactions:
            times.add_row(
                r.asset,
                _height(r.height_m),
                _time(float(r.time_s.min())),
                f"{r.worst_azimuth_deg:.0f} deg",
                _time(float(np.median(r.time_s))),
                _time(float(np.median(r.in_view_s))),
            )
        parts.append(times)
    if result.compared:
        change = _table(
            f"From {result.compared[0]} to {result.compared[1]}, km2", "height", "first", "second", "lost", "gained"
        )
        for d in result.differences:
            change.add_row(_height(d.height_m), _km2(d.first_m2), _km2(d.second_m2), _km2(d.lost_m2), _km2(d.gained_m2))
        parts.append(change)
    notes = [f"Seen: single-scan Pd of {question.seen_pd:g} or more from at least one sensor."]
    notes.append(f"Terrain: {result.notes.terrain}{'; ' + result.notes.caveat if result.notes.caveat else ''}.")
    notes += [result.notes.notional, *(f"Not written: {text}" for text in result.missing)]
    parts.append(Text("\n".join(note for note in notes if note), style="dim"))
    parts.append(Text(f"Page: {result.folder / 'index.html'}"))
    return Padding(Group(*parts), (0, 1))
