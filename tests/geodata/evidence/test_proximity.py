import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.evidence.proximity import COARSER, Proximity, arc_km, earth_centred

GEOD = pyproj.Geod(ellps="WGS84")
MERIDIAN = gpd.GeoDataFrame(
    {"name": ["A | B"]},
    geometry=[shapely.LineString([(70, 35), (70, 55)])],
    crs="EPSG:4326",
)


def at(*places):
    lon, lat = zip(*places, strict=True)
    return np.array(lon, dtype=float), np.array(lat, dtype=float)


@given(lon=st.floats(46, 88), lat=st.floats(36, 54))
def test_distance_to_a_point_agrees_with_the_geodesic(lon, lat):
    site = gpd.GeoDataFrame(
        {"name": ["S"]}, geometry=[shapely.Point(67.3, 45.1)], crs="EPSG:4326"
    )
    found = Proximity(site, None).distance_km(*at((lon, lat)))[0]
    truth = GEOD.inv(lon, lat, 67.3, 45.1)[2] / 1000
    assert found == pytest.approx(truth, rel=0.01, abs=0.2)


@given(lon=st.floats(60, 80), lat=st.floats(37, 53))
def test_distance_to_a_line_agrees_with_a_dense_geodesic_search(lon, lat):
    found = Proximity(MERIDIAN, None).distance_km(*at((lon, lat)))[0]
    along = np.arange(35, 55, 0.0005)
    near = along[np.abs(along - lat) < 1.5]
    distances = GEOD.inv(
        np.full(near.shape, lon),
        np.full(near.shape, lat),
        np.full(near.shape, 70.0),
        near,
    )[2]
    assert found == pytest.approx(distances.min() / 1000, rel=0.01, abs=0.2)


def test_a_place_the_layer_does_not_map_is_unknown_never_far():
    mapped = Proximity(MERIDIAN, shapely.box(65, 35, 75, 45))
    found = mapped.distance_km(*at((71, 40), (71, 50), (64, 40)))
    assert not np.isnan(found[0])
    assert np.isnan(found[1:]).all()


def test_an_empty_layer_knows_nothing():
    found = Proximity(MERIDIAN.iloc[:0], None).distance_km(*at((71, 40)))
    assert np.isnan(found).all()


def test_the_nearest_row_is_the_nearer_of_two_lines():
    two = gpd.GeoDataFrame(
        {"name": ["west", "east"]},
        geometry=[
            shapely.LineString([(60, 40), (60, 50)]),
            shapely.LineString([(70, 40), (70, 50)]),
        ],
        crs="EPSG:4326",
    )
    rows = Proximity(two, None).nearest_rows(np.array([63.0, 67.0]), np.full(2, 45.0))
    assert two["name"].iloc[rows].tolist() == ["west", "east"]


@pytest.mark.parametrize("name", [None, np.nan, "", " ", "nan", "None", "<NA>"])
def test_what_bears_no_name_is_told_as_no_name(name):
    lines = gpd.GeoDataFrame(
        {"name": [name, " Talas–Fergana "]},
        geometry=[
            shapely.LineString([(60, 40), (60, 50)]),
            shapely.LineString([(70, 40), (70, 50)]),
        ],
        crs="EPSG:4326",
    )
    near = Proximity(lines, None)
    assert near.nearest_name(63.0, 45.0) == ""
    assert near.nearest_name(67.0, 45.0) == "Talas–Fergana"
    assert Proximity(lines[["geometry"]], None).nearest_name(67.0, 45.0) == ""


def test_a_place_inside_a_polygon_is_at_no_distance_from_it():
    body = gpd.GeoDataFrame(
        {"name": ["stock"]}, geometry=[shapely.box(70, 44, 72, 46)], crs="EPSG:4326"
    )
    found = Proximity(body, None).distance_km(*at((71, 45), (72.5, 45)))
    assert found[0] == 0
    assert found[1] == pytest.approx(GEOD.inv(72, 45, 72.5, 45)[2] / 1000, abs=0.2)


def test_half_way_round_the_earth_is_half_its_circumference():
    chord = np.linalg.norm(
        earth_centred(*at((0.0, 0.0))) - earth_centred(*at((180.0, 0.0)))
    )
    assert arc_km(np.array([chord]))[0] == pytest.approx(20_015, abs=20)


def test_known_place_a_lies_near_a_terrane_boundary(store):
    """Zahirovic terranes, so not the Hasterok figure; here only that it is read."""
    if "terrane-boundaries" not in store.ids():
        from tests.conftest import skip_or_fail

        skip_or_fail("waits for the terranes that scripts/setup makes")
    layer = store.vector("terrane-boundaries")
    found = Proximity(layer.table, layer.coverage).distance_km(*at((76.10, 42.87)))
    truth = (
        layer.table.to_crs("+proj=aeqd +lat_0=42.87 +lon_0=76.10 +datum=WGS84")
        .distance(shapely.Point(0, 0))
        .min()
    )
    assert found[0] == pytest.approx(truth / 1000, rel=0.01, abs=0.2)


