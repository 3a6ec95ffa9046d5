import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geodata.errors import LayerFormatError
from geodata.evidence.measurement import SHARE, Measurement
from geodata.evidence.recipes import prepare, prepare_each
from geodata.evidence.shares import ClassMap, ClassMaps
from geodata.layers.store import LayerStore
from geodata.raster import KM_PER_DEGREE, Raster
from geodata.region import Bounds
from tests.geodata.evidence.test_recipes import record
from tests.geodata.layers.layer_files import write_raster, write_vector

KINDS = ("granite", "shale", "sand")
nan = np.nan


def cells(codes, *, error_km=KM_PER_DEGREE):
    """Cells of one degree around the equator, where a degree is as wide as high."""
    codes = np.float32(codes)
    raster = Raster.of_degrees(
        codes, west=0.0, north=len(codes) / 2, step_lon_deg=1, step_lat_deg=1
    )
    return ClassMap(codes=raster, classes=KINDS, error_km=error_km)


def share(classes, *only):
    raster = classes.share(only)

    def at(lon, lat):
        return raster.bilinear(np.float64(lon), np.float64(lat))

    return at


def test_a_class_of_cells_blends_across_one_cell():
    granite = share(cells([[0, 0, 1], [0, 1, 1], [1, 2, 2]]), "granite")
    assert granite([0.5, 1.5, 2.5], [0, 0, 0]).tolist() == [1.0, 0.0, 0.0]
    assert granite(1.0, 0.0) == pytest.approx(0.5)  # on the edge of two cells
    assert granite(0.75, 0.0) == pytest.approx(0.75)
    assert granite(1.0, 0.5) == pytest.approx(0.75)  # where four meet, three are it
    both = share(cells([[0, 0, 1], [0, 1, 1], [1, 2, 2]]), "granite", "shale")
    assert both(2.0, -0.5) == pytest.approx(0.5)


def test_unknown_cells_do_not_count_and_stay_unknown():
    granite = share(cells([[0, nan, nan], [0, 1, nan], [nan, nan, nan]]), "granite")
    assert granite(0.9, 1.2) == 1.0  # beside it nobody knows, so all that is known
    assert granite(1.0, 0.5) == pytest.approx(2 / 3)
    assert np.isnan(granite(2.5, 0.0))
    assert np.isnan(granite(-0.1, 0.0))
    assert np.isnan(share(cells([[nan, nan, nan]] * 3), "granite")(1.5, 0.0))


def test_cells_finer_than_the_stated_error_blend_across_the_error():
    step = np.repeat([[0.0] * 20 + [1.0] * 20], 5, axis=0)
    granite = share(cells(step, error_km=4 * KM_PER_DEGREE), "granite")
    assert granite(20.0, 0.0) == pytest.approx(0.5)
    assert granite(15.4, 0.0) == 1.0
    assert granite(24.6, 0.0) == 0.0
    assert granite(18.0, 0.0) == pytest.approx(0.875, abs=0.02)  # 1 − (2/4)² / 2


def test_a_narrow_gap_between_polygons_is_filled_and_a_wide_one_is_not():
    beds = [shapely.box(0, -2, 1.98, 2), shapely.box(2.02, -2, 4, 2)]
    beds.append(shapely.box(6, -2, 8, 2))
    table = gpd.GeoDataFrame({"kind": list(KINDS)}, geometry=beds, crs="EPSG:4326")
    drawn = ClassMap.of_polygons(
        table, "kind", error_km=20.0, bounds=Bounds(west=0, south=-2, east=8, north=2)
    )
    assert share(drawn, "granite")(2.0, 0.0) == pytest.approx(0.5, abs=0.1)
    assert np.isnan(share(drawn, "granite")(5.0, 0.0))
    assert share(drawn, "shale")(3.95, 0.0) == 1.0


@pytest.mark.parametrize("lat", [0.0, 60.0])
def test_an_edge_of_polygons_blends_across_the_stated_error_in_kilometres(lat):
    halves = gpd.GeoDataFrame(
        {"kind": ["granite", "shale"]},
        geometry=[
            shapely.box(0, lat - 2, 2, lat + 2),
            shapely.box(2, lat - 2, 4, lat + 2),
        ],
        crs="EPSG:4326",
    )
    drawn = ClassMap.of_polygons(
        halves,
        "kind",
        error_km=20.0,
        bounds=Bounds(west=-180, south=-90, east=180, north=90),
    )
    granite = share(drawn, "granite")
    km = KM_PER_DEGREE * np.cos(np.radians(lat))
    # Weights of a triangle: what lies x of its half width beyond an edge is x − x² / 2.
    for inside_km, expected in [(20, 1.0), (10, 0.875), (0, 0.5), (-10, 0.125)]:
        found = granite(2 - inside_km / km, lat)
        assert found == pytest.approx(expected, abs=0.05)
    assert granite(2 - 24 / km, lat) == 1.0
    assert granite(2 + 24 / km, lat) == 0.0


