"""The steering program of a ballistic missile: thrust turned to the elevation of the minimum-energy arc.

The path then goes 8 to 15 % higher than that arc, because it rises straight at first and burns out high and on its way. That is how
missiles of known build fly, and it costs next to nothing: the thrust needed is within 1 % of the least.
"""

from __future__ import annotations

import pytest
from scipy.optimize import minimize_scalar

from buckler.physics.arcs import minimum_energy
from buckler.physics.earth import geodesic_direct
from buckler.physics.missile import Missile, ballistic_trajectory


def flight(range_m: float, burn_s: float, coefficient: float, elevation_deg: float | None = None) -> Missile:
    end = geodesic_direct(45.0, 35.0, 90.0, range_m)
    return ballistic_trajectory(
        45.0, 35.0, 0.0, float(end[0]), float(end[1]), 0.0, burn_time_s=burn_s, ballistic_coefficient_kgpm2=coefficient,
        elevation_deg=elevation_deg,
    )  # fmt: skip


def test_the_v2() -> None:
    """V-2: 320 km, greatest height 80 to 90 km, 320 s, impact at some 800 m/s after a burn of 65 s.

    Encyclopaedic figures of the operational V-2 (e.g. G. P. Sutton, "Rocket Propulsion Elements": 65 s; 80 to 90 km and 320 km in Zemlya i
    Vselennaya / Aviatsiya i Kosmonavtika, cited at nuremberg.media 2021-04-16). 4 t empty on 2.14 m2 at C_D 0.25 is 7,500 kg/m2.
    """
    flown = flight(320e3, 65.0, 7_500.0)
    assert 80e3 < flown.apogee_m < 90e3
    assert flown.end_s == pytest.approx(320.0, rel=0.05)
    assert flown.impact_speed_mps == pytest.approx(800.0, rel=0.1)
    assert flown.apogee_m > 1.05 * minimum_energy(320e3).apogee_m


def test_a_scud_of_2017() -> None:
    """29 May 2017: a Scud-class missile flew 450 km, 120 km high (South Korea's Joint Chiefs of Staff), for about 6 minutes (Japan).

    With the values of the 500 km class's card.
    """
    flown = flight(450e3, 80.0, 8_000.0)
    assert flown.apogee_m == pytest.approx(120e3, rel=0.03)
    assert flown.end_s == pytest.approx(360.0, rel=0.07)


@pytest.mark.parametrize(
    ("range_m", "burn_s", "coefficient"),
    [(300e3, 62.0, 8_000.0), (500e3, 80.0, 8_000.0), (1_000e3, 95.0, 5_000.0), (1_500e3, 110.0, 6_000.0)],
)
def test_it_takes_hardly_more_thrust_than_the_least(range_m: float, burn_s: float, coefficient: float) -> None:
    least = minimize_scalar(
        lambda elevation: flight(range_m, burn_s, coefficient, elevation).acceleration_mps2, bounds=(30.0, 55.0), method="bounded",
        options={"xatol": 0.5},
    )  # fmt: skip
    usual = flight(range_m, burn_s, coefficient)
    assert least.fun <= usual.acceleration_mps2 < 1.01 * least.fun
    assert 1.05 < usual.apogee_m / minimum_energy(range_m).apogee_m < 1.16
