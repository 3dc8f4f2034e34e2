"""A link over a geostationary satellite: what rain takes from it, for which share of the year it works, how long it takes.

- Rain: Recommendation ITU-R P.618-13 (12/2017), Annex 1, section 2.2.1.1, steps 1 to 10: the attenuation exceeded during a share of
  an average year, from the rain rate exceeded during 0.01 % of it (P.837), specific attenuation by P.838-3, and the rain height.
- Rain height: Recommendation ITU-R P.839-2 (1999): 5 km between the equator and 23 degrees north, 0.075 km less for every degree
  beyond (0.1 beyond 21 degrees south). P.839-4 has a map instead.
- Gas: P.676-13 along the slant path (gases.gaseous_loss_db).
- Geometry: orbit.geostationary_look_angles.

Limits: 1 to 55 GHz, shares of 0.001 to 5 %; no clouds, no scintillation, no interference, no jamming.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import atan, cos, exp, log, radians, sin, sqrt
from typing import Final

from buckler.errors import OutOfRangeError
from buckler.physics.gases import gaseous_loss_db
from buckler.physics.orbit import geostationary_look_angles, path_delay_s
from buckler.physics.rain import rain_attenuation_db_per_km

LEAST_PERCENT: Final = 0.001
MOST_PERCENT: Final = 5.0
"""The shares of the year for which P.618 holds."""
ATMOSPHERE_M: Final = 100_000.0
"""The slant path through which gas counts ends at this height."""


def rain_height_km(lat_deg: float) -> float:
    """Mean height of the rain's upper edge above sea level, km: ITU-R P.839-2, by latitude alone."""
    if lat_deg > 23.0:
        return max(0.0, 5.0 - 0.075 * (lat_deg - 23.0))
    if lat_deg < -21.0:
        return max(0.0, 5.0 + 0.1 * (lat_deg + 21.0))
    return 5.0


def rain_exceeded_db(
    percent: float,
    *,
    frequency_ghz: float,
    elevation_deg: float,
    latitude_deg: float,
    height_km: float,
    rain_rate_mm_h: float,
    rain_height_km: float,
    tilt_deg: float = 45.0,
) -> float:
    """Attenuation by rain, dB, exceeded during `percent` of an average year: ITU-R P.618-13, section 2.2.1.1.

    `rain_rate_mm_h` is exceeded during 0.01 % of the year; `height_km` is the antenna's above sea level.
    """
    if not LEAST_PERCENT <= percent <= MOST_PERCENT:
        raise OutOfRangeError(f"{percent:g} % of the year: P.618 holds from {LEAST_PERCENT:g} to {MOST_PERCENT:g} %")
    rise_km = rain_height_km - height_km
    if rise_km <= 0.0 or rain_rate_mm_h == 0.0:
        return 0.0
    theta = radians(elevation_deg)
    if elevation_deg >= 5.0:
        slant_km = rise_km / sin(theta)
    else:
        slant_km = 2.0 * rise_km / (sqrt(sin(theta) ** 2 + 2.0 * rise_km / 8500.0) + sin(theta))
    ground_km = slant_km * cos(theta)
    specific = float(rain_attenuation_db_per_km(frequency_ghz, rain_rate_mm_h, elevation_deg, tilt_deg))
    reduction = 1.0 / (1.0 + 0.78 * sqrt(ground_km * specific / frequency_ghz) - 0.38 * (1.0 - exp(-2.0 * ground_km)))
    zeta = atan(rise_km / (ground_km * reduction))
    length_km = ground_km * reduction / cos(theta) if zeta > theta else rise_km / sin(theta)
    chi = max(0.0, 36.0 - abs(latitude_deg))
    adjustment = 1.0 / (
        1.0
        + sqrt(sin(theta))
        * (31.0 * (1.0 - exp(-elevation_deg / (1.0 + chi))) * sqrt(length_km * specific) / frequency_ghz**2 - 0.45)
    )
    exceeded = specific * length_km * adjustment  # for 0.01 %
    if exceeded <= 0.0:
        return 0.0
    beta = 0.0
    if percent < 1.0 and abs(latitude_deg) < 36.0:
        beta = -0.005 * (abs(latitude_deg) - 36.0)
        if elevation_deg < 25.0:
            beta += 1.8 - 4.25 * sin(theta)
    power = 0.655 + 0.033 * log(percent) - 0.045 * log(exceeded) - beta * (1.0 - percent) * sin(theta)
    return float(exceeded * (percent / 0.01) ** -power)


@dataclass(frozen=True)
class Leg:
    """One end of a satellite link."""

    azimuth_deg: float
    elevation_deg: float
    range_m: float
    gas_db: float
    availability: float
    """Share of an average year in which gas and rain take no more than the margin."""


def leg(
    latitude_deg: float,
    longitude_deg: float,
    height_m: float,
    *,
    slot_deg: float,
    frequency_ghz: float,
    margin_db: float,
    rain_rate_mm_h: float,
) -> Leg:
    """What one end has of the satellite. Below the horizon its availability is 0."""
    look = geostationary_look_angles(latitude_deg, longitude_deg, slot_deg, height_m)
    elevation, range_m = float(look.elevation_deg), float(look.range_m)
    if elevation <= 0.0:
        return Leg(float(look.azimuth_deg), elevation, range_m, 0.0, 0.0)
    through_m = min(range_m, (ATMOSPHERE_M - min(height_m, 0.99 * ATMOSPHERE_M)) / sin(radians(max(elevation, 1.0))))
    gas_db = float(gaseous_loss_db(1e9 * frequency_ghz, max(height_m, 0.0), elevation, through_m))

    def exceeded_db(percent: float) -> float:
        return rain_exceeded_db(
            percent, frequency_ghz=frequency_ghz, elevation_deg=elevation, latitude_deg=latitude_deg,
            height_km=height_m / 1000.0, rain_rate_mm_h=rain_rate_mm_h, rain_height_km=rain_height_km(latitude_deg),
        )  # fmt: skip

    return Leg(
        float(look.azimuth_deg), elevation, range_m, gas_db, 1.0 - _outage_percent(exceeded_db, margin_db - gas_db) / 100.0
    )


def _outage_percent(exceeded_db: Callable[[float], float], margin_db: float) -> float:
    """The share of the year, %, in which rain takes more than the margin; what is rarer than 0.001 % counts as that."""
    if margin_db <= 0.0:
        return 100.0
    if exceeded_db(LEAST_PERCENT) <= margin_db:
        return 0.0 if exceeded_db(LEAST_PERCENT) == 0.0 else LEAST_PERCENT
    if exceeded_db(MOST_PERCENT) > margin_db:
        return 100.0
    low, high = log(LEAST_PERCENT), log(MOST_PERCENT)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if exceeded_db(exp(middle)) > margin_db:
            low = middle
        else:
            high = middle
    return exp(high)


def hop_delay_s(*legs: Leg) -> float:
    """Seconds that light takes up and down."""
    return float(path_delay_s(*(one.range_m for one in legs)))

