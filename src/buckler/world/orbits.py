"""Sensors that fly: a racetrack as rows of position and course, and the nodes at which the horizon is swept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil, cos, degrees, hypot, pi, radians, sin, sqrt, tan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.dtypes import WorldArrays
from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M, ecef_from_geodetic, ecef_to_geodetic, enu_basis, geodesic_direct
from buckler.physics.look import along_orbit
from buckler.physics.terrain import Terrain
from buckler.physics.visibility import HorizonTable
from buckler.scenario.load import Loaded
from buckler.scenario.orbit import Orbit
from buckler.scenario.sensor import Sensor
from buckler.units import STANDARD_GRAVITY_MPS2
from buckler.world.place import Place
from buckler.world.sensors import horizon_around, place_of, side_by_side, table_shape

STEP_S: Final = 2.0
"""Between two rows, about: a turn of 10 km at 210 m/s strays 2.3 m from the chord in that time."""
READ: Final = ("speed", "cruise_height", "orbit_bank", "turn_load_factor")
"""The parameters of a card that an orbit follows from."""
MOST_LOAD_FACTOR: Final = 5.0
"""Of a turn, where the card does not say what the airframe bears."""
BANK_RAD: Final = radians(25.0)
"""Of a patrol's turns where the scenario gives no radius (assumption: an airliner's usual limit)."""
TURN_NODES: Final = 4
"""On each half circle: between two of them the arc strays 0.076 of the radius from the chord."""
HORIZON_ERROR_M: Final = 5.0
"""What the lowest height seen may be off between two nodes over a smooth earth: sight.lowest_from_orbit_m."""


@dataclass(frozen=True)
class Track:
    """One orbit: rows as World.orbits has them, places of the nodes, and the time of one round."""

    rows: NDArray[np.float64]
    nodes: NDArray[np.float64]
    places: list[Place]
    step_s: float
    node_spacing_m: float


def track_of(sensor: Sensor, orbit: Orbit, card: Card, centre: Place, effective_radius_m: float) -> Track:
    """The orbit of a sensor around its position."""
    speed = orbit.speed_mps if orbit.speed_mps is not None else card.si("speed")
    bank = card.si("orbit_bank") if card.known("orbit_bank") else BANK_RAD
    radius = orbit.turn_radius_m or speed**2 / (STANDARD_GRAVITY_MPS2 * tan(bank))
    load_factor = hypot(1.0, speed**2 / radius / STANDARD_GRAVITY_MPS2)
    bears = card.range_si("turn_load_factor")[2] / STANDARD_GRAVITY_MPS2 if card.known("turn_load_factor") else MOST_LOAD_FACTOR
    if load_factor > bears:
        raise InputError(
            f"sensor {sensor.name!r} cannot fly its orbit: {speed:g} m/s in a turn of {radius:g} m is {load_factor:.1f} g, and "
            f"{sensor.system} bears {bears:.2g} g; write a longer turn_radius_m"
        )
    length = 2.0 * orbit.leg_length_m + 2.0 * pi * radius
    steps = ceil(length / (speed * STEP_S))
    spacing = sqrt(8.0 * effective_radius_m * HORIZON_ERROR_M)
    pieces, turn = ceil(orbit.leg_length_m / spacing), pi * radius
    leg = np.arange(pieces) * orbit.leg_length_m / pieces
    round_ = orbit.leg_length_m + np.arange(TURN_NODES) * turn / TURN_NODES
    half = np.concatenate([leg, round_])
    at = np.concatenate([half, half + 0.5 * length])
    begun = orbit.begun * length
    places = [_place(orbit, radius, (length * k / steps + begun) % length, centre) for k in range(steps)]
    frames = np.array([_frame(place) for place in places])
    ahead = np.roll(frames[:, :3], -1, axis=0) - np.roll(frames[:, :3], 1, axis=0)
    course = np.column_stack([np.sum(ahead * frames[:, 3:6], axis=1), np.sum(ahead * frames[:, 6:9], axis=1)])
    course /= np.linalg.norm(course, axis=1)[:, None]
    rows = np.column_stack([frames, course])
    rows = np.column_stack([
        np.vstack([rows, rows[:1]]),
        np.interp(np.linspace(begun, begun + length, steps + 1), [*at, *(at + length), 2.0 * length], np.arange(2.0 * len(at) + 1.0)),
    ])  # fmt: skip
    nodes = [_place(orbit, radius, float(along), centre) for along in at]
    return Track(
        rows,
        np.array([_frame(place) for place in nodes]),
        nodes,
        length / speed / steps,
        max(spacing, turn / TURN_NODES),
    )


def _place(orbit: Orbit, radius_m: float, along_m: float, centre: Place) -> Place:
    """A point of the racetrack: `u` along the first leg's heading, `v` to its right, for turns to the right."""
    half, turn = 0.5 * orbit.leg_length_m, pi * radius_m
    if along_m < 2.0 * half:
        u, v = along_m - half, -radius_m
    elif along_m < 2.0 * half + turn:
        angle = (along_m - 2.0 * half) / radius_m
        u, v = half + radius_m * sin(angle), -radius_m * cos(angle)
    elif along_m < 4.0 * half + turn:
        u, v = half - (along_m - 2.0 * half - turn), radius_m
    else:
        angle = (along_m - 4.0 * half - turn) / radius_m
        u, v = -half - radius_m * sin(angle), radius_m * cos(angle)
    if orbit.turns == "left":
        v = -v
    azimuth = orbit.heading_deg + degrees(np.arctan2(v, u))
    lat, lon, _ = geodesic_direct(centre.lat_deg, centre.lon_deg, azimuth, hypot(u, v))
    return Place(float(lat), float(lon), centre.height_m)


