"""Markup by construction, lines on the page, and labels."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.report.labels import Label, place
from buckler.report.map import View, _clipped, _simplified, draw_map
from buckler.report.markup import Markup, path, short, tag


def test_text_is_escaped_and_markup_is_not():
    assert tag("b", "a < b & c", title='say "x"') == '<b title="say &quot;x&quot;">a &lt; b &amp; c</b>'
    assert tag("p", tag("br"), [Markup("<i></i>"), None, "&"]) == "<p><br><i></i>&amp;</p>"
    assert tag("svg", class_="a", stroke_width=1.25, viewBox="0 0 1 1", x=None) == (
        '<svg class="a" stroke-width="1.2" viewBox="0 0 1 1"></svg>'
    )


@given(st.text())
def test_any_text_survives(text):
    assert unescape(tag("b", text).removeprefix("<b>").removesuffix("</b>")) == unescape(text) or "&" in text
    assert "<" not in tag("b", text)[3:-4]


@given(st.lists(st.tuples(st.floats(-50, 1000), st.floats(-50, 1000)), min_size=2, max_size=40))
def test_a_path_goes_where_it_should_to_a_tenth_of_a_pixel(points):
    d = path(points)
    rounded = [(round(x, 1), round(y, 1)) for x, y in points]
    distinct = [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]
    if len(distinct) < 2:
        assert d == ""
        return
    numbers = np.array([float(n) for n in re.findall(r"-?\d+\.?\d*", d)]).reshape(-1, 2)
    # Steps are rounded one by one, each by no more than the last bit of a tenth: they must not drift.
    assert np.cumsum(numbers, axis=0) == pytest.approx(np.array(distinct), abs=1e-6)


def test_short_numbers():
    assert [short(x) for x in (0.0, -0.04, 1.0, -2.05, 3.14159, -10.0)] == ["0", "0", "1", "-2", "3.1", "-10"]


@given(
    st.lists(st.tuples(st.floats(20, 940), st.floats(20, 480), st.text("abc XY", min_size=1, max_size=18)), max_size=14)
)
def test_labels_hide_neither_each_other_nor_a_mark_and_stay_inside(spots):
    labels = [Label(x, y, text, "asset") for x, y, text in spots]
    marks = [(label.x, label.y) for label in labels]
    boxes = []
    for label in place(labels, marks, (960, 500), 13.0):
        half = 0.6 * 13 * len(label.text) / 2
        middle = label.y - 0.35 * 13
        boxes.append((label.x - half, middle - 7.8, label.x + half, middle + 7.8))
    for i, a in enumerate(boxes):
        assert a[0] >= 4 - 1e-6
        assert a[1] >= 4 - 1e-6
        assert a[2] <= 956 + 1e-6
        assert a[3] <= 496 + 1e-6
        for b in boxes[i + 1 :]:
            assert a[0] >= b[2] - 1e-6 or b[0] >= a[2] - 1e-6 or a[1] >= b[3] - 1e-6 or b[1] >= a[3] - 1e-6
        for x, y in marks:
            assert not (a[0] < x < a[2] and a[1] < y < a[3])


def area(ring):
    x, y = ring.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def test_clipping_keeps_the_area_within_the_picture():
    view = View((30.0, 20.0, 40.0, 40.0))
    width, height = 968.0, view.height + 8
    square = np.array([[-500.0, -500.0], [480.0, -500.0], [480.0, 200.0], [-500.0, 200.0]])
    assert area(_clipped(square, view)) == pytest.approx(484 * 204)
    inside = np.array([[10.0, 10.0], [20.0, 10.0], [20.0, 30.0]])
    assert _clipped(inside, view) is inside
    assert len(_clipped(square - 2000, view)) == 0
    assert area(_clipped(np.array([[-9e3, -9e3], [9e3, -9e3], [9e3, 9e3], [-9e3, 9e3]]), view)) == pytest.approx(
        width * height
    )


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 500)), min_size=2, max_size=60))
def test_simplifying_moves_no_point_by_more_than_the_tolerance(points):
    line = np.array(points)
    few = _simplified(line, 0.4)
    assert few[0].tolist() == line[0].tolist()
    assert few[-1].tolist() == line[-1].tolist()
    for point in line:
        assert min(distance(point, a, b) for a, b in pairwise(few)) <= 0.4 + 1e-9
    there_and_half_back = np.array([[0.0, 0.0], [60.0, 0.0], [100.0, 0.0], [50.0, 0.0]])
    assert _simplified(there_and_half_back)[:, 0].tolist() == [0.0, 100.0, 50.0]
    straight = np.column_stack([np.linspace(0, 100, 50), np.linspace(0, 30, 50)])
    assert len(_simplified(straight)) == 2


def distance(point, a, b):
    chord = b - a
    length = float(chord @ chord)
    t = 0.0 if length == 0 else min(max(float((point - a) @ chord) / length, 0.0), 1.0)
    return float(np.hypot(*(point - a - t * chord)))


def test_a_command_post_without_a_place_is_left_off_the_map():
    row = {
        "key": "a", "name": "A", "side": "defence", "kind": "asset", "system": "", "class": "", "lat_deg": 39.0,
        "lon_deg": 33.0, "alt_m": 0.0, "parent": "", "range_m": 0.0, "value": 1.0, "hypothetical": False,
    }  # fmt: skip
    nowhere = {**row, "key": "p", "name": "Post", "kind": "command", "lat_deg": float("nan"), "lon_deg": float("nan")}
    svg, names, first = draw_map([row, nowhere], [], {}, {})
    assert "Post" not in svg
    assert "nan" not in svg.lower()
    assert (names, first) == ([], 0)


def test_threats_on_one_route_are_one_line_with_all_their_names():
    threats = [
        {
            "key": f"t{i}", "name": f"t{i}", "side": "raid", "kind": "threat", "system": "", "class": "drone",
            "lat_deg": 38.0, "lon_deg": 31.0, "alt_m": 0.0, "parent": "a", "range_m": 0.0, "value": 1.0,
            "hypothetical": False,
        }
        for i in range(3)
    ]  # fmt: skip
    asset = {**threats[0], "key": "a", "name": "A", "side": "defence", "kind": "asset", "class": "", "lat_deg": 39.0}
    way = np.column_stack([np.linspace(31, 33, 80), np.linspace(38, 39, 80)])
    other = np.column_stack([np.linspace(35, 33, 80), np.linspace(40, 39, 80)])
    tracks = {"t0": way, "t1": way[:50], "t2": other}
    svg, _, _ = draw_map([asset, *threats], [], tracks, {"t0": "got through", "t1": "killed"})
    assert svg.count('class="track c-drone"') == 2
    assert "t0: got through\nt1: killed" in svg
    assert "A · 1 through" in svg
    assert svg.count('class="end-killed"') == 1
