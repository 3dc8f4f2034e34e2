"""Confidence intervals at 95 %: the formulas. Each takes one number a replication, the sampling unit.

Threats of one raid share their fate (the same radar saw them or did not, the same battery ran dry), so they are never
pooled as if independent: what varies independently is the replication.

| what | method | source |
|---|---|---|
| a proportion of replications | Wilson's score, modified near 0 and 1; below | Wilson (1927), doi:10.1080/01621459.1927.10502953, p. 210 |
| a mean | Student's t; BCa bootstrap where n <= 25 G1² | Student (1908); Cochran (1977) §2.15; Efron (1987) |
| a share of threats | ratio estimator on the logit scale | Cochran (1977) eq. 2.45; Korn and Graubard (1998) |
| a paired difference of proportions | Newcombe's method 10 | Newcombe (1998), Statistics in Medicine 17:2635 |
| a mean on which all replications agree | bound from the share that may differ | below |

**Proportions.** Wilson's own interval holds a true value of 0.995 only 92.0 % of the time at 200 replications, and 91 % at fewer. From
150 on it is modified as by Brown, Cai and DasGupta (Statistical Science 16 (2001) 101, doi:10.1214/ss/1009213286, §4.1.1): with one to
three successes the lower end is the exact Poisson limit, and so with failures. Below 150, Agresti and Coull's. The coverage, computed
exactly, is then at least 93 % for true values from 0.01 to 0.995 at 50 replications or more.

**When all replications agree** the sample says nothing about how far a replication that differs would lie, only how
rare it is. Wilson's upper limit for none of n, u = z²/(n + z²) (close to the rule of three, 3/n, of Hanley and
Lippman-Hand 1983, one-sided), bounds the share that differs; a quantity that cannot leave [a, b] then has a mean
within [v - u(v - a), v + u(b - v)]. That is wide beside an interval from a sample with some spread, and deliberately
so: it assumes nothing that was not seen.
"""

from __future__ import annotations

from functools import cache
from math import atan, cos, exp, floor, inf, isfinite, log, pi, sin, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE: Final = 0.95
Z: Final = 1.959963984540054
"""The 97.5 % point of the standard normal distribution."""

_RESAMPLES: Final = 4000
_BOOTSTRAP_SEED: Final = 20191231
_COCHRAN: Final = 25.0

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """A 95 % interval and the name of the method that gave it."""

    low: float
    high: float
    method: str


