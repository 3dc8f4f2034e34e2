"""What happens: in which order at one instant, and how it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from buckler.log.schema import Kind, Reason


class Priority(IntEnum):
    """What comes first at one instant."""

    APPEAR = 0
    RESOLVE = 1
    IMPACT = 2
    ASSESS = 3
    RELOADED = 4
    SCAN = 5
    VERDICT = 6
    DECIDE = 7
    LAUNCH = 8


@dataclass(slots=True)
class Event:
    """One line of the log."""

    cause: int
    time_s: float
    kind: Kind
    reason: Reason
    subject: int
    object: int
    lat_deg: float
    lon_deg: float
    alt_m: float
    value: float
