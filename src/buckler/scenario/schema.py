"""What a scenario file may say. Every field's unit is in its name; an unknown field is refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from buckler.catalog.schema import Card
from buckler.scenario.battery import Battery
from buckler.scenario.command import Command
from buckler.scenario.common import Named, Placed
from buckler.scenario.doctrine import ControlOrder, Zone
from buckler.scenario.environment import Environment
from buckler.scenario.interference import Interference
from buckler.scenario.links import Exchange, Link
from buckler.scenario.outages import Status
from buckler.scenario.patrols import Patrol, Tanker
from buckler.scenario.raid import Raid
from buckler.scenario.sensor import Sensor
from buckler.scenario.traffic import Traffic
from buckler.schemas import Number


class Asset(Named, Placed):
    """Something to defend."""

    value: Annotated[Number, Field(gt=0, le=1e6)] = Field(1.0, description="Relative value, for threat evaluation.")


class Scenario(Named):
    """A defence, a raid and the date: the whole question."""

    title: str
    description: str = ""
    notional: str = Field(description="What in it is notional, said plainly; every product repeats it.")
    extends: str | None = Field(
        None,
        description="Another scenario: what this one leaves out is taken from it, and its entries stand beside this one's; "
        "an entry of the same name replaces it.",
    )
    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = Field(
        description="The date, YYYY-MM-DD: a system not in service then is refused unless its entry says hypothetical: true."
    )
    environment: Environment = Environment()
    systems: list[Card] = Field(
        default_factory=list, description="Cards of the scenario's own, in the catalog's format."
    )
    picture: Literal["truth", "filtered"] = Field(
        "truth",
        description="What a command post fires at: the true paths of what its sensors have confirmed, or its own tracks, filtered "
        "from measured detections.",
    )
    acquisition_basket_m: Annotated[float, Field(gt=0.0)] = Field(
        1000.0,
        description="With a filtered picture: how well a track must be known where an interceptor is to meet it, and how far off it "
        "the target may be for the interceptor to find it. Assumed: not known publicly.",
    )
    assets: Annotated[list[Asset], Field(min_length=1)]
    commands: Annotated[list[Command], Field(min_length=1)]
    sensors: Annotated[list[Sensor], Field(min_length=1)]
    batteries: list[Battery] = Field(default_factory=list)
    patrols: list[Patrol] = Field(default_factory=list, description="Fighters on station, under the posts as batteries are.")
    tankers: list[Tanker] = Field(default_factory=list, description="What keeps patrols longer on station.")
    interference: list[Interference] = Field(
        default_factory=list,
        description="Noise that radars suffer, as a fact: from where, how much, from when until when.",
    )
    zones: list[Zone] = Field(default_factory=list, description="Pieces of the map that rules name.")
    control_orders: list[ControlOrder] = Field(
        default_factory=list, description="Weapon control status by node, zone and time, before the batteries' own."
    )
    links: list[Link] = Field(default_factory=list, description="Without any, every node is joined to its post.")
    exchanges: list[Exchange] = Field(default_factory=list, description="Which command posts tell each other of their tracks.")
    status: list[Status] = Field(default_factory=list, description="What is out of order, and when.")
    raid: Raid
    traffic: Traffic | None = Field(None, description="Aircraft that must not be shot at; none if left out.")

    @field_validator("as_of")
    @classmethod
    def _a_day(cls, value: str) -> str:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"there is no day {value}; write one such as 2019-12-31") from None
        return value
