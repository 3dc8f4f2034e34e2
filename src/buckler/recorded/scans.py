"""From a recording to scans: what the tracker gets, and beside it who each plot really was (where the file says so)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.errors import InputError
from buckler.physics.earth import geodetic_to_ecef
from buckler.recorded.plausible import Plausible, plausible
from buckler.recordings.adsb import file_bytes, read_adsb
from buckler.recordings.asterix import AsterixRecording, RadarSite, read_asterix
from buckler.recordings.flights import FASTEST_MPS, between_known, plausible_heights
from buckler.tracking import Scan, positions, radar
from buckler.tracking.measuring import Sensor, elevation_from_height

REPORT_STD_M: Final = 150.0
"""Of a reported position on each axis (assumption; range 50 to 300 m): the navigation itself is within tens of metres (NACp 8 of
DO-260B: 93 m at 95 %), but tables round times to a second and carry positions that are older, which is 100 to 300 m of flight."""
RANGE_STD_M: Final = 60.0
"""Of a secondary radar's range (assumption; EUROCONTROL-SPEC-147 asks for 70 m and better)."""
AZIMUTH_STD_DEG: Final = 0.08
"""Of its azimuth (assumption; the same asks for 0.08)."""
HEIGHT_STD_M: Final = 50.0
"""Of a pressure height as a height, within one recording (assumption)."""
ROTATION_S: Final = 5.0
"""Of a radar that does not say how fast it turns (assumption; 4 to 12)."""
MOST_LATITUDE_DEG: Final = 89.999
"""Nearer to a pole azimuth has no meaning."""
REPORTS_S: Final = 4.0
"""Reports are taken together over so long (assumption): one a flight and scan."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Feed:
    """What one tracker gets: scans in time, and by scan who each plot was ("" where the file does not say)."""

    name: str
    """"" for a feed in earth-centred coordinates, else the radar in whose flat frame (east, north, up) it is."""
    scans: list[Scan]
    truth: list[NDArray[np.str_]]
    positions_m: list[Floats]
    """By scan, the plots' places in the frame, for pictures and metrics."""


@dataclass(frozen=True)
class Material:
    """A file made into feeds."""

    source: str
    form: str
    """ADS-B, or ASTERIX with its categories."""
    epoch_s: float
    feeds: list[Feed]
    held_out: list[str]
    radars: dict[str, tuple[float, float]]
    """Latitude and longitude of the radars whose place is known."""


def material_of(
    path: str | Path, radars: Mapping[str, tuple[float, float, float]] | None = None, fastest_mps: float = FASTEST_MPS
) -> Material:
    """Read a recording of any known form. `radars`: latitude, longitude (deg) and height (m) by SAC/SIC, where the file does not say;
    `fastest_mps`: what flies faster cannot be, and is held out.
    """
    file = Path(path)
    if not fastest_mps > 0.0:
        raise InputError(f"fastest_mps is {fastest_mps!r}; give a speed above 0 m/s")
    content, _ = file_bytes(file)
    start = content[:1]
    if not content:
        raise InputError(f"{file}: the file is empty")
    if start in (b"{", b"[") or content[:4] == b"PAR1" or _texts(content[:256]):
        return _adsb(file, fastest_mps)
    return _asterix(read_asterix(file), dict(radars or {}), fastest_mps)


def _texts(start: bytes) -> bool:
    """Whether a file begins as a table of text."""
    return bool(start.strip()) and all(byte >= 32 or byte in b"\t\r\n" for byte in start) and b"," in start


def _adsb(file: Path, fastest_mps: float) -> Material:
    recording = read_adsb(file, fastest_mps=fastest_mps)
    rows = [
        (track.time_s, track.lat_deg, track.lon_deg, track.height_m, np.full(len(track.time_s), track.name))
        for track in recording.tracks
    ]
    time_s, lat, lon, height, names = (np.concatenate(column) for column in zip(*rows, strict=True))
    feed = _reports(time_s, geodetic_to_ecef(lat, lon, height), names)
    return Material(recording.source, "ADS-B", recording.epoch_s, [feed], list(recording.held_out), {})


def _reports(time_s: Floats, place_m: Floats, names: NDArray[np.str_]) -> Feed:
    """Reported positions taken together: the last one of each flight in every `REPORTS_S`."""
    sensor = positions("reports", position_std_m=REPORT_STD_M)
    order = np.lexsort((names, time_s))
    time_s, place_m, names = time_s[order], place_m[order], names[order]
    scans, truth, places = [], [], []
    bins = np.floor(time_s / REPORTS_S).astype(np.int64)
    for rows in np.split(np.arange(len(bins)), np.flatnonzero(np.diff(bins)) + 1):
        last = {str(names[row]) or int(row): int(row) for row in rows}
        kept = np.array(sorted(last.values()))
        end_s = float((bins[kept[0]] + 1) * REPORTS_S)
        scans.append(Scan.positions(sensor, end_s, place_m[kept], times_s=time_s[kept]))
        truth.append(names[kept])
        places.append(place_m[kept])
    return Feed("", scans, truth, places)


