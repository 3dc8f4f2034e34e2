"""From a scenario's name to a finished run folder: what `buckler run`, `buckler compare` and the Python surface call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from buckler.analysis.stopping import Target
from buckler.campaign.cluster import connected
from buckler.campaign.folder import Found, reproduce_command
from buckler.campaign.kernels import compiling
from buckler.campaign.run import Progress, run_campaign
from buckler.campaign.shards import Shard, run_shard
from buckler.catalog.load import load_catalog
from buckler.errors import InputError
from buckler.scenario.load import Loaded, load_scenario
from buckler.scenario.parts import without
from buckler.world.faults import compile_scenario

if TYPE_CHECKING:
    from distributed import Client


def load_without(scenario: str | Path, taken: Sequence[str]) -> Loaded:
    """A scenario, with some of its entries taken out."""
    loaded = load_scenario(scenario)
    for name in taken:
        loaded = replace(loaded, scenario=without(loaded.scenario, name), document=None)
    return loaded


def simulate_into(
    scenario: str | Path | Loaded,
    folder: Path,
    *,
    replications: int,
    seed: int,
    workers: int,
    force: bool = False,
    progress: Progress = lambda done, total: None,
    announce: Callable[[str], None] = lambda text: None,
    without: Sequence[str] = (),
    until: Target | None = None,
    shard: Shard | None = None,
    uncertainty: bool = False,
    sobol: bool = False,
    cluster: str | Client | None = None,
) -> Found:
    """Load, compile, fly and summarise into `folder`; a finished run of the same content is left as it is.

    With `until`, `replications` is the most that may be flown; with `shard`, only that part is flown, for `merge`; with `cluster`, a
    scheduler's address or a Client of it, its workers fly.
    """
    if cluster is not None and shard is not None:
        raise InputError("--shard is a part for one machine, and --cluster shares out the whole: give one of the two")
    if uncertainty and shard is not None:
        raise InputError("--uncertainty flies whole draws on one machine so far: give it without --shard")
    if until is not None and shard is not None:
        raise InputError(
            "--until needs all replications in one place, and --shard is a part of them: give one of the two"
        )
    loaded = scenario if isinstance(scenario, Loaded) else load_without(scenario, without)
    with compiling(announce):
        world = compile_scenario(loaded)
    name = str(scenario) if not isinstance(scenario, Loaded) else loaded.scenario.name
    command = reproduce_command(name, replications, seed)
    if without:
        command = f"buckler compare {name} {' '.join(f'--without {taken!r}' for taken in without)} -n {replications} --seed {seed}"
    if until is not None:
        command = f'buckler run {name} --until "{until}" --at-most {replications} --seed {seed}'
    if uncertainty:
        command += " --uncertainty" + (" --sobol" if sobol else "")
    if shard is not None:
        return run_shard(
            world, folder, shard, replications=replications, seed=seed, workers=workers,
            catalog_hash=load_catalog().content_hash, command=command, force=force, progress=progress,
        )  # fmt: skip
    with connected(cluster) as there:
        return run_campaign(
            world, folder, replications=replications, seed=seed, workers=workers, catalog_hash=load_catalog().content_hash,
            command=command, force=force, progress=progress, until=until, uncertainty=uncertainty, sobol=sobol, cluster=there,
            announce=announce,
        )  # fmt: skip
