"""Small scenarios whose answer is known beforehand, and runs of them, for the tests of the whole path."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buckler.documents import dump_yaml, parse_document
from buckler.engine.fly import Flyer
from buckler.log.schema import KINDS, REASONS
from buckler.scenario.load import Loaded, check_scenario
from buckler.world.compile import World, compile_world

Call = Callable[..., tuple[int, str, str]]
"""The fixture `call`: a command in this process."""
KILL_CLASSES = ("ballistic", "cruise", "aircraft", "drone", "helicopter")
BASE: dict[str, Any] = {
    "name": "test",
    "title": "A test",
    "notional": "All of it.",
    "as_of": "2025-01-01",
    "environment": {"terrain": "flat"},
}


def assumed(value: float | str, unit: str) -> dict[str, Any]:
    return {"nominal": value, "unit": unit, "assumption": "Chosen for a test."}


def card(name: str, kind: str, **parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "title": name,
        "summary": "A card for a test.",
        "in_service": assumed(1990, "year"),
        "parameters": parameters,
    }


UNKNOWN = {"value": None, "note": "Not needed."}


def radar_card(name: str = "Test radar", **changes: dict[str, Any]) -> dict[str, Any]:
    """A radar that misses nothing in view: at 10,000 km it would still see what it is calibrated with."""
    parameters: dict[str, Any] = {
        "detection_range": assumed(10_000, "km"),
        "reference_rcs": assumed(0.01, "m2"),
        "reference_pd": assumed(0.9, "probability"),
        "reference_pfa": assumed(1e-6, "probability"),
        "scan_period": assumed(4, "s"),
        "min_elevation": assumed(-10, "deg"),
        "max_elevation": assumed(90, "deg"),
        "azimuth_sector": assumed(360, "deg"),
        "instrumented_range": assumed(100, "km"),
        "antenna_height": assumed(50, "m"),
        "range_accuracy": assumed(20, "m"),
        "azimuth_accuracy": assumed(0.1, "deg"),
        "band": assumed("S", "text"),
        "role": assumed("fire-control", "text"),
    }
    return card(name, "radar", **{**parameters, **changes})


def missile_card(name: str, kill_probability: float, **changes: dict[str, Any]) -> dict[str, Any]:
    """A round that kills any class with one probability."""
    parameters: dict[str, Any] = {
        "max_range": assumed(25, "km"),
        "min_range": assumed(0, "km"),
        "max_altitude": assumed(15, "km"),
        "min_altitude": assumed(0, "m"),
        "burn_time": assumed(8, "s"),
        "burnout_speed": assumed(950, "m/s"),
        "minimum_intercept_speed": assumed(320, "m/s"),
        "launch_mass": assumed(160, "kg"),
        "max_target_speed": assumed(3000, "m/s"),
        "load_factor": assumed(25, "g"),
        "guidance": assumed("active", "text"),
        **{f"kill_probability_{name}": assumed(kill_probability, "probability") for name in KILL_CLASSES},
    }
    return card(name, "interceptor", **{**parameters, **changes})


def system_card(name: str = "Test system", **changes: dict[str, Any]) -> dict[str, Any]:
    """Launchers that fire at once and have room for everything."""
    parameters: dict[str, Any] = {
        "fire_channels": assumed(100, "channels"),
        "launchers": assumed(1, "launchers"),
        "rounds_per_launcher": assumed(8, "rounds"),
        "reload_time": assumed(86_000, "s"),
        "reaction_time": assumed(1, "s"),
        "assessment_time": assumed(2, "s"),
        "salvo_interval": assumed(0.5, "s"),
    }
    return card(name, "sam-system", **{**parameters, **changes})


def cruise_card(name: str = "Test cruise missile", **changes: dict[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        **{f"rcs_{band}": assumed(1, "m2") for band in ("vhf", "l", "s", "c", "x")},
        "speed": assumed(250, "m/s"),
        "max_speed": assumed(300, "m/s"),
        "cruise_height": assumed(300, "m"),
        "lethal_radius": assumed(20, "m"),
        "circular_error_probable": assumed(10, "m"),
        "motion": assumed("route", "text"),
        "kill_class": assumed("cruise", "text"),
    }
    return card(name, "cruise-missile", **{**parameters, **changes})


def ideal_post(name: str, **changes: Any) -> dict[str, Any]:
    """A command post that takes no time and makes no mistake."""
    return {
        "name": name,
        "latency_s": 0,
        "identification_time_s": 0,
        "identification_error": 0,
        "decision_period_s": 1,
        **changes,
    }


def layered(kill_probabilities: Sequence[float], threats: int, **battery: Any) -> dict[str, Any]:
    """Cruise missiles that pass one autonomous layer after another on their way east to the asset.

    A layer has its own command post, radar, battery and round. It gives one engagement to each threat, for its assessment
    lasts longer than the scenario.
    """
    data = copy.deepcopy(BASE)
    data["systems"] = [radar_card(), system_card(), cruise_card()]
    data["assets"] = [{"name": "Depot", "latitude_deg": 38.0, "longitude_deg": 34.0}]
    data["commands"], data["sensors"], data["batteries"] = [], [], []
    for k, probability in enumerate(kill_probabilities, 1):
        place = {"latitude_deg": 38.0, "longitude_deg": 33.1 + 0.8 * k / len(kill_probabilities)}
        data["systems"].append(missile_card(f"Round {k}", probability, max_range=assumed(20, "km")))
        data["commands"].append(ideal_post(f"Post {k}"))
        data["sensors"].append({"name": f"Radar {k}", "system": "Test radar", "command": f"Post {k}", **place})
        data["batteries"].append(
            {
                "name": f"Layer {k}",
                "system": "Test system",
                "command": f"Post {k}",
                "fire_control": [f"Radar {k}"],
                "weapons": [{"system": f"Round {k}", "rounds_ready": 16 * threats}],
                "doctrine": {"assessment_time_s": 80_000},
                **place,
                **battery,
            }
        )
    entry = {
        "name": "cruise",
        "system": "Test cruise missile",
        "count": threats,
        "target": "Depot",
        "origin": {"latitude_deg": 38.0, "longitude_deg": 33.2},
        "lateral_spacing_m": 200,
    }
    data["raid"] = {"entries": [entry]}
    return data


def loaded(data: dict[str, Any]) -> Loaded:
    """A scenario from data, through the same door as a file."""
    return check_scenario(parse_document(dump_yaml(data), "test.yaml"))


def world_of(data: dict[str, Any]) -> World:
    return compile_world(loaded(data))


class Event(NamedTuple):
    """One event with names for codes and indices."""

    number: int
    cause: int
    time_s: float
    kind: str
    subject: str
    object: str
    value: float
    reason: str


def flown(world: World, replications: int, seed: int = 1) -> Iterator[NDArray[np.void]]:
    """The events of each replication (dtypes.EVENT), by the shipped engine."""
    for _, events in Flyer(world.arrays).block(seed, 0, replications):
        yield events


def told(world: World, events: NDArray[np.void]) -> list[Event]:
    """The events of one replication, readable."""
    names = [*(entity.key for entity in world.entities), ""]
    return [
        Event(
            number, int(event["cause"]), float(event["time_s"]), KINDS[event["kind"]], names[event["subject"]], names[event["object"]],
            float(event["value"]), REASONS[event["reason"]],
        )
        for number, event in enumerate(events)
    ]  # fmt: skip


def write_scenario(path: Path, data: dict[str, Any]) -> Path:
    path.write_text(dump_yaml(data), encoding="utf-8")
    return path


def buckler(arguments: Iterable[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=600, check=False, **options
    )


COMMAND = "from buckler.cli import main; main()"
"""What the installed `buckler` script runs."""
