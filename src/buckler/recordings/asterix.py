"""ASTERIX recordings: monoradar target reports (CAT048), their service messages (CAT034) and system tracks (CAT062).

Decoded by libasterix; editions 1.32 of CAT048 (EUROCONTROL-SPEC-0149-4), 1.29 of CAT034 (part 2b) and 1.21 of CAT062 (part 9), which
read what earlier editions wrote. A file is a capture of UDP packets (.pcap) or data blocks one after another (.raw, .ast).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import nan
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from buckler.errors import InputError
from buckler.recordings.adsb import file_bytes
from buckler.recordings.packets import is_capture, udp_payloads
from buckler.units import to_si

READ: Final = (34, 48, 62)
"""The categories whose contents are read."""
_EDITIONS: Final = {34: "Cat_034_1_29", 48: "Cat_048_1_32", 62: "Cat_062_1_21"}
_DAY_S: Final = 86_400.0


def _fields(fields: list[Any]) -> pa.Schema:
    return pa.schema(fields)


PLOTS: Final = _fields([
    pa.field("time_s", pa.float64(), metadata={"unit": "s", "meaning": "since midnight UTC of the file's first day"}),
    pa.field("radar", pa.string(), metadata={"meaning": "SAC/SIC of the source"}),
    pa.field("range_m", pa.float64(), metadata={"unit": "m", "meaning": "slant range"}),
    pa.field("azimuth_deg", pa.float64(), metadata={"unit": "deg", "meaning": "from the radar's north"}),
    pa.field("height_m", pa.float64(), metadata={"unit": "m", "meaning": "flight level, against 1013.25 hPa; NaN for none"}),
    pa.field("mode_3a", pa.string(), metadata={"meaning": "four octal digits; empty for none"}),
    pa.field("address", pa.string(), metadata={"meaning": "24-bit address, hexadecimal; empty for none"}),
    pa.field("callsign", pa.string()),
    pa.field("track", pa.int32(), metadata={"meaning": "the radar's own track number; -1 for none"}),
    pa.field("speed_mps", pa.float64(), metadata={"unit": "m/s", "meaning": "over the ground, by the radar's tracker"}),
    pa.field("heading_deg", pa.float64(), metadata={"unit": "deg"}),
    pa.field("primary", pa.bool_(), metadata={"meaning": "seen by the primary radar too, or only"}),
])  # fmt: skip
"""CAT048: a radar's detections."""

SYSTEM_TRACKS: Final = _fields([
    pa.field("time_s", pa.float64(), metadata={"unit": "s"}),
    pa.field("source", pa.string(), metadata={"meaning": "SAC/SIC of the tracker"}),
    pa.field("track", pa.int32()),
    pa.field("lat_deg", pa.float64()),
    pa.field("lon_deg", pa.float64()),
    pa.field("height_m", pa.float64(), metadata={"unit": "m", "meaning": "geometric if given, else the measured flight level"}),
    pa.field("x_m", pa.float64(), metadata={"unit": "m", "meaning": "east of the tracker's reference point"}),
    pa.field("y_m", pa.float64(), metadata={"unit": "m", "meaning": "north of it"}),
    pa.field("east_mps", pa.float64(), metadata={"unit": "m/s"}),
    pa.field("north_mps", pa.float64(), metadata={"unit": "m/s"}),
    pa.field("mode_3a", pa.string()),
    pa.field("address", pa.string()),
    pa.field("callsign", pa.string()),
])  # fmt: skip
"""CAT062: what a multisensor tracker made of its radars."""


@dataclass(frozen=True)
class RadarSite:
    """Where a radar says it stands (I034/120), and how fast it turns (I034/041; NaN where it does not say)."""

    lat_deg: float
    lon_deg: float
    height_m: float
    period_s: float


@dataclass(frozen=True)
class AsterixRecording:
    """What an ASTERIX file holds, and everything in it that was not used, by name."""

    source: str
    records: dict[int, int]
    """Records by category, repeated ones counted."""
    plots: pa.Table
    tracks: pa.Table
    radars: dict[str, RadarSite]
    """By SAC/SIC: the radars that say something of themselves."""
    held_out: tuple[str, ...]


