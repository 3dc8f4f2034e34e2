"""The network: who tells whom of which track, over which way, how soon; and who falls back on whom.

Nodes are sensors, command posts and batteries; links join them, both ways. The way between a post and a node is the quickest one
over links and nodes in order (R. Bellman 1958, Quarterly of Applied Mathematics 16, 87, doi:10.1090/qam/102435), found again
whenever a node or link goes out of order or comes back. A sensor or battery that no link names is joined to its post directly.

Rules, all of them stated here:
- A track is reported once when it begins, and refreshed at every later scan. A report that is lost is not repeated: the next
  refreshing brings the track, one period later, and so on.
- A link of capacity C tracks/s carries at most C x REFRESH_S tracks at once, and takes 1/C from one new track to the next.
  Where more wait, the most important goes first: the asset's value discounted by the time to impact (decision.evaluation);
  ties by sensor, then by threat, in the order of names. A track that is carried keeps its place until it ends.
- An order that is lost is repeated after ORDER_REPEAT_S, up to ORDER_TRIES times in all; then the post gives the attempt up.
- A message under way when the way breaks is lost, if no other way is left; else it goes on by that.
- Posts in full exchange tell each other every track of their own sensors (under `picture: filtered` with its state: telling) and
  every verdict, and do not engage what the other is engaging, as soon as they can know it. By voice a post tells only what it calls
  hostile, and what it was not told by voice.
- A post, sensor or battery cut off from its post for the post's takeover time falls back on the first post in the line of backups
  that it can reach; a battery that reaches none, and may, becomes its own post with the tracks of its fire control sensors.
  It goes back when it can, after the same time. What it was doing is kept: engagements under way go into the new post's account.
- What is lost stays lost; a sensor out of order loses its tracks; a post out of order decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.decision.evaluation import priority
from buckler.dtypes import SORTIE, WorldArrays, record
from buckler.engine import queue as calendar
from buckler.engine.journal import N_WAITING, Agenda, Journal, note, plan
from buckler.engine.posts import gain, plan_decision
from buckler.log.schema import Kind
from buckler.physics.sight import position

# What has become of a report of one threat.
NOT_OFFERED: Final = 0
WAITING: Final = 1
UNDER_WAY: Final = 2
DELIVERED: Final = 3

REFRESH_S: Final = 10.0
"""A track that is older is of no use: how often a link with a capacity must carry each of its tracks again (assumption: a
surveillance radar's scan)."""
ORDER_TRIES: Final = 3
ORDER_REPEAT_S: Final = 2.0
"""Assumptions: nobody publishes how an order is repeated."""
TELLINGS: Final = 1 << 20
"""Where the addresses of draws for tracks told again begin, beyond those of reports."""
MOST_LOSSES: Final = 64
"""Reports lost one after another before a track counts as arrived all the same: 0.5^64 of them."""
AWAY: Final = 1_000
"""A reason to be out of order that counts more than all others but the next: it is not there, so nothing can hit it."""
DESTROYED: Final = 1_000_000
"""More reasons to be out of order than there can be to be in order again."""

# Why a node or link goes out of order or comes back: the value of the event.
BY_FACT: Final = 0
BY_FAILURE: Final = 1
BY_MOVING: Final = 2

_RECEIVE = int(Kind.RECEIVE)
_TOLD = int(Kind.TOLD)
_NODE_LOST = int(Kind.NODE_LOST)
_NODE_DOWN = int(Kind.NODE_DOWN)
_NODE_UP = int(Kind.NODE_UP)
_ON_STATION = int(Kind.ON_STATION)
_OFF_STATION = int(Kind.OFF_STATION)
_LINK_DOWN = int(Kind.LINK_DOWN)
_LINK_UP = int(Kind.LINK_UP)

PASSED: Final = record(
    [
    ("status", "i1"),  # NOT_OFFERED, WAITING, UNDER_WAY or DELIVERED
    ("post", "i4"),  # where it was delivered
    ("event", "i4"),  # the event that was reported last; -1 never
    ("sent", "i4"),  # reports sent: part of the address of their draws
    ("due_s", "f8"),  # when the one under way arrives
    ("send_s", "f8"),  # when the track itself leaves next (telling); inf: never
    ("heard_s", "f8"),  # when the one under way arrives; inf: none
    ("told", "i4"),  # how often it has left since the report was sent
]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Network(Bundle):
    """The network of one replication: what it reads of the World and of the posts, and what has become of it."""

    journal: Journal
    agenda: Agenda
    nodes: NDArray[np.void]  # dtypes.NODE
    links: NDArray[np.void]  # dtypes.LINK
    reports: NDArray[np.void]  # dtypes.REPORT
    commands: NDArray[np.void]  # dtypes.COMMAND
    kinds: NDArray[np.int64]  # first command and first sensor in nodes; first command, threat, battery, link in entities.parquet; 1 where
    # posts in full exchange tell one another their tracks themselves (telling)
    held_by: NDArray[np.void]  # state.HELD_BY [command, threat]
    deciding: NDArray[np.int8]  # [command]
    down: NDArray[np.int32]  # [node, then link]: how many reasons it has to be out of order; 0: in order
    post: NDArray[np.int32]  # [node]: the post of the moment; a post's is itself
    cut_s: NDArray[np.float64]  # s, [node]: since when it is without its post; inf: it has it
    way_s: NDArray[np.float64]  # s, [node]: way_to_post_s
    delay_s: NDArray[np.float64]  # s, [command, node]: the quickest way between them; inf: none
    via: NDArray[np.int32]  # [command, node]: the first link of that way from the node; -1 none
    load: NDArray[np.int32]  # [link, then report]: tracks that it carries
    free_s: NDArray[np.float64]  # s, likewise, when it can take the next track; the last: when the waiting are looked at
    waiting: NDArray[np.int32]  # [report]: tracks that wait
    passed: NDArray[np.void]  # PASSED [report, threat]


def new_network(
    world: WorldArrays, journal: Journal, agenda: Agenda, held_by: NDArray[np.void], deciding: NDArray[np.int8],
    down: NDArray[np.int32], post: NDArray[np.int32], way_s: NDArray[np.float64],
) -> Network:  # fmt: skip
    """Room for the network of one replication; what the fight reads of it, and it of the fight, is the state's."""
    c, n, k, r = len(world.commands), len(world.nodes), len(world.links), len(world.reports)
    kinds = [
        world.first_command - world.first_battery, world.first_sensor - world.first_battery, world.first_command,
        world.first_threat, world.first_battery, world.first_link, 1 if world.basket_m > 0.0 else 0,
    ]  # fmt: skip
    return Network(
        journal, agenda, world.nodes, world.links, world.reports, world.commands, np.array(kinds, np.int64), held_by, deciding,
        down=down,
        post=post,
        cut_s=np.full(n, np.inf),
        way_s=way_s,
        delay_s=np.zeros((c, n)),
        via=np.full((c, n), -1, np.int32),
        load=np.zeros(k + r, np.int32),
        free_s=np.zeros(k + r + 1),
        waiting=np.zeros(r, np.int32),
        passed=np.zeros((r, len(world.threats)), PASSED),
    )  # fmt: skip


@borrowing_kernel
def clear_network(net: Network) -> None:
    """Put everything back to the start of a replication."""
    net.down[:] = 0
    net.cut_s[:] = inf
    net.load[:] = 0
    net.free_s[:] = 0.0
    net.free_s[-1] = inf
    net.waiting[:] = 0
    for n in range(len(net.nodes)):
        net.post[n] = net.nodes[n].home
    for r in range(net.passed.shape[0]):
        for i in range(net.passed.shape[1]):
            passed = net.passed[r, i]
            passed.status = NOT_OFFERED
            passed.post = -1
            passed.event = -1
            passed.sent = 0
            passed.due_s = 0.0
            passed.send_s = inf
            passed.heard_s = inf
            passed.told = 0


@borrowing_kernel
def command_node(net: Network, c: int) -> int:
    """The node of a command post."""
    return int(net.kinds[0] + c)


@borrowing_kernel
def sensor_node(net: Network, s: int) -> int:
    """The node of a sensor."""
    return int(net.kinds[1] + s)


@borrowing_kernel
def is_post(net: Network, n: int) -> bool:
    """Whether a node is a command post."""
    return bool(net.kinds[0] <= n < net.kinds[1])


# --- ways --------------------------------------------------------------------------------------------------------------


@borrowing_kernel
def find_ways(net: Network) -> None:
    """The quickest way from every node to every post, over what is in order."""
    nodes = len(net.nodes)
    for c in range(len(net.commands)):
        here = command_node(net, c)
        post_up = net.down[here] <= 0
        for n in range(nodes):
            # Without a link of its own a sensor or battery is joined to its post, and a post to others without one.
            joined = n == here or (
                net.nodes[n].linked == 0 and (net.nodes[here].linked == 0 if is_post(net, n) else net.post[n] == c)
            )
            net.delay_s[c, n] = 0.0 if post_up and net.down[n] <= 0 and joined else inf
            net.via[c, n] = -1
        changed = post_up and net.nodes[here].linked != 0
        while changed:
            changed = False
            for k in range(len(net.links)):
                one, two = net.links[k].one, net.links[k].two
                if net.down[nodes + k] > 0 or net.down[one] > 0 or net.down[two] > 0:
                    continue
                step_s = net.links[k].delay_s
                if net.delay_s[c, one] < net.delay_s[c, two]:
                    near, far = one, two
                else:
                    near, far = two, one
                if net.delay_s[c, near] + step_s < net.delay_s[c, far]:
                    net.delay_s[c, far] = net.delay_s[c, near] + step_s
                    net.via[c, far] = k
                    changed = True
    for n in range(nodes):
        net.way_s[n] = way_to_post_s(net, n)


@borrowing_kernel
def _beyond(links: NDArray[np.void], k: int, node: int) -> int:
    """The other end of link `k`."""
    return int(links[k].two if links[k].one == node else links[k].one)


@borrowing_kernel
def way_to_post_s(net: Network, node: int) -> float:
    """Seconds between a sensor or battery and its post of the moment; inf where it is cut off."""
    c = net.post[node]
    if net.down[node] > 0:
        return inf
    return 0.0 if net.commands[c].own_battery >= 0 else float(net.delay_s[c, node])


@borrowing_kernel
def addressee(net: Network, r: int) -> int:
    """The post that report `r` goes to."""
    post = net.reports[r].post
    return int(post if post >= 0 else net.post[net.reports[r].source])


@borrowing_kernel
def report_way_s(net: Network, r: int) -> float:
    """Seconds that a report takes at the moment, without waiting; inf where there is no way."""
    report = net.reports[r]
    if net.down[report.source] > 0:
        return inf
    return float(net.delay_s[addressee(net, r), report.source] + report.delay_s)


@borrowing_kernel
def _begin_s(net: Network, r: int, now_s: float, spare: int) -> float:
    """When every limited link of the way can take one more track; inf while one has fewer than `spare` places."""
    links = len(net.links)
    begin_s = now_s
    if net.reports[r].interval_s > 0.0:
        if net.load[links + r] + spare > net.reports[r].slots:
            return inf
        begin_s = max(begin_s, net.free_s[links + r])
    c, node = addressee(net, r), net.reports[r].source
    k = net.via[c, node]
    while k >= 0:
        if net.links[k].interval_s > 0.0:
            if net.load[k] + spare > net.links[k].slots:
                return inf
            begin_s = max(begin_s, net.free_s[k])
        node = _beyond(net.links, k, node)
        k = net.via[c, node]
    return float(begin_s)


@borrowing_kernel
def occupy(net: Network, r: int, tracks: int, now_s: float) -> float:
    """More or fewer tracks on every link of the way, the next turn of each taken; the seconds that the slowest takes."""
    slowest_s = net.reports[r].interval_s
    net.load[len(net.links) + r] += tracks
    net.free_s[len(net.links) + r] = max(net.free_s[len(net.links) + r], now_s + slowest_s)
    c, node = addressee(net, r), net.reports[r].source
    k = net.via[c, node]
    while k >= 0:
        net.load[k] += tracks
        net.free_s[k] = max(net.free_s[k], now_s + net.links[k].interval_s)
        slowest_s = max(slowest_s, net.links[k].interval_s)
        node = _beyond(net.links, k, node)
        k = net.via[c, node]
    return float(slowest_s)


@borrowing_kernel
def _passes(net: Network, seed: int, replication: int, c: int, node: int, salt: np.uint64, i: int, step: int) -> bool:
    """Whether one message about threat `i` is lost on none of the links between `node` and post `c`."""
    k = net.via[c, node]
    while k >= 0:
        link = net.links[k]
        if link.loss > 0.0:
            key = net.journal.threats[i].key
            if draws.draw(seed, replication, draws.LINK_LOSS, link.key ^ salt, key, step) < link.loss:
                return False
        node = _beyond(net.links, k, node)
        k = net.via[c, node]
    return True


# --- reports -----------------------------------------------------------------------------------------------------------


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
        begin_s = _begin_s(net, r, now_s, 1)
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
        ) and _passes(net, seed, replication, addressee(net, r), report.source, salt, i, first + lost):
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
    return _passes(net, seed, replication, addressee(net, r), report.source, net.nodes[report.source].key, i, step)


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
            begin_s = _begin_s(net, r, now_s, 1)
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


@borrowing_kernel
def _take_back(net: Network, r: int, i: int) -> int:
    """Report `r` of threat `i` ends; the post that loses the track by it, -1 for none."""
    passed = net.passed[r, i]
    was = passed.status
    passed.status = NOT_OFFERED
    passed.send_s = inf
    passed.heard_s = inf
    if was == WAITING:
        net.journal.counts[N_WAITING] -= 1
        net.waiting[r] -= 1
    elif was != NOT_OFFERED:
        occupy(net, r, -1, 0.0)
    return int(passed.post) if was == DELIVERED else -1


@borrowing_kernel
def _hush(net: Network, c: int, i: int) -> None:
    """Where post `c` holds threat `i` no longer, but by voice, it ends what it tells of it by voice."""
    if net.held_by[c, i].tracks > net.held_by[c, i].heard:
        return
    here = command_node(net, c)
    for r in range(len(net.nodes) - net.kinds[1], len(net.reports)):
        if net.reports[r].source == here and net.reports[r].voice != 0:
            post = _take_back(net, r, i)
            if post >= 0:
                net.held_by[post, i].tracks -= 1
                net.held_by[post, i].heard -= 1


@borrowing_kernel
def lose(net: Network, r: int, i: int) -> None:
    """Report `r` of threat `i` ends, and with it all that its post told others because of it."""
    c = _take_back(net, r, i)
    if c < 0:
        return
    held, report = net.held_by[c, i], net.reports[r]
    held.tracks -= 1
    if report.voice != 0:
        held.heard -= 1
        return
    if report.post < 0:
        held.own -= 1
        if held.own == 0:
            here = command_node(net, c)
            for q in range(len(net.nodes) - net.kinds[1], len(net.reports)):
                if net.reports[q].source == here and net.reports[q].voice == 0:
                    other = _take_back(net, q, i)
                    if other >= 0:
                        net.held_by[other, i].tracks -= 1
                        _hush(net, other, i)
    _hush(net, c, i)


@borrowing_kernel
def ended(net: Network, i: int, now_s: float) -> None:
    """Threat `i` flies no longer: its tracks leave the links."""
    for r in range(len(net.reports)):
        if net.passed[r, i].status != NOT_OFFERED:
            lose(net, r, i)
    look_again(net, now_s)


@borrowing_kernel
def look_again(net: Network, now_s: float) -> None:
    """There may be room for what waits."""
    if net.journal.counts[N_WAITING] > 0:
        plan(net.agenda, now_s, calendar.CARRY, 0, 0)


@borrowing_kernel
def rewire(net: Network, now_s: float) -> None:
    """Something is out of order, or is back: find the ways anew, end what has none, let it wait for one."""
    # What is carried leaves the old ways before they are forgotten, and takes the new ones.
    for turn in range(2):
        for r in range(len(net.reports)):
            for i in range(net.passed.shape[1]):
                if net.passed[r, i].status >= UNDER_WAY:
                    occupy(net, r, 2 * turn - 1, 0.0)
        if turn == 0:
            find_ways(net)
    for r in range(len(net.reports)):
        cut = report_way_s(net, r) == inf
        for i in range(net.passed.shape[1]):
            if net.passed[r, i].status >= UNDER_WAY and (cut or _begin_s(net, r, now_s, 0) == inf):
                lose(net, r, i)
                wait(net, r, i)
    _mark_cut(net, now_s)
    plan(net.agenda, now_s, calendar.CARRY, 1, 0)


# --- what a post may know of another's engagements and sensors ------------------------------------------------------------


@borrowing_kernel
def engaged_elsewhere(net: Network, c: int, i: int, now_s: float) -> bool:
    """Whether a post in full exchange with post `c` is engaging threat `i`, and `c` can know it."""
    for r in range(len(net.nodes) - net.kinds[1], len(net.reports)):
        if net.reports[r].post == c and net.reports[r].voice == 0:
            theirs = net.held_by[net.reports[r].source - net.kinds[0], i]
            if theirs.engaged > 0 and now_s >= theirs.engaged_s + report_way_s(net, r):
                return True
    return False


@borrowing_kernel
def remote_sensor(
    net: Network, sensors: NDArray[np.void], remote_m: NDArray[np.float64], age_s: float, b: int, i: int, by_track: bool, now_s: float
) -> tuple[int, float]:
    """The sensor on whose track battery `b` may fire though it is none of its own, and its range (m); -1: there is none.

    Its track must be at the battery's post, directly or by full exchange, be good enough at the range at which the target is,
    and young enough when it arrives: a scan, and the way to the post and on to the battery. `by_track`: whoever asks looks at the track
    itself for that.
    """
    c = net.post[b]
    x, y, z, _ = position(net.journal.threats[i], net.journal.path_m, now_s)
    order_s = net.way_s[b]
    found, nearest_m = -1, inf
    for s in range(len(sensors)):
        if remote_m[b, s] == 0.0 or net.passed[s, i].status != DELIVERED:
            continue
        place = sensors[s].position_m
        range_m = ((x - place[0]) ** 2 + (y - place[1]) ** 2 + (z - place[2]) ** 2) ** 0.5
        if (range_m > remote_m[b, s] and not by_track) or range_m >= nearest_m:
            continue
        way_s = sensors[s].scan_period_s + order_s + report_way_s(net, s)
        at = net.passed[s, i].post
        if at != c:
            way_s += _exchanged_s(net, at, c, i)
        if way_s <= age_s or (by_track and way_s < inf):
            found, nearest_m = s, range_m
    return found, nearest_m


@borrowing_kernel
def _exchanged_s(net: Network, source: int, c: int, i: int) -> float:
    """Seconds from post `source` to post `c` where the track of threat `i` has come that way in full exchange, else inf."""
    here = command_node(net, source)
    for r in range(len(net.nodes) - net.kinds[1], len(net.reports)):
        report = net.reports[r]
        if report.source == here and report.post == c and report.voice == 0 and net.passed[r, i].status == DELIVERED:
            return report_way_s(net, r)
    return inf


@borrowing_kernel
def order_way(net: Network, seed: int, replication: int, b: int, i: int, ordinal: int) -> tuple[float, bool]:
    """Seconds that an order to battery `b` against threat `i` takes, repetitions included, and whether it gets there at all."""
    c = net.post[b]
    if net.commands[c].own_battery >= 0:
        return 0.0, True
    for attempt in range(ORDER_TRIES):
        if _passes(net, seed, replication, c, b, net.nodes[b].key, i, ORDER_TRIES * ordinal + attempt):
            return float(net.delay_s[c, b] + attempt * ORDER_REPEAT_S), True
    return ORDER_TRIES * ORDER_REPEAT_S, False


# --- changes -----------------------------------------------------------------------------------------------------------


@borrowing_kernel
def begin(net: Network, changes: NDArray[np.void], uptimes: NDArray[np.void], seed: int, replication: int) -> None:
    """The network at the start: what is out of order from the first moment on, satellites in too much rain among it."""
    nodes = len(net.nodes)
    for k in range(len(net.links)):
        link = net.links[k]
        if link.availability < 1.0 and (
            draws.draw(seed, replication, draws.LINK_AVAILABILITY, link.key, link.key, 0) >= link.availability
        ):
            net.down[nodes + k] += DESTROYED
            note(net.journal, -1, 0.0, _LINK_DOWN, net.kinds[5] + k, -1, -1, 0.0, 0)
    for j in range(len(changes)):
        if changes[j].time_s > 0.0:
            plan(net.agenda, changes[j].time_s, calendar.CHANGE, j, 0)
        else:
            put_down(net, changes[j].thing, changes[j].down, 0.0, BY_MOVING if abs(changes[j].down) >= AWAY else BY_FACT)
    for k in range(len(uptimes)):
        if not works_at_first(uptimes[k], seed, replication):
            put_down(net, uptimes[k].thing, 1, 0.0, BY_FAILURE)
        plan_turn(net, uptimes[k], seed, replication, len(changes) + k, 0, 0.0)
    find_ways(net)
    for n in range(nodes):
        # Who is cut off from the first moment on has fallen back before it.
        if not is_post(net, n) and net.down[n] <= 0:
            best = best_post(net, n)
            if best >= 0 and best != net.post[n]:
                net.cut_s[n] = -net.commands[net.nodes[n].home].takeover_s
                plan(net.agenda, 0.0, calendar.TAKE_OVER, n, 0)


@borrowing_kernel
def works_at_first(uptime: Any, seed: int, replication: int) -> bool:
    """Whether luck has a node or link in order at the start."""
    return bool(draws.draw(seed, replication, draws.UPTIME, uptime.key, uptime.key, 0) < uptime.up)


@borrowing_kernel
def works_after(uptime: Any, seed: int, replication: int, turn: int) -> bool:
    """Whether it works after so many turns from in order to out of order or back."""
    return works_at_first(uptime, seed, replication) == (turn % 2 == 0)


@borrowing_kernel
def plan_turn(net: Network, uptime: Any, seed: int, replication: int, number: int, turn: int, now_s: float) -> None:
    """Put into the calendar when it next fails, or is mended, after turn `turn`: an alternating renewal process.

    Both spans are exponential (no wear, no plan of repairs), t = -m ln(1 - u), so that in the steady state it works with
    probability MTBF/(MTBF + MTTR), and what is left of a span at the start is as long as a whole one (D. R. Cox, Renewal Theory,
    Methuen 1962, chapter 7).
    """
    mean_s = uptime.failure_s if works_after(uptime, seed, replication, turn) else uptime.repair_s
    if mean_s < inf:
        luck = draws.draw(seed, replication, draws.UPTIME, uptime.key, uptime.key, turn + 1)
        plan(net.agenda, now_s - mean_s * log(1.0 - luck), calendar.CHANGE, number, turn + 1)


@borrowing_kernel
def put_down(net: Network, thing: int, down: int, now_s: float, why: int) -> bool:
    """One reason more or less for a node or link to be out of order; whether it has gone out of order or come back by it."""
    nodes = len(net.nodes)
    net.down[thing] += down
    reasons = net.down[thing]
    if (down > 0 and reasons != down) or (down < 0 and reasons != 0):
        return False
    if thing < nodes and net.nodes[thing].flown != 0:
        # Who has not come yet need not be said to be away; of the radar that flies with them nothing is said.
        if net.nodes[thing].flown == SORTIE and (now_s > 0.0 or down < 0):
            note(net.journal, -1, now_s, _OFF_STATION if down > 0 else _ON_STATION, net.kinds[4] + thing, -1, -1, float(why), 0)
    elif thing < nodes:
        note(net.journal, -1, now_s, _NODE_DOWN if down > 0 else _NODE_UP, net.kinds[4] + thing, -1, -1, float(why), 0)
    else:
        kind = _LINK_DOWN if down > 0 else _LINK_UP
        note(net.journal, -1, now_s, kind, net.kinds[5] + thing - nodes, -1, -1, float(why), 0)
    return True


@borrowing_kernel
def strike(net: Network, hazards: NDArray[np.void], i: int, cause: int, along_m: float, across_m: float, now_s: float) -> None:
    """Threat `i` comes down at a place beside its aim point: every node within its lethal radius that is there is lost."""
    for h in range(len(hazards)):
        hazard = hazards[h]
        if hazard.threat != i or net.down[hazard.node] >= AWAY:
            continue
        miss_m = hypot(hazard.along_m - along_m, hazard.across_m - across_m)
        if miss_m <= net.journal.threats[i].lethal_radius_m:
            note(
                net.journal, cause, now_s, _NODE_LOST, net.kinds[4] + hazard.node, net.kinds[3] + i, i, miss_m, 0
            )  # fmt: skip
            was = net.down[hazard.node]
            net.down[hazard.node] += DESTROYED
            plan(net.agenda, now_s, calendar.STOP if was <= 0 else calendar.REWIRE, hazard.node, 0)


# --- falling back ------------------------------------------------------------------------------------------------------


@borrowing_kernel
def best_post(net: Network, node: int) -> int:
    """The first post in the line of backups that a sensor or battery can reach, else a battery's own; -1 for none."""
    home = net.nodes[node].home
    c = home
    for _ in range(len(net.commands)):
        if net.down[command_node(net, c)] <= 0 and (net.nodes[node].linked == 0 or net.delay_s[c, node] < inf):
            return int(c)
        c = net.commands[c].backup
        if c < 0 or c == home:
            break
    return int(net.nodes[node].own_post)


@borrowing_kernel
def _mark_cut(net: Network, now_s: float) -> None:
    """Note who is not with the post with which it should be, and plan its change of posts."""
    for n in range(len(net.nodes)):
        if is_post(net, n) or net.down[n] > 0:
            continue
        best = best_post(net, n)
        if best < 0 or best == net.post[n]:
            net.cut_s[n] = inf
        elif net.cut_s[n] == inf:
            net.cut_s[n] = now_s
            plan(net.agenda, now_s + net.commands[net.nodes[n].home].takeover_s, calendar.TAKE_OVER, n, 0)


@borrowing_kernel
def taker(net: Network, node: int, now_s: float) -> tuple[int, float]:
    """The post that takes a sensor or battery over now, its takeover time being over, and for how long it was cut off; or -1."""
    cut_s = net.cut_s[node]
    if net.down[node] > 0 or now_s < cut_s + net.commands[net.nodes[node].home].takeover_s:
        return -1, 0.0  # it was back in between
    net.cut_s[node] = inf
    best = best_post(net, node)
    return (best if best != net.post[node] else -1), now_s - max(cut_s, 0.0)
