"""The command line: every command answers, wrong input ends with 2 and a word of help, nothing finished is lost."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from runs import COMMAND, Call, buckler, layered, write_scenario

from buckler import __version__
from buckler.campaign.kernels import compiled_before
from buckler.engine import fly
from buckler.log import write


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "smoke"
    done = buckler(["run", "smoke", "-n", 30, "--workers", 1, "-o", folder])
    assert done.returncode == 0, done.stderr
    assert "95 %" in done.stdout
    return folder


@pytest.mark.parametrize("command", ["run", "compare", "check", "scenarios", "catalog", "report", "validate", "query", "coverage"])
def test_every_command_explains_itself(call: Call, command: str) -> None:
    code, out, _ = call(command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: buckler {command}")


def test_help_and_version(call: Call) -> None:
    assert call("--version") == (0, f"buckler {__version__}\n", "")
    code, out, _ = call("--help")
    assert code == 0
    assert "Simulate a scenario" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "turkey-2018"], "turkey-2019"),
        (["run", "nowhere.yaml"], "no such file"),
        (["run", "smoke", "-n", "0"], "at least 1"),
        (["run", "smoke", "-n", "1000000001"], "at most 1,000,000,000"),
        (["run", "smoke", "-n", "many"], "integer"),
        (["run", "smoke", "--seed", "-1"], "from 0"),
        (["run", "smoke", "--workers", "0"], "at least 1"),
        (["run", "smoke", "--sede", "1"], "--seed"),
        (["rnu"], "run"),
        (["catalog", "S-40"], "S-400"),
        (["check", "turkey-2018"], "turkey-2019"),
        (["scenarios", "smok"], "smoke"),
        (["compare", "smoke"], "--without"),
        (["compare", "smoke", "--without", "Bttery"], "Battery"),
        (["report", "nowhere"], "no such folder"),
        (["validate", "--cases", "nowhere.json"], "nowhere.json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_input_ends_with_2_and_says_what_to_write(call: Call, tmp_path: Path, arguments: list[str], said: str) -> None:
    output = ["-o", tmp_path / "run"] if arguments[0] in ("run", "compare") else []
    code, _, err = call(*arguments, *output)
    assert code == 2
    assert said in err
    assert not (tmp_path / "run" / "run.json").exists()


def test_a_terrain_that_cannot_be_had_is_said_where_it_stands(call: Call, tmp_path: Path) -> None:
    data = layered((0.5,), 1) | {"environment": {"terrain": "nowhere.npz"}}
    path = write_scenario(tmp_path / "s.yaml", data)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "nowhere.npz" in text)
    code, _, err = call("check", path)
    assert code == 2
    assert f"s.yaml:{line}:" in err


def test_kernels_of_another_checkout_are_not_taken_for_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """numba keeps them apart by the folder of their sources, so that this one has yet to compile."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    for folder, ours in (("/elsewhere/engine", False), (str(Path(fly.__file__).parent), True)):
        kept = tmp_path / f"engine_{hashlib.sha1(folder.encode()).hexdigest()}"  # noqa: S324 (numba's own name)
        kept.mkdir()
        (kept / "fly.replicate_block-221.py311.nbi").touch()
        assert compiled_before("fly.replicate_block") is ours


