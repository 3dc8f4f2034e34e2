"""Stories against the events that they tell, and against a scenario whose story is known beforehand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs import buckler, layered, write_scenario

from buckler.analysis.stories import Record, clock, engagements, leaker_stories, read_records, story
from buckler.errors import InputError, UnknownNameError
from buckler.log.read import open_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two threats, two layers of which neither ever kills; the second has one round."""
    data = layered((1e-9, 1e-9), 2, doctrine={"policy": "shoot-once", "assessment_time_s": 1})
    data["batteries"][1]["weapons"][0]["rounds_ready"] = 1
    base = tmp_path_factory.mktemp("stories")
    path = write_scenario(base / "test.yaml", data)
    done = buckler(["run", path, "-n", 4, "-o", base / "run", "--quiet"])
    assert done.returncode == 0, done.stderr
    return base / "run"


@pytest.fixture(scope="module")
def record(folder: Path) -> Record:
    return read_records(open_run(folder), [2])[0]


def test_every_leaker_has_a_story_that_ends_where_its_chain_broke(record: Record) -> None:
    stories = leaker_stories(record)
    assert sorted(one.threat for one in stories) == ["cruise-1", "cruise-2"]
    for one in stories:
        assert (one.outcome, one.target, one.reason) == ("got through", "Depot", "missed")
        words = "\n".join(line.text for line in one.lines)
        assert "Radar 1 first detects it" in words
        assert "Post 1 calls it hostile at the first attempt." in words
        assert "Post 1, with the track of Radar 1, orders Round 1 of Layer 1 to engage it" in words
        assert "It gets through to Depot: fired at, and missed." in words
        times = [line.time_s for line in one.lines]
        assert times == sorted(times)
        last = next(line for line in one.lines if "gets through" in line.text)
        impact = record.events[last.event]
        broke = record.events[impact["cause"]]
        assert broke["kind"] == "miss"
        assert f"at {clock(broke['time_s'])}" in last.text


def test_interference_while_it_flies_is_told(tmp_path: Path) -> None:
    data = layered((1e-9,), 1)
    noise = {"name": "noise", "sensors": ["Radar 1"], "sector_from_deg": 150, "sector_to_deg": 210, "noise_increase_db": 3}
    data["interference"] = [{**noise, "from_s": 0, "until_s": 9999}, {**noise, "name": "later", "from_s": 80_000, "until_s": 86_400}]
    done = buckler(["run", write_scenario(tmp_path / "test.yaml", data), "-n", 1, "-o", tmp_path / "run", "--quiet"])
    assert done.returncode == 0, done.stderr
    (one,) = leaker_stories(read_records(open_run(tmp_path / "run"), [0])[0])
    words = "\n".join(line.text for line in one.lines)
    assert "Interference, noise: 3 dB more noise at Radar 1; noise raised in azimuth 150 to 210 degrees" in words
    assert "later" not in words


def test_an_engagement_s_record_is_the_way_back_from_its_order(record: Record) -> None:
    fights = engagements(record)
    assert len(fights) == sum(event["kind"] == "assign" for event in record.events) == 3
    for fight in fights:
        layer = fight.battery[-1]
        assert (fight.sensor, fight.post, fight.weapon) == (f"Radar {layer}", f"Post {layer}", f"Layer {layer}:Round {layer}")
        assert fight.seen_s is not None
        assert fight.seen_s < fight.decided_s <= fight.ordered_s < fight.fired_s[0] < fight.ends[0][0]
        assert [kind for _, kind, _ in fight.ends] == ["miss"]
        assert len(fight.path) == 4  # detected, tracked, identified, ordered
    assert engagements(record, "cruise-1") == [fight for fight in fights if fight.threat == "cruise-1"]


def test_what_is_not_there(record: Record, folder: Path) -> None:
    with pytest.raises(UnknownNameError, match="cruise-1"):
        story(record, "cruise-3")
    with pytest.raises(InputError, match="no replication 9"):
        read_records(open_run(folder), [9])


def test_a_kind_that_is_not_known_is_told_by_its_name(record: Record) -> None:
    events = [dict(event) for event in record.events]
    odd = next(event for event in events if event["kind"] == "identify" and event["object"] == "cruise-1")
    odd["kind"] = "new_kind"
    told = story(Record(2, events, record.kind_of, record.name_of, record.parent_of, record.class_of), "cruise-1")
    assert any("new kind: Post" in line.text for line in told.lines)


def test_the_command_and_the_report_tell_the_same(folder: Path) -> None:
    done = buckler(["why", folder, "--replication", 2, "--json"])
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {one["threat"] for one in told} == {"cruise-1", "cruise-2"}
    done = buckler(["why", folder, "--replication", 2, "--threat", "cruise-2", "--engagements", "--json"])
    assert {one["threat"] for one in json.loads(done.stdout)} == {"cruise-2"}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The story of each leaker" in page
    assert "It gets through to Depot: fired at, and missed." in page
    wrong = buckler(["why", folder, "--threat", "cruise-9"])
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
