"""A scan through the bank: predict, gate, associate, update, confirm, drop, begin.

Confirmed tracks choose first, then tentative ones from what is left; what nobody wants begins tracks. A look counts
against a track where the sensor should have seen it, or did.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import inlined_kernel, kernel
from buckler.tracking import models
from buckler.tracking.bank import ACTIVE, CONFIRMED, NO_NEW, TENTATIVE, UNUSED, Bank, Rules, advance, begin, drop
from buckler.tracking.gating import Room, gate
from buckler.tracking.measuring import expected
from buckler.tracking.pairing import associate

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
        heard = 0
        for k in range(active):
            t = bank.active[k]
            if scan_s - bank.tracks[t].updated_s > rules.silence_s:
                # The deleter comes first: what has been silent for so long takes no plot any more.
                drop(bank, t)
                continue
            bank.active[heard] = t
            heard += 1
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
        active = heard
        bank.counts[ACTIVE] = heard
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
                and x[3] * x[3] + x[4] * x[4] + x[5] * x[5] <= (1.5 * rules.maximum_speed_mps) ** 2
            ):
                bank.active[kept] = t
                kept += 1
            else:
                drop(bank, t)
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
