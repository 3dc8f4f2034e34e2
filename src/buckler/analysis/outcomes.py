"""What became of every threat in every replication: one streaming pass over the events.

Only what the figures need is kept, in arrays [replication, threat], [replication, weapon], [replication, asset] and
[replication, aircraft], so that memory grows with replications × threats and not with events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from buckler.analysis.nested import Drawn
from buckler.errors import RunFolderError
from buckler.log.read import RunFolder, numbers
from buckler.log.schema import KINDS, REASONS, Kind

COLUMNS: Final = ("replication", "time_s", "kind", "subject", "object", "reason")
"""The columns of the events that the pass reads."""

CLASS_ORDER: Final = ("ballistic", "cruise", "aircraft", "drone", "helicopter")

BYSTANDERS: Final = ("aircraft", "spent stage")
"""Kinds of body in the air that are nobody's threat."""

APPEARED, DETECTED, TRACKED, IDENTIFIED, ASSIGNED, FIRED_AT, KILLED, GOT_THROUGH, HIT = (1 << bit for bit in range(9))

_MARKS: Final = (
    (Kind.APPEAR, "subject", APPEARED),
    (Kind.DETECT, "object", DETECTED),
    (Kind.CONFIRM, "object", TRACKED),
    (Kind.IDENTIFY, "object", IDENTIFIED),
    (Kind.ASSIGN, "object", ASSIGNED),
    (Kind.FIRE, "object", FIRED_AT),
    (Kind.KILL, "object", KILLED),
    (Kind.IMPACT, "subject", GOT_THROUGH),
    (Kind.ASSET_HIT, "subject", HIT),
)
"""Which kind of event puts the threat in which role where."""


@dataclass(frozen=True)
class Cast:
    """Who takes part, from entities.parquet, in its order: the columns of the outcome arrays."""

    threats: tuple[str, ...]
    threat_class: tuple[str, ...]
    threat_asset: tuple[str, ...]
    weapons: tuple[str, ...]
    weapon_system: tuple[str, ...]
    weapon_rounds: tuple[float, ...]
    assets: tuple[str, ...]
    aircraft: tuple[str, ...]
    """Civil and own ones, which are nobody's threat."""
    aircraft_side: tuple[str, ...]
    names: dict[str, str]

    @classmethod
    def of(cls, entities: pa.Table) -> Cast:
        """The cast of a run."""
        rows = entities.to_pylist()
        threats = [row for row in rows if row["kind"] == "threat"]
        weapons = [row for row in rows if row["kind"] == "weapon"]
        aircraft = [row for row in rows if row["kind"] == "aircraft"]
        return cls(
            threats=tuple(row["key"] for row in threats),
            threat_class=tuple(row["class"] or "other" for row in threats),
            threat_asset=tuple(row["parent"] or "" for row in threats),
            weapons=tuple(row["key"] for row in weapons),
            weapon_system=tuple(row["system"] or row["key"] for row in weapons),
            weapon_rounds=tuple(float(row["value"] or 0.0) for row in weapons),
            assets=tuple(row["key"] for row in rows if row["kind"] == "asset"),
            aircraft=tuple(row["key"] for row in aircraft),
            aircraft_side=tuple(row["side"] for row in aircraft),
            names={row["key"]: row["name"] or row["key"] for row in rows},
        )

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes of threat in this raid, in the fixed order, others after by name."""
        present = set(self.threat_class)
        return (*(c for c in CLASS_ORDER if c in present), *sorted(present.difference(CLASS_ORDER)))

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The weapon systems, in the order of the entities."""
        return tuple(dict.fromkeys(self.weapon_system))

    @cached_property
    def sides(self) -> tuple[str, ...]:
        """The sides of the aircraft: civil, own."""
        return tuple(sorted(set(self.aircraft_side)))

    def of_side(self, side: str) -> NDArray[np.intp]:
        """The columns of the aircraft of a side."""
        return np.flatnonzero(np.array(self.aircraft_side) == side)

    def of_class(self, name: str) -> NDArray[np.intp]:
        """The columns of the threats of a class."""
        return np.flatnonzero(np.array(self.threat_class) == name)

    def at_asset(self, key: str) -> NDArray[np.intp]:
        """The columns of the threats that fly at an asset."""
        return np.flatnonzero(np.array(self.threat_asset) == key)

    def of_system(self, name: str) -> NDArray[np.intp]:
        """The columns of the weapons of a system."""
        return np.flatnonzero(np.array(self.weapon_system) == name)


