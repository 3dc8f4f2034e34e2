"""index.html: one self-contained page on which a reader moves the target's height. It asks no other host for anything."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.coverage.area import Bounds, Grid
from buckler.coverage.layers import HIGH, LOW, NOMINAL, Layer
from buckler.coverage.pictures import (
    COUNT_COLOURS,
    COUNT_EDGES,
    COUNT_NAMES,
    PD_COLOURS,
    PD_EDGES,
    PD_NAMES,
    Notes,
    Sites,
    area_name,
    classes,
    height_name,
)
from buckler.drawing import palette
from buckler.drawing.basemap import CREDIT, Line, base_map
from buckler.drawing.maps import EARTH_RADIUS_M, clip_ring, nice_step, thinned

WIDTH: Final = 960.0
MOST_PIXELS: Final = 700

KINDS: Final = (
    (
        "pd",
        "nominal cross-section",
        PD_COLOURS,
        PD_NAMES,
        "Probability that one scan of the network detects the target",
    ),
    ("low", "low cross-section", PD_COLOURS, PD_NAMES, "The same for the low end of the class's cross-section"),
    ("high", "high cross-section", PD_COLOURS, PD_NAMES, "The same for the high end of the class's cross-section"),
    ("count", "number of sensors", COUNT_COLOURS, COUNT_NAMES, "Sensors that see the target"),
)
"""What can be shown: key, button, colours, classes, meaning."""


def indexed_png(classed: NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    """A PNG of classes, row 0 at the top: 0 is clear, class n has colour n - 1.

    W3C Recommendation, Portable Network Graphics (third edition): colour type 3 with PLTE and tRNS.
    """
    rows, columns = classed.shape
    raw = np.zeros((rows, columns + 1), np.uint8)
    raw[:, 1:] = classed
    colour_table = b"\0\0\0" + b"".join(bytes.fromhex(c.removeprefix("#")) for c in colours)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"".join([
        b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
        chunk(b"PLTE", colour_table), chunk(b"tRNS", b"\0" + b"\xe6" * len(colours)),
        chunk(b"IDAT", zlib.compress(raw.tobytes(), 9)), chunk(b"IEND", b""),
    ])  # fmt: skip


class Pictures:
    """The page's images, collected height by height, so that no layer has to be kept."""

    def __init__(self, grid: Grid, bounds_deg: Bounds) -> None:
        self.grid = grid
        self.bounds = bounds_deg
        self.heights: list[dict[str, Any]] = []
        s, w, n, e = self.bounds
        self._rows = np.flatnonzero((grid.lat_deg >= s) & (grid.lat_deg <= n))
        self._columns = np.flatnonzero((grid.lon_deg >= w) & (grid.lon_deg <= e))
        step = max(1, -(-max(self._rows.size, self._columns.size) // MOST_PIXELS))
        self._rows, self._columns = self._rows[::-step], self._columns[::step]
        self.rectangle: Bounds = (
            float(grid.lat_deg[self._rows[-1]]) - 0.5 * step * grid.dlat_deg, float(grid.lon_deg[self._columns[0]]) - 0.5 * step * grid.dlon_deg,
            float(grid.lat_deg[self._rows[0]]) + 0.5 * step * grid.dlat_deg, float(grid.lon_deg[self._columns[-1]]) + 0.5 * step * grid.dlon_deg,
        )  # fmt: skip

    def add(self, layer: Layer) -> None:
        """Keep the images of one height."""
        at = np.ix_(self._rows, self._columns)
        shown = {
            "pd": classes(layer.any[NOMINAL][at], PD_EDGES), "low": classes(layer.any[LOW][at], PD_EDGES),
            "high": classes(layer.any[HIGH][at], PD_EDGES), "count": classes(layer.sensors[at], COUNT_EDGES),
        }  # fmt: skip
        low, high = layer.seen_range_m2
        self.heights.append({
            "height": layer.height_m, "name": height_name(layer.height_m), "area": area_name(layer.seen_m2), "km2": layer.seen_m2 / 1e6,
            "spread": f"{area_name(low)} to {area_name(high)}",
            "images": {
                key: "data:image/png;base64," + base64.b64encode(indexed_png(shown[key], colours)).decode("ascii")
                for key, _, colours, _, _ in KINDS
            },
        })  # fmt: skip


@dataclass(frozen=True)
class _View:
    bounds: Bounds

    @property
    def scale(self) -> tuple[float, float]:
        s, w, n, e = self.bounds
        x = WIDTH / (e - w)
        return x, x / max(cos(radians(0.5 * (s + n))), 0.1)

    @property
    def height(self) -> float:
        return (self.bounds[2] - self.bounds[0]) * self.scale[1]

    def at(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        x, y = self.scale
        return (lon_deg - self.bounds[1]) * x, (self.bounds[2] - lat_deg) * y

    def path(self, line: Line, closed: bool = False) -> str:
        if len(line) < 2:
            return ""
        x, y = self.scale
        page = np.column_stack([(line[:, 0] - self.bounds[1]) * x, (self.bounds[2] - line[:, 1]) * y])
        return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in page) + ("z" if closed else "")


def _base(view: _View) -> tuple[str, str]:
    world, bounds = base_map(), view.bounds
    finest = (bounds[3] - bounds[1]) / WIDTH
    s, w, n, e = bounds

    def near(line: Line) -> bool:
        (x0, y0), (x1, y1) = line.min(axis=0), line.max(axis=0)
        return bool(x0 <= e and x1 >= w and y0 <= n and y1 >= s)

    land = "".join(
        view.path(thinned(ring, finest), True) for r in world.land if near(r) and len(ring := clip_ring(r, bounds)) > 3
    )
    lines = "".join(
        f'<path class="{name}" d="{"".join(view.path(thinned(line, finest)) for line in group if near(line))}"/>'
        for name, group in (("coast", world.coast), ("border", world.borders), ("border disputed", world.disputed))
    )
    return f'<path class="land" d="{land}"/>', lines


_MARK: Final = {
    "asset": "M-6 -6h12v12h-12z", "sensor": "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z", "airborne": "M0 -8l7 8l-7 8l-7 -8z",
}  # fmt: skip


def _sites(view: _View, sites: Sites) -> str:
    out: list[str] = []
    taken: list[tuple[float, float, float, float]] = []
    rows = [("asset", n, "", lat, lon) for n, lat, lon in sites.assets]
    rows += [("airborne" if w.airborne else "sensor", w.name, w.system, w.lat_deg, w.lon_deg) for w in sites.watchers]
    for kind, name, system, lat, lon in reversed(rows):
        x, y = view.at(lon, lat)
        about = f"{name} · {system}" if system else f"{name} · defended asset"
        out.append(
            f'<g transform="translate({x:.1f} {y:.1f})"><path class="{kind}" d="{_MARK[kind]}"><title>{escape(about)}</title></path></g>'
        )
    for kind, name, _, lat, lon in rows:
        x, y = view.at(lon, lat)
        half = 4.2 * len(name) + 4
        for dx, dy in ((0, -13), (0, 22), (half + 8, 4), (-half - 8, 4)):
            box = (x + dx - half, y + dy - 12, x + dx + half, y + dy + 4)
            if (
                box[0] > 0
                and box[2] < WIDTH
                and not any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in taken)
            ):
                taken.append(box)
                out.append(
                    f'<text class="name {kind}" x="{x + dx:.1f}" y="{y + dy:.1f}" text-anchor="middle">{escape(name)}</text>'
                )
                break
    return "".join(out)


def _scale_bar(view: _View) -> str:
    south = view.bounds[0]
    km_a_pixel = radians(1.0) * EARTH_RADIUS_M * cos(radians(south)) / 1000.0 / view.scale[0]
    km = nice_step(0.25 * WIDTH * km_a_pixel, 1)
    y, long = view.height - 16, km / km_a_pixel
    return f'<path class="scale" d="M18 {y - 6:.1f}v6h{long:.1f}v-6"/><text class="name" x="{18 + long / 2:.1f}" y="{y - 9:.1f}" text-anchor="middle">{km:g} km</text>'


def _curve(heights: Sequence[Mapping[str, Any]]) -> str:
    """Area seen over height: a bar a height, which the slider marks."""
    most = max((h["km2"] for h in heights), default=0.0) or 1.0
    bars = "".join(
        f'<button type="button" class="bar" data-n="{n}" aria-label="{escape(h["name"])}: {escape(h["area"])} seen">'
        f'<b><i style="height:{max(1.0, 100.0 * h["km2"] / most):.1f}%"></i></b><span>{escape(h["name"])}</span></button>'
        for n, h in enumerate(heights)
    )
    return f'<div class="bars">{bars}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; every column but the first is for numbers."""
    top = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def page(
    title: str,
    pictures: Pictures,
    sites: Sites,
    notes: Notes,
    asked_m: float,
    sections: Sequence[tuple[str, str, str]],
    facts: Sequence[str],
) -> str:
    """The page as text. `sections`: heading, words, and ready HTML or SVG."""
    view = _View(pictures.bounds)
    heights = sorted(pictures.heights, key=lambda h: float(h["height"]))
    start = min(range(len(heights)), key=lambda n: abs(heights[n]["height"] - asked_m))
    land, lines = _base(view)
    s, w, n, e = pictures.rectangle
    (x0, y0), (x1, y1) = view.at(w, n), view.at(e, s)
    image = f'<image id="cover" x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}" preserveAspectRatio="none" href="{heights[start]["images"]["pd"]}"/>'
    svg = (
        f'<svg class="map" viewBox="0 0 {WIDTH:g} {view.height:.0f}" role="img" aria-label="Map of what the network sees">'
        f'<rect class="sea" width="{WIDTH:g}" height="{view.height:.0f}"/>{land}{image}{lines}{_sites(view, sites)}{_scale_bar(view)}</svg>'
    )
    kinds = "".join(
        f'<label><input type="radio" name="kind" value="{key}"{" checked" if key == "pd" else ""}> {escape(name)}</label>'
        for key, name, _, _, _ in KINDS
    )
    legends = "".join(
        f'<div class="legend" data-kind="{key}"{"" if key == "pd" else " hidden"}><span>{escape(meaning)}:</span>'
        + "".join(
            f'<span><i style="background:{c}"></i>{escape(t)}</span>' for c, t in zip(colours, names, strict=True)
        )
        + "</div>"
        for key, _, colours, names, meaning in KINDS
    )
    data = json.dumps(heights, separators=(",", ":")).replace("<", "\\u003c")
    parts = "".join(
        f"<section><h2>{escape(head)}</h2><p>{escape(words)}</p>{html}</section>" for head, words, html in sections
    )
    caveat = f'<p class="caveat"><strong>Terrain:</strong> {escape(notes.terrain)}{"; " + escape(notes.caveat) if notes.caveat else ""}.</p>'
    about = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    first = heights[start]
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="buckler"><title>{escape(title)} · coverage</title><style>{CSS}</style></head><body><main>
<h1>{escape(title)}</h1><p class="lead">What the network sees of: {escape(notes.question.target.title)}. Heights {notes.question.reference}.</p>
<p class="notice">{escape(notes.notional)}</p>{caveat}
<section class="mover"><label class="slider" for="height">Target height <output id="name" for="height">{escape(first["name"])}</output></label>
<input id="height" type="range" min="0" max="{len(heights) - 1}" step="1" value="{start}" aria-valuetext="{escape(first["name"])}">
<p class="answer" aria-live="polite">Seen: <b id="area">{escape(first["area"])}</b>
<small>with the class's lowest to highest cross-section <span id="spread">{escape(first["spread"])}</span></small></p>
<noscript><p>The slider needs JavaScript; without it the map shows {escape(first["name"])}.</p></noscript>
<figure>{svg}<figcaption>{escape(CREDIT)}. Equirectangular projection.</figcaption></figure>{legends}
<fieldset class="kinds"><legend>Show</legend>{kinds}</fieldset><h3>Area seen, by height</h3>{_curve(heights)}</section>
{parts}<section><h2>How to read this</h2><ul>{about}</ul></section>
</main><script type="application/json" id="data">{data}</script><script>{SCRIPT}</script></body></html>
"""


SCRIPT: Final = """
(function () {
  var rows = JSON.parse(document.getElementById("data").textContent), slider = document.getElementById("height"),
      cover = document.getElementById("cover"), kind = "pd", bars = document.querySelectorAll(".bar");
  function show() {
    var row = rows[+slider.value];
    cover.setAttribute("href", row.images[kind]);
    document.getElementById("name").textContent = row.name;
    document.getElementById("area").textContent = row.area;
    document.getElementById("spread").textContent = row.spread;
    slider.setAttribute("aria-valuetext", row.name);
    bars.forEach(function (bar, n) { bar.classList.toggle("here", n === +slider.value); });
    document.querySelectorAll(".legend").forEach(function (part) { part.hidden = part.dataset.kind !== kind; });
  }
  slider.addEventListener("input", show);
  bars.forEach(function (bar) { bar.addEventListener("click", function () { slider.value = bar.dataset.n; show(); }); });
  document.querySelectorAll("input[name=kind]").forEach(function (pick) {
    pick.addEventListener("change", function () { kind = pick.value; show(); });
  });
  show();
})();
"""

CSS: Final = f"""
:root {{ color-scheme: light; }} * {{ box-sizing: border-box; }}
body {{ margin: 0; font: 16px/1.5 system-ui, sans-serif; color: {palette.TEXT}; background: {palette.PAPER}; }}
main {{ max-width: 1000px; margin: 0 auto; padding: 20px 16px 60px; }}
h1 {{ font-size: 1.6rem; line-height: 1.2; margin: 0 0 4px; }} h2 {{ font-size: 1.2rem; margin: 36px 0 4px; }} h3 {{ font-size: 1rem; margin: 18px 0 4px; }}
p {{ margin: 4px 0 10px; }} .lead {{ color: #444; }}
.notice {{ border-left: 4px solid {palette.ORANGE}; background: #FFF7E6; padding: 8px 12px; }}
.caveat {{ border-left: 4px solid {palette.MUTED}; background: #F3F3F3; padding: 8px 12px; }}
.slider {{ display: flex; justify-content: space-between; font-weight: 600; font-size: 1.15rem; }}
input[type=range] {{ width: 100%; height: 44px; margin: 0; accent-color: {palette.BLUE}; }}
.answer b {{ font-size: 1.5rem; margin-right: 8px; }} .answer small {{ color: #555; }}
figure {{ margin: 0; }} .map {{ width: 100%; height: auto; display: block; border: 1px solid {palette.RULE}; }}
figcaption {{ font-size: .75rem; color: #555; }}
.sea {{ fill: {palette.SEA}; }} .land {{ fill: {palette.LAND}; }} #cover {{ image-rendering: pixelated; }}
.coast, .border, .scale {{ fill: none; stroke: #5F6C76; stroke-width: 1; vector-effect: non-scaling-stroke; }} .border {{ stroke: #7C7468; }}
.disputed {{ stroke-dasharray: 4 3; }} .scale {{ stroke: {palette.TEXT}; stroke-width: 2; }}
.asset {{ fill: #000; }} .sensor {{ fill: {palette.BLUISH_GREEN}; }} .airborne {{ fill: {palette.SKY_BLUE}; }}
path.asset, path.sensor, path.airborne {{ stroke: #fff; stroke-width: 1.2; }}
text.name {{ font-size: 15px; fill: {palette.TEXT}; paint-order: stroke; stroke: #fff; stroke-width: 3px; }} text.asset {{ font-weight: 700; }}
.legend {{ display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: .85rem; margin: 8px 0; }} .legend[hidden] {{ display: none; }}
.legend i {{ display: inline-block; width: 18px; height: 12px; margin-right: 6px; border: 1px solid {palette.MUTED}; }}
.kinds {{ display: flex; flex-wrap: wrap; gap: 4px 18px; border: 1px solid {palette.RULE}; }} .kinds label {{ padding: 8px 0; }}
.bars {{ display: flex; align-items: stretch; height: 150px; gap: 3px; }}
.bar {{ flex: 1; min-width: 0; display: flex; flex-direction: column; justify-content: flex-end; border: 0; background: none; padding: 0; font: inherit; cursor: pointer; }}
.bar b {{ flex: 1; display: flex; align-items: flex-end; min-height: 0; }} .bar i {{ flex: 1; background: {palette.SKY_BLUE}; display: block; }} .bar.here i {{ background: {palette.BLUE}; }}
.bar span {{ font-size: .7rem; color: #444; overflow: hidden; white-space: nowrap; }} .bar.here span {{ font-weight: 700; color: #000; }}
.scroll {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: right; padding: 5px 8px; border-bottom: 1px solid {palette.RULE}; white-space: nowrap; }} th:first-child, td:first-child {{ text-align: left; }}
section svg:not(.map) {{ max-width: 100%; height: auto; }}
@media (max-width: 600px) {{ text.name {{ font-size: 26px; stroke-width: 5px; }} text.sensor, text.airborne {{ display: none; }}
  path.asset, path.sensor, path.airborne {{ scale: 1.8; }} .bar span {{ writing-mode: vertical-rl; transform: rotate(180deg); align-self: center; height: 52px; }}
  .bars {{ height: 190px; }} }}
@media print {{ input[type=range], .kinds {{ display: none; }} * {{ print-color-adjust: exact; }} }}
"""
