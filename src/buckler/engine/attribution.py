"""Which track takes which plot of a scan, and what comes of the plots that none takes.

1. Plots of targets within one resolution cell are one plot, where the stronger is, weighted by power: the radar tells no more.
2. A plot is in a track's gate where nu^T S^-1 nu is at most that of 0.9999 (chi-square, three components), S with the noise of
   straight or free flight; or, where it is not, with that of a manoeuvre (`picture.let_manoeuvre`; noise of two levels: Bar-Shalom,
   Li and Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, section 11.2).
3. Tracks that share plots are a cluster, and get the pairing of least sum of nu^T S^-1 nu + ln det S among those of most pairs
   (`tracking.association`, equation 1). So neighbours compete: a track may take another's plot, and be swapped with it.
4. A plot that no track takes begins one. In the place of its own threat, if that is empty; else beyond the threats' places: by a radar
   that stands or looks a little off, as another's, or by a manoeuvre that broke the track, or by nothing at all (a false plot). With
   its third plot such a track counts: as second track of a target, as false, or, where the track in the threat's place has had no
   plot since it began, as the one that goes on in that place, the old one being lost.
5. Until its third plot a track is tentative, wherever it stands. Its first plot gives its place and, by its Doppler, its speed along the
   line of sight; across it the velocity is unknown within the class's spread (`picture`), which makes the gate of its second plot one of
   speed. It gets what settled tracks leave over, by rules 2 and 3 (confirmed tracks first: S. Blackman and R. Popoli, Design and
   Analysis of Modern Tracking Systems, 1999, section 6.2), and is gone where two scans and a half of the radar that began it bring
   nothing. So in a dense raid the plots of neighbours may be put together.

Limits: the place that a new track gets, and the class whose spread and motion it has, are those of its first plot's target. A post knows at
once that a target has been shot down, and that a track that goes on is another's.
"""

from __future__ import annotations

from math import cos, inf, log, pi, sqrt
from typing import Any, Final

import numpy as np

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.dtypes import KILL_CLASSES, WorldArrays
from buckler.engine.following import SETTLED, begin_track, exchange_tracks, look_from_plot, predict_track, take_in
from buckler.engine.journal import note
from buckler.engine.picture import FALSE_PLOTS, NOWHERE, STALE_S, WIDEST, Picture
from buckler.engine.plots import locate_plots, set_plot
from buckler.engine.state import FLYING, State
from buckler.log.schema import Kind
from buckler.physics.look import position
from buckler.tracking.association import assign_in, find
from buckler.tracking.kalman import distance_three, project_three
from buckler.tracking.measuring import wrapped

GATE: Final = 21.108
"""Chi-square of three components at 0.9999."""
ROOT: Final = 4.6
"""Its root."""
PATIENCE: Final = 5.0
"""Scans without a plot after which a track beyond the threats' places is gone; half of that before it counts."""
UNKNOWN_CLASS: Final = KILL_CLASSES.index("aircraft")
"""Whose motion a track of false plots is given."""
DOPPLER_STD_MPS: Final = 5.0
"""Error of a radial speed: half a Doppler cell at 10 cm and 10 ms (wavelength / (4 x time)); assumed for every radar, ambiguities
resolved, the radar's own motion taken out."""
MOMENT_S: Final = 0.1
NOBODYS: Final = -1
MERGED: Final = -2
"""In one with another, or lost on its way."""

_TRACK_LOST = int(Kind.TRACK_LOST)
_TRACK_SWAPPED = int(Kind.TRACK_SWAPPED)
_TRACK_DOUBLED = int(Kind.TRACK_DOUBLED)
_TRACK_FALSE = int(Kind.TRACK_FALSE)

_NO_PAIR: Final = 1.0e12
_NO_PLOT: Final = 1.0e6


@borrowing_kernel
def attribute(
    world: WorldArrays, state: State, seed: int, replication: int, s: int, c: int, count: int, step: int, time_s: float
) -> None:
    """Give the first `count` plots of the picture, all of scan number `step` of sensor `s`, to the tracks of post `c`.

    Each plot holds afterwards whose it has become.
    """
    picture = state.picture
    _forget(world, state, c, time_s)
    locate_plots(picture, picture.eyes[s], count)
    if _share_out(picture, picture.eyes[s], c, count, True, time_s):
        _share_out(picture, picture.eyes[s], c, count, False, time_s)
    for p in range(count):
        plot = picture.plots[p]
        if plot.truth != MERGED and plot.taken < 0:
            _leave_over(world, picture, seed, replication, s, c, p, step, time_s)


