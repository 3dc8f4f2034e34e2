"""What several parts of a scenario have in common: names, places, times, probabilities, classes of target."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from buckler.schemas import DocumentModel, Number

KillClass = Literal["ballistic", "cruise", "aircraft", "drone", "helicopter"]
KILL_CLASSES: tuple[KillClass, ...] = ("ballistic", "cruise", "aircraft", "drone", "helicopter")

_NAME = re.compile(r"^[\w][\w .+()/-]*$")

Name = Annotated[str, Field(min_length=1, max_length=60, description="A name: letters, digits, spaces and . + - ( ) /")]
Latitude = Annotated[Number, Field(ge=-90, le=90, description="Degrees north, WGS-84.")]
Longitude = Annotated[Number, Field(ge=-180, le=180, description="Degrees east, WGS-84.")]
Probability = Annotated[Number, Field(ge=0, le=1)]
Seconds = Annotated[Number, Field(ge=0, le=86_400)]


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
