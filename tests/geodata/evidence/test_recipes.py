import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.errors import LayerFormatError
from geodata.evidence.measurement import Measurement
from geodata.evidence.proximity import Proximity
from geodata.evidence.recipes import prepare
from geodata.layers.storage.table_file import coverage_record
from geodata.layers.store import LayerStore
from geodata.provenance import Provenance
from geodata.raster import Raster
from geodata.region import Bounds
from tests.geodata.layers.layer_files import write_raster, write_vector


def record(layer, kind, **extra):
    return Provenance(
        layer=layer,
        title=layer,
        kind=kind,
        file="",
        sha256="",
        bytes=0,
        members=(),
        citation="test",
        licence="test",
        credit="test",
        open=True,
        resolution="test",
        resolution_km=1.0,
        uncertainty="test",
        command="test",
        extra=extra,
    )


@pytest.fixture
def small(tmp_path):
    """Two polygons side by side, and a 2 × 2 raster over both."""
    halves = gpd.GeoDataFrame(
        {"regime": ["stable", "active"], "name": ["west", "east"]},
        geometry=[shapely.box(60, 40, 61, 42), shapely.box(61, 40, 62, 42)],
        crs="EPSG:4326",
    )
    write_vector(tmp_path, halves, record("regime", "polygons"))
    image = Raster.of_degrees(
        bands={"depth": np.float32([[1, 2], [3, 4]])},
        west=60.0,
        north=42.0,
        step_lon_deg=1.0,
        step_lat_deg=1.0,
    )
    write_raster(tmp_path, image, record("crust", "raster", classes={"1": "old"}))
    return LayerStore((tmp_path,))


def read(store, lon, lat, **measurement):
    reading = prepare(Measurement(unit="", **measurement), store)
    return reading, float(reading.values(np.array([lon]), np.array([lat]))[0])


def test_a_layer_that_is_not_here_is_unknown_everywhere(small):
    reading, value = read(small, 60.5, 41.5, layer="faults", measure="distance")
    assert np.isnan(value)
    assert reading.provenance is None


def test_a_class_is_read_from_the_polygon_that_holds_the_place(small):
    reading, value = read(
        small, 61.5, 41.0, layer="regime", measure="class", column="regime"
    )
    assert reading.classes[int(value)] == "active"
    _, outside = read(
        small, 63.0, 41.0, layer="regime", measure="class", column="regime"
    )
    assert np.isnan(outside)


def test_the_classes_of_a_raster_have_the_names_of_its_record(small):
    reading, value = read(
        small, 60.5, 41.5, layer="crust", measure="class", column="depth"
    )
    assert reading.classes[int(value)] == "old"


def test_a_measurement_within_a_class_is_unknown_outside_it(small):
    limited = {
        "layer": "crust",
        "measure": "value",
        "column": "depth",
        "within": ("regime", "regime", "stable"),
    }
    reading, value = read(small, 60.5, 41.5, **limited)
    assert value == 1
    assert np.isnan(read(small, 61.5, 41.5, **limited)[1])
    assert reading.measurement.key == "crust.value.depth.in-stable"


def test_rows_can_be_chosen_by_a_column(small):
    _, value = read(
        small,
        60.5,
        41.0,
        layer="regime",
        measure="distance",
        column="name",
        only=("east",),
    )
    assert value == pytest.approx(42, abs=1)


def test_the_nearest_name_is_told(small):
    reading, _ = read(small, 59.0, 41.0, layer="regime", measure="distance")
    assert reading.name_at(59.0, 41.0) == "west"


@pytest.mark.parametrize(
    ("measurement", "said"),
    [
        ({"layer": "crust", "measure": "value", "column": "width"}, "it has .'depth'"),
        ({"layer": "regime", "measure": "class", "column": "age"}, "it has"),
        ({"layer": "regime", "measure": "value"}, "cannot be read by 'value'"),
        ({"layer": "crust", "measure": "distance", "column": "depth"}, "raster layer"),
        ({"layer": "regime", "measure": "crossings"}, "of lines crossings"),
    ],
)
def test_what_a_layer_does_not_have_is_said_with_what_it_has(small, measurement, said):
    with pytest.raises(LayerFormatError, match=said):
        prepare(Measurement(unit="", **measurement), small)


