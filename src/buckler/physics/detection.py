"""Detection of a fluctuating target in noise: Pd, Pfa, required signal-to-noise ratio.

**The exact model.** A square-law detector adds the energies of N pulses, each in units of the mean noise power of one
pulse. With a mean signal-to-noise ratio s per pulse (a power ratio) and a detection threshold T:

(1)  noise only:  Pfa = Q(N, T) = sum over i < N of p(i; T),   p(i; T) = exp(-T) T^i / i!

(2)  signal energy E in all N pulses together:  Pd = Q_N(sqrt(2E), sqrt(2T)) = sum over k of p(k; E) Q(N + k, T)

where Q(N, T) is the regularised upper incomplete gamma function and Q_N is Marcum's function (Marcum 1947, RAND RM-754;
for its series see Shnidman 1989, IEEE Transactions on Information Theory 35(2) 389). Swerling's cases make E a gamma
variable of mean N s and shape

(3)  m = infinity (case 0, non-fluctuating), 1 (case 1), N (case 2), 2 (case 3), 2 N (case 4)

(Swerling 1954, RAND RM-1217; Meyer and Mayer, Radar Target Detection, 1973). A Poisson variable with a
gamma mean is negative binomial, so in every case the k of (2) is a count K with known weights, Poisson for case 0, and
summing by parts

(4)  Pd = Pfa + sum over j >= 0 of p(N + j; T) Pr(K > j)

Equation (4) is what is evaluated: every term is positive, so nothing cancels; terms beyond T + O(sqrt(T)) vanish,
whatever the signal. For one pulse (4) sums to the closed forms (5) Pd = Pfa^(1/(1+s)) for cases 1 and 2, and (6) Pd =
(1 + 2 s T / (2+s)^2) exp(-2T / (2+s)) for cases 3 and 4.

Limits: white Gaussian noise of known power (no CFAR loss), identical pulses, no binary or coherent integration inside
N.
"""

from __future__ import annotations

from math import exp, expm1, lgamma, log, log1p
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics.arguments import plain
from buckler.physics.sights import LOOK, look_probability

SWERLING_CASES: Final = (0, 1, 2, 3, 4)
"""The target models; 0 does not fluctuate."""

_NEGLIGIBLE: Final = 1e-18
_LOG_SMALLEST: Final = -700.0


@kernel
def _tail_over_last_term(threshold: float, pulses: int) -> float:
    """Q(N, T) / p(N - 1; T), summed from the largest index down (all terms positive)."""
    total = 1.0
    term = 1.0
    for i in range(pulses - 1, 0, -1):
        term *= i / threshold
        total += term
        if term < _NEGLIGIBLE * total and i < threshold:
            break
    return total


@kernel
def false_alarm_probability(threshold: float, pulses: int) -> float:
    """Equation (1): the probability that noise alone crosses `threshold`, in units of one pulse's mean noise power."""
    if threshold <= 0.0:
        return 1.0
    last = exp((pulses - 1) * log(threshold) - threshold - lgamma(float(pulses)))
    return min(1.0, last * _tail_over_last_term(threshold, pulses))


@kernel
def detection_threshold(pfa: float, pulses: int) -> float:
    """The threshold T that solves equation (1), in units of the mean noise power of one pulse; 0 < pfa < 1.

    Newton's iteration on log Q(N, T), which is concave and decreasing in T with slope -p(N-1; T)/Q(N, T): after one
    step the iterates approach the root from above. Nothing underflows, whatever the Pfa.
    """
    if pulses == 1:
        return -log(pfa)
    threshold = float(pulses)
    log_factor = lgamma(float(pulses))
    for _ in range(60):
        tail = _tail_over_last_term(threshold, pulses)
        log_q = (pulses - 1) * log(threshold) - threshold - log_factor + log(tail)
        step = (log_q - log(pfa)) * tail
        threshold += step
        if abs(step) <= 1e-14 * threshold:
            break
    return threshold


