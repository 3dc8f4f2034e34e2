"""Which plots of a scan lie in which track's gate."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.tracking import association, kalman
from buckler.tracking.bank import ACTIVE, Bank, Rules
from buckler.tracking.measuring import COMPONENTS, POLAR, measure, measure_place, wrapped


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
