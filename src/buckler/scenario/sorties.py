"""The sorties of a patrol: their names, and when which of them is on station."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from buckler.scenario.patrols import MOST_RELIEFS, Patrol, Tanker


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
