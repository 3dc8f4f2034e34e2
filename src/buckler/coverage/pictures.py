"""The maps of a coverage study: base map, coverage in classes, sites, legend, and what the picture cannot show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.area import Bounds, Grid
from buckler.coverage.layers import HIGH, LOW, NOMINAL, Layer, Question
from buckler.coverage.layout import fit, wrapped
from buckler.coverage.network import Watcher
from buckler.coverage.plate import OPACITY, Plate
from buckler.drawing import palette
from buckler.drawing.basemap import CREDIT, base_map
from buckler.drawing.labels import place_labels
from buckler.drawing.maps import draw_sites, map_axes
from buckler.drawing.style import WIDTH_IN, figure_style, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

UNDER_LINES: Final = 0.8
"""z-order over the land and under coast and borders."""
PD_EDGES: Final = (0.1, 0.5, 0.9, 1.01)
PD_NAMES: Final = ("0.1 to 0.5", "0.5 to 0.9", "0.9 or more")
PD_COLOURS: Final = ("#D5C3E6", "#9A72BF", "#542788")
COUNT_EDGES: Final = (1, 2, 3, 4, 6, 256)
COUNT_NAMES: Final = ("1", "2", "3", "4 or 5", "6 or more")
COUNT_COLOURS: Final = ("#FDE8A8", "#F6B656", "#D97B2A", "#A34A14", "#5A1F0A")
LOWEST_EDGES: Final = (0.0, 50.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0)
LOWEST_NAMES: Final = ("under 50 m", "50 to 100 m", "100 to 300 m", "300 m to 1 km", "1 to 3 km", "3 to 10 km")
LOWEST_COLOURS: Final = ("#00224E", "#35456C", "#666970", "#948E77", "#C8B866", "#FEE838")
"""cividis: dark where something low is seen."""
LOST, GAINED, BOTH = palette.VERMILLION, palette.BLUE, "#B9B4C4"
_MOST_PIXELS: Final = 1440
"""A page's width at the resolution of the pictures."""
SAME_SITE_DEG: Final = 0.45
"""A sensor nearer than this to something named gets no name of its own."""


@dataclass(frozen=True)
class Notes:
    """What every picture repeats under itself."""

    scenario: str
    caveat: str
    terrain: str
    notional: str
    question: Question
    k: tuple[float, float]
    """The least and the greatest of the sensors' effective-earth factors."""
    flying: bool = False
    """Whether a sensor flies an orbit."""
    lobing: bool = False
    """Whether a sensor has lobes of sea or ground."""
    flown: str = ""
    """How the target flies, where not as the question says."""
    patrols: str = ""
    """What fighters on patrol count for."""

    @property
    def orbits(self) -> str:
        """What a sensor on an orbit is worth."""
        return ", of a sensor on an orbit the mean over a round" if self.flying else ""

    @property
    def lobes(self) -> str:
        """What reflects."""
        return ", with lobes of sea or flat ground" if self.lobing else ""

    @property
    def earth(self) -> str:
        """The effective earth."""
        low, high = self.k
        if high - low > 1e-6:
            return f"an earth of {low:.3g} to {high:.3g} times its radius, by region"
        return "4/3 earth" if abs(low - 4.0 / 3.0) < 1e-6 else f"an earth of {low:.3g} times its radius"

    @property
    def text(self) -> str:
        """In a few lines."""
        q = self.question
        lines = [
            f"{self.scenario}.",
            f"Heights {q.reference}. Target: {q.target.title}, {self.flown or q.flown}. Seen: a single-scan detection probability (Pd) of "
            f"{q.seen_pd:g} or more{self.orbits}. Refraction: {self.earth}{self.lobes}.",
            f"Terrain: {self.terrain}{'; ' + self.caveat if self.caveat else ''}.",
        ]
        return "\n".join([*lines, *(note for note in (self.patrols, self.notional) if note)])


def height_name(height_m: float) -> str:
    """ "100 m", "10 km"."""
    return f"{height_m / 1000:g} km" if height_m >= 1000 else f"{height_m:g} m"


