"""Recorded flights: what one address reported, held against what an aircraft can do.

A recording is evidence, not truth: transponders reset, receivers mix up their clocks, positions are spoofed, two aircraft carry
one address. What cannot be one aircraft's flight is held out, and every hold-out is named.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from buckler.errors import InputError
from buckler.physics.earth import geodetic_to_ecef

FASTEST_MPS: Final = 450.0
"""No flight in a recording is faster over the ground (assumption; range 350 to 700 m/s): an airliner at Mach 0.9 in the strongest jet
stream stays under 380 m/s. Military recordings need a larger one."""
SLACK_M: Final = 1_000.0
"""On top of the fastest flight, for times rounded to a second and positions that are older than their time says (assumption)."""
LONGEST_GAP_S: Final = 120.0
"""A longer silence ends a flight: what happened in it is not known (assumption; about a hundred lost reports a second)."""
NEIGHBOURS: Final = 21
HEIGHT_JUMP_M: Final = 600.0
"""A height this far from the median of its `NEIGHBOURS` rows is a garbled reply, not a climb (assumption: airliners climb at most 30 m/s,
and a median follows a steady climb
exactly). A fault that lasts longer than half of them passes."""
CLIMB_MPS: Final = 100.0
"""No height in a recording changes faster for long (assumption; range 30 m/s, airliners, to 250 m/s, fighters)."""
HELD_S: Final = 20.0
"""A height may be this old when it is reported (assumption): tables repeat the last one that came, and it then jumps to where the
aircraft is."""
LEVEL_M: Final = 60.0
"""What heights jump by in level flight: replies in steps of 100 ft, pressure (assumption)."""
FEWEST_ROWS: Final = 10
"""Fewer rows than this are no second aircraft, only stray reports (assumption)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RecordedTrack:
    """One flight as it was recorded: times rise, no silence is longer than the reader allowed, no step is faster than an aircraft."""

    name: str
    """The address, and a number after a slash for each further flight under it."""
    callsign: str
    time_s: Floats
    """s since `Recording.epoch_s`."""
    lat_deg: Floats
    lon_deg: Floats
    height_m: Floats
    """As recorded: for ADS-B the barometric height against 1013.25 hPa, within about 300 m of the geometric one (ICAO Doc 7488)."""

    def resampled(self, step_s: float) -> RecordedTrack:
        """The same flight at even times, linear in between (straight lines between reports, as the tables have no more)."""
        if not step_s > 0.0:
            raise InputError(f"step_s {step_s!r}: write a time above 0 s")
        count = max(2, int((self.time_s[-1] - self.time_s[0]) / step_s) + 1)
        times = self.time_s[0] + step_s * np.arange(count)
        lon = np.unwrap(self.lon_deg, period=360.0)
        return replace(
            self, time_s=times, lat_deg=np.interp(times, self.time_s, self.lat_deg),
            lon_deg=(np.interp(times, self.time_s, lon) + 180.0) % 360.0 - 180.0,
            height_m=np.interp(times, self.time_s, self.height_m),
        )  # fmt: skip


@dataclass(frozen=True)
class Recording:
    """The flights of a file, and everything in it that was not used, by name."""

    source: str
    epoch_s: float
    """Seconds since 1970-01-01 UTC of time 0; 0 where the file has no date."""
    tracks: tuple[RecordedTrack, ...]
    held_out: tuple[str, ...]
    """One sentence for each thing that was not used."""

    def track(self, name: str) -> RecordedTrack:
        """The flight of that name; InputError, with those that there are, where there is none."""
        for track in self.tracks:
            if track.name == name:
                return track
        known = ", ".join(track.name for track in self.tracks[:12])
        raise InputError(f"{self.source} has no flight {name!r}; it has {known}{' ...' if len(self.tracks) > 12 else ''}")


