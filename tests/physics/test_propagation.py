"""Propagation against published values, the ITU's validation examples, quadrature, exact rays, and limiting cases.

The ITU examples for slant paths are those of the approximate Annex 2 of P.676. Its equations stand here, in the test,
around the exact specific attenuation under test, which the examples so check at many pressures, temperatures and
humidities.
"""

from __future__ import annotations

import csv
import importlib.util
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate
from shared_data import shared

from buckler.errors import InputError, OutOfRangeError
from buckler.physics import attenuation, propagation

EFFECTIVE_M = 4 / 3 * 6_371_000.0


def examples(name: str) -> list[list[float]]:
    path = shared(f"validation/data/itur/validation/{name}")
    with path.open(encoding="latin-1") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[2:]]


# --- horizon and free space -------------------------------------------------------------------------------------------


def test_published_horizons():
    # Skolnik: d = sqrt(2 k a h); 10 m and 100 m at k = 4/3 see each other at 54.2 km
    assert propagation.horizon_range_m(10, 100) == pytest.approx(54_200, rel=0.005)
    # formula of MathWorks' horizonrange, effective radius 8477.4 km
    assert propagation.horizon_m(30, 8_477_400) == pytest.approx(22_553.2, abs=0.1)


def test_published_free_space_loss():
    # MathWorks documentation of fspl: 10 GHz, 10 km
    assert propagation.free_space_loss_db(10e9, 10e3) == pytest.approx(132.4478, abs=5e-5)


@given(st.floats(0, 30_000), st.floats(0, 30_000), st.floats(0.5, 3))
def test_horizon_is_where_the_straight_ray_touches(h1, h2, k):
    distance = propagation.horizon_range_m(h1, h2, k)
    assert distance == pytest.approx(propagation.horizon_range_m(h2, h1, k))
    radius = k * propagation.EARTH_RADIUS_M
    assert propagation.line_of_sight_m(h1, h2, radius) == pytest.approx(distance, abs=1e-6)
    # a chord of that length from h1 to h2 that touches the sphere: Pythagoras on both sides
    along = math.sqrt((radius + h1) ** 2 - radius**2) + math.sqrt((radius + h2) ** 2 - radius**2)
    assert distance == pytest.approx(along, rel=1e-5, abs=1.0)


@given(st.floats(0, 12_000), st.floats(0, 30_000), st.floats(1_000, 600_000))
def test_elevation_and_height_are_inverse(antenna, height, ground):
    elevation = propagation.elevation_to(antenna, height, ground, 4 / 3)
    start, end = EFFECTIVE_M + antenna, EFFECTIVE_M + height
    slant = math.sqrt((end - start) ** 2 + 4 * start * end * math.sin(0.5 * ground / EFFECTIVE_M) ** 2)
    assert attenuation.height_along_m(antenna, elevation, slant, EFFECTIVE_M) == pytest.approx(height, abs=1e-3)


def test_straight_up_and_straight_down():
    assert propagation.elevation_to(10.0, 500.0, 0.0, 4 / 3) == pytest.approx(math.pi / 2)
    assert propagation.elevation_to(500.0, 10.0, 0.0, 4 / 3) == pytest.approx(-math.pi / 2)


# --- refraction -------------------------------------------------------------------------------------------------------


def test_effective_earth_factor():
    # ITU-R P.310: -39 N/km is the standard atmosphere, k = 4/3
    assert propagation.effective_earth_factor(-39) == pytest.approx(4 / 3, rel=0.003)
    assert propagation.effective_earth_factor(0) == 1.0
    np.testing.assert_allclose(propagation.effective_earth_factor([-39, 0, 79]), [1.3306, 1.0, 0.6652], atol=5e-4)
    with pytest.raises(OutOfRangeError, match="duct"):
        propagation.effective_earth_factor(-157)


