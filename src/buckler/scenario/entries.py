"""The entries of a document as it stands, checked or not, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from buckler.documents import Place
from buckler.errors import nearest

Entry = tuple[Place, dict[str, Any]]
Mistake = tuple[Place, str]


def listed(data: Any, *path: str) -> Iterator[Entry]:
    """The mappings in the list at `path`, each with its place; nothing where something else stands there."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    for i, entry in enumerate(data if isinstance(data, list) else ()):
        if isinstance(entry, dict):
            yield (*path, i), entry


def texts(entries: Iterable[Entry], key: str) -> Iterator[tuple[Place, str]]:
    """The text under `key` of each entry that has one."""
    for place, entry in entries:
        if isinstance(entry.get(key), str):
            yield (*place, key), entry[key]


def names_in(data: Any, *path: str) -> list[str]:
    """The names of the entries in the list at `path`."""
    return [name for _, name in texts(listed(data, *path), "name")]


def strings(values: Any) -> list[tuple[int, str]]:
    """The texts in what may be a list, each with its index."""
    return [(k, value) for k, value in enumerate(values) if isinstance(value, str)] if isinstance(values, list) else []


def unknown(place: Place, kind: str, name: Any, known: Iterable[str]) -> Iterator[Mistake]:
    """That nothing of a kind has a name, and what it may have meant."""
    names = sorted(known)
    if isinstance(name, str) and name not in names:
        there = f"there are {', '.join(names)}" if names else "there is none"
        likely = " or ".join(map(repr, nearest(name, names)))
        yield place, f"no {kind} is called {name!r}; {f'did you mean {likely}?' if likely else there}"


def placed_entries(data: Any) -> Iterator[Entry]:
    """Everything that may name a site."""
    for kind in ("assets", "commands", "sensors", "batteries", "patrols"):
        yield from listed(data, kind)
    for kind in ("sensors", "batteries"):
        for place, entry in listed(data, kind):
            for inner, move in listed(entry, "relocations"):
                if isinstance(move.get("to"), dict):
                    yield (*place, *inner, "to"), move["to"]
    for place, entry in listed(data, "raid", "entries"):
        if isinstance(entry.get("origin"), dict):
            yield (*place, "origin"), entry["origin"]
        for kind in ("waypoints", "egress"):
            yield from (((*place, *inner), waypoint) for inner, waypoint in listed(entry, kind))
    for kind, points in (("airways", "points"), ("entries", "waypoints")):
        for place, entry in listed(data, "traffic", kind):
            yield from (((*place, *inner), waypoint) for inner, waypoint in listed(entry, points))
    yield from listed(data, "traffic", "origins")


def stores_of(data: Any) -> Iterator[Entry]:
    """What entries of the raid release."""
    for place, entry in listed(data, "raid", "entries"):
        if isinstance(entry.get("stores"), dict):
            yield (*place, "stores"), entry["stores"]
