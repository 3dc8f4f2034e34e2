"""Targets and a radar for tests of trackers: straight lines, plots with noise, clutter and misses, all by a seed."""

from __future__ import annotations

import numpy as np

from buckler.tracking import Scan, Sensor, radar


def flat_radar(**options: float) -> Sensor:
    """A radar at the origin of a flat frame: 50 m, 0.2 degrees."""
    given = {"range_std_m": 50.0, "azimuth_std_deg": 0.2, "elevation_std_deg": 0.2, "maximum_range_m": 3e5, **options}
    return radar("flat", position_m=(0.0, 0.0, 0.0), **given)


def straight_targets(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions and velocities of `count` targets scattered over 160 km."""
    draw = np.random.default_rng(seed)
    places = np.c_[draw.uniform(-8e4, 8e4, (count, 2)), draw.uniform(3e3, 1.2e4, count)]
    return places, np.c_[draw.uniform(-200.0, 200.0, (count, 2)), np.zeros(count)]


def polar(position_m: np.ndarray) -> np.ndarray:
    """Range in m, azimuth and elevation in degrees, from the origin."""
    distance = np.linalg.norm(position_m, axis=-1)
    azimuth = np.degrees(np.arctan2(position_m[..., 0], position_m[..., 1]))
    return np.stack([distance, azimuth, np.degrees(np.arcsin(position_m[..., 2] / distance))], axis=-1)


def plots_of(
    sensor: Sensor,
    time_s: float,
    position_m: np.ndarray,
    draw: np.random.Generator,
    pd: float = 0.9,
    clutter: float = 0.0,
    noise: float = 1.0,
) -> Scan:
    """One scan: Gaussian noise (`noise` times the sensor's), misses, and Poisson clutter over the whole volume."""
    std = noise * np.array([sensor.std[0], *np.degrees(sensor.std[1:3])])
    seen = polar(position_m) + std * draw.standard_normal(position_m.shape)
    seen = seen[draw.random(len(seen)) < pd]
    false = draw.poisson(clutter)
    stray = np.c_[draw.uniform(2e3, 1.2e5, false), draw.uniform(-180, 180, false), draw.uniform(0, 20, false)]
    whole = np.concatenate([seen, stray])
    return Scan.polar(sensor, time_s, whole[:, 0], whole[:, 1], whole[:, 2])
