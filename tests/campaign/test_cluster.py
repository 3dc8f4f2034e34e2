"""Many machines: a real scheduler and two worker processes on loopback, one of them killed in the middle."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from distributed import Client
from runs import buckler, layered, write_scenario

import buckler as surface
from buckler.campaign.cluster import _all_answer, connected, differences, fingerprint
from buckler.campaign.simulate import simulate_into
from buckler.campaign.study import read_study
from buckler.campaign.sweep import Sweep
from buckler.campaign.sweep_folder import run_sweep
from buckler.errors import InputError

N = 500
TABLES = ("events.parquet", "entities.parquet", "states.parquet", "detections.parquet", "summary.json", "scenario.yaml")
QUIET = ["--no-dashboard"]


def _process(module: str, *arguments: str, path: str = "") -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([p for p in (path, *sys.path) if p])}
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *arguments, *QUIET],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    with _ended(_process("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))):
        for _ in range(600):
            if file.exists() and file.read_text():
                break
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"].removeprefix("tcp://")


@contextmanager
def _workers(address: str, count: int, folder: Path, path: str = "") -> Iterator[list[subprocess.Popen[bytes]]]:
    arguments = (f"tcp://{address}", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    started = [_process("dask_worker", *arguments, path=path) for _ in range(count)]
    try:
        with Client(f"tcp://{address}", timeout=30) as client:
            client.wait_for_workers(len(client.scheduler_info(n_workers=-1)["workers"]) + count, timeout=90)
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def two(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[subprocess.Popen[bytes]]]:
    with _workers(address, 2, tmp_path_factory.mktemp("workers")) as processes:
        yield processes


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local") / "run"
    simulate_into("smoke", folder, replications=N, seed=5, workers=2)
    return folder


def _same(one: Path, two: Path) -> None:
    for name in TABLES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_a_scheduler_without_workers(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no workers"):
        simulate_into("smoke", tmp_path / "run", replications=50, seed=5, workers=1, cluster=f"dask://{address}")


def test_a_client_of_ones_own_and_sampled_parameters(address: str, two: list[object], tmp_path: Path) -> None:
    with Client(f"tcp://{address}", timeout=30) as client:
        run = surface.simulate("smoke", replications=60, seed=3, folder=tmp_path / "run", cluster=client)
        assert run.summary()["replications"] == 60
        for name, cluster in (("here", None), ("there", client)):
            simulate_into(
                "smoke", tmp_path / name, replications=60, seed=2, workers=1, uncertainty=True, cluster=cluster
            )
        _same(tmp_path / "here", tmp_path / "there")


def test_a_sweep_on_the_cluster(address: str, two: list[object], tmp_path: Path) -> None:
    write_scenario(tmp_path / "test.yaml", layered((0.4, 0.6), 2))
    (tmp_path / "study.yaml").write_text(
        "scenario: test.yaml\nreplications: 120\nfactors:\n  - without: Layer 2\n"
        "  - path: batteries[Layer 1].doctrine.salvo\n    levels: [1, 2]\n"
    )
    run_sweep(Sweep(read_study(tmp_path / "study.yaml"), tmp_path / "here", 1), command="x")
    with connected(f"dask://{address}") as cluster:
        run_sweep(Sweep(read_study(tmp_path / "study.yaml"), tmp_path / "there", 1), command="x", cluster=cluster)
    for name in ("scores.parquet", "points.parquet", "summary.json"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes(), name


def test_workers_out_of_reach_give_the_same_through_the_scheduler(
    address: str, two: list[object], local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_answers(addresses: Sequence[str], arguments: dict[str, Any]) -> bool:
        return False

    ways: list[bool] = []
    gather = Client.gather
    monkeypatch.setattr("buckler.campaign.cluster._all_answer", none_answers)
    monkeypatch.setattr(Client, "gather", lambda *given, direct: ways.append(direct) or gather(*given, direct=direct))
    simulate_into("smoke", tmp_path / "run", replications=N, seed=5, workers=1, cluster=f"dask://{address}")
    assert ways == [False] * (N // 25)
    _same(local, tmp_path / "run")


def test_which_workers_answer(address: str, two: list[object]) -> None:
    with Client(f"tcp://{address}", timeout=30) as client:
        there = list(client.scheduler_info(n_workers=-1)["workers"])
        for addresses, reached in ((there, True), ([*there, "tcp://127.0.0.1:1"], False)):
            assert client.sync(_all_answer, addresses, client.security.get_connection_args("client")) is reached


def test_a_killed_worker_costs_only_its_blocks(
    address: str, two: list[subprocess.Popen[bytes]], local: Path, tmp_path: Path
) -> None:
    seen: list[int] = []

    def kill(done: int, total: int) -> None:
        seen.append(done)
        if 0 < done < total and two[0].poll() is None:
            two[0].kill()
            two[0].wait()

    simulate_into(
        "smoke", tmp_path / "run", replications=N, seed=5, workers=1, cluster=f"dask://{address}", progress=kill
    )
    assert two[0].poll() is not None
    assert two[1].poll() is None
    _same(local, tmp_path / "run")
    # Every block is flown until it is kept, and kept once.
    assert seen == list(range(0, N + 1, 25))


def test_workers_of_another_version_are_refused_by_name(address: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import buckler\nbuckler.__version__ = '0.0.9'\n")
    with _workers(address, 1, tmp_path, path=str(tmp_path)):
        done = buckler(["run", "smoke", "-n", 50, "--cluster", f"dask://{address}", "-o", tmp_path / "run", "--quiet"])
    assert done.returncode == 2
    assert re.search(r"tcp://127\.0\.0\.1:\d+ has buckler 0\.0\.9, not ", done.stderr), done.stderr
    assert not (tmp_path / "run").exists()


def test_a_scheduler_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buckler.campaign.cluster._TIMEOUT_S", 1.0)
    with pytest.raises(InputError, match="no Dask scheduler answers there"):
        simulate_into("smoke", tmp_path / "run", replications=50, seed=5, workers=1, cluster="dask://127.0.0.1:1")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("text", ["tcp://10.0.0.5:8786", "dask://10.0.0.5", "dask://", "10.0.0.5:8786"])
def test_what_is_no_scheduler(tmp_path: Path, text: str) -> None:
    done = buckler(["run", "smoke", "-n", 25, "--cluster", text, "-o", tmp_path / "run", "--quiet"])
    assert done.returncode == 2
    assert "dask://HOST:PORT" in done.stderr


def test_differences_are_named() -> None:
    mine = fingerprint()
    assert differences(mine, mine) == ""
    assert differences({**mine, "numpy": "1.0"}, mine) == f"numpy 1.0, not {mine['numpy']}"
