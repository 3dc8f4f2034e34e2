"""The tracker beside filterpy with scipy's assignment and beside Stone Soup, on the same plots, in one process and one thread.

Workload A50: 50 targets at constant velocity over 160 km, 200 scans of 2 s, range, azimuth and elevation (50 m, 0.2 degrees),
detected with 0.9, Poisson(20) false plots a scan over the whole volume; tracks begin at the true states with their filter's
covariance, so that filter and association are compared and nothing else. All three: extended Kalman filter, white noise
acceleration, gate 0.999, one plot a track by the least sum of squared distances.

The full tracker: three radars in turn, initiation, deletion; ours with an interacting multiple model filter of three, Stone
Soup's with one model (it has no such filter).
"""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from benchmarks.lines import Line, least
from buckler.tracking import (
    Estimate,
    Scan,
    Sensor,
    Tracker,
    constant_acceleration,
    constant_velocity,
    coordinated_turn,
    radar,
)
from buckler.tracking.metrics import gate_threshold

PERIOD_S, PSD = 2.0, 1.0
STD = np.array([50.0, np.radians(0.2), np.radians(0.2)])
START = np.diag([200.0**2] * 3 + [30.0**2] * 3)
GATE = gate_threshold(3, 0.999)
EPOCH = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Workload:
    """Truth and plots."""

    truth: NDArray[np.float64]
    """[scan, target, 6]"""
    plots: list[NDArray[np.float64]]
    """[plot, 3] a scan: m, rad, rad, from the scan's radar."""
    radars: list[Sensor]
    """One a scan."""

    def scans(self) -> list[Scan]:
        """The same as the tracker takes it."""
        return [
            Scan.polar(site, PERIOD_S * k, seen[:, 0], np.degrees(seen[:, 1]), np.degrees(seen[:, 2]))
            for k, (seen, site) in enumerate(zip(self.plots, self.radars, strict=True))
        ]


def workload(seed: int, targets: int, scans: int, clutter: float, places: int = 1) -> Workload:
    """Targets on straight lines, scattered over an area in proportion to their number, before one radar or several in turn."""
    draw = np.random.default_rng(seed)
    half = 8.0e4 * (targets / 50.0) ** 0.5
    place = np.c_[draw.uniform(-half, half, (targets, 2)), draw.uniform(3e3, 1.2e4, targets)]
    velocity = np.c_[draw.uniform(-200, 200, (targets, 2)), np.zeros(targets)]
    sites = [
        radar(
            f"radar {k}", position_m=(3e4 * k, -2e4 * k, 0.0), range_std_m=STD[0], azimuth_std_deg=0.2, elevation_std_deg=0.2,
            false_plots_per_scan=clutter,
        )
        for k in range(places)
    ]  # fmt: skip
    truth = np.array([np.c_[place + PERIOD_S * k * velocity, velocity] for k in range(scans)])
    plots = []
    for k in range(scans):
        away = truth[k, :, :3] - sites[k % places].site[0]["position_m"]
        distance = np.linalg.norm(away, axis=1)
        seen = np.c_[distance, np.arctan2(away[:, 0], away[:, 1]), np.arcsin(away[:, 2] / distance)]
        seen = (seen + STD * draw.standard_normal(seen.shape))[draw.random(targets) < 0.9]
        false = draw.poisson(clutter)
        stray = np.c_[
            draw.uniform(2e3, 1.5 * half, false), draw.uniform(-np.pi, np.pi, false), draw.uniform(0, 0.35, false)
        ]
        plots.append(np.concatenate([seen, stray]))
    return Workload(truth, plots, [sites[k % places] for k in range(scans)])


def starts(work: Workload, seed: int) -> NDArray[np.float64]:
    """States off the truth by as much as their covariance says."""
    spread = np.sqrt(np.diag(START))
    off: NDArray[np.float64] = work.truth[0] + spread * np.random.default_rng([seed, 1]).standard_normal(work.truth[0].shape)
    return off


