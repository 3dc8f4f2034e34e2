"""The validation data that lies beside a checkout and is not part of the project (some licences forbid it)."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "shared"


def shared(relative: str) -> Path:
    """The path of a shared file; the calling test skips, saying so, where the shared folder is absent."""
    if not ROOT.is_dir():
        pytest.skip(f"needs ../shared/{relative}, which is not beside this checkout")
    path = ROOT / relative
    assert path.exists(), f"../shared is there but {relative} is not in it"
    return path
