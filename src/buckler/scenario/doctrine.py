"""How a battery fights, and who may fire where and when: all of it is data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from buckler.scenario.common import KillClass, Latitude, Longitude, Named, Probability, Seconds
from buckler.scenario.polygons import crossing
from buckler.schemas import Count, DocumentModel, LocatedError, Number

Status = Literal["free", "tight", "hold"]
Policy = Literal["shoot-look-shoot", "shoot-shoot-look", "shoot-once"]
Salvo = Annotated[Count, Field(ge=1, le=16)]
Weight = Annotated[Number, Field(ge=0, le=1000)]

_OF_POLICY: dict[str, dict[str, int]] = {
    "shoot-look-shoot": {"salvo": 1},
    "shoot-shoot-look": {"salvo": 2},
    "shoot-once": {"engagements_per_target": 1},
}


class Resupply(DocumentModel):
    """Rounds that arrive in the battery's store."""

    time_s: Seconds = Field(description="Since the scenario's start.")
    rounds: Annotated[Count, Field(ge=1, le=100_000)]


class Weapon(DocumentModel):
    """One kind of round that a battery holds."""

    system: str = Field(description="The interceptor's or gun's catalog card.")
    rounds_ready: Annotated[Count, Field(ge=1, le=100_000)] = Field(
        description="Rounds (a gun: bursts) ready on the launchers."
    )
    rounds_stored: Annotated[Count, Field(ge=0, le=100_000)] = Field(0, description="Rounds to reload with.")
    reload_time_s: Seconds | None = Field(None, description="To refill the launchers; the system card's if left out.")
    resupply: list[Resupply] = Field(default_factory=list, description="Rounds that arrive in the store later.")
    reserve_rounds: Annotated[Count, Field(ge=0, le=100_000)] = Field(
        0, description="Rounds, ready and stored together, that are kept for later."
    )
    reserve_for: list[KillClass] = Field(
        default_factory=list, description="Classes at which the reserve may be fired; at none if left out."
    )
    reserve_until_s: Seconds | None = Field(None, description="The reserve is free from then on; never if left out.")

    @model_validator(mode="after")
    def _a_reserve(self) -> Weapon:
        if (self.reserve_for or self.reserve_until_s is not None) and self.reserve_rounds == 0:
            raise ValueError("reserve_for and reserve_until_s say what a reserve is for: write reserve_rounds as well")
        return self


