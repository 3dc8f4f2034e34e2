"""The scenario's interference, sensor by sensor: what the engine reads, and a sensor's rise of noise at a stated time."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, radians

import numpy as np
from numpy.typing import NDArray

from buckler.dtypes import BANDS, DISTURBANCE, WorldArrays
from buckler.physics.interference import noise_factor
from buckler.scenario.interference import Interference
from buckler.scenario.sensor import Sensor


def compile_interference(
    interference: Sequence[Interference], sensors: Sequence[Sensor], records: NDArray[np.void]
) -> NDArray[np.void]:
    """World.disturbances, one row for each entry and sensor that suffers it; the sensors' records learn which are theirs."""
    rows: list[tuple[float, ...]] = []
    for record, sensor in zip(records, sensors, strict=True):
        suffered = [
            entry
            for entry in sorted(interference, key=lambda entry: entry.name)
            if (entry.sensors is not None and sensor.name in entry.sensors) or entry.band == BANDS[record["band"]]
        ]
        record["first_disturbance"], record["disturbances"] = len(rows), len(suffered)
        rows += [_row(entry) for entry in suffered]
    made = np.zeros(len(rows), DISTURBANCE)
    for k, row in enumerate(rows):
        made[k] = row
    return made


def _row(entry: Interference) -> tuple[float, ...]:
    width = radians((entry.sector_to_deg - entry.sector_from_deg) % 360.0) or 2.0 * pi
    middle = (radians(entry.sector_from_deg) + 0.5 * width + pi) % (2.0 * pi) - pi
    return middle, 0.5 * width, 10.0 ** (0.1 * entry.noise_increase_db), entry.from_s, entry.until_s


def noise_rise_db(arrays: WorldArrays, time_s: float, azimuths: int = 720) -> NDArray[np.float32]:
    """By how many decibels the noise of each sensor is raised at a time, [sensor, azimuth]; azimuth 0 is north.

    What a coverage map of that moment subtracts (`extra_loss_db` of buckler.coverage, by the sensor's name).
    """
    out = np.zeros((len(arrays.sensors), azimuths), np.float32)
    for s, sensor in enumerate(arrays.sensors):
        if sensor["disturbances"]:
            for j in range(azimuths):
                factor = noise_factor(
                    arrays.disturbances,
                    sensor["first_disturbance"],
                    sensor["disturbances"],
                    2.0 * pi * j / azimuths,
                    time_s,
                )
                out[s, j] = 10.0 * np.log10(factor)
    return out
