"""The links of the network as lines on the map, one kind of line for each kind of link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import hypot, isfinite
from typing import Any, Final

from buckler.report.markup import Markup, tag

_BESIDE: Final = 3.5
_SHORTEST: Final = 4.0
"""A line shorter than so many pixels lies under its ends' marks."""

Row = dict[str, Any]


def link_lines(entities: Sequence[Row], at: Callable[[Row], tuple[float, float]]) -> Markup:
    """A line for each link between two nodes that have a place; `at`: where on the page an entity stands."""
    lines = []
    drawn: Counter[frozenset[str]] = Counter()
    for row, one, two in placed_links(entities):
        (x1, y1), (x2, y2) = at(one), at(two)
        length = hypot(x2 - x1, y2 - y1)
        if length < _SHORTEST:
            continue
        aside = _BESIDE * drawn[frozenset((one["key"], two["key"]))]  # links between the same two nodes lie side by side
        drawn[frozenset((one["key"], two["key"]))] += 1
        dx, dy = aside * (y1 - y2) / length, aside * (x2 - x1) / length
        x1, y1, x2, y2 = x1 + dx, y1 + dy, x2 + dx, y2 + dy
        what = f"{row['name']} ({row['system']}): {one['name']} to {two['name']}, {row['value']:.2g} s"
        line = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
        lines.append(tag("path", tag("title", what), d=line, class_=f"link l-{link_kind(row)}"))
    return tag("g", lines)


def placed_links(entities: Sequence[Row]) -> Iterator[tuple[Row, Row, Row]]:
    """Each link whose two ends have a place, with its ends."""
    standing = {row["key"]: row for row in entities if row["kind"] in ("sensor", "command", "battery") and _has_place(row)}
    for row in entities:
        ends = (row["parent"] or "").split(" <> ")
        if row["kind"] == "link" and len(ends) == 2 and ends[0] in standing and ends[1] in standing:
            yield row, standing[ends[0]], standing[ends[1]]


def link_kind(row: Row) -> str:
    """fibre, radio or satellite: what a link's system is if it is neither of the others is the satellite's name."""
    return str(row["system"]) if row["system"] in ("fibre", "radio") else "satellite"


def _has_place(row: Row) -> bool:
    return all(row[name] is not None and isfinite(row[name]) for name in ("lat_deg", "lon_deg"))