@kernel
def _series(snr: float, threshold: float, pulses: int, swerling: int) -> float:
    """Equation (4). The weights of K obey w(k+1) = w(k) (a + b k) / (k + 1)."""
    energy = pulses * snr
    if swerling == 0:
        a = energy
        b = 0.0
        log_weight = -energy
    else:
        shape = 1.0
        if swerling == 2:
            shape = float(pulses)
        elif swerling == 3:
            shape = 2.0
        elif swerling == 4:
            shape = 2.0 * pulses
        scale = energy / shape
        b = scale / (1.0 + scale)
        a = shape * b
        log_weight = -shape * log1p(scale)
    weight = exp(log_weight)
    above = -expm1(log_weight)  # Pr(K > j)
    noise = exp(pulses * log(threshold) - threshold - lgamma(pulses + 1.0))  # p(N + j; T)
    total = noise * above
    j = 0
    while True:
        if log_weight < _LOG_SMALLEST:  # the weights start below the smallest float: climb in logarithms
            log_weight += log((a + b * j) / (j + 1.0))
            weight = exp(log_weight)
        else:
            weight *= (a + b * j) / (j + 1.0)
        j += 1
        above = max(0.0, above - weight)
        noise *= threshold / (pulses + j)
        total += noise * above
        if pulses + j > threshold and noise < _NEGLIGIBLE * (1.0 - threshold / (pulses + j + 1.0)):
            break
        if above < _NEGLIGIBLE:
            break
    return min(1.0, false_alarm_probability(threshold, pulses) + total)


@kernel
def probability(snr: float, threshold: float, pulses: int, swerling: int) -> float:
    """Pd by equations (4), (5) and (6).

    `snr`: mean signal-to-noise ratio of one pulse, a power ratio (not dB). `threshold`: from `detection_threshold`,
    with the same `pulses`. `swerling`: 0 to 4, or sights.LOOK for an eye. For kernels: no checks.
    """
    if swerling == LOOK:
        return look_probability(snr)
    if threshold <= 0.0:
        return 1.0
    if snr <= 0.0:
        return false_alarm_probability(threshold, pulses)
    if pulses == 1:
        if swerling == 1 or swerling == 2:
            return exp(-threshold / (1.0 + snr))
        if swerling == 3 or swerling == 4:
            return (1.0 + 2.0 * threshold * (snr / (2.0 + snr)) / (2.0 + snr)) * exp(-2.0 * threshold / (2.0 + snr))
    if snr > 1e18:  # Pd differs from one by less than a float can show
        return 1.0
    return _series(snr, threshold, pulses, swerling)


@kernel
def required_snr(pd: float, pfa: float, pulses: int, swerling: int) -> float:
    """The mean signal-to-noise ratio of one pulse (a power ratio) at which `probability` is `pd`; pfa < pd < 1.

    Equation (5) inverted where it holds; otherwise bisection on the logarithm, to the last bit that matters.
    """
    if pulses == 1 and (swerling == 1 or swerling == 2):
        return log(pfa) / log(pd) - 1.0
    threshold = detection_threshold(pfa, pulses)
    low = -35.0  # natural logarithms: -152 dB to 152 dB
    high = 35.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if probability(exp(middle), threshold, pulses, swerling) < pd:
            low = middle
        else:
            high = middle
    return exp(0.5 * (low + high))


@kernel
def m_of_n(p: float, m: int, n: int) -> float:
    """Pr(at least `m` of `n` independent looks detect), each with probability `p`: the binomial tail, summed exactly.

    Richards, Scheer and Holm, Principles of Modern Radar: Basic Principles (2010): binary integration.
    """
    if m <= 0 or p >= 1.0:
        return 1.0
    if p <= 0.0:
        return 0.0
    total = 0.0
    for k in range(m, n + 1):
        total += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) + (n - k) * log1p(-p))
    return min(1.0, total)


@kernel
def _probabilities(
    snr: NDArray[np.float64], pfa: NDArray[np.float64], pulses: NDArray[np.int64], swerling: NDArray[np.int64]
) -> NDArray[np.float64]:
    out = np.empty(snr.size)
    threshold = 0.0
    for i in range(snr.size):
        if i == 0 or pfa[i] != pfa[i - 1] or pulses[i] != pulses[i - 1]:
            threshold = detection_threshold(pfa[i], pulses[i])
        out[i] = probability(snr[i], threshold, pulses[i], swerling[i])
    return out