def _asterix(recording: AsterixRecording, given: dict[str, tuple[float, float, float]], fastest_mps: float) -> Material:
    held = list(recording.held_out)
    feeds = _system_tracks(recording, fastest_mps, held) if recording.tracks.num_rows else []
    plots = {name: np.array(column) for name, column in recording.plots.to_pydict().items()}
    unknown = sorted(set(given) - set(plots["radar"].tolist()))
    if unknown:
        there = ", ".join(sorted(set(plots["radar"].tolist()))) or "none"
        raise InputError(f"--radar {unknown[0]}: the file has no plots of it; it has plots of {there}")
    sites: dict[str, tuple[float, float]] = {}
    located: list[tuple[Scan, NDArray[np.str_], Floats]] = []
    for name in sorted(set(plots["radar"].tolist())):
        site = recording.radars.get(name, RadarSite(np.nan, np.nan, np.nan, np.nan))
        period_s = site.period_s if site.period_s > 0.0 else ROTATION_S
        place = given.get(name) or ((site.lat_deg, site.lon_deg, site.height_m) if np.isfinite(site.lat_deg) else None)
        if place is not None and abs(place[0]) > MOST_LATITUDE_DEG:
            where = f"stands at latitude {place[0]:g}, where azimuth has no meaning"
            if name in given:
                raise InputError(f"--radar {name}: it {where}; give one between -{MOST_LATITUDE_DEG:g} and {MOST_LATITUDE_DEG:g}")
            held.append(f"radar {name} says that it {where}: tracked in a plane of its own; --radar {name}=LAT,LON,HEIGHT says better")
            place = None
        if place is not None:
            sites[name] = place[0], place[1]
        own = {key: column[plots["radar"] == name] for key, column in plots.items()}
        turns, short = _turns(own, name, place, period_s, fastest_mps, held)
        if short:
            held.append(f"{short} plots of radar {name} whose height cannot be at their range: used without it")
        if place is not None:
            located += turns
        else:
            feeds.append(Feed(name, *(list(column) for column in zip(*turns, strict=True))))
    if located:
        located.sort(key=lambda turn: turn[0].time_s)
        feeds.insert(0, Feed("", *(list(column) for column in zip(*located, strict=True))))
    form = "ASTERIX " + ", ".join(f"CAT{category:03d}" for category in recording.records)
    if not feeds:
        why = f" ({'; '.join(held)})" if held else ""
        raise InputError(f"{recording.source}: {form} holds neither target reports nor tracks with a time and a position{why}")
    return Material(recording.source, form, 0.0, feeds, held, sites)


def _system_tracks(recording: AsterixRecording, fastest_mps: float, held: list[str]) -> list[Feed]:
    """The reports of system tracks that can be; `held` is told of the others."""
    tracks = {name: np.array(column) for name, column in recording.tracks.to_pydict().items()}
    good = np.isfinite(tracks["lat_deg"]) & np.isfinite(tracks["lon_deg"]) & np.isfinite(tracks["height_m"])
    if not good.all():
        held.append(f"{np.count_nonzero(~good)} system tracks without a geodetic position or height: held out")
    time_s, place_m = tracks["time_s"], geodetic_to_ecef(tracks["lat_deg"], tracks["lon_deg"], tracks["height_m"])
    names = np.array([f"track {number}" if number >= 0 else "" for number in tracks["track"]], np.str_)
    for source in sorted(set(tracks["source"].tolist())):
        rows = np.flatnonzero(good & (tracks["source"] == source))
        if not len(rows):
            continue
        found = plausible(
            f"tracker {source}", "reports", names[rows], np.ones(len(rows), np.bool_), time_s[rows], place_m[rows],
            fastest_mps=fastest_mps, turn_s=REPORTS_S,
        )  # fmt: skip
        held += found.said
        good[rows] = found.kept
        names[rows[~found.named]] = ""
    if not good.any():
        return []
    named = np.array([f"{source} {name[6:]}" if name else "" for source, name in zip(tracks["source"], names, strict=True)], np.str_)
    return [_reports(time_s[good], place_m[good], named[good])]


