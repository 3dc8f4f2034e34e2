"""The table of what the air takes against the integral itself, and rain below its top."""

from __future__ import annotations

from math import radians, sin, tan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.gases import SURFACE_VAPOUR_GM3, gaseous_loss_db
from buckler.physics.slant import air_loss_db, air_table, arrival_rad, clear_air_db, path_loss_db, rain_db_per_m

RADIUS_M = 4 / 3 * MEAN_RADIUS_M
REACH_M = 450e3
BANDS_HZ = {"L": 1.3e9, "S": 3e9, "X": 9.5e9, "Ku": 15.5e9}
TABLES = {
    (band, antenna): air_table(freq, antenna, REACH_M, RADIUS_M, SURFACE_VAPOUR_GM3)
    for band, freq in BANDS_HZ.items()
    for antenna in (100.0, 9500.0)
}


@settings(max_examples=60, deadline=None)
@given(
    where=st.sampled_from(sorted(TABLES)),
    elevation_deg=st.floats(-0.5, 89.0),
    range_m=st.floats(1e3, REACH_M),
)
def test_the_table_is_the_integral_along_the_path(
    where: tuple[str, float], elevation_deg: float, range_m: float
) -> None:
    """From the horizon up; below it a ray would end in the ground. The integral: ITU-R P.676-13 (tests of attenuation)."""
    band, antenna = where
    table, step = TABLES[where]
    sine = sin(radians(elevation_deg))
    elevation = arrival_rad(antenna, sine, range_m, RADIUS_M)
    exact = clear_air_db(BANDS_HZ[band], antenna, elevation, range_m, RADIUS_M, SURFACE_VAPOUR_GM3)
    assert air_loss_db(table, step, sine, range_m) == pytest.approx(exact, abs=0.05 + 0.01 * exact)


def test_two_ways_of_the_published_model() -> None:
    """Twice the one-way loss of the public function, which takes the refracted elevation."""
    for elevation_deg in (0.0, 1.0, 5.0, 40.0):
        exact = clear_air_db(9.5e9, 100.0, radians(elevation_deg), 200e3, RADIUS_M, SURFACE_VAPOUR_GM3)
        assert exact == pytest.approx(2.0 * gaseous_loss_db(9.5e9, 100.0, elevation_deg, 200e3), rel=2e-4)


@settings(max_examples=30)
@given(elevation_deg=st.floats(-1.0, 5.0), range_m=st.floats(10e3, 400e3))
def test_refraction_lifts_the_arriving_ray(elevation_deg: float, range_m: float) -> None:
    """Small angles: by d (1 - 1/k) / (2 a), the difference of two earths' curvatures over a ground range d (P.834, 4.1)."""
    lifted = arrival_rad(50.0, sin(radians(elevation_deg)), range_m, RADIUS_M) - radians(elevation_deg)
    along = range_m * np.cos(radians(elevation_deg))
    assert lifted == pytest.approx(along * 0.25 / (2 * MEAN_RADIUS_M), rel=0.05, abs=2e-5)


def test_straight_up_has_no_level_part() -> None:
    assert arrival_rad(50.0, 1.0, 5e3, RADIUS_M) == pytest.approx(radians(90))
    assert arrival_rad(9000.0, -1.0, 5e3, RADIUS_M) == pytest.approx(radians(-90))


def test_rain_counts_both_ways_and_only_below_its_top() -> None:
    """20 mm/h at 9.5 GHz, circular: k = 0.0105, alpha = 1.24 (P.838-3, table 5 near 10 GHz) give some 0.4 dB/km."""
    dry = np.zeros((65, 97), np.float32)
    per_m = rain_db_per_m(9.5e9, 20.0)
    assert 1e3 * per_m == pytest.approx(0.43, rel=0.1)
    at = {"sine": 0.5, "tangent": tan(radians(30.0))}
    # From 100 m to 3,000 m at 30 degrees: 5.8 km of path, whatever lies behind.
    for range_m in (20e3, 80e3):
        loss = path_loss_db(dry, 5e3, per_m, 3000.0, 100.0, RADIUS_M, range_m=range_m, **at)
        assert loss == pytest.approx(2.0 * per_m * 5800.0, rel=2e-3)
    assert path_loss_db(dry, 5e3, per_m, 3000.0, 100.0, RADIUS_M, range_m=3e3, **at) == pytest.approx(6e3 * per_m)
    assert path_loss_db(dry, 5e3, 0.0, 3000.0, 100.0, RADIUS_M, range_m=80e3, **at) == 0.0
    # From above it, looking up: none.
    assert path_loss_db(dry, 5e3, per_m, 3000.0, 9500.0, RADIUS_M, range_m=80e3, **at) == 0.0


def test_below_one_gigahertz_rain_is_nothing() -> None:
    assert rain_db_per_m(0.15e9, 50.0) == 0.0
