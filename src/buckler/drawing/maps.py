"""Maps: land, sea and borders, a graticule in degrees and a scale bar in kilometres.

The projection is equirectangular: longitude and latitude are the coordinates, and a degree of longitude is drawn
cos(latitude) times as wide as a degree of latitude, at the map's middle. Over a map 15 degrees high the east-west
scale is then right to 12 % at its rims, which is why rings are drawn as true circles on the earth and look slightly
oval.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, floor, log10, radians
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.drawing import palette
from buckler.drawing.basemap import CREDIT, Line, base_map
from buckler.drawing.style import WIDTH_IN
from buckler.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Bounds: TypeAlias = tuple[float, float, float, float]
"""South, west, north, east, degrees."""

EARTH_RADIUS_M: Final = 6_371_008.8
"""The mean radius of WGS 84, (2a + b)/3: enough for a picture."""
_LAND, _COAST, _GRATICULE, _FURNITURE = 0.5, 1.0, 1.2, 8.0


def bounds_around(
    lat_deg: npt.ArrayLike, lon_deg: npt.ArrayLike, *, margin: float = 0.08, least_deg: float = 1.0
) -> Bounds:
    """The bounds of a map that shows every position, with a margin (a share of the map) and at least `least_deg`
    high."""
    lat = np.asarray(lat_deg, dtype=np.float64).ravel()
    lon = np.asarray(lon_deg, dtype=np.float64).ravel()
    if not lat.size:
        raise InputError("a map needs at least one position to show")
    middle_lat, middle_lon = 0.5 * (lat.min() + lat.max()), 0.5 * (lon.min() + lon.max())
    stretch = max(cos(radians(middle_lat)), 0.1)
    half_lat = 0.5 * max(float(np.ptp(lat)) * (1.0 + 2.0 * margin), least_deg)
    half_lon = 0.5 * max(float(np.ptp(lon)) * (1.0 + 2.0 * margin), least_deg / stretch)
    return (
        max(middle_lat - half_lat, -90.0), float(middle_lon - half_lon), min(middle_lat + half_lat, 90.0),
        float(middle_lon + half_lon),
    )  # fmt: skip


def map_axes(
    bounds_deg: Bounds,
    *,
    ax: Axes | None = None,
    width_in: float = WIDTH_IN,
    title: str = "",
    scale_bar: str = "lower left",
    credit: bool = True,
) -> Axes:
    """Axes in degrees of longitude and latitude with the base map, a graticule, a scale bar and the map's source.

    Without `ax` a new figure is made (`ax.figure`), as high as the map needs. Draw with z-orders from 2 to 7: the map
    lies under them, the scale bar over them. Use inside `figure_style()`.
    """
    south, west, north, east = bounds_deg
    if not (-90.0 <= south < north <= 90.0 and west < east <= west + 360.0):
        raise InputError(
            f"map bounds {bounds_deg}: write south, west, north, east in degrees, south under north, west under east"
        )
    stretch = max(cos(radians(0.5 * (south + north))), 0.1)
    if ax is None:
        from matplotlib.figure import Figure

        height_in = (width_in - 0.7) * (north - south) / ((east - west) * stretch) + (0.75 if title else 0.5)
        ax = Figure(figsize=(width_in, height_in), layout="constrained").add_subplot()
    ax.set_aspect(1.0 / stretch, adjustable="box")
    ax.set_facecolor(palette.SEA)
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set_zorder(_FURNITURE + 1.0)
    if title:
        ax.set_title(title)
    _draw_land(ax, bounds_deg)
    _graticule(ax, bounds_deg)
    if scale_bar:
        add_scale_bar(ax, scale_bar)
    if credit:
        ax.annotate(
            CREDIT, (1.0, 0.0), xycoords="axes fraction", xytext=(0.0, -17.0), textcoords="offset points", ha="right",
            va="top", fontsize=5.5, color=palette.MUTED, annotation_clip=False,
        )  # fmt: skip
    return ax


def _draw_land(ax: Axes, bounds: Bounds) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    figure = ax.get_figure(root=True)
    columns = spec.ncols if (spec := ax.get_gridspec()) is not None else 1
    points = 72.0 * (figure.get_figwidth() if figure is not None else WIDTH_IN) / columns
    finest = 0.25 * (bounds[3] - bounds[1]) / points

    def draw(lines: Iterable[Line], closing: bool, **look: Any) -> None:
        shown = [thinned(line, finest) for line in lines if len(line) > 1]
        if not shown:
            return
        codes = np.concatenate([np.r_[Path.MOVETO, np.full(len(line) - 1, Path.LINETO)] for line in shown])
        if closing:
            codes[np.cumsum([len(line) for line in shown]) - 1] = Path.CLOSEPOLY
        path = Path(np.concatenate(shown), codes)
        ax.add_patch(PathPatch(path, capstyle="butt", joinstyle="round", **look))

    south, west, north, east = bounds
    near = [line for line in base_map().land if _meets(line, bounds)]
    draw([clip_ring(ring, bounds) for ring in near], True, facecolor=palette.LAND, edgecolor="none", zorder=_LAND)
    for lines, colour, width, style in (
        (base_map().borders, palette.BORDER, 0.6, "solid"),
        (base_map().disputed, palette.BORDER, 0.6, (0.0, (3.0, 2.0))),
        (base_map().coast, palette.COAST, 0.5, "solid"),
    ):
        shown = [line for line in lines if _meets(line, bounds)]
        draw(shown, False, facecolor="none", edgecolor=colour, linewidth=width, linestyle=style, zorder=_COAST)
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)


def thinned(line: Line, least_deg: float) -> Line:
    """The line without points nearer than `least_deg` to the last one kept; both ends stay, and a ring stays a ring."""
    kept = [0]
    last_x, last_y = line[0]
    for n, (x, y) in enumerate(line[1:-1].tolist(), start=1):
        if abs(x - last_x) >= least_deg or abs(y - last_y) >= least_deg:
            kept.append(n)
            last_x, last_y = x, y
    return line[[*kept, len(line) - 1]]


def _meets(line: Line, bounds: Bounds) -> bool:
    south, west, north, east = bounds
    (left, low), (right, high) = line.min(axis=0), line.max(axis=0)
    return bool(left <= east and right >= west and low <= north and high >= south)


def clip_ring(ring: Line, bounds_deg: Bounds) -> Line:
    """The part of a closed ring inside the bounds, closed; empty where there is none.

    I. E. Sutherland and G. W. Hodgman (1974), "Reentrant polygon clipping", Communications of the ACM 17, 32-42,
    doi:10.1145/360767.360802: parts that fall asunder stay joined along the rim, which a fill does not show.
    """
    south, west, north, east = bounds_deg
    for axis, rim, sign in ((0, west, 1.0), (0, east, -1.0), (1, south, 1.0), (1, north, -1.0)):
        if len(ring) < 3:
            break
        points = ring[:-1]
        depth = sign * (points[:, axis] - rim)
        inside = depth >= 0.0
        if inside.all():
            continue
        after, depth_after = np.roll(points, -1, axis=0), np.roll(depth, -1)
        crosses = inside != (depth_after >= 0.0)
        share = np.divide(depth, depth - depth_after, out=np.zeros_like(depth), where=crosses)
        crossing = points + share[:, None] * (after - points)
        # every point that is inside, then the crossing on the way to the next point, if there is one
        pairs = np.stack([points, crossing], axis=1)
        ring = pairs[np.stack([inside, crosses], axis=1)]
        if len(ring):
            ring = np.concatenate([ring, ring[:1]])
    return ring if len(ring) > 3 else np.empty((0, 2))


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `most` parts."""
    raw = span / most
    power = 10.0 ** floor(log10(raw))
    return next(power * m for m in (1.0, 2.0, 5.0, 10.0) if power * m >= raw * (1.0 - 1e-9))


