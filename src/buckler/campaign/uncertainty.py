"""Ignorance beside luck: the catalog's published ranges, sampled around the replications.

A *draw* is one complete set of parameter values; a few replications are flown with each, so that the spread between draws (what is
not known) can be told from the spread within them (luck). Values come from addressed draws too: draw number and group's name, so
neither workers nor other groups matter, and two options that share a system share what is assumed of it.

**Groups.** Parameters that would be wrong together move together, by one quantile: all kill probabilities of one round; the radar
cross-section of one class in all bands and from every side; a radar's calibration (detection range up, the cross-section for
which it is stated down). Every other parameter is a group of its own.

**Distributions.** Triangular from low over nominal to high (Kotz and van Dorp, Beyond Beta, 2004, §1.2); log-uniform between the ends
where they are more than a factor of 10 apart and the nominal value says little. A channel count is rounded.

**Not sampled**: what fixes the geometry (places, heights, sectors, elevation limits, instrumented ranges), a threat's motion, an
interceptor's reach and flight, and the probability of detection and of false alarm for which a radar's range is stated. These stay
at their nominal values, and the spread shown leaves them out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import exp, log, sqrt
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler import units
from buckler.catalog.kinds import CROSS_SECTIONS, STAGE_SECTIONS
from buckler.catalog.schema import Card
from buckler.draws import PARAMETER, draw, name_key
from buckler.dtypes import KILL_CLASSES, WorldArrays
from buckler.engine.fly import Flyer
from buckler.errors import InputError
from buckler.log.schema import PARAMETERS
from buckler.scenario.load import Loaded
from buckler.world.compile import World, compile_world
from buckler.world.patrols import expanded

PER_DRAW: Final = 5
"""Replications flown with each set of values."""
_WIDE: Final = 10.0

_Kinds = tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
"""Of each group: its label, and its parameters with their direction."""

_SENSOR: Final[_Kinds] = (
    ("radar calibration", (("detection_range", 1), ("reference_rcs", -1))),
    ("scan period", (("scan_period", 1),)),
)
_SIGHT: Final[_Kinds] = (
    ("range of sight", (("detection_range", 1), ("reference_size", -1))),
    ("scan period", (("scan_period", 1),)),
)
_SEEN: Final[_Kinds] = (("optical size", (("optical_size", 1),)),)
_BATTERY: Final[_Kinds] = tuple(
    (name.replace("_", " "), ((name, 1),))
    for name in ("fire_channels", "reload_time", "reaction_time", "assessment_time", "salvo_interval")
)
_WEAPON: Final[_Kinds] = (
    ("kill probability", tuple((f"kill_probability_{name}", 1) for name in KILL_CLASSES)),
    ("common mode", (("common_mode", 1),)),
    ("end game", (("end_game_factor", 1), ("end_game_speed", -1))),
    ("effective range", (("effective_range", 1),)),
)
_THREAT: Final[_Kinds] = (
    ("radar cross-section", tuple((name, 1) for name in CROSS_SECTIONS)),
    ("lethal radius", (("lethal_radius", 1),)),
    ("circular error probable", (("circular_error_probable", 1),)),
    ("evasion", (("evasive_acceleration", 1),)),
)
_STAGE: Final[_Kinds] = (
    ("spent stage's cross-section", tuple((name, 1) for name in STAGE_SECTIONS)),
    ("spent stage's discrimination", (("stage_discrimination", 1),)),
)


@dataclass(frozen=True)
class Member:
    """One parameter of a group; direction -1 where it falls when the others rise."""

    system: str
    parameter: str
    direction: int
    low: float
    nominal: float
    high: float
    unit: str

    def value(self, quantile: float) -> float:
        """The value at a quantile of the group, in the card's unit."""
        u = quantile if self.direction > 0 else 1.0 - quantile
        if self.unit == "channels":
            return float(max(1, round(triangular(u, self.low, self.nominal, self.high))))
        if self.low > 0.0 and self.high > _WIDE * self.low:
            return log_uniform(u, self.low, self.high)
        return triangular(u, self.low, self.nominal, self.high)


