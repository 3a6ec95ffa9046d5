import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from geodata.scoring.favourability import area_rank
from geodata.scoring.validation.capture import (
    AREA_SHARES,
    capture_curve,
    captures,
    mean_rank_interval,
    p_a_intersection,
    rank_in_area,
)

RANKS = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def masked():
    """Fifty valid cells, ten of them at 0.90 or more, and fifty without a score."""
    values = np.concatenate((np.linspace(0.90, 0.99, 10), np.linspace(0, 0.8, 40)))
    return np.float32(np.concatenate((values, np.full(50, np.nan))))


def test_ten_of_fifty_valid_cells_are_a_fifth_of_the_area():
    cells = masked()
    assert rank_in_area([0.90], cells).tolist() == pytest.approx([0.20])
    assert area_rank(cells)[0] == pytest.approx(0.20)
    found = capture_curve(area_rank(cells)[[0, 49]], [0.19, 0.20, 0.22])
    assert found.share.tolist() == [0.0, 0.5, 1.0]
    assert found.sites.tolist() == [0, 1, 2]


def test_the_curve_counts_by_hand_and_leaves_out_the_unknown():
    found = capture_curve([0.04, 0.15, 0.9, np.nan], [0.05, 0.2, 1.0])
    assert (found.n, found.unknown) == (3, 1)
    assert found.area.tolist() == [0.05, 0.2, 1.0]
    assert found.sites.tolist() == [1, 2, 3]
    assert found.share.tolist() == pytest.approx([1 / 3, 2 / 3, 1.0])
    for hits, low, high in zip((1, 2, 3), found.low, found.high, strict=True):
        expected = binomtest(hits, 3).proportion_ci(0.95, method="exact")
        assert (low, high) == (
            pytest.approx(expected.low),
            pytest.approx(expected.high),
        )


def test_a_site_on_the_edge_is_inside_whatever_the_precision():
    for share in AREA_SHARES:
        assert capture_curve([np.float32(share)], [share]).sites.tolist() == [1]
        beyond = np.nextafter(np.float32(share), np.float32(1))
        assert capture_curve([beyond], [share]).sites.tolist() == [0]


def test_the_usual_shares_are_those_of_the_report():
    assert AREA_SHARES == (0.01, 0.02, 0.05, 0.10, 0.20, 0.25, 0.50)
    assert capture_curve([0.3]).area.tolist() == list(AREA_SHARES)
    assert capture_curve([0.3]).sites.tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_no_known_site_gives_no_share():
    found = capture_curve([np.nan], [0.1, 0.2])
    assert (found.n, found.unknown) == (0, 1)
    assert np.isnan([found.share, found.low, found.high]).all()
    assert found.sites.tolist() == [0, 0]


def test_equal_weights_change_nothing():
    ranks = [0.01, 0.3, 0.06, np.nan, 0.6]
    plain = capture_curve(ranks, [0.1, 0.5])
    heavy = capture_curve(ranks, [0.1, 0.5], weights=[3.0] * 5)
    assert heavy.share.tolist() == plain.share.tolist() == [0.5, 0.75]
    assert heavy.low.tolist() == pytest.approx(plain.low.tolist())
    assert heavy.high.tolist() == pytest.approx(plain.high.tolist())


def test_a_cluster_of_two_can_count_as_one_site():
    """Weights 1/2, 1/2, 1: n = 2² / 1.5 = 2.667, the interval is wider than of 3."""
    found = capture_curve([0.01, 0.01, 0.9], [0.1], weights=[0.5, 0.5, 1.0])
    assert found.share.tolist() == [0.5]
    assert (found.n, found.sites.tolist()) == (3, [2])
    narrow = binomtest(2, 4).proportion_ci(0.95, method="exact")
    wide = binomtest(1, 2).proportion_ci(0.95, method="exact")
    assert wide.low < found.low[0] < narrow.low
    assert narrow.high < found.high[0] < wide.high
    assert found.low[0] == pytest.approx(beta.ppf(0.025, 4 / 3, 7 / 3))
    assert found.high[0] == pytest.approx(beta.ppf(0.975, 7 / 3, 4 / 3))


def test_the_weight_of_a_site_without_rank_does_not_count():
    found = capture_curve([0.01, np.nan, 0.9], [0.1], weights=[1.0, 100.0, 1.0])
    assert found.share.tolist() == [0.5]


@pytest.mark.parametrize(
    "weights", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, np.nan], [1.0, np.inf]]
)
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(
        ValueError, match=r"^Give one positive weight for each site, or none at all\.$"
    ):
        capture_curve([0.1, 0.2], weights=weights)


@pytest.mark.parametrize("ranks", [[1.01], [-0.01, 0.5], [[0.1], [0.2]]])
def test_what_is_no_rank_is_refused(ranks):
    for ask in (capture_curve, mean_rank_interval, p_a_intersection):
        with pytest.raises(ValueError, match=r"from 0 \(best\) to 1"):
            ask(ranks)


@pytest.mark.parametrize("share", [-0.01, 1.01, np.nan])
def test_a_share_of_the_area_lies_within_0_to_1(share):
    with pytest.raises(ValueError, match="Shares of the area"):
        capture_curve([0.5], [0.5, share])


