"""What a scenario's network does when one node or link is lost: who falls back on whom, after how long, what is kept.

Worked out from the scenario by name, apart from engine.network: the tests fly every row and compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import inf
from typing import Any, Final

import numpy as np

from buckler.dtypes import LINK
from buckler.scenario.load import Loaded
from buckler.scenario.schema import Scenario
from buckler.world.commands import command_place, own_post_name
from buckler.world.links import compile_link
from buckler.world.patrols import expanded
from buckler.world.place import terrain_named
from buckler.world.spots import spots_of

TRACKS: Final = "its own tracks, reported again"
ENGAGEMENTS: Final = "engagements under way, in the new post's account"
OWN_PICTURE: Final = "engagements under way; the tracks of its own fire control sensors"
VERDICTS: Final = "verdicts that the new post had not been told"
PICTURE: Final = "targets that only the lost post knew"
SELF_GUIDED: Final = "rounds in flight that find the target themselves"
ALL_ELSE: Final = "all other tracks, and verdicts: it identifies anew"


@dataclass(frozen=True)
class Row:
    """One row of the table: what happens to some nodes when one thing is lost."""

    lost: str
    kind: str
    """Of what is lost: command, sensor, battery, link."""
    who: tuple[str, ...]
    """The nodes to which it happens, all alike."""
    behaviour: str
    """takes over, own post, holds, silent, by another way, no fire control, hand over, no exchange."""
    to: str
    """The post that takes over, or tells and is told; empty for none."""
    after_s: float
    keeps: str
    loses: str


def degraded(loaded: Loaded) -> list[Row]:
    """The whole table: every command post, link, sensor and battery lost, one at a time, for ever."""
    loaded = expanded(loaded)
    net = _Net(loaded)
    rows: list[Row] = []
    scenario = loaded.scenario
    for kind, names in (
        ("command", [command.name for command in scenario.commands]),
        ("link", [link.name for link in scenario.links]),
        ("sensor", [sensor.name for sensor in scenario.sensors]),
        ("battery", [battery.name for battery in scenario.batteries]),
    ):
        for lost in sorted(names):
            rows += _joined(net.without(lost, kind))
    return rows


def _joined(rows: Iterator[Row]) -> list[Row]:
    """Rows that differ only in who they are about, as one."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row in rows:
        groups.setdefault((row.lost, row.kind, row.behaviour, row.to, row.after_s, row.keeps, row.loses), []).extend(row.who)
    return [Row(key[0], key[1], tuple(sorted(who)), *key[2:]) for key, who in groups.items()]


