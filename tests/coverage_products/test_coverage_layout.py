"""Charts laid out by measuring once: nothing overlaps, nothing is cut off."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure

from buckler.coverage.layout import fit, wrapped
from buckler.drawing.style import figure_style


@pytest.mark.parametrize(("rows", "columns", "polar"), [(1, 1, False), (3, 4, False), (2, 3, True)])
def test_axes_stand_apart_within_the_figure(rows: int, columns: int, polar: bool) -> None:
    with figure_style():
        figure = Figure(figsize=(7.2, 2.0 * rows + 1.0), layout="constrained")
        for n in range(rows * columns):
            ax = figure.add_subplot(rows, columns, n + 1, projection="polar" if polar else None)
            ax.plot([0.0, 1.0], [0.0, 10.0 ** (n + 1)])
            ax.set_title(f"Panel {n + 1}")
            if not polar:
                ax.set_xlabel("km along the ground", fontsize=7)
                ax.set_yticks([0.0, 10.0 ** (n + 1)], ["nought", f"{n + 1}0,000 km²"])
        figure.suptitle("All of them")
        fit(figure, 0.5)
        boxes = [ax.get_tightbbox() for ax in figure.axes]
        head = figure._suptitle.get_window_extent()  # type: ignore[attr-defined]
    wide, high = figure.get_size_inches() * figure.dpi
    for box in boxes:
        assert box.x0 >= 0.0
        assert box.x1 <= wide
        assert box.y0 >= 0.5 * figure.dpi
        assert box.y1 <= head.y0
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert head.y1 <= high
    sizes = np.array([ax.get_position(original=True).size for ax in figure.axes])
    assert np.ptp(sizes, axis=0) == pytest.approx(0.0, abs=1e-9)


def test_lines_are_wrapped_alike() -> None:
    text = "Heights above ground. Target: a fighter. Seen: with a probability of 0.5 or more. Refraction: 4/3 earth."
    lines = wrapped(text, 100)
    assert " ".join(lines) == text
    assert len(lines) == 2
    assert max(map(len, lines)) - min(map(len, lines)) < 20
    assert wrapped("short", 100) == ["short"]
    assert wrapped("", 100) == []
