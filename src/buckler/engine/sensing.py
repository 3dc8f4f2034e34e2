"""A sensor's scan: which threats it can see, which it detects, and what tracks come and go."""

from __future__ import annotations

from math import cos, degrees, log10, pi
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.decision.evaluation import priority
from buckler.dtypes import WorldArrays
from buckler.engine import calendar
from buckler.engine.journal import N_AUTONOMOUS, N_HITS, OVERFLOWED, note, plan
from buckler.engine.mail import send_plots
from buckler.engine.network.bundle import Network
from buckler.engine.plots import measure_plot, open_eye
from buckler.engine.posts import gain
from buckler.engine.state import FLYING, State
from buckler.log.schema import Kind
from buckler.physics.detection import detection_threshold, probability
from buckler.physics.interference import noise_factor
from buckler.physics.look import look_moving, sighting
from buckler.physics.series import arctangent

_DETECT = int(Kind.DETECT)
_CONFIRM = int(Kind.CONFIRM)
_DROP = int(Kind.DROP)

# What a sensor gives up for another track (_gives_up), where it is not one that it holds.
NOTHING: Final = -1
ITSELF: Final = -2


@borrowing_kernel
def scan(
    world: WorldArrays, state: State, net: Network, seed: int, replication: int, record: bool, s: int, step: int, time_s: float
) -> None:
    """One scan of sensor `s`: a detection draw for each threat in view, then M-of-N confirmation and loss of track.

    A track is confirmed by M detections in the last N scans, or by one detection where the sensor's command post already
    holds a track of the target and so cues it, as soon as the cue is there; it is dropped when N scans in a row have missed.
    A sensor that can hold only so many tracks holds the most important ones.
    """
    sensor = world.sensors[s]
    lowest_m = world.lowest_m[s]
    air_db = world.air_db[s]
    subject = world.first_sensor + s
    threshold = detection_threshold(sensor.false_alarm, 1)
    networked = len(world.reports) > 0
    c = sensor.command
    cue_s = 0.0
    if networked:
        node = world.first_sensor - world.first_battery + s
        c, cue_s = state.post[node], state.way_s[node]
    reports = world.basket_m > 0.0 and (cue_s < np.inf or state.counts[N_AUTONOMOUS] > 0)
    plots = 0
    if reports:
        open_eye(world, state.picture, s, time_s)
    mask = (np.uint32(1) << np.uint32(sensor.scans)) - np.uint32(1)
    for i in range(len(world.threats)):
        if state.lives[i].life != FLYING:
            continue
        body = world.threats[i]
        seen = state.seen_by[s, i]
        if time_s < world.windows_s[s, i, 0] or (time_s > world.windows_s[s, i, 1] and seen.window == 0):
            continue
        up, level = 0.0, 1.0
        cued = state.held_by[c, i].tracks > 0 and time_s >= state.held_by[c, i].since_s + cue_s
        if sensor.orbit_rows > 0:
            snr, range_m, azimuth, elevation = look_moving(
                sensor, world.orbits, world.orbit_nodes, world.orbit_lowest_m, air_db, body, world.path_m, time_s
            )
        else:
            snr, range_m, azimuth, up, level = sighting(sensor, lowest_m, air_db, body, world.path_m, time_s)
            elevation = 0.0
        if sensor.cueable > 0:
            snr *= attention(sensor, 1 if cued else 0, azimuth)
        hit = False
        if snr > 0.0:
            if sensor.disturbances > 0:
                snr /= noise_factor(world.disturbances, sensor.first_disturbance, sensor.disturbances, azimuth, time_s)
            pd = probability(snr, threshold, 1, sensor.swerling)
            hit = draws.draw(seed, replication, draws.DETECTION, sensor.key, body.key, step) < pd
        elif seen.window == 0:
            continue
        seen.window = ((np.uint32(seen.window) << np.uint32(1)) | np.uint32(1 if hit else 0)) & mask
        if hit:
            instead = NOTHING
            if sensor.tracks > 0 and seen.confirmed == 0:
                instead = _gives_up(world, state, s, c, i, time_s)
            if (record or reports) and sensor.orbit_rows == 0:
                elevation = arctangent(up / level) if level > 0.0 else 0.5 * pi
            if reports and instead != ITSELF:
                measure_plot(
                    world, state.picture, seed, replication, s, i, plots, step, range_m, azimuth, elevation, snr
                )
                plots += 1
            if record:
                _keep_hit(
                    state.counts,
                    state.hits,
                    sensor,
                    body,
                    seed,
                    replication,
                    s,
                    i,
                    step,
                    time_s,
                    range_m,
                    azimuth,
                    elevation,
                    snr,
                )
            if seen.detect_event < 0:
                seen.detect_event = note(
                    state.journal,
                    state.lives[i].appear_event,
                    time_s,
                    _DETECT,
                    subject,
                    world.first_threat + i,
                    i,
                    range_m,
                    0,
                )
            if instead != ITSELF and seen.confirmed == 0 and (cued or _bits(np.uint32(seen.window)) >= sensor.hits):
                if instead >= 0:
                    _drop(world, state, networked, s, c, instead, time_s, 0.0)
                seen.confirmed = 1
                event = note(
                    state.journal, seen.detect_event, time_s, _CONFIRM, subject, world.first_threat + i, i, range_m, 0
                )
                if networked:
                    seen.confirm_event = event
                    plan(state.agenda, time_s, calendar.CONFIRMED, s, i)
                else:
                    command = world.commands[c]
                    gain(state.agenda, command, state.held_by[c, i], event, c, i, time_s, command.latency_s)
        elif seen.window == 0 and seen.confirmed != 0:
            _drop(world, state, networked, s, c, i, time_s, range_m)
    if reports and (plots > 0 or sensor.false_plots > 0.0):
        send_plots(world, state, net, seed, replication, record, s, c, plots, step, time_s)


