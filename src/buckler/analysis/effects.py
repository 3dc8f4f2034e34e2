"""Main effects of a designed experiment whose points all met the same luck.

In replication r the scores over the points are fitted by least squares with one column a factor: for levels an indicator of each level
but the first, for a range its place from 0 (low end) to 1 (high end). The coefficients are linear in the scores, so the mean over the
replications of replication r's coefficient is that of the means, and its spread over r, with the luck common to all points taken out,
gives the interval: Student's t or the BCa bootstrap over replications, as everywhere. In a balanced factorial a coefficient is the
difference between the means at two levels.

The interval holds luck alone. What a straight sum of the factors misses (interactions, curvature) is told by `explained`: the share of
the variance between the points' means that the fit reproduces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.estimates import Estimate, mean

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """What varies between the points: its name, and its place there."""

    name: str
    levels: tuple[str, ...]
    """Its levels in words, or the two ends of its range."""
    place: Values
    """[point]: the number of the level; in a range, from 0 at the low end to 1 at the high one."""
    is_range: bool = False


@dataclass(frozen=True)
class Effect:
    """What a factor does to a score when it goes from its first level (or low end) to another."""

    factor: str
    base: str
    level: str
    change: Estimate

    def as_dict(self) -> dict[str, Any]:
        """As written to summary.json."""
        return {"factor": self.factor, "from": self.base, "to": self.level, **self.change.as_dict()}


def main_effects(
    columns: Sequence[Column], scores: Values, unit: str, most: float
) -> tuple[list[Effect], float | None]:
    """(effects, explained) from scores[point, replication], each between 0 and `most`.

    A factor that the points cannot tell from others is left out.

    `explained` is None where all points have one mean.
    """
    points, _ = scores.shape
    matrix, owners = [np.ones(points)], []
    for column in columns:
        if column.is_range:
            matrix.append(column.place)
            owners.append((column, 1))
        else:
            for level in range(1, len(column.levels)):
                matrix.append((column.place == level).astype(np.float64))
                owners.append((column, level))
    design = np.column_stack(matrix)
    inverse = np.linalg.pinv(design)
    # What a coefficient is estimated from: where the columns are dependent, not every one of them can be told.
    resolved = np.isclose(np.diag(inverse @ design), 1.0, atol=1e-8)
    effects = []
    for k, (column, level) in enumerate(owners, 1):
        if not resolved[k]:
            continue
        change = _exact(inverse[k] @ scores)
        effects.append(Effect(column.name, column.levels[0], column.levels[level], mean(change, unit, -most, most)))
    centre = scores.mean(axis=1)
    total = float(np.sum((centre - centre.mean()) ** 2))
    missed = float(np.sum((centre - design @ (inverse @ centre)) ** 2))
    return effects, 1.0 - missed / total if total > 1e-18 else None


def _exact(change: Values) -> Values:
    """Differences of whole numbers, without the last bits of the fit: a factor that does nothing has an effect of exactly 0."""
    return np.round(change, 9) + 0.0
