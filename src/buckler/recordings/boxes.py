"""A box of longitudes and latitudes, as `--bbox W,S,E,N` writes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, isfinite, radians

from buckler.errors import InputError
from buckler.physics.earth import MEAN_RADIUS_M

_WIDEST_ACROSS_DATE_LINE_DEG = 180.0


@dataclass(frozen=True)
class Box:
    """West, south, east and north rims in degrees. East is above 180 where the box crosses the date line."""

    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float

    def __str__(self) -> str:
        return f"{self.west_deg:g},{self.south_deg:g},{self.east_deg:g},{self.north_deg:g}"

    @property
    def swapped(self) -> Box | None:
        """The box with latitude and longitude exchanged; None where that is no box."""
        if max(abs(self.west_deg), abs(self.east_deg)) > 90.0:
            return None
        return Box(self.south_deg, self.west_deg, self.north_deg, self.east_deg)

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than a rim, whichever turn their longitudes are counted in."""
        if min(self.north_deg, other.north_deg) <= max(self.south_deg, other.south_deg):
            return False
        return any(
            min(self.east_deg, other.east_deg + turn) > max(self.west_deg, other.west_deg + turn)
            for turn in (-360.0, 0.0, 360.0)
        )


def box(bbox: Iterable[float] | str) -> Box:
    """A checked box from W,S,E,N: text or four numbers. InputError says what to write instead."""
    parts: list[float]
    try:
        parts = [float(part) for part in (bbox.split(",") if isinstance(bbox, str) else bbox)]
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the box {bbox!r} is not four numbers: write --bbox W,S,E,N in degrees, as 26,36,45,42"
        ) from error
    if len(parts) != 4 or not all(isfinite(part) for part in parts):
        raise InputError(f"the box {bbox!r} is not four numbers: write --bbox W,S,E,N in degrees, as 26,36,45,42")
    west, south, east, north = parts
    if max(abs(south), abs(north)) > 90.0:
        if max(abs(west), abs(east)) <= 90.0 and max(abs(south), abs(north)) <= 180.0:
            raise InputError(
                f"the box {west:g},{south:g},{east:g},{north:g} has a latitude beyond 90 degrees; latitude and "
                f"longitude are swapped: write --bbox {Box(south, west, north, east)} (west, south, east, north)"
            )
        raise InputError(f"latitudes {south:g} to {north:g} are not within -90 to 90: write --bbox W,S,E,N")
    if not (-180.0 <= west <= 180.0 and -180.0 <= east <= 360.0):
        raise InputError(f"longitudes {west:g} to {east:g} are not within -180 to 180: write --bbox W,S,E,N")
    if south >= north:
        hint = f": write --bbox {Box(west, north, east, south)}" if south > north else ": give it some height"
        raise InputError(f"the box's south, {south:g}, is not below its north, {north:g}{hint}")
    if west == east:
        raise InputError(f"the box's west and east are both {west:g}: give it some width")
    if west > east:
        if east + 360.0 - west > _WIDEST_ACROSS_DATE_LINE_DEG:
            raise InputError(
                f"the box's west, {west:g}, lies east of its east, {east:g}: write --bbox "
                f"{Box(east, south, west, north)}"
            )
        east += 360.0
    return Box(west, south, east, north)


def box_around(positions: Iterable[tuple[float, float]], margin_km: float = 50.0) -> Box:
    """The narrowest box around (latitude, longitude) positions in degrees, with a margin on every side."""
    points = [(float(lat), float(lon)) for lat, lon in positions]
    if not points:
        raise InputError("there is no position to put a box around: write --bbox W,S,E,N")
    if not (isfinite(margin_km) and margin_km >= 0.0):
        raise InputError(f"the margin is {margin_km} km: write a number of 0 or more")
    for lat, lon in points:
        if not (abs(lat) <= 90.0 and abs(lon) <= 360.0):
            raise InputError(f"latitude {lat:g}, longitude {lon:g} is not a position on earth")
    margin_lat = margin_km * 1000.0 / (radians(1.0) * MEAN_RADIUS_M)
    south = max(-90.0, min(lat for lat, _ in points) - margin_lat)
    north = min(90.0, max(lat for lat, _ in points) + margin_lat)
    margin_lon = margin_lat / max(cos(radians(max(abs(south), abs(north)))), 0.01)
    # The narrowest arc that holds every longitude is the circle less the widest gap between neighbours.
    turns = sorted({(lon + 180.0) % 360.0 - 180.0 for _, lon in points})
    gaps = [
        (after - before, k) for k, (before, after) in enumerate(zip(turns, [*turns[1:], turns[0] + 360.0], strict=True))
    ]
    widest, k = max(gaps)
    west = turns[(k + 1) % len(turns)] - margin_lon
    width = 360.0 - widest + 2.0 * margin_lon
    if width >= 360.0:
        return Box(-180.0, south, 180.0, north)
    west = (west + 180.0) % 360.0 - 180.0
    return Box(west, south, west + max(width, 1e-9), north)
