"""Settings that every test shares."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest
from hypothesis import settings
from runs import Call

from buckler import cli

settings.register_profile("buckler", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("buckler")

if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
    # Interpreted kernels do their modulo-2**64 arithmetic on NumPy scalars, which warn where compiled code wraps silently.
    np.seterr(over="ignore")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command in this process: exit code, what it printed, what it complained of."""

    def _call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["buckler", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as leave:
            code = int(leave.code or 0)
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out, told.err

    return _call
