"""The fly-out step in three dresses: the shipped kernel, the same Python interpreted, and the same in C compiled with -O3.

Workload: coasts of 1,000 steps of 0.1 s (physics.interceptor.coast_step: fourth-order Runge-Kutta, sampled air, G7 drag, down-turn) of a
notional long-range interceptor from ten launch elevations. The C is written here by the same equations, compiled without
fast-math by the machine's C compiler when there is one, and must end at the same place.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks.lines import Line
from buckler.physics.drag import g7, standard_air
from buckler.physics.interceptor import INTERCEPTOR, coast_start, coast_step, interceptor, loft_factor

STEPS = 1_000
ELEVATIONS = np.radians(np.linspace(15.0, 75.0, 10))

C_SOURCE = r"""
#include <math.h>
static const double MU = 3.986004418e14, R = 6371008.771415059;
typedef struct { double beta, loading, limit; const double *air; long n_air; const double *drag; long n_drag; } body;

static void sampled_air(double h, const body *b, double *density, double *sound) {
  double place = (h + 1000.0) * (1.0 / 25.0);
  if (place <= 0.0) { *density = b->air[0]; *sound = b->air[1]; return; }
  if (!(place < b->n_air - 1.0)) { *density = 0.0; *sound = b->air[2 * (b->n_air - 1) + 1]; return; }
  long cell = (long)place;
  double share = place - cell;
  const double *a = b->air + 2 * cell;
  *density = a[0] + share * (a[2] - a[0]);
  *sound = a[1] + share * (a[3] - a[1]);
}

static double drag_factor(double mach, const body *b) {
  double place = mach * (1.0 / 0.025);
  if (!(place < b->n_drag - 1.0)) return b->drag[b->n_drag - 1];
  long cell = (long)place;
  double share = place - cell;
  return b->drag[cell] + share * (b->drag[cell + 1] - b->drag[cell]);
}

static void acceleration(double r, double v_r, double v_t, double loft, const body *b, double *a_r, double *a_t) {
  double density, sound;
  sampled_air(r - R, b, &density, &sound);
  double speed2 = v_r * v_r + v_t * v_t, speed = sqrt(speed2);
  double slow = 0.5 * density * speed * drag_factor(speed / sound, b) / b->beta;
  double curve = 1.0 / r, gravity = MU * curve * curve, turn = 0.0;
  if (loft > 1.0) {
    turn = (loft - 1.0) * gravity * v_t / speed2;
    double most = b->limit;
    if (b->loading > 0.0) most = fmin(b->limit, 0.5 * density * speed * speed / b->loading);
    if (turn * speed > most) turn = most / speed;
  }
  double across = v_t * curve;
  *a_r = across * v_t - gravity - slow * v_r - turn * v_t;
  *a_t = turn * v_r - across * v_r - slow * v_t;
}

