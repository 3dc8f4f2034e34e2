"""What can be wrong with a scenario's network as it is written: names, loops, contradictions, nodes that no way leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from buckler.documents import Place
from buckler.scenario.entries import Mistake, listed, unknown

Entry = dict[str, Any]

_NODE_KINDS: Final = ("commands", "sensors", "batteries", "patrols")


def network_mistakes(data: Any) -> Iterator[Mistake]:
    """Every mistake of the links, exchanges, command posts and status facts of a scenario, each at its place."""
    nodes = {kind: _by_name(data, kind) for kind in _NODE_KINDS}
    every = {name: kind for kind in _NODE_KINDS for name in nodes[kind]}
    links = [(place, entry, ends) for place, entry in listed(data, "links") if (ends := _ends(entry))]
    yield from _unknown(((place, ends) for place, _, ends in links), "node (sensor, command post, battery or patrol)", [*every])
    exchanges = [(place, entry, ends) for place, entry in listed(data, "exchanges") if (ends := _ends(entry))]
    yield from _unknown(((place, ends) for place, _, ends in exchanges), "command post", [*nodes["commands"]])
    yield from _placeless(links, nodes["commands"])
    yield from _posts(nodes["commands"])
    yield from _aboard(nodes["commands"], nodes["sensors"])
    yield from _exchanges(exchanges, nodes["commands"])
    yield from _status(data, [*every, *_by_name(data, "links")])
    yield from _unreached(links, nodes, every)
    yield from _untold(links, exchanges)


def _by_name(data: Any, kind: str) -> dict[str, tuple[Place, Entry]]:
    return {entry["name"]: (place, entry) for place, entry in listed(data, kind) if isinstance(entry.get("name"), str)}


def _ends(entry: Entry) -> tuple[str, str] | None:
    ends = entry.get("between")
    if isinstance(ends, list) and len(ends) == 2 and all(isinstance(end, str) for end in ends):
        return ends[0], ends[1]
    return None


def _unknown(pairs: Iterable[tuple[Place, tuple[str, str]]], what: str, known: list[str]) -> Iterator[Mistake]:
    for place, ends in pairs:
        for k, name in enumerate(ends):
            yield from unknown((*place, "between", k), what, name, known)


def _placeless(links: list[tuple[Place, Entry, tuple[str, str]]], commands: dict[str, tuple[Place, Entry]]) -> Iterator[Mistake]:
    """A radio or satellite link needs to know where its antennas are."""
    for place, entry, ends in links:
        for k, name in enumerate(ends):
            if entry.get("kind") in ("radio", "satellite") and name in commands:
                post = commands[name][1]
                if all(post.get(key) is None for key in ("site", "latitude_deg", "aboard")):
                    yield (
                        (*place, "between", k),
                        f"a {entry['kind']} link needs to know where {name!r} is: write a site, or latitude_deg and longitude_deg, in it",
                    )


def _posts(commands: dict[str, tuple[Place, Entry]]) -> Iterator[Mistake]:
    """Superiors and backups that are not there, and loops of superiors."""
    for name, (place, entry) in commands.items():
        for key in ("superior", "backup"):
            other = entry.get(key)
            if not isinstance(other, str):
                continue
            if other not in commands:
                yield from unknown((*place, key), "command post", other, commands)
            elif other == name and key == "backup":
                yield (*place, key), f"{name!r} cannot be its own backup: name another post"
        chain = [name]
        while isinstance(above := commands.get(chain[-1], (None, {}))[1].get("superior"), str) and above not in chain:
            chain.append(above)
        if above == name and name == min(chain):  # said once a loop, at its first name
            loop = " is under ".join(repr(post) for post in (*chain, name))
            yield (*place, "superior"), f"a command loop: {loop}; leave out one superior"


def _aboard(commands: dict[str, tuple[Place, Entry]], sensors: dict[str, tuple[Place, Entry]]) -> Iterator[Mistake]:
    """Posts aboard what is not there, or does not fly."""
    for place, entry in commands.values():
        name = entry.get("aboard")
        if not isinstance(name, str):
            continue
        if name not in sensors:
            yield from unknown((*place, "aboard"), "sensor", name, sensors)
        elif sensors[name][1].get("orbit") is None and sensors[name][1].get("altitude_m") is None:
            yield (*place, "aboard"), f"{name!r} does not fly: give it altitude_m or an orbit, or write a site for this post"


def _exchanges(
    exchanges: list[tuple[Place, Entry, tuple[str, str]]], commands: dict[str, tuple[Place, Entry]]
) -> Iterator[Mistake]:
    said: dict[frozenset[str], str] = {}
    for name, (_, entry) in commands.items():
        if isinstance(entry.get("superior"), str):
            said[frozenset((name, entry["superior"]))] = f"{entry['superior']!r} is the superior of {name!r}, which means full"
    for place, entry, ends in exchanges:
        pair = frozenset(ends)
        if pair in said:
            yield (*place, "between"), f"{said[pair]}: say once what {ends[0]!r} and {ends[1]!r} exchange"
        else:
            said[pair] = f"the exchange {entry.get('name')!r} says {entry.get('mode')}"


def _status(data: Any, known: list[str]) -> Iterator[Mistake]:
    """Facts about things that are not there, and facts that contradict each other at one time."""
    spans: list[tuple[str, str, float, float, str]] = []
    for _, link in listed(data, "links"):
        outages = link.get("outages")
        for k, outage in enumerate(outages if isinstance(outages, list) else ()):
            if isinstance(outage, dict) and (span := _span(outage)):
                spans.append((str(link.get("name")), "down", *span, f"outage {k + 1} of the link"))
    for place, entry in listed(data, "status"):
        of, state, span = entry.get("of"), entry.get("state"), _span(entry)
        if not isinstance(of, str):
            continue
        yield from unknown((*place, "of"), "sensor, command post, battery, patrol or link", of, known)
        if span is None or state not in ("up", "down"):
            continue
        for other, other_state, first, last, where in spans:
            if other == of and other_state != state and span[0] < last and first < span[1]:
                both = max(span[0], first), min(span[1], last)
                yield (
                    (*place, "state"),
                    f"{of!r} is {state} here and {other_state} in {where}, from {both[0]:g} s to {both[1]:g} s: it cannot be both",
                )
        spans.append((of, state, *span, f"status[{place[1]}]"))


def _span(entry: Entry) -> tuple[float, float] | None:
    first, last = entry.get("from_s", 0.0), entry.get("until_s", 86_400.0)
    numbers = [value for value in (first, last) if isinstance(value, int | float) and not isinstance(value, bool)]
    return (float(first), float(last)) if len(numbers) == 2 else None


def _unreached(
    links: list[tuple[Place, Entry, tuple[str, str]]], nodes: dict[str, dict[str, tuple[Place, Entry]]], every: dict[str, str]
) -> Iterator[Mistake]:
    """Batteries that no post commands, and sensors that report to nobody: links lead away from them, but not to their post."""
    joined: dict[str, set[str]] = {}
    for _, _, (one, two) in links:
        joined.setdefault(one, set()).add(two)
        joined.setdefault(two, set()).add(one)
    for kind in ("sensors", "batteries", "patrols"):
        for name, (place, entry) in nodes[kind].items():
            posts = [*_line(entry.get("command"), lambda post: nodes["commands"].get(post, (None, {}))[1])]
            if name not in joined or not posts or any(post not in every for post in posts):
                continue
            reached = _reach(name, joined)
            if not reached.intersection(posts):
                what = "no command post commands it" if kind != "sensors" else "it reports to nobody"
                yield (
                    (*place, "command"),
                    f"{what}: no way over the links leads from {name!r} to {' or '.join(map(repr, posts))}; "
                    "write a link to it, or leave out the links of this node",
                )


def _untold(links: list[tuple[Place, Entry, tuple[str, str]]], exchanges: list[tuple[Place, Entry, tuple[str, str]]]) -> Iterator[Mistake]:
    """Exchanges between posts that no way joins, though links name one of them."""
    joined: dict[str, set[str]] = {}
    for _, _, (one, two) in links:
        joined.setdefault(one, set()).add(two)
        joined.setdefault(two, set()).add(one)
    for place, entry, (one, two) in exchanges:
        if entry.get("mode") != "no" and (one in joined or two in joined) and two not in _reach(one, joined):
            yield (*place, "between"), f"no way over the links joins {one!r} and {two!r}: write a link between them, or mode: no"


def _line(post: Any, entry_of: Callable[[str], Entry]) -> Iterator[str]:
    """A post, the one that backs it up, and so on."""
    seen: set[str] = set()
    while isinstance(post, str) and post not in seen:
        yield post
        seen.add(post)
        entry = entry_of(post)
        post = entry.get("backup") or entry.get("superior")


def _reach(start: str, joined: dict[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        new = joined.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found
