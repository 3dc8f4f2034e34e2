"""The radar range equation: from first principles, and calibrated from a published range.

With peak power P, pulse length tau (matched filter), gains G_t and G_r, wavelength lambda, cross-section sigma, system
temperature T_s and losses L, a point target at ranges R_t and R_r gives the single-pulse signal-to-noise ratio

(1)  s = P tau G_t G_r lambda^2 sigma / ((4 pi)^3 k T_s R_t^2 R_r^2 L)

(Skolnik, Introduction to Radar Systems, 3rd ed. 2001, chapter 1; Willis, Bistatic Radar, 2nd ed. 1995, chapter
4, for two places). For one place everything that belongs to the radar is one constant, in m^2:

(2)  s = K sigma / (R^4 L)

K comes either from (1), or from a published "sees sigma0 at R0 with Pd0 and Pfa0": K = s0 R0^4 / sigma0, where s0 is
the ratio that the exact detection model needs. A search radar that covers a solid angle Omega in a time t with a
power-aperture product P A needs (Skolnik 2001, chapter 2; MathWorks' radareqsearchpap writes it the same way)

(3)  P A = 4 pi k T_s Omega s R^4 L / (sigma t)

Limits: (1) to (3) hold in free space; gases.py, rain.py and lobes.py give the losses of the air and the ground. K
bundles what is not public: with a published range it already contains the clear-air loss at that range unless
`reference_loss_db` says otherwise. Losses are decibels, two-way, positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from buckler.compiled import kernel
from buckler.errors import InputError
from buckler.physics import detection
from buckler.physics.arguments import finite, plain, positive
from buckler.units import BOLTZMANN_J_PER_K, SPEED_OF_LIGHT_MPS

CALIBRATED: Final = 0
FIRST_PRINCIPLES: Final = 1

RADAR: Final = np.dtype([
    ("constant_m2", "f8"),  # m^2: signal-to-noise ratio of one pulse = constant_m2 * RCS / range^4
    ("false_alarm", "f8"),  # probability of false alarm of one decision
    ("threshold", "f8"),  # detection threshold for it, in units of the mean noise power of one pulse
    ("pulses", "i8"),  # pulses added non-coherently in one decision
    ("swerling", "i8"),  # target fluctuation case, 0 to 4
    ("filled_from", "i8"),  # CALIBRATED or FIRST_PRINCIPLES: how constant_m2 was found
])  # fmt: skip
"""What detection needs to know of a radar."""


# --- kernels ----------------------------------------------------------------------------------------------------------


@kernel
def snr_linear(constant_m2: float, rcs_m2: float, range_m: float, loss_db: float) -> float:
    """Equation (2): signal-to-noise ratio of one pulse, a power ratio. `loss_db`: two-way, beyond the constant."""
    squared = range_m * range_m
    if loss_db == 0.0:
        return constant_m2 * rcs_m2 / (squared * squared)
    return float(constant_m2 * rcs_m2 / (squared * squared) * 10.0 ** (-0.1 * loss_db))


@kernel
def detection_range_m(constant_m2: float, rcs_m2: float, snr: float, loss_db: float) -> float:
    """Equation (2) solved for the range, m, at which the ratio is `snr` (a power ratio)."""
    return float((constant_m2 * rcs_m2 / snr * 10.0 ** (-0.1 * loss_db)) ** 0.25)


# --- one record, two ways to fill it ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """A published performance: this cross-section is detected at this range with this Pd and Pfa."""

    range_m: float
    rcs_m2: float
    pd: float
    pfa: float
    pulses: int = 1
    swerling: int = 1
    reference_loss_db: float = 0.0
    """Two-way loss of air and ground that the published range already suffered and that the caller will apply again."""


@dataclass(frozen=True)
class Design:
    """A radar's own parameters, in the terms of equation (1)."""

    freq_hz: float
    pt_w: float
    tau_s: float
    gain_db: float
    ts_k: float
    loss_db: float
    pfa: float
    pulses: int = 1
    swerling: int = 1
    gain_rx_db: float | None = None