def ours(work: Workload, begin: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """CPU seconds for all scans, and the last positions."""
    scans = work.scans()
    tracker = Tracker(constant_velocity(PSD), initiation="none", delete_misses=1000)
    tracker.start(Estimate(state, START) for state in begin)
    clock = time.process_time()
    history = tracker.run(scans)
    spent = time.process_time() - clock
    return spent, history.points["position_m"][-len(begin) :]


def with_filterpy(work: Workload, begin: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The same by filterpy's extended filter and scipy's assignment over gated squared distances."""
    from filterpy.kalman import ExtendedKalmanFilter
    from scipy.optimize import linear_sum_assignment

    t = PERIOD_S
    transition = np.kron([[1.0, t], [0.0, 1.0]], np.eye(3))
    noise = PSD * np.kron([[t**3 / 3, t**2 / 2], [t**2 / 2, t]], np.eye(3))
    filters = []
    for state in begin:
        made = ExtendedKalmanFilter(6, 3)
        made.x, made.P, made.F, made.Q, made.R = state.copy(), START.copy(), transition, noise, np.diag(STD**2)
        filters.append(made)

    def seen(x: NDArray[np.float64]) -> NDArray[np.float64]:
        r = np.sqrt(x[0] ** 2 + x[1] ** 2 + x[2] ** 2)
        return np.array([r, np.arctan2(x[0], x[1]), np.arcsin(x[2] / r)])

    def jacobian(x: NDArray[np.float64]) -> NDArray[np.float64]:
        g2 = x[0] ** 2 + x[1] ** 2
        r2 = g2 + x[2] ** 2
        g, r = np.sqrt(g2), np.sqrt(r2)
        out = np.zeros((3, 6))
        out[0, :3] = x[:3] / r
        out[1, 0], out[1, 1] = x[1] / g2, -x[0] / g2
        out[2, :3] = -x[0] * x[2] / (r2 * g), -x[1] * x[2] / (r2 * g), g / r2
        return out

    def less(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        off = a - b
        off[..., 1] = (off[..., 1] + np.pi) % (2 * np.pi) - np.pi
        return off

    clock = time.process_time()
    for k, plots in enumerate(work.plots):
        cost = np.full((len(filters), len(plots) + len(filters)), 1e12)
        for row, made in enumerate(filters):
            if k:
                made.predict()
            matrix = jacobian(made.x)
            inverse = np.linalg.inv(matrix @ made.P @ matrix.T + made.R)
            off = less(plots, seen(made.x))
            squared = np.einsum("ij,jk,ik->i", off, inverse, off)
            cost[row, : len(plots)] = np.where(squared < GATE, squared, 1e12)
            cost[row, len(plots) + row] = GATE
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            if column < len(plots):
                filters[row].update(plots[column], jacobian, seen, residual=less)
    return time.process_time() - clock, np.array([made.x[:3] for made in filters])


def stone_soup_parts(work: Workload, site: Sensor):  # type: ignore[no-untyped-def]
    """Stone Soup's predictor, updater and associator of the same algorithm, and a maker of detections."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import ExtendedKalmanPredictor
    from stonesoup.types.detection import Detection
    from stonesoup.updater.kalman import ExtendedKalmanUpdater

    moves = CombinedLinearGaussianTransitionModel([ConstantVelocity(PSD)] * 3)
    sees = CartesianToElevationBearingRange(
        ndim_state=6, mapping=(0, 2, 4), noise_covar=np.diag([STD[2] ** 2, STD[1] ** 2, STD[0] ** 2]),
        translation_offset=site.site[0]["position_m"].reshape(3, 1),
    )  # fmt: skip
    predictor, updater = ExtendedKalmanPredictor(moves), ExtendedKalmanUpdater(sees)
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE**0.5)

    def detections(k: int) -> set:  # type: ignore[type-arg]
        from stonesoup.types.angle import Bearing, Elevation

        when = EPOCH + datetime.timedelta(seconds=PERIOD_S * k)
        return {
            Detection(np.array([[Elevation(e)], [Bearing(np.pi / 2 - a)], [r]]), timestamp=when, measurement_model=sees)
            for r, a, e in work.plots[k]
        }

    return predictor, updater, hypothesiser, GNNWith2DAssignment(hypothesiser), detections, sees


def with_stone_soup(work: Workload, begin: NDArray[np.float64], scans: int) -> float:
    """CPU seconds a scan of Stone Soup's GNN with 2-D assignment, over the first scans."""
    from stonesoup.types.state import GaussianState
    from stonesoup.types.track import Track

    _, updater, _, associator, detections, _ = stone_soup_parts(work, work.radars[0])
    order = [0, 3, 1, 4, 2, 5]
    tracks = {
        Track([GaussianState(state[order][:, None], START[np.ix_(order, order)], timestamp=EPOCH)]) for state in begin
    }
    seen = [detections(k) for k in range(1, scans + 1)]
    clock = time.process_time()
    for k, plots in enumerate(seen, start=1):
        when = EPOCH + datetime.timedelta(seconds=PERIOD_S * k)
        for track, hypothesis in associator.associate(tracks, plots, when).items():
            track.append(updater.update(hypothesis) if hypothesis else hypothesis.prediction)
    return (time.process_time() - clock) / scans


def stone_soup_full(work: Workload, scans: int) -> float:
    """CPU seconds a scan of Stone Soup's multi-target tracker with initiation by M of N and deletion, over the first scans."""
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.state import GaussianState

    parts = [stone_soup_parts(work, site) for site in work.radars[:3]]
    _, updater, _, associator, _, _ = parts[0]
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState(np.zeros((6, 1)), np.diag([0.0, 200.0**2] * 3)), measurement_model=None,
        deleter=UpdateTimeStepsDeleter(2), data_associator=associator, updater=updater, min_points=3,
    )  # fmt: skip
    seen = [
        (EPOCH + datetime.timedelta(seconds=PERIOD_S * k), parts[k % len(parts)][4](k)) for k in range(scans)
    ]
    tracker = MultiTargetTracker(
        initiator=initiator, deleter=UpdateTimeStepsDeleter(5), detector=seen, data_associator=associator, updater=updater
    )
    clock = time.process_time()
    for _ in tracker:
        pass
    return (time.process_time() - clock) / scans


