"""Maps weighted each in its own way, and what is made of them together."""

import numpy as np
import pyproj
import pytest
from numpy.testing import assert_allclose
from rasterio.transform import Affine

from geodata.errors import GridMismatchError, LayerFormatError, TrainingPointsError
from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.combination import Treatment, combine
from geodata.methods.weights_of_evidence.evidence_raster import EvidenceRaster
from geodata.methods.weights_of_evidence.point_file import PointPlaces


def raster(name, cells, *, west=0.0):
    return EvidenceRaster(
        name=name,
        values=cells,
        missing=(-1.0,),
        crs=pyproj.CRS("EPSG:32642"),
        transform=Affine(1000.0, 0.0, west, 0.0, -1000.0, 10_000.0),
        cell_area_km2=np.asarray(1.0),
    )


@pytest.fixture
def distance():
    """Ten rows; the value of a cell is its column."""
    return raster("distance", np.tile(np.arange(20, dtype=np.float32) / 10, (10, 1)))


@pytest.fixture
def density():
    """Classes 1 to 5, two rows each, the greatest in the north; one cell unknown."""
    cells = np.repeat(np.arange(5, 0, -1, dtype=np.int16), 2)[:, np.newaxis]
    cells = np.tile(cells, (1, 20))
    cells[9, 19] = -1
    return raster("density", cells)


@pytest.fixture
def places():
    """Twelve points on the maps, one of them on the unknown cell, and one beside."""
    column = np.array([0, 1, 2, 3, 4, 5, 5, 2, 9, 12, 15, 19, 300])
    row = np.array([1, 2, 3, 0, 1, 2, 2, 8, 3, 4, 8, 9, 5])
    return PointPlaces(
        x=1000.0 * column + 500, y=10_000 - 1000.0 * row - 500, without_position=2
    )


@pytest.fixture
def both(distance, density):
    """The two maps."""
    return [distance, density]


def log_odds(value):
    return np.log(value / (1 - value))


def test_a_posterior_is_the_prior_and_the_weights_of_each_map(
    distance, density, places
):
    done = combine(
        [distance, density],
        places,
        [
            Treatment(kind=Kind.ASCENDING, cut=0.5),
            Treatment(kind=Kind.DESCENDING, cut=4.0),
        ],
    )
    near, dense = done.maps
    assert (near.name, dense.name) == ("distance", "density")
    assert (near.cut, dense.cut) == (0.5, 4.0)
    # Eight of twelve points on 60 of 200 cells; eight of eleven on 80 of 199.
    plus = np.log((8 / 12) / (52 / 188)), np.log((8 / 11) / (72 / 188))
    minus = np.log((4 / 12) / (136 / 188)), np.log((3 / 11) / (116 / 188))
    for one, w_plus, w_minus in zip(done.maps, plus, minus, strict=True):
        assert_allclose(one.weights.weights, [w_minus, w_plus], rtol=1e-12)
        assert one.choice.class_value == one.cut
        assert one.table.kind == (Kind.ASCENDING if one is near else Kind.DESCENDING)
    found = done.posterior
    assert (found.points, found.study_units, found.prior) == (12, 200.0, 0.06)
    assert done.points_beside == 1
    value = found.to_map(found.posterior)
    prior = log_odds(12 / 200)
    for row, column, total in (
        (0, 0, plus[0] + plus[1]),
        (9, 0, plus[0] + minus[1]),
        (3, 6, minus[0] + plus[1]),
        (4, 6, minus[0] + minus[1]),
        (9, 19, minus[0]),
    ):
        assert_allclose(log_odds(value[row, column]), prior + total, rtol=1e-12)
    assert done.omnibus.observed == 12
    assert done.omnibus.conditions == 5


def test_without_a_cut_the_best_is_taken_and_classes_keep_their_weights(
    distance, density, places
):
    treatments = [Treatment(kind=Kind.ASCENDING), Treatment(kind=Kind.UNIQUE)]
    done = combine([distance, density], places, treatments)
    near, dense = done.maps
    strength = np.where(near.table.patched, -np.inf, near.table.studentised_contrast)
    assert near.cut == near.table.classes[np.argmax(strength)]
    assert (dense.cut, dense.choice) == (None, None)
    assert dense.weights.names == ("1", "2", "3", "4", "5")
    assert done.pairs == ()