def test_where_polygons_overlap_the_later_row_counts():
    over = gpd.GeoDataFrame(
        {"kind": ["granite", None, "shale"]},
        geometry=[shapely.box(0, 0, 4, 4)] * 3,
        crs="EPSG:4326",
    )
    drawn = ClassMap.of_polygons(
        over, "kind", error_km=20.0, bounds=Bounds(west=0, south=0, east=9, north=9)
    )
    assert drawn.classes == ("granite", "shale")
    assert share(drawn, "shale")(2.0, 2.0) == 1.0


def test_a_table_without_rows_knows_nothing():
    empty = gpd.GeoDataFrame({"kind": []}, geometry=[], crs="EPSG:4326")
    drawn = ClassMap.of_polygons(
        empty, "kind", error_km=20.0, bounds=Bounds(west=0, south=0, east=9, north=9)
    )
    assert np.isnan(share(drawn, "granite")(2.0, 2.0))


coded = arrays(np.int8, (6, 9), elements=st.integers(-1, len(KINDS) - 1)).map(
    lambda codes: np.where(codes < 0, nan, codes)
)
errors = st.floats(0.2, 4.0).map(lambda cells: cells * KM_PER_DEGREE)
places = arrays(np.float64, 20, elements=st.floats(0.01, 8.99))


