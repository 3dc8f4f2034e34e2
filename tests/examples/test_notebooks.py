"""Every notebook among the examples runs from its first cell to its last, and is kept without outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        assert cell["outputs"] == []
        exec(compile("".join(cell["source"]), f"{notebook.name} {cell['id']}", "exec"), names)  # noqa: S102
        assert capsys.readouterr().out.strip(), cell["id"]
