"""What a command post believes of a threat, under `picture: filtered`: one track a post and threat, from its sensors' plots.

Every detection is a measured plot: the true range and angles plus normal errors of the sensor's stated standard deviation, drawn at
an address (the same as in detections.parquet). The post's filter takes it in (extended Kalman, `tracking.kalman`): white noise
acceleration, or free fall for ballistic missiles. Nothing else of the truth reaches the fire: intercepts are computed on the track
carried on by its model, a shot needs the track known well enough where they are to meet, and an interceptor that arrives
where the track says finds its target only if it is within its basket.

Limits: which plot belongs to which threat is known, so that no track is doubled or swapped, and there is no clutter; the class,
by which the motion model is chosen, is known, and a falling track knows neither thrust nor drag: against a missile under power or
in the air it is more certain than it ought to be. Refraction is corrected without error; a post cannot fire on a track that
another post tells it, having no plots of its own. Which pairs of weapon and threat can ever meet is still decided on the true path.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, inf, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws
from buckler.bundles import Bundle
from buckler.compiled import borrowing_kernel
from buckler.dtypes import KILL_CLASSES, WorldArrays, record
from buckler.engine.journal import N_TRACKS, OVERFLOWED
from buckler.engine.reach import site_at
from buckler.physics.flyout import arrival
from buckler.physics.intercept import first_intercept, range_and_height, target_at
from buckler.physics.sight import along_orbit, position
from buckler.tracking import models
from buckler.tracking.kalman import innovate, update_six
from buckler.tracking.measuring import COMPONENTS, measure, place

ROWS: Final = 65
"""Positions of a falling track carried on: 256 s."""
STRAIGHT_ROWS: Final = 41
"""Of any other: 640 s."""
STALE_S: Final = 60.0
"""A track without a plot for so long is gone; the next plot begins another."""

_NOISE: Final = {"ballistic": 20.0, "cruise": 20.0, "aircraft": 50.0, "drone": 5.0, "helicopter": 20.0}
"""Spectral density of acceleration, m^2/s^3, by kill class: assumed."""
_SPEED_STD: Final = {"ballistic": 1500.0, "cruise": 200.0, "aircraft": 250.0, "drone": 50.0, "helicopter": 50.0}
"""Spread of a new track's velocity, m/s each axis, by kill class: assumed."""

EYE: Final = record(
    [
    ("kind", "i4"),  # measuring.POLAR
    ("position_m", "f8", (3,)),  # m, ECEF
    ("axes", "f8", (3, 3)),  # rows: unit vectors east, north, up in ECEF
    ("curvature_per_m", "f8"),  # these two are for radars without elevation
    ("height_m", "f8"),
    ("height_std_m", "f8"),
    ("value", "f8", (COMPONENTS,)),  # its plot of the moment: m, rad, rad
    ("noise_std", "f8", (COMPONENTS,)),  # the plot's standard deviations; inf: not measured
]
)  # fmt: skip
"""A sensor as the measurement model takes it, and its plot of the moment (measuring.SITE and PLOT in one)."""

MOTION: Final = record(
    [
        ("kind", "i4"),  # these four as in models.MODEL
        ("piecewise", "i4"),
        ("noise", "f8"),
        ("ballistic_coefficient_kgpm2", "f8"),
        ("speed_std_mps", "f8"),  # of a new track's velocity, each axis
        ("step_s", "f8"),  # between two rows of a track carried on
        ("rows", "i4"),  # how many of them
    ]
)
"""A kill class's motion."""

BELIEF: Final = record(
    [
    ("time_s", "f8"),  # s: of the state, that of the last plot
    ("plots", "i4"),  # taken in; 0: no track
    ("number", "i4"),  # the post's number of the track
]
)  # fmt: skip

