"""The answer in the terminal, for 80 columns: figures with intervals, the kill chain, and why threats got through."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from buckler.report.comparison import render_comparison
from buckler.report.wording import answer, interval_of, minutes, terrain, value_of

__all__ = ["render_comparison", "render_summary"]

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def render_summary(summary: dict[str, Any]) -> RenderableType:
    """What `buckler run` prints: a summary as rich renderables."""
    parts: list[RenderableType] = [_title(summary), Text(answer(summary), style="bold"), Text(), _figures(summary)]
    parts += [_funnel(summary)]
    if summary["reasons"]:
        parts += [_reasons(summary)]
    if "mistakes" in summary:
        parts += [_mistakes(summary["mistakes"])]
    parts += [_notes(summary)]
    return Padding(Group(*parts), (0, 1))


def _title(summary: dict[str, Any]) -> Text:
    text = Text(str(summary.get("title") or summary.get("scenario") or "run"), style="bold cyan")
    plan = f"{summary['replications']:,} replications, seed {summary.get('seed')}"
    if not summary["complete"]:
        plan += ", not finished"
    return text.append(f"  {plan}\n", style="dim not bold")


def _table(title: str, *columns: str) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title=title, title_justify="left", title_style="bold", pad_edge=False
    )
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right", no_wrap=True)
    return table


def _figures(summary: dict[str, Any]) -> Table:
    table = _table("What happens, mean of a raid", "", "", "95 % interval", "of")
    table.add_row("nothing gets through", value_of(summary["nothing_leaks"]), interval_of(summary["nothing_leaks"]), "")
    table.add_row("no asset is hit", value_of(summary["no_asset_hit"]), interval_of(summary["no_asset_hit"]), "")
    table.add_section()
    _row(table, "threats that get through", summary["leakers"], summary["threats"])
    for name, figure in summary["leakers_by_class"].items():
        _row(table, f"  {name}", figure, figure["threats"])
    for figure in summary["leakers_by_asset"].values():
        _row(table, f"  at {figure['name']}", figure, figure["threats"])
    table.add_section()
    _row(table, "rounds spent", summary["rounds"], summary["rounds"]["ready"])
    for name, figure in summary["rounds_by_system"].items():
        _row(table, f"  {name}", figure, figure["ready"])
    for name, figure in summary.get("tracks", {}).items():
        table.add_row(f"tracks {name}" if name != "false" else "false tracks", value_of(figure), interval_of(figure), "")
    if (stages := summary.get("spent_stages")) is not None:
        table.add_section()
        _row(table, "spent stages fired at", stages["fired_at"], stages["stages"])
        table.add_row("  rounds fired at them", value_of(stages["rounds"]), interval_of(stages["rounds"]), "")
        _row(table, "  told from warheads", stages["told_apart"], stages["stages"])
    return table


def _row(table: Table, name: str, figure: dict[str, Any], of: float) -> None:
    table.add_row(Text(name, overflow="ellipsis", no_wrap=True), value_of(figure), interval_of(figure), f"{of:,.0f}")


def _funnel(summary: dict[str, Any]) -> Table:
    groups = list(summary["funnel"])
    table = _table("The kill chain, share of the threats that appear", "", "", "all", *groups[1:])
    width = max(6, 52 - sum(max(len(group), 5) + 2 for group in groups))
    for stage, figures in summary["funnel"]["all"].items():
        if stage == "got through":
            table.add_section()
        if stage == "neither" and not figures["count"]["value"]:
            continue
        shares = [summary["funnel"][group][stage]["share"]["value"] for group in groups]
        style = "red" if stage == "got through" else "green" if stage == "killed" else "cyan"
        bar = Text(_bar(shares[0] or 0.0, width), style=style)
        table.add_row(stage, bar, *(_percent(share) for share in shares))
    table.columns[1].justify = "left"
    return table


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _bar(share: float, width: int) -> str:
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip().ljust(width)


def _reasons(summary: dict[str, Any]) -> Table:
    table = _table("Why threats got through", "", "share", "95 % interval", "a raid")
    for name, figures in sorted(summary["reasons"].items(), key=lambda item: -item[1]["share"]["value"]):
        share = figures["share"]
        table.add_row(name, value_of(share), interval_of(share), value_of(figures["count"]))
    return table


def _mistakes(mistakes: dict[str, Any]) -> Table:
    table = _table("Who must not be shot: fired at in a raid", "", "probability", "95 % interval", "aircraft")
    for side in ("civil", "own"):
        if side not in mistakes:
            continue
        figure = mistakes[side]
        table.add_row(f"any {side} aircraft", value_of(figure["engaged"]), interval_of(figure["engaged"]), f"{figure['aircraft']:,}")
        for name, cause in figure["by_cause"].items():
            table.add_row(f"  {name}", value_of(cause["engaged"]), interval_of(cause["engaged"]), "")
    return table


def _notes(summary: dict[str, Any]) -> Text:
    if sampled := summary.get("uncertainty"):
        lines = [
            f"Intervals show luck and ignorance together: {sampled['draws']} draws of the published ranges (the draw is the unit)."
        ]
    else:
        lines = ["Intervals show luck only (the replication is the unit); parameters are at their nominal values."]
    if summary.get("terrain"):
        lines.append(f"Terrain: {terrain(summary['terrain'])}")
    warned = [f"{f['name']} {minutes(f['value'])}" for f in summary["warning_time"].values() if f["value"] is not None]
    if warned:
        lines.append(f"Mean warning before a first impact: {', '.join(warned)}.")
    if summary.get("notional"):
        lines.append(str(summary["notional"]))
    return Text("\n".join(lines), style="dim")
