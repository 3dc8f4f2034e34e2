"""Eyes, binoculars and thermal sights: whether a look finds a target of a size at a range.

J. Johnson, "Analysis of Image Forming Systems", Image Intensifier Symposium, Fort Belvoir (1958): a target is detected by half of all
observers when one cycle (two lines that can just be told apart) fits across its critical dimension, the square root of the area that
it shows. So the range at which half of the looks succeed goes with the target's size,

    R50 = size / (2 x resolution),                                                                                    (1)

and with N the cycles across it and N50 those of equation (1), N/N50 = R50/R. The probability of a look is the target transfer
probability function of the Night Vision Laboratory (J. A. Ratches, NVL static performance model, ECOM-7043 (1975); G. C. Holst,
Electro-Optical Imaging System Performance):

    P = x^E / (1 + x^E),   E = 2.7 + 0.7 x,   x = N/N50.                                                              (2)

It stands for looks in the direction of the target; the time that a search of a wide sector takes is the sensor's scan period, and
contrast, sun, cloud and background are not modelled beyond the meteorological visibility, past which nothing is seen by eye.

A radar's equation serves for both: with the fourth power of the size in the place of the cross-section, signal over noise is
(N/N50)^4.
"""

from __future__ import annotations

from typing import Final

from buckler.compiled import kernel

LOOK: Final = -1
"""In the place of a Swerling case: the probability of a look by equation (2)."""


@kernel
def look_probability(signal: float) -> float:
    """Probability that a look finds the target, equation (2); `signal`: (N/N50)^4, which is (R50/R)^4."""
    if signal <= 0.0:
        return 0.0
    x = min(signal**0.25, 50.0)
    odds = float(x ** (2.7 + 0.7 * x))
    return odds / (1.0 + odds)
