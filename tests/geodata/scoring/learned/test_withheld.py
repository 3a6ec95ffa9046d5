"""Three sites on ten cells, ranked by hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from geodata.scoring.learned.training_set import circle_places
from geodata.scoring.learned.withheld import (
    SHARES,
    ComparedMap,
    Region,
    compare_map,
    figures_of,
)
from geodata.scoring.validation.boyce import boyce_interval
from geodata.scoring.validation.capture import (
    mean_rank_interval,
    p_a_intersection,
    rank_in_area,
)
from geodata.scoring.validation.intervals import grouped_mean_interval
from geodata.scoring.validation.metrics import auc_interval

LAND = np.arange(10.0)
"""Longitudes of the cells, on the equator; a cell's score is its longitude."""


def region(lon, *, radius=0.0, inside=True, others=(2.4, 8.6), land=LAND):
    count = len(lon)
    return Region(
        sites=pd.DataFrame(
            {
                "name": [f"site {number}" for number in range(count)],
                "lon": np.asarray(lon, dtype=np.float64),
                "lat": np.zeros(count),
                "uncertainty_km": np.broadcast_to(np.float64(radius), count),
                "in_states": np.broadcast_to(np.asarray(inside, np.bool_), count),
            }
        ),
        others=pd.DataFrame(
            {
                "lon": np.asarray(others, dtype=np.float64),
                "lat": np.zeros(len(others)),
            }
        ),
        lon=np.asarray(land, dtype=np.float64),
        lat=np.zeros(len(land)),
    )


def tried(where, score=lambda lon, _lat: lon, **facts):
    map_ = ComparedMap(id="terrane-boundary", score=score, **facts)
    return compare_map(map_, where).model_dump(mode="json")


def test_a_site_has_the_share_of_the_land_that_scores_as_high():
    found = tried(region([9.0, 6.5, 0.0]))
    assert_allclose(found["ranks"], [0.1, 0.3, 1.0], rtol=1e-6)
    assert found["map"] == "terrane-boundary"
    assert found["known_share"] == 1.0
    assert found["every"]["mean_rank"]["value"] == pytest.approx(1.4 / 3)
    assert found["every"]["mean_rank"]["n"] == 3


