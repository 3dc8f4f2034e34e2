from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from buckler.drawing.labels import place_labels
from buckler.drawing.style import figure_style, new_figure
from buckler.errors import InputError


def axes():
    _, ax = new_figure(6.0, 4.0)
    ax.set_xlim(0.0, 60.0)
    ax.set_ylim(0.0, 40.0)
    return ax


def extents(ax, labels):
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(ax.figure).get_renderer()
    for label in labels:
        label.update_positions(renderer)
    return [Text.get_window_extent(label, renderer) for label in labels]


def overlaps(one, two):
    return min(one.x1, two.x1) - max(one.x0, two.x0) > 0.1 and min(one.y1, two.y1) - max(one.y0, two.y0) > 0.1


def test_labels_of_a_cluster_hide_neither_each_other_nor_a_mark():
    angle = np.linspace(0.0, 2.0 * np.pi, 9)[:-1]
    x, y = 30.0 + 1.5 * np.cos(angle), 20.0 + 1.5 * np.sin(angle)
    with figure_style():
        ax = axes()
        labels = place_labels(ax, x, y, [f"battery {k}" for k in range(8)], avoid=[(30.0, 20.0)])
        boxes = extents(ax, labels)
        marks = ax.transData.transform(np.column_stack([np.r_[x, 30.0], np.r_[y, 20.0]]))
    assert [label.get_text() for label in labels] == [f"battery {k}" for k in range(8)]
    assert not any(overlaps(a, b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])
    assert not any(box.x0 < mx < box.x1 and box.y0 < my < box.y1 for box in boxes for mx, my in marks)


def test_a_lone_label_stands_to_the_right_and_one_at_the_rim_turns_inwards():
    with figure_style():
        ax = axes()
        right, left = place_labels(ax, [10.0, 59.5], [20.0, 20.0], ["alone", "at the rim"])
    assert right.get_position()[0] > 0.0
    assert abs(right.get_position()[1]) < 1e-9
    assert left.get_position()[0] < 0.0


def test_a_label_that_had_to_move_away_is_tied_to_its_mark():
    with figure_style():
        ax = axes()
        labels = place_labels(ax, [30.0] * 12, [20.0] * 12, ["the same place"] * 12)
        boxes = extents(ax, labels)
    assert not any(overlaps(a, b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])
    assert labels[0].arrow_patch is None
    assert labels[-1].arrow_patch is not None


def test_same_labels_twice_stand_in_the_same_places_and_those_outside_are_left_out():
    places = []
    for _ in range(2):
        with figure_style():
            labels = place_labels(axes(), [10.0, 11.0, 99.0], [10.0, 10.5, 10.0], ["one", "two", "outside"])
        places.append([(label.get_text(), label.get_position()) for label in labels])
    assert places[0] == places[1]
    assert [text for text, _ in places[0]] == ["one", "two"]


def test_lists_of_different_length_are_refused():
    with figure_style(), pytest.raises(InputError, match="do not go together"):
        place_labels(axes(), [1.0], [1.0, 2.0], ["a"])
