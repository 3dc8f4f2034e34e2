"""An estimate, and the field's roles that carry it on: predictor and updater; and linear filters of any size.

Equations are those of `kalman`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from buckler.errors import InputError
from buckler.tracking import models
from buckler.tracking.kalman import innovate, update
from buckler.tracking.measuring import COMPONENTS, PLOT, Sensor, measure
from buckler.tracking.models import MotionModel, models_array
from buckler.tracking.unscented import unscented_predict, unscented_update

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Estimate:
    """A state at a time: position, velocity and, with nine numbers, acceleration (m, m/s, m/s^2), with its covariance."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    time_s: float = 0.0
    nis: float = float("nan")
    """nu^T S^-1 nu of the update that made it."""

    def __post_init__(self) -> None:
        mean, covariance = np.array(self.mean, np.float64), np.array(self.covariance, np.float64)
        if mean.shape not in ((6,), (9,)) or covariance.shape != mean.shape * 2:
            raise InputError(f"a state of shape {mean.shape} with {covariance.shape}; give 6 or 9 numbers and their square")
        if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
            raise InputError("a state or its covariance holds a value that is not a finite number")
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "covariance", covariance)


@dataclass(frozen=True)
class Predictor:
    """Carries an estimate to a later time by a motion model: extended, or unscented."""

    model: MotionModel
    unscented: bool = False
    alpha: float = 0.5
    beta: float = 2.0
    kappa: float = 0.0

    def predict(self, estimate: Estimate, time_s: float) -> Estimate:
        """The estimate at `time_s`."""
        if not time_s >= estimate.time_s:
            raise InputError(f"time goes backwards, from {estimate.time_s!r} s to {time_s!r} s; sort the measurements by time")
        if len(estimate.mean) < self.model.dimension:
            raise InputError("the model turns or accelerates: give a state of nine numbers, with acceleration")
        x, P = estimate.mean.copy(), estimate.covariance.copy()
        record = models_array([self.model])[0]
        if self.unscented:
            if not unscented_predict(record, x, P, time_s - estimate.time_s, self.alpha, self.beta, self.kappa):
                raise InputError("the covariance is not positive; give a symmetric matrix with positive eigenvalues")
        else:
            models.predict(record, x, P, time_s - estimate.time_s, np.empty((9, 9)))
        return Estimate(x, P, time_s)


@dataclass(frozen=True)
class Updater:
    """Takes in one plot of a sensor: extended (sequential, Joseph), or unscented."""

    sensor: Sensor
    unscented: bool = False
    alpha: float = 0.5
    beta: float = 2.0
    kappa: float = 0.0

    def update(self, estimate: Estimate, value: ArrayLike) -> Estimate:
        """The estimate after `value` (m, rad, rad, m/s; as many as the sensor measures) at the estimate's time."""
        given = np.array(value, np.float64)
        if given.ndim != 1 or not len(given) <= COMPONENTS or not np.isfinite(given).all():
            raise InputError(f"a plot is {value!r}; give up to four finite numbers: m, rad, rad, m/s")
        plot = np.zeros(1, PLOT)[0]
        plot["value"][: len(given)] = given
        plot["noise_std"] = self.sensor.std
        plot["noise_std"][len(given) :] = np.inf
        x, P, site = estimate.mean.copy(), estimate.covariance.copy(), self.sensor.site[0]
        if self.unscented:
            nis, _, used = unscented_update(site, plot, x, P, 0.0, self.alpha, self.beta, self.kappa)
            if used < 0:
                raise InputError("the covariance is not positive; give a symmetric matrix with positive eigenvalues")
        else:
            z, H, nu = np.empty(COMPONENTS), np.empty((COMPONENTS, 6)), np.empty(COMPONENTS)
            level = measure(site, x, 0.0, z, H)
            innovate(site, plot, level, z, nu)
            nis, _, _ = update(x, P, H, 6, nu, plot, np.empty((9, 9)))
        return Estimate(x, P, estimate.time_s, nis)


# --- linear filters of any size, one or many ----------------------------------------------------------------------------


def linear_predict(
    x: ArrayLike, P: ArrayLike, F: ArrayLike, Q: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Equation (1) for any linear model; leading dimensions are many filters at once: x (..., n), P (..., n, n)."""
    mean, covariance, transition, noise = (np.asarray(given, np.float64) for given in (x, P, F, Q))
    moved = transition @ covariance @ np.swapaxes(transition, -1, -2) + noise
    return (transition @ mean[..., None])[..., 0], _symmetric(moved)


def linear_update(
    x: ArrayLike, P: ArrayLike, z: ArrayLike, H: ArrayLike, R: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Equation (2) for any linear measurement; also nu^T S^-1 nu. Leading dimensions are many filters at once."""
    mean, covariance, measured, matrix, noise = (np.asarray(given, np.float64) for given in (x, P, z, H, R))
    if not np.isfinite(measured).all():
        raise InputError("z holds a value that is not a finite number; leave the measurement out")
    cross = covariance @ np.swapaxes(matrix, -1, -2)
    S = matrix @ cross + noise
    try:
        np.linalg.cholesky(S)
    except np.linalg.LinAlgError:
        raise InputError("the noise R is singular (or not symmetric and positive); give each component a variance") from None
    nu = (measured - (matrix @ mean[..., None])[..., 0])[..., None]
    gain = np.swapaxes(np.linalg.solve(S, np.swapaxes(cross, -1, -2)), -1, -2)
    left = np.eye(mean.shape[-1]) - gain @ matrix
    updated = left @ covariance @ np.swapaxes(left, -1, -2) + gain @ noise @ np.swapaxes(gain, -1, -2)
    squared = np.swapaxes(nu, -1, -2) @ np.linalg.solve(S, nu)
    return mean + (gain @ nu)[..., 0], _symmetric(updated), squared[..., 0, 0]


def _symmetric(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    half: NDArray[np.float64] = 0.5 * (matrix + np.swapaxes(matrix, -1, -2))
    return half
