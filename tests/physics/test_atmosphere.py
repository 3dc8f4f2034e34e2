"""The U.S. Standard Atmosphere 1976 against its own printed tables, hydrostatics and the package ussa1976."""

from __future__ import annotations

import warnings
from math import floor, isclose, log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.errors import InputError, OutOfRangeError
from buckler.physics import atmosphere

# NOAA-S/T 76-1562, table I, geometric heights: height m, molecular-scale temperature K, pressure mb, density kg/m^3.
PRINTED_TO_86_KM = [
    (0, 288.150, 1.01325e3, 1.2250e0),
    (1_000, 281.651, 8.9876e2, 1.1117e0),
    (2_000, 275.154, 7.9501e2, 1.0066e0),
    (5_000, 255.676, 5.4048e2, 7.3643e-1),
    (10_000, 223.252, 2.6499e2, 4.1351e-1),
    (11_000, 216.774, 2.2699e2, 3.6480e-1),
    (15_000, 216.650, 1.2111e2, 1.9476e-1),
    (20_000, 216.650, 5.5293e1, 8.8910e-2),
    (25_000, 221.552, 2.5492e1, 4.0084e-2),
    (30_000, 226.509, 1.1970e1, 1.8410e-2),
    (32_000, 228.490, 8.8906e0, 1.3555e-2),
    (36_000, 239.282, 4.9852e0, 7.2579e-3),
    (40_000, 250.350, 2.8714e0, 3.9957e-3),
    (45_000, 264.164, 1.4910e0, 1.9663e-3),
    (47_400, 270.650, 1.1022e0, 1.4187e-3),
    (50_000, 270.650, 7.9779e-1, 1.0269e-3),
    (55_000, 260.771, 4.2525e-1, 5.6810e-4),
    (60_000, 247.021, 2.1958e-1, 3.0968e-4),
    (65_000, 233.292, 1.0929e-1, 1.6321e-4),
    (70_000, 219.585, 5.2209e-2, 8.2829e-5),
    (75_000, 208.399, 2.3881e-2, 3.9921e-5),
    (80_000, 198.639, 1.0524e-2, 1.8458e-5),
    (85_000, 188.893, 4.4568e-3, 8.2196e-6),
]

# The same table above 86 km: height km, kinetic temperature K, pressure Pa.
PRINTED_ABOVE = [
    (86, 186.87, 3.7338e-1), (90, 186.87, 1.8359e-1), (95, 188.42, 7.5966e-2), (100, 195.08, 3.2011e-2),
    (110, 240.00, 7.1042e-3), (120, 360.00, 2.5382e-3), (130, 469.27, 1.2505e-3), (140, 559.63, 7.2028e-4),
    (150, 634.39, 4.5422e-4), (160, 696.29, 3.0395e-4), (180, 790.07, 1.5271e-4), (200, 854.56, 8.4736e-5),
    (250, 941.33, 2.4767e-5), (300, 976.01, 8.7704e-6), (350, 990.06, 3.4498e-6), (400, 995.83, 1.4518e-6),
    (450, 998.22, 6.4468e-7), (500, 999.24, 3.0236e-7), (600, 999.85, 8.2130e-8), (700, 999.97, 3.1908e-8),
    (800, 999.99, 1.7036e-8), (900, 1000.00, 1.0873e-8), (1000, 1000.00, 7.5138e-9),
]  # fmt: skip


@pytest.mark.parametrize(("height_m", "scale_k", "pressure_mb", "density"), PRINTED_TO_86_KM)
def test_the_printed_table_to_86_km(height_m: float, scale_k: float, pressure_mb: float, density: float) -> None:
    air = atmosphere.standard_atmosphere(height_m)
    # Five figures are printed, and the fifth is cut as often as rounded (1.2111e2 mb for 121.118): one unit of it.
    for ours, printed in ((air.pressure_pa / 100.0, pressure_mb), (air.density_kgpm3, density)):
        assert isclose(ours, printed, abs_tol=10.0 ** (floor(log10(printed)) - 4))
    # The table prints the molecular-scale temperature, M0/M of the kinetic one: table 8 has M/M0 = 0.999694 at 85 km.
    ratio = 0.999694 if height_m == 85_000 else 1.0
    assert isclose(air.temperature_k, scale_k * ratio, abs_tol=6e-4)


def test_table_8_carries_the_scale_to_the_kinetic_temperature() -> None:
    assert isclose(atmosphere.temperature(86_000.0), 186.946 * 0.999579, abs_tol=6e-4)
    assert isclose(atmosphere.temperature(80_000.0), atmosphere.temperature(80_000.001), abs_tol=1e-5)
    assert isclose(atmosphere.temperature(86_000.0), atmosphere.temperature(86_000.001), abs_tol=6e-4)


