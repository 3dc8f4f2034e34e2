"""Sweeps: each point is the run of its scenario, bytes do not depend on workers or interruptions, mistakes are placed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from runs import buckler, layered, write_scenario

from buckler.analysis.outcomes import read_outcomes
from buckler.analysis.scores import score_table
from buckler.campaign.folder import Found
from buckler.campaign.simulate import simulate_into
from buckler.campaign.study import Study, read_study
from buckler.campaign.sweep import Sweep
from buckler.campaign.sweep_folder import run_sweep
from buckler.errors import DocumentError, InputError, OutputExistsError
from buckler.log.read import open_run

STUDY = """\
title: Layers
scenario: test.yaml
replications: 30
seed: 3
design:
  kind: full-factorial
factors:
  - path: batteries[Layer 1].doctrine.salvo
    label: salvo
    levels: [1, 2]
  - path: raid.entries[cruise].count
    levels: [2, 4]
  - without: Layer 2
"""
TABLES = ("scores.parquet", "points.parquet", "summary.json")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_scenario(tmp_path / "test.yaml", layered((0.4, 0.6), 2))
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path / "study.yaml"


def _sweep(study: Path, folder: Path, workers: int = 1, **changes: int) -> Sweep:
    return Sweep(read_study(study, **changes), folder, workers)


def test_a_point_is_the_run_of_its_scenario(study: Path, tmp_path: Path) -> None:
    sweep = _sweep(study, tmp_path / "out")
    assert run_sweep(sweep, command="x") is Found.NOTHING
    assert [point.values for point in sweep.plan.points[:3]] == [(1, 2, False), (1, 2, True), (1, 4, False)]
    number = 6
    assert sweep.plan.points[number].values == (2, 4, False)
    simulate_into(sweep.plan.loaded(sweep.plan.points[number]), tmp_path / "run", replications=30, seed=3, workers=1)
    alone = score_table(read_outcomes(open_run(tmp_path / "run")))
    table = pq.read_table(tmp_path / "out" / "scores.parquet")
    whole = table.slice(30 * number, 30)
    assert set(whole["point"].to_pylist()) == {number}
    for name in alone.column_names:
        assert whole[name].to_pylist() == alone[name].to_pylist(), name


def test_effects_are_what_the_layers_say(study: Path, tmp_path: Path) -> None:
    """Kill probabilities 0.4 (one round or two) and 0.6: leakers are Binomial(n, 0.6^salvo 0.4), without Layer 2 Binomial(n, 0.6^salvo)."""
    run_sweep(_sweep(study, tmp_path / "out", replications=400), command="x")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    by_factor = {effect["factor"]: effect for effect in summary["effects"]["leakers"]["effects"]}
    # Means over the other factors, n = 3: 3 (0.6 - 0.36) (0.4 + 1)/2; (4 - 2) (0.6 + 0.36)/2 (0.4 + 1)/2; 3 (0.6 + 0.36)/2 (1 - 0.4).
    for factor, expected in (("salvo", -0.504), ("raid.entries[cruise].count", 0.672), ("without Layer 2", 0.864)):
        effect = by_factor[factor]
        assert effect["value"] == pytest.approx(expected, abs=3.5 * (effect["high"] - effect["low"]) / 3.92), factor
    row = summary["table"][0]
    assert (row["salvo"], row["raid.entries[cruise].count"], row["without Layer 2"]) == (1.0, 2.0, "there")
    assert row["leakers low"] <= 2 * 0.6 * 0.4 <= row["leakers high"]


class _StopError(Exception):
    pass


def test_bytes_do_not_depend_on_workers_or_interruptions(study: Path, tmp_path: Path) -> None:
    run_sweep(_sweep(study, tmp_path / "whole"), command="x")

    def stop(done: int, total: int) -> None:
        if 90 <= done < total:
            raise _StopError

    with pytest.raises(_StopError):
        run_sweep(_sweep(study, tmp_path / "cut", 2), command="x", progress=stop)
    pieces = sorted((tmp_path / "cut" / "points").iterdir())
    assert 3 <= len(pieces) < 8
    pieces[0].write_bytes(pieces[0].read_bytes()[:-5])
    seen: list[int] = []
    assert (
        run_sweep(_sweep(study, tmp_path / "cut", 3), command="x", progress=lambda done, total: seen.append(done))
        is Found.UNFINISHED
    )
    assert seen[0] == 30 * (len(pieces) - 1)
    for name in TABLES:
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert run_sweep(_sweep(study, tmp_path / "cut"), command="x") is Found.FINISHED


def test_another_study_keeps_what_it_can(study: Path, tmp_path: Path) -> None:
    run_sweep(_sweep(study, tmp_path / "out"), command="x")
    study.write_text(STUDY.replace("levels: [2, 4]", "levels: [2, 3]"))
    with pytest.raises(OutputExistsError, match="another study"):
        run_sweep(_sweep(study, tmp_path / "out"), command="x")
    seen: list[int] = []
    run_sweep(_sweep(study, tmp_path / "out"), command="x", force=True, progress=lambda done, total: seen.append(done))
    assert seen[0] == 120  # the four points with two cruise missiles


def test_a_changed_scenario_reuses_nothing(study: Path, tmp_path: Path) -> None:
    run_sweep(_sweep(study, tmp_path / "out"), command="x")
    write_scenario(tmp_path / "test.yaml", layered((0.4, 0.7), 2))
    seen: list[int] = []
    run_sweep(_sweep(study, tmp_path / "out"), command="x", force=True, progress=lambda done, total: seen.append(done))
    assert seen[0] == 0


def test_a_folder_from_a_newer_version_is_refused(study: Path, tmp_path: Path) -> None:
    run_sweep(_sweep(study, tmp_path / "out"), command="x")
    facts = json.loads((tmp_path / "out" / "study.json").read_text())
    (tmp_path / "out" / "study.json").write_text(json.dumps({**facts, "schema": 99, "buckler": "9.0"}))
    with pytest.raises(OutputExistsError, match=r"newer buckler \(9\.0\)"):
        run_sweep(_sweep(study, tmp_path / "out"), command="x", force=True)


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("[1, 2]", "[1, two]", "10:17", "whole number"),
        ("Layer 1].doctrine.salvo", "Layer 1].doctrine.salvos", "8:11", "did you mean"),
        ("count", "start_s", "11:11", "never varied"),
        ("without: Layer 2", "without: Layr 2", "13:14", "'Layer 2'"),
        ("levels: [2, 4]", "levels: [2, 2]", "12:13", "stands twice"),
        ("levels: [2, 4]", "low: 4\n    high: 2", "12:10", "below"),
        ("levels: [2, 4]", "low: 2\n    high: 4.5", "13:11", "whole number"),
        ("kind: full-factorial", "kind: full-factoriel", "6:9", "full-factorial"),
        ("full-factorial", "sobol\n  points: 100", "5:1", "64 or 128"),
        ("scenario: test.yaml", "scenario: smok", "2:11", "'smoke'"),
        ("replications: 30", "replication: 30", "3:1", "replications"),
        ("  - without: Layer 2", "  - path: batteries[*].doctrine.salvo\n    levels: [1, 2]", "13:5", "same thing"),
    ],
)  # fmt: skip
def test_mistakes_have_their_place(study: Path, old: str, new: str, place: str, says: str) -> None:
    study.write_text(STUDY.replace(old, new, 1))
    with pytest.raises(DocumentError, match=rf"study\.yaml:{place}: .*{says}"):
        read_study(study)


def test_a_level_that_makes_no_world_is_found_before_anything_is_flown(study: Path, tmp_path: Path) -> None:
    study.write_text(
        STUDY.replace("Layer 1].doctrine.salvo", "Layer 1].doctrine.minimum_height_m").replace("[1, 2]", "[0, 20000]")
    )
    with pytest.raises(DocumentError, match=r"study\.yaml:10:17: .*height rules"):
        _sweep(study, tmp_path / "out")


def _designs() -> Iterator[tuple[str, int]]:
    yield "kind: fractional-factorial\n  resolution: 3", 4
    yield "kind: latin-hypercube\n  points: 5", 5
    yield "kind: sobol\n  points: 8", 8


@pytest.mark.parametrize(("design", "points"), list(_designs()))
def test_every_design_flies(study: Path, tmp_path: Path, design: str, points: int) -> None:
    study.write_text(STUDY.replace("kind: full-factorial", design).replace("replications: 30", "replications: 5"))
    sweep = _sweep(study, tmp_path / "out")
    assert len(sweep.plan.points) == points
    run_sweep(sweep, command="x")
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["points"] == points


def test_a_range_is_filled(study: Path) -> None:
    study.write_text(
        STUDY.replace("kind: full-factorial", "kind: latin-hypercube\n  points: 16")
        .replace("levels: [2, 4]", "low: 1\n    high: 4")
        .replace(
            "  - without: Layer 2", "  - path: commands[Post 1].latency_s\n    low: 0.1\n    high: 10\n    scale: log"
        )
    )
    points = read_study(study).points
    counts = [point.values[1] for point in points]
    assert sorted(counts) == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
    latencies = [point.values[2] for point in points]
    assert sum(value < 1.0 for value in latencies) == 8


def test_the_command(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = buckler(["sweep", study, "-o", out, "--plan", "--json"])
    assert plan.returncode == 0, plan.stderr
    told = json.loads(plan.stdout)
    assert (len(told["points"]), told["replications"], told["already_flown"]) == (8, 240, 0)
    assert told["seconds"] > 0
    assert told["bytes"] > 0
    assert not out.exists()
    over = buckler(["sweep", study, "-o", out, "--at-most", 100])
    assert over.returncode == 2
    assert "write -n 12" in over.stderr
    done = buckler(["sweep", study, "-o", out])
    assert done.returncode == 0, done.stderr
    assert "8 points x 30 replications = 240" in done.stderr
    assert "threats that get through" in done.stdout
    assert "Effects: threats that get through" in (out / "report.html").read_text()
    page = (out / "report.html").read_bytes()
    assert buckler(["report", out]).returncode == 0
    assert (out / "report.html").read_bytes() == page
    assert not list(out.glob("wrongful.*"))  # nobody in the air who must not be shot


def test_the_schema_names_every_field() -> None:
    assert set(Study.model_json_schema()["properties"]) == {
        "title",
        "scenario",
        "replications",
        "seed",
        "design",
        "factors",
    }


def test_too_small_a_budget(study: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="write -n 5"):
        run_sweep(_sweep(study, tmp_path / "out"), command="x", at_most=40)
