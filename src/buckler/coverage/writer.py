"""The files of a coverage study: rasters, shapes, tables, pictures and the page, each with what all of them repeat."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from buckler.coverage import charts, geojson, geotiff, page, pictures
from buckler.coverage.area import Grid
from buckler.coverage.eye import Singles
from buckler.coverage.images import Images
from buckler.coverage.layers import HIGH, LOW, NOMINAL, Difference, Layer, Question, Share
from buckler.coverage.network import Watcher
from buckler.coverage.pictures import Maps, Notes, Sites, height_name
from buckler.coverage.ranges import FirstDetection, Section, ring_of
from buckler.coverage.reaction import Reaction
from buckler.coverage.result import KM2, Result, time_left
from buckler.coverage.tables import write_csv
from buckler.log.text import write_whole

Mask = npt.NDArray[np.bool_]
PD_STEPS: Final = 4096
"""Of a probability in a raster: far below what anything here is good for, and half the bytes."""


class Writer:
    """Writes into one folder and remembers what it wrote."""

    def __init__(self, folder: Path, title: str, notes: Notes, grid: Grid, sites: Sites, speed_mps: float) -> None:
        self.folder, self.title, self.notes, self.grid, self.speed_mps = folder, title, notes, grid, speed_mps
        self.sites, self.maps = sites, Maps(grid, sites, notes)
        question = notes.question
        self.about = {
            "terrain_caveat": notes.caveat,
            "notional": notes.notional,
            "terrain": notes.terrain,
            "target": question.target.name,
            "target_is": question.flown,
            "heights_are": question.reference,
        }
        self.files: list[Path] = []
        self.missing = [] if geotiff.available() else ["GeoTIFF: rasterio is not installed (pip install rasterio)"]
        self._areas: list[dict[str, Any]] = []

    def _map(self, name: str) -> Path:
        return self.folder / "maps" / name

    def _table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], **more: str) -> None:
        path = self.folder / "tables" / f"{name}.csv"
        self.files.append(write_csv(path, columns, rows, {**self.about, **more}))

    # --- one height ---------------------------------------------------------------------------------------------------

    def layer(self, layer: Layer) -> None:
        """The products of one height."""
        stem = f"{layer.height_m:05.0f}m"
        title = f"What the network sees at {height_name(layer.height_m)}"
        self.files += self.maps.detection(self._map(f"detection-{stem}"), [layer], title)
        self.files += self.maps.count(self._map(f"sensors-{stem}"), layer)
        self.files += self.maps.spread(self._map(f"spread-{stem}"), layer)
        self.files += charts.shares_chart(self._map(f"shares-{stem}"), layer.shares, self.notes)
        self._layer_rasters(stem, layer)
        self._layer_shapes(layer)

    def _layer_rasters(self, stem: str, layer: Layer) -> None:
        if self.missing:
            return
        tags = {**self.about, "height_m": f"{layer.height_m:g}", "seen_pd": f"{self.notes.question.seen_pd:g}"}
        bands = [
            geotiff.Band(f"{what} {name} cross-section", "probability", np.rint(values[k] * PD_STEPS) / np.float32(PD_STEPS))
            for what, values in (("combined Pd,", layer.any), ("best sensor's Pd,", layer.best))
            for k, name in ((NOMINAL, "nominal"), (LOW, "low"), (HIGH, "high"))
        ]
        rasters = self.folder / "rasters"
        self.files.append(geotiff.write_geotiff(rasters / f"detection-{stem}.tif", self.grid, bands, tags))
        counts = [geotiff.Band("sensors that see the target", "count", layer.sensors)]
        self.files.append(geotiff.write_geotiff(rasters / f"sensors-{stem}.tif", self.grid, counts, tags))

    def _layer_shapes(self, layer: Layer) -> None:
        q = self.notes.question
        for level in (0.1, 0.5, 0.9):
            kind = {"kind": "combined probability", "at_least": level, "cross_section": "nominal"}
            self._area(layer.height_m, layer.any[NOMINAL], level, kind)
        areas = {NOMINAL: layer.seen_m2, LOW: layer.seen_range_m2[0], HIGH: layer.seen_range_m2[1]}
        for k, name in ((LOW, "low"), (NOMINAL, "nominal"), (HIGH, "high")):
            kind = {"kind": "seen by at least one sensor", "at_least": q.seen_pd, "cross_section": name}
            self._area(layer.height_m, layer.best[k], q.seen_pd, {**kind, "area_km2": round(areas[k] * KM2, 1)})

    def _area(self, height_m: float, values: npt.NDArray[Any], level: float, properties: Mapping[str, Any]) -> None:
        q = self.notes.question
        shape = geojson.multipolygon(geojson.areas_above(self.grid, values, level))
        common = {"height_m": height_m, "heights_are": q.reference, "target": q.target.name}
        self._areas.append(geojson.feature(shape, {**properties, **common}))

    def difference(self, height_m: float, first: Mask, second: Mask, sites: Sites, names: tuple[str, str]) -> None:
        """What a second network gains and loses at one height."""
        for kind, mask in (("lost", first & ~second), ("gained", second & ~first)):
            area = round(self.grid.area_m2(mask) * KM2, 1)
            self._area(height_m, mask.astype(np.float32), 0.5, {"kind": kind, "area_km2": area})
        stem = self._map(f"difference-{height_m:05.0f}m")
        self.files += pictures.difference_map(stem, self.grid, height_m, first, second, sites, self.notes, names)

    # --- the whole ----------------------------------------------------------------------------------------------------

    def story(self, layers: Sequence[Layer]) -> None:
        """Several heights side by side."""
        title = "The same network, low and high" if len(layers) == 2 else "The same network, by the target's height"
        self.files += self.maps.detection(self._map("story"), layers, title)

    def lowest(self, in_sight_m: Singles, seen_m: Singles) -> None:
        """The lowest height seen."""
        self.files += self.maps.lowest(self._map("lowest-height"), seen_m)
        if not self.missing:
            bands = [
                geotiff.Band("lowest height above ground seen", "m", seen_m),
                geotiff.Band("lowest height above ground in line of sight", "m", in_sight_m),
            ]
            path = self.folder / "rasters" / "lowest-height.tif"
            self.files.append(geotiff.write_geotiff(path, self.grid, bands, self.about))

    def ranges(
        self,
        watchers: Sequence[Watcher],
        curves: Mapping[str, Sequence[FirstDetection]],
        published_km: Mapping[str, float],
        asked_m: Sequence[float],
    ) -> None:
        """First detection: chart, tables and rings."""
        stem = self._map("first-detection")
        self.files += charts.first_detection_chart(stem, curves, published_km, self.notes, self.speed_mps)
        speed = f"{self.speed_mps:g}"
        columns: tuple[str, ...] = ("sensor", "height_m", "azimuth_deg", "single_scan_km", "cumulative_km")
        self._table("first-detection", columns, _by_azimuth(curves), speed_mps=speed)
        rows = (
            (name, c.height_m, *(v / 1000.0 for v in c.spread_m()), c.spread_m(c.cumulative_m)[1] / 1000.0)
            for name, found in curves.items()
            for c in found
        )
        columns = ("sensor", "height_m", "p10_km", "median_km", "p90_km", "cumulative_median_km")
        self._table("range-rings", columns, rows, speed_mps=speed)
        rings = []
        for watcher in watchers:
            for found in curves[watcher.name]:
                if found.height_m in asked_m:
                    about = {
                        "kind": "first detection",
                        "sensor": watcher.name,
                        "system": watcher.system,
                        "height_m": found.height_m,
                        "median_km": round(found.spread_m()[1] / 1000.0, 1),
                        "target": self.notes.question.target.name,
                    }
                    rings.append(geojson.feature(geojson.polygon(ring_of(watcher, found)), about))
        self._shapes("first-detection", rings)

    def section(self, section: Section, watcher: Watcher) -> None:
        """One vertical coverage diagram."""
        for part in ("maps", "tables"):
            (self.folder / part / "vertical").mkdir(exist_ok=True)
        name = file_name(watcher.name)
        self.files += charts.section_chart(self._map(f"vertical/{name}"), section, self.notes, watcher.system)
        columns: tuple[str, ...] = ("range_km", "ground_m", "lowest_in_sight_m", "lowest_seen_m", "highest_seen_m")
        rows = _section_rows(section, self.notes.question.seen_pd)
        more = {"sensor": watcher.name, "azimuth_deg": f"{section.azimuth_deg:.1f}", "heights_are": "above sea level"}
        self._table(f"vertical/{name}", columns, rows, **more)

    def reactions(self, lines: Sequence[Reaction]) -> None:
        """The chart of the time that is left."""
        if lines:
            self.files += charts.reaction_chart(self._map("reaction-time"), lines, self.notes)

    def shapes(self, watchers: Sequence[Watcher], assets: Sequence[tuple[str, float, float]]) -> None:
        """The areas of every height, and the sites."""
        self._shapes("areas", self._areas)
        sites = [geojson.feature(geojson.point(lat, lon), {"kind": "asset", "name": n}) for n, lat, lon in assets]
        for w in watchers:
            about = {"kind": "sensor", "name": w.name, "system": w.system, "height_m": round(w.height_m, 1)}
            sites.append(geojson.feature(geojson.point(w.lat_deg, w.lon_deg), about))
        self._shapes("sites", sites)

    def _shapes(self, name: str, features: Iterable[Mapping[str, Any]]) -> None:
        path = self.folder / "shapes" / f"{name}.geojson"
        self.files.append(geojson.write_geojson(path, features, {"name": self.title, **self.about}))

    def tables(
        self,
        layers_m2: Mapping[float, tuple[float, float, float]],
        shares: Mapping[float, Sequence[Share]],
        reactions: Sequence[Reaction],
        differences: Sequence[Difference],
        names: tuple[str, str] | None,
    ) -> None:
        """Areas, shares, reaction times, and what a comparison found."""
        columns: tuple[str, ...] = ("height_m", "seen_km2", "seen_low_rcs_km2", "seen_high_rcs_km2")
        self._table("area", columns, ((h, *(v * KM2 for v in of)) for h, of in layers_m2.items()))
        columns = ("height_m", "sensor", "system", "sees_km2", "only_it_km2", "combined_loss_km2", "share_of_network")
        rows = (
            (height, s.sensor, s.system, s.seen_m2 * KM2, s.only_m2 * KM2, s.combined_m2 * KM2, s.share)
            for height, of in shares.items()
            for s in of
        )
        self._table("sensors", columns, rows)
        columns = ("asset", "height_m", "speed_mps", "azimuth_deg", "first_seen_km", "time_s", "in_view_s")
        times = (
            (r.asset, r.height_m, r.speed_mps, float(a), float(d) / 1000.0, float(t), float(v))
            for r in reactions
            for a, d, t, v in zip(r.azimuth_deg, r.distance_m, r.time_s, r.in_view_s, strict=True)
        )
        self._table("reaction-time", columns, times)
        if names is not None:
            columns = ("height_m", "first_km2", "second_km2", "both_km2", "lost_km2", "gained_km2")
            changes = ((d.height_m, *(v * KM2 for v in d[1:])) for d in differences)
            self._table("difference", columns, changes, first=names[0], second=names[1])

    def page(self, shown: Images, result: Result) -> None:
        """index.html."""
        sections = [*_share_sections(result), *_reaction_sections(result), *_difference_sections(result)]
        asked = result.heights_m[0]
        text = page.page(self.title, shown, self.sites, self.notes, asked, sections, _facts(self.notes))
        self.files.append(write_whole(self.folder / "index.html", text))


# --- rows -------------------------------------------------------------------------------------------------------------


def file_name(name: str) -> str:
    """A name as a file's: letters without accents and digits, the rest as hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i"))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in kept).strip("-") or "sensor"


