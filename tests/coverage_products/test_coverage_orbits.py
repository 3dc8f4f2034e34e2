"""A sensor on an orbit, on a map: at the centre, every way that it looks in a round."""

from __future__ import annotations

from math import pi, radians

import pytest

from buckler.coverage.network import watchers_of
from buckler.coverage.raster import unit_snr
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world


def test_a_nose_radar_on_patrol_looks_every_way_over_a_round() -> None:
    world = compile_world(load_scenario("more-eyes"))
    watchers = {watcher.name: watcher for watcher in watchers_of(world, highest_m=5000.0)}
    patrol, fixed = watchers["F-16C north"], watchers["92N6E north"]
    assert patrol.eye.sector_half_width_rad == pi
    assert fixed.eye.sector_half_width_rad < pi
    (entry,) = [sensor for sensor in world.loaded.scenario.sensors if sensor.name == "F-16C north"]
    assert (patrol.lat_deg, patrol.lon_deg) == pytest.approx((entry.latitude_deg, entry.longitude_deg))
    assert patrol.height_m == world.loaded.card("F-16C").si("cruise_height")
    for north, east in ((0.3, 0.0), (-0.3, 0.0), (0.0, 0.4), (0.0, -0.4)):
        assert unit_snr(patrol.eye, radians(41.3 + north), radians(33.9 + east), 6000.0) > 0.0
