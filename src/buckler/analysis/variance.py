"""Which group of parameters the answer hangs on, beside luck (`analysis.nested` tells the two apart in each figure).

**A tornado.** Every group moves by one quantile u. Its swing is how far a straight line in u moves the figure from the group's 10 %
quantile to its 90 %. Its first-order share is that of the line: the squared correlation r² of the draws' means with u, less its
expectation 1/(M - 1) where there is no relation, in proportion to the ignorance left when luck is subtracted. What is curved, or due
to several groups at once, it does not see; shares need not add up to one.

**Sobol indices** need draws laid out for them (Saltelli et al., Computer Physics Communications 181 (2010) 259,
doi:10.1016/j.cpc.2009.09.018): base samples A and B, and for each group j the sample AB_j, which is A with group j from B. SALib
(Iwanaga, Usher and Herman, Socio-Environmental Systems Modelling 4 (2022) 18155, doi:10.18174/sesmo.18155) gives from the draws' means

    S_j = mean(B (AB_j - A)) / V,    T_j = mean((A - AB_j)²) / (2 V),    V = var(A and B together),

with intervals by resampling rows. Draws' means hold luck: R replications each add e, var(e) = luck/R, independent between draws. The
numerator of S_j has no expectation from it, (A - AB_j)²/2 has luck/R, and so has V. With luck known from within the draws,

    S_j' = S_j V / (V - luck/R),    T_j' = (T_j V - luck/R) / (V - luck/R).

S_j' is the share of the ignorance that would go, on average, if group j were known; T_j' what would stay if all others were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.intervals import Z, t_point
from buckler.analysis.nested import Drawn, nested
from buckler.analysis.outcomes import Outcomes

if TYPE_CHECKING:
    from rich.table import Table

Values = NDArray[np.float64]
_RESAMPLES: Final = 400
_SEED: Final = 20191231


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


def effects(values: NDArray[Any], draws: Drawn, quantiles: dict[str, Values]) -> list[Effect]:
    """What every group does to a figure, the widest swing first; `quantiles`: of each group in the draws, in the draws' order.

    Independent draws: a straight line through the draws' means. Rows laid out for Sobol indices: in every row draw j differs from the
    first in group j alone, and the line goes through those changes (no intercept: no change of the group, no change of the figure).
    """
    from scipy.stats import t as student

    parts = nested(values, draws)
    _, group, sizes = np.unique(draws.numbers, return_inverse=True, return_counts=True)
    means = np.bincount(group, np.asarray(values, np.float64)) / sizes
    m = len(means)
    total = float(np.var(means, ddof=1))
    free = m - 2 if draws.row == 1 else m // draws.row - 1
    strict = float(student.ppf(1.0 - 0.025 / max(len(quantiles), 1), free)) if free > 0 else float("inf")
    out = []
    for j, (name, u) in enumerate(quantiles.items()):
        if len(u) != m:
            raise ValueError(f"{name}: {len(u)} quantiles for {m} draws")
        if draws.row == 1:
            du, dm = u - np.mean(u), means - np.mean(means)
        else:
            du, dm = u[j + 1 :: draws.row] - u[:: draws.row], means[j + 1 :: draws.row] - means[:: draws.row]
        slope = float(du @ dm / (du @ du))
        error = sqrt(float(np.sum((dm - slope * du) ** 2)) / max(free, 1) / float(du @ du))
        half = (t_point(free) if free > 0 else Z) * error
        if draws.row == 1:
            squared = slope**2 * float(du @ du) / float(dm @ dm) if total > 0.0 else 0.0
            explained = max(0.0, squared - (1.0 - squared) / max(m - 2, 1)) * total
        else:  # u is uniform: its variance is 1/12
            explained = max(0.0, slope**2 - error**2) / 12.0
        share = min(1.0, explained / parts.ignorance) if parts.ignorance > 0.0 else 0.0
        out.append(
            Effect(name, share, 0.8 * slope, 0.8 * (slope - half), 0.8 * (slope + half), abs(slope) > strict * error)
        )
    return sorted(out, key=lambda effect: (-abs(effect.swing), effect.group))


@dataclass(frozen=True)
class Index:
    """A group's Sobol indices for a figure, the luck of finite replications subtracted; each with half of its 95 % interval."""

    group: str
    first: float
    """Share of the ignorance that would go if this group alone were known."""
    first_half: float
    total: float
    """Share that would stay if everything but this group were known."""
    total_half: float
    is_clear: bool
    """Whether the first-order share differs from 0 at 5 % for all groups together (Bonferroni)."""


