"""Civil traffic and own aircraft: their paths, behind those of the raid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log10
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.kinds import IDENTIFICATION
from buckler.catalog.schema import Card
from buckler.dtypes import ASKER, BANDS, BODY, KILL_CLASSES, NO_CARRIER, THREAT
from buckler.errors import InputError
from buckler.physics.aspect import ASPECTS
from buckler.physics.earth import ecef_to_geodetic, geodesic_direct, geodesic_inverse, geodetic_to_ecef
from buckler.physics.flight import Route, route
from buckler.physics.terrain import Terrain
from buckler.recordings.adsb import read_adsb
from buckler.scenario.command import Command
from buckler.scenario.environment import Environment
from buckler.scenario.load import Loaded
from buckler.scenario.members import member_name
from buckler.scenario.traffic import Airway, Traffic, TrafficEntry
from buckler.tracking import identification as ident
from buckler.world.corridors import Corridor, indicators_along, known_origins, position_of
from buckler.world.entities import Entity, address
from buckler.world.evidence import askers_of, describe, evidence_table
from buckler.world.motion import READS as MOTION_READS
from buckler.world.motion import limits, speed_band
from buckler.world.place import ground_heights_m, ground_m, wind_rows_of
from buckler.world.threats import READ as RAID_READ
from buckler.world.threats import CompiledRaid, behind, sections_dbsm

READ: Final = tuple(
    name for name in RAID_READ
    if name.startswith("rcs_")
    or name
    in (
        "optical_size", "kill_class", "speed", "min_speed", "max_speed", "cruise_height", "climb_rate", "descent_rate", "turn_load_factor",
    )
)  # fmt: skip
"""The parameters of a card that this module reads."""
EVIDENCE_READ: Final = tuple(IDENTIFICATION)
STEP_S: Final = 2.0
"""Between two rows of a path: an airliner in a turn strays 2 m from the chord in that time, a fighter 15 m."""
CIVIL_BANK: Final = 1.15
"""Greatest load factor of a civil turn: 30 degrees of bank (ICAO Doc 8168 uses 25)."""
GENTLE_MPS: Final = 20.0
"""Greatest rate at which traffic climbs and comes down (assumption: 4,000 ft/min)."""

THRESHOLD_M: Final = 15.0
"""Above the ground where it takes off and lands: 50 ft, as a runway's threshold is crossed (ICAO Doc 8168)."""
DESCENT: Final = 0.0524
"""Slope of its descent: 3 degrees, the usual glide path, all the way down from cruise."""

LARGE_M2: Final = 10.0
"""A cross-section (S band, nose on) from here on is large (assumption: between teaching values for a large fighter, 6, and a medium
airliner, 20)."""


@dataclass(frozen=True)
class CompiledTraffic:
    """The raid with the traffic behind it, and what identification needs; the arrays are empty where there is no traffic."""

    raid: CompiledRaid
    count: int
    bodies: NDArray[np.void]
    askers: NDArray[np.void]
    evidence: NDArray[np.float64]
    indicators: NDArray[np.uint8]
    known_origin: NDArray[np.bool_]
    """[body] whether it begins where a flight may."""
    flown: dict[str, tuple[Any, list[_Flight]]]
    """Of each entry: everything that its flights follow from, and the flights."""


@dataclass(frozen=True)
class _Flight:
    """One body of the traffic: rows of ECEF x, y, z and height at even times."""

    name: str
    entry: TrafficEntry
    card: Card
    rows_m: NDArray[np.float64]
    start_s: float


