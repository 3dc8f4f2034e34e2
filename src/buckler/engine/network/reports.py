"""Reports of tracks: they wait for a way and a place on it, are sent, are lost or arrive; and what a post tells others because of them.

- A track is reported once when it begins, and refreshed at every later scan. A report that is lost is not repeated: the next
  refreshing brings the track, one period later, and so on.
- Where more wait than the links can take (ways), the most important goes first: the asset's value discounted by the time to impact
  (decision.evaluation); ties by sensor, then by threat, in the order of names. A track that is carried keeps its place until it ends.
- A message under way when the way breaks is lost, if no other way is left; else it goes on by that.
- Posts in full exchange tell each other every track of their own sensors (under `picture: filtered` with its state: telling) and
  every verdict. By voice a post tells only what it calls hostile, and what it was not told by voice.
"""

from __future__ import annotations

from math import inf
from typing import Final

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.decision.evaluation import priority
from buckler.engine import calendar
from buckler.engine.journal import N_WAITING, note, plan
from buckler.engine.network.bundle import DELIVERED, NOT_OFFERED, UNDER_WAY, WAITING, Network, command_node
from buckler.engine.network.ways import addressee, occupy, passes, report_way_s, room_s
from buckler.engine.posts import gain, plan_decision
from buckler.log.schema import Kind

TELLINGS: Final = 1 << 20
"""Where the addresses of draws for tracks told again begin, beyond those of reports."""
MOST_LOSSES: Final = 64
"""Reports lost one after another before a track counts as arrived all the same: 0.5^64 of them."""

_RECEIVE = int(Kind.RECEIVE)
_TOLD = int(Kind.TOLD)


@borrowing_kernel
def direct(net: Network, r: int) -> bool:
    """Whether report `r` is a sensor's that no link names."""
    return bool(net.reports[r].post < 0 and net.nodes[net.reports[r].source].linked == 0)


@borrowing_kernel
def offer(net: Network, seed: int, replication: int, r: int, i: int, event: int, now_s: float) -> None:
    """The source of report `r` has a track of threat `i`, by `event`: it is sent as soon as there is a way and room."""
    passed = net.passed[r, i]
    if passed.status != NOT_OFFERED:
        return
    passed.event = event
    wait(net, r, i)
    if report_way_s(net, r) < inf:
        begin_s = room_s(net, r, now_s, 1)
        if begin_s <= now_s:
            _send(net, seed, replication, r, i, now_s)
        elif begin_s < net.free_s[-1]:
            net.free_s[-1] = begin_s
            plan(net.agenda, begin_s, calendar.CARRY, 0, 0)


@borrowing_kernel
def wait(net: Network, r: int, i: int) -> None:
    """Report `r` of threat `i` waits for a way, or for its turn."""
    net.passed[r, i].status = WAITING
    net.waiting[r] += 1
    net.journal.counts[N_WAITING] += 1


@borrowing_kernel
def _send(net: Network, seed: int, replication: int, r: int, i: int, now_s: float) -> None:
    """Send what waits: there is a way, and room on it."""
    passed, report = net.passed[r, i], net.reports[r]
    net.journal.counts[N_WAITING] -= 1
    net.waiting[r] -= 1
    passed.status = UNDER_WAY
    turn_s = occupy(net, r, 1, now_s)
    first = MOST_LOSSES * passed.sent
    passed.sent += 1
    lost = 0
    while lost < MOST_LOSSES - 1:
        salt = net.nodes[report.source].key
        threat = net.journal.threats[i].key
        if (
            report.loss == 0.0
            or draws.draw(seed, replication, draws.LINK_LOSS, report.key, threat, first + lost) >= report.loss
        ) and passes(net, seed, replication, addressee(net, r), report.source, salt, i, first + lost):
            break
        lost += 1
    passed.due_s = now_s + turn_s + report_way_s(net, r) + lost * report.period_s
    if net.kinds[6] != 0 and report.post >= 0 and report.voice == 0:
        passed.told = 0
        passed.send_s = now_s + turn_s + lost * report.period_s
        plan(net.agenda, passed.send_s, calendar.SEND_TRACK, r, i)
    # What comes at once comes before anything else: a sensor without links tells its post as if it were the post's own.
    plan(net.agenda, passed.due_s, calendar.DIRECT if direct(net, r) else calendar.ARRIVE, r, i)


