"""The rules of a scenario as things with names: listed, taken out, forgotten with whom they name."""

from __future__ import annotations

from typing import Any, Final


def ordered_batteries(nodes: list[str] | None, batteries: dict[str, Any]) -> list[str]:
    """The batteries that an order's nodes stand for; `batteries`: each one's entry, for its command."""
    return [
        name
        for name, entry in batteries.items()
        if nodes is None or name in nodes or (isinstance(entry, dict) and entry.get("command") in nodes)
    ]


_RESTRICTS: Final = (
    "policy", "salvo", "salvo_by_class", "salvo_after_look", "engagements_per_target", "classes", "class_weights", "asset_weights",
    "weapon_control", "zone", "minimum_height_m", "maximum_height_m", "minimum_range_m", "maximum_range_m", "minimum_kill_probability",
    "yields_to",
)  # fmt: skip
"""Fields of a doctrine that are rules: without one, the battery fights as if it had not been written."""


def _fighting(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries that have a doctrine."""
    return [*(data.get("batteries") or ()), *(data.get("patrols") or ())]


def rules_of(data: dict[str, Any]) -> list[str]:
    """The names of a scenario's rules: its control orders, and "BATTERY: FIELD" for what a battery's doctrine and reserve say."""
    names = [order["name"] for order in data.get("control_orders") or ()]
    for battery in _fighting(data):
        doctrine = battery.get("doctrine") or {}
        names += [f"{battery['name']}: {field}" for field in _RESTRICTS if doctrine.get(field) not in (None, [], {})]
        names += [f"{battery['name']}: reserve of {weapon['system']}" for weapon in battery["weapons"] if weapon.get("reserve_rounds")]
    return names


def take_rule(data: dict[str, Any], name: str) -> None:
    """Take one of `rules_of` out of a scenario's data."""
    data["control_orders"] = [order for order in data.get("control_orders") or () if order["name"] != name]
    for battery in _fighting(data):
        if not name.startswith(f"{battery['name']}: "):
            continue
        rule = name.removeprefix(f"{battery['name']}: ")
        battery["doctrine"] = {key: value for key, value in (battery.get("doctrine") or {}).items() if key != rule}
        for weapon in battery["weapons"]:
            if rule == f"reserve of {weapon['system']}":
                for key in ("reserve_rounds", "reserve_for", "reserve_until_s"):
                    weapon.pop(key, None)


def forget(data: dict[str, Any]) -> None:
    """Leave no rule that names a battery or post which is gone from a scenario's data."""
    batteries = {battery["name"] for battery in _fighting(data)}
    posts = {command["name"] for command in data["commands"]}
    for battery in _fighting(data):
        doctrine = battery.get("doctrine") or {}
        if doctrine.get("yields_to"):
            doctrine["yields_to"] = [name for name in doctrine["yields_to"] if name in batteries]
    orders = []
    for order in data.get("control_orders") or ():
        nodes = order.get("nodes")
        left = None if nodes is None else [name for name in nodes if name in batteries | posts]
        if left is None or left:
            orders.append({**order, **({} if left is None else {"nodes": left})})
    data["control_orders"] = orders
