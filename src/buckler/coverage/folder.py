"""The folder of a coverage study: new, or this very study's; another's is never overwritten unasked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

from buckler.errors import InputError, OutputExistsError

MANIFEST: Final = "coverage.json"
PARTS: Final = ("tables", "maps", "rasters", "shapes")
FILES: Final = ("index.html", MANIFEST)
"""What a study writes; replacing one removes its parts and files and nothing else."""


def refuse(folder: Path, key: str, force: bool = False) -> None:
    """Refuse a folder that holds something else, before any work is done."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"{folder} is a file: choose another output folder with -o")
    if force or not folder.exists() or not any(folder.iterdir()):
        return
    found = _key_of(folder)
    if found != key:
        what = (
            "another coverage study (another scenario or options)" if found else "something that is no coverage study"
        )
        raise OutputExistsError(
            f"{folder} holds {what}: choose another folder with -o, or write --force to replace what a study writes"
        )


def prepare(folder: Path, key: str) -> None:
    """Make the folder with its parts empty, and claim it: a study that is cut short is known for what it is."""
    try:
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        for name in PARTS:
            if (folder / name).is_dir():
                shutil.rmtree(folder / name)
            (folder / name).mkdir(parents=True)
        (folder / MANIFEST).write_text(json.dumps({"key": key, "complete": False}) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}; choose another folder with -o"
        ) from error


def _key_of(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
