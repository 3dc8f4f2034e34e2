"""report.html: one self-contained page made from the run folder alone. The same folder gives the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from buckler.analysis.outcomes import Cast
from buckler.analysis.summary import summarise
from buckler.log.read import RunFolder, open_run, rows_of
from buckler.log.text import write_whole
from buckler.report import figures
from buckler.report.forest import CSS as FOREST
from buckler.report.ignorance import ignorance_part
from buckler.report.links import link_kind, placed_links
from buckler.report.map import credit, draw_map, placed
from buckler.report.markup import Child, Markup, tag
from buckler.report.reading import reading
from buckler.report.sources import sources_part
from buckler.report.stories import stories_part
from buckler.report.style import CSS, ring_rules
from buckler.report.timeline import timeline
from buckler.report.wording import answer, minutes

Points = NDArray[np.float64]
Event = dict[str, Any]


def write_report(run: RunFolder | str | Path) -> Path:
    """Write report.html into a run folder (and summary.json, where it is missing) and return its path."""
    folder = run if isinstance(run, RunFolder) else open_run(run)
    return write_whole(folder.path / "report.html", page(folder))


def page(folder: RunFolder) -> str:
    """The page as text."""
    facts = folder.run
    summary = folder.summary if folder.has("summary.json") else summarise(folder)
    title = str(facts.get("title") or facts.get("scenario") or "A run")
    cast = Cast.of(folder.entities)
    shown = _shown(folder)
    events = _events(folder, shown["replication"]) if shown else []
    map_part, rings = _map_part(folder, shown, events)
    sections: list[Child] = [
        _header(title, facts, summary),
        tag("p", answer(summary), class_="answer"),
        figures.cards(summary),
        map_part,
        _section(
            "How far the raid gets along the kill chain",
            "Share of the threats that appear which reach each stage, with its 95 % interval in grey.",
            figures.chains(summary),
        ),
        _section(
            "What gets through",
            "Mean number a raid; the dark band is the 95 % interval.",
            figures.leakers_table(summary),
        ),
        _section(
            "Hits and warning",
            "A hit falls within its lethal radius (an assumption) of the asset aimed at; where a killed or failed body comes down is not "
            "modelled. Warning runs from the first confirmed track of a "
            "threat to the asset until the first impact there, over the raids that had one.",
            figures.assets_table(summary),
        ),
        _reasons(summary),
        ignorance_part(summary),
        _mistakes(summary),
        _section("What it costs in rounds", "A gun's burst counts as one round.", figures.rounds_table(summary)),
        _stages(summary),
        _tracks(summary),
        _timeline_part(shown, events, cast, float(facts.get("duration_s") or 0.0)),
        stories_part(folder),
        _section("How to read this", None, reading(summary)),
        _section("Assumptions and sources", None, sources_part(folder.sources)),
        _reproduce(facts, summary),
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"buckler {facts.get('buckler', '')}"),
        tag("title", f"{title} · buckler"),
        tag("style", Markup(CSS + FOREST + ring_rules(rings))),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', tag('main', sections)), lang='en')}\n"


def _section(title: str, lead: str | None, *content: Child) -> Markup:
    return tag("section", tag("h2", title), tag("p", lead, class_="small") if lead else None, *content)


def _header(title: str, facts: dict[str, Any], summary: dict[str, Any]) -> Markup:
    line = [
        f"scenario {facts['scenario']}" if facts.get("scenario") else None,
        f"as of {facts['as_of']}" if facts.get("as_of") else None,
        f"{summary['replications']:,} replications",
        f"seed {facts['seed']}",
    ]
    notices = [tag("p", str(facts["notional"]), class_="notice")] if facts.get("notional") else []
    if not summary["complete"]:
        notices.append(
            tag("p", "The run was not finished: these are the replications that were. Run its command again to resume.",
                class_="notice")
        )  # fmt: skip
    return tag("header", tag("h1", title), tag("p", " · ".join(part for part in line if part), class_="facts"), notices)


def _shown(folder: RunFolder) -> dict[str, Any] | None:
    """The recorded replication that the map and the timeline show: the typical one, else the first."""
    recorded = folder.run.get("recorded") or []
    return next((row for row in recorded if row["why"] == "typical"), recorded[0] if recorded else None)


def _events(folder: RunFolder, replication: int) -> list[Event]:
    """The events of one replication; the log is streamed and left when the replication is past."""
    found: list[Event] = []
    for batch in folder.event_batches(["replication", "time_s", "kind", "subject", "object", "reason"]):
        rows = rows_of(batch, replication).to_pylist()
        if found and not rows:
            break
        found += rows
    return found


def _map_part(folder: RunFolder, shown: dict[str, Any] | None, events: list[Event]) -> tuple[Markup, int]:
    tracks: dict[str, Points] = {}
    if shown and folder.has("states.parquet"):
        states = rows_of(folder.states, shown["replication"])
        rows = zip(
            states["subject"].to_pylist(), states["lon_deg"].to_pylist(), states["lat_deg"].to_pylist(), strict=True
        )
        points: dict[str, list[tuple[Any, Any]]] = {}
        for key, lon, lat in rows:
            points.setdefault(str(key), []).append((lon, lat))
        tracks = {key: np.array(line) for key, line in points.items()}
    fate = {event["object"]: "killed" for event in events if event["kind"] == "kill"}
    fate |= {event["subject"]: "got through" for event in events if event["kind"] == "impact"}
    entities = folder.entities.to_pylist()
    svg, names, first = draw_map(entities, folder.rings, tracks, fate)
    choices: list[Child] = []
    for number, name in enumerate([*names, "none"] if names else []):
        key = f"show-{number}"
        checked = {"checked": "checked"} if number == first else {}
        choices.append(tag("input", type_="radio", name="rings", id_=key, class_="pick", **checked))
        choices.append(tag("label", name, for_=key, class_="pick"))
    text = "Sites, batteries and sensors"
    if shown:
        why = "a typical raid" if shown["why"] == "typical" else f"one raid ({shown['why']})"
        text += f", and the tracks of {why}, replication {shown['replication']}"
    lead = tag("p", f"{text}. Point at anything for its name.", class_="small")
    pick = tag("span", f"{_ring_meaning(folder.rings)} a target that flies at: ", class_="pick") if names else None
    kinds = {
        row[{"threat": "class", "aircraft": "side"}.get(row["kind"], "kind")] for row in entities if placed(row)
    }
    kinds |= {f"link {link_kind(row)}" for row, _, _ in placed_links(entities)}
    caption = tag("figcaption", f"{credit()}. Equirectangular projection. Heights above ground.")
    figure = tag("figure", svg, _legend(bool(names), kinds), caption)
    return tag("section", tag("h2", "Where"), lead, pick, choices, figure, class_="where"), len(names)


def _ring_meaning(rings: list[dict[str, Any]]) -> str:
    """What the rings are: where a stated class is first seen, or how far the line of sight goes."""
    return "Sensors first see" if any(ring.get("target_class") for ring in rings) else "Line of sight of the sensors to"


_LEGEND: Final = (
    ("defended asset", '<path class="site asset" d="M9 2h12v12h-12z"/>', "asset"),
    ("battery", '<path class="site battery" d="M15 1l7 13h-14z"/>', "battery"),
    ("sensor", '<circle class="site sensor" cx="15" cy="8" r="5.5"/>', "sensor"),
    ("command post", '<path class="site command" d="M15 1l6.7 4.8l-2.6 7.9h-8.2l-2.6 -7.9z"/>', "command"),
    ("fibre", '<path class="link l-fibre" d="M1 8h28"/>', "link fibre"),
    ("radio link", '<path class="link l-radio" d="M1 8h28"/>', "link radio"),
    ("satellite link", '<path class="link l-satellite" d="M1 8h28"/>', "link satellite"),
    ("longest reach of a battery", '<g class="reach"><path d="M1 8h28"/></g>', None),
    ("coverage of a sensor", '<g class="rings" style="display:inline"><path d="M1 8h28"/></g>', "rings"),
    ("ballistic", '<path class="track c-ballistic" d="M1 8h28"/>', "ballistic"),
    ("cruise", '<path class="track c-cruise" d="M1 8h28"/>', "cruise"),
    ("aircraft", '<path class="track c-aircraft" d="M1 8h28"/>', "aircraft"),
    ("drone", '<path class="track c-drone" d="M1 8h28"/>', "drone"),
    ("helicopter", '<path class="track c-helicopter" d="M1 8h28"/>', "helicopter"),
    ("civil aircraft", '<path class="track c-civil" d="M1 8h28"/>', "civil"),
    ("own aircraft", '<path class="track c-own" d="M1 8h28"/>', "own"),
    ("spent stage", '<path class="track c-stage" d="M1 8h28"/>', "spent stage"),
    ("interceptor", '<g class="shots"><path d="M1 8h28"/></g>', None),
    ("stopped", '<circle class="end-killed" cx="15" cy="8" r="4"/>', None),
    ("got through", '<path class="end-through" d="M10 3l10 10m0 -10l-10 10"/>', None),
)


def _legend(rings: bool, kinds: set[str]) -> Markup:
    present = kinds | ({"rings"} if rings else set())
    return tag(
        "ul",
        [
            tag("li", tag("svg", Markup(mark), viewBox="0 0 30 16", aria_hidden="true"), name)
            for name, mark, needs in _LEGEND
            if needs is None or needs in present
        ],
        class_="legend",
    )


def _mistakes(summary: dict[str, Any]) -> Markup | None:
    """Who was fired at and should not have been; nothing where the scenario has no traffic."""
    if "mistakes" not in summary:
        return None
    lead = (
        "Civil and own aircraft that were fired at, and the evidence without whose failure they would not have been: probability that "
        "it happens in a raid, and how many aircraft a raid."
    )
    return _section("Who must not be shot", lead, figures.mistakes_table(summary))


def _tracks(summary: dict[str, Any]) -> Markup | None:
    """What became of the posts' tracks; nothing where they fired at the truth."""
    if "tracks" not in summary:
        return None
    lead = (
        "A battery fires at tracks. Lost: a track broke and its target flew on under a new number; swapped: a track came to follow "
        "another target; doubled: a target had a second track; false: a track of nothing at all. All posts together, a raid."
    )
    return _section("What became of the tracks", lead, figures.tracks_table(summary))


