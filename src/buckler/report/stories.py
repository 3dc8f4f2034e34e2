"""Stories in the report and in the terminal: each leaker of the recorded replications, each engagement's record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from buckler.analysis.stories import Engagement, Story, clock, leaker_stories, read_records
from buckler.log.read import RunFolder
from buckler.report.markup import Child, Markup, tag

MOST_STORIES = 12
"""Leakers told for one replication; `buckler why` tells the others."""


def stories_part(folder: RunFolder) -> Markup | None:
    """The section of the report: why each leaker of each recorded replication got through."""
    recorded: list[dict[str, Any]] = folder.run.get("recorded") or []
    why: dict[int, str] = {}
    for row in recorded:
        why.setdefault(int(row["replication"]), str(row["why"]))
    parts: list[Child] = []
    for record in read_records(folder, why):
        told = leaker_stories(record)
        if not told:
            continue
        more = f" The first {MOST_STORIES} of {len(told)} are told." if len(told) > MOST_STORIES else ""
        parts.append(
            tag(
                "details",
                tag("summary", f"Replication {record.replication} ({why[record.replication]}): {len(told)} got through.{more}"),
                [_story(story) for story in told[:MOST_STORIES]],
            )
        )
    if not parts:
        return None
    lead = (
        "Who saw it, who decided, when, by which path, and where the chain broke: each threat that got through in the recorded "
        "replications. Any other: buckler why RUN --replication N --threat NAME."
    )
    return tag("section", tag("h2", "The story of each leaker"), tag("p", lead, class_="small"), parts)


def _story(story: Story) -> Markup:
    title = f"{story.threat} → {story.target}" + (f": {story.reason}" if story.reason else "")
    return tag(
        "div",
        tag("h3", title),
        tag("ol", [tag("li", tag("b", clock(line.time_s)), " ", line.text) for line in story.lines], class_="story"),
    )


def render_stories(stories: Sequence[Story]) -> Text:
    """Stories in the terminal."""
    return Text("\n\n".join(story.text() for story in stories) or "Nothing got through.")


def render_engagements(records: Sequence[Engagement]) -> Table:
    """The record of each engagement in the terminal."""
    table = Table(title="Engagements: who saw, who decided, when, by which path", title_justify="left")
    for name in ("threat", "seen by", "decided by", "ordered", "weapon", "rounds", "predicted", "what came of it", "path"):
        table.add_column(name, overflow="fold")
    for one in records:
        ends = ", ".join(f"{kind.replace('_', ' ')} {clock(time_s)}" for time_s, kind, _ in one.ends)
        table.add_row(
            one.threat, one.sensor, one.post, clock(one.ordered_s), one.weapon, str(len(one.fired_s)), f"{one.predicted_kill:.2f}",
            ends or "no round left", "; ".join(one.path),
        )  # fmt: skip
    return table
