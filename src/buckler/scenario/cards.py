"""The catalog cards that a scenario names, and its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from buckler.catalog.schema import Card
from buckler.documents import Place
from buckler.scenario.entries import listed, texts
from buckler.scenario.links import DEFAULT_SATELLITE

RADAR_KINDS: Final = ("radar", "aew-aircraft", "uav", "fighter", "sight")
_BATTERY_KINDS: Final = ("sam-system", "gun", "manpads")
_WEAPON_KINDS: Final = ("interceptor", "gun", "manpads")
_PATROL_KINDS: Final = ("fighter",)
_AIR_WEAPON_KINDS: Final = ("air-to-air-missile",)
_RAID_KINDS: Final = (
    "one-way-attack-drone",
    "cruise-missile",
    "ballistic-missile",
    "fighter",
    "uav",
    "helicopter",
    "aew-aircraft",
)
_STORE_KINDS: Final = ("one-way-attack-drone", "cruise-missile", "uav")
_TRAFFIC_KINDS: Final = ("airliner", "fighter", "helicopter", "uav", "aew-aircraft")
_TRAFFIC_DEFAULTS: Final = {"system": "airliner", "evidence": "identification"}


def own_cards(data: Any) -> tuple[dict[str, Card], set[str]]:
    """The scenario's own cards by name, and the names of those with mistakes in them."""
    cards: dict[str, Card] = {}
    unreadable: set[str] = set()
    for place, entry in listed(data, "systems"):
        for _, name in texts([(place, entry)], "name"):
            try:
                cards[name] = Card.model_validate(entry)
            except ValidationError:
                unreadable.add(name)
    return cards, unreadable


def systems(data: Any) -> Iterator[tuple[Place, str, tuple[str, ...], bool]]:
    """Every system named: where, its name, the kinds of card that fit, and whether the entry says hypothetical."""
    for path, kinds in (
        (("sensors",), RADAR_KINDS),
        (("batteries",), _BATTERY_KINDS),
        (("patrols",), _PATROL_KINDS),
        (("raid", "entries"), _RAID_KINDS),
        (("traffic", "entries"), _TRAFFIC_KINDS),
    ):
        for place, entry in listed(data, *path):
            hypothetical = entry.get("hypothetical") is True
            yield from ((*at, kinds, hypothetical) for at in texts([(place, entry)], "system"))
            if path == ("raid", "entries") and isinstance(entry.get("stores"), dict):
                stores = ((*place, "stores"), entry["stores"])
                yield from ((*at, _STORE_KINDS, hypothetical) for at in texts([stores], "system"))
            rounds = _AIR_WEAPON_KINDS if path == ("patrols",) else _WEAPON_KINDS
            for inner, weapon in listed(entry, "weapons"):
                yield from ((*at, rounds, hypothetical) for at in texts([((*place, *inner), weapon)], "system"))
    for place, link in listed(data, "links"):
        name = link.get("satellite", DEFAULT_SATELLITE)
        if link.get("kind") == "satellite" and isinstance(name, str):
            yield (*place, "satellite"), name, ("satellite",), False
    if isinstance(data, dict) and isinstance(data.get("traffic"), dict):
        yield from _implied_systems(data["traffic"])


def _implied_systems(traffic: dict[str, Any]) -> Iterator[tuple[Place, str, tuple[str, ...], bool]]:
    """The card of the evidence, and those that entries of the traffic mean where they name none."""
    evidence = traffic.get("evidence", _TRAFFIC_DEFAULTS["evidence"])
    if isinstance(evidence, str):
        yield ("traffic", "evidence") if "evidence" in traffic else ("traffic",), evidence, ("identification",), True
    for place, entry in listed({"traffic": traffic}, "traffic", "entries"):
        if "system" not in entry:
            yield place, _TRAFFIC_DEFAULTS["system"], _TRAFFIC_KINDS, True