@kernel
def _required(
    pd: NDArray[np.float64], pfa: NDArray[np.float64], pulses: NDArray[np.int64], swerling: NDArray[np.int64]
) -> NDArray[np.float64]:
    out = np.empty(pd.size)
    for i in range(pd.size):
        out[i] = required_snr(pd[i], pfa[i], pulses[i], swerling[i])
    return out


@kernel
def _m_of_ns(p: NDArray[np.float64], m: NDArray[np.int64], n: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.empty(p.size)
    for i in range(p.size):
        out[i] = m_of_n(p[i], m[i], n[i])
    return out


def detection_probability(snr_db: ArrayLike, pfa: ArrayLike, pulses: ArrayLike = 1, swerling: ArrayLike = 1) -> Any:
    """Exact probability of detection, equation (4) of this module.

    `snr_db`: mean signal-to-noise ratio of one pulse, dB. `pfa`: probability of false alarm of one decision, 0 < pfa <
    1. `pulses`: N, added non-coherently (square law). `swerling`: target model 0 to 4, 0 non-fluctuating. Arguments
    broadcast; scalars give a float. Error below 1e-9 for pfa from 1e-12 to 0.1 and N to 1,000.
    """
    snr = _numbers("snr_db", snr_db)
    false = _open_unit("pfa", pfa)
    counts = _counts("pulses", pulses)
    cases = _cases(swerling)
    snr, false, counts, cases = np.broadcast_arrays(10.0 ** (np.minimum(snr, 300.0) / 10.0), false, counts, cases)
    return _shaped(_probabilities(snr.ravel(), false.ravel(), counts.ravel(), cases.ravel()), snr.shape)


def required_snr_db(pd: ArrayLike, pfa: ArrayLike, pulses: ArrayLike = 1, swerling: ArrayLike = 1) -> Any:
    """The mean signal-to-noise ratio of one pulse, dB, at which `detection_probability` is `pd`.

    Arguments as there; `pd` must lie above `pfa` and below 1. They broadcast; scalars give a float.
    """
    wanted, false, counts, cases = np.broadcast_arrays(
        _open_unit("pd", pd), _open_unit("pfa", pfa), _counts("pulses", pulses), _cases(swerling)
    )
    if np.any(wanted <= false):
        raise InputError(f"pd must lie above pfa (noise alone gives that much): got pd {pd!r} with pfa {pfa!r}")
    ratio = _required(wanted.ravel(), false.ravel(), counts.ravel(), cases.ravel())
    return _shaped(10.0 * np.log10(ratio), wanted.shape)


def albersheim_db(pd: ArrayLike, pfa: ArrayLike, n_noncoherent: ArrayLike = 1) -> Any:
    """Required signal-to-noise ratio of one pulse, dB, non-fluctuating target: Albersheim's approximation.

    Albersheim 1981, Proceedings of the IEEE 69(7) 839; stated for a linear detector with an error below 0.2 dB for
    1e-7 <= pfa <= 1e-3, 0.1 <= pd <= 0.9, 1 <= N <= 8096. Against the exact square-law model here it is within 0.3 dB
    from pd 0.3 to 0.9, and reads low below: by 0.4 to 4 dB at pd 0.1. Computed, but not warranted, outside.
    """
    wanted, false = _open_unit("pd", pd), _open_unit("pfa", pfa)
    n = _counts("n_noncoherent", n_noncoherent)
    a = np.log(0.62 / false)
    b = np.log(wanted / (1.0 - wanted))
    argument = a + 0.12 * a * b + 1.7 * b
    if np.any(argument <= 0.0):
        raise InputError(
            f"Albersheim's formula has no value at pd {pd!r} with pfa {pfa!r}: use required_snr_db, which is exact"
        )
    return plain(-5.0 * np.log10(n) + (6.2 + 4.54 / np.sqrt(n + 0.44)) * np.log10(argument))


def shnidman_db(pd: ArrayLike, pfa: ArrayLike, n_noncoherent: ArrayLike = 1, swerling: ArrayLike = 1) -> Any:
    """Required signal-to-noise ratio of one pulse, dB, Swerling 0 to 4: Shnidman's approximation.

    Shnidman 2002, IEEE Transactions on Aerospace and Electronic Systems 38(3) 1059, doi:10.1109/TAES.2002.1039422;
    stated for 0.1 <= pd <= 0.99, 1e-9 <= pfa <= 1e-3, 1 <= N <= 100 with an error below 1 dB, mostly below 0.5 dB.
    Against the exact model here: within 0.25 dB in case 0, to 1.1 dB at pd 0.1 in case 1, to 0.7 dB in case 3.
    Computed, but not warranted, outside.
    """
    p, false = _open_unit("pd", pd), _open_unit("pfa", pfa)
    n, cases = _counts("n_noncoherent", n_noncoherent), _cases(swerling)
    if np.any(p <= false):
        raise InputError(f"pd must lie above pfa (noise alone gives that much): got pd {pd!r} with pfa {pfa!r}")
    offset = np.where(n < 40, -0.25, 0.0)
    eta = np.sqrt(-0.8 * np.log(4.0 * false * (1.0 - false)))
    eta = eta + np.sign(p - 0.5) * np.sqrt(np.maximum(0.0, -0.8 * np.log(4.0 * p * (1.0 - p))))
    steady = eta * (eta + 2.0 * np.sqrt(n / 2.0 + offset))
    one_over_k = np.choose(cases, [0.0, 1.0, 1.0 / n, 0.5, 0.5 / n])
    c = ((17.7006 * p - 18.4496) * p + 14.5339) * p - 3.525
    high = np.exp(27.31 * p - 25.14) + (p - 0.8) * (0.7 * np.log(1e-5 / false) + (2.0 * n - 20.0) / 80.0)
    c = one_over_k * (c + np.where(p > 0.872, high, 0.0))
    return plain(10.0 * np.log10(steady / n) + c)


def m_of_n_probability(p: ArrayLike, m: ArrayLike, n: ArrayLike) -> Any:
    """The probability that at least `m` of `n` independent looks detect, each with `p` (binary integration)."""
    each, least, looks = np.broadcast_arrays(_closed_unit("p", p), _counts("m", m), _counts("n", n))
    if np.any(least > looks):
        raise InputError(f"m of n: m must not exceed n, got m {m!r} of n {n!r}")
    return _shaped(_m_of_ns(each.ravel(), least.ravel(), looks.ravel()), each.shape)


def cumulative_probability(pd_per_scan: ArrayLike) -> NDArray[np.float64]:
    """The probability of at least one detection up to and including each scan: 1 - product of (1 - Pd), last axis.

    Scans are independent given their Pd (Blake, Radar Range-Performance Analysis, 1986, chapter 2). Pass one Pd a
    scan; the last value of the answer is that of all scans together.
    """
    each = np.atleast_1d(_closed_unit("pd_per_scan", pd_per_scan))
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(np.cumsum(np.log1p(-each), axis=-1)))