def compile_traffic(
    loaded: Loaded, raid: CompiledRaid, until_s: float, commands: list[Command], terrain: Terrain, reuse: CompiledTraffic | None = None
) -> CompiledTraffic:
    """The traffic of a scenario until a time behind its raid; the raid alone, untouched, where it has none.

    `reuse`: of the same scenario; flights and what follows from them alone are taken from it where they are the same.
    """
    traffic = loaded.scenario.traffic
    if traffic is None:
        return CompiledTraffic(
            raid, 0, np.zeros(0, BODY), np.zeros(0, ASKER), np.zeros((0, 3)), np.zeros(0, np.uint8), np.zeros(0, np.bool_), {}
        )
    flown: dict[str, tuple[Any, list[_Flight]]] = {}
    for entry in traffic.entries:
        card = loaded.card(entry.system)
        follows_from = (
            entry, traffic.airways, loaded.scenario.environment, until_s, *(card.parameters.get(name) for name in MOTION_READS)
        )
        known = reuse.flown.get(entry.name) if reuse is not None else None
        if known is None or known[0] != follows_from:
            cuts = (_during(flight, until_s) for flight in fly_entry(loaded, traffic, entry, terrain))
            known = follows_from, [cut for cut in cuts if cut is not None]
        flown[entry.name] = known
    flights = sorted((flight for _, some in flown.values() for flight in some), key=lambda flight: flight.name)
    value = min(asset.value for asset in loaded.scenario.assets)
    records = np.zeros(len(flights), THREAT)
    sections = {system: sections_dbsm(loaded.card(system)) for system in {flight.entry.system for flight in flights}}
    for record, flight in zip(records, flights, strict=True):
        _fill(record, flight, sections[flight.entry.system], value)
    rows = [flight.rows_m for flight in flights]
    joined = behind(raid, records, rows, [_entity(flight) for flight in flights], None if reuse is None else reuse.raid)
    table = evidence_table(loaded.card(traffic.evidence))
    modes = sorted({mode for c in commands for mode in c.iff_modes or ["NATO"]} | {m for e in traffic.entries for m in e.iff_modes})
    if len(modes) > 32:
        raise InputError(f"the scenario names {len(modes)} families of IFF; 32 are the most")
    bodies = np.zeros(len(joined.records), BODY)
    bodies["side"][:] = ident.RED
    bodies["transponder"][:] = table[ident.FIRST_INDICATOR + ident.TRANSPONDER, ident.RED]
    bodies["plan"][:] = table[ident.FIRST_INDICATOR + ident.PLAN, ident.RED]
    for body, flight in zip(bodies[len(raid.records) :], flights, strict=True):
        describe(body, flight.entry, table, modes)
    bodies["first"] = joined.records["first"]
    if reuse is not None and joined.path_m is reuse.raid.path_m:
        indicators, known_origin = reuse.indicators, reuse.known_origin
    else:
        airways = [Corridor.of(airway) for airway in traffic.airways]
        indicators = np.concatenate(
            [indicators_along(joined.path_m[r["first"] : r["first"] + r["points"]], float(r["step_s"]), airways) for r in joined.records]
        )
        known_origin = known_origins(joined.path_m[joined.records["first"]], traffic, airways)
    large = joined.records["rcs_dbsm"][:, BANDS.index("S"), ASPECTS.index("nose")] >= 10.0 * log10(LARGE_M2)
    bodies["still"] = (known_origin << ident.ORIGIN) | (large << ident.SIZE)
    askers = askers_of(commands, bodies, modes)
    return CompiledTraffic(joined, len(flights), bodies, askers, table, indicators, known_origin, flown)


def fly_entry(loaded: Loaded, traffic: Traffic, entry: TrafficEntry, terrain: Terrain) -> list[_Flight]:
    """The flights of one entry; InputError, with its name, where they cannot be flown."""
    card = loaded.card(entry.system)
    try:
        if card.text("motion") != "route":
            raise InputError(f"{card.name} does not fly a route")
        if entry.recording is not None:
            return list(_recorded(entry, card))
        flown = planned(entry, card, {airway.name: airway for airway in traffic.airways}, terrain, loaded.scenario.environment)
        rows = np.column_stack([flown.position_m, flown.height_m])
    except InputError as error:
        raise InputError(f"traffic entry {entry.name!r} cannot fly: {error}").at(*_stated(entry, error.place)) from error
    return [
        _Flight(member_name(entry.name, entry.count, k), entry, card, rows, entry.start_s + k * entry.spacing_s)
        for k in range(entry.count)
    ]


