"""A sensor's plots on their way to its command post, under `picture: filtered`.

1. A scan's plots leave when they are measured, over the way of that moment and to the post of that moment, and are there after the delays
   of the way's links; where no link names the sensor, after the post's `latency_s`. Nothing leaves while the sensor is cut off.
2. Every plot is a message: each link of the way loses it with the link's chance, each by its own luck. What is lost is not sent again
   (assumption: the next scan is worth more than a repetition). Links' capacities are shared out by tracks (network), not by plots.
3. If the way breaks and no other is left, or the post is out of order when they come, the plots under way are lost.
4. The post's tracks take them when they are there, with the time at which they were measured (attribution; a plot older than its
   track: following). A battery that is its own post has its radars' plots at once, beside the post that they report to.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.attribution import MERGED, NOBODYS, add_false, attribute, merge_plots, settle
from buckler.engine.journal import N_AUTONOMOUS, OVERFLOWED, plan
from buckler.engine.network.bundle import Network
from buckler.engine.network.ways import beyond
from buckler.engine.picture import Picture
from buckler.engine.plots import open_eye, set_plot
from buckler.engine.rows import keep_row
from buckler.engine.state import FLYING, State
from buckler.engine.telling import fuse_after_scan

# Places in Picture.heads beyond those of the sensors.
FREE: Final = -2
"""The first posted plot that is free again; -1 none."""
USED: Final = -1
"""How many have been used so far."""


@borrowing_kernel
def send_plots(
    world: WorldArrays, state: State, net: Network, seed: int, replication: int, record: bool,
    s: int, c: int, count: int, step: int, time_s: float,
) -> None:  # fmt: skip
    """The first `count` plots of the picture, all of one scan of sensor `s`, leave for post `c`; false ones come in addition."""
    picture, sensor = state.picture, world.sensors[s]
    if sensor.range_cell_m > 0.0:
        merge_plots(picture, count, sensor.range_cell_m, sensor.angle_cell_rad)
    if sensor.false_plots > 0.0:
        count = add_false(world, picture, seed, replication, s, count, step)
    if state.counts[N_AUTONOMOUS] > 0:
        _to_own_posts(world, state, seed, replication, record, s, count, step, time_s)
    way_s = 0.0
    node = world.first_sensor - world.first_battery + s
    if len(world.reports) > 0:
        way_s = state.way_s[node]
        _lose_some(world, net, picture, seed, replication, c, node, count, step)
    if len(world.reports) == 0 or world.nodes[node].linked == 0:
        way_s += world.commands[c].latency_s
    if way_s == np.inf:
        return
    if way_s > 0.0:
        _post(state, s, c, count, step, time_s, way_s)
    elif len(world.reports) == 0 or state.down[world.first_command - world.first_battery + c] <= 0:
        _receive(world, state, seed, replication, record, s, c, count, step, time_s, time_s)


@borrowing_kernel
def _to_own_posts(
    world: WorldArrays, state: State, seed: int, replication: int, record: bool, s: int, count: int, step: int, time_s: float
) -> None:
    """Batteries that are their own posts and fire on sensor `s` have its plots."""
    for b in range(len(world.batteries)):
        c = state.post[b]
        if world.commands[c].own_battery != b:
            continue
        battery = world.batteries[b]
        for k in range(battery.first_sensor, battery.first_sensor + battery.sensors):
            if world.fire_control[k] == s:
                _receive(world, state, seed, replication, record, s, c, count, step, time_s, time_s)
                for p in range(count):
                    state.picture.plots[p].tracks = 0
                    state.picture.plots[p].taken = -1


@borrowing_kernel
def _lose_some(
    world: WorldArrays, net: Network, picture: Picture, seed: int, replication: int, c: int, node: int, count: int, step: int
) -> None:
    """The plots that one of the links between `node` and post `c` loses are no more."""
    k = net.via[c, node]
    while k >= 0:
        link = net.links[k]
        number = 0
        for p in range(count if link.loss > 0.0 else 0):
            plot = picture.plots[p]
            if plot.truth >= 0:
                key = world.threats[plot.truth].key
            else:
                number += 1
                key = np.uint64(number)
            if draws.draw(seed, replication, draws.PLOT_LOSS, link.key ^ net.nodes[node].key, key, step) < link.loss:
                plot.truth = MERGED
        node = beyond(net.links, k, node)
        k = net.via[c, node]


@borrowing_kernel
def _post(state: State, s: int, c: int, count: int, step: int, time_s: float, way_s: float) -> None:
    """Plots are under way."""
    picture = state.picture
    heads, n = picture.heads, 0
    for p in range(count - 1, -1, -1):  # the first is to stand first
        plot = picture.plots[p]
        if plot.truth == MERGED:
            continue
        at = heads[FREE]
        if at >= 0:
            heads[FREE] = picture.posted[at].next
        elif heads[USED] < len(picture.posted):
            at = heads[USED]
            heads[USED] += 1
        else:
            state.counts[OVERFLOWED] = 1
            return
        posted = picture.posted[at]
        posted.step, posted.post, posted.truth, posted.time_s = step, c, plot.truth, time_s
        posted.range_m, posted.azimuth, posted.elevation = plot.value[0], plot.value[1], plot.value[2]
        posted.azimuth_std_rad = plot.noise_std[1]
        posted.next = heads[s]
        heads[s] = at
        n += 1
    if n > 0:
        plan(state.agenda, time_s + way_s, calendar.PLOTS, s, step)


@borrowing_kernel
def deliver(
    world: WorldArrays, state: State, net: Network, seed: int, replication: int, record: bool, s: int, step: int, now_s: float
) -> None:
    """The plots of scan number `step` of sensor `s` are at their post, if there is still a way and a post."""
    picture, heads, sensor = state.picture, state.picture.heads, world.sensors[s]
    count, c, time_s = 0, -1, now_s
    before, at = -1, heads[s]
    while at >= 0:
        posted = picture.posted[at]
        after = posted.next
        if posted.step == step:
            if c < 0:
                c, time_s = posted.post, posted.time_s
                open_eye(world, picture, s, time_s)
            # That a target is no more is known at once (attribution).
            if posted.truth == NOBODYS or state.lives[posted.truth].life == FLYING:
                across = posted.azimuth_std_rad / sensor.angle_std_rad if sensor.angle_std_rad > 0.0 else 1.0
                set_plot(
                    world, picture, s, count, posted.truth, 1.0, posted.range_m, posted.azimuth, posted.elevation, across
                )  # fmt: skip
                count += 1
            if before < 0:
                heads[s] = after
            else:
                picture.posted[before].next = after
            posted.next = heads[FREE]
            heads[FREE] = at
        else:
            before = at
        at = after
    if count > 0 and _still_reached(world, state, net, s, c):
        _receive(world, state, seed, replication, record, s, c, count, step, time_s, now_s)


@borrowing_kernel
def _still_reached(world: WorldArrays, state: State, net: Network, s: int, c: int) -> bool:
    """Whether there is a way from sensor `s` to post `c`, whoever it reports to by now."""
    if len(world.reports) == 0:
        return True
    first = world.first_command - world.first_battery
    if state.down[first + c] > 0:
        return False
    node = world.first_sensor - world.first_battery + s
    return bool(net.delay_s[c, node] < np.inf)


@borrowing_kernel
def _receive(
    world: WorldArrays, state: State, seed: int, replication: int, record: bool,
    s: int, c: int, count: int, step: int, time_s: float, now_s: float,
) -> None:  # fmt: skip
    """Post `c` has the first `count` plots of the picture, which sensor `s` measured in its scan number `step`, at `time_s`."""
    picture = state.picture
    attribute(world, state, seed, replication, s, c, count, step, time_s)
    tell = picture.told.shape[1] > 0
    if tell:
        for p in range(count):
            if picture.plots[p].taken >= 0:
                picture.beliefs[c, picture.plots[p].taken].known_s = now_s
    if record:
        for p in range(count):
            k = picture.plots[p].taken
            if k >= len(world.threats):
                keep_row(picture, state.counts, c, k, False, now_s)
            elif k >= 0 and state.held_by[c, k].tracks > 0:
                keep_row(picture, state.counts, c, k, state.held_by[c, k].identify_event >= 0, now_s)
    settle(world, state, c, count, time_s, now_s)
    if tell:
        fuse_after_scan(world, state, c, record, now_s)
