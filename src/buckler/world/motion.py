"""How a threat flies: a route through waypoints, or a ballistic flight, as rows of position at even times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from buckler.catalog.schema import Card
from buckler.errors import InputError
from buckler.physics.earth import ecef_to_geodetic, geodesic_direct, geodesic_inverse
from buckler.physics.flight import Ground, Route, route
from buckler.physics.missile import ballistic_trajectory, check_lofted
from buckler.physics.terrain import Terrain
from buckler.scenario.environment import Environment
from buckler.scenario.raid import RaidEntry
from buckler.scenario.route import Waypoint
from buckler.units import STANDARD_GRAVITY_MPS2
from buckler.world.place import Place, ground_heights_m, ground_m, wind_rows_of

Flown = TypeVar("Flown")

STEP_S: Final = 1.0
"""Between two rows of a path as flown: a ballistic missile's strays 1.2 m from the chord in that time, a turning fighter's 4 m."""
LONGEST_STEP_S: Final = 4.0
"""Between two rows of a path as kept, where it is straight enough,"""
STRAIGHT_M: Final = 0.1
"""which in no coordinate is farther than this from the chords (whose directions are those of flight, for the aspect). An hour of level
flight is then a quarter as large, and so many more paths fit into a processor's caches, where every scan looks for them."""

READS: Final = (
    "kill_class", "motion", "speed", "min_speed", "max_speed", "cruise_height", "service_ceiling", "climb_rate", "descent_rate",
    "turn_load_factor", "max_range", "burn_time", "ballistic_coefficient", "separating",
)  # fmt: skip
"""The parameters of a card on which motion depends."""


class Handling(NamedTuple):
    """How hard something turns, climbs and comes down on its way."""

    load_factor: float
    climb_mps: float
    descent_mps: float


HANDLING: Final = {
    "cruise": Handling(2.0, 40.0, 40.0),
    "drone": Handling(1.3, 4.0, 4.0),
    "aircraft": Handling(3.0, 100.0, 100.0),
    "helicopter": Handling(1.5, 8.0, 8.0),
}
"""Of a class, for what its card does not say (assumptions: usual cruise handling, far inside the airframe's limits)."""
SLOWEST_MPS: Final = {"cruise": 80.0, "drone": 10.0, "aircraft": 50.0, "helicopter": 0.0}
"""Airspeed below which nothing of a class stays up, for what its card does not say (assumptions: well below the stalling speed of a
loaded jet, some 60 to 70 m/s, of a winged missile, and of a small drone)."""
LOW_FLYERS: Final = ("cruise", "drone", "helicopter")
"""Classes whose heights are above ground unless the entry says otherwise; a reconnaissance aircraft (uav) of the class drone flies high."""


def follows_ground(card: Card) -> bool:
    """Whether a card's heights are above the ground where nothing else is said."""
    return card.text("kill_class") in LOW_FLYERS and card.kind != "uav"


