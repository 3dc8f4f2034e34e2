"""A whole coverage study of a scenario: what to compute, in which order, and what of it to keep."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from buckler import __version__
from buckler.compiled import kernel_hash
from buckler.coverage import folder, pictures
from buckler.coverage.area import Bounds, grid_over
from buckler.coverage.images import Images
from buckler.coverage.layers import (
    HIGH,
    SEEN_PD,
    Difference,
    Layer,
    Question,
    Share,
    difference,
    ground_under,
    layers_at,
    lowest_of,
    require_height,
)
from buckler.coverage.network import Watcher, area_seen, on_station, reaches_of, taken_out, watchers_of
from buckler.coverage.pictures import Notes, Sites
from buckler.coverage.ranges import CURVE_HEIGHTS_M, FirstDetection, first_detections, section_of
from buckler.coverage.reaction import Reaction, reaction_times
from buckler.coverage.result import Result
from buckler.coverage.stations import note_on_patrols
from buckler.coverage.target import USUAL, target_named
from buckler.coverage.writer import Writer
from buckler.errors import InputError
from buckler.log.text import write_whole
from buckler.physics.earth import MEAN_RADIUS_M, geodesic_inverse
from buckler.world.compile import World
from buckler.world.faults import compile_scenario
from buckler.world.interference import noise_rise_db

if TYPE_CHECKING:
    from buckler.scenario.load import Loaded

SLIDER_HEIGHTS_M: Final = (50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0)
"""The heights that the page shows besides those asked for."""
STORY_HEIGHTS_M: Final = (100.0, 10_000.0)
USUAL_SPEED_MPS: Final = 250.0
CURVES: Final = 2
"""What a sensor's curve and section weigh in the progress, a height being 1."""
LAYERS_BYTES: Final = 450e6
"""Of the layers of several heights held together: what all heights over one place share is computed once for them."""
BYTES_A_CELL_AND_HEIGHT: Final = 25
"""Pd and combined Pd of three cross-sections, and the number of sensors."""
FRAME_CELLS: Final = 400
"""On a side of the grid from which a picture's frame is taken."""

Progress = Callable[[int, int], None]
Place = tuple[str, float, float]


def world_of(scenario: str | Path | Loaded | World) -> World:
    """The compiled World of a scenario's name, file or document."""
    if isinstance(scenario, World):
        return scenario
    if isinstance(scenario, str | Path):
        from buckler.scenario.load import load_scenario

        scenario = load_scenario(scenario)
    return compile_scenario(scenario)


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
    aspect: str | None = None,
    heading_deg: float | None = None,
    azimuth_deg: float | None = None,
    extra_loss_db: Mapping[str, npt.ArrayLike] | None = None,
    interference_at_s: float | None = None,
    force: bool = False,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Every coverage product of a scenario, in a folder.

    `without`: sensors, systems or command posts to take out, to compare with the whole; `compare_with`: another
    scenario instead. `cell_km`: about 250,000 cells if left out. `speed_mps`: for reaction times and cumulative
    detection; the target card's if left out. `aspect`: nose (it flies at each sensor; so if left out), beam or tail;
    `heading_deg` instead of it: on which it flies everywhere. `azimuth_deg`: of the vertical sections; towards the raid's nearest origin
    if left out. `extra_loss_db`: by sensor, decibels [azimuth] or [azimuth, range in km]; `interference_at_s` instead of
    it: the scenario's interference at this time, otherwise left out. `progress(done, total)`.
    """
    if without and compare_with is not None:
        raise InputError("a comparison is either --without NAME or with another scenario, not both")
    asked = sorted({require_height(height) for height in heights_m})
    if not asked:
        raise InputError("write at least one height, such as --height-m 100")
    world = world_of(scenario)
    if interference_at_s is not None:
        extra_loss_db = interference_at(world, interference_at_s, extra_loss_db)
    other = world_of(compare_with) if compare_with is not None else None
    if aspect is not None and heading_deg is not None:
        raise InputError("the target is seen either under one aspect or on a heading: leave one of the two out")
    question = Question(target_named(target, world.loaded), seen_pd, above_ground, aspect or "nose", heading_deg)
    speed = speed_mps if speed_mps is not None else question.target.speed_mps or USUAL_SPEED_MPS
    if not (isfinite(speed) and 0.0 < speed < 20_000.0):
        raise InputError(f"a speed of {speed:g} m/s: write a number above 0, such as 250")
    if azimuth_deg is not None and not isfinite(azimuth_deg):
        raise InputError(f"an azimuth of {azimuth_deg:g} degrees: write a number, such as 90 for east")
    losses = {name: np.asarray(table, float).tolist() for name, table in (extra_loss_db or {}).items()}
    parts = (
        __version__,
        kernel_hash(),
        world.content_hash(),
        other.content_hash() if other else None,
        question,
        asked,
        speed,
        azimuth_deg,
        cell_km,
        sorted(without),
        sorted(losses.items()),
    )
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    folder.refuse(output, key, force)
    study = _Study(world, other, question, asked, speed, azimuth_deg, cell_km, extra_loss_db, without, progress)
    folder.prepare(output, key)
    return study.write(output, key)


def interference_at(
    world: World, time_s: float, extra_loss_db: Mapping[str, npt.ArrayLike] | None = None
) -> dict[str, npt.NDArray[np.float32]]:
    """The scenario's interference at a time, as `extra_loss_db` takes it."""
    if extra_loss_db is not None:
        raise InputError("an extra loss is either given or the scenario's interference, not both")
    if not isfinite(time_s):
        raise InputError(f"interference at {time_s:g} s: write seconds since the scenario's start, such as 600")
    sensors = [entity.name for entity in world.entities if entity.kind == "sensor"]
    return dict(zip(sensors, noise_rise_db(world.arrays, time_s), strict=True))