@pytest.mark.parametrize(
    ("height_m", "speed"), [(0, 340.29), (11_000, 295.15), (20_000, 295.07), (50_000, 329.80), (85_000, 275.52)]
)
def test_the_printed_speed_of_sound(height_m: float, speed: float) -> None:
    assert isclose(atmosphere.speed_of_sound(height_m), speed, abs_tol=6e-3)  # table III


@pytest.mark.parametrize(("height_km", "kelvin", "pressure_pa"), PRINTED_ABOVE)
def test_the_printed_table_above_86_km(height_km: float, kelvin: float, pressure_pa: float) -> None:
    air = atmosphere.standard_atmosphere(1000.0 * height_km)
    assert isclose(air.temperature_k, kelvin, abs_tol=6e-3)
    # The pressure is not in the model: it follows from the printed densities (4 figures) and molar masses (3 or 4).
    assert isclose(air.pressure_pa, pressure_pa, rel_tol=2e-3)


@pytest.mark.parametrize(
    ("height_km", "density"), [(105, 2.325e-7), (115, 4.289e-8), (350, 7.014e-12), (450, 1.184e-12)]
)
def test_densities_printed_between_the_nodes(height_km: float, density: float) -> None:
    assert isclose(atmosphere.density(1000.0 * height_km), density, rel_tol=5e-3)


def test_against_the_package_ussa1976() -> None:
    # The package sums M0 from its composition (28.964425; the document rounds to 28.9644): 1.1e-5 in pressure at 86 km.
    ussa1976 = pytest.importorskip("ussa1976")
    heights = np.linspace(0.0, 86_000.0, 431)
    above = np.linspace(86_100.0, 1_000_000.0, 100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        low = ussa1976.compute(z=heights, variables=["t", "p", "rho", "cs"])
        high = ussa1976.compute(z=above, variables=["t"])
    air = atmosphere.standard_atmosphere(heights)
    np.testing.assert_allclose(air.pressure_pa, low.p.values, rtol=1.2e-5)
    np.testing.assert_allclose(air.density_kgpm3, low.rho.values, rtol=1.2e-5)
    np.testing.assert_allclose(air.speed_of_sound_mps, low.cs.values, rtol=1e-6)
    homosphere = heights <= 80_000.0
    np.testing.assert_allclose(air.temperature_k[homosphere], low.t.values[homosphere], rtol=1e-12)
    np.testing.assert_allclose(atmosphere.standard_atmosphere(above).temperature_k, high.t.values, rtol=1e-12)


@given(st.floats(-4_900.0, 85_900.0))
def test_the_air_below_86_km_carries_its_own_weight(height_m: float) -> None:
    # dp/dz = -rho g0 (r0/(r0 + z))^2, with M0 g0/R* as in the layers.
    step = 0.05
    fall = (atmosphere.pressure(height_m - step) - atmosphere.pressure(height_m + step)) / (2.0 * step)
    radius = atmosphere.EFFECTIVE_RADIUS_M
    weight = atmosphere.density(height_m) * 9.80665 * (radius / (radius + height_m)) ** 2
    assert isclose(fall, weight, rel_tol=1e-6)


@given(st.floats(-5_000.0, 1_000_000.0), st.floats(0.1, 1e5))
def test_the_air_thins_with_height(height_m: float, rise_m: float) -> None:
    assert atmosphere.density(height_m + rise_m) < atmosphere.density(height_m)
    assert atmosphere.pressure(height_m + rise_m) < atmosphere.pressure(height_m)


@given(st.floats(-5_000.0, 1_200_000.0))
def test_density_and_sound_are_the_two_functions(height_m: float) -> None:
    rho, sound = atmosphere.density_and_sound(height_m)
    assert isclose(rho, atmosphere.density(height_m), rel_tol=1e-14)
    assert isclose(sound, atmosphere.speed_of_sound(height_m), rel_tol=1e-14)


def test_the_joint_at_86_km_and_the_end_at_1000_km() -> None:
    for quantity in (atmosphere.pressure, atmosphere.density, atmosphere.speed_of_sound):
        assert isclose(quantity(86_000.0), quantity(86_000.001), rel_tol=2e-6)
    assert atmosphere.density(1_000_001.0) == 0.0
    assert atmosphere.pressure(5e6) == 0.0
    assert atmosphere.speed_of_sound(5e6) == atmosphere.speed_of_sound(1e6)
    assert atmosphere.temperature(5e6) == atmosphere.temperature(1e6)


def test_arrays_keep_their_shape() -> None:
    air = atmosphere.standard_atmosphere(np.full((2, 3), 1_000.0))
    assert {field.shape for field in air} == {(2, 3)}
    assert np.ndim(atmosphere.standard_atmosphere(0).density_kgpm3) == 0


def test_heights_outside_the_tables_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="-5000 m to 1000000 m"):
        atmosphere.standard_atmosphere([0.0, 1.1e6])
    with pytest.raises(OutOfRangeError, match="-6000"):
        atmosphere.standard_atmosphere(-6_000.0)
    with pytest.raises(InputError, match="finite"):
        atmosphere.standard_atmosphere(float("nan"))
