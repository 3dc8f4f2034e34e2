"""The spent stage: its missile's own path where nothing differs, a second integrator, Cauchy's areas, and where it comes down."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from buckler.errors import InputError
from buckler.physics import stage
from buckler.physics.atmosphere import standard_atmosphere
from buckler.physics.drag import drag_factor, g7
from buckler.physics.earth import ROTATION_RATE_RADPS, ecef_to_geodetic, geodesic_inverse
from buckler.physics.gravity import j2_gravitation
from buckler.physics.missile import Missile, ballistic_trajectory


@pytest.fixture(scope="module")
def missile() -> Missile:
    """A class of 1,000 km, over 900 km."""
    return ballistic_trajectory(36.0, 44.0, 0.0, 39.0, 34.0, 0.0, burn_time_s=95.0, ballistic_coefficient_kgpm2=4_000.0)


def test_without_a_push_and_with_its_missiles_drag_it_is_its_missile(missile: Missile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "SEPARATION_MPS", 0.0)
    fallen = stage.spent_stage(missile.burnout_state, ballistic_coefficient_kgpm2=4_000.0)
    assert missile.burnout_s + fallen.end_s == pytest.approx(missile.end_s, abs=2e-3)
    at = int(missile.burnout_s)
    assert at == missile.burnout_s  # so that rows fall together
    rows = min(len(fallen.position_m), len(missile.position_m) - at) - 1
    away = np.linalg.norm(fallen.position_m[:rows] - missile.position_m[at : at + rows], axis=1)
    assert away.max() < 2.0  # both integrate to 0.01 m a step


def test_against_another_integrator(missile: Missile) -> None:
    """scipy's DOP853 on the equation of motion, written once more with the published air."""
    beta, spin = 100.0, np.array([0.0, 0.0, ROTATION_RATE_RADPS])

    def rates(_: float, y: np.ndarray) -> np.ndarray:
        r, v = y[:3], y[3:]
        height = float(ecef_to_geodetic(*r).height_m)
        air = standard_atmosphere(min(max(height, -1_000.0), 999e3))  # trial steps go anywhere
        speed = float(np.linalg.norm(v))
        slow = 0.5 * float(air.density_kgpm3) * speed * drag_factor(speed / float(air.speed_of_sound_mps), g7()) / beta
        turning = -np.cross(spin, np.cross(spin, r)) - 2.0 * np.cross(spin, v)
        return np.concatenate([v, np.array(j2_gravitation(*r)) + turning - slow * v])

    start = missile.burnout_state.copy()
    start[3:] *= 1.0 - stage.SEPARATION_MPS / np.linalg.norm(start[3:])
    fallen = stage.spent_stage(missile.burnout_state, ballistic_coefficient_kgpm2=beta)
    times = np.round(np.linspace(0.0, fallen.end_s - 1.0, 8))
    found = solve_ivp(rates, (0.0, times[-1]), start, method="DOP853", t_eval=times, rtol=1e-8, atol=1e-3, max_step=2.0)
    away = np.linalg.norm(found.y[:3].T - fallen.position_m[times.astype(int)], axis=1)
    assert away.max() < 5.0  # over some 700 km


def test_it_stays_near_above_the_air_and_stops_short_in_it(missile: Missile) -> None:
    fallen = stage.spent_stage(missile.burnout_state, ballistic_coefficient_kgpm2=100.0)
    at = int(missile.burnout_s)
    away = np.linalg.norm(fallen.position_m[: len(missile.position_m) - at] - missile.position_m[at:], axis=1)
    height = np.asarray(ecef_to_geodetic(*missile.position_m[at:].T).height_m)
    above = height > 100e3
    assert away[above].max() < 30e3
    assert missile.burnout_s + fallen.end_s > missile.end_s + 60.0
    lat, lon, _ = ecef_to_geodetic(*fallen.position_m[-1])
    short = float(geodesic_inverse(float(lat), float(lon), 39.0, 34.0)[0])
    assert 10e3 < short < 150e3
    assert float(geodesic_inverse(36.0, 44.0, float(lat), float(lon))[0]) < missile.range_m


def test_a_quarter_of_the_surface_is_the_mean_of_the_projections() -> None:
    """Cauchy: the projected area of a cylinder is L d |sin| + pi d^2/4 |cos| of the angle to its axis; the mean over all directions."""
    length, diameter = 13.0, 1.3
    cosine = (np.arange(200_000) + 0.5) / 200_000  # directions are even in it
    seen = length * diameter * np.sqrt(1.0 - cosine**2) + 0.25 * pi * diameter**2 * cosine
    assert stage.tumbling_area_m2(length, diameter) == pytest.approx(seen.mean(), rel=1e-6)
    assert stage.tumbling_area_m2(length, diameter) == pytest.approx(14.0, abs=0.1)  # what the cards say


def test_refused(missile: Missile) -> None:
    with pytest.raises(InputError, match="greater than 0"):
        stage.spent_stage(missile.burnout_state, ballistic_coefficient_kgpm2=0.0)
