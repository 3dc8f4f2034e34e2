"""Luck and ignorance told apart, and which group of parameters the answer hangs on.

One-way nested design: draw i of M has R replications, y_ij = m + a_i + e_ij; var(a) is ignorance (what the parameters' ranges leave
open), var(e) luck. Analysis of variance (Searle, Casella and McCulloch, Variance Components, 1992, §3.5-3.6; unequal R by their n0):

    ignorance = max(0, (MS_between - MS_within) / n0),  luck = MS_within,  n0 = (N - sum R_i² / N) / (M - 1).

The spread of the draws' means alone would count luck/R as ignorance; it is subtracted. The mean over everything has the standard
error sqrt(MS_between / N) with M - 1 degrees of freedom: the draw is the sampling unit, replications within it are not independent.

**Which group.** Every group moves by one quantile u. Its first-order share is that of a straight line in u: the squared correlation
r² of the draws' means with u, less its expectation 1/(M - 1) where there is no relation, in proportion to the ignorance left when luck
is subtracted. What is curved, or due to several groups at once, it does not see; shares need not add up to one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.intervals import Z, agreement, t_point, wilson
from buckler.analysis.outcomes import Outcomes
from buckler.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

Values = NDArray[np.float64]
METHOD: Final = "nested analysis of variance"


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
    draws: int
    replications: int

    def as_dict(self) -> dict[str, Any]:
        """As written to variance.json: the two parts as standard deviations, in the figure's own unit."""
        return {
            "value": self.mean,
            "low": self.low,
            "high": self.high,
            "luck_std": sqrt(self.luck),
            "ignorance_std": sqrt(self.ignorance),
            "draws": self.draws,
            "replications": self.replications,
        }


def nested(values: NDArray[Any], draws: NDArray[np.integer[Any]]) -> Parts:
    """The two parts of one number a replication; `draws` says with which draw each was flown."""
    y = np.asarray(values, np.float64)
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


@dataclass(frozen=True)
class Effect:
    """What a group does to a figure."""

    group: str
    share: float
    """Of the ignorance that a straight line in the group's quantile explains, 0 to 1."""
    swing: float
    """How far the figure moves from the group's 10 % quantile to its 90 %: the bar of a tornado chart."""
    swing_low: float
    swing_high: float
    is_clear: bool
    """Whether the swing differs from 0 at 5 % for all groups together (Bonferroni): among sixty groups that do nothing, three would
    have an interval without 0."""


def effects(values: NDArray[Any], draws: NDArray[np.integer[Any]], quantiles: dict[str, Values]) -> list[Effect]:
    """What every group does to a figure, the widest swing first; `quantiles`: of each group in the draws, in the draws' order."""
    parts = nested(values, draws)
    _, group, sizes = np.unique(draws, return_inverse=True, return_counts=True)
    means = np.bincount(group, np.asarray(values, np.float64)) / sizes
    m = len(means)
    total = float(np.var(means, ddof=1))
    from scipy.stats import t as student

    strict = float(student.ppf(1.0 - 0.025 / max(len(quantiles), 1), m - 2)) if m > 2 else float("inf")
    out = []
    for name, u in quantiles.items():
        if len(u) != m:
            raise ValueError(f"{name}: {len(u)} quantiles for {m} draws")
        du, dm = u - np.mean(u), means - np.mean(means)
        slope = float(du @ dm / (du @ du))
        residual = float(np.sum((dm - slope * du) ** 2)) / max(m - 2, 1)
        error = sqrt(residual / float(du @ du))
        half = (t_point(m - 2) if m > 2 else Z) * error
        squared = slope**2 * float(du @ du) / float(dm @ dm) if total > 0.0 else 0.0
        explained = max(0.0, squared - (1.0 - squared) / max(m - 2, 1)) * total
        share = min(1.0, explained / parts.ignorance) if parts.ignorance > 0.0 else 0.0
        out.append(
            Effect(name, share, 0.8 * slope, 0.8 * (slope - half), 0.8 * (slope + half), abs(slope) > strict * error)
        )
    return sorted(out, key=lambda effect: (-abs(effect.swing), effect.group))


def verdict(found: list[Effect]) -> str:
    """The one sentence: which group to know better, or that the draws do not tell."""
    clear = [effect for effect in found if effect.is_clear and effect.share > 0.0]
    if not clear:
        return "No group stands out from luck in these draws: fly more of them."
    best = max(clear, key=lambda effect: effect.share)
    return f"If only one could be known better, it is this one: {best.group}."


