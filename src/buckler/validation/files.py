"""Published instance files: weapon assignment and linear assignment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from buckler.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_NUMBERS = 20_000_000


def read_weapon_assignment(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Values (threats,), kill probabilities (weapons, threats) and rounds a weapon of an instance.

    The file (Andersen, Pavlikov and Toffolo, Annals of Operations Research, 2022) holds the number of weapons, of
    threats and of rounds a weapon; a value for each threat; then weapon, threat and kill probability of every pair.
    Format of github tuliotoffolo/wta.
    """
    numbers = _numbers(path)
    if numbers.size < 3:
        raise InputError(f"{path}: too short; it begins with the numbers of weapons, of threats and of rounds a weapon")
    weapons, threats, rounds = (_whole(path, number, 1) for number in numbers[:3])
    pairs = numbers[3 + threats :]
    if pairs.size != 3 * weapons * threats:
        raise InputError(
            f"{path}: {numbers.size} numbers; {weapons} weapons and {threats} threats take "
            f"{3 + threats + 3 * weapons * threats}"
        )
    kill = np.full((weapons, threats), np.nan)
    weapon, threat = pairs[0::3].astype(np.int64), pairs[1::3].astype(np.int64)
    if ((weapon < 0) | (weapon >= weapons) | (threat < 0) | (threat >= threats)).any():
        raise InputError(f"{path}: a pair names a weapon or threat beyond {weapons} x {threats}; they count from 0")
    kill[weapon, threat] = pairs[2::3]
    if np.isnan(kill).any():
        raise InputError(f"{path}: a pair is given twice and another is missing")
    return numbers[3 : 3 + threats], kill, rounds


def read_linear_assignment(path: Path) -> NDArray[np.float64]:
    """The cost matrix of an assignment problem of Beasley's OR-Library: its size n, then n x n costs, row by row."""
    numbers = _numbers(path)
    size = _whole(path, numbers[0], 1) if numbers.size else 0
    if numbers.size != 1 + size * size or size == 0:
        raise InputError(f"{path}: {numbers.size} numbers; a problem of size n holds n and n x n costs")
    return numbers[1:].reshape(size, size)


def _numbers(path: Path) -> NDArray[np.float64]:
    try:
        words = path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not text; give a file of numbers") from None
    if len(words) > _MOST_NUMBERS:
        raise InputError(f"{path}: {len(words)} numbers, at most {_MOST_NUMBERS} are read")
    try:
        return np.array(words, dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{path}: not a number: {error}") from None


def _whole(path: Path, number: float, least: int) -> int:
    if not (number >= least and number == int(number)):
        raise InputError(f"{path}: {number:g} stands where a whole number from {least} is wanted")
    return int(number)
