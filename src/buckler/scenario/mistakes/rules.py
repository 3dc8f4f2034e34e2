"""Rules held against each other: names that they use, who waits for whom, one status for one place and time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import inf
from typing import Any

from buckler.scenario.entries import Mistake, listed, names_in, strings, unknown
from buckler.scenario.polygons import Point, crossing, overlap
from buckler.scenario.rules import ordered_batteries


def rule_mistakes(data: Any) -> Iterator[Mistake]:
    """What is wrong with the rules of a document, each with its place; what is not a rule is looked at elsewhere."""
    fighting = [*listed(data, "batteries"), *listed(data, "patrols")]
    batteries = {entry["name"]: entry for _, entry in fighting if isinstance(entry.get("name"), str)}
    posts, assets = names_in(data, "commands"), names_in(data, "assets")
    zones = dict(_zones(data))
    for place, entry in fighting:
        doctrine = entry.get("doctrine")
        if not isinstance(doctrine, dict):
            continue
        yield from unknown((*place, "doctrine", "zone"), "zone", doctrine.get("zone"), list(zones))
        for k, name in strings(doctrine.get("yields_to")):
            yield from unknown((*place, "doctrine", "yields_to", k), "battery", name, list(batteries))
        weights = doctrine.get("asset_weights")
        for name in weights if isinstance(weights, dict) else ():
            yield from unknown((*place, "doctrine", "asset_weights", name), "asset", name, assets)
        if isinstance(entry.get("name"), str):
            ring = _ring(entry["name"], batteries)
            if ring:
                yield (
                    (*place, "doctrine", "yields_to"),
                    f"{' yields to '.join(ring)}: each would wait for the other; take one of them out",
                )
    orders = list(listed(data, "control_orders"))
    for place, order in orders:
        yield from unknown((*place, "zone"), "zone", order.get("zone"), list(zones))
        for k, name in strings(order.get("nodes")):
            yield from unknown((*place, "nodes", k), "battery or command", name, [*batteries, *posts])
    for (_, one), (place, two) in combinations(orders, 2):
        common = _common_nodes(one, two, batteries)
        if one.get("status") != two.get("status") and common and _at_once(one, two) and _together(one, two, zones):
            yield (
                place,
                f"contradicts {one.get('name')!r}: {one.get('status')} and {two.get('status')} for {common[0]} at one place and time; "
                "part them by nodes, zone or time",
            )


def _zones(data: Any) -> Iterator[tuple[str, list[Point] | None]]:
    """Every zone's name, with its corners where they make a polygon."""
    for _, zone in listed(data, "zones"):
        if isinstance(zone.get("name"), str):
            try:
                points = [(float(corner["latitude_deg"]), float(corner["longitude_deg"])) for corner in zone["corners"]]
            except (KeyError, TypeError, ValueError):
                points = []
            yield zone["name"], points if len(points) > 2 and crossing(points) is None else None


def _ring(name: str, batteries: dict[str, Any]) -> list[str]:
    """The shortest way of yields_to from a battery back to itself."""
    ways = [[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        doctrine = batteries.get(way[-1], {}).get("doctrine")
        for _, other in strings(doctrine.get("yields_to")) if isinstance(doctrine, dict) else ():
            if other == name:
                return [*way, name]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _common_nodes(one: dict[str, Any], two: dict[str, Any], batteries: dict[str, Any]) -> list[str]:
    def ordered(order: dict[str, Any]) -> list[str]:
        return ordered_batteries([name for _, name in strings(order.get("nodes"))] if "nodes" in order else None, batteries)

    second = ordered(two)
    return [name for name in ordered(one) if name in second]


def _at_once(one: dict[str, Any], two: dict[str, Any]) -> bool:
    def span(order: dict[str, Any]) -> tuple[float, float]:
        begin, end = order.get("from_s", 0.0), order.get("until_s")
        return (
            float(begin) if isinstance(begin, int | float) else 0.0,
            float(end) if isinstance(end, int | float) else inf,
        )

    (begin_one, end_one), (begin_two, end_two) = span(one), span(two)
    return begin_one < end_two and begin_two < end_one


def _together(one: dict[str, Any], two: dict[str, Any], zones: dict[str, list[Point] | None]) -> bool:
    if one.get("zone") is None or two.get("zone") is None:
        return True
    first, second = zones.get(one["zone"]), zones.get(two["zone"])
    return first is not None and second is not None and overlap(first, second)