def store_with(folder, layer, table):
    write_vector(folder, table, record(layer, "points"))
    return LayerStore((folder,))


def test_an_edge_is_measured_to_from_inside_and_from_outside(small):
    asked = {"layer": "regime", "measure": "edge", "column": "name", "only": ("west",)}
    reading, inside = read(small, 60.5, 41.0, **asked)
    assert inside == pytest.approx(42.0, abs=0.5)  # half a degree at 41 N
    assert read(small, 61.5, 41.0, **asked)[1] == pytest.approx(42.0, abs=0.5)
    assert read(small, 61.0, 41.0, **asked)[1] == pytest.approx(0.0, abs=0.2)
    assert reading.name_at(60.5, 41.0) == ""


def test_a_border_between_two_chosen_polygons_is_no_edge(small):
    _, value = read(small, 61.0, 41.0, layer="regime", measure="edge")
    assert value == pytest.approx(84.1, abs=0.5)  # one degree at 41 N


def test_without_a_chosen_polygon_the_edge_is_unknown(small):
    reading, value = read(
        small, 61.0, 41.0, layer="regime", measure="edge", column="name", only=("no",)
    )
    assert np.isnan(value)
    assert reading.name_at(61.0, 41.0) == ""


def test_the_distance_to_a_crossing_is_not_that_to_a_line(tmp_path):
    faults = gpd.GeoDataFrame(
        {"name": ["one", "other"]},
        geometry=[
            shapely.LineString([(60, 41), (64, 41)]),
            shapely.LineString([(61, 40), (61, 42)]),
        ],
        crs="EPSG:4326",
    )
    area = shapely.box(59, 40, 62.5, 42)
    write_vector(
        tmp_path,
        faults,
        dataclasses.replace(record("faults", "lines"), coverage=coverage_record(area)),
    )
    store = LayerStore((tmp_path,))
    reading, on_a_line = read(store, 62.0, 41.0, layer="faults", measure="crossings")
    assert on_a_line == pytest.approx(84.1, abs=0.5)
    assert read(store, 61.0, 41.0, layer="faults", measure="crossings")[1] < 0.2
    assert np.isnan(read(store, 63.0, 41.0, layer="faults", measure="crossings")[1])
    assert reading.name_at(61.0, 41.0) == ""
    with pytest.raises(LayerFormatError, match="of polygons edge"):
        read(store, 62.0, 41.0, layer="faults", measure="edge")


def test_a_layer_of_lines_without_a_crossing_is_unknown(tmp_path):
    one = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(60, 41), (64, 41)])], crs="EPSG:4326"
    )
    write_vector(tmp_path, one, record("faults", "lines"))
    store = LayerStore((tmp_path,))
    assert np.isnan(read(store, 62.0, 41.0, layer="faults", measure="crossings")[1])


def test_a_record_that_only_proves_presence_says_nothing_of_what_is_far(tmp_path):
    table = gpd.GeoDataFrame(geometry=[shapely.Point(70.0, 0.0)], crs="EPSG:4326")
    store = store_with(tmp_path, "spots", table)
    asked = {"layer": "spots", "measure": "distance", "window_km": 150.0}
    assert read(store, 71.34, 0.0, **asked)[1] == pytest.approx(149.1, abs=0.3)
    assert np.isnan(read(store, 71.36, 0.0, **asked)[1])
    del asked["window_km"]
    assert read(store, 73.0, 0.0, **asked)[1] == pytest.approx(333.9, abs=0.5)


