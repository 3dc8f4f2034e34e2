"""Sine, cosine and arctangent of small arguments by their series: the angles that a radar's path subtends at the earth's centre.

A scan asks for several of them for every threat in view; libm's general ones took a third of a replication. Below 0.1 (640 km
along the ground) the terms left out are below one unit in the last place; above it libm's are taken (Abramowitz and Stegun,
Handbook of Mathematical Functions, 1964, equations 4.3.65, 4.3.66 and 4.4.42).
"""

from __future__ import annotations

from math import atan, cos, sin
from typing import Final

from buckler.compiled import borrowing_kernel

SMALL: Final = 0.1


@borrowing_kernel
def sine_cosine(angle: float) -> tuple[float, float]:
    """Sine and cosine of an angle (rad)."""
    if abs(angle) > SMALL:
        return sin(angle), cos(angle)
    x = angle * angle
    # By constants only: a division takes as long as five products, and there were eight.
    sine = angle * (1.0 - x * (1.0 / 6.0 - x * (1.0 / 120.0 - x * (1.0 / 5_040.0 - x * (1.0 / 362_880.0)))))
    cosine = 1.0 - x * (0.5 - x * (1.0 / 24.0 - x * (1.0 / 720.0 - x * (1.0 / 40_320.0))))
    return sine, cosine


@borrowing_kernel
def arctangent(ratio: float) -> float:
    """The angle (rad, between -pi/2 and pi/2) whose tangent is `ratio`."""
    if abs(ratio) > SMALL:
        return atan(ratio)
    x = ratio * ratio
    tail = 1.0 / 9.0 - x * (1.0 / 11.0 - x * (1.0 / 13.0 - x * (1.0 / 15.0 - x * (1.0 / 17.0))))
    return ratio * (1.0 - x * (1.0 / 3.0 - x * (1.0 / 5.0 - x * (1.0 / 7.0 - x * tail))))
