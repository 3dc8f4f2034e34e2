"""Attenuation by gases against the ITU's validation examples, quadrature and limiting cases.

The ITU examples for slant paths are those of the approximate Annex 2 of P.676. Its equations stand here, in the test,
around the exact specific attenuation under test, which the examples so check at many pressures, temperatures and
humidities.
"""

from __future__ import annotations

import csv
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from shared_data import shared

from buckler.physics import gases

EFFECTIVE_M = 4 / 3 * 6_371_000.0


def examples(name: str) -> list[list[float]]:
    path = shared(f"validation/data/itur/validation/{name}")
    with path.open(encoding="latin-1") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[2:]]


@pytest.mark.parametrize(
    ("freq_ghz", "oxygen", "water"),
    [
        # ITU-R SG3 validation examples CG-3M3J-13, P.676-13, 1013.25 hPa, 288.15 K, 7.5 g/m3
        (3.0, 0.00707596013272624, 0.000462792856493146),
        (10.0, 0.00822441670270988, 0.00597412524547672),
        (94.0, 0.0344807230500069, 0.373648159988968),
    ],
)
def test_published_specific_attenuation(freq_ghz, oxygen, water):
    gamma = gases.gaseous_attenuation_db_per_km(freq_ghz)
    assert gamma.oxygen == pytest.approx(oxygen, rel=1e-10)
    assert gamma.water == pytest.approx(water, rel=1e-10)
    assert gamma.total == pytest.approx(oxygen + water, rel=1e-10)


@pytest.mark.parametrize(
    ("name", "rtol", "atol"),
    # version 12 is printed to nine decimals, its water vapour at 1 GHz as 5.09E-05
    [("ITURP676-13_gamma.csv", 1e-10, 0.0), ("ITURP676-12_gamma.csv", 1e-6, 5e-9)],
)
def test_all_itu_examples_of_specific_attenuation(name, rtol, atol):
    freq, pressure, kelvin, vapour, oxygen, water, total = np.array(examples(name)).T
    gamma = gases.gaseous_attenuation_db_per_km(freq, pressure, kelvin, vapour)
    np.testing.assert_allclose(gamma.oxygen, oxygen, rtol=rtol, atol=atol)
    np.testing.assert_allclose(gamma.water, water, rtol=rtol, atol=atol)
    np.testing.assert_allclose(gamma.total, total, rtol=rtol, atol=2 * atol)


def zenith_water_12(freq: float, column: float, height: float) -> float:
    """P.676-12 Annex 2, section 2.3: zenith attenuation by an integrated water vapour content."""
    kelvin, vapour = 14 * math.log(0.22 * column / 2.38) + 3 + 273.15, column / 2.38
    at = gases.gaseous_specific(freq, 845.0, kelvin, vapour)[1]
    reference = gases.gaseous_specific(20.6, 845.0, kelvin, vapour)[1]
    zenith = 0.0176 * column * at / reference
    if freq < 20:
        return zenith
    a = (
        0.2048 * math.exp(-(((freq - 22.43) / 3.097) ** 2))
        + 0.2326 * math.exp(-(((freq - 183.5) / 4.096) ** 2))
        + 0.2073 * math.exp(-(((freq - 325) / 3.651) ** 2))
        - 0.1113
    )
    b = 8.741e4 * math.exp(-0.587 * freq) + 312.2 * freq**-2.38 + 0.723
    return zenith * (a * min(max(height, 0.0), 4.0) ** b + 1)


def oxygen_height_12(freq: float, dry: float, kelvin: float, vapour: float) -> float:
    """P.676-12 Annex 2, equations (30) to (34): equivalent height of oxygen, km, below 70 GHz."""
    rp = (dry + vapour * kelvin / 216.7) / 1013.25
    t1 = 5.1040 / (1 + 0.066 * rp**-2.3) * math.exp(-(((freq - 59.7) / (2.87 + 12.4 * math.exp(-7.9 * rp))) ** 2))
    lines = [
        (0.1597, 118.750334), (0.1066, 368.498246), (0.1325, 424.763020), (0.1242, 487.249273), (0.0938, 715.392902),
        (0.1448, 773.839490), (0.1374, 834.145546),
    ]  # fmt: skip
    t2 = sum(c * math.exp(2.12 * rp) / ((freq - f) ** 2 + 0.025 * math.exp(2.2 * rp)) for c, f in lines)
    t3 = 0.0114 * freq / (1 + 0.14 * rp**-2.6) * (15.02 * freq**2 - 1353 * freq + 5.333e4)
    t3 /= freq**3 - 151.3 * freq**2 + 9629 * freq - 6803
    a = 0.7832 + 0.00709 * (kelvin - 273.15)
    return min(6.1 * a / (1 + 0.17 * rp**-1.1) * (1 + t1 + t2 + t3), 10.7 * rp**0.3)


def test_all_itu_examples_of_zenith_water_vapour():
    for _, _, _, freq, column, height, expected in examples("ITURP676-12_zenith_attenuation.csv"):
        assert zenith_water_12(freq, column, height) == pytest.approx(expected, rel=1e-7)


def test_all_itu_examples_of_slant_paths_version_12():
    for elevation, freq, vapour, kelvin, pressure, column, height, expected in examples("ITURP676-12_A_gas.csv"):
        dry = gases.gaseous_specific(freq, pressure, kelvin, vapour)[0]
        zenith = dry * oxygen_height_12(freq, pressure, kelvin, vapour) + zenith_water_12(freq, column, height)
        assert zenith / math.sin(math.radians(elevation)) == pytest.approx(expected, rel=1e-6)


