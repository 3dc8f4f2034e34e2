"""One replication: its calendar and what comes of it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from math import hypot
from typing import TYPE_CHECKING

from benchmarks.plain.earth import geodetic
from benchmarks.plain.events import Event, Priority
from benchmarks.plain.luck import Luck
from benchmarks.plain.stages import REASON_OF, Stage
from benchmarks.plain.threat import Life, Threat
from buckler import draws
from buckler.log.schema import Kind, Reason

if TYPE_CHECKING:
    from benchmarks.plain.battery import Battery, Engagement, Shot
    from benchmarks.plain.command import Command
    from benchmarks.plain.radar import Radar


@dataclass
class Fight:
    """One replication: everything in its first state, then the calendar to its end."""

    duration_s: float
    luck: Luck
    threats: list[Threat]
    commands: list[Command]
    radars: list[Radar]
    batteries: list[Battery]
    engagements: list[Engagement] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    calendar: list[tuple[float, int, int, int, Callable[[float], None]]] = field(default_factory=list)

    def at(self, time_s: float, priority: Priority, a: int, b: int, action: Callable[[float], None]) -> None:
        """Plan something; what happens at one instant happens in the order of priority, then of the two numbers."""
        heapq.heappush(self.calendar, (time_s, priority, a, b, action))

    def note(
        self, cause: int, time_s: float, kind: Kind, subject: int, object_: int, threat: Threat | None, value: float,
        reason: Reason = Reason.NONE,
    ) -> int:  # fmt: skip
        """Write an event; its number."""
        place = (0.0, 0.0, 0.0)
        if threat is not None:
            x, y, z, _ = threat.path.at(time_s)
            place = geodetic(x, y, z)
        self.events.append(Event(cause, time_s, kind, reason, subject, object_, *place, value))
        return len(self.events) - 1

    def fly(self) -> list[Event]:
        """The events, in order."""
        for threat in self.threats:
            self.at(threat.start_s, Priority.APPEAR, threat.index, 0, lambda t, threat=threat: self.appear(threat, t))
        for radar in self.radars:
            radar.scan_at(self, 0)
        while self.calendar:
            now_s, _, _, _, action = heapq.heappop(self.calendar)
            if now_s > self.duration_s:
                break
            action(now_s)
        return self.events

    def appear(self, threat: Threat, now_s: float) -> None:
        """A threat begins its flight, if nothing was to release it or what was still flies."""
        cause = -1
        if threat.carrier >= 0:
            carrier = self.threats[threat.carrier]
            if carrier.life is not Life.FLYING:
                threat.life = Life.UNRELEASED
                return
            cause = self.note(carrier.appear_event, now_s, Kind.RELEASE, carrier.number, threat.number, carrier, 0.0)
        threat.life = Life.FLYING
        at = -1 if threat.spent else threat.asset
        threat.appear_event = self.note(cause, now_s, Kind.APPEAR, threat.number, at, threat, 0.0)
        self.at(threat.end_s, Priority.IMPACT, threat.index, 0, lambda t: self.impact(threat, t))

    def scan(self, radar: Radar, step: int, now_s: float) -> None:
        """A radar's turn, as long as anything flies or is to fly."""
        if any(threat.life in (Life.WAITING, Life.FLYING) and not threat.spent for threat in self.threats):
            radar.scan(self, step, now_s)

    def impact(self, threat: Threat, now_s: float) -> None:
        """A threat that still flies gets through, for one reason."""
        if threat.life is not Life.FLYING:
            return
        if threat.spent:
            threat.life = Life.GONE
            return
        if threat.leaves:
            threat.life = Life.GONE
            self.note(threat.appear_event, now_s, Kind.LEAVE, threat.number, threat.asset, threat, 0.0)
            return
        threat.life = Life.THROUGH
        stage, because = self.furthest(threat)
        event = self.note(because, now_s, Kind.IMPACT, threat.number, threat.asset, threat, 0.0, REASON_OF[stage])
        if threat.lethal_radius_m > 0:
            east, north = self.luck.normal_pair(draws.IMPACT, threat.key, threat.key, 0)
            across = threat.scatter_std_m * east
            if threat.aside_std_m:
                across += threat.aside_std_m * self.luck.normal_pair(draws.NAVIGATION, threat.key, threat.key, 0)[0]
            miss_m = hypot(threat.scatter_std_m * north, across)
            if miss_m <= threat.lethal_radius_m:
                self.note(event, now_s, Kind.ASSET_HIT, threat.number, threat.asset, threat, miss_m)

    def furthest(self, threat: Threat) -> tuple[Stage, int]:
        """Where the attempt that got furthest broke: ties to the earlier event, then to the battery first by name."""
        best, because = Stage.UNSEEN, threat.appear_event
        for battery in self.batteries:
            attempt = battery.attempts[threat.index]
            stage, event = attempt.stage, attempt.event
            if stage is Stage.UNSEEN:
                stage, event = battery.command.furthest(threat)
            if stage > best or (stage == best and stage is not Stage.UNSEEN and event < because):
                best, because = stage, event
        return best, because
