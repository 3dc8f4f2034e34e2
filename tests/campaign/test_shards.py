"""Shards: the merged run against a local one, byte for byte, and what merge refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buckler.campaign.folder import Found
from buckler.campaign.run import run_campaign
from buckler.campaign.shards import Shard, merge, parse_shard
from buckler.campaign.simulate import simulate_into
from buckler.errors import InputError
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world

TABLES = ("events.parquet", "entities.parquet", "states.parquet", "detections.parquet", "sources.json", "scenario.yaml")
N = 85


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world(load_scenario("smoke"))


def _shard(folder: Path, text: str, seed: int = 5, n: int = N) -> Path:
    simulate_into("smoke", folder, replications=n, seed=seed, workers=1, shard=parse_shard(text))
    return folder


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    base = tmp_path_factory.mktemp("shards")
    return [_shard(base / str(k), f"{k}/3") for k in (1, 2, 3)]


def test_blocks_are_shared_out_without_gap_or_overlap() -> None:
    for n in (1, 25, 26, 1000, 1037):
        for of in (1, 2, 3, 7, 40):
            numbers = [number for k in range(1, of + 1) for number in Shard(k, of).blocks(n)]
            assert numbers == list(range((n + 24) // 25))


def test_merged_tables_are_those_of_a_local_run(world: World, shards: list[Path], tmp_path: Path) -> None:
    local, merged = tmp_path / "local", tmp_path / "merged"
    run_campaign(world, local, replications=N, seed=5, workers=2, catalog_hash="")
    assert merge([shards[2], shards[0], shards[1]], merged) is Found.NOTHING
    for name in TABLES:
        assert (merged / name).read_bytes() == (local / name).read_bytes(), name
    summaries = [json.loads((folder / "summary.json").read_text()) for folder in (local, merged)]
    for summary in summaries:
        summary.pop("command")
    assert summaries[0] == summaries[1]
    assert merge(shards, merged) is Found.FINISHED


def test_a_missing_shard_is_named(shards: list[Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 shard is missing: 2/3"):
        merge([shards[0], shards[2]], tmp_path / "out")
    with pytest.raises(InputError, match="both shard 1"):
        merge([shards[0], *shards], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_shards_of_another_campaign_are_named(shards: list[Path], tmp_path: Path) -> None:
    other = _shard(tmp_path / "other", "2/3", seed=6)
    with pytest.raises(InputError, match=r"other is of another campaign than .*: seed 6, not 5"):
        merge([shards[0], other, shards[2]], tmp_path / "out")


def _altered(shard: Path, copy: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    import shutil

    shutil.copytree(shard, copy)
    facts = json.loads((copy / "run.json").read_text())
    change(facts)
    (copy / "run.json").write_text(json.dumps(facts))
    return copy


def test_another_version_is_refused(shards: list[Path], tmp_path: Path) -> None:
    newer = _altered(shards[1], tmp_path / "newer", lambda facts: facts.update(buckler="9.9"))
    with pytest.raises(InputError, match=r"newer is of another campaign .*buckler version .*9\.9"):
        merge([shards[0], newer, shards[2]], tmp_path / "out")
    other = _altered(shards[1], tmp_path / "other", lambda facts: facts["platform"].update(numpy="1.0"))
    with pytest.raises(InputError, match=r"other was flown with numpy 1\.0"):
        merge([shards[0], other, shards[2]], tmp_path / "out")


def test_an_altered_block_is_named_and_flown_again(tmp_path: Path) -> None:
    parts = [_shard(tmp_path / str(k), f"{k}/2", n=50) for k in (1, 2)]
    block = next((parts[1] / "blocks").iterdir())
    good = block.read_bytes()
    block.write_bytes(good[:-7])
    with pytest.raises(InputError, match=r"2: block 1 of shard 2/2 is cut short"):
        merge(parts, tmp_path / "out")
    _shard(parts[1], "2/2", n=50)
    assert block.read_bytes() == good
    merge(parts, tmp_path / "out")


def test_a_whole_run_is_no_shard(world: World, tmp_path: Path) -> None:
    run_campaign(world, tmp_path / "run", replications=5, seed=1, workers=1, catalog_hash="")
    with pytest.raises(InputError, match="whole run"):
        merge([tmp_path / "run"], tmp_path / "out")


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "-1/2", ""])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(InputError, match="2/8"):
        parse_shard(text)


def test_more_parts_than_blocks(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at most 2 parts"):
        _shard(tmp_path / "x", "1/3", n=50)