def wilson(successes: int, n: int) -> Interval:
    """Wilson's score interval for a proportion (Wilson 1927, p. 210); never empty, never outside [0, 1]."""
    if n <= 0:
        raise ValueError("a proportion needs at least one trial")
    p = successes / n
    centre = p + Z * Z / (2 * n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    # At the ends the formula gives 0 and 1 exactly, but for rounding.
    low = 0.0 if successes == 0 else (centre - half) / scale
    high = 1.0 if successes == n else (centre + half) / scale
    return Interval(low, high, "Wilson")


_POISSON: Final = (0.0, 0.051293294387550536, 0.3553615106986620, 0.8176914471639534)
"""Half the 5 % points of chi-square with 2, 4, 6 degrees of freedom: of so many events or more the chance is then 5 %."""
_LARGE: Final = 150


def proportion_interval(successes: int, n: int) -> Interval:
    """The interval of a proportion of n replications that covers near 0 and 1 too; see the module's docstring."""
    if n < _LARGE:
        return agresti_coull(successes, n)
    low, high, method = wilson(successes, n)
    failures = n - successes
    if 1 <= successes < len(_POISSON):
        low = _POISSON[successes] / n
    if 1 <= failures < len(_POISSON):
        high = 1.0 - _POISSON[failures] / n
    return Interval(low, high, method)


def agresti_coull(successes: int, n: int) -> Interval:
    """z² trials added, half of them successes, within [0, 1]: Agresti and Coull (1998), doi:10.1080/00031305.1998.10480550."""
    if n <= 0:
        raise ValueError("a proportion needs at least one trial")
    trials = n + Z * Z
    p = (successes + Z * Z / 2) / trials
    half = Z * sqrt(p * (1 - p) / trials)
    return Interval(max(p - half, 0.0), min(p + half, 1.0), "Agresti-Coull")


def share_that_may_differ(n: int) -> float:
    """The largest share of replications that may differ when none of n does: Wilson's upper limit for 0 of n."""
    return Z * Z / (n + Z * Z)


def agreement(value: float, n: int, lower: float, upper: float) -> Interval:
    """The mean of a quantity within [lower, upper] on which all n replications agree; see the module's docstring."""
    u = share_that_may_differ(n)
    return Interval(value - u * (value - lower), value + u * (upper - value), "agreement bound")


def mean_interval(values: Values, lower: float = -inf, upper: float = inf) -> Interval:
    """The interval of the mean of one number a replication that cannot leave [lower, upper].

    Student's t, unless the sample is too skewed for it by Cochran's rule, n > 25 G1² (Sampling Techniques, 3rd ed.
    1977, §2.15: the rule keeps the error of a 95 % statement below 6 %); then the BCa bootstrap.
    """
    n = len(values)
    value = float(np.mean(values))
    if np.all(values == values[0]):
        value = float(values[0])
        if not (isfinite(lower) and isfinite(upper)):
            return Interval(lower, upper, "agreement bound")
        return agreement(value, n, lower, upper)
    deviation = values - value
    spread = float(np.mean(deviation**2))
    skewness = float(np.mean(deviation**3)) / spread**1.5
    if n > _COCHRAN * skewness**2:
        half = t_point(n - 1) * sqrt(spread / (n - 1))
        interval = Interval(value - half, value + half, "Student t")
    else:
        interval = bca_bootstrap(values)
    return Interval(max(interval.low, lower), min(interval.high, upper), interval.method)


def bca_bootstrap(values: Values) -> Interval:
    """The BCa bootstrap interval of a mean (Efron 1987, doi:10.1080/01621459.1987.10478410, eq. 2.3).

    A resample of n values is a multinomial draw over the distinct ones: the same distribution, and cheap for counts.
    The draw has a fixed seed: the same run has the same interval.
    """
    normal = NormalDist()
    n = len(values)
    distinct, counts = np.unique(values, return_counts=True)
    generator = np.random.Generator(np.random.PCG64(_BOOTSTRAP_SEED))
    means = np.sort(generator.multinomial(n, counts / n, size=_RESAMPLES) @ distinct / n)
    value = float(np.mean(values))
    # Means of counts are lattice values: half of the ties count as below (Efron and Tibshirani 1993, §14.3).
    tolerance = 1e-12 * max(1.0, abs(value))
    below = (np.count_nonzero(means < value - tolerance) + np.count_nonzero(means <= value + tolerance)) / 2
    bias = normal.inv_cdf(min(max(below, 1), _RESAMPLES - 1) / _RESAMPLES)
    # The jackknife's acceleration of a mean reduces to the skewness of the sample over 6 sqrt(n).
    deviation = values - value
    acceleration = float(np.sum(deviation**3) / (6 * np.sum(deviation**2) ** 1.5))
    ends = []
    for z in (-Z, Z):
        at = bias + (bias + z) / (1 - acceleration * (bias + z)) if acceleration * (bias + z) < 1 else inf
        rank = floor(normal.cdf(at) * (_RESAMPLES - 1) + 0.5)
        ends.append(float(means[min(max(rank, 0), _RESAMPLES - 1)]))
    return Interval(min(ends[0], value), max(ends[1], value), "BCa bootstrap")


def share_interval(part: Values, whole: Values) -> tuple[float, Interval]:
    """A share Σpart/Σwhole over threats, with the replication as the cluster; 0 <= part <= whole in each.

    The ratio estimator's linearised variance (Cochran 1977, eq. 2.45), carried to the logit scale so that the
    interval stays within [0, 1] (Korn and Graubard 1998, Survey Methodology 24:193), with n - 1 degrees of freedom.
    Where every replication has the same share, the agreement bound over the replications that have any threat of this
    kind. ValueError if `whole` is nowhere above 0.
    """
    used = whole > 0
    n = int(np.count_nonzero(used))
    if n == 0:
        raise ValueError("a share of nothing")
    total = float(np.sum(whole))
    share = float(np.sum(part)) / total
    # The linearised variable is 0 where there is nothing to share; such replications only add to n on both sides.
    residual = (part - share * whole)[used]
    variance = float(np.sum(residual**2)) * n / max(n - 1, 1) / total**2
    if variance <= 1e-24 or not 0 < share < 1:
        return share, agreement(share, n, 0.0, 1.0)
    logit = log(share / (1 - share))
    half = t_point(n - 1) * sqrt(variance) / (share * (1 - share))
    return share, Interval(_expit(logit - half), _expit(logit + half), "ratio, logit")


def _expit(x: float) -> float:
    return 1 / (1 + exp(-min(max(x, -700.0), 700.0)))


def paired_proportions(both: int, only_first: int, only_second: int, neither: int) -> Interval:
    """The difference first - second of two proportions of the same replications: Newcombe (1998), method 10.

    "Improved confidence intervals for the difference between binomial proportions based on paired data", Statistics in
    Medicine 17:2635-2650. It stays honest where both proportions are 0 or 1, and within [-1, 1].
    """
    n = both + only_first + only_second + neither
    first, second = both + only_first, both + only_second
    p1, p2 = first / n, second / n
    l1, u1, _ = wilson(first, n)
    l2, u2, _ = wilson(second, n)
    margins = first * (n - first) * second * (n - second)
    product = float(both * neither - only_first * only_second)
    if product > 0:
        product = max(product - n / 2, 0.0)  # Newcombe's continuity correction of phi
    phi = product / sqrt(margins) if margins > 0 else 0.0
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    up = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    difference = p1 - p2
    return Interval(difference - sqrt(max(down, 0.0)), difference + sqrt(max(up, 0.0)), "Newcombe paired")


@cache
def t_point(degrees: int) -> float:
    """The 97.5 % point of Student's t with a whole number of degrees of freedom (Abramowitz and Stegun 1964, §26.7).

    From 100 degrees on the expansion 26.7.5, whose error is then below 1e-9; under it the finite series 26.7.3 and
    26.7.4 of the distribution, inverted by bisection. (SciPy has it too, for four tenths of a second at every start.)
    """
    if degrees >= 100:
        z, v = Z, float(degrees)
        return (
            z
            + (z**3 + z) / (4 * v)
            + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
            + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
        )
    low, high = 0.0, 16.0
    while high - low > 1e-14 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _t_within(middle, degrees) < CONFIDENCE else (low, middle)
    return (low + high) / 2


def _t_within(t: float, degrees: int) -> float:
    """The probability that |Student's t| <= t: Abramowitz and Stegun 26.7.3 (odd degrees) and 26.7.4 (even)."""
    angle = atan(t / sqrt(degrees))
    cosine = cos(angle)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(1 + odd, degrees, 2):
        total += term
        term *= power / (power + 1) * cosine**2
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