class Doctrine(DocumentModel):
    """How a battery fights."""

    policy: Policy | None = Field(
        None,
        description="shoot-look-shoot: one round, then a look (as salvo: 1); shoot-shoot-look: two (as salvo: 2); shoot-once: one "
        "salvo a target and no second (as engagements_per_target: 1).",
    )
    salvo: Salvo = Field(1, description="Rounds at a target before looking: 1 is shoot-look-shoot.")
    salvo_by_class: dict[KillClass, Salvo] = Field(
        default_factory=dict, description="Another salvo for a class of target."
    )
    salvo_after_look: Salvo | None = Field(
        None, description="Rounds at a target that the battery has missed before; as the first time if left out."
    )
    engagements_per_target: Annotated[Count, Field(ge=1, le=100)] | None = Field(
        None, description="How often the battery engages one target at most; as long as it can if left out."
    )
    classes: Annotated[list[KillClass], Field(min_length=1)] | None = Field(
        None, description="Classes that it may engage; all if left out."
    )
    class_weights: dict[KillClass, Weight] = Field(
        default_factory=dict,
        description="What a target of the class counts when targets are chosen, times its asset's value; 1 if left out, 0: it is not "
        "engaged.",
    )
    asset_weights: dict[str, Weight] = Field(
        default_factory=dict,
        description="What a target that flies at the asset counts, likewise: the priorities of this battery's defence.",
    )
    weapon_control: Status = Field(
        "tight",
        description="free: at what is not known to be a friend; tight: only at what is identified as hostile; hold: at nothing.",
    )
    zone: str | None = Field(None, description="A zone's name: intercepts outside it are forbidden.")
    minimum_height_m: Annotated[Number, Field(ge=-500)] = Field(-500.0, description="Intercepts below are forbidden.")
    maximum_height_m: Annotated[Number, Field(gt=0)] | None = Field(None, description="Intercepts above are forbidden.")
    minimum_range_m: Annotated[Number, Field(ge=0)] = Field(0.0, description="Intercepts nearer are forbidden.")
    maximum_range_m: Annotated[Number, Field(gt=0)] | None = Field(
        None, description="Intercepts farther off, along the ground, are forbidden."
    )
    minimum_kill_probability: Probability = Field(
        0.0, description="Of the salvo, as predicted: it waits for a better moment while less can be had."
    )
    yields_to: list[str] = Field(
        default_factory=list,
        description="Batteries that come first: it takes a target only when each of them has engaged it, or cannot any more. The lower "
        "tier names the upper one for hand-down; the upper names the lower for what it leaves to it.",
    )
    yields_until_s: Seconds = Field(60.0, description="It no longer waits for them this long before the target arrives.")
    reaction_time_s: Seconds | None = Field(
        None, description="From the order to the first round; the card's if left out."
    )
    assessment_time_s: Seconds | None = Field(None, description="From intercept to verdict; the card's if left out.")
    salvo_interval_s: Seconds | None = Field(None, description="Between two rounds; the card's if left out.")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Doctrine:
        mistakes: list[tuple[tuple[str, ...], str]] = []
        for name, value in _OF_POLICY.get(self.policy or "", {}).items():
            own = getattr(self, name)
            if name in self.model_fields_set and own != value:
                mistakes.append(((name,), f"{name}: {own} is not {self.policy}, which is {name}: {value}; write one of them"))
        if self.maximum_range_m is not None and self.maximum_range_m <= self.minimum_range_m:
            mistakes.append((("maximum_range_m",), "maximum_range_m must be more than minimum_range_m"))
        if self.maximum_height_m is not None and self.maximum_height_m <= self.minimum_height_m:
            mistakes.append((("maximum_height_m",), "maximum_height_m must be more than minimum_height_m"))
        if mistakes:
            raise LocatedError(mistakes)
        return self

    def first_salvo(self, kill_class: KillClass) -> int:
        """Rounds at a target of the class that has not been engaged yet."""
        return self.salvo_by_class.get(kill_class, _OF_POLICY.get(self.policy or "", {}).get("salvo", self.salvo))

    def next_salvo(self, kill_class: KillClass) -> int:
        """Rounds at one that has been missed."""
        return self.first_salvo(kill_class) if self.salvo_after_look is None else self.salvo_after_look

    @property
    def most_engagements(self) -> int:
        """Of one target; 0 for no limit."""
        return _OF_POLICY.get(self.policy or "", {}).get("engagements_per_target", self.engagements_per_target or 0)


class Corner(DocumentModel):
    """A corner of a zone."""

    latitude_deg: Latitude
    longitude_deg: Longitude


class Zone(Named):
    """A piece of the map with straight sides in latitude and longitude."""

    corners: Annotated[list[Corner], Field(min_length=3, max_length=500)] = Field(
        description="In order, once round; the last side closes it."
    )

    def points(self) -> list[tuple[float, float]]:
        """(latitude, longitude) of the corners, degrees."""
        return [(corner.latitude_deg, corner.longitude_deg) for corner in self.corners]

    @model_validator(mode="after")
    def _simple(self) -> Zone:
        said = crossing(self.points())
        if said is not None:
            raise LocatedError([(("corners",), said)])
        return self


class ControlOrder(Named):
    """A weapon control status for some nodes, in a zone, for a time. It goes before the batteries' own status."""

    status: Status
    nodes: Annotated[list[str], Field(min_length=1)] | None = Field(
        None, description="Batteries, or command posts for all their batteries; every battery if left out."
    )
    zone: str | None = Field(None, description="A zone's name: for intercepts in it; everywhere if left out.")
    from_s: Seconds = Field(0.0, description="Since the scenario's start.")
    until_s: Seconds | None = Field(None, description="Since the scenario's start; to the end if left out.")

    @model_validator(mode="after")
    def _a_time(self) -> ControlOrder:
        if self.until_s is not None and self.until_s <= self.from_s:
            raise LocatedError([(("until_s",), "until_s must be later than from_s")])
        return self