@pytest.mark.parametrize("height_km", [0, 1, 2, 3])
@pytest.mark.parametrize("elevation_deg", [0, 0.5, 1, 2])
def test_bending_through_the_whole_air(height_km, elevation_deg):
    # Recommendation ITU-R P.834: its numerical fit of the total bending (degrees) through the reference exponential air
    h, e = height_km, elevation_deg
    published = 1 / (
        1.314 + 0.6437 * e + 0.02869 * e**2 + h * (0.2305 + 0.09428 * e + 0.01096 * e**2) + 0.008583 * h**2
    )
    assert propagation.trace_ray(1000 * h, e, 1.5e6).bending_deg == pytest.approx(published, rel=0.03)


@given(st.floats(0, 15_000), st.floats(-1, 60), st.floats(1_000, 400_000), st.floats(0, 400))
def test_bouguer(height, elevation, along, n0):
    # equation (2): n r cos(elevation) is the same at both ends
    ray = propagation.trace_ray(height, elevation, along, n0)
    radius = propagation.EARTH_RADIUS_M

    def invariant(h: float, e: float) -> float:
        return (1 + 1e-6 * n0 * math.exp(-h / 7350)) * (radius + h) * math.cos(math.radians(e))

    assert invariant(ray.height_m, ray.elevation_deg) == pytest.approx(invariant(height, elevation), rel=1e-11)


@given(st.floats(0, 15_000), st.floats(0, 89), st.floats(1_000, 800_000))
def test_without_air_the_ray_is_straight(height, elevation, along):
    ray = propagation.trace_ray(height, elevation, along, 0.0)
    straight = attenuation.height_along_m(height, math.radians(elevation), along, propagation.EARTH_RADIUS_M)
    assert ray.height_m == pytest.approx(straight, abs=1e-5)
    assert ray.bending_deg == pytest.approx(0, abs=1e-10)


def test_near_the_ground_the_exact_ray_is_the_effective_earth():
    # a tall scale height makes the gradient constant, where equation (1) is exact to the first order
    n0, scale = 4_000.0, 100_000.0
    k = propagation.effective_earth_factor(-1000 * n0 / scale)
    ray = propagation.trace_ray(10.0, 0.0, 50e3, n0, scale)
    assert attenuation.height_along_m(10.0, 0.0, 50e3, k * 6_371_000.0) == pytest.approx(ray.height_m, rel=0.01)


def test_stated_differences_between_exact_and_effective_earth():
    # the differences that the module's docstring states
    for elevation, along, stated, within in [
        (0, 100e3, 15, 1),
        (0, 400e3, -290, 5),
        (1, 100e3, -1, 1),
        (1, 200e3, -80, 5),
        (1, 400e3, -930, 5),
    ]:
        exact = propagation.trace_ray(10.0, elevation, along).height_m
        effective = attenuation.height_along_m(10.0, math.radians(elevation), along, EFFECTIVE_M)
        assert effective - exact == pytest.approx(stated, abs=within)


def test_refractivity():
    # by hand from P.453: 77.6 x 1000/288.15, 72 x 10/288.15 + 3.75e5 x 10/288.15^2
    n = propagation.refractivity(1000, 10, 288.15)
    assert n.dry == pytest.approx(269.304, abs=1e-3)
    assert n.wet == pytest.approx(47.663, abs=1e-3)
    assert n.total == pytest.approx(n.dry + n.wet)
    # World Meteorological Organization tables: 23.37 hPa over water at 20 degC, 6.11 at 0 degC (moist air adds 0.4 %)
    assert propagation.saturation_vapour_pressure_hpa(20) == pytest.approx(23.37 * 1.004, rel=2e-3)
    assert propagation.saturation_vapour_pressure_hpa(0) == pytest.approx(6.11 * 1.004, rel=2e-3)
    assert propagation.saturation_vapour_pressure_hpa(0, ice=True) == pytest.approx(6.11 * 1.004, rel=2e-3)


