"""The engine's model once more, in plain Python objects: the benchmark's yardstick, and the oracle of its events.

A second implementation of `buckler.engine`, written from its descriptions as one writes a simulation in Python: radars, tracks,
command posts, batteries and shots are objects with methods, the calendar is a `heapq`, arithmetic is `math`; no NumPy and no
numba inside. Facts come from a compiled World (its arrays turned into lists once, at the door); luck comes from Threefry in
Python integers, at the same addresses. So the same World, seed and replication must give the same events as the engine:
kind, subject, object, cause and reason exactly, times, places and values to rounding.

Where it goes another way than the engine on purpose, so that a mistake in one shows: the generator in the round-and-swap form
of its paper, geodetic positions by Bowring's iteration, detection probability as Pfa^(1/(1+SNR)), candidates sorted once
instead of searched again and again, the looking up of fly-out cells by bisection of the nodes.

Not here: lobes of sea and ground (tests/coverage_products/test_coverage_lobes.py); patrols, whose sorties dash, launch and
come back (tests/engine/test_patrols.py); of a doctrine what is more than salvos, bands of height and range, classes and hold: zones,
orders, hand-down, reserves, a least kill probability (tests/engine/test_doctrine.py); filtered pictures and traffic
(tests/engine/test_filtered_picture.py, test_identify.py). A World that asks for one of them is refused; a bound on the engagements
of one target is not kept.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from math import atan2, cos, degrees, hypot, inf, log, pi, sin, sqrt
from typing import Any

from buckler import draws
from buckler.dtypes import HEIGHT_FORBIDDEN, OPEN, WorldArrays
from buckler.log.schema import Kind, Reason

# --- the earth (WGS-84) -----------------------------------------------------------------------------------------------

SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257223563
SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)
MEAN_RADIUS_M = (2 * SEMI_MAJOR_M + SEMI_MINOR_M) / 3
_E2 = FLATTENING * (2 - FLATTENING)
_SECOND_E2 = _E2 / (1 - _E2)


def geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Latitude and longitude in degrees and height in metres: B. R. Bowring, Survey Review 23 (1976) 323-327, iterated."""
    p = hypot(x, y)
    beta = atan2(z * SEMI_MAJOR_M, p * SEMI_MINOR_M)
    lat = 0.0
    for _ in range(3):
        lat = atan2(z + _SECOND_E2 * SEMI_MINOR_M * sin(beta) ** 3, p - _E2 * SEMI_MAJOR_M * cos(beta) ** 3)
        beta = atan2((1 - FLATTENING) * sin(lat), cos(lat))
    height = p * cos(lat) + z * sin(lat) - SEMI_MAJOR_M * sqrt(1 - _E2 * sin(lat) ** 2)
    return degrees(lat), degrees(atan2(y, x)), height


# --- luck -------------------------------------------------------------------------------------------------------------

_MASK = 2**64 - 1
_ROTATIONS = (
    ((14, 16), (52, 57), (23, 40), (5, 37)),
    ((25, 33), (46, 12), (58, 22), (32, 32)),
)


