import numpy as np
import pytest
import shapely

from geodata.errors import AreaOfInterestError
from geodata.raster import area_km2
from geodata.release.area_of_interest import (
    MAX_MENDED,
    MAX_VERTICES,
    area_of_interest,
)

BOX = shapely.box(70, 45, 72, 46)


def circle(corners):
    angle = np.linspace(0, 2 * np.pi, corners - 1, endpoint=False)
    return shapely.Polygon(np.column_stack((70 + np.cos(angle), 45 + np.sin(angle))))


def test_an_area_is_measured_and_kept_as_it_is():
    found = area_of_interest(BOX)
    assert found.shape == BOX
    assert found.area_km2 == area_km2(np.array([BOX]))[0]
    assert not found.mended
    assert area_of_interest(circle(MAX_VERTICES)).area_km2 > 0


def test_an_outline_that_crosses_itself_is_put_right_and_that_is_told():
    bow = shapely.Polygon([(70, 45), (72, 46), (72, 45), (70, 46)])
    found = area_of_interest(bow)
    assert found.mended
    assert found.shape.is_valid
    assert found.area_km2 == pytest.approx(area_of_interest(BOX).area_km2 / 2, rel=1e-2)


@pytest.mark.parametrize("west", [170, -190])
def test_an_area_across_the_antimeridian_lies_on_both_ends_of_the_sheet(west):
    found = area_of_interest(shapely.box(west, 40, west + 20, 50))
    halves = [shapely.box(170, 40, 180, 50), shapely.box(-180, 40, -170, 50)]
    assert found.shape.equals(shapely.MultiPolygon(halves))
    assert found.area_km2 == pytest.approx(area_km2(np.array(halves)).sum())
    assert not found.mended


def test_an_area_further_around_is_where_it_is():
    there = area_of_interest(shapely.box(70 + 360, 45, 72 + 360, 46))
    assert there.shape.equals(BOX)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (shapely.Point(70, 45), "got an? Point"),
        (shapely.Polygon(), "empty Polygon"),
        (shapely.MultiPolygon(), "empty MultiPolygon"),
        (shapely.box(45, 100, 46, 101), "latitude 100.*Are the two swapped"),
        (shapely.box(500_000, 4_000_000, 600_000, 4_100_000), "another coordinate"),
        (shapely.Polygon([(70, 45), (1e308, 46), (72, 46)]), "Vertex 2 "),
        (circle(MAX_VERTICES + 1), "10,001 vertices; at most 10,000"),
    ],
)
def test_what_is_no_area_on_earth_is_refused_with_a_reason(shape, said):
    with pytest.raises(AreaOfInterestError, match=said):
        area_of_interest(shape)


def test_what_would_take_long_is_refused_before_it_is_tried():
    chance = np.random.default_rng(1)
    knot = shapely.Polygon(chance.uniform((70, 45), (71, 46), (MAX_MENDED, 2)))
    with pytest.raises(AreaOfInterestError, match=r"Self-intersection.*Mend it"):
        area_of_interest(knot)
    teeth = [(50 + number / 100, 40 + 15 * (number % 2)) for number in range(3_000)]
    with pytest.raises(AreaOfInterestError, match="degrees long"):
        area_of_interest(shapely.Polygon([*teeth, (80, 39), (50, 39)]))


def test_an_outline_that_encloses_nothing_is_an_area_of_nothing():
    found = area_of_interest(shapely.Polygon([(70, 45), (71, 45), (72, 45)]))
    assert found.area_km2 == 0
    assert shapely.area(found.shape) == 0
