"""What several parts of a scenario have in common: names, places, times, probabilities, classes of target."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from buckler.schemas import DocumentModel, LocatedError, Number

KillClass = Literal["ballistic", "cruise", "aircraft", "drone", "helicopter"]
KILL_CLASSES: tuple[KillClass, ...] = ("ballistic", "cruise", "aircraft", "drone", "helicopter")

_NAME = re.compile(r"^[\w][\w .+()/-]*$")

Name = Annotated[str, Field(min_length=1, max_length=60, description="A name: letters, digits, spaces and . + - ( ) /")]
Latitude = Annotated[Number, Field(ge=-90, le=90, description="Degrees north, WGS-84.")]
Longitude = Annotated[Number, Field(ge=-180, le=180, description="Degrees east, WGS-84.")]
Probability = Annotated[Number, Field(ge=0, le=1)]
Seconds = Annotated[Number, Field(ge=0, le=86_400)]
Mode = Annotated[str, Field(min_length=1, max_length=30, description="A family of IFF that answers only itself, such as NATO.")]


class Named(DocumentModel):
    """Something with a name of its own."""

    name: Name

    @field_validator("name")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not _NAME.match(value) or ":" in value:
            raise ValueError(
                "write a name of letters, digits, spaces and . + - ( ) /, beginning with a letter or digit"
            )
        return value


class Placed(DocumentModel):
    """A place: a packaged site's name, or a latitude and a longitude."""

    site: str | None = Field(None, description="A packaged site's name, instead of latitude and longitude.")
    latitude_deg: Latitude | None = None
    longitude_deg: Longitude | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Placed:
        both = self.latitude_deg is not None and self.longitude_deg is not None
        neither = self.latitude_deg is None and self.longitude_deg is None
        if not both and not neither:
            raise LocatedError([((), "write both latitude_deg and longitude_deg")])
        if both == (self.site is not None):
            raise LocatedError([((), "write either site, or latitude_deg with longitude_deg")])
        return self
