"""A sensor's plots, as its post takes them: measured, put in their place on the earth."""

from __future__ import annotations

from math import cos, inf, sin, sqrt
from typing import Any

from buckler import draws
from buckler.compiled import borrowing_kernel
from buckler.dtypes import WorldArrays
from buckler.engine.picture import Picture
from buckler.physics.look import along_orbit
from buckler.physics.series import sine_cosine


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
    across = 1.0 / max(sine_cosine(elevation)[1], 1e-3)
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
