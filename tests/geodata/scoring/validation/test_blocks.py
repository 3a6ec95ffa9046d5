import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.scoring.validation.blocks import (
    block_folds,
    degree_blocks,
    ground_blocks,
    require_places,
)

PLACES = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=40
)
SHIFTS = st.tuples(st.floats(0, 0.99), st.floats(0, 0.99))


def places(rows):
    lon, lat = np.array(rows, dtype=np.float64).T
    return lon.copy(), lat.copy()


def same(blocks):
    """Which pairs of places share a block."""
    return (blocks[:, np.newaxis] == blocks).tolist()


def test_degrees_are_cut_at_multiples_of_the_block():
    lon, lat = places([(0, 45), (14.99, 45), (15, 45), (0, 59.99), (0, 60), (0, 44.9)])
    blocks = degree_blocks(lon, lat, block_deg=15)
    assert len(np.unique(blocks[[0, 1, 3]])) == 1
    assert len(np.unique(blocks[[0, 2, 4, 5]])) == 4


def test_a_shift_moves_the_cuts_by_parts_of_a_block():
    lon, lat = places([(7.4, 47), (7.6, 47), (22.4, 47), (7.6, 52.4), (7.6, 52.6)])
    east = degree_blocks(lon, lat, block_deg=15, shift=(0.5, 0.0))
    assert (east == east[1]).tolist() == [False, True, True, True, True]
    north = degree_blocks(lon, lat, block_deg=15, shift=(0.0, 0.5))
    assert (north == north[1]).tolist() == [True, True, False, True, False]


@pytest.mark.parametrize(
    ("shift", "cut_east", "cut_north"), [((0.25, 0.0), 18.75, 45.0), ((0, 0.2), 15, 48)]
)
def test_a_shift_goes_east_and_north(shift, cut_east, cut_north):
    """Cuts at 15 E and 45 N move by a quarter, or a fifth, of 15 degrees."""
    lon = np.array([cut_east - 0.1, cut_east + 0.1] * 2)
    lat = np.repeat([cut_north - 0.1, cut_north + 0.1], 2)
    assert len(np.unique(degree_blocks(lon, lat, block_deg=15, shift=shift))) == 4


def test_a_shift_of_ground_blocks_goes_east_and_north():
    """Blocks of 111.195 km, 360 of them around the equator: one degree each."""
    lon, lat = places([(9.9, 0.1), (10.1, 0.1), (10.3, 0.1), (9.9, 0.3)])
    size = {"block_km": 111.195}
    straight = ground_blocks(lon, lat, **size)
    assert (straight == straight[0]).tolist() == [True, False, False, True]
    east = ground_blocks(lon, lat, **size, shift=(0.2, 0.0))
    assert (east == east[0]).tolist() == [True, True, False, True]
    north = ground_blocks(lon, lat, **size, shift=(0.0, 0.2))
    assert (north == north[0]).tolist() == [True, False, False, False]


@pytest.mark.parametrize("lon", [-0.5, -10.0, -179.5])
def test_a_place_has_one_block_however_its_longitude_is_written(lon):
    both, lat = places([(lon, 10), (lon + 360, 10)])
    for blocks in (
        degree_blocks(both, lat, block_deg=1),
        degree_blocks(both, lat, block_deg=15),
        ground_blocks(both, lat, block_km=100),
    ):
        assert blocks[0] == blocks[1]


def test_a_band_is_cut_into_the_number_of_blocks_that_comes_nearest():
    """100 km are 0.89932 degrees: 360 / 0.89932 = 400.3 around the equator."""
    lon = np.arange(0, 360, 0.05)
    blocks = ground_blocks(lon, np.full(len(lon), 0.3), block_km=100)
    assert len(np.unique(blocks)) == 400


def test_a_shifted_band_is_cut_by_its_own_middle():
    """1,000 km are 8.9932 degrees: 60 N lies in the band with its middle at 61.98."""
    lon = np.arange(0, 360, 0.5)
    lat = np.full(len(lon), 60.0)
    blocks = ground_blocks(lon, lat, block_km=1_000, shift=(0.0, 0.4))
    assert len(np.unique(blocks)) == 19


def test_a_block_over_the_date_line_is_whole():
    lon, lat = places([(179, 50), (-179, 50), (181, 50), (-181, 50), (170, 50)])
    blocks = degree_blocks(lon, lat, block_deg=15, shift=(0.5, 0.0))
    assert (blocks == blocks[0]).tolist() == [True, True, True, True, False]
    ground = ground_blocks(lon, lat, block_km=500)
    assert ground[1] == ground[2]
    assert ground[0] == ground[3]


def test_where_the_block_does_not_divide_the_circle_the_last_is_narrower():
    lon, lat = places([(0, 0), (99, 0), (299, 0), (301, 0), (359, 0)])
    blocks = degree_blocks(lon, lat, block_deg=100)
    assert blocks[0] == blocks[1]
    assert blocks[3] == blocks[4]
    assert len(np.unique(blocks[[0, 2, 3]])) == 3