@dataclass(frozen=True)
class Outcomes:
    """What became of every threat; row i is replication `replications[i]`, in rising order."""

    cast: Cast
    replications: NDArray[np.int64]
    stages: NDArray[np.uint16]
    """[replication, threat] the bits APPEARED to HIT."""
    reasons: NDArray[np.int8]
    """[replication, threat] the code of the reason why it got through, 0 for none."""
    confirmed_s: NDArray[np.float64]
    """[replication, threat] when a command post first had a confirmed track of it, infinity for never."""
    impact_s: NDArray[np.float64]
    """[replication, threat] when it got through, infinity for never."""
    rounds: NDArray[np.int32]
    """[replication, weapon] rounds (a gun's: bursts) fired."""
    asset_hit: NDArray[np.bool_]
    """[replication, asset] whether something fell within its lethal radius of it."""
    wronged: NDArray[np.bool_]
    """[replication, aircraft] whether it was fired at, which it should not have been."""
    draws: Drawn | None = None
    """[replication] with which set of parameter values it was flown; None where they stayed at their nominal values."""

    def reached(self, stage: int) -> NDArray[np.bool_]:
        """[replication, threat] whether it got as far as `stage`."""
        return np.asarray((self.stages & stage) != 0)

    @cached_property
    def nothing_leaked(self) -> NDArray[np.bool_]:
        """[replication] whether nothing got through."""
        return np.asarray(~self.leaked.any(axis=1))

    @cached_property
    def no_asset_hit(self) -> NDArray[np.bool_]:
        """[replication] whether no asset was hit."""
        return np.asarray(~self.asset_hit.any(axis=1))

    @cached_property
    def leaked(self) -> NDArray[np.bool_]:
        """[replication, threat] whether it got through."""
        return self.reached(GOT_THROUGH)

    def only(self, replications: NDArray[np.int64]) -> Outcomes:
        """The outcomes of these replications, every one of which must be there."""
        at = np.searchsorted(self.replications, replications)
        return Outcomes(
            self.cast,
            self.replications[at],
            self.stages[at],
            self.reasons[at],
            self.confirmed_s[at],
            self.impact_s[at],
            self.rounds[at],
            self.asset_hit[at],
            self.wronged[at],
            None if self.draws is None else self.draws[at],
        )


def read_outcomes(folder: RunFolder) -> Outcomes:
    """The outcomes of a run folder. A folder that says it is complete must hold every replication that it says."""
    file = folder.path / "events.parquet"
    try:
        outcomes = collect(folder.entities, folder.event_batches(COLUMNS))
    except _StrangeNameError as error:
        raise RunFolderError(f"{file}: {error}: altered, or of another run; run the scenario again") from None
    found, promised = len(outcomes.replications), int(folder.run["replications"])
    if folder.run["complete"] and found != promised:
        raise RunFolderError(
            f"{file}: holds {found} of the {promised} replications that run.json calls complete: altered; "
            "run the scenario again into a new folder"
        )
    if not found:
        raise RunFolderError(f"{file}: holds no replication yet; run the scenario to the end of its first block")
    if folder.has("parameters.parquet"):
        starts = np.unique(numbers(folder.parameters["first_replication"]))
        drawn = np.searchsorted(starts, outcomes.replications, side="right") - 1
        design = folder.run.get("uncertainty") or {}
        row = int(design["draws"]) // int(design["base"]) if design.get("design") == "saltelli" else 1
        outcomes = replace(outcomes, draws=Drawn(drawn, row))
    return outcomes


