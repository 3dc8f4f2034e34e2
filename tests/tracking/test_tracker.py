"""The tracker: targets in clutter, numbers that survive, several radars, recorded times, and input that is refused."""

from __future__ import annotations

import numpy as np
import pytest
from tracked_targets import flat_radar, plots_of, straight_targets

from buckler.errors import InputError
from buckler.physics.earth import geodetic_to_ecef
from buckler.tracking import Scan, Tracker, constant_acceleration, constant_velocity, coordinated_turn, positions, radar
from buckler.tracking.bank import make_bank
from buckler.tracking.gating import make_room
from buckler.tracking.metrics import gospa

STRAIGHT = constant_velocity(1.0)
THREE = (STRAIGHT, constant_acceleration(1.0), coordinated_turn(1.0))


def scans_of(seed: int, count: int, steps: int, clutter: float, pd: float = 0.9) -> tuple[list[Scan], list[np.ndarray]]:
    site, draw = flat_radar(), np.random.default_rng([seed, 1])
    place, velocity = straight_targets(seed, count)
    truth = [place + velocity * 2.0 * k for k in range(steps)]
    return [plots_of(site, 2.0 * k, truth[k], draw, pd, clutter) for k in range(steps)], truth


@pytest.mark.parametrize("association", ["gnn", "jpda"])
@pytest.mark.parametrize("models", [STRAIGHT, THREE], ids=["one", "three"])
def test_every_target_has_one_track_that_keeps_its_number(association: str, models: object) -> None:
    scans, truth = scans_of(1, 20, 60, 10.0)
    history = Tracker(models, association=association).run(scans)  # type: ignore[arg-type]
    last = history.confirmed[history.confirmed["scan"] == 59]
    parts = gospa(truth[-1], last["position_m"], c=1500.0, p=2)
    assert (parts.missed, parts.false) == (0.0, 0.0)
    distance = np.linalg.norm(last["position_m"][:, None] - truth[-1][None], axis=2)
    for row, target in enumerate(distance.argmin(axis=1)):
        track = history.track(int(last["number"][row]))
        late = track[track["scan"] >= 20]
        assert len(late) == 40
        near = np.linalg.norm(late["position_m"] - np.array([truth[k][target] for k in late["scan"]]), axis=1)
        assert near.max() < 1500.0


def test_a_scan_at_a_time_gives_what_a_run_gives() -> None:
    scans, _ = scans_of(2, 10, 20, 10.0)
    history = Tracker(STRAIGHT).run(scans)
    tracker = Tracker(STRAIGHT)
    for scan, owners in zip(scans, history.owners, strict=True):
        assert np.array_equal(tracker.update(scan), owners)
    last = history.points[history.points["scan"] == 19]
    assert sorted(last["number"]) == [track.number for track in tracker.all_tracks]
    assert {t.number: t.mean[0] for t in tracker.all_tracks} == dict(zip(last["number"], last["position_m"][:, 0], strict=True))


def test_more_tracks_than_there_was_room_for() -> None:
    scans, _ = scans_of(3, 300, 8, 100.0, pd=1.0)
    roomy = Tracker(STRAIGHT)
    roomy._bank, roomy._room = make_bank(4096, 1, 6), make_room(8192, 1000, 40_000)
    tracker = Tracker(STRAIGHT)
    assert np.array_equal(tracker.run(scans).points, roomy.run(scans).points)
    assert 290 <= len(tracker.tracks) <= 310


def test_two_radars_far_apart_make_one_track_each_target() -> None:
    near = radar("near", lat_deg=39.0, lon_deg=32.0, range_std_m=50.0, azimuth_std_deg=0.1, elevation_std_deg=0.2)
    far = radar("far", lat_deg=39.6, lon_deg=33.2, range_std_m=80.0, azimuth_std_deg=0.1)
    draw, scans = np.random.default_rng(5), []
    for k in range(40):
        site = (near, far)[k % 2]
        truth = np.array(geodetic_to_ecef(39.3 + 1e-4 * k, 32.5 + 1e-3 * k, 9000.0))
        local = site.site[0]["axes"] @ (truth - site.site[0]["position_m"])
        r = np.linalg.norm(local) + site.std[0] * draw.standard_normal()
        azimuth = np.degrees(np.arctan2(local[0], local[1]) + site.std[1] * draw.standard_normal())
        if site is near:
            elevation = np.degrees(np.arcsin(local[2] / np.linalg.norm(local)) + site.std[2] * draw.standard_normal())
            scans.append(Scan.polar(site, 3.0 * k, [r], [azimuth], [elevation]))
        else:
            scans.append(Scan.polar(site, 3.0 * k, [r], [azimuth]))
    tracker = Tracker(constant_velocity(1.0))
    history = tracker.run(scans)
    assert list(history.numbers) == [1]
    assert np.linalg.norm(tracker.tracks[0].mean[:3] - truth) < 300.0


def test_plots_with_their_own_times_are_as_good_as_scans_of_one_time() -> None:
    # One target at 250 m/s, its plots up to 4 s older than the end of the scan.
    site, draw = flat_radar(), np.random.default_rng(7)
    velocity, errors = np.array([250.0, 0.0, 0.0]), {}
    for spread in (0.0, 4.0):
        scans = []
        for k in range(40):
            age = spread * draw.random()
            place = np.array([[-2e4, 3e4, 8e3]]) + velocity * (5.0 * k - age)
            scan = plots_of(site, 5.0 * k, place, draw, pd=1.0)
            scan.plots["time_s"] -= age
            scans.append(scan)
        tracker = Tracker(constant_velocity(0.1))
        tracker.run(scans)
        errors[spread] = np.linalg.norm(tracker.tracks[0].mean[:3] - (np.array([-2e4, 3e4, 8e3]) + velocity * 195.0))
        assert len(tracker.all_tracks) == 1
    assert errors[4.0] < 250.0 > errors[0.0]


