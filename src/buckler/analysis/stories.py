"""Why, in plain words: the record of each engagement and the story of each threat of a replication, from the log alone.

Every event names the event that led to it, so an engagement's record is the way back from its order: the verdict, the track, the first
detection, and what they were passed over. A leaker's story ends with the event at which the attempt that got furthest broke.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import pyarrow as pa

from buckler.errors import InputError, UnknownNameError
from buckler.log.read import RunFolder, rows_of
from buckler.log.schema import REASON_MEANING

Event = dict[str, Any]
COLUMNS: Final = ("event", "cause", "replication", "time_s", "kind", "subject", "object", "value", "reason")
_ENDS: Final = ("kill", "miss", "no_target")
_TOLD_ELSEWHERE: Final = (
    "appear", "detect", "confirm", "drop", "assign", "fire", "assess", "kill", "miss", "no_target", "impact", "asset_hit", "commit",
)  # fmt: skip


def clock(time_s: float) -> str:
    """5:07, or 1:05:07."""
    minutes, seconds = divmod(round(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"

_CHANGES: Final = ("node_down", "node_up", "link_down", "link_up", "node_lost", "take_over")
_OUT: Final = ("goes out of order", "fails", "leaves its place")
_BACK: Final = ("is in order again", "is mended", "is in action")
"""By the event's value: as the scenario says, by luck, by moving (engine.network.outages)."""


@dataclass(frozen=True)
class Line:
    """One sentence of a story."""

    time_s: float
    event: int
    text: str


@dataclass(frozen=True)
class Story:
    """What became of one threat, and why."""

    replication: int
    threat: str
    target: str
    outcome: str
    """"got through", "killed" or "neither"."""
    reason: str
    """Of a leaker: one of log.schema.REASONS."""
    lines: tuple[Line, ...]

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self)

    def text(self) -> str:
        """Title and one line a sentence."""
        towards = f" → {self.target}" if self.target else ""
        title = f"{self.threat}{towards}: {self.outcome}" + (f" ({self.reason})" if self.reason else "")
        return "\n".join([title, *(f"  {clock(line.time_s):>7}  {line.text}" for line in self.lines)])


@dataclass(frozen=True)
class Engagement:
    """Who saw, who decided, when, by which path, and what came of it."""

    replication: int
    threat: str
    battery: str
    weapon: str
    sensor: str
    """Whose track led to the order; empty where the log does not say."""
    post: str
    """Who decided."""
    seen_s: float | None
    decided_s: float
    """When the threat was called hostile, or under weapons free when the track was taken as enough."""
    ordered_s: float
    predicted_kill: float
    fired_s: tuple[float, ...]
    ends: tuple[tuple[float, str, float], ...]
    """Of each round: when, kill or miss or no_target, the kill probability used."""
    path: tuple[str, ...]
    """From the first detection to the order."""

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self)


@dataclass(frozen=True)
class Record:
    """The events of one replication with the names of who takes part."""

    replication: int
    events: list[Event]
    """In order: the number of an event is its place."""
    kind_of: dict[str, str]
    name_of: dict[str, str]
    parent_of: dict[str, str]
    class_of: dict[str, str]
    interference: tuple[dict[str, Any], ...] = ()
    """Its rows of sources.json: facts of the scenario that explain why a sensor did not see."""

    @property
    def threats(self) -> list[str]:
        """Those that appeared, in the order in which they did."""
        return [event["subject"] for event in self.events if event["kind"] == "appear"]

    def way_back(self, number: int) -> list[Event]:
        """The event and what led to it, the first cause first."""
        way: list[Event] = []
        while number >= 0:
            way.append(self.events[number])
            number = self.events[number]["cause"]
        return way[::-1]


