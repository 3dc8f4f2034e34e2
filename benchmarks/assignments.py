"""Weapon assignment: how far above what can be left at least, and how fast."""

from __future__ import annotations

import time
from typing import Any, Literal

import numpy as np

from benchmarks.lines import Line, least
from buckler.decision.assignment import assign


def assignment(quick: bool) -> list[Line]:
    """Random instances (values 25 to 100, kill probability 0.6 to 0.9, one round a weapon), as many weapons as threats: by how much
    greedy, and greedy with swaps, leave more than can be left at least, which the exact method proves (or bounds, where its time is
    up; 30 s each, quick 5 s). And 200 weapons against 100 threats: CPU time.
    """
    rng = np.random.default_rng(1)

    def instance(weapons: int, threats: int) -> tuple[Any, Any]:
        return rng.uniform(25.0, 100.0, threats), rng.uniform(0.6, 0.9, (weapons, threats))

    lines = []
    for threats in (20, 50, 100, 200):
        values, kill = instance(threats, threats)
        best = assign(values, kill, 1, "exact", time_limit_s=5.0 if quick else 30.0)
        greedy, swapped = (assign(values, kill, 1, method).surviving_value for method in ("greedy", "swap"))
        proven = "optimum" if best.gap < 1e-9 else f"bound, {100 * best.gap:.1f} % below the best found"
        note = f"greedy {100 * (greedy / best.lower_bound - 1):.2f} %; against the {proven}"
        above = 100 * (swapped / best.lower_bound - 1)
        lines.append(Line(f"assignment {threats} x {threats}: swaps above the bound", above, "%", "reported", True, note))
    values, kill = instance(200, 100)

    def timed(method: Literal["greedy", "swap"]) -> float:
        start = time.process_time()
        assign(values, kill, 1, method)
        return 1e3 * (time.process_time() - start)

    greedy_ms, swap_ms = least(20, lambda: timed("greedy"), lambda: timed("swap"))
    lines.append(Line("assignment 200 x 100: greedy", greedy_ms, "ms", "at most 1 ms", greedy_ms <= 1.0))
    lines.append(Line("assignment 200 x 100: with swaps", swap_ms, "ms", "at most 15 ms", swap_ms <= 15.0))
    return lines
