"""The code on the page about the tracker runs, in order, and finds what was put in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "tracking.md"


def test_the_code_on_the_page_runs_and_finds_what_was_put_in() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 7
    names: dict[str, Any] = {}
    for k, block in enumerate(blocks, 1):
        exec(compile(block, f"{PAGE.name}, block {k}", "exec"), names)  # noqa: S102
    truth = names["truth"]
    for history in (names["history"], names["joint"]):
        found = history.confirmed[history.confirmed["scan"] == len(names["scans"]) - 1]["position_m"]
        assert np.linalg.norm(found[:, None] - truth[None], axis=2).min(axis=0).max() < 300.0  # every target has its track
    extended, unscented, fused = (names[name] for name in ("extended", "unscented", "fused"))
    np.testing.assert_allclose(extended.mean, unscented.mean, atol=20.0)
    assert np.trace(fused.covariance) <= 1.000001 * min(np.trace(extended.covariance), np.trace(unscented.covariance))
    assert np.linalg.norm(names["alone"].tracks[0].mean[:3] - (names["start"][2] + names["velocity"][2] * 76.0)) < 50.0
    assert len(names["picture"]) == 1  # two posts, one target
    bias = np.array([[300.0, np.radians(0.5), 0.0], [0.0, 0.0, 0.0]])
    assert (np.abs(names["found"].bias - bias) < 4.0 * names["found"].std).all()
    assert names["parts"].missed == 0.0
