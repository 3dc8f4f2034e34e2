"""What can be asked: each quantity of the cases and the public function of buckler that answers it.

An adapter takes the inputs of a case by name, in the units of the case, and gives the value in the units of
`expected`. The names of its parameters are the inputs that the model knows: a case with others, or without one that
is needed, finds no model.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

FOOT_M: Final = 0.3048
SLUG_KG: Final = 14.593902937206
"""One pound-force second squared per foot: 0.45359237 kg x 9.80665 m/s2 / 0.3048 m/s2."""


class NoModelError(Exception):
    """Buckler does not compute this, and says why."""


@dataclass(frozen=True)
class Quantity:
    """One way to compute a quantity."""

    compute: Callable[..., Any]
    turning: tuple[int, ...] = ()
    """Outermost components that are angles in degrees, equal modulo 360."""
    names: tuple[str, ...] = ()
    """What the outermost components are called, where a case may ask for them by name; one that asks for one number means the first."""


QUANTITIES: Final[dict[str, list[Quantity]]] = {}
"""The ways to compute each quantity; the first whose parameters fit the inputs is taken."""


def _answers(name: str, turning: tuple[int, ...] = (), names: tuple[str, ...] = ()) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(compute: Callable[..., Any]) -> Callable[..., Any]:
        QUANTITIES.setdefault(name, []).append(Quantity(compute, turning, names))
        return compute

    return register


def find(name: str, inputs: dict[str, Any], base: Path) -> tuple[Quantity, dict[str, Any]]:
    """The way to compute a quantity from `inputs`, and its arguments; NoModelError where there is none."""
    ways = QUANTITIES.get(name)
    if ways is None:
        raise NoModelError(f"buckler computes no {name!r}")
    for way in ways:
        signature = inspect.signature(way.compute)
        arguments = inputs | ({"base": base} if "base" in signature.parameters else {})
        try:
            signature.bind(**arguments)
        except TypeError:
            continue
        return way, arguments
    known = [[p for p in inspect.signature(way.compute).parameters if p != "base"] for way in ways]
    takes = " or ".join(", ".join(names) for names in known)
    raise NoModelError(f"{name} takes {takes}; the case gives {', '.join(inputs) or 'nothing'}")


# Detection and the radar equation.


@_answers("detection.albersheim_db")
def _albersheim(pd: Any, pfa: Any, n_noncoherent: Any = 1) -> Any:
    from buckler.physics.detection import albersheim_db

    return albersheim_db(pd, pfa, n_noncoherent)


@_answers("detection.shnidman_db")
def _shnidman(pd: Any, pfa: Any, n_noncoherent: Any = 1, swerling: Any = 0) -> Any:
    from buckler.physics.detection import shnidman_db

    return shnidman_db(pd, pfa, n_noncoherent, swerling)


@_answers("detection.detection_probability")
def _detection_probability(snr_db: Any, pfa: Any, n: Any = 1, swerling: Any = 0) -> Any:
    from buckler.physics.detection import detection_probability

    return detection_probability(snr_db, pfa, n, swerling)


@_answers("detection.required_snr_db")
def _required_snr(pd: Any, pfa: Any, n: Any = 1, swerling: Any = 0) -> Any:
    from buckler.physics.detection import required_snr_db

    return required_snr_db(pd, pfa, n, swerling)


@_answers("radar.maximum_range_m")
def _maximum_range(
    freq_hz: Any, snr_db: Any, pt_w: Any, tau_s: Any, gain_db: Any, rcs_m2: Any, ts_k: Any = 290.0, loss_db: Any = 0.0
) -> Any:
    from buckler.physics.radar import maximum_range_m

    return maximum_range_m(freq_hz, snr_db, pt_w, tau_s, gain_db, rcs_m2, ts_k, loss_db)


@_answers("radar.snr_db")
def _snr(
    freq_hz: Any, range_m: Any, pt_w: Any, tau_s: Any, gain_db: Any, rcs_m2: Any, ts_k: Any = 290.0, loss_db: Any = 0.0
) -> Any:
    from buckler.physics.radar import snr_db

    return snr_db(freq_hz, range_m, pt_w, tau_s, gain_db, rcs_m2, ts_k, loss_db)


@_answers("radar.bistatic_snr_db")
def _bistatic_snr(
    freq_hz: Any,
    rt_m: Any,
    rr_m: Any,
    pt_w: Any,
    tau_s: Any,
    gt_db: Any,
    gr_db: Any,
    rcs_m2: Any,
    ts_k: Any = 290.0,
    loss_db: Any = 0.0,
) -> Any:
    from buckler.physics.radar import bistatic_snr_db

    return bistatic_snr_db(freq_hz, rt_m, rr_m, pt_w, tau_s, gt_db, gr_db, rcs_m2, ts_k, loss_db)


@_answers("radar.peak_power_w")
def _peak_power(
    freq_hz: Any,
    range_m: Any,
    snr_db: Any,
    tau_s: Any,
    gain_db: Any,
    rcs_m2: Any,
    ts_k: Any = 290.0,
    loss_db: Any = 0.0,
) -> Any:
    from buckler.physics.radar import peak_power_w

    return peak_power_w(freq_hz, range_m, snr_db, tau_s, gain_db, rcs_m2, ts_k, loss_db)


@_answers("radar.power_aperture")
def _power_aperture(
    range_m: Any, snr_db: Any, omega_sr: Any, t_search_s: Any, rcs_m2: Any, ts_k: Any = 290.0, loss_db: Any = 0.0
) -> Any:
    from buckler.physics.radar import power_aperture

    return power_aperture(range_m, snr_db, omega_sr, t_search_s, rcs_m2, ts_k, loss_db)


@_answers("radar.search_snr_db")
def _search_snr(
    range_m: Any, pap_wm2: Any, omega_sr: Any, t_search_s: Any, rcs_m2: Any, ts_k: Any = 290.0, loss_db: Any = 0.0
) -> Any:
    from buckler.physics.radar import search_snr_db

    return search_snr_db(range_m, pap_wm2, omega_sr, t_search_s, rcs_m2, ts_k, loss_db)


# Propagation.


@_answers("propagation.free_space_loss_db")
def _free_space_loss(freq_hz: Any, range_m: Any) -> Any:
    from buckler.physics.propagation import free_space_loss_db

    return free_space_loss_db(freq_hz, range_m)


@_answers("propagation.horizon_m")
def _horizon(h_ant_m: Any, re_m: Any) -> Any:
    from buckler.physics.propagation import horizon_m

    return horizon_m(h_ant_m, re_m)


@_answers("propagation.gaseous_specific_attenuation")
def _gaseous_attenuation(freq_ghz: Any, p_hpa: Any, t_k: Any, rho_gm3: Any) -> Any:
    from buckler.physics.gases import gaseous_attenuation_db_per_km

    gases = gaseous_attenuation_db_per_km(freq_ghz, p_hpa, t_k, rho_gm3)
    return [gases.oxygen, gases.water, gases.total]


@_answers("propagation.rain_specific_attenuation")
def _rain_attenuation(
    freq_ghz: Any, rain_mm_h: Any, el_deg: Any = 0.0, tilt_deg: Any = 45.0, k: Any = None, alpha: Any = None
) -> Any:
    # k and alpha are intermediate values of the same recommendation: a case prints them, the model finds its own.
    from buckler.physics.rain import rain_attenuation_db_per_km

    return rain_attenuation_db_per_km(freq_ghz, rain_mm_h, el_deg, tilt_deg)


@_answers("propagation.wet_refractivity")
def _wet_refractivity(lat: Any, lon: Any, p: Any = 50.0) -> Any:
    from buckler.physics.propagation import wet_refractivity

    _needs("itur", "the ITU's digital maps: pip install 'buckler[itu]'")
    return wet_refractivity(lat, lon, p)


# The earth and its air.


@_answers("earth.geodesic_inverse", turning=(1,))
def _geodesic_inverse(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Any:
    from buckler.physics.earth import geodesic_inverse

    return geodesic_inverse(lat1, lon1, lat2, lon2)[:2]


@_answers("earth.geodesic_direct", turning=(1,))
def _geodesic_direct(lat1: Any, lon1: Any, azi1: Any, s12_m: Any) -> Any:
    from buckler.physics.earth import geodesic_direct

    return geodesic_direct(lat1, lon1, azi1, s12_m)[:2]


@_answers("earth.ecef_to_geodetic", turning=(1,))
def _ecef_to_geodetic(x: Any, y: Any, z: Any) -> Any:
    from buckler.physics.earth import ecef_to_geodetic

    return ecef_to_geodetic(x, y, z)


@_answers("gravity.normal")
def _normal_gravity(lat: Any, h: Any = 0.0) -> Any:
    from buckler.physics.gravity import normal_gravity

    return normal_gravity(lat, h)


@_answers("gravity.j2")
def _j2_gravity(lat: Any, h: Any = 0.0) -> Any:
    from buckler.physics.gravity import j2_gravity

    return np.asarray(j2_gravity(lat, h)) / FOOT_M


@_answers("atmosphere.standard")
def _standard_atmosphere(z_m: Any) -> Any:
    from buckler.physics.atmosphere import standard_atmosphere

    return standard_atmosphere(z_m)[:3]


@_answers("orbit.geostationary", turning=(0,))
def _geostationary(tle1: str, tle2: str) -> Any:
    from buckler.physics.orbit import parse_tle, sub_satellite_point

    _needs("sgp4", "the package sgp4: pip install sgp4")
    point = sub_satellite_point(parse_tle(tle1, tle2))
    return [point.lon_deg, point.height_m / 1e3]


# Ballistic flight.


@_answers("ballistics.lofted_flight_time_s")
def _lofted_flight_time(apogee_km: float, range_km: float) -> Any:
    from buckler.physics.ballistics import lofted_flight_time_s

    return lofted_flight_time_s(apogee_km * 1e3, range_km * 1e3)


@_answers("ballistics.minimum_energy")
def _minimum_energy(range_km: float, R_km: float, mu: float) -> Any:
    from buckler.physics.ballistics import minimum_energy

    arc = minimum_energy(range_km * 1e3, R_km * 1e3, mu * 1e9)
    return [arc.speed_mps / 1e3, arc.flight_path_angle_deg, arc.apogee_m / 1e3, arc.time_s]


@_answers("ballistics.allen_eggers")
def _allen_eggers(VE: float, gamma_deg: float, beta_kg_m2: float, rho0: float, H: float) -> Any:
    from buckler.physics.reentry import peak_deceleration

    return peak_deceleration(VE, gamma_deg, beta_kg_m2, rho0, H)


@_answers("ballistics.lambert")
def _lambert(r1: list[float], r2: list[float], tof_s: float, mu: float) -> Any:
    from buckler.physics.lambert import lambert

    return [v / 1e3 for v in lambert(np.asarray(r1) * 1e3, np.asarray(r2) * 1e3, tof_s, mu * 1e9)]


@_answers("ballistics.kepler_equation", turning=(0,))
def _kepler_equation(M_deg: float, e: float) -> Any:
    from buckler.physics.kepler import kepler_equation

    return np.degrees(kepler_equation(np.radians(M_deg), e))


@_answers("ballistics.kepler_propagation")
def _kepler_propagation(r0: list[float], v0: list[float], dt_s: float, mu: float | None = None) -> Any:
    from buckler.physics.earth import GRAVITATIONAL_PARAMETER_M3PS2
    from buckler.physics.kepler import propagate

    parameter = GRAVITATIONAL_PARAMETER_M3PS2 if mu is None else mu * 1e9
    return [x / 1e3 for x in propagate(np.asarray(r0) * 1e3, np.asarray(v0) * 1e3, dt_s, parameter)]


@_answers("ballistics.nesc_case")
def _nesc_eastward(ve_ft_s: float, vup_ft_s: float, cd: float, S_ft2: float, m_slug: float) -> Any:
    """NESC check case 9: apex altitude (ft) and time (s), altitude (ft) and longitude (deg) at 30 s."""
    apex_ft, apex_s, altitude_ft, longitude_deg = _nesc_sphere((ve_ft_s, 0.0, vup_ft_s), cd, S_ft2, m_slug)
    return [apex_ft, apex_s, altitude_ft, longitude_deg]


@_answers("ballistics.nesc_case")
def _nesc_northward(vn_ft_s: float, vup_ft_s: float, cd: float, S_ft2: float, m_slug: float) -> Any:
    """NESC check case 10: apex altitude (ft), altitude (ft) and longitude (deg) at 30 s."""
    apex_ft, _, altitude_ft, longitude_deg = _nesc_sphere((0.0, vn_ft_s, vup_ft_s), cd, S_ft2, m_slug)
    return [apex_ft, altitude_ft, longitude_deg]


@_answers("ballistics.nesc_case")
def _nesc_two_stage(model: str, base: Path) -> Any:
    """NESC check case 17: altitude (ft) and longitude (deg) at 200 s."""
    from buckler.validation.nesc import two_stage_at

    simulations = sorted((base / model).parent.glob("Atmos_17_sim_*.csv"))
    if Path(model).name != "twostage_*.dml" or not simulations:
        raise NoModelError(f"buckler flies NASA's two-stage rocket with the attitude of an Atmos_17_sim_*.csv beside {model!r}")
    return two_stage_at(simulations[0], 200.0)


def _nesc_sphere(
    enu_ft_s: tuple[float, float, float], cd: float, area_ft2: float, mass_slug: float
) -> tuple[float, float, float, float]:
    """A sphere thrown up from sea level at 0 N 0 E over the turning WGS 84 earth (NASA/TM-2015-218675)."""
    from buckler.physics.ballistics import constant_drag, fly
    from buckler.physics.earth import ecef_to_geodetic

    flight = fly(
        0.0,
        0.0,
        0.0,
        [v * FOOT_M for v in enu_ft_s],
        mass_kg=mass_slug * SLUG_KG,
        drag_area_m2=cd * area_ft2 * FOOT_M**2,
        drag=constant_drag(),
        duration_s=30.0,
        stop_height_m=-1e3,
        tolerance_m=1e-6,
    )
    _, longitude_deg, height_m = ecef_to_geodetic(*flight.end_position_m)
    return flight.apogee_m / FOOT_M, flight.apogee_s, height_m / FOOT_M, longitude_deg


# Tracking.


@_answers("tracking.steady_state_gains")
def _steady_state_gains(tracking_index: float) -> Any:
    from buckler.tracking.metrics import steady_state_gains

    return steady_state_gains(tracking_index)


@_answers("tracking.steady_state_gains_of_three")
def _steady_state_gains_of_three(tracking_index: float) -> Any:
    from buckler.tracking.metrics import steady_state_gains_of_three

    return steady_state_gains_of_three(tracking_index)


@_answers("tracking.steady_state_covariance")
def _steady_state_covariance(tracking_index: float, sigma_w: float = 1.0, T: float = 1.0) -> Any:
    from buckler.tracking.metrics import steady_state_covariance

    covariance = steady_state_covariance(tracking_index, sigma_w, T)
    return [covariance[0, 0], covariance[0, 1], covariance[1, 1]]


@_answers("tracking.nees_bounds")
def _nees_bounds(N: int, n: int, level: float = 0.95) -> Any:
    return _nees_bounds_by_name(n, N, level)


@_answers("tracking.nees_bounds")
def _nees_bounds_by_name(dim: int, runs: int = 1, confidence: float = 0.95) -> Any:
    from buckler.tracking.metrics import nees_bounds

    return nees_bounds(dim, runs, confidence)


@_answers("tracking.gate_threshold")
def _gate_threshold(n: int, pg: float) -> Any:
    return _gate_threshold_by_name(n, pg)


@_answers("tracking.gate_threshold")
def _gate_threshold_by_name(dim: int, gate_probability: float) -> Any:
    from buckler.tracking.metrics import gate_threshold

    return gate_threshold(dim, gate_probability)


@_answers("tracking.ospa")
def _ospa(c: float, tracks: list[Any], truths: list[Any], p: float = 1.0) -> Any:
    return _ospa_by_name(truths, tracks, c, p)


@_answers("tracking.ospa")
def _ospa_by_name(x: list[Any], y: list[Any], c: float, p: float = 1.0) -> Any:
    from buckler.tracking.metrics import ospa

    return ospa(x, y, c, float(p))  # JSON has no infinity: "inf"


_GOSPA: Final = ("distance", "localisation", "missed", "false")


@_answers("tracking.gospa", names=_GOSPA)
def _gospa(c: float, tracks: list[Any], truths: list[Any], p: float = 1.0, alpha: float = 2.0) -> Any:
    return _gospa_by_name(truths, tracks, c, p, alpha)


@_answers("tracking.gospa", names=_GOSPA)
def _gospa_by_name(x: list[Any], y: list[Any], c: float, p: float = 1.0, alpha: float = 2.0) -> Any:
    from buckler.tracking.metrics import gospa

    parts = gospa(x, y, c, p, alpha)
    return [getattr(parts, name) for name in _GOSPA]


@_answers("tracking.benchmark_manoeuvre")
def _benchmark_manoeuvre(x0: list[float], v0: list[float], segments: list[tuple[float, float]]) -> Any:
    from buckler.tracking.motion import fly_segments

    return fly_segments(x0, v0, segments)


# Weapon assignment.


@_answers("assignment.wta")
def _weapon_assignment_file(file: str, base: Path) -> Any:
    from buckler.decision.assignment import assign
    from buckler.validation.files import read_weapon_assignment

    return assign(*read_weapon_assignment(base / file), method="exact").surviving_value


@_answers("assignment.wta")
def _weapon_assignment(values: list[float], p: Any, n: int = 1) -> Any:
    """`n` rounds of one kind of weapon (`p`: for all threats or by threat), or of each weapon (`p`: rows)."""
    from buckler.decision.assignment import assign

    kill = np.asarray(p, dtype=np.float64)
    if kill.ndim < 2:
        kill = np.broadcast_to(kill, (1, len(values)))
    return assign(values, kill, n, method="exact").surviving_value


@_answers("assignment.linear")
def _linear_assignment(file: str, base: Path) -> Any:
    from buckler.decision.assignment import linear_assignment
    from buckler.validation.files import read_linear_assignment

    return linear_assignment(read_linear_assignment(base / file))[1]


# Effectiveness.


@_answers("theory.kill_probability_required")
def _kill_probability_required(W: int, P0: float) -> Any:
    from buckler.analysis.theory import kill_probability_required

    return kill_probability_required(W, P0)


@_answers("theory.shots_required")
def _shots_required(SSPK: float, Ptrack: float, W: int, P0: float) -> Any:
    from buckler.analysis.theory import shots_required

    return shots_required(W, P0, SSPK, Ptrack)


@_answers("theory.binomial_leakage")
def _binomial_leakage(W: int, n: float, SSPK: float, Ptrack: float = 1.0) -> Any:
    from buckler.analysis.theory import leakage

    result = leakage(W, n, SSPK, Ptrack)
    return [result.no_leak, result.mean]


@_answers("theory.erlang_b")
def _erlang_b(channels: int, load_erl: float) -> Any:
    from buckler.analysis.theory import erlang_b

    return erlang_b(channels, load_erl)


@_answers("theory.log_erlang_b")
def _log_erlang_b(channels: int, load_erl: float) -> Any:
    from buckler.analysis.theory import log_erlang_b

    return log_erlang_b(channels, load_erl)


@_answers("theory.hughes_salvo")
def _hughes_salvo(A: float, B: float, alpha: float, beta: float, a3: float, b3: float, a1: float, b1: float) -> Any:
    from buckler.analysis.theory import hughes_salvo

    return hughes_salvo(A, B, alpha, beta, a3, b3, a1, b1)


@_answers("theory.patriot_clock_error")
def _patriot_clock_error(hours: float, bits_after_point: int = 23) -> Any:
    from buckler.analysis.theory import patriot_clock_error

    return patriot_clock_error(hours, bits_after_point)


def _needs(package: str, what: str) -> None:
    if find_spec(package) is None:
        raise NoModelError(f"not on this installation: needs {what}")
