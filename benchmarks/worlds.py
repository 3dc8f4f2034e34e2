"""The compile step: a packaged World compiled anew, and again with the values of a sampled draw (studies do that thousands of times)."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.lines import Line, least
from buckler.campaign.uncertainty import Ensemble
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world

SCENARIOS = ("turkey-2019", "turkey-2019-integrated", "turkey-2019-civil")
ANEW_S = 2.0
AGAIN_S = 0.05


def worlds(quick: bool) -> list[Line]:
    """Warm: kernels compiled, terrain read. Times are the processors', of all threads together: the least of a few."""
    lines = []
    for name in SCENARIOS[: 1 if quick else None]:
        loaded = load_scenario(name)
        world = compile_world(loaded)
        draws = [Ensemble(world, 3).sampled(number) for number in range(6)]
        (anew_s,) = least(2 if quick else 4, _timed(lambda loaded=loaded: compile_world(loaded)))
        again_s = min(_timed(lambda draw=draw, world=world: compile_world(draw, reuse=world))() for draw in draws)
        lines += [
            Line(f"World of {name}, warm", anew_s, "s", f"under {ANEW_S:g}", anew_s < ANEW_S),
            Line(f"World of {name}, again with a sampled draw", 1e3 * again_s, "ms", f"under {1e3 * AGAIN_S:g}", again_s < AGAIN_S),
        ]
    return lines


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def seconds() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return seconds
