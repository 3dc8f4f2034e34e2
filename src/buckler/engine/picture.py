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
from math import cos, inf, sin, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.dtypes import KILL_CLASSES, WorldArrays, record
from buckler.engine.journal import N_TRACKS, OVERFLOWED
from buckler.engine.late import shift
from buckler.engine.reach import site_at
from buckler.physics.earth import SEMI_MAJOR_AXIS_M, SEMI_MINOR_AXIS_M
from buckler.physics.flyout import arrival
from buckler.physics.gravity import j2_gravitation, rotating_frame_acceleration
from buckler.physics.intercept import first_intercept, range_and_height, target_at
from buckler.physics.look import along_orbit, position
from buckler.physics.series import sine_cosine
from buckler.tracking import models
from buckler.tracking.kalman import update_three
from buckler.tracking.measuring import COMPONENTS, measure_place, place, wrapped

ROWS: Final = 65
"""Positions of a falling track carried on: 256 s."""
STRAIGHT_ROWS: Final = 41
"""Of any other: 640 s."""
STALE_S: Final = 60.0
"""A track without a plot for so long is gone; the next plot begins another."""
NOWHERE: Final = -1
EXTRA: Final = 32
"""Tracks of a post beyond one for each threat."""
SETTLED: Final = 3
"""Plots from which on a track is one."""
REVISED_S: Final = 2.0
"""By so much a meeting with a track that has changed a little may be sooner than it was."""
TRACKS_STEP_S: Final = 0.5
TRACKS_TOLERANCE_S: Final = 1.0e-3
"""A meeting with a track is looked for no finer (physics.intercept): it is not known where the target is to a metre."""
BURIED_M: Final = 200.0
"""A track carried on ends so far below the ellipsoid."""
PER_A2: Final = SEMI_MAJOR_AXIS_M**-2
PER_B2: Final = SEMI_MINOR_AXIS_M**-2
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


@borrowing_kernel
def open_eye(world: WorldArrays, picture: Picture, s: int, time_s: float) -> None:
    """Sensor `s` where it is at that time."""
    sensor = world.sensors[s]
    if sensor.orbit_rows > 0:
        eye = picture.eyes[s]
        k, part = along_orbit(sensor, time_s)
        nearer = k if part < 0.5 else k + 1
        for a in range(3):
            eye.position_m[a] = world.orbits[k, a] + part * (world.orbits[k + 1, a] - world.orbits[k, a])
            for r in range(3):
                eye.axes[r, a] = world.orbits[nearer, 3 + 3 * r + a]


@borrowing_kernel
def measure_plot(
    world: WorldArrays,
    picture: Picture,
    seed: int,
    replication: int,
    s: int,
    i: int,
    n: int,
    step: int,
    range_m: float,
    azimuth: float,
    elevation: float,
    snr: float,
) -> None:
    """Make the scan's plot number `n` of threat `i`, truly at that range and those angles, as sensor `s` measures it."""
    sensor = world.sensors[s]
    key = world.threats[i].key
    first, second = draws.draw_normal_pair(seed, replication, draws.MEASUREMENT, sensor.key, key, 2 * step)
    third, _ = draws.draw_normal_pair(seed, replication, draws.MEASUREMENT, sensor.key, key, 2 * step + 1)
    across = 1.0 / max(cos(elevation), 1e-3)
    set_plot(
        world, picture, s, n, i, snr,
        range_m + sensor.range_bias_m - sensor.range_corrected_m + sensor.range_std_m * first,
        azimuth + sensor.azimuth_bias_rad - sensor.azimuth_corrected_rad + sensor.angle_std_rad * across * second,
        elevation + sensor.angle_std_rad * third,
        across,
    )  # fmt: skip


@borrowing_kernel
def set_plot(
    world: WorldArrays, picture: Picture, s: int, n: int, truth: int, snr: float,
    range_m: float, azimuth: float, elevation: float, across: float,
) -> None:  # fmt: skip
    """Write down plot number `n`; `across` is what an error of azimuth is more than one across the line of sight."""
    sensor, plot = world.sensors[s], picture.plots[n]
    plot.truth, plot.snr = truth, snr
    plot.value[0], plot.value[1], plot.value[2] = range_m, azimuth, elevation
    plot.noise_std[0] = sensor.range_std_m
    plot.noise_std[1] = sensor.angle_std_rad * across
    plot.noise_std[2] = sensor.angle_std_rad
    plot.noise_std[3] = inf
    plot.tracks = 0
    plot.taken = -1


