"""A patrol and one threat whose answer is known beforehand, for the tests of patrols."""

from __future__ import annotations

import copy
from typing import Any

from runs import BASE, KILL_CLASSES, assumed, card, cruise_card, ideal_post, radar_card

PLACE = {"latitude_deg": 38.0, "longitude_deg": 32.0}


def air_missile_card(kill_probability: float = 1.0, **changes: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "max_range": assumed(60, "km"),
        "min_range": assumed(0, "km"),
        "max_altitude": assumed(20, "km"),
        "min_altitude": assumed(0, "m"),
        "burn_time": assumed(6, "s"),
        "burnout_speed": assumed(1100, "m/s"),
        "minimum_intercept_speed": assumed(350, "m/s"),
        "launch_mass": assumed(150, "kg"),
        "max_target_speed": assumed(3000, "m/s"),
        "load_factor": assumed(30, "g"),
        "guidance": assumed("active", "text"),
        "reference_height": assumed(9000, "m"),
        "reference_speed": assumed(300, "m/s"),
        **{f"kill_probability_{name}": assumed(kill_probability, "probability") for name in KILL_CLASSES},
    }
    return card("Test air missile", "air-to-air-missile", **{**parameters, **changes})


def fighter_card(**changes: Any) -> dict[str, Any]:
    """A fighter without a radar of its own."""
    parameters: dict[str, Any] = {
        **{f"rcs_{band}": assumed(1, "m2") for band in ("vhf", "l", "s", "c", "x")},
        "speed": assumed(220, "m/s"),
        "max_speed": assumed(600, "m/s"),
        "cruise_height": assumed(9000, "m"),
        "lethal_radius": assumed(20, "m"),
        "circular_error_probable": assumed(10, "m"),
        "motion": assumed("route", "text"),
        "kill_class": assumed("aircraft", "text"),
        "on_station_time": assumed(5000, "s"),
        "dash_speed": assumed(400, "m/s"),
        "fire_channels": assumed(1, "channels"),
        "reaction_time": assumed(5, "s"),
        "assessment_time": assumed(7, "s"),
        "salvo_interval": assumed(3, "s"),
    }
    return card("Test fighter", "fighter", **{**parameters, **changes})


def patrolled(threats: int = 1, spacing_s: float = 0.0, kill_probability: float = 1.0, **patrol: Any) -> dict[str, Any]:
    """One patrol of one aircraft under a post whose radar sees everything; cruise missiles fly east, past its station."""
    data = copy.deepcopy(BASE)
    radar = radar_card(instrumented_range=assumed(600, "km"), antenna_height=assumed(9000, "m"), scan_period=assumed(1, "s"))
    data["systems"] = [radar, fighter_card(), air_missile_card(kill_probability), cruise_card(cruise_height=assumed(1000, "m"))]
    data["assets"] = [{"name": "Depot", "latitude_deg": 38.0, "longitude_deg": 34.0}]
    data["commands"] = [ideal_post("Post")]
    data["sensors"] = [{"name": "Eye", "system": "Test radar", "command": "Post", **PLACE}]
    data["patrols"] = [
        {
            "name": "Patrol",
            "system": "Test fighter",
            "command": "Post",
            "altitude_m": 9000,
            "orbit": {"heading_deg": 90, "leg_length_m": 20_000, "turn_radius_m": 5000},
            "aircraft": 1,
            "commit_range_m": 200_000,
            "fire_control": ["Eye"],
            "weapons": [{"system": "Test air missile", "rounds": 4}],
            **PLACE,
            **patrol,
        }
    ]
    data["raid"] = {
        "entries": [
            {
                "name": "cruise",
                "system": "Test cruise missile",
                "count": threats,
                "spacing_s": spacing_s,
                "target": "Depot",
                "origin": {"latitude_deg": 38.4, "longitude_deg": 30.0},
            }
        ]
    }
    return data