def read_records(folder: RunFolder, replications: Iterable[int]) -> list[Record]:
    """The records of some replications, in one pass over the log; InputError for one that was not flown."""
    wanted = sorted(set(replications))
    rows: dict[int, list[Event]] = {number: [] for number in wanted}
    for batch in folder.event_batches(list(COLUMNS)):
        for number in wanted:
            rows[number] += rows_of(batch, number).to_pylist()
    missing = [number for number in wanted if not rows[number]]
    if missing:
        last = folder.run["replications"] - 1
        if missing[0] > last:
            raise InputError(f"{folder.path} has no replication {missing[0]}: it holds 0 to {last}")
        raise InputError(f"{folder.path} was stopped before its replication {missing[0]} was flown: the same `buckler run` goes on")
    facts = tuple(row for row in folder.sources if "until_s" in row) if folder.has("sources.json") else ()
    return [replace(record_of(number, rows[number], folder.entities), interference=facts) for number in wanted]


def record_of(replication: int, events: list[Event], entities: pa.Table) -> Record:
    """A record from one replication's events, each a mapping of `COLUMNS`."""
    cast = entities.to_pylist()
    return Record(
        replication,
        events,
        {row["key"]: row["kind"] for row in cast},
        {row["key"]: row["name"] for row in cast},
        {row["key"]: row["parent"] for row in cast},
        {row["key"]: row["class"] for row in cast},
    )


def engagements(record: Record, threat: str | None = None) -> list[Engagement]:
    """The record of each engagement, in the order of the orders; of one threat, or of all."""
    found = []
    for event in record.events:
        if event["kind"] != "assign" or threat not in (None, event["object"]):
            continue
        way = record.way_back(event["event"])
        seen = [step for step in way if step["kind"] in ("detect", "confirm")]
        verdicts = [step for step in way if record.kind_of.get(step["subject"]) == "command"]
        rounds = [shot for shot in record.events if shot["kind"] == "fire" and shot["cause"] == event["event"]]
        ends = [end for shot in rounds for end in record.events if end["kind"] in _ENDS and end["cause"] == shot["event"]]
        battery = record.parent_of.get(event["subject"], "")
        found.append(
            Engagement(
                record.replication,
                event["object"],
                battery,
                event["subject"],
                seen[-1]["subject"] if seen else "",
                verdicts[-1]["subject"] if verdicts else record.parent_of.get(battery, ""),
                seen[0]["time_s"] if seen else None,
                way[-2]["time_s"] if len(way) > 1 else event["time_s"],
                event["time_s"],
                event["value"],
                tuple(shot["time_s"] for shot in rounds),
                tuple((end["time_s"], end["kind"], end["value"]) for end in ends),
                tuple(f"{clock(step['time_s'])} {_said(record, step)}" for step in way if step["kind"] != "appear"),
            )
        )
    return found


def story(record: Record, threat: str) -> Story:
    """What became of a threat; UnknownNameError with the nearest names where none of that name appeared."""
    if threat not in record.threats:
        raise UnknownNameError("threat of this replication", threat, record.threats)
    mine = [event for event in record.events if threat in (event["subject"], event["object"])]
    appear = next(event for event in mine if event["kind"] == "appear")
    through = next((event for event in mine if event["kind"] == "impact"), None)
    killed = any(event["kind"] == "kill" for event in mine)
    name = record.name_of.get(threat, threat)
    kill_class = record.class_of.get(threat, "")
    target = record.name_of.get(appear["object"], appear["object"])
    towards = f" towards {target}" if target else ""
    lines = [_line(appear, f"{name} ({kill_class}) begins its flight{towards}.")]
    lines += _sightings(record, mine)
    for engagement in engagements(record, threat):
        lines += _fight(record, engagement)
    lines += [
        _line(event, _sentence(record, event))
        for event in mine
        if event["kind"] not in _TOLD_ELSEWHERE
    ]
    ends_s = next((event["time_s"] for event in mine if event["kind"] in ("impact", "kill", "leave")), float("inf"))
    lines += _network(record, appear, ends_s, {event["event"] for event in mine})
    lines += _interference(record, appear, ends_s)
    lines.sort(key=lambda line: (line.time_s, line.event))
    if through is not None:
        lines += _break(record, through, mine)
    return Story(
        record.replication, threat, appear["object"], "got through" if through else "killed" if killed else "neither",
        through["reason"] if through else "", tuple(lines),
    )  # fmt: skip


