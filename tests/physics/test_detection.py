"""Detection against published tables, SciPy's distributions, quadrature, and its own limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from buckler.errors import InputError
from buckler.physics import detection

PFAS = [1e-12, 1e-8, 1e-6, 1e-3, 1e-1]
PULSES = [1, 2, 3, 10, 39, 100, 333, 1000]
SNR_DB = np.arange(-40.0, 61.0, 5.0)


def shape_of(swerling: int, pulses: int) -> float:
    return {1: 1.0, 2: float(pulses), 3: 2.0, 4: 2.0 * pulses}[swerling]


# --- published values -------------------------------------------------------------------------------------------------


def test_published_square_law_detector():
    # tests of the sdr package (test_p_d.py, complex square law, one pulse), to eight digits
    assert detection.detection_probability(5, 1e-3, 1, 0) == pytest.approx(0.14995286, abs=1e-8)
    assert detection.detection_probability(10, 1e-3, 1, 0) == pytest.approx(0.81029237, abs=1e-8)


def test_textbook_values():
    # Skolnik, Introduction to Radar Systems (3rd ed.), section 2.5: 13.2 dB for Pd 0.9 at Pfa 1e-6 on a steady target
    assert detection.required_snr_db(0.9, 1e-6, 1, 0) == pytest.approx(13.2, abs=0.05)
    # Swerling (1954), one pulse: Pd = Pfa^(1/(1+s)), by hand
    assert detection.detection_probability(10, 1e-6, 1, 1) == pytest.approx(10 ** (-6 / 11), abs=1e-15)


def test_matlab_albersheim_and_shnidman():
    # MATLAB Phased Array System Toolbox output, as recorded in the tests of the sdr package
    for pd, pfa, expected in [
        (0.9, 1e-6, 13.114544494322786),
        (0.5, 1e-10, 13.508492912451231),
        (0.5, 1e-3, 8.06845038812645),
    ]:
        assert detection.albersheim_db(pd, pfa) == pytest.approx(expected, abs=1e-9)
    for pd, pfa, expected in [(0.9, 1e-6, 13.121692696758089), (0.5, 1e-3, 8.142386493822812)]:
        assert detection.shnidman_db(pd, pfa, 1, 0) == pytest.approx(expected, abs=1e-9)


# --- second implementations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pulses", PULSES)
@pytest.mark.parametrize("pfa", PFAS)
def test_threshold_is_the_inverse_incomplete_gamma(pfa, pulses):
    threshold = detection.detection_threshold(pfa, pulses)
    assert threshold == pytest.approx(special.gammainccinv(pulses, pfa), rel=1e-9)
    assert detection.false_alarm_probability(threshold, pulses) == pytest.approx(pfa, rel=1e-9)


@pytest.mark.parametrize("pulses", PULSES)
@pytest.mark.parametrize("pfa", PFAS)
def test_case_0_is_noncentral_chi_square(pfa, pulses):
    threshold = special.gammainccinv(pulses, pfa)
    expected = stats.ncx2.sf(2 * threshold, 2 * pulses, 2 * pulses * 10 ** (SNR_DB / 10))
    np.testing.assert_allclose(detection.detection_probability(SNR_DB, pfa, pulses, 0), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("pulses", PULSES)
@pytest.mark.parametrize("pfa", PFAS)
def test_case_2_is_an_incomplete_gamma(pfa, pulses):
    # N independent exponential energies: Pd = Q(N, T/(1+s)); Meyer and Mayer (1973)
    threshold = special.gammainccinv(pulses, pfa)
    expected = special.gammaincc(pulses, threshold / (1 + 10 ** (SNR_DB / 10)))
    np.testing.assert_allclose(detection.detection_probability(SNR_DB, pfa, pulses, 2), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("pulses", [2, 10, 100, 1000])
@pytest.mark.parametrize("pfa", PFAS)
def test_case_1_closed_form(pfa, pulses):
    # Swerling's closed form for case 1 and N > 1, where the two terms do not cancel
    threshold = special.gammainccinv(pulses, pfa)
    snr_db = np.arange(-10.0, 41.0, 5.0)
    energy = pulses * 10 ** (snr_db / 10)
    grown = np.exp((pulses - 1) * np.log1p(1 / energy) - threshold / (1 + energy))
    expected = special.gammaincc(pulses - 1, threshold) + grown * special.gammainc(
        pulses - 1, threshold / (1 + 1 / energy)
    )
    np.testing.assert_allclose(detection.detection_probability(snr_db, pfa, pulses, 1), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("swerling", [1, 3, 4])
@pytest.mark.parametrize(("pfa", "pulses"), [(1e-12, 1), (1e-6, 4), (1e-6, 30), (1e-1, 10), (1e-12, 300)])
def test_fluctuation_by_quadrature(pfa, pulses, swerling):
    # equation (3) by brute force: the non-fluctuating Pd averaged over the gamma distribution of the signal energy
    threshold = special.gammainccinv(pulses, pfa)
    shape = shape_of(swerling, pulses)
    for snr_db in (-3.0, 4.0, 12.0):
        energy = stats.gamma(shape, scale=pulses * 10 ** (snr_db / 10) / shape)
        expected, _ = integrate.quad(
            lambda q, energy=energy: stats.ncx2.sf(2 * threshold, 2 * pulses, 2 * energy.ppf(q)),
            0,
            1,
            epsabs=1e-9,
            limit=500,
        )
        assert detection.detection_probability(snr_db, pfa, pulses, swerling) == pytest.approx(expected, abs=2e-8)


@pytest.mark.parametrize("swerling", [1, 2, 3, 4])
def test_single_pulse_closed_forms_are_the_series(swerling):
    threshold = -math.log(1e-6)
    for snr_db in (-20.0, 0.0, 10.0, 30.0):
        snr = 10 ** (snr_db / 10)
        series = detection._series(snr, threshold, 1, swerling)
        assert detection.probability(snr, threshold, 1, swerling) == pytest.approx(series, abs=1e-12)


# --- limits and invariants --------------------------------------------------------------------------------------------


@given(st.floats(1e-12, 0.1), st.integers(1, 1000), st.integers(0, 4), st.floats(-60, 80))
def test_more_signal_never_detects_less(pfa, pulses, swerling, snr_db):
    low, high = detection.detection_probability([snr_db, snr_db + 0.5], pfa, pulses, swerling)
    assert pfa * (1 - 1e-9) <= low <= high + 1e-12
    assert high <= 1.0


@pytest.mark.parametrize("swerling", range(5))
@pytest.mark.parametrize("pulses", [1, 20, 1000])
def test_without_signal_pd_is_pfa_and_with_endless_signal_one(pulses, swerling):
    out = detection.detection_probability([-np.inf, -200.0, 250.0, np.inf], 1e-6, pulses, swerling)
    np.testing.assert_allclose(out[:2], 1e-6, rtol=1e-9)
    np.testing.assert_allclose(out[2:], 1.0, rtol=1e-12)


@given(st.floats(0.01, 0.999), st.floats(1e-12, 1e-3), st.integers(1, 200), st.integers(0, 4))
def test_required_ratio_inverts_pd(pd, pfa, pulses, swerling):
    snr_db = detection.required_snr_db(pd, pfa, pulses, swerling)
    assert detection.detection_probability(snr_db, pfa, pulses, swerling) == pytest.approx(pd, abs=1e-9)


def test_many_slow_pulses_beat_one_only_by_integration():
    # energy conserved: N pulses of s/N detect no better non-coherently than one of s
    one = detection.detection_probability(13.0, 1e-6, 1, 0)
    split = detection.detection_probability(13.0 - 10 * math.log10(8), 1e-6, 8, 0)
    assert split < one


def test_case_4_of_many_pulses_is_nearly_steady():
    # the relative spread of 2N exponential energies vanishes as 1/sqrt(2N)
    steady = detection.required_snr_db(0.9, 1e-6, 1000, 0)
    assert detection.required_snr_db(0.9, 1e-6, 1000, 4) == pytest.approx(steady, abs=0.01)


@pytest.mark.parametrize("pulses", [1, 10, 100])
def test_albersheim_is_near_the_exact_ratio(pulses):
    # Albersheim states 0.2 dB for the linear detector; the square law adds less than 0.2 dB. At Pd 0.1 the formula
    # breaks down (see its docstring), so the comparison starts at 0.3.
    pd, pfa = np.meshgrid([0.3, 0.5, 0.9], [1e-7, 1e-5, 1e-3])
    error = detection.albersheim_db(pd, pfa, pulses) - detection.required_snr_db(pd, pfa, pulses, 0)
    assert np.abs(error).max() < 0.4


@pytest.mark.parametrize(
    ("swerling", "pulses", "pd"),
    [(0, n, [0.1, 0.5, 0.8, 0.9, 0.99]) for n in (1, 10, 50, 100)]
    + [(2, n, [0.1, 0.5, 0.8, 0.9, 0.99]) for n in (10, 50, 100)]
    + [(4, n, [0.1, 0.5, 0.8, 0.9, 0.99]) for n in (10, 50, 100)]
    + [(1, n, [0.3, 0.5, 0.9]) for n in (1, 10, 50, 100)]
    + [(3, n, [0.3, 0.5, 0.9]) for n in (1, 10, 50, 100)],
)
def test_shnidman_is_near_the_exact_ratio(swerling, pulses, pd):
    # "except at the extreme values of Pd for the Swerling 1 case" below 0.5 dB: Richards, Fundamentals of Radar Signal
    # Processing, 2nd ed., section 6.3.6
    pd, pfa = np.meshgrid(pd, [1e-9, 1e-6, 1e-3])
    error = detection.shnidman_db(pd, pfa, pulses, swerling) - detection.required_snr_db(pd, pfa, pulses, swerling)
    assert np.abs(error).max() < 0.5


# --- several looks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 4), (2, 3), (3, 5), (8, 8), (60, 200)])
def test_m_of_n_is_the_binomial_tail(m, n):
    p = np.linspace(0, 1, 21)
    np.testing.assert_allclose(
        detection.m_of_n_probability(p, m, n), stats.binom.sf(m - 1, n, p), rtol=1e-10, atol=1e-300
    )


def test_two_of_three_by_hand():
    assert detection.m_of_n_probability(0.5, 2, 3) == pytest.approx(0.5, abs=1e-15)
    assert detection.m_of_n_probability(0.9, 2, 3) == pytest.approx(3 * 0.81 * 0.1 + 0.729, abs=1e-15)


def test_cumulative_probability_by_hand():
    np.testing.assert_allclose(
        detection.cumulative_probability([0.5, 0.5, 0.0, 1.0, 0.2]), [0.5, 0.75, 0.75, 1, 1], atol=1e-15
    )
    np.testing.assert_allclose(detection.cumulative_probability([[0.1, 0.2]]), [[0.1, 0.28]], atol=1e-15)


@given(st.floats(1e-12, 1), st.integers(1, 30))
def test_equal_scans_accumulate_as_one_of_n(p, n):
    total = detection.cumulative_probability([p] * n)[-1]
    assert total == pytest.approx(detection.m_of_n_probability(p, 1, n), rel=1e-9)


# --- the surface ------------------------------------------------------------------------------------------------------


def test_scalars_give_floats_and_arrays_broadcast():
    assert isinstance(detection.detection_probability(10, 1e-6), float)
    assert isinstance(detection.required_snr_db(0.9, 1e-6), float)
    assert isinstance(detection.albersheim_db(0.9, 1e-6), float)
    assert isinstance(detection.shnidman_db(0.9, 1e-6), float)
    assert isinstance(detection.m_of_n_probability(0.9, 2, 3), float)
    out = detection.detection_probability([[0.0], [10.0]], 1e-6, [1, 5, 10], 1)
    assert out.shape == (2, 3)
    assert out[1, 2] == detection.detection_probability(10.0, 1e-6, 10, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: detection.detection_probability(math.nan, 1e-6), "snr_db"),
        (lambda: detection.detection_probability("high", 1e-6), "snr_db"),
        (lambda: detection.detection_probability(10, 0.0), "pfa"),
        (lambda: detection.detection_probability(10, 1.0), "pfa"),
        (lambda: detection.detection_probability(10, 1e-6, 0), "pulses"),
        (lambda: detection.detection_probability(10, 1e-6, 2.5), "pulses"),
        (lambda: detection.detection_probability(10, 1e-6, 1, 5), "swerling"),
        (lambda: detection.required_snr_db(1.0, 1e-6), "pd"),
        (lambda: detection.required_snr_db(1e-7, 1e-6), "pd must lie above pfa"),
        (lambda: detection.shnidman_db(1e-7, 1e-6), "pd must lie above pfa"),
        (lambda: detection.albersheim_db(1e-5, 0.1), "required_snr_db"),
        (lambda: detection.m_of_n_probability(0.5, 4, 3), "must not exceed"),
        (lambda: detection.m_of_n_probability(1.5, 1, 3), "p is a probability"),
        (lambda: detection.cumulative_probability([0.5, -0.1]), "pd_per_scan"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
