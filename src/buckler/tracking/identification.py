"""Identification: who an aircraft is, by Bayes' rule over evidence with stated error rates.

Bayes' rule over the hypotheses H in {civil, own, red}, for evidence E_k that is independent given H (naive Bayes):

    p(H | E) = p(H) prod_k p(E_k | H) / sum_H' p(H') prod_k p(E_k | H')                                               (1)

Pearl, Probabilistic Reasoning in Intelligent Systems (1988), doi:10.1016/C2009-0-27609-4, section 2.1; the same rule is in the identity
data combining process of STANAG 4162. Each kind of evidence enters once, with what is known of it so far, so that the order in which
evidence came does not matter and the same transponder heard twice is not two witnesses. The one exception is the IFF interrogation,
whose repetitions are independent given that the equipment works; k answers to n of them are one piece of evidence (binomial: how many
ways there are to choose the k is the same for all):

    p(k of n | own) = s w r^k (1 - r)^(n-k), and 1 - s w more for k = 0,   p(k of n | H) = f_H^k (1 - f_H)^(n-k) for H civil or red  (2)

with s the share of own aircraft that carry a mode which this post can ask (0: the two systems are not interoperable, and silence then
says nothing), w the probability that the equipment works and is on, r and f_H the probabilities of one valid or false reply. False
replies are taken to be accidents, independent of each other: who can answer at will (a captured key) is not modelled.

Every probability is an assumption, with its range and reason on the catalog card `identification`, or on a card of the scenario's own.
Limits: three hypotheses; kinematic evidence is what an exact track would show; evidence that is dependent given H (speed and height)
makes posteriors surer than they should be.

The identities are those of STANAG 1241, with the codes of APP-6 and MIL-STD-2525D (standard identity, digit 4).
"""

from __future__ import annotations

from math import exp, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.compiled import borrowing_kernel
from buckler.dtypes import FREE, TIGHT

# Hypotheses: the columns of a table of likelihoods.
CIVIL: Final = 0
OWN: Final = 1
RED: Final = 2
HYPOTHESES: Final = ("civil", "own", "red")

# Rows of a table of likelihoods: the prior, the two of equation (2), then p(the indicator is there | H).
PRIOR: Final = 0
IFF_REPLY: Final = 1
IFF_WORKS: Final = 2
FIRST_INDICATOR: Final = 3
INDICATORS: Final = ("transponder", "corridor", "plan", "speed", "height", "origin", "size")
"""What is there or is not: bit k of a word of indicators is the k-th. transponder: a civil reply or ADS-B that fits the track; corridor:
inside a published airway's width and heights; plan: a filed flight plan or schedule fits; speed and height: an airliner's;
origin: first seen at a known airfield or airway end; size: a large radar cross-section."""
TRANSPONDER: Final = 0
CORRIDOR: Final = 1
PLAN: Final = 2
SPEED: Final = 3
HEIGHT: Final = 4
ORIGIN: Final = 5
SIZE: Final = 6
ROWS: Final = FIRST_INDICATOR + len(INDICATORS)
ALL_INDICATORS: Final = (1 << len(INDICATORS)) - 1

# Identities.
PENDING: Final = 0
UNKNOWN: Final = 1
ASSUMED_FRIEND: Final = 2
FRIEND: Final = 3
NEUTRAL: Final = 4
SUSPECT: Final = 5
HOSTILE: Final = 6
IDENTITIES: Final = ("pending", "unknown", "assumed friend", "friend", "neutral", "suspect", "hostile")

HOSTILE_FROM: Final = 0.99
"""p(red) from which a track is hostile (assumption; range 0.9 to 0.999: one wrongful call in a hundred such, if the rates are right)."""
SUSPECT_FROM: Final = 0.80
"""p(red) from which it is suspect (assumption; range 0.6 to 0.9)."""
FRIEND_FROM: Final = 0.95
"""p(own) from which it is a friend (assumption; range 0.9 to 0.99)."""
NEUTRAL_FROM: Final = 0.80
"""p(civil) from which it is neutral (assumption; range 0.7 to 0.95)."""
NOT_RED_FROM: Final = 0.95
"""p(civil) + p(own) from which it is at least an assumed friend, whichever of the two it is (assumption; range 0.9 to 0.99)."""

