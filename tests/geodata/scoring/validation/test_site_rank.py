import numpy as np
import pytest

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.region import LonLat
from geodata.scoring.validation.site_rank import SiteRank, circle, site_rank

nan = np.nan
HERE = LonLat(lon=70.0, lat=50.0)


def places(*rows):
    lon, lat = np.array(rows, dtype=np.float64).T
    return lon.copy(), lat.copy()


def kilometres(lon, lat):
    """Distance from 70 E 50 N, as the project measures it."""
    ends = earth_centred(np.array([70.0, lon]), np.array([50.0, lat]))
    return float(arc_km(np.linalg.norm(ends[0] - ends[1])))


def test_a_circle_holds_the_cells_within_the_error_of_the_position():
    """A tenth of a degree is 11.1 km to the north and 7.2 km to the east at 50 N."""
    around = places((70, 50), (70.1, 50), (69.9, 50), (70, 50.1), (70, 49.9), (71, 51))
    assert circle(HERE, 10.0, around).tolist() == [0, 1, 2]
    assert circle(HERE, 11.2, around).tolist() == [0, 1, 2, 3, 4]
    assert circle(HERE, 1.0, around).tolist() == [0]


def test_a_cell_exactly_on_the_circle_is_in_it():
    around = places((70, 50), (70.1, 50))
    reach = kilometres(70.1, 50)
    assert circle(HERE, reach, around).tolist() == [0, 1]
    assert circle(HERE, np.nextafter(reach, 0), around).tolist() == [0]


def test_a_circle_between_cells_takes_the_nearest_one():
    around = places((70.3, 50), (70.2, 50), (70, 50.2), (70.4, 50))
    assert circle(HERE, 5.0, around).tolist() == [1]


@pytest.mark.parametrize(
    ("lon", "lat"), [(70.0, 51.2), (70.0, 48.8), (75.0, 50.0), (65.0, 50.0)]
)
def test_a_site_far_from_every_cell_borrows_no_cell(lon, lat):
    assert circle(HERE, 5.0, places((lon, lat))).tolist() == []


@pytest.mark.parametrize(
    ("lon", "lat"), [(70.0, 50.9), (70.0, 49.1), (71.9, 50.0), (68.1, 50.0)]
)
def test_a_site_a_little_off_the_land_takes_the_cell_next_to_it(lon, lat):
    assert circle(HERE, 1.0, places((lon, lat))).tolist() == [0]


def test_a_wide_circle_is_whole_in_every_direction():
    turns = np.radians(np.arange(0, 360, 5))
    lat = 50 + 3.5 * np.sin(turns)
    lon = 70 + 3.5 * np.cos(turns) / np.cos(np.radians(lat))
    far = max(kilometres(*place) for place in zip(lon, lat, strict=True))
    assert 380 < far < 400
    assert circle(HERE, 400.0, (lon, lat)).tolist() == list(range(72))


def test_the_rank_of_a_site_is_that_of_the_known_cells_in_its_circle():
    rank = np.float32([0.5, 0.25, nan, 0.75, 0.0])
    found = site_rank(rank, np.array([1, 2, 3, 0]))
    assert (found.mean, found.best, found.worst) == (0.5, 0.25, 0.75)
    alone = site_rank(rank, np.array([4]))
    assert (alone.mean, alone.best, alone.worst) == (0.0, 0.0, 0.0)


def test_a_mean_rank_is_taken_in_double_precision():
    rank = np.float32([0.1, 0.2, 0.4])
    exact = float(rank.astype(np.float64).mean())
    assert site_rank(rank, np.arange(3)).mean == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("inside", [[], [2], [2, 3]])
def test_a_site_without_a_known_cell_has_no_rank(inside):
    found = site_rank(
        np.float32([0.1, 0.2, nan, nan]), np.array(inside, dtype=np.int64)
    )
    assert isinstance(found, SiteRank)
    assert np.isnan([found.mean, found.best, found.worst]).all()