class _Study:
    """The network swept and the grid laid out; `write` does the rest."""

    def __init__(
        self,
        world: World,
        other: World | None,
        question: Question,
        asked: list[float],
        speed_mps: float,
        azimuth_deg: float | None,
        cell_km: float | None,
        extra_loss_db: Mapping[str, npt.ArrayLike] | None,
        without: Sequence[str],
        progress: Progress,
    ) -> None:
        self.world, self.question, self.asked, self.speed = world, question, asked, speed_mps
        self.azimuth_deg, self.terrain = azimuth_deg, world.terrain
        slider = () if len(asked) > len(SLIDER_HEIGHTS_M) else SLIDER_HEIGHTS_M
        self.heights = sorted({*asked, *slider, *STORY_HEIGHTS_M})
        self.story = tuple(asked) if 2 <= len(asked) <= 6 else STORY_HEIGHTS_M
        self.assets: list[Place] = [(e.name, e.lat_deg, e.lon_deg) for e in world.entities if e.kind == "asset"]
        highest = max(self.heights)
        reaches = reaches_of(world, highest) + (reaches_of(other, highest) if other is not None else [])
        self.grid = grid_over(area_seen(reaches, [place[1:] for place in self.assets], self.terrain), cell_km)
        self.watchers = on_station(watchers_of(world, highest_m=highest, extra_loss_db=extra_loss_db), world)
        self.second: list[Watcher] | None = None
        self.names: tuple[str, str] | None = None
        if without:
            self.second = taken_out(self.watchers, without)
            self.names = "the whole network", f"without {', '.join(without)}"
        elif other is not None:
            self.second = on_station(watchers_of(other, highest_m=highest), other)
            self.names = world.name, other.name
        self._progress, self._done = progress, 0.0
        self._total = len(self.heights) + 2 * len(asked) + len(self.watchers) * CURVES + len(self.assets) * len(asked)
        self._total += 3 + (0 if self.second is None else 2 * len(asked))
        self.ground_m = ground_under(self.grid, self.terrain)

    def tick(self, work: float = 1.0) -> None:
        """A share of the work is done, in heights computed or pictures drawn."""
        self._done += work
        self._progress(min(round(self._done), self._total), self._total)

    def write(self, output: Path, key: str) -> Result:
        """Compute and write everything, height by height, so that few grids are held at a time."""
        scenario, terrain = self.world.loaded.scenario, self.terrain
        cells = f"{terrain.source}, cells of {terrain.cell_size}"
        factors = [watcher.eye.effective_radius_m / MEAN_RADIUS_M for watcher in self.watchers]
        notes = Notes(
            scenario.title, terrain.caveat, cells, scenario.notional, self.question, (min(factors), max(factors)),
            any(w.flies for w in self.watchers), any(w.eye.lobes_hz > 0.0 for w in self.watchers),
            patrols=note_on_patrols(self.world),
        )  # fmt: skip
        layers_m2: dict[float, tuple[float, float, float]] = {}
        shares: dict[float, list[Share]] = {}
        differences: list[Difference] = []
        story: list[Layer] = []
        frame = pictures.picture_bounds(self.grid, self._worth_showing())
        self.tick()
        sites, shown = Sites(self.watchers, self.assets, frame), Images(self.grid, frame)
        to = Writer(output, scenario.title, notes, self.grid, sites, self.speed)
        for heights in self._together():
            for layer in self._layers(heights, self.watchers):
                height = layer.height_m
                layers_m2[height] = (layer.seen_m2, *layer.seen_range_m2)
                shares[height] = layer.shares
                shown.add(layer)
                if height in self.story:
                    story.append(layer._replace(best=layer.best[:, :0, :0].copy(), any=layer.any.copy()))
                if height in self.asked:
                    to.layer(layer)
                    differences += self._difference(layer, to, frame)
                    self.tick(2.0)
            del layer  # its chunk goes before the next is made
        to.story(story)
        to.lowest(*lowest_of(self.watchers, self.question, self.grid, self.ground_m, terrain, self.tick))
        self.tick()
        to.ranges(self.watchers, self._curves(), self._published_km(), self.asked)
        for watcher in self.watchers:
            to.section(section_of(watcher, self._azimuth(watcher), self.question, terrain), watcher)
            self.tick(0.5 * CURVES)
        reactions, lines = self._reactions()
        to.reactions(lines)
        to.shapes(self.watchers, self.assets)
        to.tables(layers_m2, shares, reactions, differences, self.names)
        result = Result(
            output,
            scenario.title,
            self.question,
            self.grid,
            self.asked,
            layers_m2,
            shares,
            reactions,
            differences,
            self.names,
            notes,
            to.missing,
            to.files,
        )
        to.page(shown, result)
        facts = {k: v for k, v in result.summary().items() if k != "folder"}
        manifest: dict[str, Any] = {
            "key": key,
            "complete": True,
            "buckler": __version__,
            "kernel_hash": kernel_hash(),
            **facts,
            "speed_mps": self.speed,
            "files": sorted(path.relative_to(output).as_posix() for path in to.files),
        }
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        to.files.append(write_whole(output / folder.MANIFEST, text))
        self._progress(self._total, self._total)
        return result

    def _together(self) -> list[list[float]]:
        """The heights, as many at a time as fit into memory."""
        cells = self.grid.rows * self.grid.columns
        most = max(1, int(LAYERS_BYTES // (BYTES_A_CELL_AND_HEIGHT * cells)))
        return [self.heights[n : n + most] for n in range(0, len(self.heights), most)]

    def _layers(self, heights: list[float], watchers: Sequence[Watcher]) -> list[Layer]:
        def told(share: float) -> None:
            self.tick(share * len(heights))

        return layers_at(heights, watchers, self.question, self.grid, self.ground_m, self.terrain, told)

    def _difference(self, layer: Layer, to: Writer, frame: Bounds) -> list[Difference]:
        if self.second is None or self.names is None:
            return []
        (changed,) = self._layers([layer.height_m], self.second)
        to.difference(
            layer.height_m, layer.seen, changed.seen, Sites(self.second, self.assets, frame), self.names
        )  # fmt: skip
        self.tick()
        return [difference(layer.height_m, layer.seen, changed.seen, self.grid)]

    def _worth_showing(self) -> npt.NDArray[np.bool_]:
        """Cells that belong in every picture, on a coarse grid: what is seen at the highest height, and around the
        assets."""
        step = max(1, max(self.grid.shape) // FRAME_CELLS)
        coarse = replace(
            self.grid, dlat_deg=step * self.grid.dlat_deg, dlon_deg=step * self.grid.dlon_deg,
            rows=-(-self.grid.rows // step), columns=-(-self.grid.columns // step),
        )  # fmt: skip
        ground = ground_under(coarse, self.terrain)
        (layer,) = layers_at([self.heights[-1]], self.watchers, self.question, coarse, ground, self.terrain)
        seen = np.asarray(layer.any[HIGH] >= 0.1)
        shown = np.repeat(np.repeat(seen, step, axis=0), step, axis=1)[: self.grid.rows, : self.grid.columns]
        for _, lat, lon in self.assets:
            r0, r1, c0, c1 = self.grid.window(lat, lon, 20_000.0)
            shown[r0:r1, c0:c1] = True
        return shown

    def _curves(self) -> dict[str, list[FirstDetection]]:
        heights = sorted({*CURVE_HEIGHTS_M, *self.asked} if len(self.asked) < 10 else CURVE_HEIGHTS_M)
        return {
            w.name: first_detections(
                w, heights, self.question, self.terrain, self.speed, progress=lambda: self.tick(0.5 * CURVES)
            )
            for w in self.watchers
        }

    def _published_km(self) -> dict[str, float]:
        return {e.name: e.value / 1000.0 for e in self.world.entities if e.kind == "sensor" and e.value > 0.0}

    def _azimuth(self, watcher: Watcher) -> float:
        """Of the vertical section: as asked, else the middle of the sector, else towards the raid's nearest origin."""
        if self.azimuth_deg is not None:
            return self.azimuth_deg % 360.0
        origins = sorted({(e.lat_deg, e.lon_deg) for e in self.world.entities if e.kind == "threat"})
        ways = [geodesic_inverse(watcher.lat_deg, watcher.lon_deg, lat, lon) for lat, lon in origins]
        nearest = min(ways, key=lambda way: float(way[0]), default=None)
        return watcher.looks_at_deg(0.0 if nearest is None else float(nearest[1]) % 360.0)

    def _reactions(self) -> tuple[list[Reaction], list[Reaction]]:
        """Of every asset: those at the heights asked for, and the chart's lines: some of these, and those of the story."""
        shown = {*(self.asked if len(self.asked) < 5 else (self.asked[0], self.asked[-1])), *STORY_HEIGHTS_M}
        found = [
            reaction
            for place in self.assets
            for reaction in reaction_times(
                *place, sorted({*self.asked, *STORY_HEIGHTS_M}), self.speed, self.watchers, self.question, self.terrain,
                progress=lambda share: self.tick(share * len(self.asked)),
            )
        ]  # fmt: skip
        lines = sorted((r for r in found if r.height_m in shown), key=lambda r: r.height_m)
        return [r for r in found if r.height_m in self.asked], lines
