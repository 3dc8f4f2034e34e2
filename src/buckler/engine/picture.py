"""What a command post believes, under `picture: filtered`: its tracks, from its sensors' plots.

Every detection is a measured plot: the true range and angles plus the sensor's registration error, less what the post has found out of it,
and normal errors of its stated standard deviation, drawn at an address (the same as in detections.parquet). Which track takes it is
worked out by `attribution`;
the track's filter takes it in (extended Kalman, `tracking.kalman`): white noise acceleration, or free fall for ballistic
missiles, and more noise where a plot shows that the target manoeuvres, burns or is braked. Nothing else of the truth reaches the fire:
intercepts are computed on the track carried on by its model, a shot needs the track known well enough where they are to meet, and
an interceptor that arrives where the track says meets whom the track has followed of late, and finds him only within its basket.

A post's own picture has a place for each threat, and `EXTRA` for tracks beyond: a target's second track, and tracks of false plots. A
track in a threat's place is what the post holds as that threat: its identity, its worth, its engagements. The track may follow
another, and then it is he who is shot at. Fire at tracks beyond those places is in `strays`; what posts tell one another of their
tracks, in `telling`.

Limits: the class, by which the motion model is chosen, is known; refraction is corrected without error. Which pairs of weapon and
threat can ever meet is still decided on the true path.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.dtypes import KILL_CLASSES, WorldArrays, record
from buckler.tracking import models
from buckler.tracking.measuring import COMPONENTS

ROWS: Final = 65
"""Positions of a falling track carried on: 256 s."""
STRAIGHT_ROWS: Final = 41
"""Of any other: 640 s."""
STALE_S: Final = 60.0
"""A track without a plot for so long is gone; the next plot begins another."""
NOWHERE: Final = -1
EXTRA: Final = 32
"""Tracks of a post beyond one for each threat."""
FALSE_PLOTS: Final = 64
"""The most false plots of one scan."""
WIDEST: Final = 96
"""The most tracks that compete in one cluster; what is beyond takes nothing in that scan."""
_NOISE: Final = {"ballistic": 20.0, "cruise": 20.0, "aircraft": 50.0, "drone": 5.0, "helicopter": 20.0}
"""Spectral density of acceleration, m^2/s^3, by kill class: assumed."""
_MANOEUVRE: Final = {"ballistic": 100.0, "cruise": 12.0, "aircraft": 20.0, "drone": 4.0, "helicopter": 6.0}
"""Standard deviation of an acceleration that was not foreseen, m/s^2, by kill class: thrust and drag, or turns; assumed. The gate
lets 4.6 times as much through."""
_SPEED_STD: Final = {"ballistic": 1500.0, "cruise": 200.0, "aircraft": 250.0, "drone": 50.0, "helicopter": 50.0}
"""Spread of a new track's velocity, m/s each axis, by kill class: assumed."""

EYE: Final = record(
    [
    ("kind", "i4"),  # measuring.POLAR
    ("position_m", "f8", (3,)),  # m, ECEF
    ("axes", "f8", (3, 3)),  # rows: unit vectors east, north, up in ECEF
    ("curvature_per_m", "f8"),  # these three are for radars without elevation
    ("height_m", "f8"),
    ("height_std_m", "f8"),
]
)  # fmt: skip
"""A sensor as the measurement model takes it (measuring.SITE)."""

MOTION: Final = record(
    [
        ("kind", "i4"),  # these four as in models.MODEL
        ("piecewise", "i4"),
        ("noise", "f8"),
        ("ballistic_coefficient_kgpm2", "f8"),
        ("manoeuvre_mps2", "f8"),  # standard deviation of an acceleration that was not foreseen
        ("speed_std_mps", "f8"),  # of a new track's velocity, each axis
        ("step_s", "f8"),  # between two rows of a track carried on
        ("rows", "i4"),  # how many of them
    ]
)
"""A kill class's motion."""

SEEN_PLOT: Final = record(
    [
    ("truth", "i4"),  # whose it is; -1 nobody's, -2 in one with another
    ("snr", "f8"),  # power ratio
    ("value", "f8", (COMPONENTS,)),  # m, rad, rad
    ("noise_std", "f8", (COMPONENTS,)),  # the standard deviations of these; inf: not measured
    ("position_m", "f8", (3,)),  # ECEF: where that is
    ("spread_m", "f8"),  # m: no farther off by its errors, at the gate's probability
    ("tracks", "i4"),  # how many tracks may be its
    ("taken", "i4"),  # the place of the track that took it; -1 none
]
)  # fmt: skip
"""A plot of the scan that is being attributed."""