@dataclass(frozen=True)
class Group:
    """Parameters that move together."""

    name: str
    members: tuple[Member, ...]


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """The quantile of the triangular distribution: low + sqrt(u (high - low)(mode - low)) below the mode, mirrored above it."""
    if high <= low:
        return mode
    if u <= (mode - low) / (high - low):
        return low + sqrt(u * (high - low) * (mode - low))
    return high - sqrt((1.0 - u) * (high - low) * (high - mode))


def log_uniform(u: float, low: float, high: float) -> float:
    """The quantile of the distribution whose logarithm is uniform."""
    return exp(log(low) + u * (log(high) - log(low)))


def groups_of(loaded: Loaded) -> list[Group]:
    """The groups of a scenario whose published ranges are wider than a point, by name."""
    scenario = expanded(loaded).scenario
    sights = {sensor.system for sensor in scenario.sensors if loaded.card(sensor.system).kind == "sight"}
    wanted: set[tuple[str, _Kinds]] = {(sensor.system, _SIGHT if sensor.system in sights else _SENSOR) for sensor in scenario.sensors}
    if sights:
        wanted |= {(entry.system, _SEEN) for entry in scenario.raid.entries}
        wanted |= {(entry.stores.system, _SEEN) for entry in scenario.raid.entries if entry.stores is not None}
    for battery in scenario.batteries:
        wanted.add((battery.system, _BATTERY))
        wanted |= {(weapon.system, _WEAPON) for weapon in battery.weapons}
    wanted |= {(entry.system, _THREAT) for entry in scenario.raid.entries}
    wanted |= {
        (entry.system, _STAGE if entry.stage_discrimination is None else _STAGE[:1]) for entry in scenario.raid.entries if entry.spent_stage
    }
    wanted |= {(entry.stores.system, _THREAT) for entry in scenario.raid.entries if entry.stores is not None}
    groups: dict[str, Group] = {}
    for system, kinds in wanted:
        card = loaded.card(system)
        for label, names in kinds:
            members = tuple(_members(card, system, names))
            if members:
                groups[f"{card.name}: {label}"] = Group(f"{card.name}: {label}", members)
    return [groups[name] for name in sorted(groups)]


def _members(card: Card, system: str, names: tuple[tuple[str, int], ...]) -> Iterator[Member]:
    for name, direction in names:
        if not card.known(name):
            continue
        parameter = card[name]
        best = parameter.best()
        if not isinstance(best, float) or parameter.unit is None:
            continue
        low = parameter.low if isinstance(parameter.low, float) else best
        high = parameter.high if isinstance(parameter.high, float) else best
        if high > low:
            yield Member(system, name, direction, low, best, high, parameter.unit)


FEWEST_ROWS: Final = 16
"""Of the layout for Sobol indices: fewer tell nothing."""


def laid_out(world: World, seed: int, at_most: int) -> tuple[Ensemble, int]:
    """(draws laid out for Sobol indices, replications): as many rows, a power of two, as the budget holds.

    A row has a draw for A, for B and for every group.
    """
    ensemble = Ensemble(world, seed)
    row = PER_DRAW * (len(ensemble.groups) + 2)
    rows = at_most // row
    if rows < FEWEST_ROWS:
        raise InputError(
            f"-n {at_most}: Sobol indices of {len(ensemble.groups)} groups take {row:,} replications a row and {FEWEST_ROWS} rows at "
            f"least: write -n {FEWEST_ROWS * row} or more, or leave out --sobol"
        )
    base = 1 << (rows.bit_length() - 1)
    return replace(ensemble, base=base), base * row