def test_all_itu_examples_of_slant_paths_version_13():
    # P.676-13 Annex 2: oxygen height a0 + b0 T + c0 P + d0 rho (its table, at two frequencies)
    table = {
        38.5: (-2.540595, 2.858191e-02, -6.404764e-04, -1.265134e-03),
        39.5: (-2.549964, 2.862760e-02, -6.430543e-04, -1.296508e-03),
    }
    lines = [(22.235080, 2.6846, 2.7649), (183.310087, 5.8905, 4.9219), (325.152888, 2.9810, 3.0748)]
    for freq, elevation, vapour, pressure, kelvin, expected in examples("ITURP676-13_A_gas.csv"):
        dry, wet = gases.gaseous_specific(freq, pressure, kelvin, vapour)
        a, b, c, d = table[freq]
        oxygen_km = a + b * kelvin + c * (pressure + vapour * kelvin / 216.7) + d * vapour
        water_km = 5.6585e-5 * freq + 1.8348 + sum(x / ((freq - f) ** 2 + y) for f, x, y in lines)
        assert (dry * oxygen_km + wet * water_km) / math.sin(math.radians(elevation)) == pytest.approx(
            expected, rel=1e-8
        )


@pytest.mark.parametrize("freq_ghz", [1.3, 3.0, 5.6, 10.0, 16.0, 22.2, 35.0])
def test_zenith_loss_is_near_annex_2(freq_ghz):
    # the same air in one layer of equivalent height: Annex 2 approximates Annex 1 to about 10 %
    dry, wet = gases.gaseous_specific(freq_ghz, 1013.25 - 7.5 * 288.15 / 216.7, 288.15, 7.5)
    lines = [(22.235080, 2.6846, 2.7649), (183.310087, 5.8905, 4.9219), (325.152888, 2.9810, 3.0748)]
    water_km = 5.6585e-5 * freq_ghz + 1.8348 + sum(x / ((freq_ghz - f) ** 2 + y) for f, x, y in lines)
    annex_2 = dry * oxygen_height_12(freq_ghz, 1000.0, 288.15, 7.5) + wet * water_km
    assert gases.gaseous_loss_db(freq_ghz * 1e9, 0.0, 90.0, 200e3) == pytest.approx(annex_2, rel=0.1)


@pytest.mark.parametrize("freq_ghz", [3.0, 22.3])
@pytest.mark.parametrize(
    ("antenna_m", "elevation_deg", "range_m"),
    [
        (10, 0, 50e3),
        (10, 0, 400e3),
        (10, 1, 400e3),
        (10, 20, 300e3),
        (10_000, -2.7, 400e3),
        (10_000, -3, 100e3),
        (10, 90, 300e3),
    ],
)
def test_path_loss_is_the_integral_of_the_specific_loss(freq_ghz, antenna_m, elevation_deg, range_m):
    start, sine = EFFECTIVE_M + antenna_m, math.sin(math.radians(elevation_deg))

    def at(s: float) -> float:
        height = math.sqrt(start * start + s * s + 2 * s * start * sine) - EFFECTIVE_M
        return gases.gaseous_at_height(freq_ghz, height, 7.5) / 1000 if height < 100e3 else 0.0

    edges = np.linspace(0, range_m, 41)
    expected = sum(integrate.quad(at, a, b)[0] for a, b in itertools.pairwise(edges))
    assert gases.gaseous_loss_db(freq_ghz * 1e9, antenna_m, elevation_deg, range_m) == pytest.approx(
        expected, rel=1e-3
    )


@given(st.floats(0, 12_000), st.floats(-3, 90), st.floats(0, 500_000), st.floats(0, 500_000))
def test_path_loss_only_grows(antenna, elevation, first, second):
    profile = X_BAND
    near, far = sorted((first, second))
    losses = [
        gases.gaseous_path_db(profile, antenna, math.radians(elevation), r, EFFECTIVE_M) for r in (near, far)
    ]
    assert 0.0 <= losses[0] <= losses[1] * (1 + 1e-3) + 1e-12


X_BAND = gases.attenuation_profile(10e9)


def test_no_air_above_the_top():
    assert gases.gaseous_path_db(X_BAND, 150e3, 0.1, 500e3, EFFECTIVE_M) == 0.0
    to_top = gases.gaseous_path_db(X_BAND, 0.0, math.pi / 2, 100e3, EFFECTIVE_M)
    assert gases.gaseous_path_db(X_BAND, 0.0, math.pi / 2, 900e3, EFFECTIVE_M) == pytest.approx(to_top, rel=1e-6)


def test_standard_water_vapour():
    # P.835: 7.5 g/m3 at the ground, scale height 2 km, mixing ratio 2e-6 above
    assert gases.water_vapour_gm3(0.0, 7.5) == 7.5
    assert gases.water_vapour_gm3(2000.0, 7.5) == pytest.approx(7.5 / math.e)
    # 30 km: 11.97 hPa, 226.51 K (U.S. Standard Atmosphere 1976)
    assert gases.water_vapour_gm3(30_000.0, 7.5) == pytest.approx(2e-6 * 11.97 * 216.7 / 226.51, rel=1e-3)
