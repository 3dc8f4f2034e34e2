"""Threat evaluation: which threat matters most now."""

from __future__ import annotations

from typing import Final

from buckler.compiled import kernel

URGENCY_SCALE_S: Final = 60.0
"""A threat this far from its target counts half as much as one that arrives now: a modelling assumption (15 to 240 s are
defensible). It orders targets when fire channels or rounds are short and does not enter any kill probability."""


@kernel
def priority(value: float, time_to_impact_s: float) -> float:
    """What a defender loses if it waits: the target's value, discounted by the time left.

    priority = value / (1 + time_to_impact / 60 s). Proximity in time and the asset's worth are the two cues that every scheme
    of the field uses: Roux and van Vuuren (2007), "Threat evaluation and weapon assignment decision support: a review of the
    state of the art", ORiON 23(2), 151-187, doi:10.5784/23-2-54, section 3. The form is ours.
    """
    return value / (1.0 + max(time_to_impact_s, 0.0) / URGENCY_SCALE_S)


@kernel
def salvo_kill_probability(single_shot: float, rounds: int) -> float:
    """Probability that at least one of `rounds` independent shots kills: 1 - (1 - SSPK)^n."""
    return 1.0 - (1.0 - single_shot) ** rounds