# --- gases ------------------------------------------------------------------------------------------------------------


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
    gamma = propagation.gaseous_attenuation_db_per_km(freq_ghz)
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
    gamma = propagation.gaseous_attenuation_db_per_km(freq, pressure, kelvin, vapour)
    np.testing.assert_allclose(gamma.oxygen, oxygen, rtol=rtol, atol=atol)
    np.testing.assert_allclose(gamma.water, water, rtol=rtol, atol=atol)
    np.testing.assert_allclose(gamma.total, total, rtol=rtol, atol=2 * atol)


def zenith_water_12(freq: float, column: float, height: float) -> float:
    """P.676-12 Annex 2, section 2.3: zenith attenuation by an integrated water vapour content."""
    kelvin, vapour = 14 * math.log(0.22 * column / 2.38) + 3 + 273.15, column / 2.38
    at = attenuation.gaseous_specific(freq, 845.0, kelvin, vapour)[1]
    reference = attenuation.gaseous_specific(20.6, 845.0, kelvin, vapour)[1]
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
        dry = attenuation.gaseous_specific(freq, pressure, kelvin, vapour)[0]
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
        dry, wet = attenuation.gaseous_specific(freq, pressure, kelvin, vapour)
        a, b, c, d = table[freq]
        oxygen_km = a + b * kelvin + c * (pressure + vapour * kelvin / 216.7) + d * vapour
        water_km = 5.6585e-5 * freq + 1.8348 + sum(x / ((freq - f) ** 2 + y) for f, x, y in lines)
        assert (dry * oxygen_km + wet * water_km) / math.sin(math.radians(elevation)) == pytest.approx(
            expected, rel=1e-8
        )


@pytest.mark.parametrize("freq_ghz", [1.3, 3.0, 5.6, 10.0, 16.0, 22.2, 35.0])
def test_zenith_loss_is_near_annex_2(freq_ghz):
    # the same air in one layer of equivalent height: Annex 2 approximates Annex 1 to about 10 %
    dry, wet = attenuation.gaseous_specific(freq_ghz, 1013.25 - 7.5 * 288.15 / 216.7, 288.15, 7.5)
    lines = [(22.235080, 2.6846, 2.7649), (183.310087, 5.8905, 4.9219), (325.152888, 2.9810, 3.0748)]
    water_km = 5.6585e-5 * freq_ghz + 1.8348 + sum(x / ((freq_ghz - f) ** 2 + y) for f, x, y in lines)
    annex_2 = dry * oxygen_height_12(freq_ghz, 1000.0, 288.15, 7.5) + wet * water_km
    assert propagation.gaseous_loss_db(freq_ghz * 1e9, 0.0, 90.0, 200e3) == pytest.approx(annex_2, rel=0.1)


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
        return attenuation.gaseous_at_height(freq_ghz, height, 7.5) / 1000 if height < 100e3 else 0.0

    edges = np.linspace(0, range_m, 41)
    expected = sum(integrate.quad(at, a, b)[0] for a, b in itertools.pairwise(edges))
    assert propagation.gaseous_loss_db(freq_ghz * 1e9, antenna_m, elevation_deg, range_m) == pytest.approx(
        expected, rel=1e-3
    )


@given(st.floats(0, 12_000), st.floats(-3, 90), st.floats(0, 500_000), st.floats(0, 500_000))
def test_path_loss_only_grows(antenna, elevation, first, second):
    profile = X_BAND
    near, far = sorted((first, second))
    losses = [
        attenuation.gaseous_path_db(profile, antenna, math.radians(elevation), r, EFFECTIVE_M) for r in (near, far)
    ]
    assert 0.0 <= losses[0] <= losses[1] * (1 + 1e-3) + 1e-12


X_BAND = attenuation.attenuation_profile(10e9)


def test_no_air_above_the_top():
    assert attenuation.gaseous_path_db(X_BAND, 150e3, 0.1, 500e3, EFFECTIVE_M) == 0.0
    to_top = attenuation.gaseous_path_db(X_BAND, 0.0, math.pi / 2, 100e3, EFFECTIVE_M)
    assert attenuation.gaseous_path_db(X_BAND, 0.0, math.pi / 2, 900e3, EFFECTIVE_M) == pytest.approx(to_top, rel=1e-6)