def _stated(entry: TrafficEntry, place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where in an entry stands what a route complains of; the entry itself if it is not sure which of its points that is."""
    field = str(place[2]) if len(place) == 3 else ""
    if field and getattr(entry, field) is not None and all(getattr(point, field) is None for point in entry.waypoints):
        return (field,)
    k = place[1] if len(place) > 1 else -1
    if entry.backwards or not isinstance(k, int) or not 0 <= k < len(entry.waypoints):
        return ()
    stated = field and getattr(entry.waypoints[k], field) is not None
    return ("waypoints", k, field) if stated else ("waypoints", k)


def planned(entry: TrafficEntry, card: Card, airways: dict[str, Airway], terrain: Terrain, air: Environment) -> Route:
    """The flight along an airway or waypoints, beside it by the entry's offset, from take-off and to landing if it has them."""
    points = list(airways[entry.airway].points if entry.airway is not None else entry.waypoints)
    if entry.backwards:
        points.reverse()
    places = [position_of(point) for point in points]
    if entry.offset_m:
        courses = [float(geodesic_inverse(*a, *b)[1]) for a, b in pairwise(places)]
        courses.append(courses[-1])
        moved = [geodesic_direct(*place, course + 90.0, entry.offset_m) for place, course in zip(places, courses, strict=True)]
        places = [(float(lat), float(lon)) for lat, lon, *_ in moved]
    level = entry.height_m if entry.height_m is not None else card.si("cruise_height")
    heights = [point.height_m if point.height_m is not None else level for point in points]
    usual = entry.speed_mps if entry.speed_mps is not None else card.si("speed")
    speeds = [point.speed_mps if point.speed_mps is not None else usual for point in points[:-1]]
    holds = [None if point.hold is None else (point.hold.duration_s, point.hold.leg_m, point.hold.clockwise) for point in points[1:-1]]
    handling = limits(card)
    begins_m = ground_m(terrain, *places[0]) + THRESHOLD_M if entry.takes_off else None
    if entry.lands:
        end_m = ground_m(terrain, *places[-1]) + THRESHOLD_M
        length, azimuth = (float(part) for part in geodesic_inverse(*places[-2], *places[-1])[:2])
        down_m = (heights[-1] - end_m) / DESCENT
        if not 0.0 < down_m < length - 1.0:
            raise InputError(
                f"from {heights[-1]:.0f} m it needs {down_m / 1000:.0f} km to come down, and its last leg is {length / 1000:.0f} km long: "
                "move its last waypoint but one out, or lower"
            )
        top = geodesic_direct(*places[-2], azimuth, length - down_m)
        places.insert(-1, (float(top[0]), float(top[1])))
        heights.insert(-1, heights[-1])
        heights[-1] = end_m
        speeds.append(speeds[-1])
        holds.append(None)
    return route(
        [lat for lat, _ in places], [lon for _, lon in places], heights, speeds, STEP_S, above="sea",
        ground=lambda lat, lon: ground_heights_m(terrain, lat, lon),
        load_factor=min(handling.load_factor, CIVIL_BANK) if entry.side == "civil" else handling.load_factor,
        climb_mps=min(handling.climb_mps, GENTLE_MPS), descent_mps=min(handling.descent_mps, GENTLE_MPS),
        speed_band_mps=speed_band(card), holds=holds,
        hovers=card.text("kill_class") == "helicopter", start_height_m=begins_m, wind=wind_rows_of(air),
    )  # fmt: skip


def _recorded(entry: TrafficEntry, card: Card) -> Iterator[_Flight]:
    """Flights of a recording, the first report of the earliest at the entry's start."""
    recording = read_adsb(str(entry.recording))
    tracks = [recording.track(entry.flight)] if entry.flight is not None else list(recording.tracks[: entry.count])
    begin = min(float(track.time_s[0]) for track in tracks)
    for k, track in enumerate(tracks):
        even = track.resampled(STEP_S)
        rows = np.column_stack([geodetic_to_ecef(even.lat_deg, even.lon_deg, even.height_m), even.height_m])
        yield _Flight(member_name(entry.name, len(tracks), k), entry, card, rows, entry.start_s + float(track.time_s[0]) - begin)


def held_out(traffic: Traffic | None) -> list[tuple[str, str]]:
    """(recording, sentence) for everything in the recordings of a scenario's traffic that is no flight, and is not flown."""
    files = sorted({entry.recording for entry in traffic.entries if entry.recording is not None}) if traffic is not None else []
    return [(file, sentence) for file in files for sentence in read_adsb(file).held_out]


def _during(flight: _Flight, until_s: float) -> _Flight | None:
    """The part of a flight between the scenario's start and end; None where it is never in the air then."""
    skip = max(0, int(-flight.start_s / STEP_S))
    keep = min(len(flight.rows_m), int((until_s - flight.start_s) / STEP_S) + 2)
    if keep - skip < 2:
        return None
    return replace(flight, rows_m=flight.rows_m[skip:keep], start_s=flight.start_s + skip * STEP_S)


def _fill(record: Any, flight: _Flight, sections: NDArray[np.float64], value: float) -> None:
    """A THREAT record of somebody who is no threat: it flies at nothing and is valued, if mistaken, as the least asset."""
    record["key"] = np.uint64(address(flight.name))
    record["kill_class"] = KILL_CLASSES.index(flight.card.text("kill_class"))
    record["asset"], record["carrier"] = -1, NO_CARRIER
    record["start_s"] = flight.start_s
    record["end_s"] = flight.start_s + (len(flight.rows_m) - 1) * STEP_S
    record["points"], record["step_s"] = len(flight.rows_m), STEP_S
    record["rcs_dbsm"] = sections
    record["value"] = value


def _entity(flight: _Flight) -> Entity:
    place = ecef_to_geodetic(*flight.rows_m[0, :3])
    return Entity(
        flight.name, flight.name, flight.entry.side, "aircraft", flight.card.name, flight.card.text("kill_class"),
        float(place.lat_deg), float(place.lon_deg), float(flight.rows_m[0, 3]), "", 0.0, 0.0,
    )  # fmt: skip