POSTED: Final = record(
    [
    ("next", "i4"),  # of the same sensor; -1 none
    ("step", "i4"),  # number of the scan
    ("post", "i4"),  # to whom
    ("truth", "i4"),  # as in SEEN_PLOT, likewise the rest
    ("time_s", "f8"),  # when it was measured
    ("range_m", "f8"),
    ("azimuth", "f8"),
    ("elevation", "f8"),
    ("azimuth_std_rad", "f8"),
]
)  # fmt: skip
"""A plot on its way to its post (mail)."""

BELIEF: Final = record(
    [
    ("time_s", "f8"),  # s: of the state, that of the newest plot
    ("born_s", "f8"),  # s: of its first plot
    ("known_s", "f8"),  # s: when the post had the last plot; kept where posts tell one another their tracks
    ("plots", "i4"),  # taken in; 0: no track
    ("number", "i4"),  # the post's number of the track
    ("kill_class", "i4"),  # whose motion it has
    ("patience_s", "f8"),  # s without a plot after which it is gone
    ("fed", "i4"),  # the truth: whose plot it took last; -1 a false one
    ("run", "i4"),  # how many of his in a row
    ("follows", "i4"),  # the truth: whom it follows: the last of whose plots it took two in a row
    ("place", "i4"),  # of a told one (telling): where the receiver has it among its own; NOWHERE: it is a second one
]
)  # fmt: skip

CLAIM: Final = record(
    [
    ("track", "i4"),  # place
    ("plot", "i4"),
    ("cost", "f8"),  # nu^T S^-1 nu + ln det S
    ("hard", "i1"),  # 1: only if the target manoeuvres
]
)  # fmt: skip
"""A plot that may be a track's."""

