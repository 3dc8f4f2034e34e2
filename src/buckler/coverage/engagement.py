"""Where a network can stop something: shot opportunities and first-shot distance by place, class and height."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.coverage.area import Grid, grid_over
from buckler.coverage.network import Watcher, area_seen, watchers_of
from buckler.coverage.shots import count_shots, fill_attacks, fill_seen
from buckler.coverage.stations import moments_s, patrol_of, reliefs, shares_at
from buckler.coverage.target import Target, target_of
from buckler.dtypes import KILL_CLASSES
from buckler.errors import InputError, UnknownNameError
from buckler.physics.earth import ecef_to_geodetic, geodesic_direct, geodesic_inverse
from buckler.physics.missile import ballistic_trajectory
from buckler.world.compile import World

SIDES: Final = 8
"""Azimuths from which every place is attacked besides that of the raid; the least of them counts."""
USUAL_CELL_KM: Final = 10.0
STEPS: Final = 160
FARTHEST_M: Final = 450e3
"""From which an attack in the air begins."""
LONGEST_S: Final = 480.0
"""Of a ballistic flight's end that is looked at."""
USUAL_SPEED_MPS: Final = 250.0
_LAUNCH_DEG: Final = (38.0, 35.0)


@dataclass(frozen=True)
class Attack:
    """One class at one height, as a profile: distance still to go and height, at even steps, the last one the arrival."""

    target: Target
    kill_class: str
    height_m: float | None
    """Above ground; None for a ballistic class."""
    to_go_m: NDArray[np.float64]
    profile_m: NDArray[np.float64]
    dt_s: float

    @property
    def name(self) -> str:
        """For titles and tables."""
        return self.target.name if self.height_m is None else f"{self.target.name} at {self.height_m:g} m"


@dataclass(frozen=True)
class Stopped:
    """What the network can do about one attack, [row, column]: from where the raid brings the class (the worst of several
    such places), or from the azimuth that was asked for; where something flies an orbit, at the worst of some moments of it."""

    attack: Attack
    shots: NDArray[np.uint8]
    """Opportunities of all batteries."""
    any_side: NDArray[np.uint8]
    """The same from the worst of `SIDES` azimuths: radars that look over a sector have a back."""
    first_km: NDArray[np.float32]
    """From the place to the first meeting; NaN where there is no shot."""
    by_battery: NDArray[np.uint8]
    """[battery of `batteries_of`, row, column]."""

    def area_m2(self, grid: Grid, least: int = 1) -> float:
        """Of the places with so many opportunities."""
        return grid.area_m2(self.shots >= least)


def attack_of(card: Card, height_m: float, speed_mps: float | None = None) -> Attack:
    """The attack of a class: level at a height, or a ballistic class's own flight over its nominal range."""
    target = target_of(card)
    kill_class = card.text("kill_class") if card.known("kill_class") else "aircraft"
    if card.known("motion") and card.text("motion") == "ballistic":
        return _ballistic(card, target, kill_class)
    speed = speed_mps if speed_mps is not None else target.speed_mps or USUAL_SPEED_MPS
    dt = FARTHEST_M / speed / (STEPS - 1)
    to_go = speed * dt * np.arange(STEPS - 1, -1, -1.0)
    return Attack(target, kill_class, height_m, to_go, np.full(STEPS, height_m), dt)


def _ballistic(card: Card, target: Target, kill_class: str) -> Attack:
    """physics.missile, from 38 N 35 E due north over the card's nominal range, both ends at sea level."""
    end = geodesic_direct(*_LAUNCH_DEG, 0.0, card.si("max_range"))
    flight = ballistic_trajectory(
        *_LAUNCH_DEG, 0.0, float(end[0]), float(end[1]), 0.0, burn_time_s=card.si("burn_time"),
        ballistic_coefficient_kgpm2=card.si("ballistic_coefficient"), dt_s=0.5,
    )  # fmt: skip
    places = ecef_to_geodetic(*flight.position_m.T)
    to_go = np.asarray(geodesic_inverse(float(end[0]), float(end[1]), places.lat_deg, places.lon_deg)[0])
    last = float(flight.end_s)
    times = np.linspace(max(0.0, last - LONGEST_S), last, STEPS)
    height = np.interp(times, flight.time_s, np.asarray(places.height_m))
    return Attack(target, kill_class, None, np.interp(times, flight.time_s, to_go), height, float(times[1] - times[0]))