def flights_of(
    address: str,
    callsigns: list[str],
    time_s: Floats,
    lat_deg: Floats,
    lon_deg: Floats,
    height_m: Floats,
    *,
    fastest_mps: float = FASTEST_MPS,
    longest_gap_s: float = LONGEST_GAP_S,
) -> tuple[list[RecordedTrack], list[str]]:
    """The flights among the rows of one address, in the order of the file, and what was held out of them.

    Rows out of the time order of their callsign go first, as few as need be. Then the longest chain of rows is looked for in which each can
    be reached from the one before; every other row joins the chain from whose last one it can be reached, or begins a new one. One chain:
    one aircraft. A second chain of `FEWEST_ROWS` that takes turns with the first under another callsign (or where neither has one): two
    aircraft with one address, and none of them is used. Otherwise the longest chain is the flight, and the others were teleports.
    """
    said: list[str] = []
    late = np.zeros(len(time_s), np.bool_)
    called = np.array(callsigns)
    for callsign in sorted(set(callsigns)):
        own = np.flatnonzero(called == callsign)
        late[own] = out_of_order(time_s[own])
    if late.any():
        said.append(backwards(address, "rows", late, time_s))
    main, *others = flown_chains(np.flatnonzero(~late), time_s, geodetic_to_ecef(lat_deg, lon_deg), fastest_mps)
    for other in others:
        names = [_usual(called[main]), _usual(called[other])]
        two = names[0] != names[1] or names == ["", ""]
        if two and are_two(time_s[main], time_s[other]):
            who = f" ({' and '.join(sorted(names))})" if all(names) else ""
            said.append(f"{address}: two aircraft with one address{who}, both in the air at {time_s[other[0]]:.1f} s: held out")
            return [], said
    if others:
        said.append(teleports(address, "rows", others, time_s, fastest_mps))
    cuts = np.flatnonzero(np.diff(time_s[main]) > longest_gap_s) + 1
    tracks: list[RecordedTrack] = []
    for part in np.split(main, cuts):
        if len(part) < 2:
            said.append(f"{address}: a single report at {time_s[part[0]]:.1f} s: held out")
            continue
        name = address if not tracks else f"{address}/{len(tracks) + 1}"
        callsign = next((callsigns[int(row)] for row in part if callsigns[int(row)]), "")
        tracks.append(RecordedTrack(name, callsign, time_s[part], lat_deg[part], lon_deg[part], height_m[part]))
    for cut in cuts:
        before, after = float(time_s[main[cut - 1]]), float(time_s[main[cut]])
        said.append(f"{address}: nothing for {after - before:.0f} s from {before:.1f} s: a new flight after it")
    return tracks, said


def out_of_order(time_s: Floats, tolerance_s: float = 0.0) -> NDArray[np.bool_]:
    """The fewest rows without which times rise from row to row (Schensted 1961, doi:10.4153/CJM-1961-015-3: the longest subsequence that
    does not fall), but for those within a tolerance of it: one time far ahead costs its own row, not all that follow.
    """
    if np.all(np.diff(time_s) >= 0.0):
        return np.zeros(len(time_s), np.bool_)
    ends: list[float] = []
    at: list[int] = []
    before = np.full(len(time_s), -1)
    for row, time in enumerate(time_s.tolist()):
        k = bisect_right(ends, time)
        before[row] = at[k - 1] if k else -1
        ends[k : k + 1], at[k : k + 1] = [time], [row]
    kept = np.zeros(len(time_s), np.bool_)
    row = at[-1]
    while row >= 0:
        kept[row] = True
        row = int(before[row])
    latest = np.maximum.accumulate(np.where(kept, time_s, -np.inf))
    earliest = np.minimum.accumulate(np.where(kept, time_s, np.inf)[::-1])[::-1]
    return ~kept & ((time_s < latest - tolerance_s) | (time_s > earliest + tolerance_s))


def flown_chains(rows: NDArray[np.intp], time_s: Floats, points_m: Floats, fastest_mps: float) -> list[NDArray[np.intp]]:
    """These rows in chains that one aircraft can have flown, the longest first. Of several rows of one time and place the first counts."""
    rows = rows[np.argsort(time_s[rows], kind="stable")]
    _, first_of, which = np.unique(time_s[rows], return_index=True, return_inverse=True)
    apart = np.linalg.norm(points_m[rows] - points_m[rows[first_of[which]]], axis=1)
    rows = rows[(np.arange(len(rows)) == first_of[which]) | (apart > SLACK_M)]
    times, points = time_s[rows], points_m[rows]
    main = _longest(times, points, fastest_mps, SLACK_M)
    rest = np.delete(np.arange(len(rows)), main)
    others = [rest[chain] for chain in _chains(times[rest], points[rest], fastest_mps, SLACK_M)] if len(rest) else []
    return [rows[main], *(rows[chain] for chain in sorted(others, key=lambda chain: (-len(chain), chain[0])))]


def are_two(one_s: Floats, other_s: Floats) -> bool:
    """Whether the shorter of two chains is another aircraft's: long enough, and taking turns with the first more than once. A single
    excursion is a fault, not a second aircraft.
    """
    if len(other_s) < FEWEST_ROWS:
        return False
    times = np.concatenate([one_s, other_s])
    whose = np.repeat([0, 1], [len(one_s), len(other_s)])[np.argsort(times, kind="stable")]
    return int(np.count_nonzero(np.diff(whose))) > 2


def backwards(who: str, what: str, late: NDArray[np.bool_], time_s: Floats) -> str:
    """The sentence about rows out of the order of time."""
    first = f"the first at {time_s[late][0]:.1f} s"
    return f"{who}: {late.sum()} of {len(late)} {what} out of the order of time, which goes backwards there ({first}): held out"


