"""A whole engagement study of a scenario: maps, rasters, shapes and tables of where its network can stop what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import __version__
from buckler.compiled import kernel_hash
from buckler.coverage import engagement_maps, folder, geojson, geotiff
from buckler.coverage.area import Grid
from buckler.coverage.engagement import (
    SIDES,
    Attack,
    Stopped,
    attacks_on,
    batteries_of,
    battery_rows,
    classes_of,
    grid_around,
    names_without,
    stopped,
)
from buckler.coverage.layers import SEEN_PD, require_height
from buckler.coverage.network import watchers_of
from buckler.coverage.stations import MOMENTS, moments_s, note_on_patrols
from buckler.coverage.study import world_of
from buckler.coverage.tables import write_csv
from buckler.coverage.writer import file_name
from buckler.errors import InputError
from buckler.log.text import write_whole
from buckler.world.compile import World

if TYPE_CHECKING:
    from buckler.scenario.load import Loaded

KM2: Final = 1e-6
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Engagement:
    """The figures of an engagement study."""

    folder: Path
    title: str
    grid: Grid
    attacks: list[dict[str, Any]]
    """One an attack: class, height, areas with one and two opportunities, the batteries' shares, and, compared, what is lost."""
    compared: tuple[str, str] | None
    notes: list[str]
    files: list[Path] = field(repr=False)

    def summary(self) -> dict[str, Any]:
        """A machine's answer."""
        return {
            "folder": str(self.folder),
            "scenario": self.title,
            "cell_deg": [self.grid.dlat_deg, self.grid.dlon_deg],
            "attacks": self.attacks,
            "compared": self.compared,
            "notes": self.notes,
        }


def engagement_into(
    scenario: str | Path | Loaded | World,
    output: Path,
    heights_m: Sequence[float] = (100.0,),
    *,
    classes: Sequence[str] = (),
    seen_pd: float = SEEN_PD,
    azimuth_deg: float | None = None,
    without: Sequence[str] = (),
    compare_with: str | Path | Loaded | World | None = None,
    cell_km: float | None = None,
    speed_mps: float | None = None,
    force: bool = False,
    progress: Progress = lambda done, total: None,
) -> Engagement:
    """Every engagement product of a scenario, in a folder.

    `classes`: those of the raid if left out. `azimuth_deg`: attacked from there, not from where the raid brings the class.
    `without` and `compare_with` as in `coverage_into`.
    """
    if without and compare_with is not None:
        raise InputError("a comparison is either --without NAME or with another scenario, not both")
    if not 0.0 < seen_pd < 1.0:
        raise InputError(f"a place counts as seen from a probability of {seen_pd:g}: write one between 0 and 1")
    if azimuth_deg is not None and not np.isfinite(azimuth_deg):
        raise InputError(f"an azimuth of {azimuth_deg:g} degrees: write a number, such as 90 for east")
    if speed_mps is not None and not 0.0 < speed_mps < 20_000.0:
        raise InputError(f"a speed of {speed_mps:g} m/s: write a number above 0, such as 250")
    heights = sorted({require_height(height) for height in heights_m})
    world = world_of(scenario)
    other = world_of(compare_with) if compare_with is not None else None
    names_without(world, without)
    grid = grid_around(world, cell_km)
    attacks = attacks_on(world, list(classes) or classes_of(world), heights, speed_mps)
    parts = (
        __version__, kernel_hash(), world.content_hash(), other.content_hash() if other else None, heights, sorted(classes),
        seen_pd, azimuth_deg, sorted(without), cell_km, speed_mps,
    )  # fmt: skip
    key = hashlib.sha256(repr(("engagement", *parts)).encode()).hexdigest()[:32]
    folder.refuse(output, key, force)
    folder.prepare(output, key)
    names: tuple[str, str] | None = None
    if without:
        names = "the whole network", f"without {', '.join(without)}"
    elif other is not None:
        names = world.name, other.name
    terrain = f"{world.terrain.source}, cells of {world.terrain.cell_size}"
    side = "from where the raid brings the class" if azimuth_deg is None else f"from {azimuth_deg % 360.0:.0f}°"
    notes = [
        f"Every cell is attacked {side} (any side: the worst of {SIDES} azimuths) by one target that flies straight in; seen: a "
        f"single-scan Pd of {seen_pd:g} or more.",
        "An opportunity is one meeting in shoot-look-shoot at mean delays; channels, magazines and other targets are not asked.",
        *(
            [f"What flies an orbit is where it is at the worst of {MOMENTS} moments of it. {note_on_patrols(world)}".rstrip()]
            if len(moments_s(world)) > 1
            else []
        ),
        f"Terrain: {terrain}{'; ' + world.terrain.caveat if world.terrain.caveat else ''}.",
        *([world.loaded.scenario.notional] if world.loaded.scenario.notional else []),
    ]
    work = _Work(world, other, grid, output, notes, names, seen_pd, azimuth_deg, tuple(without), len(attacks), progress)
    rows = [work.one(attack) for attack in attacks]
    work.finish(rows)
    result = Engagement(output, world.loaded.scenario.title, grid, rows, names, notes, work.files)
    manifest = {
        "key": key, "complete": True, "buckler": __version__, "kernel_hash": kernel_hash(),
        **{name: value for name, value in result.summary().items() if name != "folder"},
        "files": sorted(path.relative_to(output).as_posix() for path in work.files),
    }  # fmt: skip
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    work.files.append(write_whole(output / folder.MANIFEST, text))
    return result


