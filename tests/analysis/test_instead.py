"""Who is stopped in only one of two runs under the same luck, and over which link."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runs import assumed, ideal_post, layered, loaded, missile_card, radar_card

from buckler.analysis.compare import compare
from buckler.campaign.simulate import simulate_into


def told_or_not(mode: str) -> dict[str, Any]:
    """Post 1 sees; the battery is Post 2's, whose own radar sees nothing: what it shoots at, Post 1 has told it over one link."""
    data = layered((1.0,), 3)
    data["systems"] = [card for card in data["systems"] if card["name"] != "Round 1"]
    data["systems"].append(radar_card("Blind", min_elevation=assumed(80, "deg"), max_elevation=assumed(81, "deg")))
    data["systems"].append(missile_card("Round 1", 1.0, max_range=assumed(20, "km")))
    data["commands"].append(ideal_post("Post 2"))
    data["sensors"].append({**data["sensors"][0], "name": "Eye", "system": "Blind", "command": "Post 2"})
    data["batteries"][0] |= {"command": "Post 2", "fire_control": ["Eye"], "remote_track": {}}
    data["links"] = [{"name": "the line", "between": ["Post 1", "Post 2"]}]
    data["exchanges"] = [{"name": "x", "between": ["Post 1", "Post 2"], "mode": mode}]
    data["name"] = f"exchange {mode}"
    return data


def test_what_only_the_exchange_stops_is_named_with_its_link(tmp_path: Path) -> None:
    runs = {mode: tmp_path / mode for mode in ("no", "full")}
    for mode, folder in runs.items():
        simulate_into(loaded(told_or_not(mode)), folder, replications=10, seed=1, workers=1)
    there = compare(runs["no"], runs["full"])
    assert there["stopped_by_first"] == []
    (group,) = there["stopped_by_second"]
    assert group == {
        "threats": "cruise", "stopped": 30, "reasons": group["reasons"], "by": {"Layer 1": 30}, "over": {"the line": 30},
    }  # fmt: skip
    assert sum(group["reasons"].values()) == 30
    assert "missed" not in group["reasons"]
    back = compare(runs["full"], runs["no"])
    assert back["stopped_by_first"] == there["stopped_by_second"]
    same = compare(runs["full"], runs["full"])
    assert same["stopped_by_first"] == same["stopped_by_second"] == []
