"""Identification by evidence, where the scenario has traffic: verdicts, weapon control, and why somebody was mistaken.

A post takes over from another that a track is hostile, unless its own evidence has it as friend, assumed friend or neutral: that is
a veto, for itself alone. It goes on looking for itself at what it was told, and where that comes to a veto the told verdict falls; where a
veto falls, what others say counts again. (Assumption: who has asked, and was answered, believes the answer.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.dtypes import FREE, WorldArrays
from buckler.engine import calendar
from buckler.engine.journal import note, plan
from buckler.engine.paths import geodetic
from buckler.engine.rules import status_at
from buckler.engine.state import State
from buckler.log.schema import Kind, Reason
from buckler.tracking import identification as ident

_IDENTIFY = int(Kind.IDENTIFY)
_DECLARE = int(Kind.DECLARE)
_WRONGFUL = int(Kind.WRONGFUL)
_IFF_NOT_INTEROPERABLE = int(Reason.IFF_NOT_INTEROPERABLE)
_IFF_FAILED = int(Reason.IFF_FAILED)
_TRANSPONDER_OFF = int(Reason.TRANSPONDER_OFF)
_OFF_CORRIDOR = int(Reason.OFF_CORRIDOR)
_NO_FLIGHT_PLAN = int(Reason.NO_FLIGHT_PLAN)
_LATE_IDENTIFICATION = int(Reason.LATE_IDENTIFICATION)
_SEVERAL_SIGNS = int(Reason.SEVERAL_SIGNS)
_SWAPPED_TRACK = int(Reason.SWAPPED_TRACK)

_MANY = 1000
"""Interrogations after which another changes nothing."""


@borrowing_kernel
def indicators(body: Any, threat: Any, rows: NDArray[np.uint8], seed: int, replication: int, time_s: float) -> int:
    """Which indicators (bits) are there of a body at a time: what is heard of it by luck, once a replication, and where it is, by the
    nearest row of its path, up to 2 s away."""
    place = int((time_s - threat.start_s) / threat.step_s + 0.5)
    row = min(max(place, 0), threat.points - 1)
    there = int(rows[body.first + row]) | int(body.still)
    if draws.draw(seed, replication, draws.TRANSPONDER, threat.key, threat.key, 0) < body.transponder:
        there |= 1 << ident.TRANSPONDER
    if draws.draw(seed, replication, draws.FLIGHT_PLAN, threat.key, threat.key, 0) < body.plan:
        there |= 1 << ident.PLAN
    return there


@borrowing_kernel
def iff_works(evidence: NDArray[np.float64], threat: Any, seed: int, replication: int) -> bool:
    """Whether an own aircraft's equipment works and is on, once a replication."""
    luck = draws.draw(seed, replication, draws.IFF_EQUIPMENT, threat.key, threat.key, 0)
    return bool(luck < evidence[ident.IFF_WORKS, ident.OWN])


@borrowing_kernel
def answers(world: WorldArrays, seed: int, replication: int, c: int, i: int, attempt: int) -> bool:
    """Whether one interrogation by post `c` brings a valid reply from body `i`, true or false."""
    body = world.bodies[i]
    chance = float(world.evidence[ident.IFF_REPLY, body.side])
    if body.side == ident.OWN and (
        body.iff & world.askers[c].iff == 0 or not iff_works(world.evidence, world.threats[i], seed, replication)
    ):
        return False
    luck = draws.draw(seed, replication, draws.IFF_REPLY, world.commands[c].key, world.threats[i].key, attempt)
    return bool(luck < chance)


@borrowing_kernel
def verdict_by_evidence(world: WorldArrays, state: State, seed: int, replication: int, c: int, i: int, now_s: float) -> bool:
    """One more look by command post `c` at body `i`: it asks by IFF, weighs all evidence, declares a changed identity.

    Returns whether the track has just become one that a battery of the post may fire at, under some weapon control.
    """
    known = state.known_as[c, i]
    by_others = known.told != 0
    attempt = state.held_by[c, i].attempts
    state.held_by[c, i].attempts = attempt + 1
    known.asked = attempt + 1
    if answers(world, seed, replication, c, i, attempt):
        known.replied += 1
    there = indicators(world.bodies[i], world.threats[i], world.indicators, seed, replication, now_s)
    civil, own, red = ident.posterior(
        world.evidence, ident.ALL_INDICATORS, there, known.asked, known.replied, world.askers[c].share
    )
    was = known.identity
    known.identity = ident.identity(civil, own, red)
    event = -1
    if by_others:
        if vetoes(known):
            known.told = 0
            state.held_by[c, i].identify_event = -1
        else:
            if known.identity == ident.HOSTILE:
                known.told = 0
            known.identity = ident.HOSTILE
    if known.identity != was:
        kind = _IDENTIFY if known.identity == ident.HOSTILE else _DECLARE
        value = attempt + 1.0 if kind == _IDENTIFY else float(known.identity)
        event = note(
            state.journal, state.held_by[c, i].track_event, now_s, kind, world.first_command + c, world.first_threat + i, i, value, 0
        )
    if known.told != 0 or (known.identity != ident.FRIEND and known.identity != ident.HOSTILE):
        state.held_by[c, i].pending = 1
        plan(state.agenda, now_s + world.commands[c].identification_retry_s, calendar.VERDICT, c, i)
    if known.identity == ident.HOSTILE and not by_others:
        state.held_by[c, i].identify_event = event
    return ident.may_fire(known.identity, FREE) and not ident.may_fire(was, FREE)


