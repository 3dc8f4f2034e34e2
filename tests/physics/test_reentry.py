"""Allen and Eggers' closed forms against their equation of motion, integrated, and against themselves."""

from __future__ import annotations

from math import exp, isclose, pi, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.physics import reentry

SPEED = st.floats(1_000.0, 8_000.0)
ANGLE = st.floats(10.0, 90.0)
BETA = st.floats(500.0, 20_000.0)


def test_the_peak_evaluated_separately() -> None:
    # V_E = 2 km/s at 45 degrees, beta = 10 t/m^2, rho0 = 1.225 kg/m^3, H = 7.2 km, from NACA TR 1381's closed forms.
    peak = reentry.peak_deceleration(2_000.0, 45.0, 10_000.0, 1.225, 7_200.0)
    assert isclose(peak.deceleration_mps2, 72.2583, rel_tol=1e-5)
    assert isclose(peak.height_m, 1591.27, rel_tol=1e-5)
    assert isclose(peak.speed_ratio, 0.606531, rel_tol=1e-6)


def test_a_peak_below_ground_has_a_negative_height() -> None:
    assert reentry.peak_deceleration(2_000.0, 45.0, 15_000.0).height_m < 0.0


@pytest.mark.parametrize(("speed", "angle_deg", "beta"), [(2_000.0, 45.0, 3_000.0), (7_000.0, 20.0, 8_000.0)])
def test_the_profile_against_integration(speed: float, angle_deg: float, beta: float) -> None:
    # dV/dt = -rho V^2/(2 beta), dy/dt = -V sin(theta): the motion of which the closed form is the solution.
    from scipy.integrate import solve_ivp

    def motion(_: float, state: np.ndarray) -> list[float]:
        v, y = state
        return [-0.5 * 1.225 * exp(-y / 7_200.0) * v * v / beta, -v * sin(radians(angle_deg))]

    # From 150 km, where the closed form has already lost exp(-150/7.2) = 1e-9 of what it loses at the ground.
    start = reentry.entry_profile(150_000.0, speed, angle_deg, beta).speed_mps
    path = solve_ivp(motion, (0.0, 1_000.0), [start, 150_000.0], method="DOP853", rtol=1e-11, atol=1e-6, max_step=5.0)
    low = path.y[1] > 0.0
    ours = reentry.entry_profile(path.y[1][low], speed, angle_deg, beta)
    np.testing.assert_allclose(ours.speed_mps, path.y[0][low], rtol=1e-7)


@given(SPEED, ANGLE, BETA)
def test_the_peak_is_the_highest_point_of_the_profile(speed: float, angle_deg: float, beta: float) -> None:
    peak = reentry.peak_deceleration(speed, angle_deg, beta)
    around = peak.height_m + np.array([-200.0, -1.0, 0.0, 1.0, 200.0])
    profile = reentry.entry_profile(around, speed, angle_deg, beta)
    assert isclose(profile.deceleration_mps2[2], peak.deceleration_mps2, rel_tol=1e-12)
    assert isclose(profile.speed_mps[2], peak.speed_ratio * speed, rel_tol=1e-12)
    assert profile.deceleration_mps2[0] < profile.deceleration_mps2[2] > profile.deceleration_mps2[4]
    assert np.all(np.diff(profile.speed_mps) > 0.0)


@given(SPEED, ANGLE, BETA, st.floats(0.0, 80_000.0))
def test_the_work_of_drag_is_the_loss_of_speed(speed: float, angle_deg: float, beta: float, height_m: float) -> None:
    # V dV/dy sin(theta) = deceleration, from the two kernels by a difference.
    angle = pi * angle_deg / 180.0
    below, above = (reentry.entry_speed(height_m + d, speed, angle, beta, 1.225, 7_200.0) for d in (-10.0, 10.0))
    slope = 0.5 * (above * above - below * below) / 20.0
    drag = reentry.entry_deceleration(height_m, speed, angle, beta, 1.225, 7_200.0)
    assert isclose(slope * sin(angle), drag, rel_tol=1e-4, abs_tol=1e-7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 45.0, 1e4), "entry_speed_mps is 0.0"),
        ((2e3, 0.0, 1e4), "angle_deg is 0.0"),
        ((2e3, 95.0, 1e4), "up to 90 degrees"),
        ((2e3, 45.0, -1.0), "ballistic_coefficient_kgpm2 is -1.0"),
        ((2e3, 45.0, 1e4, 0.0), "density0_kgpm3"),
        ((2e3, 45.0, 1e4, 1.225, float("nan")), "scale_height_m"),
    ],
)
def test_wrong_input_is_named(arguments: tuple[float, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        reentry.peak_deceleration(*arguments)
    with pytest.raises(InputError, match=message):
        reentry.entry_profile(1e4, *arguments)