def sobol_indices(values: NDArray[Any], draws: Drawn, groups: list[str]) -> list[Index] | None:
    """The indices of every group, the largest first-order share first, from draws in SALib's order A, AB_1, ..., AB_D, B row by row.

    None where the draws' means do not spread clearly more than luck alone would make them (the F test of the analysis of variance, at
    5 %): shares of an ignorance that cannot be told from luck would be noise.
    """
    from SALib.analyze import sobol
    from scipy.stats import f, norm

    _, group, sizes = np.unique(draws.numbers, return_inverse=True, return_counts=True)
    means = np.bincount(group, np.asarray(values, np.float64)) / sizes
    step = len(groups) + 2
    if len(means) % step:
        raise ValueError(f"{len(means)} draws are no whole number of rows of {step}")
    # Of the draws' means, the luck that is left in each; the A and B samples alone make up V.
    luck = nested(values, draws).luck
    noise = luck * float(np.mean(1.0 / sizes))
    base = np.concatenate([means[0::step], means[step - 1 :: step]])
    spread = float(np.var(base))
    ignorance = spread - noise
    free = len(base) - 1, int(np.sum(sizes)) - len(sizes)
    if spread <= 0.0 or (noise > 0.0 and len(base) / free[0] * spread / noise < float(f.ppf(0.95, *free))):
        return None
    problem = {"num_vars": len(groups), "names": groups, "bounds": [[0.0, 1.0]] * len(groups)}
    found = sobol.analyze(problem, means, calc_second_order=False, num_resamples=_RESAMPLES, seed=_SEED)
    scale, shift = spread / ignorance, noise / ignorance
    strict = float(norm.ppf(1.0 - 0.025 / len(groups))) / Z
    indices = [
        Index(
            name,
            float(found["S1"][j]) * scale,
            float(found["S1_conf"][j]) * scale,
            float(found["ST"][j]) * scale - shift,
            float(found["ST_conf"][j]) * scale,
            float(found["S1"][j]) > strict * float(found["S1_conf"][j]),
        )
        for j, name in enumerate(groups)
    ]
    return sorted(indices, key=lambda index: (-index.first, index.group))


def verdict(found: list[Effect], indices: list[Index] | None = None) -> str:
    """The one sentence: which group to know better, or that the draws do not tell."""
    if indices and (known := [index for index in indices if index.is_clear]):
        share = f"{100 * min(known[0].first, 1.0):.0f} %"
        return f"If only one number could be known better, it is this one: {known[0].group} ({share} of the ignorance would go with it)."
    clear = [effect for effect in found if effect.is_clear and effect.share > 0.0]
    if not clear:
        return "No group stands out from luck in these draws: fly more of them."
    best = max(clear, key=lambda effect: effect.share)
    return f"If only one number could be known better, it is this one: {best.group}."


def decompose(summary: dict[str, Any], outcomes: Outcomes, parameters: Path, design: dict[str, Any]) -> None:
    """Say in a summary what the answer hangs on: the effect of every group on the main figures, and its Sobol indices where the draws
    are laid out for them (`design`, of run.json).
    """
    import pyarrow.parquet as pq

    if outcomes.draws is None:
        raise ValueError("outcomes without draws have no decomposition")
    rows = pq.read_table(parameters, columns=["draw", "group", "quantile"]).to_pylist()
    quantiles: dict[str, dict[int, float]] = {}
    for row in rows:
        quantiles.setdefault(row["group"], {})[row["draw"]] = row["quantile"]
    present = np.unique(outcomes.draws.numbers)
    by_group = {name: np.array([of_draw[int(draw)] for draw in present]) for name, of_draw in sorted(quantiles.items())}
    summary["uncertainty"] = {
        "draws": len(present),
        "replications_per_draw": int(np.bincount(outcomes.draws.numbers).max()),
    }
    laid_out = design.get("design") == "saltelli" and len(present) == design.get("draws")
    for key, values in (("nothing_leaks", outcomes.nothing_leaked), ("leakers", outcomes.leaked.sum(axis=1))):
        found = effects(values, outcomes.draws, by_group)
        indices = sobol_indices(values, outcomes.draws, sorted(by_group)) if laid_out else None
        summary["uncertainty"][key] = {
            "effects": [asdict(effect) for effect in found],
            "verdict": verdict(found, indices),
        }
        if laid_out:
            summary["uncertainty"][key]["sobol"] = None if indices is None else [asdict(index) for index in indices]


_FIGURES: Final = (
    ("nothing_leaks", "nothing gets through"),
    ("no_asset_hit", "no asset is hit"),
    ("leakers", "threats that get through"),
    ("leakers_by_class", "  {}"),
    ("leakers_by_asset", "  at {}"),
    ("rounds", "rounds spent"),
    ("rounds_by_system", "  {}"),
)


def parts_of(summary: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The figures with their names, in the order of the tables, where both parts are known."""
    for key, name in _FIGURES:
        found = summary[key]
        figures = {name: found} if "{}" not in name else {name.format(f.get("name", k)): f for k, f in found.items()}
        yield from ((shown, figure) for shown, figure in figures.items() if "luck_std" in figure)


def render(summary: dict[str, Any], most: int = 8) -> Table:
    """The two parts of the figures, and a tornado of the groups that move one of them most, for the terminal."""
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
    for name, figure in parts_of(summary):
        table.add_row(name, f"{figure['luck_std']:.3g}", f"{figure['ignorance_std']:.3g}")
    table.add_section()
    table.add_row("what moves the leakers", "swing", "95 % interval", style="bold")
    hangs = summary["uncertainty"]["leakers"]
    for effect in hangs["effects"][:most]:
        table.add_row(
            effect["group"], f"{effect['swing']:+.3g}", f"{effect['swing_low']:+.3g} to {effect['swing_high']:+.3g}"
        )
    if hangs.get("sobol"):
        table.add_section()
        table.add_row("Sobol indices of the leakers", "first order", "total", style="bold")
        for index in hangs["sobol"][:most]:
            table.add_row(
                index["group"], *(f"{index[key]:.2f} ±{index[f'{key}_half']:.2f}" for key in ("first", "total"))
            )
    table.caption = hangs["verdict"]
    table.caption_justify = "left"
    return table
