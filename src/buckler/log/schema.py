"""The tables of a run folder: columns, units, and the fixed dictionaries of `kind` and `reason`.

Everything right of the log reads these tables and nothing else, so an old run can be read without the simulator. A code is
never used again for something else; new ones are added at the end.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import pyarrow as pa

SCHEMA_VERSION: Final = 1


class Kind(IntEnum):
    """What happened. The comment names what `subject`, `object` and `value` hold."""

    APPEAR = 0  # a threat starts its flight: threat, the asset it flies at, -
    DETECT = 1  # a sensor's first detection of a threat: sensor, threat, range in m
    CONFIRM = 2  # a sensor's track is confirmed (M of N scans): sensor, threat, range in m
    DROP = 3  # a sensor's track is dropped: sensor, threat, range in m
    IDENTIFY = 4  # a command post calls a track hostile: command, threat, attempt
    MISIDENTIFY = 5  # a command post fails to call a hostile track hostile: command, threat, attempt
    ASSIGN = 6  # a battery is given a threat: weapon, threat, predicted kill probability of the salvo
    FIRE = 7  # a round (or a gun's burst) leaves: weapon, threat, predicted time of flight in s
    KILL = 8  # a round kills its target: weapon, threat, kill probability used
    MISS = 9  # a round fails: weapon, threat, kill probability used (0: the battery's radar had lost the target)
    NO_TARGET = 10  # a round arrives at a target that another has killed: weapon, threat, -
    ASSESS = 11  # the engagement is assessed and its fire channel is free: weapon, threat, 1 killed or 0 not
    RELOAD = 12  # a launcher group is full again: weapon, -, rounds ready
    IMPACT = 13  # a threat gets through: threat, the asset it flew at, -; `reason` says why
    ASSET_HIT = 14  # and falls within its lethal radius of the asset: threat, asset, miss distance in m
    RELEASE = 15  # a threat releases another: carrier, what it releases, -
    LEAVE = 16  # a threat leaves, not having got through: threat, the asset it flew at, -
    SUPPLY = 17  # rounds arrive in a store: weapon, -, rounds
    DECLARE = 18  # a command post gives a track another identity than hostile: command, body, code of the identity (APP-6)
    WRONGFUL = 19  # the first round of a battery at a civil or own aircraft: weapon, aircraft, its identity's code; `reason` says why
    RECEIVE = 20  # a post's first track of a threat comes over the network: command, threat, s since the sensor's or post's own
    TOLD = 21  # a post takes over another's verdict that a threat is hostile: command, threat, s since that verdict
    REMOTE = 22  # a battery may fire on another sensor's track: sensor, threat, range in m
    ORDER_LOST = 23  # an order is given up after its last repetition: weapon, threat, number of tries
    HAND_OVER = 24  # a battery can not go on with its engagement: weapon, threat, rounds not yet launched
    NODE_LOST = 25  # a node of the defence is hit and lost: node, threat, distance of the impact in m
    NODE_DOWN = 26  # a node goes out of order: node, -, -
    NODE_UP = 27  # and is back: node, -, -
    LINK_DOWN = 28  # a link goes out of order: link, -, -
    LINK_UP = 29  # and is back: link, -, -
    TAKE_OVER = 30  # a post takes over a sensor or battery: command, node, s since it was cut off
    DISCRIMINATE = 31  # a command post tells a spent stage from a warhead: command, stage, -
    COMMIT = 32  # an aircraft leaves its station for a target: weapon, threat, m that it flies before it launches
    RETURN = 33  # and is back: weapon, threat, s that its way back took
    ON_STATION = 34  # a patrol's aircraft are on station: battery, -, -
    OFF_STATION = 35  # and leave: battery, -, -
    # What becomes of tracks where the picture is filtered; the truth, which no post knows. The value is the post's track number.
    TRACK_LOST = 36  # a track breaks, its target flying on under a new number: command, threat, number
    TRACK_SWAPPED = 37  # a track follows another target than before: command, the threat that it now follows, number
    TRACK_DOUBLED = 38  # a target has a second track: command, threat, number
    TRACK_FALSE = 39  # a track of nothing at all: command, -, number
    STRAY = 40  # a round leaves for a second track, or one of nothing: weapon, the threat that it follows or -, time of flight in s


class Reason(IntEnum):
    """Why a threat got through: where the attempt that got furthest along the kill chain broke, in the chain's order."""

    NONE = 0
    NOT_SEEN = 1  # no sensor that reports to any battery's command ever detected it
    SEEN_TOO_LATE = 2  # detected or identified only when no interceptor could reach it any more
    NOT_IDENTIFIED = 3  # tracked, never called hostile
    HELD_BY_RULES = 4  # identified, but weapon control, class or height rules forbade fire
    OUT_OF_REACH = 5  # permitted, but its path never came within the interceptor's reach
    NO_FIRE_CONTROL_TRACK = 6  # in reach, but no radar of the battery held a track good enough to guide on
    NO_CHANNEL = 7  # every fire channel was busy
    NO_MISSILE = 8  # a channel was free, no round was ready
    LINK_DOWN = 9  # the order or the track could not be passed
    MISSED = 10  # fired at, and missed
    # Why a civil or own aircraft was fired at: the evidence that failed.
    IFF_NOT_INTEROPERABLE = 11  # it carries IFF that the post cannot ask
    IFF_FAILED = 12  # its IFF did not work or was off
    TRANSPONDER_OFF = 13  # no civil reply or ADS-B
    OFF_CORRIDOR = 14  # outside the airways
    NO_FLIGHT_PLAN = 15  # no flight plan fitted
    LATE_IDENTIFICATION = 16  # fired at before it was identified
    SEVERAL_SIGNS = 17  # no single piece of evidence would have saved it
    SWAPPED_TRACK = 18  # the track fired at had been another's, and came to follow it