@borrowing_kernel
def locate_plots(picture: Picture, eye: Any, count: int) -> None:
    """Where the first `count` plots are, seen from `eye`, and how far off they may be."""
    for p in range(count):
        plot = picture.plots[p]
        range_m = plot.value[0]
        up, level = sine_cosine(plot.value[2])
        level *= range_m
        e, north, u = level * sin(plot.value[1]), level * cos(plot.value[1]), range_m * up
        for a in range(3):
            plot.position_m[a] = eye.position_m[a] + eye.axes[0, a] * e + eye.axes[1, a] * north + eye.axes[2, a] * u
        off = range_m * plot.noise_std[2]
        plot.spread_m = 4.6 * sqrt(plot.noise_std[0] * plot.noise_std[0] + 2.0 * off * off)


# --- a track and its plots ----------------------------------------------------------------------------------------------


@borrowing_kernel
def predict_track(picture: Picture, eye: Any, c: int, k: int, time_s: float) -> bool:
    """Carry the track in place `k` on to `time_s`, or back (late), in spare room, with what it is expected to measure; False straight above
    the sensor."""
    belief = picture.beliefs[c, k]
    x, P = picture.spare_x[k], picture.spare_P[k]
    for a in range(6):
        x[a] = picture.x[c, k, a]
        for b in range(6):
            P[a, b] = picture.P[c, k, a, b]
    t = time_s - belief.time_s
    if t >= 0.0:
        models.predict(picture.motion[belief.kill_class], x, P, t, picture.work)
    else:
        models.move(picture.motion[belief.kill_class], x, t)
        shift(P, t)
    return measure_place(eye, x, picture.near[k])


@borrowing_kernel
def let_manoeuvre(motion: Any, P: NDArray[np.float64], step_s: float) -> None:
    """Add what an unforeseen acceleration does in a step: a^2 times [T^4/4 T^3/2; T^3/2 T^2] on each axis (models, equation 1)."""
    v = motion.manoeuvre_mps2 * step_s
    for a in range(3):
        P[a, a] += 0.25 * v * v * step_s * step_s
        P[a, a + 3] += 0.5 * v * v * step_s
        P[a + 3, a] += 0.5 * v * v * step_s
        P[a + 3, a + 3] += v * v


@borrowing_kernel
def look_from_plot(picture: Picture, eye: Any, k: int, p: int) -> None:
    """How far off plot `p` the track in place `k` is, carried on in spare room: along the line of sight and across it, m, as `near`;
    the plot's errors in the last of the plots.

    Linear in the state, so for tracks that are not yet settled: where a velocity is guessed, a track's place is kilometres off, and the
    angles from there tell little of what they are at the plot.
    """
    plot, near, local, x = picture.plots[p], picture.near[k], picture.plots[-1], picture.spare_x[k]
    sine, cosine = sin(plot.value[1]), cos(plot.value[1])
    up, level = sine_cosine(plot.value[2])
    for a in range(3):
        east, north, above = eye.axes[0, a], eye.axes[1, a], eye.axes[2, a]
        near[3 + a] = level * (sine * east + cosine * north) + up * above
        near[6 + a] = cosine * east - sine * north
        near[9 + a] = level * above - up * (sine * east + cosine * north)
    for r in range(3):
        near[r] = 0.0
        for a in range(3):
            near[r] += near[3 + 3 * r + a] * (x[a] - plot.position_m[a])
    local.noise_std[0] = plot.noise_std[0]
    local.noise_std[1] = plot.value[0] * level * plot.noise_std[1]
    local.noise_std[2] = plot.value[0] * plot.noise_std[2]


@borrowing_kernel
def take_in(picture: Picture, eye: Any, c: int, k: int, p: int, hard: bool, time_s: float) -> None:
    """The track in place `k`, carried on to the scan in spare room, takes plot `p`."""
    belief, plot = picture.beliefs[c, k], picture.plots[p]
    x, P, near = picture.spare_x[k], picture.spare_P[k], picture.near[k]
    if hard:
        let_manoeuvre(picture.motion[belief.kill_class], P, time_s - belief.time_s)
    if belief.plots < SETTLED:
        look_from_plot(picture, eye, k, p)
        update_three(x, P, near, -near[0], -near[1], -near[2], picture.plots[-1])
    else:
        update_three(x, P, near, plot.value[0] - near[0], wrapped(plot.value[1] - near[1]), plot.value[2] - near[2], plot)
    if time_s < belief.time_s:
        models.move(picture.motion[belief.kill_class], x, belief.time_s - time_s)
        shift(P, belief.time_s - time_s)
    else:
        belief.time_s = time_s
    for a in range(6):
        picture.x[c, k, a] = x[a]
        for b in range(6):
            picture.P[c, k, a, b] = P[a, b]
    belief.plots += 1
    belief.run = belief.run + 1 if plot.truth == belief.fed else 1
    belief.fed = plot.truth
    plot.taken = k


