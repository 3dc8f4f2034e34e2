"""What identification can find: the evidence's rates, what can be heard of a flight, what each post can ask."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.kinds import EVIDENCE
from buckler.catalog.schema import Card
from buckler.dtypes import ASKER
from buckler.scenario.command import Command
from buckler.scenario.traffic import TrafficEntry
from buckler.tracking import identification as ident

_SIDES: Final = {"civil": ident.CIVIL, "own": ident.OWN}


def evidence_table(card: Card) -> NDArray[np.float64]:
    """The table of likelihoods of tracking.identification from a card of rates; priors scaled to sum to 1."""
    table = np.ones((ident.ROWS, len(ident.HYPOTHESES)))
    for column, who in enumerate(ident.HYPOTHESES):
        table[ident.PRIOR, column] = card.si(f"prior_{who}")
        table[ident.IFF_REPLY, column] = card.si(f"iff_reply_{who}")
        for k, name in enumerate(EVIDENCE):
            table[ident.FIRST_INDICATOR + k, column] = card.si(f"{name}_{who}")
    table[ident.IFF_WORKS, ident.OWN] = card.si("iff_works_own")
    table[ident.PRIOR] /= table[ident.PRIOR].sum()
    return table


def _mask(wanted: list[str], modes: list[str]) -> int:
    return sum(1 << modes.index(mode) for mode in set(wanted))


def describe(body: Any, entry: TrafficEntry, table: NDArray[np.float64], modes: list[str]) -> None:
    """What can be heard of a flight. A transponder that is carried works as often as the card says civil ones are heard."""
    carried = entry.transponder if entry.transponder is not None else entry.side == "civil"
    planned = entry.flight_plan if entry.flight_plan is not None else True
    body["side"] = _SIDES[entry.side]
    body["transponder"] = table[ident.FIRST_INDICATOR + ident.TRANSPONDER, ident.CIVIL] if carried else 0.0
    body["plan"] = table[ident.FIRST_INDICATOR + ident.PLAN, ident.CIVIL] if planned else 0.0
    body["iff"] = _mask(entry.iff_modes, modes)


def askers_of(commands: list[Command], bodies: NDArray[np.void], modes: list[str]) -> NDArray[np.void]:
    """What each post can ask, and the share of own aircraft that could answer it."""
    askers = np.zeros(len(commands), ASKER)
    own = bodies["iff"][bodies["side"] == ident.OWN]
    for asker, command in zip(askers, commands, strict=True):
        asker["iff"] = _mask(command.iff_modes if command.iff_modes is not None else ["NATO"], modes)
        asker["share"] = np.mean((own & asker["iff"]) != 0) if len(own) else 1.0
    return askers
