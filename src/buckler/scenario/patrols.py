"""Fighters on station: what a scenario says of them, what can be wrong with it, and when which of them is there."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, model_validator

from buckler.documents import Place
from buckler.errors import nearest
from buckler.scenario.common import Named, Placed, Seconds
from buckler.scenario.doctrine import Doctrine
from buckler.scenario.orbit import Orbit
from buckler.schemas import Count, DocumentModel, LocatedError, Number

Mistake = tuple[Place, str]

MOST_RELIEFS = 50


class AirWeapon(DocumentModel):
    """One kind of missile that each aircraft of a patrol carries."""

    system: str = Field(description="The air-to-air missile's catalog card.")
    rounds: Annotated[Count, Field(ge=1, le=100)] = Field(description="On each aircraft; a relief brings new ones.")


class Tanker(Named):
    """A tanker on station: aircraft whose time on station ends while it is there stay longer, as long as it has fuel to give."""

    from_s: Seconds = Field(0.0, description="It is there from then on.")
    until_s: Seconds = Field(86_400.0, description="And leaves.")
    refuellings: Annotated[Count, Field(ge=1, le=1000)] = Field(description="Aircraft that it can refuel, one after another.")

    @model_validator(mode="after")
    def _forwards(self) -> Tanker:
        if self.until_s <= self.from_s:
            raise LocatedError([(("until_s",), "until_s must be later than from_s")])
        return self


class Patrol(Named, Placed):
    """Fighters on a racetrack that a post commits against targets: they dash, launch, and come back."""

    system: str = Field(description="The fighter's catalog card.")
    command: str = Field(description="The command post that gives it its targets, and to which its radar reports.")
    altitude_m: Annotated[Number, Field(gt=0, le=20_000)] = Field(description="Of the station and of the dash, above sea level.")
    orbit: Orbit = Field(description="The racetrack around the station's place.")
    aircraft: Annotated[Count, Field(ge=1, le=16)] = Field(2, description="On station at once, flying as one.")
    counter_rotating: bool = Field(
        False,
        description="Half of them fly half a round behind, so that one nose looks ahead while the other turns away; both radars see.",
    )
    on_station_from_s: Seconds = Field(0.0, description="The first of them is there from then on.")
    time_on_station_s: Annotated[Number, Field(gt=0, le=86_400)] | None = Field(
        None, description="Of one sortie, without a tanker; the card's on_station_time if left out."
    )
    reliefs: Annotated[Count, Field(ge=0, le=MOST_RELIEFS)] = Field(
        0, description="Sorties that follow the first, with new rounds."
    )
    relief_after_s: Annotated[Number, Field(gt=0, le=86_400)] | None = Field(
        None,
        description="From one sortie's arrival to the next one's: less than the time on station is an overlap, more a gap; when the one "
        "before leaves, if left out.",
    )
    tanker: str | None = Field(None, description="The tanker that refuels it.")
    refuellings: Annotated[Count, Field(ge=1, le=10)] = Field(
        1, description="How often one sortie is refuelled at most; each time it stays for its time on station once more."
    )
    commit_range_m: Annotated[Number, Field(gt=0, le=1_000_000)] = Field(
        description="How far from where the aircraft is when it is ordered it may meet a target, along the ground."
    )
    dash_speed_mps: Annotated[Number, Field(gt=50, le=1000)] | None = Field(
        None, description="From the order to the launch; the card's dash_speed if left out."
    )
    launch_share: Annotated[Number, Field(gt=0, le=1)] = Field(
        0.6,
        description="It launches when the meeting is within this share of its missile's reach at the target's height (assumption: at "
        "the edge of reach a missile arrives too slow to follow a turn).",
    )
    targets_per_aircraft: Annotated[Count, Field(ge=1, le=16)] | None = Field(
        None, description="Targets that each aircraft can engage at once; the card's fire_channels if left out."
    )
    weapons: Annotated[list[AirWeapon], Field(min_length=1)]
    fire_control: list[str] = Field(
        default_factory=list,
        description="Sensors on whose track it may launch, beside its own radar, if its card has one.",
    )
    doctrine: Doctrine = Doctrine()
    hypothetical: bool = False

    @model_validator(mode="after")
    def _two(self) -> Patrol:
        if self.counter_rotating and self.aircraft < 2:
            wrong = "one aircraft cannot fly half a round behind itself: write aircraft: 2, or leave this out"
            raise LocatedError([(("counter_rotating",), wrong)])
        return self


@dataclass(frozen=True)
class Turn:
    """One sortie's time on station."""

    name: str
    from_s: float
    until_s: float