def teleports(who: str, what: str, strays: list[NDArray[np.intp]], time_s: Floats, fastest_mps: float) -> str:
    """The sentence about chains that are no flight of the aircraft."""
    count, first = sum(map(len, strays)), min(float(time_s[chain[0]]) for chain in strays)
    why = f"faster than {fastest_mps:g} m/s; the first at {first:.1f} s"
    return f"{who}: {count} of {len(time_s)} {what} are where it cannot have flown ({why}): held out"


def plausible_heights(time_s: Floats, height_m: Floats) -> NDArray[np.bool_]:
    """Which rows have a height that is not garbled, and not one that is held while the aircraft climbs.

    Not garbled: near the running median in time, and in the longest chain of heights of which each can be reached from the one before
    by `CLIMB_MPS`, that one being at most `HELD_S` old. Held: before a jump, as many as make it a climb.
    """
    from scipy.ndimage import median_filter

    known = np.isfinite(height_m)
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(time_s[rows], kind="stable")]
    if len(rows):
        known[rows] = np.abs(height_m[rows] - median_filter(height_m[rows], NEIGHBOURS, mode="nearest")) <= HEIGHT_JUMP_M
    rows = rows[known[rows]]
    rows = rows[np.unique(time_s[rows], return_index=True)[1]]
    chains = _chains(time_s[rows], height_m[rows, None], CLIMB_MPS, CLIMB_MPS * HELD_S)
    main = max(chains, key=len)
    known[np.delete(rows, main)] = False
    rows = rows[main]
    times, heights = time_s[rows], height_m[rows]
    for k in np.flatnonzero(np.abs(np.diff(heights)) > CLIMB_MPS * np.diff(times) + LEVEL_M):
        j = k
        while j > 0 and abs(heights[k + 1] - heights[j]) > CLIMB_MPS * (times[k + 1] - times[j]) + LEVEL_M:
            known[rows[j]] = False
            j -= 1
    return known


def between_known(time_s: Floats, height_m: Floats, known: NDArray[np.bool_]) -> Floats:
    """The heights, where they are not known taken linearly from the neighbours in time."""
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(time_s[rows], kind="stable")]
    return np.where(known, height_m, np.interp(time_s, time_s[rows], height_m[rows]))


def _longest(time_s: Floats, points_m: Floats, fastest_mps: float, slack_m: float) -> NDArray[np.intp]:
    """The longest chain of rows within which every step can be flown: the longest path over runs of rows without a step that cannot be
    flown and without a silence (after which what follows may be a fault that can be reached).
    """
    steps, waits = np.linalg.norm(np.diff(points_m, axis=0), axis=1), np.diff(time_s)
    cuts = (steps > fastest_mps * waits + slack_m) | (waits <= 0.0)
    if not cuts.any():
        return np.arange(len(time_s))
    starts = np.concatenate([[0], np.flatnonzero(cuts | (waits > LONGEST_GAP_S)) + 1])
    ends = np.concatenate([starts[1:], [len(time_s)]])
    best = (ends - starts).astype(np.int64)
    before = np.full(len(starts), -1)
    for k in range(1, len(starts)):
        apart = np.linalg.norm(points_m[ends[:k] - 1] - points_m[starts[k]], axis=1)
        wait = time_s[starts[k]] - time_s[ends[:k] - 1]
        reached = np.where((wait > 0.0) & (apart <= fastest_mps * wait + slack_m), best[:k], 0)
        if reached.any():
            before[k] = int(np.argmax(reached))
            best[k] += reached[before[k]]
    k, runs = int(np.argmax(best)), []
    while k >= 0:
        runs.append(np.arange(starts[k], ends[k]))
        k = int(before[k])
    return np.concatenate(runs[::-1])


def _chains(time_s: Floats, points_m: Floats, fastest_mps: float, slack_m: float) -> list[NDArray[np.intp]]:
    """Rows in chains within which every step can be flown; of several chains that a row could join, the one that needs the least
    speed gets it."""
    steps = np.linalg.norm(np.diff(points_m, axis=0), axis=1)
    if np.all((steps <= fastest_mps * np.diff(time_s) + slack_m) & (np.diff(time_s) > 0.0)):
        return [np.arange(len(time_s))]
    chains: list[list[int]] = []
    for row in range(len(time_s)):
        best, least = -1, fastest_mps
        for k, chain in enumerate(chains):
            if time_s[row] == time_s[chain[-1]]:
                continue
            apart = float(np.linalg.norm(points_m[row] - points_m[chain[-1]]))
            needed = max(0.0, apart - slack_m) / float(time_s[row] - time_s[chain[-1]])
            if needed < least or (needed == least and best < 0):
                best, least = k, needed
        if best < 0:
            chains.append([row])
        else:
            chains[best].append(row)
    return [np.array(chain) for chain in chains]


def _usual(callsigns: NDArray[np.str_]) -> str:
    """The callsign that most rows have."""
    names, counts = np.unique(callsigns, return_counts=True)
    return str(names[np.argmax(counts)])
