"""The same plots through Stone Soup: the same estimates where the algorithm is the same, no worse a picture where it is not."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import numpy as np
import pytest
from stonesoup.dataassociator.probability import JPDA
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
from stonesoup.models.transition.linear import LinearGaussianTimeInvariantTransitionModel
from stonesoup.predictor.kalman import UnscentedKalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
from stonesoup.types.array import StateVector, StateVectors
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState, State
from stonesoup.updater.kalman import ExtendedKalmanUpdater, UnscentedKalmanUpdater

from buckler.tracking import Estimate, Predictor, Tracker, Updater, constant_velocity
from buckler.tracking.metrics import gospa

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.tracks import EPOCH, PERIOD_S, PSD, ours, starts, stone_soup_parts, with_filterpy, workload


class Exact(CartesianToElevationBearingRange):  # type: ignore[misc]
    """Stone Soup's measurement, with its Jacobian written out (its own is by differences, to about 1e-6) and angles as plain
    numbers (its own average round the circle, which is another transform in the third order)."""

    def _seen(self, states: np.ndarray) -> np.ndarray:
        x, y, z = (np.asarray(states, float)[k] for k in self.mapping)
        r = np.sqrt(x * x + y * y + z * z)
        return np.array([np.arcsin(z / r), np.arctan2(y, x), r])

    def function(self, state: State, noise: bool = False, **kwargs: object) -> StateVector:
        seen = self._seen(state.state_vector)
        return (StateVectors if seen.shape[1] > 1 else StateVector)(seen)

    def jacobian(self, state: State, **kwargs: object) -> np.ndarray:
        x, y, z = (float(state.state_vector[k, 0]) for k in self.mapping)
        g2 = x * x + y * y
        r2, g = g2 + z * z, np.sqrt(g2)
        out, places = np.zeros((3, 6)), list(self.mapping)
        out[0, places] = -x * z / (r2 * g), -y * z / (r2 * g), g / r2
        out[1, places] = -y / g2, x / g2, 0.0
        out[2, places] = np.array([x, y, z]) / np.sqrt(r2)
        return out



@pytest.mark.parametrize("unscented", [False, True], ids=["extended", "unscented"])
def test_one_target_has_the_same_estimates(unscented: bool) -> None:
    work = workload(3, 1, 40, 0.0)
    site = work.radars[0]
    begin = Estimate(starts(work, 3)[0], np.diag([200.0**2] * 3 + [30.0**2] * 3))
    predictor, *_, sees = stone_soup_parts(work, site)
    options = {"alpha": 0.5, "beta": 2.0, "kappa": -3.0}  # Stone Soup's: kappa = 3 - n
    # Stone Soup interleaves position and velocity; the unscented points depend on the order of a state.
    order, mapping, t = [0, 3, 1, 4, 2, 5], (0, 2, 4), PERIOD_S
    if unscented:
        order, mapping = list(range(6)), (0, 1, 2)
    sees = Exact(ndim_state=6, mapping=mapping, noise_covar=sees.noise_covar)
    if unscented:
        moves = LinearGaussianTimeInvariantTransitionModel(
            transition_matrix=np.kron([[1, t], [0, 1]], np.eye(3)),
            covariance_matrix=PSD * np.kron([[t**3 / 3, t**2 / 2], [t**2 / 2, t]], np.eye(3)),
        )
        predictor, updater = UnscentedKalmanPredictor(moves, **options), UnscentedKalmanUpdater(sees, **options)
    else:
        updater = ExtendedKalmanUpdater(sees)
    mine, theirs = begin, GaussianState(begin.mean[order][:, None], begin.covariance[np.ix_(order, order)], timestamp=EPOCH)
    model = Predictor(constant_velocity(PSD), unscented, **options)
    for k in range(1, 40):
        mine = model.predict(mine, PERIOD_S * k)
        theirs = predictor.predict(theirs, timestamp=EPOCH + datetime.timedelta(seconds=PERIOD_S * k))
        if len(work.plots[k]):
            r, azimuth, elevation = work.plots[k][0]
            seen = np.array([[elevation], [np.arctan2(np.cos(azimuth), np.sin(azimuth))], [r]])
            plot = Detection(seen, measurement_model=sees, timestamp=theirs.timestamp)
            mine = Updater(site, unscented, **options).update(mine, work.plots[k][0])
            theirs = updater.update(SingleHypothesis(theirs, plot))
        assert mine.mean[order] == pytest.approx(np.asarray(theirs.mean, float)[:, 0], rel=1e-6, abs=1e-6)
        assert mine.covariance[np.ix_(order, order)] == pytest.approx(np.asarray(theirs.covar, float), rel=1e-6, abs=1e-5)


def test_fifty_targets_in_clutter_end_where_filterpy_and_scipy_put_them() -> None:
    work = workload(1, 20, 25, 20.0)
    begin = starts(work, 1)
    assert ours(work, begin)[1] == pytest.approx(with_filterpy(work, begin)[1], abs=1e-6)


@pytest.mark.parametrize("association", ["gnn", "jpda"])
def test_the_whole_picture_is_at_most_five_per_cent_worse(association: str) -> None:
    work = workload(5, 6, 25, 4.0)
    predictor, updater, _, associator, detections, _ = stone_soup_parts(work, work.radars[0])
    if association == "jpda":
        density = 4.0 / ((1.5 * 8e4 * (6 / 50) ** 0.5 - 2e3) * 2 * np.pi * 0.35)
        joint = JPDA(PDAHypothesiser(predictor, updater, density, prob_detect=0.9, prob_gate=0.999))
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState(np.zeros((6, 1)), np.diag([0.0, 200.0**2] * 3)), measurement_model=None,
        deleter=UpdateTimeStepsDeleter(2), data_associator=associator, updater=updater, min_points=3,
    )  # fmt: skip
    tracker = (MultiTargetMixtureTracker if association == "jpda" else MultiTargetTracker)(
        initiator=initiator,
        deleter=UpdateTimeStepsDeleter(5),
        detector=[(EPOCH + datetime.timedelta(seconds=PERIOD_S * k), detections(k)) for k in range(len(work.plots))],
        data_associator=joint if association == "jpda" else associator,
        updater=updater,
    )
    theirs = [
        gospa(truth[:, :3], np.array([track.state_vector[[0, 2, 4], 0] for track in tracks], float).reshape(-1, 3), 1500, 2)
        for truth, (_, tracks) in zip(work.truth, tracker, strict=True)
    ]
    mine = []
    history = Tracker(constant_velocity(PSD), association=association).run(work.scans())  # type: ignore[arg-type]
    for k, truth in enumerate(work.truth):
        seen = history.confirmed[history.confirmed["scan"] == k]["position_m"]
        mine.append(gospa(truth[:, :3], seen, 1500, 2))
    assert np.mean([g.distance for g in mine]) <= 1.05 * np.mean([g.distance for g in theirs])
