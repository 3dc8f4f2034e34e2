"""Attenuation by rain against published coefficients, the ITU's validation examples and limiting cases."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from shared_data import shared

from buckler.physics import rain

EFFECTIVE_M = 4 / 3 * 6_371_000.0


def examples(name: str) -> list[list[float]]:
    path = shared(f"validation/data/itur/validation/{name}")
    with path.open(encoding="latin-1") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[2:]]


def test_published_rain():
    # ITU-R validation examples, P.838-3
    assert rain.rain_attenuation_db_per_km(29.0, 27.13586832, 46.35969261, 0) == pytest.approx(
        5.03135479, rel=1e-8
    )
    k, alpha = rain.rain_k_alpha(29.0, 46.35969261, 0)
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
    assert rain.rain_k_alpha(freq_ghz, 0, 0) == (pytest.approx(kh, rel=4e-3), pytest.approx(ah, rel=1e-3))
    assert rain.rain_k_alpha(freq_ghz, 0, 90) == (pytest.approx(kv, rel=4e-3), pytest.approx(av, rel=1e-3))


def test_all_itu_examples_of_rain():
    elevation, freq, rate, tilt, k, alpha, gamma = np.array(examples("ITURP838-3_rain_specific_attenuation.csv")).T
    got_k, got_alpha = rain.rain_k_alpha(freq, elevation, tilt)
    np.testing.assert_allclose(got_k, k, rtol=1e-6, atol=5.1e-9)
    np.testing.assert_allclose(got_alpha, alpha, rtol=1e-7)
    np.testing.assert_allclose(rain.rain_attenuation_db_per_km(freq, rate, elevation, tilt), gamma, rtol=1e-6)


def test_circular_polarisation_is_in_between():
    linear = rain.rain_attenuation_db_per_km(10, 20, 0, [0, 90])
    assert linear.min() < rain.rain_attenuation_db_per_km(10, 20) < linear.max()
    assert rain.rain_attenuation_db_per_km(10, 0) == 0.0
    # straight up, both linear polarisations are horizontal
    np.testing.assert_allclose(*rain.rain_attenuation_db_per_km(10, 20, 90, [0, 90]), rtol=1e-12)
