"""What cannot be one aircraft's flight is held out and named; what can be is kept as it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.recordings.flights import RecordedTrack, between_known, flights_of, plausible_heights

N = 60
T = np.arange(N, dtype=float)
LAT, LON, H = np.full(N, 39.0), 32.0 + 0.0025 * np.arange(N), np.full(N, 10_000.0)  # 0.0025 degrees a second: 216 m/s


def flights(time_s=T, lat=LAT, lon=LON, height=H, callsigns=None):
    return flights_of("4b0001", ["THY1"] * len(time_s) if callsigns is None else callsigns, time_s, lat, lon, height)


def test_a_plain_flight_is_kept_whole():
    (track,), said = flights()
    assert said == []
    assert track.callsign == "THY1"
    np.testing.assert_array_equal(track.lon_deg, LON)


def test_a_row_that_goes_back_in_time_is_held_out():
    times = T.copy()
    times[30] = 10.5
    (track,), said = flights(times)
    assert len(track.time_s) == N - 1
    assert "1 of 60 rows out of the order of time" in said[0]


def test_a_teleport_is_held_out_and_the_rest_kept():
    lon = LON.copy()
    lon[20:24] += 3.0  # 260 km in a second
    (track,), said = flights(lon=lon)
    assert len(track.time_s) == N - 4
    assert "4 of 60 rows are where it cannot have flown" in said[0]
    assert "at 20.0 s" in said[0]


def test_a_false_first_row_does_not_cost_the_flight():
    lat = LAT.copy()
    lat[0] = 45.0
    (track,), _ = flights(lat=lat)
    assert len(track.time_s) == N - 1


def test_two_aircraft_with_one_address_are_both_held_out():
    times = np.repeat(np.arange(40.0), 2) + np.tile([0.0, 0.5], 40)
    lat = np.tile([39.0, 41.0], 40)
    names = ["THY1", "PGT2"] * 40
    tracks, said = flights(times, lat, np.repeat(32.0 + 0.0025 * np.arange(40), 2), np.full(80, 1e4), names)
    assert tracks == []
    assert "two aircraft with one address (PGT2 and THY1)" in said[0]


def test_one_callsign_in_two_places_is_a_false_position_not_a_second_aircraft():
    times = np.arange(80.0)
    lat = np.where(np.arange(80) % 4 == 3, 41.0, 39.0)
    tracks, said = flights(times, lat, 32.0 + 0.0025 * times, np.full(80, 1e4), ["THY1"] * 80)
    assert len(tracks[0].time_s) == 60
    assert "20 of 80 rows" in said[0]


def test_a_long_silence_begins_a_new_flight():
    times = T.copy()
    times[30:] += 600.0
    (first, second), said = flights(times)
    assert (first.name, second.name) == ("4b0001", "4b0001/2")
    assert "nothing for 601 s from 29.0 s" in said[0]


def test_a_garbled_height_is_no_climb():
    height = 5000.0 + 20.0 * T
    height[25] = 30_000.0
    good = plausible_heights(T, height)
    assert not good[25]
    assert good.sum() == N - 1


def test_a_height_that_stays_wrong_longer_than_the_median_sees_is_no_flight():
    times = np.arange(300.0)
    height = np.where((times >= 100.0) & (times < 160.0), 37_500.0, 1000.0 + 8.0 * times)
    good = plausible_heights(times, height)
    np.testing.assert_array_equal(good, height < 30_000.0)


def test_a_height_that_is_held_in_a_climb_is_not_known_until_it_comes():
    """15 s of climb at 90 m/s, told all at once at its end, and the same down."""
    times = np.arange(120.0)
    height = 6000.0 + 90.0 * np.clip(times - 40.0, 0.0, 15.0) - 90.0 * np.clip(times - 80.0, 0.0, 15.0)
    told = np.where((times > 40.0) & (times < 55.0), 6000.0, np.where((times > 80.0) & (times < 95.0), 7350.0, height))
    good = plausible_heights(times, told)
    assert not good[43:55].any()
    assert not good[83:95].any()
    assert good[:40].all()
    assert good[55:80].all()
    assert good[95:].all()
    # Two rows of the climb, which is slower than the 100 m/s that is allowed, go for level flight.
    assert np.abs(between_known(times, told, good) - height).max() <= 2.0 * 90.0


def test_resampling_keeps_a_straight_flight_and_crosses_the_date_line():
    track = RecordedTrack("a", "", T[:3], LAT[:3], np.array([179.99, -180.0, -179.99]), H[:3])
    again = track.resampled(0.5)
    np.testing.assert_allclose((again.lon_deg + 360.0) % 360.0, [179.99, 179.995, 180.0, 180.005, 180.01])
    with pytest.raises(InputError, match="above 0 s"):
        track.resampled(0.0)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)), st.integers(0, 11))
def test_no_kept_step_is_faster_than_allowed(order, moved):
    lat = LAT[:12].copy()
    lat[moved] += 1.0
    times = T[:12][np.array(order)]
    tracks, said = flights(times, lat[np.array(order)], LON[:12][np.array(order)], H[:12])
    for track in tracks:
        assert np.all(np.diff(track.time_s) > 0.0)
        assert np.all(np.abs(np.diff(track.lat_deg)) < 0.5)
    kept = sum(len(track.time_s) for track in tracks)
    assert (kept == 12) == (said == [])
