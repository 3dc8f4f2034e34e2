"""A command post and its picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.plain.events import Priority
from benchmarks.plain.stages import Stage
from benchmarks.plain.threat import Life, Threat
from buckler import draws
from buckler.log.schema import Kind

if TYPE_CHECKING:
    from benchmarks.plain.battery import Battery
    from benchmarks.plain.fight import Fight
    from benchmarks.plain.radar import Radar
    from benchmarks.plain.weapon import Weapon


@dataclass(slots=True)
class Picture:
    """What a command post has of one threat."""

    tracks: int = 0
    track_event: int = -1
    attempts: int = 0
    identify_event: int = -1
    pending: bool = False
    engaged: int = 0
    harmless: bool = False
    """Known for a spent stage."""


@dataclass(slots=True)
class Candidate:
    """A weapon that could be fired at a threat now."""

    weapon: Weapon
    threat: Threat
    kill: float
    meet_s: float
    score: float


class Command:
    """A command post: identifies, evaluates, gives out targets."""

    def __init__(self, index: int, number: int, record: Any, threats: int) -> None:
        self.index = index
        self.number = number
        self.key = int(record["key"])
        self.latency_s = float(record["latency_s"])
        self.identification_time_s = float(record["identification_time_s"])
        self.identification_error = float(record["identification_error"])
        self.retry_s = float(record["identification_retry_s"])
        self.period_s = float(record["decision_period_s"])
        if int(record["swaps"]):
            raise ValueError("the plain model knows posts that choose greedily")
        self.pictures = [Picture() for _ in range(threats)]
        self.batteries: list[Battery] = []
        self.radars: list[Radar] = []
        self.deciding = False

    def gain(self, fight: Fight, threat: Threat, event: int, now_s: float) -> None:
        """A radar has confirmed a track; the first begins an identification."""
        picture = self.pictures[threat.index]
        picture.tracks += 1
        if picture.tracks > 1:
            return
        picture.track_event = event
        if picture.identify_event < 0 and not picture.pending:
            self._identify_at(fight, threat, now_s + self.latency_s + self.identification_time_s)

    def _identify_at(self, fight: Fight, threat: Threat, time_s: float) -> None:
        self.pictures[threat.index].pending = True
        fight.at(time_s, Priority.VERDICT, self.index, threat.index, lambda t: self.verdict(fight, threat, t))

    def verdict(self, fight: Fight, threat: Threat, now_s: float) -> None:
        """Hostile, or by mistake not yet."""
        picture = self.pictures[threat.index]
        picture.pending = False
        if threat.life is not Life.FLYING or not picture.tracks or picture.harmless:
            return
        if threat.spent and fight.luck.uniform(draws.DISCRIMINATION, self.key, threat.key, 0) < threat.told_apart:
            fight.note(picture.track_event, now_s, Kind.DISCRIMINATE, self.number, threat.number, threat, 0.0)
            picture.harmless = True
            return
        luck = fight.luck.uniform(draws.IDENTIFICATION, self.key, threat.key, picture.attempts)
        picture.attempts += 1
        hostile = luck >= self.identification_error
        kind = Kind.IDENTIFY if hostile else Kind.MISIDENTIFY
        event = fight.note(
            picture.track_event, now_s, kind, self.number, threat.number, threat, float(picture.attempts)
        )
        if hostile:
            picture.identify_event = event
            self._decide_at(fight, now_s)
        else:
            self._identify_at(fight, threat, now_s + self.retry_s)

    def _decide_at(self, fight: Fight, time_s: float) -> None:
        if not self.deciding:
            self.deciding = True
            fight.at(time_s, Priority.DECIDE, self.index, 0, lambda t: self.decide(fight, t))

    def decide(self, fight: Fight, now_s: float) -> None:
        """Give out targets, best marginal return first; again after a period while a hostile is in the air."""
        candidates: list[Candidate] = []
        for threat, picture in zip(fight.threats, self.pictures, strict=True):
            hostile = threat.life is Life.FLYING and picture.identify_event >= 0
            if hostile and picture.tracks and not picture.engaged and not picture.harmless:
                for battery in self.batteries:
                    candidates += battery.offers(threat, picture.identify_event, now_s)
        for candidate in sorted(candidates, key=lambda candidate: -candidate.score):
            weapon, threat = candidate.weapon, candidate.threat
            battery, picture = weapon.battery, self.pictures[threat.index]
            if candidate.score > 0 and not picture.engaged:
                if not battery.channels:
                    battery.got(threat, Stage.NO_CHANNEL, picture.identify_event)
                elif weapon.ready < battery.salvo[threat.kill_class]:
                    battery.got(threat, Stage.NO_ROUND, picture.identify_event)
                else:
                    battery.engage(fight, candidate, now_s)
        self.deciding = False
        if any(
            threat.life is Life.FLYING and picture.identify_event >= 0
            for threat, picture in zip(fight.threats, self.pictures, strict=True)
        ):
            self._decide_at(fight, now_s + self.period_s)

    def furthest(self, threat: Threat) -> tuple[Stage, int]:
        """How far the post got with a threat that it never gave out, and the event."""
        picture = self.pictures[threat.index]
        if picture.identify_event >= 0:
            return Stage.TOO_LATE, picture.identify_event
        if picture.track_event >= 0:
            return Stage.TRACKED, picture.track_event
        seen = [e for radar in self.radars if (e := radar.tracks[threat.index].detect_event) >= 0]
        return (Stage.SEEN, min(seen)) if seen else (Stage.UNSEEN, -1)
