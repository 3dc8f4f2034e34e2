"""A battery: what it may fire at, its engagements and shots."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from benchmarks.plain.command import Candidate
from benchmarks.plain.events import Priority
from benchmarks.plain.stages import Stage
from benchmarks.plain.threat import Life, Threat
from buckler import draws
from buckler.dtypes import HEIGHT_FORBIDDEN, OPEN
from buckler.log.schema import Kind

if TYPE_CHECKING:
    from benchmarks.plain.command import Command
    from benchmarks.plain.fight import Fight
    from benchmarks.plain.radar import Radar
    from benchmarks.plain.weapon import Weapon


@dataclass(slots=True)
class Attempt:
    """How far a battery got with one threat."""

    stage: Stage = Stage.UNSEEN
    event: int = -1
    fired: int = 0


@dataclass(slots=True)
class Engagement:
    """Rounds given to one threat on one channel."""

    number: int
    weapon: Weapon
    threat: Threat
    open: int
    event: int
    killed: bool = False


@dataclass(slots=True)
class Shot:
    """One round of an engagement."""

    number: int
    engagement: Engagement
    ordinal: int
    meet_s: float
    event: int = -1


class Battery:
    """Launchers, channels and rules."""

    def __init__(self, record: Any, site: list[float], command: Command, radars: list[Radar], threats: int) -> None:
        self.key = int(record["key"])
        self.command = command
        self.position_m, self.up, self.height_m = site[0:3], site[9:12], site[12]
        self.channels = int(record["channels"])
        self.hold = bool(record["hold"])
        self.reaction_s = float(record["reaction_s"])
        self.assessment_s = float(record["assessment_s"])
        self.interval_s = float(record["salvo_interval_s"])
        self.salvo = record["salvo"].tolist()
        self.engages = record["engages"].tolist()
        self.fire_control = radars
        self.weapons: list[Weapon] = []
        self.attempts = [Attempt() for _ in range(threats)]

    def got(self, threat: Threat, stage: Stage, event: int) -> None:
        """Note how far the battery got, if it is further than before."""
        attempt = self.attempts[threat.index]
        if stage > attempt.stage:
            attempt.stage, attempt.event = stage, event

    def guided(self, threat: Threat) -> bool:
        """Whether a radar on whose track it may fire holds the threat."""
        return any(radar.tracks[threat.index].confirmed for radar in self.fire_control)

    def offers(self, threat: Threat, because: int, now_s: float) -> list[Candidate]:
        """Its weapons that could be fired at a threat now; or a note of what stands against it."""
        kill_class = threat.kill_class
        if self.hold or not self.engages[kill_class]:
            self.got(threat, Stage.HELD, because)
            return []
        meant = [weapon for weapon in self.weapons if weapon.kill_probability[kill_class]]
        able = [weapon for weapon in meant if weapon.stands[threat.index] == OPEN]
        still = [weapon for weapon in able if not weapon.aims[threat.index].shut]
        if not still:
            forbidden = any(weapon.stands[threat.index] == HEIGHT_FORBIDDEN for weapon in meant)
            self.got(threat, Stage.TOO_LATE if able else Stage.HELD if forbidden else Stage.NOT_REACHED, because)
        offers = []
        for weapon in still:
            aim = weapon.aims[threat.index]
            if now_s < aim.open_s:
                continue
            if not self.guided(threat):
                stands = Stage.NO_GUIDANCE
            elif not self.channels:
                stands = Stage.NO_CHANNEL
            elif weapon.ready < self.salvo[kill_class]:
                stands = Stage.NO_ROUND
            else:
                stands = Stage.UNSEEN
            if stands and self.attempts[threat.index].stage >= stands:
                continue  # noted before: when and where they would meet changes nothing
            meet_s = weapon.earliest(threat, now_s + self.reaction_s, aim.meet_s)
            if meet_s == inf:
                aim.shut = True
                continue
            aim.meet_s = meet_s
            order_s = meet_s - weapon.flight_s(threat, meet_s) - self.reaction_s
            if order_s > now_s + self.command.period_s:
                aim.open_s = order_s - self.command.period_s
            elif stands:
                self.got(threat, stands, because)
            else:
                alone = min(1.0, weapon.single_shot(threat, meet_s) / weapon.common_mode)
                kill = weapon.common_mode * (1 - (1 - alone) ** self.salvo[kill_class])
                urgency = 1 + max(threat.end_s - now_s, 0.0) / 60
                offers.append(Candidate(weapon, threat, kill, meet_s, kill * (threat.value / urgency)))
        return offers

    def engage(self, fight: Fight, candidate: Candidate, now_s: float) -> None:
        """Take the threat: a channel, rounds set aside, launches planned."""
        weapon, threat = candidate.weapon, candidate.threat
        picture, attempt = self.command.pictures[threat.index], self.attempts[threat.index]
        rounds = self.salvo[threat.kill_class]
        event = fight.note(
            picture.identify_event, now_s, Kind.ASSIGN, weapon.number, threat.number, threat, candidate.kill
        )
        engagement = Engagement(len(fight.engagements), weapon, threat, rounds, event)
        fight.engagements.append(engagement)
        self.channels -= 1
        picture.engaged += 1
        weapon.ready -= rounds
        for k in range(rounds):
            shot = Shot(len(fight.shots), engagement, attempt.fired + k, candidate.meet_s)
            fight.shots.append(shot)
            due_s = now_s + self.reaction_s + k * self.interval_s
            fight.at(due_s, Priority.LAUNCH, shot.number, 0, lambda t, shot=shot: self.launch(fight, shot, t))
        attempt.fired += rounds

    def launch(self, fight: Fight, shot: Shot, now_s: float) -> None:
        """A round leaves, unless its target is gone or out of reach: then it stays."""
        engagement = shot.engagement
        weapon, threat = engagement.weapon, engagement.threat
        cleared = threat.life is Life.FLYING and not self.command.pictures[threat.index].harmless
        meet_s = weapon.earliest(threat, now_s, shot.meet_s) if cleared else inf
        if meet_s == inf:
            weapon.ready += 1
            self._close(fight, engagement, engagement.event, now_s)
            return
        shot.event = fight.note(
            engagement.event, now_s, Kind.FIRE, weapon.number, threat.number, threat, meet_s - now_s
        )
        shot.meet_s = meet_s
        self.got(threat, Stage.FIRED, shot.event)
        fight.at(meet_s, Priority.RESOLVE, shot.number, 0, lambda t: self.resolve(fight, shot, t))
        weapon.send_for_more(fight, now_s)

    def resolve(self, fight: Fight, shot: Shot, now_s: float) -> None:
        """A round meets its target, or the place where it was."""
        engagement = shot.engagement
        weapon, threat = engagement.weapon, engagement.threat
        if threat.life is not Life.FLYING:
            event = fight.note(shot.event, now_s, Kind.NO_TARGET, weapon.number, threat.number, threat, 0.0)
            self._close(fight, engagement, event, now_s)
            return
        lost = weapon.needs_support and not self.guided(threat)
        chance = 0.0 if lost else weapon.single_shot(threat, now_s)
        shared = weapon.common_mode
        killed = fight.luck.uniform(draws.SHOT, self.key, threat.key, shot.ordinal) < chance / shared
        if killed and shared < 1:
            killed = fight.luck.uniform(draws.COMMON_MODE, threat.key, threat.key, 0) < shared
        kind = Kind.KILL if killed else Kind.MISS
        event = fight.note(shot.event, now_s, kind, weapon.number, threat.number, threat, chance)
        if killed:
            threat.life = Life.KILLED
            engagement.killed = True
        elif self.attempts[threat.index].stage is Stage.FIRED:
            self.attempts[threat.index].event = event
        self._close(fight, engagement, event, now_s)

    def _close(self, fight: Fight, engagement: Engagement, event: int, now_s: float) -> None:
        engagement.event = event
        engagement.open -= 1
        if not engagement.open:
            fight.at(
                now_s + self.assessment_s, Priority.ASSESS, engagement.number, 0,
                lambda t: self.assess(fight, engagement, t),
            )  # fmt: skip

    def assess(self, fight: Fight, engagement: Engagement, now_s: float) -> None:
        """The channel is free again."""
        threat = engagement.threat
        self.channels += 1
        self.command.pictures[threat.index].engaged -= 1
        fight.note(
            engagement.event, now_s, Kind.ASSESS, engagement.weapon.number, threat.number, threat,
            float(engagement.killed),
        )  # fmt: skip