def test_a_cut_that_rounding_puts_below_zero_makes_no_block_of_its_own():
    for tenth in range(1, 10):
        shift = (tenth / 10, 0.0)
        lon = np.arange(0, 3600, 5) / 10
        blocks = degree_blocks(lon, np.zeros(720), block_deg=15, shift=shift)
        assert len(np.unique(blocks)) == 24


@pytest.mark.parametrize("latitude", [0.0, 45.0, 60.0, 70.0])
def test_ground_blocks_have_one_width_at_any_latitude(latitude):
    lon = np.arange(0, 360, 0.01)
    lat = np.full(len(lon), latitude + 0.5)
    held = np.unique(ground_blocks(lon, lat, block_km=300), return_counts=True)[1]
    width = held * 0.01 * 111.195 * np.cos(np.radians(latitude + 0.5))
    assert width.min() > 300 * 0.93
    assert width.max() < 300 * 1.07


def test_ground_blocks_are_as_high_as_they_should_be():
    """500 km are 4.4966 degrees, counted from the south pole."""
    height = 500 / 111.195
    edge = 30 * height - 90
    lon, lat = places(
        [(10, edge - 0.01), (10, edge + 0.01), (10, edge + height - 0.01)]
    )
    blocks = ground_blocks(lon, lat, block_km=500)
    assert blocks[0] != blocks[1]
    assert blocks[1] == blocks[2]
    moved = ground_blocks(lon, lat, block_km=500, shift=(0.0, 0.5))
    assert moved[0] == moved[1]
    assert moved[1] != moved[2]


def test_ground_blocks_are_cut_into_whole_numbers_around_the_earth():
    """Band of 1,000 km with its middle at 4.43 degrees: 360 cos / 8.993 = 39.9."""
    lon = np.arange(0, 360, 0.1)
    lat = np.full(len(lon), 1.0)
    counts = np.unique(ground_blocks(lon, lat, block_km=1_000), return_counts=True)[1]
    assert counts.tolist() == [90] * 40
    shifted = ground_blocks(lon, lat, block_km=1_000, shift=(0.5, 0.0))
    assert shifted[44] != shifted[46]
    assert shifted[44] == shifted[0] == shifted[-1]


def test_the_poles_are_one_block():
    lon, lat = places([(0, 90), (90, 90), (-170, 90)])
    assert len(np.unique(ground_blocks(lon, lat, block_km=300))) == 1
    south = ground_blocks(lon, -lat, block_km=300, shift=(0.0, 0.9))
    assert len(np.unique(south)) <= 3
    beyond = ground_blocks(lon, -lat, block_km=300, shift=(0.0, 0.1))
    assert len(np.unique(beyond)) == 1
    assert south.min() >= 0


@given(PLACES, st.floats(100, 3_000), SHIFTS)
def test_a_block_is_the_same_whoever_else_is_asked(rows, size, shift):
    lon, lat = places(rows)
    for cut in (
        lambda x, y: ground_blocks(x, y, block_km=size, shift=shift),
        lambda x, y: degree_blocks(x, y, block_deg=size / 100, shift=shift),
    ):
        blocks = cut(lon, lat)
        assert blocks.dtype == np.int64
        assert (blocks >= 0).all()
        assert cut(lon[:1], lat[:1])[0] == blocks[0]


@given(PLACES, st.floats(100, 3_000), SHIFTS)
def test_places_of_one_block_are_no_farther_apart_than_its_sides(rows, size, shift):
    lon, lat = places(rows)
    blocks = ground_blocks(lon, lat, block_km=size, shift=shift)
    for block in np.unique(blocks):
        high = lat[blocks == block]
        assert high.max() - high.min() <= size / 111.195 + 1e-9


def test_different_bands_never_share_a_number():
    lon, lat = np.meshgrid(np.arange(0.5, 360, 1), np.arange(-89.5, 90, 1))
    blocks = degree_blocks(lon.ravel(), lat.ravel(), block_deg=1)
    assert len(np.unique(blocks)) == lon.size
    ground = ground_blocks(lon.ravel(), lat.ravel(), block_km=400)
    for block in np.unique(ground):
        rows = lat.ravel()[ground == block]
        assert rows.max() - rows.min() < 400 / 111.195


@pytest.mark.parametrize("size", [0.0, -5.0, np.nan])
@pytest.mark.parametrize("shift", [(0.0, 0.0)])
def test_a_block_without_size_is_refused(size, shift):
    lon, lat = places([(60, 45)])
    with pytest.raises(ValueError, match="size above 0"):
        degree_blocks(lon, lat, block_deg=size, shift=shift)
    with pytest.raises(ValueError, match="size above 0"):
        ground_blocks(lon, lat, block_km=size, shift=shift)


