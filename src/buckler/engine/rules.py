"""Doctrine in the fight: rounds at a target, rounds kept, and whether an intercept is permitted where and when it would be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.dtypes import FREE, HOLD, OPEN, WorldArrays
from buckler.engine.paths import geodetic
from buckler.engine.state import State


@borrowing_kernel
def salvo_at(battery: Any, attempt: Any, kill_class: int) -> int:
    """Rounds at a target before looking: another number where the battery has fired at it before."""
    return int(battery.next_salvo[kill_class] if attempt.fired > 0 else battery.salvo[kill_class])


@borrowing_kernel
def at_hand(weapon: Any, stock: Any, kill_class: int, now_s: float) -> int:
    """Ready rounds that may be fired at a class now: those kept for later are kept in the store first."""
    if weapon.kept[kill_class] == 0 or now_s >= weapon.kept_until_s:
        return int(stock.ready)
    return int(stock.ready - max(0, weapon.kept[kill_class] - stock.stored))


@borrowing_kernel
def within(rules: NDArray[np.void], zone: int, lat_deg: float, lon_deg: float) -> bool:
    """Whether a place lies in the zone at a row of World.rules: an odd number of its sides is crossed on the way north.

    The sides are straight in latitude and longitude. M. Shimrat, Communications of the ACM 5 (1962) 434, doi:10.1145/368637.368653.
    """
    corners = rules[zone].a
    odd = False
    before = rules[zone + corners]
    for k in range(zone + 1, zone + 1 + corners):
        corner = rules[k]
        if (corner.y > lon_deg) != (before.y > lon_deg):
            share = (lon_deg - corner.y) / (before.y - corner.y)
            if corner.x + share * (before.x - corner.x) > lat_deg:
                odd = not odd
        before = corner
    return odd


@borrowing_kernel
def status_at(rules: NDArray[np.void], battery: Any, lat_deg: float, lon_deg: float, now_s: float) -> int:
    """The weapon control status of a battery for an intercept at a place: of the order that holds there and now, else its own."""
    for k in range(battery.first_order, battery.first_order + battery.orders):
        order = rules[k]
        if order.x <= now_s < order.y and (order.b < 0 or within(rules, order.b, lat_deg, lon_deg)):
            return int(order.a)
    return int(battery.control)


@borrowing_kernel
def permitted(
    world: WorldArrays, state: State, b: int, i: int, identified: bool, meet_s: float, kill: float, now_s: float
) -> bool:
    """Whether the rules of battery `b` let it order an intercept of threat `i` at `meet_s`, with this predicted kill probability."""
    battery = world.batteries[b]
    if kill < battery.minimum_kill:
        return False
    if battery.orders > 0 or battery.zone >= 0 or battery.control != FREE:
        lat_deg, lon_deg, _ = geodetic(world.threats[i], world.path_m, meet_s)
        if battery.zone >= 0 and not within(world.rules, battery.zone, lat_deg, lon_deg):
            return False
        status = status_at(world.rules, battery, lat_deg, lon_deg, now_s)
        if status == HOLD or (status != FREE and not identified):
            return False
    if battery.yields > 0 and now_s < world.threats[i].end_s - battery.yields_until_s:
        for k in range(battery.first_yield, battery.first_yield + battery.yields):
            if comes_first(world, state, world.rules[k].a, i):
                return False
    return True


@borrowing_kernel
def comes_first(world: WorldArrays, state: State, a: int, i: int) -> bool:
    """Whether threat `i` is still battery `a`'s: it is engaging it, or has not yet and still can."""
    attempt = state.attempts[a, i]
    if attempt.engaged > 0:
        return True
    if attempt.fired > 0:
        return False
    battery = world.batteries[a]
    if battery.dash_mps > 0.0 and state.down[a] > 0:
        return False  # not on station
    kill_class = world.threats[i].kill_class
    if battery.hold != 0 or battery.engages[kill_class] == 0:
        return False
    rounds = salvo_at(battery, attempt, kill_class)
    for w in range(battery.first_weapon, battery.first_weapon + battery.weapons):
        if (
            world.weapons[w].kill_probability[kill_class] > 0.0
            and world.pairs[w, i].worth > 0.0
            and state.aims[w, i].shut == OPEN
            and state.stocks[w].ready + state.stocks[w].stored >= rounds
        ):
            return True
    return False
