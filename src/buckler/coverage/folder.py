"""The folder of a coverage study: new, or this very study's; another's is never overwritten unasked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

from buckler.errors import InputError, OutputExistsError

MANIFEST: Final = "coverage.json"
PARTS: Final = ("index.html", "tables", "maps", "rasters", "shapes", MANIFEST)
"""What a study writes; replacing one removes these and nothing else."""


def prepare(folder: Path, key: str, force: bool = False) -> None:
    """Make the folder and its parts, empty; refuse one that holds something else."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"{folder} is a file: choose another output folder with -o")
    try:
        if folder.exists() and any(folder.iterdir()):
            found = _key_of(folder)
            if found != key and not force:
                what = (
                    "something that is no coverage study"
                    if found is None
                    else "another coverage study (another scenario or options)"
                )
                raise OutputExistsError(
                    f"{folder} holds {what}: choose another folder with -o, or write --force to replace it"
                )
            for name in PARTS:
                part = folder / name
                shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
        for part in ("tables", "maps", "rasters", "shapes"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        probe = folder / ".buckler-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}; choose another folder with -o"
        ) from error


def _key_of(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
