"""What a card of each kind must say: the parameters that the engine reads, and what each measures.

A parameter listed here must be on the card, as `value: null` with a note where nobody published it and the engine can
do without. What `OPTIONAL` lists is read where a card gives it. Any other parameter is welcome as well.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

Kind = Literal[
    "radar",
    "sight",
    "command-post",
    "sam-system",
    "interceptor",
    "air-to-air-missile",
    "gun",
    "manpads",
    "fighter",
    "aew-aircraft",
    "uav",
    "helicopter",
    "airliner",
    "one-way-attack-drone",
    "cruise-missile",
    "ballistic-missile",
    "satellite",
    "rcs-class",
    "site",
    "identification",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

TEXT: Final = "text"

BANDS: Final = ("VHF", "UHF", "L", "S", "C", "X", "Ku")
KILL_CLASSES: Final = ("ballistic", "cruise", "aircraft", "drone", "helicopter")

_LOOKS: Final = {
    "scan_period": "s",
    "min_elevation": "rad",
    "max_elevation": "rad",
    "azimuth_sector": "rad",
    "instrumented_range": "m",
    "antenna_height": "m",
    "range_accuracy": "m",
    "azimuth_accuracy": "rad",
}
"""How a sensor looks around, whatever it sees by."""

RADAR: Final = {
    "detection_range": "m",
    "reference_rcs": "m2",
    "reference_pd": "1",
    "reference_pfa": "1",
    **_LOOKS,
    "band": TEXT,
    "role": TEXT,
}
"""A target of `reference_rcs` at `detection_range` is seen with `reference_pd` a scan at `reference_pfa`."""

SIGHT: Final = {
    "detection_range": "m",
    "reference_size": "m",
    **_LOOKS,
    "spectrum": TEXT,
}
"""An eye or a thermal sight: half of its looks find a target of `reference_size` at `detection_range`."""

MISSILE: Final = {
    "max_range": "m",
    "min_range": "m",
    "max_altitude": "m",
    "min_altitude": "m",
    "burn_time": "s",
    "burnout_speed": "m/s",
    "minimum_intercept_speed": "m/s",
    "launch_mass": "kg",
    "max_target_speed": "m/s",
    "load_factor": "m/s2",
    "guidance": TEXT,
    **{f"kill_probability_{kill_class}": "1" for kill_class in KILL_CLASSES},
}
"""One round, or for a gun one burst: `burnout_speed` is then the mean speed of the projectile to its maximum range."""

AIR_LAUNCHED: Final = {**MISSILE, "reference_height": "m", "reference_speed": "m/s"}
"""A round that an aircraft launches: its published range holds launched level at that height and speed, at a target as high."""

PATROL: Final = {
    "on_station_time": "s",  # of one sortie without a tanker
    "dash_speed": "m/s",
    "fire_channels": "1",  # targets at once, for each aircraft
    "reaction_time": "s",  # from the order until it flies at the target
    "assessment_time": "s",
    "salvo_interval": "s",
}
"""Of an aircraft that stands on patrol."""

BATTERY: Final = {
    "fire_channels": "1",
    "launchers": "1",
    "rounds_per_launcher": "1",
    "reload_time": "s",
    "reaction_time": "s",
    "assessment_time": "s",
    "salvo_interval": "s",
}

CROSS_SECTIONS: Final = tuple(
    f"rcs_{band}{aspect}" for band in ("vhf", "l", "s", "c", "x") for aspect in ("", "_beam", "_tail")
)
"""Radar cross-section by band and aspect sector. Without an ending it is that of the nose, and of every sector for which the
card gives no other."""

TARGET: Final = {
    **{f"rcs_{band}": "m2" for band in ("vhf", "l", "s", "c", "x")},
    "speed": "m/s",
    "max_speed": "m/s",
    "cruise_height": "m",
    "lethal_radius": "m",
    "circular_error_probable": "m",
    "motion": TEXT,
    "kill_class": TEXT,
}
"""What flies in a raid, and every aircraft."""

BALLISTIC: Final = {"max_range": "m", "burn_time": "s", "ballistic_coefficient": "kg/m2", "separating": TEXT}

HANDLING: Final = {
    "turn_load_factor": "m/s2",  # of turns on its route, in g
    "climb_rate": "m/s",  # greatest, on its route
    "descent_rate": "m/s",  # likewise; as it climbs if left out
    "orbit_bank": "rad",  # of the turns of an orbit
    "navigation_error": "m",  # standard deviation across the track where it arrives, beside the CEP; 0 if left out
    "service_ceiling": "m",
    "min_speed": "m/s",
}
"""How what flies a route is flown, and its limits: its class's (world.motion.HANDLING), or none, where the card is silent."""

