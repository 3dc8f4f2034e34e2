"""Recorded files beside what others read of them: records whose statement lists, after a colon, what it wants of its file.

Of the first report of an ASTERIX file "SAC, SIC, time of day s, range NM, ..." in the units that it names, or the "number of CAT048 and
CAT034 records"; of an ADS-B table "rows, aircraft", or how many peaks its heights have of more than a stated prominence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from buckler.units import to_si
from buckler.validation.cases import Case
from buckler.validation.compare import within
from buckler.validation.quantities import NoModelError

Row = dict[str, Any]
_NMI, _KT, _FL = to_si(1.0, "nmi"), to_si(1.0, "kt"), to_si(100.0, "ft")
_PLOT: Final[dict[str, Callable[[Row], Any]]] = {
    "sac": lambda row: int(row["radar"].split("/")[0]),
    "sic": lambda row: int(row["radar"].split("/")[1]),
    "time of day s": lambda row: row["time_s"],
    "tod": lambda row: row["time_s"],
    "range nm": lambda row: row["range_m"] / _NMI,
    "range m": lambda row: row["range_m"],
    "azimuth deg": lambda row: row["azimuth_deg"],
    "fl": lambda row: row["height_m"] / _FL,
    "24-bit address": lambda row: row["address"].upper(),
    "ident": lambda row: row["callsign"],
    "mode 3/a": lambda row: row["mode_3a"],
    "track no": lambda row: row["track"],
    "ground speed kt": lambda row: row["speed_mps"] / _KT,
    "heading deg": lambda row: row["heading_deg"],
}
_TRACK: Final[dict[str, Callable[[Row], Any]]] = {
    "sac": lambda row: int(row["source"].split("/")[0]),
    "sic": lambda row: int(row["source"].split("/")[1]),
    "time of day s": lambda row: row["time_s"],
    "tod": lambda row: row["time_s"],
    "lat": lambda row: row["lat_deg"],
    "lon": lambda row: row["lon_deg"],
    "x": lambda row: row["x_m"],
    "y": lambda row: row["y_m"],
    "vx": lambda row: row["east_mps"],
    "vy": lambda row: row["north_mps"],
    "24-bit address": lambda row: row["address"].upper(),
    "ident": lambda row: row["callsign"],
    "mode 3/a": lambda row: row["mode_3a"],
    "track no": lambda row: row["track"],
}


def compare_recording(case: Case) -> tuple[Any, str]:
    """What buckler reads in the file, and why that is not the record (or nothing); NoModelError where it reads nothing of the kind."""
    wanted = case.statement.partition(": ")[2]
    value = _asterix(case, wanted) if case.statement.startswith("ASTERIX") else _adsb(case, wanted)
    around = re.search(r"\+-\s*(\d+)", case.note)
    if case.tolerance is None and around is not None:
        off = abs(value - case.expected)
        return value, "" if off <= int(around[1]) else f"off by {off}, allowed {around[1]}"
    return value, within(value, case)


def _asterix(case: Case, wanted: str) -> Any:
    from buckler.recordings.asterix import read_asterix

    counted = re.fullmatch(r"number of (CAT\d+(?:(?:, | and )CAT\d+)*) records", wanted)
    recording = read_asterix(case.base / case.inputs["file"])
    if counted is not None:
        return [recording.records.get(int(category), 0) for category in re.findall(r"\d+", counted[1])]
    table, known = (recording.plots, _PLOT) if recording.plots.num_rows else (recording.tracks, _TRACK)
    rows = table.slice(0, 1).to_pylist()
    names = [name.strip().lower() for name in wanted.split(",")]
    if not rows or not set(names) <= set(known):
        raise NoModelError("a record of an ASTERIX file, of which buckler reads other things")
    return [known[name](rows[0]) for name in names]


def _adsb(case: Case, wanted: str) -> Any:
    from buckler.recordings.adsb import read_adsb, size_of

    file = case.base / case.inputs["file"]
    if wanted == "rows, aircraft":
        return list(size_of(file))
    peaks = re.search(r"peaks with prominence > (\d+) (ft|m)", wanted)
    if peaks is None:
        raise NoModelError("a record of an ADS-B file, of which buckler reads other things")
    from scipy.signal import find_peaks

    least_m = to_si(float(peaks[1]), peaks[2])
    return sum(len(find_peaks(track.height_m, prominence=least_m)[0]) for track in read_adsb(file).tracks)