def calibrate(
    range_m: float,
    rcs_m2: float,
    pd: float,
    pfa: float,
    pulses: int = 1,
    swerling: int = 1,
    reference_loss_db: float = 0.0,
) -> float:
    """The constant K of equation (2), m^2, of a radar that detects `rcs_m2` at `range_m` with `pd` and `pfa`.

    `reference_loss_db`: the two-way loss that the published range already suffered and that the caller will apply
    again.
    """
    range_m, rcs_m2 = float(positive("range_m", range_m)), float(positive("rcs_m2", rcs_m2))
    needed = 10.0 ** (float(detection.required_snr_db(pd, pfa, pulses, swerling)) / 10.0)
    given_back = 10.0 ** (float(finite("reference_loss_db", reference_loss_db)) / 10.0)
    return float(needed * range_m**4 / rcs_m2 * given_back)


def from_first_principles(
    freq_hz: float,
    pt_w: float,
    tau_s: float,
    gain_db: float,
    ts_k: float,
    loss_db: float = 0.0,
    gain_rx_db: float | None = None,
) -> float:
    """The constant K of equation (2), m^2, of a radar with these parameters: equation (1) at 1 m and 1 m^2."""
    return float(10.0 ** (snr_db(freq_hz, 1.0, pt_w, tau_s, gain_db, 1.0, ts_k, loss_db, gain_rx_db) / 10.0))


def radar(published: Published | None = None, design: Design | None = None) -> NDArray[np.void]:
    """One RADAR record (a 0-dimensional array), filled in exactly one of the two ways.

    Given both, it refuses and says by how much the two disagree: choosing is for whoever knows which to believe.
    """
    if published is not None and design is not None:
        ratio = _constant_of_published(published) / _constant_of_design(design)
        raise InputError(
            "a radar is calibrated from a published range or built from first principles, not both: the published "
            f"range asks for {10.0 * np.log10(ratio):+.1f} dB against the design ({ratio**0.25:.2f} times the range). "
            "Keep one of the two"
        )
    if published is not None:
        return _record(_constant_of_published(published), published, CALIBRATED)
    if design is not None:
        return _record(_constant_of_design(design), design, FIRST_PRINCIPLES)
    raise InputError("a radar needs a published performance or a design: give `published` or `design`")


def _constant_of_published(of: Published) -> float:
    return calibrate(of.range_m, of.rcs_m2, of.pd, of.pfa, of.pulses, of.swerling, of.reference_loss_db)


def _constant_of_design(of: Design) -> float:
    return from_first_principles(of.freq_hz, of.pt_w, of.tau_s, of.gain_db, of.ts_k, of.loss_db, of.gain_rx_db)


def _record(constant_m2: float, of: Published | Design, filled_from: int) -> NDArray[np.void]:
    detection.detection_probability(0.0, of.pfa, of.pulses, of.swerling)  # refuses what the kernels would not
    threshold = detection.detection_threshold(of.pfa, of.pulses)
    return np.array((constant_m2, of.pfa, threshold, of.pulses, of.swerling, filled_from), dtype=RADAR)


# --- the equations, for arrays ----------------------------------------------------------------------------------------


def snr_db(
    freq_hz: ArrayLike,
    range_m: ArrayLike,
    pt_w: ArrayLike,
    tau_s: ArrayLike,
    gain_db: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike = 290.0,
    loss_db: ArrayLike = 0.0,
    gain_rx_db: ArrayLike | None = None,
) -> Any:
    """Equation (1) for one place, dB. `gain_rx_db` where the receiving antenna differs from the transmitting one."""
    received = gain_db if gain_rx_db is None else gain_rx_db
    return bistatic_snr_db(freq_hz, range_m, range_m, pt_w, tau_s, gain_db, received, rcs_m2, ts_k, loss_db)


def bistatic_snr_db(
    freq_hz: ArrayLike,
    rt_m: ArrayLike,
    rr_m: ArrayLike,
    pt_w: ArrayLike,
    tau_s: ArrayLike,
    gt_db: ArrayLike,
    gr_db: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike = 290.0,
    loss_db: ArrayLike = 0.0,
) -> Any:
    """Equation (1), dB: transmitter at `rt_m` from the target, receiver at `rr_m`, bistatic cross-section `rcs_m2`."""
    ranges = 20.0 * np.log10(positive("rt_m", rt_m)) + 20.0 * np.log10(positive("rr_m", rr_m))
    return plain(_energy_db(freq_hz, tau_s, gt_db, gr_db, rcs_m2, ts_k, loss_db) + _db("pt_w", pt_w) - ranges)


