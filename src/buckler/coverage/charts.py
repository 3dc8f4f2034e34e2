"""The charts of a coverage study: first detection, vertical sections, shares of sensors, reaction times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from buckler.coverage.layers import Share
from buckler.coverage.layout import wrapped
from buckler.coverage.pictures import PD_COLOURS, PD_EDGES, PD_NAMES, Notes, finish, height_name
from buckler.coverage.ranges import FirstDetection, Section
from buckler.coverage.reaction import Reaction
from buckler.drawing import palette
from buckler.drawing.style import WIDTH_IN, figure_style, grid, new_figure


def _titled(figure: Any, title: str) -> None:
    figure.suptitle(title, fontsize=10.5, fontweight="bold", ha="left", x=0.012)


def first_detection_chart(
    stem: Path,
    curves: Mapping[str, Sequence[FirstDetection]],
    published_km: Mapping[str, float],
    notes: Notes,
    speed_mps: float,
) -> list[Path]:
    """A small panel a sensor: height against the range of first detection, median and middle 80 % over azimuth."""
    names = list(curves)
    across = min(4, len(names))
    down = -(-len(names) // across)
    with figure_style():
        figure, axes = new_figure(WIDTH_IN, 1.75 * down + 0.75, rows=down, columns=across)
        panels = np.atleast_1d(axes).ravel()
        for ax, name in zip(panels, names, strict=False):
            heights = np.array([c.height_m for c in curves[name]])
            spread = np.array([c.spread_m() for c in curves[name]]) / 1000.0
            cumulative = np.array([c.spread_m(c.cumulative_m)[1] for c in curves[name]]) / 1000.0
            ax.fill_betweenx(heights, spread[:, 0], spread[:, 2], color=palette.BLUISH_GREEN, alpha=0.25, linewidth=0)
            ax.plot(spread[:, 1], heights, color=palette.BLUISH_GREEN, label="one scan")
            ax.plot(cumulative, heights, color=palette.BLACK, linewidth=0.8, linestyle=":", label="any scan so far")
            if name in published_km:
                ax.axvline(published_km[name], color=palette.VERMILLION, linewidth=0.8, linestyle="--")
            ax.set_yscale("log")
            ax.set_yticks([100, 1000, 10_000], ["100 m", "1 km", "10 km"])
            ax.set_xlim(0, None)
            ax.minorticks_off()
            ax.set_title("\n".join(wrapped(name, 22)), fontsize=7.5, linespacing=1.1)
            ax.tick_params(labelsize=6.5)
            grid(ax, "both")
        for ax in panels[len(names) :]:
            ax.set_visible(False)
        for ax in panels[max(0, len(names) - across) : len(names)]:
            ax.set_xlabel("km along the ground", fontsize=7)
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        one = f"Pd of one scan reaches {notes.question.seen_pd:g}: median over azimuth"
        any_so_far = f"Pd of any scan so far does, {speed_mps:.0f} m/s"
        dotted: dict[str, Any] = {"linewidth": 0.8, "linestyle": ":"}
        dashed: dict[str, Any] = {"linewidth": 0.8, "linestyle": "--"}
        figure.legend(
            handles=[
                Line2D([], [], color=palette.BLUISH_GREEN, label=one),
                Patch(facecolor=palette.BLUISH_GREEN, alpha=0.25, label="middle 80 % of azimuths"),
                Line2D([], [], color=palette.BLACK, label=any_so_far, **dotted),
                Line2D([], [], color=palette.VERMILLION, label="published detection range", **dashed),
            ],
            loc="lower center", ncols=2, fontsize=6.8,
        )  # fmt: skip
        _titled(figure, "The range ring depends on the target's height")
        return finish(figure, notes, stem)


def section_chart(stem: Path, section: Section, notes: Notes, system: str) -> list[Path]:
    """A vertical coverage diagram."""
    km, heights = section.range_m / 1000.0, section.height_m / 1000.0
    with figure_style():
        figure, ax = new_figure(WIDTH_IN, 3.5)
        shown = np.nan_to_num(section.pd, nan=0.0)
        ax.contourf(km, heights, shown, levels=PD_EDGES, colors=PD_COLOURS)
        ax.plot(
            km,
            section.lowest_m / 1000.0,
            color=palette.VERMILLION,
            linewidth=1.0,
            linestyle="--",
            label="lowest height in line of sight",
        )
        ax.fill_between(km, 0.0, section.ground_m / 1000.0, color="#8A7B66", linewidth=0, label="ground")
        ax.set_xlim(0, km[-1])
        ax.set_ylim(0, heights[-1])
        ax.set_xlabel("range along the ground, km")
        ax.set_ylabel("height above sea level, km")
        grid(ax, "both")
        from matplotlib.patches import Patch

        handles = [Patch(facecolor=c, label=f"Pd {n}") for n, c in zip(PD_NAMES, PD_COLOURS, strict=True)]
        figure.legend(handles=[*handles, *ax.get_legend_handles_labels()[0]], loc="lower center", ncols=5, fontsize=7)
        name = section.sensor if section.sensor == system else f"{section.sensor} ({system})"
        _titled(figure, f"{name} towards {section.azimuth_deg:.0f}°")
        above_sea = replace(notes, question=replace(notes.question, above_ground=False))
        return finish(figure, above_sea, stem)


def shares_chart(stem: Path, shares: Sequence[Share], notes: Notes) -> list[Path]:
    """What each sensor sees, and what only it sees."""
    rows = list(reversed(shares))
    with figure_style():
        figure, ax = new_figure(WIDTH_IN, 0.9 + 0.22 * len(rows) + 0.6)
        y = np.arange(len(rows))
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.barh(y, [s.seen_m2 / 1e6 for s in rows], color=palette.RULE, label="sees")
        ax.barh(
            y, [s.only_m2 / 1e6 for s in rows], color=palette.BLUE, height=0.5, label="only it sees: lost without it"
        )
        ax.set_yticks(y, [f"{s.sensor} ({s.system})" if s.system != s.sensor else s.sensor for s in rows], fontsize=7)
        ax.set_xlabel("km²")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        grid(ax, "x")
        figure.legend(loc="lower center", ncols=2)
        _titled(figure, f"What each sensor adds at {height_name(shares[0].height_m)}")
        return finish(figure, notes, stem)


def reaction_chart(stem: Path, reactions: Sequence[Reaction], notes: Notes) -> list[Path]:
    """A polar plot an asset: minutes left, by the direction from which the target comes; one line a height."""
    assets = list(dict.fromkeys(r.asset for r in reactions))
    across = min(3, len(assets))
    down = -(-len(assets) // across)
    with figure_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH_IN, 2.5 * down + 0.75), layout="constrained")
        heights = list(dict.fromkeys(r.height_m for r in reactions))
        for n, asset in enumerate(assets):
            ax: Any = figure.add_subplot(down, across, n + 1, projection="polar")
            ax.set_theta_zero_location("N")
            ax.set_theta_direction(-1)
            for r in reactions:
                if r.asset != asset:
                    continue
                angle = np.radians(np.append(r.azimuth_deg, r.azimuth_deg[0]))
                minutes = np.append(r.time_s, r.time_s[0]) / 60.0
                colour = palette.CYCLE[heights.index(r.height_m) % len(palette.CYCLE)]
                ax.plot(
                    angle, minutes, color=colour, linewidth=1.2, label=f"{height_name(r.height_m)}" if n == 0 else None
                )
                ax.fill(angle, minutes, color=colour, alpha=0.08)
            ax.set_xticks(np.radians([0, 90, 180, 270]), ["N", "E", "S", "W"], fontsize=7)
            ax.tick_params(labelsize=6, pad=0)
            ax.set_rlabel_position(45)
            ax.yaxis.set_major_locator(_few())
            ax.grid(color=palette.RULE, linewidth=0.5)
            ax.set_title(asset, fontsize=8, loc="center")
        figure.legend(
            loc="lower center",
            ncols=6,
            title=f"Minutes from first sight to the asset at {reactions[0].speed_mps:.0f} m/s, by height",
        )
        _titled(figure, "The time that is left")
        return finish(figure, replace(notes, flown="flying at the asset"), stem)


def _few() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)