def _turns(
    plots: dict[str, NDArray[np.generic]],
    name: str,
    place: tuple[float, float, float] | None,
    period_s: float,
    fastest_mps: float,
    held: list[str],
) -> tuple[list[tuple[Scan, NDArray[np.str_], Floats]], int]:
    """A radar's plots that can be, one scan a rotation; how many had a height that cannot be. Heights are turned into elevations;
    `held` is told of what cannot be.
    """
    if place is not None:
        sensor = radar(
            name, lat_deg=place[0], lon_deg=place[1], height_m=place[2], range_std_m=RANGE_STD_M, azimuth_std_deg=AZIMUTH_STD_DEG
        )
        above_m = place[2]
    else:
        sensor = radar(name, position_m=(0.0, 0.0, 0.0), range_std_m=RANGE_STD_M, azimuth_std_deg=AZIMUTH_STD_DEG)
        above_m = 0.0
    time_s, rho, theta, height = (np.asarray(plots[key], np.float64) for key in ("time_s", "range_m", "azimuth_deg", "height_m"))
    address = np.array([str(a) for a in plots["address"]], np.str_)
    found = _plausible_plots(plots, sensor, above_m, place is None, period_s, fastest_mps)
    held += found.said
    order = np.argsort(time_s, kind="stable")
    order = order[found.kept[order]]
    turns: list[tuple[Scan, NDArray[np.str_], Floats]] = []
    short = 0
    bins = np.floor((time_s[order] - time_s[order][0]) / period_s).astype(np.int64)
    for rows in np.split(order, np.flatnonzero(np.diff(bins)) + 1):
        rows = rows[rho[rows] > 0.0]
        if not len(rows):
            continue
        elevation, good = _elevations(rho[rows], height[rows], above_m, place is None)
        short += int(np.count_nonzero(np.isfinite(height[rows]) & ~good))
        std = np.column_stack([
            np.full(len(rows), RANGE_STD_M), np.full(len(rows), AZIMUTH_STD_DEG),
            np.where(good, np.degrees(HEIGHT_STD_M / rho[rows]) + 0.01, np.inf), np.full(len(rows), np.inf),
        ])  # fmt: skip
        scan = Scan.polar(
            sensor, float(time_s[rows].max()), rho[rows], theta[rows], np.degrees(np.where(good, elevation, 0.0)),
            times_s=time_s[rows], std=std,
        )  # fmt: skip
        turns.append((scan, np.where(found.named[rows], address[rows], ""), _places(sensor, rho[rows], theta[rows], elevation)))
    return turns, short


def _plausible_plots(
    plots: dict[str, NDArray[np.generic]], sensor: Sensor, above_m: float, flat: bool, period_s: float, fastest_mps: float
) -> Plausible:
    """A radar's plots held against what can be, in the plane where a height is missing or cannot be."""
    time_s, rho, theta, height = (np.asarray(plots[key], np.float64) for key in ("time_s", "range_m", "azimuth_deg", "height_m"))
    address = np.array([str(a) for a in plots["address"]], np.str_)
    names = np.array([a or (f"track {t}" if t >= 0 else "") for a, t in zip(address, plots["track"], strict=True)], np.str_)
    for name in sorted(set(names.tolist()) - {""}):
        rows = np.flatnonzero(names == name)
        known = plausible_heights(time_s[rows], height[rows])
        if known.any():
            height[rows] = between_known(time_s[rows], height[rows], known)
    elevation, _ = _elevations(rho, height, above_m, flat)
    return plausible(
        f"radar {sensor.name}", "plots", names, address == "", time_s, _places(sensor, rho, theta, elevation),
        fastest_mps=fastest_mps, turn_s=period_s,
    )  # fmt: skip


def _elevations(rho: Floats, height: Floats, above_m: float, flat: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """Elevation (rad) by height and range, and where there is one."""
    good = np.isfinite(height) & (np.abs(height - above_m) < rho)
    elevation = np.zeros(len(rho))
    if flat:
        elevation[good] = np.arcsin((height[good] - above_m) / rho[good])
    elif good.any():
        elevation[good] = elevation_from_height(rho[good], height[good], above_m)
    return elevation, good


def _places(sensor: Sensor, rho: Floats, theta_deg: Floats, elevation: Floats) -> Floats:
    """Where plots are in the frame of their tracker, m."""
    theta = np.radians(theta_deg)
    level = rho * np.cos(elevation)
    local = np.column_stack([level * np.sin(theta), level * np.cos(theta), rho * np.sin(elevation)])
    site = sensor.site[0]
    return np.asarray(site["position_m"] + local @ np.array(site["axes"]).reshape(3, 3))
