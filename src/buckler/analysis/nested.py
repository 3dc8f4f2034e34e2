"""Luck and ignorance told apart in one figure: the nested analysis of variance.

One-way nested design: draw i of M has R replications, y_ij = m + a_i + e_ij; var(a) is ignorance (what the parameters' ranges leave
open), var(e) luck. Analysis of variance (Searle, Casella and McCulloch, Variance Components, 1992, §3.5-3.6; unequal R by their n0):

    ignorance = max(0, (MS_between - MS_within) / n0),  luck = MS_within,  n0 = (N - sum R_i² / N) / (M - 1).

The spread of the draws' means alone would count luck/R as ignorance; it is subtracted. The mean over everything has the standard
error sqrt(MS_between / N) with M - 1 degrees of freedom: the draw is the sampling unit, replications within it are not independent.

Draws laid out for Sobol indices come in rows whose draws share most of their values. The row is then the sampling unit of the mean
(linearised cluster totals, Cochran, Sampling Techniques, 1977, §9A.2), and ignorance is taken from the first and the last draw of every
row, which are independent of each other; luck from within all draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.intervals import t_point
from buckler.errors import InputError

METHOD: Final = "nested analysis of variance"


@dataclass(frozen=True)
class Drawn:
    """With which draw each replication was flown."""

    numbers: NDArray[np.integer[Any]]
    row: int = 1
    """Draws in a row of the layout for Sobol indices; 1 where every draw is independent."""

    def __getitem__(self, at: Any) -> Drawn:
        """Of some of the replications."""
        return Drawn(self.numbers[at], self.row)

    def __len__(self) -> int:
        return len(self.numbers)

    def same(self, other: Drawn) -> bool:
        """Whether both flew every replication with the same draw."""
        return self.row == other.row and np.array_equal(self.numbers, other.numbers)


@dataclass(frozen=True)
class Parts:
    """A figure's mean over luck and ignorance, and its two variances."""

    mean: float
    low: float
    high: float
    luck: float
    """Variance of one replication with the parameters fixed."""
    ignorance: float
    """Variance of the figure's expectation over the parameters' ranges, luck subtracted; 0 where luck explains it all."""
    units: int
    """Independent draws, or rows of them: the sampling units of the mean."""
    replications: int


def nested(values: NDArray[Any], draws: Drawn) -> Parts:
    """The two parts of one number a replication."""
    y = np.asarray(values, np.float64)
    if draws.row == 1:
        return _one_way(y, draws.numbers)
    place = draws.numbers % draws.row
    ends = (place == 0) | (place == draws.row - 1)
    alone, whole = _one_way(y[ends], draws.numbers[ends]), _one_way(y, draws.numbers)
    _, row = np.unique(draws.numbers // draws.row, return_inverse=True)
    units = int(row.max()) + 1
    if units < 2:
        raise InputError("one row of draws: its mean has no interval; fly two or more")
    totals = np.bincount(row, y - whole.mean)
    half = t_point(units - 1) * sqrt(units / (units - 1) * float(np.sum(totals**2))) / len(y)
    ignorance = max(0.0, alone.ignorance)
    return Parts(whole.mean, whole.mean - half, whole.mean + half, whole.luck, ignorance, units, len(y))


def _one_way(y: NDArray[np.float64], draws: NDArray[np.integer[Any]]) -> Parts:
    """Of draws that are independent."""
    _, group, sizes = np.unique(draws, return_inverse=True, return_counts=True)
    m, n = len(sizes), len(y)
    if m < 2 or n <= m:
        raise InputError(
            f"{m} draws of parameters and {n} replications: luck and ignorance need two draws and two replications in one"
        )
    means = np.bincount(group, y) / sizes
    mean = float(np.mean(y))
    between = float(np.sum(sizes * (means - mean) ** 2)) / (m - 1)
    within = float(np.sum((y - means[group]) ** 2)) / (n - m)
    n0 = (n - float(np.sum(sizes.astype(np.float64) ** 2)) / n) / (m - 1)
    half = t_point(m - 1) * sqrt(between / n)
    return Parts(mean, mean - half, mean + half, within, max(0.0, (between - within) / n0), m, n)