def area_name(area_m2: float) -> str:
    """An area with three digits that count."""
    km2 = area_m2 / 1e6
    digits = 0 if km2 < 1000 else -int(np.floor(np.log10(km2))) + 2
    return f"{round(km2, digits):,.0f} km²"


def classes(values: NDArray[Any], edges: Sequence[float]) -> NDArray[np.uint8]:
    """0 below the first edge and from the last edge on (and for NaN), else the number of the class from 1."""
    found = np.searchsorted(np.asarray(edges, float), values, side="right").astype(np.int64)
    found[(found >= len(edges)) | ~np.isfinite(values)] = 0
    return found.astype(np.uint8)


def picture_bounds(grid: Grid, shown: NDArray[np.bool_] | None = None, margin_deg: float = 0.6) -> Bounds:
    """The part of the grid that the base map covers (all of it, where it covers nothing), cut to the cells `shown`."""
    s, w, n, e = grid.bounds_deg
    if shown is not None and shown.any():
        rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
        s, n = max(s, float(grid.lat_deg[rows[0]]) - margin_deg), min(n, float(grid.lat_deg[rows[-1]]) + margin_deg)
        w, e = (
            max(w, float(grid.lon_deg[columns[0]]) - margin_deg),
            min(e, float(grid.lon_deg[columns[-1]]) + margin_deg),
        )
    bs, bw, bn, be = base_map().bounds_deg
    cut = max(s, bs), max(w, bw), min(n, bn), min(e, be)
    return cut if cut[0] < cut[2] and cut[1] < cut[3] else (s, w, n, e)


def paint(ax: Axes, grid: Grid, classed: NDArray[np.uint8], colours: Sequence[str], panels: int = 1) -> Painted:
    """Colour the cells by class under the coast lines; class 0 stays clear. `panels`: how many share the page's width."""
    painted = Painted(ax, grid, colours, panels)
    painted.show(classed)
    return painted


