"""What is kept back, and what the report says of it; all places are made up."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from pyproj import Geod

from geodata.layers.store import LayerStore
from geodata.release import withheld_region as module
from geodata.release.withheld_region import (
    CELL_M,
    WITHHELD,
    outside,
    withheld_region,
)
from geodata.scoring.learned.training_set import (
    CENTRAL_ASIA,
    LABEL,
    LAND,
    OTHER_DEPOSIT,
)
from tests.geodata.release.small_layers import BUNDLE
from tests.geodata.scoring.learned.worlds import places_of

GEOD = Geod(ellps="WGS84")


def scattered():
    """Scatter places in and around Central Asia."""
    chance = np.random.default_rng(0)
    return places_of(
        chance.integers(3, size=1_500),
        np.zeros((1_500, 1)),
        lon=chance.uniform(40, 95, 1_500),
        lat=chance.uniform(30, 60, 1_500),
    )


def test_central_asia_and_100_km_around_its_places_are_kept_back():
    places = scattered()
    eligible = outside(places)
    inside = places.within(CENTRAL_ASIA)
    assert not (eligible & inside).any()
    far = []
    for lon, lat in zip(places.lon, places.lat, strict=True):
        count = int(inside.sum())
        metres = GEOD.inv(
            np.full(count, lon),
            np.full(count, lat),
            places.lon[inside],
            places.lat[inside],
        )[2]
        far.append(metres.min() / 1000)
    clear = np.abs(np.array(far) - 100) > 0.5  # an arc is not the geodesic to 0.5 %
    assert ((np.array(far) > 100) == eligible)[clear].all()
    near = ~inside & ~eligible
    assert near.sum() > 30
    assert eligible.sum() > 100


def test_what_was_kept_back_is_said_as_it_is():
    assert CELL_M == 5_000.0
    assert WITHHELD == "Central Asia, 46–88 E and 35–56 N, with 100 km around it"
    assert (CENTRAL_ASIA.west, CENTRAL_ASIA.east) == (46.0, 88.0)
    assert (CENTRAL_ASIA.south, CENTRAL_ASIA.north) == (35.0, 56.0)


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(module, "CELL_M", 50_000.0)
    places = places_of(
        [LABEL, LABEL, LABEL, LABEL, OTHER_DEPOSIT, OTHER_DEPOSIT, LAND],
        np.zeros((7, 1)),
        # In Kazakhstan, in Russia, in Brazil, near the border; here, in Russia, here.
        lon=[72.0, 60.0, -50.0, 76.0, 66.0, 55.0, 67.0],
        lat=[47.0, 55.0, -10.0, 54.7, 44.0, 55.5, 45.0],
        said=["carb", "alk-ig", "", "vein", "", "", ""],
    )
    places.places["uncertainty_km"] = [5.0, 5.0, 5.0, 200.0, 5.0, 5.0, 0.0]
    return withheld_region(places, LayerStore((BUNDLE,)))


def test_the_region_holds_its_examples_and_says_which_lie_in_the_states(found):
    assert found.sites["name"].tolist() == ["place 0", "place 1", "place 3"]
    # The third may lie in Kazakhstan within the error of its position.
    assert found.sites["in_states"].tolist() == [True, False, True]
    assert found.sites["uncertainty_km"].tolist() == [5.0, 5.0, 200.0]
    assert found.sites["said"].tolist() == ["carb", "alk-ig", "vein"]


def test_examples_near_each_other_are_one_district(monkeypatch):
    monkeypatch.setattr(module, "CELL_M", 50_000.0)
    places = places_of(
        [LABEL] * 4 + [LAND],
        np.zeros((5, 1)),
        lon=[72.0, 60.0, 73.0, 71.0, 67.0],
        lat=[47.0, 50.0, 47.0, 47.0, 45.0],
    )
    found = withheld_region(places, LayerStore((BUNDLE,))).sites["district"]
    assert found.tolist() == [found[0], found[1], found[0], found[0]]
    assert found[0] != found[1]


def test_other_deposits_take_part_on_the_ranked_land_only(found):
    assert found.others["lon"].tolist() == [66.0]


def test_the_land_is_that_of_the_five_states_in_equal_cells(found):
    assert 1_450 < len(found.lon) < 1_700  # 4 million km² of 2500 km² each
    assert found.lon.min() > 46
    assert found.lat.max() < 56
    area = 2_500 * len(found.lon)
    assert_allclose(area, 3.9e6, rtol=0.05)


def test_a_region_without_examples_has_none(monkeypatch):
    monkeypatch.setattr(module, "CELL_M", 50_000.0)
    places = places_of([LABEL, LAND], np.zeros((2, 1)), lon=[-50.0, 67.0], lat=45.0)
    found = withheld_region(places, LayerStore((BUNDLE,)))
    assert (len(found.sites), len(found.others)) == (0, 0)