def read_asterix(path: str | Path) -> AsterixRecording:
    """The plots and tracks of an ASTERIX file.

    A data block that comes twice (captures often hold two lines that carry the same) is used once. Categories that are not read, blocks
    that do not decode and a file that is cut short are named in `held_out`. InputError where nothing is ASTERIX.
    """
    file = Path(path)
    content, said = file_bytes(file)
    if not content:
        raise InputError(f"{file}: the file is empty")
    if is_capture(content):
        packets, why = udp_payloads(content, str(file))
        said += why
    else:
        packets = [(nan, content)]
    blocks, counts, repeated = [], Counter[int](), 0
    seen: set[bytes] = set()
    broken: dict[str, list[str]] = {}
    for number, (_, payload) in enumerate(packets, 1):
        found, why_not = _blocks(payload)
        within = f"packet {number}, " if is_capture(content) else ""
        if why_not:
            what, at = why_not
            broken.setdefault(what, []).append(f"{within}byte {at}")
        for category, at, block in found:
            if category not in _EDITIONS:
                broken.setdefault(f"blocks of category {category:03d}, which is not read", []).append(f"{within}byte {at}")
                continue
            records = _records(category, block[3:])
            if records is None:
                broken.setdefault(f"blocks of category {category:03d} that do not decode", []).append(f"{within}byte {at}")
                continue
            counts[category] += len(records)
            if len(packets) > 1 and block in seen:
                repeated += 1
                continue
            seen.add(block)
            blocks.append((category, records))
    said += [f"{len(at)} {what} (the first at {at[0]}): held out" for what, at in sorted(broken.items())]
    if repeated:
        said.append(f"{repeated} blocks came twice: used once")
    if not blocks:
        found_text = "; ".join(said) or "no data block"
        raise InputError(
            f"{file}: holds no ASTERIX of category 034, 048 or 062 ({found_text}); give a .pcap capture, or a file of data blocks"
        )
    plots: dict[str, list[Any]] = {name: [] for name in PLOTS.names}
    tracks: dict[str, list[Any]] = {name: [] for name in SYSTEM_TRACKS.names}
    radars: dict[str, RadarSite] = {}
    clock = _Clock()
    for category, records in blocks:
        for record in records:
            if category == 34:
                _site(record, radars)
            elif category == 48:
                _add(plots, _plot(record, clock))
            else:
                _add(tracks, _track(record, clock))
    seen_plots = _timed(pa.table(plots, schema=PLOTS), "target reports", said)
    placed = seen_plots.filter(pa.array([(range_m or 0.0) > 0.0 for range_m in seen_plots["range_m"].to_pylist()], pa.bool_()))
    if nowhere := seen_plots.num_rows - placed.num_rows:
        said.append(f"{nowhere} target reports without a measured position: held out")
    return AsterixRecording(
        str(file), dict(sorted(counts.items())), placed, _timed(pa.table(tracks, schema=SYSTEM_TRACKS), "system tracks", said), radars,
        tuple(said),
    )  # fmt: skip


def _timed(table: pa.Table, what: str, said: list[str]) -> pa.Table:
    """The rows that have a time."""
    good = table.filter(pc.is_finite(table["time_s"]))
    if missing := table.num_rows - good.num_rows:
        said.append(f"{missing} {what} without a time: held out")
    return good


def _blocks(payload: bytes) -> tuple[list[tuple[int, int, bytes]], tuple[str, int] | None]:
    """(category, first byte, block) of every whole data block, and what stands after them that is none, with its first byte."""
    found: list[tuple[int, int, bytes]] = []
    at = 0
    while at < len(payload):
        length = int.from_bytes(payload[at + 1 : at + 3], "big")
        if at + 3 > len(payload) or length < 3:
            return found, ("remainders that are no data block", at)
        if at + length > len(payload):
            return found, ("data blocks of which not all is there: the file is cut short", at)
        found.append((payload[at], at, payload[at : at + length]))
        at += length
    return found, None


@cache
def _parser(category: int) -> Any:
    """The library's reader of a category (the module takes seconds to load, so it is loaded when it is needed)."""
    import asterix.generated

    return getattr(asterix.generated, _EDITIONS[category]).cv_uap


def _records(category: int, body: bytes) -> list[Any] | None:
    from asterix.base import Bits

    try:
        records = _parser(category).parse(Bits.from_bytes(body))
    except (AssertionError, IndexError, KeyError):  # of damaged bytes that the library did not expect
        return None
    return None if isinstance(records, ValueError) else list(records)