class Painted:
    """The coloured cells of one map: those that its axes show, no finer than they are printed."""

    def __init__(self, ax: Axes, grid: Grid, colours: Sequence[str], panels: int) -> None:
        from matplotlib.colors import to_rgba

        self._colours = np.array([(0.0, 0.0, 0.0, 0.0), *(to_rgba(c, OPACITY) for c in colours)], np.float32)
        (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
        rows = np.flatnonzero((grid.lat_deg > south - grid.dlat_deg) & (grid.lat_deg < north + grid.dlat_deg))
        columns = np.flatnonzero((grid.lon_deg > west - grid.dlon_deg) & (grid.lon_deg < east + grid.dlon_deg))
        step = max(1, int(columns.size * min(panels, 3) / _MOST_PIXELS))
        self._at = np.ix_(rows[step // 2 :: step], columns[step // 2 :: step])
        down, across = len(self._at[0]), self._at[1].size
        s, w = grid.south_deg + rows[0] * grid.dlat_deg, grid.west_deg + columns[0] * grid.dlon_deg
        extent = (w, w + across * step * grid.dlon_deg, s, s + down * step * grid.dlat_deg)
        self.image = ax.imshow(
            np.zeros((down, across, 4), np.uint8), origin="lower", extent=extent, aspect=ax.get_aspect(),
            interpolation="none", zorder=UNDER_LINES,
        )  # fmt: skip
        ax.set_xlim(west, east)
        ax.set_ylim(south, north)

    def show(self, classed: NDArray[np.uint8]) -> None:
        """Show other cells of the same grid."""
        self.image.set_data((self._colours[self.picked(classed)] * 255.0 + 0.5).astype(np.uint8))

    def picked(self, values: NDArray[Any]) -> NDArray[Any]:
        """Those of the cells that the image shows."""
        return values[self._at]


@dataclass(frozen=True)
class Sites:
    """What stands where."""

    watchers: Sequence[Watcher]
    assets: Sequence[tuple[str, float, float]]
    frame: Bounds
    """What the pictures show."""

    def named(self) -> list[tuple[str, str, float, float]]:
        """What is worth a name, as kind, name, latitude, longitude: assets, then sensors that stand apart, far ones
        first."""
        found = [("asset", name, lat, lon) for name, lat, lon in self.assets]
        for w in sorted(self.watchers, key=lambda w: -w.reach_m):
            if all(abs(w.lat_deg - lat) + abs(w.lon_deg - lon) > SAME_SITE_DEG for _, _, lat, lon in found):
                found.append(("airborne" if w.airborne else "sensor", w.name, w.lat_deg, w.lon_deg))
        return found

    def draw(self, ax: Axes, *, names: bool = True, size: float = 5.0) -> None:
        """Markers and names."""
        ground = [w for w in self.watchers if not w.airborne]
        air = [w for w in self.watchers if w.airborne]
        draw_sites(ax, [w.lat_deg for w in ground], [w.lon_deg for w in ground], palette.SENSOR, size=size)
        if air:
            draw_sites(ax, [w.lat_deg for w in air], [w.lon_deg for w in air], palette.AIRBORNE, size=size)
        draw_sites(ax, [a[1] for a in self.assets], [a[2] for a in self.assets], palette.ASSET, size=size)
        if names:
            named = self.named()
            lat, lon, text = [row[2] for row in named], [row[3] for row in named], [row[1] for row in named]
            marks = [(w.lon_deg, w.lat_deg) for w in self.watchers]
            place_labels(ax, lon, lat, text, fontsize=6.2, mark_pt=size, avoid=marks)


def _figure(bounds: Bounds, panels: int) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    south, west, north, east = bounds
    across = panels if panels <= 3 else 2
    down = -(-panels // across)
    each = (WIDTH_IN - 0.5 * across) / across
    high = each * (north - south) / ((east - west) * max(cos(radians(0.5 * (south + north))), 0.1))
    figure = Figure(figsize=(WIDTH_IN, down * (high + 0.52) + 0.75), layout="constrained")
    return figure, [figure.add_subplot(down, across, n + 1) for n in range(panels)]


def _legend(
    figure: Figure, title: str, names: Sequence[str], colours: Sequence[str], sites: Sites, extra: Sequence[Any] = ()
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(facecolor=c, edgecolor=palette.MUTED, linewidth=0.4, label=n) for n, c in zip(names, colours, strict=True)
    ]
    handles += extra
    roles = [palette.ASSET, palette.SENSOR] + ([palette.AIRBORNE] if any(w.airborne for w in sites.watchers) else [])
    handles += [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=r.marker,
            color=r.colour,
            markeredgecolor="white",
            markersize=6,
            label=r.label,
        )
        for r in roles
    ]
    figure.legend(
        handles=handles, loc="lower center", ncols=len(handles) if len(handles) < 8 else 5, title=title, fontsize=7,
        title_fontsize=7.5, columnspacing=1.4, handletextpad=0.6,
    )  # fmt: skip


def finish(figure: Figure, notes: Notes, stem: Path, *, is_map: bool = False) -> list[Path]:
    """Put the notes and the legend under a figure, take out the room that is left over, and write it as PNG and SVG."""
    settle(figure, notes, is_map=is_map)
    return save(figure, stem)


def settle(figure: Figure, notes: Notes, *, is_map: bool = False) -> None:
    """The first half of `finish`: afterwards nothing moves any more."""
    text = f"{notes.text}\n{CREDIT}. Equirectangular projection." if is_map else notes.text
    lines = [part for line in text.splitlines() for part in wrapped(line, 170)]
    notes_in = 0.08 + 0.103 * len(lines)
    figure.set_figheight(figure.get_figheight() + notes_in)
    note = figure.text(
        0.012, 0.0, "\n".join(lines), fontsize=5.6, color=palette.MUTED, ha="left", va="bottom", linespacing=1.25
    )
    legend_in = sum(legend.get_window_extent().height for legend in figure.legends) / figure.dpi + 0.06
    for spare in (True, False) if is_map else (False,):
        high = figure.get_figheight()
        under = (notes_in + legend_in) / high
        note.set_y(0.04 / high)
        for legend in figure.legends:
            place = (0.0, notes_in / high, 1.0, legend_in / high)
            legend.set_bbox_to_anchor(place, transform=figure.transFigure)
        if not is_map:
            fit(figure, notes_in + legend_in)
            return
        figure.get_layout_engine().set(rect=(0.0, under, 1.0, 1.0 - under))  # type: ignore[union-attr, call-arg]
        if spare:
            figure.set_figheight(high - max(0.0, _spare_in(figure, notes_in + legend_in)))
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def save(figure: Figure, stem: Path) -> list[Path]:
    """The second half of `finish`: PNG and SVG."""
    paths = [stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")]
    for path in paths:
        save_figure(figure, path)
    return paths


def _spare_in(figure: Figure, under_in: float) -> float:
    """Height that maps, whose proportions are fixed, leave over above and below them, inches."""
    figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in figure.axes]
    top = max(box.y1 for box in boxes if box is not None) / figure.dpi
    bottom = min(box.y0 for box in boxes if box is not None) / figure.dpi
    titles = [text.get_window_extent().y0 for text in figure.texts if text.get_verticalalignment() == "top"]
    head = min(titles, default=figure.bbox.y1)
    return float(head / figure.dpi - top + bottom - under_in - 0.16)


def _panels(sites: Sites, titles: Sequence[str]) -> tuple[Figure, list[Axes]]:
    figure, axes = _figure(sites.frame, len(titles))
    for ax, title in zip(axes, titles, strict=True):
        map_axes(sites.frame, ax=ax, credit=False)
        ax.set_title(title, loc="left", **_title_style(len(titles)))
    return figure, axes


def _title_style(panels: int) -> dict[str, Any]:
    return {"fontsize": {1: 8.5, 2: 8.0}.get(panels, 7.5), "fontweight": "normal", "pad": 4.0}


def _head(figure: Figure, title: str) -> Text:
    return figure.suptitle(title, fontsize=10.5, fontweight="bold", ha="left", x=0.012)


class Legend(NamedTuple):
    """What the colours of a map mean."""

    title: str
    edges: Sequence[float]
    names: Sequence[str]
    colours: Sequence[str]


_PD = Legend("Probability that one scan of the network detects the target", PD_EDGES, PD_NAMES, PD_COLOURS)
_COUNT = Legend("Sensors that see the target", COUNT_EDGES, COUNT_NAMES, COUNT_COLOURS)
_LOWEST = Legend("Lowest height above ground that anyone sees", LOWEST_EDGES, LOWEST_NAMES, LOWEST_COLOURS)


class _Plate:
    """A map laid out once, and printed with other cells and titles (plate.py)."""

    def __init__(self, grid: Grid, sites: Sites, notes: Notes, legend: Legend, titles: Sequence[str], head: str) -> None:
        panels, self._edges = len(titles), legend.edges
        with figure_style():
            figure, axes = _panels(sites, titles)
            above = [ax.set_title(title, loc="left", **_title_style(panels)) for ax, title in zip(axes, titles, strict=True)]
            self._painted = [Painted(ax, grid, legend.colours, panels) for ax in axes]
            _legend(figure, legend.title, legend.names, legend.colours, sites)
            text = _head(figure, head)
            for ax in axes:
                if panels > 2:
                    ax.tick_params(labelsize=5.5)
                sites.draw(ax, names=panels == 1, size={1: 5.0, 2: 3.6}.get(panels, 2.6))
            settle(figure, notes, is_map=True)
            self._plate = Plate(figure, [painted.image for painted in self._painted], [*above, text], legend.colours)

    def print(self, stem: Path, values: Sequence[NDArray[Any]], titles: Sequence[str], head: str) -> list[Path]:
        """Write it with the classes of these values, one grid a panel."""
        cells = [classes(painted.picked(of), self._edges) for painted, of in zip(self._painted, values, strict=True)]
        with figure_style():
            return self._plate.print(stem, cells, [*titles, head])


class Maps:
    """The maps of one network over one grid."""

    def __init__(self, grid: Grid, sites: Sites, notes: Notes) -> None:
        self.grid, self.sites, self.notes = grid, sites, notes
        self._plates: dict[tuple[Legend, int], _Plate] = {}

    def _print(
        self, stem: Path, legend: Legend, values: Sequence[NDArray[Any]], titles: Sequence[str], head: str
    ) -> list[Path]:
        key = legend, len(titles)
        if key not in self._plates:
            self._plates[key] = _Plate(self.grid, self.sites, self.notes, legend, titles, head)
        return self._plates[key].print(stem, values, titles, head)

    def _title(self, layer: Layer) -> str:
        return f"{height_name(layer.height_m)} {self.notes.question.reference}: {area_name(layer.seen_m2)} seen"

    def detection(self, stem: Path, layers: Sequence[Layer], head: str) -> list[Path]:
        """One panel a height: the probability that one scan of the network detects the target."""
        return self._print(stem, _PD, [layer.any[NOMINAL] for layer in layers], [self._title(layer) for layer in layers], head)

    def spread(self, stem: Path, layer: Layer) -> list[Path]:
        """Three panels: the low, the nominal and the high end of the class's cross-section."""
        low, high = layer.seen_range_m2
        titles = [
            f"Low cross-section\n{area_name(low)}",
            f"Nominal\n{area_name(layer.seen_m2)}",
            f"High cross-section\n{area_name(high)}",
        ]
        question = self.notes.question
        spread = f"up to {question.target.span_db(question.aspect):.0f} dB, at {height_name(layer.height_m)}"
        values = [layer.any[k] for k in (LOW, NOMINAL, HIGH)]
        return self._print(stem, _PD, values, titles, f"What is not known of the radar cross-section: {spread}")

    def count(self, stem: Path, layer: Layer) -> list[Path]:
        """How many sensors see each place."""
        head = f"How many sensors see a target at {height_name(layer.height_m)}"
        return self._print(stem, _COUNT, [layer.sensors], [self._title(layer)], head)

    def lowest(self, stem: Path, seen_m: NDArray[Any]) -> list[Path]:
        """The lowest height above ground at which anyone sees the target."""
        top = f"{height_name(LOWEST_EDGES[-1])} {self.notes.question.reference}"
        title = f"Cells that stay clear: nobody sees it up to {top}"
        head = "Below this height nobody sees the target"
        return self._print(stem, _LOWEST, [seen_m], [title], head)


def difference_map(
    stem: Path, grid: Grid, height_m: float, first: NDArray[np.bool_], second: NDArray[np.bool_], sites: Sites,
    notes: Notes, names: tuple[str, str],
) -> list[Path]:  # fmt: skip
    """What the second network loses and gains against the first."""
    classed = np.zeros(grid.shape, np.uint8)
    classed[first & second], classed[first & ~second], classed[second & ~first] = 1, 2, 3
    areas = [grid.area_m2(classed == k) for k in (1, 2, 3)]
    with figure_style():
        figure, (ax,) = _panels(sites, [f"{height_name(height_m)} {notes.question.reference}"])
        paint(ax, grid, classed, (BOTH, LOST, GAINED))
        ax.contourf(
            grid.lon_deg,
            grid.lat_deg,
            (classed == 2).astype(float),
            levels=[0.5, 1.5],
            colors="none",
            hatches=["////"],
            zorder=UNDER_LINES,
        )
        labels = [
            f"{name} {area_name(area)}" for name, area in zip(("seen by both", "lost", "gained"), areas, strict=True)
        ]
        _legend(figure, f"From “{names[0]}” to “{names[1]}”", labels, (BOTH, LOST, GAINED), sites)
        _head(figure, f"{names[1]} at {height_name(height_m)}: lost and gained")
        sites.draw(ax)
        return finish(figure, notes, stem, is_map=True)
