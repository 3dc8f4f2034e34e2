"""The place of a chart's axes, each measured once or twice, where a constrained layout measures and draws it several times."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_EDGE_IN: Final = 0.06
"""Between axes and the figure's edge."""
_GAP_IN: Final = 0.14
"""Between two axes."""
_ABOUT_IN: Final = (0.5, 0.1, 0.2, 0.3)
"""What ticks, labels and titles take to the left, to the right, above and below axes, before they are measured."""


def wrapped(line: str, most: int) -> list[str]:
    """A line in as few as it takes of at most so many letters, about equally long."""
    parts = textwrap.wrap(line, most)
    for width in range(max(1, len(line) // max(1, len(parts))), most):
        shorter = textwrap.wrap(line, width)
        if len(shorter) == len(parts):
            return shorter
    return parts


def fit(figure: Figure, under_in: float) -> None:
    """Lay out a figure's axes (of one grid) between its title and what stands `under_in` inches above its lower edge.

    What ticks, labels and titles take beside axes is measured with all about where they go; the axes of a grid get one size.
    """
    figure.set_layout_engine("none")
    wide, high = figure.get_size_inches()
    head = _EDGE_IN
    title: Any = figure._suptitle  # type: ignore[attr-defined]
    if title is not None:
        title.set_y(1.0 - head / high)
        head += title.get_window_extent().height / figure.dpi + 0.1
    shown: list[tuple[Any, Any]] = [(ax, ax.get_subplotspec()) for ax in figure.axes if ax.get_visible()]
    grid = shown[0][1].get_gridspec()
    columns, rows = grid.ncols, grid.nrows
    left, right, above, below = (np.full(n, _ABOUT_IN[k]) for k, n in enumerate((columns, columns, rows, rows)))
    for measured in range(1 + min(2, len(shown))):  # twice: labels may overhang axes that become narrower
        if measured:
            for side in (left, right, above, below):
                side[:] = 0.0
            for ax, spec in shown:
                box, here = ax.get_tightbbox(), ax.get_window_extent()
                r, c = spec.rowspan.start, spec.colspan.start
                left[c] = max(left[c], (here.x0 - box.x0) / figure.dpi)
                right[c] = max(right[c], (box.x1 - here.x1) / figure.dpi)
                below[r] = max(below[r], (here.y0 - box.y0) / figure.dpi)
                above[r] = max(above[r], (box.y1 - here.y1) / figure.dpi)
        each = (wide - 2.0 * _EDGE_IN - (left + right).sum() - _GAP_IN * (columns - 1)) / columns
        tall = (high - head - under_in - _EDGE_IN - (above + below).sum() - _GAP_IN * (rows - 1)) / rows
        for ax, spec in shown:
            r, c = spec.rowspan.start, spec.colspan.start
            x = _EDGE_IN + (left + right)[:c].sum() + c * (each + _GAP_IN) + left[c]
            y = high - head - (above + below)[:r].sum() - r * (tall + _GAP_IN) - above[r] - tall
            ax.set_position((x / wide, y / high, each / wide, tall / high))
