"""Compiling the engine ahead of need: in a process of its own, while this one compiles what the World needs.

Kernels are compiled from the types of what they are given, and those are the same for every World; so the engine need not wait for
one. The kernels go to the cache on disk, from which whoever asks for them next reads them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType

import numba
import numpy as np

from buckler.compiled import part
from buckler.dtypes import (
    ASKER,
    BATTERY,
    BODY,
    CHANGE,
    COMMAND,
    DISTURBANCE,
    EVENT,
    HAZARD,
    LINK,
    NODE,
    PAIR,
    REPORT,
    RULE,
    SENSOR,
    THREAT,
    UPTIME,
    WEAPON,
    WorldArrays,
)
from buckler.engine.assignment import decide
from buckler.engine.fly import network_of, replicate_block
from buckler.engine.network.consequences import on_network
from buckler.engine.state import new_state
from buckler.physics.drag import standard_air
from buckler.physics.flyout import INTERCEPTOR


def no_world() -> WorldArrays:
    """A World of nothing, with the types of every other."""
    return WorldArrays(
        duration_s=0.0,
        first_battery=0,
        first_command=0,
        first_sensor=0,
        first_threat=0,
        first_weapon=0,
        first_link=0,
        sensors=np.zeros(0, SENSOR),
        threats=np.zeros(0, THREAT),
        commands=np.zeros(0, COMMAND),
        batteries=np.zeros(0, BATTERY),
        weapons=np.zeros(0, WEAPON),
        fire_control=np.zeros(0, np.int32),
        path_m=np.zeros((0, 4)),
        path_ahead_mps=np.zeros(0),
        sites=np.zeros((0, 13)),
        lowest_m=np.zeros((0, 0, 0), np.float32),
        orbits=np.zeros((0, 15)),
        orbit_nodes=np.zeros((0, 12)),
        orbit_lowest_m=np.zeros((0, 0, 0), np.float32),
        air_db=np.zeros((0, 0, 0), np.float32),
        disturbances=np.zeros(0, DISTURBANCE),
        windows_s=np.zeros((0, 0, 2)),
        looking_s=np.zeros((0, 2)),
        interceptors=np.zeros(0, INTERCEPTOR),
        fly_out_s=np.zeros((0, 0, 0)),
        fly_out_mps=np.zeros((0, 0, 0)),
        fly_out_clear_m=np.zeros((0, 0, 0)),
        launch_m=np.zeros((0, 0)),
        pairs=np.zeros((0, 0), PAIR),
        rules=np.zeros(0, RULE),
        supplies=0,
        traffic=0,
        bodies=np.zeros(0, BODY),
        askers=np.zeros(0, ASKER),
        evidence=np.zeros((0, 0)),
        indicators=np.zeros(0, np.uint8),
        basket_m=0.0,
        air=standard_air(),
        nodes=np.zeros(0, NODE),
        links=np.zeros(0, LINK),
        reports=np.zeros(0, REPORT),
        changes=np.zeros(0, CHANGE),
        uptimes=np.zeros(0, UPTIME),
        hazards=np.zeros(0, HAZARD),
        remote_m=np.zeros((0, 0)),
    )


def _compile(kernel: object, *last: object) -> None:
    """Compile a kernel, or the part of one, of (world, state, net, *last), and with it all that it calls, from types alone."""
    world = no_world()
    state = new_state(world)
    given = (world, state, network_of(world, state), *last)
    getattr(kernel, "compile")(tuple(map(numba.typeof, given)))  # noqa: B009 (a dispatcher's, unknown to its type)


def compile_engine() -> None:
    """Compile the function that flies a block."""
    _compile(replicate_block, 1, 0, 1, False, np.zeros(0, EVENT), np.zeros(0, np.int64))


def compile_last() -> None:
    """Compile what `compile_engine` comes to last, in the order in which it does: it then finds it done, by another process."""
    _compile(part(decide), 1, 0, 0, 0.0)
    _compile(part(on_network), 1, 0, False, 1, 0, 0, 0.0)


class Ahead:
    """A process that compiles the engine while the body of the `with` runs; on leaving, this one helps and waits for it.

    Where it cannot be started, or fails, nothing is lost: the kernels are compiled when they are called.
    """

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted and (os.cpu_count() or 1) > 1
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Ahead:
        if self.wanted:
            # What a compiler makes lives to the end: looking through it for cycles took a twelfth of the time.
            program = "import gc; gc.set_threshold(200_000, 20, 20); from buckler.engine.ahead import compile_engine; compile_engine()"
            quiet = subprocess.DEVNULL
            try:
                self._process = subprocess.Popen([sys.executable, "-c", program], stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603
            except OSError:
                self._process = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            if error is None:
                compile_last()
            else:
                self._process.kill()
            self._process.wait()
