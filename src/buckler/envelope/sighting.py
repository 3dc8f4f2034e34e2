"""How far the radars of the catalog see one target, from ahead and from the side, over the whole range of its cross-section.

Range at which the single-scan Pd first is 0.5, on a level flight over a smooth earth (k = 4/3) in standard air: the shortest of
what the signal allows (physics.radar, equation 2, with the air's loss on the path), the horizon, the radar's lowest elevation and
its instrumented range. Nearer than twice the flight's height the target is taken lower, at 30 degrees of elevation. The fourth
root of (2) is the whole story of disputed cross-sections: four orders of magnitude in square metres are a factor of ten in range,
as long as nothing else ends it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan, inf
from typing import Final

from buckler.catalog.load import Catalog
from buckler.catalog.schema import Card
from buckler.dtypes import BANDS
from buckler.errors import InputError
from buckler.physics.arguments import Floats
from buckler.physics.detection import detection_threshold, probability
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.gases import attenuation_profile, gaseous_path_db
from buckler.physics.horizon import distance_to_height_m, line_of_sight_m
from buckler.physics.radar import calibrate, snr_linear
from buckler.physics.visibility import EARTH_FACTOR, elevation_tangent
from buckler.world.air import BAND_HZ, reference_loss_db
from buckler.world.sensors import SWERLING
from buckler.world.threats import rcs_m2

SEEN_PD: Final = 0.5
ASPECTS: Final = ("nose", "beam")
_ENDS: Final = ("low", "nominal", "high")
_NEAREST_M: Final = 100.0
_RADIUS_M: Final = EARTH_FACTOR * MEAN_RADIUS_M


@dataclass(frozen=True)
class Sighting:
    """One radar and the target: ranges in metres for the low, the nominal and the high cross-section."""

    radar: str
    band: str
    nose_m: tuple[float, float, float]
    beam_m: tuple[float, float, float]
    limit_m: float
    limited_by: str
    """What ends the view whatever the cross-section: `horizon`, `lowest elevation` or `instrumented range`."""


@dataclass(frozen=True)
class Sightings:
    """A target, the height at which it flies, and every radar of the catalog: by band, then by nominal range."""

    card: Card
    height_m: float
    radars: list[Sighting]


def sightings(card: Card, catalog: Catalog) -> Sightings:
    """How far each radar of the catalog sees a card that flies; InputError for one that does not."""
    if not all(card.known(f"rcs_{band}") for band in ("vhf", "l", "s", "c", "x")) or not card.known("cruise_height"):
        raise InputError(
            f"{card.name} is a {card.kind} whose card gives no cross-section by band and no height: only what flies a route is "
            "seen so; ask for F-35A, cruise-missile-subsonic or another one"
        )
    height = card.si("cruise_height")
    found = [
        _sighting(radar, card, height)
        for radar in catalog.values()
        if radar.kind in ("radar", "aew-aircraft") and radar.known("band") and radar.known("detection_range")
    ]
    return Sightings(card, height, sorted(found, key=lambda one: (BANDS.index(one.band), -one.nose_m[1], one.radar)))


def _sighting(radar: Card, card: Card, height_m: float) -> Sighting:
    antenna = radar.si("cruise_height") if radar.known("cruise_height") else radar.si("antenna_height")
    limit, by = min(
        (radar.si("instrumented_range"), "instrumented range"),
        (float(line_of_sight_m(antenna, height_m, _RADIUS_M)), "horizon"),
        (_raised_m(antenna, height_m, radar.si("min_elevation")), "lowest elevation"),
    )
    nose, beam = (
        tuple(
            _range_m(radar, antenna, height_m, end, limit) for end in _cross_sections(card, radar.text("band"), aspect)
        )
        for aspect in ASPECTS
    )
    return Sighting(radar.name, radar.text("band"), _three(nose), _three(beam), limit, by)


def _raised_m(antenna_m: float, height_m: float, elevation_rad: float) -> float:
    """The range at which the line that leaves at an elevation above the horizontal reaches a height, m; inf below it."""
    return float(distance_to_height_m(antenna_m, elevation_rad, height_m, _RADIUS_M)) if elevation_rad > 0.0 else inf


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    low, nominal, high = values
    return low, nominal, high


def _cross_sections(card: Card, band: str, aspect: str) -> list[float]:
    """The low, nominal and high cross-section, m2, in a band and sector: the card with one end at a time as its best value."""
    found = []
    for end in range(3):
        names = [name for name in card.parameters if name.startswith("rcs_") and card.known(name)]
        changed = {
            name: card[name].model_copy(update={"nominal": card.range_si(name)[end], "unit": "m2"}) for name in names
        }
        found.append(rcs_m2(card.model_copy(update={"parameters": {**card.parameters, **changed}}), band, aspect))
    return found


def _range_m(radar: Card, antenna_m: float, height_m: float, cross_section_m2: float, limit_m: float) -> float:
    """Where the single-scan Pd is `SEEN_PD`, m: bisected, for it falls with range; `limit_m` where it is more even there."""
    pfa, band = radar.si("reference_pfa"), radar.text("band")
    constant = calibrate(
        radar.si("detection_range"), radar.si("reference_rcs"), radar.si("reference_pd"), pfa, 1, SWERLING
    )
    threshold, held_db = detection_threshold(pfa, 1), reference_loss_db(radar, band)
    profile = _profile(BAND_HZ[band])

    def seen(range_m: float) -> bool:
        height = min(height_m, antenna_m + 0.5 * range_m)
        elevation = atan(elevation_tangent(antenna_m, height, range_m, _RADIUS_M))
        loss = 2.0 * gaseous_path_db(profile, antenna_m, elevation, range_m, _RADIUS_M) - held_db
        return probability(snr_linear(constant, cross_section_m2, range_m, loss), threshold, 1, SWERLING) >= SEEN_PD

    near, far = _NEAREST_M, limit_m
    if seen(far):
        return far
    while far - near > 10.0:
        middle = 0.5 * (near + far)
        near, far = (middle, far) if seen(middle) else (near, middle)
    return near


@lru_cache(maxsize=16)
def _profile(freq_hz: float) -> Floats:
    return attenuation_profile(freq_hz)


def text(found: Sightings) -> str:
    """The table for the terminal, kilometres."""
    lines = [
        f"{found.card.name}: range of a single-scan Pd of {SEEN_PD:g}, km, flying level at {found.height_m:,.0f} m over a smooth earth",
        f"{'radar':32}{'band':>5}   {'from ahead: low':>15} {'nominal':>8} {'high':>6}   {'side: nominal':>13}   limit",
    ]
    for one in found.radars:
        low, nominal, high = (value / 1e3 for value in one.nose_m)
        lines.append(
            f"{one.radar:32}{one.band:>5}   {low:15.0f} {nominal:8.0f} {high:6.0f}   {one.beam_m[1] / 1e3:13.0f}   "
            f"{one.limit_m / 1e3:.0f} ({one.limited_by})"
        )
    return "\n".join(lines)


def as_json(found: Sightings) -> dict[str, object]:
    """The same for another program, metres."""
    return {
        "target": found.card.name,
        "height_m": found.height_m,
        "pd": SEEN_PD,
        "radars": [
            {
                "radar": one.radar,
                "band": one.band,
                "nose_m": dict(zip(_ENDS, one.nose_m, strict=True)),
                "beam_m": dict(zip(_ENDS, one.beam_m, strict=True)),
                "limit_m": one.limit_m,
                "limited_by": one.limited_by,
            }
            for one in found.radars
        ],
    }
