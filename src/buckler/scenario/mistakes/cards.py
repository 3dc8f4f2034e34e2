"""Catalog cards that do not exist, are of the wrong kind, say too little, or are not in service yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import degrees, radians
from typing import Any, Final

from buckler.catalog.kinds import BANDS
from buckler.catalog.load import Catalog
from buckler.catalog.schema import Card
from buckler.errors import UnknownNameError, nearest
from buckler.scenario.cards import RADAR_KINDS, systems
from buckler.scenario.entries import Mistake, listed, strings, texts

_COARSEST_RAD: Final = radians(0.5)
"""Of a radar on whose track a battery may fire: at 100 km it is 0.9 km beside the target, more than any seeker's basket."""


def system_mistakes(
    data: Any, catalog: Catalog, own: dict[str, Card], unreadable: set[str]
) -> Iterator[Mistake]:
    """Cards that are not there, of another kind than their place needs, without a radar, or not in service at the date."""
    try:
        day = date.fromisoformat(data["as_of"])
    except (KeyError, TypeError, ValueError):
        day = None
    for place, name, kinds, hypothetical in systems(data):
        if name in unreadable:
            continue
        try:
            card = own.get(name) or catalog[name]
        except UnknownNameError as error:
            likely = nearest(name, [*own, *error.suggestions])
            yield (
                place,
                str(UnknownNameError("system", name, likely, "`buckler catalog` lists those that are packaged.")),
            )
            continue
        if card.kind not in kinds:
            yield place, f"{name!r} is a {card.kind}, and here stands one of: {', '.join(kinds)}"
        elif "detection_range" not in card.parameters and kinds is RADAR_KINDS:
            yield place, f"the card of {name!r} says nothing of a radar: name a radar's card"
        elif day is not None and card.in_service_on(day) is False and not hypothetical:
            since = card.in_service.best()
            yield (
                place,
                (
                    f"{name!r} was not in service on {day} (its card says {since if isinstance(since, str) else format(since, 'g')}): "
                    "write hypothetical: true in the entry to ask what if, or a later as_of"
                ),
            )


def fire_control_mistakes(data: Any, catalog: Catalog, own: dict[str, Card]) -> Iterator[Mistake]:
    """Batteries that would fire on the track of a radar that sees early but coarsely."""
    named = {entry["name"]: entry.get("system") for _, entry in listed(data, "sensors") if isinstance(entry.get("name"), str)}
    for place, battery in listed(data, "batteries"):
        for k, name in strings(battery.get("fire_control")):
            system = named.get(name)
            if not isinstance(system, str) or not (system in own or system in catalog):
                continue
            card = own.get(system) or catalog[system]
            if card.known("azimuth_accuracy") and (error := card.si("azimuth_accuracy")) > _COARSEST_RAD:
                yield (
                    (*place, "fire_control", k),
                    f"{name!r} sees too coarsely to fire on: its angles err by {degrees(error):.2g} degrees, {100 * error:.1f} km at "
                    "100 km; let it cue a finer radar, and name that one",
                )


def band_mistakes(data: Any, catalog: Catalog, own: dict[str, Card]) -> Iterator[Mistake]:
    """Interference in bands in which no sensor works."""
    bands: set[str] = set()
    for _, system in texts(listed(data, "sensors"), "system"):
        if system in own or system in catalog:
            card = own.get(system) or catalog[system]
            bands |= {card.text("band")} if card.known("band") else set()
    for place, band in texts(listed(data, "interference"), "band"):
        if bands and band in BANDS and band not in bands:
            yield place, f"no sensor here works in {band} band; they work in {', '.join(sorted(bands))}"
