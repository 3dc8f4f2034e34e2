"""The packaged civil-aircraft study, and its scores and picture on a small scenario."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from runs import buckler

from buckler.analysis.mistakes import read_mistakes
from buckler.campaign.simulate import simulate_into
from buckler.campaign.study import packaged_studies, read_study, study_document
from buckler.errors import DocumentError
from buckler.log.read import open_run

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


def small_study(folder: Path) -> Path:
    """The packaged study, asked of a scenario of two flights."""
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    text = "\n".join(study_document("civil-aircraft").lines)
    text = text.replace("turkey-2019-civil", "small.yaml").replace("S-400 regiment", "Post").replace("replications: 200", "replications: 8")
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_six_points_differ_in_rules_and_iff_and_in_nothing_else():
    assert "civil-aircraft" in packaged_studies()
    plan = read_study("civil-aircraft")
    base = plan.base.scenario
    assert base.traffic is not None
    seen = set()
    for point in plan.points:
        scenario = plan.loaded(point).scenario
        (control,) = {battery.doctrine.weapon_control for battery in scenario.batteries}
        modes = {post.name: post.iff_modes for post in scenario.commands}
        seen.add((control, tuple(modes["S-400 regiment"])))
        for same in ("raid", "sensors", "traffic", "control_orders"):
            assert getattr(scenario, same) == getattr(base, same)
    assert seen == {(control, modes) for control in ("hold", "tight", "free") for modes in (("its own",), ("NATO", "its own"))}


def test_hold_fires_at_nobody_and_a_shared_iff_spares_own_aircraft(tmp_path):
    study, out = small_study(tmp_path), tmp_path / "out"
    done = buckler(["sweep", study, "-o", out])
    assert done.returncode == 0, done.stderr
    assert "civil and own aircraft fired at" in done.stdout
    summary = json.loads((out / "summary.json").read_text())
    rows = {(row["weapons"], row["S-400's IFF"]): row for row in summary["table"]}
    assert len(rows) == 6
    for row in rows.values():
        for score in ("leakers", "wronged", "wronged:civil", "wronged:own"):
            assert row[f"{score} low"] <= row[score] <= row[f"{score} high"]
        assert row["wronged"] == row["wronged:civil"] + row["wronged:own"]
    for iff in ("not shared", "shared"):
        assert rows["hold", iff]["wronged"] == 0.0
        assert rows["hold", iff]["none_wronged"] == 1.0
        assert rows["hold", iff]["leakers"] == 8.0
        assert rows["free", iff]["leakers"] <= rows["hold", iff]["leakers"]
    assert rows["free", "shared"]["wronged:own"] <= rows["free", "not shared"]["wronged:own"]
    assert rows["free", "not shared"]["wronged:own"] > 0.0
    for name in ("wrongful.svg", "wrongful.png"):
        assert (out / name).stat().st_size > 5_000
    assert "Who must not be shot" in (out / "report.html").read_text()


def test_the_scores_are_the_mistakes_of_the_run(tmp_path):
    """Two passes over the events, written apart: the streaming one of the scores, and the one that looks for causes."""
    study = small_study(tmp_path)
    out = tmp_path / "out"
    assert buckler(["sweep", study, "-o", out]).returncode == 0
    plan = read_study(study)
    (point,) = (p for p in plan.points if p.values == ("free", ["its own"]))
    simulate_into(plan.loaded(point), tmp_path / "run", replications=8, seed=1, workers=1)
    found = read_mistakes(open_run(tmp_path / "run"))
    scores = pq.read_table(out / "scores.parquet")
    mine = np.flatnonzero(np.asarray(scores["point"]) == point.number)
    for side in ("civil", "own"):
        expected = (found.cause[:, found.of(side)] > 0).sum(axis=1)
        assert np.asarray(scores[f"wronged:{side}"])[mine].tolist() == expected.tolist()
        assert np.asarray(scores[f"none_wronged:{side}"])[mine].tolist() == (expected == 0).tolist()


def test_a_packaged_study_that_is_not_there_names_those_that_are():
    done = buckler(["sweep", "civil-aircaft"])
    assert done.returncode == 2
    assert "civil-aircraft" in done.stderr
    assert "civil-aircraft" in buckler(["sweep"]).stderr


@pytest.mark.parametrize("called", ["[not shared]", "[shared, shared]"])
def test_levels_are_called_one_by_one(tmp_path, called):
    study = small_study(tmp_path)
    study.write_text(study.read_text().replace("[not shared, shared]", called), encoding="utf-8")
    with pytest.raises(DocumentError, match=r"study\.yaml:\d+:\d+: .*one name for each"):
        read_study(study)
