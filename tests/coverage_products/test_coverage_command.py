"""`buckler coverage`: every option of its help does what it says."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import pytest
from runs import buckler


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict]]:
    """Two studies of the smallest scenario, as a machine reads them."""
    base = tmp_path_factory.mktemp("coverage")
    asked = {
        "usual": ["--without", "Search radar"],
        "sure": ["--seen-pd", 0.9, "--azimuth-deg", -30, "--class", "cruise-missile-subsonic"],
    }
    found = {}
    for name, options in asked.items():
        done: subprocess.CompletedProcess[str] = buckler(
            ["coverage", "smoke", "--height-m", 300, "--cell-km", 20, "--json", "-o", base / name, *options]
        )
        assert done.returncode == 0, done.stderr
        found[name] = base / name, json.loads(done.stdout)
    return found


def test_what_counts_as_seen_and_of_which_class(answers) -> None:
    _, usual = answers["usual"]
    _, sure = answers["sure"]
    assert (usual["seen_pd"], sure["seen_pd"]) == (0.5, 0.9)
    assert (usual["target"], sure["target"]) == ("fighter-fourth-generation", "cruise-missile-subsonic")
    # a smaller target, more surely: less of it
    assert sure["area_seen_km2"]["10000"]["nominal"] < usual["area_seen_km2"]["10000"]["nominal"]


def test_the_vertical_diagram_looks_where_it_is_told(answers) -> None:
    folder, _ = answers["sure"]
    path = folder / "tables" / "vertical" / "search-radar.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert rows[0]["azimuth_deg"] == "330.0"


def test_a_comparison_is_in_the_answer(answers) -> None:
    _, usual = answers["usual"]
    assert usual["compared"] == ["the whole network", "without Search radar"]
    assert usual["difference_km2"][0]["lost"] > 0.0
    assert answers["sure"][1]["compared"] is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seen-pd", "1.5"], "between 0 and 1"),
        (["--azimuth-deg", "nan"], "azimuth"),
        (["--class", "fighter-fith-generation"], "fighter-fifth-generation"),
        (["--without", "Serch radar"], "Search radar"),
        (["--height-m", "-5"], "a height of -5 m"),
        (["--against", "smok"], "smoke"),
    ],
)
def test_wrong_options_are_refused_with_what_to_write(options, said, tmp_path) -> None:
    done = buckler(["coverage", "smoke", "-o", tmp_path / "out", *options])
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
