"""The civil-aircraft study, on a small scenario and few replications: what must hold whatever the numbers are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from buckler.scenario.load import load_scenario

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "civil_aircraft.py"
SMALL = """
extends: smoke
name: small
title: t
notional: n
as_of: 2019-12-31
commands:
  - {name: Post, iff_modes: [its own]}
traffic:
  entries:
    - name: patrol
      side: own
      system: F-16C
      iff_modes: [NATO]
      flight_plan: false
      height_m: 3000
      start_s: 200
      waypoints: [{latitude_deg: 38.3, longitude_deg: 33.6}, {latitude_deg: 37.9, longitude_deg: 34.4}]
    - {name: airliner, waypoints: [{latitude_deg: 38.2, longitude_deg: 33.0}, {latitude_deg: 38.2, longitude_deg: 35.0}]}
"""


def script():
    spec = importlib.util.spec_from_file_location("civil_aircraft", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_six_cases_differ_in_rules_and_iff_and_in_nothing_else():
    module, base = script(), load_scenario("turkey-2019-civil")
    assert base.scenario.traffic is not None
    for control in module.CONTROLS:
        for iff in module.IFF:
            scenario = module.case(base, control, iff).scenario
            assert [order.status for order in scenario.control_orders] == [control]
            modes = {post.name: post.iff_modes for post in scenario.commands}
            assert modes["S-400 regiment"] == (["NATO", "its own"] if iff == "interoperable" else ["its own"])
            for same in ("raid", "batteries", "sensors", "traffic"):
                assert getattr(scenario, same) == getattr(base.scenario, same)


def test_hold_fires_at_nobody_and_a_shared_iff_spares_own_aircraft(tmp_path):
    module = script()
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    rows = {(row["control"], row["iff"]): row for row in module.study(6, str(path))}
    assert len(rows) == 6
    for row in rows.values():
        assert row["leakers_low"] <= row["leakers"] <= row["leakers_high"]
    for iff in module.IFF:
        assert rows["hold", iff]["own_engaged"] == rows["hold", iff]["civil_engaged"] == 0.0
        assert rows["hold", iff]["leakers"] == 8.0
        assert rows["free", iff]["leakers"] <= rows["hold", iff]["leakers"]
    assert rows["free", "interoperable"]["own_engaged"] <= rows["free", "not interoperable"]["own_engaged"]
    module.draw(list(rows.values()), tmp_path)
    assert (tmp_path / "civil-aircraft.svg").stat().st_size > 5_000
