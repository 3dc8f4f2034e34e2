"""Radar cross-section by aspect: three sectors of a body, and what lies between them.

A body's cross-section is known, where anything is known of it, for three sectors around its direction of flight: *nose*
(seen from ahead), *beam* (from the side, above or below) and *tail* (from behind). With the angle a between the direction of
flight and the direction from the body to the radar, c = cos a, and cross-sections in decibels over a square metre,

(1)  s(c) = s_beam + (s_nose - s_beam) c^2    for c >= 0 (the forward half)
     s(c) = s_beam + (s_tail - s_beam) c^2    for c < 0

so that s is the sector's own value at 0, 90 and 180 degrees, half-way (in decibels) between two of them at 45 and 135
degrees, where the sectors meet, and smooth everywhere: its slope is nought in the middle of each sector. (1) is a convention
of this model, not a law: the sectors follow the way in which reference works tabulate measured means over tens of degrees
(Knott, Shaeffer and Tuley, Radar Cross Section, 2nd ed. 2004, doi:10.1049/SBRA026E; Skolnik, Introduction to Radar Systems,
3rd ed. 2001, section 2.7).

Limits. The mean over the lobes of a sector: narrow flashes (a flat side seen square on, a blade) are in the fluctuation model
(Swerling) or not at all; **flash of rotors and propellers is not modelled**. A body is taken to fly along its axis: angles of
attack and of bank, and the tumbling of a spent stage above the air, are left out. One frequency stands for each band.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Final

from buckler.compiled import borrowing_kernel

ASPECTS: Final = ("nose", "beam", "tail")
"""The order of every array field indexed by aspect."""
NEPER: Final = log(10.0) / 10.0
"""Natural logarithm of a power ratio of one decibel."""


@borrowing_kernel
def cosine_of_aspect(vx: float, vy: float, vz: float, dx: float, dy: float, dz: float) -> float:
    """The c of equation (1), from a body's velocity v and the vector d from the radar to it; 1 for a body at rest."""
    squared = (vx * vx + vy * vy + vz * vz) * (dx * dx + dy * dy + dz * dz)
    if squared <= 0.0:
        return 1.0
    return -(vx * dx + vy * dy + vz * dz) / sqrt(squared)


@borrowing_kernel
def cross_section_db(nose_db: float, beam_db: float, tail_db: float, cosine: float) -> float:
    """Equation (1): decibels over a square metre at an aspect, from those of the three sectors."""
    end = nose_db if cosine >= 0.0 else tail_db
    return beam_db + (end - beam_db) * cosine * cosine


@borrowing_kernel
def ratio_of_db(decibels: float) -> float:
    """The power ratio of a number of decibels: 10^(x/10), as one exponential."""
    return exp(NEPER * decibels)
