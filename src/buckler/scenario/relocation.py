"""Moves from one place on the ground to another."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from buckler.scenario.common import Placed, Seconds
from buckler.schemas import DocumentModel, LocatedError, Number


class Spot(Placed):
    """A place on the ground."""


class Relocation(DocumentModel):
    """A move to another place: out of action from at_s on, in action there after takes_s, with the rounds that are left."""

    at_s: Seconds = Field(description="When it leaves, since the scenario's start.")
    to: Spot = Field(description="Where it goes.")
    takes_s: Annotated[Number, Field(ge=60, le=86_400)] = Field(description="To pack up, drive, and set up again.")
    sector_azimuth_deg: Annotated[Number, Field(ge=0, le=360)] | None = Field(
        None, description="A sensor's: where it looks from there, from true north; as before if left out."
    )

    @property
    def arrives_s(self) -> float:
        """When it is in action again."""
        return self.at_s + self.takes_s


def one_after_the_other(moves: list[Relocation]) -> None:
    """LocatedError where a move begins before the one before it has ended."""
    for k in range(1, len(moves)):
        if moves[k].at_s < moves[k - 1].arrives_s:
            raise LocatedError(
                [(("relocations", k, "at_s"), f"it is under way until {moves[k - 1].arrives_s:g} s: it cannot leave before that")]
            )