@dataclass(frozen=True)
class Ensemble:
    """The draws of a campaign: which replication is flown with which values, and the arrays for each."""

    world: World
    """With every parameter at its nominal value."""
    seed: int
    per_draw: int = PER_DRAW
    base: int = 0
    """Rows of the layout for Sobol indices, a power of two; 0 for draws that are all independent."""

    @cached_property
    def groups(self) -> list[Group]:
        """What is sampled."""
        groups = groups_of(self.world.loaded)
        if not groups:
            raise InputError(
                "--uncertainty: no parameter of this scenario's cards has a range: give low and high in the cards"
            )
        return groups

    def draw_of(self, replication: int) -> int:
        """The draw with which a replication is flown."""
        return replication // self.per_draw

    def draws(self, replications: int) -> int:
        """How many draws so many replications take."""
        return self.draw_of(replications - 1) + 1

    def design(self, replications: int) -> dict[str, Any]:
        """What run.json says of the draws."""
        kind = {"design": "saltelli", "base": self.base} if self.base else {"design": "independent"}
        return {"draws": self.draws(replications), "replications_per_draw": self.per_draw, **kind}

    @cached_property
    def layout(self) -> NDArray[np.float64]:
        """[draw, group] for Sobol indices: rows A, AB_1, ..., AB_D, B in turn, from a scrambled Sobol sequence, by SALib."""
        from SALib.sample import sobol

        names = [group.name for group in self.groups]
        problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
        return np.asarray(sobol.sample(problem, self.base, calc_second_order=False, seed=self.seed % 2**32))

    def quantile(self, number: int, group: Group) -> float:
        """Where in its range a group lies in a draw."""
        if self.base:
            return float(self.layout[number, self._columns[group.name]])
        return float(draw(self.seed, number, PARAMETER, np.uint64(name_key(group.name)), np.uint64(0), 0))

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {group.name: k for k, group in enumerate(self.groups)}

    def sampled(self, number: int) -> Loaded:
        """The scenario with the cards of a draw."""
        cards = dict(self.world.loaded.cards)
        for group in self.groups:
            quantile = self.quantile(number, group)
            for member in group.members:
                card = cards[member.system]
                update = {
                    member.parameter: card[member.parameter].model_copy(update={"nominal": member.value(quantile)})
                }
                cards[member.system] = card.model_copy(update={"parameters": {**card.parameters, **update}})
        return replace(self.world.loaded, cards=cards)

    def arrays(self, number: int) -> WorldArrays:
        """The arrays of a draw."""
        return compile_world(self.sampled(number), reuse=self.world).arrays

    def flown(self, first: int, count: int) -> Iterator[tuple[int, NDArray[np.void]]]:
        """(replication, its events) for `count` replications from `first` on, each with the values of its draw."""
        while count:
            number = self.draw_of(first)
            here = min(count, (number + 1) * self.per_draw - first)
            yield from Flyer(self.arrays(number)).block(self.seed, first, here)
            first, count = first + here, count - here

    def content_hash(self) -> str:
        """Of what the draws depend on beside the seed: groups, members, ranges."""
        laid_out = hashlib.sha256(self.layout.tobytes()).hexdigest() if self.base else ""
        return hashlib.sha256(repr((self.per_draw, self.groups, laid_out)).encode()).hexdigest()

    def table(self, replications: int) -> pa.Table:
        """parameters.parquet: every sampled value."""
        rows = []
        for number in range(self.draws(replications)):
            first = number * self.per_draw
            for group in self.groups:
                quantile = self.quantile(number, group)
                rows += [
                    {
                        "draw": number,
                        "first_replication": first,
                        "replications": min(self.per_draw, replications - first),
                        "group": group.name,
                        "quantile": quantile,
                        "system": member.system,
                        "parameter": member.parameter,
                        "value": units.to_si(member.value(quantile), member.unit),
                        "unit": units.si_unit(member.unit),
                    }
                    for member in group.members
                ]
        return pa.Table.from_pylist(rows, schema=PARAMETERS)