TRACK_ROW: Final = record(
    [
    ("time_s", "f8"),  # s: of the plot
    ("known_s", "f8"),  # s: when the post had it
    ("command", "i4"),  # index
    ("number", "i4"),  # the post's number of the track
    ("plots", "i4"),  # taken in so far
    ("hostile", "i1"),  # 1: the post has called it hostile
    ("position_m", "f8", (3,)),  # ECEF
    ("velocity_mps", "f8", (3,)),  # ECEF
    ("position_std_m", "f8"),  # root of the mean variance of the three axes
]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Picture(Bundle):
    """Every post's tracks, and scratch."""

    beliefs: NDArray[np.void]  # BELIEF [command, threat]
    x: NDArray[np.float64]  # [command, threat, 6]: ECEF m, m/s
    P: NDArray[np.float64]  # [command, threat, 6, 6]
    eyes: NDArray[np.void]  # EYE [sensor]
    motion: NDArray[np.void]  # MOTION [kill class]
    numbers: NDArray[np.int64]  # tracks begun so far [command]
    ahead: NDArray[np.float64]  # a track carried on: [ROWS, 3]
    ahead_mps: NDArray[np.float64]  # its greatest speed from each row on
    work: NDArray[np.float64]  # (9, 9)
    vector: NDArray[np.float64]  # 16 numbers: z, nu, a state
    kept: NDArray[np.int64]  # what `ahead` holds: post, threat, number of the track, plots, rows
    rows: NDArray[np.void]  # TRACK_ROW of a recorded replication


def new_picture(world: WorldArrays, growth: int) -> Picture:
    """Room for every post's tracks; for none where the picture is the truth."""
    filtered = world.basket_m > 0.0
    c, t, s = (len(world.commands), len(world.threats), len(world.sensors)) if filtered else (0, 0, 0)
    eyes, motion = np.zeros(s, EYE), np.zeros(len(KILL_CLASSES), MOTION)
    for eye, sensor in zip(eyes, world.sensors, strict=False):
        eye["position_m"] = sensor["position_m"]
        eye["axes"] = sensor["east"], sensor["north"], sensor["up"]
        eye["noise_std"] = sensor["range_std_m"], sensor["angle_std_rad"], sensor["angle_std_rad"], np.inf
    for row, name in zip(motion, KILL_CLASSES, strict=True):
        row["kind"] = models.BALLISTIC if name == "ballistic" else models.CONSTANT_VELOCITY
        row["noise"], row["ballistic_coefficient_kgpm2"] = _NOISE[name], np.inf
        row["speed_std_mps"] = _SPEED_STD[name]
        row["rows"], row["step_s"] = (ROWS, 4.0) if name == "ballistic" else (STRAIGHT_ROWS, 16.0)
    return Picture(
        beliefs=np.zeros((c, t), BELIEF),
        x=np.zeros((c, t, 6)),
        P=np.zeros((c, t, 6, 6)),
        eyes=eyes,
        motion=motion,
        numbers=np.zeros(c, np.int64),
        ahead=np.zeros((ROWS, 3)),
        ahead_mps=np.zeros(ROWS),
        work=np.zeros((9, 9)),
        vector=np.zeros(16),
        kept=np.full(5, -1),
        rows=np.zeros(growth * 4096 if filtered else 0, TRACK_ROW),
    )


@borrowing_kernel
def clear_picture(picture: Picture) -> None:
    """Forget every track."""
    picture.kept[0] = -1
    for c in range(len(picture.beliefs)):
        picture.numbers[c] = 0
        for i in range(picture.beliefs.shape[1]):
            picture.beliefs[c, i].plots = 0


@borrowing_kernel
def take_plot(
    world: WorldArrays,
    picture: Picture,
    seed: int,
    replication: int,
    s: int,
    c: int,
    i: int,
    step: int,
    time_s: float,
    range_m: float,
    azimuth: float,
    elevation: float,
) -> None:
    """Post `c` has a plot of threat `i` by sensor `s`, truly at that range and those angles: measured, then taken into its track."""
    sensor = world.sensors[s]
    body = world.threats[i]
    eye = picture.eyes[s]
    z, nu, H = picture.vector[0:4], picture.vector[4:8], picture.work
    if sensor.orbit_rows > 0:
        k, part = along_orbit(sensor, time_s)
        nearer = k if part < 0.5 else k + 1
        for a in range(3):
            eye.position_m[a] = world.orbits[k, a] + part * (world.orbits[k + 1, a] - world.orbits[k, a])
            for r in range(3):
                eye.axes[r, a] = world.orbits[nearer, 3 + 3 * r + a]
    first, second = draws.draw_normal_pair(seed, replication, draws.MEASUREMENT, sensor.key, body.key, 2 * step)
    third, _ = draws.draw_normal_pair(seed, replication, draws.MEASUREMENT, sensor.key, body.key, 2 * step + 1)
    eye.noise_std[1] = sensor.angle_std_rad / max(cos(elevation), 1e-3)
    eye.value[0] = range_m + eye.noise_std[0] * first
    eye.value[1] = azimuth + eye.noise_std[1] * second
    eye.value[2] = elevation + eye.noise_std[2] * third
    belief = picture.beliefs[c, i]
    x, P = picture.x[c, i], picture.P[c, i]
    motion = picture.motion[body.kill_class]
    if belief.plots > 0 and time_s - belief.time_s <= STALE_S:
        models.predict(motion, x, P, time_s - belief.time_s, picture.work)
        level = measure(eye, x, 0.0, z, H)
        innovate(eye, eye, level, z, nu)
        update_six(x, P, H, nu, eye)
        belief.plots += 1
    else:
        belief.plots = 1
        picture.numbers[c] += 1
        belief.number = picture.numbers[c]
        for a in range(6):
            x[a] = 0.0
            for b in range(6):
                P[a, b] = 0.0
        place(eye, eye, x[:3], P[:3, :3], picture.work)
        for a in range(3, 6):
            P[a, a] = motion.speed_std_mps**2
    belief.time_s = time_s


@borrowing_kernel
def keep_row(
    picture: Picture, counts: NDArray[np.int64], c: int, i: int, hostile: bool, known_s: float
) -> None:
    """Write down what post `c` believes of the threat just now."""
    number = counts[N_TRACKS]
    if number >= len(picture.rows):
        counts[OVERFLOWED] = 1
        return
    counts[N_TRACKS] = number + 1
    belief = picture.beliefs[c, i]
    row = picture.rows[number]
    row.time_s = belief.time_s
    row.known_s = known_s
    row.command = c
    row.number = belief.number
    row.plots = belief.plots
    row.hostile = 1 if hostile else 0
    variance = 0.0
    for a in range(3):
        row.position_m[a] = picture.x[c, i, a]
        row.velocity_mps[a] = picture.x[c, i, a + 3]
        variance += picture.P[c, i, a, a]
    row.position_std_m = sqrt(variance / 3.0)


@borrowing_kernel
def std_at(picture: Picture, c: int, i: int, time_s: float) -> float:
    """Position standard deviation (m, root of the mean variance of the axes) of a track carried straight on; inf without one.

    Of position and velocity as they are known; what the target may do until then is not in it, for the radars look on.
    """
    belief = picture.beliefs[c, i]
    if belief.plots < 2:
        return inf
    t = time_s - belief.time_s
    variance = 0.0
    for a in range(3):
        P = picture.P[c, i]
        variance += P[a, a] + t * (2.0 * P[a, a + 3] + t * P[a + 3, a + 3])
    return sqrt(variance / 3.0)


@borrowing_kernel
def carry_on(picture: Picture, motion: Any, c: int, i: int) -> int:
    """Fill `ahead` with the track carried on by its model, to the ground or to its last row; how many rows.

    Nothing is to do where it holds that track already.
    """
    x = picture.vector[8:14]
    key = picture.kept
    if key[0] == c and key[1] == i and key[2] == picture.beliefs[c, i].number and key[3] == picture.beliefs[c, i].plots:
        return int(key[4])
    for a in range(6):
        x[a] = picture.x[c, i, a]
    fastest = 0.0
    n = 0
    while n < motion.rows:
        for a in range(3):
            picture.ahead[n, a] = x[a]
        speed = sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
        fastest = max(fastest, speed)
        n += 1
        if n > 2 and x[0] * x[0] + x[1] * x[1] + x[2] * x[2] < 6.3567e6**2:
            break
        models.move(motion, x, motion.step_s)
    for k in range(n):
        picture.ahead_mps[k] = 1.05 * fastest
    key[0], key[1], key[2], key[3], key[4] = c, i, picture.beliefs[c, i].number, picture.beliefs[c, i].plots, n
    return n


@borrowing_kernel
def meeting(world: WorldArrays, picture: Picture, c: int, w: int, i: int, launch_s: float, left_s: float) -> tuple[float, float]:
    """When weapon `w`, fired at `launch_s`, meets what post `c` believes of threat `i`, and its time of flight; inf if never.

    `left_s`: when an aircraft leaves its station.
    """
    if picture.beliefs[c, i].plots < 2:
        return inf, inf
    motion = picture.motion[world.threats[i].kill_class]
    n = carry_on(picture, motion, c, i)
    table = world.weapons[w].table
    start_s, step_s = picture.beliefs[c, i].time_s, motion.step_s
    row = world.interceptors[table]
    battery = world.batteries[world.weapons[w].battery]
    site = world.sites[site_at(battery, left_s)]
    meet_s = first_intercept(
        picture.ahead[:n],
        start_s,
        step_s,
        picture.ahead_mps[:n],
        site,
        row,
        world.fly_out_s[table],
        world.fly_out_mps[table],
        world.fly_out_clear_m[table],
        launch_s,
        launch_s,
    )
    if not meet_s < inf or meet_s > battery.until_s:
        return inf, inf
    x, y, z = target_at(picture.ahead[:n], start_s, step_s, meet_s)
    range_m, height_m = range_and_height(site, x, y, z)
    return meet_s, arrival(row, world.fly_out_s[table], world.fly_out_mps[table], range_m, height_m)[0]


@borrowing_kernel
def found(world: WorldArrays, picture: Picture, c: int, i: int, now_s: float) -> bool:
    """Whether threat `i` is, now, within the basket of where post `c`'s track, carried on from its last plot, puts it."""
    if picture.beliefs[c, i].plots < 2:
        return False
    x = picture.vector[8:14]
    for a in range(6):
        x[a] = picture.x[c, i, a]
    models.move(picture.motion[world.threats[i].kill_class], x, now_s - picture.beliefs[c, i].time_s)
    tx, ty, tz, _ = position(world.threats[i], world.path_m, now_s)
    return bool((tx - x[0]) ** 2 + (ty - x[1]) ** 2 + (tz - x[2]) ** 2 <= world.basket_m * world.basket_m)