def _stages(summary: dict[str, Any]) -> Markup | None:
    """What spent stages cost; nothing where the scenario has none."""
    if "spent_stages" not in summary:
        return None
    lead = "Bodies of missiles that have separated: they threaten nothing, and are fired at until they are told from warheads."
    return _section("Spent stages", lead, figures.stages_table(summary))


def _reasons(summary: dict[str, Any]) -> Markup:
    title = "Why threats got through"
    if not summary["reasons"]:
        return _section(title, None, tag("p", "None did."))
    lead = "Every threat that gets through has one reason: where the attempt that got furthest along the chain broke."
    return _section(title, lead, figures.reasons_table(summary))


_MARKS: Final = (
    ("not yet seen", '<path class="tl-unseen" d="M1 8h28"/>'),
    ("detected", '<path class="tl-0" d="M1 8h28"/>'),
    ("tracked", '<path class="tl-1" d="M1 8h28"/>'),
    ("identified", '<path class="tl-2" d="M1 8h28"/>'),
    ("round leaves", '<path class="tl-fire" d="M15 2v12"/>'),
    ("round misses", '<circle class="tl-miss" cx="15" cy="8" r="3.2"/>'),
    ("killed", '<circle class="tl-kill" cx="15" cy="8" r="5"/>'),
    ("gets through", '<path class="tl-impact" d="M10 3l10 10m0 -10l-10 10"/>'),
)