KINDS: Final = tuple(kind.name.lower() for kind in Kind)
REASONS: Final = tuple("" if reason is Reason.NONE else reason.name.lower().replace("_", " ") for reason in Reason)

MISTAKES: Final = {
    "iff not interoperable": "it carries IFF that the post cannot ask",
    "iff failed": "its IFF did not work or was switched off",
    "transponder off": "no civil reply or ADS-B was heard of it",
    "off corridor": "it flew outside the airways",
    "no flight plan": "no flight plan fitted it",
    "late identification": "it was fired at before it was identified",
    "several signs": "no single piece of evidence would have saved it",
    "swapped track": "the track that was fired at had been another's before it came to follow this one",
}
"""Reasons why a civil or own aircraft was fired at."""

REASON_MEANING: Final = {
    "not seen": "no sensor that reports to any battery ever detected it",
    "seen too late": "detected or identified only when no interceptor could reach it any more",
    "not identified": "tracked, never called hostile",
    "held by rules": "identified, but weapon control, class or height rules forbade fire",
    "out of reach": "its path never came within the reach of an interceptor meant for its class",
    "no fire control track": "in reach, but no radar of the battery held a track good enough to guide on",
    "no channel": "every fire channel was busy",
    "no missile": "a channel was free, but no round was ready",
    "link down": "the order or the track could not be passed",
    "missed": "fired at, and missed",
}



def _schema(fields: list[Any]) -> pa.Schema:
    """A schema of fields of several types (the stubs want them all alike)."""
    return pa.schema(fields)


_NAME: Final = pa.dictionary(pa.int32(), pa.string())
_CODE: Final = pa.dictionary(pa.int8(), pa.string())

EVENTS: Final = _schema([
    pa.field("event", pa.int32(), metadata={"meaning": "number of the event in its replication, from 0"}),
    pa.field("cause", pa.int32(), metadata={"meaning": "the event that led to it, -1 for none"}),
    pa.field("replication", pa.int32()),
    pa.field("time_s", pa.float64(), metadata={"unit": "s", "meaning": "since the scenario's start"}),
    pa.field("kind", _CODE),
    pa.field("subject", _NAME, metadata={"meaning": "key in entities.parquet"}),
    pa.field("object", _NAME, metadata={"meaning": "key in entities.parquet, empty for none"}),
    pa.field("lat_deg", pa.float64(), metadata={"unit": "deg", "frame": "WGS-84", "meaning": "where the threat was"}),
    pa.field("lon_deg", pa.float64(), metadata={"unit": "deg", "frame": "WGS-84"}),
    pa.field("alt_m", pa.float32(), metadata={"unit": "m"}),
    pa.field("value", pa.float32(), metadata={"meaning": "by kind: see buckler.log.schema.Kind"}),
    pa.field("reason", _CODE),
])  # fmt: skip

