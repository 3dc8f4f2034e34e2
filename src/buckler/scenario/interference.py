"""Noise that sensors suffer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Named, Seconds
from buckler.schemas import LocatedError, Number


class Interference(Named):
    """Noise that a radar suffers from a direction, for a time: a fact of the scenario. Nothing is said of its source."""

    sensors: Annotated[list[str], Field(min_length=1)] | None = Field(None, description="The sensors that suffer it.")
    band: Literal["VHF", "UHF", "L", "S", "C", "X", "Ku"] | None = Field(
        None, description="Or a band: every sensor that works in it suffers it."
    )
    sector_from_deg: Annotated[Number, Field(ge=0, le=360)] = Field(
        0.0, description="Azimuth at the sensor, from true north, where the sector begins; it goes on clockwise."
    )
    sector_to_deg: Annotated[Number, Field(ge=0, le=360)] = Field(360.0, description="Azimuth where it ends.")
    noise_increase_db: Annotated[Number, Field(ge=0, le=100)] = Field(
        description="How much higher the noise is in that sector."
    )
    from_s: Seconds = Field(0.0, description="Begins, since the scenario's start.")
    until_s: Seconds = Field(description="Ends.")

    @model_validator(mode="after")
    def _in_order(self) -> Interference:
        mistakes: list[tuple[tuple[str | int, ...], str]] = []
        if (self.sensors is None) == (self.band is None):
            mistakes.append(((), "write either the sensors that suffer it, or their band"))
        if self.until_s <= self.from_s:
            mistakes.append((("until_s",), f"it ends at {self.until_s:g} s, not after it begins ({self.from_s:g} s)"))
        if self.sector_from_deg == self.sector_to_deg:
            mistakes.append(
                (("sector_to_deg",), "the sector has no width: write another azimuth (from 0 to 360 is all round)")
            )
        if mistakes:
            raise LocatedError(mistakes)
        return self
