"""Recorded files through the tracker: every format, measures counted by hand, files and options with mistakes."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from asterix_blocks import service, target
from measured_plots import measured
from pyarrow import parquet
from runs import buckler
from shared_data import shared

from buckler.errors import InputError, OutputExistsError
from buckler.physics.earth import ecef_to_geodetic, geodetic_to_ecef
from buckler.recorded import track_file
from buckler.recorded.measures import measures_of
from buckler.recorded.tracks import MODELS, SILENCE_S
from buckler.tracking import Tracker


def flights(count=3, steps=60, period=4):
    """Straight flights side by side, 0.2 degrees apart, at 220 m/s and rising heights."""
    return [
        {"timestamp": 1_600_000_000 + period * k, "icao24": f"4b000{n}", "callsign": f"THY{n}", "latitude": 38.0 + 0.2 * n,
         "longitude": 33.0 + 0.0025 * period * k, "altitude": 30_000.0 + 1000.0 * n}
        for n in range(count) for k in range(steps)
    ]  # fmt: skip


def written(path: Path, rows) -> Path:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_each_flight_is_one_track_where_it_flew(tmp_path):
    result = track_file(written(tmp_path / "f.json", flights()))
    metrics = result.metrics
    assert (metrics["tracks"], metrics["aircraft"], metrics["aircraft_tracked"]) == (3, 3, 3)
    assert (metrics["number_changes"], metrics["tracks_of_several_aircraft"], metrics["spuriousness"]) == (0, 0, 0.0)
    assert metrics["continuity"] == 1.0
    assert metrics["completeness"] == pytest.approx(58 / 60, abs=0.02)  # confirmed at the third plot
    table = result.tracks.to_pydict()
    for name in ("4b0000", "4b0001", "4b0002"):
        at = [k for k, truth in enumerate(table["truth"]) if truth == name][20:]
        n = int(name[-1])
        assert {table["track"][k] for k in at} == {table["track"][at[0]]}
        np.testing.assert_allclose([table["lat_deg"][k] for k in at], 38.0 + 0.2 * n, atol=1e-3)
        # ECEF and pressure height as it stands: 1,000 ft apart.
        np.testing.assert_allclose([table["height_m"][k] for k in at], 0.3048 * (30_000 + 1000 * n), atol=20.0)
        np.testing.assert_allclose([table["heading_deg"][k] for k in at], 90.0, atol=1.0)
        east_mps = 0.0025 * np.radians(1.0) * 6_387_000.0 * np.cos(np.radians(38.0 + 0.2 * n))
        np.testing.assert_allclose([table["speed_mps"][k] for k in at], east_mps, rtol=0.01)


def test_measures_counted_by_hand(tmp_path):
    """Two flights that change places in the file's identities half way: each track then carries both, each flight two numbers."""
    rows = flights(2)
    for row in rows:
        if row["timestamp"] >= 1_600_000_000 + 4 * 30:
            row["latitude"] = 38.2 if row["icao24"] == "4b0000" else 38.0
            row["altitude"] = 31_000.0 if row["icao24"] == "4b0000" else 30_000.0
    # Only 22 km apart in 4 s: too fast for one aircraft, so the reader would hold it out; the limit is what it stands on.
    from buckler.recorded import scans as module
    from buckler.recordings.adsb import read_adsb

    path = written(tmp_path / "f.json", rows)
    assert any("cannot have flown" in why for why in read_adsb(path).held_out)
    material = module._reports(
        np.array([row["timestamp"] - 1_600_000_000.0 for row in rows]),
        geodetic_to_ecef(*(np.array([row[key] for row in rows]) for key in ("latitude", "longitude", "altitude"))),
        np.array([row["icao24"] for row in rows]),
    )
    from buckler.recorded.tracks import MODELS
    from buckler.tracking import Tracker

    history = Tracker(MODELS).run(material.scans)
    measures = measures_of([material], [history])
    assert (measures["tracks"], measures["tracks_of_several_aircraft"], measures["number_changes"]) == (2, 2, 2)
    assert measures["tracks_an_aircraft"] == 2.0
    assert measures["continuity"] == pytest.approx(30 / 58, abs=0.02)


def asterix_file(path: Path, place: tuple[float, float, float], steps: int = 20) -> tuple[Path, np.ndarray]:
    """A radar's plots of one aircraft, encoded by libasterix, with the radar's place in its service messages."""
    truth = np.array([[38.5 + 0.004 * k, 33.0 + 0.006 * k, 9000.0] for k in range(steps)])
    blocks = [target(3600.0 + 4.0 * k, *where) for k, where in enumerate(measured(place, truth))]
    path.write_bytes(service(place) + b"".join(blocks))
    return path, truth


