"""Doctrine for the kernels: zones, orders, who comes first, supplies; and a doctrine that leaves nothing to shoot at, refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.decision.evaluation import salvo_kill_probability
from buckler.dtypes import FREE, HOLD, RULE, TIGHT
from buckler.errors import InputError
from buckler.physics.earth import geodesic_inverse
from buckler.scenario.battery import Battery
from buckler.scenario.common import KILL_CLASSES
from buckler.scenario.doctrine import Zone
from buckler.scenario.polygons import inside
from buckler.scenario.rules import ordered_batteries
from buckler.scenario.schema import Scenario
from buckler.world.place import Place

STATUS: Final = {"free": FREE, "tight": TIGHT, "hold": HOLD}
Supply = tuple[float, int, int]
"""When (s), to which weapon, how many rounds."""


def compile_rules(
    scenario: Scenario, batteries: Sequence[Battery], records: NDArray[np.void], supplies: Sequence[Supply]
) -> NDArray[np.void]:
    """World.rules; fills what the battery records say of them."""
    rows: list[tuple[int, int, float, float]] = []
    zone_row: dict[str | None, int] = {None: -1}
    for zone in sorted(scenario.zones, key=lambda zone: zone.name):
        zone_row[zone.name] = len(rows)
        rows.append((len(zone.corners), 0, 0.0, 0.0))
        rows += [(0, 0, lat, lon) for lat, lon in zone.points()]
    index = {battery.name: b for b, battery in enumerate(batteries)}
    posts = {battery.name: {"command": battery.command} for battery in batteries}
    orders = sorted(scenario.control_orders, key=lambda order: order.name)
    for record, battery in zip(records, batteries, strict=True):
        doctrine = battery.doctrine
        mine = [order for order in orders if battery.name in ordered_batteries(order.nodes, posts)]
        record["first_order"], record["orders"] = len(rows), len(mine)
        rows += [
            (
                STATUS[order.status],
                zone_row[order.zone],
                order.from_s,
                np.inf if order.until_s is None else order.until_s,
            )
            for order in mine
        ]
        before = sorted(index[name] for name in doctrine.yields_to if name in index)
        record["first_yield"], record["yields"] = len(rows), len(before)
        rows += [(b, 0, 0.0, 0.0) for b in before]
        record["zone"] = zone_row[doctrine.zone]
        record["hold"] = record["control"] == HOLD and not mine
        bounds = doctrine.zone is not None or doctrine.minimum_kill_probability > 0.0
        record["ruled"] = bounds or bool(mine or before) or may_be_free(scenario)
    rows += [(weapon, rounds, time_s, 0.0) for time_s, weapon, rounds in sorted(supplies)]
    return np.array(rows, RULE)


def may_be_free(scenario: Scenario) -> bool:
    """Whether any battery may ever fire at what is not identified."""
    orders = (order.status for order in scenario.control_orders)
    return "free" in (*orders, *(battery.doctrine.weapon_control for battery in scenario.batteries))


def refuse_idle(
    battery: Battery, cards: dict[str, Card], zones: Sequence[Zone], place: Place, farthest_m: float | None = None
) -> None:
    """InputError where a rule of the battery leaves it no target that it could ever fire at; the message names the rule.

    `cards`: of its rounds by name; `farthest_m`: where it meets targets, if its rounds' reach does not say.
    Weapon control hold is not refused: it is an order, and may end.
    """
    doctrine, said = battery.doctrine, f"battery {battery.name!r} can never fire: "
    kill = {
        (system, name): cards[system].si(f"kill_probability_{name}")
        for system in cards
        for name in KILL_CLASSES
        if cards[system].known(f"kill_probability_{name}") and cards[system].si(f"kill_probability_{name}") > 0.0
    }
    if not kill:
        return  # a fact of the card, not a rule
    can = sorted({name for _, name in kill})
    if doctrine.classes is not None and not set(doctrine.classes) & set(can):
        raise InputError(
            f"{said}doctrine.classes ({', '.join(doctrine.classes)}) excludes every target that its rounds can engage ({', '.join(can)})"
        )
    may = [name for name in can if doctrine.classes is None or name in doctrine.classes]
    if all(doctrine.class_weights.get(name, 1.0) == 0.0 for name in may):
        raise InputError(f"{said}doctrine.class_weights excludes every target: {', '.join(may)} count 0")
    left = {pair: p for pair, p in kill.items() if pair[1] in may and doctrine.class_weights.get(pair[1], 1.0) > 0.0}
    rounds = {weapon.system: weapon for weapon in battery.weapons}
    if all(doctrine.first_salvo(name) > rounds[system].rounds_ready for system, name in _typed(left)):
        raise InputError(
            f"{said}doctrine.salvo excludes every target: it fires more rounds at once than rounds_ready ever holds"
        )
    supplied = {
        system: weapon.rounds_ready + weapon.rounds_stored + sum(supply.rounds for supply in weapon.resupply)
        for system, weapon in rounds.items()
    }
    if all(
        rounds[system].reserve_until_s is None
        and name not in rounds[system].reserve_for
        and supplied[system] - rounds[system].reserve_rounds < doctrine.first_salvo(name)
        for system, name in _typed(left)
    ):
        raise InputError(f"{said}reserve_rounds excludes every target: it keeps all rounds for classes that the battery does not engage")
    best = max(
        salvo_kill_probability(
            p, max(doctrine.first_salvo(name), doctrine.next_salvo(name)),
            cards[system].si("common_mode") if cards[system].known("common_mode") else 1.0,
        )
        for (system, name), p in zip(_typed(left), left.values(), strict=True)
    )  # fmt: skip
    if doctrine.minimum_kill_probability > best:
        raise InputError(
            f"{said}doctrine.minimum_kill_probability ({doctrine.minimum_kill_probability:g}) excludes every target: its best "
            f"salvo has {best:.3g}"
        )
    zone = next((zone for zone in zones if zone.name == doctrine.zone), None)
    farthest = max(min(farthest_m or cards[system].si("max_range"), doctrine.maximum_range_m or np.inf) for system, _ in left)
    if zone is not None and nearest_m(zone, place) > farthest:
        raise InputError(
            f"{said}doctrine.zone ({zone.name}) excludes every target: it begins {nearest_m(zone, place) / 1e3:.0f} km away, and the "
            f"battery reaches {farthest / 1e3:.0f} km"
        )


def refuse_no_asset(battery: Battery, assets: Sequence[str]) -> None:
    """InputError where no asset counts for the battery."""
    if all(battery.doctrine.asset_weights.get(name, 1.0) == 0.0 for name in assets):
        raise InputError(
            f"battery {battery.name!r} can never fire: doctrine.asset_weights excludes every target: each asset counts 0"
        )


def _typed(pairs: Any) -> list[tuple[str, Any]]:
    return list(pairs)


def nearest_m(zone: Zone, place: Place) -> float:
    """About how far a zone is from a place, m: 0 within; else to the nearest of its corners and of points along its sides."""
    points = zone.points()
    if inside(points, (place.lat_deg, place.lon_deg)):
        return 0.0
    ends = zip(points, (*points[1:], points[0]), strict=True)
    share = np.linspace(0.0, 1.0, 65)
    lat = np.concatenate([a[0] + share * (b[0] - a[0]) for a, b in ends])
    ends = zip(points, (*points[1:], points[0]), strict=True)
    lon = np.concatenate([a[1] + share * (b[1] - a[1]) for a, b in ends])
    return float(np.min(geodesic_inverse(place.lat_deg, place.lon_deg, lat, lon)[0]))
