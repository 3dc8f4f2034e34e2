"""What a radar would report of given targets: measurements for tests, lessons and benchmarks of trackers.

With the single-look SNR s of a target (calibrated, `snr = (reference_range / range)^4 rcs / reference_rcs reference_snr`):

(1)  detection by the exact model of `physics.detection`, with the false-alarm probability of a cell and a Swerling case
(2)  angle error: beamwidth / (1.6 sqrt(2 s)); range error: cell / sqrt(2 s); range rate likewise: Barton and Ward, Handbook of
     Radar Measurement (1984), sections 2.2 and 3.1; Curry, Radar System Performance Modeling (2005), section 8.2; each with a
     floor, added in squares, for what SNR does not cure
(3)  targets in one resolution cell (range, azimuth and elevation all within a cell and a beamwidth of one another, groups
     chained) are one plot, at their mean weighted by s and with their powers added
(4)  false plots: Poisson, uniform over range, azimuth and elevation limits
(5)  bias of the sensor, clock offset (its time less the true time), scans dropped as a whole

Limits: one target, one cell; no multipath, no jamming, no Doppler ambiguity; false plots do not depend on the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log10, radians
from typing import TYPE_CHECKING

import numpy as np

from buckler.errors import InputError
from buckler.physics.detection import detection_probability
from buckler.tracking.kalman import innovate
from buckler.tracking.measuring import COMPONENTS, PLOT, POLAR, Sensor, expected, measure
from buckler.tracking.tracker import Scan

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_SLOPE = 1.6
"""Normalised slope of a monopulse difference pattern (Barton and Ward 1984)."""


@dataclass(frozen=True)
class RadarModel:
    """A radar that measures; `sensor` gives its place, coverage and which components it tells."""

    sensor: Sensor
    reference_range_m: float
    """At which a target of `reference_rcs_m2` has `reference_snr_db`."""
    reference_rcs_m2: float = 1.0
    reference_snr_db: float = 13.0
    false_alarm: float = 1e-6
    swerling: int = 1
    beamwidth_deg: float = 1.5
    range_cell_m: float = 150.0
    range_rate_cell_mps: float = 10.0
    range_floor_m: float = 10.0
    angle_floor_deg: float = 0.02
    range_rate_floor_mps: float = 0.5
    false_plots_per_scan: float = 0.0
    clutter_range_m: tuple[float, float] = (2e3, 2e5)
    clutter_elevation_deg: tuple[float, float] = (0.0, 20.0)
    range_bias_m: float = 0.0
    azimuth_bias_deg: float = 0.0
    elevation_bias_deg: float = 0.0
    clock_offset_s: float = 0.0
    dropped: float = 0.0
    """Probability that a whole scan never arrives."""

    def __post_init__(self) -> None:
        if self.sensor.site[0]["kind"] != POLAR:
            raise InputError(f"sensor {self.sensor.name!r} reports positions; a RadarModel needs a radar")
        for name in ("reference_range_m", "reference_rcs_m2", "beamwidth_deg", "range_cell_m", "range_rate_cell_mps"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) > 0.0):
                raise InputError(f"{name} is {getattr(self, name)!r}; give a positive number")
        if not 0.0 <= self.dropped < 1.0:
            raise InputError(f"dropped is {self.dropped!r}; give a probability below 1")
        if not self.false_plots_per_scan >= 0.0:
            raise InputError(f"false_plots_per_scan is {self.false_plots_per_scan!r}; give 0 or more")

    def snr(self, range_m: ArrayLike, rcs_m2: ArrayLike) -> NDArray[np.float64]:
        """Signal-to-noise ratio of one look, a power ratio."""
        ratio = (self.reference_range_m / np.asarray(range_m, np.float64)) ** 4 * np.asarray(rcs_m2, np.float64)
        found: NDArray[np.float64] = ratio / self.reference_rcs_m2 * 10.0 ** (0.1 * self.reference_snr_db)
        return found

    def std(self, snr: ArrayLike) -> NDArray[np.float64]:
        """Equation (2): standard deviations [plot, 4] in m, rad, rad, m/s; inf where the sensor does not measure."""
        root = np.sqrt(2.0 * np.asarray(snr, np.float64))[..., None]
        cells = np.array([self.range_cell_m, *[radians(self.beamwidth_deg) / _SLOPE] * 2, self.range_rate_cell_mps])
        floor = np.array([self.range_floor_m, *[radians(self.angle_floor_deg)] * 2, self.range_rate_floor_mps])
        spread: NDArray[np.float64] = np.where(np.isfinite(self.sensor.std), np.hypot(cells / root, floor), np.inf)
        return spread

    def scan(
        self,
        time_s: float,
        position_m: ArrayLike,
        velocity_mps: ArrayLike,
        rcs_m2: ArrayLike,
        draw: np.random.Generator,
    ) -> tuple[Scan, NDArray[np.int64]] | None:
        """One scan of targets in rows, and by plot the index of its target (the stronger of a group), -1 for a false one.

        None where the scan is dropped.
        """
        places = np.array(position_m, np.float64).reshape(-1, 3)
        states = np.concatenate([places, np.array(velocity_mps, np.float64).reshape(-1, 3)], axis=1)
        rcs = np.broadcast_to(np.array(rcs_m2, np.float64), (len(states),))
        if not np.isfinite(states).all() or not (rcs > 0.0).all():
            raise InputError("a target's position or velocity is not finite, or its cross-section not positive; leave it out")
        dropped = draw.random() < self.dropped
        values, snr, owner = self._seen(states, rcs)
        luck = draw.random(len(values))
        chance = np.array([self._chance(s) for s in snr])
        keep = luck < chance if len(values) else np.zeros(0, bool)
        values, snr, owner = values[keep], snr[keep], owner[keep]
        std = self.std(snr)
        noise = np.where(np.isfinite(std), std, 0.0) * draw.standard_normal(values.shape)
        bias = np.array([self.range_bias_m, radians(self.azimuth_bias_deg), radians(self.elevation_bias_deg), 0.0])
        values = values + noise + bias
        false = draw.poisson(self.false_plots_per_scan)
        low, high = self.clutter_range_m
        stray = np.c_[
            draw.uniform(low, high, false),
            draw.uniform(-np.pi, np.pi, false),
            np.radians(draw.uniform(*self.clutter_elevation_deg, false)),
            draw.uniform(-300.0, 300.0, false),
        ]
        if dropped:
            return None
        plots = np.zeros(len(values) + false, PLOT)
        plots["value"] = np.concatenate([values, stray])
        plots["value"][:, 1] = np.arctan2(np.sin(plots["value"][:, 1]), np.cos(plots["value"][:, 1]))
        plots["noise_std"] = np.concatenate([std, np.broadcast_to(self.std(np.full(1, 20.0)), (false, COMPONENTS))])
        plots["value"] = np.where(np.isfinite(plots["noise_std"]), plots["value"], 0.0)
        plots["time_s"] = time_s + self.clock_offset_s
        plots = plots[plots["value"][:, 0] > 0.0]
        return Scan(self.sensor, time_s + self.clock_offset_s, plots), np.concatenate([owner, np.full(false, -1)])[: len(plots)]

    def _chance(self, snr: float) -> float:
        return float(detection_probability(10.0 * log10(max(snr, 1e-30)), self.false_alarm, 1, self.swerling))

    def _seen(
        self, states: NDArray[np.float64], rcs: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Equation (3): what stands in the cells, without noise: values [group, 4], SNR, and the strongest target of each."""
        site = self.sensor.site[0]
        z, H = np.empty((len(states), COMPONENTS)), np.empty((COMPONENTS, 6))
        for row, state in zip(z, states, strict=True):
            measure(site, state, 0.0, row, H)
        covered = [k for k, state in enumerate(states) if expected(site, state)]
        snr = self.snr(z[:, 0], rcs)
        beam = radians(self.beamwidth_deg)
        limits = np.array([self.range_cell_m, beam, beam if np.isfinite(self.sensor.std[2]) else np.inf])
        groups: list[list[int]] = []
        for k in covered:
            near = [group for group in groups if any(self._together(z[k], z[other], limits) for other in group)]
            groups = [group for group in groups if group not in near]
            groups.append([k, *(other for group in near for other in group)])
        values, power = np.zeros((len(groups), COMPONENTS)), np.zeros(len(groups))
        owner = np.zeros(len(groups), np.int64)
        for g, group in enumerate(groups):
            first = group[int(np.argmax(snr[group]))]
            nu = np.empty((len(group), COMPONENTS))
            for line, k in zip(nu, group, strict=True):
                other = np.zeros(1, PLOT)[0]
                other["value"], other["noise_std"] = z[k], 1.0
                innovate(site, other, True, z[first], line)
            values[g] = z[first] + (snr[group][:, None] * nu).sum(axis=0) / snr[group].sum()
            power[g], owner[g] = snr[group].sum(), first
        return values, power, owner

    @staticmethod
    def _together(a: NDArray[np.float64], b: NDArray[np.float64], limits: NDArray[np.float64]) -> bool:
        off = np.abs(a[:3] - b[:3])
        off[1] = min(off[1], 2.0 * np.pi - off[1]) * np.cos(a[2])
        return bool((off < limits).all())
