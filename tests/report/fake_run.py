"""A small, plausible run folder made by the log's schema alone: no simulator in it.

The fight is drawn with NumPy: every threat flies a straight line at its asset, is seen, tracked, identified, given to
a battery and shot at with stated chances. What is tested with it is how a log is read, counted and shown, never
whether a model is right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from buckler.log.schema import DETECTIONS, ENTITIES, EVENTS, KINDS, REASONS, STATES, Kind, Reason

ASSETS = [("ankara", "Ankara", 39.92, 32.854, 3.0), ("akkuyu", "Akkuyu <NPP> & port", 36.144, 33.541, 2.0)]
COMMANDS = [("center", "Air defence command", 39.95, 32.69)]
SENSORS = [("radar-1", "91N6E", 39.7, 32.2, 340e3), ("radar-2", "AN/TPS-77", 36.6, 33.0, 400e3)]
BATTERIES = [
    ("s400-1", "S-400 <battery> 1", "S-400", 39.75, 32.5, 10),
    ("hisar-1", "HISAR 1", "HISAR-O+", 36.2, 33.5, 6),
]
WEAPONS = [
    ("s400-1/48N6E3", "48N6E3", "s400-1", 16, 250e3),
    ("s400-1/9M96E2", "9M96E2", "s400-1", 16, 120e3),
    ("hisar-1/missile", "HISAR-O+", "hisar-1", 18, 25e3),
]
CLASSES = {
    "ballistic": (3, 1400.0, 60e3),
    "cruise": (6, 240.0, 60.0),
    "aircraft": (2, 250.0, 9e3),
    "drone": (8, 50.0, 900.0),
}
CHANCE = {
    "ballistic": (0.95, 1.0, 0.55),
    "cruise": (0.9, 0.97, 0.75),
    "aircraft": (0.55, 0.9, 0.6),
    "drone": (0.97, 0.95, 0.85),
}


@dataclass
class Log:
    """Events in the making."""

    rows: dict[str, list[object]] = field(default_factory=lambda: {name: [] for name in EVENTS.names})
    count: int = 0

    def add(
        self,
        replication,
        time_s,
        kind,
        subject,
        target="",
        where=(0.0, 0.0, 0.0),
        value=0.0,
        reason=Reason.NONE,
        cause=-1,
    ):
        values = (self.count, cause, replication, time_s, KINDS[kind], subject, target, *where, value, REASONS[reason])
        for name, item in zip(EVENTS.names, values, strict=True):
            self.rows[name].append(item)
        self.count += 1
        return self.count - 1

    def table(self) -> pa.Table:
        return table_of(self.rows, EVENTS)


def table_of(columns: dict[str, list[object]], schema: pa.Schema) -> pa.Table:
    arrays = []
    for item in schema:
        values = columns[item.name]
        if isinstance(item.type, pa.DictionaryType):
            arrays.append(pa.array(values, pa.string()).dictionary_encode().cast(item.type))
        else:
            arrays.append(pa.array(values, item.type))
    return pa.table(arrays, schema=schema)


def threats() -> list[dict[str, object]]:
    rows = []
    for name, (count, speed, height) in CLASSES.items():
        for number in range(count):
            asset = ASSETS[number % 2]
            bearing = {"ballistic": 100.0, "cruise": 150.0, "aircraft": 75.0, "drone": 165.0}[name] + 7 * number
            distance = speed * {"ballistic": 330, "cruise": 1300, "aircraft": 1200, "drone": 3000}[name]
            lat = asset[2] + distance / 111e3 * np.cos(np.radians(bearing))
            lon = asset[3] + distance / 86e3 * np.sin(np.radians(bearing))
            rows.append(
                {
                    "key": f"{name}-{number + 1}",
                    "class": name,
                    "asset": asset[0],
                    "lat": lat,
                    "lon": lon,
                    "alt": height,
                    "flight_s": distance / speed,
                    "start_s": 40.0 * number,
                    "to": asset[2:4],
                }
            )
    return rows


def entities() -> pa.Table:
    rows: list[tuple[object, ...]] = []
    rows += [(k, n, "defence", "asset", "", "", la, lo, 0.0, "", 0.0, v, False) for k, n, la, lo, v in ASSETS]
    rows += [(k, n, "defence", "command", "", "", la, lo, 0.0, "", 0.0, 0.0, False) for k, n, la, lo in COMMANDS]
    rows += [(k, k, "defence", "sensor", s, "", la, lo, 20.0, "center", r, 0.0, False) for k, s, la, lo, r in SENSORS]
    rows += [
        (k, n, "defence", "battery", s, "", la, lo, 0.0, "center", 0.0, c, False) for k, n, s, la, lo, c in BATTERIES
    ]
    at = {battery[0]: battery[3:5] for battery in BATTERIES}
    rows += [(k, k, "defence", "weapon", s, "", *at[b], 0.0, b, r, n, s == "9M96E2") for k, s, b, n, r in WEAPONS]
    rows += [
        (
            t["key"],
            t["key"],
            "raid",
            "threat",
            f"notional {t['class']}",
            t["class"],
            t["lat"],
            t["lon"],
            t["alt"],
            t["asset"],
            0.0,
            0.0,
            False,
        )
        for t in threats()
    ]
    return table_of(
        {name: list(column) for name, column in zip(ENTITIES.names, zip(*rows, strict=True), strict=True)}, ENTITIES
    )


def fly(replication: int, generator: np.random.Generator, skill: float) -> Log:
    """One replication."""
    log = Log()
    rounds = {weapon[0]: weapon[3] for weapon in WEAPONS}
    events = []
    for threat in threats():
        key, asset, name = str(threat["key"]), str(threat["asset"]), str(threat["class"])
        seen_chance, known_chance, kill_chance = CHANCE[name]
        start, flight = float(threat["start_s"]), float(threat["flight_s"])
        u = generator.random(12)

        def where(time_s, threat=threat, start=start, flight=flight):
            done = (time_s - start) / flight
            height = float(threat["alt"]) * (4 * done * (1 - done) + 0.0 if threat["class"] == "ballistic" else 1.0)
            return (
                float(threat["lat"]) + done * (threat["to"][0] - float(threat["lat"])),
                float(threat["lon"]) + done * (threat["to"][1] - float(threat["lon"])),
                height,
            )

        def at(time_s, kind, subject, target="", value=0.0, reason=Reason.NONE, where=where):
            events.append((time_s, kind, subject, target, where(time_s), value, reason))

        at(start, Kind.APPEAR, key, asset)
        sensor, weapon = ("radar-1", WEAPONS[0][0] if name in ("ballistic", "aircraft") else WEAPONS[1][0])
        if asset == "akkuyu":
            sensor, weapon = "radar-2", WEAPONS[2][0]
        reason = Reason.NOT_SEEN
        killed = False
        if u[0] < seen_chance:
            time_s = start + flight * (0.3 + 0.2 * u[1])
            at(time_s, Kind.DETECT, sensor, key, 2e5)
            at(time_s + 12, Kind.CONFIRM, sensor, key, 1.9e5)
            reason = Reason.NOT_IDENTIFIED
            if u[2] < known_chance:
                at(time_s + 20, Kind.IDENTIFY, "center", key, 1)
                reason = Reason.OUT_OF_REACH
                if not (asset == "akkuyu" and name in ("ballistic", "aircraft")):
                    reason = Reason.NO_MISSILE
                    for attempt in range(2):
                        if rounds[weapon] < 1:
                            break
                        go = start + flight * (0.75 + 0.1 * attempt)
                        at(go - 8, Kind.ASSIGN, weapon, key, kill_chance)
                        at(go, Kind.FIRE, weapon, key, 20.0)
                        rounds[weapon] -= 1
                        killed = u[4 + attempt] < kill_chance * skill
                        at(go + 0.05 * flight, Kind.KILL if killed else Kind.MISS, weapon, key, kill_chance)
                        reason = Reason.MISSED
                        if killed:
                            break
        if not killed:
            at(start + flight, Kind.IMPACT, key, asset, 0.0, reason)
            if u[10] < 0.6:
                at(start + flight, Kind.ASSET_HIT, key, asset, 40.0)
    for time_s, kind, subject, target, place, value, reason in sorted(events, key=lambda e: (e[0], e[2], e[1])):
        log.add(replication, time_s, kind, subject, target, place, value, reason)
    return log


SOURCES = [
    {
        "used_by": ["radar-1"],
        "system": "91N6E",
        "parameter": "detection_range",
        "low": 300,
        "nominal": 340,
        "high": 400,
        "unit": "km",
        "grade": "manufacturer",
        "kind": "published",
        "used_value_si": 340e3,
        "si_unit": "m",
        "assumption": None,
        "note": "against a 4 m² target",
        "sources": [
            {"title": "Export brochure <2019>", "url": "https://example.org/s400?a=1&b=2", "date": "2019-07-12"}
        ],
    },
    {
        "used_by": ["s400-1/48N6E3"],
        "system": "48N6E3",
        "parameter": "kill_probability_ballistic",
        "low": 0.4,
        "nominal": 0.55,
        "high": 0.8,
        "unit": "probability",
        "grade": "assumption",
        "kind": "assumption",
        "used_value_si": 0.55,
        "si_unit": "1",
        "sources": [],
        "assumption": "No test result is public; the range spans what analysts use.",
        "note": None,
    },
    {
        "used_by": ["hisar-1"],
        "system": "HISAR-O+",
        "parameter": "reload_time",
        "low": None,
        "nominal": None,
        "high": None,
        "unit": "min",
        "grade": None,
        "kind": "unknown",
        "used_value_si": None,
        "si_unit": "s",
        "sources": [],
        "assumption": None,
        "note": "Nobody has published it; no reload is modelled.",
    },
]


def write_fake_run(path: Path, replications: int = 50, block: int = 25, skill: float = 1.0, seed: int = 1) -> Path:
    """A complete run folder at `path`, without its summary and report."""
    (path / "coverage").mkdir(parents=True)
    pq.write_table(entities(), path / "entities.parquet")
    logs = [fly(r, np.random.default_rng([seed, r]), skill) for r in range(replications)]
    with pq.ParquetWriter(path / "events.parquet", EVENTS) as writer:
        for first in range(0, replications, block):
            writer.write_table(
                pa.concat_tables([log.table() for log in logs[first : first + block]]).unify_dictionaries()
            )
    recorded = [{"replication": 0, "why": "typical"}, {"replication": min(3, replications - 1), "why": "worst"}]
    states: dict[str, list[object]] = {name: [] for name in STATES.names}
    for row in recorded:
        rows = logs[int(row["replication"])].rows
        killed = {o: t for o, k, t in zip(rows["object"], rows["kind"], rows["time_s"], strict=True) if k == "kill"}
        for threat in threats():
            end = killed.get(threat["key"], threat["start_s"] + threat["flight_s"])
            for time_s in np.linspace(threat["start_s"], end, 30):
                done = (time_s - threat["start_s"]) / threat["flight_s"]
                lat, lon = (threat[k] + done * (threat["to"][i] - threat[k]) for i, k in enumerate(("lat", "lon")))
                values = (row["replication"], time_s, threat["key"], lat, lon, threat["alt"])
                for name, value in zip(STATES.names, values, strict=True):
                    states[name].append(value)
    pq.write_table(table_of(states, STATES), path / "states.parquet")
    pq.write_table(table_of({name: [] for name in DETECTIONS.names}, DETECTIONS), path / "detections.parquet")
    turn = np.linspace(0, 2 * np.pi, 73)
    rings = [
        {
            "sensor": key,
            "system": system,
            "height_m": height,
            "target_class": "cruise",
            "lat_deg": (lat + reach / 111e3 * np.cos(turn)).tolist(),
            "lon_deg": (lon + reach / 86e3 * np.sin(turn)).tolist(),
        }
        for key, system, lat, lon, limit in SENSORS
        for height in (100, 1000, 10000)
        for reach in [min(limit, 4124 * (np.sqrt(height) + 5))]
    ]
    (path / "coverage/rings.json").write_text(json.dumps(rings))
    (path / "sources.json").write_text(json.dumps(SOURCES))
    run = {
        "schema": 1,
        "buckler": "0.1.0",
        "scenario": "fake",
        "title": "A small <raid> on two assets",
        "as_of": "2019-12-31",
        "notional": "Deployments and the raid are notional.",
        "content_key": f"{replications}-{skill}-{seed}",
        "scenario_hash": f"{skill}",
        "catalog_hash": "cd" * 16,
        "kernel_hash": "ef" * 16,
        "seed": seed,
        "replications": replications,
        "block": block,
        "duration_s": 3600.0,
        "complete": True,
        "command": f"buckler run fake -n {replications} --seed {seed}",
        "terrain": {
            "source": "ITU-R P.1511-3",
            "cell_size": "1/12° (about 9 km)",
            "note": "too coarse for ridge masking",
        },
        "platform": {"python": "3.11.7", "numpy": "2.4", "numba": "0.61", "system": "Linux", "machine": "x86_64"},
        "started": "2026-01-01T12:00:00+00:00",
        "wall_s": 3.2,
        "recorded": recorded,
    }
    (path / "run.json").write_text(json.dumps(run))
    return path