void coast(double *y, long steps, double step, double loft, const body *b) {
  double r = y[0], theta = y[1], v_r = y[2], v_t = y[3], half = 0.5 * step, sixth = step / 6.0;
  for (long i = 0; i < steps; i++) {
    double a1, b1, a2, b2, a3, b3, a4, b4;
    acceleration(r, v_r, v_t, loft, b, &a1, &b1);
    double w1 = v_t / r, r2 = r + half * v_r, v2 = v_r + half * a1, u2 = v_t + half * b1;
    acceleration(r2, v2, u2, loft, b, &a2, &b2);
    double w2 = u2 / r2, r3 = r + half * v2, v3 = v_r + half * a2, u3 = v_t + half * b2;
    acceleration(r3, v3, u3, loft, b, &a3, &b3);
    double w3 = u3 / r3, r4 = r + step * v3, v4 = v_r + step * a3, u4 = v_t + step * b3;
    acceleration(r4, v4, u4, loft, b, &a4, &b4);
    double w4 = u4 / r4;
    r += sixth * (v_r + 2.0 * (v2 + v3) + v4);
    theta += sixth * (w1 + 2.0 * (w2 + w3) + w4);
    v_r += sixth * (a1 + 2.0 * (a2 + a3) + a4);
    v_t += sixth * (b1 + 2.0 * (b2 + b3) + b4);
  }
  y[0] = r; y[1] = theta; y[2] = v_r; y[3] = v_t;
}
"""


class Body(ctypes.Structure):
    """The C struct `body`."""

    _fields_ = [
        ("beta", ctypes.c_double), ("loading", ctypes.c_double), ("limit", ctypes.c_double),
        ("air", ctypes.c_void_p), ("n_air", ctypes.c_long), ("drag", ctypes.c_void_p), ("n_drag", ctypes.c_long),
    ]  # fmt: skip


def notional() -> Any:
    """A notional long-range interceptor."""
    return interceptor(
        burnout_speed_mps=1900.0, ballistic_coefficient_kgpm2=6000.0, max_range_m=250e3, max_height_m=27e3, burn_time_s=12.0,
        min_speed_mps=450.0, turn_loading_kgpm2=800.0, turn_limit_mps2=250.0,
    )  # fmt: skip


@numba.njit(error_model="numpy")
def coasts(starts: Any, lofts: Any, steps: int, row: Any, air: Any, drag: Any, out: Any) -> None:
    """Each start after `steps` steps of the shipped kernel."""
    for k in range(len(starts)):
        r, theta, v_r, v_t = starts[k, 0], starts[k, 1], starts[k, 2], starts[k, 3]
        for _ in range(steps):
            r, theta, v_r, v_t = coast_step(r, theta, v_r, v_t, 0.1, lofts[k], row, air, drag)
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = r, theta, v_r, v_t


def workload() -> tuple[NDArray[np.float64], NDArray[np.float64], Any]:
    """Starts, down-turns, and the interceptor as kernels take it."""
    row = np.array([notional()], INTERCEPTOR).view(np.recarray)[0]
    path = float(row["powered_path_m"])
    starts = np.array([coast_start(float(e), path, float(row["burnout_speed_mps"]), 0.0) for e in ELEVATIONS])
    return starts, np.array([loft_factor(float(e)) for e in ELEVATIONS]), row


def step_s(steps: int, rounds: int) -> tuple[float, NDArray[np.float64]]:
    """CPU seconds a step of the kernel, the least of some rounds, and where the coasts end."""
    starts, lofts, row = workload()
    out = np.empty_like(starts)
    coasts(starts, lofts, 1, row, standard_air(), g7(), out)
    return _least(rounds, lambda: coasts(starts, lofts, steps, row, standard_air(), g7(), out)) / (steps * len(starts)), out


def c_step_s(rounds: int) -> tuple[float, NDArray[np.float64]] | None:
    """The same of the C; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    starts, lofts, row = workload()
    air, drag = np.ascontiguousarray(standard_air()), np.ascontiguousarray(g7())
    body = Body(
        row["ballistic_coefficient_kgpm2"], row["turn_loading_kgpm2"], row["turn_limit_mps2"], air.ctypes.data, len(air),
        drag.ctypes.data, len(drag),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "coast.c", Path(folder) / "coast.so"
        source.write_text(C_SOURCE, encoding="utf-8")
        subprocess.run([compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
        fly = ctypes.CDLL(str(library)).coast
        fly.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_double, ctypes.c_double, ctypes.POINTER(Body)]
        fly.restype = None
        out = starts.copy()

        def all_coasts() -> None:
            out[:] = starts
            for k in range(len(out)):
                fly(out[k].ctypes.data, STEPS, 0.1, lofts[k], ctypes.byref(body))

        return _least(rounds, all_coasts) / (STEPS * len(starts)), out


def interpreted_step_s() -> float:
    """The same Python, interpreted, in a process of its own, with fewer steps."""
    program = "from benchmarks.flyout import step_s; print(step_s(20, 3)[0])"
    root = str(Path(__file__).resolve().parents[1])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)


def flyout(quick: bool) -> list[Line]:
    """The fly-out step: the kernel against the same Python interpreted, and against the same C compiled with -O3 (above)."""
    rounds = 10 if quick else 40
    kernel_s, ends = step_s(STEPS, rounds)
    slow_s = interpreted_step_s()
    note = f"{1e9 * kernel_s:.0f} ns a step against {1e6 * slow_s:.0f} us"
    lines = [Line("fly-out step: times the interpreted twin's speed", slow_s / kernel_s, "x", "as measured", None, note)]
    found = c_step_s(rounds)
    if found is None:
        return [*lines, Line("fly-out step against C", float("nan"), "x", "at most 1.2", None, "left out: no C compiler here")]
    c_s, c_ends = found
    same = bool(np.allclose(ends, c_ends, rtol=1e-9))
    return [
        *lines,
        Line("fly-out step: the C ends at the same place", float(same), "", "identical", same, "to 1e-9"),
        Line(
            "fly-out step against C compiled with -O3", kernel_s / c_s, "x", "at most 1.2", kernel_s <= 1.2 * c_s,
            f"{1e9 * kernel_s:.0f} ns a step against {1e9 * c_s:.0f} ns",
        ),
    ]  # fmt: skip


def _least(rounds: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)