@borrowing_kernel
def _share_out(picture: Picture, eye: Any, c: int, count: int, settled: bool, time_s: float) -> bool:
    """Give plots to post `c`'s settled tracks, or what is left of them to its tentative ones; whether there are any of the others."""
    claims, others = _claim(picture, eye, c, count, settled, time_s)
    contested = 0
    for q in range(claims):
        claim = picture.claims[q]
        if picture.wanted[claim.track] == 1 and picture.plots[claim.plot].tracks == 1:
            _alone(picture, eye, c, claim.track, claim.plot, time_s)
        else:
            kept = picture.claims[contested]
            kept.track, kept.plot = claim.track, claim.plot
            contested += 1
    if contested > 0:
        contested = _weigh(picture, eye, c, contested, time_s)
    if contested > 0:
        _compete(picture, eye, c, count, contested, time_s)
    return others


@borrowing_kernel
def settle(world: WorldArrays, state: State, c: int, count: int, time_s: float, now_s: float) -> None:
    """After plots of a scan: note what tracks have become of whom, and put those in a threat's place that go on as its track."""
    picture = state.picture
    threats = len(world.threats)
    for p in range(count):
        k = picture.plots[p].taken
        if k < 0:
            continue
        belief = picture.beliefs[c, k]
        if k < threats:
            other = belief.run >= 2 and belief.fed >= 0 and belief.fed != belief.follows
            if other:
                belief.follows = belief.fed
            if belief.plots == SETTLED:
                belief.patience_s = STALE_S
                i = belief.follows
                if i >= 0 and i != k and picture.beliefs[c, i].plots == 0:
                    exchange_tracks(picture, c, k, i)
            elif other and belief.plots > SETTLED:
                _note(world, state, c, _TRACK_SWAPPED, belief.follows, belief.number, now_s)
            continue
        if belief.plots < SETTLED or belief.plots == 0:
            continue
        counts = belief.plots == SETTLED
        i = belief.fed
        if i < 0:
            if counts:
                _note(world, state, c, _TRACK_FALSE, -1, belief.number, now_s)
            continue
        belief.follows = i
        held = picture.beliefs[c, i]
        gone = held.plots == 0
        if not gone and held.time_s < (belief.born_s if counts else time_s - belief.patience_s):
            _note(world, state, c, _TRACK_LOST, i, held.number, now_s)
            gone = True
        elif counts and not gone:
            _note(world, state, c, _TRACK_DOUBLED, held.follows, belief.number if held.follows == i else held.number, now_s)
        if gone or held.follows != i:
            exchange_tracks(picture, c, k, i)
            held.patience_s, belief.patience_s = STALE_S, held.patience_s
            if gone:
                belief.plots = 0


@borrowing_kernel
def _note(world: WorldArrays, state: State, c: int, kind: int, i: int, number: int, time_s: float) -> None:
    object_ = world.first_threat + i if i >= 0 else -1
    note(state.journal, -1, time_s, kind, world.first_command + c, object_, i, float(number), 0)


@borrowing_kernel
def _forget(world: WorldArrays, state: State, c: int, time_s: float) -> None:
    """Drop tracks without plots for too long, and those of targets that are no more; what follows another goes on as his."""
    picture = state.picture
    threats = len(world.threats)
    for k in range(picture.beliefs.shape[1]):
        belief = picture.beliefs[c, k]
        if belief.plots == 0:
            continue
        patience_s = belief.patience_s if belief.plots >= SETTLED else 0.5 * belief.patience_s
        if time_s - belief.time_s > patience_s:
            belief.plots = 0
        elif k < threats and state.lives[k].life != FLYING:
            i = belief.follows
            if i >= 0 and i != k and state.lives[i].life == FLYING and belief.fed == i:
                held = picture.beliefs[c, i]
                if held.plots == 0 or held.follows != i:
                    exchange_tracks(picture, c, k, i)
            belief.plots = 0