@dataclass(frozen=True)
class Path:
    """Rows of ECEF x, y, z and height (m), one a step; where and when it begins; how long it lasts."""

    rows_m: NDArray[np.float64]
    lat_deg: float
    lon_deg: float
    start_s: float
    duration_s: float
    release_s: float = inf
    """Since its beginning, of the point at which an aircraft releases."""
    burnout_s: float = inf
    burnout_state: NDArray[np.float64] | None = None
    """Of a ballistic flight: when its thrust ends, and ECEF position (m) and velocity (m/s) there."""
    step_s: float = STEP_S
    """Between two rows."""

    def at(self, since_start_s: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """ECEF x, y, z and height, m: linear between the rows."""
        place = since_start_s / self.step_s
        return np.stack([np.interp(place, np.arange(len(self.rows_m)), column) for column in self.rows_m.T], axis=-1)


def thinned(path: Path) -> Path:
    """The path with every second row left out, and again, as long as that moves it in no coordinate by more than STRAIGHT_M and its step
    is no longer than LONGEST_STEP_S. Its last row then lies up to a step past its end.
    """
    times_s = path.step_s * np.arange(len(path.rows_m), dtype=np.float64)
    kept = path
    while 2.0 * kept.step_s <= LONGEST_STEP_S:
        rows = kept.rows_m
        if len(rows) % 2 == 0:
            rows = np.vstack([rows, 2.0 * rows[-1] - rows[-2]])
        fewer = replace(kept, rows_m=np.ascontiguousarray(rows[::2]), step_s=2.0 * kept.step_s)
        if np.abs(fewer.at(times_s) - path.rows_m).max() > STRAIGHT_M:
            break
        kept = fewer
    return kept


def route_path(
    entry: RaidEntry, card: Card, target: Place, terrain: Terrain, air: Environment, offset_m: float, start_s: float
) -> Path:
    """From the origin through the waypoints to the target, or to where an aircraft releases, and on where it leaves by."""
    if entry.spent_stage:
        raise InputError(
            f"raid entry {entry.name!r}: {card.name} flies a route and leaves no spent stage: leave spent_stage out, or name a ballistic "
            "class that separates"
        ).at("spent_stage")
    default = entry.height_m if entry.height_m is not None else card.si("cruise_height")
    inbound, outbound = [entry.origin, *entry.waypoints], entry.egress
    places = [_position(point) for point in inbound]
    course = float(geodesic_inverse(*places[0], target.lat_deg, target.lon_deg)[1])
    places = [_beside(point, course, offset_m) for point in places]
    places.append(_release(places[-1], target, entry))
    places += [_beside(_position(point), course, offset_m) for point in outbound]
    heights = [point.height_m if point.height_m is not None else default for point in inbound]
    heights += [heights[-1], *(point.height_m if point.height_m is not None else heights[-1] for point in outbound)]
    speed = entry.speed_mps if entry.speed_mps is not None else card.si("speed")
    speeds = [point.speed_mps if point.speed_mps is not None else speed for point in inbound]
    if outbound:
        speeds += [speed, *(point.speed_mps if point.speed_mps is not None else speed for point in outbound[:-1])]
    stops = [(p.hold.duration_s, p.hold.leg_m, p.hold.clockwise) if p.hold else None for p in inbound[1:]] + [None]
    stops += [(p.hold.duration_s, p.hold.leg_m, p.hold.clockwise) if p.hold else None for p in outbound[:-1]]
    flown = _named(
        entry.name,
        _names(entry),
        lambda: fly_route(places, heights, speeds, card, terrain, air, entry.height_reference, stops),
    )
    _within_reach(entry, card, flown.length_m)
    rows = np.column_stack([flown.position_m, flown.height_m])
    released = float(flown.waypoint_s[len(inbound)])
    return Path(rows, *places[0], start_s, flown.end_s, released)


def _within_reach(entry: RaidEntry, card: Card, length_m: float) -> None:
    """Refuse a route longer than its card's range."""
    reach_m = card.range_si("max_range")[2] if card.known("max_range") else inf
    if length_m > reach_m:
        raise InputError(
            f"raid entry {entry.name!r} cannot fly: its route is {length_m / 1000:.1f} km long, and {card.name} flies "
            f"{reach_m / 1000:g} km: take {(length_m - reach_m) / 1000:.1f} km out of its way (begin nearer, fewer waypoints), or take a "
            "class of longer range"
        ).at("origin")


def release_moments_s(entry: RaidEntry, carrier: Path) -> list[float]:
    """When a carrier releases each of its stores: one after another, the last at the release point."""
    if entry.stores is None:
        return []
    last = carrier.start_s + carrier.release_s
    return [last - (entry.stores.count - 1 - n) * entry.stores.spacing_s for n in range(entry.stores.count)]


def store_path(
    entry: RaidEntry, card: Card, target: Place, terrain: Terrain, air: Environment, carrier: Path, release_s: float
) -> Path:
    """From where the carrier is at the moment of release straight to the target, down or up to its own height."""
    stores = entry.stores
    assert stores is not None  # noqa: S101 (only carriers come here)
    since = release_s - carrier.start_s
    if since < 0.0:
        raise InputError(
            f"raid entry {entry.name!r} would release its first store {-since:.0f} s before it appears: shorten spacing_s, or begin "
            "farther out"
        ).at("stores", "spacing_s")
    if card.text("motion") == "ballistic":
        raise InputError(
            f"raid entry {entry.name!r} releases {card.name}, which is launched from the ground: name a class that flies a route"
        ).at("stores", "system")
    begin = carrier.at(since)
    lat, lon, _ = ecef_to_geodetic(*begin[:3])
    here = float(lat), float(lon)
    length = float(geodesic_inverse(*here, target.lat_deg, target.lon_deg)[0])
    if card.known("max_range") and length > card.range_si("max_range")[2]:
        reach = card.range_si("max_range")[2]
        raise InputError(
            f"raid entry {entry.name!r} releases {card.name} {length / 1000:.0f} km from its target, and it flies {reach / 1000:g} km: "
            f"write release_distance_m: {reach:.0f} or less, or another class"
        ).at("release_distance_m")
    height = stores.height_m if stores.height_m is not None else card.si("cruise_height")
    speed = stores.speed_mps if stores.speed_mps is not None else card.si("speed")
    stated: dict[tuple[str | int, ...], tuple[str | int, ...]] = {}
    if stores.speed_mps is not None:
        stated["leg", 0, "speed_mps"] = ("stores", "speed_mps")
    if stores.height_m is not None:
        stated["waypoint", 0, "height_m"] = stated["waypoint", 1, "height_m"] = ("stores", "height_m")
    flown = _named(
        entry.name,
        stated,
        lambda: fly_route(
            [here, (target.lat_deg, target.lon_deg)], [height, height], [speed], card, terrain, air, stores.height_reference,
            [], float(begin[3]),
        ),
        ("stores",),
    )  # fmt: skip
    if flown.short_m > 1.0:
        raise InputError(
            f"raid entry {entry.name!r} releases {card.name} {length / 1000:.0f} km from its target, which it would reach "
            f"{flown.short_m:.0f} m off its height, at the climb and descent that it has: release farther out, or nearer its height"
        ).at("release_distance_m")
    return Path(np.column_stack([flown.position_m, flown.height_m]), *here, release_s, flown.end_s)


def limits(card: Card) -> Handling:
    """Load factor of its turns, and climb and descent rate: the card's, or its class's."""
    handling = HANDLING[card.text("kill_class")]
    load_factor = card.si("turn_load_factor") / STANDARD_GRAVITY_MPS2 if card.known("turn_load_factor") else handling.load_factor
    climb = card.si("climb_rate") if card.known("climb_rate") else handling.climb_mps
    descent = climb if card.known("climb_rate") else handling.descent_mps
    if load_factor <= 1.0:
        raise InputError(f"{card.name}: turn_load_factor is {load_factor:g} g, and level flight alone takes 1 g: state more")
    return Handling(load_factor, climb, card.si("descent_rate") if card.known("descent_rate") else descent)


def speed_band(card: Card) -> tuple[float, float]:
    """Least and greatest airspeed, m/s, that the card leaves possible."""
    slowest = card.range_si("min_speed")[0] if card.known("min_speed") else SLOWEST_MPS[card.text("kill_class")]
    return slowest, card.range_si("max_speed")[2] if card.known("max_speed") else inf


def fly_route(
    places: list[tuple[float, float]], heights: list[float], speeds: list[float], card: Card, terrain: Terrain, air: Environment,
    reference: str | None = None, stops: Sequence[tuple[float, float, bool] | None] = (), start_height_m: float | None = None,
) -> Route:  # fmt: skip
    """A route within the limits of the card's airframe."""
    kill_class = card.text("kill_class")
    handling = limits(card)
    above = reference or ("ground" if follows_ground(card) else "sea")
    return route(
        [lat for lat, _ in places], [lon for _, lon in places], heights, speeds, STEP_S,
        above="ground" if above == "ground" else "sea", ground=ground_of(terrain),
        load_factor=handling.load_factor, climb_mps=handling.climb_mps, descent_mps=handling.descent_mps,
        speed_band_mps=speed_band(card),
        height_band_m=(-inf, card.range_si("service_ceiling")[2] if card.known("service_ceiling") else inf),
        start_height_m=start_height_m, holds=stops, hovers=kill_class == "helicopter", wind=wind_rows_of(air),
    )  # fmt: skip


def ground_of(terrain: Terrain) -> Ground:
    """The terrain as a route reads it."""
    return lambda lat, lon: ground_heights_m(terrain, lat, lon)


def ballistic_path(
    entry: RaidEntry, card: Card, target: Place, terrain: Terrain, air: Environment, offset_m: float, start_s: float
) -> Path:
    """The powered and ballistic flight that comes down on the target."""
    routed = {
        "waypoints": entry.waypoints,
        "egress": entry.egress,
        "stores": entry.stores,
        "speed_mps": entry.speed_mps,
    }
    if entry.spent_stage and card.text("separating") != "yes":
        raise InputError(
            f"raid entry {entry.name!r}: {card.name} comes down in one piece (separating: no) and leaves no stage: leave spent_stage out, "
            "or name a class that separates"
        ).at("spent_stage")
    for field, given in routed.items():
        if given:
            raise InputError(
                f"raid entry {entry.name!r}: {card.name} is ballistic and has no {field}: leave it out, or name a class that flies a route"
            ).at(field)
    launch = _position(entry.origin)
    course = float(geodesic_inverse(*launch, target.lat_deg, target.lon_deg)[1])
    lat, lon = _beside(launch, course, offset_m)
    apogee_m, time_s = entry.apogee_m, entry.reported_time_s
    if apogee_m is not None and time_s is not None:
        length = float(geodesic_inverse(lat, lon, target.lat_deg, target.lon_deg)[0])
        _named(entry.name, {}, lambda: check_lofted(apogee_m, length, time_s), ("reported_time_s",))
    flown = _named(
        entry.name,
        {},
        lambda: ballistic_trajectory(
            lat, lon, ground_m(terrain, lat, lon), target.lat_deg, target.lon_deg, target.height_m,
            burn_time_s=card.si("burn_time"), ballistic_coefficient_kgpm2=card.si("ballistic_coefficient"),
            max_range_m=card.range_si("max_range")[2], apogee_m=entry.apogee_m, dt_s=STEP_S, wind=wind_rows_of(air),
        ),
        ("origin",),
    )  # fmt: skip
    height = np.asarray(ecef_to_geodetic(*flown.position_m.T).height_m)
    path = Path(
        np.column_stack([flown.position_m, height]), lat, lon, start_s, flown.end_s,
        burnout_s=flown.burnout_s, burnout_state=flown.burnout_state,
    )  # fmt: skip
    _clear_of_ground(entry.name, path, terrain)
    return path


def _clear_of_ground(name: str, path: Path, terrain: Terrain) -> None:
    """Refuse a flight that meets the ground before its end."""
    inner = slice(1, max(1, int(path.duration_s / path.step_s)))
    lat, lon, height = ecef_to_geodetic(*path.rows_m[inner, :3].T)
    low = np.flatnonzero(np.asarray(height) < ground_heights_m(terrain, np.asarray(lat), np.asarray(lon)))
    if len(low):
        at = int(low[0])
        early = at < len(height) // 2
        raise InputError(
            f"raid entry {name!r} flies into the ground {at + 1} s after launch, at latitude {float(lat[at]):.4f}, longitude "
            f"{float(lon[at]):.4f}: move the {'launch' if early else 'target'}, or state a higher apogee_m"
        ).at("origin" if early else "target")


def _names(entry: RaidEntry) -> dict[tuple[str | int, ...], tuple[str | int, ...]]:
    """Where in an entry a route's waypoints and legs (by where they begin) stand, and the speeds and heights that they are flown at."""
    points: list[tuple[tuple[str | int, ...], Waypoint | None]] = [(("origin",), entry.origin)]
    points += [(("waypoints", k), point) for k, point in enumerate(entry.waypoints)]
    points += [(("release_distance_m",) if entry.release_distance_m else ("target",), None)]
    points += [(("egress", k), point) for k, point in enumerate(entry.egress)]
    found: dict[tuple[str | int, ...], tuple[str | int, ...]] = {}
    for k, (place, point) in enumerate(points):
        for kind, field in (("leg", "speed_mps"), ("waypoint", "height_m")):
            found[kind, k] = place
            if point is not None and getattr(point, field) is not None:
                found[kind, k, field] = (*place, field)
            else:
                found[kind, k, field] = place if getattr(entry, field) is None else (field,)
    return found


def _named(
    name: str, places: dict[Any, tuple[str | int, ...]], fly: Callable[[], Flown], otherwise: tuple[str | int, ...] = ()
) -> Flown:
    """A flight that cannot be flown is named after its entry."""
    try:
        return fly()
    except InputError as error:
        raise InputError(f"raid entry {name!r} cannot fly: {error}").at(*places.get(error.place, otherwise)) from error


def _position(point: Waypoint) -> tuple[float, float]:
    if point.latitude_deg is None or point.longitude_deg is None:
        raise InputError("a waypoint has no position")
    return point.latitude_deg, point.longitude_deg


def _beside(point: tuple[float, float], course_deg: float, offset_m: float) -> tuple[float, float]:
    """The point moved to the right of the course (left where the offset is negative)."""
    if offset_m == 0.0:
        return point
    moved = geodesic_direct(*point, course_deg + 90.0, offset_m)
    return float(moved[0]), float(moved[1])


def _release(last: tuple[float, float], target: Place, entry: RaidEntry) -> tuple[float, float]:
    distance_m = entry.release_distance_m
    if distance_m == 0.0:
        return target.lat_deg, target.lon_deg
    length, azimuth = (float(part) for part in geodesic_inverse(*last, target.lat_deg, target.lon_deg)[:2])
    if length <= distance_m:
        raise InputError(
            f"raid entry {entry.name!r}: its last waypoint is {length / 1000:.0f} km from the target, inside release_distance_m "
            f"({distance_m / 1000:.0f} km): move the waypoint out, or shorten the distance"
        ).at("release_distance_m")
    point = geodesic_direct(*last, azimuth, length - distance_m)
    return float(point[0]), float(point[1])