def test_a_failed_number_ends_with_2(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(
        '[{"id": "T-1", "area": "radar", "quantity": "detection.albersheim_db", "statement": "Wrong on purpose",'
        ' "inputs": {"pd": 0.9, "pfa": 1e-6, "n_noncoherent": 1}, "expected": 99, "tolerance": {"abs": 1e-6}, "source": "none"}]'
    )
    code, out, _ = call("validate", "--cases", file, "--json")
    assert code == 2
    assert '"fail"' in out


def test_the_same_command_again_reprints_and_leaves_every_byte(call: Call, finished: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file()}
    code, out, _ = call("run", "smoke", "-n", 30, "-o", finished)
    assert code == 0
    assert "got through" in out
    assert {path.name: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file()} == before


def test_another_run_is_never_overwritten_unasked(call: Call, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    (folder / "notes.txt").write_text("mine")
    events = (folder / "events.parquet").read_bytes()
    code, _, err = call("run", "smoke", "-n", 30, "--seed", 2, "-o", folder)
    assert code == 2
    assert "--force" in err
    assert (folder / "events.parquet").read_bytes() == events
    code, _, _ = call("run", "smoke", "-n", 30, "--seed", 2, "-o", folder, "--force", "--quiet")
    assert code == 0
    assert (folder / "events.parquet").read_bytes() != events
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_folder_of_something_else_is_left_alone(call: Call, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    code, _, err = call("run", "smoke", "-n", 1, "-o", tmp_path)
    assert code == 2
    assert "not a run" in err
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_file_where_the_folder_should_be(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for output in (tmp_path / "file", tmp_path / "file" / "below"):
        code, _, err = call("run", "smoke", "-n", 1, "-o", output)
        assert code == 2
        assert "-o" in err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS], ids=["full", "read-only"])
def test_a_full_or_read_only_disk(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        for module in (write, sys.modules["buckler.campaign.run"]):
            patch.setattr(module, "atomic_bytes", refuse)
        code, _, err = call("run", "smoke", "-n", 1, "-o", tmp_path / "run", "--quiet")
    assert code == 2
    assert os.strerror(number) in err
    assert "give the same command again" in err
    code, _, _ = call("run", "smoke", "-n", 1, "-o", tmp_path / "run", "--quiet")
    assert code == 0


def test_a_table_cut_short_is_said_to_be(call: Call, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    content = (folder / "events.parquet").read_bytes()
    (folder / "events.parquet").write_bytes(content[: len(content) // 2])
    code, _, err = call("report", folder)
    assert code == 2
    assert "events.parquet" in err
    assert "cut short" in err


def _stopped(folder: Path, number: signal.Signals, times: int = 1) -> subprocess.CompletedProcess[str]:
    """A run of many blocks, stopped when it has finished two."""
    arguments = ["run", "smoke", "-n", "20000", "-o", str(folder), "--workers", "2"]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while len([*(folder / "blocks").glob("block-*.arrow")]) < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.02)
    try:
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def test_a_run_again_mends_what_is_damaged(call: Call, finished: Path, tmp_path: Path) -> None:
    """What other commands advise where a table is cut short: give the command again."""
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    whole = (folder / "events.parquet").read_bytes()
    (folder / "events.parquet").write_bytes(whole[: len(whole) // 2])
    (folder / "entities.parquet").unlink()
    code, _, err = call("run", "smoke", "-n", 30, "--workers", 1, "-o", folder)
    assert code == 0
    assert "flying it again" in err
    assert (folder / "events.parquet").read_bytes() == whole
    assert (folder / "entities.parquet").read_bytes() == (finished / "entities.parquet").read_bytes()


def test_a_full_device_behind_the_output(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    for arguments in (["catalog", "S-400"], ["--help"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run([sys.executable, "-c", COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 2, arguments
        assert done.stderr == f"buckler: cannot write the output: {os.strerror(errno.ENOSPC)}; make room\n"


def test_what_a_library_makes_of_ctrl_c_is_nobodys_fault(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """numba, in the middle of compiling, goes on from a KeyboardInterrupt to another error."""

    def compiling(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("no compiled object yet") from None

    monkeypatch.setattr("buckler.scenario.packaged.packaged_scenarios", compiling)
    usual = signal.getsignal(signal.SIGINT)
    try:
        assert call("scenarios") == (130, "", "interrupted\n")
    finally:
        signal.signal(signal.SIGINT, usual)


def test_ctrl_c_pressed_again_and_again_ends_it_once(tmp_path: Path) -> None:
    stopped = _stopped(tmp_path / "run", signal.SIGINT, times=5)
    assert stopped.returncode == 130
    assert stopped.stderr.count("the same command goes on") == 1
    assert "Traceback" not in stopped.stderr
    assert "ignored" not in stopped.stderr


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path: Path) -> None:
    stopped = _stopped(tmp_path / "run", signal.SIGINT)
    assert stopped.returncode == 130
    assert "the same command goes on" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    table = pq.read_table(tmp_path / "run" / "events.parquet")
    done = set(table["replication"].to_pylist())
    assert done == set(range(len(done)))
    assert f"after {len(done):,} of 20,000" in stopped.stderr
    assert len([*(tmp_path / "run" / "blocks").glob("block-*.arrow")]) >= 2


def test_kill_9_costs_only_what_was_in_flight(tmp_path: Path) -> None:
    stopped = _stopped(tmp_path / "run", signal.SIGKILL)
    assert stopped.returncode == -signal.SIGKILL
    assert len([*(tmp_path / "run" / "blocks").glob("block-*.arrow")]) >= 2


def test_the_help_page_loads_nothing_heavy() -> None:
    heavy = ("numba", "numpy", "pydantic", "matplotlib", "pyarrow", "scipy")
    code = (
        "import sys; sys.argv = ['buckler', '--help']\n"
        "from buckler.cli import main\n"
        "try: main()\n"
        f"finally: print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_run_imports_nothing_that_it_never_uses_and_leaves_it_to_be_had(tmp_path: Path) -> None:
    """A tenth of a second of its start; whoever asks for it in the same process gets it."""
    code = (
        f"import sys; sys.argv = ['buckler', 'run', 'smoke', '-n', '2', '-o', {str(tmp_path / 'run')!r}]\n"
        "from buckler.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'pandas', 'scipy.linalg', 'matplotlib.pyplot'} & set(sys.modules)))\n"
        "import scipy.linalg.cython_blas\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "buckler", "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == f"buckler {__version__}\n"


def test_check_takes_a_packaged_name(call: Call) -> None:
    code, out, _ = call("check", "smoke")
    assert code == 0
    assert out.startswith("smoke: the scenario smoke is in order")
