"""How good a track picture is: distances between sets, consistency of a filter, and what a steady filter settles to."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from buckler.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def ospa(x: ArrayLike, y: ArrayLike, c: float, p: float = 1.0) -> float:
    """The OSPA distance between two finite sets: (1/n (min over pairings of sum min(d, c)^p + c^p (n - m)))^(1/p).

    Schuhmacher, Vo and Vo, IEEE Transactions on Signal Processing 56 (2008) 3447-3457, doi:10.1109/TSP.2008.920469,
    eq. (3), (4) for p infinite. `x`, `y`: points in rows (or numbers), d their Euclidean distance, in the unit of the
    cut-off `c`. Nothing against nothing is 0, nothing against something is c.
    """
    a, b = _points("x", x), _points("y", y)
    _check_order(c, p)
    most, fewest = max(len(a), len(b)), min(len(a), len(b))
    if most == 0:
        return 0.0
    if fewest == 0:
        return c
    cut = np.minimum(_distances(a, b), c)
    if np.isinf(p):
        return c if most != fewest else _bottleneck(cut)
    # Powers of shares of c, so that no order p can overflow.
    shares = (cut / c) ** p
    mean = float(shares[_pairing(shares)].sum() + (most - fewest)) / most
    return c * float(mean ** (1.0 / p))


@dataclass(frozen=True)
class Gospa:
    """The GOSPA distance and its parts: distance^p = localisation + missed + false."""

    distance: float
    localisation: float
    """Sum of d^p over the pairs."""
    missed: float
    """c^p / alpha for each true object without an estimate."""
    false: float
    """c^p / alpha for each estimate without a true object."""


def gospa(x: ArrayLike, y: ArrayLike, c: float, p: float = 1.0, alpha: float = 2.0) -> Gospa:
    """The GOSPA distance between the true set `x` and the estimated set `y`, with its parts.

    (min over pairings of the smaller set of sum min(d, c)^p + c^p / alpha times the surplus)^(1/p): Rahmathullah,
    Garcia-Fernandez and Svensson, FUSION (2017), doi:10.23919/ICIF.2017.8009645, definition 1, 1 <= p < infinity,
    0 < alpha <= 2. With alpha = 2 a pair at the cut-off is one missed and one false object (proposition 1), and is
    counted so; with any other alpha no such split exists, a pair at the cut-off stays in the localisation, and only
    the surplus is missed or false.
    """
    a, b = _points("x", x), _points("y", y)
    _check_order(c, p)
    if np.isinf(p):
        raise InputError("p is infinite; GOSPA is defined for 1 <= p < infinity")
    if not 0.0 < alpha <= 2.0:
        raise InputError(f"alpha is {alpha!r}; GOSPA is defined for 0 < alpha <= 2")
    paired = np.zeros(0)
    if len(a) and len(b):
        shares = (np.minimum(_distances(a, b), c) / c) ** p
        paired = shares[_pairing(shares)]
        if alpha == 2.0:
            paired = paired[paired < 1.0]
    missed, false = len(a) - len(paired), len(b) - len(paired)
    localisation = float(paired.sum())
    whole = localisation + (missed + false) / alpha
    return Gospa(c * whole ** (1.0 / p), localisation * c**p, missed * c**p / alpha, false * c**p / alpha)


def nees_bounds(dim: int, runs: int = 1, confidence: float = 0.95) -> tuple[float, float]:
    """The interval in which the mean NEES (or NIS) of `runs` independent runs lies with probability `confidence`.

    The sum over runs is chi-square with dim x runs degrees of freedom if the filter is consistent: Bar-Shalom, Li and
    Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), section 5.4.2; two-sided, equal tails.
    """
    from scipy.stats import chi2

    _check_count("dim", dim)
    _check_count("runs", runs)
    _check_share("confidence", confidence)
    tail = (1.0 - confidence) / 2.0
    return float(chi2.ppf(tail, dim * runs) / runs), float(chi2.isf(tail, dim * runs) / runs)


def gate_threshold(dim: int, gate_probability: float) -> float:
    """The squared Mahalanobis distance inside which a true measurement lies with `gate_probability`.

    Chi-square quantile: Bar-Shalom, Li and Kirubarajan (2001), section 3.7.4 and table 1.5.4-1.
    """
    from scipy.stats import chi2

    _check_count("dim", dim)
    _check_share("gate_probability", gate_probability)
    return float(chi2.ppf(gate_probability, dim))


def steady_state_gains(tracking_index: float) -> tuple[float, float]:
    """The gains (alpha, beta) to which an alpha-beta filter settles, for the tracking index sigma_v T^2 / sigma_w.

    With r = (4 + L - sqrt(8 L + L^2)) / 4: alpha = 1 - r^2, beta = 2 (2 - alpha) - 4 sqrt(1 - alpha). Kalata, IEEE
    Transactions on Aerospace and Electronic Systems 20 (1984) 174-182, doi:10.1109/TAES.1984.310438; Bar-Shalom, Li and
    Kirubarajan (2001), section 6.5.3: discrete white noise acceleration, constant over each period T. Index 1: 0.75,
    0.5.
    """
    if not (isfinite(tracking_index) and tracking_index >= 0.0):
        raise InputError(f"tracking_index is {tracking_index!r}; give a finite number, zero or more")
    if tracking_index == 0.0:
        return 0.0, 0.0
    # r (above) is 2 / (2 + m + sqrt(m^2 + 4 m)) with m = L / 2: the other root of the same quadratic, free of
    # cancellation.
    m = tracking_index / 2.0
    root = sqrt(m) * sqrt(m + 4.0)
    r = 2.0 / (2.0 + m + root)
    short = (m + root) / (2.0 + m + root)  # 1 - r
    return short * (1.0 + r), 2.0 * short * short


def steady_state_gains_of_three(tracking_index: float) -> tuple[float, float, float]:
    """The gains (alpha, beta, gamma) to which an alpha-beta-gamma filter settles: position by alpha, velocity by beta / T, acceleration by
    gamma / (2 T^2) of the innovation; tracking index sigma_v T^2 / sigma_w, the acceleration stepping by sigma_v each period.

    gamma^2 / (4 (1 - alpha)) = L^2, beta = 2 (2 - alpha) - 4 sqrt(1 - alpha), gamma = beta^2 / alpha: Kalata (1984); Bar-Shalom, Li and
    Kirubarajan (2001), section 6.5. With s = 1 - sqrt(1 - alpha): 2 s^3 = L (1 - s) (2 - s), of which one root is between 0 and 1.
    """
    from scipy.optimize import brentq

    if not (isfinite(tracking_index) and tracking_index >= 0.0):
        raise InputError(f"tracking_index is {tracking_index!r}; give a finite number, zero or more")
    s = float(brentq(lambda s: 2.0 * s**3 - tracking_index * (1.0 - s) * (2.0 - s), 0.0, 1.0, xtol=1e-15, rtol=1e-14))
    return s * (2.0 - s), 2.0 * s * s, 4.0 * s**3 / (2.0 - s)


def steady_state_covariance(
    tracking_index: float, noise_std: float = 1.0, period_s: float = 1.0
) -> NDArray[np.float64]:
    """The updated covariance of position and velocity to which that filter settles, shape (2, 2).

    p11 = alpha s^2, p12 = beta s^2 / T, p22 = beta (alpha - beta / 2) s^2 / ((1 - alpha) T^2), s = `noise_std` of a
    measured position, T = `period_s`: Bar-Shalom, Li and Kirubarajan (2001), eqs. 6.5.3-14 to 6.5.3-16.
    """
    for name, value in (("noise_std", noise_std), ("period_s", period_s)):
        if not (isfinite(value) and value > 0.0):
            raise InputError(f"{name} is {value!r}; give a positive number")
    alpha, beta = steady_state_gains(tracking_index)
    p11 = alpha
    p12 = beta / period_s
    # With r = 1 - short of steady_state_gains: alpha - beta / 2 = 2 r (1 - r) and 1 - alpha = r^2.
    short = sqrt(beta / 2.0)
    p22 = 0.0 if beta == 0.0 else 2.0 * beta * short / (1.0 - short) / period_s**2
    return noise_std**2 * np.array([[p11, p12], [p12, p22]])


def _points(name: str, points: ArrayLike) -> NDArray[np.float64]:
    """Points in rows; a list of numbers is a list of points on a line."""
    try:
        given = np.array(points, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be points in rows: {error}") from None
    if given.ndim == 1:
        given = given[:, None]
    if given.ndim != 2:
        raise InputError(f"{name} has shape {given.shape}; give points in rows, or a list of numbers")
    if not np.isfinite(given).all():
        raise InputError(f"{name} holds a value that is not a finite number")
    return given


def _distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    if a.shape[1] != b.shape[1]:
        raise InputError(f"x has points of {a.shape[1]} components and y of {b.shape[1]}; give both in the same space")
    from scipy.spatial.distance import cdist

    distances: NDArray[np.float64] = cdist(a, b)
    return distances


def _pairing(cost: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cheapest pairing, each of the smaller set with one of the larger (scipy: modified Jonker-Volgenant)."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    return rows, columns


def _bottleneck(cost: NDArray[np.float64]) -> float:
    """The least possible largest distance of a full pairing, by bisection over the distances that occur."""
    levels = np.unique(cost)
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        above = (cost > levels[middle]).astype(np.float64)
        if above[_pairing(above)].sum() == 0.0:
            high = middle
        else:
            low = middle + 1
    return float(levels[low])


def _check_order(c: float, p: float) -> None:
    if not (isfinite(c) and c > 0.0):
        raise InputError(f"c is {c!r}; the cut-off distance is a positive number")
    if not p >= 1.0:
        raise InputError(f"p is {p!r}; the order is 1 or more")


def _check_count(name: str, value: int) -> None:
    if value != int(value) or value < 1:
        raise InputError(f"{name} is {value!r}; give a whole number, one or more")


def _check_share(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise InputError(f"{name} is {value!r}; give a probability between 0 and 1, both excluded")
