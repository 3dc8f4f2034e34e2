"""What a campaign refuses, by the shipped commands: exit code 2, what is wrong, what to write instead, and nothing left behind."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path

import pytest
from runs import Call, buckler, layered, write_scenario

STUDY = """\
scenario: test.yaml
replications: 30
factors:
  - path: batteries[Layer 1].doctrine.salvo
    levels: [1, 2]
  - without: Layer 2
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_scenario(tmp_path / "test.yaml", layered((0.4, 0.6), 2))
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path / "study.yaml"


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("salvo", "salvos", "study.yaml:4:11", "batteries[Layer 1].doctrine.salvo or "),
        ("Layer 1]", "Layr 1]", "study.yaml:4:11", "Layer 1"),
        ("batteries", "battery", "study.yaml:4:11", "batteries"),
        ("[1, 2]", "[1, two]", "study.yaml:5:17", "whole number"),
        ("[1, 2]", "[1, 2.5]", "study.yaml:5:17", "whole number"),
        ("[1, 2]", "[1, 200]", "study.yaml:5:17", "salvo"),
        ("without: Layer 2", "without: Layer 3", "study.yaml:6:14", "Layer 2"),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_and_a_level_that_does_not_fit(
    call: Call, study: Path, old: str, new: str, place: str, says: str
) -> None:
    study.write_text(STUDY.replace(old, new, 1))
    code, _, err = call("sweep", study, "-o", study.parent / "out")
    assert code == 2
    assert place in err
    assert says in err
    assert not (study.parent / "out").exists()


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("p_none_leak ±0.0001", "at best: write --at-most"),
        ("mean_leakers +-0.0001", "Within the budget about ±"),
    ],
)
def test_a_precision_beyond_the_budget_is_answered_with_what_can_be_had(call: Call, tmp_path: Path, target: str, says: str) -> None:
    code, _, err = call("run", "smoke", "--until", target, "--at-most", 300, "-o", tmp_path / "run", "--quiet")
    assert code == 2
    assert "cannot be reached with at most 300 replications" in err
    assert says in err


def test_a_scheduler_that_does_not_answer(call: Call, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs Dask (buckler[cluster])")
    monkeypatch.setattr("buckler.campaign.cluster._TIMEOUT_S", 1.0)
    for command in (("run", "smoke", "-n", 50), ("sweep", study)):
        code, _, err = call(*command, "--cluster", "dask://127.0.0.1:1", "-o", study.parent / "out", "--quiet")
        assert code == 2
        assert "dask://127.0.0.1:1" in err
        assert "dask scheduler" in err
        assert not (study.parent / "out").exists()


def test_a_folder_from_a_newer_version_is_never_touched(call: Call, study: Path) -> None:
    out = study.parent / "out"
    out.mkdir()
    for command, file, key in ((("run", "smoke", "-n", 25), "run.json", "content_key"), (("sweep", study), "study.json", "study_key")):
        facts = json.dumps({"schema": 99, "buckler": "9.0", key: "x"})
        (out / file).write_text(facts)
        for more in ((), ("--force",)):
            code, _, err = call(*command, "-o", out, "--quiet", *more)
            assert code == 2
            assert "newer buckler (9.0)" in err
            assert "upgrade" in err
        assert {path.name: path.read_text() for path in out.iterdir()} == {file: facts}
        (out / file).unlink()


def test_what_a_newer_version_wrote_is_not_read(call: Call, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"schema": 99, "buckler": "9.0", "complete": True}))
    for command in (("report", tmp_path), ("query", tmp_path, "select 1"), ("merge", tmp_path, "-o", tmp_path / "out")):
        code, _, err = call(*command)
        assert code == 2
        assert "written by buckler 9.0" in err
        assert "upgrade" in err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the limit of a file's size is of POSIX")
def test_a_full_disk_keeps_what_a_sweep_has_flown(study: Path, tmp_path: Path) -> None:
    """No file may grow as large as the summary: all that is written before it fits."""
    study.write_text(STUDY.replace("[1, 2]", "[1, 2, 3, 4, 5, 6, 7, 8]"))
    assert buckler(["sweep", study, "-n", 10, "-o", tmp_path / "whole", "--quiet"]).returncode == 0
    room = (tmp_path / "whole" / "summary.json").stat().st_size - 1

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    arguments = ["sweep", study, "-n", 10, "-o", tmp_path / "out", "--quiet"]
    full = buckler(arguments, preexec_fn=small_files)
    assert full.returncode == 2, full.stderr
    assert "cannot write in" in full.stderr
    assert "make room and give the same command again" in full.stderr
    assert "Traceback" not in full.stderr
    kept = sorted(path.name for path in (tmp_path / "whole" / "points").iterdir())
    assert sorted(path.name for path in (tmp_path / "out" / "points").iterdir()) == kept
    assert buckler(arguments).returncode == 0
    for name in ("scores.parquet", "points.parquet", "summary.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
