"""How far an attempt on a threat got, and for which reason the threat then got through."""

from __future__ import annotations

from enum import IntEnum

from buckler.log.schema import Reason


class Stage(IntEnum):
    """How far an attempt on a threat got along the kill chain."""

    UNSEEN = 0
    SEEN = 1
    TRACKED = 2
    HELD = 3
    NOT_REACHED = 4
    TOO_LATE = 5
    NO_GUIDANCE = 6
    NO_CHANNEL = 7
    NO_ROUND = 8
    FIRED = 9


REASON_OF = {
    Stage.UNSEEN: Reason.NOT_SEEN,
    Stage.SEEN: Reason.SEEN_TOO_LATE,
    Stage.TRACKED: Reason.NOT_IDENTIFIED,
    Stage.HELD: Reason.HELD_BY_RULES,
    Stage.NOT_REACHED: Reason.OUT_OF_REACH,
    Stage.TOO_LATE: Reason.SEEN_TOO_LATE,
    Stage.NO_GUIDANCE: Reason.NO_FIRE_CONTROL_TRACK,
    Stage.NO_CHANNEL: Reason.NO_CHANNEL,
    Stage.NO_ROUND: Reason.NO_MISSILE,
    Stage.FIRED: Reason.MISSED,
}