@borrowing_kernel
def merge_plots(picture: Picture, count: int, range_cell_m: float, angle_cell_rad: float) -> None:
    """Two plots within one cell in range, azimuth and elevation are one, the stronger's, in the middle by power."""
    for p in range(1, count):
        plot = picture.plots[p]
        for q in range(p):
            other = picture.plots[q]
            if other.truth == MERGED or abs(plot.value[0] - other.value[0]) >= range_cell_m:
                continue
            aside = wrapped(plot.value[1] - other.value[1])
            if abs(aside) * cos(plot.value[2]) >= angle_cell_rad or abs(plot.value[2] - other.value[2]) >= angle_cell_rad:
                continue
            strong, weak = (plot, other) if plot.snr > other.snr else (other, plot)
            share = weak.snr / (weak.snr + strong.snr)
            strong.value[0] += share * (weak.value[0] - strong.value[0])
            strong.value[1] += share * wrapped(weak.value[1] - strong.value[1])
            strong.value[2] += share * (weak.value[2] - strong.value[2])
            strong.snr += weak.snr
            weak.truth = MERGED
            if plot.truth == MERGED:
                break


@borrowing_kernel
def add_false(
    world: WorldArrays, picture: Picture, seed: int, replication: int, s: int, count: int, step: int
) -> int:
    """False plots: their number Poisson, each anywhere over the sensor's ground area and in the lowest 20 degrees that it sees."""
    sensor = world.sensors[s]
    luck = draws.draw(seed, replication, draws.FALSE_PLOT, sensor.key, sensor.key, step)
    chance = np.exp(-sensor.false_plots)
    number = 0
    below = chance
    while luck > below and number < FALSE_PLOTS:
        number += 1
        chance *= sensor.false_plots / number
        below += chance
    for n in range(number):
        name = np.uint64(n + 1)
        range_m = sensor.maximum_range_m * sqrt(draws.draw(seed, replication, draws.FALSE_PLOT, sensor.key, name, 3 * step))
        azimuth = draws.draw(seed, replication, draws.FALSE_PLOT, sensor.key, name, 3 * step + 1)
        elevation = draws.draw(seed, replication, draws.FALSE_PLOT, sensor.key, name, 3 * step + 2)
        low = sensor.minimum_elevation_rad
        high = min(low + 0.35, sensor.maximum_elevation_rad)
        elevation = low + (high - low) * elevation
        azimuth = wrapped(sensor.sector_azimuth_rad + (2.0 * azimuth - 1.0) * min(sensor.sector_half_width_rad, pi))
        set_plot(world, picture, s, count, NOBODYS, 1.0, max(range_m, 1.0), azimuth, elevation, 1.0 / max(cos(elevation), 1e-3))
        count += 1
    return count


@borrowing_kernel
def _claim(picture: Picture, eye: Any, c: int, count: int, settled: bool, time_s: float) -> tuple[int, bool]:
    """All pairs of a track and a free plot that may be its by a cheap test, which no plot in a gate fails: how many; of settled tracks, or
    of tentative ones. And whether there are any of the others.
    """
    live, others = 0, False
    for k in range(picture.beliefs.shape[1]):
        belief = picture.beliefs[c, k]
        if belief.plots == 0:
            continue
        if (belief.plots >= SETTLED) != settled:
            others = True
            continue
        t = time_s - belief.time_s
        x, P, carried = picture.x[c, k], picture.P[c, k], picture.carried[k]
        motion = picture.motion[belief.kill_class]
        v = motion.manoeuvre_mps2 * t
        variance = motion.noise * abs(t) * t * t + 0.75 * v * v * t * t
        squared = 0.0
        for a in range(3):
            carried[a] = x[a] + t * x[a + 3]
            squared += (carried[a] - eye.position_m[a]) ** 2
            variance += P[a, a] + t * (2.0 * P[a, a + 3] + t * P[a + 3, a + 3])
        carried[3] = sqrt(squared)
        carried[4] = ROOT * sqrt(variance) + 6.0 * t * t  # what falls falls by half of that
        picture.wanted[k] = 0
        picture.live[live] = k
        live += 1
    claims = 0
    for p in range(count if not settled else 0):
        picture.plots[p].tracks = 0
    for n in range(live):
        k = picture.live[n]
        carried = picture.carried[k]
        for p in range(count):
            plot = picture.plots[p]
            # In range, where plots are good, then on each axis.
            if abs(plot.value[0] - carried[3]) > carried[4] + ROOT * plot.noise_std[0] or plot.truth == MERGED:
                continue
            reach = carried[4] + plot.spread_m
            if (
                abs(plot.position_m[0] - carried[0]) > reach or abs(plot.position_m[1] - carried[1]) > reach
                or abs(plot.position_m[2] - carried[2]) > reach or plot.taken >= 0 or claims == len(picture.claims)
            ):  # fmt: skip
                continue
            claim = picture.claims[claims]
            claim.track, claim.plot = k, p
            picture.wanted[k] += 1
            plot.tracks += 1
            claims += 1
    return claims, others