def _numbers(name: str, value: ArrayLike) -> NDArray[np.float64]:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number or an array of numbers, got {value!r}") from None
    if np.any(np.isnan(array)):
        raise InputError(f"{name} holds a value that is not a number (NaN)")
    return array


def _open_unit(name: str, value: ArrayLike) -> NDArray[np.float64]:
    array = _numbers(name, value)
    if np.any((array <= 0.0) | (array >= 1.0)):
        raise InputError(f"{name} is a probability above 0 and below 1, got {value!r}")
    return array


def _closed_unit(name: str, value: ArrayLike) -> NDArray[np.float64]:
    array = _numbers(name, value)
    if np.any((array < 0.0) | (array > 1.0)):
        raise InputError(f"{name} is a probability from 0 to 1, got {value!r}")
    return array


def _counts(name: str, value: ArrayLike) -> NDArray[np.int64]:
    array = _numbers(name, value)
    if np.any((array < 1.0) | (array != np.floor(array)) | (array > 1e9)):
        raise InputError(f"{name} is a whole number, 1 or more, got {value!r}")
    return array.astype(np.int64)


def _cases(value: ArrayLike) -> NDArray[np.int64]:
    array = _numbers("swerling", value)
    if not np.all(np.isin(array, SWERLING_CASES)):
        raise InputError(f"swerling is 0 (non-fluctuating), 1, 2, 3 or 4, got {value!r}")
    return array.astype(np.int64)


def _shaped(flat: NDArray[np.float64], shape: tuple[int, ...]) -> Any:
    return flat.reshape(shape) if shape else float(flat[0])