def _network(record: Record, appear: Event, ends_s: float, told: set[int]) -> Iterator[Line]:
    """What is out of order when a threat appears, and what changes in the network while it flies."""
    out: dict[str, None] = {}
    for event in record.events:
        if event["kind"] not in _CHANGES or event["time_s"] > ends_s or event["event"] in told:
            continue
        moves = event["kind"] in ("node_down", "node_up") and event["value"] == _OUT.index("leaves its place")
        if moves and event["time_s"] == 0.0:
            continue  # the place to which it comes later
        if event["time_s"] > appear["time_s"]:
            yield _line(event, _sentence(record, event))
        elif event["kind"] in ("node_down", "link_down", "node_lost"):
            out[event["subject"]] = None
        elif event["kind"] != "take_over":
            here = event["subject"].split(" (place ")[0] if moves else event["subject"]
            out = {key: None for key in out if key != event["subject"] and not (moves and key.split(" (place ")[0] == here)}
    away = [_named(record, key) for key in out]
    if away:
        yield _line(appear, f"Out of order at that time: {', '.join(away)}.")


def _interference(record: Record, appear: Event, ends_s: float) -> Iterator[Line]:
    """The noise raised while it flies; whether it was what hid the threat, only the same luck without it would tell."""
    for row in record.interference:
        if row["from_s"] < ends_s and row["until_s"] > appear["time_s"]:
            name, where = row["parameter"].removeprefix("interference "), row["assumption"].split(":", 1)[1].split(".")[0]
            text = f"Interference, {name}: {row['nominal']:g} dB more noise at {', '.join(row['used_by'])};{where}."
            yield Line(max(row["from_s"], appear["time_s"]), appear["event"], text)


def leaker_stories(record: Record) -> list[Story]:
    """The story of each threat that got through, in the order in which they did."""
    return [story(record, event["subject"]) for event in record.events if event["kind"] == "impact"]


def _line(event: Event, text: str) -> Line:
    return Line(event["time_s"], event["event"], text)


def _named(record: Record, key: str) -> str:
    """A name as the story has it: a weapon with its battery."""
    if record.kind_of.get(key) == "weapon":
        return f"{record.name_of[key]} of {record.parent_of[key]}"
    return record.name_of.get(key, key)


def _sightings(record: Record, mine: Sequence[Event]) -> list[Line]:
    """Who saw it: the first detection and the first track in full, the later sensors in one sentence."""
    detected = [event for event in mine if event["kind"] == "detect"]
    tracked = [event for event in mine if event["kind"] == "confirm"]
    lines = []
    if detected:
        first = detected[0]
        lines.append(_line(first, f"{_named(record, first['subject'])} first detects it, {first['value'] / 1e3:.0f} km away."))
    if tracked:
        first = tracked[0]
        lines.append(_line(first, f"{_named(record, first['subject'])} confirms a track of it."))
        others: dict[str, float] = {}
        for event in tracked[1:]:
            if event["subject"] != first["subject"]:
                others.setdefault(event["subject"], event["time_s"])
        if others:
            said = ", ".join(f"{_named(record, key)} ({clock(time_s)})" for key, time_s in others.items())
            lines.append(_line(next(event for event in tracked if event["subject"] in others), f"Tracked as well by {said}."))
    lost: dict[str, list[Event]] = {}
    for event in mine:
        if event["kind"] == "drop":
            lost.setdefault(event["subject"], []).append(event)
    for key, drops in lost.items():
        often = "." if len(drops) == 1 else f" {len(drops)} times until {clock(drops[-1]['time_s'])}."
        lines.append(_line(drops[0], f"{_named(record, key)} loses its track{often}"))
    return lines