def _graticule(ax: Axes, bounds: Bounds) -> None:
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    south, west, north, east = bounds
    step = nice_step(max(east - west, 1.6 * (north - south)), 8)
    digits = max(0, -floor(log10(step)))

    def named(positive: str, negative: str) -> Any:
        def text(value: float, _: int | None = None) -> str:
            value = (value + 180.0) % 360.0 - 180.0 if positive == "E" else value
            side = positive if value > 1e-9 else negative if value < -1e-9 else ""
            return f"{abs(value):.{digits}f}°{' ' if side else ''}{side}"

        return FuncFormatter(text)

    for axis, formatter in ((ax.xaxis, named("E", "W")), (ax.yaxis, named("N", "S"))):
        axis.set_major_locator(MultipleLocator(step))
        axis.set_major_formatter(formatter)
    ax.set_axisbelow(False)
    ax.grid(True, color=palette.COAST, linewidth=0.3, alpha=0.45, zorder=_GRATICULE)
    ax.tick_params(length=2.5, labelsize=7.0, labelcolor=palette.MUTED)


def add_scale_bar(ax: Axes, where: str = "lower left") -> None:
    """A bar of a round number of kilometres, true at its own latitude; `where` is a corner such as "lower left"."""
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    words = where.split()
    if len(words) != 2 or words[0] not in {"lower", "upper"} or words[1] not in {"left", "right"}:
        raise InputError(f"scale bar at {where!r}: write 'lower left', 'lower right', 'upper left' or 'upper right'")
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    width, height = east - west, north - south
    base = south + (0.04 if words[0] == "lower" else 0.91) * height
    km_per_deg = radians(1.0) * EARTH_RADIUS_M * cos(radians(base)) / 1000.0
    length_km = nice_step(0.3 * width * km_per_deg, 2)
    length = length_km / km_per_deg
    start = west + 0.03 * width if words[1] == "left" else east - 0.06 * width - length
    thick = 0.008 * height
    halo = [withStroke(linewidth=2.0, foreground="white")]
    for k, colour in enumerate((palette.TEXT, "white")):
        ax.add_patch(
            Rectangle(
                (start + 0.5 * k * length, base), 0.5 * length, thick, facecolor=colour, edgecolor=palette.TEXT,
                linewidth=0.5, zorder=_FURNITURE,
            )
        )  # fmt: skip
    ends = ((start, "0", "center", 0.0), (start + length, f"{length_km:g} km", "right", 6.0))
    for x, text, align, shift in ends:
        ax.annotate(
            text, (x, base + thick), xytext=(shift, 1.5), textcoords="offset points", ha=align, va="bottom",
            fontsize=6.5, color=palette.TEXT, zorder=_FURNITURE, path_effects=halo,
        )  # fmt: skip