@borrowing_kernel
def _drop(world: WorldArrays, state: State, networked: bool, s: int, c: int, i: int, time_s: float, range_m: float) -> None:
    """Sensor `s` no longer holds threat `i`."""
    seen = state.seen_by[s, i]
    seen.confirmed = 0
    note(state.journal, seen.detect_event, time_s, _DROP, world.first_sensor + s, world.first_threat + i, i, range_m, 0)
    if networked:
        plan(state.agenda, time_s, calendar.DROPPED, s, i)
    else:
        state.held_by[c, i].tracks -= 1


@borrowing_kernel
def _gives_up(world: WorldArrays, state: State, s: int, c: int, i: int, time_s: float) -> int:
    """What sensor `s` must give up to hold threat `i` as well: NOTHING while it has room, the least important track that it holds,
    or i ITSELF where that is less important still.

    As on a link: the asset's value discounted by the time to impact (decision.evaluation); what the sensor's post engages is given up
    for nothing else. Among equals what it holds stays.
    """
    held, least, lowest = 0, ITSELF, _importance(world, state, c, i, time_s)
    for j in range(len(world.threats)):
        if state.seen_by[s, j].confirmed == 0 or state.lives[j].life != FLYING:
            continue
        held += 1
        importance = _importance(world, state, c, j, time_s)
        if importance < lowest:
            least, lowest = j, importance
    return NOTHING if held < world.sensors[s].tracks else least


@borrowing_kernel
def _importance(world: WorldArrays, state: State, c: int, i: int, time_s: float) -> float:
    if state.held_by[c, i].engaged > 0:
        return float(np.inf)
    return priority(world.threats[i].value, world.threats[i].end_s - time_s)


@borrowing_kernel
def attention(sensor: Any, tracks: int, azimuth: float) -> float:
    """What a look is worth to a radar that can be cued, as a factor of its SNR; 0 where it does not look at all.

    Where its command post holds a track (another sensor's, or its own), it dwells there and gains `cue_gain`: the energy of its search
    in a smaller solid angle (radar.py, equation 3). Uncued it looks only within its search sector.
    """
    if tracks > 0:
        return float(sensor.cue_gain)
    if sensor.search_half_width_rad >= pi:
        return 1.0
    off = abs(azimuth - sensor.sector_azimuth_rad)
    return 1.0 if min(off, 2.0 * pi - off) <= sensor.search_half_width_rad else 0.0


@borrowing_kernel
def _bits(window: np.uint32) -> int:
    count = 0
    while window:
        window &= window - np.uint32(1)
        count += 1
    return count


@borrowing_kernel
def _keep_hit(
    counts: NDArray[np.int64],
    hits: NDArray[np.void],
    sensor: Any,
    body: Any,
    seed: int,
    replication: int,
    s: int,
    i: int,
    step: int,
    time_s: float,
    range_m: float,
    azimuth: float,
    elevation: float,
    snr: float,
) -> None:
    """Keep a measured detection: the true range and angles plus normal errors of the sensor's stated standard deviation."""
    number = counts[N_HITS]
    if number >= len(hits):
        counts[OVERFLOWED] = 1
        return
    counts[N_HITS] = number + 1
    key = body.key
    first, second = draws.draw_normal_pair(seed, replication, draws.MEASUREMENT, sensor.key, key, 2 * step)
    third, _ = draws.draw_normal_pair(seed, replication, draws.MEASUREMENT, sensor.key, key, 2 * step + 1)
    kept = hits[number]
    kept.time_s = time_s
    kept.sensor = s
    kept.threat = i
    kept.range_m = range_m + sensor.range_bias_m + sensor.range_std_m * first
    aside = sensor.azimuth_bias_rad + sensor.angle_std_rad * second / max(cos(elevation), 1e-3)
    kept.azimuth_deg = degrees(azimuth + aside) % 360.0
    kept.elevation_deg = degrees(elevation + sensor.angle_std_rad * third)
    kept.snr_db = 10.0 * log10(snr)