def threefry(counter: tuple[int, int, int, int], key: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Threefry-4x64-20 in Python integers: Salmon et al., SC11 (2011), doi:10.1145/2063384.2063405, section 4.2."""
    schedule = (*key, key[0] ^ key[1] ^ key[2] ^ key[3] ^ 0x1BD11BDAA9FC1A22)
    x0 = counter[0] + key[0] & _MASK
    x1 = counter[1] + key[1] & _MASK
    x2 = counter[2] + key[2] & _MASK
    x3 = counter[3] + key[3] & _MASK
    for group in range(1, 6):
        for one, two in _ROTATIONS[1 - group % 2]:
            x0 = x0 + x1 & _MASK
            x2 = x2 + x3 & _MASK
            # A round ends by swapping the second word and the fourth.
            x1, x3 = (x3 << two | x3 >> 64 - two) & _MASK ^ x2, (x1 << one | x1 >> 64 - one) & _MASK ^ x0
        x0 = x0 + schedule[group % 5] & _MASK
        x1 = x1 + schedule[(group + 1) % 5] & _MASK
        x2 = x2 + schedule[(group + 2) % 5] & _MASK
        x3 = x3 + schedule[(group + 3) % 5] + group & _MASK
    return x0, x1, x2, x3


@dataclass(frozen=True)
class Luck:
    """The draws of one replication."""

    seed: int
    replication: int

    def uniform(self, purpose: int, entity: int, partner: int, step: int) -> float:
        """A number in [0, 1): the upper 53 bits of the first word."""
        return (threefry((entity, partner, 0, 0), (self.seed, self.replication, purpose, step))[0] >> 11) / 2**53

    def normal_pair(self, purpose: int, entity: int, partner: int, step: int) -> tuple[float, float]:
        """Two standard normal numbers (Box and Muller 1958)."""
        one, two, _, _ = threefry((entity, partner, 0, 0), (self.seed, self.replication, purpose, step))
        radius = sqrt(-2 * log(1 - (one >> 11) / 2**53))
        angle = 2 * pi * (two >> 11) / 2**53
        return radius * cos(angle), radius * sin(angle)


# --- what is there ----------------------------------------------------------------------------------------------------


class Life(IntEnum):
    """What has become of a threat."""

    WAITING = 0
    FLYING = 1
    KILLED = 2
    THROUGH = 3
    GONE = 4
    UNRELEASED = 5


class Stage(IntEnum):
    """How far an attempt on a threat got along the kill chain."""

    UNSEEN = 0
    SEEN = 1
    TRACKED = 2
    HELD = 3
    NOT_REACHED = 4
    TOO_LATE = 5
    NO_GUIDANCE = 6
    NO_CHANNEL = 7
    NO_ROUND = 8
    FIRED = 9


REASON_OF = {
    Stage.UNSEEN: Reason.NOT_SEEN,
    Stage.SEEN: Reason.SEEN_TOO_LATE,
    Stage.TRACKED: Reason.NOT_IDENTIFIED,
    Stage.HELD: Reason.HELD_BY_RULES,
    Stage.NOT_REACHED: Reason.OUT_OF_REACH,
    Stage.TOO_LATE: Reason.SEEN_TOO_LATE,
    Stage.NO_GUIDANCE: Reason.NO_FIRE_CONTROL_TRACK,
    Stage.NO_CHANNEL: Reason.NO_CHANNEL,
    Stage.NO_ROUND: Reason.NO_MISSILE,
    Stage.FIRED: Reason.MISSED,
}


class Priority(IntEnum):
    """What comes first at one instant."""

    APPEAR = 0
    RESOLVE = 1
    IMPACT = 2
    ASSESS = 3
    RELOADED = 4
    SCAN = 5
    VERDICT = 6
    DECIDE = 7
    LAUNCH = 8


@dataclass(slots=True)
class Event:
    """One line of the log."""

    cause: int
    time_s: float
    kind: Kind
    reason: Reason
    subject: int
    object: int
    lat_deg: float
    lon_deg: float
    alt_m: float
    value: float


Point = tuple[float, float, float]


class Path:
    """Where a threat is: straight lines between rows at even times."""

    __slots__ = ("ahead_mps", "end_s", "last", "rows", "speeds", "start_s", "step_s")

    def __init__(self, rows: list[list[float]], ahead_mps: list[float], start_s: float, step_s: float) -> None:
        self.rows = rows
        self.ahead_mps = ahead_mps
        self.start_s = start_s
        self.step_s = step_s
        self.last = len(rows) - 1
        self.end_s = start_s + step_s * self.last
        self.speeds = [
            sqrt(sum((b - a) ** 2 for a, b in zip(one[:3], two[:3], strict=True))) / step_s
            for one, two in pairwise(rows)
        ]

    def at(self, time_s: float) -> tuple[float, float, float, float]:
        """Position (ECEF, m) and height (m); before its start and after its end it stays where it was."""
        place = (time_s - self.start_s) / self.step_s
        if place <= 0:
            row, part = 0, 0.0
        elif place >= self.last:
            row, part = self.last - 1, 1.0
        else:
            row = int(place)
            part = place - row
        x0, y0, z0, h0 = self.rows[row]
        x1, y1, z1, h1 = self.rows[row + 1]
        return x0 + part * (x1 - x0), y0 + part * (y1 - y0), z0 + part * (z1 - z0), h0 + part * (h1 - h0)

    def along(self, time_s: float) -> Point:
        """The way that it makes in one step."""
        row = min(max(int((time_s - self.start_s) / self.step_s), 0), self.last - 1)
        one, two = self.rows[row], self.rows[row + 1]
        return two[0] - one[0], two[1] - one[1], two[2] - one[2]


class Threat:
    """One body of the raid."""

    def __init__(self, index: int, number: int, record: Any, path: Path) -> None:
        self.index = index
        self.number = number
        self.key = int(record["key"])
        self.kill_class = int(record["kill_class"])
        self.asset = int(record["asset"])
        self.start_s = float(record["start_s"])
        self.end_s = float(record["end_s"])
        self.rcs_dbsm = record["rcs_dbsm"].tolist()
        self.lethal_radius_m = float(record["lethal_radius_m"])
        self.scatter_std_m = float(record["scatter_std_m"])
        self.aside_std_m = float(record["aside_std_m"])
        self.carrier = int(record["carrier"])  # -1: nobody releases it
        self.leaves = bool(record["leaves"])
        self.spent = bool(record["spent"])  # the stage of a missile: nobody's threat
        self.told_apart = float(record["told_apart"])
        self.value = float(record["value"])
        self.evasion_mps2 = float(record["evasion_mps2"])
        self.path = path
        self.life = Life.WAITING
        self.appear_event = -1


class Horizon:
    """The lowest height that a radar sees, by azimuth and ground range."""

    def __init__(self, table: list[list[float]], step_m: float) -> None:
        self.table = table
        self.step_m = step_m
        self.azimuths = len(table)
        self.ranges = len(table[0])

    def lowest_m(self, azimuth_rad: float, ground_m: float) -> float:
        """Bilinear in the table; infinite beyond its last range."""
        place = ground_m / self.step_m
        if place > self.ranges - 1:
            return inf
        i = min(int(place), self.ranges - 2)
        v = place - i
        around = azimuth_rad / (2 * pi) % 1.0 * self.azimuths
        j = int(around)
        u = around - j
        here = self.table[j % self.azimuths]
        next_ = self.table[(j + 1) % self.azimuths]
        near = (1 - u) * here[i] + u * next_[i]
        far = (1 - u) * here[i + 1] + u * next_[i + 1]
        return (1 - v) * near + v * far


class Attenuation:
    """What the air takes from a radar's echo, by sine of elevation and range, beyond what its published range holds."""

    def __init__(self, table: list[list[float]], step_m: float) -> None:
        self.table = table
        self.step_m = step_m
        self.sines = []  # of the rows: the mapping of physics.slant solved for the sine
        for j in range(len(table)):
            u = 2 * j / (len(table) - 1) - 1
            self.sines.append(0.03 * u / (1.03 - abs(u)))

    def loss_db(self, sine: float, range_m: float) -> float:
        """Linear in the mapped sine and in the range."""
        j = min(max(bisect_right(self.sines, sine) - 1, 0), len(self.sines) - 2)
        mapped = [1.03 * x / (abs(x) + 0.03) for x in (self.sines[j], sine, self.sines[j + 1])]
        v = (mapped[1] - mapped[0]) / (mapped[2] - mapped[0])
        i = min(int(range_m / self.step_m), len(self.table[0]) - 2)
        u = min(range_m / self.step_m - i, 1.0)
        low, high = (row[i] + u * (row[i + 1] - row[i]) for row in self.table[j : j + 2])
        return low + v * (high - low)


@dataclass(slots=True)
class Track:
    """What one radar has of one threat."""

    window: int = 0
    detect_event: int = -1
    confirmed: bool = False


class Radar:
    """A sensor in its place."""

    def __init__(
        self,
        index: int,
        number: int,
        record: Any,
        command: Command,
        horizon: Horizon,
        attenuation: Attenuation,
        disturbances: list[tuple[float, ...]],
        threats: int,
    ) -> None:
        self.index = index
        self.number = number
        self.key = int(record["key"])
        self.command = command
        self.position_m = tuple(record["position_m"].tolist())
        self.east = tuple(record["east"].tolist())
        self.north = tuple(record["north"].tolist())
        self.up = tuple(record["up"].tolist())
        self.band = int(record["band"])
        self.constant_m2 = float(record["constant_m2"])
        self.false_alarm = float(record["false_alarm"])
        self.scan_period_s = float(record["scan_period_s"])
        self.antenna_m = float(record["antenna_m"])
        self.bend_m = float(record["effective_radius_m"])
        self.lowest_rad = float(record["minimum_elevation_rad"])
        self.highest_rad = float(record["maximum_elevation_rad"])
        self.range_m = float(record["maximum_range_m"])
        self.sector_rad = float(record["sector_azimuth_rad"])
        self.half_width_rad = float(record["sector_half_width_rad"])
        self.hits = int(record["hits"])
        self.window_mask = (1 << int(record["scans"])) - 1
        self.horizon = horizon
        self.attenuation = attenuation
        self.disturbances = disturbances
        self.tracks = [Track() for _ in range(threats)]
        self._phase: float | None = None
        if int(record["swerling"]) not in (1, 2):
            raise ValueError("the plain model knows the Swerling cases 1 and 2 with one pulse")
        if float(record["rain_db_per_m"]) > 0.0:
            raise ValueError("the plain model knows dry air only")
        if int(record["orbit_rows"]) or int(record["cueable"]) or int(record["tracks"]):
            raise ValueError("the plain model knows radars that stand, search by themselves and hold whatever they see")

    def scan_at(self, fight: Fight, step: int) -> None:
        """Plan a scan: the radar turns from a phase that is a matter of luck."""
        time_s = (self.phase(fight.luck) + step) * self.scan_period_s
        fight.at(time_s, Priority.SCAN, self.index, step, lambda t: fight.scan(self, step, t))

    def phase(self, luck: Luck) -> float:
        """Where in its turn it is at the start, from 0 to 1."""
        if self._phase is None:
            self._phase = luck.uniform(draws.SCAN_PHASE, self.key, self.key, 0)
        return self._phase

    def look(self, threat: Threat, time_s: float) -> tuple[float, float]:
        """Mean signal-to-noise ratio, 0 out of view, and slant range (m)."""
        x, y, z, height_m = threat.path.at(time_s)
        dx = x - self.position_m[0]
        dy = y - self.position_m[1]
        dz = z - self.position_m[2]
        range_m = sqrt(dx * dx + dy * dy + dz * dz)
        if range_m > self.range_m:
            return 0.0, range_m
        east = self.east[0] * dx + self.east[1] * dy + self.east[2] * dz
        north = self.north[0] * dx + self.north[1] * dy + self.north[2] * dz
        up = self.up[0] * dx + self.up[1] * dy + self.up[2] * dz
        level = sqrt(east * east + north * north)
        azimuth = atan2(east, north)
        if self.half_width_rad < pi:
            off = abs(azimuth - self.sector_rad)
            if min(off, 2 * pi - off) > self.half_width_rad:
                return 0.0, range_m
        ground_m = MEAN_RADIUS_M * atan2(level, MEAN_RADIUS_M + self.antenna_m + up)
        # Over the effective earth rays are straight: the elevation of a point there is that of the ray.
        angle = ground_m / self.bend_m
        out = (self.bend_m + height_m) * cos(angle) - (self.bend_m + self.antenna_m)
        if not self.lowest_rad <= atan2(out, (self.bend_m + height_m) * sin(angle)) <= self.highest_rad:
            return 0.0, range_m
        if height_m < self.horizon.lowest_m(azimuth, ground_m):
            return 0.0, range_m
        echo = self.rcs_m2(threat, time_s, (dx, dy, dz)) / 10 ** (self.attenuation.loss_db(up / range_m, range_m) / 10)
        noise = 1.0 + sum(rise - 1.0 for rise in self.rises(azimuth, time_s))
        return self.constant_m2 * echo / range_m**4 / noise, range_m

    def rises(self, azimuth: float, time_s: float) -> list[float]:
        """What raises the noise in a direction now, as power ratios."""
        return [
            ratio
            for middle, half_width, ratio, begin_s, end_s in self.disturbances
            if begin_s <= time_s < end_s and abs((azimuth - middle + pi) % (2 * pi) - pi) <= half_width
        ]

    def rcs_m2(self, threat: Threat, time_s: float, sight: Point) -> float:
        """Cross-section at the angle between its flight and the way back to the radar, smooth from sector to sector.

        Half the sum and half the difference of two sectors' decibels: (1 + cos 2a)/2 is the square of the cosine.
        """
        flight = threat.path.along(time_s)
        across = hypot(
            flight[1] * sight[2] - flight[2] * sight[1],
            flight[2] * sight[0] - flight[0] * sight[2],
            flight[0] * sight[1] - flight[1] * sight[0],
        )
        angle = atan2(across, -sum(v * d for v, d in zip(flight, sight, strict=True)))
        nose, beam, tail = threat.rcs_dbsm[self.band]
        end = nose if angle <= pi / 2 else tail
        return 10 ** ((end + beam + (end - beam) * cos(2 * angle)) / 20)

    def scan(self, fight: Fight, step: int, now_s: float) -> None:
        """Look at every threat in the air; plan the next scan."""
        for threat in fight.threats:
            if threat.life is Life.FLYING:
                self._update(fight, threat, step, now_s)
        self.scan_at(fight, step + 1)

    def _update(self, fight: Fight, threat: Threat, step: int, now_s: float) -> None:
        track = self.tracks[threat.index]
        snr, range_m = self.look(threat, now_s)
        hit = False
        if snr > 0:
            luck = fight.luck.uniform(draws.DETECTION, self.key, threat.key, step)
            hit = luck < self.false_alarm ** (1 / (1 + snr))
        elif not track.window:
            return
        track.window = (track.window << 1 | hit) & self.window_mask
        if hit:
            if track.detect_event < 0:
                track.detect_event = fight.note(
                    threat.appear_event, now_s, Kind.DETECT, self.number, threat.number, threat, range_m
                )
            cued = self.command.pictures[threat.index].tracks > 0
            if not track.confirmed and (cued or track.window.bit_count() >= self.hits):
                track.confirmed = True
                event = fight.note(track.detect_event, now_s, Kind.CONFIRM, self.number, threat.number, threat, range_m)
                self.command.gain(fight, threat, event, now_s)
        elif track.confirmed and not track.window:
            track.confirmed = False
            self.command.pictures[threat.index].tracks -= 1
            fight.note(track.detect_event, now_s, Kind.DROP, self.number, threat.number, threat, range_m)


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


class Rounds:
    """A kind of interceptor: its flight in a table, its limits."""

    EDGE_STEP_S = 0.05
    TOLERANCE_S = 1e-8

    def __init__(self, row: Any, time_s: Any, speed_mps: Any, clear_m: Any) -> None:
        self.burn_s = float(row["burn_time_s"])
        self.top_mps = float(row["burnout_speed_mps"])
        self.least_mps = float(row["min_speed_mps"])
        self.min_range_m = float(row["min_range_m"])
        self.max_range_m = float(row["max_range_m"])
        self.min_height_m = float(row["min_height_m"])
        self.max_height_m = float(row["max_height_m"])
        self.fastest_target_mps = float(row["max_target_speed_mps"])
        self.launch_height_m = float(row["launch_height_m"])
        self.powered_m = float(row["powered_path_m"])
        self.steepest_spm = float(row["gradient_spm"])
        self.edge_spm = float(row["edge_gradient_spm"])
        self.turn_loading_kgpm2 = float(row["turn_loading_kgpm2"])
        self.turn_limit_mps2 = float(row["turn_limit_mps2"])
        self.time_s = time_s.tolist()
        self.speed_mps = speed_mps.tolist()
        self.clear_m = clear_m.tolist()
        ranges, heights = time_s.shape
        self.ranges_m = [self.max_range_m * (i / (ranges - 1)) ** 2 for i in range(ranges)]
        self.heights_m = [self.max_height_m * (k / (heights - 1)) ** 2 for k in range(heights)]
        # Too near to be met at all: inside its least range, or before it has speed enough.
        self.shortest_m = max(self.min_range_m, 0.5 * self.burn_s * self.least_mps**2 / self.top_mps)

    def straight_m(self, range_m: float, height_m: float) -> float:
        """Straight line from the launcher over the round earth."""
        half = sin(range_m / MEAN_RADIUS_M / 2)
        chord2 = 4 * (MEAN_RADIUS_M + self.launch_height_m) * (MEAN_RADIUS_M + height_m) * half * half
        return sqrt((height_m - self.launch_height_m) ** 2 + chord2)

    def cell(self, range_m: float, height_m: float) -> tuple[int, int]:
        """The cell of the table that holds a point."""
        i = bisect_right(self.ranges_m, range_m) - 1
        k = bisect_right(self.heights_m, height_m) - 1
        return min(max(i, 0), len(self.ranges_m) - 2), min(max(k, 0), len(self.heights_m) - 2)

    def flight_s(self, range_m: float, height_m: float) -> float:
        """Time to a point; inf where it cannot intercept."""
        if range_m > self.max_range_m or not self.min_height_m <= height_m <= self.max_height_m:
            return inf
        path = self.straight_m(range_m, height_m)
        if path < self.min_range_m:
            return inf
        if path <= self.powered_m:
            if path < 0.5 * self.top_mps * self.burn_s:
                time, speed = sqrt(2 * path * self.burn_s / self.top_mps), sqrt(2 * path * self.top_mps / self.burn_s)
            else:
                time, speed = self.burn_s / 2 + path / self.top_mps, self.top_mps
            return time if speed >= self.least_mps else inf
        i, k = self.cell(range_m, height_m)
        x = (range_m - self.ranges_m[i]) / (self.ranges_m[i + 1] - self.ranges_m[i])
        y = (max(0.0, height_m) - self.heights_m[k]) / (self.heights_m[k + 1] - self.heights_m[k])
        time = self._between(self.time_s, i, k, x, y)
        if not time < inf or self._between(self.speed_mps, i, k, x, y) < self.least_mps:
            return inf
        return time

    @staticmethod
    def _between(table: list[list[float]], i: int, k: int, x: float, y: float) -> float:
        near, far = table[i], table[i + 1]
        return (1 - x) * ((1 - y) * near[k] + y * near[k + 1]) + x * ((1 - y) * far[k] + y * far[k + 1])

    def speed_left(self, range_m: float, height_m: float) -> float:
        """Speed on arrival at a point within its reach."""
        path = self.straight_m(range_m, height_m)
        if path <= self.powered_m:
            return min(self.top_mps, sqrt(2 * path * self.top_mps / self.burn_s)) if self.burn_s else self.top_mps
        i, k = self.cell(range_m, height_m)
        x = (range_m - self.ranges_m[i]) / (self.ranges_m[i + 1] - self.ranges_m[i])
        y = (max(0.0, height_m) - self.heights_m[k]) / (self.heights_m[k + 1] - self.heights_m[k])
        return self._between(self.speed_mps, i, k, x, y)

    def room_m(self, range_m: float, height_m: float) -> float:
        """How far a target can move before it is in an edge of reach."""
        beyond = max(0.0, range_m - self.max_range_m)
        above = max(0.0, height_m - self.max_height_m, -height_m)
        if beyond or above:
            return hypot(beyond, above)
        i, k = self.cell(range_m, height_m)
        return float(self.clear_m[i][k])


class Air:
    """Density by height, from a table at even steps."""

    FLOOR_M, STEP_M = -1_000.0, 25.0

    def __init__(self, table: Any) -> None:
        self.densities = table[:, 0].tolist()

    def density(self, height_m: float) -> float:
        """Density, kg/m^3; none above the table."""
        place = max(0.0, (height_m - self.FLOOR_M) / self.STEP_M)
        if place >= len(self.densities) - 1:
            return 0.0
        k = int(place)
        return float(self.densities[k] + (place - k) * (self.densities[k + 1] - self.densities[k]))


class Weapon:
    """A battery's stock of one kind of round."""

    def __init__(
        self, index: int, number: int, record: Any, rounds: Rounds, air: Air, pairs: list[tuple[int, float, float]]
    ) -> None:
        self.air = air
        self.index = index
        self.number = number
        self.battery: Battery
        self.capacity = self.ready = int(record["ready"])
        self.stored = int(record["stored"])
        self.reload_s = float(record["reload_s"])
        self.kill_probability = record["kill_probability"].tolist()
        self.needs_support = bool(record["needs_support"])
        self.common_mode = float(record["common_mode"])
        self.steers = bool(record["steers"])
        self.effective_range_m = float(record["effective_range_m"])
        self.full_mps, self.slow_factor = float(record["full_speed_mps"]), float(record["slow_factor"])
        self.rounds = rounds
        self.stands = [stands for stands, _, _ in pairs]
        self.aims = [Aim(shut=stands != OPEN, meet_s=first_s) for stands, first_s, _ in pairs]
        self.reloading = False

    def range_and_height(self, x: float, y: float, z: float) -> tuple[float, float]:
        """Ground range from the launcher and height, on the sphere that touches the launcher's vertical."""
        site = self.battery
        dx, dy, dz = x - site.position_m[0], y - site.position_m[1], z - site.position_m[2]
        up = site.up[0] * dx + site.up[1] * dy + site.up[2] * dz
        level2 = max(0.0, dx * dx + dy * dy + dz * dz - up * up)
        foot = MEAN_RADIUS_M + site.height_m
        rise = foot + up
        height = site.height_m + (up * (foot + rise) + level2) / (sqrt(rise * rise + level2) + foot)
        return MEAN_RADIUS_M * atan2(sqrt(level2), rise), height

    def single_shot(self, threat: Threat, meet_s: float) -> float:
        """One shot's kill probability where it meets a threat: as stated, times what speed, turn and range leave of it."""
        x, y, z, _ = threat.path.at(meet_s)
        range_m, height_m = self.range_and_height(x, y, z)
        stated, rounds = float(self.kill_probability[threat.kill_class]), self.rounds
        if not self.steers:
            return stated * min(1.0, self.effective_range_m / max(rounds.straight_m(range_m, height_m), 1e-9)) ** 2
        speed = rounds.speed_left(range_m, height_m)
        left = 1.0
        if self.full_mps > rounds.least_mps and speed < self.full_mps:
            above = max(0.0, speed - rounds.least_mps) / (self.full_mps - rounds.least_mps)
            left = self.slow_factor * (1 - above) + above
        if threat.evasion_mps2:
            pulls = rounds.turn_limit_mps2
            if rounds.turn_loading_kgpm2:
                pulls = min(pulls, self.air.density(height_m) * speed**2 / 2 / rounds.turn_loading_kgpm2)
            left *= min(1.0, pulls / (3 * threat.evasion_mps2))
        return stated * left

    def flight_s(self, threat: Threat, meet_s: float) -> float:
        """Time of flight to where a threat is at `meet_s`."""
        x, y, z, _ = threat.path.at(meet_s)
        return self.rounds.flight_s(*self.range_and_height(x, y, z))

    def earliest(self, threat: Threat, launch_s: float, guess_s: float) -> float:
        """The earliest meeting for a launch at `launch_s`, not before `guess_s`; inf if the threat gets through first."""
        meet_s = self._meeting(threat, launch_s, guess_s)
        return meet_s if meet_s < threat.end_s else inf

    def _meeting(self, threat: Threat, launch_s: float, guess_s: float) -> float:
        """The earliest meeting along the rows of the threat's path: Lipschitz stepping (Piyavskii)."""
        path, rounds = threat.path, self.rounds
        tau = max(guess_s, launch_s, path.start_s)
        before, gap_before, leapt = tau, inf, False
        while tau <= path.end_s:
            row = min(int((tau - path.start_s) / path.step_s), path.last - 1)
            fastest = max(1.0, path.ahead_mps[row])
            if path.speeds[row] > rounds.fastest_target_mps:
                before, gap_before, leapt = tau, inf, False
                tau = max(tau + 1e-9, path.start_s + path.step_s * (row + 1))
                continue
            x, y, z, _ = path.at(tau)
            range_m, height_m = self.range_and_height(x, y, z)
            flight = rounds.flight_s(range_m, height_m)
            gap = flight - (tau - launch_s)
            if gap <= rounds.TOLERANCE_S:
                return self._bisect(threat, launch_s, before, tau) if leapt and gap < -rounds.TOLERANCE_S else tau
            line = rounds.straight_m(range_m, height_m)
            # Flown flat out along the straight line it cannot be there sooner than this.
            direct = (line / rounds.top_mps - (tau - launch_s)) / (1 + fastest / rounds.top_mps)
            if line < rounds.shortest_m:
                room = rounds.shortest_m - line
            else:
                outside = max(height_m - rounds.max_height_m, rounds.min_height_m - height_m)
                room = max(rounds.room_m(range_m, height_m), outside)
                if line < rounds.powered_m:
                    room = max(room, rounds.powered_m - line)
            clear = room / fastest
            if flight < inf:
                chord = flight / line if line < rounds.powered_m else 0.0
                safe = gap / (1 + max(rounds.steepest_spm, chord) * fastest)
                if safe > clear:  # beyond an edge of reach the table may rise faster
                    safe = max(clear, gap / (1 + max(rounds.edge_spm, chord) * fastest))
                leapt = safe > clear
                if gap < gap_before < inf:
                    secant = gap * (tau - before) / (gap_before - gap)
                    if safe < secant <= rounds.EDGE_STEP_S:
                        safe, leapt = secant, True
            else:
                safe = max(clear, rounds.EDGE_STEP_S)
                leapt = True
            if direct > safe:
                leapt = False
            before, gap_before = tau, gap
            tau += max(direct, safe)
        return inf

    def _bisect(self, threat: Threat, launch_s: float, before: float, tau: float) -> float:
        """The last step went across the meeting: it lies in (before, tau]."""
        while tau - before > self.rounds.TOLERANCE_S:
            middle = (before + tau) / 2
            if self.flight_s(threat, middle) <= middle - launch_s:
                tau = middle
            else:
                before = middle
        return tau

    def reloaded(self, fight: Fight, now_s: float) -> None:
        """The launchers are full again, or as full as the store allows."""
        rounds = min(self.capacity - self.ready, self.stored)
        self.ready += rounds
        self.stored -= rounds
        self.reloading = False
        fight.note(-1, now_s, Kind.RELOAD, self.number, -1, None, float(self.ready))

    def supplied(self, fight: Fight, rounds: int, now_s: float) -> None:
        """Rounds arrive in the store."""
        self.stored += rounds
        fight.note(-1, now_s, Kind.SUPPLY, self.number, -1, None, float(rounds))
        self.send_for_more(fight, now_s)

    def send_for_more(self, fight: Fight, now_s: float) -> None:
        """The launchers go for more rounds when they hold too few for a salvo."""
        if self.ready < max(1, *self.battery.salvo) and self.stored and not self.reloading:
            self.reloading = True
            fight.at(now_s + self.reload_s, Priority.RELOADED, self.index, 0, lambda t: self.reloaded(fight, t))


@dataclass(slots=True)
class Aim:
    """What a weapon knows of its chance to meet one threat."""

    shut: bool
    meet_s: float
    open_s: float = 0.0


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


# --- one replication --------------------------------------------------------------------------------------------------


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


class PlainModel:
    """A World's facts as Python lists, from which each replication begins."""

    def __init__(self, world: WorldArrays) -> None:
        batteries = world.batteries
        if batteries["ruled"].any() or world.weapons["kept"].any():
            raise ValueError("the plain model knows no rules of engagement but salvos, bands, classes and hold")
        if (batteries["next_salvo"] != batteries["salvo"]).any() or (batteries["dash_mps"] > 0.0).any():
            raise ValueError("the plain model knows one salvo a class, of batteries that stand")
        if world.basket_m > 0.0 or len(world.bodies):
            raise ValueError("the plain model knows the true picture, without traffic")
        self.world = world
        self.paths = []
        for body in world.threats:
            rows = slice(int(body["first"]), int(body["first"]) + int(body["points"]))
            self.paths.append(
                Path(
                    world.path_m[rows].tolist(),
                    world.path_ahead_mps[rows].tolist(),
                    float(body["start_s"]),
                    float(body["step_s"]),
                )
            )
        self.horizons = [
            Horizon(world.lowest_m[s].astype(float).tolist(), float(sensor["lowest_step_m"]))
            for s, sensor in enumerate(world.sensors)
        ]
        self.attenuations = [
            Attenuation(world.air_db[s].astype(float).tolist(), float(sensor["air_step_m"]))
            for s, sensor in enumerate(world.sensors)
        ]
        self.rounds = [
            Rounds(*tables)
            for tables in zip(
                world.interceptors, world.fly_out_s, world.fly_out_mps, world.fly_out_clear_m, strict=True
            )
        ]
        self.sites = world.sites.tolist()
        self.pairs = world.pairs.tolist()
        self.air = Air(world.air)

    def fight(self, seed: int, replication: int) -> Fight:
        """Everything at the start of one replication."""
        world, count = self.world, len(self.world.threats)
        threats = [Threat(i, world.first_threat + i, record, self.paths[i]) for i, record in enumerate(world.threats)]
        commands = [Command(c, world.first_command + c, record, count) for c, record in enumerate(world.commands)]
        radars = []
        for s, record in enumerate(world.sensors):
            command = commands[int(record["command"])]
            own = int(record["first_disturbance"])
            rises = world.disturbances[own : own + int(record["disturbances"])].tolist()
            radars.append(
                Radar(s, world.first_sensor + s, record, command, self.horizons[s], self.attenuations[s], rises, count)
            )
            command.radars.append(radars[-1])
        batteries = []
        for b, record in enumerate(world.batteries):
            command = commands[int(record["command"])]
            first = int(record["first_sensor"])
            on = [radars[s] for s in world.fire_control[first : first + int(record["sensors"])].tolist()]
            batteries.append(Battery(record, self.sites[b], command, on, count))
            command.batteries.append(batteries[-1])
        for w, record in enumerate(world.weapons):
            weapon = Weapon(
                w, world.first_weapon + w, record, self.rounds[int(record["table"])], self.air, self.pairs[w]
            )
            weapon.battery = batteries[int(record["battery"])]
            weapon.battery.weapons.append(weapon)
        fight = Fight(float(world.duration_s), Luck(seed, replication), threats, commands, radars, batteries)
        arms = [weapon for battery in batteries for weapon in battery.weapons]
        for row in world.rules[len(world.rules) - world.supplies :]:
            weapon, rounds, due_s = arms[int(row["a"])], int(row["b"]), float(row["x"])
            fight.at(
                due_s, Priority.RELOADED, weapon.index, rounds,
                lambda t, weapon=weapon, rounds=rounds: weapon.supplied(fight, rounds, t),
            )  # fmt: skip
        return fight

    def events(self, seed: int, replication: int) -> list[Event]:
        """The events of one replication."""
        return self.fight(seed, replication).fly()
