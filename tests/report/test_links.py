"""The links on the map: a line for each whose ends have a place, by its kind, beside others between the same two."""

from __future__ import annotations

import re
from typing import Any

from buckler.report.links import link_lines, placed_links


def row(key: str, kind: str, system: str = "", parent: str = "", lat_deg: float | None = 1.0, lon_deg: float = 1.0) -> dict[str, Any]:
    return {"key": key, "name": key, "kind": kind, "system": system, "parent": parent, "lat_deg": lat_deg, "lon_deg": lon_deg, "value": 0.5}


CAST = [
    row("Radar", "sensor", lat_deg=0.0, lon_deg=0.0),
    row("Post", "command", lon_deg=1.0),
    row("Nowhere", "command", lat_deg=None),
    row("fast", "link", "fibre", "Radar <> Post"),
    row("high", "link", "Turksat 4A", "Radar <> Post"),
    row("lost", "link", "radio", "Radar <> Nowhere"),
]


def test_a_line_for_each_link_whose_ends_have_a_place() -> None:
    assert [link["key"] for link, _, _ in placed_links(CAST)] == ["fast", "high"]
    drawn = str(link_lines(CAST, lambda end: (100.0 * end["lon_deg"], 100.0 * end["lat_deg"])))
    assert drawn.count("<path") == 2
    assert "l-fibre" in drawn
    assert "l-satellite" in drawn
    lines = re.findall(r'd="(M[^"]+)"', drawn)
    assert len(set(lines)) == 2
    assert lines[0] == "M0.0 0.0L100.0 100.0"


def test_a_link_too_short_to_be_seen_is_left_out() -> None:
    assert "<path" not in str(link_lines(CAST, lambda end: (end["lon_deg"], end["lat_deg"])))
