"""Counter-based random draws: addressed, not streamed.

`draw(seed, replication, purpose, entity, partner, step)` is a pure function of its address, so that one replication does not
depend on threads, workers, order, or on which other entity exists, and two options compared with the same seed meet the same
luck (common random numbers).

The generator is Threefry-4x64 with 20 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC11 (2011), doi:10.1145/2063384.2063405, section 4.2; known-answer tests from the authors' Random123 distribution.
Key words: seed, replication, purpose, step. Counter words: entity, partner, 0, 0.
"""

from __future__ import annotations

import hashlib
from math import cos, log, pi, sin, sqrt
from typing import Final

import numpy as np

from buckler.compiled import kernel

# Purposes: what a draw is for. A new purpose gets a new number; a number is never used again for something else.
SCAN_PHASE: Final = 1
DETECTION: Final = 2
IDENTIFICATION: Final = 3
SHOT: Final = 4
COMMON_MODE: Final = 5
IMPACT: Final = 6
MEASUREMENT: Final = 7
PARAMETER: Final = 8  # the quantile of a group of parameters; `replication` is the number of the draw
NAVIGATION: Final = 9
LINK_LOSS: Final = 10
LINK_AVAILABILITY: Final = 11
UPTIME: Final = 12
TRANSPONDER: Final = 20
FLIGHT_PLAN: Final = 21
IFF_EQUIPMENT: Final = 22
IFF_REPLY: Final = 23
DISCRIMINATION: Final = 30
FALSE_PLOT: Final = 40
PLOT_LOSS: Final = 41
DOPPLER: Final = 42

_PARITY: Final = np.uint64(0x1BD11BDAA9FC1A22)
_ZERO: Final = np.uint64(0)
_TO_UNIT: Final = 2.0**-53


@kernel
def _rotate(x: np.uint64, bits: int) -> np.uint64:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@kernel
def threefry4x64(
    c0: np.uint64,
    c1: np.uint64,
    c2: np.uint64,
    c3: np.uint64,
    k0: np.uint64,
    k1: np.uint64,
    k2: np.uint64,
    k3: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Threefry-4x64-20: four counter words and four key words in, four words out. All words are uint64, modulo 2**64.

    Salmon et al. (2011) section 4.2; the rotations are those of the Skein hash function, version 1.3, table 4.
    """
    k4 = k0 ^ k1 ^ k2 ^ k3 ^ _PARITY
    x0 = c0 + k0
    x1 = c1 + k1
    x2 = c2 + k2
    x3 = c3 + k3
    for group in range(5):
        if group % 2 == 0:
            x0 += x1
            x1 = _rotate(x1, 14) ^ x0
            x2 += x3
            x3 = _rotate(x3, 16) ^ x2
            x0 += x3
            x3 = _rotate(x3, 52) ^ x0
            x2 += x1
            x1 = _rotate(x1, 57) ^ x2
            x0 += x1
            x1 = _rotate(x1, 23) ^ x0
            x2 += x3
            x3 = _rotate(x3, 40) ^ x2
            x0 += x3
            x3 = _rotate(x3, 5) ^ x0
            x2 += x1
            x1 = _rotate(x1, 37) ^ x2
        else:
            x0 += x1
            x1 = _rotate(x1, 25) ^ x0
            x2 += x3
            x3 = _rotate(x3, 33) ^ x2
            x0 += x3
            x3 = _rotate(x3, 46) ^ x0
            x2 += x1
            x1 = _rotate(x1, 12) ^ x2
            x0 += x1
            x1 = _rotate(x1, 58) ^ x0
            x2 += x3
            x3 = _rotate(x3, 22) ^ x2
            x0 += x3
            x3 = _rotate(x3, 32) ^ x0
            x2 += x1
            x1 = _rotate(x1, 32) ^ x2
        # The key words enter in turn after every four rounds, the last plus the number of the group.
        if group == 0:
            x0, x1, x2, x3 = x0 + k1, x1 + k2, x2 + k3, x3 + k4 + np.uint64(1)
        elif group == 1:
            x0, x1, x2, x3 = x0 + k2, x1 + k3, x2 + k4, x3 + k0 + np.uint64(2)
        elif group == 2:
            x0, x1, x2, x3 = x0 + k3, x1 + k4, x2 + k0, x3 + k1 + np.uint64(3)
        elif group == 3:
            x0, x1, x2, x3 = x0 + k4, x1 + k0, x2 + k1, x3 + k2 + np.uint64(4)
        else:
            x0, x1, x2, x3 = x0 + k0, x1 + k1, x2 + k2, x3 + k3 + np.uint64(5)
    return x0, x1, x2, x3


@kernel
def draw(seed: int, replication: int, purpose: int, entity: np.uint64, partner: np.uint64, step: int) -> float:
    """A uniform number in [0, 1), a pure function of its address.

    `entity` and `partner` are `name_key`s (uint64), never indices; a shot's address is battery, threat and ordinal.
    """
    x0, _, _, _ = threefry4x64(
        entity, partner, _ZERO, _ZERO, np.uint64(seed), np.uint64(replication), np.uint64(purpose), np.uint64(step)
    )
    return float(x0 >> np.uint64(11)) * _TO_UNIT


@kernel
def draw_normal_pair(
    seed: int, replication: int, purpose: int, entity: np.uint64, partner: np.uint64, step: int
) -> tuple[float, float]:
    """Two independent standard normal numbers at one address (Box and Muller 1958, doi:10.1214/aoms/1177706645)."""
    x0, x1, _, _ = threefry4x64(
        entity, partner, _ZERO, _ZERO, np.uint64(seed), np.uint64(replication), np.uint64(purpose), np.uint64(step)
    )
    radius = sqrt(-2.0 * log(1.0 - float(x0 >> np.uint64(11)) * _TO_UNIT))
    angle = 2.0 * pi * float(x1 >> np.uint64(11)) * _TO_UNIT
    return radius * cos(angle), radius * sin(angle)


def name_key(name: str) -> int:
    """The 64-bit key of an entity's name: the first eight bytes of its BLAKE2b hash, little-endian.

    The World refuses two names with one key.
    """
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8"), digest_size=8).digest(), "little")