def classes_of(world: World) -> list[str]:
    """The classes of the raid, ballistic ones last, each by name."""
    names = {entity.system for entity in world.entities if entity.kind == "threat"}
    return sorted(names, key=lambda name: (_ballistic_class(world, name), name))


def _ballistic_class(world: World, name: str) -> bool:
    card = world.loaded.card(name)
    return card.known("motion") and card.text("motion") == "ballistic"


def origins_of(world: World, name: str) -> list[tuple[float, float]]:
    """Where the raid's threats of a class appear, or any threat where there is none of it."""
    threats = [entity for entity in world.entities if entity.kind == "threat"]
    own = [entity for entity in threats if entity.system == name] or threats
    return sorted({(round(e.lat_deg, 1), round(e.lon_deg, 1)) for e in own})


def _sides(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], origins: Sequence[tuple[float, float]], azimuth_deg: float | None
) -> NDArray[np.float64]:
    """Azimuths, rad, [place, side]: those asked for or of the origins, then `SIDES` all around."""
    ways = [
        np.asarray(geodesic_inverse(lat_deg, lon_deg, np.full_like(lat_deg, lat), np.full_like(lat_deg, lon))[1])
        for lat, lon in origins
    ]
    asked = ways if azimuth_deg is None else [np.full(lat_deg.size, azimuth_deg)]
    around = [np.full(lat_deg.size, 360.0 * k / SIDES) for k in range(SIDES)]
    return np.radians(np.column_stack([*asked, *around]) % 360.0)


def attacks_on(world: World, classes: Sequence[str], heights_m: Sequence[float], speed_mps: float | None = None) -> list[Attack]:
    """Every class at every height; a ballistic one once."""
    found = []
    for name in classes:
        heights = heights_m[:1] if _ballistic_class(world, name) else heights_m
        found += [attack_of(world.loaded.card(name), height, speed_mps) for height in heights]
    return found


def batteries_of(world: World) -> list[Any]:
    """The batteries of the maps: of each patrol one sortie, which stands for its reliefs."""
    later = reliefs(world)
    return [entity for entity in world.entities if entity.kind == "battery" and entity.name not in later]


def grid_around(world: World, cell_km: float | None) -> Grid:
    """What the batteries reach."""
    batteries = batteries_of(world)
    if not batteries:
        raise InputError("the scenario has no battery, so nothing can be stopped: leave --engagement out")
    reaches = [(battery.lat_deg, battery.lon_deg, battery.range_m) for battery in batteries]
    return grid_over(area_seen(reaches, [], world.terrain), cell_km or USUAL_CELL_KM)


