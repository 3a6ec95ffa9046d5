import numpy as np
import pytest
from numpy.testing import assert_array_equal

from geodata.scoring.agreement import (
    BOTH,
    EXPERT_ONLY,
    LEARNED_ONLY,
    NEITHER,
    UNKNOWN,
    WORDS,
    classes,
    compare,
    word_for,
)

nan = np.nan
EXPERT = np.float32([[0.05, 0.10, 0.11], [0.90, 0.10, nan], [0.05, nan, 0.50]])
LEARNED = np.float32([[0.02, 0.10, 0.09], [0.95, 0.11, 0.01], [nan, nan, 0.10]])


def test_cells_are_sorted_by_which_model_puts_them_in_its_best_tenth():
    assert classes(EXPERT, LEARNED).tolist() == [
        [BOTH, BOTH, LEARNED_ONLY],
        [NEITHER, EXPERT_ONLY, UNKNOWN],
        [UNKNOWN, UNKNOWN, LEARNED_ONLY],
    ]
    assert classes(EXPERT, LEARNED).dtype == np.int8


def test_the_classes_have_their_numbers_and_words():
    assert (NEITHER, LEARNED_ONLY, EXPERT_ONLY, BOTH, UNKNOWN) == (0, 1, 2, 3, -1)
    assert WORDS == {
        3: "both",
        2: "expert only",
        1: "learned only",
        0: "neither",
        -1: "not known",
    }


def test_exactly_a_tenth_is_within_and_the_next_number_is_not():
    tenth = np.float32([0.1])
    beyond = np.nextafter(tenth, np.float32(1))
    assert classes(tenth, tenth).tolist() == [BOTH]
    assert classes(tenth, beyond).tolist() == [EXPERT_ONLY]
    assert classes(beyond, tenth).tolist() == [LEARNED_ONLY]
    assert classes(beyond, beyond).tolist() == [NEITHER]


def test_what_counts_as_best_can_be_chosen():
    found = classes(np.float32([0.2, 0.2]), np.float32([0.1, 0.3]), best=0.2)
    assert found.tolist() == [BOTH, EXPERT_ONLY]


@pytest.mark.parametrize(
    ("rank", "word"),
    [
        (0.0, "both"),
        (0.1, "both"),
        (float(np.float32(0.1)), "both"),
        (0.1000001, "expert only"),
        (0.5, "expert only"),
        (None, "not known"),
        (nan, "not known"),
    ],
)
def test_an_area_of_the_expert_has_a_word(rank, word):
    assert word_for(rank) == word


def test_overlap_and_chance_are_shares_of_the_cells_both_know():
    found = compare(EXPERT.ravel(), LEARNED.ravel())
    assert found.cells == 6
    # Of the expert's three best two are in the learned four of six.
    assert found.overlap == pytest.approx(2 / 3)
    assert found.chance == pytest.approx(4 / 6)


def test_the_correlation_is_that_of_the_ranks():
    expert = np.float32([0.1, 0.2, 0.3, 0.4, nan])
    same = compare(expert, np.float32([0.01, 0.02, 0.5, 0.9, 0.3]))
    assert same.spearman == pytest.approx(1.0)
    turned = compare(expert, np.float32([0.9, 0.8, 0.7, 0.1, 0.3]))
    assert turned.spearman == pytest.approx(-1.0)
    # Σ d² = 1 + 1 + 0 + 0: 1 - 6·2 / (4·15)
    other = compare(expert, np.float32([0.2, 0.1, 0.3, 0.4, 0.0]))
    assert other.spearman == pytest.approx(0.8)
    assert other.cells == 4


def test_two_cells_are_enough_for_a_correlation():
    two = np.float32([0.1, 0.6, nan])
    assert compare(two, np.float32([0.2, 0.3, 0.4])).spearman == pytest.approx(1.0)
    assert compare(two, np.float32([0.3, 0.2, 0.4])).spearman == pytest.approx(-1.0)


def test_without_a_best_part_there_is_no_overlap():
    found = compare(np.float32([0.5, 0.2]), np.float32([0.05, 0.9]))
    assert np.isnan(found.overlap)
    assert found.chance == 0.5


@pytest.mark.parametrize(
    ("expert", "learned"),
    [
        ([0.05, 0.05, 0.05], [0.1, 0.2, 0.3]),
        ([0.05, 0.2, 0.3], [1.0, 1.0, 1.0]),
        ([0.05, nan, nan], [0.05, 0.1, nan]),
    ],
)
def test_a_constant_map_or_a_single_cell_has_no_correlation(expert, learned):
    found = compare(np.float32(expert), np.float32(learned))
    assert np.isnan(found.spearman)
    assert not np.isnan(found.overlap)


@pytest.mark.parametrize("count", [0, 3])
def test_two_maps_that_share_no_cell_are_not_compared(count):
    found = compare(
        np.full(count, nan, dtype=np.float32), np.full(count, 0.1, dtype=np.float32)
    )
    assert found.cells == 0
    assert np.isnan([found.spearman, found.overlap, found.chance]).all()


def test_comparing_leaves_the_maps_alone():
    before = EXPERT.copy(), LEARNED.copy()
    classes(EXPERT, LEARNED)
    compare(EXPERT.ravel(), LEARNED.ravel())
    assert_array_equal(before[0], EXPERT)
    assert_array_equal(before[1], LEARNED)
