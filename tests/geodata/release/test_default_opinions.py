"""Which opinion a release shows first follows from what its own tests gave."""

from types import SimpleNamespace

import pytest

from geodata.release.default_opinions import default_opinions
from geodata.scoring.validation.districts import DistrictFigure
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.map_tests import (
    FEWEST_DISTRICTS,
    MapFigures,
    TypeTest,
)


def figure(value, districts=FEWEST_DISTRICTS):
    return DistrictFigure(
        value=value, low=value / 2, high=2 * value, n=9, districts=districts
    )


def figures(name, *within):
    grounds = ("elevation", "sediment-share")
    return MapFigures(
        map=name,
        rank=figure(0.1),
        unknown=0,
        capture=(),
        by_district=(),
        within=dict(zip(grounds, within, strict=True)),
    )


def opinion_of(*maps):
    """Ask about one type of a made-up report; one opinion has a test in the world."""
    test = TypeTest(deposit_type="placer", sites=("One",), circular=0, maps=maps)
    world = Estimate(value=0.01, low=0.0, high=0.02, n=200)
    report = SimpleNamespace(
        learned={"placer": SimpleNamespace(regions=SimpleNamespace(mean_rank=world))},
        map_tests=SimpleNamespace(of_type={"placer": test}.get),
    )
    return default_opinions(["placer", "black-shale"], report)


def test_a_map_is_as_good_as_on_the_ground_where_it_does_worst():
    found = opinion_of(
        figures("expert", figure(0.1), figure(0.4)),
        figures("learned", figure(0.3), figure(0.3)),
    )
    assert found["placer"].opinion == "learned"
    assert found["placer"].test == "like-ground"
    assert (found["placer"].expert.value, found["placer"].learned.value) == (0.4, 0.3)
    assert found["black-shale"].opinion == "expert"


@pytest.mark.parametrize(
    "learned",
    [
        (),
        (figures("learned", figure(0.1, FEWEST_DISTRICTS - 1), figure(0.1)),),
    ],
)
def test_too_few_districts_on_one_ground_decide_nothing(learned):
    found = opinion_of(figures("expert", figure(0.4), figure(0.4)), *learned)
    assert (found["placer"].opinion, found["placer"].test) == ("expert", "none")
