"""The world maps of Recommendation ITU-R P.453-14: wet refractivity, and the gradient near the ground, from an installed itur.

They come with the optional package itur (`pip install 'buckler[itu]'`); its data files are read, its code is not run.
"""

from __future__ import annotations

import importlib.util
from math import log
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from buckler.errors import InputError, OutOfRangeError
from buckler.physics.arguments import Floats, finite, plain

_NWET_SHARES: Final = (0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 60, 70, 80, 90, 95, 99)
_GRADIENT_SHARES: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9)


def wet_refractivity(lat: ArrayLike, lon: ArrayLike, p: float = 50.0) -> Any:
    """Wet refractivity at the surface exceeded for `p` per cent of an average year, N-units: the map of ITU-R P.453-14.

    Needs the digital maps, which come with the optional package itur (`pip install 'buckler[itu]'`); its data files
    are read, its code is not run. Bilinear in position, linear in the logarithm of `p`, from 0.1 to 99 per cent.
    """
    return _map_value(lat, lon, p, _NWET_SHARES, _nwet_name, south_first=True)


def refractivity_gradient(lat: ArrayLike, lon: ArrayLike, p: float = 50.0, layer_m: int = 1000) -> Any:
    """Gradient of refractivity, N/km, not exceeded for `p` per cent of an average year: the maps of ITU-R P.453-14.

    For `effective_earth_factor`. `layer_m`: 1000 (the lowest kilometre) or 65 (the lowest 65 m, where ducts form).
    Needs the digital maps, as `wet_refractivity` does; from 0.1 to 99.9 per cent.
    """
    if layer_m not in (65, 1000):
        raise InputError(f"layer_m is {layer_m!r}: the maps are of the lowest 65 m or 1000 m")
    name = _gradient_name if layer_m == 1000 else _shallow_gradient_name
    return _map_value(lat, lon, p, _GRADIENT_SHARES, name, south_first=False)


def _nwet_name(share: float) -> str:
    return f"v13_nwet_annual_{f'{share:g}'.replace('.', '')}.npz"


def _gradient_name(share: float) -> str:
    return f"v12_dn_{int(share):02d}d{round(100 * (share % 1)):02d}_v1.npz"


def _shallow_gradient_name(share: float) -> str:
    return _gradient_name(share).replace("_dn_", "_dn65m_")


def _map_folder() -> Path:
    found = importlib.util.find_spec("itur")
    folder = Path(found.origin).parent / "data" / "453" if found is not None and found.origin is not None else None
    if folder is None or not folder.is_dir():
        raise InputError(
            "no map of refractivity is installed, and buckler packages none: install the ITU's digital maps with "
            "`pip install 'buckler[itu]'`, or give k yourself (4/3 in a standard atmosphere)"
        )
    return folder


def _map_value(
    lat: ArrayLike, lon: ArrayLike, p: float, shares: tuple[float, ...], name: Any, south_first: bool
) -> Any:
    latitude, longitude = np.broadcast_arrays(finite("lat", lat), finite("lon", lon))
    if np.any(np.abs(latitude) > 90.0):
        raise InputError(f"lat is {lat!r}: write degrees between -90 and 90")
    if not shares[0] <= p <= shares[-1]:
        raise OutOfRangeError(f"p is {p!r}: the map holds from {shares[0]} to {shares[-1]} per cent of the time")
    above = next(i for i, share in enumerate(shares) if share >= p)
    below = above if shares[above] == p else above - 1
    folder = _map_folder()

    def at(share: float) -> Floats:
        with np.load(folder / name(share)) as stored:
            grid = stored["arr_0"]
        return _bilinear(
            grid if south_first else grid[::-1], latitude, longitude, wraps_at=-180.0 if south_first else 0.0
        )

    low = at(shares[below])
    if above == below:
        return plain(low[()])
    part = log(p / shares[below]) / log(shares[above] / shares[below])
    return plain((low + (at(shares[above]) - low) * part)[()])


def _bilinear(grid: Floats, latitude: Floats, longitude: Floats, wraps_at: float) -> Floats:
    """A value of a world grid that starts in the south at the longitude `wraps_at` and closes on itself."""
    rows, columns = grid.shape
    row = (latitude + 90.0) * (rows - 1) / 180.0
    column = ((longitude - wraps_at) % 360.0) * (columns - 1) / 360.0
    i = np.minimum(row.astype(np.int64), rows - 2)
    j = np.minimum(column.astype(np.int64), columns - 2)
    y, x = row - i, column - j
    south = grid[i, j] * (1 - x) + grid[i, j + 1] * x
    return np.asarray(south * (1 - y) + (grid[i + 1, j] * (1 - x) + grid[i + 1, j + 1] * x) * y)
