"""The kernels' cache: keyed by every kernel source, so that no stale kernel is ever run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numba
import pytest

from buckler import compiled
from buckler.compiled import kernel


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package whose sources may be edited."""
    copy = tmp_path / "buckler"
    shutil.copytree(Path(compiled.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(compiled, "_PACKAGE", copy)
    return copy


def _hash() -> str:
    return compiled.kernel_hash.__wrapped__()


def test_an_unchanged_copy_has_the_same_hash(package: Path) -> None:
    assert _hash() == compiled.kernel_hash()


@pytest.mark.parametrize(
    "source", ["draws.py", "dtypes.py", "compiled.py", "physics/earth.py", "engine/engagement.py", "decision/evaluation.py"]
)
def test_an_edit_to_any_kernel_source_changes_it(package: Path, source: str) -> None:
    before = _hash()
    with (package / source).open("a") as stream:
        stream.write("# edited\n")
    assert _hash() != before


def test_a_new_or_a_lost_kernel_source_changes_it(package: Path) -> None:
    before = _hash()
    (package / "physics" / "new.py").write_text("")
    with_new = _hash()
    assert with_new != before
    (package / "physics" / "new.py").unlink()
    assert _hash() == before


def test_an_edit_elsewhere_leaves_it(package: Path) -> None:
    before = _hash()
    with (package / "cli.py").open("a") as stream:
        stream.write("# edited\n")
    assert _hash() == before


def test_another_library_version_changes_it(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _hash()
    monkeypatch.setattr(compiled.numba, "__version__", "0.0.1")
    assert _hash() != before


def test_the_cache_folder_is_named_by_the_hash() -> None:
    assert compiled.cache_folder().name == compiled.kernel_hash()
    assert len(compiled.kernel_hash()) == 16


@kernel
def _half(x: float) -> float:
    return 0.5 * x


@kernel
def _quarter(x: float) -> float:
    return _half(_half(x))


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")
def test_only_what_python_calls_becomes_machine_code() -> None:
    assert _quarter(8.0) == 2.0
    assert not getattr(_half, "signatures")  # noqa: B009
    (compiled_part,) = compiled.part(_half).overloads.values()
    assert not [f for f in compiled_part.library._final_module.functions if not f.is_declaration]
    assert _half(8.0) == 4.0  # and it may yet call what it did not