@pytest.mark.parametrize("form", ["ADS-B", "CAT048"])
def test_the_five_lines_of_the_page_track_either_form(tmp_path, monkeypatch, capsys, form):
    page = (Path(__file__).parents[2] / "docs" / "recorded.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len([line for line in lines.splitlines() if line]) <= 5
    monkeypatch.chdir(tmp_path)
    if form == "ADS-B":
        Path("flights.json.gz").write_bytes(gzip.compress(json.dumps(flights()).encode()))
    else:
        asterix_file(Path("flights.json.gz"), (38.0, 32.5, 900.0))  # told by its content
    exec(lines, {})  # noqa: S102
    completeness, points = capsys.readouterr().out.split()
    assert float(completeness) > 0.8
    assert int(points) > 15
    assert (tmp_path / "runs" / "flights" / "tracks.png").stat().st_size > 10_000


def test_a_radars_plots_become_a_track_where_the_aircraft_was(tmp_path):
    path, truth = asterix_file(tmp_path / "a.raw", (38.0, 32.5, 900.0))
    result = track_file(path)
    assert result.metrics["tracks"] == 1
    assert result.material.radars["7/9"] == pytest.approx((38.0, 32.5), abs=1e-4)
    table = result.tracks.to_pydict()
    at = np.array(truth[len(truth) - len(table["lat_deg"]) :])
    got = geodetic_to_ecef(table["lat_deg"], table["lon_deg"], table["height_m"])
    away = np.linalg.norm(got - geodetic_to_ecef(*at.T), axis=1)
    # Range is told in 1/256 NM, azimuth in 360/65536 degrees: 10 m at 100 km; heights go by a round earth (up to 60 m here).
    assert away[5:].max() < 150.0


def test_a_radar_of_unknown_place_is_tracked_in_its_own_plane(tmp_path):
    path, _ = asterix_file(tmp_path / "a.raw", (38.0, 32.5, 900.0))
    content = path.read_bytes()
    path.write_bytes(content[int.from_bytes(content[1:3], "big") :])  # without the service message
    result = track_file(path)
    assert set(result.tracks["frame"].to_pylist()) == {"7/9"}
    assert np.isnan(result.tracks["lat_deg"].to_pylist()).all()
    assert np.isfinite(result.tracks["east_m"].to_pylist()).all()
    placed = track_file(path, radars={"7/9": (38.0, 32.5, 900.0)})
    assert set(placed.tracks["frame"].to_pylist()) == {""}
    assert placed.tracks.num_rows == result.tracks.num_rows
    with pytest.raises(InputError, match="it has plots of 7/9"):
        track_file(path, radars={"1/1": (0.0, 0.0, 0.0)})


def test_what_is_written_is_what_was_tracked_and_twice_the_same(tmp_path):
    result = track_file(written(tmp_path / "f.json", flights()))
    folder = result.save(tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == ["metrics.json", "tracks.parquet", "tracks.png", "tracks.svg"]
    assert str(parquet.read_table(folder / "tracks.parquet").to_pydict()) == str(result.tracks.to_pydict())  # some are NaN
    assert json.loads((folder / "metrics.json").read_text()) == result.metrics
    again = track_file(tmp_path / "f.json").save(tmp_path / "again")
    for name in ("tracks.svg", "tracks.png", "metrics.json"):
        assert (folder / name).read_bytes() == (again / name).read_bytes()
    with pytest.raises(OutputExistsError, match="--force"):
        result.save(folder)


def test_the_recorded_files():
    """The drawn flag is one aircraft and one track; the captures are shorter than the three scans that a track takes, and say so."""
    flag = track_file(shared("validation/data/adsb/turkish_flag.json.gz")).metrics
    assert (flag["tracks"], flag["aircraft"]) == (1, 1)
    assert flag["completeness"] > 0.99
    parabolas = track_file(shared("validation/data/adsb/zero_gravity.json.gz")).metrics  # its heights stand still, then jump 1,900 m
    assert (parabolas["tracks"], parabolas["continuity"]) == (1, 1.0)
    spoofed = track_file(shared("validation/data/adsb/noisy_spoofing.json.gz"))  # sent to one place for 15 minutes, then seen 600 km on
    assert any("740 of 8670 rows are where it cannot have flown" in line for line in spoofed.metrics["held_out"])
    assert spoofed.metrics["tracks"] >= spoofed.metrics["aircraft"] == 3  # a new flight after each long silence
    assert spoofed.metrics["tracks_of_several_aircraft"] == 0
    flown = np.array(spoofed.tracks["lat_deg"])
    assert (flown.min(), flown.max()) == pytest.approx((41.4, 57.0), abs=0.1)
    assert not ((flown > 48.0) & (flown < 53.0)).any()
    capture = track_file(shared("validation/data/asterix/cat_034_048.pcap"))
    assert capture.metrics["tracks"] == 0
    assert capture.metrics["plots"] == 63
    assert "25/12" in capture.material.radars
    system = track_file(shared("validation/data/asterix/cat_062_065.pcap"))
    place = ecef_to_geodetic(*system.material.feeds[0].positions_m[0].T)
    assert place.lat_deg[0] == pytest.approx(41.1671233, abs=1e-6)


def moved(change, rows=range(60)):
    """Two flights, some rows of the first changed."""
    made = flights(2)
    for k in rows:
        made[k].update(change(made[k]))
    return made


@pytest.mark.parametrize(
    ("rows", "says", "tracks"),
    [
        (moved(lambda row: {"timestamp": row["timestamp"] - 400}, range(10, 18)), "8 of 60 rows out of the order of time", 3),
        (moved(lambda row: {"latitude": float("nan")}, range(5, 8)), "3 of 120 rows without an address, a time or a position", 2),
        (moved(lambda row: {"longitude": 1e9}, range(5, 8)), "3 of 120 rows without an address, a time or a position", 2),
        (moved(lambda row: {"altitude": None}, range(5, 8)), "3 of 120 rows (1 addresses) without a height", 2),
        (moved(lambda row: {"altitude": None}), "4b0000: no row has a height", 1),
        (moved(lambda row: {"latitude": row["latitude"] + 5.0}, range(20, 26)), "6 of 60 rows are where it cannot have flown", 2),
    ],
    ids=["backwards", "not a number", "no place on earth", "no height", "never a height", "teleport"],
)
def test_rows_that_are_no_flight_are_held_out_and_named(tmp_path, rows, says, tracks):
    metrics = track_file(written(tmp_path / "f.json", rows)).metrics
    assert any(says in line for line in metrics["held_out"])
    assert metrics["tracks"] == tracks


def test_two_aircraft_with_one_address_are_no_flight_even_at_the_same_times(tmp_path):
    rows = flights(3)
    for row in rows[60:120]:
        row["icao24"] = "4b0000"
    metrics = track_file(written(tmp_path / "f.json", rows)).metrics
    assert metrics["tracks"] == 1
    assert any("4b0000: two aircraft with one address (THY0 and THY1)" in line for line in metrics["held_out"])
    with pytest.raises(InputError, match=r"holds no flight .*two aircraft with one address"):
        track_file(written(tmp_path / "f.json", rows[:120]))


def test_asterix_that_is_cut_short_or_unknown_or_without_time_keeps_the_rest_and_says_so(tmp_path):
    path, _ = asterix_file(tmp_path / "a.raw", (38.0, 32.5, 900.0))
    content = path.read_bytes()
    for changed, says, plots in (
        (content[:-7], "the file is cut short", 19),
        (content + bytes([21, 0, 5, 1, 2]), "1 blocks of category 021, which is not read (the first at byte ", 20),
    ):
        path.write_bytes(changed)
        metrics = track_file(path).metrics
        assert any(says in line for line in metrics["held_out"])
        assert (metrics["plots"], metrics["tracks"]) == (plots, 1)
    path.write_bytes(bytes([21, 0, 5, 1, 2]))
    with pytest.raises(InputError, match="holds no ASTERIX of category 034, 048 or 062"):
        track_file(path)
    path.write_bytes(content)
    with pytest.raises(InputError, match="where azimuth has no meaning"):
        track_file(path, radars={"7/9": (90.0, 0.0, 0.0)})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.json"], "no such file"),
        (["f.json", "--radar", "25/12"], "write SAC/SIC=LAT,LON,HEIGHT"),
        (["f.json", "--radar", "25/12=95,1,1"], "not on the earth"),
        (["f.json", "--association", "best"], "association is 'gnn' or 'jpda'"),
        (["empty.raw"], "the file is empty"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, arguments, says):
    written(tmp_path / "f.json", flights(1))
    (tmp_path / "empty.raw").touch()
    done = buckler(["track", *arguments], cwd=tmp_path)
    assert done.returncode == 2
    assert says in re.sub(r"\s+", " ", done.stderr)
    assert "Traceback" not in done.stderr


def test_the_command_writes_and_answers(tmp_path):
    written(tmp_path / "f.json", flights(2))
    done = buckler(["track", "f.json", "-o", "out", "--json"], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tracks"] == 2
    assert (tmp_path / "out" / "tracks.png").stat().st_size > 10_000


def test_progress_counts_the_scans_of_all_feeds_and_changes_nothing(tmp_path):
    path = written(tmp_path / "f.json", flights(steps=200))
    told = []
    result = track_file(path, progress=lambda done, total: told.append((done, total)))
    scans = sum(len(feed.scans) for feed in result.material.feeds)
    assert told[0] == (0, scans)
    assert told[-1] == (scans, scans)
    assert told == sorted(told)
    assert len(told) > 3
    [feed] = result.material.feeds
    whole = Tracker(MODELS, delete_after_s=SILENCE_S).run(feed.scans)  # in one go
    for name in whole.points.dtype.names:
        np.testing.assert_array_equal(whole.points[name], result.histories[0].points[name])


def test_the_command_tells_its_stages(tmp_path):
    path = written(tmp_path / "f.json", flights())
    done = buckler(["--progress", "json", "track", path, "-o", tmp_path / "out", "--json"])
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["stage"] for line in told if "stage" in line] == ["Reading", "Tables and picture"]
    assert told[-2]["done"] == told[-2]["total"] > 0
    assert json.loads(done.stdout)["tracks"] > 0
    quiet = buckler(["--progress", "json", "track", path, "-o", tmp_path / "out", "--force", "--quiet"])
    assert (quiet.returncode, quiet.stderr) == (0, "")
