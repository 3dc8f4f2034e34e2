"""A bank of tracks in arrays, and what happens to one track: birth, prediction, update, over one motion model or several.

Several models run as an interacting multiple model filter (Blom and Bar-Shalom 1988, doi:10.1109/9.1299; BLK 11.6.6):

(1)  mixing: c_j = sum_i p_ij mu_i, mu_i|j = p_ij mu_i / c_j, and each model starts from the mixture of all with mu_i|j
(2)  each model predicts and takes in the plot, with likelihood L_j
(3)  mu_j = L_j c_j / sum_k L_k c_k; the output is the mixture with mu_j

The chance of changing model grows with the time between plots: p_jj = exp(-T / sojourn), the rest shared evenly.
Mixtures are moment-matched (BLK 1.4.16-10).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.tracking import kalman, models
from buckler.tracking.measuring import COMPONENTS, measure, place

FREE: Final = 0
TENTATIVE: Final = 1
CONFIRMED: Final = 2

NO_NEW: Final = 0
ONE_POINT: Final = 1
TWO_POINT: Final = 2

TOO_FAST: Final = 0
VAGUE: Final = 1
DIFFERENCED: Final = 2

TRACK: Final = np.dtype(
    (
        np.record,
        [
            ("number", "i8"),  # its track number, for good
            ("status", "i4"),  # FREE, TENTATIVE or CONFIRMED
            ("time_s", "f8"),  # s: the time of its state
            ("born_s", "f8"),  # s: the first plot
            ("updated_s", "f8"),  # s: the end of the scan of the last plot
            ("hits", "i4"),  # plots taken in
            ("looks", "i4"),  # scans since birth that should have shown it, or did
            ("window", "u8"),  # one bit a look, the latest lowest: 1 where there was a plot
            ("misses", "i4"),  # looks since the last plot
            ("plot", "i4"),  # the plot of this scan, -1 for none
            ("nis", "f8"),  # nu^T S^-1 nu of the last plot
        ],
    )
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Bank(Bundle):
    """All tracks; one row a track, and room for what a scan needs."""

    tracks: NDArray[np.void]  # TRACK
    active: NDArray[np.int64]  # rows in use, in the order of birth
    free: NDArray[np.int64]  # rows not in use, the last one first
    counts: NDArray[np.int64]  # active, free, next number
    x: NDArray[np.float64]  # [track, model, n]
    P: NDArray[np.float64]  # [track, model, n, n]
    mu: NDArray[np.float64]  # [track, model]
    mean: NDArray[np.float64]  # [track, n]: the mixture
    covariance: NDArray[np.float64]  # [track, n, n]
    birth: NDArray[np.float64]  # [track, 3, 3]: covariance of the first position
    work: NDArray[np.float64]  # (9, 9)
    spare_x: NDArray[np.float64]  # [model, n]
    spare_P: NDArray[np.float64]  # [model, n, n]


ACTIVE: Final = 0
UNUSED: Final = 1
NEXT_NUMBER: Final = 2


@dataclass(frozen=True, eq=False)
class Rules(Bundle):
    """The tracker's settings as the kernels take them."""

    models: NDArray[np.void]  # models.MODEL
    sojourn_s: NDArray[np.float64]  # s, mean time in each model
    gate: NDArray[np.float64]  # threshold on nu^T S^-1 nu by number of components
    gate_probability: float  # P_G
    joint: int  # 1: joint probabilities where confirmed tracks share plots
    initiation: int  # NO_NEW, ONE_POINT, or TWO_POINT: the second plot makes the velocity by differencing
    hits: int  # M
    looks: int  # N of M-of-N
    misses: int  # a confirmed track without this many plots in a row goes
    silence_s: float  # or without a plot for this long
    position_std_m: float  # or less certain than this
    speed_std_mps: float  # of a new track's velocity, each axis
    maximum_speed_mps: float  # no track moves faster
    acceleration_std_mps2: float  # of a new track's acceleration, each axis