@borrowing_kernel
def vetoes(known: Any) -> bool:
    """Whether what a post knows of a body itself forbids it to take over from another that it is hostile."""
    return bool(known.identity == ident.FRIEND or known.identity == ident.ASSUMED_FRIEND or known.identity == ident.NEUTRAL)


@borrowing_kernel
def open_to_fire(known: Any) -> bool:
    """Whether what a post knows of a body lets any weapon control but hold fire at it: it has been looked at, and is no friend."""
    return ident.may_fire(known.identity, FREE)


@borrowing_kernel
def wrongful(
    world: WorldArrays, state: State, seed: int, replication: int, w: int, i: int, j: int, event: int, meet_s: float, now_s: float
) -> None:
    """Note that weapon `w` has been fired at somebody who is no threat, to meet at `meet_s`, and the evidence that failed.

    It was fired at what its post holds as `i`, and `j` is there: another one where the track has come to follow another.

    The cause is the first in the order below without which the battery would not have been cleared to fire: had the systems been
    interoperable; had the IFF answered (it failed, or there was not yet time); had the transponder, the corridor, the flight plan been
    as they should. Where no single one would have sufficed, several signs spoke against it.
    """
    b = world.weapons[w].battery
    battery, c = world.batteries[b], state.post[b]
    lat_deg, lon_deg, _ = geodetic(world.threats[i], world.path_m, meet_s)
    status = status_at(world.rules, battery, lat_deg, lon_deg, now_s)
    cause = _cause(world, state, seed, replication, c, i, status, now_s) if i == j else _SWAPPED_TRACK
    note(
        state.journal, event, now_s, _WRONGFUL, world.first_weapon + w, world.first_threat + j, j,
        float(state.known_as[c, i].identity), cause,
    )  # fmt: skip


@borrowing_kernel
def _saved(evidence: NDArray[np.float64], status: int, there: int, asked: int, replies: int, share: float) -> bool:
    """Whether with this evidence the battery would not have been cleared, under its weapon control status."""
    civil, own, red = ident.posterior(evidence, ident.ALL_INDICATORS, there, asked, replies, share)
    return not ident.may_fire(ident.identity(civil, own, red), status)


@borrowing_kernel
def _cause(
    world: WorldArrays, state: State, seed: int, replication: int, c: int, i: int, status: int, now_s: float
) -> int:
    body = world.bodies[i]
    known = state.known_as[c, i]
    share = float(world.askers[c].share)
    there = indicators(body, world.threats[i], world.indicators, seed, replication, now_s)
    replies = int(known.replied)
    if body.side == ident.OWN and replies == 0:
        if body.iff & world.askers[c].iff == 0:
            if body.iff != 0 and _saved(world.evidence, status, there, known.asked, known.asked, 1.0):
                return _IFF_NOT_INTEROPERABLE
        elif _saved(world.evidence, status, there, known.asked, known.asked, share):
            return _LATE_IDENTIFICATION if iff_works(world.evidence, world.threats[i], seed, replication) else _IFF_FAILED
    for k in (ident.TRANSPONDER, ident.CORRIDOR, ident.PLAN):
        bit = 1 << k
        if there & bit == 0 and _saved(world.evidence, status, there | bit, known.asked, replies, share):
            return _TRANSPONDER_OFF if k == ident.TRANSPONDER else _OFF_CORRIDOR if k == ident.CORRIDOR else _NO_FLIGHT_PLAN
    often = int(_MANY * world.evidence[ident.IFF_REPLY, ident.OWN]) if replies > 0 else 0
    if _saved(world.evidence, status, there, _MANY, often, share):
        return _LATE_IDENTIFICATION
    return _SEVERAL_SIGNS
