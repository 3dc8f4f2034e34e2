"""Points of a route, and time spent at them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from buckler.scenario.common import Placed
from buckler.schemas import DocumentModel, Number


class Hold(DocumentModel):
    """Time spent at a waypoint: whole laps of a racetrack on the course that follows; a helicopter hovers."""

    duration_s: Annotated[Number, Field(gt=0, le=86_400)] = Field(description="At least.")
    leg_m: Annotated[Number, Field(ge=0, le=500_000)] = Field(0.0, description="Of its straight legs; 0 is a circle.")
    clockwise: bool = True


class Waypoint(Placed):
    """A point of a route, flown at a height."""

    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="Above ground or sea (see height_reference); the entry's if left out."
    )
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(
        None, description="From here to the next point; the entry's if left out."
    )
    hold: Hold | None = Field(None, description="Time spent here; not at the origin and not at the last point.")
