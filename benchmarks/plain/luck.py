"""Luck at the engine's addresses, by Threefry in Python integers."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, log, pi, sin, sqrt

_MASK = 2**64 - 1
_ROTATIONS = (
    ((14, 16), (52, 57), (23, 40), (5, 37)),
    ((25, 33), (46, 12), (58, 22), (32, 32)),
)


def threefry(counter: tuple[int, int, int, int], key: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Threefry-4x64-20 in Python integers: Salmon et al., SC11 (2011), doi:10.1145/2063384.2063405, section 4.2."""
    schedule = (*key, key[0] ^ key[1] ^ key[2] ^ key[3] ^ 0x1BD11BDAA9FC1A22)
    x0 = counter[0] + key[0] & _MASK
    x1 = counter[1] + key[1] & _MASK
    x2 = counter[2] + key[2] & _MASK
    x3 = counter[3] + key[3] & _MASK
    for group in range(1, 6):
        for one, two in _ROTATIONS[1 - group % 2]:
            x0 = x0 + x1 & _MASK
            x2 = x2 + x3 & _MASK
            # A round ends by swapping the second word and the fourth.
            x1, x3 = (x3 << two | x3 >> 64 - two) & _MASK ^ x2, (x1 << one | x1 >> 64 - one) & _MASK ^ x0
        x0 = x0 + schedule[group % 5] & _MASK
        x1 = x1 + schedule[(group + 1) % 5] & _MASK
        x2 = x2 + schedule[(group + 2) % 5] & _MASK
        x3 = x3 + schedule[(group + 3) % 5] + group & _MASK
    return x0, x1, x2, x3


@dataclass(frozen=True)
class Luck:
    """The draws of one replication."""

    seed: int
    replication: int

    def uniform(self, purpose: int, entity: int, partner: int, step: int) -> float:
        """A number in [0, 1): the upper 53 bits of the first word."""
        return (threefry((entity, partner, 0, 0), (self.seed, self.replication, purpose, step))[0] >> 11) / 2**53

    def normal_pair(self, purpose: int, entity: int, partner: int, step: int) -> tuple[float, float]:
        """Two standard normal numbers (Box and Muller 1958)."""
        one, two, _, _ = threefry((entity, partner, 0, 0), (self.seed, self.replication, purpose, step))
        radius = sqrt(-2 * log(1 - (one >> 11) / 2**53))
        angle = 2 * pi * (two >> 11) / 2**53
        return radius * cos(angle), radius * sin(angle)