@borrowing_kernel
def kept_by_link(net: Network, seed: int, replication: int, r: int, i: int, number: int) -> bool:
    """Whether message `number` of the track of threat `i` by report `r`, after the first, is lost nowhere; the first is the report."""
    if number == 1:
        return True
    report, passed = net.reports[r], net.passed[r, i]
    step = TELLINGS + 4096 * passed.sent + number
    threat = net.journal.threats[i].key
    if report.loss > 0.0 and draws.draw(seed, replication, draws.LINK_LOSS, report.key, threat, step) < report.loss:
        return False
    return passes(net, seed, replication, addressee(net, r), report.source, net.nodes[report.source].key, i, step)


@borrowing_kernel
def carry(net: Network, seed: int, replication: int, now_s: float) -> None:
    """Send all that waits and can be sent now, the most important first; look again when the next can."""
    net.free_s[-1] = inf  # also where what waited has been given up: or this moment would be planned again, for ever
    while net.journal.counts[N_WAITING] > 0:
        best, best_r, best_i = -1.0, -1, -1
        net.free_s[-1] = inf
        for r in range(len(net.reports)):
            if net.waiting[r] == 0 or report_way_s(net, r) == inf:
                continue
            begin_s = room_s(net, r, now_s, 1)
            if begin_s > now_s:
                net.free_s[-1] = min(net.free_s[-1], begin_s)
                continue
            for i in range(net.passed.shape[1]):
                if net.passed[r, i].status == WAITING:
                    urgent = priority(net.journal.threats[i].value, net.journal.threats[i].end_s - now_s)
                    if urgent > best:
                        best, best_r, best_i = urgent, r, i
        if best_r < 0:
            break
        _send(net, seed, replication, best_r, best_i, now_s)
    if net.free_s[-1] < inf:
        plan(net.agenda, net.free_s[-1], calendar.CARRY, 0, 0)


@borrowing_kernel
def look_again(net: Network, now_s: float) -> None:
    """There may be room for what waits."""
    if net.journal.counts[N_WAITING] > 0:
        plan(net.agenda, now_s, calendar.CARRY, 0, 0)


@borrowing_kernel
def arrive(net: Network, r: int, i: int, vetoed: bool, now_s: float) -> None:
    """Report `r` of threat `i` is at its post, unless the track has ended meanwhile or the way is broken. `vetoed`: see `tell`."""
    passed, report = net.passed[r, i], net.reports[r]
    if passed.status != UNDER_WAY or passed.due_s > now_s:
        return
    passed.status = DELIVERED
    c = addressee(net, r)
    passed.post = c
    held = net.held_by[c, i]
    event = passed.event
    if held.tracks == 0 and not direct(net, r):
        since_s = now_s - net.journal.events[event].time_s
        event = note(net.journal, event, now_s, _RECEIVE, net.kinds[2] + c, net.kinds[3] + i, i, since_s, 0)
    if report.post < 0:
        held.own += 1
    elif report.voice != 0:
        held.heard += 1
    latency_s = net.commands[c].latency_s if direct(net, r) else 0.0
    gain(net.agenda, net.commands[c], held, event, c, i, now_s, latency_s)
    if report.post >= 0 and not vetoed:
        tell(net, r, i, now_s)


@borrowing_kernel
def tell(net: Network, r: int, i: int, now_s: float) -> None:
    """A post that holds a track by exchange `r` takes over its verdict, if there is one. Not where its own evidence is a veto."""
    passed = net.passed[r, i]
    c = passed.post
    theirs = net.held_by[net.reports[r].source - net.kinds[0], i].identify_event
    if passed.status == DELIVERED and theirs >= 0 and net.held_by[c, i].identify_event < 0:
        since_s = now_s - net.journal.events[theirs].time_s
        net.held_by[c, i].identify_event = note(
            net.journal, theirs, now_s, _TOLD, net.kinds[2] + c, net.kinds[3] + i, i, since_s, 0
        )
        plan_decision(net.agenda, net.deciding, c, now_s)


@borrowing_kernel
def pass_on(net: Network, seed: int, replication: int, c: int, i: int, now_s: float) -> None:
    """Post `c` has a new track of threat `i` or a new verdict on it: it tells the posts with which it exchanges."""
    here = command_node(net, c)
    held = net.held_by[c, i]
    for r in range(len(net.nodes) - net.kinds[1], len(net.reports)):
        if net.reports[r].source != here:
            continue
        passed = net.passed[r, i]
        if net.reports[r].voice != 0:
            if held.tracks > held.heard and held.identify_event >= 0:
                offer(net, seed, replication, r, i, held.identify_event, now_s)
        elif held.own > 0:
            offer(net, seed, replication, r, i, held.track_event, now_s)
            if held.identify_event >= 0 and passed.status == DELIVERED and net.held_by[passed.post, i].identify_event < 0:
                plan(net.agenda, now_s + report_way_s(net, r), calendar.TELL, r, i)