class _StrangeNameError(ValueError):
    pass


def collect(entities: pa.Table, batches: Iterable[pa.Table]) -> Outcomes:
    """The outcomes of events that come in batches, a replication in one batch or in several."""
    cast = Cast.of(entities)
    kind_codes = {name: code for code, name in enumerate(KINDS)}
    reason_codes = {name: code for code, name in enumerate(REASONS)}
    known = {str(key) for key in entities["key"].to_pylist()}
    bystanders = {str(row["key"]) for row in entities.select(["key", "kind"]).to_pylist() if row["kind"] in BYSTANDERS}
    alone = {**dict.fromkeys(known, 0), "": 0, **dict.fromkeys(_alone(entities), 1)}
    groups = (cast.threats, cast.weapons, cast.assets, cast.aircraft)
    threats, weapons, assets, aircraft = (_slots(known, group, bystanders) for group in groups)
    slots = _Slots(threats, weapons, assets, aircraft, alone)
    parts = [_reduce(batch, cast, kind_codes, reason_codes, slots) for batch in batches if batch.num_rows]
    if not parts:
        parts = [_empty(cast)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    ids = columns[0]
    order = np.argsort(ids, kind="stable")
    starts = np.flatnonzero(np.diff(ids[order], prepend=-1))
    joins = (np.bitwise_or, np.maximum, np.minimum, np.minimum, np.add, np.logical_or, np.logical_or)
    if len(starts) == len(ids):  # no replication came in two batches
        joined = [column[order] for column in columns[1:]]
    else:
        joined = [join.reduceat(column[order], starts, axis=0) for join, column in zip(joins, columns[1:], strict=True)]
    stages, reasons, confirmed_s, impact_s, rounds, asset_hit, wronged = joined
    return Outcomes(cast, ids[order][starts], stages, reasons, confirmed_s, impact_s, rounds, asset_hit, wronged)


def _alone(entities: pa.Table) -> set[str]:
    """The nodes that links name, and the posts that batteries are to themselves."""
    rows = entities.select(["key", "kind", "parent"]).to_pylist()
    batteries = {row["key"] for row in rows if row["kind"] == "battery"}
    ends = {end for row in rows if row["kind"] == "link" for end in str(row["parent"]).split(" <> ")}
    sensors = {row["key"] for row in rows if row["kind"] == "sensor"}
    return (ends & sensors) | {row["key"] for row in rows if row["kind"] == "command" and row["parent"] in batteries}


class _Slots(NamedTuple):
    """For every name its column among the threats, the weapons, the assets and the aircraft; -1 where it is none of them, _BYSTANDER for
    what flies and is nobody's threat.
    """

    threat: dict[str, int]
    weapon: dict[str, int]
    asset: dict[str, int]
    aircraft: dict[str, int]
    alone: dict[str, int]
    """1 for whoever warns nobody else by itself: a sensor that links join to its post, a battery's own post; 0 for the others."""


_BYSTANDER: Final = -2


def _slots(known: set[str], group: tuple[str, ...], bystanders: set[str]) -> dict[str, int]:
    columns = {key: column for column, key in enumerate(group)}
    return {**dict.fromkeys(known, -1), "": -1, **dict.fromkeys(bystanders, _BYSTANDER), **columns}


def _codes(column: pa.ChunkedArray[Any], meaning: dict[str, int]) -> NDArray[np.int32]:
    """A column of names as numbers, by dictionary: the work is one look-up a distinct name."""
    pieces = []
    for chunk in column.chunks:
        encoded = chunk if isinstance(chunk, pa.DictionaryArray) else chunk.dictionary_encode()
        table = np.empty(len(encoded.dictionary) + 1, dtype=np.int32)
        table[-1] = -1  # null
        for code, name in enumerate(encoded.dictionary.to_pylist()):
            if name is not None and name not in meaning:
                raise _StrangeNameError(f"names {name!r}, which this run does not know")
            table[code] = meaning[name] if name is not None else -1
        indices = encoded.indices
        if indices.null_count:
            indices = indices.fill_null(len(encoded.dictionary))
        pieces.append(table[np.from_dlpack(indices)])
    return np.concatenate(pieces)


Part = tuple[
    NDArray[np.int64],
    NDArray[np.uint16],
    NDArray[np.int8],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int32],
    NDArray[np.bool_],
    NDArray[np.bool_],
]


