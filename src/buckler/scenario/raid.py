"""The raid: given, never searched for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Named, Probability, Seconds
from buckler.scenario.members import MOST_MEMBERS
from buckler.scenario.route import Waypoint
from buckler.schemas import Count, DocumentModel, LocatedError, Number


class Stores(DocumentModel):
    """What each member of an entry releases at release_distance_m from its target, if it still flies then."""

    system: str = Field(description="The released class's catalog card; one that flies a route.")
    count: Annotated[Count, Field(ge=1, le=64)] = 1
    target: str | None = Field(None, description="The asset's name; the entry's target if left out.")
    spacing_s: Seconds = Field(0.0, description="Between two releases; the last is at release_distance_m.")
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(None, description="The card's if left out.")
    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="To which it goes after release; the card's if left out."
    )
    height_reference: Literal["ground", "sea"] | None = Field(
        None, description="Ground for classes that fly low, sea for the others if left out."
    )
    navigation_error_m: Annotated[Number, Field(ge=0, le=100_000)] | None = Field(None, description="As an entry's.")


class RaidEntry(Named):
    """Some threats of one class that fly at one asset."""

    system: str = Field(description="The raid class's or aircraft's catalog card.")
    count: Annotated[Count, Field(ge=1, le=MOST_MEMBERS)] = 1
    target: str = Field(description="The name of an asset, or of a sensor, command post or battery.")
    origin: Waypoint = Field(description="Where the flight begins.")
    waypoints: list[Waypoint] = Field(
        default_factory=list, description="Between origin and target, for a class that flies a route."
    )
    start_s: Seconds = 0.0
    spacing_s: Seconds = Field(0.0, description="Between two members' starts.")
    lateral_spacing_m: Annotated[Number, Field(ge=0, le=50_000)] = Field(0.0, description="Between two members' paths.")
    speed_mps: Annotated[Number, Field(gt=0, le=2000)] | None = Field(
        None, description="Of a route; the card's if left out."
    )
    height_m: Annotated[Number, Field(ge=0, le=40_000)] | None = Field(
        None, description="Of a route; the card's if left out."
    )
    height_reference: Literal["ground", "sea"] | None = Field(
        None,
        description="What heights are measured from; ground for classes that fly low, sea for the others if left out.",
    )
    release_distance_m: Annotated[Number, Field(ge=0, le=1_000_000)] = Field(
        0.0, description="An aircraft has got through, or releases its stores, when it is this near its target."
    )
    stores: Stores | None = Field(
        None,
        description="What each member releases there: the member itself then leaves, and what it released gets through or not.",
    )
    egress: list[Waypoint] = Field(
        default_factory=list, description="Flown after that point; the flight ends, harmless, at the last of them."
    )
    apogee_m: Annotated[Number, Field(gt=0, le=10_000_000)] | None = Field(
        None, description="Of a ballistic flight; if left out, what thrust turned to the elevation of the least-energy arc gives."
    )
    reported_time_s: Annotated[Number, Field(gt=0, le=20_000)] | None = Field(
        None,
        description="With apogee_m: how long the flight is reported to have taken. Held against what a powered flight takes; not flown.",
    )
    navigation_error_m: Annotated[Number, Field(ge=0, le=100_000)] | None = Field(
        None,
        description="Standard deviation of where a route's flyer arrives, across its track, beside its CEP: what navigation adds "
        "(satellite navigation denied). The path until then is not moved: up to some 100 m no radar would notice (docs/models.md). "
        "The card's navigation_error if left out, else 0.",
    )
    spent_stage: bool = Field(
        False,
        description="Of a ballistic class that separates: the spent stage flies on as a second body. Sensors see it; a command post that "
        "does not tell it from a warhead calls it hostile and has it fired at; it threatens nothing and is never among what got through.",
    )
    stage_discrimination: Probability | None = Field(
        None,
        description="With spent_stage: probability that a command post tells it from a warhead, found out when it identifies it. The "
        "card's if left out.",
    )
    hypothetical: bool = False

    @model_validator(mode="after")
    def _releases(self) -> RaidEntry:
        mistakes: list[tuple[tuple[str | int, ...], str]] = []
        if self.stores is not None and self.release_distance_m == 0.0:
            mistakes.append(
                (("stores",), "stores are released at a distance from the target: write release_distance_m")
            )
        if self.reported_time_s is not None and self.apogee_m is None:
            mistakes.append((("reported_time_s",), "a reported time is held against a reported apogee: write apogee_m"))
        if self.stage_discrimination is not None and not self.spent_stage:
            mistakes.append((("stage_discrimination",), "there is no stage to tell apart: write spent_stage: true, or leave it out"))
        if self.origin.hold is not None:
            mistakes.append(
                (("origin", "hold"), "nothing holds where it begins: write a later start_s, or a waypoint that holds")
            )
        if self.egress and self.egress[-1].hold is not None:
            mistakes.append((("egress", len(self.egress) - 1, "hold"), "the flight ends here: add a waypoint after it"))
        if mistakes:
            raise LocatedError(mistakes)
        return self


class Raid(DocumentModel):
    """A notional raid: given, never searched for."""

    origin: Literal["Red"] = "Red"
    note: str = ""
    entries: Annotated[list[RaidEntry], Field(min_length=1)]
