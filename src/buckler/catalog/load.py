"""The catalog: packaged cards, and those of a user's own folders, found by name or alias and read when asked for."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from buckler.catalog.kinds import KINDS
from buckler.catalog.schema import Card
from buckler.documents import Document, load_document, parse_document
from buckler.errors import InputError, UnknownNameError
from buckler.schemas import validate

SYSTEMS: Final = Path(__file__).parent / "systems"
_BODY: Final = "\nparameters:"


@dataclass(frozen=True)
class Entry:
    """What the list of cards shows of one, without reading its parameters."""

    name: str
    aliases: tuple[str, ...]
    kind: str
    title: str
    path: Path


class Catalog(Mapping[str, Card]):
    """Cards by name. `catalog["s400"]` finds S-400: case, accents, spaces and hyphens do not matter, aliases do."""

    def __init__(self, entries: Iterable[Entry], content_hash: str) -> None:
        self.entries: dict[str, Entry] = {}
        """By name, in the order of the list: by kind, then by name."""
        self.content_hash = content_hash
        """Of every card's text: changes when any of them does, wherever they lie."""
        self._names: dict[str, str] = {}
        self._cards: dict[str, Card] = {}
        for entry in sorted(entries, key=_order):
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        for name in (entry.name, *entry.aliases):
            taken = self._names.setdefault(_folded(name), entry.name)
            if taken != entry.name or entry.name in self.entries:
                other = self.entries[taken].path
                raise InputError(
                    f"{entry.path}: {name!r} is already the name of the card in {other}; choose another name"
                )
        self.entries[entry.name] = entry

    def __getitem__(self, name: str) -> Card:
        try:
            found = self._names[_folded(name)]
        except KeyError:
            known = [known for entry in self.entries.values() for known in (entry.name, *entry.aliases)]
            raise UnknownNameError("system", name, known, "`buckler catalog` lists them all.") from None
        if found not in self._cards:
            self._cards[found] = load_card(self.entries[found].path)
        return self._cards[found]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _folded(name) in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def components(self, card: Card) -> list[Card]:
        """The cards of what a system consists of."""
        return [self[name] for name in card.components]


def load_catalog(extra_folders: Iterable[str | Path] = ()) -> Catalog:
    """The packaged cards, with those of the user's own folders beside them."""
    entries, digests = [], []
    for folder in (SYSTEMS, *map(Path, extra_folders)):
        if not folder.is_dir():
            raise InputError(f"{folder}: there is no such folder of catalog cards")
        paths = sorted(folder.glob("*.yaml"))
        if not paths:
            raise InputError(f"{folder}: no catalog card (a file that ends in .yaml) lies in this folder")
        for path in paths:
            entry, digest = _read_entry(path)
            entries.append(entry)
            digests.append(f"{entry.name}:{digest}")
    return Catalog(entries, hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest())


def load_card(path: str | Path) -> Card:
    """One card from its file; DocumentError with every mistake in it."""
    return validate(load_document(path), Card)


def looks_like_card(document: Document) -> bool:
    """Whether a document means to be a catalog card rather than a scenario."""
    return isinstance(document.data, dict) and ("parameters" in document.data or document.data.get("kind") in KINDS)


def _read_entry(path: Path) -> tuple[Entry, str]:
    """The head of a card: what stands before its parameters, which make up nearly all of the text."""
    try:
        content = path.read_bytes()
        head, _, _ = content.decode("utf-8").partition(_BODY)
    except (OSError, UnicodeDecodeError):
        load_document(path)  # says what is wrong, and where
        raise
    data: Any = parse_document(head, str(path)).data
    try:
        entry = Entry(data["name"], tuple(data.get("aliases") or ()), data["kind"], data["title"], path)
        plain = all(isinstance(text, str) for text in (entry.name, entry.kind, entry.title, *entry.aliases))
    except (AttributeError, KeyError, TypeError):
        plain = False
    if not plain:  # the whole card then says what is wrong; or it is in another order, which is allowed
        card = load_card(path)
        entry = Entry(card.name, card.aliases, card.kind, card.title, path)
    return entry, hashlib.sha256(content).hexdigest()


def _order(entry: Entry) -> tuple[int, list[tuple[int, str]]]:
    """By kind, then by name with its numbers as numbers: 300 before 1000."""
    rank = KINDS.index(entry.kind) if entry.kind in KINDS else len(KINDS)
    return rank, [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", entry.name) if part
    ]


def _folded(name: str) -> str:
    """What is compared of a name: letters without accents, digits, and the plus sign (HISAR-A+ is not HISAR-A)."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i"))
    return "".join(letter for letter in plain if letter.isalnum() or letter == "+")