def test_figures_are_those_of_their_own_functions():
    where = region([9.0, 6.5, 0.5])
    found = tried(where)["every"]
    ranks = rank_in_area(where.sites["lon"].to_numpy(), LAND.astype(np.float32))
    estimate = mean_rank_interval(ranks)
    assert found["mean_rank"] == pytest.approx(
        {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": 3}
    )
    land = auc_interval([9.0, 6.5, 0.5], LAND)
    assert found["auc_land"] == pytest.approx(
        {
            "value": land.value,
            "low": land.low,
            "high": land.high,
            "n": 3,
        }
    )
    assert land.value == pytest.approx((9.5 + 7 + 1) / 30)
    others = np.float32([2.4, 8.6])
    beside = auc_interval(np.float32([9.0, 6.5, 0.5]), others)
    assert found["auc_others"]["value"] == beside.value == pytest.approx(3 / 6)
    assert found["others"] == 2
    crossing = p_a_intersection(ranks)
    assert found["prediction_area"]["prediction_rate"] == pytest.approx(
        crossing.prediction_rate
    )
    assert found["prediction_area"]["n"] == 3
    index = boyce_interval([9.0, 6.5, 0.5], LAND)
    assert found["boyce"] == {
        "value": index.value,
        "low": index.low,
        "high": index.high,
        "n": 3,
    }


def test_capture_counts_a_site_at_the_very_edge():
    found = tried(region([9.0, 8.0, 7.9]))
    assert_allclose(found["ranks"], [0.1, 0.2, 0.2], rtol=1e-6)
    caught = {row["area"]: row for row in found["every"]["capture"]}
    assert tuple(caught) == SHARES == (0.01, 0.02, 0.05, 0.10, 0.20, 0.25)
    assert [row["sites"] for row in caught.values()] == [0, 0, 0, 1, 3, 3]
    tenth = caught[0.1]
    assert tenth["n"] == 3
    assert tenth["share"] == pytest.approx(1 / 3)
    # The last two are one district: two thirds of a place of two were caught.
    assert found["every"]["districts"] == 2
    assert tenth["low"] == pytest.approx(0.001559, abs=1e-5)
    assert tenth["high"] == pytest.approx(0.960078, abs=1e-5)
    apart = tried(region([9.0, 8.0, 6.5]))["every"]["capture"][3]
    assert apart["low"] == pytest.approx(0.008404, abs=1e-5)
    assert apart["high"] == pytest.approx(0.905701, abs=1e-5)


def test_a_site_in_doubt_has_the_mean_rank_over_its_circle():
    radius = 111.195
    where = region([5.0], radius=radius)
    found = tried(where)
    east = np.array([lon[0] for lon, _ in circle_places(where.sites)])
    ranks = [(10 - np.ceil(round(lon, 9))) / 10 for lon in east]
    assert found["ranks"][0] == pytest.approx(np.mean(ranks), abs=0.02)
    exact = rank_in_area(east.astype(np.float32), LAND.astype(np.float32))
    assert found["ranks"][0] == pytest.approx(exact.mean(), rel=1e-6)
    assert len(set(exact.tolist())) > 1
    # The score that is compared with other deposits is the mean over the circle too.
    assert found["every"]["auc_others"]["value"] == 0.5


def test_parts_of_a_circle_that_are_unknown_take_no_part():
    where = region([9.0], radius=111.195)
    found = tried(where, lambda lon, lat: np.where(lat > 0.01, np.nan, lon))
    known = np.float32(
        [lon[0] for lon, lat in circle_places(where.sites) if not lat[0] > 0.01]
    )
    assert 0 < len(known) < 19
    ranks = rank_in_area(known, LAND.astype(np.float32))
    assert len(set(ranks.tolist())) > 1
    assert found["ranks"][0] == pytest.approx(ranks.mean(), rel=1e-6)


def test_unknown_cells_are_no_area():
    found = tried(
        region([9.0, 6.5, 1.0]), lambda lon, _lat: np.where(lon < 5, np.nan, lon)
    )
    assert found["known_share"] == 0.5
    assert_allclose(found["ranks"][:2], [0.2, 0.6], rtol=1e-6)
    assert found["ranks"][2] is None
    assert found["every"]["mean_rank"]["n"] == 2
    assert found["every"]["land"] == 5
    assert found["every"]["others"] == 1
    assert found["every"]["capture"][0]["n"] == 2


def test_sites_outside_the_states_count_in_one_part_only():
    found = tried(region([9.0, 20.0, 0.0], inside=[True, False, True]))
    assert_allclose(found["ranks"], [0.1, 0.0, 1.0], rtol=1e-6)
    assert found["every"]["mean_rank"]["n"] == 3
    assert found["in_states"]["mean_rank"]["n"] == 2
    assert found["in_states"]["mean_rank"]["value"] == pytest.approx(0.55)
    assert found["in_states"]["capture"][3]["n"] == 2
    assert found["in_states"]["auc_land"]["n"] == 2
    assert found["every"]["auc_land"]["n"] == 3


def undefined(part):
    return (
        part["capture"] == []
        and part["districts"] == 0
        and part["district_rank"] is None
        and part["auc_land"] is None
        and part["auc_others"] is None
        and part["boyce"] is None
        and part["mean_rank"] == {"value": None, "low": None, "high": None, "n": 0}
        and part["prediction_area"]["prediction_rate"] is None
        and part["prediction_area"]["n"] == 0
    )


def test_without_a_site_in_the_states_there_is_no_figure_for_them():
    found = tried(region([9.0], inside=False))
    assert undefined(found["in_states"])
    assert not undefined(found["every"])
    assert found["every"]["mean_rank"]["low"] is None


def test_without_any_site_there_is_no_figure():
    found = tried(region([]))
    assert found["ranks"] == []
    assert undefined(found["every"])


def test_a_model_that_knows_nothing_has_no_figure():
    found = tried(region([9.0, 2.0]), lambda lon, _lat: np.full(len(lon), np.nan))
    assert found["known_share"] == 0.0
    assert found["ranks"] == [None, None]
    assert undefined(found["every"])


def test_a_model_that_knows_the_sites_but_not_the_land_has_no_figure():
    found = tried(region([20.0]), lambda lon, _lat: np.where(lon < 19, np.nan, lon))
    assert found["ranks"] == [None]
    assert found["every"]["auc_land"] is None
    assert found["every"]["boyce"] is None
    assert found["every"]["capture"] == []


def test_a_constant_map_is_chance_and_has_no_boyce_index():
    found = tried(region([9.0, 1.0]), lambda lon, _lat: 0 * lon)
    assert found["ranks"] == [1.0, 1.0]
    assert found["every"]["auc_land"]["value"] == 0.5
    none = {"value": None, "low": None, "high": None, "n": 2}
    assert found["every"]["boyce"] == none


def test_without_other_deposits_only_their_figure_is_missing():
    found = tried(region([9.0, 1.0], others=()))
    assert found["every"]["auc_others"] is None
    assert found["every"]["auc_land"] is not None


def test_a_site_better_than_all_land_makes_an_endless_density_unknown():
    found = tried(region([20.0, 21.0]))
    assert found["ranks"] == [0.0, 0.0]
    assert found["every"]["prediction_area"]["density"] is None
    assert found["every"]["prediction_area"]["prediction_rate"] == 1.0


def test_scores_alone_have_the_figures_of_the_map():
    where = region([9.0, 6.5, 0.0])
    alone = figures_of(lambda lon, _lat: lon, where)
    assert alone.model_dump(mode="json") == tried(where)["every"]
    assert figures_of(lambda lon, _lat: lon, region([])) is None


def test_a_map_made_of_the_other_deposits_is_not_asked_about_them():
    near_by = Region(
        sites=pd.DataFrame(
            {
                "name": ["a"],
                "lon": [60.0],
                "lat": [45.0],
                "uncertainty_km": [0.0],
                "in_states": [True],
            }
        ),
        others=pd.DataFrame({"lon": [61.0, 62.0], "lat": [45.0, 45.0]}),
        lon=np.linspace(55, 65, 11),
        lat=np.full(11, 45.0),
    )

    def score(lon, lat):
        return -np.abs(lon - 61.0)

    asked = tried(near_by, score)["every"]
    made_of_them = tried(near_by, score, knows_others=True)["every"]
    assert asked["auc_others"]["value"] == 0.25
    assert made_of_them["auc_others"] is None
    assert made_of_them["auc_land"] is not None


# Districts: places near each other tell one story.


def test_figures_count_districts_and_not_places():
    """Ranks 0.1 and three times 0.3; the three are one district."""
    found = tried(region([9.0, 6.5, 6.4, 6.3]))["every"]
    assert_allclose(found["mean_rank"]["value"], 0.25, rtol=1e-6)
    assert found["mean_rank"]["n"] == 4
    assert found["districts"] == 2
    assert found["district_rank"] == pytest.approx(0.2)
    wanted = grouped_mean_interval(np.float32([0.1, 0.3, 0.3, 0.3]), [0, 1, 1, 1])
    assert found["mean_rank"]["low"] == pytest.approx(wanted.low)
    assert found["mean_rank"]["high"] == pytest.approx(wanted.high)
    # Ranks 0.1, and 0.4 and 0.5 of one district: two districts reach to their mean.
    two = tried(region([9.0, 5.05, 4.95]))["every"]["mean_rank"]
    assert (two["low"], two["high"]) == pytest.approx((0.1, 0.45))
    assert two["value"] == pytest.approx(1 / 3)


def test_a_district_of_unknown_rank_does_not_count():
    found = tried(
        region([9.0, 6.5, 1.0]), lambda lon, _lat: np.where(lon < 5, np.nan, lon)
    )["every"]
    assert found["districts"] == 2
    assert found["district_rank"] == pytest.approx((0.2 + 0.6) / 2)


def test_places_of_the_states_are_one_district_by_way_of_a_place_outside():
    found = tried(region([0.0, 0.8, 1.6, 5.0], inside=[True, False, True, True]))
    assert found["every"]["districts"] == 2
    assert found["in_states"]["districts"] == 2
    alone = tried(region([0.0, 1.6, 5.0]))
    assert alone["every"]["districts"] == 3


def test_equal_scores_share_the_middle_rank_where_that_is_asked_for():
    where = region([9.0, 1.0])
    assert (
        tried(where, lambda lon, _lat: 0 * lon, ties_halved=True)["ranks"] == [0.5] * 2
    )
    assert tried(where, lambda lon, _lat: 0 * lon)["ranks"] == [1.0] * 2
    stepped = tried(where, lambda lon, _lat: np.floor(lon / 5), ties_halved=True)
    assert stepped["ranks"] == [0.25, 0.75]
