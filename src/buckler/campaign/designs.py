"""Designs of experiments: which combinations of the factors' levels are flown.

A design is a table [point, factor] of places in (0, 1): the middle of one of k equal parts stands for a level of k, and a factor with
a range takes the quantile.

- Full factorial: every combination.
- Fractional factorial, two levels a factor: 2^q points of the 2^k. Each factor beyond q is aliased with a product of basic factors,
  chosen so that no product of fewer than R factors is constant: resolution R (Box and Hunter, Technometrics 3 (1961) 311,
  doi:10.1080/00401706.1961.10489951). As columns over GF(2), every R - 1 of them are linearly independent.
  III: main effects are mixed up with two-factor interactions; IV: with none of them; V: neither are these with each other.
- Latin hypercube: each factor's range cut into as many parts as there are points, each met once (McKay, Beckman and Conover,
  Technometrics 21 (1979) 239, doi:10.1080/00401706.1979.10489755).
- Sobol: the first 2^m points of a scrambled Sobol sequence (Owen 1998; Joe and Kuo 2008), by scipy.stats.qmc.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.errors import InputError

Places = NDArray[np.float64]
MOST_POINTS: Final = 100_000
_SEARCH_STEPS: Final = 200_000
_RESOLUTIONS: Final = (8, 7, 6, 5, 4, 3)
ROMAN: Final = {3: "III", 4: "IV", 5: "V", 6: "VI", 7: "VII", 8: "VIII"}


def full_factorial(levels: list[int]) -> Places:
    """Every combination of so many levels each, the last factor changing fastest."""
    count = int(np.prod([float(n) for n in levels]))
    if count > MOST_POINTS:
        raise InputError(
            f"a full factorial of {' x '.join(map(str, levels))} levels has {count:,} points, and {MOST_POINTS:,} is the most: "
            "write a fractional-factorial, latin-hypercube or sobol design"
        )
    return np.array(list(product(*(((np.arange(n) + 0.5) / n).tolist() for n in levels))))


def generators(factors: int, basic: int) -> tuple[list[int], int]:
    """(columns, resolution) of the 2^(factors - basic) fraction of highest resolution that is found.

    A column is a set of basic factors, as bits; the first `basic` are those factors themselves. Searched from resolution VIII down,
    in increasing order of columns; resolution III always exists for factors < 2^basic.
    """
    if not basic <= factors < 2**basic:
        raise InputError(f"{2**basic} points hold at most {2**basic - 1} factors of two levels; there are {factors}")
    for resolution in _RESOLUTIONS:
        columns = _independent(factors, basic, resolution)
        if columns is not None:
            return columns, resolution
    raise InputError(
        f"no fraction of {2**basic} points holds {factors} factors"
    )  # pragma: no cover (resolution III exists)


def _independent(factors: int, basic: int, resolution: int) -> list[int] | None:
    """Columns of which every `resolution` - 1 are independent, or None where the search finds none."""
    start = [1 << bit for bit in range(basic)]
    budget = _SEARCH_STEPS

    def sums(columns: list[int], most: int) -> set[int]:
        out = {0}
        for size in range(1, most + 1):
            for chosen in combinations(columns, size):
                total = 0
                for column in chosen:
                    total ^= column
                out.add(total)
        return out

    def extend(columns: list[int], forbidden: set[int], least: int) -> list[int] | None:
        nonlocal budget
        if len(columns) == factors:
            return columns
        for column in range(least, 1 << basic):
            budget -= 1
            if budget < 0:
                return None
            if column in forbidden:
                continue
            # A new column may be no sum of up to resolution - 2 of those that are there.
            more = forbidden | {column ^ other for other in sums(columns, resolution - 3)}
            found = extend([*columns, column], more, column + 1)
            if found is not None:
                return found
        return None

    if factors == basic:
        return start
    return extend(start, sums(start, resolution - 2), 3)


def fractional_factorial(factors: int, points: int) -> tuple[Places, int | None, list[str]]:
    """(places, resolution, aliases): None for the resolution of a full factorial; aliases such as "E = ABC"."""
    basic = points.bit_length() - 1
    if points != 1 << basic:
        raise InputError(f"points: {points} is no power of two: write {1 << basic} or {2 << basic}")
    if basic >= factors:
        if basic > factors:
            raise InputError(
                f"points: {factors} factors of two levels have {2**factors} combinations in all: write {2**factors} or fewer"
            )
        return full_factorial([2] * factors), None, []
    columns, resolution = generators(factors, basic)
    runs = np.arange(points)
    # The sign of a product of factors is the parity of the bits that it holds; an odd number of low factors makes it low.
    signs = np.array([[1 - 2 * (int(run & column).bit_count() % 2) for column in columns] for run in runs])
    low_first = np.array([column.bit_count() % 2 == 1 for column in columns])
    high = np.where(low_first, signs < 0, signs > 0)
    letters = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
    name = [letters[k] if k < len(letters) else f"X{k + 1}" for k in range(factors)]
    aliases = [
        f"{name[k]} = {''.join(name[bit] for bit in range(basic) if columns[k] >> bit & 1)}"
        for k in range(basic, factors)
    ]
    order = np.lexsort(high.T[:basic][::-1])
    return np.where(high[order], 0.75, 0.25), resolution, aliases


def fewest_points(factors: int, resolution: int) -> int:
    """The smallest power of two of points that gives at least this resolution."""
    for basic in range(1, factors + 1):
        if basic == factors:
            break
        if factors < 2**basic and generators(factors, basic)[1] >= resolution:
            return 1 << basic
    return 1 << factors


def latin_hypercube(factors: int, points: int, seed: int) -> Places:
    """A Latin hypercube, each point somewhere within its cell."""
    return np.asarray(_sampler("LatinHypercube", factors, seed).random(points))


def sobol(factors: int, points: int, seed: int) -> Places:
    """A scrambled Sobol sequence; its balance needs a power of two of points."""
    exponent = points.bit_length() - 1
    if points != 1 << exponent:
        raise InputError(
            f"points: a Sobol design is balanced at powers of two, and {points} is none: write {1 << exponent} or {2 << exponent}"
        )
    # A scrambled sequence can give exactly 0, which the log-uniform and the triangular quantile bear as well as any place.
    return np.asarray(_sampler("Sobol", factors, seed).random_base2(exponent))


def _sampler(kind: str, factors: int, seed: int) -> Any:
    from scipy.stats import qmc

    return getattr(qmc, kind)(d=factors, rng=np.random.Generator(np.random.PCG64(seed)))