WANDERING = gpd.GeoDataFrame(
    {"name": ["one", "two"]},
    geometry=[
        shapely.LineString([(62, 41), (66, 46), (65, 49), (72, 52)]),
        shapely.LineString([(75, 38), (75.2, 44), (81, 47)]),
    ],
    crs="EPSG:4326",
)


def dense_search_km(lon, lat):
    """Distance to points 50 m apart on the lines, by brute force."""
    lines = shapely.segmentize(WANDERING.geometry.to_numpy(), 0.05 / 111)
    points = shapely.get_coordinates(lines)
    near = earth_centred(points[:, 0], points[:, 1])
    return np.array(
        [
            np.sqrt(((near - place) ** 2).sum(axis=1).min())
            for place in earth_centred(lon, lat)
        ]
    )


def test_near_and_far_alike_a_distance_errs_by_less_than_200_metres():
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(61, 82, 400), chance.uniform(38, 53, 400)
    truth = arc_km(dense_search_km(lon, lat))
    assert (truth < 25).sum() > 10  # measured to the finest points
    assert ((truth > 25) & (truth < 100)).sum() > 20
    assert (truth > 100).sum() > 100
    found = Proximity(WANDERING, None).distance_km(lon, lat)
    assert (found - truth).max() < 0.18
    assert (found - truth).min() > -0.01


def test_a_place_far_from_a_line_is_measured_to_few_points_of_it():
    index = Proximity(WANDERING, None)
    trees = index._coarser_trees
    assert [beyond_km for _, beyond_km in trees] == [100.0, 25.0]
    fewest, fewer = (tree.n for tree, _ in trees)
    assert 20 * fewest < 7 * fewer < index._tree.n
    for spacing_km, beyond_km in COARSER:
        assert spacing_km**2 / (8 * beyond_km) <= 0.125


def test_points_are_searched_once_because_nothing_lies_between_them():
    spots = gpd.GeoDataFrame(
        geometry=[shapely.Point(60 + step, 45) for step in range(20)], crs="EPSG:4326"
    )
    assert Proximity(spots, None)._coarser_trees == ()
    found = Proximity(spots, None).distance_km(*at((90, 45)))[0]
    assert found == pytest.approx(GEOD.inv(90, 45, 79, 45)[2] / 1000, rel=0.01)


def test_a_line_is_searched_coarsely_first_if_that_halves_its_points():
    def corners(spacing_deg):
        along = np.arange(60.0, 80.0, spacing_deg)
        line = shapely.LineString(np.column_stack((along, np.full(len(along), 45.0))))
        return Proximity(
            gpd.GeoDataFrame(geometry=[line], crs="EPSG:4326"), None
        )._coarser_trees

    assert len(corners(0.3 / 111.195)) == 0  # denser than anything asked for
    assert len(corners(0.6 / 111.195)) == 0  # steps are cut in two: one point short
    assert len(corners(0.8 / 111.195)) == 2  # and in three


def test_inside_a_body_is_no_distance_unless_the_layer_does_not_map_the_place():
    body = gpd.GeoDataFrame(geometry=[shapely.box(70, 44, 72, 46)], crs="EPSG:4326")
    found = Proximity(body, shapely.box(71, 40, 80, 50)).distance_km(
        *at((71.5, 45), (70.5, 45), (73, 45))
    )
    assert found[0] == 0
    assert np.isnan(found[1])
    assert found[2] == pytest.approx(GEOD.inv(72, 45, 73, 45)[2] / 1000, abs=0.2)


def test_a_layer_that_maps_none_of_the_places_knows_nothing_of_them():
    found = Proximity(MERIDIAN, shapely.box(0, 0, 1, 1)).distance_km(*at((71, 40)))
    assert np.isnan(found).all()
    assert found.dtype == np.float32


def test_what_is_farther_than_the_farthest_is_not_known():
    point = gpd.GeoDataFrame(geometry=[shapely.Point(70, 45)], crs="EPSG:4326")
    lon, lat = np.array([70.0, 70.0, 70.0]), np.array([45.0, 45.5, 46.0])
    found = Proximity(point, None).distance_km(lon, lat, farthest_km=60.0)
    assert found[:2] == pytest.approx([0, 55.6], abs=0.1)
    assert np.isnan(found[2])


def test_cells_in_rows_are_as_far_as_places_in_any_order():
    chance = np.random.default_rng(4)
    walks = chance.uniform((60, 40), (80, 50), (20, 1, 2)) + np.cumsum(
        chance.normal(0, 0.4, (20, 40, 2)), axis=1
    )
    lines = [shapely.LineString(walk) for walk in walks]
    proximity = Proximity(gpd.GeoDataFrame(geometry=lines, crs="EPSG:4326"), None)
    lon, lat = (axis.ravel() for axis in np.meshgrid(*(np.arange(60, 61.5, 0.03),) * 2))
    order = chance.permutation(len(lon))
    np.testing.assert_array_equal(
        proximity.distance_km(lon, lat - 15)[order],
        proximity.distance_km(lon[order], lat[order] - 15),
    )
