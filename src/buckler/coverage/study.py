"""A whole coverage study of a scenario: every product in a folder, and what the terminal says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from buckler import __version__
from buckler.compiled import kernel_hash
from buckler.coverage import charts, folder, geojson, geotiff, page, pictures
from buckler.coverage.area import Grid, grid_over
from buckler.coverage.layers import (
    HIGH,
    LOW,
    NOMINAL,
    SEEN_PD,
    Difference,
    Layer,
    Question,
    Share,
    difference,
    ground_under,
    layer_at,
    lowest_of,
    require_height,
    shares_of,
)  # fmt: skip
from buckler.coverage.network import Watcher, area_seen, taken_out, watchers_of
from buckler.coverage.pictures import Notes, Sites, height_name
from buckler.coverage.ranges import CURVE_HEIGHTS_M, FirstDetection, first_detections, ring_of, section_of
from buckler.coverage.reaction import Reaction, reaction_time
from buckler.coverage.tables import write_csv
from buckler.coverage.target import USUAL, target_named
from buckler.errors import InputError
from buckler.log.text import write_whole
from buckler.physics.earth import geodesic_inverse
from buckler.world.compile import World, compile_world

if TYPE_CHECKING:
    from rich.console import RenderableType

    from buckler.scenario.load import Loaded

SLIDER_HEIGHTS_M: Final = (50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0)
"""The heights that the page shows besides those asked for."""
STORY_HEIGHTS_M: Final = (100.0, 10_000.0)
USUAL_SPEED_MPS: Final = 250.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Result:
    """What a study found, and where it lies."""

    folder: Path
    title: str
    question: Question
    grid: Grid
    heights_m: list[float]
    layers_m2: dict[float, tuple[float, float, float]]
    """Area seen by height: nominal, low and high cross-section."""
    shares: dict[float, list[Share]]
    reactions: list[Reaction]
    differences: list[Difference]
    compared: tuple[str, str] | None
    notes: Notes
    files: list[Path] = field(repr=False)
    missing: list[str]
    """Products that could not be made, and why."""

    def summary(self) -> dict[str, Any]:
        """A machine's answer."""
        return {
            "folder": str(self.folder), "scenario": self.title, "target": self.question.target.name, "seen_pd": self.question.seen_pd,
            "heights_are": self.question.reference, "cell_deg": [self.grid.dlat_deg, self.grid.dlon_deg], "cells": list(self.grid.shape),
            "area_seen_km2": {f"{h:g}": {"nominal": n / 1e6, "low_rcs": lo / 1e6, "high_rcs": hi / 1e6} for h, (n, lo, hi) in self.layers_m2.items()},
            "sensors": {f"{h:g}": [_share_row(s) for s in shares] for h, shares in self.shares.items()},
            "reaction": [
                {"asset": r.asset, "height_m": r.height_m, "speed_mps": r.speed_mps, "least_s": float(r.time_s.min()),
                 "median_s": float(np.median(r.time_s)), "median_in_view_s": float(np.median(r.in_view_s)), "worst_azimuth_deg": r.worst_azimuth_deg} for r in self.reactions
            ],
            "compared": self.compared,
            "difference_km2": [
                {"height_m": d.height_m, "lost": d.lost_m2 / 1e6, "gained": d.gained_m2 / 1e6, "both": d.both_m2 / 1e6} for d in self.differences
            ],
            "terrain": self.notes.terrain, "caveat": self.notes.caveat, "notional": self.notes.notional, "missing": self.missing,
        }  # fmt: skip

    def render(self) -> RenderableType:
        """What the command prints."""
        from buckler.coverage.terminal import render

        return render(self)


def _share_row(share: Share) -> dict[str, Any]:
    return {
        "sensor": share.sensor, "system": share.system, "sees_km2": share.seen_m2 / 1e6, "only_it_km2": share.only_m2 / 1e6,
        "combined_loss_km2": share.combined_m2 / 1e6, "share_of_network": share.share,
    }  # fmt: skip


