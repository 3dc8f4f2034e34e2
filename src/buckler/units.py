"""SI constants, and conversions at the edges.

Inside, everything is SI: metres, seconds, radians, kilograms, watts. Published values keep the unit in which they were
published (the catalog card shows it) and are converted here, once, when the World is compiled.
"""

from __future__ import annotations

from math import pi
from typing import Final

SPEED_OF_LIGHT_MPS: Final = 299_792_458.0
"""Exact (SI definition)."""
BOLTZMANN_J_PER_K: Final = 1.380649e-23
"""Exact (SI definition, 2019)."""
STANDARD_GRAVITY_MPS2: Final = 9.80665
"""Exact (3rd CGPM, 1901)."""
SPEED_OF_SOUND_SEA_LEVEL_MPS: Final = 340.294
"""US Standard Atmosphere 1976, sea level; published Mach numbers without an altitude are converted with it."""

_FACTOR: Final[dict[str, tuple[str, float]]] = {
    # length
    "m": ("m", 1.0), "km": ("m", 1e3), "ft": ("m", 0.3048), "nmi": ("m", 1852.0),
    # time
    "s": ("s", 1.0), "min": ("s", 60.0), "h": ("s", 3600.0),
    # speed
    "m/s": ("m/s", 1.0), "km/s": ("m/s", 1e3), "km/h": ("m/s", 1 / 3.6), "kt": ("m/s", 1852.0 / 3600.0),
    "Mach": ("m/s", SPEED_OF_SOUND_SEA_LEVEL_MPS),
    # area, mass, angle, frequency, shares and counts
    "m2": ("m2", 1.0), "kg": ("kg", 1.0), "g": ("m/s2", STANDARD_GRAVITY_MPS2), "m/s2": ("m/s2", 1.0),
    "kg/m2": ("kg/m2", 1.0), "deg": ("rad", pi / 180.0), "deg E": ("rad", pi / 180.0), "rad": ("rad", 1.0),
    "Hz": ("Hz", 1.0), "MHz": ("Hz", 1e6), "GHz": ("Hz", 1e9),
    "1": ("1", 1.0), "probability": ("1", 1.0), "dB": ("dB", 1.0),
    "rounds/min": ("1/s", 1 / 60.0), "people": ("1", 1.0),
    "targets": ("1", 1.0), "missiles": ("1", 1.0), "rounds": ("1", 1.0), "launchers": ("1", 1.0), "channels": ("1", 1.0),
}  # fmt: skip


def to_si(value: float, unit: str) -> float:
    """`value` in the SI unit of the same quantity; KeyError for a unit that is not a physical one (a price, a text)."""
    return value * _FACTOR[unit][1]


def si_unit(unit: str) -> str:
    """The SI unit of what `unit` measures: `si_unit("kt")` is `"m/s"`."""
    return _FACTOR[unit][0]


def is_physical(unit: str) -> bool:
    """Whether `unit` converts to SI (a price or a text does not)."""
    return unit in _FACTOR