def full(work: Workload) -> float:
    """CPU seconds a scan of the full tracker: initiation, three models, deletion."""
    scans = work.scans()
    models = [constant_velocity(PSD), constant_acceleration(1.0), coordinated_turn(1.0)]
    Tracker(models).run(scans[:2])
    clock = time.process_time()
    Tracker(models).run(scans)
    return (time.process_time() - clock) / len(scans)


def growth(sizes: tuple[int, ...], scans: int, rounds: int) -> list[float]:
    """CPU seconds a scan for so many scattered targets, with as many false plots in proportion, full tracker of one model."""
    spent = []
    for size in sizes:
        made = workload(7, size, scans, 0.4 * size).scans()
        best = np.inf
        for _ in range(rounds):
            tracker = Tracker(constant_velocity(PSD))
            clock = time.process_time()
            tracker.run(made)
            best = min(best, time.process_time() - clock)
        spent.append(best / scans)
    return spent


def exponent_beyond(sizes: tuple[int, ...], spent: list[float]) -> float:
    """The exponent of N in cost / (N log N) between the first and the last size; at most 0 where it grows no faster."""
    cost = [time_s / (size * log(size)) for size, time_s in zip(sizes, spent, strict=True)]
    return log(cost[-1] / cost[0]) / log(sizes[-1] / sizes[0])


def tracking(quick: bool) -> list[Line]:
    """The tracker on the workloads above: 50 targets beside filterpy with scipy and beside Stone Soup, the
    whole tracker beside Stone Soup's, and growth to 1,000 scattered targets.
    """
    work = workload(1, 50, 60 if quick else 200, 20.0)
    begin = starts(work, 1)
    ours(work, begin)
    rounds = 2 if quick else 5
    mine, theirs = least(rounds, lambda: ours(work, begin)[0], lambda: with_filterpy(work, begin)[0])
    scans = len(work.plots)
    soup = with_stone_soup(work, begin, 2 if quick else 5) * scans
    truth = work.truth[-1, :, :3]
    off = [
        float(np.sqrt(((found(work, begin)[1] - truth) ** 2).sum(axis=1).mean()))
        for found in (ours, with_filterpy)
    ]
    three = workload(2, 50, 60, 20.0, 3)
    whole, whole_soup = full(three), stone_soup_full(three, 6 if quick else 12)
    sizes = (50, 100, 200, 400, 1000)
    spent = growth(sizes, 20 if quick else 50, rounds)
    beyond = exponent_beyond(sizes, spent)
    updates = 50 * scans
    note = f"{updates / mine:,.0f} updates/s against {updates / theirs:,.0f}"
    each = ", ".join(f"{size}: {1e3 * time_s:.2f} ms" for size, time_s in zip(sizes, spent, strict=True))
    return [
        Line("A50: times filterpy with scipy's assignment", theirs / mine, "x", "at least 150", theirs >= 150 * mine, note),
        Line(
            "A50: times Stone Soup's GNN with 2-D assignment", soup / mine, "x", "at least 5,000", soup >= 5000 * mine,
            f"{updates / soup:,.0f} updates/s",
        ),
        Line(
            "A50: last RMS against filterpy's", off[0] / off[1], "", "at most 1.02", off[0] <= 1.02 * off[1],
            f"{off[0]:.3f} m and {off[1]:.3f} m",
        ),
        Line(
            "whole tracker, three models, against Stone Soup's with one", whole_soup / whole, "x", "at least 500",
            whole_soup >= 500 * whole, f"{1e3 * whole:.2f} ms a scan against {1e3 * whole_soup:.0f} ms",
        ),
        Line("scattered targets: exponent beyond N log N", beyond, "", "at most 0", beyond <= 0.0, f"a scan, {each}"),
    ]  # fmt: skip