STAGE_SECTIONS: Final = tuple(f"stage_rcs_{band}" for band in ("vhf", "l", "s", "c", "x"))
STAGE: Final = {"stage_ballistic_coefficient": "kg/m2", "stage_discrimination": "1", **dict.fromkeys(STAGE_SECTIONS, "m2")}
"""The spent stage of a missile that separates, as it tumbles: read where a raid entry says `spent_stage: true`."""

EVIDENCE: Final = ("transponder", "corridor", "plan", "speed", "height", "origin", "size")
"""Indicators for identification, in the order of tracking.identification.INDICATORS."""
IDENTIFICATION: Final = {
    f"{name}_{who}": "1"
    for name, whose in (
        ("prior", ("civil", "own", "red")),
        ("iff_reply", ("civil", "own", "red")),
        ("iff_works", ("own",)),
        *((name, ("civil", "own", "red")) for name in EVIDENCE),
    )
    for who in whose
}
"""How probable each kind of evidence is for a civil, an own and a hostile aircraft."""

PARAMETERS: Final[dict[str, dict[str, str]]] = {
    "radar": RADAR,
    "sight": SIGHT,
    "command-post": {"decision_time": "s"},
    "sam-system": BATTERY,
    "interceptor": MISSILE,
    "air-to-air-missile": AIR_LAUNCHED,
    "gun": {**BATTERY, **MISSILE, "rate_of_fire": "1/s"},
    "manpads": {**BATTERY, **MISSILE},
    "fighter": TARGET,
    "aew-aircraft": {**TARGET, **RADAR},
    "uav": TARGET,
    "helicopter": TARGET,
    "airliner": TARGET,
    "one-way-attack-drone": TARGET,
    "cruise-missile": TARGET,
    "ballistic-missile": {**TARGET, **BALLISTIC},
    "satellite": {},
    "rcs-class": {"rcs": "m2"},
    "site": {},
    "identification": IDENTIFICATION,
}
"""By kind, each parameter that a card must carry and the SI unit of what it measures."""

_ROUND: Final = {
    "common_mode": "1",  # of all shots at one target: the success that they share; 1 if left out
    "end_game_speed": "m/s",  # from here up the stated kill probability holds in full
    "end_game_factor": "1",  # what is left of it at the least speed that still counts; 1 if left out
    "effective_range": "m",  # of a gun: the stated kill probability of a burst holds up to here; everywhere if left out
}

_CELL: Final = {
    "range_resolution": "m",  # two targets nearer than that in range, and than a beam across, are one plot; 6 accuracies if left out
    "beamwidth": "rad",  # between half-power points; 10 accuracies if left out
}

OPTIONAL: Final[dict[str, dict[str, str]]] = {
    **{
        kind: {
            **dict.fromkeys((name for name in CROSS_SECTIONS if name not in wanted), "m2"),
            "evasive_acceleration": "m/s2",  # of a target that is shot at; 0 if left out
            "optical_size": "m",  # square root of the area that it shows from ahead; eyes and thermal sights see nothing of what has none
            **HANDLING,
            **(PATROL if kind == "fighter" else {}),
            **(_CELL if "detection_range" in wanted else {}),
        }
        for kind, wanted in PARAMETERS.items()
        if "rcs_x" in wanted
    },
    **{kind: _ROUND for kind, wanted in PARAMETERS.items() if "burnout_speed" in wanted},
    "radar": _CELL,
}
OPTIONAL["ballistic-missile"] |= STAGE
"""By kind, what a card may leave out although the engine reads it."""

MEASURES: Final[dict[str, str]] = {
    name: unit for wanted in (*PARAMETERS.values(), *OPTIONAL.values()) for name, unit in wanted.items()
}
"""The same for every kind together: a parameter measures the same thing wherever it stands."""

POSITIVE: Final = (
    "detection_range", "reference_rcs", "reference_size", "scan_period", "instrumented_range", "azimuth_sector", "max_range",
    "max_altitude",
    "burnout_speed", "fire_channels", "speed", "ballistic_coefficient", "common_mode", "effective_range",
    "stage_ballistic_coefficient",
    "on_station_time", "dash_speed", "reference_speed",
)  # fmt: skip
"""What the model divides by, or cannot do without: more than 0."""

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "band": BANDS,
    "role": ("surveillance", "fire-control", "early-warning"),
    "spectrum": ("visible", "thermal"),
    "guidance": ("active", "semi-active", "command", "infrared"),
    "motion": ("ballistic", "route"),
    "kill_class": KILL_CLASSES,
    "separating": ("yes", "no"),
}
"""What a text-valued parameter may say."""