def sortie_name(patrol: str, reliefs: int, k: int) -> str:
    """The name of the k-th sortie of a patrol: the patrol's own if it is not relieved."""
    return patrol if reliefs == 0 else f"{patrol}-{k + 1:0{len(str(reliefs + 1))}d}"


def radar_names(sortie: str, counter_rotating: bool) -> list[str]:
    """The names of a sortie's own radars: two, if half of it flies half a round behind."""
    return [f"{sortie} radar", *([f"{sortie} second radar"] if counter_rotating else [])]


def wire_name(radar: str) -> str:
    """The name of the link between a sortie and a radar of its own, where links name the patrol."""
    return f"{radar.removesuffix(' radar')} aboard"


def turns_of(patrols: Sequence[Patrol], tankers: Sequence[Tanker], endurance_s: Mapping[str, float]) -> dict[str, list[Turn]]:
    """When each sortie of each patrol is on station; `endurance_s` of one without a tanker, by patrol.

    A sortie whose time ends at t while its tanker is on station and has a refuelling left for each of its aircraft stays for the
    same time again: ends in order of time, then of the patrol's name. Refuelling itself takes no time off station.
    """
    left = {tanker.name: tanker.refuellings for tanker in tankers}
    there = {tanker.name: tanker for tanker in tankers}
    by_name = {patrol.name: patrol for patrol in patrols}
    turns: dict[str, dict[int, Turn]] = {name: {} for name in by_name}
    waiting: list[tuple[float, str, int, float, int]] = []  # ends at, patrol, sortie, begun at, refuelled so often

    def begin(patrol: Patrol, k: int, from_s: float) -> None:
        heapq.heappush(waiting, (from_s + endurance_s[patrol.name], patrol.name, k, from_s, 0))

    for patrol in patrols:
        for k in range(patrol.reliefs + 1 if patrol.relief_after_s is not None else 1):
            begin(patrol, k, patrol.on_station_from_s + k * (patrol.relief_after_s or 0.0))
    while waiting:
        end_s, name, k, from_s, refuelled = heapq.heappop(waiting)
        patrol = by_name[name]
        tanker = there.get(patrol.tanker or "")
        if (
            tanker is not None
            and refuelled < patrol.refuellings
            and tanker.from_s <= end_s <= tanker.until_s
            and left[tanker.name] >= patrol.aircraft
        ):
            left[tanker.name] -= patrol.aircraft
            heapq.heappush(waiting, (end_s + endurance_s[name], name, k, from_s, refuelled + 1))
            continue
        turns[name][k] = Turn(sortie_name(name, patrol.reliefs, k), from_s, end_s)
        if patrol.relief_after_s is None and k < patrol.reliefs:
            begin(patrol, k + 1, end_s)
    return {name: [turn for _, turn in sorted(found.items())] for name, found in turns.items()}


def derived_names(entry: dict[str, Any]) -> Iterator[str]:
    """The names that a patrol's sorties and their radars take, as far as the entry can be read."""
    name, reliefs = entry.get("name"), entry.get("reliefs", 0)
    if isinstance(name, str) and isinstance(reliefs, int) and 0 <= reliefs <= MOST_RELIEFS:
        for k in range(reliefs + 1):
            sortie = sortie_name(name, reliefs, k)
            if sortie != name:
                yield sortie
            for radar in radar_names(sortie, entry.get("counter_rotating") is True):
                yield from (radar, wire_name(radar))


def patrol_mistakes(data: Any) -> Iterator[Mistake]:
    """Posts, sensors and tankers that patrols name and that are not there."""
    known = {kind: [entry.get("name") for _, entry in _listed(data, kind)] for kind in ("commands", "sensors", "tankers")}
    for place, entry in _listed(data, "patrols"):
        yield from _unknown((*place, "command"), "command", entry.get("command"), known["commands"])
        yield from _unknown((*place, "tanker"), "tanker", entry.get("tanker"), known["tankers"])
        radars = entry.get("fire_control")
        for k, name in enumerate(radars if isinstance(radars, list) else ()):
            yield from _unknown((*place, "fire_control", k), "sensor", name, known["sensors"])


def _listed(data: Any, key: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    found = data.get(key) if isinstance(data, dict) else None
    for i, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, dict):
            yield (key, i), entry


def _unknown(place: Place, what: str, name: Any, known: list[Any]) -> Iterator[Mistake]:
    names = [one for one in known if isinstance(one, str)]
    if isinstance(name, str) and name not in names:
        likely = nearest(name, names)
        there = f"there are {', '.join(sorted(names))}" if names else f"{what}s lists none"
        yield place, f"no {what} is called {name!r}; " + (f"did you mean {' or '.join(map(repr, likely))}?" if likely else there)