@borrowing_kernel
def begin_track(
    picture: Picture, eye: Any, c: int, k: int, p: int, kill_class: int, receding_mps: float, receding_std_mps: float,
    patience_s: float, time_s: float,
) -> None:  # fmt: skip
    """A track begins in place `k` with plot `p`: its speed along the line of sight is measured, the rest of its velocity unknown."""
    belief, plot = picture.beliefs[c, k], picture.plots[p]
    picture.numbers[c] += 1
    belief.number = picture.numbers[c]
    belief.plots = 1
    belief.time_s = time_s
    belief.born_s = time_s
    belief.kill_class = kill_class
    belief.patience_s = patience_s
    belief.fed = plot.truth
    belief.run = 1
    belief.follows = plot.truth
    plot.taken = k
    x, P = picture.x[c, k], picture.P[c, k]
    for a in range(6):
        x[a] = 0.0
        for b in range(6):
            P[a, b] = 0.0
    place(eye, plot, x[:3], P[:3, :3], picture.work)
    spread = picture.motion[kill_class].speed_std_mps ** 2
    for a in range(3):
        out = (x[a] - eye.position_m[a]) / plot.value[0]
        x[a + 3] = receding_mps * out
        for b in range(3):
            P[a + 3, b + 3] = (receding_std_mps * receding_std_mps - spread) * out * (x[b] - eye.position_m[b]) / plot.value[0]
        P[a + 3, a + 3] += spread


@borrowing_kernel
def exchange_tracks(picture: Picture, c: int, k: int, i: int) -> None:
    """The tracks in two places change places."""
    one, other = picture.beliefs[c, k], picture.beliefs[c, i]
    one.time_s, other.time_s = other.time_s, one.time_s
    one.born_s, other.born_s = other.born_s, one.born_s
    one.known_s, other.known_s = other.known_s, one.known_s
    one.plots, other.plots = other.plots, one.plots
    one.number, other.number = other.number, one.number
    one.kill_class, other.kill_class = other.kill_class, one.kill_class
    one.patience_s, other.patience_s = other.patience_s, one.patience_s
    one.fed, other.fed = other.fed, one.fed
    one.run, other.run = other.run, one.run
    one.follows, other.follows = other.follows, one.follows
    for a in range(6):
        picture.x[c, k, a], picture.x[c, i, a] = picture.x[c, i, a], picture.x[c, k, a]
        for b in range(6):
            picture.P[c, k, a, b], picture.P[c, i, a, b] = picture.P[c, i, a, b], picture.P[c, k, a, b]


@borrowing_kernel
def met(picture: Picture, c: int, i: int) -> int:
    """Whom a round meets that is guided by what post `c` holds as threat `i`: whom that track followed last."""
    belief = picture.held[c, i]
    return int(belief.fed) if belief.plots > 0 and belief.fed >= 0 else i


@borrowing_kernel
def keep_row(
    picture: Picture, counts: NDArray[np.int64], c: int, i: int, hostile: bool, known_s: float
) -> None:
    """Write down the own track in place `i` of post `c` as it is just now."""
    _keep(picture, counts, c, -1, picture.beliefs[c, i], picture.x[c, i], picture.P[c, i], hostile, known_s, False)


@borrowing_kernel
def keep_held(
    picture: Picture, counts: NDArray[np.int64], c: int, i: int, hostile: bool, known_s: float
) -> None:
    """Write down what post `c` has put together in the place of threat `i`."""
    _keep(picture, counts, c, -1, picture.held[c, i], picture.held_x[c, i], picture.held_P[c, i], hostile, known_s, True)