def names_without(world: World, without: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which sensors and batteries are left, in the World's order: names of them, of patrols, of systems or of command posts. A
    patrol's reliefs never are: its first sortie counts as if always there."""
    parts = {kind: [e for e in world.entities if e.kind == kind] for kind in ("sensor", "battery")}
    patrols, later = patrol_of(world), reliefs(world)
    known = {text for entities in parts.values() for e in entities for text in (e.name, e.system, e.parent)} | {*patrols.values()}
    for name in without:
        if name not in known:
            raise UnknownNameError("sensor, battery, patrol, system or command post", name, sorted(known))
    sensors, batteries = (
        np.array(
            [e.name not in later and not {e.name, e.system, e.parent, patrols.get(e.name)} & set(without) for e in parts[kind]],
            bool,
        )
        for kind in ("sensor", "battery")
    )
    return sensors, batteries


def stopped(
    world: World,
    attack: Attack,
    grid: Grid,
    *,
    seen_pd: float = 0.5,
    azimuth_deg: float | None = None,
    without: Sequence[str] = (),
    watchers: Sequence[Watcher] | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Stopped:
    """Attack every cell of a grid from all sides, and count what each battery can do about it."""
    a = world.arrays
    eyes = list(watchers) if watchers is not None else watchers_of(world, highest_m=float(attack.profile_m.max()))
    some_sensors, some_batteries = names_without(world, without)
    origins = origins_of(world, attack.target.name) if azimuth_deg is None else []
    asked = max(1, len(origins))
    level = attack.height_m is not None
    path = np.empty((grid.columns * (asked + SIDES), STEPS, 4))
    seen = np.zeros((len(eyes), *path.shape[:2]), np.uint8)
    moments, steps_s = moments_s(world), attack.dt_s * np.arange(STEPS)
    shares = [[shares_at(a.sensors[n], a.orbits, begun + steps_s) for begun in moments] for n in range(len(eyes))]
    batteries = len(a.batteries)
    later = reliefs(world)
    kept = [b for b, e in enumerate(e for e in world.entities if e.kind == "battery") if e.name not in later]
    shots = np.zeros((batteries, len(path)), np.uint8)
    first = np.zeros(shots.shape)
    total, any_side = np.zeros((2, *grid.shape), np.uint8)
    first_km = np.zeros(grid.shape, np.float32)
    by_battery = np.zeros((len(kept), *grid.shape), np.uint8)
    guiding = set(a.fire_control.tolist())
    # No sensor's look depends on another's, and none holds the lock.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for row in range(grid.rows):
            lat = np.full(grid.columns, grid.lat_deg[row])
            sides = _sides(lat, grid.lon_deg, origins, azimuth_deg)
            fill_attacks(*world.terrain.grid, lat, grid.lon_deg, sides, attack.to_go_m, attack.profile_m, level, path)
            for m, begun in enumerate(moments):
                looks = [
                    pool.submit(
                        fill_seen, watcher.eye, shares[n][m], attack.target.body(watcher.band, None), seen_pd, path,
                        n not in guiding, seen[n],
                    )
                    for n, watcher in enumerate(eyes) if some_sensors[n] and (m == 0 or watcher.flies)
                ]  # fmt: skip
                for look in looks:
                    look.result()
                count_shots(
                    a.sensors, a.commands, a.batteries, a.weapons, a.fire_control, a.sites, a.interceptors, a.fly_out_s,
                    a.fly_out_mps, a.fly_out_clear_m, some_batteries.astype(np.uint8), KILL_CLASSES.index(attack.kill_class),
                    seen, path, attack.to_go_m, attack.dt_s, begun, shots, first,
                )  # fmt: skip
                own = shots[kept].reshape(len(kept), grid.columns, asked + SIDES)
                all_ = np.minimum(own.sum(axis=0, dtype=np.int64), 255)
                # the farthest first meeting of any battery, from the side where it is nearest
                nearest = first[kept].reshape(own.shape)[:, :, :asked].max(axis=0).min(axis=-1) / 1000.0
                for into, found in (
                    (total[row], all_[:, :asked].min(axis=-1)), (any_side[row], all_[:, asked:].min(axis=-1)),
                    (by_battery[:, row], own[:, :, :asked].min(axis=-1)), (first_km[row], nearest),
                ):  # fmt: skip
                    into[...] = found if m == 0 else np.minimum(into, found)
            progress(1.0 / grid.rows)
    known = np.where(total > 0, first_km, np.nan).astype(np.float32)
    return Stopped(attack, total, any_side, known, by_battery)


def battery_rows(world: World, found: Stopped, grid: Grid) -> list[dict[str, Any]]:
    """For each battery: the area where it has one and two opportunities, and where only it has any; most first."""
    names = batteries_of(world)
    anyone = found.by_battery > 0
    alone = anyone.sum(axis=0) == 1
    rows = [
        {
            "battery": entity.name,
            "system": entity.system,
            "once_km2": grid.area_m2(own > 0) / 1e6,
            "twice_km2": grid.area_m2(own > 1) / 1e6,
            "only_it_km2": grid.area_m2((own > 0) & alone) / 1e6,
        }
        for entity, own in zip(names, found.by_battery, strict=True)
    ]
    return sorted(rows, key=lambda row: (-float(row["once_km2"]), str(row["battery"])))