def world_of(scenario: str | Path | Loaded | World) -> World:
    """The compiled World of a scenario's name, file or document."""
    if isinstance(scenario, World):
        return scenario
    if isinstance(scenario, str | Path):
        from buckler.scenario.load import load_scenario

        scenario = load_scenario(scenario)
    return compile_world(scenario)


def coverage_into(
    scenario: str | Path | Loaded | World,
    output: Path,
    heights_m: Sequence[float] = (100.0,),
    *,
    target: str = USUAL,
    without: Sequence[str] = (),
    compare_with: str | Path | Loaded | World | None = None,
    cell_km: float | None = None,
    speed_mps: float | None = None,
    seen_pd: float = SEEN_PD,
    above_ground: bool = True,
    azimuth_deg: float | None = None,
    extra_loss_db: Mapping[str, npt.ArrayLike] | None = None,
    force: bool = False,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Every coverage product of a scenario, in a folder.

    `without`: sensors, systems or command posts to take out, to compare with the whole; `compare_with`: another
    scenario instead. `cell_km`: about 250,000 cells if left out. `speed_mps`: for reaction times and cumulative
    detection; the target card's if left out. `azimuth_deg`: of the vertical sections; towards the raid's nearest origin
    if left out. `extra_loss_db`: by sensor, decibels [azimuth] or [azimuth, range in km]. `progress(done, total)`.
    """
    if without and compare_with is not None:
        raise InputError("a comparison is either --without NAME or with another scenario, not both")
    asked = sorted({require_height(h) for h in heights_m})
    if not asked:
        raise InputError("write at least one height, such as --height-m 100")
    world = world_of(scenario)
    question = Question(target_named(target, world.loaded), seen_pd, above_ground)
    speed = speed_mps if speed_mps is not None else question.target.speed_mps or USUAL_SPEED_MPS
    if not (isfinite(speed) and 0.0 < speed < 20_000.0):
        raise InputError(f"a speed of {speed:g} m/s: write a number above 0, such as 250")
    study = _Study(world, question, asked, speed, azimuth_deg, cell_km, extra_loss_db, progress)
    key = study.key(without, compare_with, force)
    folder.prepare(output, key, force)
    return study.write(output, key, without, world_of(compare_with) if compare_with is not None else None)


class _Study:
    def __init__(
        self, world: World, question: Question, asked: list[float], speed_mps: float, azimuth_deg: float | None, cell_km: float | None,
        extra_loss_db: Mapping[str, npt.ArrayLike] | None, progress: Progress,
    ) -> None:  # fmt: skip
        self.world, self.question, self.asked, self.speed = world, question, asked, speed_mps
        self.azimuth_deg, self.cell_km, self.losses, self._progress = azimuth_deg, cell_km, extra_loss_db, progress
        scenario = world.loaded.scenario
        self.title = scenario.title
        slider = () if len(asked) > len(SLIDER_HEIGHTS_M) else SLIDER_HEIGHTS_M
        self.heights = sorted({*asked, *slider, *STORY_HEIGHTS_M})
        self.assets = [(e.name, e.lat_deg, e.lon_deg) for e in world.entities if e.kind == "asset"]
        terrain = world.terrain
        self.notes = Notes(
            terrain.caveat, f"{terrain.source}, cells of {terrain.cell_size}", scenario.notional, question,
            float(scenario.environment.effective_earth_factor),
        )  # fmt: skip
        self.about = {
            "terrain_caveat": self.notes.caveat, "notional": self.notes.notional, "terrain": self.notes.terrain,
            "target": question.target.name, "heights_are": question.reference,
        }  # fmt: skip
        self.files: list[Path] = []
        self._done, self._total = 0, 1

    def key(self, without: Sequence[str], compare_with: object, force: bool) -> str:
        """What the products depend on."""
        del force
        other = compare_with if not isinstance(compare_with, World) else compare_with.content_hash()
        losses = {n: np.asarray(v).tolist() for n, v in (self.losses or {}).items()}
        parts = (
            __version__, kernel_hash(), self.world.content_hash(), self.question.target, self.question.seen_pd, self.question.above_ground,
            self.asked, self.speed, self.azimuth_deg, self.cell_km, sorted(without), str(other), losses,
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def tick(self) -> None:
        """One sensor's share of the work is done."""
        self._done += 1
        self._progress(min(self._done, self._total), self._total)

    def write(self, output: Path, key: str, without: Sequence[str], other: World | None) -> Result:
        """Compute and write everything."""
        sensors = sum(entity.kind == "sensor" for entity in self.world.entities)
        others = (
            sum(entity.kind == "sensor" for entity in other.entities)
            if other is not None
            else sensors
            if without
            else 0
        )
        self._total = (
            sensors * (1 + 2 * len(self.heights) + 2)
            + len(self.assets) * len(self.asked)
            + others * (1 + len(self.asked))
            + 6
        )
        highest = max(self.heights)
        # the cell decides how finely the terrain is swept, the sweep how far the area reaches: size first, on a first guess
        rough = grid_over(self.world.terrain.bounds_deg, None) if self.cell_km is None else None
        cell_m = (
            1000.0 * self.cell_km if self.cell_km is not None else 0.5 * (rough.dlat_deg if rough else 0.05) * 111_195.0
        )
        whole = watchers_of(
            self.world, cell_m=min(cell_m, 5000.0), highest_m=highest, extra_loss_db=self.losses, progress=self.tick
        )
        terrain = self.world.terrain
        grid = grid_over(area_seen(whole, [a[1:] for a in self.assets], terrain), self.cell_km)
        ground = ground_under(grid, terrain)
        second, names = self._second(whole, without, other, grid, highest)
        missing = [] if geotiff.available() else ["GeoTIFF: rasterio is not installed (pip install rasterio)"]

        layers_m2: dict[float, tuple[float, float, float]] = {}
        shares: dict[float, list[Share]] = {}
        differences: list[Difference] = []
        areas: list[dict[str, Any]] = []
        story: list[Layer] = []
        sites = shown = None
        for height in reversed(self.heights):  # the highest first: it says what the pictures show
            layer = layer_at(height, whole, self.question, grid, ground, terrain, self.tick)
            if sites is None or shown is None:
                frame = pictures.picture_bounds(grid, self._worth_showing(grid, layer))
                sites, shown = Sites(whole, self.assets, frame), page.Pictures(grid, frame)
            layers_m2[height] = (layer.seen_m2, *layer.seen_range_m2)
            shown.add(layer)
            if height in STORY_HEIGHTS_M:
                story.insert(0, layer._replace(best=layer.best[:0]))
            shares[height] = shares_of(layer, whole, self.question, grid, ground, terrain, self.tick)
            if height not in self.asked:
                continue
            areas += self._areas(grid, layer)
            self._rasters(output, grid, layer, missing)
            stem = f"{height:05.0f}m"
            self.files += pictures.pd_maps(
                output / "maps" / f"detection-{stem}",
                grid,
                [layer],
                sites,
                self.notes,
                f"What the network sees at {height_name(height)}",
            )
            self.files += pictures.count_map(output / "maps" / f"sensors-{stem}", grid, layer, sites, self.notes)
            self.files += pictures.spread_maps(output / "maps" / f"spread-{stem}", grid, layer, sites, self.notes)
            self.files += charts.shares_chart(output / "maps" / f"shares-{stem}", shares[height], self.notes)
            if second is not None and names is not None:
                changed = layer_at(height, second, self.question, grid, ground, terrain, self.tick).seen
                differences.append(difference(height, layer.seen, changed, grid))
                areas += self._changes(grid, height, layer.seen, changed)
                self.files += pictures.difference_map(
                    output / "maps" / f"difference-{stem}",
                    grid,
                    height,
                    layer.seen,
                    changed,
                    Sites(second, self.assets, sites.frame),
                    self.notes,
                    names,
                )
        assert sites is not None  # noqa: S101 - there is always a height
        assert shown is not None  # noqa: S101
        differences.sort()
        layers_m2, shares = dict(sorted(layers_m2.items())), dict(sorted(shares.items()))
        self.files += pictures.pd_maps(
            output / "maps" / "story", grid, story, sites, self.notes, "The same network, low and high"
        )
        in_sight, seen = lowest_of(whole, self.question, grid, ground, terrain, self.tick)
        self.files += pictures.lowest_map(output / "maps" / "lowest-height", grid, seen, sites, self.notes)
        if not missing:
            bands = [
                geotiff.Band("lowest height above ground seen", "m", seen),
                geotiff.Band("lowest height above ground in line of sight", "m", in_sight),
            ]
            self.files.append(geotiff.write_geotiff(output / "rasters" / "lowest-height.tif", grid, bands, self.about))
        self.tick()

        curves = self._curves(whole, output)
        reactions = [
            reaction_time(name, lat, lon, height, self.speed, whole, self.question, terrain, progress=self.tick)
            for name, lat, lon in self.assets for height in self.asked
        ]  # fmt: skip
        self._sections(whole, output)
        self._shapes(output, whole, areas, curves)
        if reactions:
            self.files += charts.reaction_chart(
                output / "maps" / "reaction-time", self._reaction_lines(reactions, whole), self.notes
            )
        self._tables(output, layers_m2, shares, curves, reactions, differences, names)
        result = Result(
            output, self.title, self.question, grid, self.asked, layers_m2, {h: shares[h] for h in self.asked}, reactions, differences,
            names, self.notes, self.files, missing,
        )  # fmt: skip
        self._page(output, shown, sites, result, whole)
        manifest = {
            "key": key,
            "buckler": __version__,
            "kernel_hash": kernel_hash(),
            **result.summary(),
            "speed_mps": self.speed,
        }
        del manifest["folder"]
        manifest["files"] = sorted(str(path.relative_to(output)) for path in self.files)
        self.files.append(
            write_whole(output / folder.MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
        )
        self._progress(self._total, self._total)
        return result

    def _worth_showing(self, grid: Grid, layer: Layer) -> npt.NDArray[np.bool_]:
        """Cells that belong in every picture: what is seen at the highest height, and around the assets."""
        shown = np.asarray(layer.any[HIGH] >= 0.1)
        for _, lat, lon in self.assets:
            r0, r1, c0, c1 = grid.window(lat, lon, 20_000.0)
            shown[r0:r1, c0:c1] = True
        return shown

    def _second(
        self, whole: list[Watcher], without: Sequence[str], other: World | None, grid: Grid, highest: float
    ) -> tuple[list[Watcher] | None, tuple[str, str] | None]:
        if without:
            return taken_out(whole, without), ("the whole network", f"without {', '.join(without)}")
        if other is None:
            return None, None
        found = watchers_of(other, cell_m=min(grid.dlat_deg * 111_195.0, 5000.0), highest_m=highest, progress=self.tick)
        return found, (self.world.name, other.name)

    def _areas(self, grid: Grid, layer: Layer) -> list[dict[str, Any]]:
        q = self.question
        common = {"height_m": layer.height_m, "heights_are": q.reference, "target": q.target.name}
        found = [
            geojson.feature(
                geojson.multipolygon(geojson.areas_above(grid, layer.any[NOMINAL], level)),
                {"kind": "combined probability", "at_least": level, "cross_section": "nominal", **common},
            )
            for level in (0.1, 0.5, 0.9)
        ]
        for k, name in ((LOW, "low"), (NOMINAL, "nominal"), (HIGH, "high")):
            shape = geojson.multipolygon(geojson.areas_above(grid, layer.best[k], q.seen_pd))
            area = layer.seen_m2 if k == NOMINAL else layer.seen_range_m2[k // 2]
            found.append(
                geojson.feature(shape, {"kind": "seen by at least one sensor", "at_least": q.seen_pd, "cross_section": name,
                                        "area_km2": round(area / 1e6, 1), **common})
            )  # fmt: skip
        return found

    def _changes(
        self, grid: Grid, height: float, first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]
    ) -> list[dict[str, Any]]:
        return [
            geojson.feature(
                geojson.multipolygon(geojson.areas_above(grid, mask.astype(np.float32), 0.5)),
                {
                    "kind": kind,
                    "height_m": height,
                    "area_km2": round(grid.area_m2(mask) / 1e6, 1),
                    "target": self.question.target.name,
                },
            )
            for kind, mask in (("lost", first & ~second), ("gained", second & ~first))
        ]

    def _rasters(self, output: Path, grid: Grid, layer: Layer, missing: list[str]) -> None:
        if missing:
            return
        stem = f"{layer.height_m:05.0f}m"
        tags = {**self.about, "height_m": f"{layer.height_m:g}", "seen_pd": f"{self.question.seen_pd:g}"}
        bands = [
            geotiff.Band(f"{what} {name} cross-section", "probability", values[k])
            for what, values in (("combined Pd,", layer.any), ("best sensor's Pd,", layer.best))
            for k, name in ((NOMINAL, "nominal"), (LOW, "low"), (HIGH, "high"))
        ]
        self.files.append(geotiff.write_geotiff(output / "rasters" / f"detection-{stem}.tif", grid, bands, tags))
        counts = [geotiff.Band("sensors that see the target", "count", layer.sensors)]
        self.files.append(geotiff.write_geotiff(output / "rasters" / f"sensors-{stem}.tif", grid, counts, tags))

    def _curves(self, whole: list[Watcher], output: Path) -> dict[str, list[FirstDetection]]:
        heights = sorted({*CURVE_HEIGHTS_M, *self.asked})
        found = {
            w.name: first_detections(w, heights, self.question, self.world.terrain, self.speed, progress=self.tick)
            for w in whole
        }
        ring = {e.name: e.value / 1000.0 for e in self.world.entities if e.kind == "sensor" and e.value}
        self.files += charts.first_detection_chart(
            output / "maps" / "first-detection", dict(found), ring, self.notes, self.speed
        )
        return found

    def _sections(self, whole: list[Watcher], output: Path) -> None:
        (output / "maps" / "vertical").mkdir(exist_ok=True)
        (output / "tables" / "vertical").mkdir(exist_ok=True)
        for watcher in whole:
            section = section_of(watcher, self._azimuth(watcher), self.question, self.world.terrain)
            stem = _file_name(watcher.name)
            self.files += charts.section_chart(output / "maps" / "vertical" / stem, section, self.notes, watcher.system)
            enough = np.nan_to_num(section.pd) >= self.question.seen_pd
            rows = [
                (float(section.range_m[i]) / 1000.0, float(section.ground_m[i]), float(section.lowest_m[i]),
                 *((float(section.height_m[np.flatnonzero(enough[:, i])[n]]) for n in (0, -1)) if enough[:, i].any() else (None, None)))
                for i in range(section.range_m.size)
            ]  # fmt: skip
            columns = ("range_km", "ground_m", "lowest_in_sight_m", "lowest_seen_m", "highest_seen_m")
            about = {
                "sensor": watcher.name,
                "azimuth_deg": f"{section.azimuth_deg:.1f}",
                **self.about,
                "heights_are": "above sea level",
            }
            self.files.append(write_csv(output / "tables" / "vertical" / f"{stem}.csv", columns, rows, about))
            self.tick()

    def _azimuth(self, watcher: Watcher) -> float:
        """Of the vertical section: as asked, else the middle of the sector, else towards the raid's nearest origin."""
        if self.azimuth_deg is not None:
            return self.azimuth_deg % 360.0
        origins = {(e.lat_deg, e.lon_deg) for e in self.world.entities if e.kind == "threat"}
        ways = [geodesic_inverse(watcher.lat_deg, watcher.lon_deg, lat, lon) for lat, lon in sorted(origins)]
        nearest = min(ways, key=lambda way: float(way[0]), default=None)
        return watcher.looks_at_deg(0.0 if nearest is None else float(nearest[1]) % 360.0)

    def _reaction_lines(self, reactions: list[Reaction], whole: list[Watcher]) -> list[Reaction]:
        """The chart's lines: the heights asked for and those of the story."""
        known = {(r.asset, r.height_m) for r in reactions}
        more = [
            reaction_time(name, lat, lon, height, self.speed, whole, self.question, self.world.terrain)
            for name, lat, lon in self.assets for height in STORY_HEIGHTS_M if (name, height) not in known
        ]  # fmt: skip
        shown = {self.asked[0], self.asked[-1], *STORY_HEIGHTS_M}
        return (
            sorted([*reactions, *more], key=lambda r: r.height_m)
            if len(self.asked) < 5
            else sorted((r for r in [*reactions, *more] if r.height_m in shown), key=lambda r: r.height_m)
        )

    def _shapes(
        self, output: Path, whole: list[Watcher], areas: list[dict[str, Any]], curves: dict[str, list[FirstDetection]]
    ) -> None:
        about = {"name": self.title, **self.about}
        self.files.append(geojson.write_geojson(output / "shapes" / "areas.geojson", areas, about))
        rings = []
        for watcher in whole:
            rings += [
                geojson.feature(
                    geojson.polygon(ring_of(watcher, found)),
                    {"kind": "first detection", "sensor": watcher.name, "system": watcher.system, "height_m": found.height_m,
                     "median_km": round(found.spread_m()[1] / 1000.0, 1), "target": self.question.target.name},
                )
                for found in curves[watcher.name] if found.height_m in self.asked
            ]  # fmt: skip
        self.files.append(geojson.write_geojson(output / "shapes" / "first-detection.geojson", rings, about))
        sites = [
            geojson.feature(geojson.point(lat, lon), {"kind": "asset", "name": name}) for name, lat, lon in self.assets
        ]
        sites += [
            geojson.feature(
                geojson.point(w.lat_deg, w.lon_deg),
                {"kind": "sensor", "name": w.name, "system": w.system, "height_m": round(w.height_m, 1)},
            )
            for w in whole
        ]
        self.files.append(geojson.write_geojson(output / "shapes" / "sites.geojson", sites, about))

    def _tables(
        self, output: Path, layers_m2: dict[float, tuple[float, float, float]], shares: dict[float, list[Share]],
        curves: dict[str, list[FirstDetection]], reactions: list[Reaction], differences: list[Difference], names: tuple[str, str] | None,
    ) -> None:  # fmt: skip
        tables = output / "tables"
        km2 = 1e-6
        self.files.append(write_csv(
            tables / "area.csv", ("height_m", "seen_km2", "seen_low_rcs_km2", "seen_high_rcs_km2"),
            ((h, *(v * km2 for v in values)) for h, values in layers_m2.items()), self.about,
        ))  # fmt: skip
        self.files.append(write_csv(
            tables / "sensors.csv", ("height_m", "sensor", "system", "sees_km2", "only_it_km2", "combined_loss_km2", "share_of_network"),
            ((h, s.sensor, s.system, s.seen_m2 * km2, s.only_m2 * km2, s.combined_m2 * km2, s.share) for h, of in shares.items() for s in of),
            self.about,
        ))  # fmt: skip
        columns = ("sensor", "height_m", "azimuth_deg", "single_scan_km", "cumulative_km")
        self.files.append(
            write_csv(
                tables / "first-detection.csv",
                columns,
                _curve_rows(curves),
                {**self.about, "speed_mps": f"{self.speed:g}"},
            )
        )
        columns = ("sensor", "height_m", "p10_km", "median_km", "p90_km", "cumulative_median_km")
        rows = (
            (name, c.height_m, *(v / 1000.0 for v in c.spread_m()), c.spread_m(c.cumulative_m)[1] / 1000.0)
            for name, of in curves.items()
            for c in of
        )
        self.files.append(
            write_csv(tables / "range-rings.csv", columns, rows, {**self.about, "speed_mps": f"{self.speed:g}"})
        )
        self.files.append(write_csv(
            tables / "reaction-time.csv", ("asset", "height_m", "speed_mps", "azimuth_deg", "first_seen_km", "time_s", "in_view_s"),
            ((r.asset, r.height_m, r.speed_mps, float(a), float(d) / 1000.0, float(t), float(v)) for r in reactions
             for a, d, t, v in zip(r.azimuth_deg, r.distance_m, r.time_s, r.in_view_s, strict=True)), self.about,
        ))  # fmt: skip
        if names is not None:
            self.files.append(write_csv(
                tables / "difference.csv", ("height_m", "first_km2", "second_km2", "both_km2", "lost_km2", "gained_km2"),
                ((d.height_m, *(v * km2 for v in d[1:])) for d in differences), {"first": names[0], "second": names[1], **self.about},
            ))  # fmt: skip

    def _page(self, output: Path, shown: page.Pictures, sites: Sites, result: Result, whole: list[Watcher]) -> None:
        del whole
        sections = []
        for height in self.asked[:3]:
            rows = [
                (
                    f"{s.sensor} ({s.system})",
                    f"{s.seen_m2 / 1e6:,.0f}",
                    f"{s.only_m2 / 1e6:,.0f}",
                    f"{100 * s.share:.1f} %",
                    f"{s.combined_m2 / 1e6:,.0f}",
                )
                for s in result.shares[height]
            ]
            sections.append((
                f"What each sensor adds at {height_name(height)}",
                "The network would lose the area that only one sensor sees if that sensor were gone. The last column counts where the combined "
                "probability of the rest falls below the limit.",
                page.table(("sensor", "sees, km²", "only it, km²", "of the network", "combined loss, km²"), rows),
            ))  # fmt: skip
        rows = [
            (
                r.asset,
                height_name(r.height_m),
                _minutes(float(r.time_s.min())),
                f"{r.worst_azimuth_deg:.0f}°",
                _minutes(float(np.median(r.time_s))),
                _minutes(float(np.median(r.in_view_s))),
            )
            for r in result.reactions
        ]
        sections.append((
            f"The time that is left at {self.speed:.0f} m/s",
            "From the first sight of a target that flies straight at the asset until it is there; behind ground it may be lost again, so the last "
            "column counts the time in view. Track confirmation, identification and "
            "decision take their share of it.",
            page.table(("asset", "height", "least", "from", "median over azimuth", "in view, median"), rows),
        ))  # fmt: skip
        if result.compared:
            rows = [
                (
                    height_name(d.height_m),
                    *(f"{v / 1e6:,.0f}" for v in (d.first_m2, d.second_m2, d.lost_m2, d.gained_m2)),
                )
                for d in result.differences
            ]
            sections.append((
                f"From “{result.compared[0]}” to “{result.compared[1]}”", "Areas seen, in km².",
                page.table(("height", "first", "second", "lost", "gained"), rows),
            ))  # fmt: skip
        facts = [
            f"Seen: at least one sensor has a single-scan probability of detection of {self.question.seen_pd:g} or more; scans of different sensors are independent.",
            "The map's probability is that of at least one detection in one scan of every sensor.",
            f"Radar cross-sections are the catalog's, by each sensor's band; the class spans up to {self.question.target.span_db():.0f} dB, and the low and high ends are shown beside the nominal one.",
            f"Line of sight over {self.notes.text.splitlines()[0].rsplit('Refraction: ', 1)[-1].rstrip('.')} and the terrain named above; no ducting, no diffraction, no clutter, no rain. The flashes of rotors and propellers are not modelled.",
            "Moving sensors stand in the centre of their orbits.",
            "A model at mission level for comparison and argument; the published ranges behind it carry their own spread (see the catalog).",
        ]  # fmt: skip
        text = page.page(self.title, shown, sites, self.notes, self.asked[0], sections, facts)
        self.files.append(write_whole(output / "index.html", text))


def _curve_rows(curves: dict[str, list[FirstDetection]]) -> Iterator[tuple[Any, ...]]:
    for name, found in curves.items():
        for c in found:
            for azimuth, single, cumulative in zip(c.azimuth_deg, c.single_m, c.cumulative_m, strict=True):
                yield name, c.height_m, float(azimuth), float(single) / 1000.0, float(cumulative) / 1000.0


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return "never seen" if whole == 0 else f"{whole // 60} min {whole % 60:02d} s"


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-").lower() or "sensor"
