"""How honest three models are over a manoeuvre: the example's table, on few runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "imm_consistency.py"


def test_the_reported_consistency_of_three_models_is_of_the_right_size():
    spec = importlib.util.spec_from_file_location("imm_consistency", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    times, states = module.truth()
    assert times[-1] == 150.0
    assert states[-1][:2] == pytest.approx([36038.39, 18078.94], abs=1.0)  # the benchmark's published end
    rows = module.study(runs=5)
    assert [row["leg"] for row in rows[:3]] == [leg[0] for leg in module.LEGS]
    for row in rows[:3]:
        # Neither lost nor meaningless: six numbers, squared by their own covariance.
        assert 1.0 < row["nees"] < 20.0
        assert row["rms_m"] < 200.0
