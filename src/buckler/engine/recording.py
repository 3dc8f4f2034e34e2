"""Flying a replication again with recording: positions of every body, and every detection with its truth beside it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler.dtypes import WorldArrays
from buckler.engine.reach import site_at
from buckler.log.schema import DETECTIONS, STATES, TRACKS, Kind
from buckler.log.write import names_column
from buckler.physics.earth import ecef_to_geodetic

POSITIONS: Final = 240
"""About how many positions a recorded threat gets: enough for a smooth track at any zoom of a report's map."""

_ARRIVALS: Final = (Kind.KILL, Kind.MISS, Kind.NO_TARGET)


def positions(world: WorldArrays, threat: int, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """ECEF positions (m) of a threat, [time, 3]: physics.look.position for many times at once."""
    body = world.threats[threat]
    rows = world.path_m[body["first"] : body["first"] + body["points"], :3]
    place = (times_s - body["start_s"]) / body["step_s"]
    return np.column_stack([np.interp(place, np.arange(len(rows)), rows[:, axis]) for axis in range(3)])


def states_table(world: WorldArrays, names: Sequence[str], replication: int, events: NDArray[np.void]) -> pa.Table:
    """Where everything was: threats along their paths until they end, rounds on the straight line to the intercept, and
    sensors on their orbits until the last event, at the rows between which the engine takes them straight."""
    places: list[tuple[str, NDArray[np.float64], NDArray[np.float64]]] = []
    end_s = dict.fromkeys(range(len(world.threats)), np.inf)
    for event in events:
        if event["kind"] == Kind.KILL:
            end_s[int(event["object"]) - world.first_threat] = float(event["time_s"])
        elif event["kind"] == Kind.IMPACT:
            end_s[int(event["subject"]) - world.first_threat] = float(event["time_s"])
    appeared = {int(event["subject"]) - world.first_threat for event in events if event["kind"] == Kind.APPEAR}
    for i, threat in enumerate(world.threats):
        if i not in appeared:
            continue
        until = min(end_s[i], float(threat["end_s"]))
        times = np.append(np.arange(threat["start_s"], until, max(1.0, (until - threat["start_s"]) / POSITIONS)), until)
        points = positions(world, i, times)
        places.append((names[world.first_threat + i], times, points))
    shots: dict[int, int] = {}
    for event in events:
        if event["kind"] not in _ARRIVALS:
            continue
        w = int(event["subject"]) - world.first_weapon
        i = int(event["object"]) - world.first_threat
        fired_s = float(events[int(event["cause"])]["time_s"])
        times = np.linspace(fired_s, float(event["time_s"]), max(2, ceil((float(event["time_s"]) - fired_s) / 2.0)))
        stop = positions(world, i, times[-1:])[0]
        start = _start(world, events, int(event["cause"]), w, stop)
        share = ((times - times[0]) / max(times[-1] - times[0], 1e-9))[:, None]
        shots[w] = shots.get(w, 0) + 1
        places.append((f"{names[world.first_weapon + w]}#{shots[w]}", times, start + share * (stop - start)))
    last_s = float(events["time_s"].max()) if len(events) else 0.0
    for s, sensor in enumerate(world.sensors):
        if sensor["orbit_rows"]:
            rows = np.arange(ceil(last_s / sensor["orbit_step_s"]) + 1)
            points = world.orbits[sensor["first_orbit"] + rows % sensor["orbit_rows"], :3]
            places.append((names[world.first_sensor + s], rows * float(sensor["orbit_step_s"]), points))
    subjects = [name for name, _, _ in places]
    times = np.concatenate([times for _, times, _ in places])
    points = np.concatenate([points for _, _, points in places])
    geodetic = ecef_to_geodetic(points[:, 0], points[:, 1], points[:, 2])
    codes = np.repeat(np.arange(len(places)), [len(times) for _, times, _ in places])
    return pa.Table.from_arrays(
        [
            pa.array(np.full(len(times), replication, np.int32)),
            pa.array(times),
            names_column(codes, [*subjects, ""]),
            pa.array(geodetic.lat_deg),
            pa.array(geodetic.lon_deg),
            pa.array(geodetic.height_m),
        ],
        schema=STATES,
    )


def _start(
    world: WorldArrays, events: NDArray[np.void], fire: int, w: int, stop: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where a round begins, ECEF m: at its battery, or where its aircraft is after the dash that its order's COMMIT tells of."""
    battery = world.batteries[world.weapons[w]["battery"]]
    start: NDArray[np.float64] = battery["position_m"]
    turned = np.flatnonzero((events["kind"] == Kind.COMMIT) & (events["cause"] == events[fire]["cause"]))
    if battery["dash_mps"] == 0.0 or not len(turned):
        return start
    commit = events[turned[0]]
    left = world.sites[site_at(battery, float(commit["time_s"])), :3]
    way = left + min(1.0, float(commit["value"]) / float(np.linalg.norm(stop - left))) * (stop - left)
    return np.asarray(way * (np.linalg.norm(left) / np.linalg.norm(way)))


def detections_table(world: WorldArrays, names: Sequence[str], replication: int, hits: NDArray[np.void]) -> pa.Table:
    """Measured detections with the true identity beside them."""
    return pa.Table.from_arrays(
        [
            pa.array(np.full(len(hits), replication, np.int32)),
            pa.array(np.ascontiguousarray(hits["time_s"])),
            names_column(hits["sensor"] + world.first_sensor, names),
            names_column(hits["threat"] + world.first_threat, names),
            *(
                pa.array(np.ascontiguousarray(hits[name]))
                for name in ("range_m", "azimuth_deg", "elevation_deg", "snr_db")
            ),
        ],
        schema=DETECTIONS,
    )


def tracks_table(world: WorldArrays, names: Sequence[str], replication: int, rows: NDArray[np.void]) -> pa.Table:
    """What each command post believed, plot after plot: no truth beside it."""
    position, velocity = rows["position_m"], rows["velocity_mps"]
    geodetic = ecef_to_geodetic(position[:, 0], position[:, 1], position[:, 2])
    identity = pa.DictionaryArray.from_arrays(rows["hostile"].astype(np.int8), ["pending", "hostile"])
    return pa.Table.from_arrays(
        [
            pa.array(np.full(len(rows), replication, np.int32)),
            pa.array(np.ascontiguousarray(rows["time_s"])),
            pa.array(np.ascontiguousarray(rows["known_s"])),
            names_column(rows["command"] + world.first_command, names),
            names_column(np.where(rows["told_by"] < 0, -1, rows["told_by"] + world.first_command), names),
            pa.array(rows["fused"] != 0),
            pa.array(np.ascontiguousarray(rows["number"])),
            pa.array(np.ascontiguousarray(rows["plots"])),
            identity,
            pa.array(geodetic.lat_deg),
            pa.array(geodetic.lon_deg),
            pa.array(geodetic.height_m),
            pa.array(np.linalg.norm(velocity, axis=1)),
            pa.array(np.ascontiguousarray(rows["position_std_m"])),
        ],
        schema=TRACKS,
    )