def _frame(place: Place) -> NDArray[np.float64]:
    """Position (ECEF, m) and unit vectors to the east, north and up."""
    lat, lon = radians(place.lat_deg), radians(place.lon_deg)
    return np.array([*ecef_from_geodetic(lat, lon, place.height_m), *enu_basis(lat, lon)])


def where_at(arrays: WorldArrays, sensor: int, time_s: float) -> Place:
    """Where a sensor is at a time: its own place, or its place on its orbit."""
    record: Any = arrays.sensors[sensor]
    point = record["position_m"]
    if record["orbit_rows"]:
        k, part = along_orbit(record, time_s)
        point = arrays.orbits[k, :3] + part * (arrays.orbits[k + 1, :3] - arrays.orbits[k, :3])
    found = ecef_to_geodetic(*point)
    return Place(float(found.lat_deg), float(found.lon_deg), float(found.height_m))


@dataclass(frozen=True)
class CompiledOrbits:
    """World.orbits, World.orbit_nodes and World.orbit_lowest_m."""

    rows: NDArray[np.float64]
    nodes: NDArray[np.float64]
    lowest_m: NDArray[np.float32]


_OWN: Final = ("first_orbit", "orbit_rows", "orbit_step_s", "first_node", "nodes", "node_step_m")


def compile_orbits(
    loaded: Loaded, sensors: Sequence[Sensor], records: NDArray[np.void], terrain: Terrain, reuse: WorldArrays | None
) -> CompiledOrbits:
    """Every sensor's orbit, one after another; the sensors' records learn which rows and nodes are theirs."""
    if reuse is not None:
        for name in _OWN:
            records[name] = reuse.sensors[name]
        return CompiledOrbits(reuse.orbits, reuse.orbit_nodes, reuse.orbit_lowest_m)
    rows, nodes = [np.zeros((0, 15))], [np.zeros((0, 12))]
    tables: list[NDArray[np.float32]] = [np.zeros((0, *table_shape(terrain)), np.float32)]
    first_row, first_node = 0, 0
    flown: dict[tuple[str, str, Place, float], tuple[Track, list[HorizonTable]]] = {}
    for record, sensor in zip(records, sensors, strict=True):
        if sensor.orbit is None:
            continue
        card = loaded.card(sensor.system)
        centre, _ = place_of(sensor, card, terrain)
        factor = float(record["effective_radius_m"]) / MEAN_RADIUS_M
        same = sensor.orbit.model_dump_json(), card.name, centre, factor
        if same not in flown:  # the sorties of a patrol follow each other on one orbit
            track = track_of(sensor, sensor.orbit, card, centre, float(record["effective_radius_m"]))
            reach = card.si("instrumented_range") + track.node_spacing_m
            sweeps = [partial(horizon_around, terrain, place, place.height_m, reach, factor) for place in track.places]
            flown[same] = track, side_by_side(sweeps)
        track, swept = flown[same]
        record["first_orbit"], record["orbit_rows"], record["orbit_step_s"] = (
            first_row,
            len(track.rows) - 1,
            track.step_s,
        )
        record["first_node"], record["nodes"], record["node_step_m"] = first_node, len(swept), swept[0].range_step_m
        rows.append(track.rows)
        nodes.append(track.nodes)
        tables.append(np.stack([table.line_m for table in swept]))
        first_row, first_node = first_row + len(track.rows), first_node + len(swept)
    return CompiledOrbits(np.concatenate(rows), np.concatenate(nodes), np.concatenate(tables))
