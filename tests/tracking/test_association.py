"""Association: pairings, joint probabilities and gates against second implementations; clutter alone makes no targets."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.stats import poisson
from tracked_targets import flat_radar, plots_of, straight_targets

from buckler.tracking import Estimate, Scan, Tracker, constant_velocity
from buckler.tracking.association import assign_cluster, joint_probabilities
from buckler.tracking.gating import gate, make_room
from buckler.tracking.kalman import innovate
from buckler.tracking.measuring import COMPONENTS, measure
from buckler.tracking.metrics import gate_threshold


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 8), more=st.integers(0, 6))
def test_pairings_cost_what_scipys_do(seed: int, rows: int, more: int) -> None:
    cost = np.random.default_rng(seed).uniform(-10, 10, (rows, rows + more))
    chosen = np.full(rows, -1)
    assign_cluster(cost, chosen)
    assert len(set(chosen)) == rows
    assert cost[np.arange(rows), chosen].sum() == pytest.approx(cost[linear_sum_assignment(cost)].sum())


def joint_by_trial(likelihood: np.ndarray, missed: float) -> np.ndarray:
    tracks, plots = likelihood.shape
    weights = np.zeros((tracks, plots + 1))
    for event in product(range(plots + 1), repeat=tracks):
        taken = [p for p in event if p < plots]
        if len(set(taken)) == len(taken):
            weight = np.prod([missed if p == plots else likelihood[t, p] for t, p in enumerate(event)])
            for t, p in enumerate(event):
                weights[t, p] += weight
    return weights / weights.sum(axis=1, keepdims=True)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), tracks=st.integers(1, 4), plots=st.integers(1, 4))
def test_joint_probabilities_are_those_of_all_events(seed: int, tracks: int, plots: int) -> None:
    draw = np.random.default_rng(seed)
    likelihood = draw.exponential(2.0, (tracks, plots)) * (draw.random((tracks, plots)) < 0.7)
    weights = np.empty((tracks, plots + 1))
    assert joint_probabilities(likelihood, 0.1, weights)
    assert weights == pytest.approx(joint_by_trial(likelihood, 0.1), abs=1e-12)


def test_more_events_than_can_be_counted_are_refused() -> None:
    assert not joint_probabilities(np.ones((9, 9)), 0.1, np.empty((9, 10)))


@pytest.mark.parametrize("seed", range(4))
def test_the_cells_find_every_pair_in_a_gate(seed: int) -> None:
    site, draw = flat_radar(), np.random.default_rng(seed)
    place, velocity = straight_targets(seed, 60)
    # Some close to the sensor and round the north and south, where azimuth jumps.
    place[:10, :2] *= 0.05
    place[10:20, 0] = draw.normal(0.0, 300.0, 10)
    tracker = Tracker(constant_velocity(1.0), initiation="none")
    spread = np.diag([400.0**2] * 3 + [50.0**2] * 3)
    tracker.start(Estimate(np.r_[p, v], spread) for p, v in zip(place, velocity, strict=True))
    scan = plots_of(site, 0.0, place, draw, clutter=200.0)
    room = make_room(512, 512, 10_000)
    count = gate(tracker._bank, tracker._rules, site.site[0], scan.plots, 0.0, room)
    found = {(int(pair["track"]), int(pair["plot"])) for pair in room.pairs[:count]}
    z, H, nu, expected = np.empty(COMPONENTS), np.empty((COMPONENTS, 6)), np.empty(COMPONENTS), set()
    for t, (p, v) in enumerate(zip(place, velocity, strict=True)):
        level = measure(site.site[0], np.r_[p, v], 0.0, z, H)
        S = H[:3] @ spread @ H[:3].T + np.diag(site.std[:3] ** 2)
        for k in range(len(scan.plots)):
            innovate(site.site[0], scan.plots[k], level, z, nu)
            if nu[:3] @ np.linalg.solve(S, nu[:3]) <= gate_threshold(3, 0.999):
                expected.add((t, k))
    assert found == expected
    assert len(expected) > 50


def crossing(association: str, seed: int) -> float:
    """The share of crossings after which two targets that pass within 150 m still have their own numbers."""
    site, kept, trials = flat_radar(azimuth_std_deg=0.15), 0, 20
    for trial in range(trials):
        draw = np.random.default_rng([seed, trial])
        velocity = np.array([[200.0, 12.0, 0.0], [200.0, -12.0, 0.0]])
        start = np.array([[-1e4, 3e4 - 600.0, 8e3], [-1e4, 3e4 + 600.0, 8e3]])
        tracker = Tracker(constant_velocity(0.05), association=association, initiation="none")  # type: ignore[arg-type]
        spread = np.diag([50.0**2] * 3 + [5.0**2] * 3)
        numbers = tracker.start(Estimate(np.r_[p, v], spread) for p, v in zip(start, velocity, strict=True))
        for k in range(1, 51):
            tracker.update(plots_of(site, 2.0 * k, start + 2.0 * k * velocity, draw, pd=0.9, clutter=5.0))
        end = {track.number: track.mean[1] for track in tracker.tracks}
        kept += len(end) == 2 and end[numbers[0]] > end[numbers[1]]
    return kept / trials


def test_joint_probabilities_keep_crossing_targets_apart_as_well_as_the_nearest_neighbour() -> None:
    nearest, joint = crossing("gnn", 1), crossing("jpda", 1)
    assert joint >= 0.8
    assert joint >= nearest - 0.1


def designed_false_tracks(scans: int, clutter: float, sample: Scan, step_s: float, speed_std: float) -> float:
    """Tracks of clutter alone that 3 of 5 confirms: every plot of every scan begins one, at most.

    A gate is the chi-square ellipsoid, 4 pi / 3 sqrt(g^3 det S). The second plot, `i` looks after the first, has S = 2 R and
    the spread of the assumed velocity; the third, `j` looks after the second, S = R (1 + (1 + j/i)^2 + (j/i)^2), or less.
    """
    site, g = sample.sensor, gate_threshold(3, 0.999)
    density = clutter / ((1.2e5 - 2e3) * 2 * np.pi * np.radians(20.0))
    chances = []
    for plot in sample.plots:
        r, elevation = plot["value"][0], plot["value"][2]
        unit = speed_std * step_s * np.array([1.0, 1 / (r * np.cos(elevation)), 1 / r])

        def gated(S: np.ndarray) -> float:
            return 1.0 - np.exp(-density * 4 / 3 * np.pi * np.sqrt(g**3 * S.prod()))

        noise, missed, chance = site.std[:3] ** 2, 1.0, 0.0
        for i in range(1, 5):
            second = gated(2 * noise + (unit * i) ** 2)
            third = [
                gated(np.minimum(noise * (1 + (1 + j / i) ** 2 + (j / i) ** 2), 2 * noise + (unit * (i + j)) ** 2))
                for j in range(1, 5 - i)
            ]
            chance += missed * second * (1.0 - np.prod([1.0 - p for p in third]))
            missed *= 1.0 - second
        chances.append(chance)
    return clutter * float(np.mean(chances)) * (scans - 2)


def test_clutter_alone_confirms_no_more_than_designed() -> None:
    site, clutter, scans = flat_radar(), 100.0, 200
    sample = plots_of(site, 0.0, np.zeros((0, 3)), np.random.default_rng(1), clutter=500.0)
    designed = designed_false_tracks(scans, clutter, sample, 2.0, 150.0)
    draw = np.random.default_rng(11)
    tracker = Tracker(constant_velocity(1.0), speed_std_mps=150.0, maximum_speed_mps=450.0)
    history = tracker.run([plots_of(site, 2.0 * k, np.zeros((0, 3)), draw, clutter=clutter) for k in range(scans)])
    assert designed < 20.0
    assert len(history.numbers) <= poisson.ppf(0.999, designed)
    # A rule that asks for more lets through less.
    strict = Tracker(constant_velocity(1.0), confirm_hits=4, confirm_looks=5, maximum_speed_mps=600.0)
    again = [plots_of(site, 2.0 * k, np.zeros((0, 3)), np.random.default_rng([12, k]), clutter=clutter) for k in range(scans)]
    assert len(strict.run(again).numbers) <= len(history.numbers)


def test_a_scan_without_plots_and_a_tracker_without_tracks() -> None:
    site = flat_radar()
    tracker = Tracker(constant_velocity(1.0))
    assert list(tracker.update(Scan.polar(site, 0.0, [], [], []))) == []
    assert tracker.all_tracks == []