def range_ring(lat_deg: float, lon_deg: float, radius_m: float, *, points: int = 181) -> Line:
    """The circle of a radius on the earth around a position: closed, [point, (longitude, latitude)], degrees.

    Great circles on the mean sphere (within 0.3 % of the radius of the ellipsoid's). Longitudes run on past 180
    degrees, so that the line never jumps; a ring around a pole is cut there.
    """
    if not 0.0 < radius_m < np.pi * EARTH_RADIUS_M:
        raise InputError(f"a ring of {radius_m} m: write a radius over 0 m and under half the earth's circumference")
    azimuth = np.linspace(0.0, 2.0 * np.pi, points)
    lat = radians(lat_deg)
    angle = radius_m / EARTH_RADIUS_M
    sin_lat = np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(azimuth)
    east = np.arctan2(np.sin(azimuth) * np.sin(angle) * np.cos(lat), np.cos(angle) - np.sin(lat) * sin_lat)
    return np.column_stack([lon_deg + np.degrees(east), np.degrees(np.arcsin(np.clip(sin_lat, -1.0, 1.0)))])


def draw_ring(
    ax: Axes,
    lat_deg: float,
    lon_deg: float,
    radius_m: float,
    role: palette.Role,
    *,
    fill: float = 0.0,
    label: str = "",
    **line: Any,
) -> None:
    """Draw a range ring in a role's colour and line style; `fill` is the opacity inside, `label` is written on its
    top."""
    ring = range_ring(lat_deg, lon_deg, radius_m)
    style: dict[str, Any] = {"linewidth": 1.0, "linestyle": role.line, "zorder": 3.0} | line
    if fill > 0.0:
        ax.fill(*ring.T, facecolor=role.colour, alpha=fill, edgecolor="none", zorder=2.5)
    ax.plot(*ring.T, color=role.colour, **style)
    if label:
        top = ring[np.argmax(ring[:, 1])]
        ax.annotate(
            label, (float(top[0]), float(top[1])), xytext=(0.0, 1.5), textcoords="offset points", ha="center",
            va="bottom", fontsize=6.5, color=role.colour, annotation_clip=True, clip_on=True, zorder=style["zorder"],
        )  # fmt: skip


def draw_sites(
    ax: Axes, lat_deg: Iterable[float], lon_deg: Iterable[float], role: palette.Role, *, size: float = 6.0
) -> None:
    """Markers of a role, with a white rim so that they stand out on any ground; the role's label goes to the legend."""
    ax.plot(
        list(lon_deg), list(lat_deg), linestyle="none", marker=role.marker, markersize=size,
        markerfacecolor=role.colour, markeredgecolor="white", markeredgewidth=0.7, label=role.label, zorder=6.0,
    )  # fmt: skip