def test_standard_water_vapour():
    # P.835: 7.5 g/m3 at the ground, scale height 2 km, mixing ratio 2e-6 above
    assert attenuation.water_vapour_gm3(0.0, 7.5) == 7.5
    assert attenuation.water_vapour_gm3(2000.0, 7.5) == pytest.approx(7.5 / math.e)
    # 30 km: 11.97 hPa, 226.51 K (U.S. Standard Atmosphere 1976)
    assert attenuation.water_vapour_gm3(30_000.0, 7.5) == pytest.approx(2e-6 * 11.97 * 216.7 / 226.51, rel=1e-3)


# --- rain -------------------------------------------------------------------------------------------------------------


def test_published_rain():
    # ITU-R validation examples, P.838-3
    assert propagation.rain_attenuation_db_per_km(29.0, 27.13586832, 46.35969261, 0) == pytest.approx(
        5.03135479, rel=1e-8
    )
    k, alpha = propagation.rain_k_alpha(29.0, 46.35969261, 0)
    assert (k, alpha) == (pytest.approx(0.21978097, rel=1e-7), pytest.approx(0.9484851, rel=1e-7))


@pytest.mark.parametrize(
    ("freq_ghz", "kh", "ah", "kv", "av"),
    [
        # P.838-3 table 5
        (1, 0.0000259, 0.9691, 0.0000308, 0.8592),
        (10, 0.01217, 1.2571, 0.01129, 1.2156),
        (35, 0.3374, 0.9047, 0.3224, 0.8761),
        (100, 1.3671, 0.6815, 1.3680, 0.6765),
    ],
)
def test_published_rain_coefficients(freq_ghz, kh, ah, kv, av):
    assert propagation.rain_k_alpha(freq_ghz, 0, 0) == (pytest.approx(kh, rel=4e-3), pytest.approx(ah, rel=1e-3))
    assert propagation.rain_k_alpha(freq_ghz, 0, 90) == (pytest.approx(kv, rel=4e-3), pytest.approx(av, rel=1e-3))


def test_all_itu_examples_of_rain():
    elevation, freq, rain, tilt, k, alpha, gamma = np.array(examples("ITURP838-3_rain_specific_attenuation.csv")).T
    got_k, got_alpha = propagation.rain_k_alpha(freq, elevation, tilt)
    np.testing.assert_allclose(got_k, k, rtol=1e-6, atol=5.1e-9)
    np.testing.assert_allclose(got_alpha, alpha, rtol=1e-7)
    np.testing.assert_allclose(propagation.rain_attenuation_db_per_km(freq, rain, elevation, tilt), gamma, rtol=1e-6)


def test_circular_polarisation_is_in_between():
    linear = propagation.rain_attenuation_db_per_km(10, 20, 0, [0, 90])
    assert linear.min() < propagation.rain_attenuation_db_per_km(10, 20) < linear.max()
    assert propagation.rain_attenuation_db_per_km(10, 0) == 0.0
    # straight up, both linear polarisations are horizontal
    np.testing.assert_allclose(*propagation.rain_attenuation_db_per_km(10, 20, 90, [0, 90]), rtol=1e-12)


@given(st.floats(0, 12_000), st.floats(-5, 90), st.floats(100, 400_000), st.floats(500, 5_000))
def test_length_of_path_below_a_ceiling(antenna, elevation, length, ceiling):
    assume(abs(ceiling - antenna) > 1e-3)  # along the ceiling itself, rounding decides
    got = attenuation.path_below_m(antenna, math.radians(elevation), length, ceiling, EFFECTIVE_M)
    s = (np.arange(20_000) + 0.5) * length / 20_000
    start = EFFECTIVE_M + antenna
    heights = np.sqrt(start**2 + s**2 + 2 * s * start * math.sin(math.radians(elevation))) - EFFECTIVE_M
    assert got == pytest.approx(length * np.mean(heights < ceiling), abs=length / 5_000)