class _Clock:
    """Time of day, counted on over midnight."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._days = 0

    def __call__(self, time_of_day_s: float) -> float:
        if time_of_day_s != time_of_day_s:
            return nan
        if self._last is not None:
            step = time_of_day_s - self._last
            self._days += 1 if step < -_DAY_S / 2 else -1 if step > _DAY_S / 2 else 0
        self._last = time_of_day_s
        return time_of_day_s + self._days * _DAY_S


def _item(record: Any, *path: str) -> Any:
    """The variation at a path of items; None where any of them is not there."""
    at = record
    for step in path:
        found = at.get_item(step)
        if found is None:
            return None
        at = found.variation
    return at


def _quantity(record: Any, *path: str, factor: float = 1.0) -> float:
    found = _item(record, *path)
    return nan if found is None else float(found.content.as_quantity()) * factor


def _whole(record: Any, *path: str) -> int:
    found = _item(record, *path)
    return -1 if found is None else int(found.as_uint())


def _text(record: Any, *path: str) -> str:
    found = _item(record, *path)
    return "" if found is None else str(found.content.as_string()).strip()


def _hex(number: int) -> str:
    return "" if number < 0 else f"{number:06x}"


def _source(record: Any) -> str:
    return f"{_whole(record, '010', 'SAC')}/{_whole(record, '010', 'SIC')}"


_NMI, _FL = to_si(1.0, "nmi"), to_si(100.0, "ft")


def _plot(record: Any, clock: _Clock) -> dict[str, Any]:
    """A CAT048 record as a row of PLOTS. I048/020 TYP 1, 3, 6 and 7: a primary detection is part of it."""
    return {
        "time_s": clock(_quantity(record, "140")),
        "radar": _source(record),
        "range_m": _quantity(record, "040", "RHO", factor=_NMI),
        "azimuth_deg": _quantity(record, "040", "THETA"),
        "height_m": _quantity(record, "090", "FL", factor=_FL),
        "mode_3a": _text(record, "070", "MODE3A"),
        "address": _hex(_whole(record, "220")),
        "callsign": _text(record, "240"),
        "track": _whole(record, "161", "TRN"),
        "speed_mps": _quantity(record, "200", "GSP", factor=_NMI),
        "heading_deg": _quantity(record, "200", "HDG"),
        "primary": _whole(record, "020", "TYP") in (1, 3, 6, 7),
    }


def _track(record: Any, clock: _Clock) -> dict[str, Any]:
    """A CAT062 record as a row of SYSTEM_TRACKS."""
    geometric = _quantity(record, "130", factor=to_si(1.0, "ft"))
    level = _quantity(record, "136", factor=_FL)
    return {
        "time_s": clock(_quantity(record, "070")),
        "source": _source(record),
        "track": _whole(record, "040"),
        "lat_deg": _quantity(record, "105", "LAT"),
        "lon_deg": _quantity(record, "105", "LON"),
        "height_m": geometric if geometric == geometric else level,
        "x_m": _quantity(record, "100", "X"),
        "y_m": _quantity(record, "100", "Y"),
        "east_mps": _quantity(record, "185", "VX"),
        "north_mps": _quantity(record, "185", "VY"),
        "mode_3a": _text(record, "060", "MODE3A"),
        "address": _hex(_whole(record, "380", "ADR")),
        "callsign": _text(record, "380", "ID"),
    }


def _site(record: Any, radars: dict[str, RadarSite]) -> None:
    """What a CAT034 record says of its radar, beside what was known."""
    known = radars.get(_source(record), RadarSite(nan, nan, nan, nan))
    period_s = _quantity(record, "041")
    lat, lon, height = _quantity(record, "120", "LAT"), _quantity(record, "120", "LON"), _quantity(record, "120", "HGT")
    radars[_source(record)] = RadarSite(
        lat if lat == lat else known.lat_deg,
        lon if lon == lon else known.lon_deg,
        height if height == height else known.height_m,
        period_s if period_s == period_s else known.period_s,
    )


def _add(columns: dict[str, list[Any]], row: dict[str, Any]) -> None:
    for name, value in row.items():
        columns[name].append(value)
