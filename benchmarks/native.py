"""raid40's engine in C (raid40.c), compiled by the machine's own compiler and given a compiled World."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler import draws, dtypes
from buckler.dtypes import EVENT, WorldArrays
from buckler.log.schema import Kind, Reason

SOURCE: Final = Path(__file__).with_name("raid40.c")
FLAGS: Final = ("-std=gnu11", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC")
"""Rules of arithmetic as numba's: the machine's own instructions, no fused or reordered floating point; libm sets no errno."""
_SCALARS: Final = {
    "f8": "double", "f4": "float", "i8": "int64_t", "i4": "int32_t", "i1": "int8_t", "u8": "uint64_t", "u4": "uint32_t", "u1": "uint8_t",
}  # fmt: skip


def compiler() -> str | None:
    """A C compiler of this machine: $CC, else cc, gcc or clang; None if there is none."""
    return next((found for name in (os.environ.get("CC"), "cc", "gcc", "clang") if name and (found := shutil.which(name))), None)


def header(world: WorldArrays) -> str:
    """world.h: the records of the World's arrays, the World as its bundle holds it in words, and the codes."""
    lines = ["#include <stdint.h>"]
    records = {"INTERCEPTOR": world.interceptors.dtype, "EVENT": EVENT}
    records |= {name: kind for name in dir(dtypes) if name.isupper() and isinstance(kind := getattr(dtypes, name), np.dtype)}
    names: dict[np.dtype[Any], str] = {}
    for name, kind in records.items():
        names.setdefault(kind, name)
        lines += [f"typedef struct __attribute__((packed)) {{ {_members(kind)} }} {name};"]
    members = []
    for name, value in world:
        if isinstance(value, np.ndarray):
            kind = names[value.dtype] if value.dtype.fields else _scalar(value.dtype)
            members.append(f"const {kind} *{name}; int64_t {name}_shape[{value.ndim}], {name}_strides[{value.ndim}];")
        else:
            members.append(f"{'double' if isinstance(value, float) else 'int64_t'} {name};")
    lines.append(f"typedef struct {{ {' '.join(members)} }} World;")
    codes = {f"KIND_{kind.name}": int(kind) for kind in Kind} | {f"REASON_{reason.name}": int(reason) for reason in Reason}
    for name in ("SCAN_PHASE", "DETECTION", "IDENTIFICATION", "SHOT", "COMMON_MODE", "IMPACT"):
        codes[f"DRAW_{name}"] = getattr(draws, name)
    codes |= {"PAIR_OPEN": dtypes.OPEN, "PAIR_HEIGHT_FORBIDDEN": dtypes.HEIGHT_FORBIDDEN}
    lines.append(f"enum {{ {', '.join(f'{name} = {code}' for name, code in codes.items())} }};")
    return "\n".join(lines) + "\n"


def _scalar(kind: np.dtype[Any]) -> str:
    return _SCALARS[kind.str[1:]]


def _members(kind: np.dtype[Any]) -> str:
    out = []
    for name in kind.names or ():
        base, shape = (kind[name].subdtype or (kind[name], ()))
        out.append(f"{_scalar(base)} {name}{''.join(f'[{n}]' for n in shape)};")
    return " ".join(out)


def beyond(world: WorldArrays) -> str:
    """What the World holds that raid40.c does not do; empty if it does it all."""
    sensors, weapons, batteries, threats = world.sensors, world.weapons, world.batteries, world.threats
    found = {
        "links": len(world.reports), "traffic": world.traffic or len(world.bodies), "filtered tracks": world.basket_m,
        "rules": len(world.rules), "losses in the defence": len(world.hazards), "orbits": len(world.orbits),
        "interference": len(world.disturbances), "cueing": sensors["cueable"].any(), "rain": (sensors["rain_db_per_m"] > 0).any(),
        "other fluctuations": (~np.isin(sensors["swerling"], (1, 2))).any(),
        "carriers": (threats["carrier"] >= 0).any() or threats["leaves"].any(), "navigation": threats["aside_std_m"].any(),
        "evasion": threats["evasion_mps2"].any(), "guns": (weapons["steers"] == 0).any(), "support": weapons["needs_support"].any(),
        "reloads": weapons["stored"].any(), "reserves": weapons["kept"].any(), "weapons free": world.commands["free"].any(),
        "doctrine": (batteries["ruled"] | batteries["hold"]).any() or batteries["most_engagements"].any(),
        "lobes": sensors["lobes_hz"].any(), "limits of tracks": sensors["tracks"].any(),
        "failures": len(world.uptimes) or len(world.changes),
        "exchanges in assignment": world.commands["swaps"].any(), "moves": batteries["arrives"].any(),
        "worthless pairs": (world.pairs["worth"] <= 0).any(),
        "scattered arrays": any(not value.flags.c_contiguous for _, value in world if isinstance(value, np.ndarray)),
    }  # fmt: skip
    return ", ".join(name for name, there in found.items() if there)


class NativeModel:
    """The C model over a World, compiled in a folder."""

    def __init__(self, world: WorldArrays, folder: Path) -> None:
        if outside := beyond(world):
            raise ValueError(f"raid40.c does not do {outside}")
        found = compiler()
        if found is None:
            raise FileNotFoundError("no C compiler")
        (folder / "world.h").write_text(header(world), encoding="utf-8")
        library = folder / "raid40.so"
        subprocess.run([found, *FLAGS, f"-I{folder}", str(SOURCE), "-lm", "-o", str(library)], check=True)
        self.world = world
        self._fly = ctypes.CDLL(str(library)).fly_block
        self._fly.restype = ctypes.c_int64
        self._fly.argtypes = [ctypes.c_void_p, *[ctypes.c_int64] * 3, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p]
        self._events = np.zeros(500_000, EVENT)

    def fly(self, seed: int, first: int, ends: NDArray[np.int64]) -> int:
        """Fly as many replications as `ends` has room for, which becomes where the events of each end; returns how many found room."""
        room = self._events.ctypes.data, len(self._events)
        return int(self._fly(self.world.address, seed, first, len(ends), *room, ends.ctypes.data))

    def block(self, seed: int, first: int, count: int) -> list[NDArray[np.void]]:
        """The events of `count` replications from `first` on."""
        ends = np.zeros(count, np.int64)
        if self.fly(seed, first, ends) < count:
            raise ValueError(f"{count} replications write more than {len(self._events):,} events: ask for fewer at once")
        return np.split(self._events[: ends[-1]].copy(), ends[:-1])

    def events(self, seed: int, replication: int) -> NDArray[np.void]:
        """The events of one replication."""
        return self.block(seed, replication, 1)[0]
