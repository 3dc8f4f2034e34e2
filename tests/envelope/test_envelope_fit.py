from __future__ import annotations

import numpy as np
import pytest

from buckler.catalog.load import load_catalog
from buckler.catalog.schema import Card
from buckler.envelope.reach import Envelope, envelope, text
from buckler.errors import InputError
from buckler.physics.reach import TURN_AT_CEILING_MPS2, fit
from buckler.units import STANDARD_GRAVITY_MPS2
from buckler.world.arming import THIN_AIR_M

CATALOG = load_catalog()
MISSILES = ["48N6E3", "40N6E", "PAC-3 MSE", "77N6-N", "HISAR-A missile", "MIM-23", "SUNGUR"]
FOUND: dict[str, Envelope] = {}


def found(name: str) -> Envelope:
    if name not in FOUND:
        FOUND[name] = envelope(CATALOG[name])
    return FOUND[name]


def with_nominal(card: Card, name: str, value: float) -> Card:
    parameter = card[name].model_copy(update={"low": value, "nominal": value, "high": value})
    return card.model_copy(update={"parameters": {**card.parameters, name: parameter}})


@pytest.mark.parametrize("name", MISSILES)
def test_what_set_the_fit_is_what_the_fit_itself_says(name: str) -> None:
    card = CATALOG[name]
    made = found(name).nominal
    done = fit(
        max_range_m=card.si("max_range"), max_height_m=card.si("max_altitude"), burnout_speed_mps=card.si("burnout_speed"),
        burn_time_s=card.si("burn_time"), min_speed_mps=card.si("minimum_intercept_speed"),
        turn_at_ceiling_mps2=None if card.si("max_altitude") > THIN_AIR_M else TURN_AT_CEILING_MPS2,
        turn_limit_mps2=card.si("load_factor"),
    )  # fmt: skip
    assert made.set_by == done.set_by
    assert made.speed_residual == pytest.approx(done.speed_residual, abs=1e-9)
    assert made.furthest_m == pytest.approx(done.furthest_m, rel=1e-9)
    assert made.ceiling_m == pytest.approx(done.ceiling_m, rel=1e-9)


@pytest.mark.parametrize("name", ["48N6E3", "40N6E", "9M96E2", "PAC-3 MSE"])
def test_energy_carries_every_member_to_its_published_range_and_height(name: str) -> None:
    assert not found(name).misfits
    for made in (found(name).nominal, *(made for _, made in found(name).family)):
        assert made.furthest_m >= 0.999 * made.row["max_range_m"]
        assert made.ceiling_m >= 0.999 * made.row["max_height_m"]
        assert made.speed_residual >= -1e-3


def test_the_manoeuvre_left_at_the_published_height_is_the_assumption() -> None:
    shown = found("48N6E3")
    # at the top, where the round is fastest: straight up, 5 g; nowhere at that height more
    assert shown.manoeuvre_mps2[:, -1].max() / STANDARD_GRAVITY_MPS2 == pytest.approx(5.0, rel=0.03)
    assert shown.manoeuvre_mps2.max() == pytest.approx(shown.nominal.row["turn_limit_mps2"])
    assert np.all(shown.manoeuvre_mps2[shown.nominal.table.speed_mps > 0.0] > 0.0)


def test_a_gun_is_not_fitted() -> None:
    shown = found("KORKUT")
    assert {variant.value.name for variant, _ in shown.family} == {"max_range", "max_altitude", "burnout_speed"}
    assert "Nothing is fitted" in text(shown)


def test_the_words_hold_values_their_origin_and_the_fit() -> None:
    said = text(found("48N6E3"))
    for part in (
        "193 to 257; published, grade C",
        "9 to 16; assumed",
        "ballistic coefficient",
        "residual",
        "least speed 600 m/s",
    ):
        assert part in said


def test_numbers_that_contradict_each_other_end_in_an_error_that_says_so() -> None:
    with pytest.raises(InputError, match=r"48N6E3: a range of 900 km does not fit .*State a higher top speed"):
        envelope(with_nominal(CATALOG["48N6E3"], "max_range", 900.0))


def test_an_end_of_the_spread_that_does_not_fit_is_named_beside_the_rest() -> None:
    card = CATALOG["HISAR-A missile"]
    parameter = card["burnout_speed"].model_copy(update={"low": 350.0})
    shown = envelope(card.model_copy(update={"parameters": {**card.parameters, "burnout_speed": parameter}}))
    assert [str(variant) for variant, _ in shown.misfits] == ["burnout speed 350 m/s"]
    assert "does not fit the other values" in text(shown)
