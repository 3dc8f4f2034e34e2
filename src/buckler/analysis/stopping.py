"""When enough replications have been flown: a figure, how narrow its interval must be, and when to look.

**Looks.** The interval is looked at after 200 replications, then after each doubling, and at the budget: a fixed schedule, so that
the answer does not depend on workers, and few looks. Stopping when an interval *happens* to be narrow favours samples that look less
variable than they are; each look is one more chance for that. With a look after every block the coverage of a 95 % interval falls
well below 95 %; with doublings, at most a handful of looks lie near the one that stops, and the price is at most twice the
replications that were needed.

**Intervals.** For a proportion Agresti and Coull's (The American Statistician 52 (1998) 119, doi:10.1080/00031305.1998.10480550):
Wilson's centre with a wider half, so that it stays conservative near 0 and 1, where Wilson's own falls to 91 % and where narrow
intervals stop earliest. The coverage over the whole sequential plan is computed exactly (no simulation) in the tests: at least
93 % for true values from 0.01 to 0.995. For a mean Student's t or, where the sample is skewed, the BCa bootstrap, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.estimates import Estimate, mean
from buckler.analysis.intervals import Z, agresti_coull
from buckler.analysis.outcomes import CLASS_ORDER, Outcomes
from buckler.errors import InputError, UnknownNameError

FIRST_LOOK: Final = 200
AT_MOST: Final = 100_000
"""The budget where none is stated."""
FIGURES: Final = {
    "p_none_leak": "the probability that nothing gets through",
    "p_no_asset_hit": "the probability that no asset is hit",
    "mean_leakers": "the mean number of threats that get through",
    **{f"mean_leakers_{name}": f"the same of class {name}" for name in CLASS_ORDER},
    "mean_rounds": "the mean number of rounds fired",
}
"""What --until can ask for."""

_TARGET: Final = re.compile(r"\s*([^\s±+]+)\s*(?:±|\+/?-)\s*(\S+)\s*")


@dataclass(frozen=True)
class Target:
    """A figure and the half width of its 95 % interval at which to stop."""

    figure: str
    half_width: float

    def __str__(self) -> str:
        return f"{self.figure} ±{self.half_width:g}"

    @property
    def is_proportion(self) -> bool:
        """Whether the figure is a probability."""
        return self.figure.startswith("p_")


def parse_target(text: str) -> Target:
    """The target that `text` says, such as "p_none_leak ±0.01" (or +-); InputError with what to write instead."""
    match = _TARGET.fullmatch(text)
    if match is None:
        raise InputError(
            f'--until {text!r}: write a figure and a half width, such as "p_none_leak ±0.01" or "p_none_leak +-0.01"'
        )
    if match[1] not in FIGURES:
        raise UnknownNameError("figure", match[1], FIGURES, f"There are {', '.join(FIGURES)}.")
    try:
        half = float(match[2])
    except ValueError:
        half = float("nan")
    if not 0.0 < half < inf:
        raise InputError(f"--until {text!r}: {match[2]!r} is no half width: write a number above 0, such as 0.01")
    target = Target(match[1], half)
    if target.is_proportion and half >= 0.5:
        raise InputError(
            f"--until {text!r}: every probability is known to ±0.5; write a smaller half width, such as 0.01"
        )
    return target


def looks(at_most: int, block: int = 1) -> Iterator[int]:
    """After how many replications to look: 200, 400, 800, ..., and at the budget, in whole blocks."""
    last = at_most - at_most % block
    if last < 1:
        raise InputError(f"--at-most {at_most}: write at least {block}")
    n = FIRST_LOOK
    while n < last:
        yield n
        n *= 2
    yield last


def measure(outcomes: Outcomes, figure: str) -> Estimate:
    """The figure with an interval that holds under sequential stopping."""
    if figure in ("p_none_leak", "p_no_asset_hit"):
        flags = outcomes.nothing_leaked if figure == "p_none_leak" else outcomes.no_asset_hit
        n, count = len(flags), int(np.count_nonzero(flags))
        low, high, method = agresti_coull(count, n)
        return Estimate(count / n, low, high, n, f"{method}, sequential", "probability")
    values, unit, most = _numbers(outcomes, figure)
    return mean(values, unit, 0, most)


def _numbers(outcomes: Outcomes, figure: str) -> tuple[NDArray[Any], str, float]:
    if figure == "mean_rounds":
        spent = outcomes.rounds.sum(axis=1)
        return spent, "rounds", max(sum(outcomes.cast.weapon_rounds), float(spent.max(initial=0)))
    if figure == "mean_leakers":
        columns = np.arange(len(outcomes.cast.threats))
    else:
        kind = figure.removeprefix("mean_leakers_")
        columns = outcomes.cast.of_class(kind)
        if not len(columns):
            raise InputError(
                f"--until {figure}: the raid has no threat of class {kind}; it has {', '.join(outcomes.cast.classes)}"
            )
    return outcomes.leaked[:, columns].sum(axis=1), "threats", float(len(columns))


def half_width(estimate: Estimate) -> float:
    """Half of the interval's width."""
    if estimate.low is None or estimate.high is None:
        return inf
    return (estimate.high - estimate.low) / 2


def refuse_hopeless(target: Target, at_most: int) -> None:
    """InputError where the budget cannot reach the target whatever happens: a probability known to be 0 is the narrowest."""
    if not target.is_proportion:
        return
    low, high, _ = agresti_coull(0, at_most)
    narrowest = (high - low) / 2
    if narrowest > target.half_width:
        needed = ceil(at_most * narrowest / target.half_width)
        raise InputError(
            f"{target} cannot be reached with at most {at_most:,} replications, which give ±{_up(narrowest)} at best: "
            f"write --at-most {_round_up(needed)} or more, or a wider interval"
        )


def refuse_unreachable(target: Target, estimate: Estimate, at_most: int) -> None:
    """InputError at a look where even the most favourable value within the interval needs more than the budget."""
    needed = _needed(target, estimate, favourable=True)
    if needed > at_most:
        likely = _needed(target, estimate, favourable=False)
        can = target.half_width * sqrt(likely / at_most)
        raise InputError(
            f"{target} cannot be reached with at most {at_most:,} replications: after {estimate.n:,} the figure is "
            f"{estimate.value:.4g} ({estimate.low:.4g} to {estimate.high:.4g}), which needs about {_round_up(likely):,}. Within the budget "
            f'about ±{_up(can)} can: write --at-most {_round_up(likely)} or --until "{target.figure} ±{_up(can)}"'
        )


def _needed(target: Target, estimate: Estimate, favourable: bool) -> float:
    if target.is_proportion:
        p, low, high = estimate.value or 0.0, estimate.low or 0.0, estimate.high or 0.0
        if favourable:
            p = low if low < 1 - high else high
        return Z * Z * p * (1 - p) / target.half_width**2
    # The spread of a sample of 200 or more is known to a quarter, skewed samples included; half of it leaves room.
    half = half_width(estimate) * (0.5 if favourable else 1.0)
    return estimate.n * (half / target.half_width) ** 2


def _round_up(n: float) -> int:
    """To two digits, never less."""
    if n < 100:
        return ceil(n)
    unit = int(10 ** (len(str(ceil(n))) - 2))
    return ceil(n / unit) * unit


def _up(half: float) -> str:
    """A half width to two digits, never less."""
    unit = 10.0 ** np.floor(np.log10(half) - 1)
    return f"{np.ceil(half / unit * (1 - 1e-12)) * unit:.2g}"
