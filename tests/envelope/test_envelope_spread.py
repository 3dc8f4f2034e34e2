from __future__ import annotations

import pytest

from buckler.catalog.load import load_catalog
from buckler.envelope.reach import SPREAD
from buckler.envelope.spread import values, variants

CATALOG = load_catalog()


@pytest.mark.parametrize("name", ["48N6E3", "PAC-3 MSE", "9M96E2", "FIM-92 Stinger"])
def test_one_value_at_a_time_is_moved_to_an_end_that_the_card_gives(name: str) -> None:
    card = CATALOG[name]
    spread = values(card, SPREAD)
    moved = variants(card, spread)
    ends = sum((value.low != value.nominal) + (value.high != value.nominal) for value in spread)
    assert len(moved) == ends
    for variant in moved:
        changed = [value.name for value in spread if variant.card.si(value.name) != value.nominal]
        assert changed == [variant.value.name]
        assert variant.card.si(variant.value.name) == pytest.approx(variant.si, rel=1e-12)
        assert card.si(variant.value.name) == variant.value.nominal  # the card itself stays


def test_a_value_says_its_unit_spread_and_origin() -> None:
    said = {value.name: str(value) for value in values(CATALOG["48N6E3"], SPREAD)}
    assert said["max_range"] == "max range 250 km (193 to 257; published, grade C)"
    assert said["burn_time"] == "burn time 12 s (9 to 16; assumed)"
