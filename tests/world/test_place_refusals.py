"""Positions that the terrain does not cover are refused with what to write instead."""

from __future__ import annotations

import numpy as np
import pytest

from buckler.errors import InputError
from buckler.physics.terrain import Terrain, packaged_terrain
from buckler.world.place import require_covered


def test_exchanged_latitude_and_longitude_are_suggested() -> None:
    terrain = Terrain(np.zeros((11, 11), np.float32), 39.0, 27.0, 0.1, 0.1, "test", "0.1 degrees")
    require_covered(terrain, "sensor 'Radar'", 39.5, 27.5)
    with pytest.raises(InputError, match=r"exchanged; write latitude_deg: 39.5 and longitude_deg: 27.5"):
        require_covered(terrain, "sensor 'Radar'", 27.5, 39.5)


def test_elsewhere_the_terrains_rim_is_named() -> None:
    with pytest.raises(InputError, match=r"outside the terrain \(31.875 to 46.125 N.*terrain: world"):
        require_covered(packaged_terrain(), "sensor 'Radar'", -20.0, 100.0)


def test_a_void_is_no_ground_to_stand_on() -> None:
    heights = np.zeros((11, 11), np.float32)
    heights[4:7, 4:7] = np.nan
    terrain = Terrain(heights, 39.0, 27.0, 0.1, 0.1, "test", "0.1 degrees")
    require_covered(terrain, "sensor 'Radar'", 39.1, 27.1)
    with pytest.raises(InputError, match=r"stands on a void.*--fill-cells"):
        require_covered(terrain, "sensor 'Radar'", 39.5, 27.5)
