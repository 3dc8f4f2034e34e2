"""The pictures of an engagement study: opportunities and first-shot distance, the batteries one by one, a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.area import Bounds, Grid
from buckler.coverage.engagement import Stopped, batteries_of
from buckler.coverage.layout import wrapped
from buckler.coverage.pictures import BOTH, GAINED, LOST, area_name, classes, paint, picture_bounds, save
from buckler.drawing import palette
from buckler.drawing.basemap import CREDIT
from buckler.drawing.labels import place_labels
from buckler.drawing.maps import draw_sites, map_axes
from buckler.drawing.style import WIDTH_IN, figure_style

if TYPE_CHECKING:
    from buckler.world.compile import World

SHOT_EDGES: Final = (1, 2, 3, 5, 256)
SHOT_NAMES: Final = ("1", "2", "3 or 4", "5 or more")
SHOT_COLOURS: Final = ("#FDE8A8", "#F0A04B", "#B5532A", "#5A1F0A")
FIRST_EDGES: Final = (0.0, 5.0, 15.0, 40.0, 100.0, 1e9)
FIRST_NAMES: Final = ("under 5 km", "5 to 15", "15 to 40", "40 to 100", "over 100 km")
FIRST_COLOURS: Final = ("#FEE838", "#BBAF71", "#7C7B78", "#434E6C", "#00224E")
"""cividis reversed: dark where there is most room."""
OWN_COLOURS: Final = ("#9FC5DD", "#2F6C99")
MOST_PANELS: Final = 12


class Sheet:
    """The maps of one network: same frame, same sites, same notes."""

    def __init__(self, world: World, grid: Grid, notes: Sequence[str]) -> None:
        self.grid, self.notes = grid, [f"{world.loaded.scenario.title}.", *notes, f"{CREDIT}. Equirectangular projection."]
        assets = [e for e in world.entities if e.kind == "asset"]
        self.assets, self.sites = ([(e.name, e.lat_deg, e.lon_deg) for e in kind] for kind in (assets, batteries_of(world)))

    def _frame(self, shown: NDArray[np.bool_]) -> Bounds:
        framed = shown.copy()
        for _, lat, lon in (*self.assets, *self.sites):
            r0, r1, c0, c1 = self.grid.window(lat, lon, 40_000.0)
            framed[r0:r1, c0:c1] = True
        return picture_bounds(self.grid, framed, 0.4)

    def _figure(self, frame: Bounds, titles: Sequence[str], head: str, across: int) -> tuple[Any, list[Any]]:
        from matplotlib.figure import Figure

        down = -(-len(titles) // across)
        south, west, north, east = frame
        each = (WIDTH_IN - 0.5 * across) / across
        high = each * (north - south) / ((east - west) * max(np.cos(np.radians(0.5 * (south + north))), 0.1))
        lines = self._lines()
        under = 0.55 + 0.103 * len(lines)
        figure = Figure(figsize=(WIDTH_IN, down * (high + 0.45) + under + 0.35), layout="constrained")
        share = under / figure.get_figheight()
        figure.get_layout_engine().set(rect=(0.0, share, 1.0, 1.0 - share))  # type: ignore[union-attr, call-arg]
        figure.text(
            0.012, 0.04 / figure.get_figheight(), "\n".join(lines), fontsize=5.6, color=palette.MUTED, va="bottom", linespacing=1.25
        )
        axes = []
        for n, title in enumerate(titles):
            ax = map_axes(frame, ax=figure.add_subplot(down, across, n + 1), credit=False)
            ax.set_title(title, fontsize=8.5 if across < 3 else 7.0, fontweight="normal", pad=3.0)
            if across > 1:
                ax.tick_params(labelsize=5.5)
            axes.append(ax)
        figure.suptitle(head, fontsize=10.5, fontweight="bold", ha="left", x=0.012)
        return figure, axes

    def _lines(self) -> list[str]:
        return [part for note in self.notes for part in wrapped(note, 170)]

    def _sites(self, ax: Any, names: bool, size: float, batteries: Sequence[tuple[str, float, float]] | None = None) -> None:
        shown = self.sites if batteries is None else batteries
        draw_sites(ax, [b[1] for b in shown], [b[2] for b in shown], palette.DEFENCE, size=size)
        draw_sites(ax, [a[1] for a in self.assets], [a[2] for a in self.assets], palette.ASSET, size=size)
        if names:
            lat, lon, text = [a[1] for a in self.assets], [a[2] for a in self.assets], [a[0] for a in self.assets]
            marks = [(b[2], b[1]) for b in shown]
            place_labels(ax, lon, lat, text, fontsize=6.2, mark_pt=size, avoid=marks)

    def _legend(self, figure: Any, rows: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        under = 0.103 * len(self._lines()) + 0.1
        width = 1.0 / len(rows)
        for n, (title, names, colours) in enumerate(rows):
            handles: list[Any] = [
                Patch(facecolor=c, edgecolor=palette.MUTED, linewidth=0.4, label=text)
                for text, c in zip(names, colours, strict=True)
            ]
            if n == len(rows) - 1:
                handles += [
                    Line2D(
                        [], [], linestyle="none", marker=role.marker, color=role.colour, markeredgecolor="white",
                        markersize=6, label=role.label,
                    )
                    for role in (palette.ASSET, palette.DEFENCE)
                ]  # fmt: skip
            figure.legend(
                handles=handles, loc="lower center", ncols=4, title=title, fontsize=6.3, title_fontsize=7.0,
                columnspacing=1.0, handletextpad=0.5, bbox_to_anchor=(width * (n + 0.5), under / figure.get_figheight()),
                bbox_transform=figure.transFigure, borderaxespad=0.0,
            )  # fmt: skip

    def shots(self, stem: Path, found: Stopped) -> list[Path]:
        """Opportunities, from the worst side too, and first-shot distance, side by side."""
        frame = self._frame(found.shots > 0)
        with figure_style():
            titles = [
                f"Shot opportunities\n{area_name(found.area_m2(self.grid))}, two: {area_name(found.area_m2(self.grid, 2))}",
                f"The same from any side\n{area_name(self.grid.area_m2(found.any_side > 0))}",
                "First shot\nbefore the place",
            ]
            figure, axes = self._figure(frame, titles, f"Where the network can stop: {_words(found)}", 3)
            paint(axes[0], self.grid, classes(found.shots, SHOT_EDGES), SHOT_COLOURS, 3)
            paint(axes[1], self.grid, classes(found.any_side, SHOT_EDGES), SHOT_COLOURS, 3)
            paint(axes[2], self.grid, classes(found.first_km, FIRST_EDGES), FIRST_COLOURS, 3)
            for ax in axes:
                self._sites(ax, names=False, size=2.8)
            rows = [
                ("Shot opportunities before it arrives", SHOT_NAMES, SHOT_COLOURS),
                ("Distance still to go at the first meeting", FIRST_NAMES, FIRST_COLOURS),
            ]
            self._legend(figure, rows)
            return save(figure, stem)

    def batteries(self, stem: Path, found: Stopped, order: Sequence[dict[str, Any]]) -> list[Path]:
        """A panel a battery, the greatest footprint first."""
        names = [name for name, _, _ in self.sites]
        shown = [row for row in order if row["once_km2"] > 0.0][:MOST_PANELS]
        if not shown:
            return []
        frame = self._frame(found.shots > 0)
        with figure_style():
            titles = [
                f"{row['battery']}\n{area_name(row['once_km2'] * 1e6)}, only it {area_name(row['only_it_km2'] * 1e6)}"
                for row in shown
            ]
            figure, axes = self._figure(frame, titles, f"What each battery can stop: {_words(found)}", min(3, len(shown)))
            for ax, row in zip(axes, shown, strict=True):
                n = names.index(row["battery"])
                paint(ax, self.grid, classes(found.by_battery[n], (1, 2, 256)), OWN_COLOURS, min(3, len(shown)))
                self._sites(ax, names=False, size=2.8, batteries=self.sites[n : n + 1])
            self._legend(figure, [("Shot opportunities of the battery", ("1", "2 or more"), OWN_COLOURS)])
            return save(figure, stem)

    def difference(self, stem: Path, first: Stopped, second: Stopped, names: tuple[str, str]) -> list[Path]:
        """Footprints lost and gained."""
        one, two = first.shots > 0, second.shots > 0
        classed = np.zeros(self.grid.shape, np.uint8)
        classed[one & two], classed[one & ~two], classed[two & ~one] = 1, 2, 3
        labels = [
            f"{text} {area_name(self.grid.area_m2(classed == k))}"
            for k, text in ((1, "kept"), (2, "lost"), (3, "gained"))
        ]
        with figure_style():
            title = f"From “{names[0]}” to “{names[1]}”"
            figure, (ax,) = self._figure(self._frame(one | two), [title], f"Defended footprint against {_words(first)}", 1)
            paint(ax, self.grid, classed, (BOTH, LOST, GAINED))
            self._sites(ax, names=True, size=5.0)
            self._legend(figure, [("At least one shot opportunity", labels, (BOTH, LOST, GAINED))])
            return save(figure, stem)


def _words(found: Stopped) -> str:
    attack = found.attack
    if attack.height_m is None:
        return attack.target.title
    return f"{attack.target.title}, {attack.height_m:g} m above ground"
