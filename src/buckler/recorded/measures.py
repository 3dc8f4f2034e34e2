"""Metrics of tracks against the identities in the file: the single integrated air picture's attributes, counted plot by plot.

After Votruba, Fortner and Bartz, "Single Integrated Air Picture (SIAP) Attributes", SIAP SE TF Technical Report 2001-001 (version 1.0):
completeness C = objects with a track / objects; ambiguity A = tracks on objects / objects with a track; spuriousness S = tracks on no
object / tracks; continuity here is the share of an object's time under its longest-lived number. Objects and tracks are counted at
the plots: at every scan, an object is there if the scan has a plot of it, and has the track that took that plot.
Limits: an object between two plots, and plots of unknown identity, are not counted; a recording's own identities are taken as truth.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from buckler.recorded.scans import Feed
from buckler.tracking.tracker import History


def measures_of(feeds: Sequence[Feed], histories: Sequence[History]) -> dict[str, Any]:
    """The metrics of all feeds together; None where the file has nothing to measure them by."""
    plots = sum(len(scan.plots) for feed in feeds for scan in feed.scans)
    seen: Counter[tuple[int, str]] = Counter()
    owners: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)
    met: set[tuple[int, str, int]] = set()
    under: set[tuple[int, str, int, int]] = set()
    owned: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    errors: list[float] = []
    changes = 0
    for f, (feed, history) in enumerate(zip(feeds, histories, strict=True)):
        last: dict[str, int] = {}
        for point in history.confirmed:
            if point["plot"] < 0:
                continue
            scan, plot = int(point["scan"]), int(point["plot"])
            who, number = str(feed.truth[scan][plot]), int(point["number"])
            owned[f, number][who] += 1
            if not who:
                continue
            met.add((f, who, scan))
            if (f, who, scan, number) not in under:  # one that has two plots in a scan is there once
                under.add((f, who, scan, number))
                owners[f, who][number] += 1
            changes += last.setdefault(who, number) != number
            last[who] = number
            lag_s = float(point["time_s"] - feed.scans[scan].plots["time_s"][plot])
            at_plot = point["position_m"] - lag_s * point["velocity_mps"]
            errors.append(float(np.linalg.norm(at_plot - feed.positions_m[scan][plot])))
        for names in feed.truth:
            seen.update((f, str(who)) for who in set(names.tolist()) if who)
    there = sum(seen.values())
    tracked = len(met)
    tracks = len(owned)
    first = min((float(scan.time_s) for feed in feeds for scan in feed.scans), default=0.0)
    end = max((float(scan.time_s) for feed in feeds for scan in feed.scans), default=0.0)
    return {
        "duration_s": round(end - first, 3),
        "scans": sum(len(feed.scans) for feed in feeds),
        "plots": plots,
        "tracks": tracks,
        "aircraft": len(seen),
        "aircraft_tracked": len(owners),
        "completeness": _ratio(tracked, there),
        "tracks_an_aircraft": _ratio(sum(len(numbers) for numbers in owners.values()), len(owners)),
        "continuity": _ratio(sum(max(numbers.values()) for numbers in owners.values()), tracked),
        "number_changes": changes if seen else None,
        "tracks_of_several_aircraft": sum(len(set(names) - {""}) > 1 for names in owned.values()) if seen else None,
        "spuriousness": _ratio(sum(not (set(names) - {""}) for names in owned.values()), tracks) if seen else None,
        "rms_from_plots_m": None if not errors else round(float(np.sqrt(np.mean(np.square(errors)))), 3),
    }


def _ratio(part: float, whole: float) -> float | None:
    return None if not whole else round(part / whole, 6)
