"""What each part adds, where it is known beforehand; and that it is the paired difference of two runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from runs import buckler, layered, loaded, write_scenario

from buckler.campaign.marginal import marginal_values
from buckler.scenario.parts import parts_of_the_defence, without


def defence() -> dict[str, Any]:
    """The first layer stops every threat but for a rule, the second none; the third does what the rule keeps the first from."""
    data = layered((1.0, 1e-9, 1.0), 2)
    data["zones"] = [
        {
            "name": "Nowhere near",
            "corners": [{"latitude_deg": lat, "longitude_deg": lon} for lat, lon in ((38.05, 33.2), (38.05, 33.5), (38.2, 33.5))],
        }
    ]
    data["batteries"][0]["doctrine"]["zone"] = "Nowhere near"
    data["control_orders"] = [{"name": "Quiet", "status": "hold", "nodes": ["Layer 2"]}]
    return data


def test_each_part_adds_what_it_must() -> None:
    result = marginal_values(loaded(defence()), replications=10, seed=1)
    rows = {row["name"]: row for row in result["parts"]}
    assert result["nothing_leaks"]["value"] == 1.0
    for name in ("Layer 3", "Radar 3", "Post 3"):
        assert rows[name]["adds"]["value"] == 1.0
        assert rows[name]["stops"]["value"] == 2.0
    for name in ("Layer 1", "Layer 2", "Radar 1", "Radar 2", "Layer 1: zone", "Quiet"):
        assert (rows[name]["adds"]["value"], rows[name]["stops"]["value"]) == (0.0, 0.0)
    assert [row["name"] for row in result["parts"][:3]] == ["Layer 3", "Post 3", "Radar 3"]
    assert {row["kind"] for row in result["parts"]} == {"sensor", "battery", "command post", "rule"}
    assert [(row["kind"], row["name"]) for row in result["parts"]] != parts_of_the_defence(loaded(defence()).scenario)  # ranked


def test_a_rule_has_its_price() -> None:
    """Without the third layer the zone costs everything: it is worth less than nothing."""
    data = defence()
    for kind in ("batteries", "sensors", "commands"):
        data[kind] = data[kind][:2]
    rows = {row["name"]: row for row in marginal_values(loaded(data), replications=10, seed=1)["parts"]}
    assert (rows["Layer 1: zone"]["adds"]["value"], rows["Layer 1: zone"]["stops"]["value"]) == (-1.0, -2.0)


def test_nothing_that_is_left_names_what_is_gone() -> None:
    data = defence()
    data["batteries"][2]["doctrine"]["yields_to"] = ["Layer 2", "Layer 1"]
    data["batteries"][1]["weapons"][0] |= {"reserve_rounds": 3, "reserve_for": ["ballistic"]}
    scenario = loaded(data).scenario
    assert {"Layer 2: reserve of Round 2", "Layer 3: yields_to"} <= {name for _, name in parts_of_the_defence(scenario)}
    left = without(scenario, "Layer 2")
    assert left.control_orders == []
    assert left.batteries[1].doctrine.yields_to == ["Layer 1"]
    assert without(scenario, "Layer 2: reserve of Round 2").batteries[1].weapons[0].reserve_rounds == 0
    assert without(scenario, "Layer 1: zone").batteries[0].doctrine.zone is None


def test_the_command_gives_the_paired_difference_of_two_runs(tmp_path: Path) -> None:
    data = layered((0.5, 0.3), 2)
    path = write_scenario(tmp_path / "test.yaml", data)
    each = buckler(["compare", path, "--each", "-n", 60, "-o", tmp_path / "each", "--quiet", "--json"])
    assert each.returncode == 0, each.stderr
    row = next(row for row in json.loads(each.stdout)["parts"] if row["name"] == "Layer 2")
    pair = buckler(["compare", path, "--without", "Layer 2", "-n", 60, "-o", tmp_path / "pair", "--quiet", "--json"])
    assert pair.returncode == 0, pair.stderr
    assert row["adds"] == pytest.approx(json.loads(pair.stdout)["nothing_leaks"]["difference"])
    assert (tmp_path / "each" / "marginal.html").is_file()
    wrong = buckler(["compare", path, path, "--each"])
    assert wrong.returncode == 2
    assert "one scenario" in wrong.stderr
