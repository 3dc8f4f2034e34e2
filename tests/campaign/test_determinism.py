"""The same bytes for any number of workers, any hash seed, any order of entries, and after any interruption."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from runs import buckler, layered, loaded

from buckler.campaign.run import fly_blocks
from buckler.campaign.simulate import simulate_into
from buckler.scenario.load import load_scenario
from buckler.world.compile import World, compile_world

N = 130
TABLES = ("events.parquet", "entities.parquet", "states.parquet", "detections.parquet", "summary.json")


@pytest.fixture(scope="module")
def world() -> World:
    return compile_world(load_scenario("smoke"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    simulate_into("smoke", folder, replications=N, seed=5, workers=1)
    return folder


def _same(one: Path, two: Path, names: tuple[str, ...] = TABLES) -> None:
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


@pytest.mark.parametrize("workers", [2, 5])
def test_any_number_of_workers(whole: Path, tmp_path: Path, workers: int) -> None:
    simulate_into("smoke", tmp_path / "run", replications=N, seed=5, workers=workers)
    _same(whole, tmp_path / "run")


@pytest.mark.parametrize("hash_seed", ["0", "7"])
def test_any_hash_seed(whole: Path, tmp_path: Path, hash_seed: str) -> None:
    arguments = ["run", "smoke", "-n", N, "--seed", 5, "--workers", 2, "-o", tmp_path / "run", "--quiet"]
    done = buckler(arguments, env={**os.environ, "PYTHONHASHSEED": hash_seed})
    assert done.returncode == 0, done.stderr
    _same(whole, tmp_path / "run")


def _scenario() -> dict[str, Any]:
    data = layered((0.4, 0.6), 3)
    for k, name in enumerate(("aft", "zulu")):
        data["raid"]["entries"].append({**data["raid"]["entries"][0], "name": name, "count": 2, "start_s": 10 * k})
    return data


def test_any_order_of_the_entries(tmp_path: Path) -> None:
    data = _scenario()
    simulate_into(loaded(data), tmp_path / "one", replications=30, seed=1, workers=1)
    for kind in ("systems", "assets", "commands", "sensors", "batteries"):
        data[kind].reverse()
    data["raid"]["entries"].reverse()
    simulate_into(loaded(data), tmp_path / "two", replications=30, seed=1, workers=1)
    _same(tmp_path / "one", tmp_path / "two", ("events.parquet", "entities.parquet", "states.parquet", "detections.parquet"))


def test_another_threat_leaves_the_luck_of_the_rest_alone(tmp_path: Path) -> None:
    """A threat that comes when all is over changes nothing of what was before it."""
    data = _scenario()
    simulate_into(loaded(data), tmp_path / "one", replications=10, seed=1, workers=1)
    data["raid"]["entries"].append({**data["raid"]["entries"][0], "name": "late", "count": 1, "start_s": 5_000})
    simulate_into(loaded(data), tmp_path / "two", replications=10, seed=1, workers=1)
    from buckler.log.read import open_run

    columns = ["replication", "time_s", "kind", "subject", "object", "value", "reason"]
    one, two = (open_run(tmp_path / name).events(columns).to_pylist() for name in ("one", "two"))
    assert one == [row for row in two if row["time_s"] < 5_000]


def test_another_seed_is_another_run(whole: Path, tmp_path: Path) -> None:
    simulate_into("smoke", tmp_path / "run", replications=N, seed=6, workers=2)
    assert (whole / "events.parquet").read_bytes() != (tmp_path / "run" / "events.parquet").read_bytes()


class _StopError(Exception):
    pass


def _interrupted(folder: Path) -> list[Path]:
    """The same run, given up after some blocks."""

    def progress(done: int, total: int) -> None:
        if 50 <= done < total:
            raise _StopError

    with pytest.raises(_StopError):
        simulate_into("smoke", folder, replications=N, seed=5, workers=2, progress=progress)
    blocks = sorted((folder / "blocks").glob("block-*.arrow"))
    assert blocks
    return blocks


def test_a_run_taken_up_again_has_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    _interrupted(tmp_path / "run")
    simulate_into("smoke", tmp_path / "run", replications=N, seed=5, workers=1)
    _same(whole, tmp_path / "run")
    assert not (tmp_path / "run" / "blocks").exists()


@pytest.mark.parametrize("harm", ["cut short", "altered", "emptied"])
def test_a_harmed_block_is_flown_again(whole: Path, tmp_path: Path, harm: str) -> None:
    block = _interrupted(tmp_path / "run")[0]
    content = block.read_bytes()
    middle = len(content) // 2
    harmed = {
        "cut short": content[:middle],
        "altered": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "emptied": b"",
    }
    block.write_bytes(harmed[harm])
    simulate_into("smoke", tmp_path / "run", replications=N, seed=5, workers=2)
    _same(whole, tmp_path / "run")


def test_a_kept_block_is_not_flown_again(world: World, tmp_path: Path) -> None:
    """Blocks of a longer run serve a shorter one: the first progress is that of what was kept."""
    fly_blocks(world, tmp_path, 5, N, 1, lambda done, total: None)
    seen: list[int] = []
    fly_blocks(world, tmp_path, 5, N, 1, lambda done, total: seen.append(done))
    assert seen == [N]


def test_a_run_stopped_before_its_summary_is_healed(whole: Path, tmp_path: Path) -> None:
    simulate_into("smoke", tmp_path / "run", replications=N, seed=5, workers=2)
    (tmp_path / "run" / "summary.json").unlink()
    simulate_into("smoke", tmp_path / "run", replications=N, seed=5, workers=2)
    _same(whole, tmp_path / "run")
