"""A campaign in parts: `--shard i/n` flies some of the blocks, `merge` puts the parts together into the run they are of.

A shard's folder holds its blocks and what a run starts with. Merging is the run itself, resumed with every block already there:
so the tables are those of a local run, byte for byte, whichever machines flew the blocks.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from buckler import __version__
from buckler.campaign.folder import BLOCK, Content, Found, judge, look, manifest, platform_facts, prepare, sweep_out
from buckler.campaign.lock import alone_in
from buckler.campaign.run import (
    Interrupted,
    Progress,
    block_count,
    check_request,
    content_of,
    fly_blocks,
    run_campaign,
    start,
)
from buckler.compiled import kernel_hash
from buckler.errors import InputError
from buckler.log.read import open_run
from buckler.log.write import BlockStore, write_json
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world


@dataclass(frozen=True)
class Shard:
    """Part `index` of `of`, counted from 1."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    def blocks(self, replications: int) -> range:
        """The blocks of this part: contiguous, and as many in every part, give or take one."""
        count = block_count(replications)
        return range((self.index - 1) * count // self.of, self.index * count // self.of)


def parse_shard(text: str) -> Shard:
    """The shard that `text` says, such as 2/8."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*/\s*(\d{1,6})\s*", text)
    shard = Shard(int(match[1]), int(match[2])) if match else Shard(0, 0)
    if not 1 <= shard.index <= shard.of:
        raise InputError(f"--shard {text!r}: write which part of how many, counted from 1, such as 2/8")
    return shard


def run_shard(
    world: World,
    folder: Path,
    shard: Shard,
    *,
    replications: int,
    seed: int,
    workers: int,
    catalog_hash: str,
    command: str,
    force: bool = False,
    progress: Progress = lambda done, total: None,
) -> Found:
    """Fly the shard's blocks and keep them; a finished shard is left as it is, a cut or altered block is flown again."""
    check_request(replications, seed, workers)
    blocks = shard.blocks(replications)
    if not blocks:
        raise InputError(
            f"--shard {shard}: {replications} replications are {block_count(replications)} blocks of {BLOCK}, too few for "
            f"{shard.of} parts: write at most {block_count(replications)} parts"
        )
    whole = content_of(world, replications, seed, catalog_hash)
    content = replace(whole, shard=str(shard))
    judge(folder, content, force)
    prepare(folder)
    with alone_in(folder):
        return _fly_shard(world, folder, shard, whole, content, workers, command, force, progress)


def _fly_shard(
    world: World,
    folder: Path,
    shard: Shard,
    whole: Content,
    content: Content,
    workers: int,
    command: str,
    force: bool,
    progress: Progress,
) -> Found:
    blocks = shard.blocks(whole.replications)
    found = look(folder, content, force)
    if found is Found.FINISHED and set(BlockStore(folder).finished()) >= set(blocks):
        progress(1, 1)
        return found
    try:
        sweep_out(folder)
        facts = start(world, folder, content, f"{command} --shard {shard}")
        wanted = min(whole.replications, blocks.stop * BLOCK) - blocks.start * BLOCK
        done = fly_blocks(world, folder, whole.seed, whole.replications, workers, progress, blocks)
        if done < wanted:
            raise Interrupted(folder, done, wanted)
        facts |= {
            "shard": {"index": shard.index, "of": shard.of, "first_block": blocks.start, "blocks": len(blocks)},
            "campaign_command": command,
            "complete": True,
        }
        write_json(folder / "run.json", manifest(content, facts))
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}. Finished blocks are kept; make room and give the same command again"
        ) from error
    return found


_SAME: Final = {
    "buckler": "buckler version",
    "kernel_hash": "kernels",
    "scenario_hash": "scenario",
    "catalog_hash": "catalog",
    "world_hash": "terrain or catalog values",
    "seed": "seed",
    "replications": "replications",
}
_LIBRARIES: Final = ("numpy", "numba", "pyarrow", "system", "machine")


