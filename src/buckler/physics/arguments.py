"""What a public function is given: numbers or arrays of numbers, checked, so that a mistake says which argument it is in."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from buckler.errors import InputError

Floats: TypeAlias = npt.NDArray[np.float64]


def finite(name: str, value: npt.ArrayLike) -> Floats:
    """`value` as a float64 array; InputError where it is not a finite number."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is {value!r}: write a number or an array of numbers") from None
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name} holds {array[~np.isfinite(array)][0] if array.ndim else array}: write finite numbers")
    return array


def positive(name: str, value: npt.ArrayLike) -> Floats:
    """`value` as an array of numbers above 0."""
    array = finite(name, value)
    if np.any(array <= 0.0):
        raise InputError(f"{name} is {value!r}: write a number above 0")
    return array


def not_negative(name: str, value: npt.ArrayLike) -> Floats:
    """`value` as an array of numbers of 0 or more."""
    array = finite(name, value)
    if np.any(array < 0.0):
        raise InputError(f"{name} is {value!r}: write 0 or more")
    return array


def up_to_a_right_angle(name: str, value: npt.ArrayLike) -> Floats:
    """`value` as an array of degrees between -90 and 90: elevations, tilts."""
    array = finite(name, value)
    if np.any(np.abs(array) > 90.0):
        raise InputError(f"{name} is {value!r}: write degrees between -90 and 90")
    return array


def _degrees(name: str, value: npt.ArrayLike, most: float, words: str) -> Floats:
    array = finite(name, value)
    beyond = np.abs(array) > most
    if np.any(beyond):
        worst = array[beyond][0] if array.ndim else array
        raise InputError(f"{name} is {worst} degrees: write {words}")
    return array


def latitude(name: str, value: npt.ArrayLike) -> Floats:
    """`value` as an array of latitudes in degrees; InputError beyond a pole."""
    return _degrees(name, value, 90.0, "a latitude between -90 and 90 (north is positive)")


def longitude(name: str, value: npt.ArrayLike) -> Floats:
    """`value` as an array of longitudes in degrees; InputError beyond a full turn either way."""
    return _degrees(name, value, 360.0, "a longitude between -180 and 180 (east is positive)")


def vector_of_three(name: str, value: npt.ArrayLike) -> Floats:
    """A vector, or InputError."""
    vector = finite(name, value)
    if vector.shape != (3,):
        raise InputError(f"{name} has shape {vector.shape}: write three numbers")
    return vector


def require_positive(name: str, value: float) -> None:
    """InputError for what is no number above 0."""
    if not 0.0 < value < float("inf"):
        raise InputError(f"{name} is {value}: write a number above 0")


def plain(value: Any) -> Any:
    """A float where `value` is a single number, else the array that it is."""
    return float(value) if np.ndim(value) == 0 else value
