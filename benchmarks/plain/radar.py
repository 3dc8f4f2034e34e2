"""A radar and what it has of each threat."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin, sqrt
from typing import TYPE_CHECKING, Any

from benchmarks.plain.earth import MEAN_RADIUS_M, Point
from benchmarks.plain.events import Priority
from benchmarks.plain.luck import Luck
from benchmarks.plain.sight import Attenuation, Horizon
from benchmarks.plain.threat import Life, Threat
from buckler import draws
from buckler.log.schema import Kind

if TYPE_CHECKING:
    from benchmarks.plain.command import Command
    from benchmarks.plain.fight import Fight


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
