"""The proven optimum of a weapon assignment, by column generation and enumeration.

The problem of `buckler.decision.assignment`, equation (1), as a choice of one column (a set of rounds fired together,
`buckler.decision.columns`) for each threat, with no weapon used beyond its rounds. The linear relaxation of that
choice is far tighter than that of the problem itself. It is solved by column generation (Gilmore and Gomory,
Operations Research 9 (1961) 849-859, doi:10.1287/opre.9.6.849) with prices smoothed towards the best so far (Wentges,
International Transactions in Operational Research 4 (1997) 151-162, doi:10.1111/j.1475-3995.1997.tb00071.x); any
prices u >= 0 prove the Lagrangian bound

    sum_j min over columns of threat j of its cost at u  -  sum_i u_i R_i.
    (1)

A column whose cost at u exceeds the cheapest of its threat by more than the distance between bound and best
assignment is in no better assignment (Baldacci, Christofides and Mingozzi, Mathematical Programming 115 (2008)
351-385, doi:10.1007/s10107-007-0178-5). All others are listed, and HiGHS chooses among them. Where that list is too
long or the time is up, the result is the best assignment found and a bound that still holds.
"""

from __future__ import annotations

import warnings
from time import monotonic
from typing import TYPE_CHECKING, Final

import numpy as np

from buckler.decision.columns import TOO_MANY, find_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

Column = tuple[int, tuple[int, ...]]
"""A threat and the weapons of the rounds fired at it, in order."""

_SCALE: Final = 1000.0
_LARGEST: Final = 1e7
"""Values are scaled: the first assignment leaves _SCALE, the largest is at most this; HiGHS has absolute tolerances."""
_SMOOTHING: Final = 0.7
_MOST_STEPS: Final = 2_000_000
_MOST_COLUMNS: Final = 200_000
_LONGEST_LISTED: Final = 64
_CLOSED: Final = 1e-10
"""Bound and assignment this close, as a share of the value, are the same number."""


def optimum(value: Floats, kill: Floats, rounds: Whole, start: Whole, time_limit_s: float) -> tuple[Whole, float]:
    """The best assignment found from `start`, shape (weapons, threats), and a proven bound on what survives."""
    survives = float(value @ np.prod((1.0 - kill) ** start, axis=0))
    if survives <= 0.0 or rounds.sum() == 0:
        return start, survives
    scale = min(_SCALE / survives, _LARGEST / float(value.max()))
    search = _Search(value * scale, kill, rounds, start, monotonic() + time_limit_s)
    search.price_out()
    search.choose(list(search.survives_of), share_of_time=0.2)
    search.list_and_choose()
    return search.fired, search.bound / scale


