from __future__ import annotations

import numpy as np
import pytest

from buckler.catalog.load import load_catalog
from buckler.envelope.airmissile import KIND, LOWER_M, air_missile_envelope, text
from buckler.physics.airlaunch import straight_flight
from buckler.physics.drag import g7, standard_air

CATALOG = load_catalog()
NAMES = [name for name in CATALOG if CATALOG[name].kind == KIND]


@pytest.mark.parametrize("name", NAMES)
def test_the_published_range_comes_out_with_the_least_speed_left(name: str) -> None:
    card = CATALOG[name]
    found = air_missile_envelope(card)
    assert text(found).startswith(f"{name}: ")
    assert not found.misfits
    assert found.shot.range_m[-1] == pytest.approx(card.si("max_range"), rel=1e-9)
    assert found.shot.speed_mps[-1] == pytest.approx(card.si("minimum_intercept_speed"), rel=1e-4)
    assert found.shot.height_m[[0, -1]] == pytest.approx(card.si("reference_height"), abs=1.0)
    assert [shot.height_m[-1] for shot in found.lower] == pytest.approx(LOWER_M, abs=1.0)
    ends = [float(shot.range_m[-1]) for shot in [found.shot, *found.lower]]
    assert ends == sorted(ends, reverse=True)  # the air is thicker below


@pytest.mark.parametrize("name", NAMES)
def test_points_of_a_shot_hang_together_as_path_over_time(name: str) -> None:
    """Against the kernel's own end, and the way between two points against their speeds and times."""
    found = air_missile_envelope(CATALOG[name])
    launch = float(found.shot.speed_mps[0])
    for shot in [found.shot, *found.lower]:
        end = straight_flight((1.0 - 1e-9) * float(shot.range_m[-1]), float(shot.height_m[-1]), launch, found.row, standard_air(), g7())
        assert (shot.time_s[-1], shot.speed_mps[-1]) == pytest.approx(end, rel=1e-6)
        way = np.hypot(np.diff(shot.range_m) * (1.0 + shot.height_m[1:] / 6_371_009.0), np.diff(shot.height_m))
        mean = 0.5 * (shot.speed_mps[1:] + shot.speed_mps[:-1])
        # where it still accelerates fast or has just burnt out, a point's way is no trapezium
        assert (way / np.diff(shot.time_s) / mean)[10:] == pytest.approx(1.0, abs=0.02)