def make_bank(capacity: int, model_count: int, dimension: int) -> Bank:
    """Room for `capacity` tracks. With one model its state is the output: one piece of memory."""
    n, k = dimension, model_count
    x, P = np.zeros((capacity, k, n)), np.zeros((capacity, k, n, n))
    return Bank(
        tracks=np.zeros(capacity, TRACK),
        active=np.zeros(capacity, np.int64),
        free=np.arange(capacity - 1, -1, -1, dtype=np.int64),
        counts=np.array([0, capacity, 1, 0], np.int64),
        x=x,
        P=P,
        mu=np.zeros((capacity, k)),
        mean=x[:, 0] if k == 1 else np.zeros((capacity, n)),
        covariance=P[:, 0] if k == 1 else np.zeros((capacity, n, n)),
        birth=np.zeros((capacity, 3, 3)),
        work=np.zeros((9, 9)),
        spare_x=np.zeros((k, n)),
        spare_P=np.zeros((k, n, n)),
    )


def grown(bank: Bank, capacity: int) -> Bank:
    """The same tracks with more room."""
    old = len(bank.tracks)
    new = make_bank(capacity, bank.x.shape[1], bank.x.shape[2])
    for name in ("tracks", "active", "x", "P", "mu", "mean", "covariance", "birth"):
        getattr(new, name)[:old] = getattr(bank, name)
    unused = int(bank.counts[UNUSED])
    added = capacity - old
    new.free[:added] = np.arange(capacity - 1, old - 1, -1)
    new.free[added : added + unused] = bank.free[:unused]
    new.counts[:] = bank.counts
    new.counts[UNUSED] = added + unused
    return new


# --- mixtures ---------------------------------------------------------------------------------------------------------


