"""The page of a comparison: well-formed, escaped, every option and every difference in it."""

from __future__ import annotations

import pytest
from report.fake_run import write_fake_run
from report.test_page import checked

from buckler.analysis.compare import compare_all
from buckler.report.comparison import render_comparisons, rows_of_comparison
from buckler.report.comparison_page import write_comparison_page
from buckler.report.forest import Row, forest
from buckler.report.wording import value_of


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    return compare_all(
        [write_fake_run(root / name, 30, skill=skill) for name, skill in (("a", 1.0), ("b", 0.5), ("c", 0.5))]
    )


def test_every_option_and_difference_is_there(results, tmp_path):
    results = [{**result, "second": f"option <{k}>"} for k, result in enumerate(results)]
    page = checked(write_comparison_page(tmp_path, results, "buckler compare a b c"))
    text = "".join(page.text)
    for name in ("A − B", "A − C", "option <0>", "option <1>", "buckler compare a b c"):
        assert name in text
    for name, figures in rows_of_comparison(results[1]):
        assert name.strip() in text
        assert value_of(figures["second"]) in text
    assert not [value for _, key, value in page.attributes if key in ("src", "href")]


def test_the_terminal_has_a_column_an_option(results):
    import io

    from rich.console import Console

    stream = io.StringIO()
    Console(file=stream, width=100).print(render_comparisons(results))
    line = next(
        line
        for line in stream.getvalue().splitlines()
        if line.startswith(("   nothing gets", "  nothing gets"))
    )
    assert line.split()[-1] == "%"
    assert stream.getvalue().count("A − ") == 2


def test_a_chart_holds_every_row_inside_its_box():
    rows = [
        Row("one", 1.0, 0.5, 1.5),
        Row("two", -3.0, None, None, clear=False),
        Row("[three]", 0.0, -900.0, 900.0, bound=True),
    ]
    svg = forest(rows, "threats")
    assert all(name in svg for name in ("one", "two", "[three]"))
    numbers = [
        float(piece.split('"')[1]) for piece in svg.split("<circle")[1:] for piece in [piece[piece.index("cx=") :]]
    ]
    assert len(numbers) == 3
    width = float(svg.split('viewBox="0 0 ')[1].split()[0])
    assert all(width - 60 - 440 <= x <= width - 60 for x in numbers)
    assert numbers[1] < numbers[2] < numbers[0]
