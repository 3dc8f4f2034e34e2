"""The air and the ground of a scenario: terrain, refraction, rain, wind, light, what surfaces reflect."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import Latitude, Longitude, Named
from buckler.schemas import DocumentModel, LocatedError, Number


class WindLayer(DocumentModel):
    """The wind at a height; between two heights its east and north components run evenly, beyond the last they stay."""

    height_m: Annotated[Number, Field(ge=-500, le=100_000)] = Field(description="Above sea level.")
    speed_mps: Annotated[Number, Field(ge=0, le=150)]
    from_deg: Annotated[Number, Field(ge=0, le=360)] = Field(description="Where it comes from, from true north.")


class WindPowerLaw(DocumentModel):
    """Wind that grows with height as a power of it: u = speed (height / reference height)^exponent."""

    speed_mps: Annotated[Number, Field(ge=0, le=60)] = Field(description="At the reference height.")
    from_deg: Annotated[Number, Field(ge=0, le=360)] = Field(description="Where it comes from, from true north.")
    reference_height_m: Annotated[Number, Field(gt=0, le=1_000)] = 10.0
    exponent: Annotated[Number, Field(ge=0, le=1)] = Field(1 / 7, description="1/7 over open flat land in neutral air.")
    top_m: Annotated[Number, Field(gt=0, le=30_000)] = Field(
        2_000.0, description="Above it the wind stays as it is there."
    )


class Wind(DocumentModel):
    """One wind over the whole map, by height above sea level: layers or a power law."""

    layers: list[WindLayer] = Field(default_factory=list)
    power_law: WindPowerLaw | None = None

    @model_validator(mode="after")
    def _one_profile(self) -> Wind:
        if bool(self.layers) == (self.power_law is not None):
            raise LocatedError([((), "write either layers or power_law")])
        heights = [layer.height_m for layer in self.layers]
        for k in range(1, len(heights)):
            if heights[k] <= heights[k - 1]:
                raise LocatedError([(("layers", k, "height_m"), "the layers' heights must rise from one to the next")])
        return self


class _Weather(DocumentModel):
    """What the air does to a radar's rays: of the whole scenario, or of a region."""

    refractivity_gradient_n_per_km: Annotated[Number, Field(gt=-157, le=200)] | None = Field(
        None,
        description="Fall of refractivity with height in the lowest kilometre, N-units per km (-39 in a standard atmosphere), instead of "
        "effective_earth_factor: k = 1 / (1 + 0.006371 x gradient) (ITU-R P.453). At -157 a duct traps the ray: not modelled.",
    )
    rain_mm_per_h: Annotated[Number, Field(ge=0, le=150)] | None = Field(
        None, description="Uniform rain (ITU-R P.838); 0 is dry."
    )


class Region(_Weather, Named):
    """A part of the map with air of its own: it applies to the sensors that stand in it."""

    south_deg: Latitude
    north_deg: Latitude
    west_deg: Longitude
    east_deg: Longitude

    @model_validator(mode="after")
    def _a_region(self) -> Region:
        if self.south_deg >= self.north_deg or self.west_deg >= self.east_deg:
            raise ValueError("south_deg must be less than north_deg, and west_deg less than east_deg")
        if self.refractivity_gradient_n_per_km is None and self.rain_mm_per_h is None:
            raise ValueError("a region says what its air does: rain_mm_per_h or refractivity_gradient_n_per_km")
        return self


class Multipath(DocumentModel):
    """What the surface around a radar on the ground reflects: lobes. Off unless it is asked for."""

    surface: Literal["none", "sea", "wet ground", "dry ground"] = Field(
        description="sea: at sea level; ground: level with the ground under the antenna. It reflects where it is in the antenna's sight."
    )
    roughness_m: Annotated[Number, Field(ge=0, le=10)] = Field(
        0.2,
        description="Standard deviation of the surface's height: of a sea, a quarter of its significant wave height (0.2: a slight "
        "sea, WMO sea state 3).",
    )
    polarisation: Literal["horizontal", "vertical"] = "horizontal"


class Environment(_Weather):
    """The air and the ground that everything shares."""

    terrain: str = Field(
        "packaged",
        pattern=r"^(packaged|world|flat|.+\.npz)$",
        description="packaged (the P.1511 crop), world (its whole grid, extra buckler[itu]), flat (a smooth earth), or the .npz file "
        "that `buckler terrain import` wrote, from the scenario's folder.",
    )
    effective_earth_factor: Annotated[Number, Field(gt=0.5, le=10)] = Field(
        4 / 3, description="k of the effective earth radius; 4/3 is the standard atmosphere's (ITU-R P.453, P.834)."
    )
    wind: Wind | None = Field(
        None, description="Moves what flies through the air; interceptors' fly-out is in still air. Still if left out."
    )
    refractivity: Literal["stated", "P.453"] = Field(
        "stated",
        description="P.453: the gradient at each sensor from the maps of ITU-R P.453 (median of the year; extra buckler[itu]).",
    )
    rain_top_m: Annotated[Number, Field(gt=0, le=8000)] = Field(
        3000.0, description="Above sea level: no rain higher (ITU-R P.839: some 3 km at 40 degrees north, yearly mean)."
    )
    daylight: Literal["day", "night"] = Field("day", description="By night nothing is seen by eye; a thermal sight sees at any time.")
    visibility_m: Annotated[Number, Field(gt=0, le=200_000)] = Field(
        20_000.0, description="Meteorological visibility: nothing farther is seen by eye; 20 km is clear air."
    )
    water_vapour_g_per_m3: Annotated[Number, Field(ge=0, le=40)] = Field(
        7.5, description="At the ground; 7.5 in the standard air of ITU-R P.835."
    )
    multipath: Multipath | None = Field(
        None, description="Lobes over sea or flat ground, of every sensor on the ground; none if left out. A sensor may say otherwise."
    )
    regions: list[Region] = Field(
        default_factory=list,
        description="Parts of the map with air of their own; the first that holds a sensor counts.",
    )

    @model_validator(mode="after")
    def _one_refraction(self) -> Environment:
        said = [
            name
            for name in ("effective_earth_factor", "refractivity_gradient_n_per_km", "refractivity")
            if getattr(self, name) != type(self).model_fields[name].default
        ]
        if len(said) > 1:
            raise ValueError(f"{' and '.join(said)} say the same thing: keep one of them")
        return self