@borrowing_kernel
def keep_told(
    picture: Picture, counts: NDArray[np.int64], c: int, teller: int, e: int, i: int, hostile: bool, known_s: float
) -> None:
    """Write down what post `c` has been told of threat `i` by exchange `e`."""
    x, P = picture.told_x[1, e, i], picture.told_P[1, e, i]
    _keep(picture, counts, c, teller, picture.told[1, e, i], x, P, hostile, known_s, False)


@borrowing_kernel
def _keep(
    picture: Picture, counts: NDArray[np.int64], c: int, teller: int, belief: Any, x: NDArray[np.float64], P: NDArray[np.float64],
    hostile: bool, known_s: float, fused: bool,
) -> None:  # fmt: skip
    number = counts[N_TRACKS]
    if number >= len(picture.rows):
        counts[OVERFLOWED] = 1
        return
    counts[N_TRACKS] = number + 1
    row = picture.rows[number]
    row.time_s = belief.time_s
    row.known_s = known_s
    row.command = c
    row.told_by = teller
    row.fused = 1 if fused else 0
    row.number = belief.number
    row.plots = belief.plots
    row.hostile = 1 if hostile else 0
    variance = 0.0
    for a in range(3):
        row.position_m[a] = x[a]
        row.velocity_mps[a] = x[a + 3]
        variance += P[a, a]
    row.position_std_m = sqrt(variance / 3.0)


@borrowing_kernel
def copy_track(
    belief: Any, x: NDArray[np.float64], P: NDArray[np.float64], to: Any, to_x: NDArray[np.float64], to_P: NDArray[np.float64]
) -> None:
    """Write a track over another."""
    to.time_s = belief.time_s
    to.born_s = belief.born_s
    to.known_s = belief.known_s
    to.plots = belief.plots
    to.number = belief.number
    to.kill_class = belief.kill_class
    to.patience_s = belief.patience_s
    to.fed = belief.fed
    to.run = belief.run
    to.follows = belief.follows
    for a in range(6):
        to_x[a] = x[a]
        for b in range(6):
            to_P[a, b] = P[a, b]


@borrowing_kernel
def std_at(picture: Picture, c: int, i: int, time_s: float) -> float:
    """Position standard deviation (m, root of the mean variance of the axes) of a track carried straight on; inf without one.

    Of position and velocity as they are known; what the target may do until then is not in it, for the radars look on.
    """
    belief = picture.held[c, i]
    if belief.plots < 2:
        return inf
    t = time_s - belief.time_s
    variance = 0.0
    for a in range(3):
        P = picture.held_P[c, i]
        variance += P[a, a] + t * (2.0 * P[a, a + 3] + t * P[a + 3, a + 3])
    return sqrt(variance / 3.0)


@borrowing_kernel
def _fall(x: float, y: float, z: float, vx: float, vy: float) -> tuple[float, float, float]:
    """Acceleration in free fall, ECEF, m/s^2 (models, equation 4 without drag)."""
    ax, ay, az = j2_gravitation(x, y, z)
    turned_x, turned_y = rotating_frame_acceleration(x, y, vx, vy)
    return ax + turned_x, ay + turned_y, az


@borrowing_kernel
def carry_on(picture: Picture, motion: Any, c: int, i: int) -> int:
    """Fill `ahead` with the track carried on by its model, to the ground or to its last row; how many rows.

    What falls, by Beeman's steps (D. Beeman 1976, Journal of Computational Physics 20, 130, doi:10.1016/0021-9991(76)90059-0), the
    velocity in the Coriolis force from the step before: one look at gravity a step, where `models.move` takes four, and metres off it.
    Nothing is to do where it holds that track already.
    """
    key = picture.kept
    if key[0] == c and key[1] == i and key[2] == picture.held[c, i].number and key[3] == picture.held[c, i].plots:
        return int(key[4])
    state = picture.held_x[c, i]
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    h = motion.step_s
    falls = motion.kind == models.BALLISTIC
    ax, ay, az = _fall(x, y, z, vx, vy) if falls else (0.0, 0.0, 0.0)
    px, py, pz = ax, ay, az
    fastest = 0.0
    n = 0
    while n < motion.rows:
        picture.ahead[n, 0], picture.ahead[n, 1], picture.ahead[n, 2] = x, y, z
        fastest = max(fastest, sqrt(vx * vx + vy * vy + vz * vz))
        n += 1
        # Nothing is met so far below the ellipsoid: height/a is half of what the left side is less than 1.
        if n > 2 and (x * x + y * y) * PER_A2 + z * z * PER_B2 < 1.0 - 2.0 * BURIED_M / SEMI_MAJOR_AXIS_M:
            break
        x += h * (vx + h * (4.0 * ax - px) / 6.0)
        y += h * (vy + h * (4.0 * ay - py) / 6.0)
        z += h * (vz + h * (4.0 * az - pz) / 6.0)
        if falls:
            bx, by, bz = _fall(x, y, z, vx + 0.5 * h * (3.0 * ax - px), vy + 0.5 * h * (3.0 * ay - py))
            vx += h * (2.0 * bx + 5.0 * ax - px) / 6.0
            vy += h * (2.0 * by + 5.0 * ay - py) / 6.0
            vz += h * (2.0 * bz + 5.0 * az - pz) / 6.0
            px, py, pz, ax, ay, az = ax, ay, az, bx, by, bz
    for k in range(n):
        picture.ahead_mps[k] = 1.05 * fastest
    key[0], key[1], key[2], key[3], key[4] = c, i, picture.held[c, i].number, picture.held[c, i].plots, n
    return n


