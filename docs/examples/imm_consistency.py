"""How honest an interacting multiple model filter is about its own errors, over a manoeuvre.

    python docs/examples/imm_consistency.py [RUNS]

The benchmark flight with a turn of 2 g (Li, Bar-Shalom and Blair, in Multitarget-Multisensor Tracking: Applications and Advances III
(2000), section 10.8.3): straight for 61 s, 3.74 degrees a second for 45 s, straight for 44 s. A radar at the origin sees it every 2 s
(50 m, 0.2 degrees). The NEES is the squared error by the filter's own covariance, of position and velocity: 6 on average where the
covariance is right, more where the filter is too sure, less where it is not sure enough. The chi-square bounds are no test here: the
errors of such a filter are not Gaussian, and its models are not the target's; the figures are reported.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from buckler.tracking import (
    Estimate,
    Scan,
    Tracker,
    constant_acceleration,
    constant_velocity,
    coordinated_turn,
    radar,
)
from buckler.tracking.motion import fly_segments
from buckler.tracking.picture import consistency

LEGS = (("straight", 61.0, 0.0), ("turn of 2 g", 45.0, 3.74), ("straight again", 44.0, 0.0))
STEP_S, HEIGHT_M = 2.0, 3000.0
START = np.diag([200.0**2] * 3 + [30.0**2] * 3)
FILTERS = {
    "three models": [constant_velocity(1.0), constant_acceleration(20.0), coordinated_turn(5.0)],
    "one, noise for the turn": constant_velocity(500.0),
}


def truth() -> tuple[np.ndarray, np.ndarray]:
    """Times, and states of six numbers at them."""
    times = STEP_S * np.arange(1, int(sum(leg[1] for leg in LEGS) / STEP_S) + 1)
    states = []
    for time in times:
        left, flown = float(time), []
        for _, duration, rate in LEGS:
            flown.append((min(left, duration), rate))
            left = max(0.0, left - duration)
        position, velocity = fly_segments([30_000.0, 30_000.0], [-172.0, -246.0], flown)
        states.append([*position, HEIGHT_M, *velocity, 0.0])
    return times, np.array(states)


def squared_errors(models: Any, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """NEES and position error in m, [run, step]; all filters meet the same noise."""
    site = radar("origin", position_m=(0.0, 0.0, 0.0), range_std_m=50.0, azimuth_std_deg=0.2, elevation_std_deg=0.2)
    times, states = truth()
    nees, off_m = np.empty((runs, len(times))), np.empty((runs, len(times)))
    for run in range(runs):
        draw = np.random.default_rng([1, run])
        tracker = Tracker(models, initiation="none", gate_probability=1.0 - 1e-12, delete_misses=1000, maximum_speed_mps=3000.0)
        begin = np.r_[30_000.0, 30_000.0, HEIGHT_M, -172.0, -246.0, 0.0] + np.sqrt(np.diag(START)) * draw.standard_normal(6)
        tracker.start([Estimate(begin, START)])
        for step, (time, state) in enumerate(zip(times, states, strict=True)):
            r = np.linalg.norm(state[:3])
            seen = np.array([r, np.arctan2(state[0], state[1]), np.arcsin(state[2] / r)]) + site.std[:3] * draw.standard_normal(3)
            tracker.update(Scan.polar(site, float(time), [seen[0]], [np.degrees(seen[1])], [np.degrees(seen[2])]))
            track = tracker.tracks[0]
            off = track.mean[:6] - state
            nees[run, step] = off @ np.linalg.solve(track.covariance[:6, :6], off)
            off_m[run, step] = np.linalg.norm(off[:3])
    return nees, off_m


def study(runs: int = 50) -> list[dict[str, Any]]:
    """One row a filter and leg: mean NEES over runs and steps, the share of steps whose mean lies in the 95 % bounds, RMS error."""
    rows = []
    times, _ = truth()
    for name, models in FILTERS.items():
        nees, off_m = squared_errors(models, runs)
        start = 0.0
        for leg, duration, _ in LEGS:
            steps = (times > start) & (times <= start + duration)
            found = consistency(nees[:, steps], 6)
            rms_m = float(np.sqrt((off_m[:, steps] ** 2).mean()))
            rows.append({"filter": name, "leg": leg, "nees": found.mean, "inside": found.share_inside, "bounds": (found.low, found.high),
                         "rms_m": rms_m})  # fmt: skip
            start += duration
    return rows


def main() -> None:
    """Print the table."""
    rows = study(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    low, high = rows[0]["bounds"]
    print(f"{'filter':28}{'leg':16}{'mean NEES':>10}{f'in {low:.2f}..{high:.2f}':>16}{'RMS, m':>9}")
    for row in rows:
        print(f"{row['filter']:28}{row['leg']:16}{row['nees']:10.2f}{row['inside']:16.0%}{row['rms_m']:9.0f}")


if __name__ == "__main__":
    main()
