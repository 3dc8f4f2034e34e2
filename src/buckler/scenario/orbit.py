"""The racetrack that a sensor or a patrol flies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from buckler.schemas import DocumentModel, Number


class Orbit(DocumentModel):
    """A racetrack around a position: two straight legs joined by half circles, from the beginning of the first leg on, or from later."""

    heading_deg: Annotated[Number, Field(ge=0, le=360)] = Field(description="Of the first leg, from true north.")
    leg_length_m: Annotated[Number, Field(gt=0, le=500_000)] = Field(description="Of each straight leg.")
    turn_radius_m: Annotated[Number, Field(ge=100, le=100_000)] | None = Field(
        None, description="Half the distance between the legs; that of a turn at the card's orbit_bank (else 25 degrees) if left out."
    )
    speed_mps: Annotated[Number, Field(gt=5, le=1000)] | None = Field(None, description="The card's if left out.")
    turns: Literal["left", "right"] = "left"
    begun: Annotated[Number, Field(ge=0, lt=1)] = Field(
        0.0, description="Share of a round that is flown at the scenario's start: two on one orbit at 0 and 0.5 face each other's way."
    )