@settings(deadline=None)
@given(coded, errors, places)
def test_shares_lie_within_0_to_1_and_all_classes_together_make_1(codes, error_km, lon):
    classes = cells(codes, error_km=error_km)
    lat = lon * 2 / 3 - 3
    parts = np.stack([share(classes, name)(lon, lat) for name in KINDS])
    known = ~np.isnan(parts[0])
    assert (np.isnan(parts) == ~known).all()
    assert (parts[:, known] >= 0).all()
    assert (parts[:, known] <= 1 + 1e-6).all()
    np.testing.assert_allclose(parts[:, known].sum(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(share(classes, *KINDS)(lon, lat)[known], 1, atol=1e-6)


@settings(deadline=None)
@given(
    arrays(np.int8, (6, 9), elements=st.integers(0, len(KINDS) - 1)),
    st.floats(1.0, 4.0),
    places,
    st.floats(-0.2, 0.2),
    st.floats(-0.2, 0.2),
)
def test_a_short_step_changes_a_share_little_wherever_edges_lie(
    codes, cells_wide, lon, east, north
):
    granite = share(cells(codes, error_km=cells_wide * KM_PER_DEGREE), "granite")
    lat = lon * 2 / 3 - 3
    to_lon, to_lat = np.clip(lon + east, 0, 8.999), np.clip(lat + north, -2.999, 3)
    went = np.abs(to_lon - lon) + np.abs(to_lat - lat)
    change = np.abs(granite(to_lon, to_lat) - granite(lon, lat))
    # Of a triangle it is 1 / width; what lies off the map does not count, and so that
    # is twice as much at its edge and more where a cell is as wide as the error.
    assert (change <= 3.0 * went / cells_wide + 1e-5).all()


@settings(deadline=None, max_examples=30)
@given(st.floats(5, 60), st.floats(-60, 60), st.floats(0.05, 0.95), st.booleans())
def test_far_from_edges_a_share_is_whether_it_is_the_class(error_km, lat, cut, upright):
    box = (
        (0, lat - 3, 6 * cut, lat + 3)
        if upright
        else (0, lat - 3, 6, lat - 3 + 6 * cut)
    )
    whole = gpd.GeoDataFrame(
        {"kind": ["shale", "granite"]},
        geometry=[shapely.box(0, lat - 3, 6, lat + 3), shapely.box(*box)],
        crs="EPSG:4326",
    )
    bounds = Bounds(west=0, south=-90, east=6, north=90)
    drawn = ClassMap.of_polygons(whole, "kind", error_km=error_km, bounds=bounds)
    lon, at = np.linspace(0.2, 5.8, 40), np.linspace(lat - 2.8, lat + 2.8, 40)
    granite = share(drawn, "granite")(lon, at)
    coordinate, edge = (lon, box[2]) if upright else (at, box[3])
    degree = KM_PER_DEGREE * (np.cos(np.radians(np.abs(lat) + 3)) if upright else 1)
    far = np.abs(coordinate - edge) * degree > 1.7 * error_km  # and cells are drawn
    assert (granite[far] == (coordinate < edge)[far]).all()


@pytest.fixture
def store(tmp_path):
    halves = gpd.GeoDataFrame(
        {"regime": ["stable", "active"]},
        geometry=[shapely.box(60, 40, 61, 42), shapely.box(61, 40, 62, 42)],
        crs="EPSG:4326",
    )
    drawn = dataclasses.replace(record("regime", "polygons"), resolution_km=10.0)
    write_vector(tmp_path, halves, drawn)
    crust = Raster.of_degrees(
        bands={"type": np.float32([[1, 2], [2, 2]])},
        west=60.0,
        north=42.0,
        step_lon_deg=1.0,
        step_lat_deg=1.0,
    )
    write_raster(
        tmp_path, crust, record("crust", "raster", classes={"1": "old", "2": "young"})
    )
    write_raster(tmp_path, crust, record("depth", "raster"))
    write_vector(
        tmp_path, halves.boundary.to_frame("geometry"), record("faults", "lines")
    )
    return LayerStore((tmp_path,))


def asked(layer, column, *only, **more):
    return Measurement(
        layer=layer,
        measure=SHARE,
        unit="of the surroundings",
        column=column,
        only=only,
        **more,
    )


def at(reading, lon, lat):
    return float(reading.values(np.array([lon]), np.array([lat]))[0])


def test_a_share_is_read_from_polygons_and_from_classes_of_a_raster(store):
    stable = prepare(asked("regime", "regime", "stable"), store)
    assert at(stable, 61.0, 41.0) == pytest.approx(0.5, abs=0.1)
    assert at(stable, 60.5, 41.0) == 1.0
    assert np.isnan(at(stable, 63.0, 41.0))
    assert (stable.classes, stable.resolution_km) == ((), 10.0)
    old = prepare(asked("crust", "type", "old"), store)
    assert at(old, 60.5, 41.5) == 1.0
    assert at(old, 61.0, 41.5) == pytest.approx(0.5)


def test_a_class_that_the_layer_does_not_have_has_no_share(store):
    assert at(prepare(asked("regime", "regime", "rift"), store), 60.5, 41.0) == 0.0


def test_a_layer_that_is_not_here_has_no_resolution(store):
    absent = prepare(asked("provinces", "type", "basin"), store)
    assert np.isnan(absent.resolution_km)
    assert np.isnan(at(absent, 60.5, 41.0))


def test_shares_of_one_column_are_made_of_one_map(store):
    maps = ClassMaps(store, None)
    stable = maps.share(asked("regime", "regime", "stable"))
    limited = asked("regime", "regime", "stable", within=("crust", "type", "old"))
    assert maps.share(limited) is stable
    maps.share(asked("regime", "regime", "active"))
    assert len(maps._maps) == 1
    both = [asked("regime", "regime", name) for name in ("stable", "active")]
    readings = prepare_each(both, store)
    assert list(readings) == [item.key for item in both]
    assert sum(at(item, 61.01, 41.0) for item in readings.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("measurement", "said"),
    [
        (asked("depth", "type", "old"), "names no classes"),
        (asked("faults", "", "old"), "of polygons edge and share"),
        (asked("regime", "age", "old"), "have a column 'age'"),
        (asked("crust", "age", "old"), "have a band 'age'"),
    ],
)
def test_what_holds_no_classes_has_no_shares(store, measurement, said):
    with pytest.raises(LayerFormatError, match=said):
        prepare(measurement, store)


def test_a_setting_is_a_share_and_ends_where_it_is_half_of_the_surroundings(store):
    depth = Measurement(
        layer="depth",
        measure="value",
        unit="km",
        column="type",
        within=("regime", "regime", "stable"),
    )
    assert depth.setting == asked("regime", "regime", "stable")
    assert dataclasses.replace(depth, within=()).setting is None
    readings = prepare_each((depth, depth.setting), store)
    lon = np.linspace(60.5, 61.5, 101)
    limited, around = (item.values(lon, lon * 0 + 41) for item in readings.values())
    assert (np.isnan(limited) == (around < 0.5)).all()
    assert 0.4 < np.isnan(limited).mean() < 0.6
    assert np.isnan(limited[-1])