def _by_azimuth(curves: Mapping[str, Sequence[FirstDetection]]) -> Iterator[tuple[Any, ...]]:
    for name, found in curves.items():
        for c in found:
            for azimuth, single, cumulative in zip(c.azimuth_deg, c.single_m, c.cumulative_m, strict=True):
                yield name, c.height_m, float(azimuth), float(single) / 1000.0, float(cumulative) / 1000.0


def _section_rows(section: Section, seen_pd: float) -> Iterator[tuple[Any, ...]]:
    enough = np.nan_to_num(section.pd) >= seen_pd
    for i, distance in enumerate(section.range_m):
        heights = section.height_m[enough[:, i]]
        ends = (float(heights[0]), float(heights[-1])) if heights.size else (None, None)
        yield float(distance) / 1000.0, float(section.ground_m[i]), float(section.lowest_m[i]), *ends


# --- the page's sections ----------------------------------------------------------------------------------------------

_Section = tuple[str, str, str]


def _share_sections(result: Result) -> Iterator[_Section]:
    head = ("sensor", "sees, km²", "only it, km²", "of the network", "combined loss, km²")
    words = (
        "The network would lose the area that only one sensor sees if that sensor were gone. The last column counts "
        "where the combined probability of the rest falls below the limit."
    )
    for height in result.heights_m[:3]:
        rows = []
        for s in result.shares[height]:
            areas = [f"{area * KM2:,.0f}" for area in (s.seen_m2, s.only_m2, s.combined_m2)]
            name = s.sensor if s.sensor == s.system else f"{s.sensor} ({s.system})"
            rows.append((name, areas[0], areas[1], f"{100 * s.share:.1f} %", areas[2]))
        yield f"What each sensor adds at {height_name(height)}", words, page.table(head, rows)