@borrowing_kernel
def _off(picture: Picture, k: int, p: int) -> tuple[float, float, float]:
    """What plot `p` is off what the track in place `k` is expected to measure."""
    near, plot = picture.near[k], picture.plots[p]
    return plot.value[0] - near[0], wrapped(plot.value[1] - near[1]), plot.value[2] - near[2]


@borrowing_kernel
def _gated(picture: Picture, eye: Any, c: int, k: int, p: int, time_s: float) -> tuple[float, float, bool]:
    """nu^T S^-1 nu and det S of a pair, and whether only a manoeuvre brings it within the gate; outside the first is inf."""
    near, plot, belief = picture.near[k], picture.plots[p], picture.beliefs[c, k]
    if belief.plots < SETTLED:
        look_from_plot(picture, eye, k, p)
        nu0, nu1, nu2 = -near[0], -near[1], -near[2]
        plot = picture.plots[-1]
    else:
        nu0, nu1, nu2 = _off(picture, k, p)
    s00, s10, s11, s20, s21, s22 = project_three(picture.spare_P[k], near)
    s00 += plot.noise_std[0] * plot.noise_std[0]
    s11 += plot.noise_std[1] * plot.noise_std[1]
    s22 += plot.noise_std[2] * plot.noise_std[2]
    d2, det = distance_three(s00, s10, s11, s20, s21, s22, nu0, nu1, nu2)
    if d2 <= GATE:
        return d2, det, False
    # The rows of H stand at right angles, so that an even spread of positions adds to the diagonal alone.
    t = time_s - belief.time_s
    v = 0.5 * picture.motion[belief.kill_class].manoeuvre_mps2 * t * t
    v *= v
    d2, det = distance_three(
        s00 + v * (near[3] * near[3] + near[4] * near[4] + near[5] * near[5]), s10,
        s11 + v * (near[6] * near[6] + near[7] * near[7] + near[8] * near[8]), s20, s21,
        s22 + v * (near[9] * near[9] + near[10] * near[10] + near[11] * near[11]),
        nu0, nu1, nu2,
    )  # fmt: skip
    return (d2, det, True) if d2 <= GATE else (inf, 1.0, True)


@borrowing_kernel
def _alone(picture: Picture, eye: Any, c: int, k: int, p: int, time_s: float) -> None:
    """A track and a plot that nobody else may want."""
    if predict_track(picture, eye, c, k, time_s):
        d2, _, hard = _gated(picture, eye, c, k, p, time_s)
        if d2 < inf:
            take_in(picture, eye, c, k, p, hard, time_s)


@borrowing_kernel
def _weigh(picture: Picture, eye: Any, c: int, claims: int, time_s: float) -> int:
    """Of contested pairs those in the gate, with their costs, and still contested; how many. What nobody else wants is taken."""
    kept = 0
    last = -1
    level = False
    for q in range(claims):
        k, p = picture.claims[q].track, picture.claims[q].plot
        if k != last:
            level = predict_track(picture, eye, c, k, time_s)
            last = k
            picture.wanted[k] = 0
        picture.plots[p].tracks = 0
        if not level:
            continue
        d2, det, hard = _gated(picture, eye, c, k, p, time_s)
        if d2 < inf:
            claim = picture.claims[kept]
            claim.track, claim.plot, claim.cost, claim.hard = k, p, d2 + log(det), 1 if hard else 0
            kept += 1
    for q in range(kept):
        picture.wanted[picture.claims[q].track] += 1
        picture.plots[picture.claims[q].plot].tracks += 1
    left = 0
    for q in range(kept):
        one = picture.claims[q]
        if picture.wanted[one.track] == 1 and picture.plots[one.plot].tracks == 1:
            take_in(picture, eye, c, one.track, one.plot, one.hard != 0, time_s)
        else:
            other = picture.claims[left]
            other.track, other.plot, other.cost, other.hard = one.track, one.plot, one.cost, one.hard
            left += 1
    return left


