"""Rounds on launchers and in store: reloads and supplies."""

from __future__ import annotations

from typing import Any

from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.journal import note, plan
from buckler.engine.state import State
from buckler.log.schema import Kind

_RELOAD = int(Kind.RELOAD)
_SUPPLY = int(Kind.SUPPLY)


@borrowing_kernel
def largest_salvo(battery: Any) -> int:
    """The most rounds that the battery's doctrine fires at one target."""
    most = 1
    for rounds in battery.salvo:
        most = max(most, rounds)
    for rounds in battery.next_salvo:
        most = max(most, rounds)
    return most


@borrowing_kernel
def send_for_more(world: WorldArrays, state: State, w: int, now_s: float) -> None:
    """Fewer rounds than the largest salvo are as good as none: the launchers are sent for more."""
    stock = state.stocks[w]
    if stock.stored > 0 and stock.reloading == 0 and stock.ready < largest_salvo(world.batteries[world.weapons[w].battery]):
        stock.reloading = 1
        plan(state.agenda, now_s + world.weapons[w].reload_s, calendar.RELOADED, w, 0)


@borrowing_kernel
def reloaded(world: WorldArrays, state: State, w: int, now_s: float) -> None:
    """The launchers are full again, or as full as the store allows; unless the battery has moved meanwhile."""
    if state.stocks[w].reloading == 0:
        return
    rounds = min(world.weapons[w].ready - state.stocks[w].ready, state.stocks[w].stored)
    state.stocks[w].ready += rounds
    state.stocks[w].stored -= rounds
    state.stocks[w].reloading = 0
    note(state.journal, -1, now_s, _RELOAD, world.first_weapon + w, -1, -1, float(state.stocks[w].ready), 0)


@borrowing_kernel
def plan_supplies(world: WorldArrays, state: State) -> None:
    """Put every supply of the scenario into the calendar."""
    for row in range(len(world.rules) - world.supplies, len(world.rules)):
        plan(state.agenda, world.rules[row].x, calendar.RELOADED, world.rules[row].a, world.rules[row].b)


@borrowing_kernel
def supplied(world: WorldArrays, state: State, w: int, rounds: int, now_s: float) -> None:
    """Rounds arrive in the store of weapon `w`."""
    state.stocks[w].stored += rounds
    note(state.journal, -1, now_s, _SUPPLY, world.first_weapon + w, -1, -1, float(rounds), 0)
    send_for_more(world, state, w, now_s)