# --- lobes ------------------------------------------------------------------------------------------------------------


def test_a_perfect_mirror_gives_sixteen_times_the_echo():
    # Gamma = -1: F = 2 |sin(2 pi h1 h2 / (lambda d))| (Kerr 1951), far from both heights
    mirror = propagation.Surface(1e12, 1e12)
    h2 = np.linspace(100, 1000, 37)
    expected = 40 * np.log10(2 * np.abs(np.sin(2 * math.pi * 10 * h2 / (299_792_458 / 1e9 * 100e3))))
    got = propagation.lobing_db(1e9, 10.0, h2, 100e3, mirror)
    np.testing.assert_allclose(10 ** (got / 40), 10 ** (expected / 40), atol=2e-3)
    assert got.max() <= 40 * math.log10(2) + 1e-9


def test_reflection_at_its_limits():
    # grazing: -1 for both polarisations; perpendicular: (1 - n)/(1 + n) for a lossless medium; Brewster's angle: none
    for vertical in (False, True):
        assert propagation.reflection(1e-9, 3e9, 70.0, 5.0, vertical, 0.0) == pytest.approx(-1, abs=1e-6)
    assert propagation.reflection(math.pi / 2, 3e9, 4.0, 0.0, False, 0.0) == pytest.approx((1 - 2) / (1 + 2))
    brewster = math.atan(1 / 2.0)
    assert abs(propagation.reflection(brewster, 3e9, 4.0, 0.0, True, 0.0)) < 1e-12


@given(st.floats(1e8, 2e10), st.floats(1, 100), st.floats(0, 10_000), st.floats(1_000, 200_000), st.booleans())
def test_the_field_at_most_doubles(freq, antenna, height, ground, vertical):
    factor = propagation.lobing_factor(freq, antenna, height, ground, 70.0, 5.0, vertical, 0.0)
    assert 0.0 <= factor <= 2.0 + 1e-12


def test_a_rough_sea_has_no_lobes():
    got = propagation.lobing_db(10e9, 30.0, np.linspace(500, 2000, 50), 20e3, propagation.SEA, roughness_m=3.0)
    np.testing.assert_allclose(got, 0.0, atol=1e-6)


# --- the maps ---------------------------------------------------------------------------------------------------------


def a_world(folder: Path) -> None:
    """Grids like those of the ITU: wet refractivity from the south-west, gradients from the north and Greenwich."""
    lat = np.linspace(-90, 90, 241)[:, None]
    east = np.linspace(-180, 180, 481)[None, :]
    for share in propagation._NWET_SHARES:
        np.savez(folder / propagation._nwet_name(share), 10 * math.log(share) + 0.5 * lat + 0.0 * east)
    ring = 10 * np.abs(np.linspace(0, 360, 481) - 180)[None, :] / 180
    for share in propagation._GRADIENT_SHARES:
        np.savez(folder / propagation._gradient_name(share), (-40 + 0.1 * lat - ring)[::-1])


def test_map_interpolation(tmp_path, monkeypatch):
    a_world(tmp_path)
    monkeypatch.setattr(propagation, "_map_folder", lambda: tmp_path)
    # linear in latitude and in the logarithm of the share, by construction
    assert propagation.wet_refractivity(39.123, 32.7, 50) == pytest.approx(10 * math.log(50) + 19.5615)
    assert propagation.wet_refractivity(-39.1, -32.7, 7.0) == pytest.approx(10 * math.log(7) - 19.55)
    got = propagation.refractivity_gradient([40.0, -40.0, 90.0], [90.0, -90.0, 180.0])
    np.testing.assert_allclose(got, [-40 + 4 - 5, -40 - 4 - 5, -40 + 9 - 0])
    with pytest.raises(OutOfRangeError, match="per cent"):
        propagation.wet_refractivity(39, 32, 0.01)
    with pytest.raises(InputError, match="65 m or 1000 m"):
        propagation.refractivity_gradient(39, 32, layer_m=100)


