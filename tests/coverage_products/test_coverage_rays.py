"""Line of sight over real ground, against rays followed one by one: a second implementation in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from network_of_radars import QUESTION, network, radar

from buckler.coverage.area import Grid
from buckler.coverage.layers import Question, layer_at
from buckler.physics.earth import MEAN_RADIUS_M, geodesic_direct, geodesic_inverse
from buckler.physics.terrain import packaged_terrain

TERRAIN = packaged_terrain()
RADIUS = 4.0 / 3.0 * MEAN_RADIUS_M


def clear(lat: float, lon: float, antenna: float, to_lat: float, to_lon: float, height: float) -> tuple[bool, float]:
    """Whether the straight line over the enlarged earth clears the ground, sampled every 250 m of the geodesic; and by
    how much, as an angle (rad): the target's elevation less that of the highest ground on the way."""
    distance, azimuth, _ = (float(v) for v in geodesic_inverse(lat, lon, to_lat, to_lon))
    way = np.arange(250.0, distance - 100.0, 250.0)
    places = geodesic_direct(lat, lon, azimuth, way)
    ground = TERRAIN.height_m(places.lat_deg, places.lon_deg)

    def elevation(h, d):
        return np.arctan2((RADIUS + h) * np.cos(d / RADIUS) - (RADIUS + antenna), (RADIUS + h) * np.sin(d / RADIUS))

    margin = float(elevation(height, distance) - elevation(ground, way).max(initial=-1.5))
    return margin >= 0.0, margin


@pytest.mark.parametrize(("antenna_m", "above_m"), [(1500.0, 100.0), (1500.0, 3000.0), (9500.0, 100.0)])
def test_cells_over_the_taurus_agree_with_single_rays(antenna_m, above_m):
    lat, lon = 37.2, 33.2  # the Konya plain, at about 1020 m, north of the Taurus
    (watcher,) = network(radar("a", lat, lon, antenna_m=antenna_m), terrain=TERRAIN, highest_m=3000.0)
    question = Question(QUESTION.target, above_ground=True)
    rng = np.random.default_rng(7)
    wrong, seen = [], 0
    for _ in range(150):
        to_lat, to_lon = rng.uniform(35.6, 38.8), rng.uniform(31.3, 35.1)
        if float(geodesic_inverse(lat, lon, to_lat, to_lon)[0]) < 5000.0:
            continue
        place = Grid(to_lat - 5e-4, to_lon - 5e-4, 1e-3, 1e-3, 1, 1)
        ground = TERRAIN.height_m(np.array([[to_lat]]), np.array([[to_lon]])).astype(np.float32)
        ours = bool(layer_at(above_m, [watcher], question, place, ground, TERRAIN).seen[0, 0])
        theirs, margin = clear(lat, lon, antenna_m, to_lat, to_lon, float(ground[0, 0]) + above_m)
        seen += theirs
        if ours != theirs:
            wrong.append(abs(margin))
    # what differs lies on the edge of a shadow, where a few metres of height decide
    assert 15 <= seen <= 135 or antenna_m > 9000.0
    assert len(wrong) <= 3
    assert max(wrong, default=0.0) < np.radians(0.1)
