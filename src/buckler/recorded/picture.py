"""The picture of a tracked recording: where tracks were, coloured by height, and their heights against time."""

from __future__ import annotations

from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.drawing import palette
from buckler.drawing.basemap import base_map
from buckler.drawing.maps import bounds_around, map_axes
from buckler.drawing.style import WIDTH_IN, grid
from buckler.physics.earth import ecef_to_geodetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from buckler.recorded.tracks import Tracked

_LONGEST_BREAK_S: Final = 60.0
"""A line is not drawn over a longer silence."""
_TALL: Final = 0.7
"""A map of less width to its height has the heights beside it."""
_FLAT: Final = 2.2
"""A map is at most so wide to its height."""
_FEW: Final = 400
"""So many plots can each be drawn as a mark."""
_MANY: Final = 5000
"""More marks or pieces of line than this are one image in an SVG, which would be 20 MB of them, and 20 s in the making."""


def draw(tracked: Tracked) -> Figure:
    """The figure: a map, or the plane about each radar of unknown place, and height against time, whose axis tells what colour is
    which height. Use inside figure_style().
    """
    from matplotlib.figure import Figure as NewFigure

    table = tracked.tracks.to_pydict()
    columns = {name: np.array(values) for name, values in table.items()}
    columns["updated"] = columns["updated"].astype(np.bool_)
    feeds = tracked.material.feeds
    on_map = next((feed for feed in feeds if not feed.name), None)
    flat = [feed for feed in feeds if feed.name]
    figure = NewFigure(layout="constrained")
    parts = _layout(figure, _aspect(on_map, tracked) if on_map is not None else None, bool(flat))
    # A garbled height or two must not flatten all others.
    top_m = max(1000.0, float(np.ceil(np.percentile(_plot_heights(tracked), 99.5) / 1000.0)) * 1000.0)
    if on_map is not None:
        _map(parts["map"], on_map, tracked, columns, top_m)
    if flat:
        _plane(parts["plane"], flat, columns, top_m)
    _against_time(parts["time"], tracked, columns, top_m)
    figure.suptitle(_title(tracked), x=0.01, ha="left", fontsize=10.0, fontweight="bold")
    return figure


def _aspect(feed: Any, tracked: Tracked) -> float:
    """Width over height of the map."""
    south, west, north, east = _bounds(feed, tracked)
    return (east - west) * cos(radians(0.5 * (south + north))) / (north - south)


def _layout(figure: Figure, aspect: float | None, plane: bool) -> dict[str, Axes]:
    """Where things stand, the figure as large as they need: heights below a map, beside one that is tall."""
    if aspect is None:
        figure.set_size_inches(5.6, 7.2)
        return figure.subplot_mosaic([["plane"], ["time"]], height_ratios=[5.0, 1.5])
    if plane:
        figure.set_size_inches(WIDTH_IN, 3.2 / max(aspect, 0.7) + 2.9)
        return figure.subplot_mosaic([["map", "plane"], ["time", "time"]], height_ratios=[3.2 / max(aspect, 0.7) + 0.7, 1.5])
    if aspect < _TALL:
        wide_in = 4.6 * aspect
        figure.set_size_inches(WIDTH_IN, 5.2)
        return figure.subplot_mosaic([["map", "time"]], width_ratios=[wide_in, WIDTH_IN - 1.2 - wide_in])
    wide_in = min(WIDTH_IN - 0.8, 5.0 * aspect)
    figure.set_size_inches(wide_in + 0.8, wide_in / aspect + 2.5)
    return figure.subplot_mosaic([["map"], ["time"]], height_ratios=[wide_in / aspect, 1.5])


def _title(tracked: Tracked) -> str:
    metrics = tracked.metrics
    text = f"{Path(tracked.material.source).name}: {_counted(metrics['tracks'], 'track')} of {_counted(metrics['plots'], 'plot')}"
    return text + (f", {metrics['aircraft']} aircraft" if metrics["aircraft"] else "")


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _plot_heights(tracked: Tracked) -> NDArray[np.float64]:
    found = [np.zeros(1)]
    for feed in tracked.material.feeds:
        places = np.concatenate(feed.positions_m)
        found.append(places[:, 2] if feed.name else ecef_to_geodetic(*places.T).height_m)
    return np.concatenate(found)


def _segments(
    x: NDArray[np.float64], y: NDArray[np.float64], c: NDArray[np.float64], columns: dict[str, Any], mask: Any
) -> tuple[Any, Any]:
    """Line pieces between points of one track that follow each other, and a value for each."""
    order = np.flatnonzero(mask & columns["updated"])
    order = order[np.lexsort((columns["time_s"][order], columns["track"][order], columns["frame"][order]))]
    joined = (
        (columns["track"][order][1:] == columns["track"][order][:-1])
        & (columns["frame"][order][1:] == columns["frame"][order][:-1])
        & (np.diff(columns["time_s"][order]) <= _LONGEST_BREAK_S)
    )
    points = np.column_stack([x[order], y[order]])
    return np.stack([points[:-1][joined], points[1:][joined]], axis=1), c[order][:-1][joined]


def _collection(ax: Axes, pieces: Any, values: NDArray[np.float64], top_m: float) -> None:
    from matplotlib.collections import LineCollection

    lines = LineCollection(
        pieces, array=values / 1000.0, cmap=palette.SEQUENTIAL, linewidth=1.0, zorder=4.0, capstyle="round", rasterized=len(pieces) > _MANY
    )
    lines.set_clim(0.0, top_m / 1000.0)
    ax.add_collection(lines)