def test_reported_positions_are_tracked_and_silence_is_forgiven() -> None:
    source, draw = positions("reports", position_std_m=20.0), np.random.default_rng(3)
    tracker = Tracker(constant_velocity(1.0), confirm_hits=2, confirm_looks=3)
    for k in [*range(10), *range(17, 25)]:
        place = np.array([[1000.0 + 200.0 * k, -50.0 * k, 9000.0]])
        tracker.update(Scan.positions(source, float(k), place + 20.0 * draw.standard_normal((1, 3))))
    assert [track.number for track in tracker.tracks] == [1]
    assert np.linalg.norm(tracker.tracks[0].mean[:3] - place[0]) < 60.0


def test_a_target_that_lands_loses_its_track() -> None:
    scans, _ = scans_of(4, 5, 30, 0.0, pd=1.0)
    site = scans[0].sensor
    tracker = Tracker(STRAIGHT, delete_misses=4)
    tracker.run(scans)
    assert len(tracker.tracks) == 5
    for k in range(30, 34):
        assert len(tracker.tracks) == 5
        tracker.update(Scan.polar(site, 2.0 * k, [], [], []))
    assert tracker.all_tracks == []


@pytest.mark.parametrize("models", [STRAIGHT, THREE], ids=["one", "three"])
def test_a_silence_without_a_scan_ends_a_track_as_one_with_scans_does(models: object) -> None:
    """One target, a scan every 4 s; the recorder then stops for 100 s."""
    site = positions(position_std_m=50.0)
    times = [*range(0, 40, 4), *range(140, 180, 4)]
    scans = [Scan.positions(site, float(t), [[200.0 * t, 0.0, 9000.0]]) for t in times]
    for silence_s, expected in ((30.0, 2), (120.0, 1)):
        history = Tracker(models, delete_after_s=silence_s).run(scans)  # type: ignore[arg-type]
        assert len(history.numbers) == expected


def test_doppler_makes_the_velocity_sooner() -> None:
    draw, spread = np.random.default_rng(9), {}
    for rate_std in (None, 1.0):
        site = flat_radar() if rate_std is None else flat_radar(range_rate_std_mps=rate_std)
        tracker = Tracker(constant_velocity(0.1), confirm_hits=2)
        for k in range(3):
            place = np.array([[0.0, 4e4 - 250.0 * 2.0 * k, 1e3]])
            seen = plots_of(site, 2.0 * k, place, draw, pd=1.0) if rate_std is None else None
            if seen is None:
                r = np.linalg.norm(place)
                seen = Scan.polar(site, 2.0 * k, [r], [0.0], [np.degrees(np.arcsin(1e3 / r))], [-250.0 * place[0, 1] / r])
            tracker.update(seen)
        spread[rate_std] = tracker.tracks[0].covariance[4, 4]
    assert spread[1.0] < 0.1 * spread[None]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Tracker([]), "one to eight"),
        (lambda: Tracker(STRAIGHT, confirm_hits=6, confirm_looks=5), "M <= N"),
        (lambda: Tracker(STRAIGHT, sojourn_s=0.0), "positive times"),
        (lambda: Tracker(STRAIGHT, delete_after_s=-1.0), "delete_after_s"),
        (lambda: Tracker(STRAIGHT, association="nearest"), "'gnn' or 'jpda'"),  # type: ignore[arg-type]
        (lambda: constant_velocity(), "one of the two"),
        (lambda: constant_velocity(-1.0), "0 or more"),
        (lambda: flat_radar(range_std_m=0.0), "singular noise"),
        (lambda: flat_radar(azimuth_std_deg=float("nan")), "singular noise"),
        (lambda: positions(position_std_m=0.0), "singular noise"),
        (lambda: radar(lat_deg=90.0, lon_deg=0.0, range_std_m=1.0, azimuth_std_deg=0.1), "no meaning at a pole"),
        (lambda: radar(range_std_m=1.0, azimuth_std_deg=0.1), "has no place"),
        (lambda: Scan.polar(flat_radar(), 1.0, [1e4], [float("nan")], [1.0]), "plot 0: azimuth_deg is not a finite"),
        (lambda: Scan.polar(flat_radar(), 1.0, [1e4, 2e4], [1.0], [1.0]), "one each a plot"),
        (lambda: Scan.polar(flat_radar(), 1.0, [1e4], [1.0]), "measures elevation_deg"),
        (lambda: Scan.polar(flat_radar(), 1.0, [-1.0], [1.0], [1.0]), "range_m is not positive"),
        (lambda: Scan.polar(flat_radar(), float("nan"), [1.0], [1.0], [1.0]), "not a finite number"),
        (lambda: Scan.polar(flat_radar(), 1.0, [1e4], [1.0], [1.0], std=[[1.0, 0.0, 1.0, 1.0]]), "singular noise"),
        (lambda: Scan.positions(flat_radar(), 1.0, [[1.0, 2.0, 3.0]]), "use Scan.polar"),
    ],
)
def test_wrong_input_is_refused_and_says_what_to_write(wrong: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        wrong()  # type: ignore[operator]


def test_time_going_backwards_is_refused_with_its_place() -> None:
    scans, _ = scans_of(4, 2, 3, 0.0)
    tracker = Tracker(STRAIGHT)
    tracker.run(scans)
    with pytest.raises(InputError, match=r"'flat' at 2\.0 s: time goes backwards, the scan before was at 4\.0 s"):
        tracker.update(scans[1])
