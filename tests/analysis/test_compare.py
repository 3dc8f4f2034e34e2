"""Two runs under the same luck."""

from __future__ import annotations

import shutil

import pytest
from report.fake_run import write_fake_run

from buckler.analysis.compare import compare
from buckler.errors import InputError


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    return write_fake_run(root / "a", 40, skill=1.0), write_fake_run(root / "b", 40, skill=0.6)


def figures(node):
    if isinstance(node, dict):
        if "difference" in node:
            yield node
        else:
            for child in node.values():
                yield from figures(child)


def test_a_run_against_itself_is_exactly_nothing(folders, tmp_path):
    shutil.copytree(folders[0], tmp_path / "copy")
    answer = compare(folders[0], tmp_path / "copy")
    assert answer["same_simulation"]
    assert all(
        (f["difference"]["value"], f["difference"]["low"], f["difference"]["high"]) == (0, 0, 0)
        for f in figures(answer)
    )


def test_the_better_defence_lets_fewer_through(folders):
    answer = compare(*folders)
    assert not answer["same_simulation"]
    assert answer["leakers"]["difference"]["high"] < 0
    found = list(figures(answer))
    assert len(found) > 8
    for figure in found:
        difference = figure["first"]["value"] - figure["second"]["value"]
        assert figure["difference"]["value"] == pytest.approx(difference, abs=1e-7)
        assert figure["difference"]["low"] <= figure["difference"]["value"] <= figure["difference"]["high"]


def test_swapping_the_runs_swaps_the_signs(folders):
    there, back = compare(*folders), compare(*reversed(folders))
    assert there["leakers"]["difference"]["value"] == pytest.approx(-back["leakers"]["difference"]["value"])
    assert there["nothing_leaks"]["difference"]["low"] == pytest.approx(-back["nothing_leaks"]["difference"]["high"])


def test_only_replications_that_both_have_are_compared(folders, tmp_path):
    shorter = write_fake_run(tmp_path / "short", 30, skill=0.6)
    answer = compare(folders[0], shorter)
    assert (answer["replications"], answer["left_out"]) == (30, 10)


def test_different_luck_is_refused(folders, tmp_path):
    other = write_fake_run(tmp_path / "other", 5, seed=2)
    with pytest.raises(InputError, match="different luck; run one again with --seed 1"):
        compare(folders[0], other)
