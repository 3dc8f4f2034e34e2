"""Navigation error acts at the end of a path only: what that leaves out along it, by numbers, is less than confirming a track takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buckler.dtypes import KILL_CLASSES
from buckler.engine.recording import positions
from buckler.physics.earth import geodesic_direct
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world

LOW = [KILL_CLASSES.index("cruise"), KILL_CLASSES.index("drone")]
BESIDE_M = 300.0
"""Three standard deviations of 100 m."""


@pytest.fixture(scope="module")
def planned() -> World:
    return compile_world(load_scenario("turkey-2019"))


@pytest.fixture(scope="module", params=[0.0, 90.0])
def strayed(planned: World, request: pytest.FixtureRequest) -> World:
    """The raid with every target moved by `BESIDE_M`: from the same origins, paths that stray evenly from the planned ones."""
    scenario = planned.loaded.scenario
    assets = []
    for asset in scenario.assets:
        lat, lon, _ = geodesic_direct(asset.latitude_deg, asset.longitude_deg, request.param, BESIDE_M)
        assets.append(asset.model_copy(update={"latitude_deg": float(lat), "longitude_deg": float(lon)}))
    return compile_world(replace(planned.loaded, scenario=scenario.model_copy(update={"assets": assets})), reuse=planned)


def test_nowhere_is_it_farther_aside_than_at_its_end(planned: World, strayed: World) -> None:
    """So a range changes by no more than that (the triangle's inequality), and an SNR by 40 log10 of its ratio."""
    one, two = planned.arrays, strayed.arrays
    for i, (a, b) in enumerate(zip(one.threats, two.threats, strict=True)):
        if a["kill_class"] not in LOW:
            continue
        # Corners are cut a little elsewhere.
        times_s = np.arange(a["start_s"], min(a["end_s"], b["end_s"]))
        aside = np.linalg.norm(positions(one, i, times_s) - positions(two, i, times_s), axis=1)
        assert 0.0 < aside.max() <= 1.1 * BESIDE_M
        assert aside[0] < 0.2 * BESIDE_M
    snr_db = 40.0 * np.log10(1.0 + BESIDE_M / 20e3)
    assert snr_db < 0.3  # at 20 km; a target's own fluctuation (Swerling 1) has a standard deviation of 5.6 dB


def test_first_view_and_first_reach_move_by_less_than_confirming_takes(planned: World, strayed: World) -> None:
    low = np.isin(planned.arrays.threats["kill_class"], LOW)
    assert low.sum() == 28
    seen = [world.arrays.windows_s[:, low, 0] for world in (planned, strayed)]
    both = np.isfinite(seen[0]) & np.isfinite(seen[1])
    assert np.array_equal(np.isfinite(seen[0]), np.isfinite(seen[1]))
    with np.errstate(invalid="ignore"):
        shift_s = np.where(both, np.abs(seen[0] - seen[1]), 0.0)
    sensors = planned.arrays.sensors
    assert shift_s.max() <= 2.0
    assert np.all(shift_s <= (sensors["scans"] * sensors["scan_period_s"])[:, None])
    met = [world.arrays.pairs["first_s"][:, low] for world in (planned, strayed)]
    both = np.isfinite(met[0])
    assert np.array_equal(both, np.isfinite(met[1]))
    assert np.abs(met[0][both] - met[1][both]).max() < 1.5
