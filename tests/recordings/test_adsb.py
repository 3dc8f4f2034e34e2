"""ADS-B tables in every format read, against each other; recorded files; files with mistakes."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet
from shared_data import shared

from buckler.errors import InputError
from buckler.recordings.adsb import read_adsb

ROWS = [
    {"timestamp": 1_600_000_000_000 + 1000 * k, "icao24": "4BA946", "callsign": "THY1920 ", "latitude": 40.0, "longitude": 32.0 + 0.002 * k,
     "altitude": 10_000.0 + 10.0 * k, "onground": False}
    for k in range(20)
]  # fmt: skip


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def same(recording, callsign="THY1920"):
    (track,) = recording.tracks
    assert recording.epoch_s == 1_600_000_000.0
    assert track.name == "4ba946"
    assert track.callsign == callsign
    np.testing.assert_allclose(track.time_s, np.arange(20.0))
    np.testing.assert_allclose(track.height_m, 0.3048 * (10_000.0 + 10.0 * np.arange(20)))  # feet
    np.testing.assert_allclose(track.lon_deg, 32.0 + 0.002 * np.arange(20))
    assert recording.held_out == ()


def test_json_records_and_columns(tmp_path):
    same(read_adsb(written(tmp_path, "a.json", ROWS)))
    columns = {name: {str(k): row[name] for k, row in enumerate(ROWS)} for name in ROWS[0]}
    same(read_adsb(written(tmp_path, "b.json.gz", gzip.compress(json.dumps(columns).encode()))))


def test_csv_and_parquet_with_times_as_times(tmp_path):
    table = pa.Table.from_pylist(ROWS)
    times = table["timestamp"].cast(pa.timestamp("ms", "UTC"))
    table = table.set_column(table.column_names.index("timestamp"), "timestamp", times)
    parquet.write_table(table, tmp_path / "a.parquet")
    csv.write_csv(table, tmp_path / "a.csv")
    same(read_adsb(tmp_path / "a.parquet"))
    same(read_adsb(tmp_path / "a.csv"))


def test_opensky_state_vectors_are_in_metres(tmp_path):
    """https://openskynetwork.github.io/opensky-api/rest.html: longitude before latitude, metres, seconds."""
    states = [
        ["4ba946", "THY1920 ", "Turkey", 1_600_000_000 + k, 1_600_000_000 + k, 32.0 + 0.002 * k, 40.0, 0.3048 * (10_000 + 10 * k), False,
         200.0, 90.0, 0.0, None, 3100.0, "5163", False, 0]
        for k in range(20)
    ]  # fmt: skip
    same(read_adsb(written(tmp_path, "rest.json", {"time": 1_600_000_019, "states": states})))
    rows = [
        {"time": s[4], "icao24": s[0], "lat": s[6], "lon": s[5], "callsign": s[1], "baroaltitude": s[7]} for s in states
    ]
    csv.write_csv(pa.Table.from_pylist(rows), tmp_path / "states.csv")
    same(read_adsb(tmp_path / "states.csv"))


def test_a_csv_table_cut_short_keeps_its_whole_lines(tmp_path):
    path = tmp_path / "f.csv"
    lines = [f"{1_600_000_000 + k},4b0001,{38.0 + 0.002 * k},33.0,30000" for k in range(20)]
    path.write_text("\n".join(["timestamp,icao24,latitude,longitude,altitude", *lines])[:-20], encoding="utf-8")
    recording = read_adsb(path)
    assert len(recording.tracks[0].time_s) == 19
    assert any("1 lines with another number of columns" in line for line in recording.held_out)


def test_a_file_cut_short_gives_what_was_readable_and_says_so(tmp_path):
    text = json.dumps(ROWS).encode()
    recording = read_adsb(written(tmp_path, "a.json", text[: len(text) * 3 // 4]))
    assert len(recording.tracks[0].time_s) == 15  # of 20 rows, three quarters
    assert "cut short" in recording.held_out[0]
    lines = [dict(row, squawk=str((7919 * k) % 7777)) for k, row in enumerate(ROWS * 20)]
    zipped = gzip.compress(json.dumps(lines).encode())
    recording = read_adsb(written(tmp_path, "a.json.gz", zipped[: len(zipped) * 3 // 4]))
    assert "compressed file is cut short" in recording.held_out[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"hello", "neither JSON, CSV nor Parquet"),
        (b"a,b\n1,2\n", "needs the columns icao24"),
        (b'{"a": 1}', "neither a list of records"),
        (b"[]", "needs the columns icao24"),
        (b"icao24,latitude,longitude,altitude\nabc,1,2,3\n", "no column for a time"),
        (b"icao24,latitude,longitude,timestamp,altitude\nabc,1,2,noon,3\n", "which is no time"),
        (b"icao24,latitude,longitude,timestamp,altitude\nabc,1,2,5,3\n", "single report"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, says):
    with pytest.raises(InputError, match=says):
        read_adsb(written(tmp_path, "a.csv", content))


def test_rows_without_position_or_height(tmp_path):
    rows = [dict(row) for row in ROWS]
    rows[3]["latitude"] = None
    rows[5]["altitude"] = None
    recording = read_adsb(written(tmp_path, "a.json", rows))
    (track,) = recording.tracks
    assert len(track.time_s) == 19
    assert track.height_m[4] == pytest.approx(0.3048 * 10_050.0)
    assert len(recording.held_out) == 2
    with pytest.raises(InputError, match="it has 4ba946"):
        recording.track("nobody")


def test_the_recorded_files():
    flag = read_adsb(shared("validation/data/adsb/turkish_flag.json.gz"))
    assert [(t.name, t.callsign, len(t.time_s)) for t in flag.tracks] == [("4ba946", "THY1920", 917)]
    spoofed = read_adsb(shared("validation/data/adsb/noisy_spoofing.json.gz"))
    assert any("cannot have flown" in why for why in spoofed.held_out)
    parabolas = read_adsb(shared("validation/data/adsb/zero_gravity.json.gz"))
    assert len(parabolas.tracks[0].time_s) == 10_367
    assert any("one that jumps" in why for why in parabolas.held_out)
