"""The public functions of propagation: free-space loss against a published value, scalars and arrays, and what is refused."""

from __future__ import annotations

import math

import pytest

from buckler.errors import InputError, OutOfRangeError
from buckler.physics import propagation


def test_published_free_space_loss():
    # MathWorks documentation of fspl: 10 GHz, 10 km
    assert propagation.free_space_loss_db(10e9, 10e3) == pytest.approx(132.4478, abs=5e-5)


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
