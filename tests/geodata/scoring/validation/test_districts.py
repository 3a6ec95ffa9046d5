"""Districts of known places, and what is counted by them, worked out by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.scoring.validation import districts as module
from geodata.scoring.validation.districts import (
    DISTRICT_KM,
    captures_by_district,
    district_captures,
    districts,
    figure_by_district,
    mean_by_district,
)

nan = np.nan


def spots(*places):
    lon, lat = np.array(places, dtype=np.float64).reshape(-1, 2).T
    return lon, lat


def north(*km):
    """Lay places along a meridian; a degree is 111.13 km there on the ellipsoid."""
    return spots(*((70.0, 45.0 + far / 111.13) for far in km))


def grouped(sites):
    """Return which places share a district, as sets of positions."""
    number = districts(*sites)
    assert number.dtype == np.int64
    assert number.shape == sites[0].shape
    return sorted(np.flatnonzero(number == one).tolist() for one in np.unique(number))


def test_places_within_100_km_are_one_district_also_by_way_of_others():
    assert DISTRICT_KM == 100.0
    assert grouped(north(0, 90, 180)) == [[0, 1, 2]]
    assert grouped(north(0, 180)) == [[0], [1]]
    assert grouped(north(0, 99.5)) == [[0, 1]]
    assert grouped(north(0, 101)) == [[0], [1]]
    # Whatever order they come in.
    assert grouped(north(180, 500, 0, 410, 90)) == [[0, 2, 4], [1, 3]]


def test_a_degree_of_longitude_is_as_far_as_it_is_there():
    assert grouped(spots((70, 0), (71, 0))) == [[0], [1]]  # 111 km
    assert grouped(spots((70, 45), (71, 45))) == [[0, 1]]  # 79 km
    assert grouped(spots((70, 45), (71.3, 45))) == [[0], [1]]  # 102 km


def test_a_district_may_lie_across_the_date_line_and_at_the_pole():
    assert grouped(spots((179.7, 0), (-179.7, 0), (0, 0))) == [[0, 1], [2]]
    assert grouped(spots((0, 89.6), (180, 89.6))) == [[0, 1]]


def test_places_at_the_limit_itself_are_one_district(monkeypatch):
    chord = np.linalg.norm(
        np.diff(earth_centred(np.zeros(2), np.array([0.0, 1.0])), axis=0)
    )
    monkeypatch.setattr(module, "DISTRICT_KM", float(arc_km(chord)))
    assert grouped(spots((0, 0), (0, 1))) == [[0, 1]]


def test_one_place_is_one_district_and_none_is_none():
    assert grouped(spots((70, 45))) == [[0]]
    assert grouped(spots((70, 45), (70, 45))) == [[0, 1]]
    assert grouped(spots()) == []


def test_without_places_there_is_no_district():
    assert districts(np.zeros(0), np.zeros(0)).tolist() == []
    assert mean_by_district([], []).tolist() == []
    assert district_captures([nan], [0], (0.1,)) == ()


def test_a_district_counts_once_by_its_best_place():
    found = district_captures([0.04, 0.9, 0.15, 0.3], [0, 0, 1, 2], (0.05, 0.1, 0.2))
    assert [row.districts for row in found] == [1, 1, 2]
    assert {row.n for row in found} == {3}


def test_a_district_of_many_places_has_many_tries():
    (found,) = district_captures([0.5, 0.6, 0.7], [0, 0, 1], (0.1,))
    assert found.chance == pytest.approx((1 - 0.9**2) + 0.1)


def test_a_place_without_a_rank_is_no_try():
    (found,) = district_captures([nan, 0.08, nan], [0, 0, 1], (0.1,))
    assert (found.districts, found.n) == (1, 1)
    assert found.chance == pytest.approx(0.1)


def test_a_best_place_at_the_limit_itself_lies_inside():
    (found,) = district_captures([np.float32(0.1)], [7], (0.1,))
    assert found.districts == 1


def test_the_mean_of_a_district_is_of_its_known_places():
    assert_allclose(
        mean_by_district([0.2, nan, 0.4, 0.9, nan], [5, 5, 5, 2, 8]), [0.9, 0.3]
    )


def test_every_district_counts_once_in_a_mean():
    found = figure_by_district([0.1, 0.1, 0.1, 0.7, nan], [0, 0, 0, 1, 2])
    assert (found.value, found.n, found.districts) == (pytest.approx(0.4), 4, 2)


def test_the_interval_is_students_on_the_logit_scale():
    """Means 0.2, 0.4 and 0.6: standard error 0.2 / √3, t of two degrees 4.303."""
    found = figure_by_district([0.2, 0.4, 0.6], [0, 1, 2])
    reach = 4.302653 * 0.2 / np.sqrt(3) / (0.4 * 0.6)
    low, high = (1 / (1 + np.exp(-(np.log(0.4 / 0.6) + d))) for d in (-reach, reach))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_one_district_has_no_interval_and_equal_ones_the_exact_one():
    one = figure_by_district([0.2, 0.4], [3, 3])
    assert np.isnan([one.low, one.high]).all()
    none = figure_by_district([nan], [0])
    assert (np.isnan(none.value), none.n, none.districts) == (True, 0, 0)
    equal = figure_by_district([0.0, 0.0, 0.0], [0, 1, 2])
    assert (equal.low, equal.high) == (0, pytest.approx(1 - 0.025 ** (1 / 3)))


@pytest.mark.parametrize("sizes", [(1,) * 4, (3, 1, 1, 1, 1), (37, 5, 4, 3, 1, 1, 1)])
def test_the_interval_keeps_its_promise_with_few_and_uneven_districts(sizes):
    chance = np.random.default_rng(2)
    district = np.repeat(np.arange(len(sizes)), sizes)
    held = 0
    for _ in range(400):
        middle = chance.uniform(0.05, 0.95, len(sizes))
        ranks = middle[district] + chance.uniform(-0.05, 0.05, len(district))
        found = figure_by_district(ranks, district)
        held += found.low <= 0.5 <= found.high
    assert held >= 0.92 * 400


def test_places_are_counted_but_intervals_count_districts():
    ranks, shares = [0.04, 0.05, 0.15, 0.9], (0.1, 0.5)
    apart = captures_by_district(ranks, [0, 1, 2, 3], shares)
    near = captures_by_district(ranks, [0, 0, 0, 1], shares)
    assert [row.sites for row in near] == [row.sites for row in apart] == [2, 3]
    assert near[0].share == 0.5
    assert near[0].low < apart[0].low
    assert captures_by_district([nan], [0], shares) == ()
