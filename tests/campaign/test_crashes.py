"""What a campaign survives: kill -9 at any moment, company in its folder, a full disk, another version's folder."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from runs import buckler

from buckler.campaign.folder import Found
from buckler.campaign.kernels import remove_old
from buckler.campaign.lock import alone_in
from buckler.campaign.simulate import simulate_into
from buckler.errors import OutputExistsError

N, SEED = 160, 5
TABLES = (
    "events.parquet",
    "entities.parquet",
    "states.parquet",
    "detections.parquet",
    "summary.json",
    "scenario.yaml",
    "sources.json",
)
MOMENTS = 20

# A process that has its kernels loaded, and has a child of its own for every campaign, so that a campaign takes tenths of a second.
HELPER = """
import os, random, signal, sys, time
from pathlib import Path
from buckler.campaign.run import run_campaign
from buckler.engine.fly import Flyer
from buckler.scenario.load import load_scenario
from buckler.world.compile import compile_world

base, n, seed, moments = Path(sys.argv[1]), *map(int, sys.argv[2:])
world = compile_world(load_scenario("smoke"))
list(Flyer(world.arrays).block(seed, 0, 2))

def campaign(folder):
    child = os.fork()
    if child == 0:
        try:
            run_campaign(world, folder, replications=n, seed=seed, workers=2, catalog_hash="")
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return child

def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

campaign_s = time.monotonic()
assert ended(campaign(base / "whole")) == 0
campaign_s = time.monotonic() - campaign_s
chance = random.Random(20191231)
for k in range(moments):
    child = campaign(base / f"killed-{k}")
    time.sleep(chance.random() * campaign_s)
    os.kill(child, signal.SIGKILL)
    print(ended(child), flush=True)
    assert ended(campaign(base / f"killed-{k}")) == 0
for k in range(3):
    both = [campaign(base / f"both-{k}") for _ in range(2)]
    assert [ended(child) for child in both] == [0, 0]
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not hasattr(os, "fork"):
        pytest.skip("the campaigns are children of one process, by fork")
    folder = tmp_path_factory.mktemp("crashes")
    # Compiled first, and kept on disk: how long that takes says nothing about the campaigns, whose time is limited.
    simulate_into("smoke", folder / "compiled", replications=2, seed=SEED, workers=1)
    arguments = [sys.executable, "-c", HELPER, str(folder), str(N), str(SEED), str(MOMENTS)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "ends").write_text(done.stdout)
    return folder


def _same(one: Path, two: Path) -> None:
    for name in TABLES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    assert sorted(path.name for path in one.iterdir()) == sorted(path.name for path in two.iterdir())


def test_killed_at_twenty_random_moments_the_final_bytes_are_the_same(base: Path) -> None:
    ends = [int(line) for line in (base / "ends").read_text().split()]
    assert len(ends) == MOMENTS
    # Some may have been over already; most were not.
    assert ends.count(-signal.SIGKILL) >= MOMENTS // 2
    for k in range(MOMENTS):
        _same(base / "whole", base / f"killed-{k}")


def test_two_processes_in_one_folder_do_not_corrupt_it(base: Path) -> None:
    for k in range(3):
        _same(base / "whole", base / f"both-{k}")


