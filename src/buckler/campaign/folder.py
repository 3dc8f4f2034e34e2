"""The run folder before and after: whose content it holds, whether it may be resumed, reprinted or replaced."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import numba
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from buckler import __version__
from buckler.compiled import kernel_hash
from buckler.errors import InputError, OutputExistsError
from buckler.log.schema import SCHEMA_VERSION

BLOCK: Final = 25
"""Replications in a block: the unit of work, of loss in a crash, and of a row group."""

OURS: Final = (
    "run.json", "scenario.yaml", "entities.parquet", "sources.json", "events.parquet", "states.parquet", "detections.parquet",
    "tracks.parquet", "parameters.parquet", "summary.json", "report.html", "blocks", "coverage",
)  # fmt: skip
"""What a run writes in its folder; --force removes these and nothing else."""


_PROBE: Final = ".buckler-probe"


class Found(Enum):
    """What is in an output folder."""

    NOTHING = "nothing"
    UNFINISHED = "unfinished"
    FINISHED = "finished"


@dataclass(frozen=True)
class Content:
    """What a run's results depend on."""

    world_hash: str
    catalog_hash: str
    scenario_hash: str
    seed: int
    replications: int
    until: str = ""
    """The target at which to stop, where the number of replications is left to it; `replications` is then the budget."""
    parameters: str = ""
    """The hash of the draws, where parameters are sampled."""
    shard: str = ""
    """Which part of the blocks, such as 2/8; empty for all of them."""

    @property
    def key(self) -> str:
        """One hash of it all: the World, the seed, the number of replications, the kernels and the libraries."""
        return self._hash(self.replications, self.shard, self.parameters)

    @property
    def until_key(self) -> str | None:
        """The same with the target instead of the number of replications; None without a target."""
        return self._hash(self.until) if self.until else None

    def _hash(self, *last: object) -> str:
        parts = (
            SCHEMA_VERSION, BLOCK, __version__, kernel_hash(), np.__version__, numba.__version__, pa.__version__,
            self.world_hash, self.scenario_hash, self.seed, *(part for part in last if part != ""),
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def look(folder: Path, content: Content, force: bool) -> Found:
    """What is in the folder, as `judge` says; where it holds another run and is forced, this module's own files are removed."""
    found = judge(folder, content, force)
    if found is Found.NOTHING and folder.is_dir():
        for name in OURS:
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return found


def judge(folder: Path, content: Content, force: bool) -> Found:
    """What is in the folder, nothing removed. Refuses what is not this run's, unless forced; what a newer buckler wrote, always."""
    stored = stored_in(folder, "run.json")
    if not folder.exists() or all(_is_litter(path.name) for path in folder.iterdir()):
        return Found.NOTHING
    complete = bool(stored.get("complete"))
    if stored.get("content_key") == content.key:
        return Found.FINISHED if complete else Found.UNFINISHED
    if content.until and stored.get("until_key") == content.until_key:
        until = stored.get("until") or {}
        enough = complete and (until.get("reached") or stored.get("replications", 0) + BLOCK > content.replications)
        return Found.FINISHED if enough else Found.UNFINISHED
    if force:
        return Found.NOTHING
    what = (
        "something that is not a run"
        if "content_key" not in stored
        else "another run (another scenario, seed, -n or version)"
    )
    raise OutputExistsError(f"{folder} holds {what}: choose another folder with -o, or write --force to replace it")


def tables_stand(folder: Path) -> bool:
    """Whether every table of a finished run is there, to its end."""
    always = ("entities", "events", "states", "detections")
    for name in (*always, "tracks", "parameters"):
        path = folder / f"{name}.parquet"
        if name in always or path.exists():
            try:
                parquet.read_metadata(path)
            except (OSError, pa.ArrowException):
                return False
    return True


def _is_litter(name: str) -> bool:
    """Whether a file is one that was being written when its process was killed."""
    return name == _PROBE or any(name.startswith(f".{ours}.") for ours in OURS)


def sweep_out(folder: Path) -> None:
    """Remove what killed processes left half written. Only for the process that is alone in the folder."""
    for path in folder.iterdir():
        if _is_litter(path.name):
            path.unlink(missing_ok=True)
    for path in folder.glob("blocks/.block-*"):
        path.unlink(missing_ok=True)


def stored_in(folder: Path, name: str) -> dict[str, Any]:
    """What an output folder says of itself in the file `name`. Refuses a file in its place, and what a newer buckler wrote."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"{folder} is a file: choose another output folder with -o")
    try:
        stored = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict):
        return {}
    version = stored.get("schema", 0)
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise OutputExistsError(
            f"{folder} was written by a newer buckler ({stored.get('buckler', 'unknown')}): choose another folder with -o, or upgrade"
        )
    return stored


def prepare(folder: Path) -> None:
    """Make the folder, or say why it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / _PROBE
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}; choose another folder with -o"
        ) from error


def platform_facts() -> dict[str, str]:
    """What results may depend on besides the content key's parts."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "pyarrow": pa.__version__,
        "system": sys.platform,
        "machine": platform.machine(),
    }


def reproduce_command(scenario: str, replications: int, seed: int) -> str:
    """The exact command that makes this run again."""
    return f"buckler run {scenario} -n {replications} --seed {seed}"


def manifest(content: Content, facts: dict[str, Any]) -> dict[str, Any]:
    """run.json."""
    return {
        "schema": SCHEMA_VERSION,
        "buckler": __version__,
        "content_key": content.key,
        **({"until_key": content.until_key} if content.until else {}),
        "world_hash": content.world_hash,
        "scenario_hash": content.scenario_hash,
        "catalog_hash": content.catalog_hash,
        "kernel_hash": kernel_hash(),
        "seed": content.seed,
        "replications": content.replications,
        "block": BLOCK,
        **facts,
        "platform": platform_facts(),
    }
