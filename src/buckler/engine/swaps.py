"""A round of assignment improved by exchanges: what may still be gained by giving targets to other weapons.

The greedy rule takes the best pair first, and may so take a weapon from the only target that it alone can meet. An exchange takes a
pair x that was left out, gives up what stands in its way (the pair that holds its target, and one that holds its battery's last
channel or rounds), and gives the target of the latter to the best weapon that is left. Only exchanges that raise the round's value,
the sum of its marginal returns, are made, so it ends, and with no less than it began with. Not every better assignment is one
exchange away: `buckler.decision.assignment` looks for longer rings, and proves optima, outside the loop.
"""

from __future__ import annotations

from typing import Final

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine.journal import N_CANDIDATES
from buckler.engine.rules import at_hand, salvo_at
from buckler.engine.state import State

NONE: Final = -1
LEAST_GAIN: Final = 1e-9
"""A share of what is given up: below it is rounding."""


@borrowing_kernel
def salvo_of(world: WorldArrays, state: State, k: int) -> int:
    """Rounds of candidate `k`."""
    w, i = state.candidates[k].weapon, state.candidates[k].threat
    b = world.weapons[w].battery
    return salvo_at(world.batteries[b], state.attempts[b, i], world.threats[i].kill_class)


@borrowing_kernel
def take(world: WorldArrays, state: State, c: int, k: int, number: int) -> None:
    """Candidate `k` is the `number`-th pair of the round: its channel and rounds are spoken for, its target is engaged."""
    w, i = state.candidates[k].weapon, state.candidates[k].threat
    state.candidates[k].taken = number
    state.channels[world.weapons[w].battery] -= 1
    state.stocks[w].ready -= salvo_of(world, state, k)
    state.held_by[c, i].engaged += 1


@borrowing_kernel
def give_back(world: WorldArrays, state: State, c: int, k: int) -> None:
    """Candidate `k` is taken no longer."""
    w, i = state.candidates[k].weapon, state.candidates[k].threat
    state.candidates[k].taken = 0
    state.channels[world.weapons[w].battery] += 1
    state.stocks[w].ready += salvo_of(world, state, k)
    state.held_by[c, i].engaged -= 1


@borrowing_kernel
def _can_be(world: WorldArrays, state: State, k: int, now_s: float) -> bool:
    """Whether the battery of candidate `k` has a channel and the rounds for it now."""
    w, i = state.candidates[k].weapon, state.candidates[k].threat
    enough = at_hand(world.weapons[w], state.stocks[w], world.threats[i].kill_class, now_s) >= salvo_of(world, state, k)
    return bool(state.channels[world.weapons[w].battery] > 0 and enough)


@borrowing_kernel
def first_of(state: State, k: int) -> int:
    """The first candidate with the target of candidate `k`: a target's candidates stand together."""
    while k > 0 and state.candidates[k - 1].threat == state.candidates[k].threat:
        k -= 1
    return k


@borrowing_kernel
def _holder(state: State, k: int) -> int:
    """The taken candidate with the target of candidate `k`; NONE where nobody has it."""
    at = first_of(state, k)
    while at < state.counts[N_CANDIDATES] and state.candidates[at].threat == state.candidates[k].threat:
        if state.candidates[at].taken > 0:
            return at
        at += 1
    return NONE


@borrowing_kernel
def _best_other(world: WorldArrays, state: State, k: int, now_s: float) -> int:
    """The best candidate that can be had for the target of candidate `k`, which has just been given up; NONE for none."""
    best = NONE
    at = first_of(state, k)
    while at < state.counts[N_CANDIDATES] and state.candidates[at].threat == state.candidates[k].threat:
        candidate = state.candidates[at]
        better = candidate.worth > (0.0 if best == NONE else state.candidates[best].worth)
        if at != k and better and _can_be(world, state, at, now_s):
            best = at
        at += 1
    return best


@borrowing_kernel
def best_exchange(world: WorldArrays, state: State, c: int, now_s: float) -> tuple[int, int, int, int]:
    """The exchange that gains most: the candidate to take, the one that held its target, the one that stood in its way, and the one
    that takes the latter's target instead; NONE where there is none. The first NONE: nothing gains.

    The returns of pairs whose geometry has not been asked are bounds from above: whoever acts on them must ask first.
    """
    best_x, best_held, best_way, best_y = NONE, NONE, NONE, NONE
    most = 0.0
    for x in range(state.counts[N_CANDIDATES]):
        if state.candidates[x].taken > 0 or state.candidates[x].worth <= 0.0:
            continue
        held = _holder(state, x)
        given, before = 0.0, 0
        if held != NONE:
            given, before = state.candidates[held].worth, state.candidates[held].taken
            give_back(world, state, c, held)
        if _can_be(world, state, x, now_s):
            gain = state.candidates[x].worth - given
            if gain > most + LEAST_GAIN * given:
                best_x, best_held, best_way, best_y, most = x, held, NONE, NONE, gain
        else:
            b = world.weapons[state.candidates[x].weapon].battery
            for a in range(state.counts[N_CANDIDATES]):
                number = state.candidates[a].taken
                if number == 0 or world.weapons[state.candidates[a].weapon].battery != b:
                    continue
                give_back(world, state, c, a)
                if _can_be(world, state, x, now_s):
                    take(world, state, c, x, number)
                    y = _best_other(world, state, a, now_s)
                    give_back(world, state, c, x)
                    up = given + state.candidates[a].worth
                    gain = state.candidates[x].worth + (state.candidates[y].worth if y != NONE else 0.0) - up
                    if gain > most + LEAST_GAIN * up:
                        best_x, best_held, best_way, best_y, most = x, held, a, y, gain
                take(world, state, c, a, number)
        if held != NONE:
            take(world, state, c, held, before)
    return best_x, best_held, best_way, best_y


@borrowing_kernel
def exchange(world: WorldArrays, state: State, c: int, x: int, held: int, way: int, y: int, fresh: int) -> None:
    """Make the exchange. Each pair takes the number of what it replaces; one that replaces nothing gets the `fresh` one."""
    number = fresh
    if held != NONE:
        number = state.candidates[held].taken
        give_back(world, state, c, held)
    if way != NONE:
        freed = state.candidates[way].taken
        give_back(world, state, c, way)
        if held == NONE:
            number = freed
            freed = fresh
        if y != NONE:
            take(world, state, c, y, freed)
    take(world, state, c, x, number)