ENTITIES: Final = _schema([
    pa.field("key", pa.string()),
    pa.field("name", pa.string()),
    pa.field("side", pa.string(), metadata={"meaning": "defence, raid, civil or own"}),
    pa.field("kind", pa.string(), metadata={"meaning": "asset, command, sensor, battery, weapon, threat, spent stage, aircraft, link"}),
    pa.field("system", pa.string(), metadata={"meaning": "the catalog card"}),
    pa.field("class", pa.string(), metadata={"meaning": "kill class of a threat: ballistic, cruise, aircraft, drone, helicopter"}),
    pa.field("lat_deg", pa.float64()),
    pa.field("lon_deg", pa.float64()),
    pa.field("alt_m", pa.float64()),
    pa.field("parent", pa.string(), metadata={
        "meaning": "weapon: its battery; battery, sensor: its command; command: its superior, or the battery whose own post it is; "
        "threat: what it flies at; spent stage: its missile; link: its two ends, joined by ' <> '"}),
    pa.field("range_m", pa.float64(), metadata={"unit": "m", "meaning": "sensor: instrumented range; weapon: maximum range"}),
    pa.field("value", pa.float64(), metadata={"meaning": "asset: its value; weapon: rounds at the start; battery: fire channels"}),
    pa.field("hypothetical", pa.bool_()),
])  # fmt: skip

STATES: Final = _schema([
    pa.field("replication", pa.int32()),
    pa.field("time_s", pa.float64(), metadata={"unit": "s"}),
    pa.field("subject", _NAME, metadata={"meaning": "a threat's key, weapon key and number of the shot, or a sensor's on its orbit"}),
    pa.field("lat_deg", pa.float64()),
    pa.field("lon_deg", pa.float64()),
    pa.field("alt_m", pa.float64()),
])  # fmt: skip

DETECTIONS: Final = _schema([
    pa.field("replication", pa.int32()),
    pa.field("time_s", pa.float64(), metadata={"unit": "s"}),
    pa.field("sensor", _NAME),
    pa.field("truth", _NAME, metadata={"meaning": "the key of the threat that was really there"}),
    pa.field("range_m", pa.float64(), metadata={"unit": "m", "meaning": "measured: true range plus the sensor's stated error"}),
    pa.field("azimuth_deg", pa.float64(), metadata={"unit": "deg", "meaning": "measured, from true north"}),
    pa.field("elevation_deg", pa.float64(), metadata={"unit": "deg", "meaning": "measured, geometric"}),
    pa.field("snr_db", pa.float64(), metadata={"unit": "dB", "meaning": "mean signal-to-noise ratio of the scan"}),
])  # fmt: skip

TRACKS: Final = _schema([
    pa.field("replication", pa.int32()),
    pa.field("time_s", pa.float64(), metadata={"unit": "s", "meaning": "of the state: that of its newest plot"}),
    pa.field("known_s", pa.float64(), metadata={"unit": "s", "meaning": "when the post had it"}),
    pa.field("post", _NAME, metadata={"meaning": "the command post that believed it"}),
    pa.field("told_by", _NAME, metadata={"meaning": "the post whose track it is and that told it; empty: its own"}),
    pa.field("fused", pa.bool_(), metadata={"meaning": "its own and told ones put together, which it fires at"}),
    pa.field("track", pa.int32(), metadata={"meaning": "the number that the track has where it comes from; fused: its own, if it has one"}),
    pa.field("plots", pa.int32(), metadata={"meaning": "taken in so far, where it comes from; fused: the most of them"}),
    pa.field("identity", _CODE, metadata={"meaning": "pending or hostile"}),
    pa.field("lat_deg", pa.float64(), metadata={"unit": "deg", "frame": "WGS-84", "meaning": "believed, as all that follows"}),
    pa.field("lon_deg", pa.float64(), metadata={"unit": "deg"}),
    pa.field("alt_m", pa.float64(), metadata={"unit": "m"}),
    pa.field("speed_mps", pa.float64(), metadata={"unit": "m/s", "meaning": "over the turning earth"}),
    pa.field("position_std_m", pa.float64(), metadata={"unit": "m", "meaning": "root of the mean variance of three axes"}),
])  # fmt: skip

ADDED: Final[dict[str, dict[str, str | bool]]] = {"tracks.parquet": {"told_by": "", "fused": False}}
"""Columns that older folders of this schema number lack, and what they held where they had held it: when posts told each other no tracks,
every track was the post's own. Readers fill them in.
"""

PARAMETERS: Final = _schema([
    pa.field("draw", pa.int32(), metadata={"meaning": "number of the set of values"}),
    pa.field("first_replication", pa.int32(), metadata={"meaning": "the first replication flown with it"}),
    pa.field("replications", pa.int32(), metadata={"meaning": "how many were"}),
    pa.field("group", pa.string(), metadata={"meaning": "parameters that move together"}),
    pa.field("quantile", pa.float64(), metadata={"meaning": "where in its range the group lies, 0 to 1"}),
    pa.field("system", pa.string(), metadata={"meaning": "the catalog card"}),
    pa.field("parameter", pa.string()),
    pa.field("value", pa.float64(), metadata={"meaning": "in the unit beside it"}),
    pa.field("unit", pa.string(), metadata={"meaning": "SI"}),
])  # fmt: skip
