"""What the terminal shows: complete, within 80 columns, and quick to import."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from report.fake_run import write_fake_run
from rich.console import Console

from buckler.analysis.compare import compare
from buckler.analysis.summary import summarise
from buckler.report.comparison import render_comparison, render_comparisons
from buckler.report.terminal import render_summary
from buckler.report.wording import answer, decimals, interval_of, minutes, number, value_of


def shown(renderable, width=80):
    stream = io.StringIO()
    Console(file=stream, width=width).print(renderable)
    return stream.getvalue()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    return write_fake_run(root / "a", 30), write_fake_run(root / "b", 30, skill=0.5)


@pytest.fixture(scope="module")
def summary(folders):
    return summarise(folders[0])


def test_everything_is_there_and_nothing_is_cut_at_80_columns(summary):
    text = shown(render_summary(summary))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for group in ("leakers_by_class", "rounds_by_system"):
        for name, figure in summary[group].items():
            line = next(line for line in text.splitlines() if line.split()[:1] == [name])
            assert value_of(figure) in line
            assert interval_of(figure) in line
    for name in (*summary["funnel"]["all"], *summary["reasons"]):
        if name != "neither":
            assert f"\n  {name} " in text
    assert "Akkuyu <NPP> & port" in text


def test_markup_in_a_name_is_text(summary):
    text = shown(render_summary({**summary, "title": "[bold]raid[/bold] [x"}))
    assert "[bold]raid[/bold] [x" in text


def test_a_comparison_fits_and_marks_what_differs(folders):
    text = shown(render_comparison(compare(*folders)))
    assert max(map(len, text.splitlines())) <= 80
    line = next(line for line in text.splitlines() if "threats that get through" in line)
    assert line.rstrip().endswith("*")
    assert "−" in line
    assert "fewer threats" in text.replace("\n", " ")


def test_a_run_against_itself_says_so(folders):
    assert shown(render_comparisons([compare(*folders)])) == shown(render_comparison(compare(*folders)))
    text = shown(render_comparison(compare(folders[0], folders[0])))
    assert "Nothing differs." in text
    assert "one and the same simulation" in text
    assert "*" not in text


def test_the_terminal_needs_neither_tables_nor_pictures():
    code = "import sys, buckler.report.terminal; print({'pyarrow', 'matplotlib', 'numpy'} & set(sys.modules))"
    answer_ = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer_.stdout.strip() == "set()"


def figure(value, low, high, unit="threats", method="Student t"):
    return {"value": value, "low": low, "high": high, "n": 9, "method": method, "unit": unit}


@pytest.mark.parametrize(
    ("made", "value", "interval"),
    [
        (figure(4.825, 4.6326, 5.0174), "4.83", "4.63–5.02"),
        (figure(58.94, 57.41, 60.42), "58.9", "57.4–60.4"),
        (figure(0.0, 0.0, 1.14), "0", "0–1.1"),
        (figure(0.025, 0.0107, 0.0572, "probability"), "2.5\u00a0%", "1.1–5.7\u00a0%"),
        (figure(0.0, 0.0, 0.0188, "probability"), "0\u00a0%", "0–1.9\u00a0%"),
        (figure(1.0, 0.9286, 1.0, "share"), "100\u00a0%", "92.9–100\u00a0%"),
        (figure(0.8210, 0.8168, 0.8250, "share"), "82.1\u00a0%", "81.7–82.5\u00a0%"),
        (figure(7.0, 7.0, 7.0, method="given"), "7", "given"),
        (figure(None, None, None, "s"), "–", ""),
    ],
)
def test_numbers_are_cut_to_what_their_interval_supports(made, value, interval):
    assert (value_of(made), interval_of(made)) == (value, interval)


def test_small_and_open_figures():
    assert decimals(figure(0.005, 0.0, 0.025)) == 3
    assert interval_of(figure(30.0, 0.0, None, "s", "agreement bound")) == "0 or more"
    assert (minutes(59.6), minutes(60), minutes(605)) == ("1 min 00 s", "1 min 00 s", "10 min 05 s")
    assert number(None, 2) == "–"


def test_the_answer_in_its_three_cases(summary):
    assert "something got through" in answer({**summary, "nothing_leaks": figure(0.0, 0.0, 0.1, "probability")})
    assert "In 15 of 30 simulated raids" in answer({**summary, "nothing_leaks": figure(0.5, 0.3, 0.7, "probability")})
    always = {**summary, "nothing_leaks": figure(1.0, 0.9, 1.0, "probability"), "leakers": figure(0.0, 0.0, 0.8)}
    assert "nothing ever got through" in answer(always)
    assert "below 0.80 a raid" in answer(always)
