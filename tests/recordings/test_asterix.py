"""ASTERIX: what another decoder read of recorded files, records written and read again, damaged files."""

from __future__ import annotations

import struct

import pytest
from shared_data import shared

from buckler.errors import InputError
from buckler.recordings.asterix import read_asterix

KT = 1852.0 / 3600.0


def block048(**items):
    import asterix.generated as gen

    base = {"010": (("SAC", 7), ("SIC", 9)), "140": 3600.0, "040": (("RHO", 50.0), ("THETA", 90.0))}
    record = gen.Cat_048_1_32.cv_record.create({**base, **items})
    return gen.Cat_048_1_32.create([record]).unparse().to_bytes()


def block034():
    import asterix.generated as gen

    items = {"010": (("SAC", 7), ("SIC", 9)), "000": 1, "030": 3600.0, "041": 4.0,
             "120": (("HGT", 900.0), ("LAT", 39.5), ("LON", 33.0))}  # fmt: skip
    return gen.Cat_034_1_29.create([gen.Cat_034_1_29.cv_record.create(items)]).unparse().to_bytes()


def capture(payloads, tail=b""):
    packets = b""
    for k, payload in enumerate(payloads):
        udp = struct.pack(">HHHH", 1, 2, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 1, 2) + udp
        frame = bytes(12) + b"\x08\x00" + ip
        packets += struct.pack("<IIII", 1_600_000_000 + k, 0, len(frame), len(frame)) + frame
    return b"\xd4\xc3\xb2\xa1" + struct.pack("<HHIIII", 2, 4, 0, 0, 65_535, 1) + packets + tail


def test_a_recorded_target_report_as_another_decoder_reads_it():
    """cases.json REAL-013: asterix-decoder 0.7.11 on the same bytes."""
    recording = read_asterix(shared("validation/data/asterix/cat048.raw"))
    (row,) = recording.plots.to_pylist()
    assert row["radar"] == "25/201"
    assert row["time_s"] == 27354.6015625
    assert row["range_m"] == pytest.approx(197.68359375 * 1852.0, abs=1e-6)
    assert row["azimuth_deg"] == pytest.approx(340.13671875, abs=1e-9)
    assert row["height_m"] == pytest.approx(330.0 * 30.48)
    assert (row["address"], row["callsign"], row["track"], row["mode_3a"]) == ("3c660c", "DLH65A", 3563, "1000")
    assert row["speed_mps"] == pytest.approx(434.3994140625 * KT)
    assert row["heading_deg"] == pytest.approx(124.002685546875)
    assert recording.held_out == ()


def test_a_recorded_capture_as_another_decoder_reads_it():
    """cases.json REAL-014: 128 records of CAT048 and 34 of CAT034, many of them sent on two lines."""
    recording = read_asterix(shared("validation/data/asterix/cat_034_048.pcap"))
    assert recording.records == {34: 34, 48: 128}
    assert "60 blocks came twice: used once" in recording.held_out
    assert recording.radars["25/12"].lat_deg == pytest.approx(43.571, abs=1e-3)  # Split, on its island


def test_recorded_system_tracks_as_another_decoder_reads_them():
    """cases.json REAL-015, and the first record of the decoded text beside the second capture."""
    first = read_asterix(shared("validation/data/asterix/cat062cat065.raw")).tracks.to_pylist()[0]
    got = [first[name] for name in ("time_s", "lat_deg", "lon_deg", "x_m", "y_m", "east_mps", "north_mps", "track")]
    assert got == pytest.approx([30911.6640625, 44.73441302776337, 13.0415278673172, -239083.0, -106114.0, -51.25, 170.0, 4980], abs=1e-9)
    other = read_asterix(shared("validation/data/asterix/cat_062_065.pcap"))
    first = other.tracks.to_pylist()[0]
    assert (first["address"], first["callsign"], first["mode_3a"]) == ("4ca7a8", "RYR174C", "1275")
    assert first["height_m"] == pytest.approx(36481.25 * 0.3048)
    assert any("1 blocks of category 065, which is not read" in line for line in other.held_out)


