"""The rules of the tests that can hurt, as they were written down beforehand."""

import numpy as np
import pytest

from geodata.scoring.validation.districts import DistrictFigure
from geodata.scoring.validation.map_tests import (
    FEWEST_DISTRICTS,
    MapTests,
    TypeTest,
    map_figures,
)
from geodata.scoring.validation.specificity import (
    MARGIN,
    ClassSites,
    Specificity,
    SpecificityRow,
    enough,
)

nan = np.nan
APART = np.arange(6)


def figures(elevation, sediment=None, district=APART):
    within = {"elevation": np.array(elevation)}
    if sediment is not None:
        within["sediment-share"] = np.array(sediment)
    return map_figures("expert", np.array(elevation), within, district)


LOW = [0.1, 0.2, 0.1, 0.15, 0.2, 0.1]
MIDDLE = [0.1, 0.9, 0.3, 0.2, 0.6, 0.4]


def test_a_map_has_skill_only_where_the_interval_stays_below_chance_in_every_ground():
    assert figures(LOW, LOW).skill_within_like_ground == "yes"
    assert figures(LOW, MIDDLE).skill_within_like_ground == "no"
    assert figures(MIDDLE).skill_within_like_ground == "no"
    assert figures([1 - rank for rank in LOW]).skill_within_like_ground == "no"


def test_sites_of_few_districts_test_nothing():
    assert FEWEST_DISTRICTS == 4
    assert figures(
        LOW, district=np.array([0, 0, 1, 1, 2, 2])
    ).skill_within_like_ground == ("untested")
    four = figures(LOW, district=np.array([0, 0, 1, 1, 2, 3]))
    assert four.skill_within_like_ground == "yes"
    known = [nan if place < 3 else rank for place, rank in enumerate(LOW)]
    assert figures(LOW, known).skill_within_like_ground == "untested"
    nothing = map_figures("expert", np.array(LOW), {}, APART)
    assert nothing.skill_within_like_ground == "untested"


def test_figures_are_told_with_what_is_unknown():
    found = figures([0.04, 0.15, nan, 0.9], district=np.array([0, 0, 1, 2]))
    assert (found.rank.n, found.rank.districts, found.unknown) == (3, 2, 1)
    assert found.rank.value == pytest.approx((0.095 + 0.9) / 2)
    assert [row.sites for row in found.capture] == [1, 1, 2]
    assert [row.districts for row in found.by_district] == [1, 1, 1]


def test_a_map_that_took_no_part_is_untested():
    test = TypeTest(
        deposit_type="placer", sites=(), circular=2, maps=(figures(LOW, LOW),)
    )
    every = MapTests(
        grounds=("elevation",), beside=0, types=(test,), specificity=Specificity()
    )
    assert every.skill_within_like_ground("placer", "expert") == "yes"
    assert every.skill_within_like_ground("placer", "learned") == "untested"
    assert every.skill_within_like_ground("carbonatite", "expert") == "untested"


def auc(value, districts=5, low=None):
    low = value - 0.1 if low is None else low
    return DistrictFigure(
        value=value, low=low, high=min(value + 0.1, 1), n=9, districts=districts
    )


def row(own, own_class="", **classes):
    return SpecificityRow(
        deposit_type="carbonatite",
        map="expert",
        own=own,
        own_class=own_class,
        kin=("rare",),
        classes={name: auc(value) for name, value in classes.items()},
    )


def test_a_map_finds_its_own_kind_only_with_a_lead_over_every_other():
    assert row(auc(0.86), copper=0.8, potash=0.3).finds == "own-kind"
    assert row(auc(0.86), copper=0.82).finds == "belts"
    assert row(auc(0.7), copper=0.9).finds == "belts"
    assert row(auc(0.8 + MARGIN + 1e-9), copper=0.8).finds == "own-kind"


def test_its_own_kind_and_cousins_are_no_others():
    found = row(auc(0.7), rare=0.9, copper=0.6)
    assert (found.finds, found.highest_other) == ("own-kind", "copper")


def test_another_class_stands_where_known_sites_are_too_few():
    few = auc(0.5, districts=3)
    assert row(few, "rare", rare=0.9, copper=0.6).finds == "own-kind"
    assert row(few, rare=0.9, copper=0.6).finds == "untested"
    assert row(auc(0.9), "rare", rare=0.1, copper=0.6).finds == "own-kind"


def test_without_another_class_nothing_is_tested():
    assert row(auc(0.9)).finds == row(auc(0.9), rare=0.3).finds == "untested"
    assert row(auc(nan), copper=0.4).finds == "untested"


def test_a_lead_that_chance_may_give_is_told():
    assert row(auc(0.9, low=0.7), copper=0.65).told_from_chance
    assert not row(auc(0.9, low=0.6), copper=0.65).told_from_chance


def test_a_class_needs_eight_sites():
    classes = [ClassSites(id=str(n), n=n, districts=3) for n in (7, 8, 9)]
    assert [one.n for one in enough(classes)] == [8, 9]
    assert Specificity().row("placer", "expert") is None
