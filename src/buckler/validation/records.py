"""Records: facts about the world, beside what buckler computes of the same thing where it does.

A record names no function. It is compared where its inputs and its expected parts are those of something that buckler
computes, by its tolerance or by the bounds that its note states; every other record finds no model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from buckler.errors import OutOfRangeError
from buckler.units import to_si
from buckler.validation.cases import Case
from buckler.validation.compare import plain, within
from buckler.validation.quantities import NoModelError
from buckler.validation.recordings import compare_recording

if TYPE_CHECKING:
    from buckler.catalog.schema import Card

GRID_M: Final = 1.0
"""How near a value of the P.1511 grid must be where the record states no tolerance: the grid holds whole metres."""
ANTENNA_M: Final = 5.0
"""Height of a radar that is not raised on a mast: the low end of what the catalog assumes for one on its vehicle."""
LOW_TARGETS_M: Final = (10.0, 50.0)
"""Heights of a low target, for a note that states none of its own."""


def compare_record(case: Case) -> tuple[Any, str]:
    """What buckler computes of it, and why that is not the record (or nothing); NoModelError where it has none."""
    if "P.1511" in case.statement and set(case.inputs) == {"lat", "lon"}:
        return _altitude(case)
    if set(case.inputs) == {"file"} and case.statement.startswith(("ASTERIX", "ADS-B")):
        return compare_recording(case)
    parts = set(case.expected) if isinstance(case.expected, dict) else set()
    if parts == {"apogee_km", "flight_s"} and set(case.inputs) == {"range_km"}:
        return _ballistic(case)
    if "low_target_km" in parts and not case.inputs:
        return _low_target(case)
    raise NoModelError("a record of the world, of which buckler computes nothing")


def _altitude(case: Case) -> tuple[Any, str]:
    from buckler.physics.terrain import altitude_m

    try:
        height_m = float(altitude_m(case.inputs["lat"], case.inputs["lon"]))
    except OutOfRangeError as error:
        raise NoModelError(f"not on this installation: {error}") from None
    if case.tolerance is None:
        unit_m = 1e3 if "(km)" in case.statement else 1.0
        value = height_m / unit_m
        off_m = abs(value - case.expected) * unit_m
        return value, "" if off_m <= GRID_M else f"off by {off_m:.3g} m, allowed {GRID_M:g} m"
    value = height_m / 1e3 if "(km)" in case.statement else height_m
    return value, within(value, case)


def _ballistic(case: Case) -> tuple[Any, str]:
    """A ballistic missile of the least class of the catalog that reaches the range, with boost and air."""
    from buckler.catalog.load import load_catalog
    from buckler.physics.ballistics import ballistic_trajectory
    from buckler.physics.earth import geodesic_direct

    bounds = {
        "apogee_km": _interval(case.note, "apogee", "km"),
        "flight_s": _interval(case.note, "time", "s"),
    }
    if None in bounds.values():
        raise NoModelError("the note states no bounds on apogee and time")
    range_m = float(case.inputs["range_km"]) * 1e3
    catalog = load_catalog()
    cards = [catalog[name] for name in catalog if name.startswith("ballistic-")]
    reaching = [card for card in cards if _nominal(card, "max_range") >= range_m]
    if not reaching:
        raise NoModelError(f"no ballistic class of the catalog reaches {range_m / 1e3:g} km")
    card = min(reaching, key=lambda card: _nominal(card, "max_range"))
    there = geodesic_direct(0.0, 0.0, 0.0, range_m)
    flight = ballistic_trajectory(
        0.0, 0.0, 0.0, there.lat_deg, there.lon_deg, 0.0,
        burn_time_s=_nominal(card, "burn_time"), ballistic_coefficient_kgpm2=_nominal(card, "ballistic_coefficient"),
    )  # fmt: skip
    value = {"apogee_km": flight.apogee_m / 1e3, "flight_s": flight.end_s}
    return value, _outside(value, bounds)


def _nominal(card: Card, name: str) -> float:
    """A parameter of a card in SI."""
    parameter = card.parameters[name]
    if parameter.nominal is None or isinstance(parameter.nominal, str) or parameter.unit is None:
        raise NoModelError(f"the card {card.name} states no {name}")
    return to_si(parameter.nominal, parameter.unit)


def _low_target(case: Case) -> tuple[Any, str]:
    """How far a radar that is not raised sees low targets over a smooth 4/3 earth; other parts are not computed."""
    from buckler.physics.propagation import horizon_range_m

    allowed = _interval(case.note, "", "km")
    if allowed is None:
        raise NoModelError("the note states no bounds on the horizon")
    heights = _interval(case.note, "", "m") or LOW_TARGETS_M
    value = {"low_target_km": plain([horizon_range_m(ANTENNA_M, height) / 1e3 for height in heights])}
    wrong = [km for km in value["low_target_km"] if not allowed[0] <= km <= allowed[1]]
    return value, f"{wrong[0]:.1f} km is outside {allowed[0]:g} to {allowed[1]:g} km" if wrong else ""


def _interval(note: str, name: str, unit: str) -> tuple[float, float] | None:
    """The bounds "NAME a-b UNIT" that a note states."""
    match = re.search(rf"{name}\s*(\d+(?:\.\d+)?)\s*[-–]\s*(\d+(?:\.\d+)?)\s*{unit}\b", note)
    return None if match is None else (float(match[1]), float(match[2]))


def _outside(value: dict[str, float], bounds: dict[str, tuple[float, float] | None]) -> str:
    for name, between in bounds.items():
        if between is not None and not between[0] <= value[name] <= between[1]:
            return f"{name} is {value[name]:.4g}, outside {between[0]:g} to {between[1]:g}"
    return ""
