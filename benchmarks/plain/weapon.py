"""A battery's stock of one kind of round: where it meets what, and how surely it kills."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, inf, sqrt
from typing import TYPE_CHECKING, Any

from benchmarks.plain.earth import MEAN_RADIUS_M
from benchmarks.plain.events import Priority
from benchmarks.plain.rounds import Air, Rounds
from benchmarks.plain.threat import Threat
from buckler.dtypes import OPEN
from buckler.log.schema import Kind

if TYPE_CHECKING:
    from benchmarks.plain.battery import Battery
    from benchmarks.plain.fight import Fight


@dataclass(slots=True)
class Aim:
    """What a weapon knows of its chance to meet one threat."""

    shut: bool
    meet_s: float
    open_s: float = 0.0


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
                room = rounds.room_m(range_m, height_m)
                if line < rounds.powered_m and flight < inf:
                    room = max(room, rounds.powered_m - line)
            clear = room / fastest
            if flight < inf:
                chord = flight / line if line < rounds.powered_m else 0.0
                safe = gap / (1 + max(rounds.steepest_spm, chord) * fastest)
                if safe > clear:  # beyond an edge of reach the table may rise faster
                    safe = max(clear, gap / (1 + max(rounds.edge_spm, chord) * fastest))
                leapt = safe > clear
                secant = gap * (tau - before) / (gap_before - gap) if gap < gap_before < inf else inf
                most = rounds.EDGE_STEP_S
                if secant > most:
                    # As far as the cells around look, it may be later still, and the gap may have one end only.
                    late, falling = rounds.still_late(range_m, height_m, line, gap, fastest)
                    most = min(falling, clear)
                    if late > safe:
                        safe, leapt = late, False
                if safe < secant <= most:
                    safe, leapt = secant, True
            else:
                safe = max(clear, rounds.EDGE_STEP_S)
                leapt = True
            if direct > safe:
                leapt = False
            before, gap_before = tau, gap
            tau += max(direct, safe)
            if leapt and before < path.end_s < tau:
                tau = path.end_s
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
