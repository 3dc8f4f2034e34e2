"""What the documents name is there: modules, what is in them, and files of the project."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "DEVELOPERS.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGES = sorted(folder.name for folder in (ROOT / "src" / "buckler").iterdir() if (folder / "__init__.py").exists())
NAME = re.compile(rf"`(?:buckler\.)?((?:{'|'.join(PACKAGES)})\.(?!yaml|html|json)[a-z_]+(?:\.\w+)*)[`(]")
PATH = re.compile(r"(?<![\w/.])((?:docs|src|tests|benchmarks)/[\w/.-]*\w)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in NAME.findall(text):
        assert pkgutil.resolve_name(f"buckler.{name}") is not None
    for path in PATH.findall(text):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), path
