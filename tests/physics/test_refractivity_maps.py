"""The maps of P.453 against the ITU's validation examples, and against grids whose values are known."""

from __future__ import annotations

import csv
import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from shared_data import shared

from buckler.errors import InputError, OutOfRangeError
from buckler.physics import refractivity_maps


def examples(name: str) -> list[list[float]]:
    path = shared(f"validation/data/itur/validation/{name}")
    with path.open(encoding="latin-1") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[2:]]


def a_world(folder: Path) -> None:
    """Grids like those of the ITU: wet refractivity from the south-west, gradients from the north and Greenwich."""
    lat = np.linspace(-90, 90, 241)[:, None]
    east = np.linspace(-180, 180, 481)[None, :]
    for share in refractivity_maps._NWET_SHARES:
        np.savez(folder / refractivity_maps._nwet_name(share), 10 * math.log(share) + 0.5 * lat + 0.0 * east)
    ring = 10 * np.abs(np.linspace(0, 360, 481) - 180)[None, :] / 180
    for share in refractivity_maps._GRADIENT_SHARES:
        np.savez(folder / refractivity_maps._gradient_name(share), (-40 + 0.1 * lat - ring)[::-1])


def test_map_interpolation(tmp_path, monkeypatch):
    a_world(tmp_path)
    monkeypatch.setattr(refractivity_maps, "_map_folder", lambda: tmp_path)
    # linear in latitude and in the logarithm of the share, by construction
    assert refractivity_maps.wet_refractivity(39.123, 32.7, 50) == pytest.approx(10 * math.log(50) + 19.5615)
    assert refractivity_maps.wet_refractivity(-39.1, -32.7, 7.0) == pytest.approx(10 * math.log(7) - 19.55)
    got = refractivity_maps.refractivity_gradient([40.0, -40.0, 90.0], [90.0, -90.0, 180.0])
    np.testing.assert_allclose(got, [-40 + 4 - 5, -40 - 4 - 5, -40 + 9 - 0])
    with pytest.raises(OutOfRangeError, match="per cent"):
        refractivity_maps.wet_refractivity(39, 32, 0.01)
    with pytest.raises(InputError, match="65 m or 1000 m"):
        refractivity_maps.refractivity_gradient(39, 32, layer_m=100)


def test_without_maps_the_answer_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"buckler\[itu\]"):
        refractivity_maps.wet_refractivity(39.9, 32.8)


def test_all_itu_examples_of_wet_refractivity():
    if importlib.util.find_spec("itur") is None:
        pytest.skip("the ITU's maps come with the optional package itur")
    for lat, lon, p, expected in examples("ITURP453-14_Nwet.csv"):
        assert refractivity_maps.wet_refractivity(lat, lon, p) == pytest.approx(expected, rel=1e-8)
