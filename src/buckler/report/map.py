"""The map of the report: base map, sites, coverage rings, reach, and the tracks of one replication, as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, isfinite, radians
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.drawing.basemap import CREDIT, base_map
from buckler.drawing.maps import EARTH_RADIUS_M, Bounds, bounds_around, nice_step, range_ring
from buckler.report.labels import Label, place
from buckler.report.links import link_lines
from buckler.report.markup import Child, Markup, path, tag

_WIDTH: Final = 960.0
_LOWEST, _HIGHEST = 480.0, 800.0
_BEYOND_DEG: Final = 3.0
"""How far the map follows tracks beyond the defence: the way in matters, not a far launch point."""
_SAME_SITE_KM: Final = 8.0
_SEEN_PX: Final = 6.0
"""A ring smaller than this is a sensor that sees nothing at that height."""

Row = dict[str, Any]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """The projection: equirectangular, true to scale at the middle latitude."""

    bounds: Bounds

    @property
    def scale(self) -> float:
        """Pixels a degree of latitude."""
        south, west, north, east = self.bounds
        return _WIDTH / ((east - west) * cos(radians((south + north) / 2)))

    @property
    def height(self) -> float:
        """Height of the picture in pixels."""
        return (self.bounds[2] - self.bounds[0]) * self.scale

    def page(self, lon_lat_deg: Points) -> Points:
        """[point, (longitude, latitude)] in degrees to [point, (x, y)] in pixels."""
        south, west, north, _ = self.bounds
        stretch = cos(radians((south + north) / 2))
        return np.column_stack([
            (lon_lat_deg[:, 0] - west) * self.scale * stretch, (north - lon_lat_deg[:, 1]) * self.scale
        ])  # fmt: skip

    def at(self, row: Row) -> tuple[float, float]:
        """Where an entity stands on the page."""
        x, y = self.page(np.array([[row["lon_deg"], row["lat_deg"]]]))[0]
        return float(x), float(y)


def draw_map(
    entities: Sequence[Row], rings: Sequence[Row], tracks: dict[str, Points], fate: dict[str, str]
) -> tuple[Markup, list[str], int]:
    """The map, the names of the ring groups that it holds (one shown at a time, `ring-N`), and which to show first.

    `tracks` holds [point, (longitude, latitude)] by the name of a threat, a shot or a sensor that flies; `fate` says
    "killed" or "got through" for the threats that were.
    """
    sensors = {row["key"] for row in entities if row["kind"] == "sensor"}
    orbits, tracks = ({key: tracks[key] for key in tracks if (key in sensors) == flies} for flies in (True, False))
    standing = [row for row in entities if row["side"] == "defence" and placed(row)]
    view = View(_bounds(standing, [tracks[key] for key in tracks if key in {r["key"] for r in entities}]))
    classes = {row["key"]: row["class"] for row in entities if row["kind"] == "threat"}
    classes |= {row["key"]: row["side"] for row in entities if row["kind"] == "aircraft"}
    classes |= {row["key"]: "stage" for row in entities if row["kind"] == "spent stage"}
    ring_parts, names, first = _rings(rings, view)
    through = Counter(row["parent"] for row in entities if fate.get(row["key"]) == "got through")
    parts: list[Child] = [
        tag("rect", width=_WIDTH, height=view.height, class_="sea"),
        _land(view),
        ring_parts,
        _reach(entities, view),
        link_lines(entities, view.at),
        _tracks(tracks, classes, fate, view),
        _orbits(orbits, view),
        _sites(standing, view),
        _labels(standing, through, tracks, view),
        _scale_bar(view),
    ]
    svg = tag(
        "svg", parts, viewBox=f"0 0 {_WIDTH:.0f} {view.height:.0f}", class_="map", role="img",
        aria_label="Map of the defended sites, batteries, sensors and the tracks of the threats",
    )  # fmt: skip
    return svg, names, first


def placed(row: Row) -> bool:
    """Whether an entity has a position: a command post may have none."""
    return all(row[name] is not None and isfinite(row[name]) for name in ("lat_deg", "lon_deg"))


def credit() -> str:
    """Where the base map comes from."""
    return CREDIT


def _bounds(standing: Sequence[Row], tracks: Sequence[Points]) -> Bounds:
    lat = np.array([row["lat_deg"] for row in standing] or [39.0])
    lon = np.array([row["lon_deg"] for row in standing] or [35.0])
    if tracks:
        points = np.concatenate(tracks)
        lat_ends = np.clip([points[:, 1].min(), points[:, 1].max()], lat.min() - _BEYOND_DEG, lat.max() + _BEYOND_DEG)
        lon_ends = np.clip([points[:, 0].min(), points[:, 0].max()], lon.min() - _BEYOND_DEG, lon.max() + _BEYOND_DEG)
        lat, lon = np.append(lat, lat_ends), np.append(lon, lon_ends)
    south, west, north, east = bounds_around(lat, lon, least_deg=1.2)
    stretch = cos(radians((south + north) / 2))
    wide, high = (east - west) * stretch, north - south
    if high / wide < _LOWEST / _WIDTH:
        more = (wide * _LOWEST / _WIDTH - high) / 2
        south, north = south - more, north + more
    elif high / wide > _HIGHEST / _WIDTH:
        more = (high * _WIDTH / _HIGHEST - wide) / 2 / stretch
        west, east = west - more, east + more
    return south, west, north, east


def _land(view: View) -> Markup:
    world = base_map()
    land = " ".join(d for ring in world.land if (d := path(_thinned(_clipped(view.page(ring), view)), closed=True)))
    lines = {
        name: " ".join(path(_thinned(piece)) for line in group for piece in _pieces(view.page(line), view))
        for name, group in (("coast", world.coast), ("border", world.borders), ("disputed", world.disputed))
    }
    return tag(
        "g", tag("path", d=land, class_="land"), [tag("path", d=d, class_=name) for name, d in lines.items() if d]
    )


def _clipped(ring: Points, view: View) -> Points:
    """A ring cut to the picture (Sutherland and Hodgman 1974, doi:10.1145/360767.360802)."""
    for axis, limit, sign in ((0, -4.0, 1), (0, _WIDTH + 4, -1), (1, -4.0, 1), (1, view.height + 4, -1)):
        if len(ring) == 0:
            break
        inside = sign * (ring[:, axis] - limit) >= 0
        if inside.all():
            continue
        kept: list[Points] = []
        for here, there, here_in, there_in in zip(ring, np.roll(ring, -1, 0), inside, np.roll(inside, -1), strict=True):
            if here_in:
                kept.append(here)
            if here_in != there_in:
                kept.append(here + (there - here) * (limit - here[axis]) / (there[axis] - here[axis]))
        ring = np.array(kept).reshape(-1, 2)
    return ring


def _pieces(line: Points, view: View) -> Iterable[Points]:
    """The pieces of a line that touch the picture."""
    x, y = line.T
    near = (x > -40) & (x < _WIDTH + 40) & (y > -40) & (y < view.height + 40)
    edges = np.flatnonzero(np.diff(near.astype(np.int8), prepend=0, append=0))
    return (line[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True) if last - first > 1)


def _thinned(line: Points, least: float = 0.8) -> list[tuple[float, float]]:
    """A line without points that lie closer together than the eye tells apart."""
    kept: list[tuple[float, float]] = []
    last = len(line) - 1
    for number, (x, y) in enumerate(line.tolist()):
        if not kept or number == last or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= least:
            kept.append((x, y))
    return kept


def _simplified(line: Points, tolerance: float = 0.4) -> Points:
    """A line with the fewest of its points that stay within the tolerance (Douglas and Peucker 1973)."""
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        chord, inner = line[last] - line[first], line[first + 1 : last] - line[first]
        square = float(chord @ chord)
        along = np.clip(inner @ chord / square, 0.0, 1.0) if square > 0 else np.zeros(len(inner))
        away = np.hypot(*(inner - along[:, None] * chord).T)
        farthest = int(np.argmax(away))
        if away[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return line[keep]


def _rings(rings: Sequence[Row], view: View) -> tuple[Markup, list[str], int]:
    groups = sorted({(ring["height_m"], str(ring.get("target_class") or "")) for ring in rings})
    several = len({target for _, target in groups}) > 1
    names = [f"{_height(height)}{f', {target}' if several and target else ''}" for height, target in groups]
    parts, seen = [], []
    for number, (height, target) in enumerate(groups):
        lines = []
        for ring in rings:
            if (ring["height_m"], str(ring.get("target_class") or "")) != (height, target):
                continue
            points = view.page(np.column_stack([ring["lon_deg"], ring["lat_deg"]]).astype(np.float64))
            if max(np.ptp(points, axis=0)) < _SEEN_PX:
                continue
            sees = f"first sees {target} at" if target else "line of sight to"
            label = f"{ring.get('system') or ring['sensor']} ({ring['sensor']}): {sees} "
            lines.append(tag("path", tag("title", label + _height(height)), d=path(_thinned(points, 2), closed=True)))
        parts.append(tag("g", lines, class_=f"rings ring-{number}"))
        seen.append(len(lines))
    # The lowest height that most sensors see at all: what is hidden from nearly all of them makes an empty picture.
    first = next((number for number, count in enumerate(seen) if 2 * count >= max(seen)), 0)
    return tag("g", parts), names, first


def _height(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def _reach(entities: Sequence[Row], view: View) -> Markup:
    """For every battery the maximum range of its longest-ranged weapon."""
    longest: dict[str, Row] = {}
    for row in entities:
        if row["kind"] == "weapon" and row["range_m"] and placed(row):
            best = longest.get(row["parent"])
            if best is None or row["range_m"] > best["range_m"]:
                longest[row["parent"]] = row
    parts = []
    for row in longest.values():
        ring = range_ring(row["lat_deg"], row["lon_deg"], row["range_m"], points=73)
        text = f"{row['system']}: maximum range {row['range_m'] / 1000:g} km"
        parts.append(tag("path", tag("title", text), d=path(_thinned(view.page(ring), 2), closed=True)))
    return tag("g", parts, class_="reach")


def _tracks(tracks: dict[str, Points], classes: dict[str, str], fate: dict[str, str], view: View) -> Markup:
    shots, ends = [], []
    routes: list[tuple[str, Points, list[str]]] = []
    on_page = {key: view.page(points) for key, points in tracks.items()}
    for key in sorted(on_page, key=lambda key: -len(on_page[key])):
        line = on_page[key]
        if key not in classes:
            shots.append(tag("path", d=_line(line)))
            continue
        became = fate.get(key, "still flying at the end")
        same = next((route for route in routes if route[0] == classes[key] and _along(line, route[1])), None)
        if same is None:
            same = (classes[key], line, [])
            routes.append(same)
        same[2].append(f"{key}: {became}")
        x, y = map(float, line[-1])
        if became == "got through":
            ends.append(tag("path", d=f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10", class_="end-through"))
        elif became == "killed":
            ends.append(tag("circle", cx=x, cy=y, r=3.6, class_="end-killed"))
    lines = [
        tag("path", tag("title", "\n".join(sorted(names))), d=_line(line), class_=f"track c-{name}")
        for name, line, names in routes
    ]
    return tag("g", tag("g", shots, class_="shots"), tag("g", lines), tag("g", ends))


def _orbits(orbits: dict[str, Points], view: View) -> Markup:
    """One round of each sensor that flies."""
    lines = []
    for key in sorted(orbits):
        line = view.page(orbits[key])
        away = np.hypot(*(line - line[0]).T)
        far = int(np.argmax(away > 0.5 * away.max()))
        back = np.flatnonzero(away[far:] < 0.1 * away.max())
        round_ = line[: far + int(back[0]) + 1 : 3] if back.size else line[::3]
        lines.append(tag("path", tag("title", f"{key}: its orbit"), d=_line(round_), class_="orbit"))
    return tag("g", lines)


def _along(line: Points, drawn: Points, near: float = 5.0) -> bool:
    """Whether a line runs along one that is drawn already: dashes laid over each other would show as a solid line."""
    few = line[:: max(len(line) // 24, 1)]
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(drawn, axis=0).T))])
    at = np.arange(0.0, way[-1] + near, near / 2)
    drawn = np.column_stack([np.interp(at, way, drawn[:, 0]), np.interp(at, way, drawn[:, 1])])
    away = np.hypot(few[:, None, 0] - drawn[None, :, 0], few[:, None, 1] - drawn[None, :, 1])
    return bool(np.all(away.min(axis=1) < near))


def _line(points: Points) -> str:
    return path((x, y) for x, y in _simplified(points).tolist())


_MARK: Final = {
    "asset": "M-6 -6h12v12h-12z",
    "battery": "M0 -7.5l7 13h-14z",
    "sensor": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "command": "M0 -7l6.7 4.8l-2.6 7.9h-8.2l-2.6 -7.9z",
}


def _sites(standing: Sequence[Row], view: View) -> Markup:
    parts = []
    for kind in ("sensor", "command", "battery", "asset"):
        for row in standing:
            if row["kind"] == kind:
                x, y = view.at(row)
                what = f"{row['name']} · {row['system'] or kind}{' · hypothetical' if row['hypothetical'] else ''}"
                mark = tag("path", tag("title", what), d=_MARK[kind], class_=f"site {kind}")
                parts.append(tag("g", mark, transform=f"translate({x:.1f} {y:.1f})"))
    return tag("g", parts)


def _labels(standing: Sequence[Row], through: Counter[str], tracks: dict[str, Points], view: View) -> Markup:
    """The names: assets foremost, then batteries, then sensors that stand apart; the rest on pointing."""
    marks = [view.at(row) for row in standing]
    marks += [(float(x), float(y)) for points in tracks.values() for x, y in view.page(points[-1:])]
    near = _SAME_SITE_KM / (radians(1) * EARTH_RADIUS_M / 1000) * view.scale
    wanted: list[Label] = []
    for kind in ("asset", "battery", "sensor"):
        for row in standing:
            if row["kind"] != kind:
                continue
            x, y = view.at(row)
            if kind == "sensor" and any(
                abs(x - label.x) + abs(y - label.y) < near for label in wanted if label.style == "battery"
            ):
                continue
            name = row["name"] if kind != "sensor" else row["system"] or row["name"]
            if through[row["key"]]:
                name += f" · {through[row['key']]} through"
            wanted.append(Label(x, y, name, kind))
    placed = place(wanted, marks, (_WIDTH, view.height), 13.0)
    large = place([label for label in wanted if label.style == "asset"], marks, (_WIDTH, view.height), 27.0)
    return tag("g", tag("g", _texts(placed), class_="for-wide"), tag("g", _texts(large), class_="for-narrow"))


def _texts(labels: Iterable[Label]) -> list[Markup]:
    return [
        tag("text", label.text, x=label.x, y=label.y, text_anchor="middle", class_=f"name {label.style}")
        for label in labels
    ]


def _scale_bar(view: View) -> Markup:
    km_per_pixel = radians(1) * EARTH_RADIUS_M / 1000 / view.scale
    length_km = nice_step(0.3 * _WIDTH * km_per_pixel, 2)
    y, x, width = view.height - 18, 20.0, length_km / km_per_pixel
    return tag(
        "g",
        tag("path", d=f"M{x:.1f} {y - 5:.1f}v5h{width:.1f}v-5", class_="scale"),
        tag("text", f"{length_km:g} km", x=x + width / 2, y=y - 6, text_anchor="middle", class_="name scale-text"),
    )
