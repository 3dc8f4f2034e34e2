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
def given_common_mode(single_shot: float, common_mode: float) -> float:
    """Kill probability of one shot where nothing fails that all shots at the target share: min(1, SSPK / c).

    The stated single-shot kill probability is the product of both; a stated SSPK above c cannot be had, and c is what is left.
    """
    return min(1.0, single_shot / common_mode)


@kernel
def salvo_kill_probability(single_shot: float, rounds: int, common_mode: float = 1.0) -> float:
    """Probability that at least one of `rounds` shots kills: c (1 - (1 - SSPK/c)^n).

    c is the probability of what the shots share (Wilkening's P_track: "A Simple Model for Calculating Ballistic Missile Defense
    Effectiveness", Science & Global Security 8 (1999) 183-215); given it they are independent. For c = 1: 1 - (1 - SSPK)^n.
    """
    return common_mode * (1.0 - (1.0 - given_common_mode(single_shot, common_mode)) ** rounds)