def _timeline_part(shown: dict[str, Any] | None, events: list[Event], cast: Cast, duration_s: float) -> Markup | None:
    if not shown or not events:
        return None
    kind = "A typical raid" if shown["why"] == "typical" else f"One raid ({shown['why']})"
    legend = [
        tag("li", tag("svg", Markup(mark), viewBox="0 0 30 16", aria_hidden="true"), name) for name, mark in _MARKS
    ]
    return _section(
        f"{kind}, minute by minute",
        f"Replication {shown['replication']}: a row for each threat. Point at a row for its story.",
        tag(
            "figure",
            tag("div", timeline(events, cast, duration_s), class_="scroll"),
            tag("ul", legend, class_="legend"),
        ),
    )


def _reproduce(facts: dict[str, Any], summary: dict[str, Any]) -> Markup:
    platform = facts.get("platform") or {}
    rows = [
        ("buckler", facts.get("buckler")),
        ("seed, replications", f"{facts['seed']}, {summary['replications']:,}"),
        ("scenario", facts.get("scenario_hash")),
        ("catalog", facts.get("catalog_hash")),
        ("kernels", facts.get("kernel_hash")),
        ("content key", facts.get("content_key")),
        ("platform", ", ".join(f"{key} {value}" for key, value in platform.items())),
        ("started", facts.get("started")),
        ("took", minutes(facts["wall_s"]) if facts.get("wall_s") is not None else None),
    ]
    return _section(
        "Do it again",
        "On the same platform and versions this gives the same events, byte by byte; elsewhere it agrees within the "
        "intervals.",
        tag("pre", tag("code", str(facts.get("command") or ""))),
        tag("dl", [[tag("dt", name), tag("dd", str(value))] for name, value in rows if value not in (None, "")]),
    )
