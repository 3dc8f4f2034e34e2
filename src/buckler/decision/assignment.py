"""Weapon assignment: which weapon fires its rounds at which threat, so that the least value survives.

The static weapon-target assignment problem: with V_j the value at stake from threat j, p_ij the kill probability of
one round of weapon i against it and R_i the rounds of weapon i, choose whole numbers x_ij >= 0 with sum_j x_ij <= R_i
that minimise

    sum_j V_j prod_i (1 - p_ij)^x_ij.                                                                                (1)

Manne, Operations Research 6 (1958) 346-351, doi:10.1287/opre.6.3.346; NP-complete: Lloyd and Witsenhausen (1986).
Every round is independent given its probability; a pair that cannot engage has p_ij = 0.

- greedy: the best marginal return, round by round. Optimal where all weapons are alike: den Broeder, Ellison and
  Emerling, Operations Research 7 (1959) 322-326, doi:10.1287/opre.7.3.322.
- swap: greedy, then rings and chains of exchanged rounds while any helps, in `buckler.decision.exchange`.
- exact: column generation and enumeration with HiGHS, in `buckler.decision.optimum`; proves what it returns, or gives
  its bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from buckler.compiled import kernel
from buckler.decision.exchange import LONGEST, LOOKS, swap_improve
from buckler.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

METHODS = ("greedy", "swap", "exact")


@dataclass(frozen=True)
class Assignment:
    """Who fires what at whom, and what is expected to survive."""

    rounds: NDArray[np.int64]
    """Rounds of weapon i at threat j: shape (weapons, threats)."""
    surviving_value: float
    """Expected surviving value, equation (1)."""
    lower_bound: float
    """No assignment leaves less. From "exact" proven by its search; from the others merely what would survive if every
    weapon could fire all its rounds at every threat at once."""
    method: str

    @property
    def gap(self) -> float:
        """How far the result may be above the optimum, as a share of it; 0 to within 1e-9 where it is proven."""
        if self.surviving_value <= 0.0:
            return 0.0
        return (self.surviving_value - self.lower_bound) / self.surviving_value


def assign(
    values: ArrayLike,
    kill_probability: ArrayLike,
    rounds_per_weapon: ArrayLike = 1,
    method: Literal["greedy", "swap", "exact"] = "swap",
    *,
    time_limit_s: float = 60.0,
) -> Assignment:
    """Assign the rounds of weapons to threats so that little value survives, equation (1).

    `values`: value at stake from each threat, shape (threats,). `kill_probability`: of one round, shape (weapons,
    threats). `rounds_per_weapon`: one number for all, or one for each weapon. `method` as in the module's docstring;
    `time_limit_s` is for "exact" alone, which returns the best it has, with its bound, when the time is up.
    """
    value, kill, rounds = _checked(values, kill_probability, rounds_per_weapon)
    if method not in METHODS:
        raise UnknownNameError("assignment method", str(method), METHODS, f"The methods are {', '.join(METHODS)}.")
    if not time_limit_s > 0.0:
        raise InputError(f"time_limit_s is {time_limit_s!r}; give a positive number of seconds")
    fired = np.zeros(kill.shape, dtype=np.int64)
    greedy_assign(kill, rounds.copy(), value.copy(), fired)
    if method != "greedy":
        swap_improve(value, kill, rounds, fired, LONGEST, LOOKS)
    bound = float(value @ np.prod((1.0 - kill) ** rounds[:, None], axis=0))
    if method == "exact":
        from buckler.decision.optimum import optimum

        fired, bound = optimum(value, kill, rounds, fired, time_limit_s)
    survives = surviving_value(value, kill, fired)
    return Assignment(fired, survives, min(bound, survives), method)


def surviving_value(
    values: NDArray[np.float64], kill_probability: NDArray[np.float64], rounds: NDArray[np.int64]
) -> float:
    """Expected surviving value of an assignment, equation (1)."""
    return float(values @ np.prod((1.0 - kill_probability) ** rounds, axis=0))


def linear_assignment(cost: ArrayLike) -> tuple[NDArray[np.int64], float]:
    """Pair each row of `cost` with a column of its own at least total cost: (the column of each row, the total).

    Crouse's shortest augmenting paths, IEEE Transactions on Aerospace and Electronic Systems 52 (2016) 1679-1696,
    doi:10.1109/TAES.2016.140952, in scipy. A row beyond the number of columns stays without one: -1.
    """
    from scipy.optimize import linear_sum_assignment

    try:
        table = np.array(cost, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"cost must be numbers: {error}") from None
    if table.ndim != 2 or not np.isfinite(table).all():
        raise InputError(f"cost, of shape {table.shape}, must be a table of finite numbers")
    rows, columns = linear_sum_assignment(table)
    pair = np.full(table.shape[0], -1)
    pair[rows] = columns
    return pair, float(table[rows, columns].sum())


@kernel
def _best_threat(kill_probability: np.ndarray, surviving: np.ndarray, weapon: int) -> tuple[int, float]:
    """The threat where one round of `weapon` takes most value, and that value; the first such threat on a tie."""
    best, most = -1, 0.0
    for threat in range(surviving.size):
        gain = surviving[threat] * kill_probability[weapon, threat]
        if gain > most:
            best, most = threat, gain
    return best, most


@kernel
def greedy_assign(
    kill_probability: np.ndarray, rounds_left: np.ndarray, surviving: np.ndarray, fired: np.ndarray
) -> None:
    """Best marginal return: again and again the round that takes most of the value still surviving.

    Equation (1) round by round (den Broeder, Ellison and Emerling 1959); ties go to the first weapon, then the first
    threat. Changes in place: `rounds_left` (weapons,), `surviving` (threats,) and `fired` (weapons, threats), to
    which rounds are added. Ends when no round is left or none takes anything. A weapon's best threat changes only
    when its value is shot at, so each step costs one look at the weapons and a new search for those that wanted the
    same threat.
    """
    weapons = rounds_left.size
    best = np.empty(weapons, np.int64)
    gain = np.empty(weapons, np.float64)
    for weapon in range(weapons):
        best[weapon], gain[weapon] = _best_threat(kill_probability, surviving, weapon)
    while True:
        chosen, most = -1, 0.0
        for weapon in range(weapons):
            if rounds_left[weapon] > 0 and gain[weapon] > most:
                chosen, most = weapon, gain[weapon]
        if chosen < 0:
            return
        threat = best[chosen]
        fired[chosen, threat] += 1
        rounds_left[chosen] -= 1
        surviving[threat] *= 1.0 - kill_probability[chosen, threat]
        for weapon in range(weapons):
            if best[weapon] == threat and rounds_left[weapon] > 0:
                best[weapon], gain[weapon] = _best_threat(kill_probability, surviving, weapon)


def _checked(
    values: ArrayLike, kill_probability: ArrayLike, rounds_per_weapon: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """The three inputs as arrays of the right shape and range, or an InputError that says which is not."""
    try:
        value = np.array(values, dtype=np.float64)
        kill = np.array(kill_probability, dtype=np.float64)
        given = np.array(rounds_per_weapon, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"values, kill_probability and rounds_per_weapon must be numbers: {error}") from None
    if value.ndim != 1:
        raise InputError(f"values has shape {value.shape}; give one value for each threat")
    if kill.ndim != 2 or kill.shape[1] != value.size:
        raise InputError(
            f"kill_probability has shape {kill.shape}; give one row a weapon with {value.size} threats in each"
        )
    if not (np.isfinite(value).all() and (value >= 0.0).all()):
        raise InputError(
            f"values[{_first(~(np.isfinite(value) & (value >= 0.0)))}] is not a finite number, zero or more"
        )
    if not ((kill >= 0.0) & (kill <= 1.0)).all():
        raise InputError(f"kill_probability[{_first(~((kill >= 0.0) & (kill <= 1.0)))}] does not lie between 0 and 1")
    if given.ndim > 1 or (given.ndim == 1 and given.size != kill.shape[0]):
        raise InputError(
            f"rounds_per_weapon has shape {given.shape}; give one number, or one for each of {kill.shape[0]} weapons"
        )
    if not (np.isfinite(given) & (given >= 0.0) & (given == np.floor(given)) & (given <= 1e6)).all():
        raise InputError("rounds_per_weapon must be whole numbers, zero or more")
    return value, kill, np.broadcast_to(given.astype(np.int64), (kill.shape[0],)).copy()


def _first(wrong: NDArray[np.bool_]) -> str:
    """The index of the first element that is wrong, as it is written in Python."""
    return ", ".join(str(int(axis)) for axis in np.argwhere(wrong)[0])
