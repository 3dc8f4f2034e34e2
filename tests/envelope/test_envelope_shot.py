from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from buckler.catalog.load import load_catalog
from buckler.envelope.reach import reference_height_m
from buckler.envelope.shot import shot
from buckler.physics.flyout import arrival, flyout_table
from buckler.physics.interceptor import interceptor, straight_line_m
from buckler.world.arming import weapon_interceptor

CATALOG = load_catalog()
MISSILES = ["48N6E3", "PAC-3 MSE", "9M96E2", "40N6E", "FIM-92 Stinger", "HISAR-O missile"]


@pytest.mark.parametrize("name", MISSILES)
def test_a_shot_ends_at_the_published_range_and_the_stated_height(name: str) -> None:
    row = weapon_interceptor(CATALOG[name], 0.0)
    level = reference_height_m(row)
    flown = shot(row, float(row["max_range_m"]), level)
    assert flown.height_m[-1] == pytest.approx(level, abs=1e-6)
    # found with a step of 1 s, shown with one of 0.25 s: the two and the search differ by a few ten-thousandths
    assert flown.range_m[-1] == pytest.approx(row["max_range_m"], rel=5e-4)
    assert np.all(np.diff(flown.time_s) > 0.0)
    assert np.all(np.diff(flown.range_m) > 0.0)
    assert flown.speed_mps[flown.burnout] == row["burnout_speed_mps"] == flown.speed_mps.max()


@pytest.mark.parametrize("name", ["48N6E3", "PAC-3 MSE", "40N6E"])
def test_a_shot_takes_as_long_as_the_table_that_the_simulation_looks_up(name: str) -> None:
    row = weapon_interceptor(CATALOG[name], 0.0)
    table = flyout_table(row)
    far, level = 0.8 * float(row["max_range_m"]), 12_000.0
    time, speed = arrival(table.interceptor, table.time_s, table.speed_mps, far, level)
    flown = shot(row, far, level)
    assert flown.time_s[-1] == pytest.approx(time, rel=5e-3)
    assert flown.speed_mps[-1] == pytest.approx(speed, rel=2e-2)


def test_rows_hang_together_as_path_over_time() -> None:
    row = weapon_interceptor(CATALOG["9M96E2"], 0.0)
    flown = shot(row, float(row["max_range_m"]), 5_000.0, step_s=0.1)
    # the arc's length from ground range and height, against the integral of the speed (trapezium)
    middle = 6_371_008.8 + 0.5 * (flown.height_m[1:] + flown.height_m[:-1])
    length = np.hypot(np.diff(flown.range_m) * middle / 6_371_008.8, np.diff(flown.height_m)).sum()
    travelled = (0.5 * (flown.speed_mps[1:] + flown.speed_mps[:-1]) * np.diff(flown.time_s)).sum()
    assert length == pytest.approx(travelled, rel=1e-3)


def test_a_near_shot_is_the_straight_line_under_power() -> None:
    row = interceptor(
        burnout_speed_mps=800.0, ballistic_coefficient_kgpm2=5e3, max_range_m=4_000.0, max_height_m=3_000.0,
        burn_time_s=0.0, sustain_time_s=10.0,
    )  # fmt: skip
    flown = shot(row, 3_000.0, 1_000.0)
    path = straight_line_m(3_000.0, 1_000.0, 0.0)
    assert path == pytest.approx(sqrt(3_000.0**2 + 1_000.0**2), rel=2e-4)  # a flat earth is near enough here
    assert flown.time_s[-1] == pytest.approx(path / 800.0, rel=1e-12)
    assert (flown.range_m[-1], flown.height_m[-1]) == pytest.approx((3_000.0, 1_000.0), abs=1e-3)
