"""Fighters on station, and the tankers that keep them there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from buckler.scenario.common import Named, Placed, Seconds
from buckler.scenario.doctrine import Doctrine
from buckler.scenario.orbit import Orbit
from buckler.schemas import Count, DocumentModel, LocatedError, Number

MOST_RELIEFS = 50


class AirWeapon(DocumentModel):
    """One kind of missile that each aircraft of a patrol carries."""

    system: str = Field(description="The air-to-air missile's catalog card.")
    rounds: Annotated[Count, Field(ge=1, le=100)] = Field(description="On each aircraft; a relief brings new ones.")


class Tanker(Named):
    """A tanker on station: aircraft whose time on station ends while it is there stay longer, as long as it has fuel to give."""

    from_s: Seconds = Field(0.0, description="It is there from then on.")
    until_s: Seconds = Field(86_400.0, description="And leaves.")
    refuellings: Annotated[Count, Field(ge=1, le=1000)] = Field(description="Aircraft that it can refuel, one after another.")

    @model_validator(mode="after")
    def _forwards(self) -> Tanker:
        if self.until_s <= self.from_s:
            raise LocatedError([(("until_s",), "until_s must be later than from_s")])
        return self


class Patrol(Named, Placed):
    """Fighters on a racetrack that a post commits against targets: they dash, launch, and come back."""

    system: str = Field(description="The fighter's catalog card.")
    command: str = Field(description="The command post that gives it its targets, and to which its radar reports.")
    altitude_m: Annotated[Number, Field(gt=0, le=20_000)] = Field(description="Of the station and of the dash, above sea level.")
    orbit: Orbit = Field(description="The racetrack around the station's place.")
    aircraft: Annotated[Count, Field(ge=1, le=16)] = Field(2, description="On station at once, flying as one.")
    counter_rotating: bool = Field(
        False,
        description="Half of them fly half a round behind, so that one nose looks ahead while the other turns away; both radars see.",
    )
    on_station_from_s: Seconds = Field(0.0, description="The first of them is there from then on.")
    time_on_station_s: Annotated[Number, Field(gt=0, le=86_400)] | None = Field(
        None, description="Of one sortie, without a tanker; the card's on_station_time if left out."
    )
    reliefs: Annotated[Count, Field(ge=0, le=MOST_RELIEFS)] = Field(
        0, description="Sorties that follow the first, with new rounds."
    )
    relief_after_s: Annotated[Number, Field(gt=0, le=86_400)] | None = Field(
        None,
        description="From one sortie's arrival to the next one's: less than the time on station is an overlap, more a gap; when the one "
        "before leaves, if left out.",
    )
    tanker: str | None = Field(None, description="The tanker that refuels it.")
    refuellings: Annotated[Count, Field(ge=1, le=10)] = Field(
        1, description="How often one sortie is refuelled at most; each time it stays for its time on station once more."
    )
    commit_range_m: Annotated[Number, Field(gt=0, le=1_000_000)] = Field(
        description="How far from where the aircraft is when it is ordered it may meet a target, along the ground."
    )
    dash_speed_mps: Annotated[Number, Field(gt=50, le=1000)] | None = Field(
        None, description="From the order to the launch; the card's dash_speed if left out."
    )
    launch_share: Annotated[Number, Field(gt=0, le=1)] = Field(
        0.6,
        description="It launches when the meeting is within this share of its missile's reach at the target's height (assumption: at "
        "the edge of reach a missile arrives too slow to follow a turn).",
    )
    targets_per_aircraft: Annotated[Count, Field(ge=1, le=16)] | None = Field(
        None, description="Targets that each aircraft can engage at once; the card's fire_channels if left out."
    )
    weapons: Annotated[list[AirWeapon], Field(min_length=1)]
    fire_control: list[str] = Field(
        default_factory=list,
        description="Sensors on whose track it may launch, beside its own radar, if its card has one.",
    )
    doctrine: Doctrine = Doctrine()
    hypothetical: bool = False

    @model_validator(mode="after")
    def _two(self) -> Patrol:
        if self.counter_rotating and self.aircraft < 2:
            wrong = "one aircraft cannot fly half a round behind itself: write aircraft: 2, or leave this out"
            raise LocatedError([(("counter_rotating",), wrong)])
        return self
