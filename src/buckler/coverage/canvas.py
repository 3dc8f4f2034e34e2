"""The page's map: base map, the image of the coverage, sites and scale bar as one SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import cos, radians
from typing import Final

import numpy as np

from buckler.coverage.area import Bounds
from buckler.coverage.pictures import Sites
from buckler.drawing.basemap import Line, base_map
from buckler.drawing.maps import EARTH_RADIUS_M, clip_ring, nice_step, thinned

WIDTH: Final = 960.0
_MARK: Final = {
    "asset": "M-6 -6h12v12h-12z",
    "sensor": "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z",
    "airborne": "M0 -8l7 8l-7 8l-7 -8z",
}
_LETTER: Final = 4.2
"""Half the mean width of a letter of a name, in the map's units."""


def element(name: str, inner: str = "", **attributes: str | float) -> str:
    """An element whose content is markup already; `class_` is the attribute class."""
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    text = "".join(f' {key}="{escape(f"{value:.1f}" if isinstance(value, float) else value)}"' for key, value in pairs)
    return f"<{name}{text}>{inner}</{name}>"


@dataclass(frozen=True)
class View:
    """Degrees to the map's units: equirectangular, true at the middle latitude."""

    bounds: Bounds

    @property
    def scale(self) -> tuple[float, float]:
        """Units a degree, east and north."""
        south, west, north, east = self.bounds
        x = WIDTH / (east - west)
        return x, x / max(cos(radians(0.5 * (south + north))), 0.1)

    @property
    def height(self) -> float:
        """Of the map."""
        return (self.bounds[2] - self.bounds[0]) * self.scale[1]

    def at(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        """A position on the map."""
        x, y = self.scale
        return (lon_deg - self.bounds[1]) * x, (self.bounds[2] - lat_deg) * y

    def path(self, line: Line, closed: bool = False) -> str:
        """The `d` of a line."""
        if len(line) < 2:
            return ""
        x, y = self.scale
        points = np.column_stack([(line[:, 0] - self.bounds[1]) * x, (self.bounds[2] - line[:, 1]) * y])
        return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points) + ("z" if closed else "")


def draw(bounds_deg: Bounds, rectangle_deg: Bounds, image: str, sites: Sites) -> str:
    """The map as `<svg>`; `image` is the address of the coverage, which fills `rectangle_deg`."""
    view = View(bounds_deg)
    land, lines = _base(view)
    south, west, north, east = rectangle_deg
    (x0, y0), (x1, y1) = view.at(west, north), view.at(east, south)
    wide, high = x1 - x0, y1 - y0
    cover = element("image", id_="cover", x=x0, y=y0, width=wide, height=high, preserveAspectRatio="none", href=image)
    sea = element("rect", class_="sea", width=WIDTH, height=view.height)
    box = f"0 0 {WIDTH:g} {view.height:.0f}"
    inner = sea + land + cover + lines + _sites(view, sites) + _scale_bar(view)
    return element("svg", inner, class_="map", viewBox=box, role="img", aria_label="Map of what the network sees")


def _base(view: View) -> tuple[str, str]:
    world, bounds = base_map(), view.bounds
    finest = (bounds[3] - bounds[1]) / WIDTH
    south, west, north, east = bounds

    def near(line: Line) -> bool:
        (x0, y0), (x1, y1) = line.min(axis=0), line.max(axis=0)
        return bool(x0 <= east and x1 >= west and y0 <= north and y1 >= south)

    rings = [clip_ring(ring, bounds) for ring in world.land if near(ring)]
    land = "".join(view.path(thinned(ring, finest), True) for ring in rings if len(ring) > 3)
    groups = (("coast", world.coast), ("border", world.borders), ("border disputed", world.disputed))
    lines = "".join(
        element("path", class_=name, d="".join(view.path(thinned(line, finest)) for line in group if near(line)))
        for name, group in groups
    )
    return element("path", class_="land", d=land), lines


def _sites(view: View, sites: Sites) -> str:
    rows = [("asset", name, "defended asset", lat, lon) for name, lat, lon in sites.assets]
    for w in sites.watchers:
        rows.append(("airborne" if w.airborne else "sensor", w.name, w.system, w.lat_deg, w.lon_deg))
    out: list[str] = []
    for kind, name, what, lat, lon in reversed(rows):  # assets on top
        x, y = view.at(lon, lat)
        mark = element("path", element("title", escape(f"{name} · {what}")), class_=kind, d=_MARK[kind])
        out.append(element("g", mark, transform=f"translate({x:.1f} {y:.1f})"))
    # names keep clear of all marks, and of one another
    taken: list[Bounds] = [(x - 6.0, y - 6.0, x + 6.0, y + 6.0) for x, y in (view.at(row[4], row[3]) for row in rows)]
    for kind, name, lat, lon in sites.named():
        x, y = view.at(lon, lat)
        half = _LETTER * len(name) + 4.0
        beside = [(sign * (half + 8.0), dy) for sign in (1.0, -1.0) for dy in (4.0, -8.0, 16.0)]
        for dx, dy in ((0.0, -13.0), (0.0, 22.0), *beside, (0.0, -26.0), (0.0, 35.0)):
            box = (x + dx - half, y + dy - 12.0, x + dx + half, y + dy + 4.0)
            if box[0] > 0.0 and box[2] < WIDTH and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                out.append(
                    element("text", escape(name), class_=f"name {kind}", x=x + dx, y=y + dy, text_anchor="middle")
                )
                break
    return "".join(out)


def _overlap(first: Bounds, second: Bounds) -> bool:
    return first[0] < second[2] and first[2] > second[0] and first[1] < second[3] and first[3] > second[1]


def _scale_bar(view: View) -> str:
    """True at the map's southern edge, where it stands."""
    km_a_unit = radians(1.0) * EARTH_RADIUS_M * cos(radians(view.bounds[0])) / 1000.0 / view.scale[0]
    km = nice_step(0.3 * WIDTH * km_a_unit, 2)
    y, long = view.height - 16.0, km / km_a_unit
    bar = element("path", class_="scale", d=f"M18 {y - 6.0:.1f}v6h{long:.1f}v-6")
    return bar + element("text", f"{km:g} km", class_="name", x=18.0 + 0.5 * long, y=y - 9.0, text_anchor="middle")
