"""What does not work, and when: by luck, as a fact of a link, as a fact of any node."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Probability, Seconds
from buckler.schemas import DocumentModel, LocatedError, Number


class Uptime(DocumentModel):
    """Whether it works, by luck: at the start, and from one failure to the next."""

    up_probability: Probability | None = Field(
        None,
        description="That it works at the start; MTBF / (MTBF + MTTR), the steady state, if left out. Alone: it works, or not, for a whole "
        "replication.",
    )
    mean_time_between_failures_s: Annotated[Number, Field(gt=0, le=1e9)] | None = Field(
        None, description="Mean time that it works from a repair to the next failure (exponential)."
    )
    mean_time_to_repair_s: Annotated[Number, Field(gt=0, le=1e9)] | None = Field(
        None, description="Mean time from a failure until it works again (exponential)."
    )

    @model_validator(mode="after")
    def _enough(self) -> Uptime:
        times = (self.mean_time_between_failures_s, self.mean_time_to_repair_s)
        if (times[0] is None) != (times[1] is None):
            raise LocatedError([((), "write both mean_time_between_failures_s and mean_time_to_repair_s, or neither")])
        if times[0] is None and self.up_probability is None:
            raise LocatedError([((), "write up_probability, or mean_time_between_failures_s with mean_time_to_repair_s")])
        return self


class Outage(DocumentModel):
    """A span in which a link does not work."""

    from_s: Seconds
    until_s: Seconds

    @model_validator(mode="after")
    def _forwards(self) -> Outage:
        if self.until_s <= self.from_s:
            raise ValueError("until_s must be later than from_s")
        return self


class Status(DocumentModel):
    """A fact about a node or link for a span of time: out of order, or in order."""

    of: str = Field(description="The name of a sensor, command post, battery, patrol or link.")
    state: Literal["up", "down"]
    from_s: Seconds = 0.0
    until_s: Seconds = Field(86_400.0, description="To the end if left out.")

    @model_validator(mode="after")
    def _forwards(self) -> Status:
        if self.until_s <= self.from_s:
            raise ValueError("until_s must be later than from_s")
        return self
