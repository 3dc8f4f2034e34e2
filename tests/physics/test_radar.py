"""The radar range equation against published values, against itself turned round, and against detection."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckler.errors import InputError
from buckler.physics import detection, radar

DESIGN = radar.Design(freq_hz=3e9, pt_w=1e6, tau_s=1e-5, gain_db=35.0, ts_k=500.0, loss_db=6.0, pfa=1e-6)
PUBLISHED = radar.Published(range_m=250e3, rcs_m2=1.0, pd=0.5, pfa=1e-6)


def test_published_snr():
    # MathWorks documentation of radareqsnr: 14.3778 dB, and 9.0547 dB for two places
    args = {"freq_hz": 10e9, "pt_w": 1e6, "tau_s": 1e-6}
    assert radar.snr_db(**args, range_m=100e3, gain_db=40, rcs_m2=0.5, ts_k=300, loss_db=3) == pytest.approx(
        14.3778, abs=5e-5
    )
    two = radar.bistatic_snr_db(**args, rt_m=50e3, rr_m=75e3, gt_db=40, gr_db=20, rcs_m2=1, ts_k=290)
    assert two == pytest.approx(9.0547, abs=5e-5)


def test_published_range_and_power():
    # MathWorks documentation of radareqrng (41.057 km, 194.26 km) and radareqpow (2.2809e6 W)
    args = {"freq_hz": 10e9, "snr_db": 6, "pt_w": 1e6, "tau_s": 1e-5}
    assert radar.maximum_range_m(**args, gain_db=20, rcs_m2=1) == pytest.approx(41_057, abs=1)
    assert radar.maximum_range_m(**args, gain_db=40, rcs_m2=0.1, loss_db=3) == pytest.approx(194_260, abs=5)
    power = radar.peak_power_w(10e9, 50e3, 10, 1e-6, 30, 0.5, 300, 3)
    assert power == pytest.approx(2.2809e6, abs=50)


def test_published_search():
    # MathWorks documentation of radareqsearchpap (2.3689e4 W m2; 360 deg by 0 to 45 deg in 4.8 s) and of
    # radareqsearchsnr (13.8182 dB)
    volume = 2 * math.pi * math.sin(math.radians(45))
    assert radar.power_aperture(111e3, 13, volume, 4.8, 1, 487, 20) == pytest.approx(23_689, abs=1)
    assert radar.search_snr_db(1e6, 3e6, 0.37024024484653045, 10, 0.1, 487, 6) == pytest.approx(13.8182, abs=5e-5)


@given(
    st.floats(1e8, 4e10),
    st.floats(1e2, 1e6),
    st.floats(0, 50),
    st.floats(0, 50),
    st.floats(1e-4, 100),
    st.floats(-20, 40),
)
def test_range_power_and_ratio_are_one_equation(freq, range_m, gain, gain_rx, rcs, snr):
    rest = {"tau_s": 1e-6, "gain_db": gain, "rcs_m2": rcs, "ts_k": 400, "loss_db": 5, "gain_rx_db": gain_rx}
    power = radar.peak_power_w(freq, range_m, snr, **rest)
    assert radar.snr_db(freq, range_m, power, **rest) == pytest.approx(snr, abs=1e-9)
    assert radar.maximum_range_m(freq, snr, power, **rest) == pytest.approx(range_m, rel=1e-9)


def test_a_hand_calculation_of_equation_1():
    # all factors chosen so that the ratio is P tau lambda^2 / ((4 pi)^3 k T), written out
    wavelength = 299_792_458.0 / 1e9
    by_hand = 1.0 * 1.0 * wavelength**2 / ((4 * math.pi) ** 3 * 1.380649e-23 * 290.0)
    assert radar.from_first_principles(1e9, 1.0, 1.0, 0.0, 290.0) == pytest.approx(by_hand, rel=1e-12)


def test_arrays_broadcast():
    ranges = np.array([10e3, 20e3])
    out = radar.snr_db(3e9, ranges, 1e6, 1e-5, 35, [[1.0], [10.0]])
    assert out.shape == (2, 2)
    np.testing.assert_allclose(out[:, 0] - out[:, 1], 40 * math.log10(2), atol=1e-9)
    np.testing.assert_allclose(out[1] - out[0], 10, atol=1e-9)


@pytest.mark.parametrize("swerling", range(5))
@pytest.mark.parametrize("pulses", [1, 16])
def test_a_calibrated_radar_does_what_was_published(swerling, pulses):
    record = radar.radar(radar.Published(250e3, 2.0, 0.8, 1e-6, pulses, swerling))
    snr = radar.snr_linear(float(record["constant_m2"]), 2.0, 250e3, 0.0)
    pd = detection.probability(snr, float(record["threshold"]), pulses, swerling)
    assert pd == pytest.approx(0.8, abs=1e-9)
    assert detection.false_alarm_probability(float(record["threshold"]), pulses) == pytest.approx(1e-6, rel=1e-9)
    assert int(record["filled_from"]) == radar.CALIBRATED


def test_loss_at_the_published_range_is_given_back():
    constant = radar.calibrate(300e3, 1.0, 0.9, 1e-6, reference_loss_db=3.0)
    with_loss = radar.snr_linear(constant, 1.0, 300e3, 3.0)
    assert 10 * math.log10(with_loss) == pytest.approx(detection.required_snr_db(0.9, 1e-6), abs=1e-9)


@given(st.floats(1e-4, 1e3), st.floats(1.0, 1e3), st.floats(0.0, 30.0))
def test_range_goes_with_the_fourth_root(rcs, snr, loss):
    constant = radar.calibrate(250e3, 1.0, 0.5, 1e-6)
    reach = radar.detection_range_m(constant, rcs, snr, loss)
    assert radar.snr_linear(constant, rcs, reach, loss) == pytest.approx(snr, rel=1e-9)
    assert radar.detection_range_m(constant, 16 * rcs, snr, loss) == pytest.approx(2 * reach, rel=1e-12)


def test_the_design_fills_the_same_record():
    record = radar.radar(design=DESIGN)
    assert int(record["filled_from"]) == radar.FIRST_PRINCIPLES
    by_record = 10 * math.log10(radar.snr_linear(float(record["constant_m2"]), 0.1, 123e3, 0.0))
    assert by_record == pytest.approx(radar.snr_db(3e9, 123e3, 1e6, 1e-5, 35.0, 0.1, 500.0, 6.0), abs=1e-9)


def test_never_both_and_never_neither():
    with pytest.raises(InputError, match=r"not both: .* dB against the design"):
        radar.radar(PUBLISHED, DESIGN)
    with pytest.raises(InputError, match="published performance or a design"):
        radar.radar()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"range_m": 0.0}, "range_m"),
        ({"rcs_m2": -1.0}, "rcs_m2"),
        ({"pd": 1e-7}, "pd must lie above pfa"),
        ({"pfa": 0.0}, "pfa"),
        ({"swerling": 5}, "swerling"),
        ({"pulses": 0}, "pulses"),
        ({"reference_loss_db": float("nan")}, "reference_loss_db"),
    ],
)
def test_bad_input_is_named(change, message):
    fields = {"range_m": 250e3, "rcs_m2": 1.0, "pd": 0.5, "pfa": 1e-6} | change
    with pytest.raises(InputError, match=message):
        radar.radar(radar.Published(**fields))


def test_words_for_numbers_are_refused():
    with pytest.raises(InputError, match="freq_hz"):
        radar.snr_db("S band", 1e5, 1e6, 1e-6, 40, 1)
    with pytest.raises(InputError, match="freq_hz"):
        radar.snr_db(-3e9, 1e5, 1e6, 1e-6, 40, 1)
