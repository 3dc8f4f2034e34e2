"""The kill chain: how far threats got along it, and where it broke for those that got through.

A threat counts at a stage once it has been there at all, by any sensor, command post or battery. Shares are of the
threats that appeared (the funnel) or that got through (the reasons), with the replication as the sampling unit.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.analysis import outcomes as o
from buckler.analysis.estimates import Draws, Estimate, given, mean, share, unobserved
from buckler.analysis.outcomes import Outcomes
from buckler.log.schema import REASONS

STAGES: Final = {
    "appeared": o.APPEARED,
    "detected": o.DETECTED,
    "tracked": o.TRACKED,
    "identified": o.IDENTIFIED,
    "assigned": o.ASSIGNED,
    "fired at": o.FIRED_AT,
    "killed": o.KILLED,
}
"""The stages in their order. "Tracked" is a confirmed track."""


def funnel(outcomes: Outcomes) -> dict[str, dict[str, dict[str, Any]]]:
    """How many threats reach each stage, and which share of those that appeared: all of them, and each class.

    "got through" and "neither" (flying still when the replication ended, or flown past) complete the account.
    """
    cast = outcomes.cast
    groups: dict[str, NDArray[np.intp]] = {"all": np.arange(len(cast.threats))}
    groups.update({name: cast.of_class(name) for name in cast.classes})
    appeared, killed = outcomes.reached(o.APPEARED), outcomes.reached(o.KILLED)
    reached = {name: outcomes.reached(bit) for name, bit in STAGES.items()}
    reached["got through"] = outcomes.leaked
    reached["neither"] = appeared & ~killed & ~outcomes.leaked
    return {group: _stage_figures(reached, columns, outcomes.draws) for group, columns in groups.items()}


def _stage_figures(
    reached: dict[str, NDArray[np.bool_]], columns: NDArray[np.intp], draws: Draws
) -> dict[str, dict[str, Any]]:
    whole = reached["appeared"][:, columns].sum(axis=1)
    figures = {}
    for name, flags in reached.items():
        count = flags[:, columns].sum(axis=1)
        if name == "appeared" and np.all(count == count[:1]):  # the raid is given, not estimated
            figures[name] = {
                "count": given(count.mean(), "threats", len(count)).as_dict(),
                "share": given(1.0, "share", len(count)).as_dict(),
            }
            continue
        # What a carrier releases appears only where the carrier lived until then.
        figures[name] = {
            "count": mean(count, "threats", 0, len(columns), draws).as_dict(),
            "share": share(count, whole, draws=draws).as_dict(),
        }
    return figures


def reasons(outcomes: Outcomes) -> dict[str, dict[str, Any]]:
    """Why threats got through: each reason met, its mean count, its share of the leakers, and its count by class.

    In the chain's order. The shares add up to one, because every leaker has exactly one reason.
    """
    cast = outcomes.cast
    leakers = outcomes.leaked.sum(axis=1)
    figures: dict[str, dict[str, Any]] = {}
    for code, name in enumerate(REASONS):
        of_this = outcomes.leaked & (outcomes.reasons == code)
        if not of_this.any():
            continue
        count = of_this.sum(axis=1)
        by_class = {c: of_this[:, cast.of_class(c)].sum(axis=1) for c in cast.classes}
        figures[name or "not recorded"] = {
            "count": mean(count, "threats", 0, len(cast.threats), outcomes.draws).as_dict(),
            "share": share(count, leakers, draws=outcomes.draws).as_dict(),
            "by_class": {
                c: mean(values, "threats", 0, len(cast.of_class(c)), outcomes.draws).as_dict()
                for c, values in by_class.items()
                if values.any()
            },
        }
    return figures


def warning_time(outcomes: Outcomes, asset: str) -> Estimate:
    """Mean warning before the first impact at an asset, over the replications that had one."""
    values, had = warning_time_s(outcomes, asset)
    if not len(values):
        return unobserved("s")
    return mean(values, "s", 0, draws=None if outcomes.draws is None else outcomes.draws[had])


SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles by which a distribution is told."""


def warning_distribution(outcomes: Outcomes, asset: str) -> dict[str, Any]:
    """How the warning time at an asset is distributed over the replications with an impact there: least, quantiles, most, none.

    `none` is the share of them without any warning: the first impact came before any post had a track.
    """
    values, _ = warning_time_s(outcomes, asset)
    if not len(values):
        return {"n": 0}
    quantiles = {f"p{round(100 * share):02d}": float(np.quantile(values, share)) for share in SHARES}
    return {
        "n": len(values), "unit": "s", "least": float(values.min()), **quantiles, "most": float(values.max()),
        "none": float(np.mean(values <= 0.0)),
    }  # fmt: skip


def warning_time_s(outcomes: Outcomes, asset: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(seconds, had one): seconds from the first track of a threat to an asset to the first impact there, and which had one.

    From when any command post first has a confirmed track of a threat that flies at the asset to the first of them that gets
    through; 0 where none was tracked by then. Replications without an impact there have no such time.
    """
    columns = outcomes.cast.at_asset(asset)
    if not len(columns):
        return np.empty(0), np.zeros(len(outcomes.replications), np.bool_)
    confirmed = outcomes.confirmed_s[:, columns].min(axis=1)
    impact = outcomes.impact_s[:, columns].min(axis=1)
    had = np.isfinite(impact)
    return np.asarray(impact[had] - np.minimum(confirmed[had], impact[had])), had
