"""Eyes and thermal sights as sensors: calibrated by the size of target that half of the looks find at a range."""

from __future__ import annotations

from typing import Any, Final

from buckler.catalog.schema import Card
from buckler.dtypes import BANDS
from buckler.physics.earth import MEAN_RADIUS_M
from buckler.physics.sights import LOOK
from buckler.physics.slant import AIR_RANGES
from buckler.scenario.environment import Environment
from buckler.world.air import Air

BY_EYE: Final = "visible"
"""What a card's spectrum says of a sight that needs daylight."""


def compile_sight(record: Any, card: Card, environment: Environment, antenna_m: float, air: Air) -> None:
    """The fields of a SENSOR by which a sight sees: (R50 / size)^4 in the place of a radar's constant (physics.sights).

    By night an eye sees nothing, and by day nothing beyond the meteorological visibility. A thermal sight's range is the card's,
    whatever the light; its rays go straight through whatever rain.
    """
    by_eye = card.text("spectrum") == BY_EYE
    dark = by_eye and environment.daylight == "night"
    record["band"] = BANDS.index("visual")
    record["constant_m2"] = 0.0 if dark else (card.si("detection_range") / card.si("reference_size")) ** 4
    record["swerling"] = LOOK
    record["false_alarm"] = 0.5  # never used: a look has no threshold
    if by_eye:
        record["maximum_range_m"] = min(float(record["maximum_range_m"]), environment.visibility_m)
    record["antenna_m"], record["effective_radius_m"] = antenna_m, air.earth_factor * MEAN_RADIUS_M
    record["rain_db_per_m"], record["rain_top_m"] = 0.0, 0.0
    record["air_step_m"] = card.si("instrumented_range") / (AIR_RANGES - 1)
