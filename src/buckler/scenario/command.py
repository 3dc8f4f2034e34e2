"""A command post."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Latitude, Longitude, Mode, Named, Probability, Seconds
from buckler.scenario.outages import Uptime
from buckler.schemas import LocatedError, Number


class Command(Named):
    """A command post: sensors report to it, it identifies, evaluates and assigns its batteries."""

    site: str | None = Field(None, description="A packaged site's name, instead of latitude and longitude.")
    latitude_deg: Latitude | None = Field(
        None, description="Degrees north, WGS-84; a place is needed for radio and satellite links, and to be hit."
    )
    longitude_deg: Longitude | None = None
    aboard: str | None = Field(
        None,
        description="Instead of a place: the sensor with which it flies (an early-warning aircraft's radar). Radio links then reach it at "
        "that height, and nothing on the ground can hit it.",
    )
    superior: str | None = Field(
        None,
        description="The post above it: the two exchange their pictures in full, and it takes over when this one is lost, "
        "unless backup names another.",
    )
    backup: str | None = Field(
        None, description="The post that takes over its sensors and batteries when it is lost or cut off from them."
    )
    takeover_time_s: Seconds = Field(
        30.0, description="From the loss of this post, or of the way to it, until who falls back has fallen back."
    )
    latency_s: Seconds = Field(2.0, description="From a sensor's confirmed track to the post.")
    identification_time_s: Seconds = Field(5.0, description="From a track at the post to a verdict.")
    identification_error: Probability = Field(
        0.05, description="Probability that one attempt fails to call a hostile hostile."
    )
    identification_retry_s: Annotated[Number, Field(gt=0, le=3600)] = Field(
        10.0, description="From a failed attempt to the next."
    )
    decision_period_s: Annotated[Number, Field(ge=0.1, le=600)] = Field(
        1.0, description="Between two rounds of assignment."
    )
    assignment: Literal["greedy", "swap"] = Field(
        "greedy",
        description="How it chooses who fires at what: the best marginal return first, or improved after that by exchanges that raise the "
        "round's value.",
    )
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    unidentified_certainty: Probability = Field(
        0.5,
        description="How sure the post is that a track not yet identified is hostile: what such a target counts when a battery under "
        "weapons free chooses among targets.",
    )
    iff_modes: list[Mode] | None = Field(
        None, description="Families of IFF that it can ask, where the scenario has traffic; [NATO] if left out."
    )
    hypothetical: bool = False

    @model_validator(mode="after")
    def _a_place_or_none(self) -> Command:
        given = (self.latitude_deg is not None, self.longitude_deg is not None)
        if given[0] != given[1]:
            raise LocatedError([((), "write both latitude_deg and longitude_deg")])
        if self.site is not None and given[0]:
            raise LocatedError([((), "write either site, or latitude_deg with longitude_deg")])
        if self.aboard is not None and (self.site is not None or given[0]):
            raise LocatedError([(("aboard",), "aboard an aircraft it is where that is: leave out site, latitude_deg and longitude_deg")])
        return self
