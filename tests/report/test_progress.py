"""What long commands say while they work."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from buckler.report import progress
from buckler.report.progress import progress_bar


@pytest.fixture
def as_lines() -> Iterator[None]:
    progress.choose(progress.LINES)
    yield
    progress.choose(progress.BAR)


def test_a_bar_whose_total_grows_and_stages_before_and_after(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress_bar(False, "Replications") as told:
        told.stage("Reading")
        told.update(100, 200)
        told.update(300, 400)  # --until looks again after twice as many
        bar = getattr(told, "bar")  # noqa: B009 (of the one that is told)
        [task] = bar.tasks
        assert (task.description, task.completed, task.total, task.fields["count"]) == ("Replications", 300, 400, "300/400")
        told.stage("Tables")
        assert [(task.description, task.total) for task in bar.tasks] == [("Tables", None)]
    assert capsys.readouterr().out == ""


def test_lines_for_machines(as_lines: None, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(False, "Scans", as_json=True) as told:
        told.stage("Reading")
        told.say("a word")
        told.update(0, 2)
        told.update(2, 2)
    stage, said, first, last = map(json.loads, capsys.readouterr().err.splitlines())
    assert (stage["stage"], said) == ("Reading", {"say": "a word"})
    assert (first["done"], first["left_s"], last["done"], last["left_s"]) == (0, None, 2, 0.0)


def test_quiet_says_nothing(as_lines: None, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(True) as told:
        told.stage("Reading")
        told.update(1, 2)
        told.say("a word")
    assert capsys.readouterr() == ("", "")


def test_words_now_and_then_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    with progress_bar(False) as told:
        for done in range(0, 101, 5):
            told.update(done, 200)
            clock[0] += 40.0 if done == 0 else 5.0
        told.update(200, 200)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Replications: 5 of 200 after 40 s, about 26 min 00 s left"
    assert [line.split(" after ")[1].split(",")[0] for line in lines] == ["40 s", "1 min 10 s", "1 min 40 s", "2 min 10 s"]


def test_short_work_says_nothing_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(False) as told:
        told.update(0, 2)
        told.update(2, 2)
    assert capsys.readouterr() == ("", "")
