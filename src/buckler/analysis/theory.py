"""Closed forms against which a simulation is held: queues of fire channels, leakage, salvo exchange, clock drift.

Every function is a model with assumptions of its own, stated in its docstring; none is called by the engine. They say
what the full model must give in the limit where the assumptions hold, and so what its other parts change.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, expm1, floor, isfinite, log, log1p, sqrt
from typing import Final

from buckler.errors import InputError, OutOfRangeError

GAO_TARGET_SPEED_MPS: Final = 2000.0
"""The speed at which GAO/IMTEC-92-26, appendix II, turns seconds into metres (687 m for 0.3433 s)."""


def erlang_b(servers: int, load_erl: float) -> float:
    """The share of arrivals that find all `servers` busy and are lost: B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1)).

    Erlang (1917); recursion: Jagerman, Bell System Technical Journal 53 (1974) 525-551,
    doi:10.1002/j.1538-7305.1974.tb02756.x. Poisson arrivals, offered load a (arrival rate times mean service time, in
    erlang), no queue. The law of the service time does not matter (insensitivity: Sevastyanov 1957). For a battery:
    servers are fire channels, a lost arrival is a threat that passes with every channel busy.
    """
    _check_queue(servers, load_erl)
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load_erl * blocked / (n + load_erl * blocked)
    return blocked


def log_erlang_b(servers: int, load_erl: float) -> float:
    """The natural logarithm of `erlang_b`, also where the share itself is below the smallest float.

    With y(n) = -ln B(n): y(0) = 0, y(n) = ln(1 + (n/a) exp y(n-1)). Minus infinity for a load of nothing.
    """
    _check_queue(servers, load_erl)
    if servers == 0:
        return 0.0
    if load_erl == 0.0:
        return float("-inf")
    y = 0.0
    for n in range(1, servers + 1):
        z = y + log(n) - log(load_erl)
        y = max(z, 0.0) + log1p(exp(-abs(z)))
    return -y


def erlang_c(servers: int, load_erl: float) -> float:
    """The share of arrivals that must wait for one of `servers`: C = B / (1 - (a/c)(1 - B)), with B from `erlang_b`.

    Poisson arrivals, exponential service, an endless queue, load a < c. Kleinrock, Queueing Systems I (1975), eq. 3.40.
    """
    _check_stable(servers, load_erl)
    blocked = erlang_b(servers, load_erl)
    return blocked / (1.0 - load_erl / servers * (1.0 - blocked))


@dataclass(frozen=True)
class Waiting:
    """Waiting in a queue in front of servers, in the long run."""

    probability: float
    """The share of arrivals that wait at all."""
    mean_s: float
    """The mean wait over all arrivals, those that do not wait included."""


def deterministic_service_wait(servers: int, load_erl: float, service_s: float) -> Waiting:
    """M/D/c: Poisson arrivals, every service `service_s` long, an endless queue, load a < c.

    Crommelin's argument (Post Office Electrical Engineers' Journal 25 (1932) 41; Franx, Operations Research Letters
    29 (2001) 221, doi:10.1016/S0167-6377(01)00108-0): whoever is in service leaves within `service_s`, so over one
    such span N' = max(N - c, 0) + Poisson(a). The stationary law of N is solved here on a state space cut where less
    than 1e-13 remains; P(wait) = P(N >= c) (Poisson arrivals see time averages) and the mean wait is E[max(N - c, 0)]
    / rate (Little).
    """
    import numpy as np
    from scipy.stats import poisson

    _check_stable(servers, load_erl)
    if not (isfinite(service_s) and service_s > 0.0):
        raise InputError(f"service_s is {service_s!r}; a service time is a positive number of seconds")
    if load_erl == 0.0:
        return Waiting(0.0, 0.0)
    # The tail of N falls as r**-n, where r > 1 solves r**c = exp(a (r - 1)); Kingman's heavy-traffic slope 2 (c - a)
    # / a bounds ln r from below closely enough to choose where to cut.
    slope = min(2.0 * (servers - load_erl) / load_erl, 1.0)
    size = servers + ceil(load_erl + 12.0 * sqrt(load_erl) + 30.0 / slope) + 10
    if size > 6000:
        raise OutOfRangeError(
            f"a load of {load_erl:g} on {servers} servers is too near saturation: {size} states to solve, 6000 at most"
        )
    arrivals = poisson.pmf(np.arange(size), load_erl)
    transition = np.zeros((size, size))
    for n in range(size):
        left = max(n - servers, 0)
        transition[n, left:] = arrivals[: size - left]
        transition[n, -1] += 1.0 - transition[n].sum()
    system = transition.T - np.eye(size)
    system[-1] = 1.0
    right = np.zeros(size)
    right[-1] = 1.0
    law = np.linalg.solve(system, right)
    states = np.arange(size)
    queue = float(np.maximum(states - servers, 0) @ law)
    return Waiting(float(law[servers:].sum()), queue * service_s / load_erl)


@dataclass(frozen=True)
class Leakage:
    """What gets through of a raid."""

    no_leak: float
    """The probability that nothing gets through."""
    mean: float
    """The mean number that gets through."""


def warhead_kill_probability(shots: float, shot_kill: float, track: float = 1.0) -> float:
    """The probability that one warhead dies: K_w = P_track (1 - (1 - SSPK)^n).

    Wilkening, "A Simple Model for Calculating Ballistic Missile Defense Effectiveness", Science & Global Security 8
    (1999) 183-215. P_track is what all shots at the warhead share (detected, tracked,
    recognised); the n shots are independent given that.
    """
    _check_probability("shot_kill", shot_kill)
    _check_probability("track", track)
    if not (isfinite(shots) and shots >= 0.0):
        raise InputError(f"shots is {shots!r}; a number of shots is zero or more")
    if shots == 0.0:
        return 0.0
    if shot_kill == 1.0:
        return track
    return -track * expm1(shots * log1p(-shot_kill))


def leakage(threats: int, shots: float, shot_kill: float, track: float = 1.0) -> Leakage:
    """Leakage of `threats` warheads with `shots` each: P(no leak) = K_w^W, mean W (1 - K_w); leakers are binomial.

    Wilkening (1999), as in `warhead_kill_probability`; Przemieniecki, Mathematical Methods in Defense Analyses,
    chapter 5. Warheads are independent of each other: nothing is shared across the raid, and ammunition is enough.
    """
    _check_count("threats", threats)
    kill = warhead_kill_probability(shots, shot_kill, track)
    return Leakage(kill**threats, threats * (1.0 - kill))


def kill_probability_required(threats: int, no_leak: float) -> float:
    """The kill probability a warhead that lets none of `threats` through with probability `no_leak`: K_w = P_0^(1/W).

    Wilkening (1999), as in `warhead_kill_probability`.
    """
    _check_count("threats", threats)
    _check_probability("no_leak", no_leak)
    if threats == 0:
        raise InputError("threats is 0; with no threats any kill probability will do, so give at least one")
    return float(no_leak ** (1.0 / threats))


def shots_required(threats: int, no_leak: float, shot_kill: float, track: float = 1.0) -> float | None:
    """Shots a warhead, fired as a barrage, for P(no leak) = `no_leak`: n = ln(1 - K_w / P_track) / ln(1 - SSPK).

    Wilkening (1999), as in `warhead_kill_probability`. A real number: whole shots are its ceiling (and at least one).
    None where no number of shots will do, because what the shots share, or a shot that never kills, already forbids
    it.
    """
    _check_probability("shot_kill", shot_kill)
    _check_probability("track", track)
    needed = kill_probability_required(threats, no_leak)
    if needed == 0.0:
        return 0.0
    if shot_kill == 1.0 and track >= needed:
        return 1.0
    if shot_kill == 0.0 or needed >= track:
        return None
    return log1p(-needed / track) / log1p(-shot_kill)


def shoot_look_shoot(shots: int, shot_kill: float, common: float = 1.0) -> tuple[float, float]:
    """Up to `shots` one after another, looking after each: (kill probability, mean shots fired).

    The shots share a success of probability `common`; given it each kills with `shot_kill` independently. Kill:
    c (1 - (1 - p)^n). Mean shots: c (1 - (1 - p)^n) / p + (1 - c) n, the geometric sum with every shot fired where
    the common part fails.
    """
    _check_probability("shot_kill", shot_kill)
    _check_probability("common", common)
    _check_count("shots", shots)
    kill = warhead_kill_probability(shots, shot_kill, common)
    fired = float(shots) if shot_kill == 0.0 else kill / shot_kill + (1.0 - common) * shots
    return kill, fired


def hughes_salvo(
    a: float,
    b: float,
    offence_a: float,
    offence_b: float,
    defence_a: float,
    defence_b: float,
    staying_a: float,
    staying_b: float,
) -> tuple[float, float]:
    """Units that sides A and B lose in one simultaneous salvo: (dA, dB).

    dA = (beta B - a3 A) / a1 and dB = (alpha A - b3 B) / b1, each between nothing and the whole force. Hughes, Naval
    Research Logistics 42 (1995) 267-289, doi:10.1002/1520-6750(199503)42:2<267::AID-NAV3220420209>3.0.CO;2-Y.
    `offence` (alpha, beta): shots that would hit, a unit; `defence` (a3, b3): shots that a unit destroys; `staying`
    (a1, b1): hits that put a unit out.
    """
    for name, value in (("a", a), ("b", b), ("offence_a", offence_a), ("offence_b", offence_b)):
        _check_not_negative(name, value)
    for name, value in (("defence_a", defence_a), ("defence_b", defence_b)):
        _check_not_negative(name, value)
    for name, value in (("staying_a", staying_a), ("staying_b", staying_b)):
        if not (isfinite(value) and value > 0.0):
            raise InputError(f"{name} is {value!r}; the hits that put a unit out are more than none")
    lost_a = (offence_b * b - defence_a * a) / staying_a
    lost_b = (offence_a * a - defence_b * b) / staying_b
    return min(max(lost_a, 0.0), a), min(max(lost_b, 0.0), b)


def patriot_clock_error(
    hours: float, bits_after_point: int = 23, speed_mps: float = GAO_TARGET_SPEED_MPS
) -> tuple[float, float]:
    """The Patriot clock of Dhahran, 1991: (time lost in s, shift of the range gate in m) after `hours` of running.

    GAO/IMTEC-92-26 (4 February 1992), appendix II. The clock counts tenths of a second; seconds are the count times
    0.1, which a 24-bit register holds chopped to `bits_after_point` binary places: each tick loses 0.1 - floor(0.1
    2^b) / 2^b, 9.54e-8 s for b = 23. 100 hours give 0.3433 s and 687 m at 2,000 m/s.
    """
    _check_not_negative("hours", hours)
    _check_not_negative("speed_mps", speed_mps)
    if bits_after_point < 0 or bits_after_point > 1000:
        raise InputError(
            f"bits_after_point is {bits_after_point!r}; a register has between 0 and 1000 places after the point"
        )
    # 0.1 is itself not a float: the loss is exact in whole numbers, (2^b mod 10) / (10 2^b).
    lost_a_tick_s = (2**bits_after_point % 10) / (10 * 2**bits_after_point)
    lost_s = lost_a_tick_s * hours * 36_000.0
    return lost_s, lost_s * speed_mps


def _check_queue(servers: int, load_erl: float) -> None:
    _check_count("servers", servers)
    _check_not_negative("load_erl", load_erl)


def _check_stable(servers: int, load_erl: float) -> None:
    _check_queue(servers, load_erl)
    if load_erl >= servers:
        raise OutOfRangeError(
            f"a load of {load_erl:g} erlang on {servers} servers has no steady state; give less than {servers}"
        )


def _check_count(name: str, value: float) -> None:
    if not isfinite(value) or value < 0 or floor(value) != value:
        raise InputError(f"{name} is {value!r}; give a whole number, zero or more")


def _check_not_negative(name: str, value: float) -> None:
    if not (isfinite(value) and value >= 0.0):
        raise InputError(f"{name} is {value!r}; give a finite number, zero or more")


def _check_probability(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name} is {value!r}; a probability lies between 0 and 1")
