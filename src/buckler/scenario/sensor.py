"""A sensor in its place, or on its orbit."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from buckler.scenario.common import Named, Placed
from buckler.scenario.environment import Multipath
from buckler.scenario.orbit import Orbit
from buckler.scenario.outages import Uptime
from buckler.scenario.relocation import Relocation, one_after_the_other
from buckler.schemas import Count, LocatedError, Number


class Sensor(Named, Placed):
    """A radar in its place, or on its orbit."""

    system: str = Field(description="The catalog card.")
    command: str = Field(description="The command post to which it reports.")
    antenna_height_m: Annotated[Number, Field(ge=0, le=100)] | None = Field(
        None, description="Above ground; the card's if left out."
    )
    altitude_m: Annotated[Number, Field(ge=0, le=30_000)] | None = Field(
        None, description="Above sea level, for an airborne sensor, at the centre of its orbit."
    )
    orbit: Orbit | None = Field(
        None,
        description="It flies a racetrack around its position at altitude_m (the card's cruise height if left out).",
    )
    sector_azimuth_deg: Annotated[Number, Field(ge=0, le=360)] | None = Field(
        None,
        description="Where a sensor that does not look all round looks, from true north; on an orbit it looks ahead.",
    )
    sector_width_deg: Annotated[Number, Field(gt=0, le=360)] | None = Field(
        None,
        description="A narrower sector than the card's. An array that steers its beam comes back sooner in proportion; an antenna that "
        "turns (a card's sector of 360 degrees) does not.",
    )
    scan_period_s: Annotated[Number, Field(gt=0, le=600)] | None = Field(
        None, description="Between two looks at the same place; the card's, in proportion to the sector, if left out."
    )
    search_width_deg: Annotated[Number, Field(ge=0, le=360)] | None = Field(
        None,
        description="Azimuth width, about the middle of its sector, that it searches by itself; elsewhere in its sector it looks only "
        "where its command post holds a track. 0: only when cued. The whole sector if left out.",
    )
    cue_gain_db: Annotated[Number, Field(ge=0, le=30)] = Field(
        0.0, description="What a look at a target that its command post tracks gains over one in search."
    )
    track_capacity: Annotated[Count, Field(ge=1, le=100_000)] | None = Field(
        None, description="Tracks that it holds at once, the most important first; no limit if left out."
    )
    uptime: Uptime | None = Field(None, description="Failures by luck; none if left out.")
    relocations: list[Relocation] = Field(default_factory=list, description="Moves to other places, in the order of time.")
    multipath: Multipath | None = Field(
        None, description="What the surface around it reflects, instead of the environment's; a sensor in the air has no lobes."
    )
    range_bias_m: Annotated[Number, Field(ge=-20_000, le=20_000)] = Field(
        0.0, description="Registration error, with a filtered picture: by how much every range that it measures is wrong."
    )
    azimuth_bias_deg: Annotated[Number, Field(ge=-10, le=10)] = Field(
        0.0, description="Registration error, with a filtered picture: by how much every azimuth that it measures is wrong."
    )
    registered_range_m: Annotated[Number, Field(ge=0, le=20_000)] | None = Field(
        None, description="Registration, with a filtered picture: its post corrects its ranges until they are wrong by no more than this, "
        "as after estimating its bias on targets that others see too (buckler.tracking.register); not corrected if left out."
    )
    registered_azimuth_deg: Annotated[Number, Field(ge=0, le=10)] | None = Field(
        None, description="Registration, with a filtered picture: the same of its azimuths."
    )
    false_plots_per_scan: Annotated[Number, Field(ge=0, le=50)] = Field(
        0.0, description="With a filtered picture: the mean number of plots of nothing at all in one scan."
    )
    confirmation_hits: Annotated[Count, Field(ge=1, le=16)] = Field(2, description="M of the M-of-N rule.")
    confirmation_scans: Annotated[Count, Field(ge=1, le=16)] = Field(3, description="N of the M-of-N rule.")
    hypothetical: bool = Field(
        False, description="The system was not in service at the scenario's date, and the entry knows."
    )

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Sensor:
        mistakes: list[tuple[tuple[str | int, ...], str]] = []
        if self.multipath is not None and (self.orbit is not None or self.altitude_m is not None):
            mistakes.append((("multipath",), "a sensor in the air has no lobes: leave multipath out"))
        if self.orbit is not None:
            if self.sector_azimuth_deg is not None:
                mistakes.append(
                    (("sector_azimuth_deg",), "a sensor on an orbit looks ahead: leave sector_azimuth_deg out")
                )
            if self.antenna_height_m is not None:
                mistakes.append(
                    (("antenna_height_m",), "a sensor on an orbit flies at altitude_m: leave antenna_height_m out")
                )
            if self.search_width_deg not in (None, 0.0):
                mistakes.append(
                    (("search_width_deg",), "on an orbit write 0 (only when cued), or leave it out (its whole sector)")
                )
        elif self.search_width_deg and self.sector_azimuth_deg is None:
            mistakes.append((("search_width_deg",), "say where the middle of the search is: sector_azimuth_deg"))
        if self.relocations and (self.orbit is not None or self.altitude_m is not None):
            mistakes.append((("relocations",), "what flies does not move from place to place on the ground: leave relocations out"))
        if mistakes:
            raise LocatedError(mistakes)
        return self

    @model_validator(mode="after")
    def _m_of_n(self) -> Sensor:
        if self.confirmation_hits > self.confirmation_scans:
            raise ValueError("confirmation_hits (M) may not be more than confirmation_scans (N)")
        one_after_the_other(self.relocations)
        return self