def test_a_polygon_without_a_class_is_unknown(tmp_path):
    table = gpd.GeoDataFrame(
        {"orogen": ["Kazakh", None]},
        geometry=[shapely.box(60, 40, 61, 42), shapely.box(61, 40, 62, 42)],
        crs="EPSG:4326",
    )
    write_vector(tmp_path, table, record("provinces", "polygons"))
    store = LayerStore((tmp_path,))
    asked = {"layer": "provinces", "measure": "class", "column": "orogen"}
    reading, value = read(store, 60.5, 41.0, **asked)
    assert reading.classes == ("Kazakh",)
    assert value == 0
    assert np.isnan(read(store, 61.5, 41.0, **asked)[1])


def test_rows_far_outside_a_window_take_no_part_and_near_ones_do(tmp_path):
    table = gpd.GeoDataFrame(
        {"name": ["near", "far"]},
        geometry=[shapely.Point(70.0, 45.0), shapely.Point(-70.0, 45.0)],
        crs="EPSG:4326",
    )
    store = store_with(tmp_path, "spots", table)
    asked = Measurement(layer="spots", measure="distance", unit="km")
    window = Bounds(west=60.0, south=40.0, east=80.0, north=50.0)
    here = (np.array([71.0]), np.array([45.0]))
    whole, cut = prepare(asked, store), prepare(asked, store, window=window)
    assert cut.values(*here) == whole.values(*here)
    assert cut.name_at(-69.0, 45.0) == "near"
    assert whole.name_at(-69.0, 45.0) == "far"


def test_a_row_without_a_name_is_told_as_no_name(tmp_path):
    table = gpd.GeoDataFrame(
        {"name": [None]}, geometry=[shapely.Point(70.0, 45.0)], crs="EPSG:4326"
    )
    asked = Measurement(layer="spots", measure="distance", unit="km")
    reading = prepare(asked, store_with(tmp_path, "spots", table))
    assert reading.name_at(70.0, 45.0) == ""


def test_what_threads_share_is_prepared_before_they_ask(tmp_path):
    # GEOS prepares a geometry on first use; two threads doing so corrupt the memory.
    shapes = gpd.GeoDataFrame(
        {"regime": ["stable"]}, geometry=[shapely.box(60, 40, 61, 42)], crs="EPSG:4326"
    )
    near = Proximity(shapes, shapely.box(59, 39, 62, 43))
    assert shapely.is_prepared(near.coverage)
    assert shapely.is_prepared(near._bodies)
    write_vector(tmp_path, shapes, record("regime", "polygons"))
    asked = Measurement(layer="regime", measure="class", unit="", column="regime")
    reading = prepare(asked, LayerStore((tmp_path,)))
    cells = reading.values.__closure__
    (table,) = (
        cell.cell_contents
        for cell in cells
        if isinstance(cell.cell_contents, gpd.GeoDataFrame)
    )
    assert all(shapely.is_prepared(shape) for shape in table.geometry)


def test_a_gradient_is_that_of_the_smoothed_raster(tmp_path):
    steps = np.zeros((41, 41), dtype=np.float32)
    steps[:, 20:] = 10.0
    image = Raster.of_degrees(
        bands={"depth": steps}, west=60.0, north=20.5, step_lon_deg=1, step_lat_deg=1
    )
    write_raster(tmp_path, image, record("crust", "raster"))
    asked = {"layer": "crust", "measure": "gradient", "column": "depth"}

    def at(lon, **more):
        return read(LayerStore((tmp_path,)), lon, 0.0, **asked, **more)[1]

    # Ten over two cells of 111.195 km where the step is; elsewhere flat.
    assert at(79.5) == pytest.approx(10 / 2 / 1.11195, rel=1e-3)
    assert at(76.5) == 0.0
    # Over five cells the step is a ramp of two a cell.
    assert at(79.5, smooth_km=556.0) == pytest.approx(2 / 1.11195, rel=1e-3)
    assert at(77.5, smooth_km=556.0) > 0.5
    assert at(74.5, smooth_km=556.0) == 0.0
    assert at(79.5, smooth_km=0.0) == at(79.5)
