"""ADS-B recordings: OpenSky state vectors and tables in the convention of the traffic library; JSON, CSV or Parquet, also gzipped.

Two vocabularies are read, told apart by their columns:

- OpenSky state vectors (https://openskynetwork.github.io/opensky-api/rest.html and the state_vectors_data4 tables): time, icao24, lat,
  lon, baroaltitude or geoaltitude in metres; also the REST answer {"time": ..., "states": [[...], ...]}.
- traffic (Olive 2019, doi:10.21105/joss.01518): timestamp, icao24, latitude, longitude, altitude in feet.

Tables repeat the last position until another comes. Where they say when it came (time_position, lastposupdate, last_position), that is the
row's time, and repeats are one report.

Times are whole seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by their size) or ISO 8601 texts.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler.errors import InputError
from buckler.recordings.flights import (
    FASTEST_MPS,
    LONGEST_GAP_S,
    RecordedTrack,
    Recording,
    between_known,
    flights_of,
    plausible_heights,
)
from buckler.units import to_si

_REST: Final = (
    "icao24", "callsign", "origin_country", "time_position", "last_contact", "lon", "lat", "baroaltitude", "onground", "velocity",
    "heading", "vertrate", "sensors", "geoaltitude", "squawk", "spi", "position_source",
)  # fmt: skip
"""The order of a state vector in OpenSky's REST answer."""
_MAGIC_PARQUET: Final = b"PAR1"
_LARGEST_BYTES: Final = 2_000_000_000


class _Words(NamedTuple):
    """The columns of a vocabulary, in order of preference, and the unit of its heights."""

    time: tuple[str, ...]
    lat: str
    lon: str
    height: tuple[str, ...]
    height_unit: str


_VOCABULARIES: Final = (
    _Words(("time_position", "lastposupdate", "time", "timestamp"), "lat", "lon", ("baroaltitude", "geoaltitude"), "m"),
    _Words(("last_position", "timestamp", "time"), "latitude", "longitude", ("altitude", "geoaltitude"), "ft"),
)


def read_adsb(
    path: str | Path, *, fastest_mps: float = FASTEST_MPS, longest_gap_s: float = LONGEST_GAP_S
) -> Recording:
    """The flights of an ADS-B file. What is not one aircraft's flight is held out and named in `Recording.held_out`.

    InputError where the file is none of the formats, or holds no flight.
    """
    file = Path(path)
    columns, said = _columns(file)
    words = next((w for w in _VOCABULARIES if w.lat in columns and w.lon in columns), None)
    if words is None or "icao24" not in columns:
        raise InputError(
            f"{file}: not an ADS-B table: it needs the columns icao24, and lat, lon with baroaltitude in m (OpenSky) or latitude, "
            f"longitude with altitude in ft (traffic); it has {', '.join(sorted(columns)[:12]) or 'none'}"
        )
    time_names = [name for name in words.time if name in columns]
    height_names = [name for name in words.height if name in columns]
    if not time_names or not height_names:
        wanted = f"a time ({', '.join(words.time)})" if not time_names else f"a height ({', '.join(words.height)})"
        raise InputError(f"{file}: the table has no column for {wanted}")
    times = _times(file, columns[time_names[0]], time_names[0])
    for name in time_names[1:]:
        times = np.where(np.isfinite(times), times, _times(file, columns[name], name))
    lat, lon = _numbers(columns[words.lat]), _numbers(columns[words.lon])
    height = _numbers(columns[height_names[0]])
    for name in height_names[1:]:
        height = np.where(np.isfinite(height), height, _numbers(columns[name]))
    height = height * to_si(1.0, words.height_unit)
    address = np.array([str(value or "").strip().lower() for value in columns["icao24"]])
    callsign = [str(value or "").strip() for value in columns.get("callsign", [""] * len(address))]
    usable = np.isfinite(times) & np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0) & (address != "")
    if missing := int(np.count_nonzero(~usable)):
        first = int(np.argmin(usable)) + 1
        said.append(f"{missing} of {len(usable)} rows without an address, a time or a position (the first is row {first}): held out")
    epoch_s = float(np.floor(times[usable].min())) if usable.any() else 0.0
    tracks: list[RecordedTrack] = []
    filled = filled_flights = 0
    order = np.argsort(address, kind="stable")
    for rows in np.split(order, np.flatnonzero(address[order][1:] != address[order][:-1]) + 1):
        rows = rows[usable[rows]]
        if not len(rows):
            continue
        name = str(address[rows[0]])
        known = plausible_heights(times[rows], height[rows])
        if not known.any():
            said.append(f"{name}: no row has a height: held out")
            continue
        if unknown := int(np.count_nonzero(~known)):
            filled, filled_flights = filled + unknown, filled_flights + 1
        heights = between_known(times[rows], height[rows], known)
        own = [callsign[int(row)] for row in rows]
        flown, why = flights_of(
            name, own, times[rows] - epoch_s, lat[rows], lon[rows], heights, fastest_mps=fastest_mps, longest_gap_s=longest_gap_s
        )
        tracks += flown
        said += why
    if filled:
        said.append(
            f"{filled} of {len(usable)} rows ({filled_flights} addresses) without a height, or with one that jumps: the height is taken "
            "from the neighbours in time"
        )
    if not tracks:
        raise InputError(f"{file}: holds no flight that can be used: {'; '.join(said) or 'the table is empty'}")
    return Recording(str(file), epoch_s, tuple(tracks), tuple(said))