class _Work:
    """One attack after another: computed, written, forgotten."""

    def __init__(
        self, world: World, other: World | None, grid: Grid, output: Path, notes: list[str], names: tuple[str, str] | None,
        seen_pd: float, azimuth_deg: float | None, without: tuple[str, ...], attacks: int, progress: Progress,
    ) -> None:  # fmt: skip
        self.world, self.other, self.grid, self.output, self.names = world, other, grid, output, names
        self.seen_pd, self.azimuth_deg, self.without = seen_pd, azimuth_deg, without
        self.files: list[Path] = []
        self.shapes: list[dict[str, Any]] = []
        self.about = {"notes": " ".join(notes)}
        self.sheet = engagement_maps.Sheet(world, grid, notes)
        self._told, self._done, self._total = progress, 0.0, 100 * attacks * (2 if names else 1)

    def _tick(self, share: float) -> None:
        self._done += 100.0 * share
        self._told(min(round(self._done), self._total), self._total)

    def _stopped(self, world: World, attack: Attack, without: Sequence[str] = ()) -> Stopped:
        watchers = watchers_of(world, highest_m=float(attack.profile_m.max()) + 6000.0)
        return stopped(
            world, attack, self.grid, seen_pd=self.seen_pd, azimuth_deg=self.azimuth_deg, without=without,
            watchers=watchers, progress=self._tick,
        )  # fmt: skip

    def one(self, attack: Attack) -> dict[str, Any]:
        """All products of one attack, and its row of figures."""
        found = self._stopped(self.world, attack)
        batteries = battery_rows(self.world, found, self.grid)
        row: dict[str, Any] = {
            "class": attack.target.name,
            "height_m": attack.height_m,
            "once_km2": found.area_m2(self.grid) * KM2,
            "twice_km2": found.area_m2(self.grid, 2) * KM2,
            "any_side_km2": self.grid.area_m2(found.any_side > 0) * KM2,
            "median_first_km": float(np.nanmedian(found.first_km)) if (found.shots > 0).any() else None,
            "batteries": batteries,
        }
        stem = file_name(attack.name)
        maps, rasters = self.output / "maps", self.output / "rasters"
        self.files += self.sheet.shots(maps / f"shots-{stem}", found)
        self.files += self.sheet.batteries(maps / f"batteries-{stem}", found, batteries)
        bands = [
            geotiff.Band("shot opportunities of the network", "count", found.shots),
            geotiff.Band("shot opportunities of the network from the worst side", "count", found.any_side),
            *(
                geotiff.Band(f"shot opportunities of {name}", "count", own)
                for name, own in zip(self._battery_names(), found.by_battery, strict=True)
            ),
        ]
        tags = {**self.about, "class": attack.target.name, "height_m": f"{attack.height_m}"}
        self.files.append(geotiff.write_geotiff(rasters / f"shots-{stem}.tif", self.grid, bands, tags))
        distance = [geotiff.Band("first shot before the place", "km", found.first_km)]
        self.files.append(geotiff.write_geotiff(rasters / f"first-shot-{stem}.tif", self.grid, distance, tags))
        for least in (1, 2):
            self._shape(attack, found.shots >= least, {"kind": "defended footprint", "opportunities_at_least": least})
        if self.names is not None:
            changed = (
                self._stopped(self.other, attack) if self.other else self._stopped(self.world, attack, self.without)
            )  # fmt: skip
            first, second = found.shots > 0, changed.shots > 0
            for kind, mask in (("lost", first & ~second), ("gained", second & ~first)):
                row[f"{kind}_km2"] = self.grid.area_m2(mask) * KM2
                self._shape(attack, mask, {"kind": kind})
            row["second_once_km2"], row["second_twice_km2"] = (changed.area_m2(self.grid, n) * KM2 for n in (1, 2))
            self.files += self.sheet.difference(maps / f"difference-{stem}", found, changed, self.names)
        return row

    def _battery_names(self) -> list[str]:
        return [entity.name for entity in batteries_of(self.world)]

    def _shape(self, attack: Attack, mask: NDArray[np.bool_], about: dict[str, Any]) -> None:
        shape = geojson.multipolygon(geojson.areas_above(self.grid, mask.astype(np.float32), 0.5))
        area = round(self.grid.area_m2(mask) * KM2, 1)
        facts = {**about, "class": attack.target.name, "height_m": attack.height_m, "area_km2": area}
        self.shapes.append(geojson.feature(shape, facts))

    def finish(self, rows: Sequence[dict[str, Any]]) -> None:
        """The tables and shapes of all attacks."""
        tables, shapes = self.output / "tables", self.output / "shapes"
        columns = ["class", "height_m", "once_km2", "twice_km2", "any_side_km2", "median_first_km"]
        columns += ["second_once_km2", "second_twice_km2", "lost_km2", "gained_km2"] if self.names else []
        lines = [[row.get(name) for name in columns] for row in rows]
        self.files.append(write_csv(tables / "engagement.csv", columns, lines, self.about))
        columns = ["battery", "system", "once_km2", "twice_km2", "only_it_km2"]
        lines = [[row["class"], row["height_m"], *(b[name] for name in columns)] for row in rows for b in row["batteries"]]
        self.files.append(write_csv(tables / "batteries.csv", ["class", "height_m", *columns], lines, self.about))
        self.files.append(geojson.write_geojson(shapes / "footprints.geojson", self.shapes, self.about))
