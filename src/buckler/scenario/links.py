"""Links between nodes, and what command posts tell each other over them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Named, Seconds
from buckler.scenario.outages import Outage, Uptime
from buckler.schemas import LocatedError, Number

DEFAULT_SATELLITE = "Turksat 4A"
"""The catalog card of a satellite link that names none."""


class Link(Named):
    """A way on which tracks and orders travel between two nodes, both ways.

    A sensor or battery that no link names is joined to its command post by an implicit link that loses nothing, with the post's
    latency_s for tracks and none for orders. One that a link names has its links and no other.
    """

    between: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(
        description="The two nodes: sensors, command posts, batteries, patrols."
    )
    kind: Literal["fibre", "radio", "satellite"] = "fibre"
    latency_s: Seconds = Field(0.1, description="Of the equipment; the path of a satellite comes on top.")
    loss: Annotated[Number, Field(ge=0, lt=1)] = Field(0.0, description="Probability that a message is lost on it.")
    capacity_tracks_per_s: Annotated[Number, Field(gt=0, le=1e6)] | None = Field(
        None, description="Tracks that it carries in a second; no limit if left out."
    )
    outages: list[Outage] = Field(default_factory=list, description="When it does not work.")
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    mast_heights_m: Annotated[list[Annotated[Number, Field(ge=0, le=1000)]], Field(min_length=2, max_length=2)] | None = Field(
        None, description="Radio: antennas above ground at the two nodes; 30 m each if left out. An aircraft's is the aircraft."
    )
    satellite: str = Field(DEFAULT_SATELLITE, description="Satellite: the catalog card that gives its slot.")
    frequency_ghz: Annotated[Number, Field(ge=1, le=55)] = Field(12.0, description="Satellite: carrier frequency.")
    margin_db: Annotated[Number, Field(ge=0, le=60)] = Field(
        6.0, description="Satellite: what the link can lose to gas and rain at either end and still work."
    )
    minimum_elevation_deg: Annotated[Number, Field(ge=0, le=90)] = Field(
        5.0, description="Satellite: below it the satellite is not used."
    )
    rain_rate_mm_h: Annotated[Number, Field(ge=0, le=250)] = Field(
        30.0, description="Satellite: rain rate exceeded during 0.01 % of the year, for the availability (ITU-R P.837)."
    )

    @model_validator(mode="after")
    def _two_ends(self) -> Link:
        if self.between[0] == self.between[1]:
            raise LocatedError([(("between",), "a link joins two different nodes")])
        return self


class Exchange(Named):
    """Two command posts that tell each other of their tracks.

    full: every track of their own sensors, and the verdict on it; they do not engage the same target twice. voice: only what is
    called hostile, slowly and with losses. no: nothing.
    """

    between: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(description="The two command posts.")
    mode: Literal["no", "voice", "full"]
    latency_s: Seconds | None = Field(None, description="On top of the way; full 0 s, voice 20 s if left out.")
    loss: Annotated[Number, Field(ge=0, lt=1)] | None = Field(
        None, description="Probability that a report is lost, on top of the way's; full 0, voice 0.1 if left out."
    )
    capacity_tracks_per_s: Annotated[Number, Field(gt=0, le=1e6)] | None = Field(
        None, description="Full: no limit, voice: 0.1 (a report in ten seconds) if left out."
    )

    @model_validator(mode="after")
    def _two_posts(self) -> Exchange:
        if self.between[0] == self.between[1]:
            raise LocatedError([(("between",), "an exchange joins two different command posts")])
        return self