def test_tests_of_two_maps_are_numbered_as_the_maps_are(distance, density, places):
    other = raster("other", (density.values > 3).astype(np.uint8))
    done = combine(
        [density, distance, other],
        places,
        [
            Treatment(kind=Kind.CATEGORICAL, cut=None),
            Treatment(kind=Kind.ASCENDING, cut=0.5),
            Treatment(kind=Kind.UNIQUE),
        ],
        confidence=0.0,
    )
    assert len(done.maps[0].weights.names) > 2
    assert done.maps[2].cut == 1.0
    (pair,) = done.pairs
    assert (pair.first, pair.second) == (1, 2)
    counts = (pair.both, pair.only_first, pair.only_second, pair.neither)
    assert counts == (7, 1, 1, 3)


def test_the_unit_cell_and_the_confidence_are_those_that_were_told(distance, places):
    treatments = [Treatment(kind=Kind.ASCENDING, cut=0.5)]
    done = combine([distance], places, treatments, unit_area_km2=0.5, confidence=99.0)
    assert done.posterior.prior == 12 / 400
    assert done.maps[0].table.unit_area_km2 == 0.5
    assert not done.maps[0].choice.confident
    usual = combine([distance], places, treatments)
    assert usual.posterior.prior == 12 / 200
    assert usual.maps[0].choice.confident


@pytest.mark.parametrize(
    ("treatments", "options", "said"),
    [
        (1, {}, "got 2 maps and 1 treatments"),
        (3, {}, "got 2 maps and 3 treatments"),
        (2, {"confidence": -1.0}, r"^Expected a confidence of 0 or more; got -1"),
        (2, {"confidence": np.nan}, r"^Expected a confidence of 0 or more; got nan"),
        (2, {"unit_area_km2": 0.0}, r"^The unit cell has a positive area; got 0"),
        (2, {"unit_area_km2": np.inf}, r"^The unit cell has a positive area; got inf"),
    ],
)
def test_what_does_not_fit_is_refused(both, places, treatments, options, said):
    told = [Treatment(kind=Kind.UNIQUE)] * treatments
    with pytest.raises(ValueError, match=said):
        combine(both, places, told, **options)
    with pytest.raises(ValueError, match="got 0 maps and 0 treatments"):
        combine([], places, [])


@pytest.mark.parametrize(
    ("kind", "cut", "said"),
    [
        (Kind.ASCENDING, 5.0, "'ascending' leaves nothing outside"),
        (Kind.DESCENDING, 1.0, "'descending' leaves nothing outside"),
        (Kind.UNIQUE, 6.0, "no class 6; it has 5, from 1 to 5; the nearest is 5"),
    ],
)
def test_a_cut_that_makes_no_sense_is_told_with_the_name_of_its_map(
    both, places, kind, cut, said
):
    treatments = [Treatment(kind=Kind.UNIQUE), Treatment(kind=kind, cut=cut)]
    with pytest.raises(ValueError, match=f"density: .*{said}"):
        combine(both, places, treatments)
    last = combine(both[1:], places, [Treatment(kind=Kind.UNIQUE, cut=5.0)])
    assert last.maps[0].cut == 5.0


@pytest.mark.parametrize("kind", Kind)
def test_a_map_that_is_the_same_everywhere_is_refused(places, kind):
    one = raster("one", np.full((10, 20), 3, dtype=np.int16))
    with pytest.raises(LayerFormatError, match="one: All known cells have the value 3"):
        combine([one], places, [Treatment(kind=kind)])
    none = raster("none", np.full((10, 20), -1, dtype=np.int16))
    with pytest.raises(LayerFormatError, match="none: None of the 200 cells"):
        combine([none], places, [Treatment(kind=kind)])


def test_a_map_of_which_patches_make_every_class_is_not_cut_silently(places):
    cells = np.full((10, 20), 2, dtype=np.int16)
    cells[0, 6:] = 1  # no point there, all points beyond
    bare = raster("bare", cells)
    with pytest.raises(TrainingPointsError, match=r"bare: .*every class touched"):
        combine([bare], places, [Treatment(kind=Kind.ASCENDING)])
    named = combine([bare], places, [Treatment(kind=Kind.ASCENDING, cut=1.0)])
    assert named.maps[0].weights.patched


def test_maps_on_other_grids_are_refused(distance, places):
    apart = raster("apart", distance.values, west=1.0)
    with pytest.raises(GridMismatchError, match="distance and apart"):
        combine([distance, apart], places, [Treatment(kind=Kind.UNIQUE)] * 2)
