"""What is written down: `buckler check`, `scenarios`, `catalog`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from buckler.cli.common import Json, console, folder_name, plural, show
from buckler.errors import InputError


def check(file: Annotated[Path, typer.Argument(help="A scenario (a packaged name, too) or a catalog card.")]) -> None:
    """Check a scenario or catalog file: every mistake with file:line:column and what to write instead."""
    from buckler.catalog.load import load_card, looks_like_card
    from buckler.documents import load_document
    from buckler.scenario.packaged import scenario_document

    document = load_document(file) if file.exists() else scenario_document(file)
    if looks_like_card(document):
        typer.echo(f"{file}: the card of {load_card(file).name} is in order")
        return
    from buckler.scenario.load import check_scenario
    from buckler.world.faults import compile_scenario
    from buckler.world.traffic import held_out

    world = compile_scenario(check_scenario(document))
    scenario = world.loaded.scenario  # what moves is one entry, whatever places it has
    counts = {
        "asset": len(scenario.assets), "sensor": len(scenario.sensors), "battery": len(scenario.batteries),
        "threat": sum(entity.kind == "threat" for entity in world.entities),
    }  # fmt: skip
    parts = ", ".join(f"{count} {plural(kind, count)}" for kind, count in counts.items())
    if scenario.traffic is not None:
        flights = sum(entity.kind == "aircraft" for entity in world.entities)
        parts += f", {flights} {plural('flight', flights)} of traffic"
    typer.echo(f"{file}: the scenario {world.name} is in order: {parts}")
    for recording, said in held_out(world.loaded.scenario.traffic):
        typer.echo(f"{recording}: {said}")


def scenarios(
    name: Annotated[str | None, typer.Argument(help="A packaged scenario, to print it.")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of scenario files, for editors.")
    ] = False,
    degraded: Annotated[
        bool, typer.Option("--degraded", help="Print what follows when each node or link is lost: who falls back on whom.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the packaged scenarios, or print one, its degraded modes, or the schema of scenario files."""
    from buckler.scenario.load import load_scenario
    from buckler.scenario.packaged import packaged_scenarios, scenario_document

    if schema:
        from buckler.scenario.schema import Scenario

        typer.echo(json.dumps(Scenario.model_json_schema(), indent=1))
    elif degraded:
        if name is None:
            raise InputError("--degraded is about one scenario: buckler scenarios turkey-2019 --degraded")
        from buckler.world.degraded import degraded as degraded_modes
        from buckler.world.degraded import render, table_json

        loaded = load_scenario(name)
        rows = degraded_modes(loaded)
        show(as_json, lambda: table_json(rows), lambda: render(rows, loaded.scenario.name))
    elif as_json:
        raise InputError("--json belongs to --degraded here: a scenario itself is printed as YAML")
    elif name is not None:
        typer.echo("\n".join(scenario_document(name).lines))
    else:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("scenario", "as of", "about"):
            table.add_column(column)
        for packaged in packaged_scenarios():
            scenario = load_scenario(packaged).scenario
            table.add_row(packaged, scenario.as_of, scenario.title)
        console().print(table)


def catalog(
    name: Annotated[str | None, typer.Argument(help="A system, to print its card.")] = None,
    envelope: Annotated[
        bool, typer.Option("--envelope", help="Draw an interceptor's reach, or the flight of whatever else flies.")
    ] = False,
    sight: Annotated[
        bool,
        typer.Option(
            "--sight", help="Draw how far the radars of the catalog see it, over its range of cross-sections."
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="With --envelope or --sight: the .png or .svg to write.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the catalog of cited public systems, or print a card: value, spread, grade, source."""
    if sight:
        _sight(name, output, as_json)
        return
    if envelope:
        _envelope(name, output)
        return
    if output is not None:
        raise InputError("-o names the picture that --envelope or --sight draws: write one of them as well")
    from buckler.catalog.card import card_json, list_json, render_card, render_list
    from buckler.catalog.load import load_catalog

    cards = load_catalog()
    if name is None:
        show(as_json, lambda: list_json(cards), lambda: render_list(cards))
    else:
        card = cards[name]
        show(as_json, lambda: card_json(card), lambda: render_card(card))


def _envelope(name: str | None, output: Path | None) -> None:
    from buckler.catalog.load import load_catalog
    from buckler.envelope.draw import draw_envelope

    if name is None:
        raise InputError("--envelope draws one card: buckler catalog 48N6E3 --envelope")
    card = load_catalog()[name]
    typer.echo(draw_envelope(card, output or Path(f"{folder_name(card.name)}-envelope.png")).text)


def _sight(name: str | None, output: Path | None, as_json: bool) -> None:
    from buckler.catalog.load import load_catalog
    from buckler.envelope.draw import draw_sightings
    from buckler.envelope.sighting import as_json as sightings_json
    from buckler.envelope.sighting import sightings

    if name is None:
        raise InputError("--sight draws one card: buckler catalog F-35A --sight")
    card = load_catalog()[name]
    if as_json:
        typer.echo(json.dumps(sightings_json(sightings(card, load_catalog())), indent=1))
    else:
        typer.echo(draw_sightings(card, output or Path(f"{folder_name(card.name)}-sight.png")).text)