@pytest.mark.parametrize("shift", [(1.0, 0.0), (0.0, 1.0), (-0.1, 0.0), (0.0, -0.1)])
def test_a_shift_of_a_whole_block_is_refused(shift):
    lon, lat = places([(60, 45)])
    with pytest.raises(ValueError, match="less than 1 block"):
        ground_blocks(lon, lat, block_km=100, shift=shift)


@pytest.mark.parametrize(
    ("lon", "lat", "text"),
    [
        ([1.0, 2.0], [1.0], "for every place"),
        ([np.nan], [1.0], "finite"),
        ([1.0], [np.inf], "finite"),
        ([[1.0]], [[1.0]], "for every place"),
        ([45.0], [90.1], "swapped"),
        ([45.0], [-90.1], "swapped"),
        ([45.0, 50.0], [45.0, 95.0], "swapped"),
    ],
)
def test_what_is_no_place_is_refused(lon, lat, text):
    with pytest.raises(ValueError, match=text):
        require_places(np.array(lon), np.array(lat))


def test_the_poles_are_places():
    require_places(np.array([0.0, 0.0]), np.array([90.0, -90.0]))


def test_positives_are_balanced_by_hand():
    """Blocks with 5, 3, 2, 2 positives to two folds: 5 + 2 and 3 + 2."""
    blocks = np.repeat([10, 20, 30, 40], [5, 3, 2, 2])
    found = block_folds(blocks, folds=2, seed=0)
    held = np.bincount(found)
    assert sorted(held.tolist()) == [5, 7]
    assert found[0] != found[5]


def test_blocks_without_positives_level_the_number_of_places():
    blocks = np.repeat([1, 2, 3, 4], [1, 1, 6, 6])
    positives = np.arange(14) < 2
    found = block_folds(blocks, folds=2, seed=0, positives=positives)
    assert np.bincount(found).tolist() == [7, 7]
    assert np.bincount(found[positives]).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("held", "places", "joins"),
    [
        ((3, 2, 1), (3, 20, 1), 1),  # fewest positives, however many places
        ((1, 1, 1), (9, 2, 1), 1),  # equally many positives: fewest places
        ((6, 1, 0), (7, 10, 2), 0),  # no positive: fewest places,
        ((6, 1, 0), (10, 8, 2), 1),  # however many positives
    ],
)
def test_the_last_block_joins_the_fold_that_lacks_what_it_has(held, places, joins):
    blocks = np.repeat([0, 1, 2], places)
    positives = np.concatenate(
        [np.arange(count) < most for count, most in zip(places, held, strict=True)]
    )
    found = block_folds(blocks, folds=2, seed=0, positives=positives)
    first, second, last = (found[blocks == block][0] for block in range(3))
    assert first != second
    assert last == (first, second)[joins]


@pytest.mark.parametrize("seed", range(4))
def test_the_largest_blocks_are_dealt_before_the_small_ones_that_level_them(seed):
    """Beside a positive each: 4 to one fold, 2 + 1 + 1 to the other."""
    blocks = np.repeat([1, 2, 3, 4, 5, 6], [1, 1, 1, 2, 4, 1])
    positives = np.arange(10) < 2
    found = block_folds(blocks, folds=2, seed=seed, positives=positives)
    assert np.bincount(found).tolist() == [5, 5]


def test_the_seed_deals_equal_blocks_differently():
    blocks = np.arange(40)
    one = block_folds(blocks, folds=4, seed=1)
    assert np.array_equal(one, block_folds(blocks, folds=4, seed=1))
    assert not np.array_equal(one, block_folds(blocks, folds=4, seed=2))
    assert np.bincount(one).tolist() == [10, 10, 10, 10]


@given(
    st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=4, max_size=60),
    st.integers(2, 4),
    st.integers(0, 5),
)
def test_no_block_is_divided_and_positives_differ_by_a_block_at_most(rows, folds, seed):
    blocks = np.array([row[0] for row in rows])
    positives = np.array([row[1] for row in rows])
    if len(np.unique(blocks[positives])) < folds:
        with pytest.raises(ValueError, match="blocks with positives"):
            block_folds(blocks, folds=folds, seed=seed, positives=positives)
        return
    found = block_folds(blocks, folds=folds, seed=seed, positives=positives)
    assert set(found.tolist()) == set(range(folds))
    for block in np.unique(blocks):
        assert len(set(found[blocks == block].tolist())) == 1
    held = np.bincount(found, weights=positives)
    assert held.min() >= 1
    assert held.max() - held.min() <= np.bincount(blocks[positives]).max()


def test_too_few_blocks_or_folds_are_refused_with_their_numbers():
    with pytest.raises(ValueError, match=r"3 folds need .* there are 2"):
        block_folds(np.array([1, 1, 2]), folds=3, seed=0)
    with pytest.raises(ValueError, match="1 folds need at least 2"):
        block_folds(np.array([1, 1, 2]), folds=1, seed=0)
    assert set(block_folds(np.array([1, 1, 2]), folds=2, seed=0)) == {0, 1}
