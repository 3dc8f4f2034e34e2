"""What `buckler coverage` prints: areas by height, what each sensor adds, the time that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from buckler.coverage.result import KM2, Result, time_left

if TYPE_CHECKING:
    from buckler.coverage.engagement_study import Engagement


def render(result: Result) -> RenderableType:
    """The result for 80 columns and more."""
    parts: list[RenderableType] = [Text(result.title, style="bold cyan"), _areas(result)]
    parts += [_shares(result, height) for height in result.heights_m[:2]]
    if result.reactions:
        parts.append(_reactions(result))
    if result.compared:
        parts.append(_differences(result, result.compared))
    notes = [
        f"Seen: single-scan Pd of {result.question.seen_pd:g} or more from at least one sensor.",
        f"Terrain: {result.notes.terrain}{'; ' + result.notes.caveat if result.notes.caveat else ''}.",
        result.notes.patrols,
        result.notes.notional,
        *(f"Not written: {text}" for text in result.missing),
    ]
    parts.append(Text("\n".join(note for note in notes if note), style="dim"))
    parts.append(Text(f"Page: {result.folder / 'index.html'}"))
    return Padding(Group(*parts), (0, 1))


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
    return f"{square_metres * KM2:,.0f}"


def _areas(result: Result) -> Table:
    question = result.question
    table = _table("Area seen, km2", f"height {question.reference}", "nominal", "low RCS", "high RCS", "")
    for height, areas in result.layers_m2.items():
        target = question.target.title if height == result.heights_m[0] else ""
        style = "bold" if height in result.heights_m else "dim"
        table.add_row(_height(height), *(_km2(area) for area in areas), Text(target, style="dim"), style=style)
    return table


def _shares(result: Result, height_m: float) -> Table:
    title = f"What each sensor adds at {_height(height_m)}, km2"
    table = _table(title, "sensor", "sees", "only it", "of the network")
    for share in result.shares[height_m]:
        table.add_row(share.sensor, _km2(share.seen_m2), _km2(share.only_m2), f"{100 * share.share:.1f} %")
    return table


def _reactions(result: Result) -> Table:
    title = f"Time left at {result.reactions[0].speed_mps:.0f} m/s, straight in"
    table = _table(title, "asset", "height", "least", "from", "median", "in view")
    for r in result.reactions:
        median, view = float(np.median(r.time_s)), float(np.median(r.in_view_s))
        least, where = time_left(float(r.time_s.min())), f"{r.worst_azimuth_deg:.0f} deg"
        table.add_row(r.asset, _height(r.height_m), least, where, time_left(median), time_left(view))
    return table


def _differences(result: Result, names: tuple[str, str]) -> Table:
    table = _table(f"From {names[0]} to {names[1]}, km2", "height", "first", "second", "lost", "gained")
    for d in result.differences:
        table.add_row(_height(d.height_m), _km2(d.first_m2), _km2(d.second_m2), _km2(d.lost_m2), _km2(d.gained_m2))
    return table


def render_engagement(result: Engagement) -> RenderableType:
    """An engagement study for 80 columns and more."""
    compared = result.compared is not None
    more = ("lost", "gained") if compared else ()
    areas = _table("Where it can be stopped, km2", "class", "height", "once", "twice", "any side", "first shot", *more)
    parts: list[RenderableType] = [Text(result.title, style="bold cyan"), areas]
    for row in result.attacks:
        height = "ballistic" if row["height_m"] is None else _height(row["height_m"])
        first = "never" if row["median_first_km"] is None else f"{row['median_first_km']:.0f} km"
        changes = [f"{row[f'{kind}_km2']:,.0f}" for kind in more]
        areas.add_row(row["class"], height, *(f"{row[n]:,.0f}" for n in ("once_km2", "twice_km2", "any_side_km2")), first, *changes)
    own = _table("By battery, km2 with one opportunity at least", "battery", "class", "height", "once", "twice", "only it")
    for row in result.attacks:
        for b in [b for b in row["batteries"] if b["once_km2"] > 0.0][:4]:
            height = "ballistic" if row["height_m"] is None else _height(row["height_m"])
            cells = (f"{b[name]:,.0f}" for name in ("once_km2", "twice_km2", "only_it_km2"))
            own.add_row(b["battery"], row["class"], height, *cells)
    if own.rows:
        parts.append(own)
    if result.compared:
        parts.append(Text(f"Lost and gained: from {result.compared[0]} to {result.compared[1]}", style="dim"))
    parts.append(Text("\n".join(result.notes), style="dim"))
    parts.append(Text(f"Maps: {result.folder / 'maps'}"))
    return Padding(Group(*parts), (0, 1))