def _empty(cast: Cast, replications: NDArray[np.int64] | None = None) -> Part:
    ids = np.empty(0, dtype=np.int64) if replications is None else replications
    n, threats = len(ids), len(cast.threats)
    return (
        ids,
        np.zeros((n, threats), dtype=np.uint16),
        np.zeros((n, threats), dtype=np.int8),
        np.full((n, threats), np.inf),
        np.full((n, threats), np.inf),
        np.zeros((n, len(cast.weapons)), dtype=np.int32),
        np.zeros((n, len(cast.assets)), dtype=np.bool_),
        np.zeros((n, len(cast.aircraft)), dtype=np.bool_),
    )


def _reduce(
    batch: pa.Table, cast: Cast, kind_codes: dict[str, int], reason_codes: dict[str, int], slots: _Slots
) -> Part:
    ids, row = np.unique(numbers(batch["replication"]).astype(np.int64), return_inverse=True)
    part = _empty(cast, ids)
    _, stages, reasons, confirmed_s, impact_s, rounds, asset_hit, wronged = part
    time_s = numbers(batch["time_s"])
    kind = _codes(batch["kind"], kind_codes)

    def places(of: Kind, role: str, group: str) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
        """The events of a kind, and the rows and columns that they stand for; those of bystanders are left out."""
        at = np.flatnonzero((kind == of) & (columns[role, group] != _BYSTANDER))
        column = columns[role, group][at]
        if np.any(column < 0):
            strange = batch[role][int(at[np.argmax(column < 0)])].as_py()
            raise _StrangeNameError(f"a {KINDS[of]} event has {strange!r} where a {group} belongs")
        return at, row[at], column

    columns = {
        ("subject", "threat"): _codes(batch["subject"], slots.threat),
        ("subject", "weapon"): _codes(batch["subject"], slots.weapon),
        ("object", "threat"): _codes(batch["object"], slots.threat),
        ("object", "asset"): _codes(batch["object"], slots.asset),
        ("object", "aircraft"): _codes(batch["object"], slots.aircraft),
    }
    for of, role, bit in _MARKS:
        _, rows, threat = places(of, role, "threat")
        # The same bit is set whatever the order, so that a place met twice needs no care.
        stages[rows, threat] |= bit
    # What a sensor that only links join to its post has confirmed is known when the first post has received it.
    alone = _codes(batch["subject"], slots.alone) != 0
    for of in (Kind.CONFIRM, Kind.RECEIVE):
        at, rows, threat = places(of, "object", "threat")
        told = ~alone[at]
        np.minimum.at(confirmed_s, (rows[told], threat[told]), time_s[at][told])
    at, rows, threat = places(Kind.IMPACT, "subject", "threat")
    np.minimum.at(impact_s, (rows, threat), time_s[at])
    reasons[rows, threat] = _codes(batch["reason"], reason_codes)[at]
    for of in (Kind.FIRE, Kind.STRAY):
        _, rows, weapon = places(of, "subject", "weapon")
        np.add.at(rounds, (rows, weapon), 1)
    _, rows, asset = places(Kind.ASSET_HIT, "object", "asset")
    asset_hit[rows, asset] = True
    _, rows, aircraft = places(Kind.WRONGFUL, "object", "aircraft")
    wronged[rows, aircraft] = True
    return part
