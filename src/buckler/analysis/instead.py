"""For the same luck: who got through in one run and was stopped in another, why in the one, by whom and over which links in the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from buckler.log.read import RunFolder

COLUMNS: Final = ("event", "cause", "replication", "kind", "subject", "object", "reason")
OWN_PICTURE: Final = "its post's own sensors"
"""In the place of links: the kill goes back to what its post's own sensors saw."""
_MEMBER: Final = re.compile(r"-\d+$")

Event = dict[str, Any]
End = tuple[str, str]


@dataclass
class _Group:
    stopped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    over: Counter[str] = field(default_factory=Counter)


def stopped_instead(leaking: RunFolder, stopping: RunFolder, replications: set[int]) -> list[dict[str, Any]]:
    """By raid entry: threats that got through in `leaking` and were killed in `stopping`, in the same replication.

    `stopped`: how many in all; `reasons`: why they had got through; `by`: the batteries that stopped them; `over`: the links between
    command posts by which what led to the kill had come (a track or a verdict of another post), or OWN_PICTURE. Most first.
    """
    through = {(number, threat): reason for number, threat, (reason, _) in _ends(leaking, replications, "impact")}
    groups: dict[str, _Group] = {}
    for number, threat, (battery, over) in _ends(stopping, replications, "kill"):
        if (number, threat) in through:
            group = groups.setdefault(_MEMBER.sub("", threat), _Group())
            group.stopped += 1
            group.reasons[through[number, threat]] += 1
            group.by[battery] += 1
            group.over[over] += 1
    return [
        {"threats": name, "stopped": group.stopped, **{key: _ranked(getattr(group, key)) for key in ("reasons", "by", "over")}}
        for name, group in sorted(groups.items(), key=lambda item: (-item[1].stopped, item[0]))
    ]


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _ends(folder: RunFolder, replications: set[int], kind: str) -> Iterator[tuple[int, str, End]]:
    """(Replication, threat, (reason, "") of an impact or (battery, links) of a kill) of every end of a kind."""
    rows = {row["key"]: row for row in folder.entities.to_pylist()}
    links = {
        frozenset(row["parent"].split(" <> ")): row["name"]
        for row in rows.values()
        if row["kind"] == "link" and row["parent"]
    }
    for batch in folder.event_batches(list(COLUMNS)):
        number, events = -1, list[Event]()
        for event in batch.to_pylist():
            if event["replication"] != number:
                number, events = event["replication"], []
            events.append(event)
            if event["kind"] != kind or number not in replications:
                continue
            if kind == "impact":
                yield number, event["subject"], (event["reason"], "")
            else:
                battery = rows.get(event["subject"], {}).get("parent", "")
                yield number, event["object"], (battery, _over(events, event, rows, links))


def _over(events: list[Event], last: Event, rows: dict[str, dict[str, Any]], links: dict[frozenset[str], str]) -> str:
    """The links between posts over which what led to an event came."""
    posts: list[str] = []
    number = last["cause"]
    while number >= 0:
        event = events[number]
        row = rows.get(event["subject"], {})
        post = row.get("parent", "") if row.get("kind") == "sensor" else event["subject"] if row.get("kind") == "command" else ""
        if post and (not posts or posts[-1] != post):
            posts.append(post)
        number = event["cause"]
    ways = [
        links.get(frozenset((one, two)), f"{two} to {one}")
        for one, two in pairwise(posts)
    ]
    return " and ".join(dict.fromkeys(reversed(ways))) or OWN_PICTURE
