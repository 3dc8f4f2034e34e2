"""Names beside their marks, where they hide neither each other nor a mark.

Each name tries places around its mark, near ones first, and takes the first that is free; a name that had to move
away gets a thin line to its mark. The order of the names is their priority. J. Christensen, J. Marks and S. Shieber
(1995), "An empirical study of algorithms for point-feature label placement", ACM Transactions on Graphics 14,
203-232, doi:10.1145/212332.212334 (the greedy method).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any, Final

from buckler.drawing import palette
from buckler.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

_DIRECTIONS: Final = (0.0, 180.0, 90.0, 270.0, 30.0, 330.0, 150.0, 210.0, 60.0, 300.0, 120.0, 240.0)
"""Degrees anticlockwise from the right, best first: beside the mark reads best, then above, then below."""
_DISTANCES_PT: Final = (5.0, 9.0, 15.0, 22.0, 30.0, 40.0, 52.0)
_LEADER_FROM_PT: Final = 12.0


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: _Box) -> float:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return width * height if width > 0.0 and height > 0.0 else 0.0

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)


def place_labels(
    ax: Axes,
    lon_deg: Sequence[float],
    lat_deg: Sequence[float],
    texts: Sequence[str],
    *,
    colour: str = palette.TEXT,
    fontsize: float = 7.0,
    mark_pt: float = 6.0,
    avoid: Sequence[tuple[float, float]] = (),
) -> list[Annotation]:
    """Write each text beside its position, clear of the others, of every mark and of the axes' rim.

    `mark_pt` is the size of the marks in points, `avoid` more positions (longitude, latitude) that stay free. Call it
    when the limits of the axes are final. Where no place is free, the one that hides least is taken. A position
    outside the axes gets no label.
    """
    if not len(lon_deg) == len(lat_deg) == len(texts):
        raise InputError(
            f"labels: {len(lon_deg)} longitudes, {len(lat_deg)} latitudes and {len(texts)} texts do not go together"
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patheffects import withStroke

    figure = ax.get_figure(root=True)
    assert figure is not None  # noqa: S101 - axes without a figure do not exist
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()  # the layout moves the axes: positions on the page are known only afterwards
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    pixels = figure.dpi / 72.0
    frame = ax.get_window_extent(renderer)
    inside = _Box(frame.x0, frame.y0, frame.x1, frame.y1)
    to_page = ax.transData.transform
    marks = []
    for x, y in [*zip(lon_deg, lat_deg, strict=True), *avoid]:
        px, py = map(float, to_page((x, y)))
        half = 0.5 * mark_pt * pixels
        marks.append(_Box(px - half, py - half, px + half, py + half))
    looks: dict[str, Any] = {
        "textcoords": "offset points", "fontsize": fontsize, "color": colour, "ha": "center", "va": "center",
        "zorder": 7.0, "path_effects": [withStroke(linewidth=1.8, foreground="white")],
    }  # fmt: skip
    taken: list[_Box] = []
    labels: list[Annotation] = []
    for x, y, text in zip(lon_deg, lat_deg, texts, strict=True):
        px, py = map(float, to_page((x, y)))
        if not (inside.left <= px <= inside.right and inside.bottom <= py <= inside.top):
            continue
        label = ax.annotate(text, (x, y), xytext=(0.0, 0.0), **looks)
        extent = label.get_window_extent(renderer)
        half_width, half_height = 0.5 * extent.width, 0.5 * extent.height
        best: tuple[float, float, float, float, _Box] | None = None
        for distance in _DISTANCES_PT:
            for direction in _DIRECTIONS:
                dx, dy = cos(direction * pi / 180.0), sin(direction * pi / 180.0)
                # the middle of the text, such that its rim (not its middle) is at the distance
                shift_x = distance * pixels * dx + half_width * _side(dx)
                shift_y = distance * pixels * dy + half_height * _side(dy)
                cx, cy = px + shift_x, py + shift_y
                box = _Box(cx - half_width, cy - half_height, cx + half_width, cy + half_height)
                cost = sum(box.overlap(other) for other in taken) + sum(box.overlap(mark) for mark in marks)
                cost += box.area - box.overlap(inside)
                if best is None or cost < best[0] - 1e-9:
                    best = (cost, shift_x, shift_y, distance, box)
            if best is not None and best[0] <= 1e-9:
                break
        assert best is not None  # noqa: S101 - there is always a candidate
        _, shift_x, shift_y, distance, box = best
        label.remove()
        leader = {"arrowstyle": "-", "linewidth": 0.4, "color": palette.MUTED, "shrinkA": 0.0, "shrinkB": 0.4 * mark_pt}
        labels.append(
            ax.annotate(
                text, (x, y), xytext=(shift_x / pixels, shift_y / pixels),
                arrowprops=leader if distance > _LEADER_FROM_PT else None, **looks,
            )
        )  # fmt: skip
        taken.append(box)
    return labels


def _side(component: float) -> float:
    """-1, 0 or 1, and in between for slanting directions, so that a slanting label hangs by its corner."""
    return max(-1.0, min(1.0, 2.0 * component))