@borrowing_kernel
def _compete(picture: Picture, eye: Any, c: int, count: int, claims: int, time_s: float) -> None:
    """Global nearest neighbour, cluster by cluster."""
    places = picture.beliefs.shape[1]
    parents = picture.parents
    for k in range(places + count):
        parents[k] = k
    for q in range(claims):
        one = find(parents, picture.claims[q].track)
        two = find(parents, places + picture.claims[q].plot)
        if one != two:
            parents[max(one, two)] = min(one, two)
    tracks, plots, columns = picture.members[:places], picture.members[places : places + count], picture.members[places + count :]
    for first in range(claims):
        name = find(parents, picture.claims[first].track)
        if name < 0 or picture.claims[first].cost == _NO_PAIR:
            continue
        rows, width, last = 0, 0, -1
        for p in range(count):
            columns[p] = -1
        for q in range(first, claims):  # claims stand track after track
            claim = picture.claims[q]
            if find(parents, claim.track) != name:
                continue
            if claim.track != last:
                if rows == WIDEST:
                    claim.cost = _NO_PAIR
                    continue
                last = claim.track
                tracks[rows] = claim.track
                rows += 1
            if columns[claim.plot] < 0:
                columns[claim.plot] = width
                plots[width] = claim.plot
                width += 1
        cost = picture.cost[:rows, : width + rows]
        for r in range(rows):
            for j in range(width + rows):
                cost[r, j] = _NO_PAIR
            cost[r, width + r] = _NO_PLOT
        r, last = -1, -1
        for q in range(first, claims):
            claim = picture.claims[q]
            if find(parents, claim.track) == name and claim.cost != _NO_PAIR:
                if claim.track != last:
                    r += 1
                    last = claim.track
                cost[r, columns[claim.plot]] = claim.cost
        chosen = picture.chosen[:rows]
        assign_in(cost, chosen, picture.real, picture.whole)
        r, last = -1, -1
        for q in range(first, claims):
            claim = picture.claims[q]
            if find(parents, claim.track) == name and claim.cost != _NO_PAIR:
                if claim.track != last:
                    r += 1
                    last = claim.track
                if chosen[r] == columns[claim.plot]:
                    take_in(picture, eye, c, claim.track, claim.plot, claim.hard != 0, time_s)
                claim.cost = _NO_PAIR  # done


@borrowing_kernel
def _leave_over(
    world: WorldArrays, picture: Picture, seed: int, replication: int, s: int, c: int, p: int, step: int, time_s: float
) -> None:
    """A plot that no track takes is the first of one."""
    i, place = picture.plots[p].truth, NOWHERE
    if i >= 0 and picture.beliefs[c, i].plots == 0:
        place = i
    else:
        for k in range(len(world.threats), picture.beliefs.shape[1]):
            if picture.beliefs[c, k].plots == 0:
                place = k
                break
    if place == NOWHERE:
        return
    kill_class = int(world.threats[i].kill_class) if i >= 0 else UNKNOWN_CLASS
    receding_mps = _doppler(world, picture, seed, replication, s, p, step, kill_class, time_s)
    patience_s = PATIENCE * world.sensors[s].scan_period_s
    begin_track(picture, picture.eyes[s], c, place, p, kill_class, receding_mps, DOPPLER_STD_MPS, patience_s, time_s)


@borrowing_kernel
def _doppler(
    world: WorldArrays, picture: Picture, seed: int, replication: int, s: int, p: int, step: int, kill_class: int, time_s: float
) -> float:
    """How fast plot `p` recedes, m/s, as sensor `s` measured it; of a false plot, anything within its class's spread."""
    i, eye, key = picture.plots[p].truth, picture.eyes[s], world.sensors[s].key
    if i < 0:
        luck, _ = draws.draw_normal_pair(seed, replication, draws.DOPPLER, key, np.uint64(p + 1), step)
        return luck * float(picture.motion[kill_class].speed_std_mps)
    luck, _ = draws.draw_normal_pair(seed, replication, draws.DOPPLER, key, world.threats[i].key, step)
    before_m = _range_m(world, eye, i, time_s - 0.5 * MOMENT_S)
    return (_range_m(world, eye, i, time_s + 0.5 * MOMENT_S) - before_m) / MOMENT_S + DOPPLER_STD_MPS * luck


@borrowing_kernel
def _range_m(world: WorldArrays, eye: Any, i: int, time_s: float) -> float:
    x, y, z, _ = position(world.threats[i], world.path_m, time_s)
    return sqrt((x - eye.position_m[0]) ** 2 + (y - eye.position_m[1]) ** 2 + (z - eye.position_m[2]) ** 2)