_SUREST: Final = 1e-9
"""No likelihood is nearer to 0 or 1, so that no single statement is beyond contradiction."""


@borrowing_kernel
def log_reply_probability(
    table: NDArray[np.float64], hypothesis: int, interrogations: int, replies: int, share: float
) -> float:
    """Equation (2), its logarithm: that just these of the interrogations are answered."""
    each = _surely_not(table[IFF_REPLY, hypothesis])
    total = replies * log(each) + (interrogations - replies) * log(1.0 - each)
    if hypothesis != OWN:
        return total
    works = _surely_not(share * float(table[IFF_WORKS, OWN]))
    if replies == 0:
        return log(1.0 - works + works * exp(total))
    return total + log(works)


@borrowing_kernel
def _surely_not(probability: float) -> float:
    return min(max(probability, _SUREST), 1.0 - _SUREST)


@borrowing_kernel
def _log_odds(
    table: NDArray[np.float64], hypothesis: int, known: int, there: int, of_replies: float
) -> float:
    """log p(H) + sum of log p(E_k | H), in the order of the rows; `of_replies`: that of the IFF's answers."""
    total = log(max(table[PRIOR, hypothesis], _SUREST)) + max(of_replies, log(_SUREST))
    for k in range(len(table) - FIRST_INDICATOR):
        if (known >> k) & 1:
            p = _surely_not(table[FIRST_INDICATOR + k, hypothesis])
            total += log(p if (there >> k) & 1 else 1.0 - p)
    return total


@borrowing_kernel
def posterior(
    table: NDArray[np.float64], known: int, there: int, interrogations: int, replies: int, share: float
) -> tuple[float, float, float]:
    """Equation (1): (p(civil), p(own), p(red)) given the evidence.

    `table` [ROWS, 3]: prior, IFF, indicators. `known`: bits of the indicators that have been looked at; `there`: of those found.
    `interrogations`: by IFF so far, `replies`: how many were answered; `share`: s of equation (2).
    """
    of_civil = log_reply_probability(table, CIVIL, interrogations, replies, share)
    of_own = log_reply_probability(table, OWN, interrogations, replies, share)
    of_red = log_reply_probability(table, RED, interrogations, replies, share)
    best = max(of_civil, of_own, of_red)  # many answers are each improbable: it is their ratios that count
    civil = _log_odds(table, CIVIL, known, there, of_civil - best)
    own = _log_odds(table, OWN, known, there, of_own - best)
    red = _log_odds(table, RED, known, there, of_red - best)
    top = max(civil, own, red)
    civil, own, red = exp(civil - top), exp(own - top), exp(red - top)
    total = civil + own + red
    return civil / total, own / total, red / total


@borrowing_kernel
def identity(civil: float, own: float, red: float) -> int:
    """The identity that the posterior stands for, by the thresholds above."""
    if red >= HOSTILE_FROM:
        return HOSTILE
    if red >= SUSPECT_FROM:
        return SUSPECT
    if own >= FRIEND_FROM:
        return FRIEND
    if civil >= NEUTRAL_FROM:
        return NEUTRAL
    if civil + own >= NOT_RED_FROM:
        return ASSUMED_FRIEND
    return UNKNOWN


@borrowing_kernel
def may_fire(identity: int, control: int) -> bool:
    """Whether weapon control lets a track of this identity be fired at.

    free: at everything that is not identified as friend or neutral, once it has been looked at; tight: only at what is hostile;
    hold: at nothing (self-defence is not modelled).
    """
    if control == FREE:
        return identity == UNKNOWN or identity == SUSPECT or identity == HOSTILE
    return control == TIGHT and identity == HOSTILE
