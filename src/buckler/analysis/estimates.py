"""An estimate: a figure with its 95 % interval, the number of replications behind it, its method and its unit."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.intervals import (
    Interval,
    agreement,
    mean_interval,
    paired_proportions,
    proportion_interval,
    share_interval,
)
from buckler.analysis.nested import METHOD, Drawn, Parts, nested
from buckler.errors import InputError

Draws = Drawn | None
"""With which set of parameter values each replication was flown; None where they stayed at their nominal values."""
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
    luck_std: float | None = None
    """Standard deviation of one replication with the parameters fixed, where parameters were sampled."""
    ignorance_std: float | None = None
    """Standard deviation of the expectation over the parameters' ranges, luck subtracted."""

    def as_dict(self) -> dict[str, Any]:
        """As written to summary.json."""
        return {
            "value": _rounded(self.value),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "n": self.n,
            "method": self.method,
            "unit": self.unit,
            **(
                {"luck_std": _rounded(self.luck_std), "ignorance_std": _rounded(self.ignorance_std)}
                if self.luck_std is not None
                else {}
            ),
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


def proportion(happened: NDArray[np.bool_], unit: str = "probability", draws: Draws = None) -> Estimate:
    """The probability of something that happened or did not, one flag a replication."""
    n = len(happened)
    if (parts := _parts(happened, draws)) is not None:
        ends = proportion_interval(round(parts.mean * parts.units), parts.units) if parts.mean in (0.0, 1.0) else None
        return _of_parts(parts, unit, 0.0, 1.0, ends)
    count = int(np.count_nonzero(happened))
    return _made(count / n, proportion_interval(count, n), n, unit)


def mean(values: NDArray[Any], unit: str, lower: float = -inf, upper: float = inf, draws: Draws = None) -> Estimate:
    """The mean of one number a replication that cannot leave [lower, upper]; unobserved if there is none."""
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        return unobserved(unit)
    if (parts := _parts(sample, draws)) is not None:
        alike = bool(np.all(sample == sample[0]))
        return _of_parts(
            parts, unit, lower, upper, agreement(float(sample[0]), parts.units, lower, upper) if alike else None
        )
    return _made(float(np.mean(sample)), mean_interval(sample, lower, upper), len(sample), unit)


def share(part: NDArray[Any], whole: NDArray[Any], unit: str = "share", draws: Draws = None) -> Estimate:
    """Σpart/Σwhole over threats, one pair a replication; unobserved if there is no whole."""
    numerator, denominator = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    if not np.any(denominator > 0):
        return unobserved(unit)
    ratio = float(np.sum(numerator)) / float(np.sum(denominator))
    # The linearised share of a replication (Cochran 1977, eq. 2.45): its mean is the share, its draws' spread the share's.
    if (parts := _parts(ratio + (numerator - ratio * denominator) / np.mean(denominator), draws)) is not None:
        return _of_parts(
            parts, unit, 0.0, 1.0, agreement(ratio, parts.units, 0.0, 1.0) if ratio in (0.0, 1.0) else None
        )
    value, interval = share_interval(numerator, denominator)
    return _made(value, interval, int(np.count_nonzero(denominator)), unit)


def _parts(values: NDArray[Any], draws: Draws) -> Parts | None:
    """Luck and ignorance, where parameters were sampled and draws enough were flown to tell them apart."""
    if draws is None:
        return None
    try:
        return nested(values, draws)
    except InputError:  # too few draws to tell the two apart: what the interval holds is luck
        return None


def _of_parts(parts: Parts, unit: str, lower: float, upper: float, ends: Interval | None) -> Estimate:
    """An estimate with both parts; `ends` where all replications agree and the spread says nothing."""
    low, high = (max(parts.low, lower), min(parts.high, upper)) if ends is None else (ends.low, ends.high)
    return Estimate(parts.mean, low, high, parts.replications, METHOD, unit, sqrt(parts.luck), sqrt(parts.ignorance))


def paired_difference(
    first: NDArray[Any],
    second: NDArray[Any],
    unit: str,
    lower: float = -inf,
    upper: float = inf,
    same: bool = False,
    draws: Draws = None,
) -> Estimate:
    """first - second, one pair a replication that met the same luck, with its interval.

    Flags are compared as proportions (Newcombe 1998), numbers by the mean of their differences, each within [lower,
    upper]; with `draws` (the same for both) the draw is the sampling unit, as everywhere. `same` says that both come
    from one and the same simulation: then the difference is 0 by construction, not by estimate.
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
    if first.dtype == np.bool_ and draws is None:
        both = int(np.count_nonzero(first & second))
        only_first, only_second = int(np.count_nonzero(first & ~second)), int(np.count_nonzero(~first & second))
        interval = paired_proportions(both, only_first, only_second, n - both - only_first - only_second)
        return _made((only_first - only_second) / n, interval, n, unit)
    return mean(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64), unit, lower, upper, draws)
