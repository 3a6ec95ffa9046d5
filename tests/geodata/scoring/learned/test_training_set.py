"""The places of training: even land, blurred readings, and no label twice."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.testing import assert_allclose, assert_array_equal

from geodata.errors import MissingLayerError
from geodata.layers.occurrences.tables import TABLES
from geodata.layers.store import LayerStore
from geodata.raster import Raster
from geodata.region import Bounds
from geodata.scoring.learned import training_set as module
from geodata.scoring.learned.training_set import (
    CENTRAL_ASIA,
    LABEL,
    LAND,
    ONE_NAME,
    OTHER_DEPOSIT,
    assemble,
    blurred,
    circle_places,
    lattice,
    prepare_arguments,
)
from tests.geodata.layers.layer_files import write_raster, write_vector
from tests.geodata.release.small_layers import draft, occurrence, occurrences
from tests.geodata.scoring.learned.worlds import (
    argument,
    classes_of,
    measurement,
    places_of,
    reading,
)

ROCK = argument("rock")
SURVEYS = [table.source for table in TABLES if table.background]


def circle(lon, lat, radius_km):
    return pd.DataFrame(
        {"lon": [lon], "lat": [lat], "uncertainty_km": [radius_km]}, dtype=np.float64
    )


def test_land_is_laid_out_evenly_over_the_globe():
    points = lattice(20_000)
    height = np.sin(np.radians(points["lat"]))
    bands, _ = np.histogram(height, bins=np.linspace(-1, 1, 21))
    assert_array_equal(bands, np.full(20, 1000))
    lon = points["lon"].to_numpy()
    assert lon.min() >= -180
    assert lon.max() < 180
    wedges, _ = np.histogram(lon, bins=np.linspace(-180, 180, 37))
    assert wedges.min() > 540
    assert wedges.max() < 571
    inside = ((lon >= 60) & (lon < 90) & points["lat"].between(30, 60)).sum()
    share = (30 / 360) * (np.sin(np.radians(60)) - 0.5) / 2
    assert inside == pytest.approx(20_000 * share, rel=0.05)


def test_no_two_points_of_the_lattice_are_near_each_other():
    points = lattice(2_000)
    lon, lat = np.radians(points["lon"]), np.radians(points["lat"])
    spots = np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
    apart = np.linalg.norm(spots[:, np.newaxis] - spots, axis=2)
    apart[np.diag_indices(2_000)] = 9
    assert apart.min() > 0.7 * np.sqrt(4 * np.pi / 2_000)


def test_the_lattice_is_always_the_same():
    pd.testing.assert_frame_equal(lattice(50), lattice(50))
    assert lattice(4)["lat"].round(3).tolist() == [48.59, 14.478, -14.478, -48.59]
    golden = 180 * (3 - np.sqrt(5))
    assert_allclose(lattice(4)["lon"], [0, golden, 2 * golden - 360, 3 * golden - 360])


def test_a_circle_has_nineteen_places_a_middle_and_two_rings():
    found = list(circle_places(circle(0.0, 0.0, 111.195)))
    east, north = np.array(found)[:, :, 0].T
    far = np.hypot(east, north)
    assert_allclose(np.sort(far), [0.0] + [0.5] * 6 + [1.0] * 12, atol=1e-12)
    assert (east[0], north[0]) == (0.0, 0.0)
    for radius, number in ((0.5, 6), (1.0, 12)):
        ring = np.isclose(far, radius)
        angles = np.sort(np.degrees(np.arctan2(north[ring], east[ring])) % 360)
        assert_allclose(np.diff(angles), 360 / number)
    assert_allclose([east.mean(), north.mean()], 0.0, atol=1e-12)


def test_circles_are_as_wide_as_high_on_the_ground_away_from_the_equator():
    found = list(circle_places(circle(10.0, 60.0, 50.0)))
    east, north = np.array(found)[:, :, 0].T
    assert_allclose(np.ptp(north), 2 * 50 / 111.195, rtol=1e-9)
    assert_allclose(np.ptp(east), 2 * np.ptp(north), rtol=1e-9)


def test_a_circle_crosses_the_date_line_and_ends_at_the_pole():
    for lon in (179.99, -179.99):
        east = np.array(list(circle_places(circle(lon, 0.0, 50.0))))[:, 0, 0]
        assert east.min() < -179
        assert east.max() > 179
        assert np.all((east >= -180) & (east < 180))
    east, north = np.array(list(circle_places(circle(0.0, 89.9, 50.0))))[:, :, 0].T
    assert north.max() == 90.0
    assert np.abs(east).max() == pytest.approx(50 / 111.195 / 0.05)
    south = np.array(list(circle_places(circle(0.0, -89.9, 50.0))))[:, 1, 0]
    assert south.min() == -90.0


def test_a_place_of_no_error_is_nineteen_times_itself():
    for east, north in circle_places(circle(12.0, 34.0, 0.0)):
        assert_allclose([east[0], north[0]], [12.0, 34.0])


def blur(item, values, places):
    return blurred((item,), {item.measurement.key: reading(item, values)}, places)


def test_a_reading_is_the_mean_over_the_circle():
    places = circle(0.0, 0.0, 111.195)
    found = blur(ROCK, lambda lon, lat: lon**2 + 10 + 0 * lat, places)
    # Six at half the radius and twelve at it: Σ cos² is 3 and 6.
    assert found[0, 0] == pytest.approx(10 + (3 * 0.25 + 6) / 19, rel=1e-6)


def test_the_scale_comes_before_the_mean():
    item = argument(scale="root")
    found = blur(
        item, lambda lon, _lat: np.where(lon > 0.4, 4.0, 0.0), circle(0.0, 0.0, 111.195)
    )
    # East of 0.4: one of six (0.5) and five of twelve (1, 0.87, 0.5).
    wanted = 2.0 * (1 + 5) / 19
    east = np.array(list(circle_places(circle(0.0, 0.0, 111.195))))[:, 0, 0]
    assert (east > 0.4).sum() == 6
    assert found[0, 0] == pytest.approx(wanted, rel=1e-6)


def test_unknown_parts_of_the_circle_take_no_part():
    values = lambda lon, lat: np.where(lat > 0.1, np.nan, 5.0 + 0 * lon)  # noqa: E731
    assert blur(ROCK, values, circle(0.0, 0.0, 111.195))[0, 0] == 5.0
    all_gone = blur(ROCK, lambda lon, _lat: lon * np.nan, circle(0, 0, 10.0))
    assert np.isnan(all_gone).all()


def test_one_known_place_of_the_circle_is_enough():
    found = blur(
        ROCK,
        lambda lon, lat: np.where(np.hypot(lon, lat) < 0.1, 5.0, np.nan),
        circle(0.0, 0.0, 111.195),
    )
    assert found[0, 0] == 5.0


def test_a_class_is_blurred_to_its_share_of_the_circle():
    crust = classes_of("crust", "east", "west")
    found = blur(crust, lambda lon, _lat: lon < -0.01, circle(0.0, 0.0, 111.195))
    # West: at 120, 180, 240 degrees of six less none of 90 and 270; five of twelve.
    west = np.array(list(circle_places(circle(0.0, 0.0, 111.195))))[:, 0, 0] < -0.01
    assert_allclose(found, [[1 - west.mean(), west.mean()]])
    assert 0.3 < west.mean() < 0.5


def test_places_are_blurred_each_by_itself():
    places = pd.concat([circle(0, 0, 0), circle(20, 10, 100), circle(-50, -40, 5)])
    found = blur(ROCK, lambda lon, lat: lon + lat, places)
    assert_allclose(found.ravel(), [0, 30, -90], atol=1e-5)
    assert blur(ROCK, lambda lon, _lat: lon, places.iloc[:0]).shape == (0, 1)


def test_a_box_holds_its_edges_and_nothing_beyond():
    west, east, south, north = 46.0, 88.0, 35.0, 56.0
    lon = [west, east, 60, 60, west - 1e-9, east + 1e-9, 60, 60]
    lat = [40, 40, south, north, 40, 40, south - 1e-9, north + 1e-9]
    places = places_of([0] * 8, np.zeros((8, 1)), lon=lon, lat=lat)
    assert places.within(CENTRAL_ASIA).tolist() == [True] * 4 + [False] * 4
    assert Bounds(west=west, south=south, east=east, north=north) == CENTRAL_ASIA


def test_only_labels_are_positive():
    places = places_of([LABEL, OTHER_DEPOSIT, LAND], np.zeros((3, 1)))
    assert places.positive.tolist() == [True, False, False]
    assert places.lon.dtype == places.lat.dtype == np.float64


def write_ground(folder, layer="lithology-fractions"):
    """Bedrock known in the northern half and near the south pole; two bands."""
    west_east = np.tile(np.linspace(0.0, 1.0, 36, dtype=np.float32), (18, 1))
    felsic = west_east.copy()
    felsic[9:16] = np.nan
    write_raster(
        folder,
        Raster.of_degrees(
            bands={"mafic": 1 - west_east, "felsic": felsic},
            west=-180.0,
            north=90.0,
            step_lon_deg=10.0,
            step_lat_deg=10.0,
        ),
        draft(layer, "raster"),
    )


def deposit(record, lon, lat, *, ours, **facts):
    usual = {
        "deposit_type": "carbonatite" if ours else "vms",
        "ree_evidence": "direct" if ours else "none",
        "uncertainty_km": 25.0,
        "country_text": "U.S.A.",
    }
    source = "usgs-ree" if ours else SURVEYS[0]
    return occurrence(
        source, record, f"place {record}", lon=lon, lat=lat, **(usual | facts)
    )


@pytest.fixture
def store(tmp_path):
    write_ground(tmp_path)
    rows = [
        deposit("1", 10.0, 45.0, ours=True),
        deposit("2", 10.0, 45.0, ours=True, country_text=" Brazil "),
        deposit("3", 50.0, 45.0, ours=True, country_text=None),
        deposit("4", 60.0, 45.0, ours=True, quarantined=True),
        deposit("5", 10.1, 45.1, ours=False),
        deposit("6", 70.0, 45.0, ours=False, country_text=" Congo (Zaire) "),
        deposit("7", 80.0, 45.0, ours=False, is_facility=True),
        deposit("8", 75.0, 45.0, ours=False, deposit_type="carbonatite"),
        deposit("9", 76.0, 45.0, ours=False, ree_evidence="direct"),
    ]
    write_vector(tmp_path, occurrences(*rows), draft("mineral-occurrences", "points"))
    return LayerStore((tmp_path,))


FELSIC = argument(
    "felsic", measurement=measurement("lithology-fractions", column="felsic")
)


@pytest.fixture
def assembled(store, monkeypatch):
    monkeypatch.setattr(module, "LATTICE", 1_000)
    return assemble(
        "carbonatite", (FELSIC,), prepare_arguments((FELSIC,), store), store
    )


def test_examples_other_deposits_and_land_stand_one_after_another(assembled):
    places, group = assembled.places, assembled.group
    assert places["name"][group == LABEL].tolist() == ["place 1", "place 3"]
    assert places["name"][group == OTHER_DEPOSIT].tolist() == ["place 6"]
    assert set(places["name"][group == LAND]) == {""}
    assert places["country"][:3].tolist() == [
        "United States",
        "",
        "Democratic Republic of Congo",
    ]
    assert places["uncertainty_km"][:3].tolist() == [25.0, 25.0, 25.0]
    assert set(places["uncertainty_km"][group == LAND]) == {0.0}
    assert list(places.index) == list(range(len(group)))


def test_no_example_and_no_place_beside_one_is_background(assembled):
    background = assembled.places[assembled.group == OTHER_DEPOSIT]
    labels = assembled.places[assembled.group == LABEL]
    assert set(background["name"]).isdisjoint(labels["name"])
    # Places 5 and 1 share a cell of 0.25 degrees; 8 and 9 are of the type or rare.
    assert "place 5" not in set(background["name"])


def test_land_is_where_bedrock_is_known_but_for_the_far_south(assembled):
    land = assembled.places[assembled.group == LAND]
    assert 480 <= len(land) <= 500
    assert land["lat"].min() > 0
    assert (lattice(1_000)["lat"] < -60).sum() > 50
    assert np.isfinite(assembled.encoded).all()
    assert assembled.encoded.shape == (len(assembled.group), 1)


def test_readings_are_those_of_the_circle_of_each_place(assembled):
    # The felsic share climbs by 1/35 for 10 degrees of longitude from -175.
    wanted = (assembled.lon + 175) / 350
    known = np.abs(assembled.lon) < 174
    assert_allclose(assembled.encoded[known, 0], wanted[known], atol=1e-5)


def test_training_names_every_layer_that_is_missing_once(store):
    items = (
        FELSIC,
        argument("zinc", measurement=measurement("zinc", column="a")),
        argument("zinc-b", measurement=measurement("zinc", column="b")),
        argument("altitude"),
    )
    with pytest.raises(MissingLayerError) as refusal:
        prepare_arguments(items, store)
    assert "needs the layers altitude, zinc, which" in str(refusal.value)
    assert "scripts/ingest.py" in str(refusal.value)
    assert set(prepare_arguments((FELSIC,), store)) == {FELSIC.measurement.key}


def test_without_the_occurrences_nothing_is_assembled(tmp_path):
    write_ground(tmp_path)
    store = LayerStore((tmp_path,))
    with pytest.raises(MissingLayerError, match="mineral-occurrences"):
        assemble("carbonatite", (FELSIC,), prepare_arguments((FELSIC,), store), store)


def test_occurrences_are_read_as_points(store):
    assert isinstance(store.vector("mineral-occurrences").table, gpd.GeoDataFrame)
    assert (
        shapely.get_type_id(store.vector("mineral-occurrences").table.geometry[0])
        == shapely.GeometryType.POINT
    )


def test_a_name_is_never_itself_another_spelling():
    assert not set(ONE_NAME) & set(ONE_NAME.values())


def test_spellings_of_one_country_meet_in_one_name():
    assert ONE_NAME["U.S.A."] == ONE_NAME["United States of America"] == "United States"
    assert ONE_NAME["Burma"] == "Myanmar"
    assert "Russia" not in ONE_NAME
