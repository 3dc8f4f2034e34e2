"""Links: how long a message takes, how much they carry, whether their ends see each other or the satellite."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from buckler.engine.network.ways import REFRESH_S
from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M, geodesic_direct, geodesic_inverse
from buckler.physics.satellite import Leg, hop_delay_s, leg
from buckler.physics.terrain import Terrain
from buckler.physics.visibility import elevation_tangent
from buckler.scenario.links import Link
from buckler.scenario.load import Loaded
from buckler.units import SPEED_OF_LIGHT_MPS
from buckler.world.entities import Entity, address
from buckler.world.place import ground_heights_m
from buckler.world.spots import Spot

MAST_M: Final = 30.0
UNLIMITED: Final = 2**30
SIGHT_STEP_M: Final = 500.0


def compile_link(
    record: Any, link: Link, loaded: Loaded, places: list[Spot], index: dict[str, int], earth_factor: float, terrain: Terrain
) -> Entity:  # fmt: skip
    """Fill one LINK record; InputError where the two ends do not see each other, or not the satellite."""
    one, two = (places[index[name]] for name in link.between)
    delay_s, availability = link.latency_s, 1.0
    if link.kind == "satellite":
        legs = satellite_legs(link, loaded, one, two)
        delay_s += hop_delay_s(*legs)
        availability = legs[0].availability * legs[1].availability
    elif link.kind == "radio":
        delay_s += require_sight(link, one, two, earth_factor, terrain) / SPEED_OF_LIGHT_MPS
    record["key"] = np.uint64(address(link.name))
    record["one"], record["two"] = index[link.between[0]], index[link.between[1]]
    record["delay_s"], record["loss"], record["availability"] = delay_s, link.loss, availability
    capacity = link.capacity_tracks_per_s
    record["interval_s"] = 1.0 / capacity if capacity is not None else 0.0
    record["slots"] = slots(capacity, REFRESH_S)
    system = link.satellite if link.kind == "satellite" else link.kind
    return Entity(
        link.name, link.name, "defence", "link", system, "", np.nan, np.nan, np.nan, " <> ".join(link.between), 0.0, delay_s
    )


def slots(capacity: float | None, period_s: float) -> int:
    """Tracks that a link of a capacity (tracks/s) can carry at once, each refreshed every `period_s`; one at least."""
    return UNLIMITED if capacity is None else max(1, int(capacity * period_s + 1e-9))


def satellite_legs(link: Link, loaded: Loaded, one: Spot, two: Spot) -> tuple[Leg, Leg]:
    """Both ends of a satellite link; InputError where the satellite is under an end's mask."""
    card = loaded.card(link.satellite)
    parameter = card.parameters.get("orbital_slot")
    slot = parameter.best() if parameter is not None else None
    if not isinstance(slot, int | float):
        raise InputError(f"link {link.name!r}: the card of {link.satellite!r} gives no orbital_slot: name a geostationary satellite")
    legs = []
    for spot in (one, two):
        place = spot.place
        if place is None:
            raise InputError(f"link {link.name!r}: {spot.name!r} has no place: write its site, or latitude_deg and longitude_deg")
        end = leg(
            place.lat_deg, place.lon_deg, place.height_m, slot_deg=float(slot), frequency_ghz=link.frequency_ghz,
            margin_db=link.margin_db, rain_rate_mm_h=link.rain_rate_mm_h,
        )  # fmt: skip
        if end.elevation_deg < link.minimum_elevation_deg:
            under = "under the horizon" if end.elevation_deg <= 0.0 else f"under its mask of {link.minimum_elevation_deg:g}"
            raise InputError(
                f"link {link.name!r}: seen from {spot.name!r}, {link.satellite} at {slot:g} E stands at {end.elevation_deg:.1f} degrees, "
                f"{under}: join it another way, or lower minimum_elevation_deg"
            )
        legs.append(end)
    return legs[0], legs[1]


def require_sight(link: Link, one: Spot, two: Spot, earth_factor: float, terrain: Terrain) -> float:
    """The length of a radio link, m; InputError where the ground stands between its antennas."""
    masts = link.mast_heights_m or [MAST_M, MAST_M]
    ends = []
    for spot, mast in zip((one, two), masts, strict=True):
        if spot.place is None:
            raise InputError(f"link {link.name!r}: {spot.name!r} has no place: write its site, or latitude_deg and longitude_deg")
        ends.append((spot.place.lat_deg, spot.place.lon_deg, spot.place.height_m if spot.airborne else spot.ground_m + mast))
    (lat1, lon1, high1), (lat2, lon2, high2) = ends
    length_m, azimuth_deg, _ = geodesic_inverse(lat1, lon1, lat2, lon2)
    distance = np.arange(1, max(2, int(length_m / SIGHT_STEP_M))) * SIGHT_STEP_M
    distance = distance[distance < length_m]
    if not len(distance):
        return float(length_m)
    points = geodesic_direct(np.full(len(distance), lat1), np.full(len(distance), lon1), np.full(len(distance), azimuth_deg), distance)
    ground = ground_heights_m(terrain, np.asarray(points[0]), np.asarray(points[1]))
    radius_m = earth_factor * MEAN_RADIUS_M
    needed = elevation_tangent(high1, high2, float(length_m), radius_m)
    tangents = np.array([elevation_tangent(high1, float(g), float(d), radius_m) for g, d in zip(ground, distance, strict=True)])
    if tangents.max() > needed:
        worst = int(np.argmax(tangents - needed))
        raise InputError(
            f"link {link.name!r}: no line of sight between {one.name!r} and {two.name!r}, {length_m / 1000:.0f} km apart: the "
            f"ground {distance[worst] / 1000:.0f} km from the first ({ground[worst]:.0f} m) stands between; raise mast_heights_m, "
            "or put a relay between"
        )
    return float(length_m)