def _reaction_sections(result: Result) -> Iterator[_Section]:
    if not result.reactions:
        return
    words = (
        "From the first sight of a target that flies straight at the asset until it is there; behind ground it may be "
        "lost again, so the last column counts the time in view. Track confirmation, identification and decision take "
        "their share of it."
    )
    rows = []
    for r in result.reactions:
        least, median, view = float(r.time_s.min()), float(np.median(r.time_s)), float(np.median(r.in_view_s))
        where = f"{r.worst_azimuth_deg:.0f}°"
        rows.append((r.asset, height_name(r.height_m), time_left(least), where, time_left(median), time_left(view)))
    head = ("asset", "height", "least", "from", "median over azimuth", "in view, median")
    yield f"The time that is left at {result.reactions[0].speed_mps:.0f} m/s", words, page.table(head, rows)


def _difference_sections(result: Result) -> Iterator[_Section]:
    if result.compared is None:
        return
    rows = []
    for d in result.differences:
        areas = [f"{area * KM2:,.0f}" for area in (d.first_m2, d.second_m2, d.lost_m2, d.gained_m2)]
        rows.append((height_name(d.height_m), *areas))
    title = f"From “{result.compared[0]}” to “{result.compared[1]}”"
    yield title, "Areas seen, in km².", page.table(("height", "first", "second", "lost", "gained"), rows)


