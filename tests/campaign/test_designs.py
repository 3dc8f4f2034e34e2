"""Designs: resolutions against a published table, balance, and one point in every part of a Latin hypercube."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from buckler.campaign import designs
from buckler.errors import InputError


@pytest.mark.parametrize(
    ("factors", "points", "resolution"),
    # Montgomery, Design and Analysis of Experiments, 8th ed. 2013, table 8.14.
    [(3, 4, 3), (4, 8, 4), (5, 16, 5), (5, 8, 3), (6, 32, 6), (6, 16, 4), (6, 8, 3), (7, 64, 7), (7, 32, 4), (7, 16, 4), (7, 8, 3),
     (8, 64, 5), (8, 32, 4), (8, 16, 4), (9, 128, 6), (9, 64, 4), (9, 32, 4), (9, 16, 3), (10, 128, 5), (10, 64, 4), (11, 128, 5),
     (15, 16, 3)],
)  # fmt: skip
def test_resolution_is_the_published_one(factors: int, points: int, resolution: int) -> None:
    places, stated, aliases = designs.fractional_factorial(factors, points)
    assert stated == resolution
    assert len(aliases) == factors - points.bit_length() + 1
    signs = np.where(places > 0.5, 1, -1)
    assert len(np.unique(signs, axis=0)) == points
    # No product of fewer factors than the resolution is constant, and some product of that many is.
    for size in range(1, resolution):
        for chosen in combinations(range(factors), size):
            assert abs(signs[:, chosen].prod(axis=1).sum()) == 0, chosen
    assert any(abs(signs[:, c].prod(axis=1).sum()) == points for c in combinations(range(factors), resolution))


def test_fewest_points_for_a_resolution() -> None:
    assert designs.fewest_points(7, 3) == 8
    assert designs.fewest_points(7, 4) == 16
    assert designs.fewest_points(8, 5) == 64
    assert designs.fewest_points(2, 3) == 4


def test_full_factorial_has_every_combination_once() -> None:
    places = designs.full_factorial([2, 3, 2])
    levels = {tuple(int(p * n) for p, n in zip(row, (2, 3, 2), strict=True)) for row in places}
    assert len(places) == len(levels) == 12


@pytest.mark.parametrize("points", [8, 64])
def test_latin_hypercube_meets_every_part_once(points: int) -> None:
    places = designs.latin_hypercube(3, points, 1)
    for column in places.T:
        assert sorted((column * points).astype(int)) == list(range(points))


def test_sobol_is_balanced_and_depends_on_the_seed_alone() -> None:
    places = designs.sobol(4, 64, 3)
    for column in places.T:
        assert sorted((column * 64).astype(int)) == list(range(64))
    assert np.array_equal(places, designs.sobol(4, 64, 3))
    assert not np.array_equal(places, designs.sobol(4, 64, 4))


def test_what_no_design_holds() -> None:
    with pytest.raises(InputError, match="no power of two: write 4 or 8"):
        designs.fractional_factorial(3, 6)
    with pytest.raises(InputError, match="at most 7 factors"):
        designs.fractional_factorial(9, 8)
    with pytest.raises(InputError, match="8 or fewer"):
        designs.fractional_factorial(3, 16)
    with pytest.raises(InputError, match="write 64 or 128"):
        designs.sobol(2, 100, 1)
    with pytest.raises(InputError, match="is the most"):
        designs.full_factorial([10] * 6)
