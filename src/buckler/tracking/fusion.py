"""One picture from many: covariance intersection, tracks of several posts put together, and registration of sensors.

Central measurement fusion is `Tracker` itself: scans of every radar in the order of their times. What arrives as tracks has been
filtered before; two tracks of one target share its process noise and perhaps its plots, to a degree that nobody knows. For those

(1)  covariance intersection: P^-1 = w A^-1 + (1 - w) B^-1, P^-1 x = w A^-1 a + (1 - w) B^-1 b, 0 <= w <= 1 of least trace of P
     (Julier and Uhlmann 1997, doi:10.1109/ACC.1997.609105): consistent whatever the correlation
(2)  two tracks are one target where (a - b)^T (A + B)^-1 (a - b) is within the gate: Bar-Shalom and Li,
     Multitarget-Multisensor Tracking (1995), section 8.3, cross-covariance neglected (the test then forgives more)
(3)  registration: biases b of range, azimuth and elevation of each sensor that make pairs of plots of one target meet:
     weighted least squares of p1(z1 - b1) - p2(z2 - b2) with a prior spread of the biases, relinearised until it stands
     (Dana 1990, in Bar-Shalom, ed., Multitarget-Multisensor Tracking: Advanced Applications, chapter 5)

Limits of (3): what all sensors have in common cannot be seen; plots of a pair are of one moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buckler.errors import InputError
from buckler.tracking.estimate import Estimate, Predictor
from buckler.tracking.measuring import PLOT, POLAR, Sensor, place
from buckler.tracking.metrics import gate_threshold
from buckler.tracking.models import MotionModel

_GOLDEN = 0.5 * (5.0**0.5 - 1.0)


def covariance_intersection(a: Estimate, b: Estimate) -> Estimate:
    """Equation (1), of two estimates of one time and size; the weight by golden section."""
    if a.time_s != b.time_s or a.mean.shape != b.mean.shape:
        raise InputError("covariance intersection takes two estimates of one time and one size; predict one to the other")
    one, other = np.linalg.inv(a.covariance), np.linalg.inv(b.covariance)

    def trace(w: float) -> float:
        return float(np.trace(np.linalg.inv(w * one + (1.0 - w) * other)))

    low, high = 0.0, 1.0
    for _ in range(40):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if trace(left) < trace(right):
            high = right
        else:
            low = left
    weight = min((0.0, 0.5 * (low + high), 1.0), key=trace)
    covariance = np.linalg.inv(weight * one + (1.0 - weight) * other)
    mean = covariance @ (weight * one @ a.mean + (1.0 - weight) * other @ b.mean)
    return Estimate(mean, 0.5 * (covariance + covariance.T), a.time_s)


def one_target(a: Estimate, b: Estimate, gate_probability: float = 0.999) -> bool:
    """Equation (2), on position and velocity."""
    off = a.mean[:6] - b.mean[:6]
    spread = a.covariance[:6, :6] + b.covariance[:6, :6]
    return bool(off @ np.linalg.solve(spread, off) <= _gate(gate_probability))


def _gate(probability: float) -> float:
    """The threshold for six numbers (chi-square; `gate_threshold` counts components alike)."""
    return gate_threshold(6, probability)


@dataclass
class SystemTrack:
    """A track of the common picture."""

    number: int
    estimate: Estimate
    sources: dict[str, int]
    """By post, the number of its track that feeds this one."""


@dataclass
class TrackFusion:
    """Tracks of several posts into one picture: duplicates recognised, numbers that survive a post's loss.

    `update` takes what arrived: by post, track numbers and estimates of their own times, old ones as they come (a link's delay),
    or nothing (its loss). Each is predicted to the time of the picture. A post's track stays with the system track that it fed
    as long as equation (2) holds.
    """

    model: MotionModel
    gate_probability: float = 0.999
    forget_after_s: float = 60.0
    tracks: list[SystemTrack] = field(default_factory=list)
    _next: int = 1
    _latest: dict[tuple[str, int], Estimate] = field(default_factory=dict)

    def update(self, time_s: float, arrived: Mapping[str, Sequence[tuple[int, Estimate]]]) -> list[SystemTrack]:
        """The picture at `time_s` after what arrived."""
        for post, reports in arrived.items():
            for number, estimate in reports:
                if estimate.time_s > time_s:
                    raise InputError(
                        f"post {post!r} reports track {number} at {estimate.time_s!r} s, after the picture's {time_s!r} s; "
                        "update the picture no earlier than its reports"
                    )
                known = self._latest.get((post, number))
                if known is None or estimate.time_s >= known.time_s:  # an older one that comes later says nothing new
                    self._latest[post, number] = estimate
        self._latest = {k: e for k, e in self._latest.items() if time_s - e.time_s <= self.forget_after_s}
        predictor = Predictor(self.model)
        now = {key: predictor.predict(estimate, time_s) for key, estimate in self._latest.items()}
        owned: dict[int, list[tuple[str, int]]] = {track.number: [] for track in self.tracks}
        loose = []
        for key, estimate in sorted(now.items()):
            owner = next((t for t in self.tracks if t.sources.get(key[0]) == key[1]), None)
            fellows = [now[other] for other in owned.get(owner.number, [])] if owner else []
            if owner and all(one_target(estimate, fellow, self.gate_probability) for fellow in fellows):
                owned[owner.number].append(key)
            else:
                loose.append(key)
        for key in loose:
            best, least = None, _gate(self.gate_probability)
            for number, keys in owned.items():
                if not keys or any(other[0] == key[0] for other in keys):
                    continue  # one post does not see one target twice
                off = now[key].mean[:6] - now[keys[0]].mean[:6]
                spread = now[key].covariance[:6, :6] + now[keys[0]].covariance[:6, :6]
                squared = float(off @ np.linalg.solve(spread, off))
                if squared <= least:
                    best, least = number, squared
            if best is None:
                best, self._next = self._next, self._next + 1
                owned[best] = []
            owned[best].append(key)
        self.tracks = []
        for number, keys in owned.items():
            if keys:
                fused = now[keys[0]]
                for key in keys[1:]:
                    fused = covariance_intersection(fused, now[key])
                self.tracks.append(SystemTrack(number, fused, dict(keys)))
        return self.tracks


@dataclass(frozen=True)
class Registration:
    """Biases of sensors, [sensor, 3]: range in m, azimuth and elevation in rad, and their standard deviations."""

    bias: NDArray[np.float64]
    std: NDArray[np.float64]


def register(
    sensors: Sequence[Sensor],
    pairs: Sequence[tuple[int, ArrayLike, int, ArrayLike]],
    prior_std: ArrayLike = (500.0, 0.02, 0.02),
) -> Registration:
    """Equation (3). A pair is (sensor, its plot, other sensor, its plot), plots in m, rad, rad; `prior_std` of the biases."""
    if len(pairs) == 0:
        raise InputError("no pairs of plots; registration needs targets that two sensors see at one moment")
    bias = np.zeros((len(sensors), 3))
    prior = np.broadcast_to(np.array(prior_std, np.float64), bias.shape).ravel()
    given = [(i, np.array(a, np.float64), j, np.array(b, np.float64)) for i, a, j, b in pairs]
    for i, a, j, b in given:
        if i == j or a.shape != (3,) or b.shape != (3,) or not (np.isfinite(a).all() and np.isfinite(b).all()):
            raise InputError("a pair is two plots of three finite numbers (m, rad, rad) of two different sensors")
    covariance: NDArray[np.float64] = np.diag(prior**2)
    for _ in range(8):
        information, right = np.diag(prior**-2.0), -bias.ravel() / prior**2
        for i, a, j, b in given:
            p, R, J = _placed(sensors[i], a - bias[i])
            q, S, K = _placed(sensors[j], b - bias[j])
            rows = np.zeros((3, bias.size))
            rows[:, 3 * i : 3 * i + 3], rows[:, 3 * j : 3 * j + 3] = J, -K  # d(p - q) = -J db_i + K db_j
            weight = np.linalg.inv(R + S)
            information += rows.T @ weight @ rows
            right += rows.T @ weight @ (p - q)
        covariance = np.asarray(np.linalg.inv(information), np.float64)
        step = (covariance @ right).reshape(bias.shape)
        bias = bias + step
        if np.abs(step).max() < 1e-9:
            break
    return Registration(bias, np.sqrt(np.diag(covariance)).reshape(bias.shape))


def _placed(sensor: Sensor, value: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The position of a plot, its covariance, and the derivative of the one by the other."""
    site = sensor.site[0]
    if site["kind"] != POLAR or not np.isfinite(sensor.std[2]):
        raise InputError(f"sensor {sensor.name!r}: registration needs range, azimuth and elevation")
    plot, R, work = np.zeros(1, PLOT)[0], np.empty((3, 3)), np.empty((9, 9))
    plot["value"][:3], plot["noise_std"] = value, sensor.std
    p = np.empty(3)
    place(site, plot, p, R, work)
    J = np.empty((3, 3))
    for k, step in enumerate((1.0, 1e-6, 1e-6)):
        sides = []
        for sign in (1.0, -1.0):
            plot["value"][:3] = value
            plot["value"][k] += sign * step
            at = np.empty(3)
            place(site, plot, at, np.empty((3, 3)), work)
            sides.append(at)
        J[:, k] = (sides[0] - sides[1]) / (2.0 * step)
    return p, R, J
