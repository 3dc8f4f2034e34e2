"""Which replications to record in full: the typical one, the best, the worst, and one for every reason."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.outcomes import Outcomes
from buckler.log.schema import REASONS


def choose_recorded(outcomes: Outcomes) -> list[dict[str, int | str]]:
    """[{"replication", "why"}]: "typical", "best", "worst", then each reason met, in the chain's order.

    Best: the fewest leakers, then assets hit, then rounds spent. Worst: the most assets hit, then leakers, then
    rounds. Typical: the nearest to the means of leakers by class, assets hit and rounds by system, each in its
    standard deviations. For a reason: one of these three if it has it, else the one with the most leakers of that
    reason. Ties go to the lowest number, so the choice is a function of the log.
    """
    cast = outcomes.cast
    leakers = outcomes.leaked.sum(axis=1)
    hit = outcomes.asset_hit.sum(axis=1)
    spent = outcomes.rounds.sum(axis=1)
    features = [outcomes.leaked[:, cast.of_class(c)].sum(axis=1) for c in cast.classes]
    features += [hit, *(outcomes.rounds[:, cast.of_system(s)].sum(axis=1) for s in cast.systems)]
    chosen: list[tuple[int, str]] = [
        (_nearest_to_mean(np.stack(features, axis=1).astype(np.float64)), "typical"),
        (_first(leakers, hit, spent), "best"),
        (_first(-hit, -leakers, -spent), "worst"),
    ]
    kept = [row for row, _ in chosen]
    for code, name in enumerate(REASONS):
        count = (outcomes.leaked & (outcomes.reasons == code)).sum(axis=1)
        if name and count.any():
            chosen.append((next((row for row in kept if count[row]), int(np.argmax(count))), name))
    return [{"replication": int(outcomes.replications[row]), "why": why} for row, why in chosen]


def _first(*keys: NDArray[np.integer]) -> int:
    """The row that comes first by the keys, the first key foremost, and by its number where they tie."""
    return int(np.lexsort(tuple(reversed(keys)))[0])


def _nearest_to_mean(features: NDArray[np.float64]) -> int:
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    # Rounded, so that the last bit of a sum never decides between two that are equally near.
    return int(np.argmin(np.round((scaled**2).sum(axis=1), 9)))