def merge(
    folders: Sequence[Path],
    out: Path,
    *,
    workers: int = 1,
    force: bool = False,
    progress: Progress = lambda done, total: None,
) -> Found:
    """Put all shards of one campaign together into the run folder `out`.

    InputError, each time with the folder's name, where a folder is no finished shard, is of another campaign or of another buckler,
    or where a shard or a block of it is missing.
    """
    shards: dict[int, tuple[Path, dict[str, Any]]] = {}
    for folder in folders:
        facts = open_run(folder).run
        if not isinstance(facts.get("shard"), dict):
            state = (
                "is a shard that is not finished: give its command again"
                if not facts["complete"]
                else "is a whole run, not a shard"
            )
            raise InputError(f"{folder}: {state}")
        index = facts["shard"]["index"]
        if index in shards:
            raise InputError(f"{folder} and {shards[index][0]} are both shard {index}: give each shard once")
        shards[index] = (folder, facts)
    if not shards:
        raise InputError("merge takes the folders of all shards: buckler merge runs/part-* -o runs/whole")
    first_folder, first = shards[min(shards)]
    for folder, facts in shards.values():
        _same_campaign(first_folder, first, folder, facts)
    _this_installation(first_folder, first)
    of = first["shard"]["of"]
    missing = [index for index in range(1, of + 1) if index not in shards]
    if missing:
        names = ", ".join(f"{index}/{of}" for index in missing[:8]) + (
            f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        )
        noun = "shard is" if len(missing) == 1 else "shards are"
        raise InputError(
            f"{len(missing)} {noun} missing: {names}; run it with --shard {missing[0]}/{of}, then merge again"
        )
    blocks: dict[int, Path] = {}
    for index, (folder, facts) in sorted(shards.items()):
        found = BlockStore(folder).finished()
        for number in Shard(index, of).blocks(facts["replications"]):
            if number not in found:
                raise InputError(
                    f"{folder}: block {number} of shard {index}/{of} is cut short, altered or gone: give its command again"
                )
            blocks[number] = found[number]
    world = _world_of(first_folder, first)
    return _put_together(world, content_of(world, first["replications"], first["seed"], first["catalog_hash"]), blocks, out, workers, force,
                         first["campaign_command"], progress)  # fmt: skip


def _put_together(
    world: World,
    content: Content,
    blocks: dict[int, Path],
    out: Path,
    workers: int,
    force: bool,
    command: str,
    progress: Progress,
) -> Found:
    found = look(out, content, force)
    if found is Found.FINISHED:
        return found
    prepare(out)
    try:
        start(world, out, content, command)
        store = BlockStore(out)
        for path in blocks.values():
            # A copy that is cut short no longer agrees with its name and would be noticed.
            shutil.copyfile(path, store.folder / path.name)
    except OSError as error:
        raise InputError(f"cannot write in {out}: {error.strerror or error}; make room and merge again") from error
    run_campaign(
        world, out, replications=content.replications, seed=content.seed, workers=workers, catalog_hash=content.catalog_hash,
        command=command, progress=progress,
    )  # fmt: skip
    return found


def _same_campaign(first_folder: Path, first: dict[str, Any], folder: Path, facts: dict[str, Any]) -> None:
    for key, what in _SAME.items():
        if facts.get(key) != first.get(key):
            raise InputError(
                f"{folder} is of another campaign than {first_folder}: {what} {_short(facts.get(key))}, not {_short(first.get(key))}"
            )
    for key in _LIBRARIES:
        mine, theirs = (data["platform"].get(key) for data in (facts, first))
        if mine != theirs:
            raise InputError(
                f"{folder} was flown with {key} {mine} and {first_folder} with {theirs}: fly one again with the other's"
            )
    if facts["shard"]["of"] != first["shard"]["of"]:
        raise InputError(
            f"{folder} is one of {facts['shard']['of']} shards and {first_folder} one of {first['shard']['of']}"
        )


def _this_installation(folder: Path, facts: dict[str, Any]) -> None:
    if facts["buckler"] != __version__:
        raise InputError(
            f"{folder} was flown by buckler {facts['buckler']} and this is {__version__}: merge with the same version"
        )
    if facts["kernel_hash"] != kernel_hash():
        raise InputError(
            f"{folder} was flown by other kernels than this installation has: merge with the same installation"
        )
    here = platform_facts()
    for key in _LIBRARIES:
        if facts["platform"].get(key) != here[key]:
            raise InputError(
                f"{folder} was flown with {key} {facts['platform'].get(key)}, and here it is {here[key]}: merge with the same"
            )


def _world_of(folder: Path, facts: dict[str, Any]) -> World:
    world = compile_world(load_scenario(folder / "scenario.yaml"))
    if world.content_hash() != facts["world_hash"]:
        raise InputError(
            f"{folder / 'scenario.yaml'}: with this installation's catalog and terrain it does not give the world that was flown: altered, "
            "or other catalog files or terrain than where the shards were flown"
        )
    return world


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 20 else f"{text.strip(chr(34))[:12]}…"
