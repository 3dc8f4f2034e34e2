"""Two runs under the same luck."""

from __future__ import annotations

import json
import shutil

import pytest
from report.fake_run import write_fake_run

from buckler.analysis.compare import compare, compare_all
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


def test_several_options_each_against_the_first(folders, tmp_path):
    third = write_fake_run(tmp_path / "c", 40, skill=0.3)
    answers = compare_all([*folders, third])
    assert [answer["leakers"]["second"]["value"] for answer in answers] == sorted(a["leakers"]["second"]["value"] for a in answers)
    assert answers[0] == compare(*folders)
    assert answers[1] == compare(folders[0], third)
    with pytest.raises(InputError, match="two runs or more"):
        compare_all([third])


def test_one_world_under_two_names_is_one_simulation(folders, tmp_path):
    for name, key in (("one", "k1"), ("two", "k2")):
        shutil.copytree(folders[0], tmp_path / name)
        facts = json.loads((tmp_path / name / "run.json").read_text())
        facts |= {"scenario": name, "content_key": key, "world_hash": "w", "kernel_hash": "k", "platform": {}}
        (tmp_path / name / "run.json").write_text(json.dumps(facts))
    answer = compare(tmp_path / "one", tmp_path / "two")
    assert answer["same_simulation"]
    assert answer["leakers"]["difference"]["high"] == 0
    facts["world_hash"] = "another"
    (tmp_path / "two" / "run.json").write_text(json.dumps(facts))
    assert not compare(tmp_path / "one", tmp_path / "two")["same_simulation"]