def test_what_is_written_is_read(tmp_path):
    file = tmp_path / "a.pcap"
    file.write_bytes(capture([block034(), block048(**{"090": (0, 0, ("FL", 100.0))}), block048(**{"140": 3604.0})]))
    recording = read_asterix(file)
    assert recording.plots["time_s"].to_pylist() == [3600.0, 3604.0]
    assert recording.plots["range_m"].to_pylist() == pytest.approx([92_600.0, 92_600.0])
    assert recording.plots["height_m"].to_pylist()[0] == pytest.approx(3048.0)
    site = recording.radars["7/9"]
    assert (site.lat_deg, site.lon_deg, site.height_m, site.period_s) == pytest.approx((39.5, 33.0, 900.0, 4.0), abs=1e-4)


def test_midnight_is_passed(tmp_path):
    file = tmp_path / "a.raw"
    file.write_bytes(block048(**{"140": 86_399.0}) + block048(**{"140": 3.0}))
    assert read_asterix(file).plots["time_s"].to_pylist() == [86_399.0, 86_403.0]


def test_reports_without_time_or_range_are_held_out(tmp_path):
    import asterix.generated as gen

    def block(time_s, range_nmi):
        items = {"010": (("SAC", 7), ("SIC", 9)), "020": (0,), "040": (("RHO", range_nmi), ("THETA", 10.0))}
        record = gen.Cat_048_1_32.cv_record.create(items if time_s is None else {**items, "140": time_s})
        return gen.Cat_048_1_32.create([record]).unparse().to_bytes()

    path = tmp_path / "a.raw"
    path.write_bytes(block(10.0, 20.0) + block(None, 20.0) + block(12.0, 0.0) + block(14.0, 20.0))
    recording = read_asterix(path)
    assert recording.plots["time_s"].to_pylist() == [10.0, 14.0]
    assert "1 target reports without a time: held out" in recording.held_out
    assert "1 target reports without a measured position: held out" in recording.held_out


def test_an_unknown_category_is_named_and_the_rest_read(tmp_path):
    file = tmp_path / "a.raw"
    file.write_bytes(b"\xf7\x00\x05\x00\x00" + block048())
    recording = read_asterix(file)
    assert recording.plots.num_rows == 1
    assert recording.held_out == ("1 blocks of category 247, which is not read (the first at byte 0): held out",)


@pytest.mark.parametrize("kept", [1, 2, 10])
def test_a_file_cut_short_keeps_what_was_whole(tmp_path, kept):
    file = tmp_path / "a.raw"
    file.write_bytes(block048() + block048()[:kept])
    recording = read_asterix(file)
    assert recording.plots.num_rows == 1
    assert ("cut short" if kept > 2 else "no data block") in recording.held_out[0]


def test_a_capture_cut_short_keeps_what_was_whole(tmp_path):
    whole = capture([block048(), block048(**{"140": 3604.0})])
    for cut in (5, len(whole) // 3):
        file = tmp_path / "a.pcap"
        file.write_bytes(whole[: len(whole) - cut])
        recording = read_asterix(file)
        assert recording.plots.num_rows == 1
        assert "cut short" in recording.held_out[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"not asterix at all", "holds no ASTERIX"),
        (b"\x0a\x0d\x0d\x0a" + bytes(40), "pcapng"),
        (b"\xf7\x00\x05\x00\x00", "category 247"),
        (capture([b"plain text"]), "holds no ASTERIX"),
        (b"\x30\x00\x06\xff\xff\xff", "that do not decode"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, says):
    file = tmp_path / "a.pcap"
    file.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_asterix(file)
    with pytest.raises(InputError, match="no such file"):
        read_asterix(tmp_path / "nowhere.raw")