TRACK_ROW: Final = record(
    [
    ("time_s", "f8"),  # s: of the state, that of the newest plot
    ("known_s", "f8"),  # s: when the post had it
    ("command", "i4"),  # index
    ("told_by", "i4"),  # index of the post that told it; -1: the post's own
    ("fused", "i1"),  # 1: its own and told ones put together
    ("number", "i4"),  # the number of the track, its own post's
    ("plots", "i4"),  # taken in so far
    ("hostile", "i1"),  # 1: the post has called it hostile
    ("position_m", "f8", (3,)),  # ECEF
    ("velocity_mps", "f8", (3,)),  # ECEF
    ("position_std_m", "f8"),  # root of the mean variance of the three axes
]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Picture(Bundle):
    """Every post's tracks, and scratch. A post's places are those of the threats, then EXTRA."""

    beliefs: NDArray[np.void]  # BELIEF [command, place]: the post's own tracks
    x: NDArray[np.float64]  # [command, place, 6]: ECEF m, m/s
    P: NDArray[np.float64]  # [command, place, 6, 6]
    told: NDArray[np.void]  # BELIEF [under way or arrived, exchange, threat]: what posts tell one another (telling)
    told_x: NDArray[np.float64]  # likewise, 6 numbers each
    told_P: NDArray[np.float64]  # likewise, 6 by 6
    filed: NDArray[np.int64]  # [exchange, threat]: whose told track is filed in the receiver's place of that threat; NOWHERE
    held: NDArray[np.void]  # BELIEF [command, place]: both put together, what is fired at; the own where posts tell nothing
    held_x: NDArray[np.float64]
    held_P: NDArray[np.float64]
    eyes: NDArray[np.void]  # EYE [sensor]
    motion: NDArray[np.void]  # MOTION [kill class]
    numbers: NDArray[np.int64]  # tracks begun so far [command]
    plots: NDArray[np.void]  # SEEN_PLOT of a scan; the last one is spare (look_from_plot)
    posted: NDArray[np.void]  # POSTED
    heads: NDArray[np.int64]  # [sensor, then mail.FREE and mail.USED]: its first plot under way; -1 none
    live: NDArray[np.int64]  # places of the tracks that take part
    carried: NDArray[np.float64]  # [place, 5]: where it is by now, straight on, m; its range, m; how far off a plot of it may be, m
    wanted: NDArray[np.int64]  # [place]: how many plots may be its
    claims: NDArray[np.void]  # CLAIM
    near: NDArray[np.float64]  # [place, 12]: measuring.measure_place
    spare_x: NDArray[np.float64]  # [place, 6]: tracks carried on to the scan
    spare_P: NDArray[np.float64]  # [place, 6, 6]
    parents: NDArray[np.int64]  # clusters: places, then plots
    members: NDArray[np.int64]  # of a cluster: tracks, then plots; then each plot's column
    cost: NDArray[np.float64]  # of a cluster
    chosen: NDArray[np.int64]
    real: NDArray[np.float64]  # association.assign_in
    whole: NDArray[np.int64]
    ahead: NDArray[np.float64]  # a track carried on: [ROWS, 3]
    ahead_mps: NDArray[np.float64]  # its greatest speed from each row on
    work: NDArray[np.float64]  # (9, 9)
    four: NDArray[np.float64]  # (4, 6, 6)
    spare: NDArray[np.void]  # two BELIEFs, of tracks carried on
    vector: NDArray[np.float64]  # a state, 6 numbers
    kept: NDArray[np.int64]  # what `ahead` holds: post, threat, number of the track, plots, rows
    rows: NDArray[np.void]  # TRACK_ROW of a recorded replication


def new_picture(world: WorldArrays, growth: int) -> Picture:
    """Room for every post's tracks; for none where the picture is the truth."""
    filtered = world.basket_m > 0.0
    c, t, s = (len(world.commands), len(world.threats), len(world.sensors)) if filtered else (0, 0, 0)
    k, n = (t + EXTRA, t + FALSE_PLOTS + 1) if filtered else (0, 0)
    most = min(k, WIDEST)
    e = len(world.reports) - len(world.sensors) if filtered and len(world.reports) > 0 else 0
    e = e if bool((world.reports["voice"][len(world.reports) - e :] == 0).any()) else 0
    beliefs, x, P = np.zeros((c, k), BELIEF), np.zeros((c, k, 6)), np.zeros((c, k, 6, 6))
    eyes, motion = np.zeros(s, EYE), np.zeros(len(KILL_CLASSES), MOTION)
    for eye, sensor in zip(eyes, world.sensors, strict=False):
        eye["position_m"] = sensor["position_m"]
        eye["axes"] = sensor["east"], sensor["north"], sensor["up"]
    for row, name in zip(motion, KILL_CLASSES, strict=True):
        row["kind"] = models.BALLISTIC if name == "ballistic" else models.CONSTANT_VELOCITY
        row["noise"], row["ballistic_coefficient_kgpm2"] = _NOISE[name], np.inf
        row["manoeuvre_mps2"], row["speed_std_mps"] = _MANOEUVRE[name], _SPEED_STD[name]
        row["rows"], row["step_s"] = (ROWS, 4.0) if name == "ballistic" else (STRAIGHT_ROWS, 16.0)
    return Picture(
        beliefs=beliefs,
        x=x,
        P=P,
        told=np.zeros((2, e, t), BELIEF),
        told_x=np.zeros((2, e, t, 6)),
        told_P=np.zeros((2, e, t, 6, 6)),
        filed=np.full((e, t), NOWHERE),
        held=np.zeros((c, k), BELIEF) if e > 0 else beliefs,
        held_x=np.zeros((c, k, 6)) if e > 0 else x,
        held_P=np.zeros((c, k, 6, 6)) if e > 0 else P,
        eyes=eyes,
        motion=motion,
        numbers=np.zeros(c, np.int64),
        plots=np.zeros(n, SEEN_PLOT),
        posted=np.zeros(8 * growth * (t + s + 64) if filtered else 0, POSTED),
        heads=np.zeros(s + 2, np.int64),
        live=np.zeros(k, np.int64),
        carried=np.zeros((k, 5)),
        wanted=np.zeros(k, np.int64),
        claims=np.zeros(16 * k, CLAIM),
        near=np.zeros((k, 12)),
        spare_x=np.zeros((k, 6)),
        spare_P=np.zeros((k, 6, 6)),
        parents=np.zeros(k + n, np.int64),
        members=np.zeros(k + 2 * n, np.int64),
        cost=np.zeros((most, n + most)),
        chosen=np.zeros(most, np.int64),
        real=np.zeros((3, n + most + 1)),
        whole=np.zeros((3, n + most + 1), np.int64),
        ahead=np.zeros((ROWS, 3)),
        ahead_mps=np.zeros(ROWS),
        work=np.zeros((9, 9)),
        four=np.zeros((4, 6, 6)),
        spare=np.zeros(2, BELIEF),
        vector=np.zeros(6),
        kept=np.full(5, -1),
        rows=np.zeros(growth * 4096 if filtered else 0, TRACK_ROW),
    )


@borrowing_kernel
def clear_picture(picture: Picture) -> None:
    """Forget every track."""
    picture.kept[0] = -1
    picture.heads[:] = -1
    picture.heads[-1] = 0
    for c in range(len(picture.beliefs)):
        picture.numbers[c] = 0
        for k in range(picture.beliefs.shape[1]):
            picture.beliefs[c, k].plots = 0
        for i in range(picture.held.shape[1]):
            picture.held[c, i].plots = 0
    picture.filed[:] = NOWHERE
    for w in range(2):
        for e in range(picture.told.shape[1]):
            for i in range(picture.told.shape[2]):
                picture.told[w, e, i].plots = 0
                picture.told[w, e, i].time_s = -inf


# --- plots ------------------------------------------------------------------------------------------------------------
