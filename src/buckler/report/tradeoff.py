"""The picture of a sweep with civil or own aircraft in the air: threats that get through against aircraft wrongly fired at.

A point of the sweep is a mark with both of its 95 % intervals. Its first factor is told by the mark's shape, its second by the colour;
where there are more factors, or more levels than shapes, the marks are alike and the table tells them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from buckler.drawing import palette
from buckler.drawing.style import figure_style, grid, new_figure
from buckler.report.study import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Summary = dict[str, Any]
_SCORE: Final = "wronged"
_SHAPES: Final = ("s", "o", "^", "D", "v", "P")
_COLOURS: Final = (palette.VERMILLION, palette.BLUE, palette.BLUISH_GREEN, palette.ORANGE, palette.REDDISH_PURPLE, palette.BLACK)


def has_tradeoff(summary: Summary) -> bool:
    """Whether the sweep had aircraft that are nobody's threat."""
    return _SCORE in summary["effects"]


def tradeoff(summary: Summary) -> Figure:
    """A panel a side (civil, own), over one axis of threats that get through."""
    from matplotlib.font_manager import FontProperties

    sides = [name.partition(":")[2] for name in summary["effects"] if name.startswith(f"{_SCORE}:")]
    with figure_style():
        figure, axes = new_figure(height_in=4.6, columns=len(sides))
        panels: list[Axes] = [axes] if len(sides) == 1 else list(axes)
        for ax, side in zip(panels, sides, strict=True):
            _points(ax, summary, f"{_SCORE}:{side}")
            ax.set_title(f"{side.capitalize()} aircraft")
            ax.set_xlabel("wrongly fired at, mean a raid")
        top = max(row["leakers"] for row in summary["table"])
        for ax in panels:
            ax.set_ylim(0.0, 1.07 * top)
        panels[0].set_ylabel("threats that get through, mean a raid")
        legend = figure.legend(handles=_keys(summary), loc="outside lower center", ncols=max(len(_told(summary)), 1))
        facts = f"{summary['scenario']}, a notional raid; {summary['replications']:,} replications a mark, with 95 % intervals"
        legend.set_title(facts, prop=FontProperties(size=7.5))
        legend.get_title().set_color(palette.MUTED)
    return figure


def _points(ax: Axes, summary: Summary, score: str) -> None:
    rows = summary["table"]
    right = max(max(row[score] if _is_bound(row, score) else row[f"{score} high"] for row in rows), 0.1)
    for row in rows:
        shape, colour, size, face = _look(summary, row)
        x, y = row[score], row["leakers"]
        for name in (score, "leakers"):
            arms: Any = {("xerr" if name == score else "yerr"): _arms(row, name)}
            bars: Any = ax.errorbar(x, y, **arms, linestyle="none", ecolor=colour, elinewidth=1.0, capsize=2.0, zorder=4.0)
            if _is_bound(row, name):
                for line in bars[2]:
                    line.set(linestyle=(0, (1, 2)), alpha=0.8)
                for cap in bars[1]:
                    cap.set_visible(False)
        ax.plot(
            x, y, marker=shape, linestyle="none", markersize=size, markerfacecolor=face, markeredgecolor=colour, markeredgewidth=1.2,
            clip_on=False, zorder=3.0,
        )  # fmt: skip
    ax.set_xlim(-0.04 * right, 1.06 * right)
    ax.locator_params(axis="x", nbins=6)
    grid(ax, "both")


def _arms(row: dict[str, Any], score: str) -> list[list[float]]:
    return [[row[score] - row[f"{score} low"]], [row[f"{score} high"] - row[score]]]


def _is_bound(row: dict[str, Any], score: str) -> bool:
    """Whether all replications were alike: the interval is what unseen cases allow, and does not stretch the axis."""
    return str(row.get(f"{score} method", "")) == "agreement bound"


def _levels(summary: Summary, factor: dict[str, Any]) -> list[str]:
    """The levels of a factor, in the order of the points."""
    return list(dict.fromkeys(shown(row[factor["name"]]) for row in summary["table"]))


def _told(summary: Summary) -> list[dict[str, Any]]:
    """The factors that marks can tell: one or two, of few levels each."""
    factors: list[dict[str, Any]] = summary["factors"]
    few = len(factors) <= 2 and all(len(_levels(summary, factor)) <= len(_SHAPES) for factor in factors)
    return factors if few else []


def _look(summary: Summary, row: dict[str, Any]) -> tuple[str, str, float, str]:
    """A mark's shape, colour, size and filling: the last colour is small and full, those before larger and hollow, so that marks in
    one place are all seen, and their intervals too.
    """
    told = _told(summary)
    places = [_levels(summary, factor).index(shown(row[factor["name"]])) for factor in told]
    second = places[1] if len(places) > 1 else 0
    many = len(_levels(summary, told[1])) if len(told) > 1 else 1
    colour, before = _COLOURS[second], many - 1 - second
    return _SHAPES[places[0] if places else 1], colour, 4.5 + 4.5 * before / max(many - 1, 1), palette.PAPER if before else colour


def _keys(summary: Summary) -> list[Any]:
    """The legend: a column a factor, all as long as the longest."""
    from matplotlib.lines import Line2D

    def entry(label: str, **looks: Any) -> Line2D:
        return Line2D([], [], **{"linestyle": "none", "label": label, **looks})

    columns = []
    for k, factor in enumerate(_told(summary)):
        levels = _levels(summary, factor)
        marks = [
            entry(level, marker=_SHAPES[i], color=palette.MUTED)
            if k == 0
            else entry(level, marker="o", color=_COLOURS[i], markerfacecolor=_COLOURS[i] if level == levels[-1] else palette.PAPER)
            for i, level in enumerate(levels)
        ]
        columns.append([entry(f"{factor['name']}:"), *marks])
    bound = entry("all replications alike: what unseen ones allow", linestyle=(0, (1, 2)), color=palette.MUTED, linewidth=1.0)
    if not columns:
        return [bound]
    columns[-1].append(bound)
    longest = max(len(column) for column in columns)
    return [key for column in columns for key in (*column, *[entry(" ")] * (longest - len(column)))]
