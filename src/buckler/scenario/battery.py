"""A battery: launchers, rounds, fire channels, and on whose tracks it may fire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Named, Placed
from buckler.scenario.doctrine import Doctrine, Weapon
from buckler.scenario.outages import Uptime
from buckler.scenario.relocation import Relocation, one_after_the_other
from buckler.schemas import Count, DocumentModel, LocatedError, Number


class RemoteTrack(DocumentModel):
    """What a track of another sensor must be for a battery to fire on it (engage-on-remote).

    Only rounds that find the target themselves (active, infrared) can use it: the others need the battery's own radar.
    """

    error_m: Annotated[Number, Field(gt=0, le=100_000)] = Field(
        1000.0, description="Greatest standard deviation of the sensor's error, in range and across, at the target's range."
    )
    age_s: Annotated[Number, Field(gt=0, le=600)] = Field(
        15.0, description="Greatest age on arrival: the sensor's scan period and the way over the network."
    )


class Battery(Named, Placed):
    """Launchers, rounds and fire channels under one command post."""

    system: str = Field(description="The catalog card.")
    command: str = Field(description="The command post that gives it its targets.")
    fire_control: Annotated[list[str], Field(min_length=1)] = Field(
        description="The sensors whose track is good enough for it to fire on: at least one."
    )
    weapons: Annotated[list[Weapon], Field(min_length=1)]
    fire_channels: Annotated[Count, Field(ge=1, le=1000)] | None = Field(
        None, description="The system card's if left out."
    )
    doctrine: Doctrine = Doctrine()
    cut_off: Literal["hold", "autonomous"] = Field(
        "hold",
        description="What it does when neither its post nor a backup reaches it: hold its fire, or fight as its own post with the tracks "
        "of its fire control sensors.",
    )
    remote_track: RemoteTrack | None = Field(
        None, description="On which tracks of other sensors at its post it may fire; on none if left out."
    )
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    relocations: list[Relocation] = Field(default_factory=list, description="Moves to other places, in the order of time.")
    hypothetical: bool = False

    @model_validator(mode="after")
    def _in_turn(self) -> Battery:
        one_after_the_other(self.relocations)
        for k, move in enumerate(self.relocations):
            if move.sector_azimuth_deg is not None:
                raise LocatedError([(("relocations", k, "sector_azimuth_deg"), "a battery looks nowhere: its radar does")])
        return self
