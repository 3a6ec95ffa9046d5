"""Points that share a unit cell."""

import numpy as np
import pyproj
import pytest

from geodata.methods.weights_of_evidence.crowding import crowd
from geodata.methods.weights_of_evidence.report import crowd_in_words

METRES, FEET = pyproj.CRS("EPSG:32642"), pyproj.CRS("EPSG:2277")
DEGREES = pyproj.CRS("EPSG:4326")


def test_points_in_one_place_share_a_unit_cell():
    x = np.array([500.0] * 30 + [10_500.0, 20_500.0, 20_600.0])
    found = crowd(x, np.zeros(33), METRES, 1.0)
    assert (found.points, found.cells, found.most) == (32, 2, 30)
    said = crowd_in_words(found, 1.0)
    assert said.startswith("Caution: 32 points share 2 unit cells of 1 km², 30")


def test_points_apart_share_none():
    apart = np.arange(10) * 1000.0 + 10
    found = crowd(apart, apart, METRES, 1.0)
    assert (found.points, found.cells, found.most) == (0, 0, 0)
    assert crowd_in_words(found, 1.0) == ""
    assert crowd(apart, apart * 0, METRES, 4.0).most == 2
    assert crowd(np.array([]), np.array([]), METRES, 1.0).points == 0


def test_feet_are_turned_into_kilometres():
    mile = np.array([10.0, 3_200.0])  # feet of the survey: less than 1 km, then more
    assert crowd(mile, mile * 0, FEET, 1.0).points == 2
    assert crowd(mile * 1.1, mile * 0, FEET, 1.0).points == 0


@pytest.mark.parametrize(("lat", "shared"), [(0.1, 0), (60.1, 2)])
def test_in_degrees_a_unit_cell_is_as_wide_as_the_parallel_allows(lat, shared):
    lon = np.array([0.001, 0.0012 + 1 / 111.195])  # 1.02 km apart at the equator
    assert crowd(lon, np.full(2, lat), DEGREES, 1.0).points == shared