def add_ignorance(summary: dict[str, Any], outcomes: Outcomes, parameters: Path) -> None:
    """Bring both parts into a summary whose run sampled its parameters.

    The figures below get the interval of the nested design and `luck_std`, `ignorance_std`; every other figure keeps the interval
    that holds for luck alone, and its method says so. `uncertainty` holds the effect of every group on the two main figures.
    """
    import pyarrow.parquet as pq

    table = pq.read_table(parameters)
    rows = table.select(["draw", "first_replication", "group", "quantile"]).to_pylist()
    starts = np.array(sorted({row["first_replication"] for row in rows}))
    draws = np.searchsorted(starts, outcomes.replications, side="right") - 1
    quantiles: dict[str, dict[int, float]] = {}
    for row in rows:
        quantiles.setdefault(row["group"], {})[row["draw"]] = row["quantile"]
    present = np.unique(draws)
    by_group = {name: np.array([of_draw[int(draw)] for draw in present]) for name, of_draw in sorted(quantiles.items())}
    for figure, values, low, high in list(_figures(summary, outcomes)):
        parts = nested(values, draws)
        if np.all(values == values[0]):
            ends = (
                wilson(round(parts.mean * parts.draws), parts.draws)
                if high == 1.0
                else agreement(parts.mean, parts.draws, low, high)
            )
            bottom, top = ends.low, ends.high
        else:
            bottom, top = max(parts.low, low), min(parts.high, high)
        figure.update({**parts.as_dict(), "low": bottom, "high": top, "n": len(values), "method": METHOD})
    _mark_luck_only(summary)
    summary["uncertainty"] = {"draws": len(present), "replications_per_draw": int(np.bincount(draws).max())}
    for key, values in (("nothing_leaks", outcomes.nothing_leaked), ("leakers", outcomes.leaked.sum(axis=1))):
        found = effects(values, draws, by_group)
        summary["uncertainty"][key] = {"effects": [asdict(effect) for effect in found], "verdict": verdict(found)}


def _figures(
    summary: dict[str, Any], outcomes: Outcomes
) -> Iterator[tuple[dict[str, Any], NDArray[Any], float, float]]:
    """The figures that are one number a replication: where they stand, the numbers, and between what they must lie."""
    cast = outcomes.cast
    yield summary["nothing_leaks"], outcomes.nothing_leaked, 0.0, 1.0
    yield summary["no_asset_hit"], outcomes.no_asset_hit, 0.0, 1.0
    for k, key in enumerate(cast.assets):
        yield summary["asset_hit"][key], outcomes.asset_hit[:, k], 0.0, 1.0
    groups = [(summary["leakers"], np.arange(len(cast.threats)))]
    groups += [(summary["leakers_by_class"][name], cast.of_class(name)) for name in cast.classes]
    groups += [(summary["leakers_by_asset"][key], cast.at_asset(key)) for key in cast.assets]
    for figure, columns in groups:
        yield figure, outcomes.leaked[:, columns].sum(axis=1), 0.0, float(len(columns))
    arms = [(summary["rounds"], np.arange(len(cast.weapons)))]
    arms += [(summary["rounds_by_system"][name], cast.of_system(name)) for name in cast.systems]
    for figure, columns in arms:
        spent = outcomes.rounds[:, columns].sum(axis=1)
        yield figure, spent, 0.0, max(float(figure["ready"]), float(spent.max(initial=0)))


def _mark_luck_only(data: Any) -> None:
    if isinstance(data, dict):
        if "method" in data and data["method"] not in (METHOD, "given", "not observed"):
            data["method"] = f"{data['method']}, luck only"
        for value in data.values():
            _mark_luck_only(value)


def render(summary: dict[str, Any], figure: str = "leakers", most: int = 8) -> Table:
    """The two parts of the main figures, and a tornado of the groups that move one of them most, for the terminal."""
    from rich.table import Table

    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title_justify="left",
        title="Luck and ignorance (standard deviations)",
    )
    for k, heading in enumerate(("", "luck, one raid", "ignorance")):
        table.add_column(heading, justify="right" if k else "left")
    for key, name in (
        ("nothing_leaks", "nothing gets through"),
        ("leakers", "leakers a raid"),
        ("rounds", "rounds a raid"),
    ):
        table.add_row(name, f"{summary[key]['luck_std']:.3g}", f"{summary[key]['ignorance_std']:.3g}")
    table.add_section()
    table.add_row("what moves the leakers", "swing", "95 % interval", style="bold")
    for effect in summary["uncertainty"][figure]["effects"][:most]:
        table.add_row(
            effect["group"], f"{effect['swing']:+.3g}", f"{effect['swing_low']:+.3g} to {effect['swing_high']:+.3g}"
        )
    table.caption = summary["uncertainty"][figure]["verdict"]
    table.caption_justify = "left"
    return table