class _Search:
    """The columns known so far, the best assignment and the best bound."""

    def __init__(self, value: Floats, kill: Floats, rounds: Whole, start: Whole, deadline: float) -> None:
        self.value, self.rounds, self.deadline = value, rounds, deadline
        self.miss = np.ascontiguousarray(1.0 - kill.T)  # a row for each threat
        self.weapons, self.threats = kill.shape
        self.fired, self.best = start, float(value @ np.prod((1.0 - kill) ** start, axis=0))
        # A round is worth about what it would take now if there were one more of it: the first prices.
        remaining = value * np.prod((1.0 - kill) ** start, axis=0)
        self.prices: Floats = np.max(kill * remaining, axis=1)
        self.bound = float(value @ np.prod((1.0 - kill) ** rounds[:, None], axis=0))
        self.survives_of: dict[Column, float] = {}
        for threat in range(self.threats):
            self._add(threat, ())
            self._add(threat, np.repeat(np.arange(self.weapons), start[:, threat]).tolist())

    def _add(self, threat: int, members: Iterable[int]) -> bool:
        column = (threat, tuple(sorted(members)))
        if column in self.survives_of:
            return False
        self.survives_of[column] = float(self.value[threat] * np.prod(self.miss[threat, list(column[1])]))
        return True

    def _left_s(self) -> float:
        return self.deadline - monotonic()

    def price_out(self) -> None:
        """Column generation, until no column would lower the relaxation, or the time is up."""
        from scipy.optimize import linprog

        smoothing = _SMOOTHING
        while self._left_s() > 0.0:
            columns = list(self.survives_of)
            uses, chooses = self._matrix(columns)
            solved = linprog(
                [self.survives_of[c] for c in columns],
                A_ub=uses, b_ub=self.rounds, A_eq=chooses, b_eq=np.ones(self.threats), method="highs",
                options={"time_limit": max(self._left_s(), 0.01)},
            )  # fmt: skip
            if solved.status != 0:
                return
            relaxed_prices = np.maximum(-solved.ineqlin.marginals, 0.0)
            added = self._price(
                smoothing * self.prices + (1.0 - smoothing) * relaxed_prices, relaxed_prices, solved.eqlin.marginals
            )
            if not added:
                added = self._price(relaxed_prices, relaxed_prices, solved.eqlin.marginals)
            if not added or solved.fun - self.bound < _CLOSED * _SCALE:
                return

    def _price(self, prices: Floats, relaxed_prices: Floats, relaxed_costs: Floats) -> int:
        """Raise the bound by (1) at `prices`; add its columns that would lower the relaxation and say how many."""
        cheapest, columns = self._cheapest(prices)
        bound = float(cheapest.sum() - prices @ self.rounds)
        if bound > self.bound:
            self.bound, self.prices = bound, prices
        added = 0
        for threat, members in columns:
            survives = float(self.value[threat] * np.prod(self.miss[threat, members]))
            if survives + relaxed_prices[members].sum() < relaxed_costs[threat] - _CLOSED * _SCALE:
                added += self._add(threat, members.tolist())
        return added

    def _cheapest(self, prices: Floats) -> tuple[Floats, list[tuple[int, Whole]]]:
        """A lower bound on the cost of each threat's cheapest column at `prices`, and the columns that were found."""
        members = np.empty((1, int(self.rounds.sum())), np.int64)
        sizes, survivals = np.empty(1, np.int64), np.empty(1)
        cheapest = np.empty(self.threats)
        columns = []
        for threat in range(self.threats):
            found, cheapest[threat] = find_columns(
                self.value[threat],
                self.miss[threat],
                prices,
                self.rounds,
                np.inf,
                True,
                _MOST_STEPS,
                members,
                sizes,
                survivals,
            )
            if found != TOO_MANY:
                columns.append((threat, members[0, : sizes[0]].copy()))
        return cheapest, columns

    def list_and_choose(self) -> None:
        """List every column that an assignment better than the best may use, and choose among them."""
        distance = self.best - self.bound
        if distance <= _CLOSED * _SCALE:
            return
        cheapest, _ = self._cheapest(self.prices)
        base = float(cheapest.sum() - self.prices @ self.rounds)
        reach = self.best - base
        while self._left_s() > 0.0 and reach > 1e-3 * distance:
            columns = self._within(cheapest + reach * (1.0 + 1e-9))
            if columns is not None:
                # Whatever uses a column that is not listed costs at least `base + reach`.
                self.bound = max(self.bound, min(base + reach, self.choose(columns)))
                return
            reach /= 2.0

    def _within(self, thresholds: Floats) -> list[Column] | None:
        """All columns within their threat's threshold at the best prices; None where they are too many."""
        members = np.empty((_MOST_COLUMNS, min(int(self.rounds.sum()), _LONGEST_LISTED)), np.int64)
        sizes, survivals = np.empty(_MOST_COLUMNS, np.int64), np.empty(_MOST_COLUMNS)
        columns: list[Column] = []
        for threat in range(self.threats):
            room = _MOST_COLUMNS - len(columns)
            found, _ = find_columns(
                self.value[threat], self.miss[threat], self.prices, self.rounds, thresholds[threat], False,
                10 * _MOST_STEPS, members[:room], sizes[:room], survivals[:room],
            )  # fmt: skip
            if found == TOO_MANY or self._left_s() <= 0.0:
                return None
            for c in range(found):
                column = (threat, tuple(sorted(members[c, : sizes[c]].tolist())))
                self.survives_of.setdefault(column, float(survivals[c]))
                columns.append(column)
        return columns

    def choose(self, columns: list[Column], share_of_time: float = 1.0) -> float:
        """The best assignment made of `columns` becomes the best if it is; returns a lower bound over all of those."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if len({threat for threat, _ in columns}) < self.threats:
            return np.inf  # a threat without a column: no assignment at all
        left_s = share_of_time * self._left_s()
        if left_s <= 0.0 or self.best - self.bound <= _CLOSED * _SCALE:
            return self.bound
        uses, chooses = self._matrix(columns)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # HiGHS says that it stopped at the time limit: the status says so too
            solved: OptimizeResult = milp(
                [self.survives_of[c] for c in columns],
                constraints=[LinearConstraint(uses, ub=self.rounds), LinearConstraint(chooses, lb=1.0, ub=1.0)],
                integrality=np.ones(len(columns)), bounds=Bounds(0.0, 1.0),
                options={"time_limit": left_s, "mip_rel_gap": 0.0},
            )  # fmt: skip
        if solved.x is not None:
            fired = np.zeros_like(self.fired)
            for c in np.flatnonzero(solved.x > 0.5):
                threat, members = columns[c]
                np.add.at(fired[:, threat], list(members), 1)
            survives = float(self.value @ np.prod(self.miss.T**fired, axis=0))
            if (fired.sum(axis=1) <= self.rounds).all() and survives < self.best:
                self.fired, self.best = fired, survives
        if solved.status == 2:  # infeasible: no assignment of these columns, so none better than the best
            return np.inf
        return self.bound if solved.mip_dual_bound is None else float(solved.mip_dual_bound)

    def _matrix(self, columns: list[Column]) -> tuple[csr_array, csr_array]:
        """Whose rounds a column uses, and which threat it is for: two sparse matrices with a column for each."""
        from scipy.sparse import csr_array

        sizes = np.array([len(members) for _, members in columns], dtype=np.int64)
        weapons = np.array([weapon for _, members in columns for weapon in members], dtype=np.int64)
        index = np.arange(len(columns))
        uses = csr_array(
            (np.ones(weapons.size), (weapons, np.repeat(index, sizes))), shape=(self.weapons, len(columns))
        )  # the same weapon twice in a column adds up
        threats = np.array([threat for threat, _ in columns], dtype=np.int64)
        chooses = csr_array((np.ones(index.size), (threats, index)), shape=(self.threats, len(columns)))
        return uses, chooses