def test_company_is_waited_for_and_told(tmp_path: Path) -> None:
    import threading

    said: list[str] = []
    inside = threading.Event()

    def second() -> None:
        with alone_in(tmp_path, said.append):
            inside.set()

    with alone_in(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        assert not inside.wait(0.3)
    thread.join(10)
    assert inside.is_set()
    assert "waiting" in said[0]


def test_a_changed_scenario_reuses_no_block(base: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if 25 <= done < total:
            raise StopError

    with pytest.raises(StopError):
        simulate_into("smoke", tmp_path / "run", replications=N, seed=SEED + 1, workers=1, progress=stop)
    assert list((tmp_path / "run" / "blocks").glob("*.arrow"))
    with pytest.raises(OutputExistsError, match="another run"):
        simulate_into("smoke", tmp_path / "run", replications=N, seed=SEED, workers=1)
    seen: list[int] = []
    simulate_into(
        "smoke",
        tmp_path / "run",
        replications=N,
        seed=SEED,
        workers=1,
        force=True,
        progress=lambda done, total: seen.append(done),
    )
    assert seen[0] == 0
    _same(base / "whole", tmp_path / "run")


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


def test_a_full_disk_is_told_and_what_was_flown_is_kept(base: Path, tmp_path: Path) -> None:
    """Files may not grow beyond 60 kB: the blocks fit, the events table of all does not."""
    arguments = ["run", "smoke", "-n", N, "--seed", SEED, "--workers", 1, "-o", tmp_path / "run", "--quiet"]
    full = buckler(arguments, preexec_fn=_small_files)
    assert full.returncode == 2, full.stderr
    assert "cannot write in" in full.stderr
    assert "make room and give the same command again" in full.stderr
    assert "Traceback" not in full.stderr
    simulate_into("smoke", tmp_path / "run", replications=N, seed=SEED, workers=1)
    _same(base / "whole", tmp_path / "run")


def test_a_folder_from_a_newer_version_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    facts = json.dumps({"schema": 99, "buckler": "9.0", "content_key": "x"})
    (tmp_path / "run" / "run.json").write_text(facts)
    for force in (False, True):
        with pytest.raises(OutputExistsError, match=r"newer buckler \(9\.0\)"):
            simulate_into("smoke", tmp_path / "run", replications=25, seed=1, workers=1, force=force)
    assert (tmp_path / "run" / "run.json").read_text() == facts


def test_what_a_killed_process_left_half_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "run" / "blocks").mkdir(parents=True)
    for name in (".run.json.a1b2", ".buckler-probe"):
        (tmp_path / "run" / name).write_bytes(b"half")
    (tmp_path / "run" / "blocks").rmdir()
    assert simulate_into("smoke", tmp_path / "run", replications=25, seed=1, workers=1) is Found.NOTHING
    assert not [path for path in (tmp_path / "run").iterdir() if path.name.startswith(".")]


def test_kernels_of_old_versions_go_and_those_in_use_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000_000.0
    for age_days, name in ((0, "mine"), (1, "b"), (20, "c"), (30, "d"), (40, "e"), (50, "f")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.nbi").write_text("")
        os.utime(tmp_path / name, (now - 86_400 * age_days,) * 2)
    monkeypatch.setattr("buckler.campaign.kernels.cache_folder", lambda: tmp_path / "mine")
    assert sorted(path.name for path in remove_old(now)) == ["e", "f"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c", "d", "mine"]
    assert remove_old(now) == []


def test_progress_for_machines(tmp_path: Path) -> None:
    done = buckler(["--progress", "json", "run", "smoke", "-n", 50, "--json", "-o", tmp_path / "run"])
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    told = [line for line in lines if "progress" in line]
    assert {"progress", "done", "total", "elapsed_s", "left_s"} == set(told[-1])
    assert (told[-1]["done"], told[-1]["total"]) == (50, 50)
    assert json.loads(done.stdout)["replications"] == 50
    assert buckler(["run", "smoke", "-n", 50, "--quiet", "-o", tmp_path / "run"]).stderr == ""


def test_ctrl_c_names_what_was_kept(tmp_path: Path) -> None:
    """One worker: the block in hand is finished, kept and counted."""
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from buckler.campaign.simulate import simulate_into\n"
        "def progress(done, total):\n"
        "    if done == 50: os.kill(os.getpid(), signal.SIGINT)\n"
        "try:\n"
        f"    simulate_into('smoke', Path({str(tmp_path / 'run')!r}), replications=2000, seed=1, workers=1, progress=progress)\n"
        "except KeyboardInterrupt as stop:\n"
        "    print(stop.done, len(list(Path(sys.argv[1]).glob('*.arrow'))), stop)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run" / "blocks")],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    counted, blocks, text = done.stdout.split(" ", 2)
    assert int(counted) == 25 * int(blocks)
    assert 50 <= int(counted) < 2000
    assert f"stopped after {counted} of 2,000" in text