@borrowing_kernel
def meeting(
    world: WorldArrays, picture: Picture, c: int, w: int, i: int, launch_s: float, guess_s: float, left_s: float
) -> tuple[float, float]:
    """When weapon `w`, fired at `launch_s`, meets what post `c` believes of threat `i`, and its time of flight; inf if never.

    `guess_s`: the answer that the track gave before. It is looked for from a little earlier on, and only where that is too late, or
    finds nothing, from the launch. `left_s`: when an aircraft leaves its station.
    """
    if picture.held[c, i].plots < 2:
        return inf, inf
    motion = picture.motion[picture.held[c, i].kill_class]
    n = carry_on(picture, motion, c, i)
    start_s, step_s = picture.held[c, i].time_s, motion.step_s
    begin_s = max(launch_s, start_s)
    from_s = max(begin_s, guess_s - REVISED_S)
    meet_s = _met_from(world, picture, w, n, start_s, step_s, launch_s, from_s, left_s)
    if from_s > begin_s and (meet_s == from_s or not meet_s < inf):
        rows = min(n, 2 + int((from_s - start_s) / step_s))
        meet_s = min(meet_s, _met_from(world, picture, w, rows, start_s, step_s, launch_s, begin_s, left_s))
    battery = world.batteries[world.weapons[w].battery]
    if not meet_s < inf or meet_s > battery.until_s:
        return inf, inf
    table = world.weapons[w].table
    x, y, z = target_at(picture.ahead[:n], start_s, step_s, meet_s)
    range_m, height_m = range_and_height(world.sites[site_at(battery, left_s)], x, y, z)
    return meet_s, arrival(world.interceptors[table], world.fly_out_s[table], world.fly_out_mps[table], range_m, height_m)[0]


@borrowing_kernel
def _met_from(
    world: WorldArrays, picture: Picture, w: int, n: int, start_s: float, step_s: float, launch_s: float, from_s: float, left_s: float
) -> float:  # fmt: skip
    """When weapon `w`, fired at `launch_s`, first meets the `n` rows of the track carried on, not before `from_s`; inf if never."""
    table = world.weapons[w].table
    return first_intercept(
        picture.ahead[:n],
        start_s,
        step_s,
        picture.ahead_mps[:n],
        world.sites[site_at(world.batteries[world.weapons[w].battery], left_s)],
        world.interceptors[table],
        world.fly_out_s[table],
        world.fly_out_mps[table],
        world.fly_out_clear_m[table],
        launch_s,
        from_s,
        TRACKS_STEP_S,
        TRACKS_TOLERANCE_S,
    )


@borrowing_kernel
def found(world: WorldArrays, picture: Picture, c: int, i: int, now_s: float) -> bool:
    """Whether whom post `c` shoots at as threat `i` is, now, within the basket of where the track, carried on, puts him."""
    if picture.held[c, i].plots < 2:
        return False
    x = picture.vector
    for a in range(6):
        x[a] = picture.held_x[c, i, a]
    models.move(picture.motion[picture.held[c, i].kill_class], x, now_s - picture.held[c, i].time_s)
    tx, ty, tz, _ = position(world.threats[met(picture, c, i)], world.path_m, now_s)
    return bool((tx - x[0]) ** 2 + (ty - x[1]) ** 2 + (tz - x[2]) ** 2 <= world.basket_m * world.basket_m)