def maximum_range_m(
    freq_hz: ArrayLike,
    snr_db: ArrayLike,
    pt_w: ArrayLike,
    tau_s: ArrayLike,
    gain_db: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike = 290.0,
    loss_db: ArrayLike = 0.0,
    gain_rx_db: ArrayLike | None = None,
) -> Any:
    """Equation (1) for one place solved for the range, m, at which the ratio is `snr_db`."""
    received = gain_db if gain_rx_db is None else gain_rx_db
    at_one_metre = _energy_db(freq_hz, tau_s, gain_db, received, rcs_m2, ts_k, loss_db) + _db("pt_w", pt_w)
    return plain(10.0 ** ((at_one_metre - finite("snr_db", snr_db)) / 40.0))


def peak_power_w(
    freq_hz: ArrayLike,
    range_m: ArrayLike,
    snr_db: ArrayLike,
    tau_s: ArrayLike,
    gain_db: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike = 290.0,
    loss_db: ArrayLike = 0.0,
    gain_rx_db: ArrayLike | None = None,
) -> Any:
    """Equation (1) for one place solved for the peak power, W, that gives `snr_db` at `range_m`."""
    received = gain_db if gain_rx_db is None else gain_rx_db
    per_watt = _energy_db(freq_hz, tau_s, gain_db, received, rcs_m2, ts_k, loss_db) - 4.0 * _db("range_m", range_m)
    return plain(10.0 ** ((finite("snr_db", snr_db) - per_watt) / 10.0))


def power_aperture(
    range_m: ArrayLike,
    snr_db: ArrayLike,
    omega_sr: ArrayLike,
    t_search_s: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike = 290.0,
    loss_db: ArrayLike = 0.0,
) -> Any:
    """Equation (3): average power times aperture, W m^2, that searches `omega_sr` in `t_search_s`."""
    per_snr = _search_db(range_m, omega_sr, t_search_s, rcs_m2, ts_k, loss_db)
    return plain(10.0 ** ((finite("snr_db", snr_db) + per_snr) / 10.0))


def search_snr_db(
    range_m: ArrayLike,
    pap_wm2: ArrayLike,
    omega_sr: ArrayLike,
    t_search_s: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike = 290.0,
    loss_db: ArrayLike = 0.0,
) -> Any:
    """Equation (3) solved for the signal-to-noise ratio, dB, of a search radar of power-aperture product `pap_wm2`."""
    return plain(_db("pap_wm2", pap_wm2) - _search_db(range_m, omega_sr, t_search_s, rcs_m2, ts_k, loss_db))


def _energy_db(
    freq_hz: ArrayLike,
    tau_s: ArrayLike,
    gt_db: ArrayLike,
    gr_db: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike,
    loss_db: ArrayLike,
) -> Any:
    """Equation (1) for one watt, at one metre each way, dB."""
    wavelength = SPEED_OF_LIGHT_MPS / positive("freq_hz", freq_hz)
    gains = finite("gain", gt_db) + finite("gain", gr_db) - finite("loss_db", loss_db)
    signal = _db("tau_s", tau_s) + 20.0 * np.log10(wavelength) + _db("rcs_m2", rcs_m2)
    return signal + gains - 30.0 * np.log10(4.0 * pi) - 10.0 * np.log10(BOLTZMANN_J_PER_K) - _db("ts_k", ts_k)


def _search_db(
    range_m: ArrayLike,
    omega_sr: ArrayLike,
    t_search_s: ArrayLike,
    rcs_m2: ArrayLike,
    ts_k: ArrayLike,
    loss_db: ArrayLike,
) -> Any:
    """Equation (3) for a signal-to-noise ratio of one, dB."""
    noise = 10.0 * np.log10(4.0 * pi * BOLTZMANN_J_PER_K) + _db("ts_k", ts_k) + _db("omega_sr", omega_sr)
    target = _db("rcs_m2", rcs_m2) + _db("t_search_s", t_search_s)
    return noise + 4.0 * _db("range_m", range_m) + finite("loss_db", loss_db) - target


def _db(name: str, value: ArrayLike) -> Any:
    return 10.0 * np.log10(positive(name, value))