def _dots(ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64], height_m: NDArray[np.float64], top_m: float) -> None:
    """The plots: each coloured by its height where they are few, a faint ground for the tracks where they are many."""
    if len(x) <= _FEW:
        ax.scatter(x, y, 14.0, height_m / 1000.0, cmap=palette.SEQUENTIAL, vmin=0.0, vmax=top_m / 1000.0, linewidths=0.4,
                   edgecolors=palette.TEXT, zorder=3.0)  # fmt: skip
        return
    ax.plot(x, y, ".", color=palette.MUTED, markersize=1.6, markeredgewidth=0.0, alpha=0.5, zorder=3.0, rasterized=len(x) > _MANY)


def _bounds(feed: Any, tracked: Tracked) -> tuple[float, float, float, float]:
    """South, west, north, east of everything on the map."""
    place = ecef_to_geodetic(*np.concatenate(feed.positions_m).T)
    sites = tracked.material.radars
    lat = np.concatenate([place.lat_deg, [a for a, _ in sites.values()]])
    lon = np.concatenate([place.lon_deg, [b for _, b in sites.values()]])
    south, west, north, east = bounds_around(lat, lon, least_deg=0.3)
    return bounds_around(lat, lon, least_deg=max(0.3, (east - west) * cos(radians(0.5 * (south + north))) / _FLAT))


def _map(ax: Axes, feed: Any, tracked: Tracked, columns: dict[str, Any], top_m: float) -> None:
    from matplotlib.patches import Rectangle

    place = ecef_to_geodetic(*np.concatenate(feed.positions_m).T)
    sites = tracked.material.radars
    bounds = _bounds(feed, tracked)
    south, west, north, east = base_map().bounds_deg
    inside = bounds[0] < north and bounds[2] > south and bounds[1] < east and bounds[3] > west
    map_axes(bounds, ax=ax, credit=inside)
    if bounds[0] < south or bounds[1] < west or bounds[2] > north or bounds[3] > east:
        # The packaged base map ends: paper, not sea.
        ax.set_facecolor(palette.PAPER)
        if inside:
            ax.add_patch(Rectangle((west, south), east - west, north - south, facecolor=palette.SEA, edgecolor=palette.RULE, zorder=0.1))
        ax.annotate(
            "no base map beyond the frame" if inside else "outside the packaged base map", (0.99, 0.985), xycoords="axes fraction",
            ha="right", va="top", fontsize=6.0, color=palette.MUTED, zorder=7.0,
        )  # fmt: skip
    _dots(ax, place.lon_deg, place.lat_deg, place.height_m, top_m)
    for name, (at_lat, at_lon) in sites.items():
        ax.plot(at_lon, at_lat, palette.SENSOR.marker, color=palette.SENSOR.colour, markersize=5.0, zorder=5.0)
        east_side = at_lon > 0.5 * (bounds[1] + bounds[3])
        ax.annotate(
            f"radar {name}", (at_lon, at_lat), xytext=(-5 if east_side else 5, 4), textcoords="offset points",
            ha="right" if east_side else "left", fontsize=7.0, zorder=6.0,
        )  # fmt: skip
    mask = columns["frame"] == ""
    pieces, values = _segments(columns["lon_deg"], columns["lat_deg"], columns["height_m"], columns, mask)
    _collection(ax, pieces, values, top_m)


def _plane(ax: Axes, feeds: list[Any], columns: dict[str, Any], top_m: float) -> None:
    marks = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
    for k, feed in enumerate(feeds):
        places = np.concatenate(feed.positions_m) / 1000.0
        ax.plot(places[:, 0], places[:, 1], marks[k % len(marks)], color=palette.CYCLE[k % len(palette.CYCLE)], markersize=3.2,
                alpha=0.7, label=feed.name, zorder=3.0)  # fmt: skip
    mask = columns["frame"] != ""
    pieces, values = _segments(columns["east_m"], columns["north_m"], columns["height_m"], columns, mask)
    _collection(ax, pieces / 1000.0, values, top_m)
    ax.plot(0.0, 0.0, "+", color=palette.TEXT, markersize=8.0, zorder=5.0)
    half_km = 1.08 * max(float(np.abs(np.concatenate(feed.positions_m)[:, :2]).max()) for feed in feeds) / 1000.0
    ax.set(xlim=(-half_km, half_km), ylim=(-half_km, half_km), aspect="equal")
    ax.set_title("Radars whose place the file does not say, each at +", fontsize=7.5)
    ax.set_xlabel("east of the radar, km")
    ax.set_ylabel("north of it, km")
    ax.legend(title="radar (SAC/SIC)", loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=min(len(feeds), 4), title_fontsize=7.5)
    grid(ax, "both")


def _against_time(ax: Axes, tracked: Tracked, columns: dict[str, Any], top_m: float) -> None:
    every = [scan.plots["time_s"] for feed in tracked.material.feeds for scan in feed.scans]
    start, end = min(float(times.min()) for times in every), max(float(times.max()) for times in every)
    minutes = end - start > 180.0
    unit = 60.0 if minutes else 1.0
    for feed in tracked.material.feeds:
        places = np.concatenate(feed.positions_m)
        times = np.concatenate([scan.plots["time_s"] for scan in feed.scans])
        heights = places[:, 2] if feed.name else ecef_to_geodetic(*places.T).height_m
        _dots(ax, (times - start) / unit, heights / 1000.0, heights, top_m)
    pieces, values = _segments(
        (columns["time_s"] - start) / unit, columns["height_m"] / 1000.0, columns["height_m"], columns, columns["updated"]
    )
    _collection(ax, pieces, values, top_m)
    ax.set_xlim(*((0.0, (end - start) / unit) if end - start > 0.5 else (-0.5, 0.5)))
    ax.set_ylim(0.0, 1.05 * top_m / 1000.0)
    ax.set_xlabel(f"time, {'minutes' if minutes else 's'}")
    ax.set_ylabel("height, km (colour)")
    grid(ax)