def size_of(path: str | Path) -> tuple[int, int]:
    """The rows of an ADS-B table, and the addresses in it, before anything is held out."""
    file = Path(path)
    columns, _ = _columns(file)
    if "icao24" not in columns:
        raise InputError(f"{file}: not an ADS-B table: it has no column icao24")
    return len(columns["icao24"]), len({str(address).strip().lower() for address in columns["icao24"] if address})


def _columns(file: Path) -> tuple[dict[str, Any], list[str]]:
    """The columns of the table by name, and what was wrong with the file."""
    content, said = file_bytes(file)
    if content[:4] == _MAGIC_PARQUET:
        return _arrow(file, content, "Parquet", said), said
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        return _json(file, content, said)
    if b"," in content[:4096].split(b"\n", 1)[0]:
        return _arrow(file, content, "CSV", said), said
    raise InputError(f"{file}: neither JSON, CSV nor Parquet; give an OpenSky or traffic table (.json, .csv, .parquet, also .gz)")


def file_bytes(file: Path) -> tuple[bytes, list[str]]:
    """A file's content, unzipped; what could be read of a truncated one is kept and said."""
    try:
        if file.is_dir():
            raise InputError(f"{file}: this is a folder; give the file in it")
        if file.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{file}: larger than {_LARGEST_BYTES / 1e9:g} GB; cut it into parts")
        content = file.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from None
    if content[:2] != b"\x1f\x8b":
        return content, []
    try:
        return gzip.decompress(content), []
    except (EOFError, zlib.error, gzip.BadGzipFile):
        unzip = zlib.decompressobj(wbits=31)
        try:
            part = unzip.decompress(content)
        except zlib.error:
            raise InputError(f"{file}: the compressed file is damaged from its beginning") from None
        return part, [f"the compressed file is cut short: {len(part):,} bytes of it could be read and are used"]


def _json(file: Path, content: bytes, said: list[str]) -> tuple[dict[str, Any], list[str]]:
    text = content.decode("utf-8-sig", errors="replace")
    try:
        data = json.loads(text)
    except ValueError as error:
        data = _whole_records(text)
        if not data:
            raise InputError(f"{file}: not valid JSON ({error})") from None
        said.append(f"the file is cut short: its first {len(data)} records could be read and are used")
    if isinstance(data, dict) and "states" in data:
        rows = data["states"] or []
        if not all(isinstance(row, list) for row in rows):
            raise InputError(f"{file}: `states` is not a list of state vectors")
        return {name: [row[k] if k < len(row) else None for row in rows] for k, name in enumerate(_REST)}, said
    if isinstance(data, dict) and all(isinstance(column, dict) for column in data.values()):
        keys = list(dict.fromkeys(key for column in data.values() for key in column))
        return {name: [column.get(key) for key in keys] for name, column in data.items()}, said
    if isinstance(data, list) and all(isinstance(row, dict) for row in data):
        names = dict.fromkeys(name for row in data for name in row)
        return {name: [row.get(name) for row in data] for name in names}, said
    raise InputError(f"{file}: the JSON is neither a list of records, nor columns, nor an OpenSky answer with `states`")


def _whole_records(text: str) -> list[Any]:
    """The whole records at the start of a list that was cut short."""
    if not text.lstrip().startswith("["):
        return []
    found: list[Any] = []
    decoder, at = json.JSONDecoder(), text.index("[") + 1
    while True:
        while at < len(text) and text[at] in " ,\r\n\t":
            at += 1
        try:
            record, at = decoder.raw_decode(text, at)
        except ValueError:
            return found
        found.append(record)


def _arrow(file: Path, content: bytes, form: str, said: list[str]) -> dict[str, Any]:
    odd: list[int] = []

    def skipped(row: Any) -> Literal["skip"]:
        odd.append(row.number)
        return "skip"

    try:
        if form == "CSV":
            from pyarrow import csv

            options = csv.ParseOptions(invalid_row_handler=skipped)
            table = csv.read_csv(io.BytesIO(content), csv.ReadOptions(use_threads=False), options)
        else:
            from pyarrow import parquet

            table = parquet.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file}: cannot be read as {form}: {str(error).splitlines()[0]}") from None
    if odd:
        said.append(f"{len(odd)} lines with another number of columns than the first (a file cut short ends so): held out")
    return {name: _plain(table[name]).to_pylist() for name in table.column_names}


def _plain(column: Any) -> Any:
    """A column of times as whole microseconds since 1970; any other as it is."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    return column


def _numbers(values: Any) -> NDArray[np.float64]:
    """A column of numbers; NaN where there is none."""
    out = np.full(len(values), np.nan)
    for k, value in enumerate(values):
        if isinstance(value, int | float):
            out[k] = value
        elif isinstance(value, str):
            try:
                out[k] = float(value)
            except ValueError:
                continue
    return out


def _times(file: Path, values: Any, name: str) -> NDArray[np.float64]:
    """Seconds since 1970."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, str) and not first.replace(".", "", 1).isdigit():
        try:
            plain = [np.datetime64(str(value or "NaT").replace("Z", "").replace("+00:00", ""), "us") for value in values]
        except ValueError:
            raise InputError(f"{file}: the column {name} holds {first!r}, which is no time: write ISO 8601 or seconds since 1970") from None
        known = ~np.isnat(np.array(plain))
        return np.where(known, np.array(plain).astype(np.int64) / 1e6, np.nan)
    times = _numbers(values)
    known = times[np.isfinite(times)]
    if not len(known):
        return times
    size = float(np.median(np.abs(known)))
    return times / (1e9 if size > 1e17 else 1e6 if size > 1e14 else 1e3 if size > 1e11 else 1.0)
