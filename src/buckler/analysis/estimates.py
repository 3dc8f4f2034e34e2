"""An estimate: a figure with its 95 % interval, the number of replications behind it, its method and its unit."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.intervals import Interval, mean_interval, paired_proportions, share_interval, wilson

_DIGITS = 9
"""Significant digits that are written: far below any interval, above the last bits that summation order may move."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval over `n` replications; value and ends are None where nothing was observed."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    unit: str

    def as_dict(self) -> dict[str, Any]:
        """As written to summary.json."""
        return {
            "value": _rounded(self.value),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "n": self.n,
            "method": self.method,
            "unit": self.unit,
        }


def _rounded(number: float | None) -> float | None:
    if number is None or number in (inf, -inf):
        return None
    return float(f"{number:.{_DIGITS}g}") + 0.0  # + 0.0: no negative zero


def _made(value: float, interval: Interval, n: int, unit: str) -> Estimate:
    return Estimate(value, interval.low, interval.high, n, interval.method, unit)


def unobserved(unit: str) -> Estimate:
    """A figure about something that happened in no replication."""
    return Estimate(None, None, None, 0, "not observed", unit)


def given(value: float, unit: str, n: int) -> Estimate:
    """A figure that the scenario fixes: known, not estimated."""
    return Estimate(float(value), float(value), float(value), n, "given", unit)


def proportion(happened: NDArray[np.bool_], unit: str = "probability") -> Estimate:
    """The probability of something that happened or did not, one flag a replication."""
    n = len(happened)
    count = int(np.count_nonzero(happened))
    return _made(count / n, wilson(count, n), n, unit)


def mean(values: NDArray[Any], unit: str, lower: float = -inf, upper: float = inf) -> Estimate:
    """The mean of one number a replication that cannot leave [lower, upper]; unobserved if there is none."""
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        return unobserved(unit)
    return _made(float(np.mean(sample)), mean_interval(sample, lower, upper), len(sample), unit)


def share(part: NDArray[Any], whole: NDArray[Any], unit: str = "share") -> Estimate:
    """Σpart/Σwhole over threats, one pair a replication; unobserved if there is no whole."""
    numerator, denominator = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    if not np.any(denominator > 0):
        return unobserved(unit)
    value, interval = share_interval(numerator, denominator)
    return _made(value, interval, int(np.count_nonzero(denominator)), unit)


def paired_difference(
    first: NDArray[Any], second: NDArray[Any], unit: str, lower: float = -inf, upper: float = inf, same: bool = False
) -> Estimate:
    """first - second, one pair a replication that met the same luck, with its interval.

    Flags are compared as proportions (Newcombe 1998), numbers by the mean of their differences, each within [lower,
    upper]. `same` says that both come from one and the same simulation: then the difference is 0 by construction, not
    by estimate.
    """
    if first.shape != second.shape:
        raise ValueError("a paired difference needs the same replications on both sides")
    n = len(first)
    if same:
        if not np.array_equal(first, second):
            raise ValueError("one simulation gave two outcomes")
        return Estimate(0.0, 0.0, 0.0, n, "identical", unit)
    if not n:
        return unobserved(unit)
    if first.dtype == np.bool_:
        both = int(np.count_nonzero(first & second))
        only_first, only_second = int(np.count_nonzero(first & ~second)), int(np.count_nonzero(~first & second))
        interval = paired_proportions(both, only_first, only_second, n - both - only_first - only_second)
        return _made((only_first - only_second) / n, interval, n, unit)
    return mean(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64), unit, lower, upper)
