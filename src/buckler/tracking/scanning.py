"""A scan through the bank: predict, gate, associate, update, confirm, drop, begin.

Confirmed tracks choose first, then tentative ones from what is left; what nobody wants begins tracks. A look counts
against a track where the sensor should have seen it, or did.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel, inlined_kernel, kernel
from buckler.tracking import association, kalman, models
from buckler.tracking.bank import (
    ACTIVE,
    CONFIRMED,
    FREE,
    NO_NEW,
    TENTATIVE,
    TOO_FAST,
    TWO_POINT,
    UNUSED,
    VAGUE,
    Bank,
    Rules,
    absorb,
    advance,
    begin,
    difference,
    merge,
    settle,
)
from buckler.tracking.measuring import COMPONENTS, POLAR, expected, measure, measure_place, wrapped

SCAN: Final = np.dtype(
    (
        np.record,
        [
            ("time_s", "f8"),  # s: the end of the scan
            ("sensor", "i4"),  # index into the sites
            ("first", "i8"),  # its first plot
            ("plots", "i4"),  # its number of plots
        ],
    )
)  # fmt: skip

POINT: Final = np.dtype(
    (
        np.record,
        [
            ("scan", "i8"),  # which scan
            ("time_s", "f8"),  # s
            ("number", "i8"),  # track number
            ("status", "i4"),  # TENTATIVE or CONFIRMED
            ("plot", "i4"),  # the plot taken in, -1 for none (predicted)
            ("position_m", "f8", (3,)),  # m, tracking frame
            ("velocity_mps", "f8", (3,)),  # m/s
            ("position_std_m", "f8"),  # m: root of the mean variance of the three axes
            ("velocity_std_mps", "f8"),  # m/s, likewise
            ("model", "i4"),  # index of the likeliest model
        ],
    )
)  # fmt: skip
"""One track at the end of one scan."""


@dataclass(frozen=True, eq=False)
class Room(Bundle):
    """Scratch of a scan."""

    pairs: NDArray[np.void]  # association.PAIR
    measures: NDArray[np.float64]  # of the cell index, four; then 1 where `near` holds what each track is expected to measure
    near: NDArray[np.float64]  # [track, 20]: measuring.measure_place; H P H^T: 00, 10, 11, 20, 21, 22; the reach of range and azimuth
    level: NDArray[np.bool_]  # [track]: whether its azimuth says something
    first_plot: NDArray[np.int64]  # [cell]: association.fill_cells
    following: NDArray[np.int64]  # [plot]
    askers: NDArray[np.int64]  # [plot]: how many tracks of one status have it in their gate
    parents: NDArray[np.int64]  # clusters: tracks, then plots
    owner: NDArray[np.int64]  # [plot]: number of the track that took it, 0 none, -1 in a joint cluster
    members: NDArray[np.int64]  # tracks of a cluster, then its plots
    z: NDArray[np.float64]
    H: NDArray[np.float64]
    S: NDArray[np.float64]
    nu: NDArray[np.float64]
    first_pair: NDArray[np.int64]  # [track]: its first pair; one more at the end
    clusters: NDArray[np.int64]  # [cluster]: its end in `members`


def make_room(tracks: int, plots: int, pairs: int) -> Room:
    """Scratch for that many."""
    side = int(np.ceil(np.sqrt(plots))) + 2
    return Room(
        pairs=np.zeros(pairs, association.PAIR),
        measures=np.zeros(5),
        near=np.zeros((tracks, 20)),
        level=np.zeros(tracks, np.bool_),
        first_plot=np.zeros(side * side, np.int64),
        following=np.zeros(plots + 1, np.int64),
        askers=np.zeros(plots + 1, np.int64),
        parents=np.zeros(tracks + plots, np.int64),
        owner=np.zeros(plots + 1, np.int64),
        members=np.zeros(tracks + plots, np.int64),
        z=np.zeros(COMPONENTS),
        H=np.zeros((COMPONENTS, 6)),
        S=np.zeros((COMPONENTS, COMPONENTS)),
        nu=np.zeros(COMPONENTS),
        first_pair=np.zeros(tracks + 1, np.int64),
        clusters=np.zeros(tracks + 1, np.int64),
    )


@borrowing_kernel
def gate(bank: Bank, rules: Rules, site: Any, plots: NDArray[np.void], scan_s: float, room: Room) -> int:
    """All pairs of a track and a plot in its gate, track after track; -1 where there is no room for them."""
    count = 0
    room.first_pair[0] = 0
    if len(plots) == 0:
        for k in range(bank.counts[ACTIVE]):
            room.first_pair[k + 1] = 0
        return 0
    side = association.fill_cells(site, plots, room.measures, room.first_plot, room.following)
    spread = 0.0
    std0, std1 = 0.0, 0.0
    doppler = False
    for p in range(len(plots)):
        plot = plots[p]
        late = abs(plot.time_s - scan_s)
        spread = late if late > spread else spread
        std0 = plot.noise_std[0] if plot.noise_std[0] > std0 else std0
        std1 = plot.noise_std[1] if plot.noise_std[1] > std1 else std1
        doppler = doppler or plot.noise_std[COMPONENTS - 1] < np.inf
    width = 3 if spread == 0.0 and not doppler else 6
    threshold = 0.0
    for k in range(len(rules.gate)):
        threshold = max(threshold, rules.gate[k])
    root = sqrt(threshold)
    room.measures[4] = 1.0 if width == 3 else 0.0
    # First what is expected of each track, without a branch to guess: one track's roots and quotients then overlap the next one's.
    for k in range(bank.counts[ACTIVE]):
        t = bank.active[k]
        x, P = bank.mean[t], bank.covariance[t]
        near = room.near[k]
        if width == 3:
            room.level[k] = measure_place(site, x, near)
            s00, s10, s11, s20, s21, s22 = kalman.project_three(P, near)
            near[12], near[13], near[14], near[15], near[16], near[17] = s00, s10, s11, s20, s21, s22
        else:
            room.level[k] = measure(site, x, 0.0, room.z, room.H)
            kalman.project(P, room.H, width, room.S)
            near[0], near[1], s00, s11 = room.z[0], room.z[1], room.S[0, 0], room.S[1, 1]
        near[18], near[19] = root * sqrt(std0 * std0 + s00), root * sqrt(std1 * std1 + s11)
        if spread > 0.0:
            # A plot's own time moves the gate: by the speed, and by its uncertainty.
            speed = sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) + root * sqrt(P[3, 3] + P[4, 4] + P[5, 5])
            near[18] += spread * speed
            near[19] += spread * speed * sqrt(room.H[1, 0] ** 2 + room.H[1, 1] ** 2 + room.H[1, 2] ** 2)
    for k in range(bank.counts[ACTIVE]):
        t = bank.active[k]
        x, P = bank.mean[t], bank.covariance[t]
        near = room.near[k]
        level = room.level[k]
        s00, s10, s11, s20, s21, s22 = near[12], near[13], near[14], near[15], near[16], near[17]
        centre0, centre1, reach0, reach1 = near[0], near[1], near[18], near[19]
        low0, high0 = association.span(room.measures[0], room.measures[1], centre0, reach0)
        low1, high1 = association.span(room.measures[2], room.measures[3], centre1, reach1)
        # The outermost cells hold what lies beyond them too; azimuth goes round.
        low0, high0 = max(low0, 0), min(high0, side - 1)
        if site.kind == POLAR:
            if not level or high1 - low1 >= side - 1:
                low1, high1 = 0, side - 1
        else:
            low1, high1 = max(low1, 0), min(high1, side - 1)
        for i in range(low0, high0 + 1):
            for j in range(low1, high1 + 1):
                cell = i * side + (j if 0 <= j < side else j % side)
                following = room.first_plot[cell]
                while following >= 0:
                    p = following
                    following = room.following[p]
                    plot = plots[p]
                    if width == 3:
                        # One component outside the gate is enough: nu^T S^-1 nu is no less than any one's share.
                        nu0 = plot.value[0] - near[0]
                        if nu0 > reach0 or nu0 < -reach0:
                            continue
                    if width == 3 and level and plot.noise_std[2] < np.inf:
                        nu1, nu2 = plot.value[1] - near[1], plot.value[2] - near[2]
                        if site.kind == POLAR:
                            nu1 = wrapped(nu1)
                        if nu1 > reach1 or nu1 < -reach1:
                            continue
                        v0, v1, v2 = plot.noise_std[0], plot.noise_std[1], plot.noise_std[2]
                        d2, det = kalman.distance_three(
                            s00 + v0 * v0, s10, s11 + v1 * v1, s20, s21, s22 + v2 * v2, nu0, nu1, nu2
                        )
                        if not d2 <= rules.gate[3]:
                            continue
                        log_det, components = log(det), 3
                    else:
                        if width == 3:
                            _spell_out(near, room.z, room.H)
                            kalman.project(P, room.H, width, room.S)
                        else:
                            level = measure(site, x, plot.time_s - scan_s, room.z, room.H)
                            kalman.project(P, room.H, width, room.S)
                        kalman.innovate(site, plot, level, room.z, room.nu)
                        d2, log_det, components = kalman.distance(room.S, room.nu, plot, bank.work)
                        if components == 0 or not d2 <= rules.gate[components]:
                            continue
                    if count == len(room.pairs):
                        return -1
                    pair = room.pairs[count]
                    pair.track = k
                    pair.plot = p
                    pair.distance = d2
                    pair.log_det = log_det
                    pair.components = components
                    count += 1
        room.first_pair[k + 1] = count
    return count


@borrowing_kernel
def _spell_out(near: NDArray[np.float64], z: NDArray[np.float64], H: NDArray[np.float64]) -> None:
    """z and H as `measure` leaves them without lag and Doppler, from what `measure_place` left."""
    for i in range(3):
        z[i] = near[i]
        for j in range(3):
            H[i, j] = near[3 + 3 * i + j]
            H[i, j + 3] = 0.0
    z[3] = 0.0
    for j in range(6):
        H[3, j] = 0.0


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
    track.updated_s = plots[p].time_s
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
                bank.mean[t], bank.covariance[t], near, plot.value[0] - near[0], nu1, plot.value[2] - near[2], plot, bank.work
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
            track.updated_s = plots[columns[best]].time_s
            room.owner[columns[best]] = track.number
            track.nis = np.nan
    for c in range(width):
        if room.owner[columns[c]] == 0:
            room.owner[columns[c]] = -1  # part of the cluster: begins nothing
    return True


@inlined_kernel
def look(track: Any, covered: bool) -> None:
    """Count a look at a track, with its plot or without."""
    if track.plot >= 0:
        track.looks += 1
        track.window = (track.window << np.uint64(1)) | np.uint64(1)
        track.misses = 0
    elif covered:
        track.looks += 1
        track.window = track.window << np.uint64(1)
        track.misses += 1


@inlined_kernel
def promising(track: Any, hits: int, looks: int) -> bool:
    """Confirm a tentative track with `hits` plots in its last `looks` looks; False where it cannot get there any more."""
    seen = 0
    for k in range(looks):
        seen += int((track.window >> np.uint64(k)) & np.uint64(1))
    if seen >= hits:
        track.status = CONFIRMED
        return True
    return bool(seen + max(looks - track.looks, 0) >= hits)


@kernel
def process(
    bank: Bank,
    rules: Rules,
    sites: NDArray[np.void],
    scans: NDArray[np.void],
    plots: NDArray[np.void],
    first: int,
    room: Room,
    owners: NDArray[np.int64],
    points: NDArray[np.void],
    filled: int,
) -> tuple[int, int, int]:
    """Scans from `first` on. Returns the next scan, the points filled, and why it stopped: 0 done, 1 more room needed.

    `owners`: by plot the number of the track that took it, 0 for none. `points`: one a track and scan; length 0: none kept.
    """
    straight = len(rules.models) == 1 and bank.mean.shape[1] == 6 and rules.models[0].kind == models.CONSTANT_VELOCITY
    for n in range(first, len(scans)):
        site = sites[scans[n].sensor]
        scan_s = scans[n].time_s
        here = plots[scans[n].first : scans[n].first + scans[n].plots]
        active = bank.counts[ACTIVE]
        if (
            (rules.initiation != NO_NEW and bank.counts[UNUSED] < len(here))
            or len(room.owner) < len(here)
            or len(room.parents) < active + len(here)
            or len(room.first_pair) < active + 1
            or (len(points) > 0 and len(points) - filled < active + len(here))
        ):
            return n, filled, 1
        for k in range(active):
            t = bank.active[k]
            bank.tracks[t].plot = -1
            if len(rules.models) > 1:
                advance(bank, rules, t, scan_s)
            elif bank.tracks[t].time_s != scan_s:
                step = scan_s - bank.tracks[t].time_s
                if straight:
                    models.predict_straight(rules.models[0], bank.mean[t], bank.covariance[t], step)
                else:
                    models.predict(rules.models[0], bank.mean[t], bank.covariance[t], step, bank.work)
                bank.tracks[t].time_s = scan_s
        if gate(bank, rules, site, here, scan_s, room) < 0:
            return n, filled, 1
        for p in range(len(here)):
            room.owner[p] = 0
        for status in range(CONFIRMED, TENTATIVE - 1, -1):
            associate(bank, rules, site, here, scan_s, room, status)
        kept = 0
        for k in range(active):
            t = bank.active[k]
            track = bank.tracks[t]
            x, P = bank.mean[t], bank.covariance[t]
            look(track, site.misses_count != 0 and (track.plot >= 0 or expected(site, x)))
            stays = promising(track, rules.hits, rules.looks) if track.status == TENTATIVE else track.misses < rules.misses
            variance = P[0, 0] + P[1, 1] + P[2, 2]
            if (
                stays
                and (track.hits < 2 or variance <= 3.0 * rules.position_std_m**2)
                and scan_s - track.updated_s <= rules.silence_s
                and x[3] * x[3] + x[4] * x[4] + x[5] * x[5] <= (1.5 * rules.maximum_speed_mps) ** 2
            ):
                bank.active[kept] = t
                kept += 1
            else:
                bank.tracks[t].status = FREE
                bank.free[bank.counts[UNUSED]] = t
                bank.counts[UNUSED] += 1
        bank.counts[ACTIVE] = kept
        for p in range(len(here)):
            if room.owner[p] == 0 and rules.initiation != NO_NEW:
                t = begin(bank, rules, site, here[p], scan_s, room.z, room.H, room.nu)
                bank.tracks[t].plot = p
                if rules.hits <= 1:
                    bank.tracks[t].status = CONFIRMED
                room.owner[p] = bank.tracks[t].number
            owners[scans[n].first + p] = max(room.owner[p], 0)
        if len(points) > 0:
            for k in range(bank.counts[ACTIVE]):
                filled = _write(bank, n, bank.active[k], points, filled)
    return len(scans), filled, 0


@inlined_kernel
def _write(bank: Bank, n: int, t: int, points: NDArray[np.void], filled: int) -> int:
    point = points[filled]
    point.scan = n
    point.time_s = bank.tracks[t].time_s
    point.number = bank.tracks[t].number
    point.status = bank.tracks[t].status
    point.plot = bank.tracks[t].plot
    position, velocity = 0.0, 0.0
    for a in range(3):
        point.position_m[a] = bank.mean[t, a]
        point.velocity_mps[a] = bank.mean[t, a + 3]
        position += bank.covariance[t, a, a]
        velocity += bank.covariance[t, a + 3, a + 3]
    point.position_std_m = sqrt(position / 3.0)
    point.velocity_std_mps = sqrt(velocity / 3.0)
    best = 0
    for j in range(bank.mu.shape[1]):
        if bank.mu[t, j] > bank.mu[t, best]:
            best = j
    point.model = best
    return filled + 1