class _Net:
    """Nodes, links and lines of backups, by name."""

    def __init__(self, loaded: Loaded) -> None:
        scenario = loaded.scenario
        self.scenario: Scenario = scenario
        self.commands = {command.name: command for command in scenario.commands}
        self.homes = {battery.name: battery.command for battery in scenario.batteries}
        self.homes |= {sensor.name: sensor.command for sensor in scenario.sensors}
        self.batteries = {battery.name: battery for battery in scenario.batteries}
        self.linked = {name for link in scenario.links for name in link.between}
        self.delays: dict[str, tuple[str, str, float]] = {}
        if scenario.links:
            terrain = terrain_named(scenario.environment.terrain)
            for command in scenario.commands:
                command_place(command, loaded, terrain)
            places = spots_of(loaded, sorted(scenario.commands, key=lambda command: command.name), terrain)
            index = {spot.name: n for n, spot in enumerate(places)}
            for link in scenario.links:
                record = np.zeros(1, LINK)[0]
                compile_link(record, link, loaded, places, index, scenario.environment.effective_earth_factor, terrain)
                self.delays[link.name] = (*link.between, float(record["delay_s"]))  # type: ignore[assignment]

    def line(self, node: str) -> Iterator[str]:
        """The posts on which a node falls back, its own first."""
        post: str | None = self.homes[node]
        seen: list[str] = []
        while post is not None and post not in seen:
            seen.append(post)
            yield post
            post = self.commands[post].backup or self.commands[post].superior

    def ways(self, start: str, lost: str | None) -> dict[str, float]:
        """Seconds from a post to every node that it reaches, by E. W. Dijkstra's rule (1959, doi:10.1007/BF01386390)."""
        if start == lost:
            return {}
        found: dict[str, float] = {}
        open_: dict[str, float] = {start: 0.0}
        while open_:
            here = min(open_, key=lambda name: (open_[name], name))
            found[here] = open_.pop(here)
            for name, (one, two, delay_s) in self.delays.items():
                if name != lost and here in (one, two):
                    there = two if here == one else one
                    if there != lost and there not in found:
                        open_[there] = min(open_.get(there, inf), found[here] + delay_s)
        return found

    def reach_s(self, post: str, node: str, lost: str | None) -> float:
        """Seconds between a post and a node; inf where there is no way."""
        if lost in (post, node):
            return inf
        if node not in self.linked:
            return 0.0 if node in self.homes or post not in self.linked or node == post else inf
        return self.ways(post, lost).get(node, inf)

    def best(self, node: str, lost: str | None) -> str:
        """The first post of the line that a node reaches; empty for none."""
        return next((post for post in self.line(node) if self.reach_s(post, node, lost) < inf), "")

    def without(self, lost: str, kind: str) -> Iterator[Row]:
        """What happens when `lost` is lost."""
        for node in sorted(self.homes):
            if node == lost:
                continue
            before, after = self.best(node, None), self.best(node, lost)
            wait_s = self.commands[self.homes[node]].takeover_time_s
            battery = self.batteries.get(node)
            if after and after != before:
                kept = (ENGAGEMENTS, PICTURE) if battery is not None else (TRACKS, VERDICTS)
                yield Row(lost, kind, (node,), "takes over", after, wait_s, *kept)
            elif before and not after:
                if battery is None:
                    yield Row(lost, kind, (node,), "silent", "", 0.0, "its track for its own battery", "all that others had from it")
                elif battery.cut_off == "autonomous":
                    yield Row(lost, kind, (node,), "own post", own_post_name(battery), wait_s, OWN_PICTURE, ALL_ELSE)
                else:
                    yield Row(lost, kind, (node,), "holds", "", 0.0, "rounds in flight", "every new engagement")
            elif before and self.reach_s(after, node, lost) > self.reach_s(before, node, None):
                yield Row(lost, kind, (node,), "by another way", after, 0.0, "everything", "time: the way is longer")
        if kind == "sensor":
            for name, battery in sorted(self.batteries.items()):
                left = [sensor for sensor in battery.fire_control if sensor != lost]
                if lost in battery.fire_control and not left:
                    remote = battery.remote_track is not None
                    keeps = SELF_GUIDED + (", and may be fired on other sensors' tracks" if remote else "")
                    yield Row(lost, kind, (name,), "no fire control", "", 0.0, keeps, "every engagement that needs its radar")
        if kind == "battery":
            post = self.homes[lost]
            others = tuple(sorted(name for name in self.batteries if self.homes[name] == post and name != lost))
            yield Row(lost, kind, others, "hand over", post, 0.0, SELF_GUIDED, "its rounds and its channels")
        for one, two in sorted(_exchanging(self.scenario)):
            if self._exchange(one, two, None) and not self._exchange(one, two, lost) and lost not in (one, two):
                yield Row(lost, kind, (one,), "no exchange", two, 0.0, "its own picture", "what the other told it")

    def _exchange(self, one: str, two: str, lost: str | None) -> bool:
        return lost not in (one, two) and self.reach_s(one, two, lost) < inf


def _exchanging(scenario: Scenario) -> set[tuple[str, str]]:
    pairs = {(exchange.between[0], exchange.between[1]) for exchange in scenario.exchanges if exchange.mode != "no"}
    pairs |= {(command.name, command.superior) for command in scenario.commands if command.superior is not None}
    return {(min(pair), max(pair)) for pair in pairs}


def table_json(rows: list[Row]) -> list[dict[str, Any]]:
    """The table for a machine."""
    return [{**asdict(row), "who": list(row.who)} for row in rows]


def render(rows: list[Row], name: str) -> Any:
    """The table for the terminal, and below it what is kept and lost."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", title=f"{name}: what is lost, and what follows", title_justify="left")
    for column in ("lost", "what follows", "post", "after", "who"):
        table.add_column(column, justify="right" if column == "after" else "left", overflow="fold")
    before = ""
    for row in rows:
        who = ", ".join(row.who[:3]) + (f" and {len(row.who) - 3} more" if len(row.who) > 3 else "")
        after = f"{row.after_s:g} s" if row.behaviour in ("takes over", "own post") else "at once"
        table.add_row(row.lost if row.lost != before else "", row.behaviour, row.to or "none", after, who or "no other battery")
        before = row.lost
    said = dict.fromkeys((row.behaviour, row.keeps, row.loses) for row in rows)
    notes = "\n".join(f"{behaviour}: keeps {keeps}; loses {loses}." for behaviour, keeps, loses in said)
    return Group(table, Text(f"\n{notes}", style="dim"))
