"""A track follows its target: begun by a plot, carried to the next scan, corrected by what it takes.

A plot may come when its track has taken a newer one, of another sensor over a quicker way. The track is then carried back to the
plot's time without process noise, takes it there, and is carried on again without:

(1)  P(k|n) = F P(n|n) F^T, F the motion from the track's time n back to the plot's k
(2)  x(n|n,k) = x(n|n) + W (z - h(x(k|n))), W = P(n|n) F^T H^T S^-1, P(n|n,k) = P(n|n) - W S W^T

Y. Bar-Shalom, "Update with out-of-sequence measurements in tracking: exact solution", IEEE Transactions on Aerospace and Electronic
Systems 38 (2002) 769-777, doi:10.1109/TAES.2002.1039398, algorithm C, equations 51 and 53: nearly as good as the exact one where the
noise is little for the lag, and a little too sure of itself where it is not. F is that of straight flight, for falling bodies as well: in
the seconds that a link takes, gravity's gradient (3e-6 1/s^2) bends nothing.
"""

from __future__ import annotations

from math import cos, sin
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.engine.picture import Picture
from buckler.physics.series import sine_cosine
from buckler.tracking import models
from buckler.tracking.kalman import update_three
from buckler.tracking.measuring import measure_place, place, wrapped

SETTLED: Final = 3
"""Plots from which on a track is one."""


@borrowing_kernel
def predict_track(picture: Picture, eye: Any, c: int, k: int, time_s: float) -> bool:
    """Carry the track in place `k` on to `time_s`, or back, in spare room, with what it is expected to measure; False straight above
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
        models.shear(P, t)
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
        models.shear(P, belief.time_s - time_s)
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