def test_the_ends_of_the_range_are_ranks_and_shares_too():
    found = capture_curve([0.0, 1.0], [0.0, 1.0])
    assert found.sites.tolist() == [1, 2]
    whole = capture_curve([0.0, 1.0], [0, 1])
    assert whole.sites.tolist() == [1, 2]
    assert whole.area.dtype == np.float64


def test_rows_tell_the_same_as_the_curve():
    ranks, shares = [0.04, 0.15, 0.9, np.nan], (0.05, 0.2)
    found = capture_curve(ranks, shares)
    for place, row in enumerate(captures(found)):
        assert (row.area, row.sites, row.n) == (shares[place], place + 1, 3)
        assert (row.share, row.low, row.high) == (
            found.share[place],
            found.low[place],
            found.high[place],
        )
    assert captures(capture_curve([np.nan], shares)) == ()


def test_the_mean_rank_carries_its_interval_and_n():
    found = mean_rank_interval([0.1, 0.2, 0.6, np.nan])
    assert found.value == pytest.approx(0.3)
    assert found.n == 3
    assert 0.1 <= found.low < 0.3 < found.high <= 0.6
    assert found == mean_rank_interval([0.1, 0.2, 0.6], seed=0)
    assert mean_rank_interval([np.nan]).n == 0


def test_another_seed_draws_other_sites():
    ranks = np.linspace(0.05, 0.9, 12) ** 2
    assert mean_rank_interval(ranks) != mean_rank_interval(ranks, seed=1)


@pytest.mark.parametrize(
    ("ranks", "area"),
    [
        ([0.1, 0.2, 0.3, 0.4, 0.9], 0.4),  # tread of the step at 3 of 5
        ([0.05, 0.1, 0.15, 0.9], 0.25),  # tread: three of four within 0.25
        ([0.1, 0.3, 0.45, 0.48], 0.45),  # riser: half before it, all but one on it
        ([0.5], 0.5),
        ([1.0], 1.0),
        ([0.2, 0.2, 0.2], 0.2),
    ],
)
def test_rate_and_area_cross_where_the_drawing_says(ranks, area):
    found = p_a_intersection(ranks)
    assert found.occupied_area == pytest.approx(area)
    assert found.prediction_rate == pytest.approx(1 - area)
    assert found.density == pytest.approx((1 - area) / area)
    assert found.n == len(ranks)


def test_a_random_map_has_density_one():
    found = p_a_intersection((np.arange(1000) + 0.5) / 1000)
    assert found.density == pytest.approx(1.0, abs=0.01)


def test_unknown_sites_and_no_sites_have_no_crossing():
    assert p_a_intersection([0.5, np.nan]).n == 1
    none = p_a_intersection([np.nan])
    assert none.n == 0
    assert np.isnan([none.prediction_rate, none.occupied_area, none.density]).all()


def test_sites_better_than_all_of_the_area_have_infinite_density():
    found = p_a_intersection([0.0, 0.0])
    assert (found.prediction_rate, found.occupied_area) == (1.0, 0.0)
    assert found.density == np.inf


@given(RANKS)
def test_the_crossing_lies_on_both_curves(ranks):
    found = p_a_intersection(ranks)
    known = np.array(ranks)
    before = (known < found.occupied_area).mean()
    on = (known <= found.occupied_area).mean()
    assert before - 1e-12 <= found.prediction_rate <= on + 1e-12
    assert found.prediction_rate + found.occupied_area == pytest.approx(1)


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=50))
def test_a_place_that_scores_as_a_cell_has_the_rank_of_that_cell(values):
    cells = np.float32([*values, np.nan])
    expected = area_rank(cells)
    assert np.array_equal(rank_in_area(cells, cells), expected, equal_nan=True)
    wide = rank_in_area(cells.astype(np.float64), cells)
    assert np.array_equal(wide, expected, equal_nan=True)


def test_a_place_between_cells_counts_those_that_are_no_worse():
    cells = np.float32([0.9, 0.5, 0.5, 0.1, np.nan])
    found = rank_in_area([1.0, 0.9, 0.7, 0.5, 0.3, 0.0, np.nan], cells)
    expected = [0.0, 0.25, 0.25, 0.75, 0.75, 1.0]
    assert found[:6].tolist() == expected
    assert np.isnan(found[6])
    assert found.dtype == np.float32


def test_half_of_the_cells_that_score_the_same_count_where_that_is_asked_for():
    cells = np.float32([0.9, 0.5, 0.5, 0.1, np.nan])
    places = [1.0, 0.9, 0.7, 0.5, 0.1, 0.0, np.nan]
    found = rank_in_area(places, cells, ties_halved=True)
    assert found[:6].tolist() == [0.0, 0.125, 0.25, 0.5, 0.875, 1.0]
    assert np.isnan(found[6])
    assert found.dtype == np.float32
    whole = rank_in_area(places, cells)
    assert np.array_equal(
        rank_in_area(places, cells, ties_halved=False), whole, equal_nan=True
    )
    assert whole[3] == 0.75


def test_scores_of_one_precision_are_compared_in_it():
    cells = np.array([0.5, 0.5 + 1e-12])
    assert rank_in_area(np.array([0.5 + 1e-12]), cells).tolist() == [0.5]
    assert rank_in_area(np.float32([0.5]), cells).tolist() == [1.0]


def test_an_area_without_a_score_ranks_nothing():
    found = rank_in_area([0.5, np.nan], np.float32([np.nan]))
    assert found.dtype == np.float32
    assert np.isnan(found).all()
    assert found.shape == (2,)