@borrowing_kernel
def merge(
    weights: NDArray[np.float64],
    x: NDArray[np.float64],
    P: NDArray[np.float64],
    mean: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> None:
    """The moment-matched mixture of the states in rows: mean (n,), covariance (n, n)."""
    count, n = x.shape
    for a in range(n):
        total = 0.0
        for k in range(count):
            total += weights[k] * x[k, a]
        mean[a] = total
    for a in range(n):
        for b in range(a, n):
            total = 0.0
            for k in range(count):
                total += weights[k] * (P[k, a, b] + (x[k, a] - mean[a]) * (x[k, b] - mean[b]))
            covariance[a, b] = total
            covariance[b, a] = total


@borrowing_kernel
def _mix(
    rules_sojourn_s: NDArray[np.float64],
    mu: NDArray[np.float64],
    x: NDArray[np.float64],
    P: NDArray[np.float64],
    time_s: float,
    spare_x: NDArray[np.float64],
    spare_P: NDArray[np.float64],
    work: NDArray[np.float64],
) -> None:
    """Equation (1), in place; mu becomes c."""
    count, n = x.shape
    for j in range(count):
        c = 0.0
        for i in range(count):
            stay = exp(-time_s / rules_sojourn_s[i])
            work[j, i] = mu[i] * (stay if i == j else (1.0 - stay) / (count - 1))
            c += work[j, i]
        for i in range(count):
            work[j, i] = work[j, i] / c if c > 0.0 else 0.0
        work[8, j] = c
        merge(work[j, :count], x, P, spare_x[j], spare_P[j])
    for j in range(count):
        mu[j] = work[8, j]
        for a in range(n):
            x[j, a] = spare_x[j, a]
            for b in range(n):
                P[j, a, b] = spare_P[j, a, b]


# --- one track --------------------------------------------------------------------------------------------------------


@borrowing_kernel
def settle(
    mu: NDArray[np.float64],
    x: NDArray[np.float64],
    P: NDArray[np.float64],
    mean: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> None:
    """Make the output of a track from its models; one model's state is the output."""
    if len(x) > 1:
        merge(mu, x, P, mean, covariance)


@borrowing_kernel
def advance(bank: Bank, rules: Rules, t: int, time_s: float) -> None:
    """Predict track `t` to `time_s` under every model."""
    step = time_s - bank.tracks[t].time_s
    if step == 0.0:
        return
    if len(rules.models) > 1:
        _mix(rules.sojourn_s, bank.mu[t], bank.x[t], bank.P[t], step, bank.spare_x, bank.spare_P, bank.work)
    for j in range(len(rules.models)):
        models.predict(rules.models[j], bank.x[t, j], bank.P[t, j], step, bank.work)
    settle(bank.mu[t], bank.x[t], bank.P[t], bank.mean[t], bank.covariance[t])
    bank.tracks[t].time_s = time_s


@borrowing_kernel
def absorb(
    bank: Bank,
    rules: Rules,
    t: int,
    site: Any,
    plot: Any,
    z: NDArray[np.float64],
    H: NDArray[np.float64],
    nu: NDArray[np.float64],
    width: int,
) -> float:
    """Take the plot into track `t`; returns nu^T S^-1 nu of the mixture's weights."""
    lag = plot.time_s - bank.tracks[t].time_s
    if len(rules.models) == 1 and bank.mean.shape[1] == 6 and width == 3:
        level = measure(site, bank.mean[t], lag, z, H)
        kalman.innovate(site, plot, level, z, nu)
        return kalman.update_six(bank.mean[t], bank.covariance[t], H, nu, plot)
    total = 0.0
    squared = 0.0
    least = np.inf
    count = len(rules.models)
    for j in range(count):
        level = measure(site, bank.x[t, j], lag, z, H)
        kalman.innovate(site, plot, level, z, nu)
        d2, log_det, _ = kalman.update(bank.x[t, j], bank.P[t, j], H, width, nu, plot, bank.work)
        squared += bank.mu[t, j] * d2
        bank.work[8, j] = 0.5 * (d2 + log_det)
        least = min(least, bank.work[8, j])
    if count > 1:
        for j in range(count):
            bank.mu[t, j] *= exp(least - bank.work[8, j])
            total += bank.mu[t, j]
        for j in range(count):
            # No model is ever ruled out for good.
            bank.mu[t, j] = max(bank.mu[t, j] / total, 1.0e-9)
    settle(bank.mu[t], bank.x[t], bank.P[t], bank.mean[t], bank.covariance[t])
    return squared


@borrowing_kernel
def set_state(bank: Bank, rules: Rules, t: int) -> None:
    """Give every model of track `t` the state in its output, and even chances."""
    n = bank.mean.shape[1]
    if len(rules.models) == 1:
        bank.mu[t, 0] = 1.0
        return
    for j in range(len(rules.models)):
        bank.mu[t, j] = 1.0 / len(rules.models)
        for a in range(n):
            bank.x[t, j, a] = bank.mean[t, a]
            for b in range(n):
                bank.P[t, j, a, b] = bank.covariance[t, a, b]


@borrowing_kernel
def difference(bank: Bank, rules: Rules, t: int, site: Any, plot: Any, scan_s: float) -> int:
    """Two-point differencing: the state of a track of one plot by its second.

    Position p2, velocity (p2 - p1)/T, covariance [R2 R2/T; R2/T (R1 + R2)/T^2] (BLK 5.5.3-2 to -4), then to `scan_s`.
    Returns DIFFERENCED; TOO_FAST where that is no target; VAGUE where the velocity would be known worse than it was
    assumed at birth (plots close in time, or without elevation): the filter then does better.
    """
    step = plot.time_s - bank.tracks[t].born_s
    if step <= 0.0:
        return VAGUE
    place(site, plot, bank.spare_x[0, :3], bank.spare_P[0, :3, :3], bank.work)
    squared = 0.0
    for a in range(3):
        # A new track stands still: its position has not moved since its first plot.
        squared += (bank.spare_x[0, a] - bank.mean[t, a]) ** 2
    slack = 0.0
    for a in range(3):
        slack += bank.spare_P[0, a, a] + bank.birth[t, a, a]
    if squared > (rules.maximum_speed_mps * step + 3.0 * slack**0.5) ** 2:
        return TOO_FAST
    if slack > 3.0 * (rules.speed_std_mps * step) ** 2:
        return VAGUE
    lag = scan_s - plot.time_s
    n = bank.mean.shape[1]
    for a in range(n):
        for b in range(n):
            bank.covariance[t, a, b] = 0.0
    for a in range(3):
        velocity = (bank.spare_x[0, a] - bank.mean[t, a]) / step
        bank.mean[t, a + 3] = velocity
        bank.mean[t, a] = bank.spare_x[0, a] + lag * velocity
        for b in range(3):
            r2 = bank.spare_P[0, a, b]
            vv = (r2 + bank.birth[t, a, b]) / (step * step)
            pv = r2 / step
            bank.covariance[t, a, b] = r2 + lag * (2.0 * pv + lag * vv)
            bank.covariance[t, a, b + 3] = pv + lag * vv
            bank.covariance[t, a + 3, b] = pv + lag * vv
            bank.covariance[t, a + 3, b + 3] = vv
    for a in range(6, n):
        bank.mean[t, a] = 0.0
        bank.covariance[t, a, a] = rules.acceleration_std_mps2**2
    set_state(bank, rules, t)
    return DIFFERENCED


@borrowing_kernel
def enlist(bank: Bank, first_s: float, scan_s: float) -> int:
    """A free row becomes a tentative track, without a state yet; the row."""
    bank.counts[UNUSED] -= 1
    t = bank.free[bank.counts[UNUSED]]
    bank.active[bank.counts[ACTIVE]] = t
    bank.counts[ACTIVE] += 1
    track = bank.tracks[t]
    track.number = bank.counts[NEXT_NUMBER]
    bank.counts[NEXT_NUMBER] += 1
    track.status = TENTATIVE
    track.time_s = scan_s
    track.born_s = first_s
    track.updated_s = scan_s
    track.hits = 1
    track.looks = 1
    track.window = 1
    track.misses = 0
    track.plot = -1
    track.nis = np.nan
    return int(t)


@borrowing_kernel
def drop(bank: Bank, t: int) -> None:
    """The row of track `t` is free again; who calls it takes it from the active ones."""
    bank.tracks[t].status = FREE
    bank.free[bank.counts[UNUSED]] = t
    bank.counts[UNUSED] += 1


@borrowing_kernel
def begin(
    bank: Bank,
    rules: Rules,
    site: Any,
    plot: Any,
    scan_s: float,
    z: NDArray[np.float64],
    H: NDArray[np.float64],
    nu: NDArray[np.float64],
) -> int:
    """A new tentative track at a plot: at rest, with the velocity of `speed_std_mps` each axis; its row."""
    t = enlist(bank, plot.time_s, scan_s)
    n = bank.mean.shape[1]
    for a in range(n):
        bank.mean[t, a] = 0.0
        for b in range(n):
            bank.covariance[t, a, b] = 0.0
    place(site, plot, bank.mean[t, :3], bank.birth[t], bank.work)
    lag = scan_s - plot.time_s
    for a in range(3):
        for b in range(3):
            bank.covariance[t, a, b] = bank.birth[t, a, b]
        variance = rules.speed_std_mps**2
        bank.covariance[t, a, a] += lag * lag * variance
        bank.covariance[t, a, a + 3] = lag * variance
        bank.covariance[t, a + 3, a] = lag * variance
        bank.covariance[t, a + 3, a + 3] = variance
    for a in range(6, n):
        bank.covariance[t, a, a] = rules.acceleration_std_mps2**2
    if plot.noise_std[COMPONENTS - 1] < np.inf and rules.initiation == ONE_POINT:
        level = measure(site, bank.mean[t], plot.time_s - scan_s, z, H)
        kalman.innovate(site, plot, level, z, nu)
        for k in range(COMPONENTS - 1):
            nu[k] = np.nan
        kalman.update(bank.mean[t], bank.covariance[t], H, H.shape[1], nu, plot, bank.work)
    set_state(bank, rules, t)
    return t
