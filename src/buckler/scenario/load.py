"""From a scenario file to a checked scenario: every mistake at once, each with file:line:column; and back to YAML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buckler.catalog.load import load_catalog
from buckler.catalog.schema import Card
from buckler.documents import Document, dump_yaml, problems_at
from buckler.errors import DocumentError
from buckler.scenario.cards import own_cards, systems
from buckler.scenario.entries import listed, placed_entries
from buckler.scenario.extension import extended
from buckler.scenario.mistakes.cards import band_mistakes, fire_control_mistakes, system_mistakes
from buckler.scenario.mistakes.names import name_mistakes, reference_mistakes
from buckler.scenario.mistakes.network import network_mistakes
from buckler.scenario.mistakes.patrols import patrol_mistakes
from buckler.scenario.mistakes.rules import rule_mistakes
from buckler.scenario.packaged import packaged_sites, scenario_document
from buckler.scenario.schema import Scenario
from buckler.schemas import check


@dataclass(frozen=True)
class Loaded:
    """A checked scenario with its sites resolved, and the card of every system that it names."""

    scenario: Scenario
    cards: dict[str, Card]
    """By the name that the scenario uses."""
    document: Document | None = None
    """Where it was read from, as long as it says the same."""

    def card(self, name: str) -> Card:
        """The card that the scenario means by `name`."""
        return self.cards[name]


def load_scenario(name: str | Path) -> Loaded:
    """A packaged scenario or a file, checked: DocumentError with every mistake in it."""
    return check_scenario(scenario_document(name))


def check_scenario(document: Document) -> Loaded:
    """Hold a document against the schema, then its names against each other and against the catalog."""
    document = extended(document)
    scenario, problems = check(document, Scenario)
    # Names are looked at in the document as it stands, so that a mistake elsewhere does not hide them.
    own, unreadable = own_cards(document.data)
    mistakes = [
        *name_mistakes(document.data),
        *reference_mistakes(document.data),
        *rule_mistakes(document.data),
        *patrol_mistakes(document.data),
        *system_mistakes(document.data, load_catalog(), own, unreadable),
        *fire_control_mistakes(document.data, load_catalog(), own),
        *band_mistakes(document.data, load_catalog(), own),
        *network_mistakes(document.data),
    ]
    problems = [*problems, *problems_at(document, mistakes)]
    if problems or scenario is None:
        raise DocumentError(problems)
    catalog = load_catalog()
    cards = {name: own.get(name) or catalog[name] for name in {name for _, name, _, _ in systems(document.data)}}
    return Loaded(_resolved(scenario, Path(document.file).parent), cards, document)


def _resolved(scenario: Scenario, folder: Path) -> Scenario:
    """The same scenario with every site replaced by its position, and a terrain file by its whole path."""
    data = scenario.model_dump(exclude_unset=True)
    if scenario.environment.terrain.endswith(".npz"):
        data["environment"]["terrain"] = str((folder / scenario.environment.terrain).resolve())
    for _, entry in listed(data, "traffic", "entries"):
        if entry.get("recording") is not None:
            entry["recording"] = str((folder / entry["recording"]).resolve())
    for _, placed in placed_entries(data):
        if placed.get("site") is not None:
            site = packaged_sites()[placed.pop("site")]
            placed["latitude_deg"] = float(site["latitude_deg"])
            placed["longitude_deg"] = float(site["longitude_deg"])
    return Scenario.model_validate(data)


def positions(scenario: Scenario) -> list[tuple[float, float]]:
    """Latitude and longitude, degrees, of everything in a loaded scenario."""
    every = (placed for _, placed in placed_entries(scenario.model_dump()))
    return [(placed["latitude_deg"], placed["longitude_deg"]) for placed in every if placed["latitude_deg"] is not None]


def scenario_yaml(scenario: Scenario) -> str:
    """The scenario as YAML, every reference to a site resolved."""
    data = scenario.model_dump(mode="json", exclude_none=True)
    data["systems"] = [
        card.model_dump(mode="json", exclude_unset=True) for card in scenario.systems
    ]  # its nulls say something
    return dump_yaml(_without_empty(data))


def _without_empty(data: Any) -> Any:
    """Empty lists and mappings say nothing: leave them out."""
    if isinstance(data, dict):
        return {key: _without_empty(value) for key, value in data.items() if value not in ([], {}, "")}
    if isinstance(data, list):
        return [_without_empty(item) for item in data]
    return data