def _aspects(q: Question) -> str:
    seen = {
        "nose": "Every sensor sees the target from ahead, as one that flies at it",
        "beam": "Every sensor sees the target from the side",
        "tail": "Every sensor sees the target from behind, as one that flies away",
    }[q.aspect]
    if q.heading_deg is not None:
        seen = f"The target flies on {q.heading_deg % 360.0:03.0f}° everywhere, and each sensor sees it from where it is"
    return f"{seen}; for the time that is left, it flies at the asset."


def _facts(notes: Notes) -> list[str]:
    q = notes.question
    return [
        f"Seen: at least one sensor has a single-scan probability of detection of {q.seen_pd:g} or more.",
        "The map's probability is that of at least one detection in one scan of every sensor; scans of different "
        "sensors are independent.",
        "Radar cross-sections are the catalog's, by each sensor's band: the class spans up to "
        f"{q.target.span_db(q.aspect):.0f} dB in one band, and its low and high ends are shown beside the nominal one."
        + (f" Here {q.target.note}." if q.target.note else ""),
        f"Line of sight over {notes.earth} and the terrain named above. Air and rain take their share on the "
        "slant path, as the scenario has them. No ducting, no diffraction, no clutter. The flashes "
        "of rotors and propellers are not modelled.",
        _aspects(q),
        *(["A sensor on an orbit: its probability is the mean over a round, of a scan at a moment chosen at random; its range "
           "rings and vertical diagrams are about the orbit's centre."] if notes.flying else []),
        *(["Sea or flat ground reflects, where the scenario says so: lobes, with nulls low over the horizon."] if notes.lobing else []),
        "A model at mission level, for comparison and argument; the published ranges behind it carry their own spread.",
    ]
