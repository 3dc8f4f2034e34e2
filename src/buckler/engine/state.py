"""What changes in a replication: a few arrays of records, allocated once a worker and cleared before each replication.

Records rather than one array a field: a kernel gets every array as seven arguments, and fewer of them halve both the time to
compile the engine and the time to call into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.dtypes import EVENT, HIT, WorldArrays, record
from buckler.engine.calendar import ENTRY
from buckler.engine.journal import COUNTERS, Agenda, Journal
from buckler.engine.picture import Picture, clear_picture, new_picture

# A threat's life.
WAITING: Final = 0
FLYING: Final = 1
KILLED: Final = 2
THROUGH: Final = 3
GONE: Final = 4
"""It has left, having done what it came for without being at the target itself."""
NEVER_RELEASED: Final = 5
"""Its carrier did not live to release it."""

# How far an attempt (a battery at a threat) got, in the order of the kill chain; log.schema.Reason names the break.
UNSEEN: Final = 0
SEEN: Final = 1
NOT_PASSED: Final = 2
TRACKED: Final = 3
HELD: Final = 4
NOT_REACHED: Final = 5
TOO_LATE: Final = 6
NO_GUIDANCE: Final = 7
NO_CHANNEL: Final = 8
NO_ROUND: Final = 9
NO_LINK: Final = 10
FIRED: Final = 11

SEEN_BY: Final = record(
    [
    ("window", "u4"),  # the last scans, one bit each, the newest lowest
    ("detect_event", "i4"),  # number of the first detection's event; -1 none
    ("confirm_event", "i4"),  # where the network is not only implicit: the last confirmation's; -1 none
    ("confirmed", "i1"),  # 1: the sensor holds a confirmed track
]
)  # fmt: skip
HELD_BY: Final = record(
    [
    ("tracks", "i4"),  # confirmed tracks at the post: its own sensors', and those that other posts tell it
    ("own", "i4"),  # of these, its own sensors'
    ("heard", "i4"),  # of these, by voice
    ("since_s", "f8"),  # when the first of them came
    ("engaged_s", "f8"),  # when the last engagement began
    ("track_event", "i4"),  # the confirmation that began the present track; -1 never tracked
    ("known_s", "f8"),  # when it was at the post
    ("attempts", "i4"),  # at identification
    ("identify_event", "i4"),  # -1 until called hostile
    ("engaged", "i4"),  # engagements going on
    ("pending", "i1"),  # 1: a verdict is on its way
    ("looked", "i1"),  # 1: it is settled whether a spent stage is known for one
    ("told_apart", "i1"),  # 1: it is
]
)  # fmt: skip
KNOWN_AS: Final = record(
    [
    ("identity", "i1"),  # tracking.identification: PENDING to HOSTILE
    ("replied", "i4"),  # interrogations that were answered
    ("asked", "i4"),  # interrogations
    ("told", "i1"),  # 1: hostile by another post's word, not by its own evidence
]
)  # fmt: skip
ATTEMPT: Final = record(
    [
    ("fired", "i4"),  # ordinal of the next shot: the address of its draw
    ("stage_event", "i4"),  # the event at which the attempt got as far as it did; -1 none
    ("look_s", "f8"),  # before which looking for a shot again is of no use
    ("stage", "i1"),  # how far the attempt got
    ("engaged", "i1"),  # engagements going on
    ("engagements", "i4"),  # begun so far
    ("ruled", "i1"),  # 1: a shot that could have been was forbidden by rules
]
)  # fmt: skip
AIM: Final = record(
    [
    ("meet_s", "f8"),  # the last solution for the earliest intercept, at first the first reach: it only grows, but of who flies
    ("on_time_s", "f8"),  # the launch that is there neither early nor late; -inf where that is not known
    ("falls_until_s", "f8"),  # until when from there on the gap only falls (physics.intercept.first_meeting); -inf where unknown
    ("falls_by", "f8"),  # by about how much a second; 0 where unknown
    ("open_s", "f8"),  # no order before this moment could be used
    ("shut", "i1"),  # 1: can no longer reach it
]
)  # fmt: skip
LIFE: Final = record(
    [
    ("appear_event", "i4"),  # number of the event
    ("life", "i1"),  # WAITING, FLYING, KILLED or THROUGH
]
)  # fmt: skip
STOCK: Final = record(
    [
    ("ready", "i4"),  # rounds
    ("stored", "i4"),  # rounds
    ("reloading", "i1"),  # 1: a reload is under way
]
)  # fmt: skip
ROUND: Final = record(
    [
    ("weapon", "i4"),
    ("threat", "i4"),
    ("engagement", "i4"),
    ("ordinal", "i4"),  # among its battery's shots at its threat
    ("event", "i4"),  # of its launch
    ("meet_s", "f8"),  # intercept
    ("left_s", "f8"),  # of an aircraft's: when it leaves its station
    ("begun_s", "f8"),  # likewise: from when on its flight counts; later than that for the later rounds of a salvo
]
)  # fmt: skip
ENGAGEMENT: Final = record(
    [
    ("weapon", "i4"),
    ("threat", "i4"),
    ("open", "i4"),  # shots not yet resolved
    ("event", "i4"),  # its last event
    ("killed", "i1"),  # 1: a shot of it killed
    ("post", "i4"),  # the post in whose account it stands; -1 where it was handed over
    ("waiting", "i4"),  # rounds not yet launched
    ("out", "i1"),  # 1: an aircraft has left its station for it
    ("back_s", "f8"),  # s that it needs to be back there
]
)  # fmt: skip
STRAY: Final = record(
    [
    ("weapon", "i4"),
    ("post", "i4"),
    ("number", "i4"),  # of the track, its post's
    ("rounds", "i4"),
    ("event", "i4"),  # of the last launch; -1 none
    ("open", "i1"),  # 1: it holds a channel
]
)  # fmt: skip
"""An engagement of a track beyond the threats' places (strays)."""
CANDIDATE: Final = record(
    [
    ("weapon", "i4"),
    ("threat", "i4"),
    ("score", "f8"),  # marginal return
    ("kill", "f8"),  # the salvo's kill probability: as stated, or where they meet
    ("asked", "i1"),  # 1: where they meet is known
    ("worth", "f8"),  # the marginal return still, where it has lost its channel, its rounds or its threat to a better one
    ("taken", "i4"),  # its number among those taken in this round; 0: not taken
]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class State(Bundle):
    """Counts first; then by sensor, command, battery or weapon and threat; then what is written."""

    counts: NDArray[np.int64]  # the journal's counters
    journal: Journal
    agenda: Agenda
    seen_by: NDArray[np.void]  # SEEN_BY [sensor, threat]
    held_by: NDArray[np.void]  # HELD_BY [command, threat]
    known_as: NDArray[np.void]  # KNOWN_AS [command, threat]; none where the scenario has no traffic
    attempts: NDArray[np.void]  # ATTEMPT [battery, threat]
    aims: NDArray[np.void]  # AIM [weapon, threat]
    lives: NDArray[np.void]  # LIFE [threat]
    channels: NDArray[np.int32]  # free fire channels [battery]
    deciding: NDArray[np.int8]  # 1: a round of assignment is in the calendar [command]
    stocks: NDArray[np.void]  # STOCK [weapon]
    rounds: NDArray[np.void]  # ROUND, in the order of assignment
    engagements: NDArray[np.void]  # ENGAGEMENT, likewise
    candidates: NDArray[np.void]  # CANDIDATE, of one round of assignment
    ranked: NDArray[np.void]  # calendar.ENTRY: a heap of them, the greatest return first, then the first
    hits: NDArray[np.void]  # dtypes.HIT
    down: NDArray[np.int32]  # [node, then link]: how many reasons it has to be out of order; 0: in order
    post: NDArray[np.int32]  # [node]: the post of a sensor or battery at the moment; a post's is itself
    way_s: NDArray[np.float64]  # s, [node]: to its post; inf: cut off. 0 where the network is only implicit
    strays: NDArray[np.void]  # STRAY, in the order of assignment
    picture: Picture  # every post's tracks, where the picture is filtered


def new_state(world: WorldArrays, growth: int = 1) -> State:
    """Room for one replication of `world`; a larger `growth` where a replication has overflowed a smaller one."""
    s, t, c = len(world.sensors), len(world.threats), len(world.commands)
    b, w = len(world.batteries), len(world.weapons)
    rounds = int(world.weapons["ready"].sum() + world.weapons["stored"].sum())
    shots = growth * (min(rounds, 20 * t) + 64)
    n, r, k = len(world.nodes), len(world.reports), len(world.links)
    counts = np.zeros(COUNTERS, np.int64)
    journal = Journal(counts, np.zeros(growth * (64 + 64 * t + 2 * s * t + 2 * n), EVENT), world.threats, world.path_m)
    told = (4 if world.basket_m > 0.0 else 2) * r * t
    due = 2 * t + s + c * t + c + 2 * shots + w + world.supplies + told + 2 * n + 2 * k + len(world.uptimes) + 64
    agenda = Agenda(counts, np.zeros(growth * due, ENTRY))
    return State(
        counts=counts,
        journal=journal,
        agenda=agenda,
        seen_by=np.zeros((s, t), SEEN_BY),
        held_by=np.zeros((c, t), HELD_BY),
        known_as=np.zeros((c, len(world.bodies)), KNOWN_AS),
        attempts=np.zeros((b, t), ATTEMPT),
        aims=np.zeros((w, t), AIM),
        lives=np.zeros(t, LIFE),
        channels=np.zeros(b, np.int32),
        deciding=np.zeros(c, np.int8),
        stocks=np.zeros(w, STOCK),
        rounds=np.zeros(shots, ROUND),
        engagements=np.zeros(shots, ENGAGEMENT),
        candidates=np.zeros(w * t, CANDIDATE),
        ranked=np.zeros(w * t, ENTRY),
        hits=np.zeros(growth * 4096, HIT),
        down=np.zeros(n + k, np.int32),
        post=world.nodes["home"].astype(np.int32),
        way_s=np.zeros(n),
        strays=np.zeros(growth * 64 if world.basket_m > 0.0 else 0, STRAY),
        picture=new_picture(world, growth),
    )


@borrowing_kernel
def aim_anew(aim: Any, pair: Any) -> None:
    """Nothing is known yet of where a weapon meets a threat, but when that comes within reach."""
    aim.meet_s = pair.first_s
    aim.on_time_s = -np.inf
    aim.falls_until_s = -np.inf
    aim.falls_by = 0.0


@borrowing_kernel
def clear(world: WorldArrays, state: State) -> None:
    """Put everything back to the start of a replication."""
    state.counts[:] = 0
    clear_picture(state.picture)
    for i in range(len(world.threats)):
        state.lives[i].life = WAITING
        state.lives[i].appear_event = -1
        for s in range(len(world.sensors)):
            seen = state.seen_by[s, i]
            seen.window = 0
            seen.detect_event = -1
            seen.confirm_event = -1
            seen.confirmed = 0
        for c in range(len(world.commands)):
            held = state.held_by[c, i]
            held.tracks = 0
            held.own = 0
            held.heard = 0
            held.since_s = 0.0
            held.engaged_s = 0.0
            held.track_event = -1
            held.known_s = 0.0
            held.attempts = 0
            held.identify_event = -1
            held.engaged = 0
            held.pending = 0
            held.looked = 0
            held.told_apart = 0
        for b in range(len(world.batteries)):
            attempt = state.attempts[b, i]
            attempt.fired = 0
            attempt.stage_event = -1
            attempt.stage = UNSEEN
            attempt.look_s = 0.0
            attempt.engaged = 0
            attempt.engagements = 0
            attempt.ruled = 0
        for w in range(len(world.weapons)):
            aim = state.aims[w, i]
            aim_anew(aim, world.pairs[w, i])
            aim.open_s = 0.0
            aim.shut = world.pairs[w, i].stands
    for i in range(len(world.bodies)):
        for c in range(len(world.commands)):
            known = state.known_as[c, i]
            known.identity = 0
            known.replied = 0
            known.asked = 0
            known.told = 0
    state.deciding[:] = 0
    for b in range(len(world.batteries)):
        state.channels[b] = world.batteries[b].channels
    for w in range(len(world.weapons)):
        there = world.batteries[world.weapons[w].battery].arrives == 0
        state.stocks[w].ready = world.weapons[w].ready if there else 0
        state.stocks[w].stored = world.weapons[w].stored if there else 0
        state.stocks[w].reloading = 0