def _fight(record: Record, engagement: Engagement) -> list[Line]:
    """One engagement in up to three sentences: the order, the shots, what came of them."""
    order = next(
        event
        for event in record.events
        if event["kind"] == "assign" and (event["time_s"], event["subject"], event["object"])
        == (engagement.ordered_s, engagement.weapon, engagement.threat)
    )  # fmt: skip
    on = f", with the track of {_named(record, engagement.sensor)}," if engagement.sensor else ""
    by = f"{_named(record, engagement.post)}{on} orders" if engagement.post else "An order goes to"
    chance = f"(predicted kill probability {engagement.predicted_kill:.2f})"
    lines = [_line(order, f"{by} {_named(record, engagement.weapon)} to engage it {chance}.")]
    shots = [event for event in record.events if event["kind"] == "fire" and event["cause"] == order["event"]]
    turned = [event for event in record.events if event["kind"] == "commit" and event["cause"] == order["event"]]
    lines += [_line(event, _sentence(record, event)) for event in turned]
    if not shots:
        lines.append(_line(order, "No round of it leaves."))
        return lines
    count = "One round leaves" if len(shots) == 1 else f"{len(shots)} rounds leave ({', '.join(clock(s['time_s']) for s in shots)})"
    lines.append(_line(shots[0], f"{count}, to meet it after {shots[0]['value']:.0f} s."))
    for event in record.events:
        if event["kind"] in _ENDS and event["cause"] in {shot["event"] for shot in shots}:
            lines.append(_line(event, _sentence(record, event)))
    return lines


def _said(record: Record, event: Event) -> str:
    return _sentence(record, event).rstrip(".")


def _sentence(record: Record, event: Event) -> str:
    """One event in words; a kind that is not known here is told by its name."""
    who, whom, value = _named(record, event["subject"]), _named(record, event["object"]), event["value"]
    if event["kind"] in ("node_down", "link_down", "node_up", "link_up"):
        return f"{who} {(_OUT if event['kind'].endswith('down') else _BACK)[int(value)]}."
    words: dict[str, str] = {
        "detect": f"{who} detects it, {value / 1e3:.0f} km away.",
        "confirm": f"{who} confirms a track of it.",
        "drop": f"{who} loses the track.",
        "identify": f"{who} calls it hostile" + (" at the first attempt." if value <= 1 else f" at attempt {value:.0f}."),
        "misidentify": f"{who} fails to identify it (attempt {value:.0f}).",
        "assign": f"{who} is ordered to engage it.",
        "fire": f"{who} fires.",
        "stray": f"{who} fires at a second track of it, taken for another target.",
        "kill": f"{who} kills it (kill probability used: {value:.2f}).",
        "miss": f"{who} misses"
        + (f" (kill probability used: {value:.2f})." if value > 0 else ": its battery's radar had lost the target."),
        "no_target": f"{who} arrives after it has been killed.",
        "receive": f"{who} gets a track of it over the network, {value:.0f} s old.",
        "told": f"{who} is told that it is hostile, {value:.0f} s after the verdict.",
        "remote": f"The track of {who}, {value / 1e3:.0f} km from it, is good enough to fire on.",
        "order_lost": f"The order to {who} is lost and given up after {value:.0f} tries.",
        "commit": f"{who} leaves its station for it; it launches {value / 1e3:.0f} km on.",
        "return": f"{who} is back on its station.",
        "hand_over": f"{who} cannot go on; {value:.0f} rounds had not left.",
        "release": f"{who} releases {whom}.",
        "discriminate": f"{who} knows it for a spent stage.",
        "leave": f"{who} leaves without having got through.",
        "node_lost": f"{who} is hit and lost.",
        "take_over": f"{who} takes over {whom}, {value:.0f} s after it was cut off.",
    }  # fmt: skip
    return words.get(event["kind"], f"{event['kind'].replace('_', ' ')}: {who}{f', {whom}' if whom else ''}.")


def _break(record: Record, through: Event, mine: Sequence[Event]) -> list[Line]:
    """Where the chain broke: the reason in words, and the event at which the furthest attempt stopped."""
    meaning = REASON_MEANING.get(through["reason"], through["reason"])
    text = f"It gets through to {_named(record, through['object'])}: {meaning}."
    if through["cause"] >= 0:
        last = record.events[through["cause"]]
        known = "nothing after its appearance" if last["kind"] == "appear" else f"“{_said(record, last)}” at {clock(last['time_s'])}"
        text += f" The attempt that got furthest stopped after: {known}."
    lines = [_line(through, text)]
    lines += [
        _line(event, f"It hits {_named(record, event['object'])}, {event['value']:.0f} m from the aim point.")
        for event in mine
        if event["kind"] == "asset_hit"
    ]
    return lines