def test_without_maps_the_answer_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"buckler\[itu\]"):
        propagation.wet_refractivity(39.9, 32.8)


def test_all_itu_examples_of_wet_refractivity():
    if importlib.util.find_spec("itur") is None:
        pytest.skip("the ITU's maps come with the optional package itur")
    for lat, lon, p, expected in examples("ITURP453-14_Nwet.csv"):
        assert propagation.wet_refractivity(lat, lon, p) == pytest.approx(expected, rel=1e-8)


# --- the surface ------------------------------------------------------------------------------------------------------


def test_scalars_give_floats_and_arrays_broadcast():
    assert isinstance(propagation.horizon_range_m(10, 100), float)
    assert isinstance(propagation.free_space_loss_db(1e9, 1e3), float)
    assert isinstance(propagation.gaseous_attenuation_db_per_km(10).oxygen, float)
    assert isinstance(propagation.rain_attenuation_db_per_km(10, 5), float)
    assert isinstance(propagation.gaseous_loss_db(1e10, 10, 1, 1e5), float)
    assert isinstance(propagation.trace_ray(10, 1, 1e5).height_m, float)
    assert isinstance(propagation.lobing_db(1e9, 10, 100, 1e4), float)
    assert propagation.horizon_range_m([[1], [2]], [10, 20, 30]).shape == (2, 3)
    assert propagation.gaseous_attenuation_db_per_km([3, 10], [[1000], [500]]).total.shape == (2, 2)
    assert propagation.gaseous_loss_db(1e10, 10, [0, 1], [[1e4], [1e5]]).shape == (2, 2)
    assert propagation.trace_ray(10, [0, 1], [[1e4], [1e5]]).height_m.shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: propagation.horizon_m(-1), InputError, "h_ant_m"),
        (lambda: propagation.horizon_range_m(10, 100, 0), InputError, "k is 0"),
        (lambda: propagation.free_space_loss_db("S", 1e3), InputError, "freq_hz"),
        (lambda: propagation.gaseous_attenuation_db_per_km(0), InputError, "freq_ghz"),
        (lambda: propagation.gaseous_attenuation_db_per_km(1001), OutOfRangeError, "1000 GHz"),
        (lambda: propagation.gaseous_attenuation_db_per_km(10, water_vapour_gm3=-1), InputError, "water_vapour_gm3"),
        (lambda: propagation.gaseous_loss_db(1e10, math.nan, 1, 1e5), InputError, "antenna_height_m"),
        (lambda: propagation.gaseous_loss_db(1e10, 10, 91, 1e5), InputError, "elevation_deg"),
        (lambda: propagation.gaseous_loss_db(1e10, 10, 1, 1e5, k=-1), InputError, "k is -1"),
        (
            lambda: propagation.gaseous_loss_db(1e10, 10, 1, 1e5, surface_vapour_gm3=-1),
            InputError,
            "surface_vapour_gm3",
        ),
        (lambda: propagation.rain_attenuation_db_per_km(0.5, 10), OutOfRangeError, "1 to 1000 GHz"),
        (lambda: propagation.rain_attenuation_db_per_km(10, -1), InputError, "rain_mm_h"),
        (lambda: propagation.trace_ray(10, 100, 1e5), InputError, "elevation_deg"),
        (lambda: propagation.trace_ray(10, 1, 1e5, 2000), OutOfRangeError, "duct"),
        (lambda: propagation.lobing_db(1e9, 10, 100, 1e4, polarisation="circular"), InputError, "polarisation"),
        (lambda: propagation.lobing_db(1e9, 10, -100, 1e4), InputError, "target_height_m"),
        (lambda: propagation.refractivity(-1, 10, 288), InputError, "dry_pressure_hpa"),
        (lambda: propagation.wet_refractivity(100, 0), InputError, "lat"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
