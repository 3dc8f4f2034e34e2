"""Tracks take their plots: lone tracks the likeliest in their gate, tracks that share plots cluster by cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel, inlined_kernel, kernel
from buckler.tracking import association, kalman
from buckler.tracking.bank import (
    ACTIVE,
    CONFIRMED,
    TOO_FAST,
    TWO_POINT,
    VAGUE,
    Bank,
    Rules,
    absorb,
    difference,
    merge,
    settle,
)
from buckler.tracking.gating import Room
from buckler.tracking.measuring import COMPONENTS, POLAR, measure, wrapped


@borrowing_kernel
def hit(bank: Bank, rules: Rules, room: Room, t: int, site: Any, plots: NDArray[np.void], p: int, d2: float, scan_s: float) -> bool:
    """Track `t` takes plot `p`; False where it is the second plot of a track and too far from the first."""
    track = bank.tracks[t]
    made = VAGUE
    if track.hits == 1 and rules.initiation == TWO_POINT:
        made = difference(bank, rules, t, site, plots[p], scan_s)
        if made == TOO_FAST:
            return False
    if made == VAGUE:
        lagging = plots[p].time_s != scan_s or plots[p].noise_std[COMPONENTS - 1] < np.inf
        absorb(bank, rules, t, site, plots[p], room.z, room.H, room.nu, 6 if lagging else 3)
    track.plot = p
    track.nis = d2
    track.hits += 1
    track.updated_s = scan_s
    room.owner[p] = track.number
    return True


@kernel
def associate(bank: Bank, rules: Rules, site: Any, plots: NDArray[np.void], scan_s: float, room: Room, status: int) -> None:
    """Pair the tracks of one status with the plots that are left, cluster by cluster, and update them."""
    active = bank.counts[ACTIVE]
    for p in range(len(plots)):
        room.askers[p] = 0
    wanted = 0
    for k in range(active):
        if bank.tracks[bank.active[k]].status == status:
            wanted += 1
            for s in range(room.first_pair[k], room.first_pair[k + 1]):
                room.askers[room.pairs[s].plot] += 1
    if wanted == 0:
        return
    simple = len(rules.models) == 1 and bank.mean.shape[1] == 6 and room.measures[4] != 0.0
    shared = 0
    for k in range(active):
        room.parents[k] = -1
        if bank.tracks[bank.active[k]].status != status:
            continue
        alone = True
        for s in range(room.first_pair[k], room.first_pair[k + 1]):
            p = room.pairs[s].plot
            alone = alone and (room.askers[p] == 1 or room.owner[p] != 0)
        if alone:  # most tracks: nobody else wants what this one does
            _alone(bank, rules, site, plots, scan_s, room, k, simple)
        else:
            room.parents[k] = k
            shared += 1
    if shared > 0:
        _clusters(bank, rules, site, plots, scan_s, room, status)


@kernel
def _clusters(bank: Bank, rules: Rules, site: Any, plots: NDArray[np.void], scan_s: float, room: Room, status: int) -> None:
    """The tracks that share plots, which `parents` holds as their own, cluster by cluster."""
    active = bank.counts[ACTIVE]
    for k in range(active, active + len(plots)):
        room.parents[k] = k
    for k in range(active):
        if room.parents[k] < 0:
            continue
        for s in range(room.first_pair[k], room.first_pair[k + 1]):
            if room.owner[room.pairs[s].plot] == 0:
                a = association.find(room.parents, k)
                b = association.find(room.parents, active + room.pairs[s].plot)
                if a != b:  # the smaller stands for both, so that a cluster is named by its first track
                    room.parents[max(a, b)] = min(a, b)
    # Clusters one after another: members of a cluster are chained through the list by a counting sort over names.
    counts = room.clusters
    for k in range(active + 1):
        counts[k] = 0
    for k in range(active):
        if room.parents[k] >= 0:
            counts[association.find(room.parents, k) + 1] += 1
    for k in range(active):
        counts[k + 1] += counts[k]
    for k in range(active):
        if room.parents[k] >= 0:
            name = association.find(room.parents, k)
            room.members[counts[name]] = k
            counts[name] += 1
    start = 0
    for name in range(active):
        end = counts[name]
        if end > start:
            _together(bank, rules, site, plots, scan_s, room, room.members[start:end], status)
        start = end


@inlined_kernel
def _alone(
    bank: Bank, rules: Rules, site: Any, plots: NDArray[np.void], scan_s: float, room: Room, k: int, simple: bool
) -> None:
    """A track that shares no plot takes the likeliest of its own."""
    t = bank.active[k]
    while True:
        best = -1
        low = np.inf
        for s in range(room.first_pair[k], room.first_pair[k + 1]):
            unlikely = room.pairs[s].distance + room.pairs[s].log_det
            if unlikely < low and room.owner[room.pairs[s].plot] == 0:
                best = s
                low = unlikely
        if best < 0:
            return
        p = room.pairs[best].plot
        plot = plots[p]
        if simple and room.level[k] and plot.noise_std[2] < np.inf and bank.tracks[t].hits > 1:
            # One model, three measured components: what is expected of the track is known from the gate.
            near = room.near[k]
            nu1 = plot.value[1] - near[1]
            if site.kind == POLAR:
                nu1 = wrapped(nu1)
            track = bank.tracks[t]
            track.nis = kalman.update_three(
                bank.mean[t], bank.covariance[t], near, plot.value[0] - near[0], nu1, plot.value[2] - near[2], plot
            )
            track.plot = p
            track.hits += 1
            track.updated_s = scan_s
            room.owner[p] = track.number
            return
        if hit(bank, rules, room, t, site, plots, int(p), room.pairs[best].distance, scan_s):
            return
        room.pairs[best].distance = np.inf  # too fast to be one target: the next


@kernel
def _together(
    bank: Bank,
    rules: Rules,
    site: Any,
    plots: NDArray[np.void],
    scan_s: float,
    room: Room,
    tracks: NDArray[np.int64],
    status: int,
) -> None:
    """Tracks that share plots: joint probabilities for confirmed ones if asked for, else the global nearest neighbour."""
    column_of = np.full(len(plots), -1, np.int64)
    columns = np.empty(len(plots), np.int64)
    width = 0
    for k in tracks:
        for s in range(room.first_pair[k], room.first_pair[k + 1]):
            p = room.pairs[s].plot
            if room.owner[p] == 0 and column_of[p] < 0:
                column_of[p] = width
                columns[width] = p
                width += 1
    rows = len(tracks)
    if rules.joint != 0 and status == CONFIRMED and _joint(bank, rules, site, plots, scan_s, room, tracks, column_of, columns, width):
        return
    cost = np.full((rows, width + rows), 1.0e12)
    for r in range(rows):
        cost[r, width + r] = 1.0e6
        for s in range(room.first_pair[tracks[r]], room.first_pair[tracks[r] + 1]):
            if column_of[room.pairs[s].plot] >= 0:
                cost[r, column_of[room.pairs[s].plot]] = room.pairs[s].distance + room.pairs[s].log_det
    chosen = np.full(rows, -1, np.int64)
    association.assign_cluster(cost, chosen)
    for r in range(rows):
        if chosen[r] < width:
            p = columns[chosen[r]]
            k = tracks[r]
            for s in range(room.first_pair[k], room.first_pair[k + 1]):
                if room.pairs[s].plot == p:
                    hit(bank, rules, room, bank.active[k], site, plots, p, room.pairs[s].distance, scan_s)


@kernel
def _joint(
    bank: Bank,
    rules: Rules,
    site: Any,
    plots: NDArray[np.void],
    scan_s: float,
    room: Room,
    tracks: NDArray[np.int64],
    column_of: NDArray[np.int64],
    columns: NDArray[np.int64],
    width: int,
) -> bool:
    """Joint probabilities of a cluster: each track becomes the mixture of what each plot would make of it."""
    rows = len(tracks)
    likelihood = np.zeros((rows, width))
    weights = np.zeros((rows, width + 1))
    # Without a stated density one false plot in the cluster's mean gate volume, about 4 pi / 3 (or pi) sqrt(det S g^m).
    density = 0.0
    found = 0
    for r in range(rows):
        for s in range(room.first_pair[tracks[r]], room.first_pair[tracks[r] + 1]):
            pair = room.pairs[s]
            if column_of[pair.plot] >= 0:
                likelihood[r, column_of[pair.plot]] = site.detection_probability * association.likelihood_of(pair)
                density += np.exp(-0.5 * pair.log_det) * rules.gate[pair.components] ** (-0.5 * pair.components)
                found += 1
    if found == 0:
        return False
    density = max(density / found / 4.0, 1.0e-300)
    for r in range(rows):
        for c in range(width):
            likelihood[r, c] /= density
    missed = 1.0 - site.detection_probability * rules.gate_probability
    if not association.joint_probabilities(likelihood, max(missed, 1.0e-6), weights):
        return False
    count = len(rules.models)
    n = bank.mean.shape[1]
    for r in range(rows):
        t = bank.active[tracks[r]]
        none = weights[r, width]
        parts = 1
        for c in range(width):
            parts += 1 if weights[r, c] > 1.0e-6 else 0
        shares = np.empty((count, parts))
        means = np.empty((count, parts, n))
        covariances = np.empty((count, parts, n, n))
        gain = np.zeros(count)
        best = -1
        for j in range(count):
            shares[j, 0] = none
            means[j, 0] = bank.x[t, j]
            covariances[j, 0] = bank.P[t, j]
            gain[j] = none
        part = 1
        for c in range(width):
            if weights[r, c] <= 1.0e-6:
                continue
            p = columns[c]
            if best < 0 or weights[r, c] > weights[r, best]:
                best = c
            plot = plots[p]
            lag = plot.time_s - scan_s
            mixed = 0.0
            width_used = 6 if lag != 0.0 or plot.noise_std[COMPONENTS - 1] < np.inf else 3
            for j in range(count):
                means[j, part] = bank.x[t, j]
                covariances[j, part] = bank.P[t, j]
                level = measure(site, bank.x[t, j], lag, room.z, room.H)
                kalman.innovate(site, plot, level, room.z, room.nu)
                d2, log_det, _ = kalman.update(means[j, part], covariances[j, part], room.H, width_used, room.nu, plot, bank.work)
                shares[j, part] = np.exp(-0.5 * (d2 + log_det))
                mixed += bank.mu[t, j] * shares[j, part]
            for j in range(count):
                shares[j, part] = weights[r, c] * (shares[j, part] / mixed if mixed > 0.0 else 1.0)
                gain[j] += shares[j, part]
            part += 1
        total = 0.0
        for j in range(count):
            for q in range(parts):
                shares[j, q] /= gain[j]
            merge(shares[j], means[j], covariances[j], bank.x[t, j], bank.P[t, j])
            bank.mu[t, j] = max(bank.mu[t, j] * gain[j], 1.0e-9)
            total += bank.mu[t, j]
        for j in range(count):
            bank.mu[t, j] /= total
        settle(bank.mu[t], bank.x[t], bank.P[t], bank.mean[t], bank.covariance[t])
        track = bank.tracks[t]
        if none < 0.5 and best >= 0:
            track.plot = columns[best]
            track.hits += 1
            track.updated_s = track.time_s
            room.owner[columns[best]] = track.number
            track.nis = np.nan
    for c in range(width):
        if room.owner[columns[c]] == 0:
            room.owner[columns[c]] = -1  # part of the cluster: begins nothing
    return True
