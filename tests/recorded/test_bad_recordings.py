"""`buckler track` on bad recordings: what is wrong is said with its place and the rest tracked; exit code 2 where nothing is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asterix_blocks import service, system_track, target
from hypothesis import given
from hypothesis import strategies as st
from measured_plots import measured
from pyarrow import parquet

from buckler.recordings.flights import out_of_order

PLACE = (38.0, 32.5, 900.0)
STEPS = 40


def flown(steps: int = STEPS, lat: float = 38.5) -> np.ndarray:
    """An aircraft that flies east at some 220 m/s, a place every 4 s."""
    return np.array([[lat, 33.0 + 0.01 * k, 9000.0] for k in range(steps)])


def moved(rows: slice) -> np.ndarray:
    """The same, some of the way 90 km north of it."""
    truth = flown()
    truth[rows, 0] += 0.8
    return truth


def times(shifts: dict[int, float] | None = None) -> list[float]:
    return [3600.0 + 4.0 * k + (shifts or {}).get(k, 0.0) for k in range(STEPS)]


def plots(truth: np.ndarray, at: list[float], **told: Any) -> bytes:
    return b"".join(target(t, *where, **told) for t, where in zip(at, measured(PLACE, truth), strict=True))


def radar_file(truth: np.ndarray, at: list[float] | None = None, **told: Any) -> bytes:
    return service(PLACE) + plots(truth, at or times(), **told)


def rows(change: dict[int, dict[str, Any]], aircraft: int = 2) -> bytes:
    """A traffic table of aircraft 22 km apart; `change` by row of the first."""
    made = [
        {"timestamp": 1_600_000_000 + 4 * k, "icao24": f"4b000{n}", "callsign": f"THY{n}", "latitude": 38.0 + 0.2 * n,
         "longitude": 33.0 + 0.01 * k, "altitude": 30_000.0} | (change.get(k, {}) if n == 0 else {})
        for n in range(aircraft) for k in range(60)
    ]  # fmt: skip
    return json.dumps(made).encode()


TWO = b"".join(
    target(3600.0 + 4.0 * k, *a) + target(3601.0 + 4.0 * k, *b)
    for k, (a, b) in enumerate(zip(measured(PLACE, flown()), measured(PLACE, flown(lat=39.2)), strict=True))
)
WHOLE = radar_file(flown())
SYSTEM = [system_track(t, lat, lon) for t, (lat, lon, _) in zip(times(), flown(), strict=True)]
ELSEWHERE = [system_track(t, lat, lon) for t, (lat, lon, _) in zip(times(), moved(slice(20, 26)), strict=True)]
CASES: dict[str, tuple[str, bytes, str, int, int]] = {
    # name: file, content, what is said, plots that are used, tracks
    "ADS-B: time goes backwards": (
        "f.json", rows({k: {"timestamp": 1_600_000_000 + 4 * k - 400} for k in range(10, 18)}),
        "4b0000: 8 of 60 rows out of the order of time, which goes backwards there (the first at ", 112, 3,
    ),
    "ADS-B: one time far ahead costs one row": (
        "f.json", rows({30: {"timestamp": 1_600_000_000 + 1_000_000}}), "4b0000: 1 of 60 rows out of the order of time", 119, 2,
    ),
    "ADS-B: not numbers": (
        "f.json", rows({k: {"latitude": float("nan"), "longitude": float("nan")} for k in (5, 6)}),
        "2 of 120 rows without an address, a time or a position (the first is row 6)", 118, 2,
    ),
    "ADS-B: teleports": (
        "f.json", rows({k: {"latitude": 43.0} for k in range(20, 26)}),
        "4b0000: 6 of 60 rows are where it cannot have flown (faster than 450 m/s; the first at 80.0 s)", 114, 2,
    ),
    "ADS-B: two aircraft with one address": (
        "f.json", rows({}, 3).replace(b'"4b0001"', b'"4b0000"'), "4b0000: two aircraft with one address (THY0 and THY1)", 60, 1,
    ),
    "ADS-B: cut short": ("f.json", rows({})[:-40], "the file is cut short: its first 119 records could be read and are used", 119, 2),
    "CAT048: time goes backwards": (
        "a.raw", radar_file(flown(), times(dict.fromkeys(range(20, 25), -60.0))),
        "radar 7/9: 5 of 40 plots out of the order of time, which goes backwards there (the first at 3620.0 s)", 35, 1,
    ),
    "CAT048: one time far ahead": ("a.raw", radar_file(flown(), times({20: 5000.0})), "radar 7/9: 1 of 40 plots out of the order", 39, 1),
    "CAT048: teleports": (
        "a.raw", radar_file(moved(slice(20, None))),
        "radar 7/9, 4b0001: 20 of 40 plots are where it cannot have flown (faster than 450 m/s; the first at 3680.0 s)", 20, 1,
    ),
    "CAT048: teleports, known by track number": (
        "a.raw", radar_file(moved(slice(18, 22)), address=None, number=12), "radar 7/9, track 12: 4 of 40 plots are where it", 36, 1,
    ),
    "CAT048: two aircraft with one address": (
        "a.raw", service(PLACE) + TWO, "radar 7/9, 4b0001: two aircraft with one address, both there at 3601.0 s", 80, 2,
    ),
    "CAT048: unknown category": (
        "a.raw", WHOLE + bytes([21, 0, 5, 1, 2]), f"1 blocks of category 021, which is not read (the first at byte {len(WHOLE)})", 40, 1,
    ),
    "CAT048: cut short": ("a.raw", WHOLE[:-7], "the file is cut short (the first at byte ", 39, 1),
    "CAT048: a radar that says it stands at the pole": (
        "a.raw", service((90.0, 0.0, 0.0)) + plots(flown(), times()), "radar 7/9 says that it stands at latitude 90", 40, 1,
    ),
    "CAT062: teleports": (
        "a.raw", b"".join(ELSEWHERE), "tracker 7/9, track 7: 6 of 40 reports are where it cannot have flown", 34, 1,
    ),
    "CAT062: time goes backwards": (
        "a.raw", b"".join([*SYSTEM[:30], *SYSTEM[5:10], *SYSTEM[30:]]), "tracker 7/9: 5 of 45 reports out of the order of time", 40, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CASES))
def test_what_is_wrong_is_said_and_the_rest_is_tracked(tmp_path: Path, call: Any, case: str) -> None:
    name, content, says, used, tracks = CASES[case]
    (tmp_path / name).write_bytes(content)
    code, out, _ = call("track", tmp_path / name, "-o", tmp_path / "out")
    assert code == 0
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert any(says in line for line in metrics["held_out"]), metrics["held_out"]
    assert says[:30] in out
    assert (metrics["plots"], metrics["tracks"]) == (used, tracks)
    assert metrics["completeness"] is None or metrics["completeness"] <= 1.0
    assert len(set(parquet.read_table(tmp_path / "out" / "tracks.parquet")["track"].to_pylist())) == tracks


@pytest.mark.parametrize(
    ("name", "content", "arguments", "says"),
    [
        ("f.json", rows({}).replace(b'"4b0001"', b'"4b0000"'), (), "f.json: holds no flight that can be used: 4b0000: two aircraft"),
        ("a.raw", bytes([21, 0, 5, 1, 2]), (), "a.raw: holds no ASTERIX of category 034, 048 or 062 (1 blocks of category 021"),
        ("a.raw", WHOLE, ("--radar", "7/9=90,0,0"), "--radar 7/9: it stands at latitude 90, where azimuth has no meaning"),
        ("a.raw", WHOLE, ("--fastest-mps", "0"), "fastest_mps is 0.0; give a speed above 0 m/s"),
        ("a.raw", service(PLACE), (), "a.raw: ASTERIX CAT034 holds neither target reports nor tracks"),
    ],
)
def test_where_nothing_is_left_the_command_says_why(
    tmp_path: Path, call: Any, name: str, content: bytes, arguments: tuple[str, ...], says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, _, err = call("track", tmp_path / name, "-o", tmp_path / "out", *arguments)
    assert code == 2
    assert says in " ".join(err.split())
    assert not (tmp_path / "out").exists()


def test_what_is_too_fast_for_an_airliner_is_a_flight_where_one_says_so(tmp_path: Path, call: Any) -> None:
    """0.04 degrees of longitude in 4 s are 877 m/s here, 627 with the kilometre of slack that times and places have."""
    content = rows({k: {"longitude": 33.0 + 0.04 * k} for k in range(60)})
    (tmp_path / "f.json").write_bytes(content)
    for arguments, used in (((), False), (("--fastest-mps", "800"), True)):
        code, _, _ = call("track", tmp_path / "f.json", "-o", tmp_path / "out", "--force", *arguments)
        assert code == 0
        metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
        assert (metrics["plots"] == 120) is used
        assert (metrics["held_out"] == []) is used


@given(st.lists(st.integers(0, 12), max_size=9))
def test_the_fewest_rows_are_out_of_order(values: list[int]) -> None:
    """Against every subset of the rows."""
    late = out_of_order(np.array(values, np.float64))
    kept = [value for value, out in zip(values, late, strict=True) if not out]
    assert kept == sorted(kept)
    subsets = ([v for i, v in enumerate(values) if mask >> i & 1] for mask in range(1 << len(values)))
    assert len(kept) == max(len(one) for one in subsets if one == sorted(one))
    assert not out_of_order(np.array(values, np.float64), 12.0).any()
