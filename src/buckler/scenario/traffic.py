"""Aircraft that must not be shot at, and the ways that they fly."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Mode, Named, Placed, Seconds
from buckler.scenario.members import MOST_MEMBERS
from buckler.scenario.route import Waypoint
from buckler.schemas import Count, DocumentModel, LocatedError, Number


class Airway(Named):
    """A published corridor of civil traffic: great circles between points."""

    points: Annotated[list[Waypoint], Field(min_length=2)]
    half_width_m: Annotated[Number, Field(gt=0, le=200_000)] = Field(
        9_260.0, description="Either side of the centre line; 5 nautical miles (RNAV 5, ICAO Doc 9613) if left out."
    )
    minimum_height_m: Annotated[Number, Field(ge=0, le=30_000)] = Field(3_000.0, description="Its floor, above sea level.")
    maximum_height_m: Annotated[Number, Field(gt=0, le=30_000)] = Field(14_000.0, description="Its ceiling.")


class Circle(Placed):
    """A circle on the ground."""

    radius_m: Annotated[Number, Field(gt=0, le=1_000_000)]


class TrafficEntry(Named):
    """Aircraft that are nobody's target: airliners, medical flights, own fighters and helicopters.

    They fly an airway, waypoints, or what a file recorded: one of the three.
    """

    side: Literal["civil", "own"] = "civil"
    system: str = Field("airliner", description="The catalog card: an airliner, fighter, helicopter, uav or aew-aircraft.")
    count: Annotated[Count, Field(ge=1, le=MOST_MEMBERS)] = 1
    airway: str | None = Field(None, description="The airway's name; flown from its first point to its last.")
    backwards: bool = Field(False, description="Flown from the airway's last point to its first.")
    waypoints: list[Waypoint] = Field(default_factory=list, description="At least two points.")
    recording: str | None = Field(None, description="An ADS-B file, from the scenario's folder (recordings.adsb).")
    flight: str | None = Field(None, description="Which flight of the recording; every flight, up to count, if left out.")
    start_s: Annotated[Number, Field(ge=-86_400, le=86_400)] = Field(
        0.0, description="When the first begins (a recording: when its first report is); may be before the scenario's start."
    )
    spacing_s: Seconds = Field(0.0, description="Between two members' starts; recorded flights keep their own times.")
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(None, description="The card's if left out.")
    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="Above sea level; the card's if left out."
    )
    takes_off: bool = Field(False, description="It climbs from the ground at its first point; in cruise there if left out.")
    lands: bool = Field(False, description="It comes down to the ground at its last point, at 3 degrees; in cruise there if left out.")
    offset_m: Annotated[Number, Field(ge=-200_000, le=200_000)] = Field(
        0.0, description="To the right of the route: a flight beside its airway."
    )
    transponder: bool | None = Field(
        None, description="Whether it carries a civil transponder and has it on; civil aircraft do if left out, own ones do not."
    )
    flight_plan: bool | None = Field(None, description="Whether its flight is known beforehand; yes if left out.")
    iff_modes: list[Mode] = Field(default_factory=list, description="Families of IFF that it answers.")

    @model_validator(mode="after")
    def _one_route(self) -> TrafficEntry:
        ways = [name for name in ("airway", "waypoints", "recording") if getattr(self, name)]
        if len(ways) != 1:
            raise LocatedError([((), f"write one of airway, waypoints and recording, not {' and '.join(ways) or 'none'}")])
        if self.waypoints and len(self.waypoints) < 2:
            raise LocatedError([(("waypoints",), "a route needs at least two points")])
        if self.recording and (self.takes_off or self.lands):
            raise LocatedError([(("recording",), "a recorded flight takes off and lands as recorded: leave out takes_off and lands")])
        if self.flight is not None and self.recording is None:
            raise LocatedError([(("flight",), "a flight is named only with a recording")])
        return self


class Traffic(DocumentModel):
    """Civil traffic and own aircraft in the air of the raid. With this section command posts identify by evidence."""

    airways: list[Airway] = Field(default_factory=list)
    origins: list[Circle] = Field(
        default_factory=list, description="Known airfields: what is first seen in one of them has a known origin, as at an airway's end."
    )
    entries: Annotated[list[TrafficEntry], Field(min_length=1)]
    evidence: str = Field("identification", description="The card with the error rates of the evidence.")
